//! How improbable a run of letters is as words or as names in code.
//!
//! `trigrams.txt` was counted over the words of Rust, Python, JavaScript, Perl and C sources, of their documentation and of manual pages in twelve languages (48,000 words that
//! stand in at least two packages, each weighted by the square root of its frequency, so that the commonest do not drown the rest). A row for each two symbols before, a column
//! for the next one: a letter, or a joint, which is the start, the end and whatever is no letter. A cell is four times the bits that it costs, from `0` on.

const TABLE: &[u8; 27 * 27 * 28] = include_bytes!("trigrams.txt");

/// Everything but letters.
pub(super) const JOINT: u8 = 26;

/// Symbol of a byte: letters fold their case.
pub(super) const fn symbol(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        _ => JOINT,
    }
}

/// Quarter bits that symbol `c` costs after `a` and `b`.
pub(super) fn cost(a: u8, b: u8, c: u8) -> i32 {
    let at = (usize::from(a) * 27 + usize::from(b)) * 28 + usize::from(c);
    i32::from(TABLE.get(at).copied().unwrap_or(b'H')) - i32::from(b'0')
}
