//! Germany, Austria, Switzerland, Luxembourg and the Netherlands.

use super::{
    date::exists,
    digits::{all_digits, alnum, digit, icao, luhn, luhn_sum, mod_11_10, modulo, number, one_digit, verhoeff, weighted},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("de-tax-id", tax_id, 8.2, false),
    ("de-id-card", id_card, 3.3, false),
    ("de-rvnr", rvnr, 5.0, false),
    ("de-kvnr", kvnr, 3.3, false),
    ("de-vat", vat, 3.3, false),
    ("de-stnr", stnr, 1.0, false),
    ("de-driving-licence", driving_licence, 3.5, false),
    ("de-document", document, 0.5, false),
    ("de-lanr", lanr, 3.3, false),
    ("de-bsnr", bsnr, 1.0, false),
    ("at-tin", at_tin, 3.3, false),
    ("at-uid", at_uid, 3.3, false),
    ("lu-nin", lu_nin, 15.0, false),
    ("lu-vat", lu_vat, 6.5, false),
    ("nl-passport", nl_passport, 0.5, false),
    ("at-svnr", at_svnr, 8.1, false),
    ("ch-ahv", ahv, 3.3, false),
    ("ch-uid", uid, 3.5, false),
    ("nl-bsn", bsn, 3.5, false),
    ("nl-btw", btw, 3.5, false),
];

/// Tax identification of a person: of the first ten digits one stands twice or three times (not thrice in a row), the others at most once; ISO 7064 mod 11,10.
fn tax_id(value: &[u8]) -> bool {
    if !all_digits(value, 11) || value[0] == b'0' {
        return false;
    }
    let mut seen = [0u8; 10];
    value[..10].iter().filter_map(|&b| digit(b)).for_each(|d| seen[d as usize] += 1);
    let repeated: Vec<u8> = seen.iter().copied().filter(|&n| n > 1).collect();
    let in_a_row = value[..10].windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
    matches!(repeated[..], [2 | 3]) && !in_a_row && mod_11_10(value)
}

/// Identity card and passport: nine characters of the machine-readable zone's alphabet and a digit, weights 7-3-1.
fn id_card(value: &[u8]) -> bool {
    // Before 2010 ten digits; since then a letter first, and no vowels or letters that look like digits.
    let [body @ .., check] = value else { return false };
    let first = body.first().is_some_and(|b| b"CFGHJKLMNPRTVWXYZ".contains(b) || b.is_ascii_digit());
    body.len() == 9 && first && body.iter().all(|b| b.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(b)) && icao(body, *check) && !one_digit(value)
}

/// Pension insurance: area, date, initial, serial; digit sums of the products with 2-1-2-5-7-1-2-1-2-1-2-1, modulo 10.
fn rvnr(value: &[u8]) -> bool {
    if value.len() != 12 || !value[8].is_ascii_uppercase() {
        return false;
    }
    let letter = alnum(value[8]).unwrap_or(10) - 9;
    let mut plain = [0u32; 12];
    let (head, tail) = (&value[..8], &value[9..11]);
    for (place, &b) in plain.iter_mut().zip(head) {
        let Some(d) = digit(b) else { return false };
        *place = d;
    }
    plain[8] = letter / 10;
    plain[9] = letter % 10;
    for (place, &b) in plain[10..].iter_mut().zip(tail) {
        let Some(d) = digit(b) else { return false };
        *place = d;
    }
    let sum: u32 = plain.iter().zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(d, w)| d * w / 10 + d * w % 10).sum();
    let (day, month) = (plain[2] * 10 + plain[3], plain[4] * 10 + plain[5]);
    // Days above 31 tell numbers apart that would be the same; months 0 are old numbers without a date.
    let dated = day <= 31 + 30 && (1..=12).contains(&month) && day > 0;
    dated && digit(value[11]) == Some(sum % 10)
}

/// Health insurance: a letter as two digits and eight digits, every second doubled.
fn kvnr(value: &[u8]) -> bool {
    if value.len() != 10 || !value[0].is_ascii_uppercase() || !all_digits(&value[1..], 9) {
        return false;
    }
    let letter = u32::from(value[0] - b'A') + 1;
    let plain = [letter / 10, letter % 10].into_iter().chain(value[1..9].iter().filter_map(|&b| digit(b)));
    let sum: u32 = plain.zip([1u32, 2].into_iter().cycle()).map(|(d, w)| d * w / 10 + d * w % 10).sum();
    digit(value[9]) == Some(sum % 10)
}

/// VAT: nine digits, ISO 7064 mod 11,10.
pub(super) fn vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"DE").unwrap_or(value);
    all_digits(value, 9) && value[0] != b'0' && mod_11_10(value)
}

/// Tax number of an office: ten or eleven digits as the state writes it; thirteen in the whole of the Union of states, with the state in front and a zero behind the office.
fn stnr(value: &[u8]) -> bool {
    const STATES: [&[u8]; 16] = [b"10", b"11", b"21", b"22", b"23", b"24", b"26", b"27", b"28", b"30", b"31", b"32", b"40", b"41", b"5", b"9"];
    let whole = value.len() != 13 || (STATES.iter().any(|s| value.starts_with(s)) && value[4] == b'0');
    matches!(value.len(), 10 | 11 | 13) && whole && !one_digit(value)
}

/// Driving licence since 1999: office (4), serial (5), a check character (weights 9 to 1, modulo 11, ten is X), number of the copy.
fn driving_licence(value: &[u8]) -> bool {
    let sum = value.iter().take(9).zip((1..=9u32).rev()).try_fold(0, |sum, (&b, w)| Some(sum + alnum(b)? * w));
    value.len() == 11 && alnum(value[10]).is_some() && !one_digit(value) && sum.is_some_and(|s| value[9] == b"0123456789X"[(s % 11) as usize])
}

/// The nine characters printed on identity cards and passports: no vowels, no letters that look like digits, and not letters alone.
fn document(value: &[u8]) -> bool {
    let known = value.iter().all(|b| b.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(b));
    value.len() == 9 && known && value.iter().filter(|b| b.is_ascii_digit()).count() > 1
}

/// Doctors: six digits, a digit by weights 4 and 9, two of the speciality.
fn lanr(value: &[u8]) -> bool {
    let sum = value.get(..6).and_then(|body| weighted(body, &[4, 9, 4, 9, 4, 9]));
    all_digits(value, 9) && !one_digit(value) && sum.is_some_and(|s| digit(value[6]) == Some((10 - s % 10) % 10))
}

/// Practices: nine digits that begin with the area of an association of doctors, or 35 (hospitals), 74 (the federal one), 99.
fn bsnr(value: &[u8]) -> bool {
    let area = value.get(..2).and_then(number).unwrap_or(0);
    all_digits(value, 9) && matches!(area, 1..=3 | 6..=73 | 74 | 78..=81 | 83 | 85..=88 | 93..=96 | 98 | 99) && !one_digit(value)
}

/// Austria, tax account: office, six digits, Luhn.
fn at_tin(value: &[u8]) -> bool {
    all_digits(value, 9) && luhn(value) && !one_digit(value) && &value[..2] != b"00"
}

/// Austria, VAT: `U`, seven digits, and what Luhn's sum and four leave to ten.
pub(super) fn at_uid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"AT").unwrap_or(value);
    let Some([body @ .., last]) = value.strip_prefix(b"U") else { return false };
    // The last place of Luhn counts once; the seventh does so here.
    body.len() == 7 && !one_digit(body) && luhn_sum(body).is_some_and(|s| digit(*last) == Some((10 - (s + 4) % 10) % 10))
}

/// Luxembourg, persons: date, serial, a digit by Luhn and one by Verhoeff, both over the first eleven.
fn lu_nin(value: &[u8]) -> bool {
    let Some(born) = value.get(..8).and_then(number) else { return false };
    let (year, month, day) = ((born / 10_000) as u32, (born / 100 % 100) as u32, (born % 100) as u32);
    if !all_digits(value, 13) || !(1850..=2100).contains(&year) || !exists(year, month, day) {
        return false;
    }
    let mut second = [0u8; 12];
    second[..11].copy_from_slice(&value[..11]);
    second[11] = value[12];
    luhn(&value[..12]) && verhoeff(&second)
}

/// Luxembourg, VAT: six digits and what they leave by 89.
pub(super) fn lu_vat(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"LU").unwrap_or(value);
    all_digits(value, 8) && !one_digit(value) && number(&value[..6]).is_some_and(|n| n > 0 && number(&value[6..]) == Some(n % 89))
}

/// Netherlands, passport and identity card: two letters, six letters or digits, a digit; never the letter O.
fn nl_passport(value: &[u8]) -> bool {
    let known = value.iter().all(|&b| alnum(b).is_some() && b != b'O');
    value.len() == 9 && known && value[..2].iter().all(u8::is_ascii_uppercase) && value[8].is_ascii_digit()
}

/// Austria, social insurance: the fourth digit checks serial and date of birth; months 13 to 15 when the serials of a day ran out.
fn at_svnr(value: &[u8]) -> bool {
    let sum = weighted(value, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    let (Some(day), Some(month)) = (value.get(4..6).and_then(number), value.get(6..8).and_then(number)) else { return false };
    let dated = (1..=31).contains(&day) && (1..=15).contains(&month);
    dated && value[0] != b'0' && sum.is_some_and(|s| digit(value[3]) == Some(s % 11))
}

/// Switzerland, AHV: EAN-13 of the country 756.
fn ahv(value: &[u8]) -> bool {
    value.starts_with(b"756") && ean13(value)
}

fn ean13(value: &[u8]) -> bool {
    weighted(value, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_some_and(|s| s.is_multiple_of(10))
}

/// Switzerland, enterprises: `CHE`, weights 5-4-3-2-7-6-5-4.
fn uid(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"CHE") else { return false };
    let rest = rest.get(..9).filter(|_| matches!(&rest[9..], b"" | b"MWST" | b"TVA" | b"IVA"));
    let sum = rest.and_then(|r| weighted(r, &[5, 4, 3, 2, 7, 6, 5, 4, 1]));
    sum.is_some_and(|s| s.is_multiple_of(11))
}

/// Netherlands, citizen service number: weights 9 to 2 and -1, modulo 11.
fn bsn(value: &[u8]) -> bool {
    let [head @ .., last] = value else { return false };
    let sum = weighted(head, &[9, 8, 7, 6, 5, 4, 3, 2]);
    let number = number(value).unwrap_or(0);
    matches!((sum, digit(*last)), (Some(s), Some(l)) if (s + 10 * l).is_multiple_of(11)) && number >= 1_000_000 && !one_digit(value)
}

/// Netherlands, VAT: nine digits, `B`, two digits: the eleven test or ISO 7064 mod 97-10.
pub(super) fn btw(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"NL").unwrap_or(value);
    if value.len() != 12 || value[9] != b'B' || !all_digits(&value[..9], 9) || !all_digits(&value[10..], 2) || &value[10..] == b"00" {
        return false;
    }
    let mut whole = *b"NL            ";
    whole[2..].copy_from_slice(value);
    bsn(&value[..9]) || modulo(&whole, 97) == Some(1)
}
