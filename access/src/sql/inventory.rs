//! What is known of a Postgres cluster: plain data.

use serde::{Deserialize, Serialize};

use super::Acl;

/// Roles of a cluster, and what some of its databases hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// `server_version_num`: 150018 is 15.18.
    pub version: u32,
    /// Every role.
    pub roles: Vec<Role>,
    /// Who is a member of what.
    pub memberships: Vec<Membership>,
    /// Databases; those that were not looked into have no schemas.
    pub databases: Vec<Database>,
    /// What could not be read or understood: answers that depend on it are *unknown*.
    pub gaps: Vec<String>,
}

/// A role: user or group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "attributes of a role are these")]
pub struct Role {
    /// Its name.
    pub name: String,
    /// SUPERUSER.
    pub superuser: bool,
    /// INHERIT: before 16, whether its memberships are inherited.
    pub inherit: bool,
    /// LOGIN.
    pub login: bool,
    /// BYPASSRLS.
    pub bypass_rls: bool,
    /// CREATEROLE.
    pub create_role: bool,
    /// REPLICATION.
    pub replication: bool,
}

/// A membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The role that is given.
    pub role: String,
    /// To whom.
    pub member: String,
    /// WITH ADMIN OPTION.
    pub admin: bool,
    /// WITH INHERIT; `None` before 16, where the member's own INHERIT decides.
    pub inherit: Option<bool>,
    /// WITH SET; `None` before 16, where every member may SET ROLE.
    pub set: Option<bool>,
}

/// A database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: String,
    /// Its access list; `None`: never written, the defaults hold.
    pub acl: Option<Acl>,
    /// Connections are refused (`datallowconn`).
    pub closed: bool,
    /// Its schemas.
    pub schemas: Vec<Schema>,
    /// Its tables and views.
    pub relations: Vec<Relation>,
    /// Functions that run as their owner.
    pub functions: Vec<Function>,
    /// Grants on objects to come.
    pub default_privileges: Vec<DefaultPrivilege>,
}

/// A schema.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: String,
    /// Its access list; `None`: the defaults.
    pub acl: Option<Acl>,
}

/// What a relation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A table.
    #[default]
    Table,
    /// A partitioned table.
    Partitioned,
    /// A view.
    View,
    /// A materialised view.
    Materialised,
    /// A foreign table.
    Foreign,
}

/// A table or view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Relation {
    /// Schema.
    pub schema: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Owner.
    pub owner: String,
    /// Access list; `None`: the defaults.
    pub acl: Option<Acl>,
    /// ENABLE ROW LEVEL SECURITY.
    pub row_security: bool,
    /// FORCE ROW LEVEL SECURITY: for its owner as well.
    pub force_row_security: bool,
    /// Policies.
    pub policies: Vec<Policy>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Where it is a view.
    pub view: Option<View>,
}

/// What a view reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// `security_invoker`: with the rights of whoever asks, not of its owner.
    pub invoker: bool,
    /// Tables and views it reads: schema, name.
    pub uses: Vec<(String, String)>,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Access list; `None`: nothing granted on it alone.
    pub acl: Option<Acl>,
}

/// A row-level policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Name.
    pub name: String,
    /// One of the permissive ones must let a row through, every restrictive one as well.
    pub permissive: bool,
    /// `r`, `a`, `w`, `d`; `*` for all.
    pub command: char,
    /// Whom it is for; empty: everyone.
    pub roles: Vec<String>,
    /// USING: rows that are seen.
    pub using: Option<String>,
    /// WITH CHECK: rows that may be written.
    pub check: Option<String>,
}

/// A function that runs as its owner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Schema.
    pub schema: String,
    /// Name with its arguments.
    pub name: String,
    /// Owner.
    pub owner: String,
    /// Access list; `None`: everyone may call it.
    pub acl: Option<Acl>,
}

/// Grants on objects to come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DefaultPrivilege {
    /// Who makes the objects.
    pub role: String,
    /// Where; `None`: anywhere.
    pub schema: Option<String>,
    /// `r`: tables, `n`: schemas, `f`: functions, …
    pub kind: char,
    /// What they get.
    pub acl: Acl,
}

impl Inventory {
    /// An empty cluster of this version.
    #[must_use]
    pub fn new(version: u32) -> Self {
        Self { version, ..Self::default() }
    }
}

impl Role {
    /// A role that may log in and inherits.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), inherit: true, login: true, ..Self::default() }
    }
}

impl Database {
    /// A database without content.
    #[must_use]
    pub fn named(name: &str, owner: &str) -> Self {
        Self { name: name.to_owned(), owner: owner.to_owned(), ..Self::default() }
    }
}

impl Relation {
    /// A table on which nothing was granted.
    #[must_use]
    pub fn table(schema: &str, name: &str, owner: &str) -> Self {
        Self { schema: schema.to_owned(), name: name.to_owned(), owner: owner.to_owned(), ..Self::default() }
    }
}
