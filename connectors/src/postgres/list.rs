//! Which tables there are, and which of them can be read.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::Deserialize;

use super::{
    Source, error,
    session::{self, Snapshot},
    table::{Shape, Table, TableColumn, literal},
};
use crate::{Error, ErrorKind, Listed, Object, Reason, Result, percent::segment};

/// Relations of one answer.
const PAGE: usize = 500;
/// First server that finds a range of pages without reading the others.
const TID_RANGES: i32 = 140_000;

/// One relation as the catalog query gives it.
#[derive(Debug, Deserialize)]
struct Found {
    key: String,
    schema: String,
    name: String,
    kind: String,
    oid: u32,
    root_schema: Option<String>,
    root: Option<String>,
    heap: bool,
    filenode: Option<u32>,
    pages: u64,
    bytes: u64,
    toast: u64,
    usage: bool,
    whole: bool,
    some: bool,
    rls: bool,
    populated: bool,
    children: bool,
    columns: Option<Vec<FoundColumn>>,
}

/// One column: name, type, of the system, category, kind of type, fixed size, may be read.
#[derive(Debug, Deserialize)]
struct FoundColumn(String, String, bool, String, String, bool, bool);

/// Pages of relations by key, so that memory does not grow with their number.
pub(super) fn list(source: Arc<Source>) -> BoxStream<'static, Result<Listed>> {
    let state = State { source, page: VecDeque::new(), after: None, done: false, any: false };
    stream::unfold(state, |mut state| async move {
        let next = state.next().await?;
        Some((next, state))
    })
    .boxed()
}

struct State {
    source: Arc<Source>,
    page: VecDeque<Listed>,
    after: Option<String>,
    done: bool,
    any: bool,
}

impl State {
    async fn next(&mut self) -> Option<Result<Listed>> {
        while self.page.is_empty() && !self.done {
            if let Err(error) = self.turn().await {
                self.done = true;
                return Some(Err(error));
            }
        }
        if let Some(listed) = self.page.pop_front() {
            self.any = true;
            return Some(Ok(listed));
        }
        let asked = !(self.source.address.schemas.is_empty() && self.source.address.tables.is_empty());
        if asked && !self.any {
            self.any = true;
            let error = Error::new(ErrorKind::NotFound, &self.source.address.uri, "there is no such schema or table");
            return Some(Err(error));
        }
        None
    }

    async fn turn(&mut self) -> Result<()> {
        let source = &self.source;
        let snapshot = source.session.snapshot().await?;
        let mut sizes = true;
        let rows = loop {
            let mut reader = source.session.reader().await?;
            let sql = catalog(&source.address.schemas, &source.address.tables, self.after.as_deref(), sizes, snapshot.page);
            match session::ask(&mut reader.connection, &sql, 1).await {
                Ok(rows) => {
                    source.session.finish(reader).await;
                    break rows;
                }
                // Somebody holds a table: its size can wait, its name need not.
                Err(e) if sizes && error::waited(&e) => sizes = false,
                Err(e) => return Err(error::of(&source.address.uri, "", &e)),
            }
        };
        self.done = rows.len() < PAGE;
        for row in rows {
            let text = row.into_iter().next().flatten().unwrap_or_default();
            let found: Found = serde_json::from_str(&text)
                .map_err(|e| Error::new(ErrorKind::Corrupt, &source.address.uri, "the catalog cannot be understood").because(e))?;
            self.after = Some(found.key.clone());
            self.page.push_back(listed(source, snapshot, found, sizes));
        }
        Ok(())
    }
}

/// What becomes of a relation; `sizes`: those that were found are true.
fn listed(source: &Source, snapshot: &Snapshot, found: Found, sizes: bool) -> Listed {
    let why = skipped(&found);
    let mut object = Object {
        key: found.key.clone(),
        locator: Vec::new(),
        dataset: dataset(&source.address.uri, &found),
        size: found.bytes + found.toast,
        version: format!("{}:{}:{}", found.oid, found.filenode.unwrap_or(0), snapshot.state),
        modified_ms: None,
        storage_class: None,
    };
    let path = format!("{}/{}", found.schema, found.name);
    let left_out = if source.options.filter.excludes_key(&path) { Some("pattern") } else { source.options.filter.why_not(&object) };
    if let Some(detail) = left_out {
        return Listed::Skipped { object, reason: Reason::Excluded, detail: Some(detail.to_owned()) };
    }
    if let Some((reason, detail)) = why {
        return Listed::Skipped { object, reason, detail: Some(detail.to_owned()) };
    }
    let table = table(snapshot, found, sizes);
    // Plain data, always serialisable.
    object.locator = serde_json::to_vec(&table).unwrap_or_default();
    Listed::Object(object)
}

/// Partitions belong to their table.
fn dataset(base: &str, found: &Found) -> String {
    let (schema, name) = match (&found.root_schema, &found.root) {
        (Some(schema), Some(root)) => (schema, root),
        _ => (&found.schema, &found.name),
    };
    format!("{base}/{}/{}", segment(schema), segment(name))
}

fn skipped(found: &Found) -> Option<(Reason, &'static str)> {
    match found.kind.as_str() {
        "v" => return Some((Reason::UnsupportedFileType, "a view: scan the tables behind it")),
        "f" => return Some((Reason::UnsupportedFileType, "a foreign table: scan the server it stands for")),
        "l" => return Some((Reason::UnsupportedFileType, "large objects are not read")),
        _ => {}
    }
    if !found.usage {
        return Some((Reason::PermissionDenied, "no USAGE on the schema"));
    }
    if !found.some {
        return Some((Reason::PermissionDenied, "no SELECT on the table or any column"));
    }
    (!found.populated).then_some((Reason::InvalidObjectState, "the materialised view was never filled"))
}

fn table(snapshot: &Snapshot, found: Found, sizes: bool) -> Table {
    let with_children = found.kind == "p";
    let columns = (1..).zip(found.columns.unwrap_or_default()).map(|(number, FoundColumn(name, kind, builtin, category, class, fixed, readable))| {
        TableColumn { shape: Shape::of(&kind, builtin, &category, &class, fixed), name, number, readable: found.whole || readable }
    });
    Table {
        columns: columns.collect(),
        schema: found.schema,
        name: found.name,
        oid: found.oid,
        filenode: found.filenode.filter(|_| !with_children),
        pages: u32::try_from(found.pages).unwrap_or(u32::MAX),
        cut: found.heap && !with_children && snapshot.version >= TID_RANGES,
        with_children,
        row_security: found.rls,
        // What an ANALYZE long ago did not see may be there.
        toasted: found.toast > 0 || found.children || !sizes,
    }
}

/// The catalog query: one JSON text for each relation, in byte order of keys. `sizes`: true sizes, which wait for whoever rewrites a table;
/// else what the last VACUUM or ANALYZE noted, or nothing.
fn catalog(schemas: &[String], tables: &[String], after: Option<&str>, sizes: bool, page: u64) -> String {
    let size = |oid: &str| {
        if sizes {
            format!("COALESCE(pg_relation_size({oid}),0)")
        } else {
            format!("(SELECT GREATEST(x.relpages,0)::bigint*{page} FROM pg_class x WHERE x.oid={oid})")
        }
    };
    let mut wanted = String::new();
    if !schemas.is_empty() {
        let names: Vec<String> = schemas.iter().map(|s| literal(s)).collect();
        wanted.push_str(&format!(" AND n.nspname IN ({})", names.join(",")));
    }
    if !tables.is_empty() {
        let names: Vec<String> = tables.iter().map(|t| literal(t)).collect();
        let names = names.join(",");
        wanted.push_str(&format!(
            " AND (c.relname IN ({names}) OR n.nspname||'.'||c.relname IN ({names}) OR r.relname IN ({names}) OR rn.nspname||'.'||r.relname IN ({names}))"
        ));
    }
    let after = after.map_or(String::new(), |key| format!(" WHERE f.key COLLATE \"C\" > {}", literal(key)));
    let sql = CATALOG
        .replace("{heap}", &size("c.oid"))
        .replace("{toast}", &format!("CASE WHEN c.reltoastrelid<>0 THEN {} ELSE 0 END", size("c.reltoastrelid")))
        .replace("{count}", &PAGE.to_string())
        .replace("{page}", &page.to_string());
    // Names last, and each by itself: one may hold what is to be filled in.
    let (found, rest) = sql.split_once("{after}").unwrap_or((&sql, ""));
    format!("{}{after}{rest}", found.split("{wanted}").collect::<Vec<_>>().join(&wanted))
}

/// `{…}` are filled in. Functions and tables are the system's: `search_path` is empty.
const CATALOG: &str = r#"
WITH roots AS (
  SELECT r.oid, count(l.oid) FILTER (WHERE l.relkind IN ('r','f')) AS leaves,
    COALESCE(bool_and(has_table_privilege(l.oid,'SELECT') AND has_schema_privilege(l.relnamespace,'USAGE')) FILTER (WHERE l.relkind='r'), true) AS direct
  FROM pg_class r CROSS JOIN LATERAL pg_partition_tree(r.oid) p LEFT JOIN pg_class l ON l.oid=p.relid AND p.isleaf
  WHERE r.relkind='p' AND NOT r.relispartition GROUP BY r.oid
), found AS (
  SELECT c.oid, c.relkind AS kind, n.nspname, c.relname, n.oid AS nsp, c.reltoastrelid, c.relam, c.relispopulated, c.relnatts,
    CASE WHEN c.relispartition THEN rn.nspname END AS root_schema, CASE WHEN c.relispartition THEN r.relname END AS root,
    CASE WHEN n.nspname ~ '[."]' THEN '"'||replace(n.nspname,'"','""')||'"' ELSE n.nspname END||'.'||
    CASE WHEN c.relname ~ '[."]' THEN '"'||replace(c.relname,'"','""')||'"' ELSE c.relname END AS key
  FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace
    LEFT JOIN pg_class r ON c.relispartition AND r.oid=pg_partition_root(c.oid) LEFT JOIN pg_namespace rn ON rn.oid=r.relnamespace
    LEFT JOIN roots own ON own.oid=CASE WHEN c.relispartition THEN r.oid ELSE c.oid END
  WHERE n.nspname NOT IN ('pg_catalog','information_schema') AND n.nspname !~ '^pg_(toast|temp)' AND c.relpersistence<>'t'
    AND (c.relkind IN ('m','v','f') OR (c.relkind='r' AND (NOT c.relispartition OR own.direct OR NOT has_any_column_privilege(r.oid,'SELECT')))
      OR (c.relkind='p' AND NOT c.relispartition AND (own.leaves=0 OR (NOT own.direct AND has_any_column_privilege(c.oid,'SELECT')))))
    {wanted}
  UNION ALL
  SELECT c.oid, 'l', 'pg_catalog', c.relname, c.relnamespace, 0, c.relam, true, 0, NULL, NULL, 'pg_catalog.pg_largeobject'
  FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace LEFT JOIN pg_class r ON false LEFT JOIN pg_namespace rn ON false
  WHERE c.oid=2613 AND EXISTS (SELECT FROM pg_largeobject_metadata) {wanted}
)
SELECT json_build_object('key',c.key,'schema',c.nspname,'name',c.relname,'kind',c.kind,'oid',c.oid::bigint,'root_schema',c.root_schema,'root',c.root,
  'heap',COALESCE((SELECT m.amname='heap' FROM pg_am m WHERE m.oid=c.relam),false),'filenode',pg_relation_filenode(c.oid)::bigint,
  'pages',CASE WHEN c.kind IN ('r','m') THEN ({heap})/{page} ELSE 0 END,'bytes',CASE WHEN c.kind IN ('r','m') THEN {heap}
    WHEN c.kind='p' THEN (SELECT COALESCE(sum(GREATEST(x.relpages,0)::bigint),0)*{page} FROM pg_partition_tree(c.oid) p JOIN pg_class x ON x.oid=p.relid) ELSE 0 END,
  'toast',CASE WHEN c.kind IN ('r','m') THEN {toast} ELSE 0 END,'children',c.kind='p',
  'usage',has_schema_privilege(c.nsp,'USAGE'),'whole',has_table_privilege(c.oid,'SELECT'),'some',has_any_column_privilege(c.oid,'SELECT'),
  'rls',c.kind IN ('r','p') AND row_security_active(c.oid),'populated',c.relispopulated,
  'columns',CASE WHEN c.kind IN ('r','m','p') THEN (
    SELECT json_agg(json_build_array(a.attname, b.typname, bn.nspname='pg_catalog', b.typcategory, b.typtype, b.typlen>0,
      has_column_privilege(c.oid,a.attnum,'SELECT')) ORDER BY a.attnum)
    FROM pg_attribute a CROSS JOIN LATERAL (
      WITH RECURSIVE base(oid,typtype,typbasetype,depth) AS (
        SELECT t.oid,t.typtype,t.typbasetype,0 FROM pg_type t WHERE t.oid=a.atttypid
        UNION ALL SELECT t.oid,t.typtype,t.typbasetype,depth+1 FROM base JOIN pg_type t ON t.oid=base.typbasetype WHERE base.typtype='d' AND depth<64
      ) SELECT oid FROM base ORDER BY depth DESC LIMIT 1) o
      JOIN pg_type b ON b.oid=o.oid JOIN pg_namespace bn ON bn.oid=b.typnamespace
    WHERE a.attrelid=c.oid AND a.attnum>0 AND NOT a.attisdropped) END)::text
FROM (SELECT * FROM found f{after} ORDER BY f.key COLLATE "C" LIMIT {count}) c ORDER BY c.key COLLATE "C""#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out() {
        let sql = catalog(&["a'b".to_owned()], &["x';DROP TABLE t;--".to_owned()], Some("k'"), true, 8192);
        assert!(sql.contains("IN ('a''b')") && sql.contains("'x'';DROP TABLE t;--'") && sql.contains("> 'k'''"), "{sql}");
        assert!(!sql.contains('{'), "{sql}");
        let named = catalog(&["{after}".to_owned()], &["{wanted}".to_owned()], Some("s.t{count}{page}"), true, 8192);
        assert!(named.contains("IN ('{after}')") && named.contains("IN ('{wanted}')") && named.contains("> 's.t{count}{page}'"), "{named}");
        let plain = catalog(&["a".to_owned()], &["b".to_owned()], Some("c"), true, 8192);
        assert_eq!(named.replace("{after}", "a").replace("{wanted}", "b").replace("s.t{count}{page}", "c"), plain);
    }
}
