//! All platforms of an export as one: what there is, and who reaches it.

use std::sync::Arc;

use super::Exports;
use crate::{azure::Azure, bigquery::BigQuery, gcp::Gcp, inventory::Gap, reach::Reach, snowflake::Snowflake, unity::Unity, vectors::Vectors};

/// Answers questions about an export by URI: `gs://BUCKET`, `azure://ACCOUNT/CONTAINER`, `bigquery://PROJECT/DATASET/TABLE`,
/// `snowflake://ACCOUNT/DB.SCHEMA.TABLE`, `unity://METASTORE/CATALOG.SCHEMA.TABLE`, and `qdrant://NAME/COLLECTION` with its like.
#[derive(Debug)]
pub struct Platforms {
    gcp: Arc<Gcp>,
    azure: Azure,
    bigquery: BigQuery,
    snowflake: Snowflake,
    unity: Unity,
    vectors: Vectors,
}

impl Platforms {
    /// Reads an export. `now`: seconds since 1970 against which conditions on the time are held; without it they stay conditions.
    #[must_use]
    pub fn new(exports: &Exports, now: Option<i64>) -> Self {
        let gcp = Arc::new(Gcp::new(exports, now));
        Self {
            bigquery: BigQuery::new(exports, Arc::clone(&gcp), now),
            gcp,
            azure: Azure::new(exports),
            snowflake: Snowflake::new(exports),
            unity: Unity::new(exports),
            vectors: Vectors::new(exports),
        }
    }

    /// URIs of everything that can be asked about, sorted.
    #[must_use]
    pub fn uris(&self) -> Vec<String> {
        let mut out: Vec<String> = self.gcp.buckets().map(|bucket| format!("gs://{bucket}")).collect();
        out.extend(self.azure.containers().map(|(account, container)| format!("azure://{account}/{container}")));
        out.extend(self.bigquery.tables().map(|(project, dataset, table)| format!("bigquery://{project}/{dataset}/{table}")));
        out.extend(self.snowflake.tables().map(|(account, table)| format!("snowflake://{account}/{table}")));
        out.extend(self.unity.tables().map(|(metastore, table)| format!("unity://{metastore}/{table}")));
        out.extend(self.vectors.collections().map(|(kind, name, collection)| format!("{kind}://{name}/{collection}")));
        out.sort();
        out
    }

    /// Everybody who reaches what a URI names, or what lies below a prefix of it (buckets and containers).
    #[must_use]
    pub fn reach(&self, uri: &str, prefix: &str) -> Vec<Reach> {
        let Some((scheme, rest)) = uri.split_once("://") else { return Vec::new() };
        let (first, second) = rest.split_once('/').unwrap_or((rest, ""));
        match scheme {
            "gs" => self.gcp.bucket(rest, prefix),
            "azure" => self.azure.container(first, second, prefix),
            "bigquery" => second.split_once('/').map(|(dataset, table)| self.bigquery.table(first, dataset, table)).unwrap_or_default(),
            "snowflake" => self.snowflake.table(first, second),
            "unity" => self.unity.table(first, second),
            kind => self.vectors.collection(kind, first, second),
        }
    }

    /// What could not be read, or was not exported.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let all = [self.gcp.gaps(), self.azure.gaps(), self.bigquery.gaps(), self.snowflake.gaps(), self.unity.gaps(), self.vectors.gaps()];
        all.concat()
    }

    /// Files that nobody reads.
    #[must_use]
    pub fn unknown_files(&self) -> Vec<String> {
        let all = [
            self.gcp.unknown_files(),
            self.azure.unknown_files(),
            self.bigquery.unknown_files(),
            self.snowflake.unknown_files(),
            self.unity.unknown_files(),
            self.vectors.unknown_files(),
        ];
        all.concat()
    }
}
