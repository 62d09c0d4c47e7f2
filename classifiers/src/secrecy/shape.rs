//! Values whose shape says what they are: references in code, names, paths, addresses, dates.

use super::{wordiness, wordy};

/// Bits against a value of a telling shape, `None` where the shape tells nothing.
pub(super) fn refused(value: &[u8]) -> Option<f32> {
    if reference(value) {
        return Some(-14.0);
    }
    if uuid(value) || date(value) || version(value) {
        return Some(-6.0);
    }
    if address(value) || path(value) {
        return Some(-10.0);
    }
    if name(value) {
        return Some(-8.0);
    }
    if sentence(value) || markup(value) {
        return Some(-8.0);
    }
    None
}

/// `get_password()`, `config["x"]`, `settings.SECRET`, `user->password`, `Type::name`, `*pointer`, `&str`, `Option<String>`.
fn reference(value: &[u8]) -> bool {
    let start = value.iter().position(|b| !matches!(b, b'*' | b'&' | b'!' | b'@' | b'$' | b'(' | b'-')).unwrap_or(0);
    let body = value.get(start..).unwrap_or_default();
    let head = body.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-' | b'>')).count();
    let (callee, rest) = body.split_at(head);
    if !callee.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') {
        return false;
    }
    // Names in code are words; a password that happens to hold a bracket is not.
    let readable = callee.len() <= 5 || wordy(callee);
    match rest.first() {
        Some(b'(') if readable => return rest.contains(&b')') || rest.len() == 1 || value.len() < 48,
        Some(b'[' | b'<') if readable => return rest.iter().any(|b| matches!(b, b']' | b'>')),
        Some(b'{') if readable => return value.last() == Some(&b'}'),
        Some(_) => return false,
        None => {}
    }
    let joined = callee.windows(2).any(|w| matches!(w, b"->" | b"::"));
    let dotted = callee.contains(&b'.') && callee.split(|&b| b == b'.').all(|s| !s.is_empty() && s.len() <= 40 && identifier(s));
    let letters = callee.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let wordlike = callee.split(|b| matches!(b, b'.' | b':' | b'-' | b'>')).all(|s| s.len() <= 4 || wordiness(s).is_some_and(|w| w < 0.4));
    (joined || dotted) && letters * 4 >= callee.len() * 3 && wordlike
}

fn identifier(value: &[u8]) -> bool {
    value.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Several words joined by `_`, `-`, `.`, `:`, `/` or by case: environment variables, i18n keys, CSS classes, slugs, camelCase names, topics.
fn name(value: &[u8]) -> bool {
    if !value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'|')) || !wordy(value) {
        return false;
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let humps = value.windows(2).filter(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase())).count();
    let parts = value.split(|b| matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'|')).filter(|p| !p.is_empty()).count();
    let constant = parts > 1 && !value.iter().any(u8::is_ascii_lowercase);
    (parts + humps > 1 && digits <= 2) || (constant && digits <= 4)
}

fn uuid(value: &[u8]) -> bool {
    let value = match value {
        [b'{', inner @ .., b'}'] => inner,
        _ => value,
    };
    value.len() == 36 && value.iter().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// `2024-05-01`, `2024-05-01T10:00:00Z`, `10:30:00`.
fn date(value: &[u8]) -> bool {
    let shape: Vec<u8> = value.iter().take(20).map(|b| if b.is_ascii_digit() { b'9' } else { *b }).collect();
    [&b"9999-99-99"[..], b"99/99/9999", b"99.99.9999", b"99:99:99", b"9999/99/99"].iter().any(|p| shape.starts_with(p))
}

/// `1.2.3`, `v1.2.3-rc1`, `^4.17.21`, an IPv4 address.
fn version(value: &[u8]) -> bool {
    let start = value.iter().position(|b| !matches!(b, b'v' | b'V' | b'^' | b'~' | b'=' | b'>' | b'<')).unwrap_or(0);
    let body = value.get(start..).unwrap_or_default();
    let head = body.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let (numbers, rest) = body.split_at(head);
    numbers.iter().filter(|&&b| b == b'.').count() >= 2
        && numbers.split(|&b| b == b'.').all(|n| n.len() <= 5)
        && (rest.is_empty() || matches!(rest.first(), Some(b'-' | b'+' | b':' | b'/')))
}

/// A URL, a `data:` or `mailto:` value, an e-mail address.
fn address(value: &[u8]) -> bool {
    if let Some(at) = memchr::memmem::find(value, b"://") {
        return at > 1 && value.get(..at).is_some_and(|s| s.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-')));
    }
    if [&b"data:"[..], b"mailto:", b"urn:", b"blob:"].iter().any(|p| value.starts_with(p)) {
        return true;
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

/// `/etc/ssl/key.pem`, `./x`, `C:\keys\x`, `secrets/db.yaml`: parts that read as words.
fn path(value: &[u8]) -> bool {
    let drive = matches!(value, [d, b':', b'\\' | b'/', ..] if d.is_ascii_alphabetic());
    let rooted = [&b"/"[..], b"./", b"../", b"~/", b"\\\\"].iter().any(|p| value.starts_with(p));
    let slashes = value.iter().filter(|b| matches!(b, b'/' | b'\\')).count();
    let extension = value
        .iter()
        .rposition(|&b| b == b'.')
        .and_then(|at| value.get(at + 1..))
        .is_some_and(|e| (2..=5).contains(&e.len()) && e.iter().all(u8::is_ascii_lowercase) && wordiness(e).is_some());
    let plain = value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'\\' | b'.' | b'_' | b'-' | b'~' | b':' | b'*' | b'@'));
    plain
        && (drive
            || (slashes > 0 && rooted && (wordy(value) || extension))
            || (slashes > 0 && extension && wordy(value))
            || (extension && wordy(value)))
}

/// Several words with spaces between.
fn sentence(value: &[u8]) -> bool {
    let words = value.split(|b| b.is_ascii_whitespace()).filter(|w| w.len() > 1).count();
    let signs = value.iter().filter(|b| !b.is_ascii_alphabetic() && !b.is_ascii_whitespace() && b.is_ascii()).count();
    words >= 2 && signs * 4 <= value.len() && wordy(value)
}

/// Pieces of markup, of CSS and of code.
fn markup(value: &[u8]) -> bool {
    let pieces: [&[u8]; 10] = [b"</", b"/>", b"=>", b"==", b"&&", b"||", b"px;", b"function", b"return ", b"!important"];
    // Base64 padding is no comparison.
    let value = value.strip_suffix(b"==").unwrap_or(value);
    pieces.iter().any(|p| memchr::memmem::find(value, p).is_some())
}
