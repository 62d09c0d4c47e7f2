//! Columns of names, addresses, places and organisations, and columns that are none: judged as the scanner judges them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use sonde_classifiers::{CellMatch, CellSink, Cells, Engine, EngineOptions, Offsets, RuleIndex, Ruleset, Tally, verdict};

const TAGS: [&str; 4] = ["pii.person-name", "pii.postal-address", "pii.place", "pii.organisation"];

fn engine() -> Engine {
    let tags = TAGS.map(str::to_owned);
    Engine::new(&Ruleset::builtin().unwrap().only(&tags), EngineOptions::default()).unwrap()
}

/// Counts as the scanner does.
#[derive(Default)]
struct Counts {
    tallies: BTreeMap<u16, Tally>,
    values: BTreeMap<u16, BTreeSet<(usize, usize, usize)>>,
}

impl CellSink for Counts {
    fn matched(&mut self, _column: usize, m: CellMatch<'_>) {
        let tally = self.tallies.entry(m.m.rule.0).or_default();
        if m.whole {
            tally.whole += 1;
            tally.won += u64::from(m.won);
            tally.base = tally.base.max(m.base);
            tally.check = tally.check.max(m.check);
        } else {
            tally.inside += 1;
            tally.inside_rows += 1;
        }
        if m.strong {
            tally.best = tally.best.max(m.m.millibits);
        }
        self.values.entry(m.m.rule.0).or_default().insert((m.cell, m.m.start, m.m.end));
    }

    fn candidate(&mut self, _column: usize, rule: RuleIndex, _cell: usize) {
        self.tallies.entry(rule.0).or_default().candidates += 1;
    }
}

/// The tags found in a column, with their confidence.
fn judge(engine: &Engine, field: &str, cells: &[&str]) -> BTreeMap<String, f64> {
    let bytes = cells.concat();
    let mut offsets = vec![0_i64];
    for cell in cells {
        offsets.push(offsets.last().unwrap() + cell.len() as i64);
    }
    let mut counts = Counts::default();
    let column = Cells { field, bytes: bytes.as_bytes(), offsets: Offsets::I64(&offsets), valid: None };
    engine.scan_column(&mut engine.scratch(), &column, &mut counts);
    let judged: Vec<_> = counts
        .tallies
        .iter()
        .filter_map(|(rule, tally)| Some((*rule, tally, verdict::judge_column(tally, counts.values.get(rule).map_or(0, BTreeSet::len) as u64)?)))
        .collect();
    let cases: Vec<_> =
        judged.iter().map(|(rule, tally, verdict)| verdict::Case { rule: &engine.rule(RuleIndex(*rule)).id, tally, verdict: *verdict }).collect();
    let stands = verdict::settle(&cases, cells.len() as u64);
    let mut found = BTreeMap::new();
    for ((rule, _, verdict), _) in judged.iter().zip(stands).filter(|(j, stands)| *stands && j.2.confidence() >= 0.5) {
        found.insert(engine.rule(RuleIndex(*rule)).tag.clone(), verdict.confidence());
    }
    found
}

/// One column of a table file: tag (`-`: clean), header, values, apart by tabs.
fn tables() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let lines = include_str!("names/columns.tsv").lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.split('\t');
            (parts.next().unwrap(), parts.next().unwrap(), parts.collect())
        })
        .collect()
}

#[test]
fn columns_are_told_apart() {
    let engine = engine();
    let (mut sensitive, mut found, mut clean, mut flagged) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for (tag, header, values) in tables() {
        assert!(values.len() >= 8, "{header}: too few values");
        let said = judge(&engine, header, &values);
        if tag == "-" {
            clean += 1;
            flagged += usize::from(!said.is_empty());
            if !said.is_empty() {
                wrong.push(format!("clean `{header}` {:?}: {said:?}", values[0]));
            }
        } else {
            sensitive += 1;
            found += usize::from(said.contains_key(tag));
            if !said.contains_key(tag) {
                wrong.push(format!("missed {tag} `{header}` {:?}: {said:?}", values[0]));
            }
        }
    }
    println!("sensitive columns found: {found} of {sensitive}; clean columns flagged: {flagged} of {clean}");
    assert!(wrong.is_empty(), "{} wrong of {}:\n{}", wrong.len(), sensitive + clean, wrong.join("\n"));
}
