//! Patterns anchored at a place. Most are a row of byte classes with counts and are walked as such; the others are regular expressions.

use regex_automata::{
    Anchored, Input,
    meta::{Config, Regex},
    util::syntax,
};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::{ruleset::MAX_SPAN, shape::Bytes};

#[expect(clippy::disallowed_types, reason = "filled in once, and owned by the engine: no global state")]
type Once<T> = std::sync::OnceLock<T>;

/// A pattern that is made ready where it is first asked for: most rules' never are. Of a checked rule set, so that it can be; one that cannot matches nothing.
#[derive(Debug)]
pub(crate) struct Later {
    source: Box<str>,
    built: Once<Option<Pattern>>,
}

impl Later {
    pub(crate) fn new(source: &str) -> Self {
        Self { source: source.into(), built: Once::new() }
    }

    /// Whether a group marks the value.
    pub(crate) fn marks_value(&self) -> bool {
        self.source.contains("(?P<value>")
    }

    /// The value of the match that begins at `at`.
    pub(crate) fn value_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        self.ready()?.value_at(text, at)
    }

    /// Whether the match that begins at `start` ends at `end`, where the text ends.
    pub(crate) fn fills(&self, text: &[u8], start: usize, end: usize) -> bool {
        self.ready().is_some_and(|p| p.fills(text, start, end))
    }

    fn ready(&self) -> Option<&Pattern> {
        self.built.get_or_init(|| Pattern::new(&self.source)).as_ref()
    }
}

/// A pattern, ready to run.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// Classes with counts.
    Row(Row),
    /// Anything else, and the number of the group `value`.
    Regex(Box<Regex>, Option<usize>),
}

/// Classes with counts, none of which can take a byte that the next one needs.
#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    steps: Vec<Step>,
    /// The steps that are the value.
    value: Option<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    class: Bytes,
    least: u32,
    most: u32,
}

/// Run where a literal stands, so nothing has to be looked for; and built quickly, since there are hundreds.
fn config() -> Config {
    Config::new().utf8_empty(false).auto_prefilter(false).dfa(false).onepass(false).hybrid_cache_capacity(128 << 10).nfa_size_limit(Some(4 << 20))
}

/// Slots of groups that need no allocation.
const SLOTS: usize = 16;

impl Pattern {
    /// Compiles a pattern. `None`: too large.
    pub(crate) fn new(pattern: &str) -> Option<Self> {
        if let Some(row) = parse(pattern).and_then(|hir| Row::new(&hir)) {
            return Some(Self::Row(row));
        }
        let regex =
            Regex::builder().syntax(syntax::Config::new().unicode(false).utf8(false).nest_limit(64)).configure(config()).build(pattern).ok()?;
        let value = regex.group_info().to_index(regex_automata::PatternID::ZERO, "value");
        Some(Self::Regex(Box::new(regex), value))
    }

    /// The value of the match that begins at `at`.
    pub(crate) fn value_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        match self {
            Self::Row(row) => row.value_at(text, at),
            Self::Regex(regex, value) => {
                // One byte more, so that an assertion at the end can look ahead.
                let input = Input::new(text).span(at..text.len().min(at + MAX_SPAN + 1)).anchored(Anchored::Yes);
                // Most places fit a literal and not the pattern: told without groups, which cost more.
                let whole = regex.search_half(&input)?;
                let Some(value) = *value else { return Some((at, whole.offset())) };
                let mut few = [None; SLOTS];
                let mut many = Vec::new();
                let slots = if 2 * (value + 1) <= SLOTS {
                    &mut few[..2 * (value + 1)]
                } else {
                    many.resize(2 * (value + 1), None);
                    &mut many[..]
                };
                regex.search_slots(&input, slots)?;
                Some((slots[2 * value]?.get(), slots[2 * value + 1]?.get()))
            }
        }
    }

    /// Whether the match that begins at `start` ends at `end`, where the text ends.
    pub(crate) fn fills(&self, text: &[u8], start: usize, end: usize) -> bool {
        match self {
            Self::Row(row) => row.walk(&text[..end], start).is_some_and(|m| m.end == end),
            Self::Regex(regex, _) => {
                let input = Input::new(&text[..end]).span(start..end).anchored(Anchored::Yes);
                regex.search_half(&input).is_some_and(|m| m.offset() == end)
            }
        }
    }
}

/// What a pattern means, over bytes.
pub(crate) fn parse(pattern: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).nest_limit(64).build().parse(pattern).ok()
}

struct Walked {
    end: usize,
    value: (usize, usize),
}

impl Row {
    fn new(hir: &Hir) -> Option<Self> {
        let mut row = Self { steps: Vec::new(), value: None };
        row.add(hir)?;
        // A class that may stop early must not want what the next one wants: then no other way to match exists.
        let apart = |pair: &[Step]| pair[0].least == pair[0].most || !pair[0].class.meets(&pair[1].class);
        let plain = row.steps.windows(2).all(apart) && row.steps.iter().enumerate().all(|(i, s)| s.least > 0 || i + 1 == row.steps.len());
        (plain && !row.steps.is_empty()).then_some(row)
    }

    fn add(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => literal.0.iter().for_each(|byte| self.push(Bytes::of(*byte..=*byte), 1, 1)),
            HirKind::Class(class) => self.push(bytes(class)?, 1, 1),
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            HirKind::Capture(capture) if capture.name.as_deref() == Some("value") => {
                let from = self.steps.len();
                self.add(&capture.sub)?;
                self.value = Some((from, self.steps.len()));
            }
            HirKind::Capture(capture) => self.add(&capture.sub)?,
            HirKind::Repetition(repeat) if repeat.greedy => {
                let class = match repeat.sub.kind() {
                    HirKind::Class(class) => bytes(class)?,
                    HirKind::Literal(literal) if literal.0.len() == 1 => Bytes::of(literal.0[0]..=literal.0[0]),
                    _ => return None,
                };
                self.push(class, repeat.min, repeat.max?);
            }
            HirKind::Repetition(_) | HirKind::Look(_) | HirKind::Alternation(_) => return None,
        }
        Some(())
    }

    fn push(&mut self, class: Bytes, least: u32, most: u32) {
        self.steps.push(Step { class, least, most });
    }

    fn value_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let walked = self.walk(text, at)?;
        Some(if self.value.is_some() { walked.value } else { (at, walked.end) })
    }

    fn walk(&self, text: &[u8], start: usize) -> Option<Walked> {
        let (mut at, mut value) = (start, (start, start));
        for (number, step) in self.steps.iter().enumerate() {
            if let Some((from, to)) = self.value {
                value.0 = if number == from { at } else { value.0 };
                value.1 = if number == to { at } else { value.1 };
            }
            let room = text.len().min(at + step.most as usize);
            let taken = text[at..room].iter().take_while(|b| step.class.contains(**b)).count();
            if taken < step.least as usize {
                return None;
            }
            at += taken;
        }
        if let Some((from, to)) = self.value {
            value.0 = if from == self.steps.len() { at } else { value.0 };
            value.1 = if to == self.steps.len() { at } else { value.1 };
        }
        Some(Walked { end: at, value })
    }
}

fn bytes(class: &Class) -> Option<Bytes> {
    let mut set = Bytes::default();
    match class {
        Class::Bytes(class) => class.iter().for_each(|range| (range.start()..=range.end()).for_each(|b| set.insert(b))),
        Class::Unicode(class) => {
            for range in class.iter() {
                (u32::from(range.start())..=u32::from(range.end()))
                    .try_for_each(|c| u8::try_from(c).ok().filter(u8::is_ascii).map(|b| set.insert(b)))?;
            }
        }
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn regex(pattern: &str) -> Regex {
        Regex::builder().syntax(syntax::Config::new().unicode(false).utf8(false)).configure(Regex::config().utf8_empty(false)).build(pattern).unwrap()
    }

    fn row(pattern: &str) -> Option<Row> {
        parse(pattern).and_then(|hir| Row::new(&hir))
    }

    #[test]
    fn only_patterns_with_one_way_to_match_are_rows() {
        for plain in ["ghp_[A-Za-z0-9]{36}", "a[0-9]{2,5}-x(?P<value>b{3})c?", "(?i:key)[=:](?P<value>[^ ]{4,9})"] {
            assert!(row(plain).is_some(), "{plain}");
        }
        for other in ["a[0-9]{2,5}5", "a|bc", "ab{0,2}b", r"a\b", "a(?:bc)?d", "a[0-9]{2,5}?"] {
            assert!(row(other).is_none(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn rows_match_what_the_expression_matches(
            steps in prop::collection::vec((prop::sample::select(vec!["[ab]", "c", "[^a]", "[b-d]", "\\n"]), 0..3_usize, 0..3_usize), 1..6),
            group in 0..6_usize,
            text in "[abcd\\n]{0,20}",
        ) {
            let mut pattern = String::new();
            for (i, (class, least, more)) in steps.iter().enumerate() {
                let step = format!("{class}{{{least},{}}}", least + more);
                pattern += &if i == group { format!("(?P<value>{step})") } else { step };
            }
            if let Some(row) = row(&pattern) {
                let regex = Pattern::Regex(Box::new(regex(&pattern)), (group < steps.len()).then_some(1));
                prop_assert_eq!(row.value_at(text.as_bytes(), 0), regex.value_at(text.as_bytes(), 0), "{}", pattern);
                let whole = Pattern::Row(row).fills(text.as_bytes(), 0, text.len());
                prop_assert_eq!(whole, regex.fills(text.as_bytes(), 0, text.len()));
            }
        }
    }
}
