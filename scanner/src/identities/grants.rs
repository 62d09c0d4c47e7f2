//! Grants of a database: those that roles pass on, and those taken away from a copy of an inventory to see what is left.

use sonde_access::sql::{AclItem, Grantee, Inventory, Membership, Privilege, PrivilegeSet};

/// Memberships on a way (`readers`, `SET ROLE readers`, `GRANT readers TO itself`): what was granted to whom, as (policy, statement, effect).
pub(super) fn memberships(inventory: &Inventory, principal: &str, via: &[String]) -> Vec<(String, String, String)> {
    let mut at = principal;
    let mut out = Vec::new();
    for step in via {
        let itself = step.strip_prefix("GRANT ").and_then(|rest| rest.strip_suffix(" TO itself"));
        let name = itself.or_else(|| step.strip_prefix("SET ROLE ")).unwrap_or(step);
        let is = |m: &&Membership| m.role == name && m.member == at;
        let Some(membership) = inventory.memberships.iter().find(is) else { break };
        out.push((format!("role {name}"), format!("GRANT {name} TO {at}"), "Allow".to_owned()));
        at = &membership.role;
    }
    out
}

/// An inventory without the membership (`role readers` and `GRANT readers TO ann`), or without what an item of an access list gives of an access (`relation s.t` and
/// `ann=arwd/owner`); nothing when there is no such grant, or it is the owner's own.
#[must_use]
pub fn without_grant(inventory: &Inventory, policy: &str, statement: &str, access: &str) -> Option<Inventory> {
    let mut out = inventory.clone();
    if let Some(role) = policy.strip_prefix("role ") {
        let member = statement.strip_prefix("GRANT ")?.strip_prefix(role)?.strip_prefix(" TO ")?;
        out.memberships.retain(|m| m.role != role || m.member != member);
        return (out.memberships.len() < inventory.memberships.len()).then_some(out);
    }
    let mut found = false;
    for database in &mut out.databases {
        let cut = Cut { statement, access };
        if policy == format!("database {}", database.name) {
            found |= cut.less(database.acl.as_mut(), &database.owner);
        }
        for schema in database.schemas.iter_mut().filter(|s| policy == format!("schema {}", s.name)) {
            found |= cut.less(schema.acl.as_mut(), &schema.owner);
        }
        for relation in &mut database.relations {
            let name = format!("relation {}.{}", relation.schema, relation.name);
            if policy == name {
                found |= cut.less(relation.acl.as_mut(), &relation.owner);
            } else if policy.strip_prefix(&name).is_some_and(|rest| rest.starts_with(", column ")) {
                // One column is named for all whose lists give it.
                for column in &mut relation.columns {
                    found |= cut.less(column.acl.as_mut(), &relation.owner);
                }
            }
        }
    }
    found.then_some(out)
}

struct Cut<'c> {
    statement: &'c str,
    access: &'c str,
}

impl Cut<'_> {
    /// Takes what the access needs out of an item.
    fn less(&self, acl: Option<&mut Vec<AclItem>>, owner: &str) -> bool {
        let Some(items) = acl else { return false };
        let mut found = false;
        let own = Grantee::Role(owner.to_owned());
        for item in items.iter_mut().filter(|item| item.grantee != own && item.to_string() == self.statement) {
            let gone = gone(self.access, item);
            (item.privileges, item.grantable) = if self.access == "admin" {
                (item.privileges, PrivilegeSet::NONE)
            } else {
                (item.privileges.without(gone), item.grantable.without(gone))
            };
            found = true;
        }
        items.retain(|item| !item.privileges.is_empty());
        found
    }
}

/// Which privileges of an item give an access: those on the table, on its schema and on the database.
fn gone(access: &str, item: &AclItem) -> PrivilegeSet {
    let of: &[Privilege] = match access {
        "read" => &[Privilege::Select],
        "write" => &[Privilege::Insert, Privilege::Update, Privilege::Delete, Privilege::Truncate],
        "list" => &[Privilege::Connect],
        _ => &[],
    };
    let on_table = of.iter().copied().filter(|p| item.privileges.has(*p)).collect::<PrivilegeSet>();
    let around = || [Privilege::Usage, Privilege::Connect].into_iter().filter(|p| item.privileges.has(*p)).collect();
    if on_table.is_empty() { around() } else { on_table }
}

#[cfg(test)]
mod tests {
    use sonde_access::sql::{Database, Relation, Schema};

    use super::*;

    fn item(grantee: &str, privileges: &[Privilege]) -> AclItem {
        AclItem {
            grantee: Grantee::Role(grantee.to_owned()),
            privileges: privileges.iter().copied().collect(),
            grantable: privileges.iter().copied().collect(),
            grantor: "owner".to_owned(),
        }
    }

    fn inventory() -> Inventory {
        let mut out = Inventory::new(150_000);
        let member = |role: &str, member: &str| Membership { role: role.into(), member: member.into(), admin: false, inherit: None, set: None };
        out.memberships = vec![member("readers", "ann"), member("readers", "bob"), member("all", "readers")];
        let mut database = Database::named("app", "owner");
        database.schemas =
            vec![Schema { name: "crm".into(), owner: "owner".into(), acl: Some(vec![item("all", &[Privilege::Usage, Privilege::Create])]) }];
        let mut table = Relation::table("crm", "people", "owner");
        table.acl = Some(vec![item("owner", &[Privilege::Select]), item("all", &[Privilege::Select, Privilege::Insert])]);
        database.relations.push(table);
        out.databases.push(database);
        out
    }

    #[test]
    fn ways_are_memberships() {
        let of = |who: &str, via: &[&str]| {
            let via: Vec<String> = via.iter().map(ToString::to_string).collect();
            memberships(&inventory(), who, &via).into_iter().map(|(_, statement, _)| statement).collect::<Vec<_>>()
        };
        assert_eq!(of("ann", &["readers", "SET ROLE all"]), ["GRANT readers TO ann", "GRANT all TO readers"]);
        assert_eq!(of("bob", &["GRANT readers TO itself"]), ["GRANT readers TO bob"]);
        assert_eq!(of("bob", &["PUBLIC"]), [""; 0]);
        assert_eq!(of("cyd", &["readers"]), [""; 0]);
    }

    #[test]
    fn one_grant_goes_and_the_rest_stays() {
        let inventory = inventory();
        let less = without_grant(&inventory, "role readers", "GRANT readers TO bob", "read").unwrap();
        assert_eq!(less.memberships.len(), 2);
        assert!(without_grant(&less, "role readers", "GRANT readers TO bob", "read").is_none(), "it is gone already");
        let items = |i: &Inventory| i.databases[0].relations[0].acl.as_ref().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(items(&inventory), ["owner=r*/owner", "all=a*r*/owner"]);
        let cut = |access: &str| items(&without_grant(&inventory, "relation crm.people", "all=a*r*/owner", access).unwrap());
        assert_eq!(cut("read"), ["owner=r*/owner", "all=a*/owner"]);
        assert_eq!(cut("write"), ["owner=r*/owner", "all=r*/owner"]);
        assert_eq!(cut("admin"), ["owner=r*/owner", "all=ar/owner"]);
        assert!(without_grant(&inventory, "relation crm.people", "owner=r*/owner", "read").is_none(), "it is the owner's");
        let schema = without_grant(&inventory, "schema crm", "all=U*C*/owner", "read").unwrap();
        assert_eq!(schema.databases[0].schemas[0].acl.as_ref().unwrap()[0].to_string(), "all=C*/owner");
    }
}
