//! The program `sonde`.

use std::process::ExitCode;

use clap::Parser;
use sonde_scanner::cli::{Cli, Failure, run};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => Failure::report(&error),
    }
}
