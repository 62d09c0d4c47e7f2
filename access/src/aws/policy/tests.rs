use proptest::prelude::*;

use super::{
    pattern::{Pattern, Reading},
    values::{Net, Number, base64, date},
    *,
};

fn keys(pairs: &[(&str, &[&str])]) -> Context {
    let mut context = Context::new();
    for (key, values) in pairs {
        context.set(key, *values);
    }
    context
}

fn like(pattern: &str, text: &str, keys: &dyn Keys) -> Truth {
    Pattern::new(pattern, Reading { wildcards: true, variables: true }).matches(text, keys)
}

fn condition(operator: &str, key: &str, values: &[&str], keys: &dyn Keys) -> Truth {
    Condition::new(operator, key, values.iter().map(|v| (*v).into()).collect(), true).test(keys)
}

/// Wildcards as they are defined.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => naive(rest, text) || text.split_first().is_some_and(|(_, tail)| naive(pattern, tail)),
        (Some(('?', rest)), Some((_, tail))) => naive(rest, tail),
        (Some((p, rest)), Some((t, tail))) => p == t && naive(rest, tail),
        _ => false,
    }
}

proptest! {
    #[test]
    fn wildcards_match_as_defined(pattern in "[ab*?é]{0,9}", text in "[abé]{0,12}") {
        let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(like(&pattern, &text, &Context::new()), Truth::from(naive(&p, &t)));
    }

    #[test]
    fn any_text_is_a_policy_or_an_error(text in r#"[{}\[\]":,a-zA-Z*$%0-9 ]{0,60}"#) {
        for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Guard] {
            if let Err(error) = Policy::parse(&text, kind) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn an_unknown_key_is_every_key(operator in 0_usize..10, value in "[ab1]{0,2}", set in 0_usize..3, given in prop::option::of(prop::collection::vec("[ab1]{0,2}", 0..3))) {
        let operators = ["StringEquals", "StringNotLike", "StringLikeIfExists", "Null", "Bool", "NumericLessThan", "NotIpAddress", "ArnNotEquals", "DateEquals", "BinaryEquals"];
        let operator = format!("{}{}", ["", "ForAllValues:", "ForAnyValue:"][set], operators[operator]);
        let mut unknown = Context::new();
        unknown.set_unknown("k");
        let mut known = Context::new();
        if let Some(values) = &given {
            known.set("k", values);
        }
        let sure = condition(&operator, "k", &[&value], &unknown);
        prop_assert!(sure == Truth::Maybe || sure == condition(&operator, "k", &[&value], &known));
    }
}

#[test]
fn a_long_match_takes_no_time() {
    let (pattern, text) = ("a*".repeat(3_000) + "b", "a".repeat(3_000));
    assert_eq!(like(&pattern, &text, &Context::new()), Truth::No);
    let fixed = "a".repeat(5_000) + "b";
    assert_eq!(like(&format!("*{fixed}"), &"a".repeat(400_000), &Context::new()), Truth::No);
}

#[test]
fn variables_are_filled_in() {
    let mut known = keys(&[("aws:username", &["bob"]), ("star", &["a*"]), ("many", &["a", "b"])]);
    known.set_unknown("dark");
    for (pattern, text, expected) in [
        ("home/${aws:username}/*", "home/bob/x", Truth::Yes),
        ("home/${AWS:UserName}/*", "home/eve/x", Truth::No),
        ("${star}", "a*", Truth::Yes),
        ("${star}", "ab", Truth::No),
        ("${none, 'dft'}/x", "dft/x", Truth::Yes),
        ("${none,'a}b'}", "a}b", Truth::Yes),
        ("${aws:username, 'dft'}", "bob", Truth::Yes),
        ("${none}", "", Truth::No),
        ("${many}", "a", Truth::No),
        ("a${*}b${?}${$}{x}", "a*b?${x}", Truth::Yes),
        ("a${*}b", "axb", Truth::No),
        ("x/${dark}/y", "x/q/y", Truth::Maybe),
        ("x/${dark}/y", "z/q/y", Truth::No),
        ("${broken", "${broken", Truth::Yes),
    ] {
        assert_eq!(like(pattern, text, &known), expected, "{pattern} on {text}");
    }
    let old = Pattern::new("${aws:username}", Reading { wildcards: true, variables: false });
    assert_eq!(old.matches("${aws:username}", &known), Truth::Yes);
    let early = Pattern::arn("arn:aws:iam::${aws:username}:user/${aws:username}", true);
    assert_eq!(early.matches("arn:aws:iam::bob:user/bob", &known), Truth::No, "no variables before the fifth colon");
    assert_eq!(Pattern::arn("arn:aws:sqs", true).matches("arn:aws:sqs:eu-west-1:111122223333:q", &known), Truth::Yes);
}

#[test]
fn values_are_read() {
    assert_eq!(date("1970-01-02T00:00:01Z"), Some(86_401_000_000_000));
    assert_eq!(date("2020-02-29"), Some(1_582_934_400_000_000_000));
    assert_eq!(date("2024-06-01T12:00:00.5+02:00"), date("2024-06-01T10:00:00.500Z"));
    assert_eq!(date("2024"), date("2024-01-01T00:00Z"));
    assert_eq!(date("1717236000"), date("2024-06-01T10:00:00Z"));
    assert_eq!((date("2023-02-29"), date("x"), date("2024-13-01")), (None, None, None));
    let inside = |net: &str, ip: &str| Net::parse(net).zip(Net::parse(ip)).is_some_and(|(n, i)| n.contains(i));
    assert!(
        inside("10.1.2.3/8", "10.255.0.1") && inside("2001:db8::/32", "2001:DB8:1::1") && inside("0.0.0.0/0", "1.2.3.4") && inside("::/0", "::1")
    );
    assert!(!inside("10.0.0.0/8", "11.0.0.1") && !inside("0.0.0.0/0", "::1") && !inside("1.2.3.4", "1.2.3.5") && !inside("10.0.0.0/33", "10.0.0.0"));
    let less = |a: &str, b: &str| Number::parse(a).zip(Number::parse(b)).is_some_and(|(a, b)| a.compare(b).is_lt());
    assert!(less("9007199254740992", "9007199254740993") && less("-1", "0.5") && !less("x", "1") && !less("inf", "1"));
    assert_eq!(base64("QmluYXJ5VmFsdWVJbkJhc2U2NA==").as_deref(), Some(&b"BinaryValueInBase64"[..]));
}

#[test]
fn what_is_no_policy_is_refused() {
    let statement = r#""Effect":"Allow","Action":"s3:*","Resource":"*""#;
    let whole = |s: &str| format!(r#"{{"Statement":{{{s}}}}}"#);
    for (text, kind, expected) in [
        (whole(statement), PolicyKind::Resource, "statement 0: no `Principal`"),
        (whole(&format!(r#"{statement},"Principal":"*""#)), PolicyKind::Identity, "statement 0: a policy of an identity names no principals"),
        (whole(&statement.replace("Allow", "allow")), PolicyKind::Identity, "statement 0: no such effect `allow`"),
        (whole(r#""Effect":"Allow","Resource":"*""#), PolicyKind::Identity, "statement 0: no `Action`"),
        (whole(r#""Effect":"Allow","Action":"s3:*""#), PolicyKind::Identity, "statement 0: no `Resource`"),
        (whole(&format!(r#"{statement},"NotAction":[]"#)), PolicyKind::Identity, "statement 0: `Action` and `NotAction`"),
        (whole(&format!(r#"{statement},"Effect":"Deny""#)), PolicyKind::Identity, "statement 0: `Effect` stands there twice"),
        (whole(&format!(r#"{statement},"Conditon":{{}}"#)), PolicyKind::Identity, "statement 0: no such element `Conditon`"),
        (
            whole(&format!(r#"{statement},"Condition":{{"Bool":{{"k":{{}}}}}}"#)),
            PolicyKind::Identity,
            "statement 0: an object among the values of `k`",
        ),
        (r#"{"Version":"2012-10-18","Statement":[]}"#.into(), PolicyKind::Identity, "no such version `2012-10-18`"),
        ("{}".into(), PolicyKind::Identity, "no `Statement`"),
        ("[]".into(), PolicyKind::Identity, "a list is no policy"),
        ("{\"Statement\":".into(), PolicyKind::Identity, "not JSON: Eof at line 1 column 13"),
        ("[".repeat(100_000), PolicyKind::Identity, "not JSON: Syntax at line 1 column 128"),
    ] {
        assert_eq!(Policy::parse(&text, kind).map(|_| ()).map_err(|e| e.to_string()), Err(expected.to_owned()), "{}", &text[..text.len().min(200)]);
    }
    let kept = [
        whole(statement),
        whole(statement).replace('{', "%7B").replace('"', "%22"),
        serde_json::to_string(&whole(statement)).unwrap(),
        whole(
            r#""Effect":"Deny","NotAction":["a:b"],"NotResource":["*"],"Condition":{"Bool":{"k":true},"NumericEquals":{"n":[1,2.5]},"Nonsense":{"k":"v"}}"#,
        ),
    ];
    for text in kept {
        let json = serde_json::from_str::<Json>(&text).unwrap_or_else(|_| Json::String(text.clone()));
        assert!(Policy::from_json(&json, PolicyKind::Identity).is_ok(), "{text}");
    }
}

#[test]
fn ten_megabytes_are_compiled() {
    let resources: Vec<String> = (0..200_000).map(|i| format!("\"arn:aws:s3:::bucket-{i:06}/prefix/*/part-?\"")).collect();
    let text = format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":[{}]}}]}}"#, resources.join(","));
    assert!(text.len() > 8 << 20);
    let policy = Policy::parse(&text, PolicyKind::Identity).unwrap();
    let get = Action::new("S3:getobject");
    assert_eq!(policy.statements()[0].test(&get, "arn:aws:s3:::bucket-199999/prefix/a/b/part-7", &Context::new()), Truth::Yes);
    assert_eq!(policy.statements()[0].test(&get, "arn:aws:s3:::bucket-200000/prefix/a/part-7", &Context::new()), Truth::No);
}
