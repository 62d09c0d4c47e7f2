//! Questions about an inventory, and two answers compared.

use std::collections::{BTreeMap, BTreeSet};

use sonde_access::{
    aws::reach::{Reach, Reacher},
    exports::Platforms,
    inventory::{Gap, Inventory},
    reach,
};

use crate::store::{Change, ReachRow, SummaryRow};

/// What is asked about: a bucket, or what lies below a prefix of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the bucket; elsewhere than in S3 the URI of what it is (`gs://bucket`, `azure://account/container`, `snowflake://account/table`, …).
    pub bucket: String,
    /// Keys begin so; empty: all.
    pub prefix: String,
    /// URI of the dataset that lies there.
    pub dataset: Option<String>,
}

impl Place {
    /// Reads `s3://bucket/prefix`, an ARN (`*` at its end is a prefix), or the name of a bucket.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| PLATFORMS.contains(scheme)) {
            // Buckets and containers have something below them.
            let parts = match scheme {
                "gs" => 1,
                "azure" => 2,
                _ => usize::MAX,
            };
            let end = rest.match_indices('/').nth(parts.saturating_sub(1)).map_or(rest.len(), |(i, _)| i);
            let prefix = rest[end..].trim_start_matches('/').trim_end_matches('*').to_owned();
            let end = if parts == usize::MAX { rest.trim_end_matches('/').len() } else { end };
            return Some(Self { bucket: format!("{scheme}://{}", &rest[..end]), prefix, dataset: None });
        }
        let rest = text.strip_prefix("s3://").or_else(|| {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            (parts.len() == 6 && parts[0] == "arn" && parts[2] == "s3").then(|| parts[5])
        });
        let rest = match rest {
            Some(rest) => rest,
            None if text.contains([':', '/']) || text.is_empty() => return None,
            None => text,
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.strip_suffix('*').unwrap_or(prefix);
        (!bucket.is_empty()).then(|| Self { bucket: bucket.to_owned(), prefix: prefix.to_owned(), dataset: None })
    }

    /// As a URI.
    #[must_use]
    pub fn uri(&self) -> String {
        match (self.bucket.contains("://"), self.prefix.as_str()) {
            (true, "") => self.bucket.clone(),
            (true, prefix) => format!("{}/{prefix}", self.bucket),
            (false, prefix) => format!("s3://{}/{prefix}", self.bucket),
        }
    }
}

/// A dataset of the store, and where it lies as identities have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Located {
    /// `s3://bucket/prefix/`, `gs://bucket/prefix/`, `snowflake://account/DB.SCHEMA.TABLE`, …
    pub place: String,
    /// Its URI in the store: the same, unless it was scanned as something else.
    pub dataset: String,
}

impl Located {
    /// One that lies where it was scanned, or, where `aliases` (place, what it was scanned as) says so, elsewhere; none where nobody is known to reach it.
    #[must_use]
    pub fn new(dataset: &str, aliases: &[(String, String)]) -> Option<Self> {
        let elsewhere = aliases.iter().find_map(|(place, scanned)| {
            let rest = dataset.strip_prefix(scanned.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", place.trim_end_matches('/')))
        });
        let place = elsewhere.unwrap_or_else(|| dataset.to_owned());
        let known = place.split_once("://").is_some_and(|(scheme, _)| scheme == "s3" || PLATFORMS.contains(&scheme));
        known.then(|| Self { place, dataset: dataset.to_owned() })
    }
}

/// Schemes of what is not S3.
const PLATFORMS: [&str; 10] = ["gs", "azure", "bigquery", "snowflake", "unity", "qdrant", "weaviate", "milvus", "opensearch", "elasticsearch"];

/// Answers from one inventory.
pub struct Answers<'a> {
    reacher: Reacher<'a>,
    platforms: Platforms,
    inventory: &'a Inventory,
}

impl<'a> Answers<'a> {
    /// Compiles the inventory.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        Self { reacher: Reacher::new(inventory), platforms: Platforms::new(&inventory.exports, None), inventory }
    }

    /// From now on only of S3's objects that carry exactly these tags.
    pub fn with_object_tags(&mut self, tags: BTreeMap<String, String>) {
        self.reacher.with_object_tags(Some(tags));
    }

    /// What could not be read, documents that are no policies included.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = self.inventory.gaps.clone();
        gaps.extend(self.reacher.gaps());
        gaps.sort();
        gaps.dedup();
        gaps
    }

    /// All buckets, and what other platforms have, each with the dataset that is the whole of it, and the datasets below prefixes. Of datasets: where it lies, its URI.
    #[must_use]
    pub fn places(&self, datasets: &[Located]) -> Vec<Place> {
        let mut out: BTreeMap<(String, String), Place> = BTreeMap::new();
        for bucket in &self.inventory.buckets {
            out.insert((bucket.name.clone(), String::new()), Place { bucket: bucket.name.clone(), prefix: String::new(), dataset: None });
        }
        for uri in self.platforms.uris() {
            let place = Place { bucket: uri, prefix: String::new(), dataset: None };
            out.insert((place.bucket.clone(), String::new()), place);
        }
        for Located { place, dataset } in datasets {
            let Some(mut place) = Place::parse(place) else { continue };
            if out.contains_key(&(place.bucket.clone(), String::new())) {
                place.dataset = Some(dataset.clone());
                out.insert((place.bucket.clone(), place.prefix.clone()), place);
            }
        }
        out.into_values().collect()
    }

    /// Whether a bucket is in the inventory.
    #[must_use]
    pub fn knows(&self, bucket: &str) -> bool {
        self.inventory.buckets.iter().any(|b| b.name == bucket) || self.platforms.uris().iter().any(|uri| uri == bucket)
    }

    /// Everybody who reaches a place, by principal and access.
    pub fn of(&mut self, place: &Place) -> Vec<ReachRow> {
        if place.bucket.contains("://") {
            let rows = self.platforms.reach(&place.bucket, &place.prefix);
            return rows.into_iter().map(|row| platform_row(row, place.dataset.as_deref())).collect();
        }
        let rows = self.reacher.bucket(&place.bucket, &place.prefix);
        rows.into_iter().map(|row| reach_row(row, place.dataset.as_deref())).collect()
    }
}

fn platform_row(row: reach::Reach, dataset: Option<&str>) -> ReachRow {
    // As the store calls them: accounts of programs and holders of keys, and everybody of a domain.
    let kind = match row.kind {
        reach::Kind::ServiceAccount | reach::Kind::Holder => "app",
        reach::Kind::Domain => "group",
        other => other.name(),
    };
    ReachRow {
        resource: row.resource,
        dataset: dataset.map(str::to_owned),
        principal: row.principal,
        kind: kind.to_owned(),
        external: row.external,
        access: row.access.name().to_owned(),
        answer: row.answer.name().to_owned(),
        condition: row.condition,
        via: row.via,
        because: row.because.iter().map(|b| (b.policy.to_string(), b.statement.to_string(), b.effect.to_string())).collect(),
    }
}

fn reach_row(row: Reach, dataset: Option<&str>) -> ReachRow {
    ReachRow {
        resource: row.resource.to_string(),
        dataset: dataset.map(str::to_owned),
        principal: row.principal.to_string(),
        kind: row.kind.name().to_owned(),
        external: row.external,
        access: row.access.name().to_owned(),
        answer: row.answer.name().to_owned(),
        condition: row.condition.map(|c| c.to_string()),
        via: row.via.iter().map(ToString::to_string).collect(),
        because: row.because.iter().map(|b| (b.policy.to_string(), b.statement.to_string(), b.effect.to_string())).collect(),
    }
}

/// The counts of one place.
#[must_use]
pub fn summary(resource: &str, place: &Place, rows: &[ReachRow], expanded: bool) -> SummaryRow {
    let count = |wanted: &dyn Fn(&ReachRow) -> bool| rows.iter().filter(|r| wanted(r)).count() as u64;
    let with = |access: &str| count(&|r| r.access == access && r.answer != "unknown");
    let externals: BTreeSet<&str> = rows.iter().filter(|r| r.external && r.answer != "unknown").map(|r| r.principal.as_str()).collect();
    SummaryRow {
        resource: resource.to_owned(),
        dataset: place.dataset.clone(),
        expanded,
        readers: with("read"),
        writers: with("write"),
        admins: with("admin"),
        externals: externals.len() as u64,
        conditional: count(&|r| r.answer == "conditional"),
        unknown: count(&|r| r.answer == "unknown"),
        public: rows.iter().any(|r| matches!(r.kind.as_str(), "anonymous" | "any_authenticated") && r.answer == "yes"),
    }
}

/// Who gained and who lost, and which statements are behind it.
#[must_use]
pub fn difference(before: &[ReachRow], after: &[ReachRow]) -> Vec<Change> {
    type Key<'k> = (&'k str, &'k str, &'k str);
    let keyed = |rows: &'_ [ReachRow]| -> BTreeMap<(String, String, String), ReachRow> {
        // Of several ways to the same the first is the surest.
        let all = rows.iter().rev();
        all.map(|r| ((r.resource.clone(), r.principal.clone(), r.access.clone()), r.clone())).collect()
    };
    let (old, new) = (keyed(before), keyed(after));
    let keys: BTreeSet<Key<'_>> = old.keys().chain(new.keys()).map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    let mut out = Vec::new();
    for key in keys {
        let owned = (key.0.to_owned(), key.1.to_owned(), key.2.to_owned());
        let (was, is) = (old.get(&owned), new.get(&owned));
        let said = |row: Option<&ReachRow>| row.map(|r| (r.answer.clone(), r.condition.clone()));
        if said(was) == said(is) {
            continue;
        }
        let change = match (was, is) {
            (None, _) => "gained",
            (_, None) => "lost",
            _ => "changed",
        };
        let statements = |row: Option<&ReachRow>| row.map(|r| r.because.iter().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
        let (mine, theirs) = (statements(was), statements(is));
        let listed = |of: &BTreeSet<(String, String, String)>, not: &BTreeSet<(String, String, String)>| {
            let list = of
                .difference(not)
                .map(|(policy, statement, effect)| serde_json::json!({ "policy": policy, "statement": statement, "effect": effect }));
            list.collect::<Vec<_>>()
        };
        let cause = serde_json::json!({ "gone": listed(&mine, &theirs), "new": listed(&theirs, &mine) });
        out.push(Change {
            resource: owned.0,
            principal: owned.1,
            access: owned.2,
            change: change.to_owned(),
            before: was.map(|r| r.answer.clone()),
            after: is.map(|r| r.answer.clone()),
            cause: cause.to_string(),
        });
    }
    out
}
