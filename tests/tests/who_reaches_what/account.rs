//! The lake in an AWS account, and its customers, leads, employees and wallets in a database.

use std::{fs, path::Path};

use serde_json::{Value, json};
use sonde_tests::{
    program::repository,
    server::{
        moto::{ACCOUNT, Moto},
        postgres::Postgres,
    },
};

/// Folder of the lake, and where it goes.
const PLACES: [(&str, &str); 13] = [
    ("models/finetune", "finetune"),
    ("models/rag", "rag"),
    ("crm", "crm"),
    ("intl", "intl"),
    ("lake/clean", "clean"),
    ("lake/events", "events"),
    ("lake/features", "features"),
    ("lake/logs", "logs"),
    ("ops", "ops"),
    ("site/assets", "assets"),
    ("site/config", "config"),
    ("vault/finance", "finance"),
    ("vault/hr", "hr"),
];

/// The buckets.
pub(super) const BUCKETS: [&str; 7] = ["crm", "intl", "lake", "models", "ops", "site", "vault"];

fn policy(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn arn(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

fn objects(places: &[&str]) -> Value {
    places.iter().map(|place| format!("arn:aws:s3:::{place}")).collect()
}

/// A statement that allows.
fn allow(sid: &str, action: &str, resources: &Value) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resources})
}

fn upload(moto: &Moto, path: &str, folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder of the lake").map(|e| e.expect("an entry")) {
        let path = format!("{path}/{}", entry.file_name().to_str().expect("UTF-8"));
        match entry.path() {
            below if below.is_dir() => upload(moto, &path, &below),
            file => moto.put(&path, fs::read(file).expect("a file")),
        }
    }
}

/// The account. Gives the key's id.
pub(super) fn populate(moto: &Moto) -> String {
    for bucket in BUCKETS {
        moto.put(&format!("/{bucket}"), "");
    }
    for (path, folder) in PLACES {
        upload(moto, &format!("/{path}"), &repository().join("corpus/lake").join(folder));
    }
    let key = moto.json("kms", "TrentService.CreateKey", &json!({}))["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned();
    users(moto);
    roles(moto, &key);
    settings(moto, &key);
    key.rsplit('/').next().expect("an id").to_owned()
}

fn users(moto: &Moto) {
    for name in ["ana", "bea", "bob", "carl", "dora", "eve", "gus", "hana"] {
        moto.iam("CreateUser", &[("UserName", name)]);
    }
    moto.iam("CreateGroup", &[("GroupName", "analysts")]);
    for name in ["ana", "bea"] {
        moto.iam("AddUserToGroup", &[("GroupName", "analysts"), ("UserName", name)]);
    }
    let reads =
        policy(&json!([allow("Read", "s3:GetObject", &objects(&["crm/*", "lake/features/*"])), allow("List", "s3:ListBucket", &objects(&["crm"])),]));
    moto.iam("PutGroupPolicy", &[("GroupName", "analysts"), ("PolicyName", "read"), ("PolicyDocument", &reads)]);
    let user =
        |name: &str, of: &str, document: &str| moto.iam("PutUserPolicy", &[("UserName", name), ("PolicyName", of), ("PolicyDocument", document)]);
    let not_crm = json!([{"Sid": "NotCrm", "Effect": "Deny", "Action": "s3:*", "Resource": objects(&["crm", "crm/*"])}]);
    user("bea", "less", &policy(&not_crm));
    for (name, document, who) in [
        ("WriteLogs", policy(&json!([allow("Write", "s3:PutObject", &objects(&["lake/logs/*"]))])), "bob"),
        ("Everything", policy(&json!([allow("All", "*", &json!("*"))])), "eve"),
    ] {
        moto.iam("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &document)]);
        moto.iam("AttachUserPolicy", &[("UserName", who), ("PolicyArn", &arn(&format!("policy/{name}")))]);
    }
    user("carl", "assume", &policy(&json!([allow("Assume", "sts:AssumeRole", &json!(arn("role/etl")))])));
    user("dora", "vault", &policy(&json!([allow("Vault", "s3:GetObject", &objects(&["vault/*"]))])));
    user("hana", "people", &policy(&json!([allow("People", "s3:GetObject", &objects(&["vault/hr/*"]))])));
}

fn roles(moto: &Moto, key: &str) {
    let role = |name: &str, trust: &Value, more: &[(&str, &str)], of: &str, statements: &Value| {
        let trust = policy(&json!([trust]));
        moto.iam("CreateRole", &[&[("RoleName", name), ("AssumeRolePolicyDocument", &trust)], more].concat());
        moto.iam("PutRolePolicy", &[("RoleName", name), ("PolicyName", of), ("PolicyDocument", &policy(statements))]);
    };
    let decrypt = allow("Key", "kms:Decrypt", &json!(key));
    let carl = json!({"Sid": "Carl", "Effect": "Allow", "Principal": {"AWS": arn("user/carl")}, "Action": "sts:AssumeRole"});
    role("etl", &carl, &[], "finance", &json!([allow("Money", "s3:GetObject", &objects(&["vault/finance/*"])), decrypt]));
    let partner = json!({"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "x-42"}}});
    role("auditor", &partner, &[], "people", &json!([allow("People", "s3:GetObject", &objects(&["vault/hr/*"])), decrypt]));
    let github = arn("oidc-provider/token.actions.githubusercontent.com");
    let builds = json!({"Sid": "Builds", "Effect": "Allow", "Principal": {"Federated": github}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:brightloom/lake:ref:refs/heads/main"}}});
    role("ci", &builds, &[], "deploy", &json!([allow("Deploy", "s3:PutObject", &objects(&["site/config/*"]))]));
    // Everything, within a boundary that leaves the list of one bucket. Nobody may be it.
    let edge = policy(&json!([allow("Edge", "s3:ListBucket", &objects(&["lake"]))]));
    moto.iam("CreatePolicy", &[("PolicyName", "Edge"), ("PolicyDocument", &edge)]);
    let nobody = json!({"Sid": "Tag", "Effect": "Allow", "Principal": {"AWS": arn("user/bob")}, "Action": "sts:TagSession"});
    role("edge", &nobody, &[("PermissionsBoundary", &arn("policy/Edge"))], "all", &json!([allow("All", "s3:*", &json!("*"))]));
}

/// What buckets, the key and the access point say themselves.
fn settings(moto: &Moto, key: &str) {
    let encryption = format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>\
         <KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
    );
    moto.put("/vault?encryption", encryption);
    let own = policy(&json!([
        {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": arn("root")}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "Hana", "Effect": "Allow", "Principal": {"AWS": arn("user/hana")}, "Action": "kms:Decrypt", "Resource": "*"},
    ]));
    let _ = moto.ask(
        "kms",
        "POST /",
        "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.PutKeyPolicy\r\n",
        json!({"KeyId": key, "PolicyName": "default", "Policy": own}).to_string().as_bytes(),
    );
    let everybody =
        |sid: &str, place: &str| json!({"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": objects(&[place])});
    moto.put("/site?policy", policy(&json!([everybody("Public", "site/config/*")])));
    let other = json!({"Sid": "Other", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": objects(&["ops", "ops/*"])});
    moto.put("/ops?policy", policy(&json!([other])));
    // Public by mistake; the block leaves it to the account's own.
    moto.put("/lake?policy", policy(&json!([everybody("Oops", "lake/events/*")])));
    let block = "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    moto.put("/lake?publicAccessBlock", block);
    // Left to access points of the account, of which there is one.
    let mut delegate = everybody("Delegate", "models/*");
    delegate["Condition"] = json!({"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}});
    moto.put("/models?policy", policy(&json!([delegate])));
    moto.put("/v20180820/accesspoint/desk", "<CreateAccessPointRequest><Bucket>models</Bucket></CreateAccessPointRequest>");
    let desk = format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/desk/object/rag/*");
    let gus = json!({"Sid": "Gus", "Effect": "Allow", "Principal": {"AWS": arn("user/gus")}, "Action": "s3:GetObject", "Resource": desk});
    let gus = policy(&json!([gus])).replace('"', "&quot;");
    moto.put("/v20180820/accesspoint/desk/policy", format!("<PutAccessPointPolicyRequest><Policy>{gus}</Policy></PutAccessPointPolicyRequest>"));
    let grant = |grantee: &str, permission: &str| {
        format!(
            "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" {grantee}</Grantee><Permission>{permission}</Permission></Grant>"
        )
    };
    let all = grant("xsi:type=\"Group\"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>", "READ");
    moto.put(
        "/intl?acl",
        format!("<AccessControlPolicy><Owner><ID>owner</ID></Owner><AccessControlList>{all}</AccessControlList></AccessControlPolicy>"),
    );
}

/// What moto would hold against everybody who reads: a policy that denies, whomever.
pub(super) fn deny(moto: &Moto) {
    let not_eve = json!({"Sid": "NotEve", "Effect": "Deny", "Principal": {"AWS": arn("user/eve")}, "Action": "s3:*", "Resource": objects(&["vault/finance/*"])});
    moto.put("/vault?policy", policy(&json!([not_eve])));
}

/// Roles and grants of the database.
const GRANTS: &str = "
CREATE ROLE keeper; CREATE ROLE readers;
CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN NOINHERIT; CREATE ROLE cyd LOGIN; CREATE ROLE dan LOGIN; CREATE ROLE eve LOGIN; CREATE ROLE fay LOGIN;
CREATE ROLE gil LOGIN; CREATE ROLE hal LOGIN BYPASSRLS;
GRANT readers TO ann, bob; GRANT pg_read_all_data TO eve;
ALTER SCHEMA crm OWNER TO keeper; ALTER SCHEMA hr OWNER TO keeper; ALTER SCHEMA money OWNER TO keeper;
ALTER TABLE crm.customers OWNER TO keeper; ALTER TABLE crm.leads OWNER TO keeper; ALTER TABLE hr.employees OWNER TO keeper; ALTER TABLE money.wallets OWNER TO keeper;
GRANT USAGE ON SCHEMA crm TO readers, dan, hal; GRANT USAGE ON SCHEMA hr TO cyd, fay; GRANT USAGE ON SCHEMA money TO PUBLIC;
GRANT SELECT ON crm.customers TO readers; GRANT SELECT ON crm.leads TO dan, hal; GRANT SELECT (name, department) ON hr.employees TO cyd;
GRANT UPDATE ON hr.employees TO fay; GRANT SELECT ON hr.employees TO gil; GRANT SELECT ON money.wallets TO PUBLIC;
ALTER TABLE crm.leads ENABLE ROW LEVEL SECURITY; CREATE POLICY spring ON crm.leads FOR SELECT TO dan USING (campaign = 'SPRING-25');
";

/// Loads the database.
pub(super) fn load(server: &Postgres, database: &str) {
    let mut sql = "CREATE SCHEMA crm; CREATE SCHEMA hr; CREATE SCHEMA money;\n".to_owned();
    for (table, file, delimiter) in [
        ("crm.customers", "crm/customers.csv", ','),
        ("crm.leads", "crm/leads.tsv", '\t'),
        ("hr.employees", "hr/employees.csv", ','),
        ("money.wallets", "finance/wallets.csv", ','),
    ] {
        let text = fs::read_to_string(repository().join("corpus/lake").join(file)).expect("a file of the lake");
        let columns: Vec<String> = text.lines().next().expect("a header").split(delimiter).map(|name| format!("{name} text")).collect();
        sql += &format!(
            "CREATE TABLE {table} ({});\nCOPY {table} FROM STDIN (FORMAT csv, HEADER, DELIMITER E'{}');\n{}\n\\.\n",
            columns.join(", "),
            delimiter.escape_default(),
            text.trim_end()
        );
    }
    server.sql(database, &(sql + GRANTS));
}
