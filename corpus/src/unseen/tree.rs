//! Source trees with labelled lines: lines that hold a credential, and lines that look so and hold none.

use super::{
    Credential, World,
    fill::fill,
    write::key::{self, Style},
};
use crate::{Prng, digits::base64};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// It holds a credential of this kind.
    Secret(&'static str),
    /// It looks as if, for this reason.
    Decoy(&'static str),
    /// Any other.
    Plain,
}

/// A file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// What it is written in.
    pub language: &'static str,
    /// Its text.
    pub text: String,
    /// What each line is.
    pub lines: Vec<LineKind>,
}

/// How a language assigns a text to a name: before the name, between, behind; how names are written.
struct Dialect {
    language: &'static str,
    head: &'static str,
    between: &'static str,
    tail: &'static str,
    style: Style,
}

const fn dialect(language: &'static str, head: &'static str, between: &'static str, tail: &'static str, style: Style) -> Dialect {
    Dialect { language, head, between, tail, style }
}

const DIALECTS: &[Dialect] = &[
    dialect("python", "", " = \"", "\"", Style::Snake),
    dialect("python", "    ", "='", "',", Style::Snake),
    dialect("python", "    \"", "\": \"", "\",", Style::Snake),
    dialect("javascript", "const ", " = '", "';", Style::Camel),
    dialect("javascript", "  ", ": '", "',", Style::Camel),
    dialect("typescript", "export const ", ": string = \"", "\";", Style::Upper),
    dialect("java", "    private static final String ", " = \"", "\";", Style::Upper),
    dialect("csharp", "        public string ", " { get; } = \"", "\";", Style::Pascal),
    dialect("go", "\t", " := \"", "\"", Style::Camel),
    dialect("ruby", "  ", ": \"", "\",", Style::Snake),
    dialect("ruby", "config.", " = '", "'", Style::Snake),
    dialect("php", "$", " = '", "';", Style::Camel),
    dialect("php", "    '", "' => '", "',", Style::Snake),
    dialect("php", "define('", "', '", "');", Style::Upper),
    dialect("rust", "const ", ": &str = \"", "\";", Style::Upper),
    dialect("kotlin", "val ", " = \"", "\"", Style::Camel),
    dialect("swift", "let ", " = \"", "\"", Style::Camel),
    dialect("c", "#define ", " \"", "\"", Style::Upper),
    dialect("terraform", "  ", " = \"", "\"", Style::Snake),
    dialect("xml", "  <add key=\"", "\" value=\"", "\" />", Style::Pascal),
    dialect("json", "  \"", "\": \"", "\",", Style::Camel),
    dialect("shell", "export ", "=\"", "\"", Style::Upper),
    dialect("shell", "", "=", "", Style::Upper),
    dialect("env", "", "=", "", Style::Upper),
    dialect("properties", "app.", "=", "", Style::Kebab),
    dialect("yaml", "  ", ": ", "", Style::Snake),
    dialect("yaml", "      - ", "=", "", Style::Upper),
    dialect("docker", "ENV ", "=", "", Style::Upper),
    dialect("ini", "", " = ", "", Style::Snake),
];

/// `count` files of a seed.
#[must_use]
pub fn trees(world: &World, seed: u64, count: usize) -> Vec<SourceFile> {
    (0..count).map(|n| file(world, &mut Prng::named(seed, &format!("source {n}")))).collect()
}

fn file(world: &World, r: &mut Prng) -> SourceFile {
    let dialect = r.pick(DIALECTS);
    let mut file = SourceFile { language: dialect.language, text: String::new(), lines: vec![] };
    for _ in 0..r.range(14, 40) {
        let (text, kind) = match r.below(100) {
            0..=11 => secret(world, dialect, r),
            12..=34 => decoy(dialect, r),
            _ => (plain(dialect, r), LineKind::Plain),
        };
        for (n, line) in text.lines().enumerate() {
            file.text += line;
            file.text.push('\n');
            // Of a block the first line is labelled; the rest belongs to it.
            file.lines.push(if n == 0 || kind == LineKind::Plain { kind } else { LineKind::Decoy("rest of a block") });
        }
    }
    file
}

impl Dialect {
    /// A line that assigns a text.
    fn assign(&self, name: &str, value: &str) -> String {
        format!("{}{}{}{value}{}", self.head, key::key(name, self.style), self.between, self.tail)
    }

    /// A line that assigns an expression, where the language has such.
    fn assign_expression(&self, name: &str, expression: &str) -> String {
        let between = self.between.trim_end_matches(['"', '\'']);
        let tail = self.tail.trim_start_matches(['"', '\'']);
        format!("{}{}{between}{expression}{tail}", self.head, key::key(name, self.style))
    }
}

const PASSWORD_NAMES: &[&str] = &[
    "password",
    "db password",
    "passwd",
    "admin password",
    "smtp password",
    "pwd",
    "user pass",
    "root password",
    "keystore password",
    "mysql root password",
    "datasource password",
    "pass",
    "passwort",
    "contraseña",
    "mot de passe",
];
const TOKEN_NAMES: &[&str] = &[
    "api key",
    "secret key",
    "client secret",
    "access token",
    "auth token",
    "secret key base",
    "encryption key",
    "signing secret",
    "webhook secret",
    "jwt secret",
    "app secret",
    "private token",
    "session secret",
    "api secret",
    "bot token",
    "service account key",
];

/// A password a machine made.
fn strong(r: &mut Prng) -> String {
    fill(r, "<n16>|<n12>!<d2>|<c4>#<n6>%<d2>|<n20>|<L1><l3><d3>$<n4>|<n8>-<n4>-<n8>|<L2><d4><l4>_<n3>")
}

/// A password a person made: words and a few digits.
fn human(r: &mut Prng) -> String {
    fill(
        r,
        "<Sommer|Winter|Dragon|Monkey|Football|Sunshine|Azerty|Qwertz|Letmein|Barcelona|Hunter|Snowflake><1..99:1><!|#|$|.>|<p@ssw0rd|Pa55word|s3cret|adm1n|t0psecret|ch4ngeth1s><d2-4>|<mickey|tiger|coffee|guitar|shadow><1960..2024:4>|<correct|purple|silent>-<horse|river|mountain>-<battery|garden|window>-<1..99:1>",
    )
}

fn token(r: &mut Prng) -> String {
    match r.below(5) {
        0 => fill(r, "<h32>|<h40>|<h64>"),
        1 => fill(r, "<n24>|<n32>|<n40>|<n48>"),
        2 => {
            let bytes = r.bytes(32);
            base64(&bytes, false)
        }
        3 => fill(r, "<w43>|<w32>"),
        _ => fill(r, "<l3>_<n32>|<A4>-<A8>-<A8>-<A8>"),
    }
}

/// Lines with a credential that no name is needed for: what they are, the template.
const LINES: &[(&str, &str)] = &[
    (
        "connection string",
        "url = \"postgres://<l6>:<n14>@db.<l7>.internal:5432/<l5>\"|DATABASE_URL=mysql://root:<n9>@127.0.0.1/<l6>|broker: amqp://<l5>:<n12>@mq:5672/",
    ),
    ("command line", "curl -u <l6>:<n12> https://repo.<l6>.internal/v2/|mysql -h db -u root -p<n12> app|sshpass -p '<n10>' ssh deploy@10.0.0.<d2>"),
    ("command line", "docker login -u ci -p <n20> registry.<l6>.io|wget --user=<l5> --password=<n11> https://files.<l6>.net/a.tgz"),
    (
        "file of a tool",
        "machine api.<l7>.com login <l6> password <n14>|//registry.npmjs.org/:_authToken=<u>|db.<l6>.net:5432:app:<l5>:<n13>|<l6>:$2y$10$<n53>",
    ),
    ("SQL", "CREATE USER <l6> IDENTIFIED BY '<n12>';|ALTER ROLE <l6> WITH PASSWORD '<n15>';"),
];

fn secret(world: &World, dialect: &Dialect, r: &mut Prng) -> (String, LineKind) {
    let (text, kind) = match r.below(20) {
        0..=4 => (dialect.assign(named(r, PASSWORD_NAMES), &strong(r)), "password"),
        5 | 6 => (dialect.assign(named(r, PASSWORD_NAMES), &human(r)), "password of a person"),
        7..=10 => (dialect.assign(named(r, TOKEN_NAMES), &token(r)), "token"),
        11..=13 => {
            let single: Vec<&Credential> = world.credentials.iter().filter(|c| c.provider != "private-key").collect();
            let credential = *r.pick(&single);
            let word = r.pick(&credential.words).to_lowercase().replace('_', " ");
            (dialect.assign(&word, &credential.value(r)), "provider")
        }
        14 => {
            let pair = format!("{}:{}", fill(r, "<l6>"), strong(r));
            (format!("headers[\"Authorization\"] = \"Basic {}\"", base64(pair.as_bytes(), false)), "header")
        }
        15 => {
            let secret = if r.chance(50) { strong(r) } else { human(r) };
            (
                format!("    client.{}(\"{}\", \"{secret}\")", named(r, &["login", "connect", "authenticate", "setCredentials"]), fill(r, "<l6>")),
                "argument",
            )
        }
        16 => {
            let pem = world.credentials.iter().find(|c| c.provider == "private-key");
            (pem.map(|c| c.value(r)).unwrap_or_default(), "private key")
        }
        _ => {
            let (kind, template) = *r.pick(LINES);
            (fill(r, template), kind)
        }
    };
    (text, LineKind::Secret(kind))
}

fn named<'a>(r: &mut Prng, names: &[&'a str]) -> &'a str {
    names[r.below(names.len() as u64) as usize]
}

/// Lines that look so: why they are none, the name (`{P}` of a password, `{T}` of a token; empty: a line of its own; `=`: an expression), the template.
const DECOYS: &[(&str, &str, &str)] = &[
    ("placeholder", "{P}", "changeme|{password}|your_password_here|xxxxxxxx|********|example|TODO|PASSWORD|YOUR-PASSWORD"),
    (
        "placeholder",
        "{T}",
        "YOUR_API_KEY|your-secret-key|replace-me|insert_token_here|xxxxxxxxxxxxxxxxxxxxxxxx|0000000000000000|REDACTED|dummy|test-token|1234567890",
    ),
    (
        "reference",
        "={P}",
        "os.environ[\"DB_PASSWORD\"]|process.env.DB_PASSWORD|System.getenv(\"PW\")|${DB_PASSWORD}|getpass.getpass()|vault.read(path)",
    ),
    (
        "template",
        "{T}",
        "${<L5>_TOKEN}|{{ <l5>_token }}|%(<l5>)s|$(<L6>)|#{ENV['<L5>']}|@Microsoft.KeyVault(SecretUri=https://<l6>.vault.azure.net/)",
    ),
    ("words on a screen", "{P} label", "Enter your password|Passwort eingeben|Mot de passe oublié|Confirm password|Contraseña"),
    ("name of a header", "{T} header", "X-Api-Key|Authorization|X-Auth-Token|x-amz-security-token"),
    ("path", "{T} path", "/etc/secrets/<l6>|~/.config/<l5>/token|secrets/<l6>.json|prod/<l4>/db-password"),
    ("link", "{T} url", "https://auth.<l6>.test/oauth/token|https://idp.<l5>.test/.well-known/jwks.json"),
    ("kind of token", "token type", "bearer|refresh_token|JWT|access"),
    ("hash", "sha256", "<h64>"),
    ("hash", "commit", "<h40>"),
    ("hash", "md5sum", "<h32>"),
    ("id", "request id", "<u>"),
    ("id", "deployment id", "<a24>|<n20>|<h24>"),
    (
        "public key",
        "public key",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA<b120>|ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ<b80> build@ci|pk_live_<n24>",
    ),
    ("client id", "client id", "<d12>-<a32>.apps.googleusercontent.com|<u>|Iv1.<h16>"),
    ("number", "=max {T} length", "<d3>|<d4>"),
    ("pattern", "{P} regex", "^(?=.*[A-Z])(?=.*[0-9]).{8,}$"),
    ("call", "", "    access_token = get_access_token(request)|  token = Token.find_by(user: user)|    secret_key = load_key(config.path)"),
    (
        "code",
        "",
        "  if (password.length == 8) throw new Error('password too short');|    return hash_password(password, salt) == user.password|  this.authToken = response.data.token;",
    ),
    ("other word", "keyboard", "qwertz|monkey|azerty-latin9|de-nodeadkeys"),
    ("lock file", "", "  \"integrity\": \"sha512-<b86>==\",|      \"resolved\": \"https://registry.npmjs.org/<l6>/-/<l6>-1.<d1>.<d1>.tgz#<h40>\","),
    ("name", "author", "<L1><l6> <L1><l8>"),
    ("key of a table", "primary key", "<l6>_id|id, tenant_id|uuid"),
    ("key of a cache", "cache key", "user:<l6>:profile|order.<l5>.total|v2/<l6>/<l4>"),
    (
        "remark",
        "",
        "# TODO: move the password to the vault before release <d1>.<d2>|// the token expires after <d4> seconds|-- secret santa list of <l6>|/* see secrets.md for how keys are rotated */",
    ),
    ("name of a field", "csrf token name", "authenticity_token|csrfmiddlewaretoken|__RequestVerificationToken"),
    ("name of a secret", "{T} name", "prod-<l6>-db|<l5>/<l6>/api|sm-<l6>-<d2>"),
    ("picture", "avatar", "data:image/png;base64,iVBORw0KGgo<b120>"),
    ("translation", "{P} hint", "At least eight characters, one digit|Mindestens acht Zeichen|Must not contain your name"),
];

fn decoy(dialect: &Dialect, r: &mut Prng) -> (String, LineKind) {
    let (why, name, template) = *r.pick(DECOYS);
    let name = name.replace("{P}", named(r, PASSWORD_NAMES)).replace("{T}", named(r, TOKEN_NAMES));
    let value = fill(r, template);
    let text = match name.strip_prefix('=') {
        Some(name) => dialect.assign_expression(name, &value),
        None if name.is_empty() => value,
        None => dialect.assign(&name, &value),
    };
    (text, LineKind::Decoy(why))
}

/// A line of no interest.
fn plain(dialect: &Dialect, r: &mut Prng) -> String {
    match r.below(10) {
        0..=3 => {
            let name = *r.pick(&[
                "timeout",
                "host",
                "region",
                "retry count",
                "log level",
                "cache dir",
                "user name",
                "base url",
                "feature flag",
                "page size",
            ]);
            dialect.assign(name, &fill(r, "<l6>|<d3>|eu-west-<1..3:1>|/var/lib/<l6>|https://<l6>.test/<l4>|true|debug|<l5>.<l7>.internal"))
        }
        4 => fill(r, "import <l6>.<l5>|use <l6>::<l5>;|require '<l6>'|#include \"<l6>.h\"|from <l5> import <l6>"),
        5 => fill(r, "def <l6>_<l4>(self, <l5>, <l4>=<d2>):|function <l7>(<l4>, <l5>) {|func <l6>(<l4> string) error {|public void <l6>(int <l4>) {"),
        6 => fill(r, "    return <l5>.<l6>(<l4>, <d2>)|        <l5>.<l6>()|  end|}|    pass"),
        7 => fill(r, "# <l6> the <l5> of the <l7>|// <l5> <l6> when <l4> is <d1>|"),
        8 => fill(r, "if <l5> == <d2> and <l6> != '<l4>':|while (<l5>[<d1>] != null) {|for <l4> in <l6>:"),
        _ => fill(r, "<l6>: <d2>|<l5> = [<d2>, <d3>, <d1>]|\"<l6>\": [\"<l5>\", \"<l4>\"],|<l4>.<l6> += <d3>;"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_labelled() {
        let world = World::load();
        let files = trees(&world, 4, 120);
        let lines: Vec<LineKind> = files.iter().flat_map(|f| f.lines.clone()).collect();
        let secrets = lines.iter().filter(|l| matches!(l, LineKind::Secret(_))).count();
        let decoys = lines.iter().filter(|l| matches!(l, LineKind::Decoy(_))).count();
        assert!(secrets > 250 && decoys > 500 && lines.len() > 2500, "{secrets} {decoys} {}", lines.len());
        assert!(files.iter().all(|f| f.text.lines().count() == f.lines.len()));
    }
}
