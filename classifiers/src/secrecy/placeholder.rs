//! Text that stands where a secret will be written later.

use super::look::{Look, sign};

/// Whole values that are never secrets, names of algorithms among them; lower case, sorted.
#[rustfmt::skip]
const WHOLE: &[&str] = &[
    "0", "abc", "abc123", "access_key", "access_token", "accesskey", "accesstoken", "admin_password", "aes-256-cbc", "aes-256-gcm", "aes128",
    "aes256", "aes256gcm", "any", "api-key", "api_key", "apikey", "apitoken", "argon2", "argon2id", "ascii", "auth_token", "authtoken", "bar",
    "base32", "base58", "base64", "basic", "baz", "bcrypt", "bearer", "blank", "bool", "boolean", "byte[]", "bytes", "change-me", "change_it",
    "change_me", "changeit", "changeit1", "changeme", "client_secret", "clientsecret", "cp1252", "credentials", "default", "deleted", "disabled",
    "dummy", "ed25519", "eddsa", "empty", "enabled", "encrypted", "env", "es256", "es384", "example", "expired", "fake", "false", "filtered", "fixme",
    "foo", "foobar", "hidden", "hmac", "hs256", "hs384", "hs512", "http2", "inherit", "input", "int", "invalid", "ipv4", "ipv6", "iso-8859-1", "key",
    "latin-1", "latin1", "literal", "masked", "md5", "md5crypt", "missing", "my-secret", "my_secret", "mysecret", "n/a", "na", "nan", "new", "nil",
    "no", "none", "not-set", "not_set", "notset", "null", "number", "oauth2", "object", "off", "omitted", "on", "optional", "p256", "p384", "pass",
    "passphrase", "passwd", "password", "password1", "passwort", "pbkdf2", "placeholder", "private", "private_key", "prompt", "protected", "pwd",
    "redacted", "refresh_token", "removed", "required", "rs256", "rs512", "rsa-oaep", "rsa-oaep-256", "rsa2048", "rsa4096", "sample", "sanitized", "scram-sha-256", "scrubbed",
    "scrypt", "secp256k1", "secp256r1", "secret", "secret-key", "secret_key", "secretkey", "self", "sha-256", "sha-512", "sha1", "sha256", "sha384",
    "sha512", "str", "string", "tbd", "test", "testing", "text", "this", "todo", "token", "true", "trust", "undefined", "unknown", "unset",
    "us-ascii", "username", "utf-16", "utf-16le", "utf-8", "utf16", "utf8", "utf8mb4", "utf_8", "value", "varchar", "void", "windows-1252", "x509",
    "yes",
];

/// Begins of references to a secret kept elsewhere, and of values that are encrypted where they stand.
const REFERENCES: &[&str] = &[
    "${",
    "$(",
    "{{",
    "<%",
    "#{",
    "@{",
    "%(",
    "$env:",
    "${{",
    "env:",
    "env.",
    "enc[",
    "enc(",
    "vault:",
    "ref+",
    "op://",
    "arn:aws",
    "ssm:",
    "aws-sm:",
    "gcp-sm:",
    "secretref",
    "process.env",
    "os.environ",
    "os.getenv",
    "system.getenv",
    "getenv",
    "import.meta.env",
    "!vault",
    "@microsoft.keyvault",
    "sops:",
];

/// Whether the value stands in the place of a secret: `changeme`, `<password>`, `${VAR}`, `{{ x }}`, `xxxx`, `****`, `your-key-here`, `None`.
pub fn is_placeholder(value: &[u8]) -> bool {
    stands_in(&Look::of(trim(value.trim_ascii())))
}

/// The same of a value that was looked at.
pub(super) fn stands_in(look: &Look<'_>) -> bool {
    let value = look.value;
    look.marked
        || value.is_empty()
        || monotonous(value)
        || filled(value)
        || stepping(value)
        || value.ends_with(b"...")
        || whole(look)
        || counted(look)
        || (look.has(TEMPLATE) && template(look))
        || reference(look)
        || value.starts_with(b"aws4")
}

/// Signs without which a value is no template.
const TEMPLATE: u32 =
    sign::BRACE | sign::DOLLAR | sign::PERCENT | sign::ANGLE | sign::SQUARE | sign::UNDERSCORE | sign::DASH | sign::DOT | sign::HASH | sign::BANG;

/// Words that make a value a placeholder wherever they stand: improbable in anything random.
const ANYWHERE: &[&str] =
    &["changeit", "changeme", "changethis", "deadbeef", "dummy", "example", "examples", "lorem", "notareal", "placeholder", "redacted", "replaceme"];
/// Words that do when they stand as a word.
const AS_WORD: &[&str] = &["dummy", "enter", "fake", "fixme", "insert", "replace", "sample", "todo", "your"];

/// Whether the word of `length` that stands at `at` makes the value a placeholder.
pub(super) fn marks(value: &[u8], at: usize, length: usize) -> bool {
    let mut folded = [0; 16];
    let length = length.min(folded.len());
    folded[..length].copy_from_slice(&value[at..at + length]);
    folded.make_ascii_lowercase();
    let word = &folded[..length];
    if !matches!(word[0], b'c' | b'd' | b'e' | b'f' | b'i' | b'l' | b'n' | b'p' | b'r' | b's' | b't' | b'y') {
        return false;
    }
    let is = |list: &[&str]| list.iter().any(|w| w.as_bytes() == word);
    let rest = &value[at + length..];
    if word == b"change" {
        let joined = matches!(rest.first(), Some(b'_' | b'-' | b'.' | b' '));
        return joined && [&b"me"[..], b"it", b"this"].iter().any(|w| rest[1..].get(..w.len()).is_some_and(|t| t.eq_ignore_ascii_case(w)));
    }
    if is(ANYWHERE) {
        return true;
    }
    if !is(AS_WORD) {
        return false;
    }
    let case = |b: u8| b.is_ascii_uppercase();
    let first = value[at];
    let begins = at == 0 || !value[at - 1].is_ascii_alphabetic() || (case(first) && !case(value[at - 1]));
    let last = value[at + length - 1];
    let ends = rest.first().is_none_or(|b| !b.is_ascii_alphabetic() || (case(*b) && !case(last)));
    begins && ends
}

/// Quotes and commas that a sloppy cut left around the value.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b'"' | b'\'' | b'`', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b'"' | b'\'' | b'`' | b',' | b';'] = value {
        value = rest;
    }
    value
}

/// Longest of [`WHOLE`].
const LONGEST: usize = 14;

fn whole(look: &Look<'_>) -> bool {
    let value = look.value;
    if value.len() > LONGEST {
        return false;
    }
    let mut folded = [0; LONGEST];
    let folded = &mut folded[..value.len()];
    folded.copy_from_slice(value);
    folded.make_ascii_lowercase();
    WHOLE.binary_search_by(|w| w.as_bytes().cmp(folded)).is_ok()
}

/// Begins of [`REFERENCES`], and signs of which they have one.
fn reference(look: &Look<'_>) -> bool {
    let value = look.value;
    let signs = sign::DOLLAR
        | sign::BRACE
        | sign::ANGLE
        | sign::HASH
        | sign::AT
        | sign::PERCENT
        | sign::COLON
        | sign::DOT
        | sign::SQUARE
        | sign::PAREN
        | sign::PLUS
        | sign::BANG;
    let first = value.first().map_or(0, u8::to_ascii_lowercase);
    let begins = |r: &&str| r.as_bytes()[0] == first && value.get(..r.len()).is_some_and(|v| v.eq_ignore_ascii_case(r.as_bytes()));
    (look.has(signs) || matches!(first, b'g' | b's')) && REFERENCES.iter().any(begins)
}

/// `<password>`, `[password]`, `%PASSWORD%`, `{password}`, `$PASSWORD`, `__PASSWORD__`, `%s`, and anything with `{{`, `${` or `<%` inside.
fn template(look: &Look<'_>) -> bool {
    let value = look.value;
    let name = |v: &[u8]| !v.is_empty() && v.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b':'));
    let identifier =
        |v: &[u8]| v.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') && v.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    match value {
        [b'<', inner @ .., b'>'] | [b'[', inner @ .., b']'] | [b'{', inner @ .., b'}'] if name(inner) => return true,
        [b'%', inner @ .., b'%'] | [b'_', b'_', inner @ .., b'_', b'_'] if identifier(inner) => return true,
        [b'$', inner @ ..] if identifier(inner) && !(inner.len() > 8 && Look::of(inner).reads().is_some_and(|r| r > 24)) => return true,
        [b'!', tag @ ..] if tag.iter().all(u8::is_ascii_alphabetic) => return true,
        [b'%', b's' | b'd' | b'v' | b'r'] | [b'<', b'<', ..] | [b'-' | b'.'] => return true,
        _ => {}
    }
    let pairs = [*b"{{", *b"${", *b"<%", *b"#{", *b"%(", *b"$("];
    (look.has(sign::BRACE | sign::ANGLE | sign::PAREN) && value.windows(2).any(|w| pairs.iter().any(|p| p == w)))
        || [&b"{0}"[..], b"{1}", b"{}"].iter().any(|p| look.has(sign::BRACE) && contains(value, p))
        || (look.has(sign::PERCENT) && directives_only(value))
        || (value.starts_with(b"<") && value.len() < 64 && value.contains(&b'>'))
}

/// `%s:%s`: nothing beside format directives and signs.
fn directives_only(value: &[u8]) -> bool {
    let (mut at, mut seen) = (0, false);
    while let Some(&byte) = value.get(at) {
        if byte == b'%' && matches!(value.get(at + 1), Some(b's' | b'd' | b'v' | b'r')) {
            seen = true;
            at += 1;
        } else if byte.is_ascii_alphanumeric() {
            return false;
        }
        at += 1;
    }
    seen
}

/// One or two different bytes in six and more, as in `xxxxxx` and `--------`; one in three.
fn monotonous(value: &[u8]) -> bool {
    let first = value[0];
    let other = value.iter().copied().find(|b| *b != first).unwrap_or(first);
    (first == other && value.len() >= 3) || (value.len() >= 6 && value.iter().all(|b| *b == first || *b == other))
}

/// A run of one sign that people fill gaps with: four of them, or six in a long value, where four come by chance.
fn filled(value: &[u8]) -> bool {
    let least = if value.len() > 40 { 6 } else { 4 };
    // A run of four covers one of every four places.
    (3..value.len()).step_by(4).any(|at| {
        let sign = value[at] | 0x20;
        // `_` folds to DEL, `.` and `*` have the bit already.
        let fills = matches!(sign, b'x' | b'*' | b'.' | 0x7f);
        let same = |b: &&u8| **b | 0x20 == sign;
        fills && value[..at].iter().rev().take_while(same).count() + value[at..].iter().take_while(same).count() >= least
    })
}

/// Mostly a count upwards or downwards, as in `1234567890abcdef` or `abcdefgh`.
fn stepping(value: &[u8]) -> bool {
    let steps = value.len().saturating_sub(1);
    let mut breaks = steps / 5 + 1;
    let step = |w: &[u8]| {
        let (a, b) = (w[0] | 0x20, w[1] | 0x20);
        a.abs_diff(b) == 1 || matches!((a, b), (b'9', b'0' | b'a') | (b'0', b'9'))
    };
    // Seen after a few bytes, almost always.
    steps >= 6
        && value.windows(2).all(|w| {
            breaks -= usize::from(!step(w));
            breaks > 0
        })
}

/// Bytes in hex that are counted or the same: `000102030405060708`, `00112233445566`.
fn counted(look: &Look<'_>) -> bool {
    if look.length() < 12 || look.length() % 2 == 1 || !look.hex() {
        return false;
    }
    let digit = |b: u8| if b.is_ascii_digit() { b - b'0' } else { (b | 0x20) - b'a' + 10 };
    let byte = |pair: &[u8]| digit(pair[0]) << 4 | digit(pair[1]);
    let (pairs, step) = (look.length() / 2 - 1, byte(&look.value[2..4]).wrapping_sub(byte(look.value)));
    let steady = look.value.windows(4).step_by(2).filter(|w| byte(&w[2..]).wrapping_sub(byte(w)) == step).count();
    steady * 10 >= pairs * 8
}

/// Whether `part` stands in `text`.
fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_sorted() {
        assert!(WHOLE.is_sorted());
        assert_eq!(WHOLE.iter().map(|w| w.len()).max(), Some(LONGEST));
    }
}
