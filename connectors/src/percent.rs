//! Percent coding: bytes as `%XX`, and back.

use std::fmt::Write as _;

/// What stands for itself everywhere in a URI, beside letters and digits (RFC 3986).
pub(crate) const UNRESERVED: &[u8] = b"-._~";

/// Appends `%XX`.
pub(crate) fn push(out: &mut String, byte: u8) {
    let _ = write!(out, "%{byte:02X}");
}

/// Appends bytes: letters, digits and what is `plain` (ASCII) as they are, all others as `%XX`.
pub(crate) fn push_encoded(out: &mut String, bytes: &[u8], plain: &[u8]) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || plain.contains(byte) {
            out.push(char::from(*byte));
        } else {
            push(out, *byte);
        }
    }
}

/// All but unreserved characters encoded: for a path, a query or a form.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_encoded(&mut out, text.as_bytes(), UNRESERVED);
    out
}

/// A name as one segment of a URI.
#[must_use]
pub fn segment(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    push_encoded(&mut out, name.as_bytes(), b"-._~$");
    out
}

/// Takes `%XX` back. What only looks like it stays.
#[must_use]
pub fn decoded(text: &str) -> Vec<u8> {
    taken_back(text, b'+')
}

/// The same in a query or a form, where `+` is a space.
pub(crate) fn form_decoded(text: &str) -> Vec<u8> {
    taken_back(text, b' ')
}

fn taken_back(text: &str, plus: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |i: usize| after.get(i).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        rest = after;
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                rest = &after[2..];
            }
            (b'+', ..) => out.push(plus),
            _ => out.push(*first),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_plain_stays() {
        assert_eq!(encoded("a b/ä~$"), "a%20b%2F%C3%A4~%24");
        assert_eq!(segment("a b/ä~$"), "a%20b%2F%C3%A4~$");
        assert_eq!(decoded("/%zz%4+%2b"), b"/%zz%4++");
        assert_eq!(form_decoded("a+b%2B"), b"a b+");
    }

    proptest! {
        #[test]
        fn all_bytes_can_be_taken_back(bytes in proptest::collection::vec(any::<u8>(), 0..80), plain in proptest::sample::select(vec![&b""[..], UNRESERVED, b"/:@="])) {
            let mut out = String::new();
            push_encoded(&mut out, &bytes, plain);
            prop_assert!(out.is_ascii());
            prop_assert_eq!(&decoded(&out), &bytes);
            prop_assert_eq!(form_decoded(&out), bytes);
        }
    }
}
