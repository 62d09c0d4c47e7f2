//! Values as they are issued: formats and check digits from what the issuers publish.

pub mod contact;
pub mod device;
pub mod money;
pub mod national;
pub mod secret;

pub use national::{NATIONAL, National};
