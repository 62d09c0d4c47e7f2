//! The end of a run: what is out of date goes, findings are rolled up.
//!
//! Four transactions, all repeatable: killed anywhere, a run after this one gives the same table.

use std::collections::HashMap;

use anyhow::{Context, Result};
use futures::TryStreamExt;

use super::{
    Bars, End, Kind,
    composites::{self, Kinds},
    link::{Cell, Dialect, Link, cells},
    rollup::{self, FieldSums, Placed, Standing},
    run,
    sql::{SqlStore, TENANT},
    text,
};

/// Sources of the run; `$1` is the tenant, `$2` the run.
const SOURCES: &str = "(SELECT source_id FROM run_source WHERE tenant = $1 AND run_id = $2)";
/// Datasets of these.
pub(super) const DATASETS: &str =
    "(SELECT d.id FROM dataset d JOIN run_source u ON u.tenant = d.tenant AND u.source_id = d.source_id WHERE u.tenant = $1 AND u.run_id = $2)";
/// Findings written at once.
const BATCH: usize = 200;

const FINDING: &[&str] = &[
    "tenant",
    "uid",
    "dataset_id",
    "field",
    "field_key",
    "rule",
    "occurrences",
    "distinct_values",
    "rows_matched",
    "rows_seen",
    "millibits",
    "confidence",
    "judged",
    "evidence",
    "holds",
    "first_seen",
    "last_seen",
    "first_run",
    "last_run",
];
const LOCATION: &[&str] = &[
    "tenant",
    "finding_id",
    "seq",
    "object_id",
    "member",
    "line_no",
    "column_no",
    "row_no",
    "json_path",
    "byte_start",
    "byte_end",
    "masked",
    "fingerprint",
    "millibits",
];

/// Ends a run.
pub(super) async fn finish(store: &SqlStore, run: i64, end: End, bars: &Bars) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    run::check_running(&mut link, run).await?;
    drop_outdated(&mut link, run, end).await?;
    count_before(&mut link, run).await?;
    count_fields(&mut link, run).await?;
    if link.dialect() == Dialect::Postgres {
        // A store just filled has no statistics yet, and the roll-up reads all of it.
        link.script("ANALYZE dataset, object, object_part, object_finding, coverage, field, finding").await?;
    }
    tx.commit().await?;

    let mut tx = store.begin().await?;
    let mut link = tx.link();
    run::check_running(&mut link, run).await?;
    let kinds = composites::kept(&mut link, run).await?;
    forget_verdicts(&mut link, run).await?;
    composites::forget(&mut link, run).await?;
    roll_up(store, &mut link, run, bars, &Which::Rules(&kinds)).await?;
    tx.commit().await?;

    // What stands in the fields of a table is read from another connection: it must be there.
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    run::check_running(&mut link, run).await?;
    composites::join(store, &mut link, run, &kinds.composites).await?;
    tx.commit().await?;

    let mut tx = store.begin().await?;
    let mut link = tx.link();
    run::check_running(&mut link, run).await?;
    roll_up(store, &mut link, run, bars, &Which::Composites(&kinds)).await?;
    if end == End::Complete {
        resolve(&mut link, run).await?;
    }
    close(&mut link, run, end, bars.all).await?;
    tx.commit().await?;
    Ok(())
}

/// Rows of older runs for what this run recorded; after a complete run, all of what it did not list.
async fn drop_outdated(link: &mut Link<'_>, run: i64, end: End) -> Result<()> {
    const TABLES: [&str; 3] = ["object_finding", "object_part", "coverage"];
    for table in TABLES {
        let sql = format!(
            "DELETE FROM {table} WHERE tenant = $1 AND run_id <> $2
             AND object_id IN (SELECT id FROM object WHERE tenant = $1 AND last_run = $2 AND source_id IN {SOURCES})"
        );
        link.run(sql, cells![TENANT, run]).await?;
    }
    if end != End::Complete {
        return Ok(());
    }
    let now = link.dialect().now();
    let sql = format!("UPDATE object SET gone_at = {now} WHERE tenant = $1 AND gone_at IS NULL AND last_run <> $2 AND source_id IN {SOURCES}");
    link.run(sql, cells![TENANT, run]).await?;
    for table in TABLES {
        let sql = format!(
            "DELETE FROM {table} WHERE tenant = $1 AND object_id IN (SELECT id FROM object WHERE tenant = $1 AND gone_at IS NOT NULL AND source_id IN {SOURCES})"
        );
        link.run(sql, cells![TENANT, run]).await?;
    }
    let sql = format!(
        "UPDATE dataset SET gone_at = {now} WHERE tenant = $1 AND gone_at IS NULL AND source_id IN {SOURCES}
         AND NOT EXISTS (SELECT 1 FROM object o WHERE o.tenant = dataset.tenant AND o.dataset_id = dataset.id AND o.gone_at IS NULL)"
    );
    link.run(sql, cells![TENANT, run]).await?;
    Ok(())
}

/// What earlier parts hold, for objects of several parts. Where a part is missing, what follows it has no known line.
async fn count_before(link: &mut Link<'_>, run: i64) -> Result<()> {
    let sql = format!(
        "WITH own AS (
           SELECT p.tenant, p.object_id, p.part, p.seq, p.member, p.row_count, p.newlines, p.tail, row_number() OVER w AS ordinal,
             sum(CASE WHEN p.newlines > 0 THEN 1 ELSE 0 END) OVER w AS line_group
           FROM object_part p JOIN object o ON o.tenant = p.tenant AND o.id = p.object_id
           WHERE p.tenant = $1 AND o.last_run = $2 AND o.parts > 1 AND o.source_id IN {SOURCES}
           WINDOW w AS (PARTITION BY p.object_id, p.member ORDER BY p.part)
         ), tails AS (
           SELECT own.*, sum(own.tail) OVER (PARTITION BY object_id, member, line_group ORDER BY part) AS tail_so_far FROM own
         ), sums AS (
           SELECT tenant, object_id, part, seq, ordinal, CAST(coalesce(lag(tail_so_far) OVER w, 0) AS bigint) AS tail_before,
             CAST(coalesce(sum(row_count) OVER e, 0) AS bigint) AS rows_before, CAST(coalesce(sum(newlines) OVER e, 0) AS bigint) AS newlines_before
           FROM tails WINDOW w AS (PARTITION BY object_id, member ORDER BY part),
             e AS (PARTITION BY object_id, member ORDER BY part ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
         )
         UPDATE object_part SET rows_before = CASE WHEN sums.ordinal = sums.part + 1 THEN sums.rows_before END,
           newlines_before = CASE WHEN sums.ordinal = sums.part + 1 THEN sums.newlines_before END, tail_before = CASE WHEN sums.ordinal = sums.part + 1 THEN sums.tail_before END
         FROM sums WHERE object_part.tenant = sums.tenant AND object_part.object_id = sums.object_id AND object_part.part = sums.part AND object_part.seq = sums.seq"
    );
    link.run(sql, cells![TENANT, run]).await?;
    Ok(())
}

/// Rows seen per field, from the extents.
async fn count_fields(link: &mut Link<'_>, run: i64) -> Result<()> {
    link.run(format!("DELETE FROM field WHERE tenant = $1 AND dataset_id IN {DATASETS}"), cells![TENANT, run]).await?;
    let (each, path, rows) = match link.dialect() {
        Dialect::Sqlite => ("json_each(p.fields) j", "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"),
        Dialect::Postgres => ("jsonb_array_elements(p.fields) j", "(j.value ->> 0)", "CAST(j.value ->> 1 AS bigint)"),
    };
    let sql = format!(
        "INSERT INTO field (tenant, dataset_id, key, path, rows_seen)
         SELECT o.tenant, o.dataset_id, coalesce({path}, '{no_field}'), {path}, CAST(sum({rows}) AS bigint)
         FROM object o JOIN object_part p ON p.tenant = o.tenant AND p.object_id = o.id CROSS JOIN {each}
         WHERE o.tenant = $1 AND o.source_id IN {SOURCES} GROUP BY 1, 2, 3, 4",
        no_field = text::NO_FIELD
    );
    link.run(sql, cells![TENANT, run]).await?;
    Ok(())
}

/// Nothing holds until the roll-up says so; locations are written anew.
async fn forget_verdicts(link: &mut Link<'_>, run: i64) -> Result<()> {
    let findings = format!("(SELECT id FROM finding WHERE tenant = $1 AND dataset_id IN {DATASETS})");
    link.run(format!("DELETE FROM finding_location WHERE tenant = $1 AND finding_id IN {findings}"), cells![TENANT, run]).await?;
    link.run(format!("UPDATE finding SET holds = false WHERE tenant = $1 AND dataset_id IN {DATASETS}"), cells![TENANT, run]).await?;
    Ok(())
}

/// Streams the object findings of the run's sources, in order, from another connection, and writes verdicts as fields are done.
async fn roll_up(store: &SqlStore, link: &mut Link<'_>, run: i64, bars: &Bars, which: &Which<'_>) -> Result<()> {
    let mut cells = cells![TENANT, run];
    let Some(condition) = which.condition(&mut cells) else { return Ok(()) };
    let sql = format!(
        "SELECT {}, {} FROM object_finding f
         JOIN dataset d ON d.tenant = f.tenant AND d.id = f.dataset_id
         JOIN object o ON o.tenant = f.tenant AND o.id = f.object_id
         LEFT JOIN object_part p ON p.tenant = f.tenant AND p.object_id = f.object_id AND p.part = f.part AND p.seq = f.extent
         LEFT JOIN field x ON x.tenant = f.tenant AND x.dataset_id = f.dataset_id AND x.key = coalesce(f.field, '{}')
         WHERE f.tenant = $1 AND f.dataset_id IN {DATASETS} AND {condition} ORDER BY f.dataset_id, f.field NULLS FIRST, f.rule",
        rollup::COLUMNS,
        rollup::TALLY,
        text::NO_FIELD
    );
    let mut reader = store.read().await?;
    let mut reading = reader.link();
    let mut rows = reading.stream(sql, cells);
    let mut field: Option<FieldSums> = None;
    let mut batch: Vec<Verdicts> = Vec::new();
    let mut waiting = 0;
    while let Some(row) = rows.try_next().await? {
        if let Some(done) = field.take() {
            if done.holds(&row)? {
                field = Some(done);
            } else {
                let verdicts = Verdicts::of(done, bars, which);
                waiting += verdicts.standing.len();
                if !verdicts.standing.is_empty() {
                    batch.push(verdicts);
                }
            }
        }
        if waiting >= BATCH {
            write(link, run, which.kinds(), std::mem::take(&mut batch)).await?;
            waiting = 0;
        }
        let sums = match &mut field {
            Some(sums) => sums,
            None => field.insert(FieldSums::open(&row)?),
        };
        sums.add(&row, bars)?;
    }
    batch.extend(field.map(|done| Verdicts::of(done, bars, which)));
    write(link, run, which.kinds(), batch).await
}

/// What is rolled up: composites come after the rules they are made of.
enum Which<'a> {
    Rules(&'a Kinds),
    Composites(&'a Kinds),
}

impl Which<'_> {
    fn kinds(&self) -> &Kinds {
        let (Which::Rules(kinds) | Which::Composites(kinds)) = self;
        kinds
    }

    /// A condition on `f.rule`, with what it binds; `None`: there is nothing to roll up.
    fn condition(&self, cells: &mut Vec<Cell>) -> Option<String> {
        let composites = &self.kinds().composites;
        let places: Vec<String> = (0..composites.len()).map(|i| format!("${}", cells.len() + 1 + i)).collect();
        cells.extend(composites.iter().map(|c| Cell::from(c.id.as_str())));
        match (self, places.is_empty()) {
            (Which::Rules(_), true) => Some("1 = 1".to_owned()),
            (Which::Rules(_), false) => Some(format!("f.rule NOT IN ({})", places.join(", "))),
            (Which::Composites(_), true) => None,
            (Which::Composites(_), false) => Some(format!("f.rule IN ({})", places.join(", "))),
        }
    }

    /// Whether a standing composite has as many records and distinct values as it asks for.
    fn suffices(&self, standing: &Standing) -> bool {
        let Which::Composites(kinds) = self else { return true };
        kinds
            .composites
            .iter()
            .find(|c| c.id == standing.rule)
            .is_some_and(|c| c.suffices(standing.verdict.occurrences(&standing.tally), standing.distinct))
    }
}

/// Verdicts of one field.
struct Verdicts {
    dataset: i64,
    field: Option<String>,
    standing: Vec<Standing>,
}

impl Verdicts {
    fn of(sums: FieldSums, bars: &Bars, which: &Which<'_>) -> Self {
        let (dataset, field) = (sums.dataset, sums.field.clone());
        let mut standing = sums.settle(TENANT, bars);
        standing.retain(|s| which.suffices(s));
        Self { dataset, field, standing }
    }
}

async fn write(link: &mut Link<'_>, run: i64, kinds: &Kinds, batch: Vec<Verdicts>) -> Result<()> {
    let mut rows = Vec::new();
    let mut places: HashMap<(i64, String), Vec<Placed>> = HashMap::new();
    for verdicts in batch {
        for standing in verdicts.standing {
            rows.push(finding_row(run, verdicts.dataset, verdicts.field.as_deref(), &standing, kinds.of(&standing.rule))?);
            places.insert((verdicts.dataset, standing.uid), standing.locations);
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let tail = "ON CONFLICT (tenant, dataset_id, field_key, rule) DO UPDATE SET uid = excluded.uid, occurrences = excluded.occurrences,
        distinct_values = excluded.distinct_values, rows_matched = excluded.rows_matched, rows_seen = excluded.rows_seen, millibits = excluded.millibits,
        confidence = excluded.confidence, judged = excluded.judged, evidence = excluded.evidence, holds = excluded.holds, last_seen = excluded.last_seen,
        last_run = excluded.last_run, status = CASE WHEN finding.status = 'resolved' THEN 'open' ELSE finding.status END
        RETURNING id, dataset_id, uid";
    let mut locations = Vec::new();
    for row in link.insert("finding", FINDING, rows, tail).await? {
        let id = row.int(0)?;
        let placed = places.remove(&(row.int(1)?, row.text(2)?)).context("a finding came back under another name")?;
        locations.extend(placed.iter().enumerate().map(|(seq, p)| location_row(id, seq, p)));
    }
    link.bulk("finding_location", LOCATION, locations).await?;
    Ok(())
}

fn finding_row(run: i64, dataset: i64, field: Option<&str>, s: &Standing, kind: Kind) -> Result<Vec<Cell>> {
    let judged = if s.verdict.column { "column" } else { "matches" };
    let evidence = serde_json::json!({ "millibits": s.verdict.millibits, "tally": s.tally, "kind": kind.as_str() });
    let key = Cell::Text(Some(field.map_or_else(|| text::NO_FIELD.to_owned(), text::stored)));
    let mut row = cells![TENANT, &s.uid, dataset, field];
    row.push(key);
    row.extend(cells![
        &s.rule,
        s.verdict.occurrences(&s.tally),
        s.distinct,
        s.verdict.rows_matched(&s.tally, s.rows_seen),
        s.rows_seen,
        i64::from(s.verdict.millibits),
        s.verdict.confidence(),
        judged
    ]);
    row.push(Cell::Json(evidence.to_string()));
    row.push(Cell::Flag(true));
    row.extend([Cell::Now, Cell::Now]);
    row.extend(cells![run, run]);
    Ok(row)
}

fn location_row(finding: i64, seq: usize, placed: &Placed) -> Vec<Cell> {
    let l = &placed.location;
    cells![
        TENANT,
        finding,
        seq as i64,
        placed.object,
        &placed.member,
        l.line,
        l.column,
        l.row,
        &l.json_path,
        l.byte_start,
        l.byte_end,
        &l.masked,
        &l.fingerprint,
        i64::from(l.millibits)
    ]
}

/// What a complete run did not confirm is resolved; what people decided about a finding stays.
async fn resolve(link: &mut Link<'_>, run: i64) -> Result<()> {
    let sql = format!("UPDATE finding SET status = 'resolved' WHERE tenant = $1 AND status = 'open' AND NOT holds AND dataset_id IN {DATASETS}");
    link.run(sql, cells![TENANT, run]).await?;
    Ok(())
}

async fn close(link: &mut Link<'_>, run: i64, end: End, min_confidence: f64) -> Result<()> {
    let status = match end {
        End::Complete => "complete",
        End::Interrupted => "interrupted",
        End::Failed => "failed",
    };
    let now = link.dialect().now();
    let sum = |column: &str| {
        format!(
            "(SELECT CAST(coalesce(sum(c.{column}), 0) AS bigint) FROM object o JOIN coverage c ON c.tenant = o.tenant AND c.object_id = o.id
              WHERE o.tenant = $1 AND o.last_run = $2 AND o.source_id IN {SOURCES})"
        )
    };
    let sql = format!(
        "UPDATE run SET status = $3, ended_at = {now}, min_confidence = $4, bytes_listed = {}, bytes_read = {},
           objects = (SELECT count(*) FROM object o WHERE o.tenant = $1 AND o.last_run = $2 AND o.source_id IN {SOURCES}),
           findings = (SELECT count(*) FROM finding f WHERE f.tenant = $1 AND f.holds AND {} = 'finding' AND f.dataset_id IN {DATASETS})
         WHERE tenant = $1 AND id = $2",
        sum("bytes_listed"),
        sum("bytes_read"),
        link.dialect().kind("f.evidence")
    );
    link.run(sql, cells![TENANT, run, status, min_confidence]).await?;
    if end == End::Complete {
        // Splits of runs that are over tell nothing that `coverage` does not.
        let sql = format!(
            "DELETE FROM split WHERE tenant = $1 AND run_id IN (SELECT r.id FROM run r JOIN run_source u ON u.tenant = r.tenant AND u.run_id = r.id
               WHERE r.tenant = $1 AND r.status <> 'running' AND u.source_id IN {SOURCES})"
        );
        link.run(sql, cells![TENANT, run]).await?;
    }
    Ok(())
}
