//! Strings, numbers and words, and what is not understood.

use bytes::Bytes;
use memchr::{memchr, memchr2, memchr3};

use super::{Expect, Json, KEEP, MAX_WORD, Mode, VALUE, is_number};
use crate::{
    Reason,
    extract::{Chunk, Escape, Text, place::unescape, stream::Out},
};

impl Json {
    /// Reads on in a string from `start`.
    pub(super) fn string(&mut self, window: &Bytes, start: usize, key: bool, out: &mut Out<'_>) -> usize {
        let mut i = start;
        loop {
            if self.backslash && i < window.len() {
                self.backslash = false;
                if !(self.lines && window[i] == b'\n') {
                    i += 1;
                }
            }
            let rest = &window[i.min(window.len())..];
            let found = if self.lines { memchr3(b'"', b'\\', b'\n', rest) } else { memchr2(b'"', b'\\', rest) };
            i = found.map_or(window.len(), |found| i + found);
            if key && self.raw.len() + i - start > MAX_WORD {
                return self.fail(window, start + MAX_WORD - self.raw.len(), out);
            }
            if found.is_none() {
                let tail = self.cut(&window[start..], key, out);
                self.raw.extend_from_slice(tail);
                return i;
            }
            match window[i] {
                b'"' => {
                    let tail = self.cut(&window[start..i], key, out);
                    self.string_ends(tail, key, self.base + i as u64, out);
                    return i + 1;
                }
                b'\\' => {
                    self.escaped = true;
                    self.backslash = true;
                    i += 1;
                }
                _ => {
                    self.cut(&window[start..i], key, out);
                    return self.fail(window, i, out);
                }
            }
        }
    }

    /// Of a string that goes on with `bytes`: gives out in pieces what is too large, and returns the rest of `bytes`.
    fn cut<'a>(&mut self, mut bytes: &'a [u8], key: bool, out: &mut Out<'_>) -> &'a [u8] {
        if key {
            return bytes;
        }
        while self.raw.len() + bytes.len() > self.max_field {
            let (now, later) = bytes.split_at(self.max_field - self.raw.len());
            self.note(Reason::FieldExceedsLimit, "a field is larger than the limit and was cut");
            let end = self.token + self.max_field as u64;
            self.store(now, end);
            self.token = end;
            bytes = later;
            if self.size >= super::RECORD_BATCH {
                self.flush(self.row + 1, out);
                self.flushed = true;
                self.touched.clear();
            }
        }
        bytes
    }

    fn string_ends(&mut self, tail: &[u8], key: bool, end: u64, out: &mut Out<'_>) {
        self.mode = Mode::Structure;
        if key {
            let raw = std::mem::take(&mut self.raw);
            let raw = join(&raw, tail);
            let Some(frame) = self.stack.last_mut() else { return };
            let mut hint = frame.hint;
            frame.value = if self.escaped {
                let mut key = Vec::new();
                unescape(&raw, Escape::Json, &mut key);
                self.paths.member(frame.node, &key, &mut hint)
            } else {
                self.paths.member(frame.node, &raw, &mut hint)
            };
            frame.hint = hint;
            self.escaped = false;
            self.expect = Expect::Colon;
            return;
        }
        self.store(tail, end);
        self.escaped = false;
        self.value_ends(out);
    }

    /// A value: `raw` and `tail`, ending at `end`.
    fn store(&mut self, tail: &[u8], end: u64) {
        let field = self.touch();
        let row = (self.row - self.first_row) as u32;
        let stride = self.paths.fields[field].name.stride;
        let indices = &self.indices[..stride.min(self.indices.len())];
        let leaf = &mut self.paths.fields[field].leaf;
        self.size += self.raw.len() + tail.len() + VALUE + 4 * indices.len();
        if self.escaped && (memchr(b'\\', &self.raw).is_some() || memchr(b'\\', tail).is_some()) {
            self.raw.extend_from_slice(tail);
            unescape(&self.raw, Escape::Json, &mut leaf.data);
            leaf.close_escaped(row, self.token, end, indices, &self.raw);
            self.size += self.raw.len();
        } else {
            leaf.data.extend_from_slice(&self.raw);
            leaf.data.extend_from_slice(tail);
            leaf.close(row, self.token, end, indices);
        }
        self.raw.clear();
    }

    /// The field of the next value, marked as having one of this record.
    fn touch(&mut self) -> usize {
        let node = self.stack.last().map_or(0, |frame| frame.value);
        let number = self.paths.field(node);
        let field = &mut self.paths.fields[number];
        if self.lines && field.record != self.row {
            field.record = self.row;
            self.touched.push((number, field.leaf.len()));
        }
        number
    }

    /// Reads on in a number or word.
    pub(super) fn word(&mut self, window: &Bytes, start: usize, out: &mut Out<'_>) -> usize {
        let rest = &window[start..];
        let len = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))).unwrap_or(rest.len());
        let end = start + len;
        if self.raw.len() + len > MAX_WORD {
            return self.fail(window, start + (MAX_WORD - self.raw.len()), out);
        }
        if end == window.len() {
            self.raw.extend_from_slice(rest);
            return end;
        }
        self.word_ends(window, end, &rest[..len], out)
    }

    /// A number or word ends at `end` with `tail`.
    pub(super) fn word_ends(&mut self, window: &Bytes, end: usize, tail: &[u8], out: &mut Out<'_>) -> usize {
        let raw = std::mem::take(&mut self.raw);
        let word = join(&raw, tail);
        let scalar = matches!(&*word, b"true" | b"false" | b"NaN" | b"Infinity" | b"-Infinity") || is_number(&word);
        if &*word == b"null" {
            let field = self.touch();
            let stride = self.paths.fields[field].name.stride;
            let indices = &self.indices[..stride.min(self.indices.len())];
            self.paths.fields[field].leaf.null((self.row - self.first_row) as u32, self.token, indices);
            self.size += VALUE + 4 * indices.len();
        } else if scalar {
            self.store(&word, self.base + end as u64);
        } else {
            self.raw = word.into_owned();
            self.raw.truncate(raw.len());
            return self.fail(window, end, out);
        }
        self.mode = Mode::Structure;
        self.value_ends(out);
        end
    }

    /// What is read is no JSON: noticed at `i`. Returns where to go on.
    pub(super) fn fail(&mut self, window: &Bytes, i: usize, out: &mut Out<'_>) -> usize {
        if self.mode == Mode::Structure {
            self.token = self.base + i as u64;
        }
        self.bad += 1;
        let detail = format!("no valid JSON from byte {} on, which is read as text", self.token);
        self.note(Reason::MalformedFile, &detail);
        self.give_up(window, i, self.lines, out)
    }

    /// Goes on as text: from the start of the record where `whole` and it is still there, else from the token.
    pub(super) fn give_up(&mut self, window: &Bytes, i: usize, whole: bool, out: &mut Out<'_>) -> usize {
        let whole = whole && !self.flushed && self.base + i as u64 - self.record <= KEEP;
        if whole {
            for (field, len) in std::mem::take(&mut self.touched) {
                let field = &mut self.paths.fields[field];
                field.leaf.truncate(len, field.name.stride);
                field.record = u64::MAX;
            }
        }
        self.flush(self.row + u64::from(!whole), out);
        let (from, before) = if whole { (self.record, std::mem::take(&mut self.kept)) } else { (self.token, std::mem::take(&mut self.raw)) };
        let start = usize::try_from(from.saturating_sub(self.base)).unwrap_or(0).min(window.len());
        self.token = from;
        if !before.is_empty() {
            self.text_piece(Bytes::from(before), false, out);
        }
        self.mode = Mode::Text;
        (self.escaped, self.backslash) = (false, false);
        self.raw.clear();
        self.kept.clear();
        self.stack.clear();
        self.indices.clear();
        start
    }

    /// Text to the end of the line, or of the document.
    pub(super) fn text(&mut self, window: &Bytes, i: usize, out: &mut Out<'_>) -> usize {
        match if self.lines { memchr(b'\n', &window[i..]) } else { None } {
            Some(end) => {
                self.end_text(window.slice(i..i + end), out);
                i + end
            }
            None => {
                self.text_piece(window.slice(i..), false, out);
                window.len()
            }
        }
    }

    pub(super) fn end_text(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        self.text_piece(bytes, true, out);
        self.mode = Mode::Structure;
        self.expect = Expect::Root;
        self.row += 1;
        self.first_row = self.row;
    }

    /// `token` is where the text goes on.
    fn text_piece(&mut self, bytes: Bytes, last: bool, out: &mut Out<'_>) {
        let at = self.token;
        self.token += bytes.len() as u64;
        out(Chunk::Text(Text { bytes, at, encoding: encoding_rs::UTF_8.name(), own: 0..u64::MAX, last }));
    }

    /// At the end of a window: the bytes of a line that may yet turn out broken.
    pub(super) fn keep(&mut self, window: &Bytes) {
        let inside =
            self.lines && !matches!(self.mode, Mode::Seek | Mode::Text) && !matches!(self.expect, Expect::Root if self.mode == Mode::Structure);
        if !inside {
            return;
        }
        let end = self.base + window.len() as u64;
        if end - self.record > KEEP {
            self.kept = Vec::new();
            return;
        }
        let start = self.record.saturating_sub(self.base) as usize;
        self.kept.extend_from_slice(&window[start..]);
    }
}

fn join<'a>(head: &'a [u8], tail: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
    if head.is_empty() { tail.into() } else { [head, tail].concat().into() }
}
