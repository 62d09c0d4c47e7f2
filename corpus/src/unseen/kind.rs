//! Kinds of values: what each is called, how it is made and written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    fill::{fill, written},
    make::{self, Maker},
};
use crate::Prng;

/// What a tag is counted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Numbers, addresses of the net, codes: what has a layout.
    Structured,
    /// Names, places, terms: what has none.
    Free,
    /// Credentials.
    Credential,
}

impl Group {
    /// The group of a tag.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        const FREE: [&str; 10] = [
            "pii.person-name",
            "pii.organisation",
            "pii.place",
            "pii.postal-address",
            "pii.marital-status",
            "pii.employment-status",
            "phi.medical-term",
            "pii.age",
            "pii.us.state",
            "pii.nationality",
        ];
        match tag.split('.').next() {
            Some("secret") => Self::Credential,
            Some("special" | "proprietary") => Self::Free,
            _ if FREE.contains(&tag) => Self::Free,
            _ => Self::Structured,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Structured => "structured",
            Self::Free => "names and terms",
            Self::Credential => "credentials",
        }
    }
}

/// One kind of value.
#[derive(Debug)]
pub struct Kind {
    /// Tag of the taxonomy.
    pub tag: String,
    /// Country in lower case; empty for what is the same everywhere.
    pub country: String,
    /// What people write before it.
    pub words: Vec<String>,
    /// Tags that are as right.
    pub accept: Vec<String>,
    /// A wrong check digit makes it something else.
    pub strict: bool,
    /// Words of the language that are used beside `words`.
    pub(super) language: Option<String>,
    /// Only written in this kind of text.
    pub(super) only: Option<String>,
    /// Words that are the same in other countries, and the tags they then mean.
    general: BTreeMap<String, Vec<String>>,
    forms: Vec<String>,
    alone: Vec<String>,
    inside: Vec<String>,
    source: String,
    make: Option<Maker>,
}

/// A value as it is written, with what is known of it.
#[derive(Clone, Debug)]
pub struct Value {
    /// The text.
    pub text: String,
    /// Its tag.
    pub tag: String,
    /// Tags that are as right.
    pub accept: Vec<String>,
    /// Tags of findings inside it that are neither right nor wrong.
    pub inside: Vec<String>,
    /// How it is written.
    pub form: String,
    /// Country, or empty.
    pub country: String,
    /// It needs no word beside it.
    pub alone: bool,
    /// What may be written beside it.
    pub words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kinds: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    tag: String,
    make: String,
    words: String,
    #[serde(default = "whole")]
    forms: String,
    #[serde(default)]
    alone: String,
    #[serde(default)]
    accept: String,
    #[serde(default)]
    inside: String,
    #[serde(default)]
    strict: bool,
    language: Option<String>,
    only: Option<String>,
}

fn whole() -> String {
    "*".to_owned()
}

/// The parts of a list in one string.
pub(super) fn parts(list: &str) -> Vec<String> {
    list.split('|').filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

const FILES: [&str; 5] = [
    include_str!("../../unseen/kinds-americas.toml"),
    include_str!("../../unseen/kinds-asia-africa.toml"),
    include_str!("../../unseen/kinds-europe-east.toml"),
    include_str!("../../unseen/kinds-europe-west.toml"),
    include_str!("../../unseen/kinds-global.toml"),
];

/// Reads every kind.
pub(super) fn load() -> Vec<Kind> {
    let read = |text: &&str| match toml::from_str::<File>(text) {
        Ok(file) => file.kinds,
        Err(error) => panic!("a file of kinds: {error}"),
    };
    let mut kinds: Vec<Kind> = FILES.iter().flat_map(read).map(Kind::from).collect();
    let mut meant: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in &kinds {
        kind.words.iter().for_each(|w| meant.entry(w.to_lowercase()).or_default().push(kind.tag.clone()));
    }
    for kind in &mut kinds {
        let name = kind.tag.rsplit('.').next().unwrap_or_default();
        let everywhere = ["passport", "driving-licence", "vat"].contains(&name).then(|| format!("gov.*.{name}"));
        for (word, tags) in &mut kind.general {
            tags.extend(meant.get(&word.to_lowercase()).into_iter().flatten().cloned().chain(everywhere.clone()));
        }
    }
    kinds
}

impl From<Raw> for Kind {
    fn from(raw: Raw) -> Self {
        let mut steps = raw.tag.split('.').skip(1);
        let country = steps.next().filter(|c| c.len() == 2 && steps.next().is_some()).unwrap_or_default().to_owned();
        Self {
            country,
            words: parts(&raw.words).iter().map(|w| w.trim_start_matches('~').to_owned()).collect(),
            general: parts(&raw.words).iter().filter_map(|w| w.strip_prefix('~')).map(|w| (w.to_owned(), vec![])).collect(),
            forms: parts(&raw.forms),
            alone: parts(&raw.alone),
            accept: parts(&raw.accept),
            inside: parts(&raw.inside),
            strict: raw.strict,
            language: raw.language,
            only: raw.only,
            make: make::by_name(&raw.make),
            source: raw.make,
            tag: raw.tag,
        }
    }
}

impl Kind {
    /// A value as the issuer gives it out, without separators.
    pub fn canonical(&self, r: &mut Prng) -> String {
        match self.make {
            Some(make) => make(r),
            None => fill(r, &self.source),
        }
    }

    /// A value as people write it.
    pub fn value(&self, r: &mut Prng) -> Value {
        let form = r.pick(&self.forms).clone();
        self.value_in(r, &form)
    }

    /// A value in one of its forms.
    pub fn value_in(&self, r: &mut Prng, form: &str) -> Value {
        let canonical = self.canonical(r);
        self.as_written(&canonical, form)
    }

    /// A value with one digit changed: with a check digit it is none any more.
    pub fn broken(&self, r: &mut Prng) -> Value {
        let canonical = self.canonical(r);
        let form = r.pick(&self.forms).clone();
        let digits: Vec<usize> = canonical.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
        let mut text = canonical.clone();
        if let Some(&at) = digits.last() {
            let old = canonical.as_bytes()[at] - b'0';
            let new = (old + r.range(1, 9) as u8) % 10;
            text.replace_range(at..=at, &new.to_string());
        }
        self.as_written(&text, &form)
    }

    fn as_written(&self, canonical: &str, form: &str) -> Value {
        Value {
            text: written(canonical, form),
            tag: self.tag.clone(),
            accept: self.accept.clone(),
            inside: self.inside.clone(),
            alone: self.alone.iter().any(|a| a == form || a == "*"),
            form: form.to_owned(),
            country: self.country.clone(),
            words: self.words.clone(),
        }
    }

    /// Tags that are as right where this is what it is called: the word may be that of another country's number.
    #[must_use]
    pub fn meant(&self, word: &str) -> &[String] {
        self.general.get(word).map_or(&[], Vec::as_slice)
    }

    /// How values of this kind are written.
    #[must_use]
    pub fn forms(&self) -> &[String] {
        &self.forms
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn kinds_are_many_and_make_values() {
        let kinds = load();
        let tags: BTreeSet<&str> = kinds.iter().map(|k| k.tag.as_str()).collect();
        let countries: BTreeSet<&str> = kinds.iter().map(|k| k.country.as_str()).collect();
        assert!(tags.len() >= 250 && countries.len() >= 60, "{} tags of {} countries", tags.len(), countries.len());
        let r = &mut Prng::new(9);
        for kind in &kinds {
            assert!(kind.make.is_some() || kind.source.contains('<'), "`{}` is made by nothing: {}", kind.tag, kind.source);
            assert!(!kind.words.is_empty() && !kind.forms.is_empty(), "{}", kind.tag);
            for _ in 0..20 {
                let value = kind.value(r);
                let canonical = kind.canonical(r);
                for form in &kind.forms {
                    let whole = written(&canonical, form);
                    let kept = canonical.chars().all(|c| whole.contains(c)) && whole.len() >= canonical.len();
                    let cut = ["gov.pe.dni-cui", "gov.ca.business-number", "gov.ph.tin"].contains(&value.tag.as_str());
                    assert!(kept || cut, "{}: `{canonical}` is cut by `{form}`", kind.tag);
                }
                assert!(value.text.len() > 1 && !value.text.contains(['#', '*', '@', '<']) || kind.only.is_some(), "{}: {}", kind.tag, value.text);
            }
        }
    }
}
