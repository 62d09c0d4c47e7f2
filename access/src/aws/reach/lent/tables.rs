//! Tables of a Data Catalog by database, by name, by place and by LF-tag.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::inventory::{Lake, LakeResource, LakeTable, LakeTags, Reading, expression_words};

/// A table that lies in a bucket.
#[derive(Debug)]
pub(super) struct Table<'l> {
    pub(super) database: &'l str,
    pub(super) table: &'l LakeTable,
    pub(super) bucket: &'l str,
    /// Without slashes at its ends; empty: the whole bucket.
    pub(super) prefix: &'l str,
    /// Place among the registered locations.
    pub(super) location: Option<usize>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Tables<'l> {
    lake: &'l Lake,
    pub(super) all: Vec<Table<'l>>,
    by_database: HashMap<&'l str, Vec<usize>>,
    by_name: HashMap<(&'l str, &'l str), usize>,
    /// By key and value of a tag.
    by_tag: HashMap<&'l str, HashMap<&'l str, BTreeSet<usize>>>,
    /// With tags of single columns: looked at one by one.
    by_column: Vec<usize>,
    untagged: Vec<usize>,
}

/// Tables that a permission is about.
#[derive(Debug, Default)]
pub(super) struct Meant {
    /// A table, and what it is cut to.
    pub(super) tables: Vec<(usize, Option<String>)>,
    /// Tables that may be meant, and why it is not known.
    pub(super) maybe: Vec<(usize, String)>,
    /// Why there may be more, nobody knows where.
    pub(super) unread: Vec<String>,
}

/// Bucket and path of a place in S3, named by URI or ARN.
pub(super) fn in_s3(name: &str) -> Option<(&str, &str)> {
    let rest = match name.split_once("://") {
        Some(("s3" | "s3a" | "s3n", rest)) => rest,
        Some(_) => return None,
        None => name.split_once(":s3:::").filter(|(arn, _)| arn.starts_with("arn:"))?.1,
    };
    let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.strip_suffix('*').unwrap_or(path).trim_end_matches('/');
    (!bucket.is_empty()).then_some((bucket, path))
}

impl<'l> Tables<'l> {
    pub(super) fn new(lake: &'l Lake) -> Self {
        let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (i, location) in lake.locations.items.iter().enumerate() {
            if let Some(place) = in_s3(&location.id) {
                places.insert(place, i);
            }
        }
        let mut out = Self {
            lake,
            all: Vec::new(),
            by_database: HashMap::new(),
            by_name: HashMap::new(),
            by_tag: HashMap::new(),
            by_column: Vec::new(),
            untagged: Vec::new(),
        };
        for (name, database) in &lake.databases {
            for table in &database.tables.items {
                let Some((bucket, prefix)) = table.location.as_deref().and_then(in_s3) else { continue };
                let at = out.all.len();
                out.all.push(Table { database: name, table, bucket, prefix, location: registered(&places, bucket, prefix) });
                out.by_database.entry(name).or_default().push(at);
                out.by_name.insert((name, table.name.as_str()), at);
                match &table.tags {
                    Reading::Read(_) if !table.columns.is_empty() => out.by_column.push(at),
                    Reading::Read(tags) => {
                        for (key, value) in tags.iter().flat_map(|(k, values)| values.iter().map(move |v| (k, v))) {
                            out.by_tag.entry(key).or_default().entry(value).or_default().insert(at);
                        }
                    }
                    _ => out.untagged.push(at),
                }
            }
        }
        out
    }

    /// The tables that a permission is about.
    pub(super) fn meant(&self, resource: &LakeResource) -> Meant {
        let mut out = Meant::default();
        match resource {
            LakeResource::Table { database, name: None, columns, .. } => {
                let all = self.by_database.get(database.as_str()).into_iter().flatten();
                out.tables.extend(all.map(|i| (*i, columns.as_ref().map(|c| self.columns(*i, c)))));
                out.unread.extend(self.unread(database));
            }
            LakeResource::Table { database, name: Some(name), columns, .. } => match self.by_name.get(&(database.as_str(), name.as_str())) {
                Some(i) => out.tables.push((*i, columns.as_ref().map(|c| self.columns(*i, c)))),
                None => out.unread.extend(self.unread(database)),
            },
            LakeResource::Filter { database, table, name, .. } => match self.by_name.get(&(database.as_str(), table.as_str())) {
                Some(i) => out.tables.push((*i, Some(format!("Lake Formation filter {name}")))),
                None => out.unread.extend(self.unread(database)),
            },
            LakeResource::Tagged { expression, .. } => self.tagged(expression, &mut out),
            LakeResource::Expression { name, .. } => match self.lake.expressions.get(name) {
                Some(expression) => self.tagged(expression, &mut out),
                None => out.unread.push(format!("LF-tag expression {name} of account {} was not read", self.lake.account)),
            },
            LakeResource::Database { .. } | LakeResource::Other => {}
        }
        out
    }

    fn columns(&self, table: usize, columns: &str) -> String {
        let Table { database, table, .. } = &self.all[table];
        format!("Lake Formation columns {columns} of {database}.{}", table.name)
    }

    /// Why tables of a database may be missing. One that no list has is gone.
    fn unread(&self, database: &str) -> Option<String> {
        match self.lake.databases.get(database) {
            Some(database) => database.tables.unread.clone(),
            None => self.lake.databases_unread.clone(),
        }
    }

    fn tagged(&self, expression: &LakeTags, out: &mut Meant) {
        if expression.is_empty() {
            return;
        }
        let mut found: Option<BTreeSet<usize>> = None;
        for (key, values) in expression {
            let by_value = self.by_tag.get(key.as_str());
            let any = values.iter().any(|v| v == "*");
            let with_key: BTreeSet<usize> = match by_value {
                Some(all) if any => all.values().flatten().copied().collect(),
                Some(all) => values.iter().filter_map(|v| all.get(v.as_str())).flatten().copied().collect(),
                None => BTreeSet::new(),
            };
            found = Some(match found {
                Some(before) => before.intersection(&with_key).copied().collect(),
                None => with_key,
            });
        }
        out.tables.extend(found.into_iter().flatten().map(|i| (i, None)));
        for &i in &self.by_column {
            out.tables.extend(self.by_columns(i, expression).map(|cut| (i, cut)));
        }
        let why = |i: usize| self.all[i].table.tags.unread().unwrap_or("its LF-tags were not read").to_owned();
        out.maybe.extend(self.untagged.iter().map(|i| (*i, why(*i))));
        let databases = self.lake.databases.values().filter_map(|d| d.tables.unread.clone());
        out.unread.extend(databases.chain(self.lake.databases_unread.clone()));
    }

    /// A table of which columns have tags of their own: all of it, some columns, or nothing.
    fn by_columns(&self, at: usize, expression: &LakeTags) -> Option<Option<String>> {
        let Table { database, table, .. } = &self.all[at];
        let tags = table.tags.read()?;
        let satisfies = |own: Option<&LakeTags>| {
            expression.iter().all(|(key, wanted)| {
                let values = own.and_then(|t| t.get(key)).or_else(|| tags.get(key));
                values.is_some_and(|values| values.iter().any(|v| wanted.iter().any(|w| w == "*" || w == v)))
            })
        };
        let (of_table, mut columns) = (satisfies(None), table.columns.values().map(|own| satisfies(Some(own))));
        if of_table && columns.clone().all(|c| c) {
            return Some(None);
        }
        let some = of_table || columns.any(|c| c);
        some.then(|| Some(format!("Lake Formation columns with {} of {database}.{}", expression_words(expression), table.name)))
    }
}

/// The registered location that a place lies in: the deepest one.
fn registered(places: &BTreeMap<(&str, &str), usize>, bucket: &str, prefix: &str) -> Option<usize> {
    let mut path = prefix;
    loop {
        if let Some(&location) = places.get(&(bucket, path)) {
            return Some(location);
        }
        if path.is_empty() {
            return None;
        }
        path = path.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(in_s3("s3://b/p/q/"), Some(("b", "p/q")));
        assert_eq!(in_s3("arn:aws:s3:::b"), Some(("b", "")));
        assert_eq!(in_s3("arn:aws-cn:s3:::b/p/*"), Some(("b", "p")));
        assert_eq!(in_s3("s3a://b"), Some(("b", "")));
        assert_eq!(in_s3("hdfs://b/p"), None);
        assert_eq!(in_s3("arn:aws:glue:eu-west-1:111122223333:connection/c"), None);
        let places = BTreeMap::from([(("b", ""), 0), (("b", "p/q"), 1)]);
        let found = |prefix| registered(&places, "b", prefix);
        assert_eq!((found("p"), found("p/q"), found("p/q/r"), found("p/qq")), (Some(0), Some(1), Some(1), Some(0)));
        assert_eq!(registered(&places, "c", "p"), None);
    }
}
