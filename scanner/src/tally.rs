//! Chunks classified and counted: what one part of one object holds, as mergeable counts.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use arrow_array::{Array, ArrayRef, cast::AsArray};
use arrow_schema::DataType;
use sonde_classifiers::{
    Allowed, CellMatch, CellSink, Cells, Documents, Engine, FingerprintKey, Match, Offsets, RuleIndex, Scratch, Sketch, Tally, TextMatch,
    TextScanner, Watch, document, verdict::Seen,
};
use sonde_connectors::extract::{Chunk, Column, Columns, Sink, Text};

use crate::glob;
use crate::record::{Extent, Location, ObjectFinding};

mod dictionary;
mod nearby;

use nearby::{Composites, Records};

/// What every part's classifier shares.
#[derive(Clone, Debug)]
pub struct Lens {
    /// The rules.
    pub engine: Arc<Engine>,
    /// What tags say together.
    pub watch: Arc<Watch>,
    /// Kinds of documents.
    pub documents: Arc<Documents>,
    /// Key of the fingerprints.
    pub key: FingerprintKey,
    /// Locations kept per object × part × member × field × rule.
    pub locations: usize,
    /// Text is classified in windows of this many bytes.
    pub window: usize,
    /// Rows after which nothing more is counted (a sample).
    pub row_limit: Option<u64>,
    /// What need not be reported.
    pub allowed: Arc<Allowed>,
    /// Matches that were not.
    pub suppressed: Arc<AtomicU64>,
}

impl Lens {
    /// The lens for one object: what is allowed there.
    #[must_use]
    pub fn over(&self, object: &str) -> Self {
        let mut lens = self.clone();
        if !self.allowed.is_empty() {
            lens.allowed = Arc::new(self.allowed.at(&|path| glob::matches(path, object)));
        }
        lens
    }

    /// Whether a match need not be reported.
    fn allows(&self, m: &Match<'_>, field: Option<&str>) -> bool {
        !self.allowed.is_empty() && self.allowed.covers(&self.engine, m, field)
    }

    /// The same; counted.
    fn suppresses(&self, m: &Match<'_>, field: Option<&str>) -> bool {
        let covered = self.allows(m, field);
        // What all threads share is touched only where there is something to count.
        if covered {
            self.suppressed.fetch_add(1, Relaxed);
        }
        covered
    }
}

/// Classifies the chunks of one part and counts what it finds.
#[derive(Debug)]
pub struct PartTally {
    lens: Lens,
    scratch: Scratch,
    members: BTreeMap<Option<Arc<str>>, Member>,
    /// Bytes of content that went through the engine.
    pub bytes_classified: u64,
    /// The last part of its object: a line without end is one here, and goes on in the next part elsewhere.
    last: bool,
}

#[derive(Debug, Default)]
struct Member {
    text: Option<Box<TextState>>,
    /// Two columns of one name are one field.
    fields: Vec<Field>,
    by_name: HashMap<Arc<str>, usize>,
    rows: u64,
}

impl Member {
    fn slot(&mut self, name: &Arc<str>) -> usize {
        if let Some(&slot) = self.by_name.get(name) {
            return slot;
        }
        self.fields.push(Field { name: Arc::clone(name), ..Field::default() });
        self.by_name.insert(Arc::clone(name), self.fields.len() - 1);
        self.fields.len() - 1
    }
}

/// The texts of a member: one as a rule; where JSON cannot be understood, runs of it.
#[derive(Debug, Default)]
struct TextState {
    scanner: Option<TextScanner>,
    /// Lines can be told: the run begins where counting does.
    placed: bool,
    lines: u64,
    newlines: u64,
    tail: u64,
    found: Found,
    last_line: HashMap<RuleIndex, u64>,
    records: Option<Records>,
    composites: Composites,
    /// The head of the text, in the part that holds it.
    head: Option<document::Reader>,
}

#[derive(Debug)]
struct Field {
    name: Arc<str>,
    rows_seen: u64,
    last_seen: Option<u64>,
    found: Found,
    last_row: HashMap<RuleIndex, u64>,
    dictionary: Option<dictionary::Judged>,
}

impl Field {
    /// Counts the rows that hold a value. A long record comes in several batches: its row counts once.
    fn see(&mut self, column: &Column, first_row: u64, limit: u64) {
        let nulls = column.values.logical_nulls();
        for value in (0..column.values.len()).filter(|&i| nulls.as_ref().is_none_or(|n| n.is_valid(i))) {
            let row = first_row + row_of(column, value);
            if row < limit && self.last_seen.replace(row) != Some(row) {
                self.rows_seen += 1;
            }
        }
    }
}

impl Default for Field {
    fn default() -> Self {
        Self { name: Arc::from(""), rows_seen: 0, last_seen: None, found: Found::new(), last_row: HashMap::new(), dictionary: None }
    }
}

type Found = BTreeMap<RuleIndex, Counted>;

#[derive(Debug, Default)]
struct Counted {
    tally: Tally,
    sketch: Sketch,
    strong: Vec<Location>,
    weak: Vec<Location>,
}

impl PartTally {
    /// A tally of one part; `last`: of the last part of its object.
    #[must_use]
    pub fn new(lens: Lens, last: bool) -> Self {
        let scratch = lens.engine.scratch();
        Self { lens, scratch, members: BTreeMap::new(), bytes_classified: 0, last }
    }

    /// The counts.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Extent>, Vec<ObjectFinding>) {
        let (mut extents, mut findings) = (Vec::new(), Vec::new());
        for (member, mut state) in std::mem::take(&mut self.members) {
            let member = member.map(|m| m.to_string());
            let mut extent = Extent { member: member.clone(), rows: state.rows, ..Extent::default() };
            if let Some(mut text) = state.text.take() {
                text.end(&self.lens, &mut self.scratch);
                (extent.newlines, extent.tail) = (text.newlines, text.tail);
                let lines = text.lines + u64::from(self.last && extent.tail > 0);
                extent.fields.push((None, lines.min(self.lens.row_limit.unwrap_or(u64::MAX))));
                collect(&self.lens.engine, &mut findings, member.as_deref(), None, text.found);
                let id = |number| self.lens.watch.composite(number).id.clone();
                let composites = text.composites.found.into_iter().map(|(number, counted)| (id(number), counted));
                findings.extend(composites.map(|(rule, counted)| counted.finding(member.as_deref(), None, rule)));
                let kind = text.head.take().and_then(|head| self.lens.documents.judge(&head));
                findings.extend(kind.map(|(number, bits)| kind_finding(&self.lens, member.as_deref(), number, bits)));
            }
            state.fields.sort_by(|a, b| a.name.cmp(&b.name));
            for field in state.fields {
                extent.fields.push((Some(field.name.to_string()), field.rows_seen));
                collect(&self.lens.engine, &mut findings, member.as_deref(), Some(&field.name), field.found);
            }
            extents.push(extent);
        }
        (extents, findings)
    }

    /// Rows counted so far in the object itself (lines, for text): for samples.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let lines = |m: &Member| m.text.as_ref().and_then(|t| t.scanner.as_ref()).map_or(0, TextScanner::newlines);
        self.members.get(&None).map_or(0, |m| m.rows.max(lines(m)))
    }

    fn text(&mut self, member: Option<&Arc<str>>, text: &Text) {
        let lens = &self.lens;
        let member = self.members.entry(member.cloned()).or_default();
        let state = member.text.get_or_insert_default();
        if state.scanner.is_none() {
            state.placed = text.at <= text.own.start;
            state.last_line.clear();
        }
        let placed = state.placed;
        if text.at == 0 && state.scanner.is_none() && !lens.documents.is_empty() {
            state.head = Some(document::Reader::default());
        }
        if let Some(head) = state.head.as_mut().filter(|head| !head.is_full()) {
            head.feed(&text.bytes);
        }
        let scanner = state.scanner.get_or_insert_with(|| TextScanner::new(text.encoding, text.own.clone(), text.at, lens.window));
        let last = self.last;
        let records = state.records.get_or_insert_with(|| Records::new(lens, text, last));
        let (found, last_line, composites) = (&mut state.found, &mut state.last_line, &mut state.composites);
        records.push(lens, &mut self.scratch, &text.bytes, placed, composites);
        scanner.push(&lens.engine, &mut self.scratch, &text.bytes, &mut |m| {
            if let Some(hash) = count_text(lens, found, last_line, placed, &m) {
                records.own(lens, placed, &m, hash, composites);
            }
        });
        if text.last {
            state.end(lens, &mut self.scratch);
        }
    }

    fn columns(&mut self, member: Option<&Arc<str>>, columns: &Columns) {
        let member = self.members.entry(member.cloned()).or_default();
        let limit = self.lens.row_limit.unwrap_or(u64::MAX);
        if columns.first_row >= limit {
            return;
        }
        member.rows = member.rows.max(columns.first_row + columns.rows);
        let mut slots = Vec::with_capacity(columns.columns.len());
        let (mut aligned, mut single) = (Vec::new(), Vec::new());
        for (i, column) in columns.columns.iter().enumerate() {
            let slot = member.slot(&column.field);
            member.fields[slot].see(column, columns.first_row, limit);
            slots.push(slot);
            let coded = matches!(column.values.data_type(), DataType::Dictionary(..));
            if coded || column.rows.is_some() { single.push(i) } else { aligned.push(i) }
        }
        let batch: Vec<Cells<'_>> = aligned.iter().map(|&i| cells(&columns.columns[i].field, &columns.columns[i].values)).collect();
        let mut counter = Counter { lens: &self.lens, columns, slots: &slots, map: &aligned, fields: &mut member.fields, limit };
        self.lens.engine.scan_batch(&mut self.scratch, &batch, &mut counter);
        for i in single {
            let column = &columns.columns[i];
            if let Some(coded) = column.values.as_any_dictionary_opt() {
                let field = &mut member.fields[slots[i]];
                dictionary::count(&self.lens, &mut self.scratch, columns, i, coded, field, limit);
            } else {
                let map = [i];
                let mut counter = Counter { lens: &self.lens, columns, slots: &slots, map: &map, fields: &mut member.fields, limit };
                self.lens.engine.scan_column(&mut self.scratch, &cells(&column.field, &column.values), &mut counter);
            }
        }
    }
}

impl Sink for PartTally {
    fn chunk(&mut self, member: Option<&Arc<str>>, chunk: Chunk) {
        match chunk {
            Chunk::Text(text) => {
                self.bytes_classified += text.bytes.len() as u64;
                self.text(member, &text);
            }
            Chunk::Columns(columns) => {
                self.bytes_classified += columns.columns.iter().map(|c| c.values.get_buffer_memory_size() as u64).sum::<u64>();
                self.columns(member, &columns);
            }
        }
    }
}

/// Writes what the engine says of cells into their fields.
struct Counter<'a> {
    lens: &'a Lens,
    columns: &'a Columns,
    /// Field of each column of the chunk.
    slots: &'a [usize],
    /// Column of the chunk for each column the engine was given.
    map: &'a [usize],
    fields: &'a mut [Field],
    limit: u64,
}

impl CellSink for Counter<'_> {
    fn matched(&mut self, column: usize, m: CellMatch<'_>) {
        let index = self.map[column];
        let at = &self.columns.columns[index];
        let row = self.columns.first_row + row_of(at, m.cell);
        if row >= self.limit || self.lens.suppresses(&m.m, Some(&at.field)) {
            return;
        }
        let field = &mut self.fields[self.slots[index]];
        let seen = Seen::from(&m);
        let counted = field.found.entry(m.m.rule).or_default();
        if counted.tally.count(&seen, 1, field.last_row.insert(m.m.rule, row) != Some(row)) {
            counted.sketch.insert(m.m.sketch_hash(&self.lens.key));
        }
        if let Some(kept) = counted.room(&seen, self.lens.locations) {
            kept.push(cell_location(self.lens, self.columns, index, m.cell, row, &m.m));
        }
    }

    fn candidate(&mut self, column: usize, rule: RuleIndex, cell: usize) {
        let index = self.map[column];
        if self.columns.first_row + row_of(&self.columns.columns[index], cell) < self.limit {
            self.fields[self.slots[index]].found.entry(rule).or_default().tally.candidates += 1;
        }
    }
}

impl Counted {
    fn finding(self, member: Option<&str>, field: Option<&str>, rule: String) -> ObjectFinding {
        ObjectFinding {
            member: member.map(str::to_owned),
            field: field.map(str::to_owned),
            rule,
            tally: self.tally,
            sketch: self.sketch,
            locations: self.strong,
            weak: self.weak,
        }
    }

    /// The list a match's location belongs to, while it has room.
    fn room(&mut self, seen: &Seen, limit: usize) -> Option<&mut Vec<Location>> {
        let list = match (seen.strong, seen.whole) {
            (true, _) => &mut self.strong,
            (false, true) => &mut self.weak,
            (false, false) => return None,
        };
        (list.len() < limit).then_some(list)
    }
}

impl TextState {
    /// Ends the text, or one run of it.
    fn end(&mut self, lens: &Lens, scratch: &mut Scratch) {
        let Some(mut scanner) = self.scanner.take() else { return };
        let (found, last_line, placed) = (&mut self.found, &mut self.last_line, self.placed);
        let (mut records, composites) = (self.records.take(), &mut self.composites);
        if let Some(records) = &mut records {
            records.lead(lens, scratch);
        }
        scanner.finish(&lens.engine, scratch, &mut |m| {
            if let (Some(hash), Some(records)) = (count_text(lens, found, last_line, placed, &m), &mut records) {
                records.own(lens, placed, &m, hash, composites);
            }
        });
        if let Some(records) = records {
            records.finish(lens, scratch, placed, composites);
        }
        self.lines += scanner.newlines();
        if placed {
            (self.newlines, self.tail) = (scanner.newlines(), scanner.tail());
        } else {
            self.lines += u64::from(scanner.tail() > 0);
        }
    }
}

/// One for a text: it has no value, only a beginning.
fn kind_finding(lens: &Lens, member: Option<&str>, number: u16, millibits: i32) -> ObjectFinding {
    let document = lens.documents.document(number);
    let at = |offset| Location {
        line: Some(0),
        column: Some(1),
        row: None,
        json_path: None,
        byte_start: Some(offset),
        byte_end: Some(offset),
        masked: String::new(),
        fingerprint: String::new(),
        millibits,
    };
    let mut sketch = Sketch::default();
    sketch.insert(u64::from(number));
    ObjectFinding {
        member: member.map(str::to_owned),
        field: None,
        rule: document.id.clone(),
        tally: Tally { inside: 1, inside_rows: 1, best: millibits, ..Tally::default() },
        sketch,
        locations: if lens.locations > 0 { vec![at(0)] } else { Vec::new() },
        weak: Vec::new(),
    }
}

/// Counts a match; gives its sketch hash, unless it is beyond the sample, or allowed.
fn count_text(lens: &Lens, found: &mut Found, last_line: &mut HashMap<RuleIndex, u64>, placed: bool, text: &TextMatch<'_>) -> Option<u64> {
    if lens.row_limit.is_some_and(|limit| text.line >= limit) || lens.suppresses(&text.m, None) {
        return None;
    }
    let rule = text.m.rule;
    let counted = found.entry(rule).or_default();
    counted.tally.inside += 1;
    counted.tally.inside_rows += u64::from(last_line.insert(rule, text.line) != Some(text.line));
    counted.tally.best = counted.tally.best.max(text.m.millibits);
    let hash = text.m.sketch_hash(&lens.key);
    counted.sketch.insert(hash);
    if counted.strong.len() < lens.locations {
        counted.strong.push(Location {
            line: placed.then_some(text.line),
            column: placed.then_some(text.column),
            row: None,
            json_path: None,
            byte_start: Some(text.start),
            byte_end: Some(text.end),
            masked: text.m.masked(&lens.engine).to_string(),
            fingerprint: text.m.fingerprint(&lens.key).to_hex(),
            millibits: text.m.millibits,
        });
    }
    Some(hash)
}

fn cell_location(lens: &Lens, columns: &Columns, index: usize, cell: usize, row: u64, m: &Match<'_>) -> Location {
    let column = &columns.columns[index];
    let raw = columns.raw_span(index, cell, m.start..m.end);
    Location {
        line: None,
        column: column.number.map(u64::from),
        row: Some(row),
        json_path: column.json_path(cell, row),
        byte_start: raw.as_ref().map(|r| r.start),
        byte_end: raw.map(|r| r.end),
        masked: m.masked(&lens.engine).to_string(),
        fingerprint: m.fingerprint(&lens.key).to_hex(),
        millibits: m.millibits,
    }
}

fn collect(engine: &Engine, findings: &mut Vec<ObjectFinding>, member: Option<&str>, field: Option<&str>, found: Found) {
    let mut counted: Vec<_> = found.into_iter().map(|(rule, c)| (engine.rule(rule).id.clone(), c)).collect();
    counted.sort_by(|a, b| a.0.cmp(&b.0));
    findings.extend(counted.into_iter().map(|(rule, c)| c.finding(member, field, rule)));
}

fn row_of(column: &Column, value: usize) -> u64 {
    column.rows.as_ref().map_or(value as u64, |rows| u64::from(rows[value]))
}

/// The engine's view of an array: its buffers in place.
fn cells<'a>(field: &'a str, values: &'a ArrayRef) -> Cells<'a> {
    let (bytes, offsets) = match values.data_type() {
        DataType::Utf8 => (values.as_string::<i32>().value_data(), Offsets::I32(values.as_string::<i32>().value_offsets())),
        DataType::LargeUtf8 => (values.as_string::<i64>().value_data(), Offsets::I64(values.as_string::<i64>().value_offsets())),
        DataType::Binary => (values.as_binary::<i32>().value_data(), Offsets::I32(values.as_binary::<i32>().value_offsets())),
        DataType::LargeBinary => (values.as_binary::<i64>().value_data(), Offsets::I64(values.as_binary::<i64>().value_offsets())),
        other => unreachable!("extractors give strings and binaries only, not {other}"),
    };
    Cells { field, bytes, offsets, valid: values.nulls().map(|n| (n.validity(), n.offset())) }
}
