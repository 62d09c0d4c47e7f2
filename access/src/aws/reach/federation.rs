//! Subjects of identity providers, and people of Identity Center, as whom a role can be assumed.

use std::collections::BTreeMap;

use super::{
    assume::{Edge, Source},
    atom::World,
    condition::{Keys, Known, evaluate},
    estate::{Compiled, Estate, Why},
    formula::{Formula, NO, YES},
    pattern::Pattern,
    statement::{ASSUME_SAML, ASSUME_WEB, Action, Condition, Each, Operator, Statement},
};
use crate::{
    aws::policy::{Named, PolicyKind},
    inventory::{Attachment, Principal},
};

/// Roles that Identity Center makes.
const RESERVED: &str = "AWSReservedSSO_";

/// Who of outside can assume a role.
pub(super) fn edges(estate: &Estate<'_>, world: &mut World, role: &Principal, trust: &Attachment, hop: u32) -> Vec<Edge> {
    let mut out = people(estate, world, role);
    let assigned = !out.is_empty();
    let Some(Ok(policy)) = trust.policy.read().map(|p| estate.policy(*p, PolicyKind::Resource)) else { return out };
    let mut found = Workloads::default();
    for statement in policy.statements.iter().filter(|s| s.allow && (s.speaks_of(ASSUME_WEB) || s.speaks_of(ASSUME_SAML))) {
        for provider in providers(statement) {
            if assigned && provider.contains(":saml-provider/AWSSSO_") {
                continue;
            }
            let action = if provider.contains(":saml-provider/") { ASSUME_SAML } else { ASSUME_WEB };
            if !statement.speaks_of(action) {
                continue;
            }
            for (subject, name) in subjects(statement, &provider) {
                let keys = Federated { issuer: issuer(&provider).to_lowercase(), subject: &subject, hop, role };
                let ask = Asked { role, trust, action, keys: &keys };
                found.add(estate, world, &ask, &policy, statement, &|deny| providers(deny).contains(&provider), name);
            }
        }
    }
    out.extend(found.edges());
    out
}

/// Somebody without an account asks to assume a role.
pub(super) struct Asked<'r> {
    pub(super) role: &'r Principal,
    pub(super) trust: &'r Attachment,
    pub(super) action: Action,
    pub(super) keys: &'r dyn Keys,
}

/// Workloads that can assume a role, each once.
#[derive(Default)]
pub(super) struct Workloads(BTreeMap<Source, Edge>);

impl Workloads {
    /// Adds a workload as far as a statement of the trust policy lets it in and neither another one (`names` it, or everybody) nor the organisation denies it.
    #[expect(clippy::too_many_arguments, reason = "all of them say who asks what of which policy")]
    pub(super) fn add(
        &mut self,
        estate: &Estate<'_>,
        world: &mut World,
        ask: &Asked<'_>,
        policy: &Compiled,
        statement: &Statement,
        names: &dyn Fn(&Statement) -> bool,
        workload: String,
    ) {
        let mut formula = holds(world, statement, ask.keys);
        for deny in policy.statements.iter().filter(|s| !s.allow && s.speaks_of(ask.action)) {
            if names(deny) || deny.principals.as_ref().is_none_or(|p| p.everyone()) {
                let denied = holds(world, deny, ask.keys);
                formula = world.without(formula, denied);
            }
        }
        let guarded = estate.guarded_role(world, ask.role, ask.action, &|world, deny| holds(world, deny, ask.keys));
        formula = world.without(formula, guarded);
        if formula == NO {
            return;
        }
        let why = Why { policy: ask.trust.name.as_str().into(), statement: statement.label.as_str().into(), allow: true, partly: formula != YES };
        let from = Source::Workload(workload);
        let edge = self.0.entry(from.clone()).or_insert_with(|| Edge { from, formula: NO, why: Vec::new() });
        edge.formula = world.or(edge.formula, formula);
        edge.why.push(why);
    }

    pub(super) fn edges(self) -> impl Iterator<Item = Edge> {
        self.0.into_values()
    }
}

/// On what all conditions of a statement hold.
fn holds(world: &mut World, statement: &Statement, keys: &dyn Keys) -> Formula {
    let mut formula = YES;
    for condition in &statement.conditions {
        let one = evaluate(world, condition, statement.variables, keys);
        formula = world.and(formula, one);
    }
    formula
}

/// Identity providers that a statement names.
fn providers(statement: &Statement) -> Vec<String> {
    let Some(principals) = statement.principals.as_ref().filter(|p| !p.not) else { return Vec::new() };
    principals.named.iter().filter_map(|n| if let Named::Federated(name) = n { Some(name.to_string()) } else { None }).collect()
}

/// The issuer of a provider: what stands before `:sub` in its keys.
fn issuer(provider: &str) -> &str {
    provider.split_once(":oidc-provider/").map_or(provider, |(_, issuer)| issuer)
}

/// What is known of a token's subject, and what it is called. Without a condition on the subject it is everybody of the provider.
fn subjects(statement: &Statement, provider: &str) -> Vec<(Known, String)> {
    let key = format!("{}:sub", issuer(provider)).to_lowercase();
    let on_subject = |c: &&Condition| {
        (c.lower == key || c.lower == "saml:sub")
            && !c.negated
            && !c.if_exists
            && c.each != Each::All
            && matches!(c.operator, Operator::Equals | Operator::Like)
    };
    let Some(condition) = statement.conditions.iter().find(on_subject) else { return vec![(Known::Always, provider.to_owned())] };
    let known = |value: &String| {
        let wild = condition.operator == Operator::Like;
        let pattern = if wild { Pattern::new(value) } else { Pattern::exact(value) };
        match (pattern.literal(), value.strip_suffix('*').filter(|v| wild && !v.contains(['*', '?']))) {
            _ if pattern.is_all() && wild => (Known::Always, provider.to_owned()),
            (Some(text), _) => (Known::One(text), value.clone()),
            (None, Some(prefix)) => (Known::Begins(prefix.to_owned()), value.clone()),
            (None, None) => (Known::Many(vec![value.clone()]), value.clone()),
        }
    };
    condition.values.iter().map(known).collect()
}

/// What is known of a request with a token.
struct Federated<'r> {
    issuer: String,
    subject: &'r Known,
    hop: u32,
    role: &'r Principal,
}

impl Keys for Federated<'_> {
    fn hop(&self) -> u32 {
        self.hop
    }

    fn known(&self, key: &str) -> Known {
        let claim = key.strip_prefix(self.issuer.as_str()).and_then(|rest| rest.strip_prefix(':')).or_else(|| key.strip_prefix("saml:"));
        match (claim, key) {
            // For whom a token is made out is chosen by who asks the provider for it.
            (Some("aud" | "iss"), _) => Known::Free,
            (Some("sub"), _) => self.subject.clone(),
            (Some(_), _) => Known::Open,
            (_, "aws:securetransport") => Known::One("true".to_owned()),
            (_, "aws:resourceaccount") => Known::One(self.role.account.clone()),
            (_, "sts:rolesessionname" | "sts:sourceidentity" | "sts:durationseconds" | "sts:transitivetagkeys" | "aws:tagkeys") => Known::Free,
            (_, "aws:principalarn" | "aws:principalaccount" | "aws:principalorgid" | "aws:username" | "aws:userid") => Known::Absent,
            (_, "aws:principalisawsservice" | "aws:viaawsservice") => Known::One("false".to_owned()),
            (_, "aws:federatedprovider") => Known::Always,
            _ => Known::Open,
        }
    }
}

/// Users and groups that are given the permission set of a role.
fn people(estate: &Estate<'_>, world: &mut World, role: &Principal) -> Vec<Edge> {
    let Some(set) = role.name.strip_prefix(RESERVED).and_then(|rest| rest.rsplit_once('_')).map(|(set, _)| set) else { return Vec::new() };
    let directory = &estate.inventory.directory;
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for assignment in directory.assignments.iter().filter(|a| a.account == role.account) {
        if directory.permission_sets.get(&assignment.permission_set).is_none_or(|name| name != set) {
            continue;
        }
        let label = format!("{set} to {}", assignment.to);
        if !assignment.group {
            let name = directory.people.get(&assignment.to).map(|p| p.name.clone()).filter(|n| !n.is_empty());
            names.insert(name.unwrap_or_else(|| assignment.to.clone()), label);
            continue;
        }
        if !directory.memberships {
            names.insert(directory.groups.get(&assignment.to).cloned().unwrap_or_else(|| assignment.to.clone()), label);
            continue;
        }
        for (id, person) in directory.people.iter().filter(|(_, p)| p.groups.contains(&assignment.to)) {
            names.insert(if person.name.is_empty() { id.clone() } else { person.name.clone() }, label.clone());
        }
    }
    let why = |label: String| vec![Why { policy: "identity-center".into(), statement: label.as_str().into(), allow: true, partly: false }];
    let mut edges: Vec<Edge> = names.into_iter().map(|(name, label)| Edge { from: Source::Person(name), formula: YES, why: why(label) }).collect();
    if let Some(unread) = &directory.unread {
        let formula = world.unread(unread);
        edges.push(Edge { from: Source::Person("others of Identity Center".to_owned()), formula, why: why(format!("{set} to others")) });
    }
    edges
}
