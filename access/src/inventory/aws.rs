//! AWS: accounts, principals, buckets, keys, organisations.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PolicyId, Reading};

/// The four flags of Block Public Access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// New public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs count for nothing.
    pub ignore_public_acls: bool,
    /// New public policies are refused.
    pub block_public_policy: bool,
    /// A public policy reaches only services and the bucket's own account.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// What holds when both are set: the stricter of each flag.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Account-wide Block Public Access.
    pub block: Reading<PublicAccessBlock>,
    /// Whether its users and roles were read.
    pub identities: bool,
    /// Canonical id in ACLs, learnt from the owner of its buckets.
    pub canonical_id: Option<String>,
}

/// A policy where it is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// ARN of a managed policy, else where it stands (`user/alice/NAME`, `bucket/NAME/policy`).
    pub name: String,
    /// Its document.
    pub policy: Reading<PolicyId>,
}

/// Users and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
}

/// A user or a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// ARN.
    pub arn: String,
    /// Unique id (`AIDA…`, `AROA…`); empty when not known.
    pub id: String,
    /// Name.
    pub name: String,
    /// Path, `/` by default.
    pub path: String,
    /// Account.
    pub account: String,
    /// Names of its groups (users).
    pub groups: Vec<String>,
    /// Identity policies, inline and managed, without those of groups.
    pub policies: Vec<Attachment>,
    /// Permissions boundary.
    pub boundary: Option<Attachment>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Who may assume it (roles).
    pub trust: Option<Attachment>,
    /// When it was used last, as AWS prints it (roles).
    pub last_used: Option<String>,
}

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Account.
    pub account: String,
    /// Its policies.
    pub policies: Vec<Attachment>,
}

/// One grant of an ACL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AclGrant {
    /// Canonical id, URI of a group, or e-mail address.
    pub grantee: String,
    /// READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL.
    pub permission: String,
}

/// Access control list of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Acl {
    /// Canonical id of the owner.
    pub owner: Option<String>,
    /// Grants.
    pub grants: Vec<AclGrant>,
}

/// Default encryption of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// Key id, ARN or alias; none: AWS's own key for S3.
    pub key: Option<String>,
    /// Whether a bucket key is used.
    pub bucket_key: bool,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Name.
    pub name: String,
    /// Owner's account; none: not known.
    pub account: Option<String>,
    /// Region, when it was read.
    pub region: Option<String>,
    /// Bucket policy.
    pub policy: Reading<PolicyId>,
    /// ACL.
    pub acl: Reading<Acl>,
    /// Object ownership (`BucketOwnerEnforced`, …).
    pub ownership: Reading<String>,
    /// Block Public Access.
    pub block: Reading<PublicAccessBlock>,
    /// Default encryption.
    pub encryption: Reading<Encryption>,
    /// Tags.
    pub tags: Reading<BTreeMap<String, String>>,
    /// Whether its tags count in policies (attribute-based access control enabled).
    pub abac: bool,
}

/// A grant of a KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Id.
    pub id: String,
    /// ARN or service that may use it.
    pub grantee: String,
    /// `Decrypt`, `GenerateDataKey`, …
    pub operations: Vec<String>,
    /// Encryption context that must be there.
    pub context: BTreeMap<String, String>,
    /// Whether the encryption context must be exactly that.
    pub exact: bool,
}

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Key id.
    pub id: String,
    /// Account; none: not known.
    pub account: Option<String>,
    /// Region, when known.
    pub region: Option<String>,
    /// Key policy.
    pub policy: Reading<PolicyId>,
    /// Grants.
    pub grants: Reading<Vec<Grant>>,
}

impl Bucket {
    /// Whether it is a directory bucket (S3 Express One Zone), by its name.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.name.ends_with("--x-s3")
    }

    /// Where it is: as it was read, else as the zone in a directory bucket's name says (`NAME--use1-az4--x-s3`).
    #[must_use]
    pub fn region(&self) -> Option<String> {
        if let Some(region) = &self.region {
            return Some(region.clone());
        }
        let (_, zone) = self.name.strip_suffix("--x-s3")?.rsplit_once("--")?;
        let place = zone.split_once("-az")?.0;
        let letters = place.trim_end_matches(|c: char| c.is_ascii_digit());
        let (continent, towards) = (letters.get(..2)?, letters.get(2..)?);
        let towards = match towards {
            "c" => "central",
            "e" => "east",
            "n" => "north",
            "s" => "south",
            "w" => "west",
            "ne" => "northeast",
            "nw" => "northwest",
            "se" => "southeast",
            "sw" => "southwest",
            _ => return None,
        };
        Some(format!("{continent}-{towards}-{}", &place[letters.len()..]))
    }
}

/// An S3 Object Lambda access point: functions that change what is read through an access point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLambda {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Account it belongs to.
    pub account: String,
    /// ARN of the access point behind it.
    pub point: String,
    /// ARN of the function by action (`GetObject`, `ListObjectsV2`, …).
    pub functions: BTreeMap<String, String>,
    /// Block Public Access of its own.
    pub block: PublicAccessBlock,
    /// Its policy.
    pub policy: Reading<PolicyId>,
}

/// An S3 access point; a multi-region one once for each bucket behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Account it belongs to.
    pub account: String,
    /// Bucket behind it.
    pub bucket: String,
    /// The VPC it is bound to.
    pub vpc: Option<String>,
    /// Whether it is open to the internet.
    pub internet: bool,
    /// Block Public Access of its own.
    pub block: PublicAccessBlock,
    /// Its policy.
    pub policy: Reading<PolicyId>,
}

/// A Kubernetes service account whose pods are given a role (EKS Pod Identity).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PodAssociation {
    /// ARN of the role.
    pub role: String,
    /// Cluster.
    pub cluster: String,
    /// Namespace.
    pub namespace: String,
    /// Service account.
    pub service_account: String,
}

/// A root, an organisational unit or an account in the tree of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Parent's id; none: a root.
    pub parent: Option<String>,
    /// Name.
    pub name: Option<String>,
}

/// Policies of one type by target (root, unit or account).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgPolicies {
    /// Target → what is attached to it.
    pub targets: BTreeMap<String, Vec<Attachment>>,
}

/// An organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `o-…`.
    pub id: Option<String>,
    /// Management account.
    pub management: Option<String>,
    /// Tree by id.
    pub nodes: BTreeMap<String, Node>,
    /// Service control policies.
    pub scp: Reading<OrgPolicies>,
    /// Resource control policies.
    pub rcp: Reading<OrgPolicies>,
    /// Why the tree is not known.
    pub unread: Option<String>,
}

impl Organization {
    /// From the root to the account, the account last; empty when the account is not in the tree.
    #[must_use]
    pub fn path(&self, account: &str) -> Vec<&str> {
        let mut path = Vec::new();
        let mut at = self.nodes.get_key_value(account);
        while let Some((id, node)) = at {
            // A tree that is a circle ends where it meets itself.
            if path.contains(&id.as_str()) {
                break;
            }
            path.push(id.as_str());
            at = node.parent.as_ref().and_then(|parent| self.nodes.get_key_value(parent));
        }
        path.reverse();
        path
    }
}

/// A user of Identity Center.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// User name.
    pub name: String,
    /// Ids of the groups.
    pub groups: Vec<String>,
}

/// A permission set given to somebody in an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Account.
    pub account: String,
    /// ARN of the permission set.
    pub permission_set: String,
    /// Whether it is given to a group.
    pub group: bool,
    /// Id of the user or the group.
    pub to: String,
}

/// Identity Center and its directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Users by id.
    pub people: BTreeMap<String, Person>,
    /// Groups: id → name.
    pub groups: BTreeMap<String, String>,
    /// Permission sets: ARN → name.
    pub permission_sets: BTreeMap<String, String>,
    /// Assignments.
    pub assignments: Vec<Assignment>,
    /// Whether members of groups were read.
    pub memberships: bool,
    /// Why something of it was not read.
    pub unread: Option<String>,
}
