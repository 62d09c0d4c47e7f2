//! When S3 takes a bucket policy for public ("The meaning of public", Amazon S3 User Guide): unless every grant goes to fixed values.

use crate::aws::policy::{Arn, Condition, Effect, Named, Pattern, Policy, Statement, is_account};

/// Keys whose fixed values make a grant non-public. The first ones are principals.
const FIXING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpcsourceip",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Whether a bucket policy is public: one public grant is enough.
#[must_use]
pub fn is_public(policy: &Policy) -> bool {
    policy.statements().iter().any(|s| s.effect() == Effect::Allow && !grants_to_fixed(s))
}

fn grants_to_fixed(statement: &Statement) -> bool {
    let named = statement.principals().is_some_and(|p| !p.not && p.named.iter().all(is_fixed));
    named || statement.conditions().iter().any(narrows)
}

/// Users of an identity provider are the public: `{"Federated": "graph.facebook.com"}` is AWS's own example.
fn is_fixed(named: &Named) -> bool {
    !matches!(named, Named::Everyone | Named::EveryService | Named::EveryFederated | Named::Federated(_))
}

/// Whether a condition lets only fixed values of one of the keys through.
fn narrows(condition: &Condition) -> bool {
    let key = condition.key().to_ascii_lowercase();
    if !condition.is_positive() || !FIXING.contains(&key.as_str()) {
        return false;
    }
    if let Some(nets) = condition.addresses() {
        return nets.iter().all(|net| net.is_some_and(|n| !n.is_broad()));
    }
    // Other operators than those on text and addresses do not compare these keys.
    let Some(patterns) = condition.patterns() else { return false };
    patterns.iter().zip(condition.values()).all(|(pattern, value)| match key.as_str() {
        // A range is not narrow because it was written as text.
        "aws:sourceip" | "aws:vpcsourceip" => pattern.is_fixed() && !value.contains('/'),
        "s3:dataaccesspointarn" => pattern.is_fixed() || is_point_of_account(pattern, value),
        _ => pattern.is_fixed(),
    })
}

/// An access point of a fixed account and region: its name may be a wildcard.
fn is_point_of_account(pattern: &Pattern, value: &str) -> bool {
    let fixed = |part: &str| !part.contains(['*', '?', '$']);
    !pattern.has_variables()
        && Arn::parse(value)
            .is_some_and(|arn| is_account(arn.account) && fixed(arn.partition) && fixed(arn.service) && arn.resource.starts_with("accesspoint/"))
}
