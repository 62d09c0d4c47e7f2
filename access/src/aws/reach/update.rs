//! One inventory after another: what is the same is not worked out again.

use std::collections::BTreeSet;

use super::{
    Reacher,
    actors::{Groups, bears_on},
};
use crate::inventory::{Attachment, Bucket, Group, Inventory, PolicyId, Principal, Reading};

/// Which buckets' answers may be others than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    /// Those of these buckets, by name and sorted.
    Buckets(Vec<String>),
    /// Those of all.
    All,
}

/// What differs between two inventories that have the same principals, groups and buckets.
#[derive(Default)]
struct Change {
    /// Whose policies, or boundary, are others.
    principals: BTreeSet<usize>,
    /// Whose policy is another.
    buckets: Vec<usize>,
    /// Documents that came or went.
    policies: BTreeSet<PolicyId>,
}

impl<'a> Reacher<'a> {
    /// Goes on with `inventory`, best one made from the inventory before by changing some of it: then only what hangs on the change is worked out.
    /// Answers are those of `Reacher::new(inventory)`.
    pub fn update(&mut self, inventory: &'a Inventory) -> Touched {
        let Some(change) = Change::between(self.estate.inventory, inventory) else {
            *self = Self::new(inventory);
            return Touched::All;
        };
        self.estate.go_on(inventory);
        let mut touched: BTreeSet<String> = change.buckets.iter().map(|&i| inventory.buckets[i].name.clone()).collect();
        // Who may ask for what is lent may ask for it anywhere.
        let mut all = self.lending.go_on(&self.estate, &change.policies);
        for policy in &change.policies {
            match bears_on(&self.estate, *policy) {
                Some(names) => touched.extend(names),
                None => all = true,
            }
        }
        if all {
            // Roles may be assumed by others, too.
            self.edges = self.estate.edges(&mut self.world);
            self.paths.clear();
        }
        if !self.groups.update(&self.estate, &change.principals, &change.buckets) {
            self.groups = Groups::new(&self.estate);
        }
        if all { Touched::All } else { Touched::Buckets(touched.into_iter().filter(|name| self.places.contains_key(name.as_str())).collect()) }
    }
}

impl Change {
    /// None: more differs than that.
    fn between(old: &Inventory, new: &Inventory) -> Option<Self> {
        if !is_alike(old, new) {
            return None;
        }
        let mut out = Self::default();
        let mut regrouped: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (old, new) in old.groups.iter().zip(&new.groups).filter(|(old, new)| old != new) {
            if *old != (Group { policies: old.policies.clone(), ..new.clone() }) {
                return None;
            }
            out.documents(&old.policies, &new.policies)?;
            regrouped.insert((&old.account, &old.name));
        }
        for (i, (old, new)) in old.principals.iter().zip(&new.principals).enumerate() {
            if old != new {
                if *old != (Principal { policies: old.policies.clone(), boundary: old.boundary.clone(), ..new.clone() }) {
                    return None;
                }
                out.documents(&old.policies, &new.policies)?;
                // A boundary that comes or goes is about everything that it does not speak of.
                if old.boundary.is_some() != new.boundary.is_some() {
                    return None;
                }
                out.documents(old.boundary.as_slice(), new.boundary.as_slice())?;
                out.principals.insert(i);
            } else if old.groups.iter().any(|name| regrouped.contains(&(old.account.as_str(), name.as_str()))) {
                out.principals.insert(i);
            }
        }
        for (i, (old, new)) in old.buckets.iter().zip(&new.buckets).enumerate().filter(|(_, (old, new))| old != new) {
            if *old != (Bucket { policy: old.policy.clone(), ..new.clone() }) {
                return None;
            }
            out.buckets.push(i);
        }
        Some(out)
    }

    /// Adds the documents by which two lists differ; none: one of them was not read.
    fn documents(&mut self, old: &[Attachment], new: &[Attachment]) -> Option<()> {
        for (one, other) in [(old, new), (new, old)] {
            for attachment in one.iter().filter(|a| !other.contains(a)) {
                let Reading::Read(policy) = attachment.policy else { return None };
                self.policies.insert(policy);
            }
        }
        Some(())
    }
}

/// Whether two inventories have the same principals, groups and buckets, and everything else alike.
fn is_alike(old: &Inventory, new: &Inventory) -> bool {
    // Whoever adds a field decides here whether it matters.
    let Inventory {
        policies,
        accounts,
        principals,
        groups,
        buckets,
        keys,
        aliases,
        access_points,
        object_lambdas,
        pods,
        access_grants,
        lakes,
        organization,
        directory,
        exports: _,
        gaps: _,
        unknown_files: _,
    } = old;
    *accounts == new.accounts
        && *keys == new.keys
        && *aliases == new.aliases
        && *access_points == new.access_points
        && *object_lambdas == new.object_lambdas
        && *pods == new.pods
        && *access_grants == new.access_grants
        && *lakes == new.lakes
        && *organization == new.organization
        && *directory == new.directory
        && new.policies.goes_on_from(policies)
        && (principals.len(), groups.len(), buckets.len()) == (new.principals.len(), new.groups.len(), new.buckets.len())
}
