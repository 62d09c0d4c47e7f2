//! One split read: objects opened, ranges fetched, chunks classified, everything recorded.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, future::join_all, stream};
use sonde_connectors::{
    Connector, Error, Object, Opened, Reason,
    extract::{Demand, Extractor, Format, Layout, Outcome, Part, Piece, Prepared},
};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::JoinHandle,
};

use crate::{
    bridge::Budget,
    pipeline::Scan,
    plan::{Split, Work},
    record::{Coverage, Extent, ObjectRef, PartRecord, SplitRecord, State},
    sample::How,
    tally::PartTally,
};

/// Objects of one split read at once: hides the latency of small ones.
const NEIGHBOURS: usize = 4;

/// A split, and what was learnt of its object when it is a later part.
#[derive(Debug)]
pub struct Assignment {
    /// What is to be read.
    pub split: Split,
    prepared: Option<Arc<dyn Prepared>>,
}

impl From<Split> for Assignment {
    fn from(split: Split) -> Self {
        Self { split, prepared: None }
    }
}

/// Reads splits.
#[derive(Clone, Debug)]
pub struct Reader {
    /// What the run shares.
    pub scan: Scan,
    /// Bytes in flight.
    pub budget: Budget,
    /// Where later parts of large objects go.
    pub later: mpsc::UnboundedSender<Assignment>,
}

/// How reading one part went.
#[derive(Debug, Default)]
struct Progressed {
    bytes: u64,
    /// Why it broke off, and words for people.
    broken: Option<(Reason, Option<String>)>,
    /// Why it ended early by choice.
    sampled: Option<(Reason, String)>,
}

impl Reader {
    /// Reads one split to its record. Cannot fail: what goes wrong is a coverage reason.
    pub async fn read(&self, split: u64, token: u64, assignment: Assignment) -> SplitRecord {
        let Assignment { split: Split { source, work }, prepared } = assignment;
        let parts = stream::iter(work).map(|work| self.object(source, work, prepared.clone())).buffered(NEIGHBOURS).collect().await;
        SplitRecord { split, token, parts }
    }

    async fn object(&self, source: usize, work: Work, prepared: Option<Arc<dyn Prepared>>) -> PartRecord {
        let connector = &self.scan.sources[source];
        let interrupted = *self.scan.stop.borrow();
        match work {
            Work::Skip { object, reason, detail } => skipped(connector.as_ref(), &object, reason, detail),
            Work::Read(object) if interrupted => skipped(connector.as_ref(), &object, Reason::Interrupted, None),
            Work::Read(object) => self.open_and_read(source, object).await,
            Work::Part { object, index, parts, part } => {
                let prepared = prepared.filter(|_| !interrupted);
                let Some(prepared) = prepared else {
                    let mut record = skipped(connector.as_ref(), &object, Reason::Interrupted, None);
                    (record.part, record.parts, record.coverage[0].bytes_listed) = (index, parts, 0);
                    return record;
                };
                self.part(connector, object, (index, parts, &part), prepared.as_ref()).await
            }
        }
    }

    async fn open_and_read(&self, source: usize, object: Object) -> PartRecord {
        let connector = &self.scan.sources[source];
        let (layout, prepared) = match self.open(connector, &object).await {
            Ok(Some(opened)) => opened,
            Ok(None) => {
                let sample = self.scan.settings.sample.map(|s| s.to_string());
                return skipped(connector.as_ref(), &object, Reason::SampledOut, sample);
            }
            Err((reason, detail)) => return skipped(connector.as_ref(), &object, reason, detail),
        };
        if layout.format == Format::Unsupported {
            return skipped(connector.as_ref(), &object, Reason::UnsupportedFileType, None);
        }
        let whole = layout.parts.len() == 1 || !self.samples_rows();
        let parts = if whole { self.cut(source, &object, &layout, &prepared) } else { 1 };
        let rows = layout.format == Format::Table;
        let mut record = self.part(connector, object, (0, parts, &layout.parts[0]), prepared.as_ref()).await;
        // Tables are sampled by their connector.
        let whole = whole && !(rows && self.samples_share());
        if let (false, Some(sample), State::Scanned) = (whole, self.scan.settings.sample, record.coverage[0].state) {
            let own = &mut record.coverage[0];
            (own.state, own.reason, own.detail) = (State::Sampled, Some(Reason::SampledOut), Some(sample.to_string()));
        }
        record
    }

    fn samples_rows(&self) -> bool {
        self.scan.settings.sample.is_some_and(|s| !matches!(s.how, How::Percent(_)))
    }

    fn samples_share(&self) -> bool {
        self.scan.settings.sample.is_some_and(|s| matches!(s.how, How::Percent(_)))
    }

    /// Sends the later parts on their way; gives the number of parts.
    fn cut(&self, source: usize, object: &Object, layout: &Layout, prepared: &Arc<dyn Prepared>) -> u32 {
        let parts = layout.parts.len() as u32;
        for (index, part) in (0..).zip(&layout.parts).skip(1) {
            let work = Work::Part { object: object.clone(), index, parts, part: part.clone() };
            let split = Split { source, work: vec![work] };
            // The receiver lives as long as any reader does.
            let _ = self.later.send(Assignment { split, prepared: Some(Arc::clone(prepared)) });
        }
        parts
    }

    /// What an object is. `None`: the sample leaves it out.
    async fn open(&self, connector: &Arc<dyn Connector>, object: &Object) -> Result<Option<(Layout, Arc<dyn Prepared>)>, (Reason, Option<String>)> {
        let mut opener = match connector.open(object, &self.scan.settings.extract).map_err(|e| told(&e))? {
            Opened::Rows(layout, prepared) => return Ok(Some((layout, prepared))),
            Opened::Bytes(_) if self.scan.settings.sample.is_some_and(|s| !s.takes(connector.uri(), &object.key)) => return Ok(None),
            Opened::Bytes(opener) => opener,
        };
        while let Demand::Ranges(ranges) = opener.demand() {
            let permit = self.budget.take(total(&ranges)).await;
            let pieces = fetch(connector, object, ranges).await.map_err(|e| told(&e))?;
            opener.feed(pieces);
            drop(permit);
        }
        Ok(Some(opener.layout()))
    }

    async fn part(
        &self,
        connector: &Arc<dyn Connector>,
        object: Object,
        (index, parts, part): (u32, u32, &Part),
        prepared: &dyn Prepared,
    ) -> PartRecord {
        let mut extractor = prepared.extractor(part);
        let by_rows = extractor.demand() == Demand::Next;
        let mut state = Some((extractor, PartTally::new(self.scan.lens.over(&object.key), index + 1 == parts)));
        let mut progressed =
            if by_rows { self.drain_rows(connector, &object, part, &mut state).await } else { self.drain(connector, &object, &mut state).await };
        let mut record = PartRecord {
            object: reference(connector.as_ref(), &object),
            part: index,
            parts,
            coverage: Vec::new(),
            extents: Vec::new(),
            findings: Vec::new(),
        };
        let Some((mut extractor, tally)) = state else {
            let broken = Progressed { broken: Some((Reason::UnableToParseFile, Some("the parser failed".into()))), ..progressed };
            record.coverage = vec![coverage(&object, index, &broken, None)];
            return record;
        };
        self.scan.progress.classified(tally.bytes_classified);
        let finished = self.scan.cpu.run(move || (extractor.outcome(), tally.finish())).await;
        let Some((outcomes, (extents, findings))) = finished else {
            let broken = Progressed { broken: Some((Reason::UnableToParseFile, Some("the parser failed".into()))), ..progressed };
            record.coverage = vec![coverage(&object, index, &broken, None)];
            return record;
        };
        let limit = self.scan.lens.row_limit;
        let over = |e: &Extent| limit.is_some_and(|limit| e.rows > limit || e.newlines + u64::from(e.tail > 0) > limit);
        if let Some(sample) = self.scan.settings.sample.filter(|_| progressed.sampled.is_none() && extents.iter().any(over)) {
            progressed.sampled = Some((Reason::RowLimit, sample.to_string()));
        }
        record.coverage = outcomes.iter().filter(|o| o.member.is_some()).map(member_coverage).collect();
        let own = outcomes.iter().find(|o| o.member.is_none());
        record.coverage.insert(0, coverage(&object, index, &progressed, own));
        (record.extents, record.findings) = (extents, findings);
        record
    }

    /// Fetches and classifies until the extractor wants nothing more. `state` is empty afterwards when the parser panicked.
    async fn drain(&self, connector: &Arc<dyn Connector>, object: &Object, state: &mut Option<(Box<dyn Extractor>, PartTally)>) -> Progressed {
        let mut progressed = Progressed::default();
        let mut ahead: Option<Ahead> = None;
        while let Some((mut extractor, tally)) = state.take() {
            let Demand::Ranges(ranges) = extractor.demand() else {
                *state = Some((extractor, tally));
                break;
            };
            if let Some(end) = self.ended_early(&progressed, &tally) {
                *state = Some((extractor, tally));
                progressed.apply(end);
                break;
            }
            let (pieces, permit) = match ahead.take() {
                Some(a) if ranges == [a.range.clone()] => {
                    // A fetch that broke off gave nothing: nothing must not pass for the end of the object.
                    let pieces = match a.pieces.await {
                        Ok(pieces) => pieces,
                        Err(_) => fetch(connector, object, ranges.clone()).await,
                    };
                    (pieces, a.permit)
                }
                _ => {
                    let permit = self.budget.take(total(&ranges)).await;
                    (fetch(connector, object, ranges.clone()).await, permit)
                }
            };
            let pieces = match pieces {
                Ok(pieces) => pieces,
                Err(error) => {
                    *state = Some((extractor, tally));
                    progressed.broken = Some(told(&error));
                    break;
                }
            };
            let fetched = pieces.iter().map(|p| p.bytes.len() as u64).sum();
            progressed.bytes += fetched;
            self.scan.progress.read(fetched);
            ahead = self.fetch_ahead(connector, object, &ranges);
            *state = self.feed(extractor, tally, pieces).await;
            drop(permit);
        }
        progressed
    }

    /// Classifies rows as they come until there are no more.
    async fn drain_rows(
        &self,
        connector: &Arc<dyn Connector>,
        object: &Object,
        part: &Part,
        state: &mut Option<(Box<dyn Extractor>, PartTally)>,
    ) -> Progressed {
        let mut progressed = Progressed::default();
        // Before a permit is taken: who waits for a connection must not keep others from reading.
        let mut rows = match connector.rows(object, part).await {
            Ok(rows) => rows,
            Err(error) => return Progressed { broken: Some(told(&error)), ..progressed },
        };
        while let Some((mut extractor, tally)) = state.take() {
            if extractor.demand() != Demand::Next {
                *state = Some((extractor, tally));
                break;
            }
            let permit = self.budget.take(rows.piece).await;
            // However it ends, what came before is counted: no bytes say that there are no more rows.
            let bytes = if let Some(end) = self.ended_early(&progressed, &tally) {
                progressed.apply(end);
                Bytes::new()
            } else {
                match rows.pieces.next().await {
                    Some(Ok(bytes)) => bytes,
                    None => Bytes::new(),
                    Some(Err(error)) => {
                        progressed.broken = Some(told(&error));
                        Bytes::new()
                    }
                }
            };
            progressed.bytes += bytes.len() as u64;
            self.scan.progress.read(bytes.len() as u64);
            *state = self.feed(extractor, tally, vec![Piece { range: 0..0, bytes }]).await;
            drop(permit);
        }
        progressed
    }

    /// Extracts and classifies on the CPU pool. `None`: the parser panicked.
    async fn feed(&self, mut extractor: Box<dyn Extractor>, mut tally: PartTally, pieces: Vec<Piece>) -> Option<(Box<dyn Extractor>, PartTally)> {
        let work = move || {
            extractor.feed(pieces, &mut tally);
            (extractor, tally)
        };
        self.scan.cpu.run(work).await
    }

    fn ended_early(&self, progressed: &Progressed, tally: &PartTally) -> Option<End> {
        if *self.scan.stop.borrow() {
            return Some(End::Broken(Reason::Interrupted));
        }
        let sample = self.scan.settings.sample?;
        let enough_rows = sample.rows().is_some_and(|limit| tally.rows() >= limit);
        let enough_bytes = sample.bytes().is_some_and(|limit| progressed.bytes >= limit);
        match (enough_rows, enough_bytes) {
            (true, _) => Some(End::Sampled(Reason::RowLimit, sample.to_string())),
            (_, true) => Some(End::Sampled(Reason::SampledOut, sample.to_string())),
            _ => None,
        }
    }

    /// Most extractors go on where they stopped: the next range is on its way while this one is classified.
    fn fetch_ahead(&self, connector: &Arc<dyn Connector>, object: &Object, ranges: &[Range<u64>]) -> Option<Ahead> {
        let [range] = ranges else { return None };
        let next = range.end..(range.end + (range.end - range.start)).min(object.size);
        if next.is_empty() || self.scan.settings.sample.is_some() {
            return None;
        }
        let permit = self.budget.try_take(next.end - next.start)?;
        let (connector, object, range) = (Arc::clone(connector), object.clone(), next.clone());
        let pieces = tokio::spawn(async move { fetch(&connector, &object, vec![next]).await });
        Some(Ahead { range, pieces, permit })
    }
}

enum End {
    Broken(Reason),
    Sampled(Reason, String),
}

impl Progressed {
    fn apply(&mut self, end: End) {
        match end {
            End::Broken(reason) => self.broken = Some((reason, None)),
            End::Sampled(reason, detail) => self.sampled = Some((reason, detail)),
        }
    }
}

/// A range fetched before it was asked for.
struct Ahead {
    range: Range<u64>,
    pieces: JoinHandle<Result<Vec<Piece>, Error>>,
    permit: OwnedSemaphorePermit,
}

async fn fetch(connector: &Arc<dyn Connector>, object: &Object, ranges: Vec<Range<u64>>) -> Result<Vec<Piece>, Error> {
    let reads = ranges.into_iter().map(|range| async move {
        let bytes = connector.read(object, range.clone()).await?;
        Ok(Piece { range, bytes })
    });
    join_all(reads).await.into_iter().collect()
}

fn total(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|r| r.end.saturating_sub(r.start)).sum()
}

fn told(error: &Error) -> (Reason, Option<String>) {
    (error.reason(), Some(error.message.clone()))
}

fn reference(connector: &dyn Connector, object: &Object) -> ObjectRef {
    ObjectRef {
        source: connector.uri().to_owned(),
        source_kind: connector.kind().to_owned(),
        dataset: object.dataset.clone(),
        key: object.key.clone(),
        size: object.size,
        version: object.version.clone(),
        modified_ms: object.modified_ms,
    }
}

fn skipped(connector: &dyn Connector, object: &Object, reason: Reason, detail: Option<String>) -> PartRecord {
    let coverage =
        Coverage { member: None, state: State::Skipped, reason: Some(reason), detail, bytes_listed: object.size, bytes_read: 0, rows_read: None };
    PartRecord { object: reference(connector, object), part: 0, parts: 1, coverage: vec![coverage], extents: Vec::new(), findings: Vec::new() }
}

fn coverage(object: &Object, index: u32, progressed: &Progressed, outcome: Option<&Outcome>) -> Coverage {
    let told = outcome.and_then(|o| o.reason.map(|r| (r, o.detail.clone(), o.skipped)));
    let (state, reason, detail) = match (&progressed.broken, told, &progressed.sampled) {
        (Some((reason, detail)), ..) => {
            let state = if progressed.bytes == 0 { State::Skipped } else { State::Partial };
            (state, Some(*reason), detail.clone())
        }
        (_, _, Some((reason, detail))) => (State::Sampled, Some(*reason), Some(detail.clone())),
        (_, Some((reason, detail, skipped)), _) => (if skipped { State::Skipped } else { State::Partial }, Some(reason), detail),
        (None, None, None) => (State::Scanned, None, None),
    };
    let bytes_listed = if index == 0 { object.size } else { 0 };
    Coverage { member: None, state, reason, detail, bytes_listed, bytes_read: progressed.bytes, rows_read: outcome.and_then(|o| o.rows) }
}

fn member_coverage(outcome: &Outcome) -> Coverage {
    let state = match (outcome.reason, outcome.skipped) {
        (None, _) => State::Scanned,
        (Some(_), true) => State::Skipped,
        (Some(_), false) => State::Partial,
    };
    Coverage {
        member: outcome.member.as_ref().map(ToString::to_string),
        state,
        reason: outcome.reason,
        detail: outcome.detail.clone(),
        bytes_listed: 0,
        bytes_read: outcome.bytes,
        rows_read: outcome.rows,
    }
}
