//! Service accounts: who can act as one, through how many of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    cel::{Name, Target},
    iam::{Iam, joined},
    policy::{Allow, allow},
};
use crate::{
    exports::{Exports, list, text},
    inventory::{Gap, Reading},
    reach::{Expr, Way, Who, when},
};

/// Longest chain of service accounts.
const LONGEST: usize = 8;

/// Permissions on a service account that are as good as being it.
const IMPERSONATE: &[&str] = &[
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt",
    "iam.serviceAccountKeys.create",
    "iam.serviceAccounts.setIamPolicy",
];

/// Somebody who can act as a service account.
#[derive(Clone, Debug)]
struct Edge {
    from: String,
    who: Who,
    way: Way,
}

/// Who can act as whom.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    /// `serviceAccount:…` → who can act as it.
    edges: BTreeMap<String, Vec<Edge>>,
}

impl Accounts {
    /// `gcp/PROJECT/service-accounts.json` and `gcp/PROJECT/service-accounts/EMAIL/iam-policy.json`.
    pub(crate) fn new(exports: &Exports, iam: &mut Iam, now: Option<i64>, gaps: &mut Vec<Gap>) -> Self {
        let projects: Vec<String> = iam.projects.keys().cloned().collect();
        let mut all: Vec<(String, String, Reading<Allow>)> = Vec::new();
        for project in projects {
            for email in emails(exports, &project, gaps) {
                let file = format!("gcp/{project}/service-accounts/{email}/iam-policy.json");
                let policy = allow(&format!("serviceAccounts/{email}"), exports.file(&file));
                match &policy {
                    Reading::Unread(why) => gaps.push(Gap { place: file, why: why.clone() }),
                    Reading::Absent => gaps.push(Gap { place: file, why: "who may act as the service account was not exported".into() }),
                    Reading::Read(_) => iam.meet(&policy),
                }
                all.push((project.clone(), email, policy));
            }
        }
        let mut accounts = Self::default();
        for (project, email, policy) in all {
            let edges = edges(iam, &project, &email, &policy, now);
            accounts.edges.insert(format!("serviceAccount:{email}"), edges);
        }
        accounts
    }

    /// Everybody who can act as an account that has a way to something. Ways that are always open come first, then shorter ones.
    pub(crate) fn spread(&self, account: &str, way: &Way, out: &mut dyn FnMut(&str, Who, Way)) {
        let mut seen: BTreeSet<String> = BTreeSet::from([account.to_owned()]);
        for certain in [true, false] {
            let mut here: BTreeSet<String> = BTreeSet::from([account.to_owned()]);
            let mut todo = VecDeque::from([(account.to_owned(), way.clone(), 0)]);
            while let Some((at, way, length)) = todo.pop_front() {
                for edge in self.edges.get(&at).map(Vec::as_slice).unwrap_or_default() {
                    if (certain && edge.way.formula != Expr::YES) || length >= LONGEST || !here.insert(edge.from.clone()) {
                        continue;
                    }
                    let mut via = edge.way.via.clone();
                    via.push(at.clone());
                    via.extend(way.via.iter().cloned());
                    let formula = way.formula.clone().and(edge.way.formula.clone());
                    let longer = Way { formula, via, because: joined(&edge.way.because, &way.because) };
                    if seen.insert(edge.from.clone()) {
                        out(&edge.from, edge.who, longer.clone());
                    }
                    todo.push_back((edge.from.clone(), longer, length + 1));
                }
            }
        }
    }
}

fn edges(iam: &Iam, project: &str, email: &str, policy: &Reading<Allow>, now: Option<i64>) -> Vec<Edge> {
    let name = Name::Exact(format!("projects/{project}/serviceAccounts/{email}"));
    let target = Target { name, kind: "iam.googleapis.com/ServiceAccount", service: "iam.googleapis.com", tags: None, now };
    let mut found: BTreeMap<String, Edge> = BTreeMap::new();
    let itself = format!("serviceAccount:{email}");
    let mut add = |from: &str, who: Who, way: Way| {
        if !way.exists() || from == itself {
            return;
        }
        match found.get_mut(from) {
            None => drop(found.insert(from.to_owned(), Edge { from: from.to_owned(), who, way })),
            Some(edge) if edge.way.formula == Expr::YES => {}
            Some(edge) if way.formula == Expr::YES => edge.way = way,
            Some(edge) => {
                edge.way.formula = edge.way.formula.clone().or(way.formula);
                edge.way.because = joined(&edge.way.because, &way.because);
            }
        }
    };
    iam.holders(&[policy], project, IMPERSONATE, &target, &mut add);
    let hmac = Target { name: Name::Exact(format!("projects/{project}")), kind: "", service: "storage.googleapis.com", tags: None, now };
    iam.holders(&[], project, &["storage.hmacKeys.create"], &hmac, &mut add);
    let attached = when(format!("something can be run as `{email}` (iam.serviceAccounts.actAs attaches it)"));
    iam.holders(&[policy], project, &["iam.serviceAccounts.actAs"], &target, &mut |from, who, way| add(from, who, way.and(attached.clone())));
    let delegated = when(format!("another account in a chain of delegation has a token for `{email}` (iam.serviceAccounts.implicitDelegation)"));
    iam.holders(&[policy], project, &["iam.serviceAccounts.implicitDelegation"], &target, &mut |from, who, way| {
        add(from, who, way.and(delegated.clone()));
    });
    found.into_values().collect()
}

/// Service accounts of a project that are not disabled.
fn emails(exports: &Exports, project: &str, gaps: &mut Vec<Gap>) -> BTreeSet<String> {
    let folders = exports.folders(&format!("gcp/{project}/service-accounts"));
    let mut out: BTreeSet<String> = folders.into_iter().map(str::to_owned).collect();
    let file = format!("gcp/{project}/service-accounts.json");
    match exports.file(&file) {
        Reading::Absent => {
            gaps.push(Gap { place: file, why: "the service accounts of the project were not exported: who can act as them is not known".into() })
        }
        Reading::Unread(_) => {}
        Reading::Read(value) => match list(value, &["accounts"]) {
            Err(why) => gaps.push(Gap { place: file, why }),
            Ok(accounts) => {
                for account in accounts {
                    let Some(email) = text(account, &["email"]) else { continue };
                    if account["disabled"].as_bool() == Some(true) {
                        out.remove(email);
                    } else {
                        out.insert(email.to_owned());
                    }
                }
            }
        },
    }
    out
}
