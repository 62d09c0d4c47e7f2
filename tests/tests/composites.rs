//! Composite findings from outside: in a table, in a text, cut anywhere, asked for by a user's own file.

use std::fs;

use serde_json::{Value, json};
use sonde_tests::program::{Scanned, Sonde};

/// A number that passes the check of cards and belongs to nobody.
fn card(n: u64) -> String {
    let body = format!("411111{:09}", 100_000_000 + n * 7_919);
    let sum: u64 = body.bytes().rev().enumerate().map(|(i, b)| u64::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 }).map(|d| d / 10 + d % 10).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn mail(n: u64) -> String {
    [format!("user{n}.keller"), "brightloom.io".to_owned()].join("@")
}

/// Tag, object, occurrences, rows matched, rows seen of the composites.
fn composites(scanned: &Scanned) -> Vec<Value> {
    let wanted = ["phi.record", "pci.cardholder-data", "pci.sensitive-authentication-data", "secret.login", "special.record", "custom.card-mail"];
    let of = |f: &Value| json!([f["tag"], f["object"], f["field"], f["occurrences"], f["rows_matched"], f["rows_seen"]]);
    scanned.composites.iter().filter(|f| wanted.iter().any(|w| f["tag"] == *w)).map(of).collect()
}

#[test]
fn rows_of_a_table_and_stretches_of_a_text() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir(&data).unwrap();
    let mut patients = String::from("contact,diagnosis,note\n");
    for n in 0..20 {
        patients += &format!("{},{},routine\n", mail(n), if n < 15 { "Type 2 diabetes" } else { "" });
    }
    fs::write(data.join("patients.csv"), &patients).unwrap();
    // The same fields, never in one file.
    fs::create_dir(data.join("apart")).unwrap();
    fs::write(data.join("apart/contacts.csv"), (0..9).fold("contact\n".to_owned(), |t, n| t + &mail(n) + "\n")).unwrap();
    fs::write(data.join("apart/causes.csv"), "diagnosis\nAsthma\nMigraine\nHypertension\n").unwrap();
    let letter = format!("Dear Madam,\nwe write to {} about your visit.\nYou were diagnosed with hypertension.\n", mail(3));
    fs::write(data.join("letter.txt"), format!("{letter}{}\nShe was diagnosed with asthma.\n", "-".repeat(9_000))).unwrap();
    let scanned = sonde.scan([data.to_str().unwrap(), "--store=none"]).ok();
    assert_eq!(composites(&scanned), [json!(["phi.record", "letter.txt", null, 1, 1, 5]), json!(["phi.record", "patients.csv", null, 15, 15, 20])]);
    let of = |object: &str| scanned.composites.iter().find(|f| f["object"] == object && f["tag"] == "phi.record").unwrap();
    let at = &of("letter.txt")["locations"][0];
    let start = letter.find(&mail(3)).unwrap();
    assert_eq!((&at["line"], &at["byte_start"], &at["masked"]), (&json!(2), &json!(start), &json!("")));
    assert_eq!(of("patients.csv")["locations"], json!([]));
    assert!(of("patients.csv")["confidence"].as_f64().unwrap() >= 0.5 && of("patients.csv")["sensitivity"] == "critical");
}

#[test]
fn cutting_changes_nothing_and_runs_replace_each_other() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir(&data).unwrap();
    let mut log = String::new();
    for n in 0..3_000 {
        log += &format!("{n} payment card {} ok\n", card(n));
        if n % 3 == 0 {
            log += &format!("{n} cvv: {} expiry 11/29\n", 100 + n % 900);
        }
        if n % 7 == 0 {
            log += &"filler without anything in it, over and over\n".repeat(12);
        }
    }
    fs::write(data.join("payments.log"), &log).unwrap();
    let rows: String = (0..500).map(|n| format!("{{\"card_number\":\"{}\",\"cvv\":\"{}\"}}\n", card(n), 100 + n)).collect();
    fs::write(data.join("cards.jsonl"), rows).unwrap();
    let store = format!("sqlite:{}", sonde.home().join("s.db").display());
    let whole = sonde.scan([data.to_str().unwrap(), "--store", &store]).ok();
    let found = composites(&whole);
    assert!(found.iter().any(|f| f[0] == "pci.sensitive-authentication-data" && f[1] == "payments.log"), "{found:?}");
    assert!(found.contains(&json!(["pci.sensitive-authentication-data", "cards.jsonl", null, 500, 500, 500])), "{found:?}");
    for size in ["20KiB", "33333", "5KiB"] {
        let cut = sonde.scan([data.to_str().unwrap(), "--store=none", "--split-size", size, "--window=1KiB"]).ok();
        assert_eq!(cut.comparable(), whole.comparable(), "{size}");
    }
    let again = sonde.scan([data.to_str().unwrap(), "--store", &store]).ok();
    assert_eq!((again.findings, again.composites), (whole.findings, whole.composites));
    fs::write(data.join("cards.jsonl"), "{\"card_number\":\"none\",\"cvv\":\"\"}\n").unwrap();
    fs::remove_file(data.join("payments.log")).unwrap();
    assert_eq!(composites(&sonde.scan([data.to_str().unwrap(), "--store", &store]).ok()), Vec::<Value>::new());
    let listed = sonde.run(["findings", "--format=jsonl", "--status=resolved", "--store", &store]).ok().lines();
    assert!(listed.iter().any(|f| f["tag"] == "pci.sensitive-authentication-data"), "{listed:?}");
}

const OWN: &str = r#"[[composite]]
id = "card-mail"
tag = "custom.card-mail"
name = "Card with an e-mail"
sensitivity = "high"
all_of = ["pci.pan"]
any_of = [["pii.email"]]
minimum = 3
"#;

#[test]
fn a_user_asks_for_one() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data.csv");
    let rules = sonde.home().join("own.toml");
    let scan = |rows: u64| {
        let text: String = (0..rows).map(|n| format!("{},{}\n", card(n), mail(n))).collect();
        fs::write(&data, format!("card_number,contact\n{text}")).unwrap();
        composites(&sonde.scan([data.to_str().unwrap(), "--store=none", "--rules", rules.to_str().unwrap()]).ok())
    };
    fs::write(&rules, OWN).unwrap();
    assert_eq!(scan(2), Vec::<Value>::new(), "fewer than it asks for");
    assert_eq!(scan(4), [json!(["custom.card-mail", "data.csv", null, 4, 4, 4])]);
    let rules = rules.to_str().unwrap();
    let lint = sonde.run(["rules", "lint", rules]).ok();
    assert!(lint.stderr.contains("1 composite"), "{}", lint.stderr);
    let listed = sonde.run(["rules", "list", "--rules", rules, "--format=jsonl"]).ok().lines();
    assert!(listed.iter().any(|l| l["type"] == "composite" && l["rule"] == "card-mail"));
    assert!(listed.iter().any(|l| l["type"] == "composite" && l["tag"] == "phi.record"));
    let shown = sonde.run(["rules", "show", "cardholder-data"]).ok();
    assert!(shown.stdout.contains("needs one of: pci.pan"), "{}", shown.stdout);
    for (from, to, line, message) in [
        ("any_of", "any_off", 7, "the nearest is `any_of`"),
        ("pii.email", "pii.emial", 1, "there is no tag `pii.emial`; the nearest is `pii.email`"),
        ("\"pii.email\"", "\"@contcat\"", 1, "there is no group `contcat`"),
        ("custom.card-mail", "customs.card-mail", 1, "is not a tag"),
        ("any_of = [[\"pii.email\"]]\n", "", 1, "1 parts"),
        ("minimum = 3", "window = 100000", 1, "`window` is 64 to 8192 bytes"),
        ("id = \"card-mail\"", "id = \"email\"", 1, "defined already"),
    ] {
        let wrong = OWN.replacen(from, to, 1);
        assert_ne!(wrong, OWN);
        fs::write(rules, wrong).unwrap();
        let ran = sonde.run(["rules", "lint", rules]);
        assert_eq!(ran.code, Some(2), "{to}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains(&format!("line {line}")), "{to}: {}", ran.stderr);
    }
}
