//! Values as they are written: in quotes of any kind and depth, bare on a line, bare among others.

use super::LONGEST;

/// What stands between quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoted {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Behind the closing quote.
    pub(super) next: usize,
}

pub(super) fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// Behind at most `most` spaces and tabs.
pub(super) fn spaces(text: &[u8], at: usize, most: usize) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take(most).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Behind spaces, tabs and at most `lines` line ends.
pub(super) fn blanks(text: &[u8], mut at: usize, mut lines: usize) -> usize {
    let limit = at + 120;
    while at < limit {
        match byte(text, at) {
            b' ' | b'\t' | b'\r' => {}
            b'\n' if lines > 0 => lines -= 1,
            _ => break,
        }
        at += 1;
    }
    at
}

/// A string literal at `at`: with a prefix (`b"`, `@"`, `&'`), in escaped quotes (`\"`, `\\\"`), in three quotes. On one line.
pub(super) fn quoted(text: &[u8], at: usize) -> Option<Quoted> {
    let mut open = at;
    while open < at + 3 && matches!(byte(text, open), b'b' | b'B' | b'r' | b'R' | b'u' | b'U' | b'f' | b'F' | b'L' | b'N' | b'@' | b'$' | b'&' | b'#')
    {
        open += 1;
    }
    let depth = text.get(open..)?.iter().take(8).take_while(|b| **b == b'\\').count();
    let quote = byte(text, open + depth);
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let start = open + depth + 1;
    if depth > 0 {
        return nested(text, start, depth, quote);
    }
    if byte(text, start) == quote {
        if byte(text, start + 1) != quote {
            return None;
        }
        let start = start + 2;
        let end = plain(text, start, quote)?;
        return (text.get(end..end + 3)? == [quote; 3]).then_some(Quoted { start, end, next: end + 3 });
    }
    let end = plain(text, start, quote)?;
    Some(Quoted { start, end, next: end + 1 })
}

/// Where the closing quote stands; a backslash hides one.
fn plain(text: &[u8], start: usize, quote: u8) -> Option<usize> {
    let limit = text.len().min(start + LONGEST);
    let mut at = start;
    while at < limit {
        match text[at] {
            b'\n' => return None,
            b'\\' => at += 1,
            b if b == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The same where the quotes themselves stand behind `depth` backslashes.
fn nested(text: &[u8], start: usize, depth: usize, quote: u8) -> Option<Quoted> {
    let limit = text.len().min(start + LONGEST);
    let mut at = start;
    while at < limit {
        match text[at] {
            b'\n' => return None,
            b'\\' => {
                let run = text[at..limit].iter().take_while(|b| **b == b'\\').count();
                if byte(text, at + run) == quote {
                    return (run == depth).then_some(Quoted { start, end: at, next: at + run + 1 });
                }
                // `\\n`: the sign behind it belongs to it.
                at += run;
            }
            b if b == quote => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where a bare value ends that has its line to itself: at a blank, a quote, a backslash or an angle.
pub(super) fn line_end(text: &[u8], start: usize) -> usize {
    run(text, start, |b| !matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'<' | b'>'))
}

/// Where a bare value ends among others: at brackets and separators as well.
pub(super) fn inline_end(text: &[u8], start: usize) -> usize {
    let end = run(text, start, |b| {
        !matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'<' | b'>' | b',' | b';' | b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'&' | b'|')
    });
    // `&` before a sign is no separator of parameters.
    if byte(text, end) == b'&' && matches!(byte(text, end + 1), b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'^' | b'*' | b'+' | b'?' | b'@' | b'-') {
        return inline_end_behind(text, start, end + 1);
    }
    end
}

fn inline_end_behind(text: &[u8], start: usize, from: usize) -> usize {
    let end = run(text, from, |b| {
        !matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'<' | b'>' | b',' | b';' | b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'&' | b'|')
    });
    if end - start > LONGEST { start } else { end }
}

fn run(text: &[u8], start: usize, inside: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(start..text.len().min(start + LONGEST)).unwrap_or_default();
    start + rest.iter().take_while(|b| **b > b' ' && **b != 0x7f && inside(**b)).count()
}

/// What stands before `at` on its line, at most [`super::AROUND`] bytes.
pub(super) fn line_before(text: &[u8], at: usize) -> &[u8] {
    let before = &text[at.saturating_sub(super::AROUND)..at];
    memchr::memrchr(b'\n', before).map_or(before, |p| &before[p + 1..])
}
