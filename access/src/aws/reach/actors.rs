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
    /// What the sides of buckets and the organisation look at in everybody.
    shared: Looks,
    /// Principals that some bucket's side names.
    mentioned: BTreeSet<Actor>,
    /// Groups of principals by what makes them alike.
    alike: BTreeMap<Likeness, usize>,
    /// What each policy looks at.
    looks: BTreeMap<PolicyId, Looks>,
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
        let mut all = Self::default();
        let (mut shared, mut mentioned) = (Looks::default(), BTreeSet::new());
        let mut key_grantees = BTreeSet::new();
        grantees(estate, &mut key_grantees);
        for bucket in &estate.inventory.buckets {
            all.add_side(estate, bucket, &key_grantees, &mut shared, &mut mentioned);
        }
        for (_, policy) in guards(estate) {
            policy.statements.iter().filter(|s| s.matters()).for_each(|s| shared.add(s));
        }
        (all.shared, all.mentioned) = (shared, mentioned);
        all.of = vec![0; estate.inventory.principals.len()];
        for i in 0..estate.inventory.principals.len() {
            all.join(estate, i);
        }
        let accounts = estate.inventory.accounts.keys().map(|id| Actor::Root(id.clone()));
        all.groups.extend(accounts.chain([Actor::Anonymous, Actor::Authenticated]).map(|a| (a.clone(), vec![a])));
        let mut candidates: [Candidates; 4] = Default::default();
        for (of_access, access) in candidates.iter_mut().zip(Access::ALL) {
            of_access.extend(estate, access, all.groups.iter().enumerate().map(|(at, (actor, _))| (at, actor)));
        }
        all.candidates = candidates;
        all
    }

    /// What a bucket's own side looks at and whom it names.
    fn add_side(
        &mut self,
        estate: &Estate<'_>,
        bucket: &Bucket,
        key_grantees: &BTreeSet<Actor>,
        shared: &mut Looks,
        mentioned: &mut BTreeSet<Actor>,
    ) {
        let mut of_bucket = key_grantees.clone();
        for policy in resource_policies(estate, bucket) {
            policy.statements.iter().filter(|s| s.matters()).for_each(|s| {
                shared.add(s);
                of_bucket.extend(actors(estate, s));
            });
        }
        acl(estate, bucket, &mut of_bucket);
        let inside = of_bucket.iter().filter_map(|a| if let Actor::Known(i) = a { Some(*i) } else { None }).collect();
        self.open.insert(bucket.name.clone(), (is_open(estate, bucket), inside));
        mentioned.extend(of_bucket.iter().filter(|a| matches!(a, Actor::Known(_))).cloned());
        of_bucket.retain(|a| !matches!(a, Actor::Known(_) | Actor::Root(_)));
        self.named.insert(bucket.name.clone(), of_bucket);
    }

    /// Puts a principal into the group of those that are like it; the group, if it is a new one.
    fn join(&mut self, estate: &Estate<'_>, i: usize) -> Option<usize> {
        let actor = Actor::Known(i);
        let likeness = likeness(estate, &estate.inventory.principals[i], &self.shared, self.mentioned.contains(&actor), &mut self.looks);
        if let Some(&group) = self.alike.get(&likeness) {
            self.groups[group].1.push(actor);
            self.of[i] = group;
            return None;
        }
        let group = self.groups.len();
        self.groups.push((actor.clone(), vec![actor]));
        self.alike.insert(likeness, group);
        self.of[i] = group;
        Some(group)
    }

    /// Principals whose policies are others than before, and buckets whose policy is. Whether that was all: if not, everybody has to be grouped anew.
    pub(super) fn update(&mut self, estate: &Estate<'_>, principals: &BTreeSet<usize>, buckets: &[usize]) -> bool {
        let (mut shared, mut mentioned) = (self.shared.clone(), self.mentioned.clone());
        let mut key_grantees = BTreeSet::new();
        grantees(estate, &mut key_grantees);
        for &bucket in buckets {
            self.add_side(estate, &estate.inventory.buckets[bucket], &key_grantees, &mut shared, &mut mentioned);
        }
        if shared != self.shared || mentioned != self.mentioned {
            return false;
        }
        for &i in principals {
            let group = self.of[i];
            let members = &mut self.groups[group].1;
            members.retain(|m| *m != Actor::Known(i));
            if let Some(first) = members.first().cloned() {
                self.groups[group].0 = first;
            } else {
                // Nobody is like this any more.
                self.alike.retain(|_, at| *at != group);
            }
            if let Some(new) = self.join(estate, i) {
                for (of_access, access) in self.candidates.iter_mut().zip(Access::ALL) {
                    of_access.extend(estate, access, std::iter::once((new, &Actor::Known(i))));
                }
            }
        }
        true
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
        let groups = places.into_iter().map(|i| (&self.groups[i].0, self.groups[i].1.as_slice())).filter(|(_, members)| !members.is_empty());
        let named = self.named.get(&bucket.name).into_iter().flatten().map(|a| (a, std::slice::from_ref(a)));
        groups.chain(named).collect()
    }
}

impl Candidates {
    /// Adds groups, each by somebody of it.
    fn extend<'g>(&mut self, estate: &Estate<'_>, access: Access, groups: impl Iterator<Item = (usize, &'g Actor)>) {
        let actions = [access.actions(), access.directory_actions()].concat();
        let mut known: HashMap<PolicyId, Arc<Speaks>> = HashMap::new();
        for (at, actor) in groups {
            let Some(principal) = actor.principal(estate) else {
                // Root users, the street: asked about everywhere.
                self.everywhere.push(at);
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
                self.everywhere.push(at);
            } else {
                names.into_iter().for_each(|name| self.named.entry(name).or_default().push(at));
            }
        }
    }
}

/// Of which buckets statements of a policy speak.
#[derive(Default)]
struct Speaks {
    everywhere: bool,
    names: BTreeSet<String>,
}

impl Speaks {
    fn of(estate: &Estate<'_>, policy: PolicyId, actions: &[Action]) -> Self {
        let Ok(compiled) = estate.policy(policy, PolicyKind::Identity) else { return Self { everywhere: true, ..Self::default() } };
        let mut out = Self::default();
        compiled.statements.iter().filter(|s| s.allow && actions.iter().any(|a| s.speaks_of(*a))).for_each(|s| out.add(s));
        out
    }

    fn add(&mut self, statement: &Statement) {
        let Some(resources) = statement.resources.as_ref().filter(|r| !r.not) else {
            self.everywhere = true;
            return;
        };
        for text in &resources.of {
            match bucket_of(text) {
                Some("") => self.everywhere = true,
                Some(name) => {
                    self.names.insert(name.to_owned());
                }
                None => {}
            }
        }
    }
}

/// The buckets that an identity policy can bear on, by what it allows and what it denies; none: it may bear on all of them.
pub(super) fn bears_on(estate: &Estate<'_>, policy: PolicyId) -> Option<BTreeSet<String>> {
    let compiled = estate.policy(policy, PolicyKind::Identity).ok()?;
    let mut out = Speaks::default();
    for statement in compiled.statements.iter().filter(|s| s.matters()) {
        let beyond = statement.matters_beyond_s3() && statement.resources.as_ref().is_none_or(|r| r.not || !r.of.iter().all(|text| is_of_s3(text)));
        if beyond {
            return None;
        }
        out.add(statement);
    }
    (!out.everywhere).then_some(out.names)
}

/// Whether a pattern of resources can only be a bucket, or objects in it.
fn is_of_s3(text: &str) -> bool {
    bucket_of(text).is_some_and(|name| !name.is_empty())
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
