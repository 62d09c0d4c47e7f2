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

/// Lines of running text with the spans of the names in them.
fn prose() -> Vec<(String, BTreeSet<(usize, usize)>)> {
    let lines = include_str!("names/prose.txt").lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let (mut text, mut spans) = (String::new(), BTreeSet::new());
            for (n, part) in line.split("{{").enumerate() {
                let (name, rest) = if n == 0 { ("", part) } else { part.split_once("}}").unwrap() };
                if n > 0 {
                    spans.insert((text.len(), text.len() + name.len()));
                }
                text.push_str(name);
                text.push_str(rest);
            }
            (text, spans)
        })
        .collect()
}

#[test]
fn names_in_prose() {
    let engine = engine();
    let mut scratch = engine.scratch();
    let (mut right, mut found, mut wanted) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (text, spans) in prose() {
        let mut said = BTreeSet::new();
        engine.scan(&mut scratch, text.as_bytes(), sonde_classifiers::Context::default(), &mut |m| {
            if engine.rule(m.rule).tag == "pii.person-name" {
                said.insert((m.start, m.end));
            }
        });
        let one = |s: &(usize, usize)| text[s.0..s.1].to_owned();
        wrong.extend(said.difference(&spans).map(|s| format!("invented `{}`", one(s))));
        wrong.extend(spans.difference(&said).map(|s| format!("missed `{}`", one(s))));
        right += said.intersection(&spans).count();
        (found, wanted) = (found + said.len(), wanted + spans.len());
    }
    println!("names in prose: precision {right}/{found}, recall {right}/{wanted}\n{}", wrong.join("\n"));
    assert!(right * 100 >= found * 95 && right * 100 >= wanted * 85, "{right} of {found} found and {wanted} there:\n{}", wrong.join("\n"));
}

#[test]
fn any_text_is_read() {
    use proptest::prelude::*;
    let engine = engine();
    let parts = [
        "Dr. ",
        "Anna ",
        "Keller",
        " von der ",
        "O'",
        "McX",
        "Name: ",
        "via ",
        "12 ",
        "Straße ",
        "straße",
        " GmbH",
        "University of ",
        "lives in ",
        "Regards,\n",
        "さん",
        "田中",
        "ович",
        "é",
        "\u{301}",
        "-",
        ",",
        ".",
        "’s",
        "\u{a0}",
        "PO Box ",
        "SW1A 1AA",
        "No:",
        "#",
        "\"",
        "\\n",
        "José",
        "İ",
        "St. ",
        "1A",
        "10115 ",
        "\n",
    ];
    let text = prop::collection::vec(prop_oneof![(0..parts.len()).prop_map(|i| parts[i].to_owned()), "\\PC{0,3}"], 0..14).prop_map(|p| p.concat());
    proptest!(ProptestConfig::with_cases(2_000), |(text in text, cut in any::<prop::sample::Index>())| {
        let bytes = text.as_bytes();
        // Characters may be cut anywhere.
        let bytes = &bytes[cut.index(bytes.len() + 1)..];
        let mut scratch = engine.scratch();
        engine.scan(&mut scratch, bytes, sonde_classifiers::Context::default(), &mut |m| assert!(m.start < m.end && m.end <= bytes.len()));
        for field in ["first_name", "name", "address", "city", "company", "x"] {
            let offsets = [0, bytes.len() as i64];
            let column = Cells { field, bytes, offsets: Offsets::I64(&offsets), valid: None };
            engine.scan_column(&mut scratch, &column, &mut Counts::default());
        }
    });
}
