//! Roles, their assignments and what denies them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    condition::{Request, evaluate},
    principals::Directory,
};
use crate::{
    exports::{Exports, list, strings, text},
    inventory::{Gap, Reading},
    reach::{Expr, Way, because, unread, when},
};

/// What one permission of a role lists.
#[derive(Clone, Debug, Default)]
struct Permission {
    actions: Vec<String>,
    not_actions: Vec<String>,
    data: Vec<String>,
    not_data: Vec<String>,
}

impl Permission {
    fn holds(&self, action: &str, data: bool) -> bool {
        let (yes, no) = if data { (&self.data, &self.not_data) } else { (&self.actions, &self.not_actions) };
        yes.iter().any(|p| fits(p, action)) && !no.iter().any(|p| fits(p, action))
    }
}

/// A role given to somebody somewhere.
#[derive(Clone, Debug)]
struct Assignment {
    principal: String,
    role: String,
    /// As it is printed.
    role_name: String,
    scope: String,
    condition: Option<String>,
    /// It must be activated first.
    eligible: bool,
    policy: String,
}

/// What is denied somewhere, whatever roles say.
#[derive(Clone, Debug)]
struct Denial {
    name: String,
    scope: String,
    only_here: bool,
    principals: Vec<String>,
    except: Vec<String>,
    permissions: Vec<Permission>,
    condition: Option<String>,
}

/// Roles of a subscription.
#[derive(Debug, Default)]
pub(super) struct Rbac {
    roles: BTreeMap<String, Vec<Permission>>,
    assignments: Vec<Assignment>,
    denials: Vec<Denial>,
    /// Files that could not be read: assignments, and denials.
    unread: Option<String>,
    unread_denials: Option<String>,
}

/// Id, actions, actions taken off, data actions.
type BuiltIn = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// Built-in roles that matter to storage.
const BUILT_IN: &[BuiltIn] = &[
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", &["*"], &[], &[]),
    (
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        &["*"],
        &["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"],
        &[],
    ),
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", &["*/read"], &[], &[]),
    ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", &["*/read", "Microsoft.Authorization/*"], &[], &[]),
    ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", &["Microsoft.Authorization/roleAssignments/write", "*/read"], &[], &[]),
    ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", &["Microsoft.Storage/storageAccounts/blobServices/containers/*"], &[], &[ALL_BLOBS]),
    (
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        &[CONTAINER_READ, CONTAINER_WRITE, "Microsoft.Storage/storageAccounts/blobServices/containers/delete"],
        &[],
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
        ],
    ),
    ("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", &[CONTAINER_READ], &[], &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]),
    ("db58b8e5-c6ad-4a2a-8342-4190687cbf4a", &["Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"], &[], &[]),
    ("17d1049b-9a84-46fb-8f53-869881c3d3ab", &["Microsoft.Storage/storageAccounts/*"], &[], &[]),
    (
        "81a9662b-bebf-436f-a333-f67b29880f12",
        &["Microsoft.Storage/storageAccounts/listkeys/action", "Microsoft.Storage/storageAccounts/regeneratekey/action"],
        &[],
        &[],
    ),
    (
        "c12c1c16-33a1-487b-954d-41c89c60f349",
        &[
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/ListAccountSas/action",
            "Microsoft.Storage/storageAccounts/read",
        ],
        &[],
        &[],
    ),
];
const ALL_BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*";
const CONTAINER_READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/read";
const CONTAINER_WRITE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/write";

impl Rbac {
    /// `azure/SUBSCRIPTION/{role-assignments,role-definitions,deny-assignments,role-eligibility}.json`.
    pub(super) fn new(exports: &Exports, subscription: &str, directory: &mut Directory, gaps: &mut Vec<Gap>) -> Self {
        let mut rbac = Self::default();
        for (id, actions, not_actions, data) in BUILT_IN {
            let own = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect();
            let permission = Permission { actions: own(actions), not_actions: own(not_actions), data: own(data), not_data: Vec::new() };
            rbac.roles.insert((*id).to_owned(), vec![permission]);
        }
        let folder = format!("azure/{subscription}");
        let mut each = |file: &str, needed: bool, read: &mut dyn FnMut(&Value) -> Result<(), String>| -> Option<String> {
            let place = format!("{folder}/{file}");
            let rows = |value: &Value| list(value, &["value"])?.iter().try_for_each(read);
            let reading = if needed { exports.needed(&place, "it was not exported", gaps, rows) } else { exports.parsed(&place, gaps, rows) };
            reading.unread().map(str::to_owned)
        };
        let definitions = each("role-definitions.json", false, &mut |value| rbac.define(value));
        let assignments = each("role-assignments.json", true, &mut |value| rbac.assign(value, false, directory));
        let eligible = each("role-eligibility.json", false, &mut |value| rbac.assign(value, true, directory));
        rbac.unread_denials = each("deny-assignments.json", false, &mut |value| rbac.deny(value, directory));
        rbac.unread = assignments.or(eligible).or(definitions);
        rbac
    }

    fn define(&mut self, value: &Value) -> Result<(), String> {
        let value = flat(value);
        let id = text(value.1, &["name", "id"]).ok_or("a role definition without a name")?;
        let permissions = permissions(value.0).map_err(|why| format!("role `{id}`: {why}"))?;
        self.roles.insert(last(id), permissions);
        Ok(())
    }

    fn assign(&mut self, value: &Value, eligible: bool, directory: &mut Directory) -> Result<(), String> {
        let (inner, outer) = flat(value);
        let principal = text(inner, &["principalId"]).ok_or("an assignment without `principalId`")?;
        let role = text(inner, &["roleDefinitionId"]).ok_or("an assignment without `roleDefinitionId`")?;
        let scope = text(inner, &["scope"]).ok_or("an assignment without `scope`")?;
        directory.name(principal, text(inner, &["principalName"]), text(inner, &["principalType"]));
        self.assignments.push(Assignment {
            principal: principal.to_ascii_lowercase(),
            role: last(role),
            role_name: text(inner, &["roleDefinitionName"]).filter(|n| !n.is_empty()).map_or_else(|| last(role), str::to_owned),
            scope: scope.to_owned(),
            condition: text(inner, &["condition"]).filter(|c| !c.trim().is_empty()).map(str::to_owned),
            eligible,
            policy: text(outer, &["id", "name"]).unwrap_or(scope).to_owned(),
        });
        Ok(())
    }

    fn deny(&mut self, value: &Value, directory: &mut Directory) -> Result<(), String> {
        let (inner, outer) = flat(value);
        let name = text(inner, &["denyAssignmentName"]).or_else(|| text(outer, &["name", "id"])).unwrap_or("deny assignment").to_owned();
        let mut people = |field: &str| -> Result<Vec<String>, String> {
            let Some(list) = inner.get(field).filter(|v| !v.is_null()) else { return Ok(Vec::new()) };
            let list = list.as_array().ok_or_else(|| format!("`{field}` of {name} is no list"))?;
            let ids = list.iter().map(|one| {
                let id = text(one, &["id", "objectId"]).ok_or_else(|| format!("a principal without id in {name}"))?;
                directory.name(id, text(one, &["displayName"]), text(one, &["type", "objectType"]));
                Ok(id.to_ascii_lowercase())
            });
            ids.collect()
        };
        let (principals, except) = (people("principals")?, people("excludePrincipals")?);
        let scope = text(inner, &["scope"]).ok_or_else(|| format!("{name} has no scope"))?.to_owned();
        let permissions = permissions(inner).map_err(|why| format!("{name}: {why}"))?;
        let only_here = inner["doNotApplyToChildScopes"].as_bool() == Some(true);
        let condition = text(inner, &["condition"]).filter(|c| !c.trim().is_empty()).map(str::to_owned);
        self.denials.push(Denial { name, scope, only_here, principals, except, permissions, condition });
        Ok(())
    }

    /// Why there may be assignments that are not known.
    pub(super) fn unread(&self) -> Option<&str> {
        self.unread.as_deref()
    }

    /// Everybody who may do something to a resource: id and way.
    pub(super) fn holders(&self, directory: &Directory, action: &str, data: bool, resource: &str, request: &Request<'_>) -> Vec<(String, Way)> {
        let request = Request { action, ..*request };
        let mut out = Vec::new();
        for assignment in &self.assignments {
            let here = covers(&assignment.scope, resource);
            if here == Expr::NO {
                continue;
            }
            let held = match self.roles.get(&assignment.role) {
                Some(permissions) if permissions.iter().any(|p| p.holds(action, data)) => Expr::YES,
                Some(_) => continue,
                None => unread(format!("what the role `{}` holds", assignment.role_name)),
            };
            let condition = assignment.condition.as_ref().map_or(Expr::YES, |condition| evaluate(condition, &request));
            let active = if assignment.eligible { when(format!("the role `{}` is activated (eligible)", assignment.role_name)) } else { Expr::YES };
            let way = Way::open(&assignment.policy, &assignment.role_name).and(here).and(held).and(condition).and(active);
            if way.exists() {
                out.extend(directory.spread(&assignment.principal, &way));
            }
        }
        if let Some(why) = &self.unread {
            let everybody: std::collections::BTreeSet<&str> = self.assignments.iter().map(|a| a.principal.as_str()).collect();
            out.extend(everybody.into_iter().flat_map(|id| directory.spread(id, &Way::unread(why))));
        }
        out.into_iter().map(|(id, way)| (id.clone(), self.without_denied(directory, &id, action, data, resource, &request, way))).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "a request and where it is made")]
    fn without_denied(&self, directory: &Directory, id: &str, action: &str, data: bool, resource: &str, request: &Request<'_>, mut way: Way) -> Way {
        if let Some(why) = &self.unread_denials {
            way = way.and(unread(why));
        }
        for denial in &self.denials {
            let only = Expr::Is(!denial.only_here || denial.scope.trim_end_matches('/').eq_ignore_ascii_case(resource));
            let here = covers(&denial.scope, resource).and(only);
            if here == Expr::NO || !denial.permissions.iter().any(|p| p.holds(action, data)) {
                continue;
            }
            let among = |list: &[String]| {
                Expr::any(list.iter().map(|wanted| match directory.is(id, wanted) {
                    Reading::Read(()) => Expr::YES,
                    Reading::Absent => Expr::NO,
                    Reading::Unread(why) => unread(why),
                }))
            };
            let condition = denial.condition.as_ref().map_or(Expr::YES, |condition| evaluate(condition, request));
            let denied = here.and(among(&denial.principals)).and(among(&denial.except).negated()).and(condition);
            if denied != Expr::NO {
                way = way.and(denied.negated());
                way.because.push(because(&denial.name, "0", "Deny"));
            }
        }
        way
    }
}

/// Fields at the top or in `properties`, and the top.
fn flat(value: &Value) -> (&Value, &Value) {
    (value.get("properties").filter(|p| p.is_object()).unwrap_or(value), value)
}

fn permissions(value: &Value) -> Result<Vec<Permission>, String> {
    let all = value.get("permissions").and_then(Value::as_array).ok_or("`permissions` is no list")?;
    let one = |permission: &Value| {
        let names = |field: &str| {
            let names = strings(permission, field).ok_or_else(|| format!("`{field}` is no list of names"))?;
            Ok::<Vec<String>, String>(names.into_iter().map(str::to_owned).collect())
        };
        Ok(Permission {
            actions: names("actions")?,
            not_actions: names("notActions")?,
            data: names("dataActions")?,
            not_data: names("notDataActions")?,
        })
    };
    all.iter().map(one).collect()
}

/// The last part of an id.
fn last(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_ascii_lowercase()
}

/// Stands for a resource group in the id of an account that was not described.
pub(super) const SOME_GROUP: &str = "?";

/// Whether a scope is a resource or above it. Management groups and the root are above everything that was exported with them.
fn covers(scope: &str, resource: &str) -> Expr {
    let scope = scope.trim_end_matches('/').to_ascii_lowercase();
    let resource = resource.to_ascii_lowercase();
    let above = |scope: &str| resource.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if scope.is_empty() || scope.starts_with("/providers/microsoft.management/managementgroups/") || above(&scope) {
        return Expr::YES;
    }
    let mut parts: Vec<&str> = scope.split('/').collect();
    if parts.len() < 5 || resource.split('/').nth(4) != Some(SOME_GROUP) {
        return Expr::NO;
    }
    parts[4] = SOME_GROUP;
    match above(&parts.join("/")) {
        // Names of accounts are unique: it is this one.
        true if parts.len() > 5 => Expr::YES,
        true => unread("the resource group of the account"),
        false => Expr::NO,
    }
}

/// Whether an action is one of a pattern, in any case; `*` stands for any text.
pub(super) fn fits(pattern: &str, action: &str) -> bool {
    fits_case(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// The same, case counted.
pub(super) fn fits_case(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}
