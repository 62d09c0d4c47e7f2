//! S3 against a real server, and against one that misbehaves.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    env, fs,
    net::TcpListener,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::BehaviorVersion;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_s3::{
    Client,
    config::{Builder, Region},
    types::{BucketVersioningStatus, StorageClass, VersioningConfiguration},
};
use futures::{FutureExt, StreamExt, future::BoxFuture};
use sonde_connectors::{
    Connector, Error, ErrorKind, Listed, Object, Reason, Result,
    filter::{Filter, Patterns},
    s3::{S3, S3Options},
    testing::{World, contract},
};
use sonde_tests::server::{
    header,
    listing::Listing,
    moto::Moto,
    proxy::{Fault, Proxy},
};

fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::from_keys("testing", "testing", None))
}

fn options(url: &str) -> S3Options {
    S3Options {
        endpoint_url: Some(url.to_owned()),
        credentials: Some(credentials()),
        max_attempts: 4,
        backoff: Duration::from_millis(10),
        ..S3Options::default()
    }
}

/// A client of our own, to fill buckets.
fn client(url: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let conf = Builder::new().behavior_version(BehaviorVersion::latest()).http_client(http).endpoint_url(url).force_path_style(true);
    Client::from_conf(conf.region(Region::new("us-east-1")).credentials_provider(credentials()).build())
}

/// A bucket of moto's.
struct Bucket {
    client: Client,
    name: String,
    url: String,
    connector: Arc<dyn Connector>,
}

impl Bucket {
    async fn new(url: &str, name: &str) -> Self {
        let client = client(url);
        client.create_bucket().bucket(name).send().await.unwrap();
        let connector = Arc::new(S3::connect(&format!("s3://{name}"), options(url)).await.unwrap());
        Self { client, name: name.to_owned(), url: url.to_owned(), connector }
    }

    async fn put_all(&self, keys: &[&str]) {
        for key in keys {
            self.put(key, b"content".to_vec()).await;
        }
    }
}

impl World for Bucket {
    fn connector(&self) -> Arc<dyn Connector> {
        Arc::clone(&self.connector)
    }

    fn missing(&self) -> BoxFuture<'_, Result<Arc<dyn Connector>>> {
        async { Ok(Arc::new(S3::connect("s3://nobody-has-this-one/x", options(&self.url)).await?) as _) }.boxed()
    }

    fn odd_keys(&self) -> Vec<String> {
        // All that S3 takes, but a line feed, for which moto has no route.
        let keys = [
            "a//b",
            "/lead",
            "dir/marker/",
            "../x",
            "x/../y",
            "./z",
            "..",
            "ctrl\u{1}\t\r\u{7f}x",
            "%41",
            "a+b",
            "e%2Fx",
            "a?b#c&d=e;f",
            "😀",
            "back\\slash",
            "<&>\"'",
        ];
        keys.map(String::from).into()
    }

    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, ()> {
        let put = self.client.put_object().bucket(&self.name).key(key).body(bytes.into()).send();
        async move { drop(put.await.unwrap()) }.boxed()
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        let delete = self.client.delete_object().bucket(&self.name).key(key).send();
        async move { drop(delete.await.unwrap()) }.boxed()
    }
}

async fn listed(connector: &dyn Connector) -> Vec<Listed> {
    connector.list().map(|l| l.unwrap_or_else(|e| panic!("{e}"))).collect().await
}

/// Key, and the reason where skipped.
async fn keys(connector: &dyn Connector) -> Vec<(String, Option<Reason>)> {
    let flat = |l| match l {
        Listed::Object(o) => (o.key, None),
        Listed::Skipped { object, reason, .. } => (object.key, Some(reason)),
    };
    listed(connector).await.into_iter().map(flat).collect()
}

fn want(keys: &[(&str, Option<Reason>)]) -> Vec<(String, Option<Reason>)> {
    keys.iter().map(|(k, r)| ((*k).to_owned(), *r)).collect()
}

async fn first(connector: &dyn Connector) -> Object {
    match listed(connector).await.swap_remove(0) {
        Listed::Object(object) => object,
        skipped @ Listed::Skipped { .. } => panic!("{skipped:?}"),
    }
}

#[tokio::test]
async fn keeps_the_contract() {
    let moto = Moto::start();
    let count = std::cell::Cell::new(0);
    contract(async || {
        count.set(count.get() + 1);
        Bucket::new(&moto.url(), &format!("world-{}", count.get())).await
    })
    .await;
}

#[tokio::test]
async fn what_is_in_scope() {
    let moto = Moto::start();
    let url = moto.url();
    prefixes_and_patterns(&url).await;
    versions(&url).await;
    archived_classes(&url).await;
    refused(&moto).await;
}

async fn prefixes_and_patterns(url: &str) {
    let bucket = Bucket::new(url, "scope").await;
    bucket.put_all(&["p/a.csv", "p/logs/x.log", "p/t/dt=1/x", "p2/a.csv", "q/a.csv", "p/keep.log", "p/b.bak"]).await;
    let at = async |uri: &str, filter: Filter| S3::connect(uri, S3Options { filter, ..options(url) }).await.unwrap();
    let out = Some(Reason::Excluded);

    let s3 = at("s3://scope/p", Filter::default()).await;
    assert_eq!(s3.uri(), "s3://scope/p");
    assert_eq!(keys(&s3).await.len(), 6, "what begins with the prefix, p2/ too");
    let exact = at("s3://scope/p/a.csv", Filter::default()).await;
    assert_eq!(keys(&exact).await, want(&[("p/a.csv", None)]));
    assert_eq!(first(&exact).await.dataset, "s3://scope/p/");
    // No dataset lies above the source.
    assert_eq!(first(&at("s3://scope/p/t/dt=1/", Filter::default()).await).await.dataset, "s3://scope/p/t/dt=1/");
    assert_eq!(first(&at("s3://scope/p/t/", Filter::default()).await).await.dataset, "s3://scope/p/t/");
    assert_eq!(keys(&at("s3://scope/nothing/", Filter::default()).await).await, []);

    let given = Filter {
        exclude: Patterns::new(["*.bak", "/logs/"]).unwrap(),
        suffixes: vec!["csv".into(), "log".into(), "bak".into()],
        ..Filter::default()
    };
    let got = keys(&at("s3://scope/p/", given).await).await;
    let all = [("p/a.csv", None), ("p/b.bak", out), ("p/keep.log", None), ("p/logs/x.log", out), ("p/t/dt=1/x", out)];
    assert_eq!(got, want(&all));

    bucket.put("p/.sondeignore", b"*.log\n!keep.log\n".to_vec()).await;
    let got = keys(&at("s3://scope/p/", Filter::default()).await).await;
    let all = [("p/.sondeignore", None), ("p/a.csv", None), ("p/b.bak", None), ("p/keep.log", None), ("p/logs/x.log", out), ("p/t/dt=1/x", None)];
    assert_eq!(got, want(&all));
}

async fn versions(url: &str) {
    let bucket = Bucket::new(url, "versioned").await;
    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    bucket.client.put_bucket_versioning().bucket("versioned").versioning_configuration(on).send().await.unwrap();
    bucket.put("a//x", b"old".to_vec()).await;
    bucket.put("a//x", b"newer".to_vec()).await;
    bucket.put("gone", b"hidden".to_vec()).await;
    bucket.delete("gone").await;

    assert_eq!(keys(&*bucket.connector).await, want(&[("a//x", None)]));
    let all = S3::connect("s3://versioned/", S3Options { versions: true, ..options(url) }).await.unwrap();
    let mut contents = Vec::new();
    for found in listed(&all).await {
        let Listed::Object(object) = found else { panic!("{found:?}") };
        contents.push((object.key.clone(), all.read(&object, 0..99).await.unwrap()));
    }
    contents.sort();
    let named: Vec<_> = contents.iter().map(|(key, bytes)| (key.split("?versionId=").next().unwrap(), key.contains('?'), &bytes[..])).collect();
    assert_eq!(named, [("a//x", false, &b"newer"[..]), ("a//x", true, b"old"), ("gone", true, b"hidden")], "older versions have keys of their own");
}

async fn archived_classes(url: &str) {
    let bucket = Bucket::new(url, "cold").await;
    for class in [StorageClass::Glacier, StorageClass::DeepArchive, StorageClass::GlacierIr, StorageClass::StandardIa] {
        let put = bucket.client.put_object().bucket("cold").key(class.as_str()).storage_class(class.clone());
        put.body(b"content".to_vec().into()).send().await.unwrap();
    }
    let cold = Some(Reason::InvalidObjectState);
    assert_eq!(keys(&*bucket.connector).await, want(&[("DEEP_ARCHIVE", cold), ("GLACIER", cold), ("GLACIER_IR", None), ("STANDARD_IA", None)]));
    // Should one be read all the same, the server says no.
    let found = listed(&*bucket.connector).await.swap_remove(1);
    let Listed::Skipped { object, .. } = found else { panic!("{found:?}") };
    assert_eq!(object.storage_class.as_deref(), Some("GLACIER"));
    let error = bucket.connector.read(&object, 0..5).await.unwrap_err();
    assert_eq!((error.kind, error.reason()), (ErrorKind::Unsupported, Reason::InvalidObjectState), "{error}");
}

async fn refused(moto: &Moto) {
    let bucket = Bucket::new(&moto.url(), "private").await;
    bucket.put_all(&["x"]).await;
    let object = first(&*bucket.connector).await;
    moto.refuse_all();
    let error = bucket.connector.list().next().await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.reason()), (ErrorKind::Denied, Reason::PermissionDenied), "{error}");
    assert!(error.path.is_empty(), "{error}");
    let error = bucket.connector.read(&object, 0..5).await.unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (ErrorKind::Denied, "x"), "{error}");
}

#[tokio::test]
async fn servers_in_trouble() {
    let moto = Moto::start();
    let proxy = Proxy::start(moto.address());
    let bucket = Bucket::new(&moto.url(), "trouble").await;
    let content: Vec<u8> = (0..400_000_u32).map(|i| i.to_le_bytes()[1]).collect();
    bucket.put("big", content.clone()).await;
    let s3 = S3::connect("s3://trouble/", options(&proxy.url())).await.unwrap();
    headers(&proxy, &s3).await;
    listing_in_trouble(&proxy, &s3).await;
    reading_in_trouble(&proxy, &s3, &content).await;
    other_regions(&proxy).await;
    assert_eq!(proxy.pending(), 0, "every fault was used");
}

/// What is sent with each request.
async fn headers(proxy: &Proxy, s3: &S3) {
    let object = first(s3).await;
    s3.read(&object, 5..9).await.unwrap();
    let heads = proxy.take_heads();
    let get = heads.last().unwrap();
    assert!(get.starts_with("GET /trouble/big"), "{get}");
    assert_eq!(header(get, "if-match"), Some(object.version.as_str()), "{get}");
    assert_eq!(header(get, "range"), Some("bytes=5-8"));
    assert!(heads.iter().all(|h| header(h, "x-amz-request-payer").is_none() && header(h, "authorization").is_some()), "{heads:?}");

    let requester = S3::connect("s3://trouble/", S3Options { requester_pays: true, ..options(&proxy.url()) }).await.unwrap();
    let object = first(&requester).await;
    requester.read(&object, 0..1).await.unwrap();
    let heads = proxy.take_heads();
    assert!(heads.len() >= 3, "{heads:?}");
    assert!(heads.iter().filter(|h| h.starts_with("GET ")).all(|h| header(h, "x-amz-request-payer") == Some("requester")), "{heads:?}");

    let anonymous = S3::connect("s3://trouble/", S3Options { anonymous: true, credentials: None, ..options(&proxy.url()) }).await.unwrap();
    let listing = anonymous.list().next().await.unwrap();
    let heads = proxy.take_heads();
    assert!(heads.len() >= 2 && heads.iter().all(|h| header(h, "authorization").is_none()), "{heads:?} {listing:?}");
}

async fn listing_in_trouble(proxy: &Proxy, s3: &S3) {
    let list = "GET /trouble/?list-type";
    for _ in 0..2 {
        proxy.inject(list, Fault::error(503, "SlowDown"));
    }
    proxy.inject(list, Fault::Drop);
    assert_eq!(keys(s3).await, want(&[("big", None)]));
    for (status, code, times, kind) in [
        (503, "SlowDown", 4, ErrorKind::Throttled),
        (500, "InternalError", 4, ErrorKind::Transient),
        (403, "AccessDenied", 1, ErrorKind::Denied),
        (404, "NoSuchBucket", 1, ErrorKind::NotFound),
    ] {
        for _ in 0..times {
            proxy.inject(list, Fault::error(status, code));
        }
        let all: Vec<_> = s3.list().collect().await;
        let [Err(error)] = &all[..] else { panic!("{code}: {all:?}") };
        assert_eq!(error.kind, kind, "{code}: {error}");
        assert!(error.path.is_empty());
    }
    proxy.inject(list, Fault::Answer { status: 200, headers: vec![], body: "<html>Sign in</html>".into() });
    let error = s3.list().next().await.unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
}

async fn reading_in_trouble(proxy: &Proxy, s3: &S3, content: &[u8]) {
    let object = first(s3).await;
    let get = "GET /trouble/big";
    for faults in [
        vec![Fault::error(503, "SlowDown"), Fault::error(503, "SlowDown")],
        vec![Fault::Drop, Fault::error(500, "InternalError")],
        vec![Fault::Cut(100_000), Fault::Cut(0), Fault::Cut(70_000), Fault::Cut(1)],
        vec![Fault::Shorten(100_000), Fault::Shorten(0), Fault::Shorten(3)],
    ] {
        let what = format!("{faults:?}");
        faults.into_iter().for_each(|fault| proxy.inject(get, fault));
        let got = s3.read(&object, 1000..u64::MAX).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(got, content[1000..], "{what}");
        assert_eq!(proxy.pending(), 0, "{what}");
    }
    for (fault, times, kind, reason) in [
        (Fault::Cut(10), 4, ErrorKind::Transient, Reason::Unreachable),
        (Fault::error(503, "SlowDown"), 4, ErrorKind::Throttled, Reason::Throttled),
        (Fault::error(403, "AccessDenied"), 1, ErrorKind::Denied, Reason::PermissionDenied),
        (Fault::error(403, "InvalidObjectState"), 1, ErrorKind::Unsupported, Reason::InvalidObjectState),
        (Fault::error(412, "PreconditionFailed"), 1, ErrorKind::Changed, Reason::ObjectVersionMismatch),
        (Fault::error(416, "InvalidRange"), 1, ErrorKind::Changed, Reason::ObjectVersionMismatch),
        (Fault::error(400, "KMS.DisabledException"), 1, ErrorKind::Denied, Reason::InvalidKmsKey),
    ] {
        for _ in 0..times {
            proxy.inject(get, fault.clone());
        }
        let error = s3.read(&object, 0..1000).await.unwrap_err();
        assert_eq!((error.kind, error.reason(), error.path.as_str()), (kind, reason, "big"), "{fault:?}: {error}");
    }
    ranges_not_understood(proxy, s3, content).await;
}

/// Servers that send the whole object whatever the range, and ones that do not know `If-Match`.
async fn ranges_not_understood(proxy: &Proxy, s3: &S3, content: &[u8]) {
    let small = Object { size: 10, ..first(s3).await };
    let whole = |etag: &str| Fault::Answer { status: 200, headers: vec![format!("ETag: {etag}")], body: "0123456789".into() };
    proxy.inject("GET /trouble/big", whole(&small.version));
    assert_eq!(s3.read(&small, 3..6).await.unwrap(), "345");
    proxy.inject("GET /trouble/big", whole("\"other\""));
    let error = s3.read(&small, 3..6).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Changed, "{error}");
    let object = first(s3).await;
    assert_eq!(s3.read(&object, 3..6).await.unwrap(), content[3..6]);
}

async fn other_regions(proxy: &Proxy) {
    let moved = |status| Fault::Answer { status, headers: vec!["x-amz-bucket-region: eu-west-1".into()], body: String::new() };
    for status in [301, 400] {
        let _ = proxy.take_heads();
        proxy.inject("HEAD /trouble", moved(status));
        let s3 = S3::connect("s3://trouble/", options(&proxy.url())).await.unwrap();
        assert_eq!(keys(&s3).await, want(&[("big", None)]));
        let heads = proxy.take_heads();
        assert!(header(heads.last().unwrap(), "authorization").unwrap().contains("/eu-west-1/s3/"), "{heads:?}");
    }
    proxy.inject("HEAD /trouble", moved(404));
    proxy.inject(
        "GET /trouble/?list-type",
        Fault::Answer {
            status: 301,
            headers: vec!["x-amz-bucket-region: eu-west-1".into()],
            body: "<Error><Code>PermanentRedirect</Code></Error>".into(),
        },
    );
    let s3 = S3::connect("s3://trouble/", options(&proxy.url())).await.unwrap();
    let error = s3.list().next().await.unwrap().unwrap_err();
    assert!(error.message.contains("`eu-west-1`: set `--region`"), "{error}");
}

#[tokio::test]
async fn nobody_there() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = S3::connect("s3://bucket/", options(&format!("http://{port}"))).await.unwrap_err();
    assert_eq!((error.kind, error.reason()), (ErrorKind::Transient, Reason::Unreachable), "{error}");
}

#[tokio::test]
async fn long_listings_take_constant_memory() {
    let resident = || {
        let statm = fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    const KEYS: u64 = 1_000_000;
    let server = Listing::start(KEYS);
    let s3 = S3::connect("s3://bucket/data/", options(&server.url())).await.unwrap();
    let (mut count, mut early, mut most) = (0, 0, 0);
    let mut stream = s3.list();
    while let Some(listed) = stream.next().await {
        let Listed::Object(object) = listed.unwrap() else { panic!("nothing is skipped") };
        assert_eq!(object.key, format!("data/{count:09}.txt"));
        count += 1;
        if count % 1000 == 0 {
            most = resident().max(most);
        }
        if count == 10_000 {
            early = most;
        }
    }
    assert_eq!((count, server.pages()), (KEYS, KEYS / 1000));
    assert!(most < early + 8 * 1024 * 1024, "{early} bytes after 10,000 keys, {most} at most");
}

/// The outcome of a connection in a process of its own, whose environment we set.
fn in_environment(test: &str, set: &[(&str, &str)]) -> Option<(String, Duration)> {
    if env::var_os("SONDE_TEST_INNER").is_some() {
        return None;
    }
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/credentials"), "[auditor]\naws_access_key_id = AUDITOR\naws_secret_access_key = x\n").unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env_clear().env("SONDE_TEST_INNER", "1").env("HOME", home.path()).envs(set.iter().copied());
    let begun = Instant::now();
    let output = command.output().unwrap();
    Some((String::from_utf8_lossy(&output.stdout).into_owned(), begun.elapsed()))
}

#[expect(clippy::print_stdout, reason = "the process that started this one reads it")]
async fn say(uri: &str, options: S3Options) {
    match S3::connect(uri, options).await {
        Ok(s3) => println!("connected to {s3}"),
        Err(Error { kind, message, .. }) => println!("{kind:?}: {message}"),
    }
}

#[tokio::test]
async fn no_credentials_are_soon_noticed() {
    // A metadata service that takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let imds = format!("http://{}", silent.local_addr().unwrap());
    let server = Listing::start(1);
    let set = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.as_str()), ("AWS_ENDPOINT_URL_S3", &server.url())];
    let Some((out, took)) = in_environment("no_credentials_are_soon_noticed", &set) else {
        return say("s3://bucket/", S3Options::default()).await;
    };
    assert!(out.contains("Denied: no credentials found") && out.contains("`--anonymous`"), "{out}");
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn profiles_and_the_environment_are_used() {
    if env::var_os("SONDE_TEST_INNER").is_some() {
        return say("s3://bucket/", S3Options { profile: Some("auditor".into()), ..S3Options::default() }).await;
    }
    let server = Listing::start(1);
    let proxy = Proxy::start(server.address());
    let (out, _) =
        in_environment("profiles_and_the_environment_are_used", &[("AWS_ENDPOINT_URL", &proxy.url()), ("AWS_REGION", "eu-central-1")]).unwrap();
    assert!(out.contains("connected to s3://bucket/"), "{out}");
    let heads = proxy.take_heads();
    let [head] = &heads[..] else { panic!("{heads:?}") };
    assert!(head.starts_with("HEAD /bucket"), "named in the path: {head}");
    assert!(header(head, "authorization").unwrap().contains("Credential=AUDITOR/"), "{head}");
    assert!(header(head, "authorization").unwrap().contains("/eu-central-1/s3/"), "{head}");
}
