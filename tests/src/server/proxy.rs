//! A proxy that misbehaves when told to, and remembers what was asked.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{header, request};

/// What happens to one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered here.
    Answer {
        /// HTTP status.
        status: u16,
        /// Lines of the head, without their ends.
        headers: Vec<String>,
        /// Body.
        body: String,
    },
    /// The connection is closed after so many bytes of the body.
    Cut(usize),
    /// The answer ends properly, but after so many bytes of the body.
    Shorten(usize),
    /// The connection is closed without an answer.
    Drop,
}

impl Fault {
    /// An error as S3 sends it.
    #[must_use]
    pub fn error(status: u16, code: &str) -> Self {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as told</Message></Error>");
        Self::Answer { status, headers: vec!["Content-Type: application/xml".into()], body }
    }
}

/// A running proxy in front of one server.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stopped: AtomicBool,
    faults: Mutex<VecDeque<(String, Fault)>>,
    heads: Mutex<Vec<String>>,
}

impl Proxy {
    /// Starts one.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if theirs.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&theirs);
                // A client that goes away is no trouble of ours.
                thread::spawn(move || serve(stream, upstream, &shared));
            }
        });
        Self { address, shared }
    }

    /// As an endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request whose first line begins with `what` gets `fault`. Several are used up in order.
    pub fn inject(&self, what: &str, fault: Fault) {
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back((what.to_owned(), fault));
    }

    /// Faults that were not used up.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes the heads of all requests so far.
    #[must_use]
    pub fn take_heads(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.heads.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes it.
        let _ = TcpStream::connect(self.address);
    }
}

/// One request per connection.
fn serve(mut stream: TcpStream, upstream: SocketAddr, shared: &Shared) -> io::Result<()> {
    let Some((head, body)) = request(&mut stream)? else { return Ok(()) };
    let fault = {
        let mut faults = shared.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(|(what, _)| head.starts_with(what.as_str()));
        at.and_then(|at| faults.remove(at)).map(|(_, fault)| fault)
    };
    shared.heads.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let keep = match fault {
        Some(Fault::Answer { status, headers, body }) => {
            let headers: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
            let body = if head.starts_with("HEAD ") { String::new() } else { body };
            let answer = format!("HTTP/1.1 {status} As Told\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            return stream.write_all(answer.as_bytes());
        }
        Some(Fault::Drop) => return stream.shutdown(Shutdown::Both),
        Some(Fault::Cut(keep)) => (Some(keep), false),
        Some(Fault::Shorten(keep)) => (Some(keep), true),
        None => (None, false),
    };
    forward(&mut stream, upstream, &head, &body, keep)
}

/// Passes a request on and its answer back; at most so many bytes of the body, with the length corrected or not.
fn forward(stream: &mut TcpStream, upstream: SocketAddr, head: &str, body: &[u8], (keep, correct): (Option<usize>, bool)) -> io::Result<()> {
    let mut server = TcpStream::connect(upstream)?;
    let lines: Vec<&str> = head.trim_end().lines().filter(|l| !l.to_ascii_lowercase().starts_with("connection:")).collect();
    server.write_all(format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let at = answer.windows(4).position(|w| w == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    let (head, body) = answer.split_at(at);
    let head = String::from_utf8_lossy(head);
    let sent = keep.unwrap_or(body.len()).min(body.len());
    let head = match header(&head, "content-length") {
        Some(len) if correct => head.replace(&format!("ength: {len}\r\n"), &format!("ength: {sent}\r\n")),
        _ => head.into_owned(),
    };
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body[..sent])?;
    stream.shutdown(Shutdown::Write)
}
