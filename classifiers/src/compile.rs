//! Rules compiled: forms sorted by what finds them.

use std::collections::HashMap;

use crate::{
    Form, Rule,
    check::{self, Check},
    kernel::Kernel,
    layouts::Layouts,
    literals::{Literals, Place},
    pattern::Later,
    planes::Level,
    shape,
    words::{Rules, WordTable},
};

/// Why an engine could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
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
    /// Its rule's context words are of what stands beside.
    pub(crate) beside: bool,
    /// The rule has words at all.
    pub(crate) listens: bool,
    pub(crate) pattern: Option<Later>,
    /// What runs where a literal stands, in place of a pattern.
    pub(crate) kernel: Option<Kernel>,
    /// A group of the pattern marks the value.
    pub(crate) value: bool,
    pub(crate) public: Option<Box<str>>,
    /// Literals that begin with a provider's prefix are shown in masks.
    pub(crate) prefixed: bool,
}

/// Tokens of this length and longer ones are not told apart by it.
pub(crate) const LONG: usize = 256;

#[derive(Clone, Copy, Debug)]
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

impl CellForm {
    /// Whether a whole value, as long as the form wants it, fits the form's pattern.
    pub(crate) fn fits(&self, forms: &[Ready], text: &[u8], (start, end): (usize, usize)) -> bool {
        let pattern = forms[self.form as usize].pattern.as_ref();
        (self.length[0]..=self.length[1]).contains(&(end - start)) && pattern.is_none_or(|p| p.fills(text, start, end))
    }
}

/// A form, and the literal's exact text where case counts.
pub(crate) type LiteralForm = (u32, Option<Box<[u8]>>);

#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) forms: Vec<Ready>,
    pub(crate) literals: Option<Literals>,
    /// Forms of each literal.
    pub(crate) literal_forms: Vec<Vec<LiteralForm>>,
    pub(crate) literal_texts: Vec<Box<[u8]>>,
    pub(crate) layouts: Layouts,
    pub(crate) tokens: Vec<TokenForm>,
    /// Those of them that need no word, by alphabet and length ([`LONG`]: that and more).
    pub(crate) bare_tokens: [Vec<Vec<TokenForm>>; 4],
    pub(crate) cells: Vec<CellForm>,
    /// Rules that have any.
    pub(crate) cell_rules: Rules,
    /// Kernels that run at runs of letters and digits, and the forms of each.
    pub(crate) kernels: Vec<(Kernel, Vec<u32>)>,
    /// Bits of these kernels.
    pub(crate) kernel_bits: u8,
    /// Words with a capital are looked at.
    pub(crate) names: bool,
    /// Token forms of each rule that has any.
    pub(crate) tokens_of: HashMap<u16, Vec<usize>>,
    pub(crate) token_rules: Rules,
    pub(crate) words: WordTable,
    pub(crate) level: Level,
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
            layouts: Layouts::default(),
            tokens: Vec::new(),
            bare_tokens: std::array::from_fn(|_| vec![Vec::new(); LONG + 1]),
            cells: Vec::new(),
            cell_rules: Rules::default(),
            kernels: Vec::new(),
            kernel_bits: 0,
            names: false,
            tokens_of: HashMap::new(),
            token_rules: Rules::default(),
            words: WordTable::new(rules),
            level: Level::best(),
        };
        let mut literals: HashMap<Vec<u8>, usize> = HashMap::new();
        for (number, rule) in rules.iter().enumerate() {
            let number = u16::try_from(number).map_err(|_| BuildError::Rules)?;
            for form in &rule.forms {
                compiled.add(number, rule, form, &mut literals);
            }
        }
        if !compiled.literal_texts.is_empty() {
            let placed = compiled.literal_texts.iter().zip(&compiled.literal_forms).map(|(text, forms)| {
                // A scanner looks at the whole name that a literal stands in.
                let loose = |f: &(u32, _)| !compiled.forms[f.0 as usize].left && compiled.forms[f.0 as usize].kernel.is_some();
                let part = !text[0].is_ascii() || (text[0].is_ascii_alphanumeric() && !forms.iter().any(loose));
                (text.clone(), if part { Place::Part } else { Place::Anywhere })
            });
            compiled.literals = Some(Literals::new(&placed.collect::<Vec<_>>()).ok_or(BuildError::Literals)?);
        }
        compiled.layouts.finish();
        Ok(compiled)
    }

    fn add(&mut self, number: u16, rule: &Rule, form: &Form, literals: &mut HashMap<Vec<u8>, usize>) {
        let index = self.forms.len() as u32;
        self.forms.push(ready(number, rule, form));
        for literal in form.literals.iter().chain(&form.terms) {
            let folded = literal.to_ascii_lowercase().into_bytes();
            let at = *literals.entry(folded).or_insert_with(|| {
                self.literal_texts.push(literal.as_bytes().into());
                self.literal_forms.push(Vec::new());
                self.literal_texts.len() - 1
            });
            let exact = !form.ignore_case && form.terms.is_empty();
            self.literal_forms[at].push((index, exact.then(|| literal.as_bytes().into())));
        }
        for text in &form.layouts {
            for layout in shape::parse(text, form.ignore_case).unwrap_or_default() {
                self.layouts.add(index, layout, &self.forms[index as usize]);
            }
        }
        if let Some(token) = &form.token {
            let alphabet = match token.alphabet.as_str() {
                "hex" => Alphabet::Hex,
                "alnum" => Alphabet::Alnum,
                "base64" => Alphabet::Base64,
                _ => Alphabet::Base64Url,
            };
            let token = TokenForm { form: index, alphabet, length: token.length.map(usize::from) };
            // One with a check digit is tried in columns whatever their name.
            if form.needs_context && (form.check.is_none() || form.entropy) {
                self.tokens_of.entry(number).or_default().push(self.tokens.len());
                self.token_rules.insert(number);
            } else {
                for length in token.length[0].min(LONG)..=token.length[1].min(LONG) {
                    self.bare_tokens[alphabet as usize][length].push(token);
                }
            }
            self.tokens.push(token);
        }
        if let Some(length) = form.cell {
            self.cells.push(CellForm { form: index, length: length.map(usize::from) });
            if !rule.columns_only {
                self.cell_rules.insert(number);
            }
        }
        if let Some(kernel) = form.kernel.as_deref().and_then(Kernel::by_name).filter(|_| form.literals.is_empty() && form.cell.is_none()) {
            match self.kernels.iter_mut().find(|k| k.0 == kernel) {
                Some((_, forms)) => forms.push(index),
                None => self.kernels.push((kernel, vec![index])),
            }
            self.kernel_bits |= kernel.bit();
            self.names |= matches!(kernel, Kernel::Person | Kernel::PersonCell);
        }
    }
}

fn ready(number: u16, rule: &Rule, form: &Form) -> Ready {
    let check = form.check.as_deref().and_then(check::by_name);
    let pattern = form.pattern.as_deref().map(Later::new);
    let value = pattern.as_ref().is_some_and(Later::marks_value);
    let digits = |l: &String| {
        let open = outside_classes(l);
        open.contains('9') && open.bytes().all(|b| !b.is_ascii_uppercase() || b == b'X')
    };
    Ready {
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
        beside: rule.beside,
        listens: !(rule.context.is_empty() && rule.header.is_empty() && rule.negative.is_empty()),
        value,
        pattern,
        kernel: form.kernel.as_deref().and_then(Kernel::by_name).filter(|_| !form.literals.is_empty() || form.cell.is_some()),
        public: form.public_prefix.as_deref().map(Into::into),
        prefixed: !form.literals.is_empty() && form.kernel.is_none() && !value,
    }
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
