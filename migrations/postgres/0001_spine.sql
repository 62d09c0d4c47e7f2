-- The spine of the store. Twin of migrations/sqlite/0001_spine.sql: same tables, same columns, same views. Lives in the schema `sonde`.
--
-- Raw matched values are never stored: masked previews and keyed fingerprints only.
-- Texts that come from outside (keys, fields, members, details) are stored with U+0000 as U+0001 U+0001 and U+0001 as U+0001 U+0002: order is kept.
-- Every table has its tenant. Texts sort by byte.
-- Tables that are written in bulk have no foreign keys: their one writer makes what they refer to in the same transaction, and a check per row costs more than the row.

CREATE TABLE setting (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', name text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, name)
);

CREATE TABLE ruleset (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', digest text COLLATE "C" NOT NULL, version text COLLATE "C" NOT NULL, first_seen timestamptz NOT NULL,
  PRIMARY KEY (tenant, digest)
);

-- Rules as the newest run that had them described them. sensitivity_rank: 0 low … 3 critical. regulations: JSON array.
CREATE TABLE rule (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', id text COLLATE "C" NOT NULL, tag text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
  sensitivity text COLLATE "C" NOT NULL CHECK (sensitivity IN ('low', 'moderate', 'high', 'critical')), sensitivity_rank bigint NOT NULL, regulations jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (tenant, id)
);

CREATE TABLE source (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text COLLATE "C" NOT NULL DEFAULT 'default', uri text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, first_seen timestamptz NOT NULL,
  UNIQUE (tenant, uri), UNIQUE (tenant, id)
);

-- superseded: a newer run took over one of its sources; it can commit nothing more.
CREATE TABLE run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text COLLATE "C" NOT NULL DEFAULT 'default',
  status text COLLATE "C" NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'complete', 'interrupted', 'failed', 'superseded')),
  ruleset text COLLATE "C" NOT NULL, config text COLLATE "C" NOT NULL, version text COLLATE "C" NOT NULL, key_id text COLLATE "C" NOT NULL, started_at timestamptz NOT NULL, ended_at timestamptz, min_confidence double precision,
  splits bigint NOT NULL DEFAULT 0, objects bigint NOT NULL DEFAULT 0, bytes_listed bigint NOT NULL DEFAULT 0, bytes_read bigint NOT NULL DEFAULT 0,
  findings bigint NOT NULL DEFAULT 0,
  UNIQUE (tenant, id)
);

CREATE TABLE run_source (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', run_id bigint NOT NULL, source_id bigint NOT NULL, position bigint NOT NULL,
  PRIMARY KEY (tenant, run_id, source_id),
  FOREIGN KEY (tenant, run_id) REFERENCES run (tenant, id) ON DELETE CASCADE, FOREIGN KEY (tenant, source_id) REFERENCES source (tenant, id) ON DELETE CASCADE
);
CREATE INDEX run_source_source ON run_source (tenant, source_id);

-- lease_until: null while the lease lasts as long as its run.
CREATE TABLE split (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', run_id bigint NOT NULL, split bigint NOT NULL, state text COLLATE "C" NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'leased', 'done')),
  lease_token bigint, lease_until timestamptz, spec text COLLATE "C" NOT NULL, objects bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0, done_at timestamptz,
  PRIMARY KEY (tenant, run_id, split),
  FOREIGN KEY (tenant, run_id) REFERENCES run (tenant, id) ON DELETE CASCADE
);

-- One dataset per source: two sources that overlap are counted apart.
CREATE TABLE dataset (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text COLLATE "C" NOT NULL DEFAULT 'default', source_id bigint NOT NULL, uri text COLLATE "C" NOT NULL,
  first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL, last_run bigint NOT NULL, gone_at timestamptz,
  UNIQUE (tenant, source_id, uri), UNIQUE (tenant, id),
  FOREIGN KEY (tenant, source_id) REFERENCES source (tenant, id) ON DELETE CASCADE
);

-- Fields with the rows that were seen of them. path is null for text; key is path, or U+0001 for null.
CREATE TABLE field (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', dataset_id bigint NOT NULL, key text COLLATE "C" NOT NULL, path text COLLATE "C", rows_seen bigint NOT NULL,
  PRIMARY KEY (tenant, dataset_id, key)
);

CREATE TABLE object (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text COLLATE "C" NOT NULL DEFAULT 'default', source_id bigint NOT NULL, dataset_id bigint NOT NULL, key text COLLATE "C" NOT NULL, size bigint NOT NULL,
  version text COLLATE "C" NOT NULL, modified_ms bigint, parts bigint NOT NULL, last_run bigint NOT NULL, gone_at timestamptz,
  UNIQUE (tenant, source_id, key), UNIQUE (tenant, id)
);
CREATE INDEX object_dataset ON object (tenant, dataset_id, key);

-- One row per object × part × member. seq counts within object × part.
CREATE TABLE coverage (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', object_id bigint NOT NULL, part bigint NOT NULL, seq bigint NOT NULL, member text COLLATE "C", run_id bigint NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('scanned', 'unchanged', 'sampled', 'partial', 'skipped')), reason text COLLATE "C", detail text COLLATE "C",
  bytes_listed bigint NOT NULL, bytes_read bigint NOT NULL, rows_read bigint,
  PRIMARY KEY (tenant, object_id, part, seq), CHECK (state = 'scanned' OR reason IS NOT NULL)
);

-- Extents of one part of one member. *_before: what earlier parts hold, null where an earlier part was not read. fields: JSON [[field or null, rows], …].
CREATE TABLE object_part (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', object_id bigint NOT NULL, part bigint NOT NULL, seq bigint NOT NULL, member text COLLATE "C", run_id bigint NOT NULL,
  row_count bigint NOT NULL, newlines bigint NOT NULL, tail bigint NOT NULL, rows_before bigint, newlines_before bigint, tail_before bigint, fields jsonb NOT NULL,
  PRIMARY KEY (tenant, object_id, part, seq)
);

-- Mergeable counts only. best, base, check_worth: millibits. extent: seq of the object_part row of its member. locations, weak: JSON, relative to the part.
CREATE TABLE object_finding (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', object_id bigint NOT NULL, part bigint NOT NULL, seq bigint NOT NULL, dataset_id bigint NOT NULL, run_id bigint NOT NULL,
  member text COLLATE "C", field text COLLATE "C", rule text COLLATE "C" NOT NULL, extent bigint,
  inside bigint NOT NULL, inside_rows bigint NOT NULL, whole bigint NOT NULL, won bigint NOT NULL, candidates bigint NOT NULL,
  best bigint NOT NULL, base bigint NOT NULL, check_worth bigint NOT NULL, sketch bytea NOT NULL, locations text COLLATE "C" NOT NULL, weak text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, object_id, part, seq)
);
CREATE INDEX object_finding_rollup ON object_finding (tenant, dataset_id, field NULLS FIRST, rule);

-- dataset × field × rule. uid: sha256 of tenant, dataset URI, field, rule. holds: whether what was read last supports it. judged: by whole cells together, or match by match.
CREATE TABLE finding (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text COLLATE "C" NOT NULL DEFAULT 'default', uid text COLLATE "C" NOT NULL, dataset_id bigint NOT NULL, field text COLLATE "C", field_key text COLLATE "C" NOT NULL, rule text COLLATE "C" NOT NULL,
  occurrences bigint NOT NULL, distinct_values bigint NOT NULL, rows_matched bigint NOT NULL, rows_seen bigint NOT NULL, millibits bigint NOT NULL,
  confidence double precision NOT NULL, judged text COLLATE "C" NOT NULL CHECK (judged IN ('column', 'matches')), evidence jsonb NOT NULL DEFAULT '{}',
  status text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'suppressed', 'accepted', 'false_positive')), holds boolean NOT NULL,
  first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL, first_run bigint NOT NULL, last_run bigint NOT NULL,
  UNIQUE (tenant, dataset_id, field_key, rule), UNIQUE (tenant, id),
  FOREIGN KEY (tenant, dataset_id) REFERENCES dataset (tenant, id) ON DELETE CASCADE, FOREIGN KEY (tenant, rule) REFERENCES rule (tenant, id)
);
CREATE INDEX finding_uid ON finding (tenant, uid);
CREATE INDEX finding_rule ON finding (tenant, rule, status);

-- At most 20 per finding, first by object, member, position. line, row, column from 1; byte range half-open.
CREATE TABLE finding_location (
  tenant text COLLATE "C" NOT NULL DEFAULT 'default', finding_id bigint NOT NULL, seq bigint NOT NULL, object_id bigint NOT NULL, member text COLLATE "C",
  line_no bigint, column_no bigint, row_no bigint, json_path text COLLATE "C", byte_start bigint, byte_end bigint, masked text COLLATE "C" NOT NULL, fingerprint text COLLATE "C" NOT NULL, millibits bigint NOT NULL,
  PRIMARY KEY (tenant, finding_id, seq)
);
CREATE INDEX finding_location_object ON finding_location (tenant, object_id);
CREATE INDEX finding_location_fingerprint ON finding_location (tenant, fingerprint);

CREATE VIEW v_findings AS
SELECT f.tenant, f.uid, s.uri AS source, s.kind AS source_kind, d.uri AS dataset, f.field, f.rule, r.tag, r.name, r.sensitivity, r.sensitivity_rank, r.regulations,
  f.occurrences, f.distinct_values, f.rows_matched, f.rows_seen, CASE WHEN f.rows_seen > 0 THEN f.rows_matched * 1.0 / f.rows_seen END AS prevalence,
  f.confidence, f.judged, f.evidence, f.status, f.holds, f.first_seen, f.last_seen, f.first_run, f.last_run
FROM finding f
JOIN dataset d ON d.tenant = f.tenant AND d.id = f.dataset_id
JOIN source s ON s.tenant = d.tenant AND s.id = d.source_id
JOIN rule r ON r.tenant = f.tenant AND r.id = f.rule;

CREATE VIEW v_sensitive_inventory AS
SELECT tenant, source, source_kind, dataset, field, tag, name, sensitivity, sensitivity_rank, regulations, rule, occurrences, distinct_values, prevalence, confidence, last_seen
FROM v_findings WHERE status = 'open' AND holds;

CREATE VIEW v_locations AS
SELECT f.tenant, f.uid, s.uri AS source, d.uri AS dataset, f.field, f.rule, r.tag, o.key AS object, l.member, l.seq, l.line_no, l.column_no, l.row_no, l.json_path,
  l.byte_start, l.byte_end, l.masked, l.fingerprint, l.millibits
FROM finding_location l
JOIN finding f ON f.tenant = l.tenant AND f.id = l.finding_id
JOIN dataset d ON d.tenant = f.tenant AND d.id = f.dataset_id
JOIN source s ON s.tenant = d.tenant AND s.id = d.source_id
JOIN rule r ON r.tenant = f.tenant AND r.id = f.rule
JOIN object o ON o.tenant = l.tenant AND o.id = l.object_id;

-- Parts merged. The worst state counts, but an object of which some part was read is partial, not skipped; a part without a record makes it partial as well.
CREATE VIEW v_coverage AS
SELECT o.tenant, s.uri AS source, d.uri AS dataset, o.key AS object, c.member,
  CASE WHEN c.member IS NULL AND count(DISTINCT c.part) < o.parts THEN 'partial'
    WHEN count(*) = count(CASE WHEN c.state = 'skipped' THEN 1 END) THEN 'skipped'
    WHEN count(CASE WHEN c.state IN ('skipped', 'partial') THEN 1 END) > 0 THEN 'partial'
    WHEN count(CASE WHEN c.state = 'sampled' THEN 1 END) > 0 THEN 'sampled'
    WHEN count(CASE WHEN c.state = 'unchanged' THEN 1 END) > 0 THEN 'unchanged'
    ELSE 'scanned' END AS state,
  coalesce(substr(min(lpad(c.part::text, 12, '0') || lpad(c.seq::text, 12, '0') || c.reason), 25), CASE WHEN c.member IS NULL AND count(DISTINCT c.part) < o.parts THEN 'INTERRUPTED' END) AS reason,
  substr(min(lpad(c.part::text, 12, '0') || lpad(c.seq::text, 12, '0') || c.detail), 25) AS detail,
  CAST(sum(c.bytes_listed) AS bigint) AS bytes_listed, CAST(sum(c.bytes_read) AS bigint) AS bytes_read, CAST(sum(c.rows_read) AS bigint) AS rows_read
FROM coverage c
JOIN object o ON o.tenant = c.tenant AND o.id = c.object_id
JOIN dataset d ON d.tenant = o.tenant AND d.id = o.dataset_id
JOIN source s ON s.tenant = o.tenant AND s.id = o.source_id
WHERE o.gone_at IS NULL
GROUP BY o.tenant, s.uri, d.uri, o.key, o.parts, c.member;

CREATE VIEW v_coverage_gap AS
SELECT tenant, source, dataset, state, reason, count(*) AS records, CAST(sum(bytes_listed) AS bigint) AS bytes_listed, CAST(sum(bytes_read) AS bigint) AS bytes_read
FROM v_coverage WHERE state NOT IN ('scanned', 'unchanged')
GROUP BY tenant, source, dataset, state, reason;

CREATE VIEW v_datasets AS
SELECT d.tenant, s.uri AS source, d.uri AS dataset, coalesce(x.objects, 0) AS objects, coalesce(x.scanned, 0) AS scanned, coalesce(x.bytes, 0) AS bytes,
  coalesce(y.findings, 0) AS findings, y.tags, y.sensitivity_rank,
  CASE y.sensitivity_rank WHEN 0 THEN 'low' WHEN 1 THEN 'moderate' WHEN 2 THEN 'high' WHEN 3 THEN 'critical' END AS sensitivity,
  d.first_seen, d.last_seen, d.last_run
FROM dataset d
JOIN source s ON s.tenant = d.tenant AND s.id = d.source_id
LEFT JOIN (
  SELECT w.tenant, w.dataset_id, count(*) AS objects, CAST(sum(w.whole) AS bigint) AS scanned, CAST(sum(w.size) AS bigint) AS bytes
  FROM (
    SELECT o.tenant, o.dataset_id, o.id, o.size,
      CASE WHEN count(DISTINCT CASE WHEN c.member IS NULL THEN c.part END) >= o.parts AND count(CASE WHEN c.state NOT IN ('scanned', 'unchanged') THEN 1 END) = 0 THEN 1 ELSE 0 END AS whole
    FROM object o LEFT JOIN coverage c ON c.tenant = o.tenant AND c.object_id = o.id
    WHERE o.gone_at IS NULL GROUP BY o.tenant, o.dataset_id, o.id, o.size, o.parts
  ) w GROUP BY w.tenant, w.dataset_id
) x ON x.tenant = d.tenant AND x.dataset_id = d.id
LEFT JOIN (
  SELECT f.tenant, f.dataset_id, count(*) AS findings, string_agg(DISTINCT r.tag, ',' ORDER BY r.tag) AS tags, max(r.sensitivity_rank) AS sensitivity_rank
  FROM finding f JOIN rule r ON r.tenant = f.tenant AND r.id = f.rule
  WHERE f.status = 'open' AND f.holds GROUP BY f.tenant, f.dataset_id
) y ON y.tenant = d.tenant AND y.dataset_id = d.id
WHERE d.gone_at IS NULL;

CREATE VIEW v_runs AS
SELECT r.tenant, r.id AS run, r.status, r.started_at, r.ended_at, r.ruleset, r.config, r.version, r.min_confidence, r.splits, r.objects, r.bytes_listed, r.bytes_read, r.findings,
  (SELECT count(*) FROM split p WHERE p.tenant = r.tenant AND p.run_id = r.id AND p.state <> 'done') AS splits_open
FROM run r;
