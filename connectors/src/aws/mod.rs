//! Identities and policies of an AWS account, asked of AWS.
//!
//! The answers are kept as the files that the `aws` command line would have printed into a folder, so that there is one reading of AWS:
//! `sonde_access::aws::import`. Only calls that read are made. One that is refused, throttled to the end or not understood becomes a file that holds
//! the error, or an entry of [`Collected::unread`] where no file can stand for it: it is never taken for "there is none".

mod access_point;
mod bucket;
mod endpoint;
mod iam;
mod identity_center;
mod key;
mod lent;
mod more_points;
mod organization;
pub(crate) mod profile;
mod send;
mod xml;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::atomic::AtomicU32,
    time::Duration,
};

use aws_config::BehaviorVersion;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use serde_json::Value;
use tokio::sync::Mutex;

use self::{
    endpoint::{Endpoints, Service, is_region},
    profile::FIRST_REGION,
    send::{Call, Client, Refusal},
    xml::Node,
};
use crate::{Error, ErrorKind, Result, percent::encoded};

/// Pages of a list that are followed: an answer that never ends is not believed.
const PAGES: usize = 10_000;

/// How AWS is reached.
#[derive(Clone, Debug)]
pub struct AwsOptions {
    /// Another server than AWS's, for every service. `None`: as the environment and the profile say.
    pub endpoint_url: Option<String>,
    /// Region of what has none of its own. `None`: as the environment and the profile say. Regions of buckets are found out.
    pub region: Option<String>,
    /// Profile of the shared configuration.
    pub profile: Option<String>,
    /// Credentials in place of those that the environment, the profile or the machine give.
    pub credentials: Option<SharedCredentialsProvider>,
    /// How often a call is tried in all, at least once.
    pub max_attempts: u32,
    /// First wait before a call is repeated; doubled each time.
    pub backoff: Duration,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time of one attempt, its answer read.
    pub timeout: Duration,
    /// How many calls are under way at once, at least one.
    pub concurrency: usize,
}

impl Default for AwsOptions {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            region: None,
            profile: None,
            credentials: None,
            max_attempts: 7,
            backoff: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(120),
            concurrency: 12,
        }
    }
}

/// What was read of an account.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// The account of the caller.
    pub account: String,
    /// Path in the folder (`accounts/ID/…`) → what the command line would have printed there.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What no file can stand for: (place, why).
    pub unread: Vec<(String, String)>,
}

impl Collected {
    fn path(&self, name: &str) -> String {
        format!("accounts/{}/{name}", self.account)
    }

    /// An answer; a refusal is kept as what the command line says then.
    fn file(&mut self, name: &str, answer: std::result::Result<Value, Refusal>) {
        let content = match answer {
            Ok(value) => value.to_string(),
            Err(refusal) => refusal.to_string(),
        };
        self.files.insert(self.path(name), content.into_bytes());
    }

    /// A name that cannot be asked about: whose it is stays unread.
    fn odd(&mut self, place: &str, name: &str, of: &str) {
        let name: String = name.chars().take(100).collect();
        self.unread(place, format!("`{}` is left out: {of} has no such name", name.escape_debug()));
    }

    fn unread(&mut self, place: &str, why: impl fmt::Display) {
        self.unread.push((self.path(place), why.to_string()));
    }
}

/// An AWS account, seen with the credentials of somebody in it.
#[derive(Debug)]
pub struct Aws {
    client: Client,
    account: String,
}

impl Aws {
    /// Finds credentials, and whose account it is.
    ///
    /// # Errors
    /// `Denied` without credentials or with wrong ones, `Transient` when AWS cannot be reached.
    pub async fn connect(options: AwsOptions) -> Result<Self> {
        let client = configure(&options).await?;
        let mut aws = Self { client, account: String::new() };
        aws.account = aws.caller().await?;
        Ok(aws)
    }

    /// The account, 12 digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Asks everything. What could not be read is in the answer.
    pub async fn collect(&self) -> Collected {
        let mut out = Collected { account: self.account.clone(), ..Collected::default() };
        self.identities(&mut out).await;
        let mut regions = BTreeSet::from([self.client.region.clone()]);
        regions.extend(self.buckets(&mut out).await);
        self.account_block(&mut out).await;
        self.access_points(&regions, &mut out).await;
        self.multi_region_points(&mut out).await;
        self.object_lambda_points(&regions, &mut out).await;
        self.keys(&regions, &mut out).await;
        self.organization(&mut out).await;
        self.lent(&regions, &mut out).await;
        self.identity_center(&regions, &mut out).await;
        out
    }

    /// Account of the credentials.
    async fn caller(&self) -> Result<String> {
        let answer = self.query(Service::Sts, "GetCallerIdentity", "2011-06-15", &[]).await;
        let answer = answer.and_then(|node| {
            let account = node.text_of("Account").filter(|a| a.len() == 12 && a.bytes().all(|b| b.is_ascii_digit()));
            account.map(str::to_owned).ok_or_else(|| Refusal::malformed("GetCallerIdentity"))
        });
        answer.map_err(|refusal| {
            if refusal.credentials {
                return Error::new(ErrorKind::Denied, "aws", refusal.to_string().rsplit(": ").next().unwrap_or_default());
            }
            let kind = match refusal.code.as_str() {
                "Unreachable" | "TimedOut" => ErrorKind::Transient,
                "Malformed" => ErrorKind::Corrupt,
                _ => ErrorKind::Denied,
            };
            Error::new(kind, "aws", format!("whose account it is cannot be asked: {refusal}"))
        })
    }

    /// A call of the query interfaces (IAM, STS): its result.
    async fn query(&self, service: Service, operation: &str, version: &str, parameters: &[(&str, &str)]) -> std::result::Result<Node, Refusal> {
        let mut body = format!("Action={operation}&Version={version}");
        for (name, value) in parameters {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())];
        let call = Call { service, region: &self.client.region, operation, method: "POST", path: "/".to_owned(), headers, body };
        let answer = self.client.send(&call, &self.account).await?;
        let mut root = xml::parse(&answer).ok_or_else(|| Refusal::malformed(operation))?;
        let result = root.children.iter().position(|c| c.name == format!("{operation}Result"));
        result.map(|at| root.children.swap_remove(at)).ok_or_else(|| Refusal::malformed(operation))
    }

    /// A call of the JSON interfaces. Lake Formation has the name of the call in the path, the others in a header.
    async fn json(&self, service: Service, region: &str, operation: &str, body: &Value) -> std::result::Result<Value, Refusal> {
        let (path, headers) = match service.target() {
            Some(prefix) => {
                let target = ("x-amz-target", format!("{prefix}.{operation}"));
                ("/".to_owned(), vec![("content-type", "application/x-amz-json-1.1".to_owned()), target])
            }
            None => (format!("/{operation}"), vec![("content-type", "application/json".to_owned())]),
        };
        let call = Call { service, region, operation, method: "POST", path, headers, body: body.to_string() };
        let answer = self.client.send(&call, &self.account).await?;
        serde_json::from_slice(&answer).ok().filter(Value::is_object).ok_or_else(|| Refusal::malformed(operation))
    }

    /// All pages of a list of the JSON interfaces: what is in the member `list`. `token`: name of the mark in requests and in answers.
    async fn listed(
        &self,
        (service, region): (Service, &str),
        operation: &str,
        mut body: Value,
        list: &str,
        token: (&str, &str),
    ) -> std::result::Result<Vec<Value>, Refusal> {
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let mut page = self.json(service, region, operation, &body).await?;
            match page.get_mut(list).map(Value::take) {
                Some(Value::Array(items)) => all.extend(items),
                _ => return Err(Refusal::malformed(operation)),
            }
            match page.get(token.1).and_then(Value::as_str).filter(|t| !t.is_empty()) {
                Some(next) => body[token.0] = Value::String(next.to_owned()),
                None => return Ok(all),
            }
        }
        Err(Refusal::new(operation, "Endless", "the list does not end"))
    }

    /// All pages of a list of S3's control plane: the elements of `list`, and what stopped it before its end. `path` has a query.
    async fn control_list(&self, region: &str, operation: &str, path: String, list: &str) -> (Vec<Node>, Option<Refusal>) {
        let (mut all, mut next) = (Vec::new(), path.clone());
        for _ in 0..PAGES {
            let mut page = match self.get_xml(Service::S3Control, region, operation, next, &[&format!("{operation}Result")]).await {
                Ok(page) => page,
                Err(refusal) => return (all, Some(refusal)),
            };
            let mark = page.text_of("NextToken").map(|mark| format!("{path}&nextToken={}", encoded(mark)));
            all.extend(page.children.iter_mut().filter(|c| c.name == list).flat_map(|c| std::mem::take(&mut c.children)));
            match mark {
                Some(mark) => next = mark,
                None => return (all, None),
            }
        }
        (all, Some(Refusal::new(operation, "Endless", "the list does not end")))
    }

    /// A GET of S3 or of its control plane.
    async fn get(&self, service: Service, region: &str, operation: &str, path: String) -> std::result::Result<Vec<u8>, Refusal> {
        let headers = match service {
            Service::S3Control => vec![("x-amz-account-id", self.account.clone())],
            _ => Vec::new(),
        };
        let call = Call { service, region, operation, method: "GET", path, headers, body: String::new() };
        self.client.send(&call, &self.account).await
    }

    /// The same, as XML whose outermost element is one of `roots`.
    async fn get_xml(&self, service: Service, region: &str, operation: &str, path: String, roots: &[&str]) -> std::result::Result<Node, Refusal> {
        let answer = self.get(service, region, operation, path).await?;
        xml::parse(&answer).filter(|root| roots.contains(&root.name.as_str())).ok_or_else(|| Refusal::malformed(operation))
    }
}

/// Settings: options first, then the environment and the profile.
async fn configure(options: &AwsOptions) -> Result<Client> {
    let crypto = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new().tls_provider(crypto.clone()).build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
    let mut loader = profile::placed(loader, options.region.as_deref(), options.profile.as_deref(), options.endpoint_url.is_some());
    if let Some(credentials) = &options.credentials {
        loader = loader.credentials_provider(credentials.clone());
    }
    let shared = loader.load().await;
    let region = shared.region().map_or(FIRST_REGION, |r| r.as_ref()).to_owned();
    if !is_region(&region) {
        return Err(Error::new(ErrorKind::Config, "aws", "the region is not the name of one, such as `eu-west-1`"));
    }
    let provider = shared.credentials_provider().ok_or_else(|| Error::new(ErrorKind::Denied, "aws", "no credentials found"))?;
    let settings = HttpConnectorSettings::builder().connect_timeout(options.connect_timeout).read_timeout(options.timeout).build();
    let mut connector = Connector::builder().tls_provider(crypto).connector_settings(settings);
    connector.set_sleep_impl(shared.sleep_impl());
    Ok(Client {
        connector: connector.build(),
        provider,
        credentials: Mutex::new(None),
        endpoints: Endpoints::new(options.endpoint_url.as_deref(), shared.endpoint_url()),
        region,
        max_attempts: options.max_attempts.max(1),
        backoff: options.backoff,
        timeout: options.timeout,
        concurrency: options.concurrency.max(1),
        repeated: AtomicU32::new(0),
    })
}
