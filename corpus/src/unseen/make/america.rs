//! The Americas.

use super::{birth, eleven, makers, until, with};
use crate::{
    Prng,
    digits::{luhn, numbers, weighted, with_luhn},
    unseen::fill::fill,
};

makers! {
    us_ssn us_itin us_ein us_licence ca_bn ca_sin ca_licence mx_curp mx_rfc br_cpf br_cnpj br_rg ar_cuit cl_rut co_nit pe_cui pe_ruc uy_ci uy_rut ve_rif py_ruc ec_ci ec_ruc
    do_cedula do_rnc gt_nit sv_nit cu_ni
}

/// Area, group and serial number; those never given out left out (SSA).
fn us_ssn(r: &mut Prng) -> String {
    until(r, |r| {
        let (area, group, serial) = (r.range(1, 899), r.range(1, 99), r.range(1, 9999));
        let famous = matches!((area, group, serial), (78, 5, 1120) | (219, 9, 9999) | (457, 55, 5462));
        (area != 666 && !famous).then(|| format!("{area:03}{group:02}{serial:04}"))
    })
}

/// 900 to 999, groups 50–65, 70–88, 90–92, 94–99 (IRS).
fn us_itin(r: &mut Prng) -> String {
    let group = until(r, |r| {
        let g = r.range(50, 99);
        (!matches!(g, 66..=69 | 89 | 93)).then(|| g.to_string())
    });
    format!("9{:02}{group}{:04}", r.below(100), r.range(1, 9999))
}

/// Prefix of a campus, seven digits (IRS).
fn us_ein(r: &mut Prng) -> String {
    fill(r, "<01|04|06|10|13|16|20|23|26|30|33|38|41|45|46|52|55|61|65|68|75|77|81|84|86|93|99><d7>")
}

/// Layouts of some states (AAMVA).
fn us_licence(r: &mut Prng) -> String {
    fill(r, "<A|B|D|E|F|Y><d7>|<d9>|<L1><d12>|<0|1|2|3><d7>|<L1><d11>|<L1><d14>|<L2><d6>|<B|D|K|T><d8>|<L1>-<d3>-<d3>-<d3>-<d3>")
}

/// Business number, or a programme account of it (CRA).
fn ca_bn(r: &mut Prng) -> String {
    let number = with_luhn(&format!("{}{}", r.range(7, 8), r.digits(7)));
    format!("{number}{}000{}", r.pick(&["RT", "RP", "RC"]), r.range(1, 3))
}

/// First digit the province, never 0 or 8 (Service Canada).
fn ca_sin(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<1|2|3|4|5|6|7|9><d7>"))
}

/// Ontario, Québec, British Columbia, Alberta.
fn ca_licence(r: &mut Prng) -> String {
    fill(r, "<L1><d4>-<d5>-<d5>|<L1><d4>-<d6>-<d2>|<d7>|<d6>-<d3>")
}

/// CURP: letters of the name, date, sex, state, consonants, a character and a digit (RENAPO).
fn mx_curp(r: &mut Prng) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    let (y, m, d) = birth(r);
    let name = fill(r, "<B|C|D|G|H|L|M|P|R|S|V><A|E|I|O|U><B|C|D|G|L|M|N|R|S|T|V|Z><A|C|F|J|L|M|R>");
    let state = fill(r, "<AS|BC|CS|DF|GT|JC|MC|NL|PL|SR|VZ|YN|NE>");
    let inner = fill(r, "<B|C|D|F|G|L|M|N|R|S|T|Z><B|C|D|F|G|L|M|N|R|S|T|Z><B|C|D|F|G|L|M|N|R|S|T|Z>");
    let turn = if y < 2000 { fill(r, "<d1>") } else { fill(r, "<A|B>") };
    let body = format!("{name}{:02}{m:02}{d:02}{}{state}{inner}{turn}", y % 100, r.pick(&["H", "M"]));
    let place = |c: char| ALPHABET.chars().position(|a| a == c).unwrap_or(0) as u32;
    let sum: u32 = body.chars().enumerate().map(|(i, c)| place(c) * (18 - i as u32)).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// RFC of a person or a company with homoclave (SAT).
fn mx_rfc(r: &mut Prng) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
    let (y, m, d) = birth(r);
    let head = fill(r, "<B|C|D|G|H|L|M|P|R|S|V><A|E|I|O|U><B|C|D|G|L|M|N|R|S|T|V|Z><A|C|F|J|L|M|R>|<L3>");
    let body = format!("{head}{:02}{m:02}{d:02}{}", y % 100, fill(r, "<A|B|C|H|J|K|L|M|N|P|Q|R|S|T|U|V|1|2|3|4|5|6|7|8|9><A|B|C|1|2|3|4|5|6|7|8|9>"));
    let place = |c: char| ALPHABET.chars().position(|a| a == c).unwrap_or(0) as u32;
    let padded = format!("{body:>12}");
    let sum: u32 = padded.chars().enumerate().map(|(i, c)| place(c) * (13 - i as u32)).sum();
    let check = match sum % 11 {
        0 => "0".to_owned(),
        1 => "A".to_owned(),
        n => (11 - n).to_string(),
    };
    format!("{body}{check}")
}

/// The digit of CPF and CNPJ: weights from the right, going round after `longest`.
fn br_digit(body: &str, longest: u32) -> u32 {
    let value = |b: u8| u32::from(b - b'0');
    let sum: u32 = body.bytes().rev().enumerate().map(|(i, b)| value(b) * (2 + i as u32 % (longest - 1))).sum();
    if sum % 11 < 2 { 0 } else { 11 - sum % 11 }
}

fn br_cpf(r: &mut Prng) -> String {
    let body = r.digits(9);
    let first = format!("{body}{}", br_digit(&body, 11));
    format!("{first}{}", br_digit(&first, 11))
}

/// Digits; one in ten with letters, as given out from July 2026 (Receita Federal, IN 2.229/2024).
fn br_cnpj(r: &mut Prng) -> String {
    let body = if r.chance(10) { fill(r, "<A8>000<1|2>") } else { fill(r, "<d8>000<1|2|3|4>") };
    let first = format!("{body}{}", br_digit(&body, 9));
    format!("{first}{}", br_digit(&first, 9))
}

/// Registo geral of São Paulo.
fn br_rg(r: &mut Prng) -> String {
    let body = fill(r, "<1..5:1><d7>");
    match 11 - weighted(&body, &[2, 3, 4, 5, 6, 7, 8, 9]) % 11 {
        10 => format!("{body}X"),
        11 => format!("{body}0"),
        n => format!("{body}{n}"),
    }
}

fn ar_cuit(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<20|23|24|27|30|33><1..4:1><d7>");
        with(&body, eleven(&body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]))
    })
}

/// Weights 2 to 7 from the right, K for ten (Servicio de Registro Civil).
fn cl_rut(r: &mut Prng) -> String {
    let body = fill(r, "<10..26:2><d6>");
    let sum: u32 = numbers(&body).iter().rev().enumerate().map(|(i, d)| d * (2 + i as u32 % 6)).sum();
    match 11 - sum % 11 {
        10 => format!("{body}K"),
        11 => format!("{body}0"),
        n => format!("{body}{n}"),
    }
}

/// Primes from the right (DIAN).
fn co_nit(r: &mut Prng) -> String {
    let body = fill(r, "<8|9><d8>");
    let sum: u32 = numbers(&body).iter().rev().zip([3, 7, 13, 17, 19, 23, 29, 37, 41]).map(|(d, w)| d * w).sum();
    format!("{body}{}", if sum % 11 < 2 { sum % 11 } else { 11 - sum % 11 })
}

/// DNI with its verification digit (RENIEC).
fn pe_cui(r: &mut Prng) -> String {
    let body = fill(r, "<0|1|2|4|7><d7>");
    let sum = weighted(&body, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    format!("{body}{}", char::from(b"65432110987"[sum as usize]))
}

fn pe_ruc(r: &mut Prng) -> String {
    let body = fill(r, "<10|20|15|17><d8>");
    format!("{body}{}", (11 - weighted(&body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10)
}

fn uy_ci(r: &mut Prng) -> String {
    let body = fill(r, "<1..5:1><d6>");
    format!("{body}{}", (10 - weighted(&body, &[2, 9, 8, 7, 6, 3, 4]) % 10) % 10)
}

/// Department, number, 001, check (DGI).
fn uy_rut(r: &mut Prng) -> String {
    until(r, |r| {
        let body = format!("{:02}{}001", r.range(1, 21), fill(r, "<1..9:1><d5>"));
        with(&body, eleven(&body, &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]))
    })
}

fn ve_rif(r: &mut Prng) -> String {
    let (letter, worth) = *r.pick(&[('V', 4), ('E', 8), ('J', 12), ('G', 20)]);
    let body = fill(r, "<0|1|2|3><d7>");
    let sum = worth + weighted(&body, &[3, 2, 7, 6, 5, 4, 3, 2]);
    format!("{letter}{body}{}", char::from(b"00987654321"[(sum % 11) as usize]))
}

fn py_ruc(r: &mut Prng) -> String {
    let body = fill(r, "8<00..01:2><d5>");
    let sum: u32 = numbers(&body).iter().rev().enumerate().map(|(i, d)| d * (i as u32 + 2)).sum();
    format!("{body}{}", (11 - sum % 11) % 11 % 10)
}

/// Ten digits: province, third digit below six, check by tens (Registro Civil).
fn ec_ci(r: &mut Prng) -> String {
    let body = format!("{:02}{}{}", r.range(1, 24), r.range(0, 5), r.digits(6));
    with_luhn(&body)
}

/// Of a person, a company or a public body (SRI).
fn ec_ruc(r: &mut Prng) -> String {
    match r.below(3) {
        0 => ec_ci(r) + "001",
        1 => until(r, |r| {
            let body = format!("{:02}9{}", r.range(1, 24), r.digits(6));
            with(&body, eleven(&body, &[4, 3, 2, 7, 6, 5, 4, 3, 2])).map(|b| b + "001")
        }),
        _ => until(r, |r| {
            let body = format!("{:02}6{}", r.range(1, 24), r.digits(5));
            with(&body, eleven(&body, &[3, 2, 7, 6, 5, 4, 3, 2])).map(|b| b + "0001")
        }),
    }
}

fn do_cedula(r: &mut Prng) -> String {
    let body = fill(r, "<001|002|003|031|037|047|054|223|402><d7>");
    format!("{body}{}", luhn(&body))
}

fn do_rnc(r: &mut Prng) -> String {
    let body = fill(r, "1<d7>");
    format!("{body}{}", (10 - weighted(&body, &[7, 9, 8, 6, 5, 4, 3, 2]) % 11) % 9 + 1)
}

/// Weights from the right, K for ten (SAT Guatemala).
fn gt_nit(r: &mut Prng) -> String {
    let body = fill(r, "<1..9:1><d5-7>");
    let sum: u32 = numbers(&body).iter().rev().enumerate().map(|(i, d)| d * (i as u32 + 2)).sum();
    let check = (11 - sum % 11) % 11;
    format!("{body}-{}", if check == 10 { "K".to_owned() } else { check.to_string() })
}

/// Place, date, serial number, check; the weights changed above serial 100.
fn sv_nit(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let body = format!("0{}{:02}{d:02}{m:02}{:02}{:03}", r.range(1, 9), r.range(1, 20), y % 100, r.range(101, 999));
    let sum = weighted(&body, &[2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    format!("{body}{}", (11 - sum % 11) % 11 % 10)
}

/// Date, a digit for the century, serial number (Cuba).
fn cu_ni(r: &mut Prng) -> String {
    let (y, m, d) = birth(r);
    let century = if y < 2000 { r.range(0, 5) } else { r.range(6, 8) };
    format!("{:02}{m:02}{d:02}{century}{}", y % 100, r.digits(4))
}
