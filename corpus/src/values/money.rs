//! Cards, accounts and wallets.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

use crate::{
    Prng,
    digits::{luhn, modulo, numbers, weighted, with_luhn},
};

/// Brands of cards: first digits (low and high), length.
const BRANDS: &[(u64, u64, usize)] = &[
    (40_0000, 49_9999, 16), // Visa
    (40_0000, 49_9999, 16),
    (41_0000, 49_9999, 13), // Visa, old
    (41_0000, 49_9999, 19),
    (51_0000, 55_9999, 16), // Mastercard
    (22_2100, 27_2099, 16), // Mastercard, 2-series
    (34_0000, 34_9999, 15), // American Express
    (37_0000, 37_9999, 15), // American Express
    (60_1100, 60_1109, 16), // Discover
    (64_4000, 65_9999, 16), // Discover
    (35_2800, 35_8999, 16), // JCB
    (36_0000, 36_9999, 14), // Diners Club
    (62_2126, 62_2925, 16), // UnionPay
    (62_2126, 62_2925, 19), // UnionPay
];

/// A card number, digits only.
pub fn card(r: &mut Prng) -> String {
    let (low, high, length) = *r.pick(BRANDS);
    let head = r.range(low, high).to_string();
    let body = format!("{head}{}", r.digits(length - 1 - head.len()));
    with_luhn(&body)
}

/// A Visa or Mastercard of sixteen digits, which fits an `int64`.
pub fn card16(r: &mut Prng) -> String {
    let head = if r.chance(60) { r.range(40_0000, 49_9999) } else { r.range(51_0000, 55_9999) };
    with_luhn(&format!("{head}{}", r.digits(9)))
}

/// A card number as people write it: in fours (Amex 4-6-5), with spaces or hyphens.
pub fn card_written(r: &mut Prng) -> String {
    let digits = card16(r);
    let separator = *r.pick(&[" ", "-"]);
    [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join(separator)
}

/// Countries of [`iban`].
pub const IBAN_COUNTRIES: &[&str] = &["DE", "FR", "ES", "IT", "NL", "BE", "PT", "FI", "AT", "CH", "PL", "GB"];

/// A French letter or digit as the digit of the RIB key.
fn rib_digits(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'A'..='I' => (b'1' + (c as u8 - b'A')) as char,
            'J'..='R' => (b'1' + (c as u8 - b'J')) as char,
            'S'..='Z' => (b'2' + (c as u8 - b'S')) as char,
            other => other,
        })
        .collect()
}

/// Spain: two digits over bank and branch, and over the account.
fn ccc(bank: &str, account: &str) -> String {
    let digit = |text: &str| match 11 - weighted(text, &[1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 {
        11 => 0,
        10 => 1,
        d => d,
    };
    format!("{}{}", digit(&format!("00{bank}")), digit(account))
}

/// Italy: the CIN letter over bank, branch and account (digits only here).
fn cin(body: &str) -> char {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let sum: u32 = numbers(body).iter().enumerate().map(|(i, &d)| if i % 2 == 0 { ODD[d as usize] } else { d }).sum();
    char::from(b'A' + (sum % 26) as u8)
}

/// Basic bank account number of a country, with its national check digits.
fn bban(r: &mut Prng, country: &str) -> String {
    match country {
        "DE" => format!("{}0{}{}", r.range(1, 8), r.digits(6), r.digits(10)),
        "FR" => {
            let body = format!("{}{}{}{}", r.pick(&["30004", "20041", "10278"]), r.digits(5), r.digits(10), r.pick(&["A", "K", "7"]));
            let n = rib_digits(&body);
            let key = 97 - (89 * modulo(&n[..5], 97) + 15 * modulo(&n[5..10], 97) + 3 * modulo(&n[10..], 97)) % 97;
            format!("{body}{key:02}")
        }
        "ES" => {
            let (bank, account) = (format!("{}{}", r.pick(&["2100", "0049", "0182"]), r.digits(4)), r.digits(10));
            format!("{bank}{}{account}", ccc(&bank, &account))
        }
        "IT" => {
            let body = format!("0{}{}{}", r.digits(4), r.digits(5), r.digits(12));
            format!("{}{body}", cin(&body))
        }
        "NL" => loop {
            let body = r.digits(9);
            let d = (11 - weighted(&body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            if d < 10 {
                break format!("{}{body}{d}", r.pick(&["INGB", "RABO", "ABNA"]));
            }
        },
        "BE" => {
            let body = format!("{}{}", r.pick(&["001", "310", "363"]), r.digits(7));
            let check = modulo(&body, 97);
            format!("{body}{:02}", if check == 0 { 97 } else { check })
        }
        "PT" => {
            let body = format!("{}{}{}", r.pick(&["0035", "0010", "0033"]), r.digits(4), r.digits(11));
            format!("{body}{:02}", 98 - modulo(&format!("{body}00"), 97))
        }
        "FI" => with_luhn(&format!("{}{}", r.pick(&["123", "405", "571"]), r.digits(10))),
        "AT" => format!("{}{}", r.pick(&["20111", "12000", "32000"]), r.digits(11)),
        "CH" => format!("{}{}", r.pick(&["00762", "00230", "09000"]), r.digits(12)),
        "PL" => {
            let bank = format!("{}{}", r.pick(&["1090", "1140", "1020"]), r.digits(3));
            let check = (10 - weighted(&bank, &[3, 9, 7, 1, 3, 9, 7]) % 10) % 10;
            format!("{bank}{check}{}", r.digits(16))
        }
        _ => format!("{}{}{}", r.pick(&["NWBK", "BARC", "LOYD"]), r.range(200_000, 609_999), r.digits(8)),
    }
}

/// An IBAN of a country, without spaces.
pub fn iban_of(r: &mut Prng, country: &str) -> String {
    let bban = bban(r, country);
    let check = 98 - modulo(&format!("{bban}{country}00"), 97);
    format!("{country}{check:02}{bban}")
}

/// An IBAN of any of these countries.
pub fn iban(r: &mut Prng) -> String {
    let country = *r.pick(IBAN_COUNTRIES);
    iban_of(r, country)
}

/// A text in groups of four.
pub fn in_fours(text: &str) -> String {
    text.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ")
}

/// A bank identifier code (ISO 9362), of eight or eleven characters.
pub fn bic(r: &mut Prng) -> String {
    let bank = r.pick(&["DEUT", "COBA", "BNPA", "INGB", "KRED", "NDEA", "CAIX", "UNCR", "BARC", "UBSW"]);
    let country = r.pick(&["DE", "FR", "NL", "BE", "FI", "ES", "IT", "GB", "CH", "AT"]);
    let place = r.pick(&["FF", "PP", "2A", "BB", "HH", "MM", "22", "8X"]);
    format!("{bank}{country}{place}{}", r.pick(&["", "XXX", "500"]))
}

/// A routing number of a bank in the United States.
pub fn aba(r: &mut Prng) -> String {
    let body = format!("{:02}{}", if r.chance(50) { r.range(1, 12) } else { r.range(21, 32) }, r.digits(6));
    let sum = weighted(&body, &[3, 7, 1, 3, 7, 1, 3, 7]);
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A bitcoin address, pay to public key hash.
pub fn bitcoin(r: &mut Prng) -> String {
    let mut bytes = vec![0u8];
    bytes.extend(r.bytes(20));
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend(&sum[..4]);
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits: Vec<u8> = vec![];
    for &byte in &bytes {
        let mut carry = u32::from(byte);
        for d in &mut digits {
            carry += u32::from(*d) << 8;
            *d = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|&&b| b == 0).count();
    "1".repeat(zeros) + &digits.iter().rev().map(|&d| char::from(ALPHABET[d as usize])).collect::<String>()
}

/// A bitcoin address, native segwit (BIP 173).
pub fn bitcoin_segwit(r: &mut Prng) -> String {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let mut data = vec![0u8];
    data.extend((0..31).map(|_| r.below(32) as u8));
    data.push((r.below(2) << 4) as u8);
    let polymod = |values: &[u8]| {
        values.iter().fold(1u32, |c, &v| {
            let top = c >> 25;
            let c = (c & 0x1ff_ffff) << 5 ^ u32::from(v);
            [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
                .iter()
                .enumerate()
                .fold(c, |c, (i, g)| c ^ if top >> i & 1 == 1 { *g } else { 0 })
        })
    };
    let mut all = vec![3, 3, 0, 2, 3];
    all.extend(&data);
    all.extend([0; 6]);
    let sum = polymod(&all) ^ 1;
    data.extend((0..6).map(|i| (sum >> (5 * (5 - i)) & 31) as u8));
    "bc1".to_owned() + &data.iter().map(|&d| char::from(ALPHABET[d as usize])).collect::<String>()
}

/// An Ethereum address with the letter case of EIP-55.
pub fn ethereum(r: &mut Prng) -> String {
    let hex = r.hex(40);
    let hash = Keccak256::digest(hex.as_bytes());
    let cased: String =
        hex.chars().enumerate().map(|(i, c)| if hash[i / 2] >> (4 * (1 - i % 2)) & 8 != 0 { c.to_ascii_uppercase() } else { c }).collect();
    format!("0x{cased}")
}

/// Whether a number of this length happens to pass Luhn.
#[must_use]
pub fn passes_luhn(text: &str) -> bool {
    text.len() > 1 && luhn(&text[..text.len() - 1]).to_string() == text[text.len() - 1..]
}
