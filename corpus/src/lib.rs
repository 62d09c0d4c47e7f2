//! Labelled data: a small lake in which every sensitive value is known, its seeded generator, and endless texts for benchmarks.
//!
//! The generator knows published formats and check digits and none of the rules: what it plants is what a person would call sensitive, and everything
//! else in the lake is meant to look like it and not be it.
//!
//! ```
//! let truth = sonde_corpus::Truth::load().expect("the truth is committed");
//! assert!(truth.plants().any(|p| p.tag == "pii.email" && p.object == "crm/customers.csv"));
//! ```

pub mod cases;
mod digits;
pub mod evaluate;
pub mod form;
pub mod lake;
mod prng;
pub mod synth;
mod truth;
pub mod unseen;
pub mod values;

use std::path::{Path, PathBuf};

pub use prng::Prng;
pub use truth::{Line, Plant, Truth};

/// The folder of this crate: `lake/`, `truth.jsonl` and `cases/` are in it.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The folder of the committed lake.
#[must_use]
pub fn lake_dir() -> PathBuf {
    root().join("lake")
}
