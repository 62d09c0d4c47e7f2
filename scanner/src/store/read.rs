//! Listings: streamed, in the order the trait promises.

use anyhow::{Context, Result};
use futures::TryStreamExt;
use sonde_connectors::Reason;

pub(super) use super::read_objects::object_findings;
use super::{
    CoverageRow, DatasetRow, FindingRow, Query, Visit,
    filter::{Filter, kind},
    link::{Dialect, Row, SqlResult, cells},
    run::sensitivity,
    sql::{SqlStore, TENANT},
};
use crate::record::{Coverage, Location, State};

/// Sources asked for, each once, in the order given; all of them by URI where none was named. Names that the store does not know are left out.
pub(super) async fn sources(store: &SqlStore, query: &Query) -> Result<Vec<(i64, String)>> {
    let mut conn = store.read().await?;
    let rows = conn.link().rows("SELECT id, uri FROM source WHERE tenant = $1 ORDER BY uri", cells![TENANT]).await?;
    let all: Vec<(i64, String)> = rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?))).collect::<SqlResult<_>>()?;
    if query.sources.is_empty() {
        return Ok(all);
    }
    let mut wanted: Vec<(i64, String)> = Vec::new();
    for uri in &query.sources {
        if let Some(found) = all.iter().find(|(_, known)| known == uri)
            && !wanted.contains(found)
        {
            wanted.push(found.clone());
        }
    }
    Ok(wanted)
}

/// Findings, each with its locations.
pub(super) async fn findings(store: &SqlStore, query: &Query, mut visit: Visit<'_, FindingRow>) -> Result<()> {
    let mut filter = Filter::new("f.tenant");
    filter.among("s.uri", &query.sources);
    filter.dataset("d.uri", query);
    filter.finding(query, "r.tag", "f.confidence", "r.sensitivity_rank", "f.status");
    filter.kind(store.dialect(), "f.evidence", query);
    let limit = filter.limit(query.limit);
    let dialect = store.dialect();
    let sql = format!(
        "SELECT x.uid, x.source, x.dataset, x.field, x.rule, x.tag, x.sensitivity_rank, x.occurrences, x.rows_matched, x.rows_seen, x.distinct_values, x.confidence,
           x.status, x.first_seen, x.last_seen, o.key, l.member, l.line_no, l.column_no, l.row_no, l.json_path, l.byte_start, l.byte_end, l.masked, l.fingerprint,
           l.millibits, x.id, x.kind
         FROM (SELECT f.tenant, f.id, f.uid, s.uri AS source, d.uri AS dataset, f.field, f.rule, r.tag, r.sensitivity_rank, f.occurrences, f.rows_matched, f.rows_seen,
             f.distinct_values, f.confidence, f.status, {} AS first_seen, {} AS last_seen, {} AS kind
           FROM finding f
           JOIN dataset d ON d.tenant = f.tenant AND d.id = f.dataset_id
           JOIN source s ON s.tenant = d.tenant AND s.id = d.source_id
           JOIN rule r ON r.tenant = f.tenant AND r.id = f.rule
           WHERE {} ORDER BY d.uri, f.field NULLS FIRST, f.rule, s.uri {limit}) x
         LEFT JOIN finding_location l ON l.tenant = x.tenant AND l.finding_id = x.id
         LEFT JOIN object o ON o.tenant = l.tenant AND o.id = l.object_id
         ORDER BY x.dataset, x.field NULLS FIRST, x.rule, x.source, l.seq",
        dialect.rfc3339("f.first_seen"),
        dialect.rfc3339("f.last_seen"),
        dialect.kind("f.evidence"),
        filter.condition(),
    );
    let mut conn = store.read().await?;
    let outcome = async {
        let mut link = conn.link();
        let mut rows = link.stream(sql, filter.into_cells());
        let mut current: Option<(i64, FindingRow)> = None;
        while let Some(row) = rows.try_next().await? {
            let id = row.int(26)?;
            if current.as_ref().is_none_or(|(known, _)| *known != id)
                && let Some((_, done)) = current.replace((id, finding(&row)?))
            {
                visit(done)?;
            }
            if let (Some((_, finding)), Some(key)) = (&mut current, row.opt_text(15)?) {
                finding.locations.push((key, row.opt_text(16)?, location(&row)?));
            }
        }
        current.map_or(Ok(()), |(_, done)| visit(done))
    };
    let outcome = outcome.await;
    finished(outcome, conn)
}

/// Hands on what a listing came to; a connection with half an answer on it is not used again.
pub(super) fn finished(outcome: Result<()>, conn: super::link::Held) -> Result<()> {
    if outcome.is_err() {
        conn.discard();
    }
    outcome
}

fn finding(row: &Row) -> Result<FindingRow> {
    Ok(FindingRow {
        kind: kind(row.raw(27)?),
        uid: row.text(0)?,
        source: row.text(1)?,
        dataset: row.text(2)?,
        field: row.opt_text(3)?,
        rule: row.text(4)?,
        tag: row.text(5)?,
        sensitivity: sensitivity(row.int(6)?),
        occurrences: row.count(7)?,
        rows_matched: row.count(8)?,
        rows_seen: row.count(9)?,
        distinct: row.count(10)?,
        confidence: row.real(11)?,
        status: row.text(12)?,
        first_seen: row.text(13)?,
        last_seen: row.text(14)?,
        locations: Vec::new(),
    })
}

fn location(row: &Row) -> Result<Location> {
    Ok(Location {
        line: row.opt_count(17)?,
        column: row.opt_count(18)?,
        row: row.opt_count(19)?,
        json_path: row.opt_text(20)?,
        byte_start: row.opt_count(21)?,
        byte_end: row.opt_count(22)?,
        masked: row.text(23)?,
        fingerprint: row.text(24)?,
        millibits: i32::try_from(row.int(25)?)?,
    })
}

/// Coverage, source by source.
pub(super) async fn coverage(store: &SqlStore, query: &Query, mut visit: Visit<'_, CoverageRow>) -> Result<()> {
    let mut left = query.limit.unwrap_or(u64::MAX);
    for (_, source) in sources(store, query).await? {
        if left == 0 {
            break;
        }
        let mut filter = Filter::new("tenant");
        let place = filter.bind(&source);
        filter.and(format!("source = {place}"));
        filter.dataset("dataset", query);
        filter.among("state", &query.states);
        filter.among("reason", &query.reasons);
        let limit = filter.limit(query.limit.map(|_| left));
        let sql = format!(
            "SELECT dataset, object, member, state, reason, detail, bytes_listed, bytes_read, rows_read FROM v_coverage WHERE {}
             ORDER BY dataset, object, member NULLS FIRST {limit}",
            filter.condition()
        );
        let mut conn = store.read().await?;
        let outcome = async {
            let mut link = conn.link();
            let mut rows = link.stream(sql, filter.into_cells());
            while let Some(row) = rows.try_next().await? {
                left = left.saturating_sub(1);
                visit(coverage_row(&row, &source)?)?;
            }
            Ok(())
        };
        let outcome = outcome.await;
        finished(outcome, conn)?;
    }
    Ok(())
}

fn coverage_row(row: &Row, source: &str) -> Result<CoverageRow> {
    let state = row.text(3)?;
    let reason = row.opt_text(4)?;
    let coverage = Coverage {
        member: row.opt_text(2)?,
        state: parse_state(&state).with_context(|| format!("the store has an unknown state `{state}`: use a newer sonde"))?,
        reason: match &reason {
            Some(reason) => {
                let known = Reason::ALL.iter().copied().find(|r| r.as_str() == reason);
                Some(known.with_context(|| format!("the store has an unknown reason `{reason}`: use a newer sonde"))?)
            }
            None => None,
        },
        detail: row.opt_text(5)?,
        bytes_listed: row.count(6)?,
        bytes_read: row.count(7)?,
        rows_read: row.opt_count(8)?,
    };
    Ok(CoverageRow { source: source.to_owned(), dataset: row.text(0)?, object: row.text(1)?, coverage })
}

fn parse_state(text: &str) -> Option<State> {
    [State::Scanned, State::Unchanged, State::Sampled, State::Partial, State::Skipped].into_iter().find(|s| super::commit::state_name(*s) == text)
}

/// Datasets. Findings are those that hold and are open (or in the status asked for); with a filter on findings, only datasets that have some.
pub(super) async fn datasets(store: &SqlStore, query: &Query, mut visit: Visit<'_, DatasetRow>) -> Result<()> {
    let mut filter = Filter::new("v.tenant");
    filter.among("v.source", &query.sources);
    filter.dataset("v.dataset", query);
    let outer = filter.condition();
    let mut inner = Filter::continued(filter);
    let asked = inner.finding(query, "tag", "confidence", "sensitivity_rank", "status");
    if query.status.is_none() {
        inner.and("status = 'open'".to_owned());
    }
    let condition = inner.condition();
    let limit = inner.limit(query.limit);
    let dialect = store.dialect();
    let tags = match dialect {
        Dialect::Sqlite => "group_concat(DISTINCT tag)",
        Dialect::Postgres => "string_agg(DISTINCT tag, ',')",
    };
    let sql = format!(
        "SELECT v.source, v.dataset, v.objects, v.scanned, v.bytes, coalesce(y.findings, 0), y.tags, y.sensitivity_rank, {} FROM v_datasets v
         {} JOIN (SELECT tenant, source, dataset, count(*) AS findings, {tags} AS tags, max(sensitivity_rank) AS sensitivity_rank FROM v_findings
           WHERE holds AND {condition} GROUP BY tenant, source, dataset) y ON y.tenant = v.tenant AND y.source = v.source AND y.dataset = v.dataset
         WHERE {outer} ORDER BY v.dataset, v.source {limit}",
        dialect.rfc3339("v.last_seen"),
        if asked { "" } else { "LEFT" },
    );
    let mut conn = store.read().await?;
    let outcome = async {
        let mut link = conn.link();
        let mut rows = link.stream(sql, inner.into_cells());
        while let Some(row) = rows.try_next().await? {
            let mut tags: Vec<String> = row.opt_text(6)?.unwrap_or_default().split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect();
            tags.sort();
            visit(DatasetRow {
                source: row.text(0)?,
                dataset: row.text(1)?,
                objects: row.count(2)?,
                scanned: row.count(3)?,
                bytes: row.count(4)?,
                findings: row.count(5)?,
                tags,
                sensitivity: row.opt_int(7)?.map(sensitivity),
                last_seen: row.text(8)?,
            })?;
        }
        Ok(())
    };
    let outcome = outcome.await;
    finished(outcome, conn)
}
