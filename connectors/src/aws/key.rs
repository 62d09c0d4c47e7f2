//! Keys of KMS: policies, grants, aliases.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Aws, Collected, Refusal, Service};

/// Names of the mark in KMS's requests and answers.
const MARK: (&str, &str) = ("Marker", "NextMarker");

/// Answers about one key: description, policy, grants.
type Answers = [(&'static str, Result<Value, Refusal>); 3];

impl Aws {
    /// Keys of every region that has a bucket: a bucket's key is in the bucket's region.
    pub(super) async fn keys(&self, regions: &BTreeSet<String>, out: &mut Collected) {
        let mut aliases: Vec<Value> = Vec::new();
        let mut refused: Option<Refusal> = None;
        for region in regions {
            match self.listed((Service::Kms, region), "ListAliases", json!({"Limit": 100}), "Aliases", MARK).await {
                Ok(found) => aliases.extend(found),
                Err(refusal) => refused = Some(refusal),
            }
            let ids = match self.listed((Service::Kms, region), "ListKeys", json!({"Limit": 1000}), "Keys", MARK).await {
                Ok(keys) => keys,
                Err(refusal) => {
                    out.unread(&format!("kms ({region})"), refusal);
                    continue;
                }
            };
            let ids = ids.iter().map(|key| key.get("KeyId").and_then(Value::as_str).unwrap_or_default());
            let (ids, odd): (Vec<&str>, Vec<&str>) = ids.partition(|id| is_id(id));
            odd.into_iter().for_each(|id| out.odd(&format!("kms ({region})"), id, "a key"));
            let fetches = ids.into_iter().map(|id| self.key(region, id.to_owned()));
            let mut fetched = stream::iter(fetches).buffered(self.client.concurrency);
            while let Some((id, answers)) = fetched.next().await {
                if out.files.contains_key(&out.path(&format!("kms/{id}/key.json"))) {
                    out.unread(&format!("kms/{id} ({region})"), "a key of the same id in another region was read; this copy has a policy of its own");
                    continue;
                }
                for (file, answer) in answers {
                    out.file(&format!("kms/{id}/{file}"), answer);
                }
            }
        }
        // A file that holds an error would hide the aliases of the other regions.
        match refused {
            Some(refusal) if aliases.is_empty() => out.file("kms/aliases.json", Err(refusal)),
            Some(refusal) => {
                out.unread("kms/aliases.json", refusal);
                out.file("kms/aliases.json", Ok(json!({ "Aliases": aliases })));
            }
            None => out.file("kms/aliases.json", Ok(json!({ "Aliases": aliases }))),
        }
    }

    async fn key(&self, region: &str, id: String) -> (String, Answers) {
        let described = self.json(Service::Kms, region, "DescribeKey", &json!({"KeyId": id})).await;
        let policy = self.json(Service::Kms, region, "GetKeyPolicy", &json!({"KeyId": id, "PolicyName": "default"})).await;
        let grants = self.listed((Service::Kms, region), "ListGrants", json!({"KeyId": id, "Limit": 100}), "Grants", MARK).await;
        let grants = grants.map(|grants| json!({ "Grants": grants }));
        (id, [("key.json", described), ("policy.json", policy), ("grants.json", grants)])
    }
}

/// Whether a text can be the id of a key: it becomes part of a path.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
