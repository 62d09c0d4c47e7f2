//! Composite findings: what several tags in one record say together. A name is a name and a diagnosis a term; in one row they are health data of a person.
//!
//! A composite is data like a rule. Its parts are looked for in one record: a row of a table (with all that is nested in it), or a stretch of text.
//!
//! **Tables.** Fields are joined by counting, not row by row: `n` fields that hold their tags in `r1 … rn` of `N` rows share at least `r1 + … + rn − (n − 1)·N` rows. That many
//! records are claimed, and none where the sum is not positive: parts that are rare together may be missed, what is claimed is certain if the verdicts on the fields are.
//! **Text.** One record is counted for each match of the first part that has every other part within `window` bytes before or behind it ([`Nearby`]).
//!
//! Confidence is that of all parts at once, the product of theirs.

mod nearby;

use serde::{Deserialize, Serialize};

use crate::{Engine, Ruleset, Sensitivity, verdict};

pub use nearby::Nearby;

/// Most parts of a composite.
pub const MOST_PARTS: usize = 8;
/// Widest window, bytes.
const WIDEST: u32 = 8 << 10;

/// One composite as written in TOML (`[[composite]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composite {
    /// Stable identifier, kebab-case, unique among rules and composites.
    pub id: String,
    /// Tag it gives (`phi.record`).
    pub tag: String,
    /// Name for people.
    pub name: String,
    /// Sensitivity of the tag.
    pub sensitivity: Sensitivity,
    /// Regulations the tag falls under.
    #[serde(default)]
    pub regulations: Vec<String>,
    /// Tags that must all be there, each by its first dotted parts (`pii.email`, `gov`).
    #[serde(default)]
    pub all_of: Vec<String>,
    /// Lists of tags: of each list one must be there.
    #[serde(default)]
    pub any_of: Vec<Vec<String>>,
    /// What counts as a record.
    #[serde(default)]
    pub scope: Scope,
    /// In text: how far from the first part the others may be, bytes.
    #[serde(default = "window")]
    pub window: u32,
    /// Records that a dataset must hold for a finding.
    #[serde(default = "one")]
    pub minimum: u64,
    /// Distinct values of the first part that these must hold.
    #[serde(default = "one")]
    pub distinct: u64,
}

/// What counts as a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// A row and a stretch of text.
    #[default]
    Record,
    /// A row of a table, or a JSON record.
    Row,
    /// A stretch of text.
    Text,
}

fn window() -> u32 {
    1 << 10
}

fn one() -> u64 {
    1
}

impl Composite {
    /// Its parts: tags of which one must be there. The first one is counted.
    pub fn parts(&self) -> impl Iterator<Item = &[String]> {
        self.all_of.iter().map(std::slice::from_ref).chain(self.any_of.iter().map(Vec::as_slice))
    }

    /// Whether tables are looked at.
    #[must_use]
    pub fn in_tables(&self) -> bool {
        self.scope != Scope::Text
    }

    /// Whether texts are looked at.
    #[must_use]
    pub fn in_texts(&self) -> bool {
        self.scope != Scope::Row
    }

    /// Whether counts over a whole dataset make it a finding.
    #[must_use]
    pub fn suffices(&self, records: u64, distinct: u64) -> bool {
        records >= self.minimum && distinct >= self.distinct
    }

    pub(crate) fn validate(&self) -> Result<(), String> {
        let parts = self.parts().count();
        if !(2..=MOST_PARTS).contains(&parts) {
            return Err(format!("it has {parts} parts; 2 to {MOST_PARTS} are needed"));
        }
        if self.parts().any(<[String]>::is_empty) {
            return Err("a list in `any_of` is empty".into());
        }
        if !(64..=WIDEST).contains(&self.window) {
            return Err(format!("`window` is 64 to {WIDEST} bytes"));
        }
        if self.minimum == 0 || self.distinct == 0 {
            return Err("`minimum` and `distinct` are 1 at least".into());
        }
        Ok(())
    }

    /// Evaluates one table: what stands in its fields, and how many rows it has.
    #[must_use]
    pub fn joined(&self, columns: &[Column<'_>], rows: u64) -> Option<Joined> {
        let mut joined = Joined { rows: 0, millibits: i32::MAX, columns: Vec::new() };
        let (mut sum, mut certain) = (0_u128, 1.0);
        for part in self.parts() {
            let free = (0..columns.len()).filter(|i| !joined.columns.contains(i) && part.iter().any(|tag| is_under(columns[*i].tag, tag)));
            let best = free.max_by_key(|&i| (columns[i].rows.min(rows), columns[i].millibits, std::cmp::Reverse(i)))?;
            sum += u128::from(columns[best].rows.min(rows));
            certain *= verdict::confidence(columns[best].millibits);
            joined.columns.push(best);
        }
        let shared = sum.checked_sub(u128::from(rows) * (joined.columns.len() as u128 - 1)).filter(|n| *n > 0)?;
        joined.rows = u64::try_from(shared).unwrap_or(u64::MAX);
        joined.millibits = verdict::millibits(certain);
        Some(joined)
    }
}

/// What stands in one field of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Tag.
    pub tag: &'a str,
    /// Rows of this table in which it was found.
    pub rows: u64,
    /// Evidence of the verdict.
    pub millibits: i32,
}

/// A composite found in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Rows that hold all parts, at least.
    pub rows: u64,
    /// Evidence for all parts at once.
    pub millibits: i32,
    /// Number of the column of each part.
    pub columns: Vec<usize>,
}

/// Whether a tag begins with another, by whole parts.
#[must_use]
pub fn is_under(tag: &str, prefix: &str) -> bool {
    tag.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Composites made ready for an engine: which rules are parts of what.
#[derive(Debug)]
pub struct Watch {
    composites: Vec<Composite>,
    /// For each rule: composite and part.
    by_rule: Vec<Vec<(u16, u8)>>,
}

impl Watch {
    /// The composites of a rule set, for its engine.
    #[must_use]
    pub fn new(rules: &Ruleset, engine: &Engine) -> Self {
        let composites: Vec<Composite> = rules.composites().to_vec();
        let parts_of = |tag: &str| {
            let texts = (0_u16..).zip(&composites).filter(|(_, c)| c.in_texts());
            texts.flat_map(|(n, c)| (0_u8..).zip(c.parts()).filter(|(_, p)| p.iter().any(|t| is_under(tag, t))).map(move |(i, _)| (n, i))).collect()
        };
        let by_rule = engine.rules().iter().map(|r| parts_of(&r.tag)).collect();
        Self { by_rule, composites }
    }

    /// A composite by its number.
    #[must_use]
    pub fn composite(&self, number: u16) -> &Composite {
        &self.composites[usize::from(number)]
    }

    /// Bytes around a place in which matches may belong to its record.
    #[must_use]
    pub fn reach(&self) -> u64 {
        self.composites.iter().filter(|c| c.in_texts()).map(|c| u64::from(c.window)).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
