//! Who asks, and whom a policy names.

use thiserror::Error;

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    kind: CallerKind,
    /// As it was given.
    name: Box<str>,
    /// Twelve digits, or what stands in their place; empty where there is none.
    account: Box<str>,
    /// Of a role or a session of it: the role's name without its path. Of a federated user: the name.
    role: Box<str>,
}

/// What kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// Nobody signed the request.
    Anonymous,
    /// An AWS service (`cloudtrail.amazonaws.com`).
    Service,
    /// Someone an identity provider vouches for, before any role is assumed.
    Federated,
    /// The root user of an account.
    Root,
    /// An IAM user.
    User,
    /// An IAM role: any session of it.
    Role,
    /// One session of a role.
    Session,
    /// A session made by `GetFederationToken`.
    FederatedUser,
}

/// A caller that cannot be understood.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no user, role, assumed role, federated user, root or service")]
pub struct CallerError(String);

impl Caller {
    /// Nobody.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { kind: CallerKind::Anonymous, name: "anonymous".into(), account: "".into(), role: "".into() }
    }

    /// Reads an ARN, an account (its root user), a service or an identity provider.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(name: &str) -> Result<Self, CallerError> {
        let error = || CallerError(name.chars().take(200).collect());
        let made = |kind, account: &str, role: &str| Ok(Self { kind, name: name.into(), account: account.into(), role: role.into() });
        if name == "*" {
            return Ok(Self::anonymous());
        }
        if is_account(name) {
            return made(CallerKind::Root, name, "");
        }
        let Some(arn) = Arn::parse(name) else {
            return match name {
                _ if name.starts_with("arn:") || name.contains([':', '/', ' ']) || !name.contains('.') => Err(error()),
                _ if is_service(name) => made(CallerKind::Service, "", ""),
                _ => made(CallerKind::Federated, "", ""),
            };
        };
        let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        let last = rest.rsplit('/').next().unwrap_or_default();
        match (arn.service, kind) {
            ("iam", "root") if rest.is_empty() => made(CallerKind::Root, arn.account, ""),
            // Origin access identities of CloudFront: a service's, of no account.
            ("iam", "user") if !last.is_empty() && !is_account(arn.account) => made(CallerKind::Service, "", ""),
            ("iam", "user") if !last.is_empty() => made(CallerKind::User, arn.account, ""),
            ("iam", "role") if !last.is_empty() => made(CallerKind::Role, arn.account, last),
            ("sts", "assumed-role") => match rest.split_once('/') {
                Some((role, session)) if !role.is_empty() && !session.is_empty() => made(CallerKind::Session, arn.account, role),
                _ => Err(error()),
            },
            ("sts", "federated-user") if !rest.is_empty() => made(CallerKind::FederatedUser, arn.account, rest),
            ("iam", "oidc-provider" | "saml-provider") if !rest.is_empty() => made(CallerKind::Federated, arn.account, ""),
            _ => Err(error()),
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    /// As it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account it belongs to; empty for services, identity providers and nobody.
    #[must_use]
    pub fn account(&self) -> &str {
        if self.kind == CallerKind::Federated { "" } else { &self.account }
    }
}

/// The six parts of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// `s3`, `iam`, …
    pub service: &'a str,
    /// Empty for global services.
    pub region: &'a str,
    /// Empty for buckets.
    pub account: &'a str,
    /// The rest, with its own colons and slashes.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        (next()? == "arn").then_some(())?;
        let (partition, service, region, account, resource) = (next()?, next()?, next()?, next()?, next()?);
        Some(Self { partition, service, region, account, resource })
    }
}

/// Whether it is an account number: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether an ARN is that of a user of that name, whatever its path.
fn is_user(arn: &str, name: &str) -> bool {
    Arn::parse(arn).is_some_and(|a| a.service == "iam" && a.resource.strip_prefix("user/").is_some_and(|u| u.rsplit('/').next() == Some(name)))
}

fn is_service(name: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal", ".aws.dev"].iter().any(|end| name.ends_with(end))
        && name != "www.amazon.com"
}

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// `*`
    Everyone,
    /// The account principal: an id, or `…:root`.
    Account(Box<str>),
    /// A role, by account and name without path, as sessions do not show the path; `arn` for callers that do.
    Role {
        /// Its account.
        account: Box<str>,
        /// Its name without path.
        name: Box<str>,
        /// In full.
        arn: Box<str>,
    },
    /// One session of a role.
    Session {
        /// Its account.
        account: Box<str>,
        /// The role's name.
        role: Box<str>,
        /// In full.
        arn: Box<str>,
    },
    /// Another ARN: a user, a federated user.
    Arn {
        /// Its account.
        account: Box<str>,
        /// In full.
        arn: Box<str>,
    },
    /// A service.
    Service(Box<str>),
    /// Any service.
    EveryService,
    /// An identity provider.
    Federated(Box<str>),
    /// Any identity provider.
    EveryFederated,
    /// An account by its canonical id.
    Canonical(Box<str>),
    /// Nobody: an id that is left of a deleted user or role (`AIDA…`, `AROA…`), or what is no principal.
    Nobody(Box<str>),
}

impl Named {
    pub(crate) fn aws(name: &str) -> Self {
        if name == "*" {
            return Self::Everyone;
        }
        if is_account(name) {
            return Self::Account(name.into());
        }
        let Some(arn) = Arn::parse(name) else { return Self::Nobody(name.into()) };
        let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        let (account, whole) = (arn.account.into(), name.into());
        match (arn.service, kind) {
            ("iam", "root") if rest.is_empty() => Self::Account(account),
            ("iam", "role") => Self::Role { account, name: rest.rsplit('/').next().unwrap_or_default().into(), arn: whole },
            ("sts", "assumed-role") => Self::Session { account, role: rest.split('/').next().unwrap_or_default().into(), arn: whole },
            _ => Self::Arn { account, arn: whole },
        }
    }

    /// How it names a caller.
    fn covers(&self, caller: &Caller) -> Reach {
        use CallerKind as Kind;
        let direct = |is: bool| if is { Reach::Direct } else { Reach::None };
        match self {
            Self::Everyone => Reach::Direct,
            Self::Account(account) if caller.account().is_empty() || **account != *caller.account => Reach::None,
            Self::Account(_) => {
                if caller.kind == Kind::Root {
                    Reach::Direct
                } else {
                    Reach::Account
                }
            }
            Self::Role { account, name, arn } => match caller.kind {
                Kind::Session if **account == *caller.account && **name == *caller.role => Reach::Role,
                Kind::Role if **arn == *caller.name => Reach::Role,
                _ => Reach::None,
            },
            // A federated user's session is named after the user who federated; what is granted to the user is cut by the session policy.
            Self::Arn { account, arn } if caller.kind == Kind::FederatedUser && **account == *caller.account && is_user(arn, &caller.role) => {
                Reach::Role
            }
            Self::Session { arn, .. } | Self::Arn { arn, .. } => direct(**arn == *caller.name),
            Self::Service(name) => direct(caller.kind == Kind::Service && name.eq_ignore_ascii_case(&caller.name)),
            Self::EveryService => direct(caller.kind == Kind::Service),
            Self::Federated(name) => direct(matches!(caller.kind, Kind::Federated | Kind::Service) && **name == *caller.name),
            Self::EveryFederated => direct(caller.kind == Kind::Federated),
            Self::Canonical(_) | Self::Nobody(_) => Reach::None,
        }
    }

    /// The account an AWS principal belongs to, but for the account principal itself.
    fn within(&self) -> Option<&str> {
        match self {
            Self::Role { account, .. } | Self::Session { account, .. } | Self::Arn { account, .. } => Some(account),
            _ => None,
        }
    }
}

/// In what way a statement names a caller. Same account: only the last two grant, and what is granted to a role is cut by boundary and session policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Not at all.
    None,
    /// Its account: delegated, not granted.
    Account,
    /// The role, or the federating user, that it is a session of.
    Role,
    /// Itself, or everyone.
    Direct,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principals {
    /// Everyone but them.
    pub not: bool,
    /// Whom it names.
    pub named: Box<[Named]>,
}

impl Principals {
    /// How it names a caller; `bounded`: the caller has a permissions boundary, and `NotPrincipal` with `Deny` hits all of those.
    #[must_use]
    pub fn reach(&self, caller: &Caller, deny: bool, bounded: bool) -> Reach {
        let most = || self.named.iter().map(|n| n.covers(caller)).max().unwrap_or(Reach::None);
        match (self.not, deny) {
            (false, _) => most(),
            (true, false) => {
                if most() == Reach::None {
                    Reach::Direct
                } else {
                    Reach::None
                }
            }
            (true, true) => {
                if !bounded && self.excepts(caller) {
                    Reach::None
                } else {
                    Reach::Direct
                }
            }
        }
    }

    /// Whether `NotPrincipal` excepts a caller: it is named itself; or its role is, and no session of that role; or its account is, and nobody in it.
    fn excepts(&self, caller: &Caller) -> bool {
        let (mut role, mut account, mut sessions, mut others) = (false, false, false, false);
        for named in &self.named {
            match named.covers(caller) {
                Reach::Direct => return true,
                Reach::Role => role = true,
                Reach::Account => account = true,
                Reach::None => {}
            }
            sessions |= named.is_session_of(caller);
            others |= named.within() == Some(caller.account());
        }
        role && (caller.kind == CallerKind::Role || !sessions) || account && !others
    }

    /// Whether it names everyone, signed or not.
    #[must_use]
    pub fn everyone(&self) -> bool {
        self.not || self.named.contains(&Named::Everyone)
    }
}

impl Named {
    fn is_session_of(&self, caller: &Caller) -> bool {
        matches!(self, Self::Session { account, role, .. } if **account == *caller.account && **role == *caller.role)
    }
}
