//! `identity-center/*.json`: told by what is in them, not by their names.

use serde_json::Value;

use super::{
    Folder,
    document::{get, list, text},
};
use crate::inventory::{Assignment, Directory, Person, Reading};

impl Folder<'_> {
    pub(super) fn identity_center(&mut self) {
        let files: Vec<String> = self.files.keys().filter(|path| path.starts_with("identity-center/")).cloned().collect();
        for file in files {
            match self.file(&file) {
                Reading::Read(value) => {
                    let value = value.clone();
                    if !walk(&value, &Context::default(), &mut self.inventory.directory) {
                        self.gap(&file, "there are no assignments, permission sets, users, groups or memberships in it");
                    }
                }
                Reading::Unread(why) => self.inventory.directory.unread = Some(format!("{}{file}: {why}", self.place)),
                Reading::Absent => {}
            }
        }
    }
}

/// What an enclosing object says for those inside.
#[derive(Clone, Default)]
struct Context {
    account: Option<String>,
    permission_set: Option<String>,
}

/// Takes everything that it knows out of a document; whether there was anything.
fn walk(value: &Value, context: &Context, out: &mut Directory) -> bool {
    match value {
        Value::Array(list) => list.iter().map(|v| walk(v, context, out)).filter(|found| *found).count() > 0,
        Value::Object(map) => {
            let mut context = context.clone();
            context.account = text(value, "AccountId").or_else(|| text(value, "TargetId")).map(str::to_owned).or(context.account);
            context.permission_set = text(value, "PermissionSetArn").map(str::to_owned).or(context.permission_set);
            let mut found = take(value, &context, out);
            let lists = ["AccountAssignments", "PermissionSets", "Users", "Groups", "GroupMemberships"];
            found |= lists.iter().any(|name| get(value, name).is_some());
            if get(value, "GroupMemberships").is_some() {
                out.memberships = true;
            }
            map.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("MemberId")).fold(found, |found, (_, v)| walk(v, &context, out) || found)
        }
        _ => false,
    }
}

/// One object: an assignment, a permission set, a user, a group or a membership.
fn take(value: &Value, context: &Context, out: &mut Directory) -> bool {
    if let (Some(to), Some(kind), Some(account), Some(set)) =
        (text(value, "PrincipalId"), text(value, "PrincipalType"), &context.account, &context.permission_set)
    {
        let group = kind.eq_ignore_ascii_case("group");
        out.assignments.push(Assignment { account: account.clone(), permission_set: set.clone(), group, to: to.to_owned() });
        return true;
    }
    if let (Some(group), Some(member)) = (text(value, "GroupId"), get(value, "MemberId").and_then(|m| text(m, "UserId").or_else(|| m.as_str()))) {
        out.memberships = true;
        out.people.entry(member.to_owned()).or_default().groups.push(group.to_owned());
        return true;
    }
    if let (Some(id), Some(name)) = (text(value, "UserId"), text(value, "UserName")) {
        let person = out.people.entry(id.to_owned()).or_default();
        name.clone_into(&mut person.name);
        return true;
    }
    if let (Some(id), Some(name)) = (text(value, "GroupId"), text(value, "DisplayName")) {
        out.groups.insert(id.to_owned(), name.to_owned());
        let members = list(value, "Members").iter().chain(list(value, "MemberIds")).filter_map(|m| m.as_str().or_else(|| text(m, "UserId")));
        for member in members {
            out.memberships = true;
            let person: &mut Person = out.people.entry(member.to_owned()).or_default();
            person.groups.push(id.to_owned());
        }
        return true;
    }
    if let (Some(arn), Some(name)) = (text(value, "PermissionSetArn"), text(value, "Name")) {
        out.permission_sets.insert(arn.to_owned(), name.to_owned());
        return true;
    }
    false
}
