//! One text on several threads: parts that each own the matches which begin in them.

use std::io::Read;

use anyhow::{Context, Result};
use rayon::prelude::*;
use sonde_classifiers::{TextMatch, TextScanner};

use super::{
    super::custom::Rules,
    ClassifyArgs, MatchLine, Printer, Stats,
    stream::{fill, told},
};

/// Bytes that one thread owns at a time.
const PART: usize = 8 << 20;

/// A part with what lies around it.
struct Part {
    bytes: Vec<u8>,
    /// Where `bytes` begin in the text.
    at: u64,
    own: std::ops::Range<u64>,
}

struct Done<'e> {
    lines: Vec<MatchLine<'e>>,
    newlines: u64,
}

/// Reads as much as all threads can take, works on it, prints in order, goes on.
pub(super) fn list(args: &ClassifyArgs, rules: &Rules, encoding: &'static str, head: Vec<u8>, mut input: impl Read) -> Result<Stats> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(args.jobs)).build().context("cannot start threads")?;
    let mut printer = Printer::new(args.format);
    let mut stats = Stats { bytes: head.len() as u64, ..Stats::default() };
    // UTF-16 parts begin at whole units; a margin is even as well.
    let margin = (rules.engine.margin() as usize).next_multiple_of(4);
    let round = PART * usize::from(args.jobs);
    // `text[done..]` is not classified yet; `at` is where `text` begins.
    let (mut text, mut done, mut at, mut lines) = (head, 0, 0_u64, 0);
    loop {
        let filled = text.len();
        text.resize(done + round + margin, 0);
        let read = if filled < text.len() { fill(&mut input, &mut text[filled..]).with_context(|| args.reading())? } else { 0 };
        let end = filled + read == text.len();
        text.truncate(filled + read);
        stats.bytes += read as u64;
        let upto = if end { done + round } else { text.len() };
        if done == upto {
            break;
        }
        let parts: Vec<Part> = (done..upto)
            .step_by(PART)
            .map(|start| {
                let stop = (start + PART).min(upto);
                let (from, to) = (start.saturating_sub(margin), (stop + margin).min(text.len()));
                Part { bytes: text[from..to].to_vec(), at: at + from as u64, own: at + start as u64..at + stop as u64 }
            })
            .collect();
        let results: Vec<Done<'_>> = pool.install(|| parts.par_iter().map(|part| classify(args, rules, encoding, part)).collect());
        for mut result in results {
            for line in &mut result.lines {
                line.line += lines;
                printer.print(line)?;
            }
            lines += result.newlines;
        }
        if !end {
            break;
        }
        let drop = upto - margin.min(upto);
        text.drain(..drop);
        (done, at) = (upto - drop, at + drop as u64);
    }
    stats.matches = printer.finish()?;
    Ok(stats)
}

fn classify<'e>(args: &ClassifyArgs, rules: &'e Rules, encoding: &'static str, part: &Part) -> Done<'e> {
    let engine = &*rules.engine;
    let mut scanner = TextScanner::new(encoding, part.own.clone(), part.at, PART);
    let mut scratch = engine.scratch();
    let mut lines = Vec::new();
    let mut add = |m: TextMatch<'_>| {
        if !rules.allows(&m.m, None) {
            lines.push(told(args, engine, &m));
        }
    };
    scanner.push(engine, &mut scratch, &part.bytes, &mut add);
    scanner.finish(engine, &mut scratch, &mut add);
    Done { lines, newlines: scanner.newlines() }
}
