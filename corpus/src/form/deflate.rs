//! gzip by a small encoder of our own: libraries choose other bytes on other processors, and the lake must be the same everywhere.

use crate::digits::crc32;

/// Bits, least significant first.
#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, bits: u32) {
        self.held |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// A Huffman code: most significant bit first.
    fn code(&mut self, code: u32, bits: u32) {
        self.push(code.reverse_bits() >> (32 - bits), bits);
    }

    /// A literal or length symbol of the fixed code (RFC 1951, 3.2.6).
    fn symbol(&mut self, s: u32) {
        match s {
            0..=143 => self.code(0x30 + s, 8),
            144..=255 => self.code(0x190 + s - 144, 9),
            256..=279 => self.code(s - 256, 7),
            _ => self.code(0xc0 + s - 280, 8),
        }
    }

    /// A copy of `length` bytes from `distance` back.
    fn copy(&mut self, length: u32, distance: u32) {
        let (mut symbol, mut base, mut extra) = (257, 3, 0);
        while length >= base + (1 << extra) && symbol < 284 {
            base += 1 << extra;
            symbol += 1;
            extra = if symbol < 265 { 0 } else { (symbol - 261) / 4 };
        }
        if length == 258 {
            (symbol, base, extra) = (285, 258, 0);
        }
        self.symbol(symbol);
        self.push(length - base, extra);
        let (mut symbol, mut base, mut extra) = (0, 1, 0);
        while distance >= base + (1 << extra) {
            base += 1 << extra;
            symbol += 1;
            extra = if symbol < 2 { 0 } else { (symbol - 2) / 2 };
        }
        self.code(symbol, 5);
        self.push(distance - base, extra);
    }
}

/// One gzip member.
#[must_use]
pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut bits = Bits { out: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], ..Bits::default() };
    bits.push(1, 1);
    bits.push(1, 2);
    let mut last = vec![usize::MAX; 1 << 15];
    let mut i = 0;
    while i < data.len() {
        let mut found = None;
        if i + 4 <= data.len() {
            let key = u32::from_le_bytes([data[i], data[i + 1], data[i + 2], data[i + 3]]);
            let slot = &mut last[(key.wrapping_mul(0x9e37_79b1) >> 17) as usize];
            let before = std::mem::replace(slot, i);
            if before != usize::MAX && i - before <= 32_768 {
                let length = data[i..].iter().zip(&data[before..]).take(258).take_while(|(a, b)| a == b).count();
                found = (length >= 4).then_some((length, i - before));
            }
        }
        if let Some((length, distance)) = found {
            bits.copy(length as u32, distance as u32);
            i += length;
        } else {
            bits.symbol(u32::from(data[i]));
            i += 1;
        }
    }
    bits.symbol(256);
    bits.push(0, 7);
    let mut out = bits.out;
    out.extend(crc32(data).to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    /// Inflates by the library, through its writer.
    fn inflate(bytes: &[u8]) -> Vec<u8> {
        let mut decoder = flate2::write::GzDecoder::new(vec![]);
        decoder.write_all(bytes).expect("a gzip member");
        decoder.finish().expect("whole")
    }

    #[test]
    fn inflates_to_the_same() {
        let mut r = crate::Prng::new(7);
        let noise = r.bytes(70_000);
        let text = "the quick brown fox ".repeat(9_000);
        let runs: Vec<u8> = (0..600u32).flat_map(|n| vec![n as u8; n as usize]).collect();
        for data in [&b""[..], b"a", &noise, text.as_bytes(), &runs] {
            assert_eq!(inflate(&super::gzip(data)), data);
        }
        assert!(super::gzip(text.as_bytes()).len() < text.len() / 20);
    }
}
