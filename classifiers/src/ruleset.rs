//! Rule files made into a rule set: all of them good, or none used.

use std::{collections::BTreeMap, fmt, sync::Arc};

use regex_syntax::hir::Hir;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::{
    Allow, EdmSet, Form, Rule, Threshold,
    allow::Named,
    check,
    composite::{Composite, is_under},
    custom::{self, Lists},
    document::Document,
    kernel,
    pattern::Pattern,
    phrases::Lexicon,
    shape,
};

/// Longest span of a rule, bytes. What has no bound, or a larger one, is refused.
pub(crate) const MAX_SPAN: usize = 16 << 10;

/// Why rules were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// File as named by the caller.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// What is wrong, lower case.
    pub message: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` line {}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for RuleError {}

/// Checked rules in a fixed order.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    rules: Vec<Rule>,
    composites: Vec<Composite>,
    /// File and line of each composite that came from outside.
    origins: Vec<Option<(String, usize)>>,
    documents: Vec<Document>,
    /// File and line of each rule that came from outside, by id.
    places: BTreeMap<String, (String, usize)>,
    lists: Lists,
    allows: Vec<Allow>,
    thresholds: Vec<Threshold>,
    /// What these two name.
    named: Vec<Named>,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<Rule>>,
    #[serde(default)]
    composite: Vec<Spanned<Composite>>,
    #[serde(default)]
    document: Vec<Spanned<Document>>,
    #[serde(default)]
    group: Vec<Spanned<Group>>,
    #[serde(default)]
    allow: Vec<Spanned<Allow>>,
    #[serde(default)]
    threshold: Vec<Spanned<Threshold>>,
}

/// Tags under one name, for the lists of composites: `@name`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    id: String,
    tags: Vec<String>,
}

impl Ruleset {
    /// Parses files: pairs of a name and TOML.
    ///
    /// # Errors
    /// The first fault, with its file and line.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, RuleError> {
        Self::parse_with(files, &[])
    }

    /// Parses files whose forms may name dictionaries: pairs of a name and a text, one entry a line.
    ///
    /// # Errors
    /// The first fault, with its file and line.
    pub fn parse_with(files: &[(&str, &str)], dictionaries: &[(&str, &[u8])]) -> Result<Self, RuleError> {
        let mut set = Self::read(files)?;
        for rule in &set.rules {
            let at = |message: String| {
                let (file, line) = set.places.get(&rule.id).cloned().unwrap_or_default();
                RuleError { file, line, message: format!("rule `{}`: {message}", rule.id) }
            };
            if rule.forms.iter().filter_map(|f| f.pattern.as_deref()).any(|p| Pattern::new(p).is_none()) {
                return Err(at("the pattern is too large: its counted repeats multiply".into()));
            }
            for name in rule.forms.iter().filter(|f| f.cell.is_none()).filter_map(|f| f.dictionary.as_ref()) {
                let Some((_, text)) = dictionaries.iter().find(|d| d.0 == name) else {
                    let known = dictionaries.iter().map(|d| d.0);
                    let message = if dictionaries.is_empty() {
                        format!("there is no dictionary `{name}`: it is read from `dictionaries/{name}.txt` beside the rules")
                    } else {
                        unknown("dictionary", name, known)
                    };
                    return Err(at(message));
                };
                if !set.lists.lexicons.contains_key(name) {
                    set.lists.lexicons.insert(name.clone(), Arc::new(Lexicon::new(text)));
                }
            }
        }
        Ok(set.sorted())
    }

    fn read(files: &[(&str, &str)]) -> Result<Self, RuleError> {
        let mut set = Self::default();
        let mut rules: Vec<Rule> = Vec::new();
        let (mut composites, mut groups, mut documents) = (Vec::new(), Vec::new(), Vec::<Document>::new());
        for (name, text) in files {
            let at = |offset: usize, message: String| RuleError { file: (*name).to_owned(), line: line(text, offset), message };
            let file: File = toml::from_str(text).map_err(|e| at(e.span().map_or(0, |s| s.start), nearest(e.message())))?;
            for rule in file.rule {
                let start = rule.span().start;
                let mut rule = rule.into_inner();
                if let Some(service) = rule.service.take() {
                    service.speak(&mut rule);
                }
                if rules.iter().any(|r| r.id == rule.id) {
                    return Err(at(start, format!("rule `{}` is defined twice", rule.id)));
                }
                validate(&rule).map_err(|message| at(start, format!("rule `{}`: {message}", rule.id)))?;
                for form in rule.forms.iter_mut().filter(|f| f.cell.is_some()) {
                    form.check = form.check.take().or_else(|| form.dictionary.clone());
                }
                set.places.insert(rule.id.clone(), ((*name).to_owned(), line(text, start)));
                rules.push(rule);
            }
            set.settings(&file.allow, &file.threshold, &at)?;
            composites.extend(file.composite.into_iter().map(|c| (*name, line(text, c.span().start), c.into_inner())));
            for document in file.document {
                let start = document.span().start;
                let document = document.into_inner();
                let valid = validate_name(&document.id, &document.tag).and_then(|()| document.validate());
                valid.map_err(|message| at(start, format!("document `{}`: {message}", document.id)))?;
                if documents.iter().any(|d| d.id == document.id) {
                    return Err(at(start, format!("document `{}` is defined twice", document.id)));
                }
                documents.push(document);
            }
            for group in file.group {
                let start = group.span().start;
                let group = group.into_inner();
                if groups.iter().any(|g: &Group| g.id == group.id) {
                    return Err(at(start, format!("group `{}` is defined twice", group.id)));
                }
                groups.push(group);
            }
        }
        for (file, line, composite) in composites {
            let at = |message: String| RuleError { file: file.to_owned(), line, message };
            if rules.iter().any(|r| r.id == composite.id) || set.composites.iter().any(|c| c.id == composite.id) {
                return Err(at(format!("`{}` is defined twice", composite.id)));
            }
            let expanded = expand(composite, &groups).and_then(|c| validate_composite(&c).map(|()| c));
            set.composites.push(expanded.map_err(at)?);
            set.origins.push(Some((file.to_owned(), line)));
        }
        (set.rules, set.documents) = (rules, documents);
        Ok(set.sorted())
    }

    /// The rules that come with Sonde.
    ///
    /// # Errors
    /// Never in a released build: a test parses them.
    pub fn builtin() -> Result<Self, RuleError> {
        let mut set = Self::read(crate::builtin::FILES)?;
        set.places.clear();
        set.origins.fill(None);
        Ok(set)
    }

    /// These rules and others.
    ///
    /// # Errors
    /// When a rule id is in both.
    pub fn extend(mut self, other: Self) -> Result<Self, RuleError> {
        for rule in other.rules {
            if self.rules.iter().any(|r| r.id == rule.id) {
                let (file, line) = other.places.get(&rule.id).cloned().unwrap_or_else(|| ("rules".into(), 0));
                return Err(RuleError { file, line, message: format!("rule `{}` is defined already", rule.id) });
            }
            self.rules.push(rule);
        }
        for (composite, origin) in other.composites.into_iter().zip(other.origins) {
            if self.composites.iter().any(|c| c.id == composite.id) || self.rules.iter().any(|r| r.id == composite.id) {
                let (file, line) = origin.unwrap_or_default();
                return Err(RuleError { file, line, message: format!("`{}` is defined already", composite.id) });
            }
            self.composites.push(composite);
            self.origins.push(origin);
        }
        if let Some(document) = other.documents.iter().find(|d| self.documents.iter().any(|ours| ours.id == d.id)) {
            return Err(RuleError { file: "rules".into(), line: 0, message: format!("document `{}` is defined already", document.id) });
        }
        self.documents.extend(other.documents);
        self.places.extend(other.places);
        self.lists.extend(other.lists);
        self.allows.extend(other.allows);
        self.thresholds.extend(other.thresholds);
        self.named.extend(other.named);
        Ok(self.sorted())
    }

    /// Adds the rule `edm-NAME`, tag `custom.NAME`, that finds the values of a set.
    ///
    /// # Errors
    /// When there is a rule of this id.
    pub fn with_exact(mut self, set: EdmSet) -> Result<Self, RuleError> {
        let rule = custom::rule_of(&set);
        if self.rules.iter().any(|r| r.id == rule.id) {
            return Err(RuleError { file: set.name().to_owned(), line: 0, message: format!("rule `{}` is defined already", rule.id) });
        }
        self.rules.push(rule);
        self.lists.exact.insert(set.name().to_owned(), Arc::new(set));
        Ok(self.sorted())
    }

    /// Adds a token-classification model, which runs on free text, and the rules that report what it finds. One model at a time.
    ///
    /// # Errors
    /// When a rule of its name is defined already.
    #[cfg(feature = "model")]
    pub fn with_model(mut self, model: Arc<crate::Model>) -> Result<Self, RuleError> {
        for rule in crate::model::rules(&model) {
            if self.rules.iter().any(|r| r.id == rule.id) {
                return Err(RuleError { file: "model".into(), line: 0, message: format!("rule `{}` is defined already", rule.id) });
            }
            self.rules.push(rule);
        }
        self.lists.model = Some(model);
        Ok(self.sorted())
    }

    /// Reports a tag, and those under it, from this confidence on.
    #[must_use]
    pub fn with_threshold(mut self, threshold: Threshold) -> Self {
        self.thresholds.push(threshold);
        self.sorted()
    }

    /// The confidence from which a tag is reported where it has one of its own: that of the longest tag it is under; of equal ones the last.
    #[must_use]
    pub fn threshold_of(&self, tag: &str) -> Option<f64> {
        self.thresholds.iter().filter(|t| is_under(tag, &t.tag)).max_by_key(|t| t.tag.len()).map(|t| t.min_confidence)
    }

    /// What is allowed to stand where it was found.
    #[must_use]
    pub fn allows(&self) -> &[Allow] {
        &self.allows
    }

    /// File and line of a rule that came from outside.
    #[must_use]
    pub fn place(&self, rule: &str) -> Option<(&str, usize)> {
        self.places.get(rule).map(|(file, line)| (file.as_str(), *line))
    }

    pub(crate) fn lists(&self) -> &Lists {
        &self.lists
    }

    fn settings(
        &mut self,
        allows: &[Spanned<Allow>],
        thresholds: &[Spanned<Threshold>],
        at: &dyn Fn(usize, String) -> RuleError,
    ) -> Result<(), RuleError> {
        let named = |offset: usize, by, tag, rule| {
            let RuleError { file, line, .. } = at(offset, String::new());
            Named { file, line, by, tag, rule }
        };
        for allow in allows {
            let (start, allow) = (allow.span().start, allow.get_ref().clone());
            allow.validate().map_err(|message| at(start, format!("allow: {message}")))?;
            self.named.push(named(start, "allow", allow.tag.clone(), allow.rule.clone()));
            self.allows.push(allow);
        }
        for threshold in thresholds {
            let (start, threshold) = (threshold.span().start, threshold.get_ref().clone());
            threshold.validate().map_err(|message| at(start, format!("threshold: {message}")))?;
            self.named.push(named(start, "threshold", Some(threshold.tag.clone()), None));
            self.thresholds.push(threshold);
        }
        Ok(())
    }

    /// Whether nothing stands in the files it was read from.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags().next().is_none() && self.named.is_empty()
    }

    /// The tags that rules, composites and kinds of documents give.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let rest = self.composites.iter().map(|c| &c.tag).chain(self.documents.iter().map(|d| &d.tag));
        self.rules.iter().map(|r| &r.tag).chain(rest).map(String::as_str)
    }

    /// Whether every tag that a composite from outside names is one that a rule here gives, or that a composite of ours waits for;
    /// and whether there are the tags and rules that allows and thresholds name.
    ///
    /// # Errors
    /// The first tag or rule that there is not, with the nearest that there is.
    pub fn check(&self) -> Result<(), RuleError> {
        let tags: Vec<&str> = self.tags().collect();
        let ids: Vec<&str> = self.rules.iter().map(|r| r.id.as_str()).collect();
        self.named.iter().try_for_each(|n| n.check(&tags, &ids))?;
        let ours = self.composites.iter().zip(&self.origins).filter(|(_, o)| o.is_none()).flat_map(|(c, _)| c.parts()).flatten();
        let known: Vec<&str> = self.rules.iter().map(|r| r.tag.as_str()).chain(ours.map(String::as_str)).collect();
        for (composite, origin) in self.composites.iter().zip(&self.origins) {
            let Some((file, line)) = origin else { continue };
            if let Some(tag) = composite.parts().flatten().find(|tag| !known.iter().any(|k| is_under(k, tag))) {
                let message = format!("composite `{}`: {}", composite.id, unknown("tag", tag, known.iter().copied()));
                return Err(RuleError { file: file.clone(), line: *line, message });
            }
        }
        Ok(())
    }

    /// Only rules whose tag is under one of these, by whole parts.
    #[must_use]
    pub fn only(mut self, tags: &[String]) -> Self {
        self.rules.retain(|r| tags.iter().any(|t| is_under(&r.tag, t)));
        let kept = self.composites.into_iter().zip(self.origins).filter(|(c, _)| tags.iter().any(|t| is_under(&c.tag, t)));
        (self.composites, self.origins) = kept.unzip();
        self.documents.retain(|d| tags.iter().any(|t| is_under(&d.tag, t)));
        self.sorted()
    }

    /// The rules, by id.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The composites, by id.
    #[must_use]
    pub fn composites(&self) -> &[Composite] {
        &self.composites
    }

    /// The kinds of documents, by id.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// SHA-256 over the rules and the engine's version: equal digests, equal findings.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    fn sorted(mut self) -> Self {
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut composites: Vec<_> = self.composites.into_iter().zip(self.origins).collect();
        composites.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        (self.composites, self.origins) = composites.into_iter().unzip();
        self.documents.sort_by(|a, b| a.id.cmp(&b.id));
        let all = (&self.rules, &self.composites, &self.documents);
        let mut text = format!("{}\n{all:?}", env!("CARGO_PKG_VERSION"));
        if !(self.lists.is_empty() && self.allows.is_empty() && self.thresholds.is_empty()) {
            text += &format!("{:?}{:?}{:?}", self.lists, self.allows, self.thresholds);
        }
        let digest = Sha256::digest(text);
        self.digest = digest.iter().map(|b| format!("{b:02x}")).collect();
        self
    }
}

const CATEGORIES: &[&str] = &["pii", "pci", "fin", "gov", "phi", "special", "secret", "proprietary", "custom"];

fn validate_name(id: &str, tag: &str) -> Result<(), String> {
    let kebab = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !kebab(id) {
        return Err("an id is lower-case words joined by `-`".into());
    }
    let category = tag.split('.').next().unwrap_or_default();
    if !CATEGORIES.contains(&category) || !tag.contains('.') || !tag.split('.').all(kebab) {
        return Err(format!("`{tag}` is not a tag: `category.name` with a category out of {}", CATEGORIES.join(", ")));
    }
    Ok(())
}

/// Puts the tags of groups in the place of their names.
fn expand(mut composite: Composite, groups: &[Group]) -> Result<Composite, String> {
    for list in &mut composite.any_of {
        let mut tags = Vec::new();
        for item in list.drain(..) {
            match item.strip_prefix('@') {
                None => tags.push(item),
                Some(name) => match groups.iter().find(|g| g.id == name) {
                    Some(group) => tags.extend(group.tags.iter().cloned()),
                    None => return Err(format!("composite `{}`: {}", composite.id, unknown("group", name, groups.iter().map(|g| g.id.as_str())))),
                },
            }
        }
        *list = tags;
    }
    Ok(composite)
}

fn validate_composite(composite: &Composite) -> Result<(), String> {
    let all = || validate_name(&composite.id, &composite.tag).and_then(|()| composite.validate());
    all().map_err(|message| format!("composite `{}`: {message}", composite.id))
}

fn validate(rule: &Rule) -> Result<(), String> {
    validate_name(&rule.id, &rule.tag)?;
    if rule.forms.is_empty() {
        return Err("it has no form".into());
    }
    if rule.examples.len() < 2 || rule.counter_examples.len() < 2 {
        return Err("it needs two examples and two counter-examples at least".into());
    }
    rule.forms.iter().enumerate().try_for_each(|(i, form)| validate_form(form).map_err(|e| format!("form {}: {e}", i + 1)))
}

fn validate_form(form: &Form) -> Result<(), String> {
    let literals = !form.literals.is_empty();
    let kernel = form.kernel.is_some() && !literals && form.cell.is_none();
    let listed = form.dictionary.is_some() && form.cell.is_none();
    let kinds = [!form.layouts.is_empty(), literals, !form.terms.is_empty(), form.token.is_some(), kernel, form.cell.is_some(), listed];
    if kinds.iter().filter(|k| **k).count() != 1 {
        return Err("exactly one of `layouts`, `literals`, `terms`, `token`, `kernel`, `dictionary`, `cell`".into());
    }
    if form.literals.iter().chain(&form.terms).any(|l| l.len() < 2) {
        return Err("a literal or term has two bytes at least".into());
    }
    if literals && form.pattern.is_none() == form.kernel.is_none() {
        return Err("`literals` need a `pattern` or a `kernel`".into());
    }
    for layout in &form.layouts {
        shape::parse(layout, form.ignore_case).map_err(|e| format!("layout `{layout}`: {e}"))?;
    }
    if let Some(pattern) = &form.pattern {
        bounded(pattern)?;
    }
    if let Some(name) = form.check.as_ref().filter(|name| check::by_name(name).is_none()) {
        return Err(unknown("check", name, check::names()));
    }
    if let Some(name) = form.dictionary.as_ref().filter(|name| !listed && !check::DICTIONARIES.contains(&name.as_str())) {
        return Err(unknown("dictionary", name, check::DICTIONARIES.iter().copied()));
    }
    if form.dictionary.is_some() && !listed && form.check.is_some() {
        return Err("a `dictionary` with `cell` is in place of a `check`".into());
    }
    if let Some(name) = form.kernel.as_ref().filter(|name| !kernel::NAMES.contains(&name.as_str())) {
        return Err(unknown("kernel", name, kernel::NAMES.iter().copied()));
    }
    if let Some(token) = &form.token {
        if !["hex", "alnum", "base64", "base64url"].contains(&token.alphabet.as_str()) {
            return Err(unknown("alphabet", &token.alphabet, ["hex", "alnum", "base64", "base64url"].into_iter()));
        }
        if token.length[0] < 16 || token.length[0] > token.length[1] || usize::from(token.length[1]) > MAX_SPAN {
            return Err(format!("a token is 16 to {MAX_SPAN} bytes long"));
        }
    }
    Ok(())
}

pub(crate) fn unknown<'a>(what: &str, wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = known.min_by_key(|k| distance(k, wrong)).unwrap_or_default();
    format!("there is no {what} `{wrong}`; the nearest is `{near}`")
}

/// Refuses a pattern whose matches have no bound.
pub(crate) fn bounded(pattern: &str) -> Result<(), String> {
    let hir: Hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(64)
        .build()
        .parse(pattern)
        .map_err(|e| format!("pattern: {}", e.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ")))?;
    match hir.properties().maximum_len() {
        Some(n) if n <= MAX_SPAN => Ok(()),
        Some(n) => Err(format!("the pattern can match {n} bytes; {MAX_SPAN} is the most")),
        None => Err("the pattern can match without bound: write `{0,n}` instead of `*` or `+`".into()),
    }
}

/// Edit distance of two words, for "the nearest is".
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = (before + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            before = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

fn line(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|&&b| b == b'\n').count()
}

/// Adds the nearest right word to a complaint about an unknown key.
fn nearest(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((wrong, known)) if message.starts_with("unknown") => {
            let near = known.iter().min_by_key(|k| distance(k, wrong)).copied().unwrap_or_default();
            format!("unknown key `{wrong}`; the nearest is `{near}`")
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn nearest_words() {
        assert_eq!([distance("us-ssn", "us-ssn"), distance("us-ssn", "ussn"), distance("", "abc"), distance("kitten", "sitting")], [0, 2, 3, 3]);
    }
}
