//! Documents that a retrieval system would serve.

use std::io;

use super::{Lake, Pack, prose};
use crate::{
    Prng,
    form::{
        Marked,
        text::{self, Encoding},
    },
    values::{NATIONAL, contact, device, money, national, secret},
};

fn handbook(r: &mut Prng) -> Marked {
    let mut m = Marked::from("# Employee handbook\n\n");
    for (chapter, title) in ["Welcome", "Working hours", "Travel", "Equipment", "Leaving"].iter().enumerate() {
        m = m.say(format!("## {}. {title}\n\n{}\n\n", chapter + 1, prose::paragraph(r, 6)));
        let who = contact::name(r);
        m = m.say("Contact: ").plant("pii.person-name", format!("{} {}", who.0, who.1)).say(", ").plant("pii.email", contact::email_of(r, who));
        m = m.say(", phone ").plant("pii.phone", contact::national_phone(r, "US")).say("\n\n");
    }
    m.say("Version 4.2.0, printed 2025-11-03, document HB-2025-0117.\n")
}

fn incident(r: &mut Prng) -> Marked {
    let m = Marked::from("# Incident 2025-11-17: export bucket was public\n\n").say(prose::paragraph(r, 5));
    let m = m.say("\n\nThe first request came from ").plant("pii.ip-address", device::ipv4(r)).say(" and later ones from ");
    let m =
        m.plant("pii.ip-address", device::ipv6(r)).say(".\nThe laptop (MAC ").plant("pii.mac-address", device::mac(r)).say(") was re-imaged.\n\n");
    let m = m.say("Leaked rows, for the regulator:\n\n- SSN ").plant("gov.us.ssn", national::ssn(r)).say(", date of birth ");
    let m = m.plant("pii.date-of-birth", contact::birth_iso(r)).say("\n- credit card ").plant("pci.pan", money::card_written(r));
    let m = m.say("\n- IBAN ").plant("fin.iban", money::in_fours(&money::iban_of(r, "DE"))).say(", BIC ").plant("fin.bic", money::bic(r));
    let m = m.say("\n- routing number ").plant("fin.us.aba-routing", money::aba(r)).say(" for wires\n\n");
    let m = m
        .say("The key in the script was rotated:\n\n```sh\nexport AWS_SECRET_ACCESS_KEY=")
        .plant("secret.aws.secret-access-key", secret::aws_secret(r));
    m.say("\n```\n\n").say(prose::paragraph(r, 4)).say("\n")
}

fn macros(r: &mut Prng) -> Marked {
    let mut m = Marked::from("Support macros (Windows line ends)\r\n\r\n");
    for n in 1..=20 {
        m = m.say(format!("[{n:02}] {}\r\n", prose::paragraph(r, 2)));
        if n % 4 == 0 {
            m = m.say("     Escalate to ").plant("pii.email", contact::email(r)).say(".\r\n");
        }
        if n % 5 == 0 {
            m = m.say("     Fax: ").plant("pii.phone", contact::phone(r, "GB")).say("\r\n");
        }
    }
    m
}

/// German, written as UTF-16.
fn besprechung(r: &mut Prng) -> Marked {
    let m = Marked::from("Besprechung vom 3. Dezember\r\nTeilnehmer: Jürgen, Käthe, Noël\r\n\r\n");
    let m = m.say("Die Überweisung geht an IBAN ").plant("fin.iban", money::in_fours(&money::iban_of(r, "DE"))).say(".\r\n");
    let m = m.say("Rückfragen an ").plant("pii.email", contact::email(r)).say(" oder Telefon ").plant("pii.phone", contact::phone(r, "DE"));
    let m = m.say(".\r\nSteuer-ID der neuen Kollegin: ").plant("gov.de.tax-id", national::idnr(r)).say("\r\n");
    m.say("Der Schlüssel für den Serverraum liegt beim Empfang – bitte quittieren.\r\n")
}

/// French, written as Latin-1.
fn compte_rendu(r: &mut Prng) -> Marked {
    let m = Marked::from("Compte rendu de la réunion du 12 décembre\n\nPrésents : Zoé, François, Hélène\n\n");
    let m = m.say("Le numéro de sécurité sociale à corriger est NIR ").plant("gov.fr.nir", national::nir(r)).say(".\n");
    let m = m.say("Téléphone de l'agence : ").plant("pii.phone", contact::phone(r, "FR")).say("\n");
    let m = m.say("Écrire à ").plant("pii.email", contact::email(r)).say(" avant l'été, dépôt de garantie inclus.\n");
    m.say("RIB reçu : IBAN ").plant("fin.iban", money::in_fours(&money::iban_of(r, "FR"))).say("\n")
}

/// A guide full of placeholders: nothing in it is real.
fn guide() -> Marked {
    Marked::from(
        "# API guide\n\nSet `API_KEY=<your-api-key>` and `DB_PASSWORD=${DB_PASSWORD}` before you start.\n\n\
         ```sh\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n```\n\n\
         ```python\npassword = get_password()\ntoken = os.environ[\"SERVICE_TOKEN\"]\nclient = Client(password=password, max_tokens=256)\n```\n\n\
         ```yaml\npassword: changeme\nsecretName: web-tls\napi_key: xxxxxxxxxxxxxxxxxxxxxxxx\n```\n\n\
         Decorators such as `@app.route` and packages such as lodash@4.17.21 or @types/node@20.11.5 are fine, and so is root@localhost.\n\
         The server listens on 127.0.0.1 and 0.0.0.0, port 8080. See RFC 9110, ISBN ",
    )
    .plant("special.isbn", "978-3-16-148410-0")
    .say(
        " and version v2.14.0.3.\n\n\
         | model | context | price |\n|---|---|---|\n| small | 8192 | 0.15 |\n| large | 131072 | 2.50 |\n",
    )
}

/// A text with every number that states give out, as people write them.
fn abroad(r: &mut Prng) -> Marked {
    let mut m = Marked::from("Notes of the relocation desk\n\n");
    for kind in NATIONAL {
        for _ in 0..2 {
            let who = contact::name(r);
            m = m
                .plant("pii.person-name", format!("{} {}", who.0, who.1))
                .say(format!(": {} ", kind.words))
                .plant(kind.tag, (kind.make)(r))
                .say(", papers complete.\n");
            m = m.say(prose::sentence(r)).say("\n");
        }
    }
    m
}

/// Makes one object.
type Maker = fn(&mut Prng) -> Marked;

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    let makers: [(&str, Maker); 4] =
        [("rag/handbook.md", handbook), ("rag/incident-2025-11.md", incident), ("rag/support-macros.txt", macros), ("rag/relocation.txt", abroad)];
    for (key, make) in makers {
        lake.text(key, &make(&mut Lake::random(key)))?;
    }
    lake.text("rag/api-guide.md", &guide())?;
    let key = "rag/besprechung.txt";
    lake.add(key, text::write(&besprechung(&mut Lake::random(key)), Encoding::Utf16Le), Pack::Plain)?;
    let key = "rag/compte-rendu.txt";
    lake.add(key, text::write(&compte_rendu(&mut Lake::random(key)), Encoding::Latin1), Pack::Plain)
}
