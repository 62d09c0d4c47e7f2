//! JSON, tokenised as a stream: no recursion, memory by depth, documents of any size, windows cut anywhere.
//!
//! A record is a line of NDJSON, an element of a root array, or the only root value.

use std::ops::Range;

use super::{
    Chunk, Columns, Escape, Options, PathKind,
    stream::{Out, Report, Stream},
};
use crate::Reason;
use bytes::Bytes;
use paths::Paths;

mod paths;
#[cfg(test)]
mod tests;
mod token;

/// A batch ends with the first record that fills it: this many bytes, values counted with `VALUE` each.
const BATCH: usize = 1 << 20;
/// A record that goes on beyond this is cut into batches.
const RECORD_BATCH: usize = 8 << 20;
/// What a value costs besides its bytes.
const VALUE: usize = 24;
/// A broken line up to this length is scanned as text from its start, a longer one from where it breaks. Bytes.
const KEEP: u64 = 1 << 20;
/// Longest number or key, bytes.
const MAX_WORD: usize = KEEP as usize;

/// Where the tokeniser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Looking for the first line that begins in this part.
    Seek,
    /// Between tokens.
    Structure,
    /// In a string.
    String { key: bool },
    /// In a number, `true`, `false` or `null`.
    Word,
    /// What is not understood is text: to the end of the line, or of the document.
    Text,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A record.
    Root,
    /// A value; or the end of the array.
    Value,
    /// A value, nothing else.
    Member,
    /// A key, or the end of the object.
    Key,
    Colon,
    /// A comma, or the end of what is open.
    After,
    /// The end of the line.
    LineEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    RootArray,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    node: u32,
    /// Node of the next value.
    value: u32,
    /// Where the next key is expected among those known.
    hint: u32,
}

/// The tokeniser and the records it has collected.
#[derive(Debug)]
pub(super) struct Json {
    lines: bool,
    /// Lines that begin here or later are another part's.
    end: u64,
    max_field: usize,
    max_depth: usize,
    mode: Mode,
    expect: Expect,
    stack: Vec<Frame>,
    indices: Vec<u32>,
    paths: Paths,
    /// Of the first byte of the window.
    base: u64,
    /// Where the token began, the quote not counted.
    token: u64,
    /// The token as written, where it does not lie whole in one window.
    raw: Vec<u8>,
    /// The string has escapes.
    escaped: bool,
    /// The last byte read was a backslash that escapes the next.
    backslash: bool,
    /// The record is the first root value of the document.
    first: bool,
    /// There was a root value.
    rooted: bool,
    /// Where the record began, and its bytes before this window as long as they may be needed.
    record: u64,
    kept: Vec<u8>,
    /// Fields with values of this record, and how many they had before.
    touched: Vec<(usize, usize)>,
    /// Some of this record was given out.
    flushed: bool,
    row: u64,
    first_row: u64,
    size: usize,
    done: bool,
    bad: u64,
    reason: Option<Reason>,
    detail: Option<String>,
}

impl Json {
    /// One document (or several that follow each other), read from `at` on, behind the byte-order mark.
    pub(super) fn document(at: u64, options: &Options) -> Self {
        Self::new(at, options, false, Mode::Structure, u64::MAX)
    }

    /// The lines that begin in `own`, read from the byte before it on, or from its start where that is the start of the object.
    pub(super) fn lines(at: u64, own: &Range<u64>, options: &Options) -> Self {
        Self::new(at, options, true, if at < own.start { Mode::Seek } else { Mode::Structure }, own.end)
    }

    fn new(at: u64, options: &Options, lines: bool, mode: Mode, end: u64) -> Self {
        Self {
            lines,
            end,
            max_field: usize::try_from(options.max_field.clamp(1, 1 << 30)).unwrap_or(1 << 30),
            max_depth: options.max_depth as usize,
            mode,
            expect: Expect::Root,
            stack: Vec::new(),
            indices: Vec::new(),
            paths: Paths::new(PathKind::Record),
            base: at,
            token: at,
            raw: Vec::new(),
            escaped: false,
            backslash: false,
            first: false,
            rooted: false,
            record: at,
            kept: Vec::new(),
            touched: Vec::new(),
            flushed: false,
            row: 0,
            first_row: 0,
            size: 0,
            done: false,
            bad: 0,
            reason: None,
            detail: None,
        }
    }

    fn scan(&mut self, window: &Bytes, out: &mut Out<'_>) {
        let mut i = 0;
        while i < window.len() && !self.done {
            i = match self.mode {
                Mode::Seek => self.seek(window, i),
                Mode::Structure => self.structure(window, i, out),
                Mode::String { key } => self.string(window, i, key, out),
                Mode::Word => self.word(window, i, out),
                Mode::Text => self.text(window, i, out),
            };
        }
        self.keep(window);
        self.base += window.len() as u64;
    }

    fn seek(&mut self, window: &Bytes, i: usize) -> usize {
        let Some(end) = memchr::memchr(b'\n', &window[i..]) else { return window.len() };
        self.mode = Mode::Structure;
        self.done = self.base + (i + end) as u64 + 1 >= self.end;
        i + end + 1
    }

    fn structure(&mut self, window: &Bytes, mut i: usize, out: &mut Out<'_>) -> usize {
        while i < window.len() {
            let byte = window[i];
            match byte {
                b'\n' if self.lines => {
                    match self.expect {
                        Expect::LineEnd => self.end_record(out),
                        Expect::Root => {}
                        _ => return self.fail(window, i, out),
                    }
                    if self.base + i as u64 + 1 >= self.end {
                        self.done = true;
                        return window.len();
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'"' if matches!(self.expect, Expect::Root | Expect::Value | Expect::Member | Expect::Key) => {
                    let key = self.expect == Expect::Key;
                    self.begin(i);
                    self.token += 1;
                    self.mode = Mode::String { key };
                    return self.string(window, i + 1, key, out);
                }
                b':' if self.expect == Expect::Colon => self.expect = Expect::Member,
                b',' if self.expect == Expect::After => self.comma(),
                b'{' | b'[' if matches!(self.expect, Expect::Root | Expect::Value | Expect::Member) => {
                    if self.stack.len() >= self.max_depth {
                        self.note(Reason::JsonNestingLevelOverLimit, "deeper than the limit; the rest is read as text");
                        self.token = self.base + i as u64;
                        return self.give_up(window, i, false, out);
                    }
                    self.begin(i);
                    self.open(byte);
                }
                b'}' | b']' if self.closes(byte) => self.close(out),
                b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' if matches!(self.expect, Expect::Root | Expect::Value | Expect::Member) => {
                    self.begin(i);
                    self.mode = Mode::Word;
                    return self.word(window, i, out);
                }
                _ => {
                    if self.expect == Expect::Root {
                        self.start_record(self.base + i as u64);
                    }
                    return self.fail(window, i, out);
                }
            }
            i += 1;
        }
        i
    }

    /// A value or key begins.
    fn begin(&mut self, i: usize) {
        self.token = self.base + i as u64;
        let element = self.expect == Expect::Value && self.stack.len() == 1 && self.stack[0].kind == Kind::RootArray;
        if self.expect == Expect::Root || element {
            self.first = !self.rooted;
            self.rooted = true;
            self.start_record(self.token);
        }
    }

    fn start_record(&mut self, at: u64) {
        self.record = at;
        self.kept.clear();
        self.touched.clear();
        self.flushed = false;
    }

    fn open(&mut self, byte: u8) {
        let node = self.stack.last().map_or(0, |frame| frame.value);
        if byte == b'{' {
            self.stack.push(Frame { kind: Kind::Object, node, value: node, hint: 0 });
            self.expect = Expect::Key;
            return;
        }
        self.expect = Expect::Value;
        if self.stack.is_empty() && !self.lines && self.first {
            self.paths = Paths::new(PathKind::RootArray);
            self.stack.push(Frame { kind: Kind::RootArray, node: 0, value: 0, hint: 0 });
            return;
        }
        let value = self.paths.element(node);
        self.indices.push(0);
        self.stack.push(Frame { kind: Kind::Array, node, value, hint: 0 });
    }

    fn closes(&self, byte: u8) -> bool {
        let Some(frame) = self.stack.last() else { return false };
        match (frame.kind, byte) {
            (Kind::Object, b'}') => matches!(self.expect, Expect::Key | Expect::After),
            (Kind::Array | Kind::RootArray, b']') => matches!(self.expect, Expect::Value | Expect::After),
            _ => false,
        }
    }

    fn close(&mut self, out: &mut Out<'_>) {
        match self.stack.pop().map(|frame| frame.kind) {
            Some(Kind::RootArray) => {
                // What follows a root array is no element of it.
                self.flush(self.row, out);
                self.paths = Paths::new(PathKind::Record);
                self.expect = Expect::Root;
                return;
            }
            Some(Kind::Array) => {
                self.indices.pop();
            }
            _ => {}
        }
        self.value_ends(out);
    }

    fn comma(&mut self) {
        match self.stack.last().map(|frame| frame.kind) {
            Some(Kind::Object) => self.expect = Expect::Key,
            Some(Kind::Array) => {
                if let Some(index) = self.indices.last_mut() {
                    *index = index.saturating_add(1);
                }
                self.expect = Expect::Value;
            }
            _ => self.expect = Expect::Value,
        }
    }

    fn value_ends(&mut self, out: &mut Out<'_>) {
        match self.stack.last().map(|frame| frame.kind) {
            None if self.lines => self.expect = Expect::LineEnd,
            None => self.end_record(out),
            Some(Kind::RootArray) => {
                self.end_record(out);
                self.expect = Expect::After;
            }
            Some(_) => {
                self.expect = Expect::After;
                if self.size >= RECORD_BATCH {
                    self.flush(self.row + 1, out);
                    self.flushed = true;
                    self.touched.clear();
                }
            }
        }
    }

    fn end_record(&mut self, out: &mut Out<'_>) {
        self.row += 1;
        self.expect = Expect::Root;
        self.kept.clear();
        if self.size >= BATCH || self.row - self.first_row >= 1 << 16 {
            self.flush(self.row, out);
        }
    }

    /// Gives out what was collected; `next` is the row behind it.
    fn flush(&mut self, next: u64, out: &mut Out<'_>) {
        let columns: Vec<_> = self.paths.fields.iter_mut().filter_map(|field| field.leaf.take(&field.name, Escape::Json)).collect();
        if !columns.is_empty() {
            out(Chunk::Columns(Columns { first_row: self.first_row, rows: next - self.first_row, columns }));
        }
        self.first_row = self.row;
        self.size = 0;
    }

    fn note(&mut self, reason: Reason, detail: &str) {
        if self.reason.is_none() {
            self.reason = Some(reason);
            self.detail = Some(detail.to_owned());
        }
    }
}

impl Stream for Json {
    fn push(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        self.scan(&bytes, out);
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        let none = Bytes::new();
        if self.mode == Mode::Word {
            self.word_ends(&none, 0, &[], out);
        }
        if self.mode == Mode::Structure && self.expect == Expect::LineEnd {
            self.end_record(out);
        }
        let between = self.stack.is_empty() && self.expect == Expect::Root;
        if matches!(self.mode, Mode::String { .. }) || (self.mode == Mode::Structure && !between) {
            self.fail(&none, 0, out);
        }
        if self.mode == Mode::Text {
            self.end_text(none, out);
        }
        self.flush(self.row, out);
    }

    fn done(&self) -> bool {
        self.done
    }

    fn report(&self) -> Report {
        let bad = (self.lines && self.bad > 0).then(|| format!("{} malformed lines were read as text", self.bad));
        Report { reason: self.reason, detail: bad.or_else(|| self.detail.clone()), rows: Some(self.row), ..Report::default() }
    }
}

/// Whether `word` is a number as JSON writes them.
pub(super) fn is_number(word: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let [b'.', fraction @ ..] = rest {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', digits @ ..] => digits,
            all => all,
        };
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}
