//! Dictionary-coded strings against the same strings written plainly.

use std::{collections::BTreeMap, fs::File, path::Path, sync::Arc, time::Duration};

use ::parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding},
    file::properties::WriterProperties,
};
use anyhow::{Result, ensure};
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use sonde_corpus::{Prng, values::contact};

use crate::{child, say, startup};

/// Rows of a row group.
const GROUP: usize = 500_000;
/// A dictionary may take at most this share of the plain time.
const SHARE: f64 = 0.1;

pub(crate) fn run(rows: usize) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (dictionary, plain) = (dir.path().join("dictionary"), dir.path().join("plain"));
    std::fs::create_dir_all(&dictionary)?;
    std::fs::create_dir_all(&plain)?;
    write(&dictionary.join("part.parquet"), rows, true)?;
    write(&plain.join("part.parquet"), rows, false)?;
    let planted = BTreeMap::from([("pii.email", rows as u64)]);
    let idle = startup::empty_scan()?;
    let (fast, slow) = (best(&dictionary, &planted)?.saturating_sub(idle), best(&plain, &planted)?.saturating_sub(idle));
    let share = fast.as_secs_f64() / slow.as_secs_f64();
    say(&format!(
        "parquet: {rows} addresses, 1 % distinct, as planted; dictionary {:.0} ms, plain {:.0} ms ({:.0} ms of start-up left out): {share:.3} of the time",
        fast.as_secs_f64() * 1e3,
        slow.as_secs_f64() * 1e3,
        idle.as_secs_f64() * 1e3
    ));
    ensure!(share <= SHARE, "a dictionary takes {share:.2} of the plain time, more than {SHARE}");
    Ok(())
}

/// The best of three scans.
fn best(dir: &Path, planted: &BTreeMap<&'static str, u64>) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let run = child::scan(&dir.to_string_lossy(), &[])?;
        run.verify(planted)?;
        best = best.min(run.wall);
    }
    Ok(best)
}

/// Rows of addresses out of one for every hundred rows of a group.
fn write(path: &Path, rows: usize, dictionary: bool) -> Result<()> {
    let r = &mut Prng::new(11);
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(dictionary)
        .set_dictionary_page_size_limit(16 << 20)
        .set_encoding(Encoding::PLAIN)
        .set_compression(Compression::UNCOMPRESSED)
        .set_max_row_group_row_count(Some(GROUP))
        .build();
    let mut writer: Option<ArrowWriter<File>> = None;
    let mut left = rows;
    while left > 0 {
        let n = left.min(GROUP);
        let pool: Vec<String> = (0..(n / 100).max(1)).map(|i| format!("{i}.{}", contact::email(r))).collect();
        let column: StringArray = (0..n).map(|_| Some(r.pick(&pool).as_str())).collect();
        let batch = RecordBatch::try_from_iter([("contact", Arc::new(column) as ArrayRef)])?;
        let writer = match &mut writer {
            Some(writer) => writer,
            none => none.insert(ArrowWriter::try_new(File::create(path)?, batch.schema(), Some(properties.clone()))?),
        };
        writer.write(&batch)?;
        left -= n;
    }
    if let Some(writer) = writer {
        writer.close()?;
    }
    Ok(())
}
