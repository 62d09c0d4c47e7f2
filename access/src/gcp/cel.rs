//! Conditions of IAM, in the part of CEL that IAM allows: what is known of the resource is worked out, the rest stays a test with its own words.

use crate::reach::{Expr, when};

/// Deepest nesting that is read.
const DEEPEST: usize = 64;

/// Name of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// This one.
    Exact(String),
    /// Any that begins so.
    Below(String),
}

/// A tag that a resource has or inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    /// `ORGANISATION/KEY` or `PROJECT/KEY`.
    pub(crate) key: String,
    /// The same with `/VALUE`.
    pub(crate) value: String,
    /// `tagKeys/…`.
    pub(crate) key_id: String,
    /// `tagValues/…`.
    pub(crate) value_id: String,
}

/// What a condition is held against.
#[derive(Clone, Debug)]
pub(crate) struct Target<'t> {
    pub(crate) name: Name,
    /// `storage.googleapis.com/Object`.
    pub(crate) kind: &'t str,
    /// `storage.googleapis.com`.
    pub(crate) service: &'t str,
    /// `None`: not known.
    pub(crate) tags: Option<&'t [Tag]>,
    /// Seconds since 1970; `None`: any.
    pub(crate) now: Option<i64>,
}

/// What a condition comes to. One that cannot be read stays a test as a whole.
pub(crate) fn evaluate(source: &str, target: &Target<'_>) -> Expr {
    let whole = || when(source.trim());
    let Some(tokens) = tokens(source) else { return whole() };
    let mut reader = Reader { source, tokens, at: 0, depth: 0, target };
    match reader.or() {
        Some(Value::Bool(formula)) if reader.at == reader.tokens.len() => formula,
        _ => whole(),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Word(String),
    Text(String),
    Number(i64),
    Sign(&'static str),
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

const SIGNS: [&str; 18] = ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", ".", "(", ")", "[", "]", ",", "-", "+", "%"];

fn tokens(source: &str) -> Option<Vec<Token>> {
    let bytes = source.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let kind = match bytes[at] {
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let (text, end) = quoted(source, at, quote)?;
                at = end;
                Kind::Text(text)
            }
            b if b.is_ascii_alphabetic() || b == b'_' => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
                Kind::Word(source[start..at].to_owned())
            }
            b if b.is_ascii_digit() => {
                while at < bytes.len() && bytes[at].is_ascii_digit() {
                    at += 1;
                }
                Kind::Number(source[start..at].parse().ok()?)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| source[at..].starts_with(sign))?;
                at += sign.len();
                Kind::Sign(sign)
            }
        };
        out.push(Token { kind, start, end: at });
    }
    Some(out)
}

/// A text literal, and where it ends.
fn quoted(source: &str, start: usize, quote: u8) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = source[start + 1..].char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                c @ ('\\' | '"' | '\'' | '/' | '.' | '?' | '`') => text.push(c),
                _ => return None,
            },
            c if c as u32 == u32::from(quote) => return Some((text, start + 1 + i + 1)),
            c => text.push(c),
        }
    }
    None
}

#[derive(Clone, Debug)]
enum Value {
    Bool(Expr),
    Text(String),
    /// Text that begins so.
    Below(String),
    Number(i64),
    /// Seconds since 1970.
    Time(i64),
    List(Vec<Value>),
    /// `resource`, `request.auth`, …
    Path(String),
    /// Something that is not known.
    Open,
}

struct Reader<'r> {
    source: &'r str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    target: &'r Target<'r>,
}

impl Reader<'_> {
    fn sign(&self) -> Option<&'static str> {
        match self.tokens.get(self.at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = self.sign() == Some(sign);
        self.at += usize::from(there);
        there
    }

    /// What was written from a token on, as a test.
    fn test(&self, from: usize) -> Expr {
        let start = self.tokens.get(from).map_or(0, |t| t.start);
        let end = self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(start, |t| t.end);
        let words: Vec<&str> = self.source.get(start..end).unwrap_or(self.source).split_whitespace().collect();
        when(words.join(" "))
    }

    fn bool(&self, value: Value, from: usize) -> Option<Expr> {
        match value {
            Value::Bool(formula) => Some(formula),
            Value::Open | Value::Path(_) => Some(self.test(from)),
            _ => None,
        }
    }

    fn or(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let from = self.at;
        let mut value = self.and()?;
        while self.take("||") {
            let left = self.bool(value, from)?;
            let from = self.at;
            let right = self.and()?;
            value = Value::Bool(left.or(self.bool(right, from)?));
        }
        self.depth -= 1;
        Some(value)
    }

    fn and(&mut self) -> Option<Value> {
        let from = self.at;
        let mut value = self.relation()?;
        while self.take("&&") {
            let left = self.bool(value, from)?;
            let from = self.at;
            let right = self.relation()?;
            value = Value::Bool(left.and(self.bool(right, from)?));
        }
        Some(value)
    }

    fn relation(&mut self) -> Option<Value> {
        let from = self.at;
        let left = self.unary()?;
        let operator = match self.tokens.get(self.at).map(|t| &t.kind) {
            Some(Kind::Sign(sign @ ("==" | "!=" | "<" | ">" | "<=" | ">="))) => *sign,
            Some(Kind::Word(word)) if word == "in" => "in",
            _ => return Some(left),
        };
        self.at += 1;
        let right = self.unary()?;
        let (left, right) = (self.known(left), self.known(right));
        let formula = compare(&left, operator, &right).unwrap_or_else(|| self.test(from));
        Some(Value::Bool(formula))
    }

    fn unary(&mut self) -> Option<Value> {
        if self.take("!") {
            let from = self.at;
            self.depth += 1;
            let inner = (self.depth <= DEEPEST).then(|| self.unary()).flatten()?;
            self.depth -= 1;
            return Some(Value::Bool(self.bool(inner, from)?.negated()));
        }
        if self.take("-") {
            return match self.postfix()? {
                Value::Number(n) => Some(Value::Number(-n)),
                _ => None,
            };
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Option<Value> {
        let from = self.at;
        let mut value = self.primary()?;
        loop {
            if self.take(".") {
                let Kind::Word(word) = self.tokens.get(self.at)?.kind.clone() else { return None };
                self.at += 1;
                value = if self.take("(") {
                    let arguments = self.arguments(")")?;
                    let value = self.known_base(value);
                    self.method(value, &word, &arguments, from)
                } else if let Value::Path(path) = value {
                    Value::Path(format!("{path}.{word}"))
                } else {
                    Value::Open
                };
            } else if self.take("[") {
                self.arguments("]")?;
                value = Value::Open;
            } else {
                return Some(value);
            }
        }
    }

    /// Up to the closing sign.
    fn arguments(&mut self, close: &str) -> Option<Vec<Value>> {
        let mut out = Vec::new();
        while !self.take(close) {
            let value = self.or()?;
            out.push(self.known(value));
            if !self.take(",") && self.sign() != Some(close) {
                return None;
            }
        }
        Some(out)
    }

    fn primary(&mut self) -> Option<Value> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        Some(match token.kind {
            Kind::Text(text) => Value::Text(text),
            Kind::Number(n) => Value::Number(n),
            Kind::Sign("(") => {
                let value = self.or()?;
                self.take(")").then_some(value)?
            }
            Kind::Sign("[") => Value::List(self.arguments("]")?),
            Kind::Sign(_) => return None,
            Kind::Word(word) if word == "true" || word == "false" => Value::Bool(Expr::Is(word == "true")),
            Kind::Word(word) if self.take("(") => match (word.as_str(), self.arguments(")")?.as_slice()) {
                ("timestamp", [Value::Text(time)]) => Value::Time(seconds(time)?),
                _ => Value::Open,
            },
            Kind::Word(word) => Value::Path(word),
        })
    }

    /// What a path stands for, where that is known.
    fn known(&self, value: Value) -> Value {
        let Value::Path(path) = value else { return value };
        match path.as_str() {
            "resource.name" => match &self.target.name {
                Name::Exact(name) => Value::Text(name.clone()),
                Name::Below(prefix) => Value::Below(prefix.clone()),
            },
            "resource.type" => Value::Text(self.target.kind.to_owned()),
            "resource.service" => Value::Text(self.target.service.to_owned()),
            "request.time" => self.target.now.map_or(Value::Open, Value::Time),
            _ => Value::Open,
        }
    }

    fn known_base(&self, value: Value) -> Value {
        match &value {
            Value::Path(path) if path == "resource" => value,
            _ => self.known(value),
        }
    }

    fn method(&self, value: Value, name: &str, arguments: &[Value], from: usize) -> Value {
        let text = |i: usize| match arguments.get(i) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let open = || Value::Bool(self.test(from));
        match (&value, name, text(0), text(1)) {
            (Value::Path(_), "matchTag", Some(key), Some(short)) => self.tagged(from, |t| t.key == key && t.value == format!("{key}/{short}")),
            (Value::Path(_), "matchTagId", Some(key), Some(id)) => self.tagged(from, |t| t.key_id == key && t.value_id == id),
            (Value::Path(_), "hasTagKey", Some(key), None) => self.tagged(from, |t| t.key == key),
            (Value::Path(_), "hasTagKeyId", Some(key), None) => self.tagged(from, |t| t.key_id == key),
            (Value::Text(it), "startsWith", Some(other), None) => Value::Bool(Expr::Is(it.starts_with(other))),
            (Value::Text(it), "endsWith", Some(other), None) => Value::Bool(Expr::Is(it.ends_with(other))),
            (Value::Text(it), "contains", Some(other), None) => Value::Bool(Expr::Is(it.contains(other))),
            (Value::Below(it), "startsWith", Some(other), None) if it.starts_with(other) => Value::Bool(Expr::YES),
            (Value::Below(it), "startsWith", Some(other), None) if !other.starts_with(it.as_str()) => Value::Bool(Expr::NO),
            (Value::Below(it), "contains", Some(other), None) if it.contains(other) => Value::Bool(Expr::YES),
            (Value::Text(it), "extract", Some(template), None) => extract(it, template, true),
            (Value::Below(it), "extract", Some(template), None) => extract(it, template, false),
            (_, "startsWith" | "endsWith" | "contains" | "matches" | "matchTag" | "matchTagId" | "hasTagKey" | "hasTagKeyId" | "hasOnly", ..) => {
                open()
            }
            _ => Value::Open,
        }
    }

    fn tagged(&self, from: usize, is: impl Fn(&Tag) -> bool) -> Value {
        Value::Bool(self.target.tags.map_or_else(|| self.test(from), |tags| Expr::Is(tags.iter().any(is))))
    }
}

/// What stands for `{…}` of a template, empty if it does not fit.
fn extract(text: &str, template: &str, whole: bool) -> Value {
    let Some((before, rest)) = template.split_once('{') else { return Value::Open };
    let Some((_, after)) = rest.split_once('}') else { return Value::Open };
    let nothing = || if whole { Value::Text(String::new()) } else { Value::Open };
    let Some(start) = text.find(before) else { return nothing() };
    let rest = &text[start + before.len()..];
    match rest.find(after) {
        _ if after.is_empty() && whole => Value::Text(rest.to_owned()),
        _ if after.is_empty() => Value::Below(rest.to_owned()),
        Some(end) => Value::Text(rest[..end].to_owned()),
        None => nothing(),
    }
}

/// `None` where it cannot be told.
fn compare(left: &Value, operator: &str, right: &Value) -> Option<Expr> {
    let is = |holds: bool| Some(Expr::Is(holds));
    match (left, operator, right) {
        (Value::Text(a), "==", Value::Text(b)) => is(a == b),
        (Value::Text(a), "!=", Value::Text(b)) => is(a != b),
        (Value::Below(a), "==", Value::Text(b)) | (Value::Text(b), "==", Value::Below(a)) if !b.starts_with(a.as_str()) => is(false),
        (Value::Below(a), "!=", Value::Text(b)) | (Value::Text(b), "!=", Value::Below(a)) if !b.starts_with(a.as_str()) => is(true),
        (Value::Number(a), _, Value::Number(b)) | (Value::Time(a), _, Value::Time(b)) => ordered(a.cmp(b), operator).map(Expr::Is),
        (Value::Bool(a), "==", Value::Bool(Expr::Is(b))) | (Value::Bool(Expr::Is(b)), "==", Value::Bool(a)) => {
            Some(if *b { a.clone() } else { a.clone().negated() })
        }
        (_, "in", Value::List(list)) => {
            let each: Option<Vec<Expr>> = list.iter().map(|item| compare(left, "==", item)).collect();
            Some(Expr::any(each?))
        }
        _ => None,
    }
}

fn ordered(order: std::cmp::Ordering, operator: &str) -> Option<bool> {
    Some(match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => return None,
    })
}

/// Seconds since 1970 of an RFC 3339 time.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    if text.len() == 10 {
        return Some(days(year, month, day)? * 86_400);
    }
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let rest = text.get(19..)?;
    let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        b"Z" | b"z" | b"" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let two = |a: &u8, b: &u8| (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i64::from(a - b'0') * 10 + i64::from(b - b'0'));
            let minutes = two(h1, h2)? * 60 + two(m1, m2)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    Some(days(year, month, day)? * 86_400 + hour * 3600 + minute * 60 + second - offset * 60)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
