use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::BigQuery;
use crate::{
    cases::{check, no_more},
    exports::Exports,
    gcp::Gcp,
    reach::Reach,
};
use proptest::prelude::*;

/// Access entries as BigQuery prints them; the project's policy as `ROLE MEMBER`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Short {
    #[serde(default)]
    access: Vec<Value>,
    #[serde(default)]
    project: Vec<String>,
    #[serde(default)]
    table: Vec<String>,
}

fn policy(lines: &[String]) -> String {
    let bindings = lines.iter().map(|line| {
        let (role, member) = line.split_once(' ').unwrap();
        json!({ "role": role, "members": [member] })
    });
    json!({ "bindings": bindings.collect::<Vec<_>>(), "etag": "x" }).to_string()
}

fn answers(short: &Short, mut files: Exports) -> Vec<Reach> {
    files.add("gcp/p1/iam-policy.json", policy(&short.project).as_bytes());
    files.add("gcp/p1/ancestors.json", br#"[{"id": "p1", "type": "project"}]"#);
    files.add("gcp/p1/service-accounts.json", b"[]");
    files.add("bigquery/p1/d/tables/t/iam-policy.json", policy(&short.table).as_bytes());
    if matches!(files.file("bigquery/p1/d/dataset.json"), crate::inventory::Reading::Absent) {
        files.add("bigquery/p1/d/dataset.json", json!({ "access": short.access, "kind": "bigquery#dataset" }).to_string().as_bytes());
    }
    let gcp = Arc::new(Gcp::new(&files, None));
    BigQuery::new(&files, gcp, None).table("p1", "d", "t")
}

#[test]
fn decisions_are_those_of_the_table() {
    check::<Short>(include_str!("../../cases/bigquery.toml"), 20, |case, files| answers(&case.short, files));
}

#[test]
fn what_cannot_be_read_makes_unknown_and_is_listed() {
    for broken in ["", "{}", "{\"access\": 1}", "{\"access\": [{\"role\": \"READER\"}]}", "{\"access\": [{\"view\": {}}]}"] {
        let mut files = Exports::default();
        files.add("bigquery/p1/d/dataset.json", broken.as_bytes());
        files.add("bigquery/p1/d/models.json", b"[]");
        let rows = answers(&Short { project: vec!["roles/bigquery.jobUser user:ana@example.com".into()], ..Short::default() }, files.clone());
        assert!(rows.iter().any(|r| r.principal == "user:ana@example.com" && r.answer.name() == "unknown"), "{broken}: {rows:?}");
        let gcp = Arc::new(Gcp::new(&files, None));
        let bigquery = BigQuery::new(&files, gcp, None);
        assert_eq!(bigquery.gaps().len(), 1, "{broken}");
        assert_eq!(bigquery.unknown_files(), ["bigquery/p1/d/models.json"]);
    }
}

#[test]
fn a_project_that_was_not_exported_is_unknown() {
    let mut files = Exports::default();
    files.add("gcp/p1/iam-policy.json", b"{\"etag\": \"x\"}");
    files.add("gcp/p1/ancestors.json", br#"[{"id": "p1", "type": "project"}]"#);
    files.add("gcp/p1/service-accounts.json", b"[]");
    files.add("bigquery/p1/d/dataset.json", br#"{"access": [{"role": "READER", "userByEmail": "ana@example.com"}]}"#);
    files.add("bigquery/p1/d/tables/t/table.json", b"{}");
    let of = |files: &Exports| -> Vec<String> {
        let bigquery = BigQuery::new(files, Arc::new(Gcp::new(files, None)), None);
        bigquery.table("p1", "d", "t").iter().map(|r| format!("{} {} {}", r.principal, r.access.name(), r.answer.name())).collect()
    };
    assert_eq!(of(&files), ["user:ana@example.com read yes", "user:ana@example.com list yes"]);
    for file in ["iam-policy.json", "ancestors.json", "service-accounts.json"] {
        files.forget(&format!("gcp/p1/{file}"));
    }
    let found = of(&files);
    let others = ["read", "write", "list", "admin"].map(|access| format!("everybody else {access} unknown"));
    assert!(others.iter().all(|line| found.contains(line)), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_entry_more_never_removes_reach(picks in prop::collection::vec((0..3_usize, 0..5_usize), 1..6)) {
        let entry = |(role, who): &(usize, usize)| {
            let mut entry = [json!({ "userByEmail": "ana@example.com" }), json!({ "groupByEmail": "g@example.com" }), json!({ "specialGroup": "projectReaders" }),
                json!({ "iamMember": "allUsers" }), json!({ "domain": "example.com" })][*who].clone();
            entry["role"] = json!(["READER", "WRITER", "OWNER"][*role]);
            entry
        };
        let all: Vec<Value> = picks.iter().map(entry).collect();
        let short = |access: &[Value]| Short { access: access.to_vec(), project: vec!["roles/viewer user:bob@example.com".into()], ..Short::default() };
        let before = answers(&short(&all[..all.len() - 1]), Exports::default());
        prop_assert!(no_more(&answers(&short(&all), Exports::default()), &before));
    }
}
