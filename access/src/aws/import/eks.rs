//! `eks/CLUSTER/pod-identity-associations.json`.

use serde_json::Value;

use super::{Folder, document::text};
use crate::inventory::{PodAssociation, Reading};

impl Folder<'_> {
    pub(super) fn pods(&mut self) {
        for cluster in self.below("eks") {
            let path = format!("eks/{cluster}/pod-identity-associations.json");
            let read = self.parsed(&path, |value| {
                let mut found = Vec::new();
                associations(value, &cluster, &mut found)?;
                Ok(found)
            });
            if let Reading::Read(found) = read {
                self.inventory.pods.extend(found);
            }
        }
    }
}

/// Every association in a document; one without its role is an error: what `list-pod-identity-associations` prints leaves it out.
fn associations(value: &Value, cluster: &str, out: &mut Vec<PodAssociation>) -> Result<(), String> {
    match value {
        Value::Array(list) => list.iter().try_for_each(|v| associations(v, cluster, out)),
        Value::Object(map) => match (text(value, "namespace"), text(value, "serviceAccount")) {
            (Some(namespace), Some(service_account)) => {
                let role = text(value, "roleArn")
                    .ok_or_else(|| "an association has no `roleArn`: `describe-pod-identity-association` says it".to_owned())?;
                out.push(PodAssociation {
                    role: role.to_owned(),
                    cluster: text(value, "clusterName").unwrap_or(cluster).to_owned(),
                    namespace: namespace.to_owned(),
                    service_account: service_account.to_owned(),
                });
                Ok(())
            }
            _ => map.values().try_for_each(|v| associations(v, cluster, out)),
        },
        _ => Ok(()),
    }
}
