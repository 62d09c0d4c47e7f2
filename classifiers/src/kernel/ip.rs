//! IP addresses: four octets, or eight groups of hex digits with at most one gap.

use core::net::Ipv6Addr;

use super::Span;

pub(super) fn at(text: &[u8], start: usize, run: usize) -> Option<Span> {
    match text.get(start + run) {
        Some(b'.') if run <= 3 => v4(text, start),
        Some(b':') => v6(text, start),
        _ => None,
    }
}

fn v4(text: &[u8], start: usize) -> Option<Span> {
    let (mut at, mut octets) = (start, [0_u32; 4]);
    for (i, octet) in octets.iter_mut().enumerate() {
        if i > 0 {
            if text.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let digits = text[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 3 || (digits > 1 && text[at] == b'0') {
            return None;
        }
        *octet = text[at..at + digits].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
        if *octet > 255 {
            return None;
        }
        at += digits;
    }
    // A fifth group, a version or a part of a name.
    let after = text.get(at).copied();
    let goes_on = after.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        || (after == Some(b'.') && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric));
    let before = start.checked_sub(1).map(|i| text[i]);
    let comes_from = matches!(before, Some(b'.' | b'-' | b'_'));
    // `Chrome/131.0.2.4`: the version of a product.
    let product = before == Some(b'/') && start.checked_sub(2).is_some_and(|i| text[i].is_ascii_alphabetic());
    if goes_on || comes_from || product || after_version(text, start) {
        return None;
    }
    // Nobody: unspecified, broadcast, loopback, documentation (RFC 5737), multicast and above, masks; a number and zeros is a version.
    let nobody = match octets {
        [0 | 127, ..] | [_, 0, 0, 0] | [224..=255, ..] | [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Looks like a version: `1.2.3.4`, `2.0.0.1`.
        [a, b, c, d] => a < 10 && b < 10 && c < 10 && d < 10,
    };
    if nobody { None } else { Some(Span { start, end: at, bits: private(octets) }) }
}

/// `version 11.45.26.3`, `release: "11.45.26.3"`: the word right before says what it is.
fn after_version(text: &[u8], start: usize) -> bool {
    const WORDS: [&[u8]; 9] = [b"version", b"ver", b"v", b"release", b"build", b"firmware", b"fw", b"revision", b"upgrade"];
    let gap = text[..start].iter().rev().take(4).take_while(|b| matches!(b, b' ' | b':' | b'=' | b'"' | b'\'' | b'(')).count();
    let letters = text[..start - gap].iter().rev().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &text[start - gap - letters..start - gap];
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// Private ranges name a machine, seldom a person.
fn private(octets: [u32; 4]) -> i32 {
    match octets {
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [169, 254, ..] => -500,
        _ => 0,
    }
}

fn v6(text: &[u8], start: usize) -> Option<Span> {
    let length = text[start..].iter().take(46).take_while(|b| b.is_ascii_hexdigit() || **b == b':' || **b == b'.').count();
    let mut end = start + length;
    while end > start && matches!(text[end - 1], b':' | b'.') && !text[..end].ends_with(b"::") {
        end -= 1;
    }
    let value = std::str::from_utf8(&text[start..end]).ok()?;
    let colons = value.bytes().filter(|b| *b == b':').count();
    if colons < 3 || value.starts_with(':') || text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
        return None;
    }
    let address: Ipv6Addr = value.parse().ok()?;
    let first = address.segments()[0];
    // Documentation, link-local, unspecified, multicast.
    let nobody = first == 0 || first == 0xfe80 || first >> 8 == 0xff || (first == 0x2001 && address.segments()[1] == 0x0db8);
    if nobody { None } else { Some(Span { start, end, bits: 0 }) }
}
