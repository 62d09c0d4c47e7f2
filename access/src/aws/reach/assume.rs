//! Who can become whom: trust policies and the callers' own permissions as edges, and their closure with all conditions carried.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    atom::{Verdict, World},
    decision::Granted,
    estate::{Estate, Why},
    federation,
    formula::{Formula, NO, YES},
    pods::{self, PODS},
    request::{Actor, Request, Target},
    statement::ASSUME,
};
use crate::{
    aws::policy::{Named, PolicyKind},
    inventory::{Attachment, Principal, PrincipalKind, Reading},
};

/// Where a chain of roles begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Source {
    Actor(Actor),
    /// A subject of an identity provider.
    Workload(String),
    /// A user or a group of Identity Center.
    Person(String),
}

/// A source can assume a role.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) from: Source,
    pub(super) formula: Formula,
    pub(super) why: Vec<Why>,
}

/// A source can come to a role.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) from: Source,
    pub(super) formula: Formula,
    /// Places of the roles, first the one that is assumed first.
    pub(super) chain: Vec<usize>,
    pub(super) why: Vec<Why>,
}

/// By role (its place among the principals): who can assume it.
pub(super) type Edges = BTreeMap<usize, Vec<Edge>>;

/// Longest chain of roles.
const LONGEST: usize = 12;

impl<'a> Estate<'a> {
    /// All edges of the estate.
    pub(super) fn edges(&self, world: &mut World) -> Edges {
        let assumers = self.assumers();
        let roles = self.inventory.principals.iter().enumerate().filter(|(_, p)| p.kind == PrincipalKind::Role);
        let mut out = Edges::new();
        for (at, role) in roles {
            let Some(trust) = &role.trust else { continue };
            world.hops.push(role.arn.clone());
            let hop = world.hops.len() as u32;
            let mut edges = self.assumed_by(world, at, role, trust, hop, &assumers);
            edges.extend(federation::edges(self, world, role, trust, hop));
            let pods = pods::edges(self, world, role, trust, hop);
            if !pods.is_empty() {
                edges.retain(|edge| edge.from != Source::Actor(Actor::Service(PODS.to_owned())));
                edges.extend(pods);
            }
            out.insert(at, edges);
        }
        out
    }

    /// Principals whose own policies may let them assume something.
    fn assumers(&self) -> Vec<usize> {
        let may = |attachment: &&Attachment| match &attachment.policy {
            Reading::Absent => false,
            Reading::Unread(_) => true,
            Reading::Read(policy) => {
                self.policy(*policy, PolicyKind::Identity).map_or(true, |compiled| compiled.statements.iter().any(|s| s.allow && s.speaks_of(ASSUME)))
            }
        };
        let principals = self.inventory.principals.iter().enumerate();
        principals.filter(|(_, p)| self.attachments(p).iter().any(may)).map(|(i, _)| i).collect()
    }

    fn assumed_by(&self, world: &mut World, at: usize, role: &Principal, trust: &Attachment, hop: u32, assumers: &[usize]) -> Vec<Edge> {
        let mut out = Vec::new();
        for actor in self.candidates(trust, assumers) {
            if actor == Actor::Known(at) || matches!(actor, Actor::Anonymous | Actor::Root(_)) {
                continue;
            }
            let request = Request::new(self, &actor, Target::Role(role), None, hop);
            let caller = self.caller(&actor);
            let granted = match &trust.policy {
                Reading::Absent => continue,
                Reading::Read(policy) => match self.policy(*policy, PolicyKind::Resource) {
                    Ok(policy) => self.granted(world, &trust.name, &policy, ASSUME, &request, &caller),
                    Err(why) => unread(world, &trust.name, &why),
                },
                Reading::Unread(why) => unread(world, &trust.name, why),
            };
            if granted.direct == NO && granted.role == NO && granted.account == NO {
                continue;
            }
            let own = self.own(world, ASSUME, &request);
            let allowed = self.decide(world, ASSUME, &request, &own, granted, false);
            if allowed.formula != NO {
                out.push(Edge { from: Source::Actor(actor), formula: allowed.formula, why: allowed.why });
            }
        }
        out
    }

    /// Who may be meant by a trust policy.
    fn candidates(&self, trust: &Attachment, assumers: &[usize]) -> BTreeSet<Actor> {
        let known = |i: &usize| Actor::Known(*i);
        let Some(Ok(policy)) = trust.policy.read().map(|p| self.policy(*p, PolicyKind::Resource)) else {
            // It may name anybody, and whom a trust policy of his account names needs no permission of his own.
            return (0..self.inventory.principals.len()).map(Actor::Known).collect();
        };
        let mut out = BTreeSet::new();
        for statement in policy.statements.iter().filter(|s| s.allow && s.speaks_of(ASSUME)) {
            let Some(principals) = &statement.principals else { continue };
            if principals.everyone() {
                out.extend((0..self.inventory.principals.len()).map(Actor::Known));
                out.insert(Actor::Authenticated);
            }
            for named in &principals.named {
                if let Named::Account(account) = named {
                    out.extend(assumers.iter().filter(|i| self.inventory.principals[**i].account == **account).map(known));
                }
                out.extend(self.named(named));
            }
        }
        out
    }

    /// The actors that an entry of a policy names, but for the principals of a whole account of the inventory.
    pub(super) fn named(&self, named: &Named) -> Vec<Actor> {
        let of_account = |account: &str| self.inventory.accounts.get(account).is_some_and(|a| a.identities);
        match named {
            Named::Account(account) if self.inventory.accounts.contains_key(&**account) => vec![Actor::Root(account.to_string())],
            Named::Account(account) => vec![Actor::Account(account.to_string())],
            // Who is not there was deleted, unless not all of his account were read.
            Named::Role { account, arn, .. } | Named::Arn { account, arn } => {
                let absent = || (!of_account(account)).then(|| Actor::Foreign(arn.to_string()));
                self.by_arn(arn).map(Actor::Known).or_else(absent).into_iter().collect()
            }
            Named::Session { account, role, arn } => {
                let named = |p: &Principal| p.kind == PrincipalKind::Role && p.account == **account && p.name == **role;
                let absent = || (!of_account(account)).then(|| Actor::Foreign(arn.to_string()));
                self.inventory.principals.iter().position(named).map(Actor::Known).or_else(absent).into_iter().collect()
            }
            Named::Service(name) => vec![Actor::Service(name.to_string())],
            Named::Canonical(id) => {
                let account = self.inventory.accounts.iter().find(|(_, a)| a.canonical_id.as_deref() == Some(&**id));
                vec![account.map_or_else(|| Actor::Foreign(id.to_string()), |(account, _)| Actor::Root(account.clone()))]
            }
            _ => Vec::new(),
        }
    }

    /// The place of a principal, which are sorted by ARN.
    pub(super) fn by_arn(&self, arn: &str) -> Option<usize> {
        self.inventory.principals.binary_search_by(|p| p.arn.as_str().cmp(arn)).ok()
    }
}

fn unread(world: &mut World, name: &str, why: &str) -> Granted {
    let unknown = world.unread(&format!("{name}: {why}"));
    Granted { direct: unknown, account: unknown, ..Granted::default() }
}

/// How good an answer is: yes, on a condition, not known, no.
pub(super) fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Yes => 0,
        Verdict::Conditional(_) => 1,
        Verdict::Unknown(_) => 2,
        Verdict::No => 3,
    }
}

/// Everybody who can come to a role, each by his best and then shortest chain.
pub(super) fn paths(world: &mut World, edges: &Edges, role: usize) -> Vec<Path> {
    let mut best: BTreeMap<Source, (u8, Path)> = BTreeMap::new();
    let mut todo = VecDeque::from([(role, YES, vec![role], Vec::new())]);
    while let Some((at, formula, chain, why)) = todo.pop_front() {
        for edge in edges.get(&at).map(Vec::as_slice).unwrap_or_default() {
            let place = if let Source::Actor(Actor::Known(i)) = edge.from { Some(i) } else { None };
            if place.is_some_and(|i| chain.contains(&i)) {
                continue;
            }
            let both = world.and(formula, edge.formula);
            let rank = rank(&world.verdict(both));
            // Chains come by length, so an equal answer that is known already is no longer.
            if rank == 3 || best.get(&edge.from).is_some_and(|(known, _)| *known <= rank) {
                continue;
            }
            let mut all: Vec<Why> = edge.why.clone();
            all.extend(why.iter().cloned());
            let path = Path { from: edge.from.clone(), formula: both, chain: chain.clone(), why: all.clone() };
            best.insert(edge.from.clone(), (rank, path));
            if let Some(i) = place.filter(|_| chain.len() < LONGEST) {
                let mut longer = vec![i];
                longer.extend(&chain);
                todo.push_back((i, both, longer, all));
            }
        }
    }
    best.into_values().map(|(_, path)| path).collect()
}
