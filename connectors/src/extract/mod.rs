//! Bytes made into chunks: text, or columns. No IO here: extractors ask for ranges and are fed.

use std::{fmt::Debug, ops::Range, sync::Arc};

use arrow_array::ArrayRef;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Reason;

mod csv;
mod decompress;
mod json;
mod leaf;
mod open;
mod parquet;
mod place;
mod plain;
pub(crate) mod records;
mod sniff;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod transcode;

pub use open::open;
pub use plain::Plain;
pub(crate) use stream::key as column_name;

/// How an object is read. Chosen by content first, by name second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Text in some encoding (an `encoding_rs` label), with the length of its byte-order mark.
    Text {
        /// `encoding_rs` name, e.g. `UTF-8`, `UTF-16LE`, `windows-1252`.
        encoding: String,
        /// Bytes of the byte-order mark.
        bom: u8,
    },
    /// Delimited text with a sniffed dialect.
    Csv {
        /// Encoding as for text.
        encoding: String,
        /// Bytes of the byte-order mark.
        bom: u8,
        /// Field separator.
        delimiter: u8,
        /// Quote character.
        quote: u8,
        /// Whether the first record is a header.
        header: bool,
    },
    /// One JSON document.
    Json {
        /// Encoding as for text.
        encoding: String,
        /// Bytes of the byte-order mark.
        bom: u8,
    },
    /// One JSON document per line.
    NdJson {
        /// Encoding as for text.
        encoding: String,
        /// Bytes of the byte-order mark.
        bom: u8,
    },
    /// Apache Parquet.
    Parquet,
    /// Compressed whole; what is inside is found out once decompressed.
    Compressed(Codec),
    /// Rows of a database's table.
    Table,
    /// Nothing that is read.
    Unsupported,
    /// No bytes at all.
    Empty,
}

/// Compression around a whole object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Codec {
    /// gzip, any number of members.
    Gzip,
    /// zstd, any number of frames.
    Zstd,
}

/// A piece of an object that is read, retried and recorded on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// All of it.
    Whole,
    /// Records (NDJSON) or matches (text) that begin in this byte range of the raw object.
    Bytes(Range<u64>),
    /// Parquet row groups by index.
    RowGroups(Range<u32>),
    /// Rows that lie in these pages of a table; the last part has no end (`u32::MAX`).
    Pages(Range<u32>),
}

/// What an object turned out to be, and how it is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How it is read.
    pub format: Format,
    /// Its parts, in order; at least one.
    pub parts: Vec<Part>,
}

/// What an [`Opener`] or [`Extractor`] wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// These ranges of the raw object, to be fed in this order, all in one call.
    Ranges(Vec<Range<u64>>),
    /// The next piece of the object's rows; one without bytes says that there are no more.
    Next,
    /// Nothing more.
    Done,
}

/// Bytes of one range that was asked for.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Which.
    pub range: Range<u64>,
    /// What; shorter than `range` only where the object ends.
    pub bytes: Bytes,
}

/// Finds out what an object is: the head first, the footer where the format has one.
pub trait Opener: Send + Debug {
    /// What it wants next; `Done` when `layout` can be called.
    fn demand(&mut self) -> Demand;
    /// Takes what it asked for.
    fn feed(&mut self, pieces: Vec<Piece>);
    /// The layout and whatever was parsed on the way (a Parquet footer), shared by the extractors of all parts.
    fn layout(self: Box<Self>) -> (Layout, Arc<dyn Prepared>);
}

/// What an [`Opener`] learnt. Makes the extractors.
pub trait Prepared: Send + Sync + Debug {
    /// An extractor for one part.
    fn extractor(&self, part: &Part) -> Box<dyn Extractor>;
}

/// Makes chunks out of bytes. Never does IO, never panics, memory bounded by its options.
pub trait Extractor: Send + Debug {
    /// What it wants next.
    fn demand(&mut self) -> Demand;
    /// Takes what it asked for and gives chunks to `sink`.
    fn feed(&mut self, pieces: Vec<Piece>, sink: &mut dyn Sink);
    /// The coverage of what was read, one record per member (`None`: the object itself), once `demand` said `Done`. Called as well when the run breaks off.
    fn outcome(&mut self) -> Vec<Outcome>;
}

/// Where chunks go.
pub trait Sink {
    /// One chunk of `member` (`None`: the object itself).
    fn chunk(&mut self, member: Option<&Arc<str>>, chunk: Chunk);
}

/// What happened to an object or member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Path inside an archive, nested with `!/`.
    pub member: Option<Arc<str>>,
    /// `None`: all of it was read.
    pub reason: Option<Reason>,
    /// True when nothing of it was read (skipped), false when some was (partial). Meaningless without a reason.
    pub skipped: bool,
    /// More for people, never data.
    pub detail: Option<String>,
    /// Rows, where it has rows.
    pub rows: Option<u64>,
    /// Bytes after decompression that were given out as chunks.
    pub bytes: u64,
}

/// A piece of content for the engine.
#[derive(Clone, Debug)]
pub enum Chunk {
    /// Consecutive bytes of one text, cut anywhere: the engine's `TextScanner` joins them.
    Text(Text),
    /// Some rows of a table or some records.
    Columns(Columns),
}

/// Consecutive raw bytes of a text.
#[derive(Clone, Debug)]
pub struct Text {
    /// The bytes, before character decoding.
    pub bytes: Bytes,
    /// Where they begin in the member's decompressed bytes.
    pub at: u64,
    /// `encoding_rs` name.
    pub encoding: &'static str,
    /// Only matches that begin in here are this part's (a part reads more on both sides). `0..u64::MAX` for a whole text.
    pub own: Range<u64>,
    /// Whether this is the last piece.
    pub last: bool,
}

/// Values of some consecutive rows, leaf by leaf.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Row number of the first row here, from 0, counted from the start of the *part*.
    pub first_row: u64,
    /// Number of rows here. A record too large for one batch comes in several, each of which counts it: `Outcome::rows` is exact.
    pub rows: u64,
    /// One per leaf that occurs here.
    pub columns: Vec<Column>,
}

/// The values of one leaf field.
#[derive(Clone, Debug)]
pub struct Column {
    /// Field as contracts.md names it: header, `column_3`, `user.emails[]`.
    pub field: Arc<str>,
    /// Number of the column in a table, from 1.
    pub number: Option<u32>,
    /// `Utf8`, `LargeUtf8`, `Binary`, `LargeBinary`, or `Dictionary(Int32, Utf8 | Binary)`. Numbers, dates and booleans are rendered as text (ISO 8601 dates, integral floats without `.0`).
    /// Nulls are nulls. Values are the decoded values (unescaped, unquoted, UTF-8).
    pub values: ArrayRef,
    /// Row of each value counted from `first_row`; `None`: value i is in row i.
    pub rows: Option<Vec<u32>>,
    /// Array indices of each value for its JSON path, in order of the `[]` in `field`; `stride` of them per value. Empty: none.
    pub indices: Vec<u32>,
    /// How many `indices` per value (number of `[]` in `field`).
    pub stride: usize,
    /// How a JSON path is made of steps, row and indices.
    pub path: PathKind,
    /// The way from the record to the values; empty for flat tables. As many `Step::Index` as `stride`.
    pub steps: Arc<[Step]>,
    /// Where each value lies in the member's decompressed bytes; `None` for columnar formats.
    pub places: Option<Places>,
}

/// One step from a record to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the member of this name.
    Key(Arc<str>),
    /// Into a member whose name is not kept: there are too many.
    Any,
    /// Into an element: the next of the value's indices.
    Index,
}

/// Whether and how a column's values have a JSON path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// Flat table: none.
    None,
    /// `$.user.emails[3]`: the record is the root (NDJSON, nested Parquet, a single JSON object).
    Record,
    /// `$[4].user.emails[3]`: the record is an element of the root array; the row is its index.
    RootArray,
}

/// Where the values of a column lie in the raw bytes.
#[derive(Clone, Debug)]
pub struct Places {
    /// Start of each value's encoded form, after the opening quote.
    pub starts: Vec<u64>,
    /// Its end, before the closing quote.
    pub ends: Vec<u64>,
    /// For values whose raw bytes differ from the value: the value with its escapes, in UTF-8, so that a span inside can be found. (value index, escaped value), sorted.
    pub encoded: Vec<(u32, Bytes)>,
    /// How `encoded` is written.
    pub escape: Escape,
    /// Character encoding of the raw bytes: how many of them each character of `encoded` takes.
    pub encoding: &'static str,
}

/// How a value is written in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// JSON string escapes.
    Json,
    /// Doubled quotes.
    Quotes(u8),
}

/// Options of the extractors.
#[derive(Clone, Debug)]
pub struct Options {
    /// Largest range asked for at once, bytes. 1–8 MiB.
    pub window: u64,
    /// Objects that can be cut are cut into parts of about this size, bytes.
    pub part: u64,
    /// What a part of a text reads beyond each of its ends: the engine's margin, bytes.
    pub margin: u64,
    /// Largest single field, bytes; a larger one is cut there with `FIELD_EXCEEDS_LIMIT`.
    pub max_field: u64,
    /// Deepest JSON nesting.
    pub max_depth: u32,
    /// Largest output of one decompression, bytes.
    pub max_output: u64,
    /// Largest ratio of output to input after the first MiB of output.
    pub max_ratio: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: 4 << 20, part: 128 << 20, margin: 64 << 10, max_field: 64 << 20, max_depth: 512, max_output: 1 << 40, max_ratio: 1_000 }
    }
}
