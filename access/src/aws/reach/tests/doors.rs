//! What stands before a bucket: multi-region and Object Lambda access points; directory buckets, which have one door of their own; tags of objects; pods.

use serde_json::{Value, json};

use super::small::*;
use crate::aws::{import::Import, reach::Reacher};

const ALIAS: &str = "mfzwi23gnjvgw.mrap";

/// The bucket's policy leaves it to the account's access points.
fn delegating() -> Value {
    only(when(to(json!({"AWS": "*"}), "*", "*"), json!({"StringEquals": {"s3:DataAccessPointAccount": A}})))
}

#[test]
fn multi_region_access_points() {
    let arn = format!("arn:aws:s3::{A}:accesspoint/{ALIAS}");
    let described = json!({"AccessPoint": {"Name": "all", "Alias": ALIAS, "Status": "READY", "PublicAccessBlock": {"RestrictPublicBuckets": true},
        "Regions": [{"Bucket": "other", "Region": "us-east-1"}, {"Bucket": "b", "Region": "eu-west-1", "BucketAccountId": A}]}});
    let grants = only(to(json!({"AWS": format!("arn:aws:iam::{B}:role/far")}), "s3:GetObject", &format!("{arn}/object/*")));
    let with = |policies: Value| {
        let may = policy(&[allow("s3:GetObject", OBJECTS), allow("s3:GetObject", &format!("{arn}/object/*"))]);
        Estate::new()
            .role_in(B, "far", trust(json!({"Service": "ec2.amazonaws.com"})), may)
            .bucket(delegating())
            .file("access-points/all/access-point.json", described.clone())
            .file("access-points/all/policy.json", json!({"Policy": policies}))
    };
    let far = format!("arn:aws:iam::{B}:role/far");
    let established = with(json!({"Established": {"Policy": grants.to_string()}}));
    assert_eq!(established.has(&far), "read");
    let inventory = established.inventory();
    let row = Reacher::new(&inventory).bucket("b", "").into_iter().find(|r| *r.principal == *far).unwrap();
    assert_eq!(row.via.iter().map(|v| &**v).collect::<Vec<_>>(), [&*arn]);
    assert!(inventory.gaps.iter().all(|gap| !gap.place.contains("access-points")), "{:?}", inventory.gaps);
    let nobody = only(to(json!({"AWS": A}), "s3:PutObject", &format!("{arn}/object/*")));
    let proposed = with(json!({"Established": {"Policy": nobody.to_string()}, "Proposed": {"Policy": grants.to_string()}}));
    assert_eq!(proposed.has(&far), "", "what is proposed does not count yet");
}

#[test]
fn object_lambda_access_points() {
    let (point, lambda) =
        (format!("arn:aws:s3:eu-west-1:{A}:accesspoint/plain"), format!("arn:aws:s3-object-lambda:eu-west-1:{A}:accesspoint/masked"));
    let function = format!("arn:aws:lambda:eu-west-1:{A}:function:mask");
    let configuration = json!({"Configuration": {"SupportingAccessPoint": point, "TransformationConfigurations":
        [{"Actions": ["GetObject"], "ContentTransformation": {"AwsLambda": {"FunctionArn": function}}}]}});
    let only_through = |action: &str, resource: &str| {
        when(allow(action, resource), json!({"ForAnyValue:StringEquals": {"aws:CalledVia": ["s3-object-lambda.amazonaws.com"]}}))
    };
    let through = |more: &[Value]| {
        let mut statements = vec![only_through("s3:GetObject", &format!("{point}/object/*")), only_through("s3:GetObject", OBJECTS)];
        statements.extend(more.iter().cloned());
        let estate = Estate::new()
            .user("u", policy(&statements))
            .file(
                "access-points/plain/access-point.json",
                json!({"Name": "plain", "Bucket": "b", "NetworkOrigin": "Internet", "AccessPointArn": point}),
            )
            .file("access-points/masked/access-point.json", configuration.clone());
        (estate.has(&user_arn("u")), estate)
    };
    let (get, invoke) = (allow("s3-object-lambda:GetObject", &lambda), allow("lambda:InvokeFunction", &function));
    let (has, estate) = through(&[get.clone(), invoke.clone()]);
    assert_eq!(has, "read");
    let inventory = estate.inventory();
    let row = Reacher::new(&inventory).bucket("b", "").into_iter().find(|r| r.principal.ends_with("user/u")).unwrap();
    assert_eq!(row.via.iter().map(|v| &**v).collect::<Vec<_>>(), [&*lambda]);
    assert_eq!(through(&[invoke]).0, "", "without the Object Lambda access point");
    assert_eq!(through(&[get]).0, "read!", "the function's own policy may let him invoke it");
    let nothing = json!({"Effect": "Deny", "Action": "lambda:*", "Resource": "*"});
    assert_eq!(through(&[allow("s3-object-lambda:*", "*"), nothing]).0, "");
}

/// What a user with a statement has in a directory bucket.
fn in_directory(statements: &[Value]) -> String {
    let mut import = Import::new();
    let user = json!({"UserName": "u", "UserId": "AIDAU", "Arn": user_arn("u"), "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": policy(statements)}]});
    import.add(&format!("accounts/{A}/authorization-details.json"), json!({ "UserDetailList": [user] }).to_string().as_bytes());
    import.add(&format!("accounts/{A}/buckets/fast--use1-az4--x-s3/public-access-block.json"), br#"{"RestrictPublicBuckets": true}"#);
    let inventory = import.finish();
    let rows = Reacher::new(&inventory).bucket("fast--use1-az4--x-s3", "");
    let mark = |answer: &str| if answer == "yes" { "" } else { "?" };
    let of_user = rows.iter().filter(|r| r.principal.ends_with("user/u"));
    of_user.map(|r| format!("{}{}", r.access.name(), mark(r.answer.name()))).collect::<Vec<_>>().join(" ")
}

#[test]
fn directory_buckets_open_sessions() {
    let bucket = format!("arn:aws:s3express:us-east-1:{A}:bucket/fast--use1-az4--x-s3");
    assert_eq!(in_directory(&[allow("s3express:CreateSession", &bucket)]), "read write list");
    assert_eq!(in_directory(&[allow("s3:*", "*")]), "", "actions of S3 are not its own");
    let reading = when(allow("s3express:CreateSession", "*"), json!({"StringEquals": {"s3express:SessionMode": "ReadOnly"}}));
    assert_eq!(in_directory(&[reading]), "read list");
    assert_eq!(in_directory(&[allow("s3express:*", &format!("arn:aws:s3express:us-east-1:{A}:bucket/fast*"))]), "read write list admin");
    assert_eq!(in_directory(&[allow("s3express:*", &format!("arn:aws:s3express:us-west-2:{A}:bucket/*"))]), "", "of another region");
}

#[test]
fn objects_with_tags() {
    let tagged = policy(&[
        when(allow("s3:GetObject", OBJECTS), json!({"StringEquals": {"s3:ExistingObjectTag/class": "open"}})),
        when(allow("s3:DeleteObject", OBJECTS), json!({"StringEquals": {"s3:ExistingObjectTag/class": "open"}})),
    ]);
    let inventory = Estate::new().user("u", tagged).inventory();
    let has = |tags: Option<&str>| {
        let mut reacher = Reacher::new(&inventory);
        reacher.with_object_tags(tags.map(|value| [("class".to_owned(), value.to_owned())].into()));
        let rows = reacher.bucket("b", "");
        rows.iter()
            .filter(|r| r.principal.ends_with("user/u"))
            .map(|r| format!("{} {}", r.access.name(), r.answer.name()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    // Deleting looks at no tags, so that statement never holds.
    assert_eq!((has(None), has(Some("open")), has(Some("closed"))), ("read conditional".into(), "read yes".into(), String::new()));
}

#[test]
fn pods_have_names() {
    let trusts = |condition: Value| {
        let statement =
            json!({"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]});
        Estate::new().role("r", only(if condition.is_null() { statement } else { when(statement, condition) }), reader())
    };
    let workloads = |estate: Estate| {
        let inventory = estate.inventory();
        let rows = Reacher::new(&inventory).bucket("b", "");
        let rows = rows.iter().filter(|r| !r.via.is_empty());
        rows.map(|r| format!("{} {}", r.principal, r.answer.name())).collect::<Vec<_>>()
    };
    assert_eq!(workloads(trusts(json!(null))), ["pods.eks.amazonaws.com yes"]);
    let spelt =
        json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "ml", "aws:RequestTag/kubernetes-service-account": ["train", "serve"]}});
    assert_eq!(workloads(trusts(spelt)), ["system:serviceaccount:ml:serve yes", "system:serviceaccount:ml:train yes"]);
    let association = |namespace: &str, account: &str| json!({"association": {"clusterName": "c", "namespace": namespace, "serviceAccount": account, "roleArn": role_arn("r")}});
    let given = json!([association("ml", "train"), association("web", "shop")]);
    let of_namespace = json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "ml"}});
    let estate = trusts(of_namespace).file("eks/c/pod-identity-associations.json", given);
    assert_eq!(workloads(estate), ["system:serviceaccount:ml:train yes"], "what is given and is let");
    let tree = json!({"Id": "o-abcdefghij", "Roots": [{"Id": "r-ab12", "Accounts": [{"Id": A}]}]});
    let guard = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"});
    let spelt = json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "ml"}});
    let guarded = |guard: Value| {
        let rcp = json!({"r-ab12": [{"Name": "pods", "Content": only(guard)}]});
        workloads(trusts(spelt.clone()).top("organization/tree.json", tree.clone()).top("organization/rcp.json", rcp))
    };
    assert_eq!(guarded(guard.clone()), [""; 0], "the organisation denies it");
    let others = when(guard, json!({"StringNotEquals": {"aws:RequestTag/kubernetes-namespace": "ml"}}));
    assert_eq!(guarded(others), ["system:serviceaccount:ml:* yes"]);
    let estate =
        trusts(json!(null)).file("eks/c/pod-identity-associations.json", json!({"associations": [{"namespace": "ml", "serviceAccount": "train"}]}));
    let gaps = estate.inventory().gaps;
    assert!(gaps.iter().any(|g| g.place.ends_with("eks/c/pod-identity-associations.json") && g.why.contains("roleArn")), "{gaps:?}");
}
