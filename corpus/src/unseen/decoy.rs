//! What looks like something and is nothing.

use serde::Deserialize;

use super::{fill::fill, kind::parts};
use crate::{
    Prng,
    digits::{luhn, numbers},
};

/// A thing that looks like something: what it is called, how it looks.
#[derive(Debug)]
pub(super) struct Decoy {
    pub(super) words: Vec<String>,
    pub(super) make: String,
    /// Tags that are no mistake there.
    pub(super) neutral: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    decoys: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    words: String,
    make: String,
    #[serde(default)]
    neutral: String,
}

pub(super) fn load() -> Vec<Decoy> {
    let file: File = match toml::from_str(include_str!("../../unseen/decoys.toml")) {
        Ok(file) => file,
        Err(error) => panic!("decoys.toml: {error}"),
    };
    file.decoys.into_iter().map(|d| Decoy { words: parts(&d.words), make: d.make, neutral: parts(&d.neutral) }).collect()
}

/// One value of a decoy.
pub(super) fn made(r: &mut Prng, template: &str) -> String {
    let text = fill(r, template);
    let Some((name, rest)) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).and_then(|t| t.split_once(' ')) else { return text };
    match name {
        "luhn" => format!("{rest}{}", luhn(rest)),
        // ISBN-13 and EAN-13 have the same digit: weights 1 and 3.
        "ean" | "isbn" => format!("{rest}{}", ean(rest)),
        _ => text,
    }
}

/// The check digit of an EAN of thirteen.
pub(super) fn ean(body: &str) -> u32 {
    let sum: u32 = numbers(body).iter().rev().enumerate().map(|(i, d)| if i % 2 == 0 { 3 * d } else { *d }).sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoys_are_many() {
        let all = load();
        assert!(all.len() >= 45);
        let r = &mut Prng::new(4);
        for decoy in &all {
            for _ in 0..20 {
                assert!(!made(r, &decoy.make).contains(['<', '>']), "{}", decoy.make);
            }
        }
        assert_eq!(ean("978316148410"), 0, "ISBN 978-3-16-148410-0");
    }
}
