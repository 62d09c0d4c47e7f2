//! Who can reach what, from outside: a folder of exports in, answers out, held against tables that were checked line by line.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::{Value, json};
use sonde_tests::program::{Sonde, repository};

fn estate(name: &str) -> PathBuf {
    repository().join("corpus/estates").join(name)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

/// An answer as a line of a table.
fn row(line: &Value) -> String {
    let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let last = |arn: &str| arn.splitn(6, ':').nth(5).unwrap_or_default().to_owned();
    let via: Vec<String> = line["via"].as_array().expect("a list").iter().filter_map(Value::as_str).map(last).collect();
    let via = if via.is_empty() { "-".to_owned() } else { via.join(" ") };
    [last(&text("resource")), text("principal"), text("access"), text("answer"), text("condition"), via].join("\t")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn a_folder_of_exports_is_answered_as_the_table_says() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let imported = sonde.run(["identities", "import", estate("plain").to_str().expect("UTF-8"), &store]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    assert!(
        imported.stdout.contains("9 users") && imported.stdout.contains("notes.txt") && !imported.stdout.contains("Not read"),
        "{}",
        imported.stdout
    );
    let reached = sonde.run(["reach", "--format=jsonl", &store]);
    assert_eq!(reached.code, Some(0), "{}", reached.stderr);
    let table = fs::read_to_string(repository().join("corpus/estates/plain.tsv")).expect("the table");
    let wanted: Vec<&str> = table.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(lines(&reached.stdout).iter().map(row).collect::<Vec<_>>(), wanted);
    // Keys and their order are a contract.
    let first = reached.stdout.lines().next().expect("a line");
    let keys = ["resource", "dataset", "principal", "access", "answer", "condition", "via", "because", "policy", "statement", "effect"];
    let places: Vec<usize> = keys.iter().map(|k| first.find(&format!("\"{k}\":")).expect("the key is there")).collect();
    assert!(places.is_sorted(), "{first}");
}

#[test]
fn questions_narrow() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    sonde.run(["identities", "import", estate("plain").to_str().expect("UTF-8"), &store]);
    let ask = |args: &[&str]| {
        let ran = sonde.run(["reach", &store].into_iter().chain(args.iter().copied()));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let below = lines(&ask(&["s3://customers/home/dora/", "--principal=user/dora", "--format=jsonl"]));
    assert_eq!(below[0]["resource"], "arn:aws:s3:::customers/home/dora/*");
    assert!(below.iter().all(|l| l["answer"] == "yes") && below.len() == 2, "{below:?}");
    assert!(lines(&ask(&["arn:aws:s3:::customers/other/*", "--principal=user/dora", "--format=jsonl"])).is_empty());
    assert!(lines(&ask(&["--via=role/etl", "--format=jsonl"])).iter().all(|l| l["via"][0] == "arn:aws:iam::111122223333:role/etl"));
    let public = lines(&ask(&["--public", "--format=jsonl"]));
    assert_eq!(
        public.iter().map(|l| (l["resource"].as_str(), l["access"].as_str())).collect::<Vec<_>>(),
        [(Some("arn:aws:s3:::logs"), Some("list")), (Some("arn:aws:s3:::website"), Some("read"))]
    );
    let explained = ask(&["cards", "--principal=user/carl", "--explain"]);
    for part in
        ["through arn:aws:iam::111122223333:role/etl", "Allow by statement ReadCards of role/etl/cards", "statement Assume of user/carl/assume"]
    {
        assert!(explained.contains(part), "{explained}");
    }
    assert!(ask(&["cards", "--format=dot"]).starts_with("digraph reach {") && ask(&["cards", "--format=mermaid"]).starts_with("flowchart LR"));
    let unknown = sonde.run(["reach", "s3://nowhere", &store]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("not in the snapshot"), "{}", unknown.stderr);
}

#[test]
fn what_cannot_be_read_is_unknown_and_listed() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let folder = sonde.home().join("estate");
    copy(&estate("plain"), &folder);
    let account = folder.join("accounts/111122223333");
    fs::write(
        account.join("buckets/website/policy.json"),
        "\nAn error occurred (AccessDenied) when calling the GetBucketPolicy operation: Access Denied\n",
    )
    .expect("a file");
    fs::write(account.join("kms/1234abcd-12ab-34cd-56ef-1234567890ab/policy.json"), r#"{"Policy": "{\"Version\": \"2012-10-17\", \"Stat"#)
        .expect("a file");
    fs::write(account.join("buckets/legacy/acl.json"), "").expect("a file");
    fs::write(
        account.join("buckets/exports/policy.json"),
        r#"{"Policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Maybe\"}]}"}"#,
    )
    .expect("a file");
    let imported = sonde.run(["identities", "import", folder.to_str().expect("UTF-8"), &store]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    for place in
        ["buckets/website/policy.json", "AccessDenied", "kms/1234abcd", "cut off", "buckets/legacy/acl.json", "empty", "bucket/exports/policy"]
    {
        assert!(imported.stdout.contains(place), "{place}: {}", imported.stdout);
    }
    let strict = sonde.run(["identities", "import", folder.to_str().expect("UTF-8"), "--strict", &store]);
    assert_eq!(strict.code, Some(2));
    let answers: BTreeMap<String, String> = lines(&sonde.run(["reach", "--format=jsonl", &store]).stdout)
        .iter()
        .map(|l| {
            let text = |key: &str| l[key].as_str().unwrap_or_default().to_owned();
            (format!("{} {} {}", text("resource"), text("principal"), text("access")), format!("{} {}", text("answer"), text("condition")))
        })
        .collect();
    let of =
        |bucket: &str, who: &str, access: &str| answers.get(&format!("arn:aws:s3:::{bucket} {who} {access}")).cloned().unwrap_or_else(|| "no".into());
    assert!(of("website", "anonymous", "read").starts_with("unknown"), "{}", of("website", "anonymous", "read"));
    // A policy that was not read may deny.
    assert!(of("website", "arn:aws:iam::111122223333:user/gina", "read").starts_with("unknown"));
    assert!(of("cards", "arn:aws:iam::111122223333:role/etl", "read").contains("kms/1234abcd"));
    assert_eq!(of("cards", "arn:aws:iam::111122223333:user/eve", "read"), "no", "what is denied anyway stays denied");
    assert!(of("exports", "arn:aws:iam::444455556666:role/reader", "read").starts_with("unknown"));
    // Public ACLs are ignored there, so nobody from the street comes in by one that was not read.
    assert_eq!(of("legacy", "anonymous", "list"), "no");
    for words in [
        ["reach", "website"].as_slice(),
        &["reach", "--format=jsonl"],
        &["reach", "website", "--public", "--format=dot"],
        &["reach", "cut", "website"],
        &["reach", "diff", "1", "2"],
    ] {
        let ran = sonde.run(words.iter().copied().chain([store.as_str()])).ok();
        let said = ran.stderr.lines().filter(|l| l.contains("Not read") && l.contains(", and ")).count();
        assert_eq!(said, if words.contains(&"diff") { 2 } else { 1 }, "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn half_a_dump_of_identities() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let folder = sonde.home().join("estate");
    copy(&estate("plain"), &folder);
    let page = folder.join("accounts/111122223333/authorization-details-1.json");
    let text = fs::read_to_string(&page).expect("the page");
    let cut = text.find("\"UserName\": \"eve\"").expect("eve");
    fs::write(&page, &text[..cut]).expect("a file");
    let imported = sonde.run(["identities", "import", folder.to_str().expect("UTF-8"), &store]);
    assert!(imported.stdout.contains("cut off") && imported.stdout.contains("group `analysts` is not in the dump"), "{}", imported.stdout);
    let ana: Vec<Value> = lines(&sonde.run(["reach", "customers", "--principal=user/ana", "--format=jsonl", &store]).stdout);
    assert!(!ana.is_empty() && ana.iter().all(|l| l["answer"] == "unknown"), "{ana:?}");
}

#[test]
fn two_snapshots_are_held_against_each_other() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let folder = sonde.home().join("estate");
    copy(&estate("plain"), &folder);
    let import = || sonde.run(["identities", "import", folder.to_str().expect("UTF-8"), &store]);
    import();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Oops", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}]});
    fs::write(folder.join("accounts/111122223333/buckets/logs/policy.json"), json!({"Policy": policy.to_string()}).to_string()).expect("a file");
    import();
    let changes = lines(&sonde.run(["reach", "diff", "1", "2", "--format=jsonl", &store]).stdout);
    let anonymous = changes.iter().find(|c| c["principal"] == "anonymous").expect("a change");
    assert_eq!((&anonymous["change"], &anonymous["access"], &anonymous["new"][0]["statement"]), (&json!("gained"), &json!("read"), &json!("Oops")));
    assert!(changes.iter().all(|c| c["resource"] == "arn:aws:s3:::logs" && c["change"] == "gained"));
    assert!(sonde.run(["reach", "diff", "1", "1", &store]).stdout.contains("Nobody gained"));
}

#[test]
fn what_has_to_go_for_a_budget() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    sonde.run(["identities", "import", estate("plain").to_str().expect("UTF-8"), &store]);
    let keep = ["111122223333:root", "user/gina", "user/eve", "user/bob", "role/loop-b"].map(|who| format!("--keep={who}"));
    let words = ["reach", "cut", "logs", "--access=list", &store].into_iter().chain(keep.iter().map(String::as_str));
    let cut = sonde.run(words);
    assert_eq!(cut.code, Some(0), "{}", cut.stderr);
    // What everybody has goes; those who have it by themselves keep it.
    assert!(cut.stdout.contains("bucket/logs/acl") && cut.stdout.contains("READ") && !cut.stdout.contains("Left"), "{}", cut.stdout);
    let cut = sonde.run(["reach", "cut", "cards", "--keep-used", "--keep=root", &store]);
    assert!(cut.stdout.contains("AdministratorAccess") && !cut.stdout.contains("role/etl/cards"), "{}", cut.stdout);
}

#[test]
fn a_policy_of_ten_megabytes() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let folder = sonde.home().join("estate/buckets/big");
    fs::create_dir_all(&folder).expect("a folder");
    let statements: Vec<Value> = (0..40_000)
        .map(|i| json!({"Sid": format!("S{i}"), "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{:012}:root", i % 50)}, "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::big/prefix-{i:06}/with/a/name/that/takes/some/room/{}/*", "x".repeat(60))}))
        .collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    assert!(policy.len() > 10_000_000);
    fs::write(folder.join("policy.json"), json!({"Policy": policy}).to_string()).expect("a file");
    fs::create_dir_all(sonde.home().join("estate/account/111122223333")).expect("a folder");
    fs::write(
        sonde.home().join("estate/account/111122223333/public-access-block.json"),
        r#"{"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}"#,
    )
    .expect("a file");
    let start = Instant::now();
    let imported = sonde.run(["identities", "import", sonde.home().join("estate").to_str().expect("UTF-8"), &store]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    assert!(imported.stdout.contains("1 bucket") && !imported.stdout.contains("bucket/big"), "{}", imported.stdout);
    // Of 40,000 statements, one gives what lies there; one below gives a part.
    for (i, below) in [(7, "/"), (39_999, "/"), (39_999, "/y/z.csv")] {
        let place = format!("s3://big/prefix-{i:06}/with/a/name/that/takes/some/room/{}{below}", "x".repeat(60));
        let answers = lines(&sonde.run(["reach", &place, "--external", "--format=jsonl", &store]).ok().stdout);
        let told: Vec<Value> = answers.iter().map(|l| json!([l["principal"], l["access"], l["answer"], l["because"]])).collect();
        let because = json!([{"policy": "bucket/big/policy", "statement": format!("S{i}"), "effect": "Allow"}]);
        assert_eq!(told, [json!([format!("arn:aws:iam::{:012}:root", i % 50), "read", "yes", because])], "{place}");
    }
    let nobody = sonde.run(["reach", "s3://big/prefix-000007/other/", "--external", "--format=jsonl", &store]).ok();
    assert_eq!(nobody.stdout, "");
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn exports_of_other_platforms_are_answered_as_the_table_says() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let imported = sonde.run(["identities", "import", estate("platforms").to_str().expect("UTF-8"), &store]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    let out = &imported.stdout;
    assert!(out.contains("files of other platforms") && out.contains("gcp/p1/buckets/lake/cors.json") && !out.contains("Not read"), "{out}");
    let reached = sonde.run(["reach", "--format=jsonl", &store]);
    assert_eq!(reached.code, Some(0), "{}", reached.stderr);
    let row = |line: &Value| {
        let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
        let via: Vec<&str> = line["via"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let via = if via.is_empty() { "-".to_owned() } else { via.join(" ") };
        [text("resource"), text("principal"), text("access"), text("answer"), text("condition"), via].join("\t")
    };
    let table = fs::read_to_string(repository().join("corpus/estates/platforms.tsv")).expect("the table");
    let wanted: Vec<&str> = table.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(lines(&reached.stdout).iter().map(row).collect::<Vec<_>>(), wanted);
    let below = sonde.run(["reach", "gs://lake/pii/", "--principal=user:bob@example.com", "--format=jsonl", &store]);
    assert_eq!(lines(&below.stdout)[0]["resource"], "//storage.googleapis.com/projects/_/buckets/lake/objects/pii/*");
    let cut = sonde.run(["reach", "cut", "gs://lake", &store]);
    assert!(cut.code == Some(2) && cut.stderr.contains("only those of AWS"), "{}", cut.stderr);
}
