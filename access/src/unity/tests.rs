use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::Unity;
use crate::{
    cases::{check, no_more},
    exports::Exports,
    reach::Reach,
};

/// Grants as `PRIVILEGE,PRIVILEGE on NAME to PRINCIPAL`; `on metastore`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Short {
    #[serde(default)]
    grants: Vec<String>,
    /// Owners by name of a catalog, a schema or a table.
    #[serde(default)]
    owner: BTreeMap<String, String>,
    #[serde(default)]
    group: BTreeMap<String, Vec<String>>,
}

fn answers(short: &Short, mut files: Exports) -> Vec<Reach> {
    let mut grants: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
    for line in &short.grants {
        let (privileges, rest) = line.split_once(" on ").unwrap();
        let (name, principal) = rest.split_once(" to ").unwrap();
        let kind = match name.split('.').count() {
            _ if name == "metastore" => "metastore",
            1 => "catalog",
            2 => "schema",
            _ => "table",
        };
        let privileges: Vec<&str> = privileges.split(',').collect();
        grants.entry(format!("{kind}/{name}")).or_default().push(json!({ "principal": principal, "privileges": privileges }));
    }
    for (name, assignments) in grants {
        files.add(&format!("unity/m/grants/{name}.json"), json!({ "privilege_assignments": assignments }).to_string().as_bytes());
    }
    let owners = |parts: usize| short.owner.iter().filter(move |(name, _)| name.split('.').count() == parts && *name != "metastore");
    let listed =
        |parts: usize| json!(owners(parts).map(|(name, owner)| json!({ "full_name": name, "name": name, "owner": owner })).collect::<Vec<_>>());
    files.add("unity/m/catalogs.json", listed(1).to_string().as_bytes());
    files.add("unity/m/schemas.json", listed(2).to_string().as_bytes());
    if matches!(files.file("unity/m/tables.json"), crate::inventory::Reading::Absent) {
        let owner = short.owner.get("c.s.t").map_or("loader@example.com", String::as_str);
        files.add("unity/m/tables.json", json!([{ "full_name": "c.s.t", "owner": owner, "columns": [{ "name": "a" }] }]).to_string().as_bytes());
    }
    if let Some(owner) = short.owner.get("metastore") {
        files.add("unity/m/metastore.json", json!({ "name": "m", "owner": owner }).to_string().as_bytes());
    }
    let groups: Vec<_> = short.group.iter().map(|(name, members)| json!({ "displayName": name, "members": members.iter().map(|m| json!({ "display": m, "value": "1" })).collect::<Vec<_>>() })).collect();
    files.add("unity/m/groups.json", json!(groups).to_string().as_bytes());
    Unity::new(&files).table("m", "c.s.t")
}

#[test]
fn decisions_are_those_of_the_table() {
    check::<Short>(include_str!("../../cases/unity.toml"), 20, |case, files| answers(&case.short, files));
}

#[test]
fn what_cannot_be_read_makes_unknown_and_is_listed() {
    for broken in ["", "[]", "{\"privilege_assignments\": 1}", "{\"privilege_assignments\": [{\"privileges\": [\"SELECT\"]}]}"] {
        let mut files = Exports::default();
        files.add("unity/m/tables.json", br#"[{"full_name": "c.s.t", "owner": "ana@example.com"}]"#);
        files.add("unity/m/grants/schema/c.s.json", broken.as_bytes());
        files.add("unity/m/volumes.json", b"[]");
        let unity = Unity::new(&files);
        assert_eq!(unity.gaps().len(), 1, "{broken}");
        assert_eq!(unity.unknown_files(), ["unity/m/volumes.json"]);
        let rows = unity.table("m", "c.s.t");
        assert!(rows.iter().any(|r| r.principal == "ana@example.com" && r.answer.name() == "unknown"), "{broken}: {rows:?}");
    }
}

#[test]
fn nobody_is_told_no_for_what_was_not_read() {
    for (file, broken) in [
        ("grants/schema/c.s.json", "{"),
        ("groups.json", r#"[{"displayName": "team", "members": 3}]"#),
        ("groups.json", r#"[{"displayName": "team", "members": [{}]}]"#),
    ] {
        let mut files = Exports::default();
        files.add("unity/m/tables.json", br#"[{"full_name": "c.s.t"}]"#);
        files.add(&format!("unity/m/{file}"), broken.as_bytes());
        let unity = Unity::new(&files);
        let rows: Vec<_> = unity.table("m", "c.s.t").into_iter().map(|r| (r.principal, r.access.name(), r.answer.name())).collect();
        assert_eq!(rows, ["read", "write", "list", "admin"].map(|access| ("account users".to_owned(), access, "unknown")), "{file} {broken}");
    }
    let mut files = Exports::default();
    files.add("unity/m/tables.json", b"{");
    let short = Short {
        grants: vec!["SELECT on c.s.t to ana@example.com".into(), "USE_CATALOG,USE_SCHEMA on c to ana@example.com".into()],
        ..Short::default()
    };
    let read: Vec<_> = answers(&short, files).into_iter().filter(|r| r.principal == "ana@example.com" && r.access.name() == "read").collect();
    assert!(read.len() == 1 && read[0].answer.name() == "unknown", "filters and masks are not known: {read:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_grant_more_never_removes_reach(picks in prop::collection::vec((0..7_usize, 0..3_usize, 0..4_usize), 1..8)) {
        let line = |(p, o, w): &(usize, usize, usize)| {
            let privilege = ["SELECT", "MODIFY", "USE_CATALOG", "USE_SCHEMA", "ALL_PRIVILEGES", "MANAGE", "BROWSE"][*p];
            format!("{privilege} on {} to {}", ["c", "c.s", "c.s.t"][*o], ["ana@example.com", "bob@example.com", "team", "far"][*w])
        };
        let group = BTreeMap::from([("team".to_owned(), vec!["bob@example.com".to_owned(), "far".to_owned()])]);
        let all: Vec<String> = picks.iter().map(line).collect();
        let short = |grants: &[String]| Short { grants: grants.to_vec(), group: group.clone(), ..Short::default() };
        let before = answers(&short(&all[..all.len() - 1]), Exports::default());
        prop_assert!(no_more(&answers(&short(&all), Exports::default()), &before));
    }
}
