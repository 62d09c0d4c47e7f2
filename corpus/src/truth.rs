//! What the lake holds: one JSON line per planted value, per field, per object.

use std::{collections::BTreeMap, io, path::Path};

use serde::{Deserialize, Serialize};

/// A value that must be found exactly there.
///
/// `None` in `row`, `byte_start` and `byte_end` means that the place has none. `line` is given for text only, `column` for text and delimited text,
/// `json_path` for JSON and nested Parquet; elsewhere `None` means that nothing is asserted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plant {
    /// Key relative to the lake.
    pub object: String,
    /// End of the URI of its dataset, without the closing slash.
    pub dataset_suffix: String,
    /// Path inside an archive.
    pub member: Option<String>,
    /// Field; `None` for text.
    pub field: Option<String>,
    /// Data row from 1.
    pub row: Option<u64>,
    /// Line from 1.
    pub line: Option<u64>,
    /// Byte column from 1 in text, number of the column in a table.
    pub column: Option<u64>,
    /// JSON path.
    pub json_path: Option<String>,
    /// Start in the decompressed bytes.
    pub byte_start: Option<u64>,
    /// End, exclusive.
    pub byte_end: Option<u64>,
    /// Class of data.
    pub tag: String,
    /// Rule that should find it, where more than one could.
    pub rule_hint: Option<String>,
    /// The value itself: nothing a scan writes may hold it.
    pub value: String,
}

/// One line of the truth file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Line {
    /// A planted value.
    Plant(Plant),
    /// How much of one tag one field of one object holds.
    Summary {
        /// The object.
        object: String,
        /// The field.
        field: Option<String>,
        /// The tag.
        tag: String,
        /// Values.
        occurrences: u64,
        /// Rows (lines, for text) with at least one.
        rows: u64,
    },
    /// A field, or a text, in which nothing may be found.
    Clean {
        /// The object.
        object: String,
        /// The field; `None` for text.
        field: Option<String>,
    },
    /// A value in an object that is not read: it is neither a finding nor printed.
    Unread {
        /// The object.
        object: String,
        /// The value.
        value: String,
    },
    /// The coverage record of an object.
    Coverage {
        /// The object.
        object: String,
        /// `scanned`, `skipped`.
        state: String,
        /// Why, unless scanned.
        reason: Option<String>,
    },
}

/// The truth about the lake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Every line, in the order of the file.
    pub lines: Vec<Line>,
}

impl Truth {
    /// The truth about the committed lake.
    ///
    /// # Errors
    /// When the file cannot be read or is not what the generator writes.
    pub fn load() -> io::Result<Self> {
        Self::load_from(&crate::root().join("truth.jsonl"))
    }

    /// The truth in a file.
    ///
    /// # Errors
    /// When the file cannot be read or is not what the generator writes.
    pub fn load_from(path: &Path) -> io::Result<Self> {
        let lines = std::fs::read_to_string(path)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Self { lines })
    }

    /// As JSON lines.
    ///
    /// # Errors
    /// None in practice: every line is plain data.
    pub fn to_jsonl(&self) -> io::Result<String> {
        let mut out = String::new();
        for line in &self.lines {
            out += &serde_json::to_string(line)?;
            out.push('\n');
        }
        Ok(out)
    }

    /// Everything that must be found.
    pub fn plants(&self) -> impl Iterator<Item = &Plant> {
        self.lines.iter().filter_map(|l| if let Line::Plant(p) = l { Some(p) } else { None })
    }

    /// Every value that nothing a scan writes may hold, planted or unread. Names of four characters or fewer are left out: other words hold them by chance.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let values = self.lines.iter().filter_map(|l| match l {
            Line::Plant(p) => Some((p.tag.as_str(), p.value.as_str())),
            Line::Unread { value, .. } => Some(("", value.as_str())),
            _ => None,
        });
        values.filter(|(tag, value)| *tag != "pii.person-name" || value.len() > 4).map(|(_, value)| value)
    }

    /// Occurrences and rows by object, field and tag.
    #[must_use]
    pub fn summaries(&self) -> BTreeMap<(String, Option<String>, String), (u64, u64)> {
        let mut all = BTreeMap::new();
        for line in &self.lines {
            if let Line::Summary { object, field, tag, occurrences, rows } = line {
                all.insert((object.clone(), field.clone(), tag.clone()), (*occurrences, *rows));
            }
        }
        all
    }

    /// State and reason by object.
    #[must_use]
    pub fn coverage(&self) -> BTreeMap<&str, (&str, Option<&str>)> {
        let mut all = BTreeMap::new();
        for line in &self.lines {
            if let Line::Coverage { object, state, reason } = line {
                all.insert(object.as_str(), (state.as_str(), reason.as_deref()));
            }
        }
        all
    }
}
