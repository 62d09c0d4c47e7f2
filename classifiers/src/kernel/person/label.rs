//! Names that something announces: a title (`Mr`), a greeting (`Dear`), a label (`Patient:`), a phrase (`my name is`), the end of a letter, a word of honour behind (`さん`).

use super::{
    around, goes_on, nobody, pair, weight_given, weight_surname,
    word::{Gap, Shape, Word, Words, gap, letter, speakable, wide},
};
use crate::{dictionary::lists::*, kernel::Span};

/// The name after a title or a greeting.
pub(super) fn addressed(text: &[u8], first: &Word) -> Option<Span> {
    let dot = usize::from(text.get(first.end) == Some(&b'.'));
    let (_, start) = gap(text, first.end + dot).or_else(|| gap(text, first.end)).filter(|(g, _)| *g != Gap::Comma || first.is(GREETING))?;
    if first.is(TITLE) && !first.is(GREETING) { titled(text, first, start) } else { greeted(text, start) }
}

/// Titles that are words or names of their own as well: only a known name may follow.
fn doubtful(text: &[u8], title: &Word) -> bool {
    let written = &text[title.start..title.end];
    title.is(WORD | SURNAME | GIVEN)
        && !matches!(written, b"Dr" | b"Mr" | b"Mrs" | b"Ms" | b"Miss" | b"Prof" | b"Frau" | b"Herr" | b"Herrn" | b"Madame" | b"Monsieur")
        || written.len() < 2
        || matches!(
            written,
            b"Fr"
                | b"Me"
                | b"St"
                | b"Gen"
                | b"Col"
                | b"Maj"
                | b"Don"
                | b"Sen"
                | b"Mag"
                | b"Eng"
                | b"Sig"
                | b"Pan"
                | b"Bay"
                | b"Km"
                | b"Ing"
                | b"Rag"
                | b"Bu"
        )
}

fn titled(text: &[u8], title: &Word, start: usize) -> Option<Span> {
    let words = Words::read(text, start, |w, before| w.shape != Shape::Mixed && goes_on(w, before));
    let first = words.first()?;
    // `Dr. Dr. Meyer`, `Herr Prof. Weber`: the last one speaks.
    if first.is(TITLE) && !first.strong(SURNAME) {
        return None;
    }
    if title.start > 0 && !around::may_stand(text, title.start) || nobody_titled(text, title, &words) {
        return None;
    }
    let (mut taken, mut bits, mut known) = (0, 1_500, 0);
    for (i, word) in words.iter().enumerate() {
        let followed = words.get(i + 1).is_some_and(Word::capital);
        if word.shape == Shape::Initial && followed || word.is(PARTICLE) && (followed || words.get(i + 1).is_some_and(|w| w.is(PARTICLE))) {
            continue;
        }
        let place = word.is(CITY | REGION) && !word.is(WORD) && taken == 0;
        let weight = if word.is(GIVEN) { Some(weight_given(word) - 500) } else { weight_surname(text, word).or(place.then_some(0)) };
        let Some(weight) = weight.filter(|w| *w > 0 || taken == 0) else { break };
        if i + 1 - taken > 3 || taken >= 4 {
            break;
        }
        known += usize::from(weight >= 1_500);
        bits += if taken == 0 { weight.clamp(-800, 2_500) } else { weight.clamp(0, 1_000) };
        taken = i + 1;
    }
    if taken == 0 || doubtful(text, title) && known == 0 || street_of(&words, taken) {
        return None;
    }
    let before_number =
        text[..title.start].iter().rev().take(24).any(u8::is_ascii_digit) && matches!(&text[title.start..title.end], b"Dr" | b"Ct" | b"St");
    (!before_number).then(|| Span { start, end: words[taken - 1].end, bits })
}

fn nobody_titled(text: &[u8], title: &Word, words: &[Word]) -> bool {
    words.first().is_some_and(|w| crate::dictionary::look_up(&text[title.start..w.end]) & NOBODY != 0) || nobody(text, words)
}

fn street_of(words: &[Word], taken: usize) -> bool {
    words.get(taken).is_some_and(|w| w.gap == Gap::Space && w.capital() && w.is(STREET_AFTER | ORGANISATION | FIRM) && !w.strong(SURNAME))
}

/// `Dear Anna,`, `Hi Peter Miller!`
fn greeted(text: &[u8], start: usize) -> Option<Span> {
    if let Some(title) = super::word::word(text, start, Gap::Space).filter(|w| w.is(TITLE) && !w.is(GIVEN)) {
        let dot = usize::from(text.get(title.end) == Some(&b'.'));
        let (_, start) = gap(text, title.end + dot)?;
        return titled(text, &title, start).map(|found| Span { bits: found.bits + 1_500, ..found });
    }
    let words = Words::read(text, start, goes_on);
    // `Estimado D. Chávez:`
    if let [initial, surname, ..] = &*words
        && initial.shape == Shape::Initial
        && surname.capital()
    {
        let bits = weight_surname(text, surname)?.clamp(-800, 2_500) + 2_500;
        return Some(Span { start: surname.start, end: surname.end, bits });
    }
    let first = words.first().filter(|w| w.is(GIVEN) && !w.is(TITLE))?;
    if let Some(full) = pair(text, start).filter(|f| f.bits > 0) {
        return Some(Span { bits: full.bits + 1_500, ..full });
    }
    let closes = matches!(text.get(first.end), Some(b',' | b'!' | b'.' | b':' | b'\n' | b'\r') | None) || text[first.end..].starts_with(b" and ");
    let bits = match (first.is(WORD), closes) {
        (false, true) => 4_000,
        (false, false) => 2_000,
        (true, true) => 1_500,
        (true, false) => return None,
    };
    Some(Span { start, end: first.end, bits })
}

/// What announces a name where a literal stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announces {
    /// `Patient:`: nothing but a name stands there.
    Strong,
    /// `Name:`: things have names as well.
    Weak,
    /// `my name is`: the name follows at once.
    Phrase,
    /// `Regards,`: on the next line.
    Closing,
    /// `さん`: the name stands before.
    Behind,
    /// `ович`: inside the name.
    Inside,
    /// The literal is the beginning of the name.
    Name,
}

fn announces(literal: &[u8]) -> Announces {
    const WEAK: [&str; 12] = ["name", "nom", "nombre", "nome", "naam", "namn", "navn", "contact", "from", "to", "cc", "author"];
    const BEHIND: [&str; 8] = ["さん", "様", "先生", "氏は", "님", "씨", "先生", "女士"];
    const INSIDE: [&str; 6] = ["ович", "евич", "овна", "евна", "івна", "ївна"];
    let lower = String::from_utf8_lossy(literal).to_lowercase();
    let one_of = |list: &[&str]| list.contains(&lower.as_str());
    match lower.as_str() {
        _ if one_of(&WEAK) => Announces::Weak,
        _ if one_of(&BEHIND) => Announces::Behind,
        _ if one_of(&INSIDE) => Announces::Inside,
        _ if one_of(&CLOSINGS) => Announces::Closing,
        l if l.contains(' ') && (l.ends_with(" is") || PHRASES.contains(&l)) => Announces::Phrase,
        _ if crate::dictionary::look_up(literal) & (GIVEN | GREETING) != 0 && !literal.is_ascii() => Announces::Name,
        _ => Announces::Strong,
    }
}

/// What letters end with.
const CLOSINGS: [&str; 42] = [
    "regards",
    "sincerely",
    "cheers",
    "best",
    "thanks",
    "thank you",
    "wishes",
    "yours",
    "truly",
    "faithfully",
    "respectfully",
    "grüßen",
    "gruß",
    "grüße",
    "gruss",
    "grüsse",
    "cordialement",
    "distingués",
    "amicalement",
    "saludos",
    "saludo",
    "atentamente",
    "cordialmente",
    "saluti",
    "atenciosamente",
    "abraços",
    "cumprimentos",
    "groet",
    "groeten",
    "hälsningar",
    "hilsen",
    "terveisin",
    "pozdrawiam",
    "pozdravem",
    "üdvözlettel",
    "cu stimă",
    "saygılarımla",
    "с уважением",
    "з повагою",
    "vg",
    "mvh",
    "lg",
];

/// Phrases a name follows at once.
const PHRASES: [&str; 24] = [
    "ich heiße",
    "ich heisse",
    "mein name ist",
    "je m'appelle",
    "je m’appelle",
    "mon nom est",
    "me llamo",
    "mi nombre es",
    "mi chiamo",
    "il mio nome è",
    "meu nome é",
    "o meu nome é",
    "chamo-me",
    "me chamo",
    "ik heet",
    "mijn naam is",
    "jag heter",
    "mitt namn är",
    "jeg heter",
    "jeg hedder",
    "nazywam się",
    "jmenuji se",
    "меня зовут",
    "мене звати",
];

/// The name that belongs to a literal at `at`.
pub(in crate::kernel) fn at_literal(text: &[u8], at: usize, length: usize) -> Option<Span> {
    let end = at + length;
    if !goes_on_as_label(text, at, end) {
        return None;
    }
    match announces(&text[at..end]) {
        Announces::Strong => labelled(text, at, end, true),
        Announces::Weak => labelled(text, at, end, false),
        Announces::Phrase => phrase(text, end),
        Announces::Closing => closing(text, end),
        Announces::Behind => behind(text, at),
        Announces::Inside => inside(text, at),
        Announces::Name => super::begun(text, at),
    }
}

/// Told from the next two bytes: most words that announce a name stand in a text for themselves.
fn goes_on_as_label(text: &[u8], at: usize, end: usize) -> bool {
    let next = |n: usize| text.get(end + n).copied().unwrap_or(b'\n');
    if !text[at..end].is_ascii() {
        return true;
    }
    match next(0) {
        b' ' => {
            matches!(next(1), b':' | b'=' | b'|' | b'"' | b'\n')
                || text[at..end].contains(&b' ')
                || text[at..end].contains(&b'-')
                || text[at..end].contains(&b'\'')
        }
        b'_' | b'(' | b'.' | b'/' | b';' | b'?' | b'<' | b'>' | b'[' => false,
        byte => !byte.is_ascii_alphanumeric() && (byte < 0x80 || byte == 0xEF),
    }
}

/// `Patient: Anna Keller`, `"full_name": "Anna Keller"`.
fn labelled(text: &[u8], at: usize, end: usize, strong: bool) -> Option<Span> {
    let mut start = end;
    let skip = |from: usize, set: &[u8]| from + text[from..].iter().take(3).take_while(|b| set.contains(b)).count();
    start = skip(start, b"\"'*_ )]\\");
    let sign = text.get(start).copied();
    start = match sign {
        Some(b':' | b'=' | b'|' | b'\t') => start + 1,
        Some(0xEF) if text[start..].starts_with("：".as_bytes()) => start + 3,
        _ => return None,
    };
    start = skip(start, b" \t*_|");
    start = skip(start, b"\"'\\");
    let quoted = start > end && matches!(text[start - 1], b'"' | b'\'');
    // `product name: …`: of what it is the name, the word before tells.
    if !strong && !begins_line(text, at) {
        return None;
    }
    let (span, known) = value(text, start, strong)?;
    // `name = 'Julia'` names a thing as often as a person.
    let one = !text[span.start..span.end].contains(&b' ') && text[span.start] < 0x80;
    if !strong && one && (sign == Some(b'=') || !text[span.start + 1].is_ascii_lowercase()) {
        return None;
    }
    let stops = match text.get(span.end) {
        None | Some(b'\n' | b'\r' | b'"' | b'\'' | b',' | b';' | b'|' | b'\t' | b'<' | b'(' | b')' | b'}' | b'.' | b'\\' | b'*' | b'/' | b'[') => {
            true
        }
        Some(b' ') => !quoted,
        _ => false,
    };
    if !stops || at > 0 && text[at - 1] == b'@' {
        return None;
    }
    let bits = span.bits + if strong { 2_000 } else { 500 } + i32::from(known) * 500 - if one && !strong { 1_500 } else { 0 };
    Some(Span { bits, ..span })
}

fn begins_line(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev().take(8).find(|b| !matches!(b, b' ' | b'"' | b'\'' | b'*' | b'\t' | b'\\'));
    before.is_none_or(|b| !(b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'_' | b'-' | b'.' | b'/' | b'$' | b'@' | b'<')))
}

/// A name by itself: as in a cell, up to where the words end. Gives whether a word of it is in the lists.
fn value(text: &[u8], start: usize, strong: bool) -> Option<(Span, bool)> {
    if let Some(span) = uncased(text, start) {
        return Some((span, true));
    }
    let words = Words::read(text, start, |w, before| {
        w.shape != Shape::Mixed
            && (w.shape != Shape::Lower || w.is(PARTICLE))
            && (w.gap != Gap::Comma || before.is_some_and(|b| b.is(SURNAME) && w.strong(GIVEN)) || w.is(SUFFIX))
            && (w.gap != Gap::Dot || before.is_some_and(|b| b.shape == Shape::Initial || b.is(TITLE)))
    });
    let from = words.iter().take_while(|w| w.is(TITLE) && !w.strong(GIVEN | SURNAME)).count();
    let stop = |w: &&Word| {
        w.is(FIRM | ORGANISATION | CALENDAR | STREET_AFTER | UNIT) && !w.is(GIVEN | SURNAME)
            || (w.is(WORD | COUNTRY) && !w.is(GIVEN | SURNAME | PARTICLE))
    };
    let mut to = from + words[from..].iter().take_while(|w| !stop(w)).count();
    while to > from && words[to - 1].is(PARTICLE) && !words[to - 1].is(GIVEN | SURNAME) {
        to -= 1;
    }
    let names = words.get(from..to).filter(|w| !w.is_empty())?;
    if words.get(to).is_some_and(|w| w.is(FIRM | ORGANISATION | STREET_AFTER)) || nobody(text, names) || names.len() > 5 {
        return None;
    }
    let real = || names.iter().filter(|w| w.shape != Shape::Initial && !w.is(PARTICLE));
    let strongs = real().filter(|w| w.strong(GIVEN | SURNAME)).count();
    let given = real().any(|w| w.strong(GIVEN));
    let strange = real().filter(|w| !w.is(GIVEN | SURNAME) && !speakable(&text[w.start..w.end])).count();
    let count = real().count();
    let bits = match (strongs, count) {
        _ if strange > 0 || count == 0 => return None,
        (0, 1) if !strong => return None,
        (0, 1) => -500,
        (0, _) if strong && real().all(|w| !w.is(WORD)) => 500,
        (0, _) => return None,
        (1, 1) if strong || given => 1_500,
        (1, 1) => -500,
        (1, _) if strong || given && names[0].is(GIVEN) => 2_000,
        (1, _) if names[0].is(GIVEN) => 500,
        (1, _) => return None,
        _ => 3_500,
    };
    Some((Span { start: names[0].start, end: names[names.len() - 1].end, bits }, strongs > 0))
}

/// A name of Han, Hangul or Kana, up to where the script ends.
fn uncased(text: &[u8], start: usize) -> Option<Span> {
    let mut end = start;
    while end - start < 30 {
        match wide(text, end) {
            Some(c) if matches!(c, '\u{3005}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}') => end += c.len_utf8(),
            Some('\u{3000}') if end > start => end += 3,
            _ if text.get(end) == Some(&b' ') && end > start && wide(text, end + 1).is_some_and(|c| c > '\u{3000}') => end += 1,
            _ => break,
        }
    }
    let name = text.get(start..end)?;
    super::cell::known_name(name).then_some(Span { start, end, bits: 2_000 })
}

/// `my name is Anna`.
fn phrase(text: &[u8], end: usize) -> Option<Span> {
    let (_, start) = gap(text, end).filter(|(g, _)| *g == Gap::Space)?;
    if let Some(span) = uncased(text, start) {
        return Some(Span { bits: span.bits + 1_500, ..span });
    }
    let words = Words::read(text, start, goes_on);
    if let Some(full) = words.first().filter(|w| w.is(GIVEN)).and_then(|_| pair(text, start)).filter(|f| f.bits > 0) {
        return Some(Span { bits: full.bits + 2_000, ..full });
    }
    let names = words
        .iter()
        .take_while(|w| (w.capital() || w.is(PARTICLE)) && !w.is(CALENDAR | FIRM | ORGANISATION) && (!w.is(WORD) || w.is(GIVEN | SURNAME)))
        .count()
        .min(4);
    let last = words.get(names.checked_sub(1)?)?;
    let known = words[..names].iter().any(|w| w.is(GIVEN | SURNAME));
    Some(Span { start, end: last.end, bits: if known { 3_500 } else { 1_000 } })
}

/// The line after `Regards,`.
fn closing(text: &[u8], end: usize) -> Option<Span> {
    let rest = &text[end..text.len().min(end + 12)];
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b',' | b'-' | b'!' | b'.')).count();
    // `Thanks, Anna`, or on the next line.
    let short = rest.starts_with(b", ") && !rest[..blank].contains(&b'\n');
    if !short && !rest[..blank].contains(&b'\n') {
        return None;
    }
    let start = end + blank;
    let (span, known) = value(text, start, false)?;
    let line_ends = matches!(text.get(span.end), None | Some(b'\n' | b'\r')) || !short && matches!(text.get(span.end), Some(b',' | b' '));
    (known && line_ends).then_some(Span { bits: span.bits + 2_000, ..span })
}

/// The name before a word of honour.
fn behind(text: &[u8], at: usize) -> Option<Span> {
    let mut start = at;
    let mut best = None;
    for _ in 0..4 {
        let Some(from) = (1..=4).filter_map(|n| start.checked_sub(n)).find(|&i| text[i] & 0xC0 != 0x80) else { break };
        let han = wide(text, from).is_some_and(|c| matches!(c, '\u{3005}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'));
        if !han {
            break;
        }
        start = from;
        let name = &text[start..at];
        let surname = crate::dictionary::look_up(name) & SURNAME != 0;
        if surname || super::cell::known_name(name) {
            best = Some(Span { start, end: at, bits: if name.len() > 3 { 2_000 } else { 500 } });
        }
    }
    best
}

/// A Russian or Ukrainian name around the end of a patronymic.
fn inside(text: &[u8], at: usize) -> Option<Span> {
    let mut start = at;
    // The beginning of the word, then of the two words before.
    for _ in 0..60 {
        let Some(from) = (1..=2).filter_map(|n| start.checked_sub(n)).find(|&i| text[i] & 0xC0 != 0x80) else { break };
        if letter(text, from) == 0 && text[from] != b' ' {
            break;
        }
        start = from;
    }
    let mut places = vec![start];
    places.extend((start..at).filter(|&i| text[i] == b' ').map(|i| i + 1));
    places.into_iter().find_map(|from| {
        let words = Words::read(text, from, |w, _| w.shape == Shape::Capital && w.gap == Gap::Space);
        let patronymic = words.iter().position(|w| w.start < at && at < w.end)?;
        let given = words.iter().position(|w| w.is(GIVEN))?;
        let last = words.len().min(patronymic + 2);
        let fits = given + 1 == patronymic
            && given <= 1
            && (given == 0 || words[0].is(SURNAME) || super::word::ends_as_surname(&text[words[0].start..words[0].end]));
        let surname_behind = last == patronymic + 2 && !words[last - 1].is(WORD);
        let end = if given == 0 && surname_behind { words[last - 1].end } else { words[patronymic].end };
        fits.then_some(Span { start: words[0].start, end, bits: 5_000 })
    })
}
