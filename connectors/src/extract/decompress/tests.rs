use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::extract::tests::{read, small, texts, values};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn lines(count: usize) -> String {
    (0..count).map(|i| format!("a line of prose with the number {i}, and {}\n", i.wrapping_mul(2_654_435_761) % 1_000_003)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn members_and_frames_follow_each_other(
        parts in prop::collection::vec("[a-z \n]{0,400}", 1..5),
        zip in any::<bool>(),
        window in 1u64..200,
    ) {
        let object: Vec<u8> = parts.iter().flat_map(|part| if zip { gzip(part.as_bytes()) } else { zstd_of(part.as_bytes()) }).collect();
        let (layout, reads) = read("notes.txt.gz", &object, &small(window));
        prop_assert_eq!(layout.format, Format::Compressed(if zip { Codec::Gzip } else { Codec::Zstd }));
        let whole = parts.concat();
        let text: Vec<u8> = texts(&reads).into_iter().flat_map(|(_, text)| text).collect();
        prop_assert_eq!(text, whole.as_bytes());
        let outcome = &reads[0].outcomes[0];
        prop_assert_eq!((outcome.reason, outcome.bytes), (None, whole.len() as u64));
    }

    #[test]
    fn what_is_cut_off_is_read_to_there(keep in any::<prop::sample::Index>(), zip in any::<bool>(), window in 100u64..5000) {
        let whole = lines(20_000);
        let object = if zip { gzip(whole.as_bytes()) } else { zstd_of(whole.as_bytes()) };
        let object = &object[..keep.index(object.len() - 20).max(20)];
        let (_, reads) = read("notes.txt.gz", object, &small(window));
        let text: Vec<u8> = texts(&reads).into_iter().flat_map(|(_, text)| text).collect();
        prop_assert!(whole.as_bytes().starts_with(&text));
        let outcome = &reads[0].outcomes[0];
        prop_assert_eq!((outcome.reason, outcome.bytes), (Some(Reason::MalformedFile), text.len() as u64));
        prop_assert_eq!(outcome.skipped, text.is_empty());
    }
}

#[test]
fn what_is_inside_is_found_out() {
    let table = b"id,name,email\n1,Ann,ann@x.example\n2,Bob,bob@x.example\n";
    let (_, plain) = read("people.csv", table, &Options::default());
    for object in [gzip(table), zstd_of(table), gzip(&zstd_of(&gzip(table)))] {
        let (_, reads) = read("people.csv.gz", &object, &small(7));
        assert_eq!(values(&reads), values(&plain));
        assert_eq!((reads[0].outcomes[0].reason, reads[0].outcomes[0].rows), (None, Some(2)));
    }
    let (_, reads) = read("a", &gzip(b"\xff\xfea\0,\0b\0"), &Options::default());
    assert_eq!(texts(&reads)[0].1, b"\xff\xfea\0,\0b\0");
    let (_, reads) = read("a.jsonl.gz", &gzip(b"{\"a\":1}\n{\"a\":2}\n"), &Options::default());
    assert_eq!(values(&reads).iter().map(|v| (v.row, v.raw.clone())).collect::<Vec<_>>(), [(0, Some(5..6)), (1, Some(13..14))]);
}

#[test]
fn binaries_inside_are_not_read() {
    let (_, reads) = read("a.pdf.gz", &gzip(b"%PDF-1.7 ..."), &Options::default());
    let outcome = &reads[0].outcomes[0];
    assert_eq!((outcome.reason, outcome.skipped, outcome.detail.as_deref()), (Some(Reason::UnsupportedFileType), true, Some("PDF")));
    let (_, reads) = read("a.gz", &gzip(&gzip(&gzip(&gzip(b"deep")))), &Options::default());
    assert_eq!((reads[0].outcomes[0].reason, reads[0].outcomes[0].skipped), (Some(Reason::ArchiveNestingLevelOverLimit), true));
}

#[test]
fn bombs_are_stopped() {
    let bomb = gzip(&vec![b'a'; 30 << 20]);
    let (_, reads) = read("a.gz", &bomb, &Options { max_ratio: 500, window: 1000, ..Options::default() });
    let outcome = &reads[0].outcomes[0];
    assert_eq!((outcome.reason, outcome.skipped), (Some(Reason::DecompressionRatio), false));
    assert!(outcome.bytes <= 2 << 20, "{}", outcome.bytes);
    let (_, reads) = read("a.gz", &bomb, &Options { max_output: 5_000_000, max_ratio: 100_000, ..Options::default() });
    let outcome = &reads[0].outcomes[0];
    assert_eq!((outcome.reason, outcome.bytes), (Some(Reason::ArchiveTotalBytesExtractedOverLimit), 5_000_000));
    let bomb = gzip(&bomb);
    let (_, reads) = read("a.gz", &bomb, &Options { max_ratio: 500, ..Options::default() });
    assert_eq!(reads[0].outcomes[0].reason, Some(Reason::DecompressionRatio));
}

#[test]
fn garbage_behind_is_reported() {
    let mut object = gzip(b"some text\n");
    object.extend_from_slice(&[0; 100]);
    let (_, reads) = read("a.gz", &object, &small(9));
    assert_eq!(reads[0].outcomes[0].reason, None);
    object.extend_from_slice(b"garbage");
    let (_, reads) = read("a.gz", &object, &small(9));
    assert_eq!(reads[0].outcomes[0].reason, Some(Reason::MalformedFile));
    assert_eq!(texts(&reads)[0].1, b"some text\n");
}
