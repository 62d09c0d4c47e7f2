//! OpenSearch and Elasticsearch: roles with privileges on patterns of indices, queries on documents, lists of fields.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ALL, Folder, Rule, Store, names};
use crate::{
    exports::{flag, strings, text},
    reach::{Access, Expr, Kind, when},
};

pub(super) const OPEN_FILES: &[&str] = &["roles.json", "rolesmapping.json", "internalusers.json", "actiongroups.json", "indices.json", "config.json"];
pub(super) const ELASTIC_FILES: &[&str] = &["roles.json", "users.json", "role-mappings.json", "indices.json"];
/// How deep groups of actions are followed.
const DEEPEST: usize = 8;

/// OpenSearch, as `_plugins/_security/api/…` prints it.
pub(super) fn open(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store { collections: names(folder.list("indices.json", &[])?, &["index"]), ..Store::default() };
    let place = format!("{}/roles.json", folder.place);
    if folder.file("roles.json")?.is_none() {
        return Err(format!("{place}: it was not exported"));
    }
    let groups: BTreeMap<&str, &Value> = folder.map("actiongroups.json")?.into_iter().collect();
    let mut roles: BTreeMap<&str, Vec<Rule>> = BTreeMap::new();
    for (name, role) in folder.map("roles.json")? {
        let mut rules = Vec::new();
        // This role writes the security configuration as well.
        if name == "all_access" || name == "security_manager" {
            rules.push(Rule::new("*", if name == "all_access" { ALL } else { &[Access::Admin] }, &place, name));
        }
        for permission in role["index_permissions"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let lists = (strings(permission, "index_patterns"), strings(permission, "allowed_actions"));
            let (Some(patterns), Some(actions)) = lists else { return Err(format!("{place}: `{name}`: patterns or actions are no list")) };
            let mut gives: Vec<Access> = actions.iter().flat_map(|action| open_action(action, &groups, 0)).collect();
            gives.sort_unstable();
            gives.dedup();
            let limits =
                text(permission, &["dls"]).filter(|q| !q.is_empty()).map_or(Expr::YES, |query| when(format!("documents that match {query}")));
            let fields = listed(permission, "fls").map_or(Expr::YES, |fields| when(format!("of the fields {fields}")));
            let masked = listed(permission, "masked_fields").map_or(Expr::YES, |fields| when(format!("but hashes of the fields {fields}")));
            limited(&mut rules, &patterns, &gives, limits.and(fields).and(masked), &place, name);
        }
        roles.insert(name, rules);
    }
    mapped(folder, &roles, &mut store)?;
    let config = folder.file("config.json")?;
    let anonymous = config.and_then(|c| c.pointer("/config/dynamic/http/anonymous_auth_enabled").or_else(|| c.get("anonymous_auth_enabled")));
    if anonymous.and_then(flag) == Some(true) {
        // Who does not sign in is a user of this backend role.
        for (name, who, _) in store.holders.iter_mut().filter(|(name, ..)| name == "backend role:opendistro_security_anonymous_backendrole") {
            *name = "anonymous".to_owned();
            *who = crate::reach::Who { kind: Kind::Anonymous, external: true };
        }
    }
    Ok(store)
}

/// Who has which role: internal users, and whoever mappings name.
fn mapped(folder: &Folder<'_>, roles: &BTreeMap<&str, Vec<Rule>>, store: &mut Store) -> Result<(), String> {
    let mut backend: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let users = folder.map("internalusers.json")?;
    for (user, entry) in &users {
        strings(entry, "backend_roles").unwrap_or_default().into_iter().for_each(|role| backend.entry(role).or_default().push(user));
        for role in strings(entry, "opendistro_security_roles").unwrap_or_default() {
            let rules = roles.get(role).cloned().unwrap_or_default();
            store.add(format!("user:{user}"), Kind::User, rules.into_iter().map(|rule| rule.through(&[role])).collect());
        }
    }
    for (role, mapping) in folder.map("rolesmapping.json")? {
        let rules = roles.get(role).cloned().unwrap_or_default();
        let all = |via: &[&str]| rules.iter().cloned().map(|rule| rule.through(via)).collect::<Vec<_>>();
        let list =
            |field: &str| strings(mapping, field).ok_or_else(|| format!("{}/rolesmapping.json: `{field}` of `{role}` is no list", folder.place));
        for user in list("users")? {
            let (name, kind) =
                if user == "*" { ("everybody who is signed in".to_owned(), Kind::Domain) } else { (format!("user:{user}"), Kind::User) };
            store.add(name, kind, all(&[role]));
        }
        for one in list("backend_roles")? {
            match backend.get(one) {
                Some(members) => members.iter().for_each(|user| store.add(format!("user:{user}"), Kind::User, all(&[one, role]))),
                None => store.add(format!("backend role:{one}"), Kind::Group, all(&[role])),
            }
        }
        let together = list("and_backend_roles")?;
        if !together.is_empty() {
            store.add(format!("backend roles:{}", together.join("+")), Kind::Group, all(&[role]));
        }
        for host in list("hosts")? {
            store.add(format!("host:{host}"), Kind::Holder, all(&[role]));
        }
    }
    Ok(())
}

/// What an action, or a group of them, gives.
fn open_action(action: &str, groups: &BTreeMap<&str, &Value>, depth: usize) -> Vec<Access> {
    const DATA: &[Access] = &[Access::Read, Access::Write, Access::List];
    let known: &[Access] = match action.to_ascii_lowercase().as_str() {
        "*" | "unlimited" | "indices_all" | "indices:*" => ALL,
        "crud" | "data_access" | "indices:data/*" => DATA,
        "read" | "search" | "get" | "suggest" => &[Access::Read, Access::List],
        "write" | "index" | "delete" => &[Access::Write],
        "manage" | "indices:admin/*" => &[Access::List, Access::Admin],
        "indices_monitor" | "manage_aliases" => &[Access::List],
        name if name.starts_with("indices:data/read") => &[Access::Read, Access::List],
        name if name.starts_with("indices:data/write") => &[Access::Write],
        name if name.starts_with("indices:monitor") || name.starts_with("indices:admin/get") || name.starts_with("indices:admin/mappings/get") => {
            &[Access::List]
        }
        _ => &[],
    };
    if !known.is_empty() {
        return known.to_vec();
    }
    let inner = groups.get(action).filter(|_| depth < DEEPEST).and_then(|group| strings(group, "allowed_actions")).unwrap_or_default();
    inner.iter().flat_map(|action| open_action(action, groups, depth + 1)).collect()
}

/// Elasticsearch, as `_security/…` prints it.
pub(super) fn elastic(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store { collections: names(folder.list("indices.json", &[])?, &["index"]), ..Store::default() };
    let place = format!("{}/roles.json", folder.place);
    if folder.file("roles.json")?.is_none() {
        return Err(format!("{place}: it was not exported"));
    }
    let mut roles: BTreeMap<&str, Vec<Rule>> = BTreeMap::new();
    roles.insert("superuser", vec![Rule::new("*", ALL, &place, "superuser")]);
    for (name, role) in folder.map("roles.json")? {
        let mut rules = Vec::new();
        let cluster = strings(role, "cluster").ok_or_else(|| format!("{place}: `cluster` of `{name}` is no list"))?;
        if name == "superuser" || cluster.iter().any(|p| matches!(*p, "all" | "manage_security")) {
            rules.push(Rule::new("*", if name == "superuser" { ALL } else { &[Access::Admin] }, &place, name));
        }
        for permission in role["indices"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let (Some(patterns), Some(privileges)) = (strings(permission, "names"), strings(permission, "privileges")) else {
                return Err(format!("{place}: `{name}`: names or privileges are no list"));
            };
            let mut gives: Vec<Access> = privileges.iter().flat_map(|p| elastic_privilege(p)).copied().collect();
            gives.sort_unstable();
            gives.dedup();
            let query = permission.get("query").filter(|q| !q.is_null());
            let limits =
                query.map_or(Expr::YES, |q| when(format!("documents that match {}", q.as_str().map_or_else(|| q.to_string(), str::to_owned))));
            let fields = permission.get("field_security").filter(|f| !f.is_null()).and_then(|security| {
                let (grant, except) = (listed(security, "grant").filter(|g| g != "*"), listed(security, "except"));
                match (grant, except) {
                    (Some(grant), Some(except)) => Some(format!("of the fields {grant} without {except}")),
                    (Some(grant), None) => Some(format!("of the fields {grant}")),
                    (None, Some(except)) => Some(format!("of the fields but {except}")),
                    (None, None) => None,
                }
            });
            limited(&mut rules, &patterns, &gives, limits.and(fields.map_or(Expr::YES, when)), &place, name);
        }
        roles.insert(name, rules);
    }
    for (user, entry) in folder.map("users.json")? {
        if entry.get("enabled").and_then(flag) == Some(false) {
            continue;
        }
        give(&mut store, &format!("user:{user}"), Kind::User, entry, &roles, &format!("{}/users.json", folder.place))?;
    }
    for (name, mapping) in folder.map("role-mappings.json")? {
        if mapping.get("enabled").and_then(flag) == Some(false) {
            continue;
        }
        give(&mut store, &format!("whoever matches mapping {name}"), Kind::Group, mapping, &roles, &format!("{}/role-mappings.json", folder.place))?;
    }
    Ok(store)
}

fn give(store: &mut Store, name: &str, kind: Kind, entry: &Value, roles: &BTreeMap<&str, Vec<Rule>>, place: &str) -> Result<(), String> {
    let held = strings(entry, "roles").ok_or_else(|| format!("{place}: the roles of `{name}` are no list"))?;
    let mut rules = Vec::new();
    for role in held {
        let of_role = roles.get(role).ok_or_else(|| format!("{place}: the role `{role}` was not exported"))?;
        rules.extend(of_role.iter().cloned().map(|rule| rule.through(&[role])));
    }
    store.add(name, kind, rules);
    Ok(())
}

fn elastic_privilege(privilege: &str) -> &'static [Access] {
    match privilege {
        "all" => ALL,
        "read" | "indices:data/read/*" => &[Access::Read, Access::List],
        "write" | "index" | "create" | "create_doc" | "delete" => &[Access::Write],
        "manage" => &[Access::List, Access::Admin],
        "view_index_metadata" | "monitor" => &[Access::List],
        _ => &[],
    }
}

/// Limits hold for reading; the rest is given whole.
fn limited(rules: &mut Vec<Rule>, patterns: &[&str], gives: &[Access], limits: Expr, place: &str, role: &str) {
    let (read, rest): (Vec<Access>, Vec<Access>) = gives.iter().partition(|access| **access == Access::Read);
    for pattern in patterns {
        if !read.is_empty() {
            rules.push(Rule::new(pattern, &read, place, role).on(limits.clone()));
        }
        if !rest.is_empty() {
            rules.push(Rule::new(pattern, &rest, place, role));
        }
    }
}

fn listed(value: &Value, field: &str) -> Option<String> {
    strings(value, field).filter(|list| !list.is_empty()).map(|list| list.join(", "))
}
