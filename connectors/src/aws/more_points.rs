//! Multi-region and Object Lambda access points, with their policies.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Aws, Collected, Refusal, Service,
    access_point::{point_files, point_name},
    xml::Node,
};
use crate::percent::encoded;

/// Where every multi-region access point is managed.
const MULTI_REGION_HOME: &str = "us-west-2";
const MULTI_REGION: &str = "/v20180820/mrap/instances";
const OBJECT_LAMBDA: &str = "/v20180820/accesspointforobjectlambda";

impl Aws {
    /// Multi-region access points of the account: the list says all of them but the policy.
    pub(super) async fn multi_region_points(&self, out: &mut Collected) {
        let (place, path) = ("access-points (multi-region)", format!("{MULTI_REGION}?maxResults=100"));
        let (points, refusal) = self.control_list(MULTI_REGION_HOME, "ListMultiRegionAccessPoints", path, "AccessPoints").await;
        // Where the method is not there, the partition has none.
        if let Some(refusal) = refusal.filter(|refusal| refusal.code != "MethodNotAllowed") {
            out.unread(place, refusal);
        }
        for point in points {
            let Some(name) = point_name(&point, place, out) else { continue };
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
            let (place, path) = (format!("access-points (Object Lambda, {region})"), format!("{OBJECT_LAMBDA}?maxResults=100"));
            let (points, refusal) = self.control_list(region, "ListAccessPointsForObjectLambda", path, "ObjectLambdaAccessPointList").await;
            if let Some(refusal) = refusal {
                out.unread(&place, refusal);
            }
            for point in points {
                let Some(name) = point_name(&point, &place, out) else { continue };
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
