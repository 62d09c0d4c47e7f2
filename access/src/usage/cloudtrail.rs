//! Records of CloudTrail, by "CloudTrail record contents", "CloudTrail userIdentity element" and "Amazon S3 CloudTrail events" of AWS's documentation.
//!
//! | what | counts as |
//! |---|---|
//! | data events of S3 | read, write, list of the bucket, in which the log is then seen to record that access |
//! | changes of a bucket's policy, ACL, public access block or ownership | admin |
//! | `Decrypt`, `GenerateDataKey` of KMS in the name of an object | read, write of its bucket, also without data events |
//! | `AssumeRole` | the role was assumed |
//!
//! What was refused is no use. A failure that only somebody who was let in can get (`NoSuchKey`) is one.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{Access, Usage, records::Record};
use crate::gcp::cel::seconds;

/// Something that should be there in one form; in any other it counts as absent.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lenient<T> {
    Is(T),
    Other(IgnoredAny),
}

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self::Other(IgnoredAny)
    }
}

impl<T> Lenient<T> {
    fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

type Text = Lenient<String>;

fn text(of: &Text) -> &str {
    of.get().map_or("", String::as_str)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    event_time: Text,
    event_source: Text,
    event_name: Text,
    event_category: Text,
    error_code: Text,
    aws_region: Text,
    recipient_account_id: Text,
    management_event: Lenient<bool>,
    read_only: Lenient<bool>,
    user_identity: Lenient<Identity>,
    request_parameters: Lenient<Parameters>,
    resources: Lenient<Vec<Lenient<Resource>>>,
    /// Of `lookup-events`: the record as a text.
    #[serde(rename = "CloudTrailEvent")]
    inner: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    r#type: Text,
    arn: Text,
    principal_id: Text,
    account_id: Text,
    invoked_by: Text,
    session_context: Lenient<Session>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Session {
    session_issuer: Lenient<Issuer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Issuer {
    arn: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    bucket_name: Text,
    role_arn: Text,
    #[serde(rename = "x-amz-copy-source")]
    copy_source: Text,
    encryption_context: Lenient<Context>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Context {
    #[serde(rename = "aws:s3:arn")]
    object: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    r#type: Text,
    #[serde(rename = "ARN", alias = "arn")]
    arn: Text,
}

/// Counts one record.
pub(super) fn record(record: Record<'_>, usage: &mut Usage) {
    let bytes = match record {
        Record::Whole(bytes) => bytes,
        Record::Lost(why) => return usage.fault(why),
    };
    let Ok(event) = serde_json::from_slice::<Event>(bytes) else { return usage.fault("a record that is no JSON, or says something twice") };
    match event.inner.get().map(|inner| serde_json::from_str::<Event>(inner)) {
        None => count(&event, usage),
        Some(Ok(inner)) => count(&inner, usage),
        Some(Err(_)) => usage.fault("a record that is no JSON, or says something twice"),
    }
}

fn count(event: &Event, usage: &mut Usage) {
    let Some(time) = seconds(text(&event.event_time)) else { return usage.fault("a record without a time") };
    if text(&event.event_name).is_empty() {
        return usage.fault("a record without the name of an event");
    }
    usage.read(time);
    if matches!(text(&event.event_category), "Insight" | "NetworkActivity") {
        return;
    }
    let uses = event.uses();
    event.recorded(&uses, time, usage);
    if event.is_refused() {
        usage.denied += 1;
    } else if !uses.is_empty() {
        let Some(who) = event.principal() else {
            usage.unnamed += 1;
            return;
        };
        uses.iter().for_each(|(what, access)| usage.used(&who, what, *access, time));
    }
}

impl Event {
    fn partition(&self) -> &'static str {
        match text(&self.aws_region) {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    fn is_data(&self, access: Access) -> bool {
        match (text(&self.event_category), self.management_event.get()) {
            ("Data", _) | ("", Some(false)) => true,
            // Older records say nothing; these have never been management events.
            ("", None) => access != Access::Admin,
            _ => false,
        }
    }

    /// What a log with this record in it records.
    fn recorded(&self, uses: &[(String, Access)], time: i64, usage: &mut Usage) {
        let is_s3 = text(&self.event_source) == "s3.amazonaws.com";
        // A bucket is looked for (`HeadBucket`) in other ways than it is listed.
        let tells = is_s3 && text(&self.event_name) != "HeadBucket";
        for (what, access) in uses.iter().filter(|(_, access)| tells && self.is_data(*access)) {
            usage.logs(what, *access, time);
        }
        let account = text(&self.recipient_account_id);
        if account.is_empty() || self.is_data(Access::Admin) && !uses.iter().any(|(_, access)| matches!(access, Access::Admin | Access::Assume)) {
            return;
        }
        let account = format!("account:{account}");
        if self.read_only.get() == Some(&false) {
            usage.logs(&account, Access::Admin, time);
        }
        if uses.iter().any(|(_, access)| *access == Access::Assume) {
            usage.logs(&account, Access::Assume, time);
        }
    }

    /// Whether the caller was not let in.
    fn is_refused(&self) -> bool {
        let code = text(&self.error_code);
        let let_in = ["NoSuchKey", "NoSuchVersion", "NoSuchUpload", "NotModified", "PreconditionFailed", "InvalidRange", "InvalidObjectState"];
        !code.is_empty() && !let_in.contains(&code)
    }

    /// Which resources are used, and how.
    fn uses(&self) -> Vec<(String, Access)> {
        let parameters = self.request_parameters.get();
        match text(&self.event_source) {
            "s3.amazonaws.com" => self.of_bucket(),
            "kms.amazonaws.com" => {
                let object = parameters.and_then(|p| p.encryption_context.get()).map_or("", |context| text(&context.object));
                let access = match text(&self.event_name) {
                    "Decrypt" => Access::Read,
                    "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => Access::Write,
                    _ => return Vec::new(),
                };
                bucket_of(object).map(|bucket| (bucket, access)).into_iter().collect()
            }
            "sts.amazonaws.com" if text(&self.event_name) == "AssumeRole" => {
                let role = parameters.map_or("", |p| text(&p.role_arn));
                if role.is_empty() { Vec::new() } else { vec![(role.to_owned(), Access::Assume)] }
            }
            _ => Vec::new(),
        }
    }

    fn of_bucket(&self) -> Vec<(String, Access)> {
        let name = text(&self.event_name);
        let Some(access) = access_of(name) else { return Vec::new() };
        let mut out: Vec<_> = self.bucket().map(|bucket| (bucket, access)).into_iter().collect();
        if matches!(name, "CopyObject" | "UploadPartCopy")
            && let Some(source) = self.request_parameters.get().map(|p| text(&p.copy_source)).filter(|s| !s.is_empty())
        {
            let source = source.trim_start_matches('/');
            let bucket = source.split_once('/').map_or(source, |(bucket, _)| bucket);
            out.extend(if bucket.starts_with("arn:") { None } else { Some((format!("arn:{}:s3:::{bucket}", self.partition()), Access::Read)) });
        }
        out
    }

    /// The bucket, also where an access point was asked.
    fn bucket(&self) -> Option<String> {
        let resources: Vec<&Resource> = self.resources.get().into_iter().flatten().filter_map(Lenient::get).collect();
        let of = |kind: &str| resources.iter().find(|r| text(&r.r#type) == kind).and_then(|r| bucket_of(text(&r.arn)));
        of("AWS::S3::Bucket").or_else(|| of("AWS::S3::Object")).or_else(|| {
            let name = text(&self.request_parameters.get()?.bucket_name);
            (!name.is_empty() && !name.contains([':', '/'])).then(|| format!("arn:{}:s3:::{name}", self.partition()))
        })
    }

    /// Who, as reach names him. Of a caller of another account the log may say nothing but the account: `arn:aws:iam::ID:*`.
    fn principal(&self) -> Option<Cow<'_, str>> {
        let who = self.user_identity.get()?;
        let some = |name: &'_ str| (!name.is_empty()).then(|| name.to_owned());
        let issuer = who.session_context.get().and_then(|s| s.session_issuer.get()).map_or("", |i| text(&i.arn));
        let account = text(&who.account_id);
        let name = match text(&who.r#type) {
            "IAMUser" | "Role" | "FederatedUser" | "AssumedRole" if !issuer.is_empty() => some(issuer),
            "AssumedRole" => role_of(text(&who.arn)).or_else(|| some(text(&who.arn))),
            "IAMUser" | "Role" | "FederatedUser" => some(text(&who.arn)),
            "Root" if is_account(account) => Some(format!("arn:{}:iam::{account}:root", self.partition())),
            "AWSService" => some(text(&who.invoked_by)),
            "AWSAccount" if is_account(account) => Some(format!("arn:{}:iam::{account}:*", self.partition())),
            "AWSAccount" if matches!(account, "ANONYMOUS_PRINCIPAL" | "") => Some("anonymous".to_owned()),
            // Without a type, S3 says who asked at least by account.
            "" if text(&who.principal_id).is_empty() && account.is_empty() && !text(&who.invoked_by).is_empty() => some(text(&who.invoked_by)),
            _ => None,
        };
        name.map(Cow::Owned)
    }
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())
}

/// The role of `arn:aws:sts::ID:assumed-role/NAME/SESSION`; its path is not said.
fn role_of(session: &str) -> Option<String> {
    let parts: Vec<&str> = session.splitn(6, ':').collect();
    let [arn, partition, "sts", "", account, rest] = parts.as_slice() else { return None };
    let name = rest.strip_prefix("assumed-role/")?.split('/').next()?;
    Some(format!("{arn}:{partition}:iam::{account}:role/{name}"))
}

/// The bucket in the ARN of a bucket or an object; what is below it is not kept.
fn bucket_of(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "s3", "", "", rest] = parts.as_slice() else { return None };
    let bucket = rest.split('/').next().filter(|bucket| !bucket.is_empty())?;
    Some(format!("arn:{partition}:s3:::{bucket}"))
}

/// What an event of S3 does with a bucket or its objects: by the action that it takes.
fn access_of(event: &str) -> Option<Access> {
    Some(match event {
        "GetObject" | "HeadObject" | "SelectObjectContent" | "GetObjectTorrent" | "GetObjectAttributes" => Access::Read,
        "PutObject"
        | "PostObject"
        | "CopyObject"
        | "DeleteObject"
        | "DeleteObjects"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => Access::Write,
        "ListObjects" | "ListObjectsV2" | "ListObjectVersions" | "HeadBucket" => Access::List,
        "PutBucketPolicy"
        | "DeleteBucketPolicy"
        | "PutBucketAcl"
        | "PutBucketPublicAccessBlock"
        | "DeleteBucketPublicAccessBlock"
        | "PutBucketOwnershipControls"
        | "DeleteBucketOwnershipControls" => Access::Admin,
        _ => return None,
    })
}
