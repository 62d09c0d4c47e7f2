//! Central and South America, and the Spanish-speaking islands. Brazil's, Argentina's, Chile's, Mexico's and Uruguay's personal numbers stand in `iberia.rs`.

use super::{
    date::{exists, short_date},
    digits::{all_digits, digit, luhn, number, one_digit, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("br-rg", rg, 3.5, false),
    ("ar-dni", ar_dni, 0.5, false),
    ("co-nit", nit, 3.4, false),
    ("mx-rfc", rfc, 8.3, false),
    ("mx-rfc-form", rfc_form, 4.8, false),
    ("pe-cui", cui, 3.4, false),
    ("pe-ruc", pe_ruc, 7.7, false),
    ("uy-rut", uy_rut, 15.7, false),
    ("ve-rif", rif, 3.4, false),
    ("py-ruc", py_ruc, 3.4, false),
    ("ec-ci", ec_ci, 5.9, false),
    ("ec-ruc", ec_ruc, 5.5, false),
    ("do-cedula", do_cedula, 3.3, false),
    ("do-rnc", rnc, 3.4, false),
    ("gt-nit", gt_nit, 3.5, false),
    ("sv-nit", sv_nit, 10.0, false),
    ("cu-ni", cu_ni, 4.8, false),
];

/// Weights 2, 3, 4 … from the right.
fn rising(body: &[u8]) -> Option<u32> {
    body.iter().rev().zip(2u32..).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w))
}

/// Brazil, the identity card of São Paulo: eight digits by 9 to 2 modulo 11, X for ten.
fn rg(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let expected = weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]).map(|s| b"0123456789X"[(s % 11) as usize]);
    expected == Some(last.to_ascii_uppercase()) && !one_digit(body)
}

/// Argentina, national document: seven or eight digits, in the ranges that were given out to citizens and, from 90 million, to foreigners.
fn ar_dni(value: &[u8]) -> bool {
    number(value).is_some_and(|n| matches!(n, 1_000_000..=65_999_999 | 90_000_000..=97_999_999)) && !one_digit(value)
}

/// Colombia, taxpayers: primes from the right, modulo 11.
fn nit(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let [body @ .., last] = value else { return false };
    let sum = body.iter().rev().zip(WEIGHTS).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w));
    let expected = sum.map(|s| if s % 11 < 2 { s % 11 } else { 11 - s % 11 });
    (8..=16).contains(&value.len()) && expected == digit(*last) && !one_digit(value)
}

/// Mexico, taxpayers: four letters (three for companies), a date, three places.
fn rfc_form(value: &[u8]) -> bool {
    let letters = value.len().saturating_sub(9);
    let Some((head, tail)) = value.split_at_checked(letters) else { return false };
    let named = |b: &u8| b.is_ascii_uppercase() || *b == b'&';
    matches!(value.len(), 12 | 13)
        && head.iter().all(named)
        && tail.iter().all(u8::is_ascii_alphanumeric)
        && short_date(tail)
        && matches!(tail[8], b'0'..=b'9' | b'A')
}

/// The same with its check digit: weights 13 to 2 over digits, letters and `&`, modulo 11, A for ten; companies are padded with a space.
fn rfc(value: &[u8]) -> bool {
    let place = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'N' => u32::from(b - b'A') + 10,
        b'&' => 24,
        b'O'..=b'Z' => u32::from(b - b'O') + 25,
        _ => 37,
    };
    if !rfc_form(value) {
        return false;
    }
    let padded = if value.len() == 12 { 37 * 13 } else { 0 };
    let body = &value[..value.len() - 1];
    let sum = body.iter().rev().zip(2u32..).fold(padded, |sum, (&b, w)| sum + place(b) * w);
    b"0123456789A"[((11 - sum % 11) % 11) as usize] == value[value.len() - 1]
}

/// Peru, persons: eight digits and a digit or letter that checks them.
fn cui(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let rest = weighted(body, &[3, 2, 7, 6, 5, 4, 3, 2]).map(|s| (s % 11) as usize);
    rest.is_some_and(|r| b"65432110987"[r] == *last || b"KJIHGFEDCBA"[r] == *last) && !one_digit(body)
}

/// Peru, taxpayers: a kind, and eleven digits modulo 11.
fn pe_ruc(value: &[u8]) -> bool {
    let kind = value.get(..2).is_some_and(|k| matches!(k, b"10" | b"15" | b"16" | b"17" | b"20"));
    let sum = value.get(..10).and_then(|body| weighted(body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]));
    value.len() == 11 && kind && sum.is_some_and(|s| digit(value[10]) == Some((11 - s % 11) % 10))
}

/// Uruguay, taxpayers: department, number, 001, modulo 11.
fn uy_rut(value: &[u8]) -> bool {
    let sum = value.get(..11).and_then(|body| weighted(body, &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    value.len() == 12
        && number(&value[..2]).is_some_and(|n| (1..=22).contains(&n))
        && number(&value[2..8]).is_some_and(|n| n > 0)
        && &value[8..11] == b"001"
        && sum.is_some_and(|s| digit(value[11]) == Some((11 - s % 11) % 11))
}

/// Venezuela, taxpayers: the kind as a number, weights, modulo 11.
fn rif(value: &[u8]) -> bool {
    let [kind, body @ .., last] = value else { return false };
    let kind = match kind {
        b'V' => 4,
        b'E' => 8,
        b'J' | b'C' => 12,
        b'P' => 16,
        b'G' => 20,
        _ => return false,
    };
    let sum = weighted(body, &[3, 2, 7, 6, 5, 4, 3, 2]).map(|s| s + kind);
    sum.is_some_and(|s| b"00987654321"[(s % 11) as usize] == *last) && !one_digit(body)
}

/// Paraguay, taxpayers: up to eight digits and one that checks them, modulo 11.
fn py_ruc(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    (5..=9).contains(&value.len()) && rising(body).is_some_and(|s| digit(*last) == Some((11 - s % 11) % 11 % 10)) && !one_digit(body)
}

/// Ecuador, the province a number was given in; 30 abroad.
fn ec_province(value: &[u8]) -> bool {
    value.get(..2).and_then(number).is_some_and(|p| matches!(p, 1..=24 | 30 | 50))
}

/// Ecuador, persons: province, below 6, ten digits in all, every other doubled.
fn ec_ci(value: &[u8]) -> bool {
    all_digits(value, 10) && ec_province(value) && value[2] <= b'5' && luhn(value)
}

/// Ecuador, taxpayers: a person's number, a public body (6) or a company (9), and the number of the establishment.
fn ec_ruc(value: &[u8]) -> bool {
    if !all_digits(value, 13) || !ec_province(value) {
        return false;
    }
    let passes = |body: &[u8], weights: &[u32]| weighted(body, weights).is_some_and(|s| s.is_multiple_of(11));
    let person = || ec_ci(&value[..10]) && &value[10..] != b"000";
    match value[2] {
        b'0'..=b'5' => person(),
        b'6' => (passes(&value[..9], &[3, 2, 7, 6, 5, 4, 3, 2, 1]) && &value[9..] != b"0000") || (luhn(&value[..10]) && &value[10..] != b"000"),
        b'9' => passes(&value[..10], &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) && &value[10..] != b"000",
        _ => false,
    }
}

/// Dominican Republic, persons: eleven digits, Luhn.
fn do_cedula(value: &[u8]) -> bool {
    all_digits(value, 11) && luhn(value) && !one_digit(value)
}

/// Dominican Republic, taxpayers: nine digits modulo 11, folded into 1 to 9.
fn rnc(value: &[u8]) -> bool {
    let sum = value.get(..8).and_then(|body| weighted(body, &[7, 9, 8, 6, 5, 4, 3, 2]));
    value.len() == 9 && sum.is_some_and(|s| digit(value[8]) == Some((21 - s % 11) % 11 % 9 + 1)) && !one_digit(value)
}

/// Guatemala, taxpayers: weights from the right, modulo 11, K for ten.
fn gt_nit(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let expected = rising(body).map(|s| b"0123456789K"[((11 - s % 11) % 11) as usize]);
    (2..=12).contains(&value.len()) && expected == Some(last.to_ascii_uppercase())
}

/// El Salvador, taxpayers: municipality, date, order (which tells the formula), one digit.
fn sv_nit(value: &[u8]) -> bool {
    if !all_digits(value, 14) || !matches!(value[0], b'0' | b'1' | b'9') {
        return false;
    }
    let date = [value[8], value[9], value[6], value[7], value[4], value[5]];
    let (body, last) = (&value[..13], digit(value[13]));
    let expected = if &value[10..13] <= b"100".as_slice() {
        weighted(body, &[14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]).map(|s| s % 11 % 10)
    } else {
        weighted(body, &[2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]).map(|s| (11 - s % 11) % 11 % 10)
    };
    short_date(&date) && expected == last
}

/// Cuba, persons: date, a digit that tells the century, four more.
fn cu_ni(value: &[u8]) -> bool {
    if !all_digits(value, 11) {
        return false;
    }
    let century = match value[6] {
        b'9' => 1800,
        b'0'..=b'5' => 1900,
        _ => 2000,
    };
    let n = number(&value[..6]).unwrap_or(0);
    exists(century + (n / 10_000) as u32, (n / 100 % 100) as u32, (n % 100) as u32)
}
