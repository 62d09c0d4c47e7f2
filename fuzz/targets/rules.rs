//! Any TOML as rules: refused with a line, or an engine is built that scans, in bounded time and memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonde_classifiers::{Cells, Context, Engine, EngineOptions, Offsets, Ruleset};

/// A rule whose pattern or layout is the rest of the input: most random bytes are no TOML at all.
fn rule(key: &str, value: &str) -> String {
    let quoted = value.replace(['\'', '\r'], "");
    format!("[[rule]]\nid = \"a-b\"\ntag = \"secret.key\"\nname = \"A\"\nsensitivity = \"high\"\nexamples = [\"a\", \"b\"]\ncounter_examples = [\"c\", \"d\"]\n[[rule.form]]\n{key}")
        .replace("VALUE", &format!("'''\n{quoted}'''"))
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let toml = match kind % 4 {
        0 => rule("literals = [\"ab\"]\npattern = VALUE\nprior = 3.0", text),
        1 => rule("layouts = [VALUE]\nprior = 3.0", text),
        _ => text.to_owned(),
    };
    match Ruleset::parse(&[("fuzz.toml", &toml)]) {
        Err(error) => {
            assert!((1..=toml.lines().count() + 1).contains(&error.line), "{error}");
            assert_eq!(error.file, "fuzz.toml");
        }
        Ok(rules) => match Engine::new(&rules, EngineOptions::default()) {
            Ok(engine) => {
                let mut scratch = engine.scratch();
                engine.scan(&mut scratch, toml.as_bytes(), Context { field: Some("ssn") }, &mut |m| {
                    assert!(m.start <= m.end && m.end <= toml.len());
                });
                let cells = Cells { field: "a", bytes: toml.as_bytes(), offsets: Offsets::I64(&[0, toml.len() as i64]), valid: None };
                engine.scan_column(&mut scratch, &cells, &mut Nothing);
            }
            Err(error) => panic!("{error}"),
        },
    }
});

struct Nothing;

impl sonde_classifiers::CellSink for Nothing {
    fn matched(&mut self, _: usize, _: sonde_classifiers::CellMatch<'_>) {}
    fn candidate(&mut self, _: usize, _: sonde_classifiers::RuleIndex, _: usize) {}
}
