//! Snowflake: who reaches a table.
//!
//! A role has its own grants and those of all roles below it; database roles and `PUBLIC` are roles as well. A table needs a privilege on itself and
//! USAGE (or ownership) of its schema and its database. One role must give all three; where only several roles of a user do so together, it takes
//! secondary roles. *Read* is SELECT, *write* INSERT, UPDATE, DELETE or TRUNCATE, *list* any privilege, *admin* ownership, MANAGE GRANTS or a grant with
//! grant option. Masking and row access policies make reading conditional. Future grants are those of the tables made from now on: `DB.SCHEMA.<TABLE>`.

mod rows;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    exports::{Exports, flag},
    inventory::{Gap, Reading},
    reach::{Access, Expr, Kind, OTHERS, Reach, Way, Ways, Who, because, unread, when},
};

use rows::{Row, get, parts};

const FILES: &[&str] = &[
    "*/grants-to-roles.json",
    "*/grants-to-roles.csv",
    "*/grants-to-users.json",
    "*/grants-to-users.csv",
    "*/grants/*",
    "*/future-grants/*",
    "*/tables.json",
    "*/tables.csv",
    "*/users.json",
    "*/users.csv",
    "*/policy-references.json",
    "*/policy-references.csv",
];
const READ: &[&str] = &["SELECT"];
const WRITE: &[&str] = &["INSERT", "UPDATE", "DELETE", "TRUNCATE"];
const TABLES: &[&str] = &["TABLE", "VIEW", "EXTERNAL TABLE", "MATERIALIZED VIEW", "DYNAMIC TABLE", "ICEBERG TABLE", "EVENT TABLE", "HYBRID TABLE"];

/// A role and all below it, each with the roles on the way.
type Closure = BTreeMap<String, Vec<String>>;

/// Somebody who asks, and what he can ask as.
#[derive(Debug)]
struct Session {
    name: String,
    kind: Kind,
    /// One primary role each.
    each: Vec<Arc<Closure>>,
    /// What he has besides with secondary roles: grants to himself.
    own: Option<Arc<Closure>>,
    secondary: Expr,
}

/// A privilege of a role on something.
#[derive(Clone, Debug)]
struct Grant {
    holder: String,
    privilege: String,
    option: bool,
    /// Where it is written.
    policy: String,
}

/// An account.
#[derive(Debug, Default)]
struct Account {
    /// By kind (`TABLE`, `SCHEMA`, `DATABASE`, `ACCOUNT`) and name.
    grants: BTreeMap<(&'static str, String), Vec<Grant>>,
    /// Holder → roles that it was granted.
    roles: BTreeMap<String, BTreeSet<String>>,
    users: BTreeSet<String>,
    disabled: BTreeSet<String>,
    /// Users with `DEFAULT_SECONDARY_ROLES = ALL`.
    secondary: BTreeSet<String>,
    /// Tables, and patterns of future ones.
    tables: BTreeSet<String>,
    /// Table → policies on it.
    policies: BTreeMap<String, Vec<String>>,
    sessions: Vec<Session>,
    /// Why grants, and why policies on tables, may not be known.
    unread: Option<String>,
    unread_policies: Option<String>,
}

/// What was exported of Snowflake.
#[derive(Debug)]
pub struct Snowflake {
    accounts: BTreeMap<String, Account>,
    gaps: Vec<Gap>,
    unknown: Vec<String>,
}

impl Snowflake {
    /// Reads what lies below `snowflake/`.
    #[must_use]
    pub fn new(exports: &Exports) -> Self {
        let mut gaps = Vec::new();
        let names = exports.folders("snowflake");
        let accounts = names.into_iter().map(|name| (name.to_owned(), Account::new(exports, name, &mut gaps))).collect();
        gaps.sort();
        Self { accounts, gaps, unknown: exports.unknown("snowflake", FILES) }
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

    /// Accounts and tables (`DB.SCHEMA.TABLE`).
    pub fn tables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.accounts.iter().flat_map(|(name, account)| account.tables.iter().map(|table| (name.as_str(), table.as_str())))
    }

    /// Everybody who reaches a table.
    #[must_use]
    pub fn table(&self, account: &str, table: &str) -> Vec<Reach> {
        let Some(known) = self.accounts.get(account).filter(|a| a.tables.contains(table)) else { return Vec::new() };
        known.reach(table).rows(&format!("{account}/{table}"))
    }
}

impl Account {
    fn new(exports: &Exports, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let mut account = Self::default();
        for (path, _) in exports.below(&format!("snowflake/{name}")) {
            let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
            let read: fn(&mut Self, &Row, &str) -> Result<(), String> = match stem {
                "grants-to-roles" | "grants-to-users" => Self::grant,
                _ if stem.starts_with("grants/") => Self::grant,
                _ if stem.starts_with("future-grants/") => Self::future,
                "tables" => Self::table,
                "users" => Self::user,
                "policy-references" => Self::policy,
                _ => continue,
            };
            let each = |value| rows::rows(value)?.iter().try_for_each(|row| read(&mut account, row, path));
            if let Reading::Unread(why) = exports.parsed(&format!("snowflake/{name}/{path}"), gaps, each) {
                let unread = if stem == "policy-references" { &mut account.unread_policies } else { &mut account.unread };
                *unread = Some(why);
            }
        }
        account.built_in();
        account.sessions = account.sessions();
        account
    }

    /// What every account has, whether or not it was exported.
    fn built_in(&mut self) {
        for (above, below) in [("ACCOUNTADMIN", "SYSADMIN"), ("ACCOUNTADMIN", "SECURITYADMIN"), ("SECURITYADMIN", "USERADMIN")] {
            self.roles.entry(above.to_owned()).or_default().insert(below.to_owned());
        }
        let manage = Grant { holder: "SECURITYADMIN".into(), privilege: "MANAGE GRANTS".into(), option: false, policy: "ACCOUNT".into() };
        self.grants.entry(("ACCOUNT", String::new())).or_default().push(manage);
    }

    fn grant(&mut self, row: &Row, file: &str) -> Result<(), String> {
        if get(row, &["deleted_on"]).is_some() {
            return Ok(());
        }
        let to = get(row, &["granted_to"]).unwrap_or("ROLE").to_ascii_uppercase().replace('_', " ");
        let grantee = get(row, &["grantee_name"]).ok_or("a grant without `grantee_name`")?;
        let database = get(row, &["table_catalog"]);
        let holder = match to.as_str() {
            "USER" => {
                self.users.insert(grantee.to_owned());
                format!("user:{grantee}")
            }
            "SHARE" => format!("share:{grantee}"),
            "APPLICATION" | "APPLICATION ROLE" => format!("application:{grantee}"),
            "DATABASE ROLE" => qualified(grantee, database),
            _ => parts(grantee).join("."),
        };
        // `SHOW GRANTS OF ROLE` and `GRANTS_TO_USERS` say `role`.
        if let Some(role) = get(row, &["role"]) {
            self.roles.entry(holder).or_default().insert(parts(role).join("."));
            return Ok(());
        }
        let privilege = get(row, &["privilege"]).ok_or("a grant without `privilege`")?.to_ascii_uppercase();
        let on = get(row, &["granted_on"]).ok_or("a grant without `granted_on`")?.to_ascii_uppercase().replace('_', " ");
        let name = get(row, &["name"]).unwrap_or_default();
        if on == "ROLE" || on == "DATABASE ROLE" {
            if privilege == "USAGE" {
                let role = if on == "ROLE" { parts(name).join(".") } else { qualified(name, database) };
                self.roles.entry(holder).or_default().insert(role);
            }
            return Ok(());
        }
        let kind = match on.as_str() {
            "ACCOUNT" => "ACCOUNT",
            "DATABASE" => "DATABASE",
            "SCHEMA" => "SCHEMA",
            on if TABLES.contains(&on) => "TABLE",
            _ => return Ok(()),
        };
        let object = match (kind, parts(name)) {
            ("ACCOUNT", _) => String::new(),
            ("SCHEMA", parts) if parts.len() == 1 => [database.unwrap_or_default(), name].join("."),
            ("TABLE", parts) if parts.len() == 1 => [database.unwrap_or_default(), get(row, &["table_schema"]).unwrap_or_default(), name].join("."),
            (_, parts) => parts.join("."),
        };
        if kind == "TABLE" {
            self.tables.insert(object.clone());
        }
        let option = get(row, &["grant_option"]).is_some_and(|o| o.eq_ignore_ascii_case("true"));
        let policy = if object.is_empty() { file.to_owned() } else { object.clone() };
        self.grants.entry((kind, object)).or_default().push(Grant { holder, privilege, option, policy });
        Ok(())
    }

    /// `SHOW FUTURE GRANTS`: on tables of a schema, or of all schemas of a database.
    fn future(&mut self, row: &Row, _: &str) -> Result<(), String> {
        let on = get(row, &["grant_on", "granted_on"]).ok_or("a future grant without `grant_on`")?.to_ascii_uppercase().replace('_', " ");
        if !TABLES.contains(&on.as_str()) {
            return Ok(());
        }
        let privilege = get(row, &["privilege"]).ok_or("a future grant without `privilege`")?.to_ascii_uppercase();
        let name = get(row, &["name"]).ok_or("a future grant without `name`")?;
        let grantee = get(row, &["grantee_name"]).ok_or("a future grant without `grantee_name`")?;
        let mut parts = parts(name);
        let database = parts.first().cloned();
        let to = get(row, &["grant_to", "granted_to"]).unwrap_or("ROLE").to_ascii_uppercase().replace('_', " ");
        let holder = if to == "DATABASE ROLE" { qualified(grantee, database.as_deref()) } else { self::parts(grantee).join(".") };
        if parts.last().is_some_and(|last| last.starts_with('<')) {
            parts.pop();
        }
        let object = format!("{}.<{on}>", parts.join("."));
        if parts.len() == 2 {
            self.tables.insert(object.clone());
        }
        let option = get(row, &["grant_option"]).is_some_and(|o| o.eq_ignore_ascii_case("true"));
        self.grants.entry(("TABLE", object.clone())).or_default().push(Grant { holder, privilege, option, policy: format!("future {object}") });
        Ok(())
    }

    /// `SHOW TABLES`, or `INFORMATION_SCHEMA.TABLES`.
    fn table(&mut self, row: &Row, _: &str) -> Result<(), String> {
        let column = |names: &[&str]| get(row, names).ok_or_else(|| format!("a table without `{}`", names[0]));
        let (database, schema) = (column(&["database_name", "table_catalog"])?, column(&["schema_name", "table_schema"])?);
        let object = [database, schema, column(&["name", "table_name"])?].join(".");
        if let Some(owner) = get(row, &["owner", "table_owner"]) {
            let holder = if get(row, &["owner_role_type"]) == Some("DATABASE_ROLE") { qualified(owner, Some(database)) } else { owner.to_owned() };
            let grant = Grant { holder, privilege: "OWNERSHIP".into(), option: true, policy: object.clone() };
            self.grants.entry(("TABLE", object.clone())).or_default().push(grant);
        }
        self.tables.insert(object);
        Ok(())
    }

    /// `SHOW USERS`.
    fn user(&mut self, row: &Row, _: &str) -> Result<(), String> {
        let name = get(row, &["name"]).ok_or("a user without `name`")?.to_owned();
        if get(row, &["disabled"]).and_then(|d| flag(&d.into())) == Some(true) {
            self.disabled.insert(name.clone());
        }
        if get(row, &["default_secondary_roles", "default_secondary_role"]).is_some_and(|s| s.to_ascii_uppercase().contains("ALL")) {
            self.secondary.insert(name.clone());
        }
        self.users.insert(name);
        Ok(())
    }

    /// `ACCOUNT_USAGE.POLICY_REFERENCES`.
    fn policy(&mut self, row: &Row, _: &str) -> Result<(), String> {
        let kind = get(row, &["policy_kind"]).ok_or("a policy reference without `policy_kind`")?;
        let name = get(row, &["policy_name"]).unwrap_or("?");
        let of = |column: &str| get(row, &[column]).unwrap_or_default().to_owned();
        let object = [of("ref_database_name"), of("ref_schema_name"), of("ref_entity_name")].join(".");
        let kind = kind.to_ascii_lowercase().replace('_', " ");
        let column = get(row, &["ref_column_name"]).map_or_else(String::new, |column| format!(" on column `{column}`"));
        self.policies.entry(object).or_default().push(format!("{kind} `{name}`{column} shows it"));
        Ok(())
    }

    /// A role and all below it, each with the roles on the way.
    fn closure(&self, from: &str) -> Closure {
        let mut seen = BTreeMap::from([(from.to_owned(), vec![from.to_owned()])]);
        let mut todo = std::collections::VecDeque::from([from.to_owned()]);
        while let Some(at) = todo.pop_front() {
            for below in self.roles.get(&at).into_iter().flatten() {
                if !seen.contains_key(below) {
                    let mut way = seen[&at].clone();
                    way.push(below.clone());
                    seen.insert(below.clone(), way);
                    todo.push_back(below.clone());
                }
            }
        }
        seen
    }

    /// A grant on something that one of these roles holds.
    fn held(&self, roles: &[Arc<Closure>], kind: &'static str, object: &str, is: impl Fn(&Grant) -> bool) -> Option<&Grant> {
        self.grants.get(&(kind, object.to_owned()))?.iter().find(|grant| is(grant) && roles.iter().any(|closure| closure.contains_key(&grant.holder)))
    }

    /// What a set of roles can do with a table.
    fn way(&self, roles: &[Arc<Closure>], table: &str, access: Access) -> Option<Way> {
        let parts: Vec<&str> = table.splitn(3, '.').collect();
        let (database, schema) = (parts.first()?, format!("{}.{}", parts.first()?, parts.get(1)?));
        if access == Access::Admin
            && let Some(grant) = self.held(roles, "ACCOUNT", "", |g| g.privilege == "MANAGE GRANTS")
        {
            return Some(self.through(roles, &[grant]));
        }
        let future = table.ends_with('>');
        let wanted = |grant: &Grant| match access {
            _ if grant.privilege == "OWNERSHIP" => true,
            Access::Read => READ.contains(&grant.privilege.as_str()),
            Access::Write => WRITE.contains(&grant.privilege.as_str()),
            Access::List => true,
            Access::Admin => grant.option,
        };
        // Future grants of a schema are in place of those of its database.
        let of_database = format!("{database}{}", &table[schema.len()..]);
        let table = if future && !self.grants.contains_key(&("TABLE", table.to_owned())) { &of_database } else { table };
        let on_table = self.held(roles, "TABLE", table, wanted)?;
        let uses = |grant: &Grant| grant.privilege == "USAGE" || grant.privilege == "OWNERSHIP";
        let on_schema = self.held(roles, "SCHEMA", &schema, uses)?;
        let shared = |grant: &Grant| uses(grant) || grant.privilege == "IMPORTED PRIVILEGES";
        let on_database = self.held(roles, "DATABASE", database, shared)?;
        let way = self.through(roles, &[on_table, on_schema, on_database]);
        Some(if future { way.and(when("tables made from now on")) } else { way })
    }

    fn through(&self, roles: &[Arc<Closure>], grants: &[&Grant]) -> Way {
        let via = grants.first().and_then(|grant| roles.iter().find_map(|closure| closure.get(&grant.holder))).cloned().unwrap_or_default();
        let because = grants.iter().map(|g| because(&g.policy, &format!("{} to {}", g.privilege, g.holder), "Allow")).collect();
        Way { formula: Expr::YES, via, because }
    }

    /// Users, then roles, shares and applications that no user holds.
    fn sessions(&self) -> Vec<Session> {
        let mut known: BTreeMap<String, Arc<Closure>> = BTreeMap::new();
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut out = Vec::new();
        for user in self.users.iter().filter(|user| !self.disabled.contains(*user)) {
            let own = format!("user:{user}");
            let mut first: BTreeSet<String> = self.roles.get(&own).cloned().unwrap_or_default();
            first.insert("PUBLIC".into());
            let mut each = Vec::with_capacity(first.len());
            for role in first {
                if !known.contains_key(&role) {
                    let closure = self.with_public(&role);
                    used.extend(closure.keys().cloned());
                    known.insert(role.clone(), Arc::new(closure));
                }
                each.extend(known.get(&role).cloned());
            }
            let secondary = if self.secondary.contains(user) { Expr::YES } else { when("secondary roles are in use (USE SECONDARY ROLES ALL)") };
            let itself = Arc::new(Closure::from([(own.clone(), Vec::new())]));
            out.push(Session { name: own, kind: Kind::User, each, own: Some(itself), secondary });
        }
        let holders: BTreeSet<&String> = self.grants.values().flatten().map(|grant| &grant.holder).chain(self.roles.keys()).collect();
        for holder in holders.into_iter().filter(|h| !h.starts_with("user:") && !used.contains(*h)) {
            let (name, kind) = if holder.contains(':') { (holder.clone(), Kind::Group) } else { (format!("role:{holder}"), Kind::Role) };
            let closure = if kind == Kind::Role { self.with_public(holder) } else { self.closure(holder) };
            out.push(Session { name, kind, each: vec![Arc::new(closure)], own: None, secondary: Expr::NO });
        }
        out
    }

    fn reach(&self, table: &str) -> Ways {
        let mut ways = Ways::default();
        if let Some(why) = &self.unread {
            ways.unread(OTHERS, why);
        }
        for session in &self.sessions {
            for access in Access::ALL {
                let one = session.each.iter().filter_map(|role| self.way(std::slice::from_ref(role), table, access)).min_by_key(|way| way.via.len());
                let way = one.or_else(|| {
                    let together: Vec<Arc<Closure>> = session.own.iter().chain(&session.each).cloned().collect();
                    Some(self.way(&together, table, access)?.and(session.secondary.clone()))
                });
                let way = way.map(|mut way| {
                    // A role that stands for itself is not on its own way.
                    if session.kind != Kind::User && !way.via.is_empty() {
                        way.via.remove(0);
                    }
                    way
                });
                self.add(&mut ways, &session.name, session.kind, table, access, way);
            }
        }
        ways
    }

    /// What a session has whose primary role this is.
    fn with_public(&self, role: &str) -> Closure {
        let mut roles = self.closure(role);
        roles.entry("PUBLIC".into()).or_insert_with(|| vec!["PUBLIC".into()]);
        roles
    }

    fn add(&self, ways: &mut Ways, name: &str, kind: Kind, table: &str, access: Access, way: Option<Way>) {
        let who = Who { kind, external: kind == Kind::Group };
        let way = match (way, &self.unread) {
            (Some(way), _) => way,
            (None, Some(why)) => Way::unread(why),
            (None, None) => return,
        };
        let shown = self.policies.get(table).filter(|_| access == Access::Read);
        let unknown = self.unread_policies.iter().filter(|_| access == Access::Read).map(unread);
        let shown = Expr::all(shown.into_iter().flatten().map(|policy| when(policy.clone())).chain(unknown));
        ways.add(name, who, access, way.and(shown));
    }
}

/// A database role with its database.
fn qualified(name: &str, database: Option<&str>) -> String {
    let parts = parts(name);
    match (parts.len(), database) {
        (1, Some(database)) => format!("{database}.{}", parts[0]),
        _ => parts.join("."),
    }
}
