//! Many phrases looked for at once: one probe per word into bits sized to the entries; what passes is hashed and verified by whoever asks.
//!
//! A phrase is words joined by anything short; a number (half of its letters and digits are digits) is its letters and digits, however they are separated. Case does not count, accents do.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::planes::{DIGIT, Level, WIDE, Word, alnum};

/// Words of an entry at most.
pub(crate) const MOST_WORDS: usize = 16;
/// Letters and digits of a number at most.
const MOST_DIGITS: usize = 64;
/// Signs between two words at most.
const GAP: usize = 3;
/// Text whose planes are made at once.
const BLOCK: usize = 8 << 10;

/// A set of bits chosen by hash; 16 or more for each entry.
#[derive(Debug)]
pub(crate) struct Bits {
    words: Box<[u64]>,
}

impl Bits {
    fn new(hashes: &[u64]) -> Self {
        let words = (hashes.len() / 4 + 1).next_power_of_two().max(1 << 6);
        let mut bits = Self { words: vec![0; words].into() };
        for &hash in hashes {
            let (at, bit) = bits.place(hash);
            bits.words[at] |= bit;
        }
        bits
    }

    pub(crate) fn from_words(words: Vec<u64>) -> Option<Self> {
        words.len().is_power_of_two().then(|| Self { words: words.into() })
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        ((hash >> 6) as usize & (self.words.len() - 1), 1 << (hash & 63))
    }

    #[inline]
    fn has(&self, hash: u64) -> bool {
        let (at, bit) = self.place(hash);
        self.words[at] & bit != 0
    }
}

/// Hashes in an open table.
#[derive(Debug)]
pub(crate) struct Table {
    slots: Box<[u64]>,
}

impl Table {
    pub(crate) fn new(hashes: &[u64]) -> Self {
        let mut slots = vec![0; (hashes.len() * 2).next_power_of_two().max(2)].into_boxed_slice();
        let mask = slots.len() - 1;
        for &hash in hashes {
            let hash = hash.max(1);
            let mut at = hash as usize & mask;
            while slots[at] != 0 && slots[at] != hash {
                at = (at + 1) & mask;
            }
            slots[at] = hash;
        }
        Self { slots }
    }

    pub(crate) fn has(&self, hash: u64) -> bool {
        let (hash, mask) = (hash.max(1), self.slots.len() - 1);
        let mut at = hash as usize & mask;
        // Half of the slots are free.
        while self.slots[at] != 0 {
            if self.slots[at] == hash {
                return true;
            }
            at = (at + 1) & mask;
        }
        false
    }
}

/// How phrases are hashed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys(pub(crate) [u64; 2]);

/// An entry, normalised and hashed.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) hash: u64,
    /// Letters and digits.
    pub(crate) length: usize,
    fronts: Vec<u64>,
    /// Hash of what the entry is recognised by early: itself, or its first two words.
    mark: u64,
    words: usize,
    number: bool,
}

impl Keys {
    #[inline]
    fn front(self, eight: u64) -> u64 {
        let product = u128::from(eight ^ self.0[0]) * u128::from(self.0[1] | 1);
        (product >> 64) as u64 ^ product as u64
    }

    fn hasher(self, kind: u8) -> SipHasher24 {
        let mut hasher = SipHasher24::new_with_keys(self.0[0], self.0[1]);
        hasher.write(&[kind]);
        hasher
    }

    /// A hash of two.
    pub(crate) fn join(self, a: u64, b: u64) -> u64 {
        let mut hasher = self.hasher(b'j');
        hasher.write(&a.to_le_bytes());
        hasher.write(&b.to_le_bytes());
        hasher.finish()
    }

    /// Normalises and hashes an entry. `None`: it has no letter or digit, or too many words. `numbers`: numbers are digits only.
    pub(crate) fn entry(self, text: &[u8], numbers: bool) -> Option<Entry> {
        let spans = Words { text, at: 0 }.take(MOST_WORDS + 1).collect::<Vec<_>>();
        let (&first, count) = (spans.first()?, spans.len());
        let length = spans.iter().map(|s| characters(&text[s.0..s.1])).sum();
        let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
        if numbers && digits * 2 >= length && digits >= 3 && length <= MOST_DIGITS {
            let plain: Vec<u8> = text.iter().filter(|b| is_word(**b)).map(u8::to_ascii_lowercase).collect();
            let mut hasher = self.hasher(b'n');
            hasher.write(&plain);
            let hash = hasher.finish();
            return Some(Entry { hash, length, fronts: vec![self.front(eight(&plain, 0, 8))], mark: hash, words: 1, number: true });
        }
        if count > MOST_WORDS {
            return None;
        }
        let mut hasher = self.hasher(b'w');
        let mut mark = 0;
        for (number, &(start, end)) in spans.iter().enumerate() {
            fold(&text[start..end], number > 0, &mut hasher);
            if number < 2 {
                mark = hasher.finish();
            }
        }
        let word = String::from_utf8_lossy(&text[first.0..first.1]);
        let mut title: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
        title.extend(word.chars().skip(1).flat_map(char::to_lowercase));
        let mut fronts: Vec<u64> =
            [word.to_lowercase(), word.to_uppercase(), title, word.to_string()].iter().map(|w| self.front(eight(w.as_bytes(), 0, w.len()))).collect();
        fronts.sort_unstable();
        fronts.dedup();
        Some(Entry { hash: hasher.finish(), length, fronts, mark, words: count, number: false })
    }
}

/// What is looked for.
#[derive(Debug)]
pub(crate) struct Phrases {
    pub(crate) keys: Keys,
    pub(crate) fronts: Bits,
    pub(crate) marks: Bits,
    /// Words of the longest entry.
    pub(crate) longest: usize,
    /// Letters and digits of the longest number; 0: none.
    pub(crate) digits: usize,
}

/// Collects entries.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    fronts: Vec<u64>,
    marks: Vec<u64>,
    longest: usize,
    digits: usize,
}

impl Gathered {
    pub(crate) fn add(&mut self, entry: &Entry) {
        self.fronts.extend(&entry.fronts);
        self.marks.push(entry.mark);
        if entry.number {
            self.digits = self.digits.max(entry.length);
        } else {
            self.longest = self.longest.max(entry.words);
        }
    }

    pub(crate) fn finish(self, keys: Keys) -> Phrases {
        Phrases { keys, fronts: Bits::new(&self.fronts), marks: Bits::new(&self.marks), longest: self.longest, digits: self.digits }
    }
}

/// Buffer of a search.
#[derive(Debug, Default)]
pub(crate) struct Room {
    planes: Vec<Word>,
}

impl Phrases {
    /// Calls back with the span and the hash of everything that may be an entry.
    pub(crate) fn search(&self, level: Level, room: &mut Room, text: &[u8], found: &mut dyn FnMut(usize, usize, u64)) {
        let mut before = 0;
        for (number, block) in text.chunks(BLOCK).enumerate() {
            let base = number * BLOCK;
            level.planes(block, &mut room.planes);
            for (i, plane) in room.planes.iter().enumerate() {
                let word = alnum(plane) | plane[WIDE];
                let mut starts = word & !(word << 1 | before);
                before = word >> 63;
                let next = room.planes.get(i + 1).map_or(0, |p| alnum(p) | p[WIDE]);
                let ahead = u128::from(word) | u128::from(next) << 64;
                while starts != 0 {
                    let bit = starts.trailing_zeros();
                    starts &= starts - 1;
                    let at = base + i * 64 + bit as usize;
                    let length = reach(text, at, (!(ahead >> bit) as u64 | 0x100).trailing_zeros() as usize);
                    if self.longest > 0 && self.fronts.has(self.keys.front(eight(text, at, length))) {
                        self.phrase(text, at, found);
                    }
                    if self.digits > 0 && (plane[DIGIT] >> bit != 0 || bit > 48) {
                        self.number(text, at, length, found);
                    }
                }
            }
        }
    }

    #[cold]
    fn phrase(&self, text: &[u8], at: usize, found: &mut dyn FnMut(usize, usize, u64)) {
        let mut hasher = self.keys.hasher(b'w');
        let (mut words, mut last) = (Words { text, at }, at);
        for number in 0..self.longest {
            let Some((start, end)) = words.next().filter(|w| number == 0 || w.0 - last <= GAP) else { return };
            fold(&text[start..end], number > 0, &mut hasher);
            last = end;
            let hash = hasher.finish();
            let marked = number > 1 || self.marks.has(hash);
            if marked {
                found(at, end, hash);
            } else if number == 1 {
                return;
            }
        }
    }

    #[cold]
    fn number(&self, text: &[u8], at: usize, length: usize, found: &mut dyn FnMut(usize, usize, u64)) {
        let near = &text[at..text.len().min(at + length + 2)];
        if !near.iter().any(u8::is_ascii_digit) {
            return;
        }
        let (mut plain, mut count, mut end) = ([0_u8; MOST_DIGITS], 0, at);
        let mut hasher = self.keys.hasher(b'n');
        loop {
            let from = count;
            while let Some(byte) = text.get(end).filter(|b| is_word(**b)) {
                if count == self.digits {
                    return;
                }
                plain[count] = byte.to_ascii_lowercase();
                (count, end) = (count + 1, end + 1);
            }
            if from < 8 && count >= 8 && !self.fronts.has(self.keys.front(eight(&plain, 0, 8))) {
                return;
            }
            hasher.write(&plain[from..count]);
            let hash = hasher.finish();
            if self.marks.has(hash) {
                found(at, end, hash);
            }
            let joins = text.get(end).is_some_and(|b| b" -./".contains(b)) && text.get(end + 1).is_some_and(|b| is_word(*b));
            if !joins {
                return;
            }
            end += 1;
        }
    }
}

/// A word that the end of a block cuts is longer.
#[inline]
fn reach(text: &[u8], at: usize, length: usize) -> usize {
    if !(at + length).is_multiple_of(BLOCK) || length == 8 {
        return length;
    }
    length + text[at + length..].iter().take(8 - length).take_while(|b| is_word(**b)).count()
}

/// The words of a text from a place on.
struct Words<'t> {
    text: &'t [u8],
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.at + self.text[self.at..].iter().position(|b| is_word(*b))?;
        let end = self.text[start..].iter().position(|b| !is_word(*b)).map_or(self.text.len(), |n| start + n);
        self.at = end;
        Some((start, end))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn characters(word: &[u8]) -> usize {
    word.iter().filter(|b| **b & 0xC0 != 0x80).count()
}

/// The first eight bytes of a word of this length, nearly without case.
#[inline]
fn eight(text: &[u8], at: usize, length: usize) -> u64 {
    let read = match text.get(at..at + 8) {
        Some(bytes) => u64::from_le_bytes(bytes.try_into().unwrap_or_default()),
        None => text[at..].iter().rev().fold(0, |all, b| all << 8 | u64::from(*b)),
    };
    let folded = read | 0x2020_2020_2020_2020;
    if length < 8 { folded & ((1 << (8 * length)) - 1) } else { folded }
}

/// Writes a word in lower case.
fn fold(word: &[u8], joined: bool, hasher: &mut SipHasher24) {
    if joined {
        hasher.write(b" ");
    }
    match std::str::from_utf8(word) {
        Ok(text) if !text.is_ascii() => hasher.write(text.to_lowercase().as_bytes()),
        _ => {
            for piece in word.chunks(32) {
                let mut lower = [0; 32];
                lower[..piece.len()].copy_from_slice(piece);
                lower.make_ascii_lowercase();
                hasher.write(&lower[..piece.len()]);
            }
        }
    }
}

/// A user's dictionary: words and phrases, one a line; lines that begin with `#` are comments.
pub(crate) struct Lexicon {
    pub(crate) phrases: Phrases,
    pub(crate) table: Table,
    digest: String,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lexicon({})", self.digest)
    }
}

impl Lexicon {
    pub(crate) fn new(text: &[u8]) -> Self {
        use sha2::{Digest, Sha256};
        let keys = Keys([0x736f_6e64_6520_6c65, 0x9e37_79b9_7f4a_7c15]);
        let (mut gathered, mut hashes) = (Gathered::default(), Vec::new());
        let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.starts_with(b"#"));
        for entry in lines.filter_map(|line| keys.entry(line, false)) {
            gathered.add(&entry);
            hashes.push(entry.hash);
        }
        let digest = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        Self { phrases: gathered.finish(keys), table: Table::new(&hashes), digest }
    }
}
