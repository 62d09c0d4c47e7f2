//! Buckets and what is set on them.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};

use super::{Aws, Collected, Node, PAGES, Refusal, Service, endpoint::is_region};
use crate::percent::encoded;

/// A bucket's files, and its region if it is known.
struct Bucket {
    name: String,
    region: Option<String>,
    files: Vec<(&'static str, Result<Value, Refusal>)>,
}

/// Operation, sub-resource, file, outermost elements, and how the command line shows it.
type Setting = (&'static str, &'static str, &'static str, &'static [&'static str], fn(&Node) -> Value);

const SETTINGS: &[Setting] = &[
    ("GetBucketAcl", "acl", "acl.json", &["AccessControlPolicy"], acl),
    (
        "GetPublicAccessBlock",
        "publicAccessBlock",
        "public-access-block.json",
        &["PublicAccessBlockConfiguration"],
        |node| json!({"PublicAccessBlockConfiguration": node.value()}),
    ),
    (
        "GetBucketOwnershipControls",
        "ownershipControls",
        "ownership-controls.json",
        &["OwnershipControls"],
        |node| json!({"OwnershipControls": rules(node)}),
    ),
    (
        "GetBucketEncryption",
        "encryption",
        "encryption.json",
        &["ServerSideEncryptionConfiguration"],
        |node| json!({"ServerSideEncryptionConfiguration": rules(node)}),
    ),
    ("GetBucketTagging", "tagging", "tagging.json", &["Tagging"], |node| {
        let tags = node.child("TagSet").map(|set| set.all("Tag").map(tag).collect());
        json!({"TagSet": Value::Array(tags.unwrap_or_default())})
    }),
    ("GetBucketAbac", "abac", "abac.json", &["AbacStatus"], |node| json!({"AbacStatus": node.value()})),
];

impl Aws {
    /// All buckets; gives their regions.
    pub(super) async fn buckets(&self, out: &mut Collected) -> BTreeSet<String> {
        let (listed, refusal) = self.bucket_names(out).await;
        if let Some(refusal) = refusal {
            out.unread("buckets", refusal);
        }
        let fetches = listed.into_iter().map(|(name, region)| self.bucket(name, region));
        let mut fetched = stream::iter(fetches).buffered(self.client.concurrency);
        let mut regions = BTreeSet::new();
        while let Some(bucket) = fetched.next().await {
            for (file, answer) in bucket.files {
                out.file(&format!("buckets/{}/{file}", bucket.name), answer);
            }
            regions.extend(bucket.region);
        }
        regions
    }

    /// Names and regions of all buckets; what stopped the list before its end.
    async fn bucket_names(&self, out: &mut Collected) -> (Vec<(String, Option<String>)>, Option<Refusal>) {
        const OPERATION: &str = "ListBuckets";
        let (mut names, mut token): (Vec<(String, Option<String>)>, Option<String>) = (Vec::new(), None);
        for _ in 0..PAGES {
            let mut path = "/?max-buckets=1000".to_owned();
            if let Some(token) = &token {
                path = format!("/?continuation-token={}&max-buckets=1000", encoded(token));
            }
            let page = match self.get_xml(Service::S3, &self.client.region, OPERATION, path, &["ListAllMyBucketsResult"]).await {
                Ok(page) => page,
                Err(refusal) => return (names, Some(refusal)),
            };
            for bucket in page.child("Buckets").into_iter().flat_map(|buckets| buckets.all("Bucket")) {
                let name = bucket.text_of("Name").unwrap_or_default();
                if is_bucket(name) {
                    names.push((name.to_owned(), bucket.text_of("BucketRegion").filter(|r| is_region(r)).map(str::to_owned)));
                } else {
                    out.odd("buckets", name, "a bucket");
                }
            }
            match page.text_of("ContinuationToken") {
                Some(next) => token = Some(next.to_owned()),
                None => return (names, None),
            }
        }
        (names, Some(Refusal::new(OPERATION, "Endless", "the list does not end")))
    }

    async fn bucket(&self, name: String, listed: Option<String>) -> Bucket {
        let mut files = Vec::new();
        let asked = listed.as_deref().unwrap_or(&self.client.region).to_owned();
        let path = |what: &str| format!("/{}?{what}", encoded(&name));
        let location = self.get_xml(Service::S3, &asked, "GetBucketLocation", path("location"), &["LocationConstraint"]).await;
        let region = match &location {
            // No constraint is the oldest region, and `EU` an old name.
            Ok(node) => match node.text.trim() {
                "" => Some("us-east-1".to_owned()),
                "EU" => Some("eu-west-1".to_owned()),
                named => Some(named.to_owned()).filter(|r| is_region(r)),
            },
            Err(_) => listed,
        };
        files.push(("location.json", location.map(|_| json!({"LocationConstraint": region}))));
        let there = region.as_deref().unwrap_or(&asked);
        let policy = self.get(Service::S3, there, "GetBucketPolicy", path("policy")).await;
        files.push(("policy.json", policy.map(|text| json!({"Policy": String::from_utf8_lossy(&text)}))));
        for (operation, what, file, roots, shown) in SETTINGS {
            let answer = self.get_xml(Service::S3, there, operation, path(what), roots).await;
            files.push((*file, answer.map(|node| shown(&node))));
        }
        Bucket { region, files, name }
    }

    /// Block Public Access of the whole account.
    pub(super) async fn account_block(&self, out: &mut Collected) {
        let path = "/v20180820/configuration/publicAccessBlock".to_owned();
        let roots = &["PublicAccessBlockConfiguration", "GetPublicAccessBlockOutput", "GetPublicAccessBlockResult"];
        let answer = self.get_xml(Service::S3Control, &self.client.region, "GetPublicAccessBlock", path, roots).await;
        let answer = answer.map(|node| {
            let flags = node.child("PublicAccessBlockConfiguration").unwrap_or(&node);
            json!({"PublicAccessBlockConfiguration": flags.value()})
        });
        let file = format!("account/{}/public-access-block.json", self.account);
        out.file(&file, answer);
    }
}

/// Whether a name can be a bucket's: it becomes part of a path, and the server writes it.
fn is_bucket(name: &str) -> bool {
    name.len() <= 255 && !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

/// Repeated `Rule` elements as the list `Rules`.
fn rules(node: &Node) -> Value {
    json!({"Rules": node.all("Rule").map(Node::value).collect::<Vec<_>>()})
}

fn tag(node: &Node) -> Value {
    let text = |name: &str| node.child(name).map_or("", |c| c.text.as_str());
    json!({"Key": text("Key"), "Value": text("Value")})
}

fn acl(node: &Node) -> Value {
    let grants = node.child("AccessControlList").map(|list| list.all("Grant").map(Node::value).collect()).unwrap_or_default();
    let mut out = Map::new();
    if let Some(owner) = node.child("Owner") {
        out.insert("Owner".to_owned(), owner.value());
    }
    out.insert("Grants".to_owned(), Value::Array(grants));
    Value::Object(out)
}
