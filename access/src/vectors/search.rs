//! OpenSearch and Elasticsearch: roles with privileges on patterns of indices, queries on documents, lists of fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{ALL, Folder, Rule, Store, fits, names};
use crate::{
    exports::{flag, strings, text},
    reach::{Access, Expr, Kind, when},
};

pub(super) const OPEN_FILES: &[&str] = &["roles.json", "rolesmapping.json", "internalusers.json", "actiongroups.json", "indices.json", "config.json"];
pub(super) const ELASTIC_FILES: &[&str] = &["roles.json", "users.json", "role-mappings.json", "indices.json"];
/// Groups of actions that say nothing of documents, of lists or of who may do what.
const OPEN_HARMLESS: &[&str] = &[
    "cluster_all",
    "cluster_composite_ops",
    "cluster_composite_ops_ro",
    "cluster_manage_index_templates",
    "cluster_manage_pipelines",
    "cluster_monitor",
    "create_index",
    "manage_snapshots",
];
/// Privileges of Elasticsearch of the same sort.
const ELASTIC_HARMLESS: &[&str] = &[
    "auto_configure",
    "create_index",
    "cross_cluster_replication",
    "cross_cluster_replication_internal",
    "delete_index",
    "maintenance",
    "manage_data_stream_lifecycle",
    "manage_failure_store",
    "manage_follow_index",
    "manage_ilm",
    "manage_leader_index",
    "none",
    "read_failure_store",
];
/// Actions that stand for all of their sort where a pattern is held against them.
const ACTIONS: &[(&str, &[Access])] = &[
    ("indices:data/read/search", &[Access::Read, Access::List]),
    ("indices:data/read/get", &[Access::Read, Access::List]),
    ("indices:data/write/index", &[Access::Write]),
    ("indices:data/write/bulk", &[Access::Write]),
    ("indices:data/write/delete", &[Access::Write]),
    ("indices:monitor/stats", &[Access::List]),
    ("indices:admin/get", &[Access::List]),
    ("indices:admin/mappings/get", &[Access::List]),
    ("indices:admin/settings/update", &[Access::Admin]),
    ("indices:admin/delete", &[Access::Admin]),
];

/// Names of indices.
pub(super) fn indices(folder: &Folder<'_>) -> Result<Vec<String>, String> {
    Ok(names(folder.list("indices.json", &[])?, &["index"]))
}

/// OpenSearch, as `_plugins/_security/api/…` prints it.
pub(super) fn open(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store::default();
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
        for permission in folder.entries(role, "index_permissions")? {
            let lists = (strings(permission, "index_patterns"), strings(permission, "allowed_actions"));
            let (Some(patterns), Some(actions)) = lists else { return Err(format!("{place}: `{name}`: patterns or actions are no list")) };
            let (gives, unknown) = open_actions(actions, &groups);
            not_known(&mut rules, &patterns, &unknown, &place, name);
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
    let place = format!("{}/roles.json", folder.place);
    let of = |role: &str| roles.get(role).cloned().unwrap_or_else(|| vec![Rule::unread("*", &place, role, &format!("the role `{role}`"))]);
    for (user, entry) in &users {
        let list =
            |field: &str| strings(entry, field).ok_or_else(|| format!("{}/internalusers.json: `{field}` of `{user}` is no list", folder.place));
        list("backend_roles")?.into_iter().for_each(|role| backend.entry(role).or_default().push(user));
        for role in list("opendistro_security_roles")? {
            let rules = of(role);
            store.add(format!("user:{user}"), Kind::User, rules.into_iter().map(|rule| rule.through(&[role])).collect());
        }
    }
    for (role, mapping) in folder.map("rolesmapping.json")? {
        let rules = of(role);
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

/// What actions, and groups of them, give; and those of which that is not known. Groups may name each other.
fn open_actions<'v>(actions: Vec<&'v str>, groups: &BTreeMap<&str, &'v Value>) -> (BTreeSet<Access>, Vec<&'v str>) {
    let (mut gives, mut unknown, mut seen) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    let mut todo = actions;
    while let Some(action) = todo.pop() {
        if !seen.insert(action) {
            continue;
        }
        let known = open_action(action);
        if !known.is_empty() {
            gives.extend(known);
        } else if let Some(group) = groups.get(action) {
            match strings(group, "allowed_actions") {
                Some(inner) => todo.extend(inner),
                None => unknown.push(action),
            }
        } else if !OPEN_HARMLESS.contains(&action.to_ascii_lowercase().as_str()) {
            match raw(action) {
                Some(known) => gives.extend(known),
                None => unknown.push(action),
            }
        }
    }
    (gives, unknown)
}

/// What an action, or a group that is always there, gives.
fn open_action(action: &str) -> &'static [Access] {
    const DATA: &[Access] = &[Access::Read, Access::Write, Access::List];
    match action.to_ascii_lowercase().as_str() {
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
    }
}

/// What an action by its full name, or a pattern of such names, gives; `None`: it is neither.
fn raw(action: &str) -> Option<BTreeSet<Access>> {
    if action.starts_with('/') || !action.contains([':', '*']) {
        return None;
    }
    let known = ACTIONS.iter().filter(|(name, _)| action.contains('*') && fits(action, name) == Expr::YES);
    Some(known.flat_map(|(_, gives)| *gives).copied().collect())
}

/// Rules for actions of which it is not known what they allow.
fn not_known(rules: &mut Vec<Rule>, patterns: &[&str], actions: &[&str], place: &str, role: &str) {
    for action in actions {
        rules.extend(patterns.iter().map(|pattern| Rule::unread(pattern, place, role, &format!("`{action}`"))));
    }
}

/// Elasticsearch, as `_security/…` prints it.
pub(super) fn elastic(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store::default();
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
        for permission in folder.entries(role, "indices")? {
            let (Some(patterns), Some(privileges)) = (strings(permission, "names"), strings(permission, "privileges")) else {
                return Err(format!("{place}: `{name}`: names or privileges are no list"));
            };
            let known: Vec<_> = privileges.iter().map(|p| (*p, elastic_privilege(p))).collect();
            let unknown: Vec<&str> = known.iter().filter(|(_, gives)| gives.is_none()).map(|(p, _)| *p).collect();
            let gives: BTreeSet<Access> = known.into_iter().filter_map(|(_, gives)| gives).flatten().collect();
            not_known(&mut rules, &patterns, &unknown, &place, name);
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

/// What a privilege gives; `None`: it is not known.
fn elastic_privilege(privilege: &str) -> Option<BTreeSet<Access>> {
    let gives: &[Access] = match privilege {
        "all" => ALL,
        "read" | "read_cross_cluster" | "indices:data/read/*" => &[Access::Read, Access::List],
        "write" | "index" | "create" | "create_doc" | "delete" => &[Access::Write],
        "manage" => &[Access::List, Access::Admin],
        "view_index_metadata" | "monitor" => &[Access::List],
        name if ELASTIC_HARMLESS.contains(&name) => &[],
        name if !open_action(name).is_empty() && name.contains(':') => open_action(name),
        name => return raw(name),
    };
    Some(gives.iter().copied().collect())
}

/// Limits hold for reading; the rest is given whole.
fn limited(rules: &mut Vec<Rule>, patterns: &[&str], gives: &BTreeSet<Access>, limits: Expr, place: &str, role: &str) {
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
