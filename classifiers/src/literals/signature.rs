//! Signatures: sixteen groups of literals, and for each two neighbours among the first six bytes the groups that they fit. Where all pairs agree on a group, one of its literals
//! may begin. Pairs are hashed to seven bits, which is what one vector look-up takes; only the lower five bits of a byte count, so that the case of letters does not. Since signs
//! look like letters then, literals that begin with a letter or digit and those that begin with a sign have eight groups each, and count only at such bytes.

use crate::planes::{self, Level, WIDE, Word};

/// Pairs looked at.
const PAIRS: usize = 5;
/// Groups.
const GROUPS: usize = 16;
/// Hashes of a pair.
const HASHES: usize = 128;

/// Groups that fit a pair, one bit each, for each of the pairs.
type Tables = [[u16; HASHES]; PAIRS];

#[derive(Debug)]
pub(super) struct Signature {
    tables: Tables,
    #[cfg(target_arch = "x86_64")]
    split: Box<x86::Split>,
    empty: bool,
}

/// Two bytes hashed.
const fn hash(a: u8, b: u8) -> usize {
    (((a & 31) << 2) ^ (b & 31)) as usize
}

impl Signature {
    pub(super) fn new(literals: &mut [&[u8]]) -> Self {
        // Neighbours in the alphabet share a group, so that its first pairs are few; short ones fit much and are kept apart.
        let sign = |l: &[u8]| !l[0].is_ascii_alphanumeric();
        literals.sort_unstable_by_key(|l| (sign(l), l.len() < 4, *l));
        let signs = literals.partition_point(|l| !sign(l));
        let mut tables = [[0_u16; HASHES]; PAIRS];
        let mut bytes = [[0_u16; 256]; PAIRS + 1];
        for (i, literal) in literals.iter().enumerate() {
            let half = GROUPS / 2;
            let group = 1_u16 << if i < signs { i * half / signs } else { half + (i - signs) * half / (literals.len() - signs) };
            for (at, table) in tables.iter_mut().enumerate() {
                match (literal.get(at), literal.get(at + 1)) {
                    (Some(&a), Some(&b)) => table[hash(a, b)] |= group,
                    (Some(&a), None) => (0..32).for_each(|b| table[hash(a, b)] |= group),
                    (None, _) => table.iter_mut().for_each(|t| *t |= group),
                }
            }
            for (at, table) in bytes.iter_mut().enumerate() {
                match literal.get(at) {
                    Some(byte) => [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()].iter().for_each(|b| table[usize::from(*b)] |= group),
                    None => table.iter_mut().for_each(|t| *t |= group),
                }
            }
        }
        Self {
            #[cfg(target_arch = "x86_64")]
            split: Box::new(x86::Split::new(&tables, &bytes)),
            tables,
            empty: literals.is_empty(),
        }
    }

    /// One bit for each byte of `text` from `from` on at which a literal may begin, for each word of its planes; bytes beyond the end of the text count as zeros.
    pub(super) fn masks(&self, level: Level, text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>) {
        out.clear();
        if self.empty {
            out.resize(words.len(), 0);
            return;
        }
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => x86::masks_avx512(&self.split, text, from, words, out),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => x86::masks_avx2(&self.split, text, from, words, out),
            _ => windows(text, from, words, out, |window| self.word(window)),
        }
    }

    /// Where literals may begin that begin with a letter or digit, and with a sign.
    fn word(&self, window: &Window) -> [u64; 2] {
        let mut masks = [0; 2];
        for i in 0..64 {
            let mut groups = u16::MAX;
            for (at, table) in self.tables.iter().enumerate() {
                groups &= table[hash(window[i + at], window[i + at + 1])];
                if groups == 0 {
                    break;
                }
            }
            masks[0] |= u64::from(groups as u8 != 0) << i;
            masks[1] |= u64::from(groups >> 8 != 0) << i;
        }
        masks
    }
}

/// 64 bytes and those behind them that are looked at.
type Window = [u8; 64 + PAIRS];

/// Calls `word` with each window, and takes of what it tells what the planes allow.
#[inline(always)]
fn windows(text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>, word: impl Fn(&Window) -> [u64; 2]) {
    out.extend(words.iter().enumerate().map(|(n, planes)| {
        let rest = text.get(from + 64 * n..).unwrap_or_default();
        let [alnum, sign] = match rest.first_chunk() {
            Some(window) => word(window),
            None => {
                let mut padded = [0; 64 + PAIRS];
                padded[..rest.len()].copy_from_slice(rest);
                let there = rest.len().min(64);
                word(&padded).map(|mask| mask & if there == 64 { u64::MAX } else { (1 << there) - 1 })
            }
        };
        let letters = planes::alnum(planes);
        (alnum & letters) | (sign & !(letters | planes[WIDE]))
    }));
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    #![expect(unsafe_code, reason = "vector instructions, called only at levels that the processor was found to have")]

    use std::arch::x86_64::*;

    use super::{HASHES, PAIRS, Tables, Window, windows};
    use crate::planes::Word;

    /// The tables as vectors want them: eight groups a byte.
    #[derive(Debug)]
    pub(super) struct Split {
        pairs: [[[u8; HASHES]; 2]; PAIRS],
        /// The first two bytes themselves, below 128.
        ascii: [[[u8; HASHES]; 2]; 2],
        /// Single bytes by their half bytes, low and high: what fits by both fits, and more besides. AVX2 looks up no more than sixteen things at once.
        halves: [[[[u8; 32]; 2]; 2]; PAIRS + 1],
    }

    impl Split {
        pub(super) fn new(tables: &Tables, bytes: &[[u16; 256]; PAIRS + 1]) -> Self {
            let part = |groups: u16, set: usize| (groups >> (8 * set)) as u8;
            Self {
                pairs: tables.each_ref().map(|table| [0, 1].map(|set| table.map(|groups| part(groups, set)))),
                ascii: [0, 1].map(|at| [0, 1].map(|set| std::array::from_fn(|b| part(bytes[at][b], set)))),
                halves: bytes.each_ref().map(|table| {
                    [0, 1].map(|set| {
                        let fits = |i: usize, shift: usize| {
                            (0..256).filter(|b| b >> shift & 15 == i & 15).fold(0, |all, b: usize| all | part(table[b], set))
                        };
                        [std::array::from_fn(|i| fits(i, 0)), std::array::from_fn(|i| fits(i, 4))]
                    })
                }),
            }
        }
    }

    pub(super) fn masks_avx512(split: &Split, text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>) {
        // SAFETY: `Level::Avx512` exists only where the processor has these instructions.
        unsafe { avx512(split, text, from, words, out) }
    }

    pub(super) fn masks_avx2(split: &Split, text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>) {
        // SAFETY: `Level::Avx2` exists only where the processor has these instructions.
        unsafe { avx2(split, text, from, words, out) }
    }

    #[target_feature(enable = "avx512bw,avx512vbmi")]
    fn avx512(split: &Split, text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>) {
        // SAFETY: each table has 128 bytes.
        let load = |t: &[u8; HASHES]| unsafe { [_mm512_loadu_si512(t.as_ptr().cast()), _mm512_loadu_si512(t.as_ptr().add(64).cast())] };
        let tables: [[[__m512i; 2]; 2]; PAIRS] = split.pairs.each_ref().map(|sets| sets.each_ref().map(load));
        let ascii: [[[__m512i; 2]; 2]; 2] = split.ascii.each_ref().map(|sets| sets.each_ref().map(load));
        let five = _mm512_set1_epi8(31);
        let word = |window: &Window| {
            // SAFETY: 64 bytes from each of the first six on are in the window.
            let bytes = |depth: usize| unsafe { _mm512_loadu_si512(window.as_ptr().add(depth).cast()) };
            let at = |depth: usize| _mm512_and_si512(bytes(depth), five);
            let byte = |depth: usize, set: usize| _mm512_permutex2var_epi8(ascii[depth][set][0], bytes(depth), ascii[depth][set][1]);
            // Of bytes from 128 on this tells nothing: they are looked up as if they were lower.
            let beyond = _mm512_movm_epi8(_mm512_movepi8_mask(bytes(1)));
            let mut groups = [0, 1].map(|set| _mm512_and_si512(byte(0, set), _mm512_or_si512(byte(1, set), beyond)));
            let mut before = at(0);
            for (depth, sets) in tables.iter().enumerate() {
                let here = at(depth + 1);
                let hash = _mm512_xor_si512(_mm512_slli_epi16::<2>(before), here);
                groups[0] = _mm512_and_si512(groups[0], _mm512_permutex2var_epi8(sets[0][0], hash, sets[0][1]));
                groups[1] = _mm512_and_si512(groups[1], _mm512_permutex2var_epi8(sets[1][0], hash, sets[1][1]));
                before = here;
            }
            groups.map(|any| _mm512_test_epi8_mask(any, any))
        };
        windows(text, from, words, out, word);
    }

    #[target_feature(enable = "avx2")]
    fn avx2(split: &Split, text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>) {
        // SAFETY: each table has 32 bytes.
        let load = |t: &[u8; 32]| unsafe { _mm256_loadu_si256(t.as_ptr().cast()) };
        let nibble = _mm256_set1_epi8(15);
        let word = |window: &Window| {
            let half = |half: usize| {
                let mut groups = [_mm256_set1_epi8(-1); 2];
                for (depth, sets) in split.halves.iter().enumerate() {
                    // SAFETY: 32 bytes from there on are in the window.
                    let v = unsafe { _mm256_loadu_si256(window.as_ptr().add(32 * half + depth).cast()) };
                    let (low, high) = (_mm256_and_si256(v, nibble), _mm256_and_si256(_mm256_srli_epi16::<4>(v), nibble));
                    for (groups, halves) in groups.iter_mut().zip(sets) {
                        let [by_low, by_high] = halves.each_ref().map(load);
                        *groups = _mm256_and_si256(*groups, _mm256_and_si256(_mm256_shuffle_epi8(by_low, low), _mm256_shuffle_epi8(by_high, high)));
                    }
                }
                groups.map(|any| !_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, _mm256_setzero_si256())) as u32)
            };
            let (low, high) = (half(0), half(1));
            [0, 1].map(|set| u64::from(low[set]) | u64::from(high[set]) << 32)
        };
        windows(text, from, words, out, word);
    }
}
