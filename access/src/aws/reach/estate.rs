//! An inventory made ready: every policy document compiled once.

use std::{collections::HashMap, sync::Arc};

use super::{
    atom::{Atom, Relation, World},
    condition::{Keys, evaluate, fill},
    formula::{Formula, NO, YES},
    pattern::{Cover, Pattern},
    request::{Actor, Request, Target},
    statement::{Action, Statement, parse},
};
use crate::{
    aws::{
        decide::is_public,
        policy::{Caller, PolicyKind},
    },
    inventory::{AccessPoint, Attachment, Bucket, Gap, Inventory, ObjectLambda, PolicyId, Principal, PrincipalKind, Reading},
};

/// A compiled document.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) statements: Vec<Statement>,
    /// Whether S3 calls it public.
    pub(super) public: bool,
}

/// What a statement did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Why {
    pub(super) policy: Arc<str>,
    pub(super) statement: Arc<str>,
    pub(super) allow: bool,
    /// Its effect holds only on a condition.
    pub(super) partly: bool,
}

/// What a set of policies does to a request.
#[derive(Clone, Debug)]
pub(super) struct Effects {
    pub(super) allow: Formula,
    pub(super) deny: Formula,
    pub(super) why: Vec<Why>,
}

impl Default for Effects {
    fn default() -> Self {
        Self { allow: NO, deny: NO, why: Vec::new() }
    }
}

/// An estate, compiled.
#[derive(Debug)]
pub(super) struct Estate<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) partition: String,
    compiled: HashMap<(PolicyId, PolicyKind), Result<Arc<Compiled>, String>>,
    groups: HashMap<(&'a str, &'a str), usize>,
    /// Access points by the bucket behind them.
    points: HashMap<&'a str, Vec<usize>>,
    whole: bool,
}

impl<'a> Estate<'a> {
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        let partition = inventory.principals.first().and_then(|p| p.arn.split(':').nth(1)).unwrap_or("aws").to_owned();
        let groups = inventory.groups.iter().enumerate().map(|(i, g)| ((g.account.as_str(), g.name.as_str()), i)).collect();
        let whole = inventory.organization.as_ref().is_some_and(|o| {
            let mut accounts = o.nodes.keys().filter(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())).peekable();
            accounts.peek().is_some() && o.unread.is_none() && accounts.all(|id| inventory.accounts.get(id).is_some_and(|a| a.identities))
        });
        let mut points: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, point) in inventory.access_points.iter().enumerate() {
            points.entry(&point.bucket).or_default().push(i);
        }
        let mut estate = Self { points, inventory, partition, compiled: HashMap::new(), groups, whole };
        estate.compile();
        estate
    }

    /// Whether all accounts of the organisation are in the inventory.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) fn organization_id(&self) -> Option<&String> {
        self.inventory.organization.as_ref()?.id.as_ref()
    }

    /// Goes on with an inventory of the same principals, groups, buckets and access points, whose documents before are those of the one before.
    pub(super) fn go_on(&mut self, inventory: &'a Inventory) {
        self.inventory = inventory;
        self.compile();
    }

    fn compile(&mut self) {
        for (policy, kind) in uses(self.inventory) {
            let inventory = self.inventory;
            self.compiled.entry((policy, kind)).or_insert_with(|| {
                let (statements, read) = parse(inventory.policies.text(policy), kind)?;
                Ok(Arc::new(Compiled { statements, public: kind == PolicyKind::Resource && is_public(&read) }))
            });
        }
    }

    /// Access points that stand before a bucket.
    pub(super) fn points(&self, bucket: &Bucket) -> impl Iterator<Item = &'a AccessPoint> {
        self.points.get(bucket.name.as_str()).into_iter().flatten().map(|&i| &self.inventory.access_points[i])
    }

    /// Object Lambda access points that stand before an access point.
    pub(super) fn lambdas(&self, point: &AccessPoint) -> impl Iterator<Item = &'a ObjectLambda> {
        self.inventory.object_lambdas.iter().filter(move |l| stands_before(&l.point, &point.arn))
    }

    /// Documents that are no policies, by where they are attached.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut check = |name: &str, policy: Option<&PolicyId>, kind| {
            if let Some(Err(why)) = policy.and_then(|p| self.compiled.get(&(*p, kind))) {
                gaps.push(Gap { place: name.to_owned(), why: why.clone() });
            }
        };
        named_uses(self.inventory, &mut |name, policy, kind| check(name, policy, kind));
        gaps.sort();
        gaps.dedup();
        gaps
    }

    pub(super) fn policy(&self, policy: PolicyId, kind: PolicyKind) -> Result<Arc<Compiled>, String> {
        self.compiled.get(&(policy, kind)).cloned().unwrap_or_else(|| Err("it was not compiled".to_owned()))
    }

    /// Who asks, as the policy language names him.
    pub(super) fn caller(&self, actor: &Actor) -> Caller {
        let name = match actor {
            Actor::Anonymous => return Caller::anonymous(),
            // Of an account that no policy names.
            Actor::Authenticated => "arn:aws:iam::nobody:root".to_owned(),
            actor => actor.name(self),
        };
        Caller::parse(&name).unwrap_or_else(|_| Caller::anonymous())
    }

    /// All identity policies of a principal, those of its groups included.
    pub(super) fn attachments(&self, principal: &'a Principal) -> Vec<&'a Attachment> {
        let mut out: Vec<&Attachment> = principal.policies.iter().collect();
        if principal.kind == PrincipalKind::User {
            let groups = principal.groups.iter().filter_map(|name| self.groups.get(&(principal.account.as_str(), name.as_str())));
            out.extend(groups.flat_map(|&i| &self.inventory.groups[i].policies));
        }
        out
    }

    /// What policies that name no principal do: identity policies, boundaries, service control policies.
    pub(super) fn effects(
        &self,
        world: &mut World,
        attachments: &[&Attachment],
        kind: PolicyKind,
        action: Action,
        request: &Request<'_, '_>,
    ) -> Effects {
        let mut out = Effects::default();
        for attachment in attachments {
            match &attachment.policy {
                Reading::Absent => {}
                Reading::Unread(why) => unread(world, &attachment.name, why, &mut out),
                Reading::Read(policy) => match self.policy(*policy, kind) {
                    Err(why) => unread(world, &attachment.name, &why, &mut out),
                    Ok(compiled) => {
                        let mut seen = 0;
                        for statement in compiled.statements.iter().filter(|s| s.speaks_of(action)) {
                            let applies = applies(world, statement, request);
                            let applies = world.capped(&mut seen, applies, &|| place(&attachment.name, statement));
                            add(world, &mut out, statement, applies, &attachment.name);
                        }
                    }
                },
            }
        }
        out
    }
}

/// A statement's effect, added.
pub(super) fn add(world: &mut World, out: &mut Effects, statement: &Statement, applies: Formula, policy: &str) {
    if applies == NO {
        return;
    }
    out.why.push(Why { policy: policy.into(), statement: statement.label.as_str().into(), allow: statement.allow, partly: applies != YES });
    let side = if statement.allow { &mut out.allow } else { &mut out.deny };
    *side = world.or(*side, applies);
}

/// One side of a policy.
pub(super) fn place(policy: &str, statement: &Statement) -> String {
    format!("{} in {policy}", if statement.allow { "allows" } else { "denials" })
}

/// A policy that was not read may allow, and may deny; AWS's own only allow.
pub(super) fn unread(world: &mut World, name: &str, why: &str, out: &mut Effects) {
    let allows = world.unread(&format!("{name}: {why}"));
    out.allow = world.or(out.allow, allows);
    if !name.contains(":iam::aws:policy/") {
        let denies = world.unread(&format!("{name} may deny: {why}"));
        out.deny = world.or(out.deny, denies);
    }
}

/// On what a statement applies to a request: its resource and its conditions.
pub(super) fn applies(world: &mut World, statement: &Statement, request: &Request<'_, '_>) -> Formula {
    let mut applies = covers(world, statement, request);
    let mut seen = 0;
    for condition in &statement.conditions {
        if applies == NO {
            break;
        }
        let holds = evaluate(world, condition, statement.variables, request);
        let holds = world.capped(&mut seen, holds, &|| format!("statement {} with {} conditions", statement.label, statement.conditions.len()));
        applies = world.and(applies, holds);
    }
    applies
}

/// On what its resource is the one that is asked for.
fn covers(world: &mut World, statement: &Statement, request: &Request<'_, '_>) -> Formula {
    let Some(resources) = &statement.resources else { return YES };
    let (mut named, mut seen) = (NO, 0);
    for text in &resources.of {
        if named == YES {
            break;
        }
        let one = covers_one(world, text, statement.variables, request);
        let one = world.capped(&mut seen, one, &|| {
            format!("statement {} with {} resources, the first {}", statement.label, resources.of.len(), resources.of[0])
        });
        named = world.or(named, one);
    }
    if resources.not { world.not(named) } else { named }
}

fn covers_one(world: &mut World, text: &str, variables: bool, request: &Request<'_, '_>) -> Formula {
    if text == "*" {
        return YES;
    }
    // What has fewer than six parts goes on with anything.
    let longer = (text.starts_with("arn:") && text.split(':').count() < 6).then(|| format!("{text}:*"));
    let text = longer.as_deref().unwrap_or(text);
    let begins = request.resource();
    // Most patterns are about something else, and their first characters say so.
    let plain = &text[..text.find(['*', '?', '$']).unwrap_or(text.len())];
    if !begins.starts_with(plain) && !plain.starts_with(begins) && !begins.contains('*') {
        return NO;
    }
    let Some(filled) = fill(text, true, variables, request) else { return NO };
    if filled.open {
        // What a variable stands for is not known: on condition that it is this.
        return open(world, "resource", filled.pattern, request, Relation::None);
    }
    if request.is_one() {
        let same = filled.pattern.matches(begins) || begins.contains('*') && !Pattern::new(begins).apart(&filled.pattern);
        return if same { YES } else { NO };
    }
    match filled.pattern.covers(begins) {
        Cover::All => YES,
        Cover::None => NO,
        Cover::Some => {
            // A pattern that is not told apart from the bucket's name cannot be compared with others.
            let (pattern, relation) = relative(&filled.pattern, request).map_or((filled.pattern, Relation::None), |p| (p, Relation::Text));
            open(world, "object key", pattern, request, relation)
        }
    }
}

/// A pattern of objects in terms of their bucket, so that those of an access point can be compared with them.
fn relative(pattern: &Pattern, request: &Request<'_, '_>) -> Option<Pattern> {
    let text = pattern.to_string();
    let bucket = match (&request.target, request.point.filter(|_| request.at_point)) {
        (Target::Objects { .. }, Some(point)) => format!("{}/object/", point.arn),
        (Target::Objects { bucket, .. }, None) => format!("arn:{}:s3:::{}/", request.estate.partition, bucket.name),
        _ => return None,
    };
    text.strip_prefix(&bucket).map(Pattern::new)
}

fn open(world: &mut World, key: &str, pattern: Pattern, request: &Request<'_, '_>, relation: Relation) -> Formula {
    world.atom(Atom {
        hop: request.hop(),
        key: format!("\0{key}"),
        relation,
        operator: if relation == Relation::None { "Like".to_owned() } else { String::new() },
        values: vec![pattern],
        free: false,
        unread: false,
        shown: key.to_owned(),
    })
}

/// Whether two ARNs of an access point are the same; a region that was not exported is `*`.
fn stands_before(named: &str, point: &str) -> bool {
    named.split(':').zip(point.split(':')).all(|(a, b)| a == b || b == "*") && named.split(':').count() == point.split(':').count()
}

/// Documents and how they are attached.
fn uses(inventory: &Inventory) -> Vec<(PolicyId, PolicyKind)> {
    let mut out = Vec::new();
    named_uses(inventory, &mut |_, policy, kind| out.extend(policy.map(|p| (*p, kind))));
    out
}

fn named_uses(inventory: &Inventory, visit: &mut dyn FnMut(&str, Option<&PolicyId>, PolicyKind)) {
    for principal in &inventory.principals {
        for attachment in principal.policies.iter().chain(&principal.boundary) {
            visit(&attachment.name, attachment.policy.read(), PolicyKind::Identity);
        }
        if let Some(trust) = &principal.trust {
            visit(&trust.name, trust.policy.read(), PolicyKind::Resource);
        }
    }
    for attachment in inventory.groups.iter().flat_map(|g| &g.policies) {
        visit(&attachment.name, attachment.policy.read(), PolicyKind::Identity);
    }
    for bucket in &inventory.buckets {
        visit(&bucket_policy(&bucket.name), bucket.policy.read(), PolicyKind::Resource);
    }
    for key in &inventory.keys {
        visit(&key_policy(&key.id), key.policy.read(), PolicyKind::Resource);
    }
    for point in &inventory.access_points {
        visit(&point_policy(&point.name), point.policy.read(), PolicyKind::Resource);
    }
    for lambda in &inventory.object_lambdas {
        visit(&lambda_policy(&lambda.name), lambda.policy.read(), PolicyKind::Resource);
    }
    for instance in &inventory.access_grants {
        visit(&format!("{}/policy", instance.place()), instance.policy.read(), PolicyKind::Resource);
    }
    let Some(organization) = &inventory.organization else { return };
    for (policies, kind) in [(&organization.scp, PolicyKind::Identity), (&organization.rcp, PolicyKind::Guard)] {
        for attachment in policies.read().iter().flat_map(|p| p.targets.values().flatten()) {
            visit(&attachment.name, attachment.policy.read(), kind);
        }
    }
}

/// Names of policies that have none of their own.
pub(super) fn bucket_policy(name: &str) -> String {
    format!("bucket/{name}/policy")
}

pub(super) fn key_policy(id: &str) -> String {
    format!("kms/{id}/policy")
}

pub(super) fn lambda_policy(name: &str) -> String {
    format!("object-lambda/{name}/policy")
}

pub(super) fn point_policy(name: &str) -> String {
    format!("access-point/{name}/policy")
}
