//! `sonde access`: what policies say, without any account being asked.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use super::setup;

#[derive(Debug, Subcommand)]
pub(super) enum AccessCommand {
    /// Decide requests to AWS by the policies that come with them, one line in, one line out
    #[command(long_about = "Decide requests to AWS by the policies that come with them.\n\n\
        Each line is a JSON object: `id`, `principal` (an ARN or a service) or `anonymous`, `action`, `resource`, `resource_account`, `context`, `unknown_context`, \
        `identity_policies`, `permission_boundaries`, `session_policy`, `service_control_policies`, `resource_control_policies`, `resource_policy`, \
        `vpc_endpoint_policies`, `block_public_access`, `principal_is_management_account`, `principal_is_service_linked`. What is left out or null does not apply. \
        A policy is an object, or a string that holds one.\n\n\
        Each answer is `{\"id\",\"decision\",\"condition\",\"because\"}`, in order and flushed: Allowed, ExplicitlyDenied, ImplicitlyDenied, or Conditional with the condition on \
        the keys of `unknown_context`. A line that cannot be decided is answered by `{\"id\",\"error\"}`, and the rest goes on.")]
    Decide(DecideArgs),
}

#[derive(Args, Debug)]
pub(super) struct DecideArgs {
    /// A file of lines, or `-` for standard input
    #[arg(value_name = "PATH", default_value = "-")]
    path: PathBuf,
}

pub(super) fn run(command: &AccessCommand) -> Result<ExitCode> {
    match command {
        AccessCommand::Decide(args) => decide(args),
    }
}

fn decide(args: &DecideArgs) -> Result<ExitCode> {
    let stdin = args.path.as_os_str() == "-";
    let shown = setup::shown(&args.path);
    let reading = || if stdin { "cannot read standard input".to_owned() } else { format!("cannot read `{shown}`") };
    let source: Box<dyn Read> = if stdin { Box::new(io::stdin()) } else { Box::new(File::open(&args.path).with_context(reading)?) };
    if !stdin && args.path.is_dir() {
        bail!("`{shown}` is a folder");
    }
    let mut input = BufReader::with_capacity(1 << 20, source);
    let mut out = BufWriter::new(io::stdout());
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).with_context(reading)? == 0 {
            out.flush()?;
            return Ok(ExitCode::SUCCESS);
        }
        if !line.trim_ascii().is_empty() {
            out.write_all(sonde_access::aws::decide::answer_line(&line).as_bytes())?;
            out.write_all(b"\n")?;
        }
        // Whoever asks one by one is answered at once.
        if memchr::memchr(b'\n', input.buffer()).is_none() {
            out.flush()?;
        }
    }
}
