//! Texts in the formats people keep data in.

mod code;
pub(super) mod key;
mod markup;
pub(super) mod pen;
mod prose;
mod records;

use super::{Document, World};
use crate::Prng;
use pen::Pen;

/// Writes one text.
type Writer = fn(&mut Pen<'_>) -> Document;

/// Every format: its name, how many of a hundred texts, who writes it.
const WRITERS: &[(&str, u64, Writer)] = &[
    ("mail", 10, prose::mail),
    ("chat", 5, prose::chat),
    ("note", 5, prose::note),
    ("log", 12, records::log),
    ("key=value", 5, records::key_value),
    ("env", 3, records::env),
    ("ini", 3, records::ini),
    ("yaml", 5, records::yaml),
    ("json", 8, records::json),
    ("ndjson", 6, records::ndjson),
    ("csv as text", 4, records::csv),
    ("sql", 5, records::sql),
    ("xml", 4, markup::xml),
    ("html", 5, markup::html),
    ("markdown", 6, markup::markdown),
    ("code", 9, code::code),
    ("field", 5, records::field),
];

/// Names of all formats.
pub const FORMATS: &[&str] = &[
    "mail",
    "chat",
    "note",
    "log",
    "key=value",
    "env",
    "ini",
    "yaml",
    "json",
    "ndjson",
    "csv as text",
    "sql",
    "xml",
    "html",
    "markdown",
    "code",
    "field",
];

/// `count` texts of a seed. Every kind of value is written, in turn, in its own country.
#[must_use]
pub fn documents(world: &World, seed: u64, count: usize) -> Vec<Document> {
    (0..count)
        .map(|n| {
            let mut r = Prng::named(seed, &format!("document {n}"));
            let (_, _, write) = *weighted(&mut r);
            write(&mut Pen::new(world, r, n))
        })
        .collect()
}

fn weighted<'a>(r: &mut Prng) -> &'a (&'static str, u64, Writer) {
    let mut left = r.below(WRITERS.iter().map(|w| w.1).sum());
    for writer in WRITERS {
        if left < writer.1 {
            return writer;
        }
        left -= writer.1;
    }
    &WRITERS[0]
}

#[cfg(test)]
mod tests;
