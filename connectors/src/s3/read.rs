//! Reading ranges of the version that was listed.

use std::{ops::Range, sync::Arc};

use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives::DateTime};
use bytes::{Bytes, BytesMut};

use super::{Source, error, version};
use crate::{Error, ErrorKind, Object, Result};

/// An answer that breaks off later than this was of some use.
const PROGRESS: usize = 64 * 1024;

/// How the body of an answer ended.
enum Body {
    Complete,
    /// The connection broke, or the server sent less than it said.
    Short(Option<Box<dyn std::error::Error + Send + Sync>>),
}

/// Reads all of `range`, which lies within the listed size. Requests are repeated by the client, bodies that break off are continued here.
pub(super) async fn read(source: Arc<Source>, object: Object, range: Range<u64>) -> Result<Bytes> {
    if range.is_empty() {
        return Ok(Bytes::new());
    }
    let fail = |kind, message: &str| Error::new(kind, &source.uri, message).at(&object.key);
    let len = usize::try_from(range.end - range.start).map_err(|_| fail(ErrorKind::Limit, "the range is larger than memory"))?;
    let mut bytes = BytesMut::with_capacity(len);
    let mut wait = source.options.backoff;
    let mut attempt = 1;
    loop {
        let begun = bytes.len();
        let rest = range.start + begun as u64..range.end;
        let mut answer = get(&source, &object, &rest).await?;
        let body = collect(&mut answer, &object, &rest, len, &mut bytes).await.map_err(|message| fail(ErrorKind::Changed, message))?;
        let cause = match body {
            Body::Complete => return Ok(bytes.freeze()),
            Body::Short(cause) => cause,
        };
        if bytes.len() - begun >= PROGRESS {
            // It moves on: only attempts in a row that bring little count.
            (attempt, wait) = (1, source.options.backoff);
        }
        if attempt >= source.options.max_attempts {
            let error = fail(ErrorKind::Transient, "the answer breaks off each time");
            return Err(match cause {
                Some(cause) => error.because(cause),
                None => error,
            });
        }
        tracing::debug!(key = %object.key.escape_debug(), at = rest.start, "an answer broke off");
        tokio::time::sleep(wait).await;
        (attempt, wait) = (attempt + 1, wait * 2);
    }
}

/// Asks for a range.
async fn get(source: &Source, object: &Object, range: &Range<u64>) -> Result<GetObjectOutput> {
    let version = version::parse(&object.version);
    let request = source.client.get_object().bucket(&source.bucket).key(String::from_utf8_lossy(&object.locator)).set_request_payer(source.payer());
    let request = request.range(format!("bytes={}-{}", range.start, range.end - 1)).set_version_id(version.id.map(str::to_owned));
    let request = request.set_if_match(version.etag.map(str::to_owned)).set_if_unmodified_since(version.unmodified_since.map(DateTime::from_millis));
    request.send().await.map_err(|e| error::of(&source.uri, &object.key, e))
}

/// Appends the body to `bytes`, up to `len` of them. `Err`: it is another version, though the server has not said so.
async fn collect(
    answer: &mut GetObjectOutput,
    object: &Object,
    range: &Range<u64>,
    len: usize,
    bytes: &mut BytesMut,
) -> std::result::Result<Body, &'static str> {
    let listed = version::parse(&object.version).etag;
    if let (Some(listed), Some(got)) = (listed, answer.e_tag())
        && listed.trim_matches('"') != got.trim_matches('"')
    {
        return Err("changed since it was listed");
    }
    // Some servers send the whole object whatever the range.
    let mut skip = match answer.content_range().map(content_range) {
        None => range.start,
        Some(Some((start, total))) if start == range.start && total.is_none_or(|t| t == object.size) => 0,
        Some(_) => return Err("the server sends another range than asked for"),
    };
    loop {
        match answer.body.next().await {
            Some(Ok(mut chunk)) => {
                let cut = usize::try_from(skip).unwrap_or(usize::MAX).min(chunk.len());
                skip -= cut as u64;
                bytes::Buf::advance(&mut chunk, cut);
                chunk.truncate(len - bytes.len());
                bytes.extend_from_slice(&chunk);
                if bytes.len() == len {
                    return Ok(Body::Complete);
                }
            }
            Some(Err(e)) => return Ok(Body::Short(Some(e.into()))),
            None => return Ok(Body::Short(None)),
        }
    }
}

/// Start and total of `bytes 5-9/100`.
fn content_range(header: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-')?.0.parse().ok()?;
    Some((start, if total == "*" { None } else { Some(total.parse().ok()?) }))
}

/// A small object as it is now.
pub(super) async fn small(source: &Source, key: &str, limit: u64) -> Result<Bytes> {
    let request = source.client.get_object().bucket(&source.bucket).key(key).set_request_payer(source.payer());
    let mut answer = request.send().await.map_err(|e| error::of(&source.uri, key, e))?;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = answer.body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|e| Error::new(ErrorKind::Transient, &source.uri, "the answer breaks off").at(key).because(e))?);
        if bytes.len() as u64 > limit {
            return Err(Error::new(ErrorKind::Limit, &source.uri, "larger than expected").at(key));
        }
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        for (header, want) in [
            ("bytes 5-9/100", Some((5, Some(100)))),
            ("bytes 0-0/*", Some((0, None))),
            ("bytes */100", None),
            ("items 5-9/100", None),
            ("bytes 5-9/x", None),
            ("", None),
        ] {
            assert_eq!(content_range(header), want, "{header}");
        }
    }
}
