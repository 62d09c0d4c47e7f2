//! Peak memory on a prefix of many keys: it must not grow with their number.

use anyhow::{Result, ensure};

use crate::{
    child, say,
    server::{Bucket, Server},
};

/// The peak may differ by this much between few keys and many.
const GROWTH: u64 = 32 << 20;

pub(crate) fn run(keys: u64) -> Result<()> {
    let few = peak((keys / 100).max(1))?;
    let many = peak(keys)?;
    say(&format!(
        "listing: {keys} keys, each with its record; peak {:.0} MB, with a hundredth of them {:.0} MB",
        many as f64 / 1e6,
        few as f64 / 1e6
    ));
    ensure!(many <= few + GROWTH, "memory grows with the number of keys");
    Ok(())
}

/// Peak memory of a scan that leaves every key out.
fn peak(keys: u64) -> Result<u64> {
    let server = Server::start(Bucket { keys, end: "log", size: 1 << 20, synth: None })?;
    let run = child::scan("s3://bench/", &["--endpoint-url", server.url(), "--anonymous", "--region", "us-east-1", "--exclude", "*"])?;
    let excluded = run.coverage.get("skipped EXCLUDED").copied().unwrap_or(0);
    ensure!(excluded == keys, "{excluded} records for {keys} keys: {:?}", run.coverage);
    Ok(run.peak)
}
