//! Names of values in texts: `"born_on": "…"`, `<age>44</age>`, `ssn=…`, `<th>ΑΦΜ</th><td>…`, `Tel.: …`. The value that a name stands before is the one that it speaks of.

/// A value behind its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Where the value begins.
    pub(crate) value: u32,
    /// The sign between: `:`, `=`, or `>` where a tag ends.
    pub(crate) sign: u8,
}

/// Where a phrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// In the name of a value.
    Key(Key),
    /// In the tag that ends an element.
    Closing,
    /// Anywhere else.
    Elsewhere,
}

impl Stands {
    pub(crate) fn key(self) -> Option<Key> {
        if let Self::Key(key) = self { Some(key) } else { None }
    }
}

/// Bytes of a name behind the phrase, and words of it behind a space.
const NAME: usize = 28;
const WORDS: usize = 2;
/// Longest tag that is stepped over, and how many of them: each phrase looks no further than that.
const TAG: usize = 80;
const TAGS: usize = 8;
/// Longest value, bytes.
const LONGEST: usize = 512;

fn letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// What a phrase is, by what stands behind it.
pub(crate) fn after(text: &[u8], start: usize, end: usize) -> Stands {
    let name = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'_' | b'-' | b'.' | b':');
    let before = text[start.saturating_sub(NAME)..start].iter().rev().take_while(|b| name(b)).count();
    let open = start - before;
    if open >= 2 && text[open - 2..open] == *b"</" {
        return Stands::Closing;
    }
    let element = open >= 1 && text[open - 1] == b'<';
    value(text, end, element).map_or(Stands::Elsewhere, Stands::Key)
}

/// The value behind the name whose phrase ends at `end`.
fn value(text: &[u8], end: usize, element: bool) -> Option<Key> {
    let at = |i: usize| text.get(i).copied().unwrap_or(0);
    let (mut i, mut words) = (end, 0);
    while i < end + NAME {
        match at(i) {
            b if b.is_ascii_alphanumeric() || b >= 0x80 => i += 1,
            // `[x.Service] key=…`: that name has ended.
            b')' | b']' if at(i + 1) == b' ' && at(i + 2).is_ascii_alphanumeric() => return None,
            b'_' | b'-' | b'.' | b'#' | b'(' | b')' | b'[' | b']' => i += 1,
            b' ' if letter(at(i + 1)) && words < WORDS && !element => (i, words) = (i + 1, words + 1),
            b' ' if at(i + 1) == b'(' => i += 1,
            _ => break,
        }
    }
    let closing = |b: u8| matches!(b, b'"' | b'\'' | b'`' | b'*' | b'_' | b'\\' | b' ');
    i += (0..6).take_while(|n| closing(at(i + n))).count();
    let mut sign = at(i);
    // `x parcel=…`: the name is one word where it stands right before the sign.
    if sign == b'=' && words > 0 && at(i - 1) != b' ' {
        return None;
    }
    match sign {
        b':' | b'=' if text.get(i..i + 3) != Some(b"://") => {
            i += 1;
            i += (0..2).take_while(|n| matches!(at(i + n), b'=' | b'>' | b':' | b'~')).count();
        }
        b'>' if element => i += 1,
        b'<' if at(i + 1) == b'/' => {}
        _ => return None,
    }
    // White space and tags, of which the last one counts.
    for _ in 0..=TAGS {
        let blank =
            (0..24).take_while(|n| matches!(at(i + n), b' ' | b'\t') || (matches!(at(i + n), b'\n' | b'\r') && matches!(sign, b'>' | b'<'))).count();
        i += blank;
        if at(i) != b'<' || (!letter(at(i + 1)) && at(i + 1) != b'/') {
            break;
        }
        i += text[i..].iter().take(TAG).position(|b| *b == b'>')? + 1;
        sign = b'>';
    }
    i += (0..4).take_while(|n| matches!(at(i + n), b'"' | b'\'' | b'`' | b'*' | b'_' | b'\\' | b'[')).count();
    let something = i < text.len() && !matches!(at(i), b'\n' | b'\r' | b'{' | b'<' | b',' | b'}' | b']') && sign != b'<';
    something.then_some(Key { value: u32::try_from(i).ok()?, sign })
}

/// Where the sign stands that a value is right behind, if it is behind one.
pub(crate) fn before(text: &[u8], start: usize) -> Option<usize> {
    let lead = |b: &u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'*' | b'_' | b'(' | b'[' | b'\\' | b'+');
    let skipped = text[start.saturating_sub(8)..start].iter().rev().take_while(|b| lead(b)).count();
    let sign = (start - skipped).checked_sub(1)?;
    let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
    match text[sign] {
        b'=' | b'>' => Some(sign),
        // A time of day, an address.
        b':' if skipped == 0 && digit(sign.checked_sub(1)) => None,
        b':' => Some(sign),
        _ => None,
    }
}

/// Where the value behind a name may end: the nearest end first.
pub(crate) fn ends(text: &[u8], key: Key) -> [Option<usize>; 2] {
    let start = key.value as usize;
    let rest = &text[start..text.len().min(start + LONGEST)];
    let quote = start.checked_sub(1).map(|i| text[i]).filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote
        && let Some(end) = rest.iter().position(|b| *b == quote || *b == b'\n').filter(|end| rest[*end] == quote)
    {
        let end = if end > 0 && rest[end - 1] == b'\\' { end - 1 } else { end };
        return [Some(start + end), None];
    }
    let line = rest.iter().position(|b| matches!(b, b'\n' | b'\r' | b'<' | b'|' | b'\t'));
    let line = line.unwrap_or(if rest.len() < LONGEST { rest.len() } else { 0 });
    let all = &rest[..line];
    let spaced = key.sign != b'=' || text[start - 1] == b' ';
    let sign = |b: &u8| matches!(b, b',' | b';' | b'}' | b'&' | b')' | b'"' | b'\'' | b'`' | b']') || (!spaced && *b == b' ');
    let near = all.iter().position(sign).unwrap_or(line);
    let far = (!all.contains(&b'=')).then_some(line);
    let trim = |end: usize| {
        let end = rest[..end].trim_ascii_end();
        let end = end.strip_suffix(b".").unwrap_or(end);
        let end = end.iter().rposition(|b| !matches!(b, b'*' | b'_' | b'`')).map_or(0, |last| last + 1);
        (end > 0).then_some(start + end)
    };
    let (near, far) = (trim(near), far.and_then(trim));
    [near, far.filter(|_| far != near)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        let start = text.find("age").unwrap();
        let Stands::Key(key) = after(text.as_bytes(), start, start + 3) else { return Vec::new() };
        ends(text.as_bytes(), key).into_iter().flatten().map(|end| &text[key.value as usize..end]).collect()
    }

    #[test]
    fn values_behind_names() {
        assert_eq!(values("\"patient_age\": \"44 years\", \"x\": 1"), ["44 years"]);
        assert_eq!(values("age=44 x=3"), ["44"]);
        assert_eq!(values("age = 44 years\n"), ["44 years"]);
        assert_eq!(values("age: 44, x"), ["44", "44, x"]);
        assert_eq!(values("<age>44</age>"), ["44"]);
        assert_eq!(values("<dt>patient age</dt>\n<dd>39 years</dd>"), ["39 years"]);
        assert_eq!(values("- **age**: _44_\n"), ["44"]);
        assert_eq!(values("<p age=\"44\"/>"), ["44"]);
        assert_eq!(values("{\\\"age\\\": \\\"44\\\"}"), ["44"]);
        assert!(values("</age>: 44").is_empty());
        assert!(values("age:\n  x: 1").is_empty());
        assert!(values("\"age\": {\"x\": 1}").is_empty());
        assert!(values("age is 44, x: 1").is_empty());
        assert!(values("0age1Z parcel=44").is_empty());
    }

    #[test]
    fn values_have_a_sign_before_them() {
        for (text, value, sign) in [("a: \"44", 4, Some(1)), ("12:44", 3, None), ("a=44", 2, Some(1)), ("<a>44", 3, Some(2)), ("a 44", 2, None)] {
            assert_eq!(before(text.as_bytes(), value), sign, "{text}");
        }
    }
}
