//! Listings under filters, in order, and with what attackers write into names.

use anyhow::bail;
use sonde_classifiers::Sensitivity;

use super::{Place, make::*};
use crate::{
    record::State,
    store::{End, Query},
};

pub(super) async fn queries_filter(place: Place) {
    let store = place.open().await;
    let mut sure = text("b/y.txt", &["pan"]);
    sure.findings.push(in_text("ip", &[0], 500));
    scan(&*store, vec![text("a/x.txt", &["email"]), sure, text("c/z.txt", &[])], End::Complete).await;
    let count = async |query: Query| {
        (findings_of(&*store, &query).await.len(), object_findings_of(&*store, &query).await.len(), datasets_of(&*store, &query).await.len())
    };
    let q = Query::default;
    assert_eq!(count(q()).await, (3, 3, 3));
    assert_eq!(count(Query { tags: vec!["pii".into()], ..q() }).await, (2, 2, 2));
    assert_eq!(count(Query { tags: vec!["pii.email".into(), "pci".into()], ..q() }).await, (2, 2, 2));
    assert_eq!(count(Query { tags: vec!["pi".into()], ..q() }).await, (0, 0, 0));
    assert_eq!(count(Query { min_sensitivity: Some(Sensitivity::High), ..q() }).await, (1, 1, 1));
    assert_eq!(count(Query { min_confidence: 0.9, ..q() }).await, (2, 2, 2));
    assert_eq!(count(Query { dataset_prefix: Some("file:///data/b".into()), ..q() }).await, (2, 2, 1));
    assert_eq!(count(Query { dataset_prefix: Some("file:///data/_".into()), ..q() }).await, (0, 0, 0));
    assert_eq!(count(Query { status: Some("resolved".into()), ..q() }).await, (0, 0, 0));
    assert_eq!(count(Query { limit: Some(2), ..q() }).await, (2, 2, 2));
    assert_eq!(count(Query { limit: Some(0), ..q() }).await, (0, 0, 0));
    assert_eq!(count(Query { sources: vec!["file:///data".into()], ..q() }).await, (0, 0, 0));
    let listed = datasets_of(&*store, &q()).await;
    let b = &listed[1];
    assert_eq!((b.objects, b.scanned, b.bytes, b.findings, b.sensitivity), (1, 1, 100, 2, Some(Sensitivity::Critical)));
    assert_eq!(b.tags, ["pci.pan", "pii.ip"]);
    assert_eq!((listed[2].findings, listed[2].sensitivity, listed[2].tags.len()), (0, None, 0));
    let masked = store.to_string();
    assert!(!masked.contains("password"), "{masked}");
}

pub(super) async fn order_is_by_byte(place: Place) {
    let store = place.open().await;
    let keys = ["B.txt", "_", "a.txt", "a/1.txt", "a b/1.txt", "é.txt", "z.txt", "😀.txt", "\u{ffff}.txt", "Z/", "ä/1.txt", "a//b", "../x"];
    let parts = keys.iter().rev().map(|k| text(k, &["pan", "email"])).collect();
    scan(&*store, parts, End::Complete).await;
    let mut wanted: Vec<(String, String, &str)> =
        keys.iter().flat_map(|k| ["email", "pan"].map(|r| (object(k).dataset, (*k).to_owned(), r))).collect();
    wanted.sort();
    let listed = object_findings(&*store).await;
    let got: Vec<_> = listed.iter().map(|o| (o.dataset.clone(), o.object.clone(), o.rule.as_str())).collect();
    assert_eq!(got, wanted);
    let mut datasets: Vec<_> = keys.iter().map(|k| object(k).dataset).collect();
    datasets.sort();
    datasets.dedup();
    assert_eq!(datasets_of(&*store, &Query::default()).await.into_iter().map(|d| d.dataset).collect::<Vec<_>>(), datasets);
    let found = findings(&*store).await;
    assert!(found.is_sorted_by_key(|f| (f.dataset.clone(), f.field.clone(), f.rule.clone())) && found.len() == datasets.len() * 2);
    let covered: Vec<_> = coverage_of(&*store, &Query::default()).await.into_iter().map(|c| (c.dataset, c.object)).collect();
    assert!(covered.is_sorted() && covered.len() == keys.len());
}

pub(super) async fn no_field_and_empty_field_differ(place: Place) {
    let store = place.open().await;
    let fields = [Some("\u{1}"), None, Some(""), Some("a")];
    let mut record = part("t.csv", 0, 1).extent(9, 0, 0, &[(Some("\u{1}"), 9), (None, 4), (Some(""), 7), (Some("a"), 8)]);
    for field in fields {
        record.findings.push(match field {
            None => in_text("email", &[0], 5_000),
            Some(field) => in_column(field, "email", 0, 3, 5_000, true),
        });
    }
    // And members: none, and one without a name.
    for member in ["", "m"] {
        let mut inside = in_text("email", &[2], 5_000);
        inside.member = Some(member.into());
        record.findings.push(inside);
        record.extents.push(crate::record::Extent { member: Some(member.into()), rows: 1, newlines: 0, tail: 1, fields: vec![(None, 1)] });
        record.coverage.push(crate::record::Coverage { member: Some(member.into()), ..covered(State::Scanned, None) });
    }
    scan(&*store, vec![record], End::Complete).await;
    let got: Vec<_> = findings(&*store).await.into_iter().map(|f| (f.field, f.rows_seen, f.occurrences)).collect();
    let named = |f: &str| Some(f.to_owned());
    assert_eq!(got, [(None, 6, 3), (named(""), 7, 3), (named("\u{1}"), 9, 3), (named("a"), 8, 3)]);
    let listed: Vec<_> = object_findings(&*store).await.into_iter().map(|o| (o.member, o.field, o.rows_seen)).collect();
    assert_eq!(
        listed,
        [(None, None, 4), (None, named(""), 7), (None, named("\u{1}"), 9), (None, named("a"), 8), (named(""), None, 1), (named("m"), None, 1)]
    );
    let members: Vec<_> = coverage_of(&*store, &Query::default()).await.into_iter().map(|c| c.coverage.member).collect();
    assert_eq!(members, [None, named(""), named("m")]);
}

pub(super) async fn odd_characters_come_back(place: Place) {
    let store = place.open().await;
    let names = [
        "it's",
        "\"q\"",
        "nul\0byte",
        "nul%00byte",
        "\u{1}\u{1}",
        "a\\b\n\r\t",
        "🧨💥",
        "{x}",
        "$1",
        "%s_%",
        "\u{202e}rtl",
        "'; DROP TABLE finding; --",
    ];
    let mut parts = Vec::new();
    for name in names {
        let mut record = part(name, 0, 1).extent(5, 0, 0, &[(Some(name), 5)]);
        let mut finding = in_column(name, "email", 0, 2, 5_000, true);
        for place in finding.locations.iter_mut().chain(&mut finding.weak) {
            place.json_path = Some(format!("$.{name}"));
            place.masked = name.into();
        }
        finding.member = Some(name.into());
        record.extents[0].member = Some(name.into());
        record.coverage[0].detail = Some(name.into());
        record.coverage.push(crate::record::Coverage { member: Some(name.into()), ..covered(State::Scanned, None) });
        record.object.version = name.into();
        record.object.dataset = format!("{SOURCE}{name}/");
        record.findings.push(finding);
        parts.push(record);
    }
    scan(&*store, parts, End::Complete).await;
    let mut sorted = names;
    sorted.sort_by_key(|n| format!("{n}/"));
    let found = findings(&*store).await;
    assert_eq!(found.len(), names.len());
    for (f, name) in found.iter().zip(sorted) {
        assert_eq!((f.dataset.as_str(), f.field.as_deref(), f.rows_seen, f.locations.len()), (format!("{SOURCE}{name}/").as_str(), Some(name), 5, 2));
        let (key, member, place) = &f.locations[0];
        assert_eq!(
            (key.as_str(), member.as_deref(), place.json_path.as_deref(), place.masked.as_str()),
            (name, Some(name), Some(format!("$.{name}").as_str()), name)
        );
    }
    for (o, name) in object_findings(&*store).await.iter().zip(sorted) {
        assert_eq!(
            (o.object.as_str(), o.member.as_deref(), o.field.as_deref(), o.rows_seen, o.locations[1].masked.as_str()),
            (name, Some(name), Some(name), 5, name)
        );
    }
    let listed = coverage_of(&*store, &Query::default()).await;
    assert_eq!(listed.len(), 2 * names.len());
    for (c, name) in listed.iter().step_by(2).zip(sorted) {
        assert_eq!((c.object.as_str(), c.coverage.detail.as_deref()), (name, Some(name)));
    }
    let asked = Query { dataset_prefix: Some(format!("{SOURCE}nul\0")), ..Query::default() };
    assert_eq!(findings_of(&*store, &asked).await.len(), 1);
}

pub(super) async fn a_listing_can_be_broken_off(place: Place) {
    let store = place.open().await;
    scan(&*store, (0..300).map(|i| text(&format!("{i:03}/x.txt"), &["email", "pan"])).collect(), End::Complete).await;
    for _ in 0..20 {
        let query = Query::default();
        let mut left = 3;
        macro_rules! broken_off {
            ($method:ident $(, $extra:expr)?) => {
                let outcome = store.$method(&query, $($extra,)? Box::new(|_| { left -= 1; if left == 0 { bail!("enough") } Ok(()) })).await;
                assert_eq!(outcome.expect_err("the visitor's error comes out").to_string(), "enough");
                left = 3;
            };
        }
        broken_off!(findings);
        broken_off!(object_findings, 20);
        broken_off!(coverage);
        broken_off!(datasets);
        let limited = Query { limit: Some(2), ..Query::default() };
        assert_eq!((object_findings_of(&*store, &limited).await.len(), left), (2, 3));
    }
    assert_eq!(findings(&*store).await.len(), 600);
}
