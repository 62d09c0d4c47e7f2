//! A statement read word by word.

use super::token::{Statement, Token};

/// The words that are left.
#[derive(Clone, Debug)]
pub(super) struct Words<'a> {
    tokens: &'a [Token],
    spans: &'a [(usize, usize)],
    text: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn new(statement: &'a Statement<'_>) -> Self {
        Self { tokens: &statement.tokens, spans: &statement.spans, text: statement.text }
    }

    pub(super) fn is_done(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        self.spans = self.spans.get(1..).unwrap_or_default();
        Some(first)
    }

    fn is(&self, word: &str) -> bool {
        matches!(self.tokens.first(), Some(Token::Word(w, false)) if w == word)
    }

    /// Takes a keyword where it is the next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let is = self.is(word);
        if is {
            self.next();
        }
        is
    }

    pub(super) fn expect(&mut self, word: &str) -> Option<()> {
        self.take(word).then_some(())
    }

    pub(super) fn sign(&mut self, sign: char) -> bool {
        let is = self.tokens.first() == Some(&Token::Sign(sign));
        if is {
            self.next();
        }
        is
    }

    /// A keyword.
    pub(super) fn word(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(word, false) => Some(word.clone()),
            _ => None,
        }
    }

    /// A keyword, where one is next.
    pub(super) fn any_word(&mut self) -> Option<String> {
        matches!(self.tokens.first(), Some(Token::Word(_, false))).then(|| self.word()).flatten()
    }

    /// A name.
    pub(super) fn name(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(name, _) => Some(name.clone()),
            _ => None,
        }
    }

    /// Names with commas between them.
    pub(super) fn names(&mut self) -> Option<Vec<String>> {
        let mut names = vec![self.name()?];
        while self.sign(',') {
            names.push(self.name()?);
        }
        Some(names)
    }

    /// `schema.name`; without a schema it is `public`.
    pub(super) fn qualified(&mut self) -> Option<(String, String)> {
        let first = self.name()?;
        if self.sign('.') { Some((first, self.name()?)) } else { Some(("public".to_owned(), first)) }
    }

    /// A literal or number, with its sign.
    pub(super) fn skip_value(&mut self) {
        self.sign('-');
        self.next();
    }

    /// `OWNER TO name`, where that is next.
    pub(super) fn owner(&mut self) -> Option<String> {
        let mut words = self.clone();
        words.expect("owner")?;
        words.expect("to")?;
        let name = words.name()?;
        *self = words;
        Some(name)
    }

    /// Whether `MAPPING FOR …` follows: how somebody signs in elsewhere, his password among the options. A role may be called so as well.
    pub(super) fn is_mapping(&self) -> bool {
        let mut words = self.clone();
        words.take("mapping") && (words.take("for") || words.take("if"))
    }

    /// Whether these keywords follow each other somewhere.
    pub(super) fn contains(&self, words: &[&str]) -> bool {
        let is = |token: &Token, word: &&str| matches!(token, Token::Word(w, false) if w == *word);
        self.tokens.windows(words.len()).any(|tokens| tokens.iter().zip(words).all(|(token, word)| is(token, word)))
    }

    /// `name` or `name = true` among the options of a view.
    pub(super) fn option_is_on(&self, name: &str) -> bool {
        let Some(at) = self.tokens.iter().position(|t| matches!(t, Token::Word(w, _) if w == name)) else { return false };
        match (self.tokens.get(at + 1), self.tokens.get(at + 2)) {
            (Some(Token::Sign('=')), Some(Token::Word(value, _) | Token::Text(value))) => matches!(value.as_str(), "true" | "on" | "1" | "yes"),
            _ => true,
        }
    }

    /// All `a.b` in what is left.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let pair = |tokens: &[Token]| match tokens {
            [Token::Word(a, _), Token::Sign('.'), Token::Word(b, _)] => Some((a.clone(), b.clone())),
            _ => None,
        };
        let mut pairs: Vec<_> = self.tokens.windows(3).filter_map(pair).collect();
        pairs.sort();
        pairs.dedup();
        pairs
    }

    /// What stands in parentheses, as it is written.
    pub(super) fn parenthesised(&mut self) -> String {
        if self.tokens.first() != Some(&Token::Sign('(')) {
            return String::new();
        }
        let start = self.spans.first().map_or(0, |span| span.1);
        let (mut depth, mut end) = (0_usize, start);
        loop {
            let at = self.spans.first().map_or(end, |span| span.0);
            match self.next() {
                Some(Token::Sign('(')) => depth += 1,
                Some(Token::Sign(')')) => depth -= 1,
                Some(_) => {}
                None => break,
            }
            end = at;
            if depth == 0 {
                break;
            }
        }
        self.text.get(start..end).unwrap_or_default().to_owned()
    }

    /// Names of the columns of `CREATE TABLE`.
    pub(super) fn columns(&mut self) -> Vec<String> {
        const NO_COLUMN: [&str; 7] = ["constraint", "primary", "unique", "check", "foreign", "exclude", "like"];
        let (mut depth, mut columns, mut begins) = (0_usize, Vec::new(), false);
        if self.tokens.first() != Some(&Token::Sign('(')) {
            return columns;
        }
        while let Some(token) = self.next() {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth -= 1,
                Token::Word(name, quoted) if begins && depth == 1 && (*quoted || !NO_COLUMN.contains(&name.as_str())) => columns.push(name.clone()),
                _ => {}
            }
            begins = depth == 1 && matches!(token, Token::Sign('(' | ','));
            if depth == 0 {
                break;
            }
        }
        columns
    }
}
