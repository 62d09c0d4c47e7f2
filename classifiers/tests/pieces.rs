//! One text in pieces, cut anywhere, in windows and parts of any size, in any encoding: the same matches, lines and columns.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{ops::Range, sync::Arc};

use proptest::prelude::*;
use sonde_classifiers::{Engine, EngineOptions, Ruleset, TextScanner, template};

/// Rule, start, end, line, column, millibits, mask.
type Found = (u16, u64, u64, u64, u64, i32, String);

fn engine() -> Arc<Engine> {
    thread_local! {
        static ENGINE: Arc<Engine> = Arc::new(Engine::new(&Ruleset::builtin().unwrap(), EngineOptions::default()).unwrap());
    }
    ENGINE.with(Arc::clone)
}

/// What planted values look like; each text takes some.
const VALUES: &[&str] = &[
    "mail anna.keller@brightloom.io ok",
    "to=bob%40quillpost.org&x=1",
    "ana&#64;kestrelmail.net",
    "card 4111 1111 1111 1111,",
    "SSN 536-22-8715",
    "call +33 6 12 34 56 78",
    "IBAN DE89 3704 0044 0532 0130 00.",
    "password = \"${password:14}\"",
    "{\\\"password\\\": \\\"${password:12}\\\"}",
    "AKIA${base32:16}",
    "ghp_${crc:30}",
    "-----BEGIN PRIVATE KEY-----\n${der-lines:300}\n-----END PRIVATE KEY-----",
    "\"-----BEGIN PRIVATE KEY-----\\n${der-escaped:300}\\n-----END PRIVATE KEY-----\\n\"",
    "postgres://app:${password:14}@db.acme.net:5432/prod",
    "ip 84.17.3.211 mac 3c:22:fb:9a:01:7e",
    "key=${hex:32} é ü 東京 \u{1f600}",
    "1234 5678 1234 5678 1234 5678",
    "\\\\\\\\n \\u0041 %zz & @@@@ ==== ----",
    "INSERT INTO t (id, ssn, remark) VALUES (1, '536-22-8715', 'x'), (2, '536-22-8716', NULL);",
    "\n| id | SSN |\n|----|-----|\n| 1 | 536-22-8715 |\n| 2 | 536-22-8717 |\n",
    "{\"born_on\": \"12/09/1962\", \"patient_age\": \"44\"}",
    "<person><age>44</age><ssn>536-22-8715</ssn></person>",
];

fn text(parts: &[(usize, usize, u8)]) -> String {
    let mut text = String::new();
    for (n, &(value, gap, kind)) in parts.iter().enumerate() {
        text.push_str(&template::expand(VALUES[value % VALUES.len()], &n.to_string()).unwrap().text);
        let filler = match kind % 6 {
            0 => "\n",
            1 => "\r\n",
            2 => " lorem ipsum dolor sit amet",
            3 => "\t",
            4 => "0",
            _ => "\u{e9}x ",
        };
        // A few gaps are longer than a margin.
        let gap = if kind > 250 { 70_000 } else { gap };
        text.push_str(&filler.repeat(1 + gap / filler.len()));
    }
    text
}

fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "UTF-8" => text.as_bytes().to_vec(),
        other => encoding_rs::Encoding::for_label(other.as_bytes()).unwrap().encode(text).0.into_owned(),
    }
}

/// Scans `own` of the text as the caller does: from a margin before to a margin behind.
fn scan(engine: &Engine, bytes: &[u8], encoding: &str, own: Range<u64>, window: usize, cuts: &[usize]) -> (Vec<Found>, u64, u64) {
    let from = own.start.saturating_sub(engine.margin());
    let to = (own.end.saturating_add(engine.margin())).min(bytes.len() as u64);
    let mut rest = &bytes[from as usize..to as usize];
    let mut scratch = engine.scratch();
    let mut scanner = TextScanner::new(encoding, own, from, window);
    let mut found = Vec::new();
    let mut sink = |m: sonde_classifiers::TextMatch<'_>| {
        let sum: f32 = m.explain(engine).iter().map(|b| b.bits * 1000.0).sum();
        assert!((sum - m.m.millibits as f32).abs() < 1.0, "{sum} {:?}", m.m);
        found.push((m.m.rule.0, m.start, m.end, m.line, m.column, m.m.millibits, m.m.masked(engine).to_string()));
    };
    for cut in cuts {
        let (piece, behind) = rest.split_at((*cut).min(rest.len()));
        scanner.push(engine, &mut scratch, piece, &mut sink);
        rest = behind;
    }
    scanner.push(engine, &mut scratch, rest, &mut sink);
    scanner.finish(engine, &mut scratch, &mut sink);
    (found, scanner.newlines(), scanner.tail())
}

const ENCODINGS: &[&str] = &["UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252", "Shift_JIS", "gb18030", "EUC-KR"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pieces_and_windows_change_nothing(
        parts in prop::collection::vec((0..64_usize, 0..3_000_usize, any::<u8>()), 1..30),
        cuts in prop::collection::vec(0..90_000_usize, 0..12),
        window in 0..300_000_usize,
        encoding in 0..ENCODINGS.len(),
    ) {
        let (engine, encoding) = (engine(), ENCODINGS[encoding]);
        let bytes = encode(&text(&parts), encoding);
        let whole = scan(&engine, &bytes, encoding, 0..u64::MAX, usize::MAX, &[]);
        let pieces = scan(&engine, &bytes, encoding, 0..u64::MAX, window, &cuts);
        prop_assert_eq!(&pieces, &whole);
        prop_assert_eq!(whole.1, bytes_lines(&bytes, encoding));
        for (_, start, _, line, column, ..) in &whole.0 {
            prop_assert_eq!((*line, *column), place(&bytes, encoding, *start));
        }
    }

    #[test]
    fn parts_joined_are_the_whole(
        parts in prop::collection::vec((0..64_usize, 0..3_000_usize, any::<u8>()), 1..30),
        at in prop::collection::vec(0.0..1.0_f64, 0..4),
        window in 0..300_000_usize,
        encoding in 0..ENCODINGS.len(),
    ) {
        let (engine, encoding) = (engine(), ENCODINGS[encoding]);
        let bytes = encode(&text(&parts), encoding);
        let whole = scan(&engine, &bytes, encoding, 0..u64::MAX, window, &[]);
        // Parts begin anywhere, in the middle of a character too.
        let mut ends: Vec<u64> = at.iter().map(|at| (bytes.len() as f64 * at) as u64).chain([0, bytes.len() as u64]).collect();
        ends.sort_unstable();
        let (mut joined, mut lines, mut tail) = (Vec::new(), 0, 0);
        for own in ends.windows(2) {
            let (found, newlines, behind) = scan(&engine, &bytes, encoding, own[0]..own[1], window, &[]);
            joined.extend(found.into_iter().map(|(rule, start, end, line, column, bits, mask)| {
                (rule, start, end, lines + line, if line == 0 { tail + column } else { column }, bits, mask)
            }));
            tail = if newlines == 0 { tail + behind } else { behind };
            lines += newlines;
        }
        prop_assert_eq!((joined, lines, tail), whole);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..3_000), encoding in 0..ENCODINGS.len(), cuts in prop::collection::vec(0..900_usize, 0..5)) {
        let encoding = ENCODINGS[encoding];
        let engine = engine();
        let whole = scan(&engine, &bytes, encoding, 0..u64::MAX, usize::MAX, &[]);
        prop_assert_eq!(scan(&engine, &bytes, encoding, 0..u64::MAX, 0, &cuts), whole);
    }

    #[test]
    fn noise_of_signs_never_panics(signs in "[-@&%;#x\\\\u0-9a-fA-F.:/+= \"'\n_{}<>éM]{0,600}") {
        let whole = scan(&engine(), signs.as_bytes(), "UTF-8", 0..u64::MAX, usize::MAX, &[]);
        for (_, start, end, ..) in whole.0 {
            prop_assert!(start < end && end <= signs.len() as u64);
        }
    }
}

/// Offsets behind line ends, counted in the encoding.
fn line_ends(bytes: &[u8], encoding: &str) -> Vec<u64> {
    let unit = if encoding.starts_with("UTF-16") { 2 } else { 1 };
    let end: &[u8] = match encoding {
        "UTF-16LE" => b"\n\0",
        "UTF-16BE" => b"\0\n",
        _ => b"\n",
    };
    bytes.chunks(unit).enumerate().filter(|(_, b)| *b == end).map(|(i, _)| ((i + 1) * unit) as u64).collect()
}

fn bytes_lines(bytes: &[u8], encoding: &str) -> u64 {
    line_ends(bytes, encoding).len() as u64
}

fn place(bytes: &[u8], encoding: &str, start: u64) -> (u64, u64) {
    let before: Vec<u64> = line_ends(bytes, encoding).into_iter().filter(|e| *e <= start).collect();
    (before.len() as u64, start - before.last().unwrap_or(&0) + 1)
}

#[test]
fn multi_byte_texts_without_line_ends_are_read_in_one_pass() {
    // `align` once looked for a line end however far back, and read every window anew for each byte.
    let engine = engine();
    let bytes = encode(&("a\n".to_owned() + &"東京都".repeat(150_000)), "Shift_JIS");
    let begun = std::time::Instant::now();
    let found = scan(&engine, &bytes, "Shift_JIS", 0..u64::MAX, 64 << 10, &[]);
    assert_eq!((found.0.len(), found.1), (0, 1));
    assert!(begun.elapsed().as_secs() < 60);
}

#[test]
fn a_broken_character_leaves_the_next_byte_where_it_is() {
    let mut bytes = b"mail \x81".to_vec();
    bytes.extend_from_slice(b"4nna@brightloom.io");
    let found = scan(&engine(), &bytes, "Shift_JIS", 0..u64::MAX, 64 << 10, &[]);
    assert_eq!(found.0.iter().map(|f| (f.1, f.2)).collect::<Vec<_>>(), [(6, bytes.len() as u64)]);
}

/// Names stand further from some rows than a window reaches.
#[test]
fn long_tables_are_the_same_in_any_windows() {
    let engine = engine();
    let mut text = "INSERT INTO t (id, ssn) VALUES ".to_owned();
    (0..12_000).for_each(|n| text += &format!("({n}, '536-22-{:04}'),", 1000 + n % 9000));
    text += ";\n| id | SSN |\n|----|-----|\n";
    (0..12_000).for_each(|n| text += &format!("| {n} | 536-22-{:04} |\n", 1000 + n % 9000));
    let whole = scan(&engine, text.as_bytes(), "UTF-8", 0..u64::MAX, usize::MAX, &[]);
    assert_eq!(scan(&engine, text.as_bytes(), "UTF-8", 0..u64::MAX, 64 << 10, &[]), whole);
}

#[test]
fn hostile_texts_take_no_square_of_time() {
    let engine = engine();
    let texts = [
        "@".repeat(1 << 20),
        "a@".repeat(1 << 19),
        "a=".repeat(1 << 19),
        "abcdefghijklmnopqrst=".repeat(50_000),
        "1".repeat(1 << 20),
        "1234 5678 ".repeat(100_000),
        "\\".repeat(1 << 20),
        "Ab0/".repeat(1 << 18),
        "%41".repeat(300_000),
        "&#64;".repeat(200_000),
        "eyJ".repeat(300_000),
        "-----BEGIN ".repeat(90_000),
        "password=".repeat(100_000),
        "1.".repeat(1 << 19),
        "a:".repeat(1 << 19),
        "<age>".repeat(200_000),
        "|--|--|\n".repeat(130_000),
        "(ssn) VALUES ('".repeat(70_000),
        format!("| ssn | id |\n|--|--|\n{}", "| 1 | 2 |\n".repeat(100_000)),
        format!("(ssn, id) VALUES {}", "(1, 2),".repeat(150_000)),
    ];
    for text in texts {
        let begun = std::time::Instant::now();
        let _ = scan(&engine, text.as_bytes(), "UTF-8", 0..u64::MAX, 1 << 20, &[]);
        // Unoptimised, on a busy machine; a square takes hours.
        assert!(begun.elapsed().as_secs() < 60, "{:?}: {:?}", &text[..10], begun.elapsed());
    }
}
