//! What may stand where it was found, with the reason; and how sure a tag must be.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    composite::is_under,
    engine::{Engine, Match},
    pattern::Pattern,
    ruleset::{RuleError, bounded, unknown},
};

/// Something that is known and need not be reported (`[[allow]]`). All that is given must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Exactly this value.
    #[serde(default)]
    pub value: Option<String>,
    /// A value whose SHA-256 is this, 64 hexadecimal digits: for values that should not stand in a file.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Values that match as a whole. Bounded, as patterns of rules.
    #[serde(default)]
    pub pattern: Option<String>,
    /// Only under this tag, by whole parts.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only by this rule.
    #[serde(default)]
    pub rule: Option<String>,
    /// Only in objects whose key matches: `*` and `?` within a folder, `**` across, `/` at the end for all in a folder.
    #[serde(default)]
    pub path: Option<String>,
    /// Only in this column or JSON path, any case.
    #[serde(default)]
    pub field: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// Last day on which it holds (`2027-01-31`, UTC).
    #[serde(default)]
    pub expires: Option<toml::value::Datetime>,
}

/// From which confidence on a tag is reported (`[[threshold]]`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The tag, and those under it.
    pub tag: String,
    /// Confidence, 0 to 1.
    pub min_confidence: f64,
}

impl Threshold {
    pub(crate) fn validate(&self) -> Result<(), String> {
        if (0.0..=1.0).contains(&self.min_confidence) { Ok(()) } else { Err(format!("`{}` is not between 0 and 1", self.min_confidence)) }
    }
}

impl Allow {
    pub(crate) fn validate(&self) -> Result<(), String> {
        if self.reason.trim().is_empty() {
            return Err("it needs a reason".into());
        }
        let given = [&self.value, &self.sha256, &self.pattern, &self.tag, &self.rule, &self.path, &self.field];
        if given.iter().all(|g| g.is_none()) {
            return Err("it would allow everything: give `value`, `sha256`, `pattern`, `tag`, `rule`, `path` or `field`".into());
        }
        if let Some(pattern) = &self.pattern {
            bounded(pattern)?;
            Pattern::new(&whole(pattern)).ok_or("the pattern is too large: its counted repeats multiply")?;
        }
        if self.sha256.as_ref().is_some_and(|hash| hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err("`sha256` is 64 hexadecimal digits".into());
        }
        if self.expires.is_some_and(|date| date.date.is_none()) {
            return Err("`expires` is a date, such as 2027-01-31".into());
        }
        Ok(())
    }

    /// Whether its last day is before this one (`2026-11-25`).
    #[must_use]
    pub fn expired(&self, today: &str) -> bool {
        self.expires.and_then(|at| at.date).is_some_and(|date| date.to_string().as_str() < today)
    }
}

/// A tag or a rule that an `[[allow]]` or a `[[threshold]]` names, and where.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) by: &'static str,
    pub(crate) tag: Option<String>,
    pub(crate) rule: Option<String>,
}

impl Named {
    /// Refuses a name that nothing has. Sets of exact values and models come and go with the command line: their rules may be named.
    pub(crate) fn check(&self, tags: &[&str], rules: &[&str]) -> Result<(), RuleError> {
        let tag = self.tag.as_ref().filter(|tag| !tags.iter().any(|t| is_under(t, tag))).map(|tag| unknown("tag", tag, tags.iter().copied()));
        let known = |id: &str| id.starts_with("edm-") || id.starts_with("model-") || rules.contains(&id);
        let rule = || self.rule.as_ref().filter(|id| !known(id)).map(|id| unknown("rule", id, rules.iter().copied()));
        match tag.or_else(rule) {
            Some(message) => Err(RuleError { file: self.file.clone(), line: self.line, message: format!("{}: {message}", self.by) }),
            None => Ok(()),
        }
    }
}

/// Allows made ready for the matches of one place.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    allows: Vec<(Allow, Option<std::sync::Arc<Pattern>>)>,
}

impl Allowed {
    /// Makes allows ready. Those that have expired are the caller's to leave out.
    #[must_use]
    pub fn new(allows: impl IntoIterator<Item = Allow>) -> Self {
        let ready = |allow: Allow| {
            let pattern = allow.pattern.as_deref().and_then(|p| Pattern::new(&whole(p))).map(std::sync::Arc::new);
            (allow, pattern)
        };
        Self { allows: allows.into_iter().map(ready).collect() }
    }

    /// Those whose `path` is none or one the caller says holds.
    #[must_use]
    pub fn at(&self, holds: &dyn Fn(&str) -> bool) -> Self {
        Self { allows: self.allows.iter().filter(|(a, _)| a.path.as_deref().is_none_or(holds)).cloned().collect() }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.allows.is_empty()
    }

    /// Whether a match in this field need not be reported. The value stays here.
    #[must_use]
    pub fn covers(&self, engine: &Engine, m: &Match<'_>, field: Option<&str>) -> bool {
        let rule = engine.rule(m.rule);
        let value: &[u8] = &m.value;
        self.allows.iter().any(|(allow, pattern)| {
            allow.rule.as_ref().is_none_or(|id| *id == rule.id)
                && allow.tag.as_ref().is_none_or(|tag| is_under(&rule.tag, tag))
                && allow.field.as_ref().is_none_or(|name| field.is_some_and(|f| f.eq_ignore_ascii_case(name)))
                && allow.value.as_ref().is_none_or(|v| v.as_bytes() == value)
                && (allow.pattern.is_none() || pattern.as_ref().is_some_and(|p| p.fills(value, 0, value.len())))
                && allow.sha256.as_ref().is_none_or(|hash| hash.eq_ignore_ascii_case(&hex(value)))
        })
    }
}

/// The pattern up to the end of a value, whichever of its branches gets there.
fn whole(pattern: &str) -> String {
    format!(r"(?:{pattern})\z")
}

fn hex(value: &[u8]) -> String {
    Sha256::digest(value).iter().map(|b| format!("{b:02x}")).collect()
}
