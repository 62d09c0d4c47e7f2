//! Spain, Portugal and Latin America.

use super::digits::{all_digits, alnum, digit, luhn_sum, number, one_digit, weighted};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("es-dni", dni, 4.5, false),
    ("es-nie", nie, 4.5, false),
    ("es-cif", cif, 3.3, false),
    ("es-nuss", nuss, 6.6, false),
    ("es-cups", cups, 9.0, false),
    ("es-cadastral", cadastral, 9.0, false),
    ("pt-nif", nif, 3.5, false),
    ("pt-cc", cartao, 3.3, false),
    ("pt-niss", niss, 4.3, false),
    ("br-cpf", cpf, 6.8, false),
    ("br-cnpj", cnpj, 6.8, false),
    ("ar-cuit", cuit, 6.6, false),
    ("cl-rut", rut, 3.5, false),
    ("mx-curp", curp, 6.0, false),
    ("uy-ci", uy_ci, 3.3, false),
];

/// The letter of a number modulo 23.
fn letter23(n: u64) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(n % 23) as usize]
}

/// Spain, identity card: eight digits and a letter; `K`, `L`, `M` and seven digits for tax numbers of people without one.
pub(super) fn dni(value: &[u8]) -> bool {
    let Some((&last, body)) = value.split_last() else { return false };
    let body = if matches!(body.first(), Some(b'K' | b'L' | b'M')) { &body[1..] } else { body };
    let short = usize::from(matches!(value[0], b'K' | b'L' | b'M'));
    number(body).is_some_and(|n| body.len() == 8 - short && n > 0 && letter23(n) == last) && !one_digit(body)
}

/// Spain, foreigners: X, Y, Z stand for 0, 1, 2.
pub(super) fn nie(value: &[u8]) -> bool {
    let [first, body @ .., last] = value else { return false };
    let series = match first {
        b'X' => 0,
        b'Y' => 10_000_000,
        b'Z' => 20_000_000,
        _ => return false,
    };
    number(body).is_some_and(|n| body.len() == 7 && letter23(series + n) == *last)
}

/// Spain, companies: a letter, seven digits, and a digit or letter, which of the two depends on the first letter.
pub(super) fn cif(value: &[u8]) -> bool {
    let [kind, body @ .., last] = value else { return false };
    if body.len() != 7 || !b"ABCDEFGHJNPQRSUVW".contains(kind) || one_digit(body) {
        return false;
    }
    let mut whole = [b'0'; 8];
    whole[..7].copy_from_slice(body);
    let Some(sum) = luhn_sum(&whole) else { return false };
    let expected = (10 - sum % 10) % 10;
    let as_letter = *last == b"JABCDEFGHI"[expected as usize];
    let as_digit = digit(*last) == Some(expected);
    match kind {
        b'A' | b'B' | b'H' => as_digit,
        b'P' | b'Q' => as_letter,
        _ => as_digit || as_letter,
    }
}

/// Spain, social security: province, eight digits (seven when the first is zero), remainder by 97.
fn nuss(value: &[u8]) -> bool {
    if !all_digits(value, 12) {
        return false;
    }
    let (Some(province), Some(serial), Some(key)) = (number(&value[..2]), number(&value[2..10]), number(&value[10..])) else { return false };
    let joined = if serial < 10_000_000 { province * 10_000_000 + serial } else { province * 100_000_000 + serial };
    (1..=53).contains(&province) && serial > 0 && joined % 97 == key
}

/// Spain, supply of electricity or gas: `ES`, sixteen digits, two letters by 529; a digit and a letter for the point of the border where there are several.
fn cups(value: &[u8]) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let Some(rest) = value.strip_prefix(b"ES").filter(|r| matches!(r.len(), 18 | 20)) else { return false };
    let (Some(n), border) = (number(&rest[..16]), &rest[18..]) else { return false };
    let (first, second) = (LETTERS[(n % 529 / 23) as usize], LETTERS[(n % 23) as usize]);
    let bordered = border.is_empty() || border[0].is_ascii_digit() && b"FPRCXYZT".contains(&border[1]);
    n > 0 && rest[16] == first && rest[17] == second && bordered
}

/// Spain, land register: seven characters, seven more, four of the property, and a letter over each half with the property.
fn cadastral(value: &[u8]) -> bool {
    let letter = |half: &[u8]| {
        let places = half.iter().chain(value.get(14..18).unwrap_or_default());
        let sum = places.zip([13u32, 15, 12, 5, 4, 17, 9, 21, 3, 7, 1]).try_fold(0, |sum, (&b, w)| {
            // A = 1; Ñ stands behind N.
            let n = alnum(b)?;
            let n = if n < 10 { n } else { n - 9 + u32::from(b > b'N') };
            Some(sum + n * w)
        });
        sum.map(|s| b"MQWERTYUIOPASDFGHJKLBZX"[(s % 23) as usize])
    };
    value.len() == 20
        && all_digits(&value[14..18], 4)
        && value[..14].iter().any(u8::is_ascii_digit)
        && letter(&value[..7]) == Some(value[18])
        && letter(&value[7..14]) == Some(value[19])
}

/// Portugal, tax number: weights 9 to 2, modulo 11.
pub(super) fn nif(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"PT").unwrap_or(value);
    let [body @ .., last] = value else { return false };
    let Some(sum) = weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]) else { return false };
    let expected = (11 - sum % 11) % 11 % 10;
    digit(*last) == Some(expected) && value[0] != b'0' && (value[0] != b'4' || value[1] == b'5') && !one_digit(value)
}

/// Portugal, citizen card: eight digits of the person, one more, two letters or digits of the card, a check digit; Luhn over values with A = 10.
fn cartao(value: &[u8]) -> bool {
    if value.len() != 12 || !all_digits(&value[..9], 9) || !value[11].is_ascii_digit() {
        return false;
    }
    let sum = value.iter().rev().enumerate().try_fold(0, |sum, (i, &b)| {
        let n = alnum(b)?;
        let n = if i % 2 == 1 { n * 2 } else { n };
        Some(sum + if i % 2 == 1 && n > 9 { n - 9 } else { n })
    });
    sum.is_some_and(|s| s.is_multiple_of(10)) && !one_digit(&value[..9])
}

/// Portugal, social security: prime weights, 9 minus the sum.
fn niss(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]);
    matches!(value[0], b'1' | b'2') && matches!((sum, digit(*last)), (Some(s), Some(l)) if 9 - s % 10 == l)
}

/// Brazil, persons: two digits modulo 11.
fn cpf(value: &[u8]) -> bool {
    all_digits(value, 11)
        && !one_digit(value)
        && brazilian(&value[..9], 2..=11) == Some(value[9])
        && brazilian(&value[..10], 2..=11) == Some(value[10])
}

/// Brazil, companies: two digits modulo 11, weights 2 to 9 from the right. Since 2026 letters may stand in the first twelve places (code minus 48).
fn cnpj(value: &[u8]) -> bool {
    value.len() == 14
        && value[..12].iter().all(|&b| alnum(b).is_some())
        && !one_digit(&value[..12])
        && brazilian(&value[..12], 2..=9) == Some(value[12])
        && brazilian(&value[..13], 2..=9) == Some(value[13])
}

/// The check digit of `body`, with weights that grow from the right and begin anew.
fn brazilian(body: &[u8], weights: std::ops::RangeInclusive<u32>) -> Option<u8> {
    let sum: u32 = body.iter().rev().zip(weights.cycle()).map(|(&b, w)| u32::from(b.saturating_sub(b'0')) * w).sum();
    Some(if sum % 11 < 2 { b'0' } else { b'0' + (11 - sum % 11) as u8 })
}

/// Argentina, tax number: type, eight digits, weights 5-4-3-2-7-6-5-4-3-2; 9 also stands for ten.
fn cuit(value: &[u8]) -> bool {
    let kind = number(&value[..value.len().min(2)]);
    matches!(kind, Some(20 | 23 | 24 | 27 | 30 | 33 | 34 | 50 | 51 | 55))
        && weighted(value, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|s| s.is_multiple_of(11) || s % 11 == 10 && value[10] == b'9')
}

/// Chile: seven or eight digits and a digit or K, weights 2 to 7 from the right.
fn rut(value: &[u8]) -> bool {
    let Some((&last, body)) = value.split_last() else { return false };
    if !matches!(body.len(), 7 | 8) || body[0] == b'0' || one_digit(body) {
        return false;
    }
    let sum = body.iter().rev().zip((2..=7).cycle()).try_fold(0u32, |sum, (&b, w)| Some(sum + digit(b)? * w));
    sum.is_some_and(|s| last == b"0K987654321"[(s % 11) as usize])
}

/// Mexico, CURP: names, date, sex, state, names, homonym, digit.
fn curp(value: &[u8]) -> bool {
    const STATES: &[u8] = b"ASBCBSCCCLCMCSCHDFDGGTGRHGJCMCMNMSNTNLOCPLQTQRSPSLSRTCTSTLVZYNZSNE";
    if value.len() != 18 || !value[..4].iter().all(u8::is_ascii_uppercase) || !matches!(value[10], b'H' | b'M' | b'X') {
        return false;
    }
    let state = STATES.chunks_exact(2).any(|s| s == &value[11..13]);
    let names = value[13..16].iter().all(|b| b.is_ascii_uppercase() && !b"AEIOU".contains(b));
    let Some(last) = digit(value[17]) else { return false };
    // Ñ stands between N and O in the alphabet that is summed, so O to Z count one more.
    let sum = value[..17].iter().zip((2..=18).rev()).try_fold(0u32, |sum, (&b, w)| {
        let n = alnum(b)?;
        Some(sum + (n + u32::from(b >= b'O')) * w)
    });
    state && names && super::date::short_date(&value[4..10]) && sum.is_some_and(|s| (10 - s % 10) % 10 == last)
}

/// Uruguay: weights 2-9-8-7-6-3-4, modulo 10.
fn uy_ci(value: &[u8]) -> bool {
    weighted(value, &[2, 9, 8, 7, 6, 3, 4, 1]).is_some_and(|s| s.is_multiple_of(10)) && !one_digit(value)
}
