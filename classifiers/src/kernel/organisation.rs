//! Organisations: a legal form behind capitals (`Nordwerk GmbH`), a word that makes one (`University of …`).

use super::{
    Span,
    person::word::{Gap, Shape, Word, Words, letter, speakable, word},
};
use crate::dictionary::{lists::*, look_up};

/// Words before the legal form that are looked at, and bytes.
const BACK: usize = 5;
const BACK_BYTES: usize = 64;
/// Small words inside names of organisations.
const INSIDE: [&[u8]; 16] = [b"&", b"and", b"und", b"et", b"y", b"e", b"of", b"for", b"de", b"du", b"des", b"di", b"der", b"the", b"+", b"och"];

/// A cell that is an organisation, or looks like one.
pub(crate) fn is_name(text: &[u8]) -> bool {
    if text.len() < 3 || text.len() > 100 || text.contains(&b'@') || text.windows(3).any(|w| w == b"://") {
        return false;
    }
    let parts: Vec<&[u8]> = text.split(|b| matches!(b, b' ' | b',' | b'(' | b')' | b'/' | b'&' | b'-')).filter(|p| !p.is_empty()).collect();
    if parts.len() > 10 || parts.is_empty() {
        return false;
    }
    let flags: Vec<u32> = parts.iter().map(|p| look_up(p)).collect();
    let form = flags[1..].iter().rev().take(3).any(|f| f & FIRM != 0) || flags.iter().any(|f| f & ORGANISATION != 0 && parts.len() > 1);
    let tail = |n: usize| parts.len() > n && text.len() > 8 && look_up(&text[text.len() - tail_length(text, n)..]) & FIRM != 0;
    if form || tail(2) || tail(3) || ends_in_han(text) {
        return true;
    }
    // No form: names, or words that nobody knows.
    let letters = |p: &[u8]| p.iter().all(|b| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'\'' | b'.'));
    let small = |p: &[u8]| INSIDE.iter().any(|i| p.eq_ignore_ascii_case(i)) || p.eq_ignore_ascii_case(b"sons");
    let name = |(p, f): (&&[u8], &u32)| !small(p) && f & (CALENDAR | COUNTRY) == 0 && (f & (GIVEN | SURNAME) != 0 || (f & WORD == 0 && speakable(p)));
    let capital = parts[0][0].is_ascii_uppercase() || parts[0][0] >= 0x80;
    let names = parts.iter().zip(&flags).filter(|(p, f)| name((p, f))).count();
    let smalls = parts.iter().filter(|p| small(p)).count();
    capital && parts.iter().all(|p| letters(p)) && names > 0 && 2 * names + smalls >= parts.len() && flags.iter().any(|f| f & WORD == 0)
}

/// Bytes of the last `n` words.
fn tail_length(text: &[u8], n: usize) -> usize {
    let spaces = text.iter().enumerate().rev().filter(|(_, b)| **b == b' ').map(|(i, _)| i);
    spaces.take(n).last().map_or(text.len(), |i| text.len() - i - 1)
}

fn ends_in_han(text: &[u8]) -> bool {
    ["株式会社", "有限会社", "合同会社", "有限公司", "公司", "集团", "大学", "銀行", "银行", "医院", "病院", "주식회사", "은행", "대학교", "병원"]
        .iter()
        .any(|e| text.len() > e.len() && (text.ends_with(e.as_bytes()) || text.starts_with(e.as_bytes())))
}

/// The organisation around a literal at `at`.
pub(super) fn at_literal(text: &[u8], at: usize, length: usize) -> Option<Span> {
    let end = at + length;
    let right = letter(text, end) == 0 && !matches!(text.get(end), Some(b'_' | b'-' | b'/' | b'(' | b'[' | b'='));
    if !right || at > 0 && letter_before(text, at) {
        return None;
    }
    let head = look_up(&text[at..end]) & ORGANISATION != 0;
    let back = backwards(text, at);
    if !head {
        let start = back?;
        return named(text, start, at).then_some(Span { start, end, bits: 2_500 });
    }
    let ahead = forwards(text, end);
    let bits = if ahead.is_some() || back.is_some() { 1_500 } else { return None };
    Some(Span { start: back.unwrap_or(at), end: ahead.unwrap_or(end), bits })
}

/// Whether what stands before a legal form can be a name: not a code (`BN BV`), not a word of the sentence (`For SAS`).
fn named(text: &[u8], start: usize, at: usize) -> bool {
    let words = || text[start..at].split(|b| matches!(b, b' ' | b',')).filter(|w| !w.is_empty());
    let written = words().any(|w| w.len() >= 3 && (w.iter().any(u8::is_ascii_lowercase) || w[0] >= 0x80)) || words().all(|w| w.len() >= 3);
    let one = words().count() == 1;
    written && !(one && words().all(|w| look_up(w) & WORD != 0 && look_up(w) & (GIVEN | SURNAME) == 0))
}

fn letter_before(text: &[u8], at: usize) -> bool {
    text[at - 1].is_ascii_alphanumeric() || text[at - 1] >= 0x80 || matches!(text[at - 1], b'_' | b'-' | b'.' | b'/')
}

/// Where the capitals before `at` begin.
fn backwards(text: &[u8], at: usize) -> Option<usize> {
    let floor = at.saturating_sub(BACK_BYTES);
    let mut end = at;
    let mut start = None;
    for _ in 0..BACK {
        let gap = text[floor..end].iter().rev().take_while(|b| **b == b' ').count();
        let comma = start.is_none() && end > gap && text[..end - gap].ends_with(b",");
        let stop = end - gap - usize::from(comma);
        if gap == 0 || gap > 2 || stop <= floor {
            break;
        }
        let length = text[floor..stop]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric() || **b >= 0x80 || matches!(b, b'&' | b'\'' | b'-' | b'+' | b'.'))
            .count();
        let bytes = &text[stop - length..stop];
        let small = INSIDE.contains(&bytes) && start.is_some();
        let sentence = bytes.ends_with(b".") && length > 3;
        if length == 0 || sentence || !(small || begins_upper(bytes)) {
            break;
        }
        let flags = look_up(bytes);
        if flags & CALENDAR != 0 || flags & FIRM != 0 && start.is_some() && !small {
            break;
        }
        // A word that any sentence begins with is no part of the name.
        let opens = opens_sentence(text, stop - length);
        if opens && flags & WORD != 0 && flags & (GIVEN | SURNAME) == 0 && start.is_some() {
            break;
        }
        if !small {
            start = Some(stop - length);
        }
        end = stop - length;
    }
    start
}

fn begins_upper(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_uppercase)
        || bytes.first().is_some_and(|b| *b >= 0x80) && String::from_utf8_lossy(bytes).chars().next().is_some_and(char::is_uppercase)
}

fn opens_sentence(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().find(|b| **b != b' ').is_none_or(|b| matches!(b, b'.' | b'!' | b'?' | b'\n' | b':' | b'"'))
}

/// The end of ` of X Y`, ` X Y` behind a word such as `University`.
fn forwards(text: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    if text.get(at) != Some(&b' ') {
        return None;
    }
    let first = word(text, at + 1, Gap::Space)?;
    let joined = INSIDE.contains(&&text[first.start..first.end]);
    if joined {
        at = first.end;
    }
    let words = Words::read(text, at + 1, |w: &Word, _| {
        w.gap == Gap::Space && (w.capital() && w.shape != Shape::Mixed || INSIDE.contains(&&text[w.start..w.end]))
    });
    let last = words.iter().take(4).rposition(|w| w.capital() && !w.is(CALENDAR))?;
    (text.get(at) == Some(&b' ') && joined).then(|| words[last].end)
}
