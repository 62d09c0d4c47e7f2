//! From object × part × member × field × rule to dataset × field × rule. Fed in order of dataset, field, rule; holds one field at a time.

use std::collections::BTreeMap;

use anyhow::Result;
use sha2::{Digest, Sha256};
use sonde_classifiers::{
    Sketch, Tally, Verdict,
    verdict::{self, Sums, standing},
};

use super::{
    Bars,
    link::{Row, SqlResult},
    position::{Place, absolute, before, place},
};
use crate::record::Location;

/// Locations kept per finding.
pub(super) const MOST_LOCATIONS: usize = 20;

/// Columns of `object_finding f` that a [`Tally`] and a [`Sketch`] are read from, at [`tally`]'s position.
pub(super) const TALLY: &str = "f.inside, f.inside_rows, f.whole, f.won, f.candidates, f.best, f.base, f.check_worth, f.sketch";

/// Reads [`TALLY`] from column `at` on.
pub(super) fn tally(row: &Row, at: usize) -> SqlResult<(Tally, Sketch)> {
    let millibits = |column: usize| -> SqlResult<i32> { Ok(row.int(column)?.clamp(i32::MIN.into(), i32::MAX.into()) as i32) };
    let tally = Tally {
        inside: row.count(at)?,
        inside_rows: row.count(at + 1)?,
        whole: row.count(at + 2)?,
        won: row.count(at + 3)?,
        candidates: row.count(at + 4)?,
        best: millibits(at + 5)?,
        base: millibits(at + 6)?,
        check: millibits(at + 7)?,
    };
    Ok((tally, Sketch::from_bytes(row.bytes(at + 8)?)))
}

/// First by object, member, then place.
pub(super) type Order = (String, Option<String>, Place);

/// A location with the object it is in.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) object: i64,
    pub(super) member: Option<String>,
    pub(super) location: Location,
}

/// The first [`MOST_LOCATIONS`] of what was seen, whatever the order it came in.
#[derive(Debug, Default)]
struct First(BTreeMap<Order, Placed>);

impl First {
    /// Whether nothing of this object, member and part can be among the first.
    fn is_past(&self, key: &str, member: Option<&str>, part: u32) -> bool {
        self.0.len() >= MOST_LOCATIONS && self.0.last_key_value().is_some_and(|((k, m, p), _)| (key, member, part) > (k.as_str(), m.as_deref(), p.0))
    }

    fn add(&mut self, order: Order, placed: Placed) {
        self.0.insert(order, placed);
        if self.0.len() > MOST_LOCATIONS {
            self.0.pop_last();
        }
    }
}

/// One rule in one field.
#[derive(Debug)]
struct RuleSums {
    rule: String,
    tally: Tally,
    sketch: Sketch,
    strong: First,
    weak: First,
}

/// One field of one dataset.
#[derive(Debug)]
pub(super) struct FieldSums {
    pub(super) dataset: i64,
    uri: String,
    pub(super) field: Option<String>,
    rows_seen: u64,
    rules: Vec<RuleSums>,
}

/// What is said of dataset × field × rule.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) uid: String,
    pub(super) rule: String,
    pub(super) tally: Tally,
    pub(super) distinct: u64,
    pub(super) rows_seen: u64,
    pub(super) verdict: Verdict,
    pub(super) locations: Vec<Placed>,
}

/// What the roll-up reads; [`FieldSums::add`] knows the positions.
pub(super) const COLUMNS: &str = "f.dataset_id, d.uri, f.field, f.rule, coalesce(x.rows_seen, 0), o.id, o.key, f.member, f.part,
    p.rows_before, p.newlines_before, p.tail_before, f.locations, f.weak";

impl FieldSums {
    /// Opens the field a row belongs to.
    pub(super) fn open(row: &Row) -> SqlResult<Self> {
        Ok(Self { dataset: row.int(0)?, uri: row.text(1)?, field: row.opt_text(2)?, rows_seen: row.count(4)?, rules: Vec::new() })
    }

    /// Whether a row belongs to this field.
    pub(super) fn holds(&self, row: &Row) -> SqlResult<bool> {
        Ok(self.dataset == row.int(0)? && self.field == row.opt_text(2)?)
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: &Row, bars: &Bars) -> Result<()> {
        let rule = row.text(3)?;
        let (tally, sketch) = tally(row, 14)?;
        if self.rules.last().is_none_or(|last| last.rule != rule) {
            self.rules.push(RuleSums { rule, tally: Tally::default(), sketch: Sketch::default(), strong: First::default(), weak: First::default() });
        }
        let Some(sums) = self.rules.last_mut() else { return Ok(()) };
        sums.tally.merge(&tally);
        sums.sketch.merge(&sketch);
        let (object, key, member, part) = (row.int(5)?, row.text(6)?, row.opt_text(7)?, u32::try_from(row.int(8)?)?);
        let threshold = verdict::millibits(bars.of(&sums.rule));
        let before = before(part, row.opt_count(9)?, row.opt_count(10)?, row.opt_count(11)?);
        for (first, column, strong) in [(&mut sums.strong, 12, true), (&mut sums.weak, 13, false)] {
            let json = row.raw(column)?;
            if json == "[]" || first.is_past(&key, member.as_deref(), part) {
                continue;
            }
            for location in serde_json::from_str::<Vec<Location>>(json)? {
                if strong && location.millibits < threshold {
                    continue;
                }
                let order = (key.clone(), member.clone(), place(part, &location));
                first.add(order, Placed { object, member: member.clone(), location: absolute(location, before) });
            }
        }
        Ok(())
    }

    /// The verdicts that stand, and are at least this sure.
    pub(super) fn settle(self, tenant: &str, bars: &Bars) -> Vec<Standing> {
        let distinct: Vec<u64> = self.rules.iter().map(|r| r.sketch.distinct()).collect();
        let sums: Vec<Sums<'_>> = self.rules.iter().zip(&distinct).map(|(r, &distinct)| Sums { rule: &r.rule, tally: &r.tally, distinct }).collect();
        let verdicts = standing(&sums, self.rows_seen, self.field.is_some(), &|rule| bars.of(rule));
        drop(sums);
        let (uri, field, rows_seen) = (self.uri, self.field, self.rows_seen);
        let kept = self.rules.into_iter().zip(distinct).zip(verdicts).filter_map(|(rule, verdict)| verdict.map(|v| (rule, v)));
        kept.map(|((sums, distinct), verdict)| Standing {
            uid: uid(tenant, &uri, field.as_deref(), &sums.rule),
            locations: locations(sums.strong, verdict.column.then_some(sums.weak)),
            rule: sums.rule,
            // Rows of tables that were joined to a composite, which is no field's.
            rows_seen: rows_seen + if field.is_none() { sums.tally.candidates } else { 0 },
            tally: sums.tally,
            distinct,
            verdict,
        })
        .collect()
    }
}

fn locations(strong: First, weak: Option<First>) -> Vec<Placed> {
    let mut all = strong.0;
    all.extend(weak.unwrap_or_default().0);
    all.into_values().take(MOST_LOCATIONS).collect()
}

/// Stable name of dataset × field × rule.
pub(super) fn uid(tenant: &str, dataset: &str, field: Option<&str>, rule: &str) -> String {
    let mut hash = Sha256::new();
    for piece in [Some(tenant), Some(dataset), field, Some(rule)] {
        // Lengths in front, so that no two different tuples have the same bytes.
        match piece {
            None => hash.update([0]),
            Some(piece) => {
                hash.update([1]);
                hash.update((piece.len() as u64).to_le_bytes());
                hash.update(piece);
            }
        }
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
