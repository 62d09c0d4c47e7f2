//! What stands around a name in running text, and what it is worth.

use super::word::{Gap, Shape, Word, wide, word};
use crate::dictionary::{lists::*, look_up};

/// Letters before the name that are looked at.
const BACK: usize = 24;

/// Whether a name may begin here: no part of an identifier, a path, a tag.
pub(super) fn may_stand(text: &[u8], start: usize) -> bool {
    match start.checked_sub(1).map(|i| text[i]) {
        None => true,
        Some(b'_' | b'@' | b'$' | b'#' | b'\\' | b'&' | b'~' | b'^' | b'%') => escaped(text, start),
        Some(b'/' | b'.' | b'-' | b'+' | b'\'') => {
            start.checked_sub(2).is_none_or(|i| text[i].is_ascii_whitespace() || matches!(text[i], b'(' | b'"' | b'*'))
        }
        Some(b':') => start.checked_sub(2).is_none_or(|i| text[i] != b':'),
        Some(b) if b >= 0x80 => letter_before(text, start).is_none_or(|c| !c.is_alphabetic()),
        Some(_) => true,
    }
}

/// `\nAnna` in a text with escapes.
fn escaped(text: &[u8], start: usize) -> bool {
    start == 0
        || crate::find::boundary_before(text, start)
            && text[start - 1] != b'_'
            && !matches!(text[start - 1], b'@' | b'$' | b'#' | b'&' | b'~' | b'^' | b'%' | b'\\')
}

fn letter_before(text: &[u8], start: usize) -> Option<char> {
    let from = (1..=4).filter_map(|n| start.checked_sub(n)).find(|&i| text[i] & 0xC0 != 0x80)?;
    wide(text, from)
}

/// The word that ends before `at` on the same line, with what stands between.
fn before(text: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let floor = at.saturating_sub(BACK);
    let gap = text[floor..at].iter().rev().take_while(|b| !(b.is_ascii_alphanumeric() || **b >= 0x80 || **b == b'\n')).count();
    let end = at - gap;
    let length = text[floor..end].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b >= 0x80).count();
    (length > 0).then(|| (&text[end - length..end], &text[end..at]))
}

/// Words before a name, in lower case, that say a person follows.
const TOWARDS: [&str; 46] = [
    "by", "with", "from", "and", "to", "for", "told", "asked", "met", "ask", "contact", "call", "called", "email", "cc", "named", "author",
    "authors", "dr", "von", "mit", "bei", "und", "herr", "frau", "par", "avec", "et", "pour", "por", "con", "y", "para", "da", "di", "e", "door",
    "met", "van", "av", "af", "med", "patient", "employee", "customer", "user",
];

/// Words after a name, in lower case, that say what only persons do.
const DOES: [&str; 56] = [
    "said",
    "says",
    "told",
    "asked",
    "wrote",
    "writes",
    "joined",
    "works",
    "worked",
    "lives",
    "lived",
    "called",
    "signed",
    "born",
    "died",
    "married",
    "thinks",
    "believes",
    "explained",
    "replied",
    "confirmed",
    "reported",
    "requested",
    "agreed",
    "met",
    "visited",
    "complained",
    "paid",
    "ordered",
    "who",
    "whose",
    "aged",
    "sagte",
    "sagt",
    "schrieb",
    "wohnt",
    "arbeitet",
    "geboren",
    "hat",
    "ist",
    "dit",
    "habite",
    "travaille",
    "né",
    "née",
    "dijo",
    "vive",
    "trabaja",
    "nacido",
    "nacida",
    "disse",
    "abita",
    "lavora",
    "nato",
    "mora",
    "zei",
];

/// What the neighbours add or take, millibits. `None`: it is part of something else.
pub(super) fn weigh(text: &[u8], start: usize, end: usize, first: &Word) -> Option<i32> {
    let mut bits = follows(text, end)?;
    let doubtful = first.is(WORD);
    match before(text, start) {
        Some((word, b" ")) => {
            let folded = word.to_ascii_lowercase();
            let towards = std::str::from_utf8(&folded).is_ok_and(|w| TOWARDS.contains(&w));
            bits += match folded.as_slice() {
                b"the" | b"a" | b"an" | b"this" | b"that" | b"each" | b"every" | b"no" => -2_500,
                b"st" | b"saint" | b"san" | b"santa" | b"mount" | b"mt" | b"lake" | b"port" | b"fort" => -3_000,
                _ if word[0].is_ascii_digit() => -1_500,
                // `Via Giuseppe Garibaldi`, `Lycée Victor Hugo`.
                _ if word[0].is_ascii_uppercase() && look_up(word) & (STREET_BEFORE | ORGANISATION) != 0 => -3_000,
                _ if towards => 700,
                _ if word[0].is_ascii_uppercase() => after_capital(word),
                _ => 0,
            };
        }
        // The beginning of a sentence or a line: a capital says nothing there.
        None => bits -= if doubtful && start > 0 { 1_500 } else { 0 },
        Some((_, gap)) if gap.ends_with(b" ") && gap.iter().any(|b| matches!(b, b'.' | b'!' | b'?' | b'#' | b'*' | b'-')) => {
            bits -= if doubtful { 1_500 } else { 0 };
        }
        Some(_) => {}
    }
    Some(bits)
}

/// A capitalised word right before: a title or office is welcome, anything else makes it doubtful.
fn after_capital(word: &[u8]) -> i32 {
    let flags = look_up(word);
    match flags {
        f if f & (TITLE | GREETING) != 0 => 1_500,
        f if f & (CALENDAR | COUNTRY) != 0 => -500,
        f if f & (GIVEN | SURNAME) != 0 && f & WORD == 0 => -1_500,
        _ => -1_000,
    }
}

/// What stands right behind. `None`: the name goes on as something else.
fn follows(text: &[u8], end: usize) -> Option<i32> {
    let next = |n: usize| text.get(end + n).copied();
    let letter = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || b >= 0x80);
    let bits = match next(0) {
        Some(b'_' | b'/' | b'\\' | b'=' | b'[' | b'{' | b'$' | b'+' | b'@') => return None,
        Some(b'.' | b'-' | b':') if letter(next(1)) || next(1) == next(0) => return None,
        Some(b'(') => return None,
        Some(b'\'') | Some(0xE2) if matches!(word_at(text, end), Some(b's' | b'S')) => 0,
        Some(b' ') => match next(1) {
            Some(b'<' | b'(') if text[end..text.len().min(end + 64)].contains(&b'@') => 2_000,
            Some(b'&') => -2_000,
            _ => after(text, end + 1),
        },
        Some(b',') if next(1) == Some(b' ') => after(text, end + 2).max(0),
        _ => 0,
    };
    Some(bits)
}

/// The letter behind an apostrophe.
fn word_at(text: &[u8], at: usize) -> Option<u8> {
    let mark = if text.get(at) == Some(&b'\'') { 1 } else { 3 };
    text.get(at + mark).copied()
}

fn after(text: &[u8], at: usize) -> i32 {
    let Some(word) = word(text, at, Gap::Space) else { return 0 };
    let bytes = &text[word.start..word.end];
    if word.shape == Shape::Lower && std::str::from_utf8(bytes).is_ok_and(|w| DOES.contains(&w)) {
        return 1_000;
    }
    // More capitals: a headline, a product, a firm.
    if word.shape == Shape::Capital && !word.is(TITLE | SUFFIX) { -700 } else { 0 }
}
