//! Places: whole cells, and what follows words such as `lives in`.

use super::{
    Span,
    person::word::{Gap, Shape, Word, Words, speakable},
};
use crate::dictionary::{lists::*, look_up};

/// First words of names of towns that are in no list.
const BEGINNINGS: [&str; 48] = [
    "port", "north", "south", "east", "west", "new", "lake", "saint", "st", "bad", "san", "santa", "santo", "sao", "los", "las", "el", "la", "le",
    "les", "fort", "mount", "villa", "vila", "nowy", "nowa", "stary", "upper", "lower", "great", "little", "alt", "neu", "sankt", "castel", "monte",
    "rio", "porto", "puerto", "ciudad", "nova", "novi", "novo", "old", "kirk", "isle", "point", "ville",
];
/// And last syllables.
const ENDINGS: [&str; 62] = [
    "ville", "town", "ton", "burg", "berg", "stadt", "dorf", "heim", "hausen", "hofen", "ingen", "bach", "bury", "ford", "port", "land", "shire",
    "mouth", "view", "borough", "chester", "haven", "stad", "strand", "sund", "grad", "pur", "abad", "wick", "worth", "minster", "field", "wood",
    "side", "bridge", "cester", "sley", "furt", "kirchen", "walde", "rode", "feld", "bruck", "brück", "sur-mer", "court", "mont", "holm", "köping",
    "torp", "vik", "nes", "fjord", "kylä", "järvi", "owo", "owice", "ovice", "háza", "vár", "ești", "esti",
];

/// A cell that is a place, or looks like a town.
pub(crate) fn is_place(text: &[u8]) -> bool {
    if text.len() < 2 || text.len() > 60 {
        return false;
    }
    let known = |part: &[u8]| look_up(part) & (CITY | COUNTRY | REGION) != 0;
    if known(text) {
        return true;
    }
    let cut = text.iter().position(|b| matches!(b, b',' | b'(' | b'/')).unwrap_or(text.len());
    let head = text[..cut].trim_ascii();
    if cut < text.len() && known(head) {
        return true;
    }
    let words = Words::read(head, 0, |w, _| w.shape != Shape::Mixed && w.gap != Gap::Comma);
    let ends = words.last().is_some_and(|w| w.end == head.len());
    ends && words.len() <= 5 && looks_like_town(head, &words)
}

fn looks_like_town(text: &[u8], words: &[Word]) -> bool {
    let bytes = |w: &Word| String::from_utf8_lossy(&text[w.start..w.end]).to_lowercase();
    let Some((first, last)) = words.first().zip(words.last()) else { return false };
    let begins = words.len() > 1 && BEGINNINGS.contains(&bytes(first).as_str()) && !last.is(CALENDAR);
    let name = bytes(last);
    let ending = name.len() >= 6 && ENDINGS.iter().any(|e| name.len() > e.len() + 1 && name.ends_with(e)) && !last.is(WORD);
    // `Bad Nauheim`, `Frankfurt am Main`: the first word, or the last, is known.
    let part =
        words.len() > 1 && words.iter().any(|w| w.is(CITY) && !w.is(WORD)) && words.iter().all(|w| !w.is(WORD) || w.is(CITY | PARTICLE | SURNAME));
    let han = first.shape == Shape::Uncased && ["市", "区", "町", "村", "县", "郡", "시", "군", "구"].iter().any(|e| name.ends_with(e));
    (begins || ending || part || han) && words.iter().all(|w| w.is(PARTICLE | STREET_BEFORE) || speakable(&text[w.start..w.end]))
}

/// The place that follows a literal such as `lives in` at `at`.
pub(super) fn at_literal(text: &[u8], at: usize, length: usize) -> Option<Span> {
    let end = at + length;
    let mark = text[end..].iter().take(4).take_while(|b| matches!(b, b':' | b'"' | b'\'' | b' ' | b'=')).count();
    if mark == 0 {
        return None;
    }
    let (span, flags) = at_place(text, end + mark)?;
    let bits = if flags & (WORD | GIVEN | SURNAME) == 0 { 2_000 } else { 500 };
    Some(Span { bits, ..span })
}

/// The longest place of at most four words that begins at `start`, with what it is.
pub(super) fn at_place(text: &[u8], start: usize) -> Option<(Span, u32)> {
    let words = Words::read(text, start, |w, before| {
        let begins = before.is_none();
        w.shape != Shape::Mixed
            && (begins || w.gap == Gap::Space || (w.gap == Gap::Dot && before.is_some_and(|b| b.end - b.start <= 3)))
            && (w.capital() || !begins)
    });
    let fits = |n: &usize| {
        let (first, last) = (&words[0], &words[n - 1]);
        let flags = look_up(&text[start..last.end]);
        let code = last.end - start <= 3 && first.shape != Shape::Upper;
        (flags & (CITY | COUNTRY | REGION) != 0 && last.capital() && !code).then_some((last.end, flags))
    };
    let (end, flags) = (1..=words.len().min(4)).rev().find_map(|n| fits(&n))?;
    Some((Span { start, end, bits: 0 }, flags))
}
