//! Paths of allow lists: `*` and `?` within a folder, `**` across; without `/` any file of that name; with `/` at the end all in a folder.

/// Whether an object's key matches. Linear but for `**`, of which eight are followed.
#[must_use]
pub fn matches(glob: &str, key: &str) -> bool {
    let anywhere = !glob.trim_end_matches('/').contains('/');
    let mut glob = glob.trim_start_matches('/').to_owned();
    if glob.ends_with('/') {
        glob.push_str("**");
    }
    let parts: Vec<&str> = glob.split('/').collect();
    let key: Vec<&str> = key.split('/').collect();
    (0..if anywhere { key.len() } else { 1 }).any(|from| path(&parts, &key[from..], 8))
}

fn path(glob: &[&str], key: &[&str], room: u8) -> bool {
    match (glob, key) {
        ([], []) | (["**"], _) => true,
        (["**", rest @ ..], _) => room > 0 && (0..=key.len()).any(|n| path(rest, &key[n..], room - 1)),
        ([part, rest @ ..], [name, names @ ..]) => one(part.as_bytes(), name.as_bytes()) && path(rest, names, room),
        _ => false,
    }
}

/// One name against one part: the last `*` is all that is ever taken back.
fn one(glob: &[u8], name: &[u8]) -> bool {
    let (mut g, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g, n));
                g += 1;
            }
            Some(c) if *c == b'?' || *c == name[n] => (g, n) = (g + 1, n + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (g, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|c| *c == b'*')
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
        ] {
            assert_eq!(super::matches(glob, key), wanted, "{glob} {key}");
        }
    }
}
