//! One split into the store, in one transaction: what the same object and part had, from whichever run, is replaced.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

use anyhow::{Context, Result};

use super::{
    link::{Cell, Link, cells},
    run,
    sql::{SqlStore, TENANT},
    text,
};
use crate::record::{ObjectFinding, ObjectRef, PartRecord, SplitRecord, State};

/// Datasets remembered between commits at most.
const MOST_SEEN: usize = 10_000;
/// (object, part) pairs in one `DELETE`.
const PAIRS: usize = 250;

const COVERAGE: &[&str] =
    &["tenant", "object_id", "part", "seq", "member", "run_id", "state", "reason", "detail", "bytes_listed", "bytes_read", "rows_read"];
const PART: &[&str] = &["tenant", "object_id", "part", "seq", "member", "run_id", "row_count", "newlines", "tail", "fields"];
pub(super) const FINDING: &[&str] = &[
    "tenant",
    "object_id",
    "part",
    "seq",
    "dataset_id",
    "run_id",
    "member",
    "field",
    "rule",
    "extent",
    "inside",
    "inside_rows",
    "whole",
    "won",
    "candidates",
    "best",
    "base",
    "check_worth",
    "sketch",
    "locations",
    "weak",
];

/// (run, source, dataset) → (source id, dataset id).
pub(super) type Seen = HashMap<(i64, String, String), (i64, i64)>;

/// Commits one split.
pub(super) async fn commit(store: &SqlStore, run: i64, record: SplitRecord) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    run::fence(&mut link, run, record.split, record.token).await?;
    let mut places = Places { run, known: &store.seen, fresh: Seen::new(), objects: HashMap::new() };
    places.upsert(&mut link, &record.parts).await?;
    let mut rows = Rows::default();
    for part in &record.parts {
        rows.add(run, places.of(&part.object)?, part)?;
    }
    delete(&mut link, "object_finding", &rows.replaced).await?;
    delete(&mut link, "object_part", &rows.replaced).await?;
    keep(&mut link, run, &rows.kept).await?;
    delete(&mut link, "coverage", &rows.recorded).await?;
    link.bulk("coverage", COVERAGE, rows.coverage).await?;
    link.bulk("object_part", PART, rows.parts).await?;
    link.bulk("object_finding", FINDING, rows.findings).await?;
    tx.commit().await?;
    // Only now: what was rolled back must be written again.
    places.remember();
    Ok(())
}

/// Ids of what the record is about.
struct Places<'s> {
    run: i64,
    known: &'s Mutex<Seen>,
    fresh: Seen,
    /// (source id, key) → (object id, dataset id).
    objects: HashMap<(i64, String), (i64, i64)>,
}

impl Places<'_> {
    async fn upsert(&mut self, link: &mut Link<'_>, parts: &[PartRecord]) -> Result<()> {
        let mut objects: BTreeMap<(&str, &str), &PartRecord> = BTreeMap::new();
        for part in parts {
            objects.insert((&part.object.source, &part.object.key), part);
        }
        let mut rows = Vec::new();
        let mut datasets = HashMap::new();
        for part in objects.into_values() {
            let object = &part.object;
            let (source, dataset) = self.dataset(link, object).await?;
            datasets.insert((source, object.key.clone()), dataset);
            rows.push(cells![
                TENANT,
                source,
                dataset,
                &object.key,
                object.size,
                &object.version,
                object.modified_ms,
                i64::from(part.parts.max(1)),
                self.run
            ]);
        }
        let columns = ["tenant", "source_id", "dataset_id", "key", "size", "version", "modified_ms", "parts", "last_run"];
        let tail =
            "ON CONFLICT (tenant, source_id, key) DO UPDATE SET dataset_id = excluded.dataset_id, size = excluded.size, version = excluded.version,
            modified_ms = excluded.modified_ms, parts = excluded.parts, last_run = excluded.last_run, gone_at = NULL RETURNING id, source_id, key";
        for row in link.insert("object", &columns, rows, tail).await? {
            let key = (row.int(1)?, row.text(2)?);
            let dataset = *datasets.get(&key).context("an object came back under another key")?;
            self.objects.insert(key, (row.int(0)?, dataset));
        }
        Ok(())
    }

    async fn dataset(&mut self, link: &mut Link<'_>, object: &ObjectRef) -> Result<(i64, i64)> {
        let key = (self.run, object.source.clone(), object.dataset.clone());
        if let Some(ids) = self.look_up(&key) {
            return Ok(ids);
        }
        let source = run::source(link, &object.source, &object.source_kind).await?;
        run::join(link, self.run, source, i64::MAX).await?;
        let now = link.dialect().now();
        let sql = format!(
            "INSERT INTO dataset (tenant, source_id, uri, first_seen, last_seen, last_run) VALUES ($1, $2, $3, {now}, {now}, $4)
             ON CONFLICT (tenant, source_id, uri) DO UPDATE SET last_seen = excluded.last_seen, last_run = excluded.last_run, gone_at = NULL RETURNING id"
        );
        let row = link.row(sql, cells![TENANT, source, &object.dataset, self.run]).await?;
        let ids = (source, row.context("no dataset was made")?.int(0)?);
        self.fresh.insert(key, ids);
        Ok(ids)
    }

    fn of(&self, object: &ObjectRef) -> Result<(i64, i64)> {
        let key = (self.run, object.source.clone(), object.dataset.clone());
        let source = match self.look_up(&key) {
            Some((source, _)) => source,
            None => anyhow::bail!("an object without a source"),
        };
        self.objects.get(&(source, object.key.clone())).copied().context("an object without an id")
    }

    fn look_up(&self, key: &(i64, String, String)) -> Option<(i64, i64)> {
        self.fresh.get(key).copied().or_else(|| self.known.lock().ok()?.get(key).copied())
    }

    fn remember(self) {
        if let Ok(mut known) = self.known.lock() {
            if known.len() > MOST_SEEN {
                known.clear();
            }
            known.extend(self.fresh);
        }
    }
}

/// The record as rows.
#[derive(Default)]
struct Rows {
    coverage: Vec<Vec<Cell>>,
    parts: Vec<Vec<Cell>>,
    findings: Vec<Vec<Cell>>,
    /// All (object, part).
    recorded: Vec<(i64, i64)>,
    /// Of these, the ones that were read: their old findings go.
    replaced: Vec<(i64, i64)>,
    /// Objects that are unchanged: what is known of them stays, and counts as this run's.
    kept: Vec<i64>,
}

impl Rows {
    fn add(&mut self, run: i64, (object, dataset): (i64, i64), record: &PartRecord) -> Result<()> {
        let part = i64::from(record.part);
        self.recorded.push((object, part));
        if !record.coverage.is_empty() && record.coverage.iter().all(|c| c.state == State::Unchanged) {
            self.kept.push(object);
        } else {
            self.replaced.push((object, part));
        }
        for (seq, c) in record.coverage.iter().enumerate() {
            self.coverage.push(cells![
                TENANT,
                object,
                part,
                seq as i64,
                &c.member,
                run,
                state_name(c.state),
                c.reason.map(|r| r.as_str()),
                &c.detail,
                c.bytes_listed,
                c.bytes_read,
                c.rows_read
            ]);
        }
        let extents = self.extents(run, object, record)?;
        for (seq, f) in record.findings.iter().enumerate() {
            let extent = extents.get(&f.member.as_deref()).copied();
            self.findings.push(finding_row(run, (object, part, seq as i64), dataset, extent, f)?);
        }
        Ok(())
    }

    /// Adds the extents; their number by member.
    fn extents<'r>(&mut self, run: i64, object: i64, record: &'r PartRecord) -> Result<HashMap<Option<&'r str>, i64>> {
        let mut numbers = HashMap::new();
        for (seq, e) in record.extents.iter().enumerate() {
            let fields: Vec<(Option<String>, u64)> = e.fields.iter().map(|(field, rows)| (field.as_deref().map(text::stored), *rows)).collect();
            let mut row = cells![TENANT, object, i64::from(record.part), seq as i64, &e.member, run, e.rows, e.newlines, e.tail];
            row.push(Cell::Json(serde_json::to_string(&fields)?));
            self.parts.push(row);
            numbers.entry(e.member.as_deref()).or_insert(seq as i64);
        }
        // A part that was read and held nothing of its own still has a place in the count of lines.
        let read = record.coverage.iter().any(|c| c.member.is_none() && matches!(c.state, State::Scanned | State::Sampled));
        if record.parts > 1 && read && !numbers.contains_key(&None) {
            let seq = record.extents.len() as i64;
            let mut row = cells![TENANT, object, i64::from(record.part), seq, None::<&str>, run, 0_i64, 0_i64, 0_i64];
            row.push(Cell::Json("[]".to_owned()));
            self.parts.push(row);
            numbers.insert(None, seq);
        }
        Ok(numbers)
    }
}

pub(super) fn finding_row(run: i64, (object, part, seq): (i64, i64, i64), dataset: i64, extent: Option<i64>, f: &ObjectFinding) -> Result<Vec<Cell>> {
    let t = &f.tally;
    let mut row = cells![
        TENANT,
        object,
        part,
        seq,
        dataset,
        run,
        &f.member,
        &f.field,
        &f.rule,
        extent,
        t.inside,
        t.inside_rows,
        t.whole,
        t.won,
        t.candidates,
        i64::from(t.best),
        i64::from(t.base),
        i64::from(t.check)
    ];
    row.push(Cell::Bytes(f.sketch.to_bytes()));
    // Not through `Cell::from`: JSON has escapes of its own for U+0000 and U+0001.
    row.push(Cell::Text(Some(serde_json::to_string(&f.locations)?)));
    row.push(Cell::Text(Some(serde_json::to_string(&f.weak)?)));
    Ok(row)
}

/// As stored and printed.
pub(super) fn state_name(state: State) -> &'static str {
    match state {
        State::Scanned => "scanned",
        State::Unchanged => "unchanged",
        State::Sampled => "sampled",
        State::Partial => "partial",
        State::Skipped => "skipped",
    }
}

async fn delete(link: &mut Link<'_>, table: &str, pairs: &[(i64, i64)]) -> Result<()> {
    for batch in pairs.chunks(PAIRS) {
        let values: Vec<String> = (0..batch.len()).map(|i| format!("(${}, ${})", i * 2 + 2, i * 2 + 3)).collect();
        let mut cells = cells![TENANT];
        cells.extend(batch.iter().flat_map(|&(object, part)| cells![object, part]));
        link.run_once(format!("DELETE FROM {table} WHERE tenant = $1 AND (object_id, part) IN (VALUES {})", values.join(", ")), cells).await?;
    }
    Ok(())
}

async fn keep(link: &mut Link<'_>, run: i64, objects: &[i64]) -> Result<()> {
    for batch in objects.chunks(PAIRS) {
        let values: Vec<String> = (0..batch.len()).map(|i| format!("${}", i + 3)).collect();
        let values = values.join(", ");
        let mut cells = cells![TENANT, run];
        cells.extend(batch.iter().map(|&object| Cell::from(object)));
        let dataset = "(SELECT o.dataset_id FROM object o WHERE o.tenant = object_finding.tenant AND o.id = object_finding.object_id)";
        let sql = format!("UPDATE object_finding SET run_id = $2, dataset_id = {dataset} WHERE tenant = $1 AND object_id IN ({values})");
        link.run_once(sql, cells.clone()).await?;
        link.run_once(format!("UPDATE object_part SET run_id = $2 WHERE tenant = $1 AND object_id IN ({values})"), cells).await?;
    }
    Ok(())
}
