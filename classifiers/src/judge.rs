//! A candidate judged: boundaries, check, known false families, secrecy, context. Evidence in bits, summed.

use std::borrow::Cow;

use crate::{
    compile::{Ready, milli},
    ear::{Ear, NEAREST},
    engine::{Bit, Engine, Match, RuleIndex},
    find::{Candidate, boundary_after, boundary_before},
    secrecy, shape,
    words::{Speaks, Spoken},
};

/// A judged candidate.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) form: u32,
    pub(crate) rule: u16,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) bits: i32,
    /// Bits without the check.
    pub(crate) base: i32,
    pub(crate) check: i32,
    /// Its form needs context and has none.
    pub(crate) weak: bool,
    pub(crate) numeric: bool,
    pub(crate) delta: i32,
    /// Millibits that cells of the same row added, which are part of `base`.
    pub(crate) row: i32,
    pub(crate) literal: u16,
    /// What it was found in, when that is not the text itself.
    pub(crate) view: Option<Box<View>>,
}

/// What a value was found in that is not the text itself: decoded, with its neighbourhood; or the cell of a table, with its name.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) text: Vec<u8>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) field: Option<Box<str>>,
}

/// Why a candidate is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Its check fails; its shape is right.
    Check,
    /// Anything else.
    Shape,
}

/// Evidence written down.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) bits: Vec<Bit>,
}

impl Hit {
    pub(crate) fn matched<'t>(self, text: &'t [u8]) -> Match<'t> {
        let value = match &self.view {
            Some(view) => Cow::Owned(view.text[view.start..view.end].to_vec()),
            None => Cow::Borrowed(&text[self.start..self.end]),
        };
        Match { rule: RuleIndex(self.rule), start: self.start, end: self.end, millibits: self.bits, value, hit: self }
    }
}

impl Ready {
    /// The phrase in a column's name that speaks for the rule.
    pub(crate) fn named(&self, spoken: &Spoken) -> Option<u32> {
        let near = || spoken.about(self.rule, Speaks::For).filter(|_| !self.beside);
        spoken.about(self.rule, Speaks::Header).or_else(near)
    }
}

/// What cells of the same row say, asked for only where it can matter.
pub(crate) type Row<'a> = &'a dyn Fn(u16) -> bool;

/// Judges the candidates of one text, place by place.
pub(crate) struct Judge<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) text: &'a [u8],
    /// What the name of the column says.
    pub(crate) spoken: Option<&'a Spoken>,
    /// Whether another cell of the row speaks for a rule.
    pub(crate) row: Option<Row<'a>>,
    pub(crate) ear: &'a mut Ear,
    pub(crate) place: &'a mut Place,
}

/// What is the same for all forms that fit one place.
#[derive(Debug, Default)]
pub(crate) struct Place {
    span: (usize, usize),
    family: Option<Family>,
    in_a_row: Option<bool>,
    secrecy: Option<i32>,
    /// The value without separators, and whether its letters were made capitals.
    plain: Vec<u8>,
    stripped: Option<bool>,
}

impl Place {
    fn at(&mut self, span: (usize, usize)) {
        if self.span != span {
            *self = Self { span, plain: std::mem::take(&mut self.plain), ..Self::default() };
        }
    }

    /// Forgets: another text.
    pub(crate) fn leave(&mut self) {
        self.at((0, 0));
    }
}

impl Judge<'_> {
    pub(crate) fn judge(&mut self, candidate: &Candidate, mut trace: Option<&mut Trace>) -> Result<Hit, Refused> {
        let Candidate { form, start, end, delta, literal } = *candidate;
        let ready = &self.engine.compiled.forms[form as usize];
        if start >= end {
            return Err(Refused::Shape);
        }
        self.place.at((start, end));
        let explaining = trace.is_some();
        // Most places that a bare number or token fits have no word that says what it is: told first, since it is told for all forms at once.
        if ready.needs_context && (ready.check.is_none() || ready.entropy) && !explaining && !self.supported(ready, (start, end)) {
            return Err(Refused::Shape);
        }
        if ready.needs_context && self.spoken.is_none() && !explaining && !self.supported(ready, (start, end)) {
            return Err(Refused::Shape);
        }
        self.bounded(ready, (start, end))?;
        self.check(ready, (start, end))?;
        let mut tell = |why: &dyn Fn() -> String, bits: i32| {
            if let Some(trace) = trace.as_deref_mut().filter(|_| bits != 0) {
                trace.bits.push(Bit { why: why(), bits: bits as f32 / 1000.0 });
            }
        };
        tell(&|| "rule".into(), ready.prior);
        tell(&|| "the way it is written".into(), delta);
        tell(&|| "check digits or structure".into(), ready.check_bits);
        let mut base = ready.prior + delta;
        if ready.numeric && *self.place.in_a_row.get_or_insert_with(|| in_a_row(self.text, start, end)) {
            tell(&|| "one of a row of groups".into(), ROW);
            base += ROW;
        }
        if ready.entropy {
            let bits = *self.place.secrecy.get_or_insert_with(|| milli(secrecy::bits(&self.text[start..end])));
            if bits <= -20_000 {
                return Err(Refused::Shape);
            }
            tell(&|| "random or like a word".into(), bits);
            base += bits;
        }
        if self.spoken.is_none() && !explaining && self.hopeless(ready, base + ready.check_bits) {
            return Err(Refused::Shape);
        }
        let (context, supported) = self.context((start, end), ready, &mut tell);
        base += context;
        let mut weak = ready.needs_context && !supported;
        let mut row = 0;
        if (weak || base + ready.check_bits < self.engine.threshold) && self.row.is_some_and(|speaks| speaks(ready.rule)) {
            row = milli(self.engine.rules[usize::from(ready.rule)].context_bits);
            tell(&|| "a cell of the same row".into(), row);
            (base, weak) = (base + row, false);
        }
        let (bits, check) = (base + ready.check_bits, ready.check_bits);
        Ok(Hit { form, rule: ready.rule, start, end, bits, base, check, weak, numeric: ready.numeric, delta, row, literal, view: None })
    }

    fn bounded(&mut self, ready: &Ready, (start, end): (usize, usize)) -> Result<(), Refused> {
        let text = self.text;
        let left = !ready.left || ready.value || boundary_before(text, start);
        if !left || (ready.right && !boundary_after(text, end)) {
            return Err(Refused::Shape);
        }
        let strange = ready.numeric && {
            let family = *self.place.family.get_or_insert_with(|| false_family(text, start, end));
            family == Family::Always || (family == Family::Doubtful && ready.prior < 0)
        };
        if strange || (ready.ignore_case && ready.pattern.is_none() && ready.kernel.is_none() && hex_run(&text[start..end])) {
            return Err(Refused::Shape);
        }
        Ok(())
    }

    fn check(&mut self, ready: &Ready, (start, end): (usize, usize)) -> Result<(), Refused> {
        let Some(check) = ready.check else { return Ok(()) };
        let value = &self.text[start..end];
        let passed = if check.raw {
            (check.run)(value)
        } else {
            if self.place.stripped != Some(ready.ignore_case) {
                strip(value, ready.ignore_case, &mut self.place.plain);
                self.place.stripped = Some(ready.ignore_case);
            }
            (check.run)(&self.place.plain)
        };
        if passed { Ok(()) } else { Err(Refused::Check) }
    }

    /// Whether a word around, the name of the column or a cell of the row speaks for the rule.
    fn supported(&mut self, ready: &Ready, span: (usize, usize)) -> bool {
        if self.spoken.is_some_and(|s| ready.named(s).is_some()) {
            return true;
        }
        if ready.listens {
            self.hear(span);
            let words = &self.engine.compiled.words;
            if self.ear.speaks_for(words, ready.rule).is_some() || self.ear.names(words, ready.rule).is_some() {
                return true;
            }
        }
        self.row.is_some_and(|speaks| speaks(ready.rule))
    }

    fn hear(&mut self, span: (usize, usize)) {
        self.ear.hear(&self.engine.compiled.words, self.engine.compiled.level, self.text, span);
    }

    /// Whether, in a text without a name, no word around could make this many millibits credible. Saves listening.
    fn hopeless(&self, ready: &Ready, bits: i32) -> bool {
        let rule = &self.engine.rules[usize::from(ready.rule)];
        let near = if ready.entropy { NEAREST } else { 0 };
        let most = if ready.listens { milli(rule.context_bits.max(rule.header_bits)).max(0) + (-milli(rule.negative_bits)).max(0) + near } else { 0 };
        bits + most < self.engine.threshold || (ready.needs_context && !ready.listens)
    }

    /// Millibits of the words around, and of the column's name; whether any speaks for the rule.
    fn context(&mut self, span: (usize, usize), ready: &Ready, tell: &mut impl FnMut(&dyn Fn() -> String, i32)) -> (i32, bool) {
        let rule = &self.engine.rules[usize::from(ready.rule)];
        let words = &self.engine.compiled.words;
        let (mut bits, mut supported, mut against) = (0, false, None);
        if let Some(spoken) = self.spoken {
            if let Some(phrase) = ready.named(spoken) {
                let added = milli(rule.header_bits);
                tell(&|| format!("field name `{}`", words.phrase(phrase)), added);
                (bits, supported) = (bits + added, true);
            }
            against = spoken.about(ready.rule, Speaks::Against);
        }
        if ready.listens {
            self.hear(span);
            let near = self.ear.speaks_for(words, ready.rule);
            let named = if supported { None } else { self.ear.names(words, ready.rule) };
            if let Some((phrase, near)) = near.filter(|_| named.is_none() || rule.context_bits >= rule.header_bits) {
                // Tokens of several services look the same: the service named last is the one.
                let added = milli(rule.context_bits) + if ready.entropy { near } else { 0 };
                tell(&|| format!("`{}` nearby", words.phrase(phrase)), added);
                (bits, supported) = (bits + added, true);
            } else if let Some(phrase) = named {
                let added = milli(rule.header_bits);
                tell(&|| format!("its name `{}`", words.phrase(phrase)), added);
                (bits, supported) = (bits + added, true);
            }
            against = against.or_else(|| self.ear.speaks_against(words, ready.rule));
        }
        if let Some(phrase) = against {
            let taken = -milli(rule.negative_bits);
            tell(&|| format!("`{}` speaks against it", words.phrase(phrase)), taken);
            bits += taken;
        }
        (bits, supported)
    }
}

/// The value without separators; letters upper-cased when case does not count.
pub(crate) fn strip(value: &[u8], upper: bool, out: &mut Vec<u8>) {
    out.clear();
    let mut at = 0;
    while at < value.len() {
        if let Some((_, length)) = shape::separator(&value[at..]) {
            at += length;
        } else {
            out.push(if upper { value[at].to_ascii_uppercase() } else { value[at] });
            at += 1;
        }
    }
}

/// Sixteen lower-case hex digits are a digest or a trace id, though some of them read as an id in lower case.
fn hex_run(value: &[u8]) -> bool {
    value.len() >= 12 && value.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) && value.iter().any(u8::is_ascii_lowercase)
}

/// How little a number can be what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// Nothing speaks against it.
    None,
    /// `$` or `#` before it: an amount, a number in a list.
    Doubtful,
    /// Part of a longer number, a float, a version, a UUID, one digit repeated.
    Always,
}

fn false_family(text: &[u8], start: usize, end: usize) -> Family {
    let value = &text[start..end];
    let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
    let before = start.checked_sub(1).map(|i| text[i]);
    let after = text.get(end).copied();
    let from_left = matches!(before, Some(b'.' | b'-' | b'/' | b':')) && digit(start.checked_sub(2)) && value[0].is_ascii_digit();
    let from_right = match after {
        Some(b'.' | b'-' | b'/' | b':') => digit(Some(end + 1)),
        Some(b'%') => true,
        _ => false,
    };
    let mut digits = value.iter().filter(|b| b.is_ascii_digit());
    let first = digits.next();
    let repeated = value.iter().all(|b| !b.is_ascii_alphabetic()) && first.is_some_and(|f| digits.all(|d| d == f));
    if from_left || from_right || repeated || in_uuid(text, start, end) {
        Family::Always
    } else if matches!(before, Some(b'$' | b'#')) {
        Family::Doubtful
    } else {
        Family::None
    }
}

/// Millibits that a number loses when the groups beside it are like its own.
const ROW: i32 = -6_000;

/// Whether the groups of a number go on before or after it, by the same separator and in the same length: a table of numbers, a longer number.
fn in_a_row(text: &[u8], start: usize, end: usize) -> bool {
    let alnum = |b: &&u8| b.is_ascii_alphanumeric();
    let value = &text[start..end];
    let first = value.iter().take_while(alnum).count();
    let last = value.iter().rev().take_while(alnum).count();
    let Some(&kind) = value.get(first) else { return false };
    // After a country code the kernel has seen to it where the number ends.
    if value[0] == b'+' || !matches!(kind, b' ' | b'.' | b'-') || value[value.len() - 1 - last] != kind {
        return false;
    }
    let hex = |group: &[u8]| group.iter().all(u8::is_ascii_hexdigit) && group.iter().any(u8::is_ascii_digit);
    let left = start.checked_sub(first + 1).filter(|_| text[start - 1] == kind).map(|from| &text[from..start - 1]);
    let right = text.get(end + 1..end + 1 + last).filter(|_| text[end] == kind);
    let whole_left = start < first + 2 || !text[start - first - 2].is_ascii_alphanumeric();
    let whole_right = text.get(end + 1 + last).is_none_or(|b| !b.is_ascii_alphanumeric());
    (whole_left && left.is_some_and(hex)) || (whole_right && right.is_some_and(hex))
}

fn in_uuid(text: &[u8], start: usize, end: usize) -> bool {
    let dash = |i: Option<usize>| i.and_then(|i| text.get(i)) == Some(&b'-');
    let tail = [1, 6, 11, 16].iter().all(|n| dash(start.checked_sub(*n)));
    let head = dash(Some(end)) && dash(Some(end + 5)) && dash(Some(end + 10)) && dash(Some(end + 15));
    tail || head
}
