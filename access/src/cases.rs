//! Decision tables: cases as TOML, answers as lines `PRINCIPAL | ACCESS ANSWER [if CONDITION] [via STEP > STEP]`.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    exports::Exports,
    reach::{Access, Answer, Reach},
};

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Table<T> {
    case: Vec<Case<T>>,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct Case<T> {
    pub(crate) name: String,
    /// What is asked about.
    #[serde(default)]
    pub(crate) ask: String,
    /// Files as they are.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// What a provider's table writes shorter.
    #[serde(flatten)]
    pub(crate) short: T,
    /// All answers.
    pub(crate) rows: Vec<String>,
}

/// Holds all cases of a table against answers; there must be at least so many.
pub(crate) fn check<T: DeserializeOwned>(table: &str, least: usize, answers: impl Fn(&Case<T>, Exports) -> Vec<Reach>) {
    let table: Table<T> = toml::from_str(table).unwrap_or_else(|e| panic!("{e}"));
    assert!(table.case.len() >= least, "{} cases", table.case.len());
    let mut wrong = Vec::new();
    for case in &table.case {
        let mut exports = Exports::default();
        for (path, text) in &case.files {
            exports.add(path, text.as_bytes());
        }
        let mut found: Vec<String> = answers(case, exports).iter().map(line).collect();
        let mut expected = case.rows.clone();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!("{}\n  expected {expected:#?}\n  found {found:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), table.case.len(), wrong.join("\n"));
}

fn line(row: &Reach) -> String {
    let mut out = format!("{} | {} {}", row.principal, row.access.name(), row.answer.name());
    if let Some(condition) = &row.condition {
        out.push_str(&format!(" if {condition}"));
    }
    if !row.via.is_empty() {
        out.push_str(&format!(" via {}", row.via.join(" > ")));
    }
    out
}

/// How much each principal has: 0 nothing, 1 on a condition or not known, 2 always.
pub(crate) fn ranks(rows: &[Reach]) -> BTreeMap<(String, Access), u8> {
    let rank = |answer| if answer == Answer::Yes { 2 } else { 1 };
    rows.iter().map(|r| ((r.principal.clone(), r.access), rank(r.answer))).collect()
}

/// Whether nobody has more in the second than in the first.
pub(crate) fn no_more(before: &[Reach], after: &[Reach]) -> bool {
    let before = ranks(before);
    ranks(after).iter().all(|(key, rank)| before.get(key).is_some_and(|had| had >= rank))
}
