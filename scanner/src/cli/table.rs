//! Results for people.

use std::io::Write;

use anyhow::Result;
use sonde_classifiers::Sensitivity;

use super::{
    output::{self, RunLine},
    terminal::safe,
};
use crate::{
    record::{Location, State},
    sizes::{grouped, human},
    store::{CoverageRow, DatasetRow, FindingRow, Kind, Query, Store},
};

/// What was not read, by reason.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    by_reason: std::collections::BTreeMap<(State, &'static str), Gap>,
    /// Records that count as errors.
    pub(super) errors: u64,
    scanned: u64,
    unread_bytes: u64,
}

#[derive(Debug, Default)]
struct Gap {
    count: u64,
    bytes: u64,
    example: String,
    detail: Option<String>,
}

impl Gaps {
    pub(super) async fn read(store: &dyn Store, query: &Query) -> Result<Self> {
        let mut gaps = Self::default();
        let visit = |row: CoverageRow| {
            gaps.add(row);
            Ok(())
        };
        store.coverage(query, Box::new(visit)).await?;
        Ok(gaps)
    }

    fn add(&mut self, row: CoverageRow) {
        self.errors += u64::from(output::is_error(&row.coverage));
        let Some(reason) = row.coverage.reason else {
            self.scanned += 1;
            return;
        };
        let gap = self.by_reason.entry((row.coverage.state, reason.as_str())).or_default();
        if gap.count == 0 {
            (gap.example, gap.detail) = (row.object, row.coverage.detail);
        }
        gap.count += 1;
        let unread = row.coverage.bytes_listed.saturating_sub(if row.coverage.state == State::Skipped { 0 } else { row.coverage.bytes_read });
        gap.bytes += unread;
        self.unread_bytes += unread;
    }

    fn print(&self, out: &mut impl Write) -> Result<()> {
        if self.by_reason.is_empty() {
            writeln!(out, "Everything listed was read.")?;
            return Ok(());
        }
        writeln!(out, "Not read, or only in part:")?;
        let rows: Vec<Vec<String>> = self
            .by_reason
            .iter()
            .map(|((state, reason), gap)| {
                let detail = gap.detail.as_ref().map(|d| format!(" ({})", safe(d))).unwrap_or_default();
                let example = format!("{}{}{detail}", if gap.count > 1 { "e.g. " } else { "" }, clip(&safe(&gap.example), 60));
                vec![(*reason).to_owned(), state_word(*state).to_owned(), grouped(gap.count), human(gap.bytes), example]
            })
            .collect();
        print(out, &["REASON", "STATE", "OBJECTS", "UNREAD", "WHERE"], &[false, false, true, true, false], &rows)
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Scanned => "scanned",
        State::Unchanged => "unchanged",
        State::Sampled => "sampled",
        State::Partial => "partial",
        State::Skipped => "skipped",
    }
}

/// The result of a scan: findings by dataset, what was not read, the run in one line.
pub(super) fn scan(out: &mut impl Write, findings: &[FindingRow], gaps: &Gaps, run: &RunLine) -> Result<()> {
    self::findings(out, findings)?;
    gaps.print(out)?;
    let rate = if run.wall_s > 0.0 { run.bytes_read as f64 / run.wall_s } else { 0.0 };
    let incomplete = if run.complete { "" } else { "INCOMPLETE: " };
    let beside: String = [(run.composites, "composite", "composites"), (run.documents, "kind of document", "kinds of documents")]
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!(", {} {}", grouped(*count), if *count == 1 { one } else { many }))
        .collect();
    writeln!(
        out,
        "\n{incomplete}{} findings{beside} in {} objects ({} listed, {} read) in {:.1} s, {}/s; ruleset {}.",
        grouped(run.findings),
        grouped(run.objects),
        human(run.bytes_listed),
        human(run.bytes_read),
        run.wall_s,
        human(rate as u64),
        run.ruleset.get(..12).unwrap_or(&run.ruleset),
    )?;
    Ok(())
}

/// Findings, one table per dataset, the gravest first.
pub(super) fn findings(out: &mut impl Write, findings: &[FindingRow]) -> Result<()> {
    if findings.is_empty() {
        writeln!(out, "Nothing sensitive was found in what was read.\n")?;
        return Ok(());
    }
    let mut start = 0;
    while start < findings.len() {
        let dataset = &findings[start].dataset;
        let end = start + findings[start..].iter().take_while(|f| f.dataset == *dataset).count();
        writeln!(out, "{}", safe(dataset))?;
        let mut rows: Vec<&FindingRow> = findings[start..end].iter().collect();
        rows.sort_by(|a, b| b.sensitivity.cmp(&a.sensitivity).then_with(|| a.field.cmp(&b.field)).then_with(|| a.rule.cmp(&b.rule)));
        let cells: Vec<Vec<String>> = rows.iter().map(|f| finding_cells(f)).collect();
        let header = ["SENSITIVITY", "FIELD", "TAG", "ROWS", "COUNT", "DISTINCT", "CONFIDENCE", "EXAMPLE"];
        print(out, &header, &[false, false, false, true, true, true, true, false], &cells)?;
        writeln!(out)?;
        start = end;
    }
    Ok(())
}

fn finding_cells(f: &FindingRow) -> Vec<String> {
    let share = if f.field.is_none() || f.rows_seen == 0 { String::new() } else { percent(f.rows_matched, f.rows_seen) };
    let example = f.locations.first().map(|(object, member, at)| example(object, member.as_deref(), at)).unwrap_or_default();
    let place = match f.kind {
        Kind::Value => "(text)",
        Kind::Composite => "(record)",
        Kind::Document => "(document)",
    };
    vec![
        level(f.sensitivity).to_owned(),
        clip(&safe(f.field.as_deref().unwrap_or(place)), 40),
        f.tag.clone(),
        share,
        grouped(f.occurrences),
        grouped(f.distinct),
        format!("{:.2}", (f.confidence * 100.0).floor() / 100.0),
        example,
    ]
}

fn example(object: &str, member: Option<&str>, at: &Location) -> String {
    let mut place = clip_left(&safe(object), 40);
    if let Some(member) = member {
        place = format!("{place}!/{}", clip_left(&safe(member), 40));
    }
    let position = match (at.line, at.row, &at.json_path) {
        (Some(line), ..) => format!(":{line}:{}", at.column.unwrap_or(1)),
        (_, Some(row), Some(path)) => format!(" row {row} {}", clip(&safe(path), 40)),
        (_, Some(row), None) => format!(" row {row}"),
        _ => String::new(),
    };
    format!("{}  {place}{position}", clip(&safe(&at.masked), 32))
}

/// Datasets, one line each.
pub(super) fn datasets(out: &mut impl Write, rows: &[DatasetRow]) -> Result<()> {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|d| {
            vec![
                safe(&d.dataset),
                grouped(d.objects),
                grouped(d.scanned),
                human(d.bytes),
                grouped(d.findings),
                d.sensitivity.map(level).unwrap_or("-").to_owned(),
                clip(&d.tags.join(" "), 60),
            ]
        })
        .collect();
    print(out, &["DATASET", "OBJECTS", "READ WHOLE", "BYTES", "FINDINGS", "HIGHEST", "TAGS"], &[false, true, true, true, true, false, false], &cells)
}

/// Coverage, one line per object or member.
pub(super) fn coverage(out: &mut impl Write, rows: &[CoverageRow]) -> Result<()> {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let c = &row.coverage;
            let member = c.member.as_ref().map(|m| format!("!/{}", safe(m))).unwrap_or_default();
            vec![
                state_word(c.state).to_owned(),
                c.reason.map(|r| r.as_str().to_owned()).unwrap_or_default(),
                human(c.bytes_listed),
                human(c.bytes_read),
                format!("{}{member}", safe(&row.object)),
                safe(c.detail.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    print(out, &["STATE", "REASON", "LISTED", "READ", "OBJECT", "DETAIL"], &[false, false, true, true, false, false], &cells)
}

pub(super) fn level(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Low => "low",
        Sensitivity::Moderate => "moderate",
        Sensitivity::High => "high",
        Sensitivity::Critical => "critical",
    }
}

/// A share that never rounds to 0 or 100 % unless it is.
fn percent(part: u64, whole: u64) -> String {
    if part >= whole {
        return "100%".into();
    }
    let share = part as f64 * 100.0 / whole as f64;
    if share < 0.1 {
        "<0.1%".into()
    } else if share >= 99.95 {
        ">99.9%".into()
    } else {
        format!("{share:.1}%")
    }
}

fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width { text.to_owned() } else { text.chars().take(width - 1).chain(['…']).collect() }
}

/// Keeps the end: of a long key that is the file's name.
fn clip_left(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width { text.to_owned() } else { ['…'].into_iter().chain(text.chars().skip(length + 1 - width)).collect() }
}

/// Columns padded to their widest cell, two spaces between, two before.
pub(super) fn print(out: &mut impl Write, header: &[&str], right: &[bool], rows: &[Vec<String>]) -> Result<()> {
    let mut widths: Vec<usize> = header.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut line = |cells: &mut dyn Iterator<Item = &str>| -> Result<()> {
        let mut text = String::new();
        for (i, cell) in cells.enumerate() {
            let pad = " ".repeat(widths[i] - cell.chars().count());
            let (before, after) = if right[i] { (pad.as_str(), "") } else { ("", pad.as_str()) };
            text += &format!("  {before}{cell}{after}");
        }
        writeln!(out, "{}", text.trim_end())?;
        Ok(())
    };
    line(&mut header.iter().copied())?;
    for row in rows {
        line(&mut row.iter().map(String::as_str))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_do_not_pretend() {
        assert_eq!(
            [percent(0, 10), percent(1, 100_000), percent(5, 100), percent(99_999, 100_000), percent(3, 3)],
            ["<0.1%", "<0.1%", "5.0%", ">99.9%", "100%"]
        );
    }

    #[test]
    fn clipped_at_the_right_end() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip_left("path/to/file.csv", 9), "…file.csv");
        assert_eq!(clip("abc", 4), "abc");
    }
}
