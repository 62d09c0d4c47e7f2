//! `sonde classify`: matches in one stream, answers to many small texts, or a redacted copy.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::PathBuf,
    process::ExitCode,
    sync::atomic::Ordering::Relaxed,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args};
use serde::Serialize;
use sonde_classifiers::{Engine, Sensitivity};

use super::{Format, RuleArgs, StoreArgs, custom, setup, table};

mod ndjson;
mod parallel;
mod redact;
mod stream;

/// Options of `sonde classify`.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("style").args(["mask", "hash"]).requires("redact"))]
pub(super) struct ClassifyArgs {
    /// A file, or `-` for standard input
    #[arg(value_name = "PATH", default_value = "-")]
    path: PathBuf,
    /// How matches are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    rules: RuleArgs,
    /// Encoding of the text (a WHATWG label such as `utf-16le`). Default: UTF-8, unless a byte-order mark says otherwise
    #[arg(long, value_name = "LABEL", value_parser = encoding)]
    encoding: Option<&'static str>,
    /// Many small texts: lines `{"id","text","field"?}` in, one line of matches out for each, in order
    #[arg(long, conflicts_with_all = ["redact", "encoding"])]
    ndjson: bool,
    /// Add to each match the evidence it was judged by, in bits
    #[arg(long)]
    explain: bool,
    /// Print one line of counts and times on stderr
    #[arg(long)]
    stats: bool,
    /// Print the text with every match replaced by `[tag]`
    #[arg(long)]
    redact: bool,
    /// With --redact: replace by the masked value
    #[arg(long)]
    mask: bool,
    /// With --redact: replace by `[tag:fingerprint]`, the same for the same value under one key
    #[arg(long)]
    hash: bool,
    /// File with the key of the fingerprints for --hash (default: a new key each time) and --edm (default: that of the store)
    #[arg(long, value_name = "FILE", env = "SONDE_FINGERPRINT_KEY_FILE", hide_env_values = true)]
    key_file: Option<PathBuf>,
    /// Threads. Default: one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
}

/// One match as other programs read it.
#[derive(Clone, Debug, Serialize)]
struct MatchLine<'a> {
    start: u64,
    end: u64,
    line: u64,
    rule: &'a str,
    tag: &'a str,
    sensitivity: Sensitivity,
    confidence: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<Vec<BitLine>>,
    #[serde(skip)]
    masked: String,
}

/// One piece of evidence.
#[derive(Clone, Debug, Serialize)]
struct BitLine {
    why: String,
    bits: f64,
}

#[derive(Debug, Default, Serialize)]
struct Stats {
    bytes: u64,
    wall_s: f64,
    cpu_s: f64,
    matches: u64,
    /// Matches that an allow list names.
    suppressed: u64,
    engine_build_s: f64,
}

fn encoding(label: &str) -> Result<&'static str, String> {
    sonde_classifiers::encoding_name(label).ok_or_else(|| format!("`{label}` is not an encoding that is known"))
}

pub(super) fn run(args: &ClassifyArgs) -> Result<ExitCode> {
    let started = Instant::now();
    let rules = custom::rules(&args.rules, &StoreArgs { store: None, key_file: args.key_file.clone() })?;
    let engine_build_s = seconds(started);
    let (started, cpu) = (Instant::now(), setup::cpu_seconds());
    let mut stats = if args.ndjson {
        ndjson::answer(args, &rules)?
    } else if args.redact {
        redact::copy(args, &rules)?
    } else {
        stream::list(args, &rules)?
    };
    stats.suppressed = rules.suppressed.load(Relaxed);
    if args.stats {
        (stats.wall_s, stats.cpu_s, stats.engine_build_s) = (seconds(started), setup::cpu_seconds() - cpu, engine_build_s);
        super::terminal::say(&serde_json::to_string(&stats)?);
    }
    Ok(ExitCode::SUCCESS)
}

fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e6
}

impl ClassifyArgs {
    fn open(&self) -> Result<Box<dyn Read + Send>> {
        if self.path.as_os_str() == "-" {
            return Ok(Box::new(io::stdin()));
        }
        let file = File::open(&self.path).with_context(|| format!("cannot read `{}`", setup::shown(&self.path)))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            bail!("`{}` is a folder: use `sonde scan`", setup::shown(&self.path));
        }
        Ok(Box::new(file))
    }

    fn reading(&self) -> String {
        if self.path.as_os_str() == "-" { "cannot read standard input".into() } else { format!("cannot read `{}`", setup::shown(&self.path)) }
    }
}

/// Prints matches as they come; the table needs all of them.
struct Printer {
    out: BufWriter<io::Stdout>,
    format: Format,
    rows: Vec<Vec<String>>,
    count: u64,
}

impl Printer {
    fn new(format: Format) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, io::stdout()), format, rows: Vec::new(), count: 0 }
    }

    fn print(&mut self, m: &MatchLine<'_>) -> Result<()> {
        self.count += 1;
        match self.format {
            Format::Jsonl => {
                serde_json::to_writer(&mut self.out, m)?;
                self.out.write_all(b"\n")?;
            }
            Format::Json => {
                self.out.write_all(if self.count == 1 { b"[" } else { b",\n" })?;
                serde_json::to_writer(&mut self.out, m)?;
            }
            Format::Csv => {
                if self.count == 1 {
                    writeln!(self.out, "start,end,line,rule,tag,sensitivity,confidence")?;
                }
                writeln!(self.out, "{},{},{},{},{},{},{}", m.start, m.end, m.line, m.rule, m.tag, table::level(m.sensitivity), m.confidence)?;
            }
            Format::Table => self.rows.push(self.row(m)),
        }
        Ok(())
    }

    fn row(&self, m: &MatchLine<'_>) -> Vec<String> {
        let why = m.bits.as_ref().map(|bits| bits.iter().map(|b| format!("{} {:+.1}", b.why, b.bits)).collect::<Vec<_>>().join(", "));
        vec![
            m.line.to_string(),
            format!("{}..{}", m.start, m.end),
            m.tag.to_owned(),
            table::level(m.sensitivity).to_owned(),
            format!("{:.2}", (m.confidence * 100.0).floor() / 100.0),
            super::terminal::safe(&m.masked),
            super::terminal::safe(&why.unwrap_or_default()),
        ]
    }

    fn finish(mut self) -> Result<u64> {
        match self.format {
            Format::Json => self.out.write_all(if self.count == 0 { b"[]\n" } else { b"]\n" })?,
            Format::Table => {
                let header = ["LINE", "BYTES", "TAG", "SENSITIVITY", "CONFIDENCE", "MASKED", ""];
                table::print(&mut self.out, &header, &[true, false, false, false, true, false, false], &self.rows)?;
            }
            Format::Jsonl | Format::Csv => {}
        }
        self.out.flush()?;
        Ok(self.count)
    }
}

fn bit_lines(bits: Vec<sonde_classifiers::Bit>) -> Vec<BitLine> {
    bits.into_iter().map(|b| BitLine { why: b.why, bits: (f64::from(b.bits) * 1000.0).round() / 1000.0 }).collect()
}

fn line_of<'e>(engine: &'e Engine, m: &sonde_classifiers::Match<'_>, start: u64, end: u64, line: u64) -> MatchLine<'e> {
    let rule = engine.rule(m.rule);
    MatchLine {
        start,
        end,
        line,
        rule: &rule.id,
        tag: &rule.tag,
        sensitivity: rule.sensitivity,
        confidence: sonde_classifiers::verdict::confidence(m.millibits),
        bits: None,
        masked: String::new(),
    }
}
