//! Dictionary-coded columns: each distinct value is classified once, rows are counted by key.

use arrow_array::{AnyDictionaryArray, Array, ArrayRef, cast::AsArray, types::Int32Type};
use sonde_classifiers::{CellMatch, CellSink, RuleIndex, Scratch};
use sonde_connectors::extract::Columns;

use super::{Field, Lens, Location, Seen, cells, row_of};

/// A dictionary and what was found in it. Kept while batches share the dictionary.
#[derive(Debug)]
pub(super) struct Judged {
    values: ArrayRef,
    /// Matches and candidates of value `i`: `facts[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    facts: Vec<Fact>,
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
    facts: Vec<Fact>,
}

impl CellSink for Judge<'_> {
    fn matched(&mut self, _column: usize, m: CellMatch<'_>) {
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
        self.facts.push(Fact { value: m.cell as u32, rule: m.m.rule, seen: Some(Seen::of(&m)), hash, location: Some(location) });
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
    let column = &columns.columns[index];
    let keys = column.values.as_dictionary::<Int32Type>().keys();
    for (i, key) in keys.iter().enumerate() {
        let Some(key) = key.and_then(|k| usize::try_from(k).ok()).filter(|&k| k + 1 < judged.starts.len()) else { continue };
        let facts = &judged.facts[judged.starts[key] as usize..judged.starts[key + 1] as usize];
        if facts.is_empty() {
            continue;
        }
        let row = columns.first_row + row_of(column, i);
        if row >= limit {
            continue;
        }
        for fact in facts {
            let counted = found.entry(fact.rule).or_default();
            let Some(seen) = &fact.seen else {
                counted.tally.candidates += 1;
                continue;
            };
            if counted.add(seen, 1, last_row.insert(fact.rule, row) != Some(row)) {
                counted.sketch.insert(fact.hash);
            }
            if let (Some(kept), Some(location)) = (counted.room(seen, lens.locations), &fact.location) {
                let (column_number, json_path) = (column.number.map(u64::from), column.json_path(i, row));
                kept.push(Location { row: Some(row), column: column_number, json_path, ..location.clone() });
            }
        }
    }
}

fn judge(lens: &Lens, scratch: &mut Scratch, name: &str, values: &ArrayRef) -> Judged {
    let mut judge = Judge { lens, facts: Vec::new() };
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
