//! Access points and their policies.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Aws, Collected, Refusal, Service, xml::Node};
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
                point_files(out, &name, region, point, Some(policy));
            }
        }
    }

    async fn access_point_names(&self, region: &str, out: &mut Collected) -> (Vec<String>, Option<Refusal>) {
        let place = format!("access-points ({region})");
        let (points, refusal) = self.control_list(region, "ListAccessPoints", format!("{ROOT}?maxResults=1000"), "AccessPointList").await;
        let names = points.iter().filter_map(|point| point_name(point, &place, out)).map(str::to_owned).collect();
        (names, refusal)
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

/// The name of a listed access point, of whatever kind. One with a slash would leave its folder.
pub(super) fn point_name<'n>(listed: &'n Node, place: &str, out: &mut Collected) -> Option<&'n str> {
    let name = listed.text_of("Name").unwrap_or_default();
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        out.odd(place, name, "an access point");
        return None;
    }
    Some(name)
}

/// Files of an access point, in a folder that no other has: names are an account's own in each region, and for each kind.
pub(super) fn point_files(out: &mut Collected, name: &str, kind: &str, described: Result<Value, Refusal>, policy: Option<Result<Value, Refusal>>) {
    let taken = out.files.contains_key(&out.path(&format!("access-points/{name}/access-point.json")));
    let folder = if taken { format!("{name}@{kind}") } else { name.to_owned() };
    out.file(&format!("access-points/{folder}/access-point.json"), described);
    if let Some(policy) = policy {
        out.file(&format!("access-points/{folder}/policy.json"), policy);
    }
}

fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
