//! Italy.

use super::digits;

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[("it-codice-fiscale", codice_fiscale, 11.0, false), ("it-partita-iva", partita_iva, 6.6, false)];

/// What a digit or letter counts at an odd place (from 1), of the decree that made the codice fiscale and of the ABI's CIN.
const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// Sum of odd places by the table and even places by value, letters A = 0.
pub(super) fn odd_even(value: &[u8]) -> Option<u32> {
    value.iter().enumerate().try_fold(0, |sum, (i, &b)| {
        let n = if b.is_ascii_uppercase() { u32::from(b - b'A') } else { digits::digit(b)? };
        Some(sum + if i % 2 == 0 { ODD[n as usize] } else { n })
    })
}

/// The digit that stands at a place, or the letter that replaces it when two people would share a code (omocodia).
fn unfold(byte: u8) -> Option<u32> {
    digits::digit(byte).or_else(|| b"LMNPQRSTUV".iter().position(|&b| b == byte).map(|n| n as u32))
}

/// Persons: three letters each of surname and name, year, month letter, day (women + 40), place, check letter.
fn codice_fiscale(value: &[u8]) -> bool {
    if value.len() != 16
        || !value[..6].iter().all(u8::is_ascii_uppercase)
        || !b"ABCDEHLMPRST".contains(&value[8])
        || !(b'A'..=b'M').contains(&value[11]) && value[11] != b'Z'
    {
        return false;
    }
    let plain = [6, 7, 9, 10, 12, 13, 14].map(|i| unfold(value[i]));
    let [Some(_), Some(_), Some(tens), Some(ones), Some(_), Some(_), Some(_)] = plain else { return false };
    let day = tens * 10 + ones;
    let month = b"ABCDEHLMPRST".iter().position(|&b| b == value[8]).unwrap_or(0) as u32 + 1;
    let real = super::date::days_in(month, 2000) >= if day > 40 { day - 40 } else { day } && day != 0 && day != 40;
    real && odd_even(&value[..15]).is_some_and(|sum| value[15] == b'A' + (sum % 26) as u8)
}

/// Companies: seven digits, three of the province, Luhn.
pub(super) fn partita_iva(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"IT").unwrap_or(value);
    if !digits::all_digits(value, 11) || value[..7] == [b'0'; 7] {
        return false;
    }
    let office = digits::number(&value[7..10]).unwrap_or(0);
    matches!(office, 1..=100 | 120 | 121 | 888 | 999) && digits::luhn(value)
}
