//! One scan and one sync of a database: who reaches the tables in which something was found.

use std::fs;

use serde_json::{Value, json};
use sonde_tests::{program::Sonde, server::postgres::Postgres};

const WORLD: &str = r#"
CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN NOINHERIT; CREATE ROLE cyd LOGIN; CREATE ROLE dan LOGIN; CREATE ROLE eve LOGIN;
CREATE ROLE fay LOGIN NOINHERIT; CREATE ROLE readers; CREATE ROLE owner LOGIN;
CREATE SCHEMA crm AUTHORIZATION owner;
SET ROLE owner;
CREATE TABLE crm.people (id int, mail text, owner name);
INSERT INTO crm.people SELECT i, 'u'||i||'@brightloom.io', 'cyd' FROM generate_series(1, 50) i;
CREATE TABLE crm.rows (mail text, who name); INSERT INTO crm.rows VALUES ('a@brightloom.io', 'dan');
ALTER TABLE crm.rows ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON crm.rows FOR SELECT TO PUBLIC USING (who = current_user);
CREATE VIEW crm.mails AS SELECT mail FROM crm.people;
GRANT USAGE ON SCHEMA crm TO PUBLIC;
GRANT SELECT ON crm.people TO readers; GRANT SELECT (mail) ON crm.people TO cyd; GRANT UPDATE ON crm.people TO dan;
GRANT SELECT ON crm.rows TO dan; GRANT SELECT ON crm.mails TO eve;
RESET ROLE;
GRANT readers TO ann WITH ADMIN OPTION; GRANT readers TO bob;
GRANT SELECT (mail) ON crm.people TO fay; GRANT readers TO fay;
"#;

/// What the world above comes to, by hand: principal, access, answer, condition, way.
fn by_hand(table: &str) -> Vec<Value> {
    let superuser = |access: &str| json!(["postgres", access, "yes", null, ["superuser"]]);
    let owner = |access: &str| json!(["owner", access, "yes", null, ["owner"]]);
    if table == "rows" {
        return vec![
            json!(["dan", "read", "conditional", "rows that policy `own` lets through: USING (who = CURRENT_USER)", []]),
            owner("admin"),
            json!(["owner", "read", "yes", null, []]),
            json!(["owner", "write", "yes", null, []]),
            superuser("admin"),
            superuser("read"),
            superuser("write"),
        ];
    }
    vec![
        json!(["ann", "admin", "yes", null, ["GRANT readers TO itself"]]),
        json!(["ann", "read", "yes", null, ["readers"]]),
        json!(["bob", "read", "yes", null, ["SET ROLE readers"]]),
        json!(["cyd", "read", "conditional", "SELECT of columns `mail` only", []]),
        json!(["dan", "write", "yes", null, []]),
        json!(["eve", "read", "conditional", "what view `crm.mails` shows", ["view crm.mails, as its owner owner"]]),
        json!(["fay", "read", "conditional", "SELECT of columns `mail` only", []]),
        json!(["fay", "read", "yes", null, ["SET ROLE readers"]]),
        owner("admin"),
        json!(["owner", "read", "yes", null, []]),
        json!(["owner", "write", "yes", null, []]),
        superuser("admin"),
        superuser("read"),
        superuser("write"),
        json!(["readers", "read", "yes", null, []]),
    ]
}

fn lines(sonde: &Sonde, store: &str, table: &str) -> Vec<Value> {
    let ran = sonde.run(["reach", table, "--format=jsonl", "--store", store]).ok();
    let mut lines: Vec<Value> = ran
        .lines()
        .into_iter()
        .filter(|l| l["access"] != "list")
        .map(|l| json!([l["principal"], l["access"], l["answer"], l["condition"], l["via"]]))
        .collect();
    lines.sort_by_key(ToString::to_string);
    lines
}

fn passwords_are_not_shown(sonde: &Sonde, store: &str) {
    for uri in [
        "postgres://ann:sw0rdfish@127.0.0.1:1",
        "postgres://ann:sw0rdfish",
        "postgres://ann:sw0rdfish/d",
        "postgres://ann:sw0rd/fish@host/d",
        "postgres://ann:1/sw0rdfish@host/d",
        "postgres://ann:sw0rdfish@127.0.0.1:1/d",
        "postgres//ann:sw0rdfish@host/d",
        "Postgres://ann:sw0rdfish@host/d",
    ] {
        for command in [["reach", uri].as_slice(), &["reach", "cut", uri], &["identities", "sync", uri], &["identities", "sync", uri, "--dumps=none"]]
        {
            let ran = sonde.run(command.iter().copied().chain(["--store", store]));
            assert_eq!(ran.code, Some(2), "{command:?}");
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!all.contains("sw0rd") && !all.contains("fish"), "{command:?}: {all}");
        }
    }
}

#[test]
fn one_scan_and_one_sync() {
    let server = Postgres::start();
    let url = server.database("app");
    server.sql("app", WORLD);
    let sonde = Sonde::new();
    let store = format!("sqlite:{}", sonde.home().join("store.db").display());
    sonde.run(["scan", &url, "--store", &store]).ok();
    let synced = sonde.run(["identities", "sync", &url, "--expand=low", "--store", &store]).ok();
    assert!(synced.stdout.contains("3 tables and views"), "{}", synced.stdout);
    for table in ["people", "rows"] {
        assert_eq!(lines(&sonde, &store, &format!("{url}/crm/{table}")), by_hand(table), "{table}");
    }
    let whole = sonde.run(["reach", &format!("{}/crm", server.url_as("someone:sw0rdfish", "app")), "--format=jsonl", "--store", &store]).ok();
    let datasets: Vec<&str> = whole.stdout.lines().filter(|l| l.contains("/app/crm/people\",\"principal")).collect();
    assert!(!datasets.is_empty() && !whole.stdout.contains("sw0rdfish"), "{}", whole.stdout);
    assert!(whole.lines().iter().all(|l| l["because"].as_array().is_some_and(|b| !b.is_empty())), "{}", whole.stdout);
    // Synced again, nothing has changed: of two ways the surer one is kept.
    sonde.run(["identities", "sync", &url, "--expand=low", "--store", &store]).ok();
    server.sql("app", "REVOKE SELECT ON crm.people FROM readers");
    sonde.run(["identities", "sync", &url, "--expand=low", "--store", &store]).ok();
    let diff = |a: &str, b: &str| sonde.run(["reach", "diff", a, b, "--format=jsonl", "--store", &store]);
    assert_eq!(diff("1", "2").ok().stdout, "");
    let lost: Vec<Value> =
        diff("2", "3").ok().lines().into_iter().map(|c| json!([c["principal"], c["change"], c["access"], c["before"], c["after"]])).collect();
    let people =
        [("ann", "lost", json!(null)), ("bob", "lost", json!(null)), ("fay", "changed", json!("conditional")), ("readers", "lost", json!(null))];
    assert!(people.iter().all(|(who, how, after)| lost.contains(&json!([who, how, "read", "yes", after]))), "{lost:?}");
    server.sql("app", "GRANT SELECT ON crm.people TO readers");
    sonde.run(["identities", "sync", &url, "--expand=low", "--store", &store]).ok();
    let missing = diff("2", "9");
    assert!(missing.code == Some(2) && missing.stderr.contains("no snapshot 9"), "{}", missing.stderr);
    passwords_are_not_shown(&sonde, &store);
    let people = sonde.run(["reach", &format!("{url}/crm/people"), "--store", &store]).ok();
    assert!(people.stdout.contains("SET ROLE readers"), "{}", people.stdout);
    assert!(!people.stderr.contains("Not read"), "{}", people.stderr);
    // The same from dumps, in a store of its own.
    let dumps = sonde.home().join("dumps");
    fs::create_dir(&dumps).expect("a folder");
    fs::write(dumps.join("b-roles.sql"), server.roles()).expect("a file");
    fs::write(dumps.join("a-app.sql"), server.schema("app")).expect("a file");
    let offline = format!("sqlite:{}", sonde.home().join("offline.db").display());
    let synced = sonde.run(["identities", "sync", &url, "--dumps", &dumps.display().to_string(), "--strict", "--store", &offline]).ok();
    assert!(synced.stdout.contains("answers"), "{}", synced.stdout);
    for table in ["people", "rows"] {
        assert_eq!(lines(&sonde, &offline, &format!("{url}/crm/{table}")), by_hand(table), "{table}");
    }
    fs::write(dumps.join("c-more.sql"), "GRANT NONSENSE ON TABLE crm.people;\n").expect("a file");
    sonde.run(["identities", "sync", &url, "--dumps", &dumps.display().to_string(), "--store", &offline]).ok();
    let told = sonde.run(["reach", &format!("{url}/crm/people"), "--format=jsonl", "--store", &offline]).ok();
    assert!(told.stderr.contains("Not read") && told.stderr.contains("NONSENSE"), "{}", told.stderr);
    let unknown = sonde.run(["reach", "postgres://127.0.0.1:1/none/a/b", "--store", &store]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("sonde identities sync"), "{}", unknown.stderr);
}
