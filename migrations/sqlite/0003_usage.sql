-- What was used, as audit logs say. Twin of migrations/postgres/0003_usage.sql: same tables, same columns, same views.

-- Who used what. Of callers of whom a log says only the account, principal is `arn:aws:iam::ID:*`. resource: a bucket, a table, a database (some table of it), a role.
-- first_at, last_at: seconds since 1970.
CREATE TABLE use_seen (
  tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, principal text NOT NULL, resource text NOT NULL,
  access text NOT NULL CHECK (access IN ('read', 'write', 'list', 'admin', 'assume')), first_at bigint NOT NULL, last_at bigint NOT NULL, uses bigint NOT NULL,
  PRIMARY KEY (tenant, provider, principal, resource, access)
) WITHOUT ROWID;
CREATE INDEX use_seen_resource ON use_seen (tenant, provider, resource, access);

-- What logs record, and when they did: only of that can it be said that it was not used. resource: a bucket, a database, a table, or `account:ID`.
CREATE TABLE use_recorded (
  tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, resource text NOT NULL, access text NOT NULL, first_at bigint NOT NULL, last_at bigint NOT NULL,
  PRIMARY KEY (tenant, provider, resource, access)
) WITHOUT ROWID;

-- Days, since 1970-01-01, of which there is a record.
CREATE TABLE use_day (
  tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, day bigint NOT NULL,
  PRIMARY KEY (tenant, provider, day)
) WITHOUT ROWID;

-- Files that were read, so that none counts twice: digest of their first `size` bytes.
CREATE TABLE use_log (
  tenant text NOT NULL DEFAULT 'default', digest text NOT NULL, size bigint NOT NULL, name text NOT NULL, records bigint NOT NULL, faults bigint NOT NULL, read_at text NOT NULL,
  PRIMARY KEY (tenant, digest, size)
) WITHOUT ROWID;

-- Answers of the newest snapshot of a provider held against its logs. maybe: somebody used it who may be he. unrecorded (or no row): no log would show it.
CREATE TABLE reach_use (
  tenant text NOT NULL DEFAULT 'default', snapshot_id bigint NOT NULL, resource text NOT NULL, principal_id bigint NOT NULL, access text NOT NULL,
  state text NOT NULL CHECK (state IN ('used', 'maybe', 'unused', 'unrecorded')), last_at bigint, recorded_first bigint, recorded_last bigint, days bigint,
  PRIMARY KEY (tenant, snapshot_id, resource, principal_id, access)
) WITHOUT ROWID;

-- Exposed datasets that a regulation speaks of: one row for each.
CREATE VIEW v_exposed_regulated AS
SELECT x.tenant, g.regulation, x.dataset, x.tags, x.sensitivity, x.sensitivity_rank, x.resource,
  CASE WHEN x.is_public THEN 'public' WHEN x.externals > 0 THEN 'external' ELSE 'internal' END AS exposure,
  x.is_public, x.externals, x.readers, x.writers, x.admins, x.conditional, x.unknown
FROM v_exposed_datasets x
JOIN (SELECT DISTINCT i.tenant, i.dataset, e.value AS regulation FROM v_sensitive_inventory i, json_each(i.regulations) e) g ON g.tenant = x.tenant AND g.dataset = x.dataset;

CREATE VIEW v_uses AS
SELECT u.tenant, u.provider, u.principal, u.resource, u.access, strftime('%Y-%m-%dT%H:%M:%SZ', u.first_at, 'unixepoch') AS first_used,
  strftime('%Y-%m-%dT%H:%M:%SZ', u.last_at, 'unixepoch') AS last_used, u.uses
FROM use_seen u;

-- Who can do what with datasets, and whether logs show that he does.
CREATE VIEW v_access_use AS
SELECT r.tenant, r.dataset, r.resource, p.uri AS principal, p.kind, p.external, r.access, r.answer, r.condition, r.via, coalesce(u.state, 'unrecorded') AS state,
  strftime('%Y-%m-%dT%H:%M:%SZ', u.last_at, 'unixepoch') AS last_used, strftime('%Y-%m-%dT%H:%M:%SZ', u.recorded_first, 'unixepoch') AS recorded_from,
  strftime('%Y-%m-%dT%H:%M:%SZ', u.recorded_last, 'unixepoch') AS recorded_until, u.days
FROM reach r
JOIN principal p ON p.tenant = r.tenant AND p.id = r.principal_id
LEFT JOIN reach_use u ON u.tenant = r.tenant AND u.snapshot_id = r.snapshot_id AND u.resource = r.resource AND u.principal_id = r.principal_id AND u.access = r.access
WHERE r.snapshot_id = (SELECT max(s.id) FROM snapshot s WHERE s.tenant = r.tenant AND s.provider = p.provider);

-- Access to datasets with findings that no log shows to be used, while logs would.
CREATE VIEW v_unused_access AS
SELECT a.tenant, a.principal, a.kind, a.external, a.dataset, a.resource, a.access, a.answer, a.via, d.tags, d.sensitivity, d.sensitivity_rank, a.recorded_from, a.recorded_until, a.days
FROM v_access_use a
JOIN v_datasets d ON d.tenant = a.tenant AND d.dataset = a.dataset
WHERE a.state = 'unused' AND a.answer IN ('yes', 'conditional') AND d.sensitivity_rank IS NOT NULL;

-- Principals with more than they use: accesses to datasets with findings, by what logs say of them.
CREATE VIEW v_over_privileged_identities AS
SELECT a.tenant, a.principal, a.kind, a.external, count(DISTINCT a.dataset) AS datasets, count(*) AS accesses, count(CASE WHEN a.state = 'used' THEN 1 END) AS used,
  count(CASE WHEN a.state = 'maybe' THEN 1 END) AS maybe, count(CASE WHEN a.state = 'unused' THEN 1 END) AS unused, count(CASE WHEN a.state = 'unrecorded' THEN 1 END) AS unrecorded,
  count(DISTINCT CASE WHEN a.access = 'admin' THEN a.dataset END) AS administers, max(CASE WHEN a.state = 'unused' THEN d.sensitivity_rank END) AS unused_sensitivity_rank,
  max(d.sensitivity_rank) AS sensitivity_rank
FROM v_access_use a
JOIN v_datasets d ON d.tenant = a.tenant AND d.dataset = a.dataset
WHERE a.answer IN ('yes', 'conditional') AND d.sensitivity_rank IS NOT NULL
GROUP BY a.tenant, a.principal, a.kind, a.external
HAVING count(CASE WHEN a.state = 'unused' THEN 1 END) > 0;

-- Programs that can read datasets of high or critical sensitivity and should not: they come from outside, do not do it, or there are secrets in them.
CREATE VIEW v_workload_reads AS
SELECT a.tenant, a.principal, a.kind, a.dataset, a.resource, a.answer, a.condition, a.via, d.tags, d.sensitivity, d.sensitivity_rank,
  CASE WHEN a.external THEN 'external' WHEN a.state = 'unused' THEN 'unused' ELSE 'critical' END AS why, a.state, a.last_used
FROM v_access_use a
JOIN v_datasets d ON d.tenant = a.tenant AND d.dataset = a.dataset
WHERE a.access = 'read' AND a.answer IN ('yes', 'conditional') AND a.kind IN ('role', 'service', 'workload', 'app') AND d.sensitivity_rank >= 2
  AND (a.external OR a.state = 'unused' OR d.sensitivity_rank = 3);
