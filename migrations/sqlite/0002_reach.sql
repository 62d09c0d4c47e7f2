-- Identities and reach. Twin of migrations/postgres/0002_reach.sql: same tables, same columns, same views.

-- What was read of identities at one time, whole: reach can be computed from it again. inventory: JSON.
CREATE TABLE snapshot (
  id integer PRIMARY KEY AUTOINCREMENT, tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, origin text NOT NULL, version text NOT NULL,
  taken_at text NOT NULL, inventory text NOT NULL, principals bigint NOT NULL, resources bigint NOT NULL, reach bigint NOT NULL DEFAULT 0,
  UNIQUE (tenant, id)
);

-- What could not be read.
CREATE TABLE snapshot_gap (
  tenant text NOT NULL DEFAULT 'default', snapshot_id bigint NOT NULL, seq bigint NOT NULL, place text NOT NULL, why text NOT NULL,
  PRIMARY KEY (tenant, snapshot_id, seq),
  FOREIGN KEY (tenant, snapshot_id) REFERENCES snapshot (tenant, id) ON DELETE CASCADE
);

-- Everybody that a snapshot or an answer names. attrs: JSON.
CREATE TABLE principal (
  id integer PRIMARY KEY, tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, uri text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('user', 'group', 'role', 'root', 'service', 'workload', 'person', 'db_role', 'app', 'anonymous', 'any_authenticated', 'external_account')),
  name text NOT NULL, external boolean NOT NULL DEFAULT false, attrs text NOT NULL DEFAULT '{}', first_snapshot bigint NOT NULL, last_snapshot bigint NOT NULL,
  UNIQUE (tenant, provider, uri), UNIQUE (tenant, id)
);

-- Of the newest snapshot of a provider. via: how one belongs to the other.
CREATE TABLE membership (
  tenant text NOT NULL DEFAULT 'default', member_id bigint NOT NULL, group_id bigint NOT NULL, via text NOT NULL DEFAULT 'member',
  PRIMARY KEY (tenant, member_id, group_id, via)
);

-- Statements of policies in the newest snapshot of a provider, once per policy. document: the statement, JSON.
CREATE TABLE grant_statement (
  tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, policy text NOT NULL, seq bigint NOT NULL, label text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('allow', 'deny')), document text NOT NULL,
  PRIMARY KEY (tenant, provider, policy, seq)
);

-- Who holds a policy.
CREATE TABLE grant_holder (
  tenant text NOT NULL DEFAULT 'default', provider text NOT NULL, policy text NOT NULL, principal_id bigint NOT NULL,
  PRIMARY KEY (tenant, provider, policy, principal_id)
);
CREATE INDEX grant_holder_principal ON grant_holder (tenant, principal_id);

-- Answers. dataset: URI, where the answer is about a dataset with findings; else the resource as a whole. via, because: JSON.
CREATE TABLE reach (
  tenant text NOT NULL DEFAULT 'default', snapshot_id bigint NOT NULL, resource text NOT NULL, dataset text, principal_id bigint NOT NULL,
  access text NOT NULL CHECK (access IN ('read', 'write', 'list', 'admin')), answer text NOT NULL CHECK (answer IN ('yes', 'conditional', 'unknown')),
  condition text, hops bigint NOT NULL, via text NOT NULL, because text NOT NULL,
  PRIMARY KEY (tenant, snapshot_id, resource, principal_id, access)
);
CREATE INDEX reach_principal ON reach (tenant, principal_id, access);
CREATE INDEX reach_dataset ON reach (tenant, dataset);

-- Every resource of a snapshot with its counts, also where its answers are not kept one by one.
CREATE TABLE reach_summary (
  tenant text NOT NULL DEFAULT 'default', snapshot_id bigint NOT NULL, resource text NOT NULL, dataset text, expanded boolean NOT NULL,
  readers bigint NOT NULL, writers bigint NOT NULL, admins bigint NOT NULL, externals bigint NOT NULL, conditional bigint NOT NULL, unknown bigint NOT NULL,
  is_public boolean NOT NULL,
  PRIMARY KEY (tenant, snapshot_id, resource)
);

-- What changed from the snapshot before. cause: JSON, the statements that came or went.
CREATE TABLE reach_change (
  tenant text NOT NULL DEFAULT 'default', snapshot_id bigint NOT NULL, resource text NOT NULL, principal_id bigint NOT NULL, access text NOT NULL,
  change text NOT NULL CHECK (change IN ('gained', 'lost', 'changed')), before text, after text, cause text NOT NULL,
  PRIMARY KEY (tenant, snapshot_id, resource, principal_id, access)
);

CREATE VIEW v_reach AS
SELECT r.tenant, r.snapshot_id, r.resource, r.dataset, p.uri AS principal, p.kind, p.external, r.access, r.answer, r.condition, r.hops, r.via, r.because
FROM reach r
JOIN principal p ON p.tenant = r.tenant AND p.id = r.principal_id
WHERE r.snapshot_id = (SELECT max(s.id) FROM snapshot s WHERE s.tenant = r.tenant AND s.provider = p.provider);

CREATE VIEW v_reach_summary AS
SELECT x.tenant, x.snapshot_id, x.resource, x.dataset, x.expanded, x.readers, x.writers, x.admins, x.externals, x.conditional, x.unknown, x.is_public
FROM reach_summary x
JOIN snapshot n ON n.tenant = x.tenant AND n.id = x.snapshot_id
WHERE x.snapshot_id = (SELECT max(s.id) FROM snapshot s WHERE s.tenant = x.tenant AND s.provider = n.provider);

-- Datasets with findings, the most exposed first when sorted by sensitivity_rank, is_public, readers.
CREATE VIEW v_exposed_datasets AS
SELECT d.tenant, d.dataset, d.tags, d.sensitivity, d.sensitivity_rank, d.findings, x.resource, x.is_public, x.externals, x.readers, x.writers, x.admins, x.conditional, x.unknown
FROM v_datasets d
JOIN v_reach_summary x ON x.tenant = d.tenant AND x.dataset = d.dataset
WHERE d.sensitivity_rank IS NOT NULL;

-- Principals by what they can do with datasets that have findings.
CREATE VIEW v_privileged_identities AS
SELECT r.tenant, r.principal, r.kind, r.external, count(DISTINCT CASE WHEN r.access = 'read' THEN r.dataset END) AS reads,
  count(DISTINCT CASE WHEN r.access = 'write' THEN r.dataset END) AS writes, count(DISTINCT CASE WHEN r.access = 'admin' THEN r.dataset END) AS administers,
  max(d.sensitivity_rank) AS sensitivity_rank
FROM v_reach r
JOIN v_datasets d ON d.tenant = r.tenant AND d.dataset = r.dataset
WHERE d.sensitivity_rank IS NOT NULL
GROUP BY r.tenant, r.principal, r.kind, r.external;
