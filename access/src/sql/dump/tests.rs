use proptest::prelude::*;

use crate::sql::{Access, Grantee, Inventory, Privilege, Privileges, acl, dump::Dump};

const ROLES: &str = "
--
-- Roles
--
\\restrict a1B2
CREATE ROLE ann;
ALTER ROLE ann WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1 PASSWORD 'SCRAM-SHA-256$4096:x;y' VALID UNTIL 'infinity';
CREATE ROLE \"We\"\"ird; One\"; ALTER ROLE \"We\"\"ird; One\" WITH LOGIN;
CREATE ROLE boss; ALTER ROLE boss WITH SUPERUSER LOGIN;
CREATE ROLE own; CREATE ROLE readers;
ALTER ROLE ann SET search_path TO 'a', 'b';
GRANT readers TO ann WITH ADMIN OPTION, INHERIT FALSE, SET TRUE GRANTED BY boss;
GRANT pg_read_all_data TO own WITH INHERIT TRUE GRANTED BY boss;
";

const SCHEMA: &str = r#"
-- Dumped from database version 16.4 (Debian 16.4-1)
SET statement_timeout = 0; SELECT pg_catalog.set_config('search_path', '', false);
CREATE DATABASE app WITH TEMPLATE = template0 ENCODING = 'UTF8';
ALTER DATABASE app OWNER TO own;
\connect app
CREATE SCHEMA sales; ALTER SCHEMA sales OWNER TO own;
CREATE FUNCTION sales.f(a integer) RETURNS integer LANGUAGE sql SECURITY DEFINER AS $_$ SELECT 'GRANT ALL; ON x' $_$;
ALTER FUNCTION sales.f(a integer) OWNER TO boss;
CREATE TABLE sales."Mixed;Case" (
    id integer NOT NULL,
    "E-Mail" text DEFAULT 'a,b;'::text, /* note; */
    pair numeric(3,2),
    CONSTRAINT c CHECK ((id > 0))
);
ALTER TABLE sales."Mixed;Case" OWNER TO own;
CREATE VIEW sales.v WITH (security_invoker='true') AS SELECT m.id FROM sales."Mixed;Case" m;
ALTER VIEW sales.v OWNER TO own;
COPY sales."Mixed;Case" (id) FROM stdin;
GRANT ALL ON nonsense; --
\.
ALTER TABLE sales."Mixed;Case" ENABLE ROW LEVEL SECURITY;
ALTER TABLE ONLY sales."Mixed;Case" FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON sales."Mixed;Case" AS RESTRICTIVE FOR SELECT TO ann, readers USING (((id > 1) AND ("E-Mail" = 'x''y'::text)));
GRANT USAGE ON SCHEMA sales TO readers;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT SELECT(id),UPDATE("E-Mail") ON TABLE sales."Mixed;Case" TO readers;
GRANT SELECT,INSERT ON TABLE sales."Mixed;Case" TO "We""ird; One" WITH GRANT OPTION;
REVOKE GRANT OPTION FOR INSERT ON TABLE sales."Mixed;Case" FROM "We""ird; One";
REVOKE ALL ON FUNCTION sales.f(a integer) FROM PUBLIC;
REVOKE CONNECT,TEMPORARY ON DATABASE app FROM PUBLIC; GRANT CONNECT ON DATABASE app TO ann;
ALTER DEFAULT PRIVILEGES FOR ROLE own IN SCHEMA sales GRANT SELECT ON TABLES TO readers;
GRANT FROBNICATE ON TABLE sales.v;
"#;

fn read() -> Inventory {
    let mut dump = Dump::new("app");
    dump.read(ROLES);
    dump.read(SCHEMA);
    dump.finish()
}

#[test]
fn dumps_are_understood() {
    let inventory = read();
    assert_eq!(inventory.gaps, ["line 33: `GRANT FROBNICATE ON TABLE sales.v;` was not understood"]);
    assert_eq!(inventory.version, 160_004);
    let role = |name: &str| inventory.roles.iter().find(|r| r.name == name).unwrap();
    assert!(role("boss").superuser && role("ann").login && !role("own").login && role("We\"ird; One").login);
    let membership = &inventory.memberships[0];
    assert_eq!((membership.admin, membership.inherit, membership.set), (true, Some(false), Some(true)));
    let database = &inventory.databases[0];
    assert_eq!((database.owner.as_str(), inventory.databases.len()), ("own", 1));
    let items = |acl: &Option<acl::Acl>| acl.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(items(&database.acl), ["own=CTc/own", "ann=c/own"]);
    let table = &database.relations[0];
    assert_eq!(table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["id", "E-Mail", "pair"]);
    assert_eq!(items(&table.acl), ["own=arwdDxt/own", "\"We\"\"ird; One\"=ar*/own"]);
    assert_eq!((items(&table.columns[0].acl), items(&table.columns[1].acl)), (vec!["readers=r/own".to_owned()], vec!["readers=w/own".to_owned()]));
    assert!(table.row_security && table.force_row_security);
    let policy = &table.policies[0];
    assert_eq!((policy.permissive, policy.command, policy.roles.len()), (false, 'r', 2));
    assert_eq!(policy.using.as_deref(), Some("((id > 1) AND (\"E-Mail\" = 'x''y'::text))"));
    let view = database.relations[1].view.as_ref().unwrap();
    assert_eq!((view.invoker, &view.uses), (true, &vec![("sales".to_owned(), "Mixed;Case".to_owned())]));
    assert_eq!((database.functions[0].name.as_str(), database.functions[0].owner.as_str()), ("f(a integer)", "boss"));
    assert_eq!(items(&database.functions[0].acl), ["boss=X/boss"]);
    assert_eq!((database.default_privileges[0].kind, database.default_privileges[0].acl[0].grantee.clone()), ('r', Grantee::Role("readers".into())));
    let privileges = Privileges::new(&inventory, "app").unwrap();
    assert_eq!(privileges.has_table("own", "sales", "v", Privilege::Select), Some(true));
    assert!(privileges.reach("sales", "Mixed;Case").iter().any(|r| r.principal == "boss" && r.access == Access::Read));
}

#[test]
fn what_is_wrong_is_listed_and_passwords_are_not() {
    let mut dump = Dump::new("app");
    dump.read("ALTER ROLE ann WITH FLYING PASSWORD 'sw0rdfish'; GRANT ON; FROB; GRANT SELECT ON TABLE public.t TO; CREATE ROLE 'x");
    let gaps = dump.finish().gaps;
    assert_eq!(gaps.len(), 5, "{gaps:?}");
    assert!(!format!("{gaps:?}").contains("sw0rdfish"));
}

#[test]
fn mappings_of_users_hold_passwords_and_no_roles() {
    let mut dump = Dump::new("app");
    dump.read("CREATE ROLE boss; CREATE USER MAPPING FOR boss SERVER far OPTIONS (password 'sw0rdfish', \"user\" 'x');\nALTER USER MAPPING FOR boss SERVER far OPTIONS (SET password 'sw0rdfish');");
    dump.read(
        "CREATE USER MAPPING IF NOT EXISTS FOR public SERVER far OPTIONS (secret 'sw0rdfish'); CREATE ROLE mapping; ALTER USER mapping WITH LOGIN;",
    );
    let inventory = dump.finish();
    assert_eq!(inventory.gaps, [] as [&str; 0]);
    let names: Vec<(&str, bool)> = inventory.roles.iter().map(|r| (r.name.as_str(), r.login)).collect();
    assert_eq!(names, [("boss", false), ("mapping", true), ("pg_database_owner", false)]);
    assert!(!format!("{inventory:?}").contains("sw0"));
}

#[test]
fn bodies_of_sql_are_one_statement() {
    let mut dump = Dump::new("app");
    dump.read(
        "CREATE FUNCTION public.f(a integer) RETURNS integer LANGUAGE sql SECURITY DEFINER
        BEGIN ATOMIC
          SELECT CASE WHEN (a > 1) THEN CASE a WHEN 2 THEN 1 END ELSE 2 END AS \"end\";
          GRANT ALL ON TABLE public.t TO ann;
        END;
        ALTER FUNCTION public.f(a integer) OWNER TO boss; CREATE TABLE public.t (id integer); BEGIN; END;",
    );
    let inventory = dump.finish();
    let wrong: Vec<&String> = inventory.gaps.iter().filter(|gap| gap.contains("understood")).collect();
    assert_eq!(wrong.len(), 1, "the `END` alone at the end, and none of the body: {wrong:?}");
    let database = &inventory.databases[0];
    assert_eq!((database.functions.len(), database.functions[0].owner.as_str(), database.relations.len()), (1, "boss", 1));
    assert_eq!(database.relations[0].acl, None, "what a function would grant is not granted");
    let mut dump = Dump::new("app");
    dump.read("CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; GRANT SELECT ON t TO ann;");
    assert_eq!(dump.finish().gaps.len(), 1, "a body without an end");
}

#[test]
fn functions_of_triggers_are_not_called() {
    let mut dump = Dump::new("app");
    let function = |name: &str, returns: &str| {
        format!("CREATE FUNCTION public.{name}() RETURNS {returns} LANGUAGE plpgsql SECURITY DEFINER AS $$ RETURNS trigger $$;")
    };
    dump.read(&[function("a", "event_trigger"), function("b", "trigger"), function("c", "integer")].concat());
    let names: Vec<String> = dump.finish().databases[0].functions.iter().map(|f| f.name.clone()).collect();
    assert_eq!(names, ["c()"]);
}

#[test]
fn letters_that_grow_in_lower_case_show_no_password() {
    let mut dump = Dump::new("app");
    dump.read("ALTER ROLE İİİİİİİİİİİİİİ WITH FLYING PASSWORD 'sw0rdfish'");
    let gaps = dump.finish().gaps;
    assert!(gaps.len() == 1 && gaps[0].contains("FLYING `") && !gaps[0].contains("sw0"), "{gaps:?}");
}

proptest! {
    #[test]
    fn whatever_a_dump_says(text in "(GRANT|REVOKE|ALTER|CREATE|ROLE|TABLE|ON|TO|a|b|\\.|,|;|\\(|\\)|'|\"|\\$\\$|\\$|--|/\\*|\\*/|\\\\c|é|WITH|POLICY|COPY|FROM|stdin| |\n){0,60}") {
        let mut dump = Dump::new("x");
        dump.read(&text);
        let _ = dump.finish();
    }
}
