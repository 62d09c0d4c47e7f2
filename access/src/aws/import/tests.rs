//! Folders as people have them.

use serde_json::json;

use super::*;
use crate::inventory::PrincipalKind;

fn import(files: &[(&str, Value)]) -> Inventory {
    let mut import = Import::new();
    files.iter().for_each(|(path, value)| import.add(path, value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_bytes()));
    import.finish()
}

fn whys(inventory: &Inventory) -> String {
    inventory.gaps.iter().map(|g| format!("{}: {}\n", g.place, g.why)).collect()
}

const ALLOW: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;

#[test]
fn documents_come_raw_quoted_and_percent_encoded() {
    let encoded: String = ALLOW.bytes().map(|b| format!("%{b:02X}")).collect();
    for document in [serde_json::from_str(ALLOW).unwrap(), json!(ALLOW), json!(encoded)] {
        let user = json!({"UserName": "u", "UserId": "AIDAU", "Arn": "arn:aws:iam::111122223333:user/u", "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": document}]});
        let inventory = import(&[("authorization-details.json", json!({"UserDetailList": [user]}))]);
        assert_eq!(inventory.gaps, []);
        let policy = inventory.principals[0].policies[0].policy.read().unwrap();
        assert_eq!(serde_json::from_str::<Value>(inventory.policies.text(*policy)).unwrap(), serde_json::from_str::<Value>(ALLOW).unwrap());
    }
}

#[test]
fn a_page_that_is_missing_and_policies_that_are_not_there() {
    let user = json!({"UserName": "u", "UserId": "AIDAU", "Arn": "arn:aws:iam::111122223333:user/u", "GroupList": ["gone"],
        "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/edge"},
        "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, {"PolicyArn": "arn:aws:iam::aws:policy/Odd"}]});
    let inventory = import(&[("authorization-details-1.json", json!({"UserDetailList": [user], "IsTruncated": true, "Marker": "x"}))]);
    let gaps = whys(&inventory);
    for part in ["last page is missing", "group `gone`", "policy/edge is not in the dump", "policy/Odd is not in the dump"] {
        assert!(gaps.contains(part), "{part}: {gaps}");
    }
    assert!(!gaps.contains("AdministratorAccess"), "AWS publishes it");
    let user = &inventory.principals[0];
    assert_eq!((user.kind, user.policies.len(), user.boundary.as_ref().unwrap().policy.unread().is_some()), (PrincipalKind::User, 3, true));
}

#[test]
fn the_default_version_counts() {
    let versions = json!([{"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement": []}}, {"VersionId": "v2", "IsDefaultVersion": true, "Document": ALLOW}]);
    let role = json!({"RoleName": "r", "RoleId": "AROAR", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": ALLOW,
        "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::111122223333:policy/p"}]});
    let policy = json!({"Arn": "arn:aws:iam::111122223333:policy/p", "DefaultVersionId": "v2", "PolicyVersionList": versions});
    let inventory = import(&[("authorization-details.json", json!({"RoleDetailList": [role], "Policies": [policy]}))]);
    let read = inventory.principals[0].policies[0].policy.read().unwrap();
    assert!(inventory.policies.text(*read).contains("s3:*"));
}

#[test]
fn errors_empty_files_and_nothing() {
    let said = "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist";
    let denied = json!({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}});
    let inventory = import(&[
        ("account/111122223333/public-access-block.json", json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true}})),
        ("buckets/a/policy.json", json!(said)),
        ("buckets/a/acl.json", denied),
        ("buckets/b/policy.json", json!("")),
        ("buckets/b/encryption.json", json!("{\"ServerSideEnc")),
        ("buckets/b/tagging.json", json!({"TagSet": [{"Key": "k", "Value": "v"}]})),
        ("buckets/b/notes.json", json!({})),
        ("cloudtrail/x.json", json!({})),
    ]);
    let [a, b] = inventory.buckets.as_slice() else { panic!("two buckets") };
    assert_eq!((&a.policy, a.account.as_deref()), (&Reading::Absent, Some("111122223333")));
    assert!(
        a.acl.unread().unwrap().contains("AccessDenied")
            && b.policy.unread().unwrap().contains("empty")
            && b.encryption.unread().unwrap().contains("cut off")
    );
    assert_eq!(b.tags.read().unwrap()["k"], "v");
    assert_eq!(inventory.unknown_files, ["buckets/b/notes.json", "cloudtrail/x.json"]);
    let gaps = whys(&inventory);
    assert!(gaps.contains("account 111122223333: its users, groups and roles were not read"), "{gaps}");
}

#[test]
fn what_is_whole_of_a_page_that_is_cut_off() {
    let user = |name: &str| json!({"UserName": name, "UserId": "AIDA", "Arn": format!("arn:aws:iam::111122223333:user/{name}"), "Tags": [{"Key": "a\\\"}", "Value": "]"}]});
    let page = json!({"UserDetailList": [user("a"), user("b"), user("c")]}).to_string();
    let mut import = Import::new();
    import.add("authorization-details.json", &page.as_bytes()[..page.len() - 40]);
    let inventory = import.finish();
    assert_eq!(inventory.principals.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(whys(&inventory).contains("cut off"));
    for end in 0..page.len() {
        let mut import = Import::new();
        import.add("authorization-details.json", &page.as_bytes()[..end]);
        assert!(!import.finish().gaps.is_empty());
    }
}

#[test]
fn organisations_in_many_shapes() {
    let nested = json!({"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "999900001111"}, "Roots": [{"Id": "r-ab12", "Name": "Root", "Children": [
        {"Id": "ou-ab12-11111111", "Children": [{"Id": "111122223333"}]}, {"Id": "999900001111"}]}]});
    let flat = json!({"Roots": [{"Id": "r-ab12", "Arn": "arn:aws:organizations::999900001111:root/o-abcdefghij/r-ab12"}],
        "OrganizationalUnits": [{"Id": "ou-ab12-11111111", "ParentId": "r-ab12"}], "Accounts": [{"Id": "111122223333", "ParentId": "ou-ab12-11111111"}, {"Id": "999900001111", "ParentId": "r-ab12"}]});
    let keyed = json!({"Id": "o-abcdefghij", "ManagementAccountId": "999900001111", "r-ab12": {"ou-ab12-11111111": {"accounts": ["111122223333"]}, "accounts": ["999900001111"]}});
    for tree in [nested, flat, keyed] {
        let inventory = import(&[("organization/tree.json", tree.clone())]);
        let organization = inventory.organization.unwrap();
        assert_eq!(organization.path("111122223333"), ["r-ab12", "ou-ab12-11111111", "111122223333"], "{tree}");
        assert_eq!(organization.path("999900001111"), ["r-ab12", "999900001111"], "{tree}");
        assert_eq!((organization.id.as_deref(), organization.management.as_deref()), (Some("o-abcdefghij"), Some("999900001111")), "{tree}");
    }
}

#[test]
fn policies_of_organisations_in_many_shapes() {
    let document: Value = serde_json::from_str(ALLOW).unwrap();
    let shapes = [
        json!({"r-ab12": [{"Id": "p-1", "Name": "Guard", "Content": ALLOW}]}),
        json!({"Targets": [{"TargetId": "r-ab12", "Policies": [{"Id": "p-1", "Name": "Guard", "Content": ALLOW}]}]}),
        json!({"Policies": [{"PolicySummary": {"Id": "p-1", "Name": "Guard"}, "Content": ALLOW, "Targets": [{"TargetId": "r-ab12", "Type": "ROOT"}]}]}),
        json!([{"target": "r-ab12", "policies": [{"name": "Guard", "policy": document}]}]),
        json!({"policies": {"Guard": document}, "attachments": {"r-ab12": ["Guard"]}}),
        json!({"r-ab12": {"Guard": document}}),
        json!([{"Policy": {"PolicySummary": {"Id": "p-1", "Name": "Guard"}, "Content": ALLOW}}, {"TargetId": "r-ab12", "Policies": [{"Id": "p-1", "Name": "Guard"}]}]),
    ];
    for shape in shapes {
        let inventory = import(&[("organization/scp.json", shape.clone())]);
        assert_eq!(inventory.gaps, [], "{shape}");
        let organization = inventory.organization.unwrap();
        let attached = &organization.scp.read().unwrap().targets["r-ab12"];
        assert_eq!(attached.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["Guard"], "{shape}");
        assert!(attached[0].policy.read().is_some(), "{shape}");
    }
}

#[test]
fn people_of_identity_center() {
    let inventory = import(&[
        ("identity-center/users.json", json!({"Users": [{"UserId": "u-1", "UserName": "ana@example.com"}]})),
        ("identity-center/groups.json", json!({"Groups": [{"GroupId": "g-1", "DisplayName": "analysts"}]})),
        ("identity-center/group-memberships.json", json!({"GroupMemberships": [{"GroupId": "g-1", "MemberId": {"UserId": "u-1"}}]})),
        ("identity-center/permission-sets.json", json!([{"PermissionSet": {"PermissionSetArn": "arn:ps", "Name": "Read"}}])),
        (
            "identity-center/assignments.json",
            json!({"AccountAssignments": [{"AccountId": "111122223333", "PermissionSetArn": "arn:ps", "PrincipalType": "GROUP", "PrincipalId": "g-1"}]}),
        ),
    ]);
    assert_eq!(inventory.gaps, []);
    let directory = inventory.directory;
    assert_eq!((directory.assignments.len(), directory.memberships, directory.permission_sets["arn:ps"].as_str()), (1, true, "Read"));
    assert_eq!(directory.people["u-1"].groups, ["g-1"]);
}

#[test]
fn whose_a_bucket_is() {
    let user = |account: &str| json!({"UserDetailList": [{"UserName": "u", "UserId": "AIDAU", "Arn": format!("arn:aws:iam::{account}:user/u")}]});
    let block = json!({"RestrictPublicBuckets": true});
    let owner = |files: &[(&str, Value)]| import(files).buckets[0].account.clone();
    let bucket = ("buckets/b/public-access-block.json", block);
    let (one, two) = ("111122223333", "444455556666");
    assert_eq!(owner(&[("authorization-details.json", user(one)), bucket.clone()]).as_deref(), Some(one));
    assert_eq!(
        owner(&[("authorization-details.json", user(one)), ("accounts/444455556666/authorization-details.json", user(two)), bucket.clone()])
            .as_deref(),
        Some(one)
    );
    assert_eq!(owner(&[("accounts/444455556666/authorization-details.json", user(two)), bucket.clone()]).as_deref(), Some(two));
    let both =
        [("accounts/111122223333/authorization-details.json", user(one)), ("accounts/444455556666/authorization-details.json", user(two)), bucket];
    assert_eq!(owner(&both), None);
    assert!(whys(&import(&both)).contains("whose account it is cannot be told"));
}

#[test]
fn a_text_that_no_escape_begins() {
    let inventory = import(&[("buckets/b/policy.json", json!("%é7b"))]);
    assert!(whys(&inventory).contains("the call failed: %é7b"), "{}", whys(&inventory));
}

#[test]
fn buckets_at_the_top_belong_to_the_account_of_the_users_there() {
    let user = json!({"UserName": "u", "UserId": "AIDAU", "Arn": "arn:aws:iam::111122223333:user/u"});
    let block = json!({"RestrictPublicBuckets": true});
    let inventory = import(&[
        ("authorization-details.json", json!({"UserDetailList": [user]})),
        ("account/111122223333/public-access-block.json", block.clone()),
        ("account/444455556666/public-access-block.json", block.clone()),
        ("buckets/b/public-access-block.json", block),
    ]);
    assert_eq!(inventory.buckets[0].account.as_deref(), Some("111122223333"));
}
