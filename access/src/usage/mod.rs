//! Who used what: audit logs read record by record, and nothing kept of them but who, what, with which access, when first and last, and how often.
//!
//! A log says only what it records. What it was seen to record is kept beside the uses ([`Usage::recorded`]): that somebody did *not* use something can be
//! said of that alone. CloudTrail without data events says nothing of objects that were read.
//!
//! ```
//! use sonde_access::usage::{Access, Log, Usage};
//! let mut usage = Usage::default();
//! let mut log = Log::cloud_trail();
//! log.feed(br#"{"Records": [{"eventTime": "2026-01-02T03:04:05Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventCategory": "Data",
//!   "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana"}, "requestParameters": {"bucketName": "data"}}]}"#, &mut usage);
//! log.end(&mut usage);
//! let (who, what, access, seen) = usage.uses().next().unwrap();
//! assert_eq!((who, what, access, seen.count), ("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::data", Access::Read, 1));
//! ```

mod cloudtrail;
mod postgres;
mod records;
mod selectors;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use postgres::{Prefix, PrefixError};
pub use selectors::{Selected, selectors};

/// Uses that are kept at most; of a log with more, nothing is said to be recorded.
const MAX_USES: usize = 500_000;
/// Faults that are told one by one.
const FAULTS_TOLD: usize = 20;
/// Longest name that is kept, bytes.
const LONGEST_NAME: usize = 2048;

/// What was done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Data were read.
    Read,
    /// Data were written or deleted.
    Write,
    /// It was listed.
    List,
    /// Who may do what was changed, or its definition.
    Admin,
    /// A role was assumed.
    Assume,
}

impl Access {
    /// As it is stored and printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::List => "list",
            Self::Admin => "admin",
            Self::Assume => "assume",
        }
    }
}

/// A time from first to last, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
}

impl Span {
    fn at(time: i64) -> Self {
        Self { first: time, last: time }
    }

    fn and(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// Uses of one resource by one principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub span: Span,
    /// How often.
    pub count: u64,
}

type Key = (Arc<str>, Arc<str>, Access);

/// What logs said. Order does not matter: of records, files, or of what is merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    names: BTreeSet<Arc<str>>,
    uses: BTreeMap<Key, Seen>,
    recorded: BTreeMap<(Arc<str>, Access), Span>,
    period: Option<Span>,
    days: BTreeSet<i64>,
    full: bool,
    /// Records that were understood.
    pub records: u64,
    /// Of these, refused: nothing was used.
    pub denied: u64,
    /// Of these, uses by callers that the log does not name.
    pub unnamed: u64,
    /// Audit lines of time zones that are not known, taken for UTC.
    pub zones: u64,
    /// Lines or records that were not understood.
    pub faults: u64,
    told: BTreeSet<String>,
}

impl Usage {
    /// Uses in order: principal, resource, access.
    pub fn uses(&self) -> impl Iterator<Item = (&str, &str, Access, Seen)> {
        self.uses.iter().map(|((who, what, access), seen)| (&**who, &**what, *access, *seen))
    }

    /// What the log records, and since when it is seen to, until its end: of a resource (a bucket, a database, a table), or of `account:ID` as a whole.
    /// Nothing where there was more than can be kept.
    pub fn recorded(&self) -> impl Iterator<Item = (&str, Access, Span)> {
        let last = self.period.map_or(i64::MIN, |period| period.last);
        let all = self.recorded.iter().filter(|_| !self.full);
        all.map(move |((what, access), span)| (&**what, *access, Span { first: span.first, last: span.last.max(last) }))
    }

    /// From the first record to the last.
    #[must_use]
    pub fn period(&self) -> Option<Span> {
        self.period
    }

    /// Days (since 1970-01-01, UTC) of which there is a record.
    pub fn days(&self) -> impl Iterator<Item = i64> {
        self.days.iter().copied()
    }

    /// Whether there was more than can be kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The first faults in words, each once: never what the log says.
    pub fn told(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(String::as_str)
    }

    /// Adds what another one has.
    pub fn merge(&mut self, other: Self) {
        for ((who, what, access), seen) in other.uses {
            self.add(&who, &what, access, seen);
        }
        for ((what, access), span) in other.recorded {
            self.record(&what, access, span);
        }
        self.period = joined(self.period, other.period);
        self.days.extend(other.days);
        self.full |= other.full;
        self.records += other.records;
        self.denied += other.denied;
        self.unnamed += other.unnamed;
        self.zones += other.zones;
        self.faults += other.faults;
        other.told.into_iter().for_each(|what| self.tell(what));
    }

    /// A record was understood.
    fn read(&mut self, time: i64) {
        self.records += 1;
        self.period = joined(self.period, Some(Span::at(time)));
        self.days.insert(time.div_euclid(86_400));
    }

    fn used(&mut self, who: &str, what: &str, access: Access, time: i64) {
        self.add(who, what, access, Seen { span: Span::at(time), count: 1 });
    }

    fn logs(&mut self, what: &str, access: Access, time: i64) {
        self.record(what, access, Span::at(time));
    }

    /// Something was not understood: what kind of thing.
    fn fault(&mut self, what: &str) {
        self.faults += 1;
        self.tell(what.to_owned());
    }

    fn tell(&mut self, what: String) {
        self.told.insert(what);
        if self.told.len() > FAULTS_TOLD {
            self.told.pop_last();
        }
    }

    fn add(&mut self, who: &str, what: &str, access: Access, seen: Seen) {
        let Some((who, what)) = self.name(who).zip(self.name(what)) else { return };
        let room = self.uses.len() < MAX_USES;
        match self.uses.entry((who, what, access)) {
            std::collections::btree_map::Entry::Occupied(mut known) => {
                let known = known.get_mut();
                *known = Seen { span: known.span.and(seen.span), count: known.count.saturating_add(seen.count) };
            }
            std::collections::btree_map::Entry::Vacant(place) if room => drop(place.insert(seen)),
            std::collections::btree_map::Entry::Vacant(_) => self.full = true,
        }
    }

    fn record(&mut self, what: &str, access: Access, span: Span) {
        let Some(what) = self.name(what) else { return };
        if self.recorded.len() >= MAX_USES {
            self.full = true;
            return;
        }
        self.recorded.entry((what, access)).and_modify(|known| *known = known.and(span)).or_insert(span);
    }

    /// A name, once in memory however often it is said.
    fn name(&mut self, name: &str) -> Option<Arc<str>> {
        if name.len() > LONGEST_NAME {
            self.fault("a name of more than 2,048 bytes");
            return None;
        }
        if let Some(known) = self.names.get(name) {
            return Some(Arc::clone(known));
        }
        // Names are of uses, of which there are only so many.
        if self.names.len() >= 2 * MAX_USES {
            self.full = true;
            return None;
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        Some(name)
    }

    /// After the last file: takes reads of "some table" of a database away from those of whom tables are known. What is left of them is statements without
    /// a table (`SELECT 1`).
    pub fn settle(&mut self) {
        let parent = |table: &str| table.rsplitn(3, '/').nth(2).map(str::to_owned);
        let is_table = |what: &str| what.strip_prefix("postgres://").is_some_and(|rest| rest.split('/').count() == 4);
        let named: BTreeSet<(Arc<str>, String)> = self
            .uses
            .keys()
            .filter(|(_, what, access)| *access == Access::Read && is_table(what))
            .filter_map(|(who, what, _)| Some((Arc::clone(who), parent(what)?)))
            .collect();
        self.uses.retain(|(who, what, access), _| *access != Access::Read || is_table(what) || !named.contains(&(Arc::clone(who), what.to_string())));
    }
}

fn joined(a: Option<Span>, b: Option<Span>) -> Option<Span> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.and(b)),
        (one, other) => one.or(other),
    }
}

/// Reads one file of a log, in pieces cut anywhere.
#[derive(Debug)]
pub struct Log {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    CloudTrail(records::Records),
    Postgres(Box<postgres::Lines>),
}

impl Log {
    /// CloudTrail: files of trails (`{"Records": […]}`), what `aws cloudtrail lookup-events` prints, lists of records, or one record a line.
    #[must_use]
    pub fn cloud_trail() -> Self {
        Self { kind: Kind::CloudTrail(records::Records::default()) }
    }

    /// A log of Postgres with lines of pgaudit: as `stderr` with this prefix, `csvlog` or `jsonlog`, told by their beginning. `server`: `host:port`, as URIs
    /// have it; resources are `postgres://SERVER/DATABASE/SCHEMA/TABLE`.
    #[must_use]
    pub fn postgres(server: &str, prefix: Prefix) -> Self {
        Self { kind: Kind::Postgres(Box::new(postgres::Lines::new(server, prefix))) }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8], usage: &mut Usage) {
        match &mut self.kind {
            Kind::CloudTrail(records) => records.feed(bytes, &mut |record| cloudtrail::record(record, usage)),
            Kind::Postgres(lines) => lines.feed(bytes, usage),
        }
    }

    /// There are no more.
    pub fn end(self, usage: &mut Usage) {
        match self.kind {
            Kind::CloudTrail(records) => records.end(&mut |record| cloudtrail::record(record, usage)),
            Kind::Postgres(lines) => lines.end(usage),
        }
    }
}
