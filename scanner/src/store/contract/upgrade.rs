//! Stores written by earlier versions: `migrations/fixtures/` has a dump of [`sample`] as each landed version of the schema kept it.
//!
//! Made with `sqlite3 FILE .dump` and `pg_dump --inserts --no-owner` (which a test of the store on Postgres leaves in its temporary folder).

use super::{Place, make::*};
use crate::{
    record::State,
    store::{End, Query},
};
use sonde_connectors::Reason;

/// Writes the little store that fixtures are dumps of.
pub async fn sample(place: &Place) {
    let store = place.open().await;
    let mut records = vec![text("notes/it's 🧨.txt", &["email", "pan"])];
    for i in 0..2 {
        let table = part("export/t.csv", i, 2).extent(10, 10, 0, &[(Some("mail"), 10), (Some("id"), 10)]);
        records.push(table.finding(in_column("mail", "email", 0, 8, 3_000, true)));
    }
    let mut skipped = part("export/locked.pdf", 0, 1);
    skipped.coverage = vec![covered(State::Skipped, Some(Reason::UnsupportedFileType))];
    records.push(skipped);
    scan(&*store, records.clone(), End::Complete).await;
    // A second run without the second rule: one finding is resolved.
    records[0].findings.pop();
    scan(&*store, records, End::Complete).await;
    // And one that was killed.
    let run = store.open_run(run_spec(&[SOURCE])).await.expect("a run");
    plan(&*store, run, 0, 5).await;
    store.close().await;
}

/// Holds a store that was loaded from a dump of [`sample`] against what was written, after its migration to the newest schema.
///
/// # Panics
/// Something is lost.
pub async fn check(place: &Place) {
    let store = place.open().await;
    let status = store.status().await.expect("a status");
    assert!(status.migrations.iter().all(|(_, _, applied)| *applied), "{status:?}");
    let wanted = ["export/ mail email open", "notes/ - email open", "notes/ - pan resolved"];
    assert_eq!(statuses(&*store).await, wanted);
    let found = findings(&*store).await;
    let table = &found[0];
    assert_eq!((table.occurrences, table.rows_matched, table.rows_seen, table.distinct, table.confidence), (16, 16, 20, 8, 0.8889));
    assert_eq!(table.uid, "1918d3c3d957a7a98feda16e441aa0ea73653aa198224e65feaae7348a82604f", "the name of a finding never changes");
    let rows: Vec<_> = table.locations.iter().map(|(_, _, l)| l.row).collect();
    assert_eq!(rows, (1..=8).chain(11..=18).map(Some).collect::<Vec<_>>());
    assert_eq!(
        object_findings(&*store).await.iter().map(|o| (o.object.as_str(), o.occurrences)).collect::<Vec<_>>(),
        [("export/t.csv", 16), ("notes/it's 🧨.txt", 1)]
    );
    let states: Vec<_> = coverage_of(&*store, &Query::default()).await.into_iter().map(|c| c.coverage.state).collect();
    assert_eq!(states, [State::Skipped, State::Scanned, State::Scanned]);
    assert_eq!(
        datasets_of(&*store, &Query::default()).await.iter().map(|d| (d.objects, d.scanned, d.findings)).collect::<Vec<_>>(),
        [(2, 1, 1), (1, 1, 1)]
    );
    // It goes on where it was.
    scan(&*store, vec![text("notes/it's 🧨.txt", &["email", "pan"])], End::Complete).await;
    assert_eq!(statuses(&*store).await, ["export/ mail email resolved", "notes/ - email open", "notes/ - pan open"]);
    assert_eq!(findings(&*store).await[2].uid, found[2].uid);
    store.close().await;
}
