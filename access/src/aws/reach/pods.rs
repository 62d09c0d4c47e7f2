//! Service accounts of Kubernetes, as whom pods assume a role: through EKS Pod Identity.

use super::{
    assume::Edge,
    atom::World,
    condition::{Keys, Known},
    estate::Estate,
    federation::{Asked, Workloads},
    statement::{ASSUME, Condition, Each, Operator, Statement},
};
use crate::{
    aws::policy::{Named, PolicyKind},
    inventory::{Attachment, Principal},
};

/// Who assumes roles for pods.
pub(super) const PODS: &str = "pods.eks.amazonaws.com";
const NAMESPACE: &str = "aws:requesttag/kubernetes-namespace";
const SERVICE_ACCOUNT: &str = "aws:requesttag/kubernetes-service-account";
const CLUSTER: &str = "aws:requesttag/eks-cluster-name";

/// Service accounts that can assume a role: those that are given it, where that was exported, else those that its trust policy names. None: it names none, and
/// the service stands for all.
pub(super) fn edges(estate: &Estate<'_>, world: &mut World, role: &Principal, trust: &Attachment, hop: u32) -> Vec<Edge> {
    let Some(Ok(policy)) = trust.policy.read().map(|p| estate.policy(*p, PolicyKind::Resource)) else { return Vec::new() };
    let of_pods =
        |s: &Statement| s.principals.as_ref().is_some_and(|p| !p.not && p.named.iter().any(|n| matches!(n, Named::Service(name) if &**name == PODS)));
    let given: Vec<Pod<'_>> = estate
        .inventory
        .pods
        .iter()
        .filter(|pod| pod.role == role.arn)
        .map(|pod| {
            let one = |text: &str| Known::One(text.to_owned());
            Pod { namespace: one(&pod.namespace), service_account: one(&pod.service_account), cluster: one(&pod.cluster), hop, role }
        })
        .collect();
    let mut out = Workloads::default();
    for statement in policy.statements.iter().filter(|s| s.allow && s.speaks_of(ASSUME) && of_pods(s)) {
        let named = if given.is_empty() { named(statement, hop, role) } else { given.clone() };
        for pod in named {
            let ask = Asked { role, trust, action: ASSUME, keys: &pod };
            out.add(estate, world, &ask, &policy, statement, &of_pods, pod.name());
        }
    }
    out.edges().collect()
}

/// What is known of a pod's request.
#[derive(Clone)]
struct Pod<'r> {
    namespace: Known,
    service_account: Known,
    cluster: Known,
    hop: u32,
    role: &'r Principal,
}

impl Pod<'_> {
    /// As Kubernetes calls it.
    fn name(&self) -> String {
        let shown = |known: &Known| match known {
            Known::One(text) => text.clone(),
            _ => "*".to_owned(),
        };
        format!("system:serviceaccount:{}:{}", shown(&self.namespace), shown(&self.service_account))
    }
}

impl Keys for Pod<'_> {
    fn hop(&self) -> u32 {
        self.hop
    }

    fn known(&self, key: &str) -> Known {
        match key {
            NAMESPACE => self.namespace.clone(),
            SERVICE_ACCOUNT => self.service_account.clone(),
            CLUSTER => self.cluster.clone(),
            "aws:principalservicename" => Known::One(PODS.to_owned()),
            "aws:principalisawsservice" | "aws:securetransport" => Known::One("true".to_owned()),
            "aws:sourceaccount" | "aws:resourceaccount" => Known::One(self.role.account.clone()),
            "aws:principalarn" | "aws:principalaccount" | "aws:principalorgid" => Known::Absent,
            _ => Known::Open,
        }
    }
}

/// The service accounts that a statement spells out.
fn named<'r>(statement: &Statement, hop: u32, role: &'r Principal) -> Vec<Pod<'r>> {
    let values = |key: &str| -> Vec<Known> {
        let spelt = |c: &&Condition| {
            c.lower == key && !c.negated && !c.if_exists && c.each != Each::All && matches!(c.operator, Operator::Equals | Operator::Like)
        };
        let Some(condition) = statement.conditions.iter().find(spelt) else { return vec![Known::Always] };
        let wild = |v: &String| condition.operator == Operator::Like && v.contains(['*', '?']);
        condition.values.iter().map(|v| if wild(v) { Known::Always } else { Known::One(v.clone()) }).collect()
    };
    let (namespaces, accounts) = (values(NAMESPACE), values(SERVICE_ACCOUNT));
    if namespaces.iter().chain(&accounts).all(|known| *known == Known::Always) {
        return Vec::new();
    }
    let pod = |namespace: &Known, account: &Known| Pod {
        namespace: namespace.clone(),
        service_account: account.clone(),
        cluster: Known::Always,
        hop,
        role,
    };
    namespaces.iter().flat_map(|n| accounts.iter().map(move |a| pod(n, a))).collect()
}
