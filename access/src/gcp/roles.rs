//! Which role holds which permission. Custom roles and described ones come from the export; of Google's own those that matter to data are known here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    exports::{Exports, list, strings, text},
    inventory::{Gap, Reading},
};

const OBJECTS: &str = "storage.objects.*";
const FOLDERS: &str = "storage.managedFolders.*";

/// Google's roles, as its role reference lists them: only permissions that decide about data, service accounts and policies. A role that is here and
/// lacks a permission does not hold it.
const KNOWN: &[(&str, &[&str])] = &[
    ("roles/storage.admin", &["storage.buckets.*", OBJECTS, FOLDERS]),
    ("roles/storage.objectAdmin", &[OBJECTS, FOLDERS]),
    ("roles/storage.objectViewer", &["storage.objects.get", "storage.objects.list"]),
    ("roles/storage.objectCreator", &["storage.objects.create"]),
    (
        "roles/storage.objectUser",
        &["storage.objects.get", "storage.objects.list", "storage.objects.create", "storage.objects.update", "storage.objects.delete"],
    ),
    ("roles/storage.legacyBucketReader", &["storage.objects.list"]),
    ("roles/storage.legacyBucketWriter", &["storage.objects.list", "storage.objects.create", "storage.objects.delete"]),
    (
        "roles/storage.legacyBucketOwner",
        &["storage.objects.list", "storage.objects.create", "storage.objects.delete", "storage.buckets.update", "storage.buckets.setIamPolicy"],
    ),
    ("roles/storage.legacyObjectReader", &["storage.objects.get"]),
    ("roles/storage.legacyObjectOwner", &["storage.objects.get", "storage.objects.update", "storage.objects.setIamPolicy"]),
    ("roles/storage.bucketViewer", &[]),
    ("roles/storage.hmacKeyAdmin", &["storage.hmacKeys.*"]),
    ("roles/viewer", &[]),
    ("roles/browser", &[]),
    ("roles/editor", &["iam.serviceAccounts.actAs", "iam.serviceAccountKeys.create", "storage.hmacKeys.*", "bigquery.datasets.create"]),
    (
        "roles/owner",
        &[
            "iam.serviceAccounts.actAs",
            "iam.serviceAccounts.setIamPolicy",
            "iam.serviceAccountKeys.create",
            "storage.hmacKeys.*",
            "resourcemanager.projects.setIamPolicy",
            "bigquery.datasets.create",
        ],
    ),
    (
        "roles/iam.securityAdmin",
        &[
            "storage.buckets.setIamPolicy",
            "storage.objects.setIamPolicy",
            "storage.objects.list",
            "storage.managedFolders.setIamPolicy",
            "resourcemanager.projects.setIamPolicy",
            "resourcemanager.folders.setIamPolicy",
            "resourcemanager.organizations.setIamPolicy",
            "iam.serviceAccounts.setIamPolicy",
            "bigquery.datasets.setIamPolicy",
            "bigquery.tables.setIamPolicy",
            "bigquery.tables.list",
        ],
    ),
    ("roles/iam.serviceAccountTokenCreator", TOKENS),
    ("roles/iam.workloadIdentityUser", &["iam.serviceAccounts.getAccessToken"]),
    ("roles/iam.serviceAccountUser", &["iam.serviceAccounts.actAs"]),
    ("roles/iam.serviceAccountKeyAdmin", &["iam.serviceAccountKeys.create"]),
    ("roles/iam.serviceAccountAdmin", &["iam.serviceAccounts.setIamPolicy"]),
    ("roles/iam.serviceAccountOpenIdTokenCreator", &[]),
    ("roles/iam.serviceAccountViewer", &[]),
    ("roles/iam.securityReviewer", &["storage.objects.list", "bigquery.tables.list"]),
    ("roles/resourcemanager.projectIamAdmin", &["resourcemanager.projects.setIamPolicy"]),
    ("roles/resourcemanager.folderIamAdmin", &["resourcemanager.folders.setIamPolicy"]),
    ("roles/resourcemanager.folderAdmin", &["resourcemanager.folders.setIamPolicy", "resourcemanager.projects.setIamPolicy"]),
    (
        "roles/resourcemanager.organizationAdmin",
        &["resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy", "resourcemanager.projects.setIamPolicy"],
    ),
    ("roles/resourcemanager.organizationViewer", &[]),
    ("roles/resourcemanager.folderViewer", &[]),
    ("roles/resourcemanager.tagUser", &[]),
    ("roles/resourcemanager.tagViewer", &[]),
    ("roles/bigquery.admin", &["bigquery.*"]),
    ("roles/bigquery.dataViewer", &["bigquery.tables.getData", "bigquery.tables.list"]),
    (
        "roles/bigquery.dataEditor",
        &["bigquery.tables.getData", "bigquery.tables.list", "bigquery.tables.updateData", "bigquery.tables.delete", "bigquery.tables.update"],
    ),
    (
        "roles/bigquery.dataOwner",
        &[
            "bigquery.tables.*",
            "bigquery.datasets.*",
            "bigquery.rowAccessPolicies.create",
            "bigquery.rowAccessPolicies.delete",
            "bigquery.rowAccessPolicies.update",
        ],
    ),
    ("roles/bigquery.metadataViewer", &["bigquery.tables.list"]),
    ("roles/bigquery.user", &["bigquery.tables.list"]),
    ("roles/bigquery.jobUser", &[]),
    ("roles/bigquery.readSessionUser", &[]),
    ("roles/bigquery.resourceViewer", &[]),
    ("roles/bigquery.filteredDataViewer", &["bigquery.rowAccessPolicies.getFilteredData"]),
    ("roles/datacatalog.categoryFineGrainedReader", &["datacatalog.categories.fineGrainedGet"]),
    ("roles/run.invoker", &[]),
    ("roles/cloudsql.client", &[]),
    ("roles/compute.viewer", &[]),
    ("roles/compute.networkUser", &[]),
    ("roles/compute.networkViewer", &[]),
    ("roles/compute.osLogin", &[]),
    ("roles/artifactregistry.reader", &[]),
    ("roles/artifactregistry.writer", &[]),
    ("roles/serviceusage.serviceUsageConsumer", &[]),
];
const TOKENS: &[&str] =
    &["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt", "iam.serviceAccounts.implicitDelegation"];

/// Services whose roles hold no permission on data of storage or BigQuery, on service accounts or on policies of projects.
const HARMLESS: &[&str] =
    &["roles/logging.", "roles/monitoring.", "roles/cloudtrace.", "roles/errorreporting.", "roles/secretmanager.", "roles/cloudkms.", "roles/dns."];

/// Roles with what they hold.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    described: BTreeMap<String, Reading<Vec<String>>>,
}

impl Roles {
    /// Custom roles, and Google's that were described: `gcp/roles/*.json`, `gcp/PROJECT/roles/*.json`, `gcp/organizations/ID/roles/*.json`.
    pub(crate) fn new(exports: &Exports, gaps: &mut Vec<Gap>) -> Self {
        let mut roles = Self::default();
        for (path, reading) in exports.below("gcp") {
            let parts: Vec<&str> = path.split('/').collect();
            if parts.len() < 2 || parts[parts.len() - 2] != "roles" {
                continue;
            }
            let Reading::Read(value) = reading else { continue };
            for role in list(value, &["roles"]).unwrap_or_default() {
                roles.describe(role, &format!("gcp/{path}"), gaps);
            }
        }
        roles
    }

    fn describe(&mut self, role: &Value, place: &str, gaps: &mut Vec<Gap>) {
        let Some(name) = text(role, &["name"]) else {
            gaps.push(Gap { place: place.to_owned(), why: "a role without a name".into() });
            return;
        };
        let held = match strings(role, "includedPermissions") {
            _ if role["deleted"].as_bool() == Some(true) => Reading::Read(Vec::new()),
            Some(permissions) if role.get("includedPermissions").is_some() => Reading::Read(permissions.into_iter().map(str::to_owned).collect()),
            // A custom role may hold nothing; what `list` prints has no permissions at all.
            Some(_) if role.get("etag").is_some() && !place.ends_with("roles.json") && role.get("description").is_some() => Reading::Read(Vec::new()),
            _ => Reading::Unread(format!("what role `{name}` holds (describe it)")),
        };
        self.described.insert(name.to_owned(), held);
    }

    /// Whether a role holds a permission; why that is not known.
    pub(crate) fn holds(&self, role: &str, permission: &str) -> Result<bool, String> {
        match self.described.get(role) {
            Some(Reading::Read(held)) => return Ok(held.iter().any(|p| p == permission)),
            Some(Reading::Unread(why)) if !KNOWN.iter().any(|(name, _)| *name == role) => return Err(why.clone()),
            _ => {}
        }
        if let Some((_, held)) = KNOWN.iter().find(|(name, _)| *name == role) {
            return Ok(held.iter().any(|pattern| fits(pattern, permission)));
        }
        if HARMLESS.iter().any(|service| role.starts_with(service)) {
            return Ok(false);
        }
        Err(format!("what role `{role}` holds"))
    }
}

/// Whether a permission is one of a pattern with `*` at its end.
fn fits(pattern: &str, permission: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == permission, |prefix| permission.starts_with(prefix))
}
