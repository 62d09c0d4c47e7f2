//! JSON documents, alone or one per line.

use std::collections::BTreeSet;

use super::{Mark, Marked, Planted, Written};

/// A JSON value.
#[derive(Clone, Debug)]
pub enum Json {
    /// A string; characters outside ASCII are written as they are.
    Text(Marked),
    /// A string with every sign and every character outside ASCII as `\uXXXX`.
    Escaped(Marked),
    /// A number, as written.
    Number(String),
    /// A boolean.
    Bool(bool),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Vec<(&'static str, Json)>),
}

impl From<Marked> for Json {
    fn from(text: Marked) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

/// What is being written, and where.
#[derive(Default)]
struct Writer {
    out: String,
    marks: Vec<Mark>,
    planted: Vec<Planted>,
    fields: BTreeSet<String>,
    row: u64,
}

impl Writer {
    /// A string with its escapes.
    fn string(&mut self, text: &Marked, all: bool, field: &str, path: &str) {
        self.out.push('"');
        let mut at = vec![0; text.text.len() + 1];
        for (i, c) in text.text.char_indices() {
            at[i] = self.out.len();
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if all && !(c.is_ascii_alphanumeric() || c == ' ' || c == '.') => {
                    c.encode_utf16(&mut [0; 2]).iter().for_each(|u| self.out.push_str(&format!("\\u{u:04x}")));
                }
                c => self.out.push(c),
            }
        }
        at[text.text.len()] = self.out.len();
        self.out.push('"');
        self.fields.insert(field.to_owned());
        for mark in &text.marks {
            self.marks.push(Mark { span: at[mark.span.start]..at[mark.span.end], tag: mark.tag });
            self.planted.push(Planted {
                field: Some(field.to_owned()),
                row: Some(self.row),
                json_path: Some(path.to_owned()),
                value: text.text[mark.span.clone()].to_owned(),
                ..Planted::default()
            });
        }
    }

    /// One value at this field and path.
    fn value(&mut self, value: &Json, field: &str, path: &str) {
        match value {
            Json::Text(text) => self.string(text, false, field, path),
            Json::Escaped(text) => self.string(text, true, field, path),
            Json::Number(number) => self.plain(number, field),
            Json::Bool(b) => self.plain(if *b { "true" } else { "false" }, field),
            Json::Array(values) => {
                self.out.push('[');
                for (i, v) in values.iter().enumerate() {
                    self.out.push_str(if i > 0 { ", " } else { "" });
                    self.value(v, &format!("{field}[]"), &format!("{path}[{i}]"));
                }
                self.out.push(']');
            }
            Json::Object(members) => {
                self.out.push('{');
                for (i, (key, v)) in members.iter().enumerate() {
                    self.out.push_str(if i > 0 { ", " } else { "" });
                    self.out.push_str(&format!("\"{key}\": "));
                    let name = if field.is_empty() { (*key).to_owned() } else { format!("{field}.{key}") };
                    self.value(v, &name, &format!("{path}.{key}"));
                }
                self.out.push('}');
            }
        }
    }

    /// A number or a word.
    fn plain(&mut self, text: &str, field: &str) {
        self.out.push_str(text);
        self.fields.insert(field.to_owned());
    }

    /// The file.
    fn finish(self) -> Written {
        let text = Marked { text: self.out, marks: self.marks };
        let mut written = super::text::write(&text, super::text::Encoding::Utf8);
        for (planted, known) in written.planted.iter_mut().zip(self.planted) {
            *planted = Planted { bytes: planted.bytes.clone(), tag: planted.tag, ..known };
        }
        written.fields = self.fields.into_iter().map(Some).collect();
        written
    }
}

/// One document per line.
#[must_use]
pub fn lines(records: &[Json]) -> Written {
    let mut w = Writer::default();
    for record in records {
        w.row += 1;
        w.value(record, "", "$");
        w.out.push('\n');
    }
    w.finish()
}

/// One document that is an array of records.
#[must_use]
pub fn array(records: &[Json]) -> Written {
    let mut w = Writer::default();
    w.out.push_str("[\n");
    for (i, record) in records.iter().enumerate() {
        w.row += 1;
        w.value(record, "", &format!("$[{i}]"));
        w.out.push_str(if i + 1 < records.len() { ",\n" } else { "\n" });
    }
    w.out.push_str("]\n");
    w.finish()
}

/// One document.
#[must_use]
pub fn document(record: &Json) -> Written {
    let mut w = Writer { row: 1, ..Writer::default() };
    w.value(record, "", "$");
    w.out.push('\n');
    w.finish()
}
