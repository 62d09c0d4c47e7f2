//! Columns: classified and judged as a scan does, held against what they are.

use std::collections::{BTreeMap, HashMap};

use sonde_classifiers::{
    CellMatch, CellSink, Cells, Engine, FingerprintKey, Offsets, RuleIndex, Sketch, Tally,
    verdict::{Seen, Sums, standing},
};

use super::{
    misses::Misses,
    score::{By, Scores},
    texts::Accepted,
};
use crate::unseen::{Column, Group, Must, Table, Truth};

/// Confidence from which a verdict is reported: that of `sonde scan`.
const MIN_CONFIDENCE: f64 = 0.5;

/// Counts of one rule in one column.
#[derive(Default)]
struct Counted {
    tally: Tally,
    sketch: Sketch,
    last_row: Option<usize>,
}

/// Counts as `scanner/src/tally.rs` does, without locations.
struct Counter<'a> {
    key: &'a FingerprintKey,
    columns: Vec<BTreeMap<RuleIndex, Counted>>,
}

impl CellSink for Counter<'_> {
    fn matched(&mut self, column: usize, m: CellMatch<'_>) {
        let counted = self.columns[column].entry(m.m.rule).or_default();
        let new_row = counted.last_row.replace(m.cell) != Some(m.cell);
        if counted.tally.count(&Seen::from(&m), 1, new_row) {
            counted.sketch.insert(m.m.sketch_hash(self.key));
        }
    }

    fn candidate(&mut self, column: usize, rule: RuleIndex, _cell: usize) {
        self.columns[column].entry(rule).or_default().tally.candidates += 1;
    }
}

/// The cells of a column in one buffer, as Arrow holds them.
struct Buffer {
    bytes: Vec<u8>,
    offsets: Vec<i32>,
    valid: Vec<u8>,
}

impl Buffer {
    fn of(column: &Column) -> Self {
        let mut buffer = Self { bytes: vec![], offsets: vec![0], valid: vec![0; column.cells.len().div_ceil(8)] };
        for (row, cell) in column.cells.iter().enumerate() {
            if let Some(cell) = cell {
                buffer.bytes.extend(cell.bytes());
                buffer.valid[row / 8] |= 1 << (row % 8);
            }
            buffer.offsets.push(i32::try_from(buffer.bytes.len()).unwrap_or(i32::MAX));
        }
        buffer
    }
}

/// What stands in a column: rule, tag, and the counts behind it, for people.
struct Stands {
    rule: String,
    tag: String,
    why: String,
}

/// Classifies and judges the columns of a table.
fn verdicts(engine: &Engine, key: &FingerprintKey, table: &Table) -> Vec<Vec<Stands>> {
    let buffers: Vec<Buffer> = table.columns.iter().map(Buffer::of).collect();
    let batch: Vec<Cells<'_>> = table
        .columns
        .iter()
        .zip(&buffers)
        .map(|(column, b)| Cells { field: &column.name, bytes: &b.bytes, offsets: Offsets::I32(&b.offsets), valid: Some((&b.valid, 0)) })
        .collect();
    let mut counter = Counter { key, columns: table.columns.iter().map(|_| BTreeMap::new()).collect() };
    engine.scan_batch(&mut engine.scratch(), &batch, &mut counter);
    counter.columns.iter().zip(&table.columns).map(|(counted, column)| stands(engine, counted, column)).collect()
}

fn stands(engine: &Engine, counted: &BTreeMap<RuleIndex, Counted>, column: &Column) -> Vec<Stands> {
    let rows_seen = column.cells.iter().filter(|c| c.is_some()).count() as u64;
    let mut rules: Vec<(&RuleIndex, &Counted)> = counted.iter().collect();
    rules.sort_by_key(|(rule, _)| &engine.rule(**rule).id);
    let sums: Vec<Sums<'_>> =
        rules.iter().map(|(rule, c)| Sums { rule: &engine.rule(**rule).id, tally: &c.tally, distinct: c.sketch.distinct() }).collect();
    let verdicts = standing(&sums, rows_seen, true, &|_| MIN_CONFIDENCE);
    let told = rules.iter().zip(&sums).zip(verdicts);
    told.filter_map(|(((rule, _), sums), verdict)| {
        let (rule, t) = (engine.rule(**rule), sums.tally);
        verdict.map(|v| Stands {
            rule: rule.id.clone(),
            tag: rule.tag.clone(),
            why: format!(
                "{:+.1} bits, {} whole, {} inside, {} candidates of {rows_seen}, {} distinct",
                f64::from(v.millibits) / 1000.0,
                t.whole,
                t.inside,
                t.candidates,
                sums.distinct
            ),
        })
    })
    .collect()
}

/// Scores of sensitive and of clean columns.
#[derive(Debug, Default)]
pub struct ColumnScores {
    /// Sensitive columns: found or missed, verdicts right or wrong.
    pub sensitive: Scores,
    /// Clean columns: `found` counts the flagged, `missed` the others.
    pub clean: Scores,
}

/// Evaluates every table.
pub(super) fn evaluate(engine: &Engine, accepted: &Accepted, tables: &[Table], misses: &mut Misses) -> ColumnScores {
    let key = FingerprintKey::new(&[7; 32]);
    let mut scores = ColumnScores::default();
    for table in tables {
        for (column, stands) in table.columns.iter().zip(verdicts(engine, &key, table)) {
            match &column.truth {
                Truth::Sensitive { must: Must::No, .. } => {}
                Truth::Sensitive { .. } => sensitive(accepted, table, column, &stands, &mut scores.sensitive, misses),
                Truth::Clean { .. } => clean(accepted, table, column, &stands, &mut scores.clean, misses),
            }
        }
    }
    scores
}

fn sensitive(accepted: &Accepted, table: &Table, column: &Column, stands: &[Stands], scores: &mut Scores, misses: &mut Misses) {
    let Truth::Sensitive { tag, accept, inside, country, must, prevalence } = &column.truth else { return };
    let right = |s: &&Stands| accepted.takes(tag, accept, &s.tag);
    let found = stands.iter().any(|s| right(&s));
    let rows = table.rows.to_string();
    let share = format!("{prevalence} %");
    let header = if *must == Must::Hard { "no name, check digits only" } else { column.header.name() };
    let mut names = vec![(By::Header, header)];
    if *must == Must::Yes {
        names.extend([
            (By::Group, Group::of(tag).name()),
            (By::Tag, tag.as_str()),
            (By::Rows, rows.as_str()),
            (By::Prevalence, share.as_str()),
            (By::Country, country.as_str()),
        ]);
    }
    let excused = |s: &Stands| accepted.is_neutral(&s.tag) || inside.iter().any(|i| s.tag.starts_with(i.as_str()));
    let wrong: Vec<&Stands> = stands.iter().filter(|s| !right(s) && !excused(s)).collect();
    for (by, name) in &names {
        let count = scores.at(*by, name);
        if found {
            count.found += 1
        } else {
            count.missed += 1
        }
        count.right += stands.iter().filter(right).count() as u64;
        count.wrong += wrong.len() as u64;
    }
    for s in stands.iter().filter(right) {
        scores.at(By::Rule, &s.rule).right += 1;
    }
    for s in &wrong {
        scores.at(By::Rule, &s.rule).wrong += 1;
        misses.note(true, &format!("column of {tag}: {} ({})", s.rule, s.tag), || told(column, table.rows, &s.why));
    }
    if !found {
        let family = format!("column: {tag}{}", if *must == Must::Hard { " (no name)" } else { "" });
        misses.note(false, &family, || {
            let others = stands.iter().map(|s| format!("{} {}", s.rule, s.why)).collect::<Vec<_>>().join("; ");
            told(column, table.rows, &format!("{}, {prevalence} %, stands: {others}", column.header.name()))
        });
    }
}

fn clean(accepted: &Accepted, table: &Table, column: &Column, stands: &[Stands], scores: &mut Scores, misses: &mut Misses) {
    let Truth::Clean { kind, neutral, misleading } = &column.truth else { return };
    let flags: Vec<&Stands> = stands.iter().filter(|s| !accepted.is_neutral(&s.tag) && !neutral.contains(&s.tag)).collect();
    let rows = table.rows.to_string();
    let group = if *misleading { "misleading name" } else { "plain name" };
    for (by, name) in [(By::Clean, kind.as_str()), (By::Rows, rows.as_str()), (By::Header, group), (By::Group, "clean")] {
        let count = scores.at(by, name);
        if flags.is_empty() { count.missed += 1 } else { count.found += 1 }
    }
    for s in flags {
        scores.at(By::Rule, &s.rule).wrong += 1;
        misses.note(true, &format!("clean column: {} ({})", s.rule, s.tag), || told(column, table.rows, &s.why));
    }
}

fn told(column: &Column, rows: usize, why: &str) -> String {
    let mut seen: HashMap<&str, ()> = HashMap::new();
    let some: Vec<&str> = column.cells.iter().flatten().map(String::as_str).filter(|c| seen.insert(c, ()).is_none()).take(4).collect();
    format!("[{rows} rows] {} = {} | {why}", column.name, some.join(" ¦ "))
}
