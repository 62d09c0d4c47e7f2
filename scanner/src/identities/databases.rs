//! Databases: what is known of one as rows of the store, and who reaches its tables.

use std::{fs, io, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::json;
use sonde_access::sql::{Answer, Grantee, Inventory, MembershipKind, Privileges, Reach, dump::Dump};
use sonde_connectors::percent::{self, segment};

use super::grants;
use crate::store::{Holder, Membership, PrincipalRow, ReachRow, SnapshotSpec, StatementRow};

/// Largest dump that is read, bytes.
const MAX_DUMP: u64 = 256 << 20;

/// A database, a schema or a table, wherever it stands in a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabasePlace {
    /// `host:port/database`, as URIs have it.
    pub base: String,
    /// Schema.
    pub schema: Option<String>,
    /// Table.
    pub table: Option<String>,
}

impl DatabasePlace {
    /// Reads `postgres://[user@]host[:port]/database[/schema[/table]]`; who asks and parameters are left out. `None`: it is none, or what is taken for
    /// host or database may be a piece of a password.
    #[must_use]
    pub fn parse(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix("postgres://").or_else(|| uri.strip_prefix("postgresql://"))?;
        let (place, path) = rest.split_once('/')?;
        if path.contains('@') || place.contains(['?', '#']) {
            return None;
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let host = place.rsplit('@').next().unwrap_or_default();
        let port = host.strip_prefix('[').map_or(Some(host), |inner| inner.split_once(']').map(|(_, port)| port))?.split_once(':');
        let host = match port {
            Some((_, port)) if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) => return None,
            Some(_) => host.to_owned(),
            None => format!("{host}:5432"),
        };
        let mut parts = path.trim_end_matches('/').split('/');
        let database = parts.next().filter(|d| !d.is_empty())?;
        let (schema, table) = (parts.next().map(decoded), parts.next().map(decoded));
        let database = segment(&decoded(database));
        parts.next().is_none().then(|| Self { base: format!("{host}/{database}"), schema, table })
    }

    /// What the store calls the database: one is not mixed with another.
    #[must_use]
    pub fn provider(&self) -> String {
        format!("postgres:{}", self.base)
    }

    /// The database that the store calls so.
    #[must_use]
    pub fn of_provider(provider: &str) -> Option<Self> {
        Self::parse(&format!("postgres://{}", provider.strip_prefix("postgres:")?))
    }

    /// Name of the database.
    #[must_use]
    pub fn database(&self) -> String {
        decoded(self.base.rsplit('/').next().unwrap_or_default())
    }

    /// The resource of a table.
    #[must_use]
    pub fn resource(&self, schema: &str, table: &str) -> String {
        format!("postgres://{}/{}/{}", self.base, segment(schema), segment(table))
    }

    fn covers(&self, schema: &str, table: &str) -> bool {
        self.schema.as_deref().is_none_or(|s| s == schema) && self.table.as_deref().is_none_or(|t| t == table)
    }
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::decoded(text)).into_owned()
}

/// Reads the dumps (`*.sql`) of a folder, or one file: those with roles first.
///
/// # Errors
/// A file cannot be read, or there is none.
pub fn dumps(path: &Path, database: &str) -> Result<Inventory> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let entries = fs::read_dir(path).and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>());
        files = entries.with_context(|| format!("cannot read `{}`", path.display()))?;
        files.retain(|p| p.extension().is_some_and(|x| x == "sql"));
        files.sort();
    }
    if files.is_empty() {
        bail!("there is no `.sql` file in `{}`", path.display());
    }
    let mut texts = Vec::new();
    for file in &files {
        let shown = || format!("cannot read `{}`", file.display());
        if fs::metadata(file).with_context(shown)?.len() > MAX_DUMP {
            bail!("`{}` is too large: dump with `--schema-only`", file.display());
        }
        texts.push(String::from_utf8_lossy(&fs::read(file).with_context(shown)?).into_owned());
    }
    texts.sort_by_key(|text| !text.contains("\nCREATE ROLE ") && !text.starts_with("CREATE ROLE "));
    let mut dump = Dump::new(database);
    texts.iter().for_each(|text| dump.read(text));
    Ok(dump.finish())
}

/// One database of an inventory, ready to be asked.
pub struct Tables<'a> {
    place: &'a DatabasePlace,
    inventory: &'a Inventory,
    privileges: Privileges<'a>,
}

impl<'a> Tables<'a> {
    /// Looks at the database that a place names.
    ///
    /// # Errors
    /// It is not in the inventory.
    pub fn new(place: &'a DatabasePlace, inventory: &'a Inventory) -> Result<Self> {
        let name = place.database();
        let privileges = Privileges::new(inventory, &name).with_context(|| format!("the database `{name}` is not in what was read"))?;
        Ok(Self { place, inventory, privileges })
    }

    /// Schema and name of its tables and views that the place covers.
    #[must_use]
    pub fn covered(&self) -> Vec<(String, String)> {
        let database = self.place.database();
        let all = self.inventory.databases.iter().filter(|d| d.name == database).flat_map(|d| &d.relations);
        all.filter(|r| self.place.covers(&r.schema, &r.name)).map(|r| (r.schema.clone(), r.name.clone())).collect()
    }

    /// Everybody who reaches a table: by principal and access, the surest first.
    #[must_use]
    pub fn of(&self, schema: &str, table: &str, dataset: Option<&str>) -> Vec<ReachRow> {
        let resource = self.place.resource(schema, table);
        let login = |name: &str| self.inventory.roles.iter().any(|r| r.name == name && r.login);
        let row = |reach: Reach| ReachRow {
            resource: resource.clone(),
            dataset: dataset.map(str::to_owned),
            kind: if login(&reach.principal) { "user" } else { "group" }.to_owned(),
            external: false,
            access: reach.access.to_string(),
            answer: match reach.answer {
                Answer::Yes => "yes",
                Answer::Conditional => "conditional",
                Answer::Unknown => "unknown",
            }
            .to_owned(),
            condition: reach.condition,
            because: {
                let grants = reach.because.into_iter().map(|b| (b.policy, b.statement, b.effect));
                grants.chain(grants::memberships(self.inventory, &reach.principal, &reach.via)).collect()
            },
            via: reach.via,
            principal: reach.principal,
        };
        let mut rows = self.privileges.reach(schema, table);
        rows.sort_by(|a, b| (&a.principal, a.access, a.answer).cmp(&(&b.principal, b.access, b.answer)));
        rows.into_iter().map(row).collect()
    }

    /// The same; of several ways to one access, the surest only.
    #[must_use]
    pub fn surest(&self, schema: &str, table: &str, dataset: Option<&str>) -> Vec<ReachRow> {
        let mut rows = self.of(schema, table, dataset);
        rows.dedup_by(|later, first| (&later.principal, &later.access) == (&first.principal, &first.access));
        rows
    }

    /// What the store keeps.
    ///
    /// # Errors
    /// The inventory cannot be written as JSON.
    pub fn snapshot(&self, origin: &str) -> Result<SnapshotSpec> {
        let inventory = self.inventory;
        let mut spec = SnapshotSpec {
            provider: self.place.provider(),
            origin: origin.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            inventory: serde_json::to_string(inventory)?,
            resources: self.covered().len() as u64,
            gaps: inventory.gaps.iter().map(|gap| (origin.to_owned(), gap.clone())).collect(),
            ..SnapshotSpec::default()
        };
        for role in &inventory.roles {
            let kind = if role.login { "user" } else { "group" };
            let attrs = json!({ "superuser": role.superuser, "bypass_rls": role.bypass_rls, "create_role": role.create_role, "replication": role.replication });
            spec.principals.push(PrincipalRow {
                uri: role.name.clone(),
                kind: kind.to_owned(),
                name: role.name.clone(),
                external: false,
                attrs: attrs.to_string(),
            });
        }
        for membership in &inventory.memberships {
            let has = |kind| self.privileges.has_role(&membership.member, &membership.role, kind) == Some(true);
            let via = if has(MembershipKind::Usage) {
                "inherit"
            } else if has(MembershipKind::Set) {
                "set"
            } else {
                "member"
            };
            spec.memberships.push(Membership { member: membership.member.clone(), group: membership.role.clone(), via: via.to_owned() });
        }
        self.statements(&mut spec);
        Ok(spec)
    }

    /// Items of the access lists of tables.
    fn statements(&self, spec: &mut SnapshotSpec) {
        let database = self.place.database();
        for relation in self.inventory.databases.iter().filter(|d| d.name == database).flat_map(|d| &d.relations) {
            let policy = format!("relation {}.{}", relation.schema, relation.name);
            for (seq, item) in (0..).zip(relation.acl.iter().flatten()) {
                let privileges: Vec<&str> = item.privileges.iter().map(|p| p.word()).collect();
                let document = json!({ "grant": privileges, "to": item.grantee, "by": item.grantor }).to_string();
                spec.statements.push(StatementRow { policy: policy.clone(), seq, label: item.to_string(), effect: "allow".to_owned(), document });
                if let Grantee::Role(name) = &item.grantee {
                    spec.holders.push(Holder { policy: policy.clone(), principal: name.clone() });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let place = |uri: &str| DatabasePlace::parse(uri).map(|p| (p.base, p.schema, p.table));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(place("postgres://ann:pw@h:1/d/Sales%20EU/T?x=y"), Some(("h:1/d".to_owned(), some("Sales EU"), some("T"))));
        assert_eq!(place("postgresql://h/d"), Some(("h:5432/d".to_owned(), None, None)));
        assert_eq!(place("postgres://u@[::1]:2/d/s"), Some(("[::1]:2/d".to_owned(), some("s"), None)));
        assert_eq!(place("postgres://h:1/my db"), Some(("h:1/my%20db".to_owned(), None, None)));
        assert_eq!(place("postgres://u@[::1]/d"), Some(("[::1]:5432/d".to_owned(), None, None)));
        for wrong in ["postgres://h", "postgres://h/", "s3://b/k", "postgres://h/d/s/t/u"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
        // The name would be a piece of a password.
        for wrong in [
            "postgres://ann:sw0rd/fish@h/d",
            "postgres://ann:1/sw0rdfish@h/d",
            "postgres://ann:1/sw0rd?fish@h/d",
            "postgres://ann:sw0rd?fi/sh@h/d",
            "postgres://ann:sw0rdfish/d",
            "postgres://ann:/d",
        ] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
        let place = DatabasePlace::parse("postgres://h/d").unwrap();
        assert_eq!(DatabasePlace::parse(&place.resource("Sales EU", "a/b")).unwrap().table, some("a/b"));
    }
}
