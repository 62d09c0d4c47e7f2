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
    pub(super) policies: Reading<Vec<Stored>>,
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
    /// Whether access lists of folders count.
    pub(super) hierarchical: Expr,
    pub(super) containers: Vec<Container>,
}

impl Account {
    pub(super) fn new(exports: &Exports, subscription: &str, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let folder = format!("azure/{subscription}/storage-accounts/{name}");
        let place = format!("{folder}/account.json");
        let file =
            exports.needed(&place, "it was not exported", gaps, |value| if value.is_object() { Ok(value) } else { Err("it is no object".into()) });
        let value = file.read().map(|value| value.get("properties").filter(|p| p.is_object()).unwrap_or(value));
        let why = file.unread().unwrap_or_default();
        let id = file.read().and_then(|value| text(value, &["id"])).map_or_else(
            || format!("/subscriptions/{subscription}/resourceGroups/{SOME_GROUP}/providers/Microsoft.Storage/storageAccounts/{name}"),
            str::to_owned,
        );
        // An account that never set it is read as "no" today, and was as "yes" before: that is not known.
        let public = match value.map(|v| &v["allowBlobPublicAccess"]) {
            Some(Value::Bool(is)) => Expr::Is(*is),
            Some(_) => unread(format!("{name}: allowBlobPublicAccess is not set")),
            None => unread(why),
        };
        let keys = match value.map(|v| &v["allowSharedKeyAccess"]) {
            Some(Value::Bool(is)) => Expr::Is(*is),
            Some(_) => Expr::YES,
            None => unread(why),
        };
        let hierarchical = value.map_or_else(|| unread(why), |v| Expr::Is(v["isHnsEnabled"].as_bool() == Some(true)));
        let network = value.map_or_else(|| unread(why), |v| network(v, name));
        let mut containers = containers(exports, &folder, gaps);
        for container in &mut containers {
            details(exports, &folder, container, gaps);
            if hierarchical == Expr::YES && container.acls.is_empty() {
                let place = format!("{folder}/containers/{}/acl.json", container.name);
                gaps.push(Gap { place, why: "the access lists of the container were not exported".into() });
            }
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
    let new = |name: &str, public| Container { name: name.to_owned(), public, policies: Reading::Absent, acls: BTreeMap::new() };
    let place = format!("{folder}/containers.json");
    let listed = exports.needed(&place, "it was not exported", gaps, |value| {
        list(value, &["value"])?.iter().map(|one| Ok((text(one, &["name"]).ok_or("a container without a name")?, level(one, &place)))).collect()
    });
    let unread = listed.unread().map(str::to_owned);
    let listed: Vec<(&str, Reading<String>)> = if let Reading::Read(listed) = listed { listed } else { Vec::new() };
    let mut out: BTreeMap<String, Container> = listed.into_iter().map(|(name, public)| (name.to_owned(), new(name, public))).collect();
    for name in exports.folders(&format!("{folder}/containers")) {
        let why = unread.clone().unwrap_or_else(|| format!("{place}: it does not name `{name}`"));
        out.entry(name.to_owned()).or_insert_with(|| new(name, Reading::Unread(why)));
    }
    out.into_values().collect()
}

/// How public a container is.
fn level(container: &Value, place: &str) -> Reading<String> {
    match container.get("publicAccess").or_else(|| container.get("properties")?.get("publicAccess")) {
        None | Some(Value::Null) => Reading::Read("none".into()),
        Some(Value::String(level)) => Reading::Read(level.to_ascii_lowercase()),
        Some(_) => Reading::Unread(format!("{place}: `publicAccess` is no text")),
    }
}

/// Access lists and stored policies of a container.
fn details(exports: &Exports, folder: &str, container: &mut Container, gaps: &mut Vec<Gap>) {
    let own = format!("{folder}/containers/{}", container.name);
    container.policies = exports.parsed(&format!("{own}/policies.json"), gaps, |value| {
        let policies = value.as_object().ok_or("it is no object")?.iter();
        let stored = policies.map(|(name, policy)| Stored {
            name: name.clone(),
            permissions: text(policy, &["permission"]).unwrap_or_default().to_owned(),
            expiry: text(policy, &["expiry"]).map(str::to_owned),
        });
        Ok(stored.collect())
    });
    for (path, _) in exports.below(&own) {
        let Some(of) = path.strip_suffix("acl.json") else { continue };
        let of = of.strip_prefix("paths/").unwrap_or(of).replace("%2F", "/").replace("%2f", "/");
        container.acls.insert(of, exports.parsed(&format!("{own}/{path}"), gaps, Acl::new));
    }
}
