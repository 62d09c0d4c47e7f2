//! Is a value a secret, or a word, a name, a placeholder, a path?
//!
//! Judged by the value alone: what stands around it is the rule's business. Bits are evidence: positive speaks for a secret.

mod bigram;
mod placeholder;
mod shape;
mod words;

pub use placeholder::is_placeholder;

/// Bytes looked at: a longer value is judged by its beginning.
const CAP: usize = 512;
/// Most bits in either direction that the look of a value may give.
const LIMIT: f32 = 8.0;
/// The model is not the truth: only this share of its log-likelihood ratio is believed.
const TRUST: f32 = 0.35;

/// Evidence in bits that `value` is a secret: positive for random-looking and password-like values, negative for placeholders, names of variables,
/// function calls, plain words, i18n keys, paths and templates. Between -20 and 8.
pub fn bits(value: &[u8]) -> f32 {
    let value = value.trim_ascii();
    let value = value.get(..CAP.min(value.len())).unwrap_or(value);
    if value.len() < 4 || is_placeholder(value) {
        return -20.0;
    }
    if let Some(bits) = shape::refused(value) {
        return bits;
    }
    let look = Look::of(value);
    if look.digits == look.length {
        // Counts, ports, years and pins.
        return -7.0;
    }
    // A word with digits and signs in it still reads as a word: how people make passwords.
    let floor = if look.kinds() >= 3 && look.digits > 0 { -3.0 } else { -LIMIT };
    let bits = (look.surprise() * TRUST).clamp(floor, LIMIT) + look.password_like();
    bits.clamp(-LIMIT, LIMIT)
}

/// Mean bits per letter above what random letters would cost; negative: reads like language. `None` without letters.
fn wordiness(value: &[u8]) -> Option<f32> {
    let (mut total, mut letters, mut before) = (0.0, 0u16, bigram::JOINT);
    for &b in value {
        let now = bigram::symbol(b);
        if now < bigram::DIGIT {
            total += bigram::cost(before, now) - 4.7;
            letters += 1;
        }
        before = now;
    }
    (letters > 0).then(|| total / f32::from(letters))
}

/// Whether a run reads like words: known ones, or letters that follow each other as in language.
fn wordy(value: &[u8]) -> bool {
    let mut run = [0u8; 64];
    let (mut length, mut letters, mut covered) = (0, 0usize, 0usize);
    for &b in value.iter().chain(b" ") {
        if b.is_ascii_alphabetic() && length < run.len() {
            run[length] = b.to_ascii_lowercase();
            length += 1;
            letters += 1;
        } else if length > 0 {
            covered += words::covered(&run[..length]);
            length = 0;
        }
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    letters > 0 && digits * 4 <= letters + 4 && (covered * 3 >= letters * 2 || wordiness(value).is_some_and(|w| w < -0.35))
}

/// What kinds of bytes a value is made of, and how they follow each other.
struct Look {
    length: usize,
    lower: usize,
    upper: usize,
    digits: usize,
    symbols: usize,
    /// Signs that join words into names: `_`, `-`, `.`, `:`, `/`.
    joints: usize,
    spaces: usize,
    /// Letters that known words of four letters and more cover.
    covered: usize,
    /// Bits the value costs as language, and as random bytes of its own alphabet.
    language: f32,
    random: f32,
}

impl Look {
    fn of(value: &[u8]) -> Self {
        let mut look =
            Self { length: value.len(), lower: 0, upper: 0, digits: 0, symbols: 0, joints: 0, spaces: 0, covered: 0, language: 0.0, random: 0.0 };
        for b in value {
            look.joints += usize::from(matches!(b, b'_' | b'-' | b'.' | b':' | b'/'));
            match b {
                b'a'..=b'z' => look.lower += 1,
                b'A'..=b'Z' => look.upper += 1,
                b'0'..=b'9' => look.digits += 1,
                b' ' | b'\t' => look.spaces += 1,
                _ => look.symbols += 1,
            }
        }
        look.follow(value);
        look
    }

    fn follow(&mut self, value: &[u8]) {
        let hex = value.iter().all(u8::is_ascii_hexdigit) && (self.lower == 0 || self.upper == 0) && self.digits > 0;
        let alphabet = if hex {
            16.0
        } else {
            let kinds = [(self.lower, 26.0), (self.upper, 26.0), (self.digits, 10.0), (self.symbols, 4.0), (self.spaces, 1.0)];
            kinds.iter().filter(|k| k.0 > 0).map(|k| k.1).sum::<f32>()
        };
        let each = alphabet.max(2.0).log2();
        let (mut before, mut symbol_before) = (0u8, bigram::JOINT);
        let mut run = [0u8; 64];
        let mut length = 0;
        for &b in value {
            let symbol = bigram::symbol(b);
            // A new word inside camelCase begins like any word.
            if b.is_ascii_uppercase() && before.is_ascii_lowercase() {
                symbol_before = bigram::JOINT;
                self.language += 3.0;
            } else if b.is_ascii_lowercase() && before.is_ascii_uppercase() {
                self.language += 0.5;
            }
            self.language += bigram::cost(symbol_before, symbol);
            self.language += match symbol {
                bigram::DIGIT => 3.3,
                bigram::JOINT => 2.5,
                _ => 0.0,
            };
            self.random += each;
            if symbol < bigram::DIGIT && length < run.len() {
                run[length] = b.to_ascii_lowercase();
                length += 1;
            } else {
                self.covered += words::covered(&run[..length]);
                length = 0;
            }
            (before, symbol_before) = (b, symbol);
        }
        self.covered += words::covered(&run[..length]);
    }

    /// How many bits more the value costs as language than as random bytes; known words take it down.
    fn surprise(&self) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "at most 512")]
        let known = self.covered as f32;
        self.language - self.random - known * 1.5
    }

    /// How many of lower case, upper case, digits and signs there are.
    fn kinds(&self) -> usize {
        [self.lower, self.upper, self.digits, self.symbols].iter().filter(|&&n| n > 0).count()
    }

    /// People's passwords: a word with digits and signs is one where a plain word is not.
    fn password_like(&self) -> f32 {
        let letters = self.lower + self.upper;
        if self.spaces > 0 {
            return -4.0;
        }
        if letters == 0 {
            return -4.0;
        }
        if self.digits == 0 && self.symbols == self.joints {
            return if self.length < 10 {
                -6.0
            } else if self.length < 16 {
                -3.0
            } else {
                -1.0
            };
        }
        match (self.kinds(), self.length) {
            (4.., 8..) => 6.0,
            (3, 8..) if self.digits > 0 => 4.0,
            (_, 8..) if self.digits > 0 => 1.5,
            (_, 6..) if self.digits > 0 => 0.0,
            (_, ..6) => -2.0,
            _ => -1.0,
        }
    }
}

#[cfg(test)]
mod tests;
