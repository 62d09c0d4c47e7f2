//! The listing by object: parts merged, positions made absolute, only what a standing finding confirms.

use std::{cmp::Ordering, collections::HashMap};

use anyhow::Result;
use futures::{TryStreamExt, stream::BoxStream};
use sonde_classifiers::{Sketch, Tally, Verdict, verdict};

use super::{
    ObjectFindingRow, Query, Visit,
    filter::{Filter, kind},
    link::{Dialect, Row, SqlResult},
    position::{absolute, before, place},
    read::{finished, sources},
    rollup::{TALLY, tally},
    run::sensitivity,
    sql::SqlStore,
    text,
};
use crate::record::Location;

/// Object findings, source by source. Two ordered streams are merged: the findings, and the extents that say how many rows were seen.
pub(super) async fn object_findings(store: &SqlStore, query: &Query, locations: usize, mut visit: Visit<'_, ObjectFindingRow>) -> Result<()> {
    let mut left = query.limit.unwrap_or(u64::MAX);
    for (id, source) in sources(store, query).await? {
        if left == 0 {
            break;
        }
        let (sql, filter) = findings_sql(store.dialect(), query, id);
        let (extents_sql, extents_filter) = extents_sql(query, id);
        let mut conn = store.read().await?;
        let mut extents_conn = store.read().await?;
        let outcome = async {
            let mut link = conn.link();
            let mut extents_link = extents_conn.link();
            let mut rows = link.stream(sql, filter.into_cells());
            let mut extents = Extents { rows: extents_link.stream(extents_sql, extents_filter.into_cells()), next: None, ended: false };
            let mut seen = RowsSeen::default();
            let mut current: Option<Merged> = None;
            while let Some(row) = rows.try_next().await? {
                if current.as_ref().is_none_or(|m| !m.takes(&row).unwrap_or(false)) {
                    let next = Merged::open(&row, &source)?;
                    extents.advance(&mut seen, &next.row).await?;
                    if let Some(done) = current.replace(next) {
                        visit(done.close(&mut left))?;
                        if left == 0 {
                            return Ok(());
                        }
                    }
                    if let Some(merged) = &mut current {
                        merged.row.rows_seen = seen.of(&merged.row);
                    }
                }
                if let Some(merged) = &mut current {
                    merged.add(&row, locations, verdict::millibits(query.min_confidence))?;
                }
            }
            current.map_or(Ok(()), |done| visit(done.close(&mut left)))
        };
        let outcome = outcome.await;
        // With a limit, answers may be left on both.
        let broken_off = outcome.is_err() || left == 0;
        if broken_off {
            extents_conn.discard();
            conn.discard();
            outcome?;
        } else {
            finished(outcome, conn)?;
        }
    }
    Ok(())
}

fn findings_sql(dialect: Dialect, query: &Query, source: i64) -> (String, Filter) {
    let mut filter = Filter::new("f.tenant");
    let place = filter.bind(source);
    filter.and(format!("d.source_id = {place} AND v.holds AND v.status <> 'resolved'"));
    filter.dataset("d.uri", query);
    filter.finding(query, "r.tag", "v.confidence", "r.sensitivity_rank", "v.status");
    filter.kind(dialect, "v.evidence", query);
    let sql = format!(
        "SELECT d.uri, o.key, f.member, f.field, f.rule, r.tag, r.sensitivity_rank, v.confidence, v.status, v.millibits, v.judged, f.part,
           p.rows_before, p.newlines_before, p.tail_before, f.locations, f.weak, {TALLY}, {}
         FROM object_finding f
         JOIN dataset d ON d.tenant = f.tenant AND d.id = f.dataset_id
         JOIN object o ON o.tenant = f.tenant AND o.id = f.object_id
         JOIN finding v ON v.tenant = f.tenant AND v.dataset_id = f.dataset_id AND v.field_key = coalesce(f.field, '{}') AND v.rule = f.rule
         JOIN rule r ON r.tenant = f.tenant AND r.id = f.rule
         LEFT JOIN object_part p ON p.tenant = f.tenant AND p.object_id = f.object_id AND p.part = f.part AND p.seq = f.extent
         WHERE {} ORDER BY d.uri, o.key, f.member NULLS FIRST, f.field NULLS FIRST, f.rule, f.part, f.seq",
        dialect.kind("v.evidence"),
        text::NO_FIELD,
        filter.condition()
    );
    (sql, filter)
}

fn extents_sql(query: &Query, source: i64) -> (String, Filter) {
    let mut filter = Filter::new("o.tenant");
    let place = filter.bind(source);
    filter.and(format!("d.source_id = {place}"));
    filter.dataset("d.uri", query);
    filter.and("EXISTS (SELECT 1 FROM object_finding f WHERE f.tenant = o.tenant AND f.object_id = o.id)".to_owned());
    let sql = format!(
        "SELECT d.uri, o.key, p.member, CAST(p.fields AS text) FROM object_part p
         JOIN object o ON o.tenant = p.tenant AND o.id = p.object_id
         JOIN dataset d ON d.tenant = o.tenant AND d.id = o.dataset_id
         WHERE {} ORDER BY d.uri, o.key, p.member NULLS FIRST",
        filter.condition()
    );
    (sql, filter)
}

/// One line in the making.
struct Merged {
    row: ObjectFindingRow,
    verdict: Verdict,
    tally: Tally,
    sketch: Sketch,
}

impl Merged {
    fn open(row: &Row, source: &str) -> Result<Self> {
        let verdict = Verdict { millibits: i32::try_from(row.int(9)?)?, column: row.raw(10)? == "column" };
        let line = ObjectFindingRow {
            kind: kind(row.raw(26)?),
            source: source.to_owned(),
            dataset: row.text(0)?,
            object: row.text(1)?,
            member: row.opt_text(2)?,
            field: row.opt_text(3)?,
            rule: row.text(4)?,
            tag: row.text(5)?,
            sensitivity: sensitivity(row.int(6)?),
            occurrences: 0,
            rows_matched: 0,
            rows_seen: 0,
            distinct: 0,
            confidence: row.real(7)?,
            status: row.text(8)?,
            locations: Vec::new(),
        };
        Ok(Self { row: line, verdict, tally: Tally::default(), sketch: Sketch::default() })
    }

    /// Whether a row is another part of the same.
    fn takes(&self, row: &Row) -> SqlResult<bool> {
        let r = &self.row;
        Ok(r.rule == row.text(4)?
            && r.object == row.text(1)?
            && r.field == row.opt_text(3)?
            && r.member == row.opt_text(2)?
            && r.dataset == row.text(0)?)
    }

    fn add(&mut self, row: &Row, most: usize, threshold: i32) -> Result<()> {
        let (tally, sketch) = tally(row, 17)?;
        self.tally.merge(&tally);
        self.sketch.merge(&sketch);
        let part = u32::try_from(row.int(11)?)?;
        let room = most.saturating_sub(self.row.locations.len());
        if room == 0 {
            return Ok(());
        }
        let mut found: Vec<Location> = serde_json::from_str(row.raw(15)?)?;
        found.retain(|l| l.millibits >= threshold);
        if self.verdict.column {
            found.extend(serde_json::from_str::<Vec<Location>>(row.raw(16)?)?);
        }
        found.sort_by_cached_key(|l| place(part, l));
        found.truncate(room);
        let before = before(part, row.opt_count(12)?, row.opt_count(13)?, row.opt_count(14)?);
        self.row.locations.extend(found.into_iter().map(|l| absolute(l, before)));
        Ok(())
    }

    fn close(mut self, left: &mut u64) -> ObjectFindingRow {
        *left = left.saturating_sub(1);
        if self.row.field.is_none() {
            self.row.rows_seen += self.tally.candidates;
        }
        self.row.occurrences = self.verdict.occurrences(&self.tally);
        self.row.rows_matched = self.verdict.rows_matched(&self.tally, self.row.rows_seen);
        self.row.distinct = self.sketch.distinct();
        self.row
    }
}

/// Rows seen per field of one member.
#[derive(Default)]
struct RowsSeen {
    of: Option<(String, String, Option<String>)>,
    fields: HashMap<Option<String>, u64>,
}

impl RowsSeen {
    fn of(&self, row: &ObjectFindingRow) -> u64 {
        self.fields.get(&row.field).copied().unwrap_or(0)
    }
}

/// The stream of extents, one row ahead.
struct Extents<'s> {
    rows: BoxStream<'s, SqlResult<Row>>,
    next: Option<(String, String, Option<String>, String)>,
    ended: bool,
}

impl Extents<'_> {
    /// Collects the extents of the member a line is about, passing over those before it.
    async fn advance(&mut self, seen: &mut RowsSeen, line: &ObjectFindingRow) -> Result<()> {
        let wanted = (&line.dataset, &line.object, &line.member);
        if seen.of.as_ref().is_some_and(|(d, o, m)| (d, o, m) == wanted) {
            return Ok(());
        }
        seen.fields.clear();
        seen.of = Some((line.dataset.clone(), line.object.clone(), line.member.clone()));
        while self.peek().await? {
            let Some((dataset, object, member, fields)) = &self.next else { break };
            match (dataset, object, member).cmp(&wanted) {
                Ordering::Less => {}
                Ordering::Equal => {
                    for (field, rows) in serde_json::from_str::<Vec<(Option<String>, u64)>>(fields)? {
                        *seen.fields.entry(field.map(text::original)).or_default() += rows;
                    }
                }
                Ordering::Greater => break,
            }
            self.next = None;
        }
        Ok(())
    }

    async fn peek(&mut self) -> Result<bool> {
        if self.next.is_none() && !self.ended {
            match self.rows.try_next().await? {
                Some(row) => self.next = Some((row.text(0)?, row.text(1)?, row.opt_text(2)?, row.raw(3)?.to_owned())),
                None => self.ended = true,
            }
        }
        Ok(self.next.is_some())
    }
}
