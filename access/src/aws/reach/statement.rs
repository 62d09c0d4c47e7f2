//! Policy documents as reach reads them: only what bears on the actions it asks about, with values kept as they are written.

use serde_json::Value;

use super::pattern::Pattern;
use crate::aws::policy::{Policy, PolicyKind, Principals};

/// Actions that reach asks about; a set of them is a bit set.
pub(super) const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketOwnershipControls",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "s3-object-lambda:GetObject",
    "s3-object-lambda:PutObject",
    "s3-object-lambda:DeleteObject",
    "s3-object-lambda:ListBucket",
    "lambda:InvokeFunction",
    "s3express:CreateSession",
    "s3express:PutBucketPolicy",
    "s3express:DeleteBucketPolicy",
    "s3:GetDataAccess",
    "lakeformation:GetDataAccess",
    "lakeformation:GrantPermissions",
];

/// One of [`ACTIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Action(pub(super) u8);

pub(super) const GET_OBJECT: Action = Action(0);
pub(super) const PUT_OBJECT: Action = Action(1);
pub(super) const DELETE_OBJECT: Action = Action(2);
pub(super) const LIST_BUCKET: Action = Action(3);
pub(super) const PUT_POLICY: Action = Action(4);
pub(super) const DELETE_POLICY: Action = Action(5);
pub(super) const PUT_ACL: Action = Action(6);
pub(super) const PUT_BLOCK: Action = Action(7);
pub(super) const PUT_OWNERSHIP: Action = Action(8);
pub(super) const DECRYPT: Action = Action(9);
pub(super) const GENERATE_DATA_KEY: Action = Action(10);
pub(super) const ASSUME: Action = Action(11);
pub(super) const ASSUME_WEB: Action = Action(12);
pub(super) const ASSUME_SAML: Action = Action(13);
pub(super) const LAMBDA_GET: Action = Action(14);
pub(super) const LAMBDA_PUT: Action = Action(15);
pub(super) const LAMBDA_DELETE: Action = Action(16);
pub(super) const LAMBDA_LIST: Action = Action(17);
pub(super) const INVOKE: Action = Action(18);
pub(super) const CREATE_SESSION: Action = Action(19);
pub(super) const EXPRESS_PUT_POLICY: Action = Action(20);
pub(super) const EXPRESS_DELETE_POLICY: Action = Action(21);
/// Credentials of S3 Access Grants.
pub(super) const GET_GRANTED: Action = Action(22);
/// Credentials of Lake Formation.
pub(super) const GET_LAKE: Action = Action(23);
pub(super) const GRANT_LAKE: Action = Action(24);

impl Action {
    fn bit(self) -> u32 {
        1 << self.0
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) each: Each,
    pub(super) operator: Operator,
    pub(super) negated: bool,
    pub(super) if_exists: bool,
    /// As it is written.
    pub(super) key: String,
    /// In lower case.
    pub(super) lower: String,
    pub(super) values: Vec<String>,
}

/// How a key of several values is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    One,
    Any,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Operator {
    Equals,
    EqualsIgnoringCase,
    Like,
    Arn,
    Bool,
    Null,
    Ip,
    Binary,
    NumericEquals,
    NumericLess,
    NumericLessOrEqual,
    NumericGreater,
    NumericGreaterOrEqual,
    DateEquals,
    DateLess,
    DateLessOrEqual,
    DateGreater,
    DateGreaterOrEqual,
    /// One that AWS does not document.
    Unknown,
}

/// A list that is meant, or everything but it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct But<T> {
    pub(super) not: bool,
    pub(super) of: Vec<T>,
}

/// One statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// Sid, or its number from 0.
    pub(super) label: String,
    pub(super) allow: bool,
    actions: u32,
    /// None: the policy is about one resource and does not name it.
    pub(super) resources: Option<But<String>>,
    pub(super) principals: Option<Principals>,
    pub(super) conditions: Vec<Condition>,
    /// Whether `${…}` are variables.
    pub(super) variables: bool,
}

impl Statement {
    pub(super) fn speaks_of(&self, action: Action) -> bool {
        self.actions & action.bit() != 0
    }

    /// Whether it speaks of what is no bucket: keys, roles, functions, Object Lambda access points.
    pub(super) fn matters_beyond_s3(&self) -> bool {
        (DECRYPT.0..=INVOKE.0).any(|action| self.speaks_of(Action(action)))
    }

    /// Whether one of its patterns without variables is the resource's, or none may be needed.
    pub(super) fn names_resource(&self, arn: &str) -> bool {
        self.resources.as_ref().is_none_or(|r| r.of.iter().any(|text| Pattern::new(text).matches(arn)) != r.not)
    }

    /// Whether it speaks of any action at all.
    pub(super) fn matters(&self) -> bool {
        self.actions != 0
    }
}

/// Reads a document: the policy language says whether it is one, and whom it names.
///
/// # Errors
/// Why it is no policy, in words.
pub(super) fn parse(text: &str, kind: PolicyKind) -> Result<(Vec<Statement>, Policy), String> {
    let policy = Policy::parse(text, kind).map_err(|e| e.to_string())?;
    let document: Value = serde_json::from_str(text).map_err(|e| format!("the policy is malformed: {e}"))?;
    let variables = member(&document, "Version").and_then(Value::as_str) == Some("2012-10-17");
    let statements = member(&document, "Statement").map(one_or_many).unwrap_or_default();
    if statements.len() != policy.statements().len() {
        return Err("its statements cannot be told apart".to_owned());
    }
    let pairs = statements.iter().zip(policy.statements()).enumerate();
    let statements =
        pairs.map(|(i, (value, read))| statement(value, i, variables, read.principals().cloned()).map_err(|e| format!("statement {i}: {e}")));
    Ok((statements.collect::<Result<_, _>>()?, policy))
}

/// An element by its name, in whatever case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        value => std::slice::from_ref(value),
    }
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    let text = |v: &Value| match v {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(v.to_string()),
        _ => Err("a value is neither text, number nor boolean".to_owned()),
    };
    one_or_many(value).iter().map(text).collect()
}

fn statement(value: &Value, number: usize, variables: bool, principals: Option<Principals>) -> Result<Statement, String> {
    let allow = match member(value, "Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err("its `Effect` is neither `Allow` nor `Deny`".to_owned()),
    };
    let either = |key: &str, not: &str| match (member(value, key), member(value, not)) {
        (Some(_), Some(_)) => Err(format!("it has both `{key}` and `{not}`")),
        (Some(of), None) => Ok(Some((false, of))),
        (None, Some(of)) => Ok(Some((true, of))),
        (None, None) => Ok(None),
    };
    let (not, of) = either("Action", "NotAction")?.ok_or("it has no `Action`")?;
    let named = actions(&texts(of)?);
    let actions = if not { !named & ((1 << ACTIONS.len()) - 1) } else { named };
    let resources = either("Resource", "NotResource")?.map(|(not, of)| texts(of).map(|of| But { not, of })).transpose()?;
    let conditions = member(value, "Condition").map(conditions).transpose()?.unwrap_or_default();
    let label = member(value, "Sid").and_then(Value::as_str).filter(|s| !s.is_empty()).map_or_else(|| number.to_string(), str::to_owned);
    Ok(Statement { label, allow, actions, resources, principals, conditions, variables })
}

fn actions(patterns: &[String]) -> u32 {
    let mut set = 0;
    for pattern in patterns {
        let pattern = Pattern::new(&pattern.to_ascii_lowercase());
        for (i, action) in ACTIONS.iter().enumerate() {
            if pattern.matches(&action.to_ascii_lowercase()) {
                set |= 1 << i;
            }
        }
    }
    set
}

fn conditions(value: &Value) -> Result<Vec<Condition>, String> {
    let object = value.as_object().ok_or("its `Condition` is no object")?;
    let mut out = Vec::new();
    for (operator, keys) in object {
        let keys = keys.as_object().ok_or_else(|| format!("`{operator}` is followed by no object"))?;
        let (each, operator, negated, if_exists) = operator_of(operator);
        for (key, values) in keys {
            out.push(Condition { each, operator, negated, if_exists, lower: key.to_lowercase(), key: key.clone(), values: texts(values)? });
        }
    }
    Ok(out)
}

/// Qualifier, operator without its negation, whether it is negated, whether a missing key satisfies it.
fn operator_of(name: &str) -> (Each, Operator, bool, bool) {
    let lower = name.to_ascii_lowercase();
    let (each, rest) = match lower.split_once(':') {
        Some(("foranyvalue", rest)) => (Each::Any, rest),
        Some(("forallvalues", rest)) => (Each::All, rest),
        Some(_) => return (Each::One, Operator::Unknown, false, false),
        None => (Each::One, lower.as_str()),
    };
    let (rest, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |rest| (rest, true));
    let (operator, negated) = match rest {
        "stringequals" => (Operator::Equals, false),
        "stringnotequals" => (Operator::Equals, true),
        "stringequalsignorecase" => (Operator::EqualsIgnoringCase, false),
        "stringnotequalsignorecase" => (Operator::EqualsIgnoringCase, true),
        "stringlike" => (Operator::Like, false),
        "stringnotlike" => (Operator::Like, true),
        "arnequals" | "arnlike" => (Operator::Arn, false),
        "arnnotequals" | "arnnotlike" => (Operator::Arn, true),
        "bool" => (Operator::Bool, false),
        "null" if !if_exists => (Operator::Null, false),
        "ipaddress" => (Operator::Ip, false),
        "notipaddress" => (Operator::Ip, true),
        "binaryequals" => (Operator::Binary, false),
        "numericequals" => (Operator::NumericEquals, false),
        "numericnotequals" => (Operator::NumericEquals, true),
        "numericlessthan" => (Operator::NumericLess, false),
        "numericlessthanequals" => (Operator::NumericLessOrEqual, false),
        "numericgreaterthan" => (Operator::NumericGreater, false),
        "numericgreaterthanequals" => (Operator::NumericGreaterOrEqual, false),
        "dateequals" => (Operator::DateEquals, false),
        "datenotequals" => (Operator::DateEquals, true),
        "datelessthan" => (Operator::DateLess, false),
        "datelessthanequals" => (Operator::DateLessOrEqual, false),
        "dategreaterthan" => (Operator::DateGreater, false),
        "dategreaterthanequals" => (Operator::DateGreaterOrEqual, false),
        _ => (Operator::Unknown, false),
    };
    (each, operator, negated, if_exists)
}
