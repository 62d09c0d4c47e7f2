//! `sonde identities sync aws` against a real server, and against one that refuses, throttles and pages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use serde_json::{Value, json};
use sonde_connectors::{
    ErrorKind,
    aws::{Aws, AwsOptions, Collected},
};
use sonde_tests::{
    program::Sonde,
    server::{
        moto::{ACCOUNT, Moto, lacking},
        stub::{Asked, Stub},
    },
};

fn policy(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// An account: four users, a group, two roles, four buckets, a key, an access point. Gives the key's id.
fn populate(moto: &Moto) -> String {
    let arn = |rest: &str| format!("arn:aws:iam::{ACCOUNT}:{rest}");
    let objects = ["arn:aws:s3:::customers", "arn:aws:s3:::customers/*"];
    let key = moto.json("kms", "TrentService.CreateKey", &json!({}))["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned();
    for name in ["ana", "bob", "carl"] {
        moto.iam("CreateUser", &[("UserName", name)]);
    }
    moto.iam("CreateGroup", &[("GroupName", "analysts")]);
    moto.iam("AddUserToGroup", &[("GroupName", "analysts"), ("UserName", "ana")]);
    let reads = policy(&json!([{"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": objects}]));
    moto.iam("PutGroupPolicy", &[("GroupName", "analysts"), ("PolicyName", "read"), ("PolicyDocument", &reads)]);
    let writes = policy(&json!([{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*"}]));
    moto.iam("CreatePolicy", &[("PolicyName", "WriteLogs"), ("PolicyDocument", &writes)]);
    moto.iam("AttachUserPolicy", &[("UserName", "bob"), ("PolicyArn", &arn("policy/WriteLogs"))]);
    let assume = policy(&json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn("role/etl")}]));
    moto.iam("PutUserPolicy", &[("UserName", "carl"), ("PolicyName", "assume"), ("PolicyDocument", &assume)]);
    let trust = policy(&json!([{"Effect": "Allow", "Principal": {"AWS": arn("user/carl")}, "Action": "sts:AssumeRole"}]));
    moto.iam("CreateRole", &[("RoleName", "etl"), ("AssumeRolePolicyDocument", &trust)]);
    let cards = policy(&json!([{"Sid": "Cards", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::cards/*"},
        {"Sid": "Key", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}]));
    moto.iam("PutRolePolicy", &[("RoleName", "etl"), ("PolicyName", "cards"), ("PolicyDocument", &cards)]);
    // Everything, within a boundary that leaves the list of one bucket.
    let boundary = policy(&json!([{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::logs"}]));
    moto.iam("CreatePolicy", &[("PolicyName", "Edge"), ("PolicyDocument", &boundary)]);
    let nobody = policy(&json!([{"Effect": "Allow", "Principal": {"AWS": arn("user/bob")}, "Action": "sts:TagSession"}]));
    moto.iam("CreateRole", &[("RoleName", "edge"), ("AssumeRolePolicyDocument", &nobody), ("PermissionsBoundary", &arn("policy/Edge"))]);
    let all = policy(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
    moto.iam("PutRolePolicy", &[("RoleName", "edge"), ("PolicyName", "all"), ("PolicyDocument", &all)]);
    for bucket in ["cards", "customers", "logs", "website"] {
        moto.put(&format!("/{bucket}"), "");
    }
    let encryption = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
         <KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
    );
    moto.put("/cards?encryption", encryption);
    // Within the account, a resource that names everybody grants to everybody: the role in its boundary as well.
    let public =
        policy(&json!([{"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::website/*"}]));
    moto.put("/website?policy", public);
    let point = "<CreateAccessPointRequest><Bucket>customers</Bucket></CreateAccessPointRequest>";
    moto.put("/v20180820/accesspoint/desk", point);
    key.rsplit('/').next().expect("an id").to_owned()
}

/// The answers that this account must give. Root is in its own account; bob writes; carl reads the cards by his role.
fn table() -> BTreeSet<String> {
    let mut rows: BTreeSet<String> = BTreeSet::new();
    for bucket in ["cards", "customers", "logs", "website"] {
        rows.extend(["read", "write", "list", "admin"].map(|access| format!("{bucket} root {access} yes")));
    }
    let others = [
        "cards role/etl read yes",
        "cards user/carl read yes by role/etl",
        "customers user/ana list yes",
        "customers user/ana read yes",
        "logs role/edge list yes",
        "logs user/bob write yes",
        "website anonymous read yes",
        "website role/edge read yes",
        "website role/etl read yes",
        "website user/ana read yes",
        "website user/bob read yes",
        "website user/carl read yes",
    ];
    rows.extend(others.map(str::to_owned));
    rows
}

/// Syncs from an endpoint; what was printed, and the answers.
fn sync(url: &str, extra: &[&str]) -> (String, BTreeSet<String>) {
    let sonde = Sonde::new().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_ENDPOINT_URL", url);
    let sonde = sonde.env("AWS_REGION", "us-east-1");
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let synced = sonde.run(["identities", "sync", "aws", &store].into_iter().chain(extra.iter().copied()));
    assert_eq!(synced.code, Some(0), "{}{}", synced.stdout, synced.stderr);
    let reached = sonde.run(["reach", "--format=jsonl", &store]).ok();
    let own = format!("arn:aws:iam::{ACCOUNT}:");
    let row = |line: Value| {
        let text = |key: &str| line[key].as_str().unwrap_or_default().replace(&own, "");
        let via: Vec<String> = line["via"].as_array().expect("a list").iter().filter_map(|v| Some(v.as_str()?.replace(&own, ""))).collect();
        let by = if via.is_empty() { String::new() } else { format!(" by {}", via.join(" ")) };
        let bucket = text("resource").replace("arn:aws:s3:::", "");
        format!("{bucket} {} {} {}{by}", text("principal"), text("access"), text("answer"))
    };
    (synced.stdout, reached.lines().into_iter().map(row).collect())
}

#[test]
fn an_account_is_answered_as_the_table_says() {
    let moto = Moto::start();
    let key = populate(&moto);
    let front = Stub::start(Some(moto.address()), lacking);
    let (printed, answers) = sync(&front.url(), &[]);
    assert_eq!(answers, table(), "{printed}");
    for part in ["1 account", "3 users", "1 group", "2 roles", "4 buckets", "1 access point", "1 key", "aws 123456789012"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }

    // Every third call is refused once with a request to slow down, and nothing is lost.
    let seen: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());
    let throttled = Stub::start(Some(moto.address()), move |asked| {
        if let Some(answer) = lacking(asked) {
            return Some(answer);
        }
        let mut seen = seen.lock().expect("no panic");
        let number = seen.len();
        let times = seen.entry(format!("{} {}", asked.line, asked.body)).or_insert(0);
        *times += 1;
        (*times == 1 && number.is_multiple_of(3)).then(|| match asked.operation.as_str() {
            "" => (503, "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>".to_owned()),
            "ListKeys" => (400, json!({"__type": "ThrottlingException", "message": "Rate exceeded"}).to_string()),
            _ => (429, String::new()),
        })
    });
    let (printed_slowly, answers) = sync(&throttled.url(), &[]);
    assert_eq!(answers, table());
    assert_eq!(printed_slowly, printed);

    what_is_refused_is_unknown(&moto, key);
}

/// The same account, seen by somebody who may not see everything.
fn what_is_refused_is_unknown(moto: &Moto, key: String) {
    let refused = Stub::start(Some(moto.address()), move |asked| {
        let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>".to_owned();
        match asked.operation.as_str() {
            "GetKeyPolicy" => {
                assert!(asked.body.contains(&key), "{asked:?}");
                Some((400, json!({"__type": "AccessDeniedException", "Message": "not authorized: NoSuchBucketPolicy"}).to_string()))
            }
            _ if asked.line == "GET /website?policy" => Some((403, denied)),
            _ if asked.line == "GET /customers?acl" => Some((403, denied)),
            _ if asked.line.starts_with("GET /v20180820/accesspoint?") => Some((403, denied)),
            _ => lacking(asked),
        }
    });
    let (printed, answers) = sync(&refused.url(), &[]);
    for part in
        ["kms/", "AccessDeniedException", "GetKeyPolicy", "buckets/website/policy.json", "GetBucketPolicy", "GetBucketAcl", "ListAccessPoints"]
    {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    for row in
        ["cards role/etl read unknown", "cards user/carl read unknown by role/etl", "website anonymous read unknown", "website user/ana read unknown"]
    {
        assert!(answers.contains(row), "{row}: {answers:#?}");
    }
    // What does not hang on it is as before.
    for row in ["customers user/ana read yes", "logs user/bob write yes", "logs role/edge list yes"] {
        assert!(answers.contains(row), "{row}: {answers:#?}");
    }
}

fn options(url: &str) -> AwsOptions {
    AwsOptions {
        endpoint_url: Some(url.to_owned()),
        region: Some("eu-west-1".to_owned()),
        credentials: Some(SharedCredentialsProvider::new(Credentials::from_keys("testing", "testing", None))),
        max_attempts: 3,
        backoff: Duration::from_millis(1),
        ..AwsOptions::default()
    }
}

fn collect(url: &str) -> Collected {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { Aws::connect(options(url)).await.expect("credentials").collect().await })
}

fn form(operation: &str, result: &str) -> (u16, String) {
    (200, format!("<{operation}Response xmlns=\"u\"><{operation}Result>{result}</{operation}Result></{operation}Response>"))
}

/// An account whose lists all come in pages.
fn pages(asked: &Asked) -> Option<(u16, String)> {
    let has = |text: &str| asked.body.contains(text) || asked.line.contains(text);
    let json = |value: Value| Some((200, value.to_string()));
    let user = |name: &str, more: &str| {
        format!(
            "<member><UserName>{name}</UserName><UserId>AIDA{name}</UserId><Arn>arn:aws:iam::111122223333:user/{name}</Arn><Path>/</Path>{more}</member>"
        )
    };
    let edge = "<PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::111122223333:policy/edge</PermissionsBoundaryArn></PermissionsBoundary>";
    match asked.operation.as_str() {
        "GetCallerIdentity" => Some(form("GetCallerIdentity", "<Arn>a</Arn><Account>111122223333</Account>")),
        "GetAccountAuthorizationDetails" if has("Marker=two%2F") => {
            let users = format!("<UserDetailList>{}</UserDetailList><IsTruncated>false</IsTruncated>", user("bob", edge));
            Some(form("GetAccountAuthorizationDetails", &users))
        }
        "GetAccountAuthorizationDetails" => {
            let users = format!("<UserDetailList>{}</UserDetailList><IsTruncated>true</IsTruncated><Marker>two/</Marker>", user("ana", ""));
            Some(form("GetAccountAuthorizationDetails", &users))
        }
        "GetPolicy" => Some(form("GetPolicy", "<Policy><PolicyName>edge</PolicyName><DefaultVersionId>v3</DefaultVersionId></Policy>")),
        "GetPolicyVersion" if has("VersionId=v3") => {
            Some(form("GetPolicyVersion", "<PolicyVersion><Document>%7B%22Statement%22%3A%5B%5D%7D</Document></PolicyVersion>"))
        }
        "ListAliases" => json(json!({"Aliases": [], "Truncated": false})),
        "ListKeys" if has("more") => json(json!({"Keys": [{"KeyId": "k2"}], "Truncated": false})),
        "ListKeys" => json(json!({"Keys": [{"KeyId": "k1"}, {"KeyId": "../k3"}], "NextMarker": "more", "Truncated": true})),
        "DescribeKey" => json(json!({"KeyMetadata": {"Arn": "arn:aws:kms:eu-west-1:111122223333:key/k1"}})),
        "GetKeyPolicy" => json(json!({"Policy": "{\"Statement\": []}"})),
        "ListGrants" if has("more") => json(json!({"Grants": [{"GrantId": "g2"}], "Truncated": false})),
        "ListGrants" => json(json!({"Grants": [{"GrantId": "g1"}], "NextMarker": "more", "Truncated": true})),
        "DescribeOrganization" => json(
            json!({"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "999900001111", "MasterAccountEmail": "a@example.com", "FeatureSet": "ALL"}}),
        ),
        "ListRoots" => {
            json(json!({"Roots": [{"Id": "r-ab12", "Name": "Root", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}))
        }
        "ListOrganizationalUnitsForParent" if has("r-ab12") => json(json!({"OrganizationalUnits": [{"Id": "ou-ab12-11111111", "Name": "Data"}]})),
        "ListOrganizationalUnitsForParent" => json(json!({"OrganizationalUnits": []})),
        "ListAccountsForParent" if has("ou-ab12") && has("more") => json(json!({"Accounts": [{"Id": "444455556666", "Email": "b@example.com"}]})),
        "ListAccountsForParent" if has("ou-ab12") => json(json!({"Accounts": [{"Id": "111122223333"}], "NextToken": "more"})),
        "ListAccountsForParent" => json(json!({"Accounts": [{"Id": "999900001111"}]})),
        "ListPolicies" => json(json!({"Policies": [{"Id": "p-guard", "Name": "Guard"}]})),
        "ListTargetsForPolicy" if has("more") => json(json!({"Targets": [{"TargetId": "ou-ab12-11111111"}]})),
        "ListTargetsForPolicy" => json(json!({"Targets": [{"TargetId": "r-ab12"}], "NextToken": "more"})),
        "DescribePolicy" => json(json!({"Policy": {"Content": "{\"Statement\": []}"}})),
        "" => buckets(asked),
        _ => None,
    }
}

/// The part of S3.
fn buckets(asked: &Asked) -> Option<(u16, String)> {
    let xml = |text: &str| Some((200, text.to_owned()));
    match asked.line.strip_prefix("GET ")? {
        "/?max-buckets=1000" => xml(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>one</Name></Bucket></Buckets><ContinuationToken>t+1</ContinuationToken></ListAllMyBucketsResult>",
        ),
        "/?continuation-token=t%2B1&max-buckets=1000" => xml(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>two</Name><BucketRegion>ap-southeast-2</BucketRegion></Bucket><Bucket><Name>a/../b</Name></Bucket></Buckets></ListAllMyBucketsResult>",
        ),
        "/one?location" => xml("<LocationConstraint/>"),
        "/two?location" => xml("<LocationConstraint>ap-southeast-2</LocationConstraint>"),
        "/one?policy" => Some((404, "<Error><Code>NoSuchBucketPolicy</Code></Error>".to_owned())),
        "/two?policy" => xml("{\"Statement\": []}"),
        "/one?acl" => xml("<AccessControlPolicy><Owner><ID>o1</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi=\"i\" xsi:type=\"Group\">\
             <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"),
        "/one?tagging" => xml("<Tagging><TagSet><Tag><Key>pii</Key><Value>true</Value></Tag></TagSet></Tagging>"),
        "/v20180820/accesspoint?maxResults=1000" => xml(
            "<ListAccessPointsResult><AccessPointList><AccessPoint><Name>desk</Name></AccessPoint><AccessPoint><Name>d/../e</Name></AccessPoint></AccessPointList><NextToken>n</NextToken></ListAccessPointsResult>",
        ),
        "/v20180820/accesspoint?maxResults=1000&nextToken=n" => xml("<ListAccessPointsResult><AccessPointList/></ListAccessPointsResult>"),
        "/v20180820/accesspoint/desk" => {
            xml("<GetAccessPointResult><Name>desk</Name><Bucket>one</Bucket><NetworkOrigin>Internet</NetworkOrigin></GetAccessPointResult>")
        }
        line => more_points(line).or_else(|| Some((403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>".to_owned()))),
    }
}

/// A multi-region access point, and an Object Lambda one before `desk` in one of the regions.
fn more_points(line: &str) -> Option<(u16, String)> {
    let xml = |text: &str| Some((200, text.to_owned()));
    let lambda = "/v20180820/accesspointforobjectlambda";
    match line {
        "/v20180820/mrap/instances?maxResults=100" => xml(
            "<ListMultiRegionAccessPointsResult><AccessPoints><AccessPoint><Name>all</Name><Alias>abc.mrap</Alias><PublicAccessBlock><RestrictPublicBuckets>true</RestrictPublicBuckets>\
             </PublicAccessBlock><Regions><Region><Bucket>one</Bucket><Region>us-east-1</Region></Region><Region><Bucket>two</Bucket></Region></Regions></AccessPoint></AccessPoints>\
             </ListMultiRegionAccessPointsResult>",
        ),
        "/v20180820/mrap/instances/all/policy" => xml(
            "<GetMultiRegionAccessPointPolicyResult><Policy><Established><Policy>{&quot;Statement&quot;: []}</Policy></Established><Proposed><Policy>{}</Policy></Proposed></Policy>\
             </GetMultiRegionAccessPointPolicyResult>",
        ),
        _ if line == format!("{lambda}?maxResults=100") => {
            xml("<ListAccessPointsForObjectLambdaResult><ObjectLambdaAccessPointList><ObjectLambdaAccessPoint><Name>masked</Name>\
             <ObjectLambdaAccessPointArn>arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/masked</ObjectLambdaAccessPointArn></ObjectLambdaAccessPoint>\
             </ObjectLambdaAccessPointList><NextToken>n</NextToken></ListAccessPointsForObjectLambdaResult>")
        }
        _ if line == format!("{lambda}?maxResults=100&nextToken=n") => {
            xml("<ListAccessPointsForObjectLambdaResult><ObjectLambdaAccessPointList/></ListAccessPointsForObjectLambdaResult>")
        }
        _ if line == format!("{lambda}/masked/configuration") => xml(
            "<GetAccessPointConfigurationForObjectLambdaResult><Configuration><SupportingAccessPoint>arn:aws:s3:eu-west-1:111122223333:accesspoint/desk</SupportingAccessPoint>\
             <TransformationConfigurations><TransformationConfiguration><Actions><Action>GetObject</Action></Actions><ContentTransformation><AwsLambda>\
             <FunctionArn>arn:aws:lambda:eu-west-1:111122223333:function:mask</FunctionArn></AwsLambda></ContentTransformation></TransformationConfiguration></TransformationConfigurations>\
             </Configuration></GetAccessPointConfigurationForObjectLambdaResult>",
        ),
        _ if line == format!("{lambda}/masked/policy") => Some((404, "<Error><Code>NoSuchAccessPointPolicy</Code></Error>".to_owned())),
        _ => None,
    }
}

#[test]
fn lists_come_in_pages() {
    let stub = Stub::start(None, pages);
    let collected = collect(&stub.url());
    let file = |name: &str| -> Value {
        let bytes = &collected.files.get(&format!("accounts/111122223333/{name}")).unwrap_or_else(|| panic!("{name}: {:#?}", collected.files.keys()));
        serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
    };
    assert_eq!(file("authorization-details-0001.json")["UserDetailList"][0]["UserName"], "ana");
    assert_eq!(file("authorization-details-0002.json")["UserDetailList"][0]["UserName"], "bob");
    let edge = &file("authorization-details-policies.json")["Policies"][0];
    assert_eq!((&edge["Arn"], &edge["PolicyVersionList"][0]["VersionId"]), (&json!("arn:aws:iam::111122223333:policy/edge"), &json!("v3")));
    assert_eq!(file("buckets/one/location.json"), json!({"LocationConstraint": "us-east-1"}));
    assert_eq!(file("buckets/two/policy.json"), json!({"Policy": "{\"Statement\": []}"}));
    assert_eq!(file("buckets/one/tagging.json"), json!({"TagSet": [{"Key": "pii", "Value": "true"}]}));
    let grant = json!({"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"});
    assert_eq!(file("buckets/one/acl.json"), json!({"Owner": {"ID": "o1"}, "Grants": [grant]}));
    assert!(file("buckets/one/policy.json").as_str().expect("an error").contains("(NoSuchBucketPolicy)"));
    assert_eq!(file("kms/k1/grants.json"), json!({"Grants": [{"GrantId": "g1"}, {"GrantId": "g2"}]}));
    assert_eq!(file("kms/k2/policy.json"), json!({"Policy": "{\"Statement\": []}"}));
    assert_eq!(file("access-points/desk/access-point.json")["AccessPointArn"], "arn:aws:s3:ap-southeast-2:111122223333:accesspoint/desk");
    let tree = file("organization/tree.json");
    assert_eq!(tree["Accounts"].as_array().expect("a list").len(), 3);
    assert_eq!(tree["Accounts"][2], json!({"Id": "444455556666", "ParentId": "ou-ab12-11111111"}));
    assert_eq!(file("organization/scp.json")["Policies"][0]["Targets"], json!([{"TargetId": "r-ab12"}, {"TargetId": "ou-ab12-11111111"}]));
    let all = collected.files.iter().map(|(name, bytes)| format!("{name} {}", String::from_utf8_lossy(bytes))).collect::<String>();
    assert!(!all.contains("@example.com") && !all.contains("..") && !all.contains("rcp.json"), "{all}");

    // A name that cannot be asked about is not passed over.
    for (place, name) in [("buckets", "a/../b"), ("kms (eu-west-1)", "../k3"), ("access-points (eu-west-1)", "d/../e")] {
        let told = |(p, why): &(String, String)| p.ends_with(place) && why.contains(&format!("`{name}` is left out"));
        assert!(collected.unread.iter().any(told), "{name}: {:?}", collected.unread);
    }
    // The access point is there in each of three regions, the multi-region one before two buckets.
    let inventory = sonde_scanner::identities::of_account(&collected);
    assert_eq!((inventory.principals.len(), inventory.buckets.len(), inventory.keys.len(), inventory.access_points.len()), (2, 2, 2, 5));
    let multi: Vec<(&str, &str)> = inventory.access_points.iter().filter(|p| p.name == "all").map(|p| (p.arn.as_str(), p.bucket.as_str())).collect();
    let arn = "arn:aws:s3::111122223333:accesspoint/abc.mrap";
    assert_eq!(multi, [(arn, "one"), (arn, "two")]);
    let lambda = &inventory.object_lambdas[0];
    assert_eq!((lambda.name.as_str(), lambda.functions["GetObject"].as_str()), ("masked", "arn:aws:lambda:eu-west-1:111122223333:function:mask"));
    assert!(inventory.principals[1].boundary.as_ref().is_some_and(|b| b.policy.read().is_some()), "the boundary was fetched");
    let organization = inventory.organization.as_ref().expect("an organisation");
    assert_eq!(organization.path("111122223333"), ["r-ab12", "ou-ab12-11111111", "111122223333"]);
    assert_eq!(organization.scp.read().expect("policies").targets.len(), 2);
    assert!(inventory.unknown_files.is_empty(), "{:?}", inventory.unknown_files);
    let gap = |place: &str| inventory.gaps.iter().any(|g| g.place.contains(place) && g.why.contains("AccessDenied"));
    assert!(gap("buckets/one/encryption.json") && gap("account/111122223333/public-access-block.json"), "{:#?}", inventory.gaps);
    assert!(!gap("buckets/one/policy.json"), "there is none");
}

#[test]
fn what_is_throttled_to_the_end_or_cut_off_is_listed() {
    let stub = Stub::start(None, |asked| match asked.operation.as_str() {
        "GetAccountAuthorizationDetails" if asked.body.contains("Marker=") => {
            Some((400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>".into()))
        }
        "ListKeys" => Some((429, String::new())),
        "ListRoots" => Some((400, json!({"__type": "AccessDeniedException"}).to_string())),
        "ListPolicies" | "DescribeOrganization" => Some((200, "{\"Poli".into())),
        _ if asked.line.starts_with("GET /?max-buckets") => Some((200, "<ListAllMyBucketsResult><Buckets>".into())),
        _ => pages(asked),
    });
    let inventory = sonde_scanner::identities::of_account(&collect(&stub.url()));
    let whys: String = inventory.gaps.iter().map(|g| format!("{}: {}\n", g.place, g.why)).collect();
    for part in [
        "authorization-details-0002.json: the call failed: An error occurred (Throttling)",
        "last page is missing",
        "kms (eu-west-1): An error occurred (HTTP429)",
        "buckets: An error occurred (Malformed)",
    ] {
        assert!(whys.contains(part), "{part}: {whys}");
    }
    let organization = inventory.organization.expect("something is known to be there");
    assert!(organization.unread.is_some() && organization.scp.unread().is_some() && organization.rcp.unread().is_some());
    assert!(inventory.buckets.is_empty() && inventory.principals.len() == 1);
}

#[test]
fn without_credentials_nothing_is_kept() {
    let stub = Stub::start(None, |_| {
        Some((403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>".into()))
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(Aws::connect(options(&stub.url()))).expect_err("refused");
    assert!(error.kind == ErrorKind::Denied && error.to_string().contains("InvalidClientTokenId"), "{error}");
    let sonde = Sonde::new().env("AWS_ENDPOINT_URL", &stub.url()).env("AWS_REGION", "us-east-1");
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let synced = sonde.run(["identities", "sync", "aws", &store]);
    assert!(synced.code == Some(2) && synced.stderr.contains("no credentials found"), "{}", synced.stderr);
}
