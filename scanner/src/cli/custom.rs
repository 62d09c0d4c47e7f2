//! What users bring: dictionaries, sets of exact values, allow lists.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, anyhow, bail};
use clap::Subcommand;
use sonde_classifiers::{Allow, Allowed, EdmBuilder, EdmSet, Engine, FingerprintKey, Match, Ruleset, distance};

use super::{Bar, RuleArgs, StoreArgs, setup, setup::shown, terminal::say};
use crate::{dates::day, store::Bars};

#[derive(Debug, Subcommand)]
pub(super) enum EdmCommand {
    /// Make a set of the values of a CSV file with a header: keyed hashes, no values
    Build {
        /// The table
        #[arg(value_name = "CSV")]
        table: PathBuf,
        /// Columns whose values are looked for, separated by commas; `name+birthdate`: only where both stand together
        #[arg(long, value_name = "COLUMNS", required = true, value_delimiter = ',')]
        columns: Vec<String>,
        /// Name of the set: it gives the tag `custom.NAME` and the rule `edm-NAME`
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Where it is written
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// What separates the columns
        #[arg(long, value_name = "CHAR", default_value = ",")]
        delimiter: char,
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// `sonde rules edm`.
pub(super) fn edm(command: EdmCommand) -> Result<()> {
    let EdmCommand::Build { table, columns, name, output, delimiter, store } = command;
    let groups: Vec<Vec<String>> = columns.iter().map(|c| c.split('+').map(|part| part.trim().to_owned()).collect()).collect();
    let mut builder = EdmBuilder::new(&name, &groups, &key(&store)?)?;
    let delimiter = u8::try_from(delimiter).map_err(|_| anyhow!("`{delimiter}` cannot separate columns"))?;
    let cannot = || format!("cannot read `{}`", shown(&table));
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_path(&table).with_context(cannot)?;
    let header: Vec<String> = reader.byte_headers().with_context(cannot)?.iter().map(name_of).collect();
    let find = |column: &String| {
        header.iter().position(|h| h == column).ok_or_else(|| {
            // Where there is no header, the first line is somebody's data: nothing of it is shown.
            anyhow!("`{}` has no column `{column}`: it is not among the {} of the first line", shown(&table), header.len())
        })
    };
    let places = builder.columns().iter().map(find).collect::<Result<Vec<usize>>>()?;
    let (mut record, mut rows) = (csv::ByteRecord::new(), 0_u64);
    // An error of the reader names a line, never a value.
    while reader.read_byte_record(&mut record).with_context(cannot)? {
        builder.row(&places.iter().map(|p| record.get(*p).unwrap_or_default().trim_ascii()).collect::<Vec<_>>());
        rows += 1;
    }
    if rows == 0 {
        bail!("`{}` has no rows", shown(&table));
    }
    let bytes = builder.finish();
    let folder = output.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("cannot write `{}`", shown(&output));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    file.write_all(&bytes).with_context(cannot)?;
    file.persist(&output).map_err(|e| e.error).with_context(cannot)?;
    say(&format!("{rows} rows, {} bytes: `{}`", bytes.len(), shown(&output)));
    Ok(())
}

fn name_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).trim().to_owned()
}

/// The key of the fingerprints, which is that of sets of exact values as well.
fn key(store: &StoreArgs) -> Result<FingerprintKey> {
    setup::key(&setup::store_spec(store)?, store.key_file.as_deref())
}

/// The dictionaries beside rule files: `dictionaries/NAME.txt`.
pub(super) fn dictionaries(files: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut folders: Vec<PathBuf> = files.iter().map(|f| f.with_file_name("dictionaries")).filter(|f| f.is_dir()).collect();
    folders.sort();
    folders.dedup();
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(&folder).and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>());
        let mut paths = entries.with_context(|| format!("cannot read `{}`", shown(&folder)))?;
        paths.retain(|p| p.extension().is_some_and(|x| x == "txt"));
        paths.sort();
        for path in paths {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if found.iter().any(|f| f.0 == name) {
                bail!("there are two dictionaries `{name}`; one is `{}`", shown(&path));
            }
            found.push((name, fs::read(&path).with_context(|| format!("cannot read `{}`", shown(&path)))?));
        }
    }
    Ok(found)
}

/// The rules of a command: an engine, and what need not be reported.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) ruleset: Ruleset,
    pub(super) engine: Arc<Engine>,
    pub(super) bars: Bars,
    pub(super) allowed: Arc<Allowed>,
    pub(super) suppressed: Arc<AtomicU64>,
}

impl Rules {
    /// Whether a match need not be reported; counted.
    pub(super) fn allows(&self, m: &Match<'_>, field: Option<&str>) -> bool {
        let covered = !self.allowed.is_empty() && self.allowed.covers(&self.engine, m, field);
        if covered {
            self.suppressed.fetch_add(1, Relaxed);
        }
        covered
    }

    /// Says how much was not reported.
    pub(super) fn tell(&self) {
        let suppressed = self.suppressed.load(Relaxed);
        if suppressed > 0 {
            say(&format!("sonde: {suppressed} matches are allowed and not reported"));
        }
    }
}

/// Everything the rule options name, read and checked.
pub(super) fn rules(args: &RuleArgs, store: &StoreArgs) -> Result<Rules> {
    let paths: Vec<PathBuf> = args.rules.iter().chain(&args.allow).cloned().collect();
    let rules = setup::ruleset(&paths, &args.only, |mut rules| {
        if !args.edm.is_empty() {
            rules = exact(rules, &args.edm, &key(store)?)?;
        }
        if let Some(folder) = &args.model {
            rules = super::model::add(rules, folder)?;
        }
        thresholds(rules, &args.min_confidence)
    })?;
    let allowed = allowed(rules.allows());
    let engine = setup::engine(&rules, args)?;
    let bars = bars(&rules, args.min_confidence());
    Ok(Rules { ruleset: rules, engine: Arc::new(engine), bars, allowed: Arc::new(allowed), suppressed: Arc::default() })
}

fn thresholds(mut rules: Ruleset, bars: &[Bar]) -> Result<Ruleset> {
    for threshold in bars.iter().filter_map(|bar| if let Bar::Tag(threshold) = bar { Some(threshold) } else { None }) {
        let under = |tag: &str| tag.strip_prefix(threshold.tag.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if !rules.tags().any(under) {
            let near = rules.tags().min_by_key(|tag| distance(tag, &threshold.tag)).unwrap_or_default();
            bail!("--min-confidence: there is no tag `{}`; the nearest is `{near}`", threshold.tag);
        }
        rules = rules.with_threshold(threshold.clone());
    }
    Ok(rules)
}

/// From which confidence the verdicts of each rule stand.
fn bars(rules: &Ruleset, all: f64) -> Bars {
    let ours = rules.rules().iter().map(|r| (&r.id, &r.tag));
    let ours = ours.chain(rules.composites().iter().map(|c| (&c.id, &c.tag))).chain(rules.documents().iter().map(|d| (&d.id, &d.tag)));
    Bars { all, rules: ours.filter_map(|(id, tag)| Some((id.clone(), rules.threshold_of(tag)?))).collect() }
}

fn exact(mut rules: Ruleset, files: &[PathBuf], key: &FingerprintKey) -> Result<Ruleset> {
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", shown(file)))?;
        let set = EdmSet::from_bytes(&bytes, key).with_context(|| format!("`{}`", shown(file)))?;
        rules = rules.with_exact(set)?;
    }
    Ok(rules)
}

/// What holds today; what does not is said.
fn allowed(allows: &[Allow]) -> Allowed {
    let today = day(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64));
    let mut holding = Vec::new();
    for allow in allows {
        if allow.expired(&today) {
            let owner = allow.owner.as_deref().map(|o| format!(" ({o})")).unwrap_or_default();
            say(&super::terminal::safe(&format!("sonde: an allow has expired and does not apply: {}{owner}", allow.reason)));
        } else {
            holding.push(allow.clone());
        }
    }
    Allowed::new(holding)
}
