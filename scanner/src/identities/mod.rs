//! Identities: a folder or an account read into an inventory, an inventory into rows of the store, and questions about it answered.

mod answers;
mod cut;
mod databases;
mod folder;
mod grants;
mod rows;
mod usage;

pub use answers::{Answers, Located, Place, difference, summary};
pub use cut::without;
pub use databases::{DatabasePlace, Tables, dumps};
pub use folder::{of_account, read};
pub use grants::without_grant;
pub use rows::{EXPORTS, apart, counts, snapshot, together};
pub use usage::{Owners, Used, Uses, hold, owners, uses};
