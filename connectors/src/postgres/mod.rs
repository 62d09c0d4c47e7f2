//! Postgres: tables, partitioned tables and materialised views, read by `COPY` in one snapshot.
//!
//! Each table is a dataset and an object (`schema.table`); each partition is an object of its table's dataset. Views and foreign tables hold no rows
//! of their own: they are listed and not read. What is read is one state of the database, whoever writes meanwhile: a transaction exports its snapshot
//! and stays open, readers take it over. Large tables are cut into ranges of pages, so that no key is needed.
//!
//! Rows have no numbers in SQL: `row` counts them in the order in which the snapshot finds them in the table's pages. It is the same however the table
//! is cut, and as long as the table is not written to.

use std::{fmt, ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture, stream::BoxStream};

use crate::{
    Connector, Error, ErrorKind, Listed, Object, Opened, Result, RowStream, connector,
    extract::{Format, Layout, Options, Part},
    filter::Filter,
};

mod error;
mod identities;
mod list;
mod nested;
mod read;
mod rows;
mod session;
mod table;
mod uri;
mod value;

pub use table::TableSample;

/// How a database is read and what of it.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Connections that read at once; one more keeps the snapshot.
    pub readers: usize,
    /// Longest time for one statement: the reading of one part.
    pub statement_timeout: Duration,
    /// Bytes of one row beyond which its values are shortened.
    pub row_bytes: u64,
    /// Reads only a share of each table.
    pub sample: Option<TableSample>,
    /// Reads only this many rows of each table.
    pub rows: Option<u64>,
    /// What is read. Patterns are matched against `schema/table`.
    pub filter: Filter,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { readers: 3, statement_timeout: Duration::from_secs(30 * 60), row_bytes: 32 << 20, sample: None, rows: None, filter: Filter::default() }
    }
}

/// The tables of a database.
#[derive(Clone, Debug)]
pub struct Postgres {
    source: Arc<Source>,
}

/// All that listing and reading share.
#[derive(Debug)]
struct Source {
    address: uri::Address,
    options: PostgresOptions,
    session: session::Session,
}

impl Postgres {
    /// Whether a URI is one of these.
    #[must_use]
    pub fn is_uri(uri: &str) -> bool {
        uri.starts_with("postgres://") || uri.starts_with("postgresql://")
    }

    /// A source of `postgres://user@host:port/database[?schema=…&table=…]`, both parameters as often as wanted. What the URI leaves out comes from
    /// `PGHOST`, `PGUSER`, `PGPASSWORD`, `.pgpass` and their like. The snapshot is taken here.
    ///
    /// # Errors
    /// `Config` for a wrong URI, `NotFound` when there is no such database, `Denied` when the server refuses the user, `Transient` when it cannot be reached.
    pub async fn connect(uri: &str, options: PostgresOptions) -> Result<Self> {
        let address = uri::parse(uri)?;
        let session = session::Session::new(address.options.clone(), address.uri.clone(), options.readers, options.statement_timeout);
        session.snapshot().await?;
        Ok(Self { source: Arc::new(Source { address, options, session }) })
    }

    fn table(&self, object: &Object) -> Result<table::Table> {
        serde_json::from_slice(&object.locator)
            .map_err(|e| Error::new(ErrorKind::Corrupt, self.uri(), "is no table of this source").at(object.key.clone()).because(e))
    }
}

impl fmt::Display for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source.address.uri)
    }
}

impl Connector for Postgres {
    fn uri(&self) -> &str {
        &self.source.address.uri
    }

    fn kind(&self) -> &'static str {
        "postgres"
    }

    fn list(&self) -> BoxStream<'static, Result<Listed>> {
        list::list(Arc::clone(&self.source))
    }

    fn read(&self, object: &Object, _: Range<u64>) -> BoxFuture<'static, Result<Bytes>> {
        connector::no_bytes(self.uri(), object)
    }

    fn open(&self, object: &Object, options: &Options) -> Result<Opened> {
        let table = self.table(object)?;
        let sampled = self.source.options.sample.is_some() || self.source.options.rows.is_some();
        let parts = if table.cut && !sampled { cut(table.pages, object.size, options.part) } else { vec![Part::Whole] };
        Ok(Opened::Rows(Layout { format: Format::Table, parts }, Arc::new(rows::Plan::new(&table, options))))
    }

    fn rows(&self, object: &Object, part: &Part) -> BoxFuture<'static, Result<RowStream>> {
        let table = self.table(object);
        let (source, object, part) = (Arc::clone(&self.source), object.clone(), part.clone());
        async move { read::rows(source, object, table?, part).await }.boxed()
    }
}

/// Parts of about `part` bytes, values kept out of line included. The last has no end: rows may have been added at the end before the snapshot.
fn cut(pages: u32, bytes: u64, part: u64) -> Vec<Part> {
    let parts = u32::try_from(bytes.div_ceil(part.max(1))).unwrap_or(u32::MAX).min(pages);
    if parts < 2 {
        return vec![Part::Whole];
    }
    let step = pages.div_ceil(parts);
    let starts: Vec<u32> = (0..parts).map(|i| i * step).take_while(|start| *start < pages).collect();
    let ends = starts.iter().skip(1).copied().chain([u32::MAX]);
    starts.iter().zip(ends).map(|(start, end)| Part::Pages(*start..end)).collect()
}
