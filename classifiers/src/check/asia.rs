//! Asia, Africa and Oceania.

use super::{
    date::{exists, short_date},
    digits::{all_digits, alnum, digit, luhn, mod_11_2, number, one_digit, verhoeff, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("in-aadhaar", aadhaar, 3.7, false),
    ("in-pan", in_pan, 1.3, false),
    ("in-gstin", gstin, 8.0, false),
    ("au-tfn", tfn, 3.5, false),
    ("au-medicare", medicare, 4.6, false),
    ("au-abn", abn, 6.6, false),
    ("au-acn", acn, 3.4, false),
    ("nz-ird", ird, 6.1, false),
    ("cn-resident-id", resident, 12.0, false),
    ("cn-uscc", uscc, 7.0, false),
    ("hk-hkid", hkid, 3.5, false),
    ("tw-national-id", tw_id, 4.3, false),
    ("jp-my-number", my_number, 3.4, false),
    ("jp-corporate-number", jp_corporate, 3.2, false),
    ("kr-rrn", rrn, 8.0, false),
    ("kr-brn", brn, 3.3, false),
    ("sg-nric", nric, 4.7, false),
    ("th-national-id", th_id, 3.4, false),
    ("my-nric", my_nric, 4.8, false),
    ("tr-tckn", tckn, 6.7, false),
    ("il-id", il_id, 3.3, false),
    ("za-id", za_id, 9.9, false),
];

/// India, Aadhaar: does not begin with 0 or 1, Verhoeff, no palindrome.
fn aadhaar(value: &[u8]) -> bool {
    all_digits(value, 12) && value[0] >= b'2' && !value.iter().eq(value.iter().rev()) && verhoeff(value)
}

/// India, permanent account: five letters of which the fourth is the kind of holder, four digits, a letter.
fn in_pan(value: &[u8]) -> bool {
    value.len() == 10
        && value[..5].iter().all(u8::is_ascii_uppercase)
        && b"ABCFGHJLPTKE".contains(&value[3])
        && all_digits(&value[5..9], 4)
        && &value[5..9] != b"0000"
        && value[9].is_ascii_uppercase()
}

/// India, GST: state, permanent account, number of the registration, `Z`, Luhn in base 36.
fn gstin(value: &[u8]) -> bool {
    if value.len() != 15 || !in_pan(&value[2..12]) || value[12] == b'0' || value[13] != b'Z' {
        return false;
    }
    let state = number(&value[..2]).is_some_and(|s| matches!(s, 1..=38 | 96 | 97 | 99));
    let sum = value.iter().rev().enumerate().try_fold(0u32, |sum, (i, &b)| {
        let n = alnum(b)? * if i % 2 == 1 { 2 } else { 1 };
        Some(sum + n / 36 + n % 36)
    });
    state && sum.is_some_and(|s| s.is_multiple_of(36))
}

/// Australia, tax file number: nine digits (eight in old ones), modulo 11.
fn tfn(value: &[u8]) -> bool {
    let sum = weighted(value, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).or_else(|| weighted(value, &[10, 7, 8, 4, 6, 3, 5, 1]));
    sum.is_some_and(|s| s.is_multiple_of(11)) && !one_digit(value)
}

/// Australia, Medicare: ten digits or eleven with the person's; begins with 2 to 6; the ninth checks the first eight.
fn medicare(value: &[u8]) -> bool {
    let sum = value.get(..8).and_then(|body| weighted(body, &[1, 3, 7, 9, 1, 3, 7, 9]));
    let whole = matches!(value.len(), 10 | 11) && value.iter().all(u8::is_ascii_digit);
    whole
        && (b'2'..=b'6').contains(&value[0])
        && value[9] != b'0'
        && sum.is_some_and(|s| digit(value[8]) == Some(s % 10))
        && value.get(10) != Some(&b'0')
}

/// Australia, businesses: one less in the first digit, weights, modulo 89.
fn abn(value: &[u8]) -> bool {
    let sum = weighted(value, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    sum.is_some_and(|s| value[0] != b'0' && (s - 10).is_multiple_of(89))
}

/// Australia, companies: weights 8 to 1, modulo 10.
fn acn(value: &[u8]) -> bool {
    weighted(value, &[8, 7, 6, 5, 4, 3, 2, 1, 1]).is_some_and(|s| s.is_multiple_of(10)) && !one_digit(value)
}

/// New Zealand, tax number: eight or nine digits, two rounds of weights.
fn ird(value: &[u8]) -> bool {
    let mut plain = *b"000000000";
    if !matches!(value.len(), 8 | 9) {
        return false;
    }
    plain[9 - value.len()..].copy_from_slice(value);
    let ranged = number(&plain).is_some_and(|n| n > 10_000_000 && n < 150_000_000);
    let expected = |weights: &[u32]| weighted(&plain[..8], weights).map(|s| (11 - s % 11) % 11);
    let check = match expected(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        Some(10) => expected(&[7, 4, 3, 2, 5, 2, 7, 6]),
        other => other,
    };
    ranged && check.is_some() && check == digit(plain[8])
}

/// China, residents: region, date, order, ISO 7064 mod 11-2.
fn resident(value: &[u8]) -> bool {
    if value.len() != 18 || !mod_11_2(value) {
        return false;
    }
    let (Some(region), Some(born)) = (number(&value[..2]), number(&value[6..14])) else { return false };
    let province = matches!(region, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91);
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    province && (1850..=2030).contains(&year) && exists(year, month, day)
}

/// China, organisations: GB 32100, powers of three modulo 31.
fn uscc(value: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let [body @ .., last] = value else { return false };
    if body.len() != 17 || !matches!(value[0], b'1' | b'5' | b'9' | b'A' | b'N' | b'Y') || !all_digits(&value[2..8], 6) {
        return false;
    }
    let place = |b: u8| ALPHABET.iter().position(|&a| a == b).map(|p| p as u32);
    let sum = body.iter().try_fold((0, 1), |(sum, w), &b| Some((sum + place(b)? * w, w * 3 % 31)));
    matches!((sum, place(*last)), (Some((s, _)), Some(l)) if (31 - s % 31) % 31 == l)
}

/// Hong Kong: one or two letters, six digits, a digit or A, often in parentheses.
fn hkid(value: &[u8]) -> bool {
    let mut plain = [0u8; 9];
    let written = value.iter().filter(|b| !matches!(b, b'(' | b')'));
    let length = plain.iter_mut().zip(written.clone()).map(|(place, &b)| *place = b).count();
    let value = &plain[..length];
    if written.count() > length {
        return false;
    }
    let letters = value.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (head, tail) = value.split_at(letters.min(2));
    let [digits @ .., last] = tail else { return false };
    // A missing second letter counts as a space, 36.
    let head = match *head {
        [a] => [36, u32::from(a - b'A') + 10],
        [a, b] => [u32::from(a - b'A') + 10, u32::from(b - b'A') + 10],
        _ => return false,
    };
    let Some(sum) = weighted(digits, &[7, 6, 5, 4, 3, 2]) else { return false };
    let last = if *last == b'A' { Some(10) } else { digit(*last) };
    last.is_some_and(|l| (head[0] * 9 + head[1] * 8 + sum + l).is_multiple_of(11))
}

/// Taiwan: a letter of the place as two digits, 1 or 2 (8, 9 for foreigners), eight digits.
fn tw_id(value: &[u8]) -> bool {
    const PLACES: [u32; 26] = [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];
    let [letter, digits @ ..] = value else { return false };
    if !letter.is_ascii_uppercase() || !matches!(digits.first(), Some(b'1' | b'2' | b'8' | b'9')) {
        return false;
    }
    let place = PLACES[usize::from(letter - b'A')];
    weighted(digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1]).is_some_and(|s| (s + place / 10 + place % 10 * 9).is_multiple_of(10))
}

/// Japan, persons: twelve digits, weights 6-5-4-3-2-7-6-5-4-3-2, modulo 11.
fn my_number(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let sum = weighted(body, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    sum.is_some_and(|s| digit(*last) == Some(if s % 11 <= 1 { 0 } else { 11 - s % 11 })) && !one_digit(value)
}

/// Japan, companies: the first digit is 9 minus the weighted rest modulo 9.
fn jp_corporate(value: &[u8]) -> bool {
    let sum = value.get(1..).and_then(|body| weighted(body, &[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]));
    sum.is_some_and(|s| digit(value[0]) == Some(9 - s % 9)) && !one_digit(&value[1..])
}

/// Korea, residents and foreigners: date, sex and century, area. The check digit is not kept since October 2020, so it decides nothing for those born after.
fn rrn(value: &[u8]) -> bool {
    if !all_digits(value, 13) {
        return false;
    }
    let century = match value[6] {
        b'1' | b'2' | b'5' | b'6' => 1900,
        b'3' | b'4' | b'7' | b'8' => 2000,
        _ => 1800,
    };
    let born = number(&value[..6]).unwrap_or(0);
    let (year, month, day) = (century + (born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    let sum = weighted(value, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 1]).unwrap_or(0);
    let last = digit(value[12]).unwrap_or(0);
    let foreign = matches!(value[6], b'5'..=b'8');
    let expected = (11 - (sum - last) % 11 + if foreign { 2 } else { 0 }) % 10;
    // Numbers given since October 2020 are random after the sex: people born then, and those who were registered late.
    let late = (year, month) >= (2020, 10);
    exists(year, month, day) && year < 2031 && &value[7..9] <= b"96".as_slice() && (expected == last || late)
}

/// Korea, businesses: weights 1-3-7-1-3-7-1-3-5, and the tens of the last product.
fn brn(value: &[u8]) -> bool {
    let sum = weighted(value, &[1, 3, 7, 1, 3, 7, 1, 3, 5, 1]);
    sum.is_some_and(|s| (s + digit(value[8]).unwrap_or(0) * 5 / 10).is_multiple_of(10)) && &value[..3] >= b"101".as_slice()
}

/// Singapore: a letter of the series, seven digits, a letter modulo 11.
fn nric(value: &[u8]) -> bool {
    let [series, body @ .., last] = value else { return false };
    let Some(sum) = weighted(body, &[2, 7, 6, 5, 4, 3, 2]) else { return false };
    let (offset, letters): (u32, &[u8]) = match series {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let place = (sum + offset) % 11;
    *last == letters[if *series == b'M' { 10 - place } else { place } as usize] || (*series == b'M' && *last == b"KLJNPQRTUWX"[place as usize])
}

/// Thailand: weights 13 to 2, modulo 11.
fn th_id(value: &[u8]) -> bool {
    let sum = value.get(..12).and_then(|body| weighted(body, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    value.len() == 13 && (b'1'..=b'8').contains(&value[0]) && sum.is_some_and(|s| digit(value[12]) == Some((11 - s % 11) % 10)) && !one_digit(value)
}

/// Malaysia: date, place of birth, four digits.
fn my_nric(value: &[u8]) -> bool {
    let place = value.get(6..8).and_then(number).unwrap_or(0);
    all_digits(value, 12) && short_date(value) && matches!(place, 1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99)
}

/// Turkey: the tenth and eleventh digit check the ones before.
fn tckn(value: &[u8]) -> bool {
    if !all_digits(value, 11) || value[0] == b'0' {
        return false;
    }
    let d = |i: usize| digit(value[i]).unwrap_or(0);
    let odd = d(0) + d(2) + d(4) + d(6) + d(8);
    let even = d(1) + d(3) + d(5) + d(7);
    let all: u32 = (0..10).map(d).sum();
    (odd * 7 + 9 * even) % 10 == d(9) && all % 10 == d(10)
}

/// Israel: nine digits, Luhn.
fn il_id(value: &[u8]) -> bool {
    all_digits(value, 9) && luhn(value) && !one_digit(value)
}

/// South Africa: date, sex, citizen or resident, 8 or 9, Luhn.
fn za_id(value: &[u8]) -> bool {
    all_digits(value, 13) && short_date(value) && matches!(value[10], b'0'..=b'2') && luhn(value)
}
