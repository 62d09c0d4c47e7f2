//! Columns: each cell a text of its own, scanned in the value buffer, in place; the column's name is context.

use std::cmp::Reverse;

use crate::{
    engine::{Engine, Match, RuleIndex, Scratch},
    find::Candidate,
    judge::{Hit, Refused},
    overlap,
    words::{Speaks, Spoken, words},
};

/// Offsets of values in their buffer: one more than values.
#[derive(Clone, Copy, Debug)]
pub enum Offsets<'a> {
    /// 32 bits.
    I32(&'a [i32]),
    /// 64 bits.
    I64(&'a [i64]),
}

impl Offsets<'_> {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::I32(o) => o.len().saturating_sub(1),
            Self::I64(o) => o.len().saturating_sub(1),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn get(&self, i: usize) -> usize {
        match self {
            Self::I32(o) => usize::try_from(o[i]).unwrap_or(0),
            Self::I64(o) => usize::try_from(o[i]).unwrap_or(0),
        }
    }
}

/// The values of a column where they lie.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Name of the column, or JSON path.
    pub field: &'a str,
    /// All values, one after the other.
    pub bytes: &'a [u8],
    /// Where each begins.
    pub offsets: Offsets<'a>,
    /// Arrow's validity bitmap (least significant bit first) and the bit of the first value; `None`: all values are there.
    pub valid: Option<(&'a [u8], usize)>,
}

impl Cells<'_> {
    fn get(&self, i: usize) -> &[u8] {
        let null = |(bits, from): (&[u8], usize)| bits.get((from + i) / 8).is_none_or(|byte| byte >> ((from + i) % 8) & 1 == 0);
        if self.valid.is_some_and(null) {
            return &[];
        }
        self.bytes.get(self.offsets.get(i)..self.offsets.get(i + 1)).unwrap_or_default()
    }
}

/// A match in a cell.
#[derive(Debug)]
pub struct CellMatch<'a> {
    /// The match; its span is within the cell.
    pub m: Match<'a>,
    /// Which cell.
    pub cell: usize,
    /// It is the whole cell, but for white space around.
    pub whole: bool,
    /// Credible by itself, after overlaps are resolved.
    pub strong: bool,
    /// For whole matches: no other rule claims the whole cell with more bits.
    pub won: bool,
    /// Millibits without the check.
    pub base: i32,
    /// Millibits of the check.
    pub check: i32,
}

/// Takes what is found in cells.
pub trait CellSink {
    /// A match. Those that are neither whole nor strong are not given.
    fn matched(&mut self, column: usize, m: CellMatch<'_>);
    /// A cell whose whole has the shape of a rule that has a check, passed or not.
    fn candidate(&mut self, column: usize, rule: RuleIndex, cell: usize);
}

/// Short sibling cells say what their row is about, in tables of at most this many columns.
const SIBLINGS: usize = 32;
/// Longest sibling that is listened to, bytes.
const SIBLING: usize = 40;

impl Engine {
    /// Scans the cells of one column.
    pub fn scan_column(&self, scratch: &mut Scratch, cells: &Cells<'_>, sink: &mut dyn CellSink) {
        let spoken = self.compiled.words.listen(cells.field.as_bytes());
        for cell in 0..cells.offsets.len() {
            self.scan_cell(scratch, (0, cell), cells.get(cell), (&spoken, None), sink);
        }
    }

    /// Scans columns whose rows belong together: what a short cell says (`ssn`, `password`) is context for the cells beside it.
    pub fn scan_batch(&self, scratch: &mut Scratch, columns: &[Cells<'_>], sink: &mut dyn CellSink) {
        let listens = columns.len() > 1 && columns.len() <= SIBLINGS;
        for (number, column) in columns.iter().enumerate() {
            let spoken = self.compiled.words.listen(column.field.as_bytes());
            for cell in 0..column.offsets.len() {
                let siblings = || {
                    let mut said = Vec::new();
                    for (other, sibling) in columns.iter().enumerate() {
                        if other != number && cell < sibling.offsets.len() {
                            let text = sibling.get(cell);
                            let short = !text.is_empty() && text.len() <= SIBLING && (1..=3).contains(&words(text).len());
                            if short && !text.iter().any(u8::is_ascii_digit) {
                                said.push(self.compiled.words.listen(text));
                            }
                        }
                    }
                    said
                };
                let siblings: Option<&dyn Fn() -> Vec<Spoken>> = if listens { Some(&siblings) } else { None };
                self.scan_cell(scratch, (number, cell), column.get(cell), (&spoken, siblings), sink);
            }
        }
    }

    fn scan_cell(
        &self,
        scratch: &mut Scratch,
        (column, cell): (usize, usize),
        bytes: &[u8],
        (spoken, siblings): (&Spoken, Option<&dyn Fn() -> Vec<Spoken>>),
        sink: &mut dyn CellSink,
    ) {
        let trimmed = bytes.trim_ascii();
        if trimmed.len() < 3 {
            return;
        }
        let from = bytes.len() - bytes.trim_ascii_start().len();
        let whole = (from, from + trimmed.len());
        let refused = self.collect_cell(scratch, bytes, whole, spoken);
        for rule in refused {
            sink.candidate(column, RuleIndex(rule), cell);
        }
        if scratch.hits.is_empty() {
            return;
        }
        if let Some(siblings) = siblings {
            self.hear(&mut scratch.hits, siblings);
        }
        let mut wholes: Vec<Hit> = scratch.hits.iter().filter(|h| (h.start, h.end) == whole).cloned().collect();
        wholes.sort_by_key(|h| (h.rule, Reverse(h.bits)));
        wholes.dedup_by_key(|h| h.rule);
        let winner = wholes.iter().max_by_key(|h| (h.bits, Reverse(h.rule))).map(|h| h.rule);
        scratch.hits.retain(|h| h.bits >= self.threshold && !h.weak);
        overlap::resolve(self, &mut scratch.hits, &mut scratch.keep);
        for hit in wholes {
            let rule = hit.rule;
            if hit.check > 0 {
                sink.candidate(column, RuleIndex(rule), cell);
            }
            let strong = scratch.hits.iter().any(|h| h.rule == rule && (h.start, h.end) == whole);
            let (base, check) = (hit.base, hit.check);
            sink.matched(column, CellMatch { m: hit.matched(bytes), cell, whole: true, strong, won: winner == Some(rule), base, check });
        }
        for hit in scratch.hits.drain(..).filter(|h| (h.start, h.end) != whole) {
            let (base, check) = (hit.base, hit.check);
            sink.matched(column, CellMatch { m: hit.matched(bytes), cell, whole: false, strong: true, won: false, base, check });
        }
    }

    /// Fills `scratch.hits` with every hit in a cell; gives the rules whose shape the whole cell has and whose check it fails.
    fn collect_cell(&self, scratch: &mut Scratch, bytes: &[u8], whole: (usize, usize), spoken: &Spoken) -> Vec<u16> {
        scratch.hits.clear();
        let mut candidates = std::mem::take(&mut scratch.candidates);
        let mut value = std::mem::take(&mut scratch.value);
        let mut refused = Vec::new();
        candidates.clear();
        self.compiled.find(bytes, &mut candidates);
        self.cell_candidates(bytes, whole, spoken, &mut candidates);
        for candidate in &candidates {
            match self.judge(bytes, candidate, Some(spoken), &mut value, None) {
                Ok(hit) => scratch.hits.push(hit),
                Err(Refused::Check) if (candidate.start, candidate.end) == whole => refused.push(self.compiled.forms[candidate.form as usize].rule),
                Err(_) => {}
            }
        }
        crate::decode::views(self, bytes, Some(spoken), &mut candidates, &mut value, &mut scratch.hits);
        refused.sort_unstable();
        refused.dedup();
        refused.retain(|r| !scratch.hits.iter().any(|h| h.rule == *r && (h.start, h.end) == whole));
        (scratch.candidates, scratch.value) = (candidates, value);
        refused
    }

    /// Forms that are a whole cell under a name that speaks for their rule.
    fn cell_candidates(&self, bytes: &[u8], (start, end): (usize, usize), spoken: &Spoken, out: &mut Vec<Candidate>) {
        for cell in &self.compiled.cells {
            let ready = &self.compiled.forms[cell.form as usize];
            let named = spoken.about(ready.rule, Speaks::Header).or_else(|| spoken.about(ready.rule, Speaks::For)).is_some();
            if !named || !(cell.length[0]..=cell.length[1]).contains(&(end - start)) {
                continue;
            }
            let input = regex_automata::Input::new(&bytes[..end]).span(start..end).anchored(regex_automata::Anchored::Yes);
            let fits = ready.regex.as_ref().is_none_or(|r| r.search_half(&input).is_some_and(|m| m.offset() == end));
            if fits {
                out.push(Candidate { form: cell.form, start, end, delta: 0, literal: 0 });
            }
        }
    }

    /// Adds what sibling cells say to hits that lack support.
    fn hear(&self, hits: &mut [Hit], siblings: &dyn Fn() -> Vec<Spoken>) {
        if hits.iter().all(|h| h.bits >= self.threshold && !h.weak) {
            return;
        }
        let said = siblings();
        for hit in hits.iter_mut().filter(|h| h.bits < self.threshold || h.weak) {
            let speaks = |s: &Spoken| s.about(hit.rule, Speaks::For).or_else(|| s.about(hit.rule, Speaks::Header)).is_some();
            if said.iter().any(speaks) {
                let bits = crate::compile::milli(self.rules[usize::from(hit.rule)].context_bits);
                hit.bits += bits;
                hit.base += bits;
                hit.row += bits;
                hit.weak = false;
            }
        }
    }
}
