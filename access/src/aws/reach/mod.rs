//! Reach: who can read, write, list or administer what, decided for whole estates.
//!
//! Nothing is asked pair by pair. Policies are compiled once per document; users and roles that no policy can tell apart are one group; a bucket's
//! own side is looked at once per group. What only a request decides (its address, its second factor, a tag of the object) stays a variable of a
//! [formula](formula), so that "always", "never" and "on condition that …" are told apart exactly, also where an Allow and a Deny meet.
//!
//! **Keys the caller chooses** (`s3:x-amz-*` headers, the signature version, the session name) do not stand in his way: an access counts when some
//! choice gives it. `aws:SecureTransport` is true: he takes TLS. Everything else that the inventory does not fix makes an answer conditional.
//!
//! ```
//! use sonde_access::{aws::{import::Import, reach::{Access, Answer, Reacher}}};
//! let mut import = Import::new();
//! import.add("authorization-details.json", br#"{"UserDetailList": [{"UserName": "ana", "UserId": "AIDAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/ana",
//!   "UserPolicyList": [{"PolicyName": "read", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
//!     {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}]}}]}]}"#);
//! import.add("buckets/data/public-access-block.json", br#"{"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}"#);
//! let inventory = import.finish();
//! let rows = Reacher::new(&inventory).bucket("data", "");
//! let ana = rows.iter().find(|row| row.principal.ends_with("user/ana")).unwrap();
//! assert_eq!((ana.access, ana.answer, &*ana.because[0].statement), (Access::Read, Answer::Yes, "Read"));
//! ```

mod actors;
mod assume;
mod atom;
mod bucket;
mod condition;
mod decision;
mod directory;
mod estate;
mod federation;
mod formula;
mod lent;
mod object_lambda;
mod pattern;
mod pods;
mod request;
mod statement;
#[cfg(test)]
mod tests;
mod update;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

pub use bucket::Access;
pub use update::Touched;

use actors::Groups;
use assume::{Edges, Path, Source, paths, rank};
use atom::{Verdict, World};
use bucket::Ask;
use decision::Allowed;
use estate::{Estate, Why};
use formula::{Formula, NO};
use lent::{Lending, Way};
use request::Actor;

use crate::inventory::{Bucket, Gap, Inventory};

/// An answer that is printed; "no" is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Always.
    Yes,
    /// On a condition.
    Conditional,
    /// Something that matters was not read.
    Unknown,
}

impl Answer {
    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Conditional => "conditional",
            Self::Unknown => "unknown",
        }
    }
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
    /// The root user of an account.
    Root,
    /// Anybody, unsigned.
    Anonymous,
    /// Anybody with an AWS account.
    AnyAuthenticated,
    /// An account, or somebody in it, that is not in the inventory.
    ExternalAccount,
    /// A service of AWS.
    Service,
    /// A subject of an identity provider.
    Workload,
    /// A user or group of Identity Center.
    Person,
}

impl Kind {
    /// As it is stored and printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Root => "root",
            Self::Anonymous => "anonymous",
            Self::AnyAuthenticated => "any_authenticated",
            Self::ExternalAccount => "external_account",
            Self::Service => "service",
            Self::Workload => "workload",
            Self::Person => "person",
        }
    }
}

/// A statement that an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Because {
    /// ARN of a managed policy, or where the policy stands.
    pub policy: Arc<str>,
    /// Sid, or number from 0.
    pub statement: Arc<str>,
    /// `Allow` or `Deny`.
    pub effect: Arc<str>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// ARN of the bucket, or of the objects below a prefix of it.
    pub resource: Arc<str>,
    /// Who.
    pub principal: Arc<str>,
    /// What he is.
    pub kind: Kind,
    /// Whether he belongs to no account of the inventory.
    pub external: bool,
    /// With what privilege.
    pub access: Access,
    /// Yes, on a condition, not known.
    pub answer: Answer,
    /// The condition, or what was not read.
    pub condition: Option<Arc<str>>,
    /// ARNs of the roles on the way (and of the access point), the first one first.
    pub via: Arc<[Arc<str>]>,
    /// What it rests on.
    pub because: Arc<[Because]>,
}

/// Answers questions about one inventory.
#[derive(Debug)]
pub struct Reacher<'a> {
    estate: Estate<'a>,
    world: World,
    groups: Groups,
    edges: Edges,
    lending: Lending,
    paths: HashMap<usize, Arc<[Path]>>,
    /// ARNs of the principals, by their place.
    names: Vec<Arc<str>>,
    /// Buckets by name.
    places: HashMap<&'a str, usize>,
    /// Tags of the objects that are asked about.
    tags: Option<BTreeMap<String, String>>,
}

/// The best that is known of somebody.
struct Best {
    rank: u8,
    formula: Formula,
    verdict: Verdict,
    via: Arc<[Arc<str>]>,
    because: Arc<[Because]>,
}

/// A role that has an access, for those who can assume it.
struct Reached {
    role: usize,
    allowed: Allowed,
    /// What stands between it and the data: an access point, a role whose credentials it is lent.
    tail: Arc<[Arc<str>]>,
}

impl<'a> Reacher<'a> {
    /// Compiles an inventory.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        let estate = Estate::new(inventory);
        let mut world = World::default();
        let edges = estate.edges(&mut world);
        let groups = Groups::new(&estate);
        let lending = Lending::new(&estate, &mut world);
        let places = inventory.buckets.iter().enumerate().map(|(i, b)| (b.name.as_str(), i)).collect();
        let names = inventory.principals.iter().map(|p| p.arn.as_str().into()).collect();
        Self { estate, world, groups, edges, lending, paths: HashMap::new(), names, places, tags: None }
    }

    /// From now on only objects that carry exactly these tags are asked about; none: any object, and tags that matter are conditions.
    pub fn with_object_tags(&mut self, tags: Option<BTreeMap<String, String>>) {
        self.tags = tags;
    }

    /// Documents in the inventory that are no policies.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        self.estate.gaps()
    }

    /// Everybody who can reach a bucket, or the objects below a prefix of it: by principal, then access. Nothing for a bucket that is not in the inventory.
    #[must_use]
    pub fn bucket(&mut self, name: &str, prefix: &str) -> Vec<Reach> {
        let mut out: Vec<Reach> = Access::ALL.into_iter().flat_map(|access| self.access(name, prefix, access)).collect();
        out.sort_by(|a, b| a.principal.cmp(&b.principal).then_with(|| a.access.cmp(&b.access)));
        out
    }

    /// The same for one access.
    #[must_use]
    pub fn access(&mut self, name: &str, prefix: &str, access: Access) -> Vec<Reach> {
        let Some(&at) = self.places.get(name) else { return Vec::new() };
        let bucket = &self.estate.inventory.buckets[at];
        let partition = &self.estate.partition;
        let below = if prefix.is_empty() { String::new() } else { format!("/{prefix}*") };
        let resource: Arc<str> = format!("arn:{partition}:s3:::{name}{below}").into();
        let mut best: BTreeMap<Source, Best> = BTreeMap::new();
        let mut reached = self.direct(access, bucket, prefix, &mut best);
        self.lent(access, bucket, prefix, &mut best, &mut reached);
        self.transitive(&reached, &mut best);
        if let Some(anonymous) = best.get(&Source::Actor(Actor::Anonymous)).map(|b| b.rank) {
            // Who may without signing may so when he signs: said once.
            let any = Source::Actor(Actor::Authenticated);
            if best.get(&any).is_some_and(|b| b.rank >= anonymous) {
                best.remove(&any);
            }
        }
        let mut out: Vec<Reach> = best.into_iter().filter_map(|(source, best)| self.row(&resource, access, &source, best)).collect();
        out.sort_by(|a, b| a.principal.cmp(&b.principal));
        out
    }

    /// Everybody's own access; what roles have is handed back for those who can assume them.
    fn direct(&mut self, access: Access, bucket: &'a Bucket, prefix: &str, best: &mut BTreeMap<Source, Best>) -> Vec<Reached> {
        let mut roles = Vec::new();
        let points: Vec<_> = self.estate.points(bucket).collect();
        for (group, members) in self.groups.for_bucket(bucket, access) {
            let caller = self.estate.caller(group);
            let ask = Ask { actor: group, caller: &caller, bucket, prefix, lambda: None, tags: self.tags.as_ref(), lent: None };
            let mut allowed = self.estate.direct(&mut self.world, access, &ask);
            let mut verdict = self.world.verdict(allowed.formula);
            let mut via: Vec<Arc<str>> = Vec::new();
            for point in &points {
                let through = self.estate.through(&mut self.world, access, &ask, point);
                let lambdas = self.estate.lambdas(point);
                let by_lambda = lambdas.map(|l| (l.arn.as_str(), self.estate.through_lambda(&mut self.world, access, &ask, l, point)));
                let ways: Vec<_> = std::iter::once((point.arn.as_str(), through)).chain(by_lambda).collect();
                for (arn, way) in ways {
                    let other = self.world.verdict(way.formula);
                    if rank(&other) < rank(&verdict) {
                        (allowed, verdict, via) = (way, other, vec![arn.into()]);
                    }
                }
            }
            if verdict == Verdict::No {
                continue;
            }
            let (because, via): (Arc<[Because]>, Arc<[Arc<str>]>) = (because(&allowed.why), via.into());
            for member in members {
                if let Actor::Known(i) = member
                    && member.is_role(&self.estate)
                {
                    roles.push(Reached { role: *i, allowed: allowed.clone(), tail: Arc::clone(&via) });
                }
                let (rank, formula) = (rank(&verdict), allowed.formula);
                let found = Best { rank, formula, verdict: verdict.clone(), via: Arc::clone(&via), because: Arc::clone(&because) };
                best.insert(Source::Actor(member.clone()), found);
            }
        }
        // Of chains that are equally good the first one is told: always the same, however groups came about.
        roles.sort_by_key(|r| r.role);
        roles
    }

    /// What is lent, beside what everybody has of his own.
    fn lent(&mut self, access: Access, bucket: &Bucket, prefix: &str, best: &mut BTreeMap<Source, Best>, reached: &mut Vec<Reached>) {
        let has = |source: &Source| best.get(source).is_some_and(|b| b.rank == 0);
        let ways = self.lending.ways(&self.estate, &mut self.world, (access, bucket, prefix, self.tags.as_ref()), &has);
        if ways.is_empty() {
            return;
        }
        let mut places: HashMap<usize, usize> = reached.iter().enumerate().map(|(at, r)| (r.role, at)).collect();
        for (source, way) in ways {
            let Some(found) = self.joined(best.get(&source), &way) else { continue };
            if let Source::Actor(actor @ Actor::Known(i)) = &source
                && actor.is_role(&self.estate)
            {
                let allowed = Allowed { formula: found.formula, why: way.why };
                let role = Reached { role: *i, allowed, tail: Arc::clone(&found.via) };
                match places.get(i) {
                    Some(&at) => {
                        let before = std::mem::replace(&mut reached[at], role).allowed.why;
                        reached[at].allowed.why.splice(0..0, before);
                    }
                    None => {
                        places.insert(*i, reached.len());
                        reached.push(role);
                    }
                }
            }
            best.insert(source, found);
        }
    }

    /// What is known of somebody with one more way; nothing when that adds nothing.
    fn joined(&mut self, known: Option<&Best>, way: &Way) -> Option<Best> {
        let alone = self.world.verdict(way.formula);
        let mut found = Best { rank: rank(&alone), formula: way.formula, verdict: alone, via: Arc::clone(&way.via), because: because(&way.why) };
        let Some(known) = known else { return (found.rank < 3).then_some(found) };
        let both = self.world.or(known.formula, way.formula);
        let verdict = self.world.verdict(both);
        // What is not known must not hide what is.
        if rank(&verdict) <= known.rank.min(found.rank) && both != known.formula {
            if both != found.formula {
                found.because = known.because.iter().chain(&*found.because).cloned().collect();
            }
            if known.rank <= found.rank {
                found.via = Arc::clone(&known.via);
            }
            return Some(Best { rank: rank(&verdict), formula: both, verdict, ..found });
        }
        (found.rank < known.rank).then_some(found)
    }

    /// What is reached by assuming roles.
    fn transitive(&mut self, reached: &[Reached], best: &mut BTreeMap<Source, Best>) {
        for Reached { role, allowed, tail } in reached {
            let paths = match self.paths.get(role) {
                Some(paths) => Arc::clone(paths),
                None => {
                    let paths: Arc<[Path]> = paths(&mut self.world, &self.edges, *role).into();
                    self.paths.insert(*role, Arc::clone(&paths));
                    paths
                }
            };
            for path in &*paths {
                let known = best.get(&path.from).map(|b| (b.rank, b.via.len()));
                let length = path.chain.len() + tail.len();
                if known.is_some_and(|(rank, via)| rank == 0 && via <= length) {
                    continue;
                }
                let formula = self.world.and(allowed.formula, path.formula);
                if formula == NO {
                    continue;
                }
                let verdict = self.world.verdict(formula);
                let found = (rank(&verdict), length);
                if found.0 == 3 || known.is_some_and(|known| known <= found) {
                    continue;
                }
                let roles = path.chain.iter().map(|i| self.estate.inventory.principals[*i].arn.as_str().into());
                let via = roles.chain(tail.iter().cloned()).collect();
                let why: Vec<Why> = path.why.iter().chain(&allowed.why).cloned().collect();
                best.insert(path.from.clone(), Best { rank: found.0, formula, verdict, via, because: because(&why) });
            }
        }
    }

    fn row(&self, resource: &Arc<str>, access: Access, source: &Source, best: Best) -> Option<Reach> {
        let (answer, condition) = match best.verdict {
            Verdict::No => return None,
            Verdict::Yes => (Answer::Yes, None),
            Verdict::Conditional(condition) => (Answer::Conditional, Some(condition)),
            Verdict::Unknown(why) => (Answer::Unknown, Some(why)),
        };
        let (kind, external) = match source {
            Source::Workload(_) => (Kind::Workload, true),
            Source::Person(_) => (Kind::Person, false),
            Source::Actor(actor) => match actor {
                Actor::Known(_) if actor.is_role(&self.estate) => (Kind::Role, false),
                Actor::Known(_) => (Kind::User, false),
                Actor::Root(_) => (Kind::Root, false),
                Actor::Anonymous => (Kind::Anonymous, true),
                Actor::Authenticated => (Kind::AnyAuthenticated, true),
                Actor::Account(_) | Actor::Foreign(_) => (Kind::ExternalAccount, true),
                Actor::Service(_) => (Kind::Service, false),
            },
        };
        let principal: Arc<str> = match source {
            Source::Actor(Actor::Known(i)) => Arc::clone(&self.names[*i]),
            Source::Actor(actor) => actor.name(&self.estate).into(),
            Source::Workload(name) | Source::Person(name) => name.as_str().into(),
        };
        Some(Reach { resource: Arc::clone(resource), principal, kind, external, access, answer, condition, via: best.via, because: best.because })
    }
}

/// Statements, each once.
fn because(why: &[Why]) -> Arc<[Because]> {
    let mut out: Vec<Because> = Vec::with_capacity(why.len());
    let (allow, deny): (Arc<str>, Arc<str>) = ("Allow".into(), "Deny".into());
    for why in why {
        let effect = Arc::clone(if why.allow { &allow } else { &deny });
        let one = Because { policy: Arc::clone(&why.policy), statement: Arc::clone(&why.statement), effect };
        if !out.contains(&one) {
            out.push(one);
        }
    }
    out.into()
}
