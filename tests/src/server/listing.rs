//! An S3 server that only lists: as many keys as asked for, none of them kept.

use std::{
    fmt::Write as _,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use super::{header, request};

/// Keys on a page, as on S3.
const PAGE: u64 = 1000;

/// A running server with one bucket of any name.
#[derive(Debug)]
pub struct Listing {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    keys: u64,
    pages: AtomicU64,
    stopped: AtomicBool,
}

impl Listing {
    /// Starts one that lists `keys` objects of 100 bytes: `data/000000000.txt` and so on.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(keys: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared { keys, pages: AtomicU64::new(0), stopped: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if theirs.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&theirs);
                // A client that goes away is no trouble of ours.
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, shared }
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

    /// Pages sent so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.shared.pages.load(Ordering::SeqCst)
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes it.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers request after request on one connection.
fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some((head, _)) = request(&mut stream)? {
        let mut line = head.split(' ');
        let (method, target) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let (status, body) = match method {
            "HEAD" => ("200 OK", String::new()),
            "GET" if target.contains("list-type=2") => {
                shared.pages.fetch_add(1, Ordering::SeqCst);
                ("200 OK", page(shared.keys, target))
            }
            _ => ("404 Not Found", "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
        };
        let len = body.len();
        stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len}\r\n\r\n{body}").as_bytes())?;
        if header(&head, "connection") == Some("close") {
            break;
        }
    }
    Ok(())
}

/// One page of ListObjectsV2.
fn page(keys: u64, target: &str) -> String {
    let token = target.split(['?', '&']).find_map(|p| p.strip_prefix("continuation-token="));
    let first = token.and_then(|t| t.parse().ok()).unwrap_or(0).min(keys);
    let end = (first + PAGE).min(keys);
    let mut out = String::with_capacity(300 * 1024);
    let _ = write!(
        out,
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><EncodingType>url</EncodingType>"
    );
    let _ = write!(out, "<KeyCount>{}</KeyCount><MaxKeys>{PAGE}</MaxKeys><IsTruncated>{}</IsTruncated>", end - first, end < keys);
    if end < keys {
        let _ = write!(out, "<NextContinuationToken>{end}</NextContinuationToken>");
    }
    for i in first..end {
        let _ = write!(
            out,
            "<Contents><Key>data/{i:09}.txt</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified><ETag>&quot;{i:032x}&quot;</ETag><Size>100</Size><StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    out + "</ListBucketResult>"
}
