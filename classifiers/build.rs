//! Lists the rule files, so that a new one is only a new file in `rules/`, makes a table of the words in `words/grammar.txt`,
//! and lays the lists of `dictionaries/` out for look-up.

use std::{collections::BTreeMap, env, fs, path::Path};

#[path = "build/dictionaries.rs"]
mod dictionaries;

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("set by cargo");
    let out = env::var("OUT_DIR").expect("set by cargo");
    let (root, out) = (Path::new(&root), Path::new(&out));
    let rules = [files(&root.join("rules")), files(&root.join("composites")), files(&root.join("documents"))].concat();
    fs::write(out.join("rules.rs"), format!("&[\n{rules}]\n")).expect("writable");
    fs::write(out.join("grammar.rs"), grammar(&root.join("words/grammar.txt"))).expect("writable");
    dictionaries::lay_out(&root.join("dictionaries"), out);
}

/// Name and text of each TOML file of a folder, in order.
fn files(folder: &Path) -> String {
    println!("cargo:rerun-if-changed={}", folder.display());
    let names = fs::read_dir(folder).expect("a folder").map(|e| e.expect("readable").file_name().into_string().expect("a name in UTF-8"));
    let mut names: Vec<String> = names.filter(|n| n.ends_with(".toml")).collect();
    names.sort();
    let rows: Vec<String> = names.iter().map(|n| format!("({n:?}, include_str!({:?})),\n", folder.join(n))).collect();
    rows.concat()
}

/// Sorted words with a bit for each role, sorted phrases with their first word apart, and the role's bits by name.
fn grammar(file: &Path) -> String {
    println!("cargo:rerun-if-changed={}", file.display());
    let text = fs::read_to_string(file).expect("the words");
    let mut roles: Vec<&str> = Vec::new();
    let mut words: BTreeMap<&str, u32> = BTreeMap::new();
    let mut phrases: BTreeMap<(&str, Vec<&str>), u32> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (role, list) = line.split_once(':').expect("a role before a colon");
        if !roles.contains(&role) {
            roles.push(role);
        }
        let bit = 1 << roles.iter().position(|r| *r == role).expect("just added");
        for phrase in list.split(',').map(str::trim) {
            let mut parts = phrase.split([' ', '\'', '-']);
            let first = parts.next().filter(|f| !f.is_empty()).expect("a word between commas");
            let rest: Vec<&str> = parts.collect();
            if rest.is_empty() {
                *words.entry(first).or_default() |= bit;
            } else {
                *phrases.entry((first, rest)).or_default() |= bit;
            }
        }
    }
    let bits = roles.iter().enumerate().map(|(i, r)| format!("    pub(super) const {}: u32 = 1 << {i};\n", r.to_uppercase()));
    let words = words.iter().map(|(w, r)| format!("({w:?}, {r}),\n"));
    let phrases = phrases.iter().map(|((first, rest), r)| format!("({first:?}, &{rest:?}, {r}),\n"));
    format!(
        "mod role {{\n{}}}\nconst WORDS: &[(&str, u32)] = &[\n{}];\nconst PHRASES: &[(&str, &[&str], u32)] = &[\n{}];\n",
        bits.collect::<String>(),
        words.collect::<String>(),
        phrases.collect::<String>()
    )
}
