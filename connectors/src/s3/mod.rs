//! S3 and compatible stores, with raw keys.

use std::{fmt, ops::Range, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::{Client, config};
use aws_smithy_http_client::tls;
use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture, stream::BoxStream};

use crate::{
    Connector, Listed, Object, Opened, Result, RowStream,
    aws::profile::{self, FIRST_REGION},
    connector, extract,
    filter::Filter,
};

mod error;
mod list;
mod read;
mod uri;
mod version;

/// How a bucket is reached and what of it is read.
#[derive(Clone, Debug)]
pub struct S3Options {
    /// Another server than AWS; buckets are then named in the path. `None`: as the environment and the profile say.
    pub endpoint_url: Option<String>,
    /// Region. `None`: as the environment and the profile say; the bucket's own is found out.
    pub region: Option<String>,
    /// Profile of the shared configuration.
    pub profile: Option<String>,
    /// Credentials in place of those that the environment, the profile or the machine give.
    pub credentials: Option<SharedCredentialsProvider>,
    /// Sends unsigned requests.
    pub anonymous: bool,
    /// Declares that we pay for requests and transfer.
    pub requester_pays: bool,
    /// Lists every version of each object, not only the latest.
    pub versions: bool,
    /// How often a request is tried in all, at least once.
    pub max_attempts: u32,
    /// First wait before a request is repeated; doubled each time.
    pub backoff: Duration,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for an answer to begin.
    pub read_timeout: Duration,
    /// What is read. Without an `ignore_file`, the `.sondeignore` right under the prefix is honoured.
    pub filter: Filter,
}

impl Default for S3Options {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            region: None,
            profile: None,
            credentials: None,
            anonymous: false,
            requester_pays: false,
            versions: false,
            max_attempts: 6,
            backoff: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(30),
            filter: Filter::default(),
        }
    }
}

/// The objects of a bucket whose keys begin with a prefix.
#[derive(Clone, Debug)]
pub struct S3 {
    source: Arc<Source>,
}

/// All that listing and reading share.
#[derive(Debug)]
struct Source {
    client: Client,
    /// `s3://bucket/prefix`.
    uri: String,
    bucket: String,
    prefix: String,
    options: S3Options,
}

impl S3 {
    /// A source of `s3://bucket/prefix`: every key that begins with `prefix`, as it is written (a bucket has no folders). Finds the bucket's region.
    ///
    /// # Errors
    /// `Config` for a wrong URI, `Denied` without credentials, `NotFound` when the bucket is not there, `Transient` when the server cannot be reached.
    pub async fn connect(uri: &str, options: S3Options) -> Result<Self> {
        let (bucket, prefix) = uri::parse(uri)?;
        let conf = configure(&options).await;
        let asked = conf.region().map(ToString::to_string);
        let mut client = Client::from_conf(conf.clone());
        let uri = if prefix.is_empty() { format!("s3://{bucket}/") } else { uri.to_owned() };
        if let Some(region) = error::preflight(&uri, client.head_bucket().bucket(&bucket).send().await)?
            && asked.as_deref() != Some(&region)
        {
            tracing::debug!(%bucket, %region, "the bucket is in another region");
            client = Client::from_conf(conf.to_builder().region(Region::new(region)).build());
        }
        Ok(Self { source: Arc::new(Source { client, uri, bucket, prefix, options }) })
    }
}

/// Settings of the client: options first, then the environment and the profile.
async fn configure(options: &S3Options) -> config::Config {
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https();
    let attempts = options.max_attempts.max(1);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(options.backoff))
        .timeout_config(TimeoutConfig::builder().connect_timeout(options.connect_timeout).read_timeout(options.read_timeout).build());
    if let Some(endpoint) = &options.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    let elsewhere = options.anonymous || options.endpoint_url.is_some();
    loader = profile::placed(loader, options.region.as_deref(), options.profile.as_deref(), elsewhere);
    if options.anonymous {
        loader = loader.no_credentials();
    } else if let Some(credentials) = &options.credentials {
        loader = loader.credentials_provider(credentials.clone());
    }
    let shared = loader.load().await;
    let elsewhere = shared.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let mut conf = config::Builder::from(&shared)
        .force_path_style(elsewhere)
        // A checksum of the whole object says nothing about a range of it.
        .response_checksum_validation(config::ResponseChecksumValidation::WhenRequired);
    if shared.region().is_none() {
        conf = conf.region(Region::new(FIRST_REGION));
    }
    conf.build()
}

impl fmt::Display for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source.uri)
    }
}

impl Connector for S3 {
    fn uri(&self) -> &str {
        &self.source.uri
    }

    fn kind(&self) -> &'static str {
        "s3"
    }

    fn list(&self) -> BoxStream<'static, Result<Listed>> {
        list::list(Arc::clone(&self.source))
    }

    fn read(&self, object: &Object, range: Range<u64>) -> BoxFuture<'static, Result<Bytes>> {
        let range = range.start..range.end.min(object.size);
        read::read(Arc::clone(&self.source), object.clone(), range).boxed()
    }

    fn open(&self, object: &Object, options: &extract::Options) -> Result<Opened> {
        Ok(Opened::Bytes(extract::open(&object.key, object.size, options)))
    }

    fn rows(&self, object: &Object, _: &extract::Part) -> BoxFuture<'static, Result<RowStream>> {
        connector::no_rows(&self.source.uri, object)
    }
}
