//! Checks of tokens that carry their own proof: a checksum, a structure that decodes, a length that a key must have.
//!
//! All take the value as it stands in the text, nothing removed.

use crate::secrecy::{bits as secrecy_bits, is_placeholder};

/// Alphabet of the checksums of GitHub and npm, most significant digit first.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a value passes.
type Check = fn(&[u8]) -> bool;

/// A check by its name in a rule, with the bits that passing it adds.
pub(crate) fn by_name(name: &str) -> Option<(Check, f32)> {
    let found: (Check, f32) = match name {
        "github-crc" | "npm-crc" => (crc, 32.0),
        "jwt" => (jwt, 20.0),
        "pem" => (pem, 20.0),
        "aws-key-id" => (aws_key_id, 4.0),
        "slack" => (slack, 8.0),
        "pypi" => (pypi, 24.0),
        "base64-len-64" => (|v| decodes_to(v, 64), 8.0),
        "base64-len-32" => (|v| decodes_to(v, 32), 6.0),
        "discord-bot" => (discord, 12.0),
        "service-account" => (service_account, 12.0),
        "bech32" => (bech32, 30.0),
        "aws-secret" => (aws_secret, 2.0),
        "basic-auth" => (basic_auth, 6.0),
        "dsn" => (dsn, 4.0),
        "dsn-libpq" => (|v| dsn(v) && memchr::memmem::find(v, b"host=").is_some() && memchr::memmem::find(v, b"dbname=").is_some(), 4.0),
        "no-placeholder" => (no_placeholder, 2.0),
        "mixed-alnum" => (mixed, 3.0),
        _ => return None,
    };
    Some(found)
}

/// Names of all checks of this file.
pub(crate) const NAMES: [&str; 18] = [
    "github-crc",
    "npm-crc",
    "jwt",
    "pem",
    "aws-key-id",
    "slack",
    "pypi",
    "base64-len-64",
    "base64-len-32",
    "discord-bot",
    "service-account",
    "bech32",
    "mixed-alnum",
    "aws-secret",
    "basic-auth",
    "dsn",
    "dsn-libpq",
    "no-placeholder",
];

/// `ghp_`, `npm_` and their like: the last six characters are the CRC-32 of the thirty before, in base 62 with leading zeros.
fn crc(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'_', value) else { return false };
    let body = value.get(at + 1..).unwrap_or_default();
    body.split_last_chunk::<6>().is_some_and(|(body, suffix)| body.len() >= 20 && crc_suffix(body) == *suffix)
}

/// The six characters that GitHub and npm append to a token's random part.
pub(crate) fn crc_suffix(body: &[u8]) -> [u8; 6] {
    let mut rest = crc32(body);
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    out
}

/// CRC-32 as in zip (polynomial 0xEDB88320 reflected). Tokens are short: bit by bit is fast enough.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// Three dotted base64url parts (five in an encrypted one) of which the first is a JSON object that names an algorithm.
fn jwt(value: &[u8]) -> bool {
    let mut parts = value.split(|&b| b == b'.');
    let Some(header) = parts.next().and_then(|p| decode(p, 1024)) else { return false };
    let rest = parts.count();
    let object = header.first() == Some(&b'{') && header.last() == Some(&b'}') && std::str::from_utf8(&header).is_ok();
    (rest == 2 || rest == 4) && object && memchr::memmem::find(&header, b"\"alg\"").is_some()
}

/// Labels of BEGIN and END agree, and the body is base64 of a DER sequence, an OpenSSH key, an OpenPGP packet or an encrypted form of one.
fn pem(value: &[u8]) -> bool {
    let Some((label, rest)) = between(value, b"-----BEGIN ", b"-----") else { return false };
    let Some(end) = memchr::memmem::find(rest, b"-----END ") else { return false };
    let (body, tail) = rest.split_at(end);
    if tail.get(9..9 + label.len()) != Some(label) {
        return false;
    }
    let clear = body_of(body);
    if label.starts_with(b"PGP ") {
        // Armour ends in a CRC-24 line that is no part of the body.
        return clear.len() >= 40;
    }
    let Some(bytes) = decode(&clear, 16 * 1024) else { return false };
    let encrypted = memchr::memmem::find(body, b"ENCRYPTED").is_some();
    if label.starts_with(b"OPENSSH") {
        return bytes.starts_with(b"openssh-key-v1\0");
    }
    bytes.len() >= 32 && (encrypted || sequence(&bytes))
}

/// A DER SEQUENCE whose length fits what follows; a body that was cut is allowed to be shorter than it says.
fn sequence(bytes: &[u8]) -> bool {
    let (start, length) = match bytes {
        [0x30, 0x82, a, b, ..] => (4, usize::from(u16::from_be_bytes([*a, *b]))),
        [0x30, 0x81, a, ..] => (3, usize::from(*a)),
        [0x30, a, ..] if *a < 0x80 => (2, usize::from(*a)),
        _ => return false,
    };
    length >= 30 && bytes.len() <= start + length + 2 && matches!(bytes.get(start), Some(0x02 | 0x30))
}

/// The base64 characters of a PEM body: line ends (also written as `\n`, `\r` or `\\n`), quotes, `+` of joined strings and header lines are left out.
fn body_of(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    let mut line_start = 0;
    while let Some(&byte) = body.get(at) {
        let escape = byte == b'\\' && matches!(body.get(at + 1), Some(b'n' | b'r' | b't' | b'\\' | b'"' | b'/'));
        match byte {
            b'\n' => line_start = out.len(),
            b'\\' if escape => {
                at += 1;
                if body.get(at) == Some(&b'/') {
                    out.push(b'/');
                } else {
                    line_start = out.len();
                }
            }
            // `Proc-Type: 4,ENCRYPTED`, `DEK-Info: …`, `Version: …`: the line is a header.
            b':' => {
                out.truncate(line_start);
                at += body.get(at..).unwrap_or_default().iter().take_while(|b| !matches!(b, b'\n' | b'\\')).count();
                continue;
            }
            _ if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') => out.push(byte),
            _ => {}
        }
        at += 1;
    }
    out
}

/// What stands between `open` at the start and the next `close`, and what follows.
fn between<'a>(value: &'a [u8], open: &[u8], close: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let inner = value.strip_prefix(open)?;
    let end = memchr::memmem::find(inner, close)?;
    Some((inner.get(..end)?, inner.get(end + close.len()..)?))
}

/// After the four letters of the kind: sixteen characters of base32, no words (one in thirty has no digit).
fn aws_key_id(value: &[u8]) -> bool {
    let Some((kind, id)) = value.split_at_checked(4) else { return false };
    kind.iter().all(u8::is_ascii_uppercase)
        && id.len() == 16
        && id.iter().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'))
        // `ASIA…` begins words; nothing but keys begins with `AKIA`.
        && (kind == b"AKIA" || id.iter().any(u8::is_ascii_digit) || secrecy_bits(id) > -2.0)
        && !is_placeholder(value)
}

/// `xoxb-digits-digits-secret` and its relatives: numbers in the middle, a run of 20 and more at the end that is no word.
fn slack(value: &[u8]) -> bool {
    let mut parts = value.split(|&b| b == b'-');
    let Some(kind) = parts.next() else { return false };
    let last = value.rsplit(|&b| b == b'-').next().unwrap_or_default();
    let numbers = parts.filter(|p| p.len() >= 8 && p.iter().all(u8::is_ascii_digit)).count();
    let enough = if kind.starts_with(b"xapp") || kind.starts_with(b"xox") { usize::from(!kind.contains(&b'.')) } else { 1 };
    numbers >= enough && last.len() >= 20 && (mixed(last) || (last.iter().any(u8::is_ascii_lowercase) && last.iter().any(u8::is_ascii_uppercase)))
}

/// A macaroon whose location is the index's host.
fn pypi(value: &[u8]) -> bool {
    value.strip_prefix(b"pypi-").and_then(|v| decode(v.get(..v.len().min(64) / 4 * 4)?, 64)).is_some_and(|v| {
        v.starts_with(b"\x02\x01\x08pypi.org") || v.starts_with(b"\x02\x01\x0dtest.pypi.org") || v.starts_with(b"\x02\x01\x08pypi.or")
    })
}

/// The first part of a bot's token is its numeric id in base64.
fn discord(value: &[u8]) -> bool {
    let id = value.split(|&b| b == b'.').next().and_then(|p| decode(p, 64));
    id.is_some_and(|id| (15..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit))
}

/// A service account's file has these three names beside its key.
fn service_account(value: &[u8]) -> bool {
    [&b"private_key"[..], b"client_email", b"service_account"].iter().filter(|n| memchr::memmem::find(value, n).is_some()).count() >= 2
}

/// Forty characters of base64 that are no hex digest and no words: all three kinds are there.
fn aws_secret(value: &[u8]) -> bool {
    value.len() == 40
        && mixed(value)
        && value.iter().any(u8::is_ascii_lowercase)
        && value.iter().any(u8::is_ascii_uppercase)
        && !is_placeholder(value)
        && secrecy_bits(value) > 2.0
}

/// Base64 of `name:password`, printable, the password no placeholder.
fn basic_auth(value: &[u8]) -> bool {
    let Some(clear) = decode(value, 400) else { return false };
    let Some(at) = memchr::memchr(b':', &clear) else { return false };
    let (_, password) = clear.split_at(at);
    std::str::from_utf8(&clear).is_ok_and(|c| !c.chars().any(char::is_control))
        && password.len() > 3
        && !is_placeholder(password.get(1..).unwrap_or_default())
}

/// The password in a connection string is no placeholder and not the user's name.
fn dsn(value: &[u8]) -> bool {
    let Some((user, password)) = credentials(value) else { return false };
    password.len() >= 3 && user != password && !is_placeholder(password) && !template_like(password)
}

/// User and password of `scheme://user:password@host`, or the password of `…;Password=…`.
fn credentials(value: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(at) = memchr::memmem::find(value, b"://") {
        let rest = value.get(at + 3..)?;
        let authority = rest.get(..memchr::memchr(b'/', rest).unwrap_or(rest.len()))?;
        if let Some(end) = memchr::memrchr(b'@', authority) {
            let user_password = authority.get(..end)?;
            let colon = memchr::memchr(b':', user_password)?;
            return Some((user_password.get(..colon)?, user_password.get(colon + 1..)?));
        }
    }
    let lower = value.to_ascii_lowercase();
    let key = [&b"password"[..], b"pwd"].iter().filter_map(|k| memchr::memmem::rfind(&lower, k).map(|at| at + k.len())).max()?;
    let rest = value.get(key..)?;
    let start = rest.iter().position(|b| !matches!(b, b' ' | b'='))?;
    let rest = rest.get(start..)?;
    let end = rest.iter().position(|b| matches!(b, b';' | b'&' | b' ')).unwrap_or(rest.len());
    Some((b"", rest.get(..end)?))
}

/// A name in brackets of any kind, or a format directive.
fn template_like(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'<' | b'{' | b'[' | b'%' | b'$')) && matches!(value.last(), Some(b'>' | b'}' | b']' | b'%' | b's'))
}

/// Nothing in the value says that it stands for another.
fn no_placeholder(value: &[u8]) -> bool {
    !is_placeholder(value) && !value.windows(8).any(|w| matches!(w, [first, rest @ ..] if rest.iter().all(|b| b == first) && *first != b'A'))
}

/// Letters and digits in it: a plain word or a plain number is none.
fn mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}

fn decodes_to(value: &[u8], length: usize) -> bool {
    decode(value, length + 3).is_some_and(|v| v.len() == length)
}

/// Alphabet of bech32, value 0 first.
pub(crate) const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Bech32 (not bech32m): the last six characters are a BCH code over the whole.
fn bech32(value: &[u8]) -> bool {
    let Some(at) = value.iter().rposition(|&b| b == b'1') else { return false };
    let (human, data) = value.split_at(at);
    let data = data.get(1..).unwrap_or_default();
    data.len() >= 6 && bech32_sum(human, data) == Some(1)
}

/// The six characters that make `human` + `1` + `data` valid.
pub(crate) fn bech32_suffix(human: &[u8], data: &[u8]) -> [u8; 6] {
    let mut padded = data.to_vec();
    padded.extend_from_slice(b"qqqqqq");
    let sum = bech32_sum(human, &padded).unwrap_or(0) ^ 1;
    let mut out = [0; 6];
    for (i, place) in out.iter_mut().enumerate() {
        *place = BECH32[(sum >> (5 * (5 - i)) & 31) as usize];
    }
    out
}

/// The polynomial's remainder, `None` where `data` has a byte outside the alphabet.
fn bech32_sum(human: &[u8], data: &[u8]) -> Option<u32> {
    const FACTORS: [u32; 5] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
    let step = |sum: u32, v: u32| {
        let top = sum >> 25;
        let shifted = (sum & 0x01FF_FFFF) << 5 ^ v;
        FACTORS.iter().enumerate().fold(shifted, |s, (i, f)| if top >> i & 1 == 1 { s ^ f } else { s })
    };
    let lower = |b: &u8| u32::from(b.to_ascii_lowercase());
    let sum = human.iter().map(|b| lower(b) >> 5).fold(1, step);
    let mut sum = human.iter().map(|b| lower(b) & 31).fold(step(sum, 0), step);
    for byte in data {
        let v = BECH32.iter().position(|a| *a == byte.to_ascii_lowercase())?;
        sum = step(sum, u32::try_from(v).unwrap_or(0));
    }
    Some(sum)
}

/// Base64 in either alphabet, padded or not, to at most `cap` bytes (the rest is not decoded).
pub(super) fn decode(text: &[u8], cap: usize) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if text.is_empty() || text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity((text.len() * 3 / 4).min(cap));
    for chunk in text.chunks(4) {
        let mut group = 0u32;
        for (place, byte) in chunk.iter().enumerate() {
            let six = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => return None,
            };
            group |= u32::from(six) << (18 - 6 * place);
        }
        let bytes = group.to_be_bytes();
        out.extend_from_slice(bytes.get(1..chunk.len()).unwrap_or_default());
        if out.len() >= cap {
            break;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::expand;

    fn passes(check: &str, template: &str) -> bool {
        by_name(check).unwrap().0(expand(template, check).unwrap().text.as_bytes())
    }

    #[test]
    fn every_name_is_known() {
        assert!(NAMES.iter().all(|n| by_name(n).is_some()));
        assert!(by_name("nothing").is_none());
    }

    #[test]
    fn checksums() {
        // The published example of a token without rights.
        assert_eq!(crc_suffix(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), *b"0mLq17");
        assert!(passes("github-crc", "ghp_${crc:30}"));
        assert!(passes("npm-crc", "npm_${crc:30}"));
        assert!(!passes("github-crc", "ghp_${alnum:36}"));
        // BIP 173 names these two; the second has one letter changed.
        assert!(bech32(b"A12UEL5L".as_slice()));
        assert!(!bech32(b"A12UEL5M".as_slice()));
    }

    #[test]
    fn structures() {
        assert!(passes("jwt", "${jwt:32}"));
        assert!(!passes("jwt", "eyJ${base64url:30}.${base64url:30}.${base64url:30}"));
        for (label, body) in
            [("RSA ", "der-lines:600"), ("", "der-lines:300"), ("EC ", "der-lines:160"), ("RSA ", "der:600"), ("OPENSSH ", "openssh:300")]
        {
            assert!(passes("pem", &format!("-----BEGIN {label}PRIVATE KEY-----\n${{{body}}}\n-----END {label}PRIVATE KEY-----")), "{label} {body}");
        }
        assert!(passes("pem", "-----BEGIN PRIVATE KEY-----\\n${der-escaped:600}\\n-----END PRIVATE KEY-----\\n"));
        assert!(passes(
            "pem",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,${HEX:32}\n\n${bytes:300}\n-----END RSA PRIVATE KEY-----"
        ));
        assert!(!passes("pem", "-----BEGIN RSA PRIVATE KEY-----\n${der-lines:600}\n-----END EC PRIVATE KEY-----"));
        assert!(!passes("pem", "-----BEGIN RSA PRIVATE KEY-----\nkey goes here\n-----END RSA PRIVATE KEY-----"));
        assert!(!passes("pem", "-----BEGIN RSA PRIVATE KEY-----\n${base64:64}\n-----END RSA PRIVATE KEY-----"));
        assert!(passes("slack", "xoxb-${digits:12}-${digits:13}-${alnum:24}"));
        assert!(!passes("slack", "xoxb-not-a-real-token-but-a-long-sentence"));
        assert!(passes("pypi", "pypi-AgEIcHlwaS5vcmc${bytesurl:90}"));
        assert!(!passes("pypi", "pypi-${base64url:100}"));
        assert!(passes("base64-len-64", "${bytes:64}"));
        assert!(!passes("base64-len-64", "${bytes:60}"));
        assert!(passes("aws-key-id", "AKIA${base32:16}"));
        assert!(!aws_key_id(b"AKIAIOSFODNN7EXAMPLE"));
        assert!(!aws_key_id(b"ASIAPACIFICREGIONALP"));
        assert!(passes("aws-key-id", "AKIA${upper:16}"));
    }

    #[test]
    fn strings_with_a_password() {
        for text in [
            "postgres://app:${alnum:14}@db:5432/x",
            "redis://:${alnum:14}@db/0",
            "Server=db;Uid=sa;Pwd=${alnum:12};Encrypt=True",
            "jdbc:mysql://db/x?user=a&password=${alnum:12}&ssl=true",
            "postgres://a:p?${alnum:12}@db/x",
        ] {
            assert!(passes("dsn", text), "{text}");
        }
        for text in [
            "postgres://app@db/x",
            "postgres://user:password@db/x",
            "postgres://root:root@db/x",
            "mysql://a:{password}@db/x",
            "Server=db;Pwd=<password>;",
            "a:b@c",
        ] {
            assert!(!dsn(text.as_bytes()), "{text}");
        }
        assert!(passes("dsn-libpq", "host=db user=a password=${alnum:12} dbname=x"));
        assert!(!passes("dsn-libpq", "host=db user=a password=${alnum:12}"));
        assert!(passes("basic-auth", "${basic:24}"));
        assert!(!passes("basic-auth", "${base64:32}"));
        assert!(!basic_auth(b"dXNlcjpwYXNzd29yZA=="));
    }

    #[test]
    fn keys_without_a_checksum() {
        assert!(passes("aws-secret", "${base64:40}"));
        assert!(!passes("aws-secret", "${hex:40}"));
        assert!(!aws_secret(b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        assert!(passes("discord-bot", "${discord:18}"));
        assert!(!passes("discord-bot", "M${base64url:23}.${base64url:6}.${base64url:27}"));
        assert!(passes("bech32", "${age:1}"));
        assert!(!passes("bech32", "AGE-SECRET-KEY-1${upper:58}"));
        assert!(passes("no-placeholder", "https://hooks.slack.com/services/T${uppernum:8}/B${uppernum:8}/${alnum:24}"));
        assert!(!no_placeholder(b"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_checked(value in proptest::collection::vec(proptest::num::u8::ANY, 0..300), name in 0..NAMES.len()) {
            by_name(NAMES[name]).unwrap().0(&value);
        }

        #[test]
        fn a_changed_token_fails(place in 4usize..40, to in proptest::sample::select(BASE62.to_vec())) {
            let mut token = expand("ghp_${crc:30}", "r").unwrap().text.into_bytes();
            let before = std::mem::replace(&mut token[place], to);
            proptest::prop_assert_eq!(crc(&token), before == to);
        }
    }
}
