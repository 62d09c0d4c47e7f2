//! The program under measurement, as people run it.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Path of the release binary; it is built when it is not there.
pub(crate) fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("SONDE") {
        return Ok(path.into());
    }
    let path = std::env::current_exe()?.with_file_name("sonde");
    if !path.exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let status = Command::new("cargo").args(["build", "--release", "--bin", "sonde"]).current_dir(root).status()?;
        ensure!(status.success(), "the release binary does not build");
    }
    Ok(path)
}

/// What one scan printed and took.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Occurrences by tag.
    pub(crate) found: BTreeMap<String, u64>,
    /// Coverage records by state and reason.
    pub(crate) coverage: BTreeMap<String, u64>,
    /// The last line.
    pub(crate) summary: Value,
    /// From start to end.
    pub(crate) wall: Duration,
    /// Largest resident set, bytes.
    pub(crate) peak: u64,
}

/// Scans `uri`, keeping nothing.
pub(crate) fn scan(uri: &str, more: &[&str]) -> Result<Run> {
    let started = Instant::now();
    let mut child = Command::new(binary()?)
        .args(["scan", uri, "--store", "none", "--format", "jsonl", "--locations", "1"])
        .args(more)
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start the binary")?;
    let status_file = format!("/proc/{}/status", child.id());
    let watcher = thread::spawn(move || {
        let mut peak = 0;
        while let Some(now) = high_water(&status_file) {
            peak = now.max(peak);
            thread::sleep(Duration::from_millis(5));
        }
        peak
    });
    let mut run = Run::default();
    let stdout = child.stdout.take().context("no stdout")?;
    for line in BufReader::new(stdout).lines() {
        run.take(serde_json::from_str(&line?).context("a line that is not JSON")?);
    }
    let status = child.wait()?;
    run.wall = started.elapsed();
    run.peak = watcher.join().unwrap_or(0);
    ensure!(status.code() == Some(0), "the scan ended with {status}");
    Ok(run)
}

impl Run {
    /// Counts one line.
    fn take(&mut self, line: Value) {
        match line["type"].as_str() {
            Some("finding") => {
                let tag = line["tag"].as_str().unwrap_or("?").to_owned();
                *self.found.entry(tag).or_default() += line["occurrences"].as_u64().unwrap_or(0);
            }
            Some("coverage") => {
                let state = format!("{} {}", line["state"].as_str().unwrap_or("?"), line["reason"].as_str().unwrap_or("-"));
                *self.coverage.entry(state).or_default() += 1;
            }
            _ => self.summary = line,
        }
    }

    /// Fails unless exactly this was found.
    pub(crate) fn verify(&self, planted: &BTreeMap<&'static str, u64>) -> Result<()> {
        let expected: BTreeMap<String, u64> = planted.iter().map(|(tag, n)| ((*tag).to_owned(), *n)).collect();
        ensure!(self.found == expected, "found {:?}, planted {expected:?}", self.found);
        Ok(())
    }
}

/// `VmHWM` of a process, bytes; `None` once it has ended.
fn high_water(status_file: &str) -> Option<u64> {
    let text = fs::read_to_string(status_file).ok()?;
    let line = text.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb << 10)
}

/// Megabytes per second.
pub(crate) fn rate(bytes: u64, wall: Duration) -> f64 {
    bytes as f64 / 1e6 / wall.as_secs_f64()
}
