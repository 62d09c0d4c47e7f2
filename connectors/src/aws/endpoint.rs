//! Where AWS's services are.

use std::env;

/// A service that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Iam,
    Sts,
    S3,
    S3Control,
    Kms,
    Organizations,
    LakeFormation,
    Glue,
    Sso,
    IdentityStore,
}

/// All of them.
const SERVICES: [Service; 10] = [
    Service::Iam,
    Service::Sts,
    Service::S3,
    Service::S3Control,
    Service::Kms,
    Service::Organizations,
    Service::LakeFormation,
    Service::Glue,
    Service::Sso,
    Service::IdentityStore,
];

impl Service {
    /// Name in signatures.
    pub(super) fn signs_as(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::S3 | Self::S3Control => "s3",
            Self::Kms => "kms",
            Self::Organizations => "organizations",
            Self::LakeFormation => "lakeformation",
            Self::Glue => "glue",
            Self::Sso => "sso",
            Self::IdentityStore => "identitystore",
        }
    }

    /// What stands before the name of a call in `x-amz-target`, if the interface has that.
    pub(super) fn target(self) -> Option<&'static str> {
        match self {
            Self::Kms => Some("TrentService"),
            Self::Organizations => Some("AWSOrganizationsV20161128"),
            Self::Glue => Some("AWSGlue"),
            Self::Sso => Some("SWBExternalService"),
            Self::IdentityStore => Some("AWSIdentityStore"),
            Self::Iam | Self::Sts | Self::S3 | Self::S3Control | Self::LakeFormation => None,
        }
    }

    /// The variable that names another server for it, as in every AWS tool.
    fn variable(self) -> &'static str {
        match self {
            Self::Iam => "AWS_ENDPOINT_URL_IAM",
            Self::Sts => "AWS_ENDPOINT_URL_STS",
            Self::S3 => "AWS_ENDPOINT_URL_S3",
            Self::S3Control => "AWS_ENDPOINT_URL_S3_CONTROL",
            Self::Kms => "AWS_ENDPOINT_URL_KMS",
            Self::Organizations => "AWS_ENDPOINT_URL_ORGANIZATIONS",
            Self::LakeFormation => "AWS_ENDPOINT_URL_LAKEFORMATION",
            Self::Glue => "AWS_ENDPOINT_URL_GLUE",
            Self::Sso => "AWS_ENDPOINT_URL_SSO_ADMIN",
            Self::IdentityStore => "AWS_ENDPOINT_URL_IDENTITYSTORE",
        }
    }
}

/// Other servers in place of AWS's.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoints {
    /// For every service that has none of its own.
    all: Option<String>,
    /// For one.
    one: Vec<(Service, String)>,
}

impl Endpoints {
    /// `chosen` is for everything; else the environment may name a server for each service, and `shared` is for the others.
    pub(super) fn new(chosen: Option<&str>, shared: Option<&str>) -> Self {
        let trimmed = |url: &str| url.trim_end_matches('/').to_owned();
        if let Some(chosen) = chosen {
            return Self { all: Some(trimmed(chosen)), one: Vec::new() };
        }
        let named = |s: Service| env::var(s.variable()).ok().filter(|url| !url.is_empty()).map(|url| (s, trimmed(&url)));
        Self { all: shared.map(trimmed), one: SERVICES.into_iter().filter_map(named).collect() }
    }

    /// Base of a service's URLs, without a slash at its end. Buckets are named in the path.
    pub(super) fn base(&self, service: Service, region: &str, account: &str) -> String {
        let named = self.one.iter().find(|(s, _)| *s == service).map(|(_, url)| url).or(self.all.as_ref());
        if let Some(url) = named {
            return url.clone();
        }
        let china = region.starts_with("cn-");
        let suffix = if china { "amazonaws.com.cn" } else { "amazonaws.com" };
        match service {
            Service::Iam if china => format!("https://iam.cn-north-1.{suffix}"),
            Service::Iam if region.starts_with("us-gov-") => format!("https://iam.us-gov.{suffix}"),
            Service::Iam => format!("https://iam.{suffix}"),
            Service::S3Control => format!("https://{account}.s3-control.{region}.{suffix}"),
            Service::Sts
            | Service::S3
            | Service::Kms
            | Service::Organizations
            | Service::LakeFormation
            | Service::Glue
            | Service::Sso
            | Service::IdentityStore => format!("https://{}.{region}.{suffix}", service.signs_as()),
        }
    }
}

/// The region a service is asked in, seen from another: IAM and Organizations have one for a whole partition.
pub(super) fn home(service: Service, region: &str) -> &str {
    let global = matches!(service, Service::Iam | Service::Organizations);
    match region {
        r if !global => r,
        r if r.starts_with("cn-") && service == Service::Iam => "cn-north-1",
        r if r.starts_with("cn-") => "cn-northwest-1",
        r if r.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// Whether a name can be a region: it goes into names of servers, and others write it.
pub(super) fn is_region(name: &str) -> bool {
    (4..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') && name.contains('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers() {
        let base = |service, region: &str| Endpoints::default().base(service, home(service, region), "111122223333");
        assert_eq!(base(Service::Iam, "eu-west-1"), "https://iam.amazonaws.com");
        assert_eq!(base(Service::Iam, "us-gov-east-1"), "https://iam.us-gov.amazonaws.com");
        assert_eq!(base(Service::Iam, "cn-northwest-1"), "https://iam.cn-north-1.amazonaws.com.cn");
        assert_eq!(base(Service::Organizations, "eu-west-1"), "https://organizations.us-east-1.amazonaws.com");
        assert_eq!(base(Service::Kms, "eu-west-1"), "https://kms.eu-west-1.amazonaws.com");
        assert_eq!(base(Service::S3Control, "eu-west-1"), "https://111122223333.s3-control.eu-west-1.amazonaws.com");
        assert_eq!(base(Service::LakeFormation, "eu-west-1"), "https://lakeformation.eu-west-1.amazonaws.com");
        assert_eq!(base(Service::IdentityStore, "cn-north-1"), "https://identitystore.cn-north-1.amazonaws.com.cn");
        assert_eq!(Endpoints::new(Some("http://[::1]:9/"), None).base(Service::S3, "eu-west-1", ""), "http://[::1]:9");
        assert!(is_region("ap-southeast-7") && !is_region("evil.example/#-") && !is_region("") && !is_region("EU"));
    }
}
