//! What the tools of other platforms print into a folder: kept as it is, read when it is asked about.
//!
//! The first folder of a path names the platform (`gcp`, `azure`, `snowflake`, `bigquery`, `unity`, `vectors`). A file is JSON, one JSON document a
//! line, or CSV with a header; what is none of these is [`Reading::Unread`] and makes what hangs on it *unknown*.

mod csv;
mod platforms;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use platforms::Platforms;

use crate::inventory::{Gap, Reading};

/// Folders of platforms.
pub const PLATFORMS: [&str; 6] = ["azure", "bigquery", "gcp", "snowflake", "unity", "vectors"];

/// Parts of names of fields that hold secrets: in lower case, without what stands between words.
const SECRETS: [&str; 10] =
    ["password", "passwd", "passphrase", "secret", "allowedkeys", "privatekey", "connectionstring", "accountkey", "storagekey", "accesskey"];
/// How such names end. `…apikeyenabled` holds none.
const SECRET_ENDS: [&str; 3] = ["apikey", "apikeys", "token"];
/// Files whose fields at the top are names that people gave to things: what these are called says nothing of what they hold.
const NAMED: [&str; 7] =
    ["actiongroups.json", "internalusers.json", "policies.json", "role-mappings.json", "roles.json", "rolesmapping.json", "users.json"];

/// Files of other platforms by path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Exports {
    files: BTreeMap<String, Reading<Value>>,
}

impl Exports {
    /// Whether a path belongs here.
    #[must_use]
    pub fn takes(path: &str) -> bool {
        path.split_once('/').is_some_and(|(first, _)| PLATFORMS.contains(&first))
    }

    /// Adds a file by its path (`/` between parts). Gives why it could not be read.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Option<Gap> {
        let reading = open(path, bytes).map(|value| without_secrets(path, value));
        let gap = reading.unread().map(|why| Gap { place: path.to_owned(), why: why.to_owned() });
        self.files.insert(path.to_owned(), reading);
        gap
    }

    /// Notes a file that could not be opened.
    pub fn unread(&mut self, path: &str, why: &str) {
        self.files.insert(path.to_owned(), Reading::Unread(why.to_owned()));
    }

    /// Drops a file.
    pub fn forget(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Files below a folder: path below it, what it holds.
    pub(crate) fn below<'e>(&'e self, folder: &str) -> impl Iterator<Item = (&'e str, &'e Reading<Value>)> {
        let prefix = format!("{folder}/");
        let length = prefix.len();
        let from = self.files.range(prefix.clone()..);
        from.take_while(move |(path, _)| path.starts_with(&prefix)).map(move |(path, reading)| (&path[length..], reading))
    }

    /// Names of the folders in a folder.
    pub(crate) fn folders(&self, folder: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self.below(folder).filter_map(|(path, _)| path.split_once('/')).map(|(name, _)| name).collect();
        names.dedup();
        names
    }

    /// Files of a platform that fit none of the patterns of parts (`*` is any one part, `**` the rest).
    pub(crate) fn unknown(&self, platform: &str, patterns: &[&str]) -> Vec<String> {
        let fits = |pattern: &str, path: &str| {
            let mut parts = path.split('/');
            for wanted in pattern.split('/') {
                match (wanted, parts.next()) {
                    ("**", part) => return part.is_some(),
                    (_, None) => return false,
                    ("*", Some(_)) => {}
                    (wanted, Some(part)) if wanted == part => {}
                    _ => return false,
                }
            }
            parts.next().is_none()
        };
        let files = self.below(platform).filter(|(path, _)| !patterns.iter().any(|pattern| fits(pattern, path)));
        files.map(|(path, _)| format!("{platform}/{path}")).collect()
    }

    /// What `f` makes of a file. What is wrong with it is a gap, and why it is unread.
    pub(crate) fn parsed<'e, T>(&'e self, path: &str, gaps: &mut Vec<Gap>, f: impl FnOnce(&'e Value) -> Result<T, String>) -> Reading<T> {
        let parsed = match self.files.get(path) {
            None | Some(Reading::Absent) => return Reading::Absent,
            Some(Reading::Unread(why)) => Err(why.clone()),
            Some(Reading::Read(value)) => f(value),
        };
        match parsed {
            Ok(value) => Reading::Read(value),
            Err(why) => {
                let unread = format!("{path}: {why}");
                gaps.push(Gap { place: path.to_owned(), why });
                Reading::Unread(unread)
            }
        }
    }

    /// The same of a file without which an answer cannot be given: that it is not there is a gap as well, `missing` in words.
    pub(crate) fn needed<'e, T>(
        &'e self,
        path: &str,
        missing: &str,
        gaps: &mut Vec<Gap>,
        f: impl FnOnce(&'e Value) -> Result<T, String>,
    ) -> Reading<T> {
        match self.parsed(path, gaps, f) {
            Reading::Absent => {
                gaps.push(Gap { place: path.to_owned(), why: missing.to_owned() });
                Reading::Unread(format!("{path}: it was not exported"))
            }
            reading => reading,
        }
    }

    /// What a file holds; one that is not there is absent.
    pub(crate) fn file(&self, path: &str) -> Reading<&Value> {
        match self.files.get(path) {
            None | Some(Reading::Absent) => Reading::Absent,
            Some(Reading::Read(value)) => Reading::Read(value),
            Some(Reading::Unread(why)) => Reading::Unread(format!("{path}: {why}")),
        }
    }
}

fn open(path: &str, bytes: &[u8]) -> Reading<Value> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Reading::Unread("it is not UTF-8".into()) };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Reading::Unread("it is empty".into());
    }
    if path.ends_with(".csv") {
        return csv::rows(text).map_or_else(Reading::Unread, Reading::Read);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.get("error").is_some_and(Value::is_object) => Reading::Unread(format!("it holds an error: {}", message(&value))),
        Ok(value) => Reading::Read(value),
        Err(e) => match text.lines().map(str::trim).filter(|l| !l.is_empty()).map(serde_json::from_str).collect::<Result<Vec<Value>, _>>() {
            Ok(list) if list.len() > 1 => Reading::Read(Value::Array(list)),
            _ => Reading::Unread(format!("it is no JSON: {e}")),
        },
    }
}

/// Keys and passwords are of no use here and are not kept: only that there is one. What lies below a secret name is as secret. Flags are kept: they hold none.
fn without_secrets(path: &str, mut value: Value) -> Value {
    let named = path.rsplit('/').next().is_some_and(|file| NAMED.contains(&file));
    if let (true, Value::Object(map)) = (named, &mut value) {
        for (name, value) in map {
            let secret = !value.is_object() && is_secret(name);
            mask(value, secret);
        }
    } else {
        mask(&mut value, false);
    }
    value
}

fn mask(value: &mut Value, secret: bool) {
    let mut todo = vec![(value, secret)];
    while let Some((at, secret)) = todo.pop() {
        match at {
            Value::Array(list) => todo.extend(list.iter_mut().map(|value| (value, secret))),
            Value::Object(map) => todo.extend(map.iter_mut().map(|(name, value)| (value, secret || is_secret(name)))),
            Value::String(text) if !text.is_empty() && (secret || looks_secret(text)) => "set".clone_into(text),
            Value::Number(_) if secret => *at = Value::from("set"),
            _ => {}
        }
    }
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    SECRETS.iter().any(|word| name.contains(word)) || SECRET_ENDS.iter().any(|end| name.ends_with(end)) || name == "hash"
}

/// A signed token, or a private key, whatever it is called.
fn looks_secret(text: &str) -> bool {
    let text = text.trim_start();
    (text.starts_with("eyJ") && text.split('.').count() == 3 && !text.contains(' '))
        || (text.starts_with("-----BEGIN") && text.contains("PRIVATE KEY"))
}

fn message(value: &Value) -> String {
    let error = &value["error"];
    let text = error["message"].as_str().or_else(|| error["code"].as_str()).unwrap_or("without a message");
    text.chars().take(200).collect()
}

/// A list: an array, the array in one of these fields, or one object alone.
pub(crate) fn list<'v>(value: &'v Value, fields: &[&str]) -> Result<&'v [Value], String> {
    if let Value::Array(list) = value {
        return Ok(list);
    }
    match fields.iter().find_map(|field| value.get(field)) {
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(format!("`{}` is no list", fields.join("` or `"))),
        None if value.is_object() => Ok(std::slice::from_ref(value)),
        None => Err("it is no list".to_owned()),
    }
}

/// A field by any of its names.
pub(crate) fn text<'v>(value: &'v Value, fields: &[&str]) -> Option<&'v str> {
    fields.iter().find_map(|field| value.get(field)?.as_str())
}

/// The strings of a list; `None` if it is there and is none.
pub(crate) fn strings<'v>(value: &'v Value, field: &str) -> Option<Vec<&'v str>> {
    match value.get(field) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        Some(_) => None,
    }
}

/// A flag, written as a boolean or as text.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(is) => Some(*is),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("y") || text.eq_ignore_ascii_case("yes") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("n") || text.eq_ignore_ascii_case("no") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_kept() {
        let mut exports = Exports::default();
        exports.add("vectors/qdrant/q/config.json", br#"{"service": {"api_key": "k1", "read_only_api_key": "", "jwt_rbac": true}}"#);
        exports.add("vectors/weaviate/w/config.json", br#"{"AUTHENTICATION_APIKEY_ALLOWED_KEYS": "k1,k2", "AUTHENTICATION_APIKEY_ENABLED": "true"}"#);
        let kept = serde_json::to_string(&exports).unwrap();
        assert!(!kept.contains("k1") && !kept.contains("k2") && kept.contains("\"set\"") && kept.contains("\"true\""), "{kept}");
        assert_eq!(serde_json::from_str::<Exports>(&kept).unwrap(), exports);
    }

    #[test]
    fn nothing_below_a_secret_name_is_kept() {
        let mut exports = Exports::default();
        for text in [
            r#"{"OPENAI_APIKEY": "k1"}"#,
            r#"{"AZURE_STORAGE_KEY": "k1", "AZURE_STORAGE_CONNECTION_STRING": "k1"}"#,
            r#"{"private_key": "k1", "client-secret": {"value": ["k1"]}}"#,
            r#"{"api_keys": ["k1", {"n": "k1"}], "password": 4711}"#,
            r#"{"token": "k1"}"#,
            r#"{"list": ["eyJk1.eyJk1.k1", "-----BEGIN PRIVATE KEY-----k1"]}"#,
        ] {
            exports.add("vectors/qdrant/q/config.json", text.as_bytes());
            let kept = serde_json::to_string(&exports).unwrap();
            assert!(!kept.contains("k1") && !kept.contains("4711") && kept.contains("\"set\""), "{kept}");
        }
        // Flags hold none, and names of things are no names of fields.
        let kept = br#"{"secret_readers":{"index_permissions":[{"allowed_actions":["read"]}],"reserved":true}}"#;
        exports.add("vectors/opensearch/o/roles.json", kept);
        assert_eq!(exports.file("vectors/opensearch/o/roles.json").read().unwrap().to_string().as_bytes(), kept);
        exports.add("azure/s/storage-accounts/a/account.json", br#"{"allowSharedKeyAccess": false, "rotatePassword": true}"#);
        let account = exports.file("azure/s/storage-accounts/a/account.json");
        assert_eq!(
            (account.read().unwrap()["allowSharedKeyAccess"].as_bool(), account.read().unwrap()["rotatePassword"].as_bool()),
            (Some(false), Some(true))
        );
    }

    #[test]
    fn files_are_json_lines_or_csv() {
        let mut exports = Exports::default();
        assert_eq!(exports.add("gcp/a.json", b"\xef\xbb\xbf{\"a\": 1}"), None);
        assert_eq!(exports.add("snowflake/x/b.csv", b"A,B\r\n\"x, \"\"y\"\"\",2\r\n"), None);
        assert_eq!(exports.add("gcp/c.json", b"{\"a\": 1}\n{\"a\": 2}\n"), None);
        assert_eq!(exports.file("snowflake/x/b.csv").read().unwrap()[0]["A"], "x, \"y\"");
        assert_eq!(exports.file("gcp/c.json").read().unwrap()[1]["a"], 2);
        for (path, bytes) in [("gcp/d.json", &b""[..]), ("gcp/d.json", b"{"), ("gcp/d.json", b"\xff"), ("x.csv", b"A,B\n1\n"), ("x.csv", b"A\n\"1\n")]
        {
            assert!(exports.add(path, bytes).is_some(), "{path} {bytes:?}");
        }
        assert!(exports.add("gcp/e.json", br#"{"error": {"code": 403, "message": "denied"}}"#).unwrap().why.contains("denied"));
        assert!(Exports::takes("gcp/p/iam-policy.json") && !Exports::takes("buckets/x/policy.json") && !Exports::takes("gcp"));
    }
}
