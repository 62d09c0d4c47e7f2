//! Northern and eastern Europe.

use super::{
    date::{days_in, exists, short_date},
    digits::{all_digits, alnum, digit, luhn, mod_11_10, number, one_digit, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("se-personnummer", personnummer, 7.1, false),
    ("se-orgnr", orgnr, 4.0, false),
    ("no-fodselsnummer", fodselsnummer, 12.0, false),
    ("no-orgnr", no_orgnr, 5.0, false),
    ("dk-cpr", cpr, 4.8, false),
    ("fi-hetu", hetu, 9.0, true),
    ("fi-ytunnus", ytunnus, 3.5, false),
    ("pl-pesel", pesel, 5.8, false),
    ("pl-nip", nip, 3.6, false),
    ("pl-regon", regon, 3.4, false),
    ("pl-id-card", pl_id_card, 3.3, false),
    ("pl-passport", pl_passport, 3.3, false),
    ("dk-cvr", cvr, 3.6, false),
    ("is-kennitala", kennitala, 9.6, false),
    ("cz-rodne-cislo", rodne_cislo, 6.1, false),
    ("ro-cnp", cnp, 9.5, false),
    ("bg-egn", egn, 6.0, false),
    ("hr-oib", oib, 3.3, false),
    ("ee-isikukood", baltic, 8.4, false),
    ("lt-asmens-kodas", baltic, 8.4, false),
    ("gr-amka", amka, 8.2, false),
    ("gr-afm", afm, 3.3, false),
    ("ua-rntrc", rntrc, 3.3, false),
    ("ru-inn", inn, 3.3, false),
    ("ru-snils", snils, 6.6, false),
];

/// Sweden: date (coordination numbers add 60 to the day), three digits, Luhn over the last ten. `+` instead of the hyphen from a hundred years of age on.
fn personnummer(value: &[u8]) -> bool {
    let mut plain = [0u8; 12];
    let (head, tail) = value.split_at(value.len().saturating_sub(4));
    let head = head.strip_suffix(b"+").unwrap_or(head);
    let length = head.len() + tail.len();
    if length > 12 {
        return false;
    }
    plain[..head.len()].copy_from_slice(head);
    plain[head.len()..length].copy_from_slice(tail);
    let digits = match length {
        12 if matches!(&plain[..2], b"18" | b"19" | b"20") => &plain[2..],
        10 => &plain[..10],
        _ => return false,
    };
    let Some(born) = number(&digits[..6]) else { return false };
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    exists(2000 + year, month, if day > 60 { day - 60 } else { day }) && luhn(digits)
}

/// Sweden, organisations: the third digit is at least 2, Luhn.
pub(super) fn orgnr(value: &[u8]) -> bool {
    all_digits(value, 10) && value[2] >= b'2' && value[0] != b'0' && luhn(value) && !one_digit(value)
}

/// Norway: date (D-numbers add 40 to the day, others 40 to the month), three digits, two check digits modulo 11.
fn fodselsnummer(value: &[u8]) -> bool {
    let first = weighted(&value[..value.len().min(10)], &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = weighted(value, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (day, month, year) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let day = if day > 40 { day - 40 } else { day };
    let month = if month > 80 {
        month - 80
    } else if month > 40 {
        month - 40
    } else {
        month
    };
    exists(2000 + year, month, day) && matches!((first, second), (Some(a), Some(b)) if a.is_multiple_of(11) && b.is_multiple_of(11))
}

/// Norway, organisations: begins with 8 or 9, weights 3-2-7-6-5-4-3-2.
fn no_orgnr(value: &[u8]) -> bool {
    weighted(value, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|s| s.is_multiple_of(11)) && matches!(value[0], b'8' | b'9')
}

/// Denmark: a date and four digits; the sum modulo 11 is not kept since 2007, so it proves nothing either way.
fn cpr(value: &[u8]) -> bool {
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (day, month, year) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    all_digits(value, 10) && exists(2000 + year, month, day) && &value[6..] != b"0000"
}

/// Finland: date, a sign for the century, three digits, a character modulo 31. Since 2023 more signs than `-`, `+` and `A` are in use.
fn hetu(value: &[u8]) -> bool {
    if value.len() != 11 {
        return false;
    }
    let century = match value[6].to_ascii_uppercase() {
        b'+' => 1800,
        b'-' | b'U' | b'V' | b'W' | b'X' | b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    let (Some(born), Some(serial)) = (number(&value[..6]), number(&value[7..10])) else { return false };
    let (day, month, year) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let sign = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[((born * 1000 + serial) % 31) as usize];
    exists(century + year, month, day) && serial >= 2 && value[10].to_ascii_uppercase() == sign
}

/// Finland, organisations: weights 7-9-10-5-8-4-2; a remainder of 1 is not given.
pub(super) fn ytunnus(value: &[u8]) -> bool {
    weighted(value, &[7, 9, 10, 5, 8, 4, 2, 1]).is_some_and(|s| s.is_multiple_of(11)) && !one_digit(value)
}

/// Poland, persons: date with the century in the month, weights 1-3-7-9.
fn pesel(value: &[u8]) -> bool {
    let sum = weighted(value, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let century = [1900, 2000, 2100, 2200, 1800][(month / 20) as usize];
    exists(century + year, month % 20, day) && sum.is_some_and(|s| s.is_multiple_of(10))
}

/// Poland, tax number: weights 6-5-7-2-3-4-5-6-7, modulo 11.
pub(super) fn nip(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"PL").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[6, 5, 7, 2, 3, 4, 5, 6, 7]);
    matches!((sum, digit(*last)), (Some(s), Some(l)) if s % 11 == l) && value[0] != b'0' && !one_digit(value)
}

/// Poland, statistical number: nine digits, or fourteen of which the first nine are one.
fn regon(value: &[u8]) -> bool {
    let ends = |value: &[u8], weights: &[u32]| {
        let [body @ .., last] = value else { return false };
        matches!((weighted(body, weights), digit(*last)), (Some(s), Some(l)) if s % 11 % 10 == l)
    };
    let short = value.len() >= 9 && ends(&value[..9], &[8, 9, 2, 3, 4, 5, 6, 7]);
    short && !one_digit(&value[..9]) && (value.len() == 9 || ends(value, &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]))
}

/// Poland, identity card: three letters, six digits of which the first is the check digit; weights 7-3-1.
fn pl_id_card(value: &[u8]) -> bool {
    if value.len() != 9 || !value[..3].iter().all(u8::is_ascii_uppercase) || value[..3].contains(&b'O') || !all_digits(&value[3..], 6) {
        return false;
    }
    let sum: u32 = value.iter().zip([7u32, 3, 1, 9, 7, 3, 1, 7, 3]).map(|(&b, w)| alnum(b).unwrap_or(0) * w).sum();
    sum.is_multiple_of(10)
}

/// Poland, passport: two letters, a check digit, six digits; weights 7-3-1 but the check digit.
fn pl_passport(value: &[u8]) -> bool {
    let letters = value.len() == 9 && value[..2].iter().all(u8::is_ascii_uppercase) && all_digits(&value[2..], 7);
    let sum: u32 = value.iter().zip([7u32, 3, 9, 1, 7, 3, 1, 7, 3]).map(|(&b, w)| alnum(b).unwrap_or(0) * w).sum();
    letters && sum.is_multiple_of(10) && !one_digit(&value[2..])
}

/// Denmark, organisations: weights 2-7-6-5-4-3-2-1, modulo 11.
pub(super) fn cvr(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"DK").unwrap_or(value);
    weighted(value, &[2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|s| s.is_multiple_of(11)) && value[0] != b'0' && !one_digit(value)
}

/// Iceland: day (organisations add 40), month, year, serial, a digit modulo 11, the century.
fn kennitala(value: &[u8]) -> bool {
    let sum = weighted(value, &[3, 2, 7, 6, 5, 4, 3, 2, 1, 0]);
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (day, month, year) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let century = match value.last() {
        Some(b'9') => 1900,
        Some(b'0') => 2000,
        _ => return false,
    };
    sum.is_some_and(|s| s.is_multiple_of(11)) && exists(century + year, month, if day > 40 { day - 40 } else { day })
}

/// Czechia and Slovakia: year, month (women + 50, overflow + 20), day, serial; ten digits are a multiple of eleven, nine (before 1954) are not checked and are refused.
pub(super) fn rodne_cislo(value: &[u8]) -> bool {
    let (Some(n), Some(born)) = (number(value), value.get(..6).and_then(number)) else { return false };
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let month = if month > 50 { month - 50 } else { month };
    let month = if month > 20 { month - 20 } else { month };
    // Until 1985 a remainder of ten was written as zero.
    value.len() == 10 && exists(2000 + year, month, day) && (n.is_multiple_of(11) || (n / 10 % 11 == 10 && n.is_multiple_of(10)))
}

/// Romania: sex and century, date, county, serial, weights 2-7-9-1-4-6-3-5-8-2-7-9.
fn cnp(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]).map(|s| if s % 11 == 10 { 1 } else { s % 11 });
    sum.is_some_and(|s| digit(*last) == Some(s))
        && (b'1'..=b'9').contains(&value[0])
        && short_date(&value[1..7])
        && number(&value[7..9]).is_some_and(|c| matches!(c, 1..=48 | 51 | 52 | 70..=83 | 90..=99))
}

/// Bulgaria: date with the century in the month, weights 2-4-8-5-10-9-7-3-6.
pub(super) fn egn(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let (century, month) = match month {
        41.. => (2000, month - 40),
        21..=32 => (1800, month - 20),
        _ => (1900, month),
    };
    exists(century + year, month, day) && matches!((sum, digit(*last)), (Some(s), Some(l)) if s % 11 % 10 == l)
}

/// Croatia: eleven digits, ISO 7064 mod 11,10.
pub(super) fn oib(value: &[u8]) -> bool {
    all_digits(value, 11) && mod_11_10(value) && !one_digit(value)
}

/// Estonia and Lithuania: sex and century, date, serial; weights 1 to 9 and 1, and when ten is left, 3 to 9 and 1 to 3.
fn baltic(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let first = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]).map(|s| s % 11);
    let sum = if first == Some(10) { weighted(body, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]).map(|s| s % 11 % 10) } else { first };
    sum.is_some_and(|s| digit(*last) == Some(s)) && (b'1'..=b'8').contains(&value[0]) && short_date(&value[1..7])
}

/// Greece, social security: day, month, year, Luhn.
fn amka(value: &[u8]) -> bool {
    let Some(born) = value.get(..6).and_then(number) else { return false };
    let (day, month, year) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    all_digits(value, 11) && day <= days_in(month, 2000 + year) && day > 0 && luhn(value)
}

/// Greece, tax number: powers of two, modulo 11 modulo 10.
pub(super) fn afm(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[256, 128, 64, 32, 16, 8, 4, 2]);
    matches!((sum, digit(*last)), (Some(s), Some(l)) if s % 11 % 10 == l) && !one_digit(value)
}

/// Ukraine, tax number of a person; the first weight counts against.
fn rntrc(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    // -1 is 10 modulo 11.
    let sum = weighted(body, &[10, 5, 7, 9, 4, 6, 10, 5, 7]);
    matches!((sum, digit(*last)), (Some(s), Some(l)) if s % 11 % 10 == l) && !one_digit(value)
}

/// Russia, tax number: ten digits for companies, twelve with two check digits for persons.
fn inn(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let ends = |body: &[u8], last: u8| weighted(body, &WEIGHTS[11 - body.len()..]).is_some_and(|s| digit(last) == Some(s % 11 % 10));
    !one_digit(value)
        && match value.len() {
            10 => ends(&value[..9], value[9]),
            12 => ends(&value[..10], value[10]) && ends(&value[..11], value[11]),
            _ => false,
        }
}

/// Russia, insurance number: weights 9 to 1, modulo 101, 100 written as 00.
fn snils(value: &[u8]) -> bool {
    let sum = value.get(..9).and_then(|body| weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2, 1]));
    let key = value.get(9..).and_then(number);
    value.len() == 11 && !one_digit(&value[..9]) && matches!((sum, key), (Some(s), Some(k)) if u64::from(s % 101 % 100) == k)
}
