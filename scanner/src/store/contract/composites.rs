//! Composites: fields of one table joined by their counts, texts as they come.

use super::{Place, make::*};
use crate::{
    record::PartRecord,
    store::{End, RunSpec, Store},
};

async fn run(store: &dyn Store, parts: Vec<PartRecord>) {
    let spec = RunSpec { composites: vec![card_file()], ..run_spec(&[SOURCE]) };
    let run = store.open_run(spec).await.expect("a run is opened");
    commit(store, run, parts).await;
    store.finish(run, End::Complete, 0.5.into()).await.expect("the run is finished");
}

/// Object, occurrences, rows matched and seen of what is listed of the composite.
async fn listed(store: &dyn Store) -> Vec<(String, u64, u64, u64)> {
    let all = object_findings(store).await;
    all.into_iter().filter(|f| f.rule == "card-file").map(|f| (f.object, f.occurrences, f.rows_matched, f.rows_seen)).collect()
}

pub(super) async fn fields_of_a_table_are_joined(place: Place) {
    let store = place.open().await;
    let table = |key: &str, i: u32, parts: u32, rows: u64, cards: u64| {
        let extent = part(key, i, parts).extent(rows, rows, 0, &[(Some("card"), cards), (Some("mail"), rows)]);
        extent.finding(in_column("mail", "email", 0, rows, 9_000, true)).finding(in_column("card", "pan", 0, cards, 9_000, true))
    };
    let alone = |key: &str| part(key, 0, 1).extent(5, 5, 0, &[(Some("card"), 5)]).finding(in_column("card", "pan", 0, 5, 9_000, true));
    let letter = || part("x.txt", 0, 1).extent(3, 3, 0, &[(None, 3)]).finding(in_text("card-file", &[0, 2], 9_000));
    let one = |rows: &[(&str, u64, u64, u64)]| rows.iter().map(|r| (r.0.to_owned(), r.1, r.2, r.3)).collect::<Vec<_>>();
    run(&*store, vec![table("t.csv", 0, 2, 8, 4), table("t.csv", 1, 2, 5, 3), alone("u.csv"), letter()]).await;
    assert_eq!(listed(&*store).await, one(&[("t.csv", 7, 7, 13), ("x.txt", 2, 2, 3)]));
    let all = findings(&*store).await;
    let found: Vec<_> = all.iter().filter(|f| f.rule == "card-file").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].occurrences, found[0].rows_matched, found[0].rows_seen, found[0].field.as_deref()), (9, 9, 16, None));
    assert_eq!(found[0].locations.len(), 2, "those of the text");
    assert!(found[0].confidence > 0.99);
    // The same again says the same; what is no more in one table is gone.
    run(&*store, vec![table("t.csv", 0, 2, 8, 4), table("t.csv", 1, 2, 5, 3), alone("u.csv"), letter()]).await;
    assert_eq!(listed(&*store).await, one(&[("t.csv", 7, 7, 13), ("x.txt", 2, 2, 3)]));
    run(&*store, vec![alone("t.csv"), letter()]).await;
    assert_eq!(listed(&*store).await, one(&[("x.txt", 2, 2, 3)]));
    // Fewer records than it asks for.
    run(&*store, vec![part("x.txt", 0, 1).extent(3, 3, 0, &[(None, 3)]).finding(in_text("card-file", &[1], 9_000))]).await;
    assert_eq!(listed(&*store).await, []);
    assert!(statuses(&*store).await.iter().any(|s| s.contains("card-file resolved")), "{:?}", statuses(&*store).await);
}

pub(super) async fn rare_fields_are_not_joined(place: Place) {
    let store = place.open().await;
    // Half of the rows each: they may never meet.
    let extent = part("t.csv", 0, 1).extent(10, 10, 0, &[(Some("card"), 5), (Some("mail"), 5)]);
    let columns = extent.finding(in_column("mail", "email", 0, 5, 9_000, true)).finding(in_column("card", "pan", 5, 5, 9_000, true));
    run(&*store, vec![columns]).await;
    assert_eq!(listed(&*store).await, []);
}
