//! Listings made into splits: the smallest pieces read, retried and recorded.

use serde::{Deserialize, Serialize};
use sonde_connectors::{Listed, Object, Reason, extract::Part};

/// Small neighbours are packed up to this many bytes …
pub const PACK_BYTES: u64 = 128 << 20;
/// … or this many objects.
pub const PACK_OBJECTS: usize = 1_000;

/// A unit of work as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Number of the source in the run.
    pub source: usize,
    /// What is to be done, in key order.
    pub work: Vec<Work>,
}

/// One object, or one part of it, of a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// To be opened and read; when it turns out to be large, its later parts become splits of their own.
    Read(Object),
    /// A later part of an object that was opened before.
    Part {
        /// The object.
        object: Object,
        /// Which part, from 0.
        index: u32,
        /// Of how many.
        parts: u32,
        /// Its extent.
        part: Part,
    },
    /// Seen and not to be read.
    Skip {
        /// The object.
        object: Object,
        /// Why.
        reason: Reason,
        /// More for people.
        detail: Option<String>,
    },
}

impl Work {
    /// The object it is about.
    #[must_use]
    pub fn object(&self) -> &Object {
        match self {
            Work::Read(object) | Work::Part { object, .. } | Work::Skip { object, .. } => object,
        }
    }
}

impl Split {
    /// Bytes listed for what begins in this split.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.work.iter().map(|w| if matches!(w, Work::Part { .. }) { 0 } else { w.object().size }).sum()
    }
}

/// Packs neighbours of one source into splits.
#[derive(Debug, Default)]
pub struct Packer {
    source: usize,
    work: Vec<Work>,
    bytes: u64,
    limit: u64,
}

impl Packer {
    /// A packer for the source with this number; `limit` bytes a split.
    #[must_use]
    pub fn new(source: usize, limit: u64) -> Self {
        Self { source, limit, ..Self::default() }
    }

    /// Adds one listed object; gives a split when one is full.
    pub fn push(&mut self, listed: Listed) -> Option<Split> {
        let work = match listed {
            Listed::Object(object) => {
                self.bytes += object.size;
                Work::Read(object)
            }
            Listed::Skipped { object, reason, detail } => Work::Skip { object, reason, detail },
        };
        self.work.push(work);
        if self.bytes >= self.limit || self.work.len() >= PACK_OBJECTS { self.flush() } else { None }
    }

    /// Gives what is left.
    pub fn flush(&mut self) -> Option<Split> {
        self.bytes = 0;
        (!self.work.is_empty()).then(|| Split { source: self.source, work: std::mem::take(&mut self.work) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, size: u64) -> Object {
        Object {
            key: key.into(),
            locator: key.as_bytes().to_vec(),
            dataset: "file:///d/".into(),
            size,
            version: String::new(),
            modified_ms: None,
            storage_class: None,
        }
    }

    #[test]
    fn packs_by_bytes_and_loses_nothing() {
        let mut packer = Packer::new(3, 100);
        let sizes = [10, 80, 9, 1, 500, 0, 0, 7];
        let mut splits: Vec<Split> =
            sizes.iter().enumerate().filter_map(|(i, &s)| packer.push(Listed::Object(object(&format!("k{i}"), s)))).collect();
        splits.extend(packer.flush());
        let keys: Vec<_> = splits.iter().map(|s| s.work.iter().map(|w| w.object().key.as_str()).collect::<Vec<_>>()).collect();
        assert_eq!(keys, [vec!["k0", "k1", "k2", "k3"], vec!["k4"], vec!["k5", "k6", "k7"]]);
        assert_eq!(splits.iter().map(Split::bytes).sum::<u64>(), sizes.iter().sum::<u64>());
        assert!(splits.iter().all(|s| s.source == 3));
        assert_eq!(packer.flush(), None);
    }

    #[test]
    fn packs_by_count() {
        let mut packer = Packer::new(0, PACK_BYTES);
        let full = (0..PACK_OBJECTS).filter_map(|i| packer.push(Listed::Object(object(&format!("{i}"), 0)))).count();
        assert_eq!(full, 1);
    }
}
