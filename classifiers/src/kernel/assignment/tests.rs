use proptest::prelude::*;

use super::{AROUND, LONGEST, at};

const KEYWORDS: &[&str] = &[
    "pass",
    "Password",
    "PWD",
    "secret",
    "token",
    "API_KEY",
    "key",
    "auth",
    "Authorization",
    "credentials",
    "salt",
    "bearer ",
    "identified ",
    "://",
    "@tcp(",
    "curl ",
    "mysql ",
    "pw=",
    "пароль",
];
const JOINTS: &[&str] = &[
    "=",
    " = ",
    ": ",
    ":=",
    "=>",
    "\": \"",
    "', '",
    "(\"",
    "=\"",
    "\\\":\\\"",
    " is ",
    " x ",
    ">",
    "\" value=\"",
    "\n  value: ",
    "[\"a\"]",
    " {",
    "-",
    "_",
    ".",
    "%",
    "&",
    " by '",
    "@",
    "\\",
    "`",
    " -u a:",
    "\r\n",
    ")",
    "}",
];

/// Every keyword in a text, and what is found there.
fn all(text: &[u8]) -> Vec<(usize, usize, i32)> {
    let mut found = Vec::new();
    for place in 0..text.len() {
        for keyword in KEYWORDS {
            let here = text.get(place..place + keyword.len()).is_some_and(|t| t.eq_ignore_ascii_case(keyword.as_bytes()));
            if let Some(span) = here.then(|| at(text, place, keyword.len())).flatten() {
                assert!(span.start < span.end && span.end <= text.len() && span.end - span.start <= LONGEST && span.bits >= 0);
                found.push((span.start, span.end, span.bits));
            }
        }
    }
    found
}

fn part() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(KEYWORDS).prop_map(|k| k.as_bytes().to_vec()),
        prop::sample::select(JOINTS).prop_map(|k| k.as_bytes().to_vec()),
        "[ -~]{0,12}".prop_map(String::into_bytes),
        "[A-Za-z0-9]{8,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read(parts in prop::collection::vec(part(), 0..14), cut in any::<prop::sample::Index>()) {
        let text = parts.concat();
        all(&text);
        all(&text[..cut.index(text.len() + 1)]);
    }

    #[test]
    fn what_is_far_changes_nothing(parts in prop::collection::vec(part(), 1..10), far in "[ -~]{0,40}") {
        let text = parts.concat();
        let pad = vec![b'x'; AROUND + 64];
        let with = |before: &str, behind: &str| {
            let mut whole = before.as_bytes().to_vec();
            whole.extend_from_slice(&pad);
            whole.push(b'\n');
            let from = whole.len();
            whole.extend_from_slice(&text);
            let to = whole.len();
            whole.extend_from_slice(b"\n\n");
            whole.extend(vec![b' '; 2 * LONGEST]);
            whole.extend_from_slice(behind.as_bytes());
            let inside = |f: &(usize, usize, i32)| f.0 >= from && f.1 <= to;
            all(&whole).into_iter().filter(inside).map(|f| (f.0 - from, f.1 - from, f.2)).collect::<Vec<_>>()
        };
        prop_assert_eq!(with("", ""), with(&far, &far));
    }
}

#[test]
fn long_runs_are_read_in_bounded_steps() {
    let repeat = |piece: &str| piece.repeat(400_000 / piece.len());
    let texts = [
        "pass",
        "password=",
        "key \"",
        "token: ",
        "password is a ",
        "secret('",
        "auth=(",
        "://a:",
        "key\\",
        "pwd\n\n",
        "password ",
        "api_key = f(",
        "@tcp(a:",
    ]
    .map(repeat);
    for text in texts {
        let text = text.as_bytes();
        let begun = std::time::Instant::now();
        let mut sum = 0;
        for place in 0..text.len() {
            for length in [3, 4, 5] {
                if matches!(text[place], b'p' | b'k' | b't' | b's' | b'a' | b':' | b'@') && place + length <= text.len() {
                    sum += usize::from(at(text, place, length).is_some());
                }
            }
        }
        // Unoptimised, on a busy machine; a square takes hours.
        assert!(begun.elapsed().as_secs() < 60, "{sum} in {:?}", begun.elapsed());
    }
}
