//! Machine-readable documents of travellers, by ICAO 9303, and the European health insurance card.

use super::digits::{all_digits, number};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[("mrz", mrz, 12.0, true), ("ehic", ehic, 11.5, false)];

/// Weights 7, 3, 1 over digits, letters (A = 10) and `<` (nothing), modulo 10. A filler may stand for the digit of an empty field.
fn checked(field: &[&[u8]], check: u8) -> bool {
    let value = |b: u8| match b {
        b'<' => Some(0),
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'A'..=b'Z' => Some(u32::from(b - b'A') + 10),
        _ => None,
    };
    let sum = field.iter().copied().flatten().zip([7u32, 3, 1].into_iter().cycle()).try_fold(0, |sum, (&b, w)| Some(sum + value(b)? * w));
    match check {
        b'<' => sum == Some(0),
        _ => sum.is_some_and(|s| check.is_ascii_digit() && s % 10 == u32::from(check - b'0')),
    }
}

/// Birth and expiry have months and days, as far as they are known.
fn dated(field: &[u8]) -> bool {
    let two = |i: usize| if field[i..i + 2] == *b"<<" { Some(1) } else { number(&field[i..i + 2]) };
    two(0).is_some() && two(2).is_some_and(|m| (1..=12).contains(&m)) && two(4).is_some_and(|d| (1..=31).contains(&d))
}

/// The lines of a zone, joined: two of 44 (passports and visas), two of 36, three of 30 characters.
fn mrz(value: &[u8]) -> bool {
    let mut text = [0u8; 90];
    let mut length = 0;
    for &b in value.iter().filter(|b| !b.is_ascii_whitespace()) {
        let Some(place) = text.get_mut(length) else { return false };
        *place = b;
        length += 1;
    }
    let known = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'<';
    let text = &text[..length];
    if !text.iter().all(known) {
        return false;
    }
    match length {
        88 => lower(&text[44..], text[0] == b'V'),
        72 => lower(&text[36..], text[0] == b'V'),
        90 => three(text),
        _ => false,
    }
}

/// The second of two lines: number, nationality, birth, sex, expiry, what the issuer likes, and a digit over all but in visas.
fn lower(line: &[u8], visa: bool) -> bool {
    let person = checked(&[&line[..9]], line[9]) && checked(&[&line[13..19]], line[19]) && checked(&[&line[21..27]], line[27]);
    let passport = line.len() == 44;
    let (last, free) = (line[line.len() - 1], &line[28..line.len() - 1]);
    let own = visa || !passport || checked(&[&free[..free.len() - 1]], free[free.len() - 1]);
    let whole = visa || checked(&[&line[..10], &line[13..20], &line[21..line.len() - 1]], last);
    person && own && whole && dated(&line[13..19]) && dated(&line[21..27]) && b"MFX<".contains(&line[20]) && line[..9] != [b'<'; 9]
}

/// Three lines: kind, issuer, number, what the issuer likes; birth, sex, expiry, nationality; names.
fn three(text: &[u8]) -> bool {
    let (first, second) = (&text[..30], &text[30..60]);
    // Numbers longer than nine go on behind the check digit's place.
    let long = first[14] == b'<' && first[15] != b'<';
    let number = long || checked(&[&first[5..14]], first[14]);
    let person = checked(&[&second[..6]], second[6]) && checked(&[&second[8..14]], second[14]);
    let whole = checked(&[&first[5..], &second[..7], &second[8..15], &second[18..29]], second[29]);
    number && person && whole && dated(&second[..6]) && dated(&second[8..14]) && b"MFX<".contains(&second[7])
}

/// Decision S2 of the Administrative Commission: 80, the country of ISO 3166 in digits, the institution, a serial; twenty digits in all.
fn ehic(value: &[u8]) -> bool {
    const COUNTRIES: [u64; 32] = [
        40, 56, 100, 191, 196, 203, 208, 233, 246, 250, 276, 300, 348, 352, 372, 380, 428, 438, 440, 442, 470, 528, 578, 616, 620, 642, 703, 705,
        724, 752, 756, 826,
    ];
    let country = value.get(2..5).and_then(number).unwrap_or(0);
    all_digits(value, 20) && value.starts_with(b"80") && COUNTRIES.contains(&country) && value[10..] != [b'0'; 10]
}
