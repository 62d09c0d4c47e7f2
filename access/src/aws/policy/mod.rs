//! The policy language: JSON in, compiled statements out, matched against a request.
//!
//! Three steps, each for itself. [`Policy::parse`] reads and compiles once: what AWS would not have stored is an error, never an empty policy.
//! A [`Caller`], an [`Action`], a resource and [`Keys`] say what is asked; keys are looked up when a condition needs them, and may be unknown.
//! [`Statement::test`] answers no, perhaps or yes without allocating; [`Statement::residual`] says what "perhaps" depends on.
//! The parts of a statement can be asked one by one ([`Statement::covers_action`], [`Statement::covers_resource`], [`Statement::reach`], [`Statement::conditions`]),
//! so that many callers or resources can share an answer.
//!
//! ```
//! use sonde_access::aws::policy::{Action, Context, Policy, PolicyKind, Truth};
//! let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::data/*"}}"#;
//! let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
//! let statement = &policy.statements()[0];
//! assert_eq!(statement.test(&Action::new("s3:GetObject"), "arn:aws:s3:::data/a.csv", &Context::new()), Truth::Yes);
//! ```

use super::expr::{Expr, Test};

mod condition;
mod context;
mod json;
mod parse;
mod pattern;
mod principal;
#[cfg(test)]
mod tests;
mod values;

pub use condition::Condition;
pub use context::{Context, Keys, Truth, Value};
pub use json::{Json, Object};
pub use parse::PolicyError;
pub use pattern::Pattern;
pub use principal::{Arn, Caller, CallerError, CallerKind, Named, Principals, Reach, is_account};

/// Where a policy is attached; it decides which elements it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// To a user, group or role; boundaries, session policies and service control policies are written alike: no principal, always resources.
    Identity,
    /// To a resource: always principals; resources may be left out (role trust).
    Resource,
    /// To an organisation as resource control policy, or to a VPC endpoint: principals may be left out and are then everyone.
    Guard,
}

/// A policy, compiled.
#[derive(Clone, Debug)]
pub struct Policy {
    statements: Box<[Statement]>,
}

impl Policy {
    /// The statements in their order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Condition operators that do not exist; a statement with one never matches.
    pub fn unknown_operators(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().flat_map(Statement::conditions).filter(|c| !c.is_known()).map(Condition::operator)
    }
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Allows, where nothing denies.
    Allow,
    /// Denies, whatever allows.
    Deny,
}

impl Effect {
    /// `Allow` or `Deny`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// An action that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Action(Box<str>);

impl Action {
    /// `service:Name`, in any case.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_ascii_lowercase().into())
    }

    /// In lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The service's prefix in lower case.
    #[must_use]
    pub fn service(&self) -> &str {
        self.0.split_once(':').map_or("", |(service, _)| service)
    }
}

/// One statement, compiled.
#[derive(Clone, Debug)]
pub struct Statement {
    sid: Option<Box<str>>,
    index: usize,
    effect: Effect,
    principals: Option<Principals>,
    actions: Actions,
    resources: Option<Resources>,
    conditions: Box<[Condition]>,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug)]
struct Actions {
    not: bool,
    any: bool,
    /// Names without wildcards, in lower case, sorted.
    exact: Box<[Box<str>]>,
    patterns: Box<[Pattern]>,
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug)]
struct Resources {
    not: bool,
    any: bool,
    patterns: Box<[Pattern]>,
    /// As the policy has them.
    shown: Box<[Box<str>]>,
}

impl Statement {
    /// Its `Sid`, unless empty.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Its place in the policy, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// What it does.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Whom it names; policies of identities name nobody.
    #[must_use]
    pub fn principals(&self) -> Option<&Principals> {
        self.principals.as_ref()
    }

    /// Its conditions; all must hold.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// How it names a caller; `bounded`: the caller has a permissions boundary.
    #[must_use]
    pub fn reach(&self, caller: &Caller, bounded: bool) -> Reach {
        self.principals.as_ref().map_or(Reach::Direct, |p| p.reach(caller, self.effect == Effect::Deny, bounded))
    }

    /// Whether it speaks of an action.
    #[must_use]
    pub fn covers_action(&self, action: &Action) -> bool {
        let actions = &self.actions;
        let name = action.name();
        let named =
            actions.any || actions.exact.binary_search_by(|a| (**a).cmp(name)).is_ok() || actions.patterns.iter().any(|p| p.matches_plainly(name));
        named != actions.not
    }

    /// Whether it speaks of a resource. Perhaps: a variable of its pattern is not known.
    pub fn covers_resource(&self, action: &Action, resource: &str, keys: &dyn Keys) -> Truth {
        let Some(resources) = &self.resources else { return Truth::Yes };
        let named = if resources.any { Truth::Yes } else { Truth::any(resources.patterns.iter().map(|p| one(p, action, resource, keys))) };
        if resources.not { !named } else { named }
    }

    /// The patterns of `Resource` or `NotResource`, and whether it is the latter; nothing where the element is left out.
    #[must_use]
    pub fn resources(&self) -> Option<(bool, &[Pattern])> {
        self.resources.as_ref().map(|r| (r.not, &*r.patterns))
    }

    /// Whether all conditions hold.
    pub fn holds(&self, keys: &dyn Keys) -> Truth {
        Truth::all(self.conditions.iter().map(|c| c.test(keys)))
    }

    /// Whether it applies to a request, principals left aside.
    pub fn test(&self, action: &Action, resource: &str, keys: &dyn Keys) -> Truth {
        if !self.covers_action(action) {
            return Truth::No;
        }
        match self.covers_resource(action, resource, keys) {
            Truth::No => Truth::No,
            covers => covers.min(self.holds(keys)),
        }
    }

    /// The same, with what "perhaps" depends on.
    pub fn residual(&self, action: &Action, resource: &str, keys: &dyn Keys) -> Expr {
        match self.test(action, resource, keys) {
            Truth::No => Expr::NO,
            Truth::Yes => Expr::YES,
            Truth::Maybe => {
                let conditions = Expr::all(self.conditions.iter().map(|c| c.residual(keys)));
                self.resource_residual(action, resource, keys).and(conditions)
            }
        }
    }

    fn resource_residual(&self, action: &Action, resource: &str, keys: &dyn Keys) -> Expr {
        let Some(resources) = self.resources.as_ref().filter(|r| !r.any) else { return Expr::YES };
        let named = Expr::any(resources.patterns.iter().zip(&resources.shown).map(|(pattern, shown)| match one(pattern, action, resource, keys) {
            Truth::No => Expr::NO,
            Truth::Yes => Expr::YES,
            Truth::Maybe => {
                let pair = |word: &str| format!("{} {word} {}", condition::quoted(resource), condition::quoted(shown));
                Expr::Test(Test::new(pair("matches"), pair("matches"), Some(pair("does not match"))))
            }
        }));
        if resources.not { named.negated() } else { named }
    }
}

/// Actions without a resource are asked for on `*`; S3 takes `arn:aws:s3:::*` for that as well.
fn one(pattern: &Pattern, action: &Action, resource: &str, keys: &dyn Keys) -> Truth {
    if resource == "*" && !pattern.is_any() && action.service() == "s3" {
        return Truth::from(pattern.prefix().strip_suffix(":s3:::").is_some_and(|p| p.starts_with("arn:")) && pattern.is_prefix());
    }
    pattern.matches(resource, keys)
}
