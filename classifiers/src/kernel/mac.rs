//! MAC addresses: six pairs of hex digits, or three groups of four.

use super::Span;

pub(super) fn at(text: &[u8], start: usize, run: usize) -> Option<Span> {
    let (groups, width, separators) = match run {
        2 => (6, 2, b":-".as_slice()),
        4 => (3, 4, b".".as_slice()),
        _ => return None,
    };
    let kind = *text.get(start + width)?;
    if !separators.contains(&kind) {
        return None;
    }
    let end = start + groups * width + groups - 1;
    let value = text.get(start..end)?;
    let shaped = value.iter().enumerate().all(|(i, b)| if i % (width + 1) == width { *b == kind } else { b.is_ascii_hexdigit() });
    let goes_on = text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == kind);
    let comes_from = start > 0 && text[start - 1] == kind;
    if !shaped || goes_on || comes_from {
        return None;
    }
    let first = value[0];
    let all_same = value.iter().all(|b| *b == kind || b.eq_ignore_ascii_case(&first));
    let cases = (value.iter().any(u8::is_ascii_lowercase), value.iter().any(u8::is_ascii_uppercase));
    if all_same || cases == (true, true) { None } else { Some(Span { start, end, bits: 0 }) }
}
