//! A bucket that nobody stores: keys are counted, bytes are made when a range is asked for. Just enough of S3 for one reader.

use std::{
    fmt::Write as _,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::Result;
use sonde_corpus::synth::Synth;

/// Keys of one page of a listing.
const PAGE: u64 = 1000;
/// Version of every object.
const ETAG: &str = "\"5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e\"";

/// What is in the bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// How many objects.
    pub(crate) keys: u64,
    /// End of their names.
    pub(crate) end: &'static str,
    /// Bytes of each.
    pub(crate) size: u64,
    /// Makes them.
    pub(crate) synth: Option<Synth>,
}

/// Serves until the program ends.
#[derive(Debug)]
pub(crate) struct Server {
    url: String,
}

impl Server {
    /// Listens on a free port of the loopback.
    pub(crate) fn start(bucket: Bucket) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let bucket = Arc::new(bucket);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let bucket = Arc::clone(&bucket);
                thread::spawn(move || serve(&bucket, &stream));
            }
        });
        Ok(Self { url })
    }

    /// Its endpoint.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// One request as far as it matters.
#[derive(Debug, Default)]
struct Request {
    method: String,
    path: String,
    query: String,
    range: Option<(u64, u64)>,
}

/// Answers the requests of one connection.
fn serve(bucket: &Bucket, stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(request) = read(&mut reader)? {
        let object = request.path.trim_start_matches('/').split_once('/').is_some_and(|(_, key)| !key.is_empty());
        if request.method == "HEAD" {
            let size = if object { bucket.size } else { 0 };
            write!(writer, "HTTP/1.1 200 OK\r\nETag: {ETAG}\r\nContent-Length: {size}\r\nx-amz-bucket-region: us-east-1\r\n\r\n")?;
        } else if object {
            bucket.object(&request, &mut writer)?;
        } else {
            let body = bucket.page(&request.query);
            write!(writer, "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// The next request; `None` when the connection ends.
fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), range: None };
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim_end().is_empty() {
            return Ok(Some(request));
        }
        let (name, value) = header.split_once(':').unwrap_or((&header, ""));
        if name.eq_ignore_ascii_case("range") {
            request.range = value.trim().strip_prefix("bytes=").and_then(|r| {
                let (from, to) = r.split_once('-')?;
                Some((from.parse().ok()?, to.parse().unwrap_or(u64::MAX)))
            });
        }
    }
}

impl Bucket {
    /// Name of object `n`.
    fn key(&self, n: u64) -> String {
        format!("data/{n:09}.{}", self.end)
    }

    /// One page of the listing: the token is the number of the next object.
    fn page(&self, query: &str) -> String {
        let parameter = |name: &str| query.split('&').find_map(|p| p.split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| v));
        if parameter("list-type").is_none() {
            return "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">us-east-1</LocationConstraint>".to_owned();
        }
        let from: u64 = parameter("continuation-token").and_then(|t| t.parse().ok()).unwrap_or(0);
        let to = (from + PAGE).min(self.keys);
        let mut body = String::with_capacity(256 << 10);
        body.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bench</Name><Prefix></Prefix>");
        let _ = write!(body, "<KeyCount>{}</KeyCount><MaxKeys>{PAGE}</MaxKeys><IsTruncated>{}</IsTruncated>", to - from, to < self.keys);
        if to < self.keys {
            let _ = write!(body, "<NextContinuationToken>{to}</NextContinuationToken>");
        }
        for n in from..to {
            let _ = write!(
                body,
                "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
                self.key(n),
                ETAG.replace('"', "&quot;"),
                self.size
            );
        }
        body.push_str("</ListBucketResult>");
        body
    }

    /// A range of an object, or all of it.
    fn object(&self, request: &Request, writer: &mut &TcpStream) -> io::Result<()> {
        let (from, to) = request.range.map_or((0, self.size), |(from, last)| (from.min(self.size), last.saturating_add(1).min(self.size)));
        let status = if request.range.is_some() { "206 Partial Content" } else { "200 OK" };
        write!(
            writer,
            "HTTP/1.1 {status}\r\nETag: {ETAG}\r\nAccept-Ranges: bytes\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\n\r\n",
            to.saturating_sub(1),
            self.size,
            to - from
        )?;
        let mut buffer = vec![b'\n'; 1 << 20];
        let mut at = from;
        while at < to {
            let n = (to - at).min(buffer.len() as u64) as usize;
            if let Some(synth) = &self.synth {
                synth.read_at(at, &mut buffer[..n]);
            }
            writer.write_all(&buffer[..n])?;
            at += n as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use sonde_corpus::synth::{BLOCK, Density, Shape};

    use super::*;

    /// The answer to one request.
    fn ask(server: &Server, head: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).expect("listening");
        stream.write_all(head.replace('\n', "\r\n").as_bytes()).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("half closed");
        let mut answer = vec![];
        stream.read_to_end(&mut answer).expect("answered");
        answer
    }

    #[test]
    fn pages_and_ranges() {
        let synth = Synth::new(Shape::Log, Density::Sparse, 1);
        let mut expected = vec![0; 70_000];
        synth.read_at(100, &mut expected);
        let server = Server::start(Bucket { keys: 2500, end: "log", size: 4 * BLOCK as u64, synth: Some(synth) }).expect("a port");
        let answer = ask(&server, "GET /bench/data/000000000.log HTTP/1.1\nRange: bytes=100-70099\n\n");
        assert!(answer.starts_with(b"HTTP/1.1 206"));
        assert!(answer.ends_with(&expected));
        let page = |query: &str| String::from_utf8(ask(&server, &format!("GET /bench/?list-type=2{query} HTTP/1.1\n\n"))).expect("XML");
        let first = page("&prefix=");
        assert!(first.contains("<IsTruncated>true</IsTruncated>") && first.contains("<NextContinuationToken>1000<"));
        let last = page("&continuation-token=2000");
        assert_eq!(last.matches("<Key>").count(), 500);
        assert!(last.contains("<IsTruncated>false</IsTruncated>") && last.contains("000002499.log"));
    }
}
