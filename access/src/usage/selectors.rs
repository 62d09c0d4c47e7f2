//! What a trail records, by its own word: the answer of `aws cloudtrail get-event-selectors`.

use serde::Deserialize;

use super::Access;

/// What a trail records of the objects of buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Of this bucket (its name); none: of all.
    pub bucket: Option<String>,
    /// `Read` or `Write`.
    pub access: Access,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Answer {
    event_selectors: Vec<Basic>,
    advanced_event_selectors: Vec<Advanced>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Basic {
    read_write_type: String,
    data_resources: Vec<DataResource>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DataResource {
    r#type: String,
    values: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Advanced {
    field_selectors: Vec<Field>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Field {
    field: String,
    equals: Vec<String>,
    starts_with: Vec<String>,
    ends_with: Vec<String>,
    not_equals: Vec<String>,
    not_starts_with: Vec<String>,
    not_ends_with: Vec<String>,
}

/// Reads the answer. Selectors that record a part only (a prefix, some callers, some calls) are left out: of the rest nothing could be said.
///
/// # Errors
/// It is no such answer.
pub fn selectors(bytes: &[u8]) -> Result<Vec<Selected>, String> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| "it is no JSON".to_owned())?;
    if value.get("EventSelectors").is_none() && value.get("AdvancedEventSelectors").is_none() {
        return Err("it has neither `EventSelectors` nor `AdvancedEventSelectors`".to_owned());
    }
    let answer: Answer = serde_json::from_value(value).map_err(|e| format!("it is not as documented: {e}"))?;
    let basic = answer.event_selectors.iter().flat_map(of_basic);
    Ok(basic.chain(answer.advanced_event_selectors.iter().flat_map(of_advanced)).collect())
}

fn of_basic(selector: &Basic) -> Vec<Selected> {
    let accesses: &[Access] = match selector.read_write_type.as_str() {
        "ReadOnly" => &[Access::Read],
        "WriteOnly" => &[Access::Write],
        _ => &[Access::Read, Access::Write],
    };
    let values = selector.data_resources.iter().filter(|r| r.r#type == "AWS::S3::Object").flat_map(|r| &r.values);
    selected(values.filter_map(|value| whole(value)).collect(), accesses)
}

fn of_advanced(selector: &Advanced) -> Vec<Selected> {
    let (mut buckets, mut is_data, mut is_s3) = (vec![None], false, false);
    let mut accesses = vec![Access::Read, Access::Write];
    for field in &selector.field_selectors {
        let narrows = [&field.ends_with, &field.not_equals, &field.not_starts_with, &field.not_ends_with].iter().any(|list| !list.is_empty());
        match (field.field.as_str(), field.equals.as_slice()) {
            _ if narrows => return Vec::new(),
            ("eventCategory", [one]) => is_data = one == "Data",
            ("resources.type", [one]) => is_s3 = one == "AWS::S3::Object",
            ("readOnly", [one]) => accesses.retain(|access| (*access == Access::Read) == (one == "true")),
            ("resources.ARN", []) => buckets = field.starts_with.iter().filter_map(|value| whole(value)).collect(),
            _ => return Vec::new(),
        }
    }
    if is_data && is_s3 { selected(buckets, &accesses) } else { Vec::new() }
}

fn selected(buckets: Vec<Option<String>>, accesses: &[Access]) -> Vec<Selected> {
    let each = |bucket: Option<String>| accesses.iter().map(move |access| Selected { bucket: bucket.clone(), access: *access }).collect::<Vec<_>>();
    buckets.into_iter().flat_map(each).collect()
}

/// `arn:aws:s3:::NAME/` is a bucket, `arn:aws:s3` or `arn:aws:s3:::` all of them; anything longer is a part.
fn whole(arn: &str) -> Option<Option<String>> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "s3"] | ["arn", _, "s3", "", "", ""] => Some(None),
        ["arn", _, "s3", "", "", rest] => {
            let bucket = rest.strip_suffix('/')?;
            (!bucket.is_empty() && !bucket.contains('/')).then(|| Some(bucket.to_owned()))
        }
        _ => None,
    }
}
