//! The organisation: its tree, and what is attached to it.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};

use super::{Aws, Collected, Refusal, Service};

/// What Organizations says where there is no organisation.
const NONE: &str = "AWSOrganizationsNotInUseException";
/// Names of the mark in its requests and answers.
const MARK: (&str, &str) = ("NextToken", "NextToken");
/// Organizations takes few calls a second.
const CONCURRENCY: usize = 3;
/// Units that are followed; an organisation may have 2,000.
const UNITS: usize = 20_000;

impl Aws {
    /// Tree, service control policies and resource control policies. Without an organisation there is no file.
    pub(super) async fn organization(&self, out: &mut Collected) {
        let described = self.ask("DescribeOrganization", json!({})).await;
        if described.as_ref().is_err_and(|refusal| refusal.code == NONE) {
            return;
        }
        let bills_only =
            described.as_ref().is_ok_and(|v| v.pointer("/Organization/FeatureSet").and_then(Value::as_str) == Some("CONSOLIDATED_BILLING"));
        out.file("organization/organization.json", described.map(|value| slim(&value)));
        let roots = self.items("ListRoots", json!({}), "Roots").await;
        for (kind, file) in [("SERVICE_CONTROL_POLICY", "scp"), ("RESOURCE_CONTROL_POLICY", "rcp")] {
            // Where a type is not enabled, nothing of it is in force.
            if bills_only || roots.as_ref().is_ok_and(|roots| !roots.iter().any(|root| enabled(root, kind))) {
                continue;
            }
            let policies = self.policies(kind).await.map(|policies| json!({ "Policies": policies }));
            out.file(&format!("organization/{file}.json"), policies);
        }
        let tree = match roots {
            Ok(roots) => self.tree(roots).await,
            Err(refusal) => Err(refusal),
        };
        out.file("organization/tree.json", tree);
    }

    async fn ask(&self, operation: &str, body: Value) -> Result<Value, Refusal> {
        self.json(Service::Organizations, &self.client.region, operation, &body).await
    }

    async fn items(&self, operation: &str, body: Value, list: &str) -> Result<Vec<Value>, Refusal> {
        self.listed((Service::Organizations, &self.client.region), operation, body, list, MARK).await
    }

    /// Units and accounts, each with its parent.
    async fn tree(&self, roots: Vec<Value>) -> Result<Value, Refusal> {
        let (mut units, mut accounts) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        let mut level: Vec<String> = roots.iter().filter_map(id).collect();
        while !level.is_empty() {
            level.retain(|parent| seen.insert(parent.clone()));
            if seen.len() > UNITS {
                return Err(Refusal::new("ListOrganizationalUnitsForParent", "Endless", "the tree does not end"));
            }
            let asks = std::mem::take(&mut level).into_iter().map(|parent| self.children(parent));
            let mut answers = stream::iter(asks).buffered(CONCURRENCY);
            while let Some(answer) = answers.next().await {
                let (below, members) = answer?;
                level.extend(below.iter().filter_map(id));
                units.extend(below);
                accounts.extend(members);
            }
        }
        let roots: Vec<Value> = roots.iter().map(|root| named(root, None)).collect();
        Ok(json!({"Roots": roots, "OrganizationalUnits": units, "Accounts": accounts}))
    }

    async fn children(&self, parent: String) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
        let body = json!({ "ParentId": parent });
        let below = |found: Vec<Value>| found.iter().map(|v| named(v, Some(&parent))).collect();
        let units = self.items("ListOrganizationalUnitsForParent", body.clone(), "OrganizationalUnits").await?;
        let accounts = self.items("ListAccountsForParent", body.clone(), "Accounts").await?;
        Ok((below(units), below(accounts)))
    }

    /// Policies of a type with their content and their targets. One whose content is refused stays without; targets that are refused leave nothing sure.
    async fn policies(&self, kind: &str) -> Result<Vec<Value>, Refusal> {
        let listed = self.items("ListPolicies", json!({ "Filter": kind }), "Policies").await?;
        let asks = listed.into_iter().map(|summary| async move {
            let id = id(&summary).ok_or_else(|| Refusal::malformed("ListPolicies"))?;
            let targets = self.items("ListTargetsForPolicy", json!({ "PolicyId": id }), "Targets").await?;
            let described = self.ask("DescribePolicy", json!({ "PolicyId": id })).await;
            let content = described.ok().and_then(|v| v.pointer("/Policy/Content").cloned());
            let targets: Vec<Value> = targets.iter().map(|target| json!({"TargetId": target.get("TargetId")})).collect();
            let mut policy = json!({"PolicySummary": named(&summary, None), "Targets": targets});
            if let Some(content) = content {
                policy["Content"] = content;
            }
            Ok(policy)
        });
        let answers: Vec<Result<Value, Refusal>> = stream::iter(asks).buffered(CONCURRENCY).collect().await;
        answers.into_iter().collect()
    }
}

fn id(value: &Value) -> Option<String> {
    value.get("Id")?.as_str().map(str::to_owned)
}

fn enabled(root: &Value, kind: &str) -> bool {
    let types = root.get("PolicyTypes").and_then(Value::as_array);
    types
        .into_iter()
        .flatten()
        .any(|t| t.get("Type").and_then(Value::as_str) == Some(kind) && t.get("Status").and_then(Value::as_str) == Some("ENABLED"))
}

/// Id, ARN and name. Addresses of owners are nobody's business here.
fn named(value: &Value, parent: Option<&str>) -> Value {
    let kept = ["Id", "Arn", "Name"].iter().filter_map(|key| Some(((*key).to_owned(), value.get(*key)?.clone())));
    let parent = parent.map(|parent| ("ParentId".to_owned(), Value::String(parent.to_owned())));
    Value::Object(kept.chain(parent).collect::<Map<_, _>>())
}

/// The organisation without the address of its owner.
fn slim(value: &Value) -> Value {
    let organization = value.get("Organization").unwrap_or(value);
    let kept = ["Id", "Arn", "FeatureSet", "MasterAccountId"].iter().filter_map(|key| Some(((*key).to_owned(), organization.get(*key)?.clone())));
    json!({"Organization": kept.collect::<Map<_, _>>()})
}
