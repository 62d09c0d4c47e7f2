//! What every store does: one suite, run on each of them.
//!
//! ```ignore
//! sonde_scanner::store::contract::run_all(|case| async move { Place::new(spec_of_an_empty_database(case)) }).await;
//! ```

mod composites;
mod life;
mod make;
mod merge;
mod odd;
mod reach;
pub mod upgrade;
mod usage;
mod writing;

use std::sync::Arc;

use futures::future::BoxFuture;

use super::{Store, StoreSpec};

/// A database of its own for one case: empty at first, opened as often as the case likes.
#[derive(Clone, Debug)]
pub struct Place {
    spec: StoreSpec,
}

impl Place {
    /// An empty database.
    #[must_use]
    pub fn new(spec: StoreSpec) -> Self {
        Self { spec }
    }

    /// Opens it, its schema up to date.
    ///
    /// # Panics
    /// It cannot be opened: the case fails.
    pub async fn open(&self) -> Arc<dyn Store> {
        let store = super::open(&self.spec).await.expect("the store opens");
        store.migrate().await.expect("the schema is applied");
        store
    }
}

type Case = fn(Place) -> BoxFuture<'static, ()>;

/// Names and cases.
const CASES: &[(&str, Case)] = &[
    ("migrating_twice_changes_nothing", |p| Box::pin(writing::migrating_twice_changes_nothing(p))),
    ("reach_is_kept_by_snapshot", |p| Box::pin(reach::reach_is_kept_by_snapshot(p))),
    ("usage_is_added_up", |p| Box::pin(usage::usage_is_added_up(p))),
    ("answers_are_held_against_logs", |p| Box::pin(usage::answers_are_held_against_logs(p))),
    ("a_part_is_replaced", |p| Box::pin(writing::a_part_is_replaced(p))),
    ("leases_fence", |p| Box::pin(writing::leases_fence(p))),
    ("a_newer_run_takes_over", |p| Box::pin(writing::a_newer_run_takes_over(p))),
    ("another_key_is_refused", |p| Box::pin(writing::another_key_is_refused(p))),
    ("killed_anywhere_the_next_run_gives_the_same", |p| Box::pin(writing::killed_anywhere_the_next_run_gives_the_same(p))),
    ("ten_thousand_findings_in_one_commit", |p| Box::pin(writing::ten_thousand_findings_in_one_commit(p))),
    ("two_runs_at_once", |p| Box::pin(writing::two_runs_at_once(p))),
    ("parts_are_numbered_through", |p| Box::pin(merge::parts_are_numbered_through(p))),
    ("a_missing_part_leaves_lines_unknown", |p| Box::pin(merge::a_missing_part_leaves_lines_unknown(p))),
    ("columns_are_judged_over_all_objects", |p| Box::pin(merge::columns_are_judged_over_all_objects(p))),
    ("rules_of_one_column_settle", |p| Box::pin(merge::rules_of_one_column_settle(p))),
    ("the_first_twenty_locations", |p| Box::pin(merge::the_first_twenty_locations(p))),
    ("cutting_changes_nothing", |p| Box::pin(merge::cutting_changes_nothing(p))),
    ("statuses_live", |p| Box::pin(life::statuses_live(p))),
    ("gone_objects_go", |p| Box::pin(life::gone_objects_go(p))),
    ("an_interrupted_run_takes_nothing_away", |p| Box::pin(life::an_interrupted_run_takes_nothing_away(p))),
    ("unchanged_objects_keep_what_they_had", |p| Box::pin(life::unchanged_objects_keep_what_they_had(p))),
    ("sources_are_apart", |p| Box::pin(life::sources_are_apart(p))),
    ("coverage_is_merged", |p| Box::pin(life::coverage_is_merged(p))),
    ("fields_of_a_table_are_joined", |p| Box::pin(composites::fields_of_a_table_are_joined(p))),
    ("rare_fields_are_not_joined", |p| Box::pin(composites::rare_fields_are_not_joined(p))),
    ("queries_filter", |p| Box::pin(odd::queries_filter(p))),
    ("order_is_by_byte", |p| Box::pin(odd::order_is_by_byte(p))),
    ("no_field_and_empty_field_differ", |p| Box::pin(odd::no_field_and_empty_field_differ(p))),
    ("odd_characters_come_back", |p| Box::pin(odd::odd_characters_come_back(p))),
    ("a_listing_can_be_broken_off", |p| Box::pin(odd::a_listing_can_be_broken_off(p))),
];

/// Runs every case in a database of its own, which `fresh` makes for its name.
///
/// # Panics
/// At the first case that fails, with its name.
pub async fn run_all<F, Fut>(fresh: F)
where
    F: Fn(&'static str) -> Fut,
    Fut: Future<Output = Place>,
{
    for (name, case) in CASES {
        let place = fresh(name).await;
        let outcome = tokio::spawn(case(place)).await;
        assert!(outcome.is_ok(), "case `{name}` failed: {outcome:?}");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

    use super::*;

    #[tokio::test]
    async fn sqlite_keeps_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        run_all(|case| {
            let path = folder.path().join(format!("{case}.db"));
            async move { Place::new(StoreSpec::Sqlite(path)) }
        })
        .await;
    }

    #[tokio::test]
    async fn stores_of_every_version_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/fixtures")).unwrap().map(|e| e.unwrap().path());
        let dumps: Vec<_> = fixtures.filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("sqlite-"))).collect();
        let versions = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/sqlite")).unwrap().count();
        assert_eq!(dumps.len(), versions, "each migration that landed has its fixture");
        for dump in dumps {
            let file = folder.path().join(dump.file_name().unwrap()).with_extension("db");
            let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&file).create_if_missing(true)).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(fs::read_to_string(dump).unwrap())).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
            upgrade::check(&Place::new(StoreSpec::Sqlite(file))).await;
        }
    }
}
