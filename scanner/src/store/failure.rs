//! What went wrong, in words a user can act on.

use thiserror::Error;

/// Why the store does not take what it was given. Found by `downcast_ref` on the error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The split is not leased under this token (any more).
    #[error("lease lost: split {split} of run {run} is not leased under this token")]
    LeaseLost {
        /// Run.
        run: i64,
        /// Split.
        split: u64,
    },
    /// The run is over, or a newer run over one of its sources took its place.
    #[error("run {run} is {status}: it takes nothing more{}", if status == "superseded" { " (a newer run took over one of its sources)" } else { "" })]
    NotRunning {
        /// Run.
        run: i64,
        /// Its status.
        status: String,
    },
    /// The store's fingerprints were made with another key.
    #[error(
        "the store was written with fingerprint key `{theirs}`, this run has key `{ours}`: give the same key (SONDE_FINGERPRINT_KEY_FILE or SONDE_FINGERPRINT_KEY), or use another store"
    )]
    OtherKey {
        /// Id of the store's key.
        theirs: String,
        /// Id of the run's key.
        ours: String,
    },
}

/// Puts what the user should know in front of a database error.
pub(super) fn explain(error: anyhow::Error, place: &str) -> anyhow::Error {
    let Some(sql) = error.chain().find_map(|cause| cause.downcast_ref::<sqlx::Error>()) else { return error };
    let words = match sql {
        sqlx::Error::Database(db) => advice(db.code().as_deref().unwrap_or_default(), place.starts_with("postgres")),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => "the server cannot be reached",
        sqlx::Error::PoolTimedOut => "the server does not answer in time",
        sqlx::Error::PoolClosed => "it is closed",
        _ => "the database failed",
    };
    error.context(format!("store `{place}`: {words}"))
}

fn advice(code: &str, postgres: bool) -> &'static str {
    if postgres {
        return match code {
            "53100" => "the server's disk is full",
            "53300" | "53400" => "the server has no connection left",
            "3D000" => "the database does not exist",
            "28000" | "28P01" => "the server refuses the user or the password",
            "42501" => "the user may not do this in the database",
            "42P01" | "3F000" => "it is not set up: run `sonde db migrate` or a scan",
            "55P03" | "40P01" | "40001" => "another process holds a lock",
            "57P01" | "57P02" | "57P03" => "the server is shutting down or starting up",
            "25006" => "the server is read-only",
            _ => "the database failed",
        };
    }
    match code.parse::<u32>().unwrap_or(0) & 0xff {
        5 | 6 => "it is locked by another process",
        8 => "it cannot be written: the file is read-only",
        10 => "the file cannot be read or written (disk error or disk full)",
        11 => "the file is damaged",
        13 => "the disk is full",
        14 => "it does not exist or cannot be opened: run `sonde db migrate` or a scan first",
        26 => "the file is not a SQLite database",
        1 => "it is not set up, or by another version: run `sonde db migrate`",
        _ => "the database failed",
    }
}
