//! Text as it is: no copy, no decoding.

use std::ops::Range;

use bytes::Bytes;

use super::{
    Chunk, Text,
    stream::{Out, Report, Stream},
};

/// Gives its bytes out untouched.
#[derive(Debug)]
pub(super) struct Plain {
    at: u64,
    encoding: &'static str,
    own: Range<u64>,
}

impl Plain {
    /// A text that is read from `at` on.
    pub(super) fn new(at: u64, encoding: &'static str, own: Range<u64>) -> Self {
        Self { at, encoding, own }
    }

    fn text(&mut self, bytes: Bytes, last: bool) -> Chunk {
        let at = self.at;
        self.at += bytes.len() as u64;
        Chunk::Text(Text { bytes, at, encoding: self.encoding, own: self.own.clone(), last })
    }
}

impl Stream for Plain {
    fn push(&mut self, bytes: Bytes, out: &mut Out<'_>) {
        out(self.text(bytes, false));
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        out(self.text(Bytes::new(), true));
    }

    fn done(&self) -> bool {
        false
    }

    fn report(&self) -> Report {
        Report::default()
    }
}

/// What a part of a text reads: `margin` more on both sides, on whole code units.
pub(super) fn reach(own: &Range<u64>, size: u64, margin: u64, encoding: &str) -> Range<u64> {
    let unit = if encoding.starts_with("UTF-16") { 2 } else { 1 };
    let start = own.start.saturating_sub(margin);
    start - start % unit..own.end.saturating_add(margin.next_multiple_of(unit)).min(size)
}
