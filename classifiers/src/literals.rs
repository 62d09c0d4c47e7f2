//! All literals of all rules looked for at once.
//!
//! Most literals begin a word or a part of a name (`DB_PASSWORD`, `userPassword`): they are sought there, by a bitmap over a hash of their first four bytes. A few, such as
//! `password` and `-----BEGIN`, may stand anywhere: for these a signature over the first six bytes first tells 64 places at a time. What is left is compared.

#[cfg(feature = "hyperscan")]
pub(crate) mod hyperscan;
mod signature;

use crate::planes::Level;
use signature::Signature;

/// Bits of the hash of four bytes.
const BITS: u32 = 16;
/// Letters of either case are one; a few signs are as well, which the comparison tells apart.
const FOLD: u32 = 0x2020_2020;

/// Literals, found in any case.
#[derive(Debug)]
pub(crate) struct Literals {
    /// Folded, numbered as given.
    texts: Vec<Box<[u8]>>,
    /// Folded beginning of each, and which of its bits count.
    begins: Vec<(u64, u64)>,
    /// Those that begin parts of names.
    parts: Sieve,
    /// Those that stand anywhere.
    anywhere: Sieve,
    signature: Signature,
    /// Finds all of them in place of the rest, where that is wanted.
    #[cfg(feature = "hyperscan")]
    pub(crate) automaton: Option<hyperscan::Automaton>,
}

/// A literal stands here: where, whether that must be a part of a name, its number.
pub(crate) type Stand = (usize, Place, usize);

/// Where a literal may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where a word or a part of a name begins.
    Part,
    /// Anywhere.
    Anywhere,
}

#[derive(Debug)]
struct Sieve {
    /// One bit for each hash that a literal begins with.
    map: Box<[u64]>,
    /// Where in `numbers` the literals of each hash begin; one more than hashes.
    heads: Box<[u16]>,
    numbers: Vec<u16>,
    /// Literals of two bytes, by these bytes, folded, and one bit for the lower five bits of both.
    short: Vec<(u16, u16)>,
    short_map: [u64; 16],
}

/// Four bytes hashed.
fn hash(four: u32) -> usize {
    ((four | FOLD).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

/// The first eight bytes, folded as for the hash, and a mask of those that are there.
fn begin(text: &[u8]) -> (u64, u64) {
    let mut eight = [0; 8];
    let there = text.len().min(8);
    if let Some(full) = text.first_chunk::<8>() {
        eight = *full;
    } else {
        eight[..there].copy_from_slice(text);
    }
    let mask = if there == 8 { u64::MAX } else { (1 << (8 * there)) - 1 };
    ((u64::from_le_bytes(eight) | 0x2020_2020_2020_2020) & mask, mask)
}

impl Sieve {
    /// `None`: too many.
    fn new(literals: &[(u16, &[u8])]) -> Option<Self> {
        let (mut pairs, mut short) = (Vec::new(), Vec::new());
        for &(number, text) in literals {
            let byte = |i: usize| u32::from(text[i]) << (8 * i);
            match text.len() {
                2 => short.push(((byte(0) | byte(1)) as u16 | FOLD as u16, number)),
                3 => pairs.extend((0..=255_u32).map(|fourth| (hash(byte(0) | byte(1) | byte(2) | fourth << 24), number))),
                _ => pairs.push((hash(byte(0) | byte(1) | byte(2) | byte(3)), number)),
            }
        }
        short.sort_unstable();
        let mut short_map = [0; 16];
        for (two, _) in &short {
            let at = usize::from(two & 31) << 5 | usize::from(two >> 8 & 31);
            short_map[at >> 6] |= 1 << (at & 63);
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut map = vec![0_u64; 1 << (BITS - 6)].into_boxed_slice();
        let mut heads = vec![0_u16; (1 << BITS) + 1].into_boxed_slice();
        for (hash, _) in &pairs {
            map[hash >> 6] |= 1 << (hash & 63);
            heads[hash + 1] += 1;
        }
        let mut sum = 0_u16;
        for head in &mut heads {
            sum = sum.checked_add(*head)?;
            *head = sum;
        }
        Some(Self { map, heads, numbers: pairs.into_iter().map(|p| p.1).collect(), short, short_map })
    }
}

impl Literals {
    /// Literals of two bytes at least, and where each may stand; `None`: too many.
    pub(crate) fn new(literals: &[(Box<[u8]>, Place)]) -> Option<Self> {
        let texts: Vec<Box<[u8]>> = literals.iter().map(|l| l.0.to_ascii_lowercase().into()).collect();
        let sieve = |place: Place| {
            let numbered = (0..).zip(&texts).zip(literals).filter(|(_, l)| l.1 == place);
            Sieve::new(&numbered.map(|((number, text), _)| Some((u16::try_from(number).ok()?, &**text))).collect::<Option<Vec<(u16, &[u8])>>>()?)
        };
        let mut anywhere: Vec<&[u8]> = texts.iter().zip(literals).filter(|(_, l)| l.1 == Place::Anywhere).map(|(text, _)| &**text).collect();
        let signature = Signature::new(&mut anywhere);
        Some(Self {
            parts: sieve(Place::Part)?,
            anywhere: sieve(Place::Anywhere)?,
            signature,
            #[cfg(feature = "hyperscan")]
            automaton: None,
            begins: texts.iter().map(|l| begin(l)).collect(),
            texts,
        })
    }

    fn sieve(&self, place: Place) -> &Sieve {
        match place {
            Place::Part => &self.parts,
            Place::Anywhere => &self.anywhere,
        }
    }

    /// One bit for each byte of `text` from `from` on where a literal that stands anywhere may begin, for `words` times 64 bytes.
    pub(crate) fn anywhere(&self, level: Level, text: &[u8], from: usize, words: usize, out: &mut Vec<u64>) {
        self.signature.masks(level, text, from, words, out);
    }

    /// Calls `found` with the number of each literal that stands at `at`.
    #[inline]
    pub(crate) fn at(&self, place: Place, text: &[u8], at: usize, found: impl FnMut(usize)) {
        let here = match text[at..].first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight) | 0x2020_2020_2020_2020,
            None => begin(&text[at..]).0,
        };
        let sieve = self.sieve(place);
        let hash = hash(here as u32);
        let short = usize::from(here as u8 & 31) << 5 | usize::from((here >> 8) as u8 & 31);
        let long = sieve.map[hash >> 6] >> (hash & 63) & 1 == 1;
        if long || sieve.short_map[short >> 6] >> (short & 63) & 1 == 1 {
            self.compare(sieve, (text, at), here, found);
        }
    }

    fn compare(&self, sieve: &Sieve, (text, at): (&[u8], usize), here: u64, mut found: impl FnMut(usize)) {
        let hash = hash(here as u32);
        for &number in &sieve.numbers[usize::from(sieve.heads[hash])..usize::from(sieve.heads[hash + 1])] {
            let number = usize::from(number);
            let (begin, counts) = self.begins[number];
            if here & counts != begin & counts {
                continue;
            }
            let literal = &self.texts[number];
            if text.get(at..at + literal.len()).is_some_and(|t| t.eq_ignore_ascii_case(literal)) {
                found(number);
            }
        }
        let from = sieve.short.partition_point(|s| s.0 < here as u16);
        for &(_, number) in sieve.short[from..].iter().take_while(|s| s.0 == here as u16) {
            if text.get(at..at + 2).is_some_and(|t| t.eq_ignore_ascii_case(&self.texts[usize::from(number)])) {
                found(usize::from(number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Level, Literals, Place};

    fn all(literals: &Literals, level: Level, place: Place, text: &[u8]) -> Vec<(usize, usize)> {
        let (mut masks, mut found) = (Vec::new(), Vec::new());
        literals.anywhere(level, text, 0, text.len().div_ceil(64), &mut masks);
        for at in (0..text.len()).filter(|at| place == Place::Part || masks[at / 64] >> (at % 64) & 1 == 1) {
            literals.at(place, text, at, |number| found.push((at, number)));
        }
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn finds_what_a_naive_search_finds(
            literals in prop::collection::vec(("[aAb_\u{e9}:]{1,3}[aAb_-]{1,3}", any::<bool>()), 1..40),
            text in "[abAB_\u{e9}:\u{c9}-]{0,150}",
        ) {
            let mut literals: Vec<(Box<[u8]>, Place)> =
                literals.into_iter().map(|(l, word)| (l.into_bytes().into(), if word { Place::Part } else { Place::Anywhere })).collect();
            literals.sort_by_key(|l| l.0.to_ascii_lowercase());
            literals.dedup_by_key(|l| l.0.to_ascii_lowercase());
            let text = text.as_bytes();
            let built = Literals::new(&literals).unwrap();
            for place in [Place::Part, Place::Anywhere] {
                let mut naive = Vec::new();
                for at in 0..text.len() {
                    for (number, literal) in literals.iter().enumerate().filter(|(_, l)| l.1 == place) {
                        if text.get(at..at + literal.0.len()).is_some_and(|t| t.eq_ignore_ascii_case(&literal.0)) {
                            naive.push((at, number));
                        }
                    }
                }
                for level in Level::available() {
                    prop_assert_eq!(&all(&built, level, place, text), &naive, "{}", level.name());
                }
            }
        }
    }
}
