use proptest::prelude::*;

use super::*;

const GRANTS: &str = r#"
GRANT USAGE ON *.* TO `ann`@`%` IDENTIFIED BY PASSWORD '*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29'
GRANT SELECT (`id`, `a``b`), UPDATE (`id`) ON `app`.`people` TO `ann`@`%`
GRANT `reader` TO `ann`@`%` WITH ADMIN OPTION
SET DEFAULT ROLE `writer` FOR `bob`@`%`
GRANT `writer` TO `bob`@`%`
GRANT `reader` TO `writer`
GRANT SELECT, SHOW VIEW ON `app`.* TO `reader`
GRANT INSERT ON `app`.`people` TO `writer`
GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION
GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION
GRANT SELECT ON `ap_`.* TO `cyd`@`%`
GRANT INSERT ON `app`.* TO `cyd`@`%`
GRANT DELETE ON `other`.`people` TO PUBLIC
"#;

fn world() -> Inventory {
    let mut inventory = Inventory::default();
    for (user, host) in [("ann", "%"), ("bob", "%"), ("cyd", "%"), ("root", "localhost")] {
        inventory.account(user, host);
    }
    inventory.read(GRANTS);
    inventory
}

fn lines(inventory: &Inventory, access: Access) -> Vec<String> {
    let reach = inventory.reach("app", "people").into_iter().filter(|r| r.access == access);
    reach.map(|r| format!("{} {:?} [{}] {}", r.principal, r.answer, r.condition.unwrap_or_default(), r.via.join(" > "))).collect()
}

#[test]
fn roles_on_and_roles_to_put_on() {
    let inventory = world();
    assert_eq!(inventory.gaps, [] as [&str; 0]);
    let read = [
        "ann@% Yes [] SET ROLE reader",
        "ann@% Conditional [SELECT of columns `id`, `a`b` only] ",
        "bob@% Yes [] writer > reader",
        "root@localhost Yes [] ",
    ];
    assert_eq!(lines(&inventory, Access::Read), read, "of two patterns that fit, the most specific counts alone");
    assert_eq!(
        lines(&inventory, Access::Write),
        ["ann@% Conditional [UPDATE of columns `id` only] ", "bob@% Yes [] writer", "cyd@% Yes [] ", "root@localhost Yes [] "]
    );
    assert_eq!(lines(&inventory, Access::Admin), ["ann@% Yes [] may grant reader", "root@localhost Yes [] "]);
    assert_eq!(inventory.has("bob", "%", "other", "people", "DELETE"), Some(true), "everyone's");
}

#[test]
fn locked_partly_revoked_and_not_understood() {
    let mut inventory = world();
    inventory.account("root", "localhost").locked = true;
    assert!(lines(&inventory, Access::Read).iter().any(|l| l.starts_with("root@localhost Conditional [the account is locked")));
    inventory.read("REVOKE SELECT ON `app`.* FROM `root`@`localhost`");
    let left = "root@localhost Conditional [the account is locked; reads files of the server (secure_file_priv says which)] ".to_owned();
    assert!(lines(&inventory, Access::Read).contains(&left), "{:?}", lines(&inventory, Access::Read));
    assert_eq!(inventory.has("root", "localhost", "app", "people", "INSERT"), Some(true));
    inventory.read("GRANT SOMETHING `odd` IDENTIFIED BY 'sw0rdfish'");
    assert_eq!(inventory.gaps.len(), 1);
    assert!(!inventory.gaps[0].contains("sw0rdfish"));
    assert!(lines(&inventory, Access::Read).iter().any(|l| l.starts_with("cyd@% Unknown")));
}

#[test]
fn options_in_any_case_and_gaps_everywhere() {
    let mut inventory = Inventory::default();
    inventory.account("ann", "%");
    inventory.account("bob", "%");
    inventory.read("grant select on `app`.* to `ann`@`%` with grant option");
    assert_eq!(lines(&inventory, Access::Admin), ["ann@% Yes [] "]);
    assert_eq!(lines(&inventory, Access::List), ["ann@% Yes [] "]);
    inventory.read("GRANT NONSENSE");
    for access in Access::ALL {
        assert!(lines(&inventory, access).contains(&"bob@% Unknown [] ".to_owned()), "{access}");
    }
}

#[test]
fn what_is_on_adds_up() {
    let mut inventory = Inventory::default();
    inventory.account("ann", "%");
    inventory.read(
        "GRANT SELECT (`a`) ON `app`.`people` TO `ann`@`%`\nSET DEFAULT ROLE `r` FOR `ann`@`%`\nGRANT `r` TO `ann`@`%`\nGRANT `s` TO `ann`@`%`",
    );
    inventory.read(
        "GRANT `inner` TO `r`\nGRANT SELECT (`b`, `a`), UPDATE (`b`) ON `app`.`people` TO `inner`\nGRANT INSERT (`a`) ON `app`.`people` TO PUBLIC",
    );
    inventory.read("GRANT DELETE ON `app`.`people` TO `s`\nGRANT USAGE ON *.* TO `ann`@`%` WITH GRANT OPTION");
    assert_eq!(lines(&inventory, Access::Read), ["ann@% Conditional [SELECT of columns `a`, `b` only] "]);
    let write = ["ann@% Yes [] SET ROLE s", "ann@% Conditional [INSERT of columns `a` only; UPDATE of columns `b` only] PUBLIC"];
    assert_eq!(lines(&inventory, Access::Write), write);
    assert_eq!(lines(&inventory, Access::Admin), ["ann@% Yes [] "], "it grants what it has");
    // To grant takes the option, which is everybody's here, and what is granted, which is a role's.
    let mut other = Inventory::default();
    other.account("bob", "%");
    other.read("GRANT `s` TO `bob`@`%`\nGRANT DELETE ON *.* TO `s`\nGRANT USAGE ON `app`.`people` TO PUBLIC WITH GRANT OPTION");
    assert_eq!(lines(&other, Access::Admin), ["bob@% Yes [] SET ROLE s > PUBLIC"]);
    // A default role that was revoked is still shown.
    inventory.roles.retain(|grant| grant.roles[0].user != "r");
    assert_eq!(lines(&inventory, Access::Read), ["ann@% Conditional [SELECT of columns `a` only] "]);
    // What is put on puts off what was on.
    assert_eq!(inventory.has_as("ann", "%", "s", "app", "people", "DELETE"), Some(true));
    assert_eq!(inventory.has_as("ann", "%", "inner", "app", "people", "SELECT"), None, "only its own roles");
}

#[test]
fn what_shows_a_table() {
    for (grant, shown) in [
        ("SHOW DATABASES ON *.*", false),
        ("LOCK TABLES ON `app`.*", false),
        ("DELETE HISTORY ON `app`.*", true),
        ("USAGE ON `app`.`people`", false),
        ("SELECT (`a`) ON `app`.`people`", true),
        ("SELECT ON `app`.`other`", false),
    ] {
        for (option, shows) in [("", shown), (" WITH GRANT OPTION", shown || grant.ends_with("`people`"))] {
            let mut inventory = Inventory::default();
            inventory.account("ann", "%");
            inventory.read(&format!("GRANT {grant} TO `ann`@`%`{option}"));
            let listed = lines(&inventory, Access::List);
            assert_eq!(listed, if shows { vec!["ann@% Yes [] "] } else { vec![] }, "{grant}{option}");
            // Who has nothing of it has nothing to grant.
            assert_eq!(lines(&inventory, Access::Admin).len(), usize::from(shown && !option.is_empty()), "{grant}{option}");
        }
    }
}

#[test]
fn no_password_is_shown() {
    for line in
        ["SET PASSWORD FOR 'ann'@'%' = 'sw0rdfish'", "GRANT SOMETHING `İİİİİİİİİİ` IDENTIFIED BY 'sw0rdfish'", "ALTER USER PASSWORD 'sw0rdfish'"]
    {
        let mut inventory = Inventory::default();
        inventory.read(line);
        assert!(inventory.gaps.len() == 1 && !inventory.gaps[0].contains("sw0"), "{:?}", inventory.gaps);
    }
}

#[test]
fn patterns() {
    for (pattern, name, fits) in [
        ("app", "app", true),
        ("a%", "app", true),
        ("a__", "app", true),
        ("a\\_p", "app", false),
        ("a\\_p", "a_p", true),
        ("%p%q", "appq", true),
        ("%x", "app", false),
    ] {
        assert_eq!(like(pattern, name), fits, "{pattern} {name}");
    }
    let order = ["app", "a_p", "ap_", "a__", "app%", "a%", "%"];
    assert!(order.windows(2).all(|w| generality(w[0]) < generality(w[1])), "{:?}", order.map(generality));
}

proptest! {
    #[test]
    fn whatever_a_line_says(text in "(GRANT|REVOKE|SELECT|ON|TO|\\*|\\.|`a`|'b'|@|,|\\(|\\)|`|WITH|OPTION| ){0,25}") {
        let mut inventory = Inventory::default();
        inventory.read(&text);
        let _ = inventory.reach("a", "b");
    }

    #[test]
    fn a_grant_never_takes_away(who in 0..4_usize, what in "(SELECT|INSERT|DELETE)", on in "(\\*\\.\\*|app\\.\\*|app\\.people)") {
        let before = world();
        let mut after = before.clone();
        let to = after.accounts[who].name.clone();
        // What is on a pattern already is granted on that pattern: the server keeps one row for each.
        if on == "app.*" && to.user == "cyd" {
            after.grants.iter_mut().filter(|g| g.on == Scope::Database("app".into()) && g.to == to).for_each(|g| g.privileges.push(what.clone()));
        } else {
            after.read(&format!("GRANT {what} ON {on} TO `{}`@`{}`", to.user, to.host));
        }
        for reach in before.reach("app", "people") {
            let better = after.reach("app", "people").iter().any(|r| r.principal == reach.principal && r.access == reach.access && r.answer <= reach.answer);
            prop_assert!(better, "{reach:?}");
        }
    }
}
