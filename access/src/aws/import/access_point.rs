//! `access-points/NAME/…`.

use super::{
    Folder,
    bucket::block,
    document::{account_of, get, text},
};
use crate::inventory::AccessPoint;

impl Folder<'_> {
    pub(super) fn access_points(&mut self) {
        for folder in self.below("access-points") {
            let policy = self.policy_file(&format!("access-points/{folder}/policy.json"));
            let account = self.account.clone();
            let described = self.parsed(&format!("access-points/{folder}/access-point.json"), |v| {
                let v = get(v, "AccessPoint").unwrap_or(v);
                let name = text(v, "Name").unwrap_or(&folder).to_owned();
                let bucket = text(v, "Bucket").ok_or_else(|| "there is no bucket in it".to_owned())?;
                let arn = text(v, "AccessPointArn");
                let account = arn.and_then(account_of).map(str::to_owned).or(account).unwrap_or_default();
                Ok(AccessPoint {
                    arn: arn.map_or_else(|| format!("arn:aws:s3:*:{account}:accesspoint/{name}"), str::to_owned),
                    name,
                    account,
                    bucket: bucket.to_owned(),
                    vpc: get(v, "VpcConfiguration").and_then(|c| text(c, "VpcId")).map(str::to_owned),
                    internet: text(v, "NetworkOrigin").is_none_or(|o| !o.eq_ignore_ascii_case("vpc")),
                    block: get(v, "PublicAccessBlockConfiguration").and_then(|b| block(b).ok()).unwrap_or_default(),
                    policy: policy.clone(),
                })
            });
            match described.read() {
                Some(point) => self.inventory.access_points.push(point.clone()),
                None => self.gap(&format!("access-points/{folder}"), "which bucket it stands before was not read"),
            }
        }
    }
}
