//! `sonde reach cut`: the smallest set of grants whose removal brings a dataset under a number of principals.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Args;
use sonde_access::inventory::Inventory;
use sonde_connectors::postgres::Postgres;

use super::{StoreArgs, inventory, places, sensitive, tell_unread};
use crate::{
    cli::{table, terminal::safe},
    identities::{Answers, Place, without},
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

/// How many grants are tried at most.
const TRIES: usize = 200;

pub(super) async fn run(args: &CutArgs, store: &dyn Store) -> Result<ExitCode> {
    if Postgres::is_uri(&args.what) {
        bail!("grants of databases cannot be worked out yet: only those of AWS can");
    }
    let (_, inventory) = inventory(store, None).await?;
    let datasets = sensitive(store, None).await?;
    let place = places(Some(&args.what), &Answers::new(&inventory), &datasets)?.remove(0);
    if place.bucket.contains("://") {
        bail!("grants on `{}` cannot be worked out yet: only those of AWS can", place.bucket);
    }
    let used: BTreeSet<String> = inventory.principals.iter().filter(|p| p.last_used.is_some()).map(|p| p.arn.clone()).collect();
    let keeps = |row: &ReachRow| {
        let named = |name: &str| args.keep.iter().any(|k| name == k || name.ends_with(&format!("/{k}")) || name.ends_with(&format!(":{k}")));
        // Whoever comes through a role that was used may be the one who used it.
        named(&row.principal) || args.keep_used && (used.contains(&row.principal) || row.via.iter().any(|role| used.contains(role)))
    };
    let rows = reached(&inventory, &place, &args.access);
    let kept: BTreeSet<String> = rows.iter().filter(|row| keeps(row)).map(|row| row.principal.clone()).collect();
    if kept.len() > args.budget && args.budget > 0 {
        bail!("{} principals are kept, which is more than {}", kept.len(), args.budget);
    }
    let allowed = args.budget.saturating_sub(kept.len());
    let (chosen, left) = choose(&inventory, &place, &args.access, &kept, allowed);
    let mut out = io::BufWriter::new(io::stdout());
    writeln!(out, "{} can {} {}; {} of them are to keep it.", rows.len(), args.access, safe(&args.what), kept.len())?;
    if chosen.is_empty() {
        writeln!(out, "No grant has to go, or none can.")?;
    } else {
        let cells: Vec<Vec<String>> = chosen.iter().map(|((policy, statement), n)| vec![safe(policy), safe(statement), n.to_string()]).collect();
        table::print(&mut out, &["TAKE AWAY FROM", "STATEMENT", "LOSE IT"], &[false, false, true], &cells)?;
    }
    if left.len() > allowed {
        writeln!(out, "Left, because what they have no grant gives, or others keep it by the same:")?;
        left.iter().try_for_each(|who| writeln!(out, "  {}", safe(who)))?;
    }
    out.flush()?;
    tell_unread(store, None, "aws").await?;
    Ok(ExitCode::SUCCESS)
}

fn reached(inventory: &Inventory, place: &Place, access: &str) -> Vec<ReachRow> {
    Answers::new(inventory).of(place).into_iter().filter(|row| row.access == access).collect()
}

/// Takes the grant that most depend on, again and again, and looks what is left; never one whose loss those that are to keep the access would feel.
/// What goes with how many lose it, and who is left.
fn choose(inventory: &Inventory, place: &Place, access: &str, kept: &BTreeSet<String>, budget: usize) -> (Vec<(Grant, usize)>, Vec<String>) {
    let mut now = inventory.clone();
    let (mut chosen, mut refused): (Vec<(Grant, usize)>, BTreeSet<Grant>) = (Vec::new(), BTreeSet::new());
    let mut rows = reached(&now, place, access);
    let others = |rows: &[ReachRow]| rows.iter().filter(|r| !kept.contains(&r.principal)).map(|r| r.principal.clone()).collect::<Vec<_>>();
    for _ in 0..TRIES {
        if others(&rows).len() <= budget {
            break;
        }
        let mut counts: BTreeMap<Grant, usize> = BTreeMap::new();
        for row in rows.iter().filter(|r| !kept.contains(&r.principal)) {
            let grants: BTreeSet<Grant> =
                row.because.iter().filter(|b| b.2 == "Allow").map(|(policy, statement, _)| (policy.clone(), statement.clone())).collect();
            grants.into_iter().filter(|g| !refused.contains(g)).for_each(|g| *counts.entry(g).or_default() += 1);
        }
        let Some((grant, _)) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))) else { break };
        refused.insert(grant.clone());
        let Some(less) = without(&now, &grant.0, &grant.1) else { continue };
        let after = reached(&less, place, access);
        let still = |who: &String| after.iter().any(|r| r.principal == *who);
        if !kept.iter().all(still) {
            continue;
        }
        let lost = rows.len().saturating_sub(after.len());
        chosen.push((grant, lost));
        (now, rows) = (less, after);
    }
    let left = others(&rows);
    // What later ones made needless stays: each is given back, and looked whether somebody more has the access.
    let mut at = 0;
    while at < chosen.len() {
        let without_it = chosen.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, (grant, _))| grant);
        let again = without_it.fold(inventory.clone(), |now, grant| without(&now, &grant.0, &grant.1).unwrap_or(now));
        let more = others(&reached(&again, place, access));
        if more.len() <= left.len().max(budget) { drop(chosen.remove(at)) } else { at += 1 }
    }
    (chosen, left)
}
