//! What has no layout: special categories, health, organisations.

use serde::Deserialize;

use super::kind::{Value, parts};
use crate::Prng;

/// A list of words that say something of a person.
#[derive(Debug)]
pub(super) struct Term {
    tag: String,
    pub(super) language: String,
    pub(super) words: Vec<String>,
    values: Vec<String>,
    accept: Vec<String>,
    pub(super) sentences: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    terms: Vec<Raw>,
    harmless: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    tag: String,
    language: String,
    words: String,
    values: String,
    sentences: Vec<String>,
    #[serde(default)]
    accept: String,
}

/// Every list, and lines in which such words say nothing of anybody.
pub(super) fn load() -> (Vec<Term>, Vec<String>) {
    let file: File = match toml::from_str(include_str!("../../unseen/terms.toml")) {
        Ok(file) => file,
        Err(error) => panic!("terms.toml: {error}"),
    };
    let terms = file.terms.into_iter().map(|t| Term {
        tag: t.tag,
        language: t.language,
        words: parts(&t.words),
        values: parts(&t.values),
        accept: parts(&t.accept),
        sentences: t.sentences,
    });
    (terms.collect(), file.harmless)
}

impl Term {
    /// One of the words.
    pub(super) fn value(&self, r: &mut Prng) -> Value {
        Value {
            text: r.pick(&self.values).clone(),
            tag: self.tag.clone(),
            accept: self.accept.clone(),
            inside: vec![],
            form: "*".into(),
            country: String::new(),
            alone: false,
            words: self.words.clone(),
        }
    }
}
