//! Vehicles, telephones and addresses on networks.

use super::digits::{all_digits, luhn, one_digit};

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("vin", vin, 3.5, false),
    ("imei", imei, 5.8, false),
    ("meid", meid, 4.0, false),
    ("iccid", iccid, 3.3, false),
    ("ip", ip, 2.0, true),
    ("ip-like-version", ip_like_version, 2.0, true),
    ("phone-written", phone_written, 0.0, true),
    ("phone-fr", |v| phone_of(v, b"33", b"0", 9..=9, b"123456789"), 0.0, true),
    ("phone-de", |v| phone_of(v, b"49", b"0", 6..=11, b"123456789"), 0.0, true),
    ("phone-it", |v| phone_of(v, b"39", b"", 6..=11, b"03"), 0.0, true),
    ("phone-es", |v| phone_of(v, b"34", b"", 9..=9, b"6789"), 0.0, true),
    ("phone-gb", |v| phone_of(v, b"44", b"0", 9..=10, b"1235789"), 0.0, true),
    ("mac", mac, 1.0, true),
    ("imsi", imsi, 2.1, false),
    ("uuid", uuid, 4.0, true),
    ("domain", domain, 2.0, true),
];

/// ISO 3779 with the check digit of North America and China: letters count by a table, the ninth place checks.
fn vin(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if value.len() != 17 || !value[13..].iter().all(u8::is_ascii_digit) || matches!(value[9], b'U' | b'Z' | b'0') {
        return false;
    }
    let sum = value.iter().zip(WEIGHTS).try_fold(0u32, |sum, (&b, w)| {
        let n = match b {
            b'0'..=b'9' => b - b'0',
            b'A'..=b'H' => b - b'A' + 1,
            b'J'..=b'N' => b - b'J' + 1,
            b'P' => 7,
            b'R' => 9,
            b'S'..=b'Z' => b - b'S' + 2,
            _ => return None,
        };
        Some(sum + u32::from(n) * w)
    });
    let letters = value.iter().filter(|b| b.is_ascii_uppercase()).count();
    letters > 2 && sum.is_some_and(|s| value[8] == b"0123456789X"[(s % 11) as usize])
}

/// Fifteen digits, Luhn; the first two name a body that gives numbers out.
fn imei(value: &[u8]) -> bool {
    all_digits(value, 15)
        && luhn(value)
        && matches!(
            &value[..2],
            b"01" | b"10" | b"30" | b"33" | b"35" | b"44" | b"45" | b"49" | b"50" | b"51" | b"52" | b"53" | b"54" | b"86" | b"91" | b"98" | b"99"
        )
        && !one_digit(&value[2..])
}

/// Fourteen hexadecimal digits that begin with A to F (or 99 in decimal), and a check digit by Luhn in base 16 where there is one.
fn meid(value: &[u8]) -> bool {
    let hex = |b: u8| char::from(b).to_digit(16);
    if !matches!(value.len(), 14 | 15) || !value.iter().all(u8::is_ascii_hexdigit) || !(value[0].is_ascii_alphabetic() || value.starts_with(b"99")) {
        return false;
    }
    // Numbers made of decimal digits alone take the Luhn of an IMEI.
    if value[..14].iter().all(u8::is_ascii_digit) {
        return value.len() == 14 || luhn(value);
    }
    let sum: u32 =
        value[..14].iter().rev().enumerate().map(|(i, &b)| hex(b).unwrap_or(0) * if i % 2 == 0 { 2 } else { 1 }).map(|n| n / 16 + n % 16).sum();
    value.get(14).is_none_or(|&b| hex(b) == Some((16 - sum % 16) % 16))
}

/// SIM card: 89, nineteen or twenty digits, Luhn.
fn iccid(value: &[u8]) -> bool {
    value.starts_with(b"89") && matches!(value.len(), 19 | 20) && luhn(value)
}

/// An address that does not look like a version or an object identifier as well.
fn ip(value: &[u8]) -> bool {
    address(value) && !small(value)
}

/// An address such as `5.9.211.32`, which is more often a version.
fn ip_like_version(value: &[u8]) -> bool {
    address(value) && small(value)
}

/// Small numbers first and among the rest, or zeros last.
fn small(value: &[u8]) -> bool {
    let mut parts = value.split(|&b| b == b'.').map(|part| super::digits::number(part).unwrap_or(256));
    let parts: [u64; 4] = std::array::from_fn(|_| parts.next().unwrap_or(256));
    let [a, b, c, d] = parts;
    a < 10 && (b < 10 || b < 40 && (c < 10 || d < 10)) || (c, d) == (0, 0)
}

/// An address that can belong to a person's line: no loopback, broadcast, multicast, documentation or unspecified one, no netmask; eight octets joined by colons are a fingerprint.
fn address(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    match text.parse() {
        Ok(core::net::IpAddr::V4(v4)) => {
            let [a, b, ..] = v4.octets();
            let mask = u32::from(v4).leading_ones() + u32::from(v4).trailing_zeros() == 32;
            !(v4.is_unspecified()
                || v4.is_loopback()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || mask && a == 255)
                && !(a == 169 && b == 254)
        }
        Ok(core::net::IpAddr::V6(v6)) => {
            !(v6.segments().iter().all(|s| *s < 0x100)
                || v6.is_unspecified()
                || v6.is_loopback()
                || v6.is_multicast()
                || v6.segments()[..2] == [0x2001, 0xdb8])
        }
        Err(_) => false,
    }
}

/// A telephone number of one country, as it is dialled there or from abroad: country code, trunk prefix, digits without them, and what they begin with.
fn phone_of(value: &[u8], code: &[u8], trunk: &[u8], length: std::ops::RangeInclusive<usize>, first: &[u8]) -> bool {
    let mut digits = [0u8; 20];
    let mut count = 0;
    for &b in value.iter().filter(|b| b.is_ascii_digit()) {
        let Some(place) = digits.get_mut(count) else { return false };
        *place = b;
        count += 1;
    }
    let digits = &digits[..count];
    let plus = value.iter().take(2).any(|b| *b == b'+');
    let abroad = if plus { digits.strip_prefix(code) } else { digits.strip_prefix(b"00").and_then(|d| d.strip_prefix(code)) };
    let national = match abroad {
        // `+49 (0)171 …`
        Some(rest) => rest.strip_prefix(trunk).unwrap_or(rest),
        None if plus => return false,
        None => match digits.strip_prefix(trunk) {
            Some(rest) => rest,
            None => return false,
        },
    };
    phone_written(value) && length.contains(&national.len()) && national.first().is_some_and(|b| first.contains(b))
}

/// The way people write a telephone number: no decimal fraction, no span of years, no clause of a law (`252.227-7013`), no row of code points (`0049 0308 0301`).
fn phone_written(value: &[u8]) -> bool {
    let groups = || value.split(|b| !b.is_ascii_digit()).filter(|g| !g.is_empty());
    let has = |b: u8| value.contains(&b);
    let fraction = groups().count() == 2 && has(b'.') && !has(b'(') && value[0] != b'+';
    let years = groups().count() == 2 && has(b'-') && groups().all(|g| matches!(g, [b'1', b'9', _, _] | [b'2', b'0', _, _]));
    let clause = has(b'.') && has(b'-') && !has(b'(') && value[0] != b'+';
    let row = groups().count() > 2 && groups().all(|g| g.len() == 4) && value.starts_with(b"00");
    !(fraction || years || clause || row || value.is_empty())
}

/// Twelve hexadecimal digits: no broadcast, no zeros, no multicast, and not all octets the same. In fours with dots, as routers write it, letters are small and there is one.
fn mac(value: &[u8]) -> bool {
    let hex = |b: u8| char::from(b).to_digit(16);
    let plain: Vec<u8> = value.iter().copied().filter(u8::is_ascii_alphanumeric).take(13).collect();
    let dotted = value.contains(&b'.');
    if dotted && (value.iter().any(u8::is_ascii_uppercase) || !value.iter().any(u8::is_ascii_lowercase)) {
        return false;
    }
    let multicast = plain.get(1).and_then(|&b| hex(b)).is_none_or(|n| n % 2 == 1);
    plain.len() == 12 && plain.iter().all(u8::is_ascii_hexdigit) && !multicast && !plain.chunks_exact(2).all(|c| c == &plain[..2])
}

/// Subscriber: the code of a country by ITU-T E.212, network and number; fourteen or fifteen digits.
fn imsi(value: &[u8]) -> bool {
    let Some(country) = value.get(..3).and_then(super::digits::number) else { return false };
    let known = matches!(country,
        202 | 204 | 206 | 208 | 212..=214 | 216 | 218..=222 | 225 | 226 | 228 | 230..=232 | 234 | 235 | 238 | 240 | 242 | 244 | 246..=248 | 250 | 255 | 257
        | 259 | 260 | 262 | 266 | 268 | 270 | 272 | 274 | 276 | 278 | 280 | 282..=284 | 286 | 288..=290 | 292..=295 | 297
        | 302 | 308 | 310..=316 | 330 | 332 | 334 | 338 | 340 | 342 | 344 | 346 | 348 | 350 | 352 | 354 | 356 | 358 | 360 | 362..=366 | 368 | 370 | 372 | 374 | 376
        | 400..=402 | 404..=406 | 410 | 412..=432 | 434 | 436..=438 | 440 | 441 | 450 | 452 | 454..=457 | 460 | 461 | 466 | 467 | 470 | 472
        | 502 | 505 | 510 | 514 | 515 | 520 | 525 | 528 | 530 | 536 | 537 | 539..=555 | 602..=659 | 702 | 704 | 706 | 708 | 710 | 712 | 714 | 716 | 722 | 724
        | 730 | 732 | 734 | 736 | 738 | 740 | 742 | 744 | 746 | 748 | 750 | 901);
    known && matches!(value.len(), 14 | 15) && value.iter().all(u8::is_ascii_digit) && !one_digit(&value[5..])
}

/// A UUID of RFC 9562: version 1 to 8, the usual variant, not all zeros.
fn uuid(value: &[u8]) -> bool {
    let plain: Vec<u8> = value.iter().copied().filter(u8::is_ascii_hexdigit).take(33).collect();
    plain.len() == 32 && matches!(plain[12], b'1'..=b'8') && matches!(plain[16].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
}

/// Top-level domains that people and firms have, in the order of the alphabet; those of two letters are all countries'.
const TOPS: &str = " academy agency ai app art asia auto bank berlin bio biz blog build business cafe care cat center church city clinic cloud club co coach codes coffee com \
    community company consulting cool dental design dev digital earth edu education email energy engineering estate eu events expert family farm fashion film finance fitness \
    foundation fun fund fyi gallery games garden gmbh gold gov green group guide guru haus health help holdings hotel house immo info ink institute int international io jobs kitchen \
    land law legal life link live llc london love ltd marketing me media mil mobi money moscow museum name net network news ngo nyc one online org paris partners pet photo photography \
    photos pictures pizza plus press pro productions properties pub racing realty recipes rent repair restaurant review reviews rocks sale salon school schule services shop site ski social \
    software solar solutions space store stream studio style support swiss systems tax team tech technology tel tips today tokyo tools top tours town toys trade training travel tv university \
    vacations vegas ventures video villas vip vision wedding wien wiki win wine work works world xyz yoga zone ";

/// A name of the domain name system under a top level that exists; no package of a program, which are written from the top (`com.example.app`), and no file.
fn domain(value: &[u8]) -> bool {
    let mut labels = value.split(|b| *b == b'.');
    let first = labels.next().unwrap_or_default();
    let Some(top) = labels.next_back().map(<[u8]>::to_ascii_lowercase) else { return false };
    let known = match top.as_slice() {
        [a, b] => {
            a.is_ascii_lowercase()
                && b.is_ascii_lowercase()
                && !matches!(top.as_slice(), b"js" | b"ts" | b"rb" | b"go" | b"cc" | b"hs" | b"ml" | b"mk" | b"db" | b"gz" | b"xz")
        }
        _ => std::str::from_utf8(&top).is_ok_and(|t| t.bytes().all(|b| b.is_ascii_lowercase()) && TOPS.contains(&format!(" {t} "))),
    };
    let package = matches!(first, b"com" | b"org" | b"net" | b"io" | b"de" | b"java" | b"javax" | b"android" | b"edu" | b"dev");
    known && !package && !first.is_empty()
}
