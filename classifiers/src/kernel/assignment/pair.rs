//! Names and values that stand side by side: `key="password" value="x"`, `{"name": "PASSWORD", "value": "x"}`, `- name: PASSWORD` and `value: x` below.

use super::value::{blanks, byte, line_end, quoted, spaces};

/// What the second of a pair is called.
const VALUES: &[&str] = &["value", "val", "defaultvalue", "default", "parametervalue", "content", "text", "stringvalue"];

/// The value of a pair, of which `at` is behind the name and what separates the two.
pub(super) fn value(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut at = at;
    while matches!(byte(text, at), b'"' | b'\'' | b'\\' | b'{' | b'<') {
        at += 1;
    }
    // `android:value=`.
    let space = text.get(at..)?.iter().take(10).take_while(|b| b.is_ascii_lowercase()).count();
    if byte(text, at + space) == b':' && byte(text, at + space + 1).is_ascii_alphabetic() {
        at += space + 1;
    }
    let word = text.get(at..)?.iter().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
    let name = &text[at..at + word];
    if !VALUES.iter().any(|v| name.eq_ignore_ascii_case(v.as_bytes())) {
        return None;
    }
    let mut at = at + word;
    while matches!(byte(text, at), b'"' | b'\'' | b'\\') {
        at += 1;
    }
    at = spaces(text, at, 16);
    if byte(text, at) == b'>' {
        // `<name>PASSWORD</name><value>x</value>`.
        let start = at + 1;
        let end = line_end(text, start);
        return (byte(text, end) == b'<' && end > start).then_some((start, end));
    }
    if !matches!(byte(text, at), b':' | b'=') {
        return None;
    }
    let at = spaces(text, at + 1, 16);
    if let Some(literal) = quoted(text, at) {
        return Some((literal.start, literal.end));
    }
    let end = line_end(text, at);
    let alone = matches!(byte(text, spaces(text, end, 16)), b'\n' | b'\r' | 0);
    (end > at && alone).then_some((at, end))
}

/// The same behind a name on its own line, or in an attribute before it.
pub(super) fn below(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let at = blanks(text, at, 1);
    let closing = text.get(at..)?.starts_with(b"</").then(|| text[at..].iter().take(24).position(|b| *b == b'>')).flatten();
    let at = closing.map_or(at, |close| blanks(text, at + close + 1, 1));
    value(text, at)
}
