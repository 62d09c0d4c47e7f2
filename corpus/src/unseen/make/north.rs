//! The Nordic and Baltic countries.

use super::{birth, eleven, makers, until, with};
use crate::{
    Prng,
    digits::{numbers, weighted, with_luhn},
    unseen::fill::fill,
};

makers! { dk_cpr dk_cvr se_pnr se_orgnr no_fnr no_orgnr fi_hetu fi_ytunnus is_kt ee_ik lv_pk lt_ak }

/// Date and serial number; the check by eleven was given up in 2007: every second one here has it (CPR-kontoret).
fn dk_cpr(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let serial = if y < 2000 { r.range(0, 3) } else { r.range(4, 9) };
    let date = format!("{d:02}{m:02}{:02}{serial}", y % 100);
    if y > 2006 {
        return format!("{date}{}", r.digits(3));
    }
    until(r, |r| {
        let body = format!("{date}{}", r.digits(2));
        with(&body, eleven(&body, &[4, 3, 2, 7, 6, 5, 4, 3, 2]))
    })
}

fn dk_cvr(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1|2|3|4><d6>");
        with(&body, eleven(&body, &[2, 7, 6, 5, 4, 3, 2]))
    })
}

/// Date (day + 60 for coordination numbers), serial number, Luhn over ten digits; some with the century (Skatteverket).
fn se_pnr(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let day = if r.chance(10) { d + 60 } else { d };
    let short = with_luhn(&format!("{:02}{m:02}{day:02}{}", y % 100, r.range(100, 989)));
    match r.below(4) {
        0 => format!("{}{short}", y / 100),
        1 => format!("{}{}-{}", y / 100, &short[..6], &short[6..]),
        _ => format!("{}-{}", &short[..6], &short[6..]),
    }
}

/// Third digit at least 2 (Bolagsverket).
fn se_orgnr(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<2|5|7|8><1..9:1><2..9:1><d6>"))
}

fn no_fnr(r: &mut Prng) -> String {
    until(r, |r| {
        let (y, m, d) = birth(r);
        let individual = if y < 2000 { r.range(0, 499) } else { r.range(500, 999) };
        let body = format!("{d:02}{m:02}{:02}{individual:03}", y % 100);
        let first = with(&body, eleven(&body, &[3, 7, 6, 1, 8, 9, 4, 5, 2]))?;
        with(&first, eleven(&first, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]))
    })
}

fn no_orgnr(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<8|9><d7>");
        with(&body, eleven(&body, &[3, 2, 7, 6, 5, 4, 3, 2]))
    })
}

/// Date, sign of the century (more of them since 2023), serial number, check by 31 (DVV).
fn fi_hetu(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let sign = if y < 2000 { *r.pick(&['-', '-', '-', 'Y', 'X']) } else { *r.pick(&['A', 'A', 'B']) };
    let (date, serial) = (format!("{d:02}{m:02}{:02}", y % 100), r.range(2, 899));
    let n: u64 = format!("{date}{serial:03}").parse().unwrap_or(0);
    format!("{date}{sign}{serial:03}{}", char::from(b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(n % 31) as usize]))
}

fn fi_ytunnus(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<0|1|2|3><d6>");
        with(&body, eleven(&body, &[7, 9, 10, 5, 8, 4, 2]))
    })
}

/// Date, serial number, check, century (Þjóðskrá).
fn is_kt(r: &mut Prng) -> String {
    until(r, |r| {
        let (y, m, d) = birth(r);
        let body = format!("{d:02}{m:02}{:02}{}", y % 100, r.range(20, 99));
        with(&body, eleven(&body, &[3, 2, 7, 6, 5, 4, 3, 2])).map(|b| format!("{b}{}", if y < 2000 { 9 } else { 0 }))
    })
}

/// Sex and century, date, serial number, two rounds by eleven: Estonia and Lithuania.
fn two_rounds(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("{}{:02}{m:02}{d:02}{:03}", if y < 2000 { r.range(3, 4) } else { r.range(5, 6) }, y % 100, r.range(1, 720));
    let first = weighted(&body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&body, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    format!("{body}{}", if first < 10 { first } else { second % 10 })
}

fn ee_ik(r: &mut Prng) -> String {
    two_rounds(r)
}

fn lt_ak(r: &mut Prng) -> String {
    two_rounds(r)
}

/// Until 2017 with the date and a check; since then 32 and random digits (PMLP).
fn lv_pk(r: &mut Prng) -> String {
    if r.chance(30) {
        return fill(r, "32<d9>");
    }
    until(r, |r| {
        let (y, m, d) = birth(r);
        let century = if y < 2000 { 1 } else { 2 };
        let body = format!("{d:02}{m:02}{:02}{century}{}", y % 100, r.digits(3));
        let sum: u32 = numbers(&body).iter().zip([10, 5, 8, 4, 2, 1, 6, 3, 7, 9]).map(|(d, w)| d * w).sum();
        let check = (1 + sum) % 11;
        with(&body, (check < 10).then_some(check))
    })
}
