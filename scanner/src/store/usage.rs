//! What audit logs say was used, and what they record.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{
    link::{Cell, Link, cells},
    sql::{SqlStore, TENANT},
};

/// Somebody used something. Times: seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UseRow {
    /// As in snapshots.
    pub provider: String,
    /// Who, as reach names him; `arn:aws:iam::ID:*`: somebody of an account.
    pub principal: String,
    /// A bucket, a table, a database (some table of it), a role.
    pub resource: String,
    /// `read`, `write`, `list`, `admin`, `assume`.
    pub access: String,
    /// First time.
    pub first: i64,
    /// Last time.
    pub last: i64,
    /// How often.
    pub uses: u64,
}

/// A log records something, at least from the first to the last time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedRow {
    /// As in snapshots.
    pub provider: String,
    /// A bucket, a table, a database, or `account:ID`.
    pub resource: String,
    /// Which access.
    pub access: String,
    /// Since when, seconds since 1970.
    pub first: i64,
    /// Until when.
    pub last: i64,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogRow {
    /// SHA-256 of it, hex.
    pub digest: String,
    /// Bytes.
    pub size: u64,
    /// Where it lay.
    pub name: String,
    /// Records that were understood.
    pub records: u64,
    /// What was not.
    pub faults: u64,
}

/// What logs say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageRows {
    /// Who used what.
    pub uses: Vec<UseRow>,
    /// What they record.
    pub recorded: Vec<RecordedRow>,
    /// Days since 1970-01-01 of which there is a record: (provider, day).
    pub days: Vec<(String, i64)>,
    /// The files.
    pub logs: Vec<LogRow>,
}

/// An answer held against logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachUseRow {
    /// The resource.
    pub resource: String,
    /// Who.
    pub principal: String,
    /// Which access.
    pub access: String,
    /// `used`, `maybe`, `unused`, `unrecorded`.
    pub state: String,
    /// When it was used last, seconds since 1970.
    pub last: Option<i64>,
    /// From when to when logs record it.
    pub recorded: Option<(i64, i64)>,
    /// Days in between of which there is a record.
    pub days: Option<u64>,
}

/// Adds to what is known: times are widened, uses are added up. A file that is known already must not come again.
pub(super) async fn save(store: &SqlStore, rows: UsageRows) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    let wider = |table: &str| {
        format!(
            "first_at = CASE WHEN excluded.first_at < {table}.first_at THEN excluded.first_at ELSE {table}.first_at END,
             last_at = CASE WHEN excluded.last_at > {table}.last_at THEN excluded.last_at ELSE {table}.last_at END"
        )
    };
    let values = rows.uses.iter().map(|u| cells![TENANT, &u.provider, &u.principal, &u.resource, &u.access, u.first, u.last, u.uses]).collect();
    let tail = format!(
        "ON CONFLICT (tenant, provider, principal, resource, access) DO UPDATE SET {}, uses = use_seen.uses + excluded.uses",
        wider("use_seen")
    );
    let columns = ["tenant", "provider", "principal", "resource", "access", "first_at", "last_at", "uses"];
    link.insert("use_seen", &columns, values, &tail).await?;
    let values = rows.recorded.iter().map(|r| cells![TENANT, &r.provider, &r.resource, &r.access, r.first, r.last]).collect();
    let tail = format!("ON CONFLICT (tenant, provider, resource, access) DO UPDATE SET {}", wider("use_recorded"));
    link.insert("use_recorded", &["tenant", "provider", "resource", "access", "first_at", "last_at"], values, &tail).await?;
    let values = rows.days.iter().map(|(provider, day)| cells![TENANT, provider, *day]).collect();
    link.insert("use_day", &["tenant", "provider", "day"], values, "ON CONFLICT (tenant, provider, day) DO NOTHING").await?;
    let log = |l: &LogRow| {
        let mut row = cells![TENANT, &l.digest, l.size, &l.name, l.records, l.faults];
        row.push(Cell::Now);
        row
    };
    let columns = ["tenant", "digest", "size", "name", "records", "faults", "read_at"];
    link.insert("use_log", &columns, rows.logs.iter().map(log).collect(), "ON CONFLICT (tenant, digest, size) DO NOTHING").await?;
    tx.commit().await?;
    Ok(())
}

/// What is known of a provider.
pub(super) async fn load(store: &SqlStore, provider: &str) -> Result<UsageRows> {
    let mut conn = store.read().await?;
    let mut link = conn.link();
    let mut rows = UsageRows::default();
    let sql = "SELECT principal, resource, access, first_at, last_at, uses FROM use_seen WHERE tenant = $1 AND provider = $2 ORDER BY principal, resource, access";
    for row in link.rows(sql, cells![TENANT, provider]).await? {
        rows.uses.push(UseRow {
            provider: provider.to_owned(),
            principal: row.text(0)?,
            resource: row.text(1)?,
            access: row.text(2)?,
            first: row.int(3)?,
            last: row.int(4)?,
            uses: row.count(5)?,
        });
    }
    let sql = "SELECT resource, access, first_at, last_at FROM use_recorded WHERE tenant = $1 AND provider = $2 ORDER BY resource, access";
    for row in link.rows(sql, cells![TENANT, provider]).await? {
        let (resource, access) = (row.text(0)?, row.text(1)?);
        rows.recorded.push(RecordedRow { provider: provider.to_owned(), resource, access, first: row.int(2)?, last: row.int(3)? });
    }
    for row in link.rows("SELECT day FROM use_day WHERE tenant = $1 AND provider = $2 ORDER BY day", cells![TENANT, provider]).await? {
        rows.days.push((provider.to_owned(), row.int(0)?));
    }
    Ok(rows)
}

/// Files that were read.
pub(super) async fn logs(store: &SqlStore) -> Result<Vec<LogRow>> {
    let mut conn = store.read().await?;
    let rows =
        conn.link().rows("SELECT digest, size, name, records, faults FROM use_log WHERE tenant = $1 ORDER BY name, size", cells![TENANT]).await?;
    rows.iter()
        .map(|row| Ok(LogRow { digest: row.text(0)?, size: row.count(1)?, name: row.text(2)?, records: row.count(3)?, faults: row.count(4)? }))
        .collect()
}

/// Keeps answers of a snapshot held against logs, in place of what was kept of its provider.
pub(super) async fn save_reach(store: &SqlStore, snapshot: i64, rows: Vec<ReachUseRow>) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    let provider = link.row("SELECT provider FROM snapshot WHERE tenant = $1 AND id = $2", cells![TENANT, snapshot]).await?;
    let provider = provider.with_context(|| format!("there is no snapshot {snapshot}"))?.text(0)?;
    let sql = "DELETE FROM reach_use WHERE tenant = $1 AND snapshot_id IN (SELECT id FROM snapshot WHERE tenant = $1 AND provider = $2)";
    link.run(sql, cells![TENANT, &provider]).await?;
    let ids = ids(&mut link, &provider).await?;
    let mut values = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(id) = ids.get(&row.principal) else { continue };
        let (first, last) = row.recorded.unzip();
        values.push(cells![TENANT, snapshot, &row.resource, *id, &row.access, &row.state, row.last, first, last, row.days]);
    }
    let columns = ["tenant", "snapshot_id", "resource", "principal_id", "access", "state", "last_at", "recorded_first", "recorded_last", "days"];
    link.bulk("reach_use", &columns, values).await?;
    tx.commit().await?;
    Ok(())
}

async fn ids(link: &mut Link<'_>, provider: &str) -> Result<BTreeMap<String, i64>> {
    let rows = link.rows("SELECT uri, id FROM principal WHERE tenant = $1 AND provider = $2", cells![TENANT, provider]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}
