//! Users, groups, roles and managed policies.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Aws, Collected, PAGES, Refusal, Service};

/// Version of IAM's interface.
const VERSION: &str = "2010-05-08";

impl Aws {
    /// `GetAccountAuthorizationDetails`, page by page and without a filter: everything; then the managed policies that are named and not there.
    pub(super) async fn identities(&self, out: &mut Collected) {
        const OPERATION: &str = "GetAccountAuthorizationDetails";
        let (mut there, mut named) = (BTreeSet::new(), BTreeSet::new());
        let mut marker: Option<String> = None;
        for number in 1..=PAGES {
            let file = format!("authorization-details-{number:04}.json");
            let mut parameters = vec![("MaxItems", "1000")];
            parameters.extend(marker.as_deref().map(|m| ("Marker", m)));
            let page = match self.query(Service::Iam, OPERATION, VERSION, &parameters).await {
                Ok(page) => page,
                Err(refusal) => {
                    out.file(&file, Err(refusal));
                    break;
                }
            };
            let truncated = page.text_of("IsTruncated") == Some("true");
            let next = page.text_of("Marker").filter(|_| truncated).map(str::to_owned);
            let value = page.value();
            policies_in(&value, &mut there, &mut named);
            out.file(&file, Ok(value));
            match next {
                // A mark that comes again leads nowhere; that the list is cut short then stands in the page.
                Some(next) if marker.as_ref() != Some(&next) => marker = Some(next),
                _ => break,
            }
        }
        self.missing_policies(named.difference(&there).cloned().collect(), out).await;
    }

    /// A managed policy that is nothing but a boundary is not among the details.
    async fn missing_policies(&self, arns: Vec<String>, out: &mut Collected) {
        let fetches = arns.into_iter().map(|arn| async move {
            let policy = self.policy(&arn).await;
            (arn, policy)
        });
        let fetched: Vec<_> = stream::iter(fetches).buffered(self.client.concurrency).collect().await;
        let mut policies = Vec::new();
        for (arn, policy) in fetched {
            match policy {
                Ok(policy) => policies.push(policy),
                Err(refusal) => out.unread(&format!("policies/{arn}"), refusal),
            }
        }
        if !policies.is_empty() {
            out.file("authorization-details-policies.json", Ok(json!({ "Policies": policies })));
        }
    }

    /// A managed policy with its default version, as among the details.
    async fn policy(&self, arn: &str) -> Result<Value, Refusal> {
        let described = self.query(Service::Iam, "GetPolicy", VERSION, &[("PolicyArn", arn)]).await?;
        let described = described.child("Policy").ok_or_else(|| Refusal::malformed("GetPolicy"))?;
        let version = described.text_of("DefaultVersionId").ok_or_else(|| Refusal::malformed("GetPolicy"))?;
        let got = self.query(Service::Iam, "GetPolicyVersion", VERSION, &[("PolicyArn", arn), ("VersionId", version)]).await?;
        let document = got.child("PolicyVersion").and_then(|v| v.text_of("Document")).ok_or_else(|| Refusal::malformed("GetPolicyVersion"))?;
        let versions = json!([{"VersionId": version, "IsDefaultVersion": true, "Document": document}]);
        Ok(json!({"Arn": arn, "PolicyName": described.text_of("PolicyName"), "DefaultVersionId": version, "PolicyVersionList": versions}))
    }
}

/// ARNs of managed policies that a page describes, and that it names.
fn policies_in(page: &Value, there: &mut BTreeSet<String>, named: &mut BTreeSet<String>) {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let arn = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    there.extend(list(page, "Policies").iter().filter_map(|p| arn(p, "Arn")));
    for kind in ["UserDetailList", "GroupDetailList", "RoleDetailList"] {
        for holder in list(page, kind) {
            named.extend(list(&holder, "AttachedManagedPolicies").iter().filter_map(|p| arn(p, "PolicyArn")));
            named.extend(holder.get("PermissionsBoundary").and_then(|b| arn(b, "PermissionsBoundaryArn")));
        }
    }
}
