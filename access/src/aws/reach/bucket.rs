//! The four accesses to a bucket: policies, ACL, Block Public Access, the key of its objects, access points before it.

use std::collections::BTreeMap;

use super::{
    atom::{Atom, Relation, World},
    decision::{Allowed, Granted},
    estate::{Estate, Why, bucket_policy, key_policy, point_policy},
    formula::{Formula, NO, YES},
    pattern::Pattern,
    request::{Actor, ObjectTags, Request, Target},
    statement::{
        Action, CREATE_SESSION, DECRYPT, DELETE_OBJECT, DELETE_POLICY, EXPRESS_DELETE_POLICY, EXPRESS_PUT_POLICY, GENERATE_DATA_KEY, GET_OBJECT,
        LIST_BUCKET, PUT_ACL, PUT_BLOCK, PUT_OBJECT, PUT_OWNERSHIP, PUT_POLICY,
    },
};
use crate::{
    aws::policy::{Caller, PolicyKind},
    inventory::{AccessPoint, Bucket, Grant, Key, ObjectLambda, PublicAccessBlock, Reading},
};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const ALL_AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
/// Who delivers access logs.
pub(super) const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
pub(super) const LOG_SERVICE: &str = "logging.s3.amazonaws.com";

/// What can be done with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// `s3:GetObject`, and `kms:Decrypt` where objects are encrypted with a customer's key.
    Read,
    /// `s3:PutObject` or `s3:DeleteObject`.
    Write,
    /// `s3:ListBucket`.
    List,
    /// Change who may: bucket policy, ACL, Block Public Access, object ownership.
    Admin,
}

impl Access {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::List, Self::Admin];

    /// The actions of S3 it stands for.
    pub(super) fn actions(self) -> &'static [Action] {
        match self {
            Self::Read => &[GET_OBJECT],
            Self::Write => &[PUT_OBJECT, DELETE_OBJECT],
            Self::List => &[LIST_BUCKET],
            Self::Admin => &[PUT_POLICY, PUT_ACL, PUT_BLOCK, PUT_OWNERSHIP, DELETE_POLICY],
        }
    }

    /// The actions it stands for on a directory bucket.
    pub(super) fn directory_actions(self) -> &'static [Action] {
        if self == Self::Admin { &[EXPRESS_PUT_POLICY, EXPRESS_DELETE_POLICY] } else { &[CREATE_SESSION] }
    }

    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::List => "list",
            Self::Admin => "admin",
        }
    }
}

/// Who asks for what in a bucket.
#[derive(Clone, Copy)]
pub(super) struct Ask<'r> {
    pub(super) actor: &'r Actor,
    pub(super) caller: &'r Caller,
    pub(super) bucket: &'r Bucket,
    pub(super) prefix: &'r str,
    /// Through which Object Lambda access point.
    pub(super) lambda: Option<&'r ObjectLambda>,
    /// Only of objects with exactly these tags.
    pub(super) tags: Option<&'r BTreeMap<String, String>>,
    /// Instance of S3 Access Grants that lent the credentials.
    pub(super) lent: Option<&'r str>,
}

/// What encrypts the objects of a bucket.
enum Sealed<'a> {
    Nothing,
    /// AWS's own key for S3: everybody of the account, nobody else.
    Own,
    Key(&'a Key),
    Unread(String),
}

impl<'a> Estate<'a> {
    /// An access without access points.
    pub(super) fn direct(&self, world: &mut World, access: Access, ask: &Ask<'_>) -> Allowed {
        self.access(world, access, ask, None)
    }

    /// An access through an access point: both it and the bucket must allow it.
    pub(super) fn through(&self, world: &mut World, access: Access, ask: &Ask<'_>, point: &AccessPoint) -> Allowed {
        if access == Access::Admin {
            return Allowed::new(NO);
        }
        let allowed = self.access(world, access, ask, Some(point));
        let Some(vpc) = point.vpc.as_ref().filter(|_| !point.internet) else { return allowed };
        let inside = world.atom(text_atom("aws:sourcevpc", "aws:SourceVpc", vpc, false));
        allowed.and(world, Allowed::new(inside))
    }

    fn access(&self, world: &mut World, access: Access, ask: &Ask<'_>, point: Option<&AccessPoint>) -> Allowed {
        if ask.bucket.is_directory() {
            return self.directory(world, access, ask, point);
        }
        match access {
            Access::Read => {
                let get = self.s3(world, GET_OBJECT, ask, point);
                if get.formula == NO {
                    return get;
                }
                let key = self.key(world, DECRYPT, ask);
                get.and(world, key)
            }
            Access::Write => {
                let put = self.s3(world, PUT_OBJECT, ask, point);
                let put = if put.formula == NO { put } else { self.sealed_put(world, put, ask) };
                let delete = self.s3(world, DELETE_OBJECT, ask, point);
                put.or(world, delete)
            }
            Access::List => self.s3(world, LIST_BUCKET, ask, point),
            Access::Admin => access.actions().iter().fold(Allowed::new(NO), |sum, action| {
                let one = self.s3(world, *action, ask, point);
                sum.or(world, one)
            }),
        }
    }

    /// Writing under the bucket's default key needs that key; the caller may ask for S3's own encryption instead, where the policies let him.
    fn sealed_put(&self, world: &mut World, put: Allowed, ask: &Ask<'_>) -> Allowed {
        let key = self.key(world, GENERATE_DATA_KEY, ask);
        if key.formula == YES {
            return put.and(world, key);
        }
        let plain = world.atom(text_atom("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption", "AES256", true));
        let either = key.or(world, Allowed::new(plain));
        put.and(world, either)
    }

    /// One action of S3.
    pub(super) fn s3(&self, world: &mut World, action: Action, ask: &Ask<'_>, point: Option<&AccessPoint>) -> Allowed {
        self.s3_in(world, action, ask, point, None)
    }

    /// The same, in a session of a directory bucket.
    pub(super) fn s3_in(
        &self,
        world: &mut World,
        action: Action,
        ask: &Ask<'_>,
        point: Option<&AccessPoint>,
        session: Option<&'static str>,
    ) -> Allowed {
        let Ask { actor, caller, bucket, prefix, lambda, tags, lent } = ask;
        let target = match action {
            GET_OBJECT | PUT_OBJECT | DELETE_OBJECT => Target::Objects { bucket, prefix },
            _ => Target::Bucket { bucket, prefix },
        };
        let request = Request::new(self, actor, target, point, 0).on_behalf(lambda.is_some()).in_session(session).lent(*lent);
        let request = if action == GET_OBJECT { request.tagged(tags.map_or(ObjectTags::Open, ObjectTags::Are)) } else { request };
        let blocked = self.blocked(world, bucket, actor);
        if blocked == YES {
            return Allowed::new(NO);
        }
        let own = self.own(world, action, &request);
        let mut granted = self.bucket_grants(world, action, &request, caller);
        self.acl(world, action, &request, &mut granted);
        let mut allowed = self.decide(world, action, &request, &own, granted, true);
        allowed.formula = world.without(allowed.formula, blocked);
        if bucket.account.is_none() {
            let whose = world.unread(&format!("whose account the bucket {} is in", bucket.name));
            let own = world.or(own.may(), allowed.formula);
            allowed.formula = world.and(own, whose);
        }
        let Some(point) = point.filter(|_| allowed.formula != NO) else { return allowed };
        let request = request.at_point();
        let own = self.own(world, action, &request);
        let name = point_policy(&point.name);
        let restricted = self.restricted(world, &name, Some(&point.account), &Reading::Read(point.block));
        let granted = self.policy_grants(world, &name, &point.policy, restricted, action, &request, caller, &point.account);
        let at_point = self.decide(world, action, &request, &own, granted, true);
        let allowed = allowed.and(world, at_point);
        let Some(lambda) = lambda.filter(|_| allowed.formula != NO) else { return allowed };
        let at_lambda = self.at_lambda(world, action, ask, lambda);
        allowed.and(world, at_lambda)
    }

    /// A bucket with a public policy that is restricted is for services and its own account only.
    fn blocked(&self, world: &mut World, bucket: &Bucket, actor: &Actor) -> Formula {
        let outside = actor.account(self).is_none_or(|a| Some(a) != bucket.account.as_deref()) && !matches!(actor, Actor::Service(_));
        let public = || bucket.policy.read().and_then(|p| self.policy(*p, PolicyKind::Resource).ok()).is_some_and(|p| p.public);
        if outside && public() { self.restricted(world, &bucket_policy(&bucket.name), bucket.account.as_deref(), &bucket.block) } else { NO }
    }

    /// On what a public policy reaches nobody outside: `RestrictPublicBuckets` where it stands, or of the account; not known where neither says so and one was not read.
    pub(super) fn restricted(&self, world: &mut World, policy: &str, account: Option<&str>, block: &Reading<PublicAccessBlock>) -> Formula {
        let of_account = account.and_then(|id| self.inventory.accounts.get(id)).map(|a| &a.block);
        let mut both = of_account.into_iter().chain([block]);
        if both.clone().any(|b| b.read().is_some_and(|b| b.restrict_public_buckets)) {
            return YES;
        }
        both.find_map(Reading::unread).map_or(NO, |why| world.unread(&format!("{policy}: Block Public Access: {why}")))
    }

    fn bucket_grants(&self, world: &mut World, action: Action, request: &Request<'_, 'a>, caller: &Caller) -> Granted {
        let (Target::Objects { bucket, .. } | Target::Bucket { bucket, .. }) = request.target else { return Granted::default() };
        let name = bucket_policy(&bucket.name);
        let restricted = self.restricted(world, &name, bucket.account.as_deref(), &bucket.block);
        let account = bucket.account.as_deref().unwrap_or_default();
        self.policy_grants(world, &name, &bucket.policy, restricted, action, request, caller, account)
    }

    /// A bucket's, or an access point's, policy. A public one that is restricted reaches its own account and services only.
    #[expect(clippy::too_many_arguments, reason = "all of them say which policy, for whom")]
    pub(super) fn policy_grants(
        &self,
        world: &mut World,
        name: &str,
        policy: &Reading<crate::inventory::PolicyId>,
        restricted: Formula,
        action: Action,
        request: &Request<'_, 'a>,
        caller: &Caller,
        account: &str,
    ) -> Granted {
        let policy = match policy {
            Reading::Absent => return Granted::default(),
            // What grants to nobody in particular is public, and that is restricted.
            Reading::Unread(_) if *request.actor == Actor::Anonymous && restricted == YES => return Granted::default(),
            Reading::Unread(why) => return unread_grants(world, name, why),
            Reading::Read(policy) => match self.policy(*policy, PolicyKind::Resource) {
                Ok(policy) => policy,
                Err(why) => return unread_grants(world, name, &why),
            },
        };
        let mut granted = self.granted(world, name, &policy, action, request, caller);
        let inside = request.actor.account(self) == Some(account) || matches!(request.actor, Actor::Service(_));
        if policy.public && !inside {
            for side in [&mut granted.direct, &mut granted.role, &mut granted.account] {
                *side = world.without(*side, restricted);
            }
        }
        granted
    }

    /// Block Public Access of a bucket and its account together.
    fn block(&self, bucket: &Bucket) -> PublicAccessBlock {
        self.account_block(bucket.account.as_deref()).and(bucket.block.read().copied().unwrap_or_default())
    }

    fn account_block(&self, account: Option<&str>) -> PublicAccessBlock {
        account.and_then(|id| self.inventory.accounts.get(id)?.block.read().copied()).unwrap_or_default()
    }

    /// Why Block Public Access is not known, if so.
    fn block_unread(&self, bucket: &Bucket) -> Option<String> {
        let account = bucket.account.as_ref().and_then(|id| self.inventory.accounts.get(id)?.block.unread());
        bucket.block.unread().or(account).map(|why| format!("Block Public Access: {why}"))
    }

    /// What the bucket's ACL adds.
    fn acl(&self, world: &mut World, action: Action, request: &Request<'_, 'a>, granted: &mut Granted) {
        let (Target::Objects { bucket, .. } | Target::Bucket { bucket, .. }) = request.target else { return };
        if bucket.ownership.read().is_some_and(|o| o == "BucketOwnerEnforced") {
            return;
        }
        let permission = match action {
            LIST_BUCKET => "READ",
            PUT_OBJECT | DELETE_OBJECT => "WRITE",
            PUT_ACL => "WRITE_ACP",
            _ => return,
        };
        let name = format!("bucket/{}/acl", bucket.name);
        // If ownership was not read, ACLs may be disabled.
        let enabled = match bucket.ownership.unread() {
            Some(why) => world.unread(&format!("bucket/{}/ownership: {why}", bucket.name)),
            None => YES,
        };
        let acl = match &bucket.acl {
            Reading::Absent => return,
            Reading::Unread(why) => {
                let unknown = world.unread(&format!("{name}: {why}"));
                granted.account = world.or(granted.account, unknown);
                if self.block(bucket).ignore_public_acls {
                    return;
                }
                granted.direct = world.or(granted.direct, unknown);
                return;
            }
            Reading::Read(acl) => acl,
        };
        for grant in acl.grants.iter().filter(|g| g.permission == permission || g.permission == "FULL_CONTROL") {
            let public = grant.grantee == ALL_USERS || grant.grantee == ALL_AUTHENTICATED;
            if public && self.block(bucket).ignore_public_acls {
                continue;
            }
            let anonymous = *request.actor == Actor::Anonymous;
            let service = if let Actor::Service(name) = request.actor { Some(name.as_str()) } else { None };
            let direct = grant.grantee == ALL_USERS && service.is_none()
                || grant.grantee == ALL_AUTHENTICATED && !anonymous && service.is_none()
                || grant.grantee == LOG_DELIVERY && service == Some(LOG_SERVICE);
            let account = self.is_canonical(request.actor, &grant.grantee) && request.actor.account(self) != bucket.account.as_deref();
            if !direct && !account {
                continue;
            }
            let mut holds = enabled;
            if let Some(why) = self.block_unread(bucket).filter(|_| public) {
                let unblocked = world.unread(&format!("bucket/{}: {why}", bucket.name));
                holds = world.and(holds, unblocked);
            }
            let side = if direct { &mut granted.direct } else { &mut granted.account };
            *side = world.or(*side, holds);
            granted.why.push(Why { policy: name.as_str().into(), statement: grant.permission.as_str().into(), allow: true, partly: holds != YES });
        }
    }

    /// Whether a canonical id is that of the actor's account.
    pub(super) fn is_canonical(&self, actor: &Actor, id: &str) -> bool {
        match actor {
            Actor::Foreign(name) => name == id,
            actor => actor.account(self).and_then(|a| self.inventory.accounts.get(a)?.canonical_id.as_deref()) == Some(id),
        }
    }

    /// The customer's key that encrypts a bucket's objects.
    pub(super) fn key_of(&self, bucket: &Bucket) -> Option<&'a Key> {
        if let Sealed::Key(key) = self.sealed(bucket) { Some(key) } else { None }
    }

    fn sealed(&self, bucket: &Bucket) -> Sealed<'a> {
        let encryption = match &bucket.encryption {
            Reading::Absent => return Sealed::Nothing,
            Reading::Unread(why) => return Sealed::Unread(format!("encryption of {}: {why}", bucket.name)),
            Reading::Read(encryption) => encryption,
        };
        if !encryption.algorithm.starts_with("aws:kms") {
            return Sealed::Nothing;
        }
        let Some(name) = encryption.key.as_deref() else { return Sealed::Own };
        if name.ends_with("alias/aws/s3") {
            return Sealed::Own;
        }
        let short = if name.contains("alias/") { name.find("alias/").map_or(name, |at| &name[at..]) } else { name };
        let named = self.inventory.aliases.get(name).or_else(|| self.inventory.aliases.get(short)).map_or(name, String::as_str);
        let id = named.rsplit('/').next().unwrap_or(named);
        let account = named.starts_with("arn:").then(|| named.split(':').nth(4)).flatten();
        let mut found = self.inventory.keys.iter().filter(|k| k.id == id);
        let exact = found.clone().find(|k| account.is_some() && k.account.as_deref() == account);
        exact.or_else(|| found.next()).map_or_else(|| Sealed::Unread(format!("the key {name} is not in the inventory")), Sealed::Key)
    }

    /// An action on the key of a bucket's objects.
    pub(super) fn key(&self, world: &mut World, action: Action, ask: &Ask<'_>) -> Allowed {
        let key = match self.sealed(ask.bucket) {
            Sealed::Nothing => return Allowed::new(YES),
            Sealed::Own => return self.own_key(world, action, ask),
            Sealed::Unread(_) if *ask.actor == Actor::Anonymous && ask.bucket.encryption.read().is_some() => return Allowed::new(NO),
            Sealed::Unread(why) => return Allowed::new(world.unread(&why)),
            Sealed::Key(key) => key,
        };
        if *ask.actor == Actor::Anonymous {
            return Allowed::new(NO);
        }
        let request = Request::new(self, ask.actor, Target::Key { key, bucket: ask.bucket }, None, 0).on_behalf(ask.lambda.is_some());
        let own = self.own(world, action, &request);
        let name = key_policy(&key.id);
        let policy = match &key.policy {
            Reading::Read(policy) => self.policy(*policy, PolicyKind::Resource),
            Reading::Absent => Err("it was not read".to_owned()),
            Reading::Unread(why) => Err(why.clone()),
        };
        let mut granted = match policy {
            Ok(policy) => self.granted(world, &name, &policy, action, &request, ask.caller),
            Err(why) => unread_grants(world, &name, &why),
        };
        self.key_grants(world, action, &request, key, &mut granted);
        self.decide(world, action, &request, &own, granted, false)
    }

    /// AWS's own key for S3 lets everybody of its account use it through S3, and nobody else; their own policies may still deny it.
    fn own_key(&self, world: &mut World, action: Action, ask: &Ask<'_>) -> Allowed {
        let account = ask.bucket.account.clone();
        if ask.actor.account(self).is_none() || ask.actor.account(self) != account.as_deref() {
            return Allowed::new(NO);
        }
        let id = self.inventory.aliases.get("alias/aws/s3").and_then(|key| key.rsplit('/').next()).unwrap_or("aws-managed").to_owned();
        let key = Key { id, account, region: ask.bucket.region.clone(), policy: Reading::Absent, grants: Reading::Absent };
        let request = Request::new(self, ask.actor, Target::Key { key: &key, bucket: ask.bucket }, None, 0);
        let mut own = self.own(world, action, &request);
        own.forget_allows();
        self.decide(world, action, &request, &own, Granted { direct: YES, ..Granted::default() }, false)
    }

    fn key_grants(&self, world: &mut World, action: Action, request: &Request<'_, 'a>, key: &Key, granted: &mut Granted) {
        let name = format!("kms/{}/grants", key.id);
        let grants = match &key.grants {
            Reading::Absent => return,
            Reading::Unread(why) => {
                let unknown = world.unread(&format!("{name}: {why}"));
                granted.direct = world.or(granted.direct, unknown);
                return;
            }
            Reading::Read(grants) => grants,
        };
        let operation = if action == DECRYPT { "Decrypt" } else { "GenerateDataKey" };
        let who = request.actor.name(self);
        for grant in grants.iter().filter(|g| g.operations.iter().any(|o| o == operation)) {
            let named = super::request::role_of_session(&grant.grantee) == who || super::request::role_of_session(&grant.grantee) == path_free(&who);
            if !named || !self.fits(grant, request) {
                continue;
            }
            granted.direct = YES;
            granted.why.push(Why { policy: name.as_str().into(), statement: grant.id.as_str().into(), allow: true, partly: false });
        }
    }

    /// Whether a grant's encryption context is that of the bucket's objects.
    fn fits(&self, grant: &Grant, request: &Request<'_, 'a>) -> bool {
        let Target::Key { bucket, .. } = request.target else { return false };
        let arn = format!("arn:{}:s3:::{}", self.partition, bucket.name);
        let bucket_key = bucket.encryption.read().is_some_and(|e| e.bucket_key);
        grant.context.iter().all(|(k, v)| k == "aws:s3:arn" && if bucket_key { *v == arn } else { v.starts_with(&format!("{arn}/")) })
    }
}

/// A role's ARN without its path, as sessions show it.
fn path_free(arn: &str) -> String {
    match (arn.split_once(":role/"), arn.rsplit_once('/')) {
        (Some((before, _)), Some((_, name))) => format!("{before}:role/{name}"),
        _ => arn.to_owned(),
    }
}

/// A resource policy that was not read: it may grant to anybody, and deny.
pub(super) fn unread_grants(world: &mut World, name: &str, why: &str) -> Granted {
    let allows = world.unread(&format!("{name}: {why}"));
    let denies = world.unread(&format!("{name} may deny: {why}"));
    Granted { direct: allows, account: allows, deny: denies, ..Granted::default() }
}

pub(super) fn text_atom(key: &str, shown: &str, value: &str, free: bool) -> Atom {
    Atom {
        hop: 0,
        key: key.to_owned(),
        relation: Relation::Text,
        operator: String::new(),
        values: vec![Pattern::exact(value)],
        free,
        unread: false,
        shown: shown.to_owned(),
    }
}
