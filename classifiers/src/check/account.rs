//! Account numbers of single countries, references of payments and securities of single markets.

use super::{
    country,
    digits::{all_digits, alnum, digit, modulo, number, one_digit, weighted},
    iban,
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("fr-rib", rib, 6.6, false),
    ("it-bban", bban_italy, 4.7, false),
    ("es-ccc", ccc, 6.9, false),
    ("pt-nib", nib, 6.6, false),
    ("no-account", norwegian, 3.5, false),
    ("cz-account", czech, 7.0, true),
    ("nz-account", new_zealand, 6.5, false),
    ("ar-cbu", cbu, 6.6, false),
    ("ca-account", canadian, 3.5, false),
    ("be-ogm", ogm, 6.6, false),
    ("ch-qr-reference", qr_reference, 3.3, false),
    ("creditor-reference", creditor_reference, 6.6, false),
    ("sepa-creditor", sepa_creditor, 6.6, false),
    ("sedol", sedol, 3.3, false),
    ("figi", figi, 3.3, false),
    ("wkn", wkn, 0.0, false),
];

/// France: bank and branch of five digits, eleven characters, a key of two digits.
fn rib(value: &[u8]) -> bool {
    let [body @ .., tens, ones] = value else { return false };
    value.len() == 23
        && body[..10].iter().chain([tens, ones]).all(u8::is_ascii_digit)
        && !one_digit(value)
        && number(&body[..5]) != Some(0)
        && iban::rib(value) == Some(true)
}

/// Italy: a letter, bank and branch of five digits, twelve characters.
fn bban_italy(value: &[u8]) -> bool {
    value.len() == 23 && value[0].is_ascii_uppercase() && all_digits(&value[1..11], 10) && !one_digit(&value[1..]) && iban::cin(value) == Some(true)
}

/// Spain: bank, branch, two check digits, account.
fn ccc(value: &[u8]) -> bool {
    all_digits(value, 20) && !one_digit(value) && iban::ccc(value) == Some(true)
}

/// Portugal: bank, branch, account and two digits, modulo 97.
fn nib(value: &[u8]) -> bool {
    all_digits(value, 21) && number(&value[..4]) != Some(0) && modulo(value, 97) == Some(1)
}

/// Norway: weights 5-4-3-2-7-6-5-4-3-2, modulo 11.
fn norwegian(value: &[u8]) -> bool {
    weighted(value, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|s| s.is_multiple_of(11)) && !one_digit(value) && value[..4] != *b"0000"
}

/// Banks in the payment system of the Czech National Bank.
const CZECH_BANKS: &[u16] = &[
    100, 300, 600, 710, 730, 800, 2010, 2020, 2030, 2060, 2070, 2100, 2200, 2210, 2220, 2240, 2250, 2260, 2275, 2310, 2600, 2700, 3030, 3040, 3050,
    3060, 3500, 4000, 4300, 5500, 5800, 6000, 6100, 6200, 6210, 6300, 6363, 6700, 6800, 7910, 7940, 7950, 7960, 7970, 7980, 7990, 8030, 8040, 8060,
    8090, 8150, 8190, 8198, 8200, 8215, 8220, 8225, 8230, 8240, 8250, 8255, 8265, 8270, 8280, 8291, 8292, 8293, 8294, 8295, 8296,
];

/// Czechia: `prefix-number/bank`; prefix and number each add up to a multiple of eleven.
fn czech(value: &[u8]) -> bool {
    let mut halves = value.split(|b| *b == b'/');
    let (Some(account), Some(bank), None) = (halves.next(), halves.next(), halves.next()) else { return false };
    let mut parts = account.rsplit(|b| *b == b'-');
    let (Some(body), prefix, None) = (parts.next(), parts.next().unwrap_or(b"0"), parts.next()) else { return false };
    let sums = |part: &[u8], most: usize| {
        let sum = part.iter().rev().zip([1u32, 2, 4, 8, 5, 10, 9, 7, 3, 6]).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w));
        (1..=most).contains(&part.len()) && sum.is_some_and(|s| s.is_multiple_of(11))
    };
    let known = number(bank).is_some_and(|n| bank.len() == 4 && CZECH_BANKS.iter().any(|b| u64::from(*b) == n));
    // `123/2020`: a file of that year.
    let dated = account.len() < 6 && number(bank).is_some_and(|n| (2010..2040).contains(&n));
    known && !dated && sums(prefix, 6) && sums(body, 10) && number(body).is_some_and(|n| n > 9)
}

/// New Zealand: branches that each bank has been given (first and last), of the Inland Revenue's specification for withholding tax.
const BRANCHES: &[(u64, u64, u64)] = &[
    (1, 1, 999),
    (1, 1100, 1199),
    (1, 1800, 1899),
    (2, 1, 999),
    (2, 1200, 1299),
    (3, 1, 999),
    (3, 1300, 1399),
    (3, 1500, 1599),
    (3, 1700, 1799),
    (3, 1900, 1999),
    (4, 2020, 2024),
    (6, 1, 999),
    (6, 1400, 1499),
    (8, 6500, 6599),
    (9, 0, 0),
    (10, 5165, 5169),
    (11, 5000, 6499),
    (11, 6600, 8999),
    (12, 3000, 3299),
    (12, 3400, 3499),
    (12, 3600, 3699),
    (13, 4900, 4999),
    (14, 4700, 4799),
    (15, 3900, 3999),
    (16, 4400, 4499),
    (17, 3300, 3399),
    (18, 3500, 3599),
    (19, 4600, 4649),
    (20, 4100, 4199),
    (21, 4800, 4899),
    (22, 4000, 4049),
    (23, 3700, 3799),
    (24, 4300, 4349),
    (25, 2500, 2599),
    (26, 2600, 2699),
    (27, 3800, 3849),
    (28, 2100, 2149),
    (29, 2150, 2299),
    (30, 2900, 2949),
    (31, 2800, 2849),
    (33, 6700, 6799),
    (35, 2400, 2499),
    (38, 9000, 9499),
];

/// New Zealand: bank (2), branch (4), account (7), suffix (2 or 3); the bank says which of several sums must come out.
fn new_zealand(value: &[u8]) -> bool {
    if !matches!(value.len(), 15 | 16) || !value.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (Some(bank), Some(branch), Some(base)) = (number(&value[..2]), number(&value[2..6]), number(&value[6..13])) else { return false };
    if base == 0 || !BRANCHES.iter().any(|&(b, first, last)| b == bank && (first..=last).contains(&branch)) {
        return false;
    }
    // Bank, branch, account of eight and suffix of four places, filled with zeros from the left.
    let mut places = [0u32; 18];
    let suffix = &value[13..];
    let digits = value[..6].iter().zip(0..).chain(value[6..13].iter().zip(7..)).chain(suffix.iter().zip(18 - suffix.len()..));
    digits.for_each(|(&b, i)| places[i] = u32::from(b - b'0'));
    let (weights, again, modulus): ([u32; 18], bool, u32) = match bank {
        8 => ([0, 0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0], false, 11),
        9 => ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 0, 1], true, 11),
        25 | 33 => ([0, 0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1, 0, 0, 0, 0], false, 10),
        26 | 28 | 29 => ([0, 0, 0, 0, 0, 0, 0, 1, 3, 7, 1, 3, 7, 1, 0, 3, 7, 1], true, 10),
        31 => ([0; 18], false, 1),
        _ if base < 990_000 => ([0, 0, 6, 3, 7, 9, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0, 0], false, 11),
        _ => ([0, 0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0, 0], false, 11),
    };
    let folded = |n: u32| if again { (n / 10 + n % 10) / 10 + (n / 10 + n % 10) % 10 } else { n };
    places.iter().zip(weights).map(|(d, w)| folded(d * w)).sum::<u32>().is_multiple_of(modulus)
}

/// Argentina: a digit over bank and branch, one over the account; weights 3, 1, 7, 9 from the right.
fn cbu(value: &[u8]) -> bool {
    let ends = |block: &[u8]| {
        let sum: u32 = block.iter().rev().zip([1u32, 3, 1, 7, 9, 3, 1, 7, 9, 3, 1, 7, 9, 3]).map(|(b, w)| u32::from(b - b'0') * w).sum();
        sum.is_multiple_of(10)
    };
    all_digits(value, 22) && !one_digit(value) && number(&value[8..21]) != Some(0) && ends(&value[..8]) && ends(&value[8..])
}

/// Canada: branch (5), institution of Payments Canada (3), account (7 to 12, or left out).
fn canadian(value: &[u8]) -> bool {
    let bank = value.get(5..8).and_then(number).unwrap_or(0);
    matches!(value.len(), 8 | 15..=20) && value.iter().all(u8::is_ascii_digit) && institution(bank) && !one_digit(value)
}

/// The larger banks, and the ranges that trusts, co-operatives and credit unions have.
fn institution(n: u64) -> bool {
    matches!(n, 1..=4 | 6 | 10 | 16 | 30 | 39 | 117 | 127 | 177 | 219 | 240..=378 | 500..=699 | 800..=899)
}

/// Belgium, structured message of a transfer: ten digits and what they leave by 97 (97 for nothing), between `+++` or `***`.
fn ogm(value: &[u8]) -> bool {
    let trim = |b: &u8| matches!(b, b'+' | b'*');
    let start = value.iter().take_while(|b| trim(b)).count();
    let end = value.len() - value[start..].iter().rev().take_while(|b| trim(b)).count();
    let digits = &value[start..end];
    all_digits(digits, 12)
        && !one_digit(digits)
        && number(&digits[..10]).is_some_and(|n| n > 0 && number(&digits[10..]) == Some(if n % 97 == 0 { 97 } else { n % 97 }))
}

/// Switzerland, reference of 27 digits: a table walked along the digits, ten minus where it ends.
fn qr_reference(value: &[u8]) -> bool {
    const WALK: [u32; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let [body @ .., last] = value else { return false };
    let carry = body.iter().try_fold(0u32, |carry, &b| Some(WALK[((carry + digit(b)?) % 10) as usize]));
    value.len() == 27 && !one_digit(body) && carry.is_some_and(|c| digit(*last) == Some((10 - c) % 10))
}

/// The four characters in front moved to the end: modulo 97 it leaves 1.
fn moved(head: &[u8], body: &[u8]) -> bool {
    let rest = body.iter().chain(head).try_fold(0u32, |rest, &b| {
        let n = alnum(b)?;
        Some((rest * if n < 10 { 10 } else { 100 } + n) % 97)
    });
    rest == Some(1)
}

/// ISO 11649: `RF`, two digits, up to 21 characters.
fn creditor_reference(value: &[u8]) -> bool {
    let Some((head, body)) = value.split_at_checked(4) else { return false };
    head.starts_with(b"RF") && head[2..].iter().all(u8::is_ascii_digit) && (2..=21).contains(&body.len()) && !one_digit(body) && moved(head, body)
}

/// SEPA: country, two digits, a business code of three characters that is not counted, the national number.
fn sepa_creditor(value: &[u8]) -> bool {
    let Some((head, rest)) = value.split_at_checked(4) else { return false };
    let Some((business, body)) = rest.split_at_checked(3) else { return false };
    let known = country::is_country(&head[..2]) && head[2..].iter().all(u8::is_ascii_digit);
    known
        && (3..=28).contains(&body.len())
        && business.iter().all(|&b| alnum(b).is_some())
        && body.iter().any(u8::is_ascii_digit)
        && moved(head, body)
}

/// London's securities: six digits or consonants and a digit; weights 1-3-1-7-3-9. Those that begin with a digit have digits only.
fn sedol(value: &[u8]) -> bool {
    let plain = value.iter().all(u8::is_ascii_digit) || value.first().is_some_and(u8::is_ascii_uppercase);
    let sum = value.iter().zip([1u32, 3, 1, 7, 3, 9, 1]).try_fold(0, |sum, (&b, w)| {
        let n = alnum(b).filter(|_| !b"AEIOU".contains(&b))?;
        Some(sum + n * w)
    });
    value.len() == 7 && value[6].is_ascii_digit() && plain && !one_digit(value) && sum.is_some_and(|s| s.is_multiple_of(10))
}

/// ANSI X9.145: two consonants that no country has, `G`, eight consonants or digits, a digit; every second doubled, digits summed.
fn figi(value: &[u8]) -> bool {
    let taken = [*b"BS", *b"BM", *b"GG", *b"GB", *b"GH", *b"KY", *b"VG"];
    if value.len() != 12 || !value[..2].iter().all(u8::is_ascii_uppercase) || taken.iter().any(|t| value.starts_with(t)) || value[2] != b'G' {
        return false;
    }
    let sum = value[..11].iter().enumerate().try_fold(0, |sum, (i, &b)| {
        let n = alnum(b).filter(|_| !b"AEIOU".contains(&b))? * if i % 2 == 1 { 2 } else { 1 };
        Some(sum + n / 10 + n % 10)
    });
    sum.is_some_and(|s| digit(value[11]) == Some((10 - s % 10) % 10))
}

/// German securities: six letters (not I or O) and digits; a word has no digit.
fn wkn(value: &[u8]) -> bool {
    value.len() == 6 && value.iter().all(|&b| alnum(b).is_some() && !b"IO".contains(&b)) && value.iter().any(u8::is_ascii_digit) && !one_digit(value)
}
