//! Dictionary-coded columns: each distinct value is classified once, rows are counted by key.

use std::collections::HashMap;

use arrow_array::{AnyDictionaryArray, Array, ArrayRef, cast::AsArray, types::Int32Type};
use sonde_classifiers::{CellMatch, CellSink, RuleIndex, Scratch};
use sonde_connectors::extract::{Column, Columns};

use super::{Field, Found, Lens, Location, Seen, cells, row_of};

/// A dictionary and what was found in it. Kept while batches share the dictionary.
#[derive(Debug)]
pub(super) struct Judged {
    values: ArrayRef,
    /// Matches and candidates of value `i`: `facts[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    facts: Vec<Fact>,
}

impl Judged {
    fn facts(&self, value: usize) -> &[Fact] {
        &self.facts[self.starts[value] as usize..self.starts[value + 1] as usize]
    }
}

#[derive(Debug)]
struct Fact {
    value: u32,
    rule: RuleIndex,
    /// `None`: a candidate only.
    seen: Option<Seen>,
    hash: u64,
    /// Location but for its row.
    location: Option<Location>,
}

struct Judge<'a> {
    lens: &'a Lens,
    name: &'a str,
    facts: Vec<Fact>,
}

impl CellSink for Judge<'_> {
    fn matched(&mut self, _column: usize, m: CellMatch<'_>) {
        if self.lens.suppresses(&m.m, Some(self.name)) {
            return;
        }
        let location = Location {
            line: None,
            column: None,
            row: None,
            json_path: None,
            byte_start: None,
            byte_end: None,
            masked: m.m.masked(&self.lens.engine).to_string(),
            fingerprint: m.m.fingerprint(&self.lens.key).to_hex(),
            millibits: m.m.millibits,
        };
        let hash = m.m.sketch_hash(&self.lens.key);
        self.facts.push(Fact { value: m.cell as u32, rule: m.m.rule, seen: Some(Seen::from(&m)), hash, location: Some(location) });
    }

    fn candidate(&mut self, _column: usize, rule: RuleIndex, cell: usize) {
        self.facts.push(Fact { value: cell as u32, rule, seen: None, hash: 0, location: None });
    }
}

/// Counts one batch of a dictionary-coded column.
pub(super) fn count(
    lens: &Lens,
    scratch: &mut Scratch,
    columns: &Columns,
    index: usize,
    coded: &dyn AnyDictionaryArray,
    field: &mut Field,
    limit: u64,
) {
    let fresh = field.dictionary.as_ref().is_none_or(|known| !known.values.to_data().ptr_eq(&coded.values().to_data()));
    if fresh {
        field.dictionary = Some(judge(lens, scratch, &field.name, coded.values()));
    }
    let Field { found, last_row, dictionary: Some(judged), .. } = field else { return };
    if judged.facts.is_empty() {
        return;
    }
    let batch = Batch { lens, judged, columns, column: &columns.columns[index], limit };
    if batch.column.rows.is_none() && columns.first_row + columns.rows <= limit {
        batch.count_by_key(found);
        batch.place(found);
    } else {
        batch.count_by_row(found, last_row);
    }
}

struct Batch<'a> {
    lens: &'a Lens,
    judged: &'a Judged,
    columns: &'a Columns,
    column: &'a Column,
    limit: u64,
}

impl Batch<'_> {
    /// Value of each row that has facts: (index in the column, row, facts).
    fn rows(&self) -> impl Iterator<Item = (usize, u64, &[Fact])> {
        let keys = self.column.values.as_dictionary::<Int32Type>().keys();
        keys.iter().enumerate().filter_map(|(i, key)| {
            let value = usize::try_from(key?).ok().filter(|&k| k + 1 < self.judged.starts.len())?;
            let facts = self.judged.facts(value);
            (!facts.is_empty()).then(|| (i, self.columns.first_row + row_of(self.column, i), facts))
        })
    }

    /// Where each value has a row of its own, rows are counted by key.
    fn count_by_key(&self, found: &mut Found) {
        let mut counts = vec![0_u64; self.judged.values.len()];
        for key in self.column.values.as_dictionary::<Int32Type>().keys().iter().flatten() {
            if let Some(count) = usize::try_from(key).ok().and_then(|k| counts.get_mut(k)) {
                *count += 1;
            }
        }
        for (value, &rows) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let mut last_rule = None;
            for fact in self.judged.facts(value) {
                let counted = found.entry(fact.rule).or_default();
                match &fact.seen {
                    None => counted.tally.candidates += rows,
                    Some(seen) if counted.tally.count(seen, rows, last_rule.replace(fact.rule) != Some(fact.rule)) => {
                        counted.sketch.insert(fact.hash)
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// The first locations, in the order of rows; ends once no rule has room.
    fn place(&self, found: &mut Found) {
        let room = |found: &mut Found, fact: &Fact| {
            fact.seen.as_ref().is_some_and(|seen| found.entry(fact.rule).or_default().room(seen, self.lens.locations).is_some())
        };
        for (n, (i, row, facts)) in self.rows().enumerate() {
            if n % FULL == 0 && !self.judged.facts.iter().any(|fact| room(found, fact)) {
                return;
            }
            facts.iter().for_each(|fact| self.locate(found, fact, i, row));
        }
    }

    fn count_by_row(&self, found: &mut Found, last_row: &mut HashMap<RuleIndex, u64>) {
        for (i, row, facts) in self.rows().filter(|(_, row, _)| *row < self.limit) {
            for fact in facts {
                let counted = found.entry(fact.rule).or_default();
                match &fact.seen {
                    None => counted.tally.candidates += 1,
                    Some(seen) => {
                        if counted.tally.count(seen, 1, last_row.insert(fact.rule, row) != Some(row)) {
                            counted.sketch.insert(fact.hash);
                        }
                        self.locate(found, fact, i, row);
                    }
                }
            }
        }
    }

    fn locate(&self, found: &mut Found, fact: &Fact, value: usize, row: u64) {
        let (Some(seen), Some(location)) = (&fact.seen, &fact.location) else { return };
        if let Some(kept) = found.entry(fact.rule).or_default().room(seen, self.lens.locations) {
            let (column, json_path) = (self.column.number.map(u64::from), self.column.json_path(value, row));
            kept.push(Location { row: Some(row), column, json_path, ..location.clone() });
        }
    }
}

/// Rows after which the rules are asked whether any has room for a location still.
const FULL: usize = 4_096;

fn judge(lens: &Lens, scratch: &mut Scratch, name: &str, values: &ArrayRef) -> Judged {
    let mut judge = Judge { lens, name, facts: Vec::new() };
    lens.engine.scan_column(scratch, &cells(name, values), &mut judge);
    let mut facts = judge.facts;
    facts.sort_by_key(|f| f.value);
    let mut starts = vec![0_u32; values.len() + 1];
    for fact in &facts {
        starts[fact.value as usize + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    Judged { values: values.clone(), starts, facts }
}
