//! Literals found by Hyperscan: the same matches as by our own way, in every text and column.
#![cfg(feature = "hyperscan")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use proptest::prelude::*;
use sonde_classifiers::{CellMatch, CellSink, Cells, Context, Engine, EngineOptions, Offsets, Overlaps, RuleIndex, Ruleset, Scratch, template};

/// Rule, start, end, millibits.
type Found = (u16, usize, usize, i32);

fn engine(literals: &str) -> Engine {
    let options = EngineOptions { min_confidence: 0.01, overlaps: Overlaps::All };
    let engine = Engine::new(&Ruleset::builtin().unwrap(), options).unwrap().with_literals(literals);
    assert_eq!(engine.literals(), literals);
    engine
}

/// Both ways, built once a thread.
fn engines() -> Arc<[Engine; 2]> {
    thread_local! {
        static ENGINES: Arc<[Engine; 2]> = Arc::new(["own", "hyperscan"].map(engine));
    }
    ENGINES.with(Arc::clone)
}

fn scan(engine: &Engine, scratch: &mut Scratch, text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    engine.scan(scratch, text, Context::default(), &mut |m| found.push((m.rule.0, m.start, m.end, m.millibits)));
    found
}

#[derive(Default)]
struct Sink(Vec<(usize, Found, [bool; 3])>);

impl CellSink for Sink {
    fn matched(&mut self, _column: usize, m: CellMatch<'_>) {
        self.0.push((m.cell, (m.m.rule.0, m.m.start, m.m.end, m.m.millibits), [m.whole, m.strong, m.won]));
    }
    fn candidate(&mut self, _column: usize, _rule: RuleIndex, _cell: usize) {}
}

/// Every text of every rule.
fn examples(engine: &Engine) -> Vec<String> {
    let rules = engine.rules().iter();
    rules.flat_map(|r| r.examples.iter().chain(&r.counter_examples).map(|e| template::expand(e, &r.id).unwrap().text)).collect()
}

#[test]
fn hyperscan_finds_the_same_in_every_example() {
    let [own, other] = &*engines();
    let (mut a, mut b) = (own.scratch(), other.scratch());
    let (mut joined, mut offsets, mut matches) = (Vec::new(), vec![0_i64], 0);
    for text in examples(own) {
        let found = scan(own, &mut a, text.as_bytes());
        assert_eq!(scan(other, &mut b, text.as_bytes()), found, "{text}");
        matches += found.len();
        joined.extend_from_slice(text.as_bytes());
        offsets.push(joined.len() as i64);
    }
    assert!(matches > own.rules().len());
    // One text over many chunks, and one column.
    assert_eq!(scan(other, &mut b, &joined), scan(own, &mut a, &joined));
    for field in ["qx", "password"] {
        let cells = Cells { field, bytes: &joined, offsets: Offsets::I64(&offsets), valid: None };
        let (mut first, mut second) = (Sink::default(), Sink::default());
        own.scan_column(&mut a, &cells, &mut first);
        other.scan_column(&mut b, &cells, &mut second);
        assert_eq!(second.0, first.0);
    }
}

#[test]
fn hyperscan_finds_the_same_in_our_own_files() {
    let [own, other] = &*engines();
    let (mut a, mut b) = (own.scratch(), other.scratch());
    let mut files = 0;
    for folder in ["rules", "../corpus/cases", "../corpus/assignments"] {
        for file in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let file = file.unwrap().path();
            if file.is_file() {
                let text = std::fs::read(&file).unwrap();
                assert_eq!(scan(other, &mut b, &text), scan(own, &mut a, &text), "{}", file.display());
                files += 1;
            }
        }
    }
    assert!(files > 50);
}

#[test]
fn hyperscan_buffers_serve_engines_of_any_size() {
    let rules = |literals: &[&str]| {
        let forms: Vec<String> = literals.iter().map(|l| format!("{{ prior = 8.0, literals = [\"{l}\"], pattern = '{l}[0-9]{{4}}' }}")).collect();
        let toml = format!(
            "[[rule]]\nid = \"a\"\ntag = \"custom.a\"\nname = \"A\"\nsensitivity = \"low\"\nform = [{}]\nexamples = [\"{}1234\", \"{}9876\"]\ncounter_examples = [\"x\", \"y\"]\n",
            forms.join(", "),
            literals[0],
            literals[0],
        );
        Engine::new(&Ruleset::parse(&[("a.toml", &toml)]).unwrap(), EngineOptions::default()).unwrap().with_literals("hyperscan")
    };
    let (small, [_, large]) = (rules(&["acme-"]), &*engines());
    let mut scratch = small.scratch();
    for _ in 0..2 {
        assert_eq!(scan(&small, &mut scratch, b"an acme-1234 here").len(), 1);
        assert_eq!(scan(large, &mut scratch, b"an acme-1234 here"), scan(large, &mut large.scratch(), b"an acme-1234 here"));
    }
}

/// Literals of our rules, as they stand in their files.
fn literals() -> Arc<Vec<String>> {
    thread_local! {
        static LITERALS: Arc<Vec<String>> =
            Arc::new(engines()[0].rules().iter().flat_map(|r| r.forms.iter().flat_map(|f| f.literals.iter().chain(&f.terms).cloned())).collect());
    }
    LITERALS.with(Arc::clone)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn hyperscan_finds_the_same_in_any_text(
        parts in prop::collection::vec((any::<u32>(), 0..4_u8, "[ -~\n\u{e9}]{0,12}|[A-Za-z0-9_/+-]{8,44}| {60,70}"), 0..60),
        long in 0..20_000_usize,
    ) {
        let (engines, literals) = (engines(), literals());
        // Beyond the end of a chunk.
        let mut text = "lorem ipsum ".repeat(long / 12);
        for (n, case, rest) in parts {
            let literal = &literals[n as usize % literals.len()];
            match case {
                0 => text.push_str(&literal.to_uppercase()),
                1 => text.push_str(&literal.to_lowercase()),
                _ => text.push_str(literal),
            }
            text.push_str(&rest);
        }
        let [own, other] = &*engines;
        let found = scan(own, &mut own.scratch(), text.as_bytes());
        prop_assert_eq!(scan(other, &mut other.scratch(), text.as_bytes()), found);
    }
}
