//! United Kingdom and Ireland.

use super::digits::{all_digits, digit, number, one_digit, weighted};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("gb-nhs", nhs, 3.5, false),
    ("gb-nino", nino, 1.2, false),
    ("gb-utr", utr, 3.5, false),
    ("gb-vat", vat, 5.0, false),
    ("gb-driving-licence", driving_licence, 4.0, false),
    ("ie-ppsn", ppsn, 4.7, false),
];

/// NHS number: weights 10 to 2, modulo 11.
fn nhs(value: &[u8]) -> bool {
    all_digits(value, 10)
        && !one_digit(value)
        && value[0] != b'0'
        && weighted(value, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|sum| sum.is_multiple_of(11))
}

/// National Insurance: prefixes that are never given, six digits, A to D (or none).
fn nino(value: &[u8]) -> bool {
    let (prefix, rest) = match value {
        [a, b, rest @ ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => ([*a, *b], rest),
        _ => return false,
    };
    let never = [*b"BG", *b"GB", *b"KN", *b"NK", *b"NT", *b"TN", *b"ZZ"].contains(&prefix);
    let letters = !b"DFIQUV".contains(&prefix[0]) && !b"DFIQUVO".contains(&prefix[1]);
    let number = matches!(rest.len(), 6 | 7) && rest[..6].iter().all(u8::is_ascii_digit) && rest[..6] != [b'0'; 6];
    !never && letters && number && rest.get(6).is_none_or(|b| (b'A'..=b'D').contains(b))
}

/// Unique Taxpayer Reference: the first digit checks the other nine.
fn utr(value: &[u8]) -> bool {
    if !all_digits(value, 10) || one_digit(value) {
        return false;
    }
    let sum = weighted(&value[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]).unwrap_or(0);
    value[0] == b"21987654321"[(sum % 11) as usize]
}

/// VAT: nine or twelve digits, modulo 97 with 0, 42 or 55 left; `GD` and `HA` for government and health.
fn vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"GB").unwrap_or(value);
    if let [b'G', b'D', rest @ ..] | [b'H', b'A', rest @ ..] = value {
        return number(rest).is_some_and(|n| rest.len() == 3 && (n < 500) == (value[0] == b'G'));
    }
    if !matches!(value.len(), 9 | 12) || one_digit(value) {
        return false;
    }
    let sum = weighted(&value[..9], &[8, 7, 6, 5, 4, 3, 2, 10, 1]);
    sum.is_some_and(|s| matches!(s % 97, 0 | 42 | 55)) && value.iter().all(u8::is_ascii_digit)
}

/// Driving licence: five of the surname (9 fills up), year's tens, month (women + 50), day, year's ones, initials, `9` or a letter, three characters.
fn driving_licence(value: &[u8]) -> bool {
    if !matches!(value.len(), 16 | 18) {
        return false;
    }
    let name = &value[..5];
    let letters = name.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let filled = letters > 0 && name[letters..].iter().all(|&b| b == b'9');
    let Some(born) = number(&value[5..11]) else { return false };
    let (month, day) = ((born / 1000 % 100) as u32, (born / 10 % 100) as u32);
    let month = if month > 50 { month - 50 } else { month };
    let initials = value[11].is_ascii_uppercase() && (value[12].is_ascii_uppercase() || value[12] == b'9');
    let tail = (value[13] == b'9' || value[13].is_ascii_digit()) && value[14..16].iter().all(u8::is_ascii_alphanumeric);
    let issue = value[16..].iter().all(u8::is_ascii_digit);
    filled && super::date::exists(2000, month, day) && initials && tail && issue
}

/// Ireland, PPSN: seven digits and a letter modulo 23, with a second letter (A for people, H for others, W, T, X in old ones) that counts nine times.
fn ppsn(value: &[u8]) -> bool {
    if !matches!(value.len(), 8 | 9) {
        return false;
    }
    let extra = match value.get(8) {
        None | Some(b'W' | b'T' | b'X') => 0,
        Some(b'A') => 1,
        Some(b'H') => 8,
        Some(_) => return false,
    };
    let sum = weighted(&value[..7], &[8, 7, 6, 5, 4, 3, 2]).map(|s| (s + 9 * extra) % 23);
    sum.is_some_and(|s| value[7] == if s == 0 { b'W' } else { b'A' + s as u8 - 1 }) && value[..7].iter().any(|&b| digit(b) != Some(0))
}
