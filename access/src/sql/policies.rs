//! Row-level policies: which rows a role sees, in words.

use super::{Policy, Privileges, Relation, roles::RoleId};

/// Rows of a table that a role may work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    All,
    None,
    /// Those that meet a condition.
    Some(String),
}

impl Privileges<'_> {
    /// Rows for one command: `r` SELECT, `a` INSERT, `w` UPDATE, `d` DELETE.
    pub(super) fn rows(&self, role: RoleId, relation: &Relation, command: char) -> Rows {
        if !self.is_filtered(role, relation) {
            return Rows::All;
        }
        let applies = |p: &&Policy| {
            let whom = p.roles.is_empty() || p.roles.iter().any(|name| self.graph.id(name).is_some_and(|other| self.uses(role, other)));
            whom && (p.command == '*' || p.command == command)
        };
        let all: Vec<&Policy> = relation.policies.iter().filter(applies).collect();
        let permissive: Vec<&&Policy> = all.iter().filter(|p| p.permissive).collect();
        if permissive.is_empty() {
            // Without a policy that lets them through there are no rows.
            return Rows::None;
        }
        let open = permissive.iter().any(|p| lets_all(p, command));
        let any: Vec<&Policy> = if open { Vec::new() } else { permissive.iter().map(|p| **p).collect() };
        let each: Vec<&Policy> = all.iter().copied().filter(|p| !p.permissive && !lets_all(p, command)).collect();
        let said = |policies: &[&Policy], between: &str| policies.iter().map(|p| told(p, command)).collect::<Vec<_>>().join(between);
        match (any.as_slice(), each.as_slice()) {
            ([], []) => Rows::All,
            ([one], []) | ([], [one]) => Rows::Some(format!("rows that policy `{}` lets through: {}", one.name, shown(one, command))),
            ([], each) => Rows::Some(format!("rows that policies let through: {}", said(each, " and "))),
            (any, []) => Rows::Some(format!("rows that policies let through: {}", said(any, " or "))),
            (any, each) => Rows::Some(format!("rows that policies let through: ({}) and {}", said(any, " or "), said(each, " and "))),
        }
    }
}

/// The expression that counts: new rows are checked, others are looked at.
fn expression(policy: &Policy, command: char) -> (&'static str, Option<&str>) {
    match (command, &policy.check) {
        ('a', Some(check)) => ("WITH CHECK", Some(check)),
        _ => ("USING", policy.using.as_deref()),
    }
}

fn lets_all(policy: &Policy, command: char) -> bool {
    expression(policy, command).1.is_none_or(|text| text.trim_matches(['(', ')', ' ']).eq_ignore_ascii_case("true"))
}

fn told(policy: &Policy, command: char) -> String {
    format!("`{}`: {}", policy.name, shown(policy, command))
}

/// `USING (…)`.
fn shown(policy: &Policy, command: char) -> String {
    let (word, text) = expression(policy, command);
    let text = text.unwrap_or("true");
    let text = if text.starts_with('(') && text.ends_with(')') { text.to_owned() } else { format!("({text})") };
    format!("{word} {text}")
}
