//! A Rust file as its shape: braces counted, comments and literals blanked.

use std::{fs, path::Path};

/// A file with everything blanked that is not code: comments, strings, characters. Lines stay where they are.
pub(crate) struct Source {
    code: String,
    /// All of them.
    pub(crate) lines: usize,
}

impl Source {
    pub(crate) fn read(path: &Path) -> Self {
        Self::of(&fs::read_to_string(path).expect("readable"))
    }

    fn of(text: &str) -> Self {
        Self { code: blank(text), lines: text.lines().count() }
    }

    /// The code before the tests, which come last.
    pub(crate) fn production(&self) -> &str {
        let end = self.tests().map(|t| t.0).next().unwrap_or(self.code.len());
        &self.code[..end]
    }

    /// Start and end of every `#[cfg(test)] mod … { … }`.
    fn tests(&self) -> impl Iterator<Item = (usize, usize)> {
        self.code.match_indices("#[cfg(test)]").filter_map(|(at, _)| {
            let rest = &self.code[at..];
            let open = rest.find('{')?;
            (rest.find(';').is_none_or(|end| open < end) && rest[..open].contains("mod "))
                .then(|| (at, (at + closing(rest, open) + 1).min(self.code.len())))
        })
    }

    /// Lines of tests inside the file.
    pub(crate) fn test_lines(&self) -> usize {
        self.tests().map(|(from, to)| self.code[from..to].lines().count()).sum()
    }

    /// Name and lines with code of every function outside tests.
    pub(crate) fn functions(&self) -> Vec<(String, usize)> {
        let code = self.production();
        let mut out = vec![];
        for (at, _) in code.match_indices("fn ") {
            let before = code[..at].chars().next_back();
            let rest = &code[at + 3..];
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name.is_empty() || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            if let Some(open) = body(rest) {
                out.push((name, rest[open + 1..closing(rest, open)].lines().filter(|l| !l.trim().is_empty()).count()));
            }
        }
        out
    }

    /// Names after `struct`, `enum` and `trait`.
    pub(crate) fn type_names(&self) -> impl Iterator<Item = &str> {
        self.names_after(&["struct", "enum", "trait"])
    }

    /// Names after `mod`.
    pub(crate) fn module_names(&self) -> impl Iterator<Item = &str> {
        self.names_after(&["mod"])
    }

    fn names_after<'a>(&'a self, keywords: &'static [&'static str]) -> impl Iterator<Item = &'a str> {
        let mut words = self.code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
        std::iter::from_fn(move || {
            words.find(|w| keywords.contains(w))?;
            words.next()
        })
    }
}

/// Where the body of the function opens whose name starts `code`; `None` for a declaration. A `;` in brackets (`[u8; 2]`) ends nothing.
fn body(code: &str) -> Option<usize> {
    let mut brackets = 0;
    for (i, b) in code.bytes().enumerate() {
        match b {
            b'[' | b'(' => brackets += 1,
            b']' | b')' => brackets -= 1,
            b';' if brackets == 0 => return None,
            b'{' if brackets == 0 => return Some(i),
            _ => {}
        }
    }
    None
}

/// Where the brace that opens at `open` closes.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (i, b) in code.bytes().enumerate().skip(open) {
        match b {
            b'{' => depth += 1,
            b'}' if depth == 1 => return i,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Blanks comments, strings and character literals, and everything that is not ASCII.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let end = literal(bytes, i);
        if end > i {
            out.extend(bytes[i..end].iter().map(|b| if *b == b'\n' { '\n' } else { ' ' }));
            i = end;
        } else {
            out.push(if bytes[i].is_ascii() { char::from(bytes[i]) } else { ' ' });
            i += 1;
        }
    }
    out
}

/// End of the comment, string or character that starts here; `i` when none does.
fn literal(bytes: &[u8], i: usize) -> usize {
    let rest = &bytes[i..];
    let in_word = i > 0 && (bytes[i - 1].is_ascii_alphanumeric() || bytes[i - 1] == b'_');
    let prefixed = i > 0 && bytes[i - 1] == b'b';
    match rest[0] {
        b'/' if rest.starts_with(b"//") => find(bytes, b"\n", i),
        b'/' if rest.starts_with(b"/*") => past(bytes, b"*/", i + 2),
        b'"' => {
            let mut at = 1;
            while at < rest.len() && rest[at] != b'"' {
                at += if rest[at] == b'\\' { 2 } else { 1 };
            }
            (i + at + 1).min(bytes.len())
        }
        b'r' if !in_word || prefixed => {
            let hashes = rest[1..].iter().take_while(|b| **b == b'#').count();
            let close = [&b"\""[..], &vec![b'#'; hashes]].concat();
            if rest.get(1 + hashes) == Some(&b'"') { past(bytes, &close, i + 2 + hashes) } else { i }
        }
        b'\'' if !in_word || prefixed => character(bytes, i),
        _ => i,
    }
}

/// End of a character literal; `i` for a lifetime.
fn character(bytes: &[u8], i: usize) -> usize {
    let rest = &bytes[i..];
    if rest.get(1) == Some(&b'\\') {
        return past(bytes, b"'", i + 3);
    }
    let width = match rest.get(1) {
        Some(b) if *b >= 0xf0 => 4,
        Some(b) if *b >= 0xe0 => 3,
        Some(b) if *b >= 0xc0 => 2,
        _ => 1,
    };
    if rest.get(1 + width) == Some(&b'\'') { i + 2 + width } else { i }
}

/// Where `needle` is, from here on; the end when it is not.
fn find(bytes: &[u8], needle: &[u8], from: usize) -> usize {
    bytes[from.min(bytes.len())..].windows(needle.len()).position(|w| w == needle).map_or(bytes.len(), |p| from + p)
}

/// Where it ends.
fn past(bytes: &[u8], needle: &[u8], from: usize) -> usize {
    (find(bytes, needle, from) + needle.len()).min(bytes.len())
}

#[test]
fn literals_and_comments_are_no_code() {
    let text = "fn a() { let x = '{'; let y = \"}\\\"\"; } // }\n/* { */\n#[cfg(test)]\nmod tests {\n    fn b<'a>() { r#\"{\"#; b'\\''; 'é'; }\n}\n";
    let source = Source::of(text);
    assert_eq!(source.code.matches('{').count(), source.code.matches('}').count());
    assert_eq!(source.test_lines(), 4);
    assert_eq!(source.functions(), [("a".to_owned(), 1)]);
    let source = Source::of("struct Run;\nfn c(x: [u8; 2]) {\n    // why\n    x;\n\n    y\n}\ntrait T { fn d(&self); }\n");
    assert_eq!(source.functions(), [("c".to_owned(), 2)]);
    assert_eq!(source.type_names().collect::<Vec<_>>(), ["Run", "T"]);
}
