//! How improbable a run of letters is as words or as names in code.
//!
//! `trigrams.txt` was counted over the words of Rust, Python, JavaScript, Perl and C sources, of their documentation and of manual pages in twelve languages (48,000 words that
//! stand in at least two packages, each weighted by the square root of its frequency, so that the commonest do not drown the rest). A row for each two symbols before, a column
//! for the next one: a letter, or a joint, which is the start, the end and whatever is no letter. A cell is four times the bits that it costs, from `0` on.

const COUNTED: &[u8; 27 * 27 * 28] = include_bytes!("trigrams.txt");

/// Everything but letters.
pub(super) const JOINT: u8 = 26;
/// Two joints: nothing of a word came before. Five bits a symbol.
pub(super) const START: usize = (JOINT as usize) << 5 | JOINT as usize;
/// The last two symbols.
pub(super) const TWO: usize = 0x3ff;

/// By three symbols, five bits each. Behind a joint nothing else before it counts, and joints behind joints cost nothing.
static TABLE: [u8; 1 << 15] = {
    let mut table = [0; 1 << 15];
    let mut at = 0;
    while at < 27 * 27 * 27 {
        let (a, b, c) = (at / 729, at / 27 % 27, at % 27);
        let before = if b == 26 { 26 } else { a };
        if !(b == 26 && c == 26) {
            table[a << 10 | b << 5 | c] = COUNTED[(before * 27 + b) * 28 + c] - b'0';
        }
        at += 1;
    }
    table
};

/// Symbol of a byte: letters fold their case.
pub(super) const fn symbol(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        _ => JOINT,
    }
}

/// Quarter bits that the last of three symbols costs after the others.
pub(super) fn cost(three: usize) -> u32 {
    u32::from(TABLE[three & 0x7fff])
}
