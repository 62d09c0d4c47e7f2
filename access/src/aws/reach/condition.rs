//! A condition, given what is known of a request: always, never, or a formula.

use super::{
    atom::{Atom, Relation, World, name, relation},
    formula::{Formula, NO, YES},
    pattern::{Cover, Pattern},
    statement::{Condition, Each, Operator},
};

/// What is known of a context key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It is not in the request.
    Absent,
    /// One value.
    One(String),
    /// Several values.
    Many(Vec<String>),
    /// One value, of which only the beginning is known.
    Begins(String),
    /// Only the request tells, and it may be missing.
    Open,
    /// Only the request tells, and it is always there.
    Always,
    /// The caller sets it as he likes.
    Free,
    /// It is no secret of the request, but it was not read: why.
    Unread(String),
}

/// What is known of a request.
pub(super) trait Keys {
    /// A context key in lower case.
    fn known(&self, key: &str) -> Known;
    /// Step of a role chain, 0 for the last one.
    fn hop(&self) -> u32;
    /// Whether the value of a key is certainly none of these, although it is not known (an account that is not in the inventory).
    fn excludes(&self, _key: &str, _values: &[Pattern]) -> bool {
        false
    }
}

/// A value of a condition or a pattern, variables filled in. `None`: a variable has no value, so nothing matches.
pub(super) struct Filled {
    pub(super) pattern: Pattern,
    /// A variable's value is not known; the pattern has it as it is written.
    pub(super) open: bool,
}

/// Fills variables in. `wild`: `*` and `?` are wildcards.
pub(super) fn fill(text: &str, wild: bool, variables: bool, keys: &dyn Keys) -> Option<Filled> {
    let plain = |t: &str| if wild { Pattern::new(t) } else { Pattern::exact(t) };
    if !variables || !text.contains("${") {
        return Some(Filled { pattern: plain(text), open: false });
    }
    let (mut pattern, mut open, mut rest) = (Pattern::exact(""), false, text);
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|e| at + e) else { break };
        pattern = pattern.followed_by(plain(&rest[..at]));
        let inside = &rest[at + 2..end];
        match inside.trim() {
            special @ ("*" | "?" | "$") => pattern = pattern.followed_by(Pattern::exact(special)),
            _ => {
                let (key, default) = inside.split_once(',').map_or((inside, None), |(k, d)| (k, Some(d.trim().trim_matches('\''))));
                match (keys.known(&key.trim().to_lowercase()), default) {
                    (Known::One(value), _) => pattern = pattern.followed_by(Pattern::exact(&value)),
                    (Known::Open | Known::Always | Known::Free | Known::Begins(_) | Known::Unread(_), _) => {
                        open = true;
                        pattern = pattern.followed_by(Pattern::exact(&rest[at..=end]));
                    }
                    (_, Some(default)) => pattern = pattern.followed_by(Pattern::exact(default)),
                    (_, None) => return None,
                }
            }
        }
        rest = &rest[end + 1..];
    }
    Some(Filled { pattern: pattern.followed_by(plain(rest)), open })
}

/// The formula of a condition.
pub(super) fn evaluate(world: &mut World, condition: &Condition, variables: bool, keys: &dyn Keys) -> Formula {
    if condition.operator == Operator::Unknown {
        return world.unread(&format!("a condition on {} has an operator that AWS does not have", condition.key));
    }
    let known = keys.known(&condition.lower);
    if let Known::Unread(why) = &known {
        return world.unread(why);
    }
    let present = present(world, condition, &known, keys.hop());
    if condition.operator == Operator::Null {
        return condition.values.iter().fold(NO, |sum, value| {
            let test = match value.to_ascii_lowercase().as_str() {
                "true" => world.not(present),
                "false" => present,
                _ => NO,
            };
            world.or(sum, test)
        });
    }
    let wild = matches!(condition.operator, Operator::Like | Operator::Arn);
    let filled: Vec<Filled> = condition.values.iter().filter_map(|v| fill(v, wild, variables, keys)).collect();
    let test = match condition.each {
        Each::One => {
            let holds = any(world, condition, &known, &filled, keys);
            if condition.negated { world.not(holds) } else { holds }
        }
        Each::Any | Each::All => qualified(world, condition, &known, &filled, keys),
    };
    if condition.if_exists {
        let missing = world.not(present);
        return world.or(test, missing);
    }
    test
}

fn present(world: &mut World, condition: &Condition, known: &Known, hop: u32) -> Formula {
    match known {
        Known::Absent | Known::Unread(_) => NO,
        Known::One(_) | Known::Many(_) | Known::Begins(_) | Known::Always => YES,
        Known::Open | Known::Free => world.atom(Atom {
            hop,
            key: condition.lower.clone(),
            relation: Relation::Present,
            operator: String::new(),
            values: Vec::new(),
            free: *known == Known::Free,
            unread: false,
            shown: condition.key.clone(),
        }),
    }
}

/// Whether the key's value is one of those of the condition, not negated.
fn any(world: &mut World, condition: &Condition, known: &Known, filled: &[Filled], keys: &dyn Keys) -> Formula {
    let closed = filled.iter().all(|f| !f.open);
    match known {
        Known::Absent => NO,
        Known::One(value) if closed => truth(filled.iter().any(|f| holds(condition.operator, value, &f.pattern))),
        Known::Many(values) if closed => truth(values.iter().any(|v| filled.iter().any(|f| holds(condition.operator, v, &f.pattern)))),
        Known::Begins(prefix) if closed => {
            let cover = filled.iter().map(|f| f.pattern.covers(prefix)).max().unwrap_or(Cover::None);
            match cover {
                Cover::All => YES,
                Cover::None => NO,
                // In which region is not known; a key is used by S3 of its own.
                Cover::Some if condition.lower == "kms:viaservice" => YES,
                Cover::Some => test(world, condition, "", known, filled, keys),
            }
        }
        _ if condition.operator == Operator::Bool && closed => boolean(world, condition, known, filled, keys),
        _ => test(world, condition, "", known, filled, keys),
    }
}

/// A boolean that is there is true, or it is false.
fn boolean(world: &mut World, condition: &Condition, known: &Known, filled: &[Filled], keys: &dyn Keys) -> Formula {
    let wants = |value: &str| filled.iter().any(|f| f.pattern.lower().matches(value));
    let present = present(world, condition, known, keys.hop());
    let (yes, no) = (wants("true"), wants("false"));
    if yes && no {
        return present;
    }
    let word = Filled { pattern: Pattern::exact("true"), open: false };
    let is_true = test(world, condition, "", known, &[word], keys);
    match (yes, no) {
        (true, _) => is_true,
        (_, true) => world.without(present, is_true),
        _ => NO,
    }
}

/// `ForAnyValue` and `ForAllValues`.
fn qualified(world: &mut World, condition: &Condition, known: &Known, filled: &[Filled], keys: &dyn Keys) -> Formula {
    let of = |value: &String| filled.iter().any(|f| holds(condition.operator, value, &f.pattern)) != condition.negated;
    let all = condition.each == Each::All;
    let closed = filled.iter().all(|f| !f.open);
    match known {
        Known::Absent => truth(all),
        Known::One(value) if closed => truth(of(value)),
        Known::Many(values) if closed => truth(if all { values.iter().all(of) } else { values.iter().any(of) }),
        // There is nothing that a value could be: none is, so all that there are are something else.
        _ if !filled.iter().any(|f| can_be(condition.operator, &f.pattern)) => match (all, condition.negated) {
            (true, true) => YES,
            (false, false) => NO,
            (all, _) => {
                let present = present(world, condition, known, keys.hop());
                if all { world.not(present) } else { present }
            }
        },
        _ => test(world, condition, if all { "ForAllValues" } else { "ForAnyValue" }, known, filled, keys),
    }
}

/// Whether some value could pass.
fn can_be(operator: Operator, pattern: &Pattern) -> bool {
    operator != Operator::Bool || ["true", "false"].iter().any(|word| pattern.lower().matches(word))
}

fn truth(holds: bool) -> Formula {
    if holds { YES } else { NO }
}

/// A test that only the request decides.
fn test(world: &mut World, condition: &Condition, each: &str, known: &Known, filled: &[Filled], keys: &dyn Keys) -> Formula {
    let mut values: Vec<Pattern> = filled.iter().map(|f| f.pattern.clone()).collect();
    if condition.operator == Operator::Bool {
        values = values.iter().map(Pattern::lower).filter(|v| matches!(v.to_string().as_str(), "true" | "false")).collect();
    }
    values.sort();
    values.dedup();
    if values.is_empty() {
        return NO;
    }
    if keys.excludes(&condition.lower, &values) {
        return NO;
    }
    let simple = each.is_empty() && filled.iter().all(|f| !f.open);
    let words = if each.is_empty() {
        name(condition.operator).to_owned()
    } else {
        let not = if condition.negated { "Not" } else { "" };
        let base = if name(condition.operator).is_empty() { "Like" } else { name(condition.operator) };
        format!("{each}:{not}{base}")
    };
    world.atom(Atom {
        hop: keys.hop(),
        key: condition.lower.clone(),
        relation: if simple { relation(condition.operator) } else { Relation::None },
        operator: if words.is_empty() && !simple { "Like".to_owned() } else { words },
        values,
        free: *known == Known::Free,
        unread: false,
        shown: condition.key.clone(),
    })
}

/// Whether an operator holds for a known value.
fn holds(operator: Operator, value: &str, pattern: &Pattern) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let numbers = |test: fn(f64, f64) -> bool| number(value).zip(pattern.literal().as_deref().and_then(number)).is_some_and(|(a, b)| test(a, b));
    match operator {
        Operator::Equals | Operator::Like | Operator::Binary => pattern.matches(value),
        Operator::Arn => arn_matches(pattern, value),
        Operator::EqualsIgnoringCase => pattern.lower().matches(&value.to_lowercase()),
        Operator::Bool => pattern.lower().matches(&value.to_lowercase()),
        Operator::NumericEquals => numbers(|a, b| a == b),
        Operator::NumericLess => numbers(|a, b| a < b),
        Operator::NumericLessOrEqual => numbers(|a, b| a <= b),
        Operator::NumericGreater => numbers(|a, b| a > b),
        Operator::NumericGreaterOrEqual => numbers(|a, b| a >= b),
        _ => false,
    }
}

/// Part by part between colons, the last part with the rest.
pub(super) fn arn_matches(pattern: &Pattern, arn: &str) -> bool {
    if pattern.is_all() {
        return true;
    }
    let text = pattern.to_string();
    // Only where no part has a wildcard that could be taken for a colon does the split matter.
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let values: Vec<&str> = arn.splitn(6, ':').collect();
    if parts.len() != 6 || values.len() != 6 {
        return pattern.matches(arn);
    }
    pattern.matches(arn) && parts.iter().zip(&values).all(|(p, v)| Pattern::new(p).matches(v))
}
