//! Planes by a table of classes and a gather of bits, eight bytes at a time.

use super::{AT, DIGIT, ESCAPE, HEX, JOIN, LOWER, PART, PLANES, UNDER, UPPER, WIDE, Word, blocks};

/// Classes of each byte, one bit a plane.
const CLASSES: [u16; 256] = {
    let mut table = [0_u16; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        table[b] = (byte.is_ascii_digit() as u16) << DIGIT
            | (byte.is_ascii_uppercase() as u16) << UPPER
            | (byte.is_ascii_lowercase() as u16) << LOWER
            | ((byte == b'_') as u16) << UNDER
            | (matches!(byte, b'+' | b'/' | b'-') as u16) << JOIN
            | ((byte == b'@') as u16) << AT
            | (matches!(byte, b'\\' | b'%' | b'&') as u16) << ESCAPE
            | ((byte.is_ascii_hexdigit() && !byte.is_ascii_digit()) as u16) << HEX
            | (matches!(byte, b':' | b'-' | b'.') as u16) << PART
            | ((byte >= 0x80) as u16) << WIDE;
        b += 1;
    }
    table
};

pub(super) fn planes(text: &[u8], out: &mut Vec<Word>) {
    blocks(text, out, word);
}

fn word(block: &[u8; 64]) -> Word {
    let mut word = [0; PLANES];
    for (at, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let (mut low, mut high) = (0_u64, 0_u64);
        for (i, byte) in eight.iter().enumerate() {
            let class = u64::from(CLASSES[usize::from(*byte)]);
            low |= (class & 0xff) << (8 * i);
            high |= (class >> 8) << (8 * i);
        }
        for (plane, bits) in word.iter_mut().enumerate() {
            let from = if plane < 8 { low >> plane } else { high >> (plane - 8) };
            *bits |= gather(from) << (8 * at);
        }
    }
    word
}

/// The lowest bits of eight bytes side by side.
fn gather(bytes: u64) -> u64 {
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
