//! A whole cell of a column as a person's name.

use super::word::{Gap, MOST, Shape, Word, Words, speakable, wide};
use crate::dictionary::{lists::*, look_up};

/// Longest cell that is a name, bytes.
const LONGEST: usize = 80;

/// What people write where there is no name.
const PLACEHOLDERS: [&str; 34] = [
    "n/a",
    "na",
    "none",
    "null",
    "nil",
    "unknown",
    "unnamed",
    "anonymous",
    "anon",
    "test",
    "tester",
    "testing",
    "dummy",
    "foo",
    "bar",
    "baz",
    "qux",
    "lorem",
    "ipsum",
    "example",
    "sample",
    "demo",
    "default",
    "admin",
    "administrator",
    "root",
    "user",
    "guest",
    "system",
    "true",
    "false",
    "yes",
    "deleted",
    "redacted",
];

/// A cell taken apart: without titles before and degrees behind.
pub(super) struct Cell {
    words: Words,
    from: usize,
    to: usize,
}

impl Cell {
    /// `None`: there is more than words in it, or nothing.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        let text = text.strip_suffix(b".").unwrap_or(text);
        let words = Words::read(text, 0, |w, _| w.shape != Shape::Mixed);
        let last = words.last()?;
        let tail = &text[last.end..];
        // `Smith (née Jones)` is left to the full names; anything else behind the words is no name.
        if !(tail.is_empty() || words.len() < MOST && tail == b".") {
            return None;
        }
        let (mut from, mut to) = (0, words.len());
        while from + 1 < to && words[from].is(TITLE) && !words[from].is(GIVEN | SURNAME) {
            from += 1;
        }
        while to > from + 1 && words[to - 1].is(SUFFIX) && (words[to - 1].shape == Shape::Upper || !words[to - 1].is(GIVEN | SURNAME)) {
            to -= 1;
        }
        let commas = words[from + 1..to].iter().filter(|w| w.gap == Gap::Comma).count();
        (commas <= 1).then_some(Self { words, from, to })
    }

    pub(super) fn words(&self) -> &[Word] {
        &self.words[self.from..self.to]
    }
}

/// A name by its look, in a column that says it holds names: words that could be spoken, none of them a word that is no name.
pub(crate) fn looks_like_name(text: &[u8], most: usize) -> bool {
    // One word that is in the lists: most cells of most columns of names.
    if text.len() > 2 && text.iter().all(u8::is_ascii_alphabetic) && named(look_up(text)) {
        return !placeholder(text);
    }
    if let Some(known) = uncased(text) {
        return known != Uncased::No;
    }
    let Some(cell) = Cell::read(text) else { return false };
    let words = cell.words();
    let plausible = |w: &Word| match w.shape {
        Shape::Initial => true,
        Shape::Mixed => false,
        _ => w.is(GIVEN | SURNAME | PARTICLE) || (!w.is(WORD | FIRM | ORGANISATION | COUNTRY | CALENDAR) && speakable(&text[w.start..w.end])),
    };
    let real = words.iter().filter(|w| w.shape != Shape::Initial && !w.is(PARTICLE)).count();
    words.len() <= most && real > 0 && words.iter().all(plausible) && !placeholder(text) && !words.iter().all(only_word) && !nobody(text)
}

/// In a list of names, and no common word.
fn named(flags: u32) -> bool {
    flags & (GIVEN | SURNAME) != 0 && flags & WORD == 0
}

/// In no list of names, or a very common word besides.
fn only_word(word: &Word) -> bool {
    word.is(WORD) && !word.is(GIVEN | SURNAME)
}

fn placeholder(text: &[u8]) -> bool {
    PLACEHOLDERS.iter().any(|p| text.eq_ignore_ascii_case(p.as_bytes())) || text.eq_ignore_ascii_case(b"john doe corp")
}

fn nobody(text: &[u8]) -> bool {
    look_up(text) & NOBODY != 0
}

/// A name whose every word is in the lists, and one of them is nothing but a name.
pub(crate) fn known_name(text: &[u8]) -> bool {
    if text.iter().all(u8::is_ascii_alphabetic) {
        let flags = look_up(text);
        return text.len() > 1 && named(flags) && flags & COUNTRY == 0 && !placeholder(text);
    }
    if let Some(known) = uncased(text) {
        return known == Uncased::Known;
    }
    let Some(cell) = Cell::read(text) else { return false };
    let words = cell.words();
    if words.len() == 1 {
        return words[0].strong(GIVEN | SURNAME) && !words[0].is(COUNTRY) && !placeholder(text);
    }
    let surnames =
        || words.len() == 2 && words.iter().all(|w| w.strong(SURNAME) && !w.is(FIRM | ORGANISATION | COUNTRY)) && !words.iter().all(|w| w.is(CITY));
    full(text, &cell) || surnames()
}

/// A given name and a surname, in either order, both in the lists.
pub(crate) fn full_name(text: &[u8]) -> bool {
    // The first word is in no list, and is a word: none begins so.
    let first = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    if first > 1
        && text.get(first) == Some(&b' ')
        && look_up(&text[..first]) & (GIVEN | SURNAME | PARTICLE | TITLE) == 0
        && look_up(&text[..first]) & WORD != 0
    {
        return false;
    }
    if let Some(known) = uncased(text) {
        return known == Uncased::Known && text.len() >= 6;
    }
    Cell::read(text).is_some_and(|cell| full(text, &cell))
}

fn full(text: &[u8], cell: &Cell) -> bool {
    let words = cell.words();
    let known = look_up(text);
    let comma = text.iter().position(|b| *b == b',');
    if !(2..=7).contains(&words.len()) || known & (NOBODY | CITY | REGION | COUNTRY) != 0 || comma.is_some_and(|c| places(&text[..c], &text[c + 1..]))
    {
        return false;
    }
    let real: Vec<&Word> = words.iter().filter(|w| w.shape != Shape::Initial && !w.is(PARTICLE)).collect();
    let count = |test: &dyn Fn(&Word) -> bool| real.iter().filter(|w| test(w)).count();
    let known = count(&|w| w.is(GIVEN | SURNAME));
    let strong = count(&|w| w.strong(GIVEN | SURNAME));
    // `J. Smith`, `Smith J`.
    if real.len() == 1 {
        return words.iter().any(|w| w.shape == Shape::Initial) && real[0].strong(SURNAME);
    }
    // One word may be in no list, beside two that are; none may be nothing but a common word or a firm's.
    let unknown = |w: &Word| !w.is(GIVEN | SURNAME);
    let other = count(&|w| unknown(w) && (w.is(WORD | FIRM | ORGANISATION | COUNTRY | CALENDAR) || !speakable(&text[w.start..w.end])));
    let lower = count(&|w| w.shape == Shape::Lower);
    let listed = other == 0 && known >= 2 && known + 1 >= real.len() && real.len() <= 5;
    let cased = lower == 0 || lower == real.len();
    // Not both words common, not both towns.
    let named = count(&|w| w.strong(GIVEN)) > 0 || count(&|w| w.is(GIVEN)) > 0 && strong > 0;
    listed && cased && named && count(&|w| w.is(SURNAME) || unknown(w)) > 0 && count(&|w| w.is(CITY) && !w.strong(GIVEN)) < real.len()
}

/// `Austin, Texas`, `Marino, Santa Barbara`: on both sides of a comma a place, and no given name on the second.
fn places(first: &[u8], second: &[u8]) -> bool {
    let flags = |part: &[u8]| look_up(part.trim_ascii());
    let (first, second) = (flags(first), flags(second));
    let place = NOBODY | CITY | REGION | COUNTRY;
    second & place != 0 && (second & GIVEN == 0 || second & WORD != 0 && first & place != 0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Uncased {
    No,
    /// It could be.
    Like,
    /// It begins with a family name.
    Known,
}

/// Names of Han, Hangul and Kana: a family name of one or two characters and one to three more. `None`: another script.
fn uncased(text: &[u8]) -> Option<Uncased> {
    let first = wide(text, 0)?;
    if !(matches!(first, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{2ffff}')) {
        return None;
    }
    let whole = String::from_utf8_lossy(text);
    let chars: Vec<char> = whole.chars().filter(|c| !matches!(c, ' ' | '\u{3000}' | '・' | '·')).collect();
    let script =
        |c: &char| matches!(c, '\u{3005}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{2ffff}');
    let kana = chars.iter().all(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    if !chars.iter().all(script) || chars.len() > if kana { 14 } else { 6 } || look_up(text) & (CITY | COUNTRY | REGION | ORGANISATION | FIRM) != 0 {
        return Some(Uncased::No);
    }
    let begins = |n: usize| {
        let name: String = chars.iter().take(n).collect();
        look_up(name.as_bytes()) & SURNAME != 0
    };
    let known = (chars.len() >= 3 && chars.len() <= 6 && (begins(2) || begins(3))) || (chars.len() >= 2 && chars.len() <= 4 && begins(1));
    Some(match (known, chars.len()) {
        (true, _) => Uncased::Known,
        (false, 1) => Uncased::No,
        _ => Uncased::Like,
    })
}
