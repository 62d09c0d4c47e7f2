//! Estates and who reaches what in them.

mod doors;
mod lent;
mod lent_twin;
mod small;
mod tricky;
mod twin;
mod unread;

use std::{fs, path::Path};

use super::*;
use crate::aws::import::Import;

/// An estate of the corpus.
fn estate(name: &str) -> Inventory {
    fn walk(folder: &Path, prefix: &str, import: &mut Import) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
            if entry.path().is_dir() { walk(&entry.path(), &format!("{name}/"), import) } else { import.add(&name, &fs::read(entry.path()).unwrap()) }
        }
    }
    let mut import = Import::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/estates").join(name), "", &mut import);
    import.finish()
}

/// One line per answer, as in the tables of the corpus.
fn table(inventory: &Inventory) -> Vec<String> {
    let mut reacher = Reacher::new(inventory);
    let line = |row: &Reach| {
        let via: Vec<&str> = row.via.iter().filter_map(|arn| arn.splitn(6, ':').nth(5)).collect();
        let or = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let bucket = row.resource.splitn(6, ':').nth(5).unwrap_or_default();
        [bucket, &row.principal, row.access.name(), row.answer.name(), &or(row.condition.as_deref().unwrap_or("")), &or(&via.join(" "))].join("\t")
    };
    inventory.buckets.iter().flat_map(|b| reacher.bucket(&b.name, "")).map(|row| line(&row)).collect()
}

#[test]
fn a_plain_estate_is_answered_as_by_hand() {
    let inventory = estate("plain");
    assert_eq!(inventory.gaps, []);
    assert_eq!(inventory.unknown_files, ["notes.txt"]);
    let wanted = include_str!("../../../../../corpus/estates/plain.tsv");
    let wanted: Vec<&str> = wanted.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(table(&inventory), wanted);
}
