//! `SHOW GRANTS` as MySQL and MariaDB print it.

use super::{Account, Grant, Name, RoleGrant, Scope};

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Grant(Grant),
    Role(RoleGrant),
    /// `SET DEFAULT ROLE r FOR u`.
    Default(Name, Name),
    /// Proxies, routines: nothing of tables.
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// Quoted by any quote.
    Quoted(String),
    Sign(char),
}

/// Reads one line; `None`: it is not understood.
pub(super) fn line(text: &str) -> Option<Line> {
    let tokens = tokens(text.trim().trim_end_matches(';'))?;
    let mut words = Words { tokens: &tokens };
    let first = words.word()?;
    match first.as_str() {
        "GRANT" => grant(&mut words, false),
        "REVOKE" => grant(&mut words, true),
        "SET" => {
            words.expect("DEFAULT")?;
            words.expect("ROLE")?;
            let role = words.account()?;
            words.expect("FOR")?;
            Some(Line::Default(role, words.account()?))
        }
        _ => None,
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' | '\'' | '"' => {
                let mut name = String::new();
                loop {
                    match chars.next()? {
                        q if q == c && chars.next_if_eq(&c).is_some() => name.push(c),
                        q if q == c => break,
                        '\\' if c != '`' => name.push(chars.next()?),
                        other => name.push(other),
                    }
                }
                out.push(Token::Quoted(name));
            }
            c if c.is_whitespace() => {}
            c if c.is_alphanumeric() || matches!(c, '_' | '$') => {
                let mut word = c.to_string();
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    word.push(c);
                }
                out.push(Token::Word(word));
            }
            c => out.push(Token::Sign(c)),
        }
    }
    Some(out)
}

struct Words<'a> {
    tokens: &'a [Token],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn is(&self, word: &str) -> bool {
        matches!(self.tokens.first(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.is(word);
        if is {
            self.next();
        }
        is
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.take(word).then_some(())
    }

    fn sign(&mut self, sign: char) -> bool {
        let is = self.tokens.first() == Some(&Token::Sign(sign));
        if is {
            self.next();
        }
        is
    }

    fn word(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(word) => Some(word.to_uppercase()),
            _ => None,
        }
    }

    fn name(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(name) | Token::Quoted(name) => Some(name.clone()),
            Token::Sign(_) => None,
        }
    }

    /// `user@host`; a role of MariaDB has no host.
    fn account(&mut self) -> Option<Name> {
        let user = self.name()?;
        let host = if self.sign('@') { self.name()? } else { String::new() };
        Some(Name { user, host })
    }

    fn accounts(&mut self) -> Option<Vec<Name>> {
        let mut all = vec![self.account()?];
        while self.sign(',') {
            all.push(self.account()?);
        }
        Some(all)
    }
}

fn grant(words: &mut Words<'_>, revoked: bool) -> Option<Line> {
    // Privileges are words, roles are quoted.
    if matches!(words.tokens.first(), Some(Token::Quoted(_))) {
        let roles = words.accounts()?;
        words.expect("TO")?;
        let to = words.account()?;
        let admin = words.take("WITH") && words.take("ADMIN");
        return Some(Line::Role(RoleGrant { roles, to, admin }));
    }
    let (mut privileges, mut columns) = (Vec::new(), Vec::new());
    loop {
        let mut name = Vec::new();
        while !words.is("ON") && matches!(words.tokens.first(), Some(Token::Word(_))) {
            name.push(words.word()?);
        }
        let name = name.join(" ");
        if words.sign('(') {
            loop {
                columns.push((name.clone(), words.name()?));
                if !words.sign(',') {
                    break;
                }
            }
            words.sign(')').then_some(())?;
        } else {
            privileges.push(if name == "ALL" { "ALL PRIVILEGES".to_owned() } else { name });
        }
        if !words.sign(',') {
            break;
        }
    }
    words.expect("ON")?;
    if privileges == ["PROXY"] || words.is("PROCEDURE") || words.is("FUNCTION") || words.is("PACKAGE") {
        return Some(Line::Nothing);
    }
    words.take("TABLE");
    let part = |words: &mut Words<'_>| if words.sign('*') { Some(None) } else { words.name().map(Some) };
    let database = part(words)?;
    words.sign('.').then_some(())?;
    let table = part(words)?;
    let on = match (database, table) {
        (None, None) => Scope::Global,
        (Some(database), None) => Scope::Database(database),
        (Some(database), Some(table)) => Scope::Table(database, table),
        (None, Some(_)) => return None,
    };
    if !words.take("TO") {
        words.expect("FROM")?;
    }
    let to = words.account()?;
    // What follows is how one logs in: not kept.
    let is = |token: &Token, keyword: &str| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
    let option = words.tokens.windows(2).any(|pair| is(&pair[0], "GRANT") && is(&pair[1], "OPTION"));
    Some(Line::Grant(Grant { to, privileges, columns, on, option, revoked }))
}

impl Account {
    /// `user@host` as it is printed.
    #[must_use]
    pub fn shown(&self) -> String {
        self.name.to_string()
    }
}
