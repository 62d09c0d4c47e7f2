//! Buckets: policies, managed folders, ACLs, public access prevention.

use serde_json::Value;

use super::{
    cel::{Name, Tag, Target},
    policy::{Allow, allow},
};
use crate::{
    exports::{Exports, flag, list, text},
    inventory::{Gap, Reading},
};

/// One entry of an ACL.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// As a member of a policy.
    pub(super) member: String,
    /// READER, WRITER, OWNER.
    pub(super) role: String,
}

/// A bucket as it was exported.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) project: String,
    pub(super) policy: Reading<Allow>,
    /// Managed folders, `a/b/`, with their policies.
    pub(super) folders: Vec<(String, Reading<Allow>)>,
    /// Whether public access is prevented.
    pub(super) prevented: Reading<bool>,
    /// Whether ACLs count for nothing.
    pub(super) uniform: Reading<bool>,
    pub(super) acl: Reading<Vec<Entry>>,
    pub(super) default_acl: Reading<Vec<Entry>>,
    pub(super) tags: Option<Vec<Tag>>,
}

impl Bucket {
    pub(super) fn new(exports: &Exports, project: &str, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let folder = format!("gcp/{project}/buckets/{name}");
        let file = format!("{folder}/iam-policy.json");
        let policy = exports.needed(&file, "the policy of the bucket was not exported", gaps, |value| allow(&format!("buckets/{name}"), value));
        let described = exports.file(&format!("{folder}/bucket.json"));
        if described == Reading::Absent {
            gaps.push(Gap {
                place: format!("{folder}/bucket.json"),
                why: "public access prevention and uniform access of the bucket were not exported".into(),
            });
        }
        let uniform = described.clone().map(uniform).or_unread(&folder);
        let acl = acl(exports, &folder, "acl", described.read().copied(), &["acl"], project, gaps);
        let default_acl = self::acl(exports, &folder, "default-acl", described.read().copied(), &["defaultObjectAcl", "default_acl"], project, gaps);
        let counts = uniform != Reading::Read(true);
        let (acl, default_acl) = (needed(acl, counts, &folder, "acl", gaps), needed(default_acl, counts, &folder, "default-acl", gaps));
        Self {
            name: name.to_owned(),
            project: project.to_owned(),
            policy,
            folders: folders(exports, &folder, gaps),
            prevented: prevented(exports, project, described, &folder),
            uniform,
            acl,
            default_acl,
            tags: tags(exports, &folder),
        }
    }

    /// The objects below a prefix.
    pub(super) fn objects(&self, prefix: &str, now: Option<i64>) -> Target<'_> {
        let name = Name::Below(format!("projects/_/buckets/{}/objects/{prefix}", self.name));
        Target { name, kind: "storage.googleapis.com/Object", service: "storage.googleapis.com", tags: self.tags.as_deref(), now }
    }

    /// The bucket itself: listing and policies are decided on it.
    pub(super) fn itself(&self, now: Option<i64>) -> Target<'_> {
        let name = Name::Exact(format!("projects/_/buckets/{}", self.name));
        Target { name, kind: "storage.googleapis.com/Bucket", service: "storage.googleapis.com", tags: self.tags.as_deref(), now }
    }
}

impl Reading<Option<bool>> {
    fn or_unread(self, folder: &str) -> Reading<bool> {
        match self {
            Self::Read(Some(is)) => Reading::Read(is),
            Self::Unread(why) => Reading::Unread(why),
            Self::Read(None) => Reading::Unread(format!("{folder}/bucket.json: it does not say")),
            Self::Absent => Reading::Unread(format!("{folder}/bucket.json: it was not exported")),
        }
    }
}

/// Uniform access, in the form of `gcloud storage` or of the API. The API leaves out what is off.
fn uniform(bucket: &Value) -> Option<bool> {
    if let Some(own) = bucket.get("uniform_bucket_level_access") {
        return flag(own);
    }
    match bucket.get("iamConfiguration").or_else(|| bucket.get("iam_configuration")) {
        Some(configuration) => {
            let level = configuration.get("uniformBucketLevelAccess").or_else(|| configuration.get("bucketPolicyOnly"));
            Some(level.and_then(|l| flag(l.get("enabled")?)).unwrap_or(false))
        }
        None => text(bucket, &["name", "id", "storage_url"]).map(|_| false),
    }
}

fn prevented(exports: &Exports, project: &str, described: Reading<&Value>, folder: &str) -> Reading<bool> {
    let bucket = match described {
        Reading::Read(bucket) => bucket,
        other => return other.map(|_| None).or_unread(folder),
    };
    let set = text(bucket, &["public_access_prevention"]).or_else(|| text(bucket.get("iamConfiguration")?, &["publicAccessPrevention"]));
    match set {
        Some("enforced") => Reading::Read(true),
        // `unspecified` is what `inherited` was called before.
        None | Some("inherited" | "unspecified") => {
            let file = format!("gcp/{project}/org-policies/storage.publicAccessPrevention.json");
            match exports.file(&file) {
                Reading::Read(policy) => {
                    let rules = policy["spec"]["rules"].as_array().or_else(|| policy["rules"].as_array());
                    Reading::Read(rules.is_some_and(|rules| rules.iter().any(|rule| rule.get("enforce").and_then(flag) == Some(true))))
                }
                Reading::Absent => Reading::Read(false),
                Reading::Unread(why) => Reading::Unread(why),
            }
        }
        Some(other) => Reading::Unread(format!("{folder}/bucket.json: public access prevention is `{other}`")),
    }
}

fn acl(
    exports: &Exports,
    folder: &str,
    name: &str,
    described: Option<&Value>,
    fields: &[&str],
    project: &str,
    gaps: &mut Vec<Gap>,
) -> Reading<Vec<Entry>> {
    let own = exports.parsed(&format!("{folder}/{name}.json"), gaps, |value| entries(value, project));
    let Some(inside) = fields.iter().find_map(|f| described?.get(f)).filter(|_| own == Reading::Absent) else { return own };
    let file = format!("{folder}/bucket.json");
    exports.parsed(&file, gaps, |_| entries(inside, project))
}

/// A list that counts and was not exported is not known.
fn needed(acl: Reading<Vec<Entry>>, counts: bool, folder: &str, name: &str, gaps: &mut Vec<Gap>) -> Reading<Vec<Entry>> {
    if !counts || acl != Reading::Absent {
        return acl;
    }
    let (place, of) = (format!("{folder}/{name}.json"), if name == "acl" { "ACL of the bucket" } else { "default ACL of objects" });
    gaps.push(Gap { place: place.clone(), why: format!("uniform access is off, or not known, and the {of} was not exported") });
    Reading::Unread(format!("{place}: it was not exported"))
}

fn entries(value: &Value, project: &str) -> Result<Vec<Entry>, String> {
    let mut out = Vec::new();
    for one in list(value, &["items"])? {
        let (Some(entity), Some(role)) = (text(one, &["entity"]), text(one, &["role"])) else {
            return Err("an entry without `entity` and `role`".into());
        };
        let role = role.to_ascii_uppercase();
        if !["READER", "WRITER", "OWNER"].contains(&role.as_str()) {
            return Err(format!("the role `{role}` of an ACL is not known"));
        }
        let member = match entity.split_once('-') {
            Some(("user", email)) if email.ends_with(".gserviceaccount.com") => format!("serviceAccount:{email}"),
            Some(("user", email)) => format!("user:{email}"),
            Some(("group", email)) => format!("group:{email}"),
            Some(("domain", domain)) => format!("domain:{domain}"),
            Some(("project", rest)) => {
                let (kind, of) = rest.split_once('-').unwrap_or((rest, project));
                let kind = match kind {
                    "owners" => "projectOwner",
                    "editors" => "projectEditor",
                    "viewers" => "projectViewer",
                    other => return Err(format!("the entity `project-{other}` of an ACL is not known")),
                };
                format!("{kind}:{of}")
            }
            None if entity == "allUsers" || entity == "allAuthenticatedUsers" => entity.to_owned(),
            _ => return Err(format!("the entity `{entity}` of an ACL is not known")),
        };
        out.push(Entry { member, role });
    }
    Ok(out)
}

/// Managed folders: `managed-folders/NAME/iam-policy.json`, NAME as it is or with `%2F` for its `/`.
fn folders(exports: &Exports, folder: &str, gaps: &mut Vec<Gap>) -> Vec<(String, Reading<Allow>)> {
    let mut out = Vec::new();
    for (path, _) in exports.below(&format!("{folder}/managed-folders")) {
        let Some(name) = path.strip_suffix("/iam-policy.json") else { continue };
        let name = format!("{}/", name.replace("%2F", "/").replace("%2f", "/").trim_end_matches('/'));
        let file = format!("{folder}/managed-folders/{path}");
        let policy = exports.parsed(&file, gaps, |value| allow(&format!("managedFolders/{name}"), value));
        out.push((name, policy));
    }
    out
}

/// Tags it has and inherits: `tags.json`, as `gcloud resource-manager tags bindings list --effective` prints them.
fn tags(exports: &Exports, folder: &str) -> Option<Vec<Tag>> {
    let file = exports.file(&format!("{folder}/tags.json"));
    let bindings = list(file.read()?, &["effectiveTags", "tagBindings"]).ok()?;
    let of = |one: &Value, fields: &[&str]| text(one, fields).unwrap_or_default().to_owned();
    let tags = bindings.iter().map(|one| {
        let value = of(one, &["namespacedTagValue", "tagValueNamespacedName"]);
        let key = text(one, &["namespacedTagKey"]).or_else(|| value.rsplit_once('/').map(|(key, _)| key)).unwrap_or_default().to_owned();
        Tag { key, value, key_id: of(one, &["tagKey"]), value_id: of(one, &["tagValue"]) }
    });
    Some(tags.collect())
}
