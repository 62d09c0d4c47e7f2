//! Credentials of providers, in the places where they are found, and what only looks like one.

use serde::Deserialize;

use super::{fill::fill, kind::parts, make::money::bech32};
use crate::{
    Prng,
    digits::{base62, base64, crc32},
    values::secret,
};

/// A credential of a provider.
#[derive(Debug)]
pub struct Credential {
    /// Who gives it out.
    pub provider: String,
    /// Names of variables that hold it.
    pub words: Vec<String>,
    /// Its form says what it is.
    pub alone: bool,
    make: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    credentials: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    provider: String,
    words: String,
    make: String,
    #[serde(default)]
    alone: bool,
}

pub(super) fn load() -> Vec<Credential> {
    let file: File = match toml::from_str(include_str!("../../unseen/credentials.toml")) {
        Ok(file) => file,
        Err(error) => panic!("credentials.toml: {error}"),
    };
    file.credentials.into_iter().map(|c| Credential { provider: c.provider, words: parts(&c.words), alone: c.alone, make: c.make }).collect()
}

/// A text with a credential, or with something that only looks like one.
#[derive(Clone, Debug)]
pub struct Example {
    /// Who gives it out.
    pub provider: String,
    /// The text.
    pub text: String,
    /// Where the credential is.
    pub span: std::ops::Range<usize>,
    /// What it stands in; for a look-alike, why it is none.
    pub place: &'static str,
}

impl Credential {
    /// One that was never issued.
    pub fn value(&self, r: &mut Prng) -> String {
        match self.make.as_str() {
            "pem" => secret::private_key(r, "\n"),
            "jwt" => jwt(r),
            "pypi" => secret::pypi(r),
            "age" => bech32("age-secret-key-", &r.bytes(32), 1).to_uppercase(),
            "discord" => {
                let user = format!("{}{}", r.range(1, 9), r.digits(17));
                format!("{}.{}.{}", base64(user.as_bytes(), true), fill(r, "G<n5>"), fill(r, "<w38>"))
            }
            make => match make.strip_prefix("crc ") {
                Some(_) => {
                    let choices = parts(make);
                    let prefix = r.pick(&choices).trim_start_matches("crc ").to_owned();
                    let body = fill(r, "<n30>");
                    format!("{prefix}{body}{}", base62(crc32(body.as_bytes())))
                }
                None => solid(fill(r, make)),
            },
        }
    }

    /// The credential in a place where such are found.
    pub fn example(&self, r: &mut Prng) -> Example {
        let value = self.value(r);
        let name = r.pick(&self.words).clone();
        let places: &[(&'static str, &str, &str)] = &[
            ("environment", "{N}=", "\n"),
            ("environment, quoted", "export {N}=\"", "\"\n"),
            ("code", "const {n} = '", "';\n"),
            ("code", "    {n} = \"", "\",\n"),
            ("JSON", "{\"id\": 7, \"{n}\": \"", "\", \"region\": \"eu\"}\n"),
            ("YAML", "env:\n  - name: {N}\n    value: ", "\n"),
            ("YAML", "  {n}: \"", "\"\n"),
            ("log", "2026-01-14 09:12:44 WARN auth failed for {n} ", " from worker 3\n"),
            ("prose", "Please rotate {N}: ", ", it was posted in the channel.\n"),
            ("properties", "service.{n}=", "\n"),
        ];
        let bare: &[(&'static str, &str, &str)] = &[
            ("bare", "", "\n"),
            ("header", "curl -H \"Authorization: Bearer ", "\" https://api.service.test/v1/me\n"),
            ("in a sentence", "the build printed ", " twice before it stopped\n"),
            ("JSON, escaped", "{\"log\": \"starting\\n", "\\nready\"}\n"),
        ];
        let (place, head, tail) = if self.alone && r.chance(35) { *r.pick(bare) } else { *r.pick(places) };
        let camel = super::write::key::key(&name.to_lowercase(), super::write::key::Style::Camel);
        let snake = name.to_lowercase();
        let small = if r.chance(50) { camel } else { snake };
        let head = head.replace("{N}", &name).replace("{n}", &small);
        let value = if place.starts_with("JSON") || place == "code" { value.replace('\n', "\\n") } else { value };
        let span = head.len()..head.len() + value.len();
        Example { provider: self.provider.clone(), text: head + &value + tail, span, place }
    }

    /// Something that only looks like it, and why it is none.
    pub fn look_alike(&self, r: &mut Prng) -> Example {
        let value = self.value(r).replace('\n', "\\n");
        let name = r.pick(&self.words).clone();
        let prefix: String = value.chars().take_while(|c| !c.is_ascii_digit()).take(8).collect();
        let (place, text) = match r.below(10) {
            0 => ("placeholder", format!("{name}={prefix}{}", "x".repeat(24))),
            1 => ("placeholder", format!("{name}=<your-{}-key>", self.provider)),
            2 => ("placeholder", format!("\"{name}\": \"YOUR_{name}_HERE\"")),
            3 => ("reference", format!("{name}: ${{{name}}}")),
            4 => ("reference", format!("const key = process.env.{name};")),
            5 => ("reference", format!("{name}: ${{{{ secrets.{name} }}}}")),
            6 => ("masked", format!("{name}={}{}", value.chars().take(4).collect::<String>(), "*".repeat(20))),
            7 if self.alone => ("cut off", format!("log prefix {} ...", value.chars().take(prefix.len() + 4).collect::<String>())),
            7 | 8 => ("name only", format!("if not {name}: raise KeyError(\"{name} is not set, see docs/{}.md\")", self.provider)),
            _ => ("id", fill(r, "commit <h40>|request_id: <u>|sha256:<h64>|\"etag\": \"<h32>\"|publicKey: pk_live_<n24>|integrity sha512-<b86>==")),
        };
        let span = 0..text.len();
        Example { provider: self.provider.clone(), text: text + "\n", span, place }
    }
}

/// A value that does not end in a sign: people copy whole words.
fn solid(value: String) -> String {
    match value.chars().last() {
        Some('-' | '_') => value[..value.len() - 1].to_owned() + "7",
        _ => value,
    }
}

/// A signed token that names nobody.
fn jwt(r: &mut Prng) -> String {
    let (alg, sum) = *r.pick(&[("HS256", 32), ("RS256", 256), ("ES256", 64)]);
    let header = format!("{{\"alg\":\"{alg}\",\"typ\":\"JWT\",\"kid\":\"{}\"}}", r.hex(8));
    let issued = r.range(1_700_000_000, 1_790_000_000);
    let claims = format!("{{\"sub\":\"svc-{}\",\"iss\":\"https://idp.test/\",\"iat\":{issued},\"exp\":{}}}", r.range(1, 999), issued + 3600);
    format!("{}.{}.{}", base64(header.as_bytes(), true), base64(claims.as_bytes(), true), base64(&r.bytes(sum), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_many() {
        let all = load();
        assert!(all.len() >= 180, "{}", all.len());
        let r = &mut Prng::new(12);
        for credential in &all {
            for _ in 0..12 {
                let example = credential.example(r);
                assert!(example.text[example.span.clone()].len() >= 8 && !example.text.contains('⟦'), "{}", credential.provider);
                let value = credential.value(r);
                assert!(!value.contains(['<', '>']) || value.starts_with("http"), "{}: {value}", credential.provider);
                assert!(!credential.look_alike(r).text.is_empty());
            }
        }
    }
}
