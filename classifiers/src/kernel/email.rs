//! E-mail addresses, from the `@` outwards.

use super::Span;

/// Longest local part (RFC 5321).
const LOCAL: usize = 64;
/// Longest domain.
const DOMAIN: usize = 253;

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

/// Only these come first in addresses that people have.
fn begins_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub(super) fn around(text: &[u8], at: usize) -> Option<Span> {
    let floor = at.saturating_sub(LOCAL + 1);
    let mut start = at - text[floor..at].iter().rev().take_while(|b| is_local(**b)).count();
    // `'bob@x.org` and `to=bob@x.org`: what cannot begin an address, and what an assignment ends with, stays outside.
    if let Some(cut) = text[start..at].iter().rposition(|b| b"=/'`{|}!#$%&*^?~".contains(b)) {
        start += cut + 1;
    }
    while start < at && !begins_local(text[start]) {
        start += 1;
    }
    let local = &text[start..at];
    if local.is_empty() || local.len() > LOCAL || local.ends_with(b".") || local.windows(2).any(|w| w == b"..") {
        return None;
    }
    let end = domain(text, at + 1)?;
    if in_authority(text, start) || scp_path(text, local, end) || is_file(&text[at + 1..end]) {
        return None;
    }
    Some(Span { start, end, bits: if is_reserved(&text[at + 1..end]) { RESERVED } else { 0 } })
}

/// Millibits of a domain that is nobody's.
const RESERVED: i32 = -2_000;
/// Longest name and password in a URL that is looked back over.
const USERINFO: usize = 128;

/// `scheme://name:password@host`: what stands before the `@` is a name or a password, what follows a machine.
fn in_authority(text: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(USERINFO);
    let before = &text[floor..start];
    let from = before.iter().rposition(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'<' | b'?' | b',' | b';')).map_or(0, |p| p + 1);
    let run = &before[from..];
    memchr::memmem::rfind(run, b"://").is_some_and(|scheme| scheme > 0 && !run[scheme + 3..].contains(&b'/'))
}

/// `git@host:folder/name`, as git and scp write it: the account is a machine's.
fn scp_path(text: &[u8], local: &[u8], end: usize) -> bool {
    matches!(local, b"git" | b"hg" | b"svn") && matches!(text.get(end), Some(b':' | b'/'))
}

/// `icon@2x.png`: endings of files that are no top-level domains.
fn is_file(domain: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 14] = [b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"ico", b"css", b"js", b"json", b"html", b"htm", b"xml", b"txt"];
    let top = domain.rsplit(|b| *b == b'.').next().unwrap_or_default();
    ENDINGS.iter().any(|e| top.eq_ignore_ascii_case(e))
}

/// RFC 2606: kept for documentation and tests.
fn is_reserved(domain: &[u8]) -> bool {
    let mut labels = domain.rsplit(|b| *b == b'.');
    let top = labels.next().unwrap_or_default();
    let second = labels.next().unwrap_or_default();
    let is = |label: &[u8], names: &[&str]| names.iter().any(|n| label.eq_ignore_ascii_case(n.as_bytes()));
    is(top, &["test", "example", "invalid", "localhost"]) || (is(top, &["com", "net", "org"]) && is(second, &["example"]))
}

/// End of the domain that begins at `from`: labels of letters, digits and hyphens, the last of letters.
fn domain(text: &[u8], from: usize) -> Option<usize> {
    let limit = text.len().min(from + DOMAIN);
    let (mut at, mut end, mut labels) = (from, None, 0);
    loop {
        let label = text[at..limit].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let bytes = &text[at..at + label];
        let trimmed = bytes.iter().rposition(|b| *b != b'-').map_or(0, |p| p + 1);
        if trimmed == 0 || trimmed > 63 || bytes[0] == b'-' {
            break;
        }
        labels += 1;
        let top = &bytes[..trimmed];
        let punycode = top.len() > 4 && top[..4].eq_ignore_ascii_case(b"xn--");
        if labels > 1 && top.len() >= 2 && (punycode || (top.len() <= 24 && top.iter().all(u8::is_ascii_alphabetic))) {
            end = Some(at + trimmed);
        } else if labels > 1 {
            end = None;
        }
        at += label;
        let goes_on = trimmed == label && text.get(at) == Some(&b'.') && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !goes_on {
            break;
        }
        at += 1;
    }
    // `a@b.png@2x` and `user@host:path` with an `@` after it are no addresses.
    end.filter(|&e| text.get(e) != Some(&b'@'))
}
