//! Tests of local files.

use std::{
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
    time::Duration,
};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::{
    Reason,
    filter::Patterns,
    testing::{World, contract},
};

struct Folder(TempDir);

impl Folder {
    fn path(&self, key: &str) -> PathBuf {
        self.0.path().join(key)
    }
}

impl World for Folder {
    fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(Local::new(self.0.path(), LocalOptions::default()).unwrap())
    }

    fn missing(&self) -> BoxFuture<'_, Result<Arc<dyn Connector>>> {
        let made = Local::new(self.path("nothing/here"), LocalOptions::default());
        async move { Ok(Arc::new(made?) as _) }.boxed()
    }

    fn odd_keys(&self) -> Vec<String> {
        ["...", "..a", "a b", "-rf", "~", "a\\b", "a:b", "x/100%.csv", "x/é\u{202e}"].map(String::from).into()
    }

    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, ()> {
        async move {
            let path = self.path(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            // The kernel's clock ticks every few milliseconds.
            if path.exists() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            fs::write(path, bytes).unwrap();
        }
        .boxed()
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        async move { fs::remove_file(self.path(key)).unwrap() }.boxed()
    }
}

#[tokio::test]
async fn keeps_the_contract() {
    contract(async || Folder(tempfile::tempdir().unwrap())).await;
}

/// Key, and the reason where skipped.
async fn listed(path: &Path, options: LocalOptions) -> Vec<(String, Option<Reason>)> {
    let found = Local::new(path, options).unwrap().list().map(Result::unwrap).collect::<Vec<_>>().await;
    let flat = |l| match l {
        Listed::Object(o) => (o.key, None),
        Listed::Skipped { object, reason, .. } => (object.key, Some(reason)),
    };
    found.into_iter().map(flat).collect()
}

fn lines(wanted: &[(&str, Option<Reason>)]) -> Vec<(String, Option<Reason>)> {
    wanted.iter().map(|(k, r)| ((*k).to_owned(), *r)).collect()
}

fn write(dir: &Path, name: impl AsRef<Path>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
}

#[tokio::test]
async fn one_file() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a b/dt=1/x.csv");
    let local = Local::new(dir.path().join("a b/../a b/dt=1/x.csv"), LocalOptions::default()).unwrap();
    let folder = format!("file://{}/a%20b/dt=1/", dir.path().canonicalize().unwrap().display());
    assert_eq!(local.uri(), format!("{folder}x.csv"));
    let objects: Vec<_> = local.list().collect().await;
    let [Ok(Listed::Object(object))] = &objects[..] else { panic!("{objects:?}") };
    assert_eq!((object.key.as_str(), &object.dataset), ("x.csv", &folder));
    assert_eq!(local.read(object, 0..9).await.unwrap(), "x");
}

#[tokio::test]
async fn links_pipes_and_sockets() {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    write(d, "real/x");
    symlink(d.join("real"), d.join("link")).unwrap();
    symlink(d, d.join("real/up")).unwrap();
    symlink("x", d.join("real/same")).unwrap();
    symlink("nowhere", d.join("broken")).unwrap();
    symlink("circle", d.join("circle")).unwrap();
    let _socket = UnixListener::bind(d.join("socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(d.join("pipe")).status().unwrap().success());
    let (link, special) = (Some(Reason::Symlink), Some(Reason::SpecialFile));
    let want = lines(&[
        ("broken", link),
        ("circle", link),
        ("link", link),
        ("pipe", special),
        ("real/same", link),
        ("real/up", link),
        ("real/x", None),
        ("socket", special),
    ]);
    assert_eq!(listed(d, LocalOptions::default()).await, want);
    let want = lines(&[
        ("broken", link),
        ("circle", link),
        ("link/same", None),
        ("link/up/", link),
        ("link/x", None),
        ("pipe", special),
        ("real/same", None),
        ("real/up/", link),
        ("real/x", None),
        ("socket", special),
    ]);
    assert_eq!(listed(d, LocalOptions { follow: true, ..LocalOptions::default() }).await, want);
    // What is named itself is followed.
    assert_eq!(listed(&d.join("link"), LocalOptions::default()).await.len(), 3);
    assert_eq!(listed(&d.join("pipe"), LocalOptions::default()).await, lines(&[("pipe", special)]));
}

#[tokio::test]
async fn a_pipe_in_a_files_place_does_not_block() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "x");
    let local = Local::new(dir.path(), LocalOptions::default()).unwrap();
    let Some(Ok(Listed::Object(object))) = local.list().next().await else { panic!("not listed") };
    fs::remove_file(dir.path().join("x")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(dir.path().join("x")).status().unwrap().success());
    let error = local.read(&object, 0..1).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Changed);
}

#[tokio::test]
async fn names_that_are_not_text() {
    let dir = tempfile::tempdir().unwrap();
    let odd = |name: &[u8]| write(dir.path(), OsStr::from_bytes(name));
    odd(b"d\xff%/100%.csv");
    odd(b"x\n");
    odd(b"x%0A");
    odd(b"plain%41");
    let want = lines(&[("d%FF%25/100%.csv", None), ("plain%41", None), ("x%0A", None), ("x%250A", None)]);
    assert_eq!(listed(dir.path(), LocalOptions::default()).await, want);
    let local = Local::new(dir.path(), LocalOptions::default()).unwrap();
    for found in local.list().collect::<Vec<_>>().await {
        let Ok(Listed::Object(object)) = found else { panic!("{found:?}") };
        assert_eq!(local.read(&object, 0..1).await.unwrap(), "x", "{}", object.key);
        if object.key.starts_with('d') {
            assert!(object.dataset.ends_with("/d%FF%25/"), "{}", object.dataset);
        }
    }
}

#[tokio::test]
async fn ignore_files_and_filters() {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    for name in ["a.log", "a.txt", "sub/a.log", "sub/b.log", "sub/keep.log", "skip/x", "skip/.sondeignore", "c.bak", "sub/deep/b.log", "top"] {
        write(d, name);
    }
    fs::write(d.join(".sondeignore"), "*.log\nskip/\n/top\n[broken\n").unwrap();
    fs::write(d.join("sub/.sondeignore"), "!keep.log\n/b.log\n").unwrap();
    let filter =
        Filter { exclude: Patterns::new(["*.bak"]).unwrap(), suffixes: vec!["g".into(), "e".into(), "k".into(), "x".into()], ..Filter::default() };
    let out = Some(Reason::Excluded);
    let want = lines(&[
        (".sondeignore", None),
        ("a.log", out),
        ("a.txt", out),
        ("c.bak", out),
        ("skip/", out),
        ("sub/.sondeignore", None),
        ("sub/a.log", out),
        ("sub/b.log", out),
        ("sub/deep/b.log", out),
        ("sub/keep.log", None),
        ("top", out),
    ]);
    assert_eq!(listed(d, LocalOptions { filter, ..LocalOptions::default() }).await, want);
}

#[tokio::test]
async fn very_deep_folders_end() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("d/".repeat(1500));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("x"), "x").unwrap();
    assert_eq!(listed(dir.path(), LocalOptions::default()).await.len(), 1);
}

#[tokio::test]
async fn what_may_not_be_read() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "locked/x");
    write(dir.path(), "secret");
    for (name, mode) in [("locked", 0), ("secret", 0)] {
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let local = Local::new(dir.path(), LocalOptions::default()).unwrap();
    let found: Vec<_> = local.list().map(Result::unwrap).collect().await;
    if fs::read_dir(dir.path().join("locked")).is_ok() {
        // Root may read anything: what an unreadable file gives is shown on the error itself.
        assert_eq!(read::error(&io::Error::from(io::ErrorKind::PermissionDenied), "x").reason(), Reason::PermissionDenied);
        assert_eq!(found.len(), 2);
    } else {
        let [Listed::Skipped { object: folder, reason: Reason::PermissionDenied, .. }, Listed::Object(file)] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(folder.key, "locked/");
        assert_eq!(local.read(file, 0..1).await.unwrap_err().kind, ErrorKind::Denied);
    }
    fs::set_permissions(dir.path().join("locked"), fs::Permissions::from_mode(0o700)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn listed_as_sorted(keys in proptest::collection::btree_set("[a-b](/?[-.ab0_]){0,6}", 0..20)) {
        // A name is a file or a folder, not both.
        let files: std::collections::BTreeSet<_> = keys.iter().filter(|k| !k.contains("/.") && !keys.iter().any(|o| o.starts_with(&format!("{k}/")))).collect();
        let dir = tempfile::tempdir().unwrap();
        files.iter().for_each(|k| write(dir.path(), k));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let got = runtime.block_on(listed(dir.path(), LocalOptions::default()));
        prop_assert_eq!(got.into_iter().map(|(k, _)| k).collect::<Vec<_>>(), files.into_iter().cloned().collect::<Vec<_>>());
    }
}

#[test]
fn paths_of_uris() {
    for (uri, path) in [
        ("file:///a%20b/c", Some("/a b/c")),
        ("file://localhost/a", Some("/a")),
        ("file:/a", Some("/a")),
        ("file://host/a", None),
        ("s3://a/b", None),
        ("/a", None),
    ] {
        assert_eq!(Local::path_of(uri), path.map(PathBuf::from), "{uri}");
    }
}
