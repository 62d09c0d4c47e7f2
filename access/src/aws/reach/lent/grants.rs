//! S3 Access Grants.

use std::collections::HashMap;

use super::{
    super::{assume::Source, atom::World, condition::Known, estate::Estate, request::Desk, statement::GET_GRANTED},
    Anywhere, Keys, LISTS, Lender, Lending, Offer, READS, Rights, Role, Term, To, WRITES,
};
use crate::inventory::{AccessGrants, DataGrant, Grantee, LentLocation};

const SERVICE: &str = "access-grants.s3.amazonaws.com";

impl Lending {
    pub(super) fn grants(&mut self, estate: &Estate<'_>, world: &mut World, instance: &AccessGrants) {
        let mut lenders: HashMap<String, Option<usize>> = HashMap::new();
        let place = instance.place();
        let stands = format!("{place}/grants");
        let locations: HashMap<&str, &LentLocation> = instance.locations.items.iter().map(|l| (l.id.as_str(), l)).collect();
        for grant in &instance.grants.items {
            let location = locations.get(grant.location.as_str()).copied();
            let name = location.map_or_else(|| format!("location {}", grant.location), |l| l.role.clone());
            let lender = match lenders.get(&name) {
                Some(lender) => *lender,
                None => {
                    let role = match (location, &instance.locations.unread) {
                        (Some(location), _) => estate.lending_role(&location.role),
                        (None, Some(why)) => Some(Role::Unread(why.clone())),
                        (None, None) => None,
                    };
                    let lender = role.map(|role| self.lender(world, of_instance(instance, &place, role, &name)));
                    lenders.insert(name, lender);
                    lender
                }
            };
            // Nothing is lent of a location that is gone, or whose role is.
            let Some(lender) = lender else { continue };
            for (source, unread) in grantees(estate, &grant.grantee) {
                let mut terms: Vec<Term> = unread.map(Term::Unread).into_iter().collect();
                terms.extend(grant.application.clone().map(Term::Application));
                let offer = Offer {
                    to: To::One(source),
                    lender,
                    scope: 0,
                    rights: 0,
                    action: GET_GRANTED,
                    terms,
                    stands: Some((stands.as_str().into(), grant.id.as_str().into())),
                };
                self.place_grant(grant, offer);
            }
        }
        if let Some(why) = &instance.grants.unread {
            let lender = self.lender(world, of_instance(instance, &place, Role::Unread(why.clone()), &instance.arn));
            let scope = self.scope(vec![Keys::below("")]);
            let to = To::Members(instance.account.clone());
            let offer = Offer { to, lender, scope, rights: READS | WRITES | LISTS, action: GET_GRANTED, terms: Vec::new(), stands: None };
            self.offer_anywhere(Anywhere { begins: String::new(), account: Some(instance.account.clone()) }, offer);
        }
    }

    /// Keeps an offer for the buckets that the scope of a grant speaks of.
    fn place_grant(&mut self, grant: &DataGrant, offer: Offer) {
        let rest = grant.scope.split_once("://").map_or(grant.scope.as_str(), |(_, rest)| rest);
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, "*"));
        let key = if key.is_empty() { "*" } else { key };
        let (text, one) = key.strip_suffix('*').map_or((key, true), |prefix| (prefix, false));
        let mut rights = rights(&grant.permission);
        if one {
            // One object is read, and nothing is listed.
            rights &= !LISTS;
        }
        let scope = self.scope(vec![Keys { text: text.to_owned(), one }]);
        let offer = Offer { scope, rights, ..offer };
        match bucket.strip_suffix('*') {
            Some(begins) => self.offer_anywhere(Anywhere { begins: begins.to_owned(), account: None }, offer),
            None if bucket.is_empty() => self.offer_anywhere(Anywhere { begins: String::new(), account: None }, offer),
            None => self.offer(bucket, offer),
        }
    }
}

fn of_instance(instance: &AccessGrants, place: &str, role: Role, name: &str) -> Lender {
    let source = if instance.region.is_some() { Known::One(instance.arn.clone()) } else { Known::Begins("arn:aws:s3:".to_owned()) };
    Lender {
        service: SERVICE,
        source,
        desk: Desk { arn: instance.arn.clone(), account: instance.account.clone(), region: instance.region.clone() },
        policy: Some((format!("{place}/policy"), instance.policy.clone())),
        role,
        name: name.into(),
        hop: 0,
    }
}

/// Reading includes listing.
fn rights(permission: &str) -> Rights {
    match permission {
        "READ" => READS | LISTS,
        "WRITE" => WRITES,
        _ => READS | WRITES | LISTS,
    }
}

fn grantees(estate: &Estate<'_>, grantee: &Grantee) -> Vec<(Source, Option<String>)> {
    match grantee {
        Grantee::Iam(arn) => estate.by_name(arn).into_iter().map(|source| (source, None)).collect(),
        Grantee::DirectoryUser(id) => estate.people(id, false),
        Grantee::DirectoryGroup(id) => estate.people(id, true),
    }
}
