//! A server whose answers a test writes; what it has none for goes on to a real one.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{header, request};

/// A request, as far as answers depend on it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Method, a space, path and query.
    pub line: String,
    /// `Action` of a form, or what follows the dot of `x-amz-target`; empty: neither.
    pub operation: String,
    /// The body.
    pub body: String,
}

/// Status and body; `None`: ask the server behind.
type Answer = dyn Fn(&Asked) -> Option<(u16, String)> + Send + Sync;

/// A running server.
pub struct Stub {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Stub {
    /// Starts one that answers with `answer`, and passes the rest on to `behind`.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(behind: Option<SocketAddr>, answer: impl Fn(&Asked) -> Option<(u16, String)> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let stopped = Arc::new(AtomicBool::new(false));
        let (theirs, answer): (_, Arc<Answer>) = (Arc::clone(&stopped), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if theirs.load(Ordering::SeqCst) {
                    return;
                }
                let answer = Arc::clone(&answer);
                // A client that goes away is no trouble of ours.
                thread::spawn(move || serve(stream, behind, &*answer));
            }
        });
        Self { address, stopped }
    }

    /// As an endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes it.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers one request and closes.
fn serve(mut stream: TcpStream, behind: Option<SocketAddr>, answer: &Answer) -> io::Result<()> {
    let Some((head, body)) = request(&mut stream)? else { return Ok(()) };
    let line: Vec<&str> = head.lines().next().unwrap_or_default().split(' ').take(2).collect();
    let text = String::from_utf8_lossy(&body).into_owned();
    let action = text.split('&').find_map(|pair| pair.strip_prefix("Action="));
    let target = header(&head, "x-amz-target").and_then(|t| t.rsplit('.').next());
    let asked = Asked { line: line.join(" "), operation: action.or(target).unwrap_or_default().to_owned(), body: text.clone() };
    match (answer(&asked), behind) {
        (Some((status, body)), _) => {
            let len = body.len();
            stream.write_all(format!("HTTP/1.1 {status} said\r\nContent-Length: {len}\r\nConnection: close\r\n\r\n{body}").as_bytes())
        }
        (None, Some(behind)) => {
            let kept = head.lines().filter(|l| !l.to_ascii_lowercase().starts_with("connection:")).filter(|l| !l.is_empty());
            let head: String = kept.flat_map(|l| [l, "\r\n"]).collect();
            let mut real = TcpStream::connect(behind)?;
            real.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
            real.write_all(&body)?;
            let mut answer = Vec::new();
            real.read_to_end(&mut answer)?;
            stream.write_all(&mended(answer))
        }
        (None, None) => stream.write_all(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}

/// moto calls the outermost elements of access points otherwise than AWS. As long as before, so that the head stays true.
fn mended(mut answer: Vec<u8>) -> Vec<u8> {
    for (wrong, right) in [
        ("ListAccessPointsResponse", "ListAccessPointsResult  "),
        ("GetAccessPointResponse", "GetAccessPointResult  "),
        ("GetAccessPointPolicyResponse", "GetAccessPointPolicyResult  "),
    ] {
        for at in 0..answer.len().saturating_sub(wrong.len()) {
            if answer[at..].starts_with(wrong.as_bytes()) {
                answer[at..at + wrong.len()].copy_from_slice(right.as_bytes());
            }
        }
    }
    answer
}
