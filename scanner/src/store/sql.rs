//! The one implementation of [`Store`]: the same SQL on SQLite and Postgres, through [`Link`](super::link::Link).

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use anyhow::{Context, Result};
use futures::future::BoxFuture;
use sqlx::{
    Connection, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;

use super::{
    Bars, Change, CoverageRow, DatasetRow, End, FindingRow, LogRow, ObjectFindingRow, PlannedSplit, Query, ReachQuery, ReachRow, ReachUseRow,
    RunSpec, SchemaStatus, SnapshotRow, SnapshotSpec, Store, StoreSpec, SummaryRow, UsageRows, Visit, commit, failure, finish,
    link::{Dialect, Held, SqlResult, Tx},
    read, run, schema, snapshot, usage,
};
use crate::record::SplitRecord;

/// How long a writer waits for another process's transaction (a roll-up may be long).
const BUSY: Duration = Duration::from_secs(300);
/// How long to wait for a Postgres server to answer.
const CONNECT: Duration = Duration::from_secs(15);
/// Connections for reading; a listing uses up to two.
const READERS: u32 = 8;

/// The one tenant there is so far.
pub(super) const TENANT: &str = "default";

/// The database behind.
#[derive(Debug)]
pub(super) enum Backend {
    Sqlite {
        path: PathBuf,
        /// One connection: SQLite has one writer.
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres {
        pool: PgPool,
    },
}

/// Findings in a database.
pub(super) struct SqlStore {
    pub(super) backend: Backend,
    place: String,
    /// (run, source, dataset) → (source id, dataset id): upserted once per run.
    pub(super) seen: Mutex<commit::Seen>,
    temporary: Mutex<Option<TempDir>>,
}

impl SqlStore {
    pub(super) async fn open(spec: &StoreSpec) -> Result<Self> {
        let (backend, temporary) = match spec {
            StoreSpec::Sqlite(path) => (sqlite(path, SqliteSynchronous::Normal), None),
            StoreSpec::None => {
                let folder = tempfile::Builder::new().prefix("sonde-").tempdir().context("no folder for the temporary store")?;
                (sqlite(&folder.path().join("sonde.db"), SqliteSynchronous::Off), Some(folder))
            }
            StoreSpec::Postgres(options) => (postgres(options, &spec.to_string()).await?, None),
        };
        let store = Self { backend, place: spec.to_string(), seen: Mutex::default(), temporary: Mutex::new(temporary) };
        store.probe().await.map_err(|e| failure::explain(e, &store.place))?;
        Ok(store)
    }

    /// A file that is no database is better refused now than in the middle of a scan.
    async fn probe(&self) -> Result<()> {
        if let Backend::Sqlite { path, .. } = &self.backend
            && path.exists()
        {
            self.read().await?.link().rows("SELECT count(*) FROM sqlite_master", Vec::new()).await?;
        }
        Ok(())
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self.backend {
            Backend::Sqlite { .. } => Dialect::Sqlite,
            Backend::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// A transaction for writing.
    pub(super) async fn begin(&self) -> SqlResult<Tx> {
        Ok(match &self.backend {
            // Immediate: a transaction that reads first and writes then could otherwise fail half-way.
            Backend::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Backend::Postgres { pool } => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A connection for reading.
    pub(super) async fn read(&self) -> SqlResult<Held> {
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Held::Sqlite(readers.acquire().await?),
            Backend::Postgres { pool } => Held::Postgres(pool.acquire().await?),
        })
    }

    async fn explained<T>(&self, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        work.await.map_err(|e| failure::explain(e, &self.place))
    }
}

fn sqlite(path: &Path, synchronous: SqliteSynchronous) -> Backend {
    let reading = SqliteConnectOptions::new().filename(path).create_if_missing(false).foreign_keys(true).busy_timeout(BUSY);
    let writing = reading.clone().journal_mode(SqliteJournalMode::Wal).synchronous(synchronous).pragma("cache_size", "-16384");
    let pool = |connections| {
        SqlitePoolOptions::new().max_connections(connections).acquire_timeout(BUSY).idle_timeout(None).max_lifetime(None).test_before_acquire(false)
    };
    Backend::Sqlite { path: path.to_owned(), writer: pool(1).connect_lazy_with(writing), readers: pool(READERS).connect_lazy_with(reading) }
}

/// Creates the file for its owner alone: what is found is nobody else's business.
pub(super) fn create_file(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(|| format!("the folder `{}` cannot be made", folder.display()))?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e).with_context(|| format!("the store `{}` cannot be created", path.display())),
    }
}

async fn postgres(options: &PgConnectOptions, place: &str) -> Result<Backend> {
    // Directly, because a pool would repeat a refused connection until its time is up and then say nothing of the cause.
    let probe = tokio::time::timeout(CONNECT, PgConnection::connect_with(options)).await;
    let probe = probe.map_err(|_| anyhow::anyhow!("store `{place}`: the server does not answer within {} s", CONNECT.as_secs()))?;
    probe.map_err(|e| failure::explain(e.into(), place))?.close().await.ok();
    let pool = PgPoolOptions::new().max_connections(READERS).acquire_timeout(CONNECT).after_connect(|conn, _| {
        Box::pin(async move {
            // Plans are not kept: one made while a table was small would read all of it when it is large.
            let settings = "SET search_path TO sonde; SET jit TO off; SET client_min_messages TO warning; SET plan_cache_mode TO force_custom_plan";
            sqlx::raw_sql(settings).execute(conn).await?;
            Ok(())
        })
    });
    Ok(Backend::Postgres { pool: pool.connect_lazy_with(options.clone()) })
}

impl fmt::Display for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlStore({})", self.place)
    }
}

impl Store for SqlStore {
    fn migrate(&self) -> BoxFuture<'_, Result<SchemaStatus>> {
        Box::pin(self.explained(schema::migrate(self)))
    }

    fn status(&self) -> BoxFuture<'_, Result<SchemaStatus>> {
        Box::pin(self.explained(schema::status(self)))
    }

    fn open_run(&self, spec: RunSpec) -> BoxFuture<'_, Result<i64>> {
        Box::pin(self.explained(run::open(self, spec)))
    }

    fn plan(&self, run: i64, splits: Vec<PlannedSplit>) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.explained(run::plan(self, run, splits)))
    }

    fn commit(&self, run: i64, record: SplitRecord) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.explained(commit::commit(self, run, record)))
    }

    fn finish(&self, run: i64, end: End, bars: Bars) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.explained(finish::finish(self, run, end, &bars)).await })
    }

    fn findings<'a>(&'a self, query: &'a Query, visit: Visit<'a, FindingRow>) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.explained(read::findings(self, query, visit)))
    }

    fn object_findings<'a>(&'a self, query: &'a Query, locations: usize, visit: Visit<'a, ObjectFindingRow>) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.explained(read::object_findings(self, query, locations, visit)))
    }

    fn coverage<'a>(&'a self, query: &'a Query, visit: Visit<'a, CoverageRow>) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.explained(read::coverage(self, query, visit)))
    }

    fn datasets<'a>(&'a self, query: &'a Query, visit: Visit<'a, DatasetRow>) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.explained(read::datasets(self, query, visit)))
    }

    fn save_snapshot(&self, spec: SnapshotSpec) -> BoxFuture<'_, Result<i64>> {
        Box::pin(self.explained(snapshot::save(self, spec)))
    }

    fn save_reach(&self, snapshot: i64, rows: Vec<ReachRow>, summaries: Vec<SummaryRow>, changes: Vec<Change>) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.explained(snapshot::save_reach(self, snapshot, rows, summaries, changes)))
    }

    fn snapshot<'a>(&'a self, id: Option<i64>, provider: Option<&'a str>) -> BoxFuture<'a, Result<Option<SnapshotRow>>> {
        Box::pin(self.explained(snapshot::load(self, id, provider)))
    }

    fn gaps<'a>(&'a self, snapshot: Option<i64>, provider: &'a str) -> BoxFuture<'a, Result<Vec<(String, String)>>> {
        Box::pin(self.explained(snapshot::gaps(self, snapshot, provider)))
    }

    fn reach<'a>(&'a self, query: &'a ReachQuery, visit: Visit<'a, ReachRow>) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.explained(snapshot::reach(self, query, visit)))
    }

    fn save_usage(&self, rows: UsageRows) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.explained(usage::save(self, rows)))
    }

    fn usage<'a>(&'a self, provider: &'a str) -> BoxFuture<'a, Result<UsageRows>> {
        Box::pin(self.explained(usage::load(self, provider)))
    }

    fn logs(&self) -> BoxFuture<'_, Result<Vec<LogRow>>> {
        Box::pin(self.explained(usage::logs(self)))
    }

    fn save_reach_use(&self, snapshot: i64, rows: Vec<ReachUseRow>) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.explained(usage::save_reach(self, snapshot, rows)))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            match &self.backend {
                Backend::Sqlite { writer, readers, .. } => {
                    readers.close().await;
                    writer.close().await;
                }
                Backend::Postgres { pool } => pool.close().await,
            }
            if let Ok(mut temporary) = self.temporary.lock() {
                drop(temporary.take());
            }
        })
    }
}
