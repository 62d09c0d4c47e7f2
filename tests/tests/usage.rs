//! Audit logs, written by a real server or as their maker documents them: who uses what he may, and who does not.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sonde_tests::{
    program::{Ran, Sonde, repository},
    server::{moto::Moto, postgres::Postgres},
};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

/// Rows of a view, columns joined.
async fn view(store: &Path, sql: &str) -> Vec<String> {
    let mut conn = SqliteConnection::connect(&format!("sqlite:{}", store.display())).await.expect("the store");
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut conn).await.expect("a listing");
    rows.iter().map(|row| (0..row.len()).map(|i| row.get::<Option<String>, _>(i).unwrap_or_default()).collect::<Vec<_>>().join(" ")).collect()
}

fn put(moto: &Moto, path: &str, body: &[u8]) {
    let mut stream = TcpStream::connect(moto.address()).expect("moto listens");
    let credential = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let head = format!("PUT {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: {credential}\r\nContent-Length: {}\r\n\r\n", moto.address(), body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains(" 200 "), "{path}: {answer}");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(text.as_bytes()).expect("a text");
    writer.finish().expect("gzip")
}

/// A record of CloudTrail on a day of January.
fn event(day: u32, who: &str, source: &str, name: &str, more: &Value) -> Value {
    let (kind, name_of) = who.split_once('/').expect("a kind");
    let arn = format!("arn:aws:iam::111122223333:{who}");
    let identity = if kind == "role" {
        json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{name_of}/s"), "accountId": "111122223333",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn, "accountId": "111122223333", "userName": name_of}}})
    } else {
        json!({"type": "IAMUser", "arn": arn, "accountId": "111122223333", "userName": name_of})
    };
    let mut record = json!({"eventVersion": "1.09", "userIdentity": identity, "eventTime": format!("2026-01-{day:02}T10:00:00Z"), "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name, "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestID": "R", "eventID": "E"});
    record.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    record
}

fn data(bucket: &str, key: &str) -> Value {
    json!({"eventCategory": "Data", "managementEvent": false, "requestParameters": {"bucketName": bucket, "key": key},
        "resources": [{"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::{bucket}/{key}")}, {"type": "AWS::S3::Bucket", "ARN": format!("arn:aws:s3:::{bucket}")}]})
}

fn denied(bucket: &str) -> Value {
    let mut more = data(bucket, "letters/ann-smith.txt");
    more["errorCode"] = json!("AccessDenied");
    more
}

/// One trail of January: objects of `customers` and `cards` are recorded, those of `exports` are not.
fn trail() -> [Vec<Value>; 2] {
    let tagged = json!({"eventCategory": "Management", "managementEvent": true, "readOnly": false, "requestParameters": {"bucketName": "customers"}});
    let assumed = json!({"eventCategory": "Management", "managementEvent": true, "readOnly": true, "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/etl"}});
    let listed = json!({"eventCategory": "Data", "requestParameters": {"bucketName": "customers"}});
    [
        vec![
            event(1, "user/gina", "s3", "PutBucketTagging", &tagged),
            event(2, "user/ana", "s3", "GetObject", &data("customers", "letters/ann-smith.txt")),
            event(2, "user/ana", "s3", "ListObjects", &listed),
            event(3, "user/fred", "s3", "GetObject", &denied("customers")),
        ],
        vec![
            event(20, "user/gina", "s3", "PutObject", &data("customers", "letters/ann-smith.txt")),
            event(21, "role/etl", "s3", "GetObject", &data("cards", "cards.csv")),
            event(31, "user/carl", "sts", "AssumeRole", &assumed),
        ],
    ]
}

struct World {
    moto: Moto,
    sonde: Sonde,
    store: String,
}

impl World {
    /// A bucket with e-mail addresses that was scanned, and who may read it.
    fn new() -> Self {
        let moto = Moto::start();
        for bucket in ["customers", "cards", "trail"] {
            put(&moto, &format!("/{bucket}"), b"");
        }
        let rows: String = (0..50).map(|i| format!("{i},user{i}@brightloom.io\n")).collect();
        put(&moto, "/customers/people.csv", format!("id,email\n{rows}").as_bytes());
        let sonde = Sonde::new().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
        let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
        let world = Self { moto, sonde, store };
        world.run(&["scan", "s3://customers/", "--endpoint-url", &world.moto.url()]).ok();
        world
    }

    fn run(&self, words: &[&str]) -> Ran {
        self.sonde.run(words.iter().copied().chain([self.store.as_str()]))
    }

    fn import(&self) {
        let estate = repository().join("corpus/estates/plain");
        self.run(&["identities", "import", estate.to_str().expect("UTF-8")]).ok();
    }

    fn logs(&self) {
        for (i, records) in trail().iter().enumerate() {
            let file = gzip(&json!({ "Records": records }).to_string());
            put(&self.moto, &format!("/trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/0{i}/111122223333_CloudTrail_{i}.json.gz"), &file);
        }
        put(&self.moto, "/trail/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/d.json.gz", &gzip(r#"{"logFiles": [{"a": 1}]}"#));
    }

    fn usage(&self) -> Ran {
        self.run(&["identities", "usage", "aws", "s3://trail/AWSLogs/", "--endpoint-url", &self.moto.url(), "--strict"]).ok()
    }
}

/// Who does not use what he has in `customers`, by the table of the estate and the trail above.
const UNUSED: [&str; 15] = [
    "root admin",
    "root list",
    "root read",
    "root write",
    "user/dora read",
    "user/dora write",
    "user/eve admin",
    "user/eve list",
    "user/eve read",
    "user/eve write",
    "user/fred read",
    "user/gina admin",
    "user/gina list",
    "user/gina read",
    "user/ivy read",
];

#[tokio::test]
async fn a_trail_says_who_uses_what_he_may() {
    let world = World::new();
    world.import();
    world.logs();
    let none = world.run(&["reach", "customers", "--unused"]);
    assert!(none.code == Some(2) && none.stderr.contains("sonde identities usage"), "{}", none.stderr);
    let read = world.usage();
    for part in [
        "2 files, 7 records from 2026-01-01 to 2026-01-31, of 6 days",
        "read in 2 places",
        "write in 1 place",
        "1 record refused",
        "5 uses of 3 resources by 4 principals",
    ] {
        assert!(read.stdout.contains(part), "{part}: {}", read.stdout);
    }
    // What was not used, though a log would show it.
    let short = |row: &str| row.replace("arn:aws:iam::111122223333:", "");
    let found = world.run(&["reach", "s3://customers/", "--unused", "--format=jsonl"]).ok().lines();
    let mut found: Vec<String> =
        found.iter().map(|l| short(&format!("{} {}", l["principal"].as_str().expect("a text"), l["access"].as_str().expect("a text")))).collect();
    found.sort();
    assert_eq!(found, UNUSED);
    let store = world.sonde.home().join("s.db");
    let rows = view(&store, "SELECT principal, access FROM v_unused_access WHERE dataset = 's3://customers/' ORDER BY 1, 2").await;
    assert_eq!(rows.iter().map(|r| short(r)).collect::<Vec<_>>(), UNUSED, "the view says the same");
    let rows = view(
        &store,
        "SELECT access, last_used, recorded_from, recorded_until, CAST(days AS text) FROM v_access_use WHERE principal LIKE '%gina' ORDER BY 1",
    )
    .await;
    assert_eq!(
        rows,
        [
            "admin  2026-01-01T10:00:00Z 2026-01-31T10:00:00Z 6",
            "list  2026-01-02T10:00:00Z 2026-01-31T10:00:00Z 5",
            "read  2026-01-02T10:00:00Z 2026-01-31T10:00:00Z 5",
            "write 2026-01-20T10:00:00Z   "
        ]
    );
    let rows = view(&store, "SELECT principal, CAST(used AS text), CAST(unused AS text) FROM v_over_privileged_identities WHERE principal LIKE '%gina' OR principal LIKE '%ana'").await;
    assert_eq!(rows.iter().map(|r| short(r)).collect::<Vec<_>>(), ["user/gina 1 3"], "ana uses all she has");
    let rows =
        view(&store, "SELECT DISTINCT regulation, exposure FROM v_exposed_regulated WHERE regulation LIKE '%gdpr%' OR regulation LIKE '%GDPR%'")
            .await;
    assert!(!rows.is_empty() && rows.iter().all(|r| r.ends_with(" internal")), "{rows:?}");
    // For people.
    let table = world.run(&["reach", "cards"]).ok().stdout;
    let line = |who: &str| table.lines().find(|l| l.contains(who)).unwrap_or_else(|| panic!("{who}: {table}")).to_owned();
    assert!(line("role/etl ").contains("2026-01-21") && line("user/carl").contains("2026-01-21 perhaps") && table.contains("LAST USED"), "{table}");
    let table = world.run(&["reach", "exports", "--access=read"]).ok().stdout;
    assert!(table.contains("not recorded") && !table.contains("not in"), "no trail records this bucket: {table}");
    // Nothing that is known counts twice.
    let again = world.usage();
    assert!(again.stdout.contains("0 files, 0 records") && again.stdout.contains("not counted again: 2"), "{}", again.stdout);
    let uses = view(&store, "SELECT principal, access, CAST(uses AS text) FROM v_uses WHERE resource = 'arn:aws:s3:::customers' ORDER BY 1, 2").await;
    assert_eq!(uses.iter().map(|r| short(r)).collect::<Vec<_>>(), ["user/ana list 1", "user/ana read 1", "user/gina write 1"]);
    // Nothing of what was used is kept but the bucket.
    for file in ["s.db", "s.db-wal"] {
        let bytes = fs::read(world.sonde.home().join(file)).unwrap_or_default();
        assert!(!bytes.windows(9).any(|w| w == b"ann-smith"), "{file}");
    }
}

#[test]
fn what_is_not_used_is_cut() {
    let world = World::new();
    world.logs();
    // The log first, the identities later: it is the same.
    world.usage();
    world.import();
    let cut = world.run(&["reach", "cut", "customers", "--keep-used", "--keep=root"]).ok();
    assert!(cut.stdout.contains("to keep it") && !cut.stdout.contains("analysts") && cut.stdout.contains("FromOffice"), "{}", cut.stdout);
    let ana = cut.stdout.lines().skip_while(|l| !l.starts_with("Left")).any(|l| l.contains("user/ana"));
    assert!(!ana, "{}", cut.stdout);
    let unknown = world.run(&["reach", "cut", "exports", "--keep-used", "--keep=root"]).ok();
    assert!(unknown.stderr.contains("No log that was read records who can read it"), "{}", unknown.stderr);
}

#[test]
fn logs_that_are_broken_are_read_as_far_as_they_go() {
    let sonde = Sonde::new();
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let folder = sonde.home().join("logs");
    fs::create_dir(&folder).expect("a folder");
    let records = json!({ "Records": trail()[0] }).to_string();
    let packed = gzip(&records);
    fs::write(folder.join("cut.json.gz"), &packed[..packed.len() - 60]).expect("a file");
    fs::write(folder.join("half.json"), &records[..records.len() - 80]).expect("a file");
    fs::write(folder.join("notes.txt"), "no log\n").expect("a file");
    fs::write(folder.join("empty.json"), "").expect("a file");
    let read = sonde.run(["identities", "usage", "aws", folder.to_str().expect("UTF-8"), &store]).ok();
    for part in ["cut.json.gz", "end early", "a file that is cut off", "what is no JSON"] {
        assert!(read.stdout.contains(part), "{part}: {}", read.stdout);
    }
    assert!(!read.stdout.contains("ann-smith"), "{}", read.stdout);
    let strict = sonde.run(["identities", "usage", "aws", folder.to_str().expect("UTF-8"), "--strict", &store]);
    assert_eq!(strict.code, Some(2));
    for (words, why) in [(["gcp", "."], "logs are those of"), (["postgres://h", "postgres://h/d"], "cannot"), (["aws", "/nowhere"], "nowhere")] {
        let wrong = sonde.run(["identities", "usage"].into_iter().chain(words).chain([store.as_str()]));
        assert!(wrong.code == Some(2) && !wrong.stderr.is_empty(), "{why}: {}", wrong.stderr);
    }
    let prefix = sonde.run(["identities", "usage", "postgres://h", ".", "--log-line-prefix=%m %d ", &store]);
    assert!(prefix.code == Some(2) && prefix.stderr.contains("`%u`"), "{}", prefix.stderr);
}

const DATABASE: &str = r#"
CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN NOINHERIT; CREATE ROLE cyd LOGIN; CREATE ROLE dan LOGIN; CREATE ROLE eve LOGIN; CREATE ROLE readers; CREATE ROLE clerks; CREATE ROLE owner LOGIN;
CREATE SCHEMA crm AUTHORIZATION owner;
SET ROLE owner;
CREATE TABLE crm."People EU" (id int, mail text);
INSERT INTO crm."People EU" SELECT i, 'u'||i||'@brightloom.io' FROM generate_series(1, 50) i;
GRANT USAGE ON SCHEMA crm TO PUBLIC;
GRANT SELECT ON crm."People EU" TO readers; GRANT SELECT ON crm."People EU" TO clerks; GRANT SELECT, UPDATE ON crm."People EU" TO dan;
RESET ROLE;
GRANT readers TO ann; GRANT readers TO bob; GRANT readers TO cyd; GRANT clerks TO eve;
"#;

/// Principal, access, and what logs say, without dates.
fn told(table: &str, access: &str) -> Vec<String> {
    let state = |l: &str| {
        let words = [("not in", "unused"), ("perhaps", "maybe"), ("not recorded", "unrecorded")];
        words.into_iter().find(|(word, _)| l.contains(word)).map_or("used", |(_, state)| state)
    };
    let rows = table.lines().filter(|l| l.split_whitespace().nth(1) == Some(access));
    rows.map(|l| format!("{} {access} {}", l.split_whitespace().next().unwrap_or_default(), state(l))).collect()
}

#[test]
fn a_server_with_pgaudit_says_who_reads_what_he_may() {
    let server = Postgres::audited();
    let url = server.database("app");
    server.sql("app", DATABASE);
    let table = format!("{url}/crm/People%20EU");
    let base = Sonde::new();
    let store_of = |name: &str| format!("sqlite:{}", base.home().join(name).display());
    for name in ["log", "csv", "json"] {
        base.run(["scan", &url, "--store", &store_of(name)]).ok();
        base.run(["identities", "sync", &url, "--expand=low", "--store", &store_of(name)]).ok();
    }
    server.sql_as("ann", "app", r#"SELECT count(*) FROM crm."People EU""#);
    server.sql_as("bob", "app", r#"SET ROLE readers; SELECT * FROM crm."People EU" LIMIT 1"#);
    server.sql_as("cyd", "app", "SELECT 1");
    server.sql_as("dan", "app", r#"UPDATE crm."People EU" SET mail = 'x@brightloom.io' WHERE id = 1"#);
    server.logged(r#"UPDATE crm.""People EU"""#);
    let wanted = [
        "ann read used",
        "bob read used",
        "clerks read unused",
        "cyd read maybe",
        "dan read unused",
        "dan write used",
        "eve read unused",
        "owner read unused",
        "owner write unused",
        "postgres read used",
        "postgres write used",
        "readers read used",
    ];
    for name in ["log", "csv", "json"] {
        let log = server.logs().join(format!("a.{name}"));
        let place = url.split('@').next_back().expect("a host");
        let source = format!("postgres://{place}");
        let read = base.run(["identities", "usage", &source, log.to_str().expect("UTF-8"), "--strict", "--store", &store_of(name)]).ok();
        assert!(read.stdout.contains("write in 1 place") && !read.stdout.contains("brightloom"), "{name}: {}", read.stdout);
        let asked = |access: &str| base.run(["reach", &table, &format!("--access={access}"), "--store", &store_of(name)]).ok().stdout;
        let mut found: Vec<String> = ["read", "write"].iter().flat_map(|access| told(&asked(access), access)).collect();
        found.sort();
        assert_eq!(found, wanted, "{name}: {}", asked("read"));
    }
    grown(&base, &server, &url, &store_of("csv"));
    cut_and_changed(&base, &server, &table, &store_of("json"));
}

/// A log that was read before has become longer: what is new counts, once.
fn grown(sonde: &Sonde, server: &Postgres, url: &str, store: &str) {
    server.sql_as("eve", "app", r#"SELECT mail FROM crm."People EU" WHERE id = 7"#);
    server.logged("WHERE id = 7");
    let read = || sonde.run(["identities", "usage", url, server.logs().to_str().expect("UTF-8"), "--suffix=.csv", "--store", store]).ok().stdout;
    let out = read();
    assert!(out.contains("not counted again: 1 file") && out.contains("1 file, ") && out.contains("1 use of 1 resource by 1 principal"), "{out}");
    assert!(read().contains("0 files, 0 records"));
    let asked = sonde.run(["reach", &format!("{url}/crm"), "--principal=eve", "--access=read", "--unused", "--format=jsonl", "--store", store]).ok();
    assert!(asked.stdout.is_empty(), "{}", asked.stdout);
}

/// What nobody uses goes, what is used stays; and two snapshots say which grant it was.
fn cut_and_changed(sonde: &Sonde, server: &Postgres, table: &str, store: &str) {
    let cut = sonde.run(["reach", "cut", table, "--keep-used", "--keep=owner", "--store", store]).ok();
    assert!(
        cut.stdout.contains("relation crm.People EU")
            && cut.stdout.contains("clerks=r/owner")
            && cut.stdout.contains("dan=rw/owner")
            && !cut.stdout.contains("Left"),
        "{}",
        cut.stdout
    );
    assert!(!cut.stdout.contains("readers"), "{}", cut.stdout);
    // One of the readers only: his membership, not what all of them have.
    let one = sonde
        .run(["reach", "cut", table, "--keep=ann", "--keep=cyd", "--keep=dan", "--keep=eve", "--keep=owner", "--keep=postgres", "--store", store])
        .ok();
    assert!(one.stdout.contains("GRANT readers TO bob") && one.stdout.lines().count() == 3, "{}", one.stdout);
    let (url, _) = table.split_once("/crm").expect("a schema");
    server.sql("app", r#"REVOKE readers FROM ann; GRANT SELECT ON crm."People EU" TO cyd; REVOKE UPDATE ON crm."People EU" FROM dan"#);
    sonde.run(["identities", "sync", url, "--expand=low", "--store", store]).ok();
    let lines = sonde.run(["reach", "diff", "1", "2", "--format=jsonl", "--store", store]).ok().lines();
    let of =
        |who: &str, access: &str| lines.iter().find(|l| l["principal"] == who && l["access"] == access).unwrap_or_else(|| panic!("{who}: {lines:?}"));
    assert_eq!((&of("ann", "read")["change"], &of("dan", "write")["change"]), (&json!("lost"), &json!("lost")));
    let gone = of("ann", "read")["gone"].to_string();
    assert!(gone.contains("GRANT readers TO ann"), "{gone}");
    assert!(of("dan", "write")["gone"].to_string().contains("dan=rw/owner"));
    assert!(lines.iter().all(|l| l["principal"] != "bob"), "{lines:?}");
    let told = sonde.run(["reach", "diff", "1", "2", "--store", store]).ok().stdout;
    assert!(told.contains("ann lost read on postgres://") && told.contains("- Allow by statement GRANT readers TO ann of role readers"), "{told}");
    let other = sonde.run(["reach", "diff", "1", "9", "--store", store]);
    assert!(other.code == Some(2) && other.stderr.contains("no snapshot 9"), "{}", other.stderr);
}
