use proptest::prelude::*;

use super::*;
use crate::{EngineOptions, RuleIndex};

fn composite(all_of: &[&str], any_of: &[&[&str]]) -> Composite {
    let owned = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    Composite {
        id: "c".into(),
        tag: "phi.c".into(),
        name: "C".into(),
        sensitivity: Sensitivity::High,
        regulations: Vec::new(),
        all_of: owned(all_of),
        any_of: any_of.iter().map(|l| owned(l)).collect(),
        scope: Scope::Record,
        window: 100,
        minimum: 1,
        distinct: 1,
    }
}

fn column(tag: &str, rows: u64) -> Column<'_> {
    Column { tag, rows, millibits: 10_000 }
}

#[test]
fn tables_claim_what_their_counts_imply() {
    let c = composite(&["pii.email"], &[&["phi", "special"], &["gov.us"]]);
    let rows = |columns: &[Column<'_>], rows| c.joined(columns, rows).map(|j| (j.rows, j.columns));
    let full = [column("gov.us.ssn", 100), column("phi.icd-code", 40), column("pii.email", 100)];
    assert_eq!(rows(&full, 100), Some((40, vec![2, 1, 0])));
    assert_eq!(rows(&[column("gov.us.ssn", 70), column("phi.x", 60), column("pii.email", 70)], 100), None, "may never meet");
    assert_eq!(rows(&[column("gov.us.ssn", 70), column("phi.x", 71), column("pii.email", 60)], 100), Some((1, vec![2, 1, 0])));
    assert_eq!(rows(&full[1..], 100), None);
    assert_eq!(rows(&[column("government.us", 100), full[1], full[2]], 100), None, "whole parts of a tag");
    // The field with most rows stands for its part; more rows than the table has are no more than all.
    assert_eq!(rows(&[full[0], column("special.religion", 90), full[1], column("pii.email", 500)], 100), Some((90, vec![3, 1, 0])));
    let sure = c.joined(&[column("gov.us.ssn", 1), column("phi.x", 1), Column { millibits: 0, ..column("pii.email", 1) }], 1).unwrap();
    assert!((-20..=0).contains(&sure.millibits), "{}", sure.millibits);
}

#[test]
fn one_column_is_one_part() {
    let c = composite(&["pii", "pii.email"], &[]);
    assert_eq!(c.joined(&[column("pii.email", 9)], 9), None);
    assert_eq!(c.joined(&[column("pii.name", 9), column("pii.email", 9)], 9).map(|j| j.columns), Some(vec![0, 1]));
}

/// Rules 0, 1, 2 are the parts of one composite.
fn watch() -> Watch {
    Watch { composites: vec![composite(&["a.a", "a.b", "a.c"], &[])], by_rule: vec![vec![(0, 0)], vec![(0, 1)], vec![(0, 2)], Vec::new()] }
}

fn follow(watch: &Watch, matches: &[(u64, u16)], own: std::ops::Range<u64>) -> Vec<u64> {
    let (mut nearby, mut found) = (Nearby::new(watch), Vec::new());
    for &(start, rule) in matches {
        let mut load = || own.contains(&start).then_some(start);
        nearby.see(watch, RuleIndex(rule), (start, 9_000), &mut load, &mut |_, _, at| found.push(at));
    }
    nearby.finish(&mut |_, _, at| found.push(at));
    found
}

#[test]
fn every_built_in_composite_can_be_found() {
    let rules = Ruleset::builtin().unwrap();
    assert!(rules.composites().len() >= 7);
    rules.check().unwrap();
    let engine = Engine::new(&rules, EngineOptions::default()).unwrap();
    assert!(Watch::new(&rules, &engine).reach() <= u64::from(WIDEST));
}

proptest! {
    #[test]
    fn texts_are_counted_as_a_naive_count_does(gaps in prop::collection::vec((0..80_u64, 0..4_u16), 0..60), cut in 0..2_000_u64) {
        let mut at = 0;
        let matches: Vec<(u64, u16)> = gaps.iter().map(|&(gap, rule)| { at += gap; (at, rule) }).collect();
        let has = |start: u64, rule: u16| matches.iter().any(|&(s, r)| r == rule && s.abs_diff(start) <= 100);
        let naive: Vec<u64> = matches.iter().filter(|m| m.1 == 0 && has(m.0, 1) && has(m.0, 2)).map(|m| m.0).collect();
        let watch = watch();
        prop_assert_eq!(&follow(&watch, &matches, 0..u64::MAX), &naive);
        // Cut anywhere: each part sees what begins within the window beyond its ends.
        let part = |own: std::ops::Range<u64>| {
            let near: Vec<_> = matches.iter().copied().filter(|m| m.0 + 100 >= own.start && m.0 < own.end.saturating_add(101)).collect();
            follow(&watch, &near, own)
        };
        let mut both = part(0..cut);
        both.extend(part(cut..u64::MAX));
        prop_assert_eq!(both, naive);
    }
}
