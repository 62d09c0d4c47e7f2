//! Terms that are sensitive only when they are said of a person: what a text says before and behind a term is worth bits.
//!
//! `Catholic` in "he is a practising Catholic" and behind `Religion:` is somebody's conviction, in "the Catholic school" it is not. The words that tell are in `words/grammar.txt`.

use super::Span;

include!(concat!(env!("OUT_DIR"), "/grammar.rs"));

/// What a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// What somebody is: conviction, origin, orientation, status.
    Person,
    /// What somebody suffers from, takes or has been through.
    Patient,
    /// What somebody has done against the law.
    Offender,
}

/// Words looked at before a term.
const MOST: usize = 14;
/// Bytes looked at before a term, and behind it.
const REACH: usize = 110;
const BEHIND: usize = 48;

/// Millibits of each kind of evidence.
const LABELLED: i32 = 7_500;
const SAID: i32 = 7_000;
const NAMED: i32 = 6_000;
const PERHAPS: i32 = 3_000;
const DOSE: i32 = 3_500;

/// The term of `length` bytes at `at`, if it is a word of its own, with what its surroundings are worth.
pub(super) fn at(text: &[u8], at: usize, length: usize, about: About) -> Option<Span> {
    let end = at + length;
    if joined(text, at, end) {
        return None;
    }
    let spaced = text[at] < 0xE3;
    let left = Left::of(text, at);
    let bits = match about {
        About::Person => person(&left, text, end, spaced),
        About::Patient => patient(&left, text, end),
        About::Offender => offender(&left),
    };
    let bits = if spaced { bits } else { bits.max(unspaced(text, at, about)) };
    Some(Span { start: at, end, bits })
}

/// Whether letters outside ASCII stand beside the term, in a script that writes spaces.
fn joined(text: &[u8], at: usize, end: usize) -> bool {
    // Two- and three-byte characters up to U+1FFF: Latin, Greek, Cyrillic, Hebrew, Arabic, Indic.
    let before = at.checked_sub(2).is_some_and(|i| (0xC3..=0xDF).contains(&text[i]) && text[i + 1] & 0xC0 == 0x80);
    let after = text.get(end).is_some_and(|b| (0xC3..=0xDF).contains(b));
    text[at] < 0xE3 && (before || after)
}

/// One word, and what stands between it and the next.
#[derive(Clone, Copy, Debug)]
struct Word<'t> {
    text: &'t [u8],
    roles: u32,
    /// A colon, an equals sign or a tabulator follows.
    colon: bool,
    comma: bool,
}

/// The words before a term, the nearest first, back to the beginning of its sentence.
#[derive(Debug)]
struct Left<'t> {
    words: [Word<'t>; MOST],
    count: usize,
    /// The text began, or a sentence, or a line: there is nothing before.
    begins: bool,
}

impl<'t> Left<'t> {
    fn of(text: &'t [u8], at: usize) -> Self {
        let from = at.saturating_sub(REACH);
        let mut left = Left { words: [Word { text: b"", roles: 0, colon: false, comma: false }; MOST], count: 0, begins: false };
        let mut end = at;
        while left.count < MOST {
            let (mut colon, mut comma, mut last) = (false, false, 0);
            while end > from && !letter(text[end - 1]) {
                let byte = text[end - 1];
                colon |= matches!(byte, b':' | b'=' | b'\t');
                comma |= byte == b',';
                let sentence = matches!(byte, b'!' | b'?' | b';') || (byte == b'.' && matches!(last, 0 | b' ') && !abbreviated(&text[from..end - 1]));
                if byte == b'\n' || sentence {
                    left.begins = true;
                    return left;
                }
                last = byte;
                end -= 1;
            }
            let start = text[from..end].iter().rposition(|b| !letter(*b)).map_or(from, |p| from + p + 1);
            if start == end || (start == from && from > 0) {
                left.begins = from == 0;
                return left;
            }
            let word = &text[start..end];
            left.words[left.count] = Word { text: word, roles: roles(word), colon, comma };
            left.count += 1;
            end = start;
        }
        left
    }

    fn get(&self, i: usize) -> Option<&Word<'t>> {
        self.words[..self.count].get(i)
    }

    /// Whether the word has one of these roles.
    fn is(&self, i: usize, wanted: u32) -> bool {
        self.get(i).is_some_and(|w| w.roles & wanted != 0)
    }

    /// The first word from `i` on without any of these roles; looks over four.
    fn past(&self, i: usize, over: u32) -> usize {
        (i..self.count.min(i + 4)).find(|&j| !self.is(j, over)).unwrap_or(self.count.min(i + 4))
    }

    /// A phrase of this role that ends at word `i`, or the word itself.
    fn says(&self, i: usize, wanted: u32) -> bool {
        self.is(i, wanted) || (i + 1..self.count.min(i + 5)).any(|first| self.phrase(first, i, wanted))
    }

    /// Whether the words from `first` (further left) to `last` are a phrase of this role.
    fn phrase(&self, first: usize, last: usize, wanted: u32) -> bool {
        let Some(word) = self.get(first) else { return false };
        let from = PHRASES.partition_point(|p| compare(p.0, word.text).is_lt());
        PHRASES[from..].iter().take_while(|p| compare(p.0, word.text).is_eq()).any(|(_, rest, roles)| {
            roles & wanted != 0
                && rest.len() == first - last
                && rest.iter().zip((last..first).rev()).all(|(r, i)| compare(r, self.words[i].text).is_eq())
        })
    }
}

/// Letters, digits and everything outside ASCII, but for a no-break space.
fn letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || (byte >= 0x80 && byte != 0xA0)
}

/// A full stop behind a short word or an initial ends no sentence.
fn abbreviated(text: &[u8]) -> bool {
    let length = text.iter().rev().take_while(|b| letter(**b)).count();
    (1..=2).contains(&length) || (length == 3 && text[text.len() - 3].is_ascii_uppercase())
}

/// Compares a word of ours with a word of the text in any case.
fn compare(ours: &str, text: &[u8]) -> std::cmp::Ordering {
    if text.is_ascii() {
        return ours.as_bytes().iter().copied().cmp(text.iter().map(u8::to_ascii_lowercase));
    }
    let Ok(text) = std::str::from_utf8(text) else { return ours.as_bytes().cmp(text) };
    let mut bytes = [0; 4];
    let mut ours = ours.as_bytes().iter();
    for c in text.chars().flat_map(char::to_lowercase) {
        for byte in c.encode_utf8(&mut bytes).bytes() {
            match ours.next().map(|o| o.cmp(&byte)) {
                None => return std::cmp::Ordering::Less,
                Some(std::cmp::Ordering::Equal) => {}
                Some(other) => return other,
            }
        }
    }
    if ours.next().is_some() { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Equal }
}

fn roles(word: &[u8]) -> u32 {
    WORDS.binary_search_by(|(ours, _)| compare(ours, word)).map_or(0, |i| WORDS[i].1)
}

/// What somebody is.
fn person(left: &Left<'_>, text: &[u8], end: usize, spaced: bool) -> i32 {
    let Some(first) = left.get(0) else { return 0 };
    if labelled(left, role::LABEL) {
        return LABELLED;
    }
    if spaced && !ends(text, end) {
        return 0;
    }
    if left.says(0, role::VERB) && !first.comma {
        return SAID;
    }
    let verb = left.past(0, role::FILLER | role::MANNER);
    let manner = (0..verb).any(|i| left.is(i, role::MANNER));
    if left.is(verb, role::COPULA) {
        return subject(left, verb + 1);
    }
    if verb > 0 && left.says(verb, role::VERB) {
        return SAID;
    }
    // A subject without a verb, as Slavic languages have it; never behind an article.
    if verb == 0 && !first.text.is_ascii() && first.roles & (role::PRONOUN | role::PERSON) != 0 {
        return NAMED;
    }
    if manner { NAMED } else { 0 }
}

/// How sure it is that the words from `i` on, leftwards, name one person.
fn subject(left: &Left<'_>, i: usize) -> i32 {
    // Danish `er` is German for he: what can be a subject is one.
    let who = role::PRONOUN | role::PERSON;
    let between = |&j: &usize| left.is(j, role::CHAIN | role::FILLER | role::COPULA) && !left.is(j, who);
    let i = i + (i..left.count.min(i + 4)).take_while(between).count();
    let Some(word) = left.get(i) else { return 0 };
    if word.roles & who != 0 {
        return SAID;
    }
    let name = |i: usize| left.get(i).is_some_and(|w| capitalised(w.text) && w.roles & role::THING == 0);
    match (name(i), name(i + 1) || left.is(i + 1, role::PERSON)) {
        (true, true) => NAMED,
        (true, false) => PERHAPS,
        _ => 0,
    }
}

/// An upper-case letter and lower-case ones behind it.
fn capitalised(word: &[u8]) -> bool {
    let Ok(word) = std::str::from_utf8(word) else { return false };
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
}

/// Whether the term follows a colon behind a word of this role (or behind its last words).
fn labelled(left: &Left<'_>, wanted: u32) -> bool {
    left.get(0).is_some_and(|w| w.colon) && (0..3).any(|i| left.is(i, wanted) && (i == 0 || !left.words[i].colon))
}

/// Whether the sentence may go on behind the term without making an adjective of it.
fn ends(text: &[u8], end: usize) -> bool {
    let rest = &text[end..text.len().min(end + BEHIND)];
    let rest = rest.strip_prefix(b"\xC2\xA0").unwrap_or(rest);
    match rest.first() {
        None
        | Some(
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b')' | b'(' | b']' | b'"' | b'\'' | b'\n' | b'\r' | b'<' | b'}' | b'|' | b'\t' | b'\\' | b'*',
        ) => true,
        Some(b'-' | b'/') => false,
        Some(b' ') => {
            let rest = rest.trim_ascii_start();
            let length = rest.iter().take_while(|b| letter(**b)).count();
            length == 0 || roles(&rest[..length]) & role::FOLLOW != 0
        }
        Some(byte) => *byte >= 0x80,
    }
}

/// What somebody suffers from, takes or has been through.
fn patient(left: &Left<'_>, text: &[u8], end: usize) -> i32 {
    let dose = dose(text, end);
    if labelled(left, role::SECTION) || (0..left.count.min(10)).any(|i| left.words[i].colon && left.is(i, role::SECTION)) {
        return LABELLED + dose;
    }
    if cued(left, role::HEALTH) {
        return SAID + dose;
    }
    let verb = left.past(0, role::FILLER);
    let said = if left.is(verb, role::HAVE | role::COPULA) { subject(left, verb + 1) } else { 0 };
    let after = if said == 0 && follows(text, end, role::AFTER) { PERHAPS } else { 0 };
    said.max(after) + dose
}

/// Whether a phrase that is followed by nothing else stands before the term, with few words between: one word close by, a phrase further off.
fn cued(left: &Left<'_>, wanted: u32) -> bool {
    (0..left.count.min(4)).any(|i| left.is(i, wanted)) || (0..left.count.min(9)).any(|i| left.says(i, wanted))
}

fn offender(left: &Left<'_>) -> i32 {
    if labelled(left, role::LABEL) {
        return LABELLED;
    }
    if cued(left, role::CRIME) { SAID } else { 0 }
}

/// Whether one of the next words has this role.
fn follows(text: &[u8], end: usize, wanted: u32) -> bool {
    let rest = &text[end..text.len().min(end + BEHIND)];
    let line = rest.split(|b| matches!(b, b'\n' | b'.' | b';')).next().unwrap_or_default();
    line.split(|b| !letter(*b)).filter(|w| !w.is_empty()).take(4).any(|w| roles(w) & wanted != 0)
}

/// A dose behind a medicine, and how often it is taken.
fn dose(text: &[u8], end: usize) -> i32 {
    let rest = &text[end..text.len().min(end + BEHIND)];
    let rest = rest.trim_ascii_start();
    let number = rest.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count();
    if number == 0 || !rest[0].is_ascii_digit() {
        return 0;
    }
    let unit = rest[number..].trim_ascii_start();
    let length = unit.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'%' | 0xC2 | 0xB5 | 0xCE | 0xBC)).count();
    let known = matches!(
        &unit[..length.min(8)],
        b"mg" | b"MG" | b"mcg" | b"g" | b"ml" | b"mL" | b"IU" | b"iu" | b"UI" | b"IE" | b"units" | b"Units" | b"%" | b"ug" | b"meq" | b"mEq"
    ) || unit[..length].ends_with(b"\xB5g")
        || unit[..length].ends_with(b"\xBCg");
    let line = unit.get(length..).unwrap_or_default().split(|b| matches!(b, b'\n' | b';')).next().unwrap_or_default();
    let often = line.split(|b| !letter(*b)).filter(|w| !w.is_empty()).take(5).any(|w| roles(w) & role::DOSE != 0);
    match (known, often) {
        (true, true) => DOSE + PERHAPS,
        (true, false) => DOSE,
        _ => 0,
    }
}

/// Phrases of scripts without spaces that stand close before a term.
const UNSPACED: &[(About, &[&str])] = &[
    (
        About::Person,
        &[
            "是",
            "为",
            "信仰",
            "信奉",
            "皈依",
            "宗教：",
            "宗教:",
            "民族：",
            "民族:",
            "性别：",
            "性别:",
            "婚姻状况：",
            "婚姻状况:",
            "政治面貌：",
            "政治面貌:",
            "は",
            "宗教は",
            "信者",
            "는 ",
            "은 ",
            "이며 ",
        ],
    ),
    (
        About::Patient,
        &[
            "患有",
            "患",
            "诊断为",
            "确诊",
            "诊断：",
            "诊断:",
            "病史：",
            "病史:",
            "主诉",
            "主訴",
            "既往",
            "服用",
            "处方",
            "过敏",
            "诊断",
            "と診断",
            "診断：",
            "診断:",
            "診断",
            "既往歴",
            "既往",
            "服用",
            "処方",
            "患者",
            "病名",
            "진단",
            "병력",
            "앓고",
            "처방",
            "복용",
            "환자",
        ],
    ),
    (About::Offender, &["涉嫌", "因", "犯", "容疑", "罪で", "혐의"]),
];

/// Whether such a phrase stands within 45 bytes before the term.
fn unspaced(text: &[u8], at: usize, about: About) -> i32 {
    let near = &text[at.saturating_sub(45)..at];
    let near = near.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let phrases = UNSPACED.iter().find(|(a, _)| *a == about).map_or(&[][..], |(_, p)| *p);
    let close = |p: &str| near.ends_with(p.as_bytes());
    let anywhere = |p: &str| p.len() > 3 && memchr::memmem::find(near, p.as_bytes()).is_some();
    let said = phrases.iter().any(|p| close(p) || (about != About::Person && anywhere(p)));
    if said { SAID } else { 0 }
}

#[cfg(test)]
mod tests;
