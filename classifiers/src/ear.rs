//! What is said around a place: context words are listened for once, where a place asks for them.

use crate::{
    planes::{Level, Word},
    words::{GRANULE, Rules, WordTable},
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
}

/// A phrase near the place listened to.
#[derive(Clone, Copy, Debug)]
struct Heard {
    number: u32,
    /// Millibits for being near.
    near: i32,
    /// It stands on the value's own lines.
    on_line: bool,
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
                    self.heard.push(Heard { number: phrase.number, near, on_line: line.0 <= first && last <= line.1 });
                }
            }
        }
    }

    /// Phrases that begin in a granule, as a range.
    fn listen(&mut self, words: &WordTable, level: Level, text: &[u8], granule: usize) -> (u32, u32) {
        if let Some(known) = self.granules[granule] {
            return known;
        }
        let from = self.phrases.len() as u32;
        let phrases = &mut self.phrases;
        words.phrases_in(level, &mut self.planes, text, granule * GRANULE, |start, end, number| {
            phrases.push(Phrase { start: start as u32, end: end as u32, number });
        });
        let heard = (from, self.phrases.len() as u32);
        self.granules[granule] = Some(heard);
        heard
    }

    /// The phrase that speaks for a rule at the place listened to last, and millibits for its nearness.
    pub(crate) fn speaks_for(&self, words: &WordTable, rule: u16) -> Option<(u32, i32)> {
        let all = self.heard.iter().filter(|h| words.speaks_for(h.number).contains(rule)).map(|h| (h.number, h.near));
        all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// The phrase on the value's own lines that speaks against it. A word on another line is about something else: records stand one on a line.
    pub(crate) fn speaks_against(&self, words: &WordTable, rule: u16) -> Option<u32> {
        self.heard.iter().filter(|h| h.on_line && words.speaks_against(h.number, rule)).map(|h| h.number).min()
    }

    /// Calls back with the rules among those `wanted` that are spoken for there; some more than once.
    pub(crate) fn spoken_for(&self, words: &WordTable, wanted: &Rules, mut each: impl FnMut(u16)) {
        for heard in &self.heard {
            words.speaks_for(heard.number).both(wanted, &mut each);
        }
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
