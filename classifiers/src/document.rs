//! Kinds of documents by their features: the words that lines begin with, and how lines end.
//!
//! A kind is data like a rule (`[[document]]`): features worth bits, a prior. Only the head of a text is looked at, [`HEAD`] bytes, and of each line only its first words and its last
//! byte; of the first [`TITLE`] bytes every word. That is what it may cost: a few microseconds a text, whatever its length. The kind with most bits is the text's.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Ruleset, Sensitivity, compile::milli};

/// Bytes of a text that are looked at.
pub const HEAD: usize = 16 << 10;
/// Bytes at the beginning of which every word is.
const TITLE: usize = 1 << 10;
/// Words of the longest phrase.
const LONGEST: usize = 6;
/// Lines without which a share of lines says nothing.
const FEW: u32 = 8;

/// One kind of document as written in TOML.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Stable identifier, kebab-case, unique among rules, composites and documents.
    pub id: String,
    /// Tag it gives (`proprietary.contract`).
    pub tag: String,
    /// Name for people.
    pub name: String,
    /// Sensitivity of the tag.
    pub sensitivity: Sensitivity,
    /// Regulations the tag falls under.
    #[serde(default)]
    pub regulations: Vec<String>,
    /// Bits before any feature is seen.
    pub prior: f32,
    /// What such documents have.
    #[serde(rename = "feature")]
    pub features: Vec<Feature>,
}

/// What a kind of document has: either phrases or a share of lines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Whole words in any case; signs and digits between them do not count.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Where they stand.
    #[serde(default)]
    pub place: Place,
    /// Bits of each phrase that is there, however often.
    pub bits: f32,
    /// So many phrases count at most.
    #[serde(default = "all")]
    pub most: u32,
    /// In place of phrases: lines that look so.
    #[serde(default)]
    pub lines: Option<Lines>,
    /// The share of such lines from which the bits count.
    #[serde(default)]
    pub share: f32,
}

/// Where a phrase stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// At the beginning of a line, or anywhere in the first thousand bytes.
    #[default]
    Begin,
    /// It is a line of its own, or stands before a colon at the beginning of one.
    Heading,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lines {
    /// Ends as statements and blocks do: `;`, `{`, `}`, `)`, `(`, `:` behind a bracket.
    Code,
    /// Ends with a digit.
    Figures,
    /// Ends a sentence, or is longer than 60 bytes.
    Prose,
}

fn all() -> u32 {
    u32::MAX
}

impl Document {
    pub(crate) fn validate(&self) -> Result<(), String> {
        if self.features.is_empty() {
            return Err("it has no feature".into());
        }
        for (i, feature) in self.features.iter().enumerate() {
            if feature.phrases.is_empty() == feature.lines.is_none() {
                return Err(format!("feature {}: either `phrases` or `lines`", i + 1));
            }
            if let Some(phrase) = feature.phrases.iter().find(|p| !(1..=LONGEST).contains(&words(p).len())) {
                return Err(format!("feature {}: `{phrase}` has no word, or more than {LONGEST}", i + 1));
            }
            if !(0.0..=1.0).contains(&feature.share) {
                return Err(format!("feature {}: `share` is 0 to 1", i + 1));
            }
        }
        Ok(())
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// Kinds of documents, ready.
#[derive(Debug)]
pub struct Documents {
    list: Vec<Document>,
    phrases: Vec<Phrase>,
    /// Phrases by the hash of their first word.
    by_first: HashMap<u32, Vec<u32>>,
    /// One bit for each of 1,024 hashes of first words.
    firsts: [u64; 16],
}

#[derive(Debug)]
struct Phrase {
    words: Vec<String>,
    /// Document, feature, whether it is a heading.
    uses: Vec<(u16, u16, bool)>,
}

/// What a text has shown so far.
#[derive(Debug, Default)]
pub struct Reader {
    head: Vec<u8>,
}

impl Documents {
    /// The kinds of a rule set.
    #[must_use]
    pub fn new(rules: &Ruleset) -> Self {
        let mut made = Self { list: rules.documents().to_vec(), phrases: Vec::new(), by_first: HashMap::new(), firsts: [0; 16] };
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        for (number, document) in (0..).zip(&made.list) {
            for (feature, f) in (0..).zip(&document.features) {
                for phrase in &f.phrases {
                    let words = words(phrase);
                    let at = *known.entry(words.clone()).or_insert_with(|| {
                        made.phrases.push(Phrase { words, uses: Vec::new() });
                        made.phrases.len() - 1
                    });
                    let using = (number, feature, f.place == Place::Heading);
                    if !made.phrases[at].uses.contains(&using) {
                        made.phrases[at].uses.push(using);
                    }
                }
            }
        }
        for (number, phrase) in (0..).zip(&made.phrases) {
            let hash = hash(phrase.words[0].as_bytes());
            made.firsts[(hash >> 6 & 15) as usize] |= 1 << (hash & 63);
            made.by_first.entry(hash).or_default().push(number);
        }
        made
    }

    /// A kind by its number.
    #[must_use]
    pub fn document(&self, number: u16) -> &Document {
        &self.list[usize::from(number)]
    }

    /// Whether there is any kind to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The kind of a text with most bits, and these in thousandths, if there are any.
    #[must_use]
    pub fn judge(&self, reader: &Reader) -> Option<(u16, i32)> {
        let mut seen = Seen { phrases: vec![(false, false); self.phrases.len()], ..Seen::default() };
        self.read(&reader.head, &mut seen);
        let mut counts: Vec<Vec<u32>> = self.list.iter().map(|d| vec![0; d.features.len()]).collect();
        for &number in &seen.found {
            let heading = seen.phrases[number as usize].1;
            for &(document, feature, only_heading) in &self.phrases[number as usize].uses {
                counts[usize::from(document)][usize::from(feature)] += u32::from(heading || !only_heading);
            }
        }
        let score = |(document, counts): (&Document, &Vec<u32>)| -> i32 {
            let feature = |(f, count): (&Feature, &u32)| match f.lines {
                Some(lines) => milli(f.bits) * i32::from(seen.share(lines) >= f.share && seen.lines >= FEW),
                None => milli(f.bits).saturating_mul(i32::try_from(*count.min(&f.most)).unwrap_or(i32::MAX)),
            };
            document.features.iter().zip(counts).map(feature).fold(milli(document.prior), i32::saturating_add)
        };
        let scores = (0..).zip(self.list.iter().zip(&counts)).map(|(number, d)| (number, score(d)));
        scores.filter(|s| s.1 >= 0).max_by_key(|&(number, bits)| (bits, std::cmp::Reverse(number)))
    }

    fn read(&self, head: &[u8], seen: &mut Seen) {
        let mut at = 0;
        for line in head.split(|b| *b == b'\n') {
            seen.line(line);
            let all = at < TITLE;
            at += line.len() + 1;
            let mut from = 0;
            let mut first = true;
            // Words at the beginning; all of them in the title.
            while let Some((start, end)) = next_word(line, from) {
                if !first && !all {
                    break;
                }
                self.look(line, (start, end), first, seen);
                first = false;
                from = end;
            }
        }
    }

    fn look(&self, line: &[u8], (start, end): (usize, usize), first: bool, seen: &mut Seen) {
        let hash = hash(&line[start..end]);
        if self.firsts[(hash >> 6 & 15) as usize] >> (hash & 63) & 1 == 0 {
            return;
        }
        for &number in self.by_first.get(&hash).map_or(&[][..], Vec::as_slice) {
            let mut to = start;
            let fits = self.phrases[number as usize].words.iter().all(|wanted| {
                next_word(line, to).is_some_and(|(s, e)| {
                    to = e;
                    same(wanted, &line[s..e])
                })
            });
            if fits {
                let rest = line[to..].trim_ascii();
                let heading = first && (rest.is_empty() || rest[0] == b':' || rest.iter().all(|b| !b.is_ascii_alphanumeric() && *b < 0x80));
                let entry = &mut seen.phrases[number as usize];
                if !entry.0 {
                    seen.found.push(number);
                }
                *entry = (true, entry.1 || heading);
            }
        }
    }
}

impl Reader {
    /// Takes the next piece of a text, in UTF-8 or nearly so; what is beyond the head is passed over.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
    }

    /// Whether nothing more is wanted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.head.len() >= HEAD
    }
}

#[derive(Debug, Default)]
struct Seen {
    /// For each phrase: whether it was there, and as a heading.
    phrases: Vec<(bool, bool)>,
    /// Those that were there.
    found: Vec<u32>,
    lines: u32,
    code: u32,
    figures: u32,
    prose: u32,
}

impl Seen {
    fn line(&mut self, line: &[u8]) {
        let line = line.trim_ascii_end();
        let Some(last) = line.last() else { return };
        self.lines += 1;
        let before = line.len().checked_sub(2).map(|i| line[i]);
        let statement =
            matches!(last, b';' | b'{' | b'}' | b')' | b'(') || (*last == b':' && before == Some(b')')) || (*last == b',' && before == Some(b')'));
        self.code += u32::from(statement);
        self.figures += u32::from(last.is_ascii_digit());
        self.prose += u32::from(*last == b'.' || line.len() > 60);
    }

    fn share(&self, lines: Lines) -> f32 {
        let count = match lines {
            Lines::Code => self.code,
            Lines::Figures => self.figures,
            Lines::Prose => self.prose,
        };
        count as f32 / self.lines.max(1) as f32
    }
}

fn letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

fn next_word(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + text.get(from..)?.iter().position(|b| letter(*b))?;
    let length = text[start..].iter().take_while(|b| letter(**b)).count();
    Some((start, start + length))
}

/// FNV-1a over at most eight bytes; letters of either case are one, what is outside ASCII does not count.
fn hash(word: &[u8]) -> u32 {
    word.iter().take(8).filter(|b| b.is_ascii()).fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b | 0x20)).wrapping_mul(0x0100_0193)) >> 16
}

fn same(ours: &str, text: &[u8]) -> bool {
    if text.is_ascii() {
        return ours.as_bytes().eq_ignore_ascii_case(text);
    }
    std::str::from_utf8(text).is_ok_and(|t| t.chars().flat_map(char::to_lowercase).eq(ours.chars()))
}

#[cfg(test)]
mod tests;
