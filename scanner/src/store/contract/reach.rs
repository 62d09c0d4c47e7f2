//! Identities and reach, kept and read back.

use super::Place;
use crate::store::{Change, Holder, Membership, PrincipalRow, ReachQuery, ReachRow, SnapshotSpec, StatementRow, Store, SummaryRow};

fn principal(uri: &str, kind: &str) -> PrincipalRow {
    PrincipalRow { uri: uri.into(), kind: kind.into(), name: uri.into(), external: false, attrs: r#"{"tags":{"a":"\u0000"}}"#.into() }
}

fn spec() -> SnapshotSpec {
    SnapshotSpec {
        provider: "aws".into(),
        origin: "folder\0".into(),
        version: "1".into(),
        inventory: r#"{"policies":["\u0000"]}"#.into(),
        resources: 1,
        gaps: vec![("file".into(), "cut off".into()), ("file".into(), "denied".into())],
        principals: vec![principal("ana", "user"), principal("readers", "group")],
        memberships: vec![Membership { member: "ana".into(), group: "readers".into(), via: "member".into() }; 2],
        statements: vec![StatementRow { policy: "p".into(), seq: 0, label: "Read".into(), effect: "allow".into(), document: "{}".into() }],
        holders: vec![Holder { policy: "p".into(), principal: "readers".into() }],
    }
}

fn row(principal: &str, kind: &str, access: &str, condition: Option<&str>) -> ReachRow {
    ReachRow {
        resource: "arn:aws:s3:::b/x/*".into(),
        dataset: Some("s3://b/x/".into()),
        principal: principal.into(),
        kind: kind.into(),
        external: kind == "anonymous",
        access: access.into(),
        answer: if condition.is_some() { "conditional" } else { "yes" }.into(),
        condition: condition.map(Into::into),
        via: vec!["role".into()],
        because: vec![("p".into(), "Read".into(), "Allow".into())],
    }
}

async fn rows(store: &dyn Store, query: &ReachQuery) -> Vec<ReachRow> {
    let mut out = Vec::new();
    let visit = |row| {
        out.push(row);
        Ok(())
    };
    store.reach(query, Box::new(visit)).await.expect("a listing");
    out
}

pub(super) async fn reach_is_kept_by_snapshot(place: Place) {
    let store = place.open().await;
    assert!(store.snapshot(None, Some("aws")).await.expect("an answer").is_none());
    let first = store.save_snapshot(spec()).await.expect("a snapshot");
    let kept = vec![
        row("ana", "user", "read", None),
        row("ana", "user", "write", Some("aws:SourceIp in 10.0.0.0/8")),
        row("anonymous", "anonymous", "read", None),
    ];
    let summary = SummaryRow { resource: "arn:aws:s3:::b/x/*".into(), expanded: true, readers: 2, public: true, ..SummaryRow::default() };
    store.save_reach(first, kept.clone(), vec![summary.clone()], Vec::new()).await.expect("kept");
    let second = store.save_snapshot(spec()).await.expect("a snapshot");
    let change = Change {
        resource: "arn:aws:s3:::b/x/*".into(),
        principal: "anonymous".into(),
        access: "read".into(),
        change: "lost".into(),
        before: Some("yes".into()),
        after: None,
        cause: "{}".into(),
    };
    store.save_reach(second, kept[..2].to_vec(), vec![summary], vec![change]).await.expect("kept");
    assert!(second > first);
    let newest = store.snapshot(None, Some("aws")).await.expect("an answer").expect("a snapshot");
    assert_eq!((newest.id, newest.origin.as_str(), newest.inventory.as_str()), (second, "folder\0", r#"{"policies":["\u0000"]}"#));
    assert_eq!(store.snapshot(Some(first), Some("aws")).await.expect("an answer").expect("a snapshot").id, first);
    assert_eq!(store.snapshot(Some(first), None).await.expect("an answer").expect("a snapshot").id, first);
    assert!(store.snapshot(Some(first), Some("postgres:h/d")).await.expect("an answer").is_none());
    for (id, provider, gaps) in [(None, "aws", spec().gaps), (Some(first), "aws", spec().gaps), (None, "gcp", vec![])] {
        assert_eq!(store.gaps(id, provider).await.expect("gaps"), gaps);
    }
    assert_eq!(rows(&*store, &ReachQuery { snapshot: Some(first), ..ReachQuery::default() }).await, kept);
    assert_eq!(rows(&*store, &ReachQuery { resource: Some("arn:aws:s3:::b/x/*".into()), ..ReachQuery::default() }).await, kept[..2]);
    let one = ReachQuery { snapshot: Some(first), dataset: Some("s3://b/x/".into()), principal: Some("anonymous".into()), ..ReachQuery::default() };
    assert_eq!(rows(&*store, &one).await, kept[2..]);
    // A third one: what is older than the one before goes.
    let third = store.save_snapshot(spec()).await.expect("a snapshot");
    store.save_reach(third, kept.clone(), Vec::new(), Vec::new()).await.expect("kept");
    assert!(rows(&*store, &ReachQuery { snapshot: Some(first), ..ReachQuery::default() }).await.is_empty());
    assert_eq!(rows(&*store, &ReachQuery { snapshot: Some(second), ..ReachQuery::default() }).await.len(), 2);
    store.close().await;
}
