//! Credentials of the shapes providers publish. None was ever issued: all come from the seed.

use crate::{
    Prng,
    digits::{base62, base64, crc32},
};

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// AWS access key id.
pub fn aws_key_id(r: &mut Prng) -> String {
    format!("AKIA{}", r.string(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
}

/// AWS secret access key: thirty bytes in base64.
pub fn aws_secret(r: &mut Prng) -> String {
    base64(&r.bytes(30), false)
}

/// Google API key.
pub fn gcp_api_key(r: &mut Prng) -> String {
    format!("AIzaSy{}", r.string(URL_SAFE, 32) + &r.string(ALNUM, 1))
}

/// Azure storage account key: 64 bytes in base64.
pub fn azure_storage_key(r: &mut Prng) -> String {
    base64(&r.bytes(64), false)
}

/// A prefix, thirty characters and their CRC-32 in base 62.
fn with_crc(r: &mut Prng, prefix: &str) -> String {
    let body = r.string(ALNUM, 30);
    let sum = base62(crc32(body.as_bytes()));
    format!("{prefix}{body}{sum}")
}

/// GitHub token.
pub fn github(r: &mut Prng) -> String {
    let prefix = *r.pick(&["ghp_", "gho_", "ghs_"]);
    with_crc(r, prefix)
}

/// npm access token.
pub fn npm(r: &mut Prng) -> String {
    with_crc(r, "npm_")
}

/// GitLab personal access token.
pub fn gitlab(r: &mut Prng) -> String {
    format!("glpat-{}", r.string(URL_SAFE, 19) + &r.string(ALNUM, 1))
}

/// Slack bot token.
pub fn slack(r: &mut Prng) -> String {
    format!("xoxb-{}{}-{}{}-{}", r.range(1, 9), r.digits(11), r.range(1, 9), r.digits(12), r.string(ALNUM, 24))
}

/// Slack incoming webhook.
pub fn slack_webhook(r: &mut Prng) -> String {
    const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    format!("https://hooks.slack.com/services/T{}/B{}/{}", r.string(UPPER, 10), r.string(UPPER, 10), r.string(ALNUM, 24))
}

/// Stripe live secret key.
pub fn stripe(r: &mut Prng) -> String {
    format!("{}_live_51{}", r.pick(&["sk", "rk"]), r.string(ALNUM, 97))
}

/// OpenAI project key.
pub fn openai(r: &mut Prng) -> String {
    format!("sk-proj-{}T3BlbkFJ{}", r.string(URL_SAFE, 73) + &r.string(ALNUM, 1), r.string(URL_SAFE, 73) + &r.string(ALNUM, 1))
}

/// Anthropic API key.
pub fn anthropic(r: &mut Prng) -> String {
    format!("sk-ant-api03-{}AA", r.string(URL_SAFE, 93))
}

/// Hugging Face access token.
pub fn hugging_face(r: &mut Prng) -> String {
    format!("hf_{}", r.string(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34))
}

/// PyPI upload token: a macaroon that names its place.
pub fn pypi(r: &mut Prng) -> String {
    let mut bytes = b"\x02\x01\x08pypi.org\x02\x24".to_vec();
    bytes.extend(r.uuid().bytes());
    bytes.extend(b"\x00\x02\x27[3,\"");
    bytes.extend(r.uuid().bytes());
    bytes.extend(b"\"]\x00\x00\x06\x20");
    bytes.extend(r.bytes(32));
    format!("pypi-{}", base64(&bytes, true))
}

/// A signed JSON web token that names nobody.
pub fn jwt(r: &mut Prng) -> String {
    let issued = r.range(1_767_225_600, 1_769_900_000);
    let claims =
        format!(r#"{{"iss":"auth-gateway","sub":"svc-{}","iat":{issued},"exp":{}}}"#, r.pick(&["billing", "search", "export"]), issued + 3600);
    let header = base64(br#"{"alg":"HS256","typ":"JWT"}"#, true);
    format!("{header}.{}.{}", base64(claims.as_bytes(), true), base64(&r.bytes(32), true))
}

/// A password: letters, digits and a sign, no word.
pub fn password(r: &mut Prng) -> String {
    let sign = *r.pick(&['!', '*', '-', '_', '.']);
    format!(
        "{}{}{}{sign}{}{}",
        r.string(b"ABCDEFGHJKLMNPQRSTUVWXYZ", 1),
        r.string(b"bcdfghjkmnpqrstvwxz", 4),
        r.digits(2),
        r.string(ALNUM, 4),
        r.digits(1)
    )
}

/// A DER length.
fn der_length(n: usize) -> Vec<u8> {
    if n < 128 {
        vec![n as u8]
    } else if n < 256 {
        vec![0x81, n as u8]
    } else {
        vec![0x82, (n >> 8) as u8, n as u8]
    }
}

/// A DER integer of `n` random bytes.
fn der_integer(r: &mut Prng, n: usize) -> Vec<u8> {
    let mut bytes = r.bytes(n);
    bytes[0] = bytes[0] & 0x7f | 0x40;
    bytes[n - 1] |= 1;
    let mut out = vec![0x02];
    out.extend(der_length(n));
    out.extend(bytes);
    out
}

/// A PEM block with the structure of an RSA key (PKCS #1) around random numbers that are no key. Lines end in `newline`; no newline at the end.
pub fn private_key(r: &mut Prng, newline: &str) -> String {
    let mut body = vec![0x02, 0x01, 0x00];
    body.extend(der_integer(r, 128));
    body.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    body.extend(der_integer(r, 128));
    (0..5).for_each(|_| body.extend(der_integer(r, 64)));
    let mut der = vec![0x30];
    der.extend(der_length(body.len()));
    der.extend(body);
    let text = base64(&der, false);
    let lines = text.as_bytes().chunks(64).map(|l| String::from_utf8_lossy(l).into_owned()).collect::<Vec<_>>().join(newline);
    format!("-----BEGIN RSA PRIVATE KEY-----{newline}{lines}{newline}-----END RSA PRIVATE KEY-----")
}
