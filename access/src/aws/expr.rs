//! What is left of a decision when some context keys are not known: a formula over tests of those keys, in a form that is small, stable and can be printed.

use std::{collections::BTreeSet, fmt};

/// Formulas with more distinct tests than this are not tried for being constant,
const TRIED: usize = 12;
/// nor those that would take more steps.
const STEPS: usize = 1 << 22;

/// True, false, or true on a condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expr {
    /// Holds or does not, whatever the unknown keys are.
    Is(bool),
    /// One test of an unknown key.
    Test(Test),
    /// The opposite.
    Not(Box<Expr>),
    /// All of them; never fewer than two.
    All(Vec<Expr>),
    /// At least one of them; never fewer than two.
    Any(Vec<Expr>),
}

/// One test that cannot be made for lack of a key. Two are the same when their ids are, however they are written.
#[derive(Clone, Debug)]
pub struct Test {
    /// The key in lower case, the operator, the values.
    id: String,
    /// As it is printed; `opposite` where there is an operator for that.
    shown: String,
    opposite: Option<String>,
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Test {}

impl PartialOrd for Test {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Test {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(&other.id)
    }
}

impl Test {
    /// A test; `opposite` is how its negation is printed.
    pub(crate) fn new(id: String, shown: String, opposite: Option<String>) -> Self {
        Self { id, shown, opposite }
    }

    /// As it is printed when it is to hold.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl Expr {
    /// Holds always.
    pub const YES: Self = Self::Is(true);
    /// Never holds.
    pub const NO: Self = Self::Is(false);

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// At least one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// All of them; true if there are none.
    #[must_use]
    pub fn all(es: impl IntoIterator<Item = Self>) -> Self {
        join(true, es)
    }

    /// At least one of them; false if there are none.
    #[must_use]
    pub fn any(es: impl IntoIterator<Item = Self>) -> Self {
        join(false, es)
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Is(is) => Self::Is(!is),
            Self::Not(e) => *e,
            Self::Test(t) => Self::Not(Box::new(Self::Test(t))),
            Self::All(es) => Self::any(es.into_iter().map(Self::negated)),
            Self::Any(es) => Self::all(es.into_iter().map(Self::negated)),
        }
    }

    /// The same, or the constant that it amounts to whatever its tests give.
    #[must_use]
    pub fn settled(self) -> Self {
        let mut tests = BTreeSet::new();
        self.tests(&mut tests);
        if tests.is_empty() || tests.len() > TRIED || self.size() << tests.len() > STEPS {
            return self;
        }
        let tests: Vec<&Test> = tests.into_iter().collect();
        let mut seen = [false; 2];
        for world in 0_u32..1 << tests.len() {
            let holds = self.holds(&|t| tests.binary_search(&t).is_ok_and(|i| world >> i & 1 == 1));
            seen[usize::from(holds)] = true;
            if seen == [true; 2] {
                return self;
            }
        }
        Self::Is(seen[1])
    }

    fn tests<'e>(&'e self, out: &mut BTreeSet<&'e Test>) {
        match self {
            Self::Is(_) => {}
            Self::Test(t) => {
                out.insert(t);
            }
            Self::Not(e) => e.tests(out),
            Self::All(es) | Self::Any(es) => es.iter().for_each(|e| e.tests(out)),
        }
    }

    /// How many parts it has.
    fn size(&self) -> usize {
        match self {
            Self::Is(_) | Self::Test(_) => 1,
            Self::Not(e) => 1 + e.size(),
            Self::All(es) | Self::Any(es) => es.iter().map(Self::size).sum(),
        }
    }

    fn holds(&self, world: &dyn Fn(&Test) -> bool) -> bool {
        match self {
            Self::Is(is) => *is,
            Self::Test(t) => world(t),
            Self::Not(e) => !e.holds(world),
            Self::All(es) => es.iter().all(|e| e.holds(world)),
            Self::Any(es) => es.iter().any(|e| e.holds(world)),
        }
    }
}

/// Joins, with all or any of them needed: flat, sorted, without repeats, without what another one says already.
fn join(all: bool, es: impl IntoIterator<Item = Expr>) -> Expr {
    let mut parts: Vec<Expr> = Vec::new();
    for e in es {
        match e {
            Expr::Is(is) if is == all => {}
            Expr::Is(is) => return Expr::Is(is),
            Expr::All(es) if all => parts.extend(es),
            Expr::Any(es) if !all => parts.extend(es),
            e => parts.push(e),
        }
    }
    if parts.len() < 2 {
        return parts.pop().unwrap_or(Expr::Is(all));
    }
    parts.sort();
    parts.dedup();
    let contradicts = |e: &Expr| matches!(e, Expr::Not(inner) if parts.binary_search(inner).is_ok());
    if parts.iter().any(contradicts) {
        return Expr::Is(!all);
    }
    let absorbed = |e: &Expr| match e {
        Expr::Any(es) if all => es.iter().any(|x| parts.binary_search(x).is_ok()),
        Expr::All(es) if !all => es.iter().any(|x| parts.binary_search(x).is_ok()),
        _ => false,
    };
    let keep: Vec<bool> = parts.iter().map(|e| !absorbed(e)).collect();
    let mut keep = keep.into_iter();
    let mut kept = parts;
    kept.retain(|_| keep.next().unwrap_or(true));
    match kept.len() {
        1 => kept.remove(0),
        _ if all => Expr::All(kept),
        _ => Expr::Any(kept),
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, es: &[Expr], word: &str| {
            for (i, e) in es.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { word })?;
                match e {
                    Self::All(_) | Self::Any(_) => write!(f, "({e})")?,
                    _ => write!(f, "{e}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Is(is) => write!(f, "{is}"),
            Self::Test(t) => f.write_str(&t.shown),
            Self::Not(e) => match &**e {
                Self::Test(Test { opposite: Some(shown), .. }) => f.write_str(shown),
                e => write!(f, "not ({e})"),
            },
            Self::All(es) => list(f, es, " and "),
            Self::Any(es) => list(f, es, " or "),
        }
    }
}
