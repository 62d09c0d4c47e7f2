//! Tests that only a request decides: each is a variable of the formulas, printed as people read it, and related to the others of its key.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    formula::{Cube, Formula, Formulas, NO, YES},
    pattern::Pattern,
    statement::Operator,
};

/// How a test relates to others of the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Relation {
    /// Sets of texts.
    Text,
    /// Sets of addresses.
    Address,
    /// Whether the key is there at all.
    Present,
    /// None is known.
    None,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Atom {
    /// 0: the request itself; else the step of a role chain it is made in.
    pub(super) hop: u32,
    /// Lower case.
    pub(super) key: String,
    pub(super) relation: Relation,
    /// Operator as printed, with its qualifier; what tells tests without a relation apart.
    pub(super) operator: String,
    pub(super) values: Vec<Pattern>,
    /// The caller chooses: it holds or not as he likes.
    pub(super) free: bool,
    /// It stands for something that was not read; `operator` says what.
    pub(super) unread: bool,
    /// Key as printed.
    pub(super) shown: String,
}

/// Formulas and what their variables mean.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) formulas: Formulas,
    atoms: Vec<Atom>,
    known: HashMap<Atom, u32>,
    /// Names of the steps of role chains.
    pub(super) hops: Vec<String>,
    verdicts: HashMap<Formula, Verdict>,
}

/// Tests of one key whose relations are looked at.
const RELATED: usize = 48;
/// Conditions of one policy, or one statement, that are told apart.
const CAP: usize = 200;
const TOO_MANY: &str = "the conditions are too many to be told apart";
/// Alternatives of a condition that are printed.
const SHOWN: usize = 24;

/// What a formula comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes,
    No,
    Conditional(Arc<str>),
    /// What was not read.
    Unknown(Arc<str>),
}

impl World {
    pub(super) fn atom(&mut self, atom: Atom) -> Formula {
        let var = match self.known.get(&atom) {
            Some(&var) => var,
            None => {
                let var = self.atoms.len() as u32;
                self.atoms.push(atom.clone());
                self.known.insert(atom, var);
                var
            }
        };
        self.formulas.variable(var)
    }

    /// A formula, unless there were very many before it: then all that follow are one condition, named by what they stand in.
    pub(super) fn capped(&mut self, seen: &mut usize, formula: Formula, place: &dyn Fn() -> String) -> Formula {
        if formula == YES || formula == NO {
            return formula;
        }
        *seen += 1;
        if *seen <= CAP {
            return formula;
        }
        self.atom(Atom {
            hop: 0,
            key: String::new(),
            relation: Relation::None,
            operator: format!("one of many more conditions of {}", place()),
            values: Vec::new(),
            free: false,
            unread: false,
            shown: String::new(),
        })
    }

    /// Something that was not read.
    pub(super) fn unread(&mut self, what: &str) -> Formula {
        self.atom(Atom {
            hop: 0,
            key: String::new(),
            relation: Relation::None,
            operator: what.to_owned(),
            values: Vec::new(),
            free: false,
            unread: true,
            shown: String::new(),
        })
    }

    pub(super) fn and(&mut self, f: Formula, g: Formula) -> Formula {
        self.formulas.and(f, g)
    }

    pub(super) fn or(&mut self, f: Formula, g: Formula) -> Formula {
        self.formulas.or(f, g)
    }

    pub(super) fn not(&mut self, f: Formula) -> Formula {
        self.formulas.not(f)
    }

    pub(super) fn without(&mut self, f: Formula, g: Formula) -> Formula {
        self.formulas.without(f, g)
    }

    /// What must hold among the variables of a formula, whatever the request.
    fn theory(&mut self, vars: &BTreeSet<u32>) -> Formula {
        let mut theory = YES;
        let mut by_key: BTreeMap<(u32, &str), Vec<u32>> = BTreeMap::new();
        for &var in vars {
            let atom = &self.atoms[var as usize];
            by_key.entry((atom.hop, &atom.key)).or_default().push(var);
        }
        // Of very many tests of one key the pairs are not looked at: the answer is the same but for tests that contradict each other.
        let mut pairs = Vec::new();
        for vars in by_key.into_values().filter(|vars| vars.len() <= RELATED) {
            for (i, &a) in vars.iter().enumerate() {
                pairs.extend(vars[i + 1..].iter().map(|&b| (a, b)));
            }
        }
        for (a, b) in pairs {
            let (apart, within, around) = relate(&self.atoms[a as usize], &self.atoms[b as usize]);
            let (fa, fb) = (self.formulas.variable(a), self.formulas.variable(b));
            if apart {
                let both = self.formulas.and(fa, fb);
                theory = self.formulas.without(theory, both);
            }
            for (implies, from, to) in [(within, fa, fb), (around, fb, fa)] {
                if implies {
                    let broken = self.formulas.without(from, to);
                    theory = self.formulas.without(theory, broken);
                }
            }
        }
        theory
    }

    /// Yes, no, on which condition, or not known for want of what.
    pub(super) fn verdict(&mut self, f: Formula) -> Verdict {
        // What did not fit was taken for "no" on the way, so nothing can be relied on any more, not even yes and no.
        if self.formulas.is_full() {
            return Verdict::Unknown(TOO_MANY.into());
        }
        if f == YES {
            return Verdict::Yes;
        }
        if f == NO {
            return Verdict::No;
        }
        if let Some(known) = self.verdicts.get(&f) {
            return known.clone();
        }
        let verdict = self.judge(f);
        if self.formulas.is_full() {
            return Verdict::Unknown(TOO_MANY.into());
        }
        self.verdicts.insert(f, verdict.clone());
        verdict
    }

    fn judge(&mut self, f: Formula) -> Verdict {
        let vars = self.formulas.support(f);
        let theory = self.theory(&vars);
        let of =
            |world: &Self, wanted: fn(&Atom) -> bool| vars.iter().copied().filter(|v| wanted(&world.atoms[*v as usize])).collect::<BTreeSet<u32>>();
        let (free, unread) = (of(self, |a| a.free), of(self, |a| a.unread));
        let possible = self.formulas.and(f, theory);
        let reached = self.formulas.quantify(possible, &free, true);
        let theory = self.formulas.quantify(theory, &free, true);
        let best = self.formulas.quantify(reached, &unread, true);
        let worst = self.formulas.quantify(reached, &unread, false);
        let class = |world: &mut Self, f: Formula| {
            let fails = world.formulas.without(theory, f);
            (f == NO, fails == NO)
        };
        let (best_class, worst_class) = (class(self, best), class(self, worst));
        if best_class != worst_class {
            let names: Vec<&str> = unread.iter().map(|v| self.atoms[*v as usize].operator.as_str()).collect();
            return Verdict::Unknown(names.join("; ").into());
        }
        match worst_class {
            (true, _) => Verdict::No,
            (_, true) => Verdict::Yes,
            _ => {
                let never = self.formulas.not(theory);
                let upper = self.formulas.or(worst, never);
                let (cubes, more) = self.formulas.cubes(worst, upper);
                Verdict::Conditional(self.print(&cubes, more).into())
            }
        }
    }

    fn print(&self, cubes: &[Cube], cut: bool) -> String {
        let mut parts: Vec<String> = cubes.iter().map(|cube| self.print_cube(cube)).collect();
        parts.sort();
        parts.dedup();
        if parts.len() > SHOWN {
            let more = parts.len() - SHOWN;
            parts.truncate(SHOWN);
            parts.push(format!("one of {}{more} more", if cut { "more than " } else { "" }));
        }
        if parts.len() == 1 {
            parts.remove(0)
        } else {
            parts.iter().map(|p| if p.contains(" and ") { format!("({p})") } else { p.clone() }).collect::<Vec<_>>().join(" or ")
        }
    }

    fn print_cube(&self, cube: &Cube) -> String {
        let mut tests: Vec<String> = cube.iter().map(|&(var, holds)| self.print_atom(&self.atoms[var as usize], holds)).collect();
        tests.sort();
        tests.join(" and ")
    }

    fn print_atom(&self, atom: &Atom, holds: bool) -> String {
        let values: Vec<String> = atom.values.iter().map(ToString::to_string).collect();
        let list = if values.len() == 1 { values[0].clone() } else { format!("({})", values.join(", ")) };
        let not = if holds { "" } else { "not " };
        let test = match (atom.relation, atom.operator.as_str(), holds) {
            (_, operator, _) if atom.values.is_empty() && atom.relation == Relation::None => format!("{not}{operator}"),
            (Relation::Present, ..) => format!("{} is {not}present", atom.shown),
            (_, "Bool", _) => format!("{} is {not}{list}", atom.shown),
            (Relation::Text | Relation::Address, ..) if values.len() > 1 => format!("{} {not}in {list}", atom.shown),
            (Relation::Text, ..) if atom.values[0].literal().is_some() => format!("{} is {not}{list}", atom.shown),
            (Relation::Text, ..) => format!("{} {not}like {list}", atom.shown),
            (Relation::Address, ..) => format!("{} {not}in {list}", atom.shown),
            (_, operator, true) => format!("{operator} {} {list}", atom.shown),
            (_, operator, false) => format!("not ({operator} {} {list})", atom.shown),
        };
        match atom.hop.checked_sub(1).and_then(|hop| self.hops.get(hop as usize)) {
            Some(hop) => format!("{test} (assuming {hop})"),
            None => test,
        }
    }
}

/// Whether two tests of a key exclude each other, whether the first implies the second, whether the second implies the first.
fn relate(a: &Atom, b: &Atom) -> (bool, bool, bool) {
    let all = |p: &dyn Fn(&Pattern, &Pattern) -> bool| a.values.iter().all(|x| b.values.iter().all(|y| p(x, y)));
    let each = |of: &[Pattern], into: &[Pattern], p: &dyn Fn(&Pattern, &Pattern) -> bool| of.iter().all(|x| into.iter().any(|y| p(x, y)));
    match (a.relation, b.relation) {
        (Relation::Present, Relation::Present) => (false, false, false),
        (Relation::Present, _) => (false, false, positive(b)),
        (_, Relation::Present) => (false, positive(a), false),
        (Relation::Text, Relation::Text) => {
            (all(&|x, y| x.apart(y)), each(&a.values, &b.values, &|x, y| x.within(y)), each(&b.values, &a.values, &|x, y| x.within(y)))
        }
        (Relation::Address, Relation::Address) => {
            let inside = |x: &Pattern, y: &Pattern| network(x).zip(network(y)).is_some_and(|(x, y)| x.within(y));
            let apart = |x: &Pattern, y: &Pattern| network(x).zip(network(y)).is_some_and(|(x, y)| !x.within(y) && !y.within(x));
            (all(&apart), each(&a.values, &b.values, &inside), each(&b.values, &a.values, &inside))
        }
        _ => (false, false, false),
    }
}

/// Whether a test fails when its key is missing.
fn positive(atom: &Atom) -> bool {
    !atom.operator.starts_with("ForAllValues")
}

#[derive(Clone, Copy)]
struct Network {
    six: bool,
    bits: u128,
    length: u32,
}

impl Network {
    fn within(self, other: Self) -> bool {
        let width = if self.six { 128 } else { 32 };
        let shift = width - other.length;
        self.six == other.six && self.length >= other.length && (shift >= 128 || self.bits >> shift == other.bits >> shift)
    }
}

fn network(pattern: &Pattern) -> Option<Network> {
    let text = pattern.literal()?;
    let (address, length) = text.split_once('/').map_or((text.as_str(), None), |(a, l)| (a, Some(l)));
    let address: core::net::IpAddr = address.parse().ok()?;
    let (six, bits, width) = match address {
        core::net::IpAddr::V4(a) => (false, u128::from(u32::from(a)), 32),
        core::net::IpAddr::V6(a) => (true, u128::from(a), 128),
    };
    let length = length.map_or(Some(width), |l| l.parse().ok()).filter(|l| *l <= width)?;
    Some(Network { six, bits, length })
}

/// How an operator's tests are related.
pub(super) fn relation(operator: Operator) -> Relation {
    match operator {
        Operator::Equals | Operator::Like | Operator::Arn | Operator::Bool => Relation::Text,
        Operator::Ip => Relation::Address,
        _ => Relation::None,
    }
}

/// An operator as it is printed where its test is not printed in words.
pub(super) fn name(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals | Operator::Like | Operator::Arn => "",
        Operator::EqualsIgnoringCase => "StringEqualsIgnoreCase",
        Operator::Bool => "Bool",
        Operator::Null => "Null",
        Operator::Ip => "IpAddress",
        Operator::Binary => "BinaryEquals",
        Operator::NumericEquals => "NumericEquals",
        Operator::NumericLess => "NumericLessThan",
        Operator::NumericLessOrEqual => "NumericLessThanEquals",
        Operator::NumericGreater => "NumericGreaterThan",
        Operator::NumericGreaterOrEqual => "NumericGreaterThanEquals",
        Operator::DateEquals => "DateEquals",
        Operator::DateLess => "DateLessThan",
        Operator::DateLessOrEqual => "DateLessThanEquals",
        Operator::DateGreater => "DateGreaterThan",
        Operator::DateGreaterOrEqual => "DateGreaterThanEquals",
        Operator::Unknown => "an operator that AWS does not have",
    }
}
