//! What was read of identities, and who reaches what.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use futures::TryStreamExt;

use super::{
    Visit,
    link::{Cell, Link, cells},
    read::finished,
    sql::{SqlStore, TENANT},
};

/// What was read of identities at one time.
#[derive(Clone, Debug, Default)]
pub struct SnapshotSpec {
    /// `aws`, `postgres`, …
    pub provider: String,
    /// Where it comes from: a folder, an account.
    pub origin: String,
    /// Version of this program.
    pub version: String,
    /// The inventory, JSON.
    pub inventory: String,
    /// Number of resources in it.
    pub resources: u64,
    /// What could not be read: (place, why).
    pub gaps: Vec<(String, String)>,
    /// Who there is.
    pub principals: Vec<PrincipalRow>,
    /// Who belongs to whom.
    pub memberships: Vec<Membership>,
    /// Statements of policies.
    pub statements: Vec<StatementRow>,
    /// Who holds which policy.
    pub holders: Vec<Holder>,
}

/// A principal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrincipalRow {
    /// ARN or another name that is his alone.
    pub uri: String,
    /// `user`, `role`, …
    pub kind: String,
    /// For people.
    pub name: String,
    /// Outside of what was read.
    pub external: bool,
    /// More, JSON.
    pub attrs: String,
}

/// One principal belongs to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership {
    /// Who.
    pub member: String,
    /// To whom.
    pub group: String,
    /// `member`, `assigned`.
    pub via: String,
}

/// One statement of a policy.
#[derive(Clone, Debug)]
pub struct StatementRow {
    /// The policy's name.
    pub policy: String,
    /// Place in it.
    pub seq: u64,
    /// Sid or place.
    pub label: String,
    /// `allow` or `deny`.
    pub effect: String,
    /// The statement, JSON.
    pub document: String,
}

/// Somebody holds a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// The policy's name.
    pub policy: String,
    /// Who.
    pub principal: String,
}

/// A snapshot as it is kept.
#[derive(Clone, Debug)]
pub struct SnapshotRow {
    /// Its number.
    pub id: i64,
    /// Provider.
    pub provider: String,
    /// Where it comes from.
    pub origin: String,
    /// When, RFC 3339.
    pub taken_at: String,
    /// The inventory, JSON.
    pub inventory: String,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ReachRow {
    /// The resource's name at its provider.
    pub resource: String,
    /// URI of the dataset it is about.
    pub dataset: Option<String>,
    /// Who.
    pub principal: String,
    /// What he is.
    pub kind: String,
    /// Outside of the inventory.
    pub external: bool,
    /// `read`, `write`, `list`, `admin`.
    pub access: String,
    /// `yes`, `conditional`, `unknown`.
    pub answer: String,
    /// On what condition, or what was not read.
    pub condition: Option<String>,
    /// Roles on the way.
    pub via: Vec<String>,
    /// (policy, statement, effect).
    pub because: Vec<(String, String, String)>,
}

/// Counts of one resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SummaryRow {
    /// The resource's name at its provider.
    pub resource: String,
    /// URI of the dataset it is about.
    pub dataset: Option<String>,
    /// Whether its answers are kept one by one.
    pub expanded: bool,
    /// Who can read, certainly or on a condition.
    pub readers: u64,
    /// Who can write.
    pub writers: u64,
    /// Who can change who may.
    pub admins: u64,
    /// Principals from outside.
    pub externals: u64,
    /// Answers on a condition.
    pub conditional: u64,
    /// Answers that something unread leaves open.
    pub unknown: u64,
    /// Whether everybody can do something with it.
    pub public: bool,
}

/// What is different from the snapshot before.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The resource.
    pub resource: String,
    /// Who.
    pub principal: String,
    /// Privilege.
    pub access: String,
    /// `gained`, `lost`, `changed`.
    pub change: String,
    /// Answer before.
    pub before: Option<String>,
    /// Answer after.
    pub after: Option<String>,
    /// Statements that came or went, JSON.
    pub cause: String,
}

/// Which answers. All filters are conjunctions; empty ones do not filter.
#[derive(Clone, Debug, Default)]
pub struct ReachQuery {
    /// Of this snapshot, the newest when none is named.
    pub snapshot: Option<i64>,
    /// Of this resource.
    pub resource: Option<String>,
    /// Of this dataset.
    pub dataset: Option<String>,
    /// Of this principal.
    pub principal: Option<String>,
}

fn json(value: &impl serde::Serialize) -> Result<Cell> {
    // Neither database takes U+0000 in JSON; names at a provider have none, but what was imported may.
    Ok(Cell::Json(serde_json::to_string(value)?.replace("\\u0000", "\\ufffd")))
}

/// Keeps a snapshot.
pub(super) async fn save(store: &SqlStore, spec: SnapshotSpec) -> Result<i64> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    let now = link.dialect().now();
    let sql = format!(
        "INSERT INTO snapshot (tenant, provider, origin, version, taken_at, inventory, principals, resources) VALUES ($1, $2, $3, $4, {now}, $5, $6, $7) RETURNING id"
    );
    let count = spec.principals.len() as u64;
    let row = link.row(sql, cells![TENANT, &spec.provider, &spec.origin, &spec.version, &spec.inventory, count, spec.resources]).await?;
    let id = row.context("no snapshot was made")?.int(0)?;
    let gaps = spec.gaps.iter().enumerate().map(|(i, (place, why))| cells![TENANT, id, i as i64, place, why]).collect();
    link.bulk("snapshot_gap", &["tenant", "snapshot_id", "seq", "place", "why"], gaps).await?;
    let ids = principals(&mut link, id, &spec.provider, &spec.principals).await?;
    let sql = "DELETE FROM membership WHERE tenant = $1 AND member_id IN (SELECT id FROM principal WHERE tenant = $1 AND provider = $2)";
    link.run(sql, cells![TENANT, &spec.provider]).await?;
    let known = |m: &Membership| Some(cells![TENANT, *ids.get(&m.member)?, *ids.get(&m.group)?, &m.via]);
    let members: BTreeSet<Membership> = spec.memberships.into_iter().collect();
    link.bulk("membership", &["tenant", "member_id", "group_id", "via"], members.iter().filter_map(known).collect()).await?;
    for table in ["grant_statement", "grant_holder"] {
        link.run(format!("DELETE FROM {table} WHERE tenant = $1 AND provider = $2"), cells![TENANT, &spec.provider]).await?;
    }
    let mut statements = Vec::with_capacity(spec.statements.len());
    for s in &spec.statements {
        let mut row = cells![TENANT, &spec.provider, &s.policy, s.seq, &s.label, &s.effect];
        row.push(Cell::Json(s.document.replace("\\u0000", "\\ufffd")));
        statements.push(row);
    }
    link.bulk("grant_statement", &["tenant", "provider", "policy", "seq", "label", "effect", "document"], statements).await?;
    let holders: BTreeSet<Holder> = spec.holders.into_iter().collect();
    let known = |h: &Holder| Some(cells![TENANT, &spec.provider, &h.policy, *ids.get(&h.principal)?]);
    link.bulk("grant_holder", &["tenant", "provider", "policy", "principal_id"], holders.iter().filter_map(known).collect()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes principals known; their ids.
async fn principals(link: &mut Link<'_>, snapshot: i64, provider: &str, rows: &[PrincipalRow]) -> Result<BTreeMap<String, i64>> {
    let by_uri: BTreeMap<&str, &PrincipalRow> = rows.iter().map(|p| (p.uri.as_str(), p)).collect();
    let mut values = Vec::with_capacity(by_uri.len());
    for p in by_uri.values() {
        let mut row = cells![TENANT, provider, &p.uri, &p.kind, &p.name, p.external];
        row.push(Cell::Json(p.attrs.replace("\\u0000", "\\ufffd")));
        row.extend(cells![snapshot, snapshot]);
        values.push(row);
    }
    let columns = ["tenant", "provider", "uri", "kind", "name", "external", "attrs", "first_snapshot", "last_snapshot"];
    let tail = "ON CONFLICT (tenant, provider, uri) DO UPDATE SET kind = excluded.kind, name = excluded.name, external = excluded.external, attrs = excluded.attrs,
        last_snapshot = excluded.last_snapshot RETURNING uri, id";
    let rows = link.insert("principal", &columns, values, tail).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

/// Keeps answers.
pub(super) async fn save_reach(store: &SqlStore, snapshot: i64, rows: Vec<ReachRow>, summaries: Vec<SummaryRow>, changes: Vec<Change>) -> Result<()> {
    let mut tx = store.begin().await?;
    let mut link = tx.link();
    let provider = link.row("SELECT provider FROM snapshot WHERE tenant = $1 AND id = $2", cells![TENANT, snapshot]).await?;
    let provider = provider.with_context(|| format!("there is no snapshot {snapshot}"))?.text(0)?;
    let named = named(&rows, &changes);
    let ids = principals_once(&mut link, snapshot, &provider, &named).await?;
    let mut values = Vec::with_capacity(rows.len());
    for r in &rows {
        let id = *ids.get(&r.principal).context("a principal is missing")?;
        let mut row = cells![TENANT, snapshot, &r.resource, &r.dataset, id, &r.access, &r.answer, &r.condition, r.via.len() as i64];
        row.extend([json(&r.via)?, json(&r.because)?]);
        values.push(row);
    }
    let columns = ["tenant", "snapshot_id", "resource", "dataset", "principal_id", "access", "answer", "condition", "hops", "via", "because"];
    link.bulk("reach", &columns, values).await?;
    let summary = |s: &SummaryRow| {
        let mut row = cells![TENANT, snapshot, &s.resource, &s.dataset, s.expanded, s.readers, s.writers, s.admins];
        row.extend(cells![s.externals, s.conditional, s.unknown, s.public]);
        row
    };
    let columns = [
        "tenant",
        "snapshot_id",
        "resource",
        "dataset",
        "expanded",
        "readers",
        "writers",
        "admins",
        "externals",
        "conditional",
        "unknown",
        "is_public",
    ];
    link.bulk("reach_summary", &columns, summaries.iter().map(summary).collect()).await?;
    let mut values = Vec::with_capacity(changes.len());
    for c in &changes {
        let id = *ids.get(&c.principal).context("a principal is missing")?;
        let mut row = cells![TENANT, snapshot, &c.resource, id, &c.access, &c.change, &c.before, &c.after];
        row.push(Cell::Json(c.cause.replace("\\u0000", "\\ufffd")));
        values.push(row);
    }
    let columns = ["tenant", "snapshot_id", "resource", "principal_id", "access", "change", "before", "after", "cause"];
    link.bulk("reach_change", &columns, values).await?;
    link.run("UPDATE snapshot SET reach = $3 WHERE tenant = $1 AND id = $2", cells![TENANT, snapshot, rows.len() as i64]).await?;
    // The one before is kept to compare with; what is older can be computed from its inventory.
    let sql = "DELETE FROM reach WHERE tenant = $1 AND snapshot_id < (SELECT coalesce(max(id), 0) FROM snapshot WHERE tenant = $1 AND provider = $3 AND id < $2)
        AND snapshot_id IN (SELECT id FROM snapshot WHERE tenant = $1 AND provider = $3)";
    link.run(sql, cells![TENANT, snapshot, &provider]).await?;
    tx.commit().await?;
    Ok(())
}

/// Principals in answers: also those that no inventory lists.
fn named(rows: &[ReachRow], changes: &[Change]) -> Vec<PrincipalRow> {
    let mut out: BTreeMap<&str, PrincipalRow> = BTreeMap::new();
    let row = |uri: &str, kind: &str, external| PrincipalRow {
        uri: uri.to_owned(),
        kind: kind.to_owned(),
        name: uri.to_owned(),
        external,
        attrs: "{}".to_owned(),
    };
    for c in changes {
        out.insert(&c.principal, row(&c.principal, "external_account", true));
    }
    for r in rows {
        out.insert(&r.principal, row(&r.principal, &r.kind, r.external));
    }
    out.into_values().collect()
}

/// Ids of principals; those that are known stay as they are.
async fn principals_once(link: &mut Link<'_>, snapshot: i64, provider: &str, rows: &[PrincipalRow]) -> Result<BTreeMap<String, i64>> {
    let values = rows.iter().map(|p| {
        let mut row = cells![TENANT, provider, &p.uri, &p.kind, &p.name, p.external];
        row.push(Cell::Json(p.attrs.clone()));
        row.extend(cells![snapshot, snapshot]);
        row
    });
    let columns = ["tenant", "provider", "uri", "kind", "name", "external", "attrs", "first_snapshot", "last_snapshot"];
    let tail = "ON CONFLICT (tenant, provider, uri) DO UPDATE SET last_snapshot = excluded.last_snapshot RETURNING uri, id";
    let rows = link.insert("principal", &columns, values.collect(), tail).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

/// A snapshot, or the newest; `provider`: of this one only.
pub(super) async fn load(store: &SqlStore, id: Option<i64>, provider: Option<&str>) -> Result<Option<SnapshotRow>> {
    let taken = store.dialect().rfc3339("taken_at");
    let mut conn = store.read().await?;
    let sql = format!(
        "SELECT id, provider, origin, {taken}, inventory FROM snapshot WHERE tenant = $1 AND id = coalesce(CAST($2 AS bigint), id)
           AND provider = coalesce(CAST($3 AS text), provider) ORDER BY id DESC LIMIT 1"
    );
    let row = conn.link().row(sql, cells![TENANT, id, provider]).await?;
    row.map(|row| Ok(SnapshotRow { id: row.int(0)?, provider: row.text(1)?, origin: row.text(2)?, taken_at: row.text(3)?, inventory: row.text(4)? }))
        .transpose()
}

/// What a snapshot of a provider, or its newest, could not tell.
pub(super) async fn gaps(store: &SqlStore, snapshot: Option<i64>, provider: &str) -> Result<Vec<(String, String)>> {
    let mut conn = store.read().await?;
    let mut link = conn.link();
    let sql = "SELECT place, why FROM snapshot_gap WHERE tenant = $1
           AND snapshot_id = coalesce(CAST($2 AS bigint), (SELECT max(id) FROM snapshot WHERE tenant = $1 AND provider = $3)) ORDER BY seq";
    let mut rows = link.stream(sql.to_owned(), cells![TENANT, snapshot, provider]);
    let mut gaps = Vec::new();
    while let Some(row) = rows.try_next().await? {
        gaps.push((row.text(0)?, row.text(1)?));
    }
    Ok(gaps)
}

/// Answers that were kept.
pub(super) async fn reach(store: &SqlStore, query: &ReachQuery, mut visit: Visit<'_, ReachRow>) -> Result<()> {
    let mut cells = cells![TENANT, query.snapshot];
    let mut condition = String::new();
    for (column, value) in [("r.resource", &query.resource), ("r.dataset", &query.dataset), ("p.uri", &query.principal)] {
        if let Some(value) = value {
            cells.push(Cell::from(value));
            condition += &format!(" AND {column} = ${}", cells.len());
        }
    }
    let (via, because) = match store.dialect() {
        super::link::Dialect::Sqlite => ("r.via", "r.because"),
        super::link::Dialect::Postgres => ("r.via::text", "r.because::text"),
    };
    let sql = format!(
        "SELECT r.resource, r.dataset, p.uri, p.kind, p.external, r.access, r.answer, r.condition, {via}, {because}
         FROM reach r JOIN principal p ON p.tenant = r.tenant AND p.id = r.principal_id WHERE r.tenant = $1
           AND r.snapshot_id = coalesce(CAST($2 AS bigint), (SELECT max(s.id) FROM snapshot s WHERE s.tenant = $1 AND s.provider = p.provider)){condition}
         ORDER BY r.resource, p.uri, CASE r.access WHEN 'read' THEN 0 WHEN 'write' THEN 1 WHEN 'list' THEN 2 ELSE 3 END"
    );
    let mut conn = store.read().await?;
    let outcome = async {
        let mut link = conn.link();
        let mut rows = link.stream(sql, cells);
        while let Some(row) = rows.try_next().await? {
            visit(ReachRow {
                resource: row.text(0)?,
                dataset: row.opt_text(1)?,
                principal: row.text(2)?,
                kind: row.text(3)?,
                external: row.flag(4)?,
                access: row.text(5)?,
                answer: row.text(6)?,
                condition: row.opt_text(7)?,
                via: serde_json::from_str(row.raw(8)?)?,
                because: serde_json::from_str(row.raw(9)?)?,
            })?;
        }
        Ok(())
    };
    let outcome = outcome.await;
    finished(outcome, conn)
}
