//! Lines of code, configuration and prose in many dialects: which secrets are found in them, exactly, and where none is.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde::Deserialize;
use sonde_classifiers::{Context, Engine, EngineOptions, Ruleset, template};

#[derive(Deserialize)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    dialect: String,
    lines: Vec<String>,
}

fn groups(text: &str) -> Vec<Group> {
    toml::from_str::<File>(text).unwrap().group
}

/// Spans of the passwords and of the secrets of no provider in a text.
fn secrets(engine: &Engine, text: &str) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |m| {
        let rule = engine.rule(m.rule);
        if ["secret.password", "secret.generic", "secret.basic-auth-header"].contains(&rule.tag.as_str()) {
            found.push((m.start, m.end, format!("{} {:.1}", rule.id, m.millibits as f32 / 1000.0)));
        }
    });
    found
}

fn engine(tags: &[&str]) -> Engine {
    let tags: Vec<String> = tags.iter().map(|t| (*t).to_owned()).collect();
    Engine::new(&Ruleset::builtin().unwrap().only(&tags), EngineOptions::default()).unwrap()
}

#[test]
fn secrets_are_found() {
    // Without the rules of providers, which know some of these better.
    let engine = engine(&["secret.password", "secret.generic", "secret.basic-auth-header"]);
    let (mut wrong, mut lines) = (Vec::new(), 0);
    for group in groups(include_str!("../../corpus/assignments/found.toml")) {
        for line in &group.lines {
            let example = template::expand(line, &group.dialect).unwrap();
            assert!(!example.spans.is_empty(), "{line}");
            let found = secrets(&engine, &example.text);
            let missed = example.spans.iter().any(|s| !found.iter().any(|f| f.0 == s.start && f.1 == s.end));
            if missed {
                let found: Vec<_> = found.iter().map(|f| (&example.text[f.0..f.1], &f.2)).collect();
                wrong.push(format!("{}: {} {found:?}", group.dialect, example.text));
            }
            lines += 1;
        }
    }
    assert!(lines >= 300, "{lines}");
    assert!(wrong.is_empty(), "{} of {lines} missed:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_no_secret_is_not_reported() {
    let engine = engine(&["secret"]);
    let (mut wrong, mut lines) = (Vec::new(), 0);
    for group in groups(include_str!("../../corpus/assignments/refused.toml")) {
        for line in &group.lines {
            let text = template::expand_unmarked(line, &group.dialect).unwrap();
            let found = secrets(&engine, &text);
            if !found.is_empty() {
                let found: Vec<_> = found.iter().map(|f| (&text[f.0..f.1], &f.2)).collect();
                wrong.push(format!("{}: {text} {found:?}", group.dialect));
            }
            lines += 1;
        }
    }
    assert!(lines >= 300, "{lines}");
    assert!(wrong.is_empty(), "{} of {lines} reported:\n{}", wrong.len(), wrong.join("\n"));
}
