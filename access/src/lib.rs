//! Who can reach what. [`aws::policy`] reads and matches the policies of AWS; [`Resource`] is what connectors and reach both speak of.
//!
//! ```
//! let bucket = sonde_access::Resource::new("aws", "arn:aws:s3:::training-data");
//! assert_eq!(bucket.to_string(), "aws:arn:aws:s3:::training-data");
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

pub mod aws;
pub mod azure;
pub mod bigquery;
#[cfg(test)]
mod cases;
pub mod exports;
pub mod gcp;
pub mod inventory;
pub mod reach;
pub mod snowflake;
pub mod sql;
pub mod unity;
pub mod usage;
pub mod vectors;

/// A thing's name at its provider: what policies speak of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Resource {
    /// `aws`, `gcp`, `azure`, `postgres`, …
    pub provider: String,
    /// The provider's own name: an ARN, a full resource name, a quoted table.
    pub name: String,
}

impl Resource {
    /// Names a thing.
    #[must_use]
    pub fn new(provider: impl Into<String>, name: impl Into<String>) -> Self {
        Self { provider: provider.into(), name: name.into() }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.name)
    }
}
