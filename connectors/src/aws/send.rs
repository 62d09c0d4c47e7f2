//! One call: signed, sent, repeated while it is worth it, and what was answered.

use std::{
    error::Error as _,
    fmt,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError},
};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sigv4::{
    http_request::{PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign},
    sign::v4,
};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::{
    http::HttpConnector,
    orchestrator::{HttpRequest, HttpResponse},
};
use serde_json::Value;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use super::{
    endpoint::{Endpoints, Service, home, is_region},
    xml,
};

/// Larger answers are not read: a page of authorization details has a few megabytes.
const LARGEST: usize = 256 << 20;
/// Longest wait before a call is repeated.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Credentials that end earlier are fetched anew.
const MARGIN: Duration = Duration::from_secs(300);
/// How often an answer may send us to another region.
const REDIRECTS: usize = 2;
/// Codes by which AWS asks for fewer calls, or for the same one again.
const AGAIN: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "SlowDown",
    "PriorRequestNotComplete",
    "RequestTimeout",
    "RequestTimeoutException",
    "InternalError",
    "InternalFailure",
    "ServiceUnavailable",
    "ServiceException",
    "KMSInternalException",
    "DependencyTimeoutException",
];

/// A call.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) service: Service,
    pub(super) region: &'a str,
    /// Its name at AWS.
    pub(super) operation: &'a str,
    pub(super) method: &'static str,
    /// Path and query, encoded.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// Why there is no answer. Printed as the `aws` command line prints it, so that it is understood like a dumped one.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    operation: String,
    /// AWS's code, or a word of ours.
    pub(super) code: String,
    message: String,
    /// Whether trying again may help.
    again: bool,
    /// Where the thing is, if the answer says that it is elsewhere.
    region: Option<String>,
    /// The credentials are at fault, not the call.
    pub(super) credentials: bool,
}

impl Refusal {
    pub(super) fn new(operation: &str, code: &str, message: &str) -> Self {
        Self { operation: operation.to_owned(), code: code.to_owned(), message: message.to_owned(), again: false, region: None, credentials: false }
    }

    /// An answer that is not what it should be.
    pub(super) fn malformed(operation: &str) -> Self {
        Self::new(operation, "Malformed", "the answer cannot be understood")
    }

    fn again(mut self) -> Self {
        self.again = true;
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "An error occurred ({}) when calling the {} operation: ", self.code, self.operation)?;
        // Names that others chose stand in the message. They must not read as one of the codes that mean `there is none`.
        let misleading = ["NoSuch", "NotFound", "NotExist"].iter().any(|word| self.message.contains(word));
        f.write_str(if misleading { "(message left out)" } else { &self.message })
    }
}

/// Sends calls.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) connector: Connector,
    pub(super) provider: SharedCredentialsProvider,
    pub(super) credentials: Mutex<Option<Credentials>>,
    pub(super) endpoints: Endpoints,
    /// Region of whatever has none of its own.
    pub(super) region: String,
    pub(super) max_attempts: u32,
    pub(super) backoff: Duration,
    /// Longest time of one attempt, its answer read.
    pub(super) timeout: Duration,
    /// How many calls are under way at once.
    pub(super) concurrency: usize,
    pub(super) repeated: AtomicU32,
}

impl Client {
    /// Sends a call until there is an answer that stands, following a bucket to its region.
    pub(super) async fn send(&self, call: &Call<'_>, account: &str) -> Result<Vec<u8>, Refusal> {
        let mut region = home(call.service, call.region).to_owned();
        let mut redirects = 0;
        loop {
            match self.patiently(call, &region, account).await {
                Err(Refusal { region: Some(there), .. }) if there != region && redirects < REDIRECTS => {
                    redirects += 1;
                    region = there;
                }
                outcome => return outcome,
            }
        }
    }

    async fn patiently(&self, call: &Call<'_>, region: &str, account: &str) -> Result<Vec<u8>, Refusal> {
        let mut wait = self.backoff;
        let mut attempt = 1;
        loop {
            match self.once(call, region, account).await {
                Err(refusal) if refusal.again && attempt < self.max_attempts => {
                    // Calls that were refused together do not come again together.
                    let turn = self.repeated.fetch_add(1, Ordering::Relaxed) % 8;
                    sleep(wait + wait * turn / 8).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn once(&self, call: &Call<'_>, region: &str, account: &str) -> Result<Vec<u8>, Refusal> {
        let url = self.endpoints.base(call.service, region, account) + &call.path;
        let request = self.signed(call, region, &url).await?;
        let exchange = async {
            let unreachable = |e: &dyn fmt::Debug| {
                tracing::debug!(operation = call.operation, error = ?e, "no answer");
                Refusal::new(call.operation, "Unreachable", "the server cannot be reached").again()
            };
            let response = self.connector.call(request).await.map_err(|e| unreachable(&e))?;
            answered(call.operation, response).await
        };
        match timeout(self.timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Refusal::new(call.operation, "TimedOut", "there was no answer in time").again()),
        }
    }

    async fn signed(&self, call: &Call<'_>, region: &str, url: &str) -> Result<HttpRequest, Refusal> {
        let unsendable = |_: &dyn fmt::Debug| Refusal::new(call.operation, "Unsendable", "the call cannot be made of these names");
        let identity = self.credentials(call.operation).await?.into();
        let mut settings = SigningSettings::default();
        if call.service.signs_as() == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(call.service.signs_as())
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|e| unsendable(&e))?
            .into();
        let headers = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let signable = SignableRequest::new(call.method, url, headers, SignableBody::Bytes(call.body.as_bytes())).map_err(|e| unsendable(&e))?;
        let (instructions, _) = sign(signable, &params).map_err(|e| unsendable(&e))?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(call.body.as_str()));
        request.set_method(call.method).map_err(|e| unsendable(&e))?;
        request.set_uri(url).map_err(|e| unsendable(&e))?;
        let (signature, _) = instructions.into_parts();
        let signature = signature.iter().map(|h| (h.name(), h.value().to_owned()));
        for (name, value) in call.headers.iter().cloned().chain(signature) {
            request.headers_mut().try_insert(name, value).map_err(|e| unsendable(&e))?;
        }
        Ok(request)
    }

    /// Credentials that last for a while.
    async fn credentials(&self, operation: &str) -> Result<Credentials, Refusal> {
        let mut known = self.credentials.lock().await;
        let soon = SystemTime::now() + MARGIN;
        if let Some(credentials) = known.as_ref().filter(|c| c.expiry().is_none_or(|at| at > soon)) {
            return Ok(credentials.clone());
        }
        let fetched = self.provider.provide_credentials().await.map_err(|e| {
            tracing::debug!(error = ?e.source(), "no credentials");
            let message = match e {
                CredentialsError::CredentialsNotLoaded(_) => "no credentials found; set them (environment, profile, role)",
                CredentialsError::ProviderTimedOut(_) => "no credentials found in time; set them (environment, profile, role)",
                CredentialsError::InvalidConfiguration(_) => "the configuration of the credentials is wrong",
                _ => "the credentials could not be loaded; log in again",
            };
            Refusal { credentials: true, ..Refusal::new(operation, "NoCredentials", message) }
        })?;
        *known = Some(fetched.clone());
        Ok(fetched)
    }
}

/// Reads an answer to its end.
async fn answered(operation: &str, mut response: HttpResponse) -> Result<Vec<u8>, Refusal> {
    let status = response.status().as_u16();
    let region = response.headers().get("x-amz-bucket-region").map(str::to_owned);
    let mut body = ByteStream::new(response.take_body());
    let mut bytes = Vec::new();
    loop {
        match body.try_next().await {
            Ok(None) => break,
            Ok(Some(part)) if bytes.len() + part.len() <= LARGEST => bytes.extend_from_slice(&part),
            Ok(Some(_)) => return Err(Refusal::new(operation, "TooLarge", "the answer is larger than 256 MiB")),
            Err(_) => return Err(Refusal::new(operation, "Unreachable", "the answer was cut off").again()),
        }
    }
    if (200..300).contains(&status) {
        return Ok(bytes);
    }
    Err(refused(operation, status, region, &bytes))
}

/// An answer that says no.
fn refused(operation: &str, status: u16, region: Option<String>, body: &[u8]) -> Refusal {
    let (code, message, named) = said(body);
    let safe: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(60).collect();
    let code = if safe.is_empty() { format!("HTTP{status}") } else { safe };
    let message: String = message.lines().next().unwrap_or_default().chars().take(300).collect();
    let mut refusal = Refusal::new(operation, &code, &message);
    refusal.again = matches!(status, 429 | 500 | 502..=504) || AGAIN.contains(&code.as_str());
    let elsewhere = matches!(status, 301 | 307) || matches!(code.as_str(), "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException");
    refusal.region = region.or(named).filter(|r| elsewhere && is_region(r));
    refusal
}

/// Code, message and region in the body of an error: XML of S3, of the query interfaces, or JSON.
fn said(body: &[u8]) -> (String, String, Option<String>) {
    if let Some(root) = xml::parse(body) {
        let error = root.child("Error").or_else(|| root.child("Errors")?.child("Error")).unwrap_or(&root);
        let text = |name: &str| error.text_of(name).unwrap_or_default().to_owned();
        return (text("Code"), text("Message"), error.text_of("Region").map(str::to_owned));
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Default::default() };
    let text = |names: [&str; 2]| names.iter().find_map(|name| value.get(*name)?.as_str()).unwrap_or_default();
    let code = text(["__type", "code"]);
    (code.rsplit('#').next().unwrap_or(code).to_owned(), text(["message", "Message"]).to_owned(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_say_no() {
        let s3 = b"<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>".as_slice();
        let iam =
            b"<ErrorResponse xmlns='u'><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
                .as_slice();
        let kms =
            br#"{"__type":"com.amazonaws.kms#AccessDeniedException","Message":"User: arn:aws:iam::1:user/NoSuchBucketPolicy may not"}"#.as_slice();
        let moved = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-1</Region></Error>".as_slice();
        let evil = b"<Error><Code>PermanentRedirect</Code><Region>a.example/-#</Region></Error>".as_slice();
        for (status, body, code, again, region) in [
            (404, s3, "NoSuchBucketPolicy", false, None),
            (400, iam, "Throttling", true, None),
            (400, kms, "AccessDeniedException", false, None),
            (400, moved, "AuthorizationHeaderMalformed", false, Some("eu-west-1")),
            (301, evil, "PermanentRedirect", false, None),
            (403, b"<html>".as_slice(), "HTTP403", false, None),
            (503, b"".as_slice(), "HTTP503", true, None),
        ] {
            let refusal = refused("Op", status, None, body);
            assert_eq!((refusal.code.as_str(), refusal.again, refusal.region.as_deref()), (code, again, region));
            assert!(refusal.to_string().starts_with(&format!("An error occurred ({code}) when calling the Op operation: ")));
        }
        // A name in a message is no code.
        assert!(!refused("Op", 400, None, kms).to_string().contains("NoSuchBucketPolicy"));
    }
}
