//! Grants taken away from a copy of an inventory, to see what is left.

use serde_json::Value;
use sonde_access::inventory::{Inventory, Policies, PolicyId, Reading};

/// An action of nobody.
const NOTHING: &str = "sonde:Nothing";

/// An inventory without one statement of one policy, or one grant of an ACL, a key, S3 Access Grants or Lake Formation; nothing when there is no such grant.
#[must_use]
pub fn without(inventory: &Inventory, policy: &str, statement: &str) -> Option<Inventory> {
    let mut out = inventory.clone();
    let parts: Vec<&str> = policy.split('/').collect();
    let done = match parts.as_slice() {
        ["bucket", name, "acl"] => {
            let bucket = out.buckets.iter_mut().find(|b| b.name == *name)?;
            let Reading::Read(acl) = &mut bucket.acl else { return None };
            let before = acl.grants.len();
            acl.grants.retain(|g| g.permission != statement);
            acl.grants.len() < before
        }
        ["kms", id, "grants"] => {
            let key = out.keys.iter_mut().find(|k| k.id == *id)?;
            let Reading::Read(grants) = &mut key.grants else { return None };
            let before = grants.len();
            grants.retain(|g| g.id != statement);
            grants.len() < before
        }
        ["bucket", name, "policy"] => {
            let bucket = out.buckets.iter_mut().find(|b| b.name == *name)?;
            shorten(&mut out.policies, &mut bucket.policy, statement)
        }
        ["kms", id, "policy"] => {
            let key = out.keys.iter_mut().find(|k| k.id == *id)?;
            shorten(&mut out.policies, &mut key.policy, statement)
        }
        ["access-point", name, "policy"] => {
            let points = out.access_points.iter_mut().filter(|p| p.name == *name);
            // Of a multi-region one there is one for each bucket.
            points.map(|point| shorten(&mut out.policies, &mut point.policy, statement)).filter(|found| *found).count() > 0
        }
        ["object-lambda", name, "policy"] => {
            let lambda = out.object_lambdas.iter_mut().find(|l| l.name == *name)?;
            shorten(&mut out.policies, &mut lambda.policy, statement)
        }
        ["access-grants" | "lake-formation", ..] => lent(&mut out, policy, statement)?,
        _ => {
            let policies = &mut out.policies;
            let of_principals = out.principals.iter_mut().flat_map(|p| p.policies.iter_mut().chain(&mut p.trust));
            let mut found = false;
            for attachment in of_principals.chain(out.groups.iter_mut().flat_map(|g| &mut g.policies)) {
                found |= attachment.name == policy && shorten(policies, &mut attachment.policy, statement);
            }
            found
        }
    };
    done.then_some(out)
}

/// Takes away what S3 Access Grants or Lake Formation lends.
fn lent(out: &mut Inventory, policy: &str, statement: &str) -> Option<bool> {
    let (place, part) = policy.rsplit_once('/')?;
    if let Some(instance) = out.access_grants.iter_mut().find(|i| i.place() == place) {
        if part == "policy" {
            return Some(shorten(&mut out.policies, &mut instance.policy, statement));
        }
        let before = instance.grants.items.len();
        instance.grants.items.retain(|g| g.id != statement);
        return Some(instance.grants.items.len() < before);
    }
    let lake = out.lakes.iter_mut().find(|l| l.place() == place)?;
    let before = lake.permissions.items.len() + lake.admins.items.len();
    match part {
        "permissions" => lake.permissions.items.retain(|p| p.label() != statement),
        _ => lake.admins.items.retain(|admin| !statement.ends_with(&format!(" {admin}"))),
    }
    Some(lake.permissions.items.len() + lake.admins.items.len() < before)
}

/// Makes a statement of a document one that allows nothing; it keeps its place, as others are called by theirs.
fn shorten(policies: &mut Policies, policy: &mut Reading<PolicyId>, statement: &str) -> bool {
    let Reading::Read(id) = policy else { return false };
    let Ok(mut document) = serde_json::from_str::<Value>(policies.text(*id)) else { return false };
    let Some(statements) = document.get_mut("Statement") else { return false };
    let list = match statements {
        Value::Array(list) => list.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    let label = |i: usize, s: &Value| s.get("Sid").and_then(Value::as_str).filter(|s| !s.is_empty()).map_or_else(|| i.to_string(), str::to_owned);
    let mut found = false;
    for (i, one) in list.iter_mut().enumerate() {
        if label(i, one) == statement
            && let Some(members) = one.as_object_mut()
        {
            members.remove("NotAction");
            found |= members.insert("Action".to_owned(), NOTHING.into()) != Some(NOTHING.into());
        }
    }
    *id = policies.intern(document.to_string());
    found
}

#[cfg(test)]
mod tests {
    use sonde_access::aws::import::Import;

    use super::*;

    #[test]
    fn one_statement_goes_and_the_rest_stays() {
        let mut import = Import::new();
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},
            {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}]}"#;
        import.add("buckets/b/policy.json", policy.as_bytes());
        import.add("buckets/b/acl.json", br#"{"Grants": [{"Grantee": {"ID": "x"}, "Permission": "READ"}]}"#);
        let inventory = import.finish();
        let text = |i: &Inventory| i.policies.text(*i.buckets[0].policy.read().unwrap()).to_owned();
        let cut = without(&inventory, "bucket/b/policy", "A").unwrap();
        assert!(text(&cut).contains("s3:PutObject") && !text(&cut).contains("s3:GetObject"));
        assert!(!text(&without(&cut, "bucket/b/policy", "1").unwrap()).contains("s3:PutObject"));
        assert!(without(&cut, "bucket/b/policy", "A").is_none(), "it is gone already");
        assert!(without(&inventory, "bucket/b/policy", "B").is_none() && without(&inventory, "bucket/c/policy", "A").is_none());
        assert!(without(&inventory, "bucket/b/acl", "READ").unwrap().buckets[0].acl.read().unwrap().grants.is_empty());
    }

    #[test]
    fn what_is_lent_goes_as_well() {
        let mut import = Import::new();
        let mut add = |path: &str, text: &str| import.add(&format!("accounts/111122223333/{path}"), text.as_bytes());
        let arn = "arn:aws:s3:eu-west-1:111122223333:access-grants/default";
        add("access-grants/instance.json", &format!(r#"{{"AccessGrantsInstanceArn": "{arn}"}}"#));
        add("access-grants/locations.json", r#"{"AccessGrantsLocationsList": []}"#);
        let grant = r#"{"AccessGrantId": "g-1", "Grantee": {"GranteeType": "IAM", "GranteeIdentifier": "u"}, "Permission": "READ", "AccessGrantsLocationId": "l", "GrantScope": "s3://b/*"}"#;
        add("access-grants/grants.json", &format!(r#"{{"AccessGrantsList": [{grant}]}}"#));
        add("lake-formation/resources.json", r#"{"ResourceInfoList": []}"#);
        add(
            "lake-formation/settings.json",
            r#"{"DataLakeSettings": {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:user/adm"}]}}"#,
        );
        let table = r#"{"Principal": {"DataLakePrincipalIdentifier": "u"}, "Resource": {"Table": {"DatabaseName": "d", "Name": "t"}}, "Permissions": ["SELECT"]}"#;
        add("lake-formation/permissions.json", &format!(r#"{{"PrincipalResourcePermissions": [{table}]}}"#));
        let inventory = import.finish();
        let grants = "access-grants/111122223333/eu-west-1/grants";
        assert!(without(&inventory, grants, "g-1").unwrap().access_grants[0].grants.items.is_empty());
        assert!(without(&inventory, grants, "g-2").is_none() && without(&inventory, "access-grants/111122223333/us-east-1/grants", "g-1").is_none());
        let lake = |part: &str, what: &str| without(&inventory, &format!("lake-formation/111122223333/{part}"), what);
        assert!(lake("permissions", "SELECT on d.t to u").unwrap().lakes[0].permissions.items.is_empty());
        assert!(lake("settings", "data lake administrator arn:aws:iam::111122223333:user/adm").unwrap().lakes[0].admins.items.is_empty());
        assert!(lake("permissions", "INSERT on d.t to u").is_none());
    }
}
