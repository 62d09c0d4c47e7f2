//! One text: matches sorted by start, end, rule.

use std::io::Read;

use anyhow::{Context, Result};
use sonde_classifiers::{Engine, TextMatch, TextScanner};

use super::{super::custom::Rules, ClassifyArgs, MatchLine, Printer, Stats, bit_lines, line_of};

const BLOCK: usize = 1 << 20;

pub(super) fn list(args: &ClassifyArgs, rules: &Rules) -> Result<Stats> {
    let engine = &*rules.engine;
    let mut input = args.open()?;
    let mut printer = Printer::new(args.format);
    let mut stats = Stats::default();
    let mut block = vec![0; BLOCK];
    let mut filled = fill(&mut input, &mut block).with_context(|| args.reading())?;
    let encoding = args.encoding.unwrap_or_else(|| of_bom(&block[..filled]));
    if args.jobs > 1 {
        block.truncate(filled);
        return super::parallel::list(args, rules, encoding, block, input);
    }
    let mut scanner = TextScanner::new(encoding, 0..u64::MAX, 0, BLOCK);
    let mut scratch = engine.scratch();
    let mut failed = None;
    while filled > 0 {
        stats.bytes += filled as u64;
        let mut print = |m: TextMatch<'_>| {
            if failed.is_none() && !rules.allows(&m.m, None) {
                failed = printer.print(&told(args, engine, &m)).err();
            }
        };
        scanner.push(engine, &mut scratch, &block[..filled], &mut print);
        if let Some(error) = failed {
            return Err(error);
        }
        filled = fill(&mut input, &mut block).with_context(|| args.reading())?;
    }
    scanner.finish(engine, &mut scratch, &mut |m| {
        if failed.is_none() && !rules.allows(&m.m, None) {
            failed = printer.print(&told(args, engine, &m)).err();
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    stats.matches = printer.finish()?;
    Ok(stats)
}

pub(super) fn told<'e>(args: &ClassifyArgs, engine: &'e Engine, m: &TextMatch<'_>) -> MatchLine<'e> {
    let mut line = line_of(engine, &m.m, m.start, m.end, m.line + 1);
    if args.explain {
        line.bits = Some(bit_lines(m.explain(engine)));
    }
    if args.format == super::Format::Table {
        line.masked = m.m.masked(engine).to_string();
    }
    line
}

/// Fills a block as far as the input goes.
pub(super) fn fill(input: &mut impl Read, block: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match input.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn of_bom(head: &[u8]) -> &'static str {
    match head {
        [0xFF, 0xFE, ..] => "UTF-16LE",
        [0xFE, 0xFF, ..] => "UTF-16BE",
        _ => "UTF-8",
    }
}
