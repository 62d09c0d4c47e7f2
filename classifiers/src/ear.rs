//! What is said around a place: context words are listened for once, where a place asks for them.

use crate::{
    key::{self, Key},
    planes::{Level, Word},
    words::{Country, GRANULE, Rules, WordTable},
};

/// Context words count within this distance on both sides, bytes.
pub(crate) const RADIUS: usize = 50;

/// Millibits that a word right before the value adds to one at the edge of hearing.
pub(crate) const NEAREST: i32 = 500;

/// A phrase in the text.
#[derive(Clone, Copy, Debug)]
struct Phrase {
    start: u32,
    end: u32,
    number: u32,
    /// It is the name of a value.
    key: Option<Key>,
    /// A country named right beside it.
    country: Option<Country>,
}

/// A phrase near the place listened to.
#[derive(Clone, Copy, Debug)]
struct Heard {
    number: u32,
    /// Millibits for being near.
    near: i32,
    /// It stands on the value's own lines.
    on_line: bool,
    whose: Whose,
    /// Where the value begins that it is the name of.
    value: Option<u32>,
    country: Option<Country>,
}

/// What a phrase belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// It is the value's own name.
    Own,
    /// It is the name of another value.
    Another,
    /// It just stands there.
    Nobody,
}

/// A value behind its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) key: Key,
    pub(crate) phrase: u32,
    pub(crate) country: Option<Country>,
}

/// Buffers of listening.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// Phrases of each granule of the unit, as a range of `phrases`.
    granules: Vec<Option<(u32, u32)>>,
    phrases: Vec<Phrase>,
    heard: Vec<Heard>,
    span: Option<(usize, usize)>,
    planes: Vec<Word>,
}

impl Ear {
    /// Another text: nothing heard yet.
    pub(crate) fn turn(&mut self, text: &[u8]) {
        self.granules.clear();
        self.granules.resize(text.len().div_ceil(GRANULE), None);
        self.phrases.clear();
        self.span = None;
    }

    /// Listens around a value.
    pub(crate) fn hear(&mut self, words: &WordTable, level: Level, text: &[u8], (start, end): (usize, usize)) {
        if self.span == Some((start, end)) {
            return;
        }
        self.heard.clear();
        self.span = Some((start, end));
        let (low, high) = (start.saturating_sub(RADIUS), text.len().min(end + RADIUS));
        let own = key::before(text, start);
        let mut line = None;
        for granule in low / GRANULE..high.div_ceil(GRANULE) {
            let (from, to) = self.listen(words, level, text, granule);
            let phrases = &self.phrases[from as usize..to as usize];
            let near = phrases.partition_point(|p| (p.start as usize) < low);
            for phrase in phrases[near..].iter().take_while(|p| (p.start as usize) < high) {
                let (first, last) = (phrase.start as usize, phrase.end as usize);
                let (left, right) = (last <= start, first >= end && last <= high);
                if left || right {
                    let near = if left { NEAREST * (RADIUS - (start - last)) as i32 / RADIUS as i32 } else { 0 };
                    let line = line.get_or_insert_with(|| on_line(text, start, end));
                    let value = phrase.key.map(|key| key.value);
                    let whose = match (value, own) {
                        (None, _) => Whose::Nobody,
                        (Some(value), Some(sign)) if left && value as usize > sign => Whose::Own,
                        // Further on in a value that has a name: of several before it the last one counts.
                        (Some(value), None) if value as usize <= start => Whose::Nobody,
                        _ => Whose::Another,
                    };
                    let on_line = line.0 <= first && last <= line.1;
                    self.heard.push(Heard { number: phrase.number, near, on_line, whose, value, country: phrase.country });
                }
            }
        }
        let nearest = self.heard.iter().filter(|h| h.whose == Whose::Nobody).filter_map(|h| h.value).max();
        for heard in self.heard.iter_mut().filter(|h| h.whose == Whose::Nobody && h.value.is_some() && h.value < nearest) {
            heard.whose = Whose::Another;
        }
    }

    /// Phrases that begin in a granule, as a range.
    fn listen(&mut self, words: &WordTable, level: Level, text: &[u8], granule: usize) -> (u32, u32) {
        if let Some(known) = self.granules[granule] {
            return known;
        }
        let from = self.phrases.len();
        let phrases = &mut self.phrases;
        words.phrases_in(level, &mut self.planes, text, granule * GRANULE, |start, end, number| {
            let key = key::after(text, start, end);
            if key != key::Stands::Closing {
                phrases.push(Phrase { start: start as u32, end: end as u32, number, key: key.key(), country: None });
            }
        });
        for at in from..phrases.len() {
            let country = |other: usize| phrases.get(other).filter(|_| other >= from).and_then(|p| words.country(p.number).map(|c| (p, c)));
            let here = phrases[at];
            let before = (1..=3).filter_map(|n| country(at.wrapping_sub(n))).find(|(p, _)| p.end <= here.start && here.start - p.end <= 2);
            let after = (1..=3).filter_map(|n| country(at + n)).find(|(p, _)| p.start >= here.end && p.start - here.end <= 3);
            phrases[at].country = before.or(after).map(|c| c.1);
        }
        let heard = (from as u32, self.phrases.len() as u32);
        self.granules[granule] = Some(heard);
        heard
    }

    /// All values behind a name in a text, by where they begin.
    pub(crate) fn named(&mut self, words: &WordTable, level: Level, text: &[u8], named: &mut Vec<Named>) {
        named.clear();
        for granule in 0..self.granules.len() {
            let (from, to) = self.listen(words, level, text, granule);
            let phrases = &self.phrases[from as usize..to as usize];
            named.extend(phrases.iter().filter_map(|p| Some(Named { key: p.key?, phrase: p.number, country: p.country })));
        }
        named.sort_unstable_by_key(|n| (n.key.value, n.phrase));
    }

    /// The phrase that speaks for a rule at the place listened to last, and millibits for its nearness.
    pub(crate) fn speaks_for(&self, words: &WordTable, rule: u16) -> Option<(u32, i32)> {
        let speaks = |h: &&Heard| words.speaks_for(h.number).contains(rule) && h.counts(words, rule);
        let all = self.heard.iter().filter(speaks).map(|h| (h.number, h.near));
        all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// The phrase in the value's own name that speaks for a rule. Services are told apart by what is nearest instead.
    pub(crate) fn names(&self, words: &WordTable, rule: u16) -> Option<u32> {
        if words.is_secret(rule) {
            return None;
        }
        let names = |h: &&Heard| h.whose == Whose::Own && words.names(h.number).contains(rule) && h.counts(words, rule);
        self.heard.iter().filter(names).map(|h| h.number).min()
    }

    /// The phrase on the value's own lines that speaks against it. A word on another line is about something else: records stand one on a line.
    pub(crate) fn speaks_against(&self, words: &WordTable, rule: u16) -> Option<u32> {
        let against = |h: &&Heard| h.on_line && h.whose != Whose::Another && words.speaks_against(h.number, rule);
        self.heard.iter().filter(against).map(|h| h.number).min()
    }

    /// Calls back with the rules among those `wanted` that are spoken for there; some more than once.
    pub(crate) fn spoken_for(&self, words: &WordTable, wanted: &Rules, mut each: impl FnMut(u16)) {
        for heard in &self.heard {
            let rules = if heard.whose == Whose::Own { words.names(heard.number) } else { words.speaks_for(heard.number) };
            rules.both(wanted, |rule| {
                if heard.counts(words, rule) {
                    each(rule);
                }
            });
        }
    }
}

impl Heard {
    /// Whether it can speak for this rule: what is the name of another value cannot, but for credentials, of which a service has several.
    fn counts(&self, words: &WordTable, rule: u16) -> bool {
        (self.whose != Whose::Another || words.is_secret(rule)) && words.of_country(rule, self.country)
    }
}

/// The part of the neighbourhood that stands on the lines of the value.
fn on_line(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let low = start.saturating_sub(RADIUS);
    let from = memchr::memrchr(b'\n', &text[low..start]).map_or(low, |p| low + p + 1);
    let high = text.len().min(end + RADIUS);
    let to = memchr::memchr(b'\n', &text[end..high]).map_or(high, |p| end + p);
    (from, to)
}
