use std::cmp::Reverse;

use proptest::prelude::*;

use super::resolve;
use crate::{Engine, EngineOptions, Overlaps, Ruleset, judge::Hit};

const RULE: &str = r#"
[[rule]]
id = "ID"
tag = "TAG"
name = "x"
sensitivity = "low"
examples = ["ab", "ab"]
counter_examples = ["x", "y"]
[[rule.form]]
prior = 1.0
literals = ["ab"]
pattern = "ab"
"#;

/// Rules 0 and 1 of one category, 2 and 3 of another; 3 names what rule 2 gives.
fn engine(overlaps: Overlaps) -> Engine {
    let rule = |id: &str, tag: &str| RULE.replace("ID", id).replace("TAG", tag);
    let text = [rule("a", "pii.a"), rule("b", "pii.b"), rule("c", "secret.c"), rule("d", "secret.d")].concat();
    let text = text.replace("tag = \"secret.d\"", "tag = \"secret.d\"\ncontains = [\"secret.c\"]");
    Engine::new(&Ruleset::parse(&[("x.toml", &text)]).unwrap(), EngineOptions { min_confidence: 0.5, overlaps }).unwrap()
}

fn hit((rule, start, length, bits): (u16, usize, usize, i32)) -> Hit {
    let (end, form) = (start + length, u32::from(rule));
    Hit { form, rule, start, end, bits, base: bits, check: 0, weak: false, numeric: false, delta: 0, row: 0, literal: 0, view: None }
}

/// The contract, word by word, pair by pair.
fn naive(mut hits: Vec<Hit>, all: bool) -> Vec<(usize, usize, u16, i32)> {
    hits.sort_by_key(|h| (Reverse(h.bits), Reverse(h.end - h.start), h.rule, h.start));
    let secret = |h: &Hit| h.rule >= 2;
    let inside = |a: &Hit, b: &Hit| b.start <= a.start && a.end <= b.end && (a.start, a.end) != (b.start, b.end);
    // The inner one says nothing more.
    let covers =
        |outer: &Hit, inner: &Hit| outer.rule == inner.rule || (!all && secret(outer) == secret(inner) && (outer.rule, inner.rule) != (3, 2));
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        let meets = |k: &&Hit| k.start < hit.end && hit.start < k.end;
        let loses = |k: &Hit| {
            if inside(&hit, k) { covers(k, &hit) } else { !inside(k, &hit) && (!all || k.rule == hit.rule) }
        };
        if !kept.iter().filter(meets).any(loses) {
            kept.retain(|k| !(inside(k, &hit) && covers(&hit, k)));
            kept.push(hit);
        }
    }
    let mut spans: Vec<_> = kept.into_iter().map(|h| (h.start, h.end, h.rule, h.bits)).collect();
    spans.sort_unstable();
    spans
}

proptest! {
    #[test]
    fn overlaps_are_resolved_as_by_the_contract(
        hits in prop::collection::vec((0..4_u16, 0..300_usize, 1..40_usize, 0..12_i32), 0..120),
        long in prop::collection::vec((0..4_u16, 0..300_usize, 40..300_usize, 0..12_i32), 0..4),
        all: bool,
    ) {
        let engine = engine(if all { Overlaps::All } else { Overlaps::Best });
        let mut hits: Vec<Hit> = hits.into_iter().chain(long).map(hit).collect();
        // One hit a rule and span: the best.
        hits.sort_by_key(|h| (h.start, h.end, h.rule, Reverse(h.bits)));
        hits.dedup_by_key(|h| (h.start, h.end, h.rule));
        let wanted = naive(hits.clone(), all);
        resolve(&engine, &mut hits, &mut Vec::new());
        let got: Vec<_> = hits.iter().map(|h| (h.start, h.end, h.rule, h.bits)).collect();
        prop_assert!(got.is_sorted_by_key(|g| (g.0, g.1, g.2)));
        prop_assert_eq!(got, wanted);
    }
}

#[test]
fn long_chains_of_overlaps_are_no_square() {
    let engine = engine(Overlaps::Best);
    let chain = |n: usize| (0..n).map(|i| hit(((i % 4) as u16, i * 3, 8, (i * 7 % 11) as i32))).chain([hit((0, 0, 4_000, 1))]).collect::<Vec<_>>();
    let mut hits = chain(300_000);
    let begun = std::time::Instant::now();
    resolve(&engine, &mut hits, &mut Vec::new());
    // A square would take minutes.
    assert!(begun.elapsed().as_secs() < 20);
    assert!(hits.len() > 10_000);
}
