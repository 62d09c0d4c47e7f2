//! `sonde reach`: who can reach what.

mod compare;
mod cut;
mod print;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use sonde_access::inventory::Inventory;
use sonde_connectors::postgres::Postgres;

use super::{
    LevelArg, StoreArgs, databases, setup,
    terminal::{safe, say},
};
use crate::{
    identities::{self, Answers, Located, Owners, Place, Used, Uses},
    store::{Query, ReachQuery, ReachRow, SnapshotRow, Store},
};

/// Options of `sonde reach`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ReachArgs {
    #[command(subcommand)]
    command: Option<ReachCommand>,
    #[command(flatten)]
    who: WhoArgs,
}

#[derive(Debug, Subcommand)]
enum ReachCommand {
    /// Who gained and who lost between two snapshots, and which statements did it
    Diff(compare::DiffArgs),
    /// The grants to remove to bring a dataset under a number of principals
    Cut(cut::CutArgs),
}

/// What is asked, and how it is printed.
#[derive(Args, Debug)]
struct WhoArgs {
    /// `s3://bucket/prefix`, an ARN, the name of a bucket, or `postgres://host:port/database[/schema[/table]]`, `gs://bucket/prefix`, `azure://account/container/prefix`, or as listed without one (`snowflake://…`). Default: all but databases
    #[arg(value_name = "DATASET|RESOURCE")]
    what: Option<String>,
    /// Only this principal: an ARN, or the end of one (`user/ana`)
    #[arg(long, value_name = "P")]
    principal: Option<String>,
    /// Only with this privilege. Repeatable
    #[arg(long, value_name = "ACCESS", value_parser = ["read", "write", "list", "admin"])]
    access: Vec<String>,
    /// Only objects of S3 that carry exactly these tags. Repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = object_tag)]
    object_tag: Vec<(String, String)>,
    /// The whole path: statements, roles on the way
    #[arg(long)]
    explain: bool,
    /// Only what everybody can reach
    #[arg(long)]
    public: bool,
    /// Only principals from outside
    #[arg(long)]
    external: bool,
    /// Only what audit logs do not show to be used, while they would (after `sonde identities usage`)
    #[arg(long)]
    unused: bool,
    /// Only through this role: an ARN, or the end of one (`role/etl`)
    #[arg(long, value_name = "ROLE")]
    via: Option<String>,
    /// From this snapshot, not the newest
    #[arg(long, value_name = "N")]
    snapshot: Option<i64>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ReachFormat::Table)]
    format: ReachFormat,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReachFormat {
    /// For people
    Table,
    /// One line each
    Jsonl,
    /// A graph for Graphviz
    Dot,
    /// A graph for Mermaid
    Mermaid,
}

pub(super) fn run(args: ReachArgs) -> Result<ExitCode> {
    match args.command {
        None => with_store(&args.who.store, async |store| who(&args.who, store).await),
        Some(ReachCommand::Diff(diff)) => with_store(&diff.store, async |store| compare::run(&diff, store).await),
        Some(ReachCommand::Cut(cut)) => with_store(&cut.store, async |store| cut::run(&cut, store).await),
    }
}

fn with_store(args: &StoreArgs, work: impl AsyncFnOnce(&dyn Store) -> Result<ExitCode>) -> Result<ExitCode> {
    setup::runtime()?.block_on(async {
        let store = setup::existing_store(args).await?;
        let result = work(&*store).await;
        store.close().await;
        result
    })
}

/// Says what a snapshot (the newest of its provider when none is named) could not tell: who is known only from there is in no answer.
async fn tell_unread(store: &dyn Store, snapshot: Option<i64>, provider: &str) -> Result<()> {
    let gaps = store.gaps(snapshot, provider).await?;
    if let Some((place, why)) = gaps.first() {
        let more = if gaps.len() > 1 { format!(", and {} more", gaps.len() - 1) } else { String::new() };
        let of = snapshot.map(|id| format!(" in snapshot {id}")).unwrap_or_default();
        say(&format!("Not read{of}: {place}: {why}{more}. Who is known only from there is missing above."));
    }
    Ok(())
}

/// A snapshot that somebody names.
async fn snapshot(store: &dyn Store, id: i64) -> Result<SnapshotRow> {
    store.snapshot(Some(id), None).await?.with_context(|| format!("there is no snapshot {id} in the store"))
}

fn read_inventory(snapshot: &SnapshotRow) -> Result<Inventory> {
    serde_json::from_str(&snapshot.inventory).with_context(|| format!("snapshot {} cannot be read", snapshot.id))
}

/// What a snapshot has, or the newest of AWS and of exports together; and which providers that are.
async fn inventory(store: &dyn Store, id: Option<i64>) -> Result<(Vec<&'static str>, Inventory)> {
    if let Some(id) = id {
        let snapshot = snapshot(store, id).await?;
        let Some(provider) = ["aws", identities::EXPORTS].into_iter().find(|provider| *provider == snapshot.provider) else {
            bail!("snapshot {} is of `{}`: say what of it is asked about, as `postgres://…`", snapshot.id, safe(&snapshot.provider));
        };
        return Ok((vec![provider], read_inventory(&snapshot)?));
    }
    match (store.snapshot(None, Some("aws")).await?, store.snapshot(None, Some(identities::EXPORTS)).await?) {
        (Some(aws), Some(exports)) => Ok((vec!["aws", identities::EXPORTS], identities::together(read_inventory(&aws)?, read_inventory(&exports)?))),
        (Some(aws), None) => Ok((vec!["aws"], read_inventory(&aws)?)),
        (None, Some(exports)) => Ok((vec![identities::EXPORTS], read_inventory(&exports)?)),
        (None, None) => bail!("no identities were imported yet: run `sonde identities import DIR` or `sonde identities sync aws` first"),
    }
}

/// Answers that were kept.
pub(super) async fn kept_answers(store: &dyn Store, query: &ReachQuery) -> Result<Vec<ReachRow>> {
    let mut rows = Vec::new();
    let visit = |row| {
        rows.push(row);
        Ok(())
    };
    store.reach(query, Box::new(visit)).await?;
    Ok(rows)
}

/// The datasets of the store, or those with findings from a sensitivity on, and where they lie.
pub(super) async fn sensitive(store: &dyn Store, from: Option<LevelArg>, scanned_as: &[(String, String)]) -> Result<Vec<Located>> {
    let query = Query { min_sensitivity: from.map(Into::into), ..Query::default() };
    let mut uris = Vec::new();
    let visit = |row: crate::store::DatasetRow| {
        uris.extend(Located::new(&row.dataset, scanned_as));
        Ok(())
    };
    store.datasets(&query, Box::new(visit)).await?;
    uris.sort();
    uris.dedup();
    Ok(uris)
}

/// The places that are meant.
fn places(what: Option<&str>, answers: &Answers<'_>, datasets: &[Located]) -> Result<Vec<Place>> {
    let Some(what) = what else { return Ok(answers.places(datasets)) };
    // What is none of these may be a database's address, password and all.
    let shown = if what.contains(['@', ':']) { "this".to_owned() } else { format!("`{}`", safe(what)) };
    let mut place =
        Place::parse(what).with_context(|| format!("{shown} is neither `s3://bucket/prefix` nor an ARN of S3 nor the name of a bucket"))?;
    if !answers.knows(&place.bucket) {
        bail!("`{}` is not in the snapshot: it was not imported", place.bucket);
    }
    let here = |located: &&Located| Place::parse(&located.place).is_some_and(|p| p.bucket == place.bucket && p.prefix == place.prefix);
    place.dataset = datasets.iter().find(here).map(|located| located.dataset.clone());
    Ok(vec![place])
}

fn object_tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or("a tag is given as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

impl WhoArgs {
    fn wants(&self, row: &ReachRow) -> bool {
        let named = |name: &str, wanted: &str| {
            name == wanted || name.ends_with(&format!("/{wanted}")) || name.ends_with(&format!(":{wanted}")) || name.ends_with(&format!(" {wanted}"))
        };
        self.principal.as_ref().is_none_or(|p| named(&row.principal, p))
            && (self.access.is_empty() || self.access.contains(&row.access))
            && (!self.public || matches!(row.kind.as_str(), "anonymous" | "any_authenticated"))
            && (!self.external || row.external)
            && self.via.as_ref().is_none_or(|v| row.via.iter().any(|role| named(role, v)))
    }
}

/// Answers about one place that were kept when identities were imported: nothing has to be worked out.
async fn kept(args: &WhoArgs, store: &dyn Store) -> Result<Option<(Place, Vec<ReachRow>)>> {
    let Some(what) = args.what.as_deref().filter(|_| args.snapshot.is_none() && args.object_tag.is_empty()) else { return Ok(None) };
    let (mut place, query) = match Place::parse(what) {
        Some(place) if place.prefix.is_empty() => return Ok(None),
        Some(place) => {
            let resource = Some(format!("arn:aws:s3:::{}/{}*", place.bucket, place.prefix));
            (place, ReachQuery { resource, ..ReachQuery::default() })
        }
        // A dataset that was scanned elsewhere than it lies.
        None => {
            let place = Place { bucket: String::new(), prefix: String::new(), dataset: None };
            (place, ReachQuery { dataset: Some(what.to_owned()), ..ReachQuery::default() })
        }
    };
    let rows = kept_answers(store, &query).await?;
    place.dataset = rows.first().and_then(|row: &ReachRow| row.dataset.clone());
    Ok((!rows.is_empty()).then_some((place, rows)))
}

async fn who(args: &WhoArgs, store: &dyn Store) -> Result<ExitCode> {
    if let Some(uri) = args.what.as_deref().filter(|what| Postgres::is_uri(what)) {
        let (provider, answers) = databases::reach(uri, args.snapshot, store).await?;
        let uses = identities::uses(store, &provider, Owners::new()).await?;
        let code = print(args, &uses, answers.into_iter())?;
        tell_unread(store, args.snapshot, &provider).await?;
        return Ok(code);
    }
    let kept = kept(args, store).await?;
    let mut uses = identities::uses(store, "aws", Owners::new()).await?;
    // Answers that were kept are printed as they are: of the inventory, only the owners of buckets are needed, where there are logs.
    if let (Some((place, rows)), true) = (&kept, uses.is_empty()) {
        let code = print(args, &uses, [(place.clone(), rows.clone())].into_iter())?;
        tell_unread(store, None, "aws").await?;
        return Ok(code);
    }
    let (providers, inventory) = inventory(store, args.snapshot).await?;
    uses.own(identities::owners(&inventory));
    let code = if let Some(kept) = kept {
        print(args, &uses, [kept].into_iter())?
    } else {
        let datasets = sensitive(store, None, &[]).await?;
        let mut answers = Answers::new(&inventory);
        if !args.object_tag.is_empty() {
            answers.with_object_tags(args.object_tag.iter().cloned().collect());
        }
        let places = places(args.what.as_deref(), &answers, &datasets)?;
        print(args, &uses, places.into_iter().map(|place| (place.clone(), answers.of(&place))))?
    };
    for provider in providers {
        tell_unread(store, args.snapshot, provider).await?;
    }
    Ok(code)
}

fn print(args: &WhoArgs, uses: &Uses, answers: impl Iterator<Item = (Place, Vec<ReachRow>)>) -> Result<ExitCode> {
    if args.unused && uses.is_empty() {
        bail!("no audit log was read yet: run `sonde identities usage` first");
    }
    let mut out = io::BufWriter::new(io::stdout());
    let mut printer = print::Printer::new(args.format, args.explain, args.principal.is_some());
    for (place, rows) in answers {
        let used = if uses.is_empty() { vec![None; rows.len()] } else { uses.of(&rows).into_iter().map(Some).collect() };
        let unused = |row: &ReachRow, used: &Option<Used>| row.answer != "unknown" && matches!(used, Some(Used::No { .. }));
        let wanted = |(row, used): &(ReachRow, Option<Used>)| args.wants(row) && (!args.unused || unused(row, used));
        printer.place(&mut out, &place, rows.into_iter().zip(used).filter(wanted).collect())?;
    }
    printer.end(&mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
