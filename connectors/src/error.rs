//! The one error of this crate.

use std::{error::Error as StdError, fmt};

/// What went wrong, as far as a caller can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The source or the object is not there.
    NotFound,
    /// The caller may not read it, or has no credentials.
    Denied,
    /// The other side asks for fewer requests; retries are used up.
    Throttled,
    /// Network or server trouble; retries are used up.
    Transient,
    /// The object changed since it was listed.
    Changed,
    /// The storage class or kind cannot be read.
    Unsupported,
    /// The answer or the data cannot be understood.
    Corrupt,
    /// A limit of ours was reached.
    Limit,
    /// The request itself is wrong: bad URI, bad option.
    Config,
}

/// An error of a connector or an extractor. Never carries data of the object.
#[derive(Debug)]
pub struct Error {
    /// Kind, for decisions.
    pub kind: ErrorKind,
    /// The source as the user wrote it.
    pub source_name: String,
    /// Object or path, empty when the source as a whole is meant. Sanitised for a terminal.
    pub path: String,
    /// What to tell the user, lower case.
    pub message: String,
    /// The cause.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error about a source as a whole.
    pub fn new(kind: ErrorKind, source_name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, source_name: source_name.into(), path: String::new(), message: message.into(), source: None }
    }

    /// Names the object.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "`{}`: {}", self.source_name, self.message)
        } else {
            write!(f, "`{}` in `{}`: {}", self.path, self.source_name, self.message)
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|e| e.as_ref() as _)
    }
}
