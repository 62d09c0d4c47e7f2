//! France and Belgium.

use super::digits::{all_digits, digit, luhn, modulo, number, one_digit};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("fr-nir", nir, 10.0, false),
    ("fr-nir-body", nir_body, 5.4, false),
    ("fr-siren", siren, 3.3, false),
    ("fr-siret", siret, 3.3, false),
    ("fr-spi", spi, 9.0, false),
    ("fr-tva", tva, 9.0, false),
    ("be-national-number", be_national, 8.6, false),
    ("be-vat", be_vat, 6.6, false),
    ("be-eid", eid, 6.6, false),
    ("fr-cni", cni, 0.6, false),
];

/// Register of persons: sex, year, month, department (2A, 2B in Corsica), commune, order, key. The key may be left out, then nothing is proven and it fails.
fn nir(value: &[u8]) -> bool {
    if value.len() != 15 || !matches!(value[0], b'1'..=b'4' | b'7' | b'8') {
        return false;
    }
    let mut plain = [0u8; 15];
    plain.copy_from_slice(value);
    let island = match value[6] {
        b'A' => 1_000_000,
        b'B' => 2_000_000,
        _ => 0,
    };
    if island > 0 {
        if value[5] != b'2' {
            return false;
        }
        plain[6] = b'0';
    }
    let (Some(body), Some(key)) = (number(&plain[..13]), number(&plain[13..])) else { return false };
    let month = number(&plain[3..5]).unwrap_or(0);
    // 20 to 42 and above 50: month not known at registration.
    let dated = matches!(month, 1..=12 | 20..=42 | 50..=99);
    let placed = &plain[7..10] != b"000" && &plain[10..13] != b"000" && &plain[5..7] != b"00";
    dated && placed && 97 - (body - island) % 97 == key
}

/// The same without its key: sex, a month that exists, a department, a commune and an order.
fn nir_body(value: &[u8]) -> bool {
    let island = value.get(5) == Some(&b'2') && matches!(value.get(6), Some(b'A' | b'B'));
    let digits = value.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 6 && island));
    let month = value.get(3..5).and_then(number).unwrap_or(0);
    let department = value.get(5..7).and_then(number).unwrap_or(20);
    value.len() == 13
        && digits
        && matches!(value[0], b'1' | b'2')
        && (1..=12).contains(&month)
        && (1..=99).contains(&department)
        && &value[7..10] != b"000"
        && &value[10..] != b"000"
}

/// Companies: Luhn.
fn siren(value: &[u8]) -> bool {
    all_digits(value, 9) && luhn(value) && !one_digit(value)
}

/// Establishments: Luhn over all; those of the post office, but its seat, add up to a multiple of five instead.
fn siret(value: &[u8]) -> bool {
    if !all_digits(value, 14) || !siren(&value[..9]) {
        return false;
    }
    let plain: u32 = value.iter().filter_map(|&b| digit(b)).sum();
    if value.starts_with(b"356000000") && value != b"35600000000048" { plain.is_multiple_of(5) } else { luhn(value) }
}

/// Tax number of a person: the last three digits are the first ten modulo 511; begins with 0 to 3.
fn spi(value: &[u8]) -> bool {
    let (Some(body), Some(key)) = (value.get(..10).and_then(number), value.get(10..).and_then(number)) else { return false };
    value.len() == 13 && (b'0'..=b'3').contains(&value[0]) && body % 511 == key && body > 0
}

/// VAT: two characters over the company's number.
pub(super) fn tva(value: &[u8]) -> bool {
    let Some([a, b, rest @ ..]) = value.strip_prefix(b"FR") else { return false };
    let Some(company) = number(rest).filter(|_| rest.len() == 9) else { return false };
    let Some(key) = number(&[*a, *b]) else {
        // Keys with letters: no published sum that all of them keep.
        return [a, b].iter().all(|c| c.is_ascii_alphanumeric() && !matches!(c, b'O' | b'I')) && siren(rest);
    };
    // Monaco has companies without a number of the register.
    (12 + 3 * (company % 97)) % 97 == key && (siren(rest) || rest.starts_with(b"000"))
}

/// Belgium, national register and BIS: 97 minus the remainder, with a 2 before it from 2000 on; months above 12 are BIS.
fn be_national(value: &[u8]) -> bool {
    let (Some(body), Some(key)) = (value.get(..9).and_then(number), value.get(9..).and_then(number)) else { return false };
    if value.len() != 11 || one_digit(value) {
        return false;
    }
    let (month, day) = ((body / 100_000 % 100) as u32, (body / 1000 % 100) as u32);
    let month = if month > 40 {
        month - 40
    } else if month > 20 {
        month - 20
    } else {
        month
    };
    let dated = if month == 0 || day == 0 { month <= 12 } else { super::date::exists(2000, month, day) };
    let ordered = !body.is_multiple_of(1000);
    dated && ordered && (97 - body % 97 == key || 97 - (2_000_000_000 + body) % 97 == key)
}

/// Belgium, enterprises: ten digits, the last two 97 minus the remainder.
pub(super) fn be_vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"BE").unwrap_or(value);
    all_digits(value, 10)
        && matches!(value[0], b'0' | b'1')
        && !one_digit(value)
        && modulo(&value[..8], 97).map(|r| 97 - r) == modulo(&value[8..], 100)
}

/// Belgium, number of an identity card: ten digits and what they leave by 97 (97 for nothing).
fn eid(value: &[u8]) -> bool {
    let (Some(body), Some(key)) = (value.get(..10).and_then(number), value.get(10..).and_then(number)) else { return false };
    value.len() == 12 && body > 0 && !one_digit(value) && key == if body.is_multiple_of(97) { 97 } else { body % 97 }
}

/// France, number of an identity card: until 2021 year, month, department, an office and a serial; since then nine characters, letters and digits mixed.
fn cni(value: &[u8]) -> bool {
    match value.len() {
        12 => {
            let month = value.get(2..4).and_then(number).unwrap_or(0);
            let island = value[4] == b'2' && matches!(value[5], b'A' | b'B');
            (1..=12).contains(&month) && (value[4..6].iter().all(u8::is_ascii_digit) || island) && value[6..].iter().all(u8::is_ascii_digit)
        }
        9 => value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_uppercase),
        _ => false,
    }
}
