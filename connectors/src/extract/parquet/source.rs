//! The bytes of some chunks, as the Parquet reader wants them.

use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut, buf::Reader};
use parquet::{
    errors::{ParquetError, Result},
    file::reader::{ChunkReader, Length},
};

use crate::extract::Piece;

/// Pieces of the file, sorted.
#[derive(Clone, Debug)]
pub(super) struct Source(Arc<Vec<Piece>>);

impl Source {
    pub(super) fn new(mut pieces: Vec<Piece>) -> Self {
        pieces.sort_by_key(|piece| piece.range.start);
        Self(Arc::new(pieces))
    }

    /// The pieces from `start` on that follow each other without a gap.
    fn from(&self, start: u64) -> impl Iterator<Item = Bytes> {
        let first = self.0.partition_point(|piece| piece.range.start <= start).saturating_sub(1);
        let mut at = start;
        self.0[first.min(self.0.len())..].iter().map_while(move |piece| {
            let skip = usize::try_from(at.checked_sub(piece.range.start)?).ok()?;
            let bytes = (skip < piece.bytes.len()).then(|| piece.bytes.slice(skip..))?;
            at += bytes.len() as u64;
            Some(bytes)
        })
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.0.last().map_or(0, |piece| piece.range.end)
    }
}

impl ChunkReader for Source {
    type T = Reader<Bytes>;

    /// Page headers are read so: the rest of one piece, or of two where the first is nearly at its end.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut pieces = self.from(start);
        let first = pieces.next().unwrap_or_default();
        if first.len() >= HEADER {
            return Ok(first.reader());
        }
        let mut all = BytesMut::from(&first[..]);
        for piece in pieces {
            let wanted = HEADER.saturating_sub(all.len());
            all.extend_from_slice(&piece[..piece.len().min(wanted)]);
            if all.len() >= HEADER {
                break;
            }
        }
        Ok(all.freeze().reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let missing = || ParquetError::EOF("bytes outside of the column chunks".into());
        let mut pieces = self.from(start);
        let first = pieces.next().ok_or_else(missing)?;
        if first.len() >= length {
            return Ok(first.slice(..length));
        }
        let mut all = BytesMut::from(&first[..]);
        for piece in pieces {
            all.extend_from_slice(&piece[..piece.len().min(length - all.len())]);
            if all.len() == length {
                return Ok(all.freeze());
            }
        }
        Err(missing())
    }
}

/// More than any page header takes: statistics in it are cut by writers.
const HEADER: usize = 1 << 20;
