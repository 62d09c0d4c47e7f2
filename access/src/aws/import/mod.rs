//! A folder of what the `aws` command line prints, made an [`Inventory`]. Pure: names and bytes in.
//!
//! | file | made by |
//! |---|---|
//! | `authorization-details*.json` | `aws iam get-account-authorization-details`, any number of pages |
//! | `buckets/NAME/{policy,acl,public-access-block,ownership-controls,encryption,tagging,location,abac}.json` | `aws s3api get-bucket-…` |
//! | `account/ID/public-access-block.json` | `aws s3control get-public-access-block` |
//! | `kms/KEYID/{policy,grants,key}.json`, `kms/aliases.json` | `aws kms get-key-policy`, `list-grants`, `describe-key`, `list-aliases` |
//! | `organization/{tree,scp,rcp}.json` | see [`organization`](self) below |
//! | `access-points/NAME/{access-point,policy}.json` | `aws s3control get-access-point`, `get-access-point-policy`; `get-multi-region-access-point`, `…-policy`; |
//! | | `get-access-point-configuration-for-object-lambda`, `get-access-point-policy-for-object-lambda` |
//! | `eks/CLUSTER/pod-identity-associations.json` | `aws eks describe-pod-identity-association`, one or a list of them |
//! | `access-grants/{instance,locations,grants,policy}.json` | `aws s3control get-access-grants-instance`, `list-access-grants-locations`, `list-access-grants`, `get-access-grants-instance-resource-policy` |
//! | `lake-formation/{resources,permissions,settings,opt-ins,lf-tag-expressions}.json` | `aws lakeformation list-resources`, `list-permissions`, `get-data-lake-settings`, `list-lake-formation-opt-ins`, `list-lf-tag-expressions` |
//! | `lake-formation/lf-tags/DATABASE.json`, `lake-formation/lf-tags/DATABASE/TABLE.json` | `aws lakeformation get-resource-lf-tags` |
//! | `glue/databases.json`, `glue/DATABASE/tables.json` | `aws glue get-databases`, `get-tables` |
//! | `identity-center/*.json` | `aws sso-admin list-account-assignments`, `describe-permission-set`, `aws identitystore list-users`, … |
//!
//! The folders `access-grants`, `lake-formation` and `glue` are of one region; several: the same below `access-grants/REGION/` and so on. Their lists come whole or in
//! pages (`grants.json`, `grants-2.json`, …). Where one of them is missing or not read to its end, what hangs on it is not known.
//!
//! What lies below `gcp/`, `azure/` and the like is kept for [`Platforms`]. Several accounts: the same below `accounts/ID/`. A file that is not there says nothing was dumped, and is taken for "there is none" where AWS
//! has a default for that (no bucket policy, no ACL grant, no block). A file that holds an error, is empty, cut off or malformed is a [`Gap`].
//!
//! `tree.json` is any nesting of objects with an `Id` (`r-…`, `ou-…`, 12 digits): parents are what encloses, or `ParentId`. `scp.json` and `rcp.json`:
//! target → list of policies with `Content`, or policies with `Targets`, or what `list-policies-for-target` and `describe-policy` print.

mod access_grants;
mod access_point;
mod account;
mod authorization;
mod bucket;
mod document;
mod eks;
mod identity_center;
mod key;
mod lake_formation;
mod lent;
mod organization;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    exports::{Exports, Platforms},
    inventory::{Attachment, Gap, Inventory, Reading},
};

/// Takes files one by one, in any order.
#[derive(Debug, Default)]
pub struct Import {
    /// Account folder (empty at the top) → files in it.
    folders: BTreeMap<String, BTreeMap<String, Reading<Value>>>,
    /// Files of which only the beginning is there.
    cut: BTreeSet<String>,
    inventory: Inventory,
}

impl Import {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file by its path in the folder (`/` between parts).
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        let path = path.strip_prefix("./").unwrap_or(path);
        if Exports::takes(path) {
            self.inventory.gaps.extend(self.inventory.exports.add(path, bytes));
            return;
        }
        let (account, rest) = split(path);
        if !is_known(rest) {
            self.inventory.unknown_files.push(path.to_owned());
            return;
        }
        let mut reading = document::open(bytes);
        if let Reading::Unread(why) = &reading {
            self.inventory.gaps.push(Gap { place: path.to_owned(), why: why.clone() });
            // Users and roles before the cut are there; what they hold and is not there is noted with them.
            if (rest.starts_with("authorization-details") || lent::is_list(rest))
                && let Some(value) = document::salvage(bytes)
            {
                reading = Reading::Read(value);
                self.cut.insert(path.to_owned());
            }
        }
        self.folders.entry(account.to_owned()).or_default().insert(rest.to_owned(), reading);
    }

    /// Notes a file, or a folder, that could not be opened.
    pub fn unread(&mut self, path: &str, why: &str) {
        self.inventory.gaps.push(Gap { place: path.to_owned(), why: why.to_owned() });
        if Exports::takes(path) {
            return self.inventory.exports.unread(path, why);
        }
        let (account, rest) = split(path);
        if is_known(rest) {
            self.folders.entry(account.to_owned()).or_default().insert(rest.to_owned(), Reading::Unread(why.to_owned()));
        }
    }

    /// The inventory of all files. Gaps and unknown files are sorted.
    #[must_use]
    pub fn finish(mut self) -> Inventory {
        let (folders, cut) = (std::mem::take(&mut self.folders), std::mem::take(&mut self.cut));
        let inventory = &mut self.inventory;
        // The top last: where it says nothing of an account, the only one there is is meant.
        for (account, files) in folders.iter().rev() {
            let place = if account.is_empty() { String::new() } else { format!("accounts/{account}/") };
            let mut folder = Folder { place, account: Some(account.clone()).filter(|a| !a.is_empty()), files, cut: &cut, inventory };
            folder.read();
        }
        account::settle(inventory);
        others(inventory);
        inventory.principals.sort_by(|a, b| a.arn.cmp(&b.arn));
        inventory.principals.dedup_by(|a, b| a.arn == b.arn);
        inventory.groups.sort_by(|a, b| a.arn.cmp(&b.arn));
        inventory.groups.dedup_by(|a, b| a.arn == b.arn);
        inventory.buckets.sort_by(|a, b| a.name.cmp(&b.name));
        inventory.keys.sort_by(|a, b| a.id.cmp(&b.id));
        inventory.access_points.sort_by(|a, b| (&a.arn, &a.bucket).cmp(&(&b.arn, &b.bucket)));
        inventory.object_lambdas.sort_by(|a, b| a.arn.cmp(&b.arn));
        inventory.pods.sort();
        inventory.pods.dedup();
        inventory.gaps.sort();
        inventory.gaps.dedup();
        inventory.unknown_files.sort();
        self.inventory
    }
}

/// Files of other platforms that nobody reads are not kept.
fn others(inventory: &mut Inventory) {
    if inventory.exports.is_empty() {
        return;
    }
    let platforms = Platforms::new(&inventory.exports, None);
    inventory.gaps.extend(platforms.gaps());
    for path in platforms.unknown_files() {
        inventory.exports.forget(&path);
        inventory.gaps.retain(|gap| gap.place != path);
        inventory.unknown_files.push(path);
    }
}

/// Account folder and the rest of a path.
fn split(path: &str) -> (&str, &str) {
    let below = path.strip_prefix("accounts/").and_then(|rest| rest.split_once('/'));
    below.filter(|(account, _)| document::is_account(account)).unwrap_or(("", path))
}

fn is_known(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [file] => file.starts_with("authorization-details") && file.ends_with(".json"),
        ["buckets", _, file] => bucket::FILES.contains(file),
        ["account", id, "public-access-block.json"] => document::is_account(id),
        ["kms", "aliases.json"] => true,
        ["kms", _, file] => ["policy.json", "grants.json", "key.json"].contains(file),
        ["organization", file] => ["tree.json", "scp.json", "rcp.json", "organization.json"].contains(file),
        ["access-points", _, file] => ["access-point.json", "policy.json"].contains(file),
        ["eks", _, "pod-identity-associations.json"] => true,
        ["identity-center", .., file] => file.ends_with(".json"),
        parts => lent::is_known(parts),
    }
}

/// The files of one account, or those at the top.
struct Folder<'a> {
    /// Where it is, for gaps.
    place: String,
    account: Option<String>,
    files: &'a BTreeMap<String, Reading<Value>>,
    cut: &'a BTreeSet<String>,
    inventory: &'a mut Inventory,
}

impl Folder<'_> {
    fn read(&mut self) {
        let others = (self.inventory.principals.len(), self.inventory.groups.len());
        self.authorization();
        if self.account.is_none() {
            self.account = self.only_account(others);
        }
        if let Some(account) = self.account.clone() {
            self.inventory.accounts.entry(account).or_default();
        }
        self.blocks();
        self.buckets();
        self.keys();
        self.access_points();
        self.pods();
        self.organization();
        self.identity_center();
        self.access_grants();
        self.lakes();
    }

    /// The one account that a folder at the top speaks of: that of its users and roles, else that of its other files, else the only one there is.
    fn only_account(&self, (principals, groups): (usize, usize)) -> Option<String> {
        let of_principals = self.inventory.principals[principals..].iter().map(|p| p.account.as_str());
        let of_groups = self.inventory.groups[groups..].iter().map(|g| g.account.as_str());
        let named = self.files.keys().filter_map(|path| path.strip_prefix("account/")?.split('/').next());
        let known = self.inventory.accounts.keys().map(String::as_str);
        let ways: [BTreeSet<&str>; 3] = [of_principals.chain(of_groups).collect(), named.collect(), known.collect()];
        let accounts = ways.iter().find(|accounts| !accounts.is_empty())?;
        accounts.first().filter(|_| accounts.len() == 1).map(|account| (*account).to_owned())
    }

    fn gap(&mut self, file: &str, why: impl Into<String>) {
        let place = format!("{}{file}", self.place);
        self.inventory.gaps.push(Gap { place, why: why.into() });
    }

    /// What a file holds; a file that is not there is absent.
    fn file(&self, path: &str) -> Reading<&Value> {
        match self.files.get(path) {
            None | Some(Reading::Absent) => Reading::Absent,
            Some(Reading::Read(value)) => Reading::Read(value),
            Some(Reading::Unread(why)) => Reading::Unread(why.clone()),
        }
    }

    /// Names of the folders in a folder.
    fn below(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let names: BTreeSet<&str> = self.files.keys().filter_map(|path| path.strip_prefix(&prefix)?.split_once('/')).map(|(name, _)| name).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Reads a file with `f`, which says what is wrong with it.
    fn parsed<T>(&mut self, path: &str, f: impl FnOnce(&Value) -> Result<T, String>) -> Reading<T> {
        let (value, unread) = match self.files.get(path) {
            None | Some(Reading::Absent) => return Reading::Absent,
            Some(Reading::Read(value)) => (f(value), None),
            Some(Reading::Unread(why)) => (Err(why.clone()), Some(())),
        };
        match value {
            Ok(value) => Reading::Read(value),
            Err(why) => {
                if unread.is_none() {
                    self.gap(path, why.clone());
                }
                Reading::Unread(format!("{}{path}: {why}", self.place))
            }
        }
    }

    /// A policy file: `{"Policy": "…"}` as the command line prints it, or the document itself.
    fn policy_file(&mut self, path: &str) -> Reading<crate::inventory::PolicyId> {
        let text = self.parsed(path, |value| {
            if document::is_policy(value) {
                return document::policy(value);
            }
            match document::get(value, "Policy").or_else(|| document::get(value, "ResourcePolicy")) {
                // Of a multi-region access point: what was proposed does not count yet.
                Some(policy) => document::policy(document::get(policy, "Established").and_then(|e| document::get(e, "Policy")).unwrap_or(policy)),
                None => Err("there is no policy in it".to_owned()),
            }
        });
        text.map(|text| self.inventory.policies.intern(text))
    }

    /// A policy given inside a document.
    fn attach(&mut self, file: &str, name: String, document: Option<&Value>) -> Attachment {
        let policy = match document.map_or_else(|| Err("its document is missing".to_owned()), document::policy) {
            Ok(text) => Reading::Read(self.inventory.policies.intern(text)),
            Err(why) => {
                self.gap(file, format!("{name}: {why}"));
                Reading::Unread(why)
            }
        };
        Attachment { name, policy }
    }
}
