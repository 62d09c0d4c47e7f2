//! `GetAccountAuthorizationDetails`: users, groups, roles, managed policies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Folder,
    document::{account_of, flag, get, list, tags, text},
};
use crate::inventory::{Attachment, Group, Principal, PrincipalKind, Reading};

/// AWS managed policies that can be missing in a dump and whose documents never change.
const WELL_KNOWN: &[(&str, &str)] = &[
    ("AdministratorAccess", r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#),
    ("AmazonS3FullAccess", r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]}"#),
    (
        "AmazonS3ReadOnlyAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]}"#,
    ),
    ("AWSDenyAll", r#"{"Version":"2012-10-17","Statement":[{"Sid":"DenyAll","Effect":"Deny","Action":["*"],"Resource":"*"}]}"#),
    (
        "IAMFullAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]}"#,
    ),
    (
        "PowerUserAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetGovCloudAccountInformation","account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeEffectivePolicy","organizations:DescribeOrganization"],"Resource":"*"}]}"#,
    ),
];

/// ARN of a managed policy → its default version.
type Managed = BTreeMap<String, Attachment>;

impl Folder<'_> {
    pub(super) fn authorization(&mut self) {
        let files: Vec<String> = self.files.keys().filter(|path| path.starts_with("authorization-details")).cloned().collect();
        let before = self.inventory.principals.len();
        let pages: Vec<(String, Value)> = files.iter().filter_map(|path| Some((path.clone(), self.file(path).read().copied()?.clone()))).collect();
        // A file may hold several pages.
        let pages: Vec<(String, Value)> = pages
            .into_iter()
            .flat_map(|(path, value)| match value {
                Value::Array(pages) => pages.into_iter().map(|page| (path.clone(), page)).collect(),
                page => vec![(path, page)],
            })
            .collect();
        let whole = self.page_chain(&pages)
            && !files.iter().any(|file| self.cut.contains(&format!("{}{file}", self.place)) || self.file(file).unread().is_some());
        let mut managed = Managed::new();
        for (file, page) in &pages {
            self.managed(file, page, &mut managed);
        }
        for (file, page) in &pages {
            self.groups(file, page, &managed);
            self.users(file, page, &managed);
            self.roles(file, page, &managed);
        }
        self.group_names();
        if !whole {
            let dumped: BTreeSet<String> = self.inventory.principals[before..].iter().map(|p| p.account.clone()).collect();
            dumped.into_iter().for_each(|account| self.inventory.accounts.entry(account).or_default().identities = false);
        }
    }

    /// Says when a page is followed by one that is not there; whether all are.
    fn page_chain(&mut self, pages: &[(String, Value)]) -> bool {
        let open = pages.iter().filter(|(_, page)| flag(page, "IsTruncated")).count();
        let whole = open == 0 || open < pages.len();
        if !whole {
            let file = pages.last().map_or_else(String::new, |(file, _)| file.clone());
            self.gap(&file, "the last page is missing: there are more users, groups, roles or policies than were dumped");
        }
        for (file, page) in pages {
            if ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"].iter().all(|key| get(page, key).is_none()) {
                self.gap(file, "there are no authorization details in it");
            }
        }
        whole
    }

    fn managed(&mut self, file: &str, page: &Value, managed: &mut Managed) {
        for policy in list(page, "Policies") {
            let Some(arn) = text(policy, "Arn") else { continue };
            let versions = list(policy, "PolicyVersionList");
            let default = text(policy, "DefaultVersionId");
            let version = versions
                .iter()
                .find(|v| flag(v, "IsDefaultVersion"))
                .or_else(|| versions.iter().find(|v| default.is_some() && text(v, "VersionId") == default));
            let attachment = match version {
                Some(version) => self.attach(file, arn.to_owned(), get(version, "Document")),
                None => {
                    self.gap(file, format!("{arn}: its default version is missing"));
                    Attachment { name: arn.to_owned(), policy: Reading::Unread("its default version is missing".to_owned()) }
                }
            };
            managed.insert(arn.to_owned(), attachment);
        }
    }

    /// A managed policy by ARN: from the dump, or well known, or not read.
    fn by_arn(&mut self, file: &str, arn: &str, of: &str, managed: &Managed) -> Attachment {
        if let Some(found) = managed.get(arn) {
            return found.clone();
        }
        let name = arn.strip_prefix("arn:aws:iam::aws:policy/").map(|n| n.rsplit('/').next().unwrap_or(n));
        if let Some((_, document)) = WELL_KNOWN.iter().find(|(known, _)| Some(*known) == name) {
            return Attachment { name: arn.to_owned(), policy: Reading::Read(self.inventory.policies.intern((*document).to_owned())) };
        }
        let why = format!("{arn} is not in the dump");
        self.gap(file, format!("{of}: {why}"));
        Attachment { name: arn.to_owned(), policy: Reading::Unread(why) }
    }

    /// Inline and attached policies of somebody.
    fn policies(&mut self, file: &str, of: &str, detail: &Value, inline: &str, managed: &Managed) -> Vec<Attachment> {
        let mut out = Vec::new();
        for policy in list(detail, "AttachedManagedPolicies") {
            if let Some(arn) = text(policy, "PolicyArn") {
                out.push(self.by_arn(file, arn, of, managed));
            }
        }
        for policy in list(detail, inline) {
            let name = format!("{of}/{}", text(policy, "PolicyName").unwrap_or("?"));
            out.push(self.attach(file, name, get(policy, "PolicyDocument")));
        }
        out
    }

    /// ARN and name of an entry.
    fn named<'v>(&mut self, file: &str, detail: &'v Value, key: &str) -> Option<(&'v str, &'v str)> {
        let named = text(detail, "Arn").zip(text(detail, key));
        if named.is_none() {
            self.gap(file, format!("an entry has no `Arn` or no `{key}`"));
        }
        named
    }

    fn groups(&mut self, file: &str, page: &Value, managed: &Managed) {
        for detail in list(page, "GroupDetailList") {
            let Some((arn, name)) = self.named(file, detail, "GroupName") else { continue };
            let policies = self.policies(file, &format!("group/{name}"), detail, "GroupPolicyList", managed);
            let account = account_of(arn).unwrap_or_default().to_owned();
            self.inventory.groups.push(Group { arn: arn.to_owned(), name: name.to_owned(), account, policies });
        }
    }

    fn users(&mut self, file: &str, page: &Value, managed: &Managed) {
        for detail in list(page, "UserDetailList") {
            let Some((arn, name)) = self.named(file, detail, "UserName") else { continue };
            let policies = self.policies(file, &format!("user/{name}"), detail, "UserPolicyList", managed);
            let groups = list(detail, "GroupList").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let user = self.principal(file, PrincipalKind::User, arn, name, detail, managed);
            self.inventory.principals.push(Principal { policies, groups, ..user });
        }
    }

    fn roles(&mut self, file: &str, page: &Value, managed: &Managed) {
        for detail in list(page, "RoleDetailList") {
            let Some((arn, name)) = self.named(file, detail, "RoleName") else { continue };
            let policies = self.policies(file, &format!("role/{name}"), detail, "RolePolicyList", managed);
            let trust = self.attach(file, format!("role/{name}/trust"), get(detail, "AssumeRolePolicyDocument"));
            let last_used = get(detail, "RoleLastUsed").and_then(|used| text(used, "LastUsedDate")).map(str::to_owned);
            let role = self.principal(file, PrincipalKind::Role, arn, name, detail, managed);
            self.inventory.principals.push(Principal { policies, trust: Some(trust), last_used, ..role });
        }
    }

    /// What users and roles have in common.
    fn principal(&mut self, file: &str, kind: PrincipalKind, arn: &str, name: &str, detail: &Value, managed: &Managed) -> Principal {
        let word = if kind == PrincipalKind::User { "user" } else { "role" };
        let boundary = get(detail, "PermissionsBoundary").and_then(|b| b.as_str().or_else(|| text(b, "PermissionsBoundaryArn")));
        let boundary = boundary.map(|boundary| self.by_arn(file, boundary, &format!("boundary of {word}/{name}"), managed));
        let id = text(detail, if kind == PrincipalKind::User { "UserId" } else { "RoleId" }).unwrap_or_default();
        let account = account_of(arn).map_or_else(|| self.account.clone().unwrap_or_default(), str::to_owned);
        self.inventory.accounts.entry(account.clone()).or_default().identities = true;
        Principal {
            kind,
            arn: arn.to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            path: text(detail, "Path").unwrap_or("/").to_owned(),
            account,
            groups: Vec::new(),
            policies: Vec::new(),
            boundary,
            tags: get(detail, "Tags").map(tags).unwrap_or_default(),
            trust: None,
            last_used: None,
        }
    }

    /// Users of groups that were not dumped have policies that were not read.
    fn group_names(&mut self) {
        let mut missing: Vec<(usize, String)> = Vec::new();
        for (i, user) in self.inventory.principals.iter().enumerate() {
            let lacks = |name: &&String| !self.inventory.groups.iter().any(|g| g.account == user.account && g.name == **name);
            missing.extend(user.groups.iter().filter(lacks).map(|name| (i, name.clone())));
        }
        for (i, name) in missing {
            let why = format!("the group `{name}` is not in the dump");
            let user = &mut self.inventory.principals[i];
            let place = format!("user/{}", user.name);
            user.policies.push(Attachment { name: format!("group/{name}"), policy: Reading::Unread(why.clone()) });
            user.groups.retain(|g| *g != name);
            self.gap(&place, why);
        }
    }
}
