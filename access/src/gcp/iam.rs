//! The hierarchy: which policies hold for a resource, and who holds a permission on it by them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    cel::{Target, evaluate},
    members::Directory,
    policy::{Allow, Deny, allow, deny},
    roles::Roles,
};
use crate::{
    exports::{Exports, list, text},
    inventory::{Gap, Reading},
    reach::{Because, Expr, OTHERS, Way, Who, because, unread},
};

/// Longest chain of folders.
const DEEPEST: usize = 32;

/// An organisation, a folder or a project.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) allow: Reading<Allow>,
    pub(crate) deny: Vec<Reading<Deny>>,
}

/// Policies of an estate.
#[derive(Debug)]
pub(crate) struct Iam {
    /// Projects, each with what holds for it: itself first, then what it lies in.
    pub(crate) projects: BTreeMap<String, Vec<String>>,
    /// Projects by number.
    numbers: BTreeMap<String, String>,
    levels: BTreeMap<String, Level>,
    roles: Roles,
    pub(crate) directory: Directory,
    /// Everybody who is named anywhere.
    known: BTreeSet<String>,
}

impl Iam {
    pub(crate) fn new(exports: &Exports, gaps: &mut Vec<Gap>) -> Self {
        let special = ["organizations", "folders", "groups", "roles"];
        let names: BTreeSet<String> = exports.folders("gcp").into_iter().filter(|name| !special.contains(name)).map(str::to_owned).collect();
        let directory = Directory::new(exports, names.clone(), gaps);
        let mut iam = Self {
            projects: BTreeMap::new(),
            numbers: BTreeMap::new(),
            levels: BTreeMap::new(),
            roles: Roles::new(exports, gaps),
            directory,
            known: BTreeSet::new(),
        };
        for name in names {
            let described = exports.file(&format!("gcp/{name}/project.json"));
            if let Some(number) = described.read().and_then(|value| number_of(value)) {
                iam.numbers.insert(number, name.clone());
            }
            let (mut chain, missing) = chain(exports, &name, gaps);
            for level in &chain {
                if !iam.levels.contains_key(level) {
                    iam.levels.insert(level.clone(), read(exports, level, gaps));
                }
            }
            if let Some(why) = missing {
                let above = format!("above projects/{name}");
                iam.levels.insert(above.clone(), Level { allow: Reading::Unread(why), deny: Vec::new() });
                chain.push(above);
            }
            iam.projects.insert(name, chain);
        }
        iam.known = iam.directory.everybody().map(str::to_owned).collect();
        for level in iam.levels.values() {
            iam.known.extend(level.allow.read().into_iter().flat_map(named));
        }
        iam
    }

    /// Adds whom a policy of a resource names to those who are known.
    pub(crate) fn meet(&mut self, policy: &Reading<Allow>) {
        self.known.extend(policy.read().into_iter().flat_map(named));
    }

    /// A project by id or number.
    pub(crate) fn project<'p>(&'p self, name: &'p str) -> &'p str {
        self.numbers.get(name).map_or(name, String::as_str)
    }

    fn chain<'i>(&'i self, project: &str) -> impl Iterator<Item = &'i Level> {
        let chain = self.projects.get(project).map(Vec::as_slice).unwrap_or_default();
        chain.iter().filter_map(|name| self.levels.get(name))
    }

    /// Everybody who holds one of the permissions on a resource by its own policies and those above it, deny policies taken off.
    pub(crate) fn holders(
        &self,
        own: &[&Reading<Allow>],
        project: &str,
        permissions: &[&str],
        target: &Target<'_>,
        out: &mut dyn FnMut(&str, Who, Way),
    ) {
        for permission in permissions {
            let mut found: Vec<(String, Who, Way)> = Vec::new();
            let above = self.chain(project).map(|level| &level.allow);
            for policy in own.iter().copied().chain(above) {
                self.granted(policy, permission, target, &mut found);
            }
            if !self.projects.contains_key(project) {
                self.anyone(&format!("the policy of projects/{project}"), &mut found);
            }
            for (name, who, way) in found {
                let way = self.without_denied(&name, project, permission, target, way);
                out(&name, who, way);
            }
        }
    }

    /// The same by these policies alone.
    pub(crate) fn only(
        &self,
        own: &[&Reading<Allow>],
        project: &str,
        permissions: &[&str],
        target: &Target<'_>,
        out: &mut dyn FnMut(&str, Who, Way),
    ) {
        for permission in permissions {
            let mut found = Vec::new();
            own.iter().for_each(|policy| self.granted(policy, permission, target, &mut found));
            for (name, who, way) in found {
                let way = self.without_denied(&name, project, permission, target, way);
                out(&name, who, way);
            }
        }
    }

    /// Takes off what deny policies deny somebody.
    pub(crate) fn without_denied(&self, name: &str, project: &str, permission: &str, target: &Target<'_>, mut way: Way) -> Way {
        for level in self.chain(project) {
            for rule in &level.deny {
                let (denied, statement) = match rule {
                    Reading::Absent => continue,
                    Reading::Unread(why) => (unread(why), None),
                    Reading::Read(rule) if !rule.names(permission) => continue,
                    Reading::Read(rule) => (self.denied(rule, name, target), Some(because(&rule.policy, &rule.number.to_string(), "Deny"))),
                };
                if denied != Expr::NO {
                    way = way.and(denied.negated());
                    way.because.extend(statement);
                }
            }
        }
        way
    }

    fn denied(&self, rule: &Deny, name: &str, target: &Target<'_>) -> Expr {
        let hit = Expr::any(rule.principals.iter().map(|p| self.directory.overlap(p, name).denies()));
        if hit == Expr::NO {
            return hit;
        }
        let excepted = Expr::any(rule.except.iter().map(|p| self.directory.overlap(p, name).excepts(p)));
        let condition = rule.condition.as_ref().map_or(Expr::YES, |condition| evaluate(condition, target));
        hit.and(excepted.negated()).and(condition)
    }

    /// Everybody to whom one policy grants a permission.
    fn granted(&self, policy: &Reading<Allow>, permission: &str, target: &Target<'_>, out: &mut Vec<(String, Who, Way)>) {
        let policy = match policy {
            Reading::Absent => return,
            Reading::Read(policy) => policy,
            Reading::Unread(why) => return self.anyone(why, out),
        };
        for binding in &policy.bindings {
            let held = match self.roles.holds(&binding.role, permission) {
                Ok(false) => continue,
                Ok(true) => Expr::YES,
                Err(why) => unread(why),
            };
            let condition = binding.condition.as_ref().map_or(Expr::YES, |condition| evaluate(condition, target));
            let way = Way::open(&policy.place, &binding.role).and(held).and(condition);
            if way.exists() {
                binding.members.iter().for_each(|member| self.spread(member, &way, out));
            }
        }
    }

    /// Whom something that was not read may name: all who are known, and all others.
    pub(crate) fn anyone(&self, why: &str, out: &mut Vec<(String, Who, Way)>) {
        let known = self.known.iter().map(|name| (name.as_str(), self.directory.who(name)));
        out.extend(known.chain([(OTHERS, Who::OTHERS)]).map(|(name, who)| (name.to_owned(), who, Way::unread(why))));
    }

    /// A member as principals: groups gone down, convenience members as those who have the basic role.
    pub(crate) fn spread(&self, member: &str, way: &Way, out: &mut Vec<(String, Who, Way)>) {
        if member.starts_with("deleted:") {
            return;
        }
        for (prefix, role) in [("projectOwner:", "roles/owner"), ("projectEditor:", "roles/editor"), ("projectViewer:", "roles/viewer")] {
            let Some(of) = member.strip_prefix(prefix) else { continue };
            return self.convenience(member, role, self.project(of), way, out);
        }
        match self.directory.inside(member) {
            Some(inside) => {
                for one in inside {
                    let mut way = way.clone().and(one.formula.clone());
                    way.via.splice(0..0, one.via.iter().cloned());
                    out.push((one.name.clone(), self.directory.who(&one.name), way));
                }
            }
            None => {
                let name = canonical(member);
                out.push((name.clone(), self.directory.who(&name), way.clone()));
            }
        }
    }

    fn convenience(&self, member: &str, role: &str, project: &str, way: &Way, out: &mut Vec<(String, Who, Way)>) {
        let way = way.clone().through(member);
        let nobody_knows = |why: String, out: &mut Vec<(String, Who, Way)>| {
            let way = way.clone().and(unread(why));
            out.push((member.to_owned(), Who { kind: crate::reach::Kind::Group, external: false }, way));
        };
        if !self.projects.contains_key(project) {
            return nobody_knows(format!("the policy of projects/{project}"), out);
        }
        for level in self.chain(project) {
            let policy = match &level.allow {
                Reading::Absent => continue,
                Reading::Read(policy) => policy,
                Reading::Unread(why) => {
                    nobody_knows(why.clone(), out);
                    continue;
                }
            };
            for binding in policy.bindings.iter().filter(|b| b.role == role) {
                let mut way = way.clone();
                way.because.push(because(&policy.place, &binding.role, "Allow"));
                let others = binding.members.iter().filter(|m| !m.starts_with("project"));
                others.for_each(|m| self.spread(m, &way, out));
            }
        }
    }
}

fn named(policy: &Allow) -> impl Iterator<Item = String> + '_ {
    let members = policy.bindings.iter().flat_map(|b| &b.members);
    members
        .filter(|m| {
            !m.starts_with("deleted:") && !m.starts_with("projectOwner:") && !m.starts_with("projectEditor:") && !m.starts_with("projectViewer:")
        })
        .map(|m| canonical(m))
}

/// Addresses are the same in any case.
fn canonical(member: &str) -> String {
    match member.split_once(':') {
        Some((kind @ ("user" | "group" | "serviceAccount" | "domain"), rest)) if !rest.contains('[') => {
            format!("{kind}:{}", rest.to_ascii_lowercase())
        }
        _ => member.to_owned(),
    }
}

fn number_of(project: &Value) -> Option<String> {
    let number = &project["projectNumber"];
    number.as_str().map(str::to_owned).or_else(|| number.as_u64().map(|n| n.to_string()))
}

/// What a project lies in: `projects/p`, `folders/1`, `organizations/2`; and why that may not be all.
fn chain(exports: &Exports, project: &str, gaps: &mut Vec<Gap>) -> (Vec<String>, Option<String>) {
    let mut chain = vec![format!("projects/{project}")];
    let place = format!("gcp/{project}/ancestors.json");
    match exports.parsed(&place, gaps, ancestors) {
        Reading::Read(above) => {
            chain.extend(above);
            return (chain, None);
        }
        // What the project and its folders say of themselves is as good.
        Reading::Absent | Reading::Unread(_) => {}
    }
    let missing = |place: String, why: &str, gaps: &mut Vec<Gap>| {
        let unread = format!("{place}: {why}");
        gaps.push(Gap { place, why: why.to_owned() });
        Some(unread)
    };
    let described = exports.file(&format!("gcp/{project}/project.json"));
    let Some(mut next) = described.read().and_then(|value| parent(value)) else {
        let why = "what the project lies in was not exported: policies of folders and of the organisation are missing";
        return (chain, missing(place, why, gaps));
    };
    while chain.len() < DEEPEST && !chain.contains(&next) {
        chain.push(next.clone());
        let Some(id) = next.strip_prefix("folders/") else { return (chain, None) };
        let folder = exports.file(&format!("gcp/folders/{id}/folder.json"));
        match folder.read().and_then(|value| parent(value)) {
            Some(parent) => next = parent,
            None => {
                let missing = missing(format!("gcp/folders/{id}/folder.json"), "what the folder lies in was not exported", gaps);
                return (chain, missing);
            }
        }
    }
    let missing = missing(place, "its folders lie in each other, or too deep", gaps);
    (chain, missing)
}

/// Folders and organisation, as `get-ancestors` prints them.
fn ancestors(value: &Value) -> Result<Vec<String>, String> {
    let mut above = Vec::new();
    for one in list(value, &["ancestor"])? {
        let one = one.get("resourceId").unwrap_or(one);
        match (text(one, &["type"]), text(one, &["id"])) {
            (Some("folder"), Some(id)) => above.push(format!("folders/{id}")),
            (Some("organization"), Some(id)) => above.push(format!("organizations/{id}")),
            (Some("project"), _) => {}
            (kind, _) => return Err(format!("an ancestor of the kind `{}`, or without an id", kind.unwrap_or_default())),
        }
    }
    Ok(above)
}

fn parent(value: &Value) -> Option<String> {
    match value.get("parent")? {
        Value::String(text) => Some(text.clone()),
        parent => match (text(parent, &["type"])?, text(parent, &["id"])?) {
            ("folder", id) => Some(format!("folders/{id}")),
            ("organization", id) => Some(format!("organizations/{id}")),
            _ => None,
        },
    }
}

/// The policies of a level.
fn read(exports: &Exports, level: &str, gaps: &mut Vec<Gap>) -> Level {
    let folder = level.strip_prefix("projects/").map_or_else(|| format!("gcp/{level}"), |project| format!("gcp/{project}"));
    let file = format!("{folder}/iam-policy.json");
    let missing = format!("the policy of {level} was not exported: whom it grants something is not known");
    let policy = exports.needed(&file, &missing, gaps, |value| allow(level, value));
    let mut rules = Vec::new();
    let files = exports
        .below(&folder)
        .filter(|(path, _)| *path == "deny-policies.json" || path.strip_prefix("deny-policies/").is_some_and(|p| !p.contains('/')));
    for (path, _) in files {
        let place = format!("{folder}/{path}");
        match exports.parsed(&place, gaps, |value| deny(&place, value)) {
            Reading::Absent => {}
            Reading::Read(list) => rules.extend(list.into_iter().map(Reading::Read)),
            Reading::Unread(why) => rules.push(Reading::Unread(why)),
        }
    }
    Level { allow: policy, deny: rules }
}

/// Statements of a way, for joining.
pub(crate) fn joined(first: &[Because], then: &[Because]) -> Vec<Because> {
    first.iter().chain(then).cloned().collect()
}
