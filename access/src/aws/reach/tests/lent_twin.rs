//! What is lent on random estates: against single decisions taken one by one, and with a grant more or less.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{Access, Answer, Reach, Reacher},
    twin::{condition, identity},
};
use crate::{
    aws::{
        decide::{Ask, Attached, Layers, Outcome, decide},
        import::Import,
        policy::{Action, Caller, Context, Policy, PolicyKind},
    },
    inventory::{Inventory, Reading},
};

const A: &str = "111122223333";
const INSTANCE: &str = "arn:aws:s3:eu-west-1:111122223333:access-grants/default";
const USERS: [&str; 2] = ["ana", "bob"];
/// Keys that stand for all keys.
const KEYS: [&str; 3] = ["a/x", "b/x", "z"];
const ADDRESSES: [Option<&str>; 3] = [None, Some("10.1.2.3"), Some("198.51.100.7")];

fn user(name: &str) -> String {
    format!("arn:aws:iam::{A}:user/{name}")
}

fn location() -> String {
    format!("arn:aws:iam::{A}:role/location")
}

/// (to whom, what, where).
type Grant = (usize, &'static str, &'static str);

/// Users with what they have and how they may ask; the role; the grants; the permissions on tables.
#[derive(Clone, Debug)]
struct Estate {
    users: Vec<(Value, Option<Value>)>,
    role: Value,
    grants: Vec<Grant>,
    selects: Vec<Grant>,
}

fn asking() -> impl Strategy<Value = Value> {
    let resource = prop_oneof![3 => Just(INSTANCE), 1 => Just("arn:aws:s3:us-east-1:111122223333:access-grants/default"), 1 => Just("*")];
    (any::<u8>(), resource, condition()).prop_map(|(effect, resource, condition)| {
        let effect = if effect % 5 == 0 { "Deny" } else { "Allow" };
        let mut out = json!({"Effect": effect, "Action": ["s3:GetDataAccess", "lakeformation:GetDataAccess"], "Resource": resource});
        if !condition.is_null() {
            out["Condition"] = condition;
        }
        json!({"Version": "2012-10-17", "Statement": [out]})
    })
}

fn grant() -> impl Strategy<Value = Grant> {
    let scopes = ["s3://*", "s3://alpha/*", "s3://alpha/a/*", "s3://alpha/b*", "s3://beta/*"];
    (0..USERS.len(), proptest::sample::select(vec!["READ", "WRITE", "READWRITE"]), proptest::sample::select(scopes.to_vec()))
}

fn select() -> impl Strategy<Value = Grant> {
    let tables = vec!["whole", "a", "b", "*"];
    (0..USERS.len(), proptest::sample::select(vec!["SELECT", "INSERT", "ALL", "DESCRIBE"]), proptest::sample::select(tables))
}

fn random() -> impl Strategy<Value = Estate> {
    let users = proptest::collection::vec((identity(), proptest::option::weighted(0.8, asking())), 2);
    let role = prop_oneof![1 => identity(), 1 => Just(json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))];
    (users, role, proptest::collection::vec(grant(), 0..4), proptest::collection::vec(select(), 0..3))
        .prop_map(|(users, role, grants, selects)| Estate { users, role, grants, selects })
}

impl Estate {
    fn inventory(&self) -> Inventory {
        let mut import = Import::new();
        let mut add = |path: &str, value: &Value| import.add(&format!("accounts/{A}/{path}"), value.to_string().as_bytes());
        let users: Vec<Value> = USERS
            .iter()
            .zip(&self.users)
            .map(|(name, (own, asking))| {
                let policies: Vec<Value> =
                    [Some(own), asking.as_ref()].into_iter().flatten().map(|p| json!({"PolicyName": "p", "PolicyDocument": p})).collect();
                let tags = if *name == "bob" { json!([{"Key": "team", "Value": "x"}]) } else { json!([]) };
                json!({"UserName": name, "UserId": format!("AIDA{name}"), "Arn": user(name), "UserPolicyList": policies, "Tags": tags})
            })
            .collect();
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": ["access-grants.s3.amazonaws.com", "lakeformation.amazonaws.com"]}}});
        let role = json!({"RoleName": "location", "RoleId": "AROALOC", "Arn": location(), "Path": "/", "AssumeRolePolicyDocument": trust,
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": self.role}]});
        add("authorization-details.json", &json!({"UserDetailList": users, "RoleDetailList": [role]}));
        add("buckets/alpha/public-access-block.json", &json!({"RestrictPublicBuckets": true}));
        let grants: Vec<Value> = self.grants.iter().enumerate().map(|(i, (who, permission, scope))| {
            json!({"AccessGrantId": format!("g-{i}"), "Grantee": {"GranteeType": "IAM", "GranteeIdentifier": user(USERS[*who])}, "Permission": permission,
                "AccessGrantsLocationId": "default", "GrantScope": scope})
        }).collect();
        add("access-grants/instance.json", &json!({"AccessGrantsInstanceArn": INSTANCE}));
        add("access-grants/grants.json", &json!({"AccessGrantsList": grants}));
        add("access-grants/locations.json", &json!({"AccessGrantsLocationsList": [{"AccessGrantsLocationId": "default", "IAMRoleArn": location()}]}));
        let selects: Vec<Value> = self
            .selects
            .iter()
            .map(|(who, permission, table)| {
                let table =
                    if *table == "*" { json!({"DatabaseName": "d", "TableWildcard": {}}) } else { json!({"DatabaseName": "d", "Name": table}) };
                json!({"Principal": {"DataLakePrincipalIdentifier": user(USERS[*who])}, "Resource": {"Table": table}, "Permissions": [permission]})
            })
            .collect();
        let table = |name: &str, place: &str| json!({"Name": name, "StorageDescriptor": {"Location": place}});
        let tables = [table("whole", "s3://alpha"), table("a", "s3://alpha/a/"), table("b", "s3a://alpha/b")];
        add("lake-formation/resources.json", &json!({"ResourceInfoList": [{"ResourceArn": "arn:aws:s3:::alpha", "RoleArn": location()}]}));
        add("lake-formation/permissions.json", &json!({"PrincipalResourcePermissions": selects}));
        add("lake-formation/settings.json", &json!({"DataLakeSettings": {"DataLakeAdmins": []}}));
        add("glue/d/tables.json", &json!({"TableList": tables}));
        import.finish()
    }

    /// The answer by asking for every key, from everywhere, with whatever credentials there are.
    fn slowly(&self, who: usize, access: Access) -> Option<Answer> {
        let arn = user(USERS[who]);
        let (actions, resources): (&[&str], Vec<(String, &str)>) = match access {
            Access::Read => (&["s3:GetObject"], KEYS.iter().map(|k| (format!("arn:aws:s3:::alpha/{k}"), *k)).collect()),
            Access::Write => (&["s3:PutObject", "s3:DeleteObject"], KEYS.iter().map(|k| (format!("arn:aws:s3:::alpha/{k}"), *k)).collect()),
            _ => (&["s3:ListBucket"], KEYS.iter().map(|k| ("arn:aws:s3:::alpha".to_owned(), *k)).collect()),
        };
        let mut fates = BTreeMap::new();
        for (resource, key) in &resources {
            for (asked_at, mfa_asked) in worlds() {
                for (used_at, mfa_used) in worlds() {
                    // The caller chooses his headers.
                    let allowed = [None, Some("private"), Some("bucket-owner-full-control")].iter().any(|acl| {
                        let own: Vec<&Value> = [Some(&self.users[who].0), self.users[who].1.as_ref()].into_iter().flatten().collect();
                        let does = |arn: &str, policies: &[&Value]| actions.iter().any(|a| one(arn, policies, a, resource, used_at, mfa_used, *acl));
                        let asks = |action: &str, at: &str| one(&arn, &own, action, at, asked_at, mfa_asked, None);
                        let lent = self.granted(who, access, key) && asks("s3:GetDataAccess", INSTANCE)
                            || self.selected(who, access, key) && asks("lakeformation:GetDataAccess", "*");
                        does(&arn, &own) || lent && does(&location(), &[&self.role])
                    });
                    fates.insert((key, asked_at, mfa_asked, used_at, mfa_used), allowed);
                }
            }
        }
        match (fates.values().any(|v| *v), fates.values().all(|v| *v)) {
            (false, _) => None,
            (_, true) => Some(Answer::Yes),
            _ => Some(Answer::Conditional),
        }
    }

    fn granted(&self, who: usize, access: Access, key: &str) -> bool {
        self.grants.iter().any(|(to, permission, scope)| {
            let rights = match access {
                Access::Write => permission.contains("WRITE"),
                _ => permission.contains("READ"),
            };
            let path = format!("s3://alpha/{key}");
            *to == who && rights && path.starts_with(scope.trim_end_matches('*'))
        })
    }

    fn selected(&self, who: usize, access: Access, key: &str) -> bool {
        self.selects.iter().any(|(to, permission, table)| {
            let wanted = if access == Access::Write { "INSERT" } else { "SELECT" };
            let inside = match *table {
                "a" => key.starts_with("a/"),
                "b" => key.starts_with("b/"),
                _ => true,
            };
            *to == who && inside && ["ALL", wanted].contains(permission)
        })
    }
}

fn worlds() -> Vec<(Option<&'static str>, Option<&'static str>)> {
    ADDRESSES.iter().flat_map(|ip| [None, Some("true"), Some("false")].map(|mfa| (*ip, mfa))).collect()
}

fn one(arn: &str, policies: &[&Value], action: &str, resource: &str, ip: Option<&str>, mfa: Option<&str>, acl: Option<&str>) -> bool {
    let parsed: Vec<Policy> = policies.iter().map(|p| Policy::parse(&p.to_string(), PolicyKind::Identity).expect("a policy")).collect();
    let identity: Vec<Attached<'_>> = parsed.iter().map(|policy| Attached { name: "p", policy }).collect();
    let mut keys = Context::new();
    keys.set("aws:SecureTransport", ["true"]);
    keys.set("aws:PrincipalArn", [arn]);
    keys.set("aws:PrincipalAccount", [A]);
    ip.iter().for_each(|ip| keys.set("aws:SourceIp", [ip]));
    mfa.iter().for_each(|mfa| keys.set("aws:MultiFactorAuthPresent", [mfa]));
    acl.iter().for_each(|acl| keys.set("s3:x-amz-acl", [acl]));
    if let Some((_, name)) = arn.split_once(":user/") {
        keys.set("aws:username", [name]);
        if name == "bob" {
            keys.set("aws:PrincipalTag/team", ["x"]);
        }
    }
    let (caller, action) = (Caller::parse(arn).expect("a caller"), Action::new(action));
    let ask = Ask { caller: &caller, action: &action, resource, resource_account: Some(A), keys: &keys };
    decide(&ask, &Layers { identity: &identity, ..Layers::default() }).outcome == Outcome::Allowed
}

fn of(rows: &[Reach], who: &str, access: Access) -> Option<Answer> {
    rows.iter().find(|r| *r.principal == *who && r.access == access).map(|r| r.answer)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn what_is_lent_is_what_asking_one_by_one_gives(estate in random()) {
        let inventory = estate.inventory();
        prop_assert_eq!(&inventory.gaps, &[]);
        let rows = Reacher::new(&inventory).bucket("alpha", "");
        for (who, name) in USERS.iter().enumerate() {
            for access in [Access::Read, Access::Write, Access::List] {
                prop_assert_eq!(of(&rows, &user(name), access), estate.slowly(who, access), "{} {:?}", name, access);
            }
        }
    }

    #[test]
    fn going_on_is_starting_anew(estate in random(), policy in identity(), asking in proptest::option::of(asking()), who in 0..USERS.len()) {
        let mut other = estate.clone();
        other.users[who] = (policy, asking.or_else(|| estate.users[who].1.clone()));
        let (one, then) = (estate.inventory(), other.inventory());
        let mut documents = one.policies.clone();
        let mut next = then.clone();
        next.principals.iter_mut().for_each(|p| {
            let all = p.policies.iter_mut().chain(&mut p.trust);
            all.for_each(|a| if let Reading::Read(id) = &mut a.policy { *id = documents.intern(then.policies.text(*id).to_owned()) });
        });
        next.policies = documents;
        let mut reacher = Reacher::new(&one);
        let _ = reacher.bucket("alpha", "");
        reacher.update(&next);
        prop_assert_eq!(reacher.bucket("alpha", ""), Reacher::new(&next).bucket("alpha", ""));
    }

    #[test]
    fn a_grant_more_takes_nothing(estate in random(), grant in grant(), select in select(), prefix in proptest::sample::select(vec!["", "a/", "b/"])) {
        let order = |a: Option<Answer>| match a { None => 0, Some(Answer::Unknown) => 1, Some(Answer::Conditional) => 2, Some(Answer::Yes) => 3 };
        let (mut more, mut most) = (estate.clone(), estate.clone());
        more.grants.push(grant);
        most.grants.push(grant);
        most.selects.push(select);
        let rows = [&estate, &more, &most].map(|e| Reacher::new(&e.inventory()).bucket("alpha", prefix));
        for who in USERS.map(user).iter().chain([&location()]) {
            for access in Access::ALL {
                let [was, is, then] = [0, 1, 2].map(|i| order(of(&rows[i], who, access)));
                prop_assert!(was <= is && is <= then, "{who} {access:?}: {was} {is} {then}");
            }
        }
    }
}
