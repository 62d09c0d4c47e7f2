//! Who asks, for what, and what is known of the context keys of such a request.

use std::collections::BTreeMap;

use super::{
    condition::{Keys, Known},
    estate::Estate,
    pattern::Pattern,
};
use crate::inventory::{AccessPoint, Bucket, Key, Principal, PrincipalKind};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Actor {
    /// A user or a role of the inventory, by its place.
    Known(usize),
    /// The root user of an account of the inventory.
    Root(String),
    /// Nobody: an unsigned request.
    Anonymous,
    /// Any principal of an account that is not in the inventory.
    Authenticated,
    /// An account that is not in the inventory.
    Account(String),
    /// A user, a role or a session of such an account.
    Foreign(String),
    /// A service of AWS.
    Service(String),
}

impl Actor {
    pub(super) fn principal<'a>(&self, estate: &Estate<'a>) -> Option<&'a Principal> {
        match self {
            Self::Known(i) => estate.inventory.principals.get(*i),
            _ => None,
        }
    }

    /// The account it belongs to.
    pub(super) fn account<'a>(&'a self, estate: &Estate<'a>) -> Option<&'a str> {
        match self {
            Self::Known(i) => estate.inventory.principals.get(*i).map(|p| p.account.as_str()),
            Self::Root(id) | Self::Account(id) => Some(id),
            Self::Foreign(arn) => arn.split(':').nth(4),
            Self::Anonymous | Self::Authenticated | Self::Service(_) => None,
        }
    }

    pub(super) fn is_role(&self, estate: &Estate<'_>) -> bool {
        match self {
            Self::Foreign(arn) => arn.contains(":role/") || arn.contains(":assumed-role/"),
            _ => self.principal(estate).is_some_and(|p| p.kind == PrincipalKind::Role),
        }
    }

    /// A role that a service made for itself: outside service and resource control policies.
    pub(super) fn is_service_linked(&self, estate: &Estate<'_>) -> bool {
        self.principal(estate).is_some_and(|p| p.kind == PrincipalKind::Role && p.path.starts_with("/aws-service-role/"))
    }

    /// As it is printed.
    pub(super) fn name(&self, estate: &Estate<'_>) -> String {
        match self {
            Self::Known(_) => self.principal(estate).map(|p| p.arn.clone()).unwrap_or_default(),
            Self::Root(id) | Self::Account(id) => format!("arn:{}:iam::{id}:root", estate.partition),
            Self::Anonymous => "anonymous".to_owned(),
            Self::Authenticated => "any-authenticated".to_owned(),
            Self::Foreign(arn) | Self::Service(arn) => arn.clone(),
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) enum Target<'a> {
    /// All objects of a bucket whose keys begin so.
    Objects { bucket: &'a Bucket, prefix: &'a str },
    /// The bucket itself; `prefix` is what is listed.
    Bucket { bucket: &'a Bucket, prefix: &'a str },
    /// A key, for the objects of a bucket.
    Key { key: &'a Key, bucket: &'a Bucket },
    /// A role, to be assumed.
    Role(&'a Principal),
    /// Something else on the way, by its ARN.
    Other { arn: &'a str, account: Option<&'a str> },
    /// What hands out credentials of a role, to be asked for them.
    Lender(&'a Desk),
}

/// Where credentials are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Desk {
    /// As policies name it.
    pub(super) arn: String,
    pub(super) account: String,
    pub(super) region: Option<String>,
}

impl Target<'_> {
    /// Account of the resource.
    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Self::Objects { bucket, .. } | Self::Bucket { bucket, .. } => bucket.account.as_deref(),
            Self::Key { key, .. } => key.account.as_deref(),
            Self::Role(role) => Some(&role.account),
            Self::Other { account, .. } => *account,
            Self::Lender(desk) => Some(&desk.account),
        }
    }

    fn bucket(&self) -> Option<&Bucket> {
        match self {
            Self::Objects { bucket, .. } | Self::Bucket { bucket, .. } | Self::Key { bucket, .. } => Some(bucket),
            Self::Role(_) | Self::Other { .. } | Self::Lender(_) => None,
        }
    }
}

/// The service that asks on a caller's behalf when an Object Lambda access point is read.
const OBJECT_LAMBDA: &str = "s3-object-lambda.amazonaws.com";

/// What is known of the tags of objects.
#[derive(Clone, Copy, Debug)]
pub(super) enum ObjectTags<'r> {
    /// They do not count: where objects are put and deleted, S3 looks at none ("Tagging and access control policies", Amazon S3 User Guide).
    None,
    /// They differ from object to object.
    Open,
    /// Exactly these.
    Are(&'r BTreeMap<String, String>),
}

/// A request of an actor for a target, all others being open.
pub(super) struct Request<'r, 'a> {
    pub(super) estate: &'r Estate<'a>,
    pub(super) actor: &'r Actor,
    pub(super) target: Target<'r>,
    /// Through which access point.
    pub(super) point: Option<&'r AccessPoint>,
    /// Whether the access point is what is asked, and not the bucket behind it.
    pub(super) at_point: bool,
    /// Step of a role chain.
    pub(super) hop: u32,
    /// Whether an Object Lambda access point asks on the caller's behalf.
    on_behalf: bool,
    /// What the session of a directory bucket is for.
    session: Option<&'static str>,
    /// Tags of the objects that are there.
    tags: ObjectTags<'r>,
    /// Instance of S3 Access Grants that lent the credentials.
    instance: Option<&'r str>,
    /// What is known of whom a service acts for: its ARN, and its account.
    source: Option<(Known, String)>,
    /// What is asked for, as policies name it; of objects, what all of them begin with.
    resource: String,
}

impl<'r, 'a> Request<'r, 'a> {
    pub(super) fn new(estate: &'r Estate<'a>, actor: &'r Actor, target: Target<'r>, point: Option<&'r AccessPoint>, hop: u32) -> Self {
        let mut request = Self {
            estate,
            actor,
            target,
            point,
            at_point: false,
            hop,
            on_behalf: false,
            session: None,
            tags: ObjectTags::None,
            instance: None,
            source: None,
            resource: String::new(),
        };
        request.resource = request.named();
        request
    }

    /// The same with credentials that an instance of S3 Access Grants lent.
    pub(super) fn lent(mut self, instance: Option<&'r str>) -> Self {
        self.instance = instance;
        self
    }

    /// The same of a service that acts for something.
    pub(super) fn acting_for(mut self, source: Known, account: &str) -> Self {
        self.source = Some((source, account.to_owned()));
        self
    }

    /// The same, asked of the access point and not of the bucket.
    pub(super) fn at_point(mut self) -> Self {
        self.at_point = true;
        self.resource = self.named();
        self
    }

    /// The same, by an Object Lambda access point on the caller's behalf.
    pub(super) fn on_behalf(mut self, is: bool) -> Self {
        self.on_behalf = is;
        self
    }

    /// The same, of objects with these tags.
    pub(super) fn tagged(mut self, tags: ObjectTags<'r>) -> Self {
        self.tags = tags;
        self
    }

    /// The same, for a session of a directory bucket; none: the caller chooses what it is for.
    pub(super) fn in_session(mut self, mode: Option<&'static str>) -> Self {
        self.session = mode;
        self
    }

    /// Whether it is one resource, and not all objects that begin alike.
    pub(super) fn is_one(&self) -> bool {
        !matches!(self.target, Target::Objects { .. })
    }

    pub(super) fn resource(&self) -> &str {
        &self.resource
    }

    fn named(&self) -> String {
        let partition = &self.estate.partition;
        match (&self.target, self.point.filter(|_| self.at_point)) {
            (Target::Objects { bucket, prefix }, None) => format!("arn:{partition}:s3:::{}/{prefix}", bucket.name),
            (Target::Objects { prefix, .. }, Some(point)) => format!("{}/object/{prefix}", point.arn),
            (Target::Bucket { bucket, .. }, None) if bucket.is_directory() => {
                let (region, account) = (bucket.region(), bucket.account.as_deref());
                format!("arn:{partition}:s3express:{}:{}:bucket/{}", region.as_deref().unwrap_or("*"), account.unwrap_or("*"), bucket.name)
            }
            (Target::Bucket { bucket, .. }, None) => format!("arn:{partition}:s3:::{}", bucket.name),
            (Target::Bucket { .. }, Some(point)) => point.arn.clone(),
            (Target::Key { key, .. }, _) => {
                format!("arn:{partition}:kms:{}:{}:key/{}", key.region.as_deref().unwrap_or("*"), key.account.as_deref().unwrap_or("*"), key.id)
            }
            (Target::Role(role), _) => role.arn.clone(),
            (Target::Other { arn, .. }, _) => (*arn).to_owned(),
            (Target::Lender(desk), _) => desk.arn.clone(),
        }
    }
}

/// Keys that the caller sets in his request, or by the way he sends it.
const FREE: &[&str] = &[
    "s3:signatureversion",
    "s3:signatureage",
    "s3:authtype",
    "s3:tlsversion",
    "s3:delimiter",
    "s3:max-keys",
    "s3:requestobjecttagkeys",
    "s3:if-match",
    "s3:if-none-match",
    "aws:tokenissuetime",
    "aws:tagkeys",
    "sts:rolesessionname",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
    "sts:durationseconds",
];
const FREE_FAMILIES: &[&str] = &["s3:x-amz-", "s3:object-lock-", "s3:requestobjecttag/", "aws:requesttag/"];
/// Keys that are there only when a service asks on somebody's behalf.
const OF_SERVICES: &[&str] = &[
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:principalservicename",
    "aws:principalservicenameslist",
];
const ABSENT: &[&str] = &["aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "s3:versionid", "s3:x-amz-copy-source"];

impl Keys for Request<'_, '_> {
    fn hop(&self) -> u32 {
        self.hop
    }

    fn known(&self, key: &str) -> Known {
        if self.on_behalf && key.starts_with("aws:calledvia") {
            let service = OBJECT_LAMBDA.to_owned();
            return if key == "aws:calledvia" { Known::Many(vec![service]) } else { Known::One(service) };
        }
        if let Some(known) = self.of_actor(key).or_else(|| self.of_target(key)).or_else(|| self.of_service(key)) {
            return known;
        }
        // Whoever asks for credentials sends no object, and none of its headers.
        if matches!(self.target, Target::Lender(_)) && FREE_FAMILIES.iter().any(|family| key.starts_with(family)) {
            return Known::Absent;
        }
        if FREE.contains(&key) || FREE_FAMILIES.iter().any(|family| key.starts_with(family)) {
            return if ABSENT.contains(&key) { Known::Absent } else { Known::Free };
        }
        match key {
            "s3express:sessionmode" => self.session.map_or(Known::Free, |mode| Known::One(mode.to_owned())),
            "aws:securetransport" => Known::One("true".to_owned()),
            "aws:viaawsservice" => Known::One("false".to_owned()),
            "aws:currenttime" | "aws:epochtime" | "aws:requestedregion" => Known::Always,
            _ if ABSENT.contains(&key) => Known::Absent,
            _ => Known::Open,
        }
    }

    fn excludes(&self, key: &str, values: &[Pattern]) -> bool {
        let literals = || values.iter().map(Pattern::literal).collect::<Option<Vec<String>>>();
        let accounts = &self.estate.inventory.accounts;
        match (self.actor, key) {
            // Accounts, and ARNs, that a policy spells out are asked about by name.
            (Actor::Authenticated, "aws:principalaccount") => literals().is_some(),
            (Actor::Authenticated, "aws:principalorgid") => {
                self.estate.is_whole() && literals().is_some_and(|ids| ids.iter().all(|id| Some(id) == self.estate.organization_id()))
            }
            (Actor::Authenticated, "aws:principalarn") => {
                let account = |p: &Pattern| p.to_string().split(':').nth(4).is_some_and(|id| accounts.contains_key(id));
                values.iter().all(|p| p.literal().is_some() || account(p))
            }
            _ => false,
        }
    }
}

fn one(text: impl Into<String>) -> Option<Known> {
    Some(Known::One(text.into()))
}

fn maybe<T: Into<String>>(text: Option<T>) -> Option<Known> {
    Some(text.map_or(Known::Absent, |t| Known::One(t.into())))
}

impl Request<'_, '_> {
    /// Keys about who asks.
    fn of_actor(&self, key: &str) -> Option<Known> {
        let principal = self.actor.principal(self.estate);
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            return match self.actor {
                Actor::Known(_) => maybe(principal.and_then(|p| p.tags.iter().find(|(k, _)| k.to_lowercase() == tag)).map(|(_, v)| v.as_str())),
                Actor::Authenticated | Actor::Account(_) | Actor::Foreign(_) => Some(Known::Open),
                Actor::Root(_) | Actor::Anonymous | Actor::Service(_) => Some(Known::Absent),
            };
        }
        let signed = !matches!(self.actor, Actor::Anonymous | Actor::Service(_));
        match key {
            "aws:principalarn" => match self.actor {
                Actor::Authenticated | Actor::Account(_) => Some(Known::Always),
                Actor::Anonymous | Actor::Service(_) => Some(Known::Absent),
                Actor::Foreign(arn) => one(role_of_session(arn)),
                Actor::Known(_) | Actor::Root(_) => one(self.actor.name(self.estate)),
            },
            "aws:principalaccount" => match self.actor {
                Actor::Authenticated => Some(Known::Always),
                actor => maybe(actor.account(self.estate)),
            },
            "aws:principalorgid" => Some(self.organization_of(self.actor.account(self.estate), signed, false)),
            "aws:principalorgpaths" => Some(self.organization_of(self.actor.account(self.estate), signed, true)),
            "aws:principaltype" => match self.actor {
                Actor::Root(_) => one("Account"),
                Actor::Anonymous => one("Anonymous"),
                Actor::Service(_) => one("Service"),
                Actor::Authenticated | Actor::Account(_) => Some(Known::Always),
                _ => one(if self.actor.is_role(self.estate) { "AssumedRole" } else { "User" }),
            },
            "aws:username" => match self.actor {
                Actor::Authenticated | Actor::Account(_) | Actor::Foreign(_) => Some(Known::Open),
                _ => maybe(principal.filter(|p| p.kind == PrincipalKind::User).map(|p| p.name.as_str())),
            },
            "aws:userid" => Some(self.user_id(principal)),
            "aws:principalisawsservice" => one(if matches!(self.actor, Actor::Service(_)) { "true" } else { "false" }),
            "aws:multifactorauthpresent" | "aws:multifactorauthage" if !signed => Some(Known::Absent),
            "kms:calleraccount" => maybe(self.actor.account(self.estate)),
            _ => None,
        }
    }

    fn user_id(&self, principal: Option<&Principal>) -> Known {
        match (self.actor, principal) {
            (Actor::Root(id), _) => Known::One(id.clone()),
            (Actor::Anonymous, _) => Known::One("anonymous".to_owned()),
            (Actor::Service(_), _) => Known::Absent,
            (_, Some(p)) if p.id.is_empty() => Known::Always,
            (_, Some(p)) if p.kind == PrincipalKind::User => Known::One(p.id.clone()),
            (_, Some(p)) => Known::Begins(format!("{}:", p.id)),
            _ => Known::Always,
        }
    }

    /// Organisation (or paths in it) of an account.
    fn organization_of(&self, account: Option<&str>, signed: bool, paths: bool) -> Known {
        let Some(account) = account else { return if signed { Known::Open } else { Known::Absent } };
        let Some(organization) = &self.estate.inventory.organization else { return Known::Open };
        let path = organization.path(account);
        if path.is_empty() {
            // Where the tree was read, who is not in it belongs elsewhere.
            let elsewhere = organization.unread.is_none() && !organization.nodes.is_empty() && self.estate.inventory.accounts.contains_key(account);
            return if elsewhere { Known::Absent } else { Known::Open };
        }
        let Some(id) = &organization.id else { return Known::Open };
        if !paths {
            return Known::One(id.clone());
        }
        let units: Vec<&str> = path.iter().copied().filter(|part| *part != account).collect();
        Known::Many(vec![format!("{id}/{}/", units.join("/"))])
    }

    /// Keys about what is asked for.
    fn of_target(&self, key: &str) -> Option<Known> {
        let account = self.target.account();
        let bucket = self.target.bucket();
        match key {
            "aws:resourceaccount" | "s3:resourceaccount" => account.map(|a| Known::One(a.to_owned())),
            "aws:resourceorgid" => Some(self.organization_of(account, true, false)),
            "aws:resourceorgpaths" => Some(self.organization_of(account, true, true)),
            "s3:prefix" => match &self.target {
                Target::Bucket { prefix, .. } => Some(if prefix.is_empty() { Known::Open } else { Known::Begins((*prefix).to_owned()) }),
                _ => Some(Known::Absent),
            },
            "s3:dataaccesspointaccount" => maybe(self.point.map(|p| p.account.as_str())),
            "s3:dataaccesspointarn" => maybe(self.point.map(|p| p.arn.as_str())),
            "s3:accesspointnetworkorigin" => maybe(self.point.map(|p| if p.internet { "Internet" } else { "VPC" })),
            "s3:accessgrantsinstancearn" => maybe(self.instance),
            "aws:sourcevpc" => self.point.and_then(|p| p.vpc.as_deref()).map(|vpc| Known::One(vpc.to_owned())),
            "aws:requestedregion" => {
                let desk = if let Target::Lender(desk) = &self.target { desk.region.clone() } else { None };
                bucket.and_then(Bucket::region).or(desk).map(Known::One)
            }
            "kms:viaservice" => match &self.target {
                Target::Key { key, bucket } => {
                    let region = key.region.clone().or_else(|| bucket.region());
                    let service = if bucket.is_directory() { "s3express" } else { "s3" };
                    Some(region.map_or_else(|| Known::Begins(format!("{service}.")), |r| Known::One(format!("{service}.{r}.amazonaws.com"))))
                }
                _ => Some(Known::Absent),
            },
            "kms:grantisforawsresource" => one("false"),
            _ => self.of_object_tag(key).or_else(|| self.of_tag(key)).or_else(|| self.of_encryption(key)),
        }
    }

    fn of_object_tag(&self, key: &str) -> Option<Known> {
        let tag = key.strip_prefix("s3:existingobjecttag/")?;
        match self.tags {
            ObjectTags::None => Some(Known::Absent),
            ObjectTags::Open => Some(Known::Open),
            ObjectTags::Are(tags) => maybe(tags.iter().find(|(k, _)| k.to_lowercase() == tag).map(|(_, v)| v.as_str())),
        }
    }

    fn of_tag(&self, key: &str) -> Option<Known> {
        let tag = key.strip_prefix("aws:resourcetag/").or_else(|| key.strip_prefix("s3:buckettag/"))?;
        match &self.target {
            Target::Objects { bucket, .. } | Target::Bucket { bucket, .. } => {
                if !bucket.abac {
                    return Some(Known::Absent);
                }
                if let Some(why) = bucket.tags.unread() {
                    return Some(Known::Unread(format!("tags of the bucket {}: {why}", bucket.name)));
                }
                let tags = bucket.tags.read();
                maybe(tags.and_then(|t| t.iter().find(|(k, _)| k.to_lowercase() == tag)).map(|(_, v)| v.as_str()))
            }
            Target::Role(role) => maybe(role.tags.iter().find(|(k, _)| k.to_lowercase() == tag).map(|(_, v)| v.as_str())),
            Target::Lender(_) => Some(Known::Open),
            Target::Key { key, .. } => Some(Known::Unread(format!("tags of the key {}", key.id))),
            Target::Other { arn, .. } => Some(Known::Unread(format!("tags of {arn}"))),
        }
    }

    fn of_encryption(&self, key: &str) -> Option<Known> {
        let Target::Key { bucket, .. } = &self.target else { return None };
        let arn = format!("arn:{}:s3:::{}", self.estate.partition, bucket.name);
        if key == "kms:encryptioncontext:aws:s3:arn" {
            let bucket_key = bucket.encryption.read().is_some_and(|e| e.bucket_key);
            return Some(if bucket_key { Known::One(arn) } else { Known::Begins(format!("{arn}/")) });
        }
        if key.starts_with("kms:encryptioncontext:") {
            return Some(Known::Absent);
        }
        (key == "kms:encryptioncontextkeys").then(|| Known::Many(vec!["aws:s3:arn".to_owned()]))
    }

    fn of_service(&self, key: &str) -> Option<Known> {
        if !OF_SERVICES.contains(&key) {
            return None;
        }
        match (&self.source, key) {
            (Some((arn, _)), "aws:sourcearn") => return Some(arn.clone()),
            (Some((_, account)), "aws:sourceaccount") => return one(account.as_str()),
            (Some((_, account)), "aws:sourceorgid") => return Some(self.organization_of(Some(account), true, false)),
            (Some((_, account)), "aws:sourceorgpaths") => return Some(self.organization_of(Some(account), true, true)),
            _ => {}
        }
        Some(match self.actor {
            Actor::Service(name) if key == "aws:principalservicename" => Known::One(name.clone()),
            Actor::Service(_) => Known::Open,
            _ => Known::Absent,
        })
    }
}

/// The role of a session's ARN; another ARN as it is.
pub(super) fn role_of_session(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "sts", "", account, rest] if rest.starts_with("assumed-role/") => {
            let role = rest.split('/').nth(1).unwrap_or_default();
            format!("arn:{partition}:iam::{account}:role/{role}")
        }
        _ => arn.to_owned(),
    }
}
