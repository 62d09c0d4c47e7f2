//! One text in consecutive pieces, cut anywhere: the same matches as in one.

use std::ops::Range;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use crate::engine::{Bit, Context, Engine, Match, Scratch};

/// A match in a text of many pieces.
#[derive(Debug)]
pub struct TextMatch<'t> {
    /// The match; its span is within the window it was found in.
    pub m: Match<'t>,
    /// First raw byte in the text.
    pub start: u64,
    /// Behind its last raw byte.
    pub end: u64,
    /// Line from 0, counted from the start of the text, or of the range that is scanned for.
    pub line: u64,
    /// Raw byte column from 1; in line 0 of a later range counted from the start of that range.
    pub column: u64,
    window: &'t [u8],
}

impl TextMatch<'_> {
    /// Why it was believed.
    #[must_use]
    pub fn explain(&self, engine: &Engine) -> Vec<Bit> {
        engine.explain(self.window, Context::default(), &self.m)
    }
}

/// Name of an encoding by one of its labels; `None`: unknown.
#[must_use]
pub fn encoding_name(label: &str) -> Option<&'static str> {
    Encoding::for_label(label.trim().as_bytes()).map(Encoding::name)
}

/// Least and most bytes scanned at once, whatever is asked for: less would scan the margins over and over, more would hold too much.
const WINDOW: [usize; 2] = [64 << 10, 16 << 20];
/// Bytes in which a place between two characters is looked for.
const ALIGN: usize = 4 << 10;

/// Scans one text, or the matches that begin in one range of it. Lines end with `\n`.
#[derive(Debug)]
pub struct TextScanner {
    encoding: &'static Encoding,
    own: Range<u64>,
    window: usize,
    /// Raw bytes held.
    raw: Vec<u8>,
    /// Where they begin in the text.
    base: u64,
    /// Up to here matches were given out.
    given: u64,
    newlines: u64,
    /// Raw start of the current line.
    line_start: u64,
    /// Up to here line ends were counted.
    counted: u64,
}

impl TextScanner {
    /// A scanner for the matches that begin in `own`; pieces will begin at `start_at` and reach the engine's margin beyond `own`. `window`: bytes scanned at once, 64 KiB to
    /// 16 MiB (more or less is brought into these bounds).
    #[must_use]
    pub fn new(encoding: &str, own: Range<u64>, start_at: u64, window: usize) -> Self {
        let encoding = Encoding::for_label(encoding.as_bytes()).unwrap_or(UTF_8);
        let begin = own.start.max(start_at);
        Self {
            encoding,
            window: window.clamp(WINDOW[0], WINDOW[1]),
            raw: Vec::new(),
            base: start_at,
            given: begin,
            newlines: 0,
            line_start: begin,
            counted: begin,
            own,
        }
    }

    /// Takes the next piece.
    pub fn push(&mut self, engine: &Engine, scratch: &mut Scratch, bytes: &[u8], sink: &mut dyn FnMut(TextMatch<'_>)) {
        let full = self.window + 2 * engine.margin() as usize;
        let wide = self.encoding == UTF_16LE || self.encoding == UTF_16BE;
        let mut rest = bytes;
        if wide && self.raw.is_empty() && self.base % 2 == 1 && !rest.is_empty() {
            // Half a character: units begin at even places of the text.
            self.base += 1;
            rest = &rest[1..];
        }
        while !rest.is_empty() && self.given < self.own.end {
            let room = full.saturating_sub(self.raw.len()).max(1).min(rest.len());
            self.raw.extend_from_slice(&rest[..room]);
            rest = &rest[room..];
            if self.raw.len() >= full {
                self.scan(engine, scratch, false, sink);
            }
        }
    }

    /// Ends the text.
    pub fn finish(&mut self, engine: &Engine, scratch: &mut Scratch, sink: &mut dyn FnMut(TextMatch<'_>)) {
        self.scan(engine, scratch, true, sink);
    }

    /// Line ends in `own`, after [`TextScanner::finish`]; before, those counted so far.
    #[must_use]
    pub fn newlines(&self) -> u64 {
        self.newlines
    }

    /// Raw bytes of `own` behind its last line end (all of them where it has none).
    #[must_use]
    pub fn tail(&self) -> u64 {
        self.counted.saturating_sub(self.line_start)
    }

    fn scan(&mut self, engine: &Engine, scratch: &mut Scratch, last: bool, sink: &mut dyn FnMut(TextMatch<'_>)) {
        let margin = engine.margin() as usize;
        let end = self.base + self.raw.len() as u64;
        let upto = if last { end } else { self.align(end - margin as u64) }.min(self.own.end);
        let raw = std::mem::take(&mut self.raw);
        let decoded = (self.encoding != UTF_8).then(|| Transcoded::new(self.encoding, &raw));
        let text: &[u8] = decoded.as_ref().map_or(&raw, |d| &d.text);
        let place = |at: usize| decoded.as_ref().map_or(at, |d| d.from[at] as usize) as u64;
        engine.search(scratch, text, 0..text.len(), None);
        let mut lines = Lines { text, base: self.base, at: self.index(decoded.as_ref(), self.counted), place: &place };
        for hit in std::mem::take(&mut scratch.hits) {
            let (start, stop) = (self.base + place(hit.start), self.base + place(hit.end));
            if start < self.given || start >= upto {
                continue;
            }
            lines.count(hit.start, &mut self.newlines, &mut self.line_start);
            let (line, column) = (self.newlines, start - self.line_start + 1);
            sink(TextMatch { m: hit.matched(text), start, end: stop, line, column, window: text });
        }
        let stop = self.index(decoded.as_ref(), upto);
        lines.count(stop, &mut self.newlines, &mut self.line_start);
        self.counted = self.counted.max(upto);
        self.given = self.given.max(upto);
        self.raw = raw;
        let keep = self.align(upto.saturating_sub(margin as u64).max(self.base));
        let cut = (keep - self.base) as usize;
        if !last {
            self.raw.drain(..cut.min(self.raw.len()));
            self.base = keep;
        }
    }

    /// Index in the (decoded) text of a raw position.
    fn index(&self, decoded: Option<&Transcoded>, position: u64) -> usize {
        let raw = position.saturating_sub(self.base) as usize;
        decoded.map_or(raw, |d| d.from.partition_point(|&f| (f as usize) < raw).min(d.text.len()))
    }

    /// A place at most [`ALIGN`] before `position` where a character begins.
    fn align(&self, position: u64) -> u64 {
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            return position - (position - self.base) % 2;
        }
        if self.encoding == UTF_8 || self.encoding.is_single_byte() {
            return position;
        }
        // Multi-byte: signs below `0` are no part of a longer character; where the encoding has states, a line end takes it back to the first.
        let raw = (position - self.base).min(self.raw.len() as u64) as usize;
        let near = &self.raw[raw.saturating_sub(ALIGN)..raw];
        let between = |b: &u8| if self.encoding == ISO_2022_JP { *b == b'\n' } else { *b < b'0' };
        near.iter().rposition(between).map_or(position, |i| position - (near.len() - i - 1) as u64)
    }
}

/// Line ends counted once, on the way from match to match.
struct Lines<'a> {
    text: &'a [u8],
    base: u64,
    at: usize,
    place: &'a dyn Fn(usize) -> u64,
}

impl Lines<'_> {
    fn count(&mut self, upto: usize, newlines: &mut u64, line_start: &mut u64) {
        if upto <= self.at {
            return;
        }
        for end in memchr::memchr_iter(b'\n', &self.text[self.at..upto]) {
            *newlines += 1;
            *line_start = self.base + (self.place)(self.at + end + 1);
        }
        self.at = upto;
    }
}

/// A text in UTF-8, and where each of its bytes came from.
#[derive(Debug)]
struct Transcoded {
    text: Vec<u8>,
    /// Raw offset of each byte, and of the end.
    from: Vec<u32>,
}

impl Transcoded {
    fn new(encoding: &'static Encoding, raw: &[u8]) -> Self {
        let mut out = Self { text: Vec::with_capacity(raw.len()), from: Vec::with_capacity(raw.len() + 1) };
        if encoding == UTF_16LE || encoding == UTF_16BE {
            out.wide(raw, encoding == UTF_16BE);
        } else if encoding.is_single_byte() {
            let table: Vec<char> = (0..=255_u8).map(|b| encoding.decode_without_bom_handling(&[b]).0.chars().next().unwrap_or('\u{fffd}')).collect();
            for (i, byte) in raw.iter().enumerate() {
                out.push(table[usize::from(*byte)], i);
            }
        } else {
            out.multi(encoding, raw);
        }
        out.from.push(raw.len() as u32);
        out
    }

    fn push(&mut self, c: char, from: usize) {
        let mut bytes = [0; 4];
        for byte in c.encode_utf8(&mut bytes).bytes() {
            self.text.push(byte);
            self.from.push(from as u32);
        }
    }

    fn wide(&mut self, raw: &[u8], big: bool) {
        let unit = |pair: &[u8]| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) };
        let mut at = 0;
        for c in char::decode_utf16(raw.chunks_exact(2).map(unit)) {
            let c = c.unwrap_or('\u{fffd}');
            self.push(c, at);
            at += 2 * c.len_utf16();
        }
    }

    fn multi(&mut self, encoding: &'static Encoding, raw: &[u8]) {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let (mut out, mut from, mut at) = ([0; 32], 0, 0);
        while at < raw.len() {
            if from == at && encoding != ISO_2022_JP {
                // Between two characters ASCII stands for itself.
                let plain = Encoding::ascii_valid_up_to(&raw[at..]);
                self.text.extend_from_slice(&raw[at..at + plain]);
                self.from.extend((at..at + plain).map(|i| i as u32));
                at += plain;
                from = at;
                if at == raw.len() {
                    break;
                }
            }
            let (_, _, written, _) = decoder.decode_to_utf8(&raw[at..=at], &mut out, false);
            if written > 0 {
                self.take(&out[..written], from, &raw[from..=at]);
                from = at + 1;
            }
            at += 1;
        }
        let (_, _, written, _) = decoder.decode_to_utf8(&[], &mut out, true);
        self.take(&out[..written], from, &raw[from.min(raw.len())..]);
    }

    /// Adds what `raw`, which begins at `from`, was decoded to. ASCII at its end came from the same byte: what an incomplete character before it left over.
    fn take(&mut self, out: &[u8], from: usize, raw: &[u8]) {
        let same = out.iter().rev().zip(raw.iter().rev()).take_while(|(o, r)| o == r && o.is_ascii()).count();
        self.text.extend_from_slice(out);
        self.from.extend(std::iter::repeat_n(from as u32, out.len() - same));
        self.from.extend((raw.len() - same..raw.len()).map(|i| (from + i) as u32));
    }
}
