//! Answers held against what audit logs say: used, perhaps, not used although a log would show it, or not recorded at all.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use sonde_access::inventory::Inventory;

use crate::{
    dates::day,
    store::{ReachQuery, ReachRow, ReachUseRow, Store, UsageRows},
};

/// What logs say of one answer. Times: seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// He did, last at this time.
    Yes(i64),
    /// Somebody did who may be he: a role that he may assume, an account that is his, some table of the database.
    Maybe(i64),
    /// Nobody who may be he did, in this time and on so many days of it.
    No {
        /// Since when it is recorded.
        first: i64,
        /// Until when.
        last: i64,
        /// Days of which there is a record.
        days: u64,
    },
    /// No log that was read would show it.
    Unrecorded,
}

impl Used {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes(_) => "used",
            Self::Maybe(_) => "maybe",
            Self::No { .. } => "unused",
            Self::Unrecorded => "unrecorded",
        }
    }

    /// For people.
    #[must_use]
    pub fn shown(self) -> String {
        match self {
            Self::Yes(last) => day(last),
            Self::Maybe(last) => format!("{} perhaps", day(last)),
            Self::No { days, .. } => format!("not in {days} day{}", if days == 1 { "" } else { "s" }),
            Self::Unrecorded => "not recorded".to_owned(),
        }
    }
}

/// Name of a bucket → its account.
pub type Owners = HashMap<String, String>;

/// Whose buckets are whose.
#[must_use]
pub fn owners(inventory: &Inventory) -> Owners {
    inventory.buckets.iter().filter_map(|b| Some((b.name.clone(), b.account.clone()?))).collect()
}

/// What logs say of one provider.
#[derive(Debug, Default)]
pub struct Uses {
    /// Principal → resource and access → last time.
    seen: HashMap<String, HashMap<(String, String), i64>>,
    recorded: HashMap<(String, String), (i64, i64)>,
    days: BTreeSet<i64>,
    owners: Owners,
}

impl Uses {
    /// Puts rows in order.
    #[must_use]
    pub fn new(rows: UsageRows, owners: Owners) -> Self {
        let mut uses = Self { owners, ..Self::default() };
        for row in rows.uses {
            uses.seen.entry(row.principal).or_default().insert((row.resource, row.access), row.last);
        }
        uses.recorded = rows.recorded.into_iter().map(|r| ((r.resource, r.access), (r.first, r.last))).collect();
        uses.days = rows.days.into_iter().map(|(_, day)| day).collect();
        uses
    }

    /// Says whose buckets are whose.
    pub fn own(&mut self, owners: Owners) {
        self.owners = owners;
    }

    /// Whether no log was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// What logs say of answers. All answers about a resource have to be there: a group is used by those who are in it.
    #[must_use]
    pub fn of(&self, rows: &[ReachRow]) -> Vec<Used> {
        let own: Vec<Used> = rows.iter().map(|row| self.of_one(row)).collect();
        let used = |i: usize| match own[i] {
            Used::Yes(last) | Used::Maybe(last) => Some(last),
            _ => None,
        };
        let through = |group: &ReachRow, row: &ReachRow| {
            let name = &group.principal;
            let same = row.resource == group.resource && row.access == group.access && row.principal != *name;
            same && row.via.iter().any(|v| v == name || v.strip_prefix("SET ROLE ") == Some(name))
        };
        let mut out = own.clone();
        for (i, group) in rows.iter().enumerate().filter(|(_, row)| row.kind == "group") {
            let members = rows.iter().enumerate().filter(|(_, row)| through(group, row)).filter_map(|(j, _)| used(j));
            if let Some(last) = members.max() {
                out[i] = Used::Yes(last);
            }
        }
        out
    }

    fn of_one(&self, row: &ReachRow) -> Used {
        let place = place_of(&row.resource);
        if let Some(last) = self.last(&row.principal, place, &row.access) {
            return Used::Yes(last);
        }
        if let Some(last) = self.maybe(row, place) {
            return Used::Maybe(last);
        }
        let Some((first, last)) = self.recorded(place, &row.access) else { return Used::Unrecorded };
        let days = self.days.range(first.div_euclid(86_400)..=last.div_euclid(86_400)).count() as u64;
        Used::No { first, last, days }
    }

    fn last(&self, principal: &str, place: &str, access: &str) -> Option<i64> {
        self.seen.get(principal)?.get(&(place.to_owned(), access.to_owned())).copied()
    }

    /// Whether somebody did who may be he.
    fn maybe(&self, row: &ReachRow, place: &str) -> Option<i64> {
        let whole = database_of(place).and_then(|database| self.last(&row.principal, database, &row.access));
        let account = account_of(&row.principal).and_then(|account| self.last(&format!("{account}*"), place, &row.access));
        let anybody = (row.kind == "any_authenticated").then(|| {
            let others = self.seen.iter().filter(|(who, _)| who.ends_with(":*"));
            others.filter_map(|(_, what)| what.get(&(place.to_owned(), row.access.clone()))).max().copied()
        });
        whole.max(account).max(anybody.flatten()).max(self.by_role(row, place))
    }

    /// By the role that his way ends in, unless logs would show that he took that way and do not.
    fn by_role(&self, row: &ReachRow, place: &str) -> Option<i64> {
        let (first, last) = (row.via.first()?, row.via.last()?);
        let used = self.last(last, place, &row.access)?;
        let accounts = [&row.principal, first].map(|arn| account_of(arn).and_then(|account| account.split(':').nth(4)));
        let told = accounts.into_iter().flatten().any(|id| self.recorded.contains_key(&(format!("account:{id}"), "assume".to_owned())));
        let known = matches!(row.kind.as_str(), "user" | "role");
        let somebody = account_of(&row.principal).and_then(|account| self.last(&format!("{account}*"), first, "assume"));
        let took = self.last(&row.principal, first, "assume").or(somebody).is_some();
        (took || !told || !known).then_some(used)
    }

    fn recorded(&self, place: &str, access: &str) -> Option<(i64, i64)> {
        let of = |what: &str| self.recorded.get(&(what.to_owned(), access.to_owned())).copied();
        let account = || of(&format!("account:{}", self.owners.get(bucket_of(place)?)?));
        of(place).or_else(|| database_of(place).and_then(of)).or_else(|| if access == "admin" { account() } else { None })
    }
}

/// What logs call a resource: the bucket of objects, all else as it is.
fn place_of(resource: &str) -> &str {
    match bucket_of(resource).and_then(|_| resource.find('/')) {
        Some(end) => &resource[..end],
        None => resource,
    }
}

/// The name in `arn:aws:s3:::NAME/…`.
fn bucket_of(resource: &str) -> Option<&str> {
    let (service, rest) = resource.strip_prefix("arn:")?.split_once(":::")?;
    service.ends_with(":s3").then(|| rest.split('/').next().unwrap_or(rest))
}

/// `postgres://host:port/database` of a table.
fn database_of(resource: &str) -> Option<&str> {
    let scheme = "postgres://".len();
    let end = resource.strip_prefix("postgres://")?.match_indices('/').nth(1)?.0;
    Some(&resource[..scheme + end])
}

/// `arn:aws:iam::ID:` of a name in an account.
fn account_of(principal: &str) -> Option<&str> {
    let (service, rest) = principal.strip_prefix("arn:")?.split_once("::")?;
    let id = rest.split(':').next()?;
    (service.ends_with(":iam") && id.len() == 12).then(|| &principal[..principal.len() - rest.len() + id.len() + 1])
}

/// Reads what logs say of a provider.
///
/// # Errors
/// The store cannot be read.
pub async fn uses(store: &dyn Store, provider: &str, owners: Owners) -> Result<Uses> {
    Ok(Uses::new(store.usage(provider).await?, owners))
}

/// Holds the answers that are kept of a snapshot against its logs, and keeps what comes of it.
///
/// # Errors
/// The store cannot be read or written.
pub async fn hold(store: &dyn Store, provider: &str, snapshot: i64, owners: Owners) -> Result<()> {
    let uses = uses(store, provider, owners).await?;
    if uses.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<ReachRow> = Vec::new();
    let query = ReachQuery { snapshot: Some(snapshot), ..ReachQuery::default() };
    let visit = |row| {
        rows.push(row);
        Ok(())
    };
    store.reach(&query, Box::new(visit)).await?;
    let mut out = Vec::with_capacity(rows.len());
    // They come by resource.
    for rows in rows.chunk_by(|a, b| a.resource == b.resource) {
        out.extend(rows.iter().zip(uses.of(rows)).map(|(row, used)| kept(row, used)));
    }
    store.save_reach_use(snapshot, out).await
}

fn kept(row: &ReachRow, used: Used) -> ReachUseRow {
    let (last, recorded, days) = match used {
        Used::Yes(last) | Used::Maybe(last) => (Some(last), None, None),
        Used::No { first, last, days } => (None, Some((first, last)), Some(days)),
        Used::Unrecorded => (None, None, None),
    };
    ReachUseRow {
        resource: row.resource.clone(),
        principal: row.principal.clone(),
        access: row.access.clone(),
        state: used.name().to_owned(),
        last,
        recorded,
        days,
    }
}

#[cfg(test)]
mod tests;
