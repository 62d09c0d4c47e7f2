//! The one way data goes: plan → fetch → classify → record.
//!
//! One task lists and packs splits; up to [`Settings::tasks`] tasks fetch; the CPU pool classifies; one writer commits each split in one transaction.
//! Every queue is bounded, bytes in flight by one budget.

use std::sync::{Arc, atomic::Ordering};

use anyhow::{Context, Result};
use futures::StreamExt;
use sonde_connectors::{Connector, Error, extract};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    bridge::{Budget, CpuPool},
    plan::{Packer, Split},
    progress::Progress,
    reading::{Assignment, Reader},
    record::SplitRecord,
    sample::Sample,
    store::{Bars, End, PlannedSplit, RunSpec, Store},
    tally::Lens,
};

/// Sizes and counts of one run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Splits worked on at once.
    pub tasks: usize,
    /// Bytes in flight.
    pub memory: u64,
    /// Bytes after which a split is full.
    pub split_bytes: u64,
    /// What is read when not all is.
    pub sample: Option<Sample>,
    /// Confidence from which a verdict is a finding.
    pub bars: Bars,
    /// How extractors read.
    pub extract: extract::Options,
}

/// Everything a run needs, made in `main` and passed.
#[derive(Clone, Debug)]
pub struct Scan {
    /// What is scanned, in the order given.
    pub sources: Vec<Arc<dyn Connector>>,
    /// Where results go.
    pub store: Arc<dyn Store>,
    /// How content is classified.
    pub lens: Lens,
    /// Threads that think.
    pub cpu: CpuPool,
    /// Sizes and counts.
    pub settings: Settings,
    /// Counters for whoever watches.
    pub progress: Arc<Progress>,
    /// Becomes true when the run shall stop.
    pub stop: watch::Receiver<bool>,
}

/// How a run went.
#[derive(Debug)]
pub struct Summary {
    /// Id of the run in the store.
    pub run: i64,
    /// How it ended.
    pub end: End,
    /// Sources that could not be listed to their end.
    pub errors: Vec<Error>,
}

/// Runs a scan to its end.
///
/// # Errors
/// When the store fails. What was committed before stays.
pub async fn run(scan: Scan, spec: RunSpec) -> Result<Summary> {
    let run = scan.store.open_run(spec).await.context("cannot open a run in the store")?;
    let (to_readers, planned) = mpsc::channel(4);
    let (to_writer, records) = mpsc::channel(8);
    let lister = tokio::spawn(plan(scan.clone(), to_readers));
    let writer = tokio::spawn(record(scan.clone(), run, records));
    let read = read(&scan, run, planned, to_writer).await;
    let errors = lister.await.context("the lister broke off")?;
    let written = writer.await.context("the writer broke off")?;
    let end = match (*scan.stop.borrow(), errors.is_empty() && read.is_ok() && written.is_ok()) {
        (_, false) => End::Failed,
        (true, true) => End::Interrupted,
        (false, true) => End::Complete,
    };
    written.context("cannot write to the store")?;
    read.context("cannot write to the store")?;
    scan.store.finish(run, end, scan.settings.bars.clone()).await.context("cannot roll up the findings")?;
    Ok(Summary { run, end, errors })
}

/// Lists every source and packs splits. A source that fails ends there; the others go on.
async fn plan(scan: Scan, splits: mpsc::Sender<Split>) -> Vec<Error> {
    let mut errors = Vec::new();
    for (number, source) in scan.sources.iter().enumerate() {
        let mut packer = Packer::new(number, scan.settings.split_bytes);
        let mut listing = source.list();
        while let Some(listed) = listing.next().await {
            let full = match listed {
                Ok(listed) => {
                    scan.progress.listed(&listed);
                    packer.push(listed)
                }
                Err(error) => {
                    errors.push(error);
                    break;
                }
            };
            if let Some(split) = full
                && splits.send(split).await.is_err()
            {
                return errors;
            }
            if *scan.stop.borrow() {
                break;
            }
        }
        if let Some(split) = packer.flush()
            && splits.send(split).await.is_err()
        {
            return errors;
        }
    }
    scan.progress.all_listed.store(true, Ordering::Relaxed);
    errors
}

/// Reads splits as they come; large objects give further splits.
async fn read(scan: &Scan, run: i64, mut planned: mpsc::Receiver<Split>, records: mpsc::Sender<SplitRecord>) -> Result<()> {
    let budget = Budget::new(scan.settings.memory);
    let (to_later, mut later) = mpsc::unbounded_channel();
    let reader = Reader { scan: scan.clone(), budget, later: to_later };
    let (mut tasks, mut number, mut all_planned) = (JoinSet::new(), 0, false);
    loop {
        let room = tasks.len() < scan.settings.tasks;
        let assignment = tokio::select! {
            biased;
            Some(done) = tasks.join_next(), if !tasks.is_empty() => { done.context("a reader broke off")?; None }
            Some(part) = later.recv(), if room => Some(part),
            split = planned.recv(), if room && !all_planned => { all_planned = split.is_none(); split.map(Assignment::from) }
            else => None,
        };
        if let Some(assignment) = assignment {
            let token = 1;
            scan.store.plan(run, vec![planned_split(number, token, &assignment.split)?]).await?;
            let (reader, records) = (reader.clone(), records.clone());
            tasks.spawn(async move {
                let record = reader.read(number, token, assignment).await;
                // The writer reports its own failure; then nobody listens any more.
                let _ = records.send(record).await;
            });
            number += 1;
        } else if all_planned && tasks.is_empty() && later.is_empty() {
            return Ok(());
        }
        if records.is_closed() {
            return Ok(());
        }
    }
}

/// The one writer.
async fn record(scan: Scan, run: i64, mut records: mpsc::Receiver<SplitRecord>) -> Result<()> {
    while let Some(record) = records.recv().await {
        let counted = scan.progress.tally(&record);
        scan.store.commit(run, record).await?;
        scan.progress.committed(&counted);
    }
    Ok(())
}

fn planned_split(split: u64, token: u64, planned: &Split) -> Result<PlannedSplit> {
    let spec = serde_json::to_string(planned)?;
    Ok(PlannedSplit { split, token, spec, objects: planned.work.len() as u64, bytes: planned.bytes() })
}
