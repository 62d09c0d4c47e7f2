//! A value looked at once: what bytes it is made of, what words are in it, how improbable it is as language.

use super::{
    model::{self, JOINT},
    words,
};

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

/// One byte, as the loop wants it.
#[derive(Clone, Copy)]
struct Byte {
    signs: u32,
    /// Its letter, or [`JOINT`].
    symbol: u8,
    /// Column of [`FOLLOWS`].
    class: u8,
    /// Quarter bits that it costs among its class, were it no letter.
    cost: u8,
    /// One more of its kind: lower, upper, digits, spaces, joints, each in ten bits; the sixth: signs that are no joints.
    count: u64,
}

static BYTES: [Byte; 256] = {
    let mut table = [Byte { signs: 0, symbol: 0, class: 0, cost: 0, count: 0 }; 256];
    let mut b = 0;
    while b < 256 {
        let signs = signs(b as u8);
        let (class, cost, lane) = match signs & 0x7f {
            LOWER => (0, 0, 0),
            UPPER => (1, 0, 1),
            DIGIT => (2, 13, 2),
            SPACE => (3, 2, 3),
            sign::JOINT => (3, 4, 4),
            HIGH => (3, 12, 5),
            _ => (3, 16, 5),
        };
        table[b] = Byte { signs, symbol: model::symbol(b as u8), class, cost, count: 1 << (10 * lane) };
        b += 1;
    }
    table
};

/// What came before, for [`FOLLOWS`]: nothing, a small letter, one capital, several, a digit, a sign.
const START: usize = 0;
const CAPITALS: usize = 3;
/// Which of them comes next, by the class of a byte; a capital behind one makes it several.
const NEXT: [usize; 4] = [1, 2, 4, 5];

/// Quarter bits that small letters, capitals, digits and signs cost after each of these: counted over a quarter million names in code.
static FOLLOWS: [[u8; 4]; 6] = [[3, 7, 13, 18], [1, 20, 20, 16], [3, 6, 17, 29], [23, 2, 23, 12], [11, 17, 3, 23], [2, 9, 22, 23]];

/// Quarter bits that each letter of a known word is cheaper than the model says, but for the first two.
const KNOWN: i32 = 6;

/// Letters of one word: up to a sign, a digit or a change of case.
#[derive(Clone, Copy, Default)]
struct Segment {
    length: usize,
    /// Of these in known words.
    covered: usize,
    cost: i32,
    /// A digit or a capital stands before it.
    close: bool,
}

impl Segment {
    /// Letters that can be read: known words, runs that are like words, and a few between joints.
    fn readable(&self, close: bool) -> usize {
        let like = match self.length {
            0 => return 0,
            1..=3 => !(self.close || close),
            4 => self.cost < 18 * 4,
            n => self.cost < 20 * n as i32,
        };
        if like { self.length } else { self.covered }
    }
}

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
    /// Letters that known words cover, and how many words those are.
    pub(crate) covered: usize,
    pub(crate) words: usize,
    /// Small letters followed by a capital.
    pub(crate) humps: usize,
    /// Letters that can be read.
    readable: usize,
    /// Quarter bits of its letters by the model, of the whole by the model with known words made cheap.
    letters: i32,
    language: i32,
    /// A word is in it that stands in place of a secret.
    pub(crate) marked: bool,
    /// Longest run of one of `x*._`, of any one byte, and of steps by one up or down.
    pub(crate) filled: usize,
    pub(crate) same: usize,
    pub(crate) steps: usize,
    /// Different bytes, three meaning more.
    pub(crate) distinct: u8,
}

impl<'v> Look<'v> {
    /// Looks at the first [`super::CAP`] bytes.
    pub(crate) fn of(value: &'v [u8]) -> Self {
        let value = &value[..value.len().min(super::CAP)];
        let mut look = Self {
            value,
            signs: 0,
            lower: 0,
            upper: 0,
            digits: 0,
            spaces: 0,
            joints: 0,
            symbols: 0,
            covered: 0,
            words: 0,
            humps: 0,
            readable: 0,
            letters: 0,
            language: 0,
            marked: false,
            filled: 0,
            same: 0,
            steps: 0,
            distinct: 0,
        };
        let counts = look.pass();
        let lane = |n: u32| (counts >> (10 * n) & 0x3ff) as usize;
        (look.lower, look.upper, look.digits, look.spaces, look.joints, look.symbols) = (lane(0), lane(1), lane(2), lane(3), lane(4), lane(5));
        look.repeats();
        look
    }

    /// The pass over the bytes; gives the counts.
    fn pass(&mut self) -> u64 {
        let value = self.value;
        let (mut counts, mut signs, mut language, mut letters) = (0_u64, 0, 0, 0);
        let (mut state, mut two, mut one) = (START, JOINT, JOINT);
        let (mut code, mut free) = (0_usize, 0_usize);
        let mut segment = Segment::default();
        for (at, byte) in value.iter().enumerate() {
            let byte = BYTES[usize::from(*byte)];
            counts += byte.count;
            signs |= byte.signs;
            language += i32::from(FOLLOWS[state][usize::from(byte.class)]);
            if byte.symbol == JOINT {
                let digit = byte.signs & DIGIT != 0;
                if one != JOINT {
                    language += model::cost(two, one, JOINT);
                    self.readable += segment.readable(digit);
                    (two, one) = (JOINT, JOINT);
                }
                segment = Segment { close: digit, ..Segment::default() };
                language += i32::from(byte.cost);
                state = NEXT[usize::from(byte.class)];
                continue;
            }
            let capital = byte.signs & UPPER != 0;
            if capital && state == 1 {
                // A word begins.
                self.humps += 1;
                self.readable += segment.readable(true);
                segment = Segment { close: true, ..Segment::default() };
                (two, one) = (JOINT, JOINT);
            }
            let cost = model::cost(two, one, byte.symbol);
            language += cost;
            letters += cost;
            (two, one) = (one, byte.symbol);
            state = if capital && (state == 2 || state == CAPITALS) { CAPITALS } else { NEXT[usize::from(byte.class)] };
            segment.length += 1;
            segment.cost += cost;
            code = (code << 5 | usize::from(byte.symbol)) & 0x7fff;
            // Words go over changes of case: `PASSWORDfield`.
            let three = two != JOINT && at >= free + 2 && BYTES[usize::from(value[at - 2])].symbol != JOINT;
            if let Some(word) = three.then(|| words::begins(&value[at - 2..], code)).flatten() {
                free = at - 2 + word.len();
                self.covered += word.len();
                self.words += 1;
                segment.covered += word.len();
                language -= (word.len() as i32 - 2) * KNOWN;
                self.marked |= super::placeholder::marks(value, at - 2, word);
            }
        }
        self.readable += segment.readable(false);
        (self.signs, self.language, self.letters) = (signs, language, letters);
        counts
    }

    /// Runs, steps and the number of different bytes.
    fn repeats(&mut self) {
        let Some((&first, rest)) = self.value.split_first() else { return };
        let (mut before, mut other, mut run, mut longest, mut filled) = (first | 0x20, first, 1, 1, 0);
        self.distinct = 1;
        for &byte in rest {
            if byte != first && byte != other {
                self.distinct = if other == first { 2 } else { 3 };
                if self.distinct == 2 {
                    other = byte;
                }
            }
            let folded = byte | 0x20;
            let step = folded.wrapping_sub(before).wrapping_add(1);
            if step == 1 {
                run += 1;
                longest = longest.max(run);
                // `_` folds to DEL, `.` and `*` have the bit already.
                if matches!(folded, b'x' | b'*' | b'.' | 0x7f) {
                    filled = filled.max(run);
                }
            } else {
                run = 1;
                let wraps = matches!((before, folded), (b'9', b'0' | b'a') | (b'0', b'9'));
                self.steps += usize::from(step == 0 || step == 2 || wraps);
            }
            before = folded;
        }
        (self.same, self.filled) = (longest, filled);
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

    /// Quarter bits of a letter, on the average, above those of a random one; negative: reads like language. `None` without letters.
    pub(crate) fn wordiness(&self) -> Option<i32> {
        let count = self.letter_count() as i32;
        (count > 0).then(|| (self.letters - 19 * count) / count)
    }

    /// Whether it reads like words: known ones, or letters that follow each other as in language.
    pub(crate) fn wordy(&self) -> bool {
        let letters = self.letter_count();
        letters > 0 && self.digits * 4 <= letters + 4 && self.readable.max(self.covered) * 3 >= letters * 2
    }
}
