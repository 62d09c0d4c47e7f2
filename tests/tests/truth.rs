//! The lake held against its truth: all found, nothing else, nothing printed; on SQLite and Postgres, from files and from S3.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;
use sonde_corpus::{Plant, Truth};
use sonde_tests::{
    program::{Scanned, Sonde, repository},
    server::{moto::Moto, postgres::Postgres},
};

type Place = (String, Option<String>, String, Option<u64>, Option<u64>, Option<String>, Option<u64>, Option<u64>);

/// What is asserted of one planted value: where it is and what it is.
fn place(plant: &Plant) -> Place {
    let p = plant.clone();
    (p.object, p.field, p.tag, p.row, p.line, p.json_path, p.byte_start, p.byte_end)
}

fn found(scanned: &Scanned, prefix: &str) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    for finding in &scanned.findings {
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        let object = text("object").expect("an object");
        let object = object.strip_prefix(prefix).expect("objects of the lake").to_owned();
        let locations = finding["locations"].as_array().expect("locations");
        assert_eq!(locations.len() as u64, finding["occurrences"].as_u64().expect("a count"), "all locations of {finding}");
        for at in locations {
            let number = |key: &str| at[key].as_u64();
            let path = at["json_path"].as_str().map(str::to_owned);
            places.insert((
                object.clone(),
                text("field"),
                text("tag").expect("a tag"),
                number("row"),
                number("line"),
                path,
                number("byte_start"),
                number("byte_end"),
            ));
        }
    }
    places
}

fn holds(scanned: &Scanned, prefix: &str) {
    let truth = Truth::load().expect("the truth");
    let planted: BTreeSet<Place> = truth.plants().map(place).collect();
    let found = found(scanned, prefix);
    let missed: Vec<_> = planted.difference(&found).collect();
    let invented: Vec<_> = found.difference(&planted).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {}: {missed:#?}\ninvented {}: {invented:#?}", missed.len(), invented.len());

    let states: BTreeMap<String, (String, Option<String>)> = scanned
        .coverage
        .iter()
        .map(|c| {
            let key = c["object"].as_str().expect("an object").strip_prefix(prefix).expect("objects of the lake");
            (key.to_owned(), (c["state"].as_str().expect("a state").to_owned(), c["reason"].as_str().map(str::to_owned)))
        })
        .collect();
    let expected: BTreeMap<String, (String, Option<String>)> =
        truth.coverage().into_iter().map(|(o, (s, r))| (o.to_owned(), (s.to_owned(), r.map(str::to_owned)))).collect();
    assert_eq!(states, expected, "coverage");

    let mut counts = BTreeMap::new();
    for finding in &scanned.findings {
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        let object = text("object").expect("an object").strip_prefix(prefix).expect("objects of the lake").to_owned();
        let sum: &mut (u64, u64) = counts.entry((object, text("field"), text("tag").expect("a tag"))).or_default();
        sum.0 += finding["occurrences"].as_u64().expect("a count");
        sum.1 += finding["rows_matched"].as_u64().expect("a count");
    }
    assert_eq!(counts, truth.summaries(), "occurrences and rows");
}

fn lake() -> String {
    repository().join("corpus/lake").display().to_string()
}

/// Nothing that was planted stands in what was written.
fn leaks_nothing(places: &[(&str, &[u8])]) {
    let truth = Truth::load().expect("the truth");
    for secret in truth.secrets() {
        for (name, bytes) in places {
            assert!(memchr::memmem::find(bytes, secret.as_bytes()).is_none(), "a planted value stands in {name}");
        }
    }
}

#[test]
fn from_files_into_sqlite() {
    let sonde = Sonde::new();
    let store = sonde.home().join("findings.db");
    let url = format!("sqlite:{}", store.display());
    let ran =
        sonde.command(["scan", &lake(), "--format=jsonl", "--locations=all", "--store", &url]).env("SONDE_LOG", "trace").output().expect("it runs");
    leaks_nothing(&[("stdout", &ran.stdout), ("stderr and logs", &ran.stderr)]);
    for entry in fs::read_dir(sonde.home()).expect("the home").filter_map(Result::ok).filter(|e| e.path().is_file()) {
        let bytes = fs::read(entry.path()).expect("what the store wrote");
        leaks_nothing(&[(&entry.file_name().to_string_lossy(), &bytes)]);
    }
    let scanned = Scanned::from(sonde_tests::program::Ran::from(ran)).ok();
    holds(&scanned, "");
    let table = sonde.run(["scan", &lake(), "--store", &url]).ok();
    let listed = sonde.run(["findings", "--format=jsonl", "--store", &url]).ok();
    leaks_nothing(&[("the table", table.stdout.as_bytes()), ("the listing", listed.stdout.as_bytes())]);
    let of = |kind: &str| listed.lines().iter().filter(|l| l["type"] == kind).count();
    for (kind, count) in [("finding", "findings"), ("composite", "composites"), ("document", "documents")] {
        assert_eq!(of(kind) as u64, scanned.run[count].as_u64().expect("a count"), "{kind}");
    }
}

#[test]
fn the_same_into_postgres() {
    let postgres = Postgres::start();
    let url = postgres.database("truth");
    let sonde = Sonde::new();
    let into = |store: &str| sonde.scan([lake().as_str(), "--locations=all", "--store", store]).ok();
    let here = into("none");
    let there = into(&url);
    holds(&there, "");
    assert_eq!(here.findings, there.findings);
    assert_eq!(here.coverage, there.coverage);
    leaks_nothing(&[("the database", postgres.dump("truth").as_bytes())]);
    let again = into(&url);
    assert_eq!(there.findings, again.findings, "a second scan says the same");
}

/// Makes a bucket of a folder; gives the number of objects.
fn upload(endpoint: &str, bucket: &str, prefix: &str, folder: &Path) -> usize {
    let credentials = aws_credential_types::Credentials::from_keys("testing", "testing", None);
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(aws_smithy_http_client::tls::Provider::Rustls(aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .http_client(http)
        .force_path_style(true)
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        client.create_bucket().bucket(bucket).send().await.expect("a bucket");
        let (mut folders, mut count) = (vec![folder.to_owned()], 0);
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).expect("the lake").map(|e| e.expect("an entry").path()) {
                if entry.is_dir() {
                    folders.push(entry);
                    continue;
                }
                let key = format!("{prefix}{}", entry.strip_prefix(folder).expect("below the lake").display());
                let body = fs::read(&entry).expect("a file").into();
                client.put_object().bucket(bucket).key(key).body(body).send().await.expect("an object");
                count += 1;
            }
        }
        count
    })
}

#[test]
fn the_same_from_s3() {
    let moto = Moto::start();
    let folder = repository().join("corpus/lake");
    let keys = upload(&moto.url(), "lake", "raw/", &folder);
    assert!(keys > 40, "{keys} objects");
    let sonde = Sonde::new().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_REGION", "us-east-1");
    let ignore = folder.join(".sondeignore").display().to_string();
    let args = ["s3://lake/raw/", "--locations=all", "--store=none", "--endpoint-url", &moto.url(), "--ignore-file", &ignore];
    let remote = sonde.scan(args).ok();
    let local = Sonde::new().scan([lake().as_str(), "--locations=all", "--store=none"]).ok();
    holds(&remote, "raw/");
    let strip = |mut findings: Vec<Value>| {
        for f in &mut findings {
            let key = f["object"].as_str().expect("an object");
            f["object"] = key.strip_prefix("raw/").unwrap_or(key).into();
        }
        findings
    };
    assert_eq!(strip(remote.comparable()), local.comparable());
}
