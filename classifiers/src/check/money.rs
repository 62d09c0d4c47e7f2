//! Accounts, banks and securities.

use super::digits;

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("aba", aba, 4.8, false),
    ("bic", bic, 1.2, false),
    ("cusip", cusip, 3.3, false),
    ("iban", super::iban::iban, 9.0, false),
    ("iban-international", super::iban::loose, 9.0, false),
    ("isin", isin, 4.4, false),
    ("lei", lei, 6.6, false),
];

/// US routing number: Federal Reserve ranges, weights 3-7-1.
fn aba(value: &[u8]) -> bool {
    let Some(sum) = digits::weighted(value, &[3, 7, 1, 3, 7, 1, 3, 7, 1]) else { return false };
    let district = digits::number(&value[..2]).unwrap_or(99);
    sum.is_multiple_of(10) && matches!(district, 1..=12 | 21..=32 | 61..=72 | 80) && value[2..] != [b'0'; 7]
}

/// ISO 9362: four letters (bank), country, place of two letters or digits, branch of three.
fn bic(value: &[u8]) -> bool {
    if !matches!(value.len(), 8 | 11) || !value.iter().all(|&b| digits::alnum(b).is_some()) || !value[..6].iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    super::country::is_country(&value[4..6])
}

/// ISIN: country or `XS`-like prefix, then Luhn over the digits of the letters.
fn isin(value: &[u8]) -> bool {
    if value.len() != 12 || !value[11].is_ascii_digit() {
        return false;
    }
    let mut expanded = [0u8; 24];
    let mut length = 0;
    for &byte in value {
        let Some(n) = digits::alnum(byte) else { return false };
        for place in if n < 10 { &[1][..] } else { &[10, 1][..] } {
            expanded[length] = b'0' + (n / place % 10) as u8;
            length += 1;
        }
    }
    // XS: international; XA–XF: CUSIP Global Services; EU: the Union; QS, QT, EZ: exchanges and derivatives.
    const OTHER: [&[u8]; 13] = [b"XS", b"XA", b"XB", b"XC", b"XD", b"XF", b"XK", b"XT", b"EU", b"EZ", b"QS", b"QT", b"AN"];
    let prefix = &value[..2];
    (super::country::is_country(prefix) || OTHER.contains(&prefix)) && digits::luhn(&expanded[..length])
}

/// ISO 17442: eighteen letters and digits and two digits, modulo 97 = 1. Twenty digits are a number, though one in two thousand codes is.
fn lei(value: &[u8]) -> bool {
    value.len() == 20
        && value[18..].iter().all(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_uppercase)
        && digits::modulo(value, 97) == Some(1)
}

/// CUSIP: letters count from 10, `*`, `@`, `#` 36 to 38; every second place doubled, digits summed.
fn cusip(value: &[u8]) -> bool {
    let [body @ .., check] = value else { return false };
    if body.len() != 8 || !check.is_ascii_digit() {
        return false;
    }
    let sum = body.iter().enumerate().try_fold(0u32, |sum, (i, &b)| {
        let n = match b {
            b'*' => 36,
            b'@' => 37,
            b'#' => 38,
            _ => digits::alnum(b)?,
        };
        let n = if i % 2 == 1 { n * 2 } else { n };
        Some(sum + n / 10 + n % 10)
    });
    matches!((sum, digits::digit(*check)), (Some(s), Some(c)) if (s + c).is_multiple_of(10))
}
