//! Where a form could match: literals by one automaton, layouts and kernels at the beginnings of runs, tokens by their length.

use regex_automata::{Anchored, Input};

use crate::{
    compile::{Alphabet, Compiled, Quick, RUNS},
    kernel::{Kernel, Span},
    ruleset::MAX_SPAN,
    shape,
};

/// A candidate: a form fits here, nothing is judged yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) form: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Millibits that the way it is written adds.
    pub(crate) delta: i32,
    /// Bytes of the literal it begins with.
    pub(crate) literal: u16,
}

/// A run of letters and digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) length: usize,
    /// Which of its first 64 bytes are digits.
    pub(crate) digits: u64,
}

impl Run {
    fn at(text: &[u8], start: usize) -> Self {
        let length = length_at(text, start);
        let digits = text[start..start + length.min(64)].iter().enumerate().fold(0, |m, (i, b)| m | u64::from(b.is_ascii_digit()) << i);
        Self { start, length, digits }
    }

    /// Nothing but digits.
    pub(crate) fn is_number(&self) -> bool {
        self.length <= 64 && self.digits == u64::MAX >> (64 - self.length)
    }

    /// Of the run behind the separator that follows: whether it begins with a digit, and its length; what is longer than 255 is not told apart.
    fn second(&self, text: &[u8]) -> (bool, usize) {
        let end = self.start + self.length;
        let gap = shape::separator(&text[end..]).map_or(0, |(_, length)| length);
        let digit = text.get(end + gap).is_some_and(u8::is_ascii_digit);
        (digit, length_at(&text[..text.len().min(end + gap + 256)], end + gap))
    }
}

fn length_at(text: &[u8], start: usize) -> usize {
    text[start..].iter().take_while(|b| CLASSES[usize::from(**b)] & ALNUM != 0).count()
}

const ALNUM: u8 = 1;
const WIDE: u8 = 2;

/// Classes of bytes: letters and digits; these and what tokens hold besides (`=` only ends them).
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() {
            table[b] = ALNUM | WIDE;
        } else if matches!(byte, b'+' | b'/' | b'-' | b'_') {
            table[b] = WIDE;
        }
        b += 1;
    }
    table
};

/// Slots of groups that need no allocation.
const SLOTS: usize = 16;

impl Compiled {
    /// Adds all candidates in `text`.
    pub(crate) fn find(&self, text: &[u8], out: &mut Vec<Candidate>) {
        self.find_literals(text, out);
        self.find_runs(text, out);
        if let Some(shortest) = self.tokens.iter().map(|t| t.length[0]).min() {
            self.find_tokens(text, shortest, out);
        }
        let emails = self.kernels.iter().filter(|(k, _)| *k == Kernel::Email);
        for &(kernel, form) in emails {
            for at in memchr::memchr_iter(b'@', text) {
                if let Some(span) = kernel.at_sign(text, at) {
                    out.push(Candidate { form, start: span.start, end: span.end, delta: span.bits, literal: 0 });
                }
            }
        }
    }

    fn find_literals(&self, text: &[u8], out: &mut Vec<Candidate>) {
        let Some(literals) = &self.literals else { return };
        literals.find(text, |number, at| {
            let literal = &self.literal_texts[number];
            for &(form, exact) in &self.literal_forms[number] {
                if exact && text[at..at + literal.len()] != **literal {
                    continue;
                }
                let ready = &self.forms[form as usize];
                if ready.left && !boundary_before(text, at) {
                    continue;
                }
                let span = match ready.kernel {
                    Some(kernel) => kernel.at_literal(text, at, literal.len()),
                    None if ready.regex.is_none() => Some(Span { start: at, end: at + literal.len(), bits: 0 }),
                    None => self.anchored(form, text, at).map(|(start, end)| Span { start, end, bits: 0 }),
                };
                if let Some(Span { start, end, bits }) = span {
                    out.push(Candidate { form, start, end, delta: bits, literal: literal.len() as u16 });
                }
            }
        });
    }

    /// Runs the form's pattern anchored at `at`; gives the span of its value.
    fn anchored(&self, form: u32, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let ready = &self.forms[form as usize];
        let regex = ready.regex.as_ref()?;
        // One byte more, so that an assertion at the end can look ahead.
        let end = text.len().min(at + MAX_SPAN + 1);
        let input = Input::new(text).span(at..end).anchored(Anchored::Yes);
        // Most places fit a literal and not the pattern: told without groups, which cost more.
        let whole = regex.search_half(&input)?;
        let Some(value) = ready.value else { return Some((at, whole.offset())) };
        let mut few = [None; SLOTS];
        let mut many = Vec::new();
        let slots = if 2 * (value + 1) <= SLOTS {
            &mut few[..2 * (value + 1)]
        } else {
            many.resize(2 * (value + 1), None);
            &mut many[..]
        };
        regex.search_slots(&input, slots)?;
        Some((slots[2 * value]?.get(), slots[2 * value + 1]?.get()))
    }

    /// Forms that are looked for where a run of letters and digits begins.
    fn find_runs(&self, text: &[u8], out: &mut Vec<Candidate>) {
        let mut before = 0;
        for (number, block) in text.chunks(64).enumerate() {
            let (runs, digits) = alnum_masks(block);
            let mut starts = runs & !(runs << 1 | before);
            before = runs >> 63;
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let start = number * 64 + bit as usize;
                let length = (runs >> bit).trailing_ones() as usize;
                let run = if bit as usize + length == 64 {
                    Run::at(text, start)
                } else {
                    Run { start, length, digits: digits >> bit & ((1 << length) - 1) }
                };
                self.at_run(text, &run, out);
                if start > 0 && matches!(text[start - 1], b'\\' | b'%') {
                    let escape = escape_length(text, start);
                    if escape > 0 && escape < run.length {
                        self.at_run(text, &Run::at(text, start + escape), out);
                    }
                }
            }
        }
    }

    /// Long runs of letters, digits and `+/-_`, with the `=` behind them.
    fn find_tokens(&self, text: &[u8], shortest: usize, out: &mut Vec<Candidate>) {
        let wide = |b: &u8| CLASSES[usize::from(*b)] & WIDE != 0;
        let mut at = 0;
        while let Some(first) = text.get(at..at + shortest) {
            // Looked at from behind: words are leapt over.
            if let Some(other) = first.iter().rposition(|b| !wide(b)) {
                at += other + 1;
                continue;
            }
            let start = at;
            at += shortest;
            at += text[at..].iter().take_while(|b| wide(b)).count();
            at += text[at..].iter().take(2).take_while(|b| **b == b'=').count();
            self.at_token(text, (start, at), shortest, out);
        }
    }

    fn at_run(&self, text: &[u8], run: &Run, out: &mut Vec<Candidate>) {
        let (start, first) = (run.start, text[run.start]);
        let class = if first.is_ascii_digit() { 0 } else { 1 + usize::from(first.is_ascii_lowercase()) };
        let next = text.get(start + run.length).copied().unwrap_or(0);
        let row = &self.by_run[class * RUNS + run.length.min(RUNS - 1)];
        let fits = |quick: &Quick| quick.digits & !run.digits == 0 && quick.letters & run.digits == 0;
        for group in row.alone.iter().filter(|g| fits(&g.quick)) {
            self.walk(text, start, &group.layouts, out);
        }
        if !row.separated.is_empty() && matches!(next, b' ' | b'-' | b'.' | b'/' | 0xC2 | 0xE2) {
            let (digit, length) = run.second(text);
            let fits = |q: &Quick| fits(q) && (digit || !q.second_digit) && (q.second == 0 || usize::from(q.second) == length);
            for group in row.separated.iter().filter(|g| fits(&g.quick)) {
                self.walk(text, start, &group.layouts, out);
            }
        }
        let likely = Kernel::likely(run, first, next);
        if likely != 0 {
            for &(kernel, form) in self.kernels.iter().filter(|k| likely & k.0.bit() != 0) {
                if let Some(span) = kernel.at_run(text, start, run.length) {
                    out.push(Candidate { form, start: span.start, end: span.end, delta: span.bits, literal: 0 });
                }
            }
        }
    }

    fn walk(&self, text: &[u8], start: usize, layouts: &[u32], out: &mut Vec<Candidate>) {
        for &layout in layouts {
            let (form, layout) = &self.layouts[layout as usize];
            if let Some(length) = shape::matches(layout, &text[start..]) {
                out.push(Candidate { form: *form, start, end: start + length, delta: 0, literal: 0 });
            }
        }
    }

    /// Tokens inside a run of letters, digits, `+/=-_`: the longest runs of each alphabet.
    fn at_token(&self, text: &[u8], (start, end): (usize, usize), shortest: usize, out: &mut Vec<Candidate>) {
        for alphabet in [Alphabet::Hex, Alphabet::Alnum, Alphabet::Base64, Alphabet::Base64Url] {
            if self.tokens.iter().all(|t| t.alphabet != alphabet) {
                continue;
            }
            let mut at = start;
            while at < end {
                let length = text[at..end].iter().take_while(|b| alphabet.holds(**b)).count();
                if length >= shortest {
                    for token in self.tokens.iter().filter(|t| t.alphabet == alphabet && (t.length[0]..=t.length[1]).contains(&length)) {
                        out.push(Candidate { form: token.form, start: at, end: at + length, delta: 0, literal: 0 });
                    }
                }
                at += length + 1;
            }
        }
    }
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='),
        }
    }
}

/// One bit for each letter or digit, and one for each digit, of at most 64 bytes.
fn alnum_masks(block: &[u8]) -> (u64, u64) {
    let (mut alnum, mut digits) = (0, 0);
    let mut eights = block.chunks_exact(8);
    let mut at = 0;
    for eight in &mut eights {
        let (a, d) = alnum_bits(u64::from_le_bytes(eight.try_into().unwrap_or_default()));
        alnum |= a << at;
        digits |= d << at;
        at += 8;
    }
    for byte in eights.remainder() {
        alnum |= u64::from(byte.is_ascii_alphanumeric()) << at;
        digits |= u64::from(byte.is_ascii_digit()) << at;
        at += 1;
    }
    (alnum, digits)
}

/// The same of eight bytes.
fn alnum_bits(x: u64) -> (u64, u64) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // The high bit of each byte (which are all below 0x80) that is between two.
    let between = |x: u64, low: u64, high: u64| (x + (0x80 - low) * ONES) & !(x + (0x7f - high) * ONES);
    let plain = x & !HIGH;
    let letter = between(plain | (0x20 * ONES), u64::from(b'a'), u64::from(b'z'));
    let digit = between(plain, u64::from(b'0'), u64::from(b'9'));
    // The eight bits side by side.
    let gather = |bits: u64| ((bits & !x & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    (gather(letter | digit), gather(digit))
}

/// A match may begin at `start`: no letter, digit or `_` stands before it, unless that is the end of an escape (`\n`, `\u0022`, `%22`).
pub(crate) fn boundary_before(text: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1) else { return true };
    if !(text[before].is_ascii_alphanumeric() || text[before] == b'_') {
        return true;
    }
    let at = |n: usize| start.checked_sub(n).map(|i| text[i]);
    let hex = |n: usize| at(n).is_some_and(|b| b.is_ascii_hexdigit());
    let backslash = |n: usize| at(n) == Some(b'\\');
    (backslash(2) && matches!(text[before], b'n' | b't' | b'r' | b'f' | b'b') && escapes(text, start - 2))
        || (at(3) == Some(b'%') && hex(2) && hex(1))
        || (backslash(6) && at(5) == Some(b'u') && (1..=4).all(hex) && escapes(text, start - 6))
}

/// The backslash at `at` is not itself escaped.
fn escapes(text: &[u8], at: usize) -> bool {
    text[..=at].iter().rev().take(64).take_while(|b| **b == b'\\').count() % 2 == 1
}

/// Bytes at the beginning of a run that belong to an escape before it.
fn escape_length(text: &[u8], start: usize) -> usize {
    let before = start.checked_sub(1).map(|i| text[i]);
    let candidates: &[usize] = match before {
        Some(b'\\') => &[5, 1],
        Some(b'%') => &[2],
        _ => return 0,
    };
    candidates.iter().copied().find(|&n| start + n < text.len() && boundary_before(text, start + n)).unwrap_or(0)
}

/// A match may end at `end`: no letter, digit or `_` follows.
pub(crate) fn boundary_after(text: &[u8], end: usize) -> bool {
    text.get(end).is_none_or(|b| !(b.is_ascii_alphanumeric() || *b == b'_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::alnum_masks;

    proptest! {
        #[test]
        fn masks_tell_letters_and_digits(block in prop::collection::vec(any::<u8>(), 0..=64)) {
            let naive = |class: fn(&u8) -> bool| block.iter().enumerate().fold(0, |m, (i, b)| m | u64::from(class(b)) << i);
            prop_assert_eq!(alnum_masks(&block), (naive(u8::is_ascii_alphanumeric), naive(u8::is_ascii_digit)));
        }
    }
}
