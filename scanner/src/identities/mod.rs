//! Identities: a folder or an account read into an inventory, an inventory into rows of the store, and questions about it answered.

mod answers;
mod cut;
mod databases;
mod folder;
mod rows;

pub use answers::{Answers, Place, difference, summary};
pub use cut::without;
pub use databases::{DatabasePlace, Tables, dumps};
pub use folder::{of_account, read};
pub use rows::{counts, snapshot};
