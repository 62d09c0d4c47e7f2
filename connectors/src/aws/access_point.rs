//! Access points and their policies.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Aws, Collected, PAGES, Refusal, Service};
use crate::percent::encoded;

/// Path of the control plane's version.
const ROOT: &str = "/v20180820/accesspoint";

impl Aws {
    /// Access points of every region. Their names are an account's own in each region.
    pub(super) async fn access_points(&self, regions: &BTreeSet<String>, out: &mut Collected) {
        for region in regions {
            let (names, refusal) = self.access_point_names(region, out).await;
            if let Some(refusal) = refusal {
                out.unread(&format!("access-points ({region})"), refusal);
            }
            let fetches = names.into_iter().map(|name| self.access_point(region, name));
            let mut fetched = stream::iter(fetches).buffered(self.client.concurrency);
            while let Some((name, point, policy)) = fetched.next().await {
                let taken = out.files.contains_key(&out.path(&format!("access-points/{name}/access-point.json")));
                let folder = if taken { format!("{name}@{region}") } else { name };
                out.file(&format!("access-points/{folder}/access-point.json"), point);
                out.file(&format!("access-points/{folder}/policy.json"), policy);
            }
        }
    }

    async fn access_point_names(&self, region: &str, out: &mut Collected) -> (Vec<String>, Option<Refusal>) {
        const OPERATION: &str = "ListAccessPoints";
        let (mut names, mut path) = (Vec::new(), format!("{ROOT}?maxResults=1000"));
        for _ in 0..PAGES {
            let page = match self.get_xml(Service::S3Control, region, OPERATION, path, &["ListAccessPointsResult"]).await {
                Ok(page) => page,
                Err(refusal) => return (names, Some(refusal)),
            };
            let points = page.child("AccessPointList").into_iter().flat_map(|list| &list.children);
            for name in points.map(|point| point.text_of("Name").unwrap_or_default()) {
                // A name with a slash would leave its folder.
                if name.is_empty() || name.contains(['/', '\\']) {
                    out.odd(&format!("access-points ({region})"), name, "an access point");
                } else {
                    names.push(name.to_owned());
                }
            }
            match page.text_of("NextToken") {
                Some(next) => path = format!("{ROOT}?maxResults=1000&nextToken={}", encoded(next)),
                None => return (names, None),
            }
        }
        (names, Some(Refusal::new(OPERATION, "Endless", "the list does not end")))
    }

    async fn access_point(&self, region: &str, name: String) -> (String, Result<Value, Refusal>, Result<Value, Refusal>) {
        let path = format!("{ROOT}/{}", encoded(&name));
        let point = self.get_xml(Service::S3Control, region, "GetAccessPoint", path.clone(), &["GetAccessPointResult"]).await;
        let arn = format!("arn:{}:s3:{region}:{}:accesspoint/{name}", partition(region), self.account);
        let point = point.map(|node| {
            let mut value = node.value();
            if let Some(object) = value.as_object_mut() {
                object.entry("AccessPointArn").or_insert(Value::String(arn));
            }
            value
        });
        let policy = self.get_xml(Service::S3Control, region, "GetAccessPointPolicy", path + "/policy", &["GetAccessPointPolicyResult"]).await;
        let policy = policy.map(|node| json!({"Policy": node.child("Policy").map_or("", |p| p.text.as_str())}));
        (name, point, policy)
    }
}

fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
