//! Parquet: row group after row group, leaves read together as far as they are small, each value as text.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use arrow_schema::SchemaRef;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
        parquet_to_arrow_schema,
    },
    basic::Encoding,
    file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader},
};

use super::{
    Chunk, Columns, Demand, Extractor, Options, Outcome, Part, Piece, Sink,
    stream::{Report, outcome},
};
use crate::Reason;
use source::Source;

mod depth;
mod flatten;
mod render;
mod source;
#[cfg(test)]
mod tests;

/// Leaves of a row group are read together up to this, compressed bytes.
const TOGETHER: u64 = 64 << 20;
/// A chunk beyond this is not read, compressed bytes.
const MAX_CHUNK: u64 = 512 << 20;
/// Rows of a batch, at most.
const ROWS: usize = 8_192;
/// What the values of a batch take, about, bytes.
const BATCH: u64 = 4 << 20;

/// A footer that was understood.
#[derive(Clone, Debug)]
pub(super) struct Footer {
    metadata: Arc<ParquetMetaData>,
    schema: SchemaRef,
}

impl Footer {
    /// Parses the metadata that lie before the last eight bytes of a file.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, (Reason, String)> {
        match depth::of(bytes) {
            None => return Err((Reason::MalformedFile, "the Parquet footer cannot be parsed".into())),
            Some(depth) if depth > depth::MAX_DEPTH => {
                return Err((Reason::UnableToParseFile, format!("the Parquet schema is nested deeper than {} levels", depth::MAX_DEPTH)));
            }
            Some(_) => {}
        }
        let parse = || {
            let metadata = ParquetMetaDataReader::decode_metadata(bytes)?;
            let schema = parquet_to_arrow_schema(metadata.file_metadata().schema_descr(), None)?;
            Ok::<_, parquet::errors::ParquetError>(Self { metadata: Arc::new(metadata), schema: Arc::new(schema) })
        };
        match guarded(parse) {
            Ok(footer) => Ok(footer),
            Err(error) if error.contains("ncrypt") => Err((Reason::EncryptedFile, "Parquet with encrypted columns".into())),
            Err(_) => Err((Reason::MalformedFile, "the Parquet footer cannot be parsed".into())),
        }
    }

    /// Row groups cut into parts of about `part` compressed bytes.
    pub(super) fn parts(&self, part: u64) -> Vec<Part> {
        let mut parts = Vec::new();
        let (mut start, mut size) = (0, 0u64);
        let groups = self.metadata.num_row_groups() as u32;
        for group in 0..groups {
            size = size.saturating_add(self.metadata.row_group(group as usize).columns().iter().map(chunk_size).fold(0, u64::saturating_add));
            if size >= part && group + 1 < groups {
                parts.push(Part::RowGroups(start..group + 1));
                (start, size) = (group + 1, 0);
            }
        }
        if parts.is_empty() { vec![Part::Whole] } else { parts.into_iter().chain([Part::RowGroups(start..groups)]).collect() }
    }
}

/// Runs a parser that may panic on broken input.
fn guarded<T>(parser: impl FnOnce() -> Result<T, parquet::errors::ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(parser)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the reader broke off".into()),
    }
}

fn chunk_size(chunk: &ColumnChunkMetaData) -> u64 {
    u64::try_from(chunk.compressed_size()).unwrap_or(0)
}

/// Where a chunk lies; `None` when that cannot be.
fn chunk_range(chunk: &ColumnChunkMetaData, size: u64) -> Option<Range<u64>> {
    let start = chunk.dictionary_page_offset().map_or(chunk.data_page_offset(), |dictionary| dictionary.min(chunk.data_page_offset()));
    let start = u64::try_from(start).ok()?;
    let len = u64::try_from(chunk.compressed_size()).ok()?;
    let end = start.checked_add(len)?;
    (end <= size && chunk.dictionary_page_offset().is_none_or(|offset| offset >= 0)).then_some(start..end)
}

/// Whether all pages of a chunk refer to its dictionary: then its values are given out once.
fn is_all_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    let only = |mask: &parquet::basic::EncodingMask| mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY);
    chunk.dictionary_page_offset().is_some() && chunk.page_encoding_stats_mask().is_some_and(only)
}

/// Some leaves of a row group.
#[derive(Clone, Debug)]
struct Task {
    group: usize,
    leaves: Vec<usize>,
    ranges: Vec<Range<u64>>,
    /// Rows of the part before the group.
    first_row: u64,
}

/// Reads some row groups.
#[derive(Debug)]
pub(super) struct RowGroups {
    footer: Footer,
    /// Still to be done, the next one last.
    tasks: Vec<Task>,
    window: u64,
    rows: u64,
    bytes: u64,
    reason: Option<(Reason, String)>,
}

impl RowGroups {
    pub(super) fn new(footer: &Footer, part: &Part, size: u64, options: &Options) -> Self {
        let groups = footer.metadata.num_row_groups();
        let groups = match part {
            Part::RowGroups(groups_of) => (groups_of.start as usize).min(groups)..(groups_of.end as usize).min(groups),
            _ => 0..groups,
        };
        let mut extractor = Self { footer: footer.clone(), tasks: Vec::new(), window: options.window.max(1), rows: 0, bytes: 0, reason: None };
        for group in groups {
            extractor.plan(group, size);
            extractor.rows += u64::try_from(footer.metadata.row_group(group).num_rows()).unwrap_or(0);
        }
        extractor.tasks.reverse();
        extractor
    }

    /// Leaves of one column of the table stay together as long as they are small enough.
    fn plan(&mut self, group: usize, size: u64) {
        let metadata = Arc::clone(&self.footer.metadata);
        let schema = metadata.file_metadata().schema_descr();
        let mut task = Task { group, leaves: Vec::new(), ranges: Vec::new(), first_row: self.rows };
        let (mut held, mut root) = (0, usize::MAX);
        for (leaf, chunk) in metadata.row_group(group).columns().iter().enumerate() {
            let Some(range) = chunk_range(chunk, size) else {
                self.note(Reason::MalformedFile, format!("row group {group}: column {} lies outside of the file", leaf + 1));
                continue;
            };
            let len = range.end - range.start;
            if len > MAX_CHUNK {
                self.note(Reason::FileExceedsSizeLimit, format!("row group {group}: column {} is larger than {MAX_CHUNK} bytes", leaf + 1));
                continue;
            }
            let same = schema.get_column_root_idx(leaf) == root;
            let column: u64 = if same { len } else { self.root_size(group, leaf) };
            if held > 0 && held + column.min(TOGETHER) > TOGETHER {
                self.tasks.push(std::mem::replace(&mut task, Task { group, leaves: Vec::new(), ranges: Vec::new(), first_row: self.rows }));
                held = 0;
            }
            root = schema.get_column_root_idx(leaf);
            held += len;
            task.leaves.push(leaf);
            task.ranges.push(range);
        }
        if !task.leaves.is_empty() {
            self.tasks.push(task);
        }
    }

    /// Compressed bytes of all leaves of the column that begins with `leaf`.
    fn root_size(&self, group: usize, leaf: usize) -> u64 {
        let schema = self.footer.metadata.file_metadata().schema_descr();
        let root = schema.get_column_root_idx(leaf);
        let chunks = self.footer.metadata.row_group(group).columns().iter().enumerate().skip(leaf);
        chunks.take_while(|(leaf, _)| schema.get_column_root_idx(*leaf) == root).map(|(_, chunk)| chunk_size(chunk)).fold(0, u64::saturating_add)
    }

    fn note(&mut self, reason: Reason, detail: String) {
        self.reason.get_or_insert((reason, detail));
    }

    /// Reads leaves from `skip` rows on; where they break each is read on for itself.
    fn read(&mut self, task: &Task, source: &Source, leaves: &[usize], skip: usize, sink: &mut dyn Sink) {
        let mut done = skip;
        let result = guarded(|| self.batches(task, source, leaves, &mut done, sink));
        let Err(_) = result else { return };
        if let [leaf] = leaves {
            let path = self.footer.metadata.file_metadata().schema_descr().column(*leaf).path().string();
            let path = super::stream::name(path.as_bytes(), 200);
            self.note(Reason::MalformedFile, format!("row group {}: column `{path}` cannot be read from row {done} on", task.group));
            return;
        }
        for leaf in leaves {
            self.read(task, source, &[*leaf], done, sink);
        }
    }

    fn batches(
        &mut self,
        task: &Task,
        source: &Source,
        leaves: &[usize],
        done: &mut usize,
        sink: &mut dyn Sink,
    ) -> Result<(), parquet::errors::ParquetError> {
        let group = self.footer.metadata.row_group(task.group);
        let schema = flatten::hinted(&self.footer.schema, &|leaf| leaves.contains(&leaf) && group.columns().get(leaf).is_some_and(is_all_dictionary));
        let metadata = Arc::clone(&self.footer.metadata);
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let reader = ArrowReaderMetadata::try_new(Arc::clone(&metadata), options.clone().with_schema(schema))
            .or_else(|_| ArrowReaderMetadata::try_new(metadata, options))?;
        let descriptor = self.footer.metadata.file_metadata().schema_descr();
        let rows = u64::try_from(group.num_rows()).unwrap_or(0).max(1);
        let size: u64 = leaves.iter().map(|leaf| u64::try_from(group.column(*leaf).uncompressed_size()).unwrap_or(0)).fold(0, u64::saturating_add);
        let batch = usize::try_from(BATCH / (size / rows).max(1)).unwrap_or(ROWS).clamp(16, ROWS);
        let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(source.clone(), reader)
            .with_row_groups(vec![task.group])
            .with_projection(ProjectionMask::leaves(descriptor, leaves.iter().copied()))
            .with_batch_size(batch)
            .with_offset(*done)
            .build()?;
        let roots: Vec<usize> = unique(leaves.iter().map(|leaf| descriptor.get_column_root_idx(*leaf)));
        for batch in batches {
            let batch = batch?;
            let columns = flatten::columns(&batch, &roots);
            if !columns.is_empty() {
                sink.chunk(None, Chunk::Columns(Columns { first_row: task.first_row + *done as u64, rows: batch.num_rows() as u64, columns }));
            }
            *done += batch.num_rows();
        }
        Ok(())
    }
}

fn unique(sorted: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = sorted.collect();
    all.dedup();
    all
}

impl Extractor for RowGroups {
    fn demand(&mut self) -> Demand {
        let Some(task) = self.tasks.last() else { return Demand::Done };
        let cut = |range: &Range<u64>| {
            let (end, window) = (range.end, self.window);
            range
                .clone()
                .step_by(usize::try_from(window).unwrap_or(usize::MAX))
                .map(move |start| start..(start + window).min(end))
                .collect::<Vec<_>>()
        };
        Demand::Ranges(task.ranges.iter().flat_map(cut).collect())
    }

    fn feed(&mut self, pieces: Vec<Piece>, sink: &mut dyn Sink) {
        let Some(task) = self.tasks.pop() else { return };
        self.bytes += pieces.iter().map(|piece| piece.bytes.len() as u64).sum::<u64>();
        let source = Source::new(pieces);
        self.read(&task, &source, &task.leaves.clone(), 0, sink);
    }

    fn outcome(&mut self) -> Vec<Outcome> {
        let (reason, detail) = self.reason.clone().unzip();
        let report = Report { reason, detail, skipped: false, rows: Some(self.rows), ..Report::default() };
        vec![outcome(report, self.bytes)]
    }
}
