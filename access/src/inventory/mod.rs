//! What is known of an estate: plain data, serialisable, made by an import or a collector and never changed afterwards.
//!
//! What could not be read is part of it: [`Reading::Unread`] where something is known to be there, [`Gap`] for the list that people see.

mod aws;
mod lent;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::exports::Exports;

pub use aws::{
    AccessPoint, Account, Acl, AclGrant, Assignment, Attachment, Bucket, Directory, Encryption, Grant, Group, Key, Node, ObjectLambda, OrgPolicies,
    Organization, Person, PodAssociation, Principal, PrincipalKind, PublicAccessBlock,
};
pub use lent::{
    AccessGrants, DataGrant, Grantee, Lake, LakeDatabase, LakePermission, LakeResource, LakeTable, LakeTags, LentLocation, Listed, expression_words,
};

/// Something that may be there, may not, or could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading<T> {
    /// There is none.
    #[default]
    Absent,
    /// It was read.
    Read(T),
    /// It is there, or may be, and was not read: why.
    Unread(String),
}

impl<T> Reading<T> {
    /// What was read.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            _ => None,
        }
    }

    /// Why it was not read.
    pub fn unread(&self) -> Option<&str> {
        match self {
            Self::Unread(why) => Some(why),
            _ => None,
        }
    }

    /// The same of another type.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Absent => Reading::Absent,
            Self::Read(value) => Reading::Read(f(value)),
            Self::Unread(why) => Reading::Unread(why),
        }
    }
}

/// What could not be read, and what it makes uncertain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// File, call or name it is about.
    pub place: String,
    /// Why, in words.
    pub why: String,
}

/// A policy document among [`Policies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyId(pub u32);

/// Policy documents, each text once however often it is attached.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Policies {
    texts: Vec<String>,
    known: HashMap<String, u32>,
}

impl PartialEq for Policies {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl From<Vec<String>> for Policies {
    fn from(texts: Vec<String>) -> Self {
        let known = texts.iter().enumerate().map(|(i, text)| (text.clone(), i as u32)).collect();
        Self { texts, known }
    }
}

impl From<Policies> for Vec<String> {
    fn from(policies: Policies) -> Self {
        policies.texts
    }
}

impl Policies {
    /// The document with this text (JSON, as it is).
    pub fn intern(&mut self, text: String) -> PolicyId {
        if let Some(&id) = self.known.get(&text) {
            return PolicyId(id);
        }
        let id = self.texts.len() as u32;
        self.texts.push(text.clone());
        self.known.insert(text, id);
        PolicyId(id)
    }

    /// The text of a document; empty for an id of another inventory.
    #[must_use]
    pub fn text(&self, id: PolicyId) -> &str {
        self.texts.get(id.0 as usize).map_or("", String::as_str)
    }

    /// All documents in order of their id.
    pub fn iter(&self) -> impl Iterator<Item = (PolicyId, &str)> {
        self.texts.iter().enumerate().map(|(i, text)| (PolicyId(i as u32), text.as_str()))
    }

    /// Whether these are the documents of `before` under the same ids, and perhaps more.
    #[must_use]
    pub fn goes_on_from(&self, before: &Self) -> bool {
        self.texts.starts_with(&before.texts)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// An estate as it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// Policy documents.
    pub policies: Policies,
    /// AWS accounts by their 12 digits.
    pub accounts: std::collections::BTreeMap<String, Account>,
    /// Users and roles.
    pub principals: Vec<Principal>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// KMS keys.
    pub keys: Vec<Key>,
    /// Names of keys: alias (`alias/…`, or its ARN) to key id or ARN.
    pub aliases: std::collections::BTreeMap<String, String>,
    /// S3 access points.
    pub access_points: Vec<AccessPoint>,
    /// S3 Object Lambda access points.
    #[serde(default)]
    pub object_lambdas: Vec<ObjectLambda>,
    /// Service accounts of Kubernetes with a role.
    #[serde(default)]
    pub pods: Vec<PodAssociation>,
    /// Instances of S3 Access Grants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_grants: Vec<AccessGrants>,
    /// Lake Formation, by account and region.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lakes: Vec<Lake>,
    /// The organisation, when something of it was read.
    pub organization: Option<Organization>,
    /// Identity Center.
    pub directory: Directory,
    /// What other platforms' tools printed.
    #[serde(default, skip_serializing_if = "Exports::is_empty")]
    pub exports: Exports,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Files that are none of those that an import knows.
    pub unknown_files: Vec<String>,
}
