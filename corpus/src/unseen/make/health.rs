//! Health care.

use super::{makers, until};
use crate::{
    Prng,
    digits::{luhn, weighted, with_luhn},
    unseen::fill::fill,
};

makers! { us_npi us_dea us_mbi us_hicn us_ndc us_hcpcs ca_phn ca_ohip ca_ramq icd udi }

/// Luhn with 80840 before (CMS).
fn us_npi(r: &mut Prng) -> String {
    let body = fill(r, "<1|2><d8>");
    format!("{body}{}", luhn(&format!("80840{body}")))
}

/// Kind of registrant, initial, six digits, check (DEA).
fn us_dea(r: &mut Prng) -> String {
    let body = r.digits(6);
    let sum = weighted(&body, &[1, 2, 1, 2, 1, 2]);
    format!("{}{body}{}", fill(r, "<A|B|F|G|M|P><L1>"), sum % 10)
}

/// Eleven characters: letters but S L O I B Z (CMS).
fn us_mbi(r: &mut Prng) -> String {
    let letter = "<A|C|D|E|F|G|H|J|K|M|N|P|Q|R|T|U|V|W|X|Y>";
    let either = "<A|C|D|E|F|G|H|J|K|M|N|P|Q|R|T|U|V|W|X|Y|0|1|2|3|4|5|6|7|8|9>";
    fill(r, &format!("<1..9:1>{letter}{either}<d1>{letter}{either}<d1>{letter}{letter}<d2>"))
}

/// Social security number and code of the beneficiary.
fn us_hicn(r: &mut Prng) -> String {
    fill(r, "<0|1|2|3|4|5><1..9:1><d1>-<01..99:2>-<d3><1..9:1><A|B|D|B6|W|C1|T>|<1|2|3|4|5><d1><1..9:1><01..99:2><d3><1..9:1><A|B|D>")
}

/// Labeller, product, package (FDA).
fn us_ndc(r: &mut Prng) -> String {
    fill(r, "<0002|0069|0093|0173|0378|0781>-<d4>-<d2>|<50242|55111|68180|65862>-<d3>-<d2>|<50242|55111|68180|65862>-<d4>-<d1>")
}

fn us_hcpcs(r: &mut Prng) -> String {
    fill(r, "<99213|99214|99203|93000|80053|36415|71046|45378|G0439|J1885|J3301|A0428|E0601|L3908|Q0091>")
}

/// British Columbia: 9, nine digits, check by eleven.
fn ca_phn(r: &mut Prng) -> String {
    until(r, |r| {
        let body = r.digits(8);
        let check = 11 - weighted(&body, &[2, 4, 8, 5, 10, 9, 7, 3]) % 11;
        (check < 10).then(|| format!("9{body}{check}"))
    })
}

fn ca_ohip(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<1..9:1><d8>"))
}

/// Québec: four letters of the name, date (month + 50 for women), two digits.
fn ca_ramq(r: &mut Prng) -> String {
    let month = r.range(1, 12) + if r.chance(50) { 50 } else { 0 };
    fill(r, &format!("<TREM|GAGN|ROYJ|COTE|BOUC|GAUT|MORI|LAVO><48..99:2>{month:02}<01..28:2><d2>"))
}

/// Codes of ICD-10 (WHO) and its clinical modification.
fn icd(r: &mut Prng) -> String {
    fill(
        r,
        "<E11.9|I10|J45.909|F32.1|F41.1|C50.911|M54.5|N18.3|K21.9|G40.909|B20|Z79.4|O80|S72.001A|I48.91|E78.5|J44.1|F10.20|G43.709|L40.0|K50.90|H40.9|D50.9|R73.03|Z21>",
    )
}

/// GS1: device identifier, date of expiry, lot, serial number.
fn udi(r: &mut Prng) -> String {
    let body = fill(r, "<0|1><08|04|03><d10>");
    let sum = weighted(&body, &[3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    format!("(01){body}{}{}", (10 - sum % 10) % 10, fill(r, "(17)<26..31:2><01..12:2><01..28:2>(10)<A6>(21)<d8>"))
}
