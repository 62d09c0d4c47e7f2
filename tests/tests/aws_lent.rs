//! `sonde identities sync aws` where access is lent: Lake Formation and the Data Catalog of a real server, S3 Access Grants as AWS answers, Identity Center.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};
use sonde_tests::{
    program::Sonde,
    server::{
        moto::Moto,
        stub::{Asked, Stub},
    },
};

/// The account that moto has.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// Asks moto as a client of a service, and gives the body.
fn ask(moto: &Moto, service: &str, line: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(moto.address()).expect("moto listens");
    let credential = format!("AWS4-HMAC-SHA256 Credential=testing/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0");
    let (address, len) = (moto.address(), body.len());
    let request = format!("{line} HTTP/1.0\r\nHost: {address}\r\nAuthorization: {credential}\r\n{headers}Content-Length: {len}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, rest) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains(" 200 "), "{line} {body} {answer}");
    rest.to_owned()
}

fn iam(moto: &Moto, action: &str, parameters: &[(&str, &str)]) {
    let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let pairs: String = parameters.iter().map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    ask(moto, "iam", "POST /", form, &format!("Action={action}&Version=2010-05-08{pairs}"));
}

fn call(moto: &Moto, service: &str, target: &str, body: &Value) -> Value {
    let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n");
    serde_json::from_str(&ask(moto, service, "POST /", &headers, &body.to_string())).expect("JSON")
}

fn lake(moto: &Moto, operation: &str, body: &Value) {
    ask(moto, "lakeformation", &format!("POST /{operation}"), "Content-Type: application/json\r\n", &body.to_string());
}

fn arn(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

/// Roles that are lent, users who may ask, tables, permissions by name and by LF-tag. Gives the id of a person in the directory.
fn populate(moto: &Moto) -> String {
    let policy = |statements: Value| json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    for (user, action) in
        [("ana", "lakeformation:GetDataAccess"), ("bob", "s3:GetDataAccess"), ("carl", "lakeformation:GetDataAccess"), ("dora", "logs:Get*")]
    {
        iam(moto, "CreateUser", &[("UserName", user)]);
        let may = policy(json!([{"Sid": "Ask", "Effect": "Allow", "Action": action, "Resource": "*"}]));
        iam(moto, "PutUserPolicy", &[("UserName", user), ("PolicyName", "ask"), ("PolicyDocument", &may)]);
    }
    for (role, service) in [("lake", "lakeformation.amazonaws.com"), ("location", "access-grants.s3.amazonaws.com")] {
        let trust = policy(
            json!([{"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:SetContext"]}]),
        );
        iam(moto, "CreateRole", &[("RoleName", role), ("AssumeRolePolicyDocument", &trust)]);
        let data = policy(
            json!([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]}]),
        );
        iam(moto, "PutRolePolicy", &[("RoleName", role), ("PolicyName", "data"), ("PolicyDocument", &data)]);
    }
    ask(moto, "s3", "PUT /data", "", "");
    call(moto, "glue", "AWSGlue.CreateDatabase", &json!({"DatabaseInput": {"Name": "sales"}}));
    for table in ["orders", "people"] {
        let columns = json!([{"Name": "secret_column_name", "Type": "string"}]);
        let input = json!({"Name": table, "StorageDescriptor": {"Location": format!("s3://data/sales/{table}/"), "Columns": columns}});
        call(moto, "glue", "AWSGlue.CreateTable", &json!({"DatabaseName": "sales", "TableInput": input}));
    }
    lake(moto, "RegisterResource", &json!({"ResourceArn": "arn:aws:s3:::data/sales", "RoleArn": arn("role/lake")}));
    lake(moto, "CreateLFTag", &json!({"TagKey": "level", "TagValues": ["low", "high"]}));
    let tag =
        |resource: Value, level: &str| json!({"Resource": resource, "LFTags": [{"CatalogId": ACCOUNT, "TagKey": "level", "TagValues": [level]}]});
    let table = |name: &str| json!({"Table": {"CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name}});
    lake(moto, "AddLFTagsToResource", &tag(json!({"Database": {"CatalogId": ACCOUNT, "Name": "sales"}}), "low"));
    lake(moto, "AddLFTagsToResource", &tag(table("orders"), "low"));
    lake(moto, "AddLFTagsToResource", &tag(table("people"), "high"));
    let grant = |who: &str, resource: Value, what: &str| json!({"Principal": {"DataLakePrincipalIdentifier": arn(who)}, "Resource": resource, "Permissions": [what], "PermissionsWithGrantOption": []});
    lake(moto, "GrantPermissions", &grant("user/ana", table("orders"), "SELECT"));
    let high = json!({"LFTagPolicy": {"CatalogId": ACCOUNT, "ResourceType": "TABLE", "Expression": [{"TagKey": "level", "TagValues": ["high"]}]}});
    lake(moto, "GrantPermissions", &grant("user/carl", high, "INSERT"));
    lake(moto, "GrantPermissions", &grant("user/dora", table("orders"), "SELECT"));
    let instances = call(moto, "sso", "SWBExternalService.ListInstances", &json!({}));
    let person = json!({"IdentityStoreId": instances["Instances"][0]["IdentityStoreId"], "UserName": "eva", "DisplayName": "Eva", "Name": {"GivenName": "Eva", "FamilyName": "Example"}});
    call(moto, "identitystore", "AWSIdentityStore.CreateUser", &person)["UserId"].as_str().expect("an id").to_owned()
}

/// S3 Access Grants, of which moto knows nothing: two pages of grants.
fn grants(asked: &Asked, person: &str) -> Option<(u16, String)> {
    let root = "GET /v20180820/accessgrantsinstance";
    let instance = format!("arn:aws:s3:{REGION}:{ACCOUNT}:access-grants/default");
    let grant = |id: &str, kind: &str, who: &str, permission: &str, scope: &str| {
        format!(
            "<AccessGrant><CreatedAt>2026-01-01T00:00:00Z</CreatedAt><AccessGrantId>{id}</AccessGrantId><AccessGrantArn>{instance}/grant/{id}</AccessGrantArn>\
             <Grantee><GranteeType>{kind}</GranteeType><GranteeIdentifier>{who}</GranteeIdentifier></Grantee><Permission>{permission}</Permission>\
             <AccessGrantsLocationId>default</AccessGrantsLocationId><GrantScope>{scope}</GrantScope></AccessGrant>"
        )
    };
    let list =
        |name: &str, entries: &str, more: &str| Some((200, format!("<List{name}Result><{name}List>{entries}</{name}List>{more}</List{name}Result>")));
    match asked.line.strip_prefix(root)? {
        "" => Some((
            200,
            format!(
                "<GetAccessGrantsInstanceResult><AccessGrantsInstanceArn>{instance}</AccessGrantsInstanceArn>\
                 <AccessGrantsInstanceId>default</AccessGrantsInstanceId></GetAccessGrantsInstanceResult>"
            ),
        )),
        rest if rest.starts_with("/locations") => {
            let role = arn("role/location");
            let location = format!(
                "<AccessGrantsLocation><AccessGrantsLocationId>default</AccessGrantsLocationId><LocationScope>s3://</LocationScope>\
                 <IAMRoleArn>{role}</IAMRoleArn></AccessGrantsLocation>"
            );
            list("AccessGrantsLocations", &location, "")
        }
        "/grants?maxResults=1000" => {
            list("AccessGrants", &grant("g-1", "IAM", &arn("user/bob"), "READWRITE", "s3://data/raw/*"), "<NextToken>two/=</NextToken>")
        }
        "/grants?maxResults=1000&nextToken=two%2F%3D" => list("AccessGrants", &grant("g-2", "DIRECTORY_USER", person, "READ", "s3://data/*"), ""),
        "/resourcepolicy" => Some((
            404,
            "<Error><Code>AccessGrantsInstanceResourcePolicyNotExists</Code><Message>Access Grants Instance Resource Policy does not exist</Message></Error>".into(),
        )),
        _ => None,
    }
}

fn no_abac(asked: &Asked) -> Option<(u16, String)> {
    if asked.line.starts_with("GET /v20180820/accesspointforobjectlambda?") {
        return Some((200, "<ListAccessPointsForObjectLambdaResult/>".to_owned()));
    }
    asked.line.ends_with("?abac").then(|| (200, "<AbacStatus><Status>Disabled</Status></AbacStatus>".to_owned()))
}

/// Syncs from an endpoint; what was printed, and the answers for everybody but root.
fn sync(url: &str) -> (String, BTreeSet<String>) {
    let sonde = Sonde::new().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing").env("AWS_ENDPOINT_URL", url);
    let sonde = sonde.env("AWS_REGION", REGION);
    let store = format!("--store=sqlite:{}", sonde.home().join("s.db").display());
    let synced = sonde.run(["identities", "sync", "aws", &store]);
    assert_eq!(synced.code, Some(0), "{}{}", synced.stdout, synced.stderr);
    let reached = sonde.run(["reach", "--format=jsonl", &store]).ok();
    let own = format!("arn:aws:iam::{ACCOUNT}:");
    let row = |line: &Value| {
        let text = |key: &str| line[key].as_str().unwrap_or_default().replace(&own, "");
        let via: Vec<String> = line["via"].as_array().expect("a list").iter().filter_map(|v| Some(v.as_str()?.replace(&own, ""))).collect();
        let condition = if line["condition"].is_null() { String::new() } else { format!(" if {}", text("condition")) };
        format!("{} {} {}{condition} by {}", text("principal"), text("access"), text("answer"), via.join(" "))
    };
    let lent = |line: &&Value| {
        line["via"].as_array().is_some_and(|via| !via.is_empty()) && line["principal"].as_str().is_some_and(|p| !p.contains(".amazonaws.com"))
    };
    (synced.stdout, reached.lines().iter().filter(lent).map(row).collect())
}

#[test]
fn what_is_lent_in_an_account() {
    let moto = Moto::start();
    let person = populate(&moto);
    let whole = person.clone();
    let front = Stub::start(Some(moto.address()), move |asked| grants(asked, &whole).or_else(|| no_abac(asked)));
    let (printed, answers) = sync(&front.url());
    let wanted = [
        "eva list yes by role/location",
        "eva read yes by role/location",
        "user/ana list conditional if s3:prefix like sales/orders/* by role/lake",
        "user/ana read conditional if object key like sales/orders/* by role/lake",
        "user/bob list conditional if s3:prefix like raw/* by role/location",
        "user/bob read conditional if object key like raw/* by role/location",
        "user/bob write conditional if object key like raw/* by role/location",
        "user/carl write conditional if object key like sales/people/* by role/lake",
    ];
    assert_eq!(answers, wanted.map(str::to_owned).into(), "{printed}");
    for part in ["2 access grants", "3 permissions in Lake Formation"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    for folder in ["access-grants/", "lake-formation/", "glue/", "identity-center/"] {
        assert!(!printed.contains(folder), "all of it was read: {printed}");
    }

    // Whoever may not see it all is told so, and nobody is taken for harmless.
    let refused = Stub::start(Some(moto.address()), move |asked| {
        let denied = || Some((403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>".to_owned()));
        match asked.line.as_str() {
            line if line.starts_with("GET /v20180820/accessgrantsinstance/grants") => denied(),
            "POST /ListPermissions" => Some((400, json!({"__type": "AccessDeniedException", "Message": "no"}).to_string())),
            _ => grants(asked, &person).or_else(|| no_abac(asked)),
        }
    });
    let (printed, answers) = sync(&refused.url());
    for part in ["access-grants/us-east-1/grants.json", "ListAccessGrants", "lake-formation/us-east-1/permissions.json", "ListPermissions"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let unknown = |who: &str, access: &str| answers.iter().any(|row| row.starts_with(&format!("{who} {access} unknown")));
    for who in ["user/ana", "user/bob", "user/carl"] {
        assert!(unknown(who, "read") && unknown(who, "write"), "{who}: {answers:#?}");
    }
    assert!(!answers.iter().any(|row| row.starts_with("user/dora")), "who may not ask is lent nothing: {answers:#?}");
}
