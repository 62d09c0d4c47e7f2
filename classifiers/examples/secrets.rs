//! Nanoseconds that judging secrets takes: `cargo run --release -p sonde-classifiers --example secrets`.
//!
//! `secrecy::bits` by kinds of values; then a keyword in text, by what follows it: nothing, an assignment of another thing, of a secret. Keywords are timed with the search
//! for them, less what the same text costs without keywords.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::{error::Error, hint::black_box, time::Instant};

use sonde_classifiers::{Context, Engine, EngineOptions, Ruleset, Scratch, secrecy, template};

const ROUNDS: usize = 200;
const TIMES: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    for (what, template) in [
        ("32 hex digits", "${hex:32}"),
        ("32 letters and digits", "${alnum:32}"),
        ("40 of base64", "${base64:40}"),
        ("12 of a password", "${password:12}"),
        ("a name of 32", "application.settings.user_secret"),
        ("a call of 32", "config.get_password(\"production\")"),
        ("a sentence of 32", "Enter the password for the admin"),
    ] {
        let value = template::expand(template, "secrets")?.text;
        let took = best(TIMES, || {
            black_box(secrecy::bits(black_box(value.as_bytes())));
        });
        println!("{what:44} {took:6.0} ns");
    }
    let tags = ["secret.password".to_owned(), "secret.generic".to_owned()];
    let engine = Engine::new(&Ruleset::builtin()?.only(&tags), EngineOptions::default())?;
    let mut scratch = engine.scratch();
    for (what, template, without, found) in [
        ("no assignment: `key, `", "for (key, value) in the_map ", "for (kex, value) in the_map ", 0),
        ("no assignment: `keyboard`", "the keyboard is_here at all ", "the kexboard is_here at all ", 0),
        ("no assignment: `token)`", "parse(token) and then go on ", "parse(tolen) and then go on ", 0),
        ("no assignment: `password `", "the password of users, here ", "the passvord of users, here ", 0),
        ("another name: `password_hash = \"x\"`", "password_hash = \"a1b2c3d4e5f6\" \n", "passvord_hash = \"a1b2c3d4e5f6\" \n", 0),
        ("a reference: `token = x.y`", "let token = self.next_thing; \n", "let tolen = self.next_thing; \n", 0),
        ("a secret: `password = \"x\"`", "password = \"${password:12}\"; \n", "passvord = \"${password:12}\"; \n", 1),
        ("a secret: `api_key: x`", "api_key: ${alnum:32} \n", "api_kex: ${alnum:32} \n", 1),
    ] {
        let text = |t: &str| template::expand(t, "secrets").map(|e| e.text.repeat(1_000).into_bytes());
        let (with, without) = (text(template)?, text(without)?);
        let hits = scan(&engine, &mut scratch, &with);
        if hits != found * 1_000 {
            return Err(format!("{what}: {hits} hits").into());
        }
        let [with, without] = [with, without].map(|t| best(1, || _ = black_box(scan(&engine, &mut scratch, &t))) / 1_000.0);
        println!("{what:44} {:6.0} ns", with - without);
    }
    Ok(())
}

fn scan(engine: &Engine, scratch: &mut Scratch, text: &[u8]) -> usize {
    let mut hits = 0;
    engine.scan(scratch, text, Context::default(), &mut |_| hits += 1);
    hits
}

/// Nanoseconds of one call, the best of a few rounds.
fn best(times: usize, mut call: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..times {
            call();
        }
        best = best.min(begun.elapsed().as_secs_f64() / times as f64);
    }
    best * 1e9
}
