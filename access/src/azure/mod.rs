//! Azure: who reaches a container of a storage account.
//!
//! Role assignments of the container, its account, resource group, subscription and management groups add up; deny assignments come before them. *Read*
//! and *list* are the data action `…/blobs/read`, *write* `…/blobs/write`, `add` or `delete`, *admin* role assignments, settings of the account or of the
//! container, ownership and permissions of paths. Who may list the account's keys has everything, unless keys are switched off. Anonymous readers need
//! `allowBlobPublicAccess` and a public container. Network rules make data conditional. With a hierarchical namespace, POSIX access lists count where no
//! role gives access.

mod account;
mod acl;
mod condition;
mod principals;
mod rbac;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{
    exports::Exports,
    inventory::{Gap, Reading},
    reach::{Access, Expr, Kind, OTHERS, Reach, Way, Ways, Who, unread, when},
};

use account::{Account, Container};
use acl::{Acl, EXECUTE, READ as R, Subject, WRITE as W};
use condition::Request;
use principals::Directory;
use rbac::Rbac;

const READ: &[&str] = &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"];
const WRITE: &[&str] = &[
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
];
const OWN: &[&str] = &[
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/manageOwnership/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/modifyPermissions/action",
];
const ADMIN: &[&str] = &["Microsoft.Authorization/roleAssignments/write", "Microsoft.Storage/storageAccounts/write"];
/// Sets the public access of a container.
const PUBLISH: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/write";
/// Give out keys, or what keys sign.
const KEYS: &[&str] = &["Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/regenerateKey/action"];
const SIGNED: &[&str] = &["Microsoft.Storage/storageAccounts/listAccountSas/action", "Microsoft.Storage/storageAccounts/listServiceSas/action"];

const FILES: &[&str] = &[
    "groups/*",
    "users.json",
    "service-principals.json",
    "*/identities.json",
    "*/role-assignments.json",
    "*/role-definitions.json",
    "*/deny-assignments.json",
    "*/role-eligibility.json",
    "*/storage-accounts/*/account.json",
    "*/storage-accounts/*/containers.json",
    "*/storage-accounts/*/containers/*/policies.json",
    "*/storage-accounts/*/containers/*/acl.json",
    "*/storage-accounts/*/containers/*/paths/**",
];

/// What was exported of Azure.
#[derive(Debug)]
pub struct Azure {
    directory: Directory,
    rbac: BTreeMap<String, Rbac>,
    accounts: Vec<Account>,
    gaps: Vec<Gap>,
    unknown: Vec<String>,
}

impl Azure {
    /// Reads what lies below `azure/`.
    #[must_use]
    pub fn new(exports: &Exports) -> Self {
        let mut gaps = Vec::new();
        let mut directory = Directory::new(exports, &mut gaps);
        let (mut rbac, mut accounts) = (BTreeMap::new(), Vec::new());
        for subscription in exports.folders("azure").into_iter().filter(|name| *name != "groups") {
            rbac.insert(subscription.to_owned(), Rbac::new(exports, subscription, &mut directory, &mut gaps));
            for name in exports.folders(&format!("azure/{subscription}/storage-accounts")) {
                accounts.push(Account::new(exports, subscription, name, &mut gaps));
            }
        }
        gaps.sort();
        gaps.dedup();
        Self { directory, rbac, accounts, gaps, unknown: exports.unknown("azure", FILES) }
    }

    /// What could not be read, or was not exported.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Files that are none of those it reads.
    #[must_use]
    pub fn unknown_files(&self) -> &[String] {
        &self.unknown
    }

    /// Accounts and containers.
    pub fn containers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.accounts.iter().flat_map(|a| a.containers.iter().map(|c| (a.name.as_str(), c.name.as_str())))
    }

    /// Everybody who reaches a container, or the blobs below a prefix of it.
    #[must_use]
    pub fn container(&self, account: &str, container: &str, prefix: &str) -> Vec<Reach> {
        let Some(account) = self.accounts.iter().find(|a| a.name == account) else { return Vec::new() };
        let Some(container) = account.containers.iter().find(|c| c.name == container) else { return Vec::new() };
        let mut ways = Ways::default();
        for access in Access::ALL {
            self.roles(account, container, prefix, access, &mut ways);
            self.keys(account, container, prefix, access, &mut ways);
            anonymous(account, container, access, &mut ways);
            signed(account, container, access, &mut ways);
            self.lists(account, container, prefix, access, &mut ways);
        }
        if let Some(why) = self.rbac.get(&account.subscription).and_then(Rbac::unread) {
            ways.unread(OTHERS, why);
        }
        let below = if prefix.is_empty() { String::new() } else { format!("/{prefix}*") };
        ways.rows(&format!("{}{below}", account.container(&container.name)))
    }

    fn roles(&self, account: &Account, container: &Container, prefix: &str, access: Access, ways: &mut Ways) {
        let Some(rbac) = self.rbac.get(&account.subscription) else { return };
        let request = Request { action: "", lists: access == Access::List, account: &account.name, container: &container.name, prefix };
        let resource = account.container(&container.name);
        let mut ask = |actions: &[&str], data: bool, also: &Expr| {
            for action in actions {
                for (id, way) in rbac.holders(&self.directory, action, data, &resource, &request) {
                    let (name, who) = self.directory.shown(&id);
                    ways.add(&name, who, access, way.and(also.clone()));
                }
            }
        };
        match access {
            Access::Read | Access::List => ask(READ, true, &account.network),
            Access::Write => ask(WRITE, true, &account.network),
            Access::Admin => {
                ask(ADMIN, false, &Expr::YES);
                ask(&[PUBLISH], false, &account.public);
                ask(OWN, true, &account.network.clone().and(account.hierarchical.clone()));
            }
        }
    }

    /// What the account's keys give, to those who can get at them.
    fn keys(&self, account: &Account, container: &Container, prefix: &str, access: Access, ways: &mut Ways) {
        let Some(rbac) = self.rbac.get(&account.subscription) else { return };
        if account.keys == Expr::NO {
            return;
        }
        let request = Request { action: "", lists: access == Access::List, account: &account.name, container: &container.name, prefix };
        let signed: &[&str] = if access == Access::Admin { &[] } else { SIGNED };
        for action in KEYS.iter().chain(signed) {
            for (id, way) in rbac.holders(&self.directory, action, false, &account.id, &request) {
                let (name, who) = self.directory.shown(&id);
                let mut way = way.and(account.keys.clone()).and(account.network.clone());
                way.via.push(format!("key of {}", account.name));
                ways.add(&name, who, access, way);
            }
        }
    }

    /// What access lists give. Those of files are not exported: the default list of a folder is what files in it were given.
    fn lists(&self, account: &Account, container: &Container, prefix: &str, access: Access, ways: &mut Ways) {
        let tenant =
            |why: &str, ways: &mut Ways| ways.add("everybody in the tenant", Who::OTHERS, access, Way::unread(why).and(account.hierarchical.clone()));
        if container.acls.is_empty() {
            return tenant(&format!("access lists of `{}`", container.name), ways);
        }
        for (folder, acl) in &container.acls {
            let part = match (prefix.starts_with(folder.as_str()), folder.starts_with(prefix)) {
                // Of the folders around what is asked about, the innermost one speaks.
                (true, _) if container.acls.keys().any(|f| f.len() > folder.len() && prefix.starts_with(f.as_str())) => continue,
                (true, _) => Expr::YES,
                (false, true) => when(format!("in the folder `{folder}`")),
                (false, false) => continue,
            };
            let part = part.and(account.network.clone()).and(account.hierarchical.clone());
            match acl {
                Reading::Absent => {}
                Reading::Unread(why) => tenant(why, ways),
                Reading::Read(acl) => self.list(container, folder, acl, access, &part, ways),
            }
        }
    }

    fn list(&self, container: &Container, folder: &str, acl: &Acl, access: Access, part: &Expr, ways: &mut Ways) {
        let policy = format!("{}/{folder} acl", container.name);
        let (defaults, wanted) = match access {
            Access::Read => (true, R),
            Access::List => (false, R | EXECUTE),
            Access::Write => (false, W | EXECUTE),
            Access::Admin => {
                let owner = acl.owner().map(|id| (Subject::User(id.to_owned()), Way::open(&policy, "owner").and(part.clone())));
                return self.subjects(owner.into_iter(), access, ways, &[], &[]);
            }
        };
        let file = if defaults { when(format!("files that carry the default list of `/{folder}`")) } else { Expr::YES };
        let subjects = acl.subjects(defaults);
        // Who has an entry of his own has nothing by his groups, or as one of all others.
        let named: Vec<&str> = subjects.iter().filter_map(|(s, _)| if let Subject::User(id) = s { Some(id.as_str()) } else { None }).collect();
        let given = subjects.iter().filter(|(_, bits)| bits & wanted == wanted).map(|(subject, _)| {
            let statement = match subject {
                Subject::User(id) => format!("user:{id}"),
                Subject::Group(id) => format!("group:{id}"),
                Subject::Other => "other".to_owned(),
            };
            (subject.clone(), Way::open(&policy, &statement).and(part.clone()).and(file.clone()))
        });
        let mut around: Vec<(&str, &Reading<Acl>)> =
            container.acls.iter().filter(|(f, _)| folder.starts_with(f.as_str())).map(|(f, a)| (f.as_str(), a)).collect();
        if !defaults {
            around.retain(|(f, _)| *f != folder);
        }
        self.subjects(given.collect::<Vec<_>>().into_iter(), access, ways, &named, &around);
    }

    /// Adds subjects of a list who can go through all folders around.
    fn subjects(
        &self,
        given: impl Iterator<Item = (Subject, Way)>,
        access: Access,
        ways: &mut Ways,
        named: &[&str],
        around: &[(&str, &Reading<Acl>)],
    ) {
        for (subject, way) in given {
            let people = match &subject {
                Subject::User(id) => vec![(Some(id.clone()), way)],
                Subject::Group(id) => {
                    let inside = self.directory.spread(id, &way);
                    inside.into_iter().filter(|(id, _)| !named.contains(&id.as_str())).map(|(id, way)| (Some(id), way)).collect()
                }
                Subject::Other => vec![(None, way)],
            };
            for (id, mut way) in people {
                for (_, acl) in around {
                    let groups = |group: &str| match id.as_deref().map(|id| self.directory.is(id, group)) {
                        Some(Reading::Read(())) => Expr::YES,
                        Some(Reading::Unread(why)) => unread(why),
                        None | Some(Reading::Absent) => Expr::NO,
                    };
                    way = match acl {
                        Reading::Read(acl) => way.and(acl.bits(id.as_deref(), &groups, EXECUTE)),
                        Reading::Unread(why) => way.and(unread(why)),
                        _ => way.and(Expr::NO),
                    };
                }
                let (name, who) = id.map_or_else(
                    || ("everybody in the tenant".to_owned(), Who { kind: Kind::Domain, external: false }),
                    |id| self.directory.shown(&id),
                );
                ways.add(&name, who, access, way);
            }
        }
    }
}

fn anonymous(account: &Account, container: &Container, access: Access, ways: &mut Ways) {
    let level = match &container.public {
        Reading::Read(level) => match (level.as_str(), access) {
            ("blob" | "container", Access::Read) | ("container", Access::List) => Expr::YES,
            ("none" | "blob" | "container" | "off", _) => return,
            (other, Access::Read | Access::List) => unread(format!("public access `{other}` of the container")),
            _ => return,
        },
        Reading::Unread(why) if matches!(access, Access::Read | Access::List) => unread(why),
        _ => return,
    };
    let way = Way::open(&format!("containers/{}", container.name), "publicAccess");
    let way = way.and(level).and(account.public.clone()).and(account.network.clone());
    ways.add("anonymous", Who { kind: Kind::Anonymous, external: true }, access, way);
}

/// Signatures made for stored policies: whoever holds one. They are signed with a key.
fn signed(account: &Account, container: &Container, access: Access, ways: &mut Ways) {
    if let (Some(why), true) = (container.policies.unread(), access != Access::Admin) {
        let way = Way::unread(why).and(account.keys.clone()).and(account.network.clone());
        ways.add("holder of a SAS for a stored policy", Who { kind: Kind::Holder, external: true }, access, way);
    }
    for policy in container.policies.read().into_iter().flatten() {
        let gives = match access {
            Access::Read => policy.permissions.contains('r'),
            Access::Write => policy.permissions.contains(['w', 'a', 'c', 'd']),
            Access::List => policy.permissions.contains('l'),
            Access::Admin => false,
        };
        if !gives {
            continue;
        }
        let until = policy.expiry.as_ref().map_or_else(String::new, |end| format!(", until {end}"));
        let way = Way::open(&format!("containers/{}/policies", container.name), &policy.name)
            .and(when(format!("a signature was made for the policy `{}`{until}", policy.name)))
            .and(account.keys.clone())
            .and(account.network.clone());
        ways.add(&format!("holder of a SAS for `{}`", policy.name), Who { kind: Kind::Holder, external: true }, access, way);
    }
}
