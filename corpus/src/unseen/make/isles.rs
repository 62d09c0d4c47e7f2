//! Britain and Ireland.

use super::{birth, makers, until, with};
use crate::{
    Prng,
    digits::{numbers, weighted},
    unseen::fill::fill,
};

makers! { gb_nhs gb_chi gb_nino gb_utr gb_vat gb_licence gb_upn ie_ppsn ie_vat }

fn mod_11(body: &str) -> Option<u32> {
    super::eleven(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// England, Wales and the Isle of Man: 400 000 000 to 499 999 999 and 600 000 000 to 799 999 999 (NHS data dictionary).
fn gb_nhs(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<4|6|7><d8>");
        with(&body, mod_11(&body))
    })
}

/// Date of birth, serial number with the sex, check (NHS Scotland).
fn gb_chi(r: &mut Prng) -> String {
    until(r, |r| {
        let (y, m, d) = birth(r);
        let body = format!("{d:02}{m:02}{:02}{}", y % 100, r.digits(3));
        with(&body, mod_11(&body))
    })
}

/// First letters not D F I Q U V, second not O as well; not BG GB KN NK NT TN ZZ; suffix A to D (HMRC NIM39110).
fn gb_nino(r: &mut Prng) -> String {
    until(r, |r| {
        let prefix = fill(r, "<A|B|C|E|G|H|J|K|L|M|N|O|P|R|S|T|W|X|Y|Z><A|B|C|E|G|H|J|K|L|M|N|P|R|S|T|W|X|Y|Z>");
        let free = !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&prefix.as_str());
        free.then(|| fill(r, &format!("{prefix}<d6><A|B|C|D>")))
    })
}

/// The first digit checks the nine behind it.
fn gb_utr(r: &mut Prng) -> String {
    let body = fill(r, "<d9>");
    let sum = weighted(&body, &[6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    format!("{}{body}", char::from(b"21987654321"[sum as usize]))
}

/// Modulo 97, or 9755 since 2010: 55 is added first.
fn gb_vat(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d6>");
    let sum = weighted(&body, &[8, 7, 6, 5, 4, 3, 2]) + if r.chance(40) { 55 } else { 0 };
    let check = (97 - sum % 97) % 97;
    format!("{body}{check:02}")
}

/// Surname, decade, month (+50 for women), day, year, initials, two characters that are not published (DVLA).
fn gb_licence(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let surname = fill(r, "<SMITH|PATEL|OCONN|WHITE|TAYLO|HUGHE|COLE9|FOX99|BAKER|MURPH|ELLIS|REED9>");
    let month = if r.chance(50) { m + 50 } else { m };
    format!("{surname}{}{month:02}{d:02}{}{}{}", y / 10 % 10, y % 10, fill(r, "<L2>|<L1>9"), fill(r, "9<L2>"))
}

/// Check letter, local authority, school, year, serial number (DfE).
fn gb_upn(r: &mut Prng) -> String {
    let body = fill(r, "<201|204|210|301|320|330|340|352|380|800|840|878|936><d4><05..24:2><d3>");
    let sum = weighted(&body, &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]) % 23;
    format!("{}{body}", char::from(b"ABCDEFGHJKLMNPQRTUVWXYZ"[sum as usize]))
}

/// Seven digits, check letter, since 2013 a second letter A or B (H for others) that counts nine times.
fn ie_ppsn(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d6>");
    let second = r.chance(40).then(|| *r.pick(&['A', 'B', 'H']));
    let worth = second.map_or(0, |c| (c as u32 - 'A' as u32 + 1) * 9);
    let letter = ie_letter(&body, worth);
    format!("{body}{letter}{}", second.map(String::from).unwrap_or_default())
}

fn ie_letter(body: &str, more: u32) -> char {
    let sum: u32 = numbers(body).iter().zip([8, 7, 6, 5, 4, 3, 2]).map(|(d, w)| d * w).sum();
    char::from(b"WABCDEFGHIJKLMNOPQRSTUV"[((sum + more) % 23) as usize])
}

/// Seven digits and a letter, or eight characters with an H behind (Revenue).
fn ie_vat(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d6>");
    if r.chance(30) { format!("{body}{}H", ie_letter(&body, 72)) } else { format!("{body}{}", ie_letter(&body, 0)) }
}
