//! Dictionaries: sets of words and phrases, looked up without case and accents.
//!
//! The built-in lists (`classifiers/dictionaries/`) lie in one table that the build script lays out: nothing is parsed when an engine is built, and one look-up tells everything a word
//! can be ([`look_up`]). A [`Dictionary`] of a user's own is built of bytes in the same way. Only hashes of entries are kept: 40 bits beside the place, so that one look-up in 10⁹ errs.

use std::fmt;

pub(crate) mod accents;
pub(crate) mod fold;
pub(crate) mod lists;

/// Slots of the built-in table.
static LEXICON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.bin"));
/// Beginnings of the words that names begin with.
static FRONTS: &[u8; 1 << (fold::FRONT_BITS - 3)] = include_bytes!(concat!(env!("OUT_DIR"), "/fronts.bin"));

/// What a word or phrase can be: bits of [`lists`]; none: it is in no list.
pub(crate) fn look_up(text: &[u8]) -> u32 {
    let key = fold::key(text);
    let size = LEXICON.len() / 8;
    let slot = |at: usize| LEXICON.get(8 * at..8 * at + 8).map_or(0, |s| u64::from_le_bytes(s.try_into().unwrap_or_default()));
    find(key, size, slot)
}

/// Whether a word whose first letters are these may be one that names begin with.
pub(crate) fn may_begin(eight: u64, length: usize) -> bool {
    fold::fronts_of(eight, length).iter().all(|front| FRONTS[front >> 3] >> (front & 7) & 1 == 1)
}

/// The flags beside a key; there is always a free slot where the search ends.
fn find(key: u64, size: usize, slot: impl Fn(usize) -> u64) -> u32 {
    let mut at = fold::place(key, size);
    loop {
        let slot = slot(at);
        if slot == 0 || key == 0 {
            return 0;
        }
        if slot >> fold::FLAGS == key << fold::FLAGS >> fold::FLAGS {
            return (slot & ((1 << fold::FLAGS) - 1)) as u32;
        }
        at = (at + 1) & (size - 1);
    }
}

/// A set of words and phrases, immutable: 10 to 20 bytes an entry, whatever its length.
pub struct Dictionary {
    slots: Box<[u64]>,
    entries: usize,
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dictionary({} entries)", self.entries)
    }
}

impl Dictionary {
    /// A dictionary of a text: one entry a line; lines that begin with `#` are comments. Bytes that are no UTF-8 are taken as they are.
    ///
    /// ```
    /// use sonde_classifiers::Dictionary;
    ///
    /// let products = Dictionary::new("# our products\nBlue Heron\nRené\n".as_bytes());
    /// assert!(products.contains(b"blue-heron") && products.contains("RENE".as_bytes()));
    /// assert!(!products.contains(b"heron"));
    /// assert_eq!(products.len(), 2);
    /// ```
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.starts_with(b"#"));
        let mut keys = Vec::new();
        for line in lines {
            keys.push((fold::key(line), 1));
            if !line.is_ascii() {
                keys.extend(std::str::from_utf8(line).ok().and_then(fold::spelt_out).map(|spelt| (fold::key(spelt.as_bytes()), 1)));
            }
        }
        keys.retain(|k| k.0 != 0);
        let slots = fold::slots(&keys).into_boxed_slice();
        let entries = slots.iter().filter(|s| **s != 0).count();
        Self { slots, entries }
    }

    /// Whether the word or phrase is an entry: case, accents, apostrophes and dots do not count, signs and white space between words are one.
    #[must_use]
    pub fn contains(&self, text: &[u8]) -> bool {
        find(fold::key(text), self.slots.len(), |at| self.slots[at]) != 0
    }

    /// Number of entries, each spelling once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Dictionary, lists::*, look_up};

    #[test]
    fn words_are_found_however_they_are_written() {
        for name in [
            "Anna",
            "ANNA",
            "anna",
            "José",
            "jose",
            "JOSÉ",
            "Jose\u{301}",
            "Иван",
            "ИВАН",
            "Müller",
            "Mueller",
            "Muller",
            "Łukasz",
            "O'Brien",
            "O’Brien",
            "obrien",
            "田中",
            "김",
        ] {
            assert_ne!(look_up(name.as_bytes()) & (GIVEN | SURNAME), 0, "{name}");
        }
        for (text, flags) in [
            ("St. Louis", CITY),
            ("new-york", CITY),
            ("Straße", STREET_AFTER),
            ("GmbH", FIRM),
            ("S.p.A.", FIRM),
            ("März", CALENDAR),
            ("the", WORD),
            ("van der", PARTICLE),
        ] {
            assert_eq!(look_up(text.as_bytes()) & flags, flags, "{text}");
        }
        for text in ["", "  ", "'", "qzxv", "Annax", "x\u{ff}y", "New  Yorkk"] {
            assert_eq!(look_up(text.as_bytes()), 0, "{text}");
        }
    }

    #[test]
    fn weights_tell_names_from_words() {
        for word in ["May", "Will", "Grant", "Paris", "Rose", "Mark", "Price", "Young", "Hunter", "Jordan", "Chase", "Summer"] {
            let flags = look_up(word.as_bytes());
            assert!(flags & (GIVEN | SURNAME) != 0 && flags & WORD != 0, "{word} {flags:b}");
        }
        for name in ["Peter", "Jennifer", "Smith", "Kowalski", "Nguyen", "Müller", "García", "Yamamoto", "Oluwaseun", "Gupta"] {
            assert_eq!(look_up(name.as_bytes()) & WORD, 0, "{name}");
        }
    }

    #[test]
    fn large_dictionaries_hold_what_was_put_in() {
        let text: String = (0..100_000).map(|n| format!("entry number {n}\n")).collect();
        let dictionary = Dictionary::new(text.as_bytes());
        assert_eq!(dictionary.len(), 100_000);
        assert!((0..100_000).all(|n| dictionary.contains(format!("Entry-Number {n}").as_bytes())));
        assert!((0..100_000).all(|n| !dictionary.contains(format!("entry numbers {n}").as_bytes())));
        assert!(Dictionary::new(b"\n# nothing\n").is_empty());
    }
}
