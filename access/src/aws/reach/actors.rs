//! Who there is to ask about: the principals of the inventory in groups that no policy can tell apart, and everybody whom a policy names.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    bucket::{Access, LOG_DELIVERY, LOG_SERVICE},
    estate::{Compiled, Estate},
    pattern::Pattern,
    request::Actor,
    statement::{Action, Condition, Each, Operator, Statement},
};
use crate::{
    aws::policy::{Named, PolicyKind, Principals},
    inventory::{AccessPoint, Attachment, Bucket, PolicyId, Principal, Reading},
};

/// Groups of actors.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// (somebody of the group, all of it).
    groups: Vec<(Actor, Vec<Actor>)>,
    /// Outside the inventory, by the bucket whose policy, ACL or key names them.
    named: BTreeMap<String, BTreeSet<Actor>>,
    /// Groups whose own policies may let them do something, by access.
    candidates: [Candidates; 4],
    /// Group of each principal.
    of: Vec<usize>,
    /// Buckets whose own side may let anybody in, and principals that it names.
    open: BTreeMap<String, (bool, Vec<usize>)>,
}

/// Groups that are worth asking about.
#[derive(Debug, Default)]
struct Candidates {
    /// For every bucket.
    everywhere: Vec<usize>,
    /// For the buckets that their policies spell out.
    named: HashMap<String, Vec<usize>>,
}

/// What policies look at in a principal.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Looks {
    /// Keys in variables, and keys compared.
    keys: BTreeSet<String>,
    /// Patterns that its ARN is compared with.
    arns: BTreeSet<String>,
}

impl Looks {
    fn add(&mut self, statement: &Statement) {
        for condition in &statement.conditions {
            if condition.lower == "aws:principalarn" && matches!(condition.operator, Operator::Equals | Operator::Like | Operator::Arn) {
                self.arns.extend(condition.values.iter().filter(|v| !v.contains("${")).cloned());
            } else {
                self.keys.insert(condition.lower.clone());
            }
            condition.values.iter().for_each(|v| self.variables(v));
        }
        statement.resources.iter().flat_map(|r| &r.of).for_each(|r| self.variables(r));
    }

    fn variables(&mut self, text: &str) {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("${") {
            let key = after.split(['}', ',']).next().unwrap_or_default();
            self.keys.insert(key.trim().to_lowercase());
            rest = after;
        }
    }

    fn extend(&mut self, other: &Self) {
        self.keys.extend(other.keys.iter().cloned());
        self.arns.extend(other.arns.iter().cloned());
    }
}

/// What makes a principal equal to another for every policy.
type Likeness = (String, bool, bool, Vec<String>, Option<String>, Vec<String>);

impl Groups {
    pub(super) fn new(estate: &Estate<'_>) -> Self {
        let mut shared = Looks::default();
        let mut mentioned: BTreeSet<Actor> = BTreeSet::new();
        let (mut named, mut open) = (BTreeMap::new(), BTreeMap::new());
        for bucket in &estate.inventory.buckets {
            let mut of_bucket = BTreeSet::new();
            for policy in resource_policies(estate, bucket) {
                policy.statements.iter().filter(|s| s.matters()).for_each(|s| {
                    shared.add(s);
                    of_bucket.extend(actors(estate, s));
                });
            }
            acl(estate, bucket, &mut of_bucket);
            grantees(estate, &mut of_bucket);
            let inside = of_bucket.iter().filter_map(|a| if let Actor::Known(i) = a { Some(*i) } else { None }).collect();
            open.insert(bucket.name.clone(), (is_open(estate, bucket), inside));
            mentioned.extend(of_bucket.iter().filter(|a| matches!(a, Actor::Known(_))).cloned());
            of_bucket.retain(|a| !matches!(a, Actor::Known(_) | Actor::Root(_)));
            named.insert(bucket.name.clone(), of_bucket);
        }
        for (_, policy) in guards(estate) {
            policy.statements.iter().filter(|s| s.matters()).for_each(|s| shared.add(s));
        }
        let mut groups: BTreeMap<Likeness, Vec<Actor>> = BTreeMap::new();
        let mut looks: BTreeMap<PolicyId, Looks> = BTreeMap::new();
        for (i, principal) in estate.inventory.principals.iter().enumerate() {
            let likeness = likeness(estate, principal, &shared, mentioned.contains(&Actor::Known(i)), &mut looks);
            groups.entry(likeness).or_default().push(Actor::Known(i));
        }
        let mut groups: Vec<(Actor, Vec<Actor>)> = groups.into_values().map(|members| (members[0].clone(), members)).collect();
        let accounts = estate.inventory.accounts.keys().map(|id| Actor::Root(id.clone()));
        groups.extend(accounts.chain([Actor::Anonymous, Actor::Authenticated]).map(|a| (a.clone(), vec![a])));
        let mut of = vec![0; estate.inventory.principals.len()];
        for (group, (_, members)) in groups.iter().enumerate() {
            members.iter().for_each(|m| {
                if let Actor::Known(i) = m {
                    of[*i] = group
                }
            });
        }
        let candidates = Access::ALL.map(|access| Candidates::new(estate, &groups, access));
        Self { groups, named, candidates, of, open }
    }

    /// Everybody to ask about for an access to a bucket: whoever is left out has neither a policy that speaks of it nor one that lets him in.
    pub(super) fn for_bucket(&self, bucket: &Bucket, access: Access) -> Vec<(&Actor, &[Actor])> {
        let candidates = &self.candidates[access as usize];
        let empty = (true, Vec::new());
        let (open, inside) = self.open.get(&bucket.name).unwrap_or(&empty);
        let mut places: Vec<usize> = if *open || bucket.account.is_none() {
            (0..self.groups.len()).collect()
        } else {
            let named = candidates.named.get(&bucket.name).into_iter().flatten();
            candidates.everywhere.iter().chain(named).copied().chain(inside.iter().map(|i| self.of[*i])).collect()
        };
        places.sort_unstable();
        places.dedup();
        let groups = places.into_iter().map(|i| (&self.groups[i].0, self.groups[i].1.as_slice()));
        let named = self.named.get(&bucket.name).into_iter().flatten().map(|a| (a, std::slice::from_ref(a)));
        groups.chain(named).collect()
    }
}

impl Candidates {
    fn new(estate: &Estate<'_>, groups: &[(Actor, Vec<Actor>)], access: Access) -> Self {
        let actions = [access.actions(), access.directory_actions()].concat();
        let mut out = Self::default();
        let mut known: HashMap<PolicyId, Arc<Speaks>> = HashMap::new();
        for (at, (actor, _)) in groups.iter().enumerate() {
            let Some(principal) = actor.principal(estate) else {
                // Root users, the street: asked about everywhere.
                out.everywhere.push(at);
                continue;
            };
            let (mut everywhere, mut names) = (false, BTreeSet::new());
            for attachment in estate.attachments(principal) {
                let Reading::Read(policy) = attachment.policy else {
                    everywhere |= attachment.policy.unread().is_some();
                    continue;
                };
                let speaks = known.entry(policy).or_insert_with(|| Arc::new(Speaks::of(estate, policy, &actions)));
                everywhere |= speaks.everywhere;
                names.extend(speaks.names.iter().cloned());
            }
            if everywhere {
                out.everywhere.push(at);
            } else {
                names.into_iter().for_each(|name| out.named.entry(name).or_default().push(at));
            }
        }
        out
    }
}

/// Of which buckets the allows of a policy speak.
struct Speaks {
    everywhere: bool,
    names: BTreeSet<String>,
}

impl Speaks {
    fn of(estate: &Estate<'_>, policy: PolicyId, actions: &[Action]) -> Self {
        let Ok(compiled) = estate.policy(policy, PolicyKind::Identity) else { return Self { everywhere: true, names: BTreeSet::new() } };
        let mut out = Self { everywhere: false, names: BTreeSet::new() };
        for statement in compiled.statements.iter().filter(|s| s.allow && actions.iter().any(|a| s.speaks_of(*a))) {
            let Some(resources) = statement.resources.as_ref().filter(|r| !r.not) else {
                out.everywhere = true;
                continue;
            };
            for text in &resources.of {
                match bucket_of(text) {
                    Some("") => out.everywhere = true,
                    Some(name) => {
                        out.names.insert(name.to_owned());
                    }
                    None => {}
                }
            }
        }
        out
    }
}

/// The bucket that a pattern of resources spells out; empty: any; none: it is about another service.
fn bucket_of(text: &str) -> Option<&str> {
    let plain = &text[..text.find(['*', '?', '$']).unwrap_or(text.len())];
    let mut parts = plain.splitn(6, ':');
    let service = parts.nth(2);
    if service == Some("s3express") {
        let name = plain.split_once(":bucket/").map_or("", |(_, name)| name);
        return Some(if plain.len() == text.len() { name } else { "" });
    }
    if service.is_some_and(|s| parts.clone().next().is_some() && s != "s3") {
        return None;
    }
    let Some(rest) = plain.split_once(":s3:::").map(|(_, rest)| rest) else { return Some("") };
    match rest.split_once('/') {
        Some((name, _)) => Some(name),
        None if plain.len() == text.len() => Some(rest),
        None => Some(""),
    }
}

/// Whether a bucket's own side may let in others than those it names: everyone, or nobody knows whom.
fn is_open(estate: &Estate<'_>, bucket: &Bucket) -> bool {
    let open = doors(estate, bucket).into_iter().any(|policy| match policy {
        Reading::Absent => false,
        Reading::Unread(_) => true,
        Reading::Read(policy) => estate
            .policy(*policy, PolicyKind::Resource)
            .map_or(true, |p| p.statements.iter().any(|s| s.allow && s.principals.as_ref().is_none_or(Principals::everyone))),
    });
    let acl = match &bucket.acl {
        Reading::Absent => false,
        Reading::Unread(_) => true,
        Reading::Read(acl) => acl.grants.iter().any(|g| g.grantee.contains("://") || acl.owner.as_ref() != Some(&g.grantee)),
    };
    open || acl
}

fn likeness(estate: &Estate<'_>, principal: &Principal, shared: &Looks, mentioned: bool, known: &mut BTreeMap<PolicyId, Looks>) -> Likeness {
    let attachments = estate.attachments(principal);
    let mut looks = shared.clone();
    for attachment in attachments.iter().copied().chain(&principal.boundary) {
        if let Reading::Read(policy) = attachment.policy {
            let of_policy = known.entry(policy).or_insert_with(|| {
                let mut looks = Looks::default();
                if let Ok(compiled) = estate.policy(policy, PolicyKind::Identity) {
                    compiled.statements.iter().filter(|s| s.matters()).for_each(|s| looks.add(s));
                }
                looks
            });
            looks.extend(of_policy);
        }
    }
    let mut attributes: Vec<String> = looks.arns.iter().filter(|p| Pattern::new(p).matches(&principal.arn)).cloned().collect();
    for key in &looks.keys {
        match key.as_str() {
            "aws:username" => attributes.push(principal.name.clone()),
            "aws:userid" => attributes.push(principal.id.clone()),
            "aws:principalarn" => attributes.push(principal.arn.clone()),
            key => {
                if let Some(tag) = key.strip_prefix("aws:principaltag/") {
                    let value = principal.tags.iter().find(|(k, _)| k.to_lowercase() == tag);
                    attributes.push(format!("{key}={:?}", value.map(|(_, v)| v)));
                }
            }
        }
    }
    if mentioned {
        attributes.push(principal.arn.clone());
    }
    // By name as well: what an answer rests on is said by name.
    let name = |a: &Attachment| match &a.policy {
        Reading::Read(policy) => format!("{} {}", policy.0, a.name),
        _ => format!("- {}", a.name),
    };
    let mut policies: Vec<String> = attachments.iter().map(|a| name(a)).collect();
    policies.sort();
    let linked = principal.path.starts_with("/aws-service-role/");
    (principal.account.clone(), principal.trust.is_some(), linked, policies, principal.boundary.as_ref().map(name), attributes)
}

/// Policies of a bucket and of what stands before it.
fn doors<'b>(estate: &Estate<'b>, bucket: &'b Bucket) -> Vec<&'b Reading<PolicyId>> {
    let of_point = |point: &'b AccessPoint| std::iter::once(&point.policy).chain(estate.lambdas(point).map(|l| &l.policy)).collect::<Vec<_>>();
    std::iter::once(&bucket.policy).chain(estate.points(bucket).flat_map(of_point)).collect()
}

/// Policies on a bucket's side: its own, those of its access points, that of its key.
fn resource_policies(estate: &Estate<'_>, bucket: &Bucket) -> Vec<Arc<Compiled>> {
    let key = estate.key_of(bucket).map(|k| &k.policy);
    doors(estate, bucket).into_iter().chain(key).filter_map(|p| estate.policy(*p.read()?, PolicyKind::Resource).ok()).collect()
}

fn guards(estate: &Estate<'_>) -> Vec<(PolicyKind, Arc<Compiled>)> {
    let Some(organization) = &estate.inventory.organization else { return Vec::new() };
    let of = |policies: &Reading<crate::inventory::OrgPolicies>, kind| {
        let attached = policies.read().into_iter().flat_map(|p| p.targets.values().flatten());
        attached.filter_map(|a| Some((kind, estate.policy(*a.policy.read()?, kind).ok()?))).collect::<Vec<_>>()
    };
    let mut all = of(&organization.scp, PolicyKind::Identity);
    all.extend(of(&organization.rcp, PolicyKind::Guard));
    all
}

/// Whom a statement names.
fn actors(estate: &Estate<'_>, statement: &Statement) -> BTreeSet<Actor> {
    let Some(principals) = &statement.principals else { return BTreeSet::new() };
    let mut out = if statement.allow && principals.everyone() { pinned(estate, statement) } else { BTreeSet::new() };
    out.extend(named(estate, principals));
    out
}

fn named(estate: &Estate<'_>, principals: &Principals) -> BTreeSet<Actor> {
    principals.named.iter().filter(|n| !matches!(n, Named::Federated(_))).flat_map(|n| estate.named(n)).collect()
}

/// Who is meant by everyone of an account, or everyone with an ARN.
fn pinned(estate: &Estate<'_>, statement: &Statement) -> BTreeSet<Actor> {
    let positive =
        |c: &&Condition| !c.negated && !c.if_exists && c.each != Each::All && matches!(c.operator, Operator::Equals | Operator::Like | Operator::Arn);
    let mut out = BTreeSet::new();
    for condition in statement.conditions.iter().filter(positive) {
        let literal = condition.values.iter().filter(|v| !v.contains(['*', '?', '$']));
        match condition.lower.as_str() {
            "aws:principalaccount" => out.extend(literal.flat_map(|v| estate.named(&Named::Account(v.as_str().into())))),
            "aws:principalarn" => {
                let account = |arn: &str| arn.split(':').nth(4).unwrap_or_default().to_owned();
                out.extend(literal.flat_map(|v| estate.named(&Named::Arn { account: account(v).into(), arn: v.as_str().into() })));
            }
            _ => {}
        }
    }
    out
}

fn acl(estate: &Estate<'_>, bucket: &Bucket, out: &mut BTreeSet<Actor>) {
    let Some(acl) = bucket.acl.read() else { return };
    for grant in &acl.grants {
        if grant.grantee == LOG_DELIVERY {
            out.insert(Actor::Service(LOG_SERVICE.to_owned()));
        } else if !grant.grantee.contains("://") && acl.owner.as_ref() != Some(&grant.grantee) {
            out.extend(estate.named(&Named::Canonical(grant.grantee.as_str().into())));
        }
    }
}

/// Principals that a grant of a key names: told apart from others.
fn grantees(estate: &Estate<'_>, out: &mut BTreeSet<Actor>) {
    let grants = estate.inventory.keys.iter().filter_map(|k| k.grants.read()).flatten();
    for grant in grants {
        let arn = super::request::role_of_session(&grant.grantee);
        out.extend(estate.by_arn(&arn).map(Actor::Known));
    }
}
