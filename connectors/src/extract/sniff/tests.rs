use super::*;

fn kind(name: &str, text: &str) -> &'static str {
    match look(name, text.as_bytes(), true) {
        Found::Format(Format::Text { .. }) => "text",
        Found::Format(Format::Csv { header: true, .. }) => "table with header",
        Found::Format(Format::Csv { .. }) => "table",
        Found::Format(Format::Json { .. }) => "json",
        Found::Format(Format::NdJson { .. }) => "lines",
        Found::Format(_) => "other",
        Found::Unsupported(kind) => kind,
    }
}

#[test]
fn tables_are_told_from_texts() {
    let cases = [
        ("a.csv", "id,name\n1,Ann\n", "table with header"),
        ("a.txt", "id,name,email\n1,Ann,a@b.example\n2,Bob,b@b.example\n", "table with header"),
        ("a", "id|name|email\n1|Ann|a@b.example\n2|Bob|b@b.example\n", "table with header"),
        ("emails.csv", "ann@x.example\nbob@x.example\n", "table"),
        ("people.csv", "Ann,Smith,4111\nBob,Jones,4112\n", "table"),
        ("people.csv", "Ann,Smith\nBob,Jones\n", "table"),
        ("one.csv", "email\nann@x.example\nbob@x.example\n", "table with header"),
        ("a.tsv", "a b\tc, d\n1\t2,3\n", "table with header"),
        ("a", "2024-01-01 10:00:00,123 INFO started\n2024-01-01 10:00:01,200 WARN slow\n2024-01-01 10:00:02,1 INFO done\n", "text"),
        ("a", "2024-01-01,INFO,app,started\n2024-01-01,INFO,app,done\n2024-01-02,WARN,app,slow\n2024-01-02,INFO,app,ok\n", "text"),
        ("a.log", "id,name,email\n1,Ann,a@b.example\n2,Bob,b@b.example\n", "text"),
        ("a", "Dear Ann, I write to you.\nAs you know, it rains.\nYours, Bob\n", "text"),
        ("a", "level=info, user=ann, ms=3\nlevel=info, user=bob, ms=4\nlevel=info, user=eve, ms=5\nlevel=warn, user=eve, ms=5\n", "text"),
        ("a", "name: ann\nroles: [a, b]\nother: x\n", "text"),
        ("a", "| a | b |\n|---|---|\n| 1 | 2 |\n", "text"),
        ("a", "int f(int a, int b) {\n  return g(a, b);\n}\n", "text"),
        ("a", "a line of prose, number five\na line of prose, number five\nanother line, number six\n", "text"),
        ("a", "import os, sys\nfrom x import a, b\nprint(a, b)\n", "text"),
    ];
    for (name, text, expected) in cases {
        assert_eq!(kind(name, text), expected, "{name}: {text}");
    }
}

#[test]
fn json_is_told_from_texts() {
    let cases = [
        ("a.json", "{\"a\": 1}", "json"),
        ("a", "{\"a\": 1}\n", "json"),
        ("a.jsonl", "{\"a\": 1}\n", "lines"),
        ("a", "{\"a\": 1}\n{\"a\": 2}\n", "lines"),
        ("a.txt", "{\"a\": 1}\nbroken\n{\"a\": 2}\n", "lines"),
        ("a", "[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n", "json"),
        ("a", "[1, 2]\n[3, 4]\n", "lines"),
        ("a.json", "{\"a\": 1, \"b\": [1, 2", "json"),
        ("a.json", "{\"a\": 1, \"b\": [1, 2}", "json"),
        ("a", "[2024-01-01 10:00] INFO started\n", "text"),
        ("a", "[section]\nkey = 1\n", "text"),
        ("a", "[1] a reference\n[2] another\n", "text"),
        ("a", "{{ template }}\n", "text"),
        ("a", "{ int x; }\n", "text"),
    ];
    for (name, text, expected) in cases {
        assert_eq!(kind(name, text), expected, "{name}: {text}");
    }
    assert_eq!(kind("a.json", &"[".repeat(10_000)), "json");
}

#[test]
fn encodings_are_found() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let found = |bytes: &[u8]| encoding(bytes, true).map(|(encoding, bom)| (encoding.name(), bom));
    assert_eq!(found("héllo".as_bytes()), Some(("UTF-8", 0)));
    assert_eq!(found("\u{feff}héllo".as_bytes()), Some(("UTF-8", 3)));
    assert_eq!(found(&utf16("mail to ann@x.example\n")), Some(("UTF-16BE", 0)));
    assert_eq!(found(&utf16("\u{feff}привет")), Some(("UTF-16BE", 2)));
    assert_eq!(found(b"caf\xe9 au lait, cr\xe8me br\xfbl\xe9e et gar\xe7on"), Some(("windows-1252", 0)));
    assert_eq!(
        found(
            "один два три четыре пять шесть"
                .chars()
                .map(|c| if c == ' ' { b' ' } else { (c as u32 - 0x410 + 0xc0) as u8 })
                .collect::<Vec<_>>()
                .as_slice()
        )
        .map(|(name, _)| name),
        Some("windows-1251")
    );
    assert_eq!(found(b"\0\0\xfe\xff\0\0\0a"), None);
    assert_eq!(found(b"a\0b\x01\x02\xff\xfe\x80"), None);
}
