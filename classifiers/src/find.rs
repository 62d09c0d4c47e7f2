//! Where a form could match: literals by one automaton, layouts and kernels at the beginnings of runs, tokens by their length.

use regex_automata::{Anchored, Input};

use crate::{
    compile::{Alphabet, Compiled, RUNS},
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

const ALNUM: u8 = 1;
const WIDE: u8 = 2;

/// Classes of bytes: letters and digits; these and what tokens hold besides.
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() {
            table[b] = ALNUM | WIDE;
        } else if matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_') {
            table[b] = WIDE;
        }
        b += 1;
    }
    table
};

/// Shortest token of a token form.
const TOKEN: usize = 16;

impl Compiled {
    /// Adds all candidates in `text`.
    pub(crate) fn find(&self, text: &[u8], out: &mut Vec<Candidate>) {
        self.find_literals(text, out);
        self.find_runs(text, out);
        let emails = self.kernels.iter().filter(|(k, _)| *k == crate::kernel::Kernel::Email);
        for &(kernel, form) in emails {
            for at in memchr::memchr_iter(b'@', text) {
                if let Some(span) = kernel.at_sign(text, at) {
                    out.push(Candidate { form, start: span.start, end: span.end, delta: span.bits, literal: 0 });
                }
            }
        }
    }

    fn find_literals(&self, text: &[u8], out: &mut Vec<Candidate>) {
        let Some(automaton) = &self.literals else { return };
        for hit in automaton.find_overlapping_iter(text) {
            let pattern = hit.pattern().as_usize();
            for &(form, exact) in &self.literal_forms[pattern] {
                if exact && text[hit.range()] != *self.literal_texts[pattern] {
                    continue;
                }
                let ready = &self.forms[form as usize];
                if ready.left && !boundary_before(text, hit.start()) {
                    continue;
                }
                if let Some((start, end)) = self.anchored(form, text, hit.start()) {
                    out.push(Candidate { form, start, end, delta: 0, literal: hit.len() as u16 });
                }
            }
        }
    }

    /// Runs the form's pattern anchored at `at`; gives the span of its value.
    fn anchored(&self, form: u32, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let ready = &self.forms[form as usize];
        let regex = ready.regex.as_ref()?;
        // One byte more, so that an assertion at the end can look ahead.
        let end = text.len().min(at + MAX_SPAN + 1);
        let input = Input::new(text).span(at..end).anchored(Anchored::Yes);
        let Some(value) = ready.value else {
            return regex.search_half(&input).map(|m| (at, m.offset()));
        };
        let mut slots = vec![None; 2 * (value + 1)];
        regex.search_slots(&input, &mut slots)?;
        Some((slots[2 * value]?.get(), slots[2 * value + 1]?.get()))
    }

    fn find_runs(&self, text: &[u8], out: &mut Vec<Candidate>) {
        let (mut at, mut wide) = (0, 0);
        while at < text.len() {
            let class = CLASSES[usize::from(text[at])];
            if class & ALNUM == 0 {
                if class & WIDE == 0 {
                    wide = at + 1;
                }
                at += 1;
                continue;
            }
            let start = at;
            while at < text.len() && CLASSES[usize::from(text[at])] & ALNUM != 0 {
                at += 1;
            }
            self.at_run(text, start, at - start, out);
            let escape = escape_length(text, start);
            if escape > 0 && escape < at - start {
                self.at_run(text, start + escape, at - start - escape, out);
            }
            // The end of a long token: what follows is not of it.
            if at - wide >= TOKEN && !self.tokens.is_empty() && text.get(at).is_none_or(|b| CLASSES[usize::from(*b)] & WIDE == 0 || *b == b'=') {
                let end = at + text[at..].iter().take_while(|b| **b == b'=').count();
                self.at_token(text, wide, end, out);
            }
        }
    }

    fn at_run(&self, text: &[u8], start: usize, run: usize, out: &mut Vec<Candidate>) {
        let first = text[start];
        let class = if first.is_ascii_digit() { 0 } else { 1 + usize::from(first.is_ascii_lowercase()) };
        for &layout in &self.by_run[class * RUNS + run.min(RUNS - 1)] {
            let (form, layout) = &self.layouts[layout as usize];
            if let Some(length) = shape::matches(layout, &text[start..]) {
                out.push(Candidate { form: *form, start, end: start + length, delta: 0, literal: 0 });
            }
        }
        for &(kernel, form) in &self.kernels {
            if let Some(span) = kernel.at_run(text, start, run) {
                out.push(Candidate { form, start: span.start, end: span.end, delta: span.bits, literal: 0 });
            }
        }
    }

    /// Tokens inside a run of letters, digits, `+/=-_`: the longest runs of each alphabet.
    fn at_token(&self, text: &[u8], start: usize, end: usize, out: &mut Vec<Candidate>) {
        for alphabet in [Alphabet::Hex, Alphabet::Alnum, Alphabet::Base64, Alphabet::Base64Url] {
            let mut at = start;
            while at < end {
                let length = text[at..end].iter().take_while(|b| alphabet.holds(**b)).count();
                if length >= TOKEN {
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
