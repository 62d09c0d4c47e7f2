//! Any text as a policy and as a request: refused, or compiled and decided, in bounded time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonde_access::aws::{
    decide::{answer_line, is_public},
    policy::{Action, Caller, Context, Policy, PolicyKind},
};

fuzz_target!(|data: &[u8]| {
    let answer = answer_line(data);
    assert!(answer.starts_with("{\"id\":") && !answer.contains('\n'));
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = Caller::parse(text);
    let mut keys = Context::new();
    keys.set("aws:username", ["ana"]);
    keys.set("k", [text]);
    keys.set_unknown("aws:SourceIp");
    for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Guard] {
        let Ok(policy) = Policy::parse(text, kind) else { continue };
        let _ = is_public(&policy);
        for statement in policy.statements() {
            statement.test(&Action::new("s3:GetObject"), text, &keys);
            let _ = statement.residual(&Action::new("s3:GetObject"), "arn:aws:s3:::b/k", &keys).settled().to_string();
            let _ = statement.reach(&Caller::anonymous(), true);
        }
    }
});
