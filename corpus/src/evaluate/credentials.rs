//! Credentials: examples and look-alikes of providers, and lines of source trees.

use std::collections::{BTreeMap, BTreeSet};

use sonde_classifiers::Engine;

use super::{
    misses::Misses,
    score::Count,
    texts::{find, same_place},
};
use crate::{
    Prng,
    unseen::{LineKind, SourceFile, World},
};

/// How many there were and how many of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// That many were found or flagged.
    pub hits: u64,
    /// Of those found, that many under the provider's name.
    pub named: u64,
    /// Of so many.
    pub of: u64,
}

/// What came out.
#[derive(Debug, Default)]
pub struct CredentialScores {
    /// Examples found, by provider.
    pub examples: BTreeMap<String, Hits>,
    /// Examples found, by place.
    pub places: BTreeMap<&'static str, Hits>,
    /// Look-alikes flagged, by the reason why they are none.
    pub look_alikes: BTreeMap<&'static str, Hits>,
    /// Lines of source trees.
    pub lines: Count,
    /// Lines with a credential, by kind: found or missed.
    pub secrets: BTreeMap<&'static str, Count>,
    /// Lines without, by kind: `wrong` counts the flagged, `right` the others.
    pub decoys: BTreeMap<&'static str, Count>,
    /// Lines by language.
    pub languages: BTreeMap<&'static str, Count>,
}

/// Examples and look-alikes of every credential, `each` of both.
pub(super) fn evaluate(engine: &Engine, world: &World, seed: u64, each: usize, misses: &mut Misses) -> CredentialScores {
    let mut scores = CredentialScores::default();
    for (n, credential) in world.credentials().iter().enumerate() {
        let mut r = Prng::named(seed, &format!("credential {n}"));
        for _ in 0..each {
            let example = credential.example(&mut r);
            let found = find(engine, &example.text, None, misses.wanted());
            let mine: Vec<_> = found.iter().filter(|f| f.tag.starts_with("secret.") && same_place(&f.span, &example.span)).collect();
            let named = mine.iter().any(|f| f.tag.split('.').nth(1) == Some(example.provider.as_str()));
            for hits in [scores.examples.entry(example.provider.clone()).or_default(), scores.places.entry(example.place).or_default()] {
                hits.of += 1;
                hits.hits += u64::from(!mine.is_empty());
                hits.named += u64::from(named);
            }
            if mine.is_empty() {
                misses.note(false, &format!("credential: {}", example.provider), || format!("[{}] {}", example.place, shown(&example.text)));
            }
            let fake = credential.look_alike(&mut r);
            let found = find(engine, &fake.text, None, misses.wanted());
            let flagged = found.iter().find(|f| f.tag.starts_with("secret."));
            let hits = scores.look_alikes.entry(fake.place).or_default();
            hits.of += 1;
            hits.hits += u64::from(flagged.is_some());
            if let Some(f) = flagged {
                misses.note(true, &format!("look-alike ({}): {} ({})", fake.place, f.rule, f.tag), || format!("{} | {}", shown(&fake.text), f.why));
            }
        }
    }
    scores
}

/// Lines of source trees.
pub(super) fn evaluate_lines(engine: &Engine, files: &[SourceFile], scores: &mut CredentialScores, misses: &mut Misses) {
    for file in files {
        let mut starts = vec![0];
        starts.extend(file.text.match_indices('\n').map(|(i, _)| i + 1));
        let found = find(engine, &file.text, None, misses.wanted());
        let secrets: Vec<_> = found.iter().filter(|f| f.tag.starts_with("secret.")).collect();
        let line_of = |at: usize| starts.partition_point(|&s| s <= at) - 1;
        let flagged: BTreeSet<usize> = secrets.iter().map(|f| line_of(f.span.start)).collect();
        for (n, (kind, line)) in file.lines.iter().zip(file.text.lines()).enumerate() {
            let hit = flagged.contains(&n);
            let mut count = Count::default();
            match (kind, hit) {
                (LineKind::Secret(_), true) => (count.found, count.right) = (1, 1),
                (LineKind::Secret(name), false) => {
                    count.missed = 1;
                    misses.note(false, &format!("line: {name}"), || format!("[{}] {}", file.language, shown(line)));
                }
                (_, true) => {
                    count.wrong = 1;
                    let why = if let LineKind::Decoy(why) = kind { why } else { "plain" };
                    let by = secrets.iter().find(|f| line_of(f.span.start) == n);
                    let rule = by.map(|f| f.rule.as_str()).unwrap_or_default();
                    misses.note(true, &format!("line ({why}): {rule}"), || {
                        format!("[{}] {} | {}", file.language, shown(line), by.map(|f| f.why.as_str()).unwrap_or_default())
                    });
                }
                _ => {}
            }
            scores.lines.add(&count);
            scores.languages.entry(file.language).or_default().add(&count);
            match kind {
                LineKind::Secret(name) => scores.secrets.entry(name).or_default().add(&count),
                LineKind::Decoy(name) => {
                    count.right = u64::from(!hit);
                    scores.decoys.entry(name).or_default().add(&count);
                }
                LineKind::Plain => {
                    count.right = u64::from(!hit);
                    scores.decoys.entry("plain").or_default().add(&count);
                }
            }
        }
    }
}

fn shown(text: &str) -> String {
    text.trim_end().chars().take(200).collect::<String>().replace('\n', "⏎")
}
