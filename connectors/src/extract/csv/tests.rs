use std::ops::Range;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::extract::{
    Format, Text,
    tests::{Value, read, small, texts, values},
};

const PLAIN: Dialect = Dialect { delimiter: b',', quote: b'"', header: false };

/// Values by row and column, read in windows of these sizes (the last one repeated).
fn tokenise(dialect: Dialect, input: &[u8], windows: &[usize], options: &Options) -> (Vec<Columns>, Report) {
    let mut stream = Csv::new(dialect, 0, options);
    let mut batches = Vec::new();
    let mut out = |chunk: Chunk| match chunk {
        Chunk::Columns(columns) => batches.push(columns),
        Chunk::Text(Text { .. }) => panic!("text from a table"),
    };
    let mut rest = input;
    let mut sizes = windows.iter().chain(windows.last().into_iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().copied().unwrap_or(rest.len()).clamp(1, rest.len());
        stream.push(Bytes::copy_from_slice(&rest[..size]), &mut out);
        rest = &rest[size..];
    }
    stream.finish(&mut out);
    let report = stream.report();
    (batches, report)
}

type Cell = (u64, u32, Vec<u8>, Range<u64>);

fn cells(batches: &[Columns]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for batch in batches {
        for (c, column) in batch.columns.iter().enumerate() {
            for i in 0..column.values.len() {
                let Some(text) = crate::extract::tests::text_of(column.values.as_ref(), i) else { continue };
                let row = batch.first_row + column.rows.as_ref().map_or(i as u64, |rows| u64::from(rows[i]));
                let raw = batch.raw_span(c, i, 0..text.len()).unwrap();
                cells.push((row, column.number.unwrap(), text, raw));
            }
        }
    }
    cells.sort_by_key(|cell| (cell.0, cell.1, cell.3.start));
    cells
}

/// The same by crate `csv`; empty fields are nulls here.
fn oracle(delimiter: u8, input: &[u8]) -> Vec<(u64, u32, Vec<u8>)> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(input);
    let mut cells = Vec::new();
    for (row, record) in reader.byte_records().enumerate() {
        for (column, cell) in record.unwrap().iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            cells.push((row as u64, column as u32 + 1, cell.to_vec()));
        }
    }
    cells
}

/// Whether `input` ends within quotes: there we do better than the oracle.
fn is_open(input: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut start) = (false, true);
    let mut bytes = input.iter().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            quoted = *byte != b'"' || bytes.next_if(|next| **next == b'"').is_some();
            start = false;
        } else if start && *byte == b'"' {
            quoted = true;
        } else {
            start = *byte == delimiter || matches!(byte, b'\n' | b'\r');
        }
    }
    quoted
}

fn table() -> impl Strategy<Value = Vec<u8>> {
    let piece =
        prop::sample::select(&[",", ",", ";", "\"", "\"", "\n", "\r\n", "\r", "a", "bc", " ", "é", "12", "\"\"", ",\"x, y\"", "\u{1f600}"][..]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reads_as_the_csv_crate_does(input in table(), delimiter in prop::sample::select(&b",;"[..])) {
        prop_assume!(!is_open(&input, delimiter));
        let (batches, report) = tokenise(Dialect { delimiter, ..PLAIN }, &input, &[], &Options::default());
        let ours: Vec<_> = cells(&batches).into_iter().map(|(row, column, text, _)| (row, column, text)).collect();
        prop_assert_eq!(ours, oracle(delimiter, &input));
        prop_assert_eq!(report.reason, None);
    }

    #[test]
    fn windows_change_nothing(input in table(), windows in prop::collection::vec(1usize..9, 1..6), max_field in 1u64..40) {
        let options = Options { max_field, ..Options::default() };
        let (whole, report) = tokenise(PLAIN, &input, &[], &options);
        let (cut, cut_report) = tokenise(PLAIN, &input, &windows, &options);
        prop_assert_eq!(cells(&whole), cells(&cut));
        prop_assert_eq!(report, cut_report);
    }

    #[test]
    fn spans_are_where_the_value_is(input in table()) {
        let (batches, _) = tokenise(PLAIN, &input, &[], &Options::default());
        for (_, _, text, raw) in cells(&batches) {
            let raw = &input[raw.start as usize..raw.end as usize];
            if raw != text {
                let mut value = Vec::new();
                super::super::place::unescape(raw, Escape::Quotes(b'"'), &mut value);
                prop_assert_eq!(value, text);
            }
        }
    }

    #[test]
    fn other_encodings_read_alike(rows in prop::collection::vec(("[a-zé]{1,6}", "[ -~äöü😀]{0,9}"), 3..20), window in 1u64..50, big in any::<bool>()) {
        let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(["name", "email"]).unwrap();
        for (name, text) in &rows {
            writer.write_record([name, text]).unwrap();
        }
        let utf8 = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let units = utf8.encode_utf16();
        let wide: Vec<u8> = if big { units.flat_map(u16::to_be_bytes).collect() } else { units.flat_map(u16::to_le_bytes).collect() };
        let bom = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
        let wide = [&bom[..], &wide].concat();
        let (layout, narrow) = read("people.csv", utf8.as_bytes(), &small(1 << 20));
        prop_assert!(matches!(layout.format, Format::Csv { delimiter: b',', header: true, .. }), "{:?}", layout);
        let (_, reads) = read("people.csv", &wide, &small(window));
        let strip = |values: Vec<Value>| values.into_iter().map(|v| (v.field, v.row, v.text)).collect::<Vec<_>>();
        let found = values(&reads);
        for value in &found {
            let raw = value.raw.clone().unwrap();
            let decode = if big { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
            let raw = decode.decode_without_bom_handling(&wide[raw.start as usize..raw.end as usize]).0;
            prop_assert_eq!(raw.replace("\"\"", "\""), value.text.clone());
        }
        prop_assert_eq!(strip(found), strip(values(&narrow)));
    }
}

#[test]
fn ten_megabytes_in_one_field() {
    let mut object = b"id,notes,email\n1,\"".to_vec();
    object.resize(10 << 20, b'x');
    object.extend_from_slice(b"\",a@b.example\n2,,c@d.example\n");
    let (layout, reads) = read("notes.csv", &object, &Options::default());
    assert!(matches!(layout.format, Format::Csv { header: true, .. }), "{layout:?}");
    let found = values(&reads);
    assert_eq!(found.len(), 5);
    assert_eq!(found[1].text.len(), (10 << 20) - 18);
    assert_eq!((found[2].field.as_str(), found[2].text.as_str(), found[2].row), ("email", "a@b.example", 0));
    assert_eq!((found[4].text.as_str(), found[4].row), ("c@d.example", 1));
    assert_eq!((reads[0].outcomes[0].reason, reads[0].outcomes[0].rows), (None, Some(2)));
}

#[test]
fn too_large_fields_are_cut() {
    let options = Options { max_field: 4, ..Options::default() };
    let (batches, report) = tokenise(PLAIN, b"ab,0123456789,c\nd,e\n", &[], &options);
    let found: Vec<_> =
        cells(&batches).into_iter().map(|(row, column, text, raw)| (row, column, String::from_utf8(text).unwrap(), raw.start)).collect();
    let expected = [(0, 1, "ab", 0), (0, 2, "0123", 3), (0, 2, "4567", 7), (0, 2, "89", 11), (0, 3, "c", 14), (1, 1, "d", 16), (1, 2, "e", 18)];
    assert_eq!(found, expected.map(|(row, column, text, at)| (row, column, text.to_owned(), at)));
    assert_eq!(report.reason, Some(Reason::FieldExceedsLimit));
}

#[test]
fn an_open_quote_is_read_again() {
    let (batches, report) = tokenise(PLAIN, b"a,\"b c\nd,\"\"x\"\"\ne,f\n", &[3], &Options::default());
    let found: Vec<_> = cells(&batches).into_iter().map(|(row, column, text, _)| (row, column, String::from_utf8(text).unwrap())).collect();
    let expected = [(0, 1, "a"), (0, 2, "\"b c"), (1, 1, "d"), (1, 2, "x\"\""), (2, 1, "e"), (2, 2, "f")];
    assert_eq!(found, expected.map(|(row, column, text)| (row, column, text.to_owned())));
    assert_eq!(report.reason, Some(Reason::MalformedFile));
}

#[test]
fn ragged_rows_name_their_columns() {
    let object = b"id;name;email\n1;Ann;ann@x.example;extra\n2\n3;Bob;bob@x.example\n";
    let (_, reads) = read("people.csv", object, &Options::default());
    let found: Vec<_> = values(&reads).into_iter().map(|v| format!("{} {} {}", v.row, v.field, v.text)).collect();
    let expected = ["0 id 1", "0 name Ann", "0 email ann@x.example", "0 column_4 extra", "1 id 2", "2 id 3", "2 name Bob", "2 email bob@x.example"];
    assert_eq!(found, expected);
    assert!(texts(&reads).is_empty());
}

#[test]
fn latin1_places_are_raw_bytes() {
    let text = "name,city,email\nJosé,Málaga,jose@x.example\nZoë,Köln,zoe@x.example\nRené,Liège,rene@x.example\n";
    let object: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let (layout, reads) = read("people.csv", &object, &small(7));
    assert!(matches!(&layout.format, Format::Csv { encoding, .. } if encoding == "windows-1252"), "{layout:?}");
    for value in values(&reads) {
        let raw = value.raw.unwrap();
        let raw: String = object[raw.start as usize..raw.end as usize].iter().map(|b| char::from(*b)).collect();
        assert_eq!(raw, value.text);
    }
}

#[test]
fn an_endless_header_is_data() {
    let object = "name,".repeat(1 << 20);
    let dialect = Dialect { header: true, ..PLAIN };
    let (batches, report) = tokenise(dialect, object.as_bytes(), &[100_000], &Options::default());
    assert!(batches.len() > 1);
    assert_eq!(cells(&batches).len(), 1 << 20);
    assert_eq!(report.rows, Some(1));
}

#[test]
fn characters_of_several_bytes_are_placed() {
    let text = "名前,住所,メール\n山田ソ太郎,\"東京都, 表参道\",yamada@x.example\n鈴木,ｶﾅ大阪,suzuki@x.example\n";
    for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP] {
        let object = encoding.encode(text).0;
        let dialect = Dialect { header: true, ..PLAIN };
        for window in [1, 5, 1000] {
            let inner = Csv::new(dialect, 0, &Options::default());
            let mut stream = crate::extract::transcode::Transcode::new(encoding, 0, Box::new(inner));
            let mut batches = Vec::new();
            let mut out = |chunk: Chunk| match chunk {
                Chunk::Columns(columns) => batches.push(columns),
                Chunk::Text(_) => panic!("text from a table"),
            };
            object.chunks(window).for_each(|piece| stream.push(Bytes::copy_from_slice(piece), &mut out));
            stream.finish(&mut out);
            let found = cells(&batches);
            assert_eq!(found.len(), 6);
            for (_, _, value, raw) in found {
                let raw = encoding.decode_without_bom_handling(&object[raw.start as usize..raw.end as usize]).0.into_owned();
                assert_eq!(raw.as_bytes(), value);
            }
            let (columns, value) = (&batches[0], 0);
            let inside = columns.raw_span(2, value, 7..8).unwrap();
            assert_eq!(&object[inside.start as usize..inside.end as usize], b"x");
            let inside = columns.raw_span(1, value, 9..11).unwrap();
            assert_eq!(&object[inside.start as usize..inside.end as usize], b", ");
        }
    }
}
