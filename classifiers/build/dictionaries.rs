//! The lists of `dictionaries/` in one table.

use std::{collections::BTreeMap, fs, path::Path};

#[path = "../src/dictionary/fold.rs"]
mod fold;
#[path = "../src/dictionary/lists.rs"]
mod lists;

use lists::*;

/// Files of `dictionaries/` and what their entries are.
const LISTS: &[(&str, u32)] = &[
    ("calendar", CALENDAR),
    ("cities", CITY),
    ("countries", COUNTRY),
    ("firms", FIRM),
    ("given-names", GIVEN),
    ("greetings", GREETING),
    ("name-suffixes", SUFFIX),
    ("nobody", NOBODY),
    ("organisations", ORGANISATION),
    ("particles", PARTICLE),
    ("regions", REGION),
    ("streets-after", STREET_AFTER),
    ("streets-before", STREET_BEFORE),
    ("streets-end", STREET_END),
    ("surnames", SURNAME),
    ("surnames-first", SURNAME | FIRST),
    ("things", THING),
    ("titles", TITLE),
    ("units", UNIT),
    ("words", WORD),
];

/// Every list in one table, and the beginnings of what names begin with as a bitmap.
pub(crate) fn lay_out(folder: &Path, out: &Path) {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut all = BTreeMap::new();
    let mut fronts = vec![0_u8; 1 << (fold::FRONT_BITS - 3)];
    for (list, flags) in LISTS {
        let text = fs::read_to_string(folder.join(format!("{list}.txt"))).expect("a list in UTF-8");
        for entry in entries(&text) {
            for written in [Some(entry.to_owned()), fold::spelt_out(entry)].into_iter().flatten() {
                let key = fold::key(written.as_bytes());
                if key != 0 {
                    *all.entry(key).or_insert(0) |= flags;
                }
                // With its accents and without.
                let begins = [front(written.as_bytes()), front(plain(&written).as_bytes())];
                for front in begins.into_iter().flatten().flatten().filter(|_| flags & FRONT != 0) {
                    fronts[front >> 3] |= 1 << (front & 7);
                }
            }
        }
    }
    let entries: Vec<(u64, u32)> = all.into_iter().collect();
    let bytes: Vec<u8> = fold::slots(&entries).into_iter().flat_map(u64::to_le_bytes).collect();
    fs::write(out.join("lexicon.bin"), bytes).expect("writable");
    fs::write(out.join("fronts.bin"), fronts).expect("writable");
}

/// Hashes of the first ASCII letters of a word (eight at most): what is told of a word before it is read to its end. `None`: it begins with another character.
fn front(word: &[u8]) -> Option<[usize; 2]> {
    let length = word.iter().take(8).take_while(|b| b.is_ascii_alphabetic()).count();
    let mut eight = [0; 8];
    eight[..length].copy_from_slice(&word[..length]);
    (length > 0).then(|| fold::fronts_of(u64::from_le_bytes(eight), length))
}

/// A word without its accents, where its letters have such a form.
fn plain(word: &str) -> String {
    let same = |c: char| (b'a'..=b'z').find(|l| fold::key(&[*l]) == fold::key(c.encode_utf8(&mut [0; 4]).as_bytes())).map(char::from);
    word.chars().map(|c| if c.is_ascii() { c } else { same(c).unwrap_or(c) }).collect()
}

/// The entries of a list: one a line; what follows a `#` at the beginning of a line is a comment.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
}
