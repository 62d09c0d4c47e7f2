use serde::Deserialize;

use super::Vectors;
use crate::{
    cases::{check, no_more},
    exports::Exports,
    reach::Reach,
};
use proptest::prelude::*;
use serde_json::json;

/// Nothing is written shorter; asked is `KIND/NAME/COLLECTION`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Short {}

fn answers(ask: &str, files: &Exports) -> Vec<Reach> {
    let parts: Vec<&str> = ask.splitn(3, '/').collect();
    let vectors = Vectors::new(files);
    assert!(vectors.collections().any(|(kind, name, collection)| [kind, name, collection] == parts[..]), "{ask}: {:?}", vectors.gaps());
    vectors.collection(parts[0], parts[1], parts[2])
}

#[test]
fn qdrant_is_that_of_the_table() {
    check::<Short>(include_str!("../../cases/qdrant.toml"), 10, |case, files| answers(&case.ask, &files));
}

#[test]
fn weaviate_is_that_of_the_table() {
    check::<Short>(include_str!("../../cases/weaviate.toml"), 10, |case, files| answers(&case.ask, &files));
}

#[test]
fn milvus_is_that_of_the_table() {
    check::<Short>(include_str!("../../cases/milvus.toml"), 10, |case, files| answers(&case.ask, &files));
}

#[test]
fn search_engines_are_those_of_the_table() {
    check::<Short>(include_str!("../../cases/search.toml"), 15, |case, files| answers(&case.ask, &files));
}

#[test]
fn what_cannot_be_read_makes_unknown_and_is_listed() {
    for (file, broken) in [
        ("qdrant/q/config.json", "{"),
        ("qdrant/q/config.json", "{\"service\": 1}"),
        ("weaviate/q/roles.json", "[{\"permissions\": []}]"),
        ("weaviate/q/users.json", "[{\"userId\": \"ana\", \"roles\": [\"gone\"]}]"),
        ("milvus/q/roles.json", "[{\"role\": \"r\", \"privileges\": [{}]}]"),
        ("opensearch/q/roles.json", "[]"),
        ("elasticsearch/q/roles.json", ""),
    ] {
        let kind = file.split('/').next().unwrap();
        let mut files = Exports::default();
        files.add("vectors/qdrant/q/collections.json", br#"{"result": {"collections": [{"name": "c"}]}}"#);
        files.add("vectors/weaviate/q/schema.json", br#"{"classes": [{"class": "c"}]}"#);
        files.add("vectors/weaviate/q/roles.json", b"[]");
        files.add("vectors/milvus/q/collections.json", br#"["c"]"#);
        files.add("vectors/milvus/q/users.json", b"[]");
        files.add("vectors/opensearch/q/indices.json", br#"[{"index": "c"}]"#);
        files.add("vectors/elasticsearch/q/indices.json", br#"[{"index": "c"}]"#);
        files.add(&format!("vectors/{file}"), broken.as_bytes());
        files.add("vectors/chroma/q/x.json", b"{}");
        let vectors = Vectors::new(&files);
        assert!(vectors.gaps().iter().any(|g| file.starts_with(g.place.strip_prefix("vectors/").unwrap())), "{file}: {:?}", vectors.gaps());
        assert_eq!(vectors.unknown_files(), ["vectors/chroma/q/x.json"]);
        // Milvus names a collection with its database.
        let rows = [vectors.collection(kind, "q", "c"), vectors.collection(kind, "q", "default.c")].concat();
        assert!(rows.iter().any(|r| r.access.name() == "read" && r.answer.name() == "unknown"), "{file}: {rows:?}");
    }
}

/// Answers of an account `ana` with one role, `PRINCIPAL ACCESS ANSWER`.
fn lines(kind: &str, files: &[(&str, &str)], collection: &str) -> Vec<String> {
    let mut all = Exports::default();
    for (file, text) in files {
        all.add(&format!("vectors/{kind}/q/{file}"), text.as_bytes());
    }
    let rows = Vectors::new(&all).collection(kind, "q", collection);
    rows.iter().map(|r| format!("{} {} {}", r.principal, r.access.name(), r.answer.name())).collect()
}

const UNKNOWN: [&str; 4] = ["read", "write", "list", "admin"];

#[test]
fn what_is_not_known_of_actions_and_roles_is_never_no() {
    let unknown = |who: &str| UNKNOWN.map(|access| format!("{who} {access} unknown"));
    let open = |roles: &str, groups: &str, users: &str| {
        let mapping = r#"{"r": {"users": ["ana"]}}"#;
        lines(
            "opensearch",
            &[
                ("indices.json", r#"[{"index": "c"}]"#),
                ("roles.json", roles),
                ("actiongroups.json", groups),
                ("internalusers.json", users),
                ("rolesmapping.json", mapping),
            ],
            "c",
        )
    };
    let allowed = |actions: &str| format!(r#"{{"r": {{"index_permissions": [{{"index_patterns": ["c"], "allowed_actions": {actions}}}]}}}}"#);
    assert_eq!(open(&allowed(r#"["odd"]"#), "{}", "{}"), unknown("user:ana"));
    assert_eq!(open(&allowed(r#"["own"]"#), r#"{"own": {"allowed_actions": 3}}"#, "{}"), unknown("user:ana"));
    assert_eq!(open("{}", "{}", "{}"), unknown("user:ana"), "the role is not there");
    assert_eq!(open(r#"{"r": {"index_permissions": 3}}"#, "{}", "{}"), unknown("everybody who reaches the server"));
    for field in ["backend_roles", "opendistro_security_roles"] {
        assert_eq!(open(&allowed("[]"), "{}", &format!(r#"{{"bob": {{"{field}": "x"}}}}"#)), unknown("everybody who reaches the server"), "{field}");
    }
    let read = ["user:ana read yes", "user:ana list yes"];
    assert_eq!(open(&allowed(r#"["indices:*/search"]"#), "{}", "{}"), read, "a pattern of actions");
    assert_eq!(open(&allowed(r#"["cluster_monitor", "indices:admin/create"]"#), "{}", "{}"), [] as [&str; 0]);
    // Groups that name each other, often.
    let cycle: Vec<String> = (0..40)
        .map(|i| format!(r#""g{i}": {{"allowed_actions": ["read", {}]}}"#, (0..40).map(|j| format!("\"g{j}\"")).collect::<Vec<_>>().join(", ")))
        .collect();
    assert_eq!(open(&allowed(r#"["g0"]"#), &format!("{{{}}}", cycle.join(", ")), "{}"), read);

    let elastic = |role: &str| {
        let roles = format!(r#"{{"r": {{"cluster": [], "indices": {role}}}}}"#);
        lines(
            "elasticsearch",
            &[("indices.json", r#"[{"index": "c"}]"#), ("roles.json", &roles), ("users.json", r#"{"ana": {"roles": ["r"]}}"#)],
            "c",
        )
    };
    assert_eq!(elastic(r#"[{"names": ["c"], "privileges": ["odd"]}]"#), unknown("user:ana"));
    assert_eq!(elastic("3"), unknown("everybody who reaches the server"));
    assert_eq!(elastic(r#"[{"names": ["c"], "privileges": ["none", "manage_ilm"]}]"#), [] as [&str; 0]);
    assert_eq!(elastic(r#"[{"names": ["c"], "privileges": ["indices:data/read/search"]}]"#), read);
}

#[test]
fn what_is_not_known_of_privileges_is_never_no() {
    let unknown = |who: &str| UNKNOWN.map(|access| format!("{who} {access} unknown"));
    let milvus = |privilege: &str| {
        let roles = format!(r#"[{{"role": "r", "privileges": [{{"privilege": "{privilege}", "object_name": "c"}}]}}, {{"role": "public"}}]"#);
        lines(
            "milvus",
            &[("collections.json", r#"["c"]"#), ("roles.json", &roles), ("users.json", r#"[{"user": "ana", "roles": ["r"]}]"#)],
            "default.c",
        )
        .into_iter()
        .filter(|line| line.starts_with("user:ana"))
        .collect::<Vec<_>>()
    };
    assert_eq!(milvus("Odd"), unknown("user:ana"));
    assert_eq!(milvus("Flush"), [] as [&str; 0]);

    let weaviate = |permission: &str| {
        let roles = format!(r#"[{{"name": "r", "permissions": [{permission}]}}]"#);
        lines(
            "weaviate",
            &[("schema.json", r#"{"classes": [{"class": "c"}]}"#), ("roles.json", &roles), ("users.json", r#"[{"userId": "ana", "roles": ["r"]}]"#)],
            "c",
        )
    };
    assert_eq!(weaviate(r#"{"action": "odd"}"#), unknown("user:ana"));
    assert_eq!(weaviate("{}"), unknown("everybody who reaches the server"));
    assert_eq!(weaviate(r#"{"action": "read_nodes"}"#), [] as [&str; 0]);
}

#[test]
fn collections_are_asked_about_whatever_else_cannot_be_read() {
    for (kind, file, text, collection) in [
        ("qdrant", "collections.json", r#"{"result": {"collections": [{"name": "c"}]}}"#, "c"),
        ("milvus", "collections.json", r#"["c", {"name": "d", "db_name": "hr"}]"#, "hr.d"),
        ("weaviate", "schema.json", r#"{"classes": [{"class": "c"}]}"#, "c"),
        ("opensearch", "indices.json", r#"[{"index": "c"}]"#, "c"),
    ] {
        let mut files = Exports::default();
        files.add(&format!("vectors/{kind}/q/{file}"), text.as_bytes());
        let gap = files.add(&format!("vectors/{kind}/q/config.json"), b"{").unwrap();
        files.add(&format!("vectors/{kind}/q/roles.json"), b"{");
        let vectors = Vectors::new(&files);
        assert!(vectors.collections().any(|found| found == (kind, "q", collection)), "{kind}: {:?}", vectors.collections().collect::<Vec<_>>());
        assert_eq!(vectors.collection(kind, "q", collection).len(), 4, "{kind}");
        assert!(kind == "opensearch" || vectors.gaps().contains(&gap), "{kind}: {:?}: one file, one gap", vectors.gaps());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_permission_more_never_removes_reach(picks in prop::collection::vec((0..5_usize, 0..4_usize, any::<bool>()), 1..6)) {
        let rows = |picks: &[(usize, usize, bool)]| {
            let permission = |(action, pattern, tenant): &(usize, usize, bool)| {
                let pattern = ["*", "Doc*", "Docs", "Other"][*pattern];
                let action = ["read_data", "create_data", "manage_data", "read_collections", "update_roles"][*action];
                json!({ "action": action, "data": { "collection": pattern, "tenant": if *tenant { "*" } else { "t1" } } })
            };
            let mut files = Exports::default();
            files.add("vectors/weaviate/w/schema.json", br#"{"classes": [{"class": "Docs"}]}"#);
            files.add("vectors/weaviate/w/users.json", br#"[{"userId": "ana", "roles": ["r"]}]"#);
            let role = json!([{ "name": "r", "permissions": picks.iter().map(permission).collect::<Vec<_>>() }]);
            files.add("vectors/weaviate/w/roles.json", role.to_string().as_bytes());
            answers("weaviate/w/Docs", &files)
        };
        prop_assert!(no_more(&rows(&picks), &rows(&picks[..picks.len() - 1])));
    }

    #[test]
    fn any_bytes_are_read_as_exports(bytes in prop::collection::vec(any::<u8>(), 0..60), at in 0..6_usize) {
        let mut files = Exports::default();
        let path = ["qdrant/q/tokens.json", "weaviate/q/roles.json", "milvus/q/users.json", "opensearch/q/roles.json", "elasticsearch/q/users.json", "qdrant/q/config.json"][at];
        files.add(&format!("vectors/{path}"), &bytes);
        let _ = Vectors::new(&files).gaps();
    }
}
