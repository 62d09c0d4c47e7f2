//! Sources and stores that are not there, go away, or are read in part by choice.

use std::{fs, time::Duration};

use sonde_corpus::synth;
use sonde_tests::{
    program::{Ran, Sonde},
    server::{moto::Moto, postgres::Postgres},
};

#[test]
fn a_bucket_that_is_not_there_and_no_credentials() {
    let moto = Moto::start();
    let url = moto.url();
    let with = Sonde::new().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_REGION", "us-east-1");
    let gone = with.run(["scan", "s3://no-such-bucket-here/", "--store=none", "--endpoint-url", &url]);
    assert_eq!(gone.code, Some(2));
    assert!(gone.stderr.contains("no-such-bucket-here"), "{}", gone.stderr);
    let without = Sonde::new().run(["scan", "s3://no-such-bucket-here/", "--store=none", "--endpoint-url", &url]);
    assert_eq!(without.code, Some(2));
    assert!(without.stderr.contains("--anonymous"), "{}", without.stderr);
    let silent = Sonde::new().run(["scan", "s3://b/", "--store=none", "--anonymous", "--endpoint-url", "http://127.0.0.1:1"]);
    assert_eq!(silent.code, Some(2), "{}", silent.stderr);
}

#[test]
fn a_store_that_goes_away() {
    let postgres = Postgres::start();
    let url = postgres.database("gone");
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir(&data).expect("a folder");
    for i in 0..40 {
        fs::write(data.join(format!("{i}.log")), synth::log_text(i, 3_000_000).0).expect("a file");
    }
    let args = ["scan", data.to_str().expect("a name"), "--split-size=200kB", "--jobs=1", "--store", &url];
    let child = sonde.command(args).spawn().expect("the program starts");
    std::thread::sleep(Duration::from_millis(1_500));
    drop(postgres);
    let ran = Ran::from(child.wait_with_output().expect("the program ends"));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("sonde: ") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn samples_say_that_they_are() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir(&data).expect("a folder");
    for i in 0..30 {
        let lines: String = (0..500).map(|n| format!("{n} u{n}@brightloom.io\n")).collect();
        fs::write(data.join(format!("{i}.txt")), lines).expect("a file");
    }
    let scan = |how: &str, seed: &str| sonde.scan([data.to_str().expect("a name"), "--store=none", "--sample", how, "--seed", seed]).ok();
    let found = |s: &sonde_tests::program::Scanned| s.findings.iter().map(|f| f["occurrences"].as_u64().expect("a count")).sum::<u64>();

    let rows = scan("rows=10", "0");
    assert_eq!(found(&rows), 300, "ten rows of each");
    assert!(rows.coverage.iter().all(|c| c["state"] == "sampled" && c["reason"] == "ROW_LIMIT"), "{:?}", rows.coverage[0]);
    let share = scan("percent=50", "1");
    let out = share.coverage.iter().filter(|c| c["reason"] == "SAMPLED_OUT").count();
    assert!((5..25).contains(&out), "{out} of 30");
    assert_eq!(found(&share), 500 * (30 - out as u64));
    assert_eq!(scan("percent=50", "1").coverage, share.coverage, "the same seed, the same sample");
    assert_ne!(scan("percent=50", "2").coverage, share.coverage);
    let wrong = sonde.run(["scan", ".", "--store=none", "--sample", "some"]);
    assert_eq!(wrong.code, Some(2));
}
