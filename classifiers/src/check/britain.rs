//! United Kingdom and Ireland.

use super::{
    date::short_date,
    digits::{all_digits, digit, number, one_digit, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("gb-nhs", nhs, 3.5, false),
    ("gb-nino", nino, 1.2, false),
    ("gb-utr", utr, 3.5, false),
    ("gb-vat", vat, 5.0, false),
    ("gb-driving-licence", driving_licence, 4.0, false),
    ("gb-chi", chi, 8.1, false),
    ("gb-upn", upn, 6.0, false),
    ("ie-ppsn", ppsn, 4.7, false),
    ("ie-vat", ie_vat, 4.6, false),
];

/// NHS number: weights 10 to 2, modulo 11.
fn nhs(value: &[u8]) -> bool {
    all_digits(value, 10)
        && !one_digit(value)
        && value[0] != b'0'
        && weighted(value, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|sum| sum.is_multiple_of(11))
}

/// Scotland, community health index: day, month, year, four digits; the sum of the NHS number.
fn chi(value: &[u8]) -> bool {
    let sum = weighted(value, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    sum.is_some_and(|s| s.is_multiple_of(11)) && short_date(&[value[4], value[5], value[2], value[3], value[0], value[1]])
}

/// England, pupils: a letter, local authority (3), school (4), year (2), serial (3, the last a letter in temporary numbers); weights 2 to 13, modulo 23.
fn upn(value: &[u8]) -> bool {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    let [first, body @ .., last] = value else { return false };
    let sum = body.iter().zip(2u32..).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w));
    let end = digit(*last).or_else(|| LETTERS.iter().position(|l| l == last).map(|n| n as u32));
    let authority = body.get(..3).and_then(number).unwrap_or(0);
    let (Some(sum), Some(end)) = (sum, end) else { return false };
    value.len() == 13
        && matches!(authority, 1 | 201..=213 | 301..=420 | 660..=681 | 701..=708 | 800..=999)
        && *first == LETTERS[((sum + 13 * end) % 23) as usize]
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
pub(super) fn vat(value: &[u8]) -> bool {
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

/// Ireland, VAT: seven digits and a letter modulo 23, with a second letter (A to I) that counts nine times; before 1992 a digit, a letter or sign, five digits and a letter.
pub(super) fn ie_vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"IE").unwrap_or(value);
    if !matches!(value.len(), 8 | 9) || !value[0].is_ascii_digit() {
        return false;
    }
    let mut digits = [0u8; 7];
    digits.copy_from_slice(&value[..7]);
    if !value[1].is_ascii_digit() {
        if value.len() != 8 || !(value[1].is_ascii_uppercase() || matches!(value[1], b'+' | b'*')) {
            return false;
        }
        digits[0] = b'0';
        digits[1..6].copy_from_slice(&value[2..7]);
        digits[6] = value[0];
    }
    let extra = match value.get(8) {
        None | Some(b'W') => 0,
        Some(letter @ b'A'..=b'I') => u32::from(letter - b'A') + 1,
        Some(_) => return false,
    };
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]).map(|s| (s + 9 * extra) % 23);
    sum.is_some_and(|s| value[7] == b"WABCDEFGHIJKLMNOPQRSTUV"[s as usize]) && digits != [b'0'; 7]
}
