//! Latvia, Czechia, Slovakia, Russia, Belarus, Moldova.

use super::{
    date::exists,
    digits::{all_digits, alnum, digit, number, one_digit, weighted},
    north::rodne_cislo,
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("lv-personas-kods", lv_dated, 9.8, false),
    ("lv-personas-kods-new", lv_plain, 3.6, false),
    ("cz-rodne-cislo-old", rodne_cislo_old, 4.7, false),
    ("cz-dic", dic, 3.5, false),
    ("ru-ogrn", ogrn, 3.3, false),
    ("by-unp", unp, 3.5, false),
    ("by-passport", by_passport, 6.0, false),
    ("md-idno", idno, 5.0, false),
];

/// Latvia, until 2017: day, month, year, century, serial; 1 and weights 10-5-8-4-2-1-6-3-7-9, modulo 11.
pub(super) fn lv_dated(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let Some(sum) = weighted(body, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]) else { return false };
    let born = number(&value[..6]).unwrap_or(0);
    let century = match value[6] {
        b'0' => 1800,
        b'1' => 1900,
        b'2' => 2000,
        _ => return false,
    };
    let (day, month, year) = ((born / 10_000) as u32, (born / 100 % 100) as u32, century + (born % 100) as u32);
    exists(year, month, day) && digit(*last) == Some((1 + sum) % 11 % 10)
}

/// Latvia, since 2017: begins with 32 to 39, the rest tells nothing.
pub(super) fn lv_plain(value: &[u8]) -> bool {
    all_digits(value, 11) && value[0] == b'3' && value[1] >= b'2' && !one_digit(&value[2..])
}

/// Latvia, companies: weights 9-1-4-8-3-10-2-5-7-6-1, modulo 11 leaves 3.
pub(super) fn lv_company(value: &[u8]) -> bool {
    weighted(value, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]).is_some_and(|s| s % 11 == 3) && value[0] > b'3'
}

/// Czechia and Slovakia, people born before 1954: nine digits, nothing to sum.
pub(super) fn rodne_cislo_old(value: &[u8]) -> bool {
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let month = if month > 50 { month - 50 } else { month };
    all_digits(value, 9) && year < 54 && exists(1900 + year, month, day) && &value[6..] != b"000"
}

/// Czechia, tax: `CZ` before a company's eight digits (weights 8 to 2, modulo 11), a person's birth number, or nine digits that begin with 6.
pub(super) fn dic(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"CZ").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    match value.len() {
        8 => {
            let sum = weighted(body, &[8, 7, 6, 5, 4, 3, 2]);
            value[0] != b'9' && !one_digit(value) && sum.is_some_and(|s| digit(*last) == Some((11 - s % 11) % 10))
        }
        9 if value[0] == b'6' => {
            // By what is missing to the next multiple of eleven, which is 1 to 11.
            let sum = weighted(&body[1..], &[8, 7, 6, 5, 4, 3, 2]);
            sum.is_some_and(|s| *last == b"87654321098"[(10 - s % 11) as usize]) && !one_digit(value)
        }
        9 => rodne_cislo_old(value),
        _ => rodne_cislo(value),
    }
}

/// Russia, state register: twelve digits modulo 11, or fourteen modulo 13; the last digit of the remainder.
fn ogrn(value: &[u8]) -> bool {
    let modulus = match value.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    let [body @ .., last] = value else { return false };
    value[0] != b'0' && !one_digit(value) && number(body).is_some_and(|n| Some((n % modulus % 10) as u32) == digit(*last))
}

/// Belarus, tax: nine digits, or two letters (persons) and seven digits; weights 29-23-19-17-13-7-5-3, modulo 11.
fn unp(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let letters = value.first().is_some_and(u8::is_ascii_uppercase);
    if body.len() != 8 || one_digit(value) || (letters && !b"ABCEHKM".contains(&value[0])) {
        return false;
    }
    let sum = body.iter().enumerate().zip([29u32, 23, 19, 17, 13, 7, 5, 3]).try_fold(0, |sum, ((i, &b), w)| {
        let n = match i {
            0 => alnum(b)?,
            1 if letters => b"ABCEHKMOPT".iter().position(|&l| l == b)? as u32,
            _ => digit(b)?,
        };
        Some(sum + n * w)
    });
    sum.is_some_and(|s| digit(*last) == Some(s % 11))
}

/// Belarus, passport: a series of the region and seven digits.
fn by_passport(value: &[u8]) -> bool {
    const SERIES: [&[u8; 2]; 12] = [b"AB", b"BM", b"HB", b"KH", b"MP", b"MC", b"KB", b"PP", b"SP", b"DP", b"BI", b"MB"];
    let Some((series, rest)) = value.split_at_checked(2) else { return false };
    SERIES.iter().any(|s| s[..] == *series) && all_digits(rest, 7) && !one_digit(rest)
}

/// Moldova: register (1 companies, 2 persons), three digits of the year, office, serial; weights 7-3-1.
fn idno(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]);
    (b'0'..=b'2').contains(&value[0]) && !one_digit(value) && sum.is_some_and(|s| digit(*last) == Some(s % 10))
}
