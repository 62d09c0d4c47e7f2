//! Words without accents.

use super::fold::{LATIN, VIETNAMESE, plain};

/// A word in lower case without accents, as people write names of columns.
pub(crate) fn unaccented(word: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(word) else { return word.to_vec() };
    let mut out = Vec::with_capacity(word.len());
    for c in text.chars() {
        let row = match c {
            'À'..='ɏ' => LATIN.get(2 * (c as usize - 0xC0)..2 * (c as usize - 0xC0) + 2),
            'Ḁ'..='ỿ' => VIETNAMESE.get(2 * (c as usize - 0x1E00)..2 * (c as usize - 0x1E00) + 2),
            '\u{300}'..='\u{36f}' => Some(&b".."[..]),
            _ => None,
        };
        match row {
            Some(letters) => out.extend(letters.iter().filter(|l| **l != b'.')),
            None => out.extend(plain(c).encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out
}
