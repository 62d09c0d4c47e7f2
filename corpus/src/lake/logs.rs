//! Logs of applications, with what leaks into them.

use std::io;

use super::{Lake, Pack, clean::ean};
use crate::{
    Prng,
    form::{
        Marked,
        text::{self, Encoding},
    },
    values::{contact, device, money, secret},
};

const PATHS: &[&str] = &["/v1/orders", "/v1/search", "/health", "/v2/embeddings", "/static/app.js", "/v1/users/me"];

/// The beginning of a line.
fn stamp(r: &mut Prng, day: u64, n: u64, lines: u64) -> String {
    let ms = n * 86_400_000 / lines + r.below(1000);
    let (s, ms) = (ms / 1000, ms % 1000);
    format!("2026-01-{day:02}T{:02}:{:02}:{:02}.{ms:03}Z", s / 3600 % 24, s / 60 % 60, s % 60)
}

/// A line in which nothing is sensitive.
fn plain(r: &mut Prng) -> String {
    let path = *r.pick(PATHS);
    match r.below(8) {
        0 | 1 => format!(
            "INFO  http.server request_id={} method=GET path={path} status=200 bytes={} dur_ms={}",
            r.uuid(),
            r.range(90, 90_000),
            r.range(1, 900)
        ),
        2 => format!("DEBUG cache.redis key=session:{} hit={} ttl=3600", r.hex(32), r.chance(60)),
        3 => format!(
            "INFO  orders.worker order=10{} state=packed price={}.{:02} sku=SCN-{}",
            r.digits(14),
            r.range(1, 900),
            r.below(100),
            r.range(100, 999)
        ),
        4 => format!(
            "INFO  deploy.agent image=registry/app@sha256:{} version=v{}.{}.{}.{}",
            r.hex(64),
            r.range(1, 9),
            r.below(20),
            r.below(30),
            r.below(9)
        ),
        5 => format!("WARN  model.server batch={} score=0.{} max_tokens=512 queue={}", r.range(1, 64), r.digits(16), r.below(40)),
        6 => {
            let (tracking, parcel, article) = (r.string(b"ABCDEFGHJKLMNPRSTVWXYZ0123456789", 16), r.digits(9), r.digits(11));
            // One article in ten would have the right last digit: none has.
            let body = format!("40{}", &article[..10]);
            let wrong = if ean(&body).ends_with(&article[10..]) { "0123456789".replace(&article[10..], "") } else { article[10..].to_owned() };
            format!("INFO  shipping.label tracking=1Z{tracking} parcel={parcel} ean={body}{}", &wrong[..1])
        }
        _ => format!("INFO  etl.job commit={} rows={} epoch_ms=17{}", r.hex(40), r.range(1000, 90_000), r.digits(11)),
    }
}

/// A data source name: as a whole, and the password in it.
fn dsn(r: &mut Prng) -> Marked {
    let scheme = *r.pick(&["postgres://app_rw:", "mysql://orders:", "amqp://svc_export:", "redis://cache:"]);
    let rest = match scheme {
        "amqp://svc_export:" => "@mq.svc.lakehouse.dev:5672/prod",
        "redis://cache:" => "@cache-2:6379/0",
        _ => "@db.svc.lakehouse.dev:5432/orders",
    };
    Marked::new().around("secret.connection-string", Marked::from(scheme).plant("secret.password", secret::password(r)).say(rest))
}

/// How many kinds of leak there are.
const KINDS: u64 = 21;

/// A line that should not have been written.
fn leaky(r: &mut Prng, kind: u64) -> Marked {
    let m = Marked::new();
    match kind {
        0 => m.say("DEBUG aws.config access_key_id=").plant("secret.aws.access-key-id", secret::aws_key_id(r)).say(" region=eu-west-1"),
        1 => m.say("ERROR git.sync remote rejected token ").plant("secret.github.token", secret::github(r)),
        2 => m.say("DEBUG http.client > Authorization: Bearer ").plant("secret.jwt", secret::jwt(r)),
        3 => m.say("WARN  alerts.slack post failed token=").plant("secret.slack.token", secret::slack(r)),
        4 => m.say("ERROR alerts.slack POST ").plant("secret.slack.webhook", secret::slack_webhook(r)).say(" returned 404"),
        5 => m.say("ERROR db.pool cannot connect to ").then(dsn(r)),
        6 => m.say("DEBUG billing key ").plant("secret.stripe.key", secret::stripe(r)).say(" loaded"),
        7 => m.say("INFO  signup.flow new account for ").plant("pii.email", contact::email(r)).say(" plan=basic"),
        8 => m.say("INFO  sms.sender code sent to phone ").plant("pii.phone", contact::any_phone(r)),
        9 => m.say("ERROR payments.gateway declined card ").plant("pci.pan", money::card16(r)).say(" reason=51"),
        10 => m.say("DEBUG auth.ldap bind user=svc_sync password=").plant("secret.password", secret::password(r)),
        11 => m.say("DEBUG ci.runner GITLAB_TOKEN=").plant("secret.gitlab.token", secret::gitlab(r)),
        12 => m.say("ERROR tls.reload cannot parse\n").plant("secret.private-key", secret::private_key(r, "\n")),
        13 => m.say("DEBUG maps.client GET /geocode?key=").plant("secret.gcp.api-key", secret::gcp_api_key(r)),
        14 => m
            .say("WARN  storage.upload AccountKey=")
            .plant("secret.azure.storage-key", secret::azure_storage_key(r))
            .say(";EndpointSuffix=core.windows.net"),
        15 => m.say("INFO  bank.transfer to IBAN ").plant("fin.iban", money::iban(r)).say(" accepted"),
        16 => m.say("DEBUG publish npm token ").plant("secret.npm.token", secret::npm(r)),
        17 => m.say("WARN  proxy.sign GET /cb?state=%7B%22id%22%3A%22").plant("secret.aws.access-key-id", secret::aws_key_id(r)).say("%22%7D"),
        18 => m.say("ERROR queue.consumer payload {\\\"user\\\":\\\"").plant("pii.email", contact::email(r)).say("\\\",\\\"retry\\\":2}"),
        19 => {
            m.say("ERROR env.dump HOME=/srv\\nAWS_SECRET_ACCESS_KEY=").plant("secret.aws.secret-access-key", secret::aws_secret(r)).say("\\nLANG=C")
        }
        _ => m.say("DEBUG publish twine password ").plant("secret.pypi.token", secret::pypi(r)),
    }
}

fn application(r: &mut Prng, day: u64, lines: u64) -> Marked {
    let mut m = Marked::new();
    for n in 0..lines {
        m = m.say(stamp(r, day, n, lines)).say(" ");
        m = if r.chance(4) {
            let kind = if r.chance(60) { r.range(7, 9) } else { r.below(KINDS) };
            m.then(leaky(r, kind))
        } else {
            m.say(plain(r))
        };
        m = m.say("\n");
    }
    (0..KINDS).fold(m, |m, kind| m.say(stamp(r, day, lines, lines)).say(" ").then(leaky(r, kind)).say("\n"))
}

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    "curl/8.5.0",
];

fn access(r: &mut Prng) -> Marked {
    let mut m = Marked::new();
    for n in 0..400 {
        let address = if r.chance(12) { device::ipv6(r) } else { device::ipv4(r) };
        m = m.plant("pii.ip-address", address).say(format!(
            " - - [05/Jan/2026:{:02}:{:02}:{:02} +0000] \"GET {} HTTP/1.1\" 200 {} \"-\" \"{}\"\n",
            n / 60,
            n % 60,
            r.below(60),
            r.pick(PATHS),
            r.range(100, 90_000),
            r.pick(AGENTS)
        ));
    }
    m
}

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    for (day, lines, end, pack) in
        [(1, 1500, "", Pack::Plain), (2, 1200, "", Pack::Plain), (3, 1500, ".gz", Pack::Gzip), (4, 1500, ".zst", Pack::Zstd)]
    {
        let key = format!("logs/app-2026-01-{day:02}.log{end}");
        let text = application(&mut Lake::random(&key), day, lines);
        lake.add(&key, text::write(&text, Encoding::Utf8), pack)?;
    }
    lake.text("logs/access-2026-01-05.log", &access(&mut Lake::random("logs/access")))
}
