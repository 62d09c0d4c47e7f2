//! What the server's own `has_…_privilege` and `pg_has_role` answer.

use std::collections::BTreeMap;

use super::{
    Acl, AclItem, Database, Function, Grantee, Inventory, Privilege, PrivilegeSet, Relation, Schema,
    acl::{self, Default},
    roles::{Graph, OWN_TERMS, RoleId, RoleSet, Term},
};

/// How a role is in another: what `pg_has_role` tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It has the other's privileges without doing anything.
    Usage,
    /// It may become the other (`SET ROLE`).
    Set,
    /// It is in the other at all.
    Member,
    /// It may grant the other.
    Admin,
}

/// Who holds a privilege by an access list, and by which item.
#[derive(Clone, Copy, Debug)]
pub(super) enum Held<'a> {
    /// As a superuser.
    Superuser,
    /// By this item.
    Item(&'a AclItem),
    /// By a role of the system's.
    Predefined(&'static str),
    /// As its owner, or inheriting from him: nothing was granted, the defaults hold.
    Owner,
    /// As anyone, by the defaults.
    Anyone,
}

/// One database of a cluster, ready to be asked.
#[derive(Debug)]
pub struct Privileges<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) database: &'a Database,
    pub(super) graph: Graph,
    relations: BTreeMap<(&'a str, &'a str), &'a Relation>,
    schemas: BTreeMap<&'a str, &'a Schema>,
}

impl<'a> Privileges<'a> {
    /// Looks at one database; `None`: it is not in the inventory.
    #[must_use]
    pub fn new(inventory: &'a Inventory, database: &str) -> Option<Self> {
        let database = inventory.databases.iter().find(|d| d.name == database)?;
        let graph = Graph::new(inventory, &database.owner);
        let relations = database.relations.iter().map(|r| ((r.schema.as_str(), r.name.as_str()), r)).collect();
        let schemas = database.schemas.iter().map(|s| (s.name.as_str(), s)).collect();
        Some(Self { inventory, database, graph, relations, schemas })
    }

    /// A table or view.
    #[must_use]
    pub fn relation(&self, schema: &str, name: &str) -> Option<&'a Relation> {
        self.relations.get(&(schema, name)).copied()
    }

    pub(super) fn schema(&self, name: &str) -> Option<&'a Schema> {
        self.schemas.get(name).copied()
    }

    /// `pg_has_role(role, other, …)`. `None`: one of them is not there.
    #[must_use]
    pub fn has_role(&self, role: &str, other: &str, how: Membership) -> Option<bool> {
        let (role, other) = (self.graph.id(role)?, self.graph.id(other)?);
        let in_it = |term| self.graph.is_superuser(role) || self.graph.of(role, term).has(other);
        Some(match how {
            Membership::Usage => in_it(Term::Inherit),
            Membership::Set => in_it(Term::Set),
            Membership::Member => in_it(Term::Member),
            Membership::Admin => self.graph.administers(role, other),
        })
    }

    /// `has_table_privilege`. `None`: role or table is not there.
    #[must_use]
    pub fn has_table(&self, role: &str, schema: &str, name: &str, privilege: Privilege) -> Option<bool> {
        let relation = self.relation(schema, name)?;
        Some(self.on_table(self.graph.id(role)?, relation, privilege).is_some())
    }

    /// `has_table_privilege(…, 'PRIVILEGE WITH GRANT OPTION')`.
    #[must_use]
    pub fn may_grant_table(&self, role: &str, schema: &str, name: &str, privilege: Privilege) -> Option<bool> {
        let relation = self.relation(schema, name)?;
        Some(self.grants_table(self.graph.id(role)?, relation, privilege))
    }

    /// `has_column_privilege`.
    #[must_use]
    pub fn has_column(&self, role: &str, schema: &str, name: &str, column: &str, privilege: Privilege) -> Option<bool> {
        let relation = self.relation(schema, name)?;
        let role = self.graph.id(role)?;
        let column = relation.columns.iter().find(|c| c.name == column)?;
        Some(self.on_table(role, relation, privilege).is_some() || self.on_column(role, column, privilege).is_some())
    }

    /// `has_any_column_privilege`.
    #[must_use]
    pub fn has_any_column(&self, role: &str, schema: &str, name: &str, privilege: Privilege) -> Option<bool> {
        let relation = self.relation(schema, name)?;
        let role = self.graph.id(role)?;
        let any = || relation.columns.iter().any(|c| self.on_column(role, c, privilege).is_some());
        Some(self.on_table(role, relation, privilege).is_some() || any())
    }

    /// `has_schema_privilege`.
    #[must_use]
    pub fn has_schema(&self, role: &str, schema: &str, privilege: Privilege) -> Option<bool> {
        Some(self.on_schema(self.graph.id(role)?, self.schema(schema)?, privilege).is_some())
    }

    /// `has_database_privilege`.
    #[must_use]
    pub fn has_database(&self, role: &str, privilege: Privilege) -> Option<bool> {
        Some(self.on_database(self.graph.id(role)?, privilege).is_some())
    }

    /// `row_security_active` for this role.
    #[must_use]
    pub fn row_security(&self, role: &str, schema: &str, name: &str) -> Option<bool> {
        Some(self.is_filtered(self.graph.id(role)?, self.relation(schema, name)?))
    }

    pub(super) fn is_filtered(&self, role: RoleId, relation: &Relation) -> bool {
        let of_role = &self.inventory.roles[role];
        let owner = self.graph.id(&relation.owner).is_some_and(|owner| self.uses(role, owner));
        relation.row_security && !of_role.superuser && !of_role.bypass_rls && (!owner || relation.force_row_security)
    }

    /// Whether `role` has the privileges of `other`.
    pub(super) fn uses(&self, role: RoleId, other: RoleId) -> bool {
        self.graph.is_superuser(role) || self.graph.of(role, Term::Inherit).has(other)
    }

    fn uses_named(&self, role: RoleId, other: &str) -> bool {
        self.graph.id(other).is_some_and(|other| self.uses(role, other))
    }

    /// By which item of a list a role holds a privilege; its own first, then everyone's, then those of roles it is in.
    fn by_items<'b>(&self, role: RoleId, acl: &'b [AclItem], privilege: Privilege) -> Option<Held<'b>> {
        if self.graph.is_superuser(role) {
            return Some(Held::Superuser);
        }
        let own = &self.graph.names[role];
        let rank = |item: &AclItem| match &item.grantee {
            Grantee::Role(name) if name == own => Some(0),
            Grantee::Public => Some(1),
            Grantee::Role(name) => self.uses_named(role, name).then_some(2),
        };
        let holding = acl.iter().filter(|item| item.privileges.has(privilege));
        holding.filter_map(|item| Some((rank(item)?, item))).min_by_key(|(rank, _)| *rank).map(|(_, item)| Held::Item(item))
    }

    pub(super) fn on_table<'b>(&'b self, role: RoleId, relation: &'b Relation, privilege: Privilege) -> Option<Held<'b>> {
        self.by_list(role, relation.acl.as_ref(), Default::Relation, &relation.owner, privilege).or_else(|| {
            let predefined = match privilege {
                Privilege::Select => "pg_read_all_data",
                Privilege::Insert | Privilege::Update | Privilege::Delete => "pg_write_all_data",
                Privilege::Maintain => "pg_maintain",
                _ => return None,
            };
            self.uses_named(role, predefined).then_some(Held::Predefined(predefined))
        })
    }

    pub(super) fn on_column<'b>(&self, role: RoleId, column: &'b super::Column, privilege: Privilege) -> Option<Held<'b>> {
        if self.graph.is_superuser(role) {
            return Some(Held::Superuser);
        }
        self.by_items(role, column.acl.as_deref()?, privilege)
    }

    pub(super) fn on_schema<'b>(&'b self, role: RoleId, schema: &'b Schema, privilege: Privilege) -> Option<Held<'b>> {
        self.by_list(role, schema.acl.as_ref(), Default::Schema, &schema.owner, privilege).or_else(|| {
            let all = ["pg_read_all_data", "pg_write_all_data"].into_iter().find(|name| self.uses_named(role, name));
            all.filter(|_| privilege == Privilege::Usage).map(Held::Predefined)
        })
    }

    pub(super) fn on_database(&self, role: RoleId, privilege: Privilege) -> Option<Held<'_>> {
        self.by_list(role, self.database.acl.as_ref(), Default::Database, &self.database.owner, privilege)
    }

    pub(super) fn on_function<'b>(&'b self, role: RoleId, function: &'b Function) -> Option<Held<'b>> {
        self.by_list(role, function.acl.as_ref(), Default::Function, &function.owner, Privilege::Execute)
    }

    fn by_list<'b>(&self, role: RoleId, acl: Option<&'b Acl>, kind: Default, owner: &str, privilege: Privilege) -> Option<Held<'b>> {
        match acl {
            Some(acl) => self.by_items(role, acl, privilege),
            None => {
                let acl = acl::default(kind, owner, self.inventory.version);
                Some(match self.by_items(role, &acl, privilege)? {
                    Held::Item(item) if item.grantee == Grantee::Public => Held::Anyone,
                    Held::Superuser => Held::Superuser,
                    _ => Held::Owner,
                })
            }
        }
    }

    /// Whether a role may grant a privilege on a table: its owner may, and who was given the option.
    pub(super) fn grants_table(&self, role: RoleId, relation: &Relation, privilege: Privilege) -> bool {
        if self.uses_named(role, &relation.owner) || self.graph.is_superuser(role) {
            return true;
        }
        let optional = |item: &&AclItem| item.grantable.has(privilege);
        relation.acl.iter().flatten().filter(optional).any(|item| match &item.grantee {
            Grantee::Public => true,
            Grantee::Role(name) => self.uses_named(role, name),
        })
    }

    /// Roles that each role may grant itself.
    pub(super) fn grantable_roles(&self) -> Vec<RoleSet> {
        let graph = &self.graph;
        let before = self.inventory.version < OWN_TERMS;
        let of = |from: RoleId| {
            let mut roles = if graph.is_superuser(from) { RoleSet::new(graph.len()) } else { graph.administered(from) };
            // Before 16 CREATEROLE grants every role but superusers.
            if before && self.inventory.roles[from].create_role {
                for role in (0..graph.len()).filter(|role| *role != from && !graph.is_superuser(*role)) {
                    roles.add(role);
                }
            }
            roles
        };
        (0..graph.len()).map(of).collect()
    }
}

/// Privileges that change rows.
pub(super) fn writing() -> PrivilegeSet {
    [Privilege::Insert, Privilege::Update, Privilege::Delete, Privilege::Truncate].into_iter().collect()
}
