//! The extractors against the lake: every planted value comes out with its field, row, path and place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    sync::Arc,
};

use arrow_array::{Array, ArrayRef, cast::AsArray as _, types::Int32Type};
use bytes::Bytes;
use sonde_connectors::extract::{Chunk, Columns, Demand, Extractor, Opener, Options, Outcome, Piece, Sink, open};
use sonde_corpus::{Plant, Truth};

/// One value that came out.
#[derive(Debug)]
struct Value {
    text: Vec<u8>,
    path: Option<String>,
    number: Option<u32>,
    /// Raw bytes of a span of it.
    chunk: usize,
    column: usize,
    index: usize,
}

/// All of one object.
#[derive(Default)]
struct Read {
    values: BTreeMap<(String, u64), Vec<Value>>,
    chunks: Vec<Columns>,
    text: BTreeMap<u64, Bytes>,
    encoding: Option<&'static str>,
    outcomes: Vec<Outcome>,
    /// Rows of the parts before.
    before: u64,
}

/// The text of one cell.
fn cell(values: &ArrayRef, i: usize) -> Option<Vec<u8>> {
    if values.is_null(i) {
        return None;
    }
    if let Some(dictionary) = values.as_dictionary_opt::<Int32Type>() {
        return cell(dictionary.values(), dictionary.key(i)?);
    }
    let text = values.as_string_opt::<i32>().map(|v| v.value(i).as_bytes().to_vec());
    let text = text.or_else(|| values.as_string_opt::<i64>().map(|v| v.value(i).as_bytes().to_vec()));
    let text = text.or_else(|| values.as_binary_opt::<i32>().map(|v| v.value(i).to_vec()));
    Some(text.unwrap_or_else(|| values.as_binary::<i64>().value(i).to_vec()))
}

impl Sink for Read {
    fn chunk(&mut self, member: Option<&Arc<str>>, chunk: Chunk) {
        assert!(member.is_none(), "an object of one member");
        match chunk {
            Chunk::Text(text) => {
                let own = text.own.start.max(text.at)..text.own.end.min(text.at + text.bytes.len() as u64);
                self.encoding = Some(text.encoding);
                if !own.is_empty() {
                    self.text.insert(own.start, text.bytes.slice((own.start - text.at) as usize..(own.end - text.at) as usize));
                }
            }
            Chunk::Columns(columns) => self.columns(columns),
        }
    }
}

impl Read {
    fn columns(&mut self, columns: Columns) {
        for (column, c) in columns.columns.iter().enumerate() {
            for index in 0..c.values.len() {
                let Some(text) = cell(&c.values, index) else { continue };
                let row = self.before + columns.first_row + c.rows.as_ref().map_or(index as u64, |rows| u64::from(rows[index]));
                let value = Value { text, path: c.json_path(index, row), number: c.number, chunk: self.chunks.len(), column, index };
                self.values.entry((c.field.to_string(), row + 1)).or_default().push(value);
            }
        }
        self.chunks.push(columns);
    }

    /// The raw bytes of a span of a value.
    fn raw(&self, value: &Value, span: Range<usize>) -> Option<Range<u64>> {
        self.chunks[value.chunk].raw_span(value.column, value.index, span)
    }
}

fn fetch(object: &[u8], ranges: Vec<Range<u64>>) -> Vec<Piece> {
    let clamp = |at: u64| (at as usize).min(object.len());
    ranges.into_iter().map(|range| Piece { bytes: Bytes::copy_from_slice(&object[clamp(range.start)..clamp(range.end)]), range }).collect()
}

fn read(name: &str, object: &[u8], options: &Options) -> Read {
    let mut opener: Box<dyn Opener> = open(name, object.len() as u64, options);
    while let Demand::Ranges(ranges) = opener.demand() {
        opener.feed(fetch(object, ranges));
    }
    let (layout, prepared) = opener.layout();
    let mut all = Read::default();
    for part in &layout.parts {
        let mut extractor: Box<dyn Extractor> = prepared.extractor(part);
        while let Demand::Ranges(ranges) = extractor.demand() {
            extractor.feed(fetch(object, ranges), &mut all);
        }
        let outcomes = extractor.outcome();
        all.before += outcomes.iter().filter_map(|o| o.rows).sum::<u64>();
        all.outcomes.extend(outcomes);
    }
    all
}

/// Whether the value is there, with its path and place.
fn check_value(read: &Read, p: &Plant) -> Result<(), String> {
    let key = (p.field.clone().unwrap_or_default(), p.row.unwrap_or(0));
    let there = read.values.get(&key).map_or(&[][..], Vec::as_slice);
    let exact = there.iter().any(|value| {
        let starts = value.text.windows(p.value.len()).enumerate().filter(|(_, w)| *w == p.value.as_bytes());
        let place = starts.into_iter().any(|(at, _)| match (p.byte_start, p.byte_end) {
            (Some(start), Some(end)) => read.raw(value, at..at + p.value.len()) == Some(start..end),
            _ => read.raw(value, at..at + p.value.len()).is_none(),
        });
        let column = p.column.is_none() || value.number.map(u64::from) == p.column;
        place && column && (p.json_path.is_none() || value.path == p.json_path)
    });
    if exact { Ok(()) } else { Err(format!("{p:?} is not among {there:?}")) }
}

/// The first thing that is wrong with an object.
fn check(object: &str, truth: &Truth, options: &Options) -> Result<(), String> {
    let bytes = fs::read(sonde_corpus::lake_dir().join(object)).expect("committed");
    let read = read(object, &bytes, options);
    if read.outcomes.iter().any(|o| o.reason.is_some()) {
        return Err(format!("{object}: {:?}", read.outcomes));
    }
    let text: Vec<u8> = read.text.values().flat_map(|b| b.iter().copied()).collect();
    for p in truth.plants().filter(|p| p.object == object) {
        if p.field.is_some() {
            check_value(&read, p)?;
            continue;
        }
        let (start, end) = (p.byte_start.expect("a place") as usize, p.byte_end.expect("a place") as usize);
        let raw = &text[start..end];
        let decoded = match read.encoding.expect("a text") {
            "UTF-16LE" => String::from_utf16_lossy(&raw.chunks(2).map(|u| u16::from_le_bytes([u[0], u[1]])).collect::<Vec<_>>()),
            "UTF-8" => String::from_utf8_lossy(raw).into_owned(),
            _ => raw.iter().map(|b| char::from(*b)).collect(),
        };
        if decoded != p.value {
            return Err(format!("{object} has `{decoded}` at {start}, not `{}`", p.value));
        }
    }
    let fields: BTreeSet<&str> = read.values.keys().map(|(f, _)| f.as_str()).collect();
    for line in &truth.lines {
        if let sonde_corpus::Line::Clean { object: o, field: Some(field) } = line
            && o == object
            && !fields.contains(field.as_str())
        {
            return Err(format!("{object} has no `{field}`: {fields:?}"));
        }
    }
    Ok(())
}

/// Windows and parts of this size.
fn options(window: u64, part: u64) -> Options {
    Options { window, part, ..Options::default() }
}

/// Everything in the objects whose keys end like this, cut in different ways.
fn all_come_out(ends: &[&str]) {
    let truth = Truth::load().expect("committed");
    let coverage = truth.coverage();
    let objects: Vec<&str> = coverage.iter().filter(|(o, c)| c.0 == "scanned" && ends.iter().any(|e| o.ends_with(e))).map(|(o, _)| *o).collect();
    assert!(!objects.is_empty(), "the lake has nothing that ends in {ends:?}");
    let mut wrong = vec![];
    for object in objects {
        for options in [Options::default(), options(4096, 1 << 20), options(1 << 20, 20_000)] {
            wrong.extend(check(object, &truth, &options).err().map(|e| e.chars().take(1000).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const TEXT: &[&str] = &[".txt", ".md", ".log", ".env", ".yaml", ".yml", ".pem", ".css", ".sondeignore"];
const TABLES: &[&str] = &[".csv", ".tsv", ".psv"];
const JSON: &[&str] = &[".json", ".jsonl", ".ndjson", ".ipynb"];
const COMPRESSED: &[&str] = &[".gz", ".zst"];
const PARQUET: &[&str] = &[".parquet"];

#[test]
fn every_value_of_texts_comes_out_in_its_place() {
    all_come_out(TEXT);
}

#[test]
fn every_value_of_tables_comes_out_in_its_place() {
    all_come_out(TABLES);
}

#[test]
fn every_value_of_json_comes_out_in_its_place() {
    all_come_out(JSON);
}

#[test]
fn every_value_of_compressed_files_comes_out_in_its_place() {
    all_come_out(COMPRESSED);
}

#[test]
fn every_value_of_parquet_comes_out_in_its_place() {
    all_come_out(PARQUET);
}

#[test]
fn no_object_is_left_out_here() {
    let truth = Truth::load().expect("committed");
    let kinds = [TEXT, TABLES, JSON, COMPRESSED, PARQUET].concat();
    for (object, _) in truth.coverage().into_iter().filter(|(_, c)| c.0 == "scanned") {
        assert!(kinds.iter().any(|end| object.ends_with(end)), "{object} is in no test");
    }
}

#[test]
fn what_is_not_read_says_why() {
    let truth = Truth::load().expect("committed");
    for (object, (_, reason)) in truth.coverage().into_iter().filter(|(_, c)| c.1 == Some("UNSUPPORTED_FILE_TYPE")) {
        let bytes = fs::read(sonde_corpus::lake_dir().join(object)).expect("committed");
        let read = read(object, &bytes, &Options::default());
        assert!(read.values.is_empty() && read.text.is_empty(), "{object} gave chunks");
        let reasons: Vec<_> = read.outcomes.iter().map(|o| (o.skipped, o.reason.map(|r| r.as_str()))).collect();
        assert_eq!(reasons, [(true, reason)], "{object}");
    }
}
