//! Rows of `COPY`'s text format made into columns.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;

use super::{
    nested,
    table::{FLOOR, Shape, Table},
    value::{self, Cells},
};
use crate::{
    Reason,
    extract::{Chunk, Column, Columns, Demand, Extractor, Options, Outcome, Part, PathKind, Piece, Prepared, Sink, column_name, records::Records},
};

/// A batch ends with the first row that fills it: this many bytes, values counted with `VALUE` each; or this many rows.
const BATCH: usize = 1 << 20;
const BATCH_ROWS: u64 = 1 << 16;
const VALUE: usize = 8;

/// How the parts of a table are read.
#[derive(Debug)]
pub(super) struct Plan {
    columns: Vec<(Arc<str>, u32, Shape)>,
    /// The last field counts shortened values.
    counted: bool,
    /// What of the table is not read, and why.
    unread: Vec<(Reason, String)>,
    options: Options,
}

impl Plan {
    pub(super) fn new(table: &Table, options: &Options) -> Self {
        let columns: Vec<_> = table.read().map(|c| (column_name(c.name.as_bytes()), c.number, c.shape)).collect();
        let denied: Vec<&str> = table.columns.iter().filter(|c| !c.readable).map(|c| c.name.as_str()).collect();
        let mut unread = Vec::new();
        if !denied.is_empty() {
            let detail = format!("no SELECT on {} of {} columns: {}", denied.len(), table.columns.len(), listed(&denied));
            unread.push((Reason::PermissionDenied, detail));
        }
        if table.row_security {
            unread.push((Reason::PermissionDenied, "row-level security hides rows from this user".to_owned()));
        }
        let vectors: Vec<&str> = table.columns.iter().filter(|c| c.readable && c.shape == Shape::Vector).map(|c| c.name.as_str()).collect();
        if !vectors.is_empty() {
            unread.push((Reason::UnsupportedFileType, format!("vectors are not read: {}", listed(&vectors))));
        }
        let counted = table.toasted && columns.iter().any(|c| c.2 != Shape::Small);
        Self { columns, counted, unread, options: options.clone() }
    }
}

/// The first names of a list.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 20;
    let shown = names.iter().take(MOST).map(|n| format!("`{}`", n.escape_debug())).collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown}, …") } else { shown }
}

impl Prepared for Plan {
    fn extractor(&self, _: &Part) -> Box<dyn Extractor> {
        let columns = self.columns.iter().map(|(name, number, shape)| Reading::new(name, *number, *shape, &self.options)).collect();
        Box::new(Rows {
            columns,
            counted: self.counted,
            unread: self.unread.clone(),
            carry: Vec::new(),
            fields: Vec::new(),
            buffer: Vec::new(),
            row: 0,
            first_row: 0,
            size: 0,
            bytes: 0,
            ended: false,
            shortened: 0,
        })
    }
}

/// One column being read.
#[derive(Debug)]
struct Reading {
    name: Arc<str>,
    number: u32,
    shape: Shape,
    /// Values that are what they are.
    cells: Cells,
    /// Those of nested columns that could not be taken apart: they are few, and list their rows.
    odd: Vec<u32>,
    nested: Option<Nested>,
    /// Values that are no text.
    binary: u64,
}

/// A nested column: one JSON text for each row.
#[derive(Debug)]
struct Nested {
    records: Records,
    lines: Vec<u8>,
    /// Names of fields as the records have them, and as the table has.
    names: HashMap<Arc<str>, Arc<str>>,
}

impl Reading {
    fn new(name: &Arc<str>, number: u32, shape: Shape, options: &Options) -> Self {
        let nested = matches!(shape, Shape::Json | Shape::Array | Shape::ForeignArray | Shape::Hstore).then(|| Nested {
            records: Records::new(options),
            lines: Vec::new(),
            names: HashMap::new(),
        });
        Self { name: Arc::clone(name), number, shape, cells: Cells::new(), odd: Vec::new(), nested, binary: 0 }
    }

    /// Takes the value of one row; `row` counts in the batch, `shortened` says that some value of the row was. Gives the bytes it added.
    fn push(&mut self, row: u32, value: Option<&[u8]>, shortened: bool) -> usize {
        let Some(nested) = &mut self.nested else {
            let bytes = if self.shape == Shape::Bytes { value.and_then(value::hex) } else { None };
            let Some(bytes) = bytes else {
                self.cells.push(value);
                return value.map_or(0, <[u8]>::len);
            };
            let len = bytes.len();
            let text = value::as_text(bytes);
            self.binary += u64::from(text.is_none());
            self.cells.push(text.as_deref());
            return len;
        };
        let before = nested.lines.len();
        let whole = value.filter(|v| !shortened || (v.len() as u64) < FLOOR);
        let taken = whole.and_then(|text| match self.shape {
            Shape::Json => {
                // Line ends stand between tokens only: in strings they are escaped.
                nested.lines.extend(text.iter().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { *b }));
                Some(())
            }
            Shape::Hstore => nested::hstore(text, &mut nested.lines),
            _ => nested::array(text, b',', &mut nested.lines),
        });
        if taken.is_none() {
            nested.lines.truncate(before);
            nested.lines.extend_from_slice(b"null");
            if let Some(text) = value {
                self.odd.push(row);
                self.cells.push(Some(text));
            }
        }
        nested.lines.push(b'\n');
        nested.lines.len() - before + value.map_or(0, <[u8]>::len)
    }

    /// What was collected; `last`: there is nothing more.
    fn flush(&mut self, first_row: u64, rows: u64, last: bool, flat: &mut Vec<Column>, out: &mut dyn FnMut(Columns)) {
        let Some(nested) = &mut self.nested else {
            flat.push(column(&self.name, self.number, self.cells.take(), None));
            return;
        };
        let Nested { records, lines, names } = nested;
        let (name, number, odd, cells) = (&self.name, self.number, &mut self.odd, &mut self.cells);
        let mut give = |mut columns: Columns| {
            for column in &mut columns.columns {
                column.field = Arc::clone(names.entry(Arc::clone(&column.field)).or_insert_with_key(|field| below(name, field)));
                (column.number, column.places) = (Some(number), None);
            }
            out(columns);
        };
        let lines = Bytes::from(std::mem::take(lines));
        records.push(lines, last, &mut give, &mut |row, text| {
            odd.push(u32::try_from(row.saturating_sub(first_row)).unwrap_or(u32::MAX));
            cells.push(Some(text));
        });
        if !self.odd.is_empty() {
            let columns = vec![column(&self.name, self.number, self.cells.take(), Some(std::mem::take(&mut self.odd)))];
            out(Columns { first_row, rows, columns });
        }
    }
}

/// Field of a value below a column: `col.a.b[]`.
fn below(column: &Arc<str>, field: &str) -> Arc<str> {
    match field {
        "$" => Arc::clone(column),
        _ if field.starts_with('[') => format!("{column}{field}").into(),
        _ => format!("{column}.{field}").into(),
    }
}

fn column(name: &Arc<str>, number: u32, values: arrow_array::ArrayRef, rows: Option<Vec<u32>>) -> Column {
    Column {
        field: Arc::clone(name),
        number: Some(number),
        values,
        rows,
        indices: Vec::new(),
        stride: 0,
        path: PathKind::None,
        steps: [].into(),
        places: None,
    }
}

/// The extractor of one part.
#[derive(Debug)]
struct Rows {
    columns: Vec<Reading>,
    counted: bool,
    unread: Vec<(Reason, String)>,
    /// The row that the last piece began.
    carry: Vec<u8>,
    /// Where the fields of a row lie.
    fields: Vec<(usize, usize)>,
    buffer: Vec<u8>,
    row: u64,
    first_row: u64,
    size: usize,
    bytes: u64,
    ended: bool,
    /// Values that the server shortened.
    shortened: u64,
}

impl Rows {
    fn lines(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            if self.carry.is_empty() {
                self.line(&rest[..end]);
            } else {
                let mut line = std::mem::take(&mut self.carry);
                line.extend_from_slice(&rest[..end]);
                self.line(&line);
            }
            rest = &rest[end + 1..];
            if self.size >= BATCH || self.row - self.first_row >= BATCH_ROWS {
                self.flush(false, sink);
            }
        }
        self.carry.extend_from_slice(rest);
    }

    fn line(&mut self, line: &[u8]) {
        self.fields.clear();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\t', line) {
            self.fields.push((start, end));
            start = end + 1;
        }
        self.fields.push((start, line.len()));
        let shortened = match self.fields.get(self.columns.len()) {
            Some(&(start, end)) if self.counted => number(&line[start..end]),
            _ => 0,
        };
        self.shortened += shortened;
        let row = (self.row - self.first_row) as u32;
        for (reading, &(start, end)) in self.columns.iter_mut().zip(&self.fields) {
            let value = value::unescape(&line[start..end], &mut self.buffer);
            self.size += VALUE + reading.push(row, value, shortened > 0);
        }
        self.row += 1;
    }

    fn flush(&mut self, last: bool, sink: &mut dyn Sink) {
        let (first_row, rows) = (self.first_row, self.row - self.first_row);
        let mut flat = Vec::with_capacity(self.columns.len());
        let mut out = |columns| sink.chunk(None, Chunk::Columns(columns));
        for reading in &mut self.columns {
            reading.flush(first_row, rows, last, &mut flat, &mut out);
        }
        if rows > 0 {
            out(Columns { first_row, rows, columns: flat });
        }
        (self.first_row, self.size) = (self.row, 0);
    }
}

/// A count in ASCII.
fn number(text: &[u8]) -> u64 {
    text.iter().filter(|b| b.is_ascii_digit()).fold(0, |n: u64, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')))
}

impl Extractor for Rows {
    fn demand(&mut self) -> Demand {
        if self.ended { Demand::Done } else { Demand::Next }
    }

    fn feed(&mut self, pieces: Vec<Piece>, sink: &mut dyn Sink) {
        for piece in pieces {
            self.bytes += piece.bytes.len() as u64;
            if piece.bytes.is_empty() {
                self.ended = true;
                self.flush(true, sink);
            } else {
                self.lines(&piece.bytes, sink);
            }
        }
    }

    fn outcome(&mut self) -> Vec<Outcome> {
        let mut told = self.unread.clone();
        if self.shortened > 0 {
            told.push((Reason::FieldExceedsLimit, format!("{} values were shortened: their rows are too large", self.shortened)));
        }
        for reading in &self.columns {
            if let Some((reason, detail)) = reading.nested.as_ref().and_then(|n| n.records.note()) {
                told.push((reason, format!("`{}`: {detail}", reading.name.escape_debug())));
            }
        }
        let binary: u64 = self.columns.iter().map(|c| c.binary).sum();
        if binary > 0 {
            let names: Vec<&str> = self.columns.iter().filter(|c| c.binary > 0).map(|c| &*c.name).collect();
            told.push((Reason::UnsupportedFileType, format!("{binary} binary values are no text and were not read: {}", listed(&names))));
        }
        let reason = told.first().map(|(reason, _)| *reason);
        let detail = (!told.is_empty()).then(|| told.into_iter().map(|(_, detail)| detail).collect::<Vec<_>>().join("; "));
        vec![Outcome { member: None, reason, skipped: false, detail, rows: Some(self.row), bytes: self.bytes }]
    }
}

#[cfg(test)]
mod tests;
