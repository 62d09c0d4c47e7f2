//! Object Lambda access points: who reads through one needs it, its function, the access point behind it and the bucket.

use super::{
    atom::World,
    bucket::{Access, Ask},
    decision::{Allowed, Granted},
    estate::{Estate, lambda_policy},
    formula::NO,
    request::{Request, Target},
    statement::{Action, DELETE_OBJECT, GET_OBJECT, INVOKE, LAMBDA_DELETE, LAMBDA_GET, LAMBDA_LIST, LAMBDA_PUT, LIST_BUCKET, PUT_OBJECT},
};
use crate::{
    aws::policy::is_account,
    inventory::{AccessPoint, ObjectLambda, Reading},
};

impl<'a> Estate<'a> {
    /// An access through an Object Lambda access point and the access point behind it.
    pub(super) fn through_lambda(&self, world: &mut World, access: Access, ask: &Ask<'_>, lambda: &ObjectLambda, point: &AccessPoint) -> Allowed {
        self.through(world, access, &Ask { lambda: Some(lambda), ..*ask }, point)
    }

    /// What the Object Lambda access point itself, and its function, have to allow.
    pub(super) fn at_lambda(&self, world: &mut World, action: Action, ask: &Ask<'_>, lambda: &ObjectLambda) -> Allowed {
        let (of_lambda, changes): (_, &[&str]) = match action {
            GET_OBJECT => (LAMBDA_GET, &["GetObject"]),
            LIST_BUCKET => (LAMBDA_LIST, &["ListObjects", "ListObjectsV2"]),
            PUT_OBJECT => (LAMBDA_PUT, &[]),
            DELETE_OBJECT => (LAMBDA_DELETE, &[]),
            _ => return Allowed::new(NO),
        };
        let request = Request::new(self, ask.actor, Target::Other { arn: &lambda.arn, account: Some(&lambda.account) }, None, 0);
        let own = self.own(world, of_lambda, &request);
        let name = lambda_policy(&lambda.name);
        let restricted = self.restricted(world, &name, Some(&lambda.account), &Reading::Read(lambda.block));
        let granted = self.policy_grants(world, &name, &lambda.policy, restricted, of_lambda, &request, ask.caller, &lambda.account);
        let mut allowed = self.decide(world, of_lambda, &request, &own, granted, true);
        for function in changes.iter().filter_map(|change| lambda.functions.get(*change)) {
            let invoked = self.invoked(world, ask, function);
            allowed = allowed.and(world, invoked);
        }
        allowed
    }

    /// Whether who asks may invoke a function. Its own policy, which only allows, is not exported.
    fn invoked(&self, world: &mut World, ask: &Ask<'_>, function: &str) -> Allowed {
        let account = function.split(':').nth(4).filter(|a| is_account(a));
        let request = Request::new(self, ask.actor, Target::Other { arn: function, account }, None, 0).on_behalf(true);
        let own = self.own(world, INVOKE, &request);
        let unknown = world.unread(&format!("policy of the function {function}"));
        self.decide(world, INVOKE, &request, &own, Granted { direct: unknown, account: unknown, ..Granted::default() }, true)
    }
}
