//! `kms/KEYID/…` and `kms/aliases.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Folder,
    document::{account_of, get, list, region_of, text},
};
use crate::inventory::{Grant, Key, Reading};

impl Folder<'_> {
    pub(super) fn keys(&mut self) {
        for id in self.below("kms") {
            let described = self.parsed(&format!("kms/{id}/key.json"), |v| {
                let metadata = get(v, "KeyMetadata").unwrap_or(v);
                text(metadata, "Arn").map(str::to_owned).ok_or_else(|| "there is no ARN in it".to_owned())
            });
            let mut policy = self.policy_file(&format!("kms/{id}/policy.json"));
            if policy == Reading::Absent {
                // Every key has a policy.
                let why = format!("{}kms/{id}/policy.json is missing", self.place);
                self.gap(&format!("kms/{id}"), "its policy is missing");
                policy = Reading::Unread(why);
            }
            let (grants, arn) = match self.parsed(&format!("kms/{id}/grants.json"), grants) {
                Reading::Read((grants, arn)) => (Reading::Read(grants), arn),
                Reading::Absent => (Reading::Absent, None),
                Reading::Unread(why) => (Reading::Unread(why), None),
            };
            let arn = described.read().cloned().or(arn);
            let account = arn.as_deref().and_then(account_of).map(str::to_owned).or_else(|| self.account.clone());
            let region = arn.as_deref().and_then(region_of).map(str::to_owned);
            self.inventory.keys.push(Key { id, account, region, policy, grants });
        }
        let aliases = self.parsed("kms/aliases.json", |v| Ok(v.clone()));
        for alias in aliases.read().map(|v| list(v, "Aliases")).unwrap_or_default() {
            let Some(key) = text(alias, "TargetKeyId") else { continue };
            for name in [text(alias, "AliasName"), text(alias, "AliasArn")].into_iter().flatten() {
                self.inventory.aliases.insert(name.to_owned(), key.to_owned());
            }
        }
    }
}

/// Grants, and the ARN of the key if they say it.
fn grants(value: &Value) -> Result<(Vec<Grant>, Option<String>), String> {
    let list_of = match value {
        Value::Array(grants) => grants.as_slice(),
        _ if get(value, "Grants").is_some() => list(value, "Grants"),
        _ => return Err("there is no list of grants in it".to_owned()),
    };
    let pairs = |map: &Value| -> BTreeMap<String, String> {
        map.as_object().into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
    };
    let grant = |grant: &Value| {
        let constraints = get(grant, "Constraints");
        let equals = constraints.and_then(|c| get(c, "EncryptionContextEquals"));
        let context = equals.or_else(|| constraints.and_then(|c| get(c, "EncryptionContextSubset"))).map(pairs).unwrap_or_default();
        let operations = get(grant, "Operations").and_then(Value::as_array);
        let (Some(grantee), Some(operations)) = (text(grant, "GranteePrincipal"), operations) else {
            return Err("a grant does not say to whom, or what".to_owned());
        };
        Ok(Grant {
            id: text(grant, "GrantId").unwrap_or("?").to_owned(),
            grantee: grantee.to_owned(),
            operations: operations.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            context,
            exact: equals.is_some(),
        })
    };
    let arn = list_of.iter().find_map(|g| text(g, "KeyId").filter(|k| k.starts_with("arn:"))).map(str::to_owned);
    Ok((list_of.iter().map(grant).collect::<Result<_, _>>()?, arn))
}
