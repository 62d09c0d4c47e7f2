//! What came out, for people and for programs.

use serde_json::{Value, json};

use super::{
    Evaluation, Hits,
    score::{By, Count, Scores, Share, share},
};

/// A number that is held against a floor.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Its name in `floors.toml`.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// What it came to.
    pub share: Share,
    /// Whether it should be small.
    pub small: bool,
}

/// The numbers of the first table.
#[must_use]
pub fn metrics(all: &Evaluation) -> Vec<Metric> {
    let group = |scores: &Scores, name: &str| scores.0.get(&(By::Group, name.to_owned())).copied().unwrap_or_default();
    let structured = group(&all.texts, "structured");
    let free = group(&all.texts, "names and terms");
    let columns = group(&all.columns.sensitive, "structured");
    let free_columns = group(&all.columns.sensitive, "names and terms");
    let clean = group(&all.columns.clean, "clean");
    let sum = |hits: &mut dyn Iterator<Item = &Hits>| hits.fold((0, 0, 0), |a, h| (a.0 + h.hits, a.1 + h.named, a.2 + h.of));
    let clean_texts = group(&all.clean_texts, "clean");
    let examples = sum(&mut all.credentials.examples.values());
    let fakes = sum(&mut all.credentials.look_alikes.values());
    let lines = all.credentials.lines;
    let metric = |name, title, share, small| Metric { name, title, share, small };
    vec![
        metric("text-structured-precision", "structured values in text, precision", structured.precision(), false),
        metric("text-structured-recall", "structured values in text, recall", structured.recall(), false),
        metric("text-covered-recall", "the same, of tags that have a rule", all.covered.recall(), false),
        metric("text-names-precision", "names and terms in text, precision", free.precision(), false),
        metric("text-names-recall", "names and terms in text, recall", free.recall(), false),
        metric("clean-texts-flagged", "clean texts with a finding", share(clean_texts.found, clean_texts.found + clean_texts.missed), true),
        metric("columns-found", "sensitive columns found, structured", columns.recall(), false),
        metric("columns-names-found", "sensitive columns found, names and terms", free_columns.recall(), false),
        metric("columns-precision", "verdicts on sensitive columns that are right", columns.precision(), false),
        metric("clean-flagged", "clean columns flagged", share(clean.found, clean.found + clean.missed), true),
        metric("credentials-found", "credentials of providers found", share(examples.0, examples.2), false),
        metric("credentials-named", "found under the provider's name", share(examples.1, examples.2), false),
        metric("look-alikes-flagged", "look-alikes flagged", share(fakes.0, fakes.2), true),
        metric("lines-precision", "lines of source trees, precision", lines.precision(), false),
        metric("lines-recall", "lines of source trees, recall", lines.recall(), false),
    ]
}

fn per_cent(s: &Share) -> String {
    if s.of == 0 {
        return "–".to_owned();
    }
    format!("{:.1} ({:.1}–{:.1})", s.value * 100.0, s.low * 100.0, s.high * 100.0)
}

/// The whole report as Markdown. `command`: how it was made.
#[must_use]
pub fn markdown(all: &Evaluation, command: &str) -> String {
    let mut out = format!(
        "# Accuracy\n\nMade by `{command}`; written by it and not by hand. The data is invented from the seed by a generator that follows the published formats\nand reads none \
         of the rules (`corpus/src/unseen/`); per cent, with the 95 % intervals of Wilson. A finding in text is right when it shares at least half of\nthe bytes of both with a label, \
         and its tag is the label's or one that is as right (`corpus/unseen/accepted.toml`).\n\n| what | per cent | of |\n|---|---|---|\n"
    );
    for m in metrics(all) {
        out += &format!("| {} | {} | {} |\n", m.title, per_cent(&m.share), m.share.of);
    }
    out += &format!("| lines of source trees, F1 | {:.1} | |\n", all.credentials.lines.f1() * 100.0);
    out += "\n## Texts\n";
    for by in [By::Group, By::Format] {
        out += &table(&all.texts, by);
    }
    for by in [By::Place, By::Country] {
        out += &recalls(&all.texts, by);
    }
    out += &clean_texts(&all.clean_texts);
    out += "\n## Columns\n\nSensitive columns: found when a verdict with the right tag stands. \"No name, check digits only\" is not in the other tables: nothing but the column itself says what \
            it is.\n";
    for by in [By::Group, By::Rows, By::Prevalence, By::Header] {
        out += &table(&all.columns.sensitive, by);
    }
    out += "\nClean columns that were flagged:\n";
    for by in [By::Rows, By::Header, By::Clean] {
        out += &flagged(&all.columns.clean, by);
    }
    out += &credentials(all);
    out += "\n## By tag\n\nText first, then columns.\n";
    out += &tags(all);
    out += "\n## By rule\n\nFindings that are right, in text and in columns; what is found in clean columns and texts counts as wrong.\n";
    out += &rules(all);
    out
}

fn clean_texts(scores: &Scores) -> String {
    let mut out = "\nTexts in which there is nothing:\n\n| clean text | flagged | of | findings per million bytes |\n|---|---|---|---|\n".to_owned();
    for (name, c) in scores.of(By::Clean) {
        let flagged = share(c.found, c.found + c.missed);
        out += &format!("| {name} | {} | {} | {:.1} |\n", per_cent(&flagged), flagged.of, c.wrong as f64 * 1e6 / c.right.max(1) as f64);
    }
    out
}

fn name_of(name: &str) -> &str {
    if name.is_empty() { "–" } else { name }
}

fn table(scores: &Scores, by: By) -> String {
    let mut out = format!("\n| {} | precision | of | recall | of | F1 |\n|---|---|---|---|---|---|\n", by.title());
    let mut rows: Vec<(&str, &Count)> = scores.of(by).collect();
    rows.sort_by_key(|(name, _)| name.trim_end_matches(" %").parse::<u64>().unwrap_or(u64::MAX));
    for (name, c) in rows {
        let (p, r) = (c.precision(), c.recall());
        out += &format!("| {} | {} | {} | {} | {} | {:.2} |\n", name_of(name), per_cent(&p), p.of, per_cent(&r), r.of, c.f1());
    }
    out
}

/// Where a wrong finding belongs nowhere, there is recall only.
fn recalls(scores: &Scores, by: By) -> String {
    let mut out = format!("\n| {} | recall | of |\n|---|---|---|\n", by.title());
    for (name, c) in scores.of(by) {
        let r = c.recall();
        out += &format!("| {} | {} | {} |\n", name_of(name), per_cent(&r), r.of);
    }
    out
}

fn flagged(scores: &Scores, by: By) -> String {
    let mut rows: Vec<(&str, Share)> = scores.of(by).map(|(name, c)| (name, share(c.found, c.found + c.missed))).collect();
    if by == By::Clean {
        rows.retain(|(_, s)| s.value > 0.0);
        rows.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
    }
    let mut out = format!("\n| {} | flagged | of |\n|---|---|---|\n", by.title());
    for (name, s) in rows {
        out += &format!("| {name} | {} | {} |\n", per_cent(&s), s.of);
    }
    out
}

fn credentials(all: &Evaluation) -> String {
    let scores = &all.credentials;
    let mut out = "\n## Credentials\n\n| example stands | found | named | of |\n|---|---|---|---|\n".to_owned();
    for (name, h) in &scores.places {
        out += &format!("| {name} | {} | {} | {} |\n", per_cent(&share(h.hits, h.of)), per_cent(&share(h.named, h.of)), h.of);
    }
    out += "\n| look-alike | flagged | of |\n|---|---|---|\n";
    for (name, h) in &scores.look_alikes {
        out += &format!("| {name} | {} | {} |\n", per_cent(&share(h.hits, h.of)), h.of);
    }
    out += "\n| line with | found | of |\n|---|---|---|\n";
    for (name, c) in &scores.secrets {
        out += &format!("| {name} | {} | {} |\n", per_cent(&c.recall()), c.recall().of);
    }
    out += "\n| line without, but with | flagged | of |\n|---|---|---|\n";
    for (name, c) in &scores.decoys {
        let of = c.right + c.wrong;
        out += &format!("| {name} | {} | {of} |\n", per_cent(&share(c.wrong, of)));
    }
    out += "\n| language | precision | recall | of | F1 |\n|---|---|---|---|---|\n";
    for (name, c) in &scores.languages {
        out += &format!("| {name} | {} | {} | {} | {:.2} |\n", per_cent(&c.precision()), per_cent(&c.recall()), c.recall().of, c.f1());
    }
    let mut poor: Vec<(&String, &Hits)> = scores.examples.iter().filter(|(_, h)| h.hits < h.of).collect();
    poor.sort_by_key(|(name, h)| (h.hits * 1000 / h.of.max(1), name.as_str()));
    out += "\nProviders of which not every example was found:\n\n| provider | found | named | of |\n|---|---|---|---|\n";
    for (name, h) in poor {
        out += &format!("| {name} | {} | {} | {} |\n", h.hits, h.named, h.of);
    }
    out
}

fn tags(all: &Evaluation) -> String {
    let mut names: Vec<&str> = all.texts.of(By::Tag).chain(all.columns.sensitive.of(By::Tag)).map(|(n, _)| n).collect();
    names.sort_unstable();
    names.dedup();
    let mut out = "\n| tag | precision | of | recall | of | columns found | of |\n|---|---|---|---|---|---|---|\n".to_owned();
    for name in names {
        let at = |scores: &Scores| scores.0.get(&(By::Tag, name.to_owned())).copied().unwrap_or_default();
        let (text, columns) = (at(&all.texts), at(&all.columns.sensitive));
        let (p, r, c) = (text.precision(), text.recall(), columns.recall());
        out += &format!("| {name} | {} | {} | {} | {} | {} | {} |\n", per_cent(&p), p.of, per_cent(&r), r.of, per_cent(&c), c.of);
    }
    out
}

fn rules(all: &Evaluation) -> String {
    let mut counts: Vec<(&str, Count)> = vec![];
    let parts = [&all.texts, &all.clean_texts, &all.columns.sensitive, &all.columns.clean];
    let mut names: Vec<&str> = parts.iter().flat_map(|s| s.of(By::Rule)).map(|(n, _)| n).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let mut count = Count::default();
        parts.iter().filter_map(|s| s.0.get(&(By::Rule, name.to_owned()))).for_each(|c| count.add(c));
        counts.push((name, count));
    }
    counts.sort_by(|a, b| a.1.precision().value.total_cmp(&b.1.precision().value).then(a.0.cmp(b.0)));
    let mut out = "\n| rule | precision | of |\n|---|---|---|\n".to_owned();
    for (name, c) in counts {
        out += &format!("| {name} | {} | {} |\n", per_cent(&c.precision()), c.precision().of);
    }
    out
}

/// The whole report as JSON.
#[must_use]
pub fn to_json(all: &Evaluation) -> Value {
    let count = |c: &Count| json!({"found": c.found, "missed": c.missed, "right": c.right, "wrong": c.wrong});
    let scores = |s: &Scores| -> Value {
        let mut by: serde_json::Map<String, Value> = serde_json::Map::new();
        for ((what, name), c) in &s.0 {
            by.entry(what.title()).or_insert_with(|| json!({}))[name] = count(c);
        }
        Value::Object(by)
    };
    let hits = |h: &Hits| json!({"hits": h.hits, "named": h.named, "of": h.of});
    let metrics: serde_json::Map<String, Value> = metrics(all)
        .into_iter()
        .map(|m| (m.name.to_owned(), json!({"value": m.share.value, "low": m.share.low, "high": m.share.high, "of": m.share.of})))
        .collect();
    let c = &all.credentials;
    json!({
        "metrics": metrics,
        "lines_f1": c.lines.f1(),
        "texts": scores(&all.texts),
        "clean_texts": scores(&all.clean_texts),
        "sensitive_columns": scores(&all.columns.sensitive),
        "clean_columns": scores(&all.columns.clean),
        "credentials": {
            "providers": c.examples.iter().map(|(n, h)| (n.clone(), hits(h))).collect::<serde_json::Map<_, _>>(),
            "look_alikes": c.look_alikes.iter().map(|(n, h)| ((*n).to_owned(), hits(h))).collect::<serde_json::Map<_, _>>(),
            "lines": count(&c.lines),
        },
    })
}
