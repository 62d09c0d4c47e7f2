//! The store on a real Postgres, and stores written by earlier versions.

use sonde_scanner::store::{self, StoreSpec, contract};
use sonde_tests::server::postgres::Postgres;

fn spec(url: &str) -> StoreSpec {
    StoreSpec::parse(url).expect("an address")
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract() {
    let server = Postgres::start();
    contract::run_all(|case| {
        let place = contract::Place::new(spec(&server.database(case)));
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
