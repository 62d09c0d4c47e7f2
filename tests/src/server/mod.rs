//! Servers for tests.

use std::{
    env,
    io::{self, Read},
    net::TcpStream,
    path::{Path, PathBuf},
};

pub mod listing;
pub mod mariadb;
pub mod moto;
pub mod postgres;
pub mod proxy;
pub mod stub;

/// Longest head of a request, bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// The folder of the Python programs that tests use: `SONDE_TEST_VENV`, else `.cache/venv` in the repository.
#[must_use]
pub fn venv() -> PathBuf {
    env::var_os("SONDE_TEST_VENV").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/venv"), PathBuf::from)
}

/// Reads a request: its head with the empty line, and its body. `None`: the client is gone.
fn request(stream: &mut TcpStream) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        let read = stream.read(&mut buffer)?;
        if read == 0 || bytes.len() > HEAD_LIMIT {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..read]);
    };
    let mut body = bytes.split_off(head);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let len = header(&head, "content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
    while body.len() < len {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(None);
        }
        body.extend_from_slice(&buffer[..read]);
    }
    Ok(Some((head, body)))
}

/// A header of a head; `name` in lower case.
#[must_use]
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| line.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name))).map(|(_, value)| value.trim())
}
