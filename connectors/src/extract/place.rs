//! Where a value lies: spans of decoded values mapped to raw bytes, JSON paths.

use std::ops::Range;

use encoding_rs::Encoding;

use super::{Column, Columns, Escape, PathKind, Places, Step};

impl Columns {
    /// The raw bytes (half-open, in the member's decompressed bytes) of `span`, a range of the decoded value number `value` of column number `column`.
    /// `None` for columnar formats and for numbers out of range. A span that cuts an escape takes all of it.
    #[must_use]
    pub fn raw_span(&self, column: usize, value: usize, span: Range<usize>) -> Option<Range<u64>> {
        self.columns.get(column)?.places.as_ref()?.raw_span(value, span)
    }
}

impl Column {
    /// JSON path of value number `value`, for instance `$.user['odd key'][3]`; `row_abs` is its row counted from the start of the member. `None` for flat tables.
    #[must_use]
    pub fn json_path(&self, value: usize, row_abs: u64) -> Option<String> {
        let mut path = String::from("$");
        match self.path {
            PathKind::None => return None,
            PathKind::Record => {}
            PathKind::RootArray => path.push_str(&format!("[{row_abs}]")),
        }
        let mut indices = self.indices.iter().skip(value.saturating_mul(self.stride)).take(self.stride);
        for step in self.steps.iter() {
            match step {
                Step::Key(key) => push_key(&mut path, key),
                Step::Any => path.push_str(".*"),
                Step::Index => path.push_str(&format!("[{}]", indices.next().copied().unwrap_or(0))),
            }
        }
        Some(path)
    }
}

/// `.key` where RFC 9535 allows the short form, else `['key']`.
fn push_key(path: &mut String, key: &str) {
    let short = key.bytes().enumerate().all(|(i, b)| b == b'_' || b.is_ascii_alphabetic() || !b.is_ascii() || (i > 0 && b.is_ascii_digit()));
    if short && !key.is_empty() {
        path.push('.');
        path.push_str(key);
        return;
    }
    path.push_str("['");
    for c in key.chars() {
        if matches!(c, '\'' | '\\') {
            path.push('\\');
        }
        path.push(c);
    }
    path.push_str("']");
}

impl Places {
    fn raw_span(&self, value: usize, span: Range<usize>) -> Option<Range<u64>> {
        let start = *self.starts.get(value)?;
        let end = *self.ends.get(value)?;
        let Ok(at) = self.encoded.binary_search_by_key(&value, |(i, _)| *i as usize) else {
            return Some((start + span.start as u64).min(end)..(start + span.end as u64).min(end));
        };
        let encoding = Encoding::for_label(self.encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let mut units = Units::new(&self.encoded[at].1, self.escape);
        let (mut decoded, mut raw) = (0usize, start);
        let mut from = None;
        while let Some(unit) = units.next() {
            let width = raw_width(encoding, unit.raw);
            if from.is_none() && span.start < decoded + unit.len {
                from = Some(raw);
            }
            if span.end <= decoded {
                break;
            }
            decoded += unit.len;
            raw += width;
        }
        let from = from.unwrap_or(raw);
        Some(from.min(end)..raw.max(from).min(end))
    }
}

/// Raw bytes that `text` (UTF-8) takes in `encoding`.
pub(super) fn raw_width(encoding: &'static Encoding, text: &[u8]) -> u64 {
    if encoding == encoding_rs::UTF_8 {
        return text.len() as u64;
    }
    let chars = || text.iter().filter(|b| **b & 0xc0 != 0x80).count();
    if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
        return 2 * (chars() + text.iter().filter(|b| **b >= 0xf0).count()) as u64;
    }
    if encoding.is_single_byte() || text.is_ascii() {
        return chars() as u64;
    }
    match std::str::from_utf8(text) {
        Ok(text) => match encoding.encode(text) {
            (bytes, _, false) => bytes.len() as u64,
            _ => 1,
        },
        Err(_) => chars() as u64,
    }
}

/// One piece of an escaped value that stands for one piece of the value.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// As written.
    pub(super) raw: &'a [u8],
    /// What it stands for.
    pub(super) bytes: [u8; 4],
    /// How many of `bytes`.
    pub(super) len: usize,
}

/// Walks an escaped value unit by unit: the one place that knows the escapes, for unescaping and for mapping spans.
#[derive(Debug)]
pub(super) struct Units<'a> {
    rest: &'a [u8],
    escape: Escape,
    /// CSV: behind the closing quote everything is as it is.
    open: bool,
}

impl<'a> Units<'a> {
    pub(super) fn new(escaped: &'a [u8], escape: Escape) -> Self {
        Self { rest: escaped, escape, open: true }
    }

    pub(super) fn next(&mut self) -> Option<Unit<'a>> {
        let (raw, bytes, len) = match (*self.rest.first()?, self.escape) {
            (b'\\', Escape::Json) => json_escape(self.rest),
            (byte, Escape::Quotes(quote)) if byte == quote && self.open => {
                if self.rest.get(1) == Some(&quote) {
                    (2, [quote, 0, 0, 0], 1)
                } else {
                    self.open = false;
                    (1, [0; 4], 0)
                }
            }
            _ => plain(self.rest),
        };
        let (raw, rest) = self.rest.split_at(raw);
        self.rest = rest;
        Some(Unit { raw, bytes, len })
    }
}

/// One character, or one byte that is not UTF-8.
fn plain(rest: &[u8]) -> (usize, [u8; 4], usize) {
    let want = match rest[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let len = match rest.get(..want) {
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => want,
        _ => 1,
    };
    let mut bytes = [0; 4];
    bytes[..len].copy_from_slice(&rest[..len]);
    (len, bytes, len)
}

/// A JSON escape, from its backslash on; what is none stands for itself.
fn json_escape(rest: &[u8]) -> (usize, [u8; 4], usize) {
    let one = |byte: u8| (2, [byte, 0, 0, 0], 1);
    match rest.get(1) {
        Some(b'n') => one(b'\n'),
        Some(b't') => one(b'\t'),
        Some(b'r') => one(b'\r'),
        Some(b'b') => one(8),
        Some(b'f') => one(12),
        Some(b'u') => match hex4(rest) {
            Some(unit) => surrogates(rest, unit),
            None => (1, [b'\\', 0, 0, 0], 1),
        },
        Some(byte @ (b'"' | b'\\' | b'/')) => one(*byte),
        _ => (1, [b'\\', 0, 0, 0], 1),
    }
}

fn surrogates(rest: &[u8], unit: u32) -> (usize, [u8; 4], usize) {
    let (raw, code) = match unit {
        0xd800..=0xdbff => match rest.get(6..).filter(|low| low.starts_with(b"\\u")).and_then(hex4) {
            Some(low @ 0xdc00..=0xdfff) => (12, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)),
            _ => (6, 0xfffd),
        },
        code => (6, code),
    };
    let mut bytes = [0; 4];
    let len = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut bytes).len();
    (raw, bytes, len)
}

/// The four hex digits of `\uXXXX`.
fn hex4(rest: &[u8]) -> Option<u32> {
    rest.get(2..6)?.iter().try_fold(0, |n, b| Some(n << 4 | (*b as char).to_digit(16)?))
}

/// Takes the escapes out of `escaped` and appends the value to `into`.
pub(super) fn unescape(escaped: &[u8], escape: Escape, into: &mut Vec<u8>) {
    let mut units = Units::new(escaped, escape);
    loop {
        if escape == Escape::Json {
            let run = memchr::memchr(b'\\', units.rest).unwrap_or(units.rest.len());
            into.extend_from_slice(&units.rest[..run]);
            units.rest = &units.rest[run..];
        }
        let Some(unit) = units.next() else { return };
        into.extend_from_slice(&unit.bytes[..unit.len]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::sync::Arc;

    fn places(escaped: &'static str, escape: Escape, encoding: &'static str, end: u64) -> Places {
        Places { starts: vec![100], ends: vec![end], encoded: vec![(0, Bytes::from_static(escaped.as_bytes()))], escape, encoding }
    }

    #[test]
    fn spans_go_through_json_escapes() {
        let p = places(r"a\u00e9\ud83d\ude00\nz", Escape::Json, "UTF-8", 122);
        let mut value = Vec::new();
        unescape(&p.encoded[0].1, Escape::Json, &mut value);
        assert_eq!(std::str::from_utf8(&value).unwrap(), "aé😀\nz");
        assert_eq!(p.raw_span(0, 0..1), Some(100..101));
        assert_eq!(p.raw_span(0, 1..3), Some(101..107));
        assert_eq!(p.raw_span(0, 3..7), Some(107..119));
        assert_eq!(p.raw_span(0, 8..9), Some(121..122));
        assert_eq!(p.raw_span(0, 0..9), Some(100..122));
    }

    #[test]
    fn spans_go_through_doubled_quotes_and_utf16() {
        let p = places("a\"\"é😀b", Escape::Quotes(b'"'), "UTF-16LE", 114);
        assert_eq!(p.raw_span(0, 1..2), Some(102..106));
        assert_eq!(p.raw_span(0, 2..4), Some(106..108));
        assert_eq!(p.raw_span(0, 4..9), Some(108..114));
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        let mut value = Vec::new();
        unescape(br"\ud800x\udc00\ud800\u0041", Escape::Json, &mut value);
        assert_eq!(std::str::from_utf8(&value).unwrap(), "\u{fffd}x\u{fffd}\u{fffd}A");
    }

    #[test]
    fn paths_quote_odd_keys() {
        let mut path = String::from("$");
        for key in ["user", "a.b", "it's", "", "9a", "naïve"] {
            push_key(&mut path, &Arc::<str>::from(key));
        }
        assert_eq!(path, r"$.user['a.b']['it\'s']['']['9a'].naïve");
    }
}
