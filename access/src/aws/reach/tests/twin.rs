//! The slow twin: every principal, bucket, object and request one by one through the evaluator of single decisions, held against reach on random estates.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Access, Answer, Reacher};
use crate::{
    aws::{
        decide::{Ask, Attached, Layers, Level, Outcome, decide},
        import::Import,
        policy::{Action, Caller, Context, Policy, PolicyKind},
    },
    inventory::Inventory,
};

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "444455556666";
const BUCKETS: [&str; 2] = ["alpha", "beta"];
/// Keys that stand for all keys: every pattern below matches all or none of those that begin alike.
const KEYS: [&str; 3] = ["a/x", "b/x", "z"];

/// A request's own side: address, second factor, a header.
#[derive(Clone, Copy, Debug)]
struct World {
    ip: Option<&'static str>,
    mfa: Option<&'static str>,
    acl: Option<&'static str>,
}

fn worlds() -> Vec<World> {
    let mut out = Vec::new();
    for ip in [None, Some("10.1.2.3"), Some("198.51.100.7")] {
        for mfa in [None, Some("true"), Some("false")] {
            for acl in [None, Some("private"), Some("bucket-owner-full-control")] {
                out.push(World { ip, mfa, acl });
            }
        }
    }
    out
}

pub(super) fn condition() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => Just(json!(null)),
        1 => Just(json!({"StringEquals": {"aws:PrincipalTag/team": "x"}})),
        1 => Just(json!({"StringNotEquals": {"aws:PrincipalTag/team": "x"}})),
        1 => Just(json!({"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "y"}})),
        1 => Just(json!({"Null": {"aws:PrincipalTag/team": "true"}})),
        1 => Just(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/*"}})),
        1 => Just(json!({"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}})),
        1 => Just(json!({"StringEquals": {"aws:username": ["ana", "bob"]}})),
        1 => Just(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
        1 => Just(json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
        1 => Just(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        1 => Just(json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
        1 => Just(json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})),
        1 => Just(json!({"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})),
        1 => Just(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    ]
}

fn resource() -> impl Strategy<Value = Value> {
    let names = [
        "*",
        "arn:aws:s3:::alpha/*",
        "arn:aws:s3:::alpha/a/*",
        "arn:aws:s3:::beta/b/*",
        "arn:aws:s3:::*/*",
        "arn:aws:s3:::beta*",
        "arn:aws:s3:::alpha",
    ];
    proptest::sample::subsequence(names.to_vec(), 1..3).prop_map(|list| json!(list))
}

pub(super) fn statement(principals: Option<Vec<Value>>) -> impl Strategy<Value = Value> {
    let actions = ["s3:GetObject", "s3:*", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "*", "s3:Get*"];
    let principals = proptest::option::of(proptest::sample::select(principals.unwrap_or_else(|| vec![json!(null)])));
    (any::<u8>(), proptest::sample::subsequence(actions.to_vec(), 1..3), resource(), condition(), principals, any::<u8>()).prop_map(
        |(effect, actions, resource, condition, principal, not)| {
            let deny = effect % 4 == 0;
            let mut out = json!({"Effect": if deny { "Deny" } else { "Allow" }});
            out[if not % 16 == 0 { "NotAction" } else { "Action" }] = json!(actions);
            out[if not % 16 == 1 { "NotResource" } else { "Resource" }] = resource;
            if !condition.is_null() {
                out["Condition"] = condition;
            }
            if let Some(principal) = principal.filter(|p| !p.is_null()) {
                out["Principal"] = principal;
            }
            out
        },
    )
}

pub(super) fn identity() -> impl Strategy<Value = Value> {
    proptest::collection::vec(statement(None), 1..4).prop_map(|s| json!({"Version": "2012-10-17", "Statement": s}))
}

fn of_bucket() -> impl Strategy<Value = Option<Value>> {
    let names = vec![
        json!("*"),
        json!({"AWS": "arn:aws:iam::111122223333:user/ana"}),
        json!({"AWS": ["arn:aws:iam::111122223333:role/etl", "arn:aws:iam::444455556666:role/far"]}),
        json!({"AWS": "111122223333"}),
        json!({"AWS": "arn:aws:iam::444455556666:root"}),
    ];
    let statement = statement(Some(names)).prop_map(|mut s| {
        if s.get("Principal").is_none() {
            s["Principal"] = json!({"AWS": "arn:aws:iam::111122223333:user/cyd"});
        }
        s
    });
    proptest::option::of(proptest::collection::vec(statement, 1..3).prop_map(|s| json!({"Version": "2012-10-17", "Statement": s})))
}

/// A random estate: policies of everybody, and where they stand.
#[derive(Clone, Debug)]
struct Estate {
    users: Vec<(Value, Option<Value>, bool)>,
    etl: Value,
    far: Value,
    group: Value,
    guard: Option<Value>,
    resource_guard: Option<Value>,
    buckets: Vec<(Option<Value>, bool)>,
}

fn random() -> impl Strategy<Value = Estate> {
    let user = (identity(), proptest::option::of(identity()), any::<bool>());
    let guarded = |deny: Value| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, deny]});
    let deny = || {
        statement(None).prop_map(|mut s| {
            s["Effect"] = json!("Deny");
            s
        })
    };
    let resource_guard = deny().prop_map(|mut s| {
        s["Principal"] = json!("*");
        json!({"Version": "2012-10-17", "Statement": [s]})
    });
    (
        proptest::collection::vec(user, 3),
        identity(),
        identity(),
        identity(),
        proptest::option::weighted(0.4, deny().prop_map(guarded)),
        proptest::option::weighted(0.3, resource_guard),
        proptest::collection::vec((of_bucket(), any::<bool>()), 2),
    )
        .prop_map(|(users, etl, far, group, guard, resource_guard, buckets)| Estate { users, etl, far, group, guard, resource_guard, buckets })
}

const USERS: [&str; 3] = ["ana", "bob", "cyd"];

impl Estate {
    fn inventory(&self) -> Inventory {
        let nobody = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}});
        let role = |name: &str, account: &str, policy: &Value| {
            json!({"RoleName": name, "RoleId": format!("AROA{name}"), "Arn": format!("arn:aws:iam::{account}:role/{name}"), "Path": "/", "AssumeRolePolicyDocument": nobody,
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": policy}], "Tags": [{"Key": "team", "Value": "x"}]})
        };
        let mut managed = Vec::new();
        let users: Vec<Value> = USERS
            .iter()
            .zip(&self.users)
            .map(|(name, (policy, boundary, grouped))| {
                let mut user = json!({"UserName": name, "UserId": format!("AIDA{name}"), "Arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"), "Path": "/",
                    "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": policy}], "GroupList": if *grouped { json!(["g"]) } else { json!([]) },
                    "Tags": if *name == "bob" { json!([{"Key": "team", "Value": "x"}]) } else { json!([]) }});
                if let Some(boundary) = boundary {
                    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/{name}");
                    user["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn});
                    managed.push(json!({"Arn": arn, "PolicyVersionList": [{"Document": boundary, "IsDefaultVersion": true}]}));
                }
                user
            })
            .collect();
        let group = json!({"GroupName": "g", "Arn": format!("arn:aws:iam::{ACCOUNT}:group/g"), "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": self.group}]});
        let details =
            json!({"UserDetailList": users, "GroupDetailList": [group], "RoleDetailList": [role("etl", ACCOUNT, &self.etl)], "Policies": managed});
        let mut import = Import::new();
        let mut add = |path: String, value: &Value| import.add(&path, value.to_string().as_bytes());
        add(format!("accounts/{ACCOUNT}/authorization-details.json"), &details);
        add(format!("accounts/{OTHER}/authorization-details.json"), &json!({"RoleDetailList": [role("far", OTHER, &self.far)]}));
        for (name, (policy, restrict)) in BUCKETS.iter().zip(&self.buckets) {
            add(format!("accounts/{ACCOUNT}/buckets/{name}/public-access-block.json"), &json!({"RestrictPublicBuckets": restrict}));
            if let Some(policy) = policy {
                add(format!("accounts/{ACCOUNT}/buckets/{name}/policy.json"), &json!({"Policy": policy.to_string()}));
            }
        }
        add("organization/tree.json".into(), &json!({"Roots": [{"Id": "r-abcd", "Accounts": [{"Id": ACCOUNT}]}]}));
        let attached = |policy: &Value| json!({"r-abcd": [{"Name": "guard", "Content": policy.to_string()}]});
        self.guard.iter().for_each(|p| add("organization/scp.json".into(), &attached(p)));
        self.resource_guard.iter().for_each(|p| add("organization/rcp.json".into(), &attached(p)));
        import.finish()
    }

    /// (ARN, policies of its own, boundary).
    fn principals(&self) -> Vec<(String, Vec<&Value>, Option<&Value>)> {
        let mut out: Vec<(String, Vec<&Value>, Option<&Value>)> = USERS
            .iter()
            .zip(&self.users)
            .map(|(name, (policy, boundary, grouped))| {
                let policies = if *grouped { vec![policy, &self.group] } else { vec![policy] };
                (format!("arn:aws:iam::{ACCOUNT}:user/{name}"), policies, boundary.as_ref())
            })
            .collect();
        out.push((format!("arn:aws:iam::{ACCOUNT}:role/etl"), vec![&self.etl], None));
        out.push((format!("arn:aws:iam::{OTHER}:role/far"), vec![&self.far], None));
        out.push((format!("arn:aws:iam::{ACCOUNT}:root"), vec![], None));
        out.push(("anonymous".into(), vec![], None));
        out
    }

    /// The answer by asking about every object and every request.
    fn slowly(&self, who: &(String, Vec<&Value>, Option<&Value>), bucket: usize, access: Access) -> Option<Answer> {
        let actions: &[&str] = match access {
            Access::Read => &["s3:GetObject"],
            Access::Write => &["s3:PutObject", "s3:DeleteObject"],
            Access::List => &["s3:ListBucket"],
            Access::Admin => {
                &["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls"]
            }
        };
        let asked: Vec<(String, World)> = match access {
            Access::Read | Access::Write => {
                KEYS.iter().flat_map(|k| worlds().into_iter().map(move |w| (format!("arn:aws:s3:::{}/{k}", BUCKETS[bucket]), w))).collect()
            }
            _ => worlds().into_iter().map(|w| (format!("arn:aws:s3:::{}", BUCKETS[bucket]), w)).collect(),
        };
        // What the caller does not choose → whether some choice of his gives it.
        let mut by_fate: BTreeMap<(String, Option<&str>, Option<&str>), bool> = BTreeMap::new();
        for (resource, world) in asked {
            let allowed = actions.iter().any(|action| self.decide(who, bucket, action, &resource, world));
            *by_fate.entry((resource, world.ip, world.mfa)).or_default() |= allowed;
        }
        match (by_fate.values().any(|v| *v), by_fate.values().all(|v| *v)) {
            (false, _) => None,
            (_, true) => Some(Answer::Yes),
            _ => Some(Answer::Conditional),
        }
    }

    fn decide(
        &self,
        (arn, policies, boundary): &(String, Vec<&Value>, Option<&Value>),
        bucket: usize,
        action: &str,
        resource: &str,
        world: World,
    ) -> bool {
        let parse = |policy: &Value, kind| Policy::parse(&policy.to_string(), kind).expect("a policy");
        let caller = if arn == "anonymous" { Caller::anonymous() } else { Caller::parse(arn).expect("a caller") };
        let policies: Vec<Policy> = policies.iter().map(|p| parse(p, PolicyKind::Identity)).collect();
        let identity: Vec<Attached<'_>> = policies.iter().map(|policy| Attached { name: "p", policy }).collect();
        let boundary = boundary.map(|b| parse(b, PolicyKind::Identity));
        let boundaries: Option<Vec<Attached<'_>>> = boundary.as_ref().map(|policy| vec![Attached { name: "b", policy }]);
        let guard = self.guard.as_ref().filter(|_| arn.contains(ACCOUNT)).map(|g| parse(g, PolicyKind::Identity));
        let resource_guard = self.resource_guard.as_ref().map(|g| parse(g, PolicyKind::Guard));
        let level = |policy| vec![Level { target: "r-abcd", policies: vec![Attached { name: "guard", policy }] }];
        let service_control = guard.as_ref().map(level).unwrap_or_default();
        let resource_control = resource_guard.as_ref().map(level).unwrap_or_default();
        let of_bucket = self.buckets[bucket].0.as_ref().map(|p| parse(p, PolicyKind::Resource));
        let mut keys = Context::new();
        context(&mut keys, arn, world);
        let action = Action::new(action);
        let ask = Ask { caller: &caller, action: &action, resource, resource_account: Some(ACCOUNT), keys: &keys };
        let layers = Layers {
            identity: &identity,
            boundaries: boundaries.as_deref(),
            service_control: &service_control,
            resource_control: &resource_control,
            resource: of_bucket.as_ref(),
            restrict_public_buckets: self.buckets[bucket].1,
            ..Layers::default()
        };
        decide(&ask, &layers).outcome == Outcome::Allowed
    }
}

/// The keys of a request, written down without looking at how reach does it.
fn context(keys: &mut Context, arn: &str, world: World) {
    keys.set("aws:SecureTransport", ["true"]);
    if arn != "anonymous" {
        keys.set("aws:PrincipalArn", [arn]);
        keys.set("aws:PrincipalAccount", [arn.split(':').nth(4).unwrap_or_default()]);
        world.mfa.iter().for_each(|mfa| keys.set("aws:MultiFactorAuthPresent", [mfa]));
    }
    if let Some((_, name)) = arn.split_once(":user/") {
        keys.set("aws:username", [name]);
    }
    if arn.contains(":role/") || arn.ends_with("/bob") {
        keys.set("aws:PrincipalTag/team", ["x"]);
    }
    world.ip.iter().for_each(|ip| keys.set("aws:SourceIp", [ip]));
    world.acl.iter().for_each(|acl| keys.set("s3:x-amz-acl", [acl]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn reach_is_what_asking_one_by_one_gives(estate in random()) {
        let inventory = estate.inventory();
        prop_assert_eq!(&inventory.gaps, &[]);
        let mut reacher = Reacher::new(&inventory);
        prop_assert_eq!(reacher.gaps(), []);
        for (i, bucket) in BUCKETS.iter().enumerate() {
            let rows = reacher.bucket(bucket, "");
            for who in estate.principals() {
                for access in Access::ALL {
                    // The root user can put right a policy that locks it out: single decisions do not say so.
                    if access == Access::Admin && who.0.ends_with(":root") {
                        continue;
                    }
                    let fast = rows.iter().find(|r| *r.principal == *who.0 && r.access == access).map(|r| r.answer);
                    prop_assert_eq!(fast, estate.slowly(&who, i, access), "{} {} {:?}", who.0, bucket, access);
                }
            }
        }
    }

    #[test]
    fn a_deny_adds_nothing_and_an_allow_takes_nothing(estate in random(), extra in statement(None), deny in any::<bool>()) {
        let order = |a: Option<Answer>| match a { None => 0, Some(Answer::Conditional) => 1, _ => 2 };
        let mut more = estate.clone();
        let mut extra = extra;
        extra["Effect"] = json!(if deny { "Deny" } else { "Allow" });
        more.users[0].0["Statement"].as_array_mut().expect("statements").push(extra);
        let (one, other) = (estate.inventory(), more.inventory());
        let (mut before, mut after) = (Reacher::new(&one), Reacher::new(&other));
        for bucket in BUCKETS {
            let (before, after) = (before.bucket(bucket, ""), after.bucket(bucket, ""));
            for who in estate.principals() {
                for access in Access::ALL {
                    let of = |rows: &[super::super::Reach]| order(rows.iter().find(|r| *r.principal == *who.0 && r.access == access).map(|r| r.answer));
                    let (was, is) = (of(&before), of(&after));
                    prop_assert!(if deny { is <= was } else { is >= was }, "{} {bucket} {access:?}: {was} {is}", who.0);
                }
            }
        }
    }
}

/// A document of an estate, changed: whose, and what a statement more makes of it.
fn change(inventory: &Inventory, place: usize, statement: &Value) -> Inventory {
    let mut out = inventory.clone();
    let mut with = |policy: &mut crate::inventory::Reading<crate::inventory::PolicyId>| {
        let crate::inventory::Reading::Read(id) = policy else { return };
        let mut document: Value = serde_json::from_str(out.policies.text(*id)).expect("a policy");
        document["Statement"].as_array_mut().expect("statements").push(statement.clone());
        *id = out.policies.intern(document.to_string());
    };
    match place {
        0 => out.groups.iter_mut().for_each(|g| with(&mut g.policies[0].policy)),
        1 => with(&mut out.buckets[0].policy),
        2 => out.principals.iter_mut().filter_map(|p| p.boundary.as_mut()).take(1).for_each(|b| with(&mut b.policy)),
        i => with(&mut out.principals[i - 3].policies[0].policy),
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn going_on_is_starting_anew(
        estate in random(),
        changes in proptest::collection::vec((0_usize..7, statement(None), any::<bool>()), 1..4),
    ) {
        let mut inventories = vec![estate.inventory()];
        for (place, mut statement, assume) in changes {
            if place == 1 {
                statement["Principal"] = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:user/bob")});
            } else if assume {
                statement["Action"] = json!("sts:AssumeRole");
                statement.as_object_mut().expect("a statement").remove("NotAction");
            }
            let next = change(&inventories[inventories.len() - 1], place, &statement);
            inventories.push(next);
        }
        let mut going = Reacher::new(&inventories[0]);
        for pair in inventories.windows(2) {
            let before: Vec<_> = BUCKETS.iter().map(|b| going.bucket(b, "")).collect();
            let touched = going.update(&pair[1]);
            let mut anew = Reacher::new(&pair[1]);
            for (name, before) in BUCKETS.iter().zip(before) {
                let rows = going.bucket(name, "");
                // The same condition may be written differently: tests come in the order in which they were met.
                let plain = |rows: &[super::super::Reach]| -> Vec<super::super::Reach> {
                    rows.iter().map(|r| super::super::Reach { condition: r.condition.as_ref().map(|_| "".into()), ..r.clone() }).collect()
                };
                prop_assert_eq!(plain(&rows), plain(&anew.bucket(name, "")));
                if let super::super::Touched::Buckets(names) = &touched {
                    prop_assert!(names.iter().any(|n| n == name) || rows == before, "{name} is another, and was not named");
                }
            }
        }
    }
}
