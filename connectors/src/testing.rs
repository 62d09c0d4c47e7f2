//! The contract every connector keeps, as one suite: a connector's tests make a [`World`] and call [`contract`].

use std::{collections::BTreeMap, sync::Arc};

use futures::{StreamExt, future::BoxFuture, stream};

use crate::{Connector, ErrorKind, Listed, Object, Result};

/// A source whose content the suite sets. Keys are those of [`Object::key`].
pub trait World: Send + Sync {
    /// A connector to all of it.
    fn connector(&self) -> Arc<dyn Connector>;

    /// A connector to a source that is not there (or its error, where making one already fails).
    fn missing(&self) -> BoxFuture<'_, Result<Arc<dyn Connector>>>;

    /// Keys that are odd but possible here.
    fn odd_keys(&self) -> Vec<String>;

    /// Writes an object, anew or over an old one.
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, ()>;

    /// Removes an object.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;
}

/// Runs the whole suite, each part in a fresh world.
///
/// # Panics
/// When a promise of [`Connector`] is not kept.
pub async fn contract<W: World>(make: impl AsyncFn() -> W) {
    lists_nothing(&make().await).await;
    lists_all_in_order(&make().await).await;
    lists_many_pages(&make().await).await;
    names_datasets(&make().await).await;
    reads_exact_ranges(&make().await).await;
    reads_in_parallel(&make().await).await;
    notices_overwriting(&make().await).await;
    notices_deleting(&make().await).await;
    versions_tell_contents_apart(&make().await).await;
    ends_with_an_error(&make().await).await;
}

/// Objects of a listing that skips nothing.
async fn objects(connector: &dyn Connector) -> Vec<Object> {
    let listed: Vec<_> = connector.list().collect().await;
    let object = |l| match l {
        Ok(Listed::Object(object)) => object,
        other => panic!("{connector}: {other:?}"),
    };
    listed.into_iter().map(object).collect()
}

/// Bytes that differ from place to place and from key to key.
fn content(key: &str, len: usize) -> Vec<u8> {
    let salt = key.bytes().fold(7_u32, |a, b| a.wrapping_mul(31).wrapping_add(b.into()));
    (0_u32..).take(len).map(|i| (i ^ salt).wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

async fn put_one(world: &impl World, key: &str, len: usize) -> (Arc<dyn Connector>, Object, Vec<u8>) {
    let bytes = content(key, len);
    world.put(key, bytes.clone()).await;
    let connector = world.connector();
    let object = objects(&*connector).await.into_iter().find(|o| o.key == key).expect("what was put is listed");
    (connector, object, bytes)
}

async fn lists_nothing(world: &impl World) {
    assert_eq!(objects(&*world.connector()).await, []);
}

async fn lists_all_in_order(world: &impl World) {
    let plain = ["a.csv", "a/b.csv", "a-b.csv", "a/b/c", "b", "B", "é", "z/empty", ".dot", "x y/ü%41+&?#.txt"];
    let keys: Vec<String> = plain.into_iter().map(String::from).chain(world.odd_keys()).collect();
    for key in &keys {
        let len = if key.ends_with("empty") || key.ends_with('/') { 0 } else { 10 + key.len() };
        world.put(key, content(key, len)).await;
    }
    let connector = world.connector();
    let listed = objects(&*connector).await;
    let mut want = keys.clone();
    want.sort_unstable();
    assert_eq!(listed.iter().map(|o| o.key.clone()).collect::<Vec<_>>(), want, "byte order of keys");
    for object in &listed {
        let bytes = connector.read(object, 0..u64::MAX).await.unwrap_or_else(|e| panic!("{e}"));
        let len = usize::try_from(object.size).expect("small");
        assert_eq!(&bytes[..], content(&object.key, len), "{}", object.key);
        assert!(object.modified_ms.is_some_and(|m| m > 1_600_000_000_000), "{object:?}");
        assert!(!object.version.is_empty(), "{object:?}");
        assert!(object.dataset.starts_with(connector.kind()) && object.dataset.ends_with('/'), "{object:?}");
    }
    assert_eq!(objects(&*connector).await, listed, "listing twice gives the same");
}

async fn lists_many_pages(world: &impl World) {
    let keys: Vec<String> = (0..2_300).map(|i| format!("p{}/k{i:05}", i % 3)).collect();
    stream::iter(&keys).for_each_concurrent(8, |key| world.put(key, Vec::new())).await;
    let mut want = keys.clone();
    want.sort_unstable();
    let listed = objects(&*world.connector()).await;
    assert_eq!(listed.iter().map(|o| o.key.clone()).collect::<Vec<_>>(), want);
    // Dropping a listing half-way is no trouble.
    let connector = world.connector();
    let first: Vec<_> = connector.list().take(3).collect().await;
    assert_eq!(first.len(), 3);
}

async fn names_datasets(world: &impl World) {
    let connector = world.connector();
    let root = connector.uri().to_owned();
    let want: BTreeMap<_, _> =
        [("loose.csv", ""), ("d/e/x.csv", "d/e/"), ("t/dt=2024-01-02/p", "t/"), ("l/2024/01/02/x", "l/"), ("w/_delta_log/0.json", "w/")].into();
    for key in want.keys() {
        world.put(key, vec![b'x']).await;
    }
    for object in objects(&*connector).await {
        assert_eq!(object.dataset, format!("{root}{}", want[object.key.as_str()]), "{}", object.key);
    }
}

async fn reads_exact_ranges(world: &impl World) {
    let (connector, object, bytes) = put_one(world, "ranges/x.bin", 300_000).await;
    let len = 300_000_u64;
    for range in
        [0..1, 0..len, 1..2, 70_000..270_001, len - 1..len, 0..len + 1, len - 5..u64::MAX, 0..u64::MAX, 5..5, len..len + 9, len + 1..u64::MAX]
    {
        let got = connector.read(&object, range.clone()).await.unwrap_or_else(|e| panic!("{range:?}: {e}"));
        let at = |i: u64| usize::try_from(i.min(len)).expect("small");
        assert_eq!(got, bytes[at(range.start)..at(range.end)], "{range:?}");
    }
    let (connector, empty, _) = put_one(world, "ranges/empty", 0).await;
    assert!(connector.read(&empty, 0..9).await.expect("nothing to read").is_empty());
}

async fn reads_in_parallel(world: &impl World) {
    let (connector, object, bytes) = put_one(world, "parallel.bin", 256 * 1024).await;
    let reads = (0..64_u64).map(|i| connector.read(&object, i * 4096..(i + 1) * 4096));
    let parts: Vec<_> = stream::iter(reads).buffered(16).collect().await;
    let joined: Vec<u8> = parts.into_iter().flat_map(|p| p.expect("readable").to_vec()).collect();
    assert_eq!(joined, bytes);
}

async fn notices_overwriting(world: &impl World) {
    let (connector, object, bytes) = put_one(world, "o/x.bin", 1000).await;
    assert_eq!(connector.read(&object, 0..10).await.expect("unchanged"), bytes[..10]);
    for (other, what) in
        [(content("other", 1000), "same size"), (content("short", 3), "shorter"), (content("long", 5000), "longer"), (vec![], "emptied")]
    {
        world.put("o/x.bin", other).await;
        let error = connector.read(&object, 10..20).await.expect_err(what);
        assert_eq!(error.kind, ErrorKind::Changed, "{what}: {error}");
        assert_eq!(error.path, "o/x.bin");
    }
}

async fn notices_deleting(world: &impl World) {
    let (connector, object, _) = put_one(world, "gone.bin", 100).await;
    world.delete("gone.bin").await;
    let error = connector.read(&object, 0..10).await.expect_err("it is gone");
    assert_eq!((error.kind, error.path.as_str()), (ErrorKind::NotFound, "gone.bin"));
    assert_eq!(error.reason(), crate::Reason::SourceObjectNoLongerAvailable);
}

async fn versions_tell_contents_apart(world: &impl World) {
    let (_, first, _) = put_one(world, "v", 50).await;
    let (connector, again, _) = put_one(world, "w", 50).await;
    assert_ne!(first.version, again.version);
    world.put("v", content("else", 50)).await;
    let second = objects(&*connector).await.into_iter().find(|o| o.key == "v").expect("listed");
    assert_ne!(first.version, second.version);
}

async fn ends_with_an_error(world: &impl World) {
    let error = match world.missing().await {
        Err(error) => error,
        Ok(connector) => {
            let mut listed: Vec<_> = connector.list().collect().await;
            assert_eq!(listed.len(), 1, "{listed:?}");
            listed.remove(0).expect_err("nothing is there")
        }
    };
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert_eq!(error.reason(), crate::Reason::NoSuchBucketAvailable);
}
