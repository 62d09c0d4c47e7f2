//! `buckets/NAME/…`.

use serde_json::Value;

use super::{
    Folder,
    document::{flag, get, list, tags, text},
};
use crate::inventory::{Acl, AclGrant, Bucket, Encryption, PublicAccessBlock, Reading};

/// Files of a bucket that are read.
pub(super) const FILES: &[&str] = &[
    "policy.json",
    "acl.json",
    "public-access-block.json",
    "ownership-controls.json",
    "encryption.json",
    "tagging.json",
    "location.json",
    "abac.json",
];

impl Folder<'_> {
    pub(super) fn buckets(&mut self) {
        for name in self.below("buckets") {
            let path = |file: &str| format!("buckets/{name}/{file}.json");
            let abac = self.parsed(&path("abac"), |v| Ok(enabled(v)));
            let tags = self.parsed(&path("tagging"), |v| Ok(get(v, "TagSet").map_or_else(|| tags(v), tags)));
            let bucket = Bucket {
                policy: self.policy_file(&path("policy")),
                acl: self.parsed(&path("acl"), acl),
                block: self.parsed(&path("public-access-block"), block),
                ownership: self.parsed(&path("ownership-controls"), ownership),
                encryption: self.parsed(&path("encryption"), encryption),
                // Whether tags count is not known: neither, then, are those that count.
                tags: abac.unread().map_or(tags, |why| Reading::Unread(why.to_owned())),
                region: self.parsed(&path("location"), |v| Ok(text(v, "LocationConstraint").unwrap_or("us-east-1").to_owned())).read().cloned(),
                abac: abac.read().copied().unwrap_or(abac.unread().is_some()),
                account: self.account.clone(),
                name: name.clone(),
            };
            if self.account.is_none() {
                self.gap(&format!("buckets/{name}"), "whose account it is cannot be told: put it under `accounts/ID/`");
            }
            self.inventory.buckets.push(bucket);
        }
    }

    /// Account-wide Block Public Access.
    pub(super) fn blocks(&mut self) {
        for id in self.below("account") {
            let block = self.parsed(&format!("account/{id}/public-access-block.json"), block);
            self.inventory.accounts.entry(id).or_default().block = block;
        }
    }
}

fn enabled(value: &Value) -> bool {
    let status = get(value, "AbacStatus").unwrap_or(value);
    text(status, "Status").is_some_and(|s| s.eq_ignore_ascii_case("enabled"))
}

/// `get-public-access-block`.
pub(super) fn block(value: &Value) -> Result<PublicAccessBlock, String> {
    let flags = get(value, "PublicAccessBlockConfiguration").unwrap_or(value);
    let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    if names.iter().all(|name| get(flags, name).is_none()) {
        return Err("none of the four flags is in it".to_owned());
    }
    Ok(PublicAccessBlock {
        block_public_acls: flag(flags, names[0]),
        ignore_public_acls: flag(flags, names[1]),
        block_public_policy: flag(flags, names[2]),
        restrict_public_buckets: flag(flags, names[3]),
    })
}

fn acl(value: &Value) -> Result<Acl, String> {
    if get(value, "Grants").is_none() && get(value, "Owner").is_none() {
        return Err("there is neither an owner nor a grant in it".to_owned());
    }
    let grant = |grant: &Value| {
        let who = get(grant, "Grantee").and_then(|g| text(g, "ID").or_else(|| text(g, "URI")).or_else(|| text(g, "EmailAddress")));
        let (Some(who), Some(permission)) = (who, text(grant, "Permission")) else {
            return Err("a grant does not say to whom, or what".to_owned());
        };
        Ok(AclGrant { grantee: who.to_owned(), permission: permission.to_owned() })
    };
    let owner = get(value, "Owner").and_then(|o| text(o, "ID")).map(str::to_owned);
    Ok(Acl { owner, grants: list(value, "Grants").iter().map(grant).collect::<Result<_, _>>()? })
}

fn ownership(value: &Value) -> Result<String, String> {
    let controls = get(value, "OwnershipControls").unwrap_or(value);
    let rule = list(controls, "Rules").iter().find_map(|rule| text(rule, "ObjectOwnership"));
    rule.or_else(|| text(controls, "ObjectOwnership")).map(str::to_owned).ok_or_else(|| "there is no rule of object ownership in it".to_owned())
}

fn encryption(value: &Value) -> Result<Encryption, String> {
    let configuration = get(value, "ServerSideEncryptionConfiguration").unwrap_or(value);
    let rule = list(configuration, "Rules").iter().find(|rule| get(rule, "ApplyServerSideEncryptionByDefault").is_some());
    let rule = rule.ok_or_else(|| "there is no rule of default encryption in it".to_owned())?;
    let default = get(rule, "ApplyServerSideEncryptionByDefault").unwrap_or(rule);
    let algorithm = text(default, "SSEAlgorithm").ok_or_else(|| "the rule has no algorithm".to_owned())?;
    Ok(Encryption {
        algorithm: algorithm.to_owned(),
        key: text(default, "KMSMasterKeyID").map(str::to_owned),
        bucket_key: flag(rule, "BucketKeyEnabled"),
    })
}
