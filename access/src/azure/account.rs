//! Storage accounts and their containers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{acl::Acl, rbac::SOME_GROUP};
use crate::{
    exports::{Exports, list, text},
    inventory::{Gap, Reading},
    reach::{Expr, unread, when},
};

/// A stored access policy.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) name: String,
    /// Letters.
    pub(super) permissions: String,
    pub(super) expiry: Option<String>,
}

/// A container.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) name: String,
    /// `none`, `blob`, `container`.
    pub(super) public: Reading<String>,
    pub(super) policies: Vec<Stored>,
    /// Folders, `""` the root, `a/b/`, with their lists.
    pub(super) acls: BTreeMap<String, Reading<Acl>>,
}

/// An account.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) subscription: String,
    /// Its full id.
    pub(super) id: String,
    /// Whether blobs may be public.
    pub(super) public: Expr,
    /// Whether keys count.
    pub(super) keys: Expr,
    /// From where data is reached.
    pub(super) network: Expr,
    pub(super) hierarchical: bool,
    pub(super) containers: Vec<Container>,
}

impl Account {
    pub(super) fn new(exports: &Exports, subscription: &str, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let folder = format!("azure/{subscription}/storage-accounts/{name}");
        let place = format!("{folder}/account.json");
        let file = exports.file(&place);
        let (value, why) = match file {
            Reading::Read(value) => (Some(value.get("properties").filter(|p| p.is_object()).unwrap_or(value)), String::new()),
            Reading::Absent => (None, format!("{place}: it was not exported")),
            Reading::Unread(ref why) => (None, why.clone()),
        };
        if value.is_none() {
            gaps.push(Gap { place, why: why.clone() });
        }
        let id = file.read().and_then(|value| text(value, &["id"])).map_or_else(
            || format!("/subscriptions/{subscription}/resourceGroups/{SOME_GROUP}/providers/Microsoft.Storage/storageAccounts/{name}"),
            str::to_owned,
        );
        // An account that never set it is read as "no" today, and was as "yes" before: that is not known.
        let public = match value.map(|v| &v["allowBlobPublicAccess"]) {
            Some(Value::Bool(is)) => Expr::Is(*is),
            Some(_) => unread(format!("{name}: allowBlobPublicAccess is not set")),
            None => unread(&why),
        };
        let keys = match value.map(|v| &v["allowSharedKeyAccess"]) {
            Some(Value::Bool(is)) => Expr::Is(*is),
            Some(_) => Expr::YES,
            None => unread(&why),
        };
        let hierarchical = value.is_some_and(|v| v["isHnsEnabled"].as_bool() == Some(true));
        let network = value.map_or(Expr::YES, |v| network(v, name));
        let mut containers = containers(exports, &folder, gaps);
        for container in &mut containers {
            details(exports, &folder, container, gaps);
        }
        Self { name: name.to_owned(), subscription: subscription.to_owned(), id, public, keys, network, hierarchical, containers }
    }

    /// Full id of a container.
    pub(super) fn container(&self, name: &str) -> String {
        format!("{}/blobServices/default/containers/{name}", self.id)
    }
}

fn network(account: &Value, name: &str) -> Expr {
    let open = text(account, &["publicNetworkAccess"]);
    if open.is_some_and(|o| o.eq_ignore_ascii_case("Disabled") || o.eq_ignore_ascii_case("SecuredByPerimeter")) {
        return when(format!("the request comes through a private endpoint of `{name}`"));
    }
    let rules = account.get("networkRuleSet").or_else(|| account.get("networkAcls"));
    match rules.and_then(|rules| text(rules, &["defaultAction"])) {
        Some(action) if action.eq_ignore_ascii_case("Deny") => when(format!("the network rules of `{name}` let the request in")),
        _ => Expr::YES,
    }
}

fn containers(exports: &Exports, folder: &str, gaps: &mut Vec<Gap>) -> Vec<Container> {
    let mut out: BTreeMap<String, Container> = BTreeMap::new();
    let new = |name: &str, public| Container { name: name.to_owned(), public, policies: Vec::new(), acls: BTreeMap::new() };
    let place = format!("{folder}/containers.json");
    let why = match exports.file(&place) {
        Reading::Absent => "it was not exported".to_owned(),
        Reading::Unread(why) => why,
        Reading::Read(value) => {
            for one in list(value, &["value"]).unwrap_or_default() {
                let Some(name) = text(one, &["name"]) else { continue };
                let public = one.get("publicAccess").or_else(|| one.get("properties")?.get("publicAccess"));
                let public = public.and_then(Value::as_str).unwrap_or("none").to_ascii_lowercase();
                out.insert(name.to_owned(), new(name, Reading::Read(public)));
            }
            String::new()
        }
    };
    if !why.is_empty() {
        gaps.push(Gap { place: place.clone(), why: why.clone() });
    }
    for name in exports.folders(&format!("{folder}/containers")) {
        let unread = Reading::Unread(if why.is_empty() { format!("{place}: it does not name `{name}`") } else { format!("{place}: {why}") });
        out.entry(name.to_owned()).or_insert_with(|| new(name, unread));
    }
    out.into_values().collect()
}

/// Access lists and stored policies of a container.
fn details(exports: &Exports, folder: &str, container: &mut Container, gaps: &mut Vec<Gap>) {
    let own = format!("{folder}/containers/{}", container.name);
    let stored = exports.file(&format!("{own}/policies.json"));
    if let Some(Value::Object(policies)) = stored.read() {
        for (name, policy) in policies {
            let permissions = text(policy, &["permission"]).unwrap_or_default().to_owned();
            let expiry = text(policy, &["expiry"]).map(str::to_owned);
            container.policies.push(Stored { name: name.clone(), permissions, expiry });
        }
    }
    for (path, reading) in exports.below(&own) {
        let Some(of) = path.strip_suffix("acl.json") else { continue };
        let of = of.strip_prefix("paths/").unwrap_or(of).replace("%2F", "/").replace("%2f", "/");
        let acl = match reading {
            Reading::Absent => continue,
            Reading::Unread(why) => Err(why.clone()),
            Reading::Read(value) => Acl::new(value),
        };
        let acl = match acl {
            Ok(acl) => Reading::Read(acl),
            Err(why) => {
                gaps.push(Gap { place: format!("{own}/{path}"), why: why.clone() });
                Reading::Unread(format!("{own}/{path}: {why}"))
            }
        };
        container.acls.insert(of, acl);
    }
}
