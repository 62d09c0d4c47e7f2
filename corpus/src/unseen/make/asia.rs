//! Asia and the Middle East.

use super::{birth, makers, until, with};
use crate::{
    Prng,
    digits::{numbers, verhoeff, weighted, with_luhn},
    unseen::fill::fill,
};

makers! {
    in_aadhaar in_vid in_gstin in_epic cn_ric cn_uscc hk_hkid tw_id tw_ubn jp_my jp_cn jp_licence kr_rrn kr_frn kr_brn sg_nric sg_uen my_nric th_id id_nik
    id_npwp vn_mst il_id
}

/// Never begins with 0 or 1 (UIDAI).
fn in_aadhaar(r: &mut Prng) -> String {
    let body = fill(r, "<2..9:1><d10>");
    format!("{body}{}", verhoeff(&body))
}

fn in_vid(r: &mut Prng) -> String {
    let body = fill(r, "<2..9:1><d14>");
    format!("{body}{}", verhoeff(&body))
}

/// State, PAN, number of the registration, Z, check by 36 (GSTN).
fn in_gstin(r: &mut Prng) -> String {
    let body = fill(r, "<01..37:2><L3><P|C|F|H><L1><d4><L1><1|2>Z");
    let sum: u32 = body.chars().map(|c| c.to_digit(36).unwrap_or(0)).enumerate().map(|(i, n)| n * (1 + i as u32 % 2)).map(|n| n / 36 + n % 36).sum();
    format!("{body}{}", char::from_digit((36 - sum % 36) % 36, 36).unwrap_or('0').to_ascii_uppercase())
}

/// Three letters, six digits, Luhn (ECI).
fn in_epic(r: &mut Prng) -> String {
    let digits = with_luhn(&r.digits(6));
    format!("{}{digits}", fill(r, "<L3>"))
}

/// Region, date of birth, serial number, check by ISO 7064 mod 11-2 (GB 11643).
fn cn_ric(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let region = if y < 1998 {
        fill(r, "<110105|120101|110101|110102>")
    } else {
        fill(r, "<110105|310115|440106|330106|510107|320102|420111|610113|120101|500103>")
    };
    let body = format!("{region}{y}{m:02}{d:02}{}", r.digits(3));
    let sum = weighted(&body, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Authority, kind, region, subject, check by 31 (GB 32100).
fn cn_uscc(r: &mut Prng) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = fill(r, "91<110105|310115|440106|330106|510107><d8>") + &r.string(ALPHABET, 1);
    let place = |b: u8| ALPHABET.iter().position(|a| *a == b).unwrap_or(0) as u32;
    let sum: u32 = body.bytes().zip([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]).map(|(b, w)| place(b) * w).sum();
    format!("{body}{}", char::from(ALPHABET[((31 - sum % 31) % 31) as usize]))
}

/// One letter (a space counts 36 before it), six digits, check by eleven.
fn hk_hkid(r: &mut Prng) -> String {
    let letter = fill(r, "<A|B|C|D|E|G|H|K|M|P|R|V|Y|Z>");
    let digits = r.digits(6);
    let first = letter.chars().next().and_then(|c| c.to_digit(36)).unwrap_or(0);
    let sum = 36 * 9 + first * 8 + weighted(&digits, &[7, 6, 5, 4, 3, 2]);
    let check = (11 - sum % 11) % 11;
    format!("{letter}{digits}{}", if check == 10 { "A".to_owned() } else { check.to_string() })
}

/// Letter of the place as two digits, sex, serial number, check.
fn tw_id(r: &mut Prng) -> String {
    const PLACES: &str = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let letter = *r.pick(&['A', 'B', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'N', 'P', 'Q', 'T', 'V']);
    let code = 10 + PLACES.find(letter).unwrap_or(0) as u32;
    let body = fill(r, "<1|2><d7>");
    let sum = code / 10 + code % 10 * 9 + weighted(&body, &[8, 7, 6, 5, 4, 3, 2, 1]);
    format!("{letter}{body}{}", (10 - sum % 10) % 10)
}

/// Digit sums of products by five; a 7 in the seventh place may count 0 or 1 (Ministry of Finance, since 2023).
fn tw_ubn(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1..9:1><d7>");
        let sum: u32 = numbers(&body).iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(|(d, w)| d * w / 10 + d * w % 10).sum();
        let by = if r.chance(15) { 5 } else { 10 };
        sum.is_multiple_of(by).then_some(body)
    })
}

/// Individual number (Order 85 of 2014).
fn jp_my(r: &mut Prng) -> String {
    let body = r.digits(11);
    let rest = weighted(&body, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    format!("{body}{}", if rest < 2 { 0 } else { 11 - rest })
}

/// The first digit checks the twelve behind it, by nine (NTA).
fn jp_cn(r: &mut Prng) -> String {
    let body = fill(r, "<0100|0110|0200|0104><d8>");
    let sum: u32 = numbers(&body).iter().rev().enumerate().map(|(i, d)| d * (1 + i as u32 % 2)).sum();
    format!("{}{body}", 9 - sum % 9)
}

/// Prefecture, year, serial number, check by eleven, times it was issued again.
fn jp_licence(r: &mut Prng) -> String {
    let body = fill(r, "<30|43|44|45|54|62|90><d8>");
    let rest = weighted(&body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    format!("{body}{}{}", if rest < 2 { 0 } else { 11 - rest }, r.range(0, 2))
}

/// Date, sex and century, place, serial number, check: random since October 2020.
fn kr_rrn(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("{:02}{m:02}{d:02}{}{:02}{}", y % 100, if y < 2000 { r.range(1, 2) } else { r.range(3, 4) }, r.range(0, 95), r.digits(3));
    let check = (11 - weighted(&body, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    format!("{body}{check}")
}

/// As above, of a foreigner: 5 to 8, 13 in place of 11.
fn kr_frn(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("{:02}{m:02}{d:02}{}{:02}{}", y % 100, if y < 2000 { r.range(5, 6) } else { r.range(7, 8) }, r.range(0, 95), r.digits(3));
    let check = (13 - weighted(&body, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    format!("{body}{check}")
}

fn kr_brn(r: &mut Prng) -> String {
    let body = fill(r, "<1|2|3|4|5|6><1..9:1><d1><8|1|2><1..9:1><d4>");
    let last = numbers(&body)[8] * 5 / 10;
    let sum = weighted(&body, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + last;
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// S and T for citizens, F, G and M for foreigners.
fn sg_nric(r: &mut Prng) -> String {
    let (letter, more, table) =
        *r.pick(&[('S', 0, b"JZIHGFEDCBA"), ('T', 4, b"JZIHGFEDCBA"), ('F', 0, b"XWUTRQPNMLK"), ('G', 4, b"XWUTRQPNMLK"), ('M', 3, b"XWUTRQPNJLK")]);
    let body = match letter {
        'S' => fill(r, "<5|6|7|8|9><d6>"),
        'T' => fill(r, "<0|1><d6>"),
        _ => fill(r, "<d7>"),
    };
    let sum = more + weighted(&body, &[2, 7, 6, 5, 4, 3, 2]);
    format!("{letter}{body}{}", char::from(table[(sum % 11) as usize]))
}

/// Business, local company, others (ACRA).
fn sg_uen(r: &mut Prng) -> String {
    match r.below(3) {
        0 => {
            let body = fill(r, "5<d7>");
            format!("{body}{}", char::from(b"XMKECAWLJDB"[(weighted(&body, &[10, 4, 9, 3, 8, 2, 7, 1]) % 11) as usize]))
        }
        1 => {
            let body = fill(r, "<1985..2024:4><d5>");
            format!("{body}{}", char::from(b"ZKCMDNERGWH"[(weighted(&body, &[10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11) as usize]))
        }
        _ => {
            const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
            let body = fill(r, "T<08..24:2><LL|LP|CC|SS|MC|GB><d4>");
            let place = |b: u8| ALPHABET.iter().position(|a| *a == b).unwrap_or(0) as i64;
            let sum: i64 = body.bytes().zip([4, 3, 5, 3, 10, 2, 2, 5, 7]).map(|(b, w)| place(b) * w).sum();
            format!("{body}{}", char::from(ALPHABET[(sum - 5).rem_euclid(11) as usize]))
        }
    }
}

/// Date of birth, place of birth, serial number.
fn my_nric(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    format!("{:02}{m:02}{d:02}{:02}{}", y % 100, r.range(1, 16), r.digits(4))
}

fn th_id(r: &mut Prng) -> String {
    let body = fill(r, "<1|2|3|5><10..96:2><d9>");
    let sum = weighted(&body, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    format!("{body}{}", (11 - sum % 11) % 10)
}

/// Region, date of birth (day + 40 for women), serial number.
fn id_nik(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let day = if r.chance(50) { d + 40 } else { d };
    let region = fill(r, "<317101|327301|337401|357801|127101|517101|737101>");
    format!("{region}{day:02}{m:02}{:02}{:04}", y % 100, r.range(1, 40))
}

/// Nine digits with Luhn's, office, branch.
fn id_npwp(r: &mut Prng) -> String {
    let body = fill(r, "0<1|2|3|4|7|8><d6>");
    with_luhn(&body) + &fill(r, "<d3>000")
}

fn vn_mst(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "0<1|3|4|6><d7>");
        let check = 10 - weighted(&body, &[31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11;
        with(&body, (check < 10).then_some(check))
    })
}

fn il_id(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<0|2|3><d7>"))
}
