//! Tables within texts: `INSERT INTO t (a, b) VALUES (1, 'x'), …` and those of Markdown. What stands in a row belongs to the name above it.

use std::ops::Range;

use memchr::memmem;

/// Columns that are looked at.
const COLUMNS: usize = 64;
/// Rows belong to a table that end within this distance behind the beginning of its names: within the margin of a window, so that where a text is cut changes nothing.
const REACH: usize = 32 << 10;
/// Longest list of names, and longest value, bytes.
const NAMES: usize = 4_096;
const LONGEST: usize = 2_048;

/// Calls `cell` with the name and the value of each cell of each table.
pub(crate) fn cells(text: &[u8], mut cell: impl FnMut(Range<usize>, Range<usize>)) {
    for word in [&b"VALUES"[..], b"values", b"Values"] {
        for at in memmem::find_iter(text, word) {
            inserted(text, at, at + word.len(), &mut cell);
        }
    }
    let mut from = 0;
    while let Some(at) = memmem::find(&text[from..], b"---").map(|p| from + p) {
        from = line_end(text, at);
        ruled(text, at, &mut cell);
    }
}

fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |p| at + p)
}

fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[at.saturating_sub(NAMES)..at]).map_or(at.saturating_sub(NAMES), |p| at.saturating_sub(NAMES) + p + 1)
}

/// The rows of an `INSERT` whose `VALUES` stands from `word` to `behind`.
fn inserted(text: &[u8], word: usize, behind: usize, cell: &mut impl FnMut(Range<usize>, Range<usize>)) {
    let before = text[..word].trim_ascii_end();
    let Some(open) =
        before.strip_suffix(b")").and_then(|b| memchr::memrchr(b'(', &b[b.len().saturating_sub(NAMES)..]).map(|p| b.len().saturating_sub(NAMES) + p))
    else {
        return;
    };
    let mut names = Vec::new();
    if list(text, open, &mut names) != Some(before.len()) {
        return;
    }
    let text = &text[..text.len().min(open + REACH)];
    let (mut at, mut values) = (behind, Vec::new());
    loop {
        at += text[at..].iter().take(64).take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
        values.clear();
        let Some(end) = list(text, at, &mut values) else { return };
        if values.len() == names.len() {
            names.iter().zip(&values).for_each(|(name, value)| cell(name.clone(), value.clone()));
        }
        at = end;
    }
}

/// The parts of a list in parentheses that begins at `at`, without quotes, and where it ends.
fn list(text: &[u8], at: usize, parts: &mut Vec<Range<usize>>) -> Option<usize> {
    if text.get(at) != Some(&b'(') {
        return None;
    }
    let mut i = at + 1;
    while parts.len() < COLUMNS {
        i += text[i..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let quote = *text.get(i)?;
        let part = if matches!(quote, b'\'' | b'"' | b'`') {
            let mut end = i + 1;
            loop {
                end += text[end..].iter().take(LONGEST).position(|b| *b == quote)?;
                if text.get(end + 1) != Some(&quote) {
                    break;
                }
                end += 2;
            }
            (i + 1..end, end + 1)
        } else {
            let end = i + text[i..].iter().take(LONGEST).position(|b| matches!(b, b',' | b')' | b'(' | b'\n'))?;
            (i..i + text[i..end].trim_ascii_end().len(), end)
        };
        parts.push(part.0);
        i = part.1;
        i += text[i..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        match text.get(i)? {
            b',' => i += 1,
            b')' => return Some(i + 1),
            _ => return None,
        }
    }
    None
}

/// A line of hyphens and bars.
fn is_rule(line: &[u8]) -> bool {
    line.contains(&b'|') && line.contains(&b'-') && line.iter().all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t' | b'\r'))
}

/// The rows below the rule that `at` stands in, if it stands in one, up to the next.
fn ruled(text: &[u8], at: usize, cell: &mut impl FnMut(Range<usize>, Range<usize>)) {
    let (start, mut end) = (line_start(text, at), line_end(text, at));
    if start == 0 || !is_rule(&text[start..end]) {
        return;
    }
    let above = line_start(text, start - 1);
    let names = bars(text, above..start - 1);
    while end < text.len() {
        let next = line_end(text, end + 1);
        let values = bars(text, end + 1..next);
        if next > above + REACH || is_rule(&text[end + 1..next]) || values.len() != names.len() || values.len() < 2 {
            return;
        }
        names.iter().zip(&values).for_each(|(name, value)| cell(name.clone(), value.clone()));
        end = next;
    }
}

/// What stands between the bars of a line.
fn bars(text: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let trim = |r: Range<usize>| {
        let from = text[r.clone()].len() - text[r.clone()].trim_ascii_start().len();
        r.start + from..r.start + from + text[r].trim_ascii().len()
    };
    let whole = trim(line);
    let inner = text[whole.clone()].strip_prefix(b"|").map_or(whole.start, |_| whole.start + 1);
    let close = if whole.end > inner && text[whole.end - 1] == b'|' { whole.end - 1 } else { whole.end };
    let mut parts = Vec::new();
    let mut at = inner;
    for bar in memchr::memchr_iter(b'|', &text[inner..close]).map(|p| inner + p).chain([close]).take(COLUMNS) {
        parts.push(trim(at..bar));
        at = bar + 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::cells;

    fn all(text: &str) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        cells(text.as_bytes(), |name, value| found.push((&text[name], &text[value])));
        found
    }

    #[test]
    fn rows_of_an_insert() {
        let text = "INSERT INTO people (id, `ssn`, note) VALUES (1, '123-45-6789', 'it''s, (so)'),\n (2, NULL, 'x');";
        let wanted = [("id", "1"), ("ssn", "123-45-6789"), ("note", "it''s, (so)"), ("id", "2"), ("ssn", "NULL"), ("note", "x")];
        assert_eq!(all(text), wanted);
        assert!(all("values (1, 2)").is_empty());
        assert!(all("f(a, b) VALUES (1, 2, 3)").is_empty());
        assert!(all("(a) VALUES ('x").is_empty());
    }

    #[test]
    fn rows_of_markdown() {
        let text = "x\n\n| id | SSN |\n|----|:---:|\n| 1 | 123 |\n| 2 | 456 |\n\nfoo | bar";
        assert_eq!(all(text), [("id", "1"), ("SSN", "123"), ("id", "2"), ("SSN", "456")]);
        assert!(all("---\ntitle: x\n---\n").is_empty());
        assert!(all("|---|---|\n| 1 | 2 |").is_empty());
    }
}
