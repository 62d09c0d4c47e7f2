//! Other platforms than AWS: what is found in them joined with who reaches it, kept answer by answer.

use std::{fs, path::Path};

use serde_json::{Value, json};
use sonde_tests::program::{Sonde, repository};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

/// Rows of a view, columns joined.
async fn view(store: &Path, sql: &str) -> Vec<String> {
    let mut conn = SqliteConnection::connect(&format!("sqlite:{}", store.display())).await.expect("the store");
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut conn).await.expect("a listing");
    rows.iter().map(|row| (0..row.len()).map(|i| row.get::<Option<String>, _>(i).unwrap_or_default()).collect::<Vec<_>>().join("\t")).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let (entry, target) = entry.map(|e| (e.path(), to.join(e.file_name()))).expect("an entry");
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a copy");
        }
    }
}

/// Lines of the table made by hand about one resource: principal, access, answer.
fn by_hand(resource: &str) -> Vec<String> {
    let table = fs::read_to_string(repository().join("corpus/estates/platforms.tsv")).expect("the table");
    let rows = table.lines().map(|l| l.split('\t').collect::<Vec<_>>()).filter(|l| l[0] == resource);
    let mut rows: Vec<String> = rows.map(|l| [l[1], l[2], l[3]].join("\t")).collect();
    rows.sort();
    rows
}

const LAKE: &str = "//storage.googleapis.com/projects/_/buckets/lake";

#[tokio::test]
async fn answers_about_datasets_with_findings_are_kept() {
    let sonde = Sonde::new();
    let file = sonde.home().join("s.db");
    let store = format!("--store=sqlite:{}", file.display());
    let estate = sonde.home().join("estate");
    copy(&repository().join("corpus/estates/platforms"), &estate);
    let mut uris = Vec::new();
    for name in ["lake", "orders"] {
        let folder = sonde.home().join(name);
        fs::create_dir(&folder).expect("a folder");
        let rows: String = (0..40).map(|i| format!("{i},user{i}@brightloom.io\n")).collect();
        fs::write(folder.join("people.csv"), format!("id,email\n{rows}")).expect("a file");
        sonde.run(["scan", folder.to_str().expect("UTF-8"), &store]).ok();
        uris.push(format!("file://{}/", folder.display()));
    }
    let aliases = [format!("--scanned-as=gs://lake={}", uris[0]), format!("--scanned-as=snowflake://acc/DB.S.ORDERS={}", uris[1])];
    let import = || sonde.run(["identities", "import", estate.to_str().expect("UTF-8"), &aliases[0], &aliases[1], &store]).ok().stdout;
    let kept = by_hand(LAKE).len() + by_hand("acc/DB.S.ORDERS").len();
    assert!(import().contains(&format!("{kept} of them kept one by one")));
    for (uri, resource) in uris.iter().zip([LAKE, "acc/DB.S.ORDERS"]) {
        let rows = view(
            &file,
            &format!("SELECT principal, access, answer FROM v_reach WHERE dataset = '{uri}' AND resource = '{resource}' ORDER BY 1, 2, 3"),
        )
        .await;
        assert_eq!(rows, by_hand(resource));
    }
    let exposed = view(&file, "SELECT dataset, CAST(readers AS text) FROM v_exposed_datasets ORDER BY 1").await;
    let readers = |resource| by_hand(resource).iter().filter(|row| row.contains("\tread\t") && !row.ends_with("unknown")).count();
    assert_eq!(exposed, [format!("{}\t{}", uris[0], readers(LAKE)), format!("{}\t{}", uris[1], readers("acc/DB.S.ORDERS"))]);
    let rest = view(&file, "SELECT CAST(count(*) AS text) FROM v_reach_summary WHERE NOT expanded AND dataset IS NULL").await;
    assert_eq!(rest, ["4"], "of the rest there are counts");
    // A look at AWS leaves them as they are.
    let plain = repository().join("corpus/estates/plain");
    sonde.run(["identities", "import", plain.to_str().expect("UTF-8"), &store]).ok();
    assert_eq!(view(&file, &format!("SELECT principal FROM v_reach WHERE dataset = '{}'", uris[0])).await.len(), by_hand(LAKE).len());
    let asked = |what: &str| sonde.run(["reach", what, "--format=jsonl", &store]).ok().lines().len();
    assert_eq!(asked("gs://lake"), by_hand(LAKE).len());
    assert_eq!(asked(&uris[0]), by_hand(LAKE).len(), "by what it was scanned as");
    assert!(asked("s3://customers") > 0);
    changed(&sonde, &estate, &store, &import);
    let changes = view(&file, "SELECT p.uri, c.access, c.change FROM reach_change c JOIN principal p ON p.id = c.principal_id ORDER BY 1, 2").await;
    assert_eq!(changes, ["user:zoe@example.com\tlist\tgained", "user:zoe@example.com\tread\tgained"]);
}

/// Somebody is granted something: two snapshots say who, and by which binding.
fn changed(sonde: &Sonde, estate: &Path, store: &str, import: &dyn Fn() -> String) {
    let file = estate.join("gcp/p1/buckets/lake/iam-policy.json");
    let mut policy: Value = serde_json::from_slice(&fs::read(&file).expect("a file")).expect("JSON");
    policy["bindings"].as_array_mut().expect("a list").push(json!({"role": "roles/storage.objectViewer", "members": ["user:zoe@example.com"]}));
    fs::write(&file, policy.to_string()).expect("a file");
    assert!(import().contains("Snapshot 3 of"));
    let lines = sonde.run(["reach", "diff", "1", "3", "--format=jsonl", store]).ok().lines();
    assert!(lines.iter().all(|l| l["principal"] == "user:zoe@example.com" && l["change"] == "gained" && l["resource"] == LAKE), "{lines:?}");
    let read = lines.iter().find(|l| l["access"] == "read").expect("a change");
    assert!(read["new"].to_string().contains("roles/storage.objectViewer"), "{read}");
    let other = sonde.run(["reach", "diff", "1", "2", store]);
    assert!(other.code == Some(2) && other.stderr.contains("`exports`") && other.stderr.contains("`aws`"), "{}", other.stderr);
}
