//! The page of credentials says what the rules do.

use std::collections::BTreeSet;

use sonde_classifiers::Ruleset;

const PAGE: &str = include_str!("../credentials.md");

#[test]
fn every_tag_on_the_page_is_a_rules() {
    let rules = Ruleset::builtin().unwrap();
    let tags: BTreeSet<&str> = rules.rules().iter().map(|r| r.tag.as_str()).collect();
    let named: BTreeSet<&str> = PAGE.split('`').skip(1).step_by(2).filter(|t| t.starts_with("secret.")).collect();
    assert!(named.len() > 300, "{}", named.len());
    let unknown: Vec<_> = named.difference(&tags).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_provider_of_the_page_has_kinds_or_a_reason() {
    for row in PAGE.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| what") && !l.starts_with("| provider")) {
        let kinds = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let said = kinds.contains("`secret.")
            || kinds.starts_with("see ")
            || kinds.starts_with("publishes no format")
            || kinds.starts_with("no longer exists");
        assert!(said, "{row}");
    }
}
