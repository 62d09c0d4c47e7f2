//! Access that AWS lends: S3 Access Grants, Lake Formation, and the tables of the Data Catalog that its permissions are about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PolicyId, Reading};

/// A list, and why there may be more than was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Why that is not all, or not known to be.
    pub unread: Option<String>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), unread: None }
    }
}

/// What hands out credentials of a role for a place in S3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LentLocation {
    /// Id of an Access Grants location; of Lake Formation the ARN of what is registered.
    pub id: String,
    /// ARN of the role whose credentials are handed out.
    pub role: String,
    /// Lake Formation: only who has opted in is lent to; everybody else is left to IAM.
    pub hybrid: bool,
}

/// To whom S3 Access Grants grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grantee {
    /// ARN of a user or a role.
    Iam(String),
    /// Id of a user of Identity Center.
    DirectoryUser(String),
    /// Id of a group of Identity Center.
    DirectoryGroup(String),
}

/// One access grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataGrant {
    /// Id.
    pub id: String,
    /// To whom.
    pub grantee: Grantee,
    /// READ, WRITE, READWRITE.
    pub permission: String,
    /// `s3://bucket/prefix*`; without `*` at its end, one object.
    pub scope: String,
    /// Id of the location.
    pub location: String,
    /// ARN of the only application of Identity Center through which it can be used.
    pub application: Option<String>,
}

/// An instance of S3 Access Grants: an account has at most one in each region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessGrants {
    /// Account.
    pub account: String,
    /// Region; none: not known.
    pub region: Option<String>,
    /// ARN.
    pub arn: String,
    /// Locations.
    pub locations: Listed<LentLocation>,
    /// Grants.
    pub grants: Listed<DataGrant>,
    /// Who of other accounts may ask for data.
    pub policy: Reading<PolicyId>,
}

/// LF-tags: key → values.
pub type LakeTags = BTreeMap<String, Vec<String>>;

/// What a permission of Lake Formation is about, as far as data hang on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LakeResource {
    /// A table, or all tables of a database.
    Table {
        /// Account of the Data Catalog.
        catalog: String,
        /// Database.
        database: String,
        /// Table; none: all.
        name: Option<String>,
        /// Columns it is cut to, in words; none: all.
        columns: Option<String>,
    },
    /// A data cells filter of a table.
    Filter {
        /// Account of the Data Catalog.
        catalog: String,
        /// Database.
        database: String,
        /// Table.
        table: String,
        /// Name.
        name: String,
    },
    /// All tables whose tags satisfy each key of an expression with one of its values.
    Tagged {
        /// Account of the Data Catalog.
        catalog: String,
        /// The expression.
        expression: LakeTags,
    },
    /// The same, the expression being kept under a name.
    Expression {
        /// Account of the Data Catalog.
        catalog: String,
        /// Name of the expression.
        name: String,
    },
    /// A database: nothing in it can be read by that alone. It counts where principals opt in.
    Database {
        /// Account of the Data Catalog.
        catalog: String,
        /// Name.
        name: String,
    },
    /// Something that no data hang on: the catalog, a data location, an LF-tag.
    Other,
}

/// A permission of Lake Formation, or the opting in of a principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakePermission {
    /// `DataLakePrincipalIdentifier`.
    pub principal: String,
    /// About what.
    pub resource: LakeResource,
    /// `SELECT`, `INSERT`, `DELETE`, `ALL`, …
    pub permissions: Vec<String>,
    /// Condition on attributes of the principal, as it is written.
    pub condition: Option<String>,
}

/// A table of the Data Catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeTable {
    /// Name.
    pub name: String,
    /// Where its data are; none: nowhere (a view, a link to a table elsewhere).
    pub location: Option<String>,
    /// LF-tags of the table, those of its database included.
    pub tags: Reading<LakeTags>,
    /// LF-tags of single columns.
    pub columns: BTreeMap<String, LakeTags>,
}

/// A database of the Data Catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeDatabase {
    /// Tables.
    pub tables: Listed<LakeTable>,
}

/// Lake Formation and the Data Catalog of an account in a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lake {
    /// Account.
    pub account: String,
    /// Region; none: not known.
    pub region: Option<String>,
    /// Registered locations.
    pub locations: Listed<LentLocation>,
    /// Permissions.
    pub permissions: Listed<LakePermission>,
    /// ARNs of the data lake administrators.
    pub admins: Listed<String>,
    /// Who has opted in where locations are hybrid.
    pub opt_ins: Listed<LakePermission>,
    /// Expressions of LF-tags by name.
    pub expressions: BTreeMap<String, LakeTags>,
    /// Databases by name.
    pub databases: BTreeMap<String, LakeDatabase>,
    /// Why there may be more databases.
    pub databases_unread: Option<String>,
}

impl AccessGrants {
    /// Where its grants and its policy stand, as answers name them.
    #[must_use]
    pub fn place(&self) -> String {
        place("access-grants", &self.account, self.region.as_deref())
    }
}

impl Lake {
    /// Where its permissions and its settings stand, as answers name them.
    #[must_use]
    pub fn place(&self) -> String {
        place("lake-formation", &self.account, self.region.as_deref())
    }
}

impl LakePermission {
    /// As answers name it.
    #[must_use]
    pub fn label(&self) -> String {
        let about = match &self.resource {
            LakeResource::Table { database, name, columns, .. } => {
                let columns = columns.as_ref().map_or_else(String::new, |c| format!(" ({c})"));
                format!("{database}.{}{columns}", name.as_deref().unwrap_or("*"))
            }
            LakeResource::Filter { database, table, name, .. } => format!("filter {name} of {database}.{table}"),
            LakeResource::Tagged { expression, .. } => format!("tables with {}", expression_words(expression)),
            LakeResource::Expression { name, .. } => format!("tables with LF-tag expression {name}"),
            LakeResource::Database { name, .. } => name.clone(),
            LakeResource::Other => String::new(),
        };
        format!("{} on {about} to {}", self.permissions.join(" "), self.principal)
    }
}

/// An expression of LF-tags as it is printed.
#[must_use]
pub fn expression_words(expression: &LakeTags) -> String {
    let one = |(key, values): (&String, &Vec<String>)| match values.as_slice() {
        [value] => format!("{key}={value}"),
        values => format!("{key} in ({})", values.join(", ")),
    };
    expression.iter().map(one).collect::<Vec<_>>().join(" and ")
}

fn place(top: &str, account: &str, region: Option<&str>) -> String {
    region.map_or_else(|| format!("{top}/{account}"), |region| format!("{top}/{account}/{region}"))
}
