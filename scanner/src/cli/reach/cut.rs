//! `sonde reach cut`: the smallest set of grants whose removal brings a dataset under a number of principals.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use sonde_access::{inventory::Inventory, sql};
use sonde_connectors::postgres::Postgres;

use super::{StoreArgs, databases, inventory, places, sensitive, tell_unread};
use crate::{
    cli::{
        table,
        terminal::{safe, say},
    },
    identities::{self, Answers, DatabasePlace, Owners, Place, Tables, Used, Uses, without, without_grant},
    store::{ReachRow, Store},
};

/// Options of `sonde reach cut`.
#[derive(Args, Debug)]
pub(super) struct CutArgs {
    /// `s3://bucket/prefix`, an ARN, the name of a bucket, or a table: `postgres://host:port/database/schema/table`
    #[arg(value_name = "DATASET|RESOURCE")]
    what: String,
    /// At most so many principals may keep the access
    #[arg(long, value_name = "N", default_value_t = 0)]
    budget: usize,
    /// Which access
    #[arg(long, value_name = "ACCESS", value_parser = ["read", "write", "list", "admin"], default_value = "read")]
    access: String,
    /// Principals that keep it: an ARN or a role, or the end of an ARN. Repeatable
    #[arg(long, value_name = "P")]
    keep: Vec<String>,
    /// Whoever used it keeps it, as audit logs say (`sonde identities usage`); of what they do not record, roles with a last-used date of the provider
    #[arg(long)]
    keep_used: bool,
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// A statement: (policy, statement).
type Grant = (String, String);

/// How many grants are tried at most.
const TRIES: usize = 200;

/// What is cut, as it would be without some grants.
#[derive(Clone)]
enum Estate {
    Aws(Box<Inventory>, Place),
    Table { place: DatabasePlace, inventory: sql::Inventory, schema: String, table: String },
}

impl Estate {
    async fn read(what: &str, store: &dyn Store) -> Result<Self> {
        if !Postgres::is_uri(what) {
            let (_, inventory) = inventory(store, None).await?;
            let datasets = sensitive(store, None, &[]).await?;
            let place = places(Some(what), &Answers::new(&inventory), &datasets)?.remove(0);
            if place.bucket.contains("://") {
                bail!("grants on `{}` cannot be worked out yet: only those of AWS and of databases can", place.bucket);
            }
            return Ok(Self::Aws(Box::new(inventory), place));
        }
        let (place, row) = databases::snapshot(what, None, store).await?;
        let inventory: sql::Inventory = serde_json::from_str(&row.inventory).with_context(|| format!("snapshot {} cannot be read", row.id))?;
        let covered = Tables::new(&place, &inventory)?.covered();
        let (Some((schema, table)), Some(_)) = (covered.first().cloned(), &place.table) else {
            bail!("this is no table of snapshot {}: one table is cut at a time", row.id);
        };
        Ok(Self::Table { place, inventory, schema, table })
    }

    /// Everybody with the access. Roles that nobody logs in as are in the way, not at its end; of what functions of others do with a table nothing is known.
    fn reached(&self, access: &str) -> Vec<ReachRow> {
        let rows = match self {
            Self::Aws(inventory, place) => Answers::new(inventory).of(place),
            Self::Table { place, inventory, schema, table } => {
                let tables = Tables::new(place, inventory).ok();
                tables
                    .map(|tables| tables.of(schema, table, None))
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|row| row.kind != "group" && row.answer != "unknown")
                    .collect()
            }
        };
        rows.into_iter().filter(|row| row.access == access).collect()
    }

    fn without(&self, grant: &Grant, access: &str) -> Option<Self> {
        Some(match self {
            Self::Aws(inventory, place) => Self::Aws(Box::new(without(inventory, &grant.0, &grant.1)?), place.clone()),
            Self::Table { place, inventory, schema, table } => {
                let inventory = without_grant(inventory, &grant.0, &grant.1, access)?;
                Self::Table { place: place.clone(), inventory, schema: schema.clone(), table: table.clone() }
            }
        })
    }

    fn provider(&self) -> String {
        match self {
            Self::Aws(..) => "aws".to_owned(),
            Self::Table { place, .. } => place.provider(),
        }
    }

    /// Without a password that may be in what was asked.
    fn shown(&self, what: &str) -> String {
        match self {
            Self::Aws(..) => safe(what),
            Self::Table { place, schema, table, .. } => safe(&place.resource(schema, table)),
        }
    }

    async fn uses(&self, store: &dyn Store) -> Result<Uses> {
        let owners = match self {
            Self::Aws(inventory, _) => identities::owners(inventory),
            Self::Table { .. } => Owners::new(),
        };
        identities::uses(store, &self.provider(), owners).await
    }

    /// Roles with a last-used date.
    fn last_used(&self) -> BTreeSet<String> {
        match self {
            Self::Aws(inventory, _) => inventory.principals.iter().filter(|p| p.last_used.is_some()).map(|p| p.arn.clone()).collect(),
            Self::Table { .. } => BTreeSet::new(),
        }
    }
}

pub(super) async fn run(args: &CutArgs, store: &dyn Store) -> Result<ExitCode> {
    let estate = Estate::read(&args.what, store).await?;
    let rows = estate.reached(&args.access);
    let kept = kept(args, &estate, &rows, store).await?;
    if kept.len() > args.budget && args.budget > 0 {
        bail!("{} principals are kept, which is more than {}", kept.len(), args.budget);
    }
    let allowed = args.budget.saturating_sub(kept.len());
    let (chosen, left) = choose(&estate, &args.access, &kept, allowed);
    let mut out = io::BufWriter::new(io::stdout());
    writeln!(out, "{} can {} {}; {} of them are to keep it.", who(&rows).len(), args.access, estate.shown(&args.what), kept.len())?;
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
    tell_unread(store, None, &estate.provider()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Who keeps the access: whoever is named, and whoever used it or may have.
async fn kept(args: &CutArgs, estate: &Estate, rows: &[ReachRow], store: &dyn Store) -> Result<BTreeSet<String>> {
    let uses = estate.uses(store).await?;
    let (logs, dates) = (uses.of(rows), estate.last_used());
    let named = |name: &str| args.keep.iter().any(|k| name == k || name.ends_with(&format!("/{k}")) || name.ends_with(&format!(":{k}")));
    // Whoever comes through a role that was used may be the one who used it.
    let dated = |row: &ReachRow| dates.contains(&row.principal) || row.via.iter().any(|role| dates.contains(role));
    let used = |row: &ReachRow, used: Used| match used {
        Used::Yes(_) | Used::Maybe(_) => true,
        Used::No { .. } => false,
        Used::Unrecorded => dated(row),
    };
    let unrecorded = logs.iter().filter(|used| **used == Used::Unrecorded).count();
    if args.keep_used && unrecorded > 0 {
        say(&format!(
            "No log that was read records who can {} it ({unrecorded} of {}): of them, roles with a last-used date are kept.",
            args.access,
            rows.len()
        ));
    }
    let keeps = rows.iter().zip(logs).filter(|(row, log)| named(&row.principal) || args.keep_used && used(row, *log));
    Ok(keeps.map(|(row, _)| row.principal.clone()).collect())
}

fn who(rows: &[ReachRow]) -> BTreeSet<&String> {
    rows.iter().map(|row| &row.principal).collect()
}

/// Grants that take away more than was asked for: what is in a schema or a database.
fn is_wide(grant: &Grant) -> bool {
    grant.0.starts_with("schema ") || grant.0.starts_with("database ")
}

/// Takes the grant that most depend on, again and again, and looks what is left; never one whose loss those that are to keep the access would feel.
/// What goes with how many lose it, and who is left.
fn choose(estate: &Estate, access: &str, kept: &BTreeSet<String>, budget: usize) -> (Vec<(Grant, usize)>, Vec<String>) {
    let mut now = estate.clone();
    let (mut chosen, mut refused): (Vec<(Grant, usize)>, BTreeSet<Grant>) = (Vec::new(), BTreeSet::new());
    let mut rows = now.reached(access);
    let others = |rows: &[ReachRow]| who(rows).into_iter().filter(|who| !kept.contains(*who)).cloned().collect::<Vec<_>>();
    for _ in 0..TRIES {
        if others(&rows).len() <= budget {
            break;
        }
        let mut holders: BTreeMap<Grant, BTreeSet<&String>> = BTreeMap::new();
        for row in rows.iter().filter(|r| !kept.contains(&r.principal)) {
            let grants = row.because.iter().filter(|b| b.2 == "Allow").map(|(policy, statement, _)| (policy.clone(), statement.clone()));
            for grant in grants.filter(|g| !refused.contains(g)) {
                holders.entry(grant).or_default().insert(&row.principal);
            }
        }
        let counts = holders.into_iter().map(|(grant, who)| (grant, who.len()));
        let best = counts.max_by(|a, b| (!is_wide(&a.0), a.1).cmp(&(!is_wide(&b.0), b.1)).then_with(|| b.0.cmp(&a.0)));
        let Some((grant, _)) = best else { break };
        refused.insert(grant.clone());
        let Some(less) = now.without(&grant, access) else { continue };
        let after = less.reached(access);
        let still = who(&after);
        if !kept.iter().all(|one| still.contains(one)) {
            continue;
        }
        let lost = who(&rows).len().saturating_sub(still.len());
        chosen.push((grant, lost));
        (now, rows) = (less, after);
    }
    let left = others(&rows);
    // What later ones made needless stays: each is given back, and looked whether somebody more has the access.
    let mut at = 0;
    while at < chosen.len() {
        let without_it = chosen.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, (grant, _))| grant);
        let again = without_it.fold(estate.clone(), |now, grant| now.without(grant, access).unwrap_or(now));
        let more = others(&again.reached(access));
        if more.len() <= left.len().max(budget) { drop(chosen.remove(at)) } else { at += 1 }
    }
    (chosen, left)
}
