use crate::store::{RecordedRow, UseRow};

use super::*;

const BUCKET: &str = "arn:aws:s3:::data";

fn user(name: &str) -> String {
    format!("arn:aws:iam::111122223333:{name}")
}

fn row(principal: &str, kind: &str, resource: &str, access: &str, via: &[&str]) -> ReachRow {
    ReachRow {
        resource: resource.into(),
        dataset: None,
        principal: principal.into(),
        kind: kind.into(),
        external: false,
        access: access.into(),
        answer: "yes".into(),
        condition: None,
        via: via.iter().map(ToString::to_string).collect(),
        because: Vec::new(),
    }
}

/// Who used what, last at which time; what is recorded from 0 to 10 days.
fn uses(seen: &[(&str, &str, &str, i64)], recorded: &[(&str, &str)]) -> Uses {
    let uses = seen.iter().map(|(principal, resource, access, last)| UseRow {
        provider: "p".into(),
        principal: principal.to_string(),
        resource: resource.to_string(),
        access: access.to_string(),
        first: 0,
        last: *last,
        uses: 1,
    });
    let recorded = recorded.iter().map(|(resource, access)| RecordedRow {
        provider: "p".into(),
        resource: resource.to_string(),
        access: access.to_string(),
        first: 0,
        last: 864_000,
    });
    let days = (0..=10).filter(|day| *day != 4).map(|day| ("p".to_owned(), day)).collect();
    let owners = Owners::from([("data".to_owned(), "111122223333".to_owned())]);
    Uses::new(UsageRows { uses: uses.collect(), recorded: recorded.collect(), days, logs: Vec::new() }, owners)
}

const NO: Used = Used::No { first: 0, last: 864_000, days: 10 };

#[test]
fn aws() {
    let (ana, etl, job) = (user("user/ana"), user("role/etl"), user("role/job"));
    let seen = [
        (ana.as_str(), BUCKET, "read", 5),
        (etl.as_str(), BUCKET, "read", 7),
        (etl.as_str(), BUCKET, "write", 8),
        (ana.as_str(), etl.as_str(), "assume", 6),
        ("arn:aws:iam::444455556666:*", BUCKET, "read", 9),
    ];
    let recorded = [(BUCKET, "read"), (BUCKET, "write"), ("account:111122223333", "admin"), ("account:111122223333", "assume")];
    let logs = uses(&seen, &recorded);
    let one = |row: ReachRow| logs.of(&[row])[0];
    let below = "arn:aws:s3:::data/people/*";
    assert_eq!(one(row(&ana, "user", below, "read", &[])), Used::Yes(5));
    assert_eq!(one(row(&ana, "user", BUCKET, "write", &[])), NO);
    assert_eq!(one(row(&ana, "user", BUCKET, "list", &[])), Used::Unrecorded, "no log shows lists");
    assert_eq!(one(row(&ana, "user", BUCKET, "admin", &[])), NO, "management events of the account show it");
    assert_eq!(one(row(&ana, "user", "arn:aws:s3:::other", "admin", &[])), Used::Unrecorded, "whose it is is not known");
    assert_eq!(one(row(&ana, "user", BUCKET, "write", &[&etl])), Used::Maybe(8), "she assumed the role, which did");
    let bob = user("user/bob");
    assert_eq!(one(row(&bob, "user", BUCKET, "write", &[&etl])), NO, "he never assumed the role that did");
    assert_eq!(one(row(&ana, "user", BUCKET, "write", &[&job])), NO, "the role did not");
    assert_eq!(one(row(&bob, "user", BUCKET, "write", &[&job, &etl])), NO);
    assert_eq!(one(row("ec2.amazonaws.com", "service", BUCKET, "write", &[&etl])), Used::Maybe(8));
    assert_eq!(one(row("arn:aws:iam::444455556666:role/reader", "role", BUCKET, "read", &[])), Used::Maybe(9), "somebody of the account did");
    assert_eq!(one(row("any-authenticated", "any_authenticated", BUCKET, "read", &[])), Used::Maybe(9));
    assert_eq!(one(row("anonymous", "anonymous", BUCKET, "read", &[])), NO);
    // Without management events nobody knows who assumed what.
    let logs = uses(&seen, &recorded[..2]);
    assert_eq!(logs.of(&[row(&bob, "user", BUCKET, "write", &[&etl])]), [Used::Maybe(8)]);
    assert!(Uses::default().is_empty() && !logs.is_empty());
}

#[test]
fn databases() {
    let (table, other) = ("postgres://h:1/app/crm/people", "postgres://h:1/app/crm/other");
    let seen = [("ann", table, "read", 5), ("bob", "postgres://h:1/app", "write", 6)];
    let logs = uses(&seen, &[("postgres://h:1/app", "read"), ("postgres://h:1/app", "write"), (other, "admin")]);
    let rows = [
        row("ann", "user", table, "read", &["readers"]),
        row("cyd", "user", table, "read", &["SET ROLE readers"]),
        row("readers", "group", table, "read", &[]),
        row("clerks", "group", table, "read", &[]),
        row("bob", "user", table, "write", &[]),
        row("ann", "user", table, "write", &[]),
        row("ann", "user", table, "admin", &[]),
    ];
    assert_eq!(logs.of(&rows), [Used::Yes(5), NO, Used::Yes(5), NO, Used::Maybe(6), NO, Used::Unrecorded]);
    assert_eq!(logs.of(&[row("ann", "user", other, "admin", &[])]), [NO]);
    assert_eq!(logs.of(&[row("ann", "user", "gs://b", "read", &[])]), [Used::Unrecorded]);
}

#[test]
fn days_are_dates() {
    for (time, date) in [
        (0, "1970-01-01"),
        (951_782_400, "2000-02-29"),
        (1_767_323_045, "2026-01-02"),
        (-1, "1969-12-31"),
        (4_107_542_399, "2100-02-28"),
        (4_107_542_400, "2100-03-01"),
    ] {
        assert_eq!(day(time), date);
    }
    assert_eq!(
        (Used::Maybe(0).shown(), NO.shown(), Used::Unrecorded.shown()),
        ("1970-01-01 perhaps".into(), "not in 10 days".into(), "not recorded".into())
    );
}
