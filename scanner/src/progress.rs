//! Counters of a running scan, for whoever watches.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use sonde_connectors::Listed;

use crate::record::{SplitRecord, State};

/// Counts that only grow.
#[derive(Debug, Default)]
pub struct Progress {
    /// Objects listed.
    pub objects_listed: AtomicU64,
    /// Bytes listed.
    pub bytes_listed: AtomicU64,
    /// Of these, bytes that are to be read.
    pub bytes_wanted: AtomicU64,
    /// Whether listing has ended.
    pub all_listed: AtomicBool,
    /// Bytes fetched.
    pub bytes_read: AtomicU64,
    /// Bytes that went through the engine, after decompression.
    pub bytes_classified: AtomicU64,
    /// Objects recorded (the first part of large ones).
    pub objects_done: AtomicU64,
    /// Occurrences recorded that are credible by themselves.
    pub occurrences: AtomicU64,
    /// Objects or members read in part or not at all because of an error.
    pub errors: AtomicU64,
}

/// What one record adds once it is committed.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    objects: u64,
    occurrences: u64,
    errors: u64,
}

impl Progress {
    /// Counts a listed object.
    pub fn listed(&self, listed: &Listed) {
        let (object, wanted) = match listed {
            Listed::Object(object) => (object, object.size),
            Listed::Skipped { object, .. } => (object, 0),
        };
        self.objects_listed.fetch_add(1, Relaxed);
        self.bytes_listed.fetch_add(object.size, Relaxed);
        self.bytes_wanted.fetch_add(wanted, Relaxed);
    }

    /// Counts fetched bytes.
    pub fn read(&self, bytes: u64) {
        self.bytes_read.fetch_add(bytes, Relaxed);
    }

    /// Counts classified bytes.
    pub fn classified(&self, bytes: u64) {
        self.bytes_classified.fetch_add(bytes, Relaxed);
    }

    /// What `record` will add.
    #[must_use]
    pub fn tally(&self, record: &SplitRecord) -> Added {
        let coverage = || record.parts.iter().flat_map(|p| &p.coverage);
        Added {
            objects: record.parts.iter().filter(|p| p.part == 0).count() as u64,
            occurrences: record.parts.iter().flat_map(|p| &p.findings).map(|f| f.tally.inside + f.tally.whole).sum(),
            errors: coverage()
                .filter(|c| matches!(c.state, State::Partial | State::Skipped) && c.reason.is_some_and(sonde_connectors::Reason::is_error))
                .count() as u64,
        }
    }

    /// Counts a committed record.
    pub fn committed(&self, added: &Added) {
        self.objects_done.fetch_add(added.objects, Relaxed);
        self.occurrences.fetch_add(added.occurrences, Relaxed);
        self.errors.fetch_add(added.errors, Relaxed);
    }
}
