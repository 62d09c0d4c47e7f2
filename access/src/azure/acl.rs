//! POSIX access lists of accounts with a hierarchical namespace.

use serde_json::Value;

use crate::{exports::text, reach::Expr};

/// An entry of an access list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// `user`, `group`, `mask`, `other`.
    kind: String,
    /// Id; empty for the owner.
    id: String,
    /// r 4, w 2, x 1.
    bits: u8,
}

/// The list of a folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Acl {
    owner: String,
    group: String,
    access: Vec<Entry>,
    defaults: Vec<Entry>,
}

/// To whom an entry speaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    User(String),
    Group(String),
    /// Everybody of whom nothing else is said.
    Other,
}

pub(super) const READ: u8 = 4;
pub(super) const WRITE: u8 = 2;
pub(super) const EXECUTE: u8 = 1;

impl Acl {
    /// Reads what `az storage fs access show` prints.
    pub(super) fn new(value: &Value) -> Result<Self, String> {
        let list = text(value, &["acl"]).ok_or("there is no `acl`")?;
        let mut acl = Self { owner: id(value, "owner"), group: id(value, "group"), ..Self::default() };
        for one in list.split(',').map(str::trim).filter(|e| !e.is_empty()) {
            let (default, rest) = one.strip_prefix("default:").map_or((false, one), |rest| (true, rest));
            let parts: Vec<&str> = rest.split(':').collect();
            let [kind, id, bits] = parts.as_slice() else { return Err(format!("`{one}` is no entry of an access list")) };
            if !["user", "group", "mask", "other"].contains(kind) {
                return Err(format!("`{kind}` in an access list is not known"));
            }
            let entry = Entry { kind: (*kind).to_owned(), id: id.to_ascii_lowercase(), bits: parse(bits)? };
            if default { acl.defaults.push(entry) } else { acl.access.push(entry) }
        }
        Ok(acl)
    }

    /// Who owns it.
    pub(super) fn owner(&self) -> Option<&str> {
        Some(self.owner.as_str()).filter(|o| !o.is_empty())
    }

    /// Everybody of whom something is said, with what he has.
    pub(super) fn subjects(&self, defaults: bool) -> Vec<(Subject, u8)> {
        let list = if defaults { &self.defaults } else { &self.access };
        let mask = list.iter().find(|e| e.kind == "mask").map_or(7, |e| e.bits);
        let mut out = Vec::new();
        for entry in list {
            let subject = match (entry.kind.as_str(), entry.id.as_str()) {
                // What is made later belongs to who makes it.
                ("user", "") if defaults || self.owner.is_empty() => continue,
                ("user", "") => (Subject::User(self.owner.clone()), entry.bits),
                ("user", id) => (Subject::User(id.to_owned()), entry.bits & mask),
                ("group", "") if self.group.is_empty() => continue,
                ("group", "") => (Subject::Group(self.group.clone()), entry.bits & mask),
                ("group", id) => (Subject::Group(id.to_owned()), entry.bits & mask),
                ("other", _) => (Subject::Other, entry.bits),
                _ => continue,
            };
            out.push(subject);
        }
        out
    }

    /// Whether somebody who is in some groups has all these bits: his own entry decides, then those of his groups, then that of all others.
    pub(super) fn bits(&self, user: Option<&str>, groups: &dyn Fn(&str) -> Expr, wanted: u8) -> Expr {
        let subjects = self.subjects(false);
        if let Some((_, bits)) = subjects.iter().find(|(s, _)| matches!(s, Subject::User(id) if user == Some(id.as_str()))) {
            return Expr::Is(bits & wanted == wanted);
        }
        let of_group = |(subject, bits): &(Subject, u8)| match subject {
            Subject::Group(id) => Some((groups(id), bits & wanted == wanted)),
            _ => None,
        };
        let of_groups: Vec<(Expr, bool)> = subjects.iter().filter_map(of_group).collect();
        let in_none = Expr::any(of_groups.iter().map(|(is, _)| is.clone())).negated();
        let others = subjects.iter().any(|(s, bits)| *s == Subject::Other && bits & wanted == wanted);
        Expr::any(of_groups.into_iter().filter(|(_, has)| *has).map(|(is, _)| is)).or(in_none.and(Expr::Is(others)))
    }
}

/// `$superuser` is nobody: it stands for the account key.
fn id(value: &Value, field: &str) -> String {
    text(value, &[field]).filter(|id| *id != "$superuser").unwrap_or_default().to_ascii_lowercase()
}

fn parse(bits: &str) -> Result<u8, String> {
    let mut chars = bits.chars();
    let mut out = 0;
    for (letter, bit) in [('r', READ), ('w', WRITE), ('x', EXECUTE)] {
        match chars.next() {
            Some(c) if c == letter => out |= bit,
            Some('-') => {}
            _ => return Err(format!("`{bits}` is no set of permissions")),
        }
    }
    Ok(out)
}
