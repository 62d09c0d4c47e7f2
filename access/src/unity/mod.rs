//! Unity Catalog: who reaches a table.
//!
//! Grants on a catalog or a schema hold for everything in it. A table needs USE CATALOG and USE SCHEMA besides its own privilege, also of its owner.
//! *Read* is SELECT, *write* MODIFY, *list* BROWSE or any privilege on the table, *admin* MANAGE or ownership of the table, its schema, its catalog or
//! the metastore: an owner higher up does not read, but grants himself what he wants. ALL PRIVILEGES is every one but MANAGE. Row filters and column
//! masks make reading conditional.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    exports::{Exports, list, strings, text},
    inventory::{Gap, Reading},
    reach::{Access, Expr, Kind, Reach, Way, Ways, Who, because, when},
};

const FILES: &[&str] = &[
    "*/metastore.json",
    "*/catalogs.json",
    "*/schemas.json",
    "*/schemas/*",
    "*/tables.json",
    "*/tables/*",
    "*/groups.json",
    "*/users.json",
    "*/service-principals.json",
    "*/grants/catalog/*",
    "*/grants/schema/*",
    "*/grants/table/*",
    "*/grants/metastore/*",
];
/// Everybody of the account.
const EVERYBODY: &str = "account users";

/// A table.
#[derive(Debug, Default)]
struct Table {
    owner: Option<String>,
    /// What limits what is shown.
    limits: Vec<String>,
}

/// A metastore.
#[derive(Debug, Default)]
struct Metastore {
    owner: Option<String>,
    /// Owners of catalogs and schemas by name.
    owners: BTreeMap<String, String>,
    tables: BTreeMap<String, Table>,
    /// By name of what it is on: (principal, privilege).
    grants: BTreeMap<String, Vec<(String, String)>>,
    groups: BTreeMap<String, Vec<String>>,
    /// Member → groups.
    above: BTreeMap<String, Vec<String>>,
    kinds: BTreeMap<String, Kind>,
    /// Why filters and masks of tables may not be known.
    limits: Option<String>,
    /// Names of things whose grants could not be read: why.
    unread: BTreeMap<String, String>,
}

/// What was exported of Unity Catalog.
#[derive(Debug)]
pub struct Unity {
    metastores: BTreeMap<String, Metastore>,
    gaps: Vec<Gap>,
    unknown: Vec<String>,
}

impl Unity {
    /// Reads what lies below `unity/`.
    #[must_use]
    pub fn new(exports: &Exports) -> Self {
        let mut gaps = Vec::new();
        let names = exports.folders("unity");
        let metastores = names.into_iter().map(|name| (name.to_owned(), Metastore::new(exports, name, &mut gaps))).collect();
        gaps.sort();
        Self { metastores, gaps, unknown: exports.unknown("unity", FILES) }
    }

    /// What could not be read.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Files that are none of those it reads.
    #[must_use]
    pub fn unknown_files(&self) -> &[String] {
        &self.unknown
    }

    /// Metastores and tables (`catalog.schema.table`).
    pub fn tables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.metastores.iter().flat_map(|(name, m)| m.tables.keys().map(|table| (name.as_str(), table.as_str())))
    }

    /// Everybody who reaches a table.
    #[must_use]
    pub fn table(&self, metastore: &str, table: &str) -> Vec<Reach> {
        let Some(known) = self.metastores.get(metastore) else { return Vec::new() };
        let Some(own) = known.tables.get(table) else { return Vec::new() };
        known.reach(table, own).rows(&format!("{metastore}/{table}"))
    }
}

impl Metastore {
    fn new(exports: &Exports, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let mut store = Self::default();
        for (path, _) in exports.below(&format!("unity/{name}")) {
            if let Reading::Unread(why) = exports.parsed(&format!("unity/{name}/{path}"), gaps, |value| store.read(path, value)) {
                if path == "tables.json" || path.starts_with("tables/") {
                    store.limits = Some(why.clone());
                }
                let of = path.strip_suffix(".json").and_then(|p| p.strip_prefix("grants/")?.split_once('/')).map_or("", |(_, of)| of);
                let of = if path.starts_with("grants/metastore/") { "" } else { of };
                store.unread.insert(of.to_ascii_lowercase(), why);
            }
        }
        for (group, members) in &store.groups {
            members.iter().for_each(|member| store.above.entry(member.clone()).or_default().push(group.clone()));
        }
        // A table of which only grants were exported is a table.
        let named: Vec<String> = store.grants.keys().chain(store.unread.keys()).filter(|n| n.split('.').count() == 3).cloned().collect();
        for name in named {
            store.tables.entry(name).or_default();
        }
        store
    }

    fn read(&mut self, path: &str, value: &Value) -> Result<(), String> {
        let stem = path.strip_suffix(".json").unwrap_or(path);
        match stem.split('/').collect::<Vec<_>>().as_slice() {
            ["metastore"] => self.owner = text(value, &["owner"]).map(str::to_owned),
            ["catalogs"] | ["schemas"] | ["schemas", _] => {
                for one in list(value, &["catalogs", "schemas"])? {
                    let name = text(one, &["full_name", "name"]).ok_or("a catalog or schema without a name")?;
                    if let Some(owner) = text(one, &["owner"]) {
                        self.owners.insert(name.to_ascii_lowercase(), owner.to_owned());
                    }
                }
            }
            ["tables"] | ["tables", _] => list(value, &["tables"])?.iter().try_for_each(|one| self.table(one))?,
            ["groups"] => {
                for one in list(value, &["Resources", "groups"])? {
                    let name = text(one, &["displayName", "display_name"]).ok_or("a group without a name")?;
                    let members = match one.get("members") {
                        None | Some(Value::Null) => &[][..],
                        Some(members) => members.as_array().ok_or_else(|| format!("the members of `{name}` are no list"))?,
                    };
                    let member = |m: &Value| text(m, &["userName", "display", "value"]).map(str::to_owned);
                    let members = members.iter().map(|m| member(m).ok_or_else(|| format!("a member of `{name}` without a name")));
                    self.groups.insert(name.to_owned(), members.collect::<Result<_, _>>()?);
                }
            }
            ["users"] => self.people(value, Kind::User, &["userName", "user_name"])?,
            ["service-principals"] => self.people(value, Kind::ServiceAccount, &["applicationId", "application_id"])?,
            ["grants", kind, name] => {
                let name = if *kind == "metastore" { String::new() } else { name.to_ascii_lowercase() };
                self.grants(&name, value)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn people(&mut self, value: &Value, kind: Kind, fields: &[&str]) -> Result<(), String> {
        for one in list(value, &["Resources"])? {
            if let Some(name) = text(one, fields) {
                self.kinds.insert(name.to_owned(), kind);
            }
        }
        Ok(())
    }

    fn table(&mut self, one: &Value) -> Result<(), String> {
        let name = match text(one, &["full_name"]) {
            Some(name) => name.to_owned(),
            None => {
                let part = |field: &str| text(one, &[field]).ok_or_else(|| format!("a table without `{field}`"));
                format!("{}.{}.{}", part("catalog_name")?, part("schema_name")?, part("name")?)
            }
        };
        let mut limits = Vec::new();
        if let Some(filter) = one.get("row_filter").filter(|f| !f.is_null()) {
            let function = text(filter, &["function_name", "name"]).unwrap_or("?");
            limits.push(format!("row filter `{function}` shows it"));
        }
        for column in one["columns"].as_array().map(Vec::as_slice).unwrap_or_default() {
            if let Some(mask) = column.get("mask").filter(|m| !m.is_null()) {
                let (name, function) = (text(column, &["name"]).unwrap_or("?"), text(mask, &["function_name"]).unwrap_or("?"));
                limits.push(format!("mask `{function}` on column `{name}` shows it"));
            }
        }
        self.tables.insert(name.to_ascii_lowercase(), Table { owner: text(one, &["owner"]).map(str::to_owned), limits });
        Ok(())
    }

    /// What `grants get` prints (privileges by name) or `get-effective` (with where they come from: only own ones are taken, the others are where they stand).
    fn grants(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let Some(all) = value.get("privilege_assignments") else {
            return if value.as_object().is_some_and(serde_json::Map::is_empty) {
                Ok(())
            } else {
                Err("there are no `privilege_assignments`".into())
            };
        };
        let mut out = Vec::new();
        for one in all.as_array().ok_or("`privilege_assignments` is no list")? {
            let principal = text(one, &["principal"]).ok_or("an assignment without `principal`")?;
            let privileges = match strings(one, "privileges") {
                Some(names) => names,
                None => {
                    let effective = one["privileges"].as_array().ok_or("`privileges` is no list")?;
                    let names = effective.iter().map(|p| text(p, &["privilege"]).ok_or("a privilege without a name"));
                    names.collect::<Result<Vec<_>, _>>()?
                }
            };
            out.extend(privileges.into_iter().map(|p| (principal.to_owned(), p.to_ascii_uppercase().replace(' ', "_"))));
        }
        self.grants.entry(name.to_owned()).or_default().extend(out);
        Ok(())
    }

    /// Groups that somebody is in, himself first, each with the groups on the way to it.
    fn identities(&self, name: &str) -> Vec<(String, Vec<String>)> {
        let mut out = vec![(name.to_owned(), Vec::new())];
        let mut at = 0;
        while at < out.len() {
            let (member, via) = out[at].clone();
            for group in self.above.get(&member).into_iter().flatten() {
                if !out.iter().any(|(known, _)| known == group) {
                    let mut via = via.clone();
                    via.push(group.clone());
                    out.push((group.clone(), via));
                }
            }
            at += 1;
        }
        if !out.iter().any(|(known, _)| known == EVERYBODY) && name != EVERYBODY {
            out.push((EVERYBODY.to_owned(), vec![EVERYBODY.to_owned()]));
        }
        out
    }

    /// Somebody's own or his groups' privilege on one of these things.
    fn holds(&self, identities: &[(String, Vec<String>)], on: &[&str], is: impl Fn(&str) -> bool) -> Option<Way> {
        identities.iter().find_map(|(name, via)| {
            on.iter().find_map(|object| {
                let (_, privilege) = self.grants.get(*object)?.iter().find(|(principal, privilege)| principal == name && is(privilege))?;
                Some(Way { formula: Expr::YES, via: via.clone(), because: vec![because(shown(object), &format!("{privilege} to {name}"), "Allow")] })
            })
        })
    }

    fn owns(&self, identities: &[(String, Vec<String>)], what: &str, owner: Option<&String>) -> Option<Way> {
        let (name, via) = identities.iter().find(|(name, _)| owner == Some(name))?;
        Some(Way { formula: Expr::YES, via: via.clone(), because: vec![because(what, &format!("owner {name}"), "Allow")] })
    }

    fn way(&self, identities: &[(String, Vec<String>)], table: &str, own: &Table, access: Access) -> Option<Way> {
        let mut parts = table.splitn(3, '.');
        let catalog = parts.next()?;
        let schema = format!("{catalog}.{}", parts.next()?);
        let all = [table, schema.as_str(), catalog];
        let (of_catalog, of_schema) = (self.owners.get(catalog), self.owners.get(&schema));
        let any = |wanted: &'static str| move |p: &str| p == wanted || p == "ALL_PRIVILEGES";
        if access == Access::Admin {
            let above = self.owns(identities, "metastore", self.owner.as_ref()).or_else(|| self.owns(identities, catalog, of_catalog));
            let above = above.or_else(|| self.holds(identities, &[catalog], |p| p == "MANAGE"));
            if above.is_some() {
                return above;
            }
        }
        let by_catalog = self.holds(identities, &[catalog], any("USE_CATALOG")).or_else(|| self.owns(identities, catalog, of_catalog));
        if access == Access::List
            && let Some(browse) = self.holds(identities, &all, |p| p == "BROWSE" || p == "ALL_PRIVILEGES")
        {
            return Some(browse);
        }
        let by_catalog = by_catalog?;
        if access == Access::Admin {
            let on_schema = self.owns(identities, &schema, of_schema).or_else(|| self.holds(identities, &[&schema], |p| p == "MANAGE"));
            if let Some(way) = on_schema {
                return Some(joined(way, &[by_catalog]));
            }
        }
        let by_schema = self.holds(identities, &all[1..], any("USE_SCHEMA")).or_else(|| self.owns(identities, &schema, of_schema))?;
        let owner = || self.owns(identities, table, own.owner.as_ref());
        let way = match access {
            Access::Read => self.holds(identities, &all, any("SELECT")).or_else(owner)?,
            Access::Write => self.holds(identities, &all, any("MODIFY")).or_else(owner)?,
            Access::List => self.holds(identities, &all, |p| !p.starts_with("USE_")).or_else(owner)?,
            Access::Admin => self.holds(identities, &[table], |p| p == "MANAGE").or_else(owner)?,
        };
        Some(joined(way, &[by_schema, by_catalog]))
    }

    fn reach(&self, table: &str, own: &Table) -> Ways {
        let mut ways = Ways::default();
        let unread = self.unread(table);
        if let Some(why) = unread {
            ways.unread(EVERYBODY, why);
        }
        let names = self.concerned(table, own, unread.is_some());
        // A group whose members are known is them.
        for name in names.into_iter().filter(|name| !self.groups.contains_key(*name)) {
            let identities = self.identities(name);
            let kind = match (name, self.kinds.get(name)) {
                (EVERYBODY, _) => Kind::Domain,
                (_, Some(kind)) => *kind,
                (name, None) if name.contains('@') => Kind::User,
                (name, None) if is_uuid(name) => Kind::ServiceAccount,
                _ => Kind::Group,
            };
            for access in Access::ALL {
                let limits = own.limits.iter().map(|limit| when(limit.clone())).chain(self.limits.iter().map(crate::reach::unread));
                let limits = limits.filter(|_| access == Access::Read);
                let way = match (self.way(&identities, table, own, access), unread) {
                    (Some(way), _) => way,
                    (None, Some(why)) => Way::unread(why),
                    (None, None) => continue,
                };
                // What everybody has is said once.
                if name != EVERYBODY && way.via.last().is_some_and(|last| last == EVERYBODY) {
                    continue;
                }
                ways.add(name, Who { kind, external: false }, access, way.and(Expr::all(limits)));
            }
        }
        ways
    }

    /// Whom grants and owners of a table and of what it lies in speak of, members of groups included; everybody if something was not read.
    fn concerned<'m>(&'m self, table: &str, own: &'m Table, everybody: bool) -> BTreeSet<&'m str> {
        let mut objects: Vec<&str> = vec!["", table];
        objects.extend(table.match_indices('.').map(|(i, _)| &table[..i]));
        let mut todo: Vec<&str> = self.owner.iter().chain(&own.owner).map(String::as_str).collect();
        if everybody {
            todo.extend(self.grants.values().flatten().map(|(principal, _)| principal.as_str()));
            todo.extend(self.owners.values().chain(self.groups.values().flatten()).map(String::as_str));
        }
        for object in objects {
            todo.extend(self.grants.get(object).into_iter().flatten().map(|(principal, _)| principal.as_str()));
            todo.extend(self.owners.get(object).map(String::as_str));
        }
        let mut names = BTreeSet::new();
        while let Some(name) = todo.pop() {
            if names.insert(name) {
                todo.extend(self.groups.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        names
    }

    /// What was not read of a table and what it lies in.
    fn unread(&self, table: &str) -> Option<&String> {
        let mut above: Vec<String> = vec![String::new(), table.to_owned()];
        above.extend(table.match_indices('.').map(|(i, _)| table[..i].to_owned()));
        above.iter().find_map(|name| self.unread.get(name))
    }
}

fn shown(object: &str) -> &str {
    if object.is_empty() { "metastore" } else { object }
}

fn joined(mut way: Way, others: &[Way]) -> Way {
    for other in others {
        way.because.extend(other.because.iter().cloned());
    }
    way
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36 && name.bytes().enumerate().all(|(i, b)| if [8, 13, 18, 23].contains(&i) { b == b'-' } else { b.is_ascii_hexdigit() })
}
