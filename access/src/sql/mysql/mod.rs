//! MySQL and MariaDB: accounts, roles and grants, read from what `SHOW GRANTS` prints.
//!
//! An account has what was granted to it, to the roles that are on when it logs in, and to `PUBLIC` (MariaDB); other roles it was granted are reached by
//! `SET ROLE`. Of several grants on databases whose patterns fit, the most specific alone counts, as in the server.
//!
//! ```
//! use sonde_access::sql::{Access, mysql::Inventory};
//! let mut inventory = Inventory::default();
//! inventory.account("ann", "%");
//! inventory.read("GRANT USAGE ON *.* TO `ann`@`%`\nGRANT SELECT ON `app`.* TO `ann`@`%`");
//! let reach = inventory.reach("app", "customers");
//! assert_eq!(reach.iter().filter(|r| r.access == Access::Read).count(), 1);
//! ```

use std::{
    collections::{BTreeSet, VecDeque},
    fmt,
};

use serde::{Deserialize, Serialize};

use super::{Access, Answer, Because, Reach};
use parse::Line;

mod parse;
#[cfg(test)]
mod tests;

/// Name of an account, or of a role (MariaDB: without host).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// User.
    pub user: String,
    /// Host it comes from.
    pub host: String,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.is_empty() { f.write_str(&self.user) } else { write!(f, "{}@{}", self.user, self.host) }
    }
}

/// Who can log in, or a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub name: Name,
    /// It is a role: nobody logs in as it.
    pub role: bool,
    /// It may not log in now.
    pub locked: bool,
    /// Roles that are on after login.
    pub default_roles: Vec<Name>,
}

/// What a grant is on. Databases may be patterns (`%`, `_`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// `*.*`.
    Global,
    /// `database.*`.
    Database(String),
    /// `database.table`.
    Table(String, String),
}

/// A grant of privileges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// To whom.
    pub to: Name,
    /// Privileges in capitals; `ALL PRIVILEGES` for all.
    pub privileges: Vec<String>,
    /// Privileges on columns.
    pub columns: Vec<(String, String)>,
    /// On what.
    pub on: Scope,
    /// WITH GRANT OPTION.
    pub option: bool,
    /// A partial revoke of MySQL: a database taken out of a global grant.
    pub revoked: bool,
}

/// A grant of roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGrant {
    /// Which roles.
    pub roles: Vec<Name>,
    /// To whom.
    pub to: Name,
    /// WITH ADMIN OPTION.
    pub admin: bool,
}

/// What is known of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Accounts and roles.
    pub accounts: Vec<Account>,
    /// Grants of privileges.
    pub grants: Vec<Grant>,
    /// Grants of roles.
    pub roles: Vec<RoleGrant>,
    /// MySQL's `activate_all_roles_on_login`.
    pub all_roles_on: bool,
    /// MySQL's `mandatory_roles`: granted to everyone.
    pub mandatory_roles: Vec<Name>,
    /// What could not be read or understood.
    pub gaps: Vec<String>,
}

/// MariaDB's role of everyone.
const PUBLIC: &str = "PUBLIC";
/// Longest part of a line in a gap, characters.
const SHOWN: usize = 60;
/// Privileges of a table that change rows. DROP is needed for TRUNCATE.
const WRITES: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "DROP"];
/// Privileges of which any, on the table or on what it lies in, shows that the table is there. SHOW DATABASES shows names of databases alone.
const SHOWS: [&str; 14] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "REFERENCES",
    "INDEX",
    "ALTER",
    "TRIGGER",
    "SHOW VIEW",
    "CREATE VIEW",
    "DELETE HISTORY",
    TABLE_OPTION,
];
/// The grant option of a table; that of a database or of everything shows nothing.
const TABLE_OPTION: &str = "GRANT OPTION of a table";
/// Privileges that change what a table is.
const CHANGES: [&str; 2] = ["ALTER", "DROP"];

/// A name whose grants an account has.
struct Held {
    name: Name,
    /// The way to it.
    via: Vec<String>,
    /// The pattern of databases that counts.
    pattern: Option<String>,
}

fn public() -> Name {
    Name { user: PUBLIC.to_owned(), host: String::new() }
}

/// A privilege found, and what makes it less than certain.
struct Found {
    privilege: String,
    columns: Vec<String>,
    because: Because,
}

impl Inventory {
    /// Adds an account, where there is none of this name.
    pub fn account(&mut self, user: &str, host: &str) -> &mut Account {
        let name = Name { user: user.to_owned(), host: host.to_owned() };
        let at = self.accounts.iter().position(|a| a.name == name).unwrap_or_else(|| {
            self.accounts.push(Account { name, ..Account::default() });
            self.accounts.len() - 1
        });
        &mut self.accounts[at]
    }

    /// Adds a role.
    pub fn role(&mut self, user: &str, host: &str) {
        self.account(user, host).role = true;
    }

    /// Reads lines of `SHOW GRANTS`, of any number of accounts. Lines that are not understood are gaps; passwords are not kept.
    pub fn read(&mut self, text: &str) {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("--")) {
            match parse::line(line) {
                Some(Line::Grant(grant)) => self.grants.push(grant),
                Some(Line::Role(grant)) => {
                    for role in &grant.roles {
                        self.role(&role.user, &role.host);
                    }
                    self.roles.push(grant);
                }
                Some(Line::Default(role, name)) => self.account(&name.user, &name.host).default_roles.push(role),
                Some(Line::Nothing) => {}
                None => {
                    let shown: String = line.chars().take(SHOWN).collect();
                    // Letters may grow in lower case: only those of ASCII are folded, so that the place is that of the text itself.
                    let folded = shown.to_ascii_lowercase();
                    let secret = ["identified", "password"].iter().filter_map(|word| folded.find(word)).min();
                    let shown = secret.map_or(shown.as_str(), |at| shown.get(..at).unwrap_or_default());
                    self.gaps.push(format!("line {number}: `{}` was not understood", shown.escape_debug()));
                }
            }
        }
    }

    /// Everyone who reaches a table and how, by account, access and way.
    #[must_use]
    pub fn reach(&self, database: &str, table: &str) -> Vec<Reach> {
        let mut all: Vec<Reach> = self.accounts.iter().filter(|a| !a.role).flat_map(|a| self.reach_of(a, database, table)).collect();
        all.sort();
        all
    }

    fn reach_of(&self, account: &Account, database: &str, table: &str) -> Vec<Reach> {
        let on = self.on_at_login(account, database);
        let later: Vec<(String, Vec<Held>)> =
            self.settable(account, &on).map(|role| (format!("SET ROLE {role}"), self.on_after(account, role, database))).collect();
        let mut found = Vec::new();
        for access in Access::ALL {
            let now = self.way(&on, database, table, access, account);
            let certain = now.as_ref().is_some_and(|r| r.answer == Answer::Yes);
            let any = now.is_some();
            found.extend(now);
            if !certain {
                let later = later.iter().filter_map(|(step, held)| {
                    let mut reach = self.way(held, database, table, access, account)?;
                    // The grant option may be the account's own, and what it grants the role's.
                    if !reach.via.contains(step) {
                        reach.via.insert(0, step.clone());
                    }
                    Some(reach)
                });
                found.extend(later.filter(|r| !any || r.answer == Answer::Yes).min_by_key(|r| (r.answer, r.via.len())));
            }
        }
        self.unsure(account, &mut found);
        found
    }

    fn unsure(&self, account: &Account, found: &mut Vec<Reach>) {
        if account.locked {
            for reach in found.iter_mut() {
                reach.answer = reach.answer.max(Answer::Conditional);
                reach.condition = Some(
                    reach
                        .condition
                        .take()
                        .map_or("the account is locked until that is changed".to_owned(), |c| format!("the account is locked; {c}")),
                );
            }
        }
        let gap = |statement: &String| Because { policy: "inventory".to_owned(), statement: statement.clone(), effect: "Allow".to_owned() };
        for access in Access::ALL {
            if !self.gaps.is_empty() && !found.iter().any(|r| r.access == access) {
                let because = self.gaps.iter().take(3).map(gap).collect();
                found.push(Reach { principal: account.shown(), access, answer: Answer::Unknown, condition: None, via: Vec::new(), because });
            }
        }
    }

    /// Roles granted to a name, with whether they may be granted on.
    fn granted(&self, to: &Name) -> impl Iterator<Item = (&Name, bool)> {
        self.roles.iter().filter(move |g| g.to == *to).flat_map(|g| g.roles.iter().map(|r| (r, g.admin)))
    }

    /// Names whose grants count after login.
    fn on_at_login(&self, account: &Account, database: &str) -> Vec<Held> {
        let mut start = vec![(account.name.clone(), Vec::new()), (public(), vec![PUBLIC.to_owned()])];
        let granted: BTreeSet<&Name> = self.granted(&account.name).map(|(role, _)| role).chain(&self.mandatory_roles).collect();
        // A default role that was taken away stays written down and is not put on.
        let roles = granted.into_iter().filter(|role| self.all_roles_on || account.default_roles.contains(role));
        start.extend(roles.map(|role| (role.clone(), vec![role.to_string()])));
        self.nested(start, &account.name, database)
    }

    /// Roles that `SET ROLE` puts on, but for those that are on: what was granted to the account itself.
    fn settable<'a>(&'a self, account: &'a Account, on: &'a [Held]) -> impl Iterator<Item = &'a Name> {
        let granted = self.granted(&account.name).map(|(role, _)| role).chain(&self.mandatory_roles);
        granted.filter(|role| !on.iter().any(|held| held.via == [role.to_string()]))
    }

    /// Names whose grants count after `SET ROLE`, which puts other roles off.
    fn on_after(&self, account: &Account, role: &Name, database: &str) -> Vec<Held> {
        let start = vec![(account.name.clone(), Vec::new()), (public(), vec![PUBLIC.to_owned()]), (role.clone(), vec![format!("SET ROLE {role}")])];
        self.nested(start, &account.name, database)
    }

    /// Roles with all roles granted to them. What is granted to the account itself needs to be put on. What is granted to a role and to those in it on
    /// databases counts as if it were granted to the role: of all patterns that fit, the most specific.
    fn nested(&self, start: Vec<(Name, Vec<String>)>, account: &Name, database: &str) -> Vec<Held> {
        let mut all = Vec::new();
        for first in start {
            let mut found: Vec<(Name, Vec<String>)> = Vec::new();
            let mut todo = VecDeque::from([first]);
            while let Some((name, via)) = todo.pop_front() {
                if found.iter().any(|(known, _)| *known == name) {
                    continue;
                }
                if name != *account {
                    todo.extend(self.granted(&name).map(|(role, _)| (role.clone(), [via.clone(), vec![role.to_string()]].concat())));
                }
                found.push((name, via));
            }
            let of_these = self.grants.iter().filter(|g| !g.revoked && found.iter().any(|(name, _)| g.to == *name));
            let patterns = of_these.filter_map(|g| if let Scope::Database(pattern) = &g.on { Some(pattern) } else { None });
            let pattern = patterns.filter(|pattern| like(pattern, database)).min_by_key(|pattern| generality(pattern)).cloned();
            all.extend(found.into_iter().map(|(name, via)| Held { name, via, pattern: pattern.clone() }));
        }
        all
    }

    /// Grants of one name that count for a table: global, of the database, of the table.
    fn counting<'a>(&'a self, held: &'a Held, database: &'a str, table: &'a str) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(move |g| g.to == held.name && !g.revoked).filter(move |g| match &g.on {
            Scope::Global => true,
            Scope::Database(pattern) => held.pattern.as_ref() == Some(pattern),
            Scope::Table(d, t) => d == database && t == table,
        })
    }

    /// Whether a database was taken out of what is granted globally.
    fn is_revoked(&self, name: &Name, database: &str, privilege: &str) -> bool {
        let here = |g: &&Grant| g.to == *name && g.revoked && matches!(&g.on, Scope::Database(d) if d == database);
        self.grants.iter().filter(here).any(|g| g.privileges.iter().any(|p| p == privilege || p == "ALL PRIVILEGES"))
    }

    fn privileges(&self, held: &Held, database: &str, table: &str, wanted: &[&str]) -> Vec<Found> {
        let (mut found, name) = (Vec::new(), &held.name);
        for grant in self.counting(held, database, table) {
            let because = Because { policy: format!("grant to {name}"), statement: grant.to_string(), effect: "Allow".to_owned() };
            for privilege in wanted {
                let has = grant.privileges.iter().any(|p| p == privilege || (p == "ALL PRIVILEGES" && *privilege != "GRANT OPTION"));
                let columns: Vec<String> = grant.columns.iter().filter(|(p, _)| p == privilege).map(|(_, c)| c.clone()).collect();
                let of_table = *privilege == TABLE_OPTION && matches!(grant.on, Scope::Table(..));
                let option = grant.option && (*privilege == "GRANT OPTION" || of_table);
                if grant.on == Scope::Global && self.is_revoked(name, database, privilege) {
                    continue;
                }
                if has || option {
                    found.push(Found { privilege: (*privilege).to_owned(), columns: Vec::new(), because: because.clone() });
                } else if !columns.is_empty() {
                    found.push(Found { privilege: (*privilege).to_owned(), columns, because: because.clone() });
                }
            }
        }
        found
    }

    /// What those whose grants count at one time give together.
    fn way(&self, on: &[Held], database: &str, table: &str, access: Access, account: &Account) -> Option<Reach> {
        let wanted: &[&str] = match access {
            Access::Read => &["SELECT"],
            Access::Write => &WRITES,
            Access::List => &SHOWS,
            Access::Admin => &["GRANT OPTION", CHANGES[0], CHANGES[1]],
        };
        let all = |wanted: &[&str]| -> Vec<(&Held, Found)> {
            on.iter().flat_map(|held| self.privileges(held, database, table, wanted).into_iter().map(move |found| (held, found))).collect()
        };
        let mut found = all(wanted);
        // Who has nothing grants nothing.
        if access == Access::Admin && found.iter().all(|(_, f)| f.privilege == "GRANT OPTION") && all(&SHOWS[..13]).is_empty() {
            found.clear();
        }
        let whole = found.iter().filter(|(_, f)| f.columns.is_empty() || access == Access::List).min_by_key(|(held, _)| held.via.len());
        if let Some((held, found)) = whole {
            return Some(told(account, access, held, None, vec![found.because.clone()]));
        }
        if let Some((held, _)) = found.iter().min_by_key(|(held, _)| held.via.len()) {
            let mut because = Vec::new();
            for (_, found) in &found {
                if !because.contains(&found.because) {
                    because.push(found.because.clone());
                }
            }
            return Some(told(account, access, held, Some(columns(wanted, &found)), because));
        }
        match access {
            Access::Read => {
                let file = |held: &&Held| self.global(&held.name, "FILE").is_some();
                let held = on.iter().filter(file).min_by_key(|held| held.via.len())?;
                let statement = self.global(&held.name, "FILE")?.to_string();
                let because = Because { policy: format!("grant to {}", held.name), statement, effect: "Allow".to_owned() };
                Some(told(account, access, held, Some("reads files of the server (secure_file_priv says which)".to_owned()), vec![because]))
            }
            Access::Admin => on.iter().find_map(|held| self.by_granting(&held.name, database, table, held.via.clone(), account)),
            Access::Write | Access::List => None,
        }
    }

    /// A global grant of a privilege.
    fn global(&self, name: &Name, privilege: &str) -> Option<&Grant> {
        self.grants.iter().find(|g| {
            let has = |p: &String| p == privilege || p == "ALL PRIVILEGES";
            g.to == *name && g.on == Scope::Global && !g.revoked && g.privileges.iter().any(has)
        })
    }

    /// Who may grant a role with reach may grant it to anyone. That everyone was granted it so does not count.
    fn by_granting(&self, name: &Name, database: &str, table: &str, via: Vec<String>, account: &Account) -> Option<Reach> {
        let reaches = |role: &Name| {
            let nested = self.nested(vec![(role.clone(), Vec::new())], &account.name, database);
            nested.iter().any(|held| !self.privileges(held, database, table, &["SELECT", WRITES[0], WRITES[1], WRITES[2], WRITES[3]]).is_empty())
        };
        let (role, _) = self.granted(name).filter(|_| *name != public()).find(|(role, admin)| *admin && reaches(role))?;
        let because = Because { policy: format!("roles of {name}"), statement: format!("{role} WITH ADMIN OPTION"), effect: "Allow".to_owned() };
        let via = [via, vec![format!("may grant {role}")]].concat();
        Some(Reach { principal: account.shown(), access: Access::Admin, answer: Answer::Yes, condition: None, via, because: vec![because] })
    }

    /// Whether an account has a privilege on a table right after it logged in: what the server allows it.
    #[must_use]
    pub fn has(&self, user: &str, host: &str, database: &str, table: &str, privilege: &str) -> Option<bool> {
        let account = self.accounts.iter().find(|a| a.name.user == user && a.name.host == host)?;
        let on = self.on_at_login(account, database);
        Some(on.iter().any(|held| self.privileges(held, database, table, &[privilege]).iter().any(|f| f.columns.is_empty())))
    }

    /// The same after `SET ROLE role`, in which the default role is off; `None`: it was not granted.
    #[must_use]
    pub fn has_as(&self, user: &str, host: &str, role: &str, database: &str, table: &str, privilege: &str) -> Option<bool> {
        let account = self.accounts.iter().find(|a| a.name.user == user && a.name.host == host)?;
        let (role, _) = self.granted(&account.name).find(|(r, _)| r.user == role)?;
        let on = self.on_after(account, role, database);
        Some(on.iter().any(|held| self.privileges(held, database, table, &[privilege]).iter().any(|f| f.columns.is_empty())))
    }
}

fn told(account: &Account, access: Access, held: &Held, condition: Option<String>, because: Vec<Because>) -> Reach {
    let answer = if condition.is_some() { Answer::Conditional } else { Answer::Yes };
    Reach { principal: account.shown(), access, answer, condition, via: held.via.clone(), because }
}

/// What several grants on columns give together.
fn columns(wanted: &[&str], found: &[(&Held, Found)]) -> String {
    let of = |privilege: &&str| {
        let mut names: Vec<String> = Vec::new();
        for (_, found) in found.iter().filter(|(_, f)| f.privilege == *privilege) {
            found.columns.iter().map(|column| format!("`{column}`")).for_each(|column| {
                if !names.contains(&column) {
                    names.push(column);
                }
            });
        }
        (!names.is_empty()).then(|| format!("{privilege} of columns {} only", names.join(", ")))
    };
    wanted.iter().filter_map(of).collect::<Vec<_>>().join("; ")
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns.iter().map(|(p, c)| format!("{p} ({c})"));
        let what: Vec<String> = self.privileges.iter().cloned().chain(columns).collect();
        write!(f, "GRANT {} ON ", what.join(", "))?;
        match &self.on {
            Scope::Global => f.write_str("*.*")?,
            Scope::Database(database) => write!(f, "{database}.*")?,
            Scope::Table(database, table) => write!(f, "{database}.{table}")?,
        }
        write!(f, " TO {}{}", self.to, if self.option { " WITH GRANT OPTION" } else { "" })
    }
}

/// Whether a database's name fits a pattern: `%` any run, `_` one character, `\` escapes. Linear but for restarts at `%`.
fn like(pattern: &str, name: &str) -> bool {
    let mut literal = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        literal.push(match c {
            '\\' => (chars.next().unwrap_or('\\'), false),
            c => (c, matches!(c, '%' | '_')),
        });
    }
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n, mut back) = (0, 0, None);
    while n < name.len() {
        match literal.get(p) {
            Some(('%', true)) => {
                back = Some((p + 1, n));
                p += 1;
            }
            Some(('_', true)) => (p, n) = (p + 1, n + 1),
            Some((c, _)) if *c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match back {
                Some((after, at)) => {
                    (p, n) = (after, at + 1);
                    back = Some((after, at + 1));
                }
                None => return false,
            },
        }
    }
    literal[p..].iter().all(|(c, wild)| *c == '%' && *wild)
}

/// Longest name of a database, characters.
const MAX_NAME: u64 = 64;
/// Wildcards that are counted at most.
const MAX_WILD: u64 = 31;

/// How many names a pattern fits, as MariaDB (from 10.5) ranks them: of several that fit a name, the one with the smallest number counts. Without `%` it
/// is the number of `_` that decides; with `%`, how many characters are left open, then the number of `%`. Ties go to the shorter literal beginning.
fn generality(pattern: &str) -> u64 {
    let (mut literal, mut one, mut many, mut prefix) = (0, 0, 0, None);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' => {
                prefix.get_or_insert(literal);
                many += 1;
                while chars.next_if_eq(&'%').is_some() {}
            }
            '_' => {
                prefix.get_or_insert(literal);
                one += 1;
            }
            _ => {
                if c == '\\' {
                    chars.next();
                }
                literal += 1;
            }
        }
    }
    let (one, many) = (MAX_WILD.min(one), MAX_WILD.min(many));
    let open = if many > 0 { MAX_NAME.saturating_sub(literal + one) } else { 0 };
    let [first, second, third] = if open > one { [open * 2 + 1, many, one] } else { [one * 2, open, many] };
    ((first * (MAX_NAME + 1) + second) * (MAX_NAME + 1) + third) * (MAX_NAME + 1) + prefix.unwrap_or(0)
}
