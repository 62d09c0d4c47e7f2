//! Single texts and what is in them, written by hand: `corpus/cases/*.toml`.

use std::{io, ops::Range};

use serde::Deserialize;

/// One text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// File and reason.
    pub why: String,
    /// Name of the column it is from.
    pub field: Option<String>,
    /// The text.
    pub text: String,
    /// What must be found in it, by start: bytes and tag. Nothing else may be.
    pub marks: Vec<(Range<usize>, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    why: String,
    field: Option<String>,
    text: String,
}

/// Every case, by file name and then in order.
///
/// # Errors
/// When a file cannot be read or is not written as it should be.
pub fn load() -> io::Result<Vec<Case>> {
    let mut files: Vec<_> = std::fs::read_dir(crate::root().join("cases"))?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let mut all = vec![];
    for path in files {
        let file: File = toml::from_str(&std::fs::read_to_string(&path)?).map_err(|e| io::Error::other(format!("{}: {e}", path.display())))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for raw in file.case {
            let why = format!("{name}: {}", raw.why);
            let (text, marks) = parse(&raw.text).ok_or_else(|| io::Error::other(format!("{why}: braces do not match")))?;
            all.push(Case { why, field: raw.field, text, marks });
        }
    }
    Ok(all)
}

/// A text and what is marked in it.
type Parsed = (String, Vec<(Range<usize>, String)>);

/// Takes `{{tag|value}}` out of a text; values may stand in values. `None` when the braces do not match.
fn parse(text: &str) -> Option<Parsed> {
    let (mut out, mut marks, mut open) = (String::new(), vec![], vec![]);
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix("{{") {
            let (tag, after) = inner.split_once('|')?;
            open.push(marks.len());
            marks.push((out.len()..usize::MAX, tag.to_owned()));
            rest = after;
        } else if !open.is_empty() && rest.starts_with("}}") {
            let mark: &mut (Range<usize>, String) = &mut marks[open.pop()?];
            mark.0.end = out.len();
            rest = &rest[2..];
        } else {
            let c = rest.chars().next()?;
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    open.is_empty().then_some((out, marks))
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases_are_well_written() {
        let cases = super::load().expect("readable");
        let found = cases.iter().filter(|c| !c.marks.is_empty()).count();
        assert!(found > 40 && cases.len() - found > 20);
        for case in cases {
            assert_eq!(case.marks.is_empty(), case.why.starts_with("lookalikes"), "{}", case.why);
            assert!(case.marks.iter().all(|(span, _)| !case.text[span.clone()].is_empty()), "{}", case.why);
        }
        let (text, marks) = super::parse("a {{x.y|b{{z|c}}}} }} d").expect("braces match");
        assert_eq!((text.as_str(), marks), ("a bc }} d", vec![(2..4, "x.y".to_owned()), (3..4, "z".to_owned())]));
        assert!(super::parse("{{x|y").is_none());
    }
}
