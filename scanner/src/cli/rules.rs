//! `sonde rules`: what is looked for.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use sonde_classifiers::{Composite, Document, Rule, distance, verify};

use super::{custom, setup, table, terminal::say};

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List the rules
    List {
        #[command(flatten)]
        which: Which,
        /// How they are printed
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Show one rule: what it matches, what speaks for and against it
    Show {
        /// Rule id or tag
        rule: String,
        #[command(flatten)]
        which: Which,
    },
    /// Run every rule's examples and counter-examples
    Test(Which),
    /// Make sets of exact values
    Edm {
        #[command(subcommand)]
        command: custom::EdmCommand,
    },
    /// Check rule files without running them: syntax, names, bounds
    Lint {
        /// Rule files, or folders of them
        #[arg(required = true, value_name = "DIR|FILE")]
        paths: Vec<PathBuf>,
    },
}

/// Which rules are meant.
#[derive(Args, Debug)]
pub(super) struct Which {
    /// Add rules from a TOML file or a folder of them
    #[arg(long, value_name = "DIR|FILE")]
    rules: Vec<PathBuf>,
    /// Only tags that begin so, by whole parts. Repeatable
    #[arg(long, value_name = "TAG")]
    only: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Table,
    Jsonl,
}

pub(super) fn run(command: RulesCommand) -> Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match command {
        RulesCommand::List { which, format } => list(&mut out, &which, format)?,
        RulesCommand::Show { rule, which } => show(&mut out, &rule, &which)?,
        RulesCommand::Test(which) => {
            let rules = setup::ruleset(&which.rules, &which.only, Ok)?;
            let failures = verify(&rules);
            for failure in &failures {
                writeln!(out, "{failure}")?;
            }
            let examples: usize = rules.rules().iter().map(|r| r.examples.len() + r.counter_examples.len()).sum();
            writeln!(out, "{} rules, {examples} examples, {} failed", rules.rules().len(), failures.len())?;
            out.flush()?;
            return Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) });
        }
        RulesCommand::Edm { command } => custom::edm(command)?,
        RulesCommand::Lint { paths } => {
            let rules = setup::user_rules(&paths)?;
            if rules.is_empty() {
                bail!("no rules in these files");
            }
            let count = (rules.rules().len(), rules.composites().len());
            // What they name may be ours.
            setup::builtin()?.extend(rules)?.check()?;
            let composites = if count.1 > 0 { format!(" and {} composites", count.1) } else { String::new() };
            say(&format!("{} rules{composites}, nothing to complain about", count.0));
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn list(out: &mut impl Write, which: &Which, format: ListFormat) -> Result<()> {
    let rules = setup::ruleset(&which.rules, &which.only, Ok)?;
    let mut sorted: Vec<&Rule> = rules.rules().iter().collect();
    sorted.sort_by(|a, b| (&a.tag, &a.id).cmp(&(&b.tag, &b.id)));
    if format == ListFormat::Jsonl {
        for r in sorted {
            let line = serde_json::json!({"type": "rule", "rule": r.id, "tag": r.tag, "name": r.name, "region": r.region,
                "sensitivity": r.sensitivity, "regulations": r.regulations});
            writeln!(out, "{line}")?;
        }
        for c in rules.composites() {
            let line = serde_json::json!({"type": "composite", "rule": c.id, "tag": c.tag, "name": c.name, "region": null,
                "sensitivity": c.sensitivity, "regulations": c.regulations, "parts": c.parts().collect::<Vec<_>>()});
            writeln!(out, "{line}")?;
        }
        for d in rules.documents() {
            let line = serde_json::json!({"type": "document", "rule": d.id, "tag": d.tag, "name": d.name, "region": null,
                "sensitivity": d.sensitivity, "regulations": d.regulations});
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let rows: Vec<Vec<String>> = sorted
        .iter()
        .map(|r| vec![r.tag.clone(), r.id.clone(), table::level(r.sensitivity).to_owned(), r.region.clone().unwrap_or_default(), r.name.clone()])
        .collect();
    table::print(out, &["TAG", "RULE", "SENSITIVITY", "REGION", "NAME"], &[false; 5], &rows)?;
    let row = |c: &Composite| vec![c.tag.clone(), c.id.clone(), table::level(c.sensitivity).to_owned(), String::new(), c.name.clone()];
    let composites: Vec<Vec<String>> = rules.composites().iter().map(row).collect();
    if !composites.is_empty() {
        writeln!(out)?;
        table::print(out, &["TAG", "COMPOSITE", "SENSITIVITY", "REGION", "NAME"], &[false; 5], &composites)?;
    }
    let row = |d: &Document| vec![d.tag.clone(), d.id.clone(), table::level(d.sensitivity).to_owned(), String::new(), d.name.clone()];
    let documents: Vec<Vec<String>> = rules.documents().iter().map(row).collect();
    if !documents.is_empty() {
        writeln!(out)?;
        table::print(out, &["TAG", "DOCUMENT", "SENSITIVITY", "REGION", "NAME"], &[false; 5], &documents)?;
    }
    let counts = (rows.len(), composites.len(), documents.len());
    writeln!(out, "\n{} rules, {} composites, {} kinds of documents; ruleset {}", counts.0, counts.1, counts.2, rules.digest())?;
    Ok(())
}

fn show_composite(out: &mut impl Write, composite: &Composite) -> Result<()> {
    writeln!(out, "{}  {}", composite.id, composite.name)?;
    writeln!(out, "  tag {}, sensitivity {}", composite.tag, table::level(composite.sensitivity))?;
    words(out, "falls under", &composite.regulations)?;
    for part in composite.parts() {
        words(out, "needs one of", part)?;
    }
    let text = if composite.in_texts() { format!(", or within {} bytes of text", composite.window) } else { String::new() };
    writeln!(out, "  in one {}{text}\n", if composite.in_tables() { "row" } else { "text" })?;
    Ok(())
}

fn show(out: &mut impl Write, wanted: &str, which: &Which) -> Result<()> {
    let rules = setup::ruleset(&which.rules, &which.only, Ok)?;
    let found: Vec<&Rule> = rules.rules().iter().filter(|r| r.id == wanted || r.tag == wanted).collect();
    let composites: Vec<&Composite> = rules.composites().iter().filter(|c| c.id == wanted || c.tag == wanted).collect();
    for composite in &composites {
        show_composite(out, composite)?;
    }
    if found.is_empty() && composites.is_empty() {
        let ids = rules.rules().iter().map(|r| r.id.as_str()).chain(rules.composites().iter().map(|c| c.id.as_str()));
        let near = ids.min_by_key(|id| distance(id, wanted));
        bail!("there is no rule `{wanted}`; the nearest is `{}`", near.unwrap_or_default());
    }
    for rule in found {
        writeln!(out, "{}  {}", rule.id, rule.name)?;
        let region = rule.region.as_deref().unwrap_or("everywhere");
        writeln!(out, "  tag {}, sensitivity {}, region {region}", rule.tag, table::level(rule.sensitivity))?;
        words(out, "falls under", &rule.regulations)?;
        for form in &rule.forms {
            let shape = form
                .kernel
                .as_ref()
                .map(|k| format!("the `{k}` scanner"))
                .or_else(|| form.pattern.clone())
                .or_else(|| form.token.as_ref().map(|t| format!("{} {}–{} long", t.alphabet, t.length[0], t.length[1])))
                .unwrap_or_else(|| form.layouts.join(" | "));
            let check = form.check.as_ref().map(|c| format!(", check `{c}`")).unwrap_or_default();
            let context = if form.needs_context { ", only with context" } else { "" };
            writeln!(out, "  looks like {shape}\n    prior {:+} bits{check}{context}", form.prior)?;
        }
        words(out, &format!("context ({:+} bits)", rule.context_bits), &rule.context)?;
        words(out, &format!("column names ({:+} bits)", rule.header_bits), &rule.header)?;
        words(out, &format!("against ({:+} bits)", -rule.negative_bits), &rule.negative)?;
        writeln!(out, "  {} examples, {} counter-examples\n", rule.examples.len(), rule.counter_examples.len())?;
    }
    Ok(())
}

fn words(out: &mut impl Write, what: &str, words: &[String]) -> Result<()> {
    if !words.is_empty() {
        writeln!(out, "  {what}: {}", words.join(", "))?;
    }
    Ok(())
}
