//! Runs and their splits: who may write what.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sonde_classifiers::Sensitivity;

use super::{
    PlannedSplit, RuleRow, RunSpec, composites,
    failure::Refusal,
    link::{Cell, Link, cells},
    sql::{SqlStore, TENANT},
};

/// Name of the setting that holds the id of the fingerprint key.
const KEY_ID: &str = "fingerprint_key_id";

/// Opens a run. Runs over the same sources that never ended are superseded: their leases are taken back, so that nothing they still commit can mix with ours.
pub(super) async fn open(store: &SqlStore, spec: RunSpec) -> Result<i64> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    let now = link.dialect().now();
    check_key(&mut link, &spec.key_id).await?;
    let sql = format!("INSERT INTO ruleset (tenant, digest, version, first_seen) VALUES ($1, $2, $3, {now}) ON CONFLICT (tenant, digest) DO NOTHING");
    link.run(sql, cells![TENANT, &spec.ruleset, &spec.version]).await?;
    write_rules(&mut link, &spec.rules).await?;
    let mut sources = Vec::new();
    for (uri, kind) in &spec.sources {
        sources.push(source(&mut link, uri, kind).await?);
    }
    let sql = format!("INSERT INTO run (tenant, ruleset, config, version, key_id, started_at) VALUES ($1, $2, $3, $4, $5, {now}) RETURNING id");
    let row = link.row(sql, cells![TENANT, &spec.ruleset, &spec.config, &spec.version, &spec.key_id]).await?;
    let run = row.context("no run was opened")?.int(0)?;
    composites::keep(&mut link, run, &composites::Kinds { composites: spec.composites, documents: spec.documents }).await?;
    for (position, source) in sources.iter().enumerate() {
        join(&mut link, run, *source, position as i64).await?;
    }
    let sql = format!(
        "UPDATE run SET status = 'superseded', ended_at = {now} WHERE tenant = $1 AND status = 'running' AND id <> $2 AND id IN (
           SELECT o.run_id FROM run_source o JOIN run_source n ON n.tenant = o.tenant AND n.source_id = o.source_id WHERE n.tenant = $1 AND n.run_id = $2)"
    );
    link.run(sql, cells![TENANT, run]).await?;
    let sql = "UPDATE split SET state = 'todo', lease_token = NULL WHERE tenant = $1 AND state = 'leased' AND run_id IN (
           SELECT r.id FROM run r JOIN run_source o ON o.tenant = r.tenant AND o.run_id = r.id JOIN run_source n ON n.tenant = o.tenant AND n.source_id = o.source_id
           WHERE n.tenant = $1 AND n.run_id = $2 AND r.status = 'superseded')";
    link.run(sql, cells![TENANT, run]).await?;
    tx.commit().await?;
    Ok(run)
}

async fn check_key(link: &mut Link<'_>, ours: &str) -> Result<()> {
    link.run("INSERT INTO setting (tenant, name, value) VALUES ($1, $2, $3) ON CONFLICT (tenant, name) DO NOTHING", cells![TENANT, KEY_ID, ours])
        .await?;
    let row = link.row("SELECT value FROM setting WHERE tenant = $1 AND name = $2", cells![TENANT, KEY_ID]).await?;
    let theirs = row.context("the setting is gone")?.text(0)?;
    if theirs != ours {
        return Err(Refusal::OtherKey { theirs, ours: ours.to_owned() }.into());
    }
    Ok(())
}

async fn write_rules(link: &mut Link<'_>, rules: &[RuleRow]) -> Result<()> {
    // By id: each once, and in the same order for everyone, so that two runs cannot wait for each other.
    let by_id: BTreeMap<&str, &RuleRow> = rules.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut rows = Vec::new();
    for rule in by_id.values() {
        let mut row = cells![TENANT, &rule.id, &rule.tag, &rule.name, sensitivity_name(rule.sensitivity), rule.sensitivity as i64];
        row.push(Cell::Json(serde_json::to_string(&rule.regulations)?));
        rows.push(row);
    }
    let tail = "ON CONFLICT (tenant, id) DO UPDATE SET tag = excluded.tag, name = excluded.name, sensitivity = excluded.sensitivity,
        sensitivity_rank = excluded.sensitivity_rank, regulations = excluded.regulations";
    link.insert("rule", &["tenant", "id", "tag", "name", "sensitivity", "sensitivity_rank", "regulations"], rows, tail).await?;
    Ok(())
}

/// As stored and printed.
pub(super) fn sensitivity_name(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Low => "low",
        Sensitivity::Moderate => "moderate",
        Sensitivity::High => "high",
        Sensitivity::Critical => "critical",
    }
}

/// Reads the rank a sensitivity was stored as.
pub(super) fn sensitivity(rank: i64) -> Sensitivity {
    match rank {
        ..=0 => Sensitivity::Low,
        1 => Sensitivity::Moderate,
        2 => Sensitivity::High,
        3.. => Sensitivity::Critical,
    }
}

/// Id of a source, made if it is new.
pub(super) async fn source(link: &mut Link<'_>, uri: &str, kind: &str) -> Result<i64> {
    let now = link.dialect().now();
    // The update is there for its lock: two runs that open the same source come one after the other.
    let sql = format!(
        "INSERT INTO source (tenant, uri, kind, first_seen) VALUES ($1, $2, $3, {now}) ON CONFLICT (tenant, uri) DO UPDATE SET kind = excluded.kind RETURNING id"
    );
    link.row(sql, cells![TENANT, uri, kind]).await?.context("no source was made")?.int(0).map_err(Into::into)
}

/// Makes a source one of the run's.
pub(super) async fn join(link: &mut Link<'_>, run: i64, source: i64, position: i64) -> Result<()> {
    let sql =
        "INSERT INTO run_source (tenant, run_id, source_id, position) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, run_id, source_id) DO NOTHING";
    link.run(sql, cells![TENANT, run, source, position]).await?;
    Ok(())
}

/// Refuses runs that ended or were superseded. Locks the run's row until the transaction ends.
pub(super) async fn check_running(link: &mut Link<'_>, run: i64) -> Result<()> {
    link.run("UPDATE run SET status = status WHERE tenant = $1 AND id = $2", cells![TENANT, run]).await?;
    let row = link.row("SELECT status FROM run WHERE tenant = $1 AND id = $2", cells![TENANT, run]).await?;
    let status = match row {
        Some(row) => row.text(0)?,
        None => "unknown".to_owned(),
    };
    if status != "running" {
        return Err(Refusal::NotRunning { run, status }.into());
    }
    Ok(())
}

/// Records splits as leased.
pub(super) async fn plan(store: &SqlStore, run: i64, splits: Vec<PlannedSplit>) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    check_running(&mut link, run).await?;
    let count = splits.len() as i64;
    let row = |s: PlannedSplit| cells![TENANT, run, s.split, "leased", s.token as i64, &s.spec, s.objects, s.bytes];
    link.bulk("split", &["tenant", "run_id", "split", "state", "lease_token", "spec", "objects", "bytes"], splits.into_iter().map(row).collect())
        .await?;
    link.run("UPDATE run SET splits = splits + $3 WHERE tenant = $1 AND id = $2", cells![TENANT, run, count]).await?;
    tx.commit().await?;
    Ok(())
}

/// Marks a split done, if its lease still is what the worker thinks it is.
pub(super) async fn fence(link: &mut Link<'_>, run: i64, split: u64, token: u64) -> Result<()> {
    let now = link.dialect().now();
    let sql = format!(
        "UPDATE split SET state = 'done', done_at = {now}, spec = '' WHERE tenant = $1 AND run_id = $2 AND split = $3 AND lease_token = $4 AND state = 'leased'"
    );
    if link.run(sql, cells![TENANT, run, split, token as i64]).await? != 1 {
        return Err(Refusal::LeaseLost { run, split }.into());
    }
    Ok(())
}
