//! What users bring, from outside: exact values, dictionaries, allow lists, thresholds.

use std::fs;

use sonde_tests::program::Sonde;

const RULE: &str = r#"
[[rule]]
id = "projects"
tag = "proprietary.project"
name = "Project names"
sensitivity = "high"
examples = ["about {{Blue Heron}} only", "{{blue-heron}}"]
counter_examples = ["a heron", "blue herons"]
[[rule.form]]
prior = 3.0
dictionary = "projects"
"#;

#[test]
fn exact_values_of_a_table_are_found_and_never_shown() {
    let sonde = Sonde::new();
    let home = sonde.home();
    let at = |name: &str| home.join(name).display().to_string();
    fs::write(home.join("customers.csv"), "id,email,account_no,name,birthdate\n1,zoe.q@kunden.example,4471-0093-2210,Zoe Quandt,1990-01-31\n2,,5512-0093-8811,\"Tran, Bo\",1984-11-07\n").unwrap();
    let columns = "--columns=email,account_no,name+birthdate";
    let build = |columns: &str| sonde.run(["rules", "edm", "build", &at("customers.csv"), columns, "--name=customers", "-o", &at("customers.edm")]);
    build(columns).ok();
    assert!(!String::from_utf8_lossy(&fs::read(home.join("customers.edm")).unwrap()).contains("kunden"));
    let wrong = build("--columns=emial");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("no column `emial`: it is not among the 5 of the first line"), "{}", wrong.stderr);
    fs::write(home.join("bare.csv"), "1,zoe.q@kunden.example,4471-0093-2210\n").unwrap();
    let bare = sonde.run(["rules", "edm", "build", &at("bare.csv"), "--columns=zoe", "--name=x", "-o", &at("bare.edm")]);
    assert_eq!(bare.code, Some(2));
    assert!(bare.stderr.contains("among the 3 of") && !bare.stderr.contains("kunden") && !bare.stderr.contains("4471"), "{}", bare.stderr);

    let edm = format!("--edm={}", at("customers.edm"));
    let text = "paid from 447100932210 by ZOE QUANDT, born 31.01.1990\nTran Bo was here\n";
    let found = sonde.run_on(text.as_bytes(), ["classify", "--format=jsonl", "--only=custom", &edm]).ok();
    assert_eq!(found.lines().len(), 2);
    let none = sonde.run_on(text.as_bytes(), ["classify", "--only=customs"]);
    assert_eq!(none.code, Some(2), "{}", none.stderr);
    let found = sonde.run_on(text.as_bytes(), ["classify", "--format=jsonl", &edm]).ok();
    let starts: Vec<_> = found.lines().iter().filter(|l| l["rule"] == "edm-customers").map(|l| l["start"].as_u64().unwrap()).collect();
    assert_eq!(starts, [10, 26]);

    fs::create_dir(home.join("data")).unwrap();
    fs::write(home.join("data/t.csv"), "who,d,n\nTran Bo,07/11/1984,1\nTran Bo,01/01/2001,2\nZoe Quandt,31/01/1990,3\n").unwrap();
    let scanned = sonde.scan([&at("data"), &edm]).ok();
    assert!(scanned.tags("t.csv").contains(&"custom.customers".to_owned()), "{:?}", scanned.findings);
    let who = scanned.findings.iter().find(|f| f["rule"] == "edm-customers" && f["field"] == "who").unwrap();
    assert_eq!(who["rows_matched"], 2);

    let other = Sonde::new().env("SONDE_FINGERPRINT_KEY", &"ab".repeat(32)).run_on(b"x", ["classify", &edm]);
    assert!(other.code == Some(2) && other.stderr.contains("made under the fingerprint key"), "{}", other.stderr);
    fs::write(home.join("customers.edm"), &fs::read(home.join("customers.edm")).unwrap()[..200]).unwrap();
    let damaged = sonde.run_on(b"x", ["classify", &edm]);
    assert!(damaged.code == Some(2) && damaged.stderr.contains("customers.edm"), "{}", damaged.stderr);
}

#[test]
fn a_model_needs_a_build_that_runs_it() {
    let sonde = Sonde::new();
    for command in [vec!["classify"], vec!["scan", ".", "--store=none"]] {
        let ran = sonde.run_on(b"x", command.into_iter().chain(["--model=somewhere"]));
        assert!(ran.code == Some(2) && ran.stderr.contains("--features model"), "{}", ran.stderr);
    }
}

#[test]
fn dictionaries_allows_and_thresholds() {
    let sonde = Sonde::new();
    let rules = sonde.home().join("rules");
    fs::create_dir_all(rules.join("dictionaries")).unwrap();
    fs::write(rules.join("mine.toml"), RULE).unwrap();
    let folder = format!("--rules={}", rules.display());
    let classify =
        |args: &[&str]| sonde.run_on(b"the Blue Heron and Red Kite\n", ["classify", "--format=jsonl", "--stats", &folder].iter().chain(args));
    let missing = classify(&[]);
    assert!(
        missing.code == Some(2) && missing.stderr.contains("mine.toml` line 2") && missing.stderr.contains("dictionaries/projects.txt"),
        "{}",
        missing.stderr
    );
    fs::write(rules.join("dictionaries/projects.txt"), "Blue Heron\nred kite\n").unwrap();
    assert_eq!(classify(&[]).ok().lines().len(), 2);
    assert_eq!(classify(&["--min-confidence=proprietary=0.99"]).ok().lines().len(), 0);
    let unknown = classify(&["--min-confidence=propietary.project=0.99"]);
    assert!(unknown.stderr.contains("the nearest is `proprietary.project`"), "{}", unknown.stderr);

    let allow = sonde.home().join("allow.toml");
    let with = format!("--allow={}", allow.display());
    fs::write(&allow, "[[allow]]\nvalue = \"Blue Heron\"\nreason = \"announced\"\n[[allow]]\npattern = 'Red .{1,9}'\nreason = \"last year's\"\nowner = \"ada\"\nexpires = 2020-01-31\n").unwrap();
    let told = classify(&[&with]).ok();
    assert_eq!(told.lines().len(), 1);
    assert!(told.stderr.contains("expired and does not apply: last year's (ada)") && told.stderr.contains("\"suppressed\":1"), "{}", told.stderr);

    let data = sonde.home().join("data");
    fs::create_dir_all(data.join("old")).unwrap();
    fs::write(data.join("old/a.txt"), "Blue Heron\n").unwrap();
    fs::write(data.join("b.txt"), "Blue Heron\n").unwrap();
    fs::write(&allow, "[[allow]]\ntag = \"proprietary\"\npath = \"old/\"\nreason = \"archive\"\n").unwrap();
    let scanned = sonde.scan([&data.display().to_string(), &folder, &with]).ok();
    assert_eq!(scanned.tags("old/a.txt"), [""; 0]);
    assert_eq!(scanned.tags("b.txt"), ["proprietary.project"]);
    assert!(scanned.stderr.contains("1 matches are allowed"), "{}", scanned.stderr);

    fs::write(rules.join("mine.toml"), RULE.replace("a heron", "a blue heron")).unwrap();
    let failing = classify(&[]);
    assert!(failing.code == Some(2) && failing.stderr.contains("mine.toml` line 2: projects: a counter-example matches"), "{}", failing.stderr);
}

#[test]
fn a_threshold_is_that_of_columns_too() {
    let sonde = Sonde::new();
    let data = sonde.home().join("d.csv");
    let rows: String = (0..40).map(|n| format!("{n},+1 415 55{} {:04}\n", n % 10, 2_000 + n * 37)).collect();
    fs::write(&data, format!("id,mobile\n{rows}")).unwrap();
    let found = |args: &[&str]| {
        let scanned = sonde.scan([&data.display().to_string(), "--store=none"].into_iter().chain(args.iter().copied())).ok();
        scanned.findings.iter().find(|f| f["field"] == "mobile" && f["tag"] == "pii.phone").map(|f| f["confidence"].as_f64().unwrap())
    };
    let sure = found(&[]).expect("phones");
    assert_eq!(found(&["--min-confidence=1"]), None, "{sure}");
    assert_eq!(found(&["--min-confidence=pii.phone=1"]), None);
    assert_eq!(found(&["--min-confidence=1", "--min-confidence=pii.phone=0.5"]), Some(sure));
    assert_eq!(found(&["--min-confidence=pii=1", "--min-confidence=pii.phone=0.5", "--min-confidence=pii.email=1"]), Some(sure));

    let own = sonde.home().join("own.toml");
    let with = |text: &str| {
        fs::write(&own, text).unwrap();
        sonde.run(["scan", &data.display().to_string(), "--store=none", "--format=jsonl", "--rules", own.to_str().unwrap()])
    };
    assert!(!with("[[threshold]]\ntag = \"pii.phone\"\nmin_confidence = 1.0\n").ok().stdout.contains("pii.phone"));
    for (text, line, message) in [
        ("\n[[threshold]]\ntag = \"pii.fone\"\nmin_confidence = 0.9\n", 2, "threshold: there is no tag `pii.fone`; the nearest is `pii.phone`"),
        (
            "[[allow]]\nreason = \"x\"\nvalue = \"y\"\n\n[[allow]]\nreason = \"x\"\nrule = \"emial\"\n",
            5,
            "allow: there is no rule `emial`; the nearest is `email`",
        ),
        ("[[allow]]\nreason = \"x\"\ntag = \"secret.githb\"\n", 1, "allow: there is no tag `secret.githb`"),
        ("[[threshold]]\ntag = \"pii.phone\"\nmin_confidence = 2.0\n", 1, "`2` is not between 0 and 1"),
    ] {
        let refused = with(text);
        assert_eq!(refused.code, Some(2), "{text}");
        assert!(refused.stderr.contains(message) && refused.stderr.contains(&format!("own.toml` line {line}:")), "{text}: {}", refused.stderr);
    }
}
