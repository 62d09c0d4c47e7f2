//! Names of persons in running text: pairs of a given name and a surname, and single words after a title, a greeting or a label.
//!
//! Evidence is in millibits: a name that is in the lists and is no other word weighs more than one that is a word, a place or a month as well; what stands around it adds or takes.

mod around;
pub(crate) mod cell;
mod label;
pub(crate) mod word;

use self::word::{Gap, Shape, Word, Words, ends_as_surname, speakable};
use super::Span;
use crate::dictionary::{lists::*, look_up, may_begin};

pub(super) use self::label::at_literal;

/// Longest text that is taken for a cell of a column.
const CELL: usize = 64;

/// The name that begins with the run at `start`, `run` letters long.
pub(super) fn at_run(text: &[u8], start: usize, run: usize) -> Option<Span> {
    let second = *text.get(start + 1)?;
    if !second.is_ascii_lowercase() && second < 0x80 && second != b'\'' {
        return None;
    }
    let eight = match text.get(start..start + 8) {
        Some(eight) => u64::from_le_bytes(eight.try_into().unwrap_or_default()),
        None => {
            let mut eight = [0; 8];
            eight[..text.len() - start].copy_from_slice(&text[start..]);
            u64::from_le_bytes(eight)
        }
    };
    if !may_begin(eight, run.min(8)) {
        return None;
    }
    begun(text, start)
}

/// The same where the beginning has been looked at.
fn begun(text: &[u8], start: usize) -> Option<Span> {
    if !around::may_stand(text, start) {
        return None;
    }
    let first = word::word(text, start, Gap::Space)?;
    if first.shape == Shape::Mixed || !first.is(FRONT) {
        return None;
    }
    let by_title = || first.is(TITLE | GREETING).then(|| label::addressed(text, &first)).flatten();
    let found = by_title().or_else(|| if first.is(GIVEN | FIRST) { pair(text, start) } else { None })?;
    // A short text that is a name from end to end is a cell: judged there.
    let whole = text.len() <= CELL && found.start == 0 && found.end == text.len();
    (!whole).then_some(found)
}

/// A whole short text, such as a cell, that looks like a full name: the check of the form tells whether it is one.
pub(super) fn whole_cell(text: &[u8], start: usize) -> Option<Span> {
    if start != 0 || text.len() > CELL || text.len() < 5 {
        return None;
    }
    let end = text.trim_ascii_end().len();
    let mut words = 1;
    for (i, byte) in text[..end].iter().enumerate() {
        match byte {
            b' ' => words += usize::from(i > 0 && text[i - 1] != b' '),
            b'.' | b',' | b'-' | b'\'' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {}
            _ => return None,
        }
    }
    (2..=6).contains(&words).then_some(Span { start, end, bits: 0 })
}

/// What the parts of a name weigh, millibits.
const GIVEN_STRONG: i32 = 3_000;
const GIVEN_PLACE: i32 = 2_000;
const GIVEN_WORD: i32 = 0;
const SURNAME_STRONG: i32 = 2_000;
const SURNAME_ENDING: i32 = 1_500;
const SURNAME_WORD: i32 = 500;
const SURNAME_GIVEN: i32 = 700;
const SURNAME_UNKNOWN: i32 = -1_200;
const INITIAL: i32 = 1_500;
const PARTICLES: i32 = 1_000;
const MORE: i32 = 500;
/// What a pair of names is worth before it is weighed.
const BASE: i32 = -700;

fn weight_given(word: &Word) -> i32 {
    match word {
        w if w.is(WORD) => GIVEN_WORD,
        w if w.is(CITY | REGION | COUNTRY) => GIVEN_PLACE,
        _ => GIVEN_STRONG,
    }
}

/// How much a word speaks for being the surname; `None`: it is no part of a name.
fn weight_surname(text: &[u8], word: &Word) -> Option<i32> {
    if word.is(CALENDAR | FIRM) && !word.strong(SURNAME) {
        return None;
    }
    match word {
        w if w.is(SURNAME) && !w.is(WORD) => Some(SURNAME_STRONG),
        w if w.is(SURNAME) => Some(SURNAME_WORD),
        w if w.strong(GIVEN) => Some(SURNAME_GIVEN),
        w if w.is(WORD | COUNTRY | REGION | TITLE | ORGANISATION | STREET_AFTER | UNIT | THING) => None,
        w if ends_as_surname(&text[w.start..w.end]) => Some(SURNAME_ENDING),
        w if w.end - w.start >= 3 && speakable(&text[w.start..w.end]) => Some(SURNAME_UNKNOWN),
        _ => None,
    }
}

/// A name read from its first word on.
struct Reading {
    end: usize,
    bits: i32,
    /// Words that were taken.
    taken: usize,
}

/// A given name and a surname (or the other way round where that is the custom), with what stands around them.
fn pair(text: &[u8], start: usize) -> Option<Span> {
    let words = Words::read(text, start, goes_on);
    let western = words.first().filter(|w| w.is(GIVEN)).and_then(|_| western(text, &words));
    let eastern = words.first().filter(|w| w.strong(FIRST)).and_then(|_| eastern(text, &words));
    let best = [western, eastern].into_iter().flatten().max_by_key(|r| (r.bits, r.end))?;
    let last = &words[best.taken - 1];
    // `Sa Su`: two short words are days, codes, abbreviations.
    let letters: usize = words[..best.taken].iter().map(|w| w.end - w.start).sum();
    if letters < 5 || nobody(text, &words[..best.taken]) || ends_otherwise(&words, best.taken) {
        return None;
    }
    let bits = best.bits + around::weigh(text, start, best.end, &words[0])?;
    Some(Span { start, end: last.end.max(best.end), bits })
}

/// Whether a word can be one more of a name: on the same line, a capital or a particle.
fn goes_on(word: &Word, before: Option<&Word>) -> bool {
    let Some(before) = before else { return word.capital() || word.shape == Shape::Uncased };
    let joined = match word.gap {
        Gap::Space => true,
        Gap::Dot => before.shape == Shape::Initial || (before.is(SUFFIX | TITLE) && before.end - before.start <= 4),
        Gap::Comma => word.is(SUFFIX) && word.shape != Shape::Lower,
    };
    joined && (word.capital() || (word.is(PARTICLE) && word.shape == Shape::Lower))
}

/// Given name, more given names or initials, particles, surname.
fn western(text: &[u8], words: &[Word]) -> Option<Reading> {
    let mut reading = Reading { end: 0, bits: BASE + weight_given(&words[0]), taken: 0 };
    let (mut surnames, mut more, mut particle, mut initial) = (0, 0, false, false);
    for (i, word) in words.iter().enumerate().skip(1) {
        let followed = words.get(i + 1).is_some_and(Word::capital);
        if word.shape == Shape::Initial && followed && surnames == 0 && !initial {
            initial = true;
        } else if word.is(PARTICLE) && (followed || words.get(i + 1).is_some_and(|w| w.is(PARTICLE))) && !word.strong(GIVEN) && surnames == 0 {
            particle = true;
        } else if word.is(SUFFIX) && surnames > 0 && word.gap == Gap::Comma || matches!(&text[word.start..word.end], b"Jr" | b"Sr" | b"II" | b"III") {
            if surnames > 0 {
                let generation = matches!(&text[word.start..word.end], b"Jr" | b"Sr" | b"II" | b"III" | b"IV");
                (reading.end, reading.taken, more) = if generation { (word.end, i + 1, more + 2) } else { (reading.end, reading.taken, more + 2) };
            }
            break;
        } else if surnames + usize::from(particle) < 4 && word.shape != Shape::Initial {
            let weight = weight_surname(text, word);
            let after_particle = particle && surnames == 0 && word.capital();
            let weight = if after_particle { Some(weight.map_or(0, |w| w.max(0))) } else { weight };
            let Some(weight) = weight.filter(|w| surnames == 0 || *w > 0) else { break };
            reading.bits += if surnames == 0 || weight > SURNAME_GIVEN && surnames == 1 { weight } else { MORE };
            surnames += 1;
            (reading.end, reading.taken) = (word.end, i + 1);
        } else {
            break;
        }
    }
    let between = if surnames > 0 { i32::from(particle) * PARTICLES + i32::from(initial) * INITIAL } else { 0 };
    reading.bits += between + more.min(3) * MORE;
    (surnames > 0).then_some(reading)
}

/// Surname, then one or two given names.
fn eastern(text: &[u8], words: &[Word]) -> Option<Reading> {
    let mut reading = Reading { end: 0, bits: BASE - 500 + SURNAME_STRONG, taken: 0 };
    for (i, word) in words.iter().enumerate().skip(1).take(3) {
        if !word.is(GIVEN) || word.is(WORD) && i == 1 || look_up(&text[word.start..word.end]) & (CITY | COUNTRY) != 0 && !word.strong(GIVEN) {
            break;
        }
        reading.bits += if i == 1 { GIVEN_STRONG - 500 } else { MORE };
        (reading.end, reading.taken) = (word.end, i + 1);
    }
    (reading.taken > 1).then_some(reading)
}

/// Firms, products and places that look like persons.
fn nobody(text: &[u8], words: &[Word]) -> bool {
    let phrase = |n: usize| words.get(n - 1).map_or(0, |w| look_up(&text[words[0].start..w.end]));
    (2..=words.len().min(3)).any(|n| phrase(n) & (NOBODY | CITY | COUNTRY | REGION | FIRM) != 0)
}

/// What follows makes it a street, an organisation or a thing: `Martin Luther King Blvd`, `Johns Hopkins University`.
fn ends_otherwise(words: &[Word], taken: usize) -> bool {
    let next = words.get(taken).filter(|w| w.gap == Gap::Space && w.capital());
    let more = next.is_some_and(|w| w.is(STREET_AFTER | FIRM | ORGANISATION | THING) && !w.strong(SURNAME));
    let last = &words[taken - 1];
    // `Oak Hill`, `Regent Park`: streets and names alike.
    let street = last.is(STREET_AFTER | ORGANISATION) && last.is(WORD) && words[..taken - 1].iter().all(|w| !w.strong(GIVEN));
    more || street
}
