//! The context keys of a request, as far as they are known.

use std::collections::{BTreeMap, BTreeSet};

use super::json::Json;

/// Three values: no, perhaps (for lack of a key), yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Whatever the unknown keys are: no.
    No,
    /// Depends on keys that are not known.
    Maybe,
    /// Whatever the unknown keys are: yes.
    Yes,
}

impl From<bool> for Truth {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

impl Truth {
    /// The greatest of them, no if there are none; stops at the first yes.
    pub(crate) fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut most = Self::No;
        for one in all {
            most = most.max(one);
            if most == Self::Yes {
                break;
            }
        }
        most
    }

    /// The least of them, yes if there are none; stops at the first no.
    pub(crate) fn all(all: impl IntoIterator<Item = Self>) -> Self {
        let mut least = Self::Yes;
        for one in all {
            least = least.min(one);
            if least == Self::No {
                break;
            }
        }
        least
    }
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The request has no such key.
    Absent,
    /// It may have it, with whatever value.
    Unknown,
    /// It has these values; numbers and booleans as they are printed.
    Known(&'a [Box<str>]),
}

/// Where conditions and variables find the request's keys.
pub trait Keys {
    /// What is known of a key, given in lower case.
    fn get(&self, key: &str) -> Value<'_>;
}

/// The values of a key.
type Values = Box<[Box<str>]>;

/// Keys given one by one; all others are absent.
#[derive(Clone, Debug, Default)]
pub struct Context {
    known: BTreeMap<Box<str>, Values>,
    unknown: BTreeSet<Box<str>>,
}

impl Context {
    /// No key at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key; a later value takes the place of an earlier one.
    pub fn set<S: AsRef<str>>(&mut self, key: &str, values: impl IntoIterator<Item = S>) {
        let values = values.into_iter().map(|v| v.as_ref().into()).collect();
        self.known.insert(key.to_lowercase().into(), values);
    }

    /// Says that nothing is known of a key, not even whether it is there.
    pub fn set_unknown(&mut self, key: &str) {
        self.unknown.insert(key.to_lowercase().into());
    }

    /// Sets a key from JSON: a string, number or boolean, or a list of them; null is absent.
    ///
    /// # Errors
    /// What the value is instead.
    pub fn set_json(&mut self, key: &str, value: &Json) -> Result<(), &'static str> {
        if *value != Json::Null {
            let values: Option<Vec<&str>> = value.one_or_many().iter().map(Json::scalar).collect();
            self.set(key, values.ok_or("not a string, number or boolean, nor a list of them")?);
        }
        Ok(())
    }
}

impl Keys for Context {
    fn get(&self, key: &str) -> Value<'_> {
        if self.unknown.contains(key) {
            return Value::Unknown;
        }
        self.known.get(key).map_or(Value::Absent, |values| Value::Known(values))
    }
}
