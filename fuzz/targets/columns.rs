//! Any bytes as the cells of a column: the same as each cell by itself; and whatever the offsets and the bitmap say, nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonde_classifiers::{CellMatch, CellSink, Cells, Context, Engine, EngineOptions, Offsets, RuleIndex, Ruleset};

/// Cell, rule, start, end, millibits, whole, strong, won.
type Found = (usize, u16, usize, usize, i32, [bool; 3]);

const FIELDS: [&str; 8] = ["qx", "email", "ssn", "card_number", "api_key", "phone", "dob", "notes"];

thread_local! {
    static ENGINE: Engine = Engine::new(&Ruleset::builtin().expect("our own rules"), EngineOptions::default()).expect("our own rules");
}

#[derive(Default)]
struct Sink {
    found: Vec<Found>,
    candidates: Vec<(usize, u16)>,
    /// Added to the number of each cell.
    first: usize,
}

impl CellSink for Sink {
    fn matched(&mut self, _: usize, m: CellMatch<'_>) {
        assert_eq!(m.m.millibits, m.base + m.check);
        self.found.push((self.first + m.cell, m.m.rule.0, m.m.start, m.m.end, m.m.millibits, [m.whole, m.strong, m.won]));
    }

    fn candidate(&mut self, _: usize, rule: RuleIndex, cell: usize) {
        self.candidates.push((self.first + cell, rule.0));
    }
}

impl Sink {
    fn sorted(mut self) -> (Vec<Found>, Vec<(usize, u16)>) {
        self.found.sort_unstable();
        self.candidates.sort_unstable();
        (self.found, self.candidates)
    }
}

/// Cells end where a byte says; the rest is one cell.
fn offsets(bytes: &[u8], lengths: &[u8]) -> Vec<i32> {
    let mut offsets = vec![0];
    let mut at = 0;
    for length in lengths {
        at = (at + usize::from(*length)).min(bytes.len());
        offsets.push(at as i32);
    }
    offsets.push(bytes.len() as i32);
    offsets
}

fn columns(engine: &Engine, field: &str, bytes: &[u8], offsets: &[i32]) {
    let column = Cells { field, bytes, offsets: Offsets::I32(offsets), valid: None };
    let (mut together, mut single, mut scratch) = (Sink::default(), Sink::default(), engine.scratch());
    engine.scan_column(&mut scratch, &column, &mut together);
    // Values behind names and in tables of a text are looked for in texts, not in cells.
    let names = |text: &[u8]| text.iter().any(|b| matches!(b, b':' | b'=' | b'<' | b'|' | b'('));
    let (mut plain, mut named) = (Vec::new(), Vec::new());
    for (cell, ends) in offsets.windows(2).enumerate() {
        let text = &bytes[ends[0] as usize..ends[1] as usize];
        single.first = cell;
        let alone = Cells { field, bytes: text, offsets: Offsets::I64(&[0, text.len() as i64]), valid: None };
        engine.scan_column(&mut scratch, &alone, &mut single);
        if names(text) {
            named.push(cell);
            continue;
        }
        let context = Context { field: Some(field) };
        engine.scan(&mut scratch, text, context, &mut |m| plain.push((cell, m.rule.0, m.start, m.end, m.millibits)));
    }
    let (together, single) = (together.sorted(), single.sorted());
    assert_eq!(together, single, "a column and its cells");
    let found = together.0;
    if field == "qx" {
        // No form of a named cell can apply: a cell is a text.
        let strong: Vec<_> = found.iter().filter(|f| f.5[1] && !named.contains(&f.0)).map(|f| (f.0, f.1, f.2, f.3, f.4)).collect();
        plain.sort_unstable();
        assert_eq!(strong, plain, "a column and its texts");
    }
}

fuzz_target!(init: ENGINE.with(|_| ()), |data: &[u8]| {
    let Some((&[field, count], rest)) = data.split_first_chunk() else { return };
    let (lengths, bytes) = rest.split_at(usize::from(count % 32).min(rest.len()));
    let field = FIELDS[usize::from(field) % FIELDS.len()];
    ENGINE.with(|engine| {
        columns(engine, field, bytes, &offsets(bytes, lengths));
        // Offsets that lie and bits that are missing: no answer is right, and none may be a panic.
        let wild: Vec<i32> = lengths.chunks(2).map(|two| i32::from(i8::from_le_bytes([two[0]])) * i32::from(*two.last().unwrap_or(&1))).collect();
        let lying = Cells { field, bytes, offsets: Offsets::I32(&wild), valid: Some((lengths, 3)) };
        let sound = offsets(bytes, lengths);
        let beside = Cells { field: FIELDS[usize::from(count) % FIELDS.len()], bytes, offsets: Offsets::I32(&sound), valid: Some((bytes, 1)) };
        engine.scan_batch(&mut engine.scratch(), &[lying, beside], &mut Sink::default());
    });
});
