//! Central, eastern and south-eastern Europe, Turkey, the Caucasus.

use super::{birth, eleven, makers, until, with};
use crate::{
    Prng,
    digits::{iso7064_11_10, numbers, weighted},
    unseen::fill::fill,
};

makers! {
    pl_pesel pl_nip pl_regon pl_id pl_passport cz_rc cz_dic hu_adojel hu_adoszam ro_cnp ro_cui bg_egn bg_pnf hr_oib si_emso si_tax rs_pib mk_edb me_pib
    tr_tckn tr_vkn ru_inn ru_ogrn ru_snils ua_rntrc by_unp md_idno az_voen
}

/// Month + 20 from 2000.
fn pl_pesel(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let month = if y < 2000 { m } else { m + 20 };
    let body = format!("{:02}{month:02}{d:02}{}", y % 100, r.digits(4));
    format!("{body}{}", (10 - weighted(&body, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10)
}

/// The rest by eleven is the digit; ten is not given out.
fn rest(body: &str, weights: &[u32]) -> Option<String> {
    let check = weighted(body, weights) % 11;
    with(body, (check < 10).then_some(check))
}

fn pl_nip(r: &mut Prng) -> String {
    until(r, |r| rest(&fill(r, "<1|5|6|7|8|9><1..9:1><1..9:1><d6>"), &[6, 5, 7, 2, 3, 4, 5, 6, 7]))
}

fn pl_regon(r: &mut Prng) -> String {
    let body = fill(r, "<0|1|2|3|5><d7>");
    format!("{body}{}", weighted(&body, &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10)
}

/// Sum of weighted digits and letters (A = 10) by ten.
fn letters(text: &str, weights: &[u32]) -> u32 {
    text.chars().zip(weights).map(|(c, w)| c.to_digit(36).unwrap_or(0) * w).sum::<u32>() % 10
}

/// Three letters, check, five digits (MSWiA).
fn pl_id(r: &mut Prng) -> String {
    let (series, number) =
        (fill(r, "<A|C|D><A|B|C|D|E|F|G|H|J|K|L|M|N|P|R|S|T|U|W|X|Y|Z><A|B|C|D|E|F|G|H|J|K|L|M|N|P|R|S|T|U|W|X|Y|Z>"), r.digits(5));
    let check = letters(&format!("{series}{number}"), &[7, 3, 1, 7, 3, 1, 7, 3]);
    format!("{series}{check}{number}")
}

/// Two letters, check, six digits.
fn pl_passport(r: &mut Prng) -> String {
    let (series, number) = (fill(r, "<A|B|E|F|G><A|B|C|D|E|F|G|H|J|K|L|M|N|P|R|S|T|U|W|X|Y|Z>"), r.digits(6));
    let check = letters(&format!("{series}{number}"), &[7, 3, 1, 7, 3, 1, 7, 3]);
    format!("{series}{check}{number}")
}

/// Date (month + 50 for women), serial number; ten digits are a multiple of eleven (since 1954).
fn cz_rc(r: &mut Prng) -> String {
    until(r, |r| {
        let (y, m, d) = birth(r);
        let month = if r.chance(50) { m + 50 } else { m };
        let body = format!("{:02}{month:02}{d:02}{:03}", y % 100, r.range(1, 999));
        let n: u64 = body.parse().unwrap_or(0);
        let check = n % 11;
        (y > 1953 && check < 10).then(|| format!("{body}{check}"))
    })
}

fn cz_dic(r: &mut Prng) -> String {
    let body = fill(r, "<0|2|4|6|7><d6>");
    let check = (11 - weighted(&body, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    format!("CZ{body}{}", if check == 0 { 1 } else { check % 10 })
}

/// 8, days since 1867, serial number, check (NAV).
fn hu_adojel(r: &mut Prng) -> String {
    until(r, |r| rest(&format!("8{}{}", r.range(24_000, 53_000), r.digits(3)), &[1, 2, 3, 4, 5, 6, 7, 8, 9]))
}

fn hu_adoszam(r: &mut Prng) -> String {
    let body = fill(r, "<1|2><d6>");
    format!("{body}{}", (10 - weighted(&body, &[9, 7, 3, 1, 9, 7, 3]) % 10) % 10)
}

/// Sex and century, date, county, serial number, check.
fn ro_cnp(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let county = until(r, |r| {
        let c = r.range(1, 46);
        Some(format!("{c:02}"))
    });
    let body = format!("{}{:02}{m:02}{d:02}{county}{:03}", if y < 2000 { r.range(1, 2) } else { r.range(5, 6) }, y % 100, r.range(1, 999));
    let sum = weighted(&body, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    format!("{body}{}", if sum == 10 { 1 } else { sum })
}

fn ro_cui(r: &mut Prng) -> String {
    let body = fill(r, "<1|2|3|4><d6-7>|<1..9:1><d5>");
    let sum: u32 = numbers(&body).iter().rev().zip([2, 3, 5, 7, 1, 2, 3, 5, 7]).map(|(d, w)| d * w).sum();
    format!("{body}{}", sum * 10 % 11 % 10)
}

/// Month + 40 from 2000 (ГРАО).
fn bg_egn(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let month = if y < 2000 { m } else { m + 40 };
    let body = format!("{:02}{month:02}{d:02}{}", y % 100, r.digits(3));
    format!("{body}{}", weighted(&body, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10)
}

fn bg_pnf(r: &mut Prng) -> String {
    let body = fill(r, "<1|7|9|8><d8>");
    format!("{body}{}", weighted(&body, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10)
}

fn hr_oib(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d9>");
    format!("{body}{}", iso7064_11_10(&body))
}

/// Date with three digits of the year, region 50, serial number with the sex, check.
fn si_emso(r: &mut Prng) -> String {
    until(r, |r| {
        let (y, m, d) = birth(r);
        let body = format!("{d:02}{m:02}{:03}50{}", y % 1000, r.digits(3));
        with(&body, eleven(&body, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]))
    })
}

fn si_tax(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1..9:1><d6>");
        with(&body, eleven(&body, &[8, 7, 6, 5, 4, 3, 2]).filter(|d| *d > 0))
    })
}

fn rs_pib(r: &mut Prng) -> String {
    let body = fill(r, "10<d6>|11<d6>");
    format!("{body}{}", iso7064_11_10(&body))
}

fn mk_edb(r: &mut Prng) -> String {
    let body = fill(r, "40<d10>");
    format!("{body}{}", (11 - weighted(&body, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10)
}

fn me_pib(r: &mut Prng) -> String {
    let body = fill(r, "0<2|3><d5>");
    format!("{body}{}", (11 - weighted(&body, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10)
}

/// The tenth from sums of odd and even places, the eleventh from the sum of all (NVİ).
fn tr_tckn(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d8>");
    let d = numbers(&body);
    let (odd, even): (u32, u32) = (d.iter().step_by(2).sum(), d.iter().skip(1).step_by(2).sum());
    let tenth = (odd * 7 + 100 - even) % 10;
    format!("{body}{tenth}{}", (odd + even + tenth) % 10)
}

fn tr_vkn(r: &mut Prng) -> String {
    let body = fill(r, "<d9>");
    let sum: u32 = numbers(&body)
        .iter()
        .rev()
        .zip(1..)
        .map(|(d, i)| match (d + i) % 10 {
            0 => 0,
            n => match n * (1 << i) % 9 {
                0 => 9,
                m => m,
            },
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Ten digits for companies, twelve for people (ФНС).
fn ru_inn(r: &mut Prng) -> String {
    let digit = |body: &str, weights: &[u32]| format!("{body}{}", weighted(body, weights) % 11 % 10);
    let region = fill(r, "<77|78|50|16|66|54|23|61><d2>");
    if r.chance(50) {
        return digit(&format!("{region}{}", r.digits(5)), &[2, 4, 10, 3, 5, 9, 4, 6, 8]);
    }
    let first = digit(&format!("{region}{}", r.digits(6)), &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]);
    digit(&first, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
}

/// Thirteen digits for companies, fifteen for sole traders.
fn ru_ogrn(r: &mut Prng) -> String {
    let (body, by) = if r.chance(60) { (fill(r, "<1|5><02..24:2><77|78|50|16><d7>"), 11) } else { (fill(r, "3<04..24:2><77|78|50><d8>"), 13) };
    let body = if by == 13 { format!("{body}{}", r.digits(14 - body.len())) } else { body };
    let n: u64 = body.parse().unwrap_or(0);
    format!("{body}{}", n % by % 10)
}

fn ru_snils(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d8>");
    let sum = weighted(&body, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    format!("{body}{:02}", sum % 100)
}

/// Days since the end of 1899, serial number, check.
fn ua_rntrc(r: &mut Prng) -> String {
    let body = format!("{}{}", r.range(12_000, 41_000), r.digits(4));
    let d = numbers(&body);
    let sum: i64 = d.iter().zip([-1, 5, 7, 9, 4, 6, 10, 5, 7]).map(|(d, w)| i64::from(*d) * w).sum();
    format!("{body}{}", sum.rem_euclid(11) % 10)
}

fn by_unp(r: &mut Prng) -> String {
    until(r, |r| rest(&fill(r, "<1..7:1><d7>"), &[29, 23, 19, 17, 13, 7, 5, 3]))
}

fn md_idno(r: &mut Prng) -> String {
    let body = fill(r, "<1|2><0..1:1><d2>6<d7>");
    format!("{body}{}", weighted(&body, &[7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10)
}

/// The ninth digit checks the first eight; the tenth is 1 for companies, 2 for people.
fn az_voen(r: &mut Prng) -> String {
    until(r, |r| rest(&fill(r, "<1|2|9><d7>"), &[4, 1, 8, 6, 2, 7, 5, 3])) + *r.pick(&["1", "2"])
}
