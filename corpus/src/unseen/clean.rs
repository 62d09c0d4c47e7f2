//! Columns in which nothing is sensitive.

use serde::Deserialize;

use super::{decoy::made, kind::parts};
use crate::Prng;

/// A kind of clean column.
#[derive(Debug)]
pub(super) struct CleanKind {
    pub(super) kind: String,
    pub(super) names: Vec<String>,
    make: String,
    /// Distinct values, when they are few; 0: no limit.
    pub(super) low: u64,
    pub(super) neutral: Vec<String>,
    pub(super) misleading: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    columns: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    kind: String,
    names: String,
    make: String,
    #[serde(default)]
    low: u64,
    #[serde(default)]
    neutral: String,
    #[serde(default)]
    misleading: bool,
}

pub(super) fn load() -> Vec<CleanKind> {
    let file: File = match toml::from_str(include_str!("../../unseen/clean.toml")) {
        Ok(file) => file,
        Err(error) => panic!("clean.toml: {error}"),
    };
    let kinds = file.columns.into_iter().map(|raw| CleanKind {
        kind: raw.kind,
        names: parts(&raw.names),
        make: raw.make,
        low: raw.low,
        neutral: parts(&raw.neutral),
        misleading: raw.misleading,
    });
    kinds.collect()
}

impl CleanKind {
    /// The cell of a row; `start`: where the numbers of a sequence begin.
    pub(super) fn cell(&self, r: &mut Prng, row: u64, start: u64) -> String {
        match self.make.as_str() {
            "counter" => (row + 1).to_string(),
            "sequence" => (start + row * 3 + r.below(3)).to_string(),
            template => made(r, template),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_many_and_make_cells() {
        let kinds = load();
        assert!(kinds.len() >= 100);
        let r = &mut Prng::new(8);
        for kind in &kinds {
            for row in 0..10 {
                let cell = kind.cell(r, row, 77);
                assert!(!cell.is_empty() && !cell.contains(['<', '>']), "{}: {cell}", kind.kind);
            }
        }
    }
}
