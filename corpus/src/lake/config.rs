//! Settings of programs.

use std::io;

use super::{Lake, Pack};
use crate::{
    Prng,
    form::{
        Marked,
        json::{self, Json},
    },
    values::secret,
};

fn dotenv(r: &mut Prng) -> Marked {
    let m = Marked::from("# production\nAPP_ENV=production\nPORT=8080\nLOG_LEVEL=info\nDATABASE_URL=");
    let m =
        m.around("secret.connection-string", Marked::from("postgres://app:").plant("secret.password", secret::password(r)).say("@pg-main:5432/app"));
    let m = m.say("\nAWS_ACCESS_KEY_ID=").plant("secret.aws.access-key-id", secret::aws_key_id(r));
    let m = m.say("\nAWS_SECRET_ACCESS_KEY=").plant("secret.aws.secret-access-key", secret::aws_secret(r));
    let m = m.say("\nSTRIPE_SECRET_KEY=").plant("secret.stripe.key", secret::stripe(r));
    let m = m.say("\nOPENAI_API_KEY=").plant("secret.openai.key", secret::openai(r));
    let m = m.say("\nSMTP_PASSWORD='").plant("secret.password", secret::password(r)).say("'\nFEATURE_FLAGS=beta,dark-mode\n");
    m.say("SESSION_COOKIE=sid\nKEYBOARD_LAYOUT=qwertz\nTOKENIZER=cl100k_base\nCACHE_KEY_PREFIX=orders\nSECRET_NAME=orders-db\n")
}

fn settings(r: &mut Prng) -> Marked {
    let m = Marked::from(
        "service:\n  name: gateway\n  version: 3.18.0\n  tls_secret_name: gateway-tls\nldap:\n  bind_dn: cn=sync,dc=lakehouse,dc=dev\n  password: \"",
    );
    let m = m.plant("secret.password", secret::password(r)).say("\"\nsentry:\n  enabled: true\n  sample_rate: 0.25\nhuggingface:\n  token: ");
    let m = m
        .plant("secret.huggingface.token", secret::hugging_face(r))
        .say("\nanthropic:\n  api_key: ")
        .plant("secret.anthropic.key", secret::anthropic(r));
    m.say("\nlimits:\n  max_tokens: 4096\n  password_min_length: 12\n  token_ttl: 3600\n  api_key: ${GATEWAY_API_KEY}\n")
}

fn compose(r: &mut Prng) -> Marked {
    let m = Marked::from("services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: app\n      POSTGRES_PASSWORD: ");
    let m =
        m.plant("secret.password", secret::password(r)).say("\n    ports:\n      - \"127.0.0.1:5432:5432\"\n  web:\n    image: registry/web@sha256:");
    let m = m
        .say(r.hex(64))
        .say("\n    environment:\n      API_TOKEN: ${API_TOKEN}\n      GITHUB_TOKEN: ")
        .plant("secret.github.token", secret::github(r));
    m.say("\n    ports:\n      - \"0.0.0.0:8080:8080\"\n")
}

/// A notebook: a program in the strings of a JSON document.
fn notebook(r: &mut Prng) -> Json {
    let line = |m: Marked| Json::Text(m);
    let code = vec![
        line("import boto3\n".into()),
        line(Marked::from("s3 = boto3.client(\"s3\", aws_access_key_id=\"").plant("secret.aws.access-key-id", secret::aws_key_id(r)).say("\",\n")),
        line(Marked::from("    aws_secret_access_key=\"").plant("secret.aws.secret-access-key", secret::aws_secret(r)).say("\")\n")),
    ];
    let png = crate::digits::base64(&[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), r.bytes(1500)].concat(), false);
    let output = Json::Object(vec![("data", Json::Object(vec![("image/png", png.into())])), ("output_type", "display_data".into())]);
    let cell = Json::Object(vec![
        ("cell_type", "code".into()),
        ("execution_count", Json::from(1)),
        ("source", Json::Array(code)),
        ("outputs", Json::Array(vec![output])),
    ]);
    Json::Object(vec![("cells", Json::Array(vec![cell])), ("nbformat", Json::from(4)), ("nbformat_minor", Json::from(5))])
}

/// A lock file: nothing but hashes.
fn lock(r: &mut Prng) -> Json {
    let packages = (0..80)
        .map(|n| {
            let version = format!("{}.{}.{}", r.range(0, 19), r.range(0, 30), r.range(0, 40));
            Json::Object(vec![
                ("name", format!("package-{n}").into()),
                ("resolved", format!("https://registry.npmjs.org/package-{n}/-/package-{n}-{version}.tgz").into()),
                ("version", version.into()),
                ("integrity", format!("sha512-{}", crate::digits::base64(&r.bytes(64), false)).into()),
            ])
        })
        .collect();
    Json::Object(vec![("lockfileVersion", Json::from(3)), ("packages", Json::Array(packages))])
}

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    lake.text("config/.env", &dotenv(&mut Lake::random("config/.env")))?;
    lake.text("config/settings.yaml", &settings(&mut Lake::random("config/settings.yaml")))?;
    lake.text("config/docker-compose.yml", &compose(&mut Lake::random("config/docker-compose.yml")))?;
    let key = secret::private_key(&mut Lake::random("config/deploy.pem"), "\n");
    lake.text("config/deploy.pem", &Marked::value("secret.private-key", key).say("\n"))?;
    lake.add("config/explore.ipynb", json::document(&notebook(&mut Lake::random("config/explore.ipynb"))), Pack::Plain)?;
    lake.add("config/package-lock.json", json::document(&lock(&mut Lake::random("config/package-lock.json"))), Pack::Plain)
}
