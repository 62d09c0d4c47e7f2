//! The one error of this crate.

use std::{error::Error as StdError, fmt};

use crate::Reason;

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
    /// The reason of a coverage record, where the kind alone does not say it.
    pub reason: Option<Reason>,
    /// The cause.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error about a source as a whole.
    pub fn new(kind: ErrorKind, source_name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, source_name: printable(&source_name.into()), path: String::new(), message: message.into(), reason: None, source: None }
    }

    /// Names the object; what a terminal would act on is escaped.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = printable(&path.into());
        self
    }

    /// Sets a reason that the kind alone does not say.
    #[must_use]
    pub fn with_reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The reason of a coverage record made of it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self.reason {
            Some(reason) => reason,
            None if self.kind == ErrorKind::NotFound && self.path.is_empty() => Reason::NoSuchBucketAvailable,
            None => Reason::of(self.kind),
        }
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

/// Names are written by others: control characters and those that turn the writing direction are escaped.
fn printable(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_a_terminal() {
        let e = Error::new(ErrorKind::NotFound, "s3://b\u{9b}2J", "gone").at("a\x1b[31m\u{202e}é/\n");
        assert_eq!(e.to_string(), "`a\\u{1b}[31m\\u{202e}é/\\n` in `s3://b\\u{9b}2J`: gone");
        assert_eq!(e.reason(), Reason::SourceObjectNoLongerAvailable);
        assert_eq!(Error::new(ErrorKind::NotFound, "s3://b", "gone").reason(), Reason::NoSuchBucketAvailable);
    }
}
