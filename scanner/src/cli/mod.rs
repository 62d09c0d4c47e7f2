//! The command line. One definition makes the help, the manual page and the completions.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};
use sonde_classifiers::{Sensitivity, Threshold};

mod access;
mod classify;
mod custom;
mod database;
mod databases;
mod generate;
mod identities;
mod model;
mod output;
mod reach;
mod read;
mod rules;
mod scan;
mod setup;
mod table;
mod terminal;
mod usage;
mod watch;

pub use terminal::Failure;

/// Finds sensitive data where it lies, says how sure it is and why, and what it did not look at.
#[derive(Debug, Parser)]
#[command(name = "sonde", version, propagate_version = true, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scan folders, files, buckets and databases; print what is sensitive in them and what was not read
    Scan(Box<scan::ScanArgs>),
    /// Classify one text, or many small ones; or redact it
    Classify(classify::ClassifyArgs),
    /// List findings from the store
    Findings(read::FindingsArgs),
    /// List what was read and what was not, from the store
    Coverage(read::CoverageArgs),
    /// List datasets from the store
    Datasets(read::DatasetsArgs),
    /// Read who there is, what policies say, and what audit logs say was used
    Identities {
        #[command(subcommand)]
        command: identities::IdentitiesCommand,
    },
    /// Who can reach what: with what privilege, through what, on what condition
    Reach(Box<reach::ReachArgs>),
    /// List, show, test and check rules
    Rules {
        #[command(subcommand)]
        command: rules::RulesCommand,
    },
    /// Say what policies allow
    Access {
        #[command(subcommand)]
        command: access::AccessCommand,
    },
    /// Look after the store's schema
    Db {
        #[command(subcommand)]
        command: database::DbCommand,
    },
    /// Print the manual page or shell completions
    Generate {
        #[command(subcommand)]
        command: generate::GenerateCommand,
    },
}

/// Where findings are kept.
#[derive(Args, Clone, Debug)]
struct StoreArgs {
    /// Where findings are kept: `sqlite:PATH`, `postgres://…`, or `none`. Default: DATABASE_URL, else a file in your data folder
    #[arg(long, value_name = "URL", env = "SONDE_STORE", hide_env_values = true)]
    store: Option<String>,
    /// File with the key of the fingerprints (32 bytes, or 64 hex digits). Default: made beside an SQLite store
    #[arg(long, value_name = "FILE", env = "SONDE_FINGERPRINT_KEY_FILE", hide_env_values = true)]
    key_file: Option<PathBuf>,
}

/// Which rules.
#[derive(Args, Clone, Debug)]
struct RuleArgs {
    /// Add rules from a TOML file or a folder of them
    #[arg(long, value_name = "DIR|FILE")]
    rules: Vec<PathBuf>,
    /// Only tags that begin so, by whole parts (`pii`, `secret.aws`). Repeatable
    #[arg(long, value_name = "TAG")]
    only: Vec<String>,
    /// Find the exact values of a set made by `sonde rules edm build`. Repeatable
    #[arg(long, value_name = "FILE")]
    edm: Vec<PathBuf>,
    /// Run the token-classification model in this folder on free text, beside the rules (needs a build with the feature `model`)
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Do not report what the `[[allow]]` of this TOML file names. Repeatable
    #[arg(long, value_name = "FILE")]
    allow: Vec<PathBuf>,
    /// Report from this confidence on (0.5 when not said), or only a tag from its own: `TAG=P`. Repeatable
    #[arg(long, value_name = "P|TAG=P", value_parser = bar)]
    min_confidence: Vec<Bar>,
    /// Which of several overlapping matches are reported
    #[arg(long, value_enum, default_value_t = OverlapsArg::Best)]
    overlaps: OverlapsArg,
}

/// A confidence for all tags, or for one and those under it.
#[derive(Clone, Debug)]
enum Bar {
    All(f64),
    Tag(Threshold),
}

impl RuleArgs {
    /// The confidence of tags that have none of their own.
    fn min_confidence(&self) -> f64 {
        self.min_confidence.iter().rev().find_map(|bar| if let Bar::All(p) = bar { Some(*p) } else { None }).unwrap_or(0.5)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OverlapsArg {
    /// The best supported of those that cross; one inside another only where its category differs
    Best,
    /// All of them
    All,
}

/// A sensitivity on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum LevelArg {
    Low,
    Moderate,
    High,
    Critical,
}

impl From<LevelArg> for Sensitivity {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Low => Self::Low,
            LevelArg::Moderate => Self::Moderate,
            LevelArg::High => Self::High,
            LevelArg::Critical => Self::Critical,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// One document
    Json,
    /// One line each
    Jsonl,
    /// Comma-separated, with a header
    Csv,
}

fn confidence(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| (0.0..=1.0).contains(p)).ok_or_else(|| format!("`{text}` is not between 0 and 1"))
}

fn bar(text: &str) -> Result<Bar, String> {
    match text.split_once('=') {
        None => Ok(Bar::All(confidence(text)?)),
        Some((tag, p)) => Ok(Bar::Tag(Threshold { tag: tag.to_owned(), min_confidence: confidence(p)? })),
    }
}

/// Logs go to stderr; `SONDE_LOG` says how much (`warn`, `sonde_scanner=debug`, …). Libraries that could log what they carry stay at `warn`.
pub fn log() {
    let wanted = std::env::var("SONDE_LOG").unwrap_or_else(|_| "warn".into());
    let ours = wanted.split(',').filter(|part| !part.contains('=') || part.starts_with("sonde")).collect::<Vec<_>>().join(",");
    let quiet = "aws_config=warn,aws_runtime=warn,aws_sdk_s3=warn,aws_smithy_runtime=warn,aws_smithy_http_client=warn,hyper=warn,hyper_util=warn,rustls=warn,sqlx=error,sqlx_core=error";
    let filter = tracing_subscriber::EnvFilter::builder().parse_lossy(format!("{ours},{quiet}"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}

/// Runs the command line to its exit code.
///
/// # Errors
/// What ends in exit code 2.
pub fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Scan(args) => scan::run(*args),
        Command::Classify(args) => classify::run(&args),
        Command::Findings(args) => read::findings(args),
        Command::Coverage(args) => read::coverage(args),
        Command::Datasets(args) => read::datasets(args),
        Command::Identities { command } => identities::run(command),
        Command::Reach(args) => reach::run(*args),
        Command::Rules { command } => rules::run(command),
        Command::Access { command } => access::run(&command),
        Command::Db { command } => database::run(command),
        Command::Generate { command } => generate::run(&command),
    }
}
