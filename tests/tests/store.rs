//! The store on a real Postgres, and stores written by earlier versions.

use std::{fs, path::Path};

use sonde_scanner::store::{self, StoreSpec, contract};
use sonde_tests::server::postgres::Postgres;

fn spec(url: &str) -> StoreSpec {
    StoreSpec::parse(url).expect("an address")
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract() {
    let server = Postgres::start();
    let url = server.database("contract");
    contract::run_all(|_| {
        server.clear("contract");
        let place = contract::Place::new(spec(&url));
        async move { place }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_server_is_said() {
    let server = Postgres::start();
    let url = server.url();
    let error = async |url: &str| format!("{:#}", store::open(&spec(url)).await.expect_err("must not open"));
    let missing = error(&url.replace("/postgres", "/nowhere").replace("//nowhere@", "//postgres:sw0rdfish@")).await;
    assert!(missing.contains("the database does not exist") && !missing.contains("sw0rdfish"), "{missing}");
    let stranger = error(&url.replace("postgres@", "stranger:sw0rdfish@")).await;
    assert!(stranger.contains("refuses the user") && !stranger.contains("sw0rdfish"), "{stranger}");
    let latin = store::open(&spec(&server.latin_database("latin"))).await.expect("opens");
    let refused = format!("{:#}", latin.migrate().await.expect_err("the encoding is refused"));
    assert!(refused.contains("UTF8"), "{refused}");
    let lost = store::open(&spec(&url)).await.expect("opens");
    lost.migrate().await.expect("migrates");
    drop(server);
    let started = std::time::Instant::now();
    let gone = format!("{:#}", lost.status().await.expect_err("the server is gone"));
    assert!(gone.contains("server"), "{gone}");
    let refused = error(&url).await;
    assert!(refused.contains("cannot be reached") && refused.contains("127.0.0.1"), "{refused}");
    assert!(started.elapsed().as_secs() < 40, "{:?}", started.elapsed());
}

#[tokio::test]
async fn stores_of_every_version_are_read() {
    let server = Postgres::start();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let names = |folder: &str| fs::read_dir(migrations.join(folder)).expect("a folder").map(|e| e.expect("an entry").path());
    let dumps: Vec<_> = names("fixtures").filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("postgres-"))).collect();
    assert_eq!(dumps.len(), names("postgres").count(), "each migration that landed has its fixture");
    for (i, dump) in dumps.iter().enumerate() {
        let database = format!("version_{i}");
        let url = server.database(&database);
        server.load(&database, dump);
        contract::upgrade::check(&contract::Place::new(spec(&url))).await;
    }
}

/// A dump of today's store loads elsewhere; it is the fixture of the next version.
#[tokio::test]
async fn a_dump_is_a_store() {
    let server = Postgres::start();
    contract::upgrade::sample(&contract::Place::new(spec(&server.database("sample")))).await;
    let dump = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-sample.sql");
    fs::write(&dump, server.dump("sample")).expect("a dump");
    let url = server.database("copy");
    server.load("copy", &dump);
    contract::upgrade::check(&contract::Place::new(spec(&url))).await;
}
