//! `sonde findings`, `sonde coverage`, `sonde datasets`: the store read back.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Result;
use clap::Args;

use super::{Format, LevelArg, StoreArgs, confidence, output::Printer, setup, table};
use crate::store::{Query, Store};

/// Filters that all listings share.
#[derive(Args, Clone, Debug)]
struct Shared {
    /// Only datasets whose URI begins so
    #[arg(value_name = "URI")]
    dataset: Option<String>,
    /// Only sources with this absolute URI. Repeatable
    #[arg(long, value_name = "URI")]
    source: Vec<String>,
    /// At most so many rows
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    store: StoreArgs,
}

/// Options of `sonde findings`.
#[derive(Args, Debug)]
pub(super) struct FindingsArgs {
    #[command(flatten)]
    shared: Shared,
    /// Only tags that begin so, by whole parts. Repeatable
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only from this sensitivity on
    #[arg(long, value_enum, value_name = "LEVEL")]
    sensitivity: Option<LevelArg>,
    /// Only from this confidence on
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = confidence)]
    min_confidence: f64,
    /// Only in this status
    #[arg(long, value_name = "STATUS", value_parser = ["open", "resolved", "suppressed", "accepted", "false_positive"])]
    status: Option<String>,
}

/// Options of `sonde coverage`.
#[derive(Args, Debug)]
pub(super) struct CoverageArgs {
    #[command(flatten)]
    shared: Shared,
    /// Only in this state. Repeatable
    #[arg(long, value_name = "STATE", value_parser = ["scanned", "partial", "sampled", "unchanged", "skipped"])]
    state: Vec<String>,
    /// Only for this reason. Repeatable
    #[arg(long, value_name = "REASON")]
    reason: Vec<String>,
}

/// Options of `sonde datasets`.
#[derive(Args, Debug)]
pub(super) struct DatasetsArgs {
    #[command(flatten)]
    shared: Shared,
    /// Only datasets with findings under these tags. Repeatable
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

impl Shared {
    fn query(&self) -> Query {
        Query { sources: self.source.clone(), dataset_prefix: self.dataset.clone(), limit: self.limit, ..Query::default() }
    }

    fn with_store(&self, work: impl AsyncFnOnce(Arc<dyn Store>) -> Result<()>) -> Result<ExitCode> {
        setup::runtime()?.block_on(async {
            let store = setup::existing_store(&self.store).await?;
            let result = work(Arc::clone(&store)).await;
            store.close().await;
            result.map(|()| ExitCode::SUCCESS)
        })
    }
}

fn push<T>(rows: &mut Vec<T>, row: T) -> Result<()> {
    rows.push(row);
    Ok(())
}

pub(super) fn findings(args: FindingsArgs) -> Result<ExitCode> {
    let query = Query {
        tags: args.tag,
        min_confidence: args.min_confidence,
        min_sensitivity: args.sensitivity.map(Into::into),
        status: args.status,
        ..args.shared.query()
    };
    let format = args.shared.format;
    args.shared.with_store(async |store| {
        let mut out = io::BufWriter::new(io::stdout());
        if format == Format::Table {
            let mut rows = Vec::new();
            store.findings(&query, Box::new(|row| push(&mut rows, row))).await?;
            table::findings(&mut out, &rows)?;
        } else {
            let mut printer = Printer::new(&mut out, format, &["findings"]);
            store.findings(&query, Box::new(|row| printer.verdict(&row))).await?;
            printer.end()?;
        }
        Ok(out.flush()?)
    })
}

pub(super) fn coverage(args: CoverageArgs) -> Result<ExitCode> {
    let query = Query { states: args.state, reasons: args.reason, ..args.shared.query() };
    let format = args.shared.format;
    args.shared.with_store(async |store| {
        let mut out = io::BufWriter::new(io::stdout());
        if format == Format::Table {
            let mut rows = Vec::new();
            store.coverage(&query, Box::new(|row| push(&mut rows, row))).await?;
            table::coverage(&mut out, &rows)?;
        } else {
            let mut printer = Printer::new(&mut out, format, &["coverage"]);
            store.coverage(&query, Box::new(|row| printer.coverage(&row))).await?;
            printer.end()?;
        }
        Ok(out.flush()?)
    })
}

pub(super) fn datasets(args: DatasetsArgs) -> Result<ExitCode> {
    let query = Query { tags: args.tag, ..args.shared.query() };
    let format = args.shared.format;
    args.shared.with_store(async |store| {
        let mut out = io::BufWriter::new(io::stdout());
        if format == Format::Table {
            let mut rows = Vec::new();
            store.datasets(&query, Box::new(|row| push(&mut rows, row))).await?;
            table::datasets(&mut out, &rows)?;
        } else {
            let mut printer = Printer::new(&mut out, format, &["datasets"]);
            store.datasets(&query, Box::new(|row| printer.dataset(&row))).await?;
            printer.end()?;
        }
        Ok(out.flush()?)
    })
}
