//! Texts from outside as both databases can hold them. Postgres has no U+0000 in text, and keys, column names and JSON keys may contain it.
//!
//! U+0000 is stored as U+0001 U+0001, U+0001 as U+0001 U+0002, everything else as it is: nothing is lost, byte order stays, prefixes stay prefixes.

/// Stands for "no field" where a key column must not be null; no stored text is equal to it.
pub(super) const NO_FIELD: &str = "\u{1}";

/// A text as it is stored.
pub(super) fn stored(text: &str) -> String {
    if !text.bytes().any(|b| b <= 1) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '\0' => out.push_str("\u{1}\u{1}"),
            '\u{1}' => out.push_str("\u{1}\u{2}"),
            c => out.push(c),
        }
    }
    out
}

/// What [`stored`] was given.
pub(super) fn original(stored: String) -> String {
    if !stored.as_bytes().contains(&1) {
        return stored;
    }
    let mut out = String::with_capacity(stored.len());
    let mut chars = stored.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1}' {
            out.push(if chars.next() == Some('\u{2}') { '\u{1}' } else { '\0' });
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_order_stays(a in "[\u{0}\u{1}\u{2}a😀]{0,6}", b in "[\u{0}\u{1}\u{2}a😀]{0,6}") {
            prop_assert_eq!(original(stored(&a)), a.clone());
            prop_assert!(!stored(&a).contains('\0') && stored(&a) != NO_FIELD);
            prop_assert_eq!(stored(&a).cmp(&stored(&b)), a.cmp(&b));
            prop_assert_eq!(stored(&a).starts_with(&stored(&b)), a.starts_with(&b));
        }
    }
}
