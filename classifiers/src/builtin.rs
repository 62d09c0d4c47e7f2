//! The rules that come with Sonde: one file a family, in `classifiers/rules/`; `build.rs` lists them.

/// Name and text of each file.
pub(crate) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));
