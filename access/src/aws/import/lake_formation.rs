//! `lake-formation/…` and `glue/…`: registered locations, permissions on tables, and where the tables lie.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Folder,
    document::{flag, get, list, text},
    lent::must,
};
use crate::inventory::{Lake, LakeDatabase, LakePermission, LakeResource, LakeTable, LakeTags, LentLocation, Listed, Reading};

/// What stands for all tables of a database in answers.
const ALL_TABLES: &str = "ALL_TABLES";

impl Folder<'_> {
    pub(super) fn lakes(&mut self) {
        for region in self.regions("lake-formation") {
            let folder = |top: &str| region.as_ref().map_or_else(|| top.to_owned(), |r| format!("{top}/{r}"));
            let (lake, glue) = (folder("lake-formation"), folder("glue"));
            let account = self.account.clone().unwrap_or_default();
            if account.is_empty() {
                self.gap(&lake, "whose account it is cannot be told: put it under `accounts/ID/`");
            }
            let locations = self.listed(&lake, "resources", "ResourceInfoList", true, location);
            // Where nothing is registered nothing is lent.
            let lends = !locations.items.is_empty() || locations.unread.is_some();
            let permissions = self.listed(&lake, "permissions", "PrincipalResourcePermissions", lends, |v| permission(v, &account));
            let hybrid = locations.items.iter().any(|l| l.hybrid);
            let opt_ins = self.listed(&lake, "opt-ins", "LakeFormationOptInsInfoList", hybrid, |v| permission(v, &account));
            let expressions = self.listed(&lake, "lf-tag-expressions", "LFTagExpressions", false, |v| {
                Ok(Some((must(v, "Name")?.to_owned(), pairs(list(v, "Expression")))))
            });
            let admins = self.admins(&lake, lends);
            let (mut databases, databases_unread) = self.databases(&glue);
            self.undumped(&glue, &account, &permissions.items, &mut databases);
            self.tags(&lake, permissions.items.iter().any(by_tags), &mut databases);
            let expressions = expressions.items.into_iter().collect();
            let lake = Lake { account, region, locations, permissions, admins, opt_ins, expressions, databases, databases_unread };
            self.inventory.lakes.push(lake);
        }
    }

    /// `get-data-lake-settings`.
    fn admins(&mut self, lake: &str, needed: bool) -> Listed<String> {
        let path = format!("{lake}/settings.json");
        if !self.files.contains_key(&path) {
            let unread = needed.then(|| self.lacks(&path, "the file is missing"));
            return Listed { items: Vec::new(), unread };
        }
        let admins = self.parsed(&path, |v| {
            let settings = get(v, "DataLakeSettings").unwrap_or(v);
            let admins = get(settings, "DataLakeAdmins").and_then(Value::as_array).ok_or_else(|| "there is no `DataLakeAdmins` in it".to_owned())?;
            admins.iter().map(|a| must(a, "DataLakePrincipalIdentifier").map(str::to_owned)).collect::<Result<Vec<_>, _>>()
        });
        match admins {
            Reading::Read(items) => Listed { items, unread: None },
            Reading::Absent => Listed::default(),
            Reading::Unread(why) => Listed { items: Vec::new(), unread: Some(why) },
        }
    }

    /// Databases with their tables, and why there may be more.
    fn databases(&mut self, glue: &str) -> (BTreeMap<String, LakeDatabase>, Option<String>) {
        let prefix = format!("{glue}/");
        let folders: BTreeSet<String> = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix)?.split_once('/'))
            .filter(|(_, file)| !file.contains('/') && file.starts_with("tables"))
            .map(|(name, _)| name.to_owned())
            .collect();
        let named = self.listed(glue, "databases", "DatabaseList", false, |v| must(v, "Name").map(|name| Some(name.to_owned())));
        let all: BTreeSet<String> = folders.into_iter().chain(named.items).collect();
        let mut out = BTreeMap::new();
        for name in all {
            let tables = self.listed(&format!("{glue}/{name}"), "tables", "TableList", true, |v| table(v).map(Some));
            out.insert(name, LakeDatabase { tables });
        }
        (out, named.unread)
    }

    /// Databases that permissions speak of and that nobody dumped: unless the list of databases says that there is none.
    fn undumped(&mut self, glue: &str, account: &str, permissions: &[LakePermission], databases: &mut BTreeMap<String, LakeDatabase>) {
        if self.file(&format!("{glue}/databases.json")).read().is_some() {
            return;
        }
        for permission in permissions {
            let (LakeResource::Table { catalog, database, .. } | LakeResource::Filter { catalog, database, .. }) = &permission.resource else {
                continue;
            };
            if catalog == account && !databases.contains_key(database) {
                let why = self.lacks(&format!("{glue}/{database}/tables.json"), "the file is missing: where these tables lie is not known");
                databases.insert(database.clone(), LakeDatabase { tables: Listed { items: Vec::new(), unread: Some(why) } });
            }
        }
    }

    /// LF-tags of tables. `needed`: permissions hang on them.
    fn tags(&mut self, lake: &str, needed: bool, databases: &mut BTreeMap<String, LakeDatabase>) {
        let mut missing = 0_usize;
        for (name, database) in databases {
            let file = format!("{lake}/lf-tags/{name}.json");
            let of_database = self.parsed(&file, |v| Ok(pairs(list(v, "LFTagOnDatabase"))));
            for table in &mut database.tables.items {
                let path = format!("{lake}/lf-tags/{name}/{}.json", table.name);
                let there = self.files.contains_key(&path);
                let own = self.parsed(&path, |v| {
                    let columns = list(v, "LFTagsOnColumns").iter().filter_map(|c| Some((text(c, "Name")?.to_owned(), pairs(list(c, "LFTags")))));
                    Ok((pairs(list(v, "LFTagOnDatabase")), pairs(list(v, "LFTagsOnTable")), columns.collect::<BTreeMap<_, _>>()))
                });
                match own {
                    Reading::Read((above, own, columns)) => {
                        let mut tags = if above.is_empty() { of_database.read().cloned().unwrap_or_default() } else { above };
                        tags.extend(own);
                        table.tags = Reading::Read(tags);
                        table.columns = columns;
                    }
                    Reading::Unread(why) => table.tags = Reading::Unread(why),
                    Reading::Absent if there => table.tags = Reading::Read(LakeTags::new()),
                    Reading::Absent => {
                        missing += usize::from(table.location.is_some());
                        table.tags = Reading::Unread(format!("{}{path}: the file is missing", self.place));
                    }
                }
            }
        }
        if needed && missing > 0 {
            self.gap(&format!("{lake}/lf-tags"), format!("permissions go by LF-tags, and those of {missing} tables are missing"));
        }
    }
}

fn by_tags(permission: &LakePermission) -> bool {
    matches!(permission.resource, LakeResource::Tagged { .. } | LakeResource::Expression { .. })
}

/// A registered location in S3; none: what is registered is something else.
fn location(entry: &Value) -> Result<Option<LentLocation>, String> {
    let id = must(entry, "ResourceArn")?;
    if !id.contains(":s3:::") {
        return Ok(None);
    }
    Ok(Some(LentLocation { id: id.to_owned(), role: must(entry, "RoleArn")?.to_owned(), hybrid: flag(entry, "HybridAccessEnabled") }))
}

/// A table of `get-tables`. A link to another table, and a view, has no place of its own.
fn table(entry: &Value) -> Result<LakeTable, String> {
    let place = get(entry, "StorageDescriptor").and_then(|s| text(s, "Location")).filter(|l| !l.is_empty());
    let link = get(entry, "TargetTable").is_some();
    let tags = Reading::Absent;
    Ok(LakeTable { name: must(entry, "Name")?.to_owned(), location: place.filter(|_| !link).map(str::to_owned), tags, columns: BTreeMap::new() })
}

/// LF-tags as lists of pairs.
fn pairs(list_of: &[Value]) -> LakeTags {
    let mut out = LakeTags::new();
    for pair in list_of {
        let Some(key) = text(pair, "TagKey") else { continue };
        let values = list(pair, "TagValues").iter().filter_map(Value::as_str).map(str::to_owned);
        out.entry(key.to_owned()).or_default().extend(values);
    }
    out
}

/// An entry of `list-permissions` or `list-lake-formation-opt-ins`; none: no data hang on it.
fn permission(entry: &Value, account: &str) -> Result<Option<LakePermission>, String> {
    let principal = get(entry, "Principal").ok_or("an entry has no `Principal`")?;
    let principal = must(principal, "DataLakePrincipalIdentifier")?.to_owned();
    let resource = resource(get(entry, "Resource").ok_or("an entry has no `Resource`")?, account)?;
    if resource == LakeResource::Other {
        return Ok(None);
    }
    let permissions = list(entry, "Permissions").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let condition = get(entry, "Condition").and_then(|c| text(c, "Expression")).map(str::to_owned);
    Ok(Some(LakePermission { principal, resource, permissions, condition }))
}

fn resource(value: &Value, account: &str) -> Result<LakeResource, String> {
    let catalog = |of: &Value, key: &str| text(of, key).unwrap_or(account).to_owned();
    let table = |of: &Value, columns: Option<String>| -> Result<LakeResource, String> {
        let all = get(of, "TableWildcard").is_some() || text(of, "Name") == Some(ALL_TABLES);
        let name = if all { None } else { Some(must(of, "Name")?.to_owned()) };
        Ok(LakeResource::Table { catalog: catalog(of, "CatalogId"), database: must(of, "DatabaseName")?.to_owned(), name, columns })
    };
    let found = if let Some(of) = get(value, "Table") {
        table(of, None)?
    } else if let Some(of) = get(value, "TableWithColumns") {
        table(of, columns(of))?
    } else if let Some(of) = get(value, "DataCellsFilter") {
        let member = |key: &str| must(of, key).map(str::to_owned);
        LakeResource::Filter {
            catalog: catalog(of, "TableCatalogId"),
            database: member("DatabaseName")?,
            table: member("TableName")?,
            name: member("Name")?,
        }
    } else if let Some(of) = get(value, "LFTagPolicy").filter(|of| text(of, "ResourceType") != Some("DATABASE")) {
        match text(of, "ExpressionName") {
            Some(name) => LakeResource::Expression { catalog: catalog(of, "CatalogId"), name: name.to_owned() },
            None => LakeResource::Tagged { catalog: catalog(of, "CatalogId"), expression: pairs(list(of, "Expression")) },
        }
    } else if let Some(of) = get(value, "Database") {
        LakeResource::Database { catalog: catalog(of, "CatalogId"), name: must(of, "Name")?.to_owned() }
    } else {
        LakeResource::Other
    };
    // Catalogs within the Data Catalog belong to other stores, not to buckets.
    let foreign = match &found {
        LakeResource::Table { catalog, .. }
        | LakeResource::Filter { catalog, .. }
        | LakeResource::Tagged { catalog, .. }
        | LakeResource::Expression { catalog, .. }
        | LakeResource::Database { catalog, .. } => catalog.contains([':', '/']),
        LakeResource::Other => false,
    };
    Ok(if foreign { LakeResource::Other } else { found })
}

/// What a table is cut to, in words.
fn columns(of: &Value) -> Option<String> {
    let names = |list: &[Value]| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    let some = list(of, "ColumnNames");
    if !some.is_empty() {
        return Some(names(some));
    }
    let but = get(of, "ColumnWildcard").map(|w| list(w, "ExcludedColumnNames")).unwrap_or_default();
    (!but.is_empty()).then(|| format!("all but {}", names(but)))
}
