use proptest::prelude::*;

use super::*;

fn world(version: u32) -> Inventory {
    let mut inventory = Inventory::new(version);
    inventory.roles = ["owner", "ann", "bob", "cyd", "dan", "group", "pg_read_all_data"].map(Role::named).into();
    let mut database = Database::named("app", "owner");
    database.schemas.push(Schema { name: "s".into(), owner: "owner".into(), acl: Some(acl::parse("{owner=UC/owner,=U/owner}").unwrap()) });
    let mut table = Relation::table("s", "t", "owner");
    table.columns = ["a", "b"].map(|name| Column { name: name.to_owned(), acl: None }).into();
    database.relations.push(table);
    inventory.databases.push(database);
    inventory
}

fn table(inventory: &mut Inventory) -> &mut Relation {
    &mut inventory.databases[0].relations[0]
}

fn member(inventory: &mut Inventory, role: &str, member: &str, inherit: bool, set: bool, admin: bool) {
    inventory.memberships.push(Membership { role: role.into(), member: member.into(), admin, inherit: Some(inherit), set: Some(set) });
}

/// Lines of one access: principal, answer, condition, way.
fn lines(inventory: &Inventory, access: Access) -> Vec<String> {
    let privileges = Privileges::new(inventory, "app").unwrap();
    let reach = privileges.reach("s", "t").into_iter().filter(|r| r.access == access);
    reach.map(|r| format!("{} {:?} [{}] {}", r.principal, r.answer, r.condition.unwrap_or_default(), r.via.join(" > "))).collect()
}

#[test]
fn inherited_or_set_or_granted() {
    let mut world = world(160_000);
    table(&mut world).acl = Some(acl::parse("{owner=arwdDxt/owner,group=r/owner}").unwrap());
    member(&mut world, "group", "ann", true, true, false);
    member(&mut world, "group", "bob", false, true, false);
    member(&mut world, "group", "cyd", false, false, true);
    member(&mut world, "group", "dan", false, false, false);
    let want = ["ann Yes [] group", "bob Yes [] SET ROLE group", "group Yes [] ", "owner Yes [] "];
    assert_eq!(lines(&world, Access::Read), want);
    assert_eq!(lines(&world, Access::Admin), ["cyd Yes [] GRANT group TO itself", "owner Yes [] owner"]);
    assert_eq!(lines(&world, Access::Write), ["owner Yes [] "]);
    // Before 16 every member may SET ROLE, and its own INHERIT decides the rest.
    world.version = 150_000;
    world.roles[2].inherit = false;
    let want = ["ann Yes [] group", "bob Yes [] SET ROLE group", "cyd Yes [] group", "dan Yes [] group", "group Yes [] ", "owner Yes [] "];
    assert_eq!(lines(&world, Access::Read), want);
    world.memberships.clear();
    world.roles[1].create_role = true;
    assert!(lines(&world, Access::Admin).contains(&"ann Yes [] GRANT owner TO itself".to_owned()), "{:?}", lines(&world, Access::Admin));
}

#[test]
fn every_gate_counts() {
    let mut world = world(160_000);
    table(&mut world).acl = Some(acl::parse("{ann=r/owner,=w/owner}").unwrap());
    assert_eq!(lines(&world, Access::Read), ["ann Yes [] "]);
    assert!(lines(&world, Access::Write).contains(&"bob Yes [] PUBLIC".to_owned()));
    world.databases[0].schemas[0].acl = None;
    assert_eq!(lines(&world, Access::Read), [] as [&str; 0]);
    world.databases[0].schemas[0].acl = Some(acl::parse("{=U/owner}").unwrap());
    world.databases[0].acl = Some(acl::parse("{bob=c/owner}").unwrap());
    assert_eq!(lines(&world, Access::Read), [] as [&str; 0]);
    assert_eq!(lines(&world, Access::List), ["bob Yes [] "]);
}

#[test]
fn every_column_that_counts_is_named() {
    let mut world = world(160_000);
    table(&mut world).columns.iter_mut().for_each(|c| c.acl = Some(acl::parse("{ann=r/owner}").unwrap()));
    let reach = Privileges::new(&world, "app").unwrap().reach("s", "t");
    let ann = reach.iter().find(|r| r.principal == "ann" && r.access == Access::Read).unwrap();
    let places: Vec<&str> = ann.because.iter().map(|b| b.policy.as_str()).collect();
    assert_eq!(places, ["relation s.t, column a", "relation s.t, column b", "schema s"]);
}

#[test]
fn columns_policies_and_system_roles() {
    let mut world = world(160_000);
    table(&mut world).columns[1].acl = Some(acl::parse("{ann=r/owner}").unwrap());
    member(&mut world, "pg_read_all_data", "bob", true, true, false);
    assert_eq!(lines(&world, Access::Read)[..2], ["ann Conditional [SELECT of columns `b` only] ", "bob Yes [] pg_read_all_data"]);
    table(&mut world).row_security = true;
    assert_eq!(lines(&world, Access::Read), ["owner Yes [] owner"], "no policy, no rows, but for the owner");
    table(&mut world).force_row_security = true;
    assert_eq!(lines(&world, Access::Read), [] as [&str; 0]);
    let policy =
        |name: &str, permissive, using: &str| Policy { name: name.into(), permissive, command: 'r', using: Some(using.into()), ..Policy::default() };
    table(&mut world).policies = vec![policy("own", true, "(who = CURRENT_USER)"), policy("live", false, "(NOT gone)")];
    let want = "bob Conditional [rows that policies let through: (`own`: USING (who = CURRENT_USER)) and `live`: USING (NOT gone)] pg_read_all_data";
    assert!(lines(&world, Access::Read).contains(&want.to_owned()), "{:?}", lines(&world, Access::Read));
    table(&mut world).policies.pop();
    let want = "bob Conditional [rows that policy `own` lets through: USING (who = CURRENT_USER)] pg_read_all_data".to_owned();
    assert!(lines(&world, Access::Read).contains(&want), "{:?}", lines(&world, Access::Read));
    world.roles[2].bypass_rls = true;
    assert!(lines(&world, Access::Read).contains(&"bob Yes [] pg_read_all_data".to_owned()));
}

#[test]
fn views_functions_and_servers() {
    let mut world = world(160_000);
    let view = |name: &str, owner: &str, uses: &str, invoker| {
        let mut view = Relation::table("s", name, owner);
        view.kind = Kind::View;
        view.acl = Some(acl::parse("{ann=r/owner}").unwrap());
        view.view = Some(View { invoker, uses: vec![("s".into(), uses.into())] });
        view
    };
    world.databases[0].relations.push(view("v", "owner", "t", false));
    let of_view = "ann Conditional [what view `s.v` shows] view s.v, as its owner owner".to_owned();
    assert_eq!(lines(&world, Access::Read)[0], of_view);
    world.databases[0].relations[1].view.as_mut().unwrap().invoker = true;
    assert_eq!(lines(&world, Access::Read).len(), 1, "with the rights of whoever asks");
    world.databases[0].relations[1] = view("v", "bob", "t", false);
    assert_eq!(lines(&world, Access::Read).len(), 1, "its owner cannot either");
    world.databases[0].functions.push(Function { schema: "s".into(), name: "f()".into(), owner: "owner".into(), acl: None });
    assert!(lines(&world, Access::Read).contains(&"cyd Unknown [] function s.f() runs as its owner owner".to_owned()));
    world.roles[3].replication = true;
    assert!(lines(&world, Access::Read).iter().any(|l| l.starts_with("cyd Conditional [by a replication connection")));
    world.databases[0].functions.clear();
    world.gaps.push("line 7: `GRANT nonsense` was not understood".into());
    for access in Access::ALL.into_iter().filter(|access| *access != Access::List) {
        assert!(lines(&world, access).iter().any(|l| l.starts_with("dan Unknown")), "{access}");
    }
    world.databases[0].acl = Some(acl::parse("{bob=c/owner}").unwrap());
    for access in Access::ALL {
        assert!(lines(&world, access).iter().any(|l| l.starts_with("dan Unknown")), "not even a connection is certain not to be: {access}");
    }
}

#[test]
fn access_lists_are_read_as_written() {
    for text in ["{owner=arwdDxt/owner,=r/owner,we_ird=r*w/owner}", "{}", "{a=c/b}"] {
        let items = acl::parse(text).unwrap();
        let printed = items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        assert_eq!(format!("{{{printed}}}"), text);
    }
    // As the server quotes a name in an item, and the item in the array.
    let items = acl::parse(r#"{"\"we\"\"ird, one\"=r/owner"}"#).unwrap();
    assert_eq!(items[0].grantee, Grantee::Role("we\"ird, one".into()));
    for text in ["", "owner=r/owner", "{owner}", "{owner=r}", "{owner=?/owner}", "{\"owner=r/owner}", "{\"a=r/b\"x}"] {
        assert!(acl::parse(text).is_err(), "{text}");
    }
}

fn small_world() -> impl Strategy<Value = Inventory> {
    let edge = (0..6_usize, 0..6_usize, any::<(bool, bool, bool)>());
    let item = (0..7_usize, "[rawd]{1,3}");
    (proptest::collection::vec(edge, 0..8), proptest::collection::vec(item, 0..4), any::<(bool, bool)>(), proptest::collection::vec(any::<bool>(), 6))
        .prop_map(|(edges, items, (new, public), inherits)| {
            let mut world = world(if new { 160_000 } else { 150_000 });
            let names: Vec<String> = world.roles.iter().map(|r| r.name.clone()).collect();
            for (role, inherit) in world.roles.iter_mut().zip(inherits) {
                role.inherit = inherit;
            }
            for (a, b, (inherit, set, admin)) in edges.into_iter().filter(|(a, b, _)| a < b) {
                member(&mut world, &names[b], &names[a], inherit, set, admin);
            }
            table(&mut world).acl = Some(items.iter().map(|(to, what)| acl::parse_item(&format!("{}={what}/owner", names[*to])).unwrap()).collect());
            if !public {
                world.databases[0].schemas[0].acl = Some(acl::parse("{ann=U/owner,group=U/owner}").unwrap());
            }
            world
        })
}

/// What each role can do at best.
fn best(inventory: &Inventory) -> std::collections::BTreeMap<(String, Access), Answer> {
    let mut best = std::collections::BTreeMap::new();
    for reach in Privileges::new(inventory, "app").unwrap().reach("s", "t") {
        let at = best.entry((reach.principal, reach.access)).or_insert(reach.answer);
        *at = reach.answer.min(*at);
    }
    best
}

proptest! {
    #[test]
    fn a_grant_never_takes_away(world in small_world(), to in 0..7_usize, what in "[rawdD]{1,2}", from in 0..6_usize, set in any::<(bool, bool, bool)>()) {
        let before = best(&world);
        let names: Vec<String> = world.roles.iter().map(|r| r.name.clone()).collect();
        let mut granted = world.clone();
        table(&mut granted).acl.as_mut().unwrap().push(acl::parse_item(&format!("{}={what}/owner", names[to])).unwrap());
        let mut joined = world;
        member(&mut joined, &names[to], &names[from], set.0, set.1, set.2);
        for after in [best(&granted), best(&joined)] {
            for (key, answer) in &before {
                let now = after.get(key);
                prop_assert!(now.is_some_and(|now| now <= answer), "{key:?}: {answer:?} became {now:?}");
            }
        }
    }

    #[test]
    fn whatever_an_access_list_says(text in "\\{?[a\"=r*/,{}\\\\ ]{0,30}\\}?") {
        let _ = acl::parse(&text);
    }
}
