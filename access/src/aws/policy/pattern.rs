//! Text with wildcards and policy variables. Matching keeps one place to go back to, so it is at worst the product of both lengths.

use std::borrow::Cow;

use super::{Keys, Truth, context::Value};

/// A string of a policy, compiled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    pieces: Box<[Piece]>,
    variables: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Text(Box<str>),
    /// `?`
    One,
    /// `*`
    Many,
    /// `${key, 'default'}`, the key in lower case.
    Variable {
        key: Box<str>,
        default: Option<Box<str>>,
    },
}

/// A piece whose variables are known.
#[derive(Clone, Copy, Debug)]
enum Token<'a> {
    Text(&'a str),
    One,
    Many,
}

/// How a string of a policy is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${…}` are variables (policies of 2012-10-17).
    pub variables: bool,
}

impl Pattern {
    pub(crate) fn new(text: &str, reading: Reading) -> Self {
        Self::from(text, reading, 0)
    }

    /// A pattern of ARNs. Variables stand in the last part only; what has fewer than six parts goes on with anything.
    pub(crate) fn arn(text: &str, variables: bool) -> Self {
        let colons = colons(text);
        let reading = Reading { wildcards: true, variables };
        if text.starts_with("arn:") && colons.len() < 5 {
            return Self::new(&format!("{text}:*"), Reading { variables: false, ..reading });
        }
        Self::from(text, reading, colons.get(4).map_or(text.len(), |at| at + 1))
    }

    /// Compiles; before `from` there are no variables.
    fn from(text: &str, reading: Reading, from: usize) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if c == '$'
                && reading.variables
                && at >= from
                && let Some((variable, length)) = variable(&text[at..])
            {
                match variable {
                    Variable::Character(c) => plain.push_str(c),
                    Variable::Key { key, default } => {
                        flush(&mut pieces, &mut plain);
                        pieces.push(Piece::Variable { key, default });
                    }
                }
                at += length;
                continue;
            }
            match c {
                '*' if reading.wildcards => {
                    flush(&mut pieces, &mut plain);
                    if pieces.last() != Some(&Piece::Many) {
                        pieces.push(Piece::Many);
                    }
                }
                '?' if reading.wildcards => {
                    flush(&mut pieces, &mut plain);
                    pieces.push(Piece::One);
                }
                c => plain.push(c),
            }
            at += c.len_utf8();
        }
        flush(&mut pieces, &mut plain);
        let variables = pieces.iter().any(|p| matches!(p, Piece::Variable { .. }));
        Self { pieces: pieces.into(), variables }
    }

    /// Whether it matches everything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(&*self.pieces, [Piece::Many])
    }

    /// Whether it has neither wildcards nor variables.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.pieces.iter().all(|p| matches!(p, Piece::Text(_)))
    }

    /// The text, if it is nothing but text.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        match &*self.pieces {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text before the first wildcard or variable: everything that matches begins with it.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// Whether it is text and then anything.
    pub(crate) fn is_prefix(&self) -> bool {
        matches!(&*self.pieces, [Piece::Text(_), Piece::Many])
    }

    /// Whether it depends on the request's context.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.variables
    }

    /// Whether it matches a text; a variable without a value matches nothing.
    pub fn matches(&self, text: &str, keys: &dyn Keys) -> Truth {
        match &*self.pieces {
            [] => Truth::from(text.is_empty()),
            [Piece::Many] => Truth::Yes,
            [Piece::Text(plain)] => Truth::from(**plain == *text),
            [Piece::Text(plain), Piece::Many] => Truth::from(text.starts_with(&**plain)),
            pieces if !self.variables => Truth::from(glob(pieces.len(), |i| token(&pieces[i]), text)),
            _ => self.with_values(keys, |tokens, _| glob(tokens.len(), |i| tokens[i], text)),
        }
    }

    /// Whether it matches text without variables being looked at: for actions.
    pub(crate) fn matches_plainly(&self, text: &str) -> bool {
        glob(self.pieces.len(), |i| token(&self.pieces[i]), text)
    }

    /// Whether it is the text but for upper and lower case.
    pub(crate) fn equals_ignoring_case(&self, text: &str, keys: &dyn Keys) -> Truth {
        let folded = |s: &str| s.to_lowercase();
        if let Some(plain) = self.fixed() {
            return Truth::from(plain.eq_ignore_ascii_case(text) || folded(plain) == folded(text));
        }
        let text = folded(text);
        self.with_values(keys, |tokens, _| {
            let lower: Vec<String> = tokens.iter().map(|t| if let Token::Text(s) = t { folded(s) } else { String::new() }).collect();
            let lowered = |i: usize| if matches!(tokens[i], Token::Text(_)) { Token::Text(lower[i].as_str()) } else { tokens[i] };
            glob(tokens.len(), lowered, &text)
        })
    }

    /// Matches part by part between colons, as ARN conditions do.
    pub(crate) fn matches_arn(&self, text: &str, keys: &dyn Keys) -> Truth {
        if self.is_any() {
            return Truth::Yes;
        }
        if self.variables {
            // A variable that is not known may stand for several parts.
            return self
                .with_values(keys, |tokens, unknown| if unknown { glob(tokens.len(), |i| tokens[i], text) } else { parts_match(tokens, text) });
        }
        let tokens: Vec<Token<'_>> = self.pieces.iter().map(token).collect();
        Truth::from(parts_match(&tokens, text))
    }

    /// Fills the variables in. An unknown one stands for anything, and then a match is not sure.
    fn with_values(&self, keys: &dyn Keys, test: impl Fn(&[Token<'_>], bool) -> bool) -> Truth {
        let mut tokens = Vec::with_capacity(self.pieces.len());
        let mut unknown = false;
        let values: Vec<Option<Filled<'_>>> = self.pieces.iter().map(|piece| filled(piece, keys)).collect();
        for (piece, value) in self.pieces.iter().zip(&values) {
            tokens.push(match value {
                None => token(piece),
                Some(Filled::Text(text)) => Token::Text(text),
                Some(Filled::Unknown) => {
                    unknown = true;
                    Token::Many
                }
                Some(Filled::Nothing) => return Truth::No,
            });
        }
        match (test(&tokens, unknown), unknown) {
            (false, _) => Truth::No,
            (true, false) => Truth::Yes,
            (true, true) => Truth::Maybe,
        }
    }
}

enum Filled<'a> {
    Text(Cow<'a, str>),
    Unknown,
    Nothing,
}

fn filled<'a>(piece: &'a Piece, keys: &'a dyn Keys) -> Option<Filled<'a>> {
    let Piece::Variable { key, default } = piece else { return None };
    Some(match (keys.get(key), default) {
        (Value::Unknown, _) => Filled::Unknown,
        (Value::Known([one]), _) => Filled::Text(Cow::Borrowed(one)),
        (_, Some(default)) => Filled::Text(Cow::Borrowed(default)),
        // Keys of several values are no variables.
        (_, None) => Filled::Nothing,
    })
}

fn token(piece: &Piece) -> Token<'_> {
    match piece {
        Piece::Text(text) => Token::Text(text),
        Piece::One => Token::One,
        // Variables never come here; anything is the safe reading.
        Piece::Many | Piece::Variable { .. } => Token::Many,
    }
}

fn flush(pieces: &mut Vec<Piece>, plain: &mut String) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(std::mem::take(plain).into()));
    }
}

enum Variable {
    Character(&'static str),
    Key { key: Box<str>, default: Option<Box<str>> },
}

/// Reads `${key}` or `${key, 'default'}` at the start of a text, and how long it is.
fn variable(text: &str) -> Option<(Variable, usize)> {
    let inside = text.strip_prefix("${")?;
    let stop = inside.find([',', '}'])?;
    let key = inside[..stop].trim();
    let mut end = stop;
    let mut default = None;
    if inside.as_bytes()[stop] == b',' {
        let quoted = inside[stop + 1..].trim_start();
        let value = quoted.strip_prefix('\'')?;
        let close = value.find('\'')?;
        default = Some(value[..close].into());
        let rest = value[close + 1..].trim_start();
        rest.strip_prefix('}')?;
        end = inside.len() - rest.len();
    }
    let length = 2 + end + 1;
    let variable = match key {
        "*" => Variable::Character("*"),
        "?" => Variable::Character("?"),
        "$" => Variable::Character("$"),
        "" => return None,
        key => Variable::Key { key: key.to_lowercase().into(), default },
    };
    Some((variable, length))
}

/// Where the first five colons outside `${…}` are.
fn colons(text: &str) -> Vec<usize> {
    let (mut found, mut depth) = (Vec::with_capacity(5), 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if text[..at].ends_with('$') => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => found.push(at),
            _ => {}
        }
        if found.len() == 5 {
            break;
        }
    }
    found
}

/// Wildcards: one place to go back to is enough, the last `*`.
fn glob<'a>(count: usize, at: impl Fn(usize) -> Token<'a>, text: &str) -> bool {
    let (mut piece, mut here) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let rest = &text[here..];
        let step = match (piece < count).then(|| at(piece)) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Token::Many) => {
                piece += 1;
                if piece == count {
                    return true;
                }
                back = Some((piece, here));
                continue;
            }
            Some(Token::One) => rest.chars().next().map(char::len_utf8),
            Some(Token::Text(plain)) => rest.starts_with(plain).then_some(plain.len()),
        };
        if let Some(length) = step {
            piece += 1;
            here += length;
            continue;
        }
        let Some((after, from)) = back else { return false };
        let Some(next) = text[from..].chars().next() else { return false };
        let mut from = from + next.len_utf8();
        if let Token::Text(plain) = at(after) {
            match text[from..].find(plain) {
                Some(skip) => from += skip,
                None => return false,
            }
        }
        back = Some((after, from));
        (piece, here) = (after, from);
    }
}

/// Six parts, each for itself; the last one has the rest. A pattern of fewer parts goes on with anything.
fn parts_match(tokens: &[Token<'_>], text: &str) -> bool {
    let mut parts: Vec<Vec<Token<'_>>> = vec![Vec::new()];
    for token in tokens {
        let Token::Text(mut plain) = *token else {
            if let Some(part) = parts.last_mut() {
                part.push(*token);
            }
            continue;
        };
        while parts.len() < 6
            && let Some((before, after)) = plain.split_once(':')
        {
            push(&mut parts, before);
            parts.push(Vec::new());
            plain = after;
        }
        push(&mut parts, plain);
    }
    while parts.len() < 6 && matches!(tokens.first(), Some(Token::Text(t)) if t.starts_with("arn:")) {
        parts.push(vec![Token::Many]);
    }
    let values: Vec<&str> = text.splitn(6, ':').collect();
    values.len() == parts.len() && parts.iter().zip(&values).all(|(part, value)| glob(part.len(), |i| part[i], value))
}

fn push<'a>(parts: &mut [Vec<Token<'a>>], plain: &'a str) {
    if let (false, Some(part)) = (plain.is_empty(), parts.last_mut()) {
        part.push(Token::Text(plain));
    }
}
