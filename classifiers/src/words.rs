//! Context: whole words around a value, and the words of column names. One table for all rules.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use crate::Rule;

/// What a phrase says about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Speaks {
    /// Near the value, or in a column name.
    For,
    /// In a column name only.
    Header,
    /// Against.
    Against,
}

type Words = Vec<Box<[u8]>>;

#[derive(Debug)]
struct Phrase {
    words: Words,
    uses: Vec<(u16, Speaks)>,
}

/// Phrases by their first word.
#[derive(Debug, Default)]
pub(crate) struct WordTable {
    /// Sorted by the hash of their first words.
    phrases: Vec<Phrase>,
    /// One bit for each hash of a first word: most words begin no phrase.
    firsts: Vec<u64>,
    /// Where in `phrases` those of each hash begin; one more than hashes.
    heads: Vec<u32>,
}

/// Words of the longest phrase looked at.
const LONGEST: usize = 6;
/// Bits of the hash of a word.
const BITS: u32 = 16;

impl WordTable {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut uses: HashMap<Words, Vec<(u16, Speaks)>> = HashMap::new();
        for (rule, r) in (0_u16..).zip(rules) {
            let lists = [(&r.context, Speaks::For), (&r.header, Speaks::Header), (&r.negative, Speaks::Against)];
            for (phrase, speaks) in lists.into_iter().flat_map(|(list, speaks)| list.iter().map(move |p| (p, speaks))) {
                let words = words(phrase.as_bytes());
                if words.is_empty() || words.len() > LONGEST {
                    continue;
                }
                if words.len() > 1 {
                    uses.entry(vec![words.concat().into()]).or_default().push((rule, speaks));
                }
                uses.entry(words).or_default().push((rule, speaks));
            }
        }
        let mut sorted: Vec<_> = uses.into_iter().map(|(words, uses)| (hash(&words[0]), words, uses)).collect();
        sorted.sort();
        let mut table = Self { firsts: vec![0; 1 << (BITS - 6)], heads: vec![0; (1 << BITS) + 1], ..Self::default() };
        for (hash, words, mut uses) in sorted {
            uses.sort_unstable();
            uses.dedup();
            table.firsts[hash >> 6] |= 1 << (hash & 63);
            table.heads[hash + 1] += 1;
            table.phrases.push(Phrase { words, uses });
        }
        for i in 1..table.heads.len() {
            table.heads[i] += table.heads[i - 1];
        }
        table
    }

    /// What a phrase says.
    pub(crate) fn uses(&self, phrase: u32) -> &[(u16, Speaks)] {
        &self.phrases[phrase as usize].uses
    }
}

/// Lower-case words of a text: letters only, camelCase split, digits dropped.
pub(crate) fn words(text: &[u8]) -> Vec<Box<[u8]>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = next_word(text, at) {
        all.push(fold(&text[start..end], &mut [0; WORD]).into());
        at = end;
    }
    all
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

fn next_word(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + text[from..].iter().position(|&b| is_letter(b))?;
    let mut end = start + 1;
    while end < text.len() && is_letter(text[end]) {
        if parts(text, end) {
            break;
        }
        end += 1;
    }
    Some((start, end))
}

/// Whether a new word begins at a letter behind a letter: `userName`.
fn parts(text: &[u8], at: usize) -> bool {
    let (before, here) = (text[at - 1], text[at]);
    let hump = before.is_ascii_lowercase() && here.is_ascii_uppercase();
    // `SSNNumber`: the last capital begins the next word.
    hump || (before.is_ascii_uppercase() && here.is_ascii_uppercase() && text.get(at + 1).is_some_and(u8::is_ascii_lowercase))
}

/// Longest word that is folded without allocating.
const WORD: usize = 64;

fn fold<'a>(word: &'a [u8], buffer: &'a mut [u8; WORD]) -> Cow<'a, [u8]> {
    match std::str::from_utf8(word) {
        Ok(text) if !word.is_ascii() => text.to_lowercase().into_bytes().into(),
        _ if word.len() > WORD => word.to_ascii_lowercase().into(),
        _ => {
            let folded = &mut buffer[..word.len()];
            folded.copy_from_slice(word);
            folded.make_ascii_lowercase();
            Cow::Borrowed(folded)
        }
    }
}

/// Its first eight bytes and its length hashed; letters of either case are one.
fn hash(word: &[u8]) -> usize {
    let mut eight = [0; 8];
    if let Some(full) = word.first_chunk::<8>() {
        eight = *full;
    } else {
        eight[..word.len()].copy_from_slice(word);
    }
    let folded = u64::from_le_bytes(eight) | 0x2020_2020_2020_2020;
    ((folded ^ (word.len() as u64) << 59).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

/// What a text around a value, or a column name, says about all rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken(Vec<(u16, Speaks, u32)>);

impl Spoken {
    /// Rules that something speaks for.
    pub(crate) fn rules(&self) -> impl Iterator<Item = u16> {
        self.0.iter().filter(|s| s.1 != Speaks::Against).map(|s| s.0)
    }

    /// Nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The phrase that speaks so about a rule.
    pub(crate) fn about(&self, rule: u16, speaks: Speaks) -> Option<u32> {
        let at = self.0.partition_point(|&(r, s, _)| (r, s) < (rule, speaks));
        self.0.get(at).filter(|&&(r, s, _)| (r, s) == (rule, speaks)).map(|&(.., phrase)| phrase)
    }
}

impl WordTable {
    /// What the words of `text` say.
    pub(crate) fn listen(&self, text: &[u8]) -> Spoken {
        let mut spoken = Spoken::default();
        self.phrases_in(text, 0..text.len(), |_, _, phrase| {
            spoken.0.extend(self.phrases[phrase as usize].uses.iter().map(|&(rule, speaks)| (rule, speaks, phrase)));
        });
        spoken.0.sort_unstable();
        spoken
    }

    /// Calls `found` with each phrase in `text` (start, end, number) whose first word begins in `range`.
    pub(crate) fn phrases_in(&self, text: &[u8], range: Range<usize>, mut found: impl FnMut(usize, usize, u32)) {
        let (mut at, mut buffer) = (range.start, [0; WORD]);
        // In the middle of a word: its end is where the next one may begin.
        while at > 0 && at < text.len() && is_letter(text[at]) && is_letter(text[at - 1]) && !parts(text, at) {
            at += 1;
        }
        while let Some((start, end)) = next_word(text, at).filter(|w| w.0 < range.end) {
            at = end;
            let word = &text[start..end];
            let begins = |hash: usize| self.firsts[hash >> 6] >> (hash & 63) & 1 == 1;
            let mut hashed = hash(word);
            if word.is_ascii() {
                if !begins(hashed) {
                    continue;
                }
            } else {
                hashed = hash(&fold(word, &mut buffer));
            }
            for phrase in self.heads[hashed]..self.heads[hashed + 1] {
                if let Some(end) = follow(text, start, &self.phrases[phrase as usize].words) {
                    found(start, end, phrase);
                }
            }
        }
    }

    /// A phrase for people.
    pub(crate) fn phrase(&self, phrase: u32) -> String {
        let words: Vec<_> = self.phrases[phrase as usize].words.iter().map(|w| String::from_utf8_lossy(w)).collect();
        words.join(" ")
    }
}

/// The end of these words, where they are the next ones of `text` from `at` on.
fn follow(text: &[u8], mut at: usize, words: &[Box<[u8]>]) -> Option<usize> {
    for wanted in words {
        let (start, end) = next_word(text, at)?;
        at = end;
        if *fold(&text[start..end], &mut [0; WORD]) != **wanted {
            return None;
        }
    }
    Some(at)
}
