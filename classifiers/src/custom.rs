//! What users bring in bulk: their dictionaries and the exact values of their tables. Costs nothing where there are none.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Form, MaskStyle, Rule, Sensitivity,
    collect::{Collector, Finds, Listening},
    column::Cells,
    edm::{EdmSet, Exact},
    engine::Engine,
    find::{Candidate, Sink, Unit},
    judge::Hit,
    phrases::{Lexicon, Room},
};

/// What an exact value is worth, millibits.
const SURE: i32 = 20_000;

/// Dictionaries by name, and exact sets, as a rule set carries them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    pub(crate) lexicons: BTreeMap<String, Arc<Lexicon>>,
    pub(crate) exact: BTreeMap<String, Arc<EdmSet>>,
    #[cfg(feature = "model")]
    pub(crate) model: Option<Arc<crate::model::Model>>,
}

impl Lists {
    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(feature = "model")]
        if self.model.is_some() {
            return false;
        }
        self.lexicons.is_empty() && self.exact.is_empty()
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.lexicons.extend(other.lexicons);
        self.exact.extend(other.exact);
        #[cfg(feature = "model")]
        if other.model.is_some() {
            self.model = other.model;
        }
    }
}

/// The rule that reports the values of a set.
pub(crate) fn rule_of(set: &EdmSet) -> Rule {
    let form = Form { prior: SURE as f32 / 1000.0, exact: Some(set.name().to_owned()), ..Form::default() };
    Rule {
        beside: false,
        columns_only: false,
        id: format!("edm-{}", set.name()),
        tag: format!("custom.{}", set.name()),
        name: format!("Exact value of {}", set.name()),
        region: None,
        sensitivity: Sensitivity::High,
        regulations: Vec::new(),
        mask: MaskStyle::Tail,
        contains: Vec::new(),
        forms: vec![form],
        context: Vec::new(),
        context_bits: 0.0,
        service: None,
        header: Vec::new(),
        header_bits: 0.0,
        negative: Vec::new(),
        negative_bits: 0.0,
        examples: Vec::new(),
        counter_examples: Vec::new(),
    }
}

/// The lists of an engine's rules.
#[derive(Debug)]
pub(crate) struct Custom {
    lexicons: Vec<(u32, Arc<Lexicon>)>,
    exact: Vec<(u32, u16, Arc<EdmSet>)>,
    #[cfg(feature = "model")]
    reading: Option<crate::model::Reading>,
}

impl Custom {
    pub(crate) fn new(rules: &[Rule], lists: &Lists) -> Option<Box<Self>> {
        let mut custom = Self {
            lexicons: Vec::new(),
            exact: Vec::new(),
            #[cfg(feature = "model")]
            reading: lists.model.as_ref().and_then(|model| crate::model::Reading::new(model, rules)),
        };
        let forms = (0_u16..).zip(rules).flat_map(|(number, rule)| rule.forms.iter().map(move |form| (number, form)));
        for (index, (rule, form)) in (0_u32..).zip(forms) {
            if let Some(lexicon) = form.dictionary.as_ref().filter(|_| form.cell.is_none()).and_then(|name| lists.lexicons.get(name)) {
                custom.lexicons.push((index, Arc::clone(lexicon)));
            }
            if let Some(set) = form.exact.as_ref().and_then(|name| lists.exact.get(name)) {
                custom.exact.push((index, rule, Arc::clone(set)));
            }
        }
        let idle = custom.lexicons.is_empty() && custom.exact.is_empty();
        #[cfg(feature = "model")]
        let idle = idle && custom.reading.is_none();
        (!idle).then(|| Box::new(custom))
    }

    /// Why all bits of a match of this form are one, where they are.
    pub(crate) fn reason(&self, form: u32) -> Option<&'static str> {
        #[cfg(feature = "model")]
        if self.reading.as_ref().is_some_and(|r| r.has(form)) {
            return Some("the model says so");
        }
        self.exact.iter().any(|e| e.0 == form).then_some("a value of the set")
    }

    /// Adds what is found in one text. `beside`: the other cells of its row.
    pub(crate) fn search(&self, listening: &Listening<'_>, finds: &mut Finds, room: &mut Room, unit: &Unit<'_>, beside: &[&[u8]]) {
        let level = listening.engine.compiled.level;
        for (form, lexicon) in &self.lexicons {
            let mut spans = Vec::new();
            lexicon.phrases.search(level, room, unit.text, &mut |start, end, hash| {
                if lexicon.table.has(hash) {
                    spans.push((start, end));
                }
            });
            if !spans.is_empty() {
                let mut collector = Collector::in_columns(listening, finds);
                spans.iter().for_each(|&(start, end)| collector.candidate(unit, Candidate { form: *form, start, end, delta: 0, literal: 0 }));
            }
        }
        for (form, rule, set) in &self.exact {
            let mut found = Vec::new();
            set.phrases.search(level, room, unit.text, &mut |start, end, hash| {
                if set.knows(hash) {
                    found.push(Exact { start, end, hash });
                }
            });
            set.stand(&mut found, &|| beside.iter().filter_map(|cell| set.value(cell)).collect());
            finds.hits.extend(found.iter().map(|f| (unit.number, hit(*form, *rule, f))));
        }
        #[cfg(feature = "model")]
        if let Some(reading) = &self.reading {
            // What has a name is a cell.
            reading.search(unit.text, listening.spoken.is_some(), &mut |hit| finds.hits.push((unit.number, hit)));
        }
    }
}

fn hit(form: u32, rule: u16, found: &Exact) -> Hit {
    Hit {
        form,
        rule,
        start: found.start,
        end: found.end,
        bits: SURE,
        base: SURE,
        check: 0,
        weak: false,
        numeric: false,
        delta: 0,
        row: 0,
        literal: 0,
        view: None,
    }
}

/// Cells of a row that are asked, and bytes of each.
const ASKED: usize = 64;
const CELL: usize = 256;

impl Engine {
    /// Adds what is found in the cells of a column.
    pub(crate) fn custom_cells(
        &self,
        listening: &Listening<'_>,
        (finds, room): (&mut Finds, &mut Room),
        (column, cells): (usize, &Cells<'_>),
        columns: &[Cells<'_>],
    ) {
        let Some(custom) = &self.custom else { return };
        let siblings: Vec<&Cells<'_>> = columns.iter().enumerate().filter(|(i, _)| *i != column).map(|(_, c)| c).take(ASKED).collect();
        let mut beside = Vec::new();
        for number in 0..cells.offsets.len() {
            let text = cells.get(number);
            if text.is_empty() {
                continue;
            }
            beside.clear();
            if !custom.exact.is_empty() {
                beside
                    .extend(siblings.iter().filter(|s| number < s.offsets.len()).map(|s| s.get(number)).filter(|c| !c.is_empty() && c.len() <= CELL));
            }
            custom.search(listening, finds, room, &Unit { text, base: 0, number }, &beside);
        }
    }
}
