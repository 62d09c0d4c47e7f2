//! A column is judged as a column: counts of its cells in, one verdict per rule out.
//!
//! Evidence is in thousandths of a bit ("millibits") and integer, so that counts merge in any order to the same result.

use serde::{Deserialize, Serialize};

use crate::CellMatch;

/// Mergeable counts of one rule in one field, or in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Matches that are not a whole cell (all matches, in text), each credible by itself, after overlaps are resolved.
    pub inside: u64,
    /// Rows (lines, for text) with at least one of these.
    pub inside_rows: u64,
    /// Cells that match as a whole, credible by themselves or not, before overlaps are resolved.
    pub whole: u64,
    /// Of these, the ones no other rule claimed with more bits.
    pub won: u64,
    /// Cells whose whole has the rule's shape, whether its check passes or not. At least `whole`.
    pub candidates: u64,
    /// Millibits of the best match, everything summed. `i32::MIN`: no match.
    pub best: i32,
    /// Millibits of the best whole match without its check (prior, header, entropy). `i32::MIN`: no whole match.
    pub base: i32,
    /// Millibits that the check of the whole matches is worth (the largest seen). `i32::MIN`: no whole match.
    pub check: i32,
}

impl Default for Tally {
    fn default() -> Self {
        Self { inside: 0, inside_rows: 0, whole: 0, won: 0, candidates: 0, best: i32::MIN, base: i32::MIN, check: i32::MIN }
    }
}

impl Tally {
    /// Counts a match in `cells` cells; `new_row`: the first of its rule in the row. False when it counts for nothing.
    pub fn count(&mut self, seen: &Seen, cells: u64, new_row: bool) -> bool {
        if seen.whole {
            self.whole += cells;
            self.won += if seen.won { cells } else { 0 };
            self.base = self.base.max(seen.base);
            self.check = self.check.max(seen.check);
        } else if seen.strong {
            self.inside += cells;
            self.inside_rows += if new_row { cells } else { 0 };
        } else {
            return false;
        }
        if seen.strong {
            self.best = self.best.max(seen.millibits);
        }
        true
    }

    /// Adds the counts of another part of the same field. Commutative and associative.
    pub fn merge(&mut self, other: &Self) {
        self.inside += other.inside;
        self.inside_rows += other.inside_rows;
        self.whole += other.whole;
        self.won += other.won;
        self.candidates += other.candidates;
        self.best = self.best.max(other.best);
        self.base = self.base.max(other.base);
        self.check = self.check.max(other.check);
    }
}

/// What of a cell's match is counted, without its value.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Summed evidence.
    pub millibits: i32,
    /// Evidence without the check.
    pub base: i32,
    /// Evidence of the check.
    pub check: i32,
    /// It is the whole cell.
    pub whole: bool,
    /// Credible by itself.
    pub strong: bool,
    /// No other rule claims the whole cell with more.
    pub won: bool,
}

impl From<&CellMatch<'_>> for Seen {
    fn from(m: &CellMatch<'_>) -> Self {
        Self { millibits: m.m.millibits, base: m.base, check: m.check, whole: m.whole, strong: m.strong, won: m.won }
    }
}

/// What is said of one rule in one field of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Summed evidence.
    pub millibits: i32,
    /// Whether whole cells were judged together (then every whole match counts as an occurrence); else each match stands for itself.
    pub column: bool,
}

impl Verdict {
    /// `1 / (1 + 2^-bits)`, rounded to 4 decimals.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        confidence(self.millibits)
    }

    /// Occurrences this verdict stands for.
    #[must_use]
    pub fn occurrences(&self, tally: &Tally) -> u64 {
        tally.inside + if self.column { tally.whole } else { 0 }
    }

    /// Rows this verdict stands for; never more than `rows_seen`.
    #[must_use]
    pub fn rows_matched(&self, tally: &Tally, rows_seen: u64) -> u64 {
        (tally.inside_rows + if self.column { tally.whole } else { 0 }).min(rows_seen)
    }
}

/// Millibits as a confidence, rounded to 4 decimals.
#[must_use]
pub fn confidence(millibits: i32) -> f64 {
    let exact = 1.0 / (1.0 + (-f64::from(millibits) / 1000.0).exp2());
    (exact * 10_000.0).round() / 10_000.0
}

/// A confidence as the millibits it takes to reach it.
#[must_use]
pub fn millibits(confidence: f64) -> i32 {
    let p = confidence.clamp(1e-9, 1.0 - 1e-9);
    ((p / (1.0 - p)).log2() * 1000.0).round() as i32
}

/// Probability that a true value passes its rule's check (typing errors, legacy numbers).
const TRUE_PASS: f64 = 0.98;
/// Evidence against is bounded: a column can always be overruled by other evidence of this size.
const MOST_AGAINST: f64 = -12.0;
/// A column of passing checks is worth at most this many single checks: other numbers use the same check digit.
const MOST_CHECKS: f64 = 3.0;

/// Judges one rule in one column. `distinct` is the number of distinct matching values: one value repeated is one observation.
///
/// The null model: were the values of this shape arbitrary, the check would pass with probability `2^-check`.
#[must_use]
pub fn judge_column(tally: &Tally, distinct: u64) -> Option<Verdict> {
    if tally.whole == 0 || tally.whole * 2 < tally.inside_rows {
        return judge_text(tally);
    }
    let check = f64::from(tally.check.max(0)) / 1000.0;
    let mut bits = f64::from(tally.base) / 1000.0;
    if check > 0.0 {
        let chance = (-check).exp2();
        let passes = tally.whole.min(distinct.max(1)) as f64;
        let tried = passes * tally.candidates.max(tally.whole) as f64 / tally.whole as f64;
        let ratio = passes * (TRUE_PASS / chance).log2() + (tried - passes) * ((1.0 - TRUE_PASS) / (1.0 - chance)).log2();
        bits += ratio.clamp(MOST_AGAINST, MOST_CHECKS * check);
    }
    Some(Verdict { millibits: (bits * 1000.0).round() as i32, column: true })
}

/// Judges one rule in text: as sure as its best match.
#[must_use]
pub fn judge_text(tally: &Tally) -> Option<Verdict> {
    (tally.inside > 0).then_some(Verdict { millibits: tally.best, column: false })
}

/// One rule's case in a field, for [`settle`].
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Rule id: the last tie-breaker.
    pub rule: &'a str,
    /// Its counts.
    pub tally: &'a Tally,
    /// Its verdict.
    pub verdict: Verdict,
}

/// Settles which of the rules of one column stand. Two rules that claim the same cells cannot both: the one with more bits does.
/// Returns, for each case in order, whether it stands.
#[must_use]
pub fn settle(cases: &[Case<'_>], rows_seen: u64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |i: usize| (std::cmp::Reverse(cases[i].verdict.millibits), std::cmp::Reverse(cases[i].tally.won), cases[i].rule);
        key(a).cmp(&key(b))
    });
    let mut stands = vec![false; cases.len()];
    let mut claimed = 0;
    for i in order {
        let Case { tally, verdict, .. } = cases[i];
        let contested = verdict.column && claimed > 0;
        let mostly_lost = tally.won * 2 < tally.whole;
        let no_room = claimed + tally.whole > rows_seen + rows_seen / 10;
        if contested && (mostly_lost || no_room) {
            continue;
        }
        stands[i] = true;
        if verdict.column {
            claimed += tally.whole;
        }
    }
    stands
}

/// The counts of one rule in one field, summed over everything that holds the field.
#[derive(Clone, Copy, Debug)]
pub struct Sums<'a> {
    /// Rule id.
    pub rule: &'a str,
    /// Its counts.
    pub tally: &'a Tally,
    /// Distinct matching values.
    pub distinct: u64,
}

/// What stands of one field: for each rule in order its verdict, or `None`. `column`: the field is one of a table, else it is a text, where each match stands for itself.
/// `bar`: the confidence a rule's verdict needs.
#[must_use]
pub fn standing(sums: &[Sums<'_>], rows_seen: u64, column: bool, bar: &dyn Fn(&str) -> f64) -> Vec<Option<Verdict>> {
    let mut verdicts: Vec<Option<Verdict>> =
        sums.iter().map(|s| if column { judge_column(s.tally, s.distinct) } else { judge_text(s.tally) }).collect();
    if column {
        let judged: Vec<usize> = (0..sums.len()).filter(|&i| verdicts[i].is_some()).collect();
        let cases: Vec<Case<'_>> =
            judged.iter().filter_map(|&i| verdicts[i].map(|verdict| Case { rule: sums[i].rule, tally: sums[i].tally, verdict })).collect();
        for (i, stands) in judged.into_iter().zip(settle(&cases, rows_seen)) {
            if !stands {
                verdicts[i] = None;
            }
        }
    }
    verdicts.into_iter().zip(sums).map(|(v, s)| v.filter(|v| v.confidence() >= bar(s.rule))).collect()
}
