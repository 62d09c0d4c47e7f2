//! What only SQLite does: files, locks, temporary stores.

use std::{fs, sync::Arc};

use sqlx::{Connection, SqliteConnection};

use super::*;

fn at(folder: &tempfile::TempDir, name: &str) -> StoreSpec {
    StoreSpec::Sqlite(folder.path().join(name))
}

async fn listing(store: &Arc<dyn Store>) -> Result<()> {
    store.findings(&Query::default(), Box::new(|_| Ok(()))).await
}

#[tokio::test]
async fn files_that_are_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&at(&folder, "missing.db")).await.unwrap();
    let error = format!("{:#}", listing(&store).await.unwrap_err());
    assert!(error.contains("does not exist") && error.contains("missing.db"), "{error}");
    assert!(store.status().await.unwrap().migrations.iter().all(|m| !m.2));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "reading makes no file");
    fs::write(folder.path().join("text.db"), "this is a text, and not a short one: longer than a header of a database, to be sure of it".repeat(9))
        .unwrap();
    let error = format!("{:#}", open(&at(&folder, "text.db")).await.unwrap_err());
    assert!(error.contains("not a SQLite database"), "{error}");
    fs::write(folder.path().join("file"), "").unwrap();
    let store = open(&at(&folder, "file/x.db")).await.unwrap();
    let error = format!("{:#}", store.migrate().await.unwrap_err());
    assert!(error.contains("folder") && error.contains("file"), "{error}");
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&at(&folder, "a/b/sonde.db")).await.unwrap();
    store.migrate().await.unwrap();
    let mut files = 0;
    for file in fs::read_dir(folder.path().join("a/b")).unwrap() {
        files += 1;
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.unwrap().metadata().unwrap().permissions()) & 0o777, 0o600);
    }
    assert!(files > 0);
}

#[tokio::test]
async fn a_temporary_store_is_gone_when_closed_or_dropped() {
    for close in [true, false] {
        let store = sql::SqlStore::open(&StoreSpec::None).await.unwrap();
        store.migrate().await.unwrap();
        let sql::Backend::Sqlite { path, .. } = &store.backend else { panic!("temporary stores are files") };
        let path = path.clone();
        assert!(path.exists() && store.to_string() == "none");
        if close {
            store.close().await;
            assert!(!path.parent().unwrap().exists());
        }
        drop(store);
        assert!(!path.parent().unwrap().exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let spec = at(&folder, "sonde.db");
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            tokio::spawn({
                let spec = spec.clone();
                async move { open(&spec).await.unwrap().migrate().await }
            })
        })
        .collect();
    for task in tasks {
        let status = task.await.unwrap().unwrap();
        assert!(status.migrations.iter().all(|m| m.2));
    }
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&at(&folder, "sonde.db")).await.unwrap();
    store.migrate().await.unwrap();
    let mut conn = SqliteConnection::connect(folder.path().join("sonde.db").to_str().unwrap()).await.unwrap();
    sqlx::raw_sql("INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1")
        .execute(&mut conn)
        .await
        .unwrap();
    let error = format!("{:#}", store.migrate().await.unwrap_err());
    assert!(error.contains("newer sonde"), "{error}");
    assert!(store.status().await.unwrap().migrations.iter().any(|m| m.0 == 9999));
}

/// Both dialects have the same migrations, tables and columns: what one can list the other can.
#[test]
fn the_twins_are_twins() {
    let names = |dialect: &str| {
        let folder = format!("{}/../migrations/{dialect}", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        files
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert_eq!(sqlite.len(), postgres.len());
    for (one, other) in sqlite.iter().zip(&postgres) {
        assert_eq!(one.file_name(), other.file_name());
        let words = |path| {
            let sql: String = fs::read_to_string(path).unwrap();
            let lines = sql.lines().filter(|l| !l.starts_with("--")).map(|l| {
                let l = l.replace(" COLLATE \"C\"", "").replace("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "integer PRIMARY KEY");
                let l = l.replace(" AUTOINCREMENT", "").replace(" WITHOUT ROWID", "").replace(" NULLS FIRST", "").replace("bytea", "blob");
                let l = l.replace("timestamptz", "text").replace("jsonb", "text").replace("printf('%012d%012d', c.part, c.seq)", "PLACE");
                let l = l.replace("lpad(c.part::text, 12, '0') || lpad(c.seq::text, 12, '0')", "PLACE");
                let l = l.replace("strftime('%Y-%m-%dT%H:%M:%SZ', ", "to_timestamp(").replace(", 'unixepoch')", ")");
                let l = l.replace("text_array_elements_text(i.regulations) e (value)", "json_each(i.regulations) e");
                l.replace("group_concat(DISTINCT r.tag)", "TAGS").replace("string_agg(DISTINCT r.tag, ',' ORDER BY r.tag)", "TAGS")
            });
            lines.collect::<Vec<_>>()
        };
        assert_eq!(words(one), words(other));
    }
}
