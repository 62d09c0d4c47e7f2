//! `scheme://user:password@host`.

use super::{
    key::Kind,
    syntax::{Found, Style},
    value::byte,
    weigh,
};

/// Longest user and password together, bytes.
const LONGEST: usize = 300;

/// The password behind the `://` at `at`.
pub(super) fn at(text: &[u8], at: usize, length: usize) -> Option<((usize, usize), i32)> {
    let from = at + length;
    let rest = &text[from..text.len().min(from + LONGEST)];
    let mut colon = None;
    for (i, &b) in rest.iter().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => {}
            b':' if colon.is_none() => colon = Some(i),
            b'@' => return password(text, from, from + colon?, last_at(text, from + i)),
            b'/' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b' ' | b'\n' | b'\r' | b'\t' | b'?' if colon.is_none() => return None,
            b'/' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b' ' | b'\n' | b'\r' | b'\t' => return None,
            _ => {}
        }
    }
    None
}

/// The password before `@tcp(`: `user:password@tcp(host:3306)/database`.
pub(super) fn before(text: &[u8], at: usize) -> Option<((usize, usize), i32)> {
    let floor = at.saturating_sub(100);
    let run = text[floor..at].iter().rev().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`' | b'=' | b'/')).count();
    let colon = at - run + memchr::memchr(b':', &text[at - run..at])?;
    password(text, at - run, colon, at)
}

/// A password may hold an `@`: the last one before the host counts.
fn last_at(text: &[u8], at: usize) -> usize {
    let rest = &text[at + 1..text.len().min(at + 1 + 64)];
    let host =
        rest.iter().take_while(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b',' | b';')).count();
    memchr::memrchr(b'@', &rest[..host]).map_or(at, |p| at + 1 + p)
}

fn password(text: &[u8], from: usize, colon: usize, end: usize) -> Option<((usize, usize), i32)> {
    let host = byte(text, end + 1);
    if !(host.is_ascii_alphanumeric() || matches!(host, b'[' | b'_' | b'-' | b'$' | b'{')) || end <= colon + 3 {
        return None;
    }
    let (user, value) = (&text[from..colon], &text[colon + 1..end]);
    // `http://user:user@host` and `root:root` stand in every example.
    if user.eq_ignore_ascii_case(value) {
        return None;
    }
    weigh::of_kind(text, Found { tight: true, ..Found::new(from, colon + 1, end, Style::Query) }, Kind::Password)
}

/// Bytes of a command that are looked at.
const COMMAND: usize = 400;

/// The password in `curl -u user:x`, `mysql -px`, `sshpass -p x`: `at` is behind the command's name.
pub(super) fn command(text: &[u8], at: usize, database: bool) -> Option<((usize, usize), i32)> {
    let rest = &text[at..text.len().min(at + COMMAND)];
    let rest = &rest[..rest.iter().position(|b| matches!(b, b'\n' | b';' | b'|')).unwrap_or(rest.len())];
    let mut from = 0;
    while let Some(dash) = rest[from..].iter().position(|b| *b == b'-').map(|p| p + from) {
        from = dash + 1;
        if dash > 0 && rest[dash - 1] != b' ' {
            continue;
        }
        let flags: &[&[u8]] = if database { &[b"-p"] } else { &[b"-u", b"--user", b"-a", b"--proxy-user", b"-U"] };
        let Some(flag) = flags.iter().find(|f| rest[dash..].starts_with(f)) else { continue };
        let mut start = dash + flag.len();
        start += usize::from(matches!(byte(rest, start), b' ' | b'='));
        let quote = matches!(byte(rest, start), b'"' | b'\'');
        start += usize::from(quote);
        let length = rest[start..].iter().take_while(|b| if quote { !matches!(b, b'"' | b'\'') } else { !matches!(b, b' ' | b'"' | b'\'') }).count();
        let end = start + length;
        let colon = if database { None } else { Some(memchr::memchr(b':', &rest[start..end])?) };
        let begin = colon.map_or(start, |c| start + c + 1);
        if byte(rest, begin) == b'-' {
            return None;
        }
        return weigh::of_kind(text, Found { tight: true, ..Found::new(at, at + begin, at + end, Style::Flag) }, Kind::Password);
    }
    None
}
