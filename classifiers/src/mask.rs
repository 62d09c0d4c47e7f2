//! Values made unreadable: enough to recognise, not enough to use.

use crate::MaskStyle;

/// Masks a value. At most four characters and a quarter of it are shown; up to four characters none; card numbers keep six and four; secrets their public prefix only.
pub(crate) fn mask(style: MaskStyle, value: &[u8], public: Option<&str>, literal: usize) -> String {
    let text = String::from_utf8_lossy(value);
    let chars: Vec<char> = text.chars().collect();
    match style {
        MaskStyle::Pan => pan(&chars),
        MaskStyle::Secret => secret(&chars, public, literal),
        MaskStyle::Email => email(&chars),
        MaskStyle::Tail => {
            let shown = (chars.len() / 4).min(4);
            stars(&chars, chars.len() - shown)
        }
    }
}

/// Hides the first `hidden` characters; long values are shortened.
fn stars(chars: &[char], hidden: usize) -> String {
    let hidden_part = "*".repeat(hidden.min(12));
    hidden_part + &chars[hidden..].iter().map(|c| safe(*c)).collect::<String>()
}

fn pan(chars: &[char]) -> String {
    let digits = chars.iter().filter(|c| c.is_ascii_digit()).count();
    if digits < 12 {
        return "*".repeat(chars.len().min(12));
    }
    let mut seen = 0;
    let hide = |c: &char| {
        if !c.is_ascii_digit() {
            return safe(*c);
        }
        seen += 1;
        if seen <= 6 || seen > digits - 4 { *c } else { '*' }
    };
    chars.iter().map(hide).collect()
}

fn secret(chars: &[char], public: Option<&str>, literal: usize) -> String {
    let shown = match public {
        Some(prefix) if chars.iter().collect::<String>().starts_with(prefix) => prefix.chars().count(),
        Some(_) => 0,
        None => literal,
    };
    // A prefix that is most of the value would tell it.
    let shown = if shown * 2 <= chars.len() { shown } else { 0 };
    let prefix: String = chars[..shown].iter().map(|c| safe(*c)).collect();
    prefix + &"*".repeat((chars.len() - shown).min(12))
}

fn email(chars: &[char]) -> String {
    let at = chars.iter().position(|c| *c == '@').unwrap_or(0);
    let dot = chars.iter().rposition(|c| *c == '.').filter(|d| *d > at).unwrap_or(chars.len());
    let top = &chars[dot..];
    let room = (chars.len() / 4).min(4);
    let mut out = String::new();
    let first = usize::from(at > 1 && room > 0);
    out.extend(chars[..first].iter().map(|c| safe(*c)));
    out.push_str("***@***");
    // The top label counts against what may be shown.
    if top.len().saturating_sub(1) + first <= room {
        out.extend(top.iter().map(|c| safe(*c)));
    }
    out
}

fn safe(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}
