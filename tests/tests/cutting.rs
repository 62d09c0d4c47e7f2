//! However the input is cut and whoever works on it, the findings are the same, byte for byte.

use std::fs;

use proptest::{prelude::*, test_runner::Config};
use sonde_corpus::synth;
use sonde_tests::program::{Scanned, Sonde, repository};

fn scan(sonde: &Sonde, path: &str, window: &str, split: &str, jobs: &str, memory: &str) -> Scanned {
    sonde.scan([path, "--store=none", "--locations=all", "--window", window, "--split-size", split, "--jobs", jobs, "--memory", memory]).ok()
}

fn same(a: &Scanned, b: &Scanned) {
    assert_eq!(a.findings.len(), b.findings.len());
    for (a, b) in a.findings.iter().zip(&b.findings) {
        assert_eq!(a, b);
    }
    let rows = |s: &Scanned| {
        s.coverage.iter().map(|c| (c["object"].clone(), c["state"].clone(), c["rows_read"].clone(), c["bytes_listed"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(rows(a), rows(b));
}

/// The lake, and texts and records large enough to be cut into many parts.
#[test]
fn any_window_split_and_thread_count() {
    let sonde = Sonde::new();
    let data = sonde.home().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("big.log"), synth::log_text(1, 600_000).0).unwrap();
    fs::write(data.join("big.jsonl"), synth::ndjson(2, 600_000).0).unwrap();
    fs::write(data.join("big.csv"), synth::csv(3, 300_000).0).unwrap();
    let big = data.display().to_string();
    let lake = repository().join("corpus/lake").display().to_string();
    let paths = [big, lake];
    let reference: Vec<Scanned> = paths.iter().map(|p| scan(&sonde, p, "4MiB", "128MiB", "1", "512MiB")).collect();
    assert!(reference.iter().all(|r| !r.findings.is_empty()));
    let sizes = (1_u64 << 10..1 << 17, 1_u64 << 14..1 << 19, 1_u16..5, 4_u64..64);
    proptest!(Config { cases: 10, failure_persistence: None, ..Config::default() }, |((window, split, jobs, memory) in sizes, which in 0..2_usize)| {
        let cut = scan(&sonde, &paths[which], &window.to_string(), &split.to_string(), &jobs.to_string(), &format!("{memory}MiB"));
        same(&reference[which], &cut);
    });
}
