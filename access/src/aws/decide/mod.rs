//! The decision that a request meets.

mod public;

pub use public::is_public;
