//! A Postgres cluster of its own, made by `initdb`, thrown away when dropped.

use std::{
    env,
    fs::{self, File},
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long it may take to come up.
const START: Duration = Duration::from_secs(60);
/// What to do when it is not there.
const INSTALL: &str = "Postgres is not installed: `apt-get install postgresql` (Debian, Ubuntu), or put `initdb` and `postgres` on PATH";

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
    server: Child,
}

impl Postgres {
    /// Makes a cluster and starts it on a free port of 127.0.0.1. Nothing is synced to disk: it need not survive.
    ///
    /// # Panics
    /// Postgres is not installed (with how to install it), or does not come up (with its log).
    #[must_use]
    pub fn start() -> Self {
        Self::start_from(find_bin().expect(INSTALL), &[])
    }

    /// One with pgaudit that logs everything, as `a.log`, `a.csv` and `a.json` in [`Postgres::logs`].
    ///
    /// # Panics
    /// As [`Postgres::start`]; pgaudit is not installed.
    #[must_use]
    pub fn audited() -> Self {
        let bin = find_bin().expect(INSTALL);
        let library = bin.with_file_name("lib").join("pgaudit.so");
        assert!(library.exists(), "`{}` is not there: run `./tests/run.sh`, which installs it", library.display());
        let settings = [
            "shared_preload_libraries=pgaudit",
            "pgaudit.log=all",
            "pgaudit.log_relation=on",
            "pgaudit.log_catalog=off",
            "logging_collector=on",
            "log_destination=stderr,csvlog,jsonlog",
            "log_filename=a.log",
            "log_line_prefix=%m [%p] %q%u@%d ",
        ];
        Self::start_from(bin, &settings)
    }

    /// Where an audited server writes its logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.path().join("data/log")
    }

    /// One cluster of each version that is installed: the newest of the system's, and those in the folders that `SONDE_TEST_POSTGRES` lists (separated
    /// as in PATH), each with `initdb` and `postgres`.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    #[must_use]
    pub fn start_all() -> Vec<Self> {
        let others = env::var_os("SONDE_TEST_POSTGRES").unwrap_or_default();
        let others: Vec<PathBuf> = env::split_paths(&others).filter(|bin| !bin.as_os_str().is_empty()).collect();
        std::iter::once(find_bin().expect(INSTALL)).chain(others).map(|bin| Self::start_from(bin, &[])).collect()
    }

    fn start_from(bin: PathBuf, settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("sonde-postgres-").tempdir().expect("a folder");
        if is_root() {
            // It refuses to run as root, and wants its folder to be its own.
            run(Command::new("chown").arg("postgres:").arg(folder.path()));
        }
        let data = folder.path().join("data");
        let initdb = ["-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync", "-D"];
        run(as_postgres(&bin.join("initdb")).args(initdb).arg(&data));
        for _ in 0..5 {
            let port = free_port();
            let mut server = serve(&bin, folder.path(), &data, port, settings);
            if is_up(&bin, &mut server, port) {
                return Self { bin, folder, port, server };
            }
        }
        panic!("Postgres does not come up:\n{}", fs::read_to_string(folder.path().join("log")).unwrap_or_default());
    }

    /// Address of a database for another user.
    #[must_use]
    pub fn url_as(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL in a database as its owner.
    ///
    /// # Panics
    /// It fails.
    pub fn sql(&self, database: &str, sql: &str) {
        let mut psql = self
            .tool("psql")
            .args(["-q", "-v", "ON_ERROR_STOP=1", "-d", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("psql starts");
        psql.stdin.take().expect("piped").write_all(sql.as_bytes()).expect("psql reads");
        assert!(psql.wait().expect("psql ends").success(), "{sql}");
    }

    /// Runs SQL as another user, who may be refused.
    ///
    /// # Panics
    /// `psql` does not start.
    pub fn sql_as(&self, user: &str, database: &str, sql: &str) {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", user, "-d", database, "-q", "-c", sql]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("psql starts");
    }

    /// Waits until an audited server has written something to all its logs.
    ///
    /// # Panics
    /// It does not.
    pub fn logged(&self, text: &str) {
        let json = text.replace('"', "\\\"");
        let until = Instant::now() + START;
        let has = |file: &str, text: &str| fs::read_to_string(self.logs().join(file)).is_ok_and(|log| log.contains(text));
        while !(has("a.log", text) && has("a.json", &json)) {
            assert!(Instant::now() < until, "`{text}` is not logged");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Address of a database that is there: `postgres`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database: its address.
    ///
    /// # Panics
    /// There is one of this name.
    #[must_use]
    pub fn database(&self, name: &str) -> String {
        run(self.tool("createdb").args(["-E", "UTF8", "-T", "template0", name]));
        self.url_of(name)
    }

    /// Makes an empty database that cannot hold every text: its address.
    ///
    /// # Panics
    /// There is one of this name.
    #[must_use]
    pub fn latin_database(&self, name: &str) -> String {
        run(self.tool("createdb").args(["-E", "LATIN1", "-T", "template0", name]));
        self.url_of(name)
    }

    /// Empties the store in a database: quicker than a database for every case.
    ///
    /// # Panics
    /// `psql` fails.
    pub fn clear(&self, database: &str) {
        run(self.tool("psql").args(["-q", "-d", database, "-c", "SET client_min_messages TO warning; DROP SCHEMA IF EXISTS sonde CASCADE"]));
    }

    /// Runs a file of SQL in a database.
    ///
    /// # Panics
    /// It fails.
    pub fn load(&self, database: &str, file: &Path) {
        run(self.tool("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f"]).arg(file));
    }

    /// A database as SQL that makes it anew.
    ///
    /// # Panics
    /// `pg_dump` fails.
    #[must_use]
    pub fn dump(&self, database: &str) -> String {
        String::from_utf8(run(self.tool("pg_dump").args(["--inserts", "--no-owner", "-d", database]))).expect("a dump is UTF-8")
    }

    /// The roles of the cluster as SQL.
    ///
    /// # Panics
    /// `pg_dumpall` fails.
    #[must_use]
    pub fn roles(&self) -> String {
        String::from_utf8(run(self.tool("pg_dumpall").args(["--roles-only"]))).expect("a dump is UTF-8")
    }

    /// A database's tables and grants as SQL, its own grants as well.
    ///
    /// # Panics
    /// `pg_dump` fails.
    #[must_use]
    pub fn schema(&self, database: &str) -> String {
        String::from_utf8(run(self.tool("pg_dump").args(["--schema-only", "--create", "-d", database]))).expect("a dump is UTF-8")
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stop = as_postgres(&self.bin.join("pg_ctl")).args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data")).output();
        if !stop.is_ok_and(|out| out.status.success()) {
            self.server.kill().ok();
        }
        self.server.wait().ok();
    }
}

/// The newest of `/usr/lib/postgresql/*/bin`, else what PATH has.
fn find_bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|folder| folder.join("initdb").exists());
    found.pop().map(|(_, bin)| bin).or_else(on_path)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

fn run(command: &mut Command) -> Vec<u8> {
    let out = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}. {INSTALL}"));
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

fn serve(bin: &Path, folder: &Path, data: &Path, port: u16, settings: &[&str]) -> Child {
    let log = File::create(folder.join("log")).expect("a log");
    let quick = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200"];
    let mut command = as_postgres(&bin.join("postgres"));
    command.arg("-D").arg(data).arg("-k").arg(folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]).args(quick);
    command.args(settings.iter().flat_map(|setting| ["-c", setting]));
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log).spawn().expect(INSTALL)
}

fn is_up(bin: &Path, server: &mut Child, port: u16) -> bool {
    let until = Instant::now() + START;
    while Instant::now() < until && matches!(server.try_wait(), Ok(None)) {
        let ready = Command::new(bin.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
        if ready.is_ok_and(|status| status.success()) {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    server.kill().ok();
    server.wait().ok();
    false
}
