//! Other encodings made UTF-8 on the way, with every place mapped back to the raw bytes.

use std::collections::VecDeque;

use arrow_array::{Array, BinaryArray};
use bytes::Bytes;
use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

use super::{
    Chunk, Column, Escape, Text,
    place::raw_width,
    stream::{Out, Report, Stream},
};

/// Characters of the same width, from these offsets on.
#[derive(Clone, Copy, Debug)]
struct Run {
    utf8: u64,
    raw: u64,
    /// UTF-8 bytes of a character.
    width: u8,
    /// Raw bytes of a character.
    raw_width: u8,
}

/// UTF-8 offsets to raw offsets.
#[derive(Debug, Default)]
struct Map {
    runs: VecDeque<Run>,
    utf8: u64,
    raw: u64,
}

impl Map {
    fn chars(&mut self, width: u8, raw_width: u8, count: u64) {
        if self.runs.back().is_none_or(|run| run.width != width || run.raw_width != raw_width) {
            self.runs.push_back(Run { utf8: self.utf8, raw: self.raw, width, raw_width });
        }
        self.utf8 += u64::from(width) * count;
        self.raw += u64::from(raw_width) * count;
    }

    fn raw(&self, utf8: u64) -> u64 {
        let at = self.runs.partition_point(|run| run.utf8 <= utf8).saturating_sub(1);
        self.runs.get(at).map_or(self.raw, |run| run.raw + utf8.saturating_sub(run.utf8) / u64::from(run.width) * u64::from(run.raw_width))
    }

    /// Nothing before `utf8` is asked for again.
    fn forget(&mut self, utf8: u64) {
        let keep = self.runs.partition_point(|run| run.utf8 <= utf8).saturating_sub(1);
        self.runs.drain(..keep);
    }
}

/// Decodes for a stream that reads UTF-8.
#[derive(Debug)]
pub(super) struct Transcode {
    encoding: &'static Encoding,
    decoder: Decoder,
    inner: Box<dyn Stream>,
    map: Map,
    /// Raw bytes of a character that has not ended.
    pending: u8,
}

impl Transcode {
    /// `inner` must count from 0; the raw bytes begin at `at`.
    pub(super) fn new(encoding: &'static Encoding, at: u64, inner: Box<dyn Stream>) -> Self {
        let map = Map { raw: at, ..Map::default() };
        Self { encoding, decoder: encoding.new_decoder_without_bom_handling(), inner, map, pending: 0 }
    }

    fn is_utf16(&self) -> bool {
        self.encoding == UTF_16LE || self.encoding == UTF_16BE
    }

    fn decode(&mut self, bytes: &[u8], last: bool) -> Vec<u8> {
        let mut text = Vec::new();
        if !self.is_utf16() && !self.encoding.is_single_byte() {
            self.decode_wide(bytes, last, &mut text);
            return text;
        }
        decode_into(&mut self.decoder, bytes, last, &mut text);
        let mut rest = &text[..];
        while let Some(first) = rest.first() {
            let width = width(*first);
            let same = if width == 1 {
                rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len())
            } else {
                rest.chunks_exact(width).take_while(|c| !c[0].is_ascii() && self::width(c[0]) == width).count()
            };
            let raw = if self.is_utf16() { if width == 4 { 4 } else { 2 } } else { 1 };
            self.map.chars(width as u8, raw, same as u64);
            rest = &rest[same * width..];
        }
        text
    }

    /// Encodings with characters of several bytes, one character at a time but for runs of ASCII.
    fn decode_wide(&mut self, mut bytes: &[u8], last: bool, text: &mut Vec<u8>) {
        while !bytes.is_empty() {
            let ascii = if self.pending == 0 { bytes.iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len()) } else { 0 };
            if ascii > 0 {
                text.extend_from_slice(&bytes[..ascii]);
                self.map.chars(1, 1, ascii as u64);
                bytes = &bytes[ascii..];
                continue;
            }
            let begin = text.len();
            decode_into(&mut self.decoder, &bytes[..1], false, text);
            bytes = &bytes[1..];
            self.pending = self.pending.saturating_add(1);
            self.count(&text[begin..]);
        }
        if last {
            let begin = text.len();
            decode_into(&mut self.decoder, &[], true, text);
            self.count(&text[begin..]);
        }
    }

    /// Characters that came of the pending bytes: where there are several, the last of them is one byte.
    fn count(&mut self, mut text: &[u8]) {
        while let Some(first) = text.first() {
            let width = width(*first).min(text.len());
            text = &text[width..];
            let raw = if text.is_empty() { self.pending.max(1) } else { self.pending.saturating_sub(1).max(1) };
            self.map.chars(width as u8, raw, 1);
            self.pending = self.pending.saturating_sub(raw);
        }
    }

    fn pass(&mut self, bytes: Bytes, last: bool, out: &mut Out<'_>) {
        let text = self.decode(&bytes, last);
        let (map, encoding) = (&mut self.map, self.encoding);
        let mut out = |chunk| out(restore(chunk, map, encoding));
        if !text.is_empty() {
            self.inner.push(text.into(), &mut out);
        }
        if last {
            self.inner.finish(&mut out);
        }
    }
}

impl Stream for Transcode {
    fn push(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        self.pass(bytes, false, out);
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        self.pass(Bytes::new(), true, out);
    }

    fn done(&self) -> bool {
        self.inner.done()
    }

    fn report(&self) -> Report {
        self.inner.report()
    }
}

fn width(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

fn decode_into(decoder: &mut Decoder, mut bytes: &[u8], last: bool, text: &mut Vec<u8>) {
    let size = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len().saturating_mul(3));
    let mut written = text.len();
    text.resize(written + size.max(16), 0);
    loop {
        let (result, read, wrote, _) = decoder.decode_to_utf8(bytes, &mut text[written..], last);
        written += wrote;
        bytes = &bytes[read..];
        if result == encoding_rs::CoderResult::InputEmpty {
            break;
        }
        text.resize(text.len() + size.max(16), 0);
    }
    text.truncate(written);
}

/// A chunk with the places it has in the raw bytes.
fn restore(chunk: Chunk, map: &mut Map, encoding: &'static Encoding) -> Chunk {
    match chunk {
        Chunk::Columns(mut columns) => {
            let mut last = 0;
            for column in &mut columns.columns {
                last = last.max(restore_column(column, map, encoding));
            }
            map.forget(last);
            Chunk::Columns(columns)
        }
        Chunk::Text(text) => {
            let at = map.raw(text.at);
            map.forget(text.at);
            Chunk::Text(Text { at, bytes: encode(&text.bytes, encoding), encoding: encoding.name(), ..text })
        }
    }
}

/// Returns the last UTF-8 offset in it.
fn restore_column(column: &mut Column, map: &Map, encoding: &'static Encoding) -> u64 {
    let (Some(places), Some(values)) = (&mut column.places, column.values.as_any().downcast_ref::<BinaryArray>()) else { return 0 };
    let mut last = 0;
    let mut encoded = Vec::new();
    let mut escaped = std::mem::take(&mut places.encoded).into_iter().peekable();
    for i in 0..values.len() {
        if values.is_null(i) {
            continue;
        }
        last = last.max(places.ends[i]);
        (places.starts[i], places.ends[i]) = (map.raw(places.starts[i]), map.raw(places.ends[i]));
        if let Some(kept) = escaped.next_if(|(n, _)| *n as usize == i) {
            encoded.push(kept);
        } else if encoding == UTF_16LE || encoding == UTF_16BE || !values.value(i).is_ascii() {
            encoded.push((i as u32, unescapable(values.value(i), places.escape)));
        }
    }
    places.encoded = encoded;
    places.encoding = encoding.name();
    last
}

/// `value` has no escapes: bytes that would look like one are replaced by others as wide.
fn unescapable(value: &[u8], escape: Escape) -> Bytes {
    let special = match escape {
        Escape::Json => b'\\',
        Escape::Quotes(quote) => quote,
    };
    value.iter().map(|b| if *b == special { b' ' } else { *b }).collect::<Vec<u8>>().into()
}

fn encode(text: &[u8], encoding: &'static Encoding) -> Bytes {
    let text = String::from_utf8_lossy(text);
    if encoding == UTF_16LE {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().into();
    }
    if encoding == UTF_16BE {
        return text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>().into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let mut buffer = [0; 4];
        match encoding.encode(c.encode_utf8(&mut buffer)) {
            (encoded, _, false) => bytes.extend_from_slice(&encoded),
            // One byte that stood for nothing.
            _ => bytes.extend(std::iter::repeat_n(b'?', raw_width(encoding, c.encode_utf8(&mut [0; 4]).as_bytes()) as usize)),
        }
    }
    bytes.into()
}
