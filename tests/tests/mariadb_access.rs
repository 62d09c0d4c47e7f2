//! Grants of MariaDB, held against what the server lets each account do.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sonde_access::sql::{Access, Answer, mysql::Inventory};
use sonde_tests::server::mariadb::MariaDb;

const USERS: [&str; 4] = ["u0", "u1", "u 2", "u3"];
const ROLES: [&str; 4] = ["r0", "r1", "r-2", "r3"];
const TABLES: [(&str, &str); 4] = [("app", "a"), ("app", "b"), ("ap_x", "a"), ("apyx", "a")];
const PRIVILEGES: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

fn step() -> impl Strategy<Value = String> {
    let whom = (0..9_usize).prop_map(|i| match i {
        8 => "PUBLIC".to_owned(),
        i if i < 4 => format!("`{}`@`%`", USERS[i]),
        i => format!("`{}`", ROLES[i - 4]),
    });
    let on = prop_oneof![
        1 => Just("*.*".to_owned()),
        2 => Just("`app`.*".to_owned()),
        2 => Just("`ap\\_x`.*".to_owned()),
        2 => Just("`ap_x`.*".to_owned()),
        1 => Just("`ap%`.*".to_owned()),
        6 => (0..4_usize).prop_map(|i| format!("`{}`.`{}`", TABLES[i].0, TABLES[i].1)),
    ];
    prop_oneof![
        8 => (0..4_usize, on, whom.clone()).prop_map(|(privilege, on, to)| format!("GRANT {} ON {on} TO {to};", PRIVILEGES[privilege])),
        5 => (0..4_usize, whom).prop_map(|(role, to)| format!("GRANT `{}` TO {to};", ROLES[role])),
        2 => (0..4_usize, 0..4_usize).prop_map(|(role, user)| format!("SET DEFAULT ROLE `{}` FOR `{}`@`%`;", ROLES[role], USERS[user])),
    ]
}

/// Tries that leave a count of rows behind, or -1 where the server refused.
fn tries(kind: &str) -> String {
    let mut sql = String::new();
    for (database, table) in TABLES {
        for privilege in PRIVILEGES {
            let name = format!("`{database}`.`{table}`");
            let act = match privilege {
                "SELECT" => format!("DO (SELECT COUNT(*) FROM {name})"),
                "INSERT" => format!("INSERT INTO {name} VALUES (1, 2)"),
                "UPDATE" => format!("UPDATE {name} SET x = 3"),
                _ => format!("DELETE FROM {name}"),
            };
            sql.push_str(&format!("{act}; SELECT '{kind}', '{database}', '{table}', '{privilege}', ROW_COUNT();\n"));
        }
    }
    sql
}

#[test]
fn random_worlds_as_the_server_sees_them() {
    let server = MariaDb::start();
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]));
    let worlds = proptest::collection::vec(step(), 12..45);
    let root = |sql: &str| server.client("root", sql).unwrap();
    for (database, table) in TABLES {
        root(&format!("CREATE DATABASE IF NOT EXISTS `{database}`; CREATE TABLE `{database}`.`{table}` (x int, y int);"));
    }
    let mut asked = 0;
    for number in 0..15 {
        let mut sql = String::new();
        for (user, role) in USERS.iter().zip(ROLES) {
            sql.push_str(&format!("DROP USER IF EXISTS `{user}`@`%`; CREATE USER `{user}`@`%`; DROP ROLE IF EXISTS `{role}`; CREATE ROLE `{role}`;"));
        }
        sql.push_str("REVOKE ALL, GRANT OPTION FROM PUBLIC;");
        sql.push_str(&worlds.new_tree(&mut runner).unwrap().current().join("\n"));
        root(&sql);
        let mut inventory = Inventory::default();
        for user in USERS {
            inventory.account(user, "%");
            inventory.read(&root(&format!("SHOW GRANTS FOR `{user}`@`%`")));
        }
        for role in ROLES {
            inventory.read(&root(&format!("SHOW GRANTS FOR `{role}`")));
        }
        inventory.read(&root("SHOW GRANTS FOR PUBLIC"));
        assert_eq!(inventory.gaps, [] as [&str; 0]);
        for user in USERS {
            asked += compare(&server, &inventory, user, number);
        }
    }
    assert!(asked > 3_000, "{asked} questions");
    println!("{asked} questions, all answered alike");
}

fn compare(server: &MariaDb, inventory: &Inventory, user: &str, number: usize) -> usize {
    let mut sql = tries("");
    for role in ROLES {
        // A role that was not granted leaves the last one on: marked by its name.
        sql.push_str(&format!("SET ROLE NONE; SET ROLE `{role}`; SELECT 'role', '{role}', IFNULL(CURRENT_ROLE(), ''), '', 0;\n"));
        sql.push_str(&tries(role));
    }
    let said = server.client(user, &sql).unwrap();
    let mut on: BTreeMap<&str, bool> = BTreeMap::new();
    let mut asked = 0;
    let mut now: BTreeMap<(String, String), [bool; 2]> = BTreeMap::new();
    for line in said.lines() {
        let [kind, database, table, privilege, count] = <[&str; 5]>::try_from(line.split('\t').collect::<Vec<_>>()).unwrap();
        if kind == "role" {
            on.insert(database, database == table);
            continue;
        }
        let theirs = count != "-1";
        let ours = match ROLES.iter().find(|r| **r == kind) {
            None => inventory.has(user, "%", database, table, privilege),
            Some(role) if on[role] => inventory.has_as(user, "%", role, database, table, privilege),
            Some(_) => continue,
        };
        assert_eq!(ours, Some(theirs), "world {number}: {user} as `{kind}`: {privilege} on {database}.{table}\n{inventory:#?}");
        let seen = now.entry((database.to_owned(), table.to_owned())).or_default();
        seen[usize::from(!kind.is_empty())] |= theirs && privilege == "SELECT";
        asked += 1;
    }
    for ((database, table), [at_login, by_role]) in now {
        let read: Vec<_> =
            inventory.reach(&database, &table).into_iter().filter(|r| r.principal == format!("{user}@%") && r.access == Access::Read).collect();
        assert_eq!(!read.is_empty(), at_login || by_role, "world {number}: {user} {database}.{table}: {read:?}");
        assert_eq!(read.iter().any(|r| !r.via.iter().any(|v| v.starts_with("SET ROLE"))), at_login, "{read:?}");
        assert!(read.iter().all(|r| r.answer == Answer::Yes));
    }
    asked
}
