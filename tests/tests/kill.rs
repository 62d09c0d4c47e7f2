//! Killed at any point, a rerun gives the same findings; interrupted, what was read is kept and the rest is said.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{fs, path::Path, time::Duration};

use proptest::prelude::Rng as _;
use serde_json::Value;
use sonde_corpus::synth;
use sonde_tests::{
    program::{Ran, Sonde},
    server::postgres::Postgres,
};

fn many_files(folder: &Path) {
    for i in 0..40 {
        fs::create_dir_all(folder.join(format!("{}", i % 5))).unwrap();
        fs::write(folder.join(format!("{}/{i}.log", i % 5)), synth::log_text(i, 120_000).0).unwrap();
    }
}

/// The findings table without times.
fn table(sonde: &Sonde, store: &str) -> Vec<Value> {
    let mut rows = sonde.run(["findings", "--format=jsonl", "--store", store]).ok().lines();
    for row in &mut rows {
        let row = row.as_object_mut().unwrap();
        row.remove("first_seen");
        row.remove("last_seen");
    }
    rows
}

fn killed_and_rerun(store: impl Fn(&Sonde, &str) -> String) {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    many_files(&data);
    let path = data.to_str().unwrap();
    let scan = |store: &str| vec!["scan".to_owned(), path.into(), "--split-size=200kB".into(), "--store".into(), store.into()];
    let clean = store(&sonde, "clean");
    let started = std::time::Instant::now();
    sonde.run(scan(&clean)).ok();
    let whole = started.elapsed();
    let expected = table(&sonde, &clean);
    assert!(!expected.is_empty());
    let mut random = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let killed = store(&sonde, "killed");
    for _ in 0..6 {
        let mut child = sonde.command(scan(&killed)).spawn().unwrap();
        let after = whole.as_micros() as u64 * (random.next_u32() as u64 % 1_000) / 1_000;
        std::thread::sleep(Duration::from_micros(after));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
    }
    sonde.run(scan(&killed)).ok();
    assert_eq!(table(&sonde, &killed), expected);
    sonde.run(scan(&killed)).ok();
    assert_eq!(table(&sonde, &killed), expected, "and again");
}

#[test]
fn killed_over_sqlite() {
    killed_and_rerun(|sonde, name| format!("sqlite:{}", sonde.home().join(name).display()));
}

#[test]
fn killed_over_postgres() {
    let postgres = Postgres::start();
    killed_and_rerun(|_, name| postgres.database(name));
}

#[test]
fn interrupted_keeps_what_was_read() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    many_files(&data);
    for i in 0..30 {
        fs::write(data.join(format!("later-{i}.log")), synth::log_text(100 + i, 4_000_000).0).unwrap();
    }
    let file = sonde.home().join("s.db");
    let store = format!("sqlite:{}", file.display());
    let child =
        sonde.command(["scan", data.to_str().unwrap(), "--format=jsonl", "--split-size=200kB", "--jobs=1", "--store", &store]).spawn().unwrap();
    // The store is made when the rules are, however long that takes on a busy machine.
    for _ in 0..600 {
        if file.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(800));
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    let lines = ran.lines();
    let run = lines.last().unwrap();
    assert_eq!((&run["type"], &run["complete"]), (&"run".into(), &false.into()));
    let coverage: Vec<&Value> = lines.iter().filter(|l| l["type"] == "coverage").collect();
    assert_eq!(coverage.len() as u64, run["objects"].as_u64().unwrap(), "everything listed has its line");
    assert!(coverage.iter().any(|c| c["reason"] == "INTERRUPTED"), "some of it was not read");
}
