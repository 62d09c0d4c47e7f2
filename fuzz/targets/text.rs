//! Any bytes as a text: every level of instructions, every way of cutting and every encoding give the same matches, and bits add up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonde_classifiers::{Context, Engine, EngineOptions, Ruleset, TextScanner};

/// Rule, start, end, millibits.
type Found = (u16, u64, u64, i32);

const ENCODINGS: [&str; 7] = ["UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252", "Shift_JIS", "gb18030", "ISO-2022-JP"];
/// Filler that brings a text to where a window ends: a window of 64 KiB and two margins.
const FAR: usize = 190 << 10;

thread_local! {
    static ENGINES: Vec<Engine> = Engine::levels().into_iter().map(engine).collect();
}

fn engine(level: &str) -> Engine {
    let rules = Ruleset::builtin().expect("our own rules");
    Engine::new(&rules, EngineOptions::default()).expect("our own rules").at_level(level)
}

fn whole(engine: &Engine, text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    engine.scan(&mut engine.scratch(), text, Context::default(), &mut |m| {
        let sum: f32 = engine.explain(text, Context::default(), &m).iter().map(|b| b.bits * 1000.0).sum();
        assert!((sum - m.millibits as f32).abs() < 1.0, "{sum} {m:?}");
        let _ = m.masked(engine);
        found.push((m.rule.0, m.start as u64, m.end as u64, m.millibits));
    });
    found
}

fn pieces(engine: &Engine, text: &[u8], encoding: &str, window: usize, cuts: &[usize]) -> Vec<(Found, u64, u64)> {
    let (mut found, mut scratch, mut rest) = (Vec::new(), engine.scratch(), text);
    let mut scanner = TextScanner::new(encoding, 0..u64::MAX, 0, window);
    let mut sink = |m: sonde_classifiers::TextMatch<'_>| found.push(((m.m.rule.0, m.start, m.end, m.m.millibits), m.line, m.column));
    for cut in cuts {
        let (piece, behind) = rest.split_at((*cut).min(rest.len()));
        scanner.push(engine, &mut scratch, piece, &mut sink);
        rest = behind;
    }
    scanner.push(engine, &mut scratch, rest, &mut sink);
    scanner.finish(engine, &mut scratch, &mut sink);
    found
}

fuzz_target!(init: ENGINES.with(|_| ()), |data: &[u8]| {
    // First an encoding, then how far in the text stands, then two cuts.
    let Some((&[encoding, far, a, b], text)) = data.split_first_chunk() else { return };
    let encoding = ENCODINGS[usize::from(encoding) % ENCODINGS.len()];
    let long;
    let text = if far < 8 {
        let mut filled = b"lorem ipsum dolor\n".repeat(FAR / 18 + 1);
        filled.truncate(FAR + usize::from(far) * 300);
        filled.extend_from_slice(text);
        long = filled;
        &long
    } else {
        text
    };
    let cuts = [usize::from(a), usize::from(b), 3 * usize::from(a)];
    ENGINES.with(|engines| {
        let first = whole(&engines[0], text);
        for engine in &engines[1..] {
            assert_eq!(whole(engine, text), first, "{} and {}", engine.level(), engines[0].level());
        }
        let one = pieces(&engines[0], text, encoding, usize::MAX, &[]);
        assert_eq!(pieces(&engines[0], text, encoding, 0, &cuts), one, "cut at {cuts:?} in {encoding}");
        if encoding == "UTF-8" {
            assert_eq!(one.into_iter().map(|f| f.0).collect::<Vec<_>>(), first, "in pieces and whole");
        }
    });
});
