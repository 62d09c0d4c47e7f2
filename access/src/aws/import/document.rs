//! What is in a dumped file: a JSON document, an error that says there is nothing, or something that was not read.

use serde_json::Value;

use crate::inventory::Reading;

/// Error codes by which AWS says that there is none.
const NONE: &[&str] = &[
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchTagSet",
    "NoSuchAccessPointPolicy",
    "NoSuchAccessPoint",
    "AccessGrantsInstanceNotExistsError",
    "AccessGrantsInstanceResourcePolicyNotExists",
];

/// Reads a file as `aws` leaves it.
pub(super) fn open(bytes: &[u8]) -> Reading<Value> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let text = text.trim();
    if text.is_empty() {
        return Reading::Unread("the file is empty: the call failed".to_owned());
    }
    if !text.starts_with(['{', '[', '"']) {
        return match decoded(text) {
            Some(document) => open(document.as_bytes()),
            None => failed(text),
        };
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::String(inner)) if inner.trim_start().starts_with(['{', '%']) => open(inner.as_bytes()),
        Ok(value) => error_of(&value).map_or(Reading::Read(value), |text| failed(&text)),
        Err(e) if e.is_eof() => Reading::Unread(format!("{CUT} at line {}", e.line())),
        Err(e) => Reading::Unread(format!("the JSON is malformed: {e}")),
    }
}

const CUT: &str = "the JSON is cut off";

/// What is whole in a document of lists that is cut off: its complete elements.
pub(super) fn salvage(bytes: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|e| std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default());
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    // Where the last element of a list of the document ended, and what was open then.
    let mut whole: Option<usize> = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => {
                open.pop();
                if open == [b'{', b'['] {
                    whole = Some(at + 1);
                }
            }
            _ => {}
        }
    }
    serde_json::from_str(&format!("{}]}}", &text[..whole?])).ok()
}

/// An error answer kept as JSON.
fn error_of(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    if let Some(error) = get(value, "Error").filter(|e| e.get("Code").or_else(|| e.get("code")).is_some()) {
        return Some(error.to_string());
    }
    let named = ["__type", "errorCode", "ErrorCode"].iter().find_map(|key| object.get(*key));
    let plain = object.get("Code").filter(|_| object.contains_key("Message"));
    named.or(plain).and(Some(value.to_string())).or_else(|| object.get("error").filter(|e| e.is_string()).map(Value::to_string))
}

fn failed<T>(text: &str) -> Reading<T> {
    if NONE.iter().any(|code| text.contains(code)) {
        return Reading::Absent;
    }
    let line: String = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().chars().take(160).collect();
    Reading::Unread(format!("the call failed: {}", line.trim()))
}

/// A percent-encoded document.
fn decoded(text: &str) -> Option<String> {
    text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("%7b")).then(|| percent(text))
}

/// Undoes percent-encoding; what is no escape stays.
fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|h| u8::from_str_radix(std::str::from_utf8(h).ok()?, 16).ok());
        match hex {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A policy document: an object, a JSON string of one, or a percent-encoded one. As text that parses.
pub(super) fn policy(value: &Value) -> Result<String, String> {
    match value {
        Value::Object(_) => Ok(value.to_string()),
        Value::String(text) => {
            let text = text.trim();
            let text = if text.starts_with('{') { text.to_owned() } else { percent(text) };
            match serde_json::from_str::<Value>(&text) {
                Ok(Value::Object(_)) => Ok(text),
                Ok(_) => Err("the policy is no JSON object".to_owned()),
                Err(e) if e.is_eof() => Err("the policy is cut off".to_owned()),
                Err(e) => Err(format!("the policy is malformed: {e}")),
            }
        }
        _ => Err("the policy is no document".to_owned()),
    }
}

/// Whether an object is a policy document itself.
pub(super) fn is_policy(value: &Value) -> bool {
    get(value, "Statement").is_some_and(|s| s.is_array() || s.is_object())
}

/// A member by name; another case is taken when there is none in this one.
pub(super) fn get<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object.get(key).or_else(|| object.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)).filter(|v| !v.is_null())
}

/// A text member.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    get(value, key)?.as_str()
}

/// The members of a list; none when there is no list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    get(value, key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A flag, given as such or as a word.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    get(value, key).is_some_and(|v| v.as_bool().unwrap_or_else(|| v.as_str().is_some_and(|s| s.eq_ignore_ascii_case("true"))))
}

/// Tags as AWS lists them, or as an object.
pub(super) fn tags(value: &Value) -> std::collections::BTreeMap<String, String> {
    match value {
        Value::Array(list) => list.iter().filter_map(|tag| Some((text(tag, "Key")?.to_owned(), text(tag, "Value")?.to_owned()))).collect(),
        Value::Object(map) => map.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect(),
        _ => std::collections::BTreeMap::new(),
    }
}

/// Account and region of an ARN.
pub(super) fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|a| is_account(a))
}

pub(super) fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|r| !r.is_empty())
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
