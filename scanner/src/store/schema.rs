//! Migrations: SQL only, forward only, embedded; one list per dialect with the same versions.

use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::{
    SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{
    SchemaStatus,
    link::{Dialect, cells},
    sql::{Backend, SqlStore},
};

/// (version, description, SQL).
type Script = (i64, &'static str, &'static str);

const SQLITE: &[Script] = &[
    (1, "spine", include_str!("../../../migrations/sqlite/0001_spine.sql")),
    (2, "reach", include_str!("../../../migrations/sqlite/0002_reach.sql")),
    (3, "usage", include_str!("../../../migrations/sqlite/0003_usage.sql")),
];
const POSTGRES: &[Script] = &[
    (1, "spine", include_str!("../../../migrations/postgres/0001_spine.sql")),
    (2, "reach", include_str!("../../../migrations/postgres/0002_reach.sql")),
    (3, "usage", include_str!("../../../migrations/postgres/0003_usage.sql")),
];

fn scripts(dialect: Dialect) -> &'static [Script] {
    match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let migration =
        |&(version, description, sql): &Script| Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false);
    Migrator::with_migrations(scripts(dialect).iter().map(migration).collect())
}

/// How often it is tried again when another process applies migrations at the same time.
const ATTEMPTS: u32 = 20;

/// Applies what is missing.
pub(super) async fn migrate(store: &SqlStore) -> Result<SchemaStatus> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match migrate_once(store).await {
            Err(_) if attempt < ATTEMPTS && is_under_way(store).await => tokio::time::sleep(Duration::from_millis(50)).await,
            outcome => return outcome,
        }
    }
}

/// Whether somebody else is in the middle: SQLite has no lock for migrations, and what failed here may have been done there.
async fn is_under_way(store: &SqlStore) -> bool {
    let known = matches!(store.backend, Backend::Sqlite { .. });
    known && status(store).await.is_ok_and(|s| s.migrations.iter().any(|m| m.2) && s.migrations.len() == scripts(store.dialect()).len())
}

async fn migrate_once(store: &SqlStore) -> Result<SchemaStatus> {
    let outcome = match &store.backend {
        Backend::Sqlite { path, writer, .. } => {
            super::sql::create_file(path)?;
            migrator(Dialect::Sqlite).run(writer).await
        }
        Backend::Postgres { pool } => {
            prepare_postgres(store).await?;
            migrator(Dialect::Postgres).run(pool).await
        }
    };
    if let Err(error) = outcome {
        // SQLite has no lock for migrations: another process may have applied them in the meantime.
        let status = status(store).await;
        return match status {
            Ok(status) if status.migrations.iter().all(|(_, _, applied)| *applied) && !matches!(error, MigrateError::VersionMissing(_)) => Ok(status),
            _ => Err(explain(error)),
        };
    }
    status(store).await
}

fn explain(error: MigrateError) -> anyhow::Error {
    match error {
        MigrateError::VersionMissing(version) => {
            anyhow::anyhow!("the store has migration {version}, which this version of sonde does not know: use a newer sonde")
        }
        MigrateError::VersionMismatch(version) => {
            anyhow::anyhow!("migration {version} was applied in another form: the store was written by a development version of sonde")
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => anyhow::Error::new(error).context("the schema cannot be migrated"),
        other => anyhow::Error::new(other).context("the schema cannot be migrated"),
    }
}

/// The schema of our own, and a database that can hold every text.
async fn prepare_postgres(store: &SqlStore) -> Result<()> {
    let mut conn = store.read().await?;
    let mut link = conn.link();
    let encoding = link.row("SELECT current_setting('server_encoding')", cells![]).await?.context("no answer")?.text(0)?;
    if encoding != "UTF8" {
        anyhow::bail!("the database has encoding {encoding}, the store needs UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
    }
    let exists =
        link.row("SELECT CAST(count(*) AS bigint) FROM pg_namespace WHERE nspname = 'sonde'", cells![]).await?.context("no answer")?.int(0)?;
    if exists == 0 {
        link.script("CREATE SCHEMA IF NOT EXISTS sonde").await?;
    }
    Ok(())
}

/// What is applied, changing nothing.
pub(super) async fn status(store: &SqlStore) -> Result<SchemaStatus> {
    let dialect = store.dialect();
    let applied = applied(store).await?;
    let known = scripts(dialect).iter().map(|&(version, description, _)| (version, description.to_owned(), applied.contains(&version)));
    let newer = applied
        .iter()
        .filter(|v| scripts(dialect).iter().all(|(known, _, _)| known != *v))
        .map(|&v| (v, "unknown to this version of sonde".to_owned(), true));
    Ok(SchemaStatus { store: store.to_string(), migrations: known.chain(newer).collect() })
}

async fn applied(store: &SqlStore) -> Result<Vec<i64>> {
    if let Backend::Sqlite { path, .. } = &store.backend
        && !path.exists()
    {
        return Ok(Vec::new());
    }
    let mut conn = store.read().await?;
    let mut link = conn.link();
    let table = match link.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Dialect::Postgres => "SELECT CAST(count(*) AS bigint) FROM pg_tables WHERE schemaname = 'sonde' AND tablename = '_sqlx_migrations'",
    };
    if link.row(table, cells![]).await?.context("no answer")?.int(0)? == 0 {
        return Ok(Vec::new());
    }
    let rows = link.rows("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version", cells![]).await?;
    Ok(rows.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?)
}
