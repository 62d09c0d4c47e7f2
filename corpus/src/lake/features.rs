//! Feature tables: hashed ids, numbers, and one column that should have been dropped.

use std::io;

use parquet::basic::Compression;

use super::{
    Lake, Pack,
    events::{Sheet, write},
    prose,
};
use crate::{
    Prng,
    form::{Marked, Written},
    values::{contact, money, national},
};

/// Rows of the table of users.
const ROWS: usize = 2000;

fn users(r: &mut Prng) -> io::Result<Written> {
    let mut sheet = Sheet::default();
    let ids: Vec<String> = (0..400).map(|_| r.hex(64)).collect();
    let addresses: Vec<String> = (0..50).map(|_| contact::email(r)).collect();
    sheet.texts("user_hash", (0..ROWS).map(|_| Some(Marked::from(r.pick(&ids).as_str()))).collect());
    sheet.texts("segment", (0..ROWS).map(|_| Some(Marked::from(*r.pick(&["new", "loyal", "lapsed", "SCN-125"])))).collect());
    sheet.texts("owner_email", (0..ROWS).map(|_| Some(Marked::value("pii.email", r.pick(&addresses)))).collect());
    sheet.numbers("card_number", "pci.pan", (0..ROWS).map(|_| r.chance(90).then(|| money::card16(r))).collect());
    let notes = (0..ROWS).map(|n| match n % 50 {
        17 => Some(Marked::from("Verified by phone, SSN ").plant("gov.us.ssn", national::ssn(r)).say(" on file.")),
        3 => None,
        _ => Some(Marked::from(prose::sentence(r))),
    });
    sheet.texts("legacy_note", notes.collect());
    sheet.floats("score", (0..ROWS).map(|_| r.below(1 << 52) as f64 / (1u64 << 52) as f64).collect());
    sheet.plain_numbers("clicks", (0..ROWS).map(|_| r.below(10_000_000_000) as i64).collect());
    write(sheet, Compression::SNAPPY, 700)
}

/// Nothing sensitive: embeddings of articles.
fn articles(r: &mut Prng) -> io::Result<Written> {
    let mut sheet = Sheet::default();
    sheet.texts("article", (0..300).map(|_| Some(Marked::from(r.uuid()))).collect());
    sheet.texts("language", (0..300).map(|_| Some(Marked::from(*r.pick(&["de", "en", "fr"])))).collect());
    sheet.floats("norm", (0..300).map(|_| r.below(1 << 52) as f64 / (1u64 << 50) as f64).collect());
    sheet.plain_numbers("published_ms", (0..300).map(|_| 1_700_000_000_000 + r.below(60_000_000_000) as i64).collect());
    write(sheet, Compression::UNCOMPRESSED, 1000)
}

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    let written = users(&mut Lake::random("features/users.parquet"))?;
    lake.add("features/users.parquet", written, Pack::Plain)?;
    let written = articles(&mut Lake::random("embeddings/articles.parquet"))?;
    lake.add("embeddings/articles.parquet", written, Pack::Plain)
}
