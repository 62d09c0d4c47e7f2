//! Rules: what a class of sensitive data looks like, as data.
//!
//! One TOML file holds one family of rules (`[[rule]]` blocks). Unknown keys are refused with the nearest known one.

use serde::Deserialize;

use crate::Service;

/// How sensitive a tag is. Ordered: `Low < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sensitivity {
    /// Public or nearly so.
    Low,
    /// Personal, but common.
    Moderate,
    /// Identifies a person or an account.
    High,
    /// Gives access, or harms when disclosed.
    Critical,
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskStyle {
    /// At most four characters and a quarter of the value; values of up to four characters are hidden whole.
    #[default]
    Tail,
    /// First six and last four digits.
    Pan,
    /// The public prefix only (`public_prefix` of the form), nothing else.
    Secret,
    /// First character of the local part and the domain's top label.
    Email,
}

/// One rule as written in TOML. See `classifiers/README.md` for the meaning of each key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable identifier, kebab-case, unique in a rule set (`us-ssn`).
    pub id: String,
    /// Tag it gives (`gov.us.ssn`).
    pub tag: String,
    /// Name for people.
    pub name: String,
    /// ISO 3166 country code in lower case, absent where global.
    #[serde(default)]
    pub region: Option<String>,
    /// Sensitivity of the tag.
    pub sensitivity: Sensitivity,
    /// Regulations the tag falls under: `gdpr`, `gdpr-art9`, `hipaa`, `pci-dss`, `ccpa`, `glba`.
    #[serde(default)]
    pub regulations: Vec<String>,
    /// How values are shown.
    #[serde(default)]
    pub mask: MaskStyle,
    /// Tags of the same category that are reported inside this one as well (the password in a connection string).
    #[serde(default)]
    pub contains: Vec<String>,
    /// Ways the value can look; each is tried on its own.
    #[serde(rename = "form")]
    pub forms: Vec<Form>,
    /// Words that speak for the rule when near a match or in a column name. Phrases are allowed; spaces in a phrase also match nothing, `_` and `-`.
    #[serde(default)]
    pub context: Vec<String>,
    /// Names of the service whose credential this is: more context, and what speaks against it.
    #[serde(default)]
    pub service: Option<Service>,
    /// The context words are of what stands beside such a value, such as a telephone number beside a name; they do not name it.
    #[serde(default)]
    pub beside: bool,
    /// `header` words and `cell` forms are for columns only: names such as `state` and `cookie` say other things in texts.
    #[serde(default)]
    pub columns_only: bool,
    /// Bits a context word near the match adds.
    #[serde(default = "five")]
    pub context_bits: f32,
    /// Words that count in a column name or JSON path only (short or ambiguous ones such as `tel`, `cc`). `context` words count there as well.
    #[serde(default)]
    pub header: Vec<String>,
    /// Bits a column name adds.
    #[serde(default = "six")]
    pub header_bits: f32,
    /// Words that speak against the rule.
    #[serde(default)]
    pub negative: Vec<String>,
    /// Bits a negative word takes.
    #[serde(default = "six")]
    pub negative_bits: f32,
    /// Texts in which the rule must match with confidence of at least 0.5. `{{…}}` marks the exact span where given;
    /// `${kind:n}` is replaced by a seeded random run, so that no real-looking secret stands in the repository.
    pub examples: Vec<String>,
    /// Texts in which the rule must not reach 0.5.
    pub counter_examples: Vec<String>,
}

/// One way a value can look. Exactly one of `layouts`, `literals` (with a `pattern` or a `kernel`), `terms`, `token`, `kernel`, `dictionary` or `cell`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Bits before any other evidence: how probable is it that a text that fits this form is the thing?
    pub prior: f32,
    /// Layouts (see `shape.rs`): `9` digit, `A` letter, `X` letter or digit, `H` hex digit, `-` one separator of ` -./`, `-?` an optional one,
    /// `\` before any byte taken literally, `[1-3]`-like class of digits or letters, `{n}` / `{n,m}` repeat. Upper-case only unless `ignore_case`.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// Literals that begin the pattern (any case when `ignore_case`). The literal kernel finds them; the pattern is anchored at the literal's first byte.
    #[serde(default)]
    pub literals: Vec<String>,
    /// Regular expression (`regex` crate syntax, bytes, no Unicode classes) that begins at the literal. A group named `value` marks the span reported; else the whole match.
    /// Its length must be bounded.
    #[serde(default)]
    pub pattern: Option<String>,
    /// A bare token of a known alphabet and length; needs context or a header to be reported.
    #[serde(default)]
    pub token: Option<Token>,
    /// A scanner of its own, by name: `email`, `phone`, `ip`, `mac`, `iban`, … With `literals` it runs where one of them stands, in place of a pattern.
    #[serde(default)]
    pub kernel: Option<String>,
    /// Whole words or phrases, any case: the value is the term itself. With `check`, `needs_context` and the rest as for every form.
    #[serde(default)]
    pub terms: Vec<String>,
    /// A set of exact values by name; given by [`crate::Ruleset::with_exact`], never in a file.
    #[serde(skip)]
    pub exact: Option<String>,
    /// Shortest and longest whole trimmed cell, in bytes, of a column whose header matches.
    #[serde(default)]
    pub cell: Option<[u16; 2]>,
    /// With `cell`: every word of the cell, or the cell as a whole, is in this built-in dictionary (`given-names`, `surnames`, `cities`, …). Takes the place of `check`.
    /// Without `cell`: a dictionary of the user's by name: words and phrases anywhere, any case, their signs do not count.
    #[serde(default)]
    pub dictionary: Option<String>,
    /// Check by name (see `check::by_name`) on the value with separators (space, hyphen, dot, slash, no-break space) removed and letters upper-cased where `ignore_case`.
    #[serde(default)]
    pub check: Option<String>,
    /// Bits that a passed check adds; default: the check's own strength.
    #[serde(default)]
    pub check_bits: Option<f32>,
    /// Letters in either case.
    #[serde(default)]
    pub ignore_case: bool,
    /// Never reported without a context word, a header word, or (in a column) the column's verdict.
    #[serde(default)]
    pub needs_context: bool,
    /// What of the value may be shown (`ghp_`), with `mask = "secret"`. Default: the literal that matched when it is a provider's prefix (pattern forms), nothing otherwise.
    #[serde(default)]
    pub public_prefix: Option<String>,
    /// Judge the value by its improbability as language: placeholders, words and low-entropy values are refused. For secrets.
    #[serde(default)]
    pub entropy: bool,
    /// Byte before the match must not be a letter, digit or `_` (escapes such as `\n` or `%22` before it are seen through). Default: yes.
    #[serde(default = "yes")]
    pub left_boundary: bool,
    /// The same on the right. Default: yes.
    #[serde(default = "yes")]
    pub right_boundary: bool,
}

/// A bare token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// `hex`, `alnum`, `base64` (`+/=`), `base64url` (`-_=`).
    pub alphabet: String,
    /// Shortest and longest length in bytes, inclusive.
    pub length: [u16; 2],
}

fn five() -> f32 {
    5.0
}
fn six() -> f32 {
    6.0
}
fn yes() -> bool {
    true
}
