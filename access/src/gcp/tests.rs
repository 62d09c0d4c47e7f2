use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Gcp;
use crate::{
    cases::{check, no_more},
    exports::Exports,
    reach::Reach,
};

/// Policies as lists of `ROLE MEMBER,MEMBER [if CONDITION]`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Short {
    #[serde(default)]
    bucket: Vec<String>,
    #[serde(default)]
    project: Vec<String>,
    #[serde(default)]
    folder: Vec<String>,
    #[serde(default)]
    org: Vec<String>,
    /// Policies of service accounts `NAME@p1.iam.gserviceaccount.com`.
    #[serde(default)]
    account: BTreeMap<String, Vec<String>>,
    /// Groups at example.com and their members.
    #[serde(default)]
    group: BTreeMap<String, Vec<String>>,
    /// Rules of a deny policy of the project.
    #[serde(default)]
    deny: Vec<Value>,
    /// Rules of a deny policy of the organisation.
    #[serde(default)]
    deny_org: Vec<Value>,
    /// Fields of the bucket.
    #[serde(default)]
    settings: BTreeMap<String, Value>,
    now: Option<String>,
    /// The bucket's own file is not there.
    #[serde(default)]
    bare: bool,
}

fn policy(bindings: &[String]) -> String {
    let binding = |line: &String| {
        let (rest, condition) = line.split_once(" if ").map_or((line.as_str(), None), |(a, b)| (a, Some(b)));
        let (role, members) = rest.split_once(' ').expect("a role and members");
        let mut out = json!({ "role": role, "members": members.split(',').collect::<Vec<_>>() });
        if let Some(condition) = condition {
            out["condition"] = json!({ "title": "t", "expression": condition });
        }
        out
    };
    json!({ "bindings": bindings.iter().map(binding).collect::<Vec<_>>(), "etag": "BwX", "version": 3 }).to_string()
}

fn exports(short: &Short, exports: &mut Exports) {
    let mut add = |path: &str, text: String| {
        if !matches!(exports.file(path), crate::inventory::Reading::Read(_) | crate::inventory::Reading::Unread(_)) {
            exports.add(path, text.as_bytes());
        }
    };
    add("gcp/p1/project.json", json!({ "projectId": "p1", "projectNumber": "123" }).to_string());
    add(
        "gcp/p1/ancestors.json",
        json!([{ "id": "p1", "type": "project" }, { "id": "7", "type": "folder" }, { "id": "1", "type": "organization" }]).to_string(),
    );
    add("gcp/p1/iam-policy.json", policy(&short.project));
    add("gcp/folders/7/iam-policy.json", policy(&short.folder));
    add("gcp/organizations/1/iam-policy.json", policy(&short.org));
    add("gcp/p1/buckets/data/iam-policy.json", policy(&short.bucket));
    if !short.bare {
        let mut bucket = json!({ "name": "data", "public_access_prevention": "inherited", "uniform_bucket_level_access": true });
        short.settings.iter().for_each(|(k, v)| bucket[k] = v.clone());
        add("gcp/p1/buckets/data/bucket.json", bucket.to_string());
    }
    let email = |name: &str| format!("{name}@p1.iam.gserviceaccount.com");
    add("gcp/p1/service-accounts.json", json!(short.account.keys().map(|n| json!({ "email": email(n) })).collect::<Vec<_>>()).to_string());
    for (name, bindings) in &short.account {
        add(&format!("gcp/p1/service-accounts/{}/iam-policy.json", email(name)), policy(bindings));
    }
    for (name, members) in &short.group {
        let members: Vec<Value> = members.iter().map(|m| json!({ "preferredMemberKey": { "id": m }, "roles": [{ "name": "MEMBER" }] })).collect();
        add(&format!("gcp/groups/{name}@example.com.json"), json!(members).to_string());
    }
    let rules = |rules: &[Value]| json!({ "name": "policies/x/denyPolicies/d1", "rules": rules.iter().map(|r| json!({ "denyRule": r })).collect::<Vec<_>>() });
    if !short.deny.is_empty() {
        add("gcp/p1/deny-policies/d1.json", rules(&short.deny).to_string());
    }
    if !short.deny_org.is_empty() {
        add("gcp/organizations/1/deny-policies/d1.json", rules(&short.deny_org).to_string());
    }
}

fn answers(short: &Short, ask: &str, mut files: Exports) -> Vec<Reach> {
    exports(short, &mut files);
    let now = short.now.as_deref().and_then(super::cel::seconds);
    let (bucket, prefix) = ask.split_once('/').unwrap_or(("data", ""));
    Gcp::new(&files, now).bucket(bucket, prefix)
}

#[test]
fn decisions_are_those_of_the_table() {
    check::<Short>(include_str!("../../cases/gcp.toml"), 40, |case, files| answers(&case.short, &case.ask, files));
}

#[test]
fn conditions_are_those_of_the_table() {
    #[derive(Deserialize)]
    struct Table {
        case: Vec<Condition>,
    }
    #[derive(Deserialize)]
    struct Condition {
        cel: String,
        is: String,
    }
    let table: Table = toml::from_str(include_str!("../../cases/cel.toml")).unwrap();
    assert!(table.case.len() >= 30);
    let tags = [super::cel::Tag { key: "1/env".into(), value: "1/env/prod".into(), key_id: "tagKeys/5".into(), value_id: "tagValues/6".into() }];
    let name = super::cel::Name::Below("projects/_/buckets/data/objects/pii/".into());
    let now = super::cel::seconds("2026-06-01T12:00:00Z");
    let target = super::cel::Target { name, kind: "storage.googleapis.com/Object", service: "storage.googleapis.com", tags: Some(&tags), now };
    for case in table.case {
        assert_eq!(super::cel::evaluate(&case.cel, &target).to_string(), case.is, "{}", case.cel);
    }
}

#[test]
fn what_is_no_policy_makes_unknown_and_is_listed() {
    for broken in [
        "",
        "{",
        "[]",
        "{\"bindings\": 3}",
        "{\"bindings\": [{\"members\": [\"allUsers\"]}]}",
        "{\"error\": {\"code\": 403, \"message\": \"denied\"}}",
        "\u{0}",
    ] {
        let mut files = Exports::default();
        files.add("gcp/p1/buckets/data/iam-policy.json", broken.as_bytes());
        let short = Short { project: vec!["roles/viewer user:ana@example.com".into()], ..Short::default() };
        exports(&short, &mut files);
        let gcp = Gcp::new(&files, None);
        let rows = gcp.bucket("data", "");
        assert!(gcp.gaps().iter().any(|g| g.place.ends_with("buckets/data/iam-policy.json")), "{broken}");
        assert!(rows.iter().any(|r| r.principal == "user:ana@example.com" && r.answer.name() == "unknown"), "{broken}: {rows:?}");
    }
}

#[test]
fn what_was_not_exported_is_unknown_and_never_no() {
    let full = || {
        let mut files = Exports::default();
        exports(
            &Short {
                bucket: vec!["roles/storage.objectViewer serviceAccount:one@p1.iam.gserviceaccount.com".into()],
                account: BTreeMap::from([("one".into(), vec![])]),
                settings: BTreeMap::from([("uniform_bucket_level_access".into(), json!(false))]),
                ..Short::default()
            },
            &mut files,
        );
        files.add("gcp/p1/buckets/data/acl.json", b"[]");
        files.add("gcp/p1/buckets/data/default-acl.json", b"[]");
        files
    };
    let unknown = |files: &Exports| -> Vec<String> {
        let rows = Gcp::new(files, None).bucket("data", "");
        rows.iter().filter(|r| r.answer.name() == "unknown").map(|r| format!("{} {}", r.principal, r.access.name())).collect()
    };
    assert_eq!(unknown(&full()), [] as [&str; 0]);
    let everybody = ["everybody else admin", "everybody else list", "everybody else read", "everybody else write"];
    let actors = [
        "whoever can act as serviceAccount:one@p1.iam.gserviceaccount.com list",
        "whoever can act as serviceAccount:one@p1.iam.gserviceaccount.com read",
    ];
    for (file, expected) in [
        ("iam-policy.json", &everybody[..]),
        ("ancestors.json", &everybody),
        ("buckets/data/iam-policy.json", &everybody),
        ("buckets/data/acl.json", &["everybody else admin", "everybody else list", "everybody else write"]),
        ("buckets/data/default-acl.json", &["everybody else admin", "everybody else read"]),
        ("service-accounts/one@p1.iam.gserviceaccount.com/iam-policy.json", &actors),
    ] {
        let path = format!("gcp/p1/{file}");
        let (mut gone, mut broken) = (full(), full());
        gone.forget(&path);
        broken.add(&path, b"{");
        if file == "ancestors.json" {
            gone.add("gcp/p1/project.json", b"{}");
            broken.add("gcp/p1/project.json", b"{}");
        }
        for files in [gone, broken] {
            let mut found = unknown(&files);
            found.sort();
            for line in expected {
                assert!(found.contains(&(*line).to_owned()), "{file}: {line} is not in {found:?}");
            }
            assert!(Gcp::new(&files, None).gaps().iter().any(|g| g.place == path), "{file}");
        }
    }
    let mut files = full();
    files.forget("gcp/p1/service-accounts/one@p1.iam.gserviceaccount.com/iam-policy.json");
    files.add("gcp/p1/service-accounts.json", b"[{}]");
    assert!(actors.iter().all(|line| unknown(&files).contains(&(*line).to_owned())), "{:?}", unknown(&files));
}

#[test]
fn a_way_that_is_closed_does_not_hide_an_open_one() {
    // The short way to `one` is open only while the name of what is reached is what it cannot be; the long one goes through `two`.
    let mut files = Exports::default();
    let email = |name: &str| format!("{name}@p1.iam.gserviceaccount.com");
    let short = Short {
        bucket: vec![format!("roles/storage.objectViewer serviceAccount:{} if request.auth.access_levels == 'x'", email("one"))],
        account: BTreeMap::from([
            (
                "one".into(),
                vec![
                    "roles/iam.serviceAccountTokenCreator user:ana@example.com if !(request.auth.access_levels == 'x')".to_owned(),
                    format!("roles/iam.serviceAccountTokenCreator serviceAccount:{} if request.auth.access_levels == 'y'", email("two")),
                ],
            ),
            ("two".into(), vec!["roles/iam.serviceAccountTokenCreator user:ana@example.com".to_owned()]),
        ]),
        ..Short::default()
    };
    exports(&short, &mut files);
    let rows = Gcp::new(&files, None).bucket("data", "");
    let ana: Vec<_> = rows.iter().filter(|r| r.principal == "user:ana@example.com" && r.access.name() == "read").collect();
    assert!(ana.len() == 1 && ana[0].answer.name() == "conditional" && ana[0].via.len() == 2, "{rows:?}");
}

#[test]
fn a_file_that_is_broken_is_one_gap() {
    let mut files = Exports::default();
    let mut gaps: Vec<_> =
        ["iam-policy.json", "buckets/data/iam-policy.json", "buckets/data/acl.json", "service-accounts.json", "deny-policies/d.json"]
            .iter()
            .filter_map(|file| files.add(&format!("gcp/p1/{file}"), b"{"))
            .collect();
    assert_eq!(gaps.len(), 5);
    exports(&Short::default(), &mut files);
    gaps.extend(Gcp::new(&files, None).gaps().iter().cloned());
    gaps.sort();
    gaps.dedup();
    let mut places: Vec<&str> = gaps.iter().map(|g| g.place.as_str()).collect();
    let all = places.len();
    places.dedup();
    assert_eq!(places.len(), all, "{gaps:?}");
}

#[test]
fn files_that_nobody_reads_are_listed() {
    let mut files = Exports::default();
    files.add("gcp/p1/notes.json", b"{}");
    files.add("gcp/p1/buckets/data/cors.json", b"[]");
    exports(&Short::default(), &mut files);
    assert_eq!(Gcp::new(&files, None).unknown_files(), ["gcp/p1/buckets/data/cors.json", "gcp/p1/notes.json"]);
}

fn binding() -> impl Strategy<Value = String> {
    let role = prop::sample::select(vec![
        "roles/storage.objectViewer",
        "roles/storage.objectAdmin",
        "roles/storage.legacyBucketOwner",
        "roles/editor",
        "roles/owner",
        "roles/iam.serviceAccountTokenCreator",
        "roles/iam.serviceAccountUser",
        "roles/unknown.thing",
    ]);
    let condition = prop::sample::select(vec![
        "",
        " if resource.name.startsWith(\"projects/_/buckets/data/objects/a/\")",
        " if resource.type == \"storage.googleapis.com/Object\"",
        " if !resource.matchTag(\"1/env\", \"prod\")",
    ]);
    (role, member(), condition).prop_map(|(role, member, condition)| format!("{role} {member}{condition}"))
}

fn member() -> impl Strategy<Value = String> {
    let names = [
        "user:ana@example.com",
        "user:bob@example.com",
        "group:g@example.com",
        "group:h@example.com",
        "group:unknown@example.com",
        "serviceAccount:one@p1.iam.gserviceaccount.com",
        "serviceAccount:two@p1.iam.gserviceaccount.com",
        "allUsers",
        "projectOwner:p1",
        "domain:example.com",
        "deleted:user:x@example.com?uid=1",
    ];
    prop::sample::select(names.map(str::to_owned).to_vec())
}

fn rule() -> impl Strategy<Value = Value> {
    let names = vec![
        "principalSet://goog/public:all",
        "principal://goog/subject/ana@example.com",
        "principalSet://goog/group/g@example.com",
        "principalSet://goog/group/unknown@example.com",
        "principal://iam.googleapis.com/projects/-/serviceAccounts/one@p1.iam.gserviceaccount.com",
    ];
    let permissions =
        vec!["storage.googleapis.com/objects.get", "storage.googleapis.com/objects.*", "iam.googleapis.com/serviceAccounts.getAccessToken"];
    let names = prop::sample::select(names);
    (names.clone(), prop::collection::vec(names, 0..2), prop::sample::select(permissions), any::<bool>()).prop_map(
        |(denied, except, permission, tagged)| {
            let mut rule = json!({ "deniedPrincipals": [denied], "exceptionPrincipals": except, "deniedPermissions": [permission] });
            if tagged {
                rule["denialCondition"] = json!({ "expression": "resource.matchTag('1/env', 'prod')" });
            }
            rule
        },
    )
}

prop_compose! {
    fn estate()(
        bucket in prop::collection::vec(binding(), 0..4),
        project in prop::collection::vec(binding(), 0..4),
        org in prop::collection::vec(binding(), 0..2),
        one in prop::collection::vec(binding(), 0..3),
        two in prop::collection::vec(binding(), 0..3),
        deny in prop::collection::vec(rule(), 0..2),
    ) -> Short {
        let account = BTreeMap::from([("one".to_owned(), one), ("two".to_owned(), two)]);
        let group = BTreeMap::from([
            ("g".to_owned(), vec!["ana@example.com".to_owned(), "h@example.com".to_owned()]),
            ("h".to_owned(), vec!["bob@example.com".to_owned(), "g@example.com".to_owned()]),
        ]);
        Short { bucket, project, org, account, group, deny, ..Short::default() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_deny_more_never_adds_reach(estate in estate(), rule in rule()) {
        let before = answers(&estate, "", Exports::default());
        let mut more = estate.clone();
        more.deny_org.push(rule);
        prop_assert!(no_more(&before, &answers(&more, "", Exports::default())));
    }

    #[test]
    fn an_allow_more_never_removes_reach(estate in estate(), binding in binding(), level in 0..4) {
        let before = answers(&estate, "", Exports::default());
        let mut more = estate.clone();
        match level {
            0 => more.bucket.push(binding),
            1 => more.project.push(binding),
            2 => more.org.push(binding),
            _ => more.account.entry("one".into()).or_default().push(binding),
        }
        prop_assert!(no_more(&answers(&more, "", Exports::default()), &before));
    }

    #[test]
    fn any_text_is_read_as_a_condition(text in ".{0,60}") {
        let name = super::cel::Name::Exact("projects/_/buckets/data".into());
        let target = super::cel::Target { name, kind: "", service: "", tags: None, now: None };
        let _ = super::cel::evaluate(&text, &target).settled();
    }

    #[test]
    fn any_bytes_are_read_as_exports(bytes in prop::collection::vec(any::<u8>(), 0..80), at in 0..6_usize) {
        let mut files = Exports::default();
        let path = ["iam-policy.json", "ancestors.json", "buckets/data/bucket.json", "service-accounts.json", "deny-policies/d.json", "roles/r.json"][at];
        files.add(&format!("gcp/p1/{path}"), &bytes);
        exports(&Short { bucket: vec!["roles/storage.admin user:ana@example.com".into()], ..Short::default() }, &mut files);
        let _ = Gcp::new(&files, None).bucket("data", "");
    }
}
