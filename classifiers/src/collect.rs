//! What is found is judged at once, text by text: the sink of a search.

use std::{collections::HashMap, ops::Range};

use crate::{
    column::{Cells, Offsets},
    compile::{Alphabet, CellForm, Compiled},
    decode,
    ear::{Ear, Named},
    engine::Engine,
    find::{self, Candidate, Planes, Sink, Unit, Units},
    judge::{Hit, Judge, Place, Refused, Row, View},
    key,
    layouts::Fitting,
    tables,
    words::{Rules, Spoken},
};

/// Buffers of a search, and what it found.
#[derive(Debug, Default)]
pub(crate) struct Finds {
    planes: Planes,
    ear: Ear,
    place: Place,
    /// Hits with the number of their text; weak ones as well.
    pub(crate) hits: Vec<(usize, Hit)>,
    /// Whole cells that have the shape of a rule and fail its check: text and rule.
    pub(crate) refused: Vec<(usize, u16)>,
    escapes: Vec<usize>,
    runs: Vec<(usize, usize)>,
    /// Rules that are spoken of at the place looked at.
    rules: Vec<u16>,
    named: Vec<Named>,
    /// The text looked at.
    pub(crate) unit: usize,
    /// For decoded views.
    pub(crate) inner: Option<Box<Finds>>,
}

impl Finds {
    pub(crate) fn clear(&mut self) {
        self.hits.clear();
        self.refused.clear();
        self.escapes.clear();
        self.runs.clear();
    }
}

/// What the other cells in the row of a text say.
pub(crate) type RowSpeech<'a> = dyn Fn(usize, &mut dyn FnMut(&Rules)) + 'a;

/// Who listens: the engine, the name of the column, the row.
#[derive(Clone, Copy)]
pub(crate) struct Listening<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) spoken: Option<&'a Spoken>,
    /// Calls back with the rules that each other cell of the row of this text speaks for.
    pub(crate) row: Option<&'a RowSpeech<'a>>,
    /// Escapes and base64 are decoded.
    pub(crate) decodes: bool,
}

/// The sink.
pub(crate) struct Collector<'a, 't> {
    listening: Listening<'a>,
    finds: &'a mut Finds,
    unit: Option<Unit<'t>>,
    /// The whole of a cell is asked for when its check fails.
    columns: bool,
}

/// One text, all of a buffer.
struct Whole<'t>(&'t [u8]);

impl<'t> Units<'t> for Whole<'t> {
    fn begins(&mut self, at: usize) -> u64 {
        u64::from(at == 0)
    }
    fn holding(&mut self, _: usize) -> Option<Unit<'t>> {
        Some(Unit { text: self.0, base: 0, number: 0 })
    }
}

impl<'a, 't> Collector<'a, 't> {
    pub(crate) fn new(listening: &Listening<'a>, finds: &'a mut Finds) -> Self {
        Self { listening: *listening, finds, unit: None, columns: false }
    }

    /// A collector for texts that are cells.
    pub(crate) fn in_columns(listening: &Listening<'a>, finds: &'a mut Finds) -> Self {
        Self { columns: true, ..Self::new(listening, finds) }
    }

    /// Searches one text for what begins in a range of it.
    pub(crate) fn whole(mut self, text: &'t [u8], range: Range<usize>) {
        let unit = Unit { text, base: 0, number: 0 };
        self.search(text, range, &mut Whole(text));
        self.named(&unit);
        self.tables(&unit);
        self.leave();
    }

    /// Cells of tables in the text, as those of a column of the name above them.
    fn tables(&mut self, unit: &Unit<'t>) {
        let engine = self.listening.engine;
        let mut inner = self.finds.inner.take().unwrap_or_default();
        // Each name is listened to once, not in every row.
        let mut names: HashMap<usize, Option<(&str, Spoken)>> = HashMap::new();
        tables::cells(unit.text, |name, value| {
            let known = names.entry(name.start).or_insert_with(|| {
                let name = &unit.text[name];
                let spoken = engine.compiled.words.listen(name);
                std::str::from_utf8(name).ok().filter(|_| !spoken.is_empty()).map(|name| (name, spoken))
            });
            let Some((field, spoken)) = known else { return };
            let listening = Listening { engine, spoken: Some(spoken), row: None, decodes: false };
            let (bytes, ends) = (&unit.text[value.clone()], [0, value.len() as i64]);
            inner.clear();
            Collector::new(&listening, &mut inner).whole(bytes, 0..bytes.len());
            engine.named_cells(&Cells { field, bytes, offsets: Offsets::I64(&ends), valid: None }, &listening, &mut inner);
            for (_, mut hit) in inner.hits.drain(..) {
                hit.view = Some(Box::new(View { text: bytes.to_vec(), start: hit.start, end: hit.end, field: Some((*field).into()) }));
                (hit.start, hit.end) = (hit.start + value.start, hit.end + value.start);
                self.finds.hits.push((unit.number, hit));
            }
        });
        self.finds.inner = Some(inner);
    }

    /// Values behind their names, as cells of a column of this name would be.
    fn named(&mut self, unit: &Unit<'t>) {
        let engine = self.listening.engine;
        let Compiled { words, level, cells, cell_rules, forms, .. } = &engine.compiled;
        if cells.is_empty() {
            return;
        }
        self.enter(unit);
        let mut named = std::mem::take(&mut self.finds.named);
        self.finds.ear.named(words, *level, unit.text, &mut named);
        for same in named.chunk_by(|a, b| a.key == b.key) {
            let rules = &mut self.finds.rules;
            rules.clear();
            for name in same {
                words.names(name.phrase).both(cell_rules, |rule| rules.extend(words.of_country(rule, name.country).then_some(rule)));
            }
            rules.sort_unstable();
            rules.dedup();
            if rules.is_empty() {
                continue;
            }
            let rules = std::mem::take(&mut self.finds.rules);
            let start = same[0].key.value as usize;
            for end in key::ends(unit.text, same[0].key).into_iter().flatten() {
                // They stand in the order of rules.
                let of = |rule: u16| {
                    let from = cells.partition_point(|c| forms[c.form as usize].rule < rule);
                    cells[from..].iter().take_while(move |c| forms[c.form as usize].rule == rule)
                };
                let fits = |c: &&CellForm| forms[c.form as usize].kernel.is_none() && c.fits(forms, unit.text, (start, end));
                for cell in rules.iter().copied().flat_map(of).filter(fits) {
                    self.judge(unit, &Candidate { form: cell.form, start, end, delta: 0, literal: 0 });
                }
            }
            self.finds.rules = rules;
        }
        self.finds.named = named;
    }

    /// Searches texts that lie one behind the other.
    pub(crate) fn texts<U: Units<'t>>(mut self, buffer: &'t [u8], units: &mut U) {
        self.search(buffer, 0..buffer.len(), units);
        self.leave();
    }

    fn search<U: Units<'t>>(&mut self, buffer: &'t [u8], range: Range<usize>, units: &mut U) {
        let mut planes = std::mem::take(&mut self.finds.planes);
        find::find(&self.listening.engine.compiled, &mut planes, (buffer, range), units, self);
        self.finds.planes = planes;
    }

    fn enter(&mut self, unit: &Unit<'t>) {
        if self.unit.is_none_or(|known| known.number != unit.number) {
            self.leave();
            self.unit = Some(*unit);
            self.finds.unit = unit.number;
            self.finds.ear.turn(unit.text);
            self.finds.place.leave();
        }
    }

    /// A text is through: what is encoded in it is looked at.
    fn leave(&mut self) {
        let Some(unit) = self.unit.take() else { return };
        if !self.finds.escapes.is_empty() || !self.finds.runs.is_empty() {
            let (mut escapes, mut runs) = (std::mem::take(&mut self.finds.escapes), std::mem::take(&mut self.finds.runs));
            let row = self.listening.row.map(|row| move |_: usize, each: &mut dyn FnMut(&Rules)| row(unit.number, each));
            let row: Option<&RowSpeech<'_>> = row.as_ref().map(|r| r as _);
            let inside = Listening { engine: self.listening.engine, spoken: self.listening.spoken, row, decodes: false };
            decode::views(unit.text, &inside, &escapes, &runs, self.finds);
            escapes.clear();
            runs.clear();
            (self.finds.escapes, self.finds.runs) = (escapes, runs);
        }
    }

    /// Fills `finds.rules` with the rules among those `wanted` that a word around, the name of the column or a cell of the row speaks for.
    fn spoken_of(&mut self, unit: &Unit<'t>, span: (usize, usize), wanted: &Rules) {
        let Listening { engine, spoken, row, .. } = self.listening;
        let Compiled { words, level, .. } = &engine.compiled;
        let rules = &mut self.finds.rules;
        rules.clear();
        self.finds.ear.hear(words, *level, unit.text, span);
        self.finds.ear.spoken_for(words, wanted, |rule| rules.push(rule));
        if let Some(spoken) = spoken {
            spoken.rules().both(wanted, |rule| rules.push(rule));
        }
        if let Some(row) = row {
            row(unit.number, &mut |said| said.both(wanted, |rule| rules.push(rule)));
        }
        rules.sort_unstable();
        rules.dedup();
    }

    fn judge(&mut self, unit: &Unit<'t>, candidate: &Candidate) {
        let row = self.listening.row.map(|row| {
            move |rule: u16| {
                let mut speaks = false;
                row(unit.number, &mut |said| speaks |= said.contains(rule));
                speaks
            }
        });
        let row: Option<Row<'_>> = row.as_ref().map(|r| r as _);
        let Listening { engine, spoken, .. } = self.listening;
        let mut judge = Judge { engine, text: unit.text, spoken, row, ear: &mut self.finds.ear, place: &mut self.finds.place };
        match judge.judge(candidate, None) {
            Ok(hit) => self.finds.hits.push((unit.number, hit)),
            Err(Refused::Check) if self.columns && is_whole(unit.text, candidate.start, candidate.end) => {
                self.finds.refused.push((unit.number, engine.compiled.forms[candidate.form as usize].rule));
            }
            Err(_) => {}
        }
    }
}

/// Whether a span is all of a text but for white space around.
fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    text[..start].trim_ascii().is_empty() && text[end..].trim_ascii().is_empty()
}

impl<'t> Sink<'t> for Collector<'_, 't> {
    fn shape(&mut self, unit: &Unit<'t>, (start, end): (usize, usize), fitting: &Fitting) {
        self.enter(unit);
        let checked = if self.columns { &fitting.checked[..] } else { &[] };
        for &form in fitting.silent.iter().chain(checked) {
            self.judge(unit, &Candidate { form, start, end, delta: 0, literal: 0 });
        }
        if fitting.spoken.is_empty() {
            return;
        }
        self.spoken_of(unit, (start, end), &fitting.rules);
        let rules = std::mem::take(&mut self.finds.rules);
        for rule in &rules {
            let from = fitting.spoken.partition_point(|s| s.0 < *rule);
            for &(_, form) in fitting.spoken[from..].iter().take_while(|s| s.0 == *rule) {
                if !checked.contains(&form) {
                    self.judge(unit, &Candidate { form, start, end, delta: 0, literal: 0 });
                }
            }
        }
        self.finds.rules = rules;
    }

    fn candidate(&mut self, unit: &Unit<'t>, candidate: Candidate) {
        self.enter(unit);
        self.judge(unit, &candidate);
    }

    fn token(&mut self, unit: &Unit<'t>, alphabet: Alphabet, (start, end): (usize, usize)) {
        self.enter(unit);
        let compiled = &self.listening.engine.compiled;
        if compiled.token_rules.is_empty() {
            return;
        }
        self.spoken_of(unit, (start, end), &compiled.token_rules);
        let rules = std::mem::take(&mut self.finds.rules);
        for token in rules.iter().flat_map(|r| &compiled.tokens_of[r]).map(|&i| &compiled.tokens[i]) {
            if token.alphabet == alphabet && (token.length[0]..=token.length[1]).contains(&(end - start)) {
                self.judge(unit, &Candidate { form: token.form, start, end, delta: 0, literal: 0 });
            }
        }
        self.finds.rules = rules;
    }

    fn escape(&mut self, unit: &Unit<'t>, at: usize) {
        if self.listening.decodes {
            self.enter(unit);
            self.finds.escapes.push(at);
        }
    }

    fn base64(&mut self, unit: &Unit<'t>, span: (usize, usize)) {
        if self.listening.decodes {
            self.enter(unit);
            self.finds.runs.push(span);
        }
    }
}
