//! One action on one resource: identity policies, boundary, organisation and resource policy put together as AWS documents it.

use super::{
    atom::{Atom, Relation, World},
    estate::{Compiled, Effects, Estate, Why, add, applies, place, unread},
    formula::{Formula, NO, YES},
    request::{Actor, Request},
    statement::{Action, DELETE_POLICY, PUT_POLICY, Statement},
};
use crate::{
    aws::policy::{Caller, Named, PolicyKind, Reach, is_account},
    inventory::{Attachment, OrgPolicies, Principal, Reading},
};

/// What the resource's side grants, by how it names the caller.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    /// Himself, or everyone.
    pub(super) direct: Formula,
    /// The role he is a session of: cut by its boundary.
    pub(super) role: Formula,
    /// His account: delegated.
    pub(super) account: Formula,
    pub(super) deny: Formula,
    pub(super) why: Vec<Why>,
}

impl Default for Granted {
    fn default() -> Self {
        Self { direct: NO, role: NO, account: NO, deny: NO, why: Vec::new() }
    }
}

/// Whether an action is allowed, and by what.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    pub(super) formula: Formula,
    pub(super) why: Vec<Why>,
}

impl Allowed {
    pub(super) fn new(formula: Formula) -> Self {
        Self { formula, why: Vec::new() }
    }

    pub(super) fn and(mut self, world: &mut World, other: Self) -> Self {
        self.formula = world.and(self.formula, other.formula);
        self.why.extend(other.why);
        self
    }

    /// Either way; what the other way says counts only where it adds something.
    pub(super) fn or(mut self, world: &mut World, other: Self) -> Self {
        if self.formula == NO {
            return other;
        }
        let both = world.or(self.formula, other.formula);
        if both != self.formula {
            if other.formula == YES {
                self.why.clear();
            }
            self.why.extend(other.why);
            self.formula = both;
        }
        self
    }
}

/// What a request's own side may do, of which much is the same for many resources.
pub(super) struct Own {
    identity: Effects,
    boundary: Option<Effects>,
    guards: Vec<Effects>,
}

impl Own {
    /// On what identity policies allow something.
    pub(super) fn may(&self) -> Formula {
        self.identity.allow
    }

    /// What grants is of no interest where the resource lets everybody in; what denies is.
    pub(super) fn forget_allows(&mut self) {
        self.identity.why.retain(|w| !w.allow);
    }
}

impl<'a> Estate<'a> {
    /// Identity policies, boundary and service control policies of who asks.
    pub(super) fn own(&self, world: &mut World, action: Action, request: &Request<'_, 'a>) -> Own {
        let sure = Effects { allow: YES, ..Effects::default() };
        let Some(principal) = request.actor.principal(self) else {
            let identity = match request.actor {
                Actor::Root(_) | Actor::Account(_) | Actor::Authenticated => sure,
                // An account by its canonical id, or an identity that AWS keeps itself (`arn:aws:iam::cloudfront:user/…`): it has no policies of its own.
                Actor::Foreign(id) if !id.split(':').nth(4).is_some_and(is_account) => sure,
                Actor::Foreign(arn) => {
                    let mut out = Effects::default();
                    let account = request.actor.account(self).unwrap_or_default();
                    out.allow = world.unread(&format!("identity policies of {arn}: account {account} is not in the inventory"));
                    out
                }
                _ => Effects::default(),
            };
            let guards = self.guards(world, action, request);
            return Own { identity, boundary: None, guards };
        };
        let identity = self.effects(world, &self.attachments(principal), PolicyKind::Identity, action, request);
        let boundary = principal.boundary.as_ref().map(|b| {
            let mut effects = self.effects(world, &[b], PolicyKind::Identity, action, request);
            // What a boundary allows grants nothing.
            effects.why.retain(|w| !w.allow);
            effects
        });
        let guards = self.guards(world, action, request);
        Own { identity, boundary, guards }
    }

    /// Service control policies, one entry per level.
    fn guards(&self, world: &mut World, action: Action, request: &Request<'_, 'a>) -> Vec<Effects> {
        let inside = matches!(request.actor, Actor::Known(_) | Actor::Root(_)) && !request.actor.is_service_linked(self);
        let Some(account) = request.actor.account(self).filter(|_| inside) else { return Vec::new() };
        let Some(organization) = &self.inventory.organization else { return Vec::new() };
        let levels = self.levels(&organization.scp, account);
        self.each_level(world, levels, PolicyKind::Identity, action, request)
    }

    /// Resource control policies: what they deny.
    fn resource_guards(&self, world: &mut World, action: Action, request: &Request<'_, 'a>) -> Vec<Effects> {
        if request.actor.is_service_linked(self) {
            return Vec::new();
        }
        let (Some(organization), Some(account)) = (&self.inventory.organization, request.target.account()) else { return Vec::new() };
        let levels = self.levels(&organization.rcp, account);
        let mut effects = self.each_level(world, levels, PolicyKind::Guard, action, request);
        // `RCPFullAWSAccess` is always there, so only what is denied counts.
        effects.iter_mut().for_each(|e| e.allow = YES);
        effects
    }

    /// On what resource control policies deny that somebody without an account (a token's subject) assumes a role; `holds` evaluates a statement's conditions.
    pub(super) fn guarded_role(
        &self,
        world: &mut World,
        role: &Principal,
        action: Action,
        holds: &dyn Fn(&mut World, &Statement) -> Formula,
    ) -> Formula {
        let Some(organization) = &self.inventory.organization else { return NO };
        let attached: Vec<&Attachment> = match self.levels(&organization.rcp, &role.account) {
            Levels::Unread(why) => return world.unread(&format!("organization may deny: {why}")),
            Levels::Known(levels) => levels.into_iter().flatten().collect(),
        };
        let mut denied = NO;
        for attachment in attached {
            let compiled = match &attachment.policy {
                Reading::Absent => continue,
                Reading::Unread(why) => Err(why.clone()),
                Reading::Read(policy) => self.policy(*policy, PolicyKind::Guard),
            };
            let one = match compiled {
                Err(why) => world.unread(&format!("{} may deny: {why}", attachment.name)),
                Ok(compiled) => {
                    let mut sum = NO;
                    for deny in compiled.statements.iter().filter(|s| !s.allow && s.speaks_of(action) && s.names_resource(&role.arn)) {
                        let one = holds(world, deny);
                        sum = world.or(sum, one);
                    }
                    sum
                }
            };
            denied = world.or(denied, one);
        }
        denied
    }

    fn each_level(&self, world: &mut World, levels: Levels<'_>, kind: PolicyKind, action: Action, request: &Request<'_, 'a>) -> Vec<Effects> {
        match levels {
            Levels::Unread(why) => {
                let mut out = Effects::default();
                unread(world, "organization", &why, &mut out);
                vec![out]
            }
            Levels::Known(levels) => {
                let mut all: Vec<Effects> = levels.iter().map(|level| self.effects(world, level, kind, action, request)).collect();
                all.iter_mut().for_each(|effects| effects.why.retain(|w| !w.allow));
                all
            }
        }
    }

    /// What is attached on the way from the root to an account.
    fn levels<'s>(&'s self, policies: &'s Reading<OrgPolicies>, account: &str) -> Levels<'s> {
        let Some(organization) = &self.inventory.organization else { return Levels::Known(Vec::new()) };
        if organization.management.as_deref() == Some(account) {
            return Levels::Known(Vec::new());
        }
        let policies = match policies {
            Reading::Absent => return Levels::Known(Vec::new()),
            Reading::Unread(why) => return Levels::Unread(why.clone()),
            Reading::Read(policies) => policies,
        };
        let path = organization.path(account);
        let mut out = Vec::new();
        let mut level = |target: &str| {
            // A target without policies: the type is not enabled, or nothing but the default was there.
            if let Some(attached) = policies.targets.get(target).filter(|a| !a.is_empty()) {
                out.push(attached.iter().collect());
            }
        };
        if path.len() > 1 {
            path.iter().for_each(|target| level(target));
            return Levels::Known(out);
        }
        if let Some(why) = &organization.unread {
            return Levels::Unread(format!("where account {account} stands is not known: {why}"));
        }
        if path.is_empty() && !organization.nodes.is_empty() {
            return Levels::Known(Vec::new());
        }
        policies.targets.keys().filter(|t| t.starts_with("r-")).for_each(|root| level(root));
        level(account);
        if policies.targets.keys().any(|t| t.starts_with("ou-")) {
            return Levels::Unread(format!("where account {account} stands in the organisation is not known"));
        }
        Levels::Known(out)
    }

    /// What a resource policy does.
    pub(super) fn granted(
        &self,
        world: &mut World,
        name: &str,
        policy: &Compiled,
        action: Action,
        request: &Request<'_, 'a>,
        caller: &Caller,
    ) -> Granted {
        let bounded = request.actor.principal(self).is_some_and(|p| p.boundary.is_some());
        let mut out = Granted::default();
        let mut seen = 0;
        for statement in policy.statements.iter().filter(|s| s.speaks_of(action)) {
            let (reach, session) = self.names(world, statement, request, caller, bounded);
            if reach == Reach::None {
                continue;
            }
            let holds = applies(world, statement, request);
            let holds = world.capped(&mut seen, holds, &|| place(name, statement));
            let holds = world.and(holds, session);
            let mut effects = Effects { why: std::mem::take(&mut out.why), ..Effects::default() };
            add(world, &mut effects, statement, holds, name);
            out.why = effects.why;
            let side = match (statement.allow, reach) {
                (false, _) => &mut out.deny,
                (true, Reach::Direct) => &mut out.direct,
                (true, Reach::Role) => &mut out.role,
                (true, _) => &mut out.account,
            };
            *side = world.or(*side, holds);
        }
        out
    }

    /// How a statement names who asks; for one session of a role, on condition that it is this one.
    fn names(&self, world: &mut World, statement: &Statement, request: &Request<'_, 'a>, caller: &Caller, bounded: bool) -> (Reach, Formula) {
        let Some(principals) = &statement.principals else { return (Reach::Direct, YES) };
        let mut reach = principals.reach(caller, !statement.allow, bounded);
        if reach == Reach::None && !principals.not {
            // S3 takes a canonical id for the account it belongs to.
            let canonical = |n: &Named| matches!(n, Named::Canonical(id) if self.is_canonical(request.actor, id));
            reach = if principals.named.iter().any(canonical) { Reach::Account } else { reach };
        }
        let Some(role) = request.actor.principal(self).filter(|_| reach == Reach::None && !principals.not && request.actor.is_role(self)) else {
            return (reach, YES);
        };
        let mut named = NO;
        for one in &principals.named {
            if let Named::Session { account, role: name, arn } = one
                && **account == *role.account
                && **name == *role.name
            {
                let session = arn.rsplit('/').next().unwrap_or_default();
                let atom = Atom {
                    hop: request.hop,
                    key: "\0session".to_owned(),
                    relation: Relation::Text,
                    operator: String::new(),
                    values: vec![super::pattern::Pattern::exact(session)],
                    free: false,
                    unread: false,
                    shown: "role session name".to_owned(),
                };
                let atom = world.atom(atom);
                named = world.or(named, atom);
            }
        }
        (if named == NO { Reach::None } else { Reach::Direct }, named)
    }

    /// A call that is about no resource: identity policies, boundary and service control policies decide.
    pub(super) fn alone(&self, world: &mut World, own: &Own) -> Allowed {
        let (mut allowed, mut denied) = (own.identity.allow, own.identity.deny);
        let mut why = own.identity.why.clone();
        for other in own.boundary.iter().chain(&own.guards) {
            allowed = world.and(allowed, other.allow);
            denied = world.or(denied, other.deny);
            why.extend(other.why.iter().cloned());
        }
        why.retain(|w| w.allow || w.partly);
        Allowed { formula: world.without(allowed, denied), why }
    }

    /// The decision. `trusting`: the resource trusts its own account without saying so (S3 does; keys and roles do not).
    pub(super) fn decide(
        &self,
        world: &mut World,
        action: Action,
        request: &Request<'_, 'a>,
        own: &Own,
        granted: Granted,
        trusting: bool,
    ) -> Allowed {
        let boundary = own.boundary.as_ref().map_or(YES, |b| b.allow);
        let identity = world.and(own.identity.allow, boundary);
        let role = world.and(granted.role, boundary);
        let same = request.actor.account(self).is_some() && request.actor.account(self) == request.target.account();
        let mut why: Vec<Why> = Vec::new();
        let allowed = match request.actor {
            Actor::Anonymous | Actor::Service(_) => granted.direct,
            _ if same => {
                let by_identity = if trusting { identity } else { world.and(identity, granted.account) };
                let by_resource = world.or(granted.direct, role);
                world.or(by_identity, by_resource)
            }
            _ => {
                let named = world.or(granted.direct, granted.role);
                let named = world.or(named, granted.account);
                world.and(identity, named)
            }
        };
        why.extend(own.identity.why.iter().cloned());
        why.extend(own.boundary.iter().flat_map(|b| b.why.iter().cloned()));
        let mut allowed = allowed;
        let mut denied = own.identity.deny;
        if let Some(boundary) = &own.boundary {
            denied = world.or(denied, boundary.deny);
        }
        // The root user can always put right the policy that locks everybody out.
        let owner = matches!(request.actor, Actor::Root(_)) && same && trusting && [PUT_POLICY, DELETE_POLICY].contains(&action);
        if !owner {
            denied = world.or(denied, granted.deny);
        }
        why.extend(granted.why);
        let resource_guards = if allowed == NO { Vec::new() } else { self.resource_guards(world, action, request) };
        for guard in own.guards.iter().chain(&resource_guards) {
            allowed = world.and(allowed, guard.allow);
            denied = world.or(denied, guard.deny);
            why.extend(guard.why.iter().cloned());
        }
        let formula = world.without(allowed, denied);
        // What denies counts where it leaves something: then its conditions are those of the answer.
        why.retain(|w| w.allow || w.partly);
        Allowed { formula, why }
    }
}

enum Levels<'s> {
    Known(Vec<Vec<&'s Attachment>>),
    Unread(String),
}
