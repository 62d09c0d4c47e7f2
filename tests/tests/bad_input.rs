//! Whatever the input: a clear message or a coverage reason, the run goes on, nothing is lost.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
};

use sonde_corpus::synth::{Density, Shape};
use sonde_tests::program::{Scanned, Sonde};

fn mail() -> String {
    ["grace.hopper", "harvard.edu"].join("@")
}

struct World {
    sonde: Sonde,
    data: PathBuf,
}

impl World {
    fn new() -> Self {
        let sonde = Sonde::new();
        let data = sonde.home().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("good.txt"), mail()).unwrap();
        Self { sonde, data }
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.data.join(name), bytes).unwrap();
        self
    }

    /// Scans; whatever else is there, the good file is found.
    fn scan(&self) -> Scanned {
        let scanned = self.sonde.scan([self.data.to_str().unwrap(), "--store=none"]).ok();
        assert_eq!(scanned.tags("good.txt"), ["pii.email"]);
        scanned
    }
}

fn is(state: (String, Option<String>), expected: (&str, Option<&str>)) {
    assert_eq!((state.0.as_str(), state.1.as_deref()), expected);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn truncated_gzip_is_scanned_as_far_as_it_goes() {
    let world = World::new();
    let text: String = std::iter::once(mail()).chain((0..50_000).map(|i| format!(" line {i} of {}\n", i * 7919 % 1000))).collect();
    let whole = gzip(text.as_bytes());
    world.put("cut.log.gz", &whole[..whole.len() / 2]).put("whole.log.gz", &whole).put("no.gz", b"\x1f\x8b\x08not really");
    let scanned = world.scan();
    is(scanned.state("whole.log.gz"), ("scanned", None));
    is(scanned.state("cut.log.gz"), ("partial", Some("MALFORMED_FILE")));
    assert_eq!((scanned.tags("cut.log.gz"), scanned.tags("whole.log.gz")), (vec!["pii.email".to_owned()], vec!["pii.email".to_owned()]));
    assert_eq!(scanned.state("no.gz").1.as_deref(), Some("MALFORMED_FILE"));
}

#[test]
fn a_bomb_is_stopped() {
    let world = World::new();
    world.put("bomb.gz", gzip(&vec![b'0'; 256 << 20]));
    let scanned = world.scan();
    is(scanned.state("bomb.gz"), ("partial", Some("DECOMPRESSION_RATIO")));
}

#[test]
fn broken_parquet() {
    let world = World::new();
    world
        .put("footer.parquet", b"PAR1\x15\x00\x15\x80 and then nothing that is a footer \xff\x00\x00\x00\x00PAR1")
        .put("cut.parquet", b"PAR1\x15\x04\x15");
    let scanned = world.scan();
    is(scanned.state("footer.parquet"), ("skipped", Some("MALFORMED_FILE")));
    is(scanned.state("cut.parquet"), ("skipped", Some("MALFORMED_FILE")));
}

#[test]
fn ten_megabytes_in_one_field() {
    let world = World::new();
    let long = "lorem ipsum ".repeat(900_000);
    world.put("wide.csv", format!("id,note,contact\n1,\"{long}{}\",x\n2,short,{}\n", mail(), mail()));
    let scanned = world.scan();
    is(scanned.state("wide.csv"), ("scanned", None));
    let fields: Vec<_> = scanned.findings.iter().filter(|f| f["object"] == "wide.csv").map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["contact", "note"]);
}

#[test]
fn ragged_rows_and_unclosed_quotes() {
    let world = World::new();
    world
        .put("ragged.csv", format!("a,b\n1,2,{}\n3\n4,5\n6,7\n", mail()))
        .put("open.csv", format!("a,b\n1,2\n3,4\n5,\"never closed {}\n6,7\n", mail()));
    let scanned = world.scan();
    assert_eq!((scanned.tags("ragged.csv"), scanned.tags("open.csv")), (vec!["pii.email".to_owned()], vec!["pii.email".to_owned()]));
}

#[test]
fn deep_json_goes_on_as_text() {
    let world = World::new();
    let deep = format!("{}\"{}\"{}", "[".repeat(10_000), mail(), "]".repeat(10_000));
    world.put("deep.json", &deep).put("deep.jsonl", format!("{{\"a\":1}}\n{{\"a\":{deep}}}\n{{\"a\":\"{}\"}}\n", mail()));
    let scanned = world.scan();
    for object in ["deep.json", "deep.jsonl"] {
        is(scanned.state(object), ("partial", Some("JSON_NESTING_LEVEL_OVER_LIMIT")));
        assert_eq!(scanned.tags(object), ["pii.email"]);
    }
    assert!(scanned.findings.iter().any(|f| f["object"] == "deep.jsonl" && f["field"] == "a" && f["locations"][0]["row"] == 3));
}

#[test]
fn one_very_long_line() {
    let world = World::new();
    let mut line = "x1 ".repeat(12 << 20);
    line.push_str(&mail());
    world.put("line.txt", &line);
    let scanned = world.scan();
    is(scanned.state("line.txt"), ("scanned", None));
    let at = &scanned.findings.iter().find(|f| f["object"] == "line.txt").unwrap()["locations"][0];
    assert_eq!((at["line"].as_u64(), at["column"].as_u64()), (Some(1), Some(3 * (12 << 20) + 1)));
}

#[test]
fn names_that_mean_harm() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let world = World::new();
    for name in [&b"bad\xffname.txt"[..], b"esc\x1b[31m.txt", b"new\nline.txt", b"100%.txt", b".hidden"] {
        fs::write(world.data.join(OsStr::from_bytes(name)), mail()).unwrap();
    }
    let scanned = world.scan();
    for object in ["bad%FFname.txt", "esc%1B[31m.txt", "new%0Aline.txt", "100%.txt", ".hidden"] {
        is(scanned.state(object), ("scanned", None));
        assert_eq!(scanned.tags(object), ["pii.email"], "{object}");
    }
    let table = world.sonde.run(["scan", world.data.to_str().unwrap(), "--store=none"]).ok();
    assert!(!table.stdout.contains('\u{1b}'), "no escape reaches the terminal");
}

#[test]
fn links_loops_and_special_files() {
    let world = World::new();
    symlink(&world.data, world.data.join("loop")).unwrap();
    symlink("good.txt", world.data.join("link.txt")).unwrap();
    symlink("nowhere", world.data.join("dangling")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(world.data.join("pipe")).status().unwrap().success());
    let scanned = world.scan();
    for link in ["loop", "link.txt", "dangling"] {
        is(scanned.state(link), ("skipped", Some("SYMLINK")));
    }
    is(scanned.state("pipe"), ("skipped", Some("SPECIAL_FILE")));
    let followed = world.sonde.scan([world.data.to_str().unwrap(), "--store=none", "--follow"]).ok();
    assert_eq!(followed.tags("link.txt"), ["pii.email"]);
    let stopped = followed.coverage.iter().find(|c| c["object"].as_str().unwrap().starts_with("loop")).expect("the loop is said");
    assert_eq!((&stopped["state"], &stopped["reason"]), (&"skipped".into(), &"SYMLINK".into()));
}

#[test]
fn unreadable_is_said() {
    let world = World::new();
    world.put("locked.txt", mail());
    fs::set_permissions(world.data.join("locked.txt"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::create_dir(world.data.join("closed")).unwrap();
    fs::write(world.data.join("closed/x"), mail()).unwrap();
    fs::set_permissions(world.data.join("closed"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(world.sonde.home(), fs::Permissions::from_mode(0o755)).unwrap();
    // Root may read everything: then run as somebody else.
    let mut command = world.sonde.command(["scan", world.data.to_str().unwrap(), "--format=jsonl", "--store=none"]);
    if fs::read(world.data.join("locked.txt")).is_ok() {
        use std::os::unix::process::CommandExt;
        command.uid(65_534).gid(65_534).env("HOME", "/nonexistent").env("TMPDIR", "/tmp");
        // The program itself must be reachable for that user: a copy.
        let copy = world.sonde.home().join("sonde");
        fs::copy(sonde_tests::program::binary(), &copy).unwrap();
        let args: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
        command = std::process::Command::new(copy);
        command.args(args).env_clear().env("TMPDIR", "/tmp").uid(65_534).gid(65_534).current_dir("/");
    }
    let scanned = Scanned::from(sonde_tests::program::Ran::from(command.output().unwrap())).ok();
    fs::set_permissions(world.data.join("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    is(scanned.state("locked.txt"), ("skipped", Some("PERMISSION_DENIED")));
    let closed = scanned.coverage.iter().find(|c| c["object"].as_str().unwrap().starts_with("closed")).expect("the closed folder is said");
    assert_eq!(closed["reason"], "PERMISSION_DENIED");
    assert_eq!(scanned.tags("good.txt"), ["pii.email"]);
}

#[test]
fn excluded_is_said() {
    let world = World::new();
    fs::create_dir(world.data.join("node_modules")).unwrap();
    fs::write(world.data.join("node_modules/x.js"), mail()).unwrap();
    world.put("a.bak", mail()).put(".sondeignore", "node_modules/\n");
    let scanned = world.sonde.scan([world.data.to_str().unwrap(), "--store=none", "--exclude", "*.bak"]).ok();
    is(scanned.state("a.bak"), ("skipped", Some("EXCLUDED")));
    assert!(scanned.coverage.iter().any(|c| c["object"].as_str().unwrap().starts_with("node_modules") && c["reason"] == "EXCLUDED"));
    assert!(scanned.findings.iter().all(|f| f["object"] == "good.txt"));
}

#[test]
fn a_store_that_cannot_be_written() {
    let world = World::new();
    let data = world.data.to_str().unwrap();
    let failed = |store: &str| {
        let ran = world.sonde.run(["scan", data, "--store", store]);
        assert_eq!(ran.code, Some(2), "{store}");
        assert!(ran.stderr.starts_with("sonde: ") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran.stderr
    };
    failed("sqlite:/proc/none/s.db");
    failed("mysql://somewhere/db");
    let said = failed("postgres://user:hunter2secret@127.0.0.1:1/db");
    assert!(!said.contains("hunter2secret"), "{said}");
    fs::write(world.sonde.home().join("not-a-db"), "plain text, long enough to be looked at as a database header").unwrap();
    failed(&format!("sqlite:{}", world.sonde.home().join("not-a-db").display()));
}

#[test]
fn a_full_disk_is_said() {
    let world = World::new();
    world.put("dense.txt", sonde_corpus::synth::Synth::new(Shape::Log, Density::Dense, 7).text(3_000_000).0);
    // A file-size limit stands in for the disk: the store cannot grow beyond it.
    let store = format!("sqlite:{}", world.sonde.home().join("s.db").display());
    let script = format!("ulimit -f 64; trap '' XFSZ; exec \"$0\" scan \"$1\" --locations=all --store '{store}'");
    let mut command = world.sonde.command(["-c"]);
    let envs: Vec<_> = command.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
    command = std::process::Command::new("bash");
    command.env_clear().envs(envs).args(["-c", &script]).arg(sonde_tests::program::binary()).arg(&world.data);
    let ran = sonde_tests::program::Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("sonde: ") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn rule_files_are_refused_with_their_place() {
    let world = World::new();
    let rules = world.sonde.home().join("rules.toml");
    let refused = |text: &str| {
        fs::write(&rules, text).unwrap();
        let ran = world.sonde.run(["rules", "lint", rules.to_str().unwrap()]);
        assert_eq!(ran.code, Some(2), "{text}");
        assert!(ran.stderr.contains("rules.toml"), "{}", ran.stderr);
        let scan = world.sonde.run(["scan", world.data.to_str().unwrap(), "--store=none", "--rules", rules.to_str().unwrap()]);
        assert_eq!(scan.code, Some(2));
        ran.stderr
    };
    let good = "[[rule]]\nid = \"acme-badge\"\ntag = \"custom.acme.badge\"\nname = \"ACME badge\"\nsensitivity = \"high\"\nexamples = [\"badge ACME-123456 in\", \"x ACME-000001\"]\ncounter_examples = [\"ACME-12\", \"XACME-123456\"]\n[[rule.form]]\nprior = 4.0\nliterals = [\"ACME-\"]\npattern = 'ACME-[0-9]{6}'\n";
    fs::write(&rules, good).unwrap();
    assert_eq!(world.sonde.run(["rules", "lint", rules.to_str().unwrap()]).code, Some(0));
    world.put("badges.txt", "my badge is ACME-424242.");
    let found = world.sonde.scan([world.data.to_str().unwrap(), "--store=none", "--rules", rules.to_str().unwrap()]).ok();
    assert_eq!(found.tags("badges.txt"), ["custom.acme.badge"]);

    assert!(refused(&good.replace("sensitivity", "sensitivty")).contains("sensitivity"), "the nearest word is said");
    refused(&good.replace("{6}", "+"));
    refused(&format!("{good}{good}"));
    refused(&good.replace("[0-9]{6}'", "[0-9{6}'"));
    refused("this is not toml");
}
