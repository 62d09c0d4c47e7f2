//! Exports of the customer database.

use std::io;

use super::{Lake, Pack, prose};
use crate::{
    Prng,
    form::{
        Marked, Written,
        csv::Table,
        json::{self, Json},
        text::Encoding,
    },
    values::{contact, money, national},
};

const STREETS: &[&str] = &["Mill Lane", "Station Road", "Harbour View", "Church Street", "Elm Avenue", "Bridge Street"];
const CITIES: &[&str] = &["Leeds", "Antwerp", "Lyon", "Porto", "Graz", "Turku", "Malmo", "Gdansk"];

/// Customers with addresses of two lines and remarks in quotes.
fn customers(r: &mut Prng) -> Written {
    let mut t = Table::new(&[
        "customer_id",
        "first_name",
        "last_name",
        "email",
        "mobile_phone",
        "address",
        "credit_card",
        "remarks",
        "ACADEMIC_YEAR_CODE",
        "created_at",
    ]);
    for n in 1..=240 {
        let who = contact::name(r);
        let address = format!("{} {}\n{}", r.range(1, 180), r.pick(STREETS), r.pick(CITIES));
        let remark = match r.below(40) {
            0 => Marked::from("Says \"use my work address\": ").plant("pii.email", contact::email(r)),
            1 => Marked::from("Partner's phone is ").plant("pii.phone", contact::any_phone(r)),
            2..=12 => Marked::from(format!("Note: \"{}\"", prose::sentence(r))),
            _ => Marked::from(prose::sentence(r)),
        };
        t.rows.push(vec![
            format!("C-{:06}", 1000 + n).into(),
            Marked::value("pii.person-name", who.0),
            Marked::value("pii.person-name", who.1),
            Marked::value("pii.email", contact::email_of(r, who)),
            if r.chance(85) { Marked::value("pii.phone", contact::any_phone(r)) } else { Marked::new() },
            Marked::value("pii.postal-address", address),
            if r.chance(70) { Marked::value("pci.pan", money::card(r)) } else { Marked::new() },
            remark,
            r.range(1998, 2026).to_string().into(),
            timestamp(r).into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

/// A time of 2025, ISO 8601.
fn timestamp(r: &mut Prng) -> String {
    let (y, m, d) = r.date(2025, 2025);
    format!("{y}-{m:02}-{d:02}T{:02}:{:02}:{:02}Z", r.below(24), r.below(60), r.below(60))
}

/// Leads separated by tabs.
fn leads(r: &mut Prng) -> Written {
    let mut t = Table { delimiter: '\t', ..Table::new(&["lead", "contact_email", "telephone", "campaign", "score"]) };
    for n in 1..=120 {
        t.rows.push(vec![
            format!("L{n:05}").into(),
            Marked::value("pii.email", contact::email(r)),
            Marked::value("pii.phone", contact::national_phone(r, "US")),
            (*r.pick(&["SPRING-25", "SCN-125", "WINTER-24", "B2B-07"])).into(),
            format!("0.{:02}", r.below(100)).into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

/// German customers, separated by semicolons, in Latin-1.
fn kunden(r: &mut Prng) -> Written {
    let mut t = Table {
        delimiter: ';',
        newline: "\r\n",
        ..Table::new(&["Kundennummer", "Name", "Stra\u{df}e", "IBAN", "BIC", "Geburtsdatum", "Steuer-ID", "Umsatz"])
    };
    for n in 1..=120 {
        let who = contact::name(r);
        t.rows.push(vec![
            format!("K{n:05}").into(),
            Marked::value("pii.person-name", format!("{}, {}", who.1, who.0)),
            Marked::value(
                "pii.postal-address",
                format!("{} {}", r.pick(&["Königstraße", "Mühlweg", "Am Grünen Tor", "Schloßallee"]), r.range(1, 99)),
            ),
            Marked::value("fin.iban", money::iban(r)),
            Marked::value("fin.bic", money::bic(r)),
            Marked::value("pii.date-of-birth", contact::birth_european(r)),
            Marked::value("gov.de.tax-id", national::idnr(r)),
            format!("{},{:02}", r.range(10, 9999), r.below(100)).into(),
        ]);
    }
    t.write(Encoding::Latin1)
}

/// Leads without a header.
fn headless(r: &mut Prng) -> Written {
    let mut t = Table { header: None, ..Table::new(&[]) };
    for _ in 0..80 {
        let who = contact::name(r);
        t.rows.push(vec![
            Marked::value("pii.person-name", format!("{} {}", who.0, who.1)),
            Marked::value("pii.email", contact::email_of(r, who)),
            Marked::value("fin.iban", money::iban(r)),
            format!("{}.{:02}", r.range(1, 900), r.below(100)).into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

/// Contacts as one array.
fn contacts(r: &mut Prng) -> Written {
    let records: Vec<Json> = (0..60)
        .map(|n| {
            let who = contact::name(r);
            let emails = (0..r.range(1, 3)).map(|_| Json::Text(Marked::value("pii.email", contact::email_of(r, who)))).collect();
            let person = Json::Object(vec![
                ("name", Json::Text(Marked::value("pii.person-name", format!("{} {}", who.0, who.1)))),
                ("emails", Json::Array(emails)),
                ("phone", Json::Text(Marked::value("pii.phone", contact::any_phone(r)))),
            ]);
            Json::Object(vec![("nr", Json::from(n)), ("person", person), ("tags", Json::Array(vec!["vip".into(), "newsletter".into()]))])
        })
        .collect();
    json::array(&records)
}

/// Makes one object.
type Maker = fn(&mut Prng) -> Written;

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    let makers: [(&str, Maker); 5] = [
        ("crm/customers.csv", customers),
        ("crm/leads.tsv", leads),
        ("crm/kunden.csv", kunden),
        ("crm/webinar.csv", headless),
        ("crm/contacts.json", contacts),
    ];
    for (key, make) in makers {
        lake.add(key, make(&mut Lake::random(key)), Pack::Plain)?;
    }
    let mut old = Table::new(&["id", "mail"]);
    let r = &mut Lake::random("crm/customers.csv.bak");
    old.rows = (0..20).map(|n| vec![format!("{n}").into(), Marked::value("pii.email", contact::email(r))]).collect();
    lake.skipped("crm/customers.csv.bak", old.write(Encoding::Utf8), "EXCLUDED");
    Ok(())
}
