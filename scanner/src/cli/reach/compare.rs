//! `sonde reach diff`: two snapshots held against each other.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::{StoreArgs, inventory, sensitive};
use crate::{
    cli::terminal::safe,
    identities::{Answers, difference},
    store::{Change, ReachRow, Store},
};

/// Options of `sonde reach diff`.
#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// Number of the earlier snapshot
    before: i64,
    /// Number of the later snapshot
    after: i64,
    /// One line of JSON each
    #[arg(long, value_name = "FORMAT", value_parser = ["table", "jsonl"], default_value = "table")]
    format: String,
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

pub(super) async fn run(args: &DiffArgs, store: &dyn Store) -> Result<ExitCode> {
    let datasets = sensitive(store, None).await?;
    let mut all: Vec<Vec<ReachRow>> = Vec::new();
    for id in [args.before, args.after] {
        let (_, inventory) = inventory(store, Some(id)).await?;
        let mut answers = Answers::new(&inventory);
        let mut rows = Vec::new();
        for place in answers.places(&datasets) {
            rows.extend(answers.of(&place));
        }
        all.push(rows);
    }
    let changes = difference(&all[0], &all[1]);
    let mut out = io::BufWriter::new(io::stdout());
    if args.format == "table" && changes.is_empty() {
        writeln!(out, "Nobody gained, nobody lost.")?;
    }
    for change in &changes {
        if args.format == "jsonl" { line(&mut out, change)? } else { people(&mut out, change)? }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
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
