//! `--ndjson`: one line in, one line out, flushed.

use std::{
    fmt,
    io::{self, BufRead, BufReader, BufWriter, Write},
};

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::{
    Deserialize, Serialize,
    de::{self, Deserializer, Visitor},
};
use sonde_classifiers::{CellMatch, CellSink, Cells, Context as Around, Engine, Offsets, RuleIndex, Scratch};

use super::{super::custom::Rules, ClassifyArgs, MatchLine, Stats, bit_lines, line_of};

/// Lines taken together when more than one is there already.
const TOGETHER: usize = 1_024;

#[derive(Deserialize)]
struct Question {
    id: serde_json::Value,
    text: Text,
    #[serde(default)]
    field: Option<String>,
}

/// A JSON string as UTF-8; a lone surrogate is U+FFFD.
struct Text(Vec<u8>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
                let mut text = bytes.to_vec();
                // Surrogates come as three bytes of WTF-8; U+FFFD has three as well.
                for i in 0..text.len().saturating_sub(2) {
                    if text[i] == 0xED && text[i + 1] >= 0xA0 {
                        text[i..i + 3].copy_from_slice("\u{fffd}".as_bytes());
                    }
                }
                Ok(Text(text))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.as_bytes().to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    id: serde_json::Value,
    matches: Vec<MatchLine<'a>>,
}

#[derive(Serialize)]
struct Refusal {
    id: Option<()>,
    error: String,
}

pub(super) fn answer(args: &ClassifyArgs, rules: &Rules) -> Result<Stats> {
    let engine = &*rules.engine;
    let mut input = BufReader::with_capacity(1 << 20, args.open()?);
    let mut out = BufWriter::new(io::stdout());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(args.jobs)).build().context("cannot start threads")?;
    let mut stats = Stats::default();
    let mut lines: Vec<Vec<u8>> = Vec::new();
    loop {
        lines.clear();
        // Waits for one line, takes along those that are here already: whoever asks one by one is answered at once.
        while lines.is_empty() || (lines.len() < TOGETHER && memchr::memchr(b'\n', input.buffer()).is_some()) {
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line).with_context(|| args.reading())? == 0 {
                break;
            }
            stats.bytes += line.len() as u64;
            if !line.trim_ascii().is_empty() {
                lines.push(line);
            }
        }
        if lines.is_empty() {
            return Ok(stats);
        }
        let answers: Vec<(u64, Vec<u8>)> = if args.jobs == 1 || lines.len() == 1 {
            let mut scratch = engine.scratch();
            lines.iter().map(|line| one(rules, &mut scratch, line, args.explain)).collect::<Result<_>>()?
        } else {
            pool.install(|| {
                lines.par_iter().map_init(|| engine.scratch(), |scratch, line| one(rules, scratch, line, args.explain)).collect::<Result<_>>()
            })?
        };
        for (matches, line) in answers {
            stats.matches += matches;
            out.write_all(&line)?;
        }
        out.flush()?;
    }
}

fn one(rules: &Rules, scratch: &mut Scratch, line: &[u8], explain: bool) -> Result<(u64, Vec<u8>)> {
    let mut out = Vec::new();
    let matches = match serde_json::from_slice::<Question>(line) {
        Ok(question) if question.id.is_object() || question.id.is_array() => {
            refuse(&mut out, "`id` must be a string, a number, a boolean or null")?;
            0
        }
        Ok(Question { id, text, field }) => {
            let matches = matches(rules, scratch, &text.0, field.as_deref(), explain);
            let count = matches.len() as u64;
            serde_json::to_writer(&mut out, &Answer { id, matches })?;
            count
        }
        Err(error) => {
            // The error's words name keys and positions, never the text.
            refuse(&mut out, &format!("not a line of `id` and `text`: {:?} at column {}", error.classify(), error.column()))?;
            0
        }
    };
    out.push(b'\n');
    Ok((matches, out))
}

fn refuse(out: &mut Vec<u8>, error: &str) -> Result<()> {
    Ok(serde_json::to_writer(out, &Refusal { id: None, error: error.to_owned() })?)
}

fn matches<'e>(rules: &'e Rules, scratch: &mut Scratch, text: &[u8], field: Option<&str>, explain: bool) -> Vec<MatchLine<'e>> {
    let engine = &*rules.engine;
    let mut collected = Collected { engine, rules, text, field, explain, lines: Vec::new() };
    match field {
        Some(name) => {
            let offsets = [0_i64, text.len() as i64];
            let cells = Cells { field: name, bytes: text, offsets: Offsets::I64(&offsets), valid: None };
            engine.scan_column(scratch, &cells, &mut collected);
        }
        None => engine.scan(scratch, text, Around { field: None }, &mut |m| collected.add(&m)),
    }
    let mut lines = collected.lines;
    lines.sort_by(|a, b| (a.start, a.end, a.rule).cmp(&(b.start, b.end, b.rule)));
    lines
}

struct Collected<'e, 't> {
    engine: &'e Engine,
    rules: &'e Rules,
    text: &'t [u8],
    field: Option<&'t str>,
    explain: bool,
    lines: Vec<MatchLine<'e>>,
}

impl Collected<'_, '_> {
    fn add(&mut self, m: &sonde_classifiers::Match<'_>) {
        if self.rules.allows(m, self.field) {
            return;
        }
        let line = 1 + memchr::memchr_iter(b'\n', &self.text[..m.start]).count() as u64;
        let mut found = line_of(self.engine, m, m.start as u64, m.end as u64, line);
        if self.explain {
            found.bits = Some(bit_lines(self.engine.explain(self.text, Around { field: self.field }, m)));
        }
        self.lines.push(found);
    }
}

impl CellSink for Collected<'_, '_> {
    fn matched(&mut self, _column: usize, m: CellMatch<'_>) {
        if m.strong {
            self.add(&m.m);
        }
    }

    fn candidate(&mut self, _column: usize, _rule: RuleIndex, _cell: usize) {}
}
