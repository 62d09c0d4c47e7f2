//! Who may do what in a database, held against what the server itself says.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sonde_access::sql::{Access, Answer, Inventory, MembershipKind, Privilege, Privileges, dump::Dump};
use sonde_connectors::postgres::{Postgres as Source, PostgresOptions};
use sonde_tests::server::postgres::Postgres;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

const ROLES: usize = 9;
const TABLES: usize = 4;
/// Names as somebody may choose them.
const NAMES: [&str; ROLES] = ["r0", "R 1", "r\"2", "r3", "r=4/x", "ü5", "r6,7", "r8", "Public"];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// One step in the making of a world; roles are numbers, the last of `ROLES + 1` is PUBLIC.
#[derive(Clone, Debug)]
enum Step {
    Member { role: usize, member: usize, terms: (bool, bool, bool) },
    Predefined { role: usize, member: usize },
    Attribute { role: usize, what: usize },
    Table { table: usize, privileges: usize, to: usize, option: bool },
    Columns { table: usize, privilege: usize, to: usize },
    Revoke { table: usize, privilege: usize, from: usize },
    Schema { schema: usize, create: bool, to: usize },
    Database { to: usize },
    Own { table: usize, to: usize },
    OwnSchema { schema: usize, to: usize },
    OwnDatabase { to: usize },
    Policy { table: usize, force: bool },
}

const TABLE_PRIVILEGES: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];
const COLUMN_PRIVILEGES: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "REFERENCES"];
const PREDEFINED: [&str; 3] = ["pg_read_all_data", "pg_write_all_data", "pg_database_owner"];
const ATTRIBUTES: [&str; 4] = ["NOINHERIT", "SUPERUSER", "BYPASSRLS", "CREATEROLE"];

fn step() -> impl Strategy<Value = Step> {
    let (role, whom, table) = (0..ROLES, 0..=ROLES, 0..TABLES);
    prop_oneof![
        6 => (role.clone(), role.clone(), any::<(bool, bool, bool)>()).prop_map(|(role, member, terms)| Step::Member { role, member, terms }),
        1 => (0..2_usize, role.clone()).prop_map(|(role, member)| Step::Predefined { role, member }),
        1 => (role.clone(), 0..4_usize).prop_map(|(role, what)| Step::Attribute { role, what }),
        6 => (table.clone(), 0..7_usize, whom.clone(), any::<bool>()).prop_map(|(table, privileges, to, option)| Step::Table { table, privileges, to, option }),
        3 => (table.clone(), 0..4_usize, whom.clone()).prop_map(|(table, privilege, to)| Step::Columns { table, privilege, to }),
        2 => (table.clone(), 0..7_usize, whom.clone()).prop_map(|(table, privilege, from)| Step::Revoke { table, privilege, from }),
        3 => (0..2_usize, any::<bool>(), whom.clone()).prop_map(|(schema, create, to)| Step::Schema { schema, create, to }),
        1 => whom.clone().prop_map(|to| Step::Database { to }),
        2 => (table.clone(), role.clone()).prop_map(|(table, to)| Step::Own { table, to }),
        1 => (0..2_usize, role.clone()).prop_map(|(schema, to)| Step::OwnSchema { schema, to }),
        1 => role.clone().prop_map(|to| Step::OwnDatabase { to }),
        1 => (table, any::<bool>()).prop_map(|(table, force)| Step::Policy { table, force }),
    ]
}

impl Step {
    /// As SQL. Some are refused (circles of roles): such are no part of the world.
    fn sql(&self, prefix: &str, own_terms: bool) -> String {
        let role = |i: &usize| NAMES.get(*i).map_or_else(|| "PUBLIC".to_owned(), |name| quoted(&format!("{prefix}{name}")));
        let table = |i: &usize| format!("s{}.t{i}", i % 2);
        match self {
            Step::Member { role: given, member, terms: (inherit, set, admin) } => {
                let terms = match (own_terms, admin) {
                    (true, _) => format!(" WITH INHERIT {inherit}, SET {set}, ADMIN {admin}"),
                    (false, true) => " WITH ADMIN OPTION".to_owned(),
                    (false, false) => String::new(),
                };
                format!("GRANT {} TO {}{terms}", role(given), role(member))
            }
            Step::Predefined { role: given, member } => format!("GRANT {} TO {}", PREDEFINED[*given], role(member)),
            Step::Attribute { role: whose, what } => format!("ALTER ROLE {} {}", role(whose), ATTRIBUTES[*what]),
            Step::Table { table: on, privileges, to, option } => {
                let option = if *option && *to < ROLES { " WITH GRANT OPTION" } else { "" };
                format!("GRANT {} ON {} TO {}{option}", TABLE_PRIVILEGES[*privileges], table(on), role(to))
            }
            Step::Columns { table: on, privilege, to } => {
                format!("GRANT {} (\"a,b\") ON {} TO {}", COLUMN_PRIVILEGES[*privilege], table(on), role(to))
            }
            Step::Revoke { table: on, privilege, from } => {
                format!("REVOKE {} ON {} FROM {} CASCADE", TABLE_PRIVILEGES[*privilege], table(on), role(from))
            }
            Step::Schema { schema, create, to } => format!("GRANT {} ON SCHEMA s{schema} TO {}", if *create { "CREATE" } else { "USAGE" }, role(to)),
            Step::Database { to } => {
                format!("DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO ', current_database()) || {}; END $$", literal(&role(to)))
            }
            Step::Own { table: what, to } => format!("ALTER TABLE {} OWNER TO {}", table(what), role(to)),
            Step::OwnSchema { schema, to } => format!("ALTER SCHEMA s{schema} OWNER TO {}", role(to)),
            Step::OwnDatabase { to } => {
                format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ', current_database()) || {}; END $$", literal(&role(to)))
            }
            Step::Policy { table: on, force } => {
                format!("ALTER TABLE {t} ENABLE ROW LEVEL SECURITY, {} ROW LEVEL SECURITY", if *force { "FORCE" } else { "NO FORCE" }, t = table(on))
            }
        }
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(|_| ())
}

async fn make(connection: &mut PgConnection, prefix: &str, steps: &[Step], own_terms: bool) {
    for name in NAMES {
        run(connection, &format!("CREATE ROLE {} LOGIN", quoted(&format!("{prefix}{name}")))).await.unwrap();
    }
    run(connection, "DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$").await.unwrap();
    run(connection, "CREATE SCHEMA s0; CREATE SCHEMA s1").await.unwrap();
    for i in 0..TABLES {
        run(connection, &format!("CREATE TABLE s{}.t{i} (id int, \"a,b\" text)", i % 2)).await.unwrap();
    }
    let mut made = 0;
    for step in steps {
        made += usize::from(run(connection, &step.sql(prefix, own_terms)).await.is_ok());
    }
    assert!(made * 2 > steps.len(), "{made} of {}", steps.len());
}

async fn truths(connection: &mut PgConnection, sql: &str) -> BTreeMap<Vec<String>, bool> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| (row.get::<Vec<String>, _>(0), row.get::<bool, _>(1))).collect()
}

/// Every question that the server answers, and our answer. Gives how many.
async fn compare(connection: &mut PgConnection, inventory: &Inventory, database: &str, what: &str) -> usize {
    let privileges = Privileges::new(inventory, database).unwrap();
    let word = |text: &str| text.parse::<Privilege>().unwrap();
    let mut asked = 0;
    let mut check = |key: &[String], theirs: bool, ours: Option<bool>| {
        asked += 1;
        assert_eq!(ours, Some(theirs), "{what}: {key:?}");
    };
    let table_privileges = if inventory.version >= 170_000 {
        "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,MAINTAIN"
    } else {
        "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER"
    };
    let all = format!(
        "SELECT ARRAY[r.rolname::text, n.nspname::text, c.relname::text, p], has_table_privilege(r.oid, c.oid, p) FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace, \
         unnest(string_to_array('{table_privileges}', ',')) p WHERE n.nspname ~ '^s[01]$' AND c.relkind='r'"
    );
    for (key, theirs) in truths(connection, &all).await {
        check(&key, theirs, privileges.has_table(&key[0], &key[1], &key[2], word(&key[3])));
    }
    let all = all.replace("has_table_privilege(r.oid, c.oid, p)", "has_table_privilege(r.oid, c.oid, p||' WITH GRANT OPTION')");
    for (key, theirs) in truths(connection, &all).await {
        check(&key, theirs, privileges.may_grant_table(&key[0], &key[1], &key[2], word(&key[3])));
    }
    let any = "SELECT ARRAY[r.rolname::text, n.nspname::text, c.relname::text, p], has_any_column_privilege(r.oid, c.oid, p) FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace, \
               unnest(ARRAY['SELECT','INSERT','UPDATE','REFERENCES']) p WHERE n.nspname ~ '^s[01]$' AND c.relkind='r'";
    for (key, theirs) in truths(connection, any).await {
        check(&key, theirs, privileges.has_any_column(&key[0], &key[1], &key[2], word(&key[3])));
    }
    for column in ["id", "a,b"] {
        let one = any.replace("has_any_column_privilege(r.oid, c.oid, p)", &format!("has_column_privilege(r.oid, c.oid, '{column}', p)"));
        for (key, theirs) in truths(connection, &one).await {
            check(&key, theirs, privileges.has_column(&key[0], &key[1], &key[2], column, word(&key[3])));
        }
    }
    let schemas = "SELECT ARRAY[r.rolname::text, n.nspname::text, p], has_schema_privilege(r.oid, n.oid, p) FROM pg_roles r, pg_namespace n, unnest(ARRAY['USAGE','CREATE']) p WHERE n.nspname ~ '^(s[01]|public)$'";
    for (key, theirs) in truths(connection, schemas).await {
        check(&key, theirs, privileges.has_schema(&key[0], &key[1], word(&key[2])));
    }
    let databases = "SELECT ARRAY[r.rolname::text, p], has_database_privilege(r.oid, current_database(), p) FROM pg_roles r, unnest(ARRAY['CONNECT','CREATE','TEMPORARY']) p";
    for (key, theirs) in truths(connection, databases).await {
        check(&key, theirs, privileges.has_database(&key[0], word(&key[1])));
    }
    let mut kinds = vec![("USAGE", MembershipKind::Usage), ("MEMBER", MembershipKind::Member), ("MEMBER WITH ADMIN OPTION", MembershipKind::Admin)];
    if inventory.version >= 160_000 {
        kinds.push(("SET", MembershipKind::Set));
    }
    for (text, kind) in kinds {
        let roles = format!("SELECT ARRAY[a.rolname::text, b.rolname::text], pg_has_role(a.oid, b.oid, '{text}') FROM pg_roles a, pg_roles b");
        for (key, theirs) in truths(connection, &roles).await {
            check(&key, theirs, privileges.has_role(&key[0], &key[1], kind));
        }
    }
    asked
}

/// What reach says is what those questions come to, by the ways it names.
fn reach_agrees(inventory: &Inventory, database: &str) {
    let privileges = Privileges::new(inventory, database).unwrap();
    for table in 0..TABLES {
        let (schema, name) = (format!("s{}", table % 2), format!("t{table}"));
        let reach = privileges.reach(&schema, &name);
        for role in inventory.roles.iter().filter(|r| !r.name.starts_with("pg_")) {
            let can = |as_role: &str| {
                let usage = privileges.has_schema(as_role, &schema, Privilege::Usage).unwrap();
                let filtered = privileges.row_security(as_role, &schema, &name).unwrap();
                usage && !filtered && privileges.has_any_column(as_role, &schema, &name, Privilege::Select).unwrap()
            };
            let connects = privileges.has_database(&role.name, Privilege::Connect).unwrap();
            let by_set =
                inventory.roles.iter().any(|other| privileges.has_role(&role.name, &other.name, MembershipKind::Set).unwrap() && can(&other.name));
            let read: Vec<_> = reach.iter().filter(|r| r.principal == role.name && r.access == Access::Read).collect();
            assert_eq!(!read.is_empty(), connects && by_set, "{} {schema}.{name}: {read:?}", role.name);
            let at_once = read.iter().any(|r| !r.via.iter().any(|v| v.starts_with("SET ROLE")));
            assert_eq!(at_once, connects && can(&role.name), "{} {schema}.{name}: {read:?}", role.name);
            assert!(read.iter().all(|r| r.answer != Answer::Unknown && !r.because.is_empty()), "{read:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_worlds_as_the_server_sees_them() {
    let config = Config::default();
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let worlds = proptest::collection::vec(step(), 25..70);
    let mut asked = 0;
    for server in Postgres::start_all() {
        for number in 0..12 {
            let steps = worlds.new_tree(&mut runner).unwrap().current();
            let database = format!("world{number}");
            let url = server.database(&database);
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int").fetch_one(&mut connection).await.unwrap();
            make(&mut connection, &format!("w{number}"), &steps, version >= 160_000).await;
            let source = Source::connect(&url, PostgresOptions::default()).await.unwrap();
            let inventory = source.identities().await.unwrap();
            assert_eq!((inventory.gaps.len(), inventory.version), (0, u32::try_from(version).unwrap()), "{:?}", inventory.gaps);
            asked += compare(&mut connection, &inventory, &database, "live").await;
            reach_agrees(&inventory, &database);
            if number % 3 == 0 {
                let mut dump = Dump::new(&database);
                for text in [server.roles(), server.schema(&database)] {
                    dump.read(&text);
                }
                let mut dumped = dump.finish();
                assert_eq!((dumped.gaps.len(), dumped.version / 10_000), (0, inventory.version / 10_000), "{:?}", dumped.gaps);
                // Roles of the system are in no dump; what is asked of them is asked of the live catalog.
                dumped.roles.extend(inventory.roles.iter().filter(|r| !dumped.roles.iter().any(|d| d.name == r.name)).cloned().collect::<Vec<_>>());
                let builtin = inventory.memberships.iter().filter(|m| m.member.starts_with("pg_"));
                dumped.memberships.extend(builtin.cloned());
                asked += compare(&mut connection, &dumped, &database, "dumped").await;
            }
            connection.close().await.unwrap();
        }
    }
    assert!(asked > 20_000, "{asked} questions");
    println!("{asked} questions, all answered alike");
}
