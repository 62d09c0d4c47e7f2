//! What every connector can do: list objects and read ranges of them.

use std::{
    fmt::{Debug, Display},
    ops::Range,
};

use bytes::Bytes;
use futures::{future::BoxFuture, stream::BoxStream};
use serde::{Deserialize, Serialize};

use crate::{Reason, Result};

/// One object as listed: all that a plan needs, plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Key relative to the source, as contracts.md prints it.
    pub key: String,
    /// How the connector finds it again, where `key` is not enough (local: the path's bytes; S3: the raw full key).
    pub locator: Vec<u8>,
    /// Absolute URI of the dataset it belongs to.
    pub dataset: String,
    /// Bytes, as listed.
    pub size: u64,
    /// Opaque version: the `If-Match` of every read. S3: ETag and version id; local: `size:mtime_ns:ctime_ns:inode`.
    pub version: String,
    /// Last modification, milliseconds since the epoch.
    pub modified_ms: Option<i64>,
    /// Storage class where the provider has one.
    pub storage_class: Option<String>,
}

/// What a listing yields, in key order as far as the provider has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// To be read.
    Object(Object),
    /// Seen, and not to be read: it gets a coverage record with this reason.
    Skipped {
        /// As far as known (a folder that is not entered has its name and `/` as key).
        object: Object,
        /// Why.
        reason: Reason,
        /// More for people, never data.
        detail: Option<String>,
    },
}

/// A system that holds objects. Reading only.
///
/// Retries with back-off happen inside; an error that comes out is final for this object.
pub trait Connector: Debug + Display + Send + Sync + 'static {
    /// Absolute URI of the source (`file:///data/`, `s3://bucket/prefix/`).
    fn uri(&self) -> &str;

    /// Kind for the store: `file`, `s3`.
    fn kind(&self) -> &'static str;

    /// Lists everything in scope. Memory does not grow with the number of objects. Filters are the connector's own options; what they leave out is
    /// yielded as `Skipped` with `EXCLUDED`.
    ///
    /// # Errors
    /// An `Err` item ends the stream: the source is not there, access is denied, …
    fn list(&self) -> BoxStream<'static, Result<Listed>>;

    /// Reads `range` (half-open, clamped to the object's size) of `object` in the version that was listed.
    ///
    /// # Errors
    /// `Changed` when the version is no longer the same, `NotFound` when it is gone, `Denied`, `Throttled`, `Transient`, `Unsupported` (archived storage class).
    fn read(&self, object: &Object, range: Range<u64>) -> BoxFuture<'static, Result<Bytes>>;
}
