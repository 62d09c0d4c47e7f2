//! Committing: replacing, fencing, keys, crashes, many rows, many runs.

use super::{Place, make::*};
use crate::{
    record::SplitRecord,
    store::{End, PlannedSplit, Query, Refusal},
};

pub(super) async fn migrating_twice_changes_nothing(place: Place) {
    let spec = place.spec.clone();
    let store = crate::store::open(&spec).await.expect("opens");
    let before = store.status().await.expect("status before");
    assert!(before.migrations.iter().all(|(_, _, applied)| !applied), "{before:?}");
    assert_eq!(store.status().await.expect("asking changes nothing"), before);
    assert!(findings_fail(&*store).await, "nothing can be read yet");
    let after = store.migrate().await.expect("migrates");
    assert!(after.migrations.iter().all(|(_, _, applied)| *applied) && !after.migrations.is_empty());
    assert_eq!(store.migrate().await.expect("again"), after);
    assert_eq!(store.status().await.expect("status"), after);
    assert!(table(&*store).await.is_empty());
    store.close().await;
    assert!(findings_fail(&*store).await, "closed is closed");
}

async fn findings_fail(store: &dyn crate::store::Store) -> bool {
    store.findings(&Query::default(), Box::new(|_| Ok(()))).await.is_err()
}

pub(super) async fn a_part_is_replaced(place: Place) {
    let store = place.open().await;
    let run = store.open_run(run_spec(&[SOURCE])).await.expect("a run");
    // The same part twice in one run (tried again after a crash): the second counts.
    commit(&*store, run, vec![text("a.txt", &["email", "pan"]), text("b.txt", &["email"]), text("a.txt", &["email"])]).await;
    store.finish(run, End::Complete, 0.5.into()).await.expect("finish");
    let rows = object_findings(&*store).await;
    assert_eq!(rows.iter().map(|r| (r.object.as_str(), r.rule.as_str())).collect::<Vec<_>>(), [("a.txt", "email"), ("b.txt", "email")]);
    let all = findings(&*store).await;
    assert_eq!((all.len(), all[0].occurrences, all[0].rows_seen, all[0].distinct), (1, 2, 2, 1));
    // A second run gives the same table; fewer parts leave nothing of the old ones.
    let before = table(&*store).await;
    scan(&*store, vec![text("a.txt", &["email"]), text("b.txt", &["email"])], End::Complete).await;
    assert_eq!(table(&*store).await, before);
    let long = |n: u32| (0..n).map(|i| part("a.txt", i, n).extent(1, 1, 0, &[(None, 1)]).finding(in_text("email", &[0], 5_000))).collect::<Vec<_>>();
    scan(&*store, long(3), End::Complete).await;
    assert_eq!(findings(&*store).await[0].occurrences, 3);
    scan(&*store, long(2), End::Complete).await;
    assert_eq!(findings(&*store).await[0].occurrences, 2);
    assert_eq!(findings(&*store).await[0].rows_seen, 2);
}

pub(super) async fn leases_fence(place: Place) {
    let store = place.open().await;
    let run = store.open_run(run_spec(&[SOURCE])).await.expect("a run");
    plan(&*store, run, 0, 7).await;
    let record = |token| SplitRecord { split: 0, token, parts: vec![text("a.txt", &["email"])] };
    let refused = store.commit(run, record(8)).await.expect_err("another token");
    assert_eq!(refused.downcast_ref(), Some(&Refusal::LeaseLost { run, split: 0 }));
    assert!(refused.to_string().contains("lease lost"));
    assert!(coverage_of(&*store, &Query::default()).await.is_empty(), "nothing of a refused commit stays");
    store.commit(run, record(7)).await.expect("the lease holds");
    store.commit(run, record(7)).await.expect_err("done is done");
    let unplanned = SplitRecord { split: 9, ..record(7) };
    store.commit(run, unplanned).await.expect_err("never planned");
    assert_eq!(coverage_of(&*store, &Query::default()).await.len(), 1);
    store.finish(run, End::Complete, 0.5.into()).await.expect("finish");
    let late = PlannedSplit { split: 1, token: 1, spec: String::new(), objects: 0, bytes: 0 };
    let refused = store.plan(run, vec![late]).await.expect_err("the run is over");
    assert!(matches!(refused.downcast_ref(), Some(Refusal::NotRunning { .. })));
}

pub(super) async fn a_newer_run_takes_over(place: Place) {
    let store = place.open().await;
    let old = store.open_run(run_spec(&[SOURCE, "file:///else/"])).await.expect("a run");
    plan(&*store, old, 0, 1).await;
    plan(&*store, old, 1, 1).await;
    store.commit(old, SplitRecord { split: 0, token: 1, parts: vec![text("a.txt", &["pan"])] }).await.expect("still its own");
    let new = store.open_run(run_spec(&[SOURCE])).await.expect("the next run");
    let record = SplitRecord { split: 1, token: 1, parts: vec![text("b.txt", &["pan"])] };
    assert!(matches!(store.commit(old, record).await.expect_err("taken over").downcast_ref(), Some(Refusal::LeaseLost { .. })));
    assert!(matches!(store.finish(old, End::Complete, 0.5.into()).await.expect_err("taken over").downcast_ref(), Some(Refusal::NotRunning { .. })));
    commit(&*store, new, vec![text("a.txt", &["email"])]).await;
    store.finish(new, End::Complete, 0.5.into()).await.expect("finish");
    assert_eq!(statuses(&*store).await, [" - email open"]);
}

pub(super) async fn another_key_is_refused(place: Place) {
    let store = place.open().await;
    store.open_run(run_spec(&[SOURCE])).await.expect("the first key is the store's");
    let mut other = run_spec(&[SOURCE]);
    other.key_id = "fedcba9876543210".into();
    let refused = store.open_run(other).await.expect_err("another key");
    assert!(matches!(refused.downcast_ref(), Some(Refusal::OtherKey { .. })));
    store.open_run(run_spec(&[SOURCE])).await.expect("the store's key still opens it");
}

pub(super) async fn killed_anywhere_the_next_run_gives_the_same(place: Place) {
    let parts = || {
        let a = (0..4).map(|i| part("a.log", i, 4).extent(3, 2, 1, &[(None, 3)]).finding(in_text("email", &[0, 2], 5_000)));
        a.chain([text("b.txt", &["pan"])]).collect::<Vec<_>>()
    };
    let store = place.open().await;
    scan(&*store, parts(), End::Complete).await;
    let wanted = (table(&*store).await, format!("{:?}", object_findings(&*store).await));
    for committed in 0..=parts().len() {
        // Dropped without an end: its connections go down with what was open on them.
        let killed = place.open().await;
        let run = killed.open_run(run_spec(&[SOURCE])).await.expect("a run");
        let other = parts().into_iter().map(|p| p.finding(in_text("us-ssn", &[1], 9_000))).take(committed).collect();
        commit(&*killed, run, other).await;
        plan(&*killed, run, 99, 1).await;
        drop(killed);
        let rerun = place.open().await;
        scan(&*rerun, parts(), End::Complete).await;
        let got = (table(&*rerun).await, format!("{:?}", object_findings(&*rerun).await));
        assert_eq!(got, wanted, "after {committed} commits");
        rerun.close().await;
    }
}

pub(super) async fn ten_thousand_findings_in_one_commit(place: Place) {
    let store = place.open().await;
    let mut record = part("wide.parquet", 0, 1);
    let fields: Vec<String> = (0..5_000).map(|i| format!("column_{i:04}")).collect();
    record = record.extent(10, 0, 0, &fields.iter().map(|f| (Some(f.as_str()), 10)).collect::<Vec<_>>());
    for field in &fields {
        record.findings.push(in_column(field, "email", 0, 10, 3_000, true));
        record.findings.push(in_column(field, "ip", 0, 1, -9_000, false));
    }
    let started = std::time::Instant::now();
    scan(&*store, vec![record], End::Complete).await;
    let all = findings(&*store).await;
    assert_eq!(all.len(), 5_000);
    assert!(all.iter().all(|f| f.rule == "email" && f.rows_matched == 10 && f.rows_seen == 10 && f.locations.len() == 10));
    assert_eq!(object_findings(&*store).await.len(), 5_000);
    let taken = started.elapsed();
    assert!(taken.as_secs() < 60, "{taken:?}");
}

pub(super) async fn two_runs_at_once(place: Place) {
    let (left, right) = (place.open().await, place.open().await);
    let one = |store: std::sync::Arc<dyn crate::store::Store>, source: &'static str| async move {
        let run = store.open_run(run_spec(&[source])).await.expect("a run");
        for split in 0..20 {
            plan(&*store, run, split, split).await;
            let mut record = text(&format!("{split}.txt"), &["email"]);
            record.object.source = source.into();
            record.object.dataset = source.into();
            store.commit(run, SplitRecord { split, token: split, parts: vec![record] }).await.expect("a commit");
        }
        store.finish(run, End::Complete, 0.5.into()).await.expect("finish");
    };
    let (a, b) = tokio::join!(tokio::spawn(one(left.clone(), "file:///l/")), tokio::spawn(one(right, "file:///r/")));
    a.expect("left");
    b.expect("right");
    let all = findings(&*left).await;
    assert_eq!(all.iter().map(|f| (f.source.as_str(), f.occurrences)).collect::<Vec<_>>(), [("file:///l/", 20), ("file:///r/", 20)]);
}
