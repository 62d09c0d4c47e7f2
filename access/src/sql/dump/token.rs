//! SQL texts cut into statements and words: no grammar, no recursion, linear.

/// A word of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or keyword as it was folded; true when it was quoted, and so no keyword.
    Word(String, bool),
    /// A literal's content.
    Text(String),
    /// Any other character.
    Sign(char),
}

/// A statement, or a command of `psql` (one line, which begins with a backslash).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    /// Line on which it begins, from 1.
    pub(super) line: usize,
    pub(super) tokens: Vec<Token>,
    /// Where each token stands in `text`.
    pub(super) spans: Vec<(usize, usize)>,
    pub(super) text: &'a str,
}

/// Cuts a dump.
pub(super) struct Statements<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Statements<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes on by `bytes`, which end at a character.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let passed = &self.rest()[..bytes];
        self.line += passed.bytes().filter(|b| *b == b'\n').count();
        self.at += bytes;
        passed
    }

    /// Spaces and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let spaces = rest.len() - rest.trim_start().len();
            let end = |found: Option<usize>, len: usize| found.map_or(rest.len(), |end| end + len);
            let bytes = match &rest.as_bytes()[spaces..] {
                [b'-', b'-', ..] => end(rest[spaces..].find('\n').map(|e| e + spaces), 1),
                [b'/', b'*', ..] => end(rest[spaces..].find("*/").map(|e| e + spaces), 2),
                _ if spaces > 0 => spaces,
                _ => return,
            };
            self.skip(bytes);
        }
    }

    /// The rows after `COPY … FROM stdin;`.
    fn rows(&mut self) {
        let rest = self.rest();
        let end = rest.find("\n\\.").map_or(rest.len(), |end| end + 3);
        self.skip(end);
    }

    fn token(&mut self) -> Token {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or(' ');
        match first {
            '\'' => Token::Text(self.quoted('\'', false)),
            '"' => Token::Word(self.quoted('"', false), true),
            'E' | 'e' if rest[1..].starts_with('\'') => {
                self.skip(1);
                Token::Text(self.quoted('\'', true))
            }
            '$' => self.dollar(),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
                Token::Word(self.skip(end).to_lowercase(), false)
            }
            c => {
                self.skip(c.len_utf8());
                Token::Sign(c)
            }
        }
    }

    fn quoted(&mut self, quote: char, escapes: bool) -> String {
        self.skip(1);
        let mut out = String::new();
        let rest = self.rest();
        let mut chars = rest.char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            if c == quote {
                if chars.next_if(|(_, c)| *c == quote).is_some() {
                    out.push(quote);
                    continue;
                }
                self.skip(i + 1);
                return out;
            }
            out.push(c);
            if c == '\\' && escapes {
                out.extend(chars.next().map(|(_, c)| c));
            }
        }
        self.skip(rest.len());
        out
    }

    /// `$tag$ … $tag$`.
    fn dollar(&mut self) -> Token {
        let rest = self.rest();
        let tag =
            rest[1..].find('$').map(|end| &rest[..end + 2]).filter(|tag| tag[1..tag.len() - 1].chars().all(|c| c.is_alphanumeric() || c == '_'));
        let Some(tag) = tag else {
            self.skip(1);
            return Token::Sign('$');
        };
        let body = &rest[tag.len()..];
        let end = body.find(tag).unwrap_or(body.len());
        self.skip((tag.len() * 2 + end).min(rest.len()));
        Token::Text(body[..end].to_owned())
    }
}

/// How deep in a body of SQL (`BEGIN ATOMIC … END`) a token leaves one; `CASE` ends with `END` as well.
fn depth(body: usize, before: &[Token], token: &Token) -> usize {
    let is = |token: Option<&Token>, word: &str| matches!(token, Some(Token::Word(w, false)) if w == word);
    match token {
        Token::Word(word, false) if body == 0 => usize::from(word == "atomic" && is(before.last(), "begin") && is(before.first(), "create")),
        Token::Word(word, false) if word == "case" => body + 1,
        Token::Word(word, false) if word == "end" => body - 1,
        _ => body,
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Statement<'a>;

    fn next(&mut self) -> Option<Statement<'a>> {
        self.blank();
        let (line, start) = (self.line, self.at);
        if self.rest().is_empty() {
            return None;
        }
        let (mut tokens, mut spans) = (Vec::new(), Vec::new());
        if self.rest().starts_with('\\') {
            let end = self.rest().find('\n').unwrap_or(self.rest().len());
            let (command, stop) = (self.line, self.at + end);
            while self.at < stop {
                let from = self.at - start;
                tokens.push(self.token());
                spans.push((from, self.at - start));
                let spaces = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r']).len();
                self.skip(spaces);
            }
            return Some(Statement { line: command, tokens, spans, text: self.text[start..self.at].trim_end() });
        }
        let mut body = 0;
        loop {
            self.blank();
            if self.rest().is_empty() {
                break;
            }
            let from = self.at - start;
            match self.token() {
                Token::Sign(';') if body == 0 => break,
                token => {
                    body = depth(body, &tokens, &token);
                    tokens.push(token);
                }
            }
            spans.push((from, self.at - start));
        }
        if body > 0 {
            // The rest of the dump is no body: not understood.
            tokens.clear();
        }
        let is = |i: usize, word: &str| matches!(tokens.get(i), Some(Token::Word(w, false)) if w == word);
        if is(0, "copy") && (0..tokens.len()).any(|i| is(i, "from") && is(i + 1, "stdin")) {
            self.rows();
        }
        Some(Statement { line, tokens, spans, text: self.text[start..self.at].trim_end() })
    }
}
