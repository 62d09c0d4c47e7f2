//! The engine: immutable, shared; one [`Scratch`] per task.

use std::{fmt, ops::Range};

use crate::{
    Fingerprint, FingerprintKey, Rule, Ruleset,
    collect::{Collector, Finds, Listening},
    compile::{BuildError, Compiled},
    custom::Custom,
    ear::Ear,
    find::{Candidate, Unit},
    judge::{Hit, Judge, Place, Trace},
    mask, overlap,
    phrases::Room,
    planes::Level,
    verdict::millibits,
    words::Spoken,
};

/// Which of several overlapping matches are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlaps {
    /// Among spans that cross or are equal the best supported; one inside another only where its category differs.
    #[default]
    Best,
    /// All of them.
    All,
}

/// What an engine reports.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Confidence from which a match is reported.
    pub min_confidence: f64,
    /// Which of several overlapping matches.
    pub overlaps: Overlaps,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { min_confidence: 0.5, overlaps: Overlaps::Best }
    }
}

/// Number of a rule in its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u16);

/// What is known of a text besides itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Name of the column or JSON path it stands in.
    pub field: Option<&'a str>,
}

/// Rules, compiled. Building may fail, scanning cannot.
pub struct Engine {
    pub(crate) rules: Vec<Rule>,
    pub(crate) compiled: Compiled,
    pub(crate) options: EngineOptions,
    pub(crate) threshold: i32,
    /// Bar of each rule that has one of its own.
    bars: Vec<i32>,
    pub(crate) custom: Option<Box<Custom>>,
    digest: String,
    /// Category of each rule, as a number.
    pub(crate) categories: Vec<u8>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine({} rules, {})", self.rules.len(), self.digest)
    }
}

/// Buffers of one task.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) finds: Finds,
    pub(crate) hits: Vec<Hit>,
    pub(crate) keep: Vec<bool>,
    pub(crate) room: Room,
}

/// A match in a text. Its value cannot be reached, only what stands for it.
pub struct Match<'t> {
    /// Which rule.
    pub rule: RuleIndex,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
    /// Summed evidence, thousandths of a bit.
    pub millibits: i32,
    pub(crate) value: std::borrow::Cow<'t, [u8]>,
    pub(crate) hit: Hit,
}

impl fmt::Debug for Match<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Match({} {}..{} {})", self.rule.0, self.start, self.end, self.millibits)
    }
}

/// A value made unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked(pub(crate) String);

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Bit {
    /// What it is, for people. Names rules' words, never the value.
    pub why: String,
    /// What it is worth.
    pub bits: f32,
}

impl Match<'_> {
    /// The value as it may be shown.
    #[must_use]
    pub fn masked(&self, engine: &Engine) -> Masked {
        let ready = &engine.compiled.forms[self.hit.form as usize];
        let literal = if ready.prefixed { usize::from(self.hit.literal) } else { 0 };
        Masked(mask::mask(engine.rule(self.rule).mask, &self.value, ready.public.as_deref(), literal))
    }

    /// HMAC of the value. Numbers are the same value however they are separated.
    #[must_use]
    pub fn fingerprint(&self, key: &FingerprintKey) -> Fingerprint {
        key.fingerprint(&self.normal())
    }

    /// Keyed 64-bit hash of the value, for a sketch.
    #[must_use]
    pub fn sketch_hash(&self, key: &FingerprintKey) -> u64 {
        key.sketch_hash(&self.normal())
    }

    fn normal(&self) -> std::borrow::Cow<'_, [u8]> {
        if !self.hit.numeric {
            return std::borrow::Cow::Borrowed(&self.value);
        }
        let mut plain = Vec::with_capacity(self.value.len());
        crate::judge::strip(&self.value, true, &mut plain);
        std::borrow::Cow::Owned(plain)
    }
}

impl Engine {
    /// Compiles rules.
    ///
    /// # Errors
    /// When a pattern is too large. Checked rule sets seldom are.
    pub fn new(rules: &Ruleset, options: EngineOptions) -> Result<Self, BuildError> {
        let rules_list = rules.rules().to_vec();
        let compiled = Compiled::new(&rules_list)?;
        let mut names: Vec<&str> = rules_list.iter().map(|r| category(&r.tag)).collect();
        names.sort_unstable();
        names.dedup();
        let categories = rules_list.iter().map(|r| names.binary_search(&category(&r.tag)).unwrap_or(0) as u8).collect();
        let global = millibits(options.min_confidence);
        let bar = |rule: &Rule| rules.threshold_of(&rule.tag).map_or(global, millibits);
        let bars: Vec<i32> = rules_list.iter().map(bar).collect();
        // What no rule reports is not judged to its end.
        let threshold = bars.iter().copied().min().unwrap_or(global);
        let custom = Custom::new(&rules_list, rules.lists());
        Ok(Self { categories, compiled, options, threshold, bars, custom, digest: rules.digest().to_owned(), rules: rules_list })
    }

    /// Vector instructions that this processor has for scanning, the best first: `avx512`, `avx2`, `neon`, `portable`. All give the same matches.
    #[must_use]
    pub fn levels() -> Vec<&'static str> {
        Level::available().into_iter().map(Level::name).collect()
    }

    /// The level that is used.
    #[must_use]
    pub fn level(&self) -> &'static str {
        self.compiled.level.name()
    }

    /// Uses the level of this name, where the processor has it.
    #[must_use]
    pub fn at_level(mut self, name: &str) -> Self {
        self.compiled.level = Level::available().into_iter().find(|l| l.name() == name).unwrap_or(self.compiled.level);
        self
    }

    /// Ways of finding the rules' literals that this build has: `own`, and with the feature of this name `hyperscan`. All give the same matches.
    #[must_use]
    pub fn literal_finders() -> &'static [&'static str] {
        if cfg!(feature = "hyperscan") { &["own", "hyperscan"] } else { &["own"] }
    }

    /// The way that is used.
    #[must_use]
    pub fn literals(&self) -> &'static str {
        #[cfg(feature = "hyperscan")]
        if self.compiled.literals.as_ref().is_some_and(|l| l.automaton.is_some()) {
            return "hyperscan";
        }
        "own"
    }

    /// Finds literals in the way of this name, where this build has it and its library can take these rules.
    #[must_use]
    #[cfg_attr(not(feature = "hyperscan"), expect(unused_mut, unused_variables, reason = "there is one way only"))]
    pub fn with_literals(mut self, name: &str) -> Self {
        #[cfg(feature = "hyperscan")]
        if let Some(literals) = &mut self.compiled.literals {
            literals.automaton = if name == "hyperscan" { crate::literals::hyperscan::Automaton::new(literals) } else { None };
        }
        self
    }

    /// A rule by its number.
    #[must_use]
    pub fn rule(&self, index: RuleIndex) -> &Rule {
        &self.rules[usize::from(index.0)]
    }

    /// All rules, by number.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Digest of the rule set.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Buffers for one task.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    /// Bytes on either side of a place that can change what is found there.
    #[must_use]
    pub fn margin(&self) -> u64 {
        64 << 10
    }

    /// Scans one whole text; matches come sorted by start, end, rule id. Bytes that are no UTF-8 are scanned as they are.
    pub fn scan(&self, scratch: &mut Scratch, text: &[u8], context: Context<'_>, sink: &mut dyn FnMut(Match<'_>)) {
        let spoken = context.field.map(|field| self.compiled.words.listen(field.as_bytes()));
        self.search(scratch, text, 0..text.len(), spoken.as_ref());
        for hit in std::mem::take(&mut scratch.hits) {
            sink(hit.matched(text));
        }
    }

    /// Whether a hit is reported.
    pub(crate) fn reports(&self, hit: &Hit) -> bool {
        hit.bits >= self.bars[usize::from(hit.rule)] && !hit.weak
    }

    /// Why a match was believed: bits that add up to its `millibits`.
    #[must_use]
    pub fn explain(&self, text: &[u8], context: Context<'_>, m: &Match<'_>) -> Vec<Bit> {
        if let Some(why) = self.custom.as_ref().and_then(|c| c.reason(m.hit.form)) {
            return vec![Bit { why: why.into(), bits: m.millibits as f32 / 1000.0 }];
        }
        let mut trace = Trace::default();
        let view = m.hit.view.as_deref();
        let field = view.and_then(|view| view.field.as_deref()).or(context.field);
        let spoken = field.map(|field| self.compiled.words.listen(field.as_bytes()));
        let (text, start, end) = match view {
            Some(view) => (view.text.as_slice(), view.start, view.end),
            None => (text, m.hit.start, m.hit.end),
        };
        let candidate = Candidate { form: m.hit.form, start, end, delta: m.hit.delta, literal: m.hit.literal };
        let (mut ear, mut place) = (Ear::default(), Place::default());
        ear.turn(text);
        let mut judge = Judge { engine: self, text, spoken: spoken.as_ref(), row: None, ear: &mut ear, place: &mut place };
        let _ = judge.judge(&candidate, Some(&mut trace));
        if m.hit.row != 0 {
            trace.bits.push(Bit { why: "a cell of the same row".into(), bits: m.hit.row as f32 / 1000.0 });
        }
        trace.bits
    }

    /// Fills `scratch.hits` with what is credible in `text` and begins in `range`, overlaps resolved, sorted.
    pub(crate) fn search(&self, scratch: &mut Scratch, text: &[u8], range: Range<usize>, spoken: Option<&Spoken>) {
        scratch.finds.clear();
        let listening = Listening { engine: self, spoken, row: None, decodes: true };
        Collector::new(&listening, &mut scratch.finds).whole(text, range);
        if let Some(custom) = &self.custom {
            custom.search(&listening, &mut scratch.finds, &mut scratch.room, &Unit { text, base: 0, number: 0 }, &[]);
        }
        scratch.hits.clear();
        scratch.hits.extend(scratch.finds.hits.drain(..).map(|(_, hit)| hit).filter(|h| self.reports(h)));
        overlap::resolve(self, &mut scratch.hits, &mut scratch.keep);
    }
}

pub(crate) fn category(tag: &str) -> &str {
    tag.split('.').next().unwrap_or(tag)
}
