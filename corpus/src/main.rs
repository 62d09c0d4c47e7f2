//! `cargo run -p sonde-corpus -- lake corpus/lake` writes the lake, and the truth beside it.

use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["lake", dir] => sonde_corpus::lake::Lake::generate().and_then(|lake| lake.write_to(&PathBuf::from(dir))),
        _ => Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "usage: sonde-corpus lake DIR")),
    };
    if let Err(error) = result {
        complain(&error);
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "a program for people who build the lake")]
fn complain(error: &std::io::Error) {
    eprintln!("sonde-corpus: {error}");
}
