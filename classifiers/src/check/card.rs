//! Payment cards: who issues them, how long they are, and Luhn.

use super::digits;

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[("pan", pan, 5.0, false), ("track", track, 8.0, true)];

/// First and last prefix (of equal length), shortest and longest number.
type Range = (u64, u64, usize, usize);

/// Issuer ranges of ISO/IEC 7812 as the brands publish them. The first range that holds a number decides.
const RANGES: &[Range] = &[
    (34, 34, 15, 15),           // American Express
    (37, 37, 15, 15),           // American Express
    (1800, 1800, 15, 15),       // JCB, old
    (2131, 2131, 15, 15),       // JCB, old
    (3528, 3589, 16, 19),       // JCB
    (300, 305, 14, 19),         // Diners Club
    (3095, 3095, 14, 19),       // Diners Club
    (36, 36, 14, 19),           // Diners Club
    (38, 39, 14, 19),           // Diners Club
    (2014, 2014, 15, 15),       // enRoute, Diners Club
    (2149, 2149, 15, 15),       // enRoute, Diners Club
    (2200, 2204, 16, 19),       // Mir
    (2221, 2720, 16, 16),       // Mastercard, 2-series
    (51, 55, 16, 16),           // Mastercard
    (6011, 6011, 16, 19),       // Discover
    (9792, 9792, 16, 16),       // Troy
    (506_099, 506_198, 16, 19), // Verve
    (650_002, 650_027, 16, 19), // Verve
    (507_865, 507_964, 16, 19), // Verve
    (508_500, 508_999, 16, 16), // RuPay
    (6069, 6070, 16, 16),       // RuPay
    (6079, 6080, 16, 16),       // RuPay
    (6521, 6522, 16, 16),       // RuPay
    (817, 817, 16, 16),         // RuPay
    (820, 820, 16, 16),         // RuPay
    (353, 353, 16, 16),         // RuPay with JCB
    (356, 356, 16, 16),         // RuPay with JCB
    (622_126, 622_925, 16, 19), // Discover with UnionPay
    (644, 649, 16, 19),         // Discover
    (65, 65, 16, 19),           // Discover, Troy
    (62, 62, 16, 19),           // UnionPay
    (8100, 8171, 16, 19),       // UnionPay
    (5019, 5019, 16, 16),       // Dankort
    (50, 50, 12, 19),           // Maestro
    (56, 58, 12, 19),           // Maestro
    (6304, 6304, 12, 19),       // Maestro, Laser
    (6390, 6390, 12, 19),       // Maestro
    (67, 67, 12, 19),           // Maestro
    (637, 639, 16, 16),         // InstaPayment, InterPayment
    (636, 636, 16, 19),         // InterPayment
    (6042, 6042, 16, 16),       // Cabal
    (589_657, 589_657, 16, 16), // Cabal
    (606_282, 606_282, 16, 16), // Hipercard
];

/// A card number: a brand's range, a length that the brand issues, and Luhn. Visa is told apart because its lengths have gaps (13, 16, 18, 19).
fn pan(value: &[u8]) -> bool {
    if !(12..=19).contains(&value.len()) || !digits::luhn(value) {
        return false;
    }
    if value[0] == b'4' {
        return matches!(value.len(), 13 | 16 | 18 | 19);
    }
    RANGES.iter().any(|&(low, high, shortest, longest)| {
        let prefix = low.ilog10() as usize + 1;
        (shortest..=longest).contains(&value.len()) && value.get(..prefix).and_then(digits::number).is_some_and(|head| (low..=high).contains(&head))
    })
}

/// Magnetic stripe by ISO/IEC 7813: the card's number, a separator (after the name, on track 1), year and month of expiry, service code.
fn track(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"%").or_else(|| value.strip_prefix(b";")).unwrap_or(value);
    let value = value.strip_prefix(b"B").or_else(|| value.strip_prefix(b"b")).unwrap_or(value);
    let length = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = value.split_at(length);
    let rest = match rest {
        [b'^', named @ ..] => match named.iter().position(|&b| b == b'^') {
            Some(end) => &named[end + 1..],
            None => return false,
        },
        [b'=' | b'D' | b'd', rest @ ..] => rest,
        _ => return false,
    };
    let month = rest.get(2..4).and_then(digits::number).is_some_and(|m| (1..=12).contains(&m));
    pan(number) && month && rest.get(..7).is_some_and(|r| r.iter().all(u8::is_ascii_digit))
}
