//! Boolean formulas over conditions that only a request decides: reduced ordered decision diagrams, so that equal formulas are the same number,
//! and "always" and "never" are told from "sometimes" without looking at every assignment.

use std::collections::{BTreeSet, HashMap};

/// A formula of one [`Formulas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Formula(u32);

/// Never.
pub(super) const NO: Formula = Formula(0);
/// Always.
pub(super) const YES: Formula = Formula(1);

/// A conjunction: (variable, whether it must hold), sorted by variable.
pub(super) type Cube = Vec<(u32, bool)>;

/// Nodes kept at most; a formula that would need more is not told from "maybe".
const NODES: usize = 4_000_000;

/// Conjunctions of a sum of products that are worked out.
const CUBES: usize = 512;

/// Results kept at most.
const REMEMBERED: usize = 2_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Node {
    var: u32,
    low: Formula,
    high: Formula,
}

/// All formulas of one evaluation.
#[derive(Debug)]
pub(super) struct Formulas {
    nodes: Vec<Node>,
    unique: HashMap<Node, Formula>,
    choices: HashMap<(Formula, Formula, Formula), Formula>,
    full: bool,
}

impl Default for Formulas {
    fn default() -> Self {
        let end = Node { var: u32::MAX, low: NO, high: NO };
        Self { nodes: vec![end, end], unique: HashMap::new(), choices: HashMap::new(), full: false }
    }
}

impl Formulas {
    /// Whether some formula was too large: its answer cannot be relied on.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The formula that is a variable.
    pub(super) fn variable(&mut self, var: u32) -> Formula {
        self.node(var, NO, YES)
    }

    fn node(&mut self, var: u32, low: Formula, high: Formula) -> Formula {
        if low == high {
            return low;
        }
        let node = Node { var, low, high };
        if let Some(&known) = self.unique.get(&node) {
            return known;
        }
        if self.nodes.len() >= NODES {
            self.full = true;
            return NO;
        }
        let formula = Formula(self.nodes.len() as u32);
        self.nodes.push(node);
        self.unique.insert(node, formula);
        formula
    }

    fn at(&self, f: Formula) -> Node {
        self.nodes[f.0 as usize]
    }

    /// Both halves of a formula by a variable that is not below its top.
    fn split(&self, f: Formula, var: u32) -> (Formula, Formula) {
        let node = self.at(f);
        if node.var == var { (node.low, node.high) } else { (f, f) }
    }

    /// If `f` then `g` else `h`.
    pub(super) fn choose(&mut self, f: Formula, g: Formula, h: Formula) -> Formula {
        match (f, g, h) {
            (YES, ..) => return g,
            (NO, ..) => return h,
            (_, YES, NO) => return f,
            _ if g == h => return g,
            _ => {}
        }
        if let Some(&known) = self.choices.get(&(f, g, h)) {
            return known;
        }
        let var = self.at(f).var.min(self.at(g).var).min(self.at(h).var);
        let ((f0, f1), (g0, g1), (h0, h1)) = (self.split(f, var), self.split(g, var), self.split(h, var));
        let low = self.choose(f0, g0, h0);
        let high = self.choose(f1, g1, h1);
        let formula = self.node(var, low, high);
        if self.choices.len() >= REMEMBERED {
            self.choices.clear();
        }
        self.choices.insert((f, g, h), formula);
        formula
    }

    pub(super) fn and(&mut self, f: Formula, g: Formula) -> Formula {
        if f == NO || g == NO {
            return NO;
        }
        self.choose(f, g, NO)
    }

    pub(super) fn or(&mut self, f: Formula, g: Formula) -> Formula {
        if f == YES || g == YES {
            return YES;
        }
        self.choose(f, YES, g)
    }

    pub(super) fn not(&mut self, f: Formula) -> Formula {
        self.choose(f, NO, YES)
    }

    /// `f` and not `g`.
    pub(super) fn without(&mut self, f: Formula, g: Formula) -> Formula {
        self.choose(g, NO, f)
    }

    /// Variables that a formula depends on.
    pub(super) fn support(&self, f: Formula) -> BTreeSet<u32> {
        let (mut seen, mut todo, mut vars) = (BTreeSet::new(), vec![f], BTreeSet::new());
        while let Some(f) = todo.pop() {
            if f.0 > 1 && seen.insert(f) {
                let node = self.at(f);
                vars.insert(node.var);
                todo.extend([node.low, node.high]);
            }
        }
        vars
    }

    /// Whether there is a value of these variables with which the formula holds (`some`), or it holds with every value.
    pub(super) fn quantify(&mut self, f: Formula, vars: &BTreeSet<u32>, some: bool) -> Formula {
        let mut known = HashMap::new();
        self.quantify_in(f, vars, some, &mut known)
    }

    fn quantify_in(&mut self, f: Formula, vars: &BTreeSet<u32>, some: bool, known: &mut HashMap<Formula, Formula>) -> Formula {
        if f.0 <= 1 || vars.is_empty() {
            return f;
        }
        if let Some(&done) = known.get(&f) {
            return done;
        }
        let node = self.at(f);
        let low = self.quantify_in(node.low, vars, some, known);
        let high = self.quantify_in(node.high, vars, some, known);
        let done = match (vars.contains(&node.var), some) {
            (true, true) => self.or(low, high),
            (true, false) => self.and(low, high),
            (false, _) => {
                let var = self.variable(node.var);
                self.choose(var, high, low)
            }
        };
        known.insert(f, done);
        done
    }

    /// Cubes whose union lies between `lower` and `upper`, none of them needless (Minato's irredundant sum of products), and whether there would be more:
    /// a formula may have exponentially many.
    pub(super) fn cubes(&mut self, lower: Formula, upper: Formula) -> (Vec<Cube>, bool) {
        let mut room = CUBES;
        let (cubes, _) = self.cubes_in(lower, upper, &mut room);
        (cubes, room == 0)
    }

    fn cubes_in(&mut self, lower: Formula, upper: Formula, room: &mut usize) -> (Vec<Cube>, Formula) {
        if lower == NO || *room == 0 {
            return (Vec::new(), NO);
        }
        if upper == YES {
            *room -= 1;
            return (vec![Vec::new()], YES);
        }
        let var = self.at(lower).var.min(self.at(upper).var);
        let ((l0, l1), (u0, u1)) = (self.split(lower, var), self.split(upper, var));
        let only_low = self.without(l0, u1);
        let (low_cubes, low) = self.cubes_in(only_low, u0, room);
        let only_high = self.without(l1, u0);
        let (high_cubes, high) = self.cubes_in(only_high, u1, room);
        let (rest0, rest1) = (self.without(l0, low), self.without(l1, high));
        let rest = self.or(rest0, rest1);
        let both = self.and(u0, u1);
        let (both_cubes, both) = self.cubes_in(rest, both, room);
        let mut cubes = Vec::new();
        for (of, sign) in [(low_cubes, false), (high_cubes, true)] {
            cubes.extend(of.into_iter().map(|mut cube| {
                cube.insert(0, (var, sign));
                cube
            }));
        }
        cubes.extend(both_cubes);
        let (low, high) = (self.or(low, both), self.or(high, both));
        let top = self.variable(var);
        (cubes, self.choose(top, high, low))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sums_of_products_are_bounded() {
        let mut all = Formulas::default();
        // Whether an odd number of 30 hold has half a billion of cubes.
        let odd = (0..30).fold(NO, |sum, var| {
            let one = all.variable(var);
            let other = all.not(sum);
            all.choose(one, other, sum)
        });
        let (cubes, more) = all.cubes(odd, odd);
        assert_eq!((cubes.len(), more), (CUBES, true));
    }

    #[derive(Clone, Debug)]
    enum Tree {
        Var(u32),
        Not(Box<Tree>),
        And(Box<Tree>, Box<Tree>),
        Or(Box<Tree>, Box<Tree>),
    }

    fn tree() -> impl Strategy<Value = Tree> {
        (0_u32..5).prop_map(Tree::Var).prop_recursive(5, 40, 2, |inner| {
            prop_oneof![
                inner.clone().prop_map(|a| Tree::Not(Box::new(a))),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
                (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
            ]
        })
    }

    fn build(all: &mut Formulas, tree: &Tree) -> Formula {
        match tree {
            Tree::Var(v) => all.variable(*v),
            Tree::Not(a) => {
                let a = build(all, a);
                all.not(a)
            }
            Tree::And(a, b) => {
                let (a, b) = (build(all, a), build(all, b));
                all.and(a, b)
            }
            Tree::Or(a, b) => {
                let (a, b) = (build(all, a), build(all, b));
                all.or(a, b)
            }
        }
    }

    fn holds(tree: &Tree, world: u32) -> bool {
        match tree {
            Tree::Var(v) => world >> v & 1 == 1,
            Tree::Not(a) => !holds(a, world),
            Tree::And(a, b) => holds(a, world) && holds(b, world),
            Tree::Or(a, b) => holds(a, world) || holds(b, world),
        }
    }

    proptest! {
        #[test]
        fn formulas_are_what_they_say(tree in tree(), hidden in 0_u32..5) {
            let mut all = Formulas::default();
            let f = build(&mut all, &tree);
            let truth: Vec<bool> = (0..32).map(|world| holds(&tree, world)).collect();
            prop_assert_eq!(f == YES, truth.iter().all(|t| *t));
            prop_assert_eq!(f == NO, truth.iter().all(|t| !*t));
            let (cubes, more) = all.cubes(f, f);
            prop_assert!(!more);
            for (world, truth) in truth.iter().enumerate() {
                let covered = cubes.iter().any(|cube| cube.iter().all(|&(v, sign)| (world >> v & 1 == 1) == sign));
                prop_assert_eq!(covered, *truth);
            }
            let some = all.quantify(f, &BTreeSet::from([hidden]), true);
            let every = all.quantify(f, &BTreeSet::from([hidden]), false);
            for (world, truth) in truth.iter().enumerate() {
                let other = holds(&tree, world as u32 ^ 1 << hidden);
                let value = |all: &mut Formulas, f| all.cubes(f, f).0.iter().any(|c| c.iter().all(|&(v, s)| (world >> v & 1 == 1) == s));
                prop_assert_eq!(value(&mut all, some), *truth || other);
                prop_assert_eq!(value(&mut all, every), *truth && other);
            }
        }
    }
}
