//! Text that stands where a secret will be written later.

/// Whole values that are never secrets, names of algorithms among them; lower case, sorted.
#[rustfmt::skip]
const WHOLE: &[&str] = &[
    "0", "abc", "abc123", "access_key", "access_token", "accesskey", "accesstoken", "admin_password", "aes-256-cbc", "aes-256-gcm", "aes128",
    "aes256", "aes256gcm", "any", "api-key", "api_key", "apikey", "apitoken", "argon2", "argon2id", "auth_token", "authtoken", "bar", "base32",
    "base58", "base64", "basic", "baz", "bcrypt", "bearer", "blank", "bool", "boolean", "byte[]", "bytes", "change-me", "change_it", "change_me",
    "changeit", "changeit1", "changeme", "client_secret", "clientsecret", "credentials", "default", "deleted", "disabled", "dummy", "ed25519",
    "eddsa", "empty", "enabled", "encrypted", "env", "es256", "es384", "example", "expired", "fake", "false", "filtered", "fixme", "foo", "foobar",
    "hidden", "hmac", "hs256", "hs384", "hs512", "http2", "inherit", "input", "int", "invalid", "ipv4", "ipv6", "key", "literal", "masked", "md5",
    "md5crypt", "missing", "my-secret", "my_secret", "mysecret", "n/a", "na", "nan", "new", "nil", "no", "none", "not-set", "not_set", "notset",
    "null", "number", "oauth2", "object", "off", "omitted", "on", "optional", "p256", "p384", "pass", "passphrase", "passwd", "password",
    "password1", "passwort", "pbkdf2", "placeholder", "private", "private_key", "prompt", "protected", "pwd", "redacted", "refresh_token",
    "removed", "required", "rs256", "rs512", "rsa2048", "rsa4096", "sample", "sanitized", "scram-sha-256", "scrubbed", "scrypt", "secp256k1",
    "secp256r1", "secret", "secret-key", "secret_key", "secretkey", "self", "sha-256", "sha-512", "sha1", "sha256", "sha384", "sha512", "str",
    "string", "tbd", "test", "testing", "text", "this", "todo", "token", "true", "trust", "undefined", "unknown", "unset", "username", "utf16",
    "utf8", "utf8mb4", "value", "varchar", "void", "x509", "yes",
];

/// Parts that make a value a placeholder wherever they stand, lower case: improbable in anything random.
const ANYWHERE: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change_this",
    "changethis",
    "change-this",
    "example",
    "placeholder",
    "redacted",
    "dummy",
    "lorem",
    "replaceme",
    "replace_",
    "replace-",
    "insert_",
    "insert-",
    "not-a-real",
    "notareal",
    "not_a_real",
    "todo_",
    "deadbeef",
    "iosfodnn7",
    "aws4_request",
    "aws4-",
    "####",
];

/// Words that make a value a placeholder when they stand as a word of it.
const AS_WORD: &[&str] = &["your", "fake", "sample", "replace", "enter", "fixme", "dummy", "insert", "todo"];

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
    let value = trim(value.trim_ascii());
    if value.is_empty() {
        return true;
    }
    let mut folded = [0u8; super::CAP];
    let length = value.len().min(folded.len());
    for (to, from) in folded.iter_mut().zip(value) {
        *to = from.to_ascii_lowercase();
    }
    let folded = &folded[..length];
    let text = folded;
    WHOLE.binary_search_by(|w| w.as_bytes().cmp(text)).is_ok()
        || REFERENCES.iter().any(|r| text.starts_with(r.as_bytes()))
        || template(value)
        || ANYWHERE.iter().any(|p| contains(text, p.as_bytes()))
        || words(text).any(|w| AS_WORD.iter().any(|a| a.as_bytes() == w))
        || text.ends_with(b"...")
        || repeated(text)
        || monotonous(text)
        || sequential(text)
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

/// `<password>`, `[password]`, `%PASSWORD%`, `{password}`, `$PASSWORD`, `__PASSWORD__`, `:password`, `@password`, `%s`, and anything with `{{`, `${` or `<%` inside.
fn template(value: &[u8]) -> bool {
    let name = |v: &[u8]| !v.is_empty() && v.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b':'));
    let identifier =
        |v: &[u8]| v.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') && v.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    match value {
        [b'<', inner @ .., b'>'] | [b'[', inner @ .., b']'] | [b'{', inner @ .., b'}'] if name(inner) => return true,
        [b'%', inner @ .., b'%'] | [b'_', b'_', inner @ .., b'_', b'_'] if identifier(inner) => return true,
        [b'$', inner @ ..] if identifier(inner) && !(inner.len() > 8 && super::wordiness(inner).is_some_and(|w| w > 0.6)) => return true,
        [b'%', b's' | b'd' | b'v' | b'r'] | [b'<', b'<', ..] | [b'?'] | [b'-' | b'.'] => return true,
        _ => {}
    }
    [&b"{{"[..], b"${", b"<%", b"#{", b"%(", b"$(", b"{0}", b"{1}"].iter().any(|p| contains(value, p))
        || directives_only(value)
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

/// Runs of letters.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| !b.is_ascii_alphabetic()).filter(|w| !w.is_empty())
}

/// A run of one sign that people fill gaps with: four of them, or six in a long value, where four come by chance.
fn repeated(text: &[u8]) -> bool {
    let least = if text.len() > 40 { 6 } else { 4 };
    text.chunk_by(|a, b| a == b).any(|run| run.len() >= least && matches!(run.first(), Some(b'x' | b'*' | b'.' | b'_')))
}

/// One or two different bytes in six and more, as in `xxxxxx` and `--------`.
fn monotonous(text: &[u8]) -> bool {
    let Some(&first) = text.first() else { return true };
    let second = text.iter().find(|&&b| b != first).copied().unwrap_or(first);
    (first == second && text.len() >= 3) || (text.len() >= 6 && text.iter().all(|&b| b == first || b == second))
}

/// Mostly a count upwards or downwards, as in `1234567890abcdef` or `abcdefgh`.
fn sequential(text: &[u8]) -> bool {
    let steps =
        text.windows(2).filter(|w| matches!(w, [a, b] if a.abs_diff(*b) == 1 || matches!((a, b), (b'9', b'0' | b'a') | (b'0', b'1')))).count();
    text.len() >= 7 && steps * 10 >= (text.len() - 1) * 8
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
    }
}
