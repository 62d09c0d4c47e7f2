//! Access that is lent: credentials of a role, handed out by S3 Access Grants or Lake Formation to who was granted something there.
//!
//! Who was granted must also be allowed to ask (`s3:GetDataAccess` on the instance, `lakeformation:GetDataAccess`), the service must be let into the
//! role, and the role itself must have the access: it is what reads. What is lent is cut to what the grant is about. Offers are kept by bucket; a
//! bucket that nothing is lent of costs a look into a table.

mod grants;
mod lake;
mod tables;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    assume::{Source, rank},
    atom::{Atom, Relation, World},
    bucket::{Access, Ask, text_atom, unread_grants},
    condition::Known,
    decision::{Allowed, Granted},
    estate::{Estate, Why},
    formula::{Formula, NO, YES},
    pattern::{Cover, Pattern},
    request::{Actor, Desk, Request, Target},
    statement::{ASSUME, Action, GET_GRANTED, GET_LAKE, GRANT_LAKE},
};
use crate::{
    aws::policy::{Named, PolicyKind, is_account},
    inventory::{Bucket, PolicyId, Reading},
};

/// Offers to one principal whose conditions and statements are told apart.
const TOLD: usize = 200;

/// A role whose credentials are handed out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// Its place among the principals.
    Known(usize),
    /// Which one it is, or what it may do, was not read: why.
    Unread(String),
}

/// Who hands them out.
#[derive(Debug)]
struct Lender {
    /// The service, as roles trust it.
    service: &'static str,
    /// What is known of `aws:SourceArn` when it assumes the role.
    source: Known,
    desk: Desk,
    /// Resource policy of an instance of S3 Access Grants.
    policy: Option<(String, Reading<PolicyId>)>,
    role: Role,
    /// Name of the role in answers.
    name: Arc<str>,
    /// Step in which credentials are asked for.
    hop: u32,
}

/// To whom.
#[derive(Clone, Debug)]
enum To {
    One(Source),
    /// Everybody of an account who may ask.
    Members(String),
}

/// On what else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Term {
    When(String),
    Application(String),
    Unread(String),
}

/// Keys of objects: all that begin so, or one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Keys {
    text: String,
    one: bool,
}

impl Keys {
    fn below(prefix: &str) -> Self {
        let text = if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) };
        Self { text, one: false }
    }

    fn pattern(&self) -> Pattern {
        let exact = Pattern::exact(&self.text);
        if self.one { exact } else { exact.followed_by(Pattern::new("*")) }
    }
}

/// What may be done with what is lent, as bits.
type Rights = u8;
const READS: Rights = 1;
const WRITES: Rights = 2;
const LISTS: Rights = 4;
const ADMINISTERS: Rights = 8;

fn right(access: Access) -> Rights {
    match access {
        Access::Read => READS,
        Access::Write => WRITES,
        Access::List => LISTS,
        Access::Admin => ADMINISTERS,
    }
}

/// Something lent to somebody.
#[derive(Clone, Debug)]
struct Offer {
    to: To,
    lender: usize,
    /// Place among the scopes.
    scope: usize,
    rights: Rights,
    /// What he must be allowed to call.
    action: Action,
    terms: Vec<Term>,
    /// Where it stands, and what it is called there.
    stands: Option<(Arc<str>, Arc<str>)>,
}

/// Buckets that an offer is not kept by name for.
#[derive(Clone, Debug)]
struct Anywhere {
    /// Their names begin so.
    begins: String,
    /// Their account, where only those are meant.
    account: Option<String>,
}

impl Anywhere {
    fn covers(&self, bucket: &Bucket) -> bool {
        bucket.name.starts_with(&self.begins) && (self.account.is_none() || bucket.account.is_none() || self.account == bucket.account)
    }
}

/// What access to what: a bucket, a prefix of its keys, and the tags that objects carry, where only some are asked about.
type Question<'q> = (Access, &'q Bucket, &'q str, Option<&'q BTreeMap<String, String>>);

/// All that is lent in an estate.
#[derive(Debug, Default)]
pub(super) struct Lending {
    lenders: Vec<Lender>,
    scopes: Vec<Vec<Keys>>,
    offers: Vec<Offer>,
    of_bucket: HashMap<String, Vec<usize>>,
    anywhere: Vec<(Anywhere, usize)>,
    /// Principals whose policies speak of asking.
    askers: HashMap<Action, Vec<usize>>,
    callers: HashMap<(Source, usize, Action), Allowed>,
    trusts: HashMap<usize, Allowed>,
}

/// A way to an access that is lent.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) formula: Formula,
    pub(super) via: Arc<[Arc<str>]>,
    pub(super) why: Vec<Why>,
}

/// All that is lent to one principal: what is known, and what is not.
struct Sum {
    sure: Way,
    unsure: Way,
    /// Rank of the best offer.
    best: u8,
    seen: usize,
}

impl Lending {
    pub(super) fn new(estate: &Estate<'_>, world: &mut World) -> Self {
        let mut out = Self::default();
        for instance in &estate.inventory.access_grants {
            out.grants(estate, world, instance);
        }
        out.lakes(estate, world);
        let members: BTreeSet<Action> = out.offers.iter().filter(|o| matches!(o.to, To::Members(_))).map(|o| o.action).collect();
        out.askers = members.into_iter().map(|action| (action, estate.speakers(action))).collect();
        out
    }

    /// Goes on with the estate after documents came or went; whether that changes who may ask.
    pub(super) fn go_on(&mut self, estate: &Estate<'_>, policies: &BTreeSet<PolicyId>) -> bool {
        if self.offers.is_empty() {
            return false;
        }
        self.callers.clear();
        self.askers = self.askers.keys().map(|action| (*action, estate.speakers(*action))).collect();
        let speaks = |policy: &PolicyId| {
            let compiled = estate.policy(*policy, PolicyKind::Identity);
            compiled.map_or(true, |c| c.statements.iter().any(|s| [GET_GRANTED, GET_LAKE, GRANT_LAKE].iter().any(|a| s.speaks_of(*a))))
        };
        policies.iter().any(speaks)
    }

    fn lender(&mut self, world: &mut World, lender: Lender) -> usize {
        world.hops.push(lender.name.to_string());
        let hop = world.hops.len() as u32;
        self.lenders.push(Lender { hop, ..lender });
        self.lenders.len() - 1
    }

    fn scope(&mut self, keys: Vec<Keys>) -> usize {
        self.scopes.push(keys);
        self.scopes.len() - 1
    }

    fn offer(&mut self, bucket: &str, offer: Offer) {
        self.of_bucket.entry(bucket.to_owned()).or_default().push(self.offers.len());
        self.offers.push(offer);
    }

    fn offer_anywhere(&mut self, where_: Anywhere, offer: Offer) {
        self.anywhere.push((where_, self.offers.len()));
        self.offers.push(offer);
    }

    /// Everybody who is lent an access, but for those who have it already: each by what is known, then by what is not.
    pub(super) fn ways(
        &mut self,
        estate: &Estate<'_>,
        world: &mut World,
        question: Question<'_>,
        has: &dyn Fn(&Source) -> bool,
    ) -> Vec<(Source, Way)> {
        let (access, bucket, ..) = question;
        let named = self.of_bucket.get(&bucket.name).into_iter().flatten().copied();
        let others = self.anywhere.iter().filter(|(a, _)| a.covers(bucket)).map(|(_, i)| *i);
        let there = bucket.region();
        let here = |i: &usize| {
            let (offer, region) = (&self.offers[*i], &self.lenders[self.offers[*i].lender].desk.region);
            // What is lent lies in the region of who lends it.
            offer.rights & right(access) != 0 && (region.is_none() || there.is_none() || *region == there)
        };
        let ids: Vec<usize> = named.chain(others).filter(here).collect();
        let mut sums: BTreeMap<Source, Sum> = BTreeMap::new();
        let mut known: HashMap<(usize, usize), Allowed> = HashMap::new();
        for id in ids {
            let (lender, scope) = (self.offers[id].lender, self.offers[id].scope);
            let lent = match known.get(&(lender, scope)) {
                Some(lent) => lent.clone(),
                None => {
                    let lent = self.lent(estate, world, question, lender, scope);
                    known.insert((lender, scope), lent.clone());
                    lent
                }
            };
            if lent.formula == NO {
                continue;
            }
            let terms = self.offers[id].terms.iter().fold(lent.formula, |formula, term| {
                let one = of_term(world, term);
                world.and(formula, one)
            });
            for source in self.sources(estate, id) {
                if has(&source) || sums.get(&source).is_some_and(|s| s.best == 0) {
                    continue;
                }
                let caller = self.caller(estate, world, &source, lender, self.offers[id].action);
                let formula = world.and(terms, caller.formula);
                self.add(world, sums.entry(source).or_insert_with(Sum::new), id, formula, &caller, &lent);
            }
        }
        sums.into_iter().flat_map(|(source, sum)| [(source.clone(), sum.sure), (source, sum.unsure)]).filter(|(_, way)| way.formula != NO).collect()
    }

    fn add(&self, world: &mut World, sum: &mut Sum, id: usize, formula: Formula, caller: &Allowed, lent: &Allowed) {
        let rank = rank(&world.verdict(formula));
        if rank == 3 {
            return;
        }
        let offer = &self.offers[id];
        let lender = &self.lenders[offer.lender];
        let way = if rank == 2 { &mut sum.unsure } else { &mut sum.sure };
        if rank == 0 {
            *way = Way { formula: NO, via: Arc::new([]), why: Vec::new() };
        }
        if rank < sum.best || way.via.is_empty() {
            way.via = [Arc::clone(&lender.name)].into();
            sum.best = sum.best.min(rank);
        }
        if sum.seen < TOLD {
            let grant = offer.stands.iter().map(|(policy, statement)| Why {
                policy: Arc::clone(policy),
                statement: Arc::clone(statement),
                allow: true,
                partly: formula != YES,
            });
            way.why.extend(grant.chain(caller.why.iter().cloned()).chain(lent.why.iter().cloned()));
        }
        let place = &lender.desk.arn;
        let formula = world.capped(&mut sum.seen, formula, &|| format!("what {place} lends"));
        way.formula = world.or(way.formula, formula);
    }

    /// Who is meant by an offer.
    fn sources(&self, estate: &Estate<'_>, id: usize) -> Vec<Source> {
        let offer = &self.offers[id];
        match &offer.to {
            To::One(source) => vec![source.clone()],
            To::Members(account) => {
                let askers = self.askers.get(&offer.action).into_iter().flatten();
                let inside = askers.filter(|i| estate.inventory.principals[**i].account == *account);
                inside.map(|i| Source::Actor(Actor::Known(*i))).collect()
            }
        }
    }

    /// What the credentials of a lender give within a scope: the role's own access, if the service can have it.
    fn lent(&mut self, estate: &Estate<'_>, world: &mut World, question: Question<'_>, lender: usize, scope: usize) -> Allowed {
        let (access, bucket, prefix, tags) = question;
        let within = within(world, &self.scopes[scope], access, prefix);
        if within == NO {
            return Allowed::new(NO);
        }
        let trust = match self.trusts.get(&lender) {
            Some(trust) => trust.clone(),
            None => {
                let trust = trust(estate, world, &self.lenders[lender]);
                self.trusts.insert(lender, trust.clone());
                trust
            }
        };
        let mut lent = trust;
        lent.formula = world.and(lent.formula, within);
        if lent.formula == NO {
            return lent;
        }
        let lender = &self.lenders[lender];
        let role = match &lender.role {
            Role::Unread(why) => return lent.and_unread(world, why),
            Role::Known(i) => Actor::Known(*i),
        };
        let caller = estate.caller(&role);
        let instance = lender.policy.as_ref().map(|_| lender.desk.arn.as_str());
        let ask = Ask { actor: &role, caller: &caller, bucket, prefix, lambda: None, tags, lent: instance };
        let own = match access {
            // Who can lend himself what the role may read or write has power over it.
            Access::Admin => {
                let (read, write) = (estate.direct(world, Access::Read, &ask), estate.direct(world, Access::Write, &ask));
                read.or(world, write)
            }
            access => estate.direct(world, access, &ask),
        };
        lent.and(world, own)
    }

    /// Whether somebody may ask for credentials.
    fn caller(&mut self, estate: &Estate<'_>, world: &mut World, source: &Source, lender: usize, action: Action) -> Allowed {
        // A person, or a subject of a provider, comes through an application that asks for him.
        let Source::Actor(actor) = source else { return Allowed::new(YES) };
        let key = (source.clone(), lender, action);
        if let Some(known) = self.callers.get(&key) {
            return known.clone();
        }
        let allowed = may_ask(estate, world, actor, &self.lenders[lender], action);
        self.callers.insert(key, allowed.clone());
        allowed
    }
}

impl Sum {
    fn new() -> Self {
        let none = || Way { formula: NO, via: Arc::new([]), why: Vec::new() };
        Self { sure: none(), unsure: none(), best: 3, seen: 0 }
    }
}

fn may_ask(estate: &Estate<'_>, world: &mut World, actor: &Actor, lender: &Lender, action: Action) -> Allowed {
    let organization = matches!(actor, Actor::Foreign(arn) if arn.contains(":organizations:"));
    if organization {
        return Allowed::new(YES);
    }
    let request = Request::new(estate, actor, Target::Lender(&lender.desk), None, lender.hop);
    let own = estate.own(world, action, &request);
    let Some((name, policy)) = lender.policy.as_ref().filter(|_| action == GET_GRANTED) else { return estate.alone(world, &own) };
    let granted = match policy {
        Reading::Absent => Granted::default(),
        Reading::Unread(why) => unread_grants(world, name, why),
        Reading::Read(policy) => match estate.policy(*policy, PolicyKind::Resource) {
            Ok(policy) => estate.granted(world, name, &policy, action, &request, &estate.caller(actor)),
            Err(why) => unread_grants(world, name, &why),
        },
    };
    estate.decide(world, action, &request, &own, granted, true)
}

/// Whether the role lets the service in.
fn trust(estate: &Estate<'_>, world: &mut World, lender: &Lender) -> Allowed {
    let Role::Known(i) = lender.role else { return Allowed::new(YES) };
    let role = &estate.inventory.principals[i];
    let Some(trust) = &role.trust else { return Allowed::new(world.unread(&format!("trust policy of {}", role.arn))) };
    let service = Actor::Service(lender.service.to_owned());
    let request = Request::new(estate, &service, Target::Role(role), None, lender.hop).acting_for(lender.source.clone(), &lender.desk.account);
    let granted = match &trust.policy {
        Reading::Absent => return Allowed::new(NO),
        Reading::Unread(why) => unread_grants(world, &trust.name, why),
        Reading::Read(policy) => match estate.policy(*policy, PolicyKind::Resource) {
            Ok(policy) => estate.granted(world, &trust.name, &policy, ASSUME, &request, &estate.caller(&service)),
            Err(why) => unread_grants(world, &trust.name, &why),
        },
    };
    let own = estate.own(world, ASSUME, &request);
    estate.decide(world, ASSUME, &request, &own, granted, false)
}

/// On what an access lies within a scope: the key of the object, or the prefix that is listed.
fn within(world: &mut World, scope: &[Keys], access: Access, prefix: &str) -> Formula {
    let patterns: Vec<(Pattern, Cover)> = scope
        .iter()
        .map(|keys| {
            let pattern = keys.pattern();
            let cover = pattern.covers(prefix);
            (pattern, cover)
        })
        .collect();
    if patterns.iter().any(|(_, cover)| *cover == Cover::All) {
        return YES;
    }
    let (key, shown) = if access == Access::List { ("s3:prefix", "s3:prefix") } else { ("\0object key", "object key") };
    let (mut sum, mut seen) = (NO, 0);
    for (pattern, _) in patterns.into_iter().filter(|(_, cover)| *cover == Cover::Some) {
        let atom = Atom {
            hop: 0,
            key: key.to_owned(),
            relation: Relation::Text,
            operator: String::new(),
            values: vec![pattern],
            free: false,
            unread: false,
            shown: shown.to_owned(),
        };
        let one = world.atom(atom);
        let one = world.capped(&mut seen, one, &|| format!("{} places that are lent", scope.len()));
        sum = world.or(sum, one);
    }
    sum
}

fn of_term(world: &mut World, term: &Term) -> Formula {
    match term {
        Term::Unread(why) => world.unread(why),
        Term::Application(arn) => world.atom(text_atom("\0application", "application", arn, false)),
        Term::When(text) => world.atom(Atom {
            hop: 0,
            key: "\0term".to_owned(),
            relation: Relation::None,
            operator: text.clone(),
            values: Vec::new(),
            free: false,
            unread: false,
            shown: String::new(),
        }),
    }
}

impl Allowed {
    /// The same where something more was not read.
    fn and_unread(mut self, world: &mut World, why: &str) -> Self {
        let unread = world.unread(why);
        self.formula = world.and(self.formula, unread);
        self
    }
}

impl Estate<'_> {
    /// The role behind an ARN; none: it was deleted.
    fn lending_role(&self, arn: &str) -> Option<Role> {
        if let Some(i) = self.by_arn(arn) {
            return Some(Role::Known(i));
        }
        let account = arn.split(':').nth(4).unwrap_or_default();
        let read = self.inventory.accounts.get(account).is_some_and(|a| a.identities);
        (!read).then(|| Role::Unread(format!("{arn}: the roles of account {account} were not read")))
    }

    /// Principals whose policies may allow an action.
    fn speakers(&self, action: Action) -> Vec<usize> {
        let speaks = |i: &usize| {
            self.attachments(&self.inventory.principals[*i]).iter().any(|attachment| match &attachment.policy {
                Reading::Absent => false,
                Reading::Unread(_) => true,
                Reading::Read(policy) => self
                    .policy(*policy, PolicyKind::Identity)
                    .map_or(true, |compiled| compiled.statements.iter().any(|s| s.allow && s.speaks_of(action))),
            })
        };
        (0..self.inventory.principals.len()).filter(speaks).collect()
    }

    /// Users and roles by their ARN.
    fn by_name(&self, arn: &str) -> Vec<Source> {
        self.named(&Named::aws(arn)).into_iter().map(Source::Actor).collect()
    }

    /// People of Identity Center by an id, as they are called elsewhere in answers.
    fn people(&self, id: &str, group: bool) -> Vec<(Source, Option<String>)> {
        let directory = &self.inventory.directory;
        let person = |id: &str, name: &str| (Source::Person(if name.is_empty() { id.to_owned() } else { name.to_owned() }), None);
        if !group {
            return vec![person(id, directory.people.get(id).map_or("", |p| p.name.as_str()))];
        }
        if !directory.memberships {
            return vec![person(id, directory.groups.get(id).map_or("", String::as_str))];
        }
        let members = directory.people.iter().filter(|(_, p)| p.groups.iter().any(|g| g == id));
        let mut out: Vec<(Source, Option<String>)> = members.map(|(id, p)| person(id, &p.name)).collect();
        if let Some(why) = &directory.unread {
            out.push((Source::Person("others of Identity Center".to_owned()), Some(why.clone())));
        }
        out
    }
}
