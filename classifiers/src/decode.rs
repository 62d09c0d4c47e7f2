//! Views: stretches of text with their escapes decoded. What a match in a view spans is mapped back to the raw bytes.
//!
//! JSON escapes, `%XX` and HTML entities are decoded together; base64 runs by themselves. Only matches that touch an encoded stretch count: the others are found in the raw
//! text.

use crate::{
    collect::{Collector, Finds, Listening},
    judge::View,
};

/// Raw bytes taken along on both sides of escapes, at most; of these, bytes beyond the quotes or spaces that end a value.
const AROUND: usize = 2_048;
const BESIDE: usize = 96;
/// Longest run of base64 that is decoded.
const BASE64: usize = 8 << 10;
/// Decoded text kept around a match, for explanations.
const KEPT: usize = 128;

/// Decoded bytes and where each came from.
struct Decoded {
    text: Vec<u8>,
    /// Raw start of each decoded byte, and the end of the last.
    from: Vec<u32>,
    /// Raw offset of `from`'s zero.
    base: usize,
    /// Four characters of base64 stand for three bytes.
    base64: bool,
}

impl Decoded {
    fn raw(&self, start: usize, end: usize) -> (usize, usize) {
        let close = if self.base64 {
            // The last character that holds a bit of the last byte.
            (end * 4).div_ceil(3)
        } else {
            // An escape that stands for several bytes is taken whole.
            let last = self.from[end.saturating_sub(1)];
            self.from[end..].iter().copied().find(|f| *f != last).unwrap_or(last) as usize
        };
        (self.base + self.from[start] as usize, self.base + close)
    }
}

/// Adds the hits of all views: around escapes, in ascending order, and of base64 runs.
pub(crate) fn views(text: &[u8], listening: &Listening<'_>, escapes: &[usize], runs: &[(usize, usize)], finds: &mut Finds) {
    let mut view: Option<(usize, usize)> = None;
    for &at in escapes {
        let Some((from, to)) = around(text, at) else { continue };
        match &mut view {
            Some((first, end)) if from <= *end && to - *first <= 8 * AROUND => *end = to.max(*end),
            Some(full) => {
                unescaped(text, *full, listening, finds);
                *full = (from, to);
            }
            None => view = Some((from, to)),
        }
    }
    if let Some(view) = view {
        unescaped(text, view, listening, finds);
    }
    for &(start, end) in runs {
        let run = &text[start..end];
        let decoded = (run.len() <= BASE64 && mixed(run)).then(|| base64(run, start)).flatten();
        if let Some(decoded) = decoded {
            judge(&decoded, listening, finds, |_, _| true);
        }
    }
}

/// What of the text is decoded for an escape at `at`: white space and quotes end values, so that escapes that stand for these are in none.
fn around(text: &[u8], at: usize) -> Option<(usize, usize)> {
    if text[at] == b'\\' && matches!(text.get(at + 1), Some(b'n' | b'r' | b't' | b'"' | b'\\' | b'\'')) {
        return None;
    }
    escape(&text[at..])?;
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`');
    let floor = at.saturating_sub(AROUND);
    let from = text[floor..at].iter().rposition(ends).map_or(floor, |p| floor + p).saturating_sub(BESIDE);
    let ceiling = text.len().min(at + AROUND);
    let to = text[at..ceiling].iter().position(ends).map_or(ceiling, |p| at + p) + BESIDE;
    Some((from, to.min(text.len())))
}

fn unescaped(text: &[u8], (from, to): (usize, usize), listening: &Listening<'_>, finds: &mut Finds) {
    let mut decoded = Decoded { text: Vec::with_capacity(to - from), from: Vec::with_capacity(to - from + 1), base: from, base64: false };
    let mut at = from;
    while at < to {
        if let Some((length, bytes, count)) = escape(&text[at..]) {
            for byte in &bytes[..count] {
                decoded.text.push(*byte);
                decoded.from.push((at - from) as u32);
            }
            at += length;
        } else {
            decoded.text.push(text[at]);
            decoded.from.push((at - from) as u32);
            at += 1;
        }
    }
    decoded.from.push((at - from) as u32);
    judge(&decoded, listening, finds, |raw, plain| raw != plain);
}

/// Finds and judges in a view; keeps what `touches` an encoded stretch (raw length, decoded length).
fn judge(decoded: &Decoded, listening: &Listening<'_>, finds: &mut Finds, touches: impl Fn(usize, usize) -> bool) {
    let mut inner = finds.inner.take().unwrap_or_default();
    inner.clear();
    Collector::new(listening, &mut inner).whole(&decoded.text, 0..decoded.text.len());
    for (_, mut hit) in inner.hits.drain(..) {
        let (start, end) = decoded.raw(hit.start, hit.end);
        if touches(end - start, hit.end - hit.start) {
            let (from, to) = (hit.start.saturating_sub(KEPT), decoded.text.len().min(hit.end + KEPT));
            let view = View { text: decoded.text[from..to].to_vec(), start: hit.start - from, end: hit.end - from, field: None };
            (hit.start, hit.end, hit.view) = (start, end, Some(Box::new(view)));
            finds.hits.push((finds.unit, hit));
        }
    }
    finds.inner = Some(inner);
}

/// Words, paths and numbers are runs of these letters too: encoded text has both cases.
fn mixed(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase)
}

/// Decodes a run when what comes out is text.
fn base64(run: &[u8], base: usize) -> Option<Decoded> {
    let mut decoded = Decoded { text: Vec::with_capacity(run.len()), from: Vec::with_capacity(run.len()), base, base64: true };
    let (mut bits, mut held) = (0_u32, 0);
    for (i, &byte) in run.iter().enumerate() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            let out = (bits >> held) as u8;
            // Not text: seen after a few bytes, almost always.
            if !(out.is_ascii_graphic() || matches!(out, b' ' | b'\n' | b'\r' | b'\t') || out >= 0x80) {
                return None;
            }
            decoded.text.push(out);
            decoded.from.push((i as u32 / 4) * 4 + (decoded.from.len() as u32 % 3));
        }
    }
    decoded.from.push(run.len() as u32);
    std::str::from_utf8(&decoded.text).is_ok().then_some(decoded)
}

/// An escape at the beginning of `rest`: its length, the bytes it stands for and their number.
fn escape(rest: &[u8]) -> Option<(usize, [u8; 4], usize)> {
    let one = |length: usize, byte: u8| Some((length, [byte, 0, 0, 0], 1));
    match rest {
        [b'\\', b'u', ..] => unicode(rest),
        [b'\\', b'x', a, b, ..] => one(4, hex(*a)? << 4 | hex(*b)?),
        [b'\\', b'n', ..] => one(2, b'\n'),
        [b'\\', b'r', ..] => one(2, b'\r'),
        [b'\\', b't', ..] => one(2, b'\t'),
        [b'\\', c @ (b'"' | b'\\' | b'/' | b'\''), ..] => one(2, *c),
        [b'%', a, b, ..] => one(3, hex(*a)? << 4 | hex(*b)?),
        [b'&', ..] => entity(rest),
        _ => None,
    }
}

fn unicode(rest: &[u8]) -> Option<(usize, [u8; 4], usize)> {
    let unit = |at: usize| rest.get(at..at + 4)?.iter().try_fold(0_u32, |n, b| Some(n << 4 | u32::from(hex(*b)?)));
    let first = unit(2)?;
    let low = (rest.get(6..8) == Some(b"\\u")).then(|| unit(8)).flatten().filter(|l| (0xDC00..0xE000).contains(l));
    let (code, length) = match (first, low) {
        (0xD800..0xDC00, Some(low)) => (0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00), 12),
        _ => (first, 6),
    };
    let mut bytes = [0; 4];
    let count = char::from_u32(code).unwrap_or('\u{fffd}').encode_utf8(&mut bytes).len();
    Some((length, bytes, count))
}

fn entity(rest: &[u8]) -> Option<(usize, [u8; 4], usize)> {
    let close = rest.iter().take(10).position(|b| *b == b';')?;
    let name = std::str::from_utf8(&rest[1..close]).ok()?;
    let code = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    let mut bytes = [0; 4];
    let count = code.encode_utf8(&mut bytes).len();
    Some((close + 1, bytes, count))
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|d| d as u8)
}
