//! Columns against texts, views of escapes, masks.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use proptest::prelude::*;
use sonde_classifiers::{CellMatch, CellSink, Cells, Context, Engine, EngineOptions, Offsets, RuleIndex, Ruleset, template};

/// Built once a thread: there is a case for each of hundreds of texts.
fn engine() -> Arc<Engine> {
    thread_local! {
        static ENGINE: Arc<Engine> = Arc::new(Engine::new(&Ruleset::builtin().unwrap(), EngineOptions::default()).unwrap());
    }
    ENGINE.with(Arc::clone)
}

/// Cell, rule, start, end, millibits.
type Found = (usize, u16, usize, usize, i32);

struct Strong<'a> {
    engine: &'a Engine,
    fields: &'a [&'a str],
    cells: &'a [String],
    found: Vec<Found>,
}

impl CellSink for Strong<'_> {
    fn matched(&mut self, column: usize, m: CellMatch<'_>) {
        let bits = self.engine.explain(self.cells[m.cell].as_bytes(), Context { field: Some(self.fields[column]) }, &m.m);
        let sum: f32 = bits.iter().map(|b| b.bits * 1000.0).sum();
        assert!((sum - m.m.millibits as f32).abs() < 1.0, "{sum} of {:?}: {bits:?}", m.m);
        assert_eq!(m.m.millibits, m.base + m.check);
        if m.strong {
            self.found.push((m.cell, m.m.rule.0, m.m.start, m.m.end, m.m.millibits));
        }
    }

    fn candidate(&mut self, _column: usize, _rule: RuleIndex, cell: usize) {
        assert!(cell < self.cells.len());
    }
}

fn joined(cells: &[String]) -> (Vec<u8>, Vec<i32>) {
    let (mut bytes, mut offsets) = (Vec::new(), vec![0]);
    for cell in cells {
        bytes.extend_from_slice(cell.as_bytes());
        offsets.push(i32::try_from(bytes.len()).unwrap());
    }
    (bytes, offsets)
}

const VALUES: &[&str] = &[
    "anna.keller@brightloom.io",
    "4111 1111 1111 1111",
    "536-22-8715",
    "+33 6 12 34 56 78",
    "DE89370400440532013000",
    " ghp_${crc:30} ",
    "${base32:16}",
    "write to a.b@quillpost.org or c.d@quillpost.org",
    "password=${password:12}",
    "10.4.17.9",
    "${digits:9}",
    "${digits:16}",
    "${hex:40}",
    "",
    "x",
    "ab",
    "{\"email\":\"bob\\u0040kestrelmail.net\"}",
    "2024-05-01",
    "ssn",
    "password",
];

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..VALUES.len(), 0..1_000_usize).prop_map(|(v, n)| template::expand(VALUES[v], &n.to_string()).unwrap().text),
        "[ -~]{0,40}",
        "\\PC{0,12}",
    ]
}

#[test]
fn offsets_that_lie_are_no_panic() {
    let engine = engine();
    let bytes = b"anna.keller@brightloom.io 536-22-8715 4111111111111111";
    let mut sink = Strong { engine: &engine, fields: &["ssn"], cells: &[], found: Vec::new() };
    for offsets in [[0, 40, 10, 20], [30, 20, 10, 0], [-90, 3, -4, 9], [50, 50, 900, 40], [i32::MIN, i32::MAX, 0, 7]] {
        let column = Cells { field: "ssn", bytes, offsets: Offsets::I32(&offsets), valid: None };
        engine.scan_column(&mut engine.scratch(), &column, &mut sink);
    }
    assert_eq!(sink.found, []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_column_without_a_telling_name_is_its_cells(cells in prop::collection::vec(cell(), 0..40)) {
        let engine = engine();
        let (bytes, offsets) = joined(&cells);
        let column = Cells { field: "qx", bytes: &bytes, offsets: Offsets::I32(&offsets), valid: None };
        let mut sink = Strong { engine: &engine, fields: &["qx"], cells: &cells, found: Vec::new() };
        engine.scan_column(&mut engine.scratch(), &column, &mut sink);
        sink.found.sort_unstable();
        let (mut single, mut scratch) = (Vec::new(), engine.scratch());
        for (n, cell) in cells.iter().enumerate() {
            engine.scan(&mut scratch, cell.as_bytes(), Context { field: Some("qx") }, &mut |m| single.push((n, m.rule.0, m.start, m.end, m.millibits)));
        }
        single.sort_unstable();
        prop_assert_eq!(sink.found, single);
    }

    #[test]
    fn rows_explain_what_they_add(cells in prop::collection::vec(cell(), 1..40)) {
        let engine = engine();
        let (bytes, offsets) = joined(&cells);
        let fields = ["ssn", "type"];
        let column = |field| Cells { field, bytes: &bytes, offsets: Offsets::I32(&offsets), valid: None };
        let mut sink = Strong { engine: &engine, fields: &fields, cells: &cells, found: Vec::new() };
        engine.scan_batch(&mut engine.scratch(), &[column(fields[0]), column(fields[1])], &mut sink);
    }

    #[test]
    fn masks_show_no_more_than_they_may(before in "[ -~]{0,20}", value in 0..VALUES.len(), n in 0..1_000_usize) {
        let engine = engine();
        let value = template::expand(VALUES[value], &n.to_string()).unwrap().text;
        let text = format!("{before} {value}");
        engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |m| {
            let (rule, masked) = (engine.rule(m.rule), m.masked(&engine).to_string());
            let raw = &text[m.start..m.end];
            let chars = raw.chars().count();
            let shown = masked.chars().filter(|c| c.is_ascii_alphanumeric()).count();
            match rule.mask {
                sonde_classifiers::MaskStyle::Pan => assert!(shown <= 10),
                sonde_classifiers::MaskStyle::Secret => assert!(raw.starts_with(masked.trim_end_matches('*'))),
                _ => assert!(shown <= 4.min(chars / 4), "{}: {shown} of {chars}", rule.id),
            }
            assert!(chars > 4 || masked.chars().all(|c| c == '*'));
        });
    }

    #[test]
    fn decoded_values_span_what_they_came_from(name in "[a-z]{4,9}", lead in "[ -!#-$'-~]{0,30}", which in 0..6_usize) {
        let engine = engine();
        let mail = format!("{name}.k@brightloom.io");
        let (encoded, wanted) = match which {
            0 => (mail.replace('@', "%40"), None),
            1 => (mail.replace('@', "&#64;"), None),
            2 => (mail.replace('@', "\\u0040"), None),
            3 => (mail.replace('@', "&#x40;"), None),
            4 => (mail.replace('@', "\\x40"), None),
            _ => {
                let text = format!("contact address: {mail} (work)");
                let run = base64(text.as_bytes());
                // The characters that hold a bit of the value.
                let wanted = (17 * 4 / 3, ((17 + mail.len()) * 4).div_ceil(3));
                (run, Some(wanted))
            }
        };
        let text = format!("{lead}\n {encoded} \n");
        let from = lead.len() + 2;
        let wanted = wanted.map_or((from, from + encoded.len()), |(start, end)| (from + start, from + end));
        let mut found = Vec::new();
        engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |m| {
            if engine.rule(m.rule).id == "email" {
                let bits = engine.explain(text.as_bytes(), Context::default(), &m);
                assert!((bits.iter().map(|b| b.bits * 1000.0).sum::<f32>() - m.millibits as f32).abs() < 1.0);
                found.push((m.start, m.end));
            }
        });
        prop_assert!(found.contains(&wanted), "{found:?} {wanted:?} {text}");
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let three = |c: &[u8]| c.iter().enumerate().fold(0_u32, |n, (i, b)| n | u32::from(*b) << (16 - 8 * i));
    bytes.chunks(3).flat_map(|c| (0..=c.len()).map(move |i| LETTERS[(three(c) >> (18 - 6 * i) & 63) as usize] as char)).collect()
}
