//! What went wrong, in families, each with a few examples. All values are invented, so they may be shown.

use std::collections::BTreeMap;

use super::texts::{Accepted, Engines, Found, find};
use crate::unseen::{Document, Label};

/// Examples kept of a family.
const EXAMPLES: usize = 6;

/// A wrong finding and where it is.
pub(super) struct Wrong<'a> {
    pub(super) document: &'a Document,
    pub(super) finding: &'a Found,
}

/// Families of misses and of wrong findings.
#[derive(Debug, Default)]
pub(super) struct Misses {
    wanted: usize,
    missed: BTreeMap<String, Family>,
    wrong: BTreeMap<String, Family>,
}

#[derive(Debug, Default)]
struct Family {
    count: u64,
    /// How many of them were so, by what they were.
    kinds: BTreeMap<String, u64>,
    examples: Vec<String>,
}

impl Family {
    /// Counts one; `example` is only made while there is room.
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }
}

impl Misses {
    /// Keeps `wanted` families of each kind; none when 0.
    pub(super) fn new(wanted: usize) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Whether anything is kept.
    pub(super) fn wanted(&self) -> bool {
        self.wanted > 0
    }

    pub(super) fn wrong(&mut self, wrong: Wrong<'_>) {
        if self.wanted == 0 {
            return;
        }
        let Wrong { document, finding } = wrong;
        let family = self.wrong.entry(format!("{} ({})", finding.rule, finding.tag)).or_default();
        family.add(|| format!("[{}] {} | {}", document.format, around_in(document, &finding.span), finding.why));
    }

    pub(super) fn missed(&mut self, engines: &Engines, accepted: &Accepted, document: &Document, label: &Label) {
        if self.wanted == 0 {
            return;
        }
        let ruled = engines.shipped.rules().iter().any(|rule| accepted.takes(&label.tag, &label.accept, &rule.tag));
        let near = find(&engines.loose, &document.text, document.field.as_deref(), true);
        let here: Vec<&Found> = near.iter().filter(|f| accepted.same_place(label, &f.span)).collect();
        let mine = here.iter().find(|f| accepted.takes(&label.tag, &label.accept, &f.tag));
        let (reason, why) = match (mine, here.first()) {
            (Some(f), _) => ("too few bits or beaten", format!("nearly {}: {}", f.rule, f.why)),
            (None, Some(f)) => ("only another rule", format!("only {}: {}", f.rule, f.why)),
            _ => ("no candidate", "no candidate".to_owned()),
        };
        let family = self.missed.entry(format!("{}{}", label.tag, if ruled { "" } else { " (no rule)" })).or_default();
        for kind in [reason, label.place.name(), document.format, label.form.as_str()] {
            *family.kinds.entry(kind.to_owned()).or_default() += 1;
        }
        family.add(|| format!("[{}, {}] {} | {why}", document.format, label.place.name(), around_in(document, &label.span)));
    }

    /// A family of another kind: columns, look-alikes.
    pub(super) fn note(&mut self, wrong: bool, family: &str, example: impl FnOnce() -> String) {
        if self.wanted > 0 {
            let families = if wrong { &mut self.wrong } else { &mut self.missed };
            families.entry(family.to_owned()).or_default().add(example);
        }
    }

    /// The largest families, for people.
    pub(super) fn report(&self) -> String {
        let mut out = String::new();
        for (title, families) in [("missed", &self.missed), ("wrong", &self.wrong)] {
            let mut order: Vec<_> = families.iter().collect();
            order.sort_by_key(|(name, family)| (std::cmp::Reverse(family.count), name.as_str()));
            let all: u64 = order.iter().map(|(_, f)| f.count).sum();
            out += &format!("\n## {title}: {all} in {} families\n", order.len());
            for (name, family) in order.into_iter().take(self.wanted) {
                let mut kinds: Vec<_> = family.kinds.iter().collect();
                kinds.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), name.as_str()));
                let kinds: Vec<String> = kinds.into_iter().map(|(name, n)| format!("{name} {n}")).collect();
                out += &format!("\n{name}: {}\n  {}\n", family.count, kinds.join(", "));
                for example in &family.examples {
                    out += &format!("    {example}\n");
                }
            }
        }
        out
    }
}

/// A text around a span, on one line, the span in brackets; of a field with its name.
fn around_in(document: &Document, span: &std::ops::Range<usize>) -> String {
    let field = document.field.as_ref().map(|f| format!("{f} = ")).unwrap_or_default();
    field + &around(&document.text, span)
}

/// The text around a span, on one line, the span in brackets.
pub(super) fn around(text: &str, span: &std::ops::Range<usize>) -> String {
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(span.start), floor(span.end));
    let (from, to) = (floor(start.saturating_sub(48)), floor((end + 24).min(text.len())));
    format!("{}⟦{}⟧{}", &text[from..start], &text[start..end], &text[end..to]).replace(['\n', '\r'], "⏎")
}
