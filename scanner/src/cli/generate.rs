//! `sonde generate`: the manual page and completions, from the same definition as the help.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Result;
use clap::{CommandFactory, Subcommand};
use clap_complete::Shell;

#[derive(Debug, Subcommand)]
pub(super) enum GenerateCommand {
    /// The manual page, roff, all commands in one
    Man,
    /// Completions for a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

pub(super) fn run(command: &GenerateCommand) -> Result<ExitCode> {
    let mut definition = super::Cli::command();
    let mut out = Vec::new();
    match command {
        GenerateCommand::Man => {
            definition.build();
            clap_mangen::Man::new(definition.clone()).render(&mut out)?;
            for sub in definition.get_subcommands().filter(|s| s.get_name() != "help" && !s.is_hide_set()) {
                let name = format!("sonde-{}", sub.get_name());
                clap_mangen::Man::new(sub.clone().name(name)).render(&mut out)?;
            }
        }
        GenerateCommand::Completions { shell } => clap_complete::generate(*shell, &mut definition, "sonde", &mut out),
    }
    io::stdout().write_all(&out)?;
    Ok(ExitCode::SUCCESS)
}
