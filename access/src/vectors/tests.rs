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
