//! Name, syntax and value weighed together, in millibits.

use super::{
    key::{Kind, Name},
    syntax::{Found, Style},
};
use crate::secrecy::{Look, shape, sign};

/// Where a value stands and what it weighs; nothing where that is not enough to be reported.
type Weighed = Option<((usize, usize), i32)>;

/// A value behind a name.
pub(super) fn all(text: &[u8], name: &Name, found: &Found) -> Weighed {
    let (start, end) = without_scheme(text, found);
    let value = text.get(start..end)?;
    if value.len() < 3 {
        return None;
    }
    let bits = match name.kind {
        Kind::Password | Kind::Passphrase => password(value, name, found),
        Kind::Auth if found.style == Style::Second => password(value, name, found).map(|bits| bits - 1_000),
        Kind::Auth => authorization(value, found, start > found.start),
        _ => generic(value, name, found),
    }?;
    (bits >= 0).then_some(((start, end), bits))
}

/// A value that needs no name.
pub(super) fn of_kind(text: &[u8], found: Found, kind: Kind) -> Weighed {
    all(text, &Name { kind, bits: 0, secret: false, capitals: false }, &found)
}

/// The value without `Bearer ` or `Token ` before it, and without quotes inside quotes.
fn without_scheme(text: &[u8], found: &Found) -> (usize, usize) {
    let value = &text[found.start..found.end];
    for quotes in [&b"\\\""[..], b"\"", b"'", b"`"] {
        if value.len() > 2 * quotes.len() && value.starts_with(quotes) && value.ends_with(quotes) {
            return (found.start + quotes.len(), found.end - quotes.len());
        }
    }
    for scheme in [&b"bearer"[..], b"token", b"apikey", b"jwt", b"key", b"bot", b"oauth"] {
        if value.get(..scheme.len()).is_some_and(|v| v.eq_ignore_ascii_case(scheme)) {
            let rest = &value[scheme.len()..];
            let signs = rest.iter().take_while(|b| matches!(b, b' ' | b'=' | b'"' | b'\'' | b'\\')).count();
            if rest.first().is_some_and(|b| matches!(b, b' ' | b'=')) {
                return (found.start + scheme.len() + signs, found.end);
            }
        }
    }
    (found.start, found.end)
}

/// Passwords that everybody knows: words, and what reads like a placeholder. Sorted.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "000000", "102030", "111111", "112233", "121212", "123123", "123321", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890",
    "123abc", "123qwe", "1q2w3e", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "654321", "666666", "987654321", "abc123", "abcd1234", "admin",
    "administrator", "alpine", "asdf", "asdf1234", "asdfgh", "asdfghjkl", "azerty", "baseball", "batman", "cisco", "dragon", "elastic", "football",
    "grafana", "guest", "hunter", "iloveyou", "jboss", "kafka", "letmein", "mariadb", "master", "minio", "minioadmin", "mongo", "monkey", "mustang",
    "mysql", "oracle", "p4ssw0rd", "pa55w0rd", "pass1234", "passw0rd", "password1", "password12", "password123", "postgres", "princess", "qazwsx",
    "qwerty", "qwertyuiop", "rabbitmq", "raspberry", "root", "rootroot", "shadow", "starwars", "sunshine", "superman", "superuser", "sysadmin",
    "tiger", "tomcat", "toor", "trustno1", "ubuntu", "vagrant", "welcome", "zxcvbn", "zxcvbnm",
];

fn weak(value: &[u8]) -> bool {
    value.len() <= 13 && WEAK.binary_search_by(|w| w.as_bytes().cmp(value)).is_ok()
}

fn password(value: &[u8], name: &Name, found: &Found) -> Option<i32> {
    let bare = matches!(found.style, Style::Line | Style::Inline | Style::Prose);
    let base = match found.style {
        Style::Literal => 4_000,
        Style::Compared | Style::Second => 3_000,
        Style::Argument | Style::Call | Style::Markup | Style::Query | Style::Flag => 2_000,
        Style::Line => 2_000,
        Style::Inline => 0,
        Style::Prose => -1_000,
    };
    let tight = if found.tight && matches!(found.style, Style::Line | Style::Inline) { 1_000 } else { 0 };
    let code = if found.code { -4_000 } else { 0 };
    let on = if found.goes_on { -3_000 } else { 0 };
    let bits = base + tight + code + on + name.bits;
    if weak(value) {
        // A bare word is a value in configuration only.
        let plain = matches!(found.style, Style::Argument | Style::Prose | Style::Inline) || found.code || found.goes_on;
        return (!plain).then_some(bits.min(1_500));
    }
    let look = Look::of(value);
    let number = look.digits == look.length() && !bare;
    if !number && look.is_placeholder() {
        return None;
    }
    if look.spaces > 0 {
        return phrase(&look, name.kind == Kind::Passphrase).map(|own| own + bits);
    }
    let own = human(&look, bare).or_else(|| word(&look, name, found))?;
    Some(own + bits)
}

/// Words that stand behind `password =` and are none. Sorted.
#[rustfmt::skip]
const UNLIKELY: &[&str] = &[
    "alias", "allow", "alpha", "always", "anonymous", "auto", "automatic", "basic", "blank", "bottom", "cancel", "change", "changed", "checkbox",
    "clear", "click", "column", "confirm", "create", "created", "custom", "default", "delete", "deny", "digest", "edit", "email", "encrypted",
    "enter", "error", "expired", "failed", "failure", "field", "file", "forbid", "forgot", "forgotten", "form", "generate", "generated", "hash",
    "hashed", "header", "hide", "html", "ignore", "image", "incorrect", "input", "insecure", "internal", "invalid", "keyring", "label", "length",
    "local", "locked", "login", "logout", "manual", "match", "mismatch", "missing", "name", "native", "never", "numbers", "numeric", "obscured",
    "optional", "outline", "parameter", "passing", "pending", "plain", "plaintext", "prompt", "random", "read", "recover", "recovery", "regex",
    "register", "reject", "rejected", "remove", "request", "required", "reset", "resource", "right", "save", "secure", "security", "select",
    "session", "show", "signin", "signup", "stdin", "store", "string", "strong", "submit", "success", "text", "textfield", "toggle", "type", "update",
    "updated", "user", "username", "utf", "valid", "validate", "value", "vault", "verify", "visible", "warn", "warning", "weak", "wrong",
];

/// One word in small letters, as people take for a password: behind `=`, in the environment, or one that says itself that it is.
fn word(look: &Look<'_>, name: &Name, found: &Found) -> Option<i32> {
    let length = look.length();
    if !(4..=20).contains(&length) || look.lower != length || found.goes_on || found.code || name.bits != 0 {
        return None;
    }
    let environment = found.style == Style::Line && found.tight && name.capitals;
    let says = found.style == Style::Literal && compound(look.value);
    let given = (environment || found.assigned) && UNLIKELY.binary_search_by(|w| w.as_bytes().cmp(look.value)).is_err();
    (given || says).then_some(-3_000)
}

/// `strongpassword`, but not `newpassword`, which fields are called.
fn compound(value: &[u8]) -> bool {
    const FIELDS: [&[u8]; 12] =
        [b"new", b"old", b"confirm", b"user", b"current", b"forgot", b"reset", b"change", b"enter", b"repeat", b"login", b"db"];
    let front = [&b"password"[..], b"passwd", b"pass", b"pwd"].iter().find_map(|end| value.strip_suffix(*end));
    front.is_some_and(|f| f.len() > 2 && !FIELDS.contains(&f))
}

/// Several words: a passphrase, or signs that are no sentence.
fn phrase(look: &Look<'_>, expected: bool) -> Option<i32> {
    let words = look.value.split(|b| *b == b' ').filter(|w| w.len() > 2).count();
    let small = look.upper == 0 && look.symbols == 0;
    if expected && words >= 4 && small {
        return Some(-1_000);
    }
    let odd = look.length() >= 12 && look.spaces * 8 <= look.length() && !shape::sentence(look) && look.surprise() > 80 && look.digits > 0;
    odd.then_some(0)
}

/// Bytes written as escapes: `\xb0`, `\u20ac`.
fn escaped(value: &[u8]) -> bool {
    value.windows(2).any(|w| w[0] == b'\\' && matches!(w[1], b'x' | b'u' | b'U' | b'0'))
}

/// Signs of expressions, patterns and templates.
fn expression(look: &Look<'_>) -> bool {
    let value = look.value;
    let any = |pieces: &[&[u8]]| pieces.iter().any(|p| memchr::memmem::find(value, p).is_some());
    let pattern = look.has(sign::PAREN | sign::SQUARE | sign::STAR | sign::BACKSLASH | sign::CARET | sign::DOLLAR)
        && (value[0] == b'^' && value.last() == Some(&b'$') || any(&[b"(?", b".*", b"\\d", b"\\w", b"\\s", b"[^", b"a-z", b"A-Z", b"A-F", b"0-9]"]));
    pattern || look.has(sign::PERCENT) && (look.wordy() || look.length() < 8) && any(&[b"%s", b"%d", b"%@"])
}

/// What a value without spaces weighs as a password that a person or a program made.
fn human(look: &Look<'_>, bare: bool) -> Option<i32> {
    let (letters, length) = (look.letter_count(), look.length());
    if look.has(sign::BACKSLASH) && escaped(look.value) {
        return None;
    }
    if letters + look.digits == 0 || !look.value[0].is_ascii_graphic() && look.digits == 0 {
        return None;
    }
    if letters == 0 && look.joints + look.symbols == 0 {
        return match (bare, length) {
            (true, 6..=16) => Some(-2_000),
            (false, 4..=16) => Some(-2_000),
            _ => None,
        };
    }
    if shape::uuid(look) {
        return Some(-1_000);
    }
    // `first.last9` is no reference.
    let named = look.has(sign::PAREN | sign::SQUARE | sign::ANGLE | sign::BRACE | sign::COLON) || look.digits == 0 || bare;
    if named && shape::reference(look) || shape::stamped(look) || shape::address(look) || shape::path(look) || shape::markup(look) || expression(look)
    {
        return None;
    }
    if look.has(sign::HIGH) && look.digits == 0 {
        return None;
    }
    let surprise = look.surprise() / 4;
    if look.digits == 0 && look.symbols == 0 {
        return words(look, surprise);
    }
    if look.symbols == 0 {
        return mixed(look, bare, surprise);
    }
    signed(look, bare, surprise)
}

/// Letters and joints.
fn words(look: &Look<'_>, surprise: i32) -> Option<i32> {
    if look.wordy() || look.joints > 1 {
        return None;
    }
    let capital = look.value[0].is_ascii_uppercase() && look.upper == 1;
    let least = if capital || look.humps > 0 || look.joints > 0 { 8 } else { 0 };
    match surprise {
        s if s < least => None,
        10.. => Some(2_000),
        4.. => Some(0),
        _ => Some(-2_000),
    }
}

/// Letters and digits, perhaps joints.
fn mixed(look: &Look<'_>, bare: bool, surprise: i32) -> Option<i32> {
    if look.letter_count() == 0 {
        return None;
    }
    if look.joints > 0 && names_secret(look.value) || bare && look.length() < 8 && look.digits * 3 > look.letter_count() * 2 {
        return None;
    }
    if shape::name(look) && (look.joints > 0 || look.humps > 0) {
        return (!bare).then_some(if leet(look.value) { 0 } else { -3_000 });
    }
    if look.length() < 5 {
        return (!bare).then_some(-2_000);
    }
    if look.wordy() {
        // `admin123`, but `item2`.
        return Some(match (bare, look.digits) {
            (false, 1) => 0,
            (false, _) => 2_000,
            (true, 1) => -3_000,
            (true, _) => 0,
        });
    }
    Some(2_000 + (surprise * 100).clamp(-1_000, 4_000))
}

/// A digit inside a word: `s3cret`.
fn leet(value: &[u8]) -> bool {
    value.windows(3).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_digit() && w[2].is_ascii_lowercase())
}

/// `sha256_password`: a name that is about one.
fn names_secret(value: &[u8]) -> bool {
    let last = value.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let last = &value[value.len() - last..];
    [&b"password"[..], b"passwd", b"pwd", b"pass", b"token", b"secret", b"key"].iter().any(|w| last.eq_ignore_ascii_case(w))
}

/// Signs among letters and digits.
fn signed(look: &Look<'_>, bare: bool, surprise: i32) -> Option<i32> {
    if bare && look.has(sign::PAREN) && look.value.windows(2).any(|w| w[1] == b'(' && w[0].is_ascii_alphanumeric()) {
        return None;
    }
    let inner = &look.value[..look.length() - 1];
    let last = look.value[look.length() - 1];
    let title = bare || inner[0].is_ascii_uppercase() && look.upper == 1;
    let labelled = look.symbols == 1
        && look.digits == 0
        && (matches!(last, b'*' | b'?' | b',' | b';' | b')') || title && last == b'!')
        && inner.iter().all(u8::is_ascii_alphabetic);
    if labelled || shape::name(look) || look.symbols * 2 > look.length() && look.length() < 12 {
        return None;
    }
    let coded = look.has(sign::PAREN | sign::SQUARE | sign::BRACE | sign::ANGLE | sign::SEMICOLON | sign::COMMA | sign::EQUAL | sign::BACKSLASH);
    let code = if coded { if bare || look.wordy() { -5_000 } else { -2_000 } } else { 0 };
    let kinds = match (look.kinds(), look.length()) {
        (3.., 6..) if look.digits > 0 => 4_000,
        (3.., _) => 1_500,
        _ if look.digits == 0 && look.wordy() => -3_000,
        _ => 1_000,
    };
    Some(kinds + code + (surprise * 50).clamp(-1_000, 2_000))
}

/// Beginnings of what is encoded and no secret: images, archives, fonts, public keys; PEM has a rule of its own.
const ENCODED: &[&[u8]] = &[
    b"iVBOR",
    b"/9j/",
    b"R0lGOD",
    b"PHN2Zy",
    b"UklGR",
    b"UEsDB",
    b"H4sI",
    b"JVBER",
    b"d09G",
    b"data:",
    b"ssh-",
    b"MIGf",
    b"MIIBIjAN",
    b"MFkw",
    b"MCow",
    b"-----",
    b"ecdsa-",
    b"AAAAB3N",
    b"AAAAC3N",
    b"PD94",
];

/// Keys, tokens and secrets: what looks random.
/// `session:0f3a…`, `user:4711`: a kind of thing and the number of one, as caches name what they hold.
fn keyed(value: &[u8]) -> bool {
    let Some(colon) = value.iter().position(|b| *b == b':') else { return false };
    let (kind, number) = (&value[..colon], &value[colon + 1..]);
    let kind_reads = kind.len() >= 3 && kind.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'));
    kind_reads && !number.is_empty() && number.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'-' | b':'))
}

fn generic(value: &[u8], name: &Name, found: &Found) -> Option<i32> {
    if keyed(value) {
        return None;
    }
    if value.len() < 6 || matches!(value[0], b'{' | b'[' | b'&') || ENCODED.iter().any(|e| value.starts_with(e)) {
        return None;
    }
    let base = match name.kind {
        Kind::Secret | Kind::Key => 3_000,
        Kind::Token => 2_000,
        _ => -1_000,
    };
    let style = match found.style {
        Style::Literal | Style::Markup | Style::Flag => 0,
        Style::Compared | Style::Argument | Style::Call | Style::Query | Style::Second => -1_000,
        Style::Line => i32::from(found.tight) * 1_000 - 1_000,
        Style::Inline => i32::from(found.tight) * 2_000 - 3_000,
        Style::Prose => -2_000,
    };
    if name.kind == Kind::Salt && found.style != Style::Literal {
        return None;
    }
    let bits = base + style + name.bits - if found.code { 4_000 } else { 0 } - if found.goes_on { 3_000 } else { 0 };
    let look = Look::of(value);
    if look.is_placeholder() {
        return None;
    }
    let random = random(&look, name, found.style);
    let literal = matches!(found.style, Style::Literal | Style::Compared | Style::Markup) || (found.style == Style::Line && found.tight);
    let human = (name.secret && literal && look.digits > 0 && look.spaces == 0).then(|| human(&look, found.style == Style::Line)).flatten();
    Some(bits + random.max(human.map(|h| h - 3_000))?)
}

/// What a value weighs as a random token.
fn random(look: &Look<'_>, name: &Name, style: Style) -> Option<i32> {
    let length = look.length();
    if look.letter_count() == 0 || length < 8 {
        return None;
    }
    if shape::uuid(look) {
        return (name.kind == Kind::Secret || name.kind == Kind::Key && name.bits == 0).then_some(-1_000);
    }
    if shape::reference(look) || shape::stamped(look) || shape::address(look) || shape::path(look) || shape::name(look) || shape::markup(look) {
        return None;
    }
    if look.wordy()
        || look.spaces > 0 && (length < 32 || shape::sentence(look))
        || look.has(sign::HIGH)
        || expression(look)
        || look.has(sign::BACKSLASH) && escaped(look.value)
    {
        return None;
    }
    let mut bits = (look.surprise() * 75).clamp(-8_000, 8_000);
    if look.digits == 0 {
        bits -= match length {
            ..16 => 3_000,
            16..24 => 1_000,
            _ => 0,
        };
    }
    bits -= match length {
        ..12 => 2_000,
        12..16 => 500,
        _ => 0,
    };
    // Tokens are letters, digits and a few joints.
    let strange = sign::PAREN
        | sign::SQUARE
        | sign::BRACE
        | sign::ANGLE
        | sign::SEMICOLON
        | sign::COMMA
        | sign::BACKSLASH
        | sign::PERCENT
        | sign::DOLLAR
        | sign::BAR;
    if look.has(strange) || look.spaces > 0 {
        bits -= if length >= 32 && look.digits > 0 && look.symbols * 8 > length { 1_000 } else { 8_000 };
    }
    if name.bits <= -3_000 && name.kind == Kind::Key {
        let all = look.lower > 0 && look.upper > 0 && look.digits > 0;
        if look.has(sign::SLASH) && look.has(sign::DASH | sign::DOT | sign::UNDERSCORE) || look.joints > 1 && !all {
            return None;
        }
        // Digests and ids are the keys of tables.
        let digest = look.hex() && matches!(length, 32 | 40 | 64 | 128);
        bits -= if digest { if style == Style::Literal { 2_000 } else { 6_000 } } else { 0 } + if length < 16 { 3_000 } else { 0 };
    }
    Some(bits)
}

/// `Authorization: x`: a scheme and a token, or the base64 of a name and a password.
fn authorization(value: &[u8], found: &Found, scheme: bool) -> Option<i32> {
    let look = Look::of(value);
    if look.is_placeholder() || value.starts_with(b"Basic") || value.starts_with(b"Digest") || value.starts_with(b"AWS4") {
        return None;
    }
    let name = Name { kind: Kind::Auth, bits: 0, secret: false, capitals: false };
    let bits = random(&look, &name, found.style)?;
    let base = match found.style {
        Style::Literal | Style::Flag | Style::Markup => 0,
        Style::Line | Style::Query => -1_000,
        _ => -3_000,
    };
    Some(bits + base + if scheme { 2_000 } else { 0 } - if found.goes_on { 3_000 } else { 0 } - if found.code { 3_000 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::{UNLIKELY, WEAK};

    #[test]
    fn lists_are_sorted() {
        assert!(WEAK.is_sorted() && UNLIKELY.is_sorted());
    }
}
