//! Small estates, built by a line each, and what somebody has in their bucket `b`.

use serde_json::{Value, json};

use crate::{
    aws::{import::Import, reach::Reacher},
    inventory::Inventory,
};

pub(super) const A: &str = "111122223333";
pub(super) const B: &str = "444455556666";
pub(super) const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

/// An estate under construction.
pub(super) struct Estate {
    users: Vec<Value>,
    roles: Vec<(String, Value)>,
    policies: Vec<Value>,
    files: Vec<(String, Value)>,
}

pub(super) fn allow(actions: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

pub(super) fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub(super) fn only(statement: Value) -> Value {
    policy(&[statement])
}

pub(super) fn to(principal: Value, actions: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": resource})
}

pub(super) fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

pub(super) fn trust(principal: Value) -> Value {
    only(json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}))
}

pub(super) fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{A}:user/{name}")
}

pub(super) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{A}:role/{name}")
}

impl Estate {
    pub(super) fn new() -> Self {
        Self {
            users: Vec::new(),
            roles: Vec::new(),
            policies: Vec::new(),
            files: vec![(
                format!("accounts/{A}/buckets/b/ownership-controls.json"),
                json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}),
            )],
        }
    }

    pub(super) fn user(mut self, name: &str, policy: Value) -> Self {
        self.users.push(json!({"UserName": name, "UserId": format!("AIDA{name}"), "Arn": user_arn(name), "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": policy}]}));
        self
    }

    pub(super) fn role_in(mut self, account: &str, name: &str, trust: Value, policy: Value) -> Self {
        self.roles.push((
            account.to_owned(),
            json!({"RoleName": name, "RoleId": format!("AROA{name}"), "Arn": format!("arn:aws:iam::{account}:role/{name}"), "Path": "/",
            "AssumeRolePolicyDocument": trust, "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": policy}]}),
        ));
        self
    }

    pub(super) fn role(self, name: &str, trust: Value, policy: Value) -> Self {
        self.role_in(A, name, trust, policy)
    }

    pub(super) fn bound(mut self, policy: Value) -> Self {
        let arn = format!("arn:aws:iam::{A}:policy/bound");
        let last = self.roles.last_mut().map(|(_, r)| r).filter(|_| self.users.is_empty());
        let last = last.or(self.users.last_mut()).expect("somebody");
        last["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn});
        self.policies.push(json!({"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": true, "Document": policy}]}));
        self
    }

    pub(super) fn file(mut self, path: &str, value: Value) -> Self {
        self.files.push((format!("accounts/{A}/{path}"), value));
        self
    }

    pub(super) fn top(mut self, path: &str, value: Value) -> Self {
        self.files.push((path.to_owned(), value));
        self
    }

    pub(super) fn bucket(self, policy: Value) -> Self {
        self.file("buckets/b/policy.json", json!({"Policy": policy.to_string()}))
    }

    pub(super) fn sealed(self, key_policy: Value) -> Self {
        let arn = format!("arn:aws:kms:eu-west-1:{A}:key/{KEY}");
        let rule = json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}, "BucketKeyEnabled": true});
        self.file("buckets/b/encryption.json", json!({"ServerSideEncryptionConfiguration": {"Rules": [rule]}}))
            .file(&format!("kms/{KEY}/policy.json"), json!({"Policy": key_policy.to_string()}))
    }

    pub(super) fn inventory(&self) -> Inventory {
        let mut import = Import::new();
        let mut add = |path: &str, value: &Value| import.add(path, value.to_string().as_bytes());
        let of = |account: &str| self.roles.iter().filter(|(a, _)| a == account).map(|(_, r)| r.clone()).collect::<Vec<_>>();
        add(
            &format!("accounts/{A}/authorization-details.json"),
            &json!({"UserDetailList": self.users, "RoleDetailList": of(A), "Policies": self.policies}),
        );
        if !of(B).is_empty() {
            add(&format!("accounts/{B}/authorization-details.json"), &json!({"RoleDetailList": of(B)}));
        }
        self.files.iter().for_each(|(path, value)| add(path, value));
        import.finish()
    }

    /// What a principal has: `read`, `read?` on a condition, `read!` not known.
    pub(super) fn has(&self, who: &str) -> String {
        let inventory = self.inventory();
        let rows = Reacher::new(&inventory).bucket("b", "");
        let mark = |answer: &str| match answer {
            "yes" => "",
            "conditional" => "?",
            _ => "!",
        };
        rows.iter().filter(|r| *r.principal == *who).map(|r| format!("{}{}", r.access.name(), mark(r.answer.name()))).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn condition(&self, who: &str) -> String {
        let inventory = self.inventory();
        let rows = Reacher::new(&inventory).bucket("b", "");
        rows.iter().filter(|r| *r.principal == *who).filter_map(|r| r.condition.as_ref().map(ToString::to_string)).next().unwrap_or_default()
    }
}

pub(super) const OBJECTS: &str = "arn:aws:s3:::b/*";

pub(super) fn nothing() -> Value {
    only(allow("logs:GetLogEvents", "*"))
}

pub(super) fn reader() -> Value {
    only(allow("s3:GetObject", OBJECTS))
}
