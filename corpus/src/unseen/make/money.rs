//! Cards, accounts, securities, wallets.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

use super::{eleven, makers, until, with};
use crate::{
    Prng,
    digits::{luhn, modulo, numbers, weighted, with_luhn},
    unseen::fill::fill,
};

makers! {
    card card_amex card_rare track_one track_two us_aba us_cusip ar_cbu bic isin sedol figi lei bitcoin ethereum monero fr_rib es_ccc it_bban pt_nib no_konto cz_konto ch_qr
    sepa_creditor rf_reference
}

/// Visa and Mastercard of sixteen digits, Discover, JCB (ISO/IEC 7812).
fn card(r: &mut Prng) -> String {
    let head = fill(r, "4<d5>|4<d5>|5<1..5:1><d4>|22<30..99:2><d2>|6011<d2>|65<d4>|35<28..89:2><d2>");
    with_luhn(&format!("{head}{}", r.digits(9)))
}

fn card_amex(r: &mut Prng) -> String {
    with_luhn(&fill(r, "3<4|7><d12>"))
}

/// Diners Club, Maestro, UnionPay, long and short Visa, JCB of fifteen.
fn card_rare(r: &mut Prng) -> String {
    let body = fill(
        r,
        "36<d11>|30<0..5:1><d10>|50<18|20|38><d12>|6759<d11>|6<304|762><d14>|62<21|22|25><d12>|62<21|22><d14>|4<d17>|4<d11>|2131<d10>|1800<d10>|67<d12>",
    );
    with_luhn(&body)
}

/// Format B of ISO/IEC 7813.
fn track_one(r: &mut Prng) -> String {
    let pan = card(r);
    fill(r, &format!("%B{pan}^<SHAW/NORA|VANCE/ELIAS|OKAFOR/GRACE|LINDGREN/MAJ> ^<26..31:2><01..12:2><101|201|121><d10>?")).replace(" ^", "^")
}

fn track_two(r: &mut Prng) -> String {
    let pan = card(r);
    fill(r, &format!(";{pan}=<26..31:2><01..12:2><101|201|121><d10>?"))
}

/// Federal Reserve district, 3-7-1.
fn us_aba(r: &mut Prng) -> String {
    let body = fill(r, "<01..12:2><d6>|<21..32:2><d6>");
    format!("{body}{}", (10 - weighted(&body, &[3, 7, 1, 3, 7, 1, 3, 7]) % 10) % 10)
}

/// Every second value doubled, digits summed, by ten; `alphabet` gives letters their value.
fn doubled(text: &str, alphabet: &str) -> u32 {
    let sum: u32 = text.chars().enumerate().map(|(i, c)| alphabet.find(c).unwrap_or(0) as u32 * (1 + i as u32 % 2)).map(|n| n / 10 + n % 10).sum();
    (10 - sum % 10) % 10
}

const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#";

fn us_cusip(r: &mut Prng) -> String {
    let body = fill(r, "<d6>10|<d3><A1><d2><10|20|AA|AB|AC>|<1..9:1><d5><A1><1..9:1>");
    format!("{body}{}", doubled(&body, LETTERS))
}

fn isin(r: &mut Prng) -> String {
    let body = fill(r, "US<d3><d6>|DE000<A9>|DE000A<A5>|GB00B<A6>|FR00<d8>|NL00<d8>|CH00<d8>|IE00B<A6>|LU0<d8>|JP3<d8>|CA<d6><d3>|SE000<d6>")
        .chars()
        .take(11)
        .collect::<String>();
    let numeric: String = body.chars().map(|c| c.to_digit(36).unwrap_or(0).to_string()).collect();
    format!("{body}{}", luhn(&numeric))
}

/// No vowels, weights 1 3 1 7 3 9 (LSE).
fn sedol(r: &mut Prng) -> String {
    let letter = "<B|C|D|F|G|H|J|K|L|M|N|P|Q|R|S|T|V|W|X|Y|Z|0|1|2|3|4|5>";
    let body = fill(r, &format!("B{letter}<d1>{letter}<d2>|0<2|3|4|5|7><d4>"));
    let sum: u32 = body.chars().zip([1, 3, 1, 7, 3, 9]).map(|(c, w)| c.to_digit(36).unwrap_or(0) * w).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// BBG, eight characters without vowels, check as CUSIP.
fn figi(r: &mut Prng) -> String {
    let body = fill(
        r,
        "BBG00<d1><B|C|D|F|G|H|J|K|L|M|N|P|Q|R|S|T|V|W|X|Y|Z|0|1|2|3><B|C|D|F|G|H|J|K|L|M|N|P|Q|R|S|T|V|W|X|Y|Z|1|2|3|4><B|C|D|F|G|H|J|K|L|M|N|P|Q|R|S|T|V|W|X|Y|Z|5|6|7><d1><B|C|D|F|G|H|J|K|L|M|N|P|Q|R|S|T|V|W|X|Y|Z|8|9>",
    );
    format!("{body}{}", doubled(&body, LETTERS))
}

pub(super) fn iso_97(body: &str, behind: &str) -> u64 {
    98 - modulo(&format!("{body}{behind}00"), 97)
}

/// Issuer, reserved, entity, ISO 7064 mod 97-10 (ISO 17442).
fn lei(r: &mut Prng) -> String {
    let body = fill(r, "<5493|2138|5299|9695|7245|3912|2594>00<A12>");
    format!("{body}{:02}", iso_97(&body, ""))
}

fn bic(r: &mut Prng) -> String {
    fill(
        r,
        "<DEUT|COBA|HYVE|BNPA|SOGE|CRLY|AGRI|INGB|ABNA|RABO|NDEA|DABA|HAND|SWED|BBVA|CAIX|BSCH|UNCR|BCIT|PSOL|CHAS|CITI|BOFA|BARC|HBUK|LOYD|PKOP|BREX|KOMB|TATR|OTPV|RZBA|GIBA|UBSW|ZKBK|MIDL|BKCH|MHCB><DE|FR|NL|DK|SE|FI|ES|IT|US|GB|PL|CZ|SK|HU|AT|CH|HK|JP><2L|FF|MM|PP|2A|HH|33|22|K1|WW|LB><|XXX|500|MUC|001>",
    )
}

/// Account of Argentina: two blocks by 7-1-3-9.
fn ar_cbu(r: &mut Prng) -> String {
    let digit = |body: &str| {
        let sum: u32 = numbers(body).iter().rev().zip([3, 1, 7, 9].iter().cycle()).map(|(d, w)| d * w).sum();
        (10 - sum % 10) % 10
    };
    let (bank, account) = (fill(r, "<011|017|072|191|285|007><d4>"), r.digits(13));
    format!("{bank}{}{account}{}", digit(&bank), digit(&account))
}

pub(super) fn fr_rib(r: &mut Prng) -> String {
    let (bank, branch, account) = (fill(r, "<30004|30003|10278|20041|18206|14445>"), r.digits(5), fill(r, "<d11>|<d10><A|K|N|R>"));
    let figures: String = account.chars().map(rib_digit).collect();
    let key = 97 - (89 * modulo(&bank, 97) + 15 * modulo(&branch, 97) + 3 * modulo(&figures, 97)) % 97;
    format!("{bank}{branch}{account}{key:02}")
}

/// A letter of a French account as a digit: A to I, J to R, S (2) to Z.
fn rib_digit(c: char) -> char {
    match c {
        'A'..='I' => (b'1' + (c as u8 - b'A')) as char,
        'J'..='R' => (b'1' + (c as u8 - b'J')) as char,
        'S'..='Z' => (b'2' + (c as u8 - b'S')) as char,
        other => other,
    }
}

pub(super) fn es_ccc(r: &mut Prng) -> String {
    let digit = |text: &str| match 11 - weighted(text, &[1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 {
        11 => 0,
        10 => 1,
        d => d,
    };
    let (bank, account) = (fill(r, "<2100|0049|0182|0081|2080|1465><d4>"), r.digits(10));
    format!("{bank}{}{}{account}", digit(&format!("00{bank}")), digit(&account))
}

/// CIN letter over bank, branch and account.
pub(super) fn it_bban(r: &mut Prng) -> String {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let body = fill(r, "0<1003|2008|3069|5034|7601><d5><d12>");
    let sum: u32 = numbers(&body).iter().enumerate().map(|(i, &d)| if i % 2 == 0 { ODD[d as usize] } else { d }).sum();
    format!("{}{body}", char::from(b'A' + (sum % 26) as u8))
}

pub(super) fn pt_nib(r: &mut Prng) -> String {
    let body = fill(r, "<0035|0010|0033|0007|0018><d4><d11>");
    format!("{body}{:02}", iso_97(&body, ""))
}

pub(super) fn no_konto(r: &mut Prng) -> String {
    until(r, |r| {
        let body = fill(r, "<1|3|6|8|9><d3><1..9:1><d5>");
        with(&body, eleven(&body, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]))
    })
}

/// Prefix and number by eleven each, bank code.
fn cz_konto(r: &mut Prng) -> String {
    let (prefix, number) = (cz_part(r, 6), cz_part(r, 10));
    let bank = fill(r, "<0100|0300|0600|0800|2010|5500|6210>");
    let short = number.trim_start_matches('0');
    if r.chance(40) { format!("{}-{number}/{bank}", prefix.trim_start_matches('0')) } else { format!("{short}/{bank}") }
}

pub(super) fn cz_part(r: &mut Prng, length: usize) -> String {
    let weights: Vec<u32> = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1].into_iter().skip(10 - length).collect();
    until(r, |r| {
        let text = format!("{}{}", r.range(1, 9), r.digits(length - 1));
        weighted(&text, &weights).is_multiple_of(11).then_some(text)
    })
}

/// Twenty-six digits and a recursive check by ten (SIX).
fn ch_qr(r: &mut Prng) -> String {
    const TABLE: [u32; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let body = fill(r, "<21|00|96|31><d24>");
    let carry = numbers(&body).iter().fold(0, |c, d| TABLE[((c + d) % 10) as usize]);
    format!("{body}{}", (10 - carry) % 10)
}

/// Check over country and national part, business code left out (EPC262-08).
fn sepa_creditor(r: &mut Prng) -> String {
    let (country, national) = match r.below(4) {
        0 => ("DE", fill(r, "0<d10>")),
        1 => ("FR", fill(r, "<d6>")),
        2 => ("NL", fill(r, "<d12>")),
        _ => ("AT", fill(r, "000000<d5>")),
    };
    format!("{country}{:02}ZZZ{national}", iso_97(&national, country))
}

/// ISO 11649.
fn rf_reference(r: &mut Prng) -> String {
    let body = fill(r, "<A8>|<d12>|<L2><d10>|<d16>");
    format!("RF{:02}{body}", iso_97(&body, "RF"))
}

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn base58(bytes: &[u8]) -> String {
    let mut digits: Vec<u32> = vec![];
    for &byte in bytes {
        let mut carry = u32::from(byte);
        for d in &mut digits {
            carry += *d << 8;
            (*d, carry) = (carry % 58, carry / 58);
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    "1".repeat(zeros) + &digits.iter().rev().map(|d| char::from(BASE58[*d as usize])).collect::<String>()
}

/// Pay to key hash, to script hash, or segregated witness of version 0 and 1.
fn bitcoin(r: &mut Prng) -> String {
    if r.chance(40) {
        return segwit(r);
    }
    let mut bytes = vec![if r.chance(60) { 0u8 } else { 5 }];
    bytes.extend(r.bytes(20));
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend(&sum[..4]);
    base58(&bytes)
}

const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// One step of the check of BIP 173.
fn step(c: u32, v: &u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let next = (c & 0x1ff_ffff) << 5 ^ u32::from(*v);
    GENERATOR.iter().enumerate().fold(next, |n, (i, g)| if c >> 25 >> i & 1 == 1 { n ^ g } else { n })
}

/// BIP 173 (constant 1) and BIP 350: what is meant, data in groups of five bits, six characters to check them.
pub(in crate::unseen) fn bech32(human: &str, bytes: &[u8], constant: u32) -> String {
    encode(human, &five_bits(bytes), constant)
}

fn five_bits(bytes: &[u8]) -> Vec<u8> {
    let (mut data, mut bits, mut held) = (vec![], 0u32, 0);
    for byte in bytes {
        (bits, held) = (bits << 8 | u32::from(*byte), held + 8);
        while held >= 5 {
            held -= 5;
            data.push((bits >> held & 31) as u8);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        data.push((bits << (5 - held) & 31) as u8);
    }
    data
}

fn encode(human: &str, data: &[u8], constant: u32) -> String {
    let spread: Vec<u8> = human.bytes().map(|b| b >> 5).chain([0]).chain(human.bytes().map(|b| b & 31)).collect();
    let sum = spread.iter().chain(data).chain(&[0; 6]).fold(1, step) ^ constant;
    let check = (0..6).map(|i| (sum >> (5 * (5 - i)) & 31) as u8);
    format!("{human}1{}", data.iter().copied().chain(check).map(|d| char::from(BECH32[d as usize])).collect::<String>())
}

/// A segregated witness of version 0 or 1.
fn segwit(r: &mut Prng) -> String {
    let version = u8::from(r.chance(40));
    let length = if version == 1 || r.chance(30) { 32 } else { 20 };
    let mut data = vec![version];
    data.extend(five_bits(&r.bytes(length)));
    encode("bc", &data, if version == 1 { 0x2bc8_30a3 } else { 1 })
}

/// Letter case as EIP-55 for two in three, else small letters.
fn ethereum(r: &mut Prng) -> String {
    let hex = r.hex(40);
    if r.chance(33) {
        return format!("0x{hex}");
    }
    let hash = Keccak256::digest(hex.as_bytes());
    let cased: String =
        hex.chars().enumerate().map(|(i, c)| if hash[i / 2] >> (4 * (1 - i % 2)) & 8 != 0 { c.to_ascii_uppercase() } else { c }).collect();
    format!("0x{cased}")
}

/// Network byte, two public keys, four bytes of Keccak-256; blocks of eight bytes as eleven characters.
fn monero(r: &mut Prng) -> String {
    let mut bytes = vec![18u8];
    bytes.extend(r.bytes(64));
    let sum = Keccak256::digest(&bytes);
    bytes.extend(&sum[..4]);
    let block = |chunk: &[u8]| {
        let width = [0, 2, 3, 5, 6, 7, 9, 10, 11][chunk.len()];
        let mut n = chunk.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let mut out = vec![BASE58[0]; width];
        for slot in out.iter_mut().rev() {
            (*slot, n) = (BASE58[(n % 58) as usize], n / 58);
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    bytes.chunks(8).map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        for (address, constant) in
            [("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 1), ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", 0x2bc8_30a3)]
        {
            let data: Vec<u8> = address[3..].bytes().filter_map(|b| BECH32.iter().position(|a| *a == b)).map(|p| p as u8).collect();
            assert_eq!([3u8, 3, 0, 2, 3].iter().chain(&data).fold(1, step), constant, "BIP 173, BIP 350");
        }
        assert_eq!(base58(&[0, 0, 1, 2]), "115T", "two zeros, then 258");
        assert_eq!(doubled("03783310", LETTERS), 0, "CUSIP 037833100");
    }
}
