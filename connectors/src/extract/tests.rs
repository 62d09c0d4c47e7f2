//! Objects read whole through opener and extractors, as the pipeline reads them.

use std::sync::Arc;

use arrow_array::{Array, BinaryArray, DictionaryArray, StringArray, cast::AsArray, types::Int32Type};
use bytes::Bytes;
use proptest::prelude::*;

use super::*;

/// What came out of one part.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) chunks: Vec<Chunk>,
    pub(super) outcomes: Vec<Outcome>,
}

impl Sink for Read {
    fn chunk(&mut self, _: Option<&Arc<str>>, chunk: Chunk) {
        self.chunks.push(chunk);
    }
}

/// One value with all that is known of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) field: String,
    pub(super) row: u64,
    pub(super) text: String,
    pub(super) raw: Option<Range<u64>>,
    pub(super) path: Option<String>,
}

fn fetch(object: &[u8], demand: Vec<Range<u64>>) -> Vec<Piece> {
    let object = Bytes::copy_from_slice(object);
    let clamp = |at: u64| (at as usize).min(object.len());
    demand.into_iter().map(|range| Piece { bytes: object.slice(clamp(range.start)..clamp(range.end)), range }).collect()
}

pub(super) fn read(name: &str, object: &[u8], options: &Options) -> (Layout, Vec<Read>) {
    let mut opener = open(name, object.len() as u64, options);
    while let Demand::Ranges(ranges) = opener.demand() {
        opener.feed(fetch(object, ranges));
    }
    let (layout, prepared) = opener.layout();
    let read_part = |part| {
        let mut extractor = prepared.extractor(part);
        let mut read = Read::default();
        while let Demand::Ranges(ranges) = extractor.demand() {
            extractor.feed(fetch(object, ranges), &mut read);
        }
        read.outcomes = extractor.outcome();
        read
    };
    let reads = layout.parts.iter().map(read_part).collect();
    (layout, reads)
}

pub(super) fn text_of(values: &dyn Array, i: usize) -> Option<Vec<u8>> {
    if values.is_null(i) {
        return None;
    }
    if let Some(dictionary) = values.as_any().downcast_ref::<DictionaryArray<Int32Type>>() {
        return text_of(dictionary.values().as_ref(), dictionary.key(i)?);
    }
    if let Some(strings) = values.as_any().downcast_ref::<StringArray>() {
        return Some(strings.value(i).as_bytes().to_vec());
    }
    Some(
        values
            .as_any()
            .downcast_ref::<BinaryArray>()
            .map_or_else(|| values.as_string::<i64>().value(i).as_bytes().to_vec(), |binary| binary.value(i).to_vec()),
    )
}

/// All values in columns, rows counted on over the parts, sorted by place.
pub(super) fn values(reads: &[Read]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut before = 0;
    for read in reads {
        for chunk in &read.chunks {
            let Chunk::Columns(columns) = chunk else { continue };
            for (c, column) in columns.columns.iter().enumerate() {
                for i in 0..column.values.len() {
                    let Some(text) = text_of(column.values.as_ref(), i) else { continue };
                    let local = column.rows.as_ref().map_or(i as u64, |rows| u64::from(rows[i]));
                    assert!(local < columns.rows, "row beyond its batch");
                    let row = before + columns.first_row + local;
                    let raw = columns.raw_span(c, i, 0..text.len());
                    let path = column.json_path(i, row);
                    found.push(Value { field: column.field.to_string(), row, text: String::from_utf8_lossy(&text).into_owned(), raw, path });
                }
            }
        }
        before += read.outcomes[0].rows.unwrap_or(0);
    }
    found.sort_by_key(|value| (value.row, value.raw.as_ref().map(|raw| (raw.start, raw.end)), value.field.clone()));
    found
}

/// All text, piece after piece, without what parts read twice.
pub(super) fn texts(reads: &[Read]) -> Vec<(u64, Vec<u8>)> {
    let mut runs: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut fresh = true;
    for chunk in reads.iter().flat_map(|read| &read.chunks) {
        let Chunk::Text(text) = chunk else { continue };
        if fresh {
            runs.push((text.at, Vec::new()));
        }
        let run = runs.last_mut().unwrap();
        assert_eq!(run.0 + run.1.len() as u64, text.at, "pieces follow each other");
        run.1.extend_from_slice(&text.bytes);
        fresh = text.last;
    }
    assert!(fresh, "the last piece is marked");
    runs
}

pub(super) fn small(window: u64) -> Options {
    Options { window, ..Options::default() }
}

#[test]
fn nothing_in_an_empty_object() {
    let (layout, reads) = read("a.csv", b"", &Options::default());
    assert_eq!(layout, Layout { format: Format::Empty, parts: vec![Part::Whole] });
    assert_eq!(reads[0].outcomes, [Outcome { member: None, reason: None, skipped: false, detail: None, rows: None, bytes: 0 }]);
}

#[test]
fn text_is_cut_into_parts_with_margins() {
    let object = "a line of prose, number five\n".repeat(50).into_bytes();
    let options = Options { window: 64, part: 300, margin: 40, ..Options::default() };
    let (layout, reads) = read("notes.txt", &object, &options);
    assert_eq!(layout.parts.len(), 5);
    let (mut bytes, mut own_end) = (0, 0);
    for (part, read) in layout.parts.iter().zip(&reads) {
        let Part::Bytes(own) = part else { panic!("{part:?}") };
        assert_eq!(own.start, own_end);
        own_end = own.end;
        let runs = texts(std::slice::from_ref(read));
        let from = own.start.saturating_sub(40);
        let to = (own.end + 40).min(object.len() as u64);
        assert_eq!(runs, [(from, object[from as usize..to as usize].to_vec())]);
        bytes += read.outcomes[0].bytes;
    }
    assert_eq!((bytes, own_end), (object.len() as u64, object.len() as u64));
}

#[test]
fn utf16_parts_begin_on_whole_units() {
    let object: Vec<u8> = [0xff, 0xfe].into_iter().chain("grüße aus der Ferne\n".repeat(40).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let options = Options { window: 63, part: 301, margin: 33, ..Options::default() };
    let (layout, reads) = read("notes.txt", &object, &options);
    assert_eq!(layout.format, Format::Text { encoding: "UTF-16LE".into(), bom: 2 });
    for (part, read) in layout.parts.iter().zip(&reads) {
        let Part::Bytes(own) = part else { panic!("{part:?}") };
        assert_eq!((own.start % 2, texts(std::slice::from_ref(read))[0].0 % 2), (0, 0));
    }
}

#[test]
fn binaries_are_not_read_as_text() {
    for (head, detail) in [
        (&b"PK\x03\x04\x14\0\0\0"[..], "zip archive or office document"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x01\0\x02\xfe\x90\x03", "binary data of an unknown kind"),
    ] {
        let (layout, reads) = read("export.csv", head, &Options::default());
        assert_eq!(layout.format, Format::Unsupported);
        assert!(reads[0].chunks.is_empty());
        let outcome = &reads[0].outcomes[0];
        assert_eq!((outcome.reason, outcome.skipped, outcome.detail.as_deref()), (Some(Reason::UnsupportedFileType), true, Some(detail)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the bytes and whatever the name: no panic, no endless loop.
    #[test]
    fn any_bytes_are_read_without_panic(
        start in prop::sample::select(vec![&b""[..], b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x28\xb5\x2f\xfd", b"PAR1", b"{\"a\":", b"[", b"\xff\xfe", b"\xef\xbb\xbf", b"id,name\n1,\"", b"{\"a\":1}\n{"]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
        name in prop::sample::select(&["a", "a.csv", "a.json", "a.jsonl", "a.parquet", "a.tsv"][..]),
        window in 1u64..100,
    ) {
        let object = [start, &rest[..]].concat();
        let options = Options { window, part: 200, margin: 16, max_field: 50, max_depth: 8, ..Options::default() };
        let (layout, reads) = read(name, &object, &options);
        prop_assert_eq!(layout.parts.len(), reads.len());
        values(&reads);
        texts(&reads);
    }
}
