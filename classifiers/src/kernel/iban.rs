//! IBANs: country, two check digits, then letters and digits in groups. The form's check tells the length of each country and the sum.

use super::Span;
use crate::shape::separator;

/// Shortest and longest IBAN.
const LENGTH: [usize; 2] = [15, 34];

pub(super) fn at(text: &[u8], start: usize) -> Option<Span> {
    let country = [*text.get(start)?, *text.get(start + 1)?];
    if !country.iter().all(u8::is_ascii_alphabetic) || country[0].is_ascii_lowercase() != country[1].is_ascii_lowercase() {
        return None;
    }
    // `NO 93 8601 …`: people write a space after the country.
    let digits = start + 2 + usize::from(country[0].is_ascii_uppercase() && text.get(start + 2) == Some(&b' '));
    if !text.get(digits..digits + 2)?.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let wanted = crate::check::iban::length_of(country.map(|b| b.to_ascii_uppercase()))?;
    let (mut at, mut taken, mut group) = (digits + 2, 4, 2);
    while taken < wanted {
        if text.get(at)?.is_ascii_alphanumeric() {
            taken += 1;
            group += 1;
            at += 1;
        } else {
            // Groups of one happen only at the end.
            let (found, length) = separator(&text[at..])?;
            if found == b'/' || group < 2 {
                return None;
            }
            group = 0;
            at += length;
        }
    }
    let fits = (LENGTH[0]..=LENGTH[1]).contains(&wanted);
    let goes_on = text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    if fits && !goes_on { Some(Span { start, end: at, bits: 0 }) } else { None }
}
