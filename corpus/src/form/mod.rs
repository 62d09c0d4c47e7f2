//! How values are written into files, with the place of each.

pub mod csv;
pub mod deflate;
pub mod json;
pub mod text;

use std::ops::Range;

/// A planted value within a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Bytes of the text before it is encoded.
    pub span: Range<usize>,
    /// What it is.
    pub tag: &'static str,
}

/// A text with planted values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// What is planted in it, in order of start.
    pub marks: Vec<Mark>,
}

impl Marked {
    /// An empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One value and nothing else.
    #[must_use]
    pub fn value(tag: &'static str, value: impl AsRef<str>) -> Self {
        Self::new().plant(tag, value)
    }

    /// Appends plain text.
    #[must_use]
    pub fn say(mut self, text: impl AsRef<str>) -> Self {
        self.text.push_str(text.as_ref());
        self
    }

    /// Appends a value.
    #[must_use]
    pub fn plant(mut self, tag: &'static str, value: impl AsRef<str>) -> Self {
        let start = self.text.len();
        self.text.push_str(value.as_ref());
        self.marks.push(Mark { span: start..self.text.len(), tag });
        self
    }

    /// Appends another text.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.marks.extend(other.marks.into_iter().map(|m| Mark { span: m.span.start + base..m.span.end + base, tag: m.tag }));
        self
    }

    /// Appends the whole of a text as one value around what is planted inside.
    #[must_use]
    pub fn around(mut self, tag: &'static str, inner: Self) -> Self {
        let base = self.text.len();
        self.marks.push(Mark { span: base..base + inner.text.len(), tag });
        self.then(inner)
    }
}

impl From<&str> for Marked {
    fn from(text: &str) -> Self {
        Self::new().say(text)
    }
}

impl From<String> for Marked {
    fn from(text: String) -> Self {
        Self { text, marks: vec![] }
    }
}

/// Where a value was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    /// Field as the contract names it; `None` for text.
    pub field: Option<String>,
    /// Data row, from 1.
    pub row: Option<u64>,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Byte column in text, number of the column in a table.
    pub column: Option<u64>,
    /// JSON path.
    pub json_path: Option<String>,
    /// Bytes in the decompressed file.
    pub bytes: Option<Range<u64>>,
    /// What it is.
    pub tag: &'static str,
    /// The value.
    pub value: String,
}

/// A file before it is compressed.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is planted in it.
    pub planted: Vec<Planted>,
    /// Every field, `None` for text.
    pub fields: Vec<Option<String>>,
}
