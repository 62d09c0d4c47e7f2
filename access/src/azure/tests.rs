use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Azure;
use crate::{
    cases::{check, no_more},
    exports::Exports,
    reach::Reach,
};

/// Assignments as `ROLE PRINCIPAL SCOPE [if CONDITION]`, by short names.
#[derive(Clone, Debug, Default, Deserialize)]
struct Short {
    #[serde(default)]
    assign: Vec<String>,
    #[serde(default)]
    eligible: Vec<String>,
    /// Members of groups.
    #[serde(default)]
    group: BTreeMap<String, Vec<String>>,
    /// Properties of deny assignments; principals by short names.
    #[serde(default)]
    deny: Vec<Value>,
    /// Fields of the account.
    #[serde(default)]
    settings: BTreeMap<String, Value>,
    /// Public access of the container.
    public: Option<String>,
    /// Access lists of folders.
    #[serde(default)]
    acl: BTreeMap<String, Value>,
    /// Permissions of the role `custom`.
    custom: Option<Value>,
}

const ACCOUNT: &str = "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Storage/storageAccounts/acct";

fn scope(short: &str) -> String {
    match short {
        "root" => "/".into(),
        "mg" => "/providers/Microsoft.Management/managementGroups/m1".into(),
        "sub" => "/subscriptions/s1".into(),
        "rg" => "/subscriptions/S1/resourcegroups/RG1".into(),
        "rg2" => "/subscriptions/s1/resourceGroups/rg".into(),
        "acct" => ACCOUNT.into(),
        "data" => format!("{ACCOUNT}/blobServices/default/containers/data"),
        "logs" => format!("{ACCOUNT}/blobServices/default/containers/logs"),
        other => panic!("{other}"),
    }
}

fn role(short: &str) -> (&str, &str) {
    match short {
        "owner" => ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
        "contributor" => ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
        "reader" => ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
        "access-admin" => ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
        "blob-owner" => ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner"),
        "blob-contributor" => ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"),
        "blob-reader" => ("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader"),
        "account-contributor" => ("17d1049b-9a84-46fb-8f53-869881c3d3ab", "Storage Account Contributor"),
        "key-operator" => ("81a9662b-bebf-436f-a333-f67b29880f12", "Storage Account Key Operator Service Role"),
        "delegator" => ("db58b8e5-c6ad-4a2a-8342-4190687cbf4a", "Storage Blob Delegator"),
        "custom" => ("11111111-0000-0000-0000-000000000001", "custom"),
        other => panic!("{other}"),
    }
}

fn person(short: &str) -> Value {
    let kind = match short {
        "team" | "inner" | "far" => "Group",
        "app" => "ServicePrincipal",
        _ => "User",
    };
    let name = if kind == "User" { format!("{short}@example.com") } else { short.to_owned() };
    json!({ "principalId": short, "principalName": name, "principalType": kind })
}

fn assignment(line: &str) -> Value {
    let (rest, condition) = line.split_once(" if ").map_or((line, None), |(a, b)| (a, Some(b)));
    let parts: Vec<&str> = rest.split(' ').collect();
    let (id, name) = role(parts[0]);
    let mut out = person(parts[1]);
    out["roleDefinitionId"] = json!(format!("/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/{id}"));
    out["roleDefinitionName"] = json!(name);
    out["scope"] = json!(scope(parts[2]));
    out["condition"] = condition.map_or(Value::Null, |c| json!(c));
    out["id"] = json!(format!("{}/{}", parts[2], name));
    out
}

fn exports(short: &Short, exports: &mut Exports) {
    let mut add = |path: &str, value: Value| {
        if !matches!(exports.file(path), crate::inventory::Reading::Read(_) | crate::inventory::Reading::Unread(_)) {
            exports.add(path, value.to_string().as_bytes());
        }
    };
    add("azure/s1/role-assignments.json", json!(short.assign.iter().map(|line| assignment(line)).collect::<Vec<_>>()));
    if !short.eligible.is_empty() {
        let all: Vec<Value> = short.eligible.iter().map(|line| json!({ "name": "e1", "properties": assignment(line) })).collect();
        add("azure/s1/role-eligibility.json", json!({ "value": all }));
    }
    if let Some(custom) = &short.custom {
        add(
            "azure/s1/role-definitions.json",
            json!([{ "name": role("custom").0, "roleName": "custom", "roleType": "CustomRole", "permissions": [custom] }]),
        );
    }
    for (name, members) in &short.group {
        let members: Vec<Value> = members
            .iter()
            .map(|m| json!({ "id": m, "displayName": m, "userPrincipalName": if person(m)["principalType"] == "User" { json!(format!("{m}@example.com")) } else { Value::Null } }))
            .collect();
        add(&format!("azure/groups/{name}.json"), json!(members));
    }
    if !short.deny.is_empty() {
        let deny = |d: &Value| {
            let mut d = d.clone();
            d["scope"] = json!(scope(d["scope"].as_str().unwrap()));
            json!({ "name": "deny1", "properties": d })
        };
        add("azure/s1/deny-assignments.json", json!({ "value": short.deny.iter().map(deny).collect::<Vec<_>>() }));
    }
    let mut account = json!({ "id": ACCOUNT, "name": "acct", "allowBlobPublicAccess": false, "allowSharedKeyAccess": false, "publicNetworkAccess": "Enabled",
        "networkRuleSet": { "defaultAction": "Allow" } });
    short.settings.iter().for_each(|(k, v)| account[k] = if v == "null" { Value::Null } else { v.clone() });
    add("azure/s1/storage-accounts/acct/account.json", account);
    let public = short.public.clone().unwrap_or_else(|| "None".into());
    add("azure/s1/storage-accounts/acct/containers.json", json!([{ "name": "data", "publicAccess": public }]));
    for (folder, acl) in &short.acl {
        let at = if folder.is_empty() { String::new() } else { format!("paths/{folder}") };
        add(&format!("azure/s1/storage-accounts/acct/containers/data/{at}acl.json"), acl.clone());
    }
}

fn answers(short: &Short, ask: &str, mut files: Exports) -> Vec<Reach> {
    exports(short, &mut files);
    Azure::new(&files).container("acct", "data", ask)
}

#[test]
fn decisions_are_those_of_the_table() {
    check::<Short>(include_str!("../../cases/azure.toml"), 40, |case, files| answers(&case.short, &case.ask, files));
}

#[test]
fn what_cannot_be_read_makes_unknown_and_is_listed() {
    for (file, broken) in [
        ("role-assignments.json", "[{\"principalId\": \"bob\"}]"),
        ("role-definitions.json", "[{\"name\": \"x\", \"permissions\": 3}]"),
        ("role-definitions.json", "{"),
        ("deny-assignments.json", "{\"value\": [{\"properties\": {}}]}"),
        ("deny-assignments.json", ""),
        ("storage-accounts/acct/account.json", "nothing"),
    ] {
        let mut files = Exports::default();
        files.add(&format!("azure/s1/{file}"), broken.as_bytes());
        // Somebody is known by name, so that there is someone of whom it is not known.
        files.add("azure/s1/role-eligibility.json", json!({ "value": [assignment("key-operator ana acct")] }).to_string().as_bytes());
        let short = Short {
            assign: vec!["key-operator ana acct".into()],
            settings: BTreeMap::from([("allowSharedKeyAccess".into(), json!(true))]),
            ..Short::default()
        };
        exports(&short, &mut files);
        let azure = Azure::new(&files);
        let rows = azure.container("acct", "data", "");
        assert!(azure.gaps().iter().any(|g| g.place.ends_with(file)), "{file}: {:?}", azure.gaps());
        // What a role of Azure's own holds is known without its definition.
        let expected = if file == "role-definitions.json" { "yes" } else { "unknown" };
        let ana: Vec<_> = rows.iter().filter(|r| r.principal == "user:ana@example.com").map(|r| (r.access.name(), r.answer.name())).collect();
        assert_eq!(ana, ["read", "write", "list", "admin"].map(|access| (access, expected)), "{file} {broken}");
        let others = rows.iter().filter(|r| r.principal == "everybody else" && r.answer.name() == "unknown").count();
        assert_eq!(others, if file.starts_with("role-") { 4 } else { 0 }, "{file} {broken}: {rows:?}");
    }
}

#[test]
fn several_values_are_compared_as_documented() {
    let name = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]";
    let request = super::Request { action: "a/b", lists: false, account: "acct", container: "data", prefix: "" };
    for (test, holds) in [
        ("ForAnyOfAnyValues:StringEquals {'data', 'logs'}", true),
        ("ForAllOfAnyValues:StringEquals {'data', 'logs'}", true),
        ("ForAnyOfAllValues:StringEquals {'data', 'logs'}", false),
        ("ForAllOfAllValues:StringEquals {'data', 'data'}", true),
        ("ForAnyOfAnyValues:StringNotEquals {'data', 'logs'}", true),
        ("ForAllOfAnyValues:StringNotEquals {'data'}", false),
        ("ForAnyOfAllValues:StringNotEquals {'data', 'logs'}", false),
        ("ForAllOfAllValues:StringNotLike {'x*', 'y*'}", true),
        ("ForAnyOfAnyValues:StringLikeIgnoreCase {'D*', 'x'}", true),
        ("StringNotEquals 'data'", false),
    ] {
        assert_eq!(super::condition::evaluate(&format!("{name} {test}"), &request), crate::reach::Expr::Is(holds), "{test}");
    }
    let odd = super::condition::evaluate(&format!("{name} ForSomeValues:StringEquals {{'data'}}"), &request);
    assert!(odd.to_string().contains("ForSomeValues"), "{odd}");
}

/// Answers with these files in place of those of the table: `PRINCIPAL ACCESS ANSWER`.
fn lines(short: &Short, files: &[(&str, &str)]) -> Vec<String> {
    let mut all = Exports::default();
    for (file, text) in files {
        all.add(&format!("azure/s1/storage-accounts/acct/{file}"), text.as_bytes());
    }
    answers(short, "", all).iter().map(|r| format!("{} {} {}", r.principal, r.access.name(), r.answer.name())).collect()
}

#[test]
fn what_an_account_does_not_say_is_unknown_and_never_no() {
    let short = Short {
        assign: vec!["blob-reader ana acct".into()],
        acl: BTreeMap::from([(
            String::new(),
            json!({ "owner": "$superuser", "group": "", "acl": "user::rwx,user:bob:r-x,group::---,mask::rwx,other::---" }),
        )]),
        ..Short::default()
    };
    let found = lines(&short, &[("account.json", "{")]);
    for line in ["user:ana@example.com read unknown", "principal:bob list unknown"] {
        assert!(found.contains(&line.to_owned()), "network rules and the namespace are not known: {line}: {found:?}");
    }
    let found = lines(&Short { settings: BTreeMap::from([("isHnsEnabled".into(), json!(true))]), ..Short::default() }, &[]);
    assert_eq!(
        found,
        [
            "everybody in the tenant read unknown",
            "everybody in the tenant write unknown",
            "everybody in the tenant list unknown",
            "everybody in the tenant admin unknown"
        ],
        "no access list was exported"
    );
}

#[test]
fn containers_and_policies_that_cannot_be_read_are_unknown() {
    let public = Short { settings: BTreeMap::from([("allowBlobPublicAccess".into(), json!(true))]), ..Short::default() };
    let anonymous = ["anonymous read unknown", "anonymous list unknown"];
    for broken in ["3", r#"[{"publicAccess": "none"}]"#, r#"[{"name": "data", "publicAccess": 3}]"#] {
        let found = lines(&public, &[("containers.json", broken), ("containers/data/policies.json", "{}")]);
        assert_eq!(found, anonymous, "{broken}");
    }
    let keys = Short { settings: BTreeMap::from([("allowSharedKeyAccess".into(), json!(true))]), ..Short::default() };
    for broken in ["[]", "{", ""] {
        let found = lines(&keys, &[("containers/data/policies.json", broken)]);
        assert_eq!(found, ["read", "write", "list"].map(|access| format!("holder of a SAS for a stored policy {access} unknown")), "{broken}");
        assert_eq!(lines(&Short::default(), &[("containers/data/policies.json", broken)]), [] as [&str; 0], "signatures need a key");
    }
}

#[test]
fn who_may_be_in_a_group_may_go_through_its_folder() {
    let list = |entries: &str| json!({ "owner": "$superuser", "group": "", "acl": format!("user::rwx,{entries},mask::rwx,other::---") });
    let short = Short {
        // Names the group, whose members were not exported.
        assign: vec!["reader far acct".into()],
        settings: BTreeMap::from([("isHnsEnabled".into(), json!(true))]),
        acl: BTreeMap::from([(String::new(), list("group::---,group:far:--x")), ("a/".to_owned(), list("group::---,user:bob:r-x"))]),
        ..Short::default()
    };
    let found = lines(&short, &[]);
    assert!(found.contains(&"principal:bob list unknown".to_owned()), "{found:?}");
}

#[test]
fn files_that_nobody_reads_are_listed() {
    let mut files = Exports::default();
    files.add("azure/s1/vms.json", b"[]");
    exports(&Short::default(), &mut files);
    assert_eq!(Azure::new(&files).unknown_files(), ["azure/s1/vms.json"]);
}

fn line() -> impl Strategy<Value = String> {
    let role =
        prop::sample::select(vec!["owner", "contributor", "reader", "blob-owner", "blob-contributor", "blob-reader", "key-operator", "custom"]);
    let who = prop::sample::select(vec!["ana", "bob", "team", "inner", "far", "app"]);
    let scope = prop::sample::select(vec!["root", "mg", "sub", "rg", "acct", "data", "logs"]);
    let condition = prop::sample::select(vec![
        "",
        " if @Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'data'",
        " if @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringStartsWith 'a/'",
    ]);
    (role, who, scope, condition).prop_map(|(r, w, s, c)| format!("{r} {w} {s}{c}"))
}

fn denial() -> impl Strategy<Value = Value> {
    let who = prop::sample::select(vec!["ana", "bob", "team", "far", super::principals::EVERYBODY]);
    let scope = prop::sample::select(vec!["sub", "rg", "acct", "data", "logs"]);
    (who.clone(), prop::collection::vec(who, 0..2), scope, any::<bool>()).prop_map(|(who, except, scope, data)| {
        let permission = if data { json!({ "dataActions": ["*/blobs/*"] }) } else { json!({ "actions": ["*"], "notActions": ["*/read"] }) };
        let people = |ids: &[&str]| ids.iter().map(|id| json!({ "id": id, "type": person(id)["principalType"] })).collect::<Vec<_>>();
        json!({ "scope": scope, "principals": people(&[who]), "excludePrincipals": people(&except), "permissions": [permission] })
    })
}

prop_compose! {
    fn estate()(
        assign in prop::collection::vec(line(), 0..6),
        eligible in prop::collection::vec(line(), 0..2),
        deny in prop::collection::vec(denial(), 0..2),
        keys in any::<bool>(),
    ) -> Short {
        let group = BTreeMap::from([("team".to_owned(), vec!["ana".to_owned(), "inner".into()]), ("inner".to_owned(), vec!["bob".to_owned(), "team".into()])]);
        let settings = BTreeMap::from([("allowSharedKeyAccess".to_owned(), json!(keys))]);
        Short { assign, eligible, deny, group, settings, ..Short::default() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_deny_more_never_adds_reach(estate in estate(), deny in denial()) {
        let before = answers(&estate, "", Exports::default());
        let mut more = estate.clone();
        more.deny.push(deny);
        prop_assert!(no_more(&before, &answers(&more, "", Exports::default())));
    }

    #[test]
    fn an_assignment_more_never_removes_reach(estate in estate(), line in line()) {
        let before = answers(&estate, "", Exports::default());
        let mut more = estate.clone();
        more.assign.push(line);
        prop_assert!(no_more(&answers(&more, "", Exports::default()), &before));
    }

    #[test]
    fn any_text_is_read_as_a_condition(text in "[@!(){}' a-zA-Z\\[\\]:*&|]{0,80}") {
        let request = super::Request { action: "a/b", lists: false, account: "acct", container: "data", prefix: "" };
        let _ = super::condition::evaluate(&text, &request).settled();
    }

    #[test]
    fn any_bytes_are_read_as_exports(bytes in prop::collection::vec(any::<u8>(), 0..80), at in 0..5_usize) {
        let mut files = Exports::default();
        let path = ["role-assignments.json", "deny-assignments.json", "storage-accounts/acct/account.json", "storage-accounts/acct/containers.json",
            "storage-accounts/acct/containers/data/acl.json"][at];
        files.add(&format!("azure/s1/{path}"), &bytes);
        exports(&Short { assign: vec!["owner ana sub".into()], ..Short::default() }, &mut files);
        let _ = Azure::new(&files).container("acct", "data", "");
    }
}
