//! Data nobody has tuned a rule on: texts, tables and source trees of many countries and formats, made from a seed, with every value labelled.
//!
//! What is planted follows the published format of its issuer; what is said around it is what people write. Nothing here knows the rules of the classifiers,
//! and nothing reads them: the two may only meet in `evaluate`.

mod clean;
mod credential;
mod decoy;
mod draft;
mod fill;
mod kind;
mod locale;
mod make;
mod noise;
mod table;
mod term;
mod tree;
mod write;

pub use credential::{Credential, Example};
pub use draft::{Document, Label, Place};
pub use kind::{Group, Kind, Value};
pub use locale::{Language, Locale};
pub use noise::{CleanText, clean_texts};
pub use table::{Column, Header, Must, Table, Truth, tables};
pub use tree::{LineKind, SourceFile, trees};
pub use write::{FORMATS, documents};

use std::collections::BTreeMap;

/// Everything the generator is made from: kinds of values, countries, languages.
#[derive(Debug)]
pub struct World {
    pub(crate) kinds: Vec<Kind>,
    decoys: Vec<decoy::Decoy>,
    clean: Vec<clean::CleanKind>,
    terms: Vec<term::Term>,
    credentials: Vec<Credential>,
    harmless: Vec<String>,
    pub(crate) locales: BTreeMap<String, Locale>,
    pub(crate) languages: BTreeMap<String, Language>,
}

impl World {
    /// Reads the data of this crate, which is compiled in.
    ///
    /// # Panics
    /// When the data is not written as it should be; a test reads it.
    #[must_use]
    pub fn load() -> Self {
        let (locales, languages) = locale::load();
        let (terms, harmless) = term::load();
        Self {
            kinds: kind::load(),
            decoys: decoy::load(),
            clean: clean::load(),
            credentials: credential::load(),
            terms,
            harmless,
            locales,
            languages,
        }
    }

    /// Every kind of value.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Every credential of a provider.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// Every country with people, streets and telephones.
    #[must_use]
    pub fn locales(&self) -> &BTreeMap<String, Locale> {
        &self.locales
    }
}
