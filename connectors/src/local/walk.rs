//! Walking a folder in key order, one folder at a time.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs::{self, FileType, Metadata},
    io::{self, Read},
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        fs::MetadataExt,
    },
    path::Path,
    vec,
};

use super::{LocalOptions, Root, name, read};
use crate::{
    Listed, Object, Reason, Result, dataset,
    filter::{IGNORE_FILE, Patterns},
};

/// Largest `.sondeignore` that is honoured, bytes: building its matcher takes memory of that order times some.
const IGNORE_FILE_LIMIT: u64 = 256 * 1024;

/// What a name in a folder is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// A name in a folder.
struct Entry {
    /// Raw, with `/` at the end for a folder: so names sort as keys do.
    name: Box<[u8]>,
    /// As printed, where it differs.
    printed: Option<Box<str>>,
    kind: Kind,
}

impl Entry {
    /// What the key gets.
    fn key(&self) -> &[u8] {
        self.printed.as_deref().map_or(&self.name, str::as_bytes)
    }
}

/// A folder being walked.
struct Frame {
    entries: vec::IntoIter<Entry>,
    /// Length of its key and of its raw path, with `/`.
    key_len: usize,
    path_len: usize,
    /// Its `.sondeignore`.
    patterns: Option<Patterns>,
    /// Device and inode, to find loops.
    id: (u64, u64),
}

/// Gives everything below the root to `send`, in key order, until that says no.
pub(super) fn walk(root: &Root, options: &LocalOptions, send: &mut dyn FnMut(Result<Listed>) -> bool) {
    let mut walker = Walker { root, options, key: String::new(), path: Vec::new(), frames: Vec::new(), send };
    match &root.file {
        Some(file) => walker.single(file),
        None => walker.folder(),
    }
}

struct Walker<'a> {
    root: &'a Root,
    options: &'a LocalOptions,
    /// Key and raw path, relative to the root, of what is being looked at.
    key: String,
    path: Vec<u8>,
    frames: Vec<Frame>,
    send: &'a mut dyn FnMut(Result<Listed>) -> bool,
}

impl Walker<'_> {
    fn full_path(&self) -> std::path::PathBuf {
        self.root.folder.join(OsStr::from_bytes(&self.path))
    }

    fn stat(&self, path: &Path) -> io::Result<Metadata> {
        if self.options.follow { fs::metadata(path) } else { fs::symlink_metadata(path) }
    }

    fn single(&mut self, file: &[u8]) {
        self.path.extend_from_slice(file);
        self.key = name::printed(file).unwrap_or_else(|| String::from_utf8_lossy(file).into_owned());
        match fs::metadata(self.full_path()) {
            Ok(m) if m.is_dir() => self.fail(&io::Error::from(io::ErrorKind::NotFound)),
            Ok(m) => {
                let kind = kind(m.file_type());
                let entry = Entry { name: file.into(), printed: None, kind };
                self.visit_file(&entry, Some(m));
            }
            Err(e) => self.fail(&e),
        }
    }

    fn folder(&mut self) {
        let opened = fs::metadata(&self.root.folder).and_then(|m| Ok((m, fs::read_dir(&self.root.folder)?)));
        match opened {
            Ok((m, entries)) => {
                let (frame, broken) = self.frame(entries, (m.dev(), m.ino()));
                self.frames.push(frame);
                if let Some(e) = broken {
                    return self.fail(&e);
                }
            }
            Err(e) => return self.fail(&e),
        }
        while let Some(frame) = self.frames.last_mut() {
            self.key.truncate(frame.key_len);
            self.path.truncate(frame.path_len);
            let Some(entry) = frame.entries.next() else {
                self.frames.pop();
                continue;
            };
            self.path.extend_from_slice(&entry.name);
            self.key.push_str(&String::from_utf8_lossy(entry.key()));
            if !self.visit(&entry) {
                return;
            }
        }
    }

    /// The root cannot be listed.
    fn fail(&mut self, e: &io::Error) {
        (self.send)(Err(read::error(e, &self.root.given)));
    }

    /// False: nobody listens any more.
    fn visit(&mut self, entry: &Entry) -> bool {
        if entry.kind != Kind::Folder {
            return self.visit_file(entry, None);
        }
        let object = self.object(None);
        if self.left_out(true) {
            return self.skip(object, Reason::Excluded, "folder not entered");
        }
        let path = self.full_path();
        match self.stat(&path).and_then(|m| Ok((m, fs::read_dir(&path)?))) {
            // A link was put in the folder's place.
            Ok((m, _)) if !m.is_dir() => self.skip(object, Reason::Symlink, "not followed"),
            Ok((m, entries)) => {
                let id = (m.dev(), m.ino());
                if self.options.follow && self.frames.iter().any(|f| f.id == id) {
                    return self.skip(object, Reason::Symlink, "loop: the folder lies above itself");
                }
                let (frame, broken) = self.frame(entries, id);
                self.frames.push(frame);
                broken.is_none_or(|e| self.skip_error(object, &e))
            }
            // Gone since its name was read: as if it had never been there.
            Err(e) if e.kind() == io::ErrorKind::NotFound => true,
            Err(e) => self.skip_error(object, &e),
        }
    }

    /// A name that is not a folder.
    fn visit_file(&mut self, entry: &Entry, known: Option<Metadata>) -> bool {
        let metadata = match known.map_or_else(|| self.stat(&self.full_path()), Ok) {
            Ok(m) => m,
            Err(e) if e.kind() == io::ErrorKind::NotFound && entry.kind != Kind::Link => return true,
            Err(e) if e.kind() == io::ErrorKind::NotFound || entry.kind == Kind::Link => {
                let object = self.object(None);
                return self.skip(object, Reason::Symlink, "leads nowhere");
            }
            Err(e) => {
                let object = self.object(None);
                return self.skip_error(object, &e);
            }
        };
        let object = self.object(Some(&metadata));
        match kind(metadata.file_type()) {
            Kind::Link => self.skip(object, Reason::Symlink, "not followed"),
            Kind::Special | Kind::Folder => self.skip(object, Reason::SpecialFile, "pipe, socket or device"),
            Kind::File if self.left_out(false) => self.skip(object, Reason::Excluded, "pattern"),
            Kind::File => match self.options.filter.why_not(&object) {
                Some(why) => self.skip(object, Reason::Excluded, why),
                None => (self.send)(Ok(Listed::Object(object))),
            },
        }
    }

    fn skip(&mut self, object: Object, reason: Reason, detail: &str) -> bool {
        (self.send)(Ok(Listed::Skipped { object, reason, detail: Some(detail.to_owned()) }))
    }

    fn skip_error(&mut self, object: Object, e: &io::Error) -> bool {
        let error = read::error(e, &self.root.given);
        self.skip(object, error.reason(), &error.message)
    }

    /// What the patterns say: the command line first, then the nearest `.sondeignore`.
    fn left_out(&self, is_dir: bool) -> bool {
        let relative = |from: usize| Path::new(OsStr::from_bytes(self.path[from..].strip_suffix(b"/").unwrap_or(&self.path[from..])));
        let nearest = || self.frames.iter().rev().find_map(|f| f.patterns.as_ref()?.says(relative(f.path_len), is_dir));
        self.options.filter.excludes(relative(0), is_dir).or_else(nearest).unwrap_or(false)
    }

    /// What is being looked at.
    fn object(&self, metadata: Option<&Metadata>) -> Object {
        let mut dataset = self.root.folder_uri.clone();
        if self.root.file.is_none() {
            name::push_encoded(&mut dataset, &self.path[..dataset::prefix_len(&self.path)]);
        }
        Object {
            key: self.key.clone(),
            locator: self.path.clone(),
            dataset,
            size: metadata.map_or(0, |m| if m.is_file() { m.size() } else { 0 }),
            version: metadata.map(read::version).unwrap_or_default(),
            modified_ms: metadata.map(|m| m.mtime().saturating_mul(1000).saturating_add(m.mtime_nsec() / 1_000_000)),
            storage_class: None,
        }
    }

    /// Reads the names in the folder that `self.path` names; with the error that ended it early.
    fn frame(&self, entries: fs::ReadDir, id: (u64, u64)) -> (Frame, Option<io::Error>) {
        let (entries, broken) = self.entries(entries);
        let has_patterns = entries.iter().any(|e| e.kind == Kind::File && *e.name == *IGNORE_FILE.as_bytes());
        let patterns = has_patterns.then(|| self.patterns()).flatten();
        (Frame { entries: entries.into_iter(), key_len: self.key.len(), path_len: self.path.len(), patterns, id }, broken)
    }

    /// The names in a folder, sorted as keys.
    fn entries(&self, listing: fs::ReadDir) -> (Vec<Entry>, Option<io::Error>) {
        let (mut entries, mut broken) = (Vec::new(), None);
        for found in listing {
            match found.and_then(|e| Ok((e.file_type()?, e))) {
                Ok((file_type, found)) => {
                    let path = (self.options.follow && file_type.is_symlink()).then(|| found.path());
                    let target = path.and_then(|p| fs::metadata(p).ok()).map(|m| kind(m.file_type()));
                    let kind = if target == Some(Kind::Folder) { Kind::Folder } else { kind(file_type) };
                    let mut name = found.file_name().into_vec();
                    if kind == Kind::Folder {
                        name.push(b'/');
                    }
                    entries.push(Entry { name: name.into(), printed: None, kind });
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                // A failing disk would give errors for ever.
                Err(e) => {
                    broken = Some(e);
                    break;
                }
            }
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        print_names(&mut entries);
        (entries, broken)
    }

    /// The `.sondeignore` in the folder that `self.path` names.
    fn patterns(&self) -> Option<Patterns> {
        let path = self.full_path().join(IGNORE_FILE);
        let mut text = Vec::new();
        let complete = read::open(&path).and_then(|f| f.take(IGNORE_FILE_LIMIT + 1).read_to_end(&mut text));
        if complete.is_err() || text.len() as u64 > IGNORE_FILE_LIMIT {
            tracing::warn!(path = %path.display().to_string().escape_debug(), "not honoured: cannot be read, or is too large");
            return None;
        }
        let (patterns, wrong) = Patterns::lenient(String::from_utf8_lossy(&text).lines());
        if let Some(wrong) = wrong {
            tracing::warn!(path = %path.display().to_string().escape_debug(), %wrong, "not honoured");
        }
        Some(patterns)
    }
}

/// Sets `printed` where it is needed, so that no two names in a folder print alike. In: sorted by name; out: sorted as printed.
fn print_names(entries: &mut [Entry]) {
    let mut taken: HashSet<Box<str>> = HashSet::new();
    for entry in entries.iter_mut() {
        entry.printed = name::printed(&entry.name).map(String::into_boxed_str);
        taken.extend(entry.printed.clone());
    }
    if taken.is_empty() {
        return;
    }
    for entry in entries.iter_mut().filter(|e| e.printed.is_none()) {
        let mut printed = String::from_utf8_lossy(&entry.name).into_owned();
        while !taken.insert(printed.clone().into()) {
            printed = printed.replace('%', "%25");
            entry.printed = Some(printed.clone().into());
        }
    }
    entries.sort_unstable_by(|a, b| a.key().cmp(b.key()));
}

fn kind(file_type: FileType) -> Kind {
    if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_symlink() {
        Kind::Link
    } else {
        Kind::Special
    }
}
