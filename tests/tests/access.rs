//! `sonde access decide` from outside: lines in, lines out.

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use serde_json::{Value, json};
use sonde_tests::program::Sonde;

fn request(id: Value, identity: Value) -> String {
    let off = json!({"BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": false, "RestrictPublicBuckets": false});
    json!({
        "id": id, "principal": "arn:aws:iam::111122223333:user/ana", "anonymous": false, "action": "s3:GetObject", "resource": "arn:aws:s3:::data/a.csv",
        "resource_account": "111122223333", "context": {"aws:SecureTransport": true}, "unknown_context": ["aws:SourceVpce"],
        "identity_policies": [{"name": "own", "policy": identity}], "permission_boundaries": null, "session_policy": null,
        "service_control_policies": [], "resource_control_policies": [], "resource_policy": null, "vpc_endpoint_policies": null,
        "block_public_access": {"account": off, "bucket": off}, "principal_is_management_account": false, "principal_is_service_linked": false,
    })
    .to_string()
}

fn policy(effect: &str, condition: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": effect, "Action": "s3:*", "Resource": "*", "Condition": condition}]})
}

#[test]
fn every_line_is_answered_in_order() {
    let vpce = json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}});
    let asked = [
        request(json!(1), policy("Allow", json!({}))),
        request(json!("two"), json!(policy("Deny", json!({})).to_string())),
        String::new(),
        request(json!(null), policy("Allow", json!({"Bool": {"aws:SecureTransport": "false"}}))),
        request(json!(true), policy("Allow", vpce)),
        r#"{"id":5,"principal":"#.into(),
        request(json!(6), json!({"Statement": {"Effect": "Allow", "Action": "s3:*"}})),
    ]
    .join("\n");
    let sonde = Sonde::new();
    let lines = sonde.run_on(asked.as_bytes(), ["access", "decide"]).ok().lines();
    let because = |effect: &str| json!([{"policy": "own", "statement": "One", "effect": effect}]);
    assert_eq!(lines[0], json!({"id": 1, "decision": "Allowed", "condition": null, "because": because("Allow")}));
    assert_eq!(lines[1], json!({"id": "two", "decision": "ExplicitlyDenied", "condition": null, "because": because("Deny")}));
    assert_eq!((&lines[2]["id"], &lines[2]["decision"]), (&Value::Null, &json!("ImplicitlyDenied")));
    assert_eq!(
        lines[3],
        json!({"id": true, "decision": "Conditional", "condition": "aws:SourceVpce StringEquals \"vpce-1\"", "because": because("Allow")})
    );
    assert_eq!((&lines[4]["id"], lines[4]["error"].is_string(), lines[4].as_object().unwrap().len()), (&json!(5), true, 2));
    assert_eq!(lines[5], json!({"id": 6, "error": "`identity_policies` `own`: `policy`: statement 0: no `Resource`"}));
    assert_eq!(lines.len(), 6);
    assert_eq!(sonde.run(["access", "decide", "/no/such/file"]).code, Some(2));
}

#[test]
fn a_line_is_answered_at_once() {
    let sonde = Sonde::new();
    let mut child = sonde.command(["access", "decide", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for id in 0..3 {
        writeln!(stdin, "{}", request(json!(id), policy("Allow", json!({})))).unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["id"], json!(id));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
