//! `sonde identities usage`: audit logs read into who used what.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use sonde_access::{
    inventory::Inventory,
    usage::{self, Log, Prefix, Selected, Usage},
};
use sonde_connectors::{Connector, Listed, Object, extract::Plain};

use super::{StoreArgs, setup, table, terminal::safe};
use crate::{
    dates::day,
    identities::{self, DatabasePlace, Owners},
    sizes::grouped,
    store::{LogRow, RecordedRow, Store, UsageRows, UseRow},
};

/// Bytes that are read of a file at once.
const PIECE: u64 = 4 << 20;
/// Files that are read at once.
const AT_ONCE: usize = 8;
/// Files that are told one by one when they could not be read whole.
const TOLD: usize = 20;

/// Options of `sonde identities usage`.
#[derive(Args, Debug)]
pub(super) struct UsageArgs {
    /// Whose logs: `aws` (CloudTrail), or `postgres://host:port` or `postgres://host:port/database` (pgaudit) as the database is scanned
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Files and folders of logs, also in buckets (`s3://trail/AWSLogs/…`), also in gzip or zstd. What was read before does not count twice
    #[arg(value_name = "PATH|URI", required = true)]
    paths: Vec<String>,
    /// `log_line_prefix` of the server, for logs that are neither CSV nor JSON
    #[arg(long, value_name = "PREFIX", default_value_t = Prefix::default(), value_parser = prefix)]
    log_line_prefix: Prefix,
    /// What the trail records of objects, by its own word: the answer of `aws cloudtrail get-event-selectors`. Without it, a bucket counts once an event of it is seen
    #[arg(long, value_name = "FILE")]
    event_selectors: Option<PathBuf>,
    /// Exit with 2 when something could not be read or understood
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    filter: setup::FilterArgs,
    #[command(flatten)]
    s3: setup::S3Args,
    #[command(flatten)]
    store: StoreArgs,
}

fn prefix(text: &str) -> Result<Prefix, String> {
    text.parse().map_err(|e: usage::PrefixError| e.to_string())
}

/// Whose logs.
enum Source {
    Aws,
    /// `host:port`, and one database of the server if only that is meant.
    Postgres(String, Option<String>),
}

impl Source {
    fn parse(text: &str) -> Result<Self> {
        if text == "aws" {
            return Ok(Self::Aws);
        }
        let wrong = "logs are those of `aws`, of `postgres://host:port`, or of `postgres://host:port/database`";
        let Some((_, rest)) = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql")) else { bail!(wrong) };
        let whole = rest.trim_end_matches('/').contains('/');
        let uri = if whole { text.to_owned() } else { format!("postgres://{}/any", rest.trim_end_matches('/')) };
        let place = DatabasePlace::parse(&uri).context(wrong)?;
        let server = place.base.split('/').next().unwrap_or_default().to_owned();
        Ok(Self::Postgres(server, whole.then(|| format!("postgres://{}", place.base))))
    }

    /// What the store calls the one that a resource belongs to; none: it is not meant.
    fn provider(&self, resource: &str) -> Option<String> {
        match self {
            Self::Aws => Some("aws".to_owned()),
            Self::Postgres(_, only) => {
                let place = DatabasePlace::parse(resource)?;
                let meant = only.as_ref().is_none_or(|only| *only == format!("postgres://{}", place.base));
                meant.then(|| place.provider())
            }
        }
    }

    fn log(&self, prefix: &Prefix) -> Log {
        match self {
            Self::Aws => Log::cloud_trail(),
            Self::Postgres(server, _) => Log::postgres(server, prefix.clone()),
        }
    }

    /// Whether files become longer: those of trails are written once.
    fn grows(&self) -> bool {
        matches!(self, Self::Postgres(..))
    }

    /// Whether a file is part of the log: not digests of it, nor the same in another format.
    fn takes(&self, key: &str, all: &BTreeSet<String>) -> bool {
        match self {
            Self::Aws => !format!("/{key}").contains("/CloudTrail-Digest/") && !format!("/{key}").contains("/CloudTrail-Insight/"),
            Self::Postgres(..) => {
                let packed = [".gz", ".zst"].into_iter().find(|end| key.ends_with(end)).unwrap_or_default();
                let bare = &key[..key.len() - packed.len()];
                let twin = |end: &str, other: &str| bare.strip_suffix(end).is_some_and(|stem| all.contains(&format!("{stem}{other}{packed}")));
                !(twin(".csv", ".json") || twin(".log", ".csv") || twin(".log", ".json"))
            }
        }
    }
}

pub(super) fn run(args: &UsageArgs) -> Result<ExitCode> {
    let source = Arc::new(Source::parse(&args.source)?);
    setup::runtime()?.block_on(async {
        let reading = setup::Reading { sample: None, memory: 64 << 20, follow: false };
        let sources = setup::sources(&args.paths, &args.s3, &args.filter, &[], &reading).await?;
        if let Some(other) = sources.iter().find(|s| s.kind() == "postgres") {
            bail!("`{}` is no log: give the files that the server writes", safe(other.uri()));
        }
        let store = crate::store::open(&setup::store_spec(&args.store)?).await?;
        store.migrate().await?;
        let outcome = keep(args, &source, &sources, &*store).await;
        store.close().await;
        outcome
    })
}

/// Sizes and digests of files that were read already.
type Known = HashMap<u64, Vec<String>>;

/// What came of all files.
#[derive(Default)]
struct Sum {
    usage: Usage,
    logs: Vec<LogRow>,
    again: u64,
    unread: Vec<(String, String)>,
}

async fn keep(args: &UsageArgs, source: &Arc<Source>, sources: &[Arc<dyn Connector>], store: &dyn Store) -> Result<ExitCode> {
    let mut known = Known::new();
    for log in store.logs().await? {
        known.entry(log.size).or_default().push(log.digest);
    }
    let known = Arc::new(known);
    let mut sum = Sum::default();
    for connector in sources {
        read(args, source, connector, &known, &mut sum).await?;
    }
    sum.usage.settle();
    let mut rows = rows(source, &sum);
    let keyed = |row: RecordedRow| ((row.resource.clone(), row.access.clone()), row);
    let mut recorded: BTreeMap<_, _> = std::mem::take(&mut rows.recorded).into_iter().map(keyed).collect();
    recorded.extend(said(args, source, &sum.usage, store).await?.into_iter().map(keyed));
    rows.recorded = recorded.into_values().collect();
    let providers: BTreeSet<String> = rows.days.iter().map(|(provider, _)| provider.clone()).collect();
    let mut out = io::BufWriter::new(io::stdout());
    print(&mut out, &sum, &rows)?;
    out.flush()?;
    store.save_usage(rows).await?;
    for provider in &providers {
        hold(store, provider).await?;
    }
    let whole = sum.unread.is_empty() && sum.usage.faults == 0 && !sum.usage.is_full();
    Ok(if args.strict && !whole { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// What the trail says it records, for the whole time of the log.
async fn said(args: &UsageArgs, source: &Source, log: &Usage, store: &dyn Store) -> Result<Vec<RecordedRow>> {
    let Some(file) = &args.event_selectors else { return Ok(Vec::new()) };
    let shown = setup::shown(file);
    if !matches!(source, Source::Aws) {
        bail!("`{shown}`: event selectors are those of trails of AWS");
    }
    let bytes = fs::read(file).with_context(|| format!("cannot read `{shown}`"))?;
    let selected = usage::selectors(&bytes).map_err(|why| anyhow!("`{shown}`: {why}"))?;
    let snapshot = store
        .snapshot(None, Some("aws"))
        .await?
        .context("which buckets there are is not known yet: run `sonde identities import` or `sync` first")?;
    let inventory: Inventory = serde_json::from_str(&snapshot.inventory)?;
    let Some(span) = log.period().filter(|_| !log.is_full()) else { return Ok(Vec::new()) };
    let is = |selected: &Selected, bucket: &str| selected.bucket.as_deref().is_none_or(|name| name == bucket);
    let partition = inventory.principals.first().and_then(|p| p.arn.split(':').nth(1)).unwrap_or("aws");
    let mut out = BTreeSet::new();
    for bucket in &inventory.buckets {
        for selected in selected.iter().filter(|selected| is(selected, &bucket.name)) {
            let resource = format!("arn:{partition}:s3:::{}", bucket.name);
            let access = selected.access.name().to_owned();
            out.insert(RecordedRow { provider: "aws".to_owned(), resource, access, first: span.first, last: span.last });
        }
    }
    Ok(out.into_iter().collect())
}

/// The answers of the newest snapshot, held against what is known now.
async fn hold(store: &dyn Store, provider: &str) -> Result<()> {
    let Some(snapshot) = store.snapshot(None, Some(provider)).await? else { return Ok(()) };
    let owners = if provider == "aws" { identities::owners(&serde_json::from_str(&snapshot.inventory)?) } else { Owners::new() };
    identities::hold(store, provider, snapshot.id, owners).await
}

/// Reads the files of one source, several at a time.
async fn read(args: &UsageArgs, source: &Arc<Source>, connector: &Arc<dyn Connector>, known: &Arc<Known>, sum: &mut Sum) -> Result<()> {
    // Names of all files are held for Postgres alone: it keeps few.
    let mut all = BTreeSet::new();
    if matches!(**source, Source::Postgres(..)) {
        let mut listed = connector.list();
        while let Some(one) = listed.try_next().await? {
            if let Listed::Object(object) = one {
                all.insert(object.key);
            }
        }
    }
    let files = connector.list().try_filter_map(|listed| {
        let file = match listed {
            Listed::Object(object) if source.takes(&object.key, &all) => Some(object),
            _ => None,
        };
        std::future::ready(Ok(file))
    });
    let work = files.map(|file| {
        let (source, connector, known, prefix) = (Arc::clone(source), Arc::clone(connector), Arc::clone(known), args.log_line_prefix.clone());
        async move {
            let object = file?;
            let name = format!("{}{}", connector.uri(), if connector.uri().ends_with('/') { object.key.as_str() } else { "" });
            let read = tokio::spawn(async move { one(&*connector, &object, source.log(&prefix), &known, source.grows()).await }).await;
            anyhow::Ok((name, read.context("a log could not be read")?))
        }
    });
    let mut done = std::pin::pin!(stream::StreamExt::buffer_unordered(work, AT_ONCE));
    while let Some(outcome) = done.next().await {
        let (name, file) = outcome?;
        sum.again += u64::from(file.again);
        if let Some(why) = file.broken {
            sum.unread.push((name.clone(), why));
        }
        if let Some((digest, size)) = file.digest {
            sum.logs.push(LogRow { digest, size, name, records: file.usage.records, faults: file.usage.faults });
        }
        sum.usage.merge(file.usage);
    }
    Ok(())
}

/// What came of one file.
struct File {
    usage: Usage,
    /// Of all of it; none where it was not read to its end.
    digest: Option<(String, u64)>,
    /// It, or its beginning, was read before.
    again: bool,
    broken: Option<String>,
}

/// Reads one file. What was read before, of a file that has grown since as well, does not count.
async fn one(connector: &dyn Connector, object: &Object, log: Log, known: &Known, grows: bool) -> File {
    let mut reading = OneFile { log, plain: Plain::default(), hash: Sha256::new(), at: 0, usage: Usage::default(), again: false };
    // Where files ended that are known: what was counted up to there is thrown away if this one was it.
    let mut ends: Vec<u64> = known.keys().copied().filter(|size| *size == object.size || grows && *size < object.size).collect();
    ends.sort_unstable();
    let mut broken = None;
    while reading.at < object.size && broken.is_none() {
        match connector.read(object, reading.at..(reading.at + PIECE).min(object.size)).await {
            Ok(bytes) if bytes.is_empty() => broken = Some("it ends before its size".to_owned()),
            Ok(bytes) => broken = reading.feed(&bytes, &ends, known).err(),
            Err(error) => broken = Some(error.to_string()),
        }
    }
    reading.finish(broken, known)
}

struct OneFile {
    log: Log,
    plain: Plain,
    hash: Sha256,
    at: u64,
    usage: Usage,
    again: bool,
}

impl OneFile {
    fn feed(&mut self, mut bytes: &[u8], ends: &[u64], known: &Known) -> Result<(), String> {
        while !bytes.is_empty() {
            let next = ends.partition_point(|end| *end <= self.at);
            let room = ends.get(next).map_or(u64::MAX, |end| end - self.at);
            let (piece, rest) = bytes.split_at(usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()));
            bytes = rest;
            self.hash.update(piece);
            self.at += piece.len() as u64;
            let Self { log, plain, usage, .. } = self;
            plain.feed(piece, &mut |bytes| log.feed(bytes, usage))?;
            if known.get(&self.at).is_some_and(|digests| digests.contains(&hex(self.hash.clone()))) {
                (self.usage, self.again) = (Usage::default(), true);
            }
        }
        Ok(())
    }

    fn finish(mut self, mut broken: Option<String>, known: &Known) -> File {
        let (log, usage) = (&mut self.log, &mut self.usage);
        if broken.is_none()
            && let Err(why) = self.plain.end(&mut |bytes| log.feed(bytes, usage))
        {
            broken = Some(why);
        }
        self.log.end(&mut self.usage);
        let digest = hex(self.hash);
        if known.get(&self.at).is_some_and(|digests| digests.contains(&digest)) {
            // What was cut off at its end was told then.
            return File { usage: Usage::default(), digest: None, again: true, broken };
        }
        let digest = (broken.is_none() && self.at > 0).then_some((digest, self.at));
        File { usage: self.usage, digest, again: self.again, broken }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// What is kept.
fn rows(source: &Source, sum: &Sum) -> UsageRows {
    let usage = &sum.usage;
    let uses = usage.uses().filter_map(|(who, what, access, seen)| {
        Some(UseRow {
            provider: source.provider(what)?,
            principal: who.to_owned(),
            resource: what.to_owned(),
            access: access.name().to_owned(),
            first: seen.span.first,
            last: seen.span.last,
            uses: seen.count,
        })
    });
    let recorded = usage.recorded().filter_map(|(what, access, span)| {
        let (first, last) = (span.first, span.last);
        Some(RecordedRow { provider: source.provider(what)?, resource: what.to_owned(), access: access.name().to_owned(), first, last })
    });
    let mut rows = UsageRows { uses: uses.collect(), recorded: recorded.collect(), days: Vec::new(), logs: sum.logs.clone() };
    let mut providers: BTreeSet<String> =
        rows.uses.iter().map(|u| u.provider.clone()).chain(rows.recorded.iter().map(|r| r.provider.clone())).collect();
    match source {
        Source::Aws => providers.extend(["aws".to_owned()]),
        Source::Postgres(_, only) => providers.extend(only.as_ref().and_then(|only| source.provider(only))),
    }
    rows.days = providers.iter().flat_map(|provider| usage.days().map(|day| (provider.clone(), day))).collect();
    rows
}

fn print(out: &mut impl Write, sum: &Sum, rows: &UsageRows) -> Result<()> {
    let usage = &sum.usage;
    let n = |n: u64, one: &str, many: &str| format!("{} {}", grouped(n), if n == 1 { one } else { many });
    write!(out, "Read: {}, {}", n(sum.logs.len() as u64, "file", "files"), n(usage.records, "record", "records"))?;
    if let Some(period) = usage.period() {
        write!(out, " from {} to {}, of {}", day(period.first), day(period.last), n(usage.days().count() as u64, "day", "days"))?;
    }
    writeln!(out, ".")?;
    if sum.again > 0 {
        writeln!(out, "Read before, and not counted again: {}.", n(sum.again, "file or its beginning", "files or their beginnings"))?;
    }
    let mut accesses: BTreeMap<&str, u64> = BTreeMap::new();
    rows.recorded.iter().for_each(|r| *accesses.entry(r.access.as_str()).or_default() += 1);
    let list: Vec<String> = accesses.iter().map(|(access, count)| format!("{access} in {}", n(*count, "place", "places"))).collect();
    let list = if list.is_empty() { "nothing, so nothing is said to be unused".to_owned() } else { list.join(", ") };
    writeln!(out, "Recorded, as far as is seen: {list}.")?;
    let who: BTreeSet<&str> = rows.uses.iter().map(|u| u.principal.as_str()).collect();
    let what: BTreeSet<&str> = rows.uses.iter().map(|u| u.resource.as_str()).collect();
    writeln!(
        out,
        "Kept: {} of {} by {}.",
        n(rows.uses.len() as u64, "use", "uses"),
        n(what.len() as u64, "resource", "resources"),
        n(who.len() as u64, "principal", "principals")
    )?;
    let notes = [
        (usage.denied, "refused: no use of anything"),
        (usage.unnamed, "by callers that the log does not name: whoever it was may have been any of those without a use"),
        (usage.zones, "with a time zone that is not known, taken for UTC"),
    ];
    for (count, what) in notes.into_iter().filter(|(count, _)| *count > 0) {
        writeln!(out, "{} {what}.", n(count, "record", "records"))?;
    }
    if usage.is_full() {
        writeln!(out, "There are more uses than can be kept: nothing is said to be recorded, or unused.")?;
    }
    if usage.faults > 0 {
        writeln!(out, "\nNot understood: {}, among them:", n(usage.faults, "line or record", "lines or records"))?;
        usage.told().try_for_each(|what| writeln!(out, "  {what}"))?;
    }
    if !sum.unread.is_empty() {
        writeln!(out, "\nNot read to the end:")?;
        let cells: Vec<Vec<String>> = sum.unread.iter().take(TOLD).map(|(name, why)| vec![safe(name), safe(why)]).collect();
        table::print(out, &["WHERE", "WHY"], &[false, false], &cells)?;
        if sum.unread.len() > TOLD {
            writeln!(out, "  … and {} more", sum.unread.len() - TOLD)?;
        }
    }
    Ok(())
}
