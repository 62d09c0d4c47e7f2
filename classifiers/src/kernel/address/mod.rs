//! Postal addresses: a street with a house number, and the postcode, city, state and country that follow it.

mod line;
mod tail;

pub(crate) use self::line::is_line;

use super::{
    Span,
    person::word::{Gap, Shape, letter, word},
};
use crate::dictionary::{lists::*, look_up};

/// Bytes looked back over for the name and the number of a street.
const BACK: usize = 48;
/// Longest address.
const LONGEST: usize = 220;

/// What a street and number are worth, what a postcode or a known city behind adds, what a word loses that is common (`Way`, `Place`).
const STREET: i32 = 1_500;
const TAIL: i32 = 3_000;
const COMMON: i32 = -2_000;

/// The address around a street's word at `at`.
pub(super) fn at_literal(text: &[u8], at: usize, length: usize) -> Option<Span> {
    let end = at + length;
    // Most of these stand inside other words: told from the next byte.
    if !matches!(text.get(end), None | Some(b' ' | b'.' | b',' | b'\n' | b'\r' | b';' | b'\\' | 0xC2 | 0xE3)) {
        return None;
    }
    let literal = &text[at..end];
    let flags = look_up(literal);
    // `Karl-Marx-Allee` is one word.
    let starts_word = at == 0 || letter_before(text, at) == 0 && text[at - 1] != b'-';
    let ends_word = letter(text, end) == 0 && !matches!(text.get(end), Some(b'_' | b'(' | b'=' | b'/' | b'\\' | b'"' | b':'));
    let found = (starts_word && ends_word && flags & STREET_AFTER != 0)
        .then(|| english(text, at, end).or_else(|| number_behind(text, name_before(text, at)?, end)))
        .flatten()
        .or_else(|| (starts_word && flags & STREET_BEFORE != 0).then(|| romance(text, at, end)).flatten())
        .or_else(|| (!starts_word && ends_word && flags & STREET_END != 0).then(|| number_behind(text, compound(text, at, end)?, end)).flatten())
        .or_else(|| (starts_word && flags & UNIT != 0).then(|| box_number(text, at, end)).flatten())?;
    let doubt = if is_weak(literal) { COMMON } else { 0 };
    let limit = text.len().min(found.start + LONGEST);
    let (stop, known) = tail::tail(&text[..limit], found.end);
    Some(Span { start: found.start, end: stop, bits: STREET + doubt + if known { TAIL } else { 0 } })
}

/// Words that say something else as often as a street.
fn is_weak(literal: &[u8]) -> bool {
    const WEAK: [&str; 55] = [
        "way", "place", "drive", "close", "rise", "park", "hill", "green", "walk", "row", "square", "court", "circle", "loop", "trail", "crossing",
        "pike", "alley", "plaza", "parade", "ring", "damm", "weg", "platz", "tie", "gate", "ter", "pl", "dr", "ct", "cl", "via", "route", "cours",
        "largo", "strada", "al", "am", "im", "str", "pr", "os", "av", "in der", "an der", "auf der", "zum", "zur", "gata", "katu", "trg", "camino",
        "ronda", "carrera", "corso",
    ];
    let lower = literal.to_ascii_lowercase();
    literal[0].is_ascii_lowercase() && WEAK[31..].iter().any(|w| w.as_bytes() == lower) || WEAK[..31].iter().any(|w| w.as_bytes() == lower)
}

/// Length of the letter that ends at `at`.
fn letter_before(text: &[u8], at: usize) -> usize {
    let Some(from) = (1..=4).filter_map(|n| at.checked_sub(n)).find(|&i| text[i] & 0xC0 != 0x80) else { return 0 };
    let length = letter(text, from);
    if from + length == at { length } else { 0 }
}

/// Start of the word that ends at `end`: letters, digits, apostrophes, hyphens and dots.
fn word_back(text: &[u8], end: usize) -> usize {
    let floor = end.saturating_sub(BACK);
    end - text[floor..end].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b >= 0x80 || matches!(b, b'\'' | b'-' | b'.' | b'/')).count()
}

/// A house number: one to six digits, with a letter or a second number.
pub(super) fn is_number(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &word[digits..];
    let second = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"/")).unwrap_or_default();
    let letters = rest.len() <= 2 && rest.iter().all(u8::is_ascii_alphabetic) && !is_ordinal(word);
    let ranged = !second.is_empty() && second.len() <= 6 && second.iter().all(u8::is_ascii_alphanumeric);
    (1..=6).contains(&digits) && (letters || ranged)
}

/// `5th`, `42nd`.
fn is_ordinal(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=3).contains(&digits) && [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|o| word[digits..].eq_ignore_ascii_case(o))
}

fn upper_first(word: &[u8]) -> bool {
    let first = String::from_utf8_lossy(&word[..word.len().min(4)]).chars().next();
    first.is_some_and(|c| c.is_uppercase())
}

/// Whether a number may begin at `at`: not inside a longer one, a price or a path.
fn free(text: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|i| {
        !(text[i].is_ascii_alphanumeric() || matches!(text[i], b'.' | b'$' | b'/' | b':' | b'-' | b'_' | b'#' | b'%' | b'='))
            || text[i] == b'='
            || text[i] == b':'
    })
}

/// `12 Old Mill Road`, `1600 N. 5th Ave.`
fn english(text: &[u8], at: usize, end: usize) -> Option<Span> {
    let mut from = at;
    let mut names = 0;
    for _ in 0..6 {
        let stop = from.checked_sub(1).filter(|&i| matches!(text[i], b' ' | b','))?;
        let stop = if stop > 0 && text[stop - 1] == b',' && text[stop] == b' ' { stop - 1 } else { stop };
        let start = word_back(text, stop);
        let word = &text[start..stop];
        if word.is_empty() {
            return None;
        }
        if names > 0 && is_number(word) {
            // `0 AN AV`: a street has more letters, or small ones.
            let name = &text[stop..at];
            let letters = name.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
            if word[0] == b'0' || letters < 4 && !name.iter().any(u8::is_ascii_lowercase) && !name.iter().any(u8::is_ascii_digit) {
                return None;
            }
            let stop = end + usize::from(text.get(end) == Some(&b'.') && end - at <= 5);
            return free(text, start).then_some(Span { start, end: direction(text, stop), bits: 0 });
        }
        let inside = matches!(word, b"of" | b"the" | b"and" | b"de" | b"la" | b"du" | b"del");
        if !(upper_first(word) || is_ordinal(word) || inside) || word[0].is_ascii_digit() && !is_ordinal(word) {
            return None;
        }
        names += usize::from(!inside);
        from = start;
    }
    None
}

/// The end of ` NW`, ` East` behind a street.
fn direction(text: &[u8], end: usize) -> usize {
    const ALL: [&str; 16] = ["NW", "NE", "SW", "SE", "N.W.", "N.E.", "S.W.", "S.E.", "North", "South", "East", "West", "N", "S", "E", "W"];
    let next = |d: &&&str| text[end..].starts_with(b" ") && text[end + 1..].starts_with(d.as_bytes()) && letter(text, end + 1 + d.len()) == 0;
    ALL.iter().find(next).map_or(end, |d| end + 1 + d.len())
}

/// Start of the capitalised name before a word such as `utca`, `Caddesi`.
fn name_before(text: &[u8], at: usize) -> Option<usize> {
    let mut from = at;
    for _ in 0..3 {
        let Some(stop) = from.checked_sub(1).filter(|&i| text[i] == b' ') else { break };
        let start = word_back(text, stop);
        let word = &text[start..stop];
        if word.is_empty() || !(upper_first(word) || word.ends_with(b".") && word[0].is_ascii_digit()) || word.ends_with(b".") && word.len() > 4 {
            break;
        }
        from = start;
    }
    (from < at).then_some(from)
}

/// Start of a street written as one word, or as several with hyphens: `Goethestraße`, `Karl-Marx-Allee`.
fn compound(text: &[u8], at: usize, end: usize) -> Option<usize> {
    let mut start = word_back(text, at);
    let word = &text[start..at];
    let whole = look_up(&text[start..end]);
    if word.len() < 3 || !upper_first(word) || word.iter().all(|b| !b.is_ascii_alphabetic() && *b < 0x80) || whole & (WORD | CITY | COUNTRY) != 0 {
        return None;
    }
    // `Alte Dorfstraße`, `Große Bleichen`.
    if let Some(stop) = start.checked_sub(1).filter(|&i| text[i] == b' ') {
        let before = word_back(text, stop);
        if look_up(&text[before..stop]) & STREET_BEFORE != 0 && upper_first(&text[before..stop]) {
            start = before;
        }
    }
    Some(start)
}

/// A house number behind: ` 12a`, ` No: 12`, `, 5`.
fn number_behind(text: &[u8], start: usize, end: usize) -> Option<Span> {
    let mut at = end + usize::from(text.get(end) == Some(&b'.'));
    at += text[at..].iter().take(2).take_while(|b| matches!(b, b',' | b' ')).count();
    for sign in ["No:", "No.", "No", "Nr.", "Nr", "n.", "n°", "nº", "N°", "Nº", "č.p.", "č.", "núm.", "num.", "д.", "дом", "буд.", "#"]
    {
        if let Some(rest) = text.get(at..).and_then(|t| t.strip_prefix(sign.as_bytes())) {
            at += sign.len() + rest.iter().take(1).take_while(|b| **b == b' ').count();
            break;
        }
    }
    let length = text[at..].iter().take(10).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-')).count();
    let mut number = &text[at..at + length];
    while let [rest @ .., b'-' | b'/'] = number {
        number = rest;
    }
    let whole = text.get(at + number.len()).is_none_or(|b| !(b.is_ascii_alphanumeric() || *b == b':' || *b == b'%') && *b < 0x80 || *b >= 0xC2);
    if at == end || !is_number(number) || number.len() > 8 || !whole {
        return None;
    }
    let mut end = at + number.len();
    // `12 a`, `5 B`.
    let letter = text.get(end) == Some(&b' ')
        && text.get(end + 1).is_some_and(u8::is_ascii_alphabetic)
        && text.get(end + 2).is_none_or(|b| matches!(b, b',' | b'\n' | b'\r'));
    end += 2 * usize::from(letter);
    Some(Span { start, end, bits: 0 })
}

/// `12 rue de la Paix`, `Via Roma 12`, `ul. Długa 7/3`.
fn romance(text: &[u8], at: usize, end: usize) -> Option<Span> {
    let dot = usize::from(text.get(end) == Some(&b'.'));
    let mut stop = end + dot;
    let mut names = 0;
    for _ in 0..7 {
        let gap = text[stop..].iter().take(2).take_while(|b| **b == b' ').count()
            + usize::from(stop == end + dot && dot == 1 && text.get(stop) != Some(&b' '));
        let from = stop + text[stop..].iter().take(2).take_while(|b| **b == b' ').count();
        if gap == 0 {
            break;
        }
        let Some(word) = word(text, from, Gap::Space) else { break };
        let bytes = &text[word.start..word.end];
        let small =
            word.shape == Shape::Lower && (word.is(PARTICLE) || matches!(bytes, b"aux" | b"en" | b"sur" | b"sous" | b"a" | b"all" | b"dei" | b"e"));
        if !(word.capital() || small || word.shape == Shape::Uncased) || word.is(CALENDAR) && names > 1 {
            break;
        }
        // `via HTTP`: names of streets are not all capitals, unless all is.
        if word.shape == Shape::Upper && names == 0 && word.end - word.start > 1 && literal_lower(text, at, end) {
            break;
        }
        names += usize::from(!small);
        stop = word.end;
        if word.shape == Shape::Initial && text.get(stop) == Some(&b'.') {
            stop += 1;
        }
    }
    if names == 0 {
        return None;
    }
    // The number stands before, as in France, or behind.
    let before =
        at.checked_sub(1).map(|i| if text[i] == b' ' && i > 0 && text[i - 1] == b',' { i - 1 } else { i }).map(|stop| (word_back(text, stop), stop));
    let first = before.filter(|&(from, stop)| from < stop && is_number(&text[from..stop]) && free(text, from));
    let bis = before.filter(|&(from, stop)| matches!(&text[from..stop], b"bis" | b"ter")).and_then(|(from, _)| {
        let stop = from.checked_sub(1)?;
        Some((word_back(text, stop), stop)).filter(|&(f, s)| is_number(&text[f..s]))
    });
    match first.or(bis) {
        Some((start, _)) => Some(Span { start, end: stop, bits: 0 }),
        None => number_behind(text, at, stop),
    }
}

fn literal_lower(text: &[u8], at: usize, end: usize) -> bool {
    text[at..end].iter().any(u8::is_ascii_lowercase)
}

/// `P.O. Box 123`, `Postfach 10 20 30`.
fn box_number(text: &[u8], at: usize, end: usize) -> Option<Span> {
    let literal = &text[at..end];
    if literal.len() < 5 {
        return None;
    }
    let from = end + text[end..].iter().take(3).take_while(|b| matches!(b, b' ' | b':' | b'.')).count();
    let length = text[from..].iter().take(9).take_while(|b| b.is_ascii_digit() || **b == b' ').count();
    let digits = text[from..from + length].trim_ascii_end();
    (digits.len() >= 2 && from > end).then_some(Span { start: at, end: from + digits.len(), bits: 0 })
}
