//! One scan and one sync of an AWS account and of a database: for every sensitive dataset, exactly those reach it whom a table written by hand names, by
//! the ways it names; answered from the store alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sonde_tests::{
    program::Sonde,
    server::{
        moto::{ACCOUNT, Moto, lacking},
        postgres::Postgres,
        stub::Stub,
    },
};
use sqlx::{Connection, Row as _};

#[path = "who_reaches_what/account.rs"]
mod account;

/// Written from the grants in `account.rs`.
const TABLE: &str = include_str!("who_reaches_what/table.txt");

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    dataset: String,
    principal: String,
    access: String,
    /// `yes`, or the condition.
    answer: String,
    via: Vec<String>,
    /// `policy#statement`.
    because: BTreeSet<String>,
}

/// The table with its short names written out.
fn table(key: &str, database: &str) -> BTreeSet<Answer> {
    let (mut out, mut dataset) = (BTreeSet::new(), String::new());
    for line in TABLE.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        if let Some(named) = line.strip_prefix("= ") {
            dataset = named.replace("DATABASE", database);
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [who, accesses, answer, via, because] = cells.as_slice() else { panic!("{line}") };
        let long = |name: &str| {
            let own = ["user/", "role/", "group/", "policy/", "root"].iter().any(|kind| name.starts_with(kind)) && dataset.starts_with("s3://");
            if own { format!("arn:aws:iam::{ACCOUNT}:{name}") } else { name.to_owned() }
        };
        let listed = |text: &str| text.split(" > ").filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        for principal in who.split(' ') {
            for access in accesses.split(' ') {
                let added = out.insert(Answer {
                    dataset: dataset.clone(),
                    principal: long(principal),
                    access: access.to_owned(),
                    answer: answer.replace("ACCOUNT", ACCOUNT),
                    via: listed(via).iter().map(|name| long(name).replace("ACCOUNT", ACCOUNT)).collect(),
                    because: listed(because).iter().map(|b| if b.starts_with("policy/") { long(b) } else { b.replace("KEY", key) }).collect(),
                });
                assert!(added, "twice: {line}");
            }
        }
    }
    out
}

/// Lines of `sonde reach`, those about other datasets left out.
fn reached(sonde: &Sonde, store: &str, args: &[&str], datasets: &BTreeSet<String>) -> BTreeSet<Answer> {
    let ran = sonde.run(["reach", "--format=jsonl", "--store", store].into_iter().chain(args.iter().copied())).ok();
    assert!(!ran.stderr.contains("Not read"), "{}", ran.stderr);
    let mut out = BTreeSet::new();
    for line in ran.lines() {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        if !datasets.contains(&text("dataset")) {
            continue;
        }
        let because = line["because"].as_array().expect("a list").iter().map(|b| {
            assert_eq!(b["effect"], "Allow", "{line}");
            // From 17 on owners have MAINTAIN as well.
            let statement = b["statement"].as_str().expect("a statement").replace("arwdDxtm", "arwdDxt");
            format!("{}#{statement}", b["policy"].as_str().expect("a policy"))
        });
        let via = line["via"].as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned);
        let answer = if line["answer"] == "yes" { "yes".to_owned() } else { format!("{} {}", text("answer"), text("condition")) };
        let added = out.insert(Answer {
            dataset: text("dataset"),
            principal: text("principal"),
            access: text("access"),
            answer,
            via: via.collect(),
            because: because.collect(),
        });
        assert!(added, "twice: {line}");
    }
    out
}

#[track_caller]
fn same(what: &str, told: &BTreeSet<Answer>, wanted: &BTreeSet<Answer>) {
    let (missed, invented): (Vec<_>, Vec<_>) = (wanted.difference(told).collect(), told.difference(wanted).collect());
    assert!(missed.is_empty() && invented.is_empty(), "{what}: missed {missed:#?}\ninvented {invented:#?}");
}

fn of(table: &BTreeSet<Answer>, wanted: impl Fn(&Answer) -> bool) -> BTreeSet<Answer> {
    table.iter().filter(|a| wanted(a)).cloned().collect()
}

/// Whether somebody belongs to nobody's account that was read.
fn external(a: &Answer) -> bool {
    a.principal == "anonymous" || a.principal.starts_with("repo:") || a.principal.starts_with("arn:") && !a.principal.contains(ACCOUNT)
}

/// Every question of `sonde reach` against the table.
fn asked(sonde: &Sonde, store: &str, table: &BTreeSet<Answer>) {
    let listed = sonde.run(["datasets", "--format=jsonl", "--store", store]).ok();
    let sensitive = listed.lines().into_iter().filter(|d| !d["sensitivity"].is_null() && d["sensitivity"] != "low");
    let datasets: BTreeSet<String> = sensitive.map(|d| d["dataset"].as_str().expect("a URI").to_owned()).collect();
    assert_eq!(datasets, table.iter().map(|a| a.dataset.clone()).collect(), "the sensitive datasets");
    for dataset in &datasets {
        same(dataset, &reached(sonde, store, &[dataset], &datasets), &of(table, |a| a.dataset == *dataset));
    }
    let in_aws = |a: &Answer| a.dataset.starts_with("s3://");
    same("all", &reached(sonde, store, &[], &datasets), &of(table, in_aws));
    let principals: BTreeSet<&str> = table.iter().filter(|a| in_aws(a)).map(|a| a.principal.as_str()).collect();
    for who in principals {
        same(who, &reached(sonde, store, &["--principal", who], &datasets), &of(table, |a| in_aws(a) && a.principal == who));
    }
    same("public", &reached(sonde, store, &["--public"], &datasets), &of(table, |a| a.principal == "anonymous"));
    same("external", &reached(sonde, store, &["--external"], &datasets), &of(table, |a| in_aws(a) && external(a)));
    let etl = format!("arn:aws:iam::{ACCOUNT}:role/etl");
    same("via", &reached(sonde, store, &["--via", "role/etl"], &datasets), &of(table, |a| a.via.contains(&etl)));
    let database = datasets.iter().find_map(|d| d.strip_suffix("/crm/customers")).expect("the customers");
    same("the database", &reached(sonde, store, &[database], &datasets), &of(table, |a| !in_aws(a)));
    for who in ["ann", "cyd", "eve", "gil"] {
        same(who, &reached(sonde, store, &[database, "--principal", who], &datasets), &of(table, |a| !in_aws(a) && a.principal == who));
    }
    for nothing in ["--public", "--external"] {
        assert!(reached(sonde, store, &[database, nothing], &datasets).is_empty(), "{nothing} in a database");
    }
}

/// What a query of one text column gives, sorted.
async fn select(url: &str, sql: &'static str) -> Vec<String> {
    let mut rows: Vec<String> = if let Some(path) = url.strip_prefix("sqlite:") {
        let mut conn = sqlx::SqliteConnection::connect(path).await.expect("the store");
        sqlx::query(sql).fetch_all(&mut conn).await.expect("rows").iter().map(|row| row.get(0)).collect()
    } else {
        let mut conn = sqlx::PgConnection::connect(url).await.expect("the store");
        sqlx::query("SET search_path TO sonde").execute(&mut conn).await.expect("a setting");
        sqlx::query(sql).fetch_all(&mut conn).await.expect("rows").iter().map(|row| row.get(0)).collect()
    };
    rows.sort();
    rows
}

/// The views that join findings with reach against the table.
async fn viewed(url: &str, table: &BTreeSet<Answer>) {
    let count =
        |wanted: &dyn Fn(&Answer) -> bool| table.iter().filter(|a| wanted(a)).map(|a| (&a.dataset, &a.principal)).collect::<BTreeSet<_>>().len();
    let sorted = |rows: BTreeSet<String>| rows.into_iter().collect::<Vec<_>>();
    let word = |a: &Answer| if a.answer == "yes" { "yes" } else { "conditional" };
    let rows = table.iter().map(|a| format!("{} {} {} {} {}", a.dataset, a.principal, a.access, word(a), a.via.len()));
    let sql = "SELECT dataset || ' ' || principal || ' ' || access || ' ' || answer || ' ' || CAST(hops AS text) FROM v_reach";
    assert_eq!(select(url, sql).await, sorted(rows.collect()), "v_reach");
    let datasets: BTreeSet<&String> = table.iter().map(|a| &a.dataset).collect();
    let exposed = datasets.iter().map(|d| {
        let with = |access: &str| count(&|a| a.dataset == **d && a.access == access);
        let public = table.iter().any(|a| a.dataset == **d && a.principal == "anonymous");
        let (externals, conditional) =
            (count(&|a| a.dataset == **d && external(a)), table.iter().filter(|a| a.dataset == **d && a.answer != "yes").count());
        format!("{d} {} {externals} {} {} {} {conditional} 0", if public { "public" } else { "-" }, with("read"), with("write"), with("admin"))
    });
    let sql = "SELECT dataset || CASE WHEN is_public THEN ' public ' ELSE ' - ' END || CAST(externals AS text) || ' ' || CAST(readers AS text) || ' ' || CAST(writers AS text)
        || ' ' || CAST(admins AS text) || ' ' || CAST(conditional AS text) || ' ' || CAST(unknown AS text) FROM v_exposed_datasets WHERE sensitivity_rank > 0";
    assert_eq!(select(url, sql).await, sorted(exposed.collect()), "v_exposed_datasets");
    let mut principals: BTreeMap<(&str, bool), [BTreeSet<&str>; 3]> = BTreeMap::new();
    for a in table {
        let entry = principals.entry((&a.principal, external(a))).or_default();
        if let Some(at) = ["read", "write", "admin"].iter().position(|access| *access == a.access) {
            entry[at].insert(&a.dataset);
        }
    }
    let privileged =
        principals.iter().map(|((who, external), [r, w, x])| format!("{who} {} {} {} {}", u8::from(*external), r.len(), w.len(), x.len()));
    let sql = "SELECT principal || CASE WHEN external THEN ' 1 ' ELSE ' 0 ' END || CAST(reads AS text) || ' ' || CAST(writes AS text) || ' ' || CAST(administers AS text)
        FROM v_privileged_identities WHERE sensitivity_rank > 0";
    assert_eq!(select(url, sql).await, sorted(privileged.collect()), "v_privileged_identities");
    // Buckets that are no dataset as a whole are counted, not listed.
    let sql = "SELECT resource || CASE WHEN expanded THEN ' expanded' ELSE '' END FROM v_reach_summary WHERE dataset IS NULL";
    assert_eq!(select(url, sql).await, ["lake", "models", "site", "vault"].map(|bucket| format!("arn:aws:s3:::{bucket}")), "v_reach_summary");
}

#[test]
fn as_the_table_says() {
    let moto = Moto::start();
    let key = account::populate(&moto);
    let front = Stub::start(Some(moto.address()), lacking);
    let (server, kept) = (Postgres::start(), Postgres::start());
    let url = server.database("app");
    account::load(&server, "app");
    let sonde = Sonde::new().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_ENDPOINT_URL", &front.url());
    let sonde = sonde.env("AWS_REGION", "us-east-1");
    let stores = [format!("sqlite:{}", sonde.home().join("store.db").display()), kept.database("store")];
    let buckets: Vec<String> = account::BUCKETS.iter().map(|b| format!("s3://{b}")).collect();
    let all: Vec<&str> = buckets.iter().map(String::as_str).chain([url.as_str()]).collect();
    let run = |store: &str, args: &[&str]| sonde.run(args.iter().copied().chain(["--store", store])).ok();
    for store in &stores {
        run(store, &[&["scan", "--format=jsonl"], all.as_slice()].concat());
    }
    account::deny(&moto);
    for (store, source) in stores.iter().flat_map(|store| [(store, "aws"), (store, url.as_str())]) {
        run(store, &["identities", "sync", source, "--strict"]);
    }
    // From here on there is only the store.
    drop((front, moto, server));
    let table = table(&key, &url);
    assert!(!table.is_empty());
    for store in &stores {
        asked(&sonde, store, &table);
        tokio::runtime::Runtime::new().expect("a runtime").block_on(viewed(store, &table));
    }
}
