//! Australia and New Zealand.

use super::{eleven, makers, until, with};
use crate::{
    Prng,
    digits::{numbers, weighted},
    unseen::fill::fill,
};

makers! { au_tfn au_medicare au_abn au_acn nz_ird nz_nhi nz_bank }

fn au_tfn(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1..9:1><d8>");
        weighted(&body, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11).then_some(body)
    })
}

/// First digit 2 to 6, check, number of the card.
fn au_medicare(r: &mut Prng) -> String {
    let body = fill(r, "<2..6:1><d7>");
    format!("{body}{}{}", weighted(&body, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10, r.range(1, 5))
}

/// Two digits by 89 before nine others (ABR).
fn au_abn(r: &mut Prng) -> String {
    let body = r.digits(9);
    let sum = weighted(&body, &[3, 5, 7, 9, 11, 13, 15, 17, 19]);
    format!("{}{body}", 11 + (88 + 89 - sum % 89) % 89)
}

fn au_acn(r: &mut Prng) -> String {
    let body = fill(r, "<0|1|6><d7>");
    format!("{body}{}", (10 - weighted(&body, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10)
}

/// Eight or nine digits; a second set of weights where the first leaves ten (IR).
fn nz_ird(r: &mut Prng) -> String {
    let number = until(r, |r| {
        let body = if r.chance(50) { fill(r, "<1|2|3|4|5|6|7|8|9><d6>") } else { fill(r, "1<0|1|2|3|4><d6>") };
        let padded = format!("{body:0>8}");
        if padded.as_str() < "01000000" {
            return None;
        }
        let check = eleven(&padded, &[3, 2, 7, 6, 5, 4, 3, 2]).or_else(|| eleven(&padded, &[7, 4, 3, 2, 5, 2, 7, 6]));
        with(&body, check)
    });
    let split = number.len() - 6;
    match r.below(3) {
        0 => number,
        _ => format!("{}-{}-{}", &number[..split], &number[split..split + 3], &number[split + 3..]),
    }
}

/// Three letters, three digits, check by 11; or since 2022 two digits, a letter and a check letter by 23 (HISO 10046).
fn nz_nhi(r: &mut Prng) -> String {
    const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    let worth = |c: char| c.to_digit(10).unwrap_or_else(|| LETTERS.find(c).unwrap_or(0) as u32 + 1);
    let letter = "<A|B|C|D|E|F|G|H|J|K|L|M|N|P|R|S|T|U|V|W|X|Y|Z>";
    until(r, |r| {
        let old = r.chance(70);
        let body = fill(r, &format!("{}{}", letter.repeat(3), if old { "<d3>".to_owned() } else { format!("<d2>{letter}") }));
        let sum: u32 = body.chars().zip([7, 6, 5, 4, 3, 2]).map(|(c, w)| worth(c) * w).sum();
        if old {
            let check = 11 - sum % 11;
            (check < 11).then(|| format!("{body}{}", check % 10))
        } else {
            let check = 23 - sum % 23;
            Some(format!("{body}{}", LETTERS.chars().nth(check as usize - 1)?))
        }
    })
}

/// Bank, branch, account, suffix; the large banks count by eleven (Payments NZ, algorithm A).
fn nz_bank(r: &mut Prng) -> String {
    until(r, |r| {
        let (bank, branch) = *r.pick(&[
            ("01", "0030"),
            ("01", "0053"),
            ("02", "0100"),
            ("02", "0124"),
            ("03", "0049"),
            ("03", "0060"),
            ("06", "0101"),
            ("12", "3010"),
        ]);
        let number = format!("{bank}{branch}0{:06}", r.range(1_000, 989_999));
        let sum: u32 = numbers(&number).iter().zip([0, 0, 6, 3, 7, 9, 0, 10, 5, 8, 4, 2, 1]).map(|(d, w)| d * w).sum();
        sum.is_multiple_of(11).then(|| format!("{number}{}", r.pick(&["00", "01", "25", "50"])))
    })
}
