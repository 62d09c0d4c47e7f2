//! United States and Canada.

use super::digits::{all_digits, digit, luhn, number, one_digit};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("us-ssn", ssn, 0.2, false),
    ("us-itin", itin, 4.5, false),
    ("us-ein", ein, 0.3, false),
    ("us-npi", npi, 5.6, false),
    ("us-dea", dea, 3.3, false),
    ("us-mbi", mbi, 3.0, false),
    ("ca-sin", sin, 3.8, false),
];

/// Numbers that were printed in advertisements and are nobody's; the serials 4320–4329 of area 987 are for advertising.
const ADVERTISED: [&[u8]; 4] = [b"078051120", b"219099999", b"123456789", b"457555462"];

/// Social Security: areas, groups and serials that were never given.
fn ssn(value: &[u8]) -> bool {
    if !all_digits(value, 9) || one_digit(value) || ADVERTISED.contains(&value) {
        return false;
    }
    let (area, group, serial) = value_parts(value);
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
}

fn value_parts(value: &[u8]) -> (u64, u64, u64) {
    let n = number(value).unwrap_or(0);
    (n / 1_000_000, n / 10_000 % 100, n % 10_000)
}

/// Individual taxpayer: 9, and the groups that the IRS gives.
fn itin(value: &[u8]) -> bool {
    let (_, group, _) = value_parts(value);
    all_digits(value, 9) && value[0] == b'9' && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// Employer: prefixes of the IRS campuses.
fn ein(value: &[u8]) -> bool {
    let prefix = number(&value[..value.len().min(2)]).unwrap_or(0);
    let never = matches!(prefix, 0 | 7 | 8 | 9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97);
    all_digits(value, 9) && !never && !one_digit(&value[2..]) && value != b"123456789"
}

/// Provider of health care: Luhn with the prefix 80840 (which adds 24).
fn npi(value: &[u8]) -> bool {
    let sum = super::digits::luhn_sum(value);
    all_digits(value, 10) && matches!(value[0], b'1' | b'2') && sum.is_some_and(|s| (s + 24).is_multiple_of(10)) && !one_digit(&value[1..9])
}

/// Drug enforcement registrant: type letter, initial (or 9), seven digits.
fn dea(value: &[u8]) -> bool {
    if value.len() != 9
        || !all_digits(&value[2..], 7)
        || !b"ABCDEFGHJKLMPRSTUX".contains(&value[0])
        || !(value[1].is_ascii_uppercase() || value[1] == b'9')
    {
        return false;
    }
    let d = |i: usize| digit(value[i + 1]).unwrap_or(0);
    let sum = d(1) + d(3) + d(5) + 2 * (d(2) + d(4) + d(6));
    sum % 10 == d(7) && !one_digit(&value[2..])
}

/// Medicare beneficiary: eleven places of fixed classes, letters without S, L, O, I, B, Z.
fn mbi(value: &[u8]) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() && !b"SLOIBZ".contains(&b);
    value.len() == 11
        && value.iter().zip(b"1AXNAXNAANN").all(|(&b, class)| match class {
            b'1' => (b'1'..=b'9').contains(&b),
            b'N' => b.is_ascii_digit(),
            b'A' => letter(b),
            _ => letter(b) || b.is_ascii_digit(),
        })
}

/// Social Insurance: Luhn; 0 and 8 are not given to people.
fn sin(value: &[u8]) -> bool {
    all_digits(value, 9) && !matches!(value[0], b'0' | b'8') && luhn(value) && !one_digit(value)
}
