//! One connection, whichever database is behind it: cells in, rows out. The SQL of this module's siblings is written once and runs on both.

use futures::{StreamExt, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, Transaction, pool::PoolConnection, postgres::PgRow, sqlite::SqliteRow,
};

use super::{copy, text};

/// What sqlx answers.
pub(super) type SqlResult<T> = Result<T, sqlx::Error>;

/// Rows of one `INSERT … VALUES`: bounded by SQLite's 32,766 parameters and by the size of a statement worth keeping prepared.
const ROWS_PER_INSERT: usize = 200;

/// One value on its way in.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Int(Option<i64>),
    Real(f64),
    Text(Option<String>),
    Bytes(Vec<u8>),
    Flag(bool),
    /// JSON text without `\u0000`: `jsonb` in Postgres.
    Json(String),
    /// The time of the transaction; in [`Link::insert`] only.
    Now,
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self::Int(Some(signed(value)))
    }
}
impl From<Option<u64>> for Cell {
    fn from(value: Option<u64>) -> Self {
        Self::Int(value.map(signed))
    }
}
impl From<Option<i64>> for Cell {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}
impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}
impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}
impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(Some(text::stored(value)))
    }
}
impl From<&String> for Cell {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}
impl From<Option<&str>> for Cell {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(text::stored))
    }
}
impl From<&Option<String>> for Cell {
    fn from(value: &Option<String>) -> Self {
        Self::from(value.as_deref())
    }
}

/// Counts are below 2^63; what is not is the largest that can be kept.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Parameters of a statement, each anything a [`Cell`] can be made of.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::link::Cell::from($value)),*] };
}
pub(super) use cells;

/// Binds in order.
macro_rules! bound {
    ($sql:expr, $cells:expr, $persistent:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql)).persistent($persistent);
        for cell in $cells {
            query = match cell {
                Cell::Int(v) => query.bind(v),
                Cell::Real(v) => query.bind(v),
                Cell::Text(v) => query.bind(v),
                Cell::Bytes(v) => query.bind(v),
                Cell::Json(v) => query.bind(v),
                Cell::Flag(v) => query.bind(v),
                Cell::Now => query,
            };
        }
        query
    }};
}

/// One row on its way out; columns by position.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($row:expr, $column:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get($column),
            Row::Postgres(row) => row.try_get($column),
        }
    };
}

impl Row {
    pub(super) fn int(&self, column: usize) -> SqlResult<i64> {
        get!(self, column)
    }
    pub(super) fn flag(&self, column: usize) -> SqlResult<bool> {
        get!(self, column)
    }
    pub(super) fn opt_int(&self, column: usize) -> SqlResult<Option<i64>> {
        get!(self, column)
    }
    pub(super) fn count(&self, column: usize) -> SqlResult<u64> {
        Ok(u64::try_from(self.int(column)?).unwrap_or(0))
    }
    pub(super) fn opt_count(&self, column: usize) -> SqlResult<Option<u64>> {
        Ok(self.opt_int(column)?.map(|n| u64::try_from(n).unwrap_or(0)))
    }
    pub(super) fn real(&self, column: usize) -> SqlResult<f64> {
        get!(self, column)
    }
    pub(super) fn opt_text(&self, column: usize) -> SqlResult<Option<String>> {
        let value: Option<String> = get!(self, column)?;
        Ok(value.map(text::original))
    }
    pub(super) fn text(&self, column: usize) -> SqlResult<String> {
        let value: String = get!(self, column)?;
        Ok(text::original(value))
    }
    pub(super) fn bytes(&self, column: usize) -> SqlResult<&[u8]> {
        get!(self, column)
    }
    /// Text of ours (JSON), not copied.
    pub(super) fn raw(&self, column: usize) -> SqlResult<&str> {
        get!(self, column)
    }
}

/// What differs between the two in SQL itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The time of the transaction.
    pub(super) fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            Self::Postgres => "now()",
        }
    }
    /// What a finding is about, out of its evidence: `finding`, `composite`, `document`. Those written before there were others are about values.
    pub(super) fn kind(self, evidence: &str) -> String {
        match self {
            Self::Sqlite => format!("coalesce(json_extract({evidence}, '$.kind'), 'finding')"),
            Self::Postgres => format!("coalesce({evidence} ->> 'kind', 'finding')"),
        }
    }

    /// A time column as RFC 3339.
    pub(super) fn rfc3339(self, column: &str) -> String {
        match self {
            Self::Sqlite => column.to_owned(),
            Self::Postgres => format!(r#"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#),
        }
    }
}

/// A borrowed connection.
pub(super) enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Link<'_> {
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; how many rows it touched.
    pub(super) async fn run(&mut self, sql: impl Into<String>, cells: Vec<Cell>) -> SqlResult<u64> {
        let sql = sql.into();
        match self {
            Self::Sqlite(conn) => Ok(bound!(sql, cells, true).execute(&mut **conn).await?.rows_affected()),
            Self::Postgres(conn) => Ok(bound!(sql, cells, true).execute(&mut **conn).await?.rows_affected()),
        }
    }

    /// The same for a statement whose text depends on its data: not worth keeping prepared.
    pub(super) async fn run_once(&mut self, sql: String, cells: Vec<Cell>) -> SqlResult<u64> {
        match self {
            Self::Sqlite(conn) => Ok(bound!(sql, cells, false).execute(&mut **conn).await?.rows_affected()),
            Self::Postgres(conn) => Ok(bound!(sql, cells, false).execute(&mut **conn).await?.rows_affected()),
        }
    }

    /// All rows of a small answer.
    pub(super) async fn rows(&mut self, sql: impl Into<String>, cells: Vec<Cell>) -> SqlResult<Vec<Row>> {
        self.fetch(sql.into(), cells, true).await
    }

    async fn fetch(&mut self, sql: String, cells: Vec<Cell>, persistent: bool) -> SqlResult<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(conn) => bound!(sql, cells, persistent).fetch_all(&mut **conn).await?.into_iter().map(Row::Sqlite).collect(),
            Self::Postgres(conn) => bound!(sql, cells, persistent).fetch_all(&mut **conn).await?.into_iter().map(Row::Postgres).collect(),
        })
    }

    /// The first row, if any.
    pub(super) async fn row(&mut self, sql: impl Into<String>, cells: Vec<Cell>) -> SqlResult<Option<Row>> {
        Ok(self.rows(sql, cells).await?.into_iter().next())
    }

    /// Several statements without parameters.
    pub(super) async fn script(&mut self, sql: &str) -> SqlResult<()> {
        match self {
            Self::Sqlite(conn) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **conn).await.map(|_| ()),
            Self::Postgres(conn) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **conn).await.map(|_| ()),
        }
    }

    /// Inserts rows of equally many cells with one statement per [`ROWS_PER_INSERT`], `tail` (`ON CONFLICT …`, `RETURNING …`) behind each; what these return.
    pub(super) async fn insert(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Cell>>, tail: &str) -> SqlResult<Vec<Row>> {
        let dialect = self.dialect();
        let mut returned = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<Vec<Cell>> = rows.by_ref().take(ROWS_PER_INSERT).collect();
            let full = batch.len() == ROWS_PER_INSERT || batch.len() == 1;
            let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
            let mut number = 1;
            for (i, row) in batch.iter().enumerate() {
                sql.push_str(if i == 0 { "(" } else { ", (" });
                for (j, cell) in row.iter().enumerate() {
                    sql.push_str(if j == 0 { "" } else { ", " });
                    if matches!(cell, Cell::Now) {
                        sql.push_str(dialect.now());
                        continue;
                    }
                    match (dialect, cell) {
                        // Without a number: SQLite looks numbered ones up by name, one after the other.
                        (Dialect::Sqlite, _) => sql.push('?'),
                        (Dialect::Postgres, Cell::Json(_)) => sql.push_str(&format!("${number}::jsonb")),
                        (Dialect::Postgres, _) => sql.push_str(&format!("${number}")),
                    }
                    number += 1;
                }
                sql.push(')');
            }
            sql.push(' ');
            sql.push_str(tail);
            returned.extend(self.fetch(sql, batch.into_iter().flatten().collect(), full).await?);
        }
        Ok(returned)
    }

    /// Inserts many rows the fastest way there is; conflicts are errors.
    pub(super) async fn bulk(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Cell>>) -> SqlResult<()> {
        match self {
            Self::Postgres(conn) if rows.len() > 1 => copy::rows(conn, table, columns, rows).await,
            _ => self.insert(table, columns, rows, "").await.map(|_| ()),
        }
    }

    /// Rows one by one.
    pub(super) fn stream(&mut self, sql: String, cells: Vec<Cell>) -> BoxStream<'_, SqlResult<Row>> {
        match self {
            Self::Sqlite(conn) => bound!(sql, cells, true).fetch(&mut **conn).map(|row| row.map(Row::Sqlite)).boxed(),
            Self::Postgres(conn) => bound!(sql, cells, true).fetch(&mut **conn).map(|row| row.map(Row::Postgres)).boxed(),
        }
    }
}

/// An open transaction: rolled back when dropped.
pub(super) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(super) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(tx) => Link::Sqlite(&mut *tx),
            Self::Postgres(tx) => Link::Postgres(&mut *tx),
        }
    }

    pub(super) async fn commit(self) -> SqlResult<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// A connection out of a pool, for reading.
pub(super) enum Held {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Held {
    pub(super) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(conn) => Link::Sqlite(&mut *conn),
            Self::Postgres(conn) => Link::Postgres(&mut *conn),
        }
    }

    /// After a listing that was broken off: Postgres would otherwise send the rest to whoever takes the connection next.
    pub(super) fn discard(self) {
        if let Self::Postgres(conn) = self {
            drop(conn.detach());
        }
    }
}
