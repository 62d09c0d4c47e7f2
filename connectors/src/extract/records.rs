//! JSON texts that stand in the rows of a table, one for each row.

use bytes::Bytes;

use super::{Chunk, Columns, Options, json::Json, stream::Stream};
use crate::Reason;

/// Takes the JSON texts of one column apart. Rows are counted through all batches.
#[derive(Debug)]
pub(crate) struct Records {
    json: Json,
    /// Bytes and rows before the batch.
    at: u64,
    row: u64,
}

impl Records {
    pub(crate) fn new(options: &Options) -> Self {
        Self { json: Json::lines(0, &(0..u64::MAX), options), at: 0, row: 0 }
    }

    /// Takes a batch of whole lines, none of them empty; after the `last` there are no more. Columns go to `out`; what is no JSON, or too deep, goes to
    /// `odd` with its row.
    pub(crate) fn push(&mut self, lines: Bytes, last: bool, out: &mut dyn FnMut(Columns), odd: &mut dyn FnMut(u64, &[u8])) {
        let ends: Vec<u64> = memchr::memchr_iter(b'\n', &lines).map(|end| self.at + end as u64).collect();
        let first = self.row;
        self.at += lines.len() as u64;
        self.row += ends.len() as u64;
        let mut give = |chunk| match chunk {
            Chunk::Columns(columns) => out(columns),
            Chunk::Text(text) => {
                let row = first + ends.partition_point(|end| *end < text.at) as u64;
                // A long text comes in pieces, all of one row.
                if !text.bytes.is_empty() {
                    odd(row, &text.bytes);
                }
            }
        };
        if !lines.is_empty() {
            self.json.push(lines, &mut give);
        }
        if last {
            self.json.finish(&mut give);
        }
    }

    /// Why not all was read as JSON.
    pub(crate) fn note(&self) -> Option<(Reason, String)> {
        let report = self.json.report();
        Some((report.reason?, report.detail.unwrap_or_default()))
    }
}
