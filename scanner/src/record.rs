//! What one split leaves behind: plain data on its way to the store.

use serde::{Deserialize, Serialize};
use sonde_classifiers::{Sketch, Tally};
use sonde_connectors::Reason;

/// Everything one split found out, committed in one transaction.
#[derive(Clone, Debug, Default)]
pub struct SplitRecord {
    /// Number of the split in its run.
    pub split: u64,
    /// Lease token under which it was worked on; the commit is refused when the store has another.
    pub token: u64,
    /// One per object part, or object skipped.
    pub parts: Vec<PartRecord>,
}

/// One part of one object.
#[derive(Clone, Debug)]
pub struct PartRecord {
    /// The object.
    pub object: ObjectRef,
    /// Which part of it, from 0.
    pub part: u32,
    /// How many parts the object has.
    pub parts: u32,
    /// One per member (`None`: the object itself).
    pub coverage: Vec<Coverage>,
    /// One per member that gave chunks: what the positions of later parts are counted from, and rows per field.
    pub extents: Vec<Extent>,
    /// Findings of this part.
    pub findings: Vec<ObjectFinding>,
}

/// The object as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Absolute URI of the source.
    pub source: String,
    /// Kind of the source (`file`, `s3`).
    pub source_kind: String,
    /// Absolute URI of the dataset.
    pub dataset: String,
    /// Key relative to the source.
    pub key: String,
    /// Bytes, as listed.
    pub size: u64,
    /// Version, as listed.
    pub version: String,
    /// Last modification, milliseconds since the epoch.
    pub modified_ms: Option<i64>,
}

/// State of a coverage record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All of it was read.
    Scanned,
    /// Same version under the same rules as before.
    Unchanged,
    /// A sample of it was read.
    Sampled,
    /// Some of it was read.
    Partial,
    /// None of it was read.
    Skipped,
}

/// What was read of one object or member.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Path inside an archive.
    pub member: Option<String>,
    /// State.
    pub state: State,
    /// Why, unless scanned.
    pub reason: Option<Reason>,
    /// More for people, never data.
    pub detail: Option<String>,
    /// Bytes listed (of the object; 0 for members and for parts but the first).
    pub bytes_listed: u64,
    /// Bytes fetched.
    pub bytes_read: u64,
    /// Rows read, where it has rows.
    pub rows_read: Option<u64>,
}

/// Extent of one part of a member.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    /// Path inside an archive.
    pub member: Option<String>,
    /// Rows in this part.
    pub rows: u64,
    /// Line ends in this part.
    pub newlines: u64,
    /// Bytes after the last line end in this part (all its bytes where it has none).
    pub tail: u64,
    /// Rows (non-null values' rows) per field; `None`: the text itself, where one row is one line.
    pub fields: Vec<(Option<String>, u64)>,
}

/// One object × part × member × field × rule: mergeable counts only.
#[derive(Clone, Debug)]
pub struct ObjectFinding {
    /// Path inside an archive.
    pub member: Option<String>,
    /// Field; `None` for text.
    pub field: Option<String>,
    /// Rule id.
    pub rule: String,
    /// Counts and evidence.
    pub tally: Tally,
    /// Keyed sketch of the distinct values.
    pub sketch: Sketch,
    /// The first matches by position that are credible by themselves, relative to the part.
    pub locations: Vec<Location>,
    /// The first whole cells that match but are not credible by themselves: shown where the column's verdict stands.
    pub weak: Vec<Location>,
}

/// Where one match lies. Lines and rows are relative to the part: the store adds what earlier parts hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Line from 0 within the part.
    pub line: Option<u64>,
    /// Byte column from 1 in its line; where `line` is 0 in a later part, counted from the part's start. In tables: the number of the column.
    pub column: Option<u64>,
    /// Row from 0 within the part.
    pub row: Option<u64>,
    /// `$.user.emails[3]`.
    pub json_path: Option<String>,
    /// Half-open byte range in the member's decompressed bytes.
    pub byte_start: Option<u64>,
    /// Its end.
    pub byte_end: Option<u64>,
    /// Masked value.
    pub masked: String,
    /// Keyed fingerprint of the value, hex.
    pub fingerprint: String,
    /// Confidence of this match, thousandths of a bit.
    pub millibits: i32,
}
