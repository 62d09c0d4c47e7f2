//! Every line that other programs read, held to its shape: keys, their order of magnitude, nulls, positions, exit codes.

use std::fs;

use serde_json::{Value, json};
use sonde_tests::program::{Ran, Sonde};

const FINDING: &[&str] = &[
    "type",
    "source",
    "dataset",
    "object",
    "member",
    "field",
    "rule",
    "tag",
    "sensitivity",
    "occurrences",
    "rows_matched",
    "rows_seen",
    "distinct",
    "confidence",
    "status",
    "locations",
];
const LOCATION: &[&str] = &["line", "column", "row", "page", "sheet", "cell", "json_path", "byte_start", "byte_end", "masked"];
const COVERAGE: &[&str] = &["type", "source", "dataset", "object", "member", "state", "reason", "detail", "bytes_listed", "bytes_read", "rows_read"];
const RUN: &[&str] = &[
    "type",
    "sources",
    "objects",
    "bytes_listed",
    "bytes_read",
    "bytes_classified",
    "findings",
    "wall_s",
    "cpu_s",
    "complete",
    "ruleset",
    "version",
];
const MATCH: &[&str] = &["start", "end", "line", "rule", "tag", "sensitivity", "confidence"];

fn has_keys(line: &Value, keys: &[&str]) {
    let object = line.as_object().unwrap_or_else(|| panic!("an object: {line}"));
    for key in keys {
        assert!(object.contains_key(*key), "`{key}` is missing in {line}");
    }
}

fn mail() -> String {
    ["ada.lovelace", "analytical.org"].join("@")
}

#[test]
fn scan_lines_have_their_keys_and_order() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir_all(data.join("sub")).unwrap();
    fs::write(data.join("b.txt"), format!("first\n  write to {} today\n", mail())).unwrap();
    fs::write(data.join("a.csv"), format!("id,contact\n1,{}\n2,none\n3,{}\n", mail(), mail())).unwrap();
    fs::write(data.join("sub/c.jsonl"), format!("{{\"user\":{{\"emails\":[\"x\",\"{}\"]}}}}\n{{\"user\":null}}\n", mail())).unwrap();
    fs::write(data.join("empty"), "").unwrap();
    fs::write(data.join("image.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    let scanned = sonde.scan([data.to_str().unwrap(), "--store=none"]).ok();
    for line in &scanned.findings {
        has_keys(line, FINDING);
        line["locations"].as_array().unwrap().iter().for_each(|at| has_keys(at, LOCATION));
    }
    scanned.coverage.iter().for_each(|line| has_keys(line, COVERAGE));
    has_keys(&scanned.run, RUN);

    let root = format!("file://{}/", data.canonicalize().unwrap().display());
    let brief = |f: &Value| {
        json!([f["source"], f["dataset"], f["object"], f["member"], f["field"], f["tag"], f["occurrences"], f["rows_matched"], f["rows_seen"]])
    };
    let all: Vec<Value> = scanned.findings.iter().map(brief).collect();
    let sub = format!("{root}sub/");
    assert_eq!(
        all,
        [
            json!([root, root, "a.csv", null, "contact", "pii.email", 2, 2, 3]),
            json!([root, root, "b.txt", null, null, "pii.email", 1, 1, 2]),
            json!([root, sub, "sub/c.jsonl", null, "user.emails[]", "pii.email", 1, 1, 1]),
        ]
    );
    let at = |i: usize, j: usize| {
        let l = &scanned.findings[i]["locations"][j];
        json!([l["line"], l["column"], l["row"], l["json_path"], l["byte_start"], l["byte_end"]])
    };
    let length = mail().len();
    assert_eq!(at(0, 0), json!([null, 2, 1, null, 13, 13 + length]));
    assert_eq!(at(0, 1), json!([null, 2, 3, null, 13 + length + 8 + 2, 13 + 2 * length + 8 + 2]));
    assert_eq!(at(1, 0), json!([2, 12, null, null, 17, 17 + length]));
    assert_eq!(at(2, 0), json!([null, null, 1, "$.user.emails[1]", 24, 24 + length]));

    let states: Vec<Value> = scanned.coverage.iter().map(|c| json!([c["object"], c["state"], c["reason"]])).collect();
    assert_eq!(
        states,
        [
            json!(["a.csv", "scanned", null]),
            json!(["b.txt", "scanned", null]),
            json!(["empty", "scanned", null]),
            json!(["image.png", "skipped", "UNSUPPORTED_FILE_TYPE"]),
            json!(["sub/c.jsonl", "scanned", null]),
        ]
    );
    assert_eq!((&scanned.run["objects"], &scanned.run["findings"], &scanned.run["sources"]), (&json!(5), &json!(3), &json!(1)));
}

#[test]
fn a_file_argument_is_its_base_name() {
    let sonde = Sonde::new();
    let file = sonde.home().join("100%.txt");
    fs::write(&file, mail()).unwrap();
    let scanned = sonde.scan([file.to_str().unwrap(), "--store=none"]).ok();
    let folder = format!("file://{}/", sonde.home().canonicalize().unwrap().display());
    assert_eq!(scanned.findings.len(), 1);
    assert_eq!((&scanned.findings[0]["object"], &scanned.findings[0]["dataset"]), (&json!("100%.txt"), &json!(folder)));
    assert_eq!(scanned.findings[0]["source"], json!(format!("{folder}100%25.txt")));
}

#[test]
fn exit_codes() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("a.txt"), mail()).unwrap();
    let path = data.to_str().unwrap();
    let code = |args: &[&str]| {
        let ran = sonde.run(args);
        (ran.code, ran.stderr.is_empty())
    };
    assert_eq!(code(&["scan", path, "--store=none"]), (Some(0), true));
    assert_eq!(code(&["scan", path, "--store=none", "--fail-on=low"]), (Some(1), true));
    assert_eq!(code(&["scan", path, "--store=none", "--fail-on=critical"]), (Some(0), true));
    assert_eq!(code(&["scan", "--store=none"]), (Some(2), false));
    assert_eq!(code(&["scan", path, "--store=none", "--bogus"]), (Some(2), false));
    assert_eq!(code(&["scan", "/no/such/folder", "--store=none"]), (Some(2), false));
    assert_eq!(code(&["scan", path, "--store=postgres://127.0.0.1:1/none"]), (Some(2), false));
    assert_eq!(code(&["scan", path, "--store=none", "--strict"]), (Some(0), true));
    fs::write(data.join("b.jsonl"), "{\"a\":1}\n{\"a\":2}\n{broken\n{\"a\":3}\n").unwrap();
    assert_eq!(code(&["scan", path, "--store=none"]), (Some(0), true));
    assert_eq!(code(&["scan", path, "--store=none", "--strict", "--fail-on=low"]), (Some(2), false), "2 wins over 1");
    fs::remove_file(data.join("b.jsonl")).unwrap();
    fs::write(data.join("c.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    assert_eq!(code(&["scan", path, "--store=none", "--strict"]), (Some(0), true), "an unsupported kind is no error");
}

#[test]
fn classify_lines() {
    let sonde = Sonde::new();
    let text = format!("x\ncall {} or\n", mail());
    let ran = sonde.run_on(text.as_bytes(), ["classify", "--format=jsonl"]).ok();
    let lines = ran.lines();
    assert_eq!(lines.len(), 1);
    has_keys(&lines[0], MATCH);
    assert!(lines[0].get("bits").is_none());
    assert_eq!((&lines[0]["start"], &lines[0]["end"], &lines[0]["line"]), (&json!(7), &json!(7 + mail().len()), &json!(2)));
    let explained = sonde.run_on(text.as_bytes(), ["classify", "-", "--format=jsonl", "--explain"]).ok().lines();
    let bits = explained[0]["bits"].as_array().unwrap();
    let sum: f64 = bits.iter().map(|b| b["bits"].as_f64().unwrap()).sum();
    assert!(bits.iter().all(|b| b["why"].is_string()));
    let confidence = explained[0]["confidence"].as_f64().unwrap();
    assert!((1.0 / (1.0 + (-sum).exp2()) - confidence).abs() < 0.001, "{sum} bits are not {confidence}");
}

#[test]
fn classify_encodings_and_marks() {
    let sonde = Sonde::new();
    let text = format!("é {} ü", mail());
    let span = |input: &[u8], args: &[&str]| {
        let lines = sonde.run_on(input, [&["classify", "--format=jsonl"], args].concat()).ok().lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        (lines[0]["start"].as_u64().unwrap() as usize, lines[0]["end"].as_u64().unwrap() as usize)
    };
    let n = mail().len();
    assert_eq!(span(text.as_bytes(), &[]), (3, 3 + n));
    assert_eq!(span(format!("\u{feff}{text}").as_bytes(), &[]), (6, 6 + n), "the mark is counted");
    let wide = |mark: &[u8], big: bool| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() });
        mark.iter().copied().chain(units).collect()
    };
    assert_eq!(span(&wide(&[0xFF, 0xFE], false), &[]), (6, 6 + 2 * n));
    assert_eq!(span(&wide(&[0xFE, 0xFF], true), &[]), (6, 6 + 2 * n));
    assert_eq!(span(&wide(&[], false), &["--encoding", "utf-16le"]), (4, 4 + 2 * n));
    assert_eq!(span(&[0xFF, b' '].into_iter().chain(mail().bytes()).collect::<Vec<_>>(), &[]), (2, 2 + n), "invalid bytes are scanned as they are");
}

#[test]
fn classify_many_small_texts() {
    let sonde = Sonde::new();
    let asked = [
        json!({"id": 1, "text": mail()}).to_string(),
        json!({"id": "b", "text": "nothing here"}).to_string(),
        "{not json".into(),
        json!({"id": null, "text": "536-22-8147", "field": "ssn"}).to_string(),
        format!("{{\"id\":true,\"text\":\"\\ud800 {}\"}}", mail()),
        "{\"id\":7}".into(),
    ]
    .join("\n");
    for jobs in ["1", "2"] {
        let lines = sonde.run_on(asked.as_bytes(), ["classify", "--ndjson", "--jobs", jobs]).ok().lines();
        let ids: Vec<&Value> = lines.iter().map(|l| &l["id"]).collect();
        assert_eq!(ids, [&json!(1), &json!("b"), &Value::Null, &Value::Null, &json!(true), &Value::Null]);
        let tags = |i: usize| lines[i]["matches"].as_array().unwrap().iter().map(|m| m["tag"].as_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(tags(0), ["pii.email"]);
        assert_eq!(lines[1]["matches"], json!([]));
        assert!(lines[2]["error"].is_string() && lines[5]["error"].is_string());
        assert_eq!(tags(3), ["gov.us.ssn"]);
        assert_eq!(lines[4]["matches"][0]["start"], json!(4), "a lone surrogate is three bytes of U+FFFD");
        has_keys(&lines[0]["matches"][0], MATCH);
    }
}

#[test]
fn classify_answers_at_once() {
    use std::io::{BufRead, BufReader, Write};
    let sonde = Sonde::new();
    let mut child = sonde.command(["classify", "--ndjson"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for id in 0..3 {
        writeln!(stdin, "{}", json!({"id": id, "text": mail()})).unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["id"], json!(id));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn classify_stats_and_only() {
    let sonde = Sonde::new();
    let ran = sonde.run_on(mail().as_bytes(), ["classify", "--format=jsonl", "--stats"]).ok();
    let stats: Value = serde_json::from_str(&ran.stderr).unwrap();
    has_keys(&stats, &["bytes", "wall_s", "cpu_s", "matches", "engine_build_s"]);
    assert_eq!((&stats["bytes"], &stats["matches"]), (&json!(mail().len()), &json!(1)));
    let only = |tag: &str| sonde.run_on(mail().as_bytes(), ["classify", "--format=jsonl", "--only", tag]).ok().lines().len();
    assert_eq!((only("pii"), only("pii.email"), only("secret")), (1, 1, 0));
    let none: Ran = sonde.run(["classify", "--only", "pii.emial"]);
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("pii.email"), "{}", none.stderr);
    assert_eq!(sonde.run(["classify", "/no/such/file"]).code, Some(2));
}

#[test]
fn redact_keeps_everything_else() {
    let sonde = Sonde::new();
    let text = format!("ünchanged\r\n<{}>\n\0binary\nlast line without end {}", mail(), mail());
    let ran = sonde.run_on(text.as_bytes(), ["classify", "--redact"]).ok();
    assert_eq!(ran.stdout, text.replace(&mail(), "[pii.email]"));
    let hashed = sonde.run_on(text.as_bytes(), ["classify", "--redact", "--hash"]).ok().stdout;
    let marks: Vec<&str> = hashed.split("[pii.email:").skip(1).map(|rest| &rest[..16]).collect();
    assert!(marks.len() == 2 && marks[0] == marks[1], "one value, one mark: {hashed}");
    let masked = sonde.run_on(text.as_bytes(), ["classify", "--redact", "--mask"]).ok().stdout;
    assert!(!masked.contains(&mail()) && masked.ends_with(|c: char| !c.is_whitespace()));
}

#[test]
fn redact_is_line_buffered() {
    use std::io::{BufRead, BufReader, Write};
    let sonde = Sonde::new();
    let mut child = sonde.command(["classify", "--redact"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for i in 0..3 {
        writeln!(stdin, "{i} {}", mail()).unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{i} [pii.email]\n"));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
