//! Check digits, written from the published formats and on purpose not shared with the classifiers: the two must agree.

/// The digits of a text as numbers; everything else is left out.
pub(crate) fn numbers(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// Sum of digits times weights.
pub(crate) fn weighted(text: &str, weights: &[u32]) -> u32 {
    numbers(text).iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// The Luhn digit that makes `body` + digit valid.
pub(crate) fn luhn(body: &str) -> u32 {
    let sum: u32 = numbers(body).iter().rev().enumerate().map(|(i, &d)| if i % 2 == 0 { if d < 5 { 2 * d } else { 2 * d - 9 } } else { d }).sum();
    (10 - sum % 10) % 10
}

/// `body` with its Luhn digit.
pub(crate) fn with_luhn(body: &str) -> String {
    format!("{body}{}", luhn(body))
}

/// A long number of digits and letters (A = 10 …) modulo `m`.
pub(crate) fn modulo(text: &str, m: u64) -> u64 {
    text.bytes().fold(0, |r, b| match b {
        b'0'..=b'9' => (r * 10 + u64::from(b - b'0')) % m,
        b'A'..=b'Z' => (r * 100 + u64::from(b - b'A') + 10) % m,
        _ => r,
    })
}

/// ISO 7064 mod 11,10: the check digit of `body`.
pub(crate) fn iso7064_11_10(body: &str) -> u32 {
    let product = numbers(body).iter().fold(10, |p, d| {
        let s = (d + p) % 10;
        (if s == 0 { 10 } else { s }) * 2 % 11
    });
    (11 - product) % 10
}

/// Verhoeff's check digit of `body`, by the dihedral group D5.
pub(crate) fn verhoeff(body: &str) -> u32 {
    let times = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let permute = |d: u32, turns: usize| (0..turns).fold(d, |d, _| [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][d as usize]);
    let c = numbers(body).iter().rev().enumerate().fold(0, |c, (i, &d)| times(c, permute(d, (i + 1) % 8)));
    (0..10).find(|&d| times(c, d) == 0).unwrap_or(0)
}

/// CRC-32 (IEEE 802.3), bit by bit.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &b| (0..8).fold(crc ^ u32::from(b), |c, _| (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())))
}

/// A number in base 62 (0-9 A-Z a-z), six characters.
pub(crate) fn base62(n: u32) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..6).rev().map(|i| char::from(ALPHABET[(n / 62u32.pow(i) % 62) as usize])).collect()
}

/// Base64, with or without padding, of either alphabet.
pub(crate) fn base64(bytes: &[u8], url: bool) -> String {
    let alphabet: &[u8] = if url {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    } else {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    };
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, &b| n << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).for_each(|i| out.push(char::from(alphabet[(n >> (18 - 6 * i) & 63) as usize])));
        if !url {
            (chunk.len()..3).for_each(|_| out.push('='));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        assert_eq!(luhn("7992739871"), 3, "ISO/IEC 7812-1");
        assert_eq!(verhoeff("236"), 3, "Verhoeff 1969");
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(iso7064_11_10("0794"), 5, "ISO 7064");
        assert_eq!(modulo("3214282912345698765432161182", 97), 1, "IBAN GB82 WEST 1234 5698 7654 32");
        assert_eq!(base64(b"sonde", false), "c29uZGU=");
        assert_eq!(base64(b"sonde", true), "c29uZGU");
    }
}
