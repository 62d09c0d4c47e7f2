//! What was not read makes an answer unknown, and never "no"; and corners that a wrong answer was once given for.

use serde_json::{Value, json};

use super::small::*;

/// An answer of AWS that says no to who asked for a file.
fn denied() -> Value {
    json!({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}})
}

fn deny(actions: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": actions, "Resource": resource})
}

#[test]
fn a_block_that_was_not_read_may_block() {
    let open = only(to(json!("*"), "s3:GetObject", OBJECTS));
    let of_bucket = Estate::new().user("u", nothing()).bucket(open.clone()).file("buckets/b/public-access-block.json", denied());
    assert_eq!((of_bucket.has("anonymous"), of_bucket.has(&user_arn("u"))), ("read!".into(), "read".into()));
    let of_account = Estate::new().bucket(open.clone()).file(&format!("account/{A}/public-access-block.json"), denied());
    assert_eq!(of_account.has("anonymous"), "read!");
    let restricted = json!({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}});
    let either = Estate::new().bucket(open).file("buckets/b/public-access-block.json", denied());
    assert_eq!(either.file(&format!("account/{A}/public-access-block.json"), restricted).has("anonymous"), "", "one of both is enough");
}

#[test]
fn tags_that_were_not_read() {
    let tagged = || only(when(allow("s3:GetObject", OBJECTS), json!({"StringEquals": {"aws:ResourceTag/team": "x"}})));
    let enabled = json!({"AbacStatus": {"Status": "Enabled"}});
    let estate = Estate::new().user("u", tagged()).file("buckets/b/abac.json", enabled).file("buckets/b/tagging.json", denied());
    assert_eq!(estate.has(&user_arn("u")), "read!");
    let tags = json!({"TagSet": [{"Key": "team", "Value": "x"}]});
    let estate = Estate::new().user("u", tagged()).file("buckets/b/abac.json", denied()).file("buckets/b/tagging.json", tags);
    assert_eq!(estate.has(&user_arn("u")), "read!");
    let of_key = when(allow("kms:Decrypt", "*"), json!({"StringEquals": {"aws:ResourceTag/team": "x"}}));
    let account = only(to(json!({"AWS": A}), "kms:*", "*"));
    let estate = Estate::new().user("u", policy(&[allow("s3:GetObject", OBJECTS), of_key])).sealed(account);
    assert_eq!(estate.has(&user_arn("u")), "read!", "tags of keys are not exported");
}

#[test]
fn grants_that_say_too_little() {
    let acl = json!({"Owner": {"ID": "a".repeat(64)}, "Grants": [{"Grantee": {"Type": "Group"}, "Permission": "READ"}]});
    assert_eq!(Estate::new().file("buckets/b/acl.json", acl).has("anonymous"), "write! list! admin!");
    let own = only(to(json!({"AWS": role_arn("admin")}), "kms:*", "*"));
    let grants = json!({"Grants": [{"GrantId": "g", "Operations": ["Decrypt"]}]});
    let estate = Estate::new().user("u", reader()).sealed(own).file(&format!("kms/{KEY}/grants.json"), grants);
    assert_eq!(estate.has(&user_arn("u")), "read!");
}

#[test]
fn a_dump_that_is_cut_off_leaves_others_out() {
    let named = only(to(json!({"AWS": [user_arn("seen"), user_arn("lost")]}), "s3:GetObject", OBJECTS));
    let has = |file: String, who: &str| {
        let mut import = crate::aws::import::Import::new();
        import.add(&format!("accounts/{A}/authorization-details.json"), file.as_bytes());
        import.add(&format!("accounts/{A}/buckets/b/policy.json"), named.to_string().as_bytes());
        let inventory = import.finish();
        let rows = crate::aws::reach::Reacher::new(&inventory).bucket("b", "");
        rows.iter().filter(|r| *r.principal == *who).map(|r| format!("{} {}", r.access.name(), r.answer.name())).collect::<Vec<_>>().join(" ")
    };
    let whole = json!({"UserDetailList": [{"UserName": "seen", "UserId": "AIDASEEN", "Arn": user_arn("seen")}, {"UserName": "x", "UserId": "AIDAX", "Arn": user_arn("x")}]});
    assert_eq!((has(whole.to_string(), &user_arn("seen")), has(whole.to_string(), &user_arn("lost"))), ("read yes".into(), String::new()));
    let text = whole.to_string();
    let cut = text[..text.len() - 12].to_owned();
    assert_eq!(
        (has(cut.clone(), &user_arn("seen")), has(cut, &user_arn("lost"))),
        ("read yes".into(), "read yes write unknown list unknown admin unknown".into())
    );
    let mut open = whole;
    open["IsTruncated"] = json!(true);
    assert_eq!(has(open.to_string(), &user_arn("lost")), "read yes write unknown list unknown admin unknown");
}

#[test]
fn control_policies_without_a_target() {
    let tree = json!({"Id": "o-abcdefghij", "Roots": [{"Id": "r-ab12", "Accounts": [{"Id": A}]}]});
    let odd = json!({"NextToken": "x", "Things": []});
    let estate = Estate::new().user("u", reader()).top("organization/tree.json", tree.clone()).top("organization/scp.json", odd);
    assert_eq!(estate.has(&user_arn("u")), "read!");
    let estate = Estate::new().user("u", reader()).top("organization/tree.json", tree).top("organization/scp.json", json!({}));
    assert_eq!(estate.has(&user_arn("u")), "read");
}

#[test]
fn a_trust_that_was_not_read_may_name_anybody() {
    let estate = Estate::new().user("u", nothing()).role("r", json!("no policy"), reader());
    assert_eq!((estate.has(&role_arn("r")), estate.has(&user_arn("u"))), ("read".into(), "read!".into()));
}

#[test]
fn providers_are_denied_and_guarded() {
    let saml = format!("arn:aws:iam::{A}:saml-provider/corp");
    let one = |effect: &str, principal: Value, action: &str| json!({"Effect": effect, "Principal": principal, "Action": action});
    let trusts = |statements: &[Value]| Estate::new().role("r", policy(statements), reader());
    let lets = one("Allow", json!({"Federated": saml}), "sts:AssumeRoleWithSAML");
    assert_eq!(trusts(std::slice::from_ref(&lets)).has(&saml), "read");
    assert_eq!(trusts(&[lets, one("Deny", json!("*"), "sts:AssumeRoleWithSAML")]).has(&saml), "");
    let github = format!("arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com");
    let subject = json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/app:*"}});
    let web = when(one("Allow", json!({"Federated": github}), "sts:AssumeRoleWithWebIdentity"), subject);
    let ours = json!({"StringNotLikeIfExists": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}});
    let theirs = json!({"StringNotLikeIfExists": {"token.actions.githubusercontent.com:sub": "repo:other/*"}});
    let tree = json!({"Id": "o-abcdefghij", "Roots": [{"Id": "r-ab12", "Accounts": [{"Id": A}]}]});
    let guarded = |condition: Value| {
        let guard = when(json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity", "Resource": "*"}), condition);
        let rcp = json!({"r-ab12": [{"Name": "tokens", "Content": only(guard)}]});
        trusts(std::slice::from_ref(&web)).top("organization/tree.json", tree.clone()).top("organization/rcp.json", rcp).has("repo:acme/app:*")
    };
    assert_eq!((guarded(ours), guarded(theirs)), ("read".into(), String::new()));
}

#[test]
fn what_is_not_known_of_identity_center_is_somebody() {
    let role = "AWSReservedSSO_Read_0123456789abcdef";
    let trusts = only(
        json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{A}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE")}, "Action": "sts:AssumeRoleWithSAML"}),
    );
    let estate = Estate::new()
        .role(role, trusts, reader())
        .top("identity-center/users.json", json!({"Users": [{"UserId": "u-1", "UserName": "ana"}]}))
        .top("identity-center/sets.json", json!({"PermissionSet": {"PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "Name": "Read"}}))
        .top("identity-center/assignments.json", json!({"AccountAssignments": [{"AccountId": A, "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "PrincipalType": "USER", "PrincipalId": "u-1"}]}));
    assert_eq!((estate.has("ana"), estate.has("others of Identity Center")), ("read".into(), String::new()));
    let estate = estate.top("identity-center/more.json", denied());
    assert_eq!((estate.has("ana"), estate.has("others of Identity Center")), ("read".into(), "read!".into()));
}

#[test]
fn the_key_of_aws_can_be_denied_all_the_same() {
    let own = json!({"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}});
    let other = format!("arn:aws:kms:eu-west-1:{A}:key/{KEY}");
    let estate = Estate::new()
        .user("u", reader())
        .user("v", policy(&[allow("s3:GetObject", OBJECTS), deny("kms:*", "*")]))
        .user("w", policy(&[allow("s3:GetObject", OBJECTS), deny("kms:Decrypt", &other)]))
        .file("buckets/b/encryption.json", own);
    assert_eq!((estate.has(&user_arn("u")), estate.has(&user_arn("v")), estate.has(&user_arn("w"))), ("read".into(), String::new(), "read".into()));
}

#[test]
fn values_that_are_nothing() {
    let on = |test: &str, key: &str, value: &str| {
        Estate::new().user("u", only(when(allow("s3:GetObject", OBJECTS), json!({test: {key: value}})))).condition(&user_arn("u"))
    };
    // The variable has no value, so no value of the key is it.
    assert_eq!(on("ForAllValues:StringEquals", "aws:SourceVpce", "${aws:PrincipalTag/none}"), "aws:SourceVpce is not present");
    assert_eq!(on("ForAnyValue:StringNotEquals", "aws:SourceVpce", "${aws:PrincipalTag/none}"), "aws:SourceVpce is present");
    let open = Estate::new()
        .user("u", only(when(allow("s3:GetObject", OBJECTS), json!({"ForAnyValue:StringEquals": {"aws:username": "${aws:SourceVpce}"}}))));
    assert_eq!(open.has(&user_arn("u")), "read?", "what the variable is, only the request says");
    let resource = Estate::new().user("u", only(allow("s3:GetObject", "*${aws:SourceVpce}")));
    assert_eq!(resource.has(&user_arn("u")), "read?");
}
