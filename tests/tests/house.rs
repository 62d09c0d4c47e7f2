//! The house as it is meant to stand: who may depend on whom, how large a file and a function may be, what things may not be called.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

#[path = "house/source.rs"]
mod source;

use source::Source;

/// Longest file without its tests, lines.
const FILE: usize = 600;
/// Longest function, lines with code on them.
const FUNCTION: usize = 60;
/// Longest tests inside a file, lines.
const INLINE_TESTS: usize = 150;
/// Crates and modules are not called this.
const NAMES: &[&str] = &["common", "util", "utils", "helpers", "misc", "core", "types", "manager"];
/// Words that are no word of ours.
const WORDS: &[&str] = &["blob", "entity", "handler", "processor", "manager", "helper", "utils"];
/// What may not be under the two pure crates, at any depth.
const IMPURE: &[&str] = &["tokio", "sqlx", "reqwest", "hyper", "rayon", "aws-config", "aws-sdk-s3", "tracing", "futures", "mio", "socket2"];
/// What the two pure crates may not say.
const IMPURE_PATHS: &[&str] =
    &["std::fs", "std::net", "std::env::", "std::process", "std::thread", "SystemTime", "Instant::now", "static mut", "thread_local!"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn metadata() -> Metadata {
    let version = std::process::Command::new("rustc").arg("-vV").output().expect("rustc");
    let version = String::from_utf8(version.stdout).expect("text");
    let host = version.lines().find_map(|l| l.strip_prefix("host: ")).expect("a host").to_owned();
    let options = ["--locked".to_owned(), format!("--filter-platform={host}")];
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).other_options(options).exec().expect("cargo metadata")
}

/// Our crates: name → ours among its dependencies, and whether only its tests need them.
fn ours(metadata: &Metadata) -> BTreeMap<String, Vec<(String, bool)>> {
    let packages = metadata.workspace_packages();
    packages
        .iter()
        .map(|p| {
            let ours = p.dependencies.iter().filter(|d| d.path.is_some());
            (p.name.to_string(), ours.map(|d| (d.name.clone(), d.kind == DependencyKind::Development)).collect())
        })
        .collect()
}

#[test]
fn crates_depend_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("sonde-access", &[][..]),
        ("sonde-classifiers", &[][..]),
        ("sonde-connectors", &["sonde-access"][..]),
        ("sonde-corpus", &["sonde-classifiers"][..]),
        ("sonde-scanner", &["sonde-access", "sonde-classifiers", "sonde-connectors"][..]),
    ]);
    let outer = ["sonde-benches", "sonde-tests"];
    let all = ours(&metadata());
    assert_eq!(all.len(), allowed.len() + outer.len(), "a crate that this test does not know");
    for (name, dependencies) in all {
        for (dependency, tests_only) in dependencies {
            assert!(!outer.contains(&dependency.as_str()), "{name} depends on {dependency}");
            let Some(allowed) = allowed.get(name.as_str()) else { continue };
            let in_tests = tests_only && (dependency == "sonde-corpus" || dependency == name);
            assert!(in_tests || allowed.contains(&dependency.as_str()), "{name} depends on {dependency}");
        }
    }
}

#[test]
fn only_the_evaluation_knows_the_rules() {
    let src = root().join("corpus/src");
    let knows = |file: &Path| Source::read(file).production().contains("sonde_classifiers");
    let (inside, outside): (Vec<_>, Vec<_>) = sources(&src)
        .into_iter()
        .partition(|f| f.strip_prefix(&src).is_ok_and(|rest| rest.starts_with("evaluate") || rest == Path::new("evaluate.rs")));
    for file in &outside {
        assert!(!knows(file), "{} names the classifiers: the generator may not know the rules", file.display());
        let text = fs::read_to_string(file).expect("readable");
        assert!(!text.contains("classifiers/"), "{} speaks of a file of the classifiers", file.display());
    }
    assert!(inside.iter().any(|f| knows(f)) && outside.len() > 30, "the sources of the corpus are not read right");
}

/// Names of everything a crate is linked with.
fn closure<'a>(metadata: &'a Metadata, name: &str) -> BTreeSet<&'a str> {
    let graph = metadata.resolve.as_ref().expect("a graph");
    let edges: BTreeMap<&PackageId, Vec<&PackageId>> = graph
        .nodes
        .iter()
        .map(|n| {
            let normal = n.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
            (&n.id, normal.map(|d| &d.pkg).collect())
        })
        .collect();
    let start = metadata.packages.iter().find(|p| p.name.as_str() == name).expect("the crate");
    let (mut seen, mut todo) = (BTreeSet::new(), vec![&start.id]);
    while let Some(id) = todo.pop() {
        if seen.insert(id) {
            todo.extend(&edges[id]);
        }
    }
    metadata.packages.iter().filter(|p| seen.contains(&p.id)).map(|p| p.name.as_str()).collect()
}

#[test]
fn leaves_are_pure() {
    let metadata = metadata();
    for leaf in ["classifiers", "access"] {
        let names = closure(&metadata, &format!("sonde-{leaf}"));
        for impure in IMPURE {
            assert!(!names.contains(impure), "{leaf} reaches {impure}");
        }
        for file in sources(&root().join(leaf).join("src")) {
            let code = Source::read(&file).production().to_owned();
            for path in IMPURE_PATHS {
                assert!(!code.contains(path) || is_test(&file), "{} says `{path}`", file.display());
            }
        }
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut wrong = vec![];
    for member in members() {
        for file in sources(&member.join("src")).into_iter().filter(|f| !is_test(f)) {
            let source = Source::read(&file);
            let name = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
            let tests = source.test_lines();
            if source.lines - tests > FILE {
                wrong.push(format!("{name}: {} lines", source.lines - tests));
            }
            if tests > INLINE_TESTS {
                wrong.push(format!("{name}: {tests} lines of tests, move them to tests.rs"));
            }
            wrong.extend(source.functions().into_iter().filter(|(_, n)| *n > FUNCTION).map(|(f, n)| format!("{name}: fn {f} has {n} lines")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_crate_takes_the_lints() {
    for member in members() {
        let manifest = fs::read_to_string(member.join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{} does not take the lints of the workspace", member.display());
    }
}

#[test]
fn every_name_says_something() {
    for member in members() {
        for file in sources(&member.join("src")) {
            let relative = file.strip_prefix(root()).expect("below the root").to_owned();
            for part in relative.with_extension("").iter().filter_map(|p| p.to_str()) {
                assert!(!NAMES.contains(&part), "{}: `{part}` says nothing", relative.display());
            }
            let source = Source::read(&file);
            for name in source.type_names() {
                let bad = WORDS.iter().find(|w| camel(name).contains(&(**w).to_owned()));
                assert!(bad.is_none(), "{}: `{name}` uses a word that is not ours", relative.display());
            }
            for name in source.module_names() {
                assert!(!NAMES.contains(&name), "{}: `mod {name}` says nothing", relative.display());
            }
        }
    }
}

/// The words of a CamelCase name, in lower case.
fn camel(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    for c in name.chars() {
        if c.is_uppercase() || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[test]
fn dependencies_are_sorted_and_say_why() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let section = manifest.split("[workspace.dependencies]\n").nth(1).expect("the section");
    let section = section.split("\n[").next().unwrap_or_default();
    let mut seen = 0;
    for block in section.split("\n\n") {
        let lines: Vec<&str> = block.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()).collect();
        let names: Vec<&str> = lines.iter().filter_map(|l| l.split_once(" = ").map(|(n, _)| n)).collect();
        assert!(names.is_sorted(), "not alphabetical: {names:?}");
        for line in lines.iter().filter(|l| !l.contains("path = ")) {
            let reason = line.rsplit_once('#').map_or("", |(_, r)| r.trim());
            assert!(reason.len() > 3, "no reason: {line}");
        }
        seen += names.len();
    }
    assert!(seen > 20, "only {seen} dependencies: the section is not read right");
}

/// Folders of our crates: exactly the members of the workspace.
fn members() -> Vec<PathBuf> {
    let folders =
        metadata().workspace_packages().iter().map(|p| p.manifest_path.parent().expect("a folder").as_std_path().to_owned()).collect::<Vec<_>>();
    assert!(folders.len() > 5, "the workspace is not read right");
    let root = root().canonicalize().expect("the root");
    folders.iter().map(|f| self::root().join(f.strip_prefix(&root).expect("below the root"))).collect()
}

/// A file that is nothing but tests.
fn is_test(file: &Path) -> bool {
    file.file_stem().is_some_and(|s| s == "tests") || file.parent().is_some_and(|p| p.ends_with("tests") && !p.ends_with("../tests"))
}

/// Rust files under a folder.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut out = vec![];
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    out.sort();
    out
}
