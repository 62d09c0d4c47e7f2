//! Addresses of crypto currencies. Case matters: they are read as they stand.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("bitcoin", bitcoin, 30.0, true),
    ("ethereum", ethereum, 15.0, true),
    ("ethereum-hex", ethereum_hex, 1.0, true),
    ("monero", monero, 30.0, true),
];

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Base58check of versions 0 and 5 (main net), or bech32 and bech32m of `bc`.
fn bitcoin(value: &[u8]) -> bool {
    if value.len() > 90 {
        return false;
    }
    if value.len() > 3 && value[..3].eq_ignore_ascii_case(b"bc1") { segwit(value) } else { base58check(value) }
}

fn base58check(value: &[u8]) -> bool {
    if !(26..=35).contains(&value.len()) {
        return false;
    }
    let mut bytes = [0u8; 25];
    for &b in value {
        let Some(place) = BASE58.iter().position(|&a| a == b) else { return false };
        let mut carry = place as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let (body, sum) = bytes.split_at(21);
    let ones = value.iter().take_while(|&&b| b == b'1').count();
    let zeros = bytes.iter().take_while(|&&b| b == 0).count();
    ones == zeros && matches!(body[0], 0 | 5) && Sha256::digest(Sha256::digest(body))[..4] == *sum
}

/// BIP 173 and BIP 350: version 0 with bech32, later versions with bech32m, programs of 2 to 40 bytes, those of version 0 of 20 or 32.
fn segwit(value: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let mixed = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    if mixed || value.len() < 14 {
        return false;
    }
    // `bc` expanded: high bits, zero, low bits.
    let mut sum = [3, 3, 0, 2, 3].into_iter().fold(1, polymod);
    let data = &value[3..];
    for b in data {
        let Some(five) = ALPHABET.iter().position(|&a| a == b.to_ascii_lowercase()) else { return false };
        sum = polymod(sum, five as u32);
    }
    let version = ALPHABET.iter().position(|&a| a == data[0].to_ascii_lowercase()).unwrap_or(32);
    let groups = data.len() - 7;
    let program = groups * 5 / 8;
    let sized = groups * 5 % 8 < 5 && (2..=40).contains(&program) && (version != 0 || matches!(program, 20 | 32));
    let padding = groups * 5 % 8;
    let last = ALPHABET.iter().position(|&a| a == data[groups].to_ascii_lowercase()).unwrap_or(0);
    sized && version <= 16 && last & ((1 << padding) - 1) == 0 && sum == if version == 0 { 1 } else { 0x2bc8_30a3 }
}

fn polymod(sum: u32, five: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let next = (sum & 0x01ff_ffff) << 5 ^ five;
    GENERATOR.iter().enumerate().filter(|(i, _)| top >> i & 1 == 1).fold(next, |sum, (_, g)| sum ^ g)
}

/// The forty hexadecimal digits after `0x`.
fn account(value: &[u8]) -> Option<&[u8]> {
    let digits = value.strip_prefix(b"0x").or_else(|| value.strip_prefix(b"0X"))?;
    let random = digits.iter().any(|b| *b != digits[0]) && !digits.starts_with(&[b'0'; 16]);
    (digits.len() == 40 && random && digits.iter().all(u8::is_ascii_hexdigit)).then_some(digits)
}

/// EIP-55: a letter is a capital where the Keccak-256 of the lower-case address has its bit set. Letters of both cases are needed for a proof.
fn ethereum(value: &[u8]) -> bool {
    let Some(digits) = account(value) else { return false };
    let hash = Keccak256::digest(digits.to_ascii_lowercase());
    let mixed = digits.iter().any(u8::is_ascii_uppercase) && digits.iter().any(u8::is_ascii_lowercase);
    mixed
        && digits
            .iter()
            .enumerate()
            .all(|(i, b)| !b.is_ascii_alphabetic() || b.is_ascii_uppercase() == (hash[i / 2] >> (if i % 2 == 0 { 7 } else { 3 }) & 1 == 1))
}

/// Letters of one case: allowed, and no proof.
fn ethereum_hex(value: &[u8]) -> bool {
    account(value).is_some_and(|d| !(d.iter().any(u8::is_ascii_uppercase) && d.iter().any(u8::is_ascii_lowercase)))
}

/// Base58 in blocks of eleven characters (eight bytes; the last one seven and five), network 18, 19 (with a payment id) or 42, and four bytes of Keccak-256.
fn monero(value: &[u8]) -> bool {
    if !matches!(value.len(), 95 | 106) {
        return false;
    }
    let mut bytes = Vec::with_capacity(77);
    for block in value.chunks(11) {
        let size = if block.len() == 11 { 8 } else { 5 };
        let whole = block.iter().try_fold(0u128, |n, b| Some(n * 58 + BASE58.iter().position(|a| a == b)? as u128));
        let Some(n) = whole.filter(|n| n >> (8 * size) == 0) else { return false };
        bytes.extend_from_slice(&n.to_be_bytes()[16 - size..]);
    }
    let (body, sum) = bytes.split_at(bytes.len() - 4);
    let network = if value.len() == 95 { matches!(body[0], 18 | 42) } else { body[0] == 19 };
    network && Keccak256::digest(body)[..4] == *sum
}
