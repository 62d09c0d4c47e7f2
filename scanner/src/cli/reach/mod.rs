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
    identities::{Answers, Place},
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

/// A snapshot, or the newest of AWS.
async fn snapshot(store: &dyn Store, id: Option<i64>) -> Result<SnapshotRow> {
    match (store.snapshot(id, id.is_none().then_some("aws")).await?, id) {
        (Some(snapshot), _) => Ok(snapshot),
        (None, Some(id)) => bail!("there is no snapshot {id} in the store"),
        (None, None) => bail!("no identities were imported yet: run `sonde identities import DIR` or `sonde identities sync aws` first"),
    }
}

/// A snapshot of AWS and its inventory.
async fn inventory(store: &dyn Store, id: Option<i64>) -> Result<(SnapshotRow, Inventory)> {
    let snapshot = snapshot(store, id).await?;
    if snapshot.provider != "aws" {
        bail!("snapshot {} is of `{}`: say what of it is asked about, as `postgres://…`", snapshot.id, safe(&snapshot.provider));
    }
    let inventory = serde_json::from_str(&snapshot.inventory).with_context(|| format!("snapshot {} cannot be read", snapshot.id))?;
    Ok((snapshot, inventory))
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

/// URIs of the datasets of the store, or of those with findings from a sensitivity on.
pub(super) async fn sensitive(store: &dyn Store, from: Option<LevelArg>) -> Result<Vec<String>> {
    let query = Query { min_sensitivity: from.map(Into::into), ..Query::default() };
    let mut uris = Vec::new();
    let visit = |row: crate::store::DatasetRow| {
        if row.dataset.starts_with("s3://") {
            uris.push(row.dataset);
        }
        Ok(())
    };
    store.datasets(&query, Box::new(visit)).await?;
    uris.sort();
    uris.dedup();
    Ok(uris)
}

/// The places that are meant.
fn places(what: Option<&str>, answers: &Answers<'_>, datasets: &[String]) -> Result<Vec<Place>> {
    let Some(what) = what else { return Ok(answers.places(datasets)) };
    // What is none of these may be a database's address, password and all.
    let shown = if what.contains(['@', ':']) { "this".to_owned() } else { format!("`{}`", safe(what)) };
    let mut place =
        Place::parse(what).with_context(|| format!("{shown} is neither `s3://bucket/prefix` nor an ARN of S3 nor the name of a bucket"))?;
    if !answers.knows(&place.bucket) {
        bail!("`{}` is not in the snapshot: it was not imported", place.bucket);
    }
    place.dataset = datasets.iter().find(|uri| Place::parse(uri).is_some_and(|p| p.bucket == place.bucket && p.prefix == place.prefix)).cloned();
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
    let Some(mut place) =
        args.what.as_deref().and_then(Place::parse).filter(|p| args.snapshot.is_none() && args.object_tag.is_empty() && !p.prefix.is_empty())
    else {
        return Ok(None);
    };
    let query = ReachQuery { resource: Some(format!("arn:aws:s3:::{}/{}*", place.bucket, place.prefix)), ..ReachQuery::default() };
    let rows = kept_answers(store, &query).await?;
    place.dataset = rows.first().and_then(|row: &ReachRow| row.dataset.clone());
    Ok((!rows.is_empty()).then_some((place, rows)))
}

async fn who(args: &WhoArgs, store: &dyn Store) -> Result<ExitCode> {
    if let Some(uri) = args.what.as_deref().filter(|what| Postgres::is_uri(what)) {
        let (provider, answers) = databases::reach(uri, args.snapshot, store).await?;
        let code = print(args, answers.into_iter())?;
        tell_unread(store, args.snapshot, &provider).await?;
        return Ok(code);
    }
    let code = if let Some((place, rows)) = kept(args, store).await? {
        print(args, [(place, rows)].into_iter())?
    } else {
        let (_, inventory) = inventory(store, args.snapshot).await?;
        let datasets = sensitive(store, None).await?;
        let mut answers = Answers::new(&inventory);
        if !args.object_tag.is_empty() {
            answers.with_object_tags(args.object_tag.iter().cloned().collect());
        }
        let places = places(args.what.as_deref(), &answers, &datasets)?;
        print(args, places.into_iter().map(|place| (place.clone(), answers.of(&place))))?
    };
    tell_unread(store, args.snapshot, "aws").await?;
    Ok(code)
}

fn print(args: &WhoArgs, answers: impl Iterator<Item = (Place, Vec<ReachRow>)>) -> Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout());
    let mut printer = print::Printer::new(args.format, args.explain, args.principal.is_some());
    for (place, mut rows) in answers {
        rows.retain(|row| args.wants(row));
        printer.place(&mut out, &place, rows)?;
    }
    printer.end(&mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
