//! The classifier alone, on one thread, in seconds of processor time: texts sparse and dense, columns plain and of a dictionary, twice the literal rules.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use sonde_classifiers::{CellMatch, CellSink, Cells, Engine, EngineOptions, Offsets, RuleIndex, Ruleset, TextMatch, TextScanner};
use sonde_corpus::synth::{Density, Shape, Synth};

use crate::say;

/// Every measurement is the best of this many.
const LONG_ENOUGH: Duration = Duration::from_millis(500);
const TIMES: u32 = 3;
const WINDOW: usize = 1 << 20;
const PIECE: usize = 256 << 10;

type Counts = BTreeMap<String, u64>;

pub(crate) fn run(bytes: u64) -> Result<()> {
    let began = Instant::now();
    let rules = Ruleset::builtin()?;
    let read = began.elapsed();
    let began = Instant::now();
    let engine = Engine::new(&rules, EngineOptions::default())?;
    say(&format!(
        "engine: {} rules read in {:.0} ms, built in {:.0} ms; planes by {}, literals by {}",
        engine.rules().len(),
        read.as_secs_f64() * 1e3,
        began.elapsed().as_secs_f64() * 1e3,
        engine.level(),
        engine.literals()
    ));
    let sparse = text(&engine, "sparse", bytes, Density::Sparse)?;
    text(&engine, "dense", bytes, Density::Dense)?;
    columns(&engine, bytes)?;
    let more = Engine::new(&rules.clone().extend(Ruleset::parse(&[("more.toml", &literals(rules.rules().len()))])?)?, EngineOptions::default())?;
    let doubled = text(&more, "sparse, with as many literal rules more", bytes, Density::Sparse)?;
    say(&format!("engine, literal rules doubled: {:+.1} % of time", (sparse / doubled - 1.0) * 100.0));
    Ok(())
}

/// Logs, tables and documents one after the other; gives bytes per second.
fn text(engine: &Engine, name: &str, bytes: u64, density: Density) -> Result<f64> {
    let (mut all, mut planted) = (Vec::new(), Counts::new());
    for shape in [Shape::Log, Shape::Csv, Shape::NdJson] {
        let (text, values) = Synth::new(shape, density, 42).text(bytes as usize / 3);
        all.extend_from_slice(&text);
        values.iter().for_each(|(tag, n)| *planted.entry((*tag).to_owned()).or_default() += n);
    }
    let mut best = f64::INFINITY;
    for _ in 0..TIMES {
        let (found, took) = timed(|| scan(engine, &all));
        for (tag, wanted) in &planted {
            let found = found.get(tag).copied().unwrap_or(0);
            ensure!(found == *wanted, "{name}: {found} of {wanted} {tag}");
        }
        best = best.min(took);
    }
    let rate = all.len() as f64 / best;
    say(&format!("engine, {name}: {} values in {:.0} MB as planted; {:.3} GB/s", planted.values().sum::<u64>(), all.len() as f64 / 1e6, rate / 1e9));
    Ok(rate)
}

fn scan(engine: &Engine, text: &[u8]) -> Counts {
    let (mut scratch, mut counts) = (engine.scratch(), Counts::new());
    let mut scanner = TextScanner::new("UTF-8", 0..u64::MAX, 0, WINDOW);
    let mut sink = |m: TextMatch<'_>| *counts.entry(engine.rule(m.m.rule).tag.clone()).or_default() += 1;
    text.chunks(PIECE).for_each(|piece| scanner.push(engine, &mut scratch, piece, &mut sink));
    scanner.finish(engine, &mut scratch, &mut sink);
    counts
}

/// Counts rows whose whole cell is an address.
struct Emails<'e> {
    engine: &'e Engine,
    /// Rows of each value; `None`: one each.
    rows: Option<&'e [u64]>,
    found: u64,
}

impl CellSink for Emails<'_> {
    fn matched(&mut self, _: usize, m: CellMatch<'_>) {
        if m.whole && m.strong && self.engine.rule(m.m.rule).tag == "pii.email" {
            self.found += self.rows.map_or(1, |rows| rows[m.cell]);
        }
    }
    fn candidate(&mut self, _: usize, _: RuleIndex, _: usize) {}
}

/// Values one behind the other, as Arrow has them.
#[derive(Default)]
struct Values {
    bytes: Vec<u8>,
    offsets: Vec<i64>,
}

impl Values {
    fn push(&mut self, value: &str) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.bytes.extend_from_slice(value.as_bytes());
        self.offsets.push(self.bytes.len() as i64);
    }

    fn emails(&self, engine: &Engine, rows: Option<&[u64]>) -> u64 {
        let mut sink = Emails { engine, rows, found: 0 };
        let cells = Cells { field: "remark", bytes: &self.bytes, offsets: Offsets::I64(&self.offsets), valid: None };
        engine.scan_column(&mut engine.scratch(), &cells, &mut sink);
        sink.found
    }
}

/// The value of a row: words, and an address in one of a hundred.
fn remark(n: u64) -> String {
    let word = ["amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "haven"][n as usize % 8];
    if n % 100 == 7 { format!("user{n}@brightloom.io") } else { format!("{word} of the {word} lane, order placed {n}") }
}

/// A column as it lies, and as a dictionary of which each value stands in a hundred rows.
fn columns(engine: &Engine, bytes: u64) -> Result<()> {
    let rows = bytes / 4 / 38;
    let (mut plain, mut dictionary) = (Values::default(), Values::default());
    (0..rows).for_each(|n| plain.push(&remark(n)));
    column("plain", plain.bytes.len() as u64, (0..rows).filter(|n| n % 100 == 7).count() as u64, || plain.emails(engine, None))?;
    let distinct = rows / 100;
    (0..distinct).for_each(|n| dictionary.push(&remark(n)));
    let keys: Vec<u32> = (0..distinct * 100).map(|n| (n % distinct) as u32).collect();
    let planted = (0..distinct).filter(|n| n % 100 == 7).count() as u64 * 100;
    column("dictionary with 1 % distinct", dictionary.bytes.len() as u64 * 100, planted, || {
        let mut rows_of = vec![0; distinct as usize];
        keys.iter().for_each(|key| rows_of[*key as usize] += 1);
        dictionary.emails(engine, Some(&rows_of))
    })
}

fn column(name: &str, bytes: u64, planted: u64, scan: impl Fn() -> u64) -> Result<()> {
    let mut best = f64::INFINITY;
    for _ in 0..TIMES {
        // Processor time is counted in ticks: a short scan is repeated until it is many of them.
        let (found, took) = timed(|| {
            let began = Instant::now();
            let mut found = vec![scan()];
            while began.elapsed() < LONG_ENOUGH {
                found.push(scan());
            }
            found
        });
        ensure!(found.iter().all(|found| *found == planted), "column, {name}: {found:?} of {planted} addresses");
        best = best.min(took / found.len() as f64);
    }
    say(&format!("engine, column, {name}: {planted} values in {:.0} MB as planted; {:.3} GB/s", bytes as f64 / 1e6, bytes as f64 / best / 1e9));
    Ok(())
}

/// As many rules with a literal and a pattern of their own.
fn literals(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let _ = write!(
            text,
            "[[rule]]\nid = \"bench-{n}\"\ntag = \"custom.bench-{n}\"\nname = \"Bench {n}\"\nsensitivity = \"low\"\nexamples = [\"zq{n:04}_aaaaaaaaaa\", \"zq{n:04}_bbbbbbbbbb\"]\n\
             counter_examples = [\"a\", \"b\"]\n[[rule.form]]\nprior = 6.0\nliterals = [\"zq{n:04}_\"]\npattern = \"zq{n:04}_[a-z]{{10}}\"\n"
        );
    }
    text
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (began, used) = (Instant::now(), processor());
    let done = work();
    let took = used.and_then(|used| Some(processor()? - used)).unwrap_or_else(|| began.elapsed().as_secs_f64());
    (done, took)
}

/// Seconds of this thread on a processor, where the system tells.
fn processor() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(told.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}
