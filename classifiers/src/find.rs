//! Where a form could match. Planes of 64 bytes tell where words, numbers, tokens and addresses begin; only there anything is looked at.

use crate::{
    compile::{Alphabet, Compiled, LONG},
    kernel::{Kernel, Span},
    layouts::{BACK, Fitting, RUNS},
    literals::{Place, Stand},
    planes::{self, AT, DIGIT, ESCAPE, HEX, JOIN, LOWER, PART, UNDER, UPPER, WIDE, Word},
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

/// One text of those that lie in a buffer one behind the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit<'t> {
    pub(crate) text: &'t [u8],
    /// Where it begins in the buffer.
    pub(crate) base: usize,
    pub(crate) number: usize,
}

/// The texts in a buffer.
pub(crate) trait Units<'t> {
    /// One bit for each of the 64 bytes from `at` on where a text begins. Asked in ascending order, in steps of 64.
    fn begins(&mut self, at: usize) -> u64;
    /// The text that holds this byte, one of the 64 asked for last; `None`: it belongs to none.
    fn holding(&mut self, at: usize) -> Option<Unit<'t>>;
}

/// Takes what is found. Places are within the unit.
pub(crate) trait Sink<'t> {
    /// A layout fits, and with it these forms.
    fn shape(&mut self, unit: &Unit<'t>, span: (usize, usize), fitting: &Fitting);
    /// A form fits.
    fn candidate(&mut self, unit: &Unit<'t>, candidate: Candidate);
    /// A run of token characters that these forms may fit, if their rule is spoken of: only the rules that are matter, and there may be very many.
    fn token(&mut self, unit: &Unit<'t>, alphabet: Alphabet, span: (usize, usize));
    /// An escape may stand here.
    fn escape(&mut self, unit: &Unit<'t>, at: usize);
    /// A run that may be base64.
    fn base64(&mut self, unit: &Unit<'t>, span: (usize, usize));
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
}

/// The run that begins at `start`, if any does: by planes, where they reach.
#[inline]
fn run_at((words, base): (&[Word], usize), unit: &Unit<'_>, start: usize) -> Run {
    // Before the planes begin, this is beyond their end.
    let from = (unit.base + start).wrapping_sub(base);
    let (number, bit) = (from / 64, from % 64);
    if let Some([word, next, ..]) = words.get(number..) {
        // Shifted in two steps: a shift by all 64 bits is none.
        let window = |plane: u64, next: u64| plane >> bit | next << 1 << (63 - bit);
        let length = window(planes::alnum(word), planes::alnum(next)).trailing_ones() as usize;
        if length < 64 {
            let length = length.min(unit.text.len() - start);
            return Run { start, length, digits: window(word[DIGIT], next[DIGIT]) & ((1 << length) - 1) };
        }
    }
    Run::at(unit.text, start)
}

fn length_at(text: &[u8], start: usize) -> usize {
    text[start..].iter().take_while(|b| b.is_ascii_alphanumeric()).count()
}

fn wide(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'/' | b'-')
}

/// Shortest run of token characters that is looked at.
pub(crate) const TOKEN: usize = 16;
/// Shortest run that is decoded as base64.
pub(crate) const BASE64: usize = 24;
/// Bytes whose planes are made at once, and those behind them that are looked ahead at.
const CHUNK: usize = 16 << 10;
const AHEAD: usize = 512;

/// Buffers of a search.
#[derive(Debug, Default)]
pub(crate) struct Planes {
    words: Vec<Word>,
    /// Where a literal that stands anywhere may begin.
    literals: Vec<u64>,
    #[cfg(feature = "hyperscan")]
    events: crate::literals::hyperscan::Events,
}

/// One search through a buffer.
struct Finder<'c, 't, 'p, U, S> {
    compiled: &'c Compiled,
    buffer: &'t [u8],
    units: &'p mut U,
    sink: &'p mut S,
    /// Planes from `base` on.
    words: &'p [Word],
    base: usize,
    /// Literals from here on that were found in another way.
    stands: Option<&'p [Stand]>,
}

/// What the word before leaves to the next one.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// Its last byte is a letter or digit; a small letter or digit; of a token; a hexadecimal letter.
    alnum: u64,
    small: u64,
    wide: u64,
    hex: u64,
    /// A run that began with letters has no digit yet.
    letters: bool,
    escapes: u64,
}

/// Gives the candidates in `buffer` that begin in `range`, and some beside it.
pub(crate) fn find<'t, U: Units<'t>, S: Sink<'t>>(
    compiled: &Compiled,
    planes: &mut Planes,
    (buffer, range): (&'t [u8], std::ops::Range<usize>),
    units: &mut U,
    sink: &mut S,
) {
    let mut carry = Carry::default();
    let mut base = range.start / 64 * 64;
    while base < range.end {
        let end = buffer.len().min(base + CHUNK);
        let count = (end - base).div_ceil(64);
        compiled.level.planes(&buffer[base..buffer.len().min(base + CHUNK + AHEAD)], &mut planes.words);
        #[cfg(feature = "hyperscan")]
        let stands = compiled.literals.as_ref().and_then(|l| l.automaton.as_ref()).and_then(|a| a.stands(&mut planes.events, buffer, base..end));
        #[cfg(not(feature = "hyperscan"))]
        let stands = None;
        if let Some(literals) = compiled.literals.as_ref().filter(|_| stands.is_none()) {
            literals.anywhere(compiled.level, buffer, base, &planes.words[..count], &mut planes.literals);
        }
        let mut finder = Finder { compiled, buffer, units, sink, words: &planes.words, base, stands };
        for number in 0..count {
            carry = finder.word(number, planes.literals.get(number).copied().unwrap_or(0), carry);
        }
        base += CHUNK;
    }
}

/// Calls `each` with the place of each bit.
#[inline(always)]
fn bits(mut mask: u64, mut each: impl FnMut(usize)) {
    while mask != 0 {
        each(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

impl<'t, 'p, U: Units<'t>, S: Sink<'t>> Finder<'_, 't, 'p, U, S> {
    fn word(&mut self, number: usize, likely: u64, carry: Carry) -> Carry {
        let (word, at) = (self.words[number], self.base + 64 * number);
        let next = self.words.get(number + 1).copied().unwrap_or_default();
        let breaks = self.units.begins(at);
        let alnum = planes::alnum(&word);
        let named = alnum | word[UNDER];
        let starts = alnum & (!(alnum << 1 | carry.alnum) | breaks);
        // Letters at the beginnings of runs, carried on to the byte behind them: is it the first digit of the run?
        let letters = word[UPPER] | word[LOWER];
        let (sum, over) = letters.overflowing_add(starts & letters);
        let (sum, again) = sum.overflowing_add(u64::from(carry.letters && breaks & 1 == 0));
        let first_digits = (sum & !letters & word[DIGIT]) | (starts & word[DIGIT]);
        bits(first_digits & !starts, |i| self.letters_and_digits(at + i));
        bits(starts & word[DIGIT], |i| self.digits(at + i));
        let needs = self.compiled.layouts.needs;
        if needs.all || needs.capitals {
            let capitals = word[UPPER] & ahead(&word, &next, 1) & ahead(&word, &next, 2) & ahead(&word, &next, 3);
            bits(if needs.all { starts } else { starts & capitals }, |i| self.letters(at + i));
        }
        let escapes = word[ESCAPE];
        let behind = |n: u32| escapes << n | carry.escapes >> (64 - n);
        let humps = word[UPPER] & ((word[LOWER] | word[DIGIT]) << 1 | carry.small);
        let parts = starts | humps | (alnum & (behind(2) | behind(3) | behind(6))) | word[WIDE];
        if let Some(stands) = self.stands {
            self.told(stands, at, parts);
        } else {
            bits(parts, |i| self.literal(Place::Part, at + i));
            bits(likely, |i| self.literal(Place::Anywhere, at + i));
        }
        bits(word[AT], |i| self.at_sign(at + i));
        let digits_next = (word[HEX] | word[DIGIT] | word[PART]) >> 1 | (next[HEX] | next[DIGIT] | next[PART]) << 63;
        bits(word[PART] & (word[HEX] << 1 | carry.hex) & digits_next, |i| self.part(at + i));
        if self.compiled.names {
            bits(starts & word[UPPER] & (word[LOWER] >> 1 | next[LOWER] << 63), |i| self.capital(at + i));
        }
        let wide = named | word[JOIN];
        self.tokens(at, (wide, planes::alnum(&next) | next[UNDER] | next[JOIN]), (carry.wide, breaks));
        bits(escapes, |i| {
            if let Some(unit) = self.units.holding(at + i) {
                self.sink.escape(&unit, at + i - unit.base);
            }
        });
        Carry { alnum: alnum >> 63, small: (word[LOWER] | word[DIGIT]) >> 63, wide: wide >> 63, hex: word[HEX] >> 63, letters: over | again, escapes }
    }

    /// Runs of token characters that begin here and are long.
    #[inline]
    fn tokens(&mut self, at: usize, (wide, next): (u64, u64), (before, breaks): (u64, u64)) {
        let both = u128::from(next) << 64 | u128::from(wide);
        let two = both & both >> 1;
        let four = two & two >> 2;
        let eight = four & four >> 4;
        let long = (eight & eight >> 8) as u64;
        bits(long & (!(wide << 1 | before) | breaks), |i| self.token(at + i));
    }

    fn token(&mut self, at: usize) {
        let Some(unit) = self.units.holding(at) else { return };
        let start = at - unit.base;
        let mut end = start + TOKEN;
        end += unit.text.get(end..).map_or(0, |rest| rest.iter().take_while(|b| wide(b)).count());
        if end > unit.text.len() {
            return;
        }
        if end - start >= BASE64 {
            self.sink.base64(&unit, (start, end));
        }
        let end = end + unit.text[end..].iter().take(2).take_while(|b| **b == b'=').count();
        for alphabet in [Alphabet::Hex, Alphabet::Alnum, Alphabet::Base64, Alphabet::Base64Url] {
            self.runs_of(&unit, alphabet, (start, end));
        }
    }

    /// The longest runs of an alphabet in a run of token characters.
    fn runs_of(&mut self, unit: &Unit<'t>, alphabet: Alphabet, (mut at, end): (usize, usize)) {
        while at < end {
            let length = unit.text[at..end].iter().take_while(|b| alphabet.holds(**b)).count();
            if length >= TOKEN {
                let tokens = &self.compiled.bare_tokens[alphabet as usize][length.min(LONG)];
                for token in tokens.iter().filter(|t| (t.length[0]..=t.length[1]).contains(&length)) {
                    self.sink.candidate(unit, Candidate { form: token.form, start: at, end: at + length, delta: 0, literal: 0 });
                }
                self.sink.token(unit, alphabet, (at, at + length));
            }
            at += length + 1;
        }
    }

    /// The first digit of a run that begins with letters.
    #[inline]
    fn letters_and_digits(&mut self, at: usize) {
        let Some(unit) = self.units.holding(at) else { return };
        let digit = at - unit.base;
        let room = digit.min(4 * RUNS);
        let before = unit.text[digit - room..digit].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        if before < 4 * RUNS {
            self.number(&unit, digit - before);
        }
    }

    /// A run that begins with a digit.
    #[inline]
    fn digits(&mut self, at: usize) {
        if let Some(unit) = self.units.holding(at) {
            self.number(&unit, at - unit.base);
        }
    }

    /// A run that holds a digit, and the letters before it.
    #[inline]
    fn number(&mut self, unit: &Unit<'t>, start: usize) {
        let run = self.run(unit, start);
        self.at_run(unit, &run);
        let needs = &self.compiled.layouts.needs;
        if start < 2 || !needs.signs.contains(unit.text[start - 1]) {
            return;
        }
        let mut from = start;
        for _ in 0..BACK {
            let Some((start, length)) = letters_before(unit.text, from, needs.back) else { break };
            self.layouts(unit, &Run { start, length, digits: 0 });
            from = start;
        }
        // `NO 93 8601 …`: people write a space after the country of an IBAN.
        if start >= 3 && unit.text[start - 1] == b' ' && unit.text[start - 3..start - 1].iter().all(u8::is_ascii_uppercase) {
            self.kernels(unit, &Run { start: start - 3, length: 2, digits: 0 });
        }
    }

    fn run(&self, unit: &Unit<'t>, start: usize) -> Run {
        run_at((self.words, self.base), unit, start)
    }

    fn at_run(&mut self, unit: &Unit<'t>, run: &Run) {
        self.layouts(unit, run);
        self.kernels(unit, run);
        if run.start > 0 && matches!(unit.text[run.start - 1], b'\\' | b'%') {
            let escape = escape_length(unit.text, run.start);
            if escape > 0 && escape < run.length {
                let run = Run::at(unit.text, run.start + escape);
                self.layouts(unit, &run);
                self.kernels(unit, &run);
            }
        }
    }

    fn layouts(&mut self, unit: &Unit<'t>, run: &Run) {
        let planes = (self.words, self.base);
        self.compiled.layouts.at_run(unit.text, run, |start| run_at(planes, unit, start), |span, fitting| self.sink.shape(unit, span, fitting));
    }

    fn kernels(&mut self, unit: &Unit<'t>, run: &Run) {
        let next = unit.text.get(run.start + run.length).copied().unwrap_or(0);
        let likely = Kernel::likely(run, unit.text[run.start], next) & self.compiled.kernel_bits;
        if likely != 0 {
            let compiled = self.compiled;
            for (kernel, forms) in compiled.kernels.iter().filter(|k| likely & k.0.bit() != 0) {
                if let Some(span) = kernel.at_run(unit.text, run.start, run.length) {
                    self.spans(unit, forms, span);
                }
            }
        }
    }

    /// A run whatever it is made of, for layouts that ask for it.
    fn letters(&mut self, at: usize) {
        if let Some(unit) = self.units.holding(at) {
            let run = self.run(&unit, at - unit.base);
            // Runs with digits were met by their first one.
            if run.length > 64 || run.digits == 0 {
                self.layouts(&unit, &run);
            }
        }
    }

    /// A word with a capital.
    fn capital(&mut self, at: usize) {
        if let Some(unit) = self.units.holding(at) {
            let run = self.run(&unit, at - unit.base);
            if run.digits == 0 {
                self.kernels(&unit, &run);
            }
        }
    }

    /// `:`, `-` or `.` between a hexadecimal letter and another digit: an address whose first part has no digit may stand before it.
    fn part(&mut self, at: usize) {
        let Some(unit) = self.units.holding(at).filter(|u| u.base < at) else { return };
        let end = at - unit.base;
        let length = unit.text[..end].iter().rev().take(5).take_while(|b| b.is_ascii_alphanumeric()).count();
        let start = end - length;
        if (1..=4).contains(&length) && unit.text[start..end].iter().all(|b| b.is_ascii_hexdigit() && b.is_ascii_alphabetic()) {
            self.kernels(&unit, &Run { start, length, digits: 0 });
        }
    }

    fn at_sign(&mut self, at: usize) {
        let Some(unit) = self.units.holding(at) else { return };
        let compiled = self.compiled;
        for (kernel, forms) in compiled.kernels.iter().filter(|k| k.0 == Kernel::Email) {
            if let Some(span) = kernel.at_sign(unit.text, at - unit.base) {
                self.spans(&unit, forms, span);
            }
        }
    }

    /// What a kernel found, for all its forms.
    fn spans(&mut self, unit: &Unit<'t>, forms: &[u32], Span { start, end, bits }: Span) {
        for &form in forms {
            self.sink.candidate(unit, Candidate { form, start, end, delta: bits, literal: 0 });
        }
    }

    #[inline]
    fn literal(&mut self, place: Place, at: usize) {
        let compiled = self.compiled;
        let Some(literals) = &compiled.literals else { return };
        literals.at(place, self.buffer, at, |number| self.stands_at(number, at));
    }

    /// Literals found in another way that begin in the 64 bytes from `at` on: first those at parts of names, as is done without it.
    fn told(&mut self, stands: &'p [Stand], at: usize, parts: u64) {
        let here = stands.iter().take_while(|s| s.0 < at + 64).count();
        let (here, rest) = stands.split_at(here);
        self.stands = Some(rest);
        for &(at, _, number) in here.iter().filter(|s| s.1 == Place::Part && parts >> (s.0 - at) & 1 == 1) {
            self.stands_at(number, at);
        }
        for &(at, _, number) in here.iter().filter(|s| s.1 == Place::Anywhere) {
            self.stands_at(number, at);
        }
    }

    #[inline]
    fn stands_at(&mut self, number: usize, at: usize) {
        let compiled = self.compiled;
        let Some(unit) = self.units.holding(at) else { return };
        let (literal, start) = (&compiled.literal_texts[number], at - unit.base);
        if unit.text.len() < start + literal.len() {
            return;
        }
        for (form, exact) in &compiled.literal_forms[number] {
            if exact.as_ref().is_some_and(|exact| unit.text[start..start + literal.len()] != **exact) {
                continue;
            }
            let form = *form;
            if let Some(Span { start, end, bits }) = compiled.at_literal(form, unit.text, start, literal.len()) {
                self.sink.candidate(&unit, Candidate { form, start, end, delta: bits, literal: literal.len() as u16 });
            }
        }
    }
}

impl Compiled {
    /// Runs a form where one of its literals stands.
    pub(crate) fn at_literal(&self, form: u32, text: &[u8], at: usize, length: usize) -> Option<Span> {
        let ready = &self.forms[form as usize];
        if ready.left && !boundary_before(text, at) {
            return None;
        }
        match (ready.kernel, &ready.pattern) {
            (Some(kernel), _) => kernel.at_literal(text, at, length),
            (None, None) => Some(Span { start: at, end: at + length, bits: 0 }),
            (None, Some(pattern)) => pattern.value_at(text, at).map(|(start, end)| Span { start, end, bits: 0 }),
        }
    }
}

/// Capitals `n` bytes further on.
fn ahead(word: &Word, next: &Word, n: u32) -> u64 {
    word[UPPER] >> n | next[UPPER] << (64 - n)
}

/// A run of letters only, at most `most` long, and one sign or separator between it and `end`.
fn letters_before(text: &[u8], end: usize, most: usize) -> Option<(usize, usize)> {
    if most == 0 || end < 2 {
        return None;
    }
    let sign = match text[end - 1] {
        0x80.. => (2..=3).find(|&n| end > n && shape::separator(&text[end - n..end]).is_some_and(|s| s.1 == n))?,
        byte if byte.is_ascii_alphanumeric() => return None,
        _ => 1,
    };
    let end = end - sign;
    let length = text[end.saturating_sub(most + 1)..end].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let whole = length > 0 && length <= most && !end.checked_sub(length + 1).is_some_and(|i| text[i].is_ascii_alphanumeric());
    whole.then_some((end - length, length))
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

/// A match may begin at `start`: no letter, digit or `_` stands before it, unless that is the end of an escape (`\n`, `\u0022`, `%22`), or an `_` that nothing stands before
/// (Markdown's emphasis).
pub(crate) fn boundary_before(text: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1) else { return true };
    if !(text[before].is_ascii_alphanumeric() || text[before] == b'_') {
        return true;
    }
    let at = |n: usize| start.checked_sub(n).map(|i| text[i]);
    if text[before] == b'_' && at(2).is_none_or(|b| !(b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80)) {
        return true;
    }
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

/// A match may end at `end`: no letter, digit or `_` follows, unless that is the `_` that ends an emphasis.
pub(crate) fn boundary_after(text: &[u8], end: usize) -> bool {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let emphasis = || text[end] == b'_' && text.get(end + 1).is_none_or(|b| !inside(b) && *b < 0x80);
    text.get(end).is_none_or(|b| !inside(b)) || emphasis()
}
