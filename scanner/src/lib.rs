//! The program `sonde`: pipeline, store, command line.

pub mod record;
pub mod store;
