//! Members of policies: groups gone down, names of deny policies compared with names of allow policies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    exports::{Exports, list, text},
    inventory::{Gap, Reading},
    reach::{Expr, Kind, Who, unread, when},
};

/// A member of a group, and what ends the membership.
#[derive(Clone, Debug)]
struct Member {
    name: String,
    ends: Option<String>,
}

/// Somebody in a group, however deep.
#[derive(Clone, Debug)]
pub(crate) struct Inside {
    /// `user:…`, or `group:…` whose members are not known.
    pub(crate) name: String,
    /// Groups on the way, the one asked about last.
    pub(crate) via: Vec<String>,
    pub(crate) formula: Expr,
}

/// Groups and whom they hold.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    groups: BTreeMap<String, Vec<Member>>,
    inside: BTreeMap<String, Vec<Inside>>,
    projects: BTreeSet<String>,
}

impl Directory {
    /// `gcp/groups/GROUP@DOMAIN.json`.
    pub(crate) fn new(exports: &Exports, projects: BTreeSet<String>, gaps: &mut Vec<Gap>) -> Self {
        let mut directory = Self { projects, ..Self::default() };
        let named = exports.below("gcp/groups").filter_map(|(path, _)| path.strip_suffix(".json"));
        let files: Vec<(String, &str)> = named.map(|name| (name.to_ascii_lowercase(), name)).collect();
        let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        for (group, file) in &files {
            if let Reading::Read(members) = exports.parsed(&format!("gcp/groups/{file}.json"), gaps, |value| members(value, &names)) {
                directory.groups.insert(group.clone(), members);
            }
        }
        let all: Vec<String> = directory.groups.keys().cloned().collect();
        directory.inside = all.into_iter().map(|group| (group.clone(), directory.walk(&group))).collect();
        directory
    }

    fn walk(&self, group: &str) -> Vec<Inside> {
        let mut seen = BTreeSet::from([group.to_owned()]);
        let mut todo = vec![(group.to_owned(), vec![format!("group:{group}")], Expr::YES)];
        let mut out = Vec::new();
        while let Some((at, via, formula)) = todo.pop() {
            for member in self.groups.get(&at).map(Vec::as_slice).unwrap_or_default() {
                let ends = member.ends.as_ref().map_or(Expr::YES, |end| when(format!("request.time < timestamp(\"{end}\"), when membership ends")));
                let formula = formula.clone().and(ends);
                match member.name.strip_prefix("group:").filter(|g| self.groups.contains_key(*g)) {
                    Some(nested) if seen.insert(nested.to_owned()) => {
                        let via = std::iter::once(member.name.clone()).chain(via.iter().cloned()).collect();
                        todo.push((nested.to_owned(), via, formula));
                    }
                    Some(_) => {}
                    None => out.push(Inside { name: member.name.clone(), via: via.clone(), formula }),
                }
            }
        }
        out
    }

    /// Who is in a group; `None` if that is not known.
    pub(crate) fn inside(&self, member: &str) -> Option<&[Inside]> {
        self.inside.get(&member.strip_prefix("group:")?.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// Everybody who is in a group that is known.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &str> {
        self.inside.values().flatten().map(|inside| inside.name.as_str())
    }

    /// What a member is.
    pub(crate) fn who(&self, member: &str) -> Who {
        let (kind, external) = match member.split_once(':').map_or(member, |(kind, _)| kind) {
            "allUsers" => (Kind::Anonymous, true),
            "allAuthenticatedUsers" => (Kind::AnyAuthenticated, true),
            "group" => (Kind::Group, false),
            "domain" => (Kind::Domain, false),
            "serviceAccount" => (Kind::ServiceAccount, self.is_foreign(member)),
            "principal" | "principalSet" => (Kind::Workload, true),
            _ => (Kind::User, false),
        };
        let kubernetes = kind == Kind::ServiceAccount && member.contains(".svc.id.goog[");
        Who { kind: if kubernetes { Kind::Workload } else { kind }, external }
    }

    /// Whether a service account is of a project that is not in the export. Google's own agents are of nobody's project.
    fn is_foreign(&self, member: &str) -> bool {
        let domain = member.split_once('@').map_or("", |(_, domain)| domain);
        let project = domain.strip_suffix(".iam.gserviceaccount.com");
        project.is_some_and(|p| !p.starts_with("gcp-sa-") && !self.projects.contains(p))
    }

    /// Whether a principal of a deny policy takes in a member: wholly, in part or not.
    pub(crate) fn overlap(&self, denied: &str, member: &str) -> Overlap {
        let wide = || if is_set(member) { Overlap::Some } else { Overlap::None };
        if denied.starts_with("deleted:") {
            return Overlap::None;
        }
        if denied == "principalSet://goog/public:all" {
            return Overlap::All;
        }
        if let Some(email) = denied.strip_prefix("principal://goog/subject/") {
            return if member.strip_prefix("user:").is_some_and(|m| m.eq_ignore_ascii_case(email)) { Overlap::All } else { wide() };
        }
        if let Some(group) = denied.strip_prefix("principalSet://goog/group/") {
            return self.in_group(&group.to_ascii_lowercase(), member, wide);
        }
        if let Some(email) = denied.strip_prefix("principal://iam.googleapis.com/projects/-/serviceAccounts/") {
            return if member.strip_prefix("serviceAccount:") == Some(email) { Overlap::All } else { wide() };
        }
        if denied.starts_with("principalSet://goog/cloudIdentityCustomerId/") {
            return match member {
                "allUsers" | "allAuthenticatedUsers" => Overlap::Some,
                m if m.starts_with("principal") => Overlap::None,
                _ => Overlap::Unread(format!("who belongs to `{denied}`")),
            };
        }
        if denied.contains("://iam.googleapis.com/") {
            return federated(denied, member).unwrap_or_else(wide);
        }
        Overlap::Unread(format!("who belongs to `{denied}`"))
    }

    fn in_group(&self, group: &str, member: &str, wide: impl Fn() -> Overlap) -> Overlap {
        let own = format!("group:{group}");
        if member.eq_ignore_ascii_case(&own) {
            return Overlap::All;
        }
        match self.inside.get(group) {
            Some(inside) if inside.iter().any(|i| i.name.eq_ignore_ascii_case(member) && i.formula == Expr::YES) => Overlap::All,
            Some(inside) => match inside.iter().find(|i| i.name.starts_with("group:") || i.name.eq_ignore_ascii_case(member)) {
                Some(open) => Overlap::Unread(format!("who belongs to `{}`", open.name)),
                None => wide(),
            },
            None if matches!(member, "allUsers" | "allAuthenticatedUsers") || member.starts_with("principal") => wide(),
            None => Overlap::Unread(format!("who belongs to `{own}`")),
        }
    }
}

/// How much of a member a principal of a deny policy takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Overlap {
    All,
    Some,
    None,
    Unread(String),
}

impl Overlap {
    /// As a rule that denies: a set of which only a part is denied stays.
    pub(crate) fn denies(self) -> Expr {
        match self {
            Self::All => Expr::YES,
            Self::Some | Self::None => Expr::NO,
            Self::Unread(what) => unread(what),
        }
    }

    /// As an exception: of a set, the part is excepted.
    pub(crate) fn excepts(self, denied: &str) -> Expr {
        match self {
            Self::All => Expr::YES,
            Self::Some => when(format!("the caller is `{denied}`")),
            Self::None => Expr::NO,
            Self::Unread(what) => unread(what),
        }
    }
}

/// Whether a member stands for many.
fn is_set(member: &str) -> bool {
    ["group:", "domain:", "principalSet:"].iter().any(|p| member.starts_with(p)) || matches!(member, "allUsers" | "allAuthenticatedUsers")
}

/// Subjects of pools: the same name, or a whole pool.
fn federated(denied: &str, member: &str) -> Option<Overlap> {
    if member == denied {
        return Some(Overlap::All);
    }
    let pool = denied.strip_suffix("/*").and_then(|d| d.split_once("://")).map(|(_, pool)| pool);
    let of = member.split_once("://").map(|(_, rest)| rest);
    match (pool, of) {
        (Some(pool), Some(of)) if of.starts_with(&format!("{pool}/")) => Some(Overlap::All),
        (None, Some(of)) if denied.starts_with("principalSet://") && same_pool(denied, of) => {
            Some(Overlap::Unread(format!("who belongs to `{denied}`")))
        }
        _ => None,
    }
}

fn same_pool(denied: &str, of: &str) -> bool {
    let pool = |text: &str| -> Option<String> {
        let parts: Vec<&str> = text.split('/').collect();
        let at = parts.iter().position(|p| *p == "workloadIdentityPools" || *p == "workforcePools")?;
        Some(parts.get(..at + 2)?.join("/"))
    };
    denied.split_once("://").is_some_and(|(_, denied)| pool(denied).is_some() && pool(denied) == pool(of))
}

fn members(value: &Value, groups: &BTreeSet<&str>) -> Result<Vec<Member>, String> {
    let mut out = Vec::new();
    for one in list(value, &["memberships"])? {
        let key = one.get("preferredMemberKey").or_else(|| one.get("memberKey")).ok_or("a membership without `preferredMemberKey`")?;
        let key = key.as_array().and_then(|list| list.first()).unwrap_or(key);
        let email = text(key, &["id"]).ok_or("a membership without the id of its member")?.to_ascii_lowercase();
        let kind = match text(one, &["type"]) {
            Some("GROUP") => "group",
            Some("SERVICE_ACCOUNT") => "serviceAccount",
            _ if groups.contains(email.as_str()) => "group",
            _ if email.ends_with(".gserviceaccount.com") => "serviceAccount",
            _ => "user",
        };
        let roles = one["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ends = roles.iter().find_map(|role| role["expiryDetail"]["expireTime"].as_str());
        out.push(Member { name: format!("{kind}:{email}"), ends: ends.map(str::to_owned) });
    }
    Ok(out)
}
