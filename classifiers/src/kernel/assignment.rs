//! Passwords, tokens and keys by the name they are assigned to: in code, configuration, commands, headers, markup, addresses and prose.
//!
//! Called where a keyword stands. First what follows is read: most keywords stand in no assignment, which a few bytes tell. Then the whole name is read (`key.rs`): `password_hash`,
//! `public_key`, `tokenizer` and `monkey` name no secret. Then name, syntax and value are weighed together (`weigh.rs`): a word is a password behind `DB_PASSWORD=`, and a label
//! behind `"password":` it is not. Nothing further than [`AROUND`] bytes before the keyword and a bounded number behind it is looked at.

mod address;
mod bare;
mod key;
mod names;
mod pair;
mod syntax;
mod value;
mod weigh;

#[cfg(test)]
mod tests;

use key::Kind;

use super::Span;

/// Bytes before a keyword that are looked at.
const AROUND: usize = 256;
/// Longest value, bytes.
const LONGEST: usize = 4096;

/// The value that belongs to the keyword at `at`, `length` bytes long, with the millibits of all its evidence. `None` also where they are not enough.
pub(super) fn at(text: &[u8], at: usize, length: usize) -> Option<Span> {
    let literal = text.get(at..at + length)?;
    let (span, bits) = match literal[0] | 0x20 {
        b':' => address::at(text, at, length)?,
        b'@' | b'`' => address::before(text, at)?,
        b'c' | b'w' | b'h' | b'm' | b's' if literal[length - 1] == b' ' => {
            address::command(text, at + length, matches!(literal[0] | 0x20, b'm' | b's'))?
        }
        b'b' => weigh::of_kind(text, bare::scheme(text, at + length)?, Kind::Auth)?,
        b'i' => weigh::of_kind(text, bare::identified(text, at + length)?, Kind::Password)?,
        _ => {
            let word = key::word(text, at, at + length)?;
            let found = syntax::after(text, &word)?;
            let name = key::name(text, &word, found.name)?;
            weigh::all(text, &name, &found)?
        }
    };
    Some(Span { start: span.0, end: span.1, bits })
}

/// Names of a column, or ends of a path, that say nothing of the value: what is before them does.
const VALUES: &[&str] = &["value", "val", "default", "text", "#text", "$", "_"];

/// Millibits of a whole cell under this name, which says that it is a secret; `None` where it names another thing, or the value is none.
pub(super) fn in_cell(field: &[u8], cell: &[u8]) -> Option<i32> {
    let mut parts = field.rsplit(|b| matches!(b, b'.' | b'[' | b']' | b'/')).filter(|p| !p.is_empty() && !p.iter().all(u8::is_ascii_digit));
    let name = parts.find(|p| !VALUES.iter().any(|v| p.eq_ignore_ascii_case(v.as_bytes())))?;
    let name = name.get(..name.len().min(AROUND))?;
    let word = key::last_word(name)?;
    let named = key::name(name, &word, 0)?;
    // A column of keys has ids and digests.
    let vague = named.kind == Kind::Key && named.bits <= -3_000;
    let found = syntax::Found::new(0, 0, cell.len(), syntax::Style::Literal);
    (!vague).then(|| weigh::all(cell, &named, &found)).flatten().filter(|(span, _)| *span == (0, cell.len())).map(|(_, bits)| bits)
}
