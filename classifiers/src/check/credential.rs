//! Checks of single services' keys: signatures at fixed places, structures inside base64, Cisco's mixing.

use super::{Row, secret::decode, token::uuid};

/// Checks by name; the value as it stands.
pub(super) const TABLE: &[Row] = &[
    ("lower-hex", lower_hex, 0.0, true),
    ("azure-search-key", |v| signed(v, 52, 42, b"AzSe"), 20.0, true),
    ("azure-registry-password", |v| signed(v, 52, 42, b"+ACR"), 20.0, true),
    ("atlassian-pat", atlassian_pat, 20.0, true),
    ("base64-colon-hex", |v| decode(v, 40).is_some_and(|d| matches!(&*d, [b':', hex @ ..] if hex.len() == 32 && hex_digits(hex))), 20.0, true),
    ("ngc-key", ngc_key, 20.0, true),
    ("cisco-type7", |v| cisco_type7(v).is_some(), 8.0, true),
];

fn hex_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_hexdigit)
}

/// `0-9a-f` with a digit and a letter.
fn lower_hex(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    value.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) && digits > 0 && digits < value.len()
}

/// A key of `length` with the issuer's signature at `at` (Microsoft's identifiable keys).
fn signed(value: &[u8], length: usize, at: usize, signature: &[u8]) -> bool {
    value.len() == length && value.get(at..).is_some_and(|rest| rest.starts_with(signature))
}

/// Jira and Confluence Data Center: twelve digits, a colon and twenty bytes.
fn atlassian_pat(value: &[u8]) -> bool {
    decode(value, 40).is_some_and(|d| d.len() == 33 && d.get(12) == Some(&b':') && d.iter().take(12).all(u8::is_ascii_digit))
}

/// NVIDIA NGC: 26 small letters and digits, a colon and a UUID.
fn ngc_key(value: &[u8]) -> bool {
    let Some(clear) = decode(value, 66) else { return false };
    clear.split_at_checked(27).is_some_and(|(head, tail)| {
        uuid(tail) && head.last() == Some(&b':') && head.iter().take(26).all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// What Cisco mixes passwords of type 7 with: public since 1995.
const TYPE7: &[u8] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/// What a Cisco type 7 password hides, where that can be typed.
pub(crate) fn cisco_type7(value: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(value).ok()?;
    let seed: usize = text.get(..2)?.parse().ok()?;
    let bytes = text.get(2..)?.as_bytes().chunks(2);
    let clear: Option<Vec<u8>> = bytes
        .enumerate()
        .map(|(i, pair)| Some(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()? ^ TYPE7[(seed + i) % TYPE7.len()]))
        .collect();
    clear.filter(|c| seed <= 15 && value.len().is_multiple_of(2) && c.iter().all(u8::is_ascii_graphic))
}

/// The same the other way: what a device would print for `password`.
pub(crate) fn cisco_type7_of(password: &[u8], seed: usize) -> String {
    let hidden = password.iter().enumerate().map(|(i, b)| format!("{:02X}", b ^ TYPE7[(seed + i) % TYPE7.len()]));
    hidden.fold(format!("{seed:02}"), |all, byte| all + &byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::template::expand;

    fn passes(check: &str, template: &str) -> bool {
        (TABLE.iter().find(|row| row.0 == check).unwrap().1)(expand(template, check).unwrap().text.as_bytes())
    }

    #[test]
    fn structures() {
        for (check, yes, no) in [
            ("lower-hex", "${hex:32}", "${HEX:32}"),
            ("lower-hex", "${hex:32}", "${lowernum:32}"),
            ("lower-hex", "${hex:32}", "${digits:32}"),
            ("azure-search-key", "${alnum:42}AzSeA${alnum:5}", "${alnum:52}"),
            ("azure-registry-password", "${base64:42}+ACRA${alnum:5}", "${base64:52}"),
            ("atlassian-pat", "${jira-pat:12}", "${bytes:33}"),
            ("base64-colon-hex", "${colon-base64:32}", "${bytes:33}"),
            ("ngc-key", "${ngc:26}", "${bytes:63}"),
            ("cisco-type7", "${cisco7:10}", "08${HEX:20}"),
        ] {
            assert!(passes(check, yes), "{check} {yes}");
            assert!(!passes(check, no), "{check} {no}");
        }
        // The example of Cisco's own page.
        assert_eq!(cisco_type7(b"060506324F41").as_deref(), Some(&b"cisco"[..]));
        assert_eq!(cisco_type7_of(b"cisco", 6), "060506324F41");
    }

    proptest! {
        #[test]
        fn any_bytes_are_checked(value in prop::collection::vec(any::<u8>(), 0..200), row in 0..TABLE.len()) {
            (TABLE[row].1)(&value);
        }
    }
}
