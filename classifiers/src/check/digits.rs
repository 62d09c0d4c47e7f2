//! The arithmetic that check digits are made of. Every function takes bytes as they come and refuses what is not of its alphabet.

/// The value of a decimal digit.
pub(super) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// `0`–`9` as 0–9, `A`–`Z` as 10–35.
pub(super) fn alnum(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    }
}

/// Whether the value is `length` digits.
pub(super) fn all_digits(value: &[u8], length: usize) -> bool {
    value.len() == length && value.iter().all(u8::is_ascii_digit)
}

/// Digits as a number; for at most 18 of them.
pub(super) fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 18 {
        return None;
    }
    value.iter().try_fold(0u64, |n, &b| Some(n * 10 + u64::from(digit(b)?)))
}

/// Sum of digits times weights; `None` unless both have the same length and all are digits.
pub(super) fn weighted(value: &[u8], weights: &[u32]) -> Option<u32> {
    if value.len() != weights.len() {
        return None;
    }
    value.iter().zip(weights).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w))
}

/// Whether all digits are the same: passes many sums and is nobody's number.
pub(super) fn one_digit(value: &[u8]) -> bool {
    value.windows(2).all(|w| w[0] == w[1])
}

/// Luhn (ISO/IEC 7812-1 annex B): the last digit is right.
pub(super) fn luhn(value: &[u8]) -> bool {
    value.len() > 1 && luhn_sum(value).is_some_and(|sum| sum.is_multiple_of(10))
}

/// Luhn's sum, the last digit counted once. Runs of thousands of digits are fine.
pub(super) fn luhn_sum(value: &[u8]) -> Option<u32> {
    value.iter().rev().enumerate().try_fold(0u32, |sum, (i, &b)| {
        let d = digit(b)?;
        Some(sum + if i % 2 == 0 { d } else { d * 2 / 10 + d * 2 % 10 })
    })
}

/// A number of digits and letters (A = 10 … Z = 35, each two places) modulo `m`, for `m` below 10,000.
pub(super) fn modulo(value: &[u8], m: u32) -> Option<u32> {
    value.iter().try_fold(0u32, |rest, &b| {
        let n = alnum(b)?;
        Some((rest * if n < 10 { 10 } else { 100 } + n) % m)
    })
}

/// ISO 7064 mod 11,10: the last digit is right.
pub(super) fn mod_11_10(value: &[u8]) -> bool {
    let Some((&last, body)) = value.split_last() else { return false };
    let product = body.iter().try_fold(10u32, |product, &b| {
        let sum = (digit(b)? + product) % 10;
        Some(if sum == 0 { 10 } else { sum } * 2 % 11)
    });
    matches!((product, digit(last)), (Some(p), Some(d)) if (p + d) % 10 == 1)
}

/// ISO 7064 mod 11-2: the last character is right, `X` stands for ten.
pub(super) fn mod_11_2(value: &[u8]) -> bool {
    let Some((&last, body)) = value.split_last() else { return false };
    let rest = body.iter().try_fold(0u32, |rest, &b| Some((rest + digit(b)?) * 2 % 11));
    let last = if last == b'X' { Some(10) } else { digit(last) };
    matches!((rest, last), (Some(r), Some(l)) if (r + l) % 11 == 1)
}

/// Verhoeff: the last digit is right. The dihedral group of the pentagon and its permutation.
pub(super) fn verhoeff(value: &[u8]) -> bool {
    const TURN: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let times = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let sum = value.iter().rev().enumerate().try_fold(0, |sum, (i, &b)| {
        let turned = (0..i % 8).fold(digit(b)?, |d, _| TURN[d as usize]);
        Some(times(sum, turned))
    });
    value.len() > 1 && sum == Some(0)
}

/// ICAO 9303: weights 7, 3, 1 over digits and letters (A = 10), modulo 10.
pub(super) fn icao(body: &[u8], check: u8) -> bool {
    let sum = body.iter().zip([7u32, 3, 1].into_iter().cycle()).try_fold(0u32, |sum, (&b, w)| Some(sum + alnum(b)? * w));
    matches!((sum, digit(check)), (Some(s), Some(c)) if s % 10 == c)
}
