//! Whole texts in which there is nothing: what repositories, logs and desks are full of.

use super::fill::fill;
use crate::Prng;

/// A text without anything sensitive.
#[derive(Clone, Debug)]
pub struct CleanText {
    /// What it looks like.
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

/// What it looks like, what stands on top, the lines one of which is taken again and again (separated by `¦`), what stands at the end.
const KINDS: &[(&str, &str, &str, &str)] = &[
    (
        "git log",
        "",
        "commit <h40>\nMerge: <h7> <h7>\nDate:   <Mon|Tue|Wed|Thu> <Jan|Mar|Oct> <1..28:1> <00..23:2>:<00..59:2>:<00..59:2> 2025 +0<1|2>00\n\n    <fix|add|drop|move> <l6> in <l5>, see #<d4>\n",
        "",
    ),
    (
        "package-lock.json",
        "{\n  \"name\": \"web\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n",
        "    \"node_modules/<l6>\": {\n      \"version\": \"<1..30:1>.<0..20:1>.<0..30:1>\",\n      \"resolved\": \"https://registry.npmjs.org/<l6>/-/<l6>-<d1>.<d1>.<d1>.tgz\",\n      \"integrity\": \"sha512-<b86>==\",\n      \"engines\": { \"node\": \"›=<12..22:1>\" }\n    },",
        "    \"node_modules/last\": {}\n  }\n}\n",
    ),
    (
        "Cargo.lock",
        "version = 4\n",
        "\n[[package]]\nname = \"<l4>-<l6>\"\nversion = \"<0..4:1>.<0..30:1>.<0..200:1>\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"<h64>\"",
        "",
    ),
    (
        "minified script",
        "",
        "!function(e,t){\"use strict\";var n=e.<l1>,r=t[<d3>],i=<d6>,o=0x<h8>;function a(e){return n<l1>(r,e,<d2>)?i›››<d1>:o^<d8>}e.exports={<l1>:a,v:\"<d1>.<d2>.<d1>\"}}(window,\"<h16>\");¦var <l1>=[<d1>,<d2>,<d3>,<d4>,<d5>,<d6>,<d7>,<d8>,<d9>,<d10>],<l2>={k<d2>:\"<n12>\",m:<d3>e<d1>,p:.<d3>};",
        "",
    ),
    (
        "style sheet",
        "/* generated */\n",
        ".<l6>-<l4>{color:#<h6>;margin:<d2>px <d2>px;background:rgba(<0..255:1>,<0..255:1>,<0..255:1>,.<d2>)}¦@media (min-width:<d3>px) and (max-width:<d4>px){.password-<l5>,.card-<l4>{width:<d2>.<d4>%}}¦.icon-<l5>:before{content:\"\\e<h3>\";font:<d2>px/<d1>.<d1> <l6>}",
        "",
    ),
    (
        "build log",
        "",
        "[<00..23:2>:<00..59:2>:<00..59:2>.<d3>] Compiling <l6> v<d1>.<d2>.<d1> (<h8>)¦#<1..40:1> [build <1..20:1>/20] RUN make -j<1..16:1>  <d2>.<d1>s¦Step <1..30:1>/30 : ---> <h12>¦ok   github.com/acme/<l6>/<l5> <d1>.<d3>s coverage: <d2>.<d1>% of statements¦warning: unused variable `<l6>` at src/<l5>.rs:<d3>:<d2>¦Downloaded <d4> kB in <d2>ms (<d5> kB/s), etag \"<h32>\"",
        "BUILD SUCCESSFUL in 3m 12s\n",
    ),
    (
        "metrics",
        "# HELP http_requests_total requests\n# TYPE http_requests_total counter\n",
        "http_requests_total{code=\"<200|404|500>\",path=\"/<l6>\"} <d10>¦process_resident_memory_bytes <1..9:1>.<d6>e+0<7..9:1>¦go_gc_duration_seconds{quantile=\"0.<25|5|75>\"} <d1>.<d15>e-05¦queue_depth{shard=\"<d2>\"} <d4> 1<7><d11>",
        "",
    ),
    (
        "numbers",
        "step,loss,accuracy,grad_norm,lr\n",
        "<d5>,<0..9:1>.<d16>,0.<d15>,<1..99:1>.<d14>,<1..9:1>.<d1>e-05¦<d5>,<0..9:1>.<d10>,0.<d6>,-<1..9:1>.<d12>,0.000<d2>",
        "",
    ),
    (
        "table definition",
        "-- schema\n",
        "CREATE TABLE <l6> (id BIGINT PRIMARY KEY, ssn CHAR(11), credit_card VARCHAR(19), password_hash VARCHAR(60), email TEXT, created_at TIMESTAMP DEFAULT now());¦ALTER TABLE <l6> ADD COLUMN <iban|tax_id|date_of_birth|phone_number|passport_no> VARCHAR(<d2>);¦CREATE INDEX idx_<l6>_<ssn|email|phone> ON <l6> (<l5>_id, <ssn|email|phone>);¦COMMENT ON COLUMN <l6>.<cvv|pin|api_key> IS 'at most <d2> characters, never logged';",
        "",
    ),
    (
        "translations",
        "{\n",
        "  \"form.<l5>.ssn\": \"<Social Security Number|Sozialversicherungsnummer|numéro de sécurité sociale>\",¦  \"form.<l5>.password\": \"<Enter your password|Passwort eingeben|Saisissez votre mot de passe>\",¦  \"error.<l6>\": \"<The IBAN is not valid|Die Kreditkartennummer hat 16 Stellen|El DNI tiene 8 dígitos y una letra>\",¦  \"hint.<l5>\": \"<Your API key starts with sk_|The token is shown only once|Tax ID, e.g. XX-XXXXXXX>\",",
        "  \"end\": \"\"\n}\n",
    ),
    (
        "empty form",
        "<form>\n",
        "‹label›Social Security Number‹/label›‹input name=\"ssn\" placeholder=\"XXX-XX-XXXX\" maxlength=\"11\"›¦‹label›Card number‹/label›‹input name=\"cc\" placeholder=\"0000 0000 0000 0000\" inputmode=\"numeric\"›¦‹label›Date of birth‹/label›‹input name=\"dob\" placeholder=\"DD/MM/YYYY\"›¦‹label›Phone‹/label›‹input name=\"tel\" pattern=\"[0-9]{3}-[0-9]{4}\"›¦‹label›Password‹/label›‹input type=\"password\" minlength=\"<8..16:1>\"›",
        "",
    ),
    (
        "report in English",
        "Quarterly report\n\n",
        "Revenue rose by <1..19:1>.<d1> per cent to <1..9:1>,<d3>,<d3>.00 dollars, against <1..9:1>,<d3>,<d3> a year before.¦Under section <d3>(<a|b|c>) of the act of <1970..2023:4>, notice must be given within <10..90:1> days; see case <d2>-cv-<d5>.¦The plant in the north made <d5> units on <1..28:1> March, <d2> fewer than planned, on lines <d1> to <d2>.¦Table <d1>.<d1> on pages <d2>-<d3> compares <d4> households over <d2> years.¦The council meets in room <d3> at <10..18:2>:<00..59:2>; the agenda has <d2> points.",
        "",
    ),
    (
        "report in German",
        "Lagebericht\n\n",
        "Der Umsatz stieg um <1..19:1>,<d1> Prozent auf <1..9:1>.<d3>.<d3>,00 Euro.¦Nach § <d3> Abs. <1..4:1> des Gesetzes vom <1..28:1>. Mai <1970..2023:4> ist binnen <10..90:1> Tagen Anzeige zu erstatten (Az. <d1> O <d3>/<10..25:2>).¦Das Werk fertigte <d5> Stück, Charge <d6>, auf den Linien <d1> bis <d2>.¦Die Karte im Maßstab 1:<d5> zeigt die Höhe von <d4> m.¦Artikel <d6> ist in Regal <d2>-<d3> zu finden.",
        "",
    ),
    (
        "report in French",
        "Rapport\n\n",
        "Le chiffre d'affaires a augmenté de <1..19:1>,<d1> % pour atteindre <d1> <d3> <d3> euros.¦L'article L.<d3>-<d1> du code prévoit un délai de <10..90:1> jours (arrêt n° <d2>-<d5>).¦L'usine a produit <d5> pièces, lot <d6>.¦La réunion aura lieu salle <d3> à <10..18:2>h<00..59:2>.",
        "",
    ),
    ("hex dump", "", "<h8>  <h2> <h2> <h2> <h2> <h2> <h2> <h2> <h2>  <h2> <h2> <h2> <h2> <h2> <h2> <h2> <h2>  <n8>..<n6>", ""),
    ("attachment", "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n", "<b76>", "\n--boundary--\n"),
    (
        "settings",
        "",
        "server { listen <1024..9999:1>; location /<l5> { proxy_pass http://127.0.0.1:<1024..9999:1>; client_max_body_size <d2>m; } }¦resources: { limits: { cpu: <d3>m, memory: <d3>Mi } }¦max_connections = <d3>\nshared_buffers = <d4>MB\nwal_keep_size = <d4>¦token_ttl_seconds: <d4>\npassword_min_length: <8..20:1>\nsecret_name: <l6>-tls¦image: registry.<l5>.test/<l6>:<d1>.<d2>.<d1>@sha256:<h64>",
        "",
    ),
    (
        "test code",
        "import unittest\n\n",
        "    def test_<l6>_<l5>(self):\n        self.assertEqual(<l5>(<d4>, <d6>), <d8>)¦        assert parse(\"<d3>/<d2>/<d4>\") == (<d2>, <d3>)¦        expected = [<d9>, <d10>, <d11>, <d12>]¦        with pytest.raises(ValueError, match=\"invalid <ssn|card|iban>\"):\n            check(\"<l6>\")",
        "",
    ),
    ("book list", "title;isbn;price\n", "The <l6> of <l5>;978-<d1>-<d2>-<d6>-<d1>;<d2>.<d2>¦<l7> and <l6>;<d1>-<d3>-<d5>-X;<d2>,<d2>", ""),
    (
        "delivery list",
        "order  parcel  weight\n",
        "<d8>  1Z<A6><d10>  <d2>.<d1> kg¦<d9>  JJD<d16>  <d1>.<d2> kg¦<d10>  9400<d18>  <d3> g¦<d11>  <d12>  <d2> kg",
        "",
    ),
    ("certificate", "-----BEGIN CERTIFICATE-----\n", "<b64>", "-----END CERTIFICATE-----\n"),
    (
        "patch",
        "diff --git a/src/a.c b/src/a.c\nindex 83db48f..bf2a1c9 100644\n",
        "@@ -<d3>,<d2> +<d3>,<d2> @@ int <l6>(int <l4>)\n-    if (<l4> == <d5>) return <d3>;\n+    if (<l4> == <d6>) return <d4>;¦ \tmemcpy(<l4>, <l5> + <d3>, <d2>);",
        "",
    ),
    ("array", "array([", "       [ <d1>.<d8>, -<d1>.<d8>,  <d2>.<d7>, <d3>.<d6>],¦       [<d8>, <d9>, <d10>, <d11>],", "])\n"),
];

/// `count` texts of a seed, each of some kilobytes; every kind comes in turn.
#[must_use]
pub fn clean_texts(seed: u64, count: usize) -> Vec<CleanText> {
    (0..count)
        .map(|n| {
            let (kind, head, lines, tail) = KINDS[n % KINDS.len()];
            let mut r = Prng::named(seed, &format!("clean {n}"));
            let templates: Vec<&str> = lines.split('¦').collect();
            let mut text = head.to_owned();
            for _ in 0..r.range(20, 60) {
                let template = templates[r.below(templates.len() as u64) as usize];
                text += &fill(&mut r, template).replace('‹', "<").replace('›', ">");
                text.push('\n');
            }
            CleanText { kind, text: text + tail }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_made() {
        let all = clean_texts(3, 2 * KINDS.len());
        assert!(KINDS.len() >= 22 && all.iter().all(|t| t.text.len() > 600), "{:?}", all.iter().map(|t| (t.kind, t.text.len())).min_by_key(|t| t.1));
        assert_eq!(all[0].text, clean_texts(3, 1)[0].text);
        assert_ne!(all[0].text, all[KINDS.len()].text);
    }
}
