//! Asia and Oceania, and South Africa's identity number.

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
    ("jp-invoice-number", jp_invoice, 3.2, false),
    ("kr-rrn", rrn, 8.0, false),
    ("kr-brn", brn, 3.3, false),
    ("sg-nric", nric, 4.7, false),
    ("th-national-id", th_id, 3.4, false),
    ("my-nric", my_nric, 4.8, false),
    ("tr-tckn", tckn, 6.7, false),
    ("il-id", il_id, 3.3, false),
    ("za-id", za_id, 9.9, false),
    ("in-vid", vid, 3.7, false),
    ("in-epic", epic, 3.3, false),
    ("in-plate", in_plate, 4.2, false),
    ("in-licence", in_licence, 10.0, false),
    ("pk-cnic", cnic, 0.7, false),
    ("tw-ubn", ubn, 2.2, false),
    ("jp-licence", jp_licence, 4.5, false),
    ("kr-frn", frn, 9.0, false),
    ("kr-licence", kr_licence, 2.7, false),
    ("sg-uen", uen, 3.5, false),
    ("id-nik", nik, 5.2, false),
    ("id-npwp", npwp, 3.3, false),
    ("vn-mst", mst, 3.5, false),
    ("az-voen", voen, 5.8, false),
    ("kz-iin", iin, 8.8, false),
    ("nz-nhi", nhi, 3.5, false),
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

/// Japan, issuers of invoices: a company's number behind a T, which may be missing.
fn jp_invoice(value: &[u8]) -> bool {
    jp_corporate(value.strip_prefix(b"T").unwrap_or(value))
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

/// India, virtual id in Aadhaar's place: sixteen digits, not 0 or 1 first, Verhoeff, no palindrome.
fn vid(value: &[u8]) -> bool {
    all_digits(value, 16) && value[0] >= b'2' && !value.iter().eq(value.iter().rev()) && verhoeff(value)
}

/// India, voters: three letters and seven digits, Luhn over these.
fn epic(value: &[u8]) -> bool {
    value.len() == 10 && value[..3].iter().all(u8::is_ascii_uppercase) && luhn(&value[3..]) && !one_digit(&value[3..])
}

/// India, states and territories as vehicles and drivers are registered by them, old letters included.
fn in_state(value: &[u8]) -> bool {
    const STATES: [&[u8; 2]; 41] = [
        b"AN", b"AP", b"AR", b"AS", b"BR", b"CG", b"CH", b"DD", b"DL", b"DN", b"GA", b"GJ", b"HP", b"HR", b"JH", b"JK", b"KA", b"KL", b"LA", b"LD",
        b"MH", b"ML", b"MN", b"MP", b"MZ", b"NL", b"OD", b"OR", b"PB", b"PY", b"RJ", b"SK", b"TG", b"TN", b"TR", b"TS", b"UA", b"UK", b"UP", b"UT",
        b"WB",
    ];
    value.get(..2).is_some_and(|head| STATES.iter().any(|s| *s == head))
}

/// India, vehicles: state, office, up to three letters, up to four digits; or the Bharat series: year, `BH`, four digits, one or two letters.
fn in_plate(value: &[u8]) -> bool {
    if let [b'2' | b'3', b'0'..=b'9', b'B', b'H', rest @ ..] = value {
        return rest.len() > 4 && all_digits(&rest[..4], 4) && rest[4..].iter().all(|b| b.is_ascii_uppercase() && !b"IO".contains(b));
    }
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let office = value.get(2..4).unwrap_or_default();
    in_state(value) && (1..=4).contains(&digits) && office != b"00" && value[value.len() - digits..].iter().any(|b| *b != b'0')
}

/// India, drivers: state, office, year, seven digits.
fn in_licence(value: &[u8]) -> bool {
    let digits = value.get(2..).unwrap_or_default();
    in_state(value)
        && matches!(digits.len(), 13 | 14)
        && digits.iter().all(u8::is_ascii_digit)
        && [2, 3].into_iter().any(|at| digits.len() == at + 11 && number(&digits[at..at + 4]).is_some_and(|year| (1960..=2030).contains(&year)))
}

/// Pakistan, persons: a province first, the sex last.
fn cnic(value: &[u8]) -> bool {
    all_digits(value, 13) && matches!(value[0], b'1'..=b'7') && value[12] != b'0' && !one_digit(&value[5..12])
}

/// Taiwan, businesses: products by 1-2-1-2-1-2-4-1, their digits summed, a multiple of five; a 7 in the seventh place counts 0 or 1.
fn ubn(value: &[u8]) -> bool {
    if !all_digits(value, 8) || one_digit(value) {
        return false;
    }
    let sum = value.iter().zip([1u32, 2, 1, 2, 1, 2, 4, 1]).fold(0, |sum, (&b, w)| {
        let n = u32::from(b - b'0') * w;
        sum + n / 10 + n % 10
    });
    sum.is_multiple_of(5) || (value[6] == b'7' && (sum + 1).is_multiple_of(5))
}

/// Japan, drivers: prefecture, year, six digits, one that checks by 5-4-3-2-7-6-5-4-3-2 modulo 11, the count of reissues.
fn jp_licence(value: &[u8]) -> bool {
    if !all_digits(value, 12) || one_digit(value) {
        return false;
    }
    let place = number(&value[..2]).unwrap_or(0);
    let known = matches!(place, 10..=14 | 20..=25 | 30 | 40..=55 | 60..=65 | 70..=74 | 80..=83 | 90..=97);
    let sum = weighted(&value[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    known && sum.is_some_and(|s| digit(value[10]) == Some((11 - s % 11) % 10))
}

/// Korea, foreigners: as for residents, with 5 to 8 for the century.
fn frn(value: &[u8]) -> bool {
    matches!(value.get(6), Some(b'5'..=b'8')) && rrn(value)
}

/// Korea, drivers: region, year, six digits, two that check (unpublished).
fn kr_licence(value: &[u8]) -> bool {
    all_digits(value, 12) && number(&value[..2]).is_some_and(|region| matches!(region, 11..=26 | 28)) && !one_digit(&value[4..10])
}

/// Singapore, businesses, companies and others: a letter that checks the digits (and letters) before it.
fn uen(value: &[u8]) -> bool {
    let [body @ .., last] = value else { return false };
    let year = |digits: &[u8]| number(digits).is_some_and(|y| (1800..=2099).contains(&y));
    match body {
        [b'R' | b'S' | b'T', rest @ ..] => other_uen(body, rest, *last),
        _ if body.len() == 8 => weighted(body, &[10, 4, 9, 3, 8, 2, 7, 1]).is_some_and(|s| b"XMKECAWLJDB"[(s % 11) as usize] == *last),
        _ if body.len() == 9 && year(&body[..4]) => {
            weighted(body, &[10, 8, 6, 4, 9, 7, 5, 3, 1]).is_some_and(|s| b"ZKCMDNERGWH"[(s % 11) as usize] == *last)
        }
        _ => false,
    }
}

/// `T08PQ1234A`: century, year, the kind of body, four digits.
fn other_uen(body: &[u8], rest: &[u8], last: u8) -> bool {
    const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
    const KINDS: [&[u8; 2]; 33] = [
        b"CC", b"CD", b"CH", b"CL", b"CM", b"CP", b"CS", b"CX", b"DP", b"FB", b"FC", b"FM", b"FN", b"GA", b"GB", b"GS", b"HS", b"LL", b"LP", b"MB",
        b"MC", b"MD", b"MH", b"MM", b"MQ", b"NB", b"NR", b"PA", b"PB", b"PF", b"RF", b"RP", b"SM",
    ];
    const MORE: [&[u8; 2]; 5] = [b"SS", b"TC", b"TU", b"VH", b"XL"];
    let known = rest.get(2..4).is_some_and(|kind| KINDS.iter().chain(&MORE).any(|k| *k == kind));
    let sum = body.iter().zip([4usize, 3, 5, 3, 10, 2, 2, 5, 7]).try_fold(0, |sum, (b, w)| Some(sum + ALPHABET.iter().position(|a| a == b)? * w));
    known && rest.len() == 8 && all_digits(&rest[..2], 2) && all_digits(&rest[4..], 4) && sum.is_some_and(|s| ALPHABET[(s + 6) % 11] == last)
}

/// Indonesia, persons: province and district, date (40 more in a woman's day), four digits.
fn nik(value: &[u8]) -> bool {
    if !all_digits(value, 16) || &value[12..] == b"0000" {
        return false;
    }
    let province = number(&value[..2]).unwrap_or(0);
    let known = matches!(province, 11..=19 | 21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97);
    let n = number(&value[6..12]).unwrap_or(0);
    let (day, month, year) = ((n / 10_000) as u32, (n / 100 % 100) as u32, (n % 100) as u32);
    known && &value[2..4] != b"00" && &value[4..6] != b"00" && exists(2000 + year, month, if day > 40 { day - 40 } else { day })
}

/// Indonesia, taxpayers: nine digits by Luhn, office and branch; since 2024 with a 0 before.
fn npwp(value: &[u8]) -> bool {
    let value = if value.len() == 16 && value[0] == b'0' { &value[1..] } else { value };
    all_digits(value, 15) && luhn(&value[..9]) && !one_digit(&value[..9])
}

/// Vietnam, taxpayers: ten digits, weights, modulo 11; the number of a branch may follow.
fn mst(value: &[u8]) -> bool {
    let (body, branch) = value.split_at(value.len().min(10));
    let sum = body.get(..9).and_then(|b| weighted(b, &[31, 29, 23, 19, 17, 13, 7, 5, 3]));
    all_digits(body, 10)
        && &body[2..9] != b"0000000"
        && sum.is_some_and(|s| digit(body[9]) == Some(10 - s % 11).filter(|d| *d < 10))
        && (branch.is_empty() || (all_digits(branch, 3) && branch != b"000"))
}

/// Azerbaijan, taxpayers: the ninth digit checks the first eight, the tenth is 1 for companies and 2 for persons.
fn voen(value: &[u8]) -> bool {
    let sum = value.get(..8).and_then(|b| weighted(b, &[4, 1, 8, 6, 2, 7, 5, 3]));
    all_digits(value, 10) && matches!(value[9], b'1' | b'2') && sum.is_some_and(|s| digit(value[8]) == Some(s % 11)) && !one_digit(&value[..9])
}

/// Kazakhstan, persons: date, century and sex, four digits, modulo 11 in up to two rounds.
fn iin(value: &[u8]) -> bool {
    if !all_digits(value, 12) || !short_date(value) || !matches!(value[6], b'1'..=b'6') {
        return false;
    }
    let body = &value[..11];
    let sum = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]).map(|s| s % 11);
    let sum = if sum == Some(10) { weighted(body, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]).map(|s| s % 11) } else { sum };
    sum == digit(value[11])
}

/// New Zealand, patients: three letters (no I, O) and three digits modulo 11; since 2019 two digits and a letter modulo 23 (24 in the first text of the standard).
fn nhi(value: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let place = |b: u8| ALPHABET.iter().position(|&a| a == b).map(|p| p as u32 + 1);
    let [body @ .., last] = value else { return false };
    let letters = body.iter().map(|b| b.is_ascii_uppercase());
    if body.len() != 6 || !(letters.clone().eq([true, true, true, false, false, false]) || letters.eq([true, true, true, false, false, true])) {
        return false;
    }
    let sum = body.iter().zip([7u32, 6, 5, 4, 3, 2]).try_fold(0, |sum, (&b, w)| Some(sum + digit(b).or_else(|| place(b))? * w));
    match sum {
        None => false,
        Some(s) if body[5].is_ascii_digit() => s % 11 != 0 && digit(*last) == Some((11 - s % 11) % 10),
        Some(s) => place(*last).is_some_and(|l| l == 23 - s % 23 || l == 24 - s % 24),
    }
}
