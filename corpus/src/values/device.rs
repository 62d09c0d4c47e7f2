//! Machines and vehicles.

use crate::{Prng, digits::with_luhn};

/// A public IPv4 address.
pub fn ipv4(r: &mut Prng) -> String {
    let first = r.pick(&[23, 34, 51, 62, 77, 81, 84, 87, 91, 93, 134, 151, 176, 188]);
    format!("{first}.{}.{}.{}", r.range(16, 250), r.range(1, 250), r.range(2, 250))
}

/// A global unicast IPv6 address.
pub fn ipv6(r: &mut Prng) -> String {
    let head = r.pick(&["2a02:8071", "2a01:cb00", "2600:1700", "2a00:23c5"]);
    format!("{head}:{}:{}:{}:{}:{}:{}", r.hex(4), r.hex(4), r.hex(4), r.hex(4), r.hex(4), r.hex(4))
}

/// A hardware address.
pub fn mac(r: &mut Prng) -> String {
    let (a, b, c) = (r.hex(2), r.hex(2), r.hex(2));
    match r.below(3) {
        0 => format!("3c:5a:b4:{a}:{b}:{c}"),
        1 => format!("F0-18-98-{}-{}-{}", a.to_uppercase(), b.to_uppercase(), c.to_uppercase()),
        _ => format!("00:1B:63:{}:{}:{}", a.to_uppercase(), b.to_uppercase(), c.to_uppercase()),
    }
}

/// A device identity of a telephone.
pub fn imei(r: &mut Prng) -> String {
    with_luhn(&format!("{}{}", r.pick(&["353918", "356938", "867400", "352099"]), r.digits(8)))
}

/// A vehicle identification number with the North American check digit.
pub fn vin(r: &mut Prng) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: char| match c {
        '0'..='9' => c as u32 - '0' as u32,
        'A'..='H' => c as u32 - 'A' as u32 + 1,
        'J'..='N' => c as u32 - 'J' as u32 + 1,
        'P' => 7,
        'R' => 9,
        _ => c as u32 - 'S' as u32 + 2,
    };
    let head = r.pick(&["1HG", "1FT", "5YJ", "3VW", "2T1", "1C4"]);
    let body = format!(
        "{head}{}0{}{}{}",
        r.string(LETTERS, 5),
        r.pick(&['H', 'J', 'K', 'L', 'M', 'N', 'P', 'R']),
        r.string(b"ABCDEFGHJKLMNPRST", 1),
        r.digits(6)
    );
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| value(c) * w).sum();
    let check = if sum % 11 == 10 { 'X' } else { char::from(b'0' + (sum % 11) as u8) };
    format!("{}{check}{}", &body[..8], &body[9..])
}
