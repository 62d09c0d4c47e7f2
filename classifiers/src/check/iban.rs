//! IBAN: length and layout per country (the SWIFT registry), ISO 7064 mod 97-10, and the national check digits inside where a country has them.

use super::digits::{digit, luhn, modulo, weighted};

/// Country, then the layout of its account number: counts followed by `n` digits, `a` letters, `c` letters or digits.
const LAYOUTS: &[(&[u8; 2], &str)] = &[
    (b"AD", "8n12c"),
    (b"AE", "19n"),
    (b"AL", "8n16c"),
    (b"AT", "16n"),
    (b"AZ", "4a20c"),
    (b"BA", "16n"),
    (b"BE", "12n"),
    (b"BG", "4a6n8c"),
    (b"BH", "4a14c"),
    (b"BI", "23n"),
    (b"BR", "23n1a1c"),
    (b"BY", "4c4n16c"),
    (b"CH", "5n12c"),
    (b"CR", "18n"),
    (b"CY", "8n16c"),
    (b"CZ", "20n"),
    (b"DE", "18n"),
    (b"DJ", "23n"),
    (b"DK", "14n"),
    (b"DO", "4c20n"),
    (b"EE", "16n"),
    (b"EG", "25n"),
    (b"ES", "20n"),
    (b"FI", "14n"),
    (b"FK", "2a12n"),
    (b"FO", "14n"),
    (b"FR", "10n11c2n"),
    (b"GB", "4a14n"),
    (b"GE", "2a16n"),
    (b"GI", "4a15c"),
    (b"GL", "14n"),
    (b"GR", "7n16c"),
    (b"GT", "24c"),
    (b"HN", "4a20n"),
    (b"HR", "17n"),
    (b"HU", "24n"),
    (b"IE", "4a14n"),
    (b"IL", "19n"),
    (b"IQ", "4a15n"),
    (b"IS", "22n"),
    (b"IT", "1a10n12c"),
    (b"JO", "4a4n18c"),
    (b"KW", "4a22c"),
    (b"KZ", "3n13c"),
    (b"LB", "4n20c"),
    (b"LC", "4a24c"),
    (b"LI", "5n12c"),
    (b"LT", "16n"),
    (b"LU", "3n13c"),
    (b"LV", "4a13c"),
    (b"LY", "21n"),
    (b"MC", "10n11c2n"),
    (b"MD", "20c"),
    (b"ME", "18n"),
    (b"MK", "3n10c2n"),
    (b"MN", "16n"),
    (b"MR", "23n"),
    (b"MT", "4a5n18c"),
    (b"MU", "4a19n3a"),
    (b"NI", "4a20n"),
    (b"NL", "4a10n"),
    (b"NO", "11n"),
    (b"OM", "3n16c"),
    (b"PK", "4a16c"),
    (b"PL", "24n"),
    (b"PS", "4a21c"),
    (b"PT", "21n"),
    (b"QA", "4a21c"),
    (b"RO", "4a16c"),
    (b"RS", "18n"),
    (b"RU", "14n15c"),
    (b"SA", "2n18c"),
    (b"SC", "4a20n3a"),
    (b"SD", "14n"),
    (b"SE", "20n"),
    (b"SI", "15n"),
    (b"SK", "20n"),
    (b"SM", "1a10n12c"),
    (b"SO", "19n"),
    (b"ST", "21n"),
    (b"SV", "4a20n"),
    (b"TL", "19n"),
    (b"TN", "20n"),
    (b"TR", "6n16c"),
    (b"UA", "6n19c"),
    (b"VA", "18n"),
    (b"VG", "4a16n"),
    (b"XK", "16n"),
    (b"YE", "4a4n18c"),
];

/// Shortest (Norway) and longest (Russia) IBAN.
const LENGTHS: std::ops::RangeInclusive<usize> = 15..=33;

/// A whole IBAN without separators, in upper case, with the check digits of its country where it has some.
pub(super) fn iban(value: &[u8]) -> bool {
    loose(value) && <[u8; 2]>::try_from(&value[..2]).is_ok_and(|country| national(country, &value[4..]) != Some(false))
}

/// An IBAN whose national check digits may be wrong, but in the countries where every bank keeps them and everyone who reads them asks for them.
pub(super) fn loose(value: &[u8]) -> bool {
    international(value) && (!matches!(&value[..2], b"BE" | b"ES" | b"NO" | b"ME") || national([value[0], value[1]], &value[4..]) != Some(false))
}

/// Length, layout and the two digits after the country.
fn international(value: &[u8]) -> bool {
    if !LENGTHS.contains(&value.len()) || !value[2..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (head, bban) = value.split_at(4);
    let Some((_, layout)) = LAYOUTS.iter().find(|(country, _)| country[..] == head[..2]) else { return false };
    // 00, 01 and 99 leave the same remainder as 97, 98 and 02, which are the ones to be written.
    let canonical = !matches!(&head[2..], b"00" | b"01" | b"99");
    canonical && fits(bban, layout) && remainder(head, bban) == Some(1)
}

/// Longest prefix that could be the IBAN of the country it names: the length that its country fixes.
#[must_use]
pub(crate) fn length_of(country: [u8; 2]) -> Option<usize> {
    LAYOUTS.iter().find(|(c, _)| **c == country).map(|(_, layout)| 4 + parts(layout).map(|(count, _)| count).sum::<usize>())
}

/// Counts and classes of a layout.
fn parts(layout: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut count = 0;
    layout.bytes().filter_map(move |b| match digit(b) {
        Some(d) => {
            count = count * 10 + d as usize;
            None
        }
        None => Some((std::mem::take(&mut count), b)),
    })
}

fn fits(bban: &[u8], layout: &str) -> bool {
    let mut rest = bban;
    for (count, class) in parts(layout) {
        let Some((part, after)) = rest.split_at_checked(count) else { return false };
        let ok = part.iter().all(|b| match class {
            b'n' => b.is_ascii_digit(),
            b'a' => b.is_ascii_uppercase(),
            _ => b.is_ascii_digit() || b.is_ascii_uppercase(),
        });
        if !ok {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

fn remainder(head: &[u8], bban: &[u8]) -> Option<u32> {
    let mut moved = [0u8; 33];
    moved[..bban.len()].copy_from_slice(bban);
    moved[bban.len()..bban.len() + 4].copy_from_slice(head);
    modulo(&moved[..bban.len() + 4], 97)
}

/// The check digits that a country's own account numbers carry. `None`: it has none that all its banks keep.
fn national(country: [u8; 2], bban: &[u8]) -> Option<bool> {
    match &country {
        b"BE" => Some(modulo(&bban[..10], 97).map(|r| if r == 0 { 97 } else { r }) == modulo(&bban[10..], 100)),
        b"ES" => ccc(bban),
        b"FI" => Some(luhn(bban)),
        b"FR" | b"MC" => rib(bban),
        b"IT" | b"SM" => cin(bban),
        b"NO" => weighted(bban, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).map(|s| s.is_multiple_of(11)),
        b"PL" => weighted(&bban[..8], &[3, 9, 7, 1, 3, 9, 7, 1]).map(|s| s.is_multiple_of(10)),
        b"BA" | b"ME" | b"MK" | b"PT" | b"RS" | b"SI" | b"TL" => Some(modulo(bban, 97) == Some(1)),
        b"CZ" | b"SK" => czech(bban),
        b"EE" => weighted(&bban[2..15], &[7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7]).map(|s| digit(bban[15]) == Some((10 - s % 10) % 10)),
        b"HU" => hungarian(bban),
        _ => None,
    }
}

/// Spain: one digit over bank and branch, one over the account.
pub(super) fn ccc(bban: &[u8]) -> Option<bool> {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let last = |sum: u32| match 11 - sum % 11 {
        11 => 0,
        10 => 1,
        d => d,
    };
    let bank = last(weighted(&bban[..8], &WEIGHTS[2..])?);
    let account = last(weighted(&bban[10..], &WEIGHTS)?);
    Some(digit(bban[8]) == Some(bank) && digit(bban[9]) == Some(account))
}

/// France and Monaco: the RIB key. Letters stand for the digits A J = 1, B K S = 2 … I R Z = 9.
pub(super) fn rib(bban: &[u8]) -> Option<bool> {
    let rest = bban.iter().try_fold(0u32, |rest, &b| {
        let d = match b {
            b'A'..=b'I' => u32::from(b - b'A') + 1,
            b'J'..=b'R' => u32::from(b - b'J') + 1,
            b'S'..=b'Z' => u32::from(b - b'S') + 2,
            _ => digit(b)?,
        };
        Some((rest * 10 + d) % 97)
    });
    rest.map(|r| r == 0)
}

/// Italy and San Marino: a letter over all that follows; odd places by a table, even ones by value.
pub(super) fn cin(bban: &[u8]) -> Option<bool> {
    let sum = super::italy::odd_even(&bban[1..])?;
    Some(bban[0] == b'A' + (sum % 26) as u8)
}

/// Czechia and Slovakia: prefix and account each add up to a multiple of eleven.
fn czech(bban: &[u8]) -> Option<bool> {
    let prefix = weighted(&bban[4..10], &[10, 5, 8, 4, 2, 1])?;
    let account = weighted(&bban[10..], &[6, 3, 7, 9, 10, 5, 8, 4, 2, 1])?;
    Some(prefix.is_multiple_of(11) && account.is_multiple_of(11))
}

/// Hungary: 9-7-3-1 over bank and branch, and over the account.
fn hungarian(bban: &[u8]) -> Option<bool> {
    const WEIGHTS: [u32; 16] = [9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1];
    let bank = weighted(&bban[..8], &WEIGHTS[..8])?;
    let account = weighted(&bban[8..], &WEIGHTS)?;
    Some(bank.is_multiple_of(10) && account.is_multiple_of(10))
}
