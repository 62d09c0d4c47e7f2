//! Allow and deny policies as `gcloud` prints them.

use serde_json::Value;

use crate::exports::{list, strings, text};

/// One binding of an allow policy.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) role: String,
    pub(crate) members: Vec<String>,
    /// CEL.
    pub(crate) condition: Option<String>,
}

/// An allow policy.
#[derive(Clone, Debug)]
pub(crate) struct Allow {
    /// `projects/p`, `buckets/b`, …
    pub(crate) place: String,
    pub(crate) bindings: Vec<Binding>,
}

/// One rule of a deny policy.
#[derive(Clone, Debug)]
pub(crate) struct Deny {
    /// Name of the policy.
    pub(crate) policy: String,
    /// Its number, from 0.
    pub(crate) number: usize,
    pub(crate) principals: Vec<String>,
    pub(crate) except: Vec<String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) except_permissions: Vec<String>,
    pub(crate) condition: Option<String>,
}

/// Reads what `get-iam-policy` printed. A policy without bindings is printed with its etag alone.
pub(crate) fn allow(place: &str, value: &Value) -> Result<Allow, String> {
    let bindings = bindings(value).map_err(|why| format!("the policy of {place}: {why}"))?;
    Ok(Allow { place: place.to_owned(), bindings })
}

fn bindings(value: &Value) -> Result<Vec<Binding>, String> {
    let value = value.get("policy").unwrap_or(value);
    if !value.is_object() {
        return Err("it is no object".to_owned());
    }
    let Some(bindings) = value.get("bindings") else {
        return if value.get("etag").is_some() || value.get("version").is_some() { Ok(Vec::new()) } else { Err("it has no `bindings`".to_owned()) };
    };
    let mut out = Vec::new();
    for (i, one) in bindings.as_array().ok_or("`bindings` is no list")?.iter().enumerate() {
        let role = text(one, &["role"]).ok_or_else(|| format!("binding {i} has no role"))?;
        let members = strings(one, "members").ok_or_else(|| format!("the members of binding {i} are no list of names"))?;
        let condition = match one.get("condition") {
            None | Some(Value::Null) => None,
            Some(condition) => Some(text(condition, &["expression"]).ok_or_else(|| format!("the condition of binding {i} has no expression"))?),
        };
        let members = members.into_iter().map(str::to_owned).collect();
        out.push(Binding { role: role.to_owned(), members, condition: condition.map(str::to_owned) });
    }
    Ok(out)
}

/// Reads a deny policy, or a list of them. What `list` prints has no rules: that is not enough.
pub(crate) fn deny(place: &str, value: &Value) -> Result<Vec<Deny>, String> {
    let mut out = Vec::new();
    for policy in list(value, &["policies", "denyPolicies"])? {
        let name = text(policy, &["name"]).map_or(place, |name| name.rsplit('/').next().unwrap_or(name)).to_owned();
        let rules = policy.get("rules").and_then(Value::as_array).ok_or_else(|| format!("the rules of the deny policy `{name}` (get it)"))?;
        for (number, rule) in rules.iter().enumerate() {
            let rule = rule.get("denyRule").ok_or_else(|| format!("rule {number} of the deny policy `{name}`"))?;
            let names = |field: &str| {
                let names = strings(rule, field).ok_or_else(|| format!("`{field}` of rule {number} of the deny policy `{name}`"))?;
                Ok::<Vec<String>, String>(names.into_iter().map(str::to_owned).collect())
            };
            let condition = match rule.get("denialCondition") {
                None | Some(Value::Null) => None,
                Some(condition) => Some(text(condition, &["expression"]).ok_or_else(|| format!("the condition of rule {number} of `{name}`"))?),
            };
            out.push(Deny {
                policy: name.clone(),
                number,
                principals: names("deniedPrincipals")?,
                except: names("exceptionPrincipals")?,
                permissions: names("deniedPermissions")?,
                except_permissions: names("exceptionPermissions")?,
                condition: condition.map(str::to_owned),
            });
        }
    }
    Ok(out)
}

impl Deny {
    /// Whether it speaks of a permission.
    pub(crate) fn names(&self, permission: &str) -> bool {
        let full = full_name(permission);
        self.permissions.iter().any(|p| fits(p, &full)) && !self.except_permissions.iter().any(|p| fits(p, &full))
    }
}

/// `storage.objects.get` as deny policies write it: `storage.googleapis.com/objects.get`.
fn full_name(permission: &str) -> String {
    let (service, rest) = permission.split_once('.').unwrap_or((permission, ""));
    let service = if service == "resourcemanager" { "cloudresourcemanager" } else { service };
    format!("{service}.googleapis.com/{rest}")
}

/// Groups of permissions: `SERVICE/RESOURCE.*`, `SERVICE/*.VERB`, `SERVICE/*.*`.
fn fits(pattern: &str, full: &str) -> bool {
    let (Some((service, what)), Some((own, name))) = (pattern.split_once('/'), full.split_once('/')) else { return false };
    let (Some((resource, verb)), Some((on, does))) = (what.rsplit_once('.'), name.rsplit_once('.')) else { return false };
    service == own && (resource == "*" || resource == on) && (verb == "*" || verb == does)
}
