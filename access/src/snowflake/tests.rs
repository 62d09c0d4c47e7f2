use serde::Deserialize;

use super::Snowflake;
use crate::{
    cases::{check, no_more},
    exports::Exports,
    reach::Reach,
};
use proptest::prelude::*;

/// Grants as `PRIVILEGE KIND NAME to HOLDER [option]`, `PRIVILEGE KIND NAME to user:NAME`, `role NAME to HOLDER`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Short {
    #[serde(default)]
    grants: Vec<String>,
}

fn csv(grants: &[String]) -> (String, String) {
    let mut roles =
        "CREATED_ON,PRIVILEGE,GRANTED_ON,NAME,TABLE_CATALOG,TABLE_SCHEMA,GRANTED_TO,GRANTEE_NAME,GRANT_OPTION,GRANTED_BY,DELETED_ON\n".to_owned();
    let mut users = "CREATED_ON,DELETED_ON,ROLE,GRANTED_TO,GRANTEE_NAME,GRANTED_BY\n".to_owned();
    for line in grants {
        let (what, to) = line.split_once(" to ").expect("a holder");
        let (to, option) = to.strip_suffix(" option").map_or((to, "false"), |to| (to, "true"));
        let (kind, to) = match to.split_once(':') {
            Some(("user", to)) => ("USER", to),
            Some(("share", to)) => ("SHARE", to),
            Some(("db", to)) => ("DATABASE_ROLE", to),
            _ => ("ROLE", to),
        };
        let words: Vec<&str> = what.rsplitn(3, ' ').collect();
        match (words.as_slice(), kind) {
            ([role, "role"], "USER") => users.push_str(&format!("2026,,{role},USER,{to},SECURITYADMIN\n")),
            ([role, "role"], _) => match role.strip_prefix("db:") {
                Some(role) => roles.push_str(&format!("2026,USAGE,DATABASE_ROLE,{role},DB,,{kind},{to},{option},X,\n")),
                None => roles.push_str(&format!("2026,USAGE,ROLE,{role},,,{kind},{to},{option},X,\n")),
            },
            ([name, on, privilege], _) => {
                let parts: Vec<&str> = name.split('.').collect();
                let (database, schema) = (if parts.len() > 1 { parts[0] } else { "" }, if parts.len() > 2 { parts[1] } else { "" });
                let last = parts.last().unwrap();
                roles.push_str(&format!("2026,{privilege},{on},{last},{database},{schema},{kind},{to},{option},X,\n"));
            }
            other => panic!("{other:?}"),
        }
    }
    (roles, users)
}

fn answers(short: &Short, ask: &str, mut files: Exports) -> Vec<Reach> {
    let (roles, users) = csv(&short.grants);
    if !short.grants.is_empty() {
        files.add("snowflake/acc/grants-to-roles.csv", roles.as_bytes());
        files.add("snowflake/acc/grants-to-users.csv", users.as_bytes());
    }
    let ask = if ask.is_empty() { "DB.S.T" } else { ask };
    let rows = Snowflake::new(&files).table("acc", ask);
    // The two administrators of every account are there whoever holds them.
    rows.into_iter().filter(|r| !matches!(r.principal.as_str(), "role:ACCOUNTADMIN" | "role:SECURITYADMIN")).collect()
}

#[test]
fn decisions_are_those_of_the_table() {
    check::<Short>(include_str!("../../cases/snowflake.toml"), 20, |case, files| answers(&case.short, &case.ask, files));
}

#[test]
fn administrators_of_the_account_grant_everything() {
    let mut files = Exports::default();
    files.add("snowflake/acc/tables.json", br#"[{"name": "T", "database_name": "DB", "schema_name": "S", "owner": "LOADER"}]"#);
    let rows = Snowflake::new(&files).table("acc", "DB.S.T");
    let admins: Vec<&str> = rows.iter().map(|r| r.principal.as_str()).collect();
    assert_eq!(admins, ["role:ACCOUNTADMIN", "role:SECURITYADMIN"]);
    assert!(rows.iter().all(|r| r.access.name() == "admin"));
}

#[test]
fn what_cannot_be_read_makes_unknown_and_is_listed() {
    for broken in ["", "[{\"privilege\": \"SELECT\"}]", "PRIVILEGE,NAME\nSELECT\n", "7"] {
        let mut files = Exports::default();
        files.add("snowflake/acc/tables.json", br#"[{"name": "T", "database_name": "DB", "schema_name": "S"}]"#);
        files.add("snowflake/acc/users.json", br#"[{"name": "ANA"}]"#);
        files
            .add(if broken.starts_with('P') { "snowflake/acc/grants-to-roles.csv" } else { "snowflake/acc/grants-to-roles.json" }, broken.as_bytes());
        files.add("snowflake/acc/warehouses.json", b"[]");
        let snowflake = Snowflake::new(&files);
        assert_eq!(snowflake.gaps().len(), 1, "{broken}");
        assert_eq!(snowflake.unknown_files(), ["snowflake/acc/warehouses.json"]);
        let rows = snowflake.table("acc", "DB.S.T");
        assert!(rows.iter().any(|r| r.principal == "user:ANA" && r.access.name() == "read" && r.answer.name() == "unknown"), "{broken}: {rows:?}");
    }
}

#[test]
fn nobody_is_told_no_for_what_was_not_read() {
    let mut files = Exports::default();
    files.add("snowflake/acc/tables.json", br#"[{"name": "T", "database_name": "DB", "schema_name": "S"}]"#);
    files.add("snowflake/acc/users.json", b"{");
    let rows = Snowflake::new(&files).table("acc", "DB.S.T");
    let others: Vec<_> = rows.iter().filter(|r| r.principal == "everybody else").map(|r| (r.access.name(), r.answer.name())).collect();
    assert_eq!(others, ["read", "write", "list", "admin"].map(|access| (access, "unknown")), "{rows:?}");
    let grants = ["SELECT TABLE DB.S.T to A", "USAGE SCHEMA DB.S to A", "USAGE DATABASE DB to A", "role A to user:ANA"].map(str::to_owned).to_vec();
    let mut files = Exports::default();
    files.add("snowflake/acc/policy-references.json", b"{");
    let rows: Vec<_> = answers(&Short { grants }, "", files).into_iter().map(|r| (r.principal, r.access.name(), r.answer.name())).collect();
    assert_eq!(
        rows,
        [("user:ANA".to_owned(), "read", "unknown"), ("user:ANA".to_owned(), "list", "yes")],
        "masks are not known, and nobody else has more"
    );
}

fn grant() -> impl Strategy<Value = String> {
    let what = prop::sample::select(vec![
        "SELECT TABLE DB.S.T",
        "INSERT TABLE DB.S.T",
        "OWNERSHIP TABLE DB.S.T",
        "USAGE SCHEMA DB.S",
        "USAGE DATABASE DB",
        "role A",
        "role B",
        "role C",
    ]);
    let to = prop::sample::select(vec!["A", "B", "C", "PUBLIC", "user:ANA", "user:BOB", "share:S1"]);
    (what, to).prop_map(|(what, to)| format!("{what} to {to}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_grant_more_never_removes_reach(grants in prop::collection::vec(grant(), 1..12), grant in grant()) {
        let before = answers(&Short { grants: grants.clone() }, "", Exports::default());
        let mut more = grants;
        more.push(grant);
        let after = answers(&Short { grants: more }, "", Exports::default());
        // Roles that somebody holds now are said of him.
        let before: Vec<Reach> = before.into_iter().filter(|r| r.principal.starts_with("user:")).collect();
        prop_assert!(no_more(&after, &before));
    }
}
