//! Columns: each cell a text of its own, scanned in the value buffer, in place; the column's name is context.

use std::{cell::RefCell, cmp::Reverse, collections::HashMap};

use crate::{
    collect::{Collector, Finds, Listening, RowSpeech},
    compile::CellForm,
    engine::{Engine, Match, RuleIndex, Scratch},
    find::{Candidate, Sink, Unit, Units},
    judge::Hit,
    overlap,
    words::{Rules, Spoken, words},
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

    /// Arrow promises it; others may not.
    fn ascend(&self) -> bool {
        match self {
            Self::I32(o) => o.is_sorted(),
            Self::I64(o) => o.is_sorted(),
        }
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
    /// Where each begins. In ascending order: others make no column, and nothing is found in it.
    pub offsets: Offsets<'a>,
    /// Arrow's validity bitmap (least significant bit first) and the bit of the first value; `None`: all values are there.
    pub valid: Option<(&'a [u8], usize)>,
}

impl<'a> Cells<'a> {
    pub(crate) fn get(&self, i: usize) -> &'a [u8] {
        let null = |(bits, from): (&'a [u8], usize)| bits.get((from + i) / 8).is_none_or(|byte| byte >> ((from + i) % 8) & 1 == 0);
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
/// Shortest cell that is looked at, bytes.
const SHORTEST: usize = 3;

/// The cells of a column as texts that lie one behind the other in its value buffer.
struct Column<'a, 't> {
    cells: &'a Cells<'t>,
    /// Where the first one begins in the buffer.
    first: usize,
    /// A cell at or before the 64 bytes looked at.
    cell: usize,
}

impl<'t> Column<'_, 't> {
    fn start(&self, cell: usize) -> usize {
        self.cells.offsets.get(cell) - self.first
    }
}

impl<'t> Units<'t> for Column<'_, 't> {
    fn begins(&mut self, at: usize) -> u64 {
        let cells = self.cells.offsets.len();
        while self.cell < cells && self.start(self.cell + 1) <= at {
            self.cell += 1;
        }
        let mut mask = 0;
        for start in (self.cell..cells).map(|cell| self.start(cell)).take_while(|start| *start < at + 64) {
            mask |= if start >= at { 1 << (start - at) } else { 0 };
        }
        mask
    }

    fn holding(&mut self, at: usize) -> Option<Unit<'t>> {
        let number = (self.cell..self.cells.offsets.len()).find(|cell| self.start(cell + 1) > at)?;
        let text = self.cells.get(number);
        (text.trim_ascii().len() >= SHORTEST).then(|| Unit { text, base: self.start(number), number })
    }
}

/// What the short cells of each row say, asked for once.
struct Rows<'a, 't> {
    engine: &'a Engine,
    columns: &'a [Cells<'t>],
    said: RefCell<HashMap<usize, Vec<(usize, Spoken)>>>,
}

impl Rows<'_, '_> {
    /// The rules that a cell of another column in this row speaks for.
    fn speaks(&self, column: usize, cell: usize, each: &mut dyn FnMut(&Rules)) {
        let mut said = self.said.borrow_mut();
        let row = said.entry(cell).or_insert_with(|| self.listen(cell));
        row.iter().filter(|(other, _)| *other != column).for_each(|(_, spoken)| each(spoken.rules()));
    }

    fn listen(&self, cell: usize) -> Vec<(usize, Spoken)> {
        let mut said = Vec::new();
        for (number, sibling) in self.columns.iter().enumerate().filter(|(_, s)| cell < s.offsets.len()) {
            let text = sibling.get(cell);
            if text.is_empty() || text.len() > SIBLING || text.iter().any(u8::is_ascii_digit) {
                continue;
            }
            let spoken = self.engine.compiled.words.listen(text);
            if !spoken.is_empty() && (1..=3).contains(&words(text).len()) {
                said.push((number, spoken));
            }
        }
        said
    }
}

impl Engine {
    /// Scans the cells of one column.
    pub fn scan_column(&self, scratch: &mut Scratch, cells: &Cells<'_>, sink: &mut dyn CellSink) {
        self.scan_one(scratch, (0, cells), None, &[], sink);
    }

    /// Scans columns whose rows belong together: what a short cell says (`ssn`, `password`) is context for the cells beside it.
    pub fn scan_batch(&self, scratch: &mut Scratch, columns: &[Cells<'_>], sink: &mut dyn CellSink) {
        let listens = columns.len() > 1 && columns.len() <= SIBLINGS;
        let rows = Rows { engine: self, columns, said: RefCell::default() };
        for (number, column) in columns.iter().enumerate() {
            self.scan_one(scratch, (number, column), listens.then_some(&rows), columns, sink);
        }
    }

    fn scan_one(
        &self,
        scratch: &mut Scratch,
        (column, cells): (usize, &Cells<'_>),
        rows: Option<&Rows<'_, '_>>,
        columns: &[Cells<'_>],
        sink: &mut dyn CellSink,
    ) {
        if cells.offsets.is_empty() || !cells.offsets.ascend() {
            return;
        }
        let spoken = self.compiled.words.listen(cells.field.as_bytes());
        let row = rows.map(|rows| move |cell: usize, each: &mut dyn FnMut(&Rules)| rows.speaks(column, cell, each));
        let row: Option<&RowSpeech<'_>> = row.as_ref().map(|r| r as _);
        let listening = Listening { engine: self, spoken: Some(&spoken), row, decodes: true };
        let (first, last) = (cells.offsets.get(0), cells.offsets.get(cells.offsets.len()));
        let Scratch { finds, room, .. } = &mut *scratch;
        finds.clear();
        if let Some(buffer) = cells.bytes.get(first..last) {
            Collector::in_columns(&listening, finds).texts(buffer, &mut Column { cells, first, cell: 0 });
        }
        self.named_cells(cells, &listening, finds);
        self.custom_cells(&listening, (finds, room), (column, cells), columns);
        finds.hits.sort_by_key(|(cell, _)| *cell);
        finds.refused.sort_unstable();
        finds.refused.dedup();
        let (mut hits, mut refused) = (std::mem::take(&mut finds.hits), std::mem::take(&mut finds.refused));
        let mut rest = &refused[..];
        for found in hits.chunk_by(|a, b| a.0 == b.0) {
            let cell = found[0].0;
            let before = rest.partition_point(|r| r.0 < cell);
            let here = rest.partition_point(|r| r.0 <= cell);
            rest[..before].iter().for_each(|r| sink.candidate(column, RuleIndex(r.1), r.0));
            self.report(scratch, (column, cell), cells.get(cell), found, &rest[before..here], sink);
            rest = &rest[here..];
        }
        rest.iter().for_each(|r| sink.candidate(column, RuleIndex(r.1), r.0));
        hits.clear();
        refused.clear();
        (scratch.finds.hits, scratch.finds.refused) = (hits, refused);
    }

    /// Settles what was found in one cell and gives it out.
    fn report(
        &self,
        scratch: &mut Scratch,
        (column, cell): (usize, usize),
        bytes: &[u8],
        found: &[(usize, Hit)],
        refused: &[(usize, u16)],
        sink: &mut dyn CellSink,
    ) {
        let from = bytes.len() - bytes.trim_ascii_start().len();
        let whole = (from, from + bytes.trim_ascii().len());
        let is_whole = |h: &Hit| (h.start, h.end) == whole;
        for &(_, rule) in refused.iter().filter(|r| !found.iter().any(|(_, h)| h.rule == r.1 && is_whole(h))) {
            sink.candidate(column, RuleIndex(rule), cell);
        }
        let mut wholes: Vec<Hit> = found.iter().map(|f| &f.1).filter(|h| is_whole(h)).cloned().collect();
        wholes.sort_by_key(|h| (h.rule, Reverse(h.bits)));
        wholes.dedup_by_key(|h| h.rule);
        let winner = wholes.iter().max_by_key(|h| (h.bits, Reverse(h.rule))).map(|h| h.rule);
        scratch.hits.clear();
        scratch.hits.extend(found.iter().map(|f| &f.1).filter(|h| self.reports(h)).cloned());
        overlap::resolve(self, &mut scratch.hits, &mut scratch.keep);
        for hit in wholes {
            let rule = hit.rule;
            if hit.check > 0 {
                sink.candidate(column, RuleIndex(rule), cell);
            }
            let strong = scratch.hits.iter().any(|h| h.rule == rule && is_whole(h));
            let (base, check) = (hit.base, hit.check);
            sink.matched(column, CellMatch { m: hit.matched(bytes), cell, whole: true, strong, won: winner == Some(rule), base, check });
        }
        for hit in scratch.hits.drain(..).filter(|h| !is_whole(h)) {
            let (base, check) = (hit.base, hit.check);
            sink.matched(column, CellMatch { m: hit.matched(bytes), cell, whole: false, strong: true, won: false, base, check });
        }
    }

    /// Adds forms that are a whole cell under a name that speaks for their rule.
    pub(crate) fn named_cells(&self, cells: &Cells<'_>, listening: &Listening<'_>, finds: &mut Finds) {
        let spoken = listening.spoken;
        let named = |c: &&CellForm| spoken.is_some_and(|s| self.compiled.forms[c.form as usize].named(s).is_some());
        let forms: Vec<_> = self.compiled.cells.iter().filter(named).collect();
        if forms.is_empty() {
            return;
        }
        let (mut found, mut collector) = (Vec::new(), Collector::in_columns(listening, finds));
        for number in 0..cells.offsets.len() {
            let text = cells.get(number);
            let start = text.len() - text.trim_ascii_start().len();
            let end = start + text.trim_ascii().len();
            let fits = |c: &&&CellForm| end - start >= SHORTEST && c.fits(&self.compiled.forms, text, (start, end));
            let weighed = |c: &&CellForm| {
                let kernel = self.compiled.forms[c.form as usize].kernel;
                let delta = kernel.map_or(Some(0), |k| k.at_cell(cells.field.as_bytes(), &text[start..end]))?;
                Some(Candidate { form: c.form, start, end, delta, literal: 0 })
            };
            found.extend(forms.iter().filter(fits).filter_map(weighed));
            let unit = Unit { text, base: 0, number };
            found.drain(..).for_each(|candidate| collector.candidate(&unit, candidate));
        }
    }
}
