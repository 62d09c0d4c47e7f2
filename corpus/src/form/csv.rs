//! Delimited text.

use super::{Marked, Planted, Written, text::Encoding};

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Names of the columns; without a header they are called `column_N`.
    pub header: Option<Vec<&'static str>>,
    /// Rows of cells.
    pub rows: Vec<Vec<Marked>>,
    /// Between cells.
    pub delimiter: char,
    /// End of a row.
    pub newline: &'static str,
}

impl Table {
    /// Comma-separated with a header.
    #[must_use]
    pub fn new(header: &[&'static str]) -> Self {
        Self { header: Some(header.to_vec()), rows: vec![], delimiter: ',', newline: "\n" }
    }

    /// Name of a column counted from 0.
    fn field(&self, column: usize) -> String {
        self.header.as_ref().map_or_else(|| format!("column_{}", column + 1), |h| h[column].to_owned())
    }

    /// Whether a cell must be quoted.
    fn quoted(&self, text: &str) -> bool {
        text.contains(['"', '\n', '\r', self.delimiter])
    }

    /// The file.
    #[must_use]
    pub fn write(&self, encoding: Encoding) -> Written {
        let width = self.rows.first().map_or(0, Vec::len);
        let mut whole = Marked::new();
        if let Some(header) = &self.header {
            whole = whole.say(header.join(&self.delimiter.to_string())).say(self.newline);
        }
        let mut places = vec![];
        for (row, cells) in self.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                if column > 0 {
                    whole.text.push(self.delimiter);
                }
                places.extend(cell.marks.iter().map(|mark| (row, column, cell.text[mark.span.clone()].to_owned())));
                whole = whole.then(if self.quoted(&cell.text) { quote(cell) } else { cell.clone() });
            }
            whole = whole.say(self.newline);
        }
        let mut written = super::text::write(&whole, encoding);
        for (planted, (row, column, value)) in written.planted.iter_mut().zip(places) {
            *planted = Planted {
                field: Some(self.field(column)),
                row: Some(row as u64 + 1),
                line: None,
                column: Some(column as u64 + 1),
                value,
                ..planted.clone()
            };
        }
        written.fields = (0..width).map(|c| Some(self.field(c))).collect();
        written
    }
}

/// A cell in quotes, quotes inside doubled.
fn quote(cell: &Marked) -> Marked {
    let mut text = String::from("\"");
    let mut at = vec![0; cell.text.len() + 1];
    for (i, c) in cell.text.char_indices() {
        at[i] = text.len();
        text.push_str(if c == '"' { "\"\"" } else { &cell.text[i..i + c.len_utf8()] });
    }
    at[cell.text.len()] = text.len();
    text.push('"');
    let marks = cell.marks.iter().map(|m| super::Mark { span: at[m.span.start]..at[m.span.end], tag: m.tag }).collect();
    Marked { text, marks }
}
