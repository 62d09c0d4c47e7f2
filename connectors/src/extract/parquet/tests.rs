use std::collections::HashMap;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
    builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder, StructBuilder},
};
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use parquet::{
    arrow::ArrowWriter,
    basic::{BrotliLevel, Compression, GzipLevel, Repetition, Type as Physical, ZstdLevel},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use proptest::prelude::*;

use super::*;
use crate::extract::{
    Format,
    tests::{Value, read, small, values},
};

fn file(batch: &RecordBatch, compression: Compression, rows: usize, dictionary: bool) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(rows))
        .set_data_page_row_count_limit(50)
        .set_write_batch_size(10)
        .set_dictionary_enabled(dictionary)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true))).unwrap()
}

fn people(rows: usize) -> RecordBatch {
    let emails: StringArray = (0..rows).map(|i| (i % 7 != 0).then(|| format!("user{}@x.example", i % 40))).collect();
    let cards: Int64Array = (0..rows as i64).map(|i| Some(4_111_111_111_110_000 + i)).collect();
    let secrets: BinaryArray = (0..rows).map(|i| Some(vec![b's', i as u8])).collect();
    batch(vec![("email", Arc::new(emails)), ("card", Arc::new(cards)), ("secret", Arc::new(secrets))])
}

fn lines(values: &[Value]) -> Vec<String> {
    values.iter().map(|v| format!("{} {} {} {}", v.row, v.field, v.path.as_deref().unwrap_or("-"), v.text)).collect()
}

fn column<'a>(found: &'a [Value], field: &str) -> Vec<(u64, &'a str)> {
    found.iter().filter(|v| v.field == field).map(|v| (v.row, v.text.as_str())).collect()
}

#[test]
fn every_codec() {
    let gzip = Compression::GZIP(GzipLevel::default());
    let brotli = Compression::BROTLI(BrotliLevel::default());
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let people = people(300);
    let plain = values(&read("a", &file(&people, Compression::UNCOMPRESSED, 120, true), &Options::default()).1);
    assert_eq!(plain.len(), 300 * 3 - 43);
    assert_eq!(plain.iter().find(|v| v.row == 150 && v.field == "card").unwrap().text, "4111111111110150");
    for codec in [Compression::SNAPPY, gzip, zstd, Compression::LZ4, Compression::LZ4_RAW, brotli] {
        let bytes = file(&people, codec, 120, true);
        let (layout, reads) = read("a", &bytes, &small(500));
        assert_eq!(layout.format, Format::Parquet);
        assert_eq!(lines(&values(&reads)), lines(&plain), "{codec:?}");
        let outcome = &reads[0].outcomes[0];
        assert_eq!((outcome.reason, outcome.rows), (None, Some(300)), "{codec:?}");
    }
}

#[test]
fn dictionaries_stay_dictionaries() {
    let bytes = file(&people(300), Compression::SNAPPY, 1000, true);
    let (_, reads) = read("a", &bytes, &Options::default());
    let Chunk::Columns(columns) = &reads[0].chunks[0] else { panic!("no columns") };
    let found: Vec<_> =
        columns.columns.iter().map(|column| (&*column.field, column.number, column.path, column.values.data_type().clone())).collect();
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    assert_eq!(found[0], ("email", Some(1), super::super::PathKind::None, dictionary));
    assert_eq!(found[1].3, DataType::Utf8);
    let plain = read("a", &file(&people(300), Compression::SNAPPY, 1000, false), &Options::default()).1;
    let Chunk::Columns(columns) = &plain[0].chunks[0] else { panic!("no columns") };
    assert_eq!(columns.columns[0].values.data_type(), &DataType::Utf8);
    assert_eq!(lines(&values(&plain)), lines(&values(&reads)));
}

#[test]
fn numbers_and_dates_are_text() {
    let decimals = Decimal128Array::from(vec![Some(411_111), Some(250)]).with_precision_and_scale(20, 2).unwrap();
    let micros = TimestampMicrosecondArray::from(vec![Some(1_700_000_000_000_000), Some(1_700_000_000_250_000)]);
    let batch = batch(vec![
        ("i", Arc::new(Int32Array::from(vec![Some(-1), None]))),
        ("f", Arc::new(Float64Array::from(vec![123_456_789.0, 0.5]))),
        ("b", Arc::new(BooleanArray::from(vec![true, false]))),
        ("d", Arc::new(Date32Array::from(vec![0, 19_000]))),
        ("t", Arc::new(micros)),
        ("n", Arc::new(decimals)),
    ]);
    let found = values(&read("a", &file(&batch, Compression::SNAPPY, 100, true), &Options::default()).1);
    let expected = [
        "0 b - true",
        "0 d - 1970-01-01",
        "0 f - 123456789",
        "0 i - -1",
        "0 n - 4111.11",
        "0 t - 2023-11-14T22:13:20",
        "1 b - false",
        "1 d - 2022-01-08",
        "1 f - 0.5",
        "1 n - 2.50",
        "1 t - 2023-11-14T22:13:20.250",
    ];
    assert_eq!(lines(&found), expected);
}

type Contact = (Option<String>, Vec<i32>);

/// A list of structs with a list, and a map; rows with null and empty lists among them.
fn nested(rows: &[Option<Vec<Contact>>]) -> RecordBatch {
    let fields = vec![
        Field::new("email", DataType::Utf8, true),
        Field::new("codes", DataType::List(Arc::new(Field::new("item", DataType::Int32, true))), true),
    ];
    let builders: Vec<Box<dyn arrow_array::builder::ArrayBuilder>> =
        vec![Box::new(StringBuilder::new()), Box::new(ListBuilder::new(Int32Builder::new()))];
    let mut contacts = ListBuilder::new(StructBuilder::new(fields, builders));
    let mut attributes = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (i, row) in rows.iter().enumerate() {
        for (email, codes) in row.iter().flatten() {
            let contact = contacts.values();
            contact.field_builder::<StringBuilder>(0).unwrap().append_option(email.as_ref());
            let list = contact.field_builder::<ListBuilder<Int32Builder>>(1).unwrap();
            codes.iter().for_each(|code| list.values().append_value(*code));
            list.append(true);
            contact.append(true);
        }
        contacts.append(row.is_some());
        attributes.keys().append_value(format!("k{i}"));
        attributes.values().append_value(format!("v{i}"));
        attributes.append(true).unwrap();
    }
    batch(vec![("contacts", Arc::new(contacts.finish())), ("attrs", Arc::new(attributes.finish()))])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nested_leaves_know_their_rows(
        rows in prop::collection::vec(prop::option::of(prop::collection::vec((prop::option::of("[a-c]{1,3}"), prop::collection::vec(0..9i32, 0..3)), 0..3)), 1..40),
        group in 1usize..20,
        part in 1u64..4000,
        window in 10u64..500,
    ) {
        let (mut emails, mut codes) = (HashMap::new(), HashMap::new());
        for (row, contacts) in rows.iter().enumerate() {
            for (i, (email, list)) in contacts.iter().flatten().enumerate() {
                if let Some(email) = email {
                    emails.insert(format!("{row} $.contacts[{i}].email"), email.clone());
                }
                for (n, code) in list.iter().enumerate() {
                    codes.insert(format!("{row} $.contacts[{i}].codes[{n}]"), code.to_string());
                }
            }
        }
        let bytes = file(&nested(&rows), Compression::SNAPPY, group, true);
        let (layout, reads) = read("a", &bytes, &Options { part, window, ..Options::default() });
        let found = values(&reads);
        let of = |field: &str| found.iter().filter(|v| v.field == field).map(|v| (format!("{} {}", v.row, v.path.as_deref().unwrap_or("")), v.text.clone())).collect::<HashMap<_, _>>();
        prop_assert_eq!(of("contacts[].email"), emails);
        prop_assert_eq!(of("contacts[].codes[]"), codes);
        let keys: Vec<_> = (0..rows.len()).map(|i| (i as u64, format!("k{i}"))).collect();
        prop_assert_eq!(column(&found, "attrs[].key").into_iter().map(|(row, text)| (row, text.to_owned())).collect::<Vec<_>>(), keys);
        prop_assert_eq!(column(&found, "attrs[].value").len(), rows.len());
        let counted: u64 = reads.iter().map(|read| read.outcomes[0].rows.unwrap()).sum();
        prop_assert_eq!(counted, rows.len() as u64);
        prop_assert!(layout.parts.len() <= rows.len().div_ceil(group));
    }

    /// No byte that is wrong makes it panic or makes it read what is not there.
    #[test]
    fn broken_files_do_not_panic(at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in prop::option::of(any::<prop::sample::Index>())) {
        let mut bytes = file(&people(100), Compression::SNAPPY, 40, true);
        for (at, byte) in at {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()).max(12));
        }
        let (_, reads) = read("a", &bytes, &Options::default());
        for chunk in reads.iter().flat_map(|read| &read.chunks) {
            prop_assert!(matches!(chunk, Chunk::Columns(_)));
        }
    }
}

#[test]
fn a_corrupt_page_spares_the_rest() {
    let people = people(300);
    let bytes = file(&people, Compression::SNAPPY, 100, true);
    let footer = ParquetMetaDataReader::new().parse_and_finish(&Bytes::from(bytes.clone())).unwrap();
    let chunk = footer.row_group(1).column(1);
    let range = chunk_range(chunk, bytes.len() as u64).unwrap();
    let mut broken = bytes.clone();
    broken[range.start as usize..range.end as usize].fill(0xff);
    let (_, reads) = read("a", &broken, &Options::default());
    let found = values(&reads);
    assert_eq!(column(&found, "email").len(), 300 - 43);
    assert_eq!(column(&found, "secret").len(), 300);
    assert_eq!(column(&found, "card").len(), 200);
    let outcome = &reads[0].outcomes[0];
    assert_eq!((outcome.reason, outcome.skipped), (Some(Reason::MalformedFile), false));
    assert_eq!(outcome.detail.as_deref(), Some("row group 1: column `card` cannot be read from row 0 on"));
}

#[test]
fn inside_gzip() {
    let bytes = file(&people(300), Compression::SNAPPY, 100, true);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &bytes).unwrap();
    let zipped = encoder.finish().unwrap();
    let plain = values(&read("a", &bytes, &Options::default()).1);
    let (_, reads) = read("a.parquet.gz", &zipped, &small(1000));
    assert_eq!(lines(&values(&reads)), lines(&plain));
    assert_eq!((reads[0].outcomes[0].reason, reads[0].outcomes[0].rows), (None, Some(300)));
    let (_, reads) = read("a.parquet.gz", &zipped, &Options { max_field: 100, ..Options::default() });
    assert_eq!((reads[0].outcomes[0].reason, reads[0].outcomes[0].skipped), (Some(Reason::UnsupportedFileType), true));
}

#[test]
fn broken_and_encrypted_footers() {
    let bytes = file(&people(10), Compression::SNAPPY, 100, true);
    let outcome = |bytes: &[u8]| {
        let (layout, mut reads) = read("a.parquet", bytes, &Options::default());
        assert!(reads[0].chunks.is_empty());
        let outcome = reads[0].outcomes.remove(0);
        (layout.format, outcome.reason.unwrap(), outcome.skipped)
    };
    let len = bytes.len();
    assert_eq!(outcome(&bytes[..len - 1]), (Format::Parquet, Reason::MalformedFile, true));
    let mut broken = bytes.clone();
    broken[len - 8..len - 4].fill(0xff);
    assert_eq!(outcome(&broken), (Format::Parquet, Reason::MalformedFile, true));
    let mut broken = bytes.clone();
    broken[len - 40..len - 8].fill(0xff);
    assert_eq!(outcome(&broken), (Format::Parquet, Reason::MalformedFile, true));
    let mut encrypted = bytes;
    encrypted[len - 4..].copy_from_slice(b"PARE");
    encrypted[..4].copy_from_slice(b"PARE");
    assert_eq!(outcome(&encrypted), (Format::Parquet, Reason::EncryptedFile, true));
}

/// A file whose schema has `depth` groups in each other, written with a stack that can hold them.
fn deep_file(depth: usize) -> Vec<u8> {
    let write = move || {
        let leaf = Type::primitive_type_builder("leaf", Physical::INT32).with_repetition(Repetition::OPTIONAL).build().unwrap();
        let group =
            |below, _| Arc::new(Type::group_type_builder("g").with_fields(vec![below]).with_repetition(Repetition::OPTIONAL).build().unwrap());
        let top = (1..depth).fold(Arc::new(leaf), group);
        let root = Arc::new(Type::group_type_builder("root").with_fields(vec![top]).build().unwrap());
        let mut bytes = Vec::new();
        SerializedFileWriter::new(&mut bytes, root, Arc::new(WriterProperties::new())).unwrap().close().unwrap();
        bytes
    };
    std::thread::Builder::new().stack_size(1 << 30).spawn(write).unwrap().join().unwrap()
}

#[test]
fn schemas_are_not_followed_too_deep() {
    for (depth, reason) in [(100, None), (3_000, Some(Reason::UnableToParseFile)), (30_000, Some(Reason::UnableToParseFile))] {
        let (_, reads) = read("a.parquet", &deep_file(depth), &Options::default());
        let outcome = &reads[0].outcomes[0];
        assert_eq!((outcome.reason, outcome.skipped), (reason, reason.is_some()));
    }
}

#[test]
fn depth_of_a_plain_schema() {
    let footer = |bytes: &[u8]| {
        let len = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
        bytes[bytes.len() - 8 - len..bytes.len() - 8].to_vec()
    };
    assert_eq!(depth::of(&footer(&file(&people(10), Compression::SNAPPY, 100, true))), Some(1));
    let rows = [Some(vec![(Some("a".into()), vec![1])])];
    assert_eq!(depth::of(&footer(&file(&nested(&rows), Compression::SNAPPY, 100, true))), Some(6));
    assert_eq!(depth::of(b"garbage"), None);
}
