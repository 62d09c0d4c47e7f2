//! Checks by name: check digits, ranges and structures that tell a number from digits.
//!
//! Most take the value with separators (space, hyphen, dot, slash) removed and letters upper-cased. Those marked `raw` read it as it stands in the text: there the
//! separators or the case of letters carry meaning.
//!
//! The strength of a check is minus log2 of the share of random strings of the rule's shape that pass: the evidence that passing is worth.

mod account;
mod africa;
mod america;
mod asia;
mod britain;
mod card;
mod country;
pub(crate) mod credential;
mod date;
mod device;
mod digits;
mod east;
mod france;
mod germany;
mod goods;
mod health;
pub(crate) mod iban;
mod iberia;
mod italy;
mod latin;
pub(crate) mod mnemonic;
mod money;
mod name;
mod north;
mod place;
pub(crate) mod secret;
mod southeast;
mod token;
mod travel;
mod vat;
mod wallet;

pub(crate) use name::DICTIONARIES;

/// A check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Whether a value passes. Never panics, whatever the bytes.
    pub run: fn(&[u8]) -> bool,
    /// Bits that passing adds.
    pub bits: f32,
    /// The value is to be given as it stands: separators kept, case kept.
    pub raw: bool,
}

/// Name, function, bits, raw.
type Row = (&'static str, fn(&[u8]) -> bool, f32, bool);

const TABLES: &[&[Row]] = &[
    GENERAL,
    account::TABLE,
    africa::TABLE,
    america::TABLE,
    asia::TABLE,
    britain::TABLE,
    card::TABLE,
    credential::TABLE,
    date::TABLE,
    device::TABLE,
    east::TABLE,
    france::TABLE,
    germany::TABLE,
    goods::TABLE,
    health::TABLE,
    iberia::TABLE,
    italy::TABLE,
    latin::TABLE,
    mnemonic::TABLE,
    money::TABLE,
    name::TABLE,
    north::TABLE,
    place::TABLE,
    southeast::TABLE,
    token::TABLE,
    travel::TABLE,
    vat::TABLE,
    wallet::TABLE,
];

const GENERAL: &[Row] = &[("luhn", digits::luhn, 3.3, false)];

/// The check of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<Check> {
    let row = TABLES.iter().copied().flatten().find(|row| row.0 == name);
    row.map(|&(_, run, bits, raw)| Check { run, bits, raw }).or_else(|| secret::by_name(name).map(|(run, bits)| Check { run, bits, raw: true }))
}

/// Names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied().flatten().map(|row| row.0).chain(secret::NAMES)
}

#[cfg(test)]
mod tests;
