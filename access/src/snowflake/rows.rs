//! Rows of `SHOW GRANTS` and of `ACCOUNT_USAGE`, as JSON or CSV, names of columns in any case.

use std::collections::BTreeMap;

use serde_json::Value;

/// A row.
pub(super) type Row = BTreeMap<String, String>;

/// Rows of a file. Some tools wrap them in `data` or `rows`.
pub(super) fn rows(value: &Value) -> Result<Vec<Row>, String> {
    let list = crate::exports::list(value, &["data", "rows"])?;
    list.iter().map(row).collect()
}

fn row(value: &Value) -> Result<Row, String> {
    let fields = value.as_object().ok_or("a row is no object")?;
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Ok(fields.iter().map(|(name, value)| (name.trim().to_ascii_lowercase().replace(' ', "_"), text(value))).collect())
}

/// The first of these columns that says something.
pub(super) fn get<'r>(row: &'r Row, columns: &[&str]) -> Option<&'r str> {
    columns.iter().find_map(|column| row.get(*column)).map(String::as_str).filter(|v| !v.is_empty() && *v != "NULL" && *v != "null")
}

/// Parts of a name: `"My Db".PUBLIC.T` is `My Db`, `PUBLIC`, `T`. Signatures of functions stay with the last part.
pub(super) fn parts(name: &str) -> Vec<String> {
    let (mut out, mut part, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                part.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted && !part.contains('(') => out.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    out.push(part);
    out
}
