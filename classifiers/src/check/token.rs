//! Checks of tokens by their alphabet, by marks at fixed places, and by what they decode to.
//!
//! Most alphabets hold another: a digest in hex is made of letters and digits, too. What only the wider alphabet has tells them apart.

use sha2::{Digest, Sha256};

use super::{Row, secret::decode};
use crate::secrecy::is_placeholder;

/// Checks of this file.
pub(super) const TABLE: &[Row] = &[
    ("both-cases", both_cases, 2.0, true),
    ("base36", |v| base36(v, u8::is_ascii_lowercase), 3.0, true),
    ("base36-upper", |v| base36(v, u8::is_ascii_uppercase), 3.0, true),
    ("one-case", one_case, 1.0, true),
    ("punctuated", |v| v.iter().any(|b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'-')), 2.0, true),
    ("azure-batch", |v| marked(v, 76, b"+ABa"), 24.0, true),
    ("azure-cosmos", |v| marked(v, 76, b"ACDb"), 24.0, true),
    ("azure-storage", |v| marked(v, 76, b"+ASt"), 24.0, true),
    ("azure-function", |v| marked(v, 44, b"AzFu"), 24.0, true),
    ("azure-common", |v| marked(v, 52, b"JQQJ9"), 28.0, true),
    ("azure-cognitive", |v| marked(v, 52, b"JQQJ9") && marked(v, 76, b"ACOG"), 30.0, true),
    ("jenkins-token", |v| v.starts_with(b"11"), 8.0, true),
    ("sanity-token", |v| v.starts_with(b"sk") && both_cases(v), 10.0, true),
    ("storyblok-token", |v| v.ends_with(b"tt") && both_cases(v), 10.0, true),
    ("webex-token", webex, 24.0, true),
    ("base64-pair", pair, 24.0, true),
    ("base64-tok", |v| decode(v, 8).is_some_and(|t| t.starts_with(b"tok:")), 24.0, true),
    ("base64-uuid", |v| decode(v, 64).is_some_and(|t| uuid(&t)), 24.0, true),
    ("base64-object", |v| decode(v, 2048).is_some_and(|t| t.starts_with(b"{\"") && t.ends_with(b"}") && t.is_ascii()), 16.0, true),
    ("azure-jwt", azure_jwt, 24.0, true),
    ("pkcs12", pkcs12, 24.0, true),
    ("certificate", certificate, 20.0, true),
    ("tink-keyset", tink_keyset, 40.0, true),
    ("bitcoin-wif", |v| base58_key(v, &[0x80, 0xEF], 33..=34), 30.0, true),
    ("bitcoin-extended", |v| base58_key(v, &[0x04], 78..=78), 30.0, true),
    ("login-pair", login_pair, 3.0, true),
];

/// Letters of both cases: no digest, no UUID, no number.
fn both_cases(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase)
}

/// Digits and letters of one case, some of them beyond F: no digest.
fn base36(value: &[u8], case: fn(&u8) -> bool) -> bool {
    value.iter().all(|b| b.is_ascii_digit() || case(b)) && value.iter().any(|b| case(b) && !b.is_ascii_hexdigit())
}

/// Letters, and all of them of one case.
fn one_case(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase) != value.iter().any(u8::is_ascii_uppercase)
}

/// These bytes stand at this place.
fn marked(value: &[u8], at: usize, mark: &[u8]) -> bool {
    value.get(at..).is_some_and(|rest| rest.starts_with(mark))
}

/// 64 characters, `_`, four capitals and digits, `_`, the organisation as a UUID.
fn webex(value: &[u8]) -> bool {
    let Some((_, tail)) = value.split_at_checked(64) else { return false };
    let Some((kind, org)) = tail.split_at_checked(6) else { return false };
    let middle = kind.get(1..5).unwrap_or_default();
    kind.starts_with(b"_") && kind.ends_with(b"_") && middle.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) && uuid(org)
}

pub(super) fn uuid(text: &[u8]) -> bool {
    text.len() == 36 && text.iter().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Base64 of an id of twenty characters and a key of twenty and more, with a colon between.
fn pair(value: &[u8]) -> bool {
    let word = |part: &[u8]| part.len() >= 20 && part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let clear = decode(value, 128).unwrap_or_default();
    let mut parts = clear.split(|b| *b == b':');
    parts.next().is_some_and(word) && parts.next().is_some_and(word) && parts.next().is_none()
}

/// A signed token whose claims name Microsoft's issuer.
fn azure_jwt(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'.');
    let header = parts.next().and_then(|p| decode(p, 1024)).unwrap_or_default();
    let claims = parts.next().and_then(|p| decode(p, 4096)).unwrap_or_default();
    let issuers = [&b"https://sts.windows.net/"[..], b"https://login.microsoftonline.com/", b"https://sts.chinacloudapi.cn/"];
    header.starts_with(b"{") && issuers.iter().any(|i| memchr::memmem::find(&claims, i).is_some())
}

/// Base64 without line ends, escaped ones too.
fn joined(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b if b.is_ascii_whitespace() => {}
            b => out.push(*b),
        }
    }
    out
}

/// Base64 of a DER sequence that is as long as it says, version 3, and begins with another sequence: RFC 7292.
fn pkcs12(value: &[u8]) -> bool {
    let Some(bytes) = decode(&joined(value), 12 * 1024) else { return false };
    match bytes.as_slice() {
        [0x30, 0x82, a, b, 0x02, 0x01, 0x03, 0x30, ..] => bytes.len() <= usize::from(u16::from_be_bytes([*a, *b])) + 6,
        _ => false,
    }
}

/// The body between BEGIN and END is a DER sequence whose first part is a sequence.
fn certificate(value: &[u8]) -> bool {
    let body = value.strip_prefix(b"-----BEGIN CERTIFICATE-----").unwrap_or_default();
    let body = body.get(..memchr::memmem::find(body, b"-----END").unwrap_or(0)).unwrap_or_default();
    let bytes = decode(&joined(body), 16 * 1024).unwrap_or_default();
    matches!(bytes.as_slice(), [0x30, 0x82, _, _, 0x30, ..] | [0x30, 0x81, _, 0x30, ..])
}

/// A keyset of Tink: the names of its key types stand in it.
fn tink_keyset(value: &[u8]) -> bool {
    decode(value, 96).is_some_and(|clear| memchr::memmem::find(&clear, b"type.googleapis.com/google.crypto.tink.").is_some())
}

/// Base58 with a double SHA-256 over one of these first bytes and a key of so many bytes.
fn base58_key(value: &[u8], first: &[u8], length: std::ops::RangeInclusive<usize>) -> bool {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    if value.len() > 112 {
        return false;
    }
    let mut bytes = Vec::with_capacity(96);
    for b in value {
        let Some(place) = ALPHABET.iter().position(|a| a == b) else { return false };
        let mut carry = u32::try_from(place).unwrap_or(0);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        while carry > 0 {
            bytes.insert(0, carry.to_le_bytes()[0]);
            carry >>= 8;
        }
    }
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else { return false };
    body.first().is_some_and(|b| first.contains(b)) && length.contains(&body.len()) && Sha256::digest(Sha256::digest(body)).starts_with(sum)
}

/// `name/password@host`, `name%password`: two words, the second no placeholder and not the first.
fn login_pair(value: &[u8]) -> bool {
    let end = memchr::memrchr(b'@', value).unwrap_or(value.len());
    let start = memchr::memrchr(b':', value.get(..end).unwrap_or_default()).map_or(0, |p| p + 1);
    let pair = value.get(start..end).unwrap_or_default();
    let Some(at) = memchr::memchr2(b'/', b'%', pair) else { return false };
    let (name, password) = pair.split_at(at);
    let password = password.get(1..).unwrap_or_default();
    password.len() >= 4 && name != password && !is_placeholder(password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::by_name, template::expand};

    fn passes(check: &str, template: &str) -> bool {
        (by_name(check).unwrap().run)(expand(template, check).unwrap().text.as_bytes())
    }

    #[test]
    fn alphabets() {
        assert!(passes("both-cases", "${alnum:32}") && !passes("both-cases", "${hex:40}") && !passes("both-cases", "${uuid:4}"));
        assert!(passes("base36", "${lowernum:24}") && !passes("base36", "${hex:32}") && !passes("base36", "${alnum:32}"));
        assert!(passes("base36-upper", "${uppernum:24}") && !passes("base36-upper", "${HEX:32}"));
        assert!(passes("one-case", "${hex:40}") && !passes("one-case", "${alnum:40}") && !passes("one-case", "${digits:40}"));
        assert!(passes("punctuated", "a+${alnum:8}") && !passes("punctuated", "sk_${alnum:8}"));
    }

    #[test]
    fn marks() {
        assert!(passes("azure-batch", "${base64:76}+ABa${base64:6}==") && !passes("azure-batch", "${base64:86}=="));
        assert!(passes("azure-common", "${alnum:52}JQQJ99${alnum:26}") && !passes("azure-cognitive", "${alnum:52}JQQJ99${alnum:26}"));
        assert!(passes("webex-token", "${base64url:64}_PF84_${uuid:4}") && !passes("webex-token", "${base64url:106}"));
        assert!(passes("jenkins-token", "11${hex:32}") && !passes("jenkins-token", "22${hex:32}"));
    }

    #[test]
    fn what_base64_holds() {
        assert!(passes("base64-pair", "${pair:42}") && !passes("base64-pair", "${base64:60}"));
        assert!(passes("base64-uuid", "${uuid64:4}") && !passes("base64-uuid", "${base64:48}"));
        assert!(passes("base64-tok", "${tok64:4}") && !passes("base64-tok", "${base64:60}"));
        assert!(passes("base64-object", "${object64:32}") && !passes("base64-object", "eyJrIjoi${base64:60}"));
        assert!(passes("azure-jwt", "${jwt-azure:256}") && !passes("azure-jwt", "${jwt:256}"));
        assert!(passes("pkcs12", "${p12:600}") && !passes("pkcs12", "${der:600}"));
        assert!(passes("tink-keyset", "${tink:32}") && !passes("tink-keyset", "${bytes:128}"));
        assert!(passes("certificate", "-----BEGIN CERTIFICATE-----\n${cert-lines:400}\n-----END CERTIFICATE-----"));
        assert!(!passes("certificate", "-----BEGIN CERTIFICATE-----\n${der-lines:400}\n-----END CERTIFICATE-----"));
    }

    #[test]
    fn keys_of_wallets() {
        assert!(passes("bitcoin-wif", "${wif:4}") && !passes("bitcoin-wif", "5${base58:50}"));
        assert!(passes("bitcoin-extended", "${xprv:4}") && !passes("bitcoin-extended", "xprv${base58:107}"));
    }

    #[test]
    fn logins() {
        assert!(passes("login-pair", "jdbc:oracle:thin:scott/${alnum:10}@//db:1521/x"));
        assert!(!passes("login-pair", "jdbc:oracle:thin:scott/scott@//db:1521/x") && !passes("login-pair", "a/b@c"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_checked(value in proptest::collection::vec(proptest::num::u8::ANY, 0..200), row in 0..TABLE.len()) {
            TABLE[row].1(&value);
        }
    }
}
