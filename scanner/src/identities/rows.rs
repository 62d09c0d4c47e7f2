//! An inventory as rows of the store.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sonde_access::{
    exports::Exports,
    inventory::{Attachment, Gap, Inventory, PrincipalKind, Reading},
};

use crate::store::{Holder, Membership, PrincipalRow, SnapshotSpec, StatementRow};

/// How much there is of what: (what, in the singular and the plural, how many).
#[must_use]
pub fn counts(inventory: &Inventory) -> Vec<(&'static str, &'static str, usize)> {
    let of = |kind| inventory.principals.iter().filter(|p| p.kind == kind).count();
    vec![
        ("account", "accounts", inventory.accounts.len()),
        ("user", "users", of(PrincipalKind::User)),
        ("group", "groups", inventory.groups.len()),
        ("role", "roles", of(PrincipalKind::Role)),
        ("policy document", "policy documents", inventory.policies.len()),
        ("bucket", "buckets", inventory.buckets.len()),
        ("access point", "access points", inventory.access_points.len() + inventory.object_lambdas.len()),
        ("access grant", "access grants", inventory.access_grants.iter().map(|i| i.grants.items.len()).sum()),
        ("permission in Lake Formation", "permissions in Lake Formation", inventory.lakes.iter().map(|l| l.permissions.items.len()).sum()),
        ("key", "keys", inventory.keys.len()),
        ("assignment in Identity Center", "assignments in Identity Center", inventory.directory.assignments.len()),
        ("file of another platform", "files of other platforms", inventory.exports.len()),
    ]
}

/// What the store calls exports of other platforms: they are a snapshot of their own, so that a new look at AWS leaves them as they are.
pub const EXPORTS: &str = "exports";

/// AWS and the exports of other platforms, each with its provider; what is empty is left out.
#[must_use]
pub fn apart(mut inventory: Inventory) -> Vec<(&'static str, Inventory)> {
    let exports = std::mem::take(&mut inventory.exports);
    let ours = |gap: &Gap| Exports::takes(&gap.place);
    let gaps: Vec<Gap> = inventory.gaps.iter().filter(|gap| ours(gap)).cloned().collect();
    inventory.gaps.retain(|gap| !ours(gap));
    let unknown: Vec<String> = inventory.unknown_files.iter().filter(|file| Exports::takes(file)).cloned().collect();
    inventory.unknown_files.retain(|file| !Exports::takes(file));
    let others = !exports.is_empty() || !gaps.is_empty();
    let mut out = Vec::new();
    if !others || counts(&inventory).iter().any(|(.., n)| *n > 0) || !inventory.gaps.is_empty() {
        out.push(("aws", inventory));
    }
    if others {
        out.push((EXPORTS, Inventory { exports, gaps, unknown_files: unknown, ..Inventory::default() }));
    }
    out
}

/// Both again.
#[must_use]
pub fn together(mut aws: Inventory, exports: Inventory) -> Inventory {
    aws.exports = exports.exports;
    aws.gaps.extend(exports.gaps);
    aws.unknown_files.extend(exports.unknown_files);
    aws
}

/// What the store keeps of an inventory.
///
/// # Errors
/// The inventory cannot be written as JSON.
pub fn snapshot(inventory: &Inventory, provider: &str, origin: &str, gaps: &[Gap]) -> anyhow::Result<SnapshotSpec> {
    let mut spec = SnapshotSpec {
        provider: provider.to_owned(),
        origin: origin.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        inventory: serde_json::to_string(inventory)?,
        resources: inventory.buckets.len() as u64,
        gaps: gaps.iter().map(|g| (g.place.clone(), g.why.clone())).collect(),
        ..SnapshotSpec::default()
    };
    let mut policies: BTreeMap<String, &str> = BTreeMap::new();
    let mut hold = |spec: &mut SnapshotSpec, who: &str, attachment: &Attachment| {
        if let Reading::Read(policy) = attachment.policy {
            policies.insert(attachment.name.clone(), inventory.policies.text(policy));
            spec.holders.push(Holder { policy: attachment.name.clone(), principal: who.to_owned() });
        }
    };
    for group in &inventory.groups {
        spec.principals.push(row(&group.arn, "group", &group.name, json!({ "account": group.account })));
        group.policies.iter().for_each(|a| hold(&mut spec, &group.arn, a));
    }
    for principal in &inventory.principals {
        let kind = if principal.kind == PrincipalKind::User { "user" } else { "role" };
        let boundary = principal.boundary.as_ref().map(|b| b.name.as_str());
        let attrs = json!({ "account": principal.account, "tags": principal.tags, "boundary": boundary, "last_used": principal.last_used });
        spec.principals.push(row(&principal.arn, kind, &principal.name, attrs));
        principal.policies.iter().for_each(|a| hold(&mut spec, &principal.arn, a));
        for name in &principal.groups {
            let group = inventory.groups.iter().find(|g| g.account == principal.account && g.name == *name);
            let member = |group: &str| Membership { member: principal.arn.clone(), group: group.to_owned(), via: "member".to_owned() };
            spec.memberships.extend(group.map(|g| member(&g.arn)));
        }
    }
    people(inventory, &mut spec);
    for (policy, text) in policies {
        statements(&mut spec, &policy, text);
    }
    Ok(spec)
}

fn row(uri: &str, kind: &str, name: &str, attrs: Value) -> PrincipalRow {
    PrincipalRow { uri: uri.to_owned(), kind: kind.to_owned(), name: name.to_owned(), external: false, attrs: attrs.to_string() }
}

/// Users and groups of Identity Center.
fn people(inventory: &Inventory, spec: &mut SnapshotSpec) {
    let directory = &inventory.directory;
    for name in directory.groups.values() {
        spec.principals.push(row(name, "group", name, json!({ "directory": "identity-center" })));
    }
    for person in directory.people.values().filter(|p| !p.name.is_empty()) {
        spec.principals.push(row(&person.name, "person", &person.name, json!({ "directory": "identity-center" })));
        for group in person.groups.iter().filter_map(|id| directory.groups.get(id)) {
            spec.memberships.push(Membership { member: person.name.clone(), group: group.clone(), via: "member".to_owned() });
        }
    }
}

/// Statements of a document; one that is no policy has none.
fn statements(spec: &mut SnapshotSpec, policy: &str, text: &str) {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let list = match document.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    for (seq, statement) in list.iter().enumerate() {
        let effect = statement.get("Effect").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if effect != "allow" && effect != "deny" {
            continue;
        }
        let sid = statement.get("Sid").and_then(Value::as_str).filter(|s| !s.is_empty());
        spec.statements.push(StatementRow {
            policy: policy.to_owned(),
            seq: seq as u64,
            label: sid.map_or_else(|| seq.to_string(), str::to_owned),
            effect,
            document: statement.to_string(),
        });
    }
}
