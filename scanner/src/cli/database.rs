//! `sonde db`: the store's schema.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Result;
use clap::Subcommand;

use super::{StoreArgs, setup, table};
use crate::store;

#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    /// Bring the schema up to date
    Migrate(StoreArgs),
    /// Say which migrations are applied; exit with 2 when some are missing
    Status(StoreArgs),
}

pub(super) fn run(command: DbCommand) -> Result<ExitCode> {
    let (args, migrate) = match command {
        DbCommand::Migrate(args) => (args, true),
        DbCommand::Status(args) => (args, false),
    };
    setup::runtime()?.block_on(async {
        let store = store::open(&setup::store_spec(&args)?).await?;
        let status = if migrate { store.migrate().await } else { store.status().await };
        store.close().await;
        let status = status?;
        let rows: Vec<Vec<String>> = status
            .migrations
            .iter()
            .map(|(version, description, applied)| {
                vec![version.to_string(), description.clone(), if *applied { "applied" } else { "missing" }.to_owned()]
            })
            .collect();
        let mut out = io::stdout().lock();
        writeln!(out, "{}", status.store)?;
        table::print(&mut out, &["VERSION", "DESCRIPTION", "STATE"], &[true, false, false], &rows)?;
        let missing = status.migrations.iter().any(|(.., applied)| !applied);
        Ok(if missing { ExitCode::from(2) } else { ExitCode::SUCCESS })
    })
}
