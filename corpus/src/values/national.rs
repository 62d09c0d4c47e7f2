//! Numbers that states give to people.

use super::device;
use crate::{
    Prng,
    digits::{iso7064_11_10, luhn, modulo, numbers, verhoeff, weighted, with_luhn},
};

/// One kind of number: what it is called where it stands.
#[derive(Clone, Copy, Debug)]
pub struct National {
    /// Tag of the taxonomy.
    pub tag: &'static str,
    /// Name of a column that holds it.
    pub header: &'static str,
    /// What people write before it in a text.
    pub words: &'static str,
    /// Makes one.
    pub make: fn(&mut Prng) -> String,
}

macro_rules! national {
    ($($tag:literal, $header:literal, $words:literal, $make:path;)*) => {
        /// Every kind made here.
        pub const NATIONAL: &[National] = &[$(National { tag: $tag, header: $header, words: $words, make: $make },)*];
    };
}

national! {
    "gov.us.ssn", "ssn", "social security number", ssn;
    "gov.us.itin", "itin", "ITIN", itin;
    "gov.us.ein", "ein", "EIN", ein;
    "phi.us.npi", "npi", "NPI", npi;
    "phi.gb.nhs-number", "nhs_number", "NHS number", nhs;
    "gov.gb.nino", "nino", "National Insurance number", nino;
    "gov.fr.nir", "nir", "NIR", nir;
    "gov.de.tax-id", "steuer_id", "Steuer-ID", idnr;
    "gov.es.dni", "dni", "DNI", dni;
    "gov.es.nie", "nie", "NIE", nie;
    "gov.it.codice-fiscale", "codice_fiscale", "codice fiscale", codice_fiscale;
    "gov.nl.bsn", "bsn", "BSN", bsn;
    "gov.be.national-number", "rijksregisternummer", "rijksregisternummer", be_national;
    "gov.pl.pesel", "pesel", "PESEL", pesel;
    "gov.se.personnummer", "personnummer", "personnummer", personnummer;
    "gov.fi.hetu", "henkilotunnus", "henkilotunnus", hetu;
    "gov.pt.nif", "nif", "NIF", pt_nif;
    "gov.ca.sin", "sin", "SIN", sin;
    "gov.br.cpf", "cpf", "CPF", cpf;
    "gov.in.aadhaar", "aadhaar", "Aadhaar", aadhaar;
    "gov.au.tfn", "tfn", "TFN", tfn;
    "gov.cn.resident-id", "resident_id", "resident ID", cn_resident;
    "gov.kr.rrn", "rrn", "RRN", rrn;
    "gov.za.id", "sa_id_number", "South African ID number", za_id;
    "pii.imei", "imei", "IMEI", device::imei;
    "pii.vin", "vin", "VIN", device::vin;
}

/// Six digits of a date of birth, in the twentieth century.
fn yymmdd(r: &mut Prng) -> String {
    let (y, m, d) = r.date(1948, 1999);
    format!("{:02}{m:02}{d:02}", y % 100)
}

/// United States, social security number.
pub fn ssn(r: &mut Prng) -> String {
    let area = loop {
        let a = r.range(1, 899);
        if a != 666 && a != 219 && a != 78 && a != 123 {
            break a;
        }
    };
    format!("{area:03}-{:02}-{:04}", r.range(1, 99), r.range(1, 9999))
}

/// United States, individual taxpayer identification number.
pub fn itin(r: &mut Prng) -> String {
    let group = if r.chance(50) { r.range(70, 88) } else { r.range(50, 65) };
    format!("9{:02}-{group}-{:04}", r.range(0, 99), r.range(1, 9999))
}

/// United States, employer identification number.
pub fn ein(r: &mut Prng) -> String {
    format!("{}-{}", r.pick(&["12", "20", "27", "36", "47", "58", "74", "82", "94"]), r.digits(7))
}

/// United States, provider of health care.
pub fn npi(r: &mut Prng) -> String {
    let body = format!("{}{}", r.range(1, 2), r.digits(8));
    format!("{body}{}", luhn(&format!("80840{body}")))
}

/// United Kingdom, NHS number, 3-3-4.
pub fn nhs(r: &mut Prng) -> String {
    loop {
        let body = format!("{}{}", r.range(4, 7), r.digits(8));
        let check = (11 - weighted(&body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        if check < 10 {
            return format!("{} {} {}{check}", &body[..3], &body[3..6], &body[6..]);
        }
    }
}

/// United Kingdom, national insurance number.
pub fn nino(r: &mut Prng) -> String {
    let prefix = r.pick(&["AB", "CE", "HJ", "JK", "LM", "PR", "SX", "WP"]);
    format!("{prefix} {} {} {} {}", r.range(10, 99), r.digits(2), r.digits(2), r.pick(&['A', 'B', 'C', 'D']))
}

/// France, number in the register of persons, thirteen digits and the key.
pub fn nir(r: &mut Prng) -> String {
    let (y, m, _) = r.date(1945, 1999);
    let body =
        format!("{}{:02}{m:02}{}{:03}{:03}", r.range(1, 2), y % 100, r.pick(&["75", "69", "13", "33", "59", "31"]), r.range(1, 330), r.range(1, 600));
    let key = 97 - modulo(&body, 97);
    format!("{} {} {} {} {} {} {key:02}", &body[..1], &body[1..3], &body[3..5], &body[5..7], &body[7..10], &body[10..])
}

/// Germany, tax identification number: one digit of the first ten twice, none thrice.
pub fn idnr(r: &mut Prng) -> String {
    let mut pool: Vec<u64> = (0..10).collect();
    for i in (1..10).rev() {
        pool.swap(i, r.below(i as u64 + 1) as usize);
    }
    pool.truncate(9);
    let twice = pool[r.below(9) as usize];
    pool.insert(r.range(1, 9) as usize, twice);
    if pool[0] == 0 {
        let other = pool.iter().position(|&d| d != 0).unwrap_or(1);
        pool.swap(0, other);
    }
    let body: String = pool.iter().map(ToString::to_string).collect();
    format!("{body}{}", iso7064_11_10(&body))
}

const DNI: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Spain, national identity number.
pub fn dni(r: &mut Prng) -> String {
    let n = r.range(10_000_000, 99_999_999);
    format!("{n}{}", char::from(DNI[(n % 23) as usize]))
}

/// Spain, number of a foreigner.
pub fn nie(r: &mut Prng) -> String {
    let (series, n) = (r.below(3), r.below(10_000_000));
    format!("{}{n:07}{}", ['X', 'Y', 'Z'][series as usize], char::from(DNI[((series * 10_000_000 + n) % 23) as usize]))
}

/// Italy, tax code.
pub fn codice_fiscale(r: &mut Prng) -> String {
    const ODD: &[u32] = &[1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let consonants = b"BCDFGLMNPRSTVZ";
    let (y, m, d) = r.date(1945, 1999);
    let body = format!(
        "{}{}{:02}{}{:02}{}",
        r.string(consonants, 3),
        r.string(consonants, 3),
        y % 100,
        char::from(b"ABCDEHLMPRST"[m as usize - 1]),
        if r.chance(50) { d + 40 } else { d },
        r.pick(&["H501", "F205", "L219", "F839", "D612"])
    );
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(i, b)| {
            let n = if b.is_ascii_digit() { b - b'0' } else { b - b'A' };
            if i % 2 == 0 { ODD[n as usize] } else { u32::from(n) }
        })
        .sum();
    format!("{body}{}", char::from(b'A' + (sum % 26) as u8))
}

/// Netherlands, citizen service number.
pub fn bsn(r: &mut Prng) -> String {
    loop {
        let body = format!("{}{}", r.range(1, 5), r.digits(7));
        let check = weighted(&body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        if check < 10 {
            return format!("{body}{check}");
        }
    }
}

/// Belgium, number of the national register.
pub fn be_national(r: &mut Prng) -> String {
    let body = format!("{}{:03}", yymmdd(r), r.range(1, 997));
    let check = 97 - modulo(&body, 97);
    format!("{}.{}.{}-{}.{check:02}", &body[..2], &body[2..4], &body[4..6], &body[6..])
}

/// Poland, PESEL.
pub fn pesel(r: &mut Prng) -> String {
    let body = format!("{}{}", yymmdd(r), r.digits(4));
    format!("{body}{}", (10 - weighted(&body, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10)
}

/// Sweden, personal identity number.
pub fn personnummer(r: &mut Prng) -> String {
    let (date, serial) = (yymmdd(r), r.range(100, 979));
    let check = luhn(&format!("{date}{serial}"));
    format!("{date}-{serial}{check}")
}

/// Finland, personal identity code.
pub fn hetu(r: &mut Prng) -> String {
    let (y, m, d) = r.date(1948, 1999);
    let (date, serial) = (format!("{d:02}{m:02}{:02}", y % 100), r.range(2, 899));
    let n: u64 = format!("{date}{serial:03}").parse().unwrap_or(0);
    format!("{date}-{serial:03}{}", char::from(b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(n % 31) as usize]))
}

/// Portugal, tax number.
pub fn pt_nif(r: &mut Prng) -> String {
    let body = format!("{}{}", r.range(1, 2), r.digits(7));
    let check = 11 - weighted(&body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    format!("{body}{}", if check > 9 { 0 } else { check })
}

/// Canada, social insurance number.
pub fn sin(r: &mut Prng) -> String {
    let n = with_luhn(&format!("{}{}", r.pick(&['1', '2', '4', '5', '6', '7']), r.digits(7)));
    let separator = *r.pick(&["-", " "]);
    [&n[..3], &n[3..6], &n[6..]].join(separator)
}

/// Brazil, register of natural persons.
pub fn cpf(r: &mut Prng) -> String {
    let digit = |body: &str| {
        let sum: u32 = numbers(body).iter().rev().zip(2..).map(|(d, w)| d * w).sum();
        if sum % 11 < 2 { 0 } else { 11 - sum % 11 }
    };
    let body = r.digits(9);
    let first = digit(&body);
    let second = digit(&format!("{body}{first}"));
    format!("{}.{}.{}-{first}{second}", &body[..3], &body[3..6], &body[6..])
}

/// India, Aadhaar.
pub fn aadhaar(r: &mut Prng) -> String {
    let body = format!("{}{}", r.range(2, 9), r.digits(10));
    let n = format!("{body}{}", verhoeff(&body));
    format!("{} {} {}", &n[..4], &n[4..8], &n[8..])
}

/// Australia, tax file number.
pub fn tfn(r: &mut Prng) -> String {
    loop {
        let body = format!("{}{}", r.range(1, 9), r.digits(7));
        let sum = weighted(&body, &[1, 4, 3, 7, 5, 8, 6, 9]);
        if let Some(d) = (0..10).find(|d| (sum + 10 * d).is_multiple_of(11)) {
            return format!("{} {} {}{d}", &body[..3], &body[3..6], &body[6..]);
        }
    }
}

/// China, resident identity number.
pub fn cn_resident(r: &mut Prng) -> String {
    let (y, m, d) = r.date(1950, 2001);
    let body = format!("{}{y}{m:02}{d:02}{}", r.pick(&["110101", "310104", "440305", "330106", "510104"]), r.digits(3));
    let sum = weighted(&body, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Korea, resident registration number.
pub fn rrn(r: &mut Prng) -> String {
    let body = format!("{}{}{:02}{}", yymmdd(r), r.range(1, 2), r.range(0, 95), r.digits(3));
    let check = (11 - weighted(&body, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    format!("{}-{}{check}", &body[..6], &body[6..])
}

/// South Africa, identity number.
pub fn za_id(r: &mut Prng) -> String {
    with_luhn(&format!("{}{}{}8", yymmdd(r), r.range(1000, 9999), r.below(2)))
}
