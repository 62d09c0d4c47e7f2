//! Multi-region and Object Lambda access points, with their policies.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Aws, Collected, PAGES, Refusal, Service, xml::Node};
use crate::percent::encoded;

/// Where every multi-region access point is managed.
const MULTI_REGION_HOME: &str = "us-west-2";
const MULTI_REGION: &str = "/v20180820/mrap/instances";
const OBJECT_LAMBDA: &str = "/v20180820/accesspointforobjectlambda";

type Answer<T> = Result<T, Refusal>;

impl Aws {
    /// Multi-region access points of the account: the list says all of them but the policy.
    pub(super) async fn multi_region_points(&self, out: &mut Collected) {
        let listed = self.pages(MULTI_REGION_HOME, "ListMultiRegionAccessPoints", MULTI_REGION, "AccessPoints").await;
        let points = match listed {
            Ok(points) => points,
            // The partition has none: there is no such place.
            Err(refusal) if refusal.code == "MethodNotAllowed" => return,
            Err(refusal) => return out.unread("access-points (multi-region)", refusal),
        };
        for point in points {
            let Some(name) = point.text_of("Name").filter(|name| is_name(name)) else {
                out.unread("access-points (multi-region)", "one has a name that cannot be one");
                continue;
            };
            let buckets = point.child("Regions").into_iter().flat_map(|r| &r.children);
            let regions: Vec<Value> = buckets.map(Node::value).collect();
            let described = json!({"AccessPoint": {
                "Name": name, "Alias": point.text_of("Alias"), "Regions": regions, "PublicAccessBlock": point.child("PublicAccessBlock").map(Node::value)}});
            let path = format!("{MULTI_REGION}/{}/policy", encoded(name));
            let (operation, root) = ("GetMultiRegionAccessPointPolicy", "GetMultiRegionAccessPointPolicyResult");
            let policy = self.get_xml(Service::S3Control, MULTI_REGION_HOME, operation, path, &[root]).await;
            let established = |node: &Node| node.child("Policy")?.child("Established")?.text_of("Policy").map(str::to_owned);
            let policy = match policy.map(|node| established(&node)) {
                Ok(Some(text)) => Some(Ok(json!({"Policy": {"Established": {"Policy": text}}}))),
                Ok(None) => None,
                Err(refusal) => Some(Err(refusal)),
            };
            point_files(out, name, "multi-region", Ok(described), policy);
        }
    }

    /// Object Lambda access points of every region.
    pub(super) async fn object_lambda_points(&self, regions: &BTreeSet<String>, out: &mut Collected) {
        for region in regions {
            let listed = self.pages(region, "ListAccessPointsForObjectLambda", OBJECT_LAMBDA, "ObjectLambdaAccessPointList").await;
            let points = match listed {
                Ok(points) => points,
                Err(refusal) => {
                    out.unread(&format!("access-points (Object Lambda, {region})"), refusal);
                    continue;
                }
            };
            for point in points {
                let Some(name) = point.text_of("Name").filter(|name| is_name(name)) else {
                    out.unread(&format!("access-points (Object Lambda, {region})"), "one has a name that cannot be one");
                    continue;
                };
                let path = format!("{OBJECT_LAMBDA}/{}", encoded(name));
                let (operation, root) = ("GetAccessPointConfigurationForObjectLambda", "GetAccessPointConfigurationForObjectLambdaResult");
                let described = self.get_xml(Service::S3Control, region, operation, format!("{path}/configuration"), &[root]).await;
                let described = described.and_then(|node| configuration(&node, &point).ok_or_else(|| Refusal::malformed(operation)));
                let (operation, root) = ("GetAccessPointPolicyForObjectLambda", "GetAccessPointPolicyForObjectLambdaResult");
                let policy = self.get_xml(Service::S3Control, region, operation, format!("{path}/policy"), &[root]).await;
                let policy = policy.map(|node| json!({"Policy": node.text_of("Policy").unwrap_or_default()}));
                point_files(out, name, region, described, Some(policy));
            }
        }
    }

    /// All elements of a list of the control plane.
    async fn pages(&self, region: &str, operation: &str, root: &str, list: &str) -> Answer<Vec<Node>> {
        let (mut all, mut path) = (Vec::new(), format!("{root}?maxResults=100"));
        for _ in 0..PAGES {
            let mut page = self.get_xml(Service::S3Control, region, operation, path, &[&format!("{operation}Result")]).await?;
            let next = page.text_of("NextToken").map(str::to_owned);
            all.extend(page.children.iter_mut().filter(|c| c.name == list).flat_map(|c| std::mem::take(&mut c.children)));
            match next {
                Some(next) => path = format!("{root}?maxResults=100&nextToken={}", encoded(&next)),
                None => return Ok(all),
            }
        }
        Err(Refusal::new(operation, "Endless", "the list does not end"))
    }
}

/// Files of one, in a folder that no other has.
fn point_files(out: &mut Collected, name: &str, kind: &str, described: Answer<Value>, policy: Option<Answer<Value>>) {
    let taken = out.files.contains_key(&out.path(&format!("access-points/{name}/access-point.json")));
    let folder = if taken { format!("{name}@{kind}") } else { name.to_owned() };
    out.file(&format!("access-points/{folder}/access-point.json"), described);
    if let Some(policy) = policy {
        out.file(&format!("access-points/{folder}/policy.json"), policy);
    }
}

/// What `get-access-point-configuration-for-object-lambda` prints, with the ARN that the list says.
fn configuration(answer: &Node, listed: &Node) -> Option<Value> {
    let configuration = answer.child("Configuration")?;
    let function = |t: &Node| t.child("ContentTransformation")?.child("AwsLambda")?.text_of("FunctionArn").map(str::to_owned);
    let transformation = |t: &Node| {
        let actions: Vec<&str> = t.child("Actions").into_iter().flat_map(|a| &a.children).map(|a| a.text.trim()).collect();
        json!({"Actions": actions, "ContentTransformation": {"AwsLambda": {"FunctionArn": function(t)}}})
    };
    let transformations: Vec<Value> =
        configuration.child("TransformationConfigurations").into_iter().flat_map(|t| &t.children).map(transformation).collect();
    Some(json!({"Configuration": {
        "Name": listed.text_of("Name"),
        "ObjectLambdaAccessPointArn": listed.text_of("ObjectLambdaAccessPointArn"),
        "SupportingAccessPoint": configuration.text_of("SupportingAccessPoint")?,
        "TransformationConfigurations": transformations}}))
}

/// A name with a slash would leave its folder.
fn is_name(name: &str) -> bool {
    !name.contains(['/', '\\']) && name != "." && name != ".."
}
