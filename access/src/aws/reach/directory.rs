//! Directory buckets (S3 Express One Zone): one action opens a session for reading, or for all of it; there are no ACLs, and nothing of them is public.

use super::{
    atom::World,
    bucket::{Access, Ask},
    decision::Allowed,
    estate::Estate,
    formula::NO,
    request::Actor,
    statement::{CREATE_SESSION, DECRYPT, GENERATE_DATA_KEY},
};
use crate::inventory::AccessPoint;

impl Estate<'_> {
    /// An access to a directory bucket. A session is for reading and writing unless it is asked for `ReadOnly`, which the reader may choose.
    pub(super) fn directory(&self, world: &mut World, access: Access, ask: &Ask<'_>, point: Option<&AccessPoint>) -> Allowed {
        if *ask.actor == Actor::Anonymous {
            return Allowed::new(NO);
        }
        let (mode, keys): (_, &[_]) = match access {
            Access::Admin => {
                return access.directory_actions().iter().fold(Allowed::new(NO), |sum, action| {
                    let one = self.s3(world, *action, ask, point);
                    sum.or(world, one)
                });
            }
            Access::List => (None, &[]),
            Access::Read => (None, &[DECRYPT]),
            Access::Write => (Some("ReadWrite"), &[DECRYPT, GENERATE_DATA_KEY]),
        };
        let mut allowed = self.s3_in(world, CREATE_SESSION, ask, point, mode);
        for action in keys {
            if allowed.formula != NO {
                let key = self.key(world, *action, ask);
                allowed = allowed.and(world, key);
            }
        }
        allowed
    }
}
