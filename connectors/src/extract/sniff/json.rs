//! JSON told from what only begins like it.

use crate::extract::json::is_number;

/// Which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One document, or some that are not one per line.
    Document,
    /// A document per line.
    Lines,
}

/// How a value at the beginning of some bytes looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// It ends here.
    Ends(usize),
    /// The bytes end first.
    Cut,
    /// It is none, after this many tokens.
    Bad(usize),
}

/// Looks at UTF-8 `sample`, all of the text when `whole`.
pub(super) fn look(sample: &[u8], whole: bool, extension: &str) -> Option<Kind> {
    let start = sample.iter().position(|b| !b.is_ascii_whitespace())?;
    if !matches!(sample[start], b'{' | b'[') {
        return None;
    }
    let named = matches!(extension, "json" | "jsonl" | "ndjson" | "geojson" | "ipynb" | "jsonlines" | "ldjson");
    let lines_named = matches!(extension, "jsonl" | "ndjson" | "jsonlines" | "ldjson");
    let line_end = memchr::memchr(b'\n', &sample[start..]).map_or(sample.len(), |n| start + n);
    let line = &sample[start..line_end];
    if let Value::Ends(end) = value(line)
        && blank(&line[end..])
    {
        let next = sample[line_end..].iter().find(|b| !b.is_ascii_whitespace());
        return match next {
            None if lines_named => Some(Kind::Lines),
            None => Some(Kind::Document),
            // A broken line does not make another format of it: it is reported.
            Some(_) => Some(Kind::Lines),
        };
    }
    match value(&sample[start..]) {
        Value::Ends(end) => {
            let rest = &sample[start + end..];
            let next = rest.iter().find(|b| !b.is_ascii_whitespace());
            matches!(next, None | Some(b'{' | b'[')).then_some(Kind::Document).or(named.then_some(Kind::Document))
        }
        Value::Cut if !whole => Some(if lines_named && line_end < sample.len() { Kind::Lines } else { Kind::Document }),
        Value::Cut => (named || tokens(&sample[start..]) >= 3).then_some(if lines_named { Kind::Lines } else { Kind::Document }),
        // Most of the lines may still be good.
        Value::Bad(_) if lines_named || good_lines(&sample[start..]) => Some(Kind::Lines),
        Value::Bad(tokens) if tokens >= if named { 3 } else { 32 } => Some(Kind::Document),
        Value::Bad(_) => None,
    }
}

fn blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

fn tokens(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| matches!(b, b'{' | b'[' | b':' | b',' | b'}' | b']')).count()
}

/// Whether more than half of the complete lines are objects.
fn good_lines(sample: &[u8]) -> bool {
    let mut lines: Vec<_> = sample.split(|b| *b == b'\n').collect();
    lines.pop();
    let lines = lines.iter().filter(|line| !blank(line)).take(64);
    let (mut good, mut all) = (0, 0);
    for line in lines {
        all += 1;
        let line = line.trim_ascii();
        good += usize::from(line.starts_with(b"{") && matches!(value(line), Value::Ends(end) if end == line.len()));
    }
    good * 2 > all
}

/// Reads one value, without recursion.
fn value(bytes: &[u8]) -> Value {
    let mut stack: Vec<u8> = Vec::new();
    let (mut i, mut tokens) = (0, 0);
    // What may come next: a value, a key, or what follows a value.
    let mut expect = Expect::Value;
    loop {
        let Some(skip) = bytes[i..].iter().position(|b| !b.is_ascii_whitespace()) else { return Value::Cut };
        i += skip;
        tokens += 1;
        let byte = bytes[i];
        match (expect, byte) {
            (Expect::Value | Expect::First, b'{' | b'[') => {
                stack.push(byte);
                expect = if byte == b'{' { Expect::FirstKey } else { Expect::First };
                i += 1;
            }
            (Expect::First | Expect::After, b']') if stack.last() == Some(&b'[') => {
                stack.pop();
                expect = Expect::After;
                i += 1;
            }
            (Expect::FirstKey | Expect::After, b'}') if stack.last() == Some(&b'{') => {
                stack.pop();
                expect = Expect::After;
                i += 1;
            }
            (Expect::After, b',') => {
                expect = if stack.last() == Some(&b'{') { Expect::Key } else { Expect::Value };
                i += 1;
            }
            (Expect::Colon, b':') => {
                expect = Expect::Value;
                i += 1;
            }
            (Expect::Key | Expect::FirstKey | Expect::Value | Expect::First, b'"') => {
                let Some(end) = string(&bytes[i + 1..]) else { return Value::Cut };
                i += end + 1;
                expect = if matches!(expect, Expect::Key | Expect::FirstKey) { Expect::Colon } else { Expect::After };
            }
            (Expect::Value | Expect::First, _) => {
                let len = bytes[i..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
                if i + len == bytes.len() && len > 0 {
                    return Value::Cut;
                }
                if !is_scalar(&bytes[i..i + len]) {
                    return Value::Bad(tokens);
                }
                i += len;
                expect = Expect::After;
            }
            _ => return Value::Bad(tokens),
        }
        if stack.is_empty() {
            return Value::Ends(i);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    First,
    FirstKey,
    Key,
    Colon,
    After,
}

/// Length of a string and its closing quote.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut i = 0;
    loop {
        i += memchr::memchr2(b'"', b'\\', bytes.get(i..)?)?;
        if bytes[i] == b'"' {
            return Some(i + 1);
        }
        i += 2;
    }
}

fn is_scalar(word: &[u8]) -> bool {
    matches!(word, b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity") || is_number(word)
}
