//! Who is a member of what, and on what terms.

use std::collections::{BTreeMap, VecDeque};

use super::Inventory;

/// Number of a role.
pub(super) type RoleId = usize;

/// First version in which each membership has terms of its own.
pub(super) const OWN_TERMS: u32 = 160_000;

/// The role that the owner of a database is in.
const DATABASE_OWNER: &str = "pg_database_owner";

/// What a membership is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// To have the role's privileges.
    Inherit,
    /// To become the role.
    Set,
    /// To be in it at all.
    Member,
}

/// A set of roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoleSet(Vec<u64>);

impl RoleSet {
    pub(super) fn new(roles: usize) -> Self {
        Self(vec![0; roles.div_ceil(64)])
    }

    pub(super) fn has(&self, role: RoleId) -> bool {
        self.0[role / 64] & (1 << (role % 64)) != 0
    }

    /// Adds one; false when it was there.
    pub(super) fn add(&mut self, role: RoleId) -> bool {
        let new = !self.has(role);
        self.0[role / 64] |= 1 << (role % 64);
        new
    }
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    role: RoleId,
    inherit: bool,
    set: bool,
    admin: bool,
}

/// Memberships of a cluster, as one of its databases sees them.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) names: Vec<String>,
    ids: BTreeMap<String, RoleId>,
    superuser: Vec<bool>,
    edges: Vec<Vec<Edge>>,
    inherited: Vec<RoleSet>,
    settable: Vec<RoleSet>,
    member: Vec<RoleSet>,
}

impl Graph {
    pub(super) fn new(inventory: &Inventory, database_owner: &str) -> Self {
        let names: Vec<String> = inventory.roles.iter().map(|r| r.name.clone()).collect();
        let ids: BTreeMap<String, RoleId> = names.iter().cloned().zip(0..).collect();
        let superuser = inventory.roles.iter().map(|r| r.superuser).collect();
        let mut edges = vec![Vec::new(); names.len()];
        let own_terms = inventory.version >= OWN_TERMS;
        for membership in &inventory.memberships {
            let (Some(&role), Some(&member)) = (ids.get(&membership.role), ids.get(&membership.member)) else { continue };
            let inherit = if own_terms { membership.inherit.unwrap_or(true) } else { inventory.roles[member].inherit };
            let set = !own_terms || membership.set.unwrap_or(true);
            edges[member].push(Edge { role, inherit, set, admin: membership.admin });
        }
        if let (Some(&role), Some(&owner)) = (ids.get(DATABASE_OWNER), ids.get(database_owner)) {
            edges[owner].push(Edge { role, inherit: own_terms || inventory.roles[owner].inherit, set: true, admin: false });
        }
        let mut graph = Self { names, ids, superuser, edges, inherited: Vec::new(), settable: Vec::new(), member: Vec::new() };
        let closure = |term| (0..graph.names.len()).map(|role| graph.closure(role, term)).collect();
        (graph.inherited, graph.settable, graph.member) = (closure(Term::Inherit), closure(Term::Set), closure(Term::Member));
        graph
    }

    pub(super) fn id(&self, name: &str) -> Option<RoleId> {
        self.ids.get(name).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn is_superuser(&self, role: RoleId) -> bool {
        self.superuser[role]
    }

    /// All roles that `from` is in on these terms, itself included.
    pub(super) fn of(&self, from: RoleId, term: Term) -> &RoleSet {
        match term {
            Term::Inherit => &self.inherited[from],
            Term::Set => &self.settable[from],
            Term::Member => &self.member[from],
        }
    }

    fn closure(&self, from: RoleId, term: Term) -> RoleSet {
        let mut seen = RoleSet::new(self.len());
        let mut todo = vec![from];
        seen.add(from);
        while let Some(at) = todo.pop() {
            for edge in self.edges[at].iter().filter(|e| e.is(term)) {
                if seen.add(edge.role) {
                    todo.push(edge.role);
                }
            }
        }
        seen
    }

    /// Whether `from` has the option to grant `role`: any role that it is in was given it so.
    pub(super) fn administers(&self, from: RoleId, role: RoleId) -> bool {
        self.superuser[from] || self.administered(from).has(role)
    }

    /// The roles that `from` was given with the option to grant them, itself or a role that it is in.
    pub(super) fn administered(&self, from: RoleId) -> RoleSet {
        let mut roles = RoleSet::new(self.len());
        for at in (0..self.len()).filter(|at| self.member[from].has(*at)) {
            for edge in self.edges[at].iter().filter(|e| e.admin) {
                roles.add(edge.role);
            }
        }
        roles
    }

    /// The shortest way from `from` to a role that `is`, by edges on these terms: the roles on it, `from` not included.
    pub(super) fn path(&self, from: RoleId, term: Term, is: impl Fn(RoleId) -> bool) -> Option<Vec<RoleId>> {
        self.walk(from, |at, out| out.extend(self.edges[at].iter().filter(|e| e.is(term)).map(|e| (e.role, false))), |at, _| is(at))
            .map(|steps| steps.into_iter().map(|(role, _)| role).collect())
    }

    /// The shortest way to a role that `is` in which a role is granted to oneself at least once: roles, and whether they were so granted.
    /// `grants`: who may do so besides those with the admin option.
    pub(super) fn granted_path(&self, from: RoleId, grants: &[RoleSet], is: impl Fn(RoleId) -> bool) -> Option<Vec<(RoleId, bool)>> {
        let next = |at: RoleId, out: &mut Vec<(RoleId, bool)>| {
            out.extend(self.edges[at].iter().filter(|e| e.inherit || e.set).map(|e| (e.role, false)));
            out.extend((0..self.len()).filter(|role| grants[at].has(*role)).map(|role| (role, true)));
        };
        self.walk(from, next, |at, granted| granted && is(at))
    }

    /// Breadth first over (role, something was granted on the way).
    fn walk(&self, from: RoleId, next: impl Fn(RoleId, &mut Vec<(RoleId, bool)>), is: impl Fn(RoleId, bool) -> bool) -> Option<Vec<(RoleId, bool)>> {
        let node = |role: RoleId, granted: bool| role * 2 + usize::from(granted);
        let mut before: Vec<Option<(usize, bool)>> = vec![None; self.len() * 2];
        let mut seen = vec![false; self.len() * 2];
        let mut todo = VecDeque::from([node(from, false)]);
        seen[node(from, false)] = true;
        let mut steps = Vec::new();
        while let Some(at) = todo.pop_front() {
            let (role, granted) = (at / 2, at % 2 == 1);
            if is(role, granted) {
                let mut path = Vec::new();
                let mut at = at;
                while let Some((previous, by_grant)) = before[at] {
                    path.push((at / 2, by_grant));
                    at = previous;
                }
                path.reverse();
                return Some(path);
            }
            steps.clear();
            next(role, &mut steps);
            for (role, by_grant) in &steps {
                let to = node(*role, granted || *by_grant);
                if !seen[to] {
                    seen[to] = true;
                    before[to] = Some((at, *by_grant));
                    todo.push_back(to);
                }
            }
        }
        None
    }
}

impl Edge {
    fn is(&self, term: Term) -> bool {
        match term {
            Term::Inherit => self.inherit,
            Term::Set => self.set,
            Term::Member => true,
        }
    }
}
