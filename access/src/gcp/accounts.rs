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
    reach::{Expr, Way, Who, unread, when},
};

/// Longest chain of service accounts.
const LONGEST: usize = 8;

/// How often one account is gone through on the way to another.
const OFTEN: usize = 4;

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
    /// Projects whose service accounts are not known: why.
    unread: BTreeMap<String, String>,
}

impl Accounts {
    /// `gcp/PROJECT/service-accounts.json` and `gcp/PROJECT/service-accounts/EMAIL/iam-policy.json`.
    pub(crate) fn new(exports: &Exports, iam: &mut Iam, now: Option<i64>, gaps: &mut Vec<Gap>) -> Self {
        let projects: Vec<String> = iam.projects.keys().cloned().collect();
        let mut all: Vec<(String, String, Reading<Allow>)> = Vec::new();
        let mut accounts = Self::default();
        for project in projects {
            let (emails, unread) = emails(exports, &project, gaps);
            for email in emails {
                let file = format!("gcp/{project}/service-accounts/{email}/iam-policy.json");
                let missing = "who may act as the service account was not exported";
                let policy = exports.needed(&file, missing, gaps, |value| allow(&format!("serviceAccounts/{email}"), value));
                iam.meet(&policy);
                all.push((project.clone(), email, policy));
            }
            accounts.unread.extend(unread.map(|why| (project, why)));
        }
        for (project, email, policy) in all {
            let edges = edges(iam, &project, &email, &policy, now);
            accounts.edges.insert(format!("serviceAccount:{email}"), edges);
        }
        accounts
    }

    /// Everybody who can act as an account that has a way to something. Ways that are always open come first, then shorter ones.
    pub(crate) fn spread(&self, account: &str, way: &Way, out: &mut dyn FnMut(&str, Who, Way)) {
        let project = account.split_once('@').and_then(|(_, domain)| domain.strip_suffix(".iam.gserviceaccount.com"));
        if let Some(why) = project.and_then(|project| self.unread.get(project)).filter(|_| !self.edges.contains_key(account)) {
            out(&acting_as(account), Who::OTHERS, way.clone().and(unread(why)).through(account));
        }
        let mut reached: BTreeMap<String, (Expr, usize)> = BTreeMap::from([(account.to_owned(), (way.formula.clone(), 0))]);
        let mut start = vec![(account.to_owned(), way.clone(), 0)];
        for certain in [true, false] {
            let mut todo = VecDeque::from(start.clone());
            while let Some((at, way, length)) = todo.pop_front() {
                let edges = self.edges.get(&at).map(Vec::as_slice).unwrap_or_default();
                for edge in edges.iter().filter(|edge| length < LONGEST && (!certain || edge.way.formula == Expr::YES)) {
                    let formula = way.formula.clone().and(edge.way.formula.clone());
                    // Who is reached again is worth going on from where that opens something: one way may be closed and the next one not.
                    let (known, visits) = reached.entry(edge.from.clone()).or_insert((Expr::NO, 0));
                    let either = known.clone().or(formula.clone());
                    if either == *known || *visits >= OFTEN {
                        continue;
                    }
                    (*known, *visits) = (either, *visits + 1);
                    let mut via = edge.way.via.clone();
                    via.push(at.clone());
                    via.extend(way.via.iter().cloned());
                    let longer = Way { formula, via, because: joined(&edge.way.because, &way.because) };
                    out(&edge.from, edge.who, longer.clone());
                    let next = (edge.from.clone(), longer, length + 1);
                    start.extend(certain.then(|| next.clone()));
                    todo.push_back(next);
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
    // Nobody is said to act as an account only because that was not read: one line says that it is not known who does.
    let own: &[&Reading<Allow>] = if let Reading::Unread(why) = policy {
        add(&acting_as(&itself), Who::OTHERS, Way::unread(why));
        &[]
    } else {
        &[policy]
    };
    iam.holders(own, project, IMPERSONATE, &target, &mut add);
    let hmac = Target { name: Name::Exact(format!("projects/{project}")), kind: "", service: "storage.googleapis.com", tags: None, now };
    iam.holders(&[], project, &["storage.hmacKeys.create"], &hmac, &mut add);
    let attached = when(format!("something can be run as `{email}` (iam.serviceAccounts.actAs attaches it)"));
    iam.holders(own, project, &["iam.serviceAccounts.actAs"], &target, &mut |from, who, way| add(from, who, way.and(attached.clone())));
    let delegated = when(format!("another account in a chain of delegation has a token for `{email}` (iam.serviceAccounts.implicitDelegation)"));
    iam.holders(own, project, &["iam.serviceAccounts.implicitDelegation"], &target, &mut |from, who, way| {
        add(from, who, way.and(delegated.clone()));
    });
    found.into_values().collect()
}

/// Stands for those who can act as an account of which it is not known who can.
fn acting_as(account: &str) -> String {
    format!("whoever can act as {account}")
}

/// Service accounts of a project that are not disabled, and why these may not be all.
fn emails(exports: &Exports, project: &str, gaps: &mut Vec<Gap>) -> (BTreeSet<String>, Option<String>) {
    let folders = exports.folders(&format!("gcp/{project}/service-accounts"));
    let mut out: BTreeSet<String> = folders.into_iter().map(str::to_owned).collect();
    let file = format!("gcp/{project}/service-accounts.json");
    let missing = "the service accounts of the project were not exported: who can act as them is not known";
    let listed = exports.needed(&file, missing, gaps, |value| {
        let accounts = list(value, &["accounts"])?.iter();
        accounts.map(|one| Ok((text(one, &["email"]).ok_or("an account without `email`")?, one["disabled"].as_bool() == Some(true)))).collect()
    });
    let listed: Vec<(&str, bool)> = match listed {
        Reading::Read(accounts) => accounts,
        Reading::Absent => Vec::new(),
        Reading::Unread(why) => return (out, Some(why)),
    };
    for (email, disabled) in listed {
        if disabled {
            out.remove(email);
        } else {
            out.insert(email.to_owned());
        }
    }
    (out, None)
}
