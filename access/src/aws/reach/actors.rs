//! Who there is to ask about: the principals of the inventory in groups that no policy can tell apart, and everybody whom a policy names.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    bucket::{LOG_DELIVERY, LOG_SERVICE},
    estate::{Compiled, Estate},
    pattern::Pattern,
    request::Actor,
    statement::{Condition, Each, Operator, Statement},
};
use crate::{
    aws::policy::{Named, PolicyKind, Principals},
    inventory::{Attachment, Bucket, PolicyId, Principal, Reading},
};

/// Groups of actors.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// (somebody of the group, all of it).
    groups: Vec<(Actor, Vec<Actor>)>,
    /// Outside the inventory, by the bucket whose policy, ACL or key names them.
    named: BTreeMap<String, BTreeSet<Actor>>,
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
        let mut named = BTreeMap::new();
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
        Self { groups, named }
    }

    /// Everybody to ask about for a bucket.
    pub(super) fn for_bucket(&self, _estate: &Estate<'_>, bucket: &Bucket) -> Vec<(Actor, Vec<Actor>)> {
        let named = self.named.get(&bucket.name).into_iter().flatten().map(|a| (a.clone(), vec![a.clone()]));
        self.groups.iter().cloned().chain(named).collect()
    }
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

/// Policies on a bucket's side: its own, those of its access points, that of every key.
fn resource_policies(estate: &Estate<'_>, bucket: &Bucket) -> Vec<std::sync::Arc<Compiled>> {
    let points = estate.inventory.access_points.iter().filter(|p| p.bucket == bucket.name).map(|p| &p.policy);
    let key = estate.key_of(bucket).map(|k| &k.policy);
    let policies = std::iter::once(&bucket.policy).chain(points).chain(key);
    policies.filter_map(|p| estate.policy(*p.read()?, PolicyKind::Resource).ok()).collect()
}

fn guards(estate: &Estate<'_>) -> Vec<(PolicyKind, std::sync::Arc<Compiled>)> {
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
