//! `cargo run -p sonde-corpus -- lake corpus/lake` writes the lake, and the truth beside it.
//! `… -- evaluate` holds the classifiers against data they were not made for; `--misses 40` tells what went wrong.
//! `… -- texts N` prints N texts of it with their labels.
//! `… -- values N` prints N values of each kind of the unseen data, one JSON object a line: `tests/oracle/unseen_values.py` looks at their check digits.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use sonde_corpus::{
    Prng,
    unseen::{World, documents},
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["lake", dir] => sonde_corpus::lake::Lake::generate().and_then(|lake| lake.write_to(&PathBuf::from(dir))),
        ["texts", count] => count.parse().map_err(io::Error::other).and_then(texts),
        ["values", count] => count.parse().map_err(io::Error::other).and_then(values),
        ["evaluate", ref rest @ ..] => return sonde_corpus::evaluate::command::run(rest).unwrap_or_else(|error| complain(&error)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "usage: sonde-corpus lake DIR | texts N | values N | evaluate …")),
    };
    result.map_or_else(|error| complain(&error), |()| ExitCode::SUCCESS)
}

/// Prints texts with what is labelled in them: `⟦` what must be found, `⟨` what may be.
fn texts(count: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for document in documents(&World::load(), 5, count) {
        writeln!(out, "== {} {} {}", document.format, document.country, document.field.as_deref().unwrap_or_default())?;
        let mut marks: Vec<(usize, String)> = vec![];
        for label in &document.labels {
            let (open, close) = if label.must { ('⟦', '⟧') } else { ('⟨', '⟩') };
            marks.push((label.span.start, open.to_string()));
            marks.push((label.span.end, format!("|{}{close}", label.tag)));
        }
        marks.sort();
        let mut from = 0;
        for (at, mark) in marks {
            write!(out, "{}{mark}", &document.text[from..at])?;
            from = at;
        }
        writeln!(out, "{}", &document.text[from..])?;
    }
    Ok(())
}

/// Prints values of every kind.
fn values(count: usize) -> io::Result<()> {
    let world = World::load();
    let mut out = io::stdout().lock();
    for (n, kind) in world.kinds().iter().enumerate() {
        let mut r = Prng::named(7, &format!("{} {n}", kind.tag));
        for _ in 0..count {
            writeln!(out, "{}", serde_json::json!({"tag": kind.tag, "words": kind.words[0], "value": kind.canonical(&mut r)}))?;
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a program for people who build the lake")]
fn complain(error: &io::Error) -> ExitCode {
    eprintln!("sonde-corpus: {error}");
    ExitCode::from(2)
}
