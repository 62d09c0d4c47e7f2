//! Single texts, written by hand: what is marked in them is found, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sonde_tests::program::Sonde;

type Found = BTreeSet<(u64, u64, String)>;

/// The answers of `classify --ndjson`, in order.
fn classify(lines: &str) -> Vec<Found> {
    let ran = Sonde::new().run_on(lines.as_bytes(), ["classify", "--ndjson"]).ok();
    let mark = |m: &Value| {
        let at = |key: &str| m[key].as_u64().expect("an offset");
        (at("start"), at("end"), m["tag"].as_str().expect("a tag").to_owned())
    };
    ran.lines().iter().map(|answer| answer["matches"].as_array().expect("matches").iter().map(mark).collect()).collect()
}

#[test]
fn every_case() {
    let cases = sonde_corpus::cases::load().expect("readable");
    let line = |(id, c): (usize, &sonde_corpus::cases::Case)| match &c.field {
        Some(field) => json!({ "id": id.to_string(), "text": c.text, "field": field }),
        None => json!({ "id": id.to_string(), "text": c.text }),
    };
    let lines: String = cases.iter().enumerate().map(|c| format!("{}\n", line(c))).collect();
    let answers = classify(&lines);
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    for (case, found) in cases.iter().zip(answers) {
        let wanted: Found = case.marks.iter().map(|(span, tag)| (span.start as u64, span.end as u64, tag.clone())).collect();
        if found != wanted {
            wrong.push(format!("{}: wanted {wanted:?}, found {found:?}", case.why));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
