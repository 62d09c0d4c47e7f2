//! What logs say, kept and read back.

use super::Place;
use crate::store::{LogRow, PrincipalRow, ReachQuery, ReachRow, ReachUseRow, RecordedRow, SnapshotSpec, UsageRows, UseRow};

fn used(principal: &str, access: &str, first: i64, last: i64, uses: u64) -> UseRow {
    UseRow { provider: "aws".into(), principal: principal.into(), resource: "arn:aws:s3:::b".into(), access: access.into(), first, last, uses }
}

fn recorded(access: &str, first: i64, last: i64) -> RecordedRow {
    RecordedRow { provider: "aws".into(), resource: "arn:aws:s3:::b".into(), access: access.into(), first, last }
}

fn log(digest: &str) -> LogRow {
    LogRow { digest: digest.into(), size: 3, name: "a\0log".into(), records: 2, faults: 1 }
}

pub(super) async fn usage_is_added_up(place: Place) {
    let store = place.open().await;
    let first = UsageRows {
        uses: vec![used("ana", "read", 5, 9, 2), used("bob\0", "assume", 1, 1, 1)],
        recorded: vec![recorded("read", 5, 9)],
        days: vec![("aws".into(), 3), ("aws".into(), 1), ("other".into(), 2)],
        logs: vec![log("d1")],
    };
    store.save_usage(first).await.expect("kept");
    let second = UsageRows {
        uses: vec![used("ana", "read", 3, 7, 4)],
        recorded: vec![recorded("read", 7, 12), recorded("write", 1, 1)],
        days: vec![("aws".into(), 3), ("aws".into(), 4)],
        logs: vec![log("d1"), log("d2")],
    };
    store.save_usage(second).await.expect("kept");
    let found = store.usage("aws").await.expect("an answer");
    assert_eq!(found.uses, [used("ana", "read", 3, 9, 6), used("bob\0", "assume", 1, 1, 1)]);
    assert_eq!(found.recorded, [recorded("read", 5, 12), recorded("write", 1, 1)]);
    assert_eq!(found.days.iter().map(|(_, day)| *day).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(store.logs().await.expect("an answer"), [log("d1"), log("d2")]);
    assert_eq!(store.usage("nobody").await.expect("an answer"), UsageRows::default());
    store.close().await;
}

fn answer(principal: &str, kind: &str) -> ReachRow {
    ReachRow {
        resource: "arn:aws:s3:::b".into(),
        dataset: Some("s3://b/".into()),
        principal: principal.into(),
        kind: kind.into(),
        external: false,
        access: "read".into(),
        answer: "yes".into(),
        condition: None,
        via: Vec::new(),
        because: Vec::new(),
    }
}

fn held(principal: &str, state: &str) -> ReachUseRow {
    ReachUseRow {
        resource: "arn:aws:s3:::b".into(),
        principal: principal.into(),
        access: "read".into(),
        state: state.into(),
        last: (state == "used").then_some(7),
        recorded: (state == "unused").then_some((1, 9)),
        days: (state == "unused").then_some(3),
    }
}

pub(super) async fn answers_are_held_against_logs(place: Place) {
    let store = place.open().await;
    // Every kind of principal there is.
    let kinds = ["user", "group", "role", "root", "service", "workload", "person", "app", "anonymous", "any_authenticated", "external_account"];
    let principal =
        |kind: &&str| PrincipalRow { uri: kind.to_string(), kind: kind.to_string(), name: kind.to_string(), external: false, attrs: "{}".into() };
    let spec =
        SnapshotSpec { provider: "aws".into(), inventory: "{}".into(), principals: kinds.iter().map(principal).collect(), ..SnapshotSpec::default() };
    for _ in 0..2 {
        let snapshot = store.save_snapshot(spec.clone()).await.expect("a snapshot");
        store.save_reach(snapshot, kinds.iter().map(|k| answer(k, k)).collect(), Vec::new(), Vec::new()).await.expect("kept");
        for states in [["unused", "unused"], ["used", "unused"]] {
            store.save_reach_use(snapshot, vec![held("user", states[0]), held("role", states[1])]).await.expect("kept");
        }
        let mut count = 0;
        let query = ReachQuery { snapshot: Some(snapshot), ..ReachQuery::default() };
        let visit = |_| {
            count += 1;
            Ok(())
        };
        store.reach(&query, Box::new(visit)).await.expect("a listing");
        assert_eq!(count, kinds.len());
        assert_eq!(store.snapshot(Some(snapshot), None).await.expect("an answer").expect("a snapshot").provider, "aws");
    }
    assert!(store.snapshot(Some(77), None).await.expect("an answer").is_none());
    assert!(store.save_reach_use(77, Vec::new()).await.is_err());
    store.close().await;
}
