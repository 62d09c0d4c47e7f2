//! International bank account numbers: layouts of the SWIFT registry, national check digits where a country has them.

use super::{
    eleven, makers,
    money::{cz_part, es_ccc, fr_rib, iso_97, it_bban, no_konto, pt_nib},
    until, with,
};
use crate::{
    Prng,
    digits::{iso7064_11_10, modulo, weighted, with_luhn},
    unseen::fill::fill,
};

makers! { iban }

/// Country, and the layout of what follows the check digits; an empty one is made by [`national`].
const LAYOUTS: &[(&str, &str)] = &[
    ("AD", "0001<d4><d12>"),
    ("AE", "0<d2><d16>"),
    ("AL", ""),
    ("AT", "<20111|12000|32000|14000|60000><d11>"),
    ("AZ", "<NABZ|PAHA|AIIB><d20>"),
    ("BE", ""),
    ("BG", "<BNBG|UNCR|STSA|FINV><d4><d2><d8>"),
    ("BH", "<BBME|NBOB><d14>"),
    ("BR", "<00000000|60701190|60746948><d5><d10>C1"),
    ("CH", "<00762|00230|09000|00700|80808><d12>"),
    ("CY", "00<2|5>00<d3><d16>"),
    ("CZ", ""),
    ("DE", "<1|2|3|5|6|7><d2>0<d4><d10>"),
    ("DE", "<1|2|3|5|6|7><d2>0<d4><d10>"),
    ("DK", "<0040|3000|5301|2191><d10>"),
    ("EE", ""),
    ("ES", ""),
    ("FI", ""),
    ("FR", ""),
    ("GB", "<NWBK|BARC|LOYD|HBUK|MIDL|MONZ><20|30|40|60><d4><d8>"),
    ("GE", "<BG|TB|LB><d16>"),
    ("GR", "0<11|14|16|17><d4>00000<d11>"),
    ("HR", ""),
    ("HU", ""),
    ("IE", "<AIBK|BOFI|IPBS><90|93|99><d4><d8>"),
    ("IL", "0<10|12|20|31><d3>0000<d9>"),
    ("IT", ""),
    ("LI", "0881<d1><d12>"),
    ("LT", "<70440|73000|72900><d11>"),
    ("LU", "00<1|2|3><d13>"),
    ("LV", "<HABA|UNLA|PARX><d13>"),
    ("MT", "<VALL|MMEB><d5><d18>"),
    ("NL", ""),
    ("NO", ""),
    ("PK", "<HABB|UNIL|MUCB>00<d14>"),
    ("PL", ""),
    ("PT", ""),
    ("QA", "<QNBA|DOHB>0000<d17>"),
    ("RO", "<BTRL|RNCB|BRDE|INGB><A16>"),
    ("RS", ""),
    ("SA", "<80|10|20|05><d18>"),
    ("SE", "<500|300|600|800|120><d17>"),
    ("SI", ""),
    ("SK", ""),
    ("TR", "000<10|12|15|46|62|64>0<d16>"),
    ("UA", "<305299|322001|300335>0000<d15>"),
];

fn iban(r: &mut Prng) -> String {
    let (country, layout) = *r.pick(LAYOUTS);
    let account = if layout.is_empty() { national(r, country) } else { fill(r, layout) };
    format!("{country}{:02}{account}", iso_97(&account, country))
}

/// A body and the digit that completes its weighted sum to tens.
fn by_tens(body: &str, weights: &[u32]) -> String {
    format!("{body}{}", (10 - weighted(body, weights) % 10) % 10)
}

/// Accounts that have check digits of their own.
fn national(r: &mut Prng, country: &str) -> String {
    match country {
        "AL" => by_tens(&fill(r, "<212|205|202><d4>"), &[9, 7, 3, 1, 9, 7, 3]) + &r.digits(16),
        "BE" => {
            let body = fill(r, "<001|035|210|310|363|737><d7>");
            let rest = modulo(&body, 97);
            format!("{body}{:02}", if rest == 0 { 97 } else { rest })
        }
        "CZ" | "SK" => format!("{}{}{}", fill(r, "<0100|0300|0900|1100|6210|5500>"), cz_part(r, 6), cz_part(r, 10)),
        "EE" => fill(r, "<22|10|77|96>") + &by_tens(&r.digits(13), &[7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7]),
        "ES" => es_ccc(r),
        "FI" => with_luhn(&fill(r, "<1|2|3|4|5|6|8><d12>")),
        "FR" => fr_rib(r),
        "HR" => {
            let (bank, account) = (fill(r, "<234000|236000|240200|248400>"), fill(r, "1<d8>"));
            format!("{bank}{}{account}{}", iso7064_11_10(&bank), iso7064_11_10(&account))
        }
        "HU" => {
            let (bank, account) = (fill(r, "<117|107|120|104><d4>"), r.digits(15));
            by_tens(&bank, &[9, 7, 3, 1, 9, 7, 3]) + &by_tens(&account, &[9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3])
        }
        "IT" => it_bban(r),
        "NL" => until(r, |r| {
            let body = fill(r, "0<d8>");
            let bank = fill(r, "<INGB|ABNA|RABO|TRIO|BUNQ|SNSB>");
            with(&body, eleven(&body, &[10, 9, 8, 7, 6, 5, 4, 3, 2])).map(|account| bank + &account)
        }),
        "NO" => no_konto(r),
        "PL" => by_tens(&fill(r, "<1020|1090|1140|1240|1050|2490><d3>"), &[3, 9, 7, 1, 3, 9, 7]) + &r.digits(16),
        "PT" => pt_nib(r),
        "RS" | "SI" => {
            let body = if country == "SI" { fill(r, "<02|04|10|19|61><d11>") } else { fill(r, "<160|205|265><d13>") };
            format!("{body}{:02}", iso_97(&body, ""))
        }
        other => unreachable!("`{other}` has a layout"),
    }
}
