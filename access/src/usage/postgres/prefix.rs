//! `log_line_prefix`: what stands before a message in `stderr` logs.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Debian's and Ubuntu's.
const DEFAULT: &str = "%m [%p] %q%u@%d ";

/// A prefix that has the user and the database in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    text: String,
    pieces: Vec<Piece>,
}

/// Why a prefix cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PrefixError {
    /// Something that has to be there is missing.
    #[error("`log_line_prefix` has no `{0}`, without which lines do not say {1}")]
    Missing(&'static str, &'static str),
    /// No escape of Postgres.
    #[error("`%{0}` is no escape of `log_line_prefix`")]
    Unknown(char),
    /// No telling where one ends.
    #[error("there is nothing between `%{0}` and what follows it: where it ends cannot be told")]
    Endless(char),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(char),
}

/// What the prefix of a line says, and what follows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'l> {
    pub(super) time: &'l str,
    pub(super) user: &'l str,
    pub(super) database: &'l str,
    pub(super) rest: &'l str,
}

impl Default for Prefix {
    fn default() -> Self {
        let field = Piece::Field;
        let literal = |text: &str| Piece::Literal(text.to_owned());
        let pieces = vec![field('m'), literal(" ["), field('p'), literal("] "), field('u'), literal("@"), field('d'), literal(" ")];
        Self { text: DEFAULT.to_owned(), pieces }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let field = if c == '%' { chars.find(|c| *c != '-' && !c.is_ascii_digit()) } else { None };
            match (c, field) {
                ('%', Some('q')) => {}
                ('%', Some(field)) if "audrhbpPtmnicelsvxQ".contains(field) => pieces.push(Piece::Field(field)),
                ('%', Some(other)) if other != '%' => return Err(PrefixError::Unknown(other)),
                _ => match pieces.last_mut() {
                    Some(Piece::Literal(known)) => known.push(c),
                    _ => pieces.push(Piece::Literal(c.into())),
                },
            }
        }
        let has = |wanted: &[char]| pieces.iter().any(|p| matches!(p, Piece::Field(f) if wanted.contains(f)));
        let needed: [(&[char], _, _); 3] = [(&['u'], "%u", "who"), (&['d'], "%d", "in which database"), (&['t', 'm', 'n'], "%m", "when")];
        for (wanted, name, what) in needed {
            if !has(wanted) {
                return Err(PrefixError::Missing(name, what));
            }
        }
        for (i, piece) in pieces.iter().enumerate() {
            if let Piece::Field(field) = piece
                && "audhib".contains(*field)
                && !matches!(pieces.get(i + 1), Some(Piece::Literal(_)))
            {
                return Err(PrefixError::Endless(*field));
            }
        }
        Ok(Self { text: text.to_owned(), pieces })
    }
}

impl Prefix {
    /// Takes the prefix off a line.
    pub(super) fn split<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let mut head = Head { time: "", user: "", database: "", rest: line };
        let mut at = 0;
        while let Some(piece) = self.pieces.get(at) {
            at += 1;
            let field = match piece {
                Piece::Literal(text) => {
                    head.rest = head.rest.strip_prefix(text.as_str())?;
                    continue;
                }
                Piece::Field(field) => *field,
            };
            // Padding.
            let rest = if matches!(field, 'a' | 'i' | 'b') { head.rest } else { head.rest.trim_start_matches(' ') };
            if let Some((user, database, after)) = self.user_and_database(at - 1, rest) {
                (head.user, head.database, head.rest) = (user.trim_end(), database.trim_end(), after);
                at += 2;
                continue;
            }
            let end = self.end(field, at, rest)?;
            let (value, after) = rest.split_at(end);
            match field {
                't' | 'm' | 'n' => head.time = value,
                'u' => head.user = value.trim_end(),
                'd' => head.database = value.trim_end(),
                _ => {}
            }
            // Padding on the other side.
            let padded = matches!(self.pieces.get(at), Some(Piece::Literal(text)) if !text.starts_with(' '));
            head.rest = if padded { after.trim_start_matches(' ') } else { after };
        }
        Some(head)
    }

    /// `%u@%d `: names of users may have an `@` of their own, the last one counts.
    fn user_and_database<'l>(&self, at: usize, rest: &'l str) -> Option<(&'l str, &'l str, &'l str)> {
        let [Piece::Field('u'), Piece::Literal(between), Piece::Field('d'), Piece::Literal(after), ..] = self.pieces.get(at..)? else { return None };
        let end = rest.find(after.as_str())?;
        let (user, database) = rest[..end].rsplit_once(between.as_str())?;
        Some((user, database, &rest[end..]))
    }

    /// Where a value ends.
    fn end(&self, field: char, next: usize, rest: &str) -> Option<usize> {
        let run = |ok: fn(char) -> bool| rest.find(|c| !ok(c)).unwrap_or(rest.len());
        match field {
            't' | 'm' | 's' => stamp(rest),
            'p' | 'P' | 'l' | 'x' => Some(run(|c| c.is_ascii_digit())),
            'n' => Some(run(|c| c.is_ascii_digit() || c == '.')),
            'Q' => Some(run(|c| c.is_ascii_digit() || c == '-')),
            'e' => Some(run(|c| c.is_ascii_alphanumeric())),
            'c' => Some(run(|c| c.is_ascii_hexdigit() || c == '.')),
            'v' => Some(run(|c| c.is_ascii_digit() || c == '/')),
            'r' if !rest.starts_with("[local]") => Some(rest.find(')')? + 1),
            'r' => Some("[local]".len()),
            _ => match self.pieces.get(next)? {
                Piece::Literal(text) => rest.find(text.as_str()),
                Piece::Field(_) => None,
            },
        }
    }
}

/// Length of `2026-01-02 03:04:05.678 CET`.
pub(super) fn stamp(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00 00:00:00";
    let fits = |i: usize| bytes.get(i).is_some_and(|b| if shape[i] == b'0' { b.is_ascii_digit() } else { *b == shape[i] });
    if !(0..shape.len()).all(fits) {
        return None;
    }
    let mut at = shape.len();
    if bytes.get(at) == Some(&b'.') {
        at += 1 + bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    }
    if bytes.get(at) != Some(&b' ') {
        return None;
    }
    let zone = &bytes[at + 1..];
    let length = match zone.first()? {
        b'+' | b'-' => {
            let digits = 1 + zone[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            let minutes = zone.get(digits) == Some(&b':') && zone.get(digits + 1..digits + 3).is_some_and(|m| m.iter().all(u8::is_ascii_digit));
            digits + if minutes { 3 } else { 0 }
        }
        _ => zone.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'/').count(),
    };
    (length > 0).then_some(at + 1 + length)
}
