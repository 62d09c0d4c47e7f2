//! Lists the rule files, so that a new one is only a new file in `rules/`.

use std::{env, fs, path::Path};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("rules");
    println!("cargo:rerun-if-changed={}", folder.display());
    let names = fs::read_dir(&folder).expect("rules").map(|e| e.expect("readable").file_name().into_string().expect("a name in UTF-8"));
    let mut names: Vec<String> = names.filter(|n| n.ends_with(".toml")).collect();
    names.sort();
    let rows: Vec<String> = names.iter().map(|n| format!("({n:?}, include_str!({:?})),\n", folder.join(n))).collect();
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("rules.rs");
    fs::write(out, format!("&[\n{}]\n", rows.concat())).expect("writable");
}
