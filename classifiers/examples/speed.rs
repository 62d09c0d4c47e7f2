//! Bytes per second on one core: `cargo run --release -p sonde-classifiers --example speed -- [--rules DIR] [--literals own|hyperscan] FILE…`.
//!
//! Each file is scanned as a text in pieces, and, with `.csv`, as columns. Prints megabytes a second of processor time, the best of a few rounds, and a checksum over the
//! matches, which a change for speed must not change.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::{error::Error, time::Instant};

use sonde_classifiers::{CellMatch, CellSink, Cells, Engine, EngineOptions, Offsets, RuleIndex, Ruleset, Scratch, TextScanner};

const ROUNDS: usize = 3;
const PIECE: usize = 256 << 10;
const WINDOW: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut rules = Ruleset::builtin()?;
    if args.first().is_some_and(|a| a == "--rules") {
        rules = folder(&args[1])?;
        args.drain(..2);
    }
    let mut literals = "own".to_owned();
    if args.first().is_some_and(|a| a == "--literals") {
        literals.clone_from(&args[1]);
        args.drain(..2);
    }
    let begun = Instant::now();
    let engine = Engine::new(&rules, EngineOptions::default())?.with_literals(&literals);
    println!("{} rules, built in {:.0} ms, literals by {}", engine.rules().len(), begun.elapsed().as_secs_f64() * 1e3, engine.literals());
    for name in &args {
        let bytes = std::fs::read(name)?;
        report(name, "text", bytes.len(), || text(&engine, &bytes));
        if name.ends_with("csv") {
            let columns = columns(&bytes);
            let size = columns.iter().map(|c| c.bytes.len()).sum();
            report(name, "columns", size, || batch(&engine, &columns));
        }
    }
    Ok(())
}

fn folder(path: &str) -> Result<Ruleset, Box<dyn Error>> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(path)? {
        let file = file?.path();
        files.push((file.display().to_string(), std::fs::read_to_string(&file)?));
    }
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(Ruleset::parse(&files)?)
}

fn report(name: &str, how: &str, bytes: usize, scan: impl Fn() -> Sum) {
    let mut best = f64::INFINITY;
    let mut sum = Sum::default();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let used = processor();
        sum = scan();
        let took = used.and_then(|used| Some(processor()? - used)).unwrap_or_else(|| begun.elapsed().as_secs_f64());
        best = best.min(took);
    }
    let short = name.rsplit('/').next().unwrap_or(name);
    println!("{short:20} {how:8} {:7.0} MB/s  {:8} matches  {:016x}", bytes as f64 / best / 1e6, sum.matches, sum.hash);
}

/// Seconds of this thread on a processor, where the system tells.
fn processor() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(told.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

#[derive(Default)]
struct Sum {
    matches: u64,
    hash: u64,
}

impl Sum {
    fn add(&mut self, parts: &[u64]) {
        self.matches += 1;
        for part in parts {
            self.hash = (self.hash.rotate_left(5) ^ part).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }
}

fn text(engine: &Engine, bytes: &[u8]) -> Sum {
    let mut scratch = engine.scratch();
    let mut scanner = TextScanner::new("UTF-8", 0..u64::MAX, 0, WINDOW);
    let mut sum = Sum::default();
    let mut sink = |m: sonde_classifiers::TextMatch<'_>| sum.add(&[m.start, m.end, u64::from(m.m.rule.0), m.line, m.column, m.m.millibits as u64]);
    for piece in bytes.chunks(PIECE) {
        scanner.push(engine, &mut scratch, piece, &mut sink);
    }
    scanner.finish(engine, &mut scratch, &mut sink);
    sum
}

struct Column {
    name: String,
    bytes: Vec<u8>,
    offsets: Vec<i64>,
}

/// Columns of plain CSV, without quotes.
fn columns(bytes: &[u8]) -> Vec<Column> {
    let mut lines = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    let header = lines.next().unwrap_or_default();
    let new = |name: &[u8]| Column { name: String::from_utf8_lossy(name).into_owned(), bytes: Vec::new(), offsets: vec![0] };
    let mut columns: Vec<Column> = header.split(|b| *b == b',').map(new).collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(|b| *b == b',').chain(std::iter::repeat(&b""[..]))) {
            column.bytes.extend_from_slice(cell);
            column.offsets.push(column.bytes.len() as i64);
        }
    }
    columns
}

impl CellSink for Sum {
    fn matched(&mut self, column: usize, m: CellMatch<'_>) {
        let flags = u64::from(m.whole) | u64::from(m.strong) << 1 | u64::from(m.won) << 2;
        self.add(&[
            column as u64,
            m.cell as u64,
            m.m.start as u64,
            m.m.end as u64,
            u64::from(m.m.rule.0),
            m.m.millibits as u64,
            flags,
            m.base as u64,
            m.check as u64,
        ]);
    }

    fn candidate(&mut self, column: usize, rule: RuleIndex, cell: usize) {
        self.add(&[column as u64, u64::from(rule.0), cell as u64]);
    }
}

fn batch(engine: &Engine, columns: &[Column]) -> Sum {
    let mut scratch: Scratch = engine.scratch();
    let mut sum = Sum::default();
    let cells: Vec<Cells<'_>> =
        columns.iter().map(|c| Cells { field: &c.name, bytes: &c.bytes, offsets: Offsets::I64(&c.offsets), valid: None }).collect();
    // As many rows at once as a reader gives.
    engine.scan_batch(&mut scratch, &cells, &mut sum);
    sum
}
