//! Makers of single values: each from the published format of its issuer, with its check digit.

mod africa;
mod america;
mod asia;
mod device;
mod east;
mod health;
mod iban;
mod isles;
pub(super) mod money;
mod north;
mod pacific;
mod south;
mod west;

use crate::{Prng, digits::weighted};

/// Makes a value without separators.
pub(super) type Maker = fn(&mut Prng) -> String;

/// A table of makers by the name of their function.
macro_rules! makers {
    ($($name:ident)*) => { pub(super) const MAKERS: &[(&str, super::Maker)] = &[$((stringify!($name), $name)),*]; };
}
use makers;

/// A maker by its name.
pub(super) fn by_name(name: &str) -> Option<Maker> {
    let tables = [
        africa::MAKERS,
        america::MAKERS,
        asia::MAKERS,
        device::MAKERS,
        east::MAKERS,
        health::MAKERS,
        iban::MAKERS,
        isles::MAKERS,
        money::MAKERS,
        north::MAKERS,
        pacific::MAKERS,
        south::MAKERS,
        west::MAKERS,
    ];
    tables.iter().flat_map(|t| t.iter()).find(|(n, _)| *n == name).map(|(_, make)| *make)
}

/// Values are drawn until one has a check digit.
fn until(r: &mut Prng, mut make: impl FnMut(&mut Prng) -> Option<String>) -> String {
    loop {
        if let Some(value) = make(r) {
            return value;
        }
    }
}

/// Year, month, day of birth of a grown-up or a child.
fn birth(r: &mut Prng) -> (u64, u64, u64) {
    let (y, m, d) = r.date(1932, 2015);
    (y, m, if d == 28 { r.range(28, if m == 2 { 28 } else { 30 }) } else { d })
}

/// The digit that makes the weighted sum of a body a multiple of eleven when subtracted: `(11 - sum % 11) % 11`; `None` for ten.
fn eleven(body: &str, weights: &[u32]) -> Option<u32> {
    let check = (11 - weighted(body, weights) % 11) % 11;
    (check < 10).then_some(check)
}

/// A body with a digit behind it, if there is one.
fn with(body: &str, digit: Option<u32>) -> Option<String> {
    digit.map(|d| format!("{body}{d}"))
}
