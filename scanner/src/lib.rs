//! The program `sonde`: pipeline, store, command line.

pub mod bridge;
pub mod cli;
pub mod dates;
pub mod glob;
pub mod identities;
pub mod pipeline;
pub mod plan;
pub mod progress;
pub mod reading;
pub mod record;
pub mod sample;
pub mod sizes;
pub mod store;
pub mod tally;
