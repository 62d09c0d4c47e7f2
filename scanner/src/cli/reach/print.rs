//! Answers printed: tables, lines, graphs.

use std::{
    collections::{BTreeSet, HashMap},
    io::Write,
};

use anyhow::Result;
use serde::Serialize;

use super::ReachFormat;
use crate::{
    cli::{table, terminal::safe},
    identities::{Place, Used},
    store::ReachRow,
};

/// One line of `--format jsonl`: the contract.
#[derive(Serialize)]
struct Line<'a> {
    resource: &'a str,
    dataset: Option<&'a str>,
    principal: &'a str,
    access: &'a str,
    answer: &'a str,
    condition: Option<&'a str>,
    via: &'a [String],
    because: Vec<Because<'a>>,
}

#[derive(Serialize)]
struct Because<'a> {
    policy: &'a str,
    statement: &'a str,
    effect: &'a str,
}

/// An answer, and what logs say of it where any were read.
type Told = (ReachRow, Option<Used>);

/// Prints place after place.
pub(super) struct Printer {
    format: ReachFormat,
    explain: bool,
    /// All places in one table: one principal was asked about.
    together: bool,
    edges: BTreeSet<(String, String, String, String)>,
    rows: Vec<Told>,
    printed: usize,
}

impl Printer {
    pub(super) fn new(format: ReachFormat, explain: bool, together: bool) -> Self {
        Self { format, explain, together, edges: BTreeSet::new(), rows: Vec::new(), printed: 0 }
    }

    pub(super) fn place(&mut self, out: &mut impl Write, place: &Place, rows: Vec<Told>) -> Result<()> {
        self.printed += rows.len();
        match self.format {
            ReachFormat::Jsonl => rows.iter().try_for_each(|(row, _)| line(out, row)),
            ReachFormat::Dot | ReachFormat::Mermaid => {
                rows.iter().for_each(|(row, _)| self.edges(row));
                Ok(())
            }
            ReachFormat::Table if self.together => {
                self.rows.extend(rows);
                Ok(())
            }
            ReachFormat::Table => self.table(out, place, &rows),
        }
    }

    fn table(&self, out: &mut impl Write, place: &Place, rows: &[Told]) -> Result<()> {
        let name = place.dataset.clone().unwrap_or_else(|| place.uri());
        writeln!(out, "{}", safe(&name))?;
        if rows.is_empty() {
            writeln!(out, "  nobody\n")?;
            return Ok(());
        }
        if self.explain {
            rows.iter().try_for_each(|told| explained(out, told, &told.0.principal))?;
        } else {
            joined(out, "WHO", rows, |row| &row.principal)?;
        }
        writeln!(out)?;
        Ok(())
    }

    pub(super) fn end(self, out: &mut impl Write) -> Result<()> {
        match self.format {
            ReachFormat::Dot => graph(out, &self.edges, true)?,
            ReachFormat::Mermaid => graph(out, &self.edges, false)?,
            ReachFormat::Table if self.together => {
                if self.explain {
                    self.rows.iter().try_for_each(|told| explained(out, told, &told.0.resource))?;
                } else {
                    joined(out, "WHERE", &self.rows, |row| &row.resource)?;
                }
            }
            ReachFormat::Table if self.printed == 0 => writeln!(out, "Nobody, as far as is known.")?,
            _ => {}
        }
        Ok(())
    }

    fn edges(&mut self, row: &ReachRow) {
        let mut at = row.principal.clone();
        for role in &row.via {
            let from = std::mem::replace(&mut at, role.clone());
            self.edges.insert((from, role.clone(), "assume".to_owned(), String::new()));
        }
        let style = if row.answer == "yes" { "" } else { row.answer.as_str() };
        self.edges.insert((at, row.resource.clone(), row.access.clone(), style.to_owned()));
    }
}

fn line(out: &mut impl Write, row: &ReachRow) -> Result<()> {
    let line = Line {
        resource: &row.resource,
        dataset: row.dataset.as_deref(),
        principal: &row.principal,
        access: &row.access,
        answer: &row.answer,
        condition: row.condition.as_deref(),
        via: &row.via,
        because: row.because.iter().map(|(policy, statement, effect)| Because { policy, statement, effect }).collect(),
    };
    Ok(writeln!(out, "{}", serde_json::to_string(&line)?)?)
}

/// Accesses that are answered alike in one row.
fn joined<'r>(out: &mut impl Write, head: &str, rows: &'r [Told], first: impl Fn(&'r ReachRow) -> &'r String) -> Result<()> {
    let logs = rows.iter().any(|(_, used)| used.is_some());
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    let mut all: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for (row, used) in rows {
        let through = row.via.iter().map(|role| short(role)).collect::<Vec<_>>().join(" > ");
        let mut key = vec![safe(first(row)), row.answer.clone(), safe(&through), safe(row.condition.as_deref().unwrap_or_default())];
        key.extend(used.map(Used::shown));
        match places.get(&key) {
            Some(&at) => all[at].1.push(row.access.clone()),
            None => {
                places.insert(key.clone(), all.len());
                all.push((key, vec![row.access.clone()]));
            }
        }
    }
    let cells = all.into_iter().map(|(mut key, accesses)| {
        key.insert(1, accesses.join(" "));
        if logs {
            key.swap(3, 5);
            key.swap(4, 5);
        }
        key
    });
    let cells: Vec<Vec<String>> = cells.collect();
    match logs {
        true => Ok(table::print(out, &[head, "CAN", "ANSWER", "LAST USED", "THROUGH", "ON CONDITION"], &[false; 6], &cells)?),
        false => Ok(table::print(out, &[head, "CAN", "ANSWER", "THROUGH", "ON CONDITION"], &[false; 5], &cells)?),
    }
}

/// `role/etl` of an ARN.
fn short(arn: &str) -> String {
    arn.splitn(6, ':').nth(5).unwrap_or(arn).to_owned()
}

fn explained(out: &mut impl Write, (row, used): &Told, first: &str) -> Result<()> {
    writeln!(out, "  {} {}: {}", safe(first), row.access, row.answer)?;
    if let Some(condition) = &row.condition {
        writeln!(out, "    {} {}", if row.answer == "unknown" { "not read:" } else { "on condition that" }, safe(condition))?;
    }
    for role in &row.via {
        writeln!(out, "    through {}", safe(role))?;
    }
    if let Some(used) = used {
        writeln!(out, "    last used: {}", used.shown())?;
    }
    for (policy, statement, effect) in &row.because {
        writeln!(out, "    {effect} by statement {} of {}", safe(statement), safe(policy))?;
    }
    Ok(())
}

fn graph(out: &mut impl Write, edges: &BTreeSet<(String, String, String, String)>, dot: bool) -> Result<()> {
    let names: Vec<&String> = edges.iter().flat_map(|(a, b, ..)| [a, b]).collect::<BTreeSet<_>>().into_iter().collect();
    let number = |name: &String| names.binary_search(&name).unwrap_or_default();
    let quoted = |name: &str| safe(name).replace('\\', "\\\\").replace('"', if dot { "\\\"" } else { "#quot;" });
    writeln!(out, "{}", if dot { "digraph reach {\n  rankdir=LR;" } else { "flowchart LR" })?;
    for (i, name) in names.iter().enumerate() {
        let label = quoted(name);
        if dot { writeln!(out, "  n{i} [label=\"{label}\"];")? } else { writeln!(out, "  n{i}[\"{label}\"]")? }
    }
    for (from, to, label, style) in edges {
        let (a, b) = (number(from), number(to));
        let label = if style.is_empty() { label.clone() } else { format!("{label} ({style})") };
        if dot {
            let dashed = if style.is_empty() { "" } else { ", style=dashed" };
            writeln!(out, "  n{a} -> n{b} [label=\"{label}\"{dashed}];")?;
        } else {
            writeln!(out, "  n{a} {}|\"{label}\"| n{b}", if style.is_empty() { "-->" } else { "-.->" })?;
        }
    }
    if dot {
        writeln!(out, "}}")?
    }
    Ok(())
}
