//! The name that a value is assigned to: which keyword is its head, and whether the words around leave it one.

use super::names::{self, Suffix};

/// What a name says its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Password,
    /// Several words are one.
    Passphrase,
    Secret,
    Token,
    Key,
    /// `Authorization`, `auth`, `credentials`.
    Auth,
    Salt,
}

/// The word of a name that a keyword begins or is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Where the keyword begins, and where its word ends.
    pub(super) at: usize,
    pub(super) end: usize,
    /// Where the whole name ends.
    pub(super) tail: usize,
    pub(super) kind: Kind,
    /// More than one of it.
    pub(super) plural: bool,
    case: Case,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Lower,
    Upper,
    /// The first letter only.
    Capital,
}

impl Word {
    /// `pass`, which people and programs do as well.
    pub(super) fn is_verb(&self) -> bool {
        self.kind == Kind::Password && self.length() == 4
    }

    /// Written in capitals.
    pub(super) fn is_upper(&self) -> bool {
        self.case == Case::Upper
    }

    /// Bytes of the keyword.
    pub(super) fn length(&self) -> usize {
        self.end - self.at
    }
}

/// A name, judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    pub(super) kind: Kind,
    /// Millibits that it speaks for a secret, beside its kind.
    pub(super) bits: i32,
    /// It says `secret`: what people make up is one.
    pub(super) secret: bool,
    /// Nothing but capitals, digits and `_`.
    pub(super) capitals: bool,
}

/// Longest name looked at on either side of the keyword, bytes.
const LONGEST: usize = 64;
/// Longest word.
const WORD: usize = 32;

/// Letters, those of other scripts among them.
fn letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Where the word that begins at `at` ends: at a change of case, a digit or a sign.
fn word_end(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + WORD);
    let at_byte = |i: usize| text[..limit].get(i).copied().unwrap_or(0);
    let small = |b: u8| b.is_ascii_lowercase() || b >= 0x80;
    let mut end = at + 1;
    if at_byte(at).is_ascii_uppercase() && !small(at_byte(end)) {
        while at_byte(end).is_ascii_uppercase() {
            end += 1;
        }
        // `PASSWORDField`: the last capital begins the next word.
        return if end > at + 1 && at_byte(end).is_ascii_lowercase() { end - 1 } else { end };
    }
    while small(at_byte(end)) {
        end += 1;
    }
    end
}

/// Lower-cased copy of a short word.
pub(super) struct Folded([u8; WORD], usize);

impl Folded {
    pub(super) fn of(word: &[u8]) -> Self {
        let mut folded = [0; WORD];
        let length = word.len().min(WORD);
        folded[..length].copy_from_slice(&word[..length]);
        folded[..length].make_ascii_lowercase();
        Self(folded, length)
    }

    pub(super) fn get(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

/// What can stand behind a name that something is assigned to; behind a blank as well, where it is not the blank itself.
static BEHIND: [bool; 256] = {
    let mut table = [false; 256];
    let signs = b"\"'`\\])}*[=:!-<|?+.>,({ \t\r\n";
    let mut at = 0;
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
};

/// The keyword at `at`, when its word is one: `password`, `token`, not `passing`, `tokenizer`. `from`: behind the literal that begins it.
pub(super) fn word(text: &[u8], at: usize, from: usize) -> Option<Word> {
    // Most keywords stand in prose or are handed on: a byte or two tell.
    let letters = text[at..from].iter().take_while(|b| inside(**b)).count();
    let tail = tail(text, at + letters);
    let behind = text.get(tail).copied().unwrap_or(0);
    if !BEHIND[usize::from(behind)] {
        return None;
    }
    if behind == b' ' {
        let next = text[tail..].iter().take(64).find(|b| **b != b' ').copied().unwrap_or(0);
        let speaks = next.is_ascii_alphanumeric() && (text[at] | 0x20 == b'p' || matches!(next, b'i' | b's') || flagged(text, at));
        if !speaks && (!BEHIND[usize::from(next)] || matches!(next, b')' | b']' | b'}')) && !matches!(next, b'@' | b'A') {
            return None;
        }
    }
    let end = word_end(text, at);
    let folded = Folded::of(&text[at..end]);
    let (kind, plural) = keyword(folded.get())?;
    Some(Word { at, end, tail, kind, plural, case: case(text, at) })
}

fn case(text: &[u8], at: usize) -> Case {
    match (text[at].is_ascii_uppercase(), text.get(at + 1).is_some_and(u8::is_ascii_uppercase)) {
        (true, true) => Case::Upper,
        (true, false) => Case::Capital,
        _ => Case::Lower,
    }
}

/// The last keyword in a name, which is all of `name`.
pub(super) fn last_word(name: &[u8]) -> Option<Word> {
    const BEGINS: &[&str] = &[
        "pass",
        "pwd",
        "psw",
        "pw",
        "secret",
        "token",
        "key",
        "auth",
        "cred",
        "salt",
        "kennwort",
        "senha",
        "contras",
        "wachtwoord",
        "haslo",
        "losenord",
        "parola",
    ];
    let begins =
        |at: &usize| name[*at] >= 0x80 || BEGINS.iter().any(|b| name.get(*at..at + b.len()).is_some_and(|n| n.eq_ignore_ascii_case(b.as_bytes())));
    (0..name.len()).rev().filter(begins).find_map(|at| {
        let end = word_end(name, at);
        let (kind, plural) = keyword(Folded::of(&name[at..end]).get())?;
        Some(Word { at, end, tail: name.len(), kind, plural, case: case(name, at) })
    })
}

/// Whether a flag's dash stands before the name, or the name is in capitals: what may have its value behind a blank.
fn flagged(text: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(LONGEST);
    let start = text[floor..at].iter().rposition(|b| !inside(*b)).map_or(floor, |p| floor + p + 1);
    text[at].is_ascii_uppercase() || text.get(start.wrapping_sub(1)).is_some_and(|b| *b == b'-')
}

fn keyword(word: &[u8]) -> Option<(Kind, bool)> {
    let found = match word {
        b"password" | b"passwd" | b"pass" | b"pwd" | b"pw" | b"passwort" | b"passcode" | b"psw" | b"pswd" | b"passwrd" | b"passw" | b"pword" => {
            (Kind::Password, false)
        }
        b"kennwort" | b"senha" | b"contrasena" | b"wachtwoord" | b"haslo" | b"losenord" | b"parola" | b"passe" => (Kind::Password, false),
        b"passwords" | b"passwds" | b"pwds" => (Kind::Password, true),
        b"passphrase" => (Kind::Passphrase, false),
        b"secret" => (Kind::Secret, false),
        b"secrets" => (Kind::Secret, true),
        b"token" => (Kind::Token, false),
        b"tokens" => (Kind::Token, true),
        b"key" => (Kind::Key, false),
        b"auth" | b"authorization" | b"credential" | b"cred" => (Kind::Auth, false),
        b"credentials" | b"creds" => (Kind::Auth, true),
        b"salt" => (Kind::Salt, false),
        _ => return longer(word),
    };
    Some(found)
}

/// Keywords in other scripts, and words written onto the end of one: `passwordprod`.
fn longer(word: &[u8]) -> Option<(Kind, bool)> {
    const FOREIGN: [&str; 9] = ["contraseña", "hasło", "lösenord", "пароль", "Пароль", "密码", "密碼", "パスワード", "비밀번호"];
    if FOREIGN.iter().any(|f| word.starts_with(f.as_bytes())) {
        return Some((Kind::Password, false));
    }
    const LONG: [(&[u8], Kind); 5] = [
        (b"password", Kind::Password),
        (b"passwd", Kind::Password),
        (b"passphrase", Kind::Passphrase),
        (b"secret", Kind::Secret),
        (b"token", Kind::Token),
    ];
    let (rest, kind) = LONG.iter().find_map(|(l, kind)| Some((word.strip_prefix(*l)?, *kind)))?;
    (names::suffix(rest) == Suffix::Neutral).then_some((kind, false))
}

fn inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where the name ends that a word ending at `end` is part of.
fn tail(text: &[u8], end: usize) -> usize {
    let limit = text.len().min(end + LONGEST);
    let mut at = end;
    while let Some(&byte) = text[..limit].get(at) {
        let joint = matches!(byte, b'-' | b'.') && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !inside(byte) && !joint {
            break;
        }
        at += 1;
    }
    at
}

/// Where the name begins that a keyword is part of.
pub(super) fn start(text: &[u8], word: &Word) -> usize {
    let floor = word.at.saturating_sub(LONGEST);
    let mut start = word.at;
    while start > floor {
        let byte = text[start - 1];
        let joint = byte == b'-' && start - 1 > floor && text[start - 2].is_ascii_alphanumeric();
        if !inside(byte) && !joint {
            break;
        }
        start -= 1;
    }
    start
}

/// The whole name around a keyword; `None` where it names no secret.
pub(super) fn name(text: &[u8], word: &Word, start: usize) -> Option<Name> {
    let mut bits = after(&text[word.end..word.tail], word.kind)?;
    bits += before(&text[start..word.at], word)?;
    if word.plural {
        bits -= 2_000;
    }
    // `Token::Kind`, `crate::secret`: a path in code.
    if text[..start].ends_with(b"::") {
        return None;
    }
    let whole = &text[start..word.tail];
    let secret = word.kind == Kind::Secret || word.kind == Kind::Key && words(&text[start..word.at]).any(|w| w.get() == b"secret");
    let capitals = whole.iter().all(|b| !b.is_ascii_lowercase() && *b < 0x80);
    Some(Name { kind: word.kind, bits, secret, capitals })
}

/// Words of a name, folded, from left to right.
fn words(name: &[u8]) -> impl Iterator<Item = Folded> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < name.len() && !letter(name[at]) {
            at += 1;
        }
        let end = (at < name.len()).then(|| word_end(name, at))?;
        let folded = Folded::of(&name[at..end]);
        at = end;
        Some(folded)
    })
}

/// What the words behind the keyword say.
fn after(rest: &[u8], kind: Kind) -> Option<i32> {
    let mut bits = 0;
    for (number, word) in words(rest).enumerate() {
        let word = word.get();
        // A later keyword speaks for itself.
        if number > 8 || (keyword(word).is_some() && !(word == b"auth" || word == b"salt")) {
            return None;
        }
        bits -= match names::suffix(word) {
            Suffix::Neutral => 0,
            Suffix::Unknown if word.len() <= 2 => 0,
            Suffix::Unknown => 1_000,
            Suffix::Stop => return None,
        };
    }
    Some(if kind == Kind::Key { bits * 2 } else { bits })
}

/// What the words before the keyword say.
fn before(rest: &[u8], word: &Word) -> Option<i32> {
    let small = |b: &u8| b.is_ascii_lowercase() || *b >= 0x80;
    // Letters of the keyword's own word: `dbpass`, `DBPASS`, `Bypass`, none in `dbPass` and `DBPass`.
    let joined = match word.case {
        Case::Capital => 0,
        Case::Upper => rest.iter().rev().take_while(|b| b.is_ascii_uppercase()).count(),
        Case::Lower => {
            let run = rest.iter().rev().take_while(|b| small(b)).count();
            run + usize::from(run > 0 && rest.len() > run && rest[rest.len() - run - 1].is_ascii_uppercase())
        }
    };
    let (rest, prefix) = rest.split_at(rest.len() - joined);
    let prefix = Folded::of(&prefix[prefix.len().saturating_sub(WORD)..]);
    names::before(words(rest), prefix.get(), word)
}
