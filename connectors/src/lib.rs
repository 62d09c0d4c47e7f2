//! Other people's systems: objects listed, ranges read, bytes made into chunks.
//!
//! A [`Connector`] lists objects and reads ranges of their bytes, or their rows. An [`extract::Extractor`] does no IO: it says which ranges it wants, is fed,
//! and gives [`extract::Chunk`]s. Nothing here writes to a source.

pub mod aws;
mod connector;
pub mod dataset;
mod error;
pub mod extract;
pub mod filter;
pub mod local;
pub mod percent;
pub mod postgres;
mod reason;
pub mod s3;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use connector::{Connector, Listed, Object, Opened, RowStream};
pub use error::{Error, ErrorKind, Result};
pub use reason::Reason;
