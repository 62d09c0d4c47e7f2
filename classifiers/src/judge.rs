//! A candidate judged: boundaries, check, known false families, secrecy, context. Evidence in bits, summed.

use std::borrow::Cow;

use crate::{
    compile::{Ready, milli},
    engine::{Bit, Engine, Match, RuleIndex},
    find::{Candidate, boundary_after, boundary_before},
    secrecy, shape,
    words::{Speaks, Spoken},
};

/// Context words count within this distance on both sides, bytes.
pub(crate) const RADIUS: usize = 50;

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
    /// The decoded text it was found in, when that is not the text itself.
    pub(crate) view: Option<Box<View>>,
}

/// A decoded value with its neighbourhood.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) text: Vec<u8>,
    pub(crate) start: usize,
    pub(crate) end: usize,
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

impl Engine {
    pub(crate) fn judge(
        &self,
        text: &[u8],
        candidate: &Candidate,
        spoken: Option<&Spoken>,
        buffer: &mut Vec<u8>,
        mut trace: Option<&mut Trace>,
    ) -> Result<Hit, Refused> {
        let Candidate { form, start, end, delta, literal } = *candidate;
        let ready = &self.compiled.forms[form as usize];
        if start >= end || (ready.left && ready.value.is_none() && !boundary_before(text, start)) || (ready.right && !boundary_after(text, end)) {
            return Err(Refused::Shape);
        }
        if (ready.numeric && false_family(text, start, end, ready))
            || (ready.ignore_case && ready.regex.is_none() && ready.kernel.is_none() && hex_run(&text[start..end]))
        {
            return Err(Refused::Shape);
        }
        let value = &text[start..end];
        if let Some(check) = ready.check {
            let passed = if check.raw {
                (check.run)(value)
            } else {
                strip(value, ready.ignore_case, buffer);
                (check.run)(buffer)
            };
            if !passed {
                return Err(Refused::Check);
            }
        }
        let explaining = trace.is_some();
        let mut tell = |why: &dyn Fn() -> String, bits: i32| {
            if let Some(trace) = trace.as_deref_mut().filter(|_| bits != 0) {
                trace.bits.push(Bit { why: why(), bits: bits as f32 / 1000.0 });
            }
        };
        tell(&|| "rule".into(), ready.prior);
        tell(&|| "the way it is written".into(), delta);
        tell(&|| "check digits or structure".into(), ready.check_bits);
        let mut base = ready.prior + delta;
        if ready.numeric && in_a_row(text, start, end) {
            tell(&|| "one of a row of groups".into(), ROW);
            base += ROW;
        }
        if ready.entropy {
            let bits = milli(secrecy::bits(value));
            if bits <= -20_000 {
                return Err(Refused::Shape);
            }
            tell(&|| "random or like a word".into(), bits);
            base += bits;
        }
        if spoken.is_none() && !explaining && self.hopeless(ready, base + ready.check_bits) {
            return Err(Refused::Shape);
        }
        let (context, supported) = self.context(text, (start, end), ready, spoken, &mut tell);
        base += context;
        let weak = ready.needs_context && !supported;
        let (bits, check) = (base + ready.check_bits, ready.check_bits);
        Ok(Hit { form, rule: ready.rule, start, end, bits, base, check, weak, numeric: ready.numeric, delta, row: 0, literal, view: None })
    }

    /// Whether, in a text without a name, no word around could make this many millibits credible. Saves listening.
    fn hopeless(&self, ready: &Ready, bits: i32) -> bool {
        let rule = &self.rules[usize::from(ready.rule)];
        let most = if ready.listens { milli(rule.context_bits).max(0) + (-milli(rule.negative_bits)).max(0) } else { 0 };
        bits + most < self.threshold || (ready.needs_context && !ready.listens)
    }

    /// Millibits of the words around, and of the column's name; whether any speaks for the rule.
    fn context(
        &self,
        text: &[u8],
        (start, end): (usize, usize),
        ready: &Ready,
        spoken: Option<&Spoken>,
        tell: &mut impl FnMut(&dyn Fn() -> String, i32),
    ) -> (i32, bool) {
        let rule = &self.rules[usize::from(ready.rule)];
        let words = &self.compiled.words;
        let (mut bits, mut supported, mut against) = (0, false, None);
        if let Some(spoken) = spoken {
            let header = spoken.about(ready.rule, Speaks::Header).or_else(|| spoken.about(ready.rule, Speaks::For));
            if let Some(phrase) = header {
                let added = milli(rule.header_bits);
                tell(&|| format!("field name `{}`", words.phrase(phrase)), added);
                (bits, supported) = (bits + added, true);
            }
            against = spoken.about(ready.rule, Speaks::Against);
        }
        if ready.listens {
            let (left, right) = around(text, start, end);
            let heard = [words.heard(left, ready.rule), words.heard(right, ready.rule)];
            if let Some(phrase) = heard.iter().find_map(|s| s[0]) {
                let added = milli(rule.context_bits);
                tell(&|| format!("`{}` nearby", words.phrase(phrase)), added);
                (bits, supported) = (bits + added, true);
            }
            if against.is_none() && heard.iter().any(|s| s[1].is_some()) {
                // A word on another line is about something else: records stand one on a line.
                let (left, right) = on_line(left, right);
                against = [left, right].iter().find_map(|s| words.heard(s, ready.rule)[1]);
            }
        }
        if let Some(phrase) = against {
            let taken = -milli(rule.negative_bits);
            tell(&|| format!("`{}` speaks against it", words.phrase(phrase)), taken);
            bits += taken;
        }
        (bits, supported)
    }
}

/// The texts on both sides that context words are looked for in, cut at whole words.
fn around(text: &[u8], start: usize, end: usize) -> (&[u8], &[u8]) {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
    let mut from = start.saturating_sub(RADIUS);
    while from > 0 && from < start && letter(text[from - 1]) {
        from += 1;
    }
    let mut to = text.len().min(end + RADIUS);
    while to < text.len() && to > end && letter(text[to]) {
        to -= 1;
    }
    (&text[from..start], &text[end..to])
}

/// What of the texts on both sides stands on the same line.
fn on_line<'t>(left: &'t [u8], right: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let from = memchr::memrchr(b'\n', left).map_or(0, |p| p + 1);
    let to = memchr::memchr(b'\n', right).unwrap_or(right.len());
    (&left[from..], &right[..to])
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

/// Families that look like numbers people have and are not: parts of longer numbers, floats, versions, UUIDs, one digit repeated.
fn false_family(text: &[u8], start: usize, end: usize, ready: &Ready) -> bool {
    let value = &text[start..end];
    let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
    let before = start.checked_sub(1).map(|i| text[i]);
    let after = text.get(end).copied();
    let from_left = match before {
        Some(b'.' | b'-' | b'/' | b':') => digit(start.checked_sub(2)) && value[0].is_ascii_digit(),
        Some(b'$' | b'#') => ready.prior < 0,
        _ => false,
    };
    let from_right = match after {
        Some(b'.' | b'-' | b'/' | b':') => digit(Some(end + 1)),
        Some(b'%') => true,
        _ => false,
    };
    let mut digits = value.iter().filter(|b| b.is_ascii_digit());
    let first = digits.next();
    let repeated = value.iter().all(|b| !b.is_ascii_alphabetic()) && first.is_some_and(|f| digits.all(|d| d == f));
    from_left || from_right || repeated || in_uuid(text, start, end)
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
