//! Countries and languages: people, streets, telephones, and what is said around a value.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    fill::{fill, written},
    kind::{Value, parts},
};
use crate::Prng;

/// How people of a country are called, live and telephone.
#[derive(Debug)]
pub struct Locale {
    /// Country in lower case.
    pub country: String,
    /// Language in `languages.toml`.
    pub language: String,
    dial: String,
    trunk: String,
    phones: Vec<(String, String)>,
    /// First names.
    pub first: Vec<String>,
    /// Last names.
    pub last: Vec<String>,
    streets: Vec<String>,
    /// Towns.
    pub cities: Vec<String>,
    code: String,
    address: String,
    dates: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLocale {
    language: String,
    dial: String,
    trunk: String,
    phones: Vec<String>,
    first: String,
    last: String,
    streets: String,
    cities: String,
    code: String,
    address: String,
    dates: String,
}

/// What is said in a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    phone: String,
    email: String,
    birth: String,
    name: String,
    address: String,
    passport: String,
    card: String,
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
    pub(super) plain: Vec<String>,
    pub(super) hello: String,
    pub(super) titles: String,
    pub(super) bye: String,
    #[serde(default)]
    pub(super) call: Vec<String>,
    #[serde(default)]
    months: String,
}

impl Language {
    /// A date in words; `None` where the language's months are not known here.
    pub(super) fn date(&self, (y, m, d): (u64, u64, u64)) -> Option<String> {
        let months = parts(&self.months);
        let month = months.get(m as usize - 1)?;
        Some(match self.hello.as_str() {
            h if h.starts_with("Dear") => format!("{month} {d}, {y}"),
            h if h.starts_with("Sehr") => format!("{d}. {month} {y}"),
            h if h.starts_with("Estimado") || h.starts_with("Caro") => format!("{d} de {month} de {y}"),
            _ => format!("{d} {month} {y}"),
        })
    }

    /// Labels of something that is called differently in every language.
    #[must_use]
    pub fn words(&self, what: &str) -> Vec<String> {
        parts(match what {
            "phone" => &self.phone,
            "email" => &self.email,
            "birth" => &self.birth,
            "name" => &self.name,
            "address" => &self.address,
            "passport" => &self.passport,
            "card" => &self.card,
            _ => "",
        })
    }
}

/// Countries that have numbers of their own and share people and language with another.
const RELATED: &[(&str, &str)] = &[
    ("gt", "mx"),
    ("sv", "mx"),
    ("cr", "mx"),
    ("cu", "mx"),
    ("do", "mx"),
    ("uy", "ar"),
    ("py", "ar"),
    ("ve", "co"),
    ("ec", "co"),
    ("cy", "gr"),
    ("mt", "gb"),
    ("mk", "bg"),
    ("me", "rs"),
    ("by", "ru"),
    ("kz", "ru"),
    ("uz", "ru"),
    ("am", "ru"),
    ("md", "ro"),
    ("az", "tr"),
    ("pk", "in"),
    ("ma", "fr"),
    ("tn", "fr"),
    ("dz", "fr"),
    ("sn", "fr"),
    ("gn", "fr"),
    ("mu", "fr"),
    ("mz", "pt"),
    ("gh", "ng"),
    ("eu", "de"),
];

/// The country whose people and language go with a country's numbers.
pub(super) fn home(country: &str) -> &str {
    RELATED.iter().find(|(c, _)| *c == country).map_or(country, |(_, home)| home)
}

pub(super) fn load() -> (BTreeMap<String, Locale>, BTreeMap<String, Language>) {
    let locales: BTreeMap<String, RawLocale> = match toml::from_str(include_str!("../../unseen/locales.toml")) {
        Ok(all) => all,
        Err(error) => panic!("locales.toml: {error}"),
    };
    let languages: BTreeMap<String, Language> = match toml::from_str(include_str!("../../unseen/languages.toml")) {
        Ok(all) => all,
        Err(error) => panic!("languages.toml: {error}"),
    };
    let locales = locales.into_iter().map(|(country, raw)| (country.clone(), Locale::new(country, raw))).collect();
    (locales, languages)
}

impl Locale {
    fn new(country: String, raw: RawLocale) -> Self {
        let phones = raw.phones.iter().filter_map(|p| p.rsplit_once(':')).map(|(n, g)| (n.to_owned(), g.to_owned())).collect();
        Self {
            country,
            language: raw.language,
            dial: raw.dial,
            trunk: raw.trunk,
            phones,
            first: parts(&raw.first),
            last: parts(&raw.last),
            streets: parts(&raw.streets),
            cities: parts(&raw.cities),
            code: raw.code,
            address: raw.address,
            dates: raw.dates,
        }
    }

    /// A first and a last name.
    pub fn person(&self, r: &mut Prng) -> (String, String) {
        (r.pick(&self.first).clone(), r.pick(&self.last).clone())
    }

    /// A name as it is written here.
    pub fn name(&self, r: &mut Prng) -> String {
        let (first, last) = self.person(r);
        match self.language.as_str() {
            "zh" | "ko" => format!("{last}{first}"),
            "ja" => format!("{last} {first}"),
            "hu" => format!("{last} {first}"),
            "ru" | "uk" | "bg" if r.chance(40) => format!("{last} {first}"),
            _ => format!("{first} {last}"),
        }
    }

    /// A postal address on one line.
    pub fn address(&self, r: &mut Prng) -> String {
        let number = if r.chance(15) { format!("{}{}", r.range(1, 180), r.pick(&["a", "b", "B"])) } else { r.range(1, 240).to_string() };
        let text = self
            .address
            .replace("{n}", &number)
            .replace("{street}", &self.streets[r.below(self.streets.len() as u64) as usize])
            .replace("{city}", &self.cities[r.below(self.cities.len() as u64) as usize]);
        let code = if self.code.is_empty() { String::new() } else { fill(r, &self.code) };
        text.replace("{code}", &code).trim().to_owned()
    }

    /// Street and number.
    pub fn street(&self, r: &mut Prng) -> String {
        let street = r.pick(&self.streets).clone();
        let number = r.range(1, 240);
        if self.address.starts_with("{n}") { format!("{number} {street}") } else { format!("{street} {number}") }
    }

    /// A postal code; empty where there are none.
    pub fn code(&self, r: &mut Prng) -> String {
        if self.code.is_empty() { String::new() } else { fill(r, &self.code) }
    }

    /// A date as it is written here.
    pub fn date(&self, (y, m, d): (u64, u64, u64), r: &mut Prng) -> String {
        if r.chance(25) {
            return format!("{y}-{m:02}-{d:02}");
        }
        let mut out = String::new();
        for c in self.dates.chars() {
            match c {
                'y' => out += &y.to_string(),
                'm' => out += &format!("{m:02}"),
                'd' => out += &format!("{d:02}"),
                other => out.push(other),
            }
        }
        out
    }

    /// A telephone number in one of the ways people write it.
    pub fn phone(&self, r: &mut Prng) -> Value {
        let (number, groups) = r.pick(&self.phones).clone();
        let number = fill(r, &number);
        let plain: String = groups.chars().filter(|c| !"()".contains(*c)).collect();
        let spaced = written(&number, &plain);
        let (dial, trunk) = (&self.dial, &self.trunk);
        let (text, form) = match r.below(10) {
            0 | 1 => (format!("+{dial} {spaced}"), "+CC, grouped"),
            2 => (format!("+{dial}{number}"), "+CC"),
            3 => (format!("+{dial}-{}", spaced.replace(' ', "-")), "+CC, hyphens"),
            4 => (format!("00{dial} {spaced}"), "00CC"),
            5 => (format!("{trunk}{number}"), "national"),
            6 => (self.national(&number, &groups, "-"), "national, hyphens"),
            7 if !trunk.is_empty() => (format!("+{dial} ({trunk}) {spaced}"), "+CC (0)"),
            _ => (self.national(&number, &groups, " "), "national, grouped"),
        };
        Value {
            alone: text.starts_with('+'),
            accept: vec!["pii.phone".into()],
            inside: vec![],
            tag: match self.country.as_str() {
                c @ ("br" | "fr" | "de" | "it" | "es" | "gb" | "za") => format!("pii.{c}.phone"),
                _ => "pii.phone".into(),
            },
            form: form.to_owned(),
            country: self.country.clone(),
            words: vec![],
            text,
        }
    }

    fn national(&self, number: &str, groups: &str, separator: &str) -> String {
        let text = written(number, groups);
        let text = if separator == " " || groups.contains('(') { text } else { text.replace(' ', separator) };
        match text.strip_prefix('(') {
            Some(rest) => format!("({}{rest}", if self.trunk == "8" { "" } else { &self.trunk }),
            None if self.trunk == "06" || self.trunk == "8" => format!("{} {text}", self.trunk),
            None => format!("{}{text}", self.trunk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locale_has_a_language_and_people() {
        let (locales, languages) = load();
        assert!(locales.len() >= 50 && languages.len() >= 35);
        let r = &mut Prng::new(2);
        for locale in locales.values() {
            assert!(languages.contains_key(&locale.language), "{}", locale.country);
            for _ in 0..30 {
                let phone = locale.phone(r).text;
                let digits = phone.chars().filter(char::is_ascii_digit).count();
                assert!((7..=16).contains(&digits) && !phone.contains('#'), "{}: {phone}", locale.country);
                assert!(!locale.address(r).contains('{'), "{}", locale.country);
            }
        }
        for (name, language) in &languages {
            for what in ["phone", "email", "birth", "name", "address", "passport", "card"] {
                assert!(!language.words(what).is_empty(), "{name}: {what}");
            }
            assert!(language.before.iter().chain(&language.after).all(|s| s.contains("{L}") && s.contains("{V}")), "{name}");
        }
    }
}
