//! The decision that a request meets, by AWS's documented evaluation logic: every policy that applies, then who granted, then what else had to allow.
//!
//! [`decide`] takes compiled policies and a borrowed [`Ask`]; nothing is parsed or kept. [`answer_line`] is the same for one line of JSON.
//!
//! ```
//! use sonde_access::aws::{decide::{Ask, Attached, Layers, Outcome, decide}, policy::{Action, Caller, Context, Policy, PolicyKind}};
//! let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}}"#;
//! let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
//! let caller = Caller::parse("arn:aws:iam::111122223333:user/ana").unwrap();
//! let (action, keys) = (Action::new("s3:GetObject"), Context::new());
//! let ask = Ask { caller: &caller, action: &action, resource: "arn:aws:s3:::data/a.csv", resource_account: Some("111122223333"), keys: &keys };
//! let identity = [Attached { name: "reader", policy: &policy }];
//! let decision = decide(&ask, &Layers { identity: &identity, ..Layers::default() });
//! assert_eq!(decision.outcome, Outcome::Allowed);
//! ```

use super::{
    expr::Expr,
    policy::{Action, Arn, Caller, CallerKind, Effect, Keys, Policy, Reach, Statement, is_account},
};

mod line;
mod public;
#[cfg(test)]
mod tests;

pub use line::answer_line;
pub use public::is_public;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// For what.
    pub action: &'a Action,
    /// On what: an ARN, or `*` for actions without a resource.
    pub resource: &'a str,
    /// Whose it is, where the ARN does not say. Nothing known at all: the caller's account.
    pub resource_account: Option<&'a str>,
    /// The request's context.
    pub keys: &'a dyn Keys,
}

/// A policy under the name that an answer gives it.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// As an answer names it.
    pub name: &'a str,
    /// Compiled.
    pub policy: &'a Policy,
}

/// One level of an organisation: the root, a unit, the account.
#[derive(Clone, Debug)]
pub struct Level<'a> {
    /// As an answer names it.
    pub target: &'a str,
    /// All that is attached there.
    pub policies: Vec<Attached<'a>>,
}

/// Every policy that could have a say.
#[derive(Clone, Debug, Default)]
pub struct Layers<'a> {
    /// Of the caller and the groups it is in.
    pub identity: &'a [Attached<'a>],
    /// Permissions boundaries; nothing: none. Each must allow.
    pub boundaries: Option<&'a [Attached<'a>]>,
    /// Passed when the session was made.
    pub session: Option<&'a Policy>,
    /// Service control policies above the caller's account, root first; empty: no organisation.
    pub service_control: &'a [Level<'a>],
    /// Resource control policies above the resource's account. Every level has `RCPFullAWSAccess`, which cannot be detached.
    pub resource_control: &'a [Level<'a>],
    /// Of the resource: bucket policy, key policy, role trust, …
    pub resource: Option<&'a Policy>,
    /// Of the VPC endpoint that the request goes through; nothing or empty: none.
    pub endpoint: Option<&'a [Attached<'a>]>,
    /// `RestrictPublicBuckets` of the bucket or of its account.
    pub restrict_public_buckets: bool,
    /// The caller is in the organisation's management account.
    pub management_account: bool,
    /// The caller is a service-linked role.
    pub service_linked: bool,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Whatever the unknown keys are.
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// Something that had to allow it does not.
    ImplicitlyDenied,
    /// Allowed if a condition on unknown keys holds, denied if not.
    Conditional,
}

impl Outcome {
    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::Conditional => "Conditional",
        }
    }
}

/// The decision, with what made it.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The end of it.
    pub outcome: Outcome,
    /// When it is allowed; always there for [`Outcome::Conditional`], never else.
    pub condition: Option<Expr>,
    /// Allowed: the statements that granted it. Explicitly denied: those that deny. Implicitly denied: what lacks an allow. Conditional: all that have a say.
    pub because: Vec<Because<'a>>,
}

/// One reason.
#[derive(Clone, Copy, Debug)]
pub struct Because<'a> {
    /// The policy's name, or that of its layer.
    pub policy: &'a str,
    /// The statement; nothing where the point is that there is none.
    pub statement: Option<&'a Statement>,
    /// `Allow`, `Deny`, or `ImplicitDeny`.
    pub effect: &'static str,
}

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Identity,
    Boundary(usize),
    Session,
    ServiceControl(usize),
    ResourceControl,
    Resource,
    Endpoint,
}

/// A statement that applies, or may.
struct Hit<'a> {
    layer: Layer,
    policy: &'a str,
    statement: &'a Statement,
    reach: Reach,
    when: Expr,
}

impl<'a> Hit<'a> {
    fn because(&self) -> Because<'a> {
        Because { policy: self.policy, statement: Some(self.statement), effect: self.statement.effect().name() }
    }
}

/// What applies to a request.
struct Scope {
    /// The caller belongs to an account and has policies of its own.
    identity: bool,
    /// The resource is of the caller's account; always false for callers without one.
    same_account: bool,
    boundaries: bool,
    service_control: bool,
    resource_control: bool,
    /// It is asked to assume a role.
    role_trust: bool,
    /// Keys and roles do not trust their account by themselves.
    distrustful: bool,
}

/// Services that resource control policies reach (AWS Organizations User Guide).
const RESOURCE_CONTROLLED: &[&str] =
    &["aoss", "cognito-identity", "cognito-idp", "dynamodb", "ecr", "kms", "logs", "s3", "secretsmanager", "sqs", "sts"];

/// Actions of KMS that no key policy is asked about.
const KEYLESS: &[&str] = &[
    "kms:connectcustomkeystore",
    "kms:createcustomkeystore",
    "kms:createkey",
    "kms:deletecustomkeystore",
    "kms:describecustomkeystores",
    "kms:disconnectcustomkeystore",
    "kms:generaterandom",
    "kms:listaliases",
    "kms:listkeys",
    "kms:updatecustomkeystore",
];

impl Scope {
    fn of(ask: &Ask<'_>, layers: &Layers<'_>) -> Self {
        use CallerKind as Kind;
        let kind = ask.caller.kind();
        let identity = matches!(kind, Kind::Root | Kind::User | Kind::Role | Kind::Session | Kind::FederatedUser);
        let arn = Arn::parse(ask.resource);
        let owner = ask.resource_account.or(arn.map(|a| a.account).filter(|a| is_account(a)));
        let same_account = identity && owner.is_none_or(|owner| owner == ask.caller.account());
        let service = ask.action.service();
        let role = service == "sts" && arn.is_some_and(|a| a.service == "iam" && a.resource.starts_with("role/"));
        // Aliases are governed by identity policies, and by the key's own for the key.
        let alias = arn.is_some_and(|a| a.resource.starts_with("alias/")) && ask.action.name().ends_with("alias");
        let key = service == "kms" && !alias && !KEYLESS.contains(&ask.action.name());
        Self {
            identity,
            same_account,
            boundaries: identity && kind != Kind::Root,
            service_control: identity && !layers.management_account && !layers.service_linked,
            // Neither do they touch resources of the management account.
            resource_control: !(layers.service_linked || layers.management_account && same_account)
                && RESOURCE_CONTROLLED.contains(&service)
                && ask.action.name() != "kms:retiregrant",
            role_trust: role,
            distrustful: role || key,
        }
    }
}

/// Decides.
#[must_use]
pub fn decide<'a>(ask: &Ask<'_>, layers: &Layers<'a>) -> Decision<'a> {
    let scope = Scope::of(ask, layers);
    let hits = gather(ask, layers, &scope);
    let denied = sum(hits.iter().filter(|h| h.statement.effect() == Effect::Deny)).settled();
    if denied == Expr::YES {
        let because = hits.iter().filter(|h| h.statement.effect() == Effect::Deny && h.when != Expr::NO).map(Hit::because).collect();
        return Decision { outcome: Outcome::ExplicitlyDenied, condition: None, because };
    }
    let grant = Grant::of(ask, layers, &scope, &hits);
    if grant.allowed == Expr::NO {
        return Decision { outcome: Outcome::ImplicitlyDenied, condition: None, because: grant.lacking };
    }
    let granting = hits.iter().filter(|h| grant.counts(h)).map(Hit::because);
    match grant.allowed.clone().and(denied.negated()).settled() {
        Expr::Is(true) => Decision { outcome: Outcome::Allowed, condition: None, because: granting.collect() },
        // Whenever it is allowed it is denied as well.
        Expr::Is(false) => {
            let denying = hits.iter().filter(|h| h.statement.effect() == Effect::Deny).map(Hit::because);
            Decision { outcome: Outcome::ImplicitlyDenied, condition: None, because: denying.collect() }
        }
        condition => {
            let unsure = hits.iter().filter(|h| h.when != Expr::YES && !grant.counts(h)).map(Hit::because);
            Decision { outcome: Outcome::Conditional, because: granting.chain(unsure).collect(), condition: Some(condition) }
        }
    }
}

/// Every statement that applies or may, deny and allow, of every layer that applies.
fn gather<'a>(ask: &Ask<'_>, layers: &Layers<'a>, scope: &Scope) -> Vec<Hit<'a>> {
    let mut hits = Vec::new();
    let bounded = scope.boundaries && layers.boundaries.is_some_and(|b| !b.is_empty());
    let mut add = |layer: Layer, name: &'a str, policy: &'a Policy| {
        for statement in policy.statements().iter().filter(|s| s.covers_action(ask.action)) {
            let reach = statement.reach(ask.caller, bounded);
            if reach == Reach::None {
                continue;
            }
            let when = statement.residual(ask.action, ask.resource, ask.keys);
            if when != Expr::NO {
                hits.push(Hit { layer, policy: name, statement, reach, when });
            }
        }
    };
    if scope.identity && ask.caller.kind() != CallerKind::Root {
        layers.identity.iter().for_each(|p| add(Layer::Identity, p.name, p.policy));
    }
    if let Some(policy) = layers.resource {
        add(Layer::Resource, "resource_policy", policy);
    }
    if scope.boundaries {
        layers.boundaries.unwrap_or_default().iter().enumerate().for_each(|(i, p)| add(Layer::Boundary(i), p.name, p.policy));
    }
    if let (true, Some(policy)) = (scope.identity, layers.session) {
        add(Layer::Session, "session_policy", policy);
    }
    if scope.service_control {
        for (i, level) in layers.service_control.iter().enumerate() {
            level.policies.iter().for_each(|p| add(Layer::ServiceControl(i), p.name, p.policy));
        }
    }
    if scope.resource_control {
        layers.resource_control.iter().flat_map(|l| &l.policies).for_each(|p| add(Layer::ResourceControl, p.name, p.policy));
    }
    layers.endpoint.unwrap_or_default().iter().for_each(|p| add(Layer::Endpoint, p.name, p.policy));
    hits
}

/// At least one of the statements applies.
fn sum<'h, 'a: 'h>(hits: impl Iterator<Item = &'h Hit<'a>>) -> Expr {
    Expr::any(hits.map(|hit| hit.when.clone()))
}

/// What lacks an allow that is needed.
#[derive(Default)]
struct Lacking<'a>(Vec<Because<'a>>);

impl<'a> Lacking<'a> {
    fn need(&mut self, policy: &'a str, expr: Expr) -> Expr {
        if expr == Expr::NO {
            self.0.push(Because { policy, statement: None, effect: "ImplicitDeny" });
        }
        expr
    }
}

fn allows<'h, 'a>(hits: &'h [Hit<'a>], layer: Layer) -> impl Iterator<Item = &'h Hit<'a>> {
    hits.iter().filter(move |h| h.layer == layer && h.statement.effect() == Effect::Allow)
}

/// What must allow whoever grants: every level of the organisation, the endpoint, the block on public access.
fn guards<'a>(ask: &Ask<'_>, layers: &Layers<'a>, scope: &Scope, hits: &[Hit<'a>], lacking: &mut Lacking<'a>) -> Expr {
    let mut guards = Expr::YES;
    if scope.service_control {
        for (i, level) in layers.service_control.iter().enumerate() {
            guards = guards.and(lacking.need(level.target, sum(allows(hits, Layer::ServiceControl(i)))));
        }
    }
    if layers.endpoint.is_some_and(|e| !e.is_empty()) {
        guards = guards.and(lacking.need("vpc_endpoint_policies", sum(allows(hits, Layer::Endpoint))));
    }
    // Root users cannot assume roles.
    if scope.role_trust && ask.caller.kind() == CallerKind::Root {
        guards = lacking.need("root_user", Expr::NO);
    }
    if blocked(ask, layers, scope) { lacking.need("block_public_access", Expr::NO) } else { guards }
}

/// What bounds the caller's own side: boundaries and the session policy.
fn limits<'a>(ask: &Ask<'_>, layers: &Layers<'a>, scope: &Scope, hits: &[Hit<'a>], lacking: &mut Lacking<'a>) -> Expr {
    let mut limits = Expr::YES;
    if scope.boundaries {
        for (i, boundary) in layers.boundaries.unwrap_or_default().iter().enumerate() {
            limits = limits.and(lacking.need(boundary.name, sum(allows(hits, Layer::Boundary(i)))));
        }
    }
    match layers.session {
        Some(_) if scope.identity => limits.and(lacking.need("session_policy", sum(allows(hits, Layer::Session)))),
        // A session of GetFederationToken without a policy has no permissions of its own.
        None if ask.caller.kind() == CallerKind::FederatedUser => lacking.need("session_policy", Expr::NO),
        _ => limits,
    }
}

/// Who grants, denies left aside.
struct Grant<'a> {
    allowed: Expr,
    /// What lacks an allow.
    lacking: Vec<Because<'a>>,
    /// Whether identity policies grant, and what of the resource policy does.
    by_identity: bool,
    by_resource: Option<Reach>,
}

impl<'a> Grant<'a> {
    fn of(ask: &Ask<'_>, layers: &Layers<'a>, scope: &Scope, hits: &[Hit<'a>]) -> Self {
        let named = |least: Reach| sum(allows(hits, Layer::Resource).filter(|h| h.reach >= least));
        let (mut lacking, mut ungranted) = (Lacking::default(), Lacking::default());
        let guards = guards(ask, layers, scope, hits, &mut lacking);
        let limits = limits(ask, layers, scope, hits, &mut ungranted);
        let own = match ask.caller.kind() {
            _ if !scope.identity => Expr::NO,
            CallerKind::Root => Expr::YES,
            _ => ungranted.need("identity_policies", sum(allows(hits, Layer::Identity))),
        };
        // Across accounts, and for keys and role trust, the resource's side must allow or delegate as well.
        let both = scope.identity && (!scope.same_account || scope.distrustful);
        let resource = named(Reach::Account);
        if both || own == Expr::NO {
            ungranted.need("resource_policy", resource.clone());
        }
        let by_identity = own.and(limits.clone()).and(if both { resource } else { Expr::YES });
        let (by_role, by_name) = match scope {
            Scope { identity: true, same_account: false, .. } => (Expr::NO, Expr::NO),
            Scope { identity: false, .. } => (Expr::NO, named(Reach::Direct)),
            // What names the caller itself is not cut by boundary and session policy; what names the role is.
            _ => (named(Reach::Role).and(limits), named(Reach::Direct)),
        };
        let identity_counts = by_identity != Expr::NO;
        let by_resource = if both && identity_counts {
            Some(Reach::Account)
        } else if by_role != Expr::NO {
            Some(Reach::Role)
        } else {
            (by_name != Expr::NO).then_some(Reach::Direct)
        };
        let granted = by_identity.or(by_role).or(by_name);
        if granted == Expr::NO {
            lacking.0.append(&mut ungranted.0);
        }
        Self { allowed: granted.and(guards).settled(), lacking: lacking.0, by_identity: identity_counts, by_resource }
    }

    /// Whether a statement is one of those that grant.
    fn counts(&self, hit: &Hit<'_>) -> bool {
        let grants = match hit.layer {
            Layer::Identity => self.by_identity,
            Layer::Resource => self.by_resource.is_some_and(|least| hit.reach >= least),
            _ => false,
        };
        grants && hit.statement.effect() == Effect::Allow
    }
}

/// A bucket with a public policy under `RestrictPublicBuckets` is for AWS services and its own account only.
fn blocked(ask: &Ask<'_>, layers: &Layers<'_>, scope: &Scope) -> bool {
    layers.restrict_public_buckets
        && ask.action.service() == "s3"
        && ask.caller.kind() != CallerKind::Service
        && !scope.same_account
        && layers.resource.is_some_and(is_public)
}
