//! Time to the first answer.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{child, say};

/// Longest start.
const LIMIT: Duration = Duration::from_millis(150);

pub(crate) fn run() -> Result<()> {
    let version = median(&["--version"])?;
    let classify = median(&["classify", "-"])?;
    say(&format!("startup: --version {:.1} ms, classify of nothing {:.1} ms (medians of 21)", ms(version), ms(classify)));
    ensure!(version <= LIMIT && classify <= LIMIT, "slower than {LIMIT:?}");
    Ok(())
}

/// Best time of a scan of an empty folder.
pub(crate) fn empty_scan() -> Result<Duration> {
    let dir = tempfile::tempdir()?;
    let mut best = Duration::MAX;
    for _ in 0..3 {
        best = best.min(child::scan(&dir.path().to_string_lossy(), &[])?.wall);
    }
    Ok(best)
}

/// Median time of a command with no input.
fn median(args: &[&str]) -> Result<Duration> {
    let binary = child::binary()?;
    let mut times = vec![];
    for _ in 0..21 {
        let started = Instant::now();
        let status = Command::new(&binary).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        times.push(started.elapsed());
        ensure!(status.success(), "{args:?} ended with {status}");
    }
    times.sort();
    Ok(times[times.len() / 2])
}

/// Milliseconds.
fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
