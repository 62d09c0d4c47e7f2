//! What the answers of a server mean.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};

use crate::{Error, ErrorKind, Reason, Result};

/// Where S3 says in which region a bucket is.
const REGION_HEADER: &str = "x-amz-bucket-region";

/// The bucket's region, found out before anything else; `None`: the server has not said.
pub(super) fn preflight<O, E>(uri: &str, answer: std::result::Result<O, SdkError<E, HttpResponse>>) -> Result<Option<String>>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let e = match answer {
        Ok(_) => return Ok(None),
        Err(e) => e,
    };
    if let Some(region) = region(&e) {
        return Ok(Some(region));
    }
    match e.raw_response().map(|r| r.status().as_u16()) {
        Some(404) => Err(no_bucket(uri)),
        // Listing says more, and may be allowed all the same.
        Some(400..=499) => Ok(None),
        _ => Err(of(uri, "", e)),
    }
}

fn region<E>(e: &SdkError<E, HttpResponse>) -> Option<String> {
    e.raw_response()?.headers().get(REGION_HEADER).map(str::to_owned)
}

fn no_bucket(uri: &str) -> Error {
    Error::new(ErrorKind::NotFound, uri, "the bucket is not there").with_reason(Reason::NoSuchBucketAvailable)
}

/// The error of a request about `key`, or about the bucket where it is empty.
pub(super) fn of<E>(uri: &str, key: &str, e: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let error = match &e {
        SdkError::ServiceError(service) => {
            let (code, status) = (service.err().code().unwrap_or_default(), service.raw().status().as_u16());
            answered(uri, code, status, region(&e), !key.is_empty())
        }
        SdkError::TimeoutError(_) => Error::new(ErrorKind::Transient, uri, "no answer in time"),
        SdkError::ResponseError(_) => {
            Error::new(ErrorKind::Corrupt, uri, "the answer cannot be understood: is it an S3 server?").with_reason(Reason::Unreachable)
        }
        _ => not_sent(uri, &e),
    };
    let error = if error.reason == Some(Reason::NoSuchBucketAvailable) { error } else { error.at(key) };
    tracing::debug!(error = %DisplayErrorContext(&e), "request failed");
    error.because(e)
}

fn not_understood(uri: &str) -> Error {
    Error::new(ErrorKind::Corrupt, uri, "the answer cannot be understood: is it an S3 server?").with_reason(Reason::Unreachable)
}

/// A request that never got an answer.
fn not_sent(uri: &str, e: &(dyn StdError + 'static)) -> Error {
    let mut cause = Some(e);
    while let Some(current) = cause {
        if let Some(credentials) = current.downcast_ref::<CredentialsError>() {
            return no_credentials(uri, credentials);
        }
        cause = current.source();
    }
    let text = format!("{}", DisplayErrorContext(e));
    if text.contains("credential") || text.contains("identity resolver") {
        return Error::new(ErrorKind::Denied, uri, NO_CREDENTIALS);
    }
    Error::new(ErrorKind::Transient, uri, "the server cannot be reached")
}

const NO_CREDENTIALS: &str = "no credentials found; set them (environment, profile, role), or use `--anonymous` for what is public";

fn no_credentials(uri: &str, e: &CredentialsError) -> Error {
    let message = match e {
        CredentialsError::CredentialsNotLoaded(_) => NO_CREDENTIALS,
        CredentialsError::ProviderTimedOut(_) => {
            "no credentials found in time; set them (environment, profile, role), or use `--anonymous` for what is public"
        }
        CredentialsError::InvalidConfiguration(_) => {
            "the configuration of the credentials is wrong; correct it, or use `--anonymous` for what is public"
        }
        _ => "the credentials could not be loaded; log in again, or use `--anonymous` for what is public",
    };
    Error::new(ErrorKind::Denied, uri, message)
}

/// An answer that says no.
fn answered(uri: &str, code: &str, status: u16, region: Option<String>, about_object: bool) -> Error {
    let error = |kind, message: &str| Error::new(kind, uri, message);
    // The code comes from the server.
    let safe: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(60).collect();
    let said = |what: &str| if safe.is_empty() { format!("{what} (status {status})") } else { format!("{what} ({safe})") };
    match (code, status) {
        ("NoSuchBucket", _) => no_bucket(uri),
        ("PreconditionFailed" | "InvalidRange", _) | (_, 412 | 416) => error(ErrorKind::Changed, "changed since it was listed"),
        ("InvalidObjectState", _) => error(ErrorKind::Unsupported, "is archived: restore it first"),
        ("MethodNotAllowed", _) | (_, 405) => error(ErrorKind::NotFound, "deleted since it was listed"),
        ("NoSuchKey" | "NoSuchVersion" | "NotFound", _) | (_, 404) => error(ErrorKind::NotFound, "no longer there"),
        (
            "SlowDown" | "SlowDownRead" | "ServiceUnavailable" | "RequestLimitExceeded" | "TooManyRequests" | "ThrottlingException" | "Throttling",
            _,
        )
        | (_, 429 | 503) => error(ErrorKind::Throttled, "the server asks for fewer requests"),
        (c, _) if c.starts_with("KMS.") => error(ErrorKind::Denied, &said("its key is not usable")).with_reason(Reason::InvalidKmsKey),
        ("InvalidRequest", 400) if about_object => {
            error(ErrorKind::Unsupported, &said("encrypted with a key of the customer")).with_reason(Reason::InvalidEncryption)
        }
        ("PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed", _) | (_, 301 | 307) => {
            let there = region.map_or_else(String::new, |r| format!(", in `{r}`"));
            error(ErrorKind::Config, &format!("the bucket is in another region{there}: set `--region`"))
        }
        ("AccessDenied" | "AllAccessDisabled", _) => error(ErrorKind::Denied, &said("access denied")),
        (_, 401 | 403) => error(ErrorKind::Denied, &said("the credentials are not accepted")),
        (_, 200..=299) => not_understood(uri),
        (_, 500..) => error(ErrorKind::Transient, &said("the server has trouble")),
        _ => error(ErrorKind::Config, &said("the server refuses the request")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        for (code, status, kind, reason) in [
            ("NoSuchBucket", 404, ErrorKind::NotFound, Reason::NoSuchBucketAvailable),
            ("NoSuchKey", 404, ErrorKind::NotFound, Reason::SourceObjectNoLongerAvailable),
            ("", 404, ErrorKind::NotFound, Reason::SourceObjectNoLongerAvailable),
            ("PreconditionFailed", 412, ErrorKind::Changed, Reason::ObjectVersionMismatch),
            ("InvalidRange", 416, ErrorKind::Changed, Reason::ObjectVersionMismatch),
            ("InvalidObjectState", 403, ErrorKind::Unsupported, Reason::InvalidObjectState),
            ("AccessDenied", 403, ErrorKind::Denied, Reason::PermissionDenied),
            ("InvalidAccessKeyId", 403, ErrorKind::Denied, Reason::PermissionDenied),
            ("KMS.DisabledException", 400, ErrorKind::Denied, Reason::InvalidKmsKey),
            ("InvalidRequest", 400, ErrorKind::Unsupported, Reason::InvalidEncryption),
            ("SlowDown", 503, ErrorKind::Throttled, Reason::Throttled),
            ("", 503, ErrorKind::Throttled, Reason::Throttled),
            ("InternalError", 500, ErrorKind::Transient, Reason::Unreachable),
            ("PermanentRedirect", 301, ErrorKind::Config, Reason::Unreachable),
        ] {
            let error = answered("s3://b/", code, status, Some("eu-west-1".into()), true);
            let error = if error.reason == Some(Reason::NoSuchBucketAvailable) { error } else { error.at("k") };
            assert_eq!((error.kind, error.reason()), (kind, reason), "{code} {status}");
        }
        let e = answered("s3://b/", "PermanentRedirect", 301, Some("eu-west-1".into()), true);
        assert!(e.message.contains("`eu-west-1`"), "{e}");
        let e = answered("s3://b/", "Evil\u{1b}[31m", 403, None, true);
        assert_eq!(e.message, "the credentials are not accepted (Evil31m)");
    }
}
