//! The program `sonde`.

use std::process::ExitCode;

use clap::Parser;
use sonde_scanner::cli::{Cli, Failure, log, run};

fn main() -> ExitCode {
    log();
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => Failure::report(&error),
    }
}
