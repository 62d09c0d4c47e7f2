//! IBANs: country, two check digits, then letters and digits in groups. The form's check tells the length of each country and the sum.

use super::Span;
use crate::shape::separator;

/// Shortest and longest IBAN.
const LENGTH: [usize; 2] = [15, 34];

pub(super) fn at(text: &[u8], start: usize) -> Option<Span> {
    let head = text.get(start..start + 4)?;
    let lower = head[0].is_ascii_lowercase();
    let letter = |b: u8| if lower { b.is_ascii_lowercase() } else { b.is_ascii_uppercase() };
    if !letter(head[0]) || !letter(head[1]) || !head[2].is_ascii_digit() || !head[3].is_ascii_digit() {
        return None;
    }
    let wanted = crate::check::iban::length_of([head[0].to_ascii_uppercase(), head[1].to_ascii_uppercase()])?;
    let (mut at, mut taken, mut kind, mut group) = (start, 0, None, 0);
    while taken < wanted {
        let byte = *text.get(at)?;
        if byte.is_ascii_digit() || letter(byte) {
            taken += 1;
            group += 1;
            at += 1;
        } else {
            let (found, length) = separator(&text[at..])?;
            // Groups of one happen only at the end.
            if !matches!(found, b' ' | b'-') || *kind.get_or_insert(found) != found || group < 2 {
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
