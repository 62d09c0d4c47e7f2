//! What stands behind a name: an operator and a value, in the ways of programming languages, formats, commands and people.

use super::{
    bare::{bare, blank},
    key::{self, Folded, Kind, Word},
    pair,
    value::{Quoted, blanks, byte, line_before, quoted, spaces},
};

/// How a value is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `= "x"`, `: 'x'`, `=> "x"`.
    Literal,
    /// `== "x"`.
    Compared,
    /// `("password", "x")`.
    Argument,
    /// `password("x")`.
    Call,
    /// The second of two: `auth=("user", "x")`.
    Second,
    /// `<password>x</password>`, `key="password" value="x"`, `name: PASSWORD` and `value: x` on the next line.
    Markup,
    /// Bare, alone on its line: `password=x`, `password: x`.
    Line,
    /// Bare, among other things on its line.
    Inline,
    /// `?password=x&`.
    Query,
    /// `--password x`, `ENV PASSWORD x`.
    Flag,
    /// `the password is x`.
    Prose,
}

/// A value that was found behind a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) style: Style,
    /// Where the name begins.
    pub(super) name: usize,
    /// Another expression goes on behind it: `"x" + y`.
    pub(super) goes_on: bool,
    /// No blank between name, operator and value, or capitals: as in `PASSWORD=x`.
    pub(super) tight: bool,
    /// A statement ends behind it: its bare words are names in code.
    pub(super) code: bool,
    /// By `=` or `=>`, which nothing but values follow.
    pub(super) assigned: bool,
}

impl Found {
    pub(super) fn new(name: usize, start: usize, end: usize, style: Style) -> Self {
        Self { start, end, style, name, goes_on: false, tight: false, code: false, assigned: false }
    }
}

/// Where the parts of an assignment are.
pub(super) struct Places {
    /// Behind the quotes and brackets around the name.
    pub(super) close: usize,
    /// The operator, and behind it.
    pub(super) at: usize,
    pub(super) next: usize,
    /// What is assigned.
    pub(super) from: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Assign,
    Colon,
    Compare,
    Default,
    Arrow,
    Comma,
    Paren,
    Close,
    Blank,
}

/// The value behind the name of `word`.
pub(super) fn after(text: &[u8], word: &Word) -> Option<Found> {
    let close = closers(text, word.tail);
    let at = spaces(text, close, 64);
    let (operator, next) = operator(text, at, at > close, close > word.tail)?;
    let name = key::start(text, word);
    match operator {
        Operator::Comma => argument(text, word, name, next),
        Operator::Paren => call(text, word, name, next),
        Operator::Close => markup(text, name, next),
        Operator::Blank => blank(text, word, name, (close, at)),
        Operator::Assign | Operator::Colon | Operator::Compare | Operator::Default | Operator::Arrow => {
            assigned(text, (word, name), operator, (close, at, next))
        }
    }
}

/// Behind quotes and brackets that close around a name: `"password"`, `["password"]`, `\"password\"`, `password[32]`.
fn closers(text: &[u8], mut at: usize) -> usize {
    for _ in 0..8 {
        match byte(text, at) {
            b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'}' | b'*' => at += 1,
            b'[' => {
                let inside = text[at + 1..].iter().take(12).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                if byte(text, at + 1 + inside) != b']' {
                    return at;
                }
                at += inside + 2;
            }
            _ => return at,
        }
    }
    at
}

/// The operator at `at`, and what is behind it.
fn operator(text: &[u8], at: usize, apart: bool, closed: bool) -> Option<(Operator, usize)> {
    let (next, third) = (byte(text, at + 1), byte(text, at + 2));
    Some(match byte(text, at) {
        b'=' => match next {
            b'=' => (Operator::Compare, at + 2 + usize::from(third == b'=')),
            b'>' => (Operator::Arrow, at + 2),
            b'~' => return None,
            _ => (Operator::Assign, at + 1),
        },
        b':' => match next {
            b'=' => (Operator::Assign, at + 2),
            b'-' if !apart => (Operator::Default, at + 2),
            b':' => return None,
            _ => (Operator::Colon, at + 1),
        },
        b'!' if next == b'=' => (Operator::Compare, at + 2 + usize::from(third == b'=')),
        b'-' if next == b'>' => (Operator::Arrow, at + 2),
        b'<' if next == b'-' => (Operator::Assign, at + 2),
        b'|' if next == b'|' => (Operator::Default, at + 2 + usize::from(third == b'=')),
        b'?' => match next {
            b'?' => (Operator::Default, at + 2 + usize::from(third == b'=')),
            b':' => (Operator::Colon, at + 2),
            b'=' => (Operator::Assign, at + 2),
            _ => return None,
        },
        b'+' | b'.' if next == b'=' => (Operator::Assign, at + 2),
        b'>' if !apart => (Operator::Close, at + 1),
        b',' if opens(byte(text, spaces(text, at + 1, 8))) => (Operator::Comma, at + 1),
        b'(' | b'{' => (Operator::Paren, at + 1),
        b'"' | b'\'' | b'`' | b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'@' if apart => (Operator::Blank, at),
        b'\\' if closed && next == b'n' => (Operator::Blank, at),
        b'\n' | b'\r' => (Operator::Blank, at),
        b'<' if next == b'/' => (Operator::Blank, at),
        _ => return None,
    })
}

/// Whether a literal may begin so, or the next line.
fn opens(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'b' | b'@' | b'u' | b'N' | b'L' | b'\n' | b'\r')
}

/// `= x`: a literal, a literal in a call or behind a type, or a bare value.
fn assigned(text: &[u8], (word, name): (&Word, usize), operator: Operator, (close, at, next): (usize, usize, usize)) -> Option<Found> {
    let style = if operator == Operator::Compare { Style::Compared } else { Style::Literal };
    let from = spaces(text, next, 64);
    let literal =
        quoted(text, from).or_else(|| behind_line_end(text, from)).or_else(|| wrapped(text, from)).or_else(|| annotated(text, from, operator));
    if let Some(literal) = literal {
        let assigned = matches!(operator, Operator::Assign | Operator::Arrow | Operator::Compare | Operator::Default);
        return Some(Found { assigned, ..of_literal(text, name, literal, style) });
    }
    if byte(text, from) == b'(' || byte(text, from) == b'[' {
        return pair_of_two(text, name, from + 1);
    }
    if matches!(operator, Operator::Compare | Operator::Arrow) || byte(text, from) == b'\n' {
        return None;
    }
    bare(text, word, name, operator, &Places { close, at, next, from })
}

pub(super) fn of_literal(text: &[u8], name: usize, literal: Quoted, style: Style) -> Found {
    let next = spaces(text, literal.next, 8);
    let goes_on = matches!(byte(text, next), b'+' | b'%') || (byte(text, next) == b'.' && matches!(byte(text, next + 1), b' ' | b'$' | b'.'));
    Found { goes_on, ..Found::new(name, literal.start, literal.end, style) }
}

/// A literal alone on the next line.
fn behind_line_end(text: &[u8], at: usize) -> Option<Quoted> {
    let at = if byte(text, at) == b'(' { at + 1 } else { at };
    (matches!(byte(text, at), b'\n' | b'\r')).then(|| quoted(text, blanks(text, at, 1))).flatten()
}

/// Calls whose argument is the value: `String::from("x")`, `b64decode("x")`, `new SecureString("x")`.
const WRAPPERS: &[&str] = &[
    "atob",
    "byte",
    "bytes",
    "char",
    "code",
    "crypt",
    "decode",
    "digest",
    "encode",
    "encrypt",
    "from",
    "hash",
    "hashpw",
    "hex",
    "just",
    "literal",
    "make",
    "md5",
    "new",
    "of",
    "password",
    "quote",
    "secret",
    "sha",
    "some",
    "str",
    "strdup",
    "string",
    "sync",
    "text",
    "unhexlify",
    "value",
    "wstring",
];

fn wrapped(text: &[u8], at: usize) -> Option<Quoted> {
    if !byte(text, at).is_ascii_alphabetic() && !matches!(byte(text, at), b'_' | b'[') {
        return None;
    }
    let rest = &text[at..text.len().min(at + 48)];
    let path = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'!' | b' ' | b'[' | b']')).count();
    if byte(text, at + path) != b'(' {
        return None;
    }
    let callee = &rest[..path];
    let digits = callee.iter().rev().take_while(|b| b.is_ascii_digit() || matches!(b, b'!' | b'_')).count();
    let callee = &callee[..path - digits];
    let last = callee.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |p| p + 1);
    let callee = &callee[last..];
    let hump = callee.windows(2).rposition(|w| w[0].is_ascii_uppercase() && w[1].is_ascii_lowercase()).unwrap_or(0);
    let folded = Folded::of(&callee[hump..]);
    WRAPPERS.iter().any(|w| w.as_bytes() == folded.get()).then(|| quoted(text, spaces(text, at + path + 1, 8))).flatten()
}

/// A type between name and value: `: &'static str = "x"`, `: String? = "x"`, `As String = "x"`.
pub(super) fn annotated(text: &[u8], at: usize, operator: Operator) -> Option<Quoted> {
    if operator != Operator::Colon && operator != Operator::Blank {
        return None;
    }
    let rest = &text[at..text.len().min(at + 64)];
    let kind = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'<' | b'>' | b'[' | b']' | b'?' | b'&' | b'\'' | b'*' | b'|' | b'.' | b':' | b' ' | b';')
    };
    let length = rest.iter().take_while(|b| kind(b)).count();
    if length == 0 || byte(text, at + length) != b'=' || matches!(byte(text, at + length + 1), b'=' | b'>') {
        return None;
    }
    let from = blanks(text, at + length + 1, 1);
    quoted(text, from).or_else(|| wrapped(text, from))
}

/// `("user", "x")`.
fn pair_of_two(text: &[u8], name: usize, at: usize) -> Option<Found> {
    let first = quoted(text, spaces(text, at, 8)).map(|q| q.next).or_else(|| {
        let run = text.get(at..)?.iter().take(40).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
        (run > 0).then_some(at + run)
    })?;
    let comma = spaces(text, first, 8);
    if byte(text, comma) != b',' {
        return None;
    }
    let second = quoted(text, blanks(text, comma + 1, 1))?;
    matches!(byte(text, spaces(text, second.next, 8)), b')' | b']' | b'.').then(|| Found::new(name, second.start, second.end, Style::Second))
}

/// `("password", "x")`; `{"name": "password", "value": "x"}` as well.
fn argument(text: &[u8], word: &Word, name: usize, next: usize) -> Option<Found> {
    let at = blanks(text, next, 1);
    let literal = quoted(text, at);
    let Some(literal) = literal.filter(|q| !matches!(byte(text, spaces(text, q.next, 4)), b':' | b'=')) else {
        return pair::value(text, at).map(|(start, end)| Found::new(name, start, end, Style::Markup));
    };
    // The name is all there is between its quotes, and stands on the same line: others are lists.
    let before = name.checked_sub(1).map_or(0, |i| text[i]);
    let bare = matches!(byte(text, word.tail), b',' | b' ');
    let named = if bare { before != b'-' && !word.is_verb() } else { matches!(before, b'"' | b'\'' | b'`' | b'.' | b'/' | b'$' | b'[' | b'#') };
    if !named || text[next..at].contains(&b'\n') {
        return None;
    }
    // A list of words goes on or ends in `]`; a call ends here, or its default is the last.
    let behind = byte(text, spaces(text, literal.next, 4));
    let listed = matches!(behind, b',' | b']') || word.plural;
    Some(Found { goes_on: listed, ..Found::new(name, literal.start, literal.end, Style::Argument) })
}

/// `password("x")`, `password{"x"}`, and calls that take a user and a password.
fn call(text: &[u8], word: &Word, name: usize, next: usize) -> Option<Found> {
    let inner = &text[word.end..word.tail];
    if let Some(dot) = inner.iter().rposition(|b| *b == b'.') {
        let method = Folded::of(&inner[dot + 1..]);
        if ![&b"equals"[..], b"equalsignorecase", b"eq", b"compareto"].contains(&method.get()) {
            return None;
        }
    }
    let signs = inner.to_ascii_lowercase();
    if word.is_verb() && word.tail > word.end && text[word.end].is_ascii_uppercase() {
        // `passValue("x")`.
        return None;
    }
    if word.kind == Kind::Auth || signs.starts_with(b"authentication") || signs.starts_with(b"credential") {
        return pair_of_two(text, name, next);
    }
    let from = blanks(text, next, 1);
    let Some(literal) = quoted(text, from).or_else(|| wrapped(text, from)) else {
        return (text[next - 1] == b'{').then(|| behind_block(text, name, next)).flatten();
    };
    matches!(byte(text, spaces(text, literal.next, 4)), b')' | b'}' | b',' | b'.').then(|| of_literal(text, name, literal, Style::Call))
}

/// `Password { get; set; } = "x"`, `variable "password" { default = "x" }`.
fn behind_block(text: &[u8], name: usize, next: usize) -> Option<Found> {
    let rest = &text[next..text.len().min(next + super::AROUND)];
    let rest = &rest[..rest.iter().position(|b| *b == b'}')?];
    if line_before(text, name).ends_with(b"variable \"") {
        let default = memchr::memmem::find(rest, b"default")?;
        return pair::value(text, next + default).map(|(start, end)| Found::new(name, start, end, Style::Markup));
    }
    let equal = spaces(text, next + rest.len() + 1, 2);
    let accessors = rest.trim_ascii_start().starts_with(b"get");
    (accessors && byte(text, equal) == b'=')
        .then(|| quoted(text, spaces(text, equal + 1, 2)))
        .flatten()
        .map(|q| of_literal(text, name, q, Style::Literal))
}

/// `<password>x</password>`, `<string name="password">x</string>`.
fn markup(text: &[u8], name: usize, next: usize) -> Option<Found> {
    let before = line_before(text, name);
    let tag = memchr::memrchr(b'<', before)?;
    if before[tag..].contains(&b'>') {
        return None;
    }
    let start = spaces(text, next, 8);
    let rest = text.get(start..text.len().min(start + super::LONGEST))?;
    let end = start + rest.iter().position(|b| matches!(b, b'<' | b'\n' | b'\r'))?;
    let end = end - text[start..end].iter().rev().take_while(|b| **b == b' ').count();
    let close = blanks(text, end, 1);
    (byte(text, close) == b'<' && byte(text, close + 1) == b'/').then(|| Found::new(name, start, end, Style::Markup))
}
