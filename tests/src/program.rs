//! The program `sonde`, run as a user runs it.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A key for the fingerprints, so that two stores say the same.
pub const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The program, built beside the tests by the same cargo invocation.
#[must_use]
pub fn binary() -> PathBuf {
    let exe = std::env::current_exe().expect("a test knows where it is");
    let folder = exe.parent().and_then(Path::parent).expect("tests lie in target/PROFILE/deps");
    let binary = folder.join(format!("sonde{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "`{}` is missing: run the whole workspace (cargo nextest run --workspace), or ./tests/run.sh", binary.display());
    binary
}

/// The repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_owned()
}

/// A command with an environment of its own: no credentials, no settings of the machine, a home that is thrown away.
pub struct Sonde {
    home: TempDir,
    env: BTreeMap<String, String>,
}

impl Default for Sonde {
    fn default() -> Self {
        Self::new()
    }
}

impl Sonde {
    /// A fresh home.
    #[must_use]
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut env = BTreeMap::new();
        env.insert("HOME".into(), home.path().display().to_string());
        env.insert("SONDE_FINGERPRINT_KEY".into(), KEY.into());
        env.insert("AWS_EC2_METADATA_DISABLED".into(), "true".into());
        Self { home, env }
    }

    /// Sets a variable for every command.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Its home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command, ready to be run.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(binary());
        command.args(args).env_clear().envs(&self.env).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.current_dir(repository()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        Ran::from(self.command(args).output().expect("the program starts"))
    }

    /// Runs it on an input.
    pub fn run_on<S: AsRef<OsStr>>(&self, input: &[u8], args: impl IntoIterator<Item = S>) -> Ran {
        use std::io::Write;
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("piped");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // The program may end before it has read everything.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer ends");
        Ran::from(output)
    }

    /// `sonde scan … --format jsonl`.
    pub fn scan<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Scanned {
        let args = args.into_iter().map(|a| a.as_ref().to_owned());
        let all = [OsStr::new("scan").to_owned(), OsStr::new("--format=jsonl").to_owned()].into_iter().chain(args);
        Scanned::from(self.run(all))
    }
}

/// What a command left.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Exit code; `None`: killed.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("everything printed is UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ran {
    /// Standard output as JSON lines.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }

    /// The same, when it ended well.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }
}

/// The lines of a scan.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// Exit code.
    pub code: Option<i32>,
    /// Finding lines.
    pub findings: Vec<Value>,
    /// Lines of composites.
    pub composites: Vec<Value>,
    /// Lines of kinds of documents.
    pub documents: Vec<Value>,
    /// Coverage lines.
    pub coverage: Vec<Value>,
    /// The last line; null when there is none.
    pub run: Value,
    /// What was said on the side.
    pub stderr: String,
}

impl From<Ran> for Scanned {
    fn from(ran: Ran) -> Self {
        let mut scanned = Self {
            code: ran.code,
            findings: Vec::new(),
            composites: Vec::new(),
            documents: Vec::new(),
            coverage: Vec::new(),
            run: Value::Null,
            stderr: ran.stderr.clone(),
        };
        for line in ran.lines() {
            assert!(scanned.run.is_null(), "the run line is the last");
            match line["type"].as_str() {
                Some("finding") => scanned.findings.push(line),
                Some("composite") => scanned.composites.push(line),
                Some("document") => scanned.documents.push(line),
                Some("coverage") => scanned.coverage.push(line),
                Some("run") => scanned.run = line,
                other => panic!("no such line: {other:?}"),
            }
        }
        scanned
    }
}

impl Scanned {
    /// The same, when it ended well and completely.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        assert_eq!(self.run["complete"], Value::Bool(true), "{}", self.run);
        self
    }

    /// State and reason of an object.
    #[must_use]
    pub fn state(&self, object: &str) -> (String, Option<String>) {
        let found: Vec<_> = self.coverage.iter().filter(|c| c["object"] == object && c["member"].is_null()).collect();
        assert_eq!(found.len(), 1, "one coverage line for `{object}`: {found:?}");
        (found[0]["state"].as_str().expect("a state").to_owned(), found[0]["reason"].as_str().map(str::to_owned))
    }

    /// The findings without what differs between two places of the same data: source, dataset, times.
    #[must_use]
    pub fn comparable(&self) -> Vec<Value> {
        let mut all: Vec<Value> = [&self.findings[..], &self.composites, &self.documents].concat();
        for finding in &mut all {
            let line = finding.as_object_mut().expect("an object");
            line.remove("source");
            line.remove("dataset");
        }
        all
    }

    /// Tags found in an object, sorted, each once.
    #[must_use]
    pub fn tags(&self, object: &str) -> Vec<String> {
        let mut tags: Vec<String> =
            self.findings.iter().filter(|f| f["object"] == object).map(|f| f["tag"].as_str().expect("a tag").to_owned()).collect();
        tags.sort();
        tags.dedup();
        tags
    }
}
