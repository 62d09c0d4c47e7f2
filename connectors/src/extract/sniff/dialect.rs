//! Delimited text told from prose, logs and source code.

use crate::extract::csv::Dialect;

/// Bytes and records that are looked at.
const SAMPLE: usize = 64 << 10;
const RECORDS: usize = 200;

/// Text that is known to be something else.
const OTHER: &[&str] = &[
    "md",
    "markdown",
    "rst",
    "adoc",
    "log",
    "py",
    "rs",
    "js",
    "mjs",
    "jsx",
    "ts",
    "tsx",
    "java",
    "kt",
    "c",
    "h",
    "cc",
    "cpp",
    "hpp",
    "cs",
    "go",
    "rb",
    "php",
    "pl",
    "sh",
    "bash",
    "ps1",
    "sql",
    "yaml",
    "yml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "properties",
    "env",
    "html",
    "htm",
    "xml",
    "svg",
    "css",
    "scss",
    "tex",
    "eml",
    "diff",
    "patch",
    "r",
    "scala",
    "swift",
    "lua",
    "vue",
    "tf",
    "lock",
];

/// Words that name columns.
const NAMES: &[&str] = &[
    "id",
    "name",
    "first",
    "last",
    "firstname",
    "lastname",
    "surname",
    "email",
    "mail",
    "phone",
    "mobile",
    "tel",
    "telephone",
    "fax",
    "address",
    "street",
    "city",
    "state",
    "zip",
    "postcode",
    "postal",
    "country",
    "date",
    "time",
    "timestamp",
    "created",
    "updated",
    "birth",
    "dob",
    "age",
    "gender",
    "sex",
    "ssn",
    "card",
    "number",
    "no",
    "iban",
    "account",
    "amount",
    "price",
    "total",
    "currency",
    "user",
    "username",
    "customer",
    "order",
    "product",
    "sku",
    "quantity",
    "qty",
    "type",
    "status",
    "value",
    "key",
    "code",
    "description",
    "title",
    "text",
    "note",
    "notes",
    "comment",
    "message",
    "url",
    "ip",
    "host",
    "company",
    "department",
    "password",
    "token",
    "secret",
    "label",
    "category",
    "score",
    "count",
    "key",
    "uuid",
    "lat",
    "lon",
    "latitude",
    "longitude",
    "year",
    "month",
    "day",
    "region",
];

/// The records of a sample as tokenised with one delimiter.
struct Table<'a> {
    records: Vec<Vec<&'a [u8]>>,
    /// Number of fields that most records have, and the share of records that have it.
    fields: usize,
    share: f64,
}

/// The dialect of UTF-8 `sample` (all of the text when `whole`); `None`: it is no table.
pub(super) fn look(sample: &[u8], whole: bool, extension: &str) -> Option<Dialect> {
    if OTHER.contains(&extension) {
        return None;
    }
    let named = matches!(extension, "csv" | "tsv" | "tab" | "psv");
    let whole = whole && sample.len() <= SAMPLE;
    let sample = &sample[..sample.len().min(SAMPLE)];
    let mut best: Option<(u8, Table<'_>)> = None;
    for delimiter in *b",\t;|" {
        let table = Table::read(sample, delimiter, whole, named);
        let liked = |delimiter, table: &Table<'_>| (table.share * if table.fields > 1 { 1.0 } else { 0.0 }) + bonus(extension, delimiter);
        let score = liked(delimiter, &table) + 0.01 * table.fields.min(20) as f64;
        if table.fields > 1
            && best.as_ref().is_none_or(|(other, held)| liked(*other, held) + 0.01 * held.fields.min(20) as f64 <= score - f64::EPSILON)
        {
            best = Some((delimiter, table));
        }
    }
    if named {
        let (delimiter, table) = best.filter(|(_, table)| table.share >= 0.3 || table.records.len() < 4).unwrap_or_else(|| {
            let delimiter = if extension == "csv" { b',' } else { b'\t' };
            (delimiter, Table::read(sample, delimiter, whole, true))
        });
        return Some(Dialect { delimiter, quote: b'"', header: table.has_header() });
    }
    let (delimiter, table) = best?;
    let header = table.has_header();
    table.is_table(header).then_some(Dialect { delimiter, quote: b'"', header })
}

fn bonus(extension: &str, delimiter: u8) -> f64 {
    match (extension, delimiter) {
        ("tsv" | "tab", b'\t') | ("psv", b'|') => 0.5,
        ("csv", b',') => 0.05,
        _ => 0.0,
    }
}

impl<'a> Table<'a> {
    /// `partial`: a record cut off by the end of the sample counts when there is no more than one before it.
    fn read(sample: &'a [u8], delimiter: u8, whole: bool, partial: bool) -> Self {
        let mut records: Vec<Vec<&[u8]>> = Vec::new();
        let mut fields = Vec::new();
        let mut i = 0;
        while i < sample.len() && records.len() < RECORDS {
            if fields.is_empty() && matches!(sample[i], b'\n' | b'\r') {
                i += 1;
                continue;
            }
            let end = field_end(sample, i, delimiter);
            fields.push(&sample[i..end.unwrap_or(sample.len())]);
            let Some(end) = end else { break };
            i = end + 1;
            if sample[end] != delimiter {
                records.push(std::mem::take(&mut fields));
            } else if i == sample.len() {
                fields.push(&sample[i..]);
            }
        }
        if !fields.is_empty() && (whole || (partial && records.is_empty())) {
            records.push(fields);
        }
        let mut counts: Vec<usize> = records.iter().map(Vec::len).collect();
        counts.sort_unstable();
        let runs = counts.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
        let (fields, share) = runs.map_or((0, 0.0), |run| (run[0], run.len() as f64 / records.len() as f64));
        Self { records, fields, share }
    }

    fn has_header(&self) -> bool {
        let Some((first, rest)) = self.records.split_first() else { return false };
        let cells: Vec<&[u8]> = first.iter().map(|cell| bare(cell)).collect();
        let mut unique: Vec<&[u8]> = cells.iter().copied().filter(|cell| !cell.is_empty()).collect();
        let named = unique.len();
        unique.sort_unstable();
        unique.dedup();
        if named == 0 || rest.contains(first) || unique.len() < named || !unique.iter().all(|cell| is_name(cell)) {
            return false;
        }
        let words = cells.iter().filter(|cell| is_known_name(cell)).count();
        if words * 2 >= named || cells.iter().all(|cell| cell.is_empty() || is_identifier(cell)) && words > 0 {
            return true;
        }
        // Text above what is no text.
        cells.iter().enumerate().any(|(i, cell)| {
            let below: Vec<_> = rest.iter().filter_map(|record| record.get(i)).map(|cell| bare(cell)).filter(|cell| !cell.is_empty()).collect();
            let typed = below.iter().filter(|cell| is_typed(cell)).count();
            !cell.is_empty() && !is_typed(cell) && !below.is_empty() && typed * 10 >= below.len() * 8
        })
    }

    /// Whether it is one although its name does not say so.
    fn is_table(&self, header: bool) -> bool {
        let first = self.records.first().map_or(&[][..], |first| &first[..]);
        if self.share < 0.95 || first.len() != self.fields || self.records.len() < 2 || first.iter().any(|cell| bare(cell).is_empty()) {
            return false;
        }
        let cells = || self.records.iter().flatten();
        let all = cells().count();
        let pairs = cells().filter(|cell| memchr::memchr2(b'=', b'{', cell).is_some()).count();
        if pairs * 5 > all {
            return false;
        }
        let words = |cell: &&[u8]| cell.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
        if header {
            return first.iter().all(|cell| words(cell) <= 3) && (self.fields > 2 || self.records.len() > 2);
        }
        let words: usize = cells().map(words).sum();
        let levels = cells().filter(|cell| is_level(cell)).count();
        let typed = |column: usize| self.records.iter().all(|record| record.get(column).is_some_and(|cell| is_typed(bare(cell))));
        self.fields > 2
            && self.records.len() > 3
            && self.share > 0.999
            && words <= 3 * all
            && levels * 2 < self.records.len()
            && (0..self.fields).any(typed)
    }
}

/// Where the field that begins at `i` ends: a delimiter or line end behind its closing quote.
fn field_end(sample: &[u8], mut i: usize, delimiter: u8) -> Option<usize> {
    while sample.get(i) == Some(&b'"') {
        i += memchr::memchr(b'"', &sample[i + 1..])? + 2;
    }
    memchr::memchr3(delimiter, b'\n', b'\r', sample.get(i..)?).map(|n| i + n)
}

/// A field without its quotes and spaces.
fn bare(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}

fn is_name(cell: &[u8]) -> bool {
    let digits = cell.iter().filter(|b| b.is_ascii_digit()).count();
    let words = cell.split(u8::is_ascii_whitespace).count();
    let odd = cell.iter().any(|b| matches!(b, b'@' | b'{' | b'}' | b'<' | b'>' | b';' | b'=' | b'"' | b'\\' | b'\n' | b'!') || b.is_ascii_control());
    let letters = cell.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    let url = cell.windows(3).any(|w| w == b"://") || cell.ends_with(b".");
    letters && !odd && !url && digits < 5 && words <= 6 && cell.len() <= 64 && !(is_typed(cell) && digits * 2 > cell.len())
}

fn is_identifier(cell: &[u8]) -> bool {
    cell.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-')) || cell.contains(&b'_')
}

fn is_known_name(cell: &[u8]) -> bool {
    let lower = cell.to_ascii_lowercase();
    let known = |word: &[u8]| NAMES.iter().any(|name| name.as_bytes() == word);
    // The last word of `customerId` begins with a capital.
    let camel = cell.iter().rposition(u8::is_ascii_uppercase).map_or(&[][..], |at| &lower[at..]);
    lower.split(|b| !b.is_ascii_alphabetic()).any(known) || known(camel)
}

/// A number, date, address or id rather than words.
fn is_typed(cell: &[u8]) -> bool {
    let digits = cell.iter().filter(|b| b.is_ascii_digit()).count();
    let at = memchr::memchr(b'@', cell).is_some() && !cell.contains(&b' ');
    at || matches!(cell, b"true" | b"false" | b"True" | b"False" | b"TRUE" | b"FALSE") || (digits > 0 && digits * 3 >= cell.len())
}

fn is_level(cell: &[u8]) -> bool {
    cell.split(|b| !b.is_ascii_alphabetic()).any(|word| matches!(word, b"INFO" | b"WARN" | b"WARNING" | b"ERROR" | b"DEBUG" | b"TRACE" | b"FATAL"))
}
