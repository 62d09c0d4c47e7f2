//! Roll-up: parts, objects and rules made one.

use sonde_connectors::Reason;

use super::{Place, make::*};
use crate::{
    record::{PartRecord, State},
    store::{End, Query},
};

/// A seeded order, so that the suite needs no crate of its own.
struct Shuffle(u64);

impl Shuffle {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn order<T>(&mut self, mut all: Vec<T>) -> Vec<T> {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
        all
    }
}

pub(super) async fn parts_are_numbered_through(place: Place) {
    let store = place.open().await;
    // Three lines and a bit; no line end at all, twice; then the rest. Committed out of order.
    let text = |i: u32, newlines, tail, lines: &[u64]| {
        part("a.log", i, 4).extent(newlines + 1, newlines, tail, &[(None, newlines + 1)]).finding(in_text("email", lines, 5_000))
    };
    let rows =
        |i: u32, rows| part("t.csv", i, 2).extent(rows, rows, 0, &[(Some("mail"), rows)]).finding(in_column("mail", "email", 0, 2, 3_000, true));
    let parts = vec![text(3, 1, 0, &[0, 1]), rows(1, 5), text(0, 3, 4, &[1, 3]), text(2, 0, 6, &[0]), text(1, 0, 10, &[0]), rows(0, 8)];
    scan(&*store, parts, End::Complete).await;
    let listed = object_findings(&*store).await;
    let positions = |i: usize| listed[i].locations.iter().map(|l| (l.line, l.column, l.row)).collect::<Vec<_>>();
    let line = |line, column| (Some(line), Some(column), None);
    assert_eq!(positions(0), [line(2, 7), line(4, 7), line(4, 7 + 4), line(4, 7 + 14), line(4, 7 + 20), line(5, 7)]);
    let row = |row| (None, Some(2), Some(row));
    assert_eq!(positions(1), [row(1), row(2), row(9), row(10)]);
    assert_eq!((listed[1].rows_seen, listed[1].rows_matched, listed[1].occurrences), (13, 4, 4));
    let found = findings(&*store).await;
    assert_eq!(found[0].locations.iter().map(|(_, _, l)| (l.line, l.column, l.row)).collect::<Vec<_>>(), positions(0));
    assert_eq!(found[1].locations.iter().map(|(_, _, l)| (l.line, l.column, l.row)).collect::<Vec<_>>(), positions(1));
}

pub(super) async fn a_missing_part_leaves_lines_unknown(place: Place) {
    let store = place.open().await;
    let text = |i: u32| part("a.log", i, 4).extent(3, 2, 5, &[(None, 3)]).finding(in_text("email", &[0, 1], 5_000));
    let mut lost = part("a.log", 1, 4);
    lost.coverage = vec![covered(State::Skipped, Some(Reason::Throttled))];
    scan(&*store, vec![text(0), lost, text(2)], End::Complete).await;
    let listed = object_findings(&*store).await;
    let lines: Vec<_> = listed[0].locations.iter().map(|l| (l.line, l.column)).collect();
    assert_eq!(lines, [(Some(1), Some(7)), (Some(2), Some(7)), (None, None), (None, None)]);
    // A part that was read and held nothing has no line, but is no hole either.
    let empty = part("a.log", 1, 4);
    scan(&*store, vec![text(0), empty, text(2), text(3)], End::Complete).await;
    let listed = object_findings(&*store).await;
    assert_eq!(listed[0].locations.iter().map(|l| l.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6].map(Some));
}

pub(super) async fn columns_are_judged_over_all_objects(place: Place) {
    let store = place.open().await;
    let cells = |key: &str, from, count, base| {
        part(key, 0, 1).extent(100, 100, 0, &[(Some("card"), 100), (Some("other"), 90)]).finding(in_column("card", "pan", from, count, base, false))
    };
    // Each file alone says too little; the column of the dataset is judged by its best evidence and by all its rows.
    scan(&*store, vec![cells("t/2.csv", 50, 60, -5_000), cells("t/1.csv", 0, 60, 4_000)], End::Complete).await;
    let found = findings(&*store).await;
    assert_eq!(found.len(), 1);
    let f = &found[0];
    assert_eq!((f.occurrences, f.rows_matched, f.rows_seen, f.distinct), (120, 120, 200, 110));
    assert_eq!((f.confidence, f.sensitivity), (0.9412, sonde_classifiers::Sensitivity::Critical));
    assert_eq!(f.locations.len(), 20);
    assert!(f.locations.iter().all(|(key, member, _)| key == "t/1.csv" && member.is_none()));
    let listed = object_findings(&*store).await;
    assert_eq!(
        listed.iter().map(|o| (o.object.as_str(), o.occurrences, o.rows_seen, o.distinct, o.confidence)).collect::<Vec<_>>(),
        [("t/1.csv", 60, 100, 60, 0.9412), ("t/2.csv", 60, 100, 60, 0.9412)]
    );
    assert_eq!(listed[1].locations.len(), 20, "shown because the column stands, though none is credible by itself");
}

pub(super) async fn rules_of_one_column_settle(place: Place) {
    let store = place.open().await;
    let mut loser = in_column("number", "us-ssn", 0, 10, 2_000, false);
    loser.tally.won = 1;
    let record = part("t.csv", 0, 1)
        .extent(10, 10, 0, &[(Some("number"), 10)])
        .finding(in_column("number", "pan", 0, 10, 6_000, false))
        .finding(loser.clone());
    scan(&*store, vec![record], End::Complete).await;
    assert_eq!(statuses(&*store).await, [" number pan open"]);
    assert_eq!(object_findings(&*store).await.len(), 1, "what did not stand is not listed by object either");
    // Without a rival the same column stands.
    let record = part("t.csv", 0, 1).extent(10, 10, 0, &[(Some("number"), 10)]).finding(loser);
    scan(&*store, vec![record], End::Complete).await;
    assert_eq!(statuses(&*store).await, [" number pan resolved", " number us-ssn open"]);
}

pub(super) async fn the_first_twenty_locations(place: Place) {
    let store = place.open().await;
    let lines: Vec<u64> = (0..15).collect();
    let long = |key: &str, i| part(key, i, 2).extent(20, 20, 0, &[(None, 20)]).finding(in_text("email", &lines, 5_000));
    let mut parts = vec![long("b.log", 1), long("b.log", 0), long("a.log", 1)];
    parts.extend((0..30).map(|i| text(&format!("c{i:02}.txt"), &["email"])));
    scan(&*store, parts, End::Complete).await;
    let found = findings(&*store).await;
    assert_eq!((found.len(), found[0].occurrences), (1, 75));
    let shown: Vec<_> = found[0].locations.iter().map(|(key, _, l)| (key.as_str(), l.line)).collect();
    let wanted: Vec<_> = (0..15).map(|_| ("a.log", None)).chain((1..=5).map(|l| ("b.log", Some(l)))).collect();
    assert_eq!(shown, wanted);
    let mut all = Vec::new();
    let visit = Box::new(|row: crate::store::ObjectFindingRow| {
        all.push(row.locations.len());
        Ok(())
    });
    store.object_findings(&Query::default(), usize::MAX, visit).await.expect("a listing of all");
    assert_eq!(all[..2], [15, 30]);
}

/// The same rows, cut into objects' parts and splits in many ways and committed in any order, give the same table.
pub(super) async fn cutting_changes_nothing(place: Place) {
    let store = place.open().await;
    let mut random = Shuffle(0x9e37_79b9_7f4a_7c15);
    let mut wanted: Option<Vec<String>> = None;
    for _ in 0..8 {
        let mut parts: Vec<PartRecord> = Vec::new();
        for key in ["x/1.csv", "x/2.csv"] {
            let mut cuts: Vec<u64> = (0..random.below(5)).map(|_| 1 + random.below(99) as u64).chain([0, 100]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            let count = cuts.len() as u32 - 1;
            for (i, cut) in cuts.windows(2).enumerate() {
                parts.push(cut_of(key, i as u32, count, cut[0], cut[1]));
            }
        }
        scan(&*store, random.order(parts), End::Complete).await;
        let got = (table(&*store).await, format!("{:?}", object_findings(&*store).await));
        let got: Vec<String> = got.0.into_iter().chain([got.1]).collect();
        assert_eq!(wanted.get_or_insert_with(|| got.clone()), &got);
    }
}

/// Rows `from..to` of a table of 100: every third an e-mail, every seventh credible by itself.
fn cut_of(key: &str, i: u32, count: u32, from: u64, to: u64) -> PartRecord {
    let rows: Vec<u64> = (from..to).filter(|r| r % 3 == 0).collect();
    let mut finding = in_column("mail", "email", 0, 0, 2_500, false);
    finding.tally.whole = rows.len() as u64;
    finding.tally.won = rows.len() as u64;
    finding.tally.candidates = rows.len() as u64;
    finding.sketch = sketch(rows.iter().copied());
    for row in &rows {
        let strong = row % 7 == 0;
        let place = location(None, Some(2), Some(row - from), if strong { 4_000 } else { -1 });
        if strong { finding.locations.push(place) } else { finding.weak.push(place) }
    }
    let record = part(key, i, count).extent(to - from, to - from, 0, &[(Some("mail"), to - from)]);
    if rows.is_empty() { record } else { record.finding(finding) }
}
