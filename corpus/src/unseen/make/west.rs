//! Germany, Austria, Switzerland, France and the Low Countries.

use super::{birth, eleven, makers, until, with};
use crate::{
    Prng,
    digits::{iso7064_11_10, luhn, modulo, numbers, verhoeff, weighted, with_luhn},
    unseen::fill::fill,
};

makers! {
    de_tax_id de_steuernummer de_vat de_rvnr de_kvnr de_id_card de_passport de_licence de_lanr fr_nir fr_spi fr_siren fr_siret fr_tva nl_bsn nl_btw
    be_nn be_eid be_vat be_ogm lu_nin lu_vat at_svnr at_tin at_uid ch_ahv ch_uid
}

/// Ten digits of which one stands twice (since 2016 also one thrice, not three in a row), ISO 7064 mod 11,10 (BZSt).
fn de_tax_id(r: &mut Prng) -> String {
    let body = until(r, |r| {
        let mut pool: Vec<u64> = (0..10).collect();
        shuffle(r, &mut pool);
        let times = if r.chance(30) { 3 } else { 2 };
        pool.truncate(11 - times);
        (1..times).for_each(|_| pool.push(pool[0]));
        shuffle(r, &mut pool);
        let fine = pool[0] != 0 && !pool.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
        fine.then(|| pool.iter().map(ToString::to_string).collect())
    });
    format!("{body}{}", iso7064_11_10(&body))
}

fn shuffle(r: &mut Prng, pool: &mut [u64]) {
    for i in (1..pool.len()).rev() {
        pool.swap(i, r.below(i as u64 + 1) as usize);
    }
}

/// As the Länder write it, and the federal form of thirteen digits (ELSTER).
fn de_steuernummer(r: &mut Prng) -> String {
    fill(r, "<d2>/<d3>/<d5>|<d3>/<d4>/<d4>|<d3>/<d3>/<d5>|0<d2> <d3> <d5>|<5|2|9|3|1><d3>0<d8>")
}

fn de_vat(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d7>");
    format!("{body}{}", iso7064_11_10(&body))
}

/// Sum of the digits of products.
fn digit_sums(body: &str, weights: &[u32]) -> u32 {
    numbers(body).iter().zip(weights).map(|(d, w)| d * w / 10 + d * w % 10).sum()
}

/// Area of the insurer, date of birth, initial, serial number, check (VKVV § 2).
fn de_rvnr(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let area = fill(r, "<02|04|08|10|12|13|15|18|20|23|24|25|26|28|29|38|39|40|44|48|50|52|53|63|65>");
    let initial = char::from(b'A' + r.below(26) as u8);
    let serial = r.range(0, 99);
    let letter = initial as u32 - 'A' as u32 + 1;
    let sum = digit_sums(&format!("{area}{d:02}{m:02}{:02}{letter:02}{serial:02}", y % 100), &[2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]);
    format!("{area}{d:02}{m:02}{:02}{initial}{serial:02}{}", y % 100, sum % 10)
}

/// Letter and eight digits, weights 1 and 2 by turns (SGB V § 290).
fn de_kvnr(r: &mut Prng) -> String {
    let initial = char::from(b'A' + r.below(26) as u8);
    let digits = r.digits(8);
    let sum = digit_sums(&format!("{:02}{digits}", initial as u32 - 'A' as u32 + 1), &[1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
    format!("{initial}{digits}{}", sum % 10)
}

/// ICAO 9303: 7, 3, 1 over digits and letters from A = 10.
pub(super) fn icao(body: &str) -> u32 {
    body.chars().zip([7, 3, 1].iter().cycle()).map(|(c, w)| c.to_digit(36).unwrap_or(0) * w).sum::<u32>() % 10
}

const DOCUMENT: &str = "<C|F|G|H|J|K|L|M|N|P|R|T|V|W|X|Y|Z|0|1|2|3|4|5|6|7|8|9>";

fn document(r: &mut Prng, first: &str) -> String {
    let body = fill(r, &format!("{first}{}", DOCUMENT.repeat(8)));
    let check = icao(&body);
    // The card shows nine characters; the strip that machines read has the check digit behind them.
    if r.chance(50) { body } else { format!("{body}{check}") }
}

fn de_id_card(r: &mut Prng) -> String {
    document(r, "<L|M|N|P|R|T|V|W|X|Y>")
}

fn de_passport(r: &mut Prng) -> String {
    document(r, "<C|F|G|H|J|K>")
}

/// Authority, number, check by eleven, copy (FeV annex 8).
fn de_licence(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<A|B|C|F|J|K|L|N><d1><A|0|1|2|3|4|5|6|7|8|9><d1><A5>");
        let sum: u32 = body.chars().enumerate().map(|(i, c)| c.to_digit(36).unwrap_or(0) * (9 - i as u32)).sum();
        let check = if sum % 11 == 10 { "X".to_owned() } else { (sum % 11).to_string() };
        Some(format!("{body}{check}{}", r.range(1, 3)))
    })
}

/// Six digits, check, two for the speciality (KBV).
fn de_lanr(r: &mut Prng) -> String {
    let body = r.digits(6);
    let check = (10 - weighted(&body, &[4, 9, 4, 9, 4, 9]) % 10) % 10;
    format!("{body}{check}{:02}", r.range(1, 69))
}

/// Sex, year, month, département (2A and 2B count 19 and 18), commune, serial number, key (INSEE).
fn fr_nir(r: &mut Prng) -> String {
    let (y, m, _) = birth(r);
    let department = fill(r, "<01|06|13|31|33|38|44|59|62|67|69|75|76|83|92|93|2A|2B>");
    let body = format!("{}{:02}{m:02}{department}{:03}{:03}", r.range(1, 2), y % 100, r.range(1, 560), r.range(1, 920));
    let counted = body.replace("2A", "19").replace("2B", "18");
    format!("{body}{:02}", 97 - modulo(&counted, 97))
}

/// First digit 0 to 3, the last three are the rest by 511 (DGFiP).
fn fr_spi(r: &mut Prng) -> String {
    let body = fill(r, "<0|1|2|3><d9>");
    format!("{body}{:03}", modulo(&body, 511))
}

fn fr_siren(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<3|4|5|7|8|9><d7>"))
}

fn fr_siret(r: &mut Prng) -> String {
    let body = format!("{}000{}", fr_siren(r), r.range(10, 99) / 10);
    with_luhn(&body)
}

fn fr_tva(r: &mut Prng) -> String {
    let siren = fr_siren(r);
    format!("{:02}{siren}", (12 + 3 * modulo(&siren, 97)) % 97)
}

/// The test of eleven (Rijksdienst voor Identiteitsgegevens).
fn nl_bsn(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1..9:1><d7>");
        let check = weighted(&body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        with(&body, (check < 10).then_some(check))
    })
}

/// Of a sole trader since 2020: digits by 97 with the country; of others: a number that passes the test of eleven, B, two digits. The B is left to the form.
fn nl_btw(r: &mut Prng) -> String {
    if r.chance(50) {
        return format!("{}{}", nl_bsn(r), fill(r, "0<1..9:1>"));
    }
    let body = fill(r, "<d9>");
    until(r, |r| {
        let end = format!("{:02}", r.range(2, 98));
        (modulo(&format!("NL{body}B{end}"), 97) == 1).then(|| format!("{body}{end}"))
    })
}

/// Date, serial number, 97 less the rest; from 2000 with a 2 before (Rijksregister).
fn be_nn(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("{:02}{m:02}{d:02}{:03}", y % 100, r.range(1, 997));
    let counted = if y < 2000 { body.clone() } else { format!("2{body}") };
    format!("{body}{:02}", 97 - modulo(&counted, 97))
}

fn by_97(body: &str) -> u64 {
    match modulo(body, 97) {
        0 => 97,
        n => n,
    }
}

fn be_eid(r: &mut Prng) -> String {
    let body = fill(r, "59<0..4:1><d7>");
    format!("{body}{:02}", by_97(&body))
}

fn be_vat(r: &mut Prng) -> String {
    let body = fill(r, "0<4|5|6|7|8><d6>|10<d6>");
    format!("{body}{:02}", 97 - modulo(&body, 97))
}

fn be_ogm(r: &mut Prng) -> String {
    let body = r.digits(10);
    format!("{body}{:02}", by_97(&body))
}

/// Date of birth, serial number, Luhn's digit and Verhoeff's, both over the first eleven (CTIE).
fn lu_nin(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("{y}{m:02}{d:02}{:03}", r.range(1, 999));
    format!("{body}{}{}", luhn(&body), verhoeff(&body))
}

fn lu_vat(r: &mut Prng) -> String {
    let body = fill(r, "<1|2><d5>");
    format!("{body}{:02}", modulo(&body, 89))
}

/// Serial number, check, date of birth.
fn at_svnr(r: &mut Prng) -> String {
    until(r, |r| {
        let (y, m, d) = birth(r);
        let (serial, date) = (r.range(100, 999).to_string(), format!("{d:02}{m:02}{:02}", y % 100));
        let check = (weighted(&serial, &[3, 7, 9]) + weighted(&date, &[5, 8, 4, 2, 1, 6])) % 11;
        (check < 10).then(|| format!("{serial}{check}{date}"))
    })
}

/// Tax office, number, check by tens.
fn at_tin(r: &mut Prng) -> String {
    let body = fill(r, "<03|08|09|12|15|22|23|29|38|46|51|53|54|57|61|68|69|81|90|91|93|98><d6>");
    with_luhn(&body)
}

fn at_uid(r: &mut Prng) -> String {
    let body = r.digits(7);
    let sum: u32 = numbers(&body).iter().enumerate().map(|(i, d)| if i % 2 == 1 { d / 5 + d * 2 % 10 } else { *d }).sum();
    format!("{body}{}", (10 - (sum + 4) % 10) % 10)
}

/// 756 and the check digit of an EAN (BSV).
fn ch_ahv(r: &mut Prng) -> String {
    let body = format!("756{}", r.digits(9));
    format!("{body}{}", (10 - weighted(&body, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10)
}

fn ch_uid(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1|2|3|4><d7>");
        with(&body, eleven(&body, &[5, 4, 3, 2, 7, 6, 5, 4]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        assert_eq!(icao("L01X00T47"), 1, "model of the German identity card");
        assert_eq!(digit_sums("150706490310", &[2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10, 3, "VKVV: 15 070649 C 103");
        let r = &mut Prng::new(5);
        for _ in 0..200 {
            let id = de_tax_id(r);
            let counts: Vec<usize> = ('0'..='9').map(|c| id[..10].matches(c).count()).collect();
            assert!(id.len() == 11 && !id.starts_with('0') && counts.iter().filter(|n| **n > 1).count() == 1, "{id}");
            assert!(!(b'0'..=b'9').any(|c| id[..10].contains(&String::from(char::from(c)).repeat(3))), "{id}");
        }
    }
}
