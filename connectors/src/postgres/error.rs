//! What the answers of a server mean.

use crate::{Error, ErrorKind, Reason};

/// Classes of SQLSTATE whose words name things, never values.
const TOLD: [&str; 12] = ["08", "0A", "25", "28", "3D", "3F", "42", "53", "55", "57", "58", "XX"];

/// The error of a statement about `object`, or about the database where it is empty.
pub(super) fn of(uri: &str, object: &str, e: &sqlx::Error) -> Error {
    let error = match e {
        sqlx::Error::Database(answer) => answered(uri, answer.code().as_deref().unwrap_or_default(), answer.message()),
        sqlx::Error::Io(e) => Error::new(ErrorKind::Transient, uri, format!("the server cannot be reached: {e}")),
        sqlx::Error::Tls(e) => Error::new(ErrorKind::Config, uri, format!("no secure connection: {e}")),
        sqlx::Error::Configuration(_) => Error::new(ErrorKind::Config, uri, "the address cannot be used"),
        sqlx::Error::Protocol(_) => Error::new(ErrorKind::Transient, uri, "the connection was lost, or it is no Postgres server"),
        _ => Error::new(ErrorKind::Transient, uri, "the statement failed"),
    };
    let whole = error.reason == Some(Reason::NoSuchBucketAvailable);
    if object.is_empty() || whole { error } else { error.at(object) }
}

/// SQLSTATE and message.
fn answered(uri: &str, code: &str, message: &str) -> Error {
    let said = if TOLD.iter().any(|class| code.starts_with(class)) { message } else { "the statement failed" };
    let (kind, reason) = match code {
        "3D000" => (ErrorKind::NotFound, Some(Reason::NoSuchBucketAvailable)),
        "42P01" | "3F000" => (ErrorKind::NotFound, Some(Reason::SourceObjectNoLongerAvailable)),
        // A column is gone, or the relation is no table any more.
        "42703" | "42809" => (ErrorKind::Changed, None),
        "42501" => (ErrorKind::Denied, None),
        "57014" | "55P03" => (ErrorKind::Limit, Some(Reason::TimeCutOffReached)),
        "53300" => (ErrorKind::Throttled, None),
        _ if code.starts_with("28") => (ErrorKind::Denied, None),
        _ if code.starts_with("22") || code.starts_with("XX") => (ErrorKind::Corrupt, Some(Reason::UnableToParseFile)),
        _ => (ErrorKind::Transient, None),
    };
    let error = Error::new(kind, uri, format!("{said} ({code})"));
    match reason {
        Some(reason) => error.with_reason(reason),
        None => error,
    }
}

/// Whether a lock or a slow statement was waited for, too long.
pub(super) fn waited(e: &sqlx::Error) -> bool {
    e.as_database_error().and_then(|e| e.code()).is_some_and(|code| matches!(&*code, "55P03" | "57014"))
}

/// A table is no longer what was listed.
pub(super) fn changed(uri: &str, object: &str) -> Error {
    Error::new(ErrorKind::Changed, uri, "was rewritten since it was listed").at(object)
}
