use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::unseen::Group;

#[test]
fn documents_are_the_same_for_the_same_seed_and_labels_lie_in_the_text() {
    let world = World::load();
    let all = documents(&world, 3, 900);
    let again = documents(&world, 3, 20);
    assert!(all.iter().zip(&again).all(|(a, b)| a.text == b.text));
    let mut formats: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut must, mut tags) = (0, BTreeSet::new());
    for document in &all {
        *formats.entry(document.format).or_default() += 1;
        for label in &document.labels {
            assert!(!document.text[label.span.clone()].is_empty());
            assert!(label.span.start < label.span.end);
            must += usize::from(label.must);
            tags.insert(label.tag.as_str());
        }
    }
    assert_eq!(formats.keys().copied().collect::<BTreeSet<_>>(), FORMATS.iter().copied().collect());
    assert_eq!(WRITERS.iter().map(|w| w.0).collect::<Vec<_>>(), FORMATS);
    assert!(must > 2000 && tags.len() > 200, "{must} values of {} tags", tags.len());
    let countries: BTreeSet<&str> = all.iter().flat_map(|d| &d.labels).map(|l| l.country.as_str()).collect();
    assert!(countries.len() > 60, "{} countries", countries.len());
    assert!(tags.iter().filter(|t| Group::of(t) == Group::Structured).count() > 190);
}

#[test]
fn json_documents_parse() {
    let world = World::load();
    let mut seen = 0;
    for document in documents(&world, 5, 600).iter().filter(|d| d.format == "json" || d.format == "ndjson") {
        for line in if document.format == "json" { vec![document.text.as_str()] } else { document.text.lines().collect() } {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
            seen += 1;
        }
    }
    assert!(seen > 50);
}
