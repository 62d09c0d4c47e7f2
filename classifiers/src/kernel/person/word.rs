//! Words as names are made of: letters of any script, with apostrophes and hyphens inside.

use crate::dictionary::{lists::*, look_up};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `Anna`, `McKay`, `Jean-Luc`.
    Capital,
    /// `ANNA`.
    Upper,
    /// `anna`.
    Lower,
    /// `J`, `J.`
    Initial,
    /// `fooBar`, `FooBar`: a name in code.
    Mixed,
    /// A script without cases.
    Uncased,
}

/// What stands between a word and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// White space on one line.
    Space,
    /// A dot and perhaps white space.
    Dot,
    /// A comma and perhaps white space.
    Comma,
}

/// A word where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Bits of [`crate::dictionary::lists`].
    pub(crate) flags: u32,
    pub(crate) shape: Shape,
    /// What stands before it.
    pub(crate) gap: Gap,
}

impl Word {
    pub(crate) fn is(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }

    /// A name and nothing else that is common.
    pub(crate) fn strong(&self, flags: u32) -> bool {
        self.is(flags) && !self.is(WORD)
    }

    /// Written as a name begins: with a capital.
    pub(crate) fn capital(&self) -> bool {
        matches!(self.shape, Shape::Capital | Shape::Upper | Shape::Initial)
    }
}

/// Longest word and longest name, bytes; most words of a name.
const WORD_BYTES: usize = 40;
/// Words looked at from one place on.
pub(crate) const MOST: usize = 8;

/// Length of the letter at `at`; 0: there is none.
pub(crate) fn letter(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b) if b.is_ascii_alphabetic() => 1,
        Some(b) if *b >= 0xC3 => wide(text, at).filter(|c| c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(c)).map_or(0, char::len_utf8),
        _ => 0,
    }
}

/// The character that begins at `at`, when it is not ASCII.
pub(crate) fn wide(text: &[u8], at: usize) -> Option<char> {
    let rest = text.get(at..text.len().min(at + 4))?;
    let length = match rest.first()? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    std::str::from_utf8(rest.get(..length)?).ok()?.chars().next()
}

/// Length of an apostrophe at `at`.
fn apostrophe(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'\'' | b'`') => 1,
        Some(0xE2) if matches!(text.get(at + 1..at + 3), Some([0x80, 0x98 | 0x99])) => 3,
        _ => 0,
    }
}

/// End of the word that begins at `start`: letters, and single apostrophes and hyphens between them. A possessive `'s` stays outside.
fn end_of(text: &[u8], start: usize) -> usize {
    let mut end = start;
    while end - start < WORD_BYTES {
        let length = letter(text, end);
        if length > 0 {
            end += length;
            continue;
        }
        let mark = match text.get(end) {
            Some(b'-') => 1,
            _ => apostrophe(text, end),
        };
        let possessive = mark > 0 && text[end] != b'-' && matches!(text.get(end + mark), Some(b's' | b'S')) && letter(text, end + mark + 1) == 0;
        if mark == 0 || end == start || possessive || letter(text, end + mark) == 0 {
            break;
        }
        end += mark;
    }
    end
}

/// The word that begins at `start`.
pub(crate) fn word(text: &[u8], start: usize, gap: Gap) -> Option<Word> {
    let end = end_of(text, start);
    if end == start {
        return None;
    }
    let bytes = &text[start..end];
    let shape = shape(bytes);
    let flags = if shape == Shape::Initial { 0 } else { flags(bytes) };
    Some(Word { start, end, flags, shape, gap })
}

/// What a word can be; of double names what both parts are.
pub(crate) fn flags(word: &[u8]) -> u32 {
    let whole = look_up(word);
    let Some(hyphen) = word.iter().position(|b| *b == b'-').filter(|_| whole == 0) else { return whole };
    let (first, second) = (look_up(&word[..hyphen]), look_up(&word[hyphen + 1..]));
    let names = GIVEN | SURNAME;
    let one = if first & second & names == 0 && (first & names != 0 && second & WORD == 0 || second & names != 0 && first & WORD == 0) {
        (first | second) & names
    } else {
        0
    };
    first & second | one
}

fn shape(word: &[u8]) -> Shape {
    if word.is_ascii() {
        return ascii_shape(word);
    }
    let text = String::from_utf8_lossy(word);
    let (mut upper, mut lower) = (0, 0);
    for c in text.chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    let first = text.chars().next();
    match (upper, lower) {
        (0, 0) => Shape::Uncased,
        (0, _) => Shape::Lower,
        (1, 0) => Shape::Initial,
        (_, 0) => Shape::Upper,
        _ if first.is_some_and(char::is_uppercase) => Shape::Capital,
        _ => Shape::Mixed,
    }
}

fn ascii_shape(word: &[u8]) -> Shape {
    let uppers = word.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lowers = word.iter().filter(|b| b.is_ascii_lowercase()).count();
    match (uppers, lowers) {
        (0, _) => Shape::Lower,
        (1, 0) => Shape::Initial,
        (_, 0) => Shape::Upper,
        (1, _) if word[0].is_ascii_uppercase() => Shape::Capital,
        _ if word[0].is_ascii_uppercase() && humps_are_names(word) => Shape::Capital,
        // `d'Arc`, `al-Rashid`, `de-Souza`.
        _ if word.windows(2).find(|w| w[1].is_ascii_uppercase()).is_some_and(|w| matches!(w[0], b'\'' | b'-')) && word[0].is_ascii_lowercase() => {
            Shape::Capital
        }
        _ => Shape::Mixed,
    }
}

/// Capitals inside a word stand after a mark or after the beginnings that names have.
fn humps_are_names(word: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 14] = [b"Mc", b"Mac", b"De", b"Di", b"Da", b"Du", b"La", b"Le", b"Van", b"Von", b"Fitz", b"Des", b"Del", b"Vander"];
    (1..word.len()).all(|i| {
        let hump = word[i].is_ascii_uppercase() && word[i - 1].is_ascii_lowercase();
        !hump || (BEGINNINGS.contains(&&word[..i]) && word.len() >= i + 3)
    })
}

/// What stands from `at` on before the next word, and where that begins. `None`: no word goes on there.
pub(crate) fn gap(text: &[u8], at: usize) -> Option<(Gap, usize)> {
    let (mut gap, mut next) = match text.get(at)? {
        b'.' => (Gap::Dot, at + 1),
        b',' => (Gap::Comma, at + 1),
        0xEF if text.get(at..at + 3) == Some("，".as_bytes()) => (Gap::Comma, at + 3),
        _ => (Gap::Space, at),
    };
    if gap == Gap::Dot && text.get(next) == Some(&b',') {
        (gap, next) = (Gap::Comma, next + 1);
    }
    let from = next;
    while next < at + 5 {
        match text.get(next..) {
            Some([b' ' | b'\t', ..]) => next += 1,
            Some([0xC2, 0xA0, ..]) => next += 2,
            Some([0xE3, 0x80, 0x80, ..]) => next += 3,
            _ => break,
        }
    }
    let spaced = next > from;
    (spaced || gap != Gap::Space).then_some((gap, next))
}

/// Words one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    all: [Word; MOST],
    length: usize,
}

impl Words {
    /// The words from `at` on, while `goes_on` says so of the next and the last.
    pub(crate) fn read(text: &[u8], at: usize, mut goes_on: impl FnMut(&Word, Option<&Word>) -> bool) -> Self {
        let none = Word { start: at, end: at, flags: 0, shape: Shape::Lower, gap: Gap::Space };
        let mut words = Self { all: [none; MOST], length: 0 };
        let (mut between, mut start) = (Gap::Space, at);
        while words.length < MOST {
            let Some(word) = word(text, start, between).filter(|w| goes_on(w, words.last())) else { break };
            words.all[words.length] = word;
            words.length += 1;
            let Some(next) = gap(text, word.end) else { break };
            (between, start) = next;
        }
        words
    }

    pub(crate) fn last(&self) -> Option<&Word> {
        self.length.checked_sub(1).map(|i| &self.all[i])
    }
}

impl std::ops::Deref for Words {
    type Target = [Word];

    fn deref(&self) -> &[Word] {
        &self.all[..self.length]
    }
}

/// Whether a word could be spoken, and so be a name that is in no list: letters only, a vowel among the first, no letter three times in a row.
pub(crate) fn speakable(word: &[u8]) -> bool {
    let text = String::from_utf8_lossy(word);
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let vowel = |c: &char| !c.is_ascii() || matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let triple = letters.windows(3).any(|w| w[0] == w[1] && w[1] == w[2] && w[0].is_ascii());
    letters.len() >= 2 && letters.iter().take(5).any(vowel) && !triple
}

/// Endings that mark surnames of which a list holds only the commonest.
pub(crate) fn ends_as_surname(word: &[u8]) -> bool {
    const ENDINGS: [&str; 58] = [
        "ski", "ska", "cki", "cka", "zki", "wicz", "czyk", "czak", "owska", "ová", "ova", "eva", "ina", "enko", "chuk", "shyn", "ovich", "evich",
        "ović", "ević", "evic", "ovic", "escu", "eanu", "oğlu", "oglu", "yan", "ian", "shvili", "adze", "idze", "poulos", "opoulou", "idis", "akis",
        "sson", "sen", "sdotter", "dóttir", "dottir", "nen", "stra", "sma", "inga", "huis", "mann", "berger", "bauer", "meier", "meyer", "hofer",
        "stein", "worth", "bury", "ovski", "ovsky", "evsky", "nyk",
    ];
    word.len() >= 6 && ENDINGS.iter().any(|e| word.len() > e.len() + 2 && word.ends_with(e.as_bytes()))
}
