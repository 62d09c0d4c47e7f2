//! The only module that speaks SQL to our database.

mod commit;
mod composites;
#[cfg(any(test, feature = "testing"))]
pub mod contract;
mod copy;
mod failure;
mod filter;
mod finish;
pub mod key;
mod link;
mod position;
mod read;
mod read_objects;
mod rollup;
mod run;
mod schema;
mod snapshot;
mod spec;
mod sql;
#[cfg(test)]
mod tests;
mod text;
mod usage;

use std::{
    collections::BTreeMap,
    fmt::{Debug, Display},
    sync::Arc,
};

use anyhow::Result;
use futures::future::BoxFuture;
use sonde_classifiers::{Composite, Sensitivity};

use crate::record::{Coverage, Location, ObjectRef, SplitRecord};

pub use failure::Refusal;
pub use snapshot::{Change, Holder, Membership, PrincipalRow, ReachQuery, ReachRow, SnapshotRow, SnapshotSpec, StatementRow, SummaryRow};
pub use spec::StoreSpec;
pub use usage::{LogRow, ReachUseRow, RecordedRow, UsageRows, UseRow};

/// Opens a store. A Postgres server is asked for an answer, a SQLite file that exists is looked at; nothing is written, [`Store::migrate`] comes next.
///
/// # Errors
/// The server cannot be reached or refuses the user, the file is no database, no folder for a temporary file.
pub async fn open(spec: &StoreSpec) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(sql::SqlStore::open(spec).await?))
}

/// What a run is about.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// Sources in the order given: (absolute URI, kind).
    pub sources: Vec<(String, String)>,
    /// Digest of the rule set, hex.
    pub ruleset: String,
    /// Digest of the settings that change findings, hex.
    pub config: String,
    /// Version of this program.
    pub version: String,
    /// Id of the fingerprint key; a store written with another one refuses.
    pub key_id: String,
    /// Rules and composites of the rule set, for the `rule` table.
    pub rules: Vec<RuleRow>,
    /// What tags say together: looked for in tables when the run is finished.
    pub composites: Vec<Composite>,
    /// Ids of the kinds of documents among `rules`.
    pub documents: Vec<String>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Values.
    #[default]
    Value,
    /// What several tags in one record say together.
    Composite,
    /// A text as a whole.
    Document,
}

impl Kind {
    /// As lines are called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "finding",
            Self::Composite => "composite",
            Self::Document => "document",
        }
    }
}

/// A rule as the store keeps it.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Rule id.
    pub id: String,
    /// Tag.
    pub tag: String,
    /// Name for people.
    pub name: String,
    /// Sensitivity.
    pub sensitivity: Sensitivity,
    /// Regulations.
    pub regulations: Vec<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything listed has its record.
    Complete,
    /// Stopped by the user.
    Interrupted,
    /// Broken off by an error.
    Failed,
}

/// From which confidence a verdict is a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// Of rules that have none of their own.
    pub all: f64,
    /// Of rules that have, by id.
    pub rules: BTreeMap<String, f64>,
}

impl Bars {
    /// That of a rule.
    #[must_use]
    pub fn of(&self, rule: &str) -> f64 {
        self.rules.get(rule).copied().unwrap_or(self.all)
    }
}

impl From<f64> for Bars {
    fn from(all: f64) -> Self {
        Self { all, rules: BTreeMap::new() }
    }
}

/// A split as planned: kept so that a run can be followed and taken up.
#[derive(Clone, Debug)]
pub struct PlannedSplit {
    /// Number in the run, from 0.
    pub split: u64,
    /// Lease token given out with it.
    pub token: u64,
    /// What it reads, JSON.
    pub spec: String,
    /// Objects in it.
    pub objects: u64,
    /// Bytes listed in it.
    pub bytes: u64,
}

/// What a reader of the store asks for. All filters are conjunctions; empty ones do not filter.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only these sources (absolute URIs), in this order.
    pub sources: Vec<String>,
    /// Only datasets whose URI begins with this.
    pub dataset_prefix: Option<String>,
    /// Only findings of this kind.
    pub kind: Option<Kind>,
    /// Only tags under these dotted prefixes (`pii` covers `pii.email`).
    pub tags: Vec<String>,
    /// Only findings with at least this confidence.
    pub min_confidence: f64,
    /// Only findings with at least this sensitivity.
    pub min_sensitivity: Option<Sensitivity>,
    /// Only findings in this status.
    pub status: Option<String>,
    /// Only coverage in these states (`scanned`, …).
    pub states: Vec<String>,
    /// Only coverage with these reasons.
    pub reasons: Vec<String>,
    /// At most this many rows.
    pub limit: Option<u64>,
}

/// A verdict on dataset × field × rule, as listed.
#[derive(Clone, Debug)]
pub struct FindingRow {
    /// What it is about.
    pub kind: Kind,
    /// Stable identifier, hex.
    pub uid: String,
    /// Source URI.
    pub source: String,
    /// Dataset URI.
    pub dataset: String,
    /// Field; `None` for text.
    pub field: Option<String>,
    /// Rule id.
    pub rule: String,
    /// Tag.
    pub tag: String,
    /// Sensitivity.
    pub sensitivity: Sensitivity,
    /// Occurrences.
    pub occurrences: u64,
    /// Rows matched.
    pub rows_matched: u64,
    /// Rows seen.
    pub rows_seen: u64,
    /// Distinct values.
    pub distinct: u64,
    /// Confidence, 4 decimals.
    pub confidence: f64,
    /// `open`, `resolved`, `suppressed`, `accepted`, `false_positive`.
    pub status: String,
    /// First and last seen, RFC 3339.
    pub first_seen: String,
    /// Last seen, RFC 3339.
    pub last_seen: String,
    /// Up to 20 locations, absolute, with the object and member they are in, first by object, member, position.
    pub locations: Vec<(String, Option<String>, Location)>,
}

/// Dataset × object × member × field × rule, as `--format jsonl` prints it; only findings whose verdict stands.
#[derive(Clone, Debug)]
pub struct ObjectFindingRow {
    /// What it is about.
    pub kind: Kind,
    /// Source URI.
    pub source: String,
    /// Dataset URI.
    pub dataset: String,
    /// Object key.
    pub object: String,
    /// Member.
    pub member: Option<String>,
    /// Field; `None` for text.
    pub field: Option<String>,
    /// Rule id.
    pub rule: String,
    /// Tag.
    pub tag: String,
    /// Sensitivity.
    pub sensitivity: Sensitivity,
    /// Occurrences here.
    pub occurrences: u64,
    /// Rows matched here.
    pub rows_matched: u64,
    /// Rows seen here.
    pub rows_seen: u64,
    /// Distinct values here.
    pub distinct: u64,
    /// Confidence of the dataset × field verdict.
    pub confidence: f64,
    /// Status of the dataset × field verdict.
    pub status: String,
    /// Absolute locations: `line`, `row` from 1.
    pub locations: Vec<Location>,
}

/// Coverage of one object or member, parts merged.
#[derive(Clone, Debug)]
pub struct CoverageRow {
    /// Source URI.
    pub source: String,
    /// Dataset URI.
    pub dataset: String,
    /// Object key.
    pub object: String,
    /// What was read.
    pub coverage: Coverage,
}

/// One dataset with its counts.
#[derive(Clone, Debug)]
pub struct DatasetRow {
    /// Source URI.
    pub source: String,
    /// Dataset URI.
    pub dataset: String,
    /// Objects in it.
    pub objects: u64,
    /// Of these, read whole.
    pub scanned: u64,
    /// Bytes listed.
    pub bytes: u64,
    /// Findings (field × rule).
    pub findings: u64,
    /// Tags found, sorted.
    pub tags: Vec<String>,
    /// Highest sensitivity found.
    pub sensitivity: Option<Sensitivity>,
    /// Last run that touched it, RFC 3339.
    pub last_seen: String,
}

/// State of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaStatus {
    /// `postgres` or `sqlite`, and where (no password).
    pub store: String,
    /// (version, description, applied).
    pub migrations: Vec<(i64, String, bool)>,
}

/// Takes rows one by one, so that a listing of any length needs constant memory. `Err` ends the listing.
pub type Visit<'a, T> = Box<dyn FnMut(T) -> Result<()> + Send + 'a>;

/// Where findings are kept. One contract suite (`store/contract.rs`), which every implementation passes.
pub trait Store: Debug + Display + Send + Sync + 'static {
    /// Applies missing migrations; returns the state after.
    fn migrate(&self) -> BoxFuture<'_, Result<SchemaStatus>>;
    /// State of the schema, changing nothing.
    fn status(&self) -> BoxFuture<'_, Result<SchemaStatus>>;
    /// Opens a run. Refuses a fingerprint key other than the store's.
    fn open_run(&self, spec: RunSpec) -> BoxFuture<'_, Result<i64>>;
    /// Records splits as leased under their tokens.
    fn plan(&self, run: i64, splits: Vec<PlannedSplit>) -> BoxFuture<'_, Result<()>>;
    /// Commits one split in one transaction: coverage, extents, object findings (replacing what the same object and part had), split state. Refused when the token is not the lease's.
    fn commit(&self, run: i64, record: SplitRecord) -> BoxFuture<'_, Result<()>>;
    /// Ends a run: drops what older runs left of objects this run recorded, marks objects gone that a complete run did not list, rolls up findings, settles verdicts, joins them to composites.
    fn finish(&self, run: i64, end: End, bars: Bars) -> BoxFuture<'_, Result<()>>;
    /// Findings in order: dataset, field, rule.
    fn findings<'a>(&'a self, query: &'a Query, visit: Visit<'a, FindingRow>) -> BoxFuture<'a, Result<()>>;
    /// Object findings in order: source (as given), dataset, object, member, field, rule. `locations` at most this many per row.
    fn object_findings<'a>(&'a self, query: &'a Query, locations: usize, visit: Visit<'a, ObjectFindingRow>) -> BoxFuture<'a, Result<()>>;
    /// Coverage in order: source (as given), dataset, object, member.
    fn coverage<'a>(&'a self, query: &'a Query, visit: Visit<'a, CoverageRow>) -> BoxFuture<'a, Result<()>>;
    /// Datasets in order of their URI.
    fn datasets<'a>(&'a self, query: &'a Query, visit: Visit<'a, DatasetRow>) -> BoxFuture<'a, Result<()>>;
    /// Keeps what was read of identities, and makes it the newest; its number.
    fn save_snapshot(&self, spec: SnapshotSpec) -> BoxFuture<'_, Result<i64>>;
    /// Keeps the answers of a snapshot: row by row where they are expanded, and counts for all resources.
    fn save_reach(&self, snapshot: i64, rows: Vec<ReachRow>, summaries: Vec<SummaryRow>, changes: Vec<Change>) -> BoxFuture<'_, Result<()>>;
    /// A snapshot, the newest when none is named; `provider`: of this one only.
    fn snapshot<'a>(&'a self, id: Option<i64>, provider: Option<&'a str>) -> BoxFuture<'a, Result<Option<SnapshotRow>>>;
    /// What a snapshot of a provider, the newest when none is named, could not tell: (place, why).
    fn gaps<'a>(&'a self, snapshot: Option<i64>, provider: &'a str) -> BoxFuture<'a, Result<Vec<(String, String)>>>;
    /// Answers that were kept, in order: resource, principal, access.
    fn reach<'a>(&'a self, query: &'a ReachQuery, visit: Visit<'a, ReachRow>) -> BoxFuture<'a, Result<()>>;
    /// Adds what audit logs say: times are widened, uses added up.
    fn save_usage(&self, rows: UsageRows) -> BoxFuture<'_, Result<()>>;
    /// What logs say of a provider; its files are left out.
    fn usage<'a>(&'a self, provider: &'a str) -> BoxFuture<'a, Result<UsageRows>>;
    /// Files of logs that were read.
    fn logs(&self) -> BoxFuture<'_, Result<Vec<LogRow>>>;
    /// Keeps the answers of a snapshot held against logs, in place of those of its provider.
    fn save_reach_use(&self, snapshot: i64, rows: Vec<ReachUseRow>) -> BoxFuture<'_, Result<()>>;
    /// Closes all connections, flushing what is buffered.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// An object reference without its source's kind, for logs.
impl Display for ObjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.source, self.key)
    }
}
