//! Formats as their makers document them, cut anywhere and in any order.

use proptest::prelude::*;

use super::*;

/// One record of CloudTrail: event, category and more members, JSON.
fn event(source: &str, name: &str, who: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","eventTime":"2026-01-02T03:04:05Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{who}{more}}}"#
    )
}

const ANA: &str =
    r#"{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/ana","accountId":"111122223333","userName":"ana"}"#;
const OF_DATA: &str = r#","eventCategory":"Data","managementEvent":false,"requestParameters":{"bucketName":"data","key":"people/ann.csv"}"#;

fn trail(bytes: &[u8]) -> Usage {
    let mut usage = Usage::default();
    let mut log = Log::cloud_trail();
    log.feed(bytes, &mut usage);
    log.end(&mut usage);
    usage
}

/// Uses as `who what access count`, without what is the same everywhere.
fn shown(usage: &Usage) -> Vec<String> {
    let short = |name: &str| name.replace("arn:aws:iam::111122223333:", "").replace("arn:aws:s3:::", "").replace("postgres://db:5432/app", "app");
    usage.uses().map(|(who, what, access, seen)| format!("{} {} {} {}", short(who), short(what), access.name(), seen.count)).collect()
}

fn recorded(usage: &Usage) -> Vec<String> {
    usage.recorded().map(|(what, access, _)| format!("{what} {}", access.name())).collect()
}

#[test]
fn who_is_named_as_reach_names_him() {
    let session = r#""sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/team/etl"}}"#;
    let table = [
        (ANA.to_owned(), Some("user/ana")),
        (format!(r#"{{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/etl/s","accountId":"111122223333",{session}}}"#), Some("role/team/etl")),
        (r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/etl/s"}"#.to_owned(), Some("role/etl")),
        (r#"{"type":"Root","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}"#.to_owned(), Some("root")),
        (r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#.to_owned(), Some("ec2.amazonaws.com")),
        (r#"{"type":"AWSAccount","principalId":"AIDAEXAMPLE","accountId":"444455556666"}"#.to_owned(), Some("arn:aws:iam::444455556666:*")),
        (r#"{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}"#.to_owned(), Some("anonymous")),
        (
            r#"{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/x","sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ana"}}}"#.to_owned(),
            Some("user/ana"),
        ),
        (r#"{"type":"WebIdentityUser","userName":"repo:a/b","identityProvider":"token.actions.githubusercontent.com"}"#.to_owned(), None),
        (r#"{"type":"IAMUser","arn":7}"#.to_owned(), None),
        (r#""nobody""#.to_owned(), None),
    ];
    for (who, wanted) in table {
        let usage = trail(event("s3", "GetObject", &who, OF_DATA).as_bytes());
        let wanted: Vec<String> = wanted.iter().map(|name| format!("{name} data read 1")).collect();
        assert_eq!((shown(&usage), usage.unnamed, usage.faults), (wanted.clone(), u64::from(wanted.is_empty()), 0), "{who}");
    }
}

#[test]
fn what_events_count_as() {
    let management = r#","eventCategory":"Management","managementEvent":true,"readOnly":false,"requestParameters":{"bucketName":"data"}"#;
    let resources = r#","eventCategory":"Data","requestParameters":{"bucketName":"arn:aws:s3:eu-west-1:111122223333:accesspoint/ap"},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::data/k"},{"type":"AWS::S3::AccessPoint","ARN":"arn:aws:s3:eu-west-1:111122223333:accesspoint/ap"}]"#;
    let copy = r#","eventCategory":"Data","requestParameters":{"bucketName":"data","x-amz-copy-source":"/other/a/b.csv"}"#;
    let kms = r#","eventCategory":"Management","readOnly":true,"requestParameters":{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::data/k.csv"}}"#;
    let role = r#","eventCategory":"Management","readOnly":true,"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/etl"}"#;
    let with = |code: &str| format!(r#"{OF_DATA},"errorCode":"{code}""#);
    type Row<'t> = (&'t str, &'t str, String, &'t [&'t str], &'t [&'t str]);
    let table: [Row<'_>; 15] = [
        ("s3", "GetObject", OF_DATA.into(), &["data read"], &["arn:aws:s3:::data read"]),
        ("s3", "DeleteObjects", OF_DATA.into(), &["data write"], &["arn:aws:s3:::data write"]),
        ("s3", "ListObjects", OF_DATA.into(), &["data list"], &["arn:aws:s3:::data list"]),
        ("s3", "HeadBucket", OF_DATA.into(), &["data list"], &[]),
        ("s3", "GetObjectAcl", OF_DATA.into(), &[], &[]),
        ("s3", "GetObject", resources.into(), &["data read"], &["arn:aws:s3:::data read"]),
        ("s3", "CopyObject", copy.into(), &["data write", "other read"], &["arn:aws:s3:::data write", "arn:aws:s3:::other read"]),
        ("s3", "PutBucketPolicy", management.into(), &["data admin"], &["account:111122223333 admin"]),
        ("s3", "PutBucketTagging", management.into(), &[], &["account:111122223333 admin"]),
        ("kms", "Decrypt", kms.into(), &["data read"], &[]),
        ("sts", "AssumeRole", role.into(), &["role/etl assume"], &["account:111122223333 assume"]),
        ("s3", "GetObject", with("AccessDenied"), &[], &["arn:aws:s3:::data read"]),
        ("s3", "GetObject", with("NoSuchKey"), &["data read"], &["arn:aws:s3:::data read"]),
        ("s3", "GetObject", with("SignatureDoesNotMatch"), &[], &["arn:aws:s3:::data read"]),
        ("dynamodb", "GetItem", r#","requestParameters":{"bucketName":{"S":"x"},"key":{"id":1}}"#.into(), &[], &[]),
    ];
    for (source, name, more, uses, logs) in table {
        let usage = trail(event(source, name, ANA, &more).as_bytes());
        let wanted: Vec<String> = uses.iter().map(|u| format!("user/ana {u} 1")).collect();
        assert_eq!((shown(&usage), recorded(&usage), usage.faults), (wanted, logs.iter().map(ToString::to_string).collect(), 0), "{name} {more}");
    }
}

#[test]
fn lists_of_every_shape() {
    let one = event("s3", "GetObject", ANA, OF_DATA);
    let inner = serde_json::to_string(&one).unwrap();
    let shapes = [
        (format!(r#"{{"Records":[{one},{one}]}}"#), 2, 0),
        (format!("{{\n \"x\": [{{}}], \"Records\" : [\n{one} , {one}\n]\n}}\n"), 2, 0),
        (format!("[{one}, {one}]"), 2, 0),
        (format!("{one}\n{one}\n"), 2, 0),
        (format!(r#"{{"Events":[{{"EventId":"1","CloudTrailEvent":{inner}}}],"NextToken":"x"}}"#), 1, 0),
        (r#"{"Records":[]}"#.to_owned(), 0, 0),
        (format!(r#"{{"Records":[{one},{}"#, &one[..one.len() - 9]), 1, 1),
        (format!(r#"{{"Records":[{one},{{"eventTime":1}},7,{one}]}}"#), 2, 1),
        (format!("{}\n{one}\n", &one[..60]), 1, 1),
        ("not JSON at all".to_owned(), 0, 1),
        (format!(r#"{{"Records":[{{"a":"{}"}},{one}]}}"#, "x".repeat(2 << 20)), 1, 1),
        (format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), 0, 0),
    ];
    for (text, records, faults) in shapes {
        let usage = trail(text.as_bytes());
        assert_eq!((usage.records, usage.faults), (records, faults), "{}", &text[..text.len().min(200)]);
        assert!(usage.told().all(|t| !t.contains("ann.csv")));
    }
}

fn postgres(prefix: &str, text: &str) -> Usage {
    let mut usage = Usage::default();
    let mut log = Log::postgres("db:5432", prefix.parse().unwrap());
    log.feed(text.as_bytes(), &mut usage);
    log.end(&mut usage);
    usage.settle();
    usage
}

const DEBIAN: &str = "%m [%p] %q%u@%d ";
const READ: &str = "AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.t,select * from t,<not logged>";

#[test]
fn prefixes() {
    let message = format!("LOG:  {READ}");
    let table = [
        (DEBIAN, "2026-01-02 03:04:05.678 UTC [15] ann@app ", "ann"),
        (DEBIAN, "2026-01-02 03:04:05.678 UTC [15] ann@corp.com@app ", "ann@corp.com"),
        ("%t:%r:%u@%d:[%p]:", "2026-01-02 03:04:05 UTC:10.0.0.1(5432):ann@app:[15]:", "ann"),
        ("%t:%r:%u@%d:[%p]:", "2026-01-02 03:04:05 UTC:2001:db8::1(5432):ann@app:[15]:", "ann"),
        ("%t:%r:%u@%d:[%p]:", "2026-01-02 03:04:05 UTC:[local]:ann@app:[15]:", "ann"),
        ("%m user=%u,db=%d,app=%a,client=%h ", "2026-01-02 04:04:05.1 CET user=ann,db=app,app=a b,client=::1 ", "ann"),
        ("%n [%-6p] %l %c %e %v %x %Q %s db=%d|%u|", "1767323045.678 [15    ] 3 6b07.3a 00000 3/2 0 -17 2026-01-02 03:00:00 UTC db=app|ann|", "ann"),
        ("100%% %t %10u %d ", "100% 2026-01-02 05:04:05 +02        ann app ", "ann"),
    ];
    for (prefix, head, who) in table {
        let usage = postgres(prefix, &format!("{head}{message}\n"));
        assert_eq!(shown(&usage), [format!("{who} app/public/t read 1")], "{prefix}: {:?}", usage.told().collect::<Vec<_>>());
        assert_eq!(usage.period(), Some(Span { first: 1_767_323_045, last: 1_767_323_045 }), "{prefix}");
        // Verbose messages have an SQLSTATE.
        assert_eq!(shown(&postgres(prefix, &format!("{head}LOG:  00000: {READ}\n"))).len(), 1, "{prefix}");
    }
    for (wrong, why) in [("%m %d ", "`%u`"), ("%u@%d ", "`%m`"), ("%m %u%d ", "ends cannot be told"), ("%m %u %d %y", "`%y`"), ("%m %u %d", "ends")] {
        let error = wrong.parse::<Prefix>().unwrap_err().to_string();
        assert!(error.contains(why), "{wrong}: {error}");
    }
    let other =
        postgres(DEBIAN, "2026-01-02 03:04:05 UTC:10.0.0.1(1):ann@app:[15]:LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.t,x,<not logged>\n");
    assert!(other.faults == 1 && other.told().any(|t| t.contains("log_line_prefix")), "{other:?}");
}

#[test]
fn what_audit_lines_count_as() {
    let table: [(&str, &[&str], &[&str]); 16] = [
        ("SESSION,1,1,READ,SELECT,TABLE,public.t,select 1", &["app/public/t read"], &["app read"]),
        (r#"SESSION,1,1,WRITE,INSERT,TABLE,"public.""Sales EU""",x"#, &["app/public/Sales%20EU write"], &["app write"]),
        (r#"SESSION,1,1,WRITE,INSERT,TABLE,"""a.b"".""c""""d""",x"#, &["app/a.b/c%22d write"], &["app write"]),
        ("OBJECT,1,1,READ,SELECT,VIEW,public.v,x", &["app/public/v read"], &["app/public/v read"]),
        ("SESSION,1,1,READ,SELECT,,,select 1", &["app read"], &[]),
        ("SESSION,1,1,READ,PREPARE,,,x", &[], &[]),
        ("SESSION,1,1,WRITE,TRUNCATE TABLE,,,x", &["app write"], &[]),
        ("SESSION,1,1,DDL,ALTER TABLE,TABLE,public.t,x", &["app/public/t admin"], &["app admin"]),
        ("SESSION,1,1,DDL,ALTER TABLE,,,x", &["app admin"], &[]),
        ("SESSION,1,1,DDL,CREATE INDEX,INDEX,public.i,x", &[], &[]),
        ("SESSION,1,1,ROLE,GRANT,TABLE,,grant …", &["app admin"], &[]),
        ("SESSION,1,1,ROLE,GRANT ROLE,,,x", &[], &[]),
        ("SESSION,1,1,FUNCTION,DO,,,x", &[], &[]),
        ("SESSION,1,1,READ,SELECT,SEQUENCE,public.s,x", &[], &[]),
        ("SESSION,1,1,READ,SELECT,TABLE,pg_catalog.pg_class,x", &[], &[]),
        ("SESSION,1,1,MISC,SET,,,set role readers", &[], &[]),
    ];
    for (line, uses, logs) in table {
        let wanted: Vec<String> = uses.iter().map(|u| format!("ann {u} 1")).collect();
        let logs: Vec<String> = logs.iter().map(|l| l.replacen("app", "postgres://db:5432/app", 1)).collect();
        let line = format!("AUDIT: {line},<not logged>");
        let csv = format!(
            "2026-01-02 03:04:05.678 UTC,\"ann\",\"app\",15,\"[local]\",6b.1,1,\"X\",2026-01-02 03:04:05 UTC,3/2,0,LOG,00000,\"{}\",,,\"\"\n",
            line.replace('"', "\"\"")
        );
        let json = serde_json::json!({"timestamp": "2026-01-02 03:04:05.678 UTC", "user": "ann", "dbname": "app", "pid": 15, "error_severity": "LOG", "message": line});
        for text in [format!("2026-01-02 03:04:05.678 UTC [15] ann@app LOG:  {line}\n"), csv, format!("{json}\n")] {
            let usage = postgres(DEBIAN, &text);
            assert_eq!((shown(&usage), recorded(&usage), usage.faults), (wanted.clone(), logs.clone(), 0), "{text}");
        }
    }
    for wrong in [
        "AUDIT: SESSION,1,1",
        "AUDIT: SESSION,1,1,READ,SELECT,TABLE,t,x",
        "AUDIT: NOTHING,1,1,READ,SELECT,,,",
        "AUDIT: SESSION,1,1,READ,SELECT,TABLE,\"\"\"a,x",
    ] {
        let usage = postgres(DEBIAN, &format!("2026-01-02 03:04:05.678 UTC [15] ann@app LOG:  {wrong}\n"));
        assert_eq!((shown(&usage).len(), usage.faults), (0, 1), "{wrong}");
    }
}

#[test]
fn nobody_writes_lines_of_others() {
    let head = "2026-01-02 03:04:05.678 UTC [15] eve@app ";
    let forged = format!("2026-01-02 03:04:05.678 UTC [15] bob@app LOG:  {READ}");
    // A statement with a line break in it goes on behind a tab; a logged statement is no message of pgaudit.
    let text = format!("{head}LOG:  statement: select 1\n\t{forged}\n{head}LOG:  statement: {READ}\n{head}ERROR:  syntax error: {READ}\n");
    assert_eq!(shown(&postgres(DEBIAN, &text)), [""; 0]);
    let csv = format!(
        "2026-01-02 03:04:05.678 UTC,\"eve\",\"app\",15,,,,,,,,LOG,00000,\"statement: select '\n2026-01-02 03:04:05.678 UTC,\"\"bob\"\",\"\"app\"\",15,,,,,,,,LOG,00000,\"\"{READ}\"\"\n'\",,\n"
    );
    assert_eq!(shown(&postgres(DEBIAN, &csv)), [""; 0]);
}

#[test]
fn statements_without_a_table_count_while_nothing_better_is_known() {
    let line =
        |who: &str, what: &str| format!("2026-01-02 03:04:05.678 UTC [15] {who}@app LOG:  AUDIT: SESSION,1,1,READ,SELECT,{what},x,<not logged>\n");
    let text = line("ann", ",") + &line("ann", "TABLE,public.t") + &line("bob", ",");
    assert_eq!(shown(&postgres(DEBIAN, &text)), ["ann app/public/t read 1", "bob app read 1"]);
}

#[test]
fn what_a_trail_says_it_records() {
    let advanced = |fields: &str| {
        format!(
            r#"{{"TrailARN": "t", "AdvancedEventSelectors": [{{"Name": "n", "FieldSelectors": [{{"Field": "eventCategory", "Equals": ["Data"]}}, {{"Field": "resources.type", "Equals": ["AWS::S3::Object"]}}{fields}]}}]}}"#
        )
    };
    let basic = |kind: &str, values: &str| {
        format!(
            r#"{{"EventSelectors": [{{"ReadWriteType": "{kind}", "IncludeManagementEvents": true, "DataResources": [{{"Type": "AWS::S3::Object", "Values": [{values}]}}]}}]}}"#
        )
    };
    let table: [(String, &[&str]); 11] = [
        (basic("All", r#""arn:aws:s3""#), &["* read", "* write"]),
        (basic("ReadOnly", r#""arn:aws:s3:::data/", "arn:aws:s3:::part/people/""#), &["data read"]),
        (basic("WriteOnly", r#""arn:aws:s3:::""#), &["* write"]),
        (r#"{"EventSelectors": [{"ReadWriteType": "All", "DataResources": []}]}"#.to_owned(), &[]),
        (
            r#"{"EventSelectors": [{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]}"#
                .to_owned(),
            &[],
        ),
        (advanced(""), &["* read", "* write"]),
        (advanced(r#", {"Field": "readOnly", "Equals": ["false"]}"#), &["* write"]),
        (advanced(r#", {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::data/", "arn:aws:s3:::part/x"]}"#), &["data read", "data write"]),
        (advanced(r#", {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::data/"]}"#), &[]),
        (advanced(r#", {"Field": "userIdentity.arn", "Equals": ["arn:aws:iam::111122223333:user/ana"]}"#), &[]),
        (advanced("").replace("\"Data\"", "\"Management\""), &[]),
    ];
    for (text, wanted) in table {
        let found: Vec<String> =
            selectors(text.as_bytes()).unwrap().iter().map(|s| format!("{} {}", s.bucket.as_deref().unwrap_or("*"), s.access.name())).collect();
        assert_eq!(found, wanted, "{text}");
    }
    for wrong in ["", "{}", "[]", r#"{"EventSelectors": 7}"#] {
        assert!(selectors(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

fn log_of(lines: &[String], kind: usize) -> Usage {
    let text = lines.concat();
    if kind == 0 { trail(text.as_bytes()) } else { postgres(DEBIAN, &text) }
}

fn lines(kind: usize, picks: &[(usize, usize, usize)]) -> Vec<String> {
    let line = |&(who, what, when): &(usize, usize, usize)| {
        if kind == 0 {
            let names = ["GetObject", "PutObject", "ListObjects", "PutBucketPolicy", "x"];
            let who = format!(r#"{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/u{who}"}}"#);
            event("s3", names[what], &who, OF_DATA).replace("T03:04", &format!("T03:{when:02}")) + "\n"
        } else {
            let what = ["READ,SELECT,TABLE,public.t", "READ,SELECT,,", "WRITE,INSERT,TABLE,public.u", "DDL,ALTER TABLE,,", "broken"][what];
            format!("2026-01-02 03:{when:02}:05.678 UTC [15] u{who}@app LOG:  AUDIT: SESSION,1,1,{what},x,<not logged>\n")
        }
    };
    picks.iter().map(line).collect()
}

proptest! {
    #[test]
    fn order_and_cuts_change_nothing(kind in 0..2_usize, picks in prop::collection::vec((0..3_usize, 0..5_usize, 0..60_usize), 0..20), seed in any::<u64>(), cut in 1..90_usize) {
        let mut lines = lines(kind, &picks);
        let wanted = log_of(&lines, kind);
        let mut usage = Usage::default();
        let mut log = if kind == 0 { Log::cloud_trail() } else { Log::postgres("db:5432", Prefix::default()) };
        for piece in lines.concat().as_bytes().chunks(cut) {
            log.feed(piece, &mut usage);
        }
        log.end(&mut usage);
        usage.settle();
        prop_assert_eq!(&usage, &wanted);
        let at = if lines.is_empty() { 0 } else { (seed % lines.len() as u64) as usize };
        let (mut first, second) = (log_of(&lines[..at], kind), log_of(&lines[at..], kind));
        first.merge(second);
        first.settle();
        lines.rotate_left(at);
        lines.reverse();
        let turned = log_of(&lines, kind);
        prop_assert_eq!(shown(&turned), shown(&wanted));
        prop_assert_eq!(recorded(&turned), recorded(&wanted));
        prop_assert_eq!((turned.period(), turned.records, turned.faults), (wanted.period(), wanted.records, wanted.faults));
        prop_assert_eq!(shown(&first), shown(&wanted));
    }

    #[test]
    fn any_bytes_are_read(kind in 0..2_usize, bytes in prop::collection::vec(any::<u8>(), 0..400), text in r#"[{}\[\]",:a\\ \n\t%0-9é]{0,300}"#) {
        for bytes in [bytes.as_slice(), text.as_bytes(), &[br#"{"Records":["#.as_slice(), text.as_bytes()].concat(), &[b"2026-01-02 03:04:05 UTC,".as_slice(), text.as_bytes()].concat()] {
            let mut usage = Usage::default();
            let mut log = if kind == 0 { Log::cloud_trail() } else { Log::postgres("db:5432", Prefix::default()) };
            log.feed(bytes, &mut usage);
            log.end(&mut usage);
        }
        let _ = text.parse::<Prefix>();
    }
}
