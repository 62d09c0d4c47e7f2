//! Values as `COPY` writes them, and the columns they are collected in.

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};

/// Values of one column, collected for a batch.
#[derive(Debug)]
pub(super) struct Cells {
    data: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self { data: Vec::new(), offsets: vec![0], nulls: NullBufferBuilder::new(0) }
    }

    /// Adds a value; `None`: a null.
    pub(super) fn push(&mut self, value: Option<&[u8]>) {
        self.data.extend_from_slice(value.unwrap_or_default());
        // A batch is flushed long before its data reach 2 GiB.
        self.offsets.push(i32::try_from(self.data.len()).unwrap_or(i32::MAX));
        self.nulls.append(value.is_some());
    }

    pub(super) fn take(&mut self) -> ArrayRef {
        let data = std::mem::take(&mut self.data);
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        Arc::new(BinaryArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(data), self.nulls.finish()))
    }
}

/// Takes the escapes of `COPY`'s text format out of a field; `None`: a null.
pub(super) fn unescape<'a>(field: &'a [u8], into: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    if field == b"\\N" {
        return None;
    }
    let Some(first) = memchr::memchr(b'\\', field) else { return Some(field) };
    into.clear();
    into.extend_from_slice(&field[..first]);
    let mut rest = &field[first..];
    while let [b'\\', escaped, after @ ..] = rest {
        into.push(match escaped {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            other => *other,
        });
        let run = memchr::memchr(b'\\', after).unwrap_or(after.len());
        into.extend_from_slice(&after[..run]);
        rest = &after[run..];
    }
    // A lone backslash at the end stands for itself.
    into.extend_from_slice(rest);
    Some(into)
}

/// The bytes that `\x…` stands for; `None`: it is not of this form.
pub(super) fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(b"\\x")?;
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    digits.chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// Bytes as text, where they are text: UTF-8, UTF-16 with a byte-order mark, or mostly ASCII of an older encoding.
pub(super) fn as_text(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let utf16 = |big: bool| {
        let units = bytes[2..].chunks_exact(2).map(|b| if big { u16::from_be_bytes([b[0], b[1]]) } else { u16::from_le_bytes([b[0], b[1]]) });
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
    };
    match bytes.as_slice() {
        [0xfe, 0xff, ..] => return Some(utf16(true)),
        [0xff, 0xfe, ..] => return Some(utf16(false)),
        _ => {}
    }
    if bytes.iter().any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)) {
        return None;
    }
    // A value that was shortened may end inside a character.
    let valid = std::str::from_utf8(&bytes).map_or_else(|e| e.error_len().is_none(), |_| true);
    let ascii = bytes.iter().filter(|b| b.is_ascii()).count();
    (valid || ascii * 10 >= bytes.len() * 7).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_escapes() {
        let mut into = Vec::new();
        for (field, want) in [
            (&b"plain"[..], Some(&b"plain"[..])),
            (b"", Some(b"")),
            (b"\\N", None),
            (b"\\\\N", Some(b"\\N")),
            (b"a\\tb\\nc\\\\d", Some(b"a\tb\nc\\d")),
            (b"\\r\\b\\f\\v", Some(b"\r\x08\x0c\x0b")),
            (b"end\\", Some(b"end\\")),
        ] {
            assert_eq!(unescape(field, &mut into), want, "{field:?}");
        }
    }

    #[test]
    fn bytes_that_are_text() {
        assert_eq!(hex(b"\\x68692e"), Some(b"hi.".to_vec()));
        assert_eq!((hex(b"hi"), hex(b"\\x6"), hex(b"\\xzz")), (None, None, None));
        assert_eq!(as_text(b"a@b.io\n".to_vec()), Some(b"a@b.io\n".to_vec()));
        assert_eq!(as_text(b"\xff\xfea\0\xe9\0".to_vec()), Some("aé".as_bytes().to_vec()));
        assert_eq!(as_text("cut é".as_bytes()[..5].to_vec()), Some("cut é".as_bytes()[..5].to_vec()));
        assert_eq!((as_text(b"\x89PNG\r\n\x1a\n\0".to_vec()), as_text(b"\xfc\xfd\xfe\xee".to_vec())), (None, None));
    }
}
