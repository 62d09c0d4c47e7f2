//! The lines other programs read. Their shape is a contract: changes are additive, all keys always present.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use sonde_classifiers::Sensitivity;
use sonde_connectors::Reason;

use super::Format;
use crate::{
    record::{Coverage, Location, State},
    store::{CoverageRow, DatasetRow, FindingRow, Kind, ObjectFindingRow},
};

#[derive(Serialize)]
struct FindingLine<'a> {
    r#type: &'static str,
    source: &'a str,
    dataset: &'a str,
    object: &'a str,
    member: Option<&'a str>,
    field: Option<&'a str>,
    rule: &'a str,
    tag: &'a str,
    sensitivity: Sensitivity,
    occurrences: u64,
    rows_matched: u64,
    rows_seen: u64,
    distinct: u64,
    confidence: f64,
    status: &'a str,
    locations: Vec<LocationLine<'a>>,
}

#[derive(Serialize)]
struct LocationLine<'a> {
    line: Option<u64>,
    column: Option<u64>,
    row: Option<u64>,
    page: Option<u64>,
    sheet: Option<&'a str>,
    cell: Option<&'a str>,
    json_path: Option<&'a str>,
    byte_start: Option<u64>,
    byte_end: Option<u64>,
    masked: &'a str,
}

impl<'a> From<&'a Location> for LocationLine<'a> {
    fn from(at: &'a Location) -> Self {
        Self {
            line: at.line,
            column: at.column,
            row: at.row,
            page: None,
            sheet: None,
            cell: None,
            json_path: at.json_path.as_deref(),
            byte_start: at.byte_start,
            byte_end: at.byte_end,
            masked: &at.masked,
        }
    }
}

#[derive(Serialize)]
struct CoverageLine<'a> {
    r#type: &'static str,
    source: &'a str,
    dataset: &'a str,
    object: &'a str,
    member: Option<&'a str>,
    state: State,
    reason: Option<Reason>,
    detail: Option<&'a str>,
    bytes_listed: u64,
    bytes_read: u64,
    rows_read: Option<u64>,
}

/// The last line of a scan.
#[derive(Debug, Serialize)]
pub(super) struct RunLine {
    pub(super) sources: u64,
    pub(super) objects: u64,
    pub(super) bytes_listed: u64,
    pub(super) bytes_read: u64,
    pub(super) bytes_classified: u64,
    pub(super) findings: u64,
    pub(super) composites: u64,
    pub(super) documents: u64,
    pub(super) wall_s: f64,
    pub(super) cpu_s: f64,
    pub(super) complete: bool,
    pub(super) ruleset: String,
    pub(super) version: String,
}

#[derive(Serialize)]
struct Typed<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    line: &'a T,
}

/// A verdict on dataset × field × rule, as `sonde findings` prints it.
#[derive(Serialize)]
struct VerdictLine<'a> {
    r#type: &'static str,
    uid: &'a str,
    source: &'a str,
    dataset: &'a str,
    field: Option<&'a str>,
    rule: &'a str,
    tag: &'a str,
    sensitivity: Sensitivity,
    occurrences: u64,
    rows_matched: u64,
    rows_seen: u64,
    distinct: u64,
    confidence: f64,
    status: &'a str,
    first_seen: &'a str,
    last_seen: &'a str,
    locations: Vec<VerdictLocation<'a>>,
}

#[derive(Serialize)]
struct VerdictLocation<'a> {
    object: &'a str,
    member: Option<&'a str>,
    #[serde(flatten)]
    at: LocationLine<'a>,
}

#[derive(Serialize)]
struct DatasetLine<'a> {
    r#type: &'static str,
    source: &'a str,
    dataset: &'a str,
    objects: u64,
    scanned: u64,
    bytes: u64,
    findings: u64,
    tags: &'a [String],
    sensitivity: Option<Sensitivity>,
    last_seen: &'a str,
}

/// Whether a coverage record counts as an error for `--strict`.
pub(super) fn is_error(coverage: &Coverage) -> bool {
    match coverage.state {
        State::Partial => true,
        State::Skipped => coverage.reason.is_some_and(Reason::is_error),
        State::Scanned | State::Unchanged | State::Sampled => false,
    }
}

/// Prints rows in one of the formats for programs. `Json` is one document: `{"findings":[…],"composites":[…],"documents":[…],"coverage":[…],"run":{…}}` of a scan, else the list asked for.
pub(super) struct Printer<'w, W: Write> {
    out: &'w mut W,
    format: Format,
    /// The lists that a document has in any case, in order.
    lists: &'static [&'static str],
    list: Option<&'static str>,
    first: bool,
}

impl<'w, W: Write> Printer<'w, W> {
    /// A printer of documents with these lists.
    pub(super) fn new(out: &'w mut W, format: Format, lists: &'static [&'static str]) -> Self {
        Self { out, format, lists, list: None, first: true }
    }

    pub(super) fn finding(&mut self, row: &ObjectFindingRow) -> Result<()> {
        let line = FindingLine {
            r#type: row.kind.as_str(),
            source: &row.source,
            dataset: &row.dataset,
            object: &row.object,
            member: row.member.as_deref(),
            field: row.field.as_deref(),
            rule: &row.rule,
            tag: &row.tag,
            sensitivity: row.sensitivity,
            occurrences: row.occurrences,
            rows_matched: row.rows_matched,
            rows_seen: row.rows_seen,
            distinct: row.distinct,
            confidence: row.confidence,
            status: &row.status,
            locations: row.locations.iter().map(LocationLine::from).collect(),
        };
        let list = match row.kind {
            Kind::Value => "findings",
            Kind::Composite => "composites",
            Kind::Document => "documents",
        };
        self.line(list, &line)
    }

    pub(super) fn verdict(&mut self, row: &FindingRow) -> Result<()> {
        let line = VerdictLine {
            r#type: row.kind.as_str(),
            uid: &row.uid,
            source: &row.source,
            dataset: &row.dataset,
            field: row.field.as_deref(),
            rule: &row.rule,
            tag: &row.tag,
            sensitivity: row.sensitivity,
            occurrences: row.occurrences,
            rows_matched: row.rows_matched,
            rows_seen: row.rows_seen,
            distinct: row.distinct,
            confidence: row.confidence,
            status: &row.status,
            first_seen: &row.first_seen,
            last_seen: &row.last_seen,
            locations: row
                .locations
                .iter()
                .map(|(object, member, at)| VerdictLocation { object, member: member.as_deref(), at: at.into() })
                .collect(),
        };
        self.line("findings", &line)
    }

    pub(super) fn coverage(&mut self, row: &CoverageRow) -> Result<()> {
        let c = &row.coverage;
        let line = CoverageLine {
            r#type: "coverage",
            source: &row.source,
            dataset: &row.dataset,
            object: &row.object,
            member: c.member.as_deref(),
            state: c.state,
            reason: c.reason,
            detail: c.detail.as_deref(),
            bytes_listed: c.bytes_listed,
            bytes_read: c.bytes_read,
            rows_read: c.rows_read,
        };
        self.line("coverage", &line)
    }

    pub(super) fn dataset(&mut self, row: &DatasetRow) -> Result<()> {
        let line = DatasetLine {
            r#type: "dataset",
            source: &row.source,
            dataset: &row.dataset,
            objects: row.objects,
            scanned: row.scanned,
            bytes: row.bytes,
            findings: row.findings,
            tags: &row.tags,
            sensitivity: row.sensitivity,
            last_seen: &row.last_seen,
        };
        self.line("datasets", &line)
    }

    /// The last line of a scan.
    pub(super) fn run(mut self, run: &RunLine) -> Result<()> {
        match self.format {
            Format::Json => {
                self.enter("coverage")?;
                write!(self.out, "],\"run\":")?;
                serde_json::to_writer(&mut *self.out, &Typed { r#type: "run", line: run })?;
                writeln!(self.out, "}}")?;
            }
            Format::Csv => {}
            Format::Jsonl | Format::Table => self.write_line(&Typed { r#type: "run", line: run })?,
        }
        Ok(())
    }

    /// Ends a listing that has no run line.
    pub(super) fn end(mut self) -> Result<()> {
        if let (Format::Json, Some(last)) = (self.format, self.lists.last()) {
            self.enter(last)?;
            writeln!(self.out, "]}}")?;
        }
        Ok(())
    }

    fn line<T: Serialize>(&mut self, list: &'static str, line: &T) -> Result<()> {
        match self.format {
            Format::Json => {
                self.enter(list)?;
                if !std::mem::take(&mut self.first) {
                    write!(self.out, ",")?;
                }
                serde_json::to_writer(&mut *self.out, line)?;
                Ok(())
            }
            Format::Csv => self.csv(list, &serde_json::to_value(line)?),
            Format::Jsonl | Format::Table => self.write_line(line),
        }
    }

    fn write_line<T: Serialize>(&mut self, line: &T) -> Result<()> {
        serde_json::to_writer(&mut *self.out, line)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Opens the list of this name, closing the one before. A document has all its lists, empty or not.
    fn enter(&mut self, list: &'static str) -> Result<()> {
        while self.list != Some(list) {
            let opened = self.list.and_then(|l| self.lists.iter().position(|&k| k == l)).map_or(0, |i| i + 1);
            let Some(&next) = self.lists.get(opened) else { return Ok(()) };
            write!(self.out, "{}\"{next}\":[", if opened == 0 { "{" } else { "]," })?;
            (self.list, self.first) = (Some(next), true);
        }
        Ok(())
    }

    /// One row per finding with its first location; coverage and other rows with their own header after an empty line.
    fn csv(&mut self, list: &'static str, line: &serde_json::Value) -> Result<()> {
        let serde_json::Value::Object(keys) = line else { return Ok(()) };
        if self.list != Some(list) {
            if self.list.is_some() {
                writeln!(self.out)?;
            }
            self.list = Some(list);
            let names = keys.keys().filter(|k| *k != "locations").map(String::as_str);
            let place = keys.contains_key("locations").then_some(["line", "row", "json_path", "byte_start", "byte_end", "masked"]);
            let header: Vec<&str> = names.chain(place.into_iter().flatten()).collect();
            writeln!(self.out, "{}", header.join(","))?;
        }
        let mut cells: Vec<String> = keys.iter().filter(|(k, _)| *k != "locations").map(|(_, v)| csv_cell(v)).collect();
        if let Some(serde_json::Value::Array(locations)) = keys.get("locations") {
            let first = locations.first();
            for key in ["line", "row", "json_path", "byte_start", "byte_end", "masked"] {
                cells.push(first.and_then(|l| l.get(key)).map(csv_cell).unwrap_or_default());
            }
        }
        writeln!(self.out, "{}", cells.join(","))?;
        Ok(())
    }
}

/// One CSV cell. A value that a spreadsheet would run as a formula is quoted with a leading apostrophe: names are attacker-written.
fn csv_cell(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::Null => return String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(list) => list.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(" "),
        other => return other.to_string(),
    };
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
