//! Principals of Entra: names for ids, groups gone down.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    exports::{Exports, list, text},
    inventory::{Gap, Reading},
    reach::{Kind, Way, Who},
};

/// The id that stands for everybody in deny assignments.
pub(super) const EVERYBODY: &str = "00000000-0000-0000-0000-000000000000";

/// What is known of somebody.
#[derive(Clone, Debug, Default)]
struct Person {
    name: Option<String>,
    kind: Option<String>,
}

/// Ids and groups.
#[derive(Debug, Default)]
pub(super) struct Directory {
    people: BTreeMap<String, Person>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Directory {
    /// `azure/groups/ID.json`, `azure/users.json`, `azure/service-principals.json`, `azure/SUBSCRIPTION/identities.json`.
    pub(super) fn new(exports: &Exports, gaps: &mut Vec<Gap>) -> Self {
        let mut directory = Self::default();
        for (path, _) in exports.below("azure") {
            let group = path.strip_prefix("groups/").and_then(|p| p.strip_suffix(".json"));
            let named = path == "users.json" || path == "service-principals.json" || path.ends_with("/identities.json");
            if group.is_none() && !named {
                continue;
            }
            let members = exports.parsed(&format!("azure/{path}"), gaps, |value| {
                list(value, &["value"])?.iter().map(|one| directory.learn(one).ok_or_else(|| "somebody without an id".to_owned())).collect()
            });
            if let (Some(group), Reading::Read(ids)) = (group, members) {
                directory.groups.insert(group.to_ascii_lowercase(), ids);
            }
        }
        directory
    }

    /// Takes in somebody as the graph prints him, or as an assignment names him.
    fn learn(&mut self, one: &Value) -> Option<String> {
        let id = text(one, &["principalId", "id"])?.to_ascii_lowercase();
        let kind = text(one, &["principalType", "@odata.type", "odataType"]).map(|k| k.trim_start_matches("#microsoft.graph.").to_ascii_lowercase());
        let kind = if one.get("clientId").is_some() && one.get("principalId").is_some() { Some("managedidentity".into()) } else { kind };
        let kind = if text(one, &["servicePrincipalType"]) == Some("ManagedIdentity") { Some("managedidentity".into()) } else { kind };
        let kind = kind.or_else(|| text(one, &["userPrincipalName"]).map(|_| "user".into()));
        let name = text(one, &["principalName", "userPrincipalName", "displayName", "name"]).filter(|n| !n.is_empty());
        self.name(&id, name, kind.as_deref());
        Some(id)
    }

    /// Notes a name and a kind for an id, unless they are known.
    pub(super) fn name(&mut self, id: &str, name: Option<&str>, kind: Option<&str>) {
        let person = self.people.entry(id.to_ascii_lowercase()).or_default();
        person.name = person.name.take().or_else(|| name.filter(|n| !n.is_empty()).map(str::to_owned));
        // What the graph says of a service principal is told better by what it is.
        if person.kind.as_deref().is_none_or(|k| k == "serviceprincipal") {
            person.kind = kind.map(str::to_ascii_lowercase).or(person.kind.take());
        }
    }

    /// As he is printed, and what he is.
    pub(super) fn shown(&self, id: &str) -> (String, Who) {
        let id = id.to_ascii_lowercase();
        let person = self.people.get(&id).cloned().unwrap_or_default();
        let (prefix, kind) = match person.kind.as_deref() {
            Some("group") => ("group", Kind::Group),
            Some("serviceprincipal") => ("servicePrincipal", Kind::ServiceAccount),
            Some("managedidentity") => ("managedIdentity", Kind::ServiceAccount),
            Some("foreigngroup") => ("foreignGroup", Kind::Group),
            _ if self.groups.contains_key(&id) => ("group", Kind::Group),
            Some("user") => ("user", Kind::User),
            _ => ("principal", Kind::User),
        };
        let external = person.kind.as_deref() == Some("foreigngroup") || person.name.as_deref().is_some_and(|n| n.contains("#EXT#"));
        (format!("{prefix}:{}", person.name.as_deref().unwrap_or(&id)), Who { kind, external })
    }

    /// Ids in a group with the groups on the way, `None` if its members are not known.
    pub(super) fn inside(&self, group: &str) -> Option<Vec<(String, Vec<String>)>> {
        let group = group.to_ascii_lowercase();
        self.groups.get(&group)?;
        let mut seen = BTreeSet::from([group.clone()]);
        let mut todo = vec![(group.clone(), vec![self.shown(&group).0])];
        let mut out = Vec::new();
        while let Some((at, via)) = todo.pop() {
            for member in self.groups.get(&at).map(Vec::as_slice).unwrap_or_default() {
                if !seen.insert(member.clone()) {
                    continue;
                }
                if self.groups.contains_key(member) {
                    todo.push((member.clone(), std::iter::once(self.shown(member).0).chain(via.iter().cloned()).collect()));
                } else {
                    out.push((member.clone(), via.clone()));
                }
            }
        }
        Some(out)
    }

    /// Somebody as those whom he stands for: id and way.
    pub(super) fn spread(&self, id: &str, way: &Way) -> Vec<(String, Way)> {
        match self.inside(id) {
            None => vec![(id.to_ascii_lowercase(), way.clone())],
            Some(inside) => inside
                .into_iter()
                .map(|(id, via)| {
                    let mut way = way.clone();
                    way.via.splice(0..0, via);
                    (id, way)
                })
                .collect(),
        }
    }

    /// Whether somebody is another, or in it; `Unread` where a group's members are not known.
    pub(super) fn is(&self, id: &str, wanted: &str) -> Reading<()> {
        if id.eq_ignore_ascii_case(wanted) || wanted == EVERYBODY {
            return Reading::Read(());
        }
        match self.inside(wanted) {
            Some(inside) if inside.iter().any(|(member, _)| member.eq_ignore_ascii_case(id)) => Reading::Read(()),
            Some(_) => Reading::Absent,
            None if self.shown(wanted).1.kind == Kind::Group => Reading::Unread(format!("who belongs to `{}`", self.shown(wanted).0)),
            None => Reading::Absent,
        }
    }
}
