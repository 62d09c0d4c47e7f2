//! A database as a source, on real servers.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use serde_json::Value;
use sonde_connectors::{
    Connector, ErrorKind, Reason, Result,
    postgres::{Postgres as Source, PostgresOptions},
    testing::{RowWorld, row_contract},
};
use sonde_tests::{
    program::{Scanned, Sonde},
    server::postgres::Postgres,
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};

/// A database of its own.
struct Database<'a> {
    server: &'a Postgres,
    url: String,
    pool: PgPool,
}

/// `schema.table` of a key as identifiers.
fn quoted(key: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = key;
    while !rest.is_empty() {
        let part = if let Some(inner) = rest.strip_prefix('"') {
            let end = (0..inner.len())
                .find(|&i| inner.as_bytes()[i] == b'"' && (inner[..i].matches('"').count() % 2 == 0) && inner.as_bytes().get(i + 1) != Some(&b'"'))
                .unwrap();
            rest = inner[end + 1..].trim_start_matches('.');
            format!("\"{}\"", &inner[..end])
        } else {
            let (part, after) = rest.split_once('.').unwrap_or((rest, ""));
            rest = after;
            format!("\"{part}\"")
        };
        parts.push(part);
    }
    parts.join(".")
}

impl<'a> Database<'a> {
    async fn new(server: &'a Postgres, name: &str) -> Self {
        let url = server.database(name);
        let pool = PgPool::connect(&url).await.unwrap();
        Self { server, url, pool }
    }

    async fn run(&self, sql: &str) {
        self.pool.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

impl RowWorld for Database<'_> {
    fn connector(&self) -> BoxFuture<'_, Arc<dyn Connector>> {
        async { Arc::new(Source::connect(&self.url, PostgresOptions::default()).await.unwrap()) as Arc<dyn Connector> }.boxed()
    }

    fn missing(&self) -> BoxFuture<'_, Result<Arc<dyn Connector>>> {
        let url = self.server.url_as("postgres", "nowhere");
        async move { Ok(Arc::new(Source::connect(&url, PostgresOptions::default()).await?) as Arc<dyn Connector>) }.boxed()
    }

    fn keys(&self) -> Vec<String> {
        let odd = [
            "a.b",
            "a.B",
            "a.b-c",
            "a.select",
            "a.x y",
            "a.é😀",
            "a.\"x.y\"",
            "a.\"q\"\"r\"",
            "\"s.t\".u",
            "Ünïcode.$1",
            "a.it's",
            "a.b\\c",
            "a.%41",
        ];
        odd.into_iter().map(String::from).collect()
    }

    fn add<'a>(&'a self, key: &'a str, rows: Vec<(u32, Option<String>)>) -> BoxFuture<'a, ()> {
        async move {
            let name = quoted(key);
            // Two at once must not make the same schema.
            let schema = name.rsplit_once(".\"").unwrap().0;
            let made = format!("BEGIN; SELECT pg_advisory_xact_lock(1); CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE IF NOT EXISTS {name} (id bigint, value text); COMMIT");
            sqlx::raw_sql(AssertSqlSafe(made)).execute(&self.pool).await.unwrap();
            let (ids, values): (Vec<i64>, Vec<Option<String>>) = rows.into_iter().map(|(id, value)| (i64::from(id), value)).unzip();
            let insert = format!("INSERT INTO {name} SELECT * FROM unnest($1::bigint[], $2::text[])");
            sqlx::query(AssertSqlSafe(insert)).bind(ids).bind(values).execute(&self.pool).await.unwrap();
        }
        .boxed()
    }

    fn rewrite<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        async move { self.run(&format!("TRUNCATE {}", quoted(key))).await }.boxed()
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        async move { self.run(&format!("DROP TABLE {}", quoted(key))).await }.boxed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    for server in &Postgres::start_all() {
        let number = AtomicU32::new(0);
        row_contract(async || Database::new(server, &format!("w{}", number.fetch_add(1, Ordering::Relaxed))).await).await;
    }
}

fn scan(url: &str, args: &[&str]) -> Scanned {
    Sonde::new().scan([url, "--store=none"].into_iter().chain(args.iter().copied()))
}

/// Occurrences by object and field.
fn counts(scanned: &Scanned) -> BTreeMap<(String, String), u64> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut all = BTreeMap::new();
    for finding in scanned.findings.iter().filter(|f| f["tag"] == "pii.email") {
        *all.entry((text(&finding["object"]), text(&finding["field"]))).or_default() += finding["occurrences"].as_u64().unwrap();
    }
    all
}

fn detail(scanned: &Scanned, object: &str) -> String {
    let line = scanned.coverage.iter().find(|c| c["object"] == object).unwrap_or_else(|| panic!("{object}: {:?}", scanned.coverage));
    line["detail"].as_str().unwrap_or_default().to_owned()
}

const KINDS: &str = r#"
CREATE TABLE people (id int PRIMARY KEY, gone int, mail text, upper text GENERATED ALWAYS AS (upper(mail)) STORED, note jsonb, doc json, tags text[], grid varchar[], raw bytea, kind int);
ALTER TABLE people DROP COLUMN gone;
INSERT INTO people (id, mail, note, doc, tags, grid, raw, kind) SELECT i, 'm'||i||'@brightloom.io',
  jsonb_build_object('to', jsonb_build_array(jsonb_build_object('at','n'||i||'@brightloom.io'), 'none')), E'{"a":\n "d@brightloom.io"}',
  ARRAY['x', 't'||i||'@brightloom.io'], ARRAY[ARRAY['g@brightloom.io'],ARRAY[NULL]], CASE WHEN i % 2 = 0 THEN convert_to('r'||i||'@brightloom.io','UTF8') ELSE '\x00ff00' END, i
FROM generate_series(1, 20) i;
CREATE SCHEMA "Sales EU"; CREATE TABLE "Sales EU"."Kunden.Ü" ("E-Mail" varchar(99)); INSERT INTO "Sales EU"."Kunden.Ü" VALUES ('one@brightloom.io');
CREATE TABLE empty (mail text); CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;
CREATE TABLE orders (id int, mail text) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100);
CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id);
CREATE TABLE orders_2a PARTITION OF orders_2 FOR VALUES FROM (100) TO (200);
INSERT INTO orders SELECT i, 'o'||i||'@brightloom.io' FROM generate_series(0, 149) i;
CREATE TABLE hollow (id int) PARTITION BY RANGE (id);
CREATE TABLE parent (mail text); CREATE TABLE child () INHERITS (parent);
INSERT INTO parent VALUES ('p@brightloom.io'); INSERT INTO child VALUES ('c@brightloom.io');
CREATE MATERIALIZED VIEW filled AS SELECT mail FROM people; CREATE MATERIALIZED VIEW unfilled AS SELECT mail FROM people WITH NO DATA;
CREATE VIEW seen AS SELECT mail FROM people;
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far (mail text) SERVER s;
CREATE DOMAIN address AS text; CREATE TYPE pair AS (a text, b address); CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE typed (d address, p pair, m mood, ms mood[], j jsonb[]);
INSERT INTO typed VALUES ('d@brightloom.io', ('a@brightloom.io', 'b'), 'sad', '{glad}', ARRAY['{"k":"j@brightloom.io"}'::jsonb]);
CREATE TYPE vector AS (x real); CREATE TABLE embedded (mail text, near vector); INSERT INTO embedded VALUES ('v@brightloom.io', ROW(0.5));
SELECT lo_create(0);
"#;

#[test]
fn every_kind_of_table_and_column() {
    for server in Postgres::start_all() {
        let url = server.database("kinds");
        server.sql("kinds", KINDS);
        let scanned = scan(&url, &[]).ok();
        let found = counts(&scanned);
        let want = [
            ("Sales EU.\"Kunden.Ü\"", "E-Mail", 1),
            ("public.child", "mail", 1),
            ("public.embedded", "mail", 1),
            ("public.filled", "mail", 20),
            ("public.orders_1", "mail", 100),
            ("public.orders_2a", "mail", 50),
            ("public.parent", "mail", 1),
            ("public.people", "doc.a", 20),
            ("public.people", "grid[][]", 20),
            ("public.people", "mail", 20),
            ("public.people", "note.to[].at", 20),
            ("public.people", "raw", 10),
            ("public.people", "tags[]", 20),
            ("public.people", "upper", 20),
            ("public.typed", "d", 1),
            ("public.typed", "j[]", 1),
            ("public.typed", "p", 1),
        ];
        assert_eq!(found, want.iter().map(|(o, f, n)| (((*o).to_owned(), (*f).to_owned()), *n)).collect());
        let note = scanned.findings.iter().find(|f| f["field"] == "note.to[].at").unwrap();
        assert_eq!(
            (&note["locations"][1]["json_path"], &note["locations"][1]["row"], &note["locations"][1]["column"]),
            (&"$.to[0].at".into(), &2.into(), &4.into())
        );
        assert!(note["dataset"].as_str().unwrap().ends_with("/kinds/public/people"), "{note}");
        let parts = scanned.findings.iter().find(|f| f["object"] == "public.orders_2a").unwrap();
        assert!(parts["dataset"].as_str().unwrap().ends_with("/kinds/public/orders"), "{parts}");
        for (object, state, reason) in [
            ("public.people", "partial", Some("UNSUPPORTED_FILE_TYPE")),
            ("public.embedded", "partial", Some("UNSUPPORTED_FILE_TYPE")),
            ("public.empty", "scanned", None),
            ("public.nothing", "scanned", None),
            ("public.hollow", "scanned", None),
            ("public.unfilled", "skipped", Some("INVALID_OBJECT_STATE")),
            ("public.seen", "skipped", Some("UNSUPPORTED_FILE_TYPE")),
            ("public.far", "skipped", Some("UNSUPPORTED_FILE_TYPE")),
            ("pg_catalog.pg_largeobject", "skipped", Some("UNSUPPORTED_FILE_TYPE")),
        ] {
            assert_eq!(scanned.state(object), (state.to_owned(), reason.map(str::to_owned)), "{object}");
        }
        assert_eq!(detail(&scanned, "public.embedded"), "vectors are not read: `near`");
        let one = scan(&format!("{url}?schema=Sales%20EU"), &[]).ok();
        assert_eq!(one.coverage.len(), 1, "{:?}", one.coverage);
        let two = scan(&format!("{url}?table=public.people&table=orders"), &["--exclude", "public/orders_1"]).ok();
        let objects: Vec<&str> = two.coverage.iter().map(|c| c["object"].as_str().unwrap()).collect();
        assert_eq!(objects, ["public.orders_1", "public.orders_2a", "public.people"]);
        assert_eq!(two.state("public.orders_1").1.as_deref(), Some("EXCLUDED"));
        let none = scan(&format!("{url}?table=nowhere"), &[]);
        assert!(none.code == Some(2) && none.stderr.contains("no such schema or table"), "{}", none.stderr);
    }
}

const RIGHTS: &str = r#"
CREATE ROLE reader LOGIN; CREATE ROLE someone;
CREATE TABLE open_to_all (mail text); INSERT INTO open_to_all VALUES ('a@brightloom.io'); GRANT SELECT ON open_to_all TO PUBLIC;
CREATE TABLE closed (mail text); INSERT INTO closed VALUES ('b@brightloom.io');
CREATE TABLE half (mail text, secret text); INSERT INTO half VALUES ('c@brightloom.io', 'd@brightloom.io'); GRANT SELECT (mail) ON half TO reader;
CREATE SCHEMA hidden; CREATE TABLE hidden.t (mail text); GRANT SELECT ON hidden.t TO reader;
CREATE TABLE rows (owner name, mail text); INSERT INTO rows VALUES ('reader', 'e@brightloom.io'), ('someone', 'f@brightloom.io');
ALTER TABLE rows ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON rows USING (owner = current_user); GRANT SELECT ON rows TO reader;
CREATE TABLE whole (id int, mail text) PARTITION BY RANGE (id); CREATE TABLE whole_1 PARTITION OF whole FOR VALUES FROM (0) TO (10);
INSERT INTO whole VALUES (1, 'g@brightloom.io'); GRANT SELECT ON whole TO reader;
CREATE SCHEMA "ONLY here"; GRANT USAGE ON SCHEMA "ONLY here" TO reader;
CREATE TABLE "ONLY here".whole (id int, mail text) PARTITION BY RANGE (id); CREATE TABLE "ONLY here".whole_1 PARTITION OF "ONLY here".whole FOR VALUES FROM (0) TO (10);
INSERT INTO "ONLY here".whole VALUES (1, 'h@brightloom.io'); GRANT SELECT ON "ONLY here".whole TO reader;
"#;

#[test]
fn what_a_user_may_not_read_is_said() {
    let server = Postgres::start();
    let _ = server.database("rights");
    server.sql("rights", RIGHTS);
    let scanned = scan(&server.url_as("reader:sw0rdfish", "rights"), &[]).ok();
    let found: Vec<_> = counts(&scanned).into_iter().map(|((object, field), n)| (object, field, n)).collect();
    let want = [
        ("ONLY here.whole", "mail", 1),
        ("public.half", "mail", 1),
        ("public.open_to_all", "mail", 1),
        ("public.rows", "mail", 1),
        ("public.whole", "mail", 1),
    ];
    assert_eq!(found, want.map(|(o, f, n)| (o.to_owned(), f.to_owned(), n)));
    let denied = Some("PERMISSION_DENIED".to_owned());
    for (object, state, said) in [
        ("hidden.t", "skipped", "USAGE"),
        ("public.closed", "skipped", "no SELECT"),
        ("public.half", "partial", "1 of 2 columns: `secret`"),
        ("public.rows", "partial", "row-level security"),
    ] {
        assert_eq!(scanned.state(object), (state.to_owned(), denied.clone()), "{object}");
        assert!(detail(&scanned, object).contains(said), "{object}: {}", detail(&scanned, object));
    }
    assert_eq!(scanned.state("public.whole"), ("scanned".to_owned(), None));
    let all = format!("{:?}{:?}{:?}", scanned.coverage, scanned.findings, scanned.stderr);
    assert!(!all.contains("sw0rdfish"));
    let strict = scan(&server.url_as("reader", "rights"), &["--strict"]);
    assert_eq!(strict.code, Some(2));
    let nobody = scan(&server.url_as("nobody:sw0rdfish", "rights"), &[]);
    assert!(nobody.code == Some(2) && nobody.stderr.contains("nobody") && !nobody.stderr.contains("sw0rdfish"), "{}", nobody.stderr);
    let table = Sonde::new().run(["scan", &server.url_as("reader:sw0rdfish", "rights"), "--store=none"]);
    assert!(!table.stdout.contains("sw0rdfish") && !table.stderr.contains("sw0rdfish"), "{}", table.stdout);
}

#[test]
fn a_million_rows_in_one_thread_and_in_two() {
    let server = Postgres::start();
    let url = server.database("large");
    server.sql("large", "CREATE TABLE t AS SELECT i AS id, CASE WHEN i % 1000 = 7 THEN 'u'||i||'@brightloom.io' ELSE 'row '||i END AS note FROM generate_series(1, 1000000) i; DELETE FROM t WHERE id % 5 = 0;");
    let one = scan(&url, &["--jobs=1", "--split-size=1TiB", "--locations=all"]).ok();
    let two = scan(&url, &["--jobs=2", "--split-size=4MiB", "--locations=all"]).ok();
    assert_eq!(one.findings, two.findings);
    assert_eq!((one.coverage[0]["rows_read"].as_u64(), two.coverage[0]["rows_read"].as_u64()), (Some(800_000), Some(800_000)));
    assert_eq!(counts(&one).into_values().collect::<Vec<_>>(), [1_000]);
    let last = one.findings[0]["locations"].as_array().unwrap().last().unwrap()["row"].as_u64();
    assert_eq!(last, Some(800_000 - 800 + 6), "rows are counted in the order they lie in");
    let sample = |seed: &str| scan(&url, &["--sample=percent=10", "--seed", seed]).ok();
    let (first, again, other) = (sample("1"), sample("1"), sample("2"));
    assert_eq!(first.coverage, again.coverage);
    assert_ne!(first.coverage[0]["rows_read"], other.coverage[0]["rows_read"]);
    let read = first.coverage[0]["rows_read"].as_u64().unwrap();
    assert!((60_000..100_000).contains(&read), "{read}");
    assert_eq!(first.state("public.t"), ("sampled".to_owned(), Some("SAMPLED_OUT".to_owned())));
    let few = scan(&url, &["--sample=rows=50"]).ok();
    assert_eq!(few.state("public.t"), ("sampled".to_owned(), Some("ROW_LIMIT".to_owned())));
    assert!(few.coverage[0]["bytes_read"].as_u64().unwrap() < 5_000, "{:?}", few.coverage);
}

#[test]
fn values_of_any_size_are_bounded() {
    let server = Postgres::start();
    let url = server.database("sizes");
    server.sql(
        "sizes",
        r#"CREATE TABLE t (id int, doc text, j jsonb, a text[], b bytea, other tsvector);
        INSERT INTO t SELECT 1, repeat('lorem ipsum ', 2500000), jsonb_build_object('m', 'j@brightloom.io', 'pad', repeat('y', 9000000)), ARRAY[repeat('z', 9000000)], convert_to('b@brightloom.io', 'UTF8'), NULL;
        INSERT INTO t VALUES (2, 'd@brightloom.io', '{"m": "k@brightloom.io"}', ARRAY['e@brightloom.io'], '\x', 'f');"#,
    );
    let scanned = scan(&url, &["--memory=32MiB"]).ok();
    let want: Vec<(&str, u64)> = vec![("a[]", 1), ("b", 1), ("doc", 1), ("j", 1), ("j.m", 1)];
    assert_eq!(
        counts(&scanned).into_iter().map(|((_, field), n)| (field, n)).collect::<Vec<_>>(),
        want.iter().map(|(f, n)| ((*f).to_owned(), *n)).collect::<Vec<_>>()
    );
    assert_eq!(scanned.state("public.t"), ("partial".to_owned(), Some("FIELD_EXCEEDS_LIMIT".to_owned())));
    assert!(detail(&scanned, "public.t").starts_with("3 values"), "{}", detail(&scanned, "public.t"));
    assert!(scanned.coverage[0]["bytes_read"].as_u64().unwrap() < 8 << 20, "{:?}", scanned.coverage);
    let whole = scan(&url, &["--memory=2GiB"]).ok();
    assert_eq!(whole.state("public.t").0, "partial");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_tables_and_servers_meanwhile() {
    let server = Postgres::start();
    let database = Database::new(&server, "meanwhile").await;
    database.run("CREATE TABLE t AS SELECT i AS id, repeat('u', 300) AS value FROM generate_series(1, 300000) i").await;
    // Long enough to begin on a machine under load.
    let limit = Duration::from_secs(3);
    let slow = PostgresOptions { statement_timeout: limit, ..PostgresOptions::default() };
    let connector = Source::connect(&database.url, slow.clone()).await.unwrap();
    let object = one(&connector).await;
    let whole = sonde_connectors::extract::Part::Whole;
    let mut rows = connector.rows(&object, &whole).await.unwrap();
    // Who reads too slowly meets the time limit; what came is kept, and the error names it.
    assert!(futures::StreamExt::next(&mut rows.pieces).await.unwrap().is_ok());
    tokio::time::sleep(limit + Duration::from_secs(1)).await;
    let mut rest: Vec<_> = futures::StreamExt::collect::<Vec<_>>(rows.pieces).await;
    let error = rest.pop().unwrap().expect_err("time is up");
    assert!(rest.iter().all(Result::is_ok), "one error, at the end");
    assert_eq!((error.reason(), error.path.as_str()), (Reason::TimeCutOffReached, "public.t"), "{error}");
    // A table that is locked is waited for, not for ever.
    let mut other = PgConnection::connect(&database.url).await.unwrap();
    // Its sizes are not known then: it may hold values out of line though nobody counted them.
    let quiet = "autovacuum_enabled = off, toast.autovacuum_enabled = off";
    database.run(&format!("ALTER TABLE t SET ({quiet}); ALTER TABLE t ADD long text; INSERT INTO t (long) SELECT string_agg(md5(i::text), '') FROM generate_series(1, 9999) i")).await;
    other.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let connector = Source::connect(&database.url, slow).await.unwrap();
    let locked = one(&connector).await;
    assert_eq!(locked.key, "public.t", "a locked table is listed");
    assert!(String::from_utf8_lossy(&locked.locator).contains("\"toasted\":true"), "{}", String::from_utf8_lossy(&locked.locator));
    let error = connector.rows(&object, &whole).await.err().unwrap();
    assert_eq!(error.reason(), Reason::TimeCutOffReached, "{error}");
    other.execute("ROLLBACK").await.unwrap();
    // A row-level policy that appears later is an error, not fewer rows.
    database.run("CREATE ROLE reader LOGIN; GRANT SELECT ON t TO reader").await;
    let reader = Source::connect(&server.url_as("reader", "meanwhile"), PostgresOptions::default()).await.unwrap();
    let object = one(&reader).await;
    database.run("ALTER TABLE t ENABLE ROW LEVEL SECURITY").await;
    let error = reader.rows(&object, &whole).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::Denied, "{error}");
    // A server that goes away.
    let connector = Source::connect(&database.url, PostgresOptions::default()).await.unwrap();
    let mut rows = connector.rows(&object, &whole).await.unwrap();
    assert!(futures::StreamExt::next(&mut rows.pieces).await.unwrap().is_ok());
    drop(server);
    let rest: Vec<_> = futures::StreamExt::collect(rows.pieces).await;
    let error = rest.into_iter().find_map(Result::err).expect("the connection is lost");
    assert_eq!(error.kind, ErrorKind::Transient, "{error}");
}

async fn one(connector: &Source) -> sonde_connectors::Object {
    match futures::StreamExt::next(&mut connector.list()).await {
        Some(Ok(sonde_connectors::Listed::Object(object))) => object,
        other => panic!("{other:?}"),
    }
}
