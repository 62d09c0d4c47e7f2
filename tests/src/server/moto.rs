//! A real S3 server: moto.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{stub::Asked, venv};

/// The account that it has.
pub const ACCOUNT: &str = "123456789012";

/// Longest wait until it answers: on a machine under load Python takes its time.
const START_LIMIT: Duration = Duration::from_secs(90);

/// What moto does not know: whether tags of a bucket count, Object Lambda, how lists of multi-region access points are called, and S3 Access Grants, of which there are none.
#[must_use]
pub fn lacking(asked: &Asked) -> Option<(u16, String)> {
    if asked.line.starts_with("GET /v20180820/mrap/instances?") {
        return Some((200, "<ListMultiRegionAccessPointsResult/>".to_owned()));
    }
    if asked.line.starts_with("GET /v20180820/accesspointforobjectlambda?") {
        return Some((200, "<ListAccessPointsForObjectLambdaResult/>".to_owned()));
    }
    if asked.line == "GET /v20180820/accessgrantsinstance" {
        let none = "<Code>AccessGrantsInstanceNotExistsError</Code><Message>Access Grants Instance does not exist</Message>";
        return Some((404, format!("<Error>{none}</Error>")));
    }
    asked.line.ends_with("?abac").then(|| (200, "<AbacStatus><Status>Disabled</Status></AbacStatus>".to_owned()))
}

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

    /// Asks it as a client of a service: method and path, headers that end with `\r\n`, a body. Gives the answer's body.
    ///
    /// # Panics
    /// It does not answer, or refuses.
    pub fn ask(&self, service: &str, line: &str, headers: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("moto listens");
        let credential = format!("AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0");
        let head = format!(
            "{line} HTTP/1.0\r\nHost: {}\r\nAuthorization: {credential}\r\nx-amz-account-id: {ACCOUNT}\r\n{headers}Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!([" 200 ", " 201 ", " 204 "].iter().any(|status| head.contains(status)), "{line} {answer}");
        body.to_owned()
    }

    /// A call of IAM.
    ///
    /// # Panics
    /// As [`Moto::ask`].
    pub fn iam(&self, action: &str, parameters: &[(&str, &str)]) {
        let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let pairs: String = parameters.iter().map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.ask("iam", "POST /", form, format!("Action={action}&Version=2010-05-08{pairs}").as_bytes());
    }

    /// A call of an interface that speaks JSON.
    ///
    /// # Panics
    /// As [`Moto::ask`], or the answer is no JSON.
    #[must_use]
    pub fn json(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n");
        serde_json::from_str(&self.ask(service, "POST /", &headers, body.to_string().as_bytes())).expect("JSON")
    }

    /// Puts something to S3: a bucket, an object, a setting.
    ///
    /// # Panics
    /// As [`Moto::ask`].
    pub fn put(&self, path: &str, body: impl AsRef<[u8]>) {
        self.ask("s3", &format!("PUT {path}"), "", body.as_ref());
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
