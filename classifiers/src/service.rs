//! Rules of credentials that have no prefix of their own: a service's name near a token of the alphabet and length that it issues.

use serde::Deserialize;

use crate::Rule;

/// What a service is called. Its names become context words, and what tokens of such shapes are else becomes negative.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Names that count with a word for a credential behind them (`acme key`, `acmeApiToken`, `ACME_PROD_SECRET`): for tokens that look like digests and ids, and for names that
    /// are everyday words.
    #[serde(default)]
    pub named: Vec<String>,
    /// Names and phrases that count by themselves.
    #[serde(default)]
    pub alone: Vec<String>,
}

/// What follows a service's name where its credential follows.
#[rustfmt::skip]
const CREDENTIALS: [&str; 40] = [
    "access key", "access token", "admin key", "admin token", "api", "apikey", "apitoken", "auth", "authorization", "bearer", "client api",
    "client key", "client secret", "client token", "credential", "credentials", "dev key", "dev token", "key", "live key", "live secret",
    "live token", "password", "personal access token", "personal api", "personal token", "private key", "private token", "prod api", "prod key",
    "prod secret", "prod token", "sandbox key", "sandbox token", "secret", "server key", "server token", "test key", "test token", "token",
];

/// What stands on the line of a digest, of an id of a thing or of a request, of a file named by its content (`v1.2.3 h1:…` are lines of `go.sum`).
#[rustfmt::skip]
const OTHERS: [&str; 53] = [
    "account id", "blob", "build id", "checksum", "commit", "correlation id", "css", "customer id", "device id", "digest", "etag", "event id",
    "fingerprint", "git", "github com", "gitlab com", "go mod", "hash", "integrity", "job id", "jpg", "md", "message id", "object id", "order id",
    "org id", "organization id", "png", "project id", "reference", "request id", "resource id", "rev", "revision", "run id", "session id", "sha",
    "site id", "span id", "svg", "team id", "tenant id", "tgz", "trace id", "transaction id", "tree", "user id", "uses", "v h", "woff",
    "workspace id", "zipball", "zone id",
];

/// Ids of the service's own: they count with its name before them, since they often stand on the line of the credential.
const OWN: [&str; 6] = ["access key id", "app id", "application id", "client id", "key id", "token id"];

/// Bits that such a word takes: more than all that may speak for a token.
const AGAINST: f32 = 20.0;

impl Service {
    /// Adds its words to the rule's.
    pub(crate) fn speak(&self, rule: &mut Rule) {
        for name in &self.named {
            let joined = name.replace(' ', "");
            let spellings = std::iter::once(name.as_str()).chain(Some(joined.as_str()).filter(|j| j != name));
            for spelling in spellings {
                rule.context.extend(CREDENTIALS.iter().map(|word| format!("{spelling} {word}")));
                rule.negative.extend(OWN.iter().map(|id| format!("{spelling} {id}")));
            }
        }
        rule.context.extend(self.alone.iter().cloned());
        rule.negative.extend(OTHERS.iter().map(ToString::to_string));
        rule.negative_bits = rule.negative_bits.max(AGAINST);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Context, Engine, EngineOptions, Ruleset, template};

    fn engine(service: &str) -> Engine {
        let rule = format!(
            r#"[[rule]]
id = "acme"
tag = "custom.acme"
name = "Acme"
sensitivity = "high"
service = {service}
examples = ["", ""]
counter_examples = ["", ""]
form = [{{ prior = 1.0, token = {{ alphabet = "hex", length = [32, 32] }}, needs_context = true, entropy = true }}]"#
        );
        Engine::new(&Ruleset::parse(&[("t", &rule)]).unwrap(), EngineOptions::default()).unwrap()
    }

    fn found(engine: &Engine, text: &str) -> bool {
        let text = template::expand(text, "acme").unwrap().text;
        let mut found = false;
        engine.scan(&mut engine.scratch(), text.as_bytes(), Context::default(), &mut |_| found = true);
        found
    }

    #[test]
    fn a_name_needs_a_word_for_a_credential() {
        let engine = engine(r#"{ named = ["acme tools"] }"#);
        for text in ["ACMETOOLS_API_KEY=${hex:32}", "acme_tools_secret: ${hex:32}", "acmeToolsToken = '${hex:32}'"] {
            assert!(found(&engine, text), "{text}");
        }
        for text in [
            "acme tools ${hex:32}",
            "acme-tools-api commit ${hex:32}",
            "ACME_TOOLS_CLIENT_ID=${hex:32}",
            "ACME_TOOLS_ACCOUNT_ID=${hex:32}\nACME_TOOLS_API_URL=x",
            "api_key=${hex:32}",
            "github.com/acme/tools-api v1.0.0 h1:${hex:32}",
            "acme tools api request id ${hex:32}",
        ] {
            assert!(!found(&engine, text), "{text}");
        }
    }

    #[test]
    fn a_distinct_name_stands_alone() {
        let engine = engine(r#"{ alone = ["acme tools"] }"#);
        assert!(found(&engine, "AcmeTools.new('${hex:32}')"));
        assert!(!found(&engine, "acmetools request_id: ${hex:32}"));
    }
}
