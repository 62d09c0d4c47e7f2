//! Hungary, the Balkans, Cyprus, Malta and Turkey.

use super::{
    date::exists,
    digits::{all_digits, digit, mod_11_10, number, one_digit, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("hu-company-tax", hu_company, 3.5, false),
    ("hu-personal-tax", hu_personal, 6.9, false),
    ("ro-cui", cui, 3.4, false),
    ("bg-pnf", pnf, 3.3, false),
    ("si-emso", emso, 9.8, false),
    ("si-tax", si_tax, 3.6, false),
    ("rs-pib", rs_pib, 3.3, false),
    ("mk-edb", edb, 3.3, false),
    ("me-pib", me_pib, 3.3, false),
    ("cy-vat", cy_vat, 4.7, false),
    ("mt-vat", mt_vat, 5.2, false),
    ("tr-vkn", vkn, 3.3, false),
    ("tr-plate", tr_plate, 0.5, false),
];

/// Hungary, companies and the self-employed: eight digits by weights 9-7-3-1; then the kind of taxation (1 to 5) and the county.
pub(super) fn hu_company(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"HU").unwrap_or(value);
    let (Some(body), Some(tail)) = (value.get(..8), value.get(8..)) else { return false };
    let tailed = match tail {
        [] => true,
        [kind, a, b] => (b'1'..=b'5').contains(kind) && number(&[*a, *b]).is_some_and(|c| matches!(c, 2..=20 | 22..=44 | 51)),
        _ => false,
    };
    tailed && body[0] != b'0' && !one_digit(body) && weighted(body, &[9, 7, 3, 1, 9, 7, 3, 1]).is_some_and(|s| s.is_multiple_of(10))
}

/// Hungary, persons: 8, days since 1867, a serial; the place of each digit is its weight, modulo 11.
fn hu_personal(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    value[0] == b'8' && !one_digit(body) && sum.is_some_and(|s| digit(*last) == Some(s % 11))
}

/// Romania, companies: up to ten digits, weights 7-5-3-2-1-7-5-3-2 from the right.
pub(super) fn cui(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"RO").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    if !(1..=9).contains(&body.len()) || body[0] == b'0' || one_digit(value) {
        return false;
    }
    let sum = body.iter().rev().zip([2u32, 3, 5, 7, 1, 2, 3, 5, 7]).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w));
    sum.is_some_and(|s| digit(*last) == Some(s * 10 % 11 % 10))
}

/// Bulgaria, foreigners: weights 21-19-17-13-11-9-7-3-1, modulo 10.
pub(super) fn pnf(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    weighted(body, &[21, 19, 17, 13, 11, 9, 7, 3, 1]).is_some_and(|s| digit(*last) == Some(s % 10)) && !one_digit(value)
}

/// Slovenia (and what was Yugoslavia): day, month, three digits of the year, region, serial; weights 7 to 2 twice, modulo 11.
fn emso(value: &[u8]) -> bool {
    let sum = weighted(value, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 0]);
    let (Some(sum), Some(born)) = (sum, value.get(..7).and_then(number)) else { return false };
    let (day, month, year) = ((born / 100_000) as u32, (born / 1000 % 100) as u32, (born % 1000) as u32);
    let year = if year < 800 { 2000 + year } else { 1000 + year };
    year <= 2100 && exists(year, month, day) && digit(value[12]) == Some((11 - sum % 11) % 11 % 10)
}

/// Slovenia, tax: weights 8 to 2, modulo 11.
pub(super) fn si_tax(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"SI").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    let Some(sum) = weighted(body, &[8, 7, 6, 5, 4, 3, 2]) else { return false };
    // A remainder of nothing is not given out; ten is written as zero.
    sum % 11 != 0 && digit(*last) == Some((11 - sum % 11) % 10) && value[0] != b'0' && !one_digit(value)
}

/// Serbia, tax: nine digits, ISO 7064 mod 11,10.
fn rs_pib(value: &[u8]) -> bool {
    all_digits(value, 9) && !one_digit(value) && mod_11_10(value)
}

/// North Macedonia, tax: weights 7 to 2 twice, modulo 11.
fn edb(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"MK").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    sum.is_some_and(|s| digit(*last) == Some((11 - s % 11) % 11 % 10)) && !one_digit(value)
}

/// Montenegro, tax: weights 8 to 2, modulo 11.
fn me_pib(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    weighted(body, &[8, 7, 6, 5, 4, 3, 2]).is_some_and(|s| digit(*last) == Some((11 - s % 11) % 11 % 10)) && !one_digit(value)
}

/// Cyprus: eight digits and a letter; digits at odd places count by a table, modulo 26. None begins with 12.
pub(super) fn cy_vat(value: &[u8]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let value = value.strip_prefix(b"CY").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    let sum = body.iter().enumerate().try_fold(0, |sum, (i, &b)| {
        let d = digit(b)?;
        Some(sum + if i % 2 == 0 { ODD[d as usize] } else { d })
    });
    body.len() == 8 && !body.starts_with(b"12") && !one_digit(body) && sum.is_some_and(|s| *last == b'A' + (s % 26) as u8)
}

/// Malta: weights 3-4-6-7-8-9, the last two digits as a number, modulo 37.
pub(super) fn mt_vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"MT").unwrap_or(value);
    weighted(value, &[3, 4, 6, 7, 8, 9, 10, 1]).is_some_and(|s| s.is_multiple_of(37)) && value[0] != b'0' && !one_digit(value)
}

/// Turkey, tax: each digit is moved by its place from the right, doubled as often, and cast out of nines.
fn vkn(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = body.iter().zip((1..=9u32).rev()).try_fold(0, |sum, (&b, place)| {
        let moved = (digit(b)? + place) % 10;
        let cast = (moved << place) % 9;
        Some(sum + if moved > 0 && cast == 0 { 9 } else { cast })
    });
    all_digits(value, 10) && !one_digit(value) && sum.is_some_and(|s| digit(*last) == Some((10 - s % 10) % 10))
}

/// Turkey, plate: province 01 to 81, one to three letters (no Q, W, X), two to five digits: the more letters, the fewer digits.
fn tr_plate(value: &[u8]) -> bool {
    let (Some(province), Some(rest)) = (value.get(..2).and_then(number), value.get(2..)) else { return false };
    let letters = rest.iter().take_while(|b| b.is_ascii_uppercase() && !b"QWX".contains(b)).count();
    let digits = &rest[letters..];
    let sized = match letters {
        1 => matches!(digits.len(), 4 | 5),
        2 => matches!(digits.len(), 3 | 4),
        3 => matches!(digits.len(), 2 | 3),
        _ => false,
    };
    (1..=81).contains(&province) && sized && number(digits).is_some_and(|n| n > 0)
}
