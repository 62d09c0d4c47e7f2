//! What is lent: S3 Access Grants, Lake Formation, and the tables of the Data Catalog that it speaks of.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};

use super::{Aws, Collected, Refusal, Service, xml::Node};

/// Path of an instance of S3 Access Grants in the control plane.
const ROOT: &str = "/v20180820/accessgrantsinstance";
/// What S3 says where a region has no instance.
const NO_INSTANCE: &str = "AccessGrantsInstanceNotExistsError";
/// Names of the mark in requests and answers.
const MARK: (&str, &str) = ("NextToken", "NextToken");

impl Aws {
    /// Everything that is lent, in every region.
    pub(super) async fn lent(&self, regions: &BTreeSet<String>, out: &mut Collected) {
        for region in regions {
            self.access_grants(region, out).await;
            self.lake(region, out).await;
        }
    }

    async fn access_grants(&self, region: &str, out: &mut Collected) {
        let service = Service::S3Control;
        let instance = self.get_xml(service, region, "GetAccessGrantsInstance", ROOT.to_owned(), &["GetAccessGrantsInstanceResult"]).await;
        let none = instance.as_ref().is_err_and(|refusal| refusal.code == NO_INSTANCE);
        if none {
            return;
        }
        let unread = instance.is_err();
        out.file(&format!("access-grants/{region}/instance.json"), instance.map(|node| node.value()));
        if unread {
            return;
        }
        let locations = self.granted_list(region, "ListAccessGrantsLocations", "locations", "AccessGrantsLocationsList").await;
        out.file(&format!("access-grants/{region}/locations.json"), locations);
        let grants = self.granted_list(region, "ListAccessGrants", "grants", "AccessGrantsList").await;
        out.file(&format!("access-grants/{region}/grants.json"), grants);
        let operation = "GetAccessGrantsInstanceResourcePolicy";
        let policy = self.get_xml(service, region, operation, format!("{ROOT}/resourcepolicy"), &[&format!("{operation}Result")]).await;
        let policy = policy.map(|node| json!({"Policy": node.child("Policy").map_or("", |p| p.text.as_str())}));
        out.file(&format!("access-grants/{region}/policy.json"), policy);
    }

    /// All pages of a list of S3 Access Grants.
    async fn granted_list(&self, region: &str, operation: &str, path: &str, list: &str) -> Result<Value, Refusal> {
        let (all, refusal) = self.control_list(region, operation, format!("{ROOT}/{path}?maxResults=1000"), list).await;
        refusal.map_or_else(|| Ok(json!({ list: all.iter().map(Node::value).collect::<Vec<_>>() })), Err)
    }

    async fn lake(&self, region: &str, out: &mut Collected) {
        let folder = format!("lake-formation/{region}");
        let locations = self.of_lake(region, "ListResources", "ResourceInfoList").await;
        // Where nothing is registered nothing is lent; permissions may still be about the tables of another account.
        let lends = locations.as_ref().map_or(true, |all| !all.is_empty());
        let hybrid = locations.as_ref().is_ok_and(|all| all.iter().any(|l| l.get("HybridAccessEnabled").and_then(Value::as_bool) == Some(true)));
        out.file(&format!("{folder}/resources.json"), locations.map(|all| json!({ "ResourceInfoList": all })));
        let permissions = self.of_lake(region, "ListPermissions", "PrincipalResourcePermissions").await;
        let named = permissions.as_ref().is_ok_and(|all| all.iter().any(|p| p.pointer("/Resource/LFTagPolicy/ExpressionName").is_some()));
        let by_tags = permissions.as_ref().map_or(true, |all| all.iter().any(|p| p.pointer("/Resource/LFTagPolicy").is_some()));
        out.file(&format!("{folder}/permissions.json"), permissions.map(|all| json!({ "PrincipalResourcePermissions": all })));
        if !lends {
            return;
        }
        let settings = self.json(Service::LakeFormation, region, "GetDataLakeSettings", &json!({})).await;
        out.file(&format!("{folder}/settings.json"), settings.map(|v| slim(&v)));
        if hybrid {
            let opted = self.of_lake(region, "ListLakeFormationOptIns", "LakeFormationOptInsInfoList").await;
            out.file(&format!("{folder}/opt-ins.json"), opted.map(|all| json!({ "LakeFormationOptInsInfoList": all })));
        }
        if named {
            let expressions = self.of_lake(region, "ListLFTagExpressions", "LFTagExpressions").await;
            out.file(&format!("{folder}/lf-tag-expressions.json"), expressions.map(|all| json!({ "LFTagExpressions": all })));
        }
        self.tables(region, by_tags, out).await;
    }

    /// All pages of a list of Lake Formation.
    async fn of_lake(&self, region: &str, operation: &str, list: &str) -> Result<Vec<Value>, Refusal> {
        self.listed((Service::LakeFormation, region), operation, json!({"MaxResults": 1000}), list, MARK).await
    }

    /// Tables of every database: their names and places, and where permissions go by them their LF-tags.
    async fn tables(&self, region: &str, by_tags: bool, out: &mut Collected) {
        let databases = self.listed((Service::Glue, region), "GetDatabases", json!({"MaxResults": 100}), "DatabaseList", MARK).await;
        let names: Vec<String> = databases.iter().flatten().filter_map(name).collect();
        let databases = databases.map(|all| json!({"DatabaseList": all.iter().filter_map(name).map(|n| json!({ "Name": n })).collect::<Vec<_>>()}));
        out.file(&format!("glue/{region}/databases.json"), databases);
        for database in names {
            if !is_file(&database) {
                out.unread(&format!("glue/{region} ({database})"), "the name of the database cannot be that of a folder");
                continue;
            }
            let body = json!({"DatabaseName": database, "MaxResults": 100});
            let tables = self.listed((Service::Glue, region), "GetTables", body, "TableList", MARK).await;
            let names: Vec<String> = tables.iter().flatten().filter_map(name).collect();
            let tables = tables.map(|all| json!({"TableList": all.iter().map(table).collect::<Vec<_>>()}));
            out.file(&format!("glue/{region}/{database}/tables.json"), tables);
            if by_tags {
                self.tags(region, &database, names, out).await;
            }
        }
    }

    async fn tags(&self, region: &str, database: &str, tables: Vec<String>, out: &mut Collected) {
        let folder = format!("lake-formation/{region}/lf-tags");
        let ask = |resource: Value| async move {
            let body = json!({ "Resource": resource });
            self.json(Service::LakeFormation, region, "GetResourceLFTags", &body).await
        };
        let of_database = ask(json!({"Database": {"Name": database}})).await;
        out.file(&format!("{folder}/{database}.json"), of_database);
        let fetches = tables.into_iter().filter(|table| is_file(table)).map(|table| async move {
            let tags = ask(json!({"Table": {"DatabaseName": database, "Name": table}})).await;
            (table, tags)
        });
        let mut fetched = stream::iter(fetches).buffered(self.client.concurrency);
        while let Some((table, tags)) = fetched.next().await {
            out.file(&format!("{folder}/{database}/{table}.json"), tags);
        }
    }
}

fn name(value: &Value) -> Option<String> {
    value.get("Name")?.as_str().map(str::to_owned)
}

/// Whether a name that others chose can be that of a file.
fn is_file(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']) && !name.chars().any(char::is_control)
}

/// What is needed of a table: columns and parameters are nobody's business here.
fn table(value: &Value) -> Value {
    let kept = ["Name", "DatabaseName", "CatalogId", "TableType", "TargetTable"];
    let mut out: Map<String, Value> = kept.iter().filter_map(|key| Some(((*key).to_owned(), value.get(*key)?.clone()))).collect();
    if let Some(location) = value.pointer("/StorageDescriptor/Location") {
        out.insert("StorageDescriptor".to_owned(), json!({ "Location": location }));
    }
    Value::Object(out)
}

/// The settings, as far as they say who administers.
fn slim(value: &Value) -> Value {
    let settings = value.get("DataLakeSettings").unwrap_or(value);
    json!({"DataLakeSettings": {"DataLakeAdmins": settings.get("DataLakeAdmins").cloned().unwrap_or_else(|| json!([]))}})
}
