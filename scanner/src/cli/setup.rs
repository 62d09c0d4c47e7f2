//! What commands need before they can work: rules, sources, store, key. The only place that reads the environment and the clock.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use sha2::{Digest, Sha256};
use sonde_classifiers::{Engine, EngineOptions, FingerprintKey, Overlaps, Ruleset, distance, verify};
use sonde_connectors::{
    Connector,
    filter::{Filter, Patterns},
    local::{Local, LocalOptions},
    postgres::{Postgres, PostgresOptions, TableSample},
    s3::{S3, S3Options},
};

use super::{OverlapsArg, RuleArgs, StoreArgs, custom};
use crate::{
    pipeline::Scan,
    sample::{How, Sample},
    sizes,
    store::{self, RuleRow, RunSpec, Store, StoreSpec},
};

/// How S3 is reached.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "S3")]
pub(super) struct S3Args {
    /// Another endpoint than AWS's (any compatible store)
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_S3", hide_env_values = true)]
    endpoint_url: Option<String>,
    /// Region of the buckets
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Profile of the AWS configuration
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Without credentials: public buckets
    #[arg(long)]
    anonymous: bool,
    /// Pay for the requests where the bucket asks for it
    #[arg(long)]
    requester_pays: bool,
    /// Every version of every object, not only the latest
    #[arg(long)]
    versions: bool,
}

/// Which objects.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Filters")]
pub(super) struct FilterArgs {
    /// Only keys that begin so (relative to the URI). Repeatable
    #[arg(long, value_name = "PREFIX")]
    prefix: Vec<String>,
    /// Only keys that end so. Repeatable
    #[arg(long, value_name = "SUFFIX")]
    suffix: Vec<String>,
    /// Only objects of at least this size
    #[arg(long, value_name = "SIZE", value_parser = sizes::parse)]
    min_size: Option<u64>,
    /// Only objects of at most this size
    #[arg(long, value_name = "SIZE", value_parser = sizes::parse)]
    max_size: Option<u64>,
    /// Only objects changed within this time (`36h`, `30d`)
    #[arg(long, value_name = "AGE", value_parser = sizes::parse_age)]
    newer_than: Option<i64>,
    /// Only objects not changed within this time
    #[arg(long, value_name = "AGE", value_parser = sizes::parse_age)]
    older_than: Option<i64>,
    /// A `.sondeignore` for sources that hold none themselves, such as buckets
    #[arg(long, value_name = "FILE")]
    ignore_file: Option<PathBuf>,
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")
}

pub(super) fn builtin() -> Result<Ruleset> {
    Ruleset::builtin().context("a built-in rule is wrong: this is a fault of this build")
}

/// The rules in force: ours, the user's, and what `with` adds to them.
pub(super) fn ruleset(paths: &[PathBuf], only: &[String], with: impl FnOnce(Ruleset) -> Result<Ruleset>) -> Result<Ruleset> {
    let mut rules = builtin()?;
    if !paths.is_empty() {
        rules = rules.extend(user_rules(paths)?).context("cannot add rules")?;
    }
    rules = with(rules)?;
    rules.check().context("cannot add rules")?;
    if !only.is_empty() {
        let tags: Vec<String> = rules.tags().map(str::to_owned).collect();
        rules = rules.only(only);
        if rules.tags().next().is_none() {
            let near = tags.iter().min_by_key(|tag| distance(tag, &only[0])).map(String::as_str).unwrap_or_default();
            bail!("no rule has a tag under `{}`; the nearest is `{near}`", only.join("`, `"));
        }
    }
    Ok(rules)
}

/// Reads rule files. Either all of them are good, or none is used.
pub(super) fn user_rules(paths: &[PathBuf]) -> Result<Ruleset> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            let mut found: Vec<PathBuf> =
                entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|x| x == "toml")).collect();
            found.sort();
            if found.is_empty() {
                bail!("there is no `.toml` file in `{}`", path.display());
            }
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    let texts = files
        .iter()
        .map(|file| Ok((file.display().to_string(), fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?)))
        .collect::<Result<Vec<(String, String)>>>()?;
    let borrowed: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let dictionaries = custom::dictionaries(&files)?;
    let lists: Vec<(&str, &[u8])> = dictionaries.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    let rules = Ruleset::parse_with(&borrowed, &lists)?;
    if let Some(failure) = verify(&rules).into_iter().next() {
        let (file, line) = rules.place(&failure.rule).unwrap_or(("rules", 0));
        bail!("`{file}` line {line}: {failure}");
    }
    Ok(rules)
}

/// The engine of rules that are in force.
pub(super) fn engine(rules: &Ruleset, args: &RuleArgs) -> Result<Engine> {
    let overlaps = match args.overlaps {
        OverlapsArg::Best => Overlaps::Best,
        OverlapsArg::All => Overlaps::All,
    };
    Ok(Engine::new(rules, EngineOptions { min_confidence: args.min_confidence(), overlaps })?)
}

/// How much is read, and of what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Not all of it.
    pub(super) sample: Option<Sample>,
    /// Bytes in flight.
    pub(super) memory: u64,
    /// Symbolic links are followed.
    pub(super) follow: bool,
}

fn postgres_options(filter: Filter, reading: &Reading) -> PostgresOptions {
    let percent = reading.sample.and_then(|s| if let How::Percent(percent) = s.how { Some(TableSample { percent, seed: s.seed }) } else { None });
    PostgresOptions {
        sample: percent,
        rows: reading.sample.and_then(|s| s.rows()),
        // A few rows are in flight at once, each with its copies.
        row_bytes: (reading.memory / 16).clamp(256 << 10, 32 << 20),
        filter,
        ..PostgresOptions::default()
    }
}

pub(super) async fn sources(
    uris: &[String],
    s3: &S3Args,
    filter: &FilterArgs,
    exclude: &[String],
    reading: &Reading,
) -> Result<Vec<Arc<dyn Connector>>> {
    let now_ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
    let filter = Filter {
        prefixes: filter.prefix.clone(),
        suffixes: filter.suffix.clone(),
        min_size: filter.min_size,
        max_size: filter.max_size,
        modified_from_ms: filter.newer_than.map(|age| now_ms - age),
        modified_until_ms: filter.older_than.map(|age| now_ms - age),
        exclude: Patterns::new(exclude.iter().map(String::as_str)).map_err(|e| anyhow!("--exclude: {e}"))?,
        ignore_file: ignore_file(filter.ignore_file.as_deref())?,
    };
    let mut sources: Vec<Arc<dyn Connector>> = Vec::new();
    for uri in uris {
        let source = source(uri, s3, filter.clone(), reading).await?;
        if !sources.iter().any(|s| s.uri() == source.uri()) {
            sources.push(source);
        }
    }
    Ok(sources)
}

fn ignore_file(path: Option<&Path>) -> Result<Patterns> {
    let Some(path) = path else { return Ok(Patterns::default()) };
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", shown(path)))?;
    Patterns::new(text.lines()).map_err(|e| anyhow!("`{}`: {e}", shown(path)))
}

async fn source(uri: &str, s3: &S3Args, filter: Filter, reading: &Reading) -> Result<Arc<dyn Connector>> {
    if Postgres::is_uri(uri) {
        return Ok(Arc::new(Postgres::connect(uri, postgres_options(filter, reading)).await?));
    }
    if uri.starts_with("s3://") {
        let options = S3Options {
            endpoint_url: s3.endpoint_url.clone(),
            region: s3.region.clone(),
            profile: s3.profile.clone(),
            anonymous: s3.anonymous,
            requester_pays: s3.requester_pays,
            versions: s3.versions,
            filter,
            ..S3Options::default()
        };
        return Ok(Arc::new(S3::connect(uri, options).await?));
    }
    let path = match (Local::path_of(uri), uri.split_once("://")) {
        (Some(path), _) => path,
        (None, Some((scheme, _))) => {
            bail!("`{scheme}://` is not a source that can be scanned: give a folder, a file, `s3://bucket/prefix` or `postgres://user@host/database`")
        }
        (None, None) => PathBuf::from(uri),
    };
    Ok(Arc::new(Local::new(&path, LocalOptions { follow: reading.follow, filter })?))
}

/// Where findings are kept when nothing is said: DATABASE_URL, else the user's data folder.
pub(super) fn store_spec(args: &StoreArgs) -> Result<StoreSpec> {
    let given = args.store.clone().or_else(|| std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()));
    match given {
        Some(url) => StoreSpec::parse(&url),
        None => StoreSpec::default_store(),
    }
}

pub(super) async fn store_and_key(args: &StoreArgs) -> Result<(Arc<dyn Store>, FingerprintKey)> {
    let spec = store_spec(args)?;
    let key = key(&spec, args.key_file.as_deref())?;
    let store = store::open(&spec).await?;
    store.migrate().await?;
    Ok((store, key))
}

/// The key of the fingerprints: a file, the environment, else the store's own.
pub(super) fn key(spec: &StoreSpec, file: Option<&Path>) -> Result<FingerprintKey> {
    let given = std::env::var("SONDE_FINGERPRINT_KEY").ok().filter(|key| !key.is_empty());
    store::key::load(spec, file, given.as_deref())
}

/// The store for a reader, who needs no key.
pub(super) async fn existing_store(args: &StoreArgs) -> Result<Arc<dyn Store>> {
    let spec = store_spec(args)?;
    if let StoreSpec::Sqlite(path) = &spec
        && !path.exists()
    {
        bail!("there is no store at `{}` yet: run `sonde scan` first, or give --store", path.display());
    }
    let store = store::open(&spec).await?;
    store.migrate().await?;
    Ok(store)
}

pub(super) fn run_spec(scan: &Scan, ruleset: &Ruleset, key: &FingerprintKey, rules: &RuleArgs) -> RunSpec {
    let sample = scan.settings.sample.map(|s| s.to_string());
    let config = format!("{}|{:?}|{:?}", rules.min_confidence(), rules.overlaps, sample);
    RunSpec {
        sources: scan.sources.iter().map(|s| (s.uri().to_owned(), s.kind().to_owned())).collect(),
        ruleset: ruleset.digest().to_owned(),
        config: Sha256::digest(config).iter().map(|b| format!("{b:02x}")).collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        key_id: key.id().to_owned(),
        rules: rows(ruleset),
        composites: ruleset.composites().to_vec(),
        documents: ruleset.documents().iter().map(|d| d.id.clone()).collect(),
    }
}

fn rows(ruleset: &Ruleset) -> Vec<RuleRow> {
    let row = |id: &str, tag: &str, name: &str, sensitivity, regulations: &[String]| RuleRow {
        id: id.to_owned(),
        tag: tag.to_owned(),
        name: name.to_owned(),
        sensitivity,
        regulations: regulations.to_vec(),
    };
    let rules = ruleset.rules().iter().map(|r| row(&r.id, &r.tag, &r.name, r.sensitivity, &r.regulations));
    let composites = ruleset.composites().iter().map(|c| row(&c.id, &c.tag, &c.name, c.sensitivity, &c.regulations));
    let documents = ruleset.documents().iter().map(|d| row(&d.id, &d.tag, &d.name, d.sensitivity, &d.regulations));
    rules.chain(composites).chain(documents).collect()
}

/// CPU time of this process so far, seconds.
pub(super) fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    (seconds * 1000.0).round() / 1000.0
}

/// The file a path names, for errors.
pub(super) fn shown(path: &Path) -> String {
    super::terminal::safe(&path.display().to_string())
}
