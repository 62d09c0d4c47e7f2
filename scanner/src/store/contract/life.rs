//! Runs after runs: statuses, objects that go, sources that overlap, coverage.

use sonde_connectors::Reason;

use super::{Place, make::*};
use crate::{
    record::{Coverage, PartRecord, State},
    store::{End, Query},
};

pub(super) async fn statuses_live(place: Place) {
    let store = place.open().await;
    scan(&*store, vec![text("a/x.txt", &["email", "pan"]), text("b/y.txt", &["email"])], End::Complete).await;
    let first = findings(&*store).await;
    assert_eq!(statuses(&*store).await, ["a/ - email open", "a/ - pan open", "b/ - email open"]);
    scan(&*store, vec![text("a/x.txt", &["email"]), text("b/y.txt", &["email"])], End::Complete).await;
    assert_eq!(statuses(&*store).await, ["a/ - email open", "a/ - pan resolved", "b/ - email open"]);
    let gone = findings(&*store).await;
    assert!(gone[1].locations.is_empty() && gone[1].last_seen == first[1].last_seen);
    assert!(object_findings(&*store).await.iter().all(|o| o.rule == "email"));
    scan(&*store, vec![text("a/x.txt", &["email", "pan"])], End::Interrupted).await;
    assert_eq!(statuses(&*store).await, ["a/ - email open", "a/ - pan open", "b/ - email open"]);
    let back = findings(&*store).await;
    assert_eq!((&back[1].uid, &back[1].first_seen), (&first[1].uid, &first[1].first_seen));
    assert!(back[1].last_seen >= first[1].last_seen && back[1].last_seen.ends_with('Z') && back[1].last_seen.len() == 24);
    // A higher bar resolves what does not reach it.
    let run = store.open_run(run_spec(&[SOURCE])).await.expect("a run");
    commit(&*store, run, vec![text("a/x.txt", &["email", "pan"]), text("b/y.txt", &["email"])]).await;
    store.finish(run, End::Complete, 0.99.into()).await.expect("finish");
    assert!(statuses(&*store).await.iter().all(|s| s.ends_with("resolved")));
    assert!(object_findings(&*store).await.is_empty());
}

pub(super) async fn gone_objects_go(place: Place) {
    let store = place.open().await;
    scan(&*store, vec![text("a/x.txt", &["email"]), text("a/y.txt", &["email"]), text("b/z.txt", &["pan"])], End::Complete).await;
    scan(&*store, vec![text("a/y.txt", &["email"])], End::Complete).await;
    assert_eq!(statuses(&*store).await, ["a/ - email open", "b/ - pan resolved"]);
    assert_eq!(findings(&*store).await[0].occurrences, 1);
    let keys = |rows: Vec<crate::store::CoverageRow>| rows.into_iter().map(|c| c.object).collect::<Vec<_>>();
    assert_eq!(keys(coverage_of(&*store, &Query::default()).await), ["a/y.txt"]);
    let datasets = datasets_of(&*store, &Query::default()).await;
    assert_eq!(datasets.iter().map(|d| (d.dataset.as_str(), d.objects)).collect::<Vec<_>>(), [("file:///data/a/", 1)]);
    // And come back.
    scan(&*store, vec![text("a/y.txt", &["email"]), text("b/z.txt", &["pan"])], End::Complete).await;
    assert_eq!(statuses(&*store).await, ["a/ - email open", "b/ - pan open"]);
    assert_eq!(keys(coverage_of(&*store, &Query::default()).await), ["a/y.txt", "b/z.txt"]);
    // Nothing left at all.
    scan(&*store, Vec::new(), End::Complete).await;
    assert_eq!(statuses(&*store).await, ["a/ - email resolved", "b/ - pan resolved"]);
    assert!(datasets_of(&*store, &Query::default()).await.is_empty());
}

pub(super) async fn an_interrupted_run_takes_nothing_away(place: Place) {
    let store = place.open().await;
    scan(&*store, vec![text("a.txt", &["email"]), text("b.txt", &["pan"])], End::Complete).await;
    for end in [End::Interrupted, End::Failed] {
        scan(&*store, vec![text("a.txt", &["ip"])], end).await;
        assert_eq!(statuses(&*store).await, [" - email open", " - ip open", " - pan open"]);
        let listed = object_findings(&*store).await;
        assert_eq!(listed.iter().map(|o| (o.object.as_str(), o.rule.as_str())).collect::<Vec<_>>(), [("a.txt", "ip"), ("b.txt", "pan")]);
        assert_eq!(coverage_of(&*store, &Query::default()).await.len(), 2);
    }
    // Parts of which only some were reached are partly read.
    scan(&*store, vec![part("c.log", 1, 3).extent(1, 1, 0, &[(None, 1)])], End::Interrupted).await;
    let row = coverage_of(&*store, &Query::default()).await.pop().expect("a third object");
    assert_eq!((row.coverage.state, row.coverage.reason), (State::Partial, Some(Reason::Interrupted)));
}

pub(super) async fn unchanged_objects_keep_what_they_had(place: Place) {
    let store = place.open().await;
    scan(&*store, vec![text("a.txt", &["email"]), text("b.txt", &["pan"])], End::Complete).await;
    let before = table(&*store).await;
    let mut unchanged = part("a.txt", 0, 1);
    unchanged.coverage = vec![covered(State::Unchanged, Some(Reason::Unchanged))];
    scan(&*store, vec![unchanged, text("b.txt", &["pan"])], End::Complete).await;
    assert_eq!(table(&*store).await, before);
    let states: Vec<_> = coverage_of(&*store, &Query::default()).await.iter().map(|c| c.coverage.state).collect();
    assert_eq!(states, [State::Unchanged, State::Scanned]);
}

pub(super) async fn sources_are_apart(place: Place) {
    let store = place.open().await;
    scan(&*store, vec![text("sub/a.txt", &["email"])], End::Complete).await;
    // The folder inside, as a source of its own: same dataset, same finding, counted apart.
    let inner = "file:///data/sub/";
    let run = store.open_run(run_spec(&[inner])).await.expect("a run");
    let mut record = text("a.txt", &["email"]);
    record.object.source = inner.into();
    record.object.dataset = inner.into();
    commit(&*store, run, vec![record]).await;
    store.finish(run, End::Complete, 0.5.into()).await.expect("finish");
    let found = findings(&*store).await;
    assert_eq!(found.iter().map(|f| (f.source.as_str(), f.occurrences)).collect::<Vec<_>>(), [(SOURCE, 1), (inner, 1)]);
    assert_eq!(found[0].uid, found[1].uid);
    let ask = |sources: &[&str]| Query { sources: sources.iter().map(|s| (*s).to_owned()).collect(), ..Query::default() };
    let listed = object_findings_of(&*store, &ask(&[inner, SOURCE, inner, "file:///unknown/"])).await;
    assert_eq!(listed.iter().map(|o| (o.source.as_str(), o.object.as_str())).collect::<Vec<_>>(), [(inner, "a.txt"), (SOURCE, "sub/a.txt")]);
    let covered = coverage_of(&*store, &ask(&[inner])).await;
    assert_eq!(covered.iter().map(|c| c.object.as_str()).collect::<Vec<_>>(), ["a.txt"]);
    assert_eq!(findings_of(&*store, &ask(&[inner])).await.len(), 1);
    // Emptying one leaves the other.
    scan(&*store, Vec::new(), End::Complete).await;
    assert_eq!(statuses(&*store).await, ["sub/ - email resolved", "sub/ - email open"]);
}

pub(super) async fn coverage_is_merged(place: Place) {
    let store = place.open().await;
    let with = |key: &str, i: u32, n: u32, coverage: Vec<Coverage>| PartRecord { coverage, ..part(key, i, n) };
    let detailed = |mut c: Coverage, detail: &str| {
        c.detail = Some(detail.into());
        c
    };
    let member = |mut c: Coverage, path: &str| {
        c.member = Some(path.into());
        c.bytes_listed = 0;
        c.rows_read = None;
        c
    };
    let skipped = |reason| covered(State::Skipped, Some(reason));
    let parts = vec![
        with("all-skipped", 1, 2, vec![skipped(Reason::Throttled)]),
        with("all-skipped", 0, 2, vec![skipped(Reason::PermissionDenied)]),
        with("half", 0, 2, vec![covered(State::Scanned, None)]),
        with("half", 1, 2, vec![detailed(skipped(Reason::Throttled), "503")]),
        with("sampled", 0, 1, vec![covered(State::Sampled, Some(Reason::RowLimit))]),
        with(
            "z.zip",
            0,
            1,
            vec![
                covered(State::Scanned, None),
                member(covered(State::Scanned, None), "a.txt"),
                member(detailed(covered(State::Partial, Some(Reason::MalformedFile)), "bad"), "b.txt"),
            ],
        ),
    ];
    scan(&*store, parts, End::Complete).await;
    let rows = coverage_of(&*store, &Query::default()).await;
    let short: Vec<_> = rows.iter().map(|r| (r.object.as_str(), r.coverage.member.as_deref(), r.coverage.state, r.coverage.reason)).collect();
    assert_eq!(
        short,
        [
            ("all-skipped", None, State::Skipped, Some(Reason::PermissionDenied)),
            ("half", None, State::Partial, Some(Reason::Throttled)),
            ("sampled", None, State::Sampled, Some(Reason::RowLimit)),
            ("z.zip", None, State::Scanned, None),
            ("z.zip", Some("a.txt"), State::Scanned, None),
            ("z.zip", Some("b.txt"), State::Partial, Some(Reason::MalformedFile)),
        ]
    );
    assert_eq!(
        (rows[1].coverage.detail.as_deref(), rows[1].coverage.bytes_listed, rows[1].coverage.bytes_read, rows[1].coverage.rows_read),
        (Some("503"), 200, 200, Some(20))
    );
    assert_eq!(rows[5].coverage.rows_read, None);
    let datasets = datasets_of(&*store, &Query::default()).await;
    assert_eq!((datasets.len(), datasets[0].objects, datasets[0].scanned, datasets[0].bytes), (1, 4, 0, 400));
    let asked = Query { states: vec!["partial".into()], reasons: vec!["MALFORMED_FILE".into(), "THROTTLED".into()], ..Query::default() };
    assert_eq!(coverage_of(&*store, &asked).await.len(), 2);
    assert_eq!(coverage_of(&*store, &Query { limit: Some(1), ..asked }).await.len(), 1);
}
