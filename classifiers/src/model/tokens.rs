//! Text made into tokens as BERT reads it: words and signs apart, words cut into the longest pieces that the vocabulary has (WordPiece).

use std::collections::HashMap;

use serde::Deserialize;

use super::{ModelError, shown};

/// Longest word that is cut into pieces, characters; longer ones are unknown, as in the original.
const WORD: usize = 100;
/// Most entries of a vocabulary.
const ENTRIES: usize = 4 << 20;
/// Marks, punctuation and letters with marks.
const UNICODE: &str = include_str!("unicode.txt");
const CONFIG: &str = "tokenizer_config.json";
const VOCAB: &str = "vocab.txt";

/// A word and its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// First byte.
    pub(super) start: usize,
    /// Behind the last byte.
    pub(super) end: usize,
    /// Number of its first token.
    pub(super) token: usize,
}

/// Words of a text, and the tokens of all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) words: Vec<Word>,
    pub(super) ids: Vec<u32>,
}

/// A name of a token: plain, or with how it is treated.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Special {
    Plain(String),
    Told { content: String },
}

impl Special {
    fn text(self) -> String {
        match self {
            Self::Plain(text) | Self::Told { content: text } => text,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Raw {
    tokenizer_class: Option<String>,
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
    unk_token: Option<Special>,
    cls_token: Option<Special>,
    sep_token: Option<Special>,
}

/// Classes of characters.
struct Classes {
    marks: Vec<(u32, u32)>,
    punctuation: Vec<(u32, u32)>,
    format: Vec<(u32, u32)>,
    bare: HashMap<char, char>,
}

/// Cuts texts into tokens.
pub(super) struct Tokenizer {
    vocab: HashMap<Box<str>, u32>,
    /// Longest entry, bytes.
    longest: usize,
    lower: bool,
    strip: bool,
    chinese: bool,
    pub(super) unknown: u32,
    pub(super) begin: u32,
    pub(super) end: u32,
    /// Lines of the vocabulary.
    pub(super) size: usize,
    classes: Classes,
}

fn fault(file: &'static str, message: impl Into<String>) -> ModelError {
    ModelError { file, message: message.into() }
}

impl Tokenizer {
    /// Reads a vocabulary and, where there are any, the settings.
    pub(super) fn read(settings: Option<&[u8]>, vocab: &[u8]) -> Result<Self, ModelError> {
        let raw: Raw = settings.map_or(Ok(Raw::default()), serde_json::from_slice).map_err(|e| fault(CONFIG, e.to_string()))?;
        let known = ["BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast", "PreTrainedTokenizerFast"];
        if let Some(other) = raw.tokenizer_class.as_deref().filter(|class| !known.contains(class)) {
            return Err(fault(CONFIG, format!("{} is not known; BERT's tokenizers are", shown(other))));
        }
        let text = std::str::from_utf8(vocab).map_err(|_| fault(VOCAB, "it is not UTF-8"))?;
        let mut entries = HashMap::new();
        let mut size = 0;
        for line in text.lines() {
            if size == ENTRIES {
                return Err(fault(VOCAB, "it has too many lines"));
            }
            entries.insert(Box::from(line.trim_end_matches('\r')), size as u32);
            size += 1;
        }
        let special = |given: Option<Special>, usual: &str| {
            let name = given.map_or_else(|| usual.to_owned(), Special::text);
            entries.get(name.as_str()).copied().ok_or_else(|| fault(VOCAB, format!("it has no {}", shown(&name))))
        };
        let unknown = special(raw.unk_token, "[UNK]")?;
        let (begin, end) = (special(raw.cls_token, "[CLS]")?, special(raw.sep_token, "[SEP]")?);
        let lower = raw.do_lower_case.unwrap_or(true);
        Ok(Self {
            longest: entries.keys().map(|k| k.len()).max().unwrap_or(0),
            vocab: entries,
            lower,
            strip: raw.strip_accents.unwrap_or(lower),
            chinese: raw.tokenize_chinese_chars.unwrap_or(true),
            unknown,
            begin,
            end,
            size,
            classes: Classes::read(),
        })
    }

    /// Words and tokens of a text. What is no UTF-8 parts words.
    pub(super) fn tokens(&self, text: &[u8]) -> Tokens {
        let mut out = Tokens::default();
        let mut word = Word { start: 0, end: 0, token: 0 };
        let (mut plain, mut at) = (String::new(), 0);
        for chunk in text.utf8_chunks() {
            for (i, c) in chunk.valid().char_indices() {
                let (from, to) = (at + i, at + i + c.len_utf8());
                if c.is_whitespace() {
                    self.close(&mut out, &mut word, &mut plain);
                } else if c.is_control() || c == '\u{fffd}' || within(&self.classes.format, c) {
                    // As if it were not there.
                } else if self.classes.is_punctuation(c) || (self.chinese && is_chinese(c)) {
                    self.close(&mut out, &mut word, &mut plain);
                    self.add(&mut word, &mut plain, c, (from, to));
                    self.close(&mut out, &mut word, &mut plain);
                } else {
                    self.add(&mut word, &mut plain, c, (from, to));
                }
            }
            if !chunk.invalid().is_empty() {
                self.close(&mut out, &mut word, &mut plain);
            }
            at += chunk.valid().len() + chunk.invalid().len();
        }
        self.close(&mut out, &mut word, &mut plain);
        out
    }

    fn add(&self, word: &mut Word, plain: &mut String, c: char, (from, to): (usize, usize)) {
        if word.start == word.end {
            word.start = from;
        }
        word.end = to;
        if self.lower {
            c.to_lowercase().for_each(|c| self.bare(c, plain));
        } else {
            self.bare(c, plain);
        }
    }

    /// Adds a character without its marks, where they are taken off.
    fn bare(&self, c: char, plain: &mut String) {
        if !self.strip {
            plain.push(c);
        } else if let Some(parts) = syllable(c) {
            plain.extend(parts);
        } else if !within(&self.classes.marks, c) {
            plain.push(self.classes.bare.get(&c).copied().unwrap_or(c));
        }
    }

    /// Ends a word: its longest pieces from the left, or the token of what is unknown.
    fn close(&self, out: &mut Tokens, word: &mut Word, plain: &mut String) {
        if !plain.is_empty() {
            word.token = out.ids.len();
            if plain.chars().count() > WORD || !self.pieces(plain, &mut out.ids) {
                out.ids.truncate(word.token);
                out.ids.push(self.unknown);
            }
            out.words.push(word.clone());
        }
        plain.clear();
        *word = Word { start: 0, end: 0, token: 0 };
    }

    fn pieces(&self, word: &str, ids: &mut Vec<u32>) -> bool {
        let (mut at, mut key) = (0, String::new());
        while at < word.len() {
            let ends = word[at..].char_indices().map(|(i, c)| at + i + c.len_utf8()).take_while(|end| end - at <= self.longest);
            let ends: Vec<usize> = ends.collect();
            let found = ends.into_iter().rev().find_map(|end| {
                key.clear();
                if at > 0 {
                    key.push_str("##");
                }
                key.push_str(&word[at..end]);
                self.vocab.get(key.as_str()).map(|id| (end, *id))
            });
            let Some((end, id)) = found else { return false };
            ids.push(id);
            at = end;
        }
        true
    }
}

impl Classes {
    fn read() -> Self {
        let of = |kind: &str| UNICODE.lines().filter_map(|l| l.split_once(' ')).find(|l| l.0 == kind).map_or("", |l| l.1);
        let ranges = |kind| of(kind).split(' ').filter_map(range).collect();
        let letters = UNICODE.lines().filter_map(|l| l.strip_prefix("letter "));
        let bare = letters.flat_map(|l| l.chars().next().into_iter().flat_map(|base| l.chars().skip(1).map(move |c| (c, base)))).collect();
        Self { marks: ranges("marks"), punctuation: ranges("punctuation"), format: ranges("format"), bare }
    }

    /// In ASCII all that is no letter, digit or space, as in the original.
    fn is_punctuation(&self, c: char) -> bool {
        if c.is_ascii() { c.is_ascii_punctuation() } else { within(&self.punctuation, c) }
    }
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((u32::from_str_radix(from, 16).ok()?, u32::from_str_radix(to, 16).ok()?))
}

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let c = u32::from(c);
    ranges.get(ranges.partition_point(|r| r.1 < c)).is_some_and(|r| r.0 <= c)
}

/// Characters that are words of their own.
fn is_chinese(c: char) -> bool {
    matches!(u32::from(c),
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x2a6df | 0x2a700..=0x2b73f | 0x2b740..=0x2b81f | 0x2b820..=0x2ceaf | 0x2f800..=0x2fa1f)
}

/// The letters of a Korean syllable (Unicode, section 3.12).
fn syllable(c: char) -> Option<impl Iterator<Item = char>> {
    let index = u32::from(c).checked_sub(0xac00).filter(|i| *i < 11_172)?;
    let last = Some(0x11a7 + index % 28).filter(|_| !index.is_multiple_of(28));
    Some([Some(0x1100 + index / 588), Some(0x1161 + index % 588 / 28), last].into_iter().flatten().filter_map(char::from_u32))
}
