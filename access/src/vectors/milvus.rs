//! Milvus: privileges of roles on collections of databases, groups of privileges, the role `public` that everybody has.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ALL, Folder, Rule, Store};
use crate::{
    exports::{flag, list, strings, text},
    reach::{Access, Kind},
};

pub(super) const FILES: &[&str] = &["config.json", "collections.json", "roles.json", "users.json", "privilege-groups.json"];

/// Groups that are always there. Those of databases and of the cluster do not go down to collections.
const GROUPS: &[(&str, &[&str])] = &[
    ("CollectionReadOnly", &["Query", "Search", "DescribeCollection"]),
    ("CollectionReadWrite", &["Query", "Search", "DescribeCollection", "Insert", "Delete", "Upsert", "Import"]),
    ("CollectionAdmin", &["Query", "Search", "DescribeCollection", "Insert", "Delete", "Upsert", "Import", "CreateAlias"]),
    ("DatabaseReadOnly", &["ShowCollections"]),
    ("DatabaseReadWrite", &["ShowCollections"]),
    ("DatabaseAdmin", &["ShowCollections", "DropCollection"]),
    ("ClusterReadOnly", &[]),
    ("ClusterReadWrite", &[]),
    ("ClusterAdmin", &["ManageOwnership"]),
];

/// Privileges that say nothing of rows, of lists or of who may do what.
const HARMLESS: &[&str] = &[
    "AddFileResource",
    "AlterCollection",
    "AlterDatabase",
    "BackupRBAC",
    "Compaction",
    "CreateAlias",
    "CreateCollection",
    "CreateDatabase",
    "CreateIndex",
    "CreatePartition",
    "CreatePrivilegeGroup",
    "CreateResourceGroup",
    "DescribeAlias",
    "DescribeDatabase",
    "DescribeResourceGroup",
    "DropAlias",
    "DropCollection",
    "DropDatabase",
    "DropIndex",
    "DropOwnership",
    "DropPartition",
    "DropPrivilegeGroup",
    "DropResourceGroup",
    "Flush",
    "FlushAll",
    "GetFlushState",
    "GetLoadState",
    "GetLoadingProgress",
    "GetStatistics",
    "HasPartition",
    "IndexDetail",
    "ListAliases",
    "ListDatabases",
    "ListPrivilegeGroups",
    "ListResourceGroups",
    "Load",
    "LoadBalance",
    "Release",
    "RenameCollection",
    "SelectOwnership",
    "SelectUser",
    "ShowPartitions",
    "TransferNode",
    "TransferReplica",
    "UpdateResourceGroups",
];

pub(super) fn collections(folder: &Folder<'_>) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for one in folder.list("collections.json", &["collections", "data"])? {
        let name = one
            .as_str()
            .or_else(|| text(one, &["name", "collection_name"]))
            .ok_or_else(|| format!("{}/collections.json: a collection without a name", folder.place))?;
        let database = text(one, &["db_name", "database"]).unwrap_or("default");
        out.push(format!("{database}.{name}"));
    }
    Ok(out)
}

pub(super) fn read(folder: &Folder<'_>) -> Result<Store, String> {
    let mut store = Store::default();
    let place = format!("{}/config.json", folder.place);
    let config = folder.file("config.json")?;
    let security = config.map(|c| c.get("common").and_then(|c| c.get("security")).unwrap_or(c));
    match security.and_then(|s| flag(s.get("authorizationEnabled")?)) {
        Some(false) => {
            store.anonymous(&place, "authorizationEnabled is false");
            return Ok(store);
        }
        Some(true) => {}
        // Off unless it was switched on: users alone do not say.
        None if config.is_some() || folder.file("users.json")?.is_none() => {
            store.anonymous(&place, "authorizationEnabled is not set");
            return Ok(store);
        }
        None => {}
    }
    let roles = roles(folder)?;
    let users = folder.list("users.json", &["users", "data"])?;
    let mut seen = false;
    for user in users {
        let name = user
            .as_str()
            .or_else(|| text(user, &["user", "user_name", "username"]))
            .ok_or_else(|| format!("{}/users.json: a user without a name", folder.place))?;
        let held = strings(user, "roles").ok_or_else(|| format!("{}/users.json: the roles of `{name}` are no list", folder.place))?;
        seen |= name == "root";
        let mut rules = Vec::new();
        for role in held.iter().copied().chain(["public"]) {
            let of_role = roles.get(role).ok_or_else(|| format!("{}/users.json: the role `{role}` was not exported", folder.place))?;
            rules.extend(of_role.iter().cloned().map(|rule| rule.through(&[role])));
        }
        if name == "root" {
            rules.push(Rule::new("*", ALL, &place, "root"));
        }
        store.add(format!("user:{name}"), Kind::User, rules);
    }
    if !seen {
        store.add("user:root", Kind::User, vec![Rule::new("*", ALL, &place, "root")]);
    }
    Ok(store)
}

fn roles(folder: &Folder<'_>) -> Result<BTreeMap<String, Vec<Rule>>, String> {
    let place = format!("{}/roles.json", folder.place);
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, privileges) in GROUPS {
        groups.insert((*name).to_owned(), privileges.iter().map(|p| (*p).to_owned()).collect());
    }
    for group in folder.list("privilege-groups.json", &["privilege_groups", "data"])? {
        let name =
            text(group, &["privilege_group", "name"]).ok_or_else(|| format!("{}/privilege-groups.json: a group without a name", folder.place))?;
        let held =
            strings(group, "privileges").ok_or_else(|| format!("{}/privilege-groups.json: the privileges of `{name}` are no list", folder.place))?;
        groups.insert(name.to_owned(), held.into_iter().map(str::to_owned).collect());
    }
    let mut roles: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    roles.insert("admin".into(), vec![Rule::new("*", ALL, &place, "admin")]);
    for role in folder.list("roles.json", &["roles", "data"])? {
        let name = text(role, &["role", "role_name", "name"]).ok_or_else(|| format!("{place}: a role without a name"))?;
        let privileges = role.get("privileges").map_or(Ok(&[][..]), |p| list(p, &[])).map_err(|why| format!("{place}: `{name}`: {why}"))?;
        let mut rules = Vec::new();
        for privilege in privileges {
            rules.extend(grant(privilege, name, &place, &groups)?);
        }
        roles.entry(name.to_owned()).or_default().extend(rules);
    }
    // It has these unless it was changed.
    roles.entry("public".into()).or_insert_with(|| vec![Rule::new("*", &[Access::List], &place, "public: DescribeCollection")]);
    Ok(roles)
}

fn grant(grant: &Value, role: &str, place: &str, groups: &BTreeMap<String, Vec<String>>) -> Result<Vec<Rule>, String> {
    let privilege = text(grant, &["privilege"]).ok_or_else(|| format!("{place}: a privilege of `{role}` without a name"))?;
    let kind = text(grant, &["object_type"]).unwrap_or("Collection");
    let object = text(grant, &["object_name", "collection_name"]).unwrap_or("*");
    let database = text(grant, &["db_name"]).filter(|d| !d.is_empty()).unwrap_or("default");
    let pattern = if object == "*" { format!("{database}.*") } else { format!("{database}.{object}") };
    let pattern = if database == "*" && object == "*" { "*".to_owned() } else { pattern };
    let held: Vec<&str> = match groups.get(privilege) {
        Some(group) => group.iter().map(String::as_str).collect(),
        None => vec![privilege.strip_prefix("Privilege").unwrap_or(privilege)],
    };
    let statement = format!("{role}: {privilege}");
    let rules = held.into_iter().filter_map(|privilege| {
        let (pattern, gives): (&str, &[Access]) = match (kind, privilege) {
            ("Global", "All" | "*") => ("*", ALL),
            (_, "*" | "All") => (&pattern, &[Access::Read, Access::Write, Access::List]),
            (_, "Query" | "Search" | "HybridSearch") => (&pattern, &[Access::Read]),
            (_, "Insert" | "Delete" | "Upsert" | "Import") => (&pattern, &[Access::Write]),
            (_, "DescribeCollection" | "ShowCollections") => (&pattern, &[Access::List]),
            (_, "ManageOwnership" | "CreateOwnership" | "UpdateUser" | "OperatePrivilegeGroup") => ("*", &[Access::Admin]),
            (_, name) if HARMLESS.contains(&name) => return None,
            (_, name) => return Some(Rule::unread(&pattern, place, &statement, &format!("the privilege `{name}`"))),
        };
        Some(Rule::new(pattern, gives, place, &statement))
    });
    Ok(rules.collect())
}
