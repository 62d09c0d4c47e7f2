//! The contract every connector keeps, as one suite: a connector's tests make a [`World`] and call [`contract`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::{StreamExt, future::BoxFuture, stream};

use arrow_array::{Array, cast::AsArray};

use crate::{
    Connector, Error, ErrorKind, Listed, Object, Opened, Result,
    extract::{Chunk, Options, Part, Piece, Prepared, Sink},
};

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
    refuses_rows(&make().await).await;
    ends_with_an_error(make().await.missing().await).await;
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

async fn refuses_rows(world: &impl World) {
    let (connector, object, _) = put_one(world, "rows.bin", 10).await;
    assert!(matches!(connector.open(&object, &Options::default()), Ok(Opened::Bytes(_))));
    let error = connector.rows(&object, &Part::Whole).await.err().expect("it is bytes");
    assert_eq!((error.kind, error.path.as_str()), (ErrorKind::Unsupported, "rows.bin"));
}

async fn ends_with_an_error(missing: Result<Arc<dyn Connector>>) {
    let error = match missing {
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

/// A source of tables whose content the suite sets. Each has the columns `id` and `value`. Keys are those of [`Object::key`].
pub trait RowWorld: Send + Sync {
    /// A connector to all of it, as it is now.
    fn connector(&self) -> BoxFuture<'_, Arc<dyn Connector>>;

    /// A connector to a source that is not there (or its error, where making one already fails).
    fn missing(&self) -> BoxFuture<'_, Result<Arc<dyn Connector>>>;

    /// Keys that are plain, and such that are odd but possible here.
    fn keys(&self) -> Vec<String>;

    /// Adds rows `(id, value)` to a table, which is made where there is none.
    fn add<'a>(&'a self, key: &'a str, rows: Vec<(u32, Option<String>)>) -> BoxFuture<'a, ()>;

    /// Removes all rows and writes the table anew, so that nothing of its old files is left.
    fn rewrite<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;

    /// Removes a table.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;
}

/// The suite for connectors whose objects are rows.
///
/// # Panics
/// When a promise of [`Connector`] is not kept.
pub async fn row_contract<W: RowWorld>(make: impl AsyncFn() -> W) {
    let world = make().await;
    assert_eq!(objects(&*world.connector().await).await, []);
    lists_tables_in_order(&make().await).await;
    lists_many_tables(&make().await).await;
    reads_each_row_once(&make().await).await;
    reads_what_there_was(&make().await).await;
    notices_rewriting_and_deleting(&make().await).await;
    survives_what_is_dropped(&make().await).await;
    ends_with_an_error(world.missing().await).await;
}

type Cell = (u64, String, Option<String>);

/// Values of rows that are counted from the start of their part.
#[derive(Default)]
struct Cells(Vec<Cell>);

impl Sink for Cells {
    fn chunk(&mut self, _: Option<&Arc<str>>, chunk: Chunk) {
        let Chunk::Columns(columns) = chunk else { panic!("rows are columns") };
        for column in &columns.columns {
            let values = column.values.as_binary::<i32>();
            for i in 0..values.len() {
                let row = columns.first_row + column.rows.as_ref().map_or(i as u64, |rows| u64::from(rows[i]));
                let value = values.is_valid(i).then(|| String::from_utf8_lossy(values.value(i)).into_owned());
                self.0.push((row, column.field.to_string(), value));
            }
        }
    }
}

fn opened(connector: &dyn Connector, object: &Object, part: u64) -> (Vec<Part>, Arc<dyn Prepared>) {
    let Ok(Opened::Rows(layout, prepared)) = connector.open(object, &Options { part, ..Options::default() }) else { panic!("{object:?} is no rows") };
    (layout.parts, prepared)
}

async fn read_part(connector: &dyn Connector, object: &Object, part: &Part, prepared: &dyn Prepared) -> Result<(Vec<Cell>, u64)> {
    let (mut extractor, mut cells) = (prepared.extractor(part), Cells::default());
    let mut rows = connector.rows(object, part).await?;
    let mut feed = |bytes| extractor.feed(vec![Piece { range: 0..0, bytes }], &mut cells);
    while let Some(piece) = rows.pieces.next().await {
        let piece = piece?;
        assert!(!piece.is_empty() && piece.len() as u64 <= rows.piece, "{} of {}", piece.len(), rows.piece);
        feed(piece);
    }
    feed(bytes::Bytes::new());
    let outcome = extractor.outcome().remove(0);
    assert_eq!(outcome.reason, None, "{outcome:?}");
    Ok((cells.0, outcome.rows.expect("rows are counted")))
}

/// The table in parts of about so many bytes: cells with rows counted from its start, and how many parts.
async fn read_table(connector: &dyn Connector, object: &Object, part: u64) -> Result<(Vec<Cell>, usize)> {
    let (parts, prepared) = opened(connector, object, part);
    let (mut all, mut before) = (Vec::new(), 0);
    let reads = parts.iter().map(|part| read_part(connector, object, part, prepared.as_ref()));
    let read: Vec<_> = stream::iter(reads.collect::<Vec<_>>()).buffered(4).collect().await;
    for part in read {
        let (cells, rows) = part?;
        all.extend(cells.into_iter().map(|(row, field, value)| (before + row, field, value)));
        before += rows;
    }
    all.sort();
    Ok((all, parts.len()))
}

/// Rows that differ, some with nulls.
fn table_rows(from: u32, count: u32) -> Vec<(u32, Option<String>)> {
    (from..from + count).map(|i| (i, (i % 7 != 3).then(|| format!("v{i}\t\\\n\"é\" {}", "x".repeat(i as usize % 50))))).collect()
}

/// The rows that cells belong to, by id: a table keeps its rows in an order of its own.
fn rows_of(cells: &[Cell]) -> Vec<(u32, Option<String>)> {
    let mut rows: BTreeMap<u64, (u32, Option<String>)> = BTreeMap::new();
    for (row, field, value) in cells {
        let at = rows.entry(*row).or_default();
        match field.as_str() {
            "id" => at.0 = value.as_deref().and_then(|id| id.parse().ok()).expect("an id"),
            "value" => at.1.clone_from(value),
            other => panic!("there is no column {other}"),
        }
    }
    assert!(rows.keys().copied().eq(0..rows.len() as u64), "rows are counted without gaps");
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort();
    rows
}

async fn lists_tables_in_order(world: &impl RowWorld) {
    let mut keys = world.keys();
    for (i, key) in (0..).zip(&keys) {
        world.add(key, table_rows(i, i % 3)).await;
    }
    let connector = world.connector().await;
    let listed = objects(&*connector).await;
    keys.sort_unstable();
    assert_eq!(listed.iter().map(|o| o.key.clone()).collect::<Vec<_>>(), keys, "byte order of keys");
    assert_eq!(objects(&*connector).await, listed, "listing twice gives the same");
    let datasets: BTreeSet<_> = listed.iter().map(|o| o.dataset.clone()).collect();
    assert_eq!(datasets.len(), keys.len(), "each is a dataset");
    for object in &listed {
        assert!(object.dataset.starts_with(connector.uri()) && connector.uri().starts_with(connector.kind()), "{object:?}");
        assert!(!object.version.is_empty(), "{object:?}");
        read_table(&*connector, object, 1 << 20).await.unwrap_or_else(|e| panic!("{e}"));
        let error = connector.read(object, 0..1).await.expect_err("it is rows");
        assert_eq!((error.kind, &error.path), (ErrorKind::Unsupported, &object.key));
    }
}

async fn lists_many_tables(world: &impl RowWorld) {
    let key = world.keys().remove(0);
    let mut want: Vec<String> = (0..1_100).map(|i| format!("{key}{i:05}")).collect();
    stream::iter(&want).for_each_concurrent(4, |key| world.add(key, Vec::new())).await;
    want.sort_unstable();
    let connector = world.connector().await;
    assert_eq!(objects(&*connector).await.into_iter().map(|o| o.key).collect::<Vec<_>>(), want);
    let first: Vec<_> = connector.list().take(3).collect().await;
    assert_eq!(first.len(), 3);
}

async fn one_table(world: &impl RowWorld, rows: &[(u32, Option<String>)]) -> (Arc<dyn Connector>, Object) {
    world.add(&world.keys()[0], rows.to_vec()).await;
    let connector = world.connector().await;
    let object = objects(&*connector).await.remove(0);
    (connector, object)
}

async fn reads_each_row_once(world: &impl RowWorld) {
    let rows = table_rows(0, 20_000);
    let (connector, object) = one_table(world, &rows).await;
    let mut cuts = BTreeSet::new();
    let mut first: Option<Vec<Cell>> = None;
    for part in [1, 50_000, 200_000, 1 << 40] {
        let (cells, parts) = read_table(&*connector, &object, part).await.unwrap_or_else(|e| panic!("{e}"));
        assert!(rows_of(&cells) == rows, "parts of {part} bytes");
        let first = first.get_or_insert_with(|| cells.clone());
        assert!(cells == *first, "parts of {part} bytes: rows are counted in another order");
        cuts.insert(parts);
    }
    assert!(cuts.len() > 1, "a table of this size can be cut: {cuts:?}");
}

async fn reads_what_there_was(world: &impl RowWorld) {
    let rows = table_rows(0, 3_000);
    let (connector, object) = one_table(world, &rows).await;
    world.add(&object.key, table_rows(3_000, 500)).await;
    let (cells, _) = read_table(&*connector, &object, 40_000).await.unwrap_or_else(|e| panic!("{e}"));
    assert!(rows_of(&cells) == rows, "what is written later is not read");
    let again = world.connector().await;
    let later = objects(&*again).await.remove(0);
    assert_ne!(later.version, object.version, "versions tell contents apart");
    let (cells, _) = read_table(&*again, &later, 40_000).await.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(cells.len(), 7_000);
}

async fn notices_rewriting_and_deleting(world: &impl RowWorld) {
    let (connector, object) = one_table(world, &table_rows(0, 100)).await;
    let fails = async |what: &str| -> Error { read_table(&*connector, &object, 1 << 20).await.expect_err(what) };
    world.rewrite(&object.key).await;
    let error = fails("it was rewritten").await;
    assert_eq!((error.kind, &error.path), (ErrorKind::Changed, &object.key), "{error}");
    world.delete(&object.key).await;
    let error = fails("it is gone").await;
    assert_eq!((error.kind, &error.path), (ErrorKind::NotFound, &object.key), "{error}");
    assert_eq!(error.reason(), crate::Reason::SourceObjectNoLongerAvailable);
}

async fn survives_what_is_dropped(world: &impl RowWorld) {
    let rows = table_rows(0, 60_000);
    let (connector, object) = one_table(world, &rows).await;
    for _ in 0..12 {
        let mut stream = connector.rows(&object, &Part::Whole).await.unwrap_or_else(|e| panic!("{e}"));
        assert!(stream.pieces.next().await.is_some_and(|piece| piece.is_ok()));
    }
    let (cells, _) = read_table(&*connector, &object, 300_000).await.unwrap_or_else(|e| panic!("{e}"));
    assert!(rows_of(&cells) == rows);
}
