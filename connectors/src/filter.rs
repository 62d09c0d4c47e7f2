//! What the user leaves out: prefixes, suffixes, sizes, ages, and patterns in the syntax of gitignore.

use std::{
    ffi::OsStr,
    fmt::{self, Debug},
    path::Path,
};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::Object;

/// Name of the file with patterns of what is left out, in the root of a source (and, locally, in any folder).
pub const IGNORE_FILE: &str = ".sondeignore";

/// Which objects are read. The default lets everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The key begins with one of these; empty: any.
    pub prefixes: Vec<String>,
    /// The key ends with one of these; empty: any.
    pub suffixes: Vec<String>,
    /// Smallest size, bytes.
    pub min_size: Option<u64>,
    /// Largest size, bytes.
    pub max_size: Option<u64>,
    /// Earliest last modification, milliseconds since the epoch.
    pub modified_from_ms: Option<i64>,
    /// Latest last modification, milliseconds since the epoch.
    pub modified_until_ms: Option<i64>,
    /// Patterns of the command line. They win over `ignore_file`.
    pub exclude: Patterns,
    /// Patterns of a `.sondeignore` given by the user, for sources that hold none themselves.
    pub ignore_file: Patterns,
}

impl Filter {
    /// Why an object is left out, for people; `None`: it is read. Patterns are not looked at.
    #[must_use]
    pub fn why_not(&self, object: &Object) -> Option<&'static str> {
        let starts = self.prefixes.is_empty() || self.prefixes.iter().any(|p| object.key.starts_with(p.as_str()));
        let ends = self.suffixes.is_empty() || self.suffixes.iter().any(|s| object.key.ends_with(s.as_str()));
        let modified = object.modified_ms;
        let reasons = [
            (!starts, "prefix"),
            (!ends, "suffix"),
            (self.min_size.is_some_and(|min| object.size < min), "smaller than asked for"),
            (self.max_size.is_some_and(|max| object.size > max), "larger than asked for"),
            (self.modified_from_ms.is_some_and(|from| modified.is_some_and(|m| m < from)), "older than asked for"),
            (self.modified_until_ms.is_some_and(|until| modified.is_some_and(|m| m > until)), "newer than asked for"),
        ];
        reasons.iter().find(|(left_out, _)| *left_out).map(|(_, why)| *why)
    }

    /// Whether the patterns leave out one path, its folders not considered. `None`: they say nothing about it.
    #[must_use]
    pub(crate) fn excludes(&self, path: &Path, is_dir: bool) -> Option<bool> {
        self.exclude.says(path, is_dir).or_else(|| self.ignore_file.says(path, is_dir))
    }

    /// Whether the patterns leave out a key of a flat listing, or a folder above it.
    #[must_use]
    pub(crate) fn excludes_key(&self, key: &str) -> bool {
        if self.exclude.is_empty() && self.ignore_file.is_empty() {
            return false;
        }
        // Empty segments mean nothing in patterns: `a//b` is matched as `a/b`.
        let mut path = String::with_capacity(key.len());
        let mut segments = key.split('/').filter(|s| !s.is_empty()).peekable();
        while let Some(segment) = segments.next() {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(segment);
            let is_dir = segments.peek().is_some() || key.ends_with('/');
            if self.excludes(Path::new(&path), is_dir) == Some(true) {
                return true;
            }
        }
        false
    }
}

/// Patterns in the syntax of gitignore: the last that matches decides, `!` takes back.
#[derive(Clone)]
pub struct Patterns(Gitignore);

impl Default for Patterns {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patterns({})", self.0.len())
    }
}

impl Patterns {
    /// Patterns, one a line.
    ///
    /// # Errors
    /// The first pattern that cannot be understood, and why.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let (patterns, wrong) = Self::lenient(lines);
        wrong.map_or(Ok(patterns), Err)
    }

    /// The patterns that can be understood, and the first that cannot.
    pub(crate) fn lenient<'a>(lines: impl IntoIterator<Item = &'a str>) -> (Self, Option<String>) {
        let mut builder = GitignoreBuilder::new("");
        let mut wrong = None;
        for line in lines {
            if let Err(e) = builder.add_line(None, line) {
                wrong.get_or_insert_with(|| format!("pattern `{}`: {e}", line.escape_debug()));
            }
        }
        match builder.build() {
            Ok(patterns) => (Self(patterns), wrong),
            Err(e) => (Self::default(), Some(wrong.unwrap_or_else(|| e.to_string()))),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they say about one path relative to where they stand.
    pub(crate) fn says(&self, path: impl AsRef<OsStr>, is_dir: bool) -> Option<bool> {
        match self.0.matched(Path::new(path.as_ref()), is_dir) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn object(key: &str, size: u64, modified_ms: Option<i64>) -> Object {
        Object { key: key.into(), locator: vec![], dataset: String::new(), size, version: String::new(), modified_ms, storage_class: None }
    }

    #[test]
    fn default_lets_all_through() {
        let filter = Filter::default();
        assert_eq!(filter.why_not(&object("", 0, None)), None);
        assert!(!filter.excludes_key("../x"));
    }

    #[test]
    fn each_bound() {
        let filter = Filter {
            prefixes: vec!["a/".into(), "b/".into()],
            suffixes: vec![".csv".into()],
            min_size: Some(2),
            max_size: Some(4),
            modified_from_ms: Some(10),
            modified_until_ms: Some(20),
            ..Filter::default()
        };
        for (key, size, modified, left_out) in [
            ("a/x.csv", 2, Some(10), false),
            ("b/x.csv", 4, Some(20), false),
            ("b/x.csv", 4, None, false),
            ("c/x.csv", 3, Some(15), true),
            ("a/x.csv.gz", 3, Some(15), true),
            ("a/x.csv", 1, Some(15), true),
            ("a/x.csv", 5, Some(15), true),
            ("a/x.csv", 3, Some(9), true),
            ("a/x.csv", 3, Some(21), true),
        ] {
            assert_eq!(filter.why_not(&object(key, size, modified)).is_some(), left_out, "{key} {size} {modified:?}");
        }
    }

    #[test]
    fn patterns_as_in_gitignore() {
        let filter = Filter {
            exclude: Patterns::new(["*.bak", "!keep.tmp"]).unwrap(),
            ignore_file: Patterns::new(["# comment", "/top.txt", "logs/", "*.tmp", "a/**/z"]).unwrap(),
            ..Filter::default()
        };
        for (key, left_out) in [
            ("x/y.bak", true),
            ("y.bak", true),
            ("top.txt", true),
            ("x/top.txt", false),
            ("x/logs/deep/er.csv", true),
            ("logs", false),
            ("logs/", true),
            ("x.tmp", true),
            ("keep.tmp", false),
            ("a//b//z", true),
            ("/top.txt", true),
            ("../x", false),
        ] {
            assert_eq!(filter.excludes_key(key), left_out, "{key}");
        }
    }

    #[test]
    fn wrong_patterns_are_named() {
        let e = Patterns::new(["ok", "a[z-a]"]).unwrap_err();
        assert!(e.contains("`a[z-a]`"), "{e}");
        let (patterns, wrong) = Patterns::lenient(["a[z-a]", "*.x"]);
        assert!(wrong.is_some());
        assert_eq!(patterns.says("q.x", false), Some(true));
    }

    proptest! {
        #[test]
        fn no_key_is_too_odd(key in "[a-b/.!*\\\\\\x00-\\x1f]{0,60}", pattern in "[a-b/.!*?\\[\\]\\\\{}]{0,20}") {
            let (patterns, _) = Patterns::lenient([pattern.as_str()]);
            let filter = Filter { exclude: patterns, ..Filter::default() };
            prop_assert_eq!(filter.excludes_key(&key), filter.excludes_key(&key.replace('/', "//")));
        }
    }
}
