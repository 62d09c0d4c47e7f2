//! Composites in a text: parts near each other. A part of a text counts the records that begin in it; matches within reach beyond its ends are looked for as well, so that where
//! a text is cut changes nothing.

use std::collections::BTreeMap;

use sonde_classifiers::{Nearby, Scratch, TextMatch, TextScanner};
use sonde_connectors::extract::Text;

use super::{Counted, Lens};
use crate::record::Location;

/// What is kept of a match of a first part until its other parts are seen.
#[derive(Debug)]
struct Anchor {
    line: u64,
    column: u64,
    start: u64,
    end: u64,
    hash: u64,
}

/// A stretch beyond an end of the part, scanned for context only.
#[derive(Debug)]
struct Edge {
    scanner: TextScanner,
    /// Bytes that are wanted.
    wanted: std::ops::Range<u64>,
}

impl Edge {
    /// Gives it what it wants of a piece that begins at `at`.
    fn push(&mut self, lens: &Lens, scratch: &mut Scratch, (at, bytes): (u64, &[u8]), nearby: &mut Nearby<Anchor>, complete: Complete<'_>) {
        let place = |offset: u64| usize::try_from(offset.saturating_sub(at)).unwrap_or(usize::MAX).min(bytes.len());
        let mine = &bytes[place(self.wanted.start)..place(self.wanted.end)];
        self.scanner.push(&lens.engine, scratch, mine, &mut |m| context(lens, nearby, &m, complete));
    }

    fn finish(mut self, lens: &Lens, scratch: &mut Scratch, nearby: &mut Nearby<Anchor>, complete: Complete<'_>) {
        self.scanner.finish(&lens.engine, scratch, &mut |m| context(lens, nearby, &m, complete));
    }
}

/// What is done with a record whose parts were all seen.
type Complete<'a> = &'a mut dyn FnMut(u16, i32, Anchor);

fn context(lens: &Lens, nearby: &mut Nearby<Anchor>, m: &TextMatch<'_>, complete: Complete<'_>) {
    // What is not reported is no part either, on whichever side of a cut.
    if !lens.allows(&m.m, None) {
        nearby.see(&lens.watch, m.m.rule, (m.start, m.m.millibits), &mut || None, complete);
    }
}

/// The records of one run of text.
#[derive(Debug)]
pub(super) struct Records {
    nearby: Nearby<Anchor>,
    /// Where the next piece begins.
    at: u64,
    lead: Option<Edge>,
    tail: Option<Edge>,
}

impl Records {
    /// `last`: no text follows the part.
    pub(super) fn new(lens: &Lens, text: &Text, last: bool) -> Self {
        let (reach, margin) = (lens.watch.reach(), lens.engine.margin());
        let own = &text.own;
        let edge = |range: std::ops::Range<u64>, begin: u64| {
            // Two bytes a character: pieces begin at even places.
            let begin = begin.max(text.at) & !1;
            let scanner = TextScanner::new(text.encoding, range.clone(), begin.max(text.at), lens.window);
            Edge { scanner, wanted: begin.max(text.at)..range.end.saturating_add(margin) }
        };
        let lead = (reach > 0 && text.at < own.start).then(|| edge(own.start.saturating_sub(reach).max(text.at)..own.start, 0));
        let behind = own.end..own.end.saturating_add(reach);
        let tail = (reach > 0 && !last && own.end < u64::MAX - reach).then(|| edge(behind, own.end.saturating_sub(margin)));
        Self { nearby: Nearby::new(&lens.watch), at: text.at, lead, tail }
    }

    /// Before a piece goes to the text's own scanner.
    pub(super) fn push(&mut self, lens: &Lens, scratch: &mut Scratch, bytes: &[u8], placed: bool, found: &mut Composites) {
        let mut complete = |number, millibits, anchor: Anchor| found.count(lens, placed, number, millibits, &anchor);
        let end = self.at + bytes.len() as u64;
        if let Some(mut lead) = self.lead.take() {
            lead.push(lens, scratch, (self.at, bytes), &mut self.nearby, &mut complete);
            if end >= lead.wanted.end {
                lead.finish(lens, scratch, &mut self.nearby, &mut complete);
            } else {
                self.lead = Some(lead);
            }
        }
        if let Some(tail) = &mut self.tail {
            tail.push(lens, scratch, (self.at, bytes), &mut self.nearby, &mut complete);
        }
        self.at = end;
    }

    /// Before the text's own scanner is ended: what stands before the part is known by now.
    pub(super) fn lead(&mut self, lens: &Lens, scratch: &mut Scratch) {
        if let Some(lead) = self.lead.take() {
            // Nothing of the part was seen yet: nothing is complete.
            lead.finish(lens, scratch, &mut self.nearby, &mut |_, _, _| {});
        }
    }

    /// After it has ended.
    pub(super) fn finish(mut self, lens: &Lens, scratch: &mut Scratch, placed: bool, found: &mut Composites) {
        let mut complete = |number, millibits, anchor: Anchor| found.count(lens, placed, number, millibits, &anchor);
        if let Some(tail) = self.tail.take() {
            tail.finish(lens, scratch, &mut self.nearby, &mut complete);
        }
        self.nearby.finish(&mut complete);
    }

    /// A match of the text's own scanner; `hash` is its sketch hash.
    pub(super) fn own(&mut self, lens: &Lens, placed: bool, m: &TextMatch<'_>, hash: u64, found: &mut Composites) {
        let mut anchor = || Some(Anchor { line: m.line, column: m.column, start: m.start, end: m.end, hash });
        let mut complete = |number, millibits, anchor: Anchor| found.count(lens, placed, number, millibits, &anchor);
        self.nearby.see(&lens.watch, m.m.rule, (m.start, m.m.millibits), &mut anchor, &mut complete);
    }
}

/// Counts of the composites of a text, by their number.
#[derive(Debug, Default)]
pub(super) struct Composites {
    pub(super) found: BTreeMap<u16, Counted>,
    last_line: BTreeMap<u16, u64>,
}

impl Composites {
    fn count(&mut self, lens: &Lens, placed: bool, number: u16, millibits: i32, anchor: &Anchor) {
        let counted = self.found.entry(number).or_default();
        counted.tally.inside += 1;
        counted.tally.inside_rows += u64::from(self.last_line.insert(number, anchor.line) != Some(anchor.line));
        counted.tally.best = counted.tally.best.max(millibits);
        counted.sketch.insert(anchor.hash);
        if counted.strong.len() < lens.locations {
            // No value: the parts are findings of their own, with their masks.
            counted.strong.push(Location {
                line: placed.then_some(anchor.line),
                column: placed.then_some(anchor.column),
                row: None,
                json_path: None,
                byte_start: Some(anchor.start),
                byte_end: Some(anchor.end),
                masked: String::new(),
                fingerprint: String::new(),
                millibits,
            });
        }
    }
}
