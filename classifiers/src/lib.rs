//! Bytes and columns in, matches out. Pure: no IO, no clock, no environment; building may fail, scanning cannot.
//!
//! Rules are TOML ([`Rule`]); a [`Ruleset`] of them is compiled into an [`Engine`], which is shared; each task has a [`Scratch`]. Texts are scanned whole ([`Engine::scan`]) or in
//! pieces cut anywhere ([`TextScanner`]); columns in their value buffer ([`Engine::scan_column`], [`Engine::scan_batch`]) and judged as columns ([`verdict`]).
//! A matched value never leaves this crate but as [`Masked`], [`Fingerprint`] or a keyed hash.
//!
//! ```
//! use sonde_classifiers::{Context, Engine, EngineOptions, Ruleset};
//!
//! let engine = Engine::new(&Ruleset::builtin()?, EngineOptions::default())?;
//! let mut scratch = engine.scratch();
//! let mut found = Vec::new();
//! engine.scan(&mut scratch, b"the password is Kx9#mT2vLq8w", Context::default(), &mut |m| {
//!     found.push((engine.rule(m.rule).tag.clone(), m.start, m.masked(&engine).to_string()));
//! });
//! assert_eq!(found, [("secret.password".to_owned(), 16, "************".to_owned())]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allow;
mod builtin;
pub mod check;
mod collect;
mod column;
mod compile;
pub mod composite;
mod custom;
mod decode;
mod dictionary;
pub mod document;
mod ear;
mod edm;
mod engine;
mod find;
mod fingerprint;
mod judge;
mod kernel;
mod key;
mod layouts;
mod literals;
mod mask;
#[cfg(feature = "model")]
mod model;
mod overlap;
mod pattern;
mod phrases;
mod planes;
mod rule;
mod ruleset;
pub mod secrecy;
mod service;
mod shape;
mod tables;
pub mod template;
mod text;
pub mod verdict;
mod verify;
mod words;

pub use allow::{Allow, Allowed, Threshold};
pub use column::{CellMatch, CellSink, Cells, Offsets};
pub use compile::BuildError;
pub use composite::{Composite, Nearby, Watch};
pub use dictionary::Dictionary;
pub use document::{Document, Documents};
pub use edm::{EdmBuilder, EdmError, EdmSet};
pub use engine::{Bit, Context, Engine, EngineOptions, Masked, Match, Overlaps, RuleIndex, Scratch};
pub use fingerprint::{Fingerprint, FingerprintKey, Sketch};
#[cfg(feature = "model")]
pub use model::{Model, ModelError, ModelFiles};
pub use rule::{Form, MaskStyle, Rule, Sensitivity, Token};
pub use ruleset::{RuleError, Ruleset, distance};
pub use service::Service;
pub use text::{TextMatch, TextScanner, encoding_name};
pub use verdict::{Tally, Verdict};
pub use verify::{ExampleFailure, verify};
