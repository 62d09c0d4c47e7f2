//! A text while it is written, and when it is done.

use std::ops::Range;

use super::kind::Value;

/// Where the words stand that say what a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Before it: `label: value`.
    Before,
    /// Behind it.
    After,
    /// In the sentence it is part of.
    Sentence,
    /// In the first row of a table.
    Table,
    /// In a key or the name of a variable.
    Key,
    /// As the name of the field, handed over beside the text.
    Field,
    /// Nowhere.
    Bare,
    /// Before it, with a typing error.
    Typo,
}

impl Place {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "label before",
            Self::After => "label after",
            Self::Sentence => "in a sentence",
            Self::Table => "in a table",
            Self::Key => "key",
            Self::Field => "field name",
            Self::Bare => "bare",
            Self::Typo => "label with a typing error",
        }
    }
}

/// A labelled value.
#[derive(Clone, Debug)]
pub struct Label {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Its tag.
    pub tag: String,
    /// Tags that are as right.
    pub accept: Vec<String>,
    /// Tags (or beginnings of tags) of findings inside that are neither right nor wrong.
    pub inside: Vec<String>,
    /// It must be found. Otherwise a finding there is neither right nor wrong.
    pub must: bool,
    /// Country, or empty.
    pub country: String,
    /// Where the words stand.
    pub place: Place,
    /// How it is written.
    pub form: String,
}

/// A text and what is in it.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it looks like.
    pub format: &'static str,
    /// Country of the people in it.
    pub country: String,
    /// Name of the field the text is from.
    pub field: Option<String>,
    /// The text.
    pub text: String,
    /// What is in it, by start.
    pub labels: Vec<Label>,
}

/// A text while it is written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) labels: Vec<Label>,
}

impl Draft {
    pub(super) fn say(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Writes a value; it must be found there unless nothing says what it is.
    pub(super) fn plant(&mut self, value: &Value, place: Place) -> &mut Self {
        self.plant_as(value, &value.text, place)
    }

    /// As [`Draft::plant`], with the value written otherwise: escaped, for example.
    pub(super) fn plant_as(&mut self, value: &Value, text: &str, place: Place) -> &mut Self {
        let start = self.text.len();
        self.text.push_str(text);
        self.labels.push(Label {
            span: start..self.text.len(),
            tag: value.tag.clone(),
            accept: value.accept.clone(),
            inside: value.inside.clone(),
            must: place != Place::Bare || value.alone,
            country: value.country.clone(),
            place,
            form: value.form.clone(),
        });
        self
    }

    pub(super) fn into_document(self, format: &'static str, country: &str) -> Document {
        Document { format, country: country.to_owned(), field: None, text: self.text, labels: self.labels }
    }
}
