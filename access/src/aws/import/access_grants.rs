//! `access-grants/…`: what S3 Access Grants lends to whom.

use serde_json::Value;

use super::{
    Folder,
    document::{account_of, get, region_of, text},
    lent::must,
};
use crate::inventory::{AccessGrants, DataGrant, Grantee, LentLocation, Listed, Reading};

impl Folder<'_> {
    pub(super) fn access_grants(&mut self) {
        for region in self.regions("access-grants") {
            let folder = region.as_ref().map_or_else(|| "access-grants".to_owned(), |r| format!("access-grants/{r}"));
            if let Some(instance) = self.instance(&folder, region) {
                self.inventory.access_grants.push(instance);
            }
        }
    }

    fn instance(&mut self, folder: &str, region: Option<String>) -> Option<AccessGrants> {
        let path = format!("{folder}/instance.json");
        let said = self.files.contains_key(&path);
        let described =
            self.parsed(&path, |v| text(v, "AccessGrantsInstanceArn").map(str::to_owned).ok_or_else(|| "there is no ARN in it".to_owned()));
        let prefix = format!("{folder}/");
        let others = self.files.iter().any(|(file, reading)| file.starts_with(&prefix) && *file != path && *reading != Reading::Absent);
        if said && described == Reading::Absent && !others {
            return None;
        }
        let policy = self.policy_file(&format!("{folder}/policy.json"));
        // Whether there is an instance at all was not told: then nothing of it was either.
        let (locations, grants, named) = match described.unread().filter(|_| !others) {
            Some(why) => {
                let unread = || Some(why.to_owned());
                (Listed { items: Vec::new(), unread: unread() }, Listed { items: Vec::new(), unread: unread() }, None)
            }
            None => {
                let grants = self.listed(folder, "grants", "AccessGrantsList", true, |v| grant(v).map(Some));
                let named = grants.items.iter().find_map(|(_, arn)| arn.clone());
                let grants = Listed { items: grants.items.into_iter().map(|(grant, _)| grant).collect(), unread: grants.unread };
                let needed = !grants.items.is_empty();
                (self.listed(folder, "locations", "AccessGrantsLocationsList", needed, |v| location(v).map(Some)), grants, named)
            }
        };
        let arn = described.read().cloned().or_else(|| named.and_then(|arn| arn.split_once("/grant/").map(|(instance, _)| instance.to_owned())));
        let region = region.or_else(|| arn.as_deref().and_then(region_of).map(str::to_owned));
        let account = arn.as_deref().and_then(account_of).map(str::to_owned).or_else(|| self.account.clone());
        if account.is_none() {
            self.gap(folder, "whose account it is cannot be told: put it under `accounts/ID/`");
        }
        let account = account.unwrap_or_default();
        let arn = arn.unwrap_or_else(|| format!("arn:aws:s3:{}:{account}:access-grants/default", region.as_deref().unwrap_or("*")));
        Some(AccessGrants { account, region, arn, locations, grants, policy })
    }
}

fn location(entry: &Value) -> Result<LentLocation, String> {
    Ok(LentLocation { id: must(entry, "AccessGrantsLocationId")?.to_owned(), role: must(entry, "IAMRoleArn")?.to_owned(), hybrid: false })
}

/// A grant, and its ARN.
fn grant(entry: &Value) -> Result<(DataGrant, Option<String>), String> {
    let id = must(entry, "AccessGrantId")?.to_owned();
    let grantee = get(entry, "Grantee").ok_or_else(|| format!("grant {id} has no `Grantee`"))?;
    let who = must(grantee, "GranteeIdentifier")?.to_owned();
    let grantee = match must(grantee, "GranteeType")? {
        "IAM" => Grantee::Iam(who),
        "DIRECTORY_USER" => Grantee::DirectoryUser(who),
        "DIRECTORY_GROUP" => Grantee::DirectoryGroup(who),
        other => return Err(format!("grant {id} is for `{other}`, which is no kind of grantee")),
    };
    let permission = must(entry, "Permission")?.to_owned();
    if !["READ", "WRITE", "READWRITE"].contains(&permission.as_str()) {
        return Err(format!("grant {id} gives `{permission}`, which is no permission"));
    }
    let grant = DataGrant {
        grantee,
        permission,
        scope: must(entry, "GrantScope")?.to_owned(),
        location: must(entry, "AccessGrantsLocationId")?.to_owned(),
        // `ALL` stands for every application.
        application: text(entry, "ApplicationArn").filter(|a| a.starts_with("arn:")).map(str::to_owned),
        id,
    };
    Ok((grant, text(entry, "AccessGrantArn").map(str::to_owned)))
}
