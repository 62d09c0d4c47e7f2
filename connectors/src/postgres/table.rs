//! What the catalog says of one table, and the statement that reads it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// A table as listed: all that reading it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) oid: u32,
    /// File of its pages; another one when it was rewritten. `None`: it has no pages of its own.
    pub(super) filenode: Option<u32>,
    /// Pages at listing.
    pub(super) pages: u32,
    /// It can be cut by pages.
    pub(super) cut: bool,
    /// It is read with all below it: a partitioned table whose partitions may not be read directly.
    pub(super) with_children: bool,
    /// Row-level security decides which rows this user sees.
    pub(super) row_security: bool,
    /// Some values are kept out of line: only then can a row be large.
    pub(super) toasted: bool,
    pub(super) columns: Vec<TableColumn>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableColumn {
    pub(super) name: String,
    /// Number among the columns that there are, from 1.
    pub(super) number: u32,
    pub(super) shape: Shape,
    /// This user may read it.
    pub(super) readable: bool,
}

/// How the text of a column's values is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Shape {
    /// As it is, never large (numbers, dates, enums, …).
    Small,
    /// Text of any length.
    Text,
    /// `json`, `jsonb`.
    Json,
    /// An array of a type of the system's.
    Array,
    /// `hstore`.
    Hstore,
    /// `bytea`.
    Bytes,
    /// Another type without bounds, or one that somebody made: nothing but its own output may be called on it, so it cannot be shortened.
    Foreign,
    /// The same, as an array.
    ForeignArray,
    /// Vectors of numbers: not read.
    Vector,
}

impl Shape {
    /// By the name of the type, whether it is the system's own, its category and whether its values have a fixed size.
    pub(super) fn of(name: &str, builtin: bool, category: &str, kind: &str, fixed: bool) -> Self {
        match (name, builtin) {
            ("json" | "jsonb", true) => Self::Json,
            ("bytea", true) => Self::Bytes,
            ("text" | "varchar" | "bpchar" | "xml", true) => Self::Text,
            ("vector" | "halfvec" | "sparsevec", false) => Self::Vector,
            ("hstore", false) => Self::Hstore,
            _ if category == "A" && builtin => Self::Array,
            _ if category == "A" => Self::ForeignArray,
            _ if kind == "e" || fixed => Self::Small,
            ("numeric" | "inet" | "cidr", true) => Self::Small,
            _ => Self::Foreign,
        }
    }
}

/// Rows a sample takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableSample {
    /// Share of the pages (of the rows, for small tables), percent.
    pub percent: f64,
    /// The same seed gives the same rows as long as the table does not change.
    pub seed: u64,
}

/// Tables smaller than this are sampled row by row: their few pages would be all or nothing.
const FEW_PAGES: u32 = 1_000;

/// A value as a literal. Standard strings are forced on in every session.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as an identifier.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    /// The relation in SQL.
    pub(super) fn relation(&self) -> String {
        let only = if self.with_children { "" } else { "ONLY " };
        format!("{only}{}", self.qualified())
    }

    /// Its name in SQL.
    pub(super) fn qualified(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.name))
    }

    /// The columns that are read.
    pub(super) fn read(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|c| c.readable && c.shape != Shape::Vector)
    }

    /// `COPY (SELECT …) TO STDOUT` of the rows in `pages`, each at most about `row` bytes of values. With [`Table::toasted`] a last column counts the
    /// values that were shortened.
    pub(super) fn copy(&self, pages: Option<(u32, Option<u32>)>, sample: Option<TableSample>, limit: Option<u64>, row: u64) -> String {
        let columns: Vec<&TableColumn> = self.read().collect();
        let mut sql = String::from("COPY (SELECT ");
        let bounded = self.toasted && columns.iter().any(|c| c.shape != Shape::Small);
        if bounded {
            self.bounded(&columns, sample, row, &mut sql);
        } else {
            let names: Vec<String> = columns.iter().map(|c| format!("t.{}", identifier(&c.name))).collect();
            // A table without columns has rows all the same.
            sql.push_str(if names.is_empty() { "NULL" } else { "" });
            sql.push_str(&names.join(","));
            let _ = write!(sql, " FROM {} t", self.relation());
            self.sampled(sample, &mut sql);
        }
        let mut conditions = Vec::new();
        if let Some((from, until)) = pages {
            conditions.push(format!("t.ctid >= '({from},0)'::pg_catalog.tid"));
            conditions.extend(until.map(|until| format!("t.ctid < '({until},0)'::pg_catalog.tid")));
        }
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        if let Some(limit) = limit {
            let _ = write!(sql, " LIMIT {limit}");
        }
        sql.push_str(") TO STDOUT");
        sql
    }

    fn sampled(&self, sample: Option<TableSample>, sql: &mut String) {
        if let Some(sample) = sample {
            let method = self.sampling();
            // The server takes the seed as a number with a sign and half the digits.
            let _ = write!(sql, " TABLESAMPLE pg_catalog.{method} ({}) REPEATABLE ({})", sample.percent, sample.seed % (1 << 53));
        }
    }

    /// How a sample is drawn.
    pub(super) fn sampling(&self) -> &'static str {
        if self.pages < FEW_PAGES { "bernoulli" } else { "system" }
    }

    /// Columns and relation, where rows that are too large are shortened by the server. Sizes are computed once for each row (`OFFSET 0` keeps the
    /// planner from repeating them), from what the server knows without unpacking the values; only large values of other types are rendered twice.
    fn bounded(&self, columns: &[&TableColumn], sample: Option<TableSample>, row: u64, sql: &mut String) {
        let sized: Vec<(&TableColumn, String)> = columns.iter().filter_map(|c| Some((*c, size(c)?))).collect();
        let few = (row / sized.len().max(1) as u64).max(FLOOR);
        let number = |column: &TableColumn| format!("s.b{}", column.number);
        for column in columns {
            let name = format!("t.{}", identifier(&column.name));
            let short = match column.shape {
                Shape::Small | Shape::Vector => None,
                Shape::Text => Some(format!("pg_catalog.\"left\"({name}::pg_catalog.text, r.most)")),
                Shape::Bytes => Some(format!("pg_catalog.substr({name}::pg_catalog.bytea, 1, r.most)")),
                Shape::Json | Shape::Array => Some(format!("pg_catalog.\"left\"({name}::pg_catalog.text, r.most)")),
                Shape::Hstore | Shape::Foreign | Shape::ForeignArray => Some("NULL".to_owned()),
            };
            let plain = match column.shape {
                Shape::Text | Shape::Json | Shape::Array => format!("{name}::pg_catalog.text"),
                Shape::Bytes => format!("{name}::pg_catalog.bytea"),
                _ => name.clone(),
            };
            match short {
                None => sql.push_str(&name),
                Some(short) => {
                    let _ = write!(sql, "CASE WHEN r.most IS NOT NULL AND {} > r.most THEN {short} ELSE {plain} END", number(column));
                }
            }
            sql.push(',');
        }
        let (sizes, all): (Vec<String>, Vec<String>) =
            sized.iter().map(|(c, size)| (format!("{size} AS b{}", c.number), format!("s.b{}", c.number))).unzip();
        let large: Vec<String> = all.iter().map(|b| format!("({b} > {few})::pg_catalog.int4")).collect();
        let cut: Vec<String> = all.iter().map(|b| format!("({b} > r.most)::pg_catalog.int4")).collect();
        let _ = write!(sql, "CASE WHEN r.most IS NULL THEN 0 ELSE {} END FROM {} t", cut.join("+"), self.relation());
        self.sampled(sample, sql);
        let _ = write!(
            sql,
            " CROSS JOIN LATERAL (SELECT {} OFFSET 0) s CROSS JOIN LATERAL (SELECT {large} AS large, CASE WHEN {all} > {row} THEN \
             GREATEST({few}, {row} / GREATEST(1, {large})) END::pg_catalog.int4 AS most OFFSET 0) r",
            sizes.join(","),
            large = large.join("+"),
            all = all.join("+"),
        );
    }
}

/// No value is shortened below this, bytes.
pub(super) const FLOOR: u64 = 4 << 10;

/// Bytes of a column's value, cheaply; `None`: never many.
fn size(column: &TableColumn) -> Option<String> {
    let name = format!("t.{}", identifier(&column.name));
    let size = match column.shape {
        Shape::Small | Shape::Vector => return None,
        Shape::Text => format!("pg_catalog.octet_length({name}::pg_catalog.text)"),
        Shape::Bytes => format!("pg_catalog.octet_length({name}::pg_catalog.bytea)"),
        // Packed, one byte stands for at most 255.
        Shape::Json | Shape::Array => {
            format!("CASE WHEN pg_catalog.pg_column_size({name}) > 4000 THEN pg_catalog.octet_length({name}::pg_catalog.text) ELSE 4000 END")
        }
        Shape::Hstore | Shape::Foreign | Shape::ForeignArray => format!("pg_catalog.pg_column_size({name})"),
    };
    Some(format!("COALESCE({size},0)::pg_catalog.int8"))
}
