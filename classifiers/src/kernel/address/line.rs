//! A whole cell as a line of an address.

use super::{is_number, letter};
use crate::dictionary::{lists::*, look_up};

/// Signs of Chinese, Japanese and Korean addresses.
const SIGNS: [&str; 22] =
    ["丁目", "番地", "番", "号", "號", "市", "区", "區", "町", "村", "県", "府", "路", "街", "巷", "县", "省", "镇", "로", "길", "동", "구"];

/// Endings of streets that stand alone for one: shorter ones end other words as well.
const ENDINGS: [&str; 30] = [
    "straße", "strasse", "str", "weg", "gasse", "platz", "allee", "ufer", "damm", "ring", "straat", "laan", "plein", "gracht", "kade", "dijk",
    "singel", "steenweg", "gatan", "gata", "vägen", "gränd", "torget", "veien", "gate", "gade", "vej", "katu", "kuja", "tie",
];

/// A street, with or without number; a post-office box; a whole address.
pub(crate) fn is_line(text: &[u8]) -> bool {
    if text.len() < 4
        || text.len() > 250
        || text.contains(&b'@')
        || text.windows(3).any(|w| w == b"://")
        || text.iter().any(|b| matches!(b, b'{' | b'=' | b'<' | b'_' | b'|'))
    {
        return false;
    }
    let whole = String::from_utf8_lossy(text);
    let signs = SIGNS.iter().filter(|s| whole.contains(**s)).count();
    if signs >= 2 || signs == 1 && whole.chars().any(|c| c.is_numeric()) {
        return true;
    }
    let parts: Vec<&[u8]> = text.split(|b| matches!(b, b' ' | b',' | b';' | b'\n' | b'\t' | b'(' | b')' | b':')).filter(|p| !p.is_empty()).collect();
    if parts.len() > 30 || parts.iter().all(|p| letter(p, 0) == 0) {
        return false;
    }
    let trimmed = |p: &&[u8]| look_up(p.strip_suffix(b".").unwrap_or(p));
    let flags: Vec<u32> = parts.iter().map(trimmed).collect();
    let number = parts.iter().any(|p| is_number(p.strip_suffix(b".").unwrap_or(p)) || p.iter().any(u8::is_ascii_digit));
    let ending = parts.iter().any(|p| ends_as_street(p));
    let after = flags.iter().skip(1).any(|f| f & STREET_AFTER != 0);
    let before = flags.iter().rev().skip(1).any(|f| f & STREET_BEFORE != 0);
    let boxed = flags.iter().any(|f| f & UNIT != 0) || look_up(text) & UNIT != 0 || text.to_ascii_lowercase().windows(3).any(|w| w == b"box");
    let place = flags.iter().filter(|f| **f & (CITY | REGION | COUNTRY) != 0).count();
    let name = parts.iter().zip(&flags).any(|(p, f)| p.len() >= 3 && letter(p, 0) > 0 && f & (WORD | UNIT) == 0);
    // `Main Street`: the last word says it, and the first is written large.
    let last = flags.last().is_some_and(|f| f & STREET_AFTER != 0) && parts.len() <= 5 && text[0].is_ascii_uppercase() && parts[0].len() >= 3;
    let street = ending || after || before;
    parts.len() >= 2
        && (street && (number || name || last || place > 0) || boxed && number || number && name && edge_number(&parts) || place >= 2 && number)
        || parts.len() == 1 && ending
}

fn ends_as_street(part: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(part).to_lowercase();
    let lower = lower.trim_end_matches('.');
    ENDINGS.iter().any(|e| lower.len() >= e.len() + 3 && lower.ends_with(e)) && look_up(part) & WORD == 0
}

/// The number stands first or last, as a house number does.
fn edge_number(parts: &[&[u8]]) -> bool {
    let number = |p: &&[u8]| is_number(p.strip_suffix(b".").unwrap_or(p)) && p.len() <= 7;
    parts.first().is_some_and(number) || parts.last().is_some_and(number)
}
