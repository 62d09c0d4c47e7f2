//! Consecutive bytes in, chunks out: what all formats but the columnar ones are, and the windows they are fed from.

use std::{fmt::Debug, ops::Range, sync::Arc};

use bytes::Bytes;

use super::{Chunk, Demand, Extractor, Outcome, Piece, Sink};
use crate::Reason;

/// Where a stream puts its chunks.
pub(super) type Out<'a> = dyn FnMut(Chunk) + 'a;

/// Makes chunks out of consecutive bytes, cut anywhere; how they are cut changes no value and no place.
pub(super) trait Stream: Send + Debug {
    /// The next bytes.
    fn push(&mut self, bytes: Bytes, out: &mut Out<'_>);
    /// There are no more bytes.
    fn finish(&mut self, out: &mut Out<'_>);
    /// Whether it wants no more bytes.
    fn done(&self) -> bool;
    /// What was read so far.
    fn report(&self) -> Report;
}

/// What a stream says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Why not all was read as it should be.
    pub(super) reason: Option<Reason>,
    /// Nothing was read.
    pub(super) skipped: bool,
    /// More for people.
    pub(super) detail: Option<String>,
    /// Rows, where there are rows.
    pub(super) rows: Option<u64>,
    /// Bytes after decompression, where that is not what was fed.
    pub(super) bytes: Option<u64>,
}

/// Feeds a stream window by window.
#[derive(Debug)]
pub(super) struct Windows {
    stream: Box<dyn Stream>,
    next: u64,
    end: u64,
    own: Range<u64>,
    window: u64,
    bytes: u64,
    finished: bool,
}

impl Windows {
    /// Reads `read` of the object; bytes in `own` count as this part's.
    pub(super) fn new(stream: Box<dyn Stream>, read: Range<u64>, own: Range<u64>, window: u64) -> Self {
        Self { stream, next: read.start, end: read.end, own, window: window.max(1), bytes: 0, finished: false }
    }
}

impl Extractor for Windows {
    fn demand(&mut self) -> Demand {
        if self.finished {
            return Demand::Done;
        }
        let wanted = self.next..self.next.saturating_add(self.window).min(self.end).max(self.next);
        Demand::Ranges([wanted].into())
    }

    fn feed(&mut self, pieces: Vec<Piece>, sink: &mut dyn Sink) {
        let mut out = |chunk| sink.chunk(None, chunk);
        for mut piece in pieces {
            if self.finished {
                return;
            }
            let wanted = self.window.min(self.end - self.next);
            piece.bytes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
            let len = piece.bytes.len() as u64;
            let fed = self.next..self.next + len;
            self.bytes += fed.end.min(self.own.end).saturating_sub(fed.start.max(self.own.start));
            self.next = fed.end;
            if len > 0 {
                self.stream.push(piece.bytes, &mut out);
            }
            if len < wanted || self.next >= self.end || self.stream.done() {
                self.stream.finish(&mut out);
                self.finished = true;
            }
        }
    }

    fn outcome(&mut self) -> Vec<Outcome> {
        let report = self.stream.report();
        vec![outcome(report, self.bytes)]
    }
}

/// The outcome of the object itself.
pub(super) fn outcome(report: Report, bytes: u64) -> Outcome {
    let bytes = if report.skipped { 0 } else { report.bytes.unwrap_or(bytes) };
    Outcome { member: None, reason: report.reason, skipped: report.skipped, detail: report.detail, rows: report.rows, bytes }
}

/// What has nothing to read.
#[derive(Debug)]
pub(super) struct Nothing(pub(super) Report);

impl Extractor for Nothing {
    fn demand(&mut self) -> Demand {
        Demand::Done
    }

    fn feed(&mut self, _: Vec<Piece>, _: &mut dyn Sink) {}

    fn outcome(&mut self) -> Vec<Outcome> {
        vec![outcome(self.0.clone(), 0)]
    }
}

/// A name for the field of a column: control characters replaced, at most `limit` bytes.
pub(super) fn name(text: &[u8], limit: usize) -> Arc<str> {
    let text = String::from_utf8_lossy(&text[..text.len().min(limit)]);
    let clean: String = text.trim().chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    clean.into()
}

/// A key as part of a field's name: control characters replaced, nothing else changed.
pub(crate) fn key(text: &[u8]) -> Arc<str> {
    let clean: String = String::from_utf8_lossy(text).chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    clean.into()
}
