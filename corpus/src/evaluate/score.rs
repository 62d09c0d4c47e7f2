//! Counts and what they come to.

use std::collections::BTreeMap;

/// What happened to labels and to findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Labels that were found.
    pub found: u64,
    /// Labels that were not.
    pub missed: u64,
    /// Findings that are right.
    pub right: u64,
    /// Findings that are wrong.
    pub wrong: u64,
}

/// A share, and where it lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share; 0 of nothing.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Of how many.
    pub of: u64,
}

/// `hits` of `of`, with the interval of Wilson (1927).
#[must_use]
pub fn share(hits: u64, of: u64) -> Share {
    const Z: f64 = 1.959_964;
    if of == 0 {
        return Share { value: 0.0, low: 0.0, high: 1.0, of };
    }
    let (n, p) = (of as f64, hits as f64 / of as f64);
    let middle = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    Share { value: p, low: ((middle - spread) / whole).max(0.0), high: ((middle + spread) / whole).min(1.0), of }
}

impl Count {
    /// Of the findings, those that are right.
    #[must_use]
    pub fn precision(&self) -> Share {
        share(self.right, self.right + self.wrong)
    }

    /// Of the labels, those that were found.
    #[must_use]
    pub fn recall(&self) -> Share {
        share(self.found, self.found + self.missed)
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision().value, self.recall().value);
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }

    /// Adds another count.
    pub fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.missed += other.missed;
        self.right += other.right;
        self.wrong += other.wrong;
    }
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Structured, names, credentials.
    Group,
    /// The kind of text.
    Format,
    /// Where the words stand.
    Place,
    /// The country of the value.
    Country,
    /// The tag.
    Tag,
    /// The rule: findings only.
    Rule,
    /// Rows of a table.
    Rows,
    /// Share of rows with a value.
    Prevalence,
    /// How the column is called.
    Header,
    /// Kind of a clean column: flagged or not.
    Clean,
}

impl By {
    /// Its title in reports.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Format => "format",
            Self::Place => "where the words stand",
            Self::Country => "country",
            Self::Tag => "tag",
            Self::Rule => "rule",
            Self::Rows => "rows",
            Self::Prevalence => "prevalence",
            Self::Header => "header",
            Self::Clean => "clean column",
        }
    }
}

/// Counts by what is counted apart.
#[derive(Clone, Debug, Default)]
pub struct Scores(pub BTreeMap<(By, String), Count>);

impl Scores {
    /// The count of one name.
    pub fn at(&mut self, by: By, name: &str) -> &mut Count {
        self.0.entry((by, name.to_owned())).or_default()
    }

    /// All names counted by one thing.
    pub fn of(&self, by: By) -> impl Iterator<Item = (&str, &Count)> {
        self.0.iter().filter(move |((b, _), _)| *b == by).map(|((_, name), count)| (name.as_str(), count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_intervals() {
        let s = share(81, 263);
        assert!((s.value - 0.308).abs() < 1e-3 && (s.low - 0.2553).abs() < 1e-3 && (s.high - 0.3662).abs() < 1e-3, "Newcombe 1998: {s:?}");
        let all = share(20, 20);
        assert!((all.low - 0.8389).abs() < 1e-3 && all.high == 1.0);
        let count = Count { found: 8, missed: 2, right: 8, wrong: 0 };
        assert!((count.f1() - 2.0 * 0.8 / 1.8).abs() < 1e-9);
    }
}
