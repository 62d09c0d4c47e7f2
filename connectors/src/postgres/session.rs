//! Connections: one keeps a snapshot, a few read in it. Everything is a read-only transaction with a time limit.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, postgres::PgConnectOptions};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::{error, table::literal};
use crate::{Error, ErrorKind, Result};

/// Oldest server that is understood.
const OLDEST: i32 = 120_000;
/// Longest wait for another's lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a connection is tried when the server has no room, and the first wait.
const TRIES: u32 = 5;
const WAIT: Duration = Duration::from_millis(300);

/// What all readers of a database share.
pub(super) struct Session {
    /// Holds the password: never printed.
    options: PgConnectOptions,
    uri: String,
    statement_timeout: Duration,
    room: Arc<Semaphore>,
    idle: Mutex<Vec<PgConnection>>,
    snapshot: OnceCell<Snapshot>,
}

/// The state of the database that a run reads.
#[derive(Debug)]
pub(super) struct Snapshot {
    id: String,
    /// The same text means that nothing was written since.
    pub(super) state: String,
    /// `server_version_num`.
    pub(super) version: i32,
    /// Bytes of a page.
    pub(super) page: u64,
    /// Keeps the snapshot alive.
    _keeper: tokio::sync::Mutex<PgConnection>,
}

/// A connection in a transaction, and its place among the readers.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) connection: PgConnection,
    _place: OwnedSemaphorePermit,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("uri", &self.uri).field("statement_timeout", &self.statement_timeout).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(options: PgConnectOptions, uri: String, readers: usize, statement_timeout: Duration) -> Self {
        // Statements are logged by nobody: they hold names of the user's.
        let options = options.disable_statement_logging();
        let room = Arc::new(Semaphore::new(readers.max(1)));
        Self { options, uri, statement_timeout, room, idle: Mutex::new(Vec::new()), snapshot: OnceCell::new() }
    }

    /// The snapshot; the first who asks makes it.
    pub(super) async fn snapshot(&self) -> Result<&Snapshot> {
        self.snapshot.get_or_try_init(|| self.export()).await
    }

    async fn export(&self) -> Result<Snapshot> {
        let mut connection = self.connect().await?;
        let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;{} SET LOCAL idle_in_transaction_session_timeout = 0", self.settings());
        run(&mut connection, &begin).await.map_err(|e| error::of(&self.uri, "", &e))?;
        let asked = "SELECT pg_catalog.pg_export_snapshot(), pg_catalog.current_setting('server_version_num'), \
                     pg_catalog.current_setting('block_size'), pg_catalog.txid_current_snapshot()::text";
        let rows = ask(&mut connection, asked, 4).await.map_err(|e| error::of(&self.uri, "", &e))?;
        let row = rows.into_iter().next().unwrap_or_default();
        let [id, version, page, state] = <[Option<String>; 4]>::try_from(row).unwrap_or_default().map(Option::unwrap_or_default);
        let version = version.parse().unwrap_or(0);
        if version < OLDEST {
            return Err(Error::new(ErrorKind::Unsupported, &self.uri, "the server is older than Postgres 12"));
        }
        Ok(Snapshot { id, state, version, page: page.parse().unwrap_or(8192), _keeper: tokio::sync::Mutex::new(connection) })
    }

    /// A connection in a read-only transaction on the snapshot. Waits for its turn.
    pub(super) async fn reader(&self) -> Result<Reader> {
        let snapshot = self.snapshot().await?;
        let place = Arc::clone(&self.room).acquire_owned().await.unwrap_or_else(|_| unreachable!("the semaphore is never closed"));
        let begin =
            format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT {};{}", literal(&snapshot.id), self.settings());
        let used = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // An idle connection may have been closed by the server.
        if let Some(mut connection) = used
            && run(&mut connection, &begin).await.is_ok()
        {
            return Ok(Reader { connection, _place: place });
        }
        let mut connection = self.connect().await?;
        let lost = |e: &sqlx::Error| e.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "22023");
        run(&mut connection, &begin).await.map_err(|e| match lost(&e) {
            true => Error::new(ErrorKind::Transient, &self.uri, "the snapshot is lost: the server closed the connection that kept it"),
            false => error::of(&self.uri, "", &e),
        })?;
        Ok(Reader { connection, _place: place })
    }

    /// Takes a connection back whose work went well.
    pub(super) async fn finish(&self, mut reader: Reader) {
        if run(&mut reader.connection, "COMMIT").await.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader.connection);
        }
    }

    /// Settings of every transaction: local to it, so that poolers between us and the server do no harm.
    fn settings(&self) -> String {
        let mut sql = String::new();
        let (statement, lock) = (self.statement_timeout.as_millis().to_string(), LOCK_TIMEOUT.as_millis().to_string());
        for (name, value) in [
            // First: literals below are read by it.
            ("standard_conforming_strings", "on"),
            ("search_path", ""),
            ("statement_timeout", &statement),
            ("lock_timeout", &lock),
            // Rows come in the order they lie in, and each as its type writes it.
            ("synchronize_seqscans", "off"),
            ("max_parallel_workers_per_gather", "0"),
            ("DateStyle", "ISO"),
            ("IntervalStyle", "iso_8601"),
            ("TimeZone", "UTC"),
            ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
            ("jit", "off"),
            // A policy that would hide rows is an error, unless it is known of.
            ("row_security", "off"),
            // A table that becomes a view behind our back is not run.
            ("restrict_nonsystem_relation_kind", "view, foreign-table"),
        ] {
            // Settings that this server does not know are left alone.
            sql.push_str(&format!(
                " SELECT pg_catalog.set_config(s.name, {}, true) FROM pg_catalog.pg_settings s WHERE s.name = {};",
                literal(value),
                literal(name)
            ));
        }
        sql
    }

    async fn connect(&self) -> Result<PgConnection> {
        let mut wait = WAIT;
        for _ in 1..TRIES {
            match PgConnection::connect_with(&self.options).await {
                Ok(connection) => return Ok(connection),
                Err(e) if is_full(&e) => tokio::time::sleep(wait).await,
                Err(e) => return Err(error::of(&self.uri, "", &e)),
            }
            wait *= 2;
        }
        PgConnection::connect_with(&self.options).await.map_err(|e| error::of(&self.uri, "", &e))
    }
}

fn is_full(e: &sqlx::Error) -> bool {
    e.as_database_error().and_then(|e| e.code().map(|code| code == "53300")).unwrap_or(false)
}

/// Runs statements that answer nothing we need.
pub(super) async fn run(connection: &mut PgConnection, sql: &str) -> std::result::Result<(), sqlx::Error> {
    let mut answers = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_many(connection);
    while answers.try_next().await?.is_some() {}
    Ok(())
}

/// Rows of texts, as many columns as said.
pub(super) async fn ask(connection: &mut PgConnection, sql: &str, columns: usize) -> std::result::Result<Vec<Vec<Option<String>>>, sqlx::Error> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?;
    rows.iter().map(|row| (0..columns).map(|i| text(row, i)).collect()).collect()
}

/// A text; every catalog query casts what it asks for.
fn text(row: &sqlx::postgres::PgRow, column: usize) -> std::result::Result<Option<String>, sqlx::Error> {
    row.try_get_unchecked(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::{Postgres, PostgresOptions, Source, uri};

    #[test]
    fn no_password_is_shown() {
        let address = uri::parse("postgres://u:sw0rdfish@h/d").unwrap();
        let session = Session::new(address.options.clone(), address.uri.clone(), 1, Duration::from_secs(1));
        let postgres = Postgres { source: Arc::new(Source { address, options: PostgresOptions::default(), session }) };
        let shown = format!("{postgres:?}");
        assert!(shown.contains("u@h") && !shown.contains("sw0rdfish"), "{shown}");
    }
}
