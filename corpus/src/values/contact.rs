//! People: names, e-mail addresses, telephone numbers, dates of birth.

use crate::Prng;

/// First names, ASCII.
pub const FIRST: &[&str] = &[
    "Anna", "Jonas", "Maria", "Peter", "Sofia", "Lukas", "Emma", "Oliver", "Clara", "Hugo", "Nina", "Felix", "Laura", "Tomas", "Julia", "David",
    "Marta", "Simon", "Elena", "Victor", "Greta", "Adam", "Paula", "Oscar", "Irene", "Daniel", "Alice", "Bruno", "Vera", "Martin",
];
/// Last names, ASCII.
pub const LAST: &[&str] = &[
    "Keller",
    "Moreau",
    "Lindqvist",
    "Rossi",
    "Novak",
    "Carter",
    "Jansen",
    "Silva",
    "Becker",
    "Dubois",
    "Korhonen",
    "Kowalski",
    "Marino",
    "Fischer",
    "Peeters",
    "Santos",
    "Walker",
    "Nilsson",
    "Garcia",
    "Weber",
    "Laurent",
    "Virtanen",
    "Turner",
    "Mendes",
    "Vogel",
    "Bakker",
    "Conti",
    "Hughes",
    "Ortega",
    "Schmitz",
];
const DOMAINS: &[&str] = &[
    "brightloom.io",
    "kestrelmail.net",
    "quillpost.org",
    "harborline.co.uk",
    "nordwerk.de",
    "ateliervague.fr",
    "lumenfold.com",
    "tidewell.com",
    "mossandfern.co",
    "rivermint.net",
    "calderworks.eu",
    "zonnehoek.nl",
    "bosquenorte.es",
    "pontelungo.it",
    "fjallmark.se",
];

/// A person's name.
pub fn name(r: &mut Prng) -> (&'static str, &'static str) {
    (*r.pick(FIRST), *r.pick(LAST))
}

/// An address for this person.
pub fn email_of(r: &mut Prng, (first, last): (&str, &str)) -> String {
    let (first, last) = (first.to_lowercase(), last.to_lowercase());
    let domain = *r.pick(DOMAINS);
    match r.below(5) {
        0 => format!("{first}.{last}@{domain}"),
        1 => format!("{}{last}@{domain}", &first[..1]),
        2 => format!("{first}_{last}{}@{domain}", r.range(10, 99)),
        3 => format!("{first}+{}@mail.{domain}", r.pick(&["billing", "news", "work"])),
        _ => format!("{first}.{last}{}@{domain}", r.range(1, 9)),
    }
}

/// Any address.
pub fn email(r: &mut Prng) -> String {
    let person = name(r);
    email_of(r, person)
}

/// Countries of [`phone`].
pub const PHONE_COUNTRIES: &[&str] =
    &["US", "CA", "GB", "FR", "DE", "ES", "IT", "NL", "BE", "PL", "SE", "FI", "PT", "BR", "IN", "AU", "CN", "KR", "ZA", "CH"];

/// A mobile number (any number, for North America) with its country code.
///
/// # Panics
/// When the country is not one of [`PHONE_COUNTRIES`].
pub fn phone(r: &mut Prng, country: &str) -> String {
    let nn = |r: &mut Prng, n: usize| r.digits(n);
    match country {
        "US" | "CA" => {
            let area = if country == "US" {
                *r.pick(&["212", "415", "312", "206", "617", "303", "512", "404"])
            } else {
                *r.pick(&["416", "604", "514", "403"])
            };
            let (exchange, line) = (format!("{}{}{}", r.range(2, 9), r.range(2, 4), r.digits(1)), r.digits(4));
            match r.below(3) {
                0 => format!("+1 {area}-{exchange}-{line}"),
                1 => format!("+1 ({area}) {exchange}-{line}"),
                _ => format!("+1{area}{exchange}{line}"),
            }
        }
        "GB" => format!("+44 7{}{} {}", r.range(7, 9), r.range(10, 99), nn(r, 6)),
        "FR" => format!("+33 6 {} {} {} {}", r.range(10, 89), nn(r, 2), nn(r, 2), nn(r, 2)),
        "DE" => format!("+49 {} {}", r.pick(&["151", "160", "171", "175"]), r.range(10_000_000, 99_999_999) / if r.chance(50) { 10 } else { 1 })
            .replacen("+49 151", "+49 171", 1),
        "ES" => format!("+34 6{} {} {}", nn(r, 2), nn(r, 3), nn(r, 3)),
        "IT" => format!("+39 3{}{} {} {}", r.range(2, 4), r.range(0, 9), nn(r, 3), nn(r, 4)),
        "NL" => format!("+31 6 {}{}", r.range(1, 5), nn(r, 7)),
        "BE" => format!("+32 47{} {} {} {}", r.range(0, 9), nn(r, 2), nn(r, 2), nn(r, 2)),
        "PL" => format!("+48 {}{} {} {}", r.pick(&["50", "60", "66", "69", "78"]), r.range(0, 9), nn(r, 3), nn(r, 3)),
        "SE" => format!("+46 7{} {} {} {}", r.pick(&["0", "2", "3", "6"]), nn(r, 3), nn(r, 2), nn(r, 2)),
        "FI" => format!("+358 {} {} {}", r.pick(&["40", "50"]), r.range(100, 999), nn(r, 4)),
        "PT" => format!("+351 9{}{} {} {}", r.pick(&["1", "2", "3", "6"]), r.range(0, 9), nn(r, 3), nn(r, 3)),
        "BR" => format!("+55 {} 9{}-{}", r.pick(&["11", "21", "31", "41", "51"]), r.range(6000, 9999), nn(r, 4)),
        "IN" => format!("+91 9{} {}", r.range(1000, 9999), nn(r, 5)),
        "AU" => format!("+61 4{} {} {}", r.range(10, 39), nn(r, 3), nn(r, 3)),
        "CN" => format!("+86 {}{} {} {}", r.pick(&["13", "15", "18"]), r.range(5, 9), nn(r, 4), nn(r, 4)),
        "KR" => format!("+82 10-{}-{}", r.range(2000, 9999), nn(r, 4)),
        "ZA" => format!("+27 {} {} {}", r.pick(&["72", "73", "82", "83"]), r.range(200, 999), nn(r, 4)),
        "CH" => format!("+41 {} {} {} {}", r.pick(&["76", "78", "79"]), r.range(200, 999), nn(r, 2), nn(r, 2)),
        other => panic!("no numbering plan for `{other}`"),
    }
}

/// A number from any of the twenty countries.
pub fn any_phone(r: &mut Prng) -> String {
    let country = *r.pick(PHONE_COUNTRIES);
    phone(r, country)
}

/// A number as written inside its country: only with words beside it.
pub fn national_phone(r: &mut Prng, country: &str) -> String {
    match country {
        "US" => {
            let area = r.pick(&["212", "415", "312", "206", "617", "303"]);
            format!("({area}) {}{}{}-{}", r.range(2, 9), r.range(2, 4), r.digits(1), r.digits(4))
        }
        "GB" => format!("07{}{} {}", r.range(7, 9), r.range(10, 99), r.digits(6)),
        "FR" => format!("06 {} {} {} {}", r.range(10, 89), r.digits(2), r.digits(2), r.digits(2)),
        _ => format!("0171 {}", r.range(2_000_000, 9_999_999)),
    }
}

/// A date of birth, ISO 8601.
pub fn birth_iso(r: &mut Prng) -> String {
    let (y, m, d) = r.date(1945, 2003);
    format!("{y}-{m:02}-{d:02}")
}

/// A date of birth, day first.
pub fn birth_european(r: &mut Prng) -> String {
    let (y, m, d) = r.date(1945, 2003);
    format!("{:02}.{m:02}.{y}", if d < 13 { d + 12 } else { d })
}
