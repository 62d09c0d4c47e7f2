//! Africa, but for South Africa's identity number, which stands in `asia.rs`.

use super::{
    date::short_date,
    digits::{all_digits, alnum, digit, luhn, modulo, number, one_digit, verhoeff, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("ma-ice", ice, 6.6, false),
    ("tn-mf", mf, 5.0, false),
    ("za-tax", za_tax, 4.3, false),
    ("ng-nin", nin, 3.3, false),
    ("gh-tin", gh_tin, 3.4, false),
    ("mu-nid", mu_nid, 7.9, false),
    ("mz-nuit", nuit, 3.4, false),
    ("sn-ninea", ninea, 3.3, false),
    ("gn-nif", gn_nif, 3.3, false),
];

/// Morocco, companies: fifteen digits, ISO 7064 modulo 97.
fn ice(value: &[u8]) -> bool {
    all_digits(value, 15) && !one_digit(value) && modulo(value, 97) == Some(0)
}

/// Tunisia, taxpayers: seven digits, a letter (no I, O, U), the kind of value-added tax, the kind of person, the establishment.
fn mf(value: &[u8]) -> bool {
    let control = |b: u8| b.is_ascii_uppercase() && !b"IOU".contains(&b);
    match value.len() {
        8 => all_digits(&value[..7], 7) && control(value[7]),
        13 => {
            let (kind, person) = (value[8], value[9]);
            // Only a main office has the number 000, but for the departments of one (E).
            let office = if person == b'E' { &value[10..] != b"000" } else { &value[10..] == b"000" };
            all_digits(&value[..7], 7)
                && control(value[7])
                && b"ABDNP".contains(&kind)
                && b"CMNPE".contains(&person)
                && all_digits(&value[10..], 3)
                && office
        }
        _ => false,
    }
}

/// South Africa, taxpayers: ten digits, the first 0 to 3 or 9, Luhn.
fn za_tax(value: &[u8]) -> bool {
    all_digits(value, 10) && matches!(value[0], b'0'..=b'3' | b'9') && luhn(value) && !one_digit(value)
}

/// Nigeria, persons: eleven digits, Verhoeff.
fn nin(value: &[u8]) -> bool {
    all_digits(value, 11) && verhoeff(value) && !one_digit(value)
}

/// Ghana, taxpayers: kind, `00`, and weights 1 to 9 modulo 11, X for ten.
fn gh_tin(value: &[u8]) -> bool {
    let sum = value.get(1..10).and_then(|body| weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9]));
    value.len() == 11 && b"PCGQV".contains(&value[0]) && &value[1..3] == b"00" && sum.is_some_and(|s| b"0123456789X"[(s % 11) as usize] == value[10])
}

/// Mauritius, persons: first letter of the surname, date, six places, one that checks modulo 17.
fn mu_nid(value: &[u8]) -> bool {
    if value.len() != 14 || !value[0].is_ascii_uppercase() || !value[1..7].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let date = [value[5], value[6], value[3], value[4], value[1], value[2]];
    let sum = value[..13].iter().zip((2u32..=14).rev()).try_fold(0, |sum, (&b, w)| Some(sum + alnum(b)? * w));
    short_date(&date) && sum.is_some_and(|s| alnum(value[13]) == Some((17 - s % 17) % 17))
}

/// Mozambique, taxpayers: nine digits, weights, modulo 11, ten is 1.
fn nuit(value: &[u8]) -> bool {
    let sum = value.get(..8).and_then(|body| weighted(body, &[8, 9, 4, 5, 6, 7, 8, 9]));
    value.len() == 9 && sum.is_some_and(|s| b"01234567891"[(s % 11) as usize] == value[8]) && !one_digit(value)
}

/// Senegal, companies: seven or nine digits, weights 1 and 2, modulo 10; a tax code of a digit, a letter (the legal form) and a digit may follow.
fn ninea(value: &[u8]) -> bool {
    let (body, code) = match value.len() {
        7 | 9 => (value, None),
        10 | 12 => (&value[..value.len() - 3], Some(&value[value.len() - 3..])),
        _ => return false,
    };
    let sum = body.iter().rev().zip([1u32, 2].into_iter().cycle()).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w));
    let coded = code.is_none_or(|c| matches!(c, [b'0'..=b'2', form @ b'A'..=b'Z', b'0'..=b'9'] if !b"IOXY".contains(form)));
    coded && sum.is_some_and(|s| s.is_multiple_of(10)) && number(body).is_some_and(|n| n > 0) && !one_digit(body)
}

/// Guinea, taxpayers: nine digits, Luhn.
fn gn_nif(value: &[u8]) -> bool {
    all_digits(value, 9) && matches!(value[0], b'1'..=b'9') && luhn(value) && !one_digit(value)
}
