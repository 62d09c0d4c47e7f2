//! `access-points/NAME/…`: plain, multi-region and Object Lambda ones.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Folder,
    bucket::block,
    document::{account_of, get, list, region_of, text},
};
use crate::inventory::{AccessPoint, ObjectLambda, PolicyId, PublicAccessBlock, Reading};

/// What a folder describes.
enum Described {
    Points(Vec<AccessPoint>),
    Lambda(ObjectLambda),
}

/// What is known of an access point beside what its file says.
struct Around {
    /// Its folder: its name where the file says none.
    folder: String,
    account: Option<String>,
    policy: Reading<PolicyId>,
}

impl Folder<'_> {
    pub(super) fn access_points(&mut self) {
        for folder in self.below("access-points") {
            let policy = self.policy_file(&format!("access-points/{folder}/policy.json"));
            let around = Around { folder: folder.clone(), account: self.account.clone(), policy };
            let described = self.parsed(&format!("access-points/{folder}/access-point.json"), |v| described(v, &around));
            match described {
                Reading::Read(Described::Points(points)) => self.inventory.access_points.extend(points),
                Reading::Read(Described::Lambda(lambda)) => self.inventory.object_lambdas.push(lambda),
                _ => self.gap(&format!("access-points/{folder}"), "which bucket it stands before was not read"),
            }
        }
    }
}

fn described(value: &Value, around: &Around) -> Result<Described, String> {
    let value = ["AccessPoint", "Configuration"].iter().find_map(|key| get(value, key)).unwrap_or(value);
    let name = text(value, "Name").unwrap_or(&around.folder).to_owned();
    let block =
        ["PublicAccessBlockConfiguration", "PublicAccessBlock"].iter().find_map(|key| get(value, key)).map(block).transpose()?.unwrap_or_default();
    if let Some(point) = text(value, "SupportingAccessPoint") {
        return Ok(Described::Lambda(lambda(value, name, point, block, around)));
    }
    let policy = around.policy.clone();
    if get(value, "Regions").is_some() {
        let account = around.account.clone().ok_or_else(|| "whose it is cannot be told: put it under `accounts/ID/`".to_owned())?;
        let arn = format!("arn:aws:s3::{account}:accesspoint/{}", text(value, "Alias").unwrap_or(&name));
        let buckets = list(value, "Regions").iter().map(|region| text(region, "Bucket").ok_or_else(|| "a region has no bucket".to_owned()));
        let point = |bucket: &str| AccessPoint {
            name: name.clone(),
            arn: arn.clone(),
            account: account.clone(),
            bucket: bucket.to_owned(),
            vpc: None,
            internet: true,
            block,
            policy: policy.clone(),
        };
        return Ok(Described::Points(buckets.map(|bucket| bucket.map(point)).collect::<Result<_, _>>()?));
    }
    let bucket = text(value, "Bucket").ok_or_else(|| "there is no bucket in it".to_owned())?.to_owned();
    let arn = text(value, "AccessPointArn");
    let account = arn.and_then(account_of).map(str::to_owned).or_else(|| around.account.clone()).unwrap_or_default();
    let arn = arn.map_or_else(|| format!("arn:aws:s3:*:{account}:accesspoint/{name}"), str::to_owned);
    let vpc = get(value, "VpcConfiguration").and_then(|c| text(c, "VpcId")).map(str::to_owned);
    let internet = text(value, "NetworkOrigin").is_none_or(|o| !o.eq_ignore_ascii_case("vpc"));
    Ok(Described::Points(vec![AccessPoint { name, arn, account, bucket, vpc, internet, block, policy }]))
}

/// `get-access-point-configuration-for-object-lambda`.
fn lambda(value: &Value, name: String, point: &str, block: PublicAccessBlock, around: &Around) -> ObjectLambda {
    let arn = text(value, "ObjectLambdaAccessPointArn");
    let account = arn.and_then(account_of).map(str::to_owned).or_else(|| around.account.clone()).or_else(|| account_of(point).map(str::to_owned));
    let account = account.unwrap_or_default();
    let arn = arn.map_or_else(|| format!("arn:aws:s3-object-lambda:{}:{account}:accesspoint/{name}", region_of(point).unwrap_or("*")), str::to_owned);
    let mut functions = BTreeMap::new();
    for transformation in list(value, "TransformationConfigurations") {
        let function = get(transformation, "ContentTransformation").and_then(|c| text(get(c, "AwsLambda")?, "FunctionArn"));
        for action in list(transformation, "Actions").iter().filter_map(Value::as_str) {
            functions.insert(action.to_owned(), function.unwrap_or("*").to_owned());
        }
    }
    ObjectLambda { name, arn, account, point: point.to_owned(), functions, block, policy: around.policy.clone() }
}
