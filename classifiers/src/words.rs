//! Context: whole words around a value, and the words of column names. One table for all rules.

use std::{borrow::Cow, collections::HashMap};

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
    phrases: Vec<Phrase>,
    by_first: HashMap<Box<[u8]>, Vec<u32>>,
    /// One bit for each hash of a first word: most words begin no phrase.
    firsts: Vec<u64>,
}

/// Words of the longest phrase looked at.
const LONGEST: usize = 6;

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
        let mut table = Self { firsts: vec![0; 1 << 10], ..Self::default() };
        let mut sorted: Vec<_> = uses.into_iter().collect();
        sorted.sort();
        for (words, mut uses) in sorted {
            uses.sort_unstable();
            uses.dedup();
            let hash = hash(&words[0]);
            table.firsts[hash >> 6] |= 1 << (hash & 63);
            table.by_first.entry(words[0].clone()).or_default().push(table.phrases.len() as u32);
            table.phrases.push(Phrase { words, uses });
        }
        table
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
        let (before, here) = (text[end - 1], text[end]);
        let hump = before.is_ascii_lowercase() && here.is_ascii_uppercase();
        // `SSNNumber`: the last capital begins the next word.
        let acronym = before.is_ascii_uppercase() && here.is_ascii_uppercase() && text.get(end + 1).is_some_and(u8::is_ascii_lowercase);
        if hump || acronym {
            break;
        }
        end += 1;
    }
    Some((start, end))
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

/// FNV-1a, 16 bits of it; letters of either case are one.
fn hash(word: &[u8]) -> usize {
    let hash = word.iter().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b | 0x20)).wrapping_mul(0x0100_0193));
    (hash >> 16) as usize
}

/// What a text around a value, or a column name, says about all rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken(Vec<(u16, Speaks, u32)>);

impl Spoken {
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
        self.phrases_in(text, |phrase| {
            spoken.0.extend(self.phrases[phrase as usize].uses.iter().map(|&(rule, speaks)| (rule, speaks, phrase)));
        });
        spoken.0.sort_unstable();
        spoken
    }

    /// What the words of `text` say for a rule and against it: as [`WordTable::listen`], without allocating.
    pub(crate) fn heard(&self, text: &[u8], rule: u16) -> [Option<u32>; 2] {
        let mut heard: [Option<u32>; 2] = [None; 2];
        self.phrases_in(text, |phrase| {
            let uses = &self.phrases[phrase as usize].uses;
            for (slot, speaks) in heard.iter_mut().zip([Speaks::For, Speaks::Against]) {
                if uses.binary_search(&(rule, speaks)).is_ok() {
                    *slot = Some(slot.map_or(phrase, |known| known.min(phrase)));
                }
            }
        });
        heard
    }

    fn phrases_in(&self, text: &[u8], mut found: impl FnMut(u32)) {
        let (mut at, mut buffer) = (0, [0; WORD]);
        while let Some((start, end)) = next_word(text, at) {
            at = end;
            let word = &text[start..end];
            let begins = |hash: usize| self.firsts.get(hash >> 6).is_some_and(|bits| bits >> (hash & 63) & 1 == 1);
            if word.is_ascii() && !begins(hash(word)) {
                continue;
            }
            let word = fold(word, &mut buffer);
            if !begins(hash(&word)) {
                continue;
            }
            for &phrase in self.by_first.get(&*word).map_or(&[][..], Vec::as_slice) {
                if follow(text, end, &self.phrases[phrase as usize].words[1..]) {
                    found(phrase);
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

/// Whether these are the next words of `text` from `at` on.
fn follow(text: &[u8], mut at: usize, words: &[Box<[u8]>]) -> bool {
    words.iter().all(|wanted| {
        let Some((start, end)) = next_word(text, at) else { return false };
        at = end;
        *fold(&text[start..end], &mut [0; WORD]) == **wanted
    })
}
