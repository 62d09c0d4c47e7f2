//! Composites in tables: fields whose findings stand, joined by their counts, object by object. What comes out are object findings without a field, derived anew at the end of
//! every run; texts have counted theirs already.

use anyhow::Result;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sonde_classifiers::{Composite, Sketch, Tally, Verdict, composite::Column};

use super::{
    Kind, commit,
    finish::DATASETS,
    link::{Link, Row, SqlResult, cells},
    rollup::{self, TALLY},
    sql::{SqlStore, TENANT},
};
use crate::record::ObjectFinding;

/// Numbers from which derived object findings are counted within part 0 of their object, so that they are told from those that were read, and go with the part.
const DERIVED: i64 = 1 << 30;
/// Rows written at once.
const BATCH: usize = 500;

fn setting(run: i64) -> String {
    format!("composites of run {run}")
}

/// What of a run's rules is none: composites, and the ids of kinds of documents.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kinds {
    pub(super) composites: Vec<Composite>,
    pub(super) documents: Vec<String>,
}

impl Kinds {
    /// What findings of this name are about.
    pub(super) fn of(&self, rule: &str) -> Kind {
        if self.composites.iter().any(|c| c.id == rule) {
            Kind::Composite
        } else if self.documents.iter().any(|d| d == rule) {
            Kind::Document
        } else {
            Kind::Value
        }
    }
}

/// Keeps the composites and documents of a run until it is finished, whoever finishes it. Those of runs that ended otherwise go.
pub(super) async fn keep(link: &mut Link<'_>, run: i64, kinds: &Kinds) -> Result<()> {
    let sql = "DELETE FROM setting WHERE tenant = $1 AND name LIKE 'composites of run %'
        AND name NOT IN (SELECT 'composites of run ' || CAST(id AS text) FROM run WHERE tenant = $1 AND status = 'running')";
    link.run(sql, cells![TENANT]).await?;
    let json = serde_json::to_string(kinds)?;
    link.run("INSERT INTO setting (tenant, name, value) VALUES ($1, $2, $3)", cells![TENANT, setting(run).as_str(), json.as_str()]).await?;
    Ok(())
}

/// The composites and documents of a run.
pub(super) async fn kept(link: &mut Link<'_>, run: i64) -> Result<Kinds> {
    let row = link.row("SELECT value FROM setting WHERE tenant = $1 AND name = $2", cells![TENANT, setting(run).as_str()]).await?;
    Ok(row.map(|row| row.text(0)).transpose()?.map_or(Ok(Kinds::default()), |json| serde_json::from_str(&json))?)
}

/// Takes away what was derived before.
pub(super) async fn forget(link: &mut Link<'_>, run: i64) -> Result<()> {
    let sql = format!("DELETE FROM object_finding WHERE tenant = $1 AND seq >= {DERIVED} AND dataset_id IN {DATASETS}");
    link.run(sql, cells![TENANT, run]).await?;
    Ok(())
}

/// Streams what stands in the fields of the run's tables, in order of object, member, field and rule, and writes what their counts imply.
pub(super) async fn join(store: &SqlStore, link: &mut Link<'_>, run: i64, composites: &[Composite]) -> Result<()> {
    if !composites.iter().any(Composite::in_tables) {
        return Ok(());
    }
    let sql = format!(
        "SELECT f.dataset_id, f.object_id, f.member, f.field, f.rule, r.tag, v.millibits, v.judged, coalesce(x.row_count, 0), {TALLY} FROM object_finding f
         JOIN finding v ON v.tenant = f.tenant AND v.dataset_id = f.dataset_id AND v.field_key = f.field AND v.rule = f.rule
         JOIN rule r ON r.tenant = f.tenant AND r.id = f.rule
         LEFT JOIN (SELECT p.tenant, p.object_id, p.member, CAST(sum(p.row_count) AS bigint) AS row_count FROM object_part p
           JOIN object o ON o.tenant = p.tenant AND o.id = p.object_id WHERE o.tenant = $1 AND o.dataset_id IN {DATASETS} GROUP BY p.tenant, p.object_id, p.member) x
           ON x.tenant = f.tenant AND x.object_id = f.object_id AND coalesce(x.member, '') = coalesce(f.member, '')
         WHERE f.tenant = $1 AND f.dataset_id IN {DATASETS} AND f.field IS NOT NULL AND v.holds
         ORDER BY f.object_id, f.member NULLS FIRST, f.field, f.rule, f.part, f.seq"
    );
    let mut reader = store.read().await?;
    let mut reading = reader.link();
    let mut rows = reading.stream(sql, cells![TENANT, run]);
    let (mut table, mut derived, mut numbers): (Option<Table>, Vec<_>, Numbers) = (None, Vec::new(), Numbers::default());
    while let Some(row) = rows.try_next().await? {
        if let Some(done) = table.take() {
            if done.holds(&row)? {
                table = Some(done);
            } else {
                done.join(run, composites, &mut numbers, &mut derived)?;
            }
        }
        if derived.len() >= BATCH {
            link.bulk("object_finding", commit::FINDING, std::mem::take(&mut derived)).await?;
        }
        let sums = match &mut table {
            Some(sums) => sums,
            None => table.insert(Table::open(&row)?),
        };
        sums.add(&row)?;
    }
    if let Some(done) = table {
        done.join(run, composites, &mut numbers, &mut derived)?;
    }
    link.bulk("object_finding", commit::FINDING, derived).await?;
    Ok(())
}

/// Numbers of derived rows within their object, which may have several members.
#[derive(Default)]
struct Numbers {
    object: i64,
    next: i64,
}

impl Numbers {
    fn next(&mut self, object: i64) -> i64 {
        if self.object != object {
            *self = Self { object, next: 0 };
        }
        self.next += 1;
        DERIVED + self.next - 1
    }
}

/// One table: a member of an object.
struct Table {
    dataset: i64,
    object: i64,
    member: Option<String>,
    rows: u64,
    fields: Vec<Field>,
}

/// One rule in one of its fields.
struct Field {
    name: String,
    rule: String,
    tag: String,
    verdict: Verdict,
    tally: Tally,
    sketch: Sketch,
}

impl Table {
    fn open(row: &Row) -> SqlResult<Self> {
        Ok(Self { dataset: row.int(0)?, object: row.int(1)?, member: row.opt_text(2)?, rows: row.count(8)?, fields: Vec::new() })
    }

    fn holds(&self, row: &Row) -> SqlResult<bool> {
        Ok(self.object == row.int(1)? && self.member == row.opt_text(2)?)
    }

    fn add(&mut self, row: &Row) -> Result<()> {
        let (name, rule) = (row.text(3)?, row.text(4)?);
        let (tally, sketch) = rollup::tally(row, 9)?;
        match self.fields.last_mut().filter(|f| f.name == name && f.rule == rule) {
            Some(field) => {
                field.tally.merge(&tally);
                field.sketch.merge(&sketch);
            }
            None => {
                let verdict = Verdict { millibits: i32::try_from(row.int(6)?)?, column: row.raw(7)? == "column" };
                self.fields.push(Field { name, rule, tag: row.text(5)?, verdict, tally, sketch });
            }
        }
        Ok(())
    }

    fn join(self, run: i64, composites: &[Composite], numbers: &mut Numbers, derived: &mut Vec<Vec<super::link::Cell>>) -> Result<()> {
        let rows = |f: &Field| f.verdict.rows_matched(&f.tally, self.rows);
        let columns: Vec<Column<'_>> = self.fields.iter().map(|f| Column { tag: &f.tag, rows: rows(f), millibits: f.verdict.millibits }).collect();
        for composite in composites.iter().filter(|c| c.in_tables()) {
            let Some(joined) = composite.joined(&columns, self.rows) else { continue };
            let tally = Tally { inside: joined.rows, inside_rows: joined.rows, candidates: self.rows, best: joined.millibits, ..Tally::default() };
            let sketch = joined.columns.first().map(|first| self.fields[*first].sketch.clone()).unwrap_or_default();
            let finding = ObjectFinding {
                member: self.member.clone(),
                field: None,
                rule: composite.id.clone(),
                tally,
                sketch,
                locations: Vec::new(),
                weak: Vec::new(),
            };
            let place = (self.object, 0, numbers.next(self.object));
            derived.push(commit::finding_row(run, place, self.dataset, None, &finding)?);
        }
        Ok(())
    }
}
