//! Rules compiled: forms sorted by what finds them.

use std::collections::HashMap;

use regex_automata::{meta::Regex, util::syntax};

use crate::{
    Form, Rule,
    check::{self, Check},
    kernel::Kernel,
    literals::Literals,
    shape::{self, Element, Layout},
    words::WordTable,
};

/// Why an engine could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A pattern is too large.
    #[error("rule `{0}`: the pattern is too large")]
    Pattern(String),
    /// The literals of all rules are too many.
    #[error("too many literals")]
    Literals,
    /// More rules than can be numbered.
    #[error("too many rules")]
    Rules,
}

/// One form, ready.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) rule: u16,
    pub(crate) prior: i32,
    pub(crate) check: Option<Check>,
    pub(crate) check_bits: i32,
    pub(crate) needs_context: bool,
    pub(crate) entropy: bool,
    pub(crate) ignore_case: bool,
    pub(crate) left: bool,
    pub(crate) right: bool,
    /// A number written by people: separators and neighbours count.
    pub(crate) numeric: bool,
    /// The rule has context or negative words at all.
    pub(crate) listens: bool,
    pub(crate) regex: Option<Regex>,
    /// What runs where a literal stands, in place of a pattern.
    pub(crate) kernel: Option<Kernel>,
    pub(crate) value: Option<usize>,
    pub(crate) public: Option<Box<str>>,
    /// Literals that begin with a provider's prefix are shown in masks.
    pub(crate) prefixed: bool,
}

#[derive(Debug)]
pub(crate) struct TokenForm {
    pub(crate) form: u32,
    pub(crate) alphabet: Alphabet,
    pub(crate) length: [usize; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    Hex,
    Alnum,
    Base64,
    Base64Url,
}

#[derive(Debug)]
pub(crate) struct CellForm {
    pub(crate) form: u32,
    pub(crate) length: [usize; 2],
}

/// Layouts whose first run has one length and class, by what follows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// No separator follows.
    pub(crate) alone: Vec<Group>,
    pub(crate) separated: Vec<Group>,
}

/// Layouts of which the same is told without walking them.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) quick: Quick,
    pub(crate) layouts: Vec<u32>,
}

/// What of a layout is told without walking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quick {
    /// Places in the first run that must be digits, and those that must be letters.
    pub(crate) digits: u64,
    pub(crate) letters: u64,
    /// Length of the run behind a separator; 0: any.
    pub(crate) second: u8,
    /// It begins with a digit.
    pub(crate) second_digit: bool,
}

/// Longest first run that has a row of its own.
pub(crate) const RUNS: usize = 72;

#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) forms: Vec<Ready>,
    pub(crate) literals: Option<Literals>,
    /// Forms of each literal, and whether its case counts.
    pub(crate) literal_forms: Vec<Vec<(u32, bool)>>,
    pub(crate) literal_texts: Vec<Box<[u8]>>,
    pub(crate) layouts: Vec<(u32, Layout)>,
    /// Layouts by class of the first byte and length of the first run.
    pub(crate) by_run: Vec<Row>,
    pub(crate) tokens: Vec<TokenForm>,
    pub(crate) cells: Vec<CellForm>,
    pub(crate) kernels: Vec<(Kernel, u32)>,
    pub(crate) words: WordTable,
}

/// Bits as thousandths.
pub(crate) fn milli(bits: f32) -> i32 {
    (bits * 1000.0).round() as i32
}

impl Compiled {
    pub(crate) fn new(rules: &[Rule]) -> Result<Self, BuildError> {
        let mut compiled = Self {
            forms: Vec::new(),
            literals: None,
            literal_forms: Vec::new(),
            literal_texts: Vec::new(),
            layouts: Vec::new(),
            by_run: vec![Row::default(); 3 * RUNS],
            tokens: Vec::new(),
            cells: Vec::new(),
            kernels: Vec::new(),
            words: WordTable::new(rules),
        };
        let mut literals: HashMap<Vec<u8>, usize> = HashMap::new();
        for (number, rule) in rules.iter().enumerate() {
            let number = u16::try_from(number).map_err(|_| BuildError::Rules)?;
            for form in &rule.forms {
                compiled.add(number, rule, form, &mut literals)?;
            }
        }
        if !compiled.literal_texts.is_empty() {
            compiled.literals = Some(Literals::new(&compiled.literal_texts).ok_or(BuildError::Literals)?);
        }
        Ok(compiled)
    }

    fn add(&mut self, number: u16, rule: &Rule, form: &Form, literals: &mut HashMap<Vec<u8>, usize>) -> Result<(), BuildError> {
        let index = self.forms.len() as u32;
        self.forms.push(ready(number, rule, form)?);
        for literal in form.literals.iter().chain(&form.terms) {
            let folded = literal.to_ascii_lowercase().into_bytes();
            let at = *literals.entry(folded).or_insert_with(|| {
                self.literal_texts.push(literal.as_bytes().into());
                self.literal_forms.push(Vec::new());
                self.literal_texts.len() - 1
            });
            self.literal_forms[at].push((index, !form.ignore_case && form.terms.is_empty()));
        }
        for text in &form.layouts {
            for layout in shape::parse(text, form.ignore_case).unwrap_or_default() {
                self.add_layout(index, layout);
            }
        }
        if let Some(token) = &form.token {
            let alphabet = match token.alphabet.as_str() {
                "hex" => Alphabet::Hex,
                "alnum" => Alphabet::Alnum,
                "base64" => Alphabet::Base64,
                _ => Alphabet::Base64Url,
            };
            self.tokens.push(TokenForm { form: index, alphabet, length: token.length.map(usize::from) });
        }
        if let Some(length) = form.cell {
            self.cells.push(CellForm { form: index, length: length.map(usize::from) });
        }
        if let Some(kernel) = form.kernel.as_deref().and_then(Kernel::by_name).filter(|_| form.literals.is_empty()) {
            self.kernels.push((kernel, index));
        }
        Ok(())
    }

    fn add_layout(&mut self, form: u32, layout: Layout) {
        let length = layout.iter().take_while(|e| alnum(e)).count();
        let run = length.clamp(1, RUNS - 1);
        let index = self.layouts.len() as u32;
        if let Some(Element::One(first)) = layout.first() {
            let (quick, separated) = quick(&layout, length, self.forms[form as usize].right);
            let classes =
                [(b'0'..=b'9').any(|b| first.contains(b)), (b'A'..=b'Z').any(|b| first.contains(b)), (b'a'..=b'z').any(|b| first.contains(b))];
            for (class, _) in classes.iter().enumerate().filter(|(_, has)| **has) {
                let row = &mut self.by_run[class * RUNS + run];
                let groups = if separated { &mut row.separated } else { &mut row.alone };
                match groups.iter_mut().find(|g| g.quick == quick) {
                    Some(group) => group.layouts.push(index),
                    None => groups.push(Group { quick, layouts: vec![index] }),
                }
            }
        }
        self.layouts.push((form, layout));
    }
}

fn alnum(element: &Element) -> bool {
    matches!(element, Element::One(set) if (b'0'..=b'z').any(|b| b.is_ascii_alphanumeric() && set.contains(b)))
}

/// What can be told of a layout whose first run has this length, and whether a separator follows it.
fn quick(elements: &[Element], run: usize, right: bool) -> (Quick, bool) {
    let only = |element: &Element, class: fn(&u8) -> bool| matches!(element, Element::One(set) if (0..=255).all(|b| !set.contains(b) || class(&b)));
    let places = |class: fn(&u8) -> bool| (0..run.min(64)).filter(|i| only(&elements[*i], class)).fold(0, |mask, i| mask | 1 << i);
    let separated = run < RUNS && elements.get(run) == Some(&Element::Separator);
    let behind = elements.get(run + 1..).unwrap_or_default();
    let second = behind.iter().take_while(|e| alnum(e)).count();
    // Runs in the text are whole, unless the value may end within one, or a class holds signs as well.
    let whole = separated && (right || second < behind.len()) && behind[..second].iter().all(|e| only(e, u8::is_ascii_alphanumeric));
    let second = if whole { u8::try_from(second).unwrap_or(0) } else { 0 };
    let second_digit = separated && behind.first().is_some_and(|e| only(e, u8::is_ascii_digit));
    (Quick { digits: places(u8::is_ascii_digit), letters: places(u8::is_ascii_alphabetic), second, second_digit }, separated)
}

fn ready(number: u16, rule: &Rule, form: &Form) -> Result<Ready, BuildError> {
    let check = form.check.as_deref().and_then(check::by_name);
    let regex = form.pattern.as_deref().map(|p| regex(&rule.id, p)).transpose()?;
    let value = regex.as_ref().and_then(|r| r.group_info().to_index(regex_automata::PatternID::ZERO, "value"));
    let digits = |l: &String| {
        let open = outside_classes(l);
        open.contains('9') && open.bytes().all(|b| !b.is_ascii_uppercase() || b == b'X')
    };
    Ok(Ready {
        rule: number,
        prior: milli(form.prior),
        check_bits: check.map_or(0, |c| milli(form.check_bits.unwrap_or(c.bits))),
        check,
        needs_context: form.needs_context,
        entropy: form.entropy,
        ignore_case: form.ignore_case,
        left: form.left_boundary,
        right: form.right_boundary,
        // Telephone numbers are one number however they are grouped.
        numeric: form.layouts.iter().any(digits) || form.kernel.as_deref() == Some("phone"),
        listens: !(rule.context.is_empty() && rule.negative.is_empty()),
        value: value.filter(|_| regex.is_some()),
        regex,
        kernel: form.kernel.as_deref().and_then(Kernel::by_name).filter(|_| !form.literals.is_empty()),
        public: form.public_prefix.as_deref().map(Into::into),
        prefixed: !form.literals.is_empty() && form.kernel.is_none() && value.is_none(),
    })
}

/// A layout without its classes: `9{5}[0-9AB]9{6}` is a number, though one place may hold a letter.
fn outside_classes(layout: &str) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        inside = (inside || *c == '[') && *c != ']';
        !inside && *c != ']'
    };
    layout.chars().filter(keep).collect()
}

fn regex(rule: &str, pattern: &str) -> Result<Regex, BuildError> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false).nest_limit(64))
        .configure(Regex::config().utf8_empty(false).hybrid_cache_capacity(128 << 10).nfa_size_limit(Some(4 << 20)))
        .build(pattern)
        .map_err(|_| BuildError::Pattern(rule.to_owned()))
}
