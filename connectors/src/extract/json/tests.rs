use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Map, Value as Json_, json};

use super::*;
use crate::extract::{
    Layout,
    tests::{Value, read, small, texts, values},
};

fn document() -> impl Strategy<Value = Json_> {
    let text = prop_oneof!["[a-z]{0,6}", "[ -~é\u{0}-\u{1f}\u{1f600}]{0,8}"];
    let scalar = prop_oneof![
        Just(Json_::Null),
        any::<bool>().prop_map(Json_::from),
        any::<i64>().prop_map(Json_::from),
        any::<i32>().prop_map(|n| Json_::from(f64::from(n) / 8.0)),
        text.clone().prop_map(Json_::from)
    ];
    let key = prop_oneof!["[a-c]", "[a-c]", "[ -~é]{0,4}"];
    scalar.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json_::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|members| Json_::Object(members.into_iter().collect::<Map<_, _>>()))
        ]
    })
}

/// All scalars but null: (row, path, text).
fn flatten(value: &Json_, row: u64, path: &str, found: &mut Vec<(u64, String, String)>) {
    match value {
        Json_::Null => {}
        Json_::Bool(_) | Json_::Number(_) => found.push((row, path.to_owned(), value.to_string())),
        Json_::String(text) => found.push((row, path.to_owned(), text.clone())),
        Json_::Array(elements) => elements.iter().enumerate().for_each(|(i, value)| flatten(value, row, &format!("{path}[{i}]"), found)),
        Json_::Object(members) => {
            for (key, value) in members {
                let short = !key.is_empty()
                    && key.chars().enumerate().all(|(i, c)| c == '_' || c.is_ascii_alphabetic() || !c.is_ascii() || (i > 0 && c.is_ascii_digit()));
                let step = match (short, key.as_str()) {
                    (true, key) => format!(".{key}"),
                    (_, "") => "['']".to_owned(),
                    (_, key) => format!("['{}']", key.replace('\\', r"\\").replace('\'', r"\'")),
                };
                flatten(value, row, &format!("{path}{step}"), found);
            }
        }
    }
}

/// Runs of text: where, what.
type Runs = Vec<(u64, Vec<u8>)>;

/// What a reader finds in `input`: (row, path, text), sorted, and its text.
fn tokenise(mut stream: Json, input: &[u8], windows: &[usize]) -> (Vec<Value>, Runs, Report) {
    let mut read = crate::extract::tests::Read::default();
    let mut rest = input;
    let mut sizes = windows.iter().chain(windows.last().into_iter().cycle());
    let mut out = |chunk| read.chunks.push(chunk);
    while !rest.is_empty() && !stream.done() {
        let size = sizes.next().copied().unwrap_or(rest.len()).clamp(1, rest.len());
        stream.push(Bytes::copy_from_slice(&rest[..size]), &mut out);
        rest = &rest[size..];
    }
    stream.finish(&mut out);
    let report = stream.report();
    read.outcomes = vec![crate::extract::stream::outcome(report.clone(), 0)];
    let reads = [read];
    (values(&reads), texts(&reads), report)
}

fn triples(values: &[Value]) -> Vec<(u64, String, String)> {
    let mut found: Vec<_> = values.iter().map(|v| (v.row, v.path.clone().unwrap(), v.text.clone())).collect();
    found.sort();
    found
}

fn check(input: &[u8], lines: bool, windows: &[usize], mut expected: Vec<(u64, String, String)>) -> Result<(), TestCaseError> {
    let options = Options::default();
    let stream = if lines { Json::lines(0, &(0..u64::MAX), &options) } else { Json::document(0, &options) };
    let (found, text, report) = tokenise(stream, input, windows);
    prop_assert_eq!((report.reason, text.len()), (None, 0));
    expected.sort();
    prop_assert_eq!(triples(&found), expected);
    for value in &found {
        let raw = value.raw.clone().unwrap();
        let raw = std::str::from_utf8(&input[raw.start as usize..raw.end as usize]).unwrap();
        let again: Json_ =
            serde_json::from_str(raw).ok().filter(|v: &Json_| !v.is_string()).unwrap_or_else(|| serde_json::from_str(&format!("\"{raw}\"")).unwrap());
        prop_assert_eq!(again.as_str().map_or_else(|| again.to_string(), str::to_owned), value.text.clone());
    }
    Ok(())
}

/// Pieces of JSON in no good order.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\":",
        "{\"a\":1}",
        "{\"a\":[1,2]}\n",
        "\n",
        "\n",
        "\"",
        "\\",
        "tru",
        "true",
        "-1.5e3",
        "é",
        "\\u00e9",
        "{\"c\":\"x\\n",
        " ",
        "null",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn documents_read_as_serde_does(value in document(), pretty in any::<bool>(), windows in prop::collection::vec(1usize..40, 0..4)) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let mut expected = Vec::new();
        match &value {
            Json_::Array(records) => records.iter().enumerate().for_each(|(i, record)| flatten(record, i as u64, &format!("$[{i}]"), &mut expected)),
            record => flatten(record, 0, "$", &mut expected),
        }
        check(text.as_bytes(), false, &windows, expected)?;
    }

    #[test]
    fn lines_read_as_serde_does(records in prop::collection::vec(document(), 0..8), windows in prop::collection::vec(1usize..40, 0..4), crlf in any::<bool>()) {
        let (mut text, mut expected) = (String::new(), Vec::new());
        for (row, record) in records.iter().enumerate() {
            text.push_str(&serde_json::to_string(record).unwrap());
            text.push_str(if crlf { "\r\n" } else { "\n" });
            flatten(record, row as u64, "$", &mut expected);
        }
        check(text.as_bytes(), true, &windows, expected)?;
    }

    #[test]
    fn windows_change_nothing(input in broken(), lines in any::<bool>(), windows in prop::collection::vec(1usize..9, 1..6), max_field in 1u64..20) {
        let options = Options { max_field, max_depth: 3, ..Options::default() };
        let stream = || if lines { Json::lines(0, &(0..u64::MAX), &options) } else { Json::document(0, &options) };
        let whole = tokenise(stream(), &input, &[]);
        prop_assert_eq!(&whole, &tokenise(stream(), &input, &windows));
        for (at, text) in &whole.1 {
            prop_assert_eq!(&input[*at as usize..*at as usize + text.len()], &text[..]);
        }
    }

    #[test]
    fn parts_hold_each_line_once(lines in prop::collection::vec("\\{\"a\":\"[a-z]{0,20}\"\\}|broken [a-z]{0,9}|", 1..40), part in 2u64..60, window in 1u64..30) {
        let object = format!("{{\"a\":\"first\"}}\n{{\"a\":\"second\"}}\n{}", lines.join("\n")).into_bytes();
        let whole = read("a.jsonl", &object, &Options::default());
        let (layout, reads) = read("a.jsonl", &object, &Options { window, part, ..Options::default() });
        prop_assert_eq!(values(&reads), values(&whole.1));
        prop_assert_eq!(texts(&reads), texts(&whole.1));
        let sum = |reads: &[crate::extract::tests::Read]| reads.iter().map(|read| (read.outcomes[0].rows.unwrap(), read.outcomes[0].bytes)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        prop_assert_eq!(sum(&reads), sum(&whole.1));
        prop_assert_eq!(layout.parts.len() > 1, object.len() as u64 > part.next_multiple_of(2) * 3 / 2);
    }

    #[test]
    fn utf16_reads_alike(value in document(), window in 3u64..60) {
        let object = json!({"first": value}).to_string();
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(object.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let (Layout { format, .. }, reads) = read("a.json", &wide, &small(window));
        prop_assert!(matches!(format, crate::extract::Format::Json { .. }), "{:?}", format);
        let mut expected = Vec::new();
        flatten(&serde_json::from_str(&object).unwrap(), 0, "$", &mut expected);
        expected.sort();
        let found = values(&reads);
        prop_assert_eq!(triples(&found), expected);
        for value in found {
            let raw = value.raw.unwrap();
            let raw = encoding_rs::UTF_16LE.decode_without_bom_handling(&wide[raw.start as usize..raw.end as usize]).0.into_owned();
            let again = serde_json::from_str::<String>(&format!("\"{raw}\"")).unwrap();
            prop_assert_eq!(again, value.text);
        }
    }
}

fn lines_of(values: &[Value]) -> Vec<String> {
    values.iter().map(|v| format!("{} {} {} {}", v.row, v.field, v.path.as_deref().unwrap_or("-"), v.text)).collect()
}

#[test]
fn fields_and_paths() {
    let object = br#"[{"user":{"emails":["a@x.example",{"odd key":["b"]}],"id":7}}, 5, {"user":{"id":null}}]"#;
    let (_, reads) = read("a.json", object, &small(5));
    let expected = [
        "0 user.emails[] $[0].user.emails[0] a@x.example",
        "0 user.emails[].odd key[] $[0].user.emails[1]['odd key'][0] b",
        "0 user.id $[0].user.id 7",
        "1 $ $[1] 5",
    ];
    assert_eq!(lines_of(&values(&reads)), expected);
    assert_eq!(reads[0].outcomes[0].rows, Some(3));
}

#[test]
fn a_bad_line_is_text_and_the_rest_goes_on() {
    let object = b"{\"a\":1}\n{\"a\":2,\"password\":hunter2}\n{\"a\":3} x\n{\"a\":4}\n{\"a\":\"cut";
    for window in [3, 1000] {
        let (_, reads) = read("a.jsonl", object, &small(window));
        assert_eq!(lines_of(&values(&reads)), ["0 a $.a 1", "3 a $.a 4"]);
        let text: Vec<_> = texts(&reads).into_iter().map(|(at, text)| (at, String::from_utf8(text).unwrap())).collect();
        assert_eq!(text, [(8, "{\"a\":2,\"password\":hunter2}".to_owned()), (35, "{\"a\":3} x".to_owned()), (53, "{\"a\":\"cut".to_owned())]);
        let outcome = &reads[0].outcomes[0];
        assert_eq!((outcome.reason, outcome.skipped, outcome.rows), (Some(Reason::MalformedFile), false, Some(5)));
        assert_eq!(outcome.detail.as_deref(), Some("3 malformed lines were read as text"));
    }
}

#[test]
fn ten_thousand_levels() {
    let object = format!("{}\"deep@x.example\"{}", "[".repeat(10_000), "]".repeat(10_000));
    let (_, reads) = read("a.json", object.as_bytes(), &small(1000));
    assert!(values(&reads).is_empty());
    assert_eq!(reads[0].outcomes[0].reason, Some(Reason::JsonNestingLevelOverLimit));
    let text = texts(&reads);
    assert_eq!((text.len(), text[0].0, text[0].1.len()), (1, 512, object.len() - 512));
}

#[test]
fn a_document_that_breaks_goes_on_as_text() {
    let object = b"{\"a\":\"x@y.example\",\"b\":[1,2}\n\"c\":\"more\"";
    let (_, reads) = read("a.json", object, &small(4));
    assert_eq!(lines_of(&values(&reads)), ["0 a $.a x@y.example", "0 b[] $.b[0] 1", "0 b[] $.b[1] 2"]);
    assert_eq!(texts(&reads), [(27, object[27..].to_vec())]);
    assert_eq!(reads[0].outcomes[0].reason, Some(Reason::MalformedFile));
}

#[test]
fn too_many_keys_become_one_path() {
    let members: Vec<_> = (0..3000).map(|i| format!("\"u{i}\":{{\"email\":\"{i}@x.example\"}}")).collect();
    let object = format!("{{\"users\":{{{}}}}}", members.join(","));
    let (_, reads) = read("a.json", object.as_bytes(), &Options::default());
    let found = values(&reads);
    assert_eq!(found.len(), 3000);
    assert_eq!(found[0].field, "users.u0.email");
    assert_eq!(
        (found[2999].field.as_str(), found[2999].path.as_deref(), found[2999].text.as_str()),
        ("users.*.email", Some("$.users.*.email"), "2999@x.example")
    );
}

#[test]
fn one_long_line_streams() {
    let records: Vec<_> = (0..40_000).map(|i| format!("{{\"email\":\"{i}@x.example\",\"n\":[{i},{}]}}", i + 1)).collect();
    let object = format!("{{\"all\":[{}]}}", records.join(","));
    let (_, reads) = read("a.jsonl", object.as_bytes(), &small(10_000));
    let found = values(&reads);
    assert_eq!(found.len(), 120_000);
    assert_eq!(found[119_999].path.as_deref(), Some("$.all[39999].n[1]"));
    assert_eq!((reads[0].outcomes[0].reason, reads[0].outcomes[0].rows), (None, Some(1)));
}
