//! Identity Center: who is given which permission set in the account, and who is in which group.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};

use super::{Aws, Collected, Refusal, Service};

/// Names of the mark in requests and answers.
const MARK: (&str, &str) = ("NextToken", "NextToken");
/// Calls under way at once: its limits are low.
const CONCURRENCY: usize = 4;
/// What in the other answers leads to people: roles that Identity Center made, and grants to people and groups of its directory.
const LEADS: &[&[u8]] = &[b"AWSReservedSSO_", b":identitystore:", b"DIRECTORY_USER", b"DIRECTORY_GROUP"];

impl Aws {
    /// Asked only where something leads to people. An account that does not manage Identity Center may not be told.
    pub(super) async fn identity_center(&self, regions: &BTreeSet<String>, out: &mut Collected) {
        let leads = |content: &[u8]| LEADS.iter().any(|lead| content.windows(lead.len()).any(|w| w == *lead));
        if !out.files.values().any(|content| leads(content)) {
            return;
        }
        let first = [self.client.region.clone()];
        let (mut found, mut refused) = (None, None);
        for region in first.iter().chain(regions.iter().filter(|r| **r != self.client.region)) {
            match self.listed((Service::Sso, region), "ListInstances", json!({"MaxResults": 100}), "Instances", MARK).await {
                Ok(instances) if instances.is_empty() => {}
                Ok(instances) => {
                    found = Some((region.clone(), instances));
                    break;
                }
                Err(refusal) => refused = Some(refusal),
            }
        }
        let Some((region, instances)) = found else {
            let none = || Refusal::new("ListInstances", "NotVisible", "no instance can be seen from this account in the regions that were asked");
            return out.file("identity-center/instances.json", Err(refused.unwrap_or_else(none)));
        };
        for instance in &instances {
            let text = |key: &str| instance.get(key).and_then(Value::as_str).map(str::to_owned);
            let (Some(arn), Some(directory)) = (text("InstanceArn"), text("IdentityStoreId")) else { continue };
            self.directory(&region, &directory, out).await;
            self.assigned(&region, &arn, out).await;
        }
    }

    /// People, groups, and who is in which.
    async fn directory(&self, region: &str, directory: &str, out: &mut Collected) {
        let body = json!({"IdentityStoreId": directory, "MaxResults": 100});
        let users = self.listed((Service::IdentityStore, region), "ListUsers", body.clone(), "Users", MARK).await;
        out.file(&file(directory, "users"), users.map(|all| json!({"Users": slim(&all, &["UserId", "UserName"])})));
        let groups = self.listed((Service::IdentityStore, region), "ListGroups", body, "Groups", MARK).await;
        let ids: Vec<String> = groups.iter().flatten().filter_map(|g| g.get("GroupId")?.as_str().map(str::to_owned)).collect();
        out.file(&file(directory, "groups"), groups.map(|all| json!({"Groups": slim(&all, &["GroupId", "DisplayName"])})));
        let fetches = ids.into_iter().map(|group| async move {
            let body = json!({"IdentityStoreId": directory, "GroupId": group, "MaxResults": 100});
            self.listed((Service::IdentityStore, region), "ListGroupMemberships", body, "GroupMemberships", MARK).await
        });
        let fetched: Vec<Result<Vec<Value>, Refusal>> = stream::iter(fetches).buffered(CONCURRENCY).collect().await;
        let all: Result<Vec<Vec<Value>>, Refusal> = fetched.into_iter().collect();
        let members = all.map(|all| json!({"GroupMemberships": slim(&all.concat(), &["GroupId", "MemberId"])}));
        out.file(&file(directory, "group-memberships"), members);
    }

    /// Permission sets that this account has, and to whom they are given in it.
    async fn assigned(&self, region: &str, instance: &str, out: &mut Collected) {
        let name = instance.rsplit('/').next().unwrap_or_default().to_owned();
        let body = json!({"InstanceArn": instance, "AccountId": self.account, "MaxResults": 100});
        let sets = self.listed((Service::Sso, region), "ListPermissionSetsProvisionedToAccount", body, "PermissionSets", MARK).await;
        let sets: Vec<String> = match sets {
            Ok(sets) => sets.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Err(refusal) => return out.file(&file(&name, "assignments"), Err(refusal)),
        };
        let fetches = sets.into_iter().map(|set| async move {
            let described =
                self.json(Service::Sso, region, "DescribePermissionSet", &json!({"InstanceArn": instance, "PermissionSetArn": set})).await?;
            let body = json!({"InstanceArn": instance, "AccountId": self.account, "PermissionSetArn": set, "MaxResults": 100});
            let given = self.listed((Service::Sso, region), "ListAccountAssignments", body, "AccountAssignments", MARK).await?;
            Ok((described.get("PermissionSet").cloned().unwrap_or_default(), given))
        });
        let fetched: Vec<Result<(Value, Vec<Value>), Refusal>> = stream::iter(fetches).buffered(CONCURRENCY).collect().await;
        let all: Result<Vec<(Value, Vec<Value>)>, Refusal> = fetched.into_iter().collect();
        let (described, given) = match all {
            Ok(all) => all.into_iter().unzip::<_, _, Vec<Value>, Vec<Vec<Value>>>(),
            Err(refusal) => return out.file(&file(&name, "assignments"), Err(refusal)),
        };
        let described: Vec<Value> = slim(&described, &["PermissionSetArn", "Name"]).into_iter().map(|set| json!({ "PermissionSet": set })).collect();
        out.file(&file(&name, "permission-sets"), Ok(json!({ "PermissionSets": described })));
        let kept = ["AccountId", "PermissionSetArn", "PrincipalType", "PrincipalId"];
        out.file(&file(&name, "assignments"), Ok(json!({"AccountAssignments": slim(&given.concat(), &kept)})));
    }
}

/// The file of something of a directory or an instance. Ids go into the name as far as they can.
fn file(id: &str, what: &str) -> String {
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    format!("identity-center/{id}-{what}.json")
}

/// Some members of each object: names and addresses of people are nobody's business here.
fn slim(all: &[Value], keys: &[&str]) -> Vec<Value> {
    let one = |value: &Value| Value::Object(keys.iter().filter_map(|key| Some(((*key).to_owned(), value.get(*key)?.clone()))).collect::<Map<_, _>>());
    all.iter().map(one).collect()
}
