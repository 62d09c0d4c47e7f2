//! `sonde reach cut`: the smallest set of grants whose removal brings a dataset under a number of principals.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Args;

use super::{StoreArgs, inventory, places, sensitive};
use crate::{
    cli::{table, terminal::safe},
    identities::Answers,
    store::{ReachRow, Store},
};

/// Options of `sonde reach cut`.
#[derive(Args, Debug)]
pub(super) struct CutArgs {
    /// `s3://bucket/prefix`, an ARN, or the name of a bucket
    #[arg(value_name = "DATASET|RESOURCE")]
    what: String,
    /// At most so many principals may keep the access
    #[arg(long, value_name = "N", default_value_t = 0)]
    budget: usize,
    /// Which access
    #[arg(long, value_name = "ACCESS", value_parser = ["read", "write", "list", "admin"], default_value = "read")]
    access: String,
    /// Principals that keep it: an ARN, or the end of one. Repeatable
    #[arg(long, value_name = "P")]
    keep: Vec<String>,
    /// Roles that were used (as far as the provider's last-used dates say) keep it
    #[arg(long)]
    keep_used: bool,
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// A statement: (policy, statement).
type Grant = (String, String);

pub(super) async fn run(args: &CutArgs, store: &dyn Store) -> Result<ExitCode> {
    let (_, inventory) = inventory(store, None).await?;
    let datasets = sensitive(store, None).await?;
    let mut answers = Answers::new(&inventory);
    let place = places(Some(&args.what), &answers, &datasets)?.remove(0);
    let rows: Vec<ReachRow> = answers.of(&place).into_iter().filter(|r| r.access == args.access).collect();
    let used: BTreeSet<&str> = inventory.principals.iter().filter(|p| p.last_used.is_some()).map(|p| p.arn.as_str()).collect();
    let keeps = |row: &ReachRow| {
        let named =
            args.keep.iter().any(|k| row.principal == *k || row.principal.ends_with(&format!("/{k}")) || row.principal.ends_with(&format!(":{k}")));
        // Whoever comes through a role that was used may be the one who used it.
        named || args.keep_used && (used.contains(row.principal.as_str()) || row.via.iter().any(|role| used.contains(role.as_str())))
    };
    let (kept, cut): (Vec<&ReachRow>, Vec<&ReachRow>) = rows.iter().partition(|row| keeps(row));
    if kept.len() > args.budget && args.budget > 0 {
        bail!("{} principals are kept, which is more than {}", kept.len(), args.budget);
    }
    let allowed = args.budget.saturating_sub(kept.len());
    let needed: BTreeSet<Grant> = kept.iter().flat_map(|row| grants(row)).collect();
    let (chosen, left) = choose(&cut, &needed, allowed);
    let mut out = io::BufWriter::new(io::stdout());
    writeln!(out, "{} can {} {}; {} are kept.", rows.len(), args.access, safe(&args.what), kept.len())?;
    if chosen.is_empty() {
        writeln!(out, "No grant has to go.")?;
    } else {
        let cells: Vec<Vec<String>> = chosen.iter().map(|((policy, statement), n)| vec![safe(policy), safe(statement), n.to_string()]).collect();
        table::print(&mut out, &["POLICY", "STATEMENT", "LOSE IT"], &[false, false, true], &cells)?;
    }
    if left.len() > allowed {
        writeln!(out, "Left, for what they have is also what others keep, or needs no grant:")?;
        left.iter().try_for_each(|row| writeln!(out, "  {}", safe(&row.principal)))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Statements that allow.
fn grants(row: &ReachRow) -> Vec<Grant> {
    row.because.iter().filter(|(.., effect)| effect == "Allow").map(|(policy, statement, _)| (policy.clone(), statement.clone())).collect()
}

/// Takes the statement that most depend on, again and again, never one that is needed. What goes, and who is left.
fn choose<'r>(rows: &[&'r ReachRow], needed: &BTreeSet<Grant>, budget: usize) -> (Vec<(Grant, usize)>, Vec<&'r ReachRow>) {
    let mut left: Vec<&ReachRow> = rows.to_vec();
    let mut chosen = Vec::new();
    while left.len() > budget {
        let mut counts: BTreeMap<Grant, usize> = BTreeMap::new();
        for row in &left {
            for grant in grants(row).into_iter().filter(|g| !needed.contains(g)).collect::<BTreeSet<_>>() {
                *counts.entry(grant).or_default() += 1;
            }
        }
        let Some((grant, count)) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))) else { break };
        left.retain(|row| !grants(row).contains(&grant));
        chosen.push((grant, count));
    }
    (chosen, left)
}
