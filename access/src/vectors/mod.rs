//! Vector stores and search engines: who reaches a collection or an index.
//!
//! | folder | files |
//! |---|---|
//! | `vectors/qdrant/NAME/` | `config.json` (the part `service`), `collections.json`, `tokens.json` (payloads of tokens that were given out) |
//! | `vectors/weaviate/NAME/` | `config.json` (variables of the environment), `schema.json`, `roles.json`, `users.json`, `groups.json` |
//! | `vectors/milvus/NAME/` | `config.json`, `collections.json`, `roles.json`, `users.json`, `privilege-groups.json` |
//! | `vectors/opensearch/NAME/` | `roles.json`, `rolesmapping.json`, `internalusers.json`, `actiongroups.json`, `indices.json`, `config.json` |
//! | `vectors/elasticsearch/NAME/` | `roles.json`, `users.json`, `role-mappings.json`, `indices.json` |
//!
//! A key is a bearer: whoever holds it. Tokens of Qdrant are not kept by the server: those that were exported are listed, others may exist.

mod milvus;
mod qdrant;
mod search;
#[cfg(test)]
mod tests;
mod weaviate;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    exports::Exports,
    inventory::{Gap, Reading},
    reach::{Access, Expr, Kind, Reach, Way, Ways, Who, unread, when},
};

/// A kind of store.
struct Driver {
    name: &'static str,
    files: &'static [&'static str],
    /// Names of what it holds, whatever else can be read.
    collections: fn(&Folder<'_>) -> Result<Vec<String>, String>,
    read: fn(&Folder<'_>) -> Result<Store, String>,
}

const DRIVERS: &[Driver] = &[
    Driver { name: "elasticsearch", files: search::ELASTIC_FILES, collections: search::indices, read: search::elastic },
    Driver { name: "milvus", files: milvus::FILES, collections: milvus::collections, read: milvus::read },
    Driver { name: "opensearch", files: search::OPEN_FILES, collections: search::indices, read: search::open },
    Driver { name: "qdrant", files: qdrant::FILES, collections: qdrant::collections, read: qdrant::read },
    Driver { name: "weaviate", files: weaviate::FILES, collections: weaviate::collections, read: weaviate::read },
];

/// What somebody may do to collections of a pattern.
#[derive(Clone, Debug)]
struct Rule {
    pattern: String,
    access: Vec<Access>,
    way: Way,
}

impl Rule {
    fn new(pattern: &str, access: &[Access], policy: &str, statement: &str) -> Self {
        Self { pattern: pattern.to_owned(), access: access.to_vec(), way: Way::open(policy, statement) }
    }

    fn on(mut self, formula: Expr) -> Self {
        self.way = self.way.and(formula);
        self
    }

    /// Something of a pattern of which it is not known what it gives.
    fn unread(pattern: &str, policy: &str, statement: &str, what: &str) -> Self {
        Self::new(pattern, ALL, policy, statement).on(unread(format!("what {what} allows")))
    }

    fn through(mut self, steps: &[&str]) -> Self {
        self.way.via = steps.iter().map(|step| (*step).to_owned()).collect();
        self
    }
}

/// Everything.
const ALL: &[Access] = &Access::ALL;

/// A store as its files tell it.
#[derive(Debug, Default)]
struct Store {
    collections: Vec<String>,
    holders: Vec<(String, Who, Vec<Rule>)>,
    unread: Option<String>,
}

impl Store {
    fn add(&mut self, name: impl Into<String>, kind: Kind, rules: Vec<Rule>) {
        let external = matches!(kind, Kind::Anonymous | Kind::Holder);
        self.holders.push((name.into(), Who { kind, external }, rules));
    }

    fn anonymous(&mut self, policy: &str, statement: &str) {
        self.add("anonymous", Kind::Anonymous, vec![Rule::new("*", ALL, policy, statement)]);
    }
}

/// Files of one store.
struct Folder<'f> {
    exports: &'f Exports,
    place: String,
}

impl Folder<'_> {
    /// A file; what cannot be read ends it.
    fn file(&self, name: &str) -> Result<Option<&Value>, String> {
        match self.exports.file(&format!("{}/{name}", self.place)) {
            Reading::Absent => Ok(None),
            Reading::Read(value) => Ok(Some(value)),
            Reading::Unread(why) => Err(why),
        }
    }

    /// Rows of a file, none if it is not there.
    fn list(&self, name: &str, fields: &[&str]) -> Result<&[Value], String> {
        let Some(value) = self.file(name)? else { return Ok(&[]) };
        crate::exports::list(value, fields).map_err(|why| format!("{}/{name}: {why}", self.place))
    }

    /// Entries of a field, none if it is not there.
    fn entries<'v>(&self, value: &'v Value, field: &str) -> Result<&'v [Value], String> {
        match value.get(field) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(format!("{}: `{field}` is no list", self.place)),
        }
    }

    /// Entries of a file by name.
    fn map(&self, name: &str) -> Result<Vec<(&str, &Value)>, String> {
        let Some(value) = self.file(name)? else { return Ok(Vec::new()) };
        let map = value.as_object().ok_or_else(|| format!("{}/{name}: it is no object", self.place))?;
        Ok(map.iter().map(|(name, value)| (name.as_str(), value)).collect())
    }
}

/// What was exported of vector stores.
#[derive(Debug)]
pub struct Vectors {
    /// By kind and name.
    stores: BTreeMap<(String, String), Store>,
    gaps: Vec<Gap>,
    unknown: Vec<String>,
}

impl Vectors {
    /// Reads what lies below `vectors/`.
    #[must_use]
    pub fn new(exports: &Exports) -> Self {
        let (mut stores, mut gaps, mut patterns) = (BTreeMap::new(), Vec::new(), Vec::new());
        for driver in DRIVERS {
            patterns.extend(driver.files.iter().map(|file| format!("{}/*/{file}", driver.name)));
            for name in exports.folders(&format!("vectors/{}", driver.name)) {
                let folder = Folder { exports, place: format!("vectors/{}/{name}", driver.name) };
                let mut broken = |why: String| {
                    // A file that was listed when it was added is listed in the same words.
                    let (place, words) = why.split_once(": ").filter(|(file, _)| file.starts_with(&folder.place)).unwrap_or((&folder.place, &why));
                    gaps.push(Gap { place: place.to_owned(), why: words.to_owned() });
                    Store { unread: Some(why), ..Store::default() }
                };
                let mut store = (driver.read)(&folder).unwrap_or_else(&mut broken);
                match (driver.collections)(&folder) {
                    Ok(collections) => store.collections = collections,
                    Err(why) => drop(broken(why)),
                }
                stores.insert((driver.name.to_owned(), name.to_owned()), store);
            }
        }
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        Self { stores, gaps, unknown: exports.unknown("vectors", &patterns) }
    }

    /// What could not be read.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Files that are none of those it reads.
    #[must_use]
    pub fn unknown_files(&self) -> &[String] {
        &self.unknown
    }

    /// Kind and name of stores, and their collections.
    pub fn collections(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.stores.iter().flat_map(|((kind, name), store)| store.collections.iter().map(move |c| (kind.as_str(), name.as_str(), c.as_str())))
    }

    /// Everybody who reaches a collection.
    #[must_use]
    pub fn collection(&self, kind: &str, name: &str, collection: &str) -> Vec<Reach> {
        let Some(store) = self.stores.get(&(kind.to_owned(), name.to_owned())) else { return Vec::new() };
        let mut ways = Ways::default();
        for (holder, who, rules) in &store.holders {
            for rule in rules {
                let matches = fits(&rule.pattern, collection);
                rule.access.iter().for_each(|access| ways.add(holder, *who, *access, rule.way.clone().and(matches.clone())));
            }
        }
        if let Some(why) = &store.unread {
            ways.unread("everybody who reaches the server", why);
        }
        ways.rows(&format!("{kind}:{name}/{collection}"))
    }
}

/// Names of things in a list of objects or of names.
fn names(list: &[Value], fields: &[&str]) -> Vec<String> {
    list.iter().filter_map(|one| one.as_str().or_else(|| crate::exports::text(one, fields))).map(str::to_owned).collect()
}

/// Whether a name is one of a pattern with `*` and `?`. Regular expressions (`/…/`) stay tests.
fn fits(pattern: &str, name: &str) -> Expr {
    if pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/') {
        return when(format!("`{name}` matches {pattern}"));
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return Expr::NO,
            },
        }
    }
    Expr::Is(pattern[p..].iter().all(|c| *c == '*'))
}
