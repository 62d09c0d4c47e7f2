//! `sonde scan`.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::Args;
use sonde_classifiers::{Documents, FingerprintKey, Sensitivity, Watch};
use tokio::sync::watch;

use super::{
    Format, LevelArg, RuleArgs, StoreArgs, custom, output, setup, table,
    terminal::{say, watched},
    watch::Watcher,
};
use crate::{
    bridge::CpuPool,
    pipeline::{self, Scan, Settings, Summary},
    plan::PACK_BYTES,
    progress::Progress,
    sample::{How, Sample},
    sizes,
    store::{CoverageRow, End, FindingRow, Kind, Query, Store},
    tally::Lens,
};

/// Options of `sonde scan`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 finished; 1 a finding at or above --fail-on; 2 error, or incomplete under --strict; 130 interrupted.")]
pub(super) struct ScanArgs {
    /// Folders, files, `s3://bucket/prefix`, or `postgres://user@host:port/database[?schema=…&table=…]`
    #[arg(required = true, value_name = "URI")]
    uris: Vec<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    rules: RuleArgs,
    /// Exit with 1 when there is a finding of this sensitivity or a higher one
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<LevelArg>,
    /// Exit with 2 when anything was skipped by an error or read only in part
    #[arg(long)]
    strict: bool,
    /// Leave out what matches (gitignore syntax). Repeatable; `.sondeignore` files do the same
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Follow symbolic links of a folder
    #[arg(long)]
    follow: bool,
    /// Locations kept for each object, field and rule: a number or `all`
    #[arg(long, value_name = "N|all", default_value = "20", value_parser = locations)]
    locations: usize,
    /// Read a sample only: `rows=N` or `bytes=N` of each object, or `percent=P` of the objects (of each table's rows)
    #[arg(long, value_name = "HOW")]
    sample: Option<How>,
    /// Seed of the sample
    #[arg(long, value_name = "S", default_value_t = 0, requires = "sample")]
    seed: u64,
    /// Threads that classify. Default: one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Bytes in flight at most
    #[arg(long, value_name = "SIZE", default_value = "512MiB", value_parser = sizes::parse)]
    memory: u64,
    /// Bytes read at once from one object
    #[arg(long, value_name = "SIZE", default_value = "4MiB", value_parser = sizes::parse, hide = true)]
    window: u64,
    /// Bytes after which neighbours make a split and large objects are cut
    #[arg(long, value_name = "SIZE", default_value = "128MiB", value_parser = sizes::parse, hide = true)]
    split_size: u64,
    #[command(flatten)]
    s3: setup::S3Args,
    #[command(flatten)]
    filter: setup::FilterArgs,
}

fn locations(text: &str) -> Result<usize, String> {
    if text == "all" { Ok(usize::MAX) } else { text.parse().map_err(|_| format!("`{text}` is neither a number nor `all`")) }
}

pub(super) fn run(args: ScanArgs) -> Result<ExitCode> {
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    // Rules first: a bad rule file is said before anything is connected.
    let rules = custom::rules(&args.rules, &args.store)?;
    let runtime = setup::runtime()?;
    runtime.block_on(async {
        let (store, key) = setup::store_and_key(&args.store).await?;
        let result = scan(&args, jobs, rules, Arc::clone(&store), key).await;
        store.close().await;
        result
    })
}

async fn scan(args: &ScanArgs, jobs: usize, rules: custom::Rules, store: Arc<dyn Store>, key: FingerprintKey) -> Result<ExitCode> {
    let engine = Arc::clone(&rules.engine);
    let started = Instant::now();
    let sample = args.sample.map(|how| Sample { how, seed: args.seed });
    let memory = args.memory.max(4 << 20);
    let reading = setup::Reading { sample, memory, follow: args.follow };
    let sources = setup::sources(&args.uris, &args.s3, &args.filter, &args.exclude, &reading).await?;
    let window = args.window.clamp(1 << 10, 64 << 20);
    let watch = Arc::new(Watch::new(&rules.ruleset, &engine));
    let margin = engine.margin() + watch.reach();
    let lens = Lens {
        engine: Arc::clone(&engine),
        watch,
        documents: Arc::new(Documents::new(&rules.ruleset)),
        key: key.clone(),
        locations: args.locations,
        window: window as usize,
        row_limit: sample.and_then(|s| s.rows()),
        allowed: Arc::clone(&rules.allowed),
        suppressed: Arc::clone(&rules.suppressed),
    };
    let part = args.split_size.max(4 << 10);
    let extract = sonde_connectors::extract::Options { window, part, margin, ..Default::default() };
    let settings = Settings { tasks: (jobs * 4).max(8), memory, split_bytes: part.min(PACK_BYTES), sample, bars: rules.bars.clone(), extract };
    let (stop, stopped) = watch::channel(false);
    let progress = Arc::new(Progress::default());
    let scan = Scan { sources, store: Arc::clone(&store), lens, cpu: CpuPool::new(jobs)?, settings, progress: Arc::clone(&progress), stop: stopped };
    let spec = setup::run_spec(&scan, &rules.ruleset, &key, &args.rules);
    let query = Query { sources: scan.sources.iter().map(|s| s.uri().to_owned()).collect(), ..Query::default() };
    let watcher = watched().then(|| Watcher::start(Arc::clone(&progress)));
    let interrupts = tokio::spawn(interrupts(stop));
    let summary = pipeline::run(scan, spec).await;
    interrupts.abort();
    if let Some(watcher) = watcher {
        watcher.stop().await;
    }
    let summary = summary?;
    rules.tell();
    let told = Told { args, engine: &engine, progress: &progress, wall_s: started.elapsed().as_secs_f64(), summary: &summary };
    told.report(store.as_ref(), &query).await
}

/// The first Ctrl-C ends the run in order; the second ends it at once.
async fn interrupts(stop: watch::Sender<bool>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        say("sonde: stopping; what was read is kept (press Ctrl-C again to stop at once)");
        let _ = stop.send(true);
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        #[expect(
            clippy::exit,
            clippy::disallowed_methods,
            reason = "the user asked twice: committed splits are safe, nothing else is worth waiting for"
        )]
        std::process::exit(130);
    }
}

struct Told<'a> {
    args: &'a ScanArgs,
    engine: &'a sonde_classifiers::Engine,
    progress: &'a Progress,
    wall_s: f64,
    summary: &'a Summary,
}

impl Told<'_> {
    async fn report(&self, store: &dyn Store, query: &Query) -> Result<ExitCode> {
        let mut highest: Option<Sensitivity> = None;
        let mut findings: Vec<FindingRow> = Vec::new();
        let (mut count, mut composites, mut documents) = (0_u64, 0_u64, 0_u64);
        let keep = self.args.format == Format::Table;
        let visit = |row: FindingRow| {
            match row.kind {
                Kind::Value => count += 1,
                Kind::Composite => composites += 1,
                Kind::Document => documents += 1,
            }
            // What kind of text it is says nothing yet of what is in it.
            if row.kind != Kind::Document {
                highest = highest.max(Some(row.sensitivity));
            }
            if keep {
                findings.push(row);
            }
            Ok(())
        };
        store.findings(query, Box::new(visit)).await?;
        let run = output::RunLine { composites, documents, ..self.run_line(count) };
        let mut out = io::BufWriter::new(io::stdout());
        let mut broken = false;
        match self.args.format {
            Format::Table => {
                let gaps = table::Gaps::read(store, query).await?;
                broken = gaps.errors > 0;
                table::scan(&mut out, &findings, &gaps, &run)?;
            }
            format => {
                let mut printer = output::Printer::new(&mut out, format, &["findings", "composites", "documents", "coverage"]);
                for (kind, count) in [(Kind::Value, count), (Kind::Composite, composites), (Kind::Document, documents)] {
                    if count > 0 {
                        let query = Query { kind: Some(kind), ..query.clone() };
                        store.object_findings(&query, self.args.locations, Box::new(|row| printer.finding(&row))).await?;
                    }
                }
                let mut visit = |row: CoverageRow| {
                    broken |= output::is_error(&row.coverage);
                    printer.coverage(&row)
                };
                store.coverage(query, Box::new(&mut visit)).await?;
                printer.run(&run)?;
            }
        }
        out.flush().context("cannot print")?;
        Ok(self.exit(highest, broken))
    }

    fn run_line(&self, findings: u64) -> output::RunLine {
        output::RunLine {
            sources: self.args.uris.len() as u64,
            objects: self.progress.objects_listed.load(Relaxed),
            bytes_listed: self.progress.bytes_listed.load(Relaxed),
            bytes_read: self.progress.bytes_read.load(Relaxed),
            bytes_classified: self.progress.bytes_classified.load(Relaxed),
            findings,
            composites: 0,
            documents: 0,
            wall_s: (self.wall_s * 1000.0).round() / 1000.0,
            cpu_s: setup::cpu_seconds(),
            complete: self.summary.end == End::Complete,
            ruleset: self.engine.digest().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn exit(&self, highest: Option<Sensitivity>, broken: bool) -> ExitCode {
        for error in &self.summary.errors {
            say(&format!("sonde: {error}"));
        }
        let level = self.args.fail_on.map(Sensitivity::from);
        match self.summary.end {
            End::Interrupted => ExitCode::from(130),
            End::Failed => ExitCode::from(2),
            End::Complete if self.args.strict && broken => {
                say("sonde: not everything could be read (--strict)");
                ExitCode::from(2)
            }
            End::Complete if level.is_some_and(|level| highest >= Some(level)) => ExitCode::from(1),
            End::Complete => ExitCode::SUCCESS,
        }
    }
}
