//! Africa.

use super::{birth, makers, until};
use crate::{
    Prng,
    digits::{modulo, weighted, with_luhn},
    unseen::fill::fill,
};

makers! { ma_ice tn_mf za_id za_tax ng_nin gh_tin mu_nid mz_nuit sn_ninea gn_nif }

/// Fifteen digits, 97 over all gives 0.
fn ma_ice(r: &mut Prng) -> String {
    let body = fill(r, "00<d7>0000");
    let check = (97 - modulo(&format!("{body}00"), 97)) % 97;
    format!("{body}{check:02}")
}

/// Seven digits and a letter by 23 (not I, O, U).
fn tn_mf(r: &mut Prng) -> String {
    let body = fill(r, "<0|1><d6>");
    let sum = weighted(&body, &[7, 6, 5, 4, 3, 2, 1]);
    format!("{body}{}", char::from(b"ABCDEFGHJKLMNPQRSTVWXYZ"[(sum % 23) as usize]))
}

/// Date of birth, sex, citizen, 8, Luhn.
fn za_id(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    with_luhn(&format!("{:02}{m:02}{d:02}{}{}8", y % 100, r.digits(4), r.below(2)))
}

fn za_tax(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<0|1|2|3|9><d8>"))
}

/// Eleven digits; no check is published.
fn ng_nin(r: &mut Prng) -> String {
    fill(r, "<1..9:1><d10>")
}

/// Kind, 00, seven digits, check by eleven.
fn gh_tin(r: &mut Prng) -> String {
    let (kind, body) = (fill(r, "<P|C|G>"), fill(r, "00<d7>"));
    let check = weighted(&body, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    format!("{kind}{body}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
}

/// Initial of the surname, date of birth, serial number, check by 17.
fn mu_nid(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("{}{d:02}{m:02}{:02}{}", fill(r, "<L1>"), y % 100, r.digits(6));
    let sum: u32 = body.chars().enumerate().map(|(i, c)| c.to_digit(36).unwrap_or(0) * (14 - i as u32)).sum();
    format!("{body}{}", char::from_digit((17 - sum % 17) % 17, 36).unwrap_or('0').to_ascii_uppercase())
}

fn mz_nuit(r: &mut Prng) -> String {
    let body = fill(r, "<1|3|4><d7>");
    let sum = weighted(&body, &[8, 9, 4, 5, 6, 7, 8, 9]) % 11;
    format!("{body}{}", char::from(b"01234567891"[sum as usize]))
}

/// Seven digits that add up, and the code of the taxpayer.
fn sn_ninea(r: &mut Prng) -> String {
    let number = until(r, |r| {
        let body = format!("00{}", r.digits(7));
        weighted(&body, &[1, 2, 1, 2, 1, 2, 1, 2, 1]).is_multiple_of(10).then_some(body)
    });
    format!("{number}{}", fill(r, "<0|1|2><A|B|C|G|L|N|P|R|S|T|V><1|2|3>"))
}

fn gn_nif(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<1..9:1><d7>"))
}
