//! Local files and folders. Unix.

use std::{
    ffi::OsStr,
    fmt, fs, io,
    ops::Range,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::{sync::mpsc, task};

use crate::{Connector, Error, ErrorKind, Listed, Object, Opened, Result, RowStream, connector, extract, filter::Filter, percent};

mod name;
mod read;
#[cfg(test)]
mod tests;
mod walk;

/// Listed objects on the way from the walking thread.
const LISTED_AHEAD: usize = 256;

/// How a folder is walked.
#[derive(Clone, Debug, Default)]
pub struct LocalOptions {
    /// Follow symbolic links. A link to a folder above itself is not followed.
    pub follow: bool,
    /// What is read. `.sondeignore` files in the folders are honoured as well.
    pub filter: Filter,
}

/// A file, or a folder with all below it.
#[derive(Clone, Debug)]
pub struct Local {
    root: Arc<Root>,
    options: Arc<LocalOptions>,
}

/// Where a source lies.
#[derive(Debug)]
struct Root {
    /// As the user wrote it, for messages.
    given: String,
    /// `file:///…`, with `/` at the end for a folder.
    uri: String,
    /// The folder, absolute: locators are relative to it.
    folder: PathBuf,
    /// `file:///…/` of `folder`.
    folder_uri: String,
    /// The name in `folder` where the source is one file.
    file: Option<Vec<u8>>,
}

impl Local {
    /// A source of the file or folder at `path`.
    ///
    /// # Errors
    /// `NotFound` when nothing is there, `Denied` when it cannot be looked at.
    pub fn new(path: impl AsRef<Path>, options: LocalOptions) -> Result<Self> {
        let path = path.as_ref();
        let given = path.to_string_lossy().into_owned();
        let fail = |e: io::Error| read::error(&e, &given);
        let mut absolute = std::path::absolute(path).map_err(fail)?;
        let is_dir = fs::metadata(&absolute).map_err(fail)?.is_dir();
        // Without the file system nobody knows where `link/..` is.
        if absolute.components().any(|c| c == Component::ParentDir) {
            absolute = absolute.canonicalize().map_err(fail)?;
        }
        // Drops `.`, doubled and trailing slashes.
        let absolute: PathBuf = absolute.components().collect();
        let uri = name::uri(absolute.as_os_str().as_bytes());
        let root = if is_dir {
            let uri = if uri.ends_with('/') { uri } else { uri + "/" };
            Root { given, folder_uri: uri.clone(), uri, folder: absolute, file: None }
        } else {
            let no_name = || Error::new(ErrorKind::Config, &given, "has no file name");
            let folder = absolute.parent().ok_or_else(no_name)?.to_path_buf();
            let file = absolute.file_name().ok_or_else(no_name)?.as_bytes().to_vec();
            let folder_uri = uri[..=uri.rfind('/').ok_or_else(no_name)?].to_owned();
            Root { given, uri, folder, folder_uri, file: Some(file) }
        };
        Ok(Self { root: Arc::new(root), options: Arc::new(options) })
    }

    /// The path that a `file:` URI names; `None`: not such a URI, or one of another machine.
    #[must_use]
    pub fn path_of(uri: &str) -> Option<PathBuf> {
        let rest = uri.strip_prefix("file:")?;
        let path = match rest.strip_prefix("//") {
            Some(authority) => authority.strip_prefix("localhost").filter(|p| p.starts_with('/')).unwrap_or(authority),
            None => rest,
        };
        path.starts_with('/').then(|| PathBuf::from(OsStr::from_bytes(&percent::decoded(path))))
    }

    /// The file of an object.
    fn path(&self, object: &Object) -> PathBuf {
        self.root.folder.join(OsStr::from_bytes(&object.locator))
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root.uri)
    }
}

impl Connector for Local {
    fn uri(&self) -> &str {
        &self.root.uri
    }

    fn kind(&self) -> &'static str {
        "file"
    }

    fn list(&self) -> BoxStream<'static, Result<Listed>> {
        let this = self.clone();
        let start = async move {
            let (sender, receiver) = mpsc::channel(LISTED_AHEAD);
            // Walking blocks; it ends when the stream is dropped, for then nothing can be sent.
            task::spawn_blocking(move || walk::walk(&this.root, &this.options, &mut |listed| sender.blocking_send(listed).is_ok()));
            stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|listed| (listed, receiver)) })
        };
        stream::once(start).flatten().boxed()
    }

    fn read(&self, object: &Object, range: Range<u64>) -> BoxFuture<'static, Result<Bytes>> {
        let path = self.path(object);
        let (key, version, size, root) = (object.key.clone(), object.version.clone(), object.size, Arc::clone(&self.root));
        async move {
            let range = range.start..range.end.min(size);
            if range.is_empty() {
                return Ok(Bytes::new());
            }
            match task::spawn_blocking(move || read::read(&path, &version, range)).await {
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(read::Failed::Changed)) => Err(Error::new(ErrorKind::Changed, &root.given, "changed since it was listed").at(key)),
                Ok(Err(read::Failed::Io(e))) => Err(read::error(&e, &root.given).at(key)),
                Err(e) => Err(Error::new(ErrorKind::Transient, &root.given, "reading was broken off").at(key).because(e)),
            }
        }
        .boxed()
    }

    fn open(&self, object: &Object, options: &extract::Options) -> Result<Opened> {
        Ok(Opened::Bytes(extract::open(&object.key, object.size, options)))
    }

    fn rows(&self, object: &Object, _: &extract::Part) -> BoxFuture<'static, Result<RowStream>> {
        connector::no_rows(&self.root.given, object)
    }
}
