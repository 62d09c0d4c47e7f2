//! Roles and grants read from dumps: `pg_dumpall --roles-only` and `pg_dump --schema-only` (with `--create` the database's own grants as well).
//!
//! Statements that say who may do what are understood; those that say nothing about it are passed over; what should be understood and is not, is a gap of
//! the inventory, with its line. Passwords are never kept.
//!
//! ```
//! use sonde_access::sql::{Access, Privileges, dump::Dump};
//! let mut dump = Dump::new("app");
//! dump.read("CREATE ROLE ann; ALTER ROLE ann WITH LOGIN INHERIT; CREATE ROLE boss;");
//! dump.read("CREATE TABLE public.t (id int); ALTER TABLE public.t OWNER TO boss; GRANT SELECT ON TABLE public.t TO ann;");
//! let inventory = dump.finish();
//! let reach = Privileges::new(&inventory, "app").unwrap().reach("public", "t");
//! assert!(reach.iter().any(|r| r.principal == "ann" && r.access == Access::Read));
//! ```

use super::{
    Acl, AclItem, Column, Database, DefaultPrivilege, Function, Grantee, Inventory, Kind, Membership, Policy, PrivilegeSet, Relation, Role, Schema,
    View,
    acl::{self, Default as Defaults},
};
use grant::{Grant, On};
use token::{Statement, Statements, Token};
use words::Words;

mod grant;
mod token;
mod words;

/// Longest part of a statement in a gap, characters: enough to find it.
const SHOWN: usize = 80;

/// Names that the text of a view mentions: database and relation by number, `schema.name`s.
type Mentions = (usize, usize, Vec<(String, String)>);

/// What was read so far.
#[derive(Debug)]
pub struct Dump {
    inventory: Inventory,
    /// Number of the database that is spoken of.
    current: usize,
    /// `SET SESSION AUTHORIZATION`: who grants.
    session: Option<String>,
    version: Option<u32>,
    own_terms: bool,
    /// Names that views mention.
    mentions: Vec<Mentions>,
}

impl Dump {
    /// A reader for dumps of one cluster. `database`: what the dumps of `pg_dump` are of, where they do not say it.
    #[must_use]
    pub fn new(database: &str) -> Self {
        let inventory = Inventory { databases: vec![Database::named(database, "")], ..Inventory::default() };
        Self { inventory, current: 0, session: None, version: None, own_terms: false, mentions: Vec::new() }
    }

    /// Reads one dump. Roles come first.
    pub fn read(&mut self, text: &str) {
        if self.version.is_none() {
            self.version = version(text);
        }
        self.session = None;
        for statement in Statements::new(text) {
            if self.statement(&statement).is_none() {
                let shown: String = statement.text.chars().take(SHOWN).collect();
                // A password is never shown, whatever the statement.
                let shown = shown.to_ascii_lowercase().find("password").map_or(shown.as_str(), |at| shown.get(..at).unwrap_or_default());
                self.inventory.gaps.push(format!("line {}: `{}` was not understood", statement.line, shown.escape_debug()));
            }
        }
    }

    /// The inventory.
    #[must_use]
    pub fn finish(mut self) -> Inventory {
        // From 16 on every membership is dumped with its terms.
        let version = self.version.unwrap_or(if self.own_terms { 160_000 } else { 150_000 });
        self.inventory.version = version;
        for (database, relation, mentions) in std::mem::take(&mut self.mentions) {
            let database = &mut self.inventory.databases[database];
            let known = |(schema, name): &(String, String)| database.relations.iter().any(|r| r.schema == *schema && r.name == *name);
            let uses = mentions.into_iter().filter(known).collect();
            if let Some(view) = database.relations.get_mut(relation).and_then(|r| r.view.as_mut()) {
                view.uses = uses;
            }
        }
        for database in &self.inventory.databases {
            if database.owner.is_empty() && !database.relations.is_empty() {
                let gap = format!(
                    "owner and grants of database `{}` are in no dump (`pg_dump --create` has them): the defaults are assumed",
                    database.name
                );
                self.inventory.gaps.push(gap);
            }
        }
        let mentioned = self.inventory.memberships.iter().map(|m| m.role.clone()).filter(|r| r.starts_with("pg_"));
        for name in mentioned.chain(["pg_database_owner".to_owned()]).collect::<Vec<_>>() {
            if !self.inventory.roles.iter().any(|r| r.name == name) {
                self.inventory.roles.push(Role { login: false, ..Role::named(&name) });
            }
        }
        self.inventory
    }

    /// `None`: it should be understood and is not.
    fn statement(&mut self, statement: &Statement<'_>) -> Option<()> {
        let mut words = Words::new(statement);
        let first = match statement.tokens.first()? {
            Token::Sign('\\') => return self.command(&statement.tokens),
            Token::Word(first, false) => first.as_str(),
            _ => return None,
        };
        words.next();
        match first {
            "grant" | "revoke" => self.grant(first == "grant", &mut words, None),
            "create" => self.create(&mut words),
            "alter" => self.alter(&mut words),
            "set" if words.take("session") => {
                words.expect("authorization")?;
                self.session = if words.take("default") { None } else { Some(words.name()?) };
                Some(())
            }
            "reset" => {
                self.session = if words.take("session") { None } else { self.session.take() };
                Some(())
            }
            // Say nothing of who may do what.
            "set" | "select" | "comment" | "copy" | "begin" | "commit" | "security" | "refresh" | "drop" | "start" | "insert" | "analyze"
            | "update" => Some(()),
            _ => None,
        }
    }

    /// Commands of `psql`.
    fn command(&mut self, tokens: &[Token]) -> Option<()> {
        if matches!(tokens.get(1), Some(Token::Word(word, false)) if word == "connect" || word == "c")
            && let Some(Token::Word(name, _) | Token::Text(name)) = tokens.iter().skip(2).find(|t| matches!(t, Token::Word(..) | Token::Text(_)))
        {
            self.current = self.database(name);
        }
        Some(())
    }

    /// The number of a database, which is made where there is none of this name.
    fn database(&mut self, name: &str) -> usize {
        let all = &mut self.inventory.databases;
        all.iter().position(|d| d.name == name).unwrap_or_else(|| {
            all.push(Database::named(name, ""));
            all.len() - 1
        })
    }

    /// The database that is spoken of, with the schema that every database has.
    fn here(&mut self) -> &mut Database {
        let version = self.version.unwrap_or(160_000);
        let database = &mut self.inventory.databases[self.current];
        if !database.schemas.iter().any(|s| s.name == "public") {
            let (owner, acl) = if version >= 150_000 {
                ("pg_database_owner", "{pg_database_owner=UC/pg_database_owner,=U/pg_database_owner}")
            } else {
                ("postgres", "{postgres=UC/postgres,=UC/postgres}")
            };
            database.schemas.push(Schema { name: "public".to_owned(), owner: owner.to_owned(), acl: acl::parse(acl).ok() });
        }
        database
    }

    fn role(&mut self, name: &str) -> &mut Role {
        let roles = &mut self.inventory.roles;
        let at = roles.iter().position(|r| r.name == name).unwrap_or_else(|| {
            roles.push(Role { login: false, ..Role::named(name) });
            roles.len() - 1
        });
        &mut roles[at]
    }

    fn create(&mut self, words: &mut Words<'_>) -> Option<()> {
        let _ = words.take("or") && words.take("replace");
        let _ = words.take("unlogged") || words.take("recursive");
        match words.word()?.as_str() {
            "user" if words.is_mapping() => Some(()),
            "role" | "user" | "group" => {
                let name = words.name()?;
                self.attributes(&name, words)
            }
            "schema" => {
                let name = words.name()?;
                let owner = if words.take("authorization") { words.name()? } else { self.session.clone().unwrap_or_default() };
                self.here().schemas.push(Schema { name, owner, acl: None });
                Some(())
            }
            "database" => {
                let name = words.name()?;
                self.database(&name);
                Some(())
            }
            "table" => self.relation(words, Kind::Table),
            "foreign" if words.take("table") => self.relation(words, Kind::Foreign),
            "view" => self.relation(words, Kind::View),
            "materialized" if words.take("view") => self.relation(words, Kind::Materialised),
            "function" | "procedure" => self.function(words),
            "policy" => self.policy(words),
            _ => Some(()),
        }
    }

    /// `CREATE ROLE`, `ALTER ROLE … WITH`.
    fn attributes(&mut self, name: &str, words: &mut Words<'_>) -> Option<()> {
        let role = self.role(name);
        words.take("with");
        while let Some(word) = words.any_word() {
            match word.as_str() {
                "superuser" => role.superuser = true,
                "nosuperuser" => role.superuser = false,
                "inherit" => role.inherit = true,
                "noinherit" => role.inherit = false,
                "login" => role.login = true,
                "nologin" => role.login = false,
                "bypassrls" => role.bypass_rls = true,
                "nobypassrls" => role.bypass_rls = false,
                "createrole" => role.create_role = true,
                "nocreaterole" => role.create_role = false,
                "replication" => role.replication = true,
                "noreplication" => role.replication = false,
                "createdb" | "nocreatedb" => {}
                "connection" => {
                    words.expect("limit")?;
                    words.skip_value();
                }
                "valid" => {
                    words.expect("until")?;
                    words.skip_value();
                }
                "password" | "encrypted" | "unencrypted" => words.skip_value(),
                // Settings of a role: nothing of what it may do.
                "set" | "reset" | "in" if word != "in" || words.take("database") => return Some(()),
                _ => return None,
            }
        }
        words.is_done().then_some(())
    }

    fn relation(&mut self, words: &mut Words<'_>, kind: Kind) -> Option<()> {
        let _ = words.take("if") && words.take("not") && words.take("exists");
        let (schema, name) = words.qualified()?;
        let columns = if matches!(kind, Kind::Table | Kind::Foreign) { words.columns() } else { Vec::new() };
        let kind = if kind == Kind::Table && words.contains(&["partition", "by"]) { Kind::Partitioned } else { kind };
        let view = (kind == Kind::View).then(|| View { invoker: words.option_is_on("security_invoker"), uses: Vec::new() });
        let owner = self.session.clone().unwrap_or_default();
        let columns = columns.into_iter().map(|name| Column { name, acl: None }).collect();
        let current = self.current;
        let relations = &mut self.here().relations;
        relations.push(Relation { schema, name, kind, owner, columns, view, ..Relation::default() });
        let at = relations.len() - 1;
        if kind == Kind::View {
            self.mentions.push((current, at, words.pairs()));
        }
        Some(())
    }

    fn function(&mut self, words: &mut Words<'_>) -> Option<()> {
        let (schema, name) = words.qualified()?;
        let arguments = words.parenthesised();
        // Functions of triggers cannot be called.
        let of_trigger = words.contains(&["returns", "trigger"]) || words.contains(&["returns", "event_trigger"]);
        if words.contains(&["security", "definer"]) && !of_trigger {
            let owner = self.session.clone().unwrap_or_default();
            self.here().functions.push(Function { schema, name: format!("{name}({arguments})"), owner, acl: None });
        }
        Some(())
    }

    fn policy(&mut self, words: &mut Words<'_>) -> Option<()> {
        let mut policy = Policy { name: words.name()?, permissive: true, command: '*', ..Policy::default() };
        words.expect("on")?;
        let (schema, name) = words.qualified()?;
        if words.take("as") {
            policy.permissive = words.word()? == "permissive";
        }
        if words.take("for") {
            policy.command = match words.word()?.as_str() {
                "select" => 'r',
                "insert" => 'a',
                "update" => 'w',
                "delete" => 'd',
                "all" => '*',
                _ => return None,
            };
        }
        if words.take("to") {
            policy.roles = words.names()?;
            // For everyone, whoever else is named.
            if policy.roles.iter().any(|r| r == "public") {
                policy.roles.clear();
            }
        }
        if words.take("using") {
            policy.using = Some(words.parenthesised());
        }
        if words.take("with") {
            words.expect("check")?;
            policy.check = Some(words.parenthesised());
        }
        self.table(&schema, &name)?.policies.push(policy);
        words.is_done().then_some(())
    }

    fn table(&mut self, schema: &str, name: &str) -> Option<&mut Relation> {
        self.here().relations.iter_mut().find(|r| r.schema == schema && r.name == name)
    }

    fn alter(&mut self, words: &mut Words<'_>) -> Option<()> {
        match words.word()?.as_str() {
            "user" if words.is_mapping() => Some(()),
            "role" | "user" => {
                let name = words.name()?;
                if name == "all" { Some(()) } else { self.attributes(&name, words) }
            }
            "default" => self.default_privileges(words),
            "schema" => {
                let name = words.name()?;
                let Some(owner) = words.owner() else { return Some(()) };
                self.here().schemas.iter_mut().find(|s| s.name == name)?.owner = owner;
                Some(())
            }
            "database" => {
                let name = words.name()?;
                let Some(owner) = words.owner() else { return Some(()) };
                let at = self.database(&name);
                self.inventory.databases[at].owner = owner;
                Some(())
            }
            "function" | "procedure" => {
                let (schema, name) = words.qualified()?;
                let name = format!("{name}({})", words.parenthesised());
                let Some(owner) = words.owner() else { return Some(()) };
                if let Some(function) = self.here().functions.iter_mut().find(|f| f.schema == schema && f.name == name) {
                    function.owner = owner;
                }
                Some(())
            }
            "table" | "view" | "materialized" | "foreign" => self.alter_table(words),
            _ => Some(()),
        }
    }

    fn alter_table(&mut self, words: &mut Words<'_>) -> Option<()> {
        let _ = words.take("view") || words.take("table");
        let _ = words.take("if") && words.take("exists");
        words.take("only");
        let (schema, name) = words.qualified()?;
        if let Some(owner) = words.owner() {
            // Sequences are altered so as well; they hold nothing.
            if let Some(table) = self.table(&schema, &name) {
                table.owner = owner;
            }
            return Some(());
        }
        let force = words.take("force");
        let no_force = words.take("no") && words.take("force");
        let on = !words.take("disable");
        if (force || no_force || words.take("enable") || !on) && words.take("row") {
            let table = self.table(&schema, &name)?;
            if force || no_force { table.force_row_security = force } else { table.row_security = on }
        }
        Some(())
    }

    /// `ALTER DEFAULT PRIVILEGES FOR ROLE x [IN SCHEMA y] GRANT … ON TABLES TO z`.
    fn default_privileges(&mut self, words: &mut Words<'_>) -> Option<()> {
        words.expect("privileges")?;
        let mut role = self.session.clone().unwrap_or_default();
        if words.take("for") {
            let _ = words.take("role") || words.take("user");
            role = words.name()?;
        }
        let mut schema = None;
        if words.take("in") {
            words.expect("schema")?;
            schema = Some(words.name()?);
        }
        let granted = words.word()?;
        self.grant(granted == "grant", words, Some((role, schema)))
    }

    fn grant(&mut self, given: bool, words: &mut Words<'_>, default: Option<(String, Option<String>)>) -> Option<()> {
        let grant = Grant::parse(given, words)?;
        match (&grant.on, default) {
            (On::Roles(roles), None) => {
                let roles = roles.clone();
                self.memberships(&grant, &roles)
            }
            (On::Roles(_), Some(_)) => None,
            (On::Defaults(kind), Some((role, schema))) => {
                let kind = *kind;
                self.later(&grant, role, schema, kind)
            }
            _ => self.objects(&grant),
        }
    }

    fn memberships(&mut self, grant: &Grant, roles: &[String]) -> Option<()> {
        self.own_terms |= grant.inherit.is_some() || grant.set.is_some();
        for role in roles {
            for member in &grant.to {
                let Grantee::Role(member) = member else { return None };
                let all = &mut self.inventory.memberships;
                all.retain(|m| grant.given || m.role != *role || m.member != *member);
                if grant.given {
                    let (role, member) = (role.clone(), member.clone());
                    all.push(Membership { role, member, admin: grant.option, inherit: grant.inherit, set: grant.set });
                }
            }
        }
        Some(())
    }

    fn later(&mut self, grant: &Grant, role: String, schema: Option<String>, kind: char) -> Option<()> {
        let all = &mut self.here().default_privileges;
        let at = all.iter().position(|d| d.role == role && d.schema == schema && d.kind == kind).unwrap_or_else(|| {
            all.push(DefaultPrivilege { role: role.clone(), schema, kind, acl: Vec::new() });
            all.len() - 1
        });
        apply(&mut all[at].acl, grant, grant.all(kind), &role);
        Some(())
    }

    /// Grants on things that there are.
    fn objects(&mut self, grant: &Grant) -> Option<()> {
        let (session, version) = (self.session.clone(), self.version.unwrap_or(160_000));
        let by = |owner: &str| grant.by.clone().or_else(|| session.clone()).unwrap_or_else(|| owner.to_owned());
        let change = |acl: &mut Option<Acl>, kind: Defaults, owner: &str, all: PrivilegeSet| {
            apply(acl.get_or_insert_with(|| acl::default(kind, owner, version)), grant, all, &by(owner));
        };
        match &grant.on {
            On::Tables(tables) => {
                for (schema, name) in tables {
                    // Sequences are granted as tables by old dumps.
                    let Some(table) = self.table(schema, name) else { continue };
                    let (owner, all) = (table.owner.clone(), grant.all('r'));
                    if !all.is_empty() {
                        change(&mut table.acl, Defaults::Relation, &owner, all);
                    }
                    for (privilege, column) in &grant.columns {
                        let column = table.columns.iter_mut().find(|c| c.name == *column)?;
                        let one = std::iter::once(*privilege).collect();
                        apply(column.acl.get_or_insert_default(), grant, one, &by(&owner));
                    }
                }
            }
            On::Schemas(names) => {
                for name in names {
                    let schema = self.here().schemas.iter_mut().find(|s| s.name == *name)?;
                    let owner = schema.owner.clone();
                    change(&mut schema.acl, Defaults::Schema, &owner, grant.all('n'));
                }
            }
            On::Databases(names) => {
                for name in names {
                    let at = self.database(name);
                    let database = &mut self.inventory.databases[at];
                    let owner = database.owner.clone();
                    change(&mut database.acl, Defaults::Database, &owner, grant.all('d'));
                }
            }
            On::Function(schema, name) => {
                if let Some(function) = self.here().functions.iter_mut().find(|f| f.schema == *schema && f.name == *name) {
                    let owner = function.owner.clone();
                    change(&mut function.acl, Defaults::Function, &owner, grant.all('f'));
                }
            }
            On::Nothing => {}
            On::Roles(_) | On::Defaults(_) => return None,
        }
        Some(())
    }
}

/// Adds to or takes from an access list.
fn apply(acl: &mut Acl, grant: &Grant, privileges: PrivilegeSet, grantor: &str) {
    for grantee in &grant.to {
        if !grant.given {
            for item in acl.iter_mut().filter(|item| item.grantee == *grantee) {
                item.grantable = item.grantable.without(privileges);
                if !grant.option_only {
                    item.privileges = item.privileges.without(privileges);
                }
            }
            continue;
        }
        let option = if grant.option { privileges } else { PrivilegeSet::NONE };
        match acl.iter_mut().find(|item| item.grantee == *grantee && item.grantor == grantor) {
            Some(item) => (item.privileges, item.grantable) = (item.privileges.or(privileges), item.grantable.or(option)),
            None => acl.push(AclItem { grantee: grantee.clone(), privileges, grantable: option, grantor: grantor.to_owned() }),
        }
    }
    acl.retain(|item| !item.privileges.is_empty());
}

/// `-- Dumped from database version 15.18 (…)`.
fn version(text: &str) -> Option<u32> {
    let rest = text.lines().take(200).find_map(|line| line.strip_prefix("-- Dumped from database version "))?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().and_then(Result::ok).unwrap_or(0);
    (major < 1_000).then_some(major * 10_000 + minor.min(9_999))
}

#[cfg(test)]
mod tests;
