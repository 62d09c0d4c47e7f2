//! All literals of all rules looked for at once.
//!
//! Most literals begin a word or a part of a name (`DB_PASSWORD`, `userPassword`), or with a letter beyond ASCII: they are sought there, by bitmaps over hashes of their first
//! bytes. A few, such as `password` and `-----BEGIN`, may stand anywhere: for these a signature over the first six bytes first tells 64 places at a time. What is left is compared.

#[cfg(feature = "hyperscan")]
pub(crate) mod hyperscan;
mod signature;

use crate::planes::{Level, Word};
use signature::Signature;

/// Letters of either case are one; a few signs are as well, which the comparison tells apart.
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Literals are sorted by how many of their first bytes are hashed: as many of these as they have.
const HASHED: [usize; 4] = [2, 3, 4, 6];

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
    /// One bit for each two bytes, folded, that one of these begins with.
    pairs: Box<[u64]>,
    /// Finds all of them in place of the rest, where that is wanted.
    #[cfg(feature = "hyperscan")]
    pub(crate) automaton: Option<hyperscan::Automaton>,
}

/// A literal stands here: where, whether that must be a part of a name, its number.
pub(crate) type Stand = (usize, Place, usize);

/// Where a literal may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where a word or a part of a name begins; one that begins beyond ASCII, at any such character.
    Part,
    /// Anywhere.
    Anywhere,
}

/// Literals of which the same number of bytes is hashed.
#[derive(Debug)]
struct Class {
    /// The bytes that are.
    mask: u64,
    shift: u32,
    /// One bit for each hash.
    map: Box<[u64]>,
    /// Where in `numbers` the literals of eight neighbouring hashes begin.
    heads: Box<[u16]>,
    numbers: Vec<u16>,
}

#[derive(Debug)]
struct Sieve {
    classes: [Class; HASHED.len()],
    /// One bit for each hash of the first two, three and four bytes of literals that are as long as that, or longer for the last: asked first.
    maps: [Box<[u64]>; 3],
}

/// Bits of the hashes asked first.
const FIRST: [u32; 3] = [13, 13, 16];

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
    ((u64::from_le_bytes(eight) | FOLD) & mask, mask)
}

impl Class {
    /// `None`: too many.
    fn new(bytes: usize, literals: &[(u16, &[u8])]) -> Option<Self> {
        // A bitmap with one bit in sixteen set, at most.
        let bits = (16 * literals.len()).next_power_of_two().trailing_zeros().max(9);
        let (mask, shift) = ((1 << (8 * bytes)) - 1, 64 - bits);
        let mut class = Self { mask, shift, map: vec![0; 1 << (bits - 6)].into(), heads: vec![0; (1 << (bits - 3)) + 1].into(), numbers: Vec::new() };
        let mut hashes: Vec<_> = literals.iter().map(|(number, text)| (class.hash(begin(text).0), *number)).collect();
        hashes.sort_unstable();
        for (hash, number) in hashes {
            class.map[hash >> 6] |= 1 << (hash & 63);
            class.heads[(hash >> 3) + 1] += 1;
            class.numbers.push(number);
        }
        let mut sum = 0_u16;
        for head in &mut class.heads {
            sum = sum.checked_add(*head)?;
            *head = sum;
        }
        Some(class)
    }

    #[inline]
    fn hash(&self, begin: u64) -> usize {
        ((begin & self.mask).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }
}

impl Sieve {
    /// `None`: too many.
    fn new(literals: &[(u16, &[u8])]) -> Option<Self> {
        let mut classes = Vec::new();
        for (i, bytes) in HASHED.into_iter().enumerate() {
            let longer = HASHED.get(i + 1).copied().unwrap_or(usize::MAX);
            let these: Vec<_> = literals.iter().copied().filter(|l| (bytes..longer).contains(&l.1.len())).collect();
            classes.push(Class::new(bytes, &these)?);
        }
        let mut maps = FIRST.map(|bits| vec![0_u64; 1 << (bits - 6)].into_boxed_slice());
        for (_, text) in literals {
            let at = text.len().min(4) - 2;
            let hash = first(begin(text).0, at);
            maps[at][hash >> 6] |= 1 << (hash & 63);
        }
        Some(Self { classes: classes.try_into().ok()?, maps })
    }

    /// Whether a literal may stand where these bytes do.
    #[inline]
    fn likely(&self, here: u64) -> bool {
        let bit = |at: usize| {
            let hash = first(here, at);
            self.maps[at][hash >> 6] >> (hash & 63)
        };
        (bit(0) | bit(1) | bit(2)) & 1 == 1
    }
}

/// Hash of the first two, three or four bytes.
#[inline]
fn first(begin: u64, at: usize) -> usize {
    ((begin << (48 - 8 * at)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FIRST[at])) as usize
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
        let mut pairs = vec![0_u64; 1 << 10].into_boxed_slice();
        for pair in anywhere.iter().map(|l| begin(l).0 as u16) {
            pairs[usize::from(pair >> 6)] |= 1 << (pair & 63);
        }
        Some(Self {
            parts: sieve(Place::Part)?,
            anywhere: sieve(Place::Anywhere)?,
            signature,
            pairs,
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

    /// One bit for each byte of `text` from `from` on where a literal that stands anywhere may begin, for each word of its planes.
    pub(crate) fn anywhere(&self, level: Level, text: &[u8], from: usize, words: &[Word], out: &mut Vec<u64>) {
        self.signature.masks(level, text, from, words, out);
    }

    /// Calls `found` with the number of each literal that stands at `at`.
    #[inline]
    pub(crate) fn at(&self, place: Place, text: &[u8], at: usize, found: impl FnMut(usize)) {
        let here = match text[at..].first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight) | FOLD,
            None => begin(&text[at..]).0,
        };
        if place == Place::Anywhere && self.pairs[usize::from(here as u16 >> 6)] >> (here & 63) & 1 == 0 {
            return;
        }
        let sieve = self.sieve(place);
        if sieve.likely(here) {
            self.compare(&sieve.classes, (text, at), here, found);
        }
    }

    #[inline(never)]
    fn compare(&self, classes: &[Class; HASHED.len()], (text, at): (&[u8], usize), here: u64, mut found: impl FnMut(usize)) {
        let mut passed = 0_u64;
        for (i, class) in classes.iter().enumerate() {
            let hash = class.hash(here);
            passed |= (class.map[hash >> 6] >> (hash & 63) & 1) << i;
        }
        while passed != 0 {
            let class = &classes[passed.trailing_zeros() as usize];
            passed &= passed - 1;
            let head = class.hash(here) >> 3;
            for &number in &class.numbers[usize::from(class.heads[head])..usize::from(class.heads[head + 1])] {
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
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Level, Literals, Place};

    fn all(literals: &Literals, level: Level, place: Place, text: &[u8]) -> Vec<(usize, usize)> {
        let (mut masks, mut planes, mut found) = (Vec::new(), Vec::new(), Vec::new());
        level.planes(text, &mut planes);
        literals.anywhere(level, text, 0, &planes, &mut masks);
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
                literals.into_iter().map(|(l, part)| {
                    let part = part || !l.as_bytes()[0].is_ascii();
                    (l.into_bytes().into(), if part { Place::Part } else { Place::Anywhere })
                }).collect();
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
