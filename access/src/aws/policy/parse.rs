//! Reads policies. Lenient in form (one or a list, upper and lower case of element names, text inside text), strict where leniency would change what is allowed:
//! an element that is not known could be a condition misspelt.

use std::fmt;

use thiserror::Error;

use super::{
    Actions, Condition, Effect, Named, Policy, PolicyKind, Principals, Resources, Statement,
    json::{Json, Object},
    pattern::{Pattern, Reading},
};

/// Texts longer than this are refused; AWS keeps no policy of even a hundredth.
const LONGEST: usize = 64 << 20;

/// Why a text is no policy.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct PolicyError {
    statement: Option<usize>,
    what: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.statement {
            Some(index) => write!(f, "statement {index}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

fn wrong<T>(what: impl Into<String>) -> Result<T, PolicyError> {
    Err(PolicyError { statement: None, what: what.into() })
}

/// A name of the policy's in a message: short, whatever was written.
fn name(text: &str) -> String {
    format!("`{}`", text.chars().take(60).collect::<String>())
}

impl Policy {
    /// Reads JSON text, percent-encoded or not.
    ///
    /// # Errors
    /// When it is no JSON, or no policy that AWS would keep at that place.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        if text.len() > LONGEST {
            return wrong("longer than 64 MiB");
        }
        let start = text.trim_start();
        let decoded;
        let text = if start.starts_with('%') {
            decoded = percent_decoded(start);
            &*decoded
        } else {
            text
        };
        match serde_json::from_str::<Json>(text) {
            Ok(json) => Self::from_json(&json, kind),
            Err(error) => wrong(format!("not JSON: {:?} at line {} column {}", error.classify(), error.line(), error.column())),
        }
    }

    /// Compiles a document, or a string that holds one.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn from_json(json: &Json, kind: PolicyKind) -> Result<Self, PolicyError> {
        match json {
            Json::Object(document) => Self::from_object(document, kind),
            // A text inside a text inside a text is nobody's policy.
            Json::String(text) if !text.trim_start().starts_with('"') => Self::parse(text, kind),
            json => wrong(format!("{} is no policy", json.kind())),
        }
    }

    fn from_object(document: &Object, kind: PolicyKind) -> Result<Self, PolicyError> {
        let [version, statement] = elements(document, ["Version", "Statement"], Others::Ignored)?;
        let variables = match version {
            None => false,
            Some(Json::String(v)) if v == "2012-10-17" => true,
            Some(Json::String(v)) if v == "2008-10-17" => false,
            Some(Json::String(v)) => return wrong(format!("no such version {}", name(v))),
            Some(v) => return wrong(format!("`Version` is {}", v.kind())),
        };
        let Some(statements) = statement else { return wrong("no `Statement`") };
        let statements: Result<Vec<Statement>, PolicyError> = statements
            .one_or_many()
            .iter()
            .enumerate()
            .map(|(index, json)| read_statement(json, index, variables, kind).map_err(|e| PolicyError { statement: Some(index), ..e }))
            .collect();
        Ok(Self { statements: statements?.into() })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Ignored,
    Refused,
}

/// The elements of an object by their names, each at most once.
fn elements<'j, const N: usize>(object: &'j Object, names: [&str; N], others: Others) -> Result<[Option<&'j Json>; N], PolicyError> {
    if let Some(key) = &object.repeated {
        return wrong(format!("{} stands there twice", name(key)));
    }
    let mut found = [None; N];
    for (key, value) in &object.entries {
        match names.iter().position(|n| n.eq_ignore_ascii_case(key)) {
            Some(at) if found[at].is_none() => found[at] = Some(value),
            Some(_) => return wrong(format!("{} stands there twice", name(key))),
            None if others == Others::Refused => return wrong(format!("no such element {}", name(key))),
            None => {}
        }
    }
    Ok(found)
}

const ELEMENTS: [&str; 9] = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

fn read_statement(json: &Json, index: usize, variables: bool, kind: PolicyKind) -> Result<Statement, PolicyError> {
    let Json::Object(object) = json else { return wrong(format!("it is {}", json.kind())) };
    let [sid, effect, principal, not_principal, action, not_action, resource, not_resource, condition] = elements(object, ELEMENTS, Others::Refused)?;
    let sid = match sid {
        None | Some(Json::Null) => None,
        Some(Json::String(sid)) => Some(sid.as_str()).filter(|s| !s.is_empty()),
        Some(sid) => return wrong(format!("`Sid` is {}", sid.kind())),
    };
    let effect = match effect {
        Some(Json::String(e)) if e == "Allow" => Effect::Allow,
        Some(Json::String(e)) if e == "Deny" => Effect::Deny,
        Some(Json::String(e)) => return wrong(format!("no such effect {}", name(e))),
        Some(e) => return wrong(format!("`Effect` is {}", e.kind())),
        None => return wrong("no `Effect`"),
    };
    let principals = match (either("Principal", principal, not_principal)?, kind) {
        (Some(_), PolicyKind::Identity) => return wrong("a policy of an identity names no principals"),
        (None, PolicyKind::Resource) => return wrong("no `Principal`"),
        (Some((value, not)), _) => Some(read_principals(value, not)?),
        (None, _) => None,
    };
    let Some((actions, not)) = either("Action", action, not_action)? else { return wrong("no `Action`") };
    let actions = read_actions(actions, not)?;
    let resources = match either("Resource", resource, not_resource)? {
        Some((value, not)) => Some(read_resources(value, not, variables)?),
        None if kind == PolicyKind::Resource => None,
        None => return wrong("no `Resource`"),
    };
    let conditions = condition.map_or(Ok(Vec::new()), |c| read_conditions(c, variables))?;
    Ok(Statement { sid: sid.map(Into::into), index, effect, principals, actions, resources, conditions: conditions.into() })
}

/// An element or its opposite, not both.
fn either<'j>(element: &str, yes: Option<&'j Json>, not: Option<&'j Json>) -> Result<Option<(&'j Json, bool)>, PolicyError> {
    match (yes, not) {
        (Some(_), Some(_)) => wrong(format!("`{element}` and `Not{element}`")),
        (Some(value), None) => Ok(Some((value, false))),
        (None, Some(value)) => Ok(Some((value, true))),
        (None, None) => Ok(None),
    }
}

/// A string, or a list of them.
fn strings<'j>(element: &str, value: &'j Json) -> Result<Vec<&'j str>, PolicyError> {
    let one = |v: &'j Json| if let Json::String(text) = v { Ok(text.as_str()) } else { wrong(format!("{} in `{element}`", v.kind())) };
    value.one_or_many().iter().map(one).collect()
}

fn read_principals(value: &Json, not: bool) -> Result<Principals, PolicyError> {
    let mut named = Vec::new();
    match value {
        Json::String(all) if all == "*" => named.push(Named::Everyone),
        Json::Object(object) => {
            let [aws, service, federated, canonical] = elements(object, ["AWS", "Service", "Federated", "CanonicalUser"], Others::Refused)?;
            let all = |value: Option<&Json>, make: fn(&str) -> Named| -> Result<Vec<Named>, PolicyError> {
                value.map_or(Ok(Vec::new()), |v| Ok(strings("Principal", v)?.into_iter().map(make).collect()))
            };
            named.extend(all(aws, Named::aws)?);
            named.extend(all(service, |n| if n == "*" { Named::EveryService } else { Named::Service(n.into()) })?);
            named.extend(all(federated, |n| if n == "*" { Named::EveryFederated } else { Named::Federated(n.into()) })?);
            named.extend(all(canonical, |n| Named::Canonical(n.into()))?);
        }
        Json::String(text) => return wrong(format!("no such principal {}", name(text))),
        value => return wrong(format!("`Principal` is {}", value.kind())),
    }
    Ok(Principals { not, named: named.into() })
}

fn read_actions(value: &Json, not: bool) -> Result<Actions, PolicyError> {
    let (mut exact, mut patterns, mut any): (Vec<Box<str>>, _, _) = (Vec::new(), Vec::new(), false);
    for text in strings("Action", value)? {
        let pattern = Pattern::new(&text.to_ascii_lowercase(), Reading { wildcards: true, variables: false });
        any |= pattern.is_any();
        match pattern.fixed() {
            Some(text) => exact.push(text.into()),
            None => patterns.push(pattern),
        }
    }
    exact.sort_unstable();
    exact.dedup();
    Ok(Actions { not, any, exact: exact.into(), patterns: patterns.into() })
}

fn read_resources(value: &Json, not: bool, variables: bool) -> Result<Resources, PolicyError> {
    let texts = strings("Resource", value)?;
    let patterns: Box<[Pattern]> = texts.iter().map(|text| Pattern::arn(text, variables)).collect();
    let any = patterns.iter().any(Pattern::is_any);
    Ok(Resources { not, any, patterns, shown: texts.into_iter().map(Into::into).collect() })
}

fn read_conditions(value: &Json, variables: bool) -> Result<Vec<Condition>, PolicyError> {
    let Json::Object(operators) = value else { return wrong(format!("`Condition` is {}", value.kind())) };
    elements(operators, [], Others::Ignored)?;
    let mut conditions = Vec::new();
    for (operator, keys) in &operators.entries {
        let Json::Object(keys) = keys else { return wrong(format!("{} of `Condition` is {}", name(operator), keys.kind())) };
        elements(keys, [], Others::Ignored)?;
        for (key, values) in &keys.entries {
            let one = |v: &Json| v.scalar().map_or_else(|| wrong(format!("{} among the values of {}", v.kind(), name(key))), |s| Ok(Box::from(s)));
            let values: Result<Vec<Box<str>>, PolicyError> = values.one_or_many().iter().map(one).collect();
            conditions.push(Condition::new(operator, key, values?, variables));
        }
    }
    Ok(conditions)
}

/// Percent-encoding undone; what is no such code stays.
fn percent_decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    while at < bytes.len() {
        let code = match bytes[at..] {
            [b'%', high, low, ..] => digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
