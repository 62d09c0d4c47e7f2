//! `GRANT` and `REVOKE`.

use super::words::Words;
use crate::sql::{Grantee, Privilege, PrivilegeSet};

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    Tables(Vec<(String, String)>),
    Schemas(Vec<String>),
    Databases(Vec<String>),
    /// Schema, name with arguments.
    Function(String, String),
    /// Roles are given.
    Roles(Vec<String>),
    /// Objects to come, of this kind.
    Defaults(char),
    /// Types, sequences and others that hold no rows.
    Nothing,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// Not revoked.
    pub(super) given: bool,
    /// `None`: all.
    privileges: Option<PrivilegeSet>,
    pub(super) columns: Vec<(Privilege, String)>,
    pub(super) on: On,
    pub(super) to: Vec<Grantee>,
    /// WITH GRANT OPTION, WITH ADMIN OPTION.
    pub(super) option: bool,
    /// Only the option is revoked.
    pub(super) option_only: bool,
    pub(super) inherit: Option<bool>,
    pub(super) set: Option<bool>,
    pub(super) by: Option<String>,
}

impl Grant {
    /// Behind the first word.
    pub(super) fn parse(given: bool, words: &mut Words<'_>) -> Option<Self> {
        let option_only = !given && words.take("grant") && words.take("option") && words.take("for");
        let mut grant = Self {
            given,
            privileges: None,
            columns: Vec::new(),
            on: On::Nothing,
            to: Vec::new(),
            option: false,
            option_only,
            inherit: None,
            set: None,
            by: None,
        };
        let roles = grant.what(words)?;
        grant.on = if words.take("on") { on(words)? } else { On::Roles(roles) };
        words.expect(if given { "to" } else { "from" })?;
        let everyone = |name: String| if name == "public" { Grantee::Public } else { Grantee::Role(name) };
        words.take("group");
        grant.to = words.names()?.into_iter().map(everyone).collect();
        grant.terms(words)?;
        words.is_done().then_some(grant)
    }

    /// Privileges with their columns, or roles.
    fn what(&mut self, words: &mut Words<'_>) -> Option<Vec<String>> {
        let mut roles = Vec::new();
        loop {
            let mut name = words.name()?;
            if name == "all" {
                words.take("privileges");
                self.column_list(words, &[Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::References])?;
            } else {
                if name == "alter" && words.take("system") {
                    name.push_str(" system");
                }
                match name.parse::<Privilege>() {
                    Ok(privilege) if self.column_list(words, &[privilege])? => {}
                    Ok(privilege) => self.privileges = Some(self.privileges.unwrap_or_default().with(privilege)),
                    Err(()) => {}
                }
                roles.push(name);
            }
            if !words.sign(',') {
                break;
            }
        }
        if !self.columns.is_empty() {
            self.privileges.get_or_insert_default();
        }
        Some(roles)
    }

    /// `(a, b)` behind a privilege.
    fn column_list(&mut self, words: &mut Words<'_>, privileges: &[Privilege]) -> Option<bool> {
        if !words.sign('(') {
            return Some(false);
        }
        let names = words.names()?;
        self.columns.extend(names.iter().flat_map(|name| privileges.iter().map(move |p| (*p, name.clone()))));
        words.sign(')').then_some(true)
    }

    /// `WITH GRANT OPTION`, `WITH ADMIN OPTION, INHERIT TRUE, SET FALSE`, `GRANTED BY x`, `CASCADE`.
    fn terms(&mut self, words: &mut Words<'_>) -> Option<()> {
        if words.take("with") {
            loop {
                let term = words.word()?;
                let on = words.take("option") || words.take("true") || !words.take("false");
                match term.as_str() {
                    "grant" | "admin" => self.option = on,
                    "inherit" => self.inherit = Some(on),
                    "set" => self.set = Some(on),
                    _ => return None,
                }
                if !words.sign(',') {
                    break;
                }
            }
        }
        if words.take("granted") {
            words.expect("by")?;
            self.by = Some(words.name()?);
        }
        let _ = words.take("cascade") || words.take("restrict");
        Some(())
    }

    /// The privileges; ALL stands for those of a kind of thing.
    pub(super) fn all(&self, kind: char) -> PrivilegeSet {
        use Privilege as P;
        self.privileges.unwrap_or_else(|| {
            if !self.columns.is_empty() {
                return PrivilegeSet::NONE;
            }
            let all: &[P] = match kind {
                'n' => &[P::Usage, P::Create],
                'd' => &[P::Create, P::Temporary, P::Connect],
                'f' => &[P::Execute],
                _ => &[P::Insert, P::Select, P::Update, P::Delete, P::Truncate, P::References, P::Trigger, P::Maintain],
            };
            all.iter().copied().collect()
        })
    }
}

fn on(words: &mut Words<'_>) -> Option<On> {
    let tables = |words: &mut Words<'_>| {
        let mut all = vec![words.qualified()?];
        while words.sign(',') {
            all.push(words.qualified()?);
        }
        Some(On::Tables(all))
    };
    let kinds = [("tables", 'r'), ("schemas", 'n'), ("functions", 'f'), ("routines", 'f'), ("sequences", 'S'), ("types", 'T')];
    if let Some((_, kind)) = kinds.iter().find(|(word, _)| words.take(word)) {
        return Some(On::Defaults(*kind));
    }
    if words.take("large") {
        words.take("objects");
        words.take("object");
        words.skip_value();
        return Some(On::Nothing);
    }
    if words.take("table") {
        return tables(words);
    }
    if words.take("schema") {
        return words.names().map(On::Schemas);
    }
    if words.take("database") {
        return words.names().map(On::Databases);
    }
    if words.take("function") || words.take("procedure") || words.take("routine") {
        let (schema, name) = words.qualified()?;
        return Some(On::Function(schema, format!("{name}({})", words.parenthesised())));
    }
    if words.take("sequence")
        || words.take("type")
        || words.take("domain")
        || words.take("language")
        || words.take("tablespace")
        || words.take("parameter")
    {
        words.qualified()?;
        return Some(On::Nothing);
    }
    if words.take("foreign") {
        let _ = words.take("server") || (words.take("data") && words.take("wrapper"));
        words.name()?;
        return Some(On::Nothing);
    }
    tables(words)
}
