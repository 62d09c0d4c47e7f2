//! Peak memory on one object larger than memory: a server makes its bytes as they are asked for.

use anyhow::{Result, ensure};
use sonde_corpus::synth::{BLOCK, Density, Shape, Synth};

use crate::{
    child, say,
    server::{Bucket, Server},
};

/// `--memory` of the scan.
const BUDGET: u64 = 512 << 20;
/// What the program may take beside its budget.
const BESIDE: u64 = 150 << 20;

pub(crate) fn run(bytes: u64, shape: Shape) -> Result<()> {
    let synth = Synth::new(shape, Density::Sparse, 5);
    let blocks = bytes.div_ceil(BLOCK as u64);
    let planted = synth.planted(blocks);
    let end = match shape {
        Shape::Log => "log",
        Shape::Csv => "csv",
        Shape::NdJson => "ndjson",
    };
    let server = Server::start(Bucket { keys: 1, end, size: blocks * BLOCK as u64, synth: Some(synth) })?;
    let run = child::scan("s3://bench/", &["--endpoint-url", server.url(), "--anonymous", "--region", "us-east-1", "--memory", "512MiB"])?;
    run.verify(&planted)?;
    let size = blocks * BLOCK as u64;
    say(&format!(
        "memory, {end}: {} values in one object of {:.2} GB as planted; peak {:.0} MB (budget {} MB + {} MB), {:.0} MB/s",
        planted.values().sum::<u64>(),
        size as f64 / 1e9,
        run.peak as f64 / 1e6,
        BUDGET >> 20,
        BESIDE >> 20,
        child::rate(size, run.wall)
    ));
    ensure!(run.peak <= BUDGET + BESIDE, "more memory than allowed");
    Ok(())
}
