//! Sets of names: patterns with `*` and `?`, compared with each other and with everything that begins with a text.

/// One place of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    Is(char),
    /// `?`
    One,
    /// `*`
    Any,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pattern(Vec<Part>);

/// How much of a set a pattern covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cover {
    None,
    Some,
    All,
}

impl Pattern {
    /// With `*` and `?` as wildcards.
    pub(super) fn new(text: &str) -> Self {
        let part = |c| match c {
            '*' => Part::Any,
            '?' => Part::One,
            c => Part::Is(c),
        };
        let mut parts: Vec<Part> = text.chars().map(part).collect();
        parts.dedup_by(|a, b| *a == Part::Any && *b == Part::Any);
        Self(parts)
    }

    /// Exactly this text.
    pub(super) fn exact(text: &str) -> Self {
        Self(text.chars().map(Part::Is).collect())
    }

    /// One after the other.
    pub(super) fn followed_by(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.0.dedup_by(|a, b| *a == Part::Any && *b == Part::Any);
        self
    }

    /// The text, if there is no wildcard in it.
    pub(super) fn literal(&self) -> Option<String> {
        self.0.iter().map(|part| if let Part::Is(c) = part { Some(*c) } else { None }).collect()
    }

    /// Whether it is `*`.
    pub(super) fn is_all(&self) -> bool {
        self.0 == [Part::Any]
    }

    /// The pattern in lower case.
    pub(super) fn lower(&self) -> Self {
        let lower = |part: &Part| if let Part::Is(c) = part { Part::Is(c.to_lowercase().next().unwrap_or(*c)) } else { *part };
        Self(self.0.iter().map(lower).collect())
    }

    /// Whether it matches a text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let parts = &self.0;
        let text: Vec<char> = text.chars().collect();
        let (mut p, mut t, mut back) = (0, 0, None);
        while t < text.len() {
            match parts.get(p) {
                Some(Part::Any) => {
                    back = Some((p, t));
                    p += 1;
                }
                Some(Part::One) => (p, t) = (p + 1, t + 1),
                Some(Part::Is(c)) if *c == text[t] => (p, t) = (p + 1, t + 1),
                _ => match back {
                    Some((star, from)) => {
                        back = Some((star, from + 1));
                        (p, t) = (star + 1, from + 1);
                    }
                    None => return false,
                },
            }
        }
        parts[p..].iter().all(|part| *part == Part::Any)
    }

    /// Places that can be reached when `text` was read.
    fn after(&self, text: &str) -> Vec<bool> {
        let parts = &self.0;
        let mut at = vec![false; parts.len() + 1];
        at[0] = true;
        skip(parts, &mut at);
        for c in text.chars() {
            let mut next = vec![false; parts.len() + 1];
            for (i, part) in parts.iter().enumerate().filter(|(i, _)| at[*i]) {
                match part {
                    Part::Any => next[i] = true,
                    Part::One => next[i + 1] = true,
                    Part::Is(p) if *p == c => next[i + 1] = true,
                    Part::Is(_) => {}
                }
            }
            skip(parts, &mut next);
            at = next;
        }
        at
    }

    /// How much it covers of all texts that begin with `prefix`, itself included unless it ends like a folder.
    pub(super) fn covers(&self, prefix: &str) -> Cover {
        let at = self.after(prefix);
        let rest = |i: usize| &self.0[i..];
        let all = |i: usize| {
            rest(i).contains(&Part::Any)
                && rest(i).iter().filter(|p| **p != Part::Any).count() <= 1
                && rest(i).iter().all(|p| !matches!(p, Part::Is(_)))
        };
        let open: Vec<usize> = (0..self.0.len()).filter(|i| at[*i]).collect();
        let (itself, exactly) = (!prefix.ends_with('/'), at[self.0.len()]);
        if open.iter().any(|&i| all(i)) && (exactly || !itself) {
            Cover::All
        } else if open.is_empty() && !(exactly && itself) {
            Cover::None
        } else {
            Cover::Some
        }
    }

    /// Whether every text of `self` is one of `other` (sound; may say no although it is so).
    pub(super) fn within(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        let mut at = vec![false; b.len() + 1];
        at[0] = true;
        skip(b, &mut at);
        for part in a {
            let mut next = vec![false; b.len() + 1];
            for (i, of) in b.iter().enumerate().filter(|(i, _)| at[*i]) {
                match (part, of) {
                    (_, Part::Any) => next[i] = true,
                    (Part::Is(_) | Part::One, Part::One) => next[i + 1] = true,
                    (Part::Is(x), Part::Is(y)) if x == y => next[i + 1] = true,
                    _ => {}
                }
            }
            skip(b, &mut next);
            at = next;
        }
        at[b.len()]
    }

    /// Whether no text is of both.
    pub(super) fn apart(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        // meets[j]: whether a[i..] and b[j..] have a text in common, from the end backwards.
        let mut below: Vec<bool> = vec![false; b.len() + 1];
        for i in (0..=a.len()).rev() {
            let mut row = vec![false; b.len() + 1];
            for j in (0..=b.len()).rev() {
                row[j] = match (a.get(i), b.get(j)) {
                    (None, None) => true,
                    (Some(Part::Any), _) if below[j] => true,
                    (_, Some(Part::Any)) if row[j + 1] => true,
                    (Some(Part::Any), Some(_)) => row[j + 1],
                    (Some(_), Some(Part::Any)) => below[j],
                    (Some(Part::Is(x)), Some(Part::Is(y))) => x == y && below[j + 1],
                    (Some(_), Some(_)) => below[j + 1],
                    _ => false,
                };
            }
            below = row;
        }
        !below[0]
    }
}

/// `*` may stand for nothing.
fn skip(parts: &[Part], at: &mut [bool]) {
    for i in 0..parts.len() {
        if at[i] && parts[i] == Part::Any {
            at[i + 1] = true;
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Is(c) => write!(f, "{c}"),
            Part::One => f.write_str("?"),
            Part::Any => f.write_str("*"),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All texts over `ab` up to five characters.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        for length in 1..=5 {
            let longer: Vec<String> = all.iter().filter(|t| t.len() == length - 1).flat_map(|t| [format!("{t}a"), format!("{t}b")]).collect();
            all.extend(longer);
        }
        all
    }

    proptest! {
        #[test]
        fn sets_are_compared_as_their_members_are(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}", prefix in "[ab]{0,2}") {
            let (p, q) = (Pattern::new(&a), Pattern::new(&b));
            let texts = texts();
            let (in_p, in_q): (Vec<bool>, Vec<bool>) = texts.iter().map(|t| (p.matches(t), q.matches(t))).unzip();
            let meet = in_p.iter().zip(&in_q).any(|(x, y)| *x && *y);
            prop_assert_eq!(p.apart(&q), !meet, "{} {}", a, b);
            if p.within(&q) {
                prop_assert!(in_p.iter().zip(&in_q).all(|(x, y)| !*x || *y), "{} {}", a, b);
            }
            let below: Vec<bool> = texts.iter().zip(&in_p).filter(|(t, _)| t.starts_with(&prefix)).map(|(_, m)| *m).collect();
            let cover = p.covers(&prefix);
            prop_assert_eq!(cover == Cover::None, below.iter().all(|m| !*m), "{} {}", a, prefix);
            if cover == Cover::All {
                prop_assert!(below.iter().all(|m| *m), "{} {}", a, prefix);
            }
        }
    }

    #[test]
    fn keys_of_a_bucket() {
        let cover = |pattern: &str, prefix: &str| Pattern::new(pattern).covers(prefix);
        assert_eq!(cover("data/*", "data/"), Cover::All);
        assert_eq!(cover("data*", "data/"), Cover::All);
        assert_eq!(cover("*", "data/"), Cover::All);
        assert_eq!(cover("data", "data/"), Cover::None);
        assert_eq!(cover("data/a/*", "data/"), Cover::Some);
        assert_eq!(cover("data/a/*", "data/a/b"), Cover::All);
        assert_eq!(cover("other/*", "data/"), Cover::None);
        assert_eq!(cover("data/a.csv", "data/a.csv"), Cover::Some, "an object by its name");
        assert_eq!(cover("data/a.csv?*", "data/a.csv"), Cover::Some);
        assert_eq!(cover("data/", "data/"), Cover::None);
    }
}
