//! End to end: a folder of text in the page cache.

use std::{
    fs::File,
    io::{BufWriter, Read as _, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use sonde_corpus::synth::{BLOCK, Density, Shape, Synth};

use crate::{child, say};

/// Floor of the whole on two cores, MB/s.
const FLOOR: f64 = 300.0;
/// Every measurement is the best of this many.
const TIMES: u32 = 3;

pub(crate) fn run(bytes: u64) -> Result<()> {
    for (name, shape, density) in [
        ("log, sparse", Shape::Log, Density::Sparse),
        ("log, dense", Shape::Log, Density::Dense),
        ("csv, sparse", Shape::Csv, Density::Sparse),
        ("ndjson, sparse", Shape::NdJson, Density::Sparse),
    ] {
        measure(name, bytes, &Synth::new(shape, density, 42), shape)?;
    }
    Ok(())
}

/// One kind of text.
fn measure(name: &str, bytes: u64, synth: &Synth, shape: Shape) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let blocks = bytes.div_ceil(BLOCK as u64);
    let end = match shape {
        Shape::Log => "log",
        Shape::Csv => "csv",
        Shape::NdJson => "ndjson",
    };
    let path = dir.path().join(format!("big.{end}"));
    let mut out = BufWriter::new(File::create(&path)?);
    let mut block = vec![0; BLOCK];
    for n in 0..blocks {
        synth.fill(n, &mut block);
        out.write_all(&block)?;
    }
    out.flush()?;
    let size = blocks * BLOCK as u64;
    let plain = (0..TIMES).map(|_| count_lines(&path)).collect::<Result<Vec<_>>>()?.into_iter().min().unwrap_or_default();
    let planted = synth.planted(blocks);
    let mut best = Duration::MAX;
    for _ in 0..TIMES {
        let run = child::scan(&dir.path().to_string_lossy(), &[])?;
        run.verify(&planted)?;
        best = best.min(run.wall);
    }
    let rate = child::rate(size, best);
    say(&format!(
        "text, {name}: {} values in {:.0} MB as planted; {:.2} s, {rate:.0} MB/s, {:.1} times a read that counts lines ({:.2} s)",
        planted.values().sum::<u64>(),
        size as f64 / 1e6,
        best.as_secs_f64(),
        best.as_secs_f64() / plain.as_secs_f64(),
        plain.as_secs_f64()
    ));
    ensure!(name != "log, sparse" || rate >= FLOOR, "{rate:.0} MB/s is below the floor of {FLOOR} MB/s");
    Ok(())
}

/// The least that reading costs: one thread, every byte looked at once.
fn count_lines(path: &Path) -> Result<Duration> {
    let started = Instant::now();
    let (mut file, mut buffer, mut lines) = (File::open(path)?, vec![0; 1 << 20], 0);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        lines += memchr::memchr_iter(b'\n', &buffer[..n]).count();
    }
    ensure!(lines > 0, "no lines");
    Ok(started.elapsed())
}
