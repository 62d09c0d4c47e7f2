//! Weaviate: roles with permissions on collections and tenants, given to users and groups; or lists of administrators; or keys alone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ALL, Folder, Rule, Store, names};
use crate::{
    exports::{flag, strings, text},
    reach::{Access, Kind, when},
};

pub(super) const FILES: &[&str] = &["config.json", "schema.json", "roles.json", "users.json", "groups.json"];
const READS: &[Access] = &[Access::Read, Access::List];

/// What actions may be about, apart from rows, collections and who may do what.
const HARMLESS: &[&str] =
    &["alias", "aliases", "backups", "cluster", "collections", "groups", "mcp", "nodes", "replicate", "roles", "tenants", "users"];

pub(super) fn collections(folder: &Folder<'_>) -> Result<Vec<String>, String> {
    Ok(names(folder.list("schema.json", &["classes"])?, &["class"]))
}

pub(super) fn read(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store::default();
    let place = format!("{}/config.json", folder.place);
    let config = folder.file("config.json")?;
    let is = |name: &str| config.and_then(|c| flag(c.get(name)?)).unwrap_or(false);
    let listed = |name: &str| -> Vec<String> {
        let text = config.and_then(|c| text(c, &[name])).unwrap_or_default();
        text.split(',').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
    };
    let rbac = is("AUTHORIZATION_RBAC_ENABLED") || is("AUTHORIZATION_ENABLE_RBAC") || (config.is_none() && folder.file("roles.json")?.is_some());
    if rbac {
        roles(folder, &mut store)?;
        for root in listed("AUTHORIZATION_RBAC_ROOT_USERS") {
            store.add(format!("user:{root}"), Kind::User, vec![Rule::new("*", ALL, &place, "AUTHORIZATION_RBAC_ROOT_USERS")]);
        }
        for root in listed("AUTHORIZATION_RBAC_ROOT_GROUPS") {
            store.add(format!("group:{root}"), Kind::Group, vec![Rule::new("*", ALL, &place, "AUTHORIZATION_RBAC_ROOT_GROUPS")]);
        }
        return Ok(store);
    }
    if is("AUTHORIZATION_ADMINLIST_ENABLED") {
        for (variable, gives) in [("AUTHORIZATION_ADMINLIST_USERS", ALL), ("AUTHORIZATION_ADMINLIST_READONLY_USERS", READS)] {
            for user in listed(variable) {
                let kind = if user == "anonymous" { Kind::Anonymous } else { Kind::User };
                let name = if user == "anonymous" { user } else { format!("user:{user}") };
                store.add(name, kind, vec![Rule::new("*", gives, &place, variable)]);
            }
        }
        return Ok(store);
    }
    // Without authorisation whoever is let in may do everything.
    let anonymous = config.and_then(|c| flag(c.get("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED")?));
    let keys = is("AUTHENTICATION_APIKEY_ENABLED") || is("AUTHENTICATION_DB_USERS_ENABLED");
    let oidc = is("AUTHENTICATION_OIDC_ENABLED");
    if config.is_none() {
        return Err(format!("{place}: it was not exported"));
    }
    if anonymous.unwrap_or(!keys && !oidc) {
        store.anonymous(&place, "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED");
    }
    if keys {
        store.add("holder of an API key", Kind::Holder, vec![Rule::new("*", ALL, &place, "AUTHENTICATION_APIKEY_ENABLED")]);
    }
    if oidc {
        store.add("everybody of the identity provider", Kind::Domain, vec![Rule::new("*", ALL, &place, "AUTHENTICATION_OIDC_ENABLED")]);
    }
    Ok(store)
}

fn roles(folder: &Folder<'_>, store: &mut Store) -> Result<(), String> {
    let place = format!("{}/roles.json", folder.place);
    let mut roles: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    for built_in in ["admin", "root"] {
        roles.insert(built_in.into(), vec![Rule::new("*", ALL, &place, built_in)]);
    }
    for built_in in ["viewer", "read-only"] {
        roles.insert(built_in.into(), vec![Rule::new("*", READS, &place, built_in)]);
    }
    for role in folder.list("roles.json", &["roles"])? {
        let name = text(role, &["name"]).ok_or_else(|| format!("{place}: a role without a name"))?;
        let permissions =
            role.get("permissions").and_then(Value::as_array).ok_or_else(|| format!("{place}: the permissions of `{name}` are no list"))?;
        let rules: Vec<Option<Rule>> = permissions.iter().map(|p| rule(p, &place, name)).collect::<Result<_, _>>()?;
        roles.entry(name.to_owned()).or_insert_with(|| rules.into_iter().flatten().collect());
    }
    for (file, kind, ids) in [("users.json", Kind::User, &["userId", "user_id"][..]), ("groups.json", Kind::Group, &["groupId", "group_id"][..])] {
        let place = format!("{}/{file}", folder.place);
        for one in folder.list(file, &["users", "groups"])? {
            let id = text(one, ids).ok_or_else(|| format!("{place}: an entry without `{}`", ids[0]))?;
            if one.get("active").and_then(flag) == Some(false) {
                continue;
            }
            let held = strings(one, "roles").ok_or_else(|| format!("{place}: the roles of `{id}` are no list"))?;
            let mut rules = Vec::new();
            for role in held {
                let of_role = roles.get(role).ok_or_else(|| format!("{place}: the role `{role}` was not exported"))?;
                rules.extend(of_role.iter().cloned().map(|rule| rule.through(&[role])));
            }
            let word = if kind == Kind::User { "user" } else { "group" };
            store.add(format!("{word}:{id}"), kind, rules);
        }
    }
    Ok(())
}

/// A permission; `None` for those that say nothing of data.
fn rule(permission: &Value, place: &str, role: &str) -> Result<Option<Rule>, String> {
    let action = text(permission, &["action"]).ok_or_else(|| format!("{place}: a permission of `{role}` without `action`"))?;
    let gives: &[Access] = match action {
        "read_data" => READS,
        "create_data" | "update_data" | "delete_data" => &[Access::Write],
        "manage_data" => &[Access::Read, Access::Write, Access::List],
        "read_collections" | "read_tenants" => &[Access::List],
        "update_collections" | "delete_collections" | "manage_collections" => &[Access::Admin],
        // Who gives out roles gives himself one.
        "create_roles" | "update_roles" | "manage_roles" | "assign_and_revoke_users" | "assign_and_revoke_groups" => &[Access::Admin],
        name if name.rsplit('_').next().is_some_and(|of| HARMLESS.contains(&of)) => return Ok(None),
        name => return Ok(Some(Rule::unread("*", place, role, &format!("the action `{name}`")))),
    };
    let on = ["data", "collections", "tenants"].into_iter().find_map(|field| permission.get(field));
    let pattern = on.and_then(|on| text(on, &["collection"])).unwrap_or("*").replace(".*", "*");
    let rule = Rule::new(&pattern, gives, place, &format!("{role}: {action}"));
    Ok(Some(match on.and_then(|on| text(on, &["tenant"])).filter(|t| *t != "*" && *t != ".*") {
        Some(tenant) => rule.on(when(format!("tenant `{tenant}`"))),
        None => rule,
    }))
}
