//! Texts: what is found in each, held against its labels.

use std::{collections::BTreeMap, ops::Range};

use serde::Deserialize;
use sonde_classifiers::{Context, Engine, EngineOptions, Overlaps, Ruleset};

use super::{
    misses::{Misses, Wrong, around},
    score::{By, Count, Scores},
};
use crate::unseen::{CleanText, Document, Group, Label};

/// Which findings are as right as a label.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accepted {
    neutral: Vec<String>,
    phrases: Vec<String>,
    accepted: BTreeMap<String, Vec<String>>,
}

impl Accepted {
    pub(super) fn load() -> Self {
        match toml::from_str(include_str!("../../unseen/accepted.toml")) {
            Ok(all) => all,
            Err(error) => panic!("accepted.toml: {error}"),
        }
    }

    /// Whether a finding of this tag is what the label says.
    pub(super) fn takes(&self, tag: &str, more: &[String], found: &str) -> bool {
        found == tag || any(more, found) || self.accepted.iter().any(|(key, all)| any(std::slice::from_ref(key), tag) && any(all, found))
    }

    /// Whether a finding stands where the label does: for phrases, of which a rule may well take the word that counts, any part is enough.
    pub(super) fn same_place(&self, label: &Label, span: &Range<usize>) -> bool {
        let part = label.span.start < span.end && span.start < label.span.end;
        same_place(&label.span, span) || (part && any(&self.phrases, &label.tag))
    }

    /// Whether a finding of this tag is no mistake where nothing is labelled.
    pub(super) fn is_neutral(&self, found: &str) -> bool {
        any(&self.neutral, found)
    }
}

/// Whether a tag is in a list, in which a name also stands for all tags that begin with it and a dot, and `*` for any country.
fn any(list: &[String], tag: &str) -> bool {
    let country = |pattern: &str| {
        pattern.split_once(".*.").is_some_and(|(category, name)| {
            let rest = tag.strip_prefix(category).and_then(|t| t.strip_prefix('.'));
            rest.and_then(|t| t.split_once('.')).is_some_and(|(_, t)| t == name)
        })
    };
    list.iter().any(|a| a == tag || tag.strip_prefix(a.as_str()).is_some_and(|rest| a.ends_with('.') || rest.starts_with('.')) || country(a))
}

/// The engines of an evaluation: as it is shipped, and one that tells what it nearly believed.
#[derive(Debug)]
pub(super) struct Engines {
    pub(super) shipped: Engine,
    pub(super) loose: Engine,
}

impl Engines {
    pub(super) fn new() -> std::io::Result<Self> {
        let rules = Ruleset::builtin().map_err(std::io::Error::other)?;
        let build = |options| Engine::new(&rules, options).map_err(std::io::Error::other);
        Ok(Self { shipped: build(EngineOptions::default())?, loose: build(EngineOptions { min_confidence: 1e-8, overlaps: Overlaps::All })? })
    }
}

/// A finding, without its value.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    pub(super) rule: String,
    pub(super) tag: String,
    /// Why it was believed.
    pub(super) why: String,
}

/// What an engine finds in a text. `explained`: with the bits.
pub(super) fn find(engine: &Engine, text: &str, field: Option<&str>, explained: bool) -> Vec<Found> {
    let mut scratch = engine.scratch();
    let context = Context { field };
    let mut all = vec![];
    engine.scan(&mut scratch, text.as_bytes(), context, &mut |m| {
        let rule = engine.rule(m.rule);
        let why = if explained { engine.explain(text.as_bytes(), context, &m) } else { vec![] };
        let why = why.iter().map(|b| format!("{} {:+.1}", b.why, b.bits)).collect::<Vec<_>>().join(", ");
        let why = format!("{:+.1} bits: {why}", f64::from(m.millibits) / 1000.0);
        all.push(Found { span: m.start..m.end, rule: rule.id.clone(), tag: rule.tag.clone(), why });
    });
    all
}

/// Bytes in both of bytes in either, at least a half.
pub(super) fn same_place(a: &Range<usize>, b: &Range<usize>) -> bool {
    let both = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    let either = a.end.max(b.end) - a.start.min(b.start);
    both * 2 >= either && both > 0
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// The value of this label.
    Right(usize),
    Neutral,
    Wrong,
}

/// Holds findings against labels.
pub(super) fn judge(accepted: &Accepted, labels: &[Label], found: &Found) -> Judged {
    let takes = |label: &Label| accepted.takes(&label.tag, &label.accept, &found.tag);
    if let Some(at) = labels.iter().position(|l| l.must && accepted.same_place(l, &found.span) && takes(l)) {
        return Judged::Right(at);
    }
    let excused = labels.iter().any(|l| {
        let inside = l.span.start <= found.span.start && found.span.end <= l.span.end;
        (inside && any(&l.inside, &found.tag)) || (!l.must && takes(l) && same_place(&l.span, &found.span))
    });
    if excused || accepted.is_neutral(&found.tag) { Judged::Neutral } else { Judged::Wrong }
}

/// Structured values whose tag, or one that is as right, some rule has.
pub(super) fn covered(engines: &Engines, accepted: &Accepted, scores: &Scores) -> Count {
    let mut all = Count::default();
    for (tag, count) in scores.of(By::Tag).filter(|(tag, _)| Group::of(tag) == Group::Structured) {
        if engines.shipped.rules().iter().any(|rule| accepted.takes(tag, &[], &rule.tag)) {
            all.add(count);
        }
    }
    all
}

/// Texts in which there is nothing: `found` counts the flagged, `missed` the others, `wrong` the findings, `right` bytes.
pub(super) fn evaluate_clean(engines: &Engines, accepted: &Accepted, texts: &[CleanText], scores: &mut Scores, misses: &mut Misses) {
    for text in texts {
        let mut found = find(&engines.shipped, &text.text, None, misses.wanted());
        found.retain(|f| !accepted.is_neutral(&f.tag));
        for (by, name) in [(By::Clean, text.kind), (By::Group, "clean")] {
            let count = scores.at(by, name);
            if found.is_empty() {
                count.missed += 1
            } else {
                count.found += 1
            }
            count.wrong += found.len() as u64;
            count.right += text.text.len() as u64;
        }
        for f in &found {
            scores.at(By::Rule, &f.rule).wrong += 1;
            misses.note(true, &format!("clean text: {} ({})", f.rule, f.tag), || {
                format!("[{}] {} | {}", text.kind, around(&text.text, &f.span), f.why)
            });
        }
    }
}

/// Evaluates every document.
pub(super) fn evaluate(engines: &Engines, accepted: &Accepted, documents: &[Document], scores: &mut Scores, misses: &mut Misses) {
    for document in documents {
        let found = find(&engines.shipped, &document.text, document.field.as_deref(), misses.wanted());
        let mut hit = vec![false; document.labels.len()];
        for finding in &found {
            let judged = judge(accepted, &document.labels, finding);
            if judged == Judged::Neutral {
                continue;
            }
            let mut names = vec![
                (By::Group, Group::of(&finding.tag).name()),
                (By::Tag, finding.tag.as_str()),
                (By::Rule, finding.rule.as_str()),
                (By::Format, document.format),
            ];
            if let Judged::Right(at) = judged {
                hit[at] = true;
                // A finding is counted under the label's tag: `pii.phone` for `pii.fr.phone` is right.
                names[1].1 = document.labels[at].tag.as_str();
                names[0].1 = Group::of(names[1].1).name();
            } else {
                misses.wrong(Wrong { document, finding });
            }
            for (by, name) in names {
                let count = scores.at(by, name);
                if matches!(judged, Judged::Right(_)) { count.right += 1 } else { count.wrong += 1 }
            }
        }
        for (label, hit) in document.labels.iter().zip(hit).filter(|(l, _)| l.must) {
            for (by, name) in [
                (By::Group, Group::of(&label.tag).name()),
                (By::Tag, label.tag.as_str()),
                (By::Format, document.format),
                (By::Place, label.place.name()),
                (By::Country, label.country.as_str()),
            ] {
                let count = scores.at(by, name);
                if hit { count.found += 1 } else { count.missed += 1 }
            }
            if !hit {
                misses.missed(engines, accepted, document, label);
            }
        }
    }
}
