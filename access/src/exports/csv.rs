//! CSV with a header (RFC 4180), made rows of text.

use serde_json::{Map, Value};

/// Rows as objects; names of columns as they stand in the header.
pub(super) fn rows(text: &str) -> Result<Value, String> {
    let mut records = records(text)?.into_iter();
    let header = records.next().unwrap_or_default();
    let mut rows = Vec::new();
    for (i, record) in records.enumerate() {
        if record.len() != header.len() {
            return Err(format!("row {} has {} columns, the header {}", i + 1, record.len(), header.len()));
        }
        rows.push(Value::Object(header.iter().cloned().zip(record.into_iter().map(Value::String)).collect::<Map<_, _>>()));
    }
    Ok(Value::Array(rows))
}

fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    record.push(field);
    records.push(record);
    Ok(records.into_iter().filter(|r| r.len() > 1 || r.iter().any(|f| !f.is_empty())).collect())
}
