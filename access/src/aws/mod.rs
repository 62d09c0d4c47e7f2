//! AWS: the policy language, and the decision that a request meets.

pub mod decide;
pub mod expr;
pub mod import;
pub mod policy;
pub mod reach;
