//! Classes of bytes as bit planes: 64 bytes become one word a class, so that shapes are shifts and ANDs on words.
//!
//! The same planes come from AVX-512 (VBMI), AVX2, NEON and portable code; what the processor has is asked once, when an engine is built. The portable code is the twin that
//! the others are tested against.

#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Digits.
pub(crate) const DIGIT: usize = 0;
/// `A` to `Z`.
pub(crate) const UPPER: usize = 1;
/// `a` to `z`.
pub(crate) const LOWER: usize = 2;
/// `_`.
pub(crate) const UNDER: usize = 3;
/// `+`, `/`, `-`: what tokens hold beside letters, digits and `_`.
pub(crate) const JOIN: usize = 4;
/// `@`.
pub(crate) const AT: usize = 5;
/// `\`, `%`, `&`: an escape may begin here.
pub(crate) const ESCAPE: usize = 6;
/// Letters that are hexadecimal digits.
pub(crate) const HEX: usize = 7;
/// `:`, `-`, `.`: between the parts of hardware and IPv6 addresses.
pub(crate) const PART: usize = 8;
/// Bytes of characters beyond ASCII.
pub(crate) const WIDE: usize = 9;
/// Number of planes.
pub(crate) const PLANES: usize = 10;

/// One bit a byte, for 64 bytes, of each class.
pub(crate) type Word = [u64; PLANES];

/// How planes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Eight bytes at a time, anywhere.
    Portable,
    /// 32 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 64 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 16 bytes at a time.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Level {
    /// All levels this processor has, the best first.
    pub(crate) fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if x86::has_avx512() {
                levels.push(Self::Avx512);
            }
            if x86::has_avx2() {
                levels.push(Self::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Self::Neon);
        levels.push(Self::Portable);
        levels
    }

    /// The best.
    pub(crate) fn best() -> Self {
        Self::available()[0]
    }

    /// Name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
        }
    }

    /// Planes of `text`; bits beyond its end are zero.
    pub(crate) fn planes(self, text: &[u8], out: &mut Vec<Word>) {
        out.clear();
        match self {
            Self::Portable => portable::planes(text, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86::planes_avx2(text, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86::planes_avx512(text, out),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => neon::planes(text, out),
        }
    }
}

/// Calls `word` for each 64 bytes; the last ones padded with zeros, which are of no class.
#[inline(always)]
fn blocks(text: &[u8], out: &mut Vec<Word>, word: impl Fn(&[u8; 64]) -> Word) {
    let (full, rest) = text.as_chunks::<64>();
    out.extend(full.iter().map(&word));
    if !rest.is_empty() {
        let mut padded = [0; 64];
        padded[..rest.len()].copy_from_slice(rest);
        out.push(word(&padded));
    }
}

/// Letters and digits.
pub(crate) fn alnum(word: &Word) -> u64 {
    word[DIGIT] | word[UPPER] | word[LOWER]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(text: &[u8]) -> Vec<Word> {
        let is: [fn(u8) -> bool; PLANES] = [
            |b| b.is_ascii_digit(),
            |b| b.is_ascii_uppercase(),
            |b| b.is_ascii_lowercase(),
            |b| b == b'_',
            |b| b"+/-".contains(&b),
            |b| b == b'@',
            |b| b"\\%&".contains(&b),
            |b| b.is_ascii_hexdigit() && !b.is_ascii_digit(),
            |b| b":-.".contains(&b),
            |b| b >= 0x80,
        ];
        text.chunks(64).map(|c| std::array::from_fn(|k| c.iter().enumerate().fold(0, |m, (i, b)| m | u64::from(is[k](*b)) << i))).collect()
    }

    #[test]
    fn every_byte_at_every_place() {
        let text: Vec<u8> = (0..64 * 256_usize).map(|i| (i / 64 + i % 64) as u8).collect();
        for level in Level::available() {
            let mut planes = Vec::new();
            level.planes(&text, &mut planes);
            assert_eq!(planes, naive(&text), "{}", level.name());
        }
    }

    /// A processor without a feature is said to be so, not passed over in silence.
    #[test]
    fn says_what_is_not_tested_here() {
        let here: Vec<_> = Level::available().into_iter().map(Level::name).collect();
        for name in ["avx512", "avx2", "neon"] {
            if !here.contains(&name) {
                println!("not tested on this processor: {name}");
            }
        }
        assert_eq!(here.last(), Some(&"portable"));
    }

    proptest! {
        #[test]
        fn all_levels_agree(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let wanted = naive(&text);
            for level in Level::available() {
                let mut planes = Vec::new();
                level.planes(&text, &mut planes);
                prop_assert_eq!(&planes, &wanted, "{}", level.name());
            }
        }
    }
}
