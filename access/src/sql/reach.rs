//! Who reaches a table, how, and on what condition.

pub use crate::reach::{Access, Answer};

use super::{
    Column, Grantee, Kind, Privilege, Privileges, Relation,
    policies::Rows,
    privileges::{Held, writing},
    roles::{RoleId, RoleSet, Term},
};

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Because {
    /// Where it is written: `relation public.customers`, `role ann`.
    pub policy: String,
    /// What is written there: an item of an access list, an attribute.
    pub statement: String,
    /// `Allow`.
    pub effect: String,
}

/// One way in which a role reaches a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// The role that logs in.
    pub principal: String,
    /// What it can do.
    pub access: Access,
    /// How sure.
    pub answer: Answer,
    /// On what condition.
    pub condition: Option<String>,
    /// The way: roles it inherits from, `SET ROLE x`, `GRANT x TO itself`, a view, `PUBLIC`.
    pub via: Vec<String>,
    /// What decided.
    pub because: Vec<Because>,
}

/// What a role can do by itself, without becoming another.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    unknown: bool,
    conditions: Vec<String>,
    via: Vec<String>,
    because: Vec<Because>,
}

impl Way {
    fn answer(&self) -> Answer {
        match (self.unknown, self.conditions.is_empty()) {
            (true, _) => Answer::Unknown,
            (false, true) => Answer::Yes,
            (false, false) => Answer::Conditional,
        }
    }

    fn told(self, principal: &str, access: Access) -> Reach {
        let answer = self.answer();
        let condition = (!self.conditions.is_empty()).then(|| self.conditions.join("; "));
        Reach { principal: principal.to_owned(), access, answer, condition, via: self.via, because: self.because }
    }
}

fn because(policy: String, statement: impl Into<String>) -> Because {
    Because { policy, statement: statement.into(), effect: "Allow".to_owned() }
}

/// A name in messages: `schema.table`.
fn shown(relation: &Relation) -> String {
    format!("{}.{}", relation.schema, relation.name)
}

/// Functions named for a role at most: they all say the same.
const FUNCTIONS: usize = 3;

impl Privileges<'_> {
    /// Everyone who reaches a table or view and how, by role, access and way. Empty: nobody, or it is not in the inventory.
    #[must_use]
    pub fn reach(&self, schema: &str, name: &str) -> Vec<Reach> {
        let Some(relation) = self.relation(schema, name) else { return Vec::new() };
        let shows = self.views_of(relation);
        let ways: Vec<Vec<Option<Way>>> =
            Access::ALL.iter().map(|access| (0..self.graph.len()).map(|role| self.way(role, relation, *access, &shows)).collect()).collect();
        let grants = self.grantable_roles();
        let mut all = Vec::new();
        // Roles of the system are nobody: what they hold is said of their members.
        for role in (0..self.graph.len()).filter(|role| !self.graph.names[*role].starts_with("pg_")) {
            self.reach_of(role, relation, &ways, &grants, &mut all);
        }
        all.sort();
        all
    }

    fn reach_of(&self, role: RoleId, relation: &Relation, ways: &[Vec<Option<Way>>], grants: &[RoleSet], all: &mut Vec<Reach>) {
        let name = &self.graph.names[role];
        if self.on_database(role, Privilege::Connect).is_none() {
            return all.extend(Access::ALL.into_iter().filter_map(|access| self.unread().map(|way| way.told(name, access))));
        }
        let mut found = Vec::new();
        for (access, ways) in Access::ALL.into_iter().zip(ways) {
            let own = ways[role].clone();
            let certain = own.as_ref().is_some_and(|way| way.answer() == Answer::Yes);
            let any = own.is_some();
            found.extend(own.map(|way| way.told(name, access)));
            if certain {
                continue;
            }
            // Becoming a role is worth saying where it gives more than what one has.
            let better = |other: RoleId| ways[other].as_ref().is_some_and(|way| !any || way.answer() == Answer::Yes);
            if access != Access::List
                && let Some(path) = self.graph.path(role, Term::Set, |other| other != role && better(other))
                && let Some(mut way) = path.last().and_then(|last| ways[*last].clone())
            {
                let mut via: Vec<String> = path.iter().map(|r| self.graph.names[*r].clone()).collect();
                let last = via.pop().unwrap_or_default();
                via.push(format!("SET ROLE {last}"));
                way.via = via.into_iter().chain(way.via).collect();
                found.push(way.told(name, access));
            } else if !any {
                found.extend(self.unknown(role, relation, access));
            }
        }
        let administers = found.iter().any(|r| r.access == Access::Admin && r.answer == Answer::Yes);
        let useful = |other: RoleId| ways.iter().zip(Access::ALL).any(|(ways, access)| access != Access::List && ways[other].is_some());
        if !administers
            && let Some(path) = self.graph.granted_path(role, grants, useful)
            && let Some((last, _)) = path.last()
            && let Some(granting) = self.by_granting(name, &path, *last, ways)
        {
            found.retain(|r| r.access != Access::Admin || r.answer != Answer::Unknown);
            found.push(granting);
        }
        if self.database.closed {
            for reach in &mut found {
                reach.answer = reach.answer.max(Answer::Conditional);
                reach.condition = Some(
                    ["the database refuses connections until that is changed", reach.condition.as_deref().unwrap_or_default()]
                        .join("; ")
                        .trim_end_matches("; ")
                        .to_owned(),
                );
            }
        }
        all.extend(found);
    }

    /// Who may grant himself a role has what it has, whenever he wants.
    fn by_granting(&self, name: &str, path: &[(RoleId, bool)], last: RoleId, ways: &[Vec<Option<Way>>]) -> Option<Reach> {
        let names = &self.graph.names;
        let step = |(role, granted): &(RoleId, bool)| if *granted { format!("GRANT {} TO itself", names[*role]) } else { names[*role].clone() };
        let gives: Vec<String> =
            Access::ALL.iter().zip(ways).filter(|(a, w)| **a != Access::List && w[last].is_some()).map(|(a, _)| a.to_string()).collect();
        let granted = path.iter().find(|(_, granted)| *granted)?.0;
        let before = self.inventory.version < super::roles::OWN_TERMS;
        let option = if before && !self.graph.administers(self.graph.id(name)?, granted) {
            "CREATEROLE".to_owned()
        } else {
            format!("ADMIN OPTION on {}", names[granted])
        };
        Some(Reach {
            principal: name.to_owned(),
            access: Access::Admin,
            answer: Answer::Yes,
            condition: None,
            via: path.iter().map(step).collect(),
            because: vec![because(format!("role {name}"), format!("{option}: gives itself {}", gives.join(", ")))],
        })
    }

    /// What a role can do by itself to a relation. CONNECT is the business of who logs in.
    fn way(&self, role: RoleId, relation: &Relation, access: Access, shows: &[&Relation]) -> Option<Way> {
        match access {
            Access::List => {
                let held = self.on_database(role, Privilege::Connect)?;
                Some(self.held(role, &held, format!("database {}", self.database.name), &self.database.owner, Privilege::Connect))
            }
            Access::Admin => self.administers(role, relation),
            Access::Read => self.reads(role, relation).or_else(|| self.reads_by_view(role, shows)),
            Access::Write => self.writes(role, relation),
        }
        .or_else(|| self.by_server(role, access))
    }

    fn reads(&self, role: RoleId, relation: &Relation) -> Option<Way> {
        let schema = self.on_schema(role, self.schema(&relation.schema)?, Privilege::Usage)?;
        let mut way = self.on_privilege(role, relation, Privilege::Select)?;
        self.note_schema(role, &schema, relation, &mut way);
        match self.rows(role, relation, 'r') {
            Rows::All => {}
            Rows::None => return None,
            Rows::Some(condition) => way.conditions.push(condition),
        }
        Some(way)
    }

    fn writes(&self, role: RoleId, relation: &Relation) -> Option<Way> {
        let schema = self.on_schema(role, self.schema(&relation.schema)?, Privilege::Usage)?;
        let mut best: Option<Way> = None;
        for privilege in writing().iter() {
            let command = match privilege {
                Privilege::Insert => Some('a'),
                Privilege::Update => Some('w'),
                Privilege::Delete => Some('d'),
                _ => None,
            };
            let Some(mut way) = self.on_privilege(role, relation, privilege) else { continue };
            match command.map_or(Rows::All, |command| self.rows(role, relation, command)) {
                Rows::All => {}
                Rows::None => continue,
                Rows::Some(condition) => way.conditions.push(format!("{}: {condition}", privilege.word())),
            }
            if best.as_ref().is_none_or(|best| way.answer() < best.answer()) {
                best = Some(way);
            }
        }
        let mut way = best?;
        self.note_schema(role, &schema, relation, &mut way);
        Some(way)
    }

    /// Reading by a view that asks in its owner's name. The views read what they read: see [`Self::views_of`].
    fn reads_by_view(&self, role: RoleId, shows: &[&Relation]) -> Option<Way> {
        shows.iter().find_map(|view| {
            let mut way = self.reads(role, view)?;
            way.conditions.insert(0, format!("what view `{}` shows", shown(view)));
            way.via.push(format!("view {}, as its owner {}", shown(view), view.owner));
            Some(way)
        })
    }

    /// Views that show rows of a relation to whoever may read them, because their owners may; views of such views as well.
    fn views_of(&self, relation: &Relation) -> Vec<&Relation> {
        let mut found: Vec<&Relation> = Vec::new();
        let mut todo = vec![(relation.schema.as_str(), relation.name.as_str())];
        while let Some((schema, name)) = todo.pop() {
            let Some(source) = self.relation(schema, name) else { continue };
            for view in self.database.relations.iter().filter(|r| r.kind == Kind::View) {
                let Some(shows) = view.view.as_ref().filter(|v| v.uses.iter().any(|(s, n)| s == schema && n == name)) else { continue };
                let owner_reads = self.graph.id(&view.owner).is_some_and(|owner| self.reads(owner, source).is_some());
                let known = found.iter().any(|f| std::ptr::eq(*f, view));
                if !shows.invoker && owner_reads && !known {
                    found.push(view);
                    todo.push((&view.schema, &view.name));
                }
            }
        }
        found
    }

    fn administers(&self, role: RoleId, relation: &Relation) -> Option<Way> {
        let shown = shown(relation);
        if self.graph.is_superuser(role) {
            return Some(self.held(role, &Held::Superuser, format!("relation {shown}"), &relation.owner, Privilege::Select));
        }
        let owner = |owner: &str, policy: String, statement: &str| {
            self.graph.id(owner).filter(|id| self.uses(role, *id))?;
            Some(Way { via: self.roles_to_owner(role, owner), because: vec![because(policy, format!("{statement} {owner}"))], ..Way::default() })
        };
        if let Some(way) = owner(&relation.owner, format!("relation {shown}"), "OWNER") {
            return Some(way);
        }
        if let Some(way) = self.schema(&relation.schema).and_then(|s| owner(&s.owner, format!("schema {}", s.name), "OWNER")) {
            return Some(Way { via: [way.via, vec!["owner of the schema: may drop it".to_owned()]].concat(), ..way });
        }
        let grantable = Privilege::ALL.iter().find(|p| (writing().has(**p) || **p == Privilege::Select) && self.grants_table(role, relation, **p))?;
        let held = self.on_table(role, relation, *grantable)?;
        let mut way = self.held(role, &held, format!("relation {shown}"), &relation.owner, *grantable);
        way.via.push(format!("may grant {}", grantable.word()));
        Some(way)
    }

    /// Roles of the system that reach past access lists, and copies of the whole cluster.
    fn by_server(&self, role: RoleId, access: Access) -> Option<Way> {
        let (names, condition): (&[&str], _) = match access {
            Access::Read => (&["pg_read_server_files"], "reads the server's files, the database's own among them"),
            Access::Write => (&["pg_write_server_files"], "writes the server's files, the database's own among them"),
            Access::List | Access::Admin => (&[], ""),
        };
        let uses = |name: &&str| self.graph.id(name).filter(|id| self.uses(role, *id));
        if access != Access::List
            && let Some(id) = uses(&"pg_execute_server_program")
        {
            return Some(self.by_role(role, id, "runs programs as the server does", None));
        }
        if let Some(id) = names.iter().find_map(uses) {
            return Some(self.by_role(role, id, "server files", Some(condition)));
        }
        (access == Access::Read && self.inventory.roles[role].replication).then(|| Way {
            conditions: vec!["by a replication connection, where pg_hba.conf lets it".to_owned()],
            via: vec!["REPLICATION: copies the whole cluster".to_owned()],
            because: vec![because(format!("role {}", self.graph.names[role]), "REPLICATION")],
            ..Way::default()
        })
    }

    fn by_role(&self, role: RoleId, id: RoleId, what: &str, condition: Option<&str>) -> Way {
        let name = &self.graph.names[id];
        Way {
            conditions: condition.map(str::to_owned).into_iter().collect(),
            via: self.roles_to(role, id),
            because: vec![because(format!("role {name}"), what)],
            ..Way::default()
        }
    }

    /// Functions that run as somebody who can, and gaps in what is known.
    fn unknown(&self, role: RoleId, relation: &Relation, access: Access) -> Option<Reach> {
        let can = |owner: &str| {
            let owner = self.graph.id(owner)?;
            match access {
                Access::Read => self.reads(owner, relation),
                Access::Write => self.writes(owner, relation),
                Access::List | Access::Admin => None,
            }
        };
        let callable = self.database.functions.iter().filter(|f| {
            let schema = self.schema(&f.schema).is_some_and(|s| self.on_schema(role, s, Privilege::Usage).is_some());
            schema && self.on_function(role, f).is_some() && can(&f.owner).is_some()
        });
        let mut way = Way { unknown: true, ..Way::default() };
        for function in callable.take(FUNCTIONS) {
            way.via.push(format!("function {}.{} runs as its owner {}", function.schema, function.name, function.owner));
            way.because.push(because(format!("function {}.{}", function.schema, function.name), "SECURITY DEFINER"));
        }
        let way = if way.because.is_empty() { self.unread()? } else { way };
        Some(way.told(&self.graph.names[role], access))
    }

    /// What could not be read may say anything.
    fn unread(&self) -> Option<Way> {
        let because: Vec<Because> = self.inventory.gaps.iter().take(FUNCTIONS).map(|gap| because("inventory".to_owned(), gap.clone())).collect();
        (!because.is_empty()).then(|| Way { unknown: true, because, ..Way::default() })
    }

    /// By the table's list, or by those of some columns.
    fn on_privilege(&self, role: RoleId, relation: &Relation, privilege: Privilege) -> Option<Way> {
        let policy = format!("relation {}", shown(relation));
        if let Some(held) = self.on_table(role, relation, privilege) {
            return Some(self.held(role, &held, policy, &relation.owner, privilege));
        }
        let columns: Vec<_> = relation.columns.iter().filter_map(|c| Some((c, self.on_column(role, c, privilege)?))).collect();
        let of_column =
            |(column, held): &(&Column, Held<'_>)| self.held(role, held, format!("{policy}, column {}", column.name), &relation.owner, privilege);
        let mut way = of_column(columns.first()?);
        way.because.extend(columns.iter().skip(1).flat_map(|column| of_column(column).because));
        let names: Vec<String> = columns.iter().map(|(c, _)| format!("`{}`", c.name)).collect();
        way.conditions.push(format!("{} of columns {} only", privilege.word(), names.join(", ")));
        Some(way)
    }

    /// The schema's grant is worth a word where it is nobody's default.
    fn note_schema(&self, role: RoleId, held: &Held<'_>, relation: &Relation, way: &mut Way) {
        if let Held::Item(_) = held {
            let of_schema = self.held(role, held, format!("schema {}", relation.schema), "", Privilege::Usage);
            way.because.extend(of_schema.because);
        }
    }

    /// A privilege held, as a way.
    fn held(&self, role: RoleId, held: &Held<'_>, policy: String, owner: &str, privilege: Privilege) -> Way {
        let name = &self.graph.names[role];
        let (via, because) = match held {
            Held::Owner => (self.roles_to_owner(role, owner), because(policy, format!("{}: OWNER {owner}", privilege.word()))),
            Held::Anyone => (vec!["PUBLIC".to_owned()], because(policy, format!("{}: PUBLIC by default", privilege.word()))),
            Held::Superuser => (vec!["superuser".to_owned()], because(format!("role {name}"), "SUPERUSER")),
            Held::Item(item) => {
                let via = match &item.grantee {
                    Grantee::Public => vec!["PUBLIC".to_owned()],
                    Grantee::Role(grantee) => self.graph.id(grantee).map(|id| self.roles_to(role, id)).unwrap_or_default(),
                };
                (via, because(policy, item.to_string()))
            }
            Held::Predefined(what) => {
                let via = self.graph.id(what).map(|id| self.roles_to(role, id)).unwrap_or_default();
                (via, because(policy, format!("{}: {what}", privilege.word())))
            }
        };
        Way { via, because: vec![because], ..Way::default() }
    }

    fn roles_to_owner(&self, role: RoleId, owner: &str) -> Vec<String> {
        match self.graph.id(owner) {
            Some(id) if id != role => self.roles_to(role, id),
            _ => vec!["owner".to_owned()],
        }
    }

    /// Names on the way by which a role inherits from another.
    fn roles_to(&self, role: RoleId, other: RoleId) -> Vec<String> {
        let path = self.graph.path(role, Term::Inherit, |at| at == other).unwrap_or_default();
        path.into_iter().map(|at| self.graph.names[at].clone()).collect()
    }
}
