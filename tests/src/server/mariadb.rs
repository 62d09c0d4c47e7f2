//! A MariaDB server of its own, thrown away when dropped.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::postgres::free_port;

/// How long it may take to come up.
const START: Duration = Duration::from_secs(60);
/// What to do when it is not there.
const INSTALL: &str = "MariaDB is not installed: `apt-get install mariadb-server` (Debian, Ubuntu)";

/// A running server.
#[derive(Debug)]
pub struct MariaDb {
    folder: TempDir,
    port: u16,
    server: Child,
}

impl MariaDb {
    /// Makes a server and starts it on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// MariaDB is not installed (with how to install it), or does not come up (with its log).
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("sonde-mariadb-").tempdir().expect("a folder");
        if is_root() {
            let owned = Command::new("chown").arg("mysql:").arg(folder.path()).status();
            assert!(owned.is_ok_and(|status| status.success()), "{INSTALL}");
        }
        let install = ["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"];
        let data = format!("--datadir={}", folder.path().join("data").display());
        let made = as_mysql("mariadb-install-db").args(install).arg(data).output().expect(INSTALL);
        assert!(made.status.success(), "{INSTALL}\n{}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let mut this = Self { server: serve(folder.path(), port), folder, port };
        for _ in 0..5 {
            if this.is_up() {
                return this;
            }
            // Somebody else may have taken the port.
            this.port = free_port();
            this.server = serve(this.folder.path(), this.port);
        }
        panic!("MariaDB does not come up:\n{}", fs::read_to_string(this.folder.path().join("log")).unwrap_or_default());
    }

    /// Waits until it answers; false: it ended, or took too long, and is stopped.
    fn is_up(&mut self) -> bool {
        let until = Instant::now() + START;
        while Instant::now() < until && self.server.try_wait().is_ok_and(|ended| ended.is_none()) {
            if self.client("root", "SELECT 1").is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(100));
        }
        self.stop();
        false
    }

    fn stop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }

    /// Runs statements as a user, those after a failed one as well: what they print, one row a line, columns with tabs. `None`: the user cannot connect.
    ///
    /// # Panics
    /// The client is not installed.
    #[must_use]
    pub fn client(&self, user: &str, sql: &str) -> Option<String> {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--batch", "--skip-column-names", "--raw", "--force", "-h", "127.0.0.1", "-u", user])
            .arg(format!("-P{}", self.port));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect(INSTALL);
        let mut stdin = child.stdin.take().expect("piped");
        let sql = sql.to_owned();
        let writer = thread::spawn(move || {
            // Who cannot connect does not read.
            let _ = stdin.write_all(sql.as_bytes());
        });
        let out = child.wait_with_output().expect("the client ends");
        writer.join().expect("the writer ends");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        (!said.contains("ERROR 2002") && !said.contains("ERROR 2003") && !said.contains("ERROR 1045"))
            .then(|| String::from_utf8_lossy(&out.stdout).into_owned())
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// A program of the server: it does not run as root.
fn as_mysql(name: &str) -> Command {
    if !is_root() {
        return Command::new(name);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=mysql", "--regid=mysql", "--clear-groups", "--", name]).current_dir("/");
    command
}

fn serve(folder: &Path, port: u16) -> Child {
    let log = File::create(folder.join("log")).expect("a log");
    let mut command = as_mysql("mariadbd");
    command.args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"]);
    command.arg(format!("--port={port}"));
    for (option, name) in [("datadir", "data"), ("socket", "socket"), ("pid-file", "pid")] {
        command.arg(format!("--{option}={}", folder.join(name).display()));
    }
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log).spawn().expect(INSTALL)
}
