//! A value looked at once: what bytes it is made of, what words are in it, how improbable it is as language.

use super::{model, words};

/// Kinds and single signs of bytes, a bit each.
pub(crate) mod sign {
    pub(crate) const LOWER: u32 = 1;
    pub(crate) const UPPER: u32 = 1 << 1;
    pub(crate) const DIGIT: u32 = 1 << 2;
    pub(crate) const SPACE: u32 = 1 << 3;
    /// `_`, `-`, `.`, `:`, `/`: join words into names.
    pub(crate) const JOINT: u32 = 1 << 4;
    /// Other signs.
    pub(crate) const SYMBOL: u32 = 1 << 5;
    /// No ASCII.
    pub(crate) const HIGH: u32 = 1 << 6;
    pub(crate) const BRACE: u32 = 1 << 7;
    pub(crate) const DOLLAR: u32 = 1 << 8;
    pub(crate) const PERCENT: u32 = 1 << 9;
    pub(crate) const ANGLE: u32 = 1 << 10;
    pub(crate) const PAREN: u32 = 1 << 11;
    pub(crate) const SQUARE: u32 = 1 << 12;
    pub(crate) const COLON: u32 = 1 << 13;
    pub(crate) const SLASH: u32 = 1 << 14;
    pub(crate) const DOT: u32 = 1 << 15;
    pub(crate) const AT: u32 = 1 << 16;
    pub(crate) const HASH: u32 = 1 << 17;
    pub(crate) const EQUAL: u32 = 1 << 18;
    pub(crate) const PLUS: u32 = 1 << 19;
    pub(crate) const BACKSLASH: u32 = 1 << 20;
    pub(crate) const DASH: u32 = 1 << 21;
    pub(crate) const UNDERSCORE: u32 = 1 << 22;
    pub(crate) const BAR: u32 = 1 << 23;
    pub(crate) const SEMICOLON: u32 = 1 << 24;
    pub(crate) const STAR: u32 = 1 << 25;
    pub(crate) const BANG: u32 = 1 << 26;
    pub(crate) const COMMA: u32 = 1 << 27;
    pub(crate) const AMPERSAND: u32 = 1 << 28;
    /// A letter behind `f`.
    pub(crate) const BEYOND_HEX: u32 = 1 << 29;
    pub(crate) const CARET: u32 = 1 << 30;
}
use sign::*;

const fn signs(byte: u8) -> u32 {
    let class = match byte {
        b'a'..=b'f' => LOWER,
        b'g'..=b'z' => LOWER | BEYOND_HEX,
        b'A'..=b'F' => UPPER,
        b'G'..=b'Z' => UPPER | BEYOND_HEX,
        b'0'..=b'9' => DIGIT,
        b' ' | b'\t' | b'\n' | b'\r' => SPACE,
        b'_' | b'-' | b'.' | b':' | b'/' => sign::JOINT,
        0x80.. => HIGH,
        _ => SYMBOL,
    };
    class
        | match byte {
            b'{' | b'}' => BRACE,
            b'$' => DOLLAR,
            b'%' => PERCENT,
            b'<' | b'>' => ANGLE,
            b'(' | b')' => PAREN,
            b'[' | b']' => SQUARE,
            b':' => COLON,
            b'/' => SLASH,
            b'.' => DOT,
            b'@' => AT,
            b'#' => HASH,
            b'=' => EQUAL,
            b'+' => PLUS,
            b'\\' => BACKSLASH,
            b'-' => DASH,
            b'_' => UNDERSCORE,
            b'|' => BAR,
            b';' => SEMICOLON,
            b'*' => STAR,
            b'!' => BANG,
            b',' => COMMA,
            b'&' => AMPERSAND,
            b'^' => CARET,
            _ => 0,
        }
}

/// One byte, as the loop wants it: its signs, from bit 32 its letter or [`JOINT`], from bit 40 its class in [`FOLLOWS`], from bit 48 the quarter bits that it costs among its
/// class, were it no letter.
static BYTES: [u64; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let signs = signs(b as u8);
        let (class, cost) = match signs & 0x7f {
            LOWER => (0, 0),
            UPPER => (1, 0),
            DIGIT => (2, 13),
            SPACE => (3, 2),
            sign::JOINT => (3, 4),
            HIGH => (3, 12),
            _ => (3, 16),
        };
        table[b] = signs as u64 | (model::symbol(b as u8) as u64) << 32 | class << 40 | cost << 48;
        b += 1;
    }
    table
};

/// One more of its kind for each byte: lower, upper, digits, spaces, joints, each in ten bits; the sixth: signs that are no joints.
static COUNTS: [u64; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let lane = match signs(b as u8) & 0x7f {
            LOWER => 0,
            UPPER => 1,
            DIGIT => 2,
            SPACE => 3,
            sign::JOINT => 4,
            _ => 5,
        };
        table[b] = 1 << (10 * lane);
        b += 1;
    }
    table
};

/// Quarter bits that small letters, capitals, digits and signs cost after nothing, a small letter, one capital, several, a digit, a sign: counted over a quarter million names
/// in code.
const FOLLOWS: [[u8; 4]; 6] = [[3, 7, 13, 18], [1, 20, 20, 16], [3, 6, 17, 29], [23, 2, 23, 12], [11, 17, 3, 23], [2, 9, 22, 23]];
/// Class of what is before the first byte.
const NOTHING: u64 = 4;

/// What three classes, three bits each, make of the last of their bytes.
#[derive(Clone, Copy)]
struct Step {
    /// What is added for it to the sums, of which each has its place.
    add: u64,
    /// How often the cost of its letter is added, and to which sums.
    times: u64,
    /// A word begins at a capital behind a small letter.
    hump: bool,
}

/// Places of the sums: the cost of all, from here the cost of letters behind two of their word, the number of these, of the humps.
const READING: u32 = 18;
const THIRD: u32 = 34;
const HUMPS: u32 = 44;

static STEPS: [Step; 512] = {
    let mut table = [Step { add: 0, times: 1, hump: false }; 512];
    let mut at = 0;
    while at < 512 {
        let (first, before, class) = (at >> 6, at >> 3 & 7, at & 7);
        let row = match before {
            0 => 1,
            1 if first == 1 => 3,
            1 => 2,
            2 => 4,
            3 => 5,
            _ => 0,
        };
        let hump = before == 0 && class == 1;
        let third = first < 2 && before < 2 && class < 2 && !hump && !(first == 0 && before == 1);
        if class < 4 {
            let add = FOLLOWS[row][class] as u64 | (third as u64) << THIRD | (hump as u64) << HUMPS;
            table[at] = Step { add, times: 1 | (third as u64) << READING, hump };
        }
        at += 1;
    }
    table
};

/// Quarter bits that each letter of a known word is cheaper than the model says, but for the first two.
const KNOWN: i32 = 6;

/// What a value looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'v> {
    pub(crate) value: &'v [u8],
    /// Kinds and signs that are in it.
    pub(crate) signs: u32,
    pub(crate) lower: usize,
    pub(crate) upper: usize,
    pub(crate) digits: usize,
    pub(crate) spaces: usize,
    pub(crate) joints: usize,
    /// Neither letters, digits, spaces nor joints.
    pub(crate) symbols: usize,
    /// Letters that known words cover.
    pub(crate) covered: usize,
    /// Small letters followed by a capital.
    pub(crate) humps: usize,
    /// Quarter bits of the whole by the model, known words made cheap.
    language: i32,
    /// Letters behind two letters of their word, and the quarter bits of these: how it reads.
    third: i32,
    reading: i32,
    /// A word is in it that stands in place of a secret.
    pub(crate) marked: bool,
}

/// Known words in a value.
#[derive(Default)]
struct Known {
    /// Where the next may begin.
    free: usize,
    /// Letters in them.
    covered: usize,
    /// Quarter bits that they save.
    saved: i32,
    marked: bool,
}

impl Known {
    /// Takes the word that begins at `from`, if there is one.
    #[inline(never)]
    fn take(&mut self, value: &[u8], from: usize, three: usize) {
        let length = if from < self.free { 0 } else { words::begins(&value[from..], three) };
        if length > 0 {
            self.free = from + length;
            self.covered += length;
            self.saved += (length as i32 - 2) * KNOWN;
            self.marked |= super::placeholder::marks(value, from, length);
        }
    }
}

impl<'v> Look<'v> {
    /// Looks at the first [`super::CAP`] bytes.
    pub(crate) fn of(value: &'v [u8]) -> Self {
        let value = &value[..value.len().min(super::CAP)];
        let (mut counts, mut signs, mut sums) = (0, 0, 0);
        let mut known = Known::default();
        let (mut three, mut classes) = (model::START, (NOTHING << 3 | NOTHING) as usize);
        // Without branches: where words begin and end in what is random cannot be foreseen.
        for (at, &byte) in value.iter().enumerate() {
            counts += COUNTS[usize::from(byte)];
            let byte = BYTES[usize::from(byte)];
            signs |= byte as u32;
            classes = (classes << 3 | (byte >> 40 & 7) as usize) & 0x1ff;
            let step = STEPS[classes];
            three = (if step.hump { model::START } else { three & model::TWO }) << 5 | (byte >> 32 & 31) as usize;
            sums += u64::from(model::cost(three)) * step.times + step.add + (byte >> 48);
            if step.times > 1 && words::may_begin(three) {
                known.take(value, at - 2, three);
            }
        }
        let lane = |sums: u64, from: u32, bits: u32| (sums >> from & ((1 << bits) - 1)) as usize;
        let count = |n: u32| lane(counts, 10 * n, 10);
        Self {
            value,
            signs,
            lower: count(0),
            upper: count(1),
            digits: count(2),
            spaces: count(3),
            joints: count(4),
            symbols: count(5),
            covered: known.covered,
            humps: lane(sums, HUMPS, 10),
            language: lane(sums, 0, READING) as i32 - known.saved,
            third: lane(sums, THIRD, 10) as i32,
            reading: lane(sums, READING, THIRD - READING) as i32,
            marked: known.marked,
        }
    }

    /// It stands in the place of a secret.
    pub(crate) fn is_placeholder(&self) -> bool {
        super::placeholder::stands_in(self)
    }

    pub(crate) fn length(&self) -> usize {
        self.value.len()
    }

    pub(crate) fn has(&self, signs: u32) -> bool {
        self.signs & signs != 0
    }

    /// Nothing but these.
    pub(crate) fn only(&self, signs: u32) -> bool {
        self.signs & 0x7f & !signs == 0
    }

    pub(crate) fn letter_count(&self) -> usize {
        self.lower + self.upper
    }

    /// How many of lower case, upper case, digits and signs there are.
    pub(crate) fn kinds(&self) -> usize {
        [self.lower, self.upper, self.digits, self.symbols + self.joints].iter().filter(|&&n| n > 0).count()
    }

    /// Hex digits of one case.
    pub(crate) fn hex(&self) -> bool {
        !self.has(BEYOND_HEX) && self.only(LOWER | UPPER | DIGIT) && (self.lower == 0 || self.upper == 0) && self.digits > 0
    }

    /// Quarter bits of each byte, were it drawn from the alphabet of the value.
    fn alphabet(&self) -> i32 {
        if self.hex() {
            return 16;
        }
        let letters = match (self.has(LOWER), self.has(UPPER)) {
            (true, true) => 52,
            (false, false) => 0,
            _ => 26,
        };
        let size = letters + if self.has(DIGIT) { 10 } else { 0 } + if self.has(SYMBOL | HIGH | sign::JOINT) { 6 } else { 0 };
        // Four times the logarithm.
        match size {
            0..=9 => 10,
            10..=15 => 13,
            16..=25 => 16,
            26..=31 => 19,
            32..=35 => 20,
            36..=51 => 21,
            52..=57 => 23,
            58..=67 => 24,
            _ => 25,
        }
    }

    /// Quarter bits that it costs more as language than as random bytes of its alphabet.
    pub(crate) fn surprise(&self) -> i32 {
        self.language - self.alphabet() * self.length() as i32
    }

    /// The same in bits.
    #[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
    pub(crate) fn bits(&self) -> f32 {
        self.surprise() as f32 / 4.0
    }

    /// Quarter bits of a letter behind two of its word, on the average: language has 14, random letters have 32. `None` without any.
    pub(crate) fn reads(&self) -> Option<i32> {
        (self.third > 0).then(|| self.reading / self.third)
    }

    /// Whether it reads like words: known ones, or letters that follow each other as in language.
    pub(crate) fn wordy(&self) -> bool {
        let letters = self.letter_count();
        if letters == 0 || self.digits * 4 > letters + 4 {
            return false;
        }
        let third = self.third as usize;
        let enough = third * 2 >= letters || self.digits == 0 && (third * 3 >= letters || self.humps == 0 && letters < 12);
        self.covered * 3 >= letters * 2 || enough && self.reading < 20 * self.third.max(1)
    }
}
