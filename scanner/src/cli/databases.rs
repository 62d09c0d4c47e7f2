//! `sonde identities sync` and `sonde reach postgres://…`.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use sonde_access::sql::Inventory;
use sonde_connectors::{
    Connector,
    aws::AwsOptions,
    postgres::{Postgres, PostgresOptions},
};

use super::{LevelArg, StoreArgs, reach::kept_answers, setup, table, terminal::safe};
use crate::{
    identities::{self, DatabasePlace, Place, Tables},
    sizes::grouped,
    store::{DatasetRow, Query, ReachQuery, ReachRow, SnapshotRow, Store},
};

/// Options of `sonde identities sync`.
#[derive(Args, Debug)]
pub(super) struct SyncArgs {
    /// `aws` (the account of the credentials; what was read of another account before is replaced: of several, `import` their exports together), or `postgres://user@host:port/database`
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Read these dumps (`pg_dumpall --roles-only`, `pg_dump --schema-only --create`) in place of connecting: a folder of `*.sql`, or a file
    #[arg(long, value_name = "DIR|FILE")]
    dumps: Option<PathBuf>,
    /// Keep every answer for datasets with findings from this sensitivity on; of the rest, counts
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = LevelArg::Moderate)]
    expand: LevelArg,
    /// Exit with 2 when something could not be read
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

/// How AWS is reached.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "AWS")]
struct AwsArgs {
    /// Another server than AWS's, for every service. Default: as `AWS_ENDPOINT_URL` and the profile say
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Region of what has none of its own; regions of buckets are found out
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Profile of the AWS configuration
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

pub(super) fn sync(args: &SyncArgs) -> Result<ExitCode> {
    if args.source == "aws" {
        if args.dumps.is_some() {
            bail!("dumps of AWS are read by `sonde identities import DIR`");
        }
        let AwsArgs { endpoint_url, region, profile } = args.aws.clone();
        let options = AwsOptions { endpoint_url, region, profile, ..AwsOptions::default() };
        return setup::runtime()?.block_on(super::identities::sync(options, args.expand, args.strict, &args.store));
    }
    setup::runtime()?.block_on(async {
        let (place, origin, inventory) = read(args).await?;
        let store = crate::store::open(&setup::store_spec(&args.store)?).await?;
        store.migrate().await?;
        let outcome = keep(args, &place, &origin, &inventory, &*store).await;
        store.close().await;
        outcome
    })
}

/// The catalog, or dumps of it.
async fn read(args: &SyncArgs) -> Result<(DatabasePlace, String, Inventory)> {
    let named = |uri: &str| DatabasePlace::parse(uri).context("the source is not of the form `postgres://user@host:port/database`");
    if let Some(dumps) = &args.dumps {
        let place = named(&args.source)?;
        let inventory = identities::dumps(dumps, &place.database())?;
        return Ok((place, dumps.display().to_string(), inventory));
    }
    if !Postgres::is_uri(&args.source) {
        bail!("identities are read from `aws`, or from `postgres://user@host:port/database`");
    }
    let source = Postgres::connect(&args.source, PostgresOptions::default()).await?;
    let inventory = source.identities().await?;
    Ok((named(source.uri())?, source.uri().to_owned(), inventory))
}

async fn keep(args: &SyncArgs, place: &DatabasePlace, origin: &str, inventory: &Inventory, store: &dyn Store) -> Result<ExitCode> {
    let place = DatabasePlace { schema: None, table: None, ..place.clone() };
    let tables = Tables::new(&place, inventory)?;
    let before = store.snapshot(None, Some(&place.provider())).await?;
    let snapshot = store.save_snapshot(tables.snapshot(origin)?).await?;
    let expanded = datasets(store, &place, Some(args.expand)).await?;
    let (mut rows, mut summaries, mut changes, mut all) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (schema, name) in tables.covered() {
        let resource = place.resource(&schema, &name);
        let dataset = expanded.iter().find(|(s, t, _)| (s, t) == (&schema, &name)).map(|(.., uri)| uri.as_str());
        let found = tables.surest(&schema, &name, dataset);
        all += found.len();
        let of = Place { bucket: String::new(), prefix: String::new(), dataset: dataset.map(str::to_owned) };
        summaries.push(identities::summary(&resource, &of, &found, dataset.is_some()));
        if dataset.is_none() {
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
    let one_by_one = rows.len();
    store.save_reach(snapshot, rows, summaries, changes).await?;
    identities::hold(store, &place.provider(), snapshot, identities::Owners::new()).await?;
    let mut out = io::BufWriter::new(io::stdout());
    let logins = inventory.roles.iter().filter(|r| r.login).count();
    writeln!(
        out,
        "Read: {} roles ({} can log in), {} memberships, {} tables and views.\n",
        grouped(inventory.roles.len() as u64),
        grouped(logins as u64),
        grouped(inventory.memberships.len() as u64),
        grouped(tables.covered().len() as u64)
    )?;
    if !inventory.gaps.is_empty() {
        writeln!(out, "Not understood; what depends on it is answered with `unknown`:")?;
        let gaps: Vec<Vec<String>> = inventory.gaps.iter().map(|gap| vec![safe(gap)]).collect();
        table::print(&mut out, &["WHAT"], &[false], &gaps)?;
        writeln!(out)?;
    }
    writeln!(
        out,
        "Snapshot {snapshot} of {}: {} answers, {} of them kept one by one.",
        safe(origin),
        grouped(all as u64),
        grouped(one_by_one as u64)
    )?;
    out.flush()?;
    Ok(if args.strict && !inventory.gaps.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// Datasets of the store that are tables of a database: schema, table, URI.
async fn datasets(store: &dyn Store, place: &DatabasePlace, from: Option<LevelArg>) -> Result<Vec<(String, String, String)>> {
    let query = Query { min_sensitivity: from.map(Into::into), ..Query::default() };
    let mut found = Vec::new();
    let visit = |row: DatasetRow| {
        if let Some(DatabasePlace { base, schema: Some(schema), table: Some(table) }) = DatabasePlace::parse(&row.dataset)
            && base == place.base
        {
            found.push((schema, table, row.dataset));
        }
        Ok(())
    };
    store.datasets(&query, Box::new(visit)).await?;
    Ok(found)
}

/// What a URI names, and the newest snapshot of its database, or the one named.
pub(super) async fn snapshot(uri: &str, id: Option<i64>, store: &dyn Store) -> Result<(DatabasePlace, SnapshotRow)> {
    // What is none may hold a password anywhere.
    let place = DatabasePlace::parse(uri).context("what is asked about is not of the form `postgres://host:port/database[/schema[/table]]`")?;
    let Some(row) = store.snapshot(id, Some(&place.provider())).await? else {
        let base = safe(&place.base);
        match id {
            Some(id) => bail!("there is no snapshot {id} of `postgres://{base}`"),
            None => bail!("no identities of `postgres://{base}` were read yet: run `sonde identities sync postgres://{base}` first"),
        }
    };
    Ok((place, row))
}

/// Answers for a table, a schema or a database, from its newest snapshot or the one named: what the store calls the database, and table by table.
pub(super) async fn reach(uri: &str, id: Option<i64>, store: &dyn Store) -> Result<(String, Vec<(Place, Vec<ReachRow>)>)> {
    let (place, row) = snapshot(uri, id, store).await?;
    let provider = place.provider();
    let inventory = inventory(&row)?;
    let tables = Tables::new(&place, &inventory)?;
    let covered = tables.covered();
    if covered.is_empty() && place.schema.is_some() {
        bail!("there is no such schema or table in snapshot {}", row.id);
    }
    let known = datasets(store, &place, None).await?;
    let of = |(schema, name): (String, String)| {
        let dataset = known.iter().find(|(s, t, _)| (s, t) == (&schema, &name)).map(|(.., uri)| uri.as_str());
        let rows = tables.of(&schema, &name, dataset);
        let shown = dataset.map_or_else(|| place.resource(&schema, &name), str::to_owned);
        (Place { bucket: String::new(), prefix: String::new(), dataset: Some(shown) }, rows)
    };
    Ok((provider, covered.into_iter().map(of).collect()))
}

/// The surest answers for all tables of a snapshot.
pub(super) fn surest(row: &SnapshotRow) -> Result<Vec<ReachRow>> {
    let place = DatabasePlace::of_provider(&row.provider).with_context(|| format!("snapshot {} is of no database", row.id))?;
    let inventory = inventory(row)?;
    let tables = Tables::new(&place, &inventory)?;
    Ok(tables.covered().into_iter().flat_map(|(schema, name)| tables.surest(&schema, &name, None)).collect())
}

fn inventory(row: &SnapshotRow) -> Result<Inventory> {
    serde_json::from_str(&row.inventory).with_context(|| format!("snapshot {} cannot be read", row.id))
}
