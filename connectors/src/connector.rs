//! What every connector can do: list objects and read ranges of them.

use std::{
    fmt::{Debug, Display},
    ops::Range,
};

use bytes::Bytes;
use futures::{future::BoxFuture, stream::BoxStream};
use serde::{Deserialize, Serialize};

use crate::{
    Error, ErrorKind, Reason, Result,
    extract::{Layout, Opener, Options, Part, Prepared},
};

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

/// What an object is made of, and who finds out how it is read.
#[derive(Debug)]
pub enum Opened {
    /// Bytes: the opener looks at them.
    Bytes(Box<dyn Opener>),
    /// Rows: the catalog has said it all.
    Rows(Layout, std::sync::Arc<dyn Prepared>),
}

/// Rows as they come, encoded as the extractor of their part reads them.
pub struct RowStream {
    /// Pieces, each of whole rows. An `Err` item ends the stream.
    pub pieces: BoxStream<'static, Result<Bytes>>,
    /// Bytes of the largest piece, about.
    pub piece: u64,
}

/// A system that holds objects. Reading only.
///
/// Retries with back-off happen inside; an error that comes out is final for this object.
pub trait Connector: Debug + Display + Send + Sync + 'static {
    /// Absolute URI of the source (`file:///data/`, `s3://bucket/prefix/`).
    fn uri(&self) -> &str;

    /// Kind for the store: `file`, `s3`, `postgres`.
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

    /// How an object is opened: by a look at its bytes, or, where objects are tables, by what the catalog says.
    ///
    /// # Errors
    /// A listed object that cannot be opened is `Corrupt`.
    fn open(&self, object: &Object, options: &Options) -> Result<Opened>;

    /// The rows of one part of an object that was opened as rows.
    ///
    /// # Errors
    /// `Unsupported` where objects are bytes; else as for `read`.
    fn rows(&self, object: &Object, part: &Part) -> BoxFuture<'static, Result<RowStream>>;
}

/// The answer of a connector whose objects are bytes.
pub(crate) fn no_rows(uri: &str, object: &Object) -> BoxFuture<'static, Result<RowStream>> {
    let error = Error::new(ErrorKind::Unsupported, uri, "is read as bytes").at(object.key.clone());
    Box::pin(std::future::ready(Err(error)))
}

/// The answer of a connector whose objects are rows.
pub(crate) fn no_bytes(uri: &str, object: &Object) -> BoxFuture<'static, Result<Bytes>> {
    let error = Error::new(ErrorKind::Unsupported, uri, "is read as rows").at(object.key.clone());
    Box::pin(std::future::ready(Err(error)))
}
