//! Delimited text, tokenised as a stream: quoted fields hold anything, rows may be ragged, windows cut anywhere.

use std::sync::Arc;

use bytes::Bytes;
use memchr::{memchr, memchr3};

use super::{
    Chunk, Columns, Escape, Options, PathKind,
    leaf::{Leaf, Name},
    stream::{self, Out, Report, Stream},
};
use crate::Reason;

#[cfg(test)]
mod tests;

/// Fields of a row beyond this all go to the last column.
const MAX_COLUMNS: usize = 16_384;
/// A batch ends with the first row that fills it: this many bytes, values counted with `VALUE` each.
const BATCH: usize = 1 << 20;
/// A row that goes on beyond this is cut into batches.
const ROW_BATCH: usize = 8 << 20;
/// What a value costs besides its bytes.
const VALUE: usize = 20;
/// Longest column name taken from a header, bytes.
const MAX_NAME: usize = 256;

/// How the fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) header: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before a record: line ends are skipped.
    Record,
    /// Before a field.
    Field,
    /// In a field without quotes, or behind its closing quote.
    Plain,
    /// Behind an opening quote.
    Quoted,
    /// Behind a quote in a quoted field.
    Quote,
}

/// The tokeniser and the rows it has collected.
#[derive(Debug)]
pub(super) struct Csv {
    dialect: Dialect,
    max_field: usize,
    /// The first record is the header and has not ended yet.
    naming: bool,
    leaves: Vec<(Name, Leaf)>,
    state: State,
    /// Of the next byte.
    at: u64,
    column: usize,
    /// Rows ended.
    row: u64,
    first_row: u64,
    /// Where the field begins, its quote not counted.
    start: u64,
    /// The field as written, once that differs from its value.
    escaped: Option<Vec<u8>>,
    /// The field is a piece of one that was too large.
    cut: bool,
    size: usize,
    reason: Option<(Reason, &'static str)>,
}

impl Csv {
    /// Reads bytes that begin at `at` (behind the byte-order mark).
    pub(super) fn new(dialect: Dialect, at: u64, options: &Options) -> Self {
        let max_field = usize::try_from(options.max_field.clamp(1, 1 << 30)).unwrap_or(1 << 30);
        Self {
            dialect,
            max_field,
            naming: dialect.header,
            leaves: Vec::new(),
            state: State::Record,
            at,
            column: 0,
            row: 0,
            first_row: 0,
            start: at,
            escaped: None,
            cut: false,
            size: 0,
            reason: None,
        }
    }

    fn scan(&mut self, bytes: &[u8], out: &mut Out<'_>) {
        let Dialect { delimiter, quote, .. } = self.dialect;
        let mut i = 0;
        while i < bytes.len() {
            match self.state {
                State::Record if matches!(bytes[i], b'\n' | b'\r') => self.skip(&mut i),
                State::Record | State::Field => {
                    let quoted = bytes[i] == quote;
                    if quoted {
                        self.skip(&mut i);
                    }
                    self.open(if quoted { State::Quoted } else { State::Plain });
                }
                State::Plain => {
                    let end = memchr3(delimiter, b'\n', b'\r', &bytes[i..]).map(|n| i + n);
                    self.append(&bytes[i..end.unwrap_or(bytes.len())], out);
                    i = end.unwrap_or(bytes.len());
                    if end.is_some() {
                        self.close(self.at, out);
                        self.separate(bytes[i], out);
                        self.skip(&mut i);
                    }
                }
                State::Quoted => {
                    let end = memchr(quote, &bytes[i..]).map(|n| i + n);
                    self.append(&bytes[i..end.unwrap_or(bytes.len())], out);
                    i = end.unwrap_or(bytes.len());
                    if end.is_some() {
                        self.state = State::Quote;
                        self.skip(&mut i);
                    }
                }
                State::Quote if bytes[i] == quote => {
                    self.escape(&[quote]);
                    self.state = State::Quoted;
                    self.append(&[quote], out);
                    i += 1;
                }
                State::Quote if bytes[i] == delimiter || matches!(bytes[i], b'\n' | b'\r') => {
                    self.close(self.at - 1, out);
                    self.separate(bytes[i], out);
                    self.skip(&mut i);
                }
                State::Quote => {
                    self.escape(&[quote]);
                    self.state = State::Plain;
                }
            }
        }
    }

    fn skip(&mut self, i: &mut usize) {
        *i += 1;
        self.at += 1;
    }

    fn open(&mut self, state: State) {
        self.state = state;
        self.start = self.at;
        if self.column >= self.leaves.len() {
            let number = self.leaves.len() as u32 + 1;
            let name = Name { field: format!("column_{number}").into(), number: Some(number), path: PathKind::None, steps: [].into(), stride: 0 };
            self.leaves.push((name, Leaf::new()));
        }
    }

    /// From here on the field is kept as written too, with `raw`, which is not part of its value.
    fn escape(&mut self, raw: &[u8]) {
        let leaf = &self.leaves[self.column].1;
        self.escaped.get_or_insert_with(|| leaf.open().to_vec()).extend_from_slice(raw);
    }

    fn append(&mut self, mut bytes: &[u8], out: &mut Out<'_>) {
        loop {
            let leaf = &mut self.leaves[self.column].1;
            let room = self.max_field - leaf.open().len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            leaf.data.extend_from_slice(now);
            if let Some(escaped) = &mut self.escaped {
                escaped.extend_from_slice(now);
            }
            self.at += now.len() as u64;
            if later.is_empty() {
                return;
            }
            bytes = later;
            self.reason.get_or_insert((Reason::FieldExceedsLimit, "a field is larger than the limit and was cut"));
            self.close(self.at, out);
            self.start = self.at;
            self.cut = true;
        }
    }

    fn close(&mut self, end: u64, out: &mut Out<'_>) {
        let row = (self.row - self.first_row) as u32;
        let leaf = &mut self.leaves[self.column].1;
        self.size += leaf.open().len() + VALUE;
        match self.escaped.take() {
            _ if leaf.open().is_empty() => leaf.null(row, self.start, &[]),
            Some(escaped) => {
                self.size += escaped.len();
                leaf.close_escaped(row, self.start, end, &[], &escaped);
            }
            None => leaf.close(row, self.start, end, &[]),
        }
        self.cut = false;
        if self.size >= ROW_BATCH {
            // No header is as large as that.
            self.naming = false;
            self.flush(self.row + 1, out);
        }
    }

    fn separate(&mut self, byte: u8, out: &mut Out<'_>) {
        if byte == self.dialect.delimiter {
            self.column = (self.column + 1).min(MAX_COLUMNS - 1);
            self.state = State::Field;
        } else {
            self.end_record(out);
        }
    }

    fn end_record(&mut self, out: &mut Out<'_>) {
        self.column = 0;
        self.state = State::Record;
        if self.naming {
            self.naming = false;
            self.size = 0;
            for (name, leaf) in &mut self.leaves {
                let Some(header) = leaf.take(name, Escape::Quotes(self.dialect.quote)) else { continue };
                let header = header_text(&header.values);
                if !header.is_empty() {
                    name.field = header;
                }
            }
            return;
        }
        self.row += 1;
        if self.size >= BATCH || self.row - self.first_row >= 1 << 16 {
            self.flush(self.row, out);
        }
    }

    /// Gives out what was collected; `next` is the row behind it.
    fn flush(&mut self, next: u64, out: &mut Out<'_>) {
        let escape = Escape::Quotes(self.dialect.quote);
        let columns: Vec<_> = self.leaves.iter_mut().filter_map(|(name, leaf)| leaf.take(name, escape)).collect();
        if next > self.first_row {
            out(Chunk::Columns(Columns { first_row: self.first_row, rows: next - self.first_row, columns }));
        }
        self.first_row = self.row;
        self.size = 0;
    }

    /// A quote that never closes was none: what stands behind it is read again as plain fields.
    fn reopen(&mut self, out: &mut Out<'_>) {
        self.reason.get_or_insert((Reason::MalformedFile, "a quoted field is not closed at the end of the file"));
        if self.cut {
            return;
        }
        let leaf = &mut self.leaves[self.column].1;
        let mut raw = vec![self.dialect.quote];
        raw.extend_from_slice(self.escaped.take().as_deref().unwrap_or(leaf.open()));
        leaf.discard();
        self.at = self.start - 1;
        self.start = self.at;
        self.state = State::Plain;
        self.scan(&raw, out);
    }
}

fn header_text(values: &dyn arrow_array::Array) -> Arc<str> {
    let text = values.as_any().downcast_ref::<arrow_array::BinaryArray>().map_or(&[][..], |values| values.value(0));
    stream::name(text, MAX_NAME)
}

impl Stream for Csv {
    fn push(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        self.scan(&bytes, out);
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        if self.state == State::Quoted {
            self.reopen(out);
        }
        match self.state {
            State::Record => {}
            State::Field => {
                self.open(State::Plain);
                self.close(self.at, out);
            }
            State::Plain | State::Quoted => self.close(self.at, out),
            State::Quote => self.close(self.at - 1, out),
        }
        if self.state != State::Record {
            self.end_record(out);
        }
        if self.row > self.first_row {
            self.flush(self.row, out);
        }
    }

    fn done(&self) -> bool {
        false
    }

    fn report(&self) -> Report {
        let (reason, detail) = self.reason.unzip();
        Report { reason, detail: detail.map(str::to_owned), rows: Some(self.row), ..Report::default() }
    }
}
