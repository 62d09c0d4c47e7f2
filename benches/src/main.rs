//! Speed and size of the release binary: `cargo run --release -p sonde-benches -- NAME [SIZE] [SHAPE]`.
//!
//! Every measurement first holds what was found against what was planted: a fast wrong answer is not printed. `SONDE` names another binary.

mod child;
mod engine;
mod listing;
mod memory;
mod parquet;
mod server;
mod startup;
mod text;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use sonde_corpus::synth::Shape;

const USAGE: &str = "usage: sonde-benches NAME [SIZE] [SHAPE]
  text     [512MB]             end to end from the page cache, MB/s
  parquet  [2000000] (rows)    dictionary-coded against plain strings, ratio
  memory   [1GB] [log]         peak memory on one large object of an S3 server (shape: log, csv, ndjson)
  listing  [1000000] (keys)    peak memory on a prefix of many keys
  engine   [96MB]              the classifier alone: texts, columns, twice the literal rules; GB per second of one processor
  startup                      time to the first answer
  all                          each of these, as by default";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<()> {
    match *args {
        ["text"] => text::run(512 << 20),
        ["text", size] => text::run(bytes(size)?),
        ["parquet"] => parquet::run(2_000_000),
        ["parquet", rows] => parquet::run(rows.parse()?),
        ["memory"] => memory::run(1 << 30, Shape::Log),
        ["memory", size] => memory::run(bytes(size)?, Shape::Log),
        ["memory", size, shape] => memory::run(bytes(size)?, shape_of(shape)?),
        ["listing"] => listing::run(1_000_000),
        ["listing", keys] => listing::run(keys.parse()?),
        ["engine"] => engine::run(96 << 20),
        ["engine", size] => engine::run(bytes(size)?),
        ["startup"] => startup::run(),
        ["all"] => {
            startup::run()?;
            engine::run(96 << 20)?;
            text::run(512 << 20)?;
            parquet::run(2_000_000)?;
            memory::run(1 << 30, Shape::Log)?;
            listing::run(1_000_000)
        }
        _ => bail!("{USAGE}"),
    }
}

/// `512MB`, `10GB`, `65536`.
fn bytes(text: &str) -> Result<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: u64 = digits.parse().with_context(|| format!("`{text}` is no size"))?;
    let shift = match &text[digits.len()..] {
        "" => 0,
        "KB" | "KiB" => 10,
        "MB" | "MiB" => 20,
        "GB" | "GiB" => 30,
        unit => bail!("`{unit}` is no unit: KB, MB or GB"),
    };
    Ok(number << shift)
}

fn shape_of(text: &str) -> Result<Shape> {
    Ok(match text {
        "log" => Shape::Log,
        "csv" => Shape::Csv,
        "ndjson" => Shape::NdJson,
        other => bail!("`{other}` is no shape: log, csv or ndjson"),
    })
}

/// One line of result.
#[expect(clippy::print_stdout, reason = "the results of a benchmark")]
fn say(line: &str) {
    println!("{line}");
}
