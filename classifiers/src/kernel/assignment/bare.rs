//! Values without quotes: in configuration, commands, addresses' parameters and prose. In code a bare word is another name.

use super::{
    key::{Folded, Kind, Word},
    pair,
    syntax::{Found, Operator, Places, Style, annotated, of_literal},
    value::{byte, inline_end, line_before, line_end, quoted, spaces},
};

/// What may stand before a name that has its line to itself, by words.
const BEFORE: &[&[u8]] = &[
    b"-",
    b"export",
    b"set",
    b"setx",
    b"env",
    b"arg",
    b"-e",
    b"--env",
    b"declare -x",
    b"#",
    b"//",
    b";",
    b"*",
    b"--",
    b"- -e",
    b"global",
    b"local",
    b"readonly",
    b"environment=",
];

/// Whether nothing but indentation, a list's mark, a comment's, a word of the shell or the path of a property stands before a name.
fn alone(before: &[u8]) -> bool {
    let before = before.trim_ascii();
    if before.is_empty() || BEFORE.iter().any(|b| before.eq_ignore_ascii_case(b)) {
        return true;
    }
    let path = before.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/' | b':'));
    path && matches!(before.last(), Some(b'.' | b':' | b'/')) && !before.starts_with(b"self.") && !before.starts_with(b"this.")
}

/// Whether more parameters follow: `x&y=1`.
fn query(value: &[u8]) -> bool {
    memchr::memchr(b'&', value).is_some_and(|at| {
        let name = value[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        name > 0 && value.get(at + 1 + name) == Some(&b'=')
    })
}

/// `password=x`, `password: x`, `?password=x&`, `;Password=x;`.
pub(super) fn bare(text: &[u8], word: &Word, name: usize, operator: Operator, places: &Places) -> Option<Found> {
    let from = places.from;
    let first = byte(text, from);
    if matches!(
        first,
        b'(' | b'[' | b'{' | b'<' | b'>' | b'|' | b';' | b',' | b')' | b'=' | b'&' | b'}' | b']' | b'"' | b'\'' | b'`' | b'\\' | 0..=b' '
    ) {
        return None;
    }
    let tight = places.at == word.tail && from == places.next;
    if word.kind == Kind::Auth {
        // `Authorization: Bearer x`.
        let scheme = text[from..].iter().take(20).take_while(|b| b.is_ascii_alphabetic()).count();
        let start = from + scheme;
        let end = inline_end(text, start + 1);
        if scheme > 0 && byte(text, start) == b' ' && end > start + 1 {
            return Some(Found { tight: true, ..Found::new(name, from, end, Style::Flag) });
        }
    }
    let before = line_before(text, name);
    let found = |start: usize, end: usize, style: Style| Found { tight, ..Found::new(name, start, end, style) };
    match before.last() {
        Some(b'?' | b'&') if tight => return Some(found(from, inline_end(text, from), Style::Query)),
        Some(b'-') if tight => return Some(found(from, inline_end(text, from), Style::Flag)),
        Some(b'{') if operator == Operator::Default => return Some(found(from, inline_end(text, from), Style::Line)),
        // `arn:aws:x:secret:y`.
        Some(b':') if tight && operator == Operator::Colon => return None,
        // `$password = x`, `@password = x`: a variable, and so is what it is set to.
        Some(b'$' | b'@') => return None,
        _ => {}
    }
    if operator == Operator::Default {
        return None;
    }
    let quoted_name = places.close > word.tail;
    if alone(before) && !quoted_name {
        let end = line_end(text, from);
        let ends = matches!(byte(text, end.saturating_sub(1)), b';' | b',');
        let end = end - usize::from(ends);
        let rest = spaces(text, end + usize::from(ends), 32);
        let over = matches!(byte(text, rest), b'\n' | b'\r' | b'#' | b'\\' | 0) || text.get(rest..rest + 2).is_some_and(|r| r == b"//");
        if over && end > from && !query(&text[from..end]) {
            return Some(Found { code: ends, ..found(from, end, Style::Line) });
        }
    }
    let end = inline_end(text, from);
    let called = matches!(byte(text, end), b'[' | b'{') || byte(text, spaces(text, end, 2)) == b'(';
    (end > from && !called).then(|| Found { code: quoted_name || byte(text, end) == b';', ..found(from, end, Style::Inline) })
}

/// Behind a name and a blank: a literal (`#define PASSWORD "x"`), a flag's value, a type, prose; on the next line the value of a pair.
pub(super) fn blank(text: &[u8], word: &Word, name: usize, (close, at): (usize, usize)) -> Option<Found> {
    if matches!(byte(text, at), b'\n' | b'\r' | b'\\' | b'<') {
        return named_before(text, name, close, at);
    }
    if close > word.tail {
        return pair::value(text, at).map(|(start, end)| Found::new(name, start, end, Style::Markup));
    }
    let before = line_before(text, name);
    if word.is_verb() && !matches!(before.last(), Some(b'-' | b'_')) && word.at == name && !ends_with(before, b"define ") {
        return None;
    }
    if let Some(literal) = quoted(text, at) {
        let given = [&b"define "[..], b"-", b" with ", b"set ", b"env "].iter().any(|b| ends_with(before, b));
        let style = if given || word.is_upper() || before.trim_ascii().is_empty() { Style::Flag } else { Style::Prose };
        return Some(Found { style, ..of_literal(text, name, literal, style) });
    }
    let flag = |start: usize| {
        let end = line_end(text, start);
        (end > start).then(|| Found { tight: true, ..Found::new(name, start, end, Style::Flag) })
    };
    if matches!(before.last(), Some(b'-')) && !before.ends_with(b"->") {
        return flag(at);
    }
    let folded = before.trim_ascii_start();
    let commands: [&[u8]; 5] = [b"env ", b"login ", b"machine ", b"username ", b"user "];
    if word.tail == word.end && commands.iter().any(|c| folded.get(..c.len()).is_some_and(|b| b.eq_ignore_ascii_case(c)))
        || ends_with(before, b"env ")
        || ends_with(before, b"setx ")
    {
        return flag(at);
    }
    if before.trim_ascii().is_empty() && matches!(word.kind, Kind::Password) && word.length() > 3 {
        // `requirepass x`, `password x`, alone on a line.
        let end = line_end(text, at);
        if matches!(byte(text, end), b'\n' | b'\r' | 0) && text[at..end].iter().any(u8::is_ascii_digit) {
            return Some(Found::new(name, at, end, Style::Inline));
        }
    }
    if let Some(literal) = annotated(text, at, Operator::Blank) {
        return Some(of_literal(text, name, literal, Style::Literal));
    }
    prose(text, word, name, at)
}

fn ends_with(before: &[u8], end: &[u8]) -> bool {
    before.len() >= end.len() && before[before.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// `- name: PASSWORD` with the value on the next line.
fn named_before(text: &[u8], name: usize, close: usize, at: usize) -> Option<Found> {
    let before = line_before(text, name).trim_ascii_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
    let named = matches!(before.last(), Some(b':' | b'=' | b'>')) || close > 0 && ends_with(before, b"variable");
    if !named {
        return None;
    }
    pair::below(text, at).map(|(start, end)| Found::new(name, start, end, Style::Markup))
}

/// Verbs before a password in prose.
const VERBS: &[&str] = &["are", "es", "est", "ist", "is", "lautet", "to", "was", "é"];

/// `the password for bob is x`, `Passwort lautet: x`.
fn prose(text: &[u8], word: &Word, name: usize, at: usize) -> Option<Found> {
    let most = if matches!(word.kind, Kind::Password | Kind::Passphrase) { 5 } else { 1 };
    let mut at = at;
    for _ in 0..most {
        let length = text.get(at..)?.iter().take(16).take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        let verb = Folded::of(&text[at..at + length]);
        let behind = at + length;
        if length == 0 || length == 16 {
            return None;
        }
        if VERBS.iter().any(|v| v.as_bytes() == verb.get()) {
            let mut start = spaces(text, behind, 3);
            if byte(text, start) == b':' {
                start = spaces(text, start + 1, 3);
            }
            return (start > behind).then(|| told(text, name, start)).flatten();
        }
        if byte(text, behind) != b' ' {
            return None;
        }
        at = behind + 1;
    }
    None
}

/// A value in prose: in quotes, or up to a blank and without the sentence's signs.
fn told(text: &[u8], name: usize, at: usize) -> Option<Found> {
    let start = at + usize::from(byte(text, at) == b'(');
    if let Some(literal) = quoted(text, start) {
        return Some(Found::new(name, literal.start, literal.end, Style::Prose));
    }
    let mut end = line_end(text, start);
    while end > start && matches!(text[end - 1], b'.' | b',' | b';' | b':' | b')' | b'?') {
        end -= 1;
    }
    (end > start).then(|| Found::new(name, start, end, Style::Prose))
}

/// `Bearer x`.
pub(super) fn scheme(text: &[u8], at: usize) -> Option<Found> {
    let rest = text.get(at..text.len().min(at + super::LONGEST))?;
    let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'~' | b'+' | b'/' | b'-' | b'=' | b':')).count();
    let called = matches!(byte(text, at + length), b'(' | b'[' | b'{');
    (length >= 16 && !called).then(|| Found { tight: true, ..Found::new(at, at, at + length, Style::Flag) })
}

/// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin BY 'x'`.
pub(super) fn identified(text: &[u8], at: usize) -> Option<Found> {
    let rest = &text[at..text.len().min(at + 64)];
    let by = rest.windows(3).position(|w| w.eq_ignore_ascii_case(b"by ")).filter(|p| !rest[..*p].contains(&b'\n'))?;
    let at = spaces(text, at + by + 3, 8);
    if let Some(literal) = quoted(text, at) {
        return Some(Found::new(at, literal.start, literal.end, Style::Literal));
    }
    let end = inline_end(text, at);
    (end > at).then(|| Found { code: true, tight: true, ..Found::new(at, at, end, Style::Inline) })
}
