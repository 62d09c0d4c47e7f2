//! `organization/{tree,scp,rcp}.json`. Their shape is not fixed: what says enough is taken.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Folder, document,
    document::{get, is_account, is_policy, text},
};
use crate::inventory::{Attachment, Node, OrgPolicies, Organization, Reading};

/// What AWS attaches by default.
const FULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
/// How deep a document is followed.
const DEPTH: usize = 64;

/// Whether a text names a root, a unit or an account.
fn is_target(text: &str) -> bool {
    is_account(text) || ((text.starts_with("r-") || text.starts_with("ou-")) && text.len() > 2 && !text.contains(' '))
}

/// The id in an ARN of Organizations, or the id itself.
fn target_of(text: &str) -> Option<&str> {
    let last = if text.starts_with("arn:") { text.rsplit('/').next().unwrap_or(text) } else { text };
    is_target(last).then_some(last)
}

impl Folder<'_> {
    pub(super) fn organization(&mut self) {
        let files = ["tree", "scp", "rcp", "organization"].map(|name| format!("organization/{name}.json"));
        if files.iter().all(|path| !self.files.contains_key(path)) {
            return;
        }
        let mut organization = self.inventory.organization.take().unwrap_or_default();
        for path in [&files[0], &files[3]] {
            match self.file(path) {
                Reading::Read(value) => walk(&value.clone(), None, &mut organization, 0),
                Reading::Unread(why) => organization.unread = Some(format!("{}{path}: {why}", self.place)),
                Reading::Absent => {}
            }
        }
        for (path, scp) in [(&files[1], true), (&files[2], false)] {
            let read = match self.file(path) {
                Reading::Read(value) => self.policies_of(path, &value.clone()),
                Reading::Unread(why) => Reading::Unread(format!("{}{path}: {why}", self.place)),
                Reading::Absent => continue,
            };
            *(if scp { &mut organization.scp } else { &mut organization.rcp }) = read;
        }
        self.inventory.organization = Some(organization);
    }

    fn policies_of(&mut self, file: &str, value: &Value) -> Reading<OrgPolicies> {
        let mut found = Found::default();
        found.definitions(value, 0);
        found.attachments(value, None, 0);
        let mut out = OrgPolicies::default();
        for (target, names) in found.targets {
            let mut attached = Vec::new();
            for (key, name) in names {
                let document = found.documents.get(&key);
                attached.push(match document {
                    Some(document) => self.attach(file, name, Some(document)),
                    None if key.ends_with("FullAWSAccess") => self.attach(file, name, Some(&Value::String(FULL.to_owned()))),
                    None => {
                        self.gap(file, format!("{name} on {target}: its content is missing"));
                        Attachment { name, policy: Reading::Unread("its content is missing".to_owned()) }
                    }
                });
            }
            out.targets.insert(target, attached);
        }
        let nothing = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty);
        if out.targets.is_empty() && !nothing {
            let why = "no policy with a target is in it";
            self.gap(file, why);
            return Reading::Unread(format!("{}{file}: {why}", self.place));
        }
        Reading::Read(out)
    }
}

/// The tree: an object with an id is a node, its parent encloses it or is named.
fn walk(value: &Value, parent: Option<&str>, out: &mut Organization, depth: usize) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::String(id) => {
            if let (Some(id), Some(parent)) = (target_of(id), parent) {
                node(out, id, Some(parent), None);
            }
        }
        Value::Array(list) => list.iter().for_each(|v| walk(v, parent, out, depth + 1)),
        Value::Object(map) => {
            identify(value, out);
            let id = ["Id", "AccountId", "Arn"].iter().find_map(|key| target_of(text(value, key)?));
            let named = ["ParentId", "Parent"].iter().find_map(|key| target_of(text(value, key)?));
            if let Some(id) = id {
                node(out, id, named.or(parent), text(value, "Name"));
            }
            let inner = id.or(parent);
            for (key, child) in map {
                let skipped = ["ParentId", "Parent", "Id", "Arn", "AccountId", "PolicyTypes", "Policies"].iter().any(|k| k.eq_ignore_ascii_case(key));
                let manages = key.to_ascii_lowercase().contains("account") && !child.is_array() && !child.is_object();
                if skipped || manages {
                    continue;
                }
                // `{"ou-…": {…}}`: the key is the node.
                if let Some(target) = target_of(key) {
                    let named = ["ParentId", "Parent"].iter().find_map(|k| target_of(text(child, k)?));
                    node(out, target, named.or(inner), text(child, "Name"));
                    walk(child, Some(target), out, depth + 1);
                } else {
                    walk(child, inner, out, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// Organisation and management account.
fn identify(value: &Value, out: &mut Organization) {
    if let Some(id) = ["Id", "OrganizationId"].iter().find_map(|key| text(value, key)).filter(|id| id.starts_with("o-")) {
        out.id = Some(id.to_owned());
    }
    let named = ["MasterAccountId", "ManagementAccountId", "ManagementAccount", "MasterAccount", "Management", "Master"];
    let arn = text(value, "MasterAccountArn").or_else(|| text(value, "ManagementAccountArn"));
    let management = named.iter().find_map(|key| {
        let found = get(value, key)?;
        found.as_str().or_else(|| text(found, "Id")).filter(|id| is_account(id))
    });
    if let Some(management) = management.or_else(|| arn.and_then(document::account_of)) {
        out.management = Some(management.to_owned());
    }
    let flagged = ["IsManagementAccount", "Management", "IsManagement", "IsMaster"].iter().any(|key| document::flag(value, key));
    if let Some(id) = text(value, "Id").filter(|id| flagged && is_account(id)) {
        out.management = Some(id.to_owned());
    }
    // `arn:aws:organizations::MANAGEMENT:account/o-ID/ACCOUNT`
    if let Some(arn) = text(value, "Arn").filter(|arn| arn.contains(":organizations:")) {
        let id = arn.split('/').find(|part| part.starts_with("o-"));
        out.id = out.id.take().or_else(|| id.map(str::to_owned));
        out.management = out.management.take().or_else(|| document::account_of(arn).map(str::to_owned));
    }
}

fn node(out: &mut Organization, id: &str, parent: Option<&str>, name: Option<&str>) {
    let node: &mut Node = out.nodes.entry(id.to_owned()).or_default();
    if let Some(parent) = parent.filter(|p| *p != id) {
        node.parent = Some(parent.to_owned());
        out.nodes.entry(parent.to_owned()).or_default();
    }
    if let Some(name) = name {
        out.nodes.entry(id.to_owned()).or_default().name = Some(name.to_owned());
    }
}

/// Documents by id or name, and what is attached where: target → (key of the document, name for people).
#[derive(Default)]
struct Found {
    documents: BTreeMap<String, Value>,
    targets: BTreeMap<String, BTreeSet<(String, String)>>,
}

/// The document in a policy object.
fn document_in(value: &Value) -> Option<&Value> {
    ["Content", "Document", "PolicyDocument", "Policy"]
        .iter()
        .find_map(|key| get(value, key))
        .filter(|d| is_policy(d) || d.as_str().is_some_and(|t| t.trim_start().starts_with(['{', '%'])))
}

/// Id (or name) and name of a policy object.
fn identity(value: &Value) -> Option<(String, String)> {
    let summary = get(value, "PolicySummary").unwrap_or(value);
    let id = text(summary, "Id").or_else(|| text(summary, "PolicyId")).or_else(|| text(summary, "Name")).or_else(|| text(summary, "PolicyName"))?;
    let name = text(summary, "Name").or_else(|| text(summary, "PolicyName")).unwrap_or(id);
    (!is_target(id)).then(|| (id.to_owned(), name.to_owned()))
}

impl Found {
    /// Policies with a document and a name, wherever they are.
    fn definitions(&mut self, value: &Value, depth: usize) {
        if depth > DEPTH || is_policy(value) {
            return;
        }
        match value {
            Value::Array(list) => list.iter().for_each(|v| self.definitions(v, depth + 1)),
            Value::Object(map) => {
                if let (Some(document), Some((id, name))) = (document_in(value), identity(value)) {
                    self.documents.entry(name).or_insert_with(|| document.clone());
                    self.documents.insert(id, document.clone());
                }
                for (key, child) in map {
                    // `{"p-…": {"Statement": …}}`: the key is the id, or the name.
                    if let Some(document) = is_policy(child).then_some(child).or_else(|| document_in(child)).filter(|_| target_of(key).is_none()) {
                        self.documents.entry(key.clone()).or_insert_with(|| document.clone());
                    }
                    self.definitions(child, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// What hangs where.
    fn attachments(&mut self, value: &Value, target: Option<&str>, depth: usize) {
        if depth > DEPTH {
            return;
        }
        match value {
            Value::Array(list) => list.iter().for_each(|v| self.attachments(v, target, depth + 1)),
            Value::String(name) => {
                if let Some(target) = target.filter(|_| target_of(name).is_none()) {
                    self.attach(target, name.clone(), name.clone());
                }
            }
            Value::Object(map) => {
                if is_policy(value) {
                    self.unnamed(target, value, "policy");
                    return;
                }
                let is_definition = document_in(value).is_some() || get(value, "PolicySummary").is_some() || identity(value).is_some();
                if let Some((id, name)) = identity(value).filter(|_| is_definition) {
                    let listed = ["Targets", "TargetIds", "Attachments", "AttachedTo", "Target"].iter().find_map(|key| get(value, key));
                    let targets = listed.map(targets_in).unwrap_or_default();
                    for target in targets.iter().map(String::as_str).chain(target) {
                        self.attach(target, id.clone(), name.clone());
                    }
                    return;
                }
                let own = ["TargetId", "Target", "Id", "AccountId"].iter().find_map(|key| target_of(text(value, key)?)).or(target);
                if own.is_some()
                    && let Some(document) = document_in(value)
                {
                    self.unnamed(own, document, text(value, "name").unwrap_or("policy"));
                    return;
                }
                for (key, child) in map {
                    if let Some(target) = target_of(key) {
                        self.targets.entry(target.to_owned()).or_default();
                        self.attachments(child, Some(target), depth + 1);
                    } else if let (Some(target), true) = (own, is_policy(child) || document_in(child).is_some()) {
                        // `{"ou-…": {"DenyAll": {"Statement": …}}}`: the key is the name.
                        let name = identity(child).map_or_else(|| key.clone(), |(_, name)| name);
                        let document = if is_policy(child) { Some(child) } else { document_in(child) };
                        document.into_iter().for_each(|d| self.unnamed(Some(target), d, &name));
                    } else if child.is_array() || child.is_object() {
                        if let Some(target) = own.filter(|_| child.is_array()) {
                            self.targets.entry(target.to_owned()).or_default();
                        }
                        self.attachments(child, own, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn attach(&mut self, target: &str, key: String, name: String) {
        self.targets.entry(target.to_owned()).or_default().insert((key, name));
    }

    /// A document that has no id: kept under its own text.
    fn unnamed(&mut self, target: Option<&str>, document: &Value, name: &str) {
        let Some(target) = target else { return };
        let key = document.to_string();
        self.documents.insert(key.clone(), document.clone());
        self.attach(target, key, name.to_owned());
    }
}

/// Targets listed with a policy.
fn targets_in(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(targets_in).collect(),
        Value::String(id) => target_of(id).map(str::to_owned).into_iter().collect(),
        Value::Object(map) => {
            let named = ["TargetId", "Id", "Arn"].iter().find_map(|key| target_of(text(value, key)?)).map(str::to_owned);
            named.map_or_else(|| map.keys().filter_map(|k| target_of(k)).map(str::to_owned).collect(), |id| vec![id])
        }
        _ => Vec::new(),
    }
}
