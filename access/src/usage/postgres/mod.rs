//! Logs of Postgres with lines of pgaudit, as `stderr`, `csvlog` or `jsonlog`: read line by line, by "Error Reporting and Logging" of the documentation of
//! Postgres and the README of pgaudit.
//!
//! | line | counts as |
//! |---|---|
//! | `READ`, `WRITE` with a table (`pgaudit.log_relation`, or `OBJECT`) | read, write of the table; the log is seen to record that, of the database or of the table |
//! | `DDL` with a table | admin of the table |
//! | `READ`, `WRITE`, `TRUNCATE`, `GRANT` without a table | the same of some table of the database |
//!
//! What is refused for want of a privilege is not logged by pgaudit at all.

mod audit;
mod prefix;

use serde::Deserialize;

pub use prefix::{Prefix, PrefixError};

use super::{Access, Usage};
use crate::gcp::cel::seconds;
use audit::Audit;
use prefix::Head;

/// More of a line is not looked at; what counts comes first.
const LINE: usize = 64 << 10;
/// Largest line of `jsonlog`, which is read as a whole.
const JSON_LINE: usize = 4 << 20;
/// How a message of pgaudit begins.
const AUDIT: &[u8] = b"AUDIT: ";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Stderr,
    Csv,
    Json,
}

/// Reads one file.
#[derive(Debug)]
pub(super) struct Lines {
    server: String,
    prefix: Prefix,
    format: Option<Format>,
    line: Vec<u8>,
    cut: bool,
    /// Of `csvlog`: a quoted field is open, and lines go on.
    quoted: bool,
    /// Bytes of the record so far.
    length: usize,
}

/// What `jsonlog` says of a message.
#[derive(Deserialize)]
struct Json {
    #[serde(default)]
    timestamp: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    dbname: String,
    #[serde(default)]
    message: String,
}

impl Lines {
    pub(super) fn new(server: &str, prefix: Prefix) -> Self {
        Self { server: server.to_owned(), prefix, format: None, line: Vec::new(), cut: false, quoted: false, length: 0 }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], usage: &mut Usage) {
        while !bytes.is_empty() {
            let end = bytes.iter().position(|b| *b == b'\n');
            let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |i| i + 1));
            self.keep(piece);
            bytes = rest;
            if end.is_some() {
                let format = *self.format.get_or_insert_with(|| format_of(&self.line));
                if format == Format::Csv && self.goes_on(usage) {
                    continue;
                }
                self.record(usage);
            }
        }
    }

    pub(super) fn end(mut self, usage: &mut Usage) {
        if !self.line.is_empty() {
            self.format.get_or_insert_with(|| format_of(&self.line));
            if self.quoted && self.format == Some(Format::Csv) {
                return usage.fault("a file that is cut off");
            }
            self.record(usage);
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let most = if self.format == Some(Format::Json) || self.format.is_none() { JSON_LINE } else { LINE };
        let room = most.saturating_sub(self.line.len()).min(piece.len());
        self.line.extend_from_slice(&piece[..room]);
        self.cut |= room < piece.len();
        self.length += piece.len();
        if self.format != Some(Format::Stderr) && piece.iter().filter(|b| **b == b'"').count() % 2 == 1 {
            self.quoted = !self.quoted;
        }
    }

    /// Whether the record goes on in the next line. One that never ends is given up: the next line that begins with a time is good again.
    fn goes_on(&mut self, usage: &mut Usage) -> bool {
        if !self.quoted {
            return false;
        }
        if self.length > JSON_LINE {
            usage.fault("a record of more than 4 MiB");
            self.clear();
        }
        true
    }

    fn clear(&mut self) {
        self.line.clear();
        (self.cut, self.quoted, self.length) = (false, false, 0);
    }

    fn record(&mut self, usage: &mut Usage) {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii_end();
        match self.format {
            _ if text.is_empty() => {}
            Some(Format::Json) => self.json(text, usage),
            Some(Format::Csv) => self.csv(text, usage),
            _ => self.stderr(text, usage),
        }
        self.line = line;
        self.clear();
    }

    fn json(&self, line: &[u8], usage: &mut Usage) {
        if self.cut {
            return usage.fault("a line of more than 4 MiB");
        }
        match serde_json::from_slice::<Json>(line) {
            Ok(json) => self.message(&json.timestamp, &json.user, &json.dbname, json.message.as_bytes(), usage),
            Err(_) => usage.fault("a line that is no JSON"),
        }
    }

    fn csv(&self, line: &[u8], usage: &mut Usage) {
        let fields = audit::fields(line, 14);
        let of = |i: usize| fields.get(i).map(|field| String::from_utf8_lossy(field).into_owned()).unwrap_or_default();
        match fields.get(13) {
            Some(message) => self.message(&of(0), &of(1), &of(2), message, usage),
            None => usage.fault("a line that is not of csvlog"),
        }
    }

    fn stderr(&self, line: &[u8], usage: &mut Usage) {
        // Further lines of a message begin with a tab.
        if line.first() == Some(&b'\t') {
            return;
        }
        let text = String::from_utf8_lossy(line);
        match self.prefix.split(&text) {
            Some(Head { time, user, database, rest }) => {
                let message = after_severity(rest);
                if message.starts_with("AUDIT: ") {
                    self.message(time, user, database, message.as_bytes(), usage);
                } else {
                    self.other(time, usage);
                }
            }
            None if after_severity(&text).starts_with("AUDIT: ") || text.contains(":  AUDIT: SESSION,") || text.contains(":  AUDIT: OBJECT,") => {
                usage.fault("a line of pgaudit whose beginning is not as `log_line_prefix` was said to be");
            }
            None => {}
        }
    }

    /// A line that is no audit shows that there was a log at that time.
    fn other(&self, time: &str, usage: &mut Usage) {
        if let Some((time, _)) = when(time) {
            usage.read(time);
        }
    }

    fn message(&self, time: &str, user: &str, database: &str, message: &[u8], usage: &mut Usage) {
        let Some((time, zone)) = when(time) else { return usage.fault("a line without a time") };
        let Some(audit) = message.strip_prefix(AUDIT) else { return usage.read(time) };
        usage.zones += u64::from(!zone);
        let Some(audit) = Audit::parse(audit) else { return usage.fault("a line of pgaudit that is not as documented") };
        usage.read(time);
        if user.is_empty() || database.is_empty() {
            usage.unnamed += 1;
            return;
        }
        let Some(access) = audit.access() else { return };
        let whole = format!("postgres://{}/{}", self.server, encoded(database));
        match &audit.table {
            Some((schema, _)) if is_internal(schema) => {}
            Some((schema, table)) => {
                let table = format!("{whole}/{}/{}", encoded(schema), encoded(table));
                usage.used(user, &table, access, time);
                usage.logs(if audit.object { &table } else { &whole }, access, time);
            }
            None => usage.used(user, &whole, access, time),
        }
    }
}

/// Told by the first line.
fn format_of(line: &[u8]) -> Format {
    if line.first() == Some(&b'{') {
        return Format::Json;
    }
    let text = String::from_utf8_lossy(&line[..line.len().min(64)]);
    match prefix::stamp(&text) {
        Some(end) if text[end..].starts_with(',') => Format::Csv,
        _ => Format::Stderr,
    }
}

/// What follows `LOG:  ` and, where messages are verbose, the SQLSTATE.
fn after_severity(rest: &str) -> &str {
    let Some((severity, message)) = rest.split_once(":  ") else { return "" };
    if severity.is_empty() || severity.contains(|c: char| c.is_whitespace() || c == '"') {
        return "";
    }
    // `AUDIT` looks like one.
    let state = !message.starts_with("AUDIT: ")
        && message.len() > 7
        && message.as_bytes()[..5].iter().all(u8::is_ascii_alphanumeric)
        && &message.as_bytes()[5..7] == b": ";
    if state { &message[7..] } else { message }
}

/// Seconds since 1970, and whether the time zone is known.
fn when(text: &str) -> Option<(i64, bool)> {
    // `%n`: seconds with milliseconds.
    if let Some((whole, _)) = text.split_once('.').filter(|(whole, _)| whole.len() <= 12 && whole.bytes().all(|b| b.is_ascii_digit())) {
        return whole.parse().ok().map(|time| (time, true));
    }
    let local = seconds(text.get(..19)?)?;
    let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()).trim();
    let (minutes, known) = match zone {
        "UTC" | "GMT" | "Z" | "Etc/UTC" | "" | "WET" => (0, true),
        "CET" | "BST" | "WEST" => (60, true),
        "CEST" | "EET" => (120, true),
        "EEST" | "MSK" => (180, true),
        "JST" | "KST" => (540, true),
        "EST" => (-300, true),
        "EDT" => (-240, true),
        "CDT" => (-300, true),
        "MST" => (-420, true),
        "MDT" => (-360, true),
        "PST" => (-480, true),
        "PDT" => (-420, true),
        other => offset(other).map_or((0, false), |minutes| (minutes, true)),
    };
    Some((local - minutes * 60, known))
}

/// Minutes of `+02`, `-0330`, `+05:30`.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number = |range: std::ops::Range<usize>| digits.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse::<i64>().ok();
    match digits.len() {
        2 => Some(sign * number(0..2)? * 60),
        4 => Some(sign * (number(0..2)? * 60 + number(2..4)?)),
        _ => None,
    }
}

fn is_internal(schema: &str) -> bool {
    matches!(schema, "pg_catalog" | "information_schema" | "pg_toast") || schema.starts_with("pg_temp_") || schema.starts_with("pg_toast_temp_")
}

/// A name as a part of a path of a URI.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'$') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
