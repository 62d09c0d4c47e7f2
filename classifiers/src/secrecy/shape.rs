//! Values whose shape says what they are: references in code, names, paths, addresses, dates.

use super::look::{Look, sign};

/// Bits against a value of a telling shape, `None` where the shape tells nothing.
pub(super) fn refused(look: &Look<'_>) -> Option<f32> {
    if reference(look) {
        return Some(-14.0);
    }
    if uuid(look) || stamped(look) {
        return Some(-6.0);
    }
    if address(look) || path(look) {
        return Some(-10.0);
    }
    if name(look) || sentence(look) || markup(look) {
        return Some(-8.0);
    }
    None
}

/// A date, a time, a version.
pub(crate) fn stamped(look: &Look<'_>) -> bool {
    date(look) || version(look)
}

fn wordy(value: &[u8]) -> bool {
    Look::of(value).wordy()
}

/// `get_password()`, `config["x"]`, `settings.SECRET`, `user->password`, `Type::name`, `*pointer`, `&str`, `Option<String>`.
pub(crate) fn reference(look: &Look<'_>) -> bool {
    let value = look.value;
    if !look.has(sign::PAREN | sign::SQUARE | sign::ANGLE | sign::BRACE | sign::COLON | sign::DOT) {
        return false;
    }
    let start = value.iter().position(|b| !matches!(b, b'*' | b'&' | b'!' | b'@' | b'$' | b'(' | b'-')).unwrap_or(0);
    let body = value.get(start..).unwrap_or_default();
    let head = body.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-' | b'>')).count();
    let (callee, rest) = body.split_at(head);
    if !callee.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') {
        return false;
    }
    if let Some(bracket) = rest.first() {
        let closes = match bracket {
            b'(' => rest.contains(&b')') || rest.len() == 1 || value.len() < 48,
            b'[' | b'<' => rest.iter().any(|b| matches!(b, b']' | b'>')),
            b'{' => value.last() == Some(&b'}'),
            _ => false,
        };
        // Names in code are words; a password that happens to hold a bracket is not.
        return closes && (callee.len() <= 5 || Look::of(callee).wordy());
    }
    let letters = callee.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if letters * 4 < callee.len() * 3 || callee.len() > 5 && !look.wordy() {
        return false;
    }
    let dotted = callee.contains(&b'.') && callee.split(|&b| b == b'.').all(|s| !s.is_empty() && s.len() <= 40 && identifier(s));
    dotted || callee.windows(2).any(|w| matches!(w, b"->" | b"::"))
}

fn identifier(value: &[u8]) -> bool {
    value.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Several words joined by `_`, `-`, `.`, `:`, `/` or by case: environment variables, i18n keys, CSS classes, slugs, camelCase names, topics.
pub(crate) fn name(look: &Look<'_>) -> bool {
    if !look.only(sign::LOWER | sign::UPPER | sign::DIGIT | sign::JOINT | sign::SYMBOL) || look.symbols > 0 && !bars_only(look) {
        return false;
    }
    if look.has(sign::UNDERSCORE | sign::DOT) && written(look) {
        return true;
    }
    if !look.wordy() {
        return false;
    }
    let joint = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'|');
    let parts = if look.joints + look.symbols == 0 { 1 } else { look.value.split(joint).filter(|p| !p.is_empty()).count() };
    let constant = parts > 1 && look.lower == 0;
    (parts + look.humps > 1 && look.digits <= 2) || (constant && look.digits <= 4)
}

/// `RIPEMD160_CTX`, `_mm256_srli_epi64`, `fs.s3.kms.keyId`: written as names are, whatever their words.
fn written(look: &Look<'_>) -> bool {
    let parts = || look.value.split(|b| matches!(b, b'_' | b'-' | b'.')).filter(|p| !p.is_empty());
    let constant = look.lower == 0 && look.digits * 3 <= look.upper && look.has(sign::UNDERSCORE);
    let snake = look.upper == 0 && look.digits * 2 <= look.lower && parts().count() > 2;
    // `fs.s3.kms.keyId`.
    let dotted = || !look.has(sign::DASH) && look.digits * 4 <= look.lower && parts().count() > 2 && parts().all(|p| p[0].is_ascii_alphabetic());
    (constant || snake || dotted()) && parts().all(|p| p.len() <= 12)
}

fn bars_only(look: &Look<'_>) -> bool {
    look.has(sign::BAR) && look.value.iter().filter(|b| **b == b'|').count() == look.symbols
}

pub(crate) fn uuid(look: &Look<'_>) -> bool {
    let value = look.value;
    let value = match value {
        [b'{', inner @ .., b'}'] => inner,
        _ => value,
    };
    value.len() == 36 && value.iter().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// `2024-05-01`, `2024-05-01T10:00:00Z`, `10:30:00`.
fn date(look: &Look<'_>) -> bool {
    let fits = |shape: &&[u8]| {
        look.value.get(..shape.len()).is_some_and(|v| v.iter().zip(*shape).all(|(b, s)| if *s == b'9' { b.is_ascii_digit() } else { b == s }))
    };
    look.digits >= 6 && look.joints >= 2 && [&b"9999-99-99"[..], b"99/99/9999", b"99.99.9999", b"99:99:99", b"9999/99/99"].iter().any(fits)
}

/// `1.2.3`, `v1.2.3-rc1`, `^4.17.21`, an IPv4 address.
fn version(look: &Look<'_>) -> bool {
    let value = look.value;
    if !look.has(sign::DOT) || look.joints < 2 {
        return false;
    }
    let start = value.iter().position(|b| !matches!(b, b'v' | b'V' | b'^' | b'~' | b'=' | b'>' | b'<')).unwrap_or(0);
    let body = value.get(start..).unwrap_or_default();
    let head = body.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let (numbers, rest) = body.split_at(head);
    numbers.iter().filter(|&&b| b == b'.').count() >= 2
        && numbers.split(|&b| b == b'.').all(|n| n.len() <= 5)
        && (rest.is_empty() || matches!(rest.first(), Some(b'-' | b'+' | b':' | b'/')))
}

/// A URL, a `data:` or `mailto:` value, an e-mail address.
pub(crate) fn address(look: &Look<'_>) -> bool {
    let value = look.value;
    if !look.has(sign::COLON | sign::AT) {
        return false;
    }
    if let Some(at) = memchr::memmem::find(value, b"://") {
        return at > 1 && value.get(..at).is_some_and(|s| s.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-')));
    }
    if [&b"data:"[..], b"mailto:", b"urn:", b"blob:"].iter().any(|p| value.starts_with(p)) {
        return true;
    }
    // `www.acme.net:8080`.
    if let Some(at) = memchr::memrchr(b':', value) {
        let (host, port) = (&value[..at], &value[at + 1..]);
        let named = host.contains(&b'.') && host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
        if named && (2..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit) {
            return true;
        }
    }
    match memchr::memchr(b'@', value).map(|at| value.split_at(at)) {
        Some((local, domain)) => {
            let domain = domain.get(1..).unwrap_or_default();
            let labels = domain.split(|&b| b == b'.').filter(|l| !l.is_empty() && l.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')).count();
            let top = domain.rsplit(|&b| b == b'.').next().unwrap_or_default();
            let full = labels > 1 && labels == domain.split(|&b| b == b'.').count();
            full && (2..=12).contains(&top.len()) && top.iter().all(u8::is_ascii_lowercase) && wordy(local)
        }
        None => false,
    }
}

/// Folders at the top of a file system.
const TOPS: &[&str] = &[
    "app",
    "bin",
    "boot",
    "data",
    "dev",
    "etc",
    "home",
    "lib",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "sbin",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
    "Library",
    "Users",
    "Applications",
    "Volumes",
];

/// `/etc/ssl/key.pem`, `./x`, `C:\keys\x`, `secrets/db.yaml`: parts that read as words.
pub(crate) fn path(look: &Look<'_>) -> bool {
    let value = look.value;
    if !look.has(sign::SLASH | sign::BACKSLASH | sign::DOT) {
        return false;
    }
    let drive = matches!(value, [d, b':', b'\\' | b'/', ..] if d.is_ascii_alphabetic());
    let rooted = [&b"/"[..], b"./", b"../", b"~/", b"\\\\"].iter().any(|p| value.starts_with(p));
    let slashes = value.iter().filter(|b| matches!(b, b'/' | b'\\')).count();
    let extension = value
        .iter()
        .rposition(|&b| b == b'.')
        .and_then(|at| value.get(at + 1..))
        .is_some_and(|e| (2..=5).contains(&e.len()) && e.iter().all(u8::is_ascii_lowercase));
    let top = value.strip_prefix(b"/").and_then(|v| v.split(|b| *b == b'/').next()).unwrap_or_default();
    let home = value.starts_with(b"~/") || (slashes > 1 && TOPS.iter().any(|t| t.as_bytes() == top));
    let plain = value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'\\' | b'.' | b'_' | b'-' | b'~' | b':' | b'*' | b'@'));
    plain && (drive || home || (slashes > 0 && rooted && (extension || look.wordy())) || (extension && look.wordy()))
}

/// Several words with spaces between.
pub(crate) fn sentence(look: &Look<'_>) -> bool {
    if look.spaces == 0 {
        return false;
    }
    let words = look.value.split(|b| b.is_ascii_whitespace()).filter(|w| w.len() > 1).count();
    words >= 2 && (look.digits + look.joints + look.symbols) * 4 <= look.length() && look.wordy()
}

/// Pieces of markup, of CSS and of code.
pub(crate) fn markup(look: &Look<'_>) -> bool {
    let pieces = [*b"</", *b"/>", *b"=>", *b"==", *b"&&", *b"||"];
    // Base64 padding is no comparison.
    let value = look.value.strip_suffix(b"==").unwrap_or(look.value);
    let paired = look.has(sign::ANGLE | sign::EQUAL | sign::AMPERSAND | sign::BAR) && value.windows(2).any(|w| pairs(&pieces, w));
    let long = [&b"px;"[..], b"function", b"return ", b"!important"];
    paired || (look.has(sign::SEMICOLON | sign::PAREN | sign::SPACE | sign::BANG) && long.iter().any(|p| memchr::memmem::find(value, p).is_some()))
}

fn pairs(pieces: &[[u8; 2]], two: &[u8]) -> bool {
    pieces.iter().any(|p| p == two)
}
