//! Rule files: what is in the README holds, what is wrong is refused with file, line and the nearest word.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use sonde_classifiers::{Ruleset, verify};

/// The rule of the README.
fn example() -> String {
    let readme = include_str!("../README.md");
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_rule_of_the_readme_holds() {
    let rules = Ruleset::parse(&[("README.md", &example())]).unwrap();
    assert_eq!(rules.rules().len(), 1);
    assert_eq!(verify(&rules), []);
}

#[test]
fn faults_are_told_with_file_line_and_nearest_word() {
    let good = example();
    let cases = [
        ("context = ", "contxt = ", 6, "unknown key `contxt`; the nearest is `context`"),
        ("prior = -3.0", "prio = -3.0", 9, "unknown key `prio`; the nearest is `prior`"),
        ("prior = -3.0", "prior = -3.0, check = \"lun\"", 1, "there is no check `lun`; the nearest is `luhn`"),
        ("layouts = ['\\A\\C\\-9999\\-99']", "kernel = \"emial\"", 1, "there is no kernel `emial`; the nearest is `email`"),
        ("layouts = ['\\A\\C\\-9999\\-99']", "literals = [\"ab\"], pattern = \"ab+\"", 1, "without bound"),
        ("layouts = ['\\A\\C\\-9999\\-99']", "literals = [\"ab\"]", 1, "need a `pattern`"),
        ("9999", "9{3,2}", 1, "a repeat of 3 to 2"),
        ("9999", "q", 1, "`q` in a layout"),
        ("custom.acme-badge", "customs.acme-badge", 1, "is not a tag"),
        ("acme-badge\"\ntag", "Acme\"\ntag", 1, "lower-case words"),
        ("moderate", "medium", 5, "medium"),
        ("counter_examples = [\"part AC-4711-20\", ", "counter_examples = [", 1, "two counter-examples"),
    ];
    for (from, to, line, message) in cases {
        let wrong = good.replacen(from, to, 1);
        assert_ne!(wrong, good, "{from}");
        let error = Ruleset::parse(&[("first.toml", ""), ("mine.toml", &wrong)]).unwrap_err();
        assert!(error.message.contains(message), "{to}: {}", error.message);
        assert_eq!((error.file.as_str(), error.line), ("mine.toml", line), "{to}: {}", error.message);
    }
    let error = Ruleset::parse(&[("a.toml", &good), ("b.toml", &format!("\n{good}"))]).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("b.toml", 2));
    assert!(error.message.contains("defined twice"));
}

proptest! {
    #[test]
    fn broken_rule_files_never_panic(at in 0.0..1.0_f64, take in 0..8_usize, put in "[a-z0-9=\\[\\]{}\"'\\\\?,.-]{0,4}") {
        let mut text = example();
        let start = (text.len() as f64 * at) as usize;
        let end = text.len().min(start + take);
        text.replace_range(start..end, &put);
        if let Err(error) = Ruleset::parse(&[("x.toml", &text)]) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
        }
    }
}
