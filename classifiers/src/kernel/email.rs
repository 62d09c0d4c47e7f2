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
    Some(Span { start, end, bits: 0 })
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
