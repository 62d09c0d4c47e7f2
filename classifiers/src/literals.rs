//! All literals of all rules looked for at once: a bitmap over the first three bytes of each passes nearly every place over; what is left is compared.

/// Bits of the hash of three bytes.
const BITS: u32 = 16;
/// Letters of either case are one; a few signs are as well, which the comparison tells apart.
const FOLD: u32 = 0x0020_2020;

/// Literals, found in any case.
#[derive(Debug)]
pub(crate) struct Literals {
    /// Folded, numbered as given.
    texts: Vec<Box<[u8]>>,
    /// Folded beginning of each, and which of its bits count.
    begins: Vec<(u64, u64)>,
    /// One bit for each hash that a literal begins with.
    map: Box<[u64]>,
    /// Where in `numbers` the literals of each hash begin; one more than hashes.
    heads: Box<[u16]>,
    numbers: Vec<u16>,
}

/// Three bytes hashed.
fn hash(three: u32) -> usize {
    ((three & 0x00ff_ffff | FOLD).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

/// The first eight bytes, folded as for the hash, and a mask of those that are there.
fn begin(text: &[u8]) -> (u64, u64) {
    let mut eight = [0; 8];
    let there = text.len().min(8);
    if let Some(full) = text.get(..8) {
        eight.copy_from_slice(full);
    } else {
        eight[..there].copy_from_slice(text);
    }
    let mask = if there == 8 { u64::MAX } else { (1 << (8 * there)) - 1 };
    ((u64::from_le_bytes(eight) | 0x2020_2020_2020_2020) & mask, mask)
}

impl Literals {
    /// Literals of two bytes at least; `None`: too many.
    pub(crate) fn new(literals: &[Box<[u8]>]) -> Option<Self> {
        let mut pairs = Vec::new();
        for (number, text) in literals.iter().enumerate() {
            let number = u16::try_from(number).ok()?;
            let two = u32::from(text[0]) | u32::from(text[1]) << 8;
            match text.get(2) {
                Some(third) => pairs.push((hash(two | u32::from(*third) << 16), number)),
                None => pairs.extend((0..=255).map(|third| (hash(two | third << 16), number))),
            }
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
        let texts = literals.iter().map(|l| l.to_ascii_lowercase().into()).collect();
        let begins = literals.iter().map(|l| begin(l)).collect();
        Some(Self { texts, begins, map, heads, numbers: pairs.into_iter().map(|p| p.1).collect() })
    }

    /// Gives every place where a literal stands: its number and where it begins, in the order of the places.
    pub(crate) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut at = 0;
        while let Some(eight) = text.get(at..at + 8) {
            let eight = u64::from_le_bytes(eight.try_into().unwrap_or_default());
            let mut any = 0;
            for i in 0..6 {
                let hash = hash((eight >> (8 * i)) as u32);
                any |= (self.map[hash >> 6] >> (hash & 63) & 1) << i;
            }
            while any != 0 {
                let i = any.trailing_zeros();
                any &= any - 1;
                self.compare(text, at + i as usize, hash((eight >> (8 * i)) as u32), &mut found);
            }
            at += 6;
        }
        while at + 1 < text.len() {
            let byte = |i: usize| u32::from(text.get(i).copied().unwrap_or(0));
            self.compare(text, at, hash(byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16), &mut found);
            at += 1;
        }
    }

    fn compare(&self, text: &[u8], at: usize, hash: usize, found: &mut impl FnMut(usize, usize)) {
        let numbers = usize::from(self.heads[hash])..usize::from(self.heads[hash + 1]);
        if numbers.is_empty() {
            return;
        }
        let here = begin(&text[at..]).0;
        for &number in &self.numbers[numbers] {
            let (begin, counts) = self.begins[usize::from(number)];
            if here & counts != begin & counts {
                continue;
            }
            let literal = &self.texts[usize::from(number)];
            if text.get(at..at + literal.len()).is_some_and(|t| t.eq_ignore_ascii_case(literal)) {
                found(usize::from(number), at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Literals;

    proptest! {
        #[test]
        fn finds_what_a_naive_search_finds(literals in prop::collection::vec("[aAb_]{2,5}", 1..20), text in "[abAB_\u{e9}]{0,40}") {
            let mut literals: Vec<Box<[u8]>> = literals.into_iter().map(|l| l.to_ascii_lowercase().into_bytes().into()).collect();
            literals.sort();
            literals.dedup();
            let text = text.as_bytes();
            let mut found = Vec::new();
            Literals::new(&literals).unwrap().find(text, |number, at| found.push((at, number)));
            let mut naive = Vec::new();
            for at in 0..text.len() {
                for (number, literal) in literals.iter().enumerate() {
                    if text[at..].to_ascii_lowercase().starts_with(literal) {
                        naive.push((at, number));
                    }
                }
            }
            prop_assert!(found.is_sorted_by_key(|f| f.0));
            found.sort_unstable();
            prop_assert_eq!(found, naive);
        }
    }
}
