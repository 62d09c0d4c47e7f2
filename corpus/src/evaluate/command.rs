//! `sonde-corpus evaluate`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use super::{Evaluation, Options, evaluate, floors, report};

/// What was asked for.
#[derive(Debug)]
struct Asked {
    seed: Option<u64>,
    size: String,
    json: bool,
    write: bool,
    check: bool,
    set_floors: bool,
    misses: usize,
}

/// Runs it.
///
/// # Errors
/// When an argument is none of ours, or a file cannot be written.
pub fn run(args: &[&str]) -> io::Result<ExitCode> {
    let asked = parse(args)?;
    let mut out = io::stdout().lock();
    if asked.set_floors {
        let sizes = ["small", "full"];
        let all = sizes.iter().map(|size| Ok((*size, report::metrics(&evaluate(&options(&asked, size)?)?)))).collect::<io::Result<Vec<_>>>()?;
        std::fs::write(crate::root().join("floors.toml"), floors::written(&all))?;
        return Ok(ExitCode::SUCCESS);
    }
    let options = options(&asked, &asked.size)?;
    let all = evaluate(&options)?;
    let command = format!("cargo run --release -p sonde-corpus -- evaluate --size {} --seed {} --write", asked.size, options.seed);
    if asked.json {
        writeln!(out, "{:#}", report::to_json(&all))?;
    } else {
        out.write_all(report::markdown(&all, &command).as_bytes())?;
    }
    if asked.misses > 0 {
        out.write_all(all.misses.as_bytes())?;
    }
    if asked.write {
        std::fs::write(crate::root().join("ACCURACY.md"), report::markdown(&all, &command))?;
    }
    if asked.check { check(&all, &asked.size, &mut out) } else { Ok(ExitCode::SUCCESS) }
}

fn check(all: &Evaluation, size: &str, out: &mut dyn Write) -> io::Result<ExitCode> {
    let broken = floors::broken(&report::metrics(all), &floors::load(size)?);
    for line in &broken {
        writeln!(out, "below the floor: {line}")?;
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(asked: &Asked, size: &str) -> io::Result<Options> {
    let mut options = Options::of_size(size).ok_or_else(|| usage(&format!("there is no size `{size}`: small or full")))?;
    options.misses = asked.misses;
    options.seed = asked.seed.unwrap_or(options.seed);
    Ok(options)
}

fn parse(args: &[&str]) -> io::Result<Asked> {
    let mut asked = Asked { seed: None, size: "full".to_owned(), json: false, write: false, check: false, set_floors: false, misses: 0 };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| usage(&format!("`{arg}` needs a value")));
        match *arg {
            "--seed" => asked.seed = Some(value()?.parse().map_err(|_| usage("`--seed` is a number"))?),
            "--size" => asked.size = (*value()?).to_owned(),
            "--misses" => asked.misses = value()?.parse().map_err(|_| usage("`--misses` is a number"))?,
            "--json" => asked.json = true,
            "--write" => asked.write = true,
            "--check" => asked.check = true,
            "--set-floors" => asked.set_floors = true,
            other => return Err(usage(&format!("`{other}` is unknown"))),
        }
    }
    Ok(asked)
}

fn usage(what: &str) -> io::Error {
    let text = "usage: sonde-corpus evaluate [--seed N] [--size small|full] [--json] [--misses N] [--write] [--check] [--set-floors]";
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what}\n{text}"))
}
