//! Paths of allow lists: `*` and `?` (one byte) within a folder, `**` across; without `/` any file of that name; with `/` at the end all in a folder.

/// Whether an object's key matches. The time grows with the product of both lengths at most.
#[must_use]
pub fn matches(glob: &str, key: &str) -> bool {
    let anywhere = !glob.trim_end_matches('/').contains('/');
    let glob = glob.trim_start_matches('/');
    let in_folder = glob.ends_with('/');
    let parts = anywhere.then_some("**").into_iter().chain(glob.strip_suffix('/').unwrap_or(glob).split('/')).chain(in_folder.then_some("**"));
    let (parts, names): (Vec<&str>, Vec<&str>) = (parts.collect(), key.split('/').collect());
    wildcards(
        &parts,
        &names,
        |part| *part == "**",
        |part, name| wildcards(part.as_bytes(), name.as_bytes(), |c| *c == b'*', |c, n| *c == b'?' || c == n),
    )
}

/// A row of names against a row of patterns, of which a `star` stands for any number: the last star is all that is ever taken back.
fn wildcards<P, N>(patterns: &[P], names: &[N], star: impl Fn(&P) -> bool, same: impl Fn(&P, &N) -> bool) -> bool {
    let (mut p, mut n, mut last) = (0, 0, None);
    while n < names.len() {
        match patterns.get(p) {
            Some(pattern) if star(pattern) => {
                last = Some((p, n));
                p += 1;
            }
            Some(pattern) if same(pattern, &names[n]) => (p, n) = (p + 1, n + 1),
            _ => match last {
                Some((at, from)) => {
                    last = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    patterns[p..].iter().all(star)
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_match_as_a_shell_would() {
        for (glob, key, wanted) in [
            ("old/", "old/a.txt", true),
            ("old/", "x/old/a.txt", true),
            ("/old/", "old/b/c.txt", true),
            ("old/", "older/a.txt", false),
            ("*.log", "a/b/x.log", true),
            ("*.log", "a/b/x.logs", false),
            ("a/*.log", "a/x.log", true),
            ("a/*.log", "a/b/x.log", false),
            ("a/**/x.?og", "a/b/c/x.log", true),
            ("a/**/x.log", "a/x.log", true),
            ("**", "anything/at/all", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3d", false),
            ("**/a/**/b", "x/a/y/a/z/b", true),
            ("**/a/**/b/**/b", "a/b/a", false),
            ("**", "", true),
            ("old/", "old", true),
            ("", "a/", true),
            ("", "a", false),
        ] {
            assert_eq!(super::matches(glob, key), wanted, "{glob} {key}");
        }
        // More than eight, and no end of time where many fit.
        let (many, deep) = ("**/a/".repeat(300), "a/".repeat(3_000));
        assert!(super::matches(&format!("{many}*"), &format!("{deep}x")));
        assert!(!super::matches(&format!("{many}b"), &format!("{deep}x")));
        assert!(!super::matches(&"*a".repeat(3_000), &format!("{}b", "a".repeat(30_000))));
    }
}
