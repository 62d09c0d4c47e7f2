//! What an object is, from its first bytes; its name only tips the balance.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Codec, Format};

mod dialect;
mod json;
mod signature;
#[cfg(test)]
mod tests;

/// Bytes that are looked at.
pub(super) const HEAD: u64 = 256 << 10;

/// What the first bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// To be read as this; for Parquet the footer has the last word.
    Format(Format),
    /// Not read; what it is, for people.
    Unsupported(&'static str),
}

/// Looks at `head`, the first bytes of an object called `name`; `whole` when there are no more.
pub(super) fn look(name: &str, head: &[u8], whole: bool) -> Found {
    if head.is_empty() {
        return Found::Format(Format::Empty);
    }
    if head.starts_with(b"\x1f\x8b\x08") {
        return Found::Format(Format::Compressed(Codec::Gzip));
    }
    if is_zstd(head) {
        return Found::Format(Format::Compressed(Codec::Zstd));
    }
    let text = encoding(head, whole);
    if head.starts_with(b"PAR1") && (text.is_none() || head.len() < 12) || head.starts_with(b"PARE") && text.is_none() {
        return Found::Format(Format::Parquet);
    }
    if let Some(kind) = signature::find(head, text.is_none()) {
        return Found::Unsupported(kind);
    }
    match text {
        Some((encoding, bom)) => Found::Format(text_format(name, head, whole, encoding, bom)),
        None if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") => Found::Unsupported("UTF-32 text"),
        None => Found::Unsupported("binary data of an unknown kind"),
    }
}

/// zstd frames, and skippable frames that may come before one.
fn is_zstd(head: &[u8]) -> bool {
    head.starts_with(b"\x28\xb5\x2f\xfd") || (head.len() >= 8 && head[0] & 0xf0 == 0x50 && &head[1..4] == b"\x2a\x4d\x18")
}

fn text_format(name: &str, head: &[u8], whole: bool, encoding: &'static Encoding, bom: usize) -> Format {
    let decoded;
    let sample = if encoding == UTF_8 {
        &head[bom..]
    } else {
        decoded = encoding.decode_without_bom_handling(&head[bom..]).0;
        decoded.as_bytes()
    };
    let (label, bom) = (encoding.name().to_owned(), bom as u8);
    let extension = extension(name);
    match json::look(sample, whole, &extension) {
        Some(json::Kind::Document) => return Format::Json { encoding: label, bom },
        Some(json::Kind::Lines) => return Format::NdJson { encoding: label, bom },
        None => {}
    }
    match dialect::look(sample, whole, &extension) {
        Some(found) => Format::Csv { encoding: label, bom, delimiter: found.delimiter, quote: found.quote, header: found.header },
        None => Format::Text { encoding: label, bom },
    }
}

/// Extension in small letters, those of compressions taken off.
fn extension(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let stem = [".gz", ".gzip", ".zst", ".zstd"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    stem.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default()
}

/// The encoding of a text and the length of its byte-order mark; `None`: no text.
fn encoding(head: &[u8], whole: bool) -> Option<(&'static Encoding, usize)> {
    if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        return None;
    }
    if let Some((encoding, bom)) = Encoding::for_bom(head) {
        return (encoding != UTF_8 || is_texty(&head[bom..], 0.3)).then_some((encoding, bom));
    }
    if let Some(encoding) = utf16(head) {
        return Some((encoding, 0));
    }
    let (wide, broken) = utf8(head, whole);
    if broken == 0 {
        return is_texty(head, 0.1).then_some((UTF_8, 0));
    }
    // A few bad bytes do not make another encoding of it; they are scanned as they are.
    if wide >= 10 * broken && is_texty(head, 0.02) {
        return Some((UTF_8, 0));
    }
    if !is_texty(head, 0.01) {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, whole);
    let guess = detector.guess(None, Utf8Detection::Deny);
    Some((guess, 0))
}

/// Whether few bytes are control characters (NUL counts eightfold).
fn is_texty(head: &[u8], share: f64) -> bool {
    let control = |b: &u8| match b {
        0 => 8,
        b'\t' | b'\n' | b'\r' | 8 | 0x0c | 0x1b => 0,
        1..=0x1f | 0x7f => 1,
        _ => 0,
    };
    let odd: usize = head.iter().map(control).sum();
    odd as f64 <= share * head.len() as f64
}

/// Characters of several bytes, and sequences that are not UTF-8.
fn utf8(head: &[u8], whole: bool) -> (usize, usize) {
    let (mut wide, mut broken, mut rest) = (0, 0, head);
    loop {
        let (good, error) = match std::str::from_utf8(rest) {
            Ok(text) => (text.as_bytes(), None),
            Err(error) => (&rest[..error.valid_up_to()], Some(error.error_len())),
        };
        wide += good.iter().filter(|b| **b >= 0xc0).count();
        match error {
            None => return (wide, broken),
            // Cut off by the end of the head.
            Some(None) => return (wide, broken + usize::from(whole)),
            Some(Some(len)) => {
                broken += 1;
                rest = &rest[good.len() + len..];
            }
        }
    }
}

/// UTF-16 without a byte-order mark: the NULs of ASCII characters stand all on one side.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(8 << 10) & !1];
    if sample.len() < 4 {
        return None;
    }
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = sample.len() / 2;
    let encoding = match (even, odd) {
        (even, odd) if odd * 10 >= pairs * 3 && even * 50 <= odd => UTF_16LE,
        (even, odd) if even * 10 >= pairs * 3 && odd * 50 <= even => UTF_16BE,
        _ => return None,
    };
    let (text, malformed) = encoding.decode_without_bom_handling(sample);
    let odd_chars =
        text.chars().filter(|c| (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c')) || matches!(c, '\u{e000}'..='\u{f8ff}')).count();
    // The sample may end within a surrogate pair.
    let malformed = malformed && text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() > 1;
    (!malformed && odd_chars * 50 <= text.chars().count()).then_some(encoding)
}
