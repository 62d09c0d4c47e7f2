//! One line of `sonde access decide`: a request with all its policies in, its decision out.

use std::fmt;

use serde::{
    Serialize,
    de::{DeserializeSeed, Deserializer, MapAccess, Visitor},
};

use super::{Ask, Attached, Because, Decision, Layers, Level, decide};
use crate::aws::policy::{Action, Caller, Context, Json, Object, Policy, PolicyKind};

/// Resources and values of the context are not longer: patterns are held against them.
const LONGEST: usize = 64 << 10;

/// Answers one line of JSON with one line of JSON, without the line end.
#[must_use]
pub fn answer_line(line: &[u8]) -> String {
    let mut id = None;
    let answer = match read(line, &mut id) {
        Ok(request) => Request::of(&request).map(|request| request.decided(id.as_ref())),
        Err(error) => Err(format!("not a line of JSON: {:?} at column {}", error.classify(), error.column())),
    };
    answer.unwrap_or_else(|error| text(&Refusal { id: id.as_ref(), error: &error }))
}

#[derive(Serialize)]
struct Answer<'a> {
    id: Option<&'a serde_json::Value>,
    decision: &'static str,
    condition: Option<String>,
    because: Vec<Reason<'a>>,
}

#[derive(Serialize)]
struct Reason<'a> {
    policy: &'a str,
    statement: Option<Place<'a>>,
    effect: &'static str,
}

/// `Sid`, or index.
#[derive(Serialize)]
#[serde(untagged)]
enum Place<'a> {
    Sid(&'a str),
    Index(usize),
}

#[derive(Serialize)]
struct Refusal<'a> {
    id: Option<&'a serde_json::Value>,
    error: &'a str,
}

/// Strings, numbers and their like cannot fail to be written.
fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a line; the id is kept even if the rest of the line is broken.
fn read(line: &[u8], id: &mut Option<serde_json::Value>) -> Result<Object, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    let request = Line(id).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(request)
}

struct Line<'i>(&'i mut Option<serde_json::Value>);

impl<'de> DeserializeSeed<'de> for Line<'_> {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Line<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some(key) = map.next_key::<String>()? {
            if key == "id" {
                let value: serde_json::Value = map.next_value()?;
                *self.0 = Some(value).filter(|v| !v.is_object() && !v.is_array());
            } else {
                object.entries.push((key, map.next_value()?));
            }
        }
        Ok(object)
    }
}

/// A request with its policies compiled.
struct Request {
    caller: Caller,
    action: Action,
    resource: String,
    resource_account: Option<String>,
    context: Context,
    identity: Vec<(String, Policy)>,
    boundaries: Option<Vec<(String, Policy)>>,
    session: Option<Policy>,
    service_control: Vec<(String, Vec<(String, Policy)>)>,
    resource_control: Vec<(String, Vec<(String, Policy)>)>,
    resource_policy: Option<Policy>,
    endpoint: Option<Vec<(String, Policy)>>,
    restrict_public_buckets: bool,
    management_account: bool,
    service_linked: bool,
}

impl Request {
    fn of(object: &Object) -> Result<Self, String> {
        let anonymous = flag(object, "anonymous")?;
        let caller = match string(object, "principal")? {
            _ if anonymous => Caller::anonymous(),
            Some(name) => Caller::parse(name).map_err(|e| format!("`principal`: {e}"))?,
            None => return Err("no `principal`".into()),
        };
        let identity = PolicyKind::Identity;
        Ok(Self {
            caller,
            action: Action::new(string(object, "action")?.filter(|a| a.contains(':')).ok_or("no `action` of the form service:Name")?),
            resource: string(object, "resource")?.filter(|r| r.len() <= LONGEST).ok_or("no `resource` of at most 64 KiB")?.to_owned(),
            resource_account: string(object, "resource_account")?.filter(|a| !a.is_empty()).map(Into::into),
            context: context(object)?,
            identity: attached(object, "identity_policies", identity)?.unwrap_or_default(),
            boundaries: attached(object, "permission_boundaries", identity)?,
            session: policy(object, "session_policy", identity)?,
            service_control: levels(object, "service_control_policies", identity)?,
            resource_control: levels(object, "resource_control_policies", PolicyKind::Guard)?,
            resource_policy: policy(object, "resource_policy", PolicyKind::Resource)?,
            endpoint: attached(object, "vpc_endpoint_policies", PolicyKind::Guard)?,
            restrict_public_buckets: restricts(object)?,
            management_account: flag(object, "principal_is_management_account")?,
            service_linked: flag(object, "principal_is_service_linked")?,
        })
    }

    fn decided(&self, id: Option<&serde_json::Value>) -> String {
        let (identity, boundaries, endpoint) = (named(&self.identity), self.boundaries.as_deref().map(named), self.endpoint.as_deref().map(named));
        let (service_control, resource_control) = (above(&self.service_control), above(&self.resource_control));
        let ask = Ask {
            caller: &self.caller,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            keys: &self.context,
        };
        let layers = Layers {
            identity: &identity,
            boundaries: boundaries.as_deref(),
            session: self.session.as_ref(),
            service_control: &service_control,
            resource_control: &resource_control,
            resource: self.resource_policy.as_ref(),
            endpoint: endpoint.as_deref(),
            restrict_public_buckets: self.restrict_public_buckets,
            management_account: self.management_account,
            service_linked: self.service_linked,
        };
        let Decision { outcome, condition, because } = decide(&ask, &layers);
        let because = because.iter().map(reason).collect();
        text(&Answer { id, decision: outcome.name(), condition: condition.map(|c| c.to_string()), because })
    }
}

fn reason<'a>(because: &Because<'a>) -> Reason<'a> {
    let statement = because.statement.map(|s| s.sid().map_or(Place::Index(s.index()), Place::Sid));
    Reason { policy: because.policy, statement, effect: because.effect }
}

fn named(policies: &[(String, Policy)]) -> Vec<Attached<'_>> {
    policies.iter().map(|(name, policy)| Attached { name, policy }).collect()
}

fn above(levels: &[(String, Vec<(String, Policy)>)]) -> Vec<Level<'_>> {
    levels.iter().map(|(target, policies)| Level { target, policies: named(policies) }).collect()
}

/// A key's value; null is as good as absent.
fn value<'o>(object: &'o Object, key: &str) -> Option<&'o Json> {
    object.get(key).filter(|v| **v != Json::Null)
}

fn string<'o>(object: &'o Object, key: &str) -> Result<Option<&'o str>, String> {
    match value(object, key) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{key}` is {}", other.kind())),
    }
}

fn flag(object: &Object, key: &str) -> Result<bool, String> {
    match value(object, key) {
        None => Ok(false),
        Some(Json::Bool(is)) => Ok(*is),
        Some(other) => Err(format!("`{key}` is {}", other.kind())),
    }
}

fn list<'o>(object: &'o Object, key: &str) -> Result<Option<&'o [Json]>, String> {
    match value(object, key) {
        None => Ok(None),
        Some(Json::Array(values)) => Ok(Some(values)),
        Some(other) => Err(format!("`{key}` is {}", other.kind())),
    }
}

fn policy(object: &Object, key: &str, kind: PolicyKind) -> Result<Option<Policy>, String> {
    value(object, key).map(|v| Policy::from_json(v, kind).map_err(|e| format!("`{key}`: {e}"))).transpose()
}

/// `[{"name","policy"}]`
fn attached(object: &Object, key: &str, kind: PolicyKind) -> Result<Option<Vec<(String, Policy)>>, String> {
    let Some(values) = list(object, key)? else { return Ok(None) };
    let one = |(index, value): (usize, &Json)| {
        let Json::Object(entry) = value else { return Err(format!("`{key}`: {} in the list", value.kind())) };
        let name = string(entry, "name")?.map_or_else(|| format!("{key}[{index}]"), Into::into);
        match policy(entry, "policy", kind).map_err(|e| format!("`{key}` `{name}`: {e}"))? {
            Some(policy) => Ok((name, policy)),
            None => Err(format!("`{key}` `{name}`: no `policy`")),
        }
    };
    values.iter().enumerate().map(one).collect::<Result<_, _>>().map(Some)
}

/// `[{"target","policies":[{"name","policy"}]}]`
#[expect(clippy::type_complexity, reason = "levels, each with its policies, as they are read")]
fn levels(object: &Object, key: &str, kind: PolicyKind) -> Result<Vec<(String, Vec<(String, Policy)>)>, String> {
    let one = |(index, value): (usize, &Json)| {
        let Json::Object(level) = value else { return Err(format!("`{key}`: {} in the list", value.kind())) };
        let target = string(level, "target")?.map_or_else(|| format!("{key}[{index}]"), Into::into);
        let policies = attached(level, "policies", kind).map_err(|e| format!("`{key}` `{target}`: {e}"))?;
        Ok((target, policies.unwrap_or_default()))
    };
    list(object, key)?.unwrap_or_default().iter().enumerate().map(one).collect()
}

fn context(object: &Object) -> Result<Context, String> {
    let mut context = Context::new();
    match value(object, "context") {
        None => {}
        Some(Json::Object(keys)) => {
            for (key, value) in &keys.entries {
                if let Json::String(text) = value
                    && text.len() > LONGEST
                {
                    return Err(format!("`context` `{key}` is longer than 64 KiB"));
                }
                context.set_json(key, value).map_err(|what| format!("`context` `{key}` is {what}"))?;
            }
        }
        Some(other) => return Err(format!("`context` is {}", other.kind())),
    }
    for key in list(object, "unknown_context")?.unwrap_or_default() {
        let Json::String(key) = key else { return Err(format!("`unknown_context`: {} in the list", key.kind())) };
        context.set_unknown(key);
    }
    Ok(context)
}

/// `RestrictPublicBuckets` of account or bucket; the other three flags stop requests that make things public, and read ACLs.
fn restricts(object: &Object) -> Result<bool, String> {
    let Some(block) = value(object, "block_public_access") else { return Ok(false) };
    let Json::Object(block) = block else { return Err(format!("`block_public_access` is {}", block.kind())) };
    let mut restricts = false;
    for place in ["account", "bucket"] {
        match value(block, place) {
            None => {}
            Some(Json::Object(flags)) => {
                for (name, is) in &flags.entries {
                    match is {
                        Json::Bool(is) => restricts |= *is && name.replace('_', "").eq_ignore_ascii_case("RestrictPublicBuckets"),
                        Json::Null => {}
                        other => return Err(format!("`{name}` of `block_public_access` is {}", other.kind())),
                    }
                }
            }
            Some(other) => return Err(format!("`{place}` of `block_public_access` is {}", other.kind())),
        }
    }
    Ok(restricts)
}
