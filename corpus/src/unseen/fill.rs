//! Templates: `<d8>` eight digits, `<A5>` five of the capitals and digits, `<12..99:3>` a number of three places, `<ES|FR>` one of these.

use crate::Prng;

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const SMALL: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";
const HEX_UPPER: &[u8] = b"0123456789ABCDEF";
const DIGITS: &[u8] = b"0123456789";

/// Fills a template. `|` outside brackets separates whole templates, of which one is taken.
///
/// # Panics
/// When the template is not one: they are part of this crate.
pub(super) fn fill(r: &mut Prng, template: &str) -> String {
    let choices = alternatives(template);
    let mut rest = *r.pick(&choices);
    let mut out = String::new();
    while let Some((plain, hole)) = rest.split_once('<') {
        out.push_str(plain);
        let Some((hole, after)) = hole.split_once('>') else { panic!("`{template}` has an open bracket") };
        out.push_str(&hole_filled(r, hole));
        rest = after;
    }
    out + rest
}

/// The parts of a template between bars that stand outside brackets.
fn alternatives(template: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (vec![], 0, 0);
    for (i, b) in template.bytes().enumerate() {
        match b {
            b'<' => depth += 1,
            b'>' => depth -= 1,
            b'|' if depth == 0 => {
                parts.push(&template[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&template[from..]);
    parts
}

fn hole_filled(r: &mut Prng, hole: &str) -> String {
    if hole == "u" {
        return r.uuid();
    }
    if hole.starts_with(|c: char| c.is_ascii_digit()) && !hole.contains(['|', '.']) {
        return hole.to_owned();
    }
    if hole.contains('|') {
        return (*r.pick(&hole.split('|').collect::<Vec<_>>())).to_owned();
    }
    if let Some((low, rest)) = hole.split_once("..") {
        let (high, width) = rest.split_once(':').unwrap_or((rest, "1"));
        let number = r.range(whole(low), whole(high));
        return format!("{number:0width$}", width = whole(width) as usize);
    }
    let (class, length) = hole.split_at(1);
    let (low, high) = length.split_once('-').unwrap_or((length, length));
    let length = r.range(whole(low), whole(high)) as usize;
    r.string(alphabet(class, hole), length)
}

fn whole(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number of a template"))
}

fn alphabet(class: &str, hole: &str) -> &'static [u8] {
    match class {
        "d" => DIGITS,
        "l" => LOWER,
        "L" => UPPER,
        "a" => SMALL,
        "A" => CAPITALS,
        "n" => ALNUM,
        "c" => LETTERS,
        "w" => URL_SAFE,
        "b" => BASE64,
        "B" => BASE32,
        "h" => HEX,
        "H" => HEX_UPPER,
        _ => panic!("`<{hole}>` is no hole of a template"),
    }
}

/// A value as it is written: `#` takes its next character, `*` all that is left, `@4` all in groups of four; other characters stand for themselves.
/// A value longer than the form keeps its rest; one that is shorter leaves holes out.
pub(super) fn written(value: &str, form: &str) -> String {
    let mut chars = value.chars();
    let mut out = String::new();
    let mut form_chars = form.chars().peekable();
    while let Some(f) = form_chars.next() {
        match f {
            '#' => out.extend(chars.next()),
            '*' => out.extend(chars.by_ref()),
            '@' => {
                let size = form_chars.next().and_then(|c| c.to_digit(10)).unwrap_or(4) as usize;
                for (i, c) in chars.by_ref().enumerate() {
                    if i > 0 && i % size == 0 {
                        out.push(' ');
                    }
                    out.push(c);
                }
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let r = &mut Prng::new(1);
        for _ in 0..50 {
            let text = fill(r, "<A|B><d3>-<05..07:2>|x<u>");
            assert!(text.len() == 37 || (text.len() == 7 && &text[4..6] == "-0"), "{text}");
        }
        assert_eq!(written("123456789", "##-###-*"), "12-345-6789");
        assert_eq!(written("DE0012345", "@4"), "DE00 1234 5");
    }
}
