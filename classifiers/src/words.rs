//! Context: whole words around a value, and the words of column names. One table for all rules.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    Rule,
    dictionary::{accents, fold},
    planes::{LOWER, Level, PLANES, UPPER, WIDE, Word},
};

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
    /// Rules that it speaks for near a value.
    speaks_for: Rules,
    /// These, and those that it speaks for in the value's own name.
    names: Rules,
    /// It is the name of a country.
    country: Option<Country>,
}

/// Code of a country, as in tags.
pub(crate) type Country = [u8; 2];

/// Words for countries, by code.
const COUNTRIES: &str = include_str!("../words/countries.txt");

/// A set of rules, one bit each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(Vec<u64>);

impl Rules {
    pub(crate) fn insert(&mut self, rule: u16) {
        let at = usize::from(rule >> 6);
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (rule & 63);
    }

    pub(crate) fn contains(&self, rule: u16) -> bool {
        self.0.get(usize::from(rule >> 6)).is_some_and(|word| word >> (rule & 63) & 1 == 1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rules that are in both.
    pub(crate) fn both(&self, other: &Self, mut each: impl FnMut(u16)) {
        for (at, (a, b)) in (0_u16..).zip(self.0.iter().zip(&other.0)) {
            let mut word = a & b;
            while word != 0 {
                each(at << 6 | word.trailing_zeros() as u16);
                word &= word - 1;
            }
        }
    }
}

impl FromIterator<u16> for Rules {
    fn from_iter<I: IntoIterator<Item = u16>>(rules: I) -> Self {
        let mut set = Self::default();
        rules.into_iter().for_each(|rule| set.insert(rule));
        set
    }
}

/// Phrases by their first word.
#[derive(Debug, Default)]
pub(crate) struct WordTable {
    phrases: Vec<Phrase>,
    /// Sorted by hash.
    firsts: Vec<First>,
    /// One bit for each hash of a first word: most words begin no phrase.
    map: Vec<u64>,
    /// Where in `firsts` those of sixteen neighbouring hashes begin.
    heads: Vec<u32>,
    /// Country of each rule that is of one.
    countries: Vec<Option<Country>>,
    /// Rules of credentials.
    secrets: Rules,
}

/// A word that phrases begin with.
#[derive(Debug)]
struct First {
    hash: u32,
    word: Box<[u8]>,
    /// The phrase that is this word alone.
    alone: Option<u32>,
    /// Longer ones, by the hash of their second word.
    longer: Vec<(u32, u32)>,
}

/// Bytes listened to at once.
pub(crate) const GRANULE: usize = 256;
/// Words of the longest phrase looked at.
const LONGEST: usize = 6;
/// Bits of the hash of a word.
const BITS: u32 = 18;

/// What each phrase says about rules: as it is written, without accents, spelt out, and in one word.
fn uses(rules: &[Rule]) -> HashMap<Words, Vec<(u16, Speaks)>> {
    let mut uses: HashMap<Words, Vec<(u16, Speaks)>> = HashMap::new();
    for (rule, r) in (0_u16..).zip(rules) {
        let lists = [(&r.context, Speaks::For), (&r.header, Speaks::Header), (&r.negative, Speaks::Against)];
        for (phrase, speaks) in lists.into_iter().flat_map(|(list, speaks)| list.iter().map(move |p| (p, speaks))) {
            let phrase = words(phrase.as_bytes());
            if phrase.is_empty() || phrase.len() > LONGEST {
                continue;
            }
            let mut written = vec![phrase];
            if !written[0].iter().all(|word| word.is_ascii()) {
                // Names of columns and keys are written without accents.
                let spelt_out = |word: &[u8]| std::str::from_utf8(word).ok().and_then(fold::spelt_out).map(String::into_bytes);
                written.push(written[0].iter().map(|word| accents::unaccented(word).into()).collect());
                written.push(written[0].iter().map(|word| spelt_out(word).map_or_else(|| word.clone(), Into::into)).collect());
                written.sort_unstable();
                written.dedup();
            }
            for words in written {
                if words.len() > 1 {
                    uses.entry(vec![words.concat().into()]).or_default().push((rule, speaks));
                }
                uses.entry(words).or_default().push((rule, speaks));
            }
        }
    }
    uses
}

impl WordTable {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut uses = uses(rules);
        let mut countries: HashMap<Words, Country> = HashMap::new();
        for (code, names) in COUNTRIES.lines().filter_map(|l| l.split_once(": ")) {
            for words in names.split(", ").map(|name| words(name.as_bytes())) {
                if let Some(code) = code.as_bytes().first_chunk() {
                    uses.entry(words.clone()).or_default();
                    countries.insert(words, *code);
                }
            }
        }
        let mut sorted: Vec<_> = uses.into_iter().map(|(words, uses)| (hash(&words[0]) as u32, words, uses)).collect();
        sorted.sort();
        let mut table = Self {
            map: vec![0; 1 << (BITS - 6)],
            heads: vec![0; (1 << (BITS - 4)) + 1],
            countries: rules.iter().map(|r| country(&r.tag)).collect(),
            secrets: (0..).zip(rules).filter(|(_, r)| r.tag.starts_with("secret.")).map(|(number, _)| number).collect(),
            ..Self::default()
        };
        for (number, (hashed, words, mut uses)) in (0_u32..).zip(sorted) {
            uses.sort_unstable();
            uses.dedup();
            if table.firsts.last().is_none_or(|first| first.word != words[0]) {
                table.map[hashed as usize >> 6] |= 1 << (hashed & 63);
                table.heads[(hashed as usize >> 4) + 1] += 1;
                table.firsts.push(First { hash: hashed, word: words[0].clone(), alone: None, longer: Vec::new() });
            }
            if let Some(first) = table.firsts.last_mut() {
                match words.get(1) {
                    Some(second) => first.longer.push((hash(second) as u32, number)),
                    None => first.alone = Some(number),
                }
            }
            let speaks_for = uses.iter().filter(|u| u.1 == Speaks::For).map(|u| u.0).collect();
            // Services are told apart by what is nearest, in whatever name that stands.
            let names = uses
                .iter()
                .filter(|u| match u.1 {
                    Speaks::For => !rules[usize::from(u.0)].beside,
                    Speaks::Header => !table.is_secret(u.0) && !rules[usize::from(u.0)].columns_only,
                    Speaks::Against => false,
                })
                .map(|u| u.0)
                .collect();
            let country = countries.get(&words).copied();
            table.phrases.push(Phrase { words, uses, speaks_for, names, country });
        }
        table.firsts.iter_mut().for_each(|first| first.longer.sort_unstable());
        for i in 1..table.heads.len() {
            table.heads[i] += table.heads[i - 1];
        }
        table
    }

    /// Rules that a phrase speaks for near a value.
    pub(crate) fn speaks_for(&self, phrase: u32) -> &Rules {
        &self.phrases[phrase as usize].speaks_for
    }

    /// These, and those that it speaks for in a value's own name.
    pub(crate) fn names(&self, phrase: u32) -> &Rules {
        &self.phrases[phrase as usize].names
    }

    /// The country that a phrase names.
    pub(crate) fn country(&self, phrase: u32) -> Option<Country> {
        self.phrases[phrase as usize].country
    }

    /// Whether a rule may be meant where this country is named.
    pub(crate) fn of_country(&self, rule: u16, named: Option<Country>) -> bool {
        named.is_none() || self.countries.get(usize::from(rule)).is_none_or(|of| of.is_none() || *of == named)
    }

    /// Whether a rule is one of credentials.
    pub(crate) fn is_secret(&self, rule: u16) -> bool {
        self.secrets.contains(rule)
    }

    /// Whether a phrase speaks against a rule.
    pub(crate) fn speaks_against(&self, phrase: u32, rule: u16) -> bool {
        self.phrases[phrase as usize].uses.binary_search(&(rule, Speaks::Against)).is_ok()
    }
}

/// The country of a tag, `gov.de.passport`; that of the Union is none.
fn country(tag: &str) -> Option<Country> {
    let code = tag.split('.').nth(1).filter(|code| code.len() == 2 && *code != "eu")?;
    code.as_bytes().first_chunk().copied()
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
    if !word.is_ascii()
        && let Ok(text) = std::str::from_utf8(word)
    {
        return text.to_lowercase().into_bytes().into();
    }
    if word.len() > WORD {
        return word.to_ascii_lowercase().into();
    }
    let folded = &mut buffer[..word.len()];
    folded.copy_from_slice(word);
    folded.make_ascii_lowercase();
    Cow::Borrowed(folded)
}

/// Whether a word, folded, is this one.
fn same(word: &[u8], wanted: &[u8]) -> bool {
    if word.is_ascii() {
        return word.eq_ignore_ascii_case(wanted);
    }
    *fold(word, &mut [0; WORD]) == *wanted
}

/// Its first eight bytes and its length hashed; letters of either case are one.
fn hash(word: &[u8]) -> usize {
    hash_at(word, 0, word.len())
}

/// The same of the word of this length at `start`.
#[inline]
fn hash_at(text: &[u8], start: usize, length: usize) -> usize {
    let eight = match text.get(start..).and_then(|t| t.first_chunk()) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text[start..].iter().take(8).rev().fold(0, |all, b| all << 8 | u64::from(*b)),
    };
    let kept = u64::MAX >> (64 - 8 * length.clamp(1, 8));
    let folded = (eight & kept) | 0x2020_2020_2020_2020;
    ((folded ^ (length as u64) << 59).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

/// What a text around a value, or a column name, says about all rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken {
    said: Vec<(u16, Speaks, u32)>,
    /// Rules that something speaks for.
    rules: Rules,
}

impl Spoken {
    /// Rules that something speaks for.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// The phrase that speaks so about a rule.
    pub(crate) fn about(&self, rule: u16, speaks: Speaks) -> Option<u32> {
        let at = self.said.partition_point(|&(r, s, _)| (r, s) < (rule, speaks));
        self.said.get(at).filter(|&&(r, s, _)| (r, s) == (rule, speaks)).map(|&(.., phrase)| phrase)
    }
}

impl WordTable {
    /// What the words of `text` say.
    pub(crate) fn listen(&self, text: &[u8]) -> Spoken {
        let mut spoken = Spoken::default();
        let (mut at, mut country) = (0, None);
        let said = &mut spoken.said;
        while let Some((start, end)) = next_word(text, at) {
            at = end;
            self.at_word(text, start, end, |_, phrase| {
                said.extend(self.phrases[phrase as usize].uses.iter().map(|&(rule, speaks)| (rule, speaks, phrase)));
                country = country.or(self.country(phrase));
            });
        }
        said.retain(|&(rule, speaks, _)| speaks == Speaks::Against || self.of_country(rule, country));
        spoken.said.sort_unstable();
        spoken.rules = spoken.said.iter().filter(|s| s.1 != Speaks::Against).map(|s| s.0).collect();
        spoken
    }

    /// Calls `found` with each phrase in `text` (start, end, number) whose first word begins in the `GRANULE` bytes from `from` on. `planes` is a buffer.
    pub(crate) fn phrases_in(&self, level: Level, planes: &mut Vec<Word>, text: &[u8], from: usize, mut found: impl FnMut(usize, usize, u32)) {
        level.planes(&text[from..text.len().min(from + GRANULE + 64)], planes);
        let before = |back: usize| from.checked_sub(back).map_or(0, |i| text[i]);
        let mut letter = u64::from(is_letter(before(1)));
        let mut small = u64::from(before(1).is_ascii_lowercase());
        let mut capital = u64::from(before(1).is_ascii_uppercase());
        let letters = |word: &Word| word[UPPER] | word[LOWER] | word[WIDE];
        for number in 0..planes.len().min(GRANULE / 64) {
            let (word, next) = (planes[number], planes.get(number + 1).copied().unwrap_or_default());
            let parts = |word: &Word, next: &Word, (small, capital): (u64, u64)| {
                let behind = word[LOWER] >> 1 | next[LOWER] << 63;
                word[UPPER] & ((word[LOWER] << 1 | small) | ((word[UPPER] << 1 | capital) & behind))
            };
            let here = letters(&word);
            let humps = parts(&word, &next, (small, capital));
            let mut starts = here & (!(here << 1 | letter) | humps);
            let humps_next = parts(&next, &[0; PLANES], (word[LOWER] >> 63, word[UPPER] >> 63));
            let ends = u128::from(!here | humps) | u128::from(!letters(&next) | humps_next) << 64;
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let start = from + 64 * number + bit as usize;
                let length = (ends >> bit >> 1).trailing_zeros() as usize + 1;
                let end = if length < 64 { text.len().min(start + length) } else { next_word(text, start).map_or(start, |w| w.1) };
                self.at_word(text, start, end, |end, phrase| found(start, end, phrase));
            }
            (letter, small, capital) = (here >> 63, word[LOWER] >> 63, word[UPPER] >> 63);
        }
    }

    /// Calls `found` with the end and number of each phrase that begins with this word.
    #[inline]
    fn at_word(&self, text: &[u8], start: usize, end: usize, mut found: impl FnMut(usize, u32)) {
        let hashed = hash_at(text, start, end - start);
        if self.begins(hashed) {
            self.at_first(text, (start, end), hashed, &mut found);
        } else if !text[start..end].is_ascii() {
            self.beyond_ascii(text, (start, end), &mut found);
        }
    }

    #[inline]
    fn begins(&self, hash: usize) -> bool {
        self.map.get(hash >> 6).is_some_and(|bits| bits >> (hash & 63) & 1 == 1)
    }

    /// A word whose small letters are not told by one bit.
    #[inline(never)]
    fn beyond_ascii(&self, text: &[u8], (start, end): (usize, usize), found: &mut impl FnMut(usize, u32)) {
        let hashed = hash(&fold(&text[start..end], &mut [0; WORD]));
        if self.begins(hashed) {
            self.at_first(text, (start, end), hashed, found);
        }
    }

    fn at_first(&self, text: &[u8], (start, end): (usize, usize), mut hashed: usize, found: &mut impl FnMut(usize, u32)) {
        let word = &text[start..end];
        if !word.is_ascii() {
            hashed = hash(&fold(word, &mut [0; WORD]));
        }
        let near = &self.firsts[self.heads[hashed >> 4] as usize..self.heads[(hashed >> 4) + 1] as usize];
        let Some(first) = near.iter().find(|first| first.hash as usize == hashed && same(word, &first.word)) else { return };
        if let Some(phrase) = first.alone {
            found(end, phrase);
        }
        if first.longer.is_empty() {
            return;
        }
        let Some((from, to)) = next_word(text, end) else { return };
        let second = &text[from..to];
        let hashed = if second.is_ascii() { hash_at(text, from, to - from) } else { hash(&fold(second, &mut [0; WORD])) } as u32;
        let at = first.longer.partition_point(|l| l.0 < hashed);
        for &(_, phrase) in first.longer[at..].iter().take_while(|l| l.0 == hashed) {
            if let Some(end) = follow(text, end, &self.phrases[phrase as usize].words[1..]) {
                found(end, phrase);
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
        if !same(&text[start..end], wanted) {
            return None;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table() -> WordTable {
        let file = "[[rule]]\nid = \"a\"\ntag = \"custom.a\"\nname = \"a\"\nsensitivity = \"low\"\nexamples = [\"@x: aaaa\", \"@x: bbbb\"]\ncounter_examples = [\"c\", \"d\"]\n\
                    context = [\"ab\", \"ab ba\", \"b\", \"é\", \"aaaaaaaaab\", \"bB\"]\nform = [{ prior = 1.0, cell = [4, 9] }]\n";
        WordTable::new(crate::Ruleset::parse(&[("test", file)]).unwrap().rules())
    }

    proptest! {
        #[test]
        fn planes_tell_the_words_that_bytes_tell(text in "[abABé1 _É-]{0,700}|[ab]{0,400}[ A]{0,3}[ab]{0,300}") {
            let (table, text) = (table(), text.as_bytes());
            let (mut wanted, mut at) = (Vec::new(), 0);
            while let Some((start, end)) = next_word(text, at) {
                at = end;
                table.at_word(text, start, end, |end, phrase| wanted.push((start, end, phrase)));
            }
            for level in Level::available() {
                let (mut found, mut planes) = (Vec::new(), Vec::new());
                for from in (0..text.len()).step_by(GRANULE) {
                    table.phrases_in(level, &mut planes, text, from, |start, end, phrase| found.push((start, end, phrase)));
                }
                prop_assert_eq!(&found, &wanted, "{}", level.name());
            }
        }
    }
}
