//! Records made by hand, and short ways to write them and to read them back.

use sonde_classifiers::{Composite, FingerprintKey, Sensitivity, Sketch, Tally, composite::Scope};
use sonde_connectors::Reason;

use crate::{
    record::{Coverage, Extent, Location, ObjectFinding, ObjectRef, PartRecord, SplitRecord, State},
    store::{CoverageRow, DatasetRow, End, FindingRow, ObjectFindingRow, PlannedSplit, Query, RuleRow, RunSpec, Store},
};

pub(super) const SOURCE: &str = "file:///data/";

pub(super) fn run_spec(sources: &[&str]) -> RunSpec {
    let rule = |id: &str, tag: &str, sensitivity| RuleRow {
        id: id.into(),
        tag: tag.into(),
        name: id.to_uppercase(),
        sensitivity,
        regulations: vec!["gdpr".into()],
    };
    RunSpec {
        sources: sources.iter().map(|s| ((*s).to_owned(), "file".to_owned())).collect(),
        ruleset: "aa".repeat(32),
        config: "bb".repeat(32),
        version: "0.1.0".into(),
        key_id: "0123456789abcdef".into(),
        rules: vec![
            rule("email", "pii.email", Sensitivity::Moderate),
            rule("pan", "pci.pan", Sensitivity::Critical),
            rule("us-ssn", "gov.us.ssn", Sensitivity::High),
            rule("ip", "pii.ip", Sensitivity::Low),
            rule("card-file", "pci.card-file", Sensitivity::Critical),
        ],
        composites: Vec::new(),
        documents: Vec::new(),
    }
}

/// Cards with the e-mail of somebody, two of them at least.
pub(super) fn card_file() -> Composite {
    Composite {
        id: "card-file".into(),
        tag: "pci.card-file".into(),
        name: "CARD-FILE".into(),
        sensitivity: Sensitivity::Critical,
        regulations: vec!["pci-dss".into()],
        all_of: vec!["pci.pan".into()],
        any_of: vec![vec!["gov".into(), "pii.email".into()]],
        scope: Scope::Record,
        window: 100,
        minimum: 2,
        distinct: 1,
    }
}

pub(super) fn object(key: &str) -> ObjectRef {
    let folder = key.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    ObjectRef {
        source: SOURCE.into(),
        source_kind: "file".into(),
        dataset: format!("{SOURCE}{folder}"),
        key: key.into(),
        size: 100,
        version: "v1".into(),
        modified_ms: Some(1_700_000_000_000),
    }
}

pub(super) fn covered(state: State, reason: Option<Reason>) -> Coverage {
    Coverage { member: None, state, reason, detail: None, bytes_listed: 100, bytes_read: 100, rows_read: Some(10) }
}

/// Part `part` of `parts` of an object that was read.
pub(super) fn part(key: &str, part: u32, parts: u32) -> PartRecord {
    PartRecord { object: object(key), part, parts, coverage: vec![covered(State::Scanned, None)], extents: Vec::new(), findings: Vec::new() }
}

impl PartRecord {
    pub(super) fn extent(mut self, rows: u64, newlines: u64, tail: u64, fields: &[(Option<&str>, u64)]) -> Self {
        let fields = fields.iter().map(|(f, n)| (f.map(str::to_owned), *n)).collect();
        self.extents.push(Extent { member: None, rows, newlines, tail, fields });
        self
    }

    pub(super) fn finding(mut self, finding: ObjectFinding) -> Self {
        self.findings.push(finding);
        self
    }
}

/// A text of one line with one match of each rule.
pub(super) fn text(key: &str, rules: &[&str]) -> PartRecord {
    let mut record = part(key, 0, 1).extent(1, 0, 40, &[(None, 1)]);
    for rule in rules {
        record.findings.push(in_text(rule, &[0], 5_000));
    }
    record
}

pub(super) fn sketch(values: impl IntoIterator<Item = u64>) -> Sketch {
    let key = FingerprintKey::new(&[1; 32]);
    let mut sketch = Sketch::default();
    for value in values {
        sketch.insert(key.sketch_hash(&value.to_le_bytes()));
    }
    sketch
}

pub(super) fn location(line: Option<u64>, column: Option<u64>, row: Option<u64>, millibits: i32) -> Location {
    Location {
        line,
        column,
        row,
        json_path: None,
        byte_start: None,
        byte_end: None,
        masked: "j***@***.com".into(),
        fingerprint: "ab".repeat(32),
        millibits,
    }
}

/// Matches in text, one per line given.
pub(super) fn in_text(rule: &str, lines: &[u64], millibits: i32) -> ObjectFinding {
    let count = lines.len() as u64;
    ObjectFinding {
        member: None,
        field: None,
        rule: rule.into(),
        tally: Tally { inside: count, inside_rows: count, best: millibits, ..Tally::default() },
        sketch: sketch(lines.iter().copied()),
        locations: lines.iter().map(|&l| location(Some(l), Some(7), None, millibits)).collect(),
        weak: Vec::new(),
    }
}

/// Whole cells in a column: rows `from..from + count`, the values told apart by row; the first one credible by itself if `strong`.
pub(super) fn in_column(field: &str, rule: &str, from: u64, count: u64, base: i32, strong: bool) -> ObjectFinding {
    let at = |row: u64, millibits| location(None, Some(2), Some(row), millibits);
    let strong_cells = u64::from(strong && count > 0);
    ObjectFinding {
        member: None,
        field: Some(field.into()),
        rule: rule.into(),
        tally: Tally { whole: count, won: count, candidates: count, best: base, base, check: 0, ..Tally::default() },
        sketch: sketch(from..from + count),
        locations: (from..from + strong_cells).map(|row| at(row, 4_000)).collect(),
        weak: (from + strong_cells..from + count).map(|row| at(row, -1_000)).collect(),
    }
}

/// Plans and commits parts, a split each, numbered from `first`.
pub(super) async fn commit_from(store: &dyn Store, run: i64, first: u64, parts: Vec<PartRecord>) {
    for (split, record) in (first..).zip(parts) {
        plan(store, run, split, 1).await;
        store.commit(run, SplitRecord { split, token: 1, parts: vec![record] }).await.expect("the split is committed");
    }
}

pub(super) async fn commit(store: &dyn Store, run: i64, parts: Vec<PartRecord>) {
    commit_from(store, run, 0, parts).await;
}

pub(super) async fn plan(store: &dyn Store, run: i64, split: u64, token: u64) {
    let planned = PlannedSplit { split, token, spec: "{}".into(), objects: 1, bytes: 100 };
    store.plan(run, vec![planned]).await.expect("the split is planned");
}

/// A whole run over [`SOURCE`].
pub(super) async fn scan(store: &dyn Store, parts: Vec<PartRecord>, end: End) -> i64 {
    let run = store.open_run(run_spec(&[SOURCE])).await.expect("a run is opened");
    commit(store, run, parts).await;
    store.finish(run, end, 0.5.into()).await.expect("the run is finished");
    run
}

macro_rules! reader {
    ($name:ident, $method:ident, $row:ty $(, $extra:expr)?) => {
        pub(super) async fn $name(store: &dyn Store, query: &Query) -> Vec<$row> {
            let mut rows = Vec::new();
            store.$method(query, $($extra,)? Box::new(|row| { rows.push(row); Ok(()) })).await.expect("the listing ends");
            rows
        }
    };
}
reader!(findings_of, findings, FindingRow);
reader!(object_findings_of, object_findings, ObjectFindingRow, 20);
reader!(coverage_of, coverage, CoverageRow);
reader!(datasets_of, datasets, DatasetRow);

pub(super) async fn findings(store: &dyn Store) -> Vec<FindingRow> {
    findings_of(store, &Query::default()).await
}

pub(super) async fn object_findings(store: &dyn Store) -> Vec<ObjectFindingRow> {
    object_findings_of(store, &Query::default()).await
}

/// Everything of the findings table but times, as text.
pub(super) async fn table(store: &dyn Store) -> Vec<String> {
    let mut rows = findings(store).await;
    for row in &mut rows {
        row.first_seen.clear();
        row.last_seen.clear();
    }
    rows.into_iter().map(|row| format!("{row:?}")).collect()
}

/// `dataset field rule status` of each finding.
pub(super) async fn statuses(store: &dyn Store) -> Vec<String> {
    let rows = findings(store).await;
    rows.into_iter()
        .map(|f| format!("{} {} {} {}", f.dataset.trim_start_matches(SOURCE), f.field.as_deref().unwrap_or("-"), f.rule, f.status))
        .collect()
}
