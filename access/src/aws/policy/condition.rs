//! Conditions: operators compiled once, tested against the keys of a request.

use std::cmp::Ordering;

use super::{
    Truth,
    context::{Keys, Value},
    pattern::{Pattern, Reading},
    values::{Net, Number, base64, date},
};
use crate::aws::expr::{Expr, Test};

/// One operator with one key and the values to compare with.
#[derive(Clone, Debug)]
pub struct Condition {
    /// As the policy has it.
    operator: Box<str>,
    /// As the policy has it.
    key: Box<str>,
    /// The key in lower case.
    lower: Box<str>,
    /// The values as the policy has them.
    values: Box<[Box<str>]>,
    /// Nothing for an operator that is not known: it never matches.
    compare: Option<Compare>,
    negated: bool,
    if_exists: bool,
    set: Set,
}

/// Which of several values of a key have to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// No set operator: one of them.
    Plain,
    All,
    Any,
}

#[derive(Clone, Debug)]
enum Compare {
    Strings(Box<[Pattern]>),
    IgnoringCase(Box<[Pattern]>),
    Arns(Box<[Pattern]>),
    Numbers(Order, Box<[Option<Number>]>),
    Dates(Order, Box<[Option<i128>]>),
    Bools(Box<[Pattern]>),
    Binary(Box<[Box<str>]>),
    Addresses(Box<[Option<Net>]>),
    Null,
}

/// Which orderings are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn takes(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// What an operator's name says, without set operator and `IfExists`.
enum Family {
    Strings { wildcards: bool },
    IgnoringCase,
    Arns,
    Numbers(Order),
    Dates(Order),
    Bools,
    Binary,
    Addresses,
    Null,
}

/// Operators by their names in lower case: the family, whether negated, the operator that says the opposite.
const OPERATORS: [(&str, Family, bool, &str); 27] = [
    ("stringequals", Family::Strings { wildcards: false }, false, "StringNotEquals"),
    ("stringnotequals", Family::Strings { wildcards: false }, true, "StringEquals"),
    ("stringequalsignorecase", Family::IgnoringCase, false, "StringNotEqualsIgnoreCase"),
    ("stringnotequalsignorecase", Family::IgnoringCase, true, "StringEqualsIgnoreCase"),
    ("stringlike", Family::Strings { wildcards: true }, false, "StringNotLike"),
    ("stringnotlike", Family::Strings { wildcards: true }, true, "StringLike"),
    ("numericequals", Family::Numbers(Order::Equal), false, "NumericNotEquals"),
    ("numericnotequals", Family::Numbers(Order::Equal), true, "NumericEquals"),
    ("numericlessthan", Family::Numbers(Order::Less), false, ""),
    ("numericlessthanequals", Family::Numbers(Order::LessOrEqual), false, ""),
    ("numericgreaterthan", Family::Numbers(Order::Greater), false, ""),
    ("numericgreaterthanequals", Family::Numbers(Order::GreaterOrEqual), false, ""),
    ("dateequals", Family::Dates(Order::Equal), false, "DateNotEquals"),
    ("datenotequals", Family::Dates(Order::Equal), true, "DateEquals"),
    ("datelessthan", Family::Dates(Order::Less), false, ""),
    ("datelessthanequals", Family::Dates(Order::LessOrEqual), false, ""),
    ("dategreaterthan", Family::Dates(Order::Greater), false, ""),
    ("dategreaterthanequals", Family::Dates(Order::GreaterOrEqual), false, ""),
    ("bool", Family::Bools, false, ""),
    ("binaryequals", Family::Binary, false, ""),
    ("ipaddress", Family::Addresses, false, "NotIpAddress"),
    ("notipaddress", Family::Addresses, true, "IpAddress"),
    ("arnequals", Family::Arns, false, "ArnNotEquals"),
    ("arnnotequals", Family::Arns, true, "ArnEquals"),
    ("arnlike", Family::Arns, false, "ArnNotLike"),
    ("arnnotlike", Family::Arns, true, "ArnLike"),
    ("null", Family::Null, false, ""),
];

impl Condition {
    /// Compiles. An operator that is not known is kept: it never matches.
    pub(crate) fn new(operator: &str, key: &str, values: Vec<Box<str>>, variables: bool) -> Self {
        let name = operator.trim().to_ascii_lowercase();
        let (set, name) = match name.split_once(':') {
            Some(("forallvalues", name)) => (Set::All, name),
            Some(("foranyvalue", name)) => (Set::Any, name),
            _ => (Set::Plain, &*name),
        };
        let (name, if_exists) = name.strip_suffix("ifexists").map_or((name, false), |name| (name, true));
        let known = OPERATORS.iter().find(|(n, family, ..)| *n == name && !(if_exists && matches!(family, Family::Null)));
        let compare = known.map(|(_, family, ..)| compile(family, &values, variables));
        let negated = known.is_some_and(|(_, _, negated, _)| *negated);
        let lower = key.to_lowercase().into();
        Self { operator: operator.into(), key: key.into(), lower, values: values.into(), compare, negated, if_exists, set }
    }

    /// The operator as the policy has it.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.operator
    }

    /// The key as the policy has it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The values as the policy has them.
    #[must_use]
    pub fn values(&self) -> &[Box<str>] {
        &self.values
    }

    /// Whether the operator is one that exists.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.compare.is_some()
    }

    /// Whether it holds only for a request that has the key with a value that matches one of those given: neither negated nor content with a missing key.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        let present = !matches!(self.compare, Some(Compare::Null) | None);
        present && !self.negated && !self.if_exists && self.set != Set::All
    }

    /// Whether it compares addresses.
    pub(crate) fn addresses(&self) -> Option<&[Option<Net>]> {
        if let Some(Compare::Addresses(nets)) = &self.compare { Some(nets) } else { None }
    }

    /// The values as patterns, where the operator compares text.
    pub(crate) fn patterns(&self) -> Option<&[Pattern]> {
        match &self.compare {
            Some(Compare::Strings(p) | Compare::IgnoringCase(p) | Compare::Arns(p)) => Some(p),
            _ => None,
        }
    }

    /// Tests it.
    pub fn test(&self, keys: &dyn Keys) -> Truth {
        let Some(compare) = &self.compare else { return Truth::No };
        let found = keys.get(&self.lower);
        if let Compare::Null = compare {
            return self.test_null(found);
        }
        let values = match found {
            Value::Unknown => return Truth::Maybe,
            Value::Absent => &[],
            Value::Known(values) => values,
        };
        // For set operators an empty value is no value.
        let nothing = values.is_empty() || (self.set != Set::Plain && matches!(values, [one] if one.is_empty()));
        let sign = |truth: Truth| if self.negated { !truth } else { truth };
        match self.set {
            _ if nothing && self.if_exists => Truth::Yes,
            Set::All => Truth::all(values.iter().filter(|_| !nothing).map(|v| sign(compare.any(v, keys)))),
            Set::Any => Truth::any(values.iter().filter(|_| !nothing).map(|v| sign(compare.any(v, keys)))),
            // No value equals anything; a missing key lets the negated operators hold.
            Set::Plain => sign(Truth::any(values.iter().map(|v| compare.any(v, keys)))),
        }
    }

    fn test_null(&self, found: Value<'_>) -> Truth {
        let wants = |absent: bool| self.values.iter().any(|v| v.eq_ignore_ascii_case(if absent { "true" } else { "false" }));
        match found {
            Value::Unknown if wants(true) == wants(false) => Truth::from(wants(true)),
            Value::Unknown => Truth::Maybe,
            Value::Absent => Truth::from(wants(true)),
            Value::Known(values) => Truth::from(wants(values.is_empty())),
        }
    }

    /// What is left of it when it cannot be told.
    pub(crate) fn residual(&self, keys: &dyn Keys) -> Expr {
        match self.test(keys) {
            Truth::Yes => Expr::YES,
            Truth::No => Expr::NO,
            Truth::Maybe => self.left(keys),
        }
    }

    fn left(&self, keys: &dyn Keys) -> Expr {
        let mut values: Vec<String> = self.values.iter().map(|v| quoted(v)).collect();
        values.sort();
        values.dedup();
        let values = if let [one] = &*values { one.clone() } else { format!("[{}]", values.join(", ")) };
        // The key is known, a variable among the values is not.
        let found = match keys.get(&self.lower) {
            Value::Known(found) => format!(" ({})", found.iter().map(|v| quoted(v)).collect::<Vec<_>>().join(", ")),
            _ => String::new(),
        };
        let name = self.operator.trim().to_ascii_lowercase();
        // An operator and its opposite are one test, but for sets.
        let pair = OPERATORS.iter().find(|(n, _, _, opposite)| *n == name && !opposite.is_empty());
        let shown = |operator: &str| format!("{}{found} {operator} {values}", self.key);
        match pair {
            Some((_, _, true, positive)) => {
                let id = format!("{}{found} {} {values}", self.lower, positive.to_ascii_lowercase());
                Expr::Test(Test::new(id, shown(positive), Some(shown(&self.operator)))).negated()
            }
            Some((_, _, false, opposite)) => {
                Expr::Test(Test::new(format!("{}{found} {name} {values}", self.lower), shown(&self.operator), Some(shown(opposite))))
            }
            None => Expr::Test(Test::new(format!("{}{found} {name} {values}", self.lower), shown(&self.operator), None)),
        }
    }
}

pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn compile(family: &Family, values: &[Box<str>], variables: bool) -> Compare {
    let patterns = |wildcards| values.iter().map(|v| Pattern::new(v, Reading { wildcards, variables })).collect();
    match family {
        Family::Strings { wildcards } => Compare::Strings(patterns(*wildcards)),
        Family::IgnoringCase => Compare::IgnoringCase(patterns(false)),
        Family::Arns => Compare::Arns(patterns(true)),
        Family::Numbers(order) => Compare::Numbers(*order, values.iter().map(|v| Number::parse(v)).collect()),
        Family::Dates(order) => Compare::Dates(*order, values.iter().map(|v| date(v)).collect()),
        Family::Bools => Compare::Bools(patterns(false)),
        Family::Binary => Compare::Binary(values.into()),
        Family::Addresses => Compare::Addresses(values.iter().map(|v| Net::parse(v)).collect()),
        Family::Null => Compare::Null,
    }
}

impl Compare {
    /// Whether a value of the request matches one of the policy's.
    fn any(&self, value: &str, keys: &dyn Keys) -> Truth {
        match self {
            Self::Strings(patterns) => Truth::any(patterns.iter().map(|p| p.matches(value, keys))),
            Self::IgnoringCase(patterns) => Truth::any(patterns.iter().map(|p| p.equals_ignoring_case(value, keys))),
            Self::Arns(patterns) => Truth::any(patterns.iter().map(|p| p.matches_arn(value, keys))),
            Self::Bools(patterns) => {
                let boolean = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
                Truth::any(patterns.iter().filter(|_| boolean).map(|p| p.equals_ignoring_case(value, keys)))
            }
            Self::Numbers(order, numbers) => {
                let Some(value) = Number::parse(value) else { return Truth::No };
                Truth::from(numbers.iter().flatten().any(|n| order.takes(value.compare(*n))))
            }
            Self::Dates(order, dates) => {
                let Some(value) = date(value) else { return Truth::No };
                Truth::from(dates.iter().flatten().any(|d| order.takes(value.cmp(d))))
            }
            Self::Addresses(nets) => {
                let Some(value) = Net::parse(value) else { return Truth::No };
                Truth::from(nets.iter().flatten().any(|net| net.contains(value)))
            }
            Self::Binary(values) => Truth::from(values.iter().any(|v| binary_equal(v, value))),
            Self::Null => Truth::No,
        }
    }
}

/// The policy has base64; the request the bytes, or base64 of them.
fn binary_equal(policy: &str, request: &str) -> bool {
    policy == request || base64(policy).is_some_and(|bytes| bytes == request.as_bytes() || base64(request).is_some_and(|b| b == bytes))
}
