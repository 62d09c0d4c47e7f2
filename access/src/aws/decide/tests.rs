use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::aws::policy::{Context, Json, PolicyKind, Truth};

fn account(text: &str) -> String {
    text.replace("A:", "111122223333:").replace("B:", "444455556666:").replace("A#", "111122223333")
}

/// `A:user/x` and its like in full.
fn principal(short: &str) -> String {
    match short.split_once(':') {
        Some(("svc" | "fed", name)) => name.to_owned(),
        Some(("A" | "B", "")) => format!("arn:aws:iam::{}root", account(short)),
        Some(("A" | "B", name)) => {
            let service = if name.starts_with("assumed-role") || name.starts_with("federated-user") { "sts" } else { "iam" };
            format!("arn:aws:{service}::{}", account(short))
        }
        _ => account(short),
    }
}

/// A statement as the cases write them.
fn statement(text: &str) -> Value {
    let mut out = serde_json::Map::new();
    let mut words = text.split(' ');
    let effect = words.next().unwrap();
    out.insert("Effect".into(), json!(effect[..1].to_uppercase() + &effect[1..]));
    let element = |out: &mut serde_json::Map<String, Value>, name: &str, list: &str, make: &dyn Fn(&str) -> Value| {
        let (name, list) = list.strip_prefix('!').map_or((name.to_owned(), list), |list| (format!("Not{name}"), list));
        out.insert(name, make(list));
    };
    let list = |list: &str| json!(list.split(',').collect::<Vec<_>>());
    element(&mut out, "Action", words.next().unwrap(), &list);
    while let Some(word) = words.next() {
        match word {
            "on" => element(&mut out, "Resource", words.next().unwrap(), &list),
            "to" => element(&mut out, "Principal", words.next().unwrap(), &principals),
            "if" => {
                let (operator, key) = (words.next().unwrap(), words.next().unwrap());
                let values: Vec<&str> = words.next().unwrap().split('|').collect();
                let conditions = out.entry("Condition").or_insert_with(|| json!({}));
                conditions[operator][key] = json!(values);
            }
            other => panic!("`{other}` in `{text}`"),
        }
    }
    if !out.contains_key("NotResource") {
        out.entry("Resource").or_insert(json!("*"));
    }
    Value::Object(out)
}

fn principals(list: &str) -> Value {
    if list == "*" {
        return json!("*");
    }
    let mut out = json!({});
    for one in list.split(',') {
        let kind = if one.starts_with("svc:") {
            "Service"
        } else if one.starts_with("fed:") {
            "Federated"
        } else {
            "AWS"
        };
        let name = match one {
            "aws:*" => "*".to_owned(),
            // With blanks in it.
            "CLOUDFRONT" => "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1".to_owned(),
            one => principal(one),
        };
        let named = out.as_object_mut().unwrap().entry(kind).or_insert_with(|| json!([]));
        named.as_array_mut().unwrap().push(json!(name));
    }
    out
}

fn document(statements: &toml::Value) -> Value {
    let statements: Vec<Value> = statements.as_array().unwrap().iter().map(|s| statement(s.as_str().unwrap())).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn named_policies(policies: &toml::Value) -> Value {
    let policies = policies.as_array().unwrap().iter().enumerate();
    policies.map(|(i, p)| json!({"name": format!("p{i}"), "policy": document(p)})).collect()
}

fn levels(levels: &toml::Value) -> Value {
    let levels = levels.as_array().unwrap().iter().enumerate();
    levels.map(|(i, l)| json!({"target": format!("level-{i}"), "policies": named_policies(l)})).collect()
}

fn request(case: &toml::Table) -> Value {
    let text = |key: &str, default: &str| case.get(key).map_or(default, |v| v.as_str().unwrap()).to_owned();
    let (who, owner) = (text("who", "A:user/ana"), text("owner", "A"));
    let restrict = |place: &str| case.get("restrict").is_some_and(|r| r.as_array().unwrap().iter().any(|p| p.as_str() == Some(place)));
    let flags =
        |place: &str| json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": restrict(place)});
    json!({
        "id": case["why"].as_str(), "principal": if who == "anonymous" { Value::Null } else { json!(principal(&who)) }, "anonymous": who == "anonymous",
        "action": text("do", "s3:GetObject"), "resource": text("on", "arn:aws:s3:::b/k"),
        "resource_account": if owner.is_empty() { Value::Null } else { json!(account(&format!("{owner}#"))) },
        "context": serde_json::to_value(case.get("context")).unwrap(), "unknown_context": serde_json::to_value(case.get("unknown")).unwrap(),
        "identity_policies": case.get("identity").map_or(json!([]), |s| json!([{"name": "identity", "policy": document(s)}])),
        "permission_boundaries": case.get("boundary").map(named_policies),
        "session_policy": case.get("session").map(|s| document(s).to_string()),
        "service_control_policies": case.get("scp").map(levels), "resource_control_policies": case.get("rcp").map(levels),
        "resource_policy": case.get("resource").map(document), "vpc_endpoint_policies": case.get("vpce").map(named_policies),
        "block_public_access": {"account": flags("account"), "bucket": flags("bucket")},
        "principal_is_management_account": case.contains_key("management"), "principal_is_service_linked": case.contains_key("slr"),
    })
}

fn answered(request: &Value) -> Value {
    serde_json::from_str(&answer_line(request.to_string().as_bytes())).unwrap()
}

#[test]
fn decisions_are_as_documented() {
    let cases: toml::Table = toml::from_str(include_str!("../../../cases/decisions.toml")).unwrap();
    let cases = cases["case"].as_array().unwrap();
    assert!(cases.len() > 180);
    let mut wrong = Vec::new();
    for case in cases {
        let case = case.as_table().unwrap();
        let answer = answered(&request(case));
        let condition = case.get("condition").map(|c| json!(c.as_str()));
        let expected = case["expect"].as_str().unwrap();
        if answer["decision"] != *expected || condition.is_some_and(|c| answer["condition"] != c) {
            wrong.push(format!("{}: {expected}, not {answer}", case["why"]));
        }
        assert_eq!(answer["condition"].is_string(), expected == "Conditional" && answer["decision"] == "Conditional", "{answer}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn conditions_are_as_documented() {
    let operators: toml::Table = toml::from_str(include_str!("../../../cases/conditions.toml")).unwrap();
    let (mut rows, mut wrong) = (0, Vec::new());
    for (operator, table) in &operators {
        for row in table["rows"].as_array().unwrap() {
            let row = serde_json::to_value(row).unwrap();
            let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"some:Key": row[0]}}}});
            let policy = Policy::parse(&policy.to_string(), PolicyKind::Identity).unwrap();
            let mut context = Context::new();
            context.set("v", ["x*"]);
            if row[1] != json!("absent") {
                // One value alone is given as such.
                let value = if row[1].as_array().unwrap().len() == 1 { &row[1][0] } else { &row[1] };
                context.set_json("SOME:key", &serde_json::from_value::<Json>(value.clone()).unwrap()).unwrap();
            }
            let found = policy.statements()[0].test(&Action::new("s3:GetObject"), "arn:aws:s3:::b", &context);
            rows += 1;
            if found != Truth::from(row[2].as_bool().unwrap()) {
                wrong.push(format!("{operator} {row}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty() && rows > 190, "{rows} rows\n{}", wrong.join("\n"));
}

#[test]
fn actions_and_resources_match_as_documented() {
    let tables: toml::Table = toml::from_str(include_str!("../../../cases/matching.toml")).unwrap();
    let mut context = Context::new();
    context.set("aws:username", ["ana"]);
    let mut wrong = Vec::new();
    for (table, rows) in &tables {
        for row in rows.as_array().unwrap() {
            let row = row.as_array().unwrap();
            let (pattern, asked) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
            let version = if table == "old" { "2008-10-17" } else { "2012-10-17" };
            let (action, resource) = if table == "actions" { (pattern, "*") } else { ("*", pattern) };
            let policy = json!({"Version": version, "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}});
            let policy = Policy::parse(&policy.to_string(), PolicyKind::Identity).unwrap();
            let (action, resource) = if table == "actions" { (asked, "arn:aws:s3:::b") } else { ("s3:ListAllMyBuckets", asked) };
            let found = policy.statements()[0].test(&Action::new(action), resource, &context);
            if found != Truth::from(row[2].as_bool().unwrap()) {
                wrong.push(format!("{pattern} on {asked}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Conditions that random statements have.
const CONDITIONS: &[&str] = &[
    "",
    "",
    "",
    " if StringEquals k:a x",
    " if StringNotEquals k:a x|y",
    " if StringLike k:b x*",
    " if StringEqualsIfExists k:b y",
    " if Null k:a true",
    " if ForAllValues:StringEquals k:c x|y",
    " if ForAnyValue:StringLike k:c x*",
    " if NumericLessThan k:n 5",
    " if NotIpAddress k:i 10.0.0.0/8",
    " if Bool k:t true if StringEquals k:a y",
    " if Nonsense k:a x",
];
const PRINCIPALS: &[&str] =
    &["*", "A:", "B:", "A:user/ana", "A:role/r", "A:assumed-role/r/s", "!A:user/ana", "!A:user/eve,A:", "svc:x.amazonaws.com", "AIDADEAD"];
const CALLERS: &[&str] =
    &["A:user/ana", "A:user/eve", "A:assumed-role/r/s", "A:role/r", "B:user/eve", "A:", "A:federated-user/f", "svc:x.amazonaws.com", "anonymous"];
const ACTIONS: &[&str] = &["*", "*", "*", "s3:GetObject", "s3:Get*", "!s3:Put*", "s3:PutObject"];
const RESOURCES: &[&str] = &["*", "*", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${k:a}", "!arn:aws:s3:::c/*", "arn:aws:s3:::c/*"];
const VALUES: &[&[&str]] = &[&[], &["x"], &["y"], &["xy", "x"], &["3"], &["10.1.1.1"], &["true"]];
const KEYS: &[&str] = &["k:a", "k:b", "k:c", "k:n", "k:i", "k:t"];

fn any_statement(effect: &'static str, principals: bool) -> impl Strategy<Value = String> {
    use prop::sample::select;
    (select(ACTIONS), select(RESOURCES), select(PRINCIPALS), select(CONDITIONS)).prop_map(move |(action, resource, principal, condition)| {
        let to = if principals { format!(" to {principal}") } else { String::new() };
        format!("{effect} {action} on {resource}{to}{condition}")
    })
}

fn any_policy(principals: bool) -> impl Strategy<Value = Vec<String>> {
    let one = prop_oneof![6 => any_statement("allow", principals), 1 => any_statement("deny", principals)];
    prop::collection::vec(one, 1..5)
}

/// A request with policies at random; the places of its policies: identity, resource, boundary, session, SCP, endpoint.
#[derive(Clone, Debug)]
struct Random {
    caller: &'static str,
    on: &'static str,
    do_: &'static str,
    policies: [Option<Vec<String>>; 6],
    /// For each key: unknown, or one of the values, or absent.
    keys: Vec<(bool, Option<usize>)>,
}

fn any_request() -> impl Strategy<Value = Random> {
    use prop::{option::of, sample::select};
    let rarely = || prop::option::weighted(0.2, any_policy(false));
    let places = (any_policy(false), of(any_policy(true)), rarely(), rarely(), rarely(), prop::option::weighted(0.2, any_policy(true)));
    let keys = prop::collection::vec((any::<bool>(), of(0..VALUES.len())), KEYS.len());
    let resources = select(&["arn:aws:s3:::b/x", "arn:aws:s3:::b/y", "arn:aws:kms:eu-west-1:111122223333:key/1", "arn:aws:s3:::c/y"][..]);
    (select(CALLERS), resources, places, keys).prop_map(|(caller, on, (identity, resource, boundary, session, scp, endpoint), keys)| Random {
        caller,
        on,
        do_: if on.contains(":kms:") { "kms:Decrypt" } else { "s3:GetObject" },
        policies: [Some(identity), resource, boundary, session, scp, endpoint],
        keys,
    })
}

impl Random {
    /// The request as the caller of [`decide`] has it, and what comes of it. `complete`: unknown keys take their values.
    fn decided<T>(&self, complete: bool, then: impl FnOnce(&Decision<'_>, &Context) -> T) -> T {
        let kind = |i: usize| {
            [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Identity, PolicyKind::Identity, PolicyKind::Identity, PolicyKind::Guard][i]
        };
        let text = |p: &Vec<String>| json!({"Version": "2012-10-17", "Statement": p.iter().map(|s| statement(s)).collect::<Vec<_>>()}).to_string();
        let policies: Vec<Option<Policy>> =
            self.policies.iter().enumerate().map(|(i, p)| p.as_ref().map(|p| Policy::parse(&text(p), kind(i)).unwrap())).collect();
        let attached = |i: usize| policies[i].iter().map(|policy| Attached { name: "p", policy }).collect::<Vec<_>>();
        let (identity, boundaries, endpoint) = (attached(0), attached(2), attached(5));
        let levels: Vec<Level<'_>> = policies[4].iter().map(|_| Level { target: "root", policies: attached(4) }).collect();
        let mut context = Context::new();
        for (key, (unknown, value)) in KEYS.iter().zip(&self.keys) {
            if *unknown && !complete {
                context.set_unknown(key);
            } else if let Some(value) = value {
                context.set(key, VALUES[*value]);
            }
        }
        let caller = if self.caller == "anonymous" { Caller::anonymous() } else { Caller::parse(&principal(self.caller)).unwrap() };
        let ask = Ask { caller: &caller, action: &Action::new(self.do_), resource: self.on, resource_account: Some("111122223333"), keys: &context };
        let layers = Layers {
            identity: &identity,
            boundaries: Some(&boundaries).filter(|b| !b.is_empty()).map(Vec::as_slice),
            session: policies[3].as_ref(),
            service_control: &levels,
            resource: policies[1].as_ref(),
            endpoint: Some(&endpoint),
            ..Layers::default()
        };
        then(&decide(&ask, &layers), &context)
    }

    fn rank(&self) -> u8 {
        self.decided(false, |d, _| match d.outcome {
            Outcome::Allowed => 2,
            Outcome::Conditional => 1,
            Outcome::ExplicitlyDenied | Outcome::ImplicitlyDenied => 0,
        })
    }
}

/// What a condition says of a request whose keys are all known.
fn holds(condition: &Expr, context: &Context) -> bool {
    match condition {
        Expr::Is(is) => *is,
        Expr::Not(e) => !holds(e, context),
        Expr::All(es) => es.iter().all(|e| holds(e, context)),
        Expr::Any(es) => es.iter().any(|e| holds(e, context)),
        Expr::Test(test) => {
            let shown = test.shown();
            let policy = if let Some((resource, pattern)) = shown.split_once(" matches ") {
                let resource: String = serde_json::from_str(resource).unwrap();
                let pattern: String = serde_json::from_str(pattern).unwrap();
                let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": pattern}});
                return Policy::parse(&policy.to_string(), PolicyKind::Identity).unwrap().statements()[0].test(
                    &Action::new("a:b"),
                    &resource,
                    context,
                ) == Truth::Yes;
            } else {
                let mut parts = shown.splitn(3, ' ');
                let (key, operator, values) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
                let values: Value = serde_json::from_str(values).unwrap();
                json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {key: values}}}})
            };
            Policy::parse(&policy.to_string(), PolicyKind::Identity).unwrap().statements()[0].test(&Action::new("a:b"), "r", context) == Truth::Yes
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_deny_more_never_allows_more(request in any_request(), place in 0_usize..6, own in any_statement("deny", false), named in any_statement("deny", true)) {
        let mut more = request.clone();
        let added = if place == 1 || place == 5 { named } else { own };
        if let Some(policy) = &mut more.policies[place] {
            policy.push(added);
        }
        prop_assert!(more.rank() <= request.rank());
    }

    #[test]
    fn an_allow_more_never_allows_less(request in any_request(), place in 0_usize..6, own in any_statement("allow", false), named in any_statement("allow", true)) {
        let mut more = request.clone();
        let added = if place == 1 || place == 5 { named } else { own };
        if let Some(policy) = &mut more.policies[place] {
            policy.push(added);
        }
        prop_assert!(more.rank() >= request.rank());
    }

    #[test]
    fn the_order_of_statements_changes_nothing(request in any_request()) {
        let mut turned = request.clone();
        turned.policies.iter_mut().flatten().for_each(|p| p.reverse());
        let told = |r: &Random| r.decided(false, |d, _| (d.outcome, d.condition.as_ref().map(ToString::to_string)));
        prop_assert_eq!(told(&request), told(&turned));
    }

    #[test]
    fn unknown_keys_are_judged_soundly(request in any_request()) {
        let truth = request.decided(true, |d, _| d.outcome);
        prop_assert!(truth != Outcome::Conditional);
        let sound = request.decided(false, |d, _| match d.outcome {
            Outcome::Conditional => {
                let condition = d.condition.as_ref().unwrap();
                request.decided(true, |_, context| holds(condition, context)) == (truth == Outcome::Allowed)
            }
            Outcome::ImplicitlyDenied => truth != Outcome::Allowed,
            outcome => outcome == truth,
        });
        prop_assert!(sound, "{:?} but {:?}", truth, request.decided(false, |d, _| (d.outcome, d.condition.as_ref().map(ToString::to_string))));
    }

    #[test]
    fn any_line_is_answered(line in r#"[{}\[\]":,a-z0-9 ]{0,40}"#) {
        let answer: Value = serde_json::from_str(&answer_line(line.as_bytes())).unwrap();
        prop_assert!(answer["error"].is_string());
    }
}

#[test]
fn names_change_nothing_but_the_reasons() {
    let cases: toml::Table = toml::from_str(include_str!("../../../cases/decisions.toml")).unwrap();
    for case in cases["case"].as_array().unwrap() {
        let mut asked = request(case.as_table().unwrap());
        let before = answered(&asked);
        for (n, policy) in asked["identity_policies"].as_array_mut().unwrap().iter_mut().enumerate() {
            policy["name"] = json!(format!("other-{n}"));
            for (m, statement) in policy["policy"]["Statement"].as_array_mut().unwrap().iter_mut().enumerate() {
                statement["Sid"] = json!(format!("Sid{m}"));
            }
            policy["policy"] = json!(policy["policy"].to_string());
        }
        let after = answered(&asked);
        assert_eq!((&before["decision"], &before["condition"]), (&after["decision"], &after["condition"]), "{}", case["why"]);
    }
}

#[test]
fn answers_say_which_statement() {
    let case = |text: &str| answered(&request(&toml::from_str(text).unwrap()))["because"].clone();
    let allow = json!([{"policy": "identity", "statement": 1, "effect": "Allow"}]);
    assert_eq!(case("why = ''\nidentity = ['allow ec2:*', 'allow s3:*']"), allow);
    let both = json!([{"policy": "identity", "statement": 0, "effect": "Allow"}, {"policy": "resource_policy", "statement": 0, "effect": "Allow"}]);
    assert_eq!(case("why = ''\nwho = 'B:user/eve'\nidentity = ['allow *']\nresource = ['allow * to B:']"), both);
    let deny = json!([{"policy": "p1", "statement": 0, "effect": "Deny"}]);
    assert_eq!(case("why = ''\nidentity = ['allow *']\nscp = [[['allow *'], ['deny s3:*']]]"), deny);
    let none = json!([{"policy": "level-1", "statement": null, "effect": "ImplicitDeny"}]);
    assert_eq!(case("why = ''\nidentity = ['allow *']\nscp = [[['allow *']], [['allow ec2:*']]]"), none);
}

#[test]
fn lines_that_cannot_be_decided_say_why() {
    let said = |line: &str| serde_json::from_str::<Value>(&answer_line(line.as_bytes())).unwrap();
    let whole = r#"{"id":"a","principal":"arn:aws:iam::111122223333:user/ana","action":"s3:GetObject","resource":"*"}"#;
    assert_eq!(
        said(whole),
        json!({"id": "a", "decision": "ImplicitlyDenied", "condition": null,
        "because": [{"policy": "identity_policies", "statement": null, "effect": "ImplicitDeny"}, {"policy": "resource_policy", "statement": null, "effect": "ImplicitDeny"}]})
    );
    for (line, id, error) in [
        ("{\"id\":7,\"principal\":", json!(7), "not a line of JSON: Eof at column 20"),
        ("nonsense", Value::Null, "not a line of JSON: Syntax at column 2"),
        ("[]", Value::Null, "not a line of JSON: Data at column 0"),
        ("{\"id\":true}", json!(true), "no `principal`"),
        (
            &whole.replace("user/ana", "group/x"),
            json!("a"),
            "`principal`: `arn:aws:iam::111122223333:group/x` is no user, role, assumed role, federated user, root or service",
        ),
        (&whole.replace("s3:GetObject", "GetObject"), json!("a"), "no `action` of the form service:Name"),
        (
            &whole.replace("\"id\":\"a\"", "\"id\":{},\"context\":{\"k\":{}}"),
            Value::Null,
            "`context` `k` is not a string, number or boolean, nor a list of them",
        ),
        (&whole.replace("\"id\":\"a\"", "\"id\":1.5,\"resource_policy\":{}"), json!(1.5), "`resource_policy`: no `Statement`"),
        (
            &whole.replace("\"id\":\"a\"", "\"identity_policies\":[{\"name\":\"n\",\"policy\":\"{\"}]"),
            Value::Null,
            "`identity_policies` `n`: `policy`: not JSON: Eof at line 1 column 1",
        ),
    ] {
        assert_eq!(said(line), json!({"id": id, "error": error}), "{line}");
    }
}

#[test]
fn the_largest_policies_are_decided() {
    let started = std::time::Instant::now();
    let statements: Vec<Value> = (0..30_000)
        .map(|i| statement(&format!("{} s3:* if StringEquals aws:PrincipalTag/t{i} x", if i % 2 == 0 { "allow" } else { "deny" })))
        .collect();
    let principals: Vec<String> = (0..100_000).map(|i| format!("arn:aws:iam::111122223333:role/r{}", i % 7)).collect();
    let mut asked = json!({
        "id": 1, "principal": "arn:aws:sts::111122223333:assumed-role/r9/s", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account": "111122223333",
        "unknown_context": (0..30_000).map(|i| format!("aws:PrincipalTag/t{i}")).collect::<Vec<_>>(), "identity_policies": [{"name": "p", "policy": {"Statement": statements}}],
    });
    assert_eq!(answered(&asked)["decision"], "Conditional");
    asked["resource_policy"] = json!({"Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": principals}, "Action": "*", "Resource": "*"}});
    assert_eq!(answered(&asked)["decision"], "ExplicitlyDenied");
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
