//! A model among the rules of an engine: what it says, as hits.

use std::sync::Arc;

use super::{Kind, Model, network::Buffers, pieces};
use crate::{Form, MaskStyle, Rule, Sensitivity, compile::milli, judge::Hit};

/// Most bits that a model's word is worth: such networks are sure of too much.
const MOST: f32 = 6.0;
/// Shortest cell that is text, bytes.
const CELL: usize = 64;

impl Kind {
    /// Id, tag, name, sensitivity and regulations of its rule: as those of the rules without a model.
    fn told(self) -> (&'static str, &'static str, &'static str, Sensitivity, &'static [&'static str]) {
        match self {
            Self::Person => ("model-person", "pii.person-name", "Name of a person, by a model", Sensitivity::Moderate, &["gdpr", "ccpa", "hipaa"]),
            Self::Place => ("model-place", "pii.place", "Place, by a model", Sensitivity::Low, &["gdpr", "ccpa"]),
            Self::Organisation => ("model-organisation", "pii.organisation", "Organisation, by a model", Sensitivity::Low, &["gdpr"]),
            Self::Address => ("model-address", "pii.postal-address", "Postal address, by a model", Sensitivity::Moderate, &["gdpr", "ccpa", "hipaa"]),
        }
    }

    fn rule(self) -> Rule {
        let (id, tag, name, sensitivity, regulations) = self.told();
        Rule {
            id: id.to_owned(),
            tag: tag.to_owned(),
            name: name.to_owned(),
            region: None,
            sensitivity,
            regulations: regulations.iter().map(|r| (*r).to_owned()).collect(),
            mask: MaskStyle::Tail,
            contains: Vec::new(),
            beside: false,
            columns_only: false,
            forms: vec![Form { prior: MOST, ..Form::default() }],
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
}

/// The rules that report what a model finds: one for each thing it has labels for.
pub(crate) fn rules(model: &Model) -> impl Iterator<Item = Rule> + '_ {
    model.kinds().map(Kind::rule)
}

/// A model, and the numbers of its forms and rules in an engine.
#[derive(Debug)]
pub(crate) struct Reading {
    model: Arc<Model>,
    /// Kind, form, rule.
    numbers: Vec<(Kind, u32, u16)>,
}

impl Reading {
    /// `None`: none of its rules is among those of the engine.
    pub(crate) fn new(model: &Arc<Model>, rules: &[Rule]) -> Option<Self> {
        let forms = (0_u16..).zip(rules).flat_map(|(number, rule)| rule.forms.iter().map(move |_| (number, &rule.id)));
        let kind = |id: &String| Kind::ALL.into_iter().find(|k| k.told().0 == id);
        let numbers: Vec<_> = (0_u32..).zip(forms).filter_map(|(form, (rule, id))| Some((kind(id)?, form, rule))).collect();
        (!numbers.is_empty()).then(|| Self { model: Arc::clone(model), numbers })
    }

    /// Whether a form is one of the model's.
    pub(crate) fn has(&self, form: u32) -> bool {
        self.numbers.iter().any(|n| n.1 == form)
    }

    /// Adds what the model finds in a text. Of cells only long ones are text, and nothing that fills one is found in it.
    pub(crate) fn search(&self, text: &[u8], cell: bool, each: &mut dyn FnMut(Hit)) {
        let whole = text.trim_ascii();
        if cell && whole.len() < CELL {
            return;
        }
        let mut buffers = Buffers::default();
        pieces::pieces(text, &mut |piece| {
            for span in self.model.spans(&text[piece.clone()], &mut buffers) {
                let Some(&(_, form, rule)) = self.numbers.iter().find(|n| n.0 == span.kind) else { continue };
                if cell && span.end - span.start == whole.len() {
                    continue;
                }
                let bits = milli((span.share / (1.0 - span.share)).log2().min(MOST));
                each(hit((form, rule), (piece.start + span.start, piece.start + span.end), bits));
            }
        });
    }
}

fn hit((form, rule): (u32, u16), (start, end): (usize, usize), bits: i32) -> Hit {
    Hit { form, rule, start, end, bits, base: bits, check: 0, weak: false, numeric: false, delta: 0, row: 0, literal: 0, view: None }
}
