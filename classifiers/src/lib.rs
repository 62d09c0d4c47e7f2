//! Bytes and columns in, matches out. Pure: no IO, no clock, no environment; building may fail, scanning cannot.

pub mod check;
mod fingerprint;
mod rule;
pub mod secrecy;
pub mod template;
pub mod verdict;

pub use fingerprint::{Fingerprint, FingerprintKey, Sketch};
pub use rule::{Form, MaskStyle, Rule, Sensitivity, Token};
pub use verdict::{Tally, Verdict};
