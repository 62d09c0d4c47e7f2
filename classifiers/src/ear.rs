//! What is said around a place: context words are listened for once, where a place asks for them.

use crate::words::{Speaks, WordTable};

/// Context words count within this distance on both sides, bytes.
pub(crate) const RADIUS: usize = 50;

/// Bytes listened to at once.
const GRANULE: usize = 256;
/// Millibits that a word right before the value adds to one at the edge of hearing.
const NEAR: usize = 500;

/// A phrase in the text.
#[derive(Clone, Copy, Debug)]
struct Phrase {
    start: u32,
    end: u32,
    number: u32,
}

/// What is said of a rule at the present place.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    place: u32,
    speaks: Option<u32>,
    against: Option<u32>,
    /// Millibits for being near.
    near: i32,
}

/// Buffers of listening.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// Phrases of each granule of the unit, as a range of `phrases`.
    granules: Vec<Option<(u32, u32)>>,
    phrases: Vec<Phrase>,
    /// By rule.
    said: Vec<Said>,
    /// Rules that something speaks for.
    spoken_for: Vec<u16>,
    place: u32,
    span: (usize, usize),
}

impl Ear {
    /// Another text: nothing heard yet.
    pub(crate) fn turn(&mut self, text: &[u8], rules: usize) {
        self.granules.clear();
        self.granules.resize(text.len().div_ceil(GRANULE), None);
        self.phrases.clear();
        self.said.resize(rules, Said::default());
        self.forget();
    }

    fn forget(&mut self) {
        self.spoken_for.clear();
        self.span = (usize::MAX, usize::MAX);
        // Places are numbered, so that nothing needs to be wiped.
        self.place = self.place.wrapping_add(1);
        if self.place == 0 {
            self.said.fill(Said::default());
            self.place = 1;
        }
    }

    /// Listens around a value.
    pub(crate) fn hear(&mut self, words: &WordTable, text: &[u8], (start, end): (usize, usize)) {
        if self.span == (start, end) {
            return;
        }
        self.forget();
        self.span = (start, end);
        let (low, high) = (start.saturating_sub(RADIUS), text.len().min(end + RADIUS));
        let mut line = None;
        for granule in low / GRANULE..high.div_ceil(GRANULE) {
            let (from, to) = self.listen(words, text, granule);
            for i in from..to {
                let phrase = self.phrases[i as usize];
                let (first, last) = (phrase.start as usize, phrase.end as usize);
                let (left, right) = (first >= low && last <= start, first >= end && last <= high);
                if left || right {
                    let near = if left { NEAR * (RADIUS - (start - last)) / RADIUS } else { 0 };
                    let line = line.get_or_insert_with(|| on_line(text, start, end));
                    self.take(words, phrase.number, near as i32, line.0 <= first && last <= line.1);
                }
            }
        }
    }

    fn take(&mut self, words: &WordTable, number: u32, near: i32, on_line: bool) {
        for &(rule, speaks) in words.uses(number) {
            let said = &mut self.said[usize::from(rule)];
            if said.place != self.place {
                *said = Said { place: self.place, ..Said::default() };
            }
            match speaks {
                Speaks::For => {
                    if said.speaks.is_none() {
                        self.spoken_for.push(rule);
                    }
                    said.speaks = Some(said.speaks.map_or(number, |known| known.min(number)));
                    said.near = said.near.max(near);
                }
                // A word on another line is about something else: records stand one on a line.
                Speaks::Against if on_line => said.against = Some(said.against.map_or(number, |known| known.min(number))),
                Speaks::Against | Speaks::Header => {}
            }
        }
    }

    /// Phrases that begin in a granule, as a range.
    fn listen(&mut self, words: &WordTable, text: &[u8], granule: usize) -> (u32, u32) {
        if let Some(known) = self.granules[granule] {
            return known;
        }
        let from = self.phrases.len() as u32;
        let range = granule * GRANULE..text.len().min((granule + 1) * GRANULE);
        words.phrases_in(text, range, |start, end, number| self.phrases.push(Phrase { start: start as u32, end: end as u32, number }));
        let heard = (from, self.phrases.len() as u32);
        self.granules[granule] = Some(heard);
        heard
    }

    fn of(&self, rule: u16) -> Option<&Said> {
        self.said.get(usize::from(rule)).filter(|said| said.place == self.place)
    }

    /// The phrase that speaks for a rule at the place listened to last, and millibits for its nearness.
    pub(crate) fn speaks_for(&self, rule: u16) -> Option<(u32, i32)> {
        self.of(rule).and_then(|said| Some((said.speaks?, said.near)))
    }

    /// The phrase on the value's own lines that speaks against it.
    pub(crate) fn speaks_against(&self, rule: u16) -> Option<u32> {
        self.of(rule)?.against
    }

    /// Rules that are spoken for there.
    pub(crate) fn spoken_for(&self) -> &[u16] {
        &self.spoken_for
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
