//! Google Cloud: who reaches a bucket.
//!
//! Allow policies add up from the bucket (and its managed folders) over project and folders to the organisation; deny policies of project, folders and
//! organisation come before them. *Read* is `storage.objects.get`, *write* `storage.objects.create`, `update` or `delete`, *list* `storage.objects.list`,
//! *admin* the policy, the settings or the ACLs of the bucket, or the policy of what it lies in. Where uniform access is off, ACLs count as well.
//! Who can act as a service account has what it has.
//!
//! ```
//! use sonde_access::{exports::Exports, gcp::Gcp, reach::{Access, Answer}};
//! let mut exports = Exports::default();
//! exports.add("gcp/p1/buckets/data/bucket.json", br#"{"name": "data", "public_access_prevention": "inherited", "uniform_bucket_level_access": true}"#);
//! exports.add("gcp/p1/buckets/data/iam-policy.json", br#"{"bindings": [{"role": "roles/storage.objectViewer", "members": ["user:ana@example.com"]}]}"#);
//! exports.add("gcp/p1/iam-policy.json", br#"{"bindings": []}"#);
//! exports.add("gcp/p1/ancestors.json", br#"[{"type": "project", "id": "p1"}]"#);
//! let rows = Gcp::new(&exports, None).bucket("data", "");
//! assert_eq!(rows.iter().map(|r| (r.principal.as_str(), r.access, r.answer)).collect::<Vec<_>>(),
//!   [("user:ana@example.com", Access::Read, Answer::Yes), ("user:ana@example.com", Access::List, Answer::Yes)]);
//! ```

mod accounts;
mod bucket;
pub(crate) mod cel;
pub(crate) mod iam;
pub(crate) mod members;
pub(crate) mod policy;
mod roles;
#[cfg(test)]
mod tests;

use crate::{
    exports::Exports,
    inventory::{Gap, Reading},
    reach::{Access, Expr, Reach, Way, Ways, Who, unread, when},
};

use accounts::Accounts;
use bucket::{Bucket, Entry};
use cel::Target;
use iam::Iam;
use policy::Allow;

const READ: &[&str] = &["storage.objects.get"];
const WRITE: &[&str] = &["storage.objects.create", "storage.objects.update", "storage.objects.delete"];
const LIST: &[&str] = &["storage.objects.list"];
const ADMIN: &[&str] = &["storage.buckets.setIamPolicy", "storage.buckets.update"];
/// On what the bucket lies in.
const ABOVE: &[&str] =
    &["resourcemanager.projects.setIamPolicy", "resourcemanager.folders.setIamPolicy", "resourcemanager.organizations.setIamPolicy"];

/// Files that are read, below `gcp/`, as patterns of parts.
const FILES: &[&str] = &[
    "*/project.json",
    "*/ancestors.json",
    "*/iam-policy.json",
    "*/deny-policies.json",
    "*/deny-policies/*",
    "*/roles.json",
    "*/roles/*",
    "*/service-accounts.json",
    "*/service-accounts/*/iam-policy.json",
    "*/org-policies/storage.publicAccessPrevention.json",
    "*/buckets/*/bucket.json",
    "*/buckets/*/iam-policy.json",
    "*/buckets/*/acl.json",
    "*/buckets/*/default-acl.json",
    "*/buckets/*/tags.json",
    "*/buckets/*/managed-folders/**",
    "organizations/*/iam-policy.json",
    "organizations/*/deny-policies.json",
    "organizations/*/deny-policies/*",
    "organizations/*/roles/*",
    "folders/*/folder.json",
    "folders/*/iam-policy.json",
    "folders/*/deny-policies.json",
    "folders/*/deny-policies/*",
    "groups/*",
    "roles/*",
];

/// What was exported of Google Cloud.
#[derive(Debug)]
pub struct Gcp {
    iam: Iam,
    accounts: Accounts,
    buckets: Vec<Bucket>,
    gaps: Vec<Gap>,
    unknown: Vec<String>,
    now: Option<i64>,
}

impl Gcp {
    /// Reads what lies below `gcp/`. `now`: seconds since 1970 against which conditions on the time are held; without it they stay conditions.
    #[must_use]
    pub fn new(exports: &Exports, now: Option<i64>) -> Self {
        let mut gaps = Vec::new();
        let mut iam = Iam::new(exports, &mut gaps);
        let mut buckets = Vec::new();
        let projects: Vec<String> = iam.projects.keys().cloned().collect();
        for project in projects {
            for name in exports.folders(&format!("gcp/{project}/buckets")) {
                let bucket = Bucket::new(exports, &project, name, &mut gaps);
                iam.meet(&bucket.policy);
                buckets.push(bucket);
            }
        }
        let accounts = Accounts::new(exports, &mut iam, now, &mut gaps);
        let unknown = exports.unknown("gcp", FILES);
        gaps.sort();
        gaps.dedup();
        Self { iam, accounts, buckets, gaps, unknown, now }
    }

    /// What could not be read, or was not exported.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Files that are none of those it reads.
    #[must_use]
    pub fn unknown_files(&self) -> &[String] {
        &self.unknown
    }

    /// Names of the buckets.
    pub fn buckets(&self) -> impl Iterator<Item = &str> {
        self.buckets.iter().map(|b| b.name.as_str())
    }

    /// Policies and identities, for what else lives under them.
    pub(crate) fn iam(&self) -> &Iam {
        &self.iam
    }

    /// Adds everybody who can act as a service account.
    pub(crate) fn acting(&self, name: &str, way: &Way, out: &mut dyn FnMut(&str, Who, Way)) {
        if name.starts_with("serviceAccount:") {
            self.accounts.spread(name, way, out);
        }
    }

    /// Everybody who reaches a bucket, or the objects below a prefix of it.
    #[must_use]
    pub fn bucket(&self, name: &str, prefix: &str) -> Vec<Reach> {
        let Some(bucket) = self.buckets.iter().find(|b| b.name == name) else { return Vec::new() };
        let mut ways = Ways::default();
        for access in Access::ALL {
            let mut direct: Vec<(String, Who, Way)> = Vec::new();
            self.policies(bucket, prefix, access, &mut direct);
            self.acls(bucket, prefix, access, &mut direct);
            for (name, who, mut way) in direct {
                if matches!(name.as_str(), "allUsers" | "allAuthenticatedUsers") {
                    way = match &bucket.prevented {
                        Reading::Read(true) => continue,
                        Reading::Unread(why) => way.and(unread(why)),
                        _ => way,
                    };
                }
                self.acting(&name, &way, &mut |from, who, way| ways.add(from, who, access, way));
                ways.add(&name, who, access, way);
            }
        }
        let below = if prefix.is_empty() { String::new() } else { format!("/objects/{prefix}*") };
        ways.rows(&format!("//storage.googleapis.com/projects/_/buckets/{name}{below}"))
    }

    fn policies(&self, bucket: &Bucket, prefix: &str, access: Access, out: &mut Vec<(String, Who, Way)>) {
        let (objects, itself) = (bucket.objects(prefix, self.now), bucket.itself(self.now));
        let (permissions, target) = match access {
            Access::Read => (READ, &objects),
            Access::Write => (WRITE, &objects),
            Access::List => (LIST, &itself),
            Access::Admin => (ADMIN, &itself),
        };
        let mut add = |name: &str, who, way| out.push((name.to_owned(), who, way));
        self.iam.holders(&[&bucket.policy], &bucket.project, permissions, target, &mut add);
        if access == Access::Admin {
            self.iam.holders(&[], &bucket.project, ABOVE, &self.project(bucket), &mut add);
            if bucket.uniform == Reading::Read(false) {
                self.iam.holders(&[&bucket.policy], &bucket.project, &["storage.objects.setIamPolicy"], &objects, &mut add);
            }
        }
        for (folder, policy) in &bucket.folders {
            let inside = prefix.starts_with(folder.as_str());
            let part = match (inside, folder.starts_with(prefix)) {
                (true, _) => Expr::YES,
                (false, true) => when(format!("objects below `{folder}`")),
                (false, false) => continue,
            };
            let own: [&Reading<Allow>; 1] = [policy];
            let permissions = if access == Access::Admin { &["storage.managedFolders.setIamPolicy"] } else { permissions };
            // Only the folder's own policy: what stands above was asked already.
            self.iam.only(&own, &bucket.project, permissions, &objects, &mut |name, who, way| add(name, who, way.and(part.clone())));
        }
    }

    fn project<'b>(&self, bucket: &'b Bucket) -> Target<'b> {
        let name = cel::Name::Exact(format!("projects/{}", bucket.project));
        Target {
            name,
            kind: "cloudresourcemanager.googleapis.com/Project",
            service: "cloudresourcemanager.googleapis.com",
            tags: None,
            now: self.now,
        }
    }

    /// What ACLs give. Those of single objects are not exported: the default ACL is what objects were given that have no other.
    fn acls(&self, bucket: &Bucket, prefix: &str, access: Access, out: &mut Vec<(String, Who, Way)>) {
        let counts = match &bucket.uniform {
            Reading::Read(true) | Reading::Absent => return,
            Reading::Read(false) => Expr::YES,
            Reading::Unread(why) => unread(why),
        };
        let (permission, target) = match access {
            Access::Read => (READ[0], bucket.objects(prefix, self.now)),
            Access::Write => (WRITE[0], bucket.objects(prefix, self.now)),
            Access::List => (LIST[0], bucket.itself(self.now)),
            Access::Admin => (ADMIN[0], bucket.itself(self.now)),
        };
        let unread = match access {
            Access::Read => vec![&bucket.default_acl],
            Access::Admin => vec![&bucket.acl, &bucket.default_acl],
            Access::Write | Access::List => vec![&bucket.acl],
        };
        for why in unread.into_iter().filter_map(Reading::unread) {
            let from = out.len();
            self.iam.anyone(why, out);
            for (name, _, way) in &mut out[from..] {
                *way = self.iam.without_denied(name, &bucket.project, permission, &target, way.clone().and(counts.clone()));
            }
        }
        let mut add = |entry: &Entry, list: &str, formula: Expr| {
            let way =
                Way::open(&format!("buckets/{}/{list}", bucket.name), &format!("{} {}", entry.member, entry.role)).and(counts.clone()).and(formula);
            let mut found = Vec::new();
            self.iam.spread(&entry.member, &way, &mut found);
            for (name, who, way) in found {
                let way = self.iam.without_denied(&name, &bucket.project, permission, &target, way);
                out.push((name, who, way));
            }
        };
        for entry in bucket.acl.read().into_iter().flatten() {
            let gives = match access {
                Access::Read => false,
                Access::List => true,
                Access::Write => entry.role != "READER",
                Access::Admin => entry.role == "OWNER",
            };
            if gives {
                add(entry, "acl", Expr::YES);
            }
        }
        for entry in bucket.default_acl.read().into_iter().flatten() {
            let gives = access == Access::Read || (access == Access::Admin && entry.role == "OWNER");
            if gives {
                add(entry, "default-acl", when("objects that carry the default ACL"));
            }
        }
    }
}
