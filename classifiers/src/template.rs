//! Examples of rules as seeded templates, so that no real-looking value stands in the repository.
//!
//! `${kind:n}` becomes a random run that is the same for the same seed and template, on every machine. `{{…}}` marks the span that a rule must report.
//! Kinds: `digits`, `hex`, `HEX`, `lower`, `upper`, `alnum` (letters and digits), `lowernum`, `uppernum`, `base32`, `b32low` (base32 in lower case), `base64`, `base64url`, `base58`: n characters, with a
//! letter and a digit among them where the alphabet has both. `bytes`: base64 of n random bytes, padded. `bytesurl`: the same in base64url, unpadded. `password`: n characters
//! of all four kinds. `luhn`: n digits of which the last is right. `crc`: n letters and digits and the six characters of their CRC-32, as GitHub and npm do.
//! `jira-pat:12`: base64 of twelve digits, a colon and twenty bytes; `colon-base64:n`: base64 of a colon and n hex digits; `ngc:26`: an NVIDIA
//! NGC key; `cisco7:n`: a Cisco type 7 password of n characters; `bip39:n`: a wallet's recovery phrase of n words. `alpha`: letters. `basic`: base64 of a name and a password of n characters. `discord`: a bot's token with an id of n digits. `age:1`: an age secret key.
//! `uuid:4`, `jwt:n` (n bytes of signature), `der:n` and `der-lines:n` (base64 of a DER sequence of n bytes, in one line or in lines of 64), `der-escaped:n`
//! (the same lines joined by `\n` written as two characters), `openssh:n` (base64 of an OpenSSH key of n bytes, in lines of 70). `repeat-x:n`: the letter `x`, n times.
//! `cert-lines:n`, `p12:n`, `tink:n`: base64 of a certificate's sequence of n bytes, of a PKCS#12 store of n bytes, of a Tink keyset with a key of n bytes. `jwt-azure:n`:
//! a token of Microsoft's issuer. `wif:4`, `xprv:4`: a Bitcoin key, an extended one. `uuid64:4`, `tok64:4`, `object64:n`, `pair:n`: base64 of a UUID, of `tok:…`, of a JSON object, of `id:key` (n characters in all).
//! Anything else after `${` stands for itself, so that `${VAR}` can be written.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// A template with its random runs filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text to scan.
    pub text: String,
    /// Spans marked by `{{…}}`, in bytes of `text`.
    pub spans: Vec<Range<usize>>,
}

/// A template that cannot be expanded.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TemplateError {
    /// `${kind:n}` with a kind that does not exist.
    #[error("unknown kind `{0}` in a template")]
    UnknownKind(String),
    /// n is no number, or is too big.
    #[error("bad length in `${{{0}}}`: 1 to 16384")]
    BadLength(String),
    /// `{{` without `}}`.
    #[error("`{{{{` without `}}}}` in a template")]
    OpenMark,
}

/// Expands an example; `seed` is the rule's id.
pub fn expand(template: &str, seed: &str) -> Result<Expanded, TemplateError> {
    run(template, seed, true)
}

/// Expands a counter-example: `{{` and `}}` stand for themselves.
pub fn expand_unmarked(template: &str, seed: &str) -> Result<String, TemplateError> {
    Ok(run(template, seed, false)?.text)
}

fn run(template: &str, seed: &str, marks: bool) -> Result<Expanded, TemplateError> {
    let mut random = Random::new(seed, template);
    let mut out = Expanded::default();
    let mut open = None;
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        if marks && open.is_none() && rest.starts_with("{{") {
            open = Some(out.text.len());
            rest = &rest[2..];
        } else if let Some(start) = open.filter(|_| rest.starts_with("}}")) {
            out.spans.push(start..out.text.len());
            open = None;
            rest = &rest[2..];
        } else if let Some((kind, length, after)) = directive(rest)? {
            random.write(kind, length, &mut out.text)?;
            rest = after;
        } else {
            out.text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    if open.is_some() { Err(TemplateError::OpenMark) } else { Ok(out) }
}

/// `${kind:n}` at the beginning of `rest`: kind, n and what follows.
fn directive(rest: &str) -> Result<Option<(&str, usize, &str)>, TemplateError> {
    let Some((inner, after)) = rest.strip_prefix("${").and_then(|r| r.split_once('}')) else { return Ok(None) };
    let Some((kind, length)) = inner.split_once(':') else { return Ok(None) };
    if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') || !length.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    match length.parse::<usize>() {
        Ok(n) if (1..=16_384).contains(&n) => Ok(Some((kind, n, after))),
        _ => Err(TemplateError::BadLength(inner.to_owned())),
    }
}

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// SHA-256 in counter mode over seed and template.
struct Random {
    key: [u8; 32],
    block: [u8; 32],
    counter: u64,
    used: usize,
}

impl Random {
    fn new(seed: &str, template: &str) -> Self {
        let key = Sha256::new().chain_update("sonde template").chain_update(seed).chain_update([0]).chain_update(template).finalize().into();
        Self { key, block: [0; 32], counter: 0, used: 32 }
    }

    fn byte(&mut self) -> u8 {
        if self.used >= self.block.len() {
            self.block = Sha256::new().chain_update(self.key).chain_update(self.counter.to_le_bytes()).finalize().into();
            self.counter += 1;
            self.used = 0;
        }
        let byte = self.block[self.used];
        self.used += 1;
        byte
    }

    /// A number below `n`, without bias.
    fn below(&mut self, n: usize) -> usize {
        let n = n.clamp(1, 256);
        loop {
            let byte = usize::from(self.byte());
            if byte < 256 - 256 % n {
                return byte % n;
            }
        }
    }

    /// `n` characters; with a letter and a digit where there is room and the alphabet has both.
    fn from(&mut self, alphabet: &str, n: usize) -> String {
        loop {
            let text: String = (0..n).filter_map(|_| alphabet.chars().nth(self.below(alphabet.len()))).collect();
            let both = |f: fn(&u8) -> bool| n < 6 || !alphabet.bytes().any(|b| f(&b)) || text.bytes().any(|b| f(&b));
            if both(u8::is_ascii_digit) && both(u8::is_ascii_lowercase) && both(u8::is_ascii_uppercase) {
                return text;
            }
        }
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.byte()).collect()
    }

    fn write(&mut self, kind: &str, n: usize, out: &mut String) -> Result<(), TemplateError> {
        let text = match kind {
            "digits" => self.from(DIGITS, n),
            "hex" => self.from("0123456789abcdef", n),
            "HEX" => self.from("0123456789ABCDEF", n),
            "lower" => self.from(LOWER, n),
            "upper" => self.from(UPPER, n),
            "alnum" => self.from(ALNUM, n),
            "lowernum" => self.from("0123456789abcdefghijklmnopqrstuvwxyz", n),
            "uppernum" => self.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", n),
            "alpha" => self.from(&format!("{LOWER}{UPPER}"), n),
            "b32low" => self.from("abcdefghijklmnopqrstuvwxyz234567", n),
            "base32" => self.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n),
            "base58" => self.from(BASE58, n),
            "base64" => self.from(&format!("{ALNUM}+/"), n),
            "base64url" => self.base64url_word(n),
            "bytes" => base64(&self.bytes(n), false),
            "bytesurl" => base64(&self.bytes(n), true),
            "password" => self.password(n),
            "luhn" => self.luhn(n),
            "crc" => self.crc(n),
            "basic" => base64(format!("{}:{}", self.from(LOWER, 6), self.from(ALNUM, n.saturating_sub(7).max(8))).as_bytes(), false),
            "discord" => self.discord(n),
            "age" => self.age(),
            "jira-pat" => self.jira_pat(n),
            "colon-base64" => base64(format!(":{}", self.from("0123456789abcdef", n)).as_bytes(), false),
            "ngc" => base64(format!("{}:{}", self.from("0123456789abcdefghijklmnopqrstuvwxyz", n), self.uuid()).as_bytes(), false),
            "cisco7" => self.cisco7(n),
            "bip39" => crate::check::mnemonic::phrase(&self.bytes((n / 3 * 4).clamp(16, 32))),
            "uuid" => self.uuid(),
            "jwt" => self.jwt(n),
            "der" => base64(&self.der(n), false),
            "der-lines" => lines(&base64(&self.der(n), false), 64, "\n"),
            "der-escaped" => lines(&base64(&self.der(n), false), 64, "\\n"),
            "openssh" => lines(&base64(&self.openssh(n), false), 70, "\n"),
            "cert-lines" => lines(&base64(&self.certificate(n), false), 64, "\n"),
            "p12" => base64(&self.pkcs12(n), false),
            "tink" => base64(&self.tink(n), false),
            "jwt-azure" => self.jwt_azure(n),
            "wif" => self.base58check(&[0x80], 32),
            "xprv" => self.base58check(&[0x04, 0x88, 0xAD, 0xE4], 74),
            "uuid64" => base64(self.uuid().as_bytes(), false),
            "tok64" => base64(format!("tok:{}_1:0", self.uuid().replace('-', "_")).as_bytes(), false),
            "object64" => base64(format!("{{\"k\":\"{}\",\"n\":\"key\",\"id\":1}}", self.from(ALNUM, n)).as_bytes(), false),
            "pair" => base64(format!("{}:{}", self.base64url_word(20), self.base64url_word(n.saturating_sub(20).max(20))).as_bytes(), false),
            "repeat-x" => "x".repeat(n),
            _ => return Err(TemplateError::UnknownKind(kind.to_owned())),
        };
        out.push_str(&text);
        Ok(())
    }

    /// Letters, digits, `-` and `_`; begins and ends with a letter or digit.
    fn base64url_word(&mut self, n: usize) -> String {
        loop {
            let text = self.from(&format!("{ALNUM}-_"), n);
            if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.ends_with(|c: char| c.is_ascii_alphanumeric()) {
                return text;
            }
        }
    }

    fn password(&mut self, n: usize) -> String {
        loop {
            let text = self.from(&format!("{ALNUM}!#%*+?"), n);
            if text.ends_with(|c: char| c.is_ascii_alphanumeric()) && (n < 6 || text.contains(['!', '#', '%', '*', '+', '?'])) {
                return text;
            }
        }
    }

    fn luhn(&mut self, n: usize) -> String {
        let body = self.from(DIGITS, n.saturating_sub(1));
        let sum: u32 = body.bytes().rev().enumerate().map(|(i, b)| doubled(u32::from(b - b'0'), i % 2 == 0)).sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    }

    fn crc(&mut self, n: usize) -> String {
        let body = self.from(ALNUM, n);
        let tail = crate::check::secret::crc_suffix(body.as_bytes());
        body + &String::from_utf8_lossy(&tail)
    }

    fn discord(&mut self, n: usize) -> String {
        let id = self.from(DIGITS, n);
        format!("{}.{}.{}", base64(id.as_bytes(), true), self.base64url_word(6), self.base64url_word(38))
    }

    fn jira_pat(&mut self, n: usize) -> String {
        let id = self.from(DIGITS, n) + ":";
        base64(&[id.as_bytes(), &self.bytes(20)].concat(), false)
    }

    fn cisco7(&mut self, n: usize) -> String {
        let seed = self.below(16);
        crate::check::credential::cisco_type7_of(self.from(ALNUM, n).as_bytes(), seed)
    }

    fn age(&mut self) -> String {
        let data: String = (0..52).filter_map(|_| crate::check::secret::BECH32.get(self.below(32)).map(|b| char::from(*b))).collect();
        let tail = crate::check::secret::bech32_suffix(b"age-secret-key-", data.as_bytes());
        format!("AGE-SECRET-KEY-1{data}{}", String::from_utf8_lossy(&tail)).to_ascii_uppercase()
    }

    fn uuid(&mut self) -> String {
        let hex = |r: &mut Self, n| r.from("0123456789abcdef", n);
        let variant = self.from("89ab", 1);
        format!("{}-{}-4{}-{variant}{}-{}", hex(self, 8), hex(self, 4), hex(self, 3), hex(self, 3), hex(self, 12))
    }

    fn jwt(&mut self, n: usize) -> String {
        let claims = format!("{{\"sub\":\"{}\",\"iat\":17{}}}", self.from(DIGITS, 10), self.from(DIGITS, 8));
        format!("{}.{}.{}", base64(b"{\"alg\":\"HS256\",\"typ\":\"JWT\"}", true), base64(claims.as_bytes(), true), base64(&self.bytes(n), true))
    }

    /// A DER sequence of n bytes that begins with the version number 0, as private keys do.
    fn der(&mut self, n: usize) -> Vec<u8> {
        let n = n.max(160);
        let inner = n - 4;
        let mut der = vec![0x30, 0x82];
        der.extend(u16::try_from(inner).unwrap_or(u16::MAX).to_be_bytes());
        der.extend([0x02, 0x01, 0x00]);
        der.extend(self.bytes(inner - 3));
        der
    }

    /// A DER sequence of n bytes whose first part is a sequence, as a certificate's is.
    fn certificate(&mut self, n: usize) -> Vec<u8> {
        let mut der = self.der(n);
        der.splice(4..7, [0x30, 0x82, 0x01]);
        der
    }

    /// A DER sequence of n bytes, version 3, and a sequence.
    fn pkcs12(&mut self, n: usize) -> Vec<u8> {
        let mut der = self.der(n);
        der.splice(4..8, [0x02, 0x01, 0x03, 0x30]);
        der
    }

    fn tink(&mut self, n: usize) -> Vec<u8> {
        let name = b"type.googleapis.com/google.crypto.tink.AesGcmKey";
        let mut set = vec![0x08, 0xA5, 0xC2, 0x9D, 0x05, 0x12, 0x64, 0x0A, 0x58, 0x0A, 0x30];
        set.extend(name);
        set.extend([0x12, 0x22, 0x1A, 0x20]);
        set.extend(self.bytes(n));
        set
    }

    fn jwt_azure(&mut self, n: usize) -> String {
        let claims =
            format!("{{\"aud\":\"{}\",\"iss\":\"https://sts.windows.net/{}/\",\"iat\":17{}}}", self.uuid(), self.uuid(), self.from(DIGITS, 8));
        format!("{}.{}.{}", base64(b"{\"typ\":\"JWT\",\"alg\":\"RS256\"}", true), base64(claims.as_bytes(), true), base64(&self.bytes(n), true))
    }

    /// n random bytes behind these, and their checksum, in base58.
    fn base58check(&mut self, first: &[u8], n: usize) -> String {
        let mut key = [first, &self.bytes(n)].concat();
        let sum = Sha256::digest(Sha256::digest(&key));
        key.extend(&sum[..4]);
        let mut out = String::new();
        while key.iter().any(|b| *b > 0) {
            let rest = key.iter_mut().fold(0_usize, |rest, byte| {
                let value = rest << 8 | usize::from(*byte);
                *byte = u8::try_from(value / 58).unwrap_or(u8::MAX);
                value % 58
            });
            out.insert(0, char::from(BASE58.as_bytes()[rest]));
        }
        out
    }

    fn openssh(&mut self, n: usize) -> Vec<u8> {
        let mut key = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01".to_vec();
        let more = n.saturating_sub(key.len());
        key.extend(self.bytes(more));
        key
    }
}

fn doubled(digit: u32, double: bool) -> u32 {
    match (double, digit * 2) {
        (true, twice) if twice > 9 => twice - 9,
        (true, twice) => twice,
        (false, _) => digit,
    }
}

fn base64(bytes: &[u8], url: bool) -> String {
    let alphabet: &[u8; 64] = if url {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    } else {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    };
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().enumerate().fold(0u32, |sum, (i, b)| sum | u32::from(*b) << (16 - 8 * i));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(char::from(alphabet[(group >> (18 - 6 * place) & 63) as usize]));
            } else if !url {
                out.push('=');
            }
        }
    }
    out
}

fn lines(text: &str, width: usize, joint: &str) -> String {
    let lines: Vec<_> = text.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
    lines.join(joint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let first = expand("key: {{ghp_${crc:30}}} end", "github-token").unwrap();
        assert_eq!(first, expand("key: {{ghp_${crc:30}}} end", "github-token").unwrap());
        assert_ne!(first, expand("key: {{ghp_${crc:30}}} end", "other").unwrap());
        assert_eq!(first.text.len(), "key: ghp_ end".len() + 36);
        assert_eq!(first.spans.first(), Some(&(5..45)));
        assert!(first.text[5..].starts_with("ghp_"));
    }

    #[test]
    fn variables_and_marks_stand_for_themselves() {
        assert_eq!(expand_unmarked("{{ x }} ${VAR} ${VAR:-y} $x", "r").unwrap(), "{{ x }} ${VAR} ${VAR:-y} $x");
        assert_eq!(expand("${digit:4}", "r"), Err(TemplateError::UnknownKind("digit".to_owned())));
        assert_eq!(expand("${digits:0}", "r"), Err(TemplateError::BadLength("digits:0".to_owned())));
        assert_eq!(expand("{{x", "r"), Err(TemplateError::OpenMark));
    }

    #[test]
    fn kinds_give_what_they_say() {
        let text = |t: &str| expand(t, "r").unwrap().text;
        assert_eq!(text("${bytes:64}").len(), 88);
        assert!(text("${bytes:64}").ends_with("=="));
        assert_eq!(text("${hex:40}").len(), 40);
        assert_eq!(text("${uuid:4}").len(), 36);
        assert_eq!(text("${luhn:16}").len(), 16);
        assert_eq!(text("${jwt:32}").split('.').count(), 3);
        assert!(text("${der-lines:300}").lines().all(|l| l.len() <= 64));
        assert!(!text("${der-escaped:300}").contains('\n'));
    }
}
