//! Plain text in several encodings.

use super::{Marked, Planted, Written};

/// Character encodings that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-16, little-endian, with a byte-order mark.
    Utf16Le,
    /// ISO 8859-1.
    Latin1,
}

impl Encoding {
    /// The mark at the start.
    fn bom(self) -> &'static [u8] {
        if self == Self::Utf16Le { &[0xff, 0xfe] } else { &[] }
    }

    /// Appends one character; Latin-1 has a `?` for what it does not know.
    fn push(self, c: char, out: &mut Vec<u8>) {
        match self {
            Self::Utf8 => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            Self::Utf16Le => c.encode_utf16(&mut [0; 2]).iter().for_each(|u| out.extend(u.to_le_bytes())),
            Self::Latin1 => out.push(u8::try_from(c as u32).unwrap_or(b'?')),
        }
    }
}

/// Writes a text and finds line and column of everything planted.
#[must_use]
pub fn write(text: &Marked, encoding: Encoding) -> Written {
    let mut bytes = encoding.bom().to_vec();
    let mut offsets = vec![0u64; text.text.len() + 1];
    let mut line_starts = vec![0u64];
    for (i, c) in text.text.char_indices() {
        offsets[i] = bytes.len() as u64;
        encoding.push(c, &mut bytes);
        if c == '\n' {
            line_starts.push(bytes.len() as u64);
        }
    }
    offsets[text.text.len()] = bytes.len() as u64;
    let planted = text
        .marks
        .iter()
        .map(|mark| {
            let (start, end) = (offsets[mark.span.start], offsets[mark.span.end]);
            let line = line_starts.partition_point(|&s| s <= start);
            Planted {
                line: Some(line as u64),
                column: Some(start - line_starts[line - 1] + 1),
                bytes: Some(start..end),
                tag: mark.tag,
                value: text.text[mark.span.clone()].to_owned(),
                ..Planted::default()
            }
        })
        .collect();
    Written { bytes, planted, fields: vec![None] }
}
