//! Reading a range of the version that was listed.

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use bytes::Bytes;

use crate::{Error, ErrorKind};

/// Why a range could not be read.
#[derive(Debug)]
pub(super) enum Failed {
    /// Not the version that was listed.
    Changed,
    /// The system says no.
    Io(io::Error),
}

impl From<io::Error> for Failed {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

/// Any write, rename over it or change of its rights gives a file another version.
pub(super) fn version(m: &Metadata) -> String {
    let ns = |s: i64, ns: i64| i128::from(s) * 1_000_000_000 + i128::from(ns);
    format!("{}:{}:{}:{}", m.size(), ns(m.mtime(), m.mtime_nsec()), ns(m.ctime(), m.ctime_nsec()), m.ino())
}

/// Reads all of `range`, which lies within the listed size.
pub(super) fn read(path: &Path, listed: &str, range: Range<u64>) -> Result<Bytes, Failed> {
    let file = open(path)?;
    let check = || if version(&file.metadata()?) == listed { Ok(()) } else { Err(Failed::Changed) };
    check()?;
    let len = usize::try_from(range.end - range.start).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let mut buffer = vec![0; len];
    if let Err(e) = file.read_exact_at(&mut buffer, range.start) {
        return Err(if e.kind() == io::ErrorKind::UnexpectedEof { Failed::Changed } else { e.into() });
    }
    // Written to while it was read?
    check()?;
    Ok(buffer.into())
}

/// Opens without waiting: a pipe may have been put in the file's place.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

/// What an error of the system means.
pub(super) fn error(e: &io::Error, source_name: &str) -> Error {
    let (kind, message) = match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => (ErrorKind::NotFound, "no such file or folder".to_owned()),
        io::ErrorKind::PermissionDenied => (ErrorKind::Denied, "permission denied".to_owned()),
        io::ErrorKind::InvalidFilename => (ErrorKind::Config, "the path is too long".to_owned()),
        io::ErrorKind::InvalidInput => (ErrorKind::Config, "not a path".to_owned()),
        _ => (ErrorKind::Transient, e.to_string()),
    };
    let error = Error::new(kind, source_name, message);
    match e.raw_os_error() {
        Some(code) => error.because(io::Error::from_raw_os_error(code)),
        None => error,
    }
}
