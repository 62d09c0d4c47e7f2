//! `sonde identities`: who there is, and what policies say.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use sonde_access::inventory::{Gap, Inventory};
use sonde_connectors::aws::{Aws, AwsOptions};

use super::{
    LevelArg, StoreArgs, databases,
    reach::{kept_answers, sensitive},
    setup, table,
    terminal::safe,
    usage,
};
use crate::{
    identities::{self, Answers, Located},
    sizes::grouped,
    store::{ReachQuery, Store},
};

#[derive(Debug, Subcommand)]
pub(super) enum IdentitiesCommand {
    /// Read what the `aws` command line printed into a folder, and work out who can reach what
    Import(ImportArgs),
    /// Read identities of an AWS account, or roles and grants of a database, and work out who can reach what
    Sync(databases::SyncArgs),
    /// Read audit logs (CloudTrail, pgaudit): who used what, and when last
    Usage(Box<usage::UsageArgs>),
}

/// Options of `sonde identities import`.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// Folder with `authorization-details*.json`, `buckets/`, `account/`, `kms/`, `organization/`, … and, of other platforms, `gcp/`, `azure/`, `bigquery/`, `snowflake/`, `unity/`, `vectors/`
    dir: PathBuf,
    /// Keep every answer for datasets with findings from this sensitivity on; of the rest, counts
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = LevelArg::Moderate)]
    expand: LevelArg,
    /// What lies at PLACE was scanned as DATASET (`gs://lake=s3://lake`, `snowflake://account/DB.SCHEMA.TABLE=s3://unloaded/table/`). Repeatable
    #[arg(long, value_name = "PLACE=DATASET", value_parser = alias)]
    scanned_as: Vec<(String, String)>,
    /// Exit with 2 when something could not be read
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    store: StoreArgs,
}

fn alias(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((place, dataset)) if place.contains("://") && dataset.contains("://") => Ok((place.to_owned(), dataset.to_owned())),
        _ => Err("it is not of the form `gs://bucket=s3://bucket`".to_owned()),
    }
}

pub(super) fn run(command: IdentitiesCommand) -> Result<ExitCode> {
    let args = match command {
        IdentitiesCommand::Import(args) => args,
        IdentitiesCommand::Sync(args) => return databases::sync(&args),
        IdentitiesCommand::Usage(args) => return usage::run(&args),
    };
    let inventory = identities::read(&args.dir)?;
    if identities::counts(&inventory).iter().all(|(.., n)| *n == 0) && inventory.gaps.is_empty() {
        bail!("there is nothing in `{}` that an import knows: see `sonde identities import --help`", args.dir.display());
    }
    let origin = args.dir.display().to_string();
    let how = How { expand: args.expand, strict: args.strict, scanned_as: &args.scanned_as };
    setup::runtime()?.block_on(keep(inventory, &origin, &how, &args.store))
}

/// What is kept one by one, and what is a failure.
struct How<'h> {
    expand: LevelArg,
    strict: bool,
    scanned_as: &'h [(String, String)],
}

/// `sonde identities sync aws`.
pub(super) async fn sync(options: AwsOptions, expand: LevelArg, strict: bool, store: &StoreArgs) -> Result<ExitCode> {
    let aws = Aws::connect(options).await?;
    let collected = aws.collect().await;
    let origin = format!("aws {}", collected.account);
    keep(identities::of_account(&collected), &origin, &How { expand, strict, scanned_as: &[] }, store).await
}

/// Opens the store and keeps an inventory there, with all answers.
async fn keep(inventory: Inventory, origin: &str, how: &How<'_>, store: &StoreArgs) -> Result<ExitCode> {
    let store = crate::store::open(&setup::store_spec(store)?).await?;
    store.migrate().await?;
    let outcome = import(inventory, origin, how, &*store).await;
    store.close().await;
    outcome
}

async fn import(inventory: Inventory, origin: &str, how: &How<'_>, store: &dyn Store) -> Result<ExitCode> {
    let datasets = sensitive(store, Some(how.expand), how.scanned_as).await?;
    let mut out = io::BufWriter::new(io::stdout());
    let gaps = Answers::new(&inventory).gaps();
    print(&mut out, &inventory, &gaps)?;
    for (provider, inventory) in identities::apart(inventory) {
        let (snapshot, all, kept) = answer(provider, &inventory, origin, &datasets, store).await?;
        let shown = safe(origin);
        writeln!(out, "Snapshot {snapshot} of {shown}: {} answers, {} of them kept one by one.", grouped(all as u64), grouped(kept as u64))?;
    }
    out.flush()?;
    Ok(if how.strict && !gaps.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// Keeps one snapshot: its number, how many answers there are, and how many were kept one by one.
async fn answer(provider: &str, inventory: &Inventory, origin: &str, datasets: &[Located], store: &dyn Store) -> Result<(i64, usize, usize)> {
    let mut answers = Answers::new(inventory);
    let before = store.snapshot(None, Some(provider)).await?;
    let mut spec = identities::snapshot(inventory, provider, origin, &answers.gaps())?;
    spec.resources = answers.places(&[]).len() as u64;
    let snapshot = store.save_snapshot(spec).await?;
    let (mut rows, mut summaries, mut changes, mut all) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for place in answers.places(datasets) {
        let found = answers.of(&place);
        all += found.len();
        let expanded = place.dataset.is_some();
        let resource = found.first().map_or_else(|| place.uri(), |row| row.resource.clone());
        summaries.push(identities::summary(&resource, &place, &found, expanded));
        if !expanded {
            continue;
        }
        if let Some(before) = &before {
            let query = ReachQuery { snapshot: Some(before.id), resource: Some(resource), ..ReachQuery::default() };
            let known = kept_answers(store, &query).await?;
            if !known.is_empty() {
                changes.extend(identities::difference(&known, &found));
            }
        }
        rows.extend(found);
    }
    let kept = rows.len();
    store.save_reach(snapshot, rows, summaries, changes).await?;
    identities::hold(store, provider, snapshot, identities::owners(inventory)).await?;
    Ok((snapshot, all, kept))
}

fn print(out: &mut impl Write, inventory: &Inventory, gaps: &[Gap]) -> Result<()> {
    let counts: Vec<String> = identities::counts(inventory)
        .iter()
        .filter(|(.., n)| *n > 0)
        .map(|(one, many, n)| format!("{} {}", grouped(*n as u64), if *n == 1 { one } else { many }))
        .collect();
    writeln!(out, "Read: {}.\n", if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") })?;
    if !gaps.is_empty() {
        writeln!(out, "Not read; what depends on it is answered with `unknown`:")?;
        let rows: Vec<Vec<String>> = gaps.iter().map(|g| vec![safe(&g.place), safe(&g.why)]).collect();
        table::print(out, &["WHERE", "WHY"], &[false, false], &rows)?;
        writeln!(out)?;
    }
    if !inventory.unknown_files.is_empty() {
        writeln!(out, "Files that an import does not know:")?;
        for file in &inventory.unknown_files {
            writeln!(out, "  {}", safe(file))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
