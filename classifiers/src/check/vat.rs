//! VAT numbers of the European Union: the country's letters before the number of the country.

use super::{
    britain, digits,
    digits::{all_digits, digit, one_digit, weighted},
    east, france, germany, iberia, italy, north, southeast,
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[("eu-vat", eu_vat, 3.3, false)];

/// A number with the letters of a member state (`EL` for Greece, though some write `GR`, `XI` for Northern Ireland), by that state's sum.
fn eu_vat(value: &[u8]) -> bool {
    let Some((country, number)) = value.split_at_checked(2) else { return false };
    match country {
        b"AT" => germany::at_uid(number),
        b"BE" => france::be_vat(number),
        b"BG" => bulgaria(number),
        b"CY" => southeast::cy_vat(number),
        b"CZ" => east::dic(number),
        b"DE" => germany::vat(number),
        b"DK" => north::cvr(number),
        b"EE" => estonia(number),
        b"EL" | b"GR" => north::afm(number),
        b"ES" => iberia::dni(number) || iberia::nie(number) || iberia::cif(number),
        b"FI" => north::ytunnus(number),
        b"FR" => france::tva(value),
        b"HR" => north::oib(number),
        b"HU" => number.len() == 8 && southeast::hu_company(number),
        b"IE" => britain::ie_vat(number),
        b"IT" => italy::partita_iva(number),
        b"LT" => lithuania(number),
        b"LU" => germany::lu_vat(number),
        b"LV" => east::lv_company(number) || east::lv_dated(number) || east::lv_plain(number),
        b"MT" => southeast::mt_vat(number),
        b"NL" => germany::btw(number),
        b"PL" => north::nip(number),
        b"PT" => iberia::nif(number),
        b"RO" => southeast::cui(number),
        b"SE" => number.strip_suffix(b"01").is_some_and(|n| all_digits(n, 10) && digits::luhn(n) && !one_digit(n)),
        b"SI" => southeast::si_tax(number),
        b"SK" => slovakia(number),
        b"XI" => britain::vat(number),
        _ => false,
    }
}

/// Nine digits of a company (weights 1 to 8, and when ten is left 3 to 10), or ten of a person, of a foreigner, of anyone else (weights 4-3-2-7-6-5-4-3-2).
fn bulgaria(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    if one_digit(value) {
        return false;
    }
    match body.len() {
        8 => {
            let first = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8]).map(|s| s % 11);
            let sum = if first == Some(10) { weighted(body, &[3, 4, 5, 6, 7, 8, 9, 10]).map(|s| s % 11 % 10) } else { first };
            sum.is_some_and(|s| digit(*last) == Some(s))
        }
        9 => {
            let other = weighted(body, &[4, 3, 2, 7, 6, 5, 4, 3, 2]);
            north::egn(value) || southeast::pnf(value) || other.is_some_and(|s| s % 11 != 1 && digit(*last) == Some((11 - s % 11) % 11))
        }
        _ => false,
    }
}

/// Weights 3-7-1, modulo 10.
fn estonia(value: &[u8]) -> bool {
    weighted(value, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_some_and(|s| s.is_multiple_of(10)) && !one_digit(value)
}

/// Nine digits of companies, twelve of others; the last but one is 1. Weights 1 to 9 over and over, and when ten is left 3 to 9, 1 and so on.
fn lithuania(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    if !matches!(body.len(), 8 | 11) || !value.iter().all(u8::is_ascii_digit) || body.last() != Some(&b'1') {
        return false;
    }
    let sum = |from: u32| body.iter().zip(from..).map(|(&b, w)| u32::from(b - b'0') * (w % 9 + 1)).sum::<u32>() % 11;
    let rest = if sum(0) == 10 { sum(2) % 10 } else { sum(0) };
    digit(*last) == Some(rest)
}

/// Ten digits, a multiple of eleven; the third is one of 2, 3, 4, 7, 8, 9.
fn slovakia(value: &[u8]) -> bool {
    all_digits(value, 10)
        && digits::number(value).is_some_and(|n| n.is_multiple_of(11))
        && value[0] != b'0'
        && b"234789".contains(&value[2])
        && !one_digit(value)
}
