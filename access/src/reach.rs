//! Answers about everything that is not AWS: the four values, what they rest on, and how several ways to the same access become one answer.
//!
//! An access is a formula ([`Expr`]) over what only a request decides. What was not read is a test as well, told by its name, so that "yes whatever it
//! says" and "not known" come out of the same arithmetic. "No" is not listed.

use std::collections::BTreeMap;

pub use crate::aws::{
    expr::{Expr, Test},
    reach::{Access, Answer, Because},
};

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How a test of something that was not read begins.
const UNREAD: &str = "not read: ";
/// Whoever an export does not name.
pub(crate) const OTHERS: &str = "everybody else";
/// Longest condition that is printed, bytes.
const LONGEST: usize = 600;

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Anybody, not signed in.
    Anonymous,
    /// Anybody with an account at the provider.
    AnyAuthenticated,
    /// A person.
    User,
    /// A group whose members are not known, or to whom it is not worth going down.
    Group,
    /// An account that programs use.
    ServiceAccount,
    /// A role of a database that nobody in the export holds.
    Role,
    /// A subject of a foreign identity provider.
    Workload,
    /// Whoever has a key.
    Holder,
    /// Everybody of a domain or tenant.
    Domain,
}

impl Kind {
    /// As it is stored and printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::AnyAuthenticated => "any_authenticated",
            Self::User => "user",
            Self::Group => "group",
            Self::ServiceAccount => "service_account",
            Self::Role => "role",
            Self::Workload => "workload",
            Self::Holder => "holder",
            Self::Domain => "domain",
        }
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The provider's name of what is reached.
    pub resource: String,
    /// Who, as the provider writes it.
    pub principal: String,
    /// What he is.
    pub kind: Kind,
    /// Whether he belongs to nothing in the export.
    pub external: bool,
    /// With what privilege.
    pub access: Access,
    /// Yes, on a condition, not known.
    pub answer: Answer,
    /// The condition, or what was not read.
    pub condition: Option<String>,
    /// Groups, roles and accounts on the way, the first one first.
    pub via: Vec<String>,
    /// What it rests on.
    pub because: Vec<Because>,
}

/// A test of something that only a request, a row or a clock decides. It is told apart by all of its text; only what is shown is cut.
pub(crate) fn when(condition: impl Into<String>) -> Expr {
    let whole: String = condition.into();
    let mut shown = whole.clone();
    if shown.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|i| shown.is_char_boundary(*i)).unwrap_or(0);
        shown.truncate(end);
        shown.push('…');
    }
    Expr::Test(Test::new(whole, shown, None))
}

/// A test of something that was not read.
pub(crate) fn unread(what: impl std::fmt::Display) -> Expr {
    when(format!("{UNREAD}{what}"))
}

/// A statement that an answer rests on.
pub(crate) fn because(policy: &str, statement: &str, effect: &str) -> Because {
    Because { policy: policy.into(), statement: statement.into(), effect: effect.into() }
}

/// What a formula comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    Conditional(String),
    Unknown(String),
    No,
}

/// Settles a formula: what hangs on something unread is unknown.
pub(crate) fn verdict(formula: Expr) -> Verdict {
    match formula.settled() {
        Expr::Is(true) => Verdict::Yes,
        Expr::Is(false) => Verdict::No,
        formula => {
            let mut missing = Vec::new();
            unread_tests(&formula, &mut missing);
            missing.sort_unstable();
            missing.dedup();
            if missing.is_empty() { Verdict::Conditional(formula.to_string()) } else { Verdict::Unknown(missing.join("; ")) }
        }
    }
}

fn unread_tests<'e>(formula: &'e Expr, out: &mut Vec<&'e str>) {
    match formula {
        Expr::Is(_) => {}
        Expr::Test(test) => out.extend(test.shown().strip_prefix(UNREAD)),
        Expr::Not(inner) => unread_tests(inner, out),
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| unread_tests(part, out)),
    }
}

/// One way to an access.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) formula: Expr,
    pub(crate) via: Vec<String>,
    pub(crate) because: Vec<Because>,
}

impl Way {
    /// A way that is always open.
    pub(crate) fn open(policy: &str, statement: &str) -> Self {
        Self { formula: Expr::YES, via: Vec::new(), because: vec![because(policy, statement, "Allow")] }
    }

    /// A way that may be there: what would say so was not read.
    pub(crate) fn unread(why: impl std::fmt::Display) -> Self {
        Self { formula: unread(why), via: Vec::new(), because: Vec::new() }
    }

    /// The same where something more is needed.
    pub(crate) fn and(mut self, formula: Expr) -> Self {
        self.formula = self.formula.and(formula);
        self
    }

    /// The same, through something.
    pub(crate) fn through(mut self, step: impl Into<String>) -> Self {
        self.via.insert(0, step.into());
        self
    }

    /// Whether it can be open at all.
    pub(crate) fn exists(&self) -> bool {
        self.formula != Expr::NO
    }
}

/// Who he is, apart from his name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    pub(crate) kind: Kind,
    pub(crate) external: bool,
}

impl Who {
    /// Those whom a file that was not read may name.
    pub(crate) const OTHERS: Self = Self { kind: Kind::Domain, external: false };
}

/// All ways to one resource.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    all: BTreeMap<(String, Access), (Who, Vec<Way>)>,
}

impl Ways {
    pub(crate) fn add(&mut self, principal: &str, who: Who, access: Access, way: Way) {
        if way.exists() {
            self.all.entry((principal.to_owned(), access)).or_insert_with(|| (who, Vec::new())).1.push(way);
        }
    }

    /// Whoever may have any access, as something that says so was not read: never "no".
    pub(crate) fn unread(&mut self, who: &str, why: impl std::fmt::Display) {
        for access in Access::ALL {
            self.add(who, Who::OTHERS, access, Way::unread(&why));
        }
    }

    /// One row for everybody and access: a way that is always open if there is one, else all of them.
    pub(crate) fn rows(self, resource: &str) -> Vec<Reach> {
        self.all.into_iter().filter_map(|((principal, access), (who, ways))| row(resource, principal, access, who, ways)).collect()
    }
}

fn row(resource: &str, principal: String, access: Access, who: Who, mut ways: Vec<Way>) -> Option<Reach> {
    ways.sort_by_key(|way| way.via.len());
    let open = ways.iter().position(|way| way.formula.clone().settled() == Expr::YES);
    let ways: Vec<Way> = match open {
        Some(i) => vec![ways.swap_remove(i)],
        None => ways,
    };
    let (answer, condition) = match verdict(Expr::any(ways.iter().map(|way| way.formula.clone()))) {
        Verdict::No => return None,
        Verdict::Yes => (Answer::Yes, None),
        Verdict::Conditional(condition) => (Answer::Conditional, Some(condition)),
        Verdict::Unknown(why) => (Answer::Unknown, Some(why)),
    };
    let via = ways.first().map(|way| way.via.clone()).unwrap_or_default();
    let mut because: Vec<Because> = Vec::new();
    for one in ways.into_iter().flat_map(|way| way.because) {
        if !because.contains(&one) {
            because.push(one);
        }
    }
    Some(Reach { resource: resource.to_owned(), principal, kind: who.kind, external: who.external, access, answer, condition, via, because })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_conditions_that_begin_alike_are_two() {
        let long = "x".repeat(LONGEST);
        let (a, b) = (when(format!("{long} a")), when(format!("{long} b")));
        assert_eq!(verdict(a.clone().and(a.clone().negated())), Verdict::No);
        let Verdict::Conditional(shown) = verdict(a.and(b.negated())) else { panic!("one is not the other") };
        assert!(shown.contains('…') && !shown.contains("x a"), "{shown}");
    }
}
