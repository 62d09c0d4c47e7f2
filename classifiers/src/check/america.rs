//! United States and Canada.

use super::{
    date::{exists, short_date},
    digits::{all_digits, digit, luhn, number, one_digit},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("us-ssn", ssn, 0.2, false),
    ("us-itin", itin, 4.5, false),
    ("us-ein", ein, 0.3, false),
    ("us-npi", npi, 5.6, false),
    ("us-dea", dea, 3.3, false),
    ("us-mbi", mbi, 3.0, false),
    ("us-atin", atin, 10.0, false),
    ("us-hicn", hicn, 1.0, false),
    ("us-cpt", cpt, 0.4, false),
    ("us-tollfree", tollfree, 2.8, false),
    ("us-soundex-licence", soundex_licence, 2.2, false),
    ("ca-sin", sin, 3.8, false),
    ("ca-bn", bn, 3.3, false),
    ("ca-bc-phn", bc_phn, 6.9, false),
    ("ca-ohip", ohip, 3.5, false),
    ("ca-ramq", ramq, 4.7, false),
    ("ca-on-licence", on_licence, 4.7, false),
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

/// Taxpayer while an adoption is pending: 9, and the group 93.
fn atin(value: &[u8]) -> bool {
    all_digits(value, 9) && value[0] == b'9' && &value[3..5] == b"93"
}

/// Medicare claim of old: a Social Security number and the letter of the beneficiary's claim, or the letters of the railroads and six or nine digits.
fn hicn(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    if letters > 0 {
        let (kind, rest) = value.split_at(letters);
        let known: [&[u8]; 13] = [b"A", b"MA", b"WA", b"WD", b"CA", b"PA", b"PD", b"H", b"MH", b"WH", b"WCH", b"PH", b"JA"];
        return (known.contains(&kind) || kind == b"WCA" || kind == b"WCD") && (all_digits(rest, 6) || all_digits(rest, 9) && ssn(rest));
    }
    let Some((number, claim)) = value.split_at_checked(9) else { return false };
    let known = matches!(
        claim,
        [b'A' | b'B' | b'D' | b'E' | b'H' | b'M' | b'T' | b'W']
            | [b'B' | b'D' | b'E' | b'H' | b'W', b'1'..=b'9' | b'A'..=b'Y']
            | [b'C' | b'T', b'1'..=b'9' | b'A'..=b'Z']
            | [b'F', b'1'..=b'8']
            | [b'J', b'1'..=b'4']
            | [b'K', b'1'..=b'9' | b'A'..=b'M']
            | [b'M', b'1']
    );
    known && ssn(number)
}

/// A procedure: five digits of the ranges that are used (anaesthesia, surgery, radiology, pathology, medicine), or four digits and F, M, T or U, or a letter and four digits.
fn cpt(value: &[u8]) -> bool {
    let Some((first, rest)) = value.split_first() else { return false };
    match (value.len(), first, value.last()) {
        (5, b'A'..=b'V', _) => b"ABCDEGHJKLMPQRSTUV".contains(first) && all_digits(rest, 4),
        (5, _, Some(b'F' | b'M' | b'T' | b'U')) => all_digits(&value[..4], 4),
        _ => {
            all_digits(value, 5)
                && number(value).is_some_and(|n| matches!(n, 100..=1_999 | 10_004..=69_990 | 70_010..=79_999 | 80_047..=89_398 | 90_281..=99_607))
        }
    }
}

/// Driver of Florida, Illinois, Maryland, Michigan, Minnesota or Wisconsin: a letter and the three digits of the surname by Soundex, then digits.
fn soundex_licence(value: &[u8]) -> bool {
    let Some((first, rest)) = value.split_first() else { return false };
    matches!(rest.len(), 11..=13)
        && first.is_ascii_uppercase()
        && rest.iter().all(u8::is_ascii_digit)
        && rest[..3].iter().all(|b| *b <= b'6')
        && !one_digit(rest)
        // No digit of the code stands behind a 0: that fills up.
        && rest[..3].windows(2).all(|w| w[0] != b'0' || w[1] == b'0')
}

/// Canadian businesses: nine digits, Luhn; a program account and its number may follow.
fn bn(value: &[u8]) -> bool {
    let Some((body, program)) = value.split_at_checked(9) else { return false };
    let known = program.is_empty()
        || matches!(program, [b'R', b'C' | b'M' | b'P' | b'T' | b'R' | b'Z' | b'D' | b'E' | b'G' | b'N', rest @ ..] if all_digits(rest, 4));
    known && luhn(body) && !one_digit(body)
}

/// Health number of British Columbia: 9, eight digits whose products are taken modulo 11 each, their sum modulo 11.
fn bc_phn(value: &[u8]) -> bool {
    let weights = [2u32, 4, 8, 5, 10, 9, 7, 3];
    let body = value.get(1..9).unwrap_or_default();
    let sum = body.iter().zip(weights).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w % 11));
    all_digits(value, 10) && value[0] == b'9' && sum.is_some_and(|s| digit(value[9]) == Some((11 - s % 11) % 11))
}

/// Health number of Ontario: ten digits, Luhn; the letters of the card's version may follow.
fn ohip(value: &[u8]) -> bool {
    let Some((body, version)) = value.split_at_checked(10) else { return false };
    value[0] != b'0' && luhn(body) && !one_digit(body) && version.len() <= 2 && version.iter().all(u8::is_ascii_uppercase)
}

/// Health number of Quebec: four letters of the name, date (50 more in a woman's month), two more.
fn ramq(value: &[u8]) -> bool {
    value.len() == 12 && value[..4].iter().all(u8::is_ascii_uppercase) && value[4..].iter().all(u8::is_ascii_digit) && dated_by_sex(&value[4..10])
}

/// Driver of Ontario: a letter, fourteen digits, of which the last six are a date (50 more in a woman's month).
fn on_licence(value: &[u8]) -> bool {
    value.len() == 15 && value[0].is_ascii_uppercase() && value[1..].iter().all(u8::is_ascii_digit) && dated_by_sex(&value[9..])
}

/// Two digits each of year, month and day; 50 is added to a woman's month.
fn dated_by_sex(value: &[u8]) -> bool {
    let Some(n) = number(value) else { return false };
    let (year, month, day) = ((n / 10_000) as u32, (n / 100 % 100) as u32, (n % 100) as u32);
    short_date(value) || (month > 50 && exists(2000 + year, month - 50, day))
}

/// Telephone numbers whose calls the called one pays for.
fn tollfree(value: &[u8]) -> bool {
    let national = if value.len() == 11 { value.strip_prefix(b"1").unwrap_or_default() } else { value };
    all_digits(national, 10)
        && national[0] == b'8'
        && matches!(&national[1..3], b"00" | b"33" | b"44" | b"55" | b"66" | b"77" | b"88")
        && national[3] >= b'2'
}
