//! Texts cut into pieces that a model reads one by one. Where a piece ends is told by what stands within 4 KiB of it and by nothing else: however a long text is cut into windows, a piece
//! that lies so far from the ends of its window is the same.

use std::ops::Range;

/// Longest paragraph, and longest line, that is read whole, bytes.
const WHOLE: usize = 2 << 10;
/// Longest sentence that is read, bytes.
const SENTENCE: usize = 4 << 10;
/// Fewest letters of a piece.
const LETTERS: usize = 4;

/// Calls back with each piece that looks like prose: paragraphs (lines with letters, one behind the other), the lines of longer paragraphs, the sentences of long lines.
pub(super) fn pieces(text: &[u8], each: &mut dyn FnMut(Range<usize>)) {
    let mut paragraph: Option<Range<usize>> = None;
    let mut at = 0;
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i + 1);
        // Whether a long line has letters may be told far away: it is part of no paragraph, letters or not.
        let long = end - at > WHOLE;
        if !long && text[at..end].iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80) {
            paragraph.get_or_insert(at..at).end = end;
        } else if let Some(whole) = paragraph.take() {
            lines(text, whole, each);
        }
        if long {
            sentences(text, at..end, each);
        }
        at = end;
    }
    if let Some(whole) = paragraph {
        lines(text, whole, each);
    }
}

fn lines(text: &[u8], paragraph: Range<usize>, each: &mut dyn FnMut(Range<usize>)) {
    if paragraph.len() <= WHOLE {
        return give(text, paragraph, each);
    }
    let mut at = paragraph.start;
    while at < paragraph.end {
        let end = memchr::memchr(b'\n', &text[at..paragraph.end]).map_or(paragraph.end, |i| at + i + 1);
        give(text, at..end, each);
        at = end;
    }
}

fn sentences(text: &[u8], line: Range<usize>, each: &mut dyn FnMut(Range<usize>)) {
    let mut from = line.start;
    for at in line.clone() {
        let rest = &text[at..line.end];
        let end = match rest {
            [b'.' | b'!' | b'?', b' ' | b'\t' | b'\r' | b'\n', ..] => at + 1,
            // The full stops of Chinese and Japanese.
            [0xe3, 0x80, 0x82, ..] | [0xef, 0xbc, 0x81 | 0x9f, ..] => at + 3,
            _ => continue,
        };
        if end - from <= SENTENCE {
            give(text, from..end, each);
        }
        from = end;
    }
    if line.end - from <= SENTENCE {
        give(text, from..line.end, each);
    }
}

fn give(text: &[u8], piece: Range<usize>, each: &mut dyn FnMut(Range<usize>)) {
    if is_prose(&text[piece.clone()]) {
        each(piece);
    }
}

/// Whether there are letters, and half of all characters are letters or spaces: no dumps, no tables of numbers.
pub(super) fn is_prose(text: &[u8]) -> bool {
    let (mut letters, mut spaces, mut all) = (0, 0, 0);
    for chunk in text.utf8_chunks() {
        all += chunk.invalid().len();
        for c in chunk.valid().chars() {
            all += 1;
            letters += usize::from(c.is_alphabetic());
            spaces += usize::from(c.is_whitespace());
        }
    }
    letters >= LETTERS && 2 * (letters + spaces) >= all
}
