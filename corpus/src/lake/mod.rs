//! The lake: what a company that trains models has lying about in a bucket.

mod clean;
mod config;
mod crm;
mod events;
mod features;
mod finetune;
mod hr;
mod logs;
mod prose;
mod rag;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use crate::{
    Line, Plant, Prng, Truth,
    form::{Written, deflate, text::Encoding},
};

/// Everything comes from this.
const SEED: u64 = 0x50de;

/// One object.
#[derive(Clone, Debug)]
struct File {
    key: String,
    stored: Vec<u8>,
    written: Written,
    state: &'static str,
    reason: Option<&'static str>,
}

/// The objects of the lake and what is in them.
#[derive(Clone, Debug, Default)]
pub struct Lake {
    files: Vec<File>,
}

/// How an object is stored.
#[derive(Clone, Copy, Debug)]
enum Pack {
    /// As it is.
    Plain,
    /// In one gzip member.
    Gzip,
    /// In two gzip members.
    GzipTwice,
    /// In one zstd frame.
    Zstd,
}

impl Lake {
    /// Makes the lake, the same every time.
    ///
    /// # Errors
    /// When a Parquet file cannot be encoded.
    pub fn generate() -> io::Result<Self> {
        let mut lake = Self::default();
        finetune::add(&mut lake)?;
        rag::add(&mut lake)?;
        crm::add(&mut lake)?;
        hr::add(&mut lake)?;
        events::add(&mut lake)?;
        features::add(&mut lake)?;
        logs::add(&mut lake)?;
        config::add(&mut lake)?;
        clean::add(&mut lake)?;
        lake.files.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(lake)
    }

    /// Random numbers of one object.
    fn random(key: &str) -> Prng {
        Prng::named(SEED, key)
    }

    /// Adds an object that is read.
    fn add(&mut self, key: &str, written: Written, pack: Pack) -> io::Result<()> {
        let bytes = &written.bytes;
        let stored = match pack {
            Pack::Plain => bytes.clone(),
            Pack::Gzip => deflate::gzip(bytes),
            Pack::GzipTwice => {
                let middle = bytes.len() / 2;
                [deflate::gzip(&bytes[..middle]), deflate::gzip(&bytes[middle..])].concat()
            }
            Pack::Zstd => zstd::bulk::compress(bytes, 9)?,
        };
        self.files.push(File { key: key.to_owned(), stored, written, state: "scanned", reason: None });
        Ok(())
    }

    /// Adds a text in UTF-8.
    fn text(&mut self, key: &str, text: &crate::form::Marked) -> io::Result<()> {
        self.add(key, crate::form::text::write(text, Encoding::Utf8), Pack::Plain)
    }

    /// Adds an object that is not read.
    fn skipped(&mut self, key: &str, written: Written, reason: &'static str) {
        self.files.push(File { key: key.to_owned(), stored: written.bytes.clone(), written, state: "skipped", reason: Some(reason) });
    }

    /// Key and bytes of every object, sorted by key.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|f| (f.key.as_str(), f.stored.as_slice()))
    }

    /// What is in it.
    #[must_use]
    pub fn truth(&self) -> Truth {
        Truth { lines: self.files.iter().flat_map(lines).collect() }
    }

    /// Writes the objects under a folder, and `truth.jsonl` beside the folder. Other files in it are removed.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_to(&self, dir: &Path) -> io::Result<()> {
        if dir.exists() {
            fs::remove_dir_all(dir)?;
        }
        for (key, bytes) in self.objects() {
            let path = dir.join(key);
            fs::create_dir_all(path.parent().unwrap_or(dir))?;
            fs::write(path, bytes)?;
        }
        fs::write(dir.with_file_name("truth.jsonl"), self.truth().to_jsonl()?)
    }
}

/// Folder of an object without its partitions.
fn dataset(key: &str) -> String {
    let mut parts: Vec<&str> = key.split('/').collect();
    parts.pop();
    parts.retain(|p| !p.contains('='));
    parts.join("/")
}

/// Rows, or lines, that hold something.
type Rows = BTreeSet<Option<u64>>;

/// Truth about one object.
fn lines(file: &File) -> Vec<Line> {
    let object = &file.key;
    let mut out = vec![Line::Coverage { object: object.clone(), state: file.state.to_owned(), reason: file.reason.map(str::to_owned) }];
    if file.state != "scanned" {
        out.extend(file.written.planted.iter().map(|p| Line::Unread { object: object.clone(), value: p.value.clone() }));
        return out;
    }
    let mut rows: BTreeMap<(Option<String>, &str), (u64, Rows)> = BTreeMap::new();
    for p in &file.written.planted {
        let entry = rows.entry((p.field.clone(), p.tag)).or_default();
        entry.0 += 1;
        entry.1.insert(p.row.or(p.line));
        out.push(Line::Plant(Plant {
            object: object.clone(),
            dataset_suffix: dataset(object),
            member: None,
            field: p.field.clone(),
            row: p.row,
            line: p.line,
            column: p.column,
            json_path: p.json_path.clone(),
            byte_start: p.bytes.as_ref().map(|b| b.start),
            byte_end: p.bytes.as_ref().map(|b| b.end),
            tag: p.tag.to_owned(),
            rule_hint: None,
            value: p.value.clone(),
        }));
    }
    let dirty: BTreeSet<_> = rows.keys().map(|(field, _)| field.clone()).collect();
    for ((field, tag), (occurrences, rows)) in rows {
        out.push(Line::Summary { object: object.clone(), field, tag: tag.to_owned(), occurrences, rows: rows.len() as u64 });
    }
    let clean = file.written.fields.iter().filter(|f| !dirty.contains(f));
    out.extend(clean.map(|field| Line::Clean { object: object.clone(), field: field.clone() }));
    out
}

#[cfg(test)]
mod tests;
