//! `sonde reach diff`: two snapshots held against each other.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::Value;

use super::{StoreArgs, read_inventory, sensitive, snapshot, tell_unread};
use crate::{
    cli::{databases, terminal::safe},
    identities::{Answers, difference},
    store::{Change, ReachRow, SnapshotRow, Store},
};

/// Options of `sonde reach diff`.
#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// Number of the earlier snapshot
    before: i64,
    /// Number of the later snapshot
    after: i64,
    /// `table`, for people, or `jsonl`, one line each
    #[arg(long, value_name = "FORMAT", value_parser = ["table", "jsonl"], default_value = "table")]
    format: String,
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

pub(super) async fn run(args: &DiffArgs, store: &dyn Store) -> Result<ExitCode> {
    let (before, after) = (snapshot(store, args.before).await?, snapshot(store, args.after).await?);
    if before.provider != after.provider {
        let (one, other) = (safe(&before.provider), safe(&after.provider));
        bail!("snapshot {} is of `{one}` and snapshot {} of `{other}`: only two of the same can be compared", before.id, after.id);
    }
    let changes = difference(&answers(&before, store).await?, &answers(&after, store).await?);
    let mut out = io::BufWriter::new(io::stdout());
    if args.format == "table" && changes.is_empty() {
        writeln!(out, "Nobody gained, nobody lost.")?;
    }
    for change in &changes {
        if args.format == "jsonl" { line(&mut out, change)? } else { people(&mut out, change)? }
    }
    out.flush()?;
    for id in [before.id, after.id] {
        tell_unread(store, Some(id), &before.provider).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// All answers of a snapshot: about the tables of a database, or about buckets and what else there is in an estate.
async fn answers(row: &SnapshotRow, store: &dyn Store) -> Result<Vec<ReachRow>> {
    if row.provider.starts_with("postgres:") {
        return databases::surest(row);
    }
    let inventory = read_inventory(row)?;
    let datasets = sensitive(store, None, &[]).await?;
    let mut answers = Answers::new(&inventory);
    Ok(answers.places(&datasets).iter().flat_map(|place| answers.of(place)).collect())
}

fn line(out: &mut impl Write, change: &Change) -> Result<()> {
    let cause: Value = serde_json::from_str(&change.cause)?;
    let line = serde_json::json!({
        "resource": change.resource, "principal": change.principal, "access": change.access, "change": change.change,
        "before": change.before, "after": change.after, "gone": cause["gone"], "new": cause["new"],
    });
    Ok(writeln!(out, "{line}")?)
}

fn people(out: &mut impl Write, change: &Change) -> Result<()> {
    let answer = |a: &Option<String>| a.clone().unwrap_or_else(|| "no".to_owned());
    let head = format!("{} {} {} on {}", change.principal, change.change, change.access, change.resource);
    writeln!(out, "{}: {} -> {}", safe(&head), answer(&change.before), answer(&change.after))?;
    let cause: Value = serde_json::from_str(&change.cause)?;
    for (list, sign) in [("gone", '-'), ("new", '+')] {
        for statement in cause[list].as_array().into_iter().flatten() {
            let word = |key: &str| safe(statement[key].as_str().unwrap_or_default());
            writeln!(out, "  {sign} {} by statement {} of {}", word("effect"), word("statement"), word("policy"))?;
        }
    }
    Ok(())
}
