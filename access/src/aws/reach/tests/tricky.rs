//! One rule of AWS each: a small estate, and what it must come to.

use serde_json::{Value, json};

use super::small::*;
use crate::aws::{import::Import, reach::Reacher};

#[test]
fn keys_do_not_trust_their_account_by_themselves() {
    let both = policy(&[allow("s3:GetObject", OBJECTS), allow("kms:Decrypt", "*")]);
    let own = only(to(json!({"AWS": role_arn("admin")}), "kms:*", "*"));
    let account = only(to(json!({"AWS": format!("arn:aws:iam::{A}:root")}), "kms:*", "*"));
    let estate = Estate::new().user("u", both.clone()).user("v", reader());
    assert_eq!(estate.sealed(own.clone()).has(&user_arn("u")), "");
    let estate = Estate::new().user("u", both).user("v", reader()).sealed(account);
    assert_eq!((estate.has(&user_arn("u")), estate.has(&user_arn("v"))), ("read".into(), String::new()));
    let named = only(to(json!({"AWS": user_arn("v")}), "kms:Decrypt", "*"));
    assert_eq!(Estate::new().user("v", reader()).sealed(named).has(&user_arn("v")), "read");
    let through = when(
        to(json!({"AWS": "*"}), "kms:Decrypt", "*"),
        json!({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:CallerAccount": A}}),
    );
    assert_eq!(Estate::new().user("v", reader()).sealed(only(through)).has(&user_arn("v")), "read");
    let elsewhere = when(to(json!({"AWS": "*"}), "kms:Decrypt", "*"), json!({"StringEquals": {"kms:ViaService": "ec2.eu-west-1.amazonaws.com"}}));
    assert_eq!(Estate::new().user("v", reader()).sealed(only(elsewhere)).has(&user_arn("v")), "");
    let granted = Estate::new().user("v", reader()).sealed(own).file(
        &format!("kms/{KEY}/grants.json"),
        json!({"Grants": [{"GrantId": "g", "GranteePrincipal": user_arn("v"), "Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": {"aws:s3:arn": "arn:aws:s3:::b"}}}]}),
    );
    assert_eq!(granted.has(&user_arn("v")), "read");
}

#[test]
fn the_street_reads_nothing_that_is_sealed() {
    let open = only(to(json!("*"), "s3:GetObject", OBJECTS));
    assert_eq!(Estate::new().bucket(open.clone()).has("anonymous"), "read");
    assert_eq!(Estate::new().bucket(open.clone()).sealed(only(to(json!("*"), "kms:*", "*"))).has("anonymous"), "");
    let own = json!({"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}});
    let estate = Estate::new().user("u", nothing()).bucket(open).file("buckets/b/encryption.json", own);
    assert_eq!((estate.has("anonymous"), estate.has(&user_arn("u"))), (String::new(), "read".into()));
}

#[test]
fn boundaries_cut_roles_that_a_bucket_names_and_not_users() {
    let names = |who: String| only(to(json!({"AWS": who}), "s3:GetObject", OBJECTS));
    let elsewhere = only(allow("sqs:*", "*"));
    let user = Estate::new().user("u", nothing()).bound(elsewhere.clone()).bucket(names(user_arn("u")));
    assert_eq!(user.has(&user_arn("u")), "read");
    let role =
        Estate::new().role("r", trust(json!({"Service": "ec2.amazonaws.com"})), nothing()).bound(elsewhere.clone()).bucket(names(role_arn("r")));
    assert_eq!(role.has(&role_arn("r")), "");
    let session = names(format!("arn:aws:sts::{A}:assumed-role/r/job"));
    let role = Estate::new().role("r", trust(json!({"Service": "ec2.amazonaws.com"})), nothing()).bound(elsewhere).bucket(session);
    assert_eq!((role.has(&role_arn("r")), role.condition(&role_arn("r"))), ("read?".into(), "role session name is job".into()));
}

#[test]
fn a_bucket_that_delegates_to_its_access_points() {
    let delegates = only(when(to(json!({"AWS": "*"}), "*", OBJECTS), json!({"StringEquals": {"s3:DataAccessPointAccount": A}})));
    let point = format!("arn:aws:s3:eu-west-1:{A}:accesspoint/p");
    let described =
        |origin: &str| json!({"Name": "p", "Bucket": "b", "NetworkOrigin": origin, "VpcConfiguration": {"VpcId": "vpc-1"}, "AccessPointArn": point});
    let grants = only(to(json!({"AWS": user_arn("u")}), "s3:GetObject", &format!("{point}/object/*")));
    let estate = |origin: &str| {
        Estate::new()
            .user("u", nothing())
            .user("v", reader())
            .bucket(delegates.clone())
            .file("access-points/p/access-point.json", described(origin))
            .file("access-points/p/policy.json", json!({"Policy": grants.to_string()}))
    };
    assert_eq!((estate("Internet").has(&user_arn("u")), estate("Internet").has("anonymous")), ("read".into(), String::new()));
    assert_eq!((estate("VPC").has(&user_arn("u")), estate("VPC").condition(&user_arn("u"))), ("read?".into(), "aws:SourceVpc is vpc-1".into()));
    let prefix = only(to(json!({"AWS": user_arn("u")}), "s3:GetObject", &format!("{point}/object/in/*")));
    let narrow = Estate::new()
        .user("u", nothing())
        .bucket(delegates.clone())
        .file("access-points/p/access-point.json", described("Internet"))
        .file("access-points/p/policy.json", json!({"Policy": prefix.to_string()}));
    assert_eq!(narrow.condition(&user_arn("u")), "object key like in/*");
}

#[test]
fn subjects_of_providers_are_workloads() {
    let issuer = "oidc.eks.eu-west-1.amazonaws.com/id/ABC";
    let trust = |condition: Value| {
        only(
            json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{A}:oidc-provider/{issuer}")}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}),
        )
    };
    let aud = json!({format!("{issuer}:aud"): "sts.amazonaws.com", format!("{issuer}:sub"): ["system:serviceaccount:ns:one", "system:serviceaccount:ns:two"]});
    let estate = Estate::new().role("r", trust(json!({"StringEquals": aud})), reader());
    assert_eq!((estate.has("system:serviceaccount:ns:one"), estate.has("system:serviceaccount:ns:two")), ("read".into(), "read".into()));
    let estate = Estate::new().role("r", trust(json!({"StringEquals": {format!("{issuer}:aud"): "sts.amazonaws.com"}})), reader());
    assert_eq!(estate.has(&format!("arn:aws:iam::{A}:oidc-provider/{issuer}")), "read");
    let pods = only(json!({"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}));
    assert_eq!(Estate::new().role("r", pods, reader()).has("pods.eks.amazonaws.com"), "read");
    let saml = only(
        json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{A}:saml-provider/corp")}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}),
    );
    assert_eq!(Estate::new().role("r", saml, reader()).has(&format!("arn:aws:iam::{A}:saml-provider/corp")), "read");
}

#[test]
fn chains_carry_their_conditions_across_accounts() {
    let to_b = only(allow("sts:AssumeRole", &format!("arn:aws:iam::{B}:role/hop")));
    let mfa = only(when(
        json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{A}:root")}, "Action": "sts:AssumeRole"}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ));
    let back = only(allow("sts:AssumeRole", &role_arn("end")));
    let end = trust(json!({"AWS": format!("arn:aws:iam::{B}:role/hop")}));
    let estate = Estate::new().user("u", to_b).user("v", nothing()).role_in(B, "hop", mfa, back).role("end", end, reader());
    assert_eq!(
        (estate.has(&user_arn("u")), estate.has(&user_arn("v")), estate.has(&format!("arn:aws:iam::{B}:role/hop"))),
        ("read?".into(), String::new(), "read".into())
    );
    assert!(estate.condition(&user_arn("u")).starts_with("aws:MultiFactorAuthPresent is true"));
    // Trust of an account is no permission, and permission is no trust.
    let alone = Estate::new().user("u", nothing()).role("end", trust(json!({"AWS": A})), reader());
    assert_eq!(alone.has(&user_arn("u")), "");
    let by_name = Estate::new().user("u", nothing()).role("end", trust(json!({"AWS": user_arn("u")})), reader());
    assert_eq!(by_name.has(&user_arn("u")), "read", "what a trust policy names in its own account needs nothing else");
}

#[test]
fn organisations_bound_members_and_not_the_management_account() {
    let tree = json!({"Organization": {"Id": "o-abcdefghij", "MasterAccountId": B}, "Roots": [{"Id": "r-ab12", "OrganizationalUnits": [{"Id": "ou-ab12-11111111", "Accounts": [{"Id": A}]}], "Accounts": [{"Id": B}]}]});
    let full = policy(&[allow("*", "*")]);
    let deny = policy(&[allow("*", "*"), json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"})]);
    let scp = json!({"r-ab12": [{"Name": "full", "Content": full}], "ou-ab12-11111111": [{"Name": "no", "Content": deny}]});
    let estate = Estate::new().user("u", only(allow("s3:*", "*"))).top("organization/tree.json", tree.clone()).top("organization/scp.json", scp);
    assert_eq!(estate.has(&user_arn("u")), "write list admin");
    assert_eq!(estate.has(&format!("arn:aws:iam::{A}:root")), "write list admin");
    let listed =
        json!({"r-ab12": [{"Name": "full", "Content": full}], "ou-ab12-11111111": [{"Name": "only", "Content": policy(&[allow("s3:List*", "*")])}]});
    let estate = Estate::new().user("u", only(allow("s3:*", "*"))).top("organization/tree.json", tree.clone()).top("organization/scp.json", listed);
    assert_eq!(estate.has(&user_arn("u")), "list");
    let rcp = json!({"r-ab12": [{"Name": "inside", "Content": policy(&[when(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}), json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}))])}]});
    let open = only(to(json!("*"), "s3:GetObject", OBJECTS));
    let estate = Estate::new().user("u", nothing()).bucket(open).top("organization/tree.json", tree).top("organization/rcp.json", rcp);
    assert_eq!((estate.has("anonymous"), estate.has(&user_arn("u"))), (String::new(), "read".into()));
}

#[test]
fn everyone_of_an_organisation_is_not_the_street() {
    let ours = only(when(to(json!("*"), "s3:GetObject", OBJECTS), json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})));
    let block = json!({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}});
    let tree = json!({"Id": "o-abcdefghij", "Roots": [{"Id": "r-ab12", "Accounts": [{"Id": A}]}]});
    let estate =
        Estate::new().user("u", nothing()).bucket(ours).top("organization/tree.json", tree).file("buckets/b/public-access-block.json", block);
    assert_eq!((estate.has("anonymous"), estate.has(&user_arn("u")), estate.has("any-authenticated")), (String::new(), "read".into(), String::new()));
}

#[test]
fn outside_accounts_by_every_name() {
    let x = "999988887777";
    let root = format!("arn:aws:iam::{x}:root");
    let reads = |principal: Value| Estate::new().bucket(only(to(principal, "s3:GetObject", OBJECTS)));
    assert_eq!(reads(json!({"AWS": x})).has(&root), "read");
    assert_eq!(reads(json!({"AWS": format!("arn:aws:iam::{x}:role/r")})).has(&format!("arn:aws:iam::{x}:role/r")), "read!");
    let by_condition =
        Estate::new().bucket(only(when(to(json!("*"), "s3:GetObject", OBJECTS), json!({"StringEquals": {"aws:PrincipalAccount": x}}))));
    assert_eq!(
        (by_condition.has(&root), by_condition.has("anonymous"), by_condition.has("any-authenticated")),
        ("read".into(), String::new(), String::new())
    );
    assert_eq!(reads(json!({"AWS": "AIDADELETEDUSER00000"})).has("AIDADELETEDUSER00000"), "");
    let identity = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE";
    assert_eq!(reads(json!({"AWS": identity})).has(identity), "read");
    let canonical = "c".repeat(64);
    assert_eq!(reads(json!({"CanonicalUser": canonical})).has(&canonical), "read");
    let service = when(
        to(json!({"Service": "cloudtrail.amazonaws.com"}), "s3:PutObject", OBJECTS),
        json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}),
    );
    assert_eq!(Estate::new().bucket(only(service)).has("cloudtrail.amazonaws.com"), "write");
    let careful =
        when(to(json!({"Service": "cloudtrail.amazonaws.com"}), "s3:PutObject", OBJECTS), json!({"StringEquals": {"aws:SourceAccount": A}}));
    let estate = Estate::new().bucket(only(careful));
    assert_eq!(
        (estate.has("cloudtrail.amazonaws.com"), estate.condition("cloudtrail.amazonaws.com")),
        ("write?".into(), format!("aws:SourceAccount is {A}"))
    );
}

#[test]
fn people_come_through_identity_center() {
    let role = "AWSReservedSSO_Read_0123456789abcdef";
    let trusts = only(
        json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{A}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE")}, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"]}),
    );
    let estate = Estate::new()
        .role(role, trusts, reader())
        .top("identity-center/users.json", json!({"Users": [{"UserId": "u-1", "UserName": "ana"}, {"UserId": "u-2", "UserName": "bob"}]}))
        .top("identity-center/groups.json", json!({"Groups": [{"GroupId": "g-1", "DisplayName": "readers"}]}))
        .top("identity-center/memberships.json", json!({"GroupMemberships": [{"GroupId": "g-1", "MemberId": {"UserId": "u-1"}}]}))
        .top("identity-center/sets.json", json!({"PermissionSet": {"PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "Name": "Read"}}))
        .top("identity-center/assignments.json", json!({"AccountAssignments": [{"AccountId": A, "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "PrincipalType": "GROUP", "PrincipalId": "g-1"}]}));
    assert_eq!((estate.has("ana"), estate.has("bob")), ("read".into(), String::new()));
}

#[test]
fn conditions_meet() {
    let at = |id: &str| json!({"StringEquals": {"aws:SourceVpce": id}});
    let not_at = |id: &str| json!({"StringNotEquals": {"aws:SourceVpce": id}});
    let deny = |condition: Value| {
        policy(&[when(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [OBJECTS, "arn:aws:s3:::b"]}), condition)])
    };
    let user = |condition: Value| Estate::new().user("u", only(when(allow("s3:GetObject", OBJECTS), condition)));
    let same = user(at("vpce-1")).bucket(deny(not_at("vpce-1")));
    assert_eq!((same.has(&user_arn("u")), same.condition(&user_arn("u"))), ("read?".into(), "aws:SourceVpce is vpce-1".into()));
    assert_eq!(user(at("vpce-1")).bucket(deny(not_at("vpce-2"))).has(&user_arn("u")), "", "no request comes from two places");
    let inside = user(json!({"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}})).bucket(deny(json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})));
    assert_eq!(inside.condition(&user_arn("u")), "aws:SourceIp in 10.1.0.0/16");
    let sealed = deny(json!({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}));
    let account = only(to(json!({"AWS": A}), "kms:*", "*"));
    let writer = Estate::new().user("u", only(allow("s3:PutObject", OBJECTS)));
    assert_eq!(writer.bucket(sealed.clone()).has(&user_arn("u")), "write", "the header is his to set");
    let writer = Estate::new()
        .user("u", only(allow("s3:PutObject", OBJECTS)))
        .user("k", policy(&[allow("s3:PutObject", OBJECTS), allow("kms:GenerateDataKey", "*")]));
    let writer = writer.bucket(sealed).sealed(account);
    assert_eq!((writer.has(&user_arn("u")), writer.has(&user_arn("k"))), (String::new(), "write".into()), "with the header he needs the key");
}

#[test]
fn parts_of_a_bucket() {
    let tagged = when(allow("s3:GetObject", OBJECTS), json!({"StringEquals": {"s3:ExistingObjectTag/class": "open"}}));
    assert_eq!(Estate::new().user("u", only(tagged)).condition(&user_arn("u")), "s3:ExistingObjectTag/class is open");
    let listed = when(allow("s3:ListBucket", "arn:aws:s3:::b"), json!({"StringLike": {"s3:prefix": ["home/u/*"]}}));
    assert_eq!(Estate::new().user("u", only(listed)).condition(&user_arn("u")), "s3:prefix like home/u/*");
    let but = policy(&[allow("s3:GetObject", OBJECTS), json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/secret/*"})]);
    let estate = Estate::new().user("u", but);
    assert_eq!((estate.has(&user_arn("u")), estate.condition(&user_arn("u"))), ("read?".into(), "object key not like secret/*".into()));
    let inventory = estate.inventory();
    let answer = |prefix: &str| {
        Reacher::new(&inventory).bucket("b", prefix).iter().filter(|r| r.principal.ends_with("user/u")).map(|r| r.answer.name()).next()
    };
    assert_eq!((answer("open/"), answer("secret/"), answer("secret/2026/")), (Some("yes"), None, None));
    let all_but = only(json!({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/x/*"}));
    assert_eq!(Estate::new().user("u", all_but).condition(&user_arn("u")), "object key not like x/*");
}

#[test]
fn access_control_lists() {
    let (owner, other) = ("a".repeat(64), "b".repeat(64));
    let grant = |id: &str, permission: &str| json!({"Grantee": {"ID": id, "Type": "CanonicalUser"}, "Permission": permission});
    let acl = |grants: Vec<Value>| json!({"Owner": {"ID": owner}, "Grants": grants});
    let reader = || only(allow("s3:ListBucket", "*"));
    let far = |estate: Estate| {
        let bucket = json!({"Owner": {"ID": other}, "Grants": []});
        estate
            .role_in(B, "far", trust(json!({"Service": "ec2.amazonaws.com"})), reader())
            .top(&format!("accounts/{B}/buckets/theirs/acl.json"), bucket)
    };
    let arn = format!("arn:aws:iam::{B}:role/far");
    let estate = far(Estate::new()).file("buckets/b/acl.json", acl(vec![grant(&owner, "FULL_CONTROL"), grant(&other, "READ")]));
    assert_eq!(estate.has(&arn), "list");
    assert_eq!(far(Estate::new()).file("buckets/b/acl.json", acl(vec![grant(&owner, "FULL_CONTROL")])).has(&arn), "");
    let group = json!({"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}, "Permission": "WRITE"});
    let estate = Estate::new().user("u", nothing()).file("buckets/b/acl.json", acl(vec![group.clone()]));
    assert_eq!(
        (estate.has("anonymous"), estate.has("any-authenticated"), estate.has(&user_arn("u"))),
        (String::new(), "write".into(), "write".into())
    );
    let enforced = json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}});
    let estate = Estate::new().user("u", nothing()).file("buckets/b/acl.json", acl(vec![group])).file("buckets/b/ownership-controls.json", enforced);
    assert_eq!(estate.has(&user_arn("u")), "");
}

#[test]
fn not_principal_and_tags() {
    let but = only(
        json!({"Effect": "Deny", "NotPrincipal": {"AWS": [user_arn("u"), format!("arn:aws:iam::{A}:root")]}, "Action": "s3:*", "Resource": OBJECTS}),
    );
    let estate = Estate::new().user("u", reader()).user("v", reader()).bucket(but);
    assert_eq!((estate.has(&user_arn("u")), estate.has(&user_arn("v"))), ("read".into(), String::new()));
    let tagged = only(when(allow("s3:GetObject", OBJECTS), json!({"StringEquals": {"aws:ResourceTag/team": "x"}})));
    let tags = json!({"TagSet": [{"Key": "team", "Value": "x"}]});
    let estate = Estate::new().user("u", tagged.clone()).file("buckets/b/tagging.json", tags.clone());
    assert_eq!(estate.has(&user_arn("u")), "", "tags of buckets count only where that is enabled");
    let estate = Estate::new()
        .user("u", tagged)
        .file("buckets/b/tagging.json", tags)
        .file("buckets/b/abac.json", json!({"AbacStatus": {"Status": "Enabled"}}));
    assert_eq!(estate.has(&user_arn("u")), "read");
}

#[test]
fn what_is_not_known_is_said() {
    let estate = Estate::new().user("u", only(allow("s3:GetObject", OBJECTS))).bound(json!("no policy"));
    assert_eq!(estate.has(&user_arn("u")), "read!");
    let odd = when(allow("s3:GetObject", OBJECTS), json!({"StringEqualsSometimes": {"aws:SourceIp": "x"}}));
    assert_eq!(Estate::new().user("u", only(odd)).has(&user_arn("u")), "read!");
    let mut import = Import::new();
    import.add("buckets/b/policy.json", only(to(json!({"AWS": "999988887777"}), "s3:GetObject", OBJECTS)).to_string().as_bytes());
    let inventory = import.finish();
    let rows = Reacher::new(&inventory).bucket("b", "");
    assert!(rows.iter().all(|r| r.answer.name() == "unknown") && !rows.is_empty(), "{rows:?}");
}
