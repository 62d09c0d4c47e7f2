//! Lake Formation: permissions on tables that lie in registered locations.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
    sync::Arc,
};

use super::{
    super::{
        assume::Source,
        atom::World,
        condition::Known,
        estate::Estate,
        request::{Actor, Desk},
        statement::{GET_LAKE, GRANT_LAKE},
    },
    ADMINISTERS, Anywhere, Keys, LISTS, Lender, Lending, Offer, READS, Rights, Role, Term, To, WRITES, is_account,
    tables::{Meant, Tables, in_s3},
};
use crate::inventory::{Lake, LakePermission, LakeResource, Listed};

const SERVICE: &str = "lakeformation.amazonaws.com";
/// Everybody whom IAM allows: Lake Formation stands aside.
const LEFT_TO_IAM: &str = "IAM_ALLOWED_PRINCIPALS";
/// What no pattern of resources but `*` names: asking Lake Formation for credentials is about no resource.
const NO_RESOURCE: &str = "\0";

/// Tables of one bucket, lent by one lender.
type Placed = (String, usize, usize);

/// A lake while its offers are made.
struct Ground<'l> {
    lake: &'l Lake,
    tables: Tables<'l>,
    place: String,
    /// Lender of each registered location; none: its role is gone.
    lenders: Vec<Option<usize>>,
    /// Lends where nobody knows which location it is.
    unknown: Option<usize>,
    /// Buckets and scopes of the registered locations, with their lender.
    locations: Vec<Placed>,
    /// By what permissions are about.
    groups: HashMap<LakeResource, Rc<Group>>,
}

/// The tables of a permission.
#[derive(Debug, Default)]
struct Group {
    placed: Vec<(Placed, Vec<Term>)>,
    /// Tables in hybrid locations.
    hybrid: Vec<(usize, Vec<Term>)>,
}

impl Lending {
    pub(super) fn lakes(&mut self, estate: &Estate<'_>, world: &mut World) {
        let lakes = &estate.inventory.lakes;
        for lake in lakes {
            let mut ground = self.ground(estate, world, lake);
            let near = |other: &&Lake| other.region.is_none() || lake.region.is_none() || other.region == lake.region;
            // Permissions on a catalog stand in its own account, and in those it is shared with.
            let permissions: Vec<(&LakePermission, String)> = lakes
                .iter()
                .filter(near)
                .flat_map(|of| of.permissions.items.iter().map(|p| (p, of.place())))
                .filter(|(p, _)| catalog(&p.resource) == Some(&lake.account))
                .collect();
            for (permission, stands) in permissions {
                self.permission(estate, &mut ground, permission, &stands);
            }
            if let Some(why) = &lake.permissions.unread {
                let offer = Offer { rights: READS | WRITES | LISTS, terms: vec![Term::Unread(why.clone())], ..ground.members() };
                self.all_locations(&ground, &offer);
            }
            self.admins(estate, &ground);
        }
    }

    fn ground<'l>(&mut self, estate: &Estate<'_>, world: &mut World, lake: &'l Lake) -> Ground<'l> {
        let place = lake.place();
        let mut by_role: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        let (mut lenders, mut locations) = (Vec::new(), Vec::new());
        for location in &lake.locations.items {
            let lender = match by_role.get(location.role.as_str()) {
                Some(lender) => *lender,
                None => {
                    let role = estate.lending_role(&location.role).filter(|_| in_s3(&location.id).is_some());
                    role.map(|role| self.lender(world, of_lake(lake, role, &location.role)))
                }
            };
            by_role.insert(&location.role, lender);
            lenders.push(lender);
            if let (Some(lender), Some((bucket, prefix))) = (lender, in_s3(&location.id)) {
                locations.push((bucket.to_owned(), lender, self.scope(vec![Keys::below(prefix)])));
            }
        }
        let unknown = lake.locations.unread.as_ref().map(|why| self.lender(world, of_lake(lake, Role::Unread(why.clone()), &place)));
        Ground { lake, tables: Tables::new(lake), place, lenders, unknown, locations, groups: HashMap::new() }
    }

    fn permission(&mut self, estate: &Estate<'_>, ground: &mut Ground<'_>, permission: &LakePermission, stands: &str) {
        let rights = rights(permission);
        if rights == 0 || permission.principal == LEFT_TO_IAM {
            return;
        }
        let sources = principals(estate, &permission.principal);
        if sources.is_empty() {
            return;
        }
        let base = Offer {
            rights,
            terms: permission.condition.iter().map(|c| Term::When(format!("Lake Formation condition {c}"))).collect(),
            stands: Some((format!("{stands}/permissions").into(), permission.label().into())),
            ..ground.members()
        };
        let group = match ground.groups.get(&permission.resource) {
            Some(group) => Rc::clone(group),
            None => {
                let group = Rc::new(self.group(ground, &ground.tables.meant(&permission.resource)));
                ground.groups.insert(permission.resource.clone(), Rc::clone(&group));
                group
            }
        };
        let hybrid = self.hybrid(ground, permission, &group.hybrid);
        for (to, unread) in sources {
            let mut offer = Offer { to, ..base.clone() };
            offer.terms.extend(unread.map(Term::Unread));
            for (placed, terms) in group.placed.iter().chain(&hybrid) {
                self.put(&offer, placed, terms);
            }
        }
    }

    /// Keeps an offer for tables of a bucket.
    fn put(&mut self, offer: &Offer, (bucket, lender, scope): &Placed, terms: &[Term]) {
        let mut offer = Offer { lender: *lender, scope: *scope, ..offer.clone() };
        offer.terms.extend(terms.iter().cloned());
        self.offer(bucket, offer);
    }

    /// The tables of a permission by bucket, lender and what they are cut to; those in hybrid locations apart.
    fn group(&mut self, ground: &Ground<'_>, meant: &Meant) -> Group {
        let mut by_place: BTreeMap<(&str, usize, Vec<Term>), Vec<Keys>> = BTreeMap::new();
        let mut out = Group::default();
        let cut = meant.tables.iter().map(|(i, cut)| (*i, cut.iter().cloned().map(Term::When).collect::<Vec<_>>()));
        // Of the reasons why tags were not read one is told for all tables of a bucket.
        let why = meant.maybe.first().map(|(_, why)| vec![Term::Unread(why.clone())]).unwrap_or_default();
        let maybe = meant.maybe.iter().map(|(i, _)| (*i, why.clone()));
        for (i, terms) in cut.chain(maybe) {
            if ground.is_hybrid(i) {
                out.hybrid.push((i, terms));
            } else if let Some(lender) = ground.lender(i) {
                let table = &ground.tables.all[i];
                by_place.entry((table.bucket, lender, terms)).or_default().push(Keys::below(table.prefix));
            }
        }
        out.placed.extend(by_place.into_iter().map(|((bucket, lender, terms), keys)| ((bucket.to_owned(), lender, self.scope(keys)), terms)));
        for why in &meant.unread {
            out.placed.extend(ground.locations.iter().map(|placed| (placed.clone(), vec![Term::Unread(why.clone())])));
        }
        out
    }

    /// Tables in hybrid locations: whoever has not opted in is left to IAM there.
    fn hybrid(&mut self, ground: &Ground<'_>, permission: &LakePermission, tables: &[(usize, Vec<Term>)]) -> Vec<(Placed, Vec<Term>)> {
        let mut out = Vec::new();
        for (i, terms) in tables {
            let table = &ground.tables.all[*i];
            let opted = ground.lake.opt_ins.items.iter().any(|opt| opts_in(opt, permission, ground, *i));
            let unread = ground.lake.opt_ins.unread.as_ref().filter(|_| !opted);
            let Some(lender) = ground.lender(*i).filter(|_| opted || unread.is_some()) else { continue };
            let scope = self.scope(vec![Keys::below(table.prefix)]);
            let terms = terms.iter().cloned().chain(unread.cloned().map(Term::Unread)).collect();
            out.push(((table.bucket.to_owned(), lender, scope), terms));
        }
        out
    }

    /// An offer for every registered location; where those were not read, for every bucket of the account.
    fn all_locations(&mut self, ground: &Ground<'_>, offer: &Offer) {
        for placed in &ground.locations {
            self.put(offer, placed, &[]);
        }
        if let Some(lender) = ground.unknown {
            let scope = self.scope(vec![Keys::below("")]);
            let anywhere = Anywhere { begins: String::new(), account: Some(ground.lake.account.clone()) };
            self.offer_anywhere(anywhere, Offer { lender, scope, ..offer.clone() });
        }
    }

    /// Administrators may grant themselves everything in every registered location.
    fn admins(&mut self, estate: &Estate<'_>, ground: &Ground<'_>) {
        let Listed { items, unread } = &ground.lake.admins;
        let base = Offer { rights: ADMINISTERS, action: GRANT_LAKE, ..ground.members() };
        for admin in items {
            let stands: (Arc<str>, Arc<str>) = (format!("{}/settings", ground.place).into(), format!("data lake administrator {admin}").into());
            for (to, unread) in principals(estate, admin) {
                let terms = unread.map(Term::Unread).into_iter().collect();
                self.all_locations(ground, &Offer { to, terms, stands: Some(stands.clone()), ..base.clone() });
            }
        }
        if let Some(why) = unread {
            let offer = Offer { terms: vec![Term::Unread(why.clone())], ..base };
            self.all_locations(ground, &offer);
        }
    }
}

impl Ground<'_> {
    /// An offer to everybody of the account, of nothing yet.
    fn members(&self) -> Offer {
        let to = To::Members(self.lake.account.clone());
        Offer { to, lender: 0, scope: 0, rights: 0, action: GET_LAKE, terms: Vec::new(), stands: None }
    }

    fn is_hybrid(&self, table: usize) -> bool {
        self.tables.all[table].location.is_some_and(|l| self.lake.locations.items[l].hybrid)
    }

    /// Who lends a table; none: nobody, as it lies in no registered location or the role is gone.
    fn lender(&self, table: usize) -> Option<usize> {
        match self.tables.all[table].location {
            Some(location) => self.lenders[location],
            None => self.unknown,
        }
    }
}

fn of_lake(lake: &Lake, role: Role, name: &str) -> Lender {
    let source = match &lake.region {
        Some(region) => Known::Begins(format!("arn:aws:lakeformation:{region}:{}:", lake.account)),
        None => Known::Begins("arn:aws:lakeformation:".to_owned()),
    };
    let desk = Desk { arn: NO_RESOURCE.to_owned(), account: lake.account.clone(), region: lake.region.clone() };
    Lender { service: SERVICE, source, desk, policy: None, role, name: name.into(), hop: 0 }
}

fn catalog(resource: &LakeResource) -> Option<&String> {
    match resource {
        LakeResource::Table { catalog, .. }
        | LakeResource::Filter { catalog, .. }
        | LakeResource::Tagged { catalog, .. }
        | LakeResource::Expression { catalog, .. }
        | LakeResource::Database { catalog, .. } => Some(catalog),
        LakeResource::Other => None,
    }
}

/// What a permission gives on data. Whoever selects lists as well; what is cut to columns or cells is only read.
fn rights(permission: &LakePermission) -> Rights {
    let has = |names: &[&str]| permission.permissions.iter().any(|p| names.contains(&p.as_str()));
    let whole = !matches!(permission.resource, LakeResource::Filter { .. } | LakeResource::Table { columns: Some(_), .. });
    let reads = if has(&["SELECT", "ALL", "SUPER"]) { READS | LISTS } else { 0 };
    let writes = if whole && has(&["INSERT", "DELETE", "ALL", "SUPER"]) { WRITES } else { 0 };
    reads | writes
}

/// Whether somebody has opted in for a table.
fn opts_in(opt: &LakePermission, permission: &LakePermission, ground: &Ground<'_>, table: usize) -> bool {
    let table = &ground.tables.all[table];
    let members = format!("{}:IAMPrincipals", ground.lake.account);
    let who = opt.principal == permission.principal || opt.principal == members && permission.principal.starts_with("arn:aws:iam::");
    who && match &opt.resource {
        LakeResource::Table { database, name, .. } => database == table.database && name.as_ref().is_none_or(|n| *n == table.table.name),
        LakeResource::Database { name, .. } => name == table.database,
        _ => false,
    }
}

/// Whom a principal of Lake Formation means, and what of it was not read.
fn principals(estate: &Estate<'_>, name: &str) -> Vec<(To, Option<String>)> {
    let one = |source: Source| vec![(To::One(source), None)];
    if let Some(account) = name.strip_suffix(":IAMPrincipals").filter(|a| is_account(a)) {
        return vec![(To::Members(account.to_owned()), None)];
    }
    let account = name.split(':').nth(4).filter(|_| name.ends_with(":root")).unwrap_or(name);
    if is_account(account) {
        // Its own permissions say who in it was passed the data on.
        let read = estate.inventory.accounts.get(account).is_some_and(|a| a.identities);
        return if read { Vec::new() } else { one(Source::Actor(Actor::Account(account.to_owned()))) };
    }
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match (parts.get(2).copied(), parts.get(5).copied().unwrap_or_default()) {
        (Some("organizations"), _) => {
            // Where all its accounts are known, so are those in them who were passed the data on.
            if estate.is_whole() { Vec::new() } else { one(Source::Actor(Actor::Foreign(name.to_owned()))) }
        }
        (Some("identitystore"), rest) => {
            let (kind, id) = rest.split_once('/').unwrap_or(("", rest));
            estate.people(id, kind == "group").into_iter().map(|(source, unread)| (To::One(source), unread)).collect()
        }
        (Some("iam"), rest) if rest.starts_with("saml-provider/") => one(Source::Workload(name.to_owned())),
        (Some("iam"), _) => estate.by_name(name).into_iter().map(|source| (To::One(source), None)).collect(),
        // Users of QuickSight and the like.
        _ => one(Source::Workload(name.to_owned())),
    }
}
