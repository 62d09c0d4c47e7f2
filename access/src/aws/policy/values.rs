//! Numbers, dates, addresses and binary values of conditions. What cannot be read is `None`, and then nothing matches it.

// Addresses as values: `core::net` opens no socket.
use core::net::IpAddr;
use std::cmp::Ordering;

/// A number, exact as long as it is whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    whole: Option<i128>,
    real: f64,
}

impl Number {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
            return None;
        }
        let real: f64 = text.parse().ok().filter(|r: &f64| r.is_finite())?;
        Some(Self { whole: text.parse().ok(), real })
    }

    pub(crate) fn compare(self, other: Self) -> Ordering {
        match (self.whole, other.whole) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.real.total_cmp(&other.real),
        }
    }
}

/// Nanoseconds since 1970, from ISO 8601 as W3C narrows it (`2026`, `2026-01`, `2026-01-31`, with a time and a zone) or seconds since 1970.
pub(crate) fn date(text: &str) -> Option<i128> {
    let text = text.trim();
    iso(text).or_else(|| {
        let whole = text.parse::<i64>().ok().map(|s| i128::from(s) * 1_000_000_000);
        whole.or_else(|| Number::parse(text).filter(|n| n.real.abs() < 1e12).map(|n| (n.real * 1e9) as i128))
    })
}

fn iso(text: &str) -> Option<i128> {
    let (day, time) = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |m| digits(m, 2))?;
    let date = parts.next().map_or(Some(1), |d| digits(d, 2))?;
    let long = [31, if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if parts.next().is_some() || !(1..=12).contains(&month) || date < 1 || date > long[month as usize - 1] {
        return None;
    }
    let seconds = time.map_or(Some(0), clock)?;
    Some(i128::from(days(year, month, date)) * 86_400_000_000_000 + seconds)
}

/// Nanoseconds from midnight UTC.
fn clock(text: &str) -> Option<i128> {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(zone);
    let mut parts = time.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().unwrap_or("00");
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let second = digits(second, 2)?;
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 60 || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: i128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let offset = match zone {
        "" | "Z" | "z" => 0,
        zone => {
            let (sign, hours) = zone.split_at(1);
            let minutes = match hours.split_once(':') {
                Some((h, m)) => digits(h, 2)? * 60 + digits(m, 2)?,
                None if hours.len() == 2 => digits(hours, 2)? * 60,
                None => digits(hours.get(..2)?, 2)? * 60 + digits(hours.get(2..)?, 2)?,
            };
            if sign == "-" { -minutes } else { minutes }
        }
    };
    Some(i128::from((hour * 60 + minute - offset) * 60 + second) * 1_000_000_000 + nanos)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Net {
    address: u128,
    /// Leading bits that count, of 128.
    bits: u8,
    v4: bool,
}

impl Net {
    /// An address, or a range `address/bits`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let (address, v4) = match address.parse().ok()? {
            IpAddr::V4(a) => (u128::from(u32::from(a)) << 96, true),
            IpAddr::V6(a) => (u128::from(a), false),
        };
        let most: u8 = if v4 { 32 } else { 128 };
        let bits = match bits {
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => bits.parse().ok().filter(|b| *b <= most)?,
            Some(_) => return None,
            None => most,
        };
        Some(Self { address, bits, v4 })
    }

    /// Whether another range lies inside.
    pub(crate) fn contains(self, other: Self) -> bool {
        let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
        self.v4 == other.v4 && self.bits <= other.bits && (self.address ^ other.address) & mask == 0
    }

    /// Whether it is so broad that S3 takes a policy that names it for public: over /8, or /32 of IPv6, private ranges excepted.
    pub(crate) fn is_broad(self) -> bool {
        self.bits < if self.v4 { 8 } else { 32 }
    }
}

/// The bytes of standard base64, padded or not.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xFF) as u8);
        }
    }
    Some(bytes)
}
