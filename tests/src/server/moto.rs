//! A real S3 server: moto.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::venv;

/// Longest wait until it answers: on a machine under load Python takes its time.
const START_LIMIT: Duration = Duration::from_secs(90);

/// A running `moto_server` with nothing in it. Any credentials are accepted.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    address: SocketAddr,
}

impl Moto {
    /// Starts one on a free port and waits until it answers.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        let program = venv().join("bin/moto_server");
        assert!(program.exists(), "`{}` is not there: run `./tests/run.sh`, which installs it, or set SONDE_TEST_VENV", program.display());
        // The port found free may be taken by another before moto binds it.
        for _ in 0..3 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr()).expect("a free port");
            let mut command = Command::new(&program);
            command.args(["-H", "127.0.0.1", "-p", &free.port().to_string()]);
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("moto_server starts");
            let mut moto = Self { child, address: free };
            if moto.wait() {
                return moto;
            }
        }
        panic!("moto_server did not start");
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As an endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on credentials are checked, and none are valid.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn refuse_all(&self) {
        let answer = ask(self.address, "POST /moto-api/reset-auth HTTP/1.0\r\nContent-Length: 1\r\n\r\n0").expect("moto answers");
        assert!(answer.contains(" 200 "), "{answer}");
    }

    /// False: it ended.
    fn wait(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < START_LIMIT {
            if self.child.try_wait().expect("a child of ours").is_some() {
                return false;
            }
            if ask(self.address, "GET /moto-api/data.json HTTP/1.0\r\n\r\n").is_some_and(|answer| answer.contains(" 200 ")) {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

/// Sends a request and gives the answer.
fn ask(address: SocketAddr, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
