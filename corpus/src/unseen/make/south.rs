//! Spain, Portugal, Italy, Greece, Cyprus, Malta.

use super::{birth, makers};
use crate::{
    Prng,
    digits::{luhn, modulo, numbers, weighted, with_luhn},
    unseen::fill::fill,
};

makers! {
    es_dni es_nie es_cif es_nuss es_cups es_cadastral it_cf it_piva pt_nif pt_cc pt_niss gr_amka gr_afm cy_vat mt_vat
}

const DNI: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn dni_letter(n: u64) -> char {
    char::from(DNI[(n % 23) as usize])
}

fn es_dni(r: &mut Prng) -> String {
    let n = r.range(1_000_000, 79_999_999);
    format!("{n:08}{}", dni_letter(n))
}

fn es_nie(r: &mut Prng) -> String {
    let (series, n) = (r.below(3), r.below(10_000_000));
    format!("{}{n:07}{}", ['X', 'Y', 'Z'][series as usize], dni_letter(series * 10_000_000 + n))
}

/// Kind of company, province, number, digit or letter (AEAT).
fn es_cif(r: &mut Prng) -> String {
    let kind = fill(r, "<A|B|B|B|C|D|F|G|H|J|N|P|Q|R|S|U|V|W>");
    let body = fill(r, "<08|28|41|46|48|50|15><d5>");
    let check = luhn(&body);
    if matches!(kind.as_str(), "N" | "P" | "Q" | "R" | "S" | "W") {
        return format!("{kind}{body}{}", char::from(b"JABCDEFGHI"[check as usize]));
    }
    format!("{kind}{body}{check}")
}

/// Province, number, 97 (TGSS).
fn es_nuss(r: &mut Prng) -> String {
    let (province, n) = (r.pick(&["08", "28", "41", "46", "15", "50"]).to_owned(), r.range(10_000_000, 99_999_999));
    format!("{province}{n}{:02}", modulo(&format!("{province}{n}"), 97))
}

/// Distributor, supply point, two letters by 529, measuring point (CNMC).
fn es_cups(r: &mut Prng) -> String {
    let body = fill(r, "<0021|0031|0022|0237><d12>");
    let rest = modulo(&body, 529);
    let point = if r.chance(40) { "0F" } else { "" };
    format!("ES{body}{}{}{point}", char::from(DNI[(rest / 23) as usize]), char::from(DNI[(rest % 23) as usize]))
}

/// Parcel, sheet, property, two letters (Catastro).
fn es_cadastral(r: &mut Prng) -> String {
    let body = fill(r, "<d7><L2><d4><N|S|D|F|G><d4>");
    let letter = |part: String| {
        let worth = |c: char| c.to_digit(10).unwrap_or_else(|| "ABCDEFGHIJKLMNÑOPQRSTUVWXYZ".chars().position(|a| a == c).unwrap_or(0) as u32 + 1);
        let sum: u32 = part.chars().zip([13, 15, 12, 5, 4, 17, 9, 21, 3, 7, 1]).map(|(c, w)| worth(c) * w).sum();
        char::from(b"MQWERTYUIOPASDFGHJKLBZX"[(sum % 23) as usize])
    };
    let (first, second, number) = (&body[..7], &body[7..14], &body[14..18]);
    format!("{body}{}{}", letter(format!("{first}{number}")), letter(format!("{second}{number}")))
}

/// Surname, name, year, month, day (+40 for women), place, check letter (MEF).
fn it_cf(r: &mut Prng) -> String {
    const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let (y, m, d) = birth(r);
    let name = fill(r, "<RSS|FRR|BNC|CLM|GLL|MRN|SPS|VTL|FOX|BRB|CNT|DLC><MRA|GNN|LCU|FNC|PLA|SRN|NDR|LRA|GPP>");
    let place = fill(r, "<H501|F205|L219|F839|D612|A944|G273|A662|Z112|C351>");
    let day = if r.chance(50) { d + 40 } else { d };
    let body = format!("{name}{:02}{}{day:02}{place}", y % 100, char::from(b"ABCDEHLMPRST"[m as usize - 1]));
    let worth = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'A' };
    let sum: u32 = body.bytes().enumerate().map(|(i, b)| if i % 2 == 0 { ODD[worth(b) as usize] } else { u32::from(worth(b)) }).sum();
    format!("{body}{}", char::from(b'A' + (sum % 26) as u8))
}

/// Number, office, Luhn.
fn it_piva(r: &mut Prng) -> String {
    with_luhn(&fill(r, "0<d6><001|015|048|063|082|090>"))
}

fn nif(body: &str) -> u32 {
    let check = 11 - weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    if check > 9 { 0 } else { check }
}

fn pt_nif(r: &mut Prng) -> String {
    let body = fill(r, "<1|2|3|5><d7>");
    format!("{body}{}", nif(&body))
}

/// Civil number with its digit, version of two characters, Luhn over letters as numbers from 10 (IRN).
fn pt_cc(r: &mut Prng) -> String {
    let civil = fill(r, "<0|1|2|3><d7>");
    let check = nif(&civil);
    let body = format!("{civil}{check}{}", fill(r, "Z<A|B|Y|Z|1|2|4|7>"));
    let doubled = |n: u32| if n * 2 > 9 { n * 2 - 9 } else { n * 2 };
    let sum: u32 =
        body.chars().enumerate().map(|(i, c)| (i, c.to_digit(36).unwrap_or(0))).map(|(i, n)| if i % 2 == 0 { doubled(n) } else { n }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn pt_niss(r: &mut Prng) -> String {
    let body = fill(r, "<1|2><d9>");
    format!("{body}{}", 9 - weighted(&body, &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10)
}

/// Date of birth, serial number, Luhn.
fn gr_amka(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    with_luhn(&format!("{d:02}{m:02}{:02}{}", y % 100, r.digits(4)))
}

/// Powers of two, by eleven (AADE).
fn gr_afm(r: &mut Prng) -> String {
    let body = fill(r, "<0|1|9><d7>");
    let sum: u32 = numbers(&body).iter().enumerate().map(|(i, d)| d << (8 - i)).sum();
    format!("{body}{}", sum % 11 % 10)
}

/// Digits at odd places translated, by 26.
fn cy_vat(r: &mut Prng) -> String {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let body = fill(r, "10<d6>|99<d6>|30<d6>");
    let sum: u32 = numbers(&body).iter().enumerate().map(|(i, &d)| if i % 2 == 0 { ODD[d as usize] } else { d }).sum();
    format!("{body}{}", char::from(b'A' + (sum % 26) as u8))
}

fn mt_vat(r: &mut Prng) -> String {
    let body = fill(r, "<1|2><d5>");
    format!("{body}{:02}", 37 - weighted(&body, &[3, 4, 6, 7, 8, 9]) % 37)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        assert_eq!(dni_letter(12_345_678), 'Z', "Ministerio del Interior");
        assert_eq!(nif("12345678"), 9);
    }
}
