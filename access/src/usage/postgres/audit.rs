//! `AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.t,…`: who is not said here, and the statement is not looked at.

use super::Access;

/// What pgaudit says of a statement, or of one relation in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Audit {
    /// Of the object's own audit, not the session's.
    pub(super) object: bool,
    class: String,
    command: String,
    /// Schema and name of a table, view or the like.
    pub(super) table: Option<(String, String)>,
}

impl Audit {
    /// Reads what follows `AUDIT: `.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let fields = fields(text, 7);
        let of = |i: usize| fields.get(i).map(|f| String::from_utf8_lossy(f).into_owned());
        let object = match of(0)?.as_str() {
            "OBJECT" => true,
            "SESSION" => false,
            _ => return None,
        };
        let (class, command, kind, name) = (of(3)?, of(4)?, of(5)?, of(6)?);
        let relation = matches!(kind.as_str(), "TABLE" | "VIEW" | "MATERIALIZED VIEW" | "FOREIGN TABLE");
        if !relation && !kind.is_empty() && class != "ROLE" {
            // A sequence, an index, a function: nothing that reach speaks of.
            return Some(Self { object, class: String::new(), command, table: None });
        }
        let table = if relation && !name.is_empty() { Some(qualified(&name)?) } else { None };
        Some(Self { object, class, command, table })
    }

    /// What was done; nothing that reach speaks of: none.
    pub(super) fn access(&self) -> Option<Access> {
        match (self.class.as_str(), self.command.as_str(), &self.table) {
            ("READ", "SELECT" | "COPY", _) | ("READ", _, Some(_)) => Some(Access::Read),
            ("WRITE", _, _) => Some(Access::Write),
            ("DDL", _, Some(_)) | ("ROLE", "GRANT" | "REVOKE", _) => Some(Access::Admin),
            // Without the extension's triggers the table is not named.
            ("DDL", "ALTER TABLE" | "DROP TABLE", None) => Some(Access::Admin),
            _ => None,
        }
    }
}

/// The first fields of comma-separated text, quotes undone; the last one may be cut off.
pub(super) fn fields(text: &[u8], most: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while out.len() < most {
        let mut field = Vec::new();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            rest = quoted;
            loop {
                match rest {
                    [b'"', b'"', after @ ..] => {
                        field.push(b'"');
                        rest = after;
                    }
                    [b'"', after @ ..] => {
                        rest = after;
                        break;
                    }
                    [byte, after @ ..] => {
                        field.push(*byte);
                        rest = after;
                    }
                    [] => break,
                }
            }
        }
        let end = rest.iter().position(|b| *b == b',').unwrap_or(rest.len());
        field.extend_from_slice(&rest[..end]);
        out.push(field);
        match rest.get(end + 1..) {
            Some(after) => rest = after,
            None => break,
        }
    }
    out
}

/// Schema and name of `public."Sales EU"`.
fn qualified(name: &str) -> Option<(String, String)> {
    let (schema, rest) = identifier(name)?;
    let (table, rest) = identifier(rest.strip_prefix('.')?)?;
    rest.is_empty().then_some((schema, table))
}

fn identifier(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut out = String::new();
    loop {
        let end = rest.find('"')?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                out.push('"');
                rest = after;
            }
            None => return Some((out, rest)),
        }
    }
}
