//! SQL databases: roles, grants and what they come to.
//!
//! For Postgres, an [`Inventory`] is what the catalog says: roles and their memberships, owners, access lists, policies. [`Privileges`] answers what the
//! server's own `has_table_privilege` and its like answer; [`Privileges::reach`] adds what they leave out: the way a role gets there (by inheritance, by
//! `SET ROLE`, by granting itself a role), rows hidden by policies, views that read for their owner, functions that run as theirs. For MySQL and MariaDB
//! the same stands in [`mysql`].
//!
//! What each access means: *read*: SELECT on the table or some columns; *write*: INSERT, UPDATE, DELETE or TRUNCATE; *list*: a connection, for catalogs
//! are open to everyone; *admin*: to change, drop or grant it, as owner of it or its schema, by a grant option, or by a role one can grant oneself.
//! All need CONNECT on the database (of the role that logs in) and, but for *list*, USAGE on the schema.
//!
//! ```
//! use sonde_access::sql::{Access, Acl, Answer, Database, Inventory, Privileges, Relation, Role, Schema, acl};
//! let mut inventory = Inventory::new(160_000);
//! inventory.roles = vec![Role::named("owner"), Role::named("ann"), Role::named("bob")];
//! let mut database = Database::named("app", "owner");
//! database.schemas.push(Schema { name: "public".into(), owner: "owner".into(), acl: Some(acl::parse("{=U/owner}").unwrap()) });
//! let mut table = Relation::table("public", "customers", "owner");
//! table.acl = Some(acl::parse("{owner=arwdDxt/owner,ann=r/owner}").unwrap());
//! database.relations.push(table);
//! inventory.databases.push(database);
//! let privileges = Privileges::new(&inventory, "app").unwrap();
//! let read: Vec<_> = privileges.reach("public", "customers").into_iter().filter(|r| r.access == Access::Read).collect();
//! assert_eq!(read.iter().map(|r| (r.principal.as_str(), r.answer)).collect::<Vec<_>>(), [("ann", Answer::Yes), ("owner", Answer::Yes)]);
//! ```

pub mod acl;
pub mod dump;
mod inventory;
pub mod mysql;
mod policies;
mod privileges;
mod reach;
mod roles;
#[cfg(test)]
mod tests;

pub use acl::{Acl, AclItem, Grantee, Privilege, PrivilegeSet};
pub use inventory::{Column, Database, DefaultPrivilege, Function, Inventory, Kind, Membership, Policy, Relation, Role, Schema, View};
pub use privileges::{Membership as MembershipKind, Privileges};
pub use reach::{Access, Answer, Because, Reach};
