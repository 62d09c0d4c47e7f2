//! How fast reach is: `cargo run --release -p sonde-access --example reach_speed -- PRINCIPALS BUCKETS`. The count is told before the time.

use std::{error::Error, time::Instant};

use serde_json::{Value, json};
use sonde_access::{
    aws::{
        import::Import,
        reach::{Access, Reacher, Touched},
    },
    inventory::{Inventory, Reading},
};

/// An estate: a policy for every ten buckets, two of them held by each role, a tenth of the buckets with a policy of their own, one administrator in a hundred.
fn estate(principals: usize, buckets: usize) -> Inventory {
    let arn = |kind: &str, name: String| format!("arn:aws:iam::111122223333:{kind}/{name}");
    let policies = (buckets / 10).max(1);
    let statement = |action: &[&str], resources: Vec<String>| json!({"Effect": "Allow", "Action": action, "Resource": resources});
    let managed: Vec<Value> = (0..policies)
        .map(|p| {
            let names = (p * 10..p * 10 + 10).flat_map(|b| [format!("arn:aws:s3:::bucket-{b:05}"), format!("arn:aws:s3:::bucket-{b:05}/*")]).collect();
            let document = json!({"Version": "2012-10-17", "Statement": [statement(&["s3:GetObject", "s3:ListBucket"], names), statement(&["logs:*"], vec!["*".into()])]});
            json!({"Arn": arn("policy", format!("p{p}")), "PolicyVersionList": [{"IsDefaultVersion": true, "Document": document}]})
        })
        .collect();
    let admin = json!({"Arn": arn("policy", "admin".into()), "PolicyVersionList": [{"IsDefaultVersion": true, "Document":
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]});
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]});
    let roles: Vec<Value> = (0..principals)
        .map(|i| {
            let held =
                if i % 100 == 0 { vec!["admin".to_owned()] } else { vec![format!("p{}", i * 7 % policies), format!("p{}", i * 13 % policies)] };
            let held: Vec<Value> = held.into_iter().map(|p| json!({"PolicyArn": arn("policy", p)})).collect();
            json!({"RoleName": format!("r{i:05}"), "RoleId": format!("AROA{i:05}"), "Arn": arn("role", format!("r{i:05}")), "Path": "/",
                "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": held})
        })
        .collect();
    let mut import = Import::new();
    let policies: Vec<Value> = managed.into_iter().chain([admin]).collect();
    import.add("authorization-details.json", json!({"RoleDetailList": roles, "Policies": policies}).to_string().as_bytes());
    for b in 0..buckets {
        let name = format!("bucket-{b:05}");
        import.add(&format!("buckets/{name}/public-access-block.json"), br#"{"RestrictPublicBuckets": true}"#);
        if b % 10 == 0 {
            let resources = [format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")];
            let policy = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
                {"Effect": "Allow", "Principal": {"AWS": arn("role", format!("r{:05}", b % principals))}, "Action": "s3:GetObject", "Resource": resources[1]}]});
            import.add(&format!("buckets/{name}/policy.json"), policy.to_string().as_bytes());
        }
    }
    import.finish()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<usize>());
    let principals = arguments.next().transpose()?.unwrap_or(1_000);
    let buckets = arguments.next().transpose()?.unwrap_or(1_000);
    let start = Instant::now();
    let inventory = estate(principals, buckets);
    let made = start.elapsed();
    let start = Instant::now();
    let mut reacher = Reacher::new(&inventory);
    let compiled = start.elapsed();
    let (mut answers, start) = (0, Instant::now());
    for bucket in &inventory.buckets {
        answers += reacher.access(&bucket.name, "", Access::Read).len();
    }
    let reached = start.elapsed();
    let mut out = std::io::stdout().lock();
    use std::io::Write;
    writeln!(
        out,
        "{answers} answers: {principals} principals, {buckets} buckets, read; estate made in {made:.2?}, compiled in {compiled:.2?}, answered in {reached:.2?}"
    )?;
    // One policy lets its holders into another bucket.
    let changed = changed(&inventory);
    let start = Instant::now();
    let touched = reacher.update(&changed);
    let updated = start.elapsed();
    let (Touched::Buckets(names), start) = (touched, Instant::now()) else { return Err("one policy touches everything".into()) };
    let again: usize = names.iter().map(|name| reacher.access(name, "", Access::Read).len()).sum();
    let answered = start.elapsed();
    let anew = Reacher::new(&changed).access(&names[0], "", Access::Read).len();
    assert_eq!(anew, reacher.access(&names[0], "", Access::Read).len(), "going on is starting anew");
    writeln!(out, "one policy changed: {} buckets, {again} answers; gone on in {updated:.2?}, answered in {answered:.2?}", names.len())?;
    Ok(())
}

/// The same estate with one managed policy that lets its holders into another bucket.
fn changed(inventory: &Inventory) -> Inventory {
    let mut out = inventory.clone();
    let name = "arn:aws:iam::111122223333:policy/p7";
    let old = inventory.principals.iter().flat_map(|p| &p.policies).find(|a| a.name == name).and_then(|a| a.policy.read().copied());
    let Some(old) = old else { return out };
    let text = inventory.policies.text(old).replace("arn:aws:s3:::bucket-00070/*", "arn:aws:s3:::bucket-00011/*");
    let new = out.policies.intern(text);
    for attachment in out.principals.iter_mut().flat_map(|p| &mut p.policies).filter(|a| a.name == name) {
        attachment.policy = Reading::Read(new);
    }
    out
}
