//! BigQuery: who reaches a table.
//!
//! The access entries of the dataset, the policy of the table and those of project, folders and organisation add up; deny policies come before them, as
//! everywhere in Google Cloud (whose folder `gcp/` holds them). *Read* is `bigquery.tables.getData`, *write* `updateData` or `delete`, *list*
//! `bigquery.tables.list`, *admin* the policy of the table, the dataset or what it lies in. Authorised views show a dataset to those who may read the
//! view; columns with policy tags and rows under row access policies make reading conditional.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use crate::{
    exports::{Exports, list, text},
    gcp::{
        Gcp,
        cel::{Name, Target},
        policy::{Allow, Binding, allow},
    },
    inventory::{Gap, Reading},
    reach::{Access, Answer, Expr, Kind, Reach, Way, Ways, Who, because, unread, when},
};

const FILES: &[&str] =
    &["*/*/dataset.json", "*/*/iam-policy.json", "*/*/tables/*/table.json", "*/*/tables/*/iam-policy.json", "*/*/tables/*/row-access-policies.json"];
const READ: &[&str] = &["bigquery.tables.getData"];
const WRITE: &[&str] = &["bigquery.tables.updateData", "bigquery.tables.delete"];
const LIST: &[&str] = &["bigquery.tables.list"];
const ADMIN: &[&str] = &["bigquery.tables.setIamPolicy", "bigquery.datasets.setIamPolicy"];
const ABOVE: &[&str] =
    &["resourcemanager.projects.setIamPolicy", "resourcemanager.folders.setIamPolicy", "resourcemanager.organizations.setIamPolicy"];

/// Something of another dataset that may read this one.
#[derive(Clone, Debug)]
enum Authorised {
    View { project: String, dataset: String, table: String },
    Routine(String),
    Dataset { project: String, dataset: String },
}

/// A dataset.
#[derive(Debug)]
struct Dataset {
    project: String,
    name: String,
    entries: Reading<Allow>,
    authorised: Vec<Authorised>,
    policy: Reading<Allow>,
    tables: Vec<Table>,
}

/// A table or a view.
#[derive(Debug)]
struct Table {
    name: String,
    view: bool,
    policy: Reading<Allow>,
    /// What limits what is shown.
    limits: Vec<Expr>,
}

/// What was exported of BigQuery.
#[derive(Debug)]
pub struct BigQuery {
    gcp: Arc<Gcp>,
    datasets: Vec<Dataset>,
    gaps: Vec<Gap>,
    unknown: Vec<String>,
    now: Option<i64>,
}

impl BigQuery {
    /// Reads what lies below `bigquery/`; policies above datasets, roles and groups come from Google Cloud. `now` as there.
    #[must_use]
    pub fn new(exports: &Exports, gcp: Arc<Gcp>, now: Option<i64>) -> Self {
        let mut gaps = Vec::new();
        let mut datasets = Vec::new();
        for project in exports.folders("bigquery") {
            for name in exports.folders(&format!("bigquery/{project}")) {
                datasets.push(Dataset::new(exports, project, name, &mut gaps));
            }
        }
        gaps.sort();
        gaps.dedup();
        Self { gcp, datasets, gaps, unknown: exports.unknown("bigquery", FILES), now }
    }

    /// What could not be read, or was not exported.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Files that are none of those it reads.
    #[must_use]
    pub fn unknown_files(&self) -> &[String] {
        &self.unknown
    }

    /// Projects, datasets and tables.
    pub fn tables(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.datasets.iter().flat_map(|d| d.tables.iter().map(|t| (d.project.as_str(), d.name.as_str(), t.name.as_str())))
    }

    /// Everybody who reaches a table.
    #[must_use]
    pub fn table(&self, project: &str, dataset: &str, table: &str) -> Vec<Reach> {
        let Some((dataset, table)) = self.find(project, dataset, table) else { return Vec::new() };
        let mut ways = Ways::default();
        for access in Access::ALL {
            self.policies(dataset, table, access, &mut ways);
        }
        for authorised in &dataset.authorised {
            self.authorised(dataset, table, authorised, &mut ways);
        }
        ways.rows(&resource(dataset, table))
    }

    fn find(&self, project: &str, dataset: &str, table: &str) -> Option<(&Dataset, &Table)> {
        let dataset = self.datasets.iter().find(|d| d.project == project && d.name == dataset)?;
        Some((dataset, dataset.tables.iter().find(|t| t.name == table)?))
    }

    fn policies(&self, dataset: &Dataset, table: &Table, access: Access, ways: &mut Ways) {
        let name = Name::Exact(format!("projects/{}/datasets/{}/tables/{}", dataset.project, dataset.name, table.name));
        let target = Target { name, kind: "bigquery.googleapis.com/Table", service: "bigquery.googleapis.com", tags: None, now: self.now };
        let permissions = match access {
            Access::Read => READ,
            Access::Write => WRITE,
            Access::List => LIST,
            Access::Admin => ADMIN,
        };
        let limits = Expr::all(table.limits.iter().filter(|_| access == Access::Read).cloned());
        let mut add = |name: &str, who: Who, way: Way| {
            let way = way.and(limits.clone());
            self.gcp.acting(name, &way, &mut |from, who, way| ways.add(from, who, access, way));
            ways.add(name, who, access, way);
        };
        let own = [&table.policy, &dataset.entries, &dataset.policy];
        self.gcp.iam().holders(&own, &dataset.project, permissions, &target, &mut add);
        if access == Access::Admin {
            let name = Name::Exact(format!("projects/{}", dataset.project));
            let kind = "cloudresourcemanager.googleapis.com/Project";
            let project = Target { name, kind, service: "cloudresourcemanager.googleapis.com", tags: None, now: self.now };
            self.gcp.iam().holders(&[], &dataset.project, ABOVE, &project, &mut add);
        }
    }

    /// Reading through a view, a routine or all views of a dataset.
    fn authorised(&self, dataset: &Dataset, table: &Table, authorised: &Authorised, ways: &mut Ways) {
        let views: Vec<(String, String, String)> = match authorised {
            Authorised::View { project, dataset, table } => vec![(project.clone(), dataset.clone(), table.clone())],
            Authorised::Dataset { project, dataset: of } => {
                let known = self.datasets.iter().find(|d| d.project == *project && d.name == *of);
                match known {
                    Some(known) => known.tables.iter().filter(|t| t.view).map(|t| (project.clone(), of.clone(), t.name.clone())).collect(),
                    None => return holder(dataset, &format!("readers of views in {project}.{of}"), "what the views show", ways),
                }
            }
            Authorised::Routine(name) => return holder(dataset, &format!("callers of routine {name}"), "what the routine shows", ways),
        };
        for (project, of, view) in views {
            let shown = format!("{project}.{of}.{view}");
            let Some((other, view)) = self.find(&project, &of, &view) else {
                holder(dataset, &format!("readers of view {shown}"), &format!("what view `{shown}` shows"), ways);
                continue;
            };
            if std::ptr::eq(view, table) {
                continue;
            }
            let mut readers = Ways::default();
            self.policies(other, view, Access::Read, &mut readers);
            for row in readers.rows(&resource(other, view)) {
                let formula = match (row.answer, row.condition) {
                    (Answer::Unknown, why) => unread(why.unwrap_or_default()),
                    (_, Some(condition)) => when(condition),
                    (_, None) => Expr::YES,
                };
                let mut because = row.because;
                because.push(self::because(&format!("datasets/{}", dataset.name), &format!("view {shown}"), "Allow"));
                let mut via = row.via;
                via.push(format!("view {shown}"));
                let way = Way { formula, via, because }.and(when(format!("what view `{shown}` shows")));
                ways.add(&row.principal, Who { kind: row.kind, external: row.external }, Access::Read, way);
            }
        }
    }
}

/// Whoever may read something that was not exported.
fn holder(dataset: &Dataset, name: &str, condition: &str, ways: &mut Ways) {
    let way = Way::open(&format!("datasets/{}", dataset.name), name).and(when(condition));
    ways.add(name, Who { kind: Kind::Holder, external: false }, Access::Read, way);
}

fn resource(dataset: &Dataset, table: &Table) -> String {
    format!("//bigquery.googleapis.com/projects/{}/datasets/{}/tables/{}", dataset.project, dataset.name, table.name)
}

impl Dataset {
    fn new(exports: &Exports, project: &str, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let folder = format!("bigquery/{project}/{name}");
        let mut authorised = Vec::new();
        let place = format!("{folder}/dataset.json");
        let entries = exports.needed(&place, "it was not exported", gaps, |value| {
            Ok(Allow { place: format!("datasets/{name}"), bindings: entries(value, project, &mut authorised)? })
        });
        let tables = exports.folders(&format!("{folder}/tables"));
        let tables = tables.into_iter().map(|table| Table::new(exports, &format!("{folder}/tables/{table}"), table, gaps)).collect();
        let policy = exports.parsed(&format!("{folder}/iam-policy.json"), gaps, |value| allow(&format!("datasets/{name}"), value));
        Self { project: project.to_owned(), name: name.to_owned(), entries, authorised, policy, tables }
    }
}

impl Table {
    fn new(exports: &Exports, folder: &str, name: &str, gaps: &mut Vec<Gap>) -> Self {
        let mut limits = Vec::new();
        let mut view = false;
        let described = exports.parsed(&format!("{folder}/table.json"), gaps, |table| {
            view = matches!(text(table, &["type"]), Some("VIEW" | "MATERIALIZED_VIEW"));
            let mut tagged = Vec::new();
            tagged_columns(&table["schema"]["fields"], "", 0, &mut tagged);
            Ok(tagged)
        });
        let needs = |(column, tag): &(String, String)| when(format!("column `{column}` needs datacatalog.categories.fineGrainedGet on `{tag}`"));
        limits.extend(described.read().into_iter().flatten().map(needs));
        let rows = exports.parsed(&format!("{folder}/row-access-policies.json"), gaps, |value| list(value, &["rowAccessPolicies"]));
        if let Some(rows) = rows.read().filter(|rows| !rows.is_empty()) {
            let each = rows.iter().map(|row| {
                let name = row.get("rowAccessPolicyReference").and_then(|r| text(r, &["policyId"])).unwrap_or("?");
                format!("`{name}` (where {})", text(row, &["filterPredicate"]).unwrap_or("?"))
            });
            limits.push(when(format!("rows that a row access policy grants: {}", each.collect::<Vec<_>>().join(", "))));
        }
        limits.extend(described.unread().into_iter().chain(rows.unread()).map(unread));
        let policy = exports.parsed(&format!("{folder}/iam-policy.json"), gaps, |value| allow(&format!("tables/{name}"), value));
        Self { name: name.to_owned(), view, policy, limits }
    }
}

/// Columns with policy tags, nested ones as `a.b`.
fn tagged_columns(fields: &Value, above: &str, depth: usize, out: &mut Vec<(String, String)>) {
    for field in fields.as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = format!("{above}{}", text(field, &["name"]).unwrap_or("?"));
        let tags = field["policyTags"]["names"].as_array().map(Vec::as_slice).unwrap_or_default();
        out.extend(tags.iter().filter_map(Value::as_str).map(|tag| (name.clone(), tag.to_owned())));
        // BigQuery nests 15 deep at most.
        if depth < 16 {
            tagged_columns(&field["fields"], &format!("{name}."), depth + 1, out);
        }
    }
}

/// Access entries as bindings; what authorises views and the like apart.
fn entries(value: &Value, project: &str, authorised: &mut Vec<Authorised>) -> Result<Vec<Binding>, String> {
    let Some(access) = value.get("access") else { return Err("there is no `access`".into()) };
    let mut out = Vec::new();
    for (i, entry) in access.as_array().ok_or("`access` is no list")?.iter().enumerate() {
        let part = |value: &Value, field: &str| text(value, &[field]).map(str::to_owned).ok_or_else(|| format!("entry {i} lacks `{field}`"));
        if let Some(view) = entry.get("view") {
            authorised.push(Authorised::View { project: part(view, "projectId")?, dataset: part(view, "datasetId")?, table: part(view, "tableId")? });
            continue;
        }
        if let Some(routine) = entry.get("routine") {
            authorised.push(Authorised::Routine(format!(
                "{}.{}.{}",
                part(routine, "projectId")?,
                part(routine, "datasetId")?,
                part(routine, "routineId")?
            )));
            continue;
        }
        if let Some(other) = entry.get("dataset") {
            let reference = other.get("dataset").unwrap_or(other);
            authorised.push(Authorised::Dataset { project: part(reference, "projectId")?, dataset: part(reference, "datasetId")? });
            continue;
        }
        let role = match text(entry, &["role"]).ok_or_else(|| format!("entry {i} has no role"))? {
            "READER" => "roles/bigquery.dataViewer",
            "WRITER" => "roles/bigquery.dataEditor",
            "OWNER" => "roles/bigquery.dataOwner",
            role => role,
        };
        let member = member(entry, project).ok_or_else(|| format!("entry {i} names nobody"))?;
        let condition = entry.get("condition").and_then(|c| text(c, &["expression"])).map(str::to_owned);
        out.push(Binding { role: role.to_owned(), members: vec![member], condition });
    }
    Ok(out)
}

fn member(entry: &Value, project: &str) -> Option<String> {
    if let Some(email) = text(entry, &["userByEmail"]) {
        let kind = if email.ends_with(".gserviceaccount.com") { "serviceAccount" } else { "user" };
        return Some(format!("{kind}:{email}"));
    }
    if let Some(group) = text(entry, &["groupByEmail"]) {
        return Some(format!("group:{group}"));
    }
    if let Some(domain) = text(entry, &["domain"]) {
        return Some(format!("domain:{domain}"));
    }
    match text(entry, &["specialGroup"]) {
        Some("projectOwners") => Some(format!("projectOwner:{project}")),
        Some("projectWriters") => Some(format!("projectEditor:{project}")),
        Some("projectReaders") => Some(format!("projectViewer:{project}")),
        Some(other) => Some(other.to_owned()),
        None => text(entry, &["iamMember"]).map(str::to_owned),
    }
}
