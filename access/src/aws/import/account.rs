//! What only the whole folder tells: owners of buckets, canonical ids.

use std::collections::BTreeMap;

use crate::inventory::{Gap, Inventory};

/// Learns whose canonical id is whose, and whose bucket is whose by the owner of its ACL.
pub(super) fn settle(inventory: &mut Inventory) {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for bucket in &inventory.buckets {
        if let (Some(account), Some(owner)) = (&bucket.account, bucket.acl.read().and_then(|acl| acl.owner.clone())) {
            owners.entry(owner).or_insert_with(|| account.clone());
        }
    }
    for (canonical, account) in &owners {
        inventory.accounts.entry(account.clone()).or_default().canonical_id = Some(canonical.clone());
    }
    let mut settled = Vec::new();
    for bucket in inventory.buckets.iter_mut().filter(|b| b.account.is_none()) {
        bucket.account = bucket.acl.read().and_then(|acl| owners.get(acl.owner.as_ref()?)).cloned();
        if bucket.account.is_some() {
            settled.push(format!("buckets/{}", bucket.name));
        }
    }
    inventory.gaps.retain(|gap| !settled.contains(&gap.place));
    keys(inventory);
    let silent = inventory.accounts.iter().filter(|(_, account)| !account.identities).map(|(id, _)| id.clone());
    let owned = |id: &String| {
        inventory.buckets.iter().any(|b| b.account.as_ref() == Some(id)) || inventory.keys.iter().any(|k| k.account.as_ref() == Some(id))
    };
    let silent: Vec<Gap> = silent
        .filter(owned)
        .map(|id| {
            let some = inventory.principals.iter().any(|p| p.account == id);
            let why = if some {
                "not all of its users, groups and roles were read"
            } else {
                "its users, groups and roles were not read: there are no authorization details"
            };
            Gap { place: format!("account {id}"), why: why.to_owned() }
        })
        .collect();
    inventory.gaps.extend(silent);
}

/// Learns where keys are from the buckets that name them.
fn keys(inventory: &mut Inventory) {
    let encryptions = inventory.buckets.iter().filter_map(|b| b.encryption.read()?.key.clone());
    let named = encryptions.chain(inventory.aliases.values().cloned()).filter(|name| name.starts_with("arn:"));
    for arn in named {
        let id = arn.rsplit('/').next().unwrap_or_default();
        let account = super::document::account_of(&arn);
        for key in inventory.keys.iter_mut().filter(|k| k.id == id && (k.account.is_none() || k.account.as_deref() == account)) {
            key.account = key.account.take().or_else(|| account.map(str::to_owned));
            key.region = key.region.take().or_else(|| super::document::region_of(&arn).map(str::to_owned));
        }
    }
    // A bucket is where its key and its access points are.
    for bucket in inventory.buckets.iter_mut().filter(|b| b.region.is_none()) {
        let key = bucket.encryption.read().and_then(|e| e.key.as_deref());
        let point = inventory.access_points.iter().filter(|p| p.bucket == bucket.name).map(|p| p.arn.as_str());
        let region = key.into_iter().chain(point).filter(|arn| arn.starts_with("arn:")).filter_map(super::document::region_of).find(|r| *r != "*");
        bucket.region = region.map(str::to_owned);
    }
}
