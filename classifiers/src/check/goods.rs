//! Numbers of books, articles and medical devices.

use super::{
    date::exists,
    digits::{digit, number, one_digit},
};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] =
    &[("isbn", isbn, 3.4, false), ("gtin", gtin, 3.3, false), ("udi-gs1", udi_gs1, 6.0, true), ("udi-hibc", udi_hibc, 5.4, true)];

/// The check digit of EAN, UPC and the other numbers of GS1: weights 3 and 1 from the right.
fn gs1(value: &[u8]) -> bool {
    let sum = value.iter().rev().zip([1u32, 3].into_iter().cycle()).try_fold(0, |sum, (&b, w)| Some(sum + digit(b)? * w));
    sum.is_some_and(|s| s.is_multiple_of(10)) && !one_digit(value)
}

/// Articles: 8, 12, 13 or 14 digits.
fn gtin(value: &[u8]) -> bool {
    matches!(value.len(), 8 | 12..=14) && gs1(value)
}

/// Books: thirteen digits that begin with 978 or 979, or ten modulo 11 with X for ten.
fn isbn(value: &[u8]) -> bool {
    let weight = |(i, &b): (usize, &u8)| match b {
        b'X' | b'x' if i == 9 => Some(10),
        _ => digit(b).map(|d| d * (10 - i as u32)),
    };
    match value.len() {
        10 => {
            let sum = value.iter().enumerate().try_fold(0, |sum, place| Some(sum + weight(place)?));
            sum.is_some_and(|s| s.is_multiple_of(11)) && !one_digit(value)
        }
        13 => (value.starts_with(b"978") || value.starts_with(b"979")) && gs1(value),
        _ => false,
    }
}

/// A device by GS1: `(01)` and fourteen digits that check; dates, lot and serial number behind it.
fn udi_gs1(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"(01)") else { return false };
    let Some((article, mut rest)) = rest.split_at_checked(14) else { return false };
    if !gs1(article) {
        return false;
    }
    while let [b'(', a, b, b')', after @ ..] = rest {
        let end = after.iter().position(|&c| c == b'(').unwrap_or(after.len());
        let (data, next) = after.split_at(end);
        let fits = match (a, b) {
            // Dates: made, best before, expires. Day 00: the whole month.
            (b'1', b'1' | b'5' | b'7') => dated(data),
            (b'1', b'0') | (b'2', b'1') => (1..=20).contains(&data.len()),
            _ => !data.is_empty(),
        };
        if !fits {
            return false;
        }
        rest = next;
    }
    rest.is_empty()
}

fn dated(data: &[u8]) -> bool {
    let Some(n) = number(data).filter(|_| data.len() == 6) else { return false };
    let (year, month, day) = (2000 + (n / 10_000) as u32, (n / 100 % 100) as u32, (n % 100) as u32);
    exists(year, month, day.max(1))
}

/// A device by the health industry's council: `+`, labeller, product, and a character that checks modulo 43.
fn udi_hibc(value: &[u8]) -> bool {
    const ALPHABET: &[u8; 43] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
    let place = |b: u8| ALPHABET.iter().position(|&a| a == b);
    let [body @ .., last] = value else { return false };
    let sum = body.iter().try_fold(0, |sum, &b| Some(sum + place(b)?));
    value.starts_with(b"+") && value.get(1).is_some_and(u8::is_ascii_uppercase) && sum.is_some_and(|s| place(*last) == Some(s % 43))
}
