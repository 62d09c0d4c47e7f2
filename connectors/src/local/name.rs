//! File names, which are bytes, as keys and in URIs.

use crate::percent;

/// A name as it is printed, where that is not the name itself: not UTF-8, or with control characters. Those bytes as `%XX`, and `%` as `%25`.
pub(super) fn printed(name: &[u8]) -> Option<String> {
    let clean = |s: &str| !s.chars().any(char::is_control);
    if str::from_utf8(name).is_ok_and(clean) {
        return None;
    }
    let mut out = String::with_capacity(name.len() + 8);
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || c == '%' {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| percent::push(&mut out, b));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|b| percent::push(&mut out, *b));
    }
    Some(out)
}

/// `file://` and an absolute path, encoded as RFC 3986 wants it: bytes that are neither `pchar` nor `/` as `%XX`.
pub(super) fn uri(path: &[u8]) -> String {
    let mut out = String::from("file://");
    push_encoded(&mut out, path);
    out
}

/// Appends a path as it stands in a URI.
pub(super) fn push_encoded(out: &mut String, path: &[u8]) {
    percent::push_encoded(out, path, b"-._~!$&'()*+,;=:@/");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::percent::decoded;

    #[test]
    fn only_odd_names_are_encoded() {
        for (name, want) in [
            (&b"plain 100%.csv"[..], None),
            ("é\u{202e}".as_bytes(), None),
            (b"\xff%a", Some("%FF%25a")),
            (b"a\nb%", Some("a%0Ab%25")),
            ("\u{85}é".as_bytes(), Some("%C2%85é")),
            (b"\xe2\x82", Some("%E2%82")),
            (b"\x7f", Some("%7F")),
        ] {
            assert_eq!(printed(name).as_deref(), want, "{name:?}");
        }
    }

    #[test]
    fn uris_as_in_rfc_3986() {
        assert_eq!(uri(b"/a b/%/\xff#?[x]/k=v,@:~"), "file:///a%20b/%25/%FF%23%3F%5Bx%5D/k=v,@:~");
        assert_eq!(decoded("/%zz%4"), b"/%zz%4");
    }

    proptest! {
        #[test]
        fn uris_can_be_taken_back(path in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut encoded = String::new();
            push_encoded(&mut encoded, &path);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decoded(&encoded), path);
        }

        #[test]
        fn odd_names_can_be_taken_back(name in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(printed) = printed(&name) {
                prop_assert!(!printed.chars().any(char::is_control));
                prop_assert_eq!(decoded(&printed), name);
            }
        }
    }
}
