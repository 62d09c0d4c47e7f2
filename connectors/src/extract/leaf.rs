//! Values of one leaf field being collected.

use std::sync::Arc;

use arrow_array::BinaryArray;
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use bytes::Bytes;

use super::{Column, Escape, PathKind, Places, Step};

/// Rows without a value are filled up with nulls as long as there are no more of them at once; else the column lists its rows.
const MAX_PADDING: usize = 16;

/// What a leaf is called and how its values are found.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) field: Arc<str>,
    pub(super) number: Option<u32>,
    pub(super) path: PathKind,
    pub(super) steps: Arc<[Step]>,
    pub(super) stride: usize,
}

/// The values collected since the last batch. The value being read is the tail of `data` behind the last offset.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) data: Vec<u8>,
    offsets: Vec<i32>,
    starts: Vec<u64>,
    ends: Vec<u64>,
    rows: Option<Vec<u32>>,
    nulls: NullBufferBuilder,
    indices: Vec<u32>,
    encoded: Vec<(u32, Bytes)>,
}

impl Leaf {
    pub(super) fn new() -> Self {
        Self {
            data: Vec::new(),
            offsets: vec![0],
            starts: Vec::new(),
            ends: Vec::new(),
            rows: None,
            nulls: NullBufferBuilder::new(0),
            indices: Vec::new(),
            encoded: Vec::new(),
        }
    }

    /// Number of values, padding included.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The value being read.
    pub(super) fn open(&self) -> &[u8] {
        &self.data[self.begin()..]
    }

    /// Gives the value being read back.
    pub(super) fn discard(&mut self) {
        self.data.truncate(self.begin());
    }

    fn begin(&self) -> usize {
        usize::try_from(self.offsets[self.offsets.len() - 1]).unwrap_or(0)
    }

    /// Ends the value being read.
    pub(super) fn close(&mut self, row: u32, start: u64, end: u64, indices: &[u32]) {
        self.locate(row, indices);
        self.end(start, end);
        self.nulls.append_non_null();
    }

    /// Ends the value being read, whose escaped form is `escaped`.
    pub(super) fn close_escaped(&mut self, row: u32, start: u64, end: u64, indices: &[u32], escaped: &[u8]) {
        self.close(row, start, end, indices);
        self.encoded.push(((self.len() - 1) as u32, Bytes::copy_from_slice(escaped)));
    }

    /// A null.
    pub(super) fn null(&mut self, row: u32, at: u64, indices: &[u32]) {
        self.discard();
        self.locate(row, indices);
        self.end(at, at);
        self.nulls.append_null();
    }

    fn end(&mut self, start: u64, end: u64) {
        // A batch is flushed long before its data reach 2 GiB.
        self.offsets.push(i32::try_from(self.data.len()).unwrap_or(i32::MAX));
        self.starts.push(start);
        self.ends.push(end);
    }

    fn locate(&mut self, row: u32, indices: &[u32]) {
        self.indices.extend_from_slice(indices);
        let len = self.starts.len();
        if let Some(rows) = &mut self.rows {
            rows.push(row);
            return;
        }
        match (row as usize).checked_sub(len) {
            Some(0) => {}
            Some(gap) if gap <= MAX_PADDING && indices.is_empty() => self.pad(gap),
            _ => {
                let mut rows: Vec<u32> = (0..len as u32).collect();
                rows.push(row);
                self.rows = Some(rows);
            }
        }
    }

    fn pad(&mut self, gap: usize) {
        let begin = self.offsets[self.offsets.len() - 1];
        let len = self.starts.len() + gap;
        self.offsets.resize(len + 1, begin);
        self.starts.resize(len, 0);
        self.ends.resize(len, 0);
        self.nulls.append_n_nulls(gap);
    }

    /// Takes back all values from number `len` on.
    pub(super) fn truncate(&mut self, len: usize, stride: usize) {
        if len >= self.len() {
            return;
        }
        self.offsets.truncate(len + 1);
        self.data.truncate(self.begin());
        self.starts.truncate(len);
        self.ends.truncate(len);
        self.nulls.truncate(len);
        self.indices.truncate(len * stride);
        if let Some(rows) = &mut self.rows {
            rows.truncate(len);
        }
        let kept = self.encoded.partition_point(|(i, _)| (*i as usize) < len);
        self.encoded.truncate(kept);
    }

    /// The column of what was collected; the value being read stays. `None`: no values.
    pub(super) fn take(&mut self, name: &Name, escape: Escape) -> Option<Column> {
        if self.starts.is_empty() {
            return None;
        }
        let open = self.open().to_vec();
        self.discard();
        let len = self.len();
        let size = self.data.len();
        let data = std::mem::replace(&mut self.data, Vec::with_capacity((size + open.len()).min(1 << 20)));
        self.data.extend_from_slice(&open);
        let mut offsets = Vec::with_capacity(len + 1);
        offsets.push(0);
        let offsets = std::mem::replace(&mut self.offsets, offsets);
        let values = BinaryArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(data), self.nulls.finish());
        Some(Column {
            field: Arc::clone(&name.field),
            number: name.number,
            values: Arc::new(values),
            rows: self.rows.take(),
            indices: std::mem::take(&mut self.indices),
            stride: name.stride,
            path: name.path,
            steps: Arc::clone(&name.steps),
            places: Some(Places {
                starts: std::mem::replace(&mut self.starts, Vec::with_capacity(len)),
                ends: std::mem::replace(&mut self.ends, Vec::with_capacity(len)),
                encoded: std::mem::take(&mut self.encoded),
                escape,
                encoding: encoding_rs::UTF_8.name(),
            }),
        })
    }
}
