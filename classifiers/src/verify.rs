//! Rules held to their own examples.

use std::fmt;

use crate::{
    CellMatch, CellSink, Cells, Context, Engine, EngineOptions, Offsets, Overlaps, Rule, RuleIndex, Ruleset, Scratch,
    template::{self, TemplateError},
};

/// An example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// The rule.
    pub rule: String,
    /// The example as written in the rule.
    pub example: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: `{}`", self.rule, self.message, self.example.escape_debug())
    }
}

/// Runs the examples and counter-examples of every rule, each rule by itself.
///
/// A text that begins with `@name: ` is a cell in a column of that name. `{{…}}` marks the span that must be reported exactly.
#[must_use]
pub fn verify(rules: &Ruleset) -> Vec<ExampleFailure> {
    let options = EngineOptions { min_confidence: 0.5, overlaps: Overlaps::All };
    let engine = match Engine::new(rules, options) {
        Ok(engine) => engine,
        Err(error) => return vec![ExampleFailure { rule: String::new(), example: String::new(), message: error.to_string() }],
    };
    let mut scratch = engine.scratch();
    let mut failures = Vec::new();
    for (number, rule) in (0..).zip(engine.rules()) {
        let mut fail = |example: &str, message: String| failures.push(ExampleFailure { rule: rule.id.clone(), example: example.into(), message });
        for example in &rule.examples {
            if let Err(message) = holds(&engine, &mut scratch, RuleIndex(number), rule, example) {
                fail(example, message);
            }
        }
        for example in &rule.counter_examples {
            match template::expand_unmarked(example, &rule.id) {
                Ok(text) if spans(&engine, &mut scratch, RuleIndex(number), &text).is_empty() => {}
                Ok(_) => fail(example, "a counter-example matches".into()),
                Err(error) => fail(example, error.to_string()),
            }
        }
    }
    failures
}

fn holds(engine: &Engine, scratch: &mut Scratch, index: RuleIndex, rule: &Rule, example: &str) -> Result<(), String> {
    let expanded = template::expand(example, &rule.id).map_err(|e: TemplateError| e.to_string())?;
    let found = spans(engine, scratch, index, &expanded.text);
    if found.is_empty() {
        return Err("an example does not match".into());
    }
    match expanded.spans.iter().find(|wanted| !found.contains(&(wanted.start, wanted.end))) {
        Some(wanted) => Err(format!("reported {found:?} instead of {}..{}", wanted.start, wanted.end)),
        None => Ok(()),
    }
}

/// Spans of one rule in an example; in a cell counted from the start of the example.
fn spans(engine: &Engine, scratch: &mut Scratch, index: RuleIndex, text: &str) -> Vec<(usize, usize)> {
    let column = text.strip_prefix('@').and_then(|rest| rest.split_once(": "));
    let Some((field, value)) = column else {
        let mut found = Vec::new();
        engine.scan(scratch, text.as_bytes(), Context::default(), &mut |m| {
            if m.rule == index {
                found.push((m.start, m.end));
            }
        });
        return found;
    };
    let mut sink = Spans { index, found: Vec::new(), from: text.len() - value.len() };
    let offsets = [0, value.len() as i64];
    let cells = Cells { field, bytes: value.as_bytes(), offsets: Offsets::I64(&offsets), valid: None };
    engine.scan_column(scratch, &cells, &mut sink);
    sink.found
}

struct Spans {
    index: RuleIndex,
    found: Vec<(usize, usize)>,
    from: usize,
}

impl CellSink for Spans {
    fn matched(&mut self, _column: usize, m: CellMatch<'_>) {
        if m.strong && m.m.rule == self.index {
            self.found.push((self.from + m.m.start, self.from + m.m.end));
        }
    }

    fn candidate(&mut self, _column: usize, _rule: RuleIndex, _cell: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_example_holds() {
        let failures = verify(&Ruleset::builtin().unwrap());
        let said: Vec<String> = failures.iter().map(ToString::to_string).collect();
        assert!(said.is_empty(), "{} failures:\n{}", said.len(), said.join("\n"));
    }
}
