//! Is a value a secret, or a word, a name, a placeholder, a path?
//!
//! Judged by the value alone: what stands around it is the rule's business. Bits are evidence: positive speaks for a secret.

mod look;
mod model;
mod placeholder;
pub(crate) mod shape;
mod words;

pub(crate) use look::{Look, sign};
pub use placeholder::is_placeholder;

/// Bytes looked at: a longer value is judged by its beginning.
const CAP: usize = 512;
/// Most bits in either direction that the look of a value may give.
const LIMIT: f32 = 8.0;
/// The model is not the truth: only this share of its log-likelihood ratio is believed.
const TRUST: f32 = 0.35;

/// Evidence in bits that `value` is a secret: positive for random-looking and password-like values, negative for placeholders, names of variables,
/// function calls, plain words, i18n keys, paths and templates. Between -20 and 8.
pub fn bits(value: &[u8]) -> f32 {
    let look = Look::of(value.trim_ascii());
    if look.length() < 4 || look.is_placeholder() {
        return -20.0;
    }
    if let Some(bits) = shape::refused(&look) {
        return bits;
    }
    if look.digits == look.length() {
        // Counts, ports, years and pins.
        return -7.0;
    }
    // A word with digits and signs in it still reads as a word: how people make passwords.
    let floor = if look.kinds() >= 3 && look.digits > 0 { -3.0 } else { -LIMIT };
    let bits = (look.bits() * TRUST).clamp(floor, LIMIT) + password_like(&look);
    bits.clamp(-LIMIT, LIMIT)
}

/// People's passwords: a word with digits and signs is one where a plain word is not.
fn password_like(look: &Look<'_>) -> f32 {
    if look.spaces > 0 || look.letter_count() == 0 {
        return -4.0;
    }
    let length = look.length();
    if look.digits == 0 && look.symbols == 0 {
        return match length {
            ..8 => -6.0,
            8..12 => -3.0,
            12..16 => -2.0,
            _ => 0.0,
        };
    }
    match (look.kinds(), length) {
        (4.., 8..) => 6.0,
        (3, 8..) if look.digits > 0 => 4.0,
        (_, 8..) if look.digits > 0 => 1.5,
        (_, 6..) if look.digits > 0 => 0.0,
        (_, ..6) => -2.0,
        _ => -1.0,
    }
}

#[cfg(test)]
mod tests;
