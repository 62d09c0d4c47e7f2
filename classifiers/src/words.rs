//! Context: whole words around a value, and the words of column names. One table for all rules.

use std::collections::HashMap;

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

#[derive(Debug)]
struct Phrase {
    words: Vec<Box<[u8]>>,
    uses: Vec<(u16, Speaks)>,
}

/// Phrases by their first word.
#[derive(Debug, Default)]
pub(crate) struct WordTable {
    phrases: Vec<Phrase>,
    by_first: HashMap<Box<[u8]>, Vec<u32>>,
}

/// Words of the longest phrase looked at.
const LONGEST: usize = 6;

impl WordTable {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut uses: HashMap<Vec<Box<[u8]>>, Vec<(u16, Speaks)>> = HashMap::new();
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
        let mut table = Self::default();
        let mut sorted: Vec<_> = uses.into_iter().collect();
        sorted.sort();
        for (words, mut uses) in sorted {
            uses.sort_unstable();
            uses.dedup();
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
        all.push(fold(&text[start..end]));
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

fn fold(word: &[u8]) -> Box<[u8]> {
    match std::str::from_utf8(word) {
        Ok(text) if !text.is_ascii() => text.to_lowercase().into_bytes().into(),
        _ => word.to_ascii_lowercase().into(),
    }
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
        let words = words(text);
        for at in 0..words.len() {
            for &phrase in self.by_first.get(&words[at]).map_or(&[][..], Vec::as_slice) {
                let known = &self.phrases[phrase as usize];
                if words[at..].starts_with(&known.words) {
                    spoken.0.extend(known.uses.iter().map(|&(rule, speaks)| (rule, speaks, phrase)));
                }
            }
        }
        spoken.0.sort_unstable();
        spoken
    }

    /// A phrase for people.
    pub(crate) fn phrase(&self, phrase: u32) -> String {
        let words: Vec<_> = self.phrases[phrase as usize].words.iter().map(|w| String::from_utf8_lossy(w)).collect();
        words.join(" ")
    }
}
