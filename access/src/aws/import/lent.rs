//! Folders of what AWS lends by region, and lists that come in pages: what `access_grants` and `lake_formation` share.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Folder,
    document::{get, list, text},
};
use crate::inventory::{Listed, Reading};

/// Folders that may have one folder for each region.
const TOPS: &[&str] = &["access-grants", "lake-formation", "glue"];
/// Lists, each in one file or in pages (`grants.json`, `grants-2.json`, …), by folder.
const LISTS: &[(&str, &str)] = &[
    ("access-grants", "locations"),
    ("access-grants", "grants"),
    ("lake-formation", "resources"),
    ("lake-formation", "permissions"),
    ("lake-formation", "opt-ins"),
    ("lake-formation", "lf-tag-expressions"),
    ("glue", "databases"),
];

/// Whether a path is one of these.
pub(super) fn is_known(parts: &[&str]) -> bool {
    let Some((top, rest)) = parts.split_first().filter(|(top, _)| TOPS.contains(top)) else { return false };
    let rest = rest.split_first().filter(|(first, rest)| is_region(first) && !rest.is_empty()).map_or(rest, |(_, below)| below);
    match (*top, rest) {
        ("access-grants", ["instance.json" | "policy.json"]) | ("lake-formation", ["settings.json"]) => true,
        (top, [file]) => LISTS.iter().any(|(of, stem)| *of == top && is_page(file, stem)),
        ("lake-formation", ["lf-tags", file] | ["lf-tags", _, file]) => file.ends_with(".json"),
        ("glue", [_, file]) => is_page(file, "tables"),
        _ => false,
    }
}

/// Whether a path is a list of which the complete entries are worth reading when it is cut off.
pub(super) fn is_list(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    TOPS.iter().any(|top| path.starts_with(&format!("{top}/"))) && (is_page(file, "tables") || LISTS.iter().any(|(_, stem)| is_page(file, stem)))
}

/// Whether a file is the list of this name, or a page of it.
fn is_page(file: &str, stem: &str) -> bool {
    let rest = file.strip_prefix(stem).and_then(|rest| rest.strip_suffix(".json"));
    rest.is_some_and(|rest| rest.is_empty() || rest.trim_start_matches(['-', '.', '_']).bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a name is that of a region.
fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let letters = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [area, middle @ .., number] => {
            area.len() == 2 && letters(area) && !middle.is_empty() && middle.iter().all(|m| letters(m)) && number.parse::<u8>().is_ok()
        }
        _ => false,
    }
}

impl Folder<'_> {
    /// The regions that one of these folders has; none: what lies right in it.
    pub(super) fn regions(&self, top: &str) -> BTreeSet<Option<String>> {
        let prefix = format!("{top}/");
        let region = |rest: &str| rest.split_once('/').filter(|(first, _)| is_region(first)).map(|(r, _)| r.to_owned());
        self.files.keys().filter_map(|path| path.strip_prefix(&prefix)).map(region).collect()
    }

    /// All pages of a list. `keys`: what the list may be called in a page. Without any file it is not known, when it is `needed`.
    pub(super) fn listed<T>(
        &mut self,
        folder: &str,
        stem: &str,
        key: &str,
        needed: bool,
        item: impl Fn(&Value) -> Result<Option<T>, String>,
    ) -> Listed<T> {
        let prefix = format!("{folder}/");
        let is_page_of = |path: &&String| path.strip_prefix(&prefix).is_some_and(|file| is_page(file, stem));
        let files: Vec<String> = self.files.keys().filter(is_page_of).cloned().collect();
        let mut out = Listed { items: Vec::new(), unread: None };
        if files.is_empty() && needed {
            out.unread = Some(self.lacks(&format!("{prefix}{stem}.json"), "the file is missing"));
        }
        let (mut pages, mut open) = (0, 0);
        for file in &files {
            let value = match self.file(file) {
                Reading::Absent => continue,
                Reading::Unread(why) => {
                    out.unread = Some(format!("{}{file}: {why}", self.place));
                    continue;
                }
                Reading::Read(value) => value.clone(),
            };
            if self.cut.contains(&format!("{}{file}", self.place)) {
                out.unread = Some(format!("{}{file}: the file is cut off", self.place));
            }
            // Several pages in one file, or one.
            let several = value.as_array().filter(|all| all.iter().any(|page| get(page, key).is_some()));
            for page in several.map_or(std::slice::from_ref(&value), |all| all.as_slice()) {
                pages += 1;
                open += u32::from(text(page, "NextToken").is_some_and(|mark| !mark.is_empty()));
                self.page(file, page, key, &item, &mut out);
            }
        }
        if pages > 0 && open == pages {
            let last = files.last().map_or_else(String::new, Clone::clone);
            out.unread = Some(self.lacks(&last, "the last page is missing: there is more than was dumped"));
        }
        out
    }

    fn page<T>(&mut self, file: &str, page: &Value, key: &str, item: &impl Fn(&Value) -> Result<Option<T>, String>, out: &mut Listed<T>) {
        let entries = match page {
            Value::Array(entries) => entries.as_slice(),
            page if get(page, key).is_some_and(Value::is_array) => list(page, key),
            _ => {
                out.unread = Some(self.lacks(file, &format!("there is no `{key}` in it")));
                return;
            }
        };
        for entry in entries {
            match item(entry) {
                Ok(entry) => out.items.extend(entry),
                Err(why) => out.unread = Some(self.lacks(file, &why)),
            }
        }
    }

    /// Notes what is missing; the same in words for what hangs on it.
    pub(super) fn lacks(&mut self, file: &str, why: &str) -> String {
        self.gap(file, why);
        format!("{}{file}: {why}", self.place)
    }
}

/// A member that an entry must have.
pub(super) fn must<'v>(entry: &'v Value, key: &str) -> Result<&'v str, String> {
    text(entry, key).ok_or_else(|| format!("an entry has no `{key}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        let known = |path: &str| is_known(&path.split('/').collect::<Vec<_>>());
        for path in [
            "access-grants/instance.json",
            "access-grants/eu-west-1/grants-2.json",
            "lake-formation/permissions.json",
            "lake-formation/us-gov-west-1/settings.json",
            "lake-formation/lf-tags/sales.json",
            "lake-formation/ap-southeast-2/lf-tags/sales/orders.json",
            "glue/sales/tables.json",
            "glue/eu-west-1/sales/tables-0002.json",
            "glue/eu-west-1/databases.json",
            "glue/databases.json",
        ] {
            assert!(known(path), "{path}");
        }
        for path in ["access-grants/notes.json", "glue/sales/partitions.json", "lake-formation/lf-tags", "glue/tables.json", "access-grants", "s3/x"]
        {
            assert!(!known(path), "{path}");
        }
        assert!(is_region("eu-west-1") && is_region("us-gov-east-1") && !is_region("sales-2") && !is_region("EU-west-1") && !is_region("lf-tags"));
    }
}
