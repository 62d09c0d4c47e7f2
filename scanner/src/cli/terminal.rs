//! What goes to a terminal: names made safe, errors said once, a closed pipe taken for what it is.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// How a command fails.
#[derive(Debug)]
pub struct Failure;

impl Failure {
    /// Says an error with its causes on stderr. A closed pipe (`| head`) is no failure.
    #[must_use]
    pub fn report(error: &anyhow::Error) -> ExitCode {
        let closed = error.chain().any(|e| e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe));
        if closed {
            return ExitCode::SUCCESS;
        }
        let mut text = String::from("sonde: ");
        let mut last = String::new();
        for (i, cause) in error.chain().enumerate() {
            let words = cause.to_string();
            // Some libraries repeat their cause in their own words.
            if i > 0 && last.contains(&words) {
                continue;
            }
            let _ = write!(text, "{}{words}", if i > 0 { ": " } else { "" });
            last = words;
        }
        let _ = writeln!(io::stderr(), "{}", safe(&text));
        ExitCode::from(2)
    }
}

/// A name that can do nothing to a terminal: control characters and bidirectional overrides are written as escapes.
#[must_use]
pub(super) fn safe(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        let reorders = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || reorders {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

/// A line on stderr for people. Failing to say it is no failure.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", safe(line));
}

/// Whether stderr is a terminal: only then is there progress.
#[must_use]
pub(super) fn watched() -> bool {
    io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_cannot_command_the_terminal() {
        assert_eq!(safe("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb\\u{d}\\u{a}");
        assert_eq!(safe("invoice\u{202e}fdp.exe"), "invoice\\u{202e}fdp.exe");
        assert_eq!(safe("Ünïcödé/日本"), "Ünïcödé/日本");
    }
}
