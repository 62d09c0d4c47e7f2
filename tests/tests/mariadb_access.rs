//! Grants of MariaDB, held against what the server lets each account do.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sonde_access::sql::{Access, Answer, Reach, mysql::Inventory};
use sonde_tests::server::mariadb::MariaDb;

/// Names as somebody may choose them.
const USERS: [&str; 4] = ["u0", "u1", "u 2", "u@3"];
const ROLES: [&str; 5] = ["r0", "r1", "r-2", "R 3", "r\"4"];
const TABLES: [(&str, &str); 4] = [("app", "a"), ("app", "b`c"), ("ap_x", "a"), ("apyx", "a")];
const COLUMNS: [&str; 2] = ["x", "y"];
const PRIVILEGES: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "ALTER", "CREATE"];
/// Somebody to grant things to.
const SINK: &str = "sink";
/// Worlds that are made.
const WORLDS: usize = 40;

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn table(number: usize) -> String {
    format!("{}.{}", quoted(TABLES[number].0), quoted(TABLES[number].1))
}

/// Users, roles and everybody.
fn whom() -> impl Strategy<Value = String> {
    (0..=USERS.len() + ROLES.len()).prop_map(|i| match (USERS.get(i), i.checked_sub(USERS.len()).and_then(|i| ROLES.get(i))) {
        (Some(user), _) => format!("{}@`%`", quoted(user)),
        (None, Some(role)) => quoted(role),
        (None, None) => "PUBLIC".to_owned(),
    })
}

fn scope() -> impl Strategy<Value = String> {
    let databases = ["`app`", "`ap\\_x`", "`ap_x`", "`ap%`", "`a%x`", "`ap__`", "`apyx`"];
    prop_oneof![
        2 => Just("*.*".to_owned()),
        5 => prop::sample::select(databases.to_vec()).prop_map(|database| format!("{database}.*")),
        6 => (0..TABLES.len()).prop_map(table),
    ]
}

fn step() -> impl Strategy<Value = String> {
    let privilege = prop_oneof![
        12 => prop::sample::select(PRIVILEGES.to_vec()),
        1 => prop::sample::select(vec!["ALL PRIVILEGES", "USAGE", "INDEX, TRIGGER", "DELETE HISTORY", "SELECT, SHOW VIEW"]),
    ];
    let columns = (prop::sample::select(vec!["SELECT", "INSERT", "UPDATE"]), prop::sample::select(vec!["(`x`)", "(`y`)", "(`y`, `x`)"]));
    let role = prop::sample::select(ROLES.to_vec());
    prop_oneof![
        8 => (privilege.clone(), scope(), whom(), 0..8_u8).prop_map(|(privilege, on, to, option)| {
            format!("GRANT {privilege} ON {on} TO {to}{};", if option == 0 { " WITH GRANT OPTION" } else { "" })
        }),
        3 => (columns, 0..TABLES.len(), whom()).prop_map(|((privilege, columns), on, to)| format!("GRANT {privilege} {columns} ON {} TO {to};", table(on))),
        1 => (0..4_u8, scope(), whom()).prop_map(|(what, on, to)| {
            format!("GRANT {} TO {to};", if what == 0 { "SHOW DATABASES, PROCESS ON *.*".to_owned() } else { format!("LOCK TABLES ON {on}") })
        }),
        8 => (role.clone(), whom()).prop_map(|(role, to)| format!("GRANT {} TO {to};", quoted(role))),
        4 => (role.clone(), prop::sample::select(USERS.to_vec()))
            .prop_map(|(role, user)| format!("GRANT {role} TO {user}@`%`; SET DEFAULT ROLE {role} FOR {user}@`%`;", role = quoted(role), user = quoted(user))),
        2 => (privilege, scope(), whom()).prop_map(|(privilege, on, from)| format!("REVOKE {privilege} ON {on} FROM {from};")),
        1 => (role, whom()).prop_map(|(role, from)| format!("REVOKE {} FROM {from};", quoted(role))),
    ]
}

/// What is tried on a table, by name. `x` and `y` stand for its columns.
fn acts(number: usize) -> Vec<(String, String)> {
    let on = table(number);
    let mut all = vec![
        ("SELECT".to_owned(), format!("DO (SELECT COUNT(x) + COUNT(y) FROM {on})")),
        ("INSERT".to_owned(), format!("INSERT INTO {on} (x, y) VALUES (1, 2)")),
        ("UPDATE".to_owned(), format!("UPDATE {on} SET x = 3, y = 4")),
        ("DELETE".to_owned(), format!("DELETE FROM {on}")),
        ("DROP".to_owned(), format!("TRUNCATE TABLE {on}")),
        ("ALTER".to_owned(), format!("ALTER TABLE {on} COMMENT 'c'")),
    ];
    for column in COLUMNS {
        all.push((format!("SELECT {column}"), format!("DO (SELECT COUNT({column}) FROM {on})")));
        all.push((format!("INSERT {column}"), format!("INSERT INTO {on} ({column}) VALUES (1)")));
        all.push((format!("UPDATE {column}"), format!("UPDATE {on} SET {column} = 3")));
    }
    let given =
        PRIVILEGES.map(str::to_owned).into_iter().chain(["SELECT", "INSERT", "UPDATE"].iter().flat_map(|p| COLUMNS.map(|c| format!("{p} ({c})"))));
    for privilege in given.chain(["INDEX", "TRIGGER", "DELETE HISTORY", "SHOW VIEW"].map(str::to_owned)) {
        all.push(("GRANT".to_owned(), format!("GRANT {privilege} ON {on} TO {SINK}@`%`")));
    }
    all
}

/// What somebody was let do: with which role put on (none: what is on after login), on which table.
type Let = BTreeMap<(String, usize), BTreeSet<String>>;

fn ask(server: &MariaDb, user: &str, roles: &[String]) -> Let {
    let mut sql = String::new();
    for role in std::iter::once("").chain(roles.iter().map(String::as_str)) {
        let shown = role.replace('"', "\\\"");
        if !role.is_empty() {
            sql.push_str(&format!(
                "SET ROLE NONE;\nSET ROLE {};\nSELECT 'role', \"{shown}\", '', IF(CURRENT_ROLE() = \"{shown}\", 0, -1);\n",
                quoted(role)
            ));
        }
        for (number, (database, name)) in TABLES.into_iter().enumerate() {
            sql.push_str(&format!(
                "SELECT 'LIST', \"{shown}\", {number}, COUNT(*) - 1 FROM information_schema.tables WHERE table_schema = '{database}' AND table_name = '{name}';\n"
            ));
            for (act, statement) in acts(number) {
                // A refused statement leaves -1.
                sql.push_str(&format!("{statement};\nSELECT '{act}', \"{shown}\", {number}, ROW_COUNT();\n"));
            }
        }
    }
    let mut out = Let::new();
    for line in server.client(user, &sql).unwrap().lines() {
        let [act, role, number, count] = <[&str; 4]>::try_from(line.split('\t').collect::<Vec<_>>()).unwrap();
        if act == "role" {
            assert_eq!(count, "0", "{user} was granted {role}");
            continue;
        }
        let seen = out.entry((role.to_owned(), number.parse().unwrap())).or_default();
        if count != "-1" {
            seen.insert(act.to_owned());
        }
    }
    out
}

/// A world as the server has it: what `SHOW GRANTS` prints of everybody.
fn inventory(server: &MariaDb) -> Inventory {
    let root = |sql: &str| server.client("root", sql).unwrap();
    let mut inventory = Inventory::default();
    for user in USERS {
        inventory.account(user, "%");
        inventory.read(&root(&format!("SHOW GRANTS FOR {}@`%`", quoted(user))));
    }
    for role in ROLES {
        inventory.read(&root(&format!("SHOW GRANTS FOR {}", quoted(role))));
    }
    inventory.read(&root("SHOW GRANTS FOR PUBLIC"));
    assert_eq!(inventory.gaps, [] as [&str; 0]);
    inventory
}

fn make(server: &MariaDb, steps: &[String]) -> String {
    let mut sql = format!("DROP USER IF EXISTS {SINK}@`%`; CREATE USER {SINK}@`%`; REVOKE ALL, GRANT OPTION FROM PUBLIC;");
    for user in USERS {
        sql.push_str(&format!("DROP USER IF EXISTS {user}@`%`; CREATE USER {user}@`%`;", user = quoted(user)));
    }
    for role in ROLES {
        sql.push_str(&format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role};", role = quoted(role)));
    }
    sql.push_str(&steps.join("\n"));
    // A grant on a table to a role makes the running server forget global privileges of roles in that role, until it reads its tables again.
    sql.push_str("\nFLUSH PRIVILEGES;");
    server.client("root", &sql).unwrap();
    sql
}

#[test]
fn random_worlds_as_the_server_sees_them() {
    let server = MariaDb::start();
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]));
    let worlds = proptest::collection::vec(step(), 8..45);
    for (number, (database, _)) in TABLES.into_iter().enumerate() {
        let database = quoted(database);
        server
            .client("root", &format!("CREATE DATABASE IF NOT EXISTS {database}; CREATE TABLE {} (x int, y int) ENGINE=MEMORY;", table(number)))
            .unwrap();
    }
    let mut asked = 0;
    for number in 0..WORLDS {
        let sql = make(&server, &worlds.new_tree(&mut runner).unwrap().current());
        let inventory = inventory(&server);
        let granted = server.client("root", "SELECT user, role FROM mysql.roles_mapping WHERE host = '%'").unwrap();
        for user in USERS {
            let roles: Vec<String> =
                granted.lines().filter_map(|line| line.split_once('\t')).filter(|(u, _)| *u == user).map(|(_, r)| r.to_owned()).collect();
            let seen = ask(&server, user, &roles);
            asked += seen.len() * acts(0).len();
            let wrong = compare(&inventory, user, &roles, &seen);
            assert!(wrong.is_empty(), "world {number}, {user}:\n{}\n{sql}", wrong.join("\n"));
        }
    }
    assert!(asked > 30_000, "{asked} questions");
    println!("{asked} questions, all answered alike");
}

/// What is answered otherwise than the server does.
fn compare(inventory: &Inventory, user: &str, roles: &[String], seen: &Let) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, (database, name)) in TABLES.into_iter().enumerate() {
        for role in std::iter::once("").chain(roles.iter().map(String::as_str)) {
            let seen = &seen[&(role.to_owned(), number)];
            for privilege in ["SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "ALTER"] {
                let ours = match role {
                    "" => inventory.has(user, "%", database, name, privilege),
                    role => inventory.has_as(user, "%", role, database, name, privilege),
                };
                // What is granted column by column is whole where all were granted.
                let by_column = COLUMNS.iter().all(|column| seen.contains(&format!("{privilege} {column}")));
                let right = ours == Some(seen.contains(privilege)) || (ours == Some(false) && by_column);
                if !right {
                    wrong.push(format!("as `{role}`: {privilege} on {database}.{name}: {ours:?}, the server: {seen:?}"));
                }
            }
        }
        let reach: Vec<Reach> = inventory.reach(database, name).into_iter().filter(|r| r.principal == format!("{user}@%")).collect();
        for access in Access::ALL {
            let rows: Vec<&Reach> = reach.iter().filter(|r| r.access == access).collect();
            let now: Vec<&Reach> = rows.iter().copied().filter(|r| role_of(r).is_none()).collect();
            let expected = expected(access, &seen[&(String::new(), number)]);
            let found = now.first().map(|r| told(r));
            if now.len() > 1 || found != expected {
                wrong.push(format!("{access} of {database}.{name} after login: {now:?}, the server: {expected:?}"));
            }
            // Putting on a role is said once where it gives something, and where it gives more.
            let later = |role: &str| self::expected(access, &seen[&(role.to_owned(), number)]);
            for row in rows.iter().filter(|r| role_of(r).is_some()) {
                let role = role_of(row).unwrap();
                if Some(told(row)) != later(role) {
                    wrong.push(format!("{access} of {database}.{name} by {role}: {row:?}, the server: {:?}", later(role)));
                }
            }
            let best = roles.iter().filter_map(|role| later(role)).map(|told| told == YES).max();
            // Columns that are all there are whole for the server; we say which they are, and what gives the table as such besides.
            let whole = |role: &String| {
                PRIVILEGES.iter().any(|p| needs(access).contains(p) && inventory.has_as(user, "%", role, database, name, p) == Some(true))
            };
            let (least, most) = match now.first().map(|r| r.answer) {
                Some(Answer::Yes) => (false, false),
                Some(_) => (roles.iter().any(whole), best == Some(true)),
                None => (best.is_some(), best.is_some()),
            };
            let said = rows.iter().any(|r| role_of(r).is_some());
            if (least && !said) || (said && !most) {
                wrong.push(format!("{access} of {database}.{name} by roles: {rows:?}, the server: {best:?}"));
            }
        }
    }
    wrong
}

const YES: &str = "yes";

/// Privileges of which one gives an access.
fn needs(access: Access) -> &'static [&'static str] {
    match access {
        Access::Read => &["SELECT"],
        Access::Write => &["INSERT", "UPDATE", "DELETE", "DROP"],
        Access::List | Access::Admin => &[],
    }
}

/// The role that a way puts on.
fn role_of(reach: &Reach) -> Option<&str> {
    reach.via.iter().find_map(|step| step.strip_prefix("SET ROLE "))
}

/// What is said: yes, or columns, in order. All columns are the whole.
fn told(reach: &Reach) -> String {
    let condition = match &reach.condition {
        Some(condition) if reach.answer == Answer::Conditional => condition,
        _ => return format!("{:?}", reach.answer).to_lowercase(),
    };
    let mut parts = Vec::new();
    for part in condition.split("; ") {
        let (privilege, columns) = part.strip_suffix(" only").and_then(|p| p.split_once(" of columns ")).unwrap();
        let columns: BTreeSet<&str> = columns.split(", ").collect();
        if columns.len() == COLUMNS.len() {
            return YES.to_owned();
        }
        parts.push(format!("{privilege} of columns {} only", columns.into_iter().collect::<Vec<_>>().join(", ")));
    }
    parts.join("; ")
}

/// What is to be said of an access: nothing, yes, or the columns.
fn expected(access: Access, seen: &BTreeSet<String>) -> Option<String> {
    let any = |acts: &[&str]| acts.iter().any(|act| seen.contains(*act)).then(|| YES.to_owned());
    let columns = |privileges: &[&str]| {
        let of = |privilege: &&str| {
            let columns: Vec<String> = COLUMNS.iter().filter(|c| seen.contains(&format!("{privilege} {c}"))).map(|c| format!("`{c}`")).collect();
            (!columns.is_empty()).then(|| format!("{privilege} of columns {} only", columns.join(", ")))
        };
        let all: Vec<String> = privileges.iter().filter_map(of).collect();
        (!all.is_empty()).then(|| all.join("; "))
    };
    match access {
        Access::Read | Access::Write => any(needs(access)).or_else(|| columns(needs(access))),
        Access::List => any(&["LIST"]),
        Access::Admin => any(&["ALTER", "DROP", "GRANT"]),
    }
}

#[test]
fn roles_that_may_be_granted_on() {
    let server = MariaDb::start();
    let users = ["own", "by_role", "member", "nobody"];
    let mut sql = "CREATE DATABASE app; CREATE TABLE app.a (x int); CREATE ROLE inner_role; CREATE ROLE outer_role; CREATE USER sink@`%`;".to_owned();
    users.iter().for_each(|user| sql.push_str(&format!("CREATE USER {user}@`%`;")));
    sql.push_str(
        "GRANT SELECT ON app.a TO inner_role; GRANT inner_role TO own@`%` WITH ADMIN OPTION; GRANT inner_role TO outer_role WITH ADMIN OPTION;",
    );
    sql.push_str("GRANT outer_role TO by_role@`%`; SET DEFAULT ROLE outer_role FOR by_role@`%`; GRANT inner_role TO member@`%`;");
    sql.push_str("GRANT inner_role TO PUBLIC WITH ADMIN OPTION; FLUSH PRIVILEGES;");
    server.client("root", &sql).unwrap();
    let mut inventory = Inventory::default();
    for name in users.map(|user| format!("{user}@`%`")).iter().map(String::as_str).chain(["inner_role", "outer_role", "PUBLIC"]) {
        inventory.read(&server.client("root", &format!("SHOW GRANTS FOR {name}")).unwrap());
    }
    for user in users {
        inventory.account(user, "%");
    }
    assert_eq!(inventory.gaps, [] as [&str; 0]);
    let mut may = Vec::new();
    for user in users {
        let said = server.client(user, "GRANT inner_role TO sink@`%`;\nSELECT ROW_COUNT();").unwrap();
        let reach = inventory.reach("app", "a");
        let ours = reach.iter().any(|r| r.principal == format!("{user}@%") && r.access == Access::Admin && r.answer == Answer::Yes);
        assert_eq!(ours, said.trim() == "0", "{user}: {said} {reach:?}");
        may.extend(ours.then_some(user));
        assert!(reach.iter().any(|r| r.principal == format!("{user}@%") && r.access == Access::Read), "everybody has the role: {user}");
    }
    assert_eq!(may, ["own", "by_role"], "what everybody was granted so is nobody's to grant");
}
