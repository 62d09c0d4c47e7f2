//! Telephone numbers: international with `+` or `00`, and the national forms of the countries in [`PLANS`].

use super::Span;

/// A numbering plan: country code, lengths of the national number, first digits a subscriber's number can have, and its trunk prefix.
struct Plan {
    code: &'static [u8],
    length: [usize; 2],
    first: &'static [u8],
    trunk: &'static [u8],
}

const fn plan(code: &'static [u8], low: usize, high: usize, first: &'static [u8], trunk: &'static [u8]) -> Plan {
    Plan { code, length: [low, high], first, trunk }
}

/// From the national numbering plans published through the ITU.
const PLANS: &[Plan] = &[
    plan(b"1", 10, 10, b"23456789", b"1"),
    plan(b"44", 9, 10, b"123578", b"0"),
    plan(b"33", 9, 9, b"123456789", b"0"),
    plan(b"49", 7, 11, b"123456789", b"0"),
    plan(b"34", 9, 9, b"6789", b""),
    plan(b"39", 8, 11, b"03", b""),
    plan(b"31", 9, 9, b"12345678", b"0"),
    plan(b"32", 8, 9, b"123456789", b"0"),
    plan(b"48", 9, 9, b"123456789", b""),
    plan(b"46", 7, 10, b"123456789", b"0"),
    plan(b"358", 6, 11, b"123456789", b"0"),
    plan(b"351", 9, 9, b"2389", b""),
    plan(b"55", 10, 11, b"123456789", b"0"),
    plan(b"91", 10, 10, b"6789123", b"0"),
    plan(b"61", 9, 9, b"23478", b"0"),
    plan(b"86", 9, 11, b"123456789", b"0"),
    plan(b"82", 8, 10, b"123456789", b"0"),
    plan(b"27", 9, 9, b"12345678", b"0"),
    plan(b"81", 9, 10, b"123456789", b"0"),
    plan(b"52", 10, 10, b"23456789", b""),
    plan(b"41", 9, 9, b"234567", b"0"),
    plan(b"43", 7, 13, b"123456789", b"0"),
    plan(b"353", 7, 9, b"124567890", b"0"),
    plan(b"45", 8, 8, b"23456789", b""),
    plan(b"47", 8, 8, b"23456789", b""),
    plan(b"64", 8, 10, b"2345679", b"0"),
    plan(b"65", 8, 8, b"3689", b""),
    plan(b"90", 10, 10, b"2345", b"0"),
    plan(b"7", 10, 10, b"3489", b"8"),
    plan(b"380", 9, 9, b"3456789", b"0"),
    plan(b"420", 9, 9, b"234567", b""),
    plan(b"421", 9, 9, b"234569", b"0"),
    plan(b"36", 8, 9, b"123456789", b"06"),
    plan(b"40", 9, 9, b"237", b"0"),
    plan(b"30", 10, 10, b"26", b""),
    plan(b"54", 10, 11, b"12369", b"0"),
    plan(b"56", 9, 9, b"2345679", b""),
    plan(b"57", 10, 10, b"36", b""),
    plan(b"62", 8, 12, b"2345678", b"0"),
    plan(b"63", 9, 10, b"2345689", b"0"),
    plan(b"66", 8, 9, b"2345678", b"0"),
    plan(b"84", 9, 10, b"2356789", b"0"),
    plan(b"971", 8, 9, b"234567", b"0"),
    plan(b"972", 8, 9, b"2345789", b"0"),
    plan(b"234", 8, 10, b"123456789", b"0"),
    plan(b"254", 9, 9, b"124567", b"0"),
    plan(b"20", 8, 10, b"123456789", b"0"),
    plan(b"51", 8, 9, b"1456789", b"0"),
    plan(b"53", 8, 8, b"234567", b"0"),
    plan(b"58", 10, 10, b"24", b"0"),
    plan(b"60", 8, 10, b"13456789", b"0"),
    plan(b"92", 9, 10, b"123456789", b"0"),
    plan(b"94", 9, 9, b"123456789", b"0"),
    plan(b"95", 8, 10, b"123456789", b"0"),
    plan(b"98", 10, 10, b"123456789", b"0"),
    plan(b"212", 9, 9, b"5678", b"0"),
    plan(b"213", 8, 9, b"234567", b"0"),
    plan(b"216", 8, 8, b"234579", b""),
    plan(b"218", 9, 9, b"2569", b"0"),
    plan(b"221", 9, 9, b"37", b""),
    plan(b"225", 10, 10, b"02", b""),
    plan(b"233", 9, 9, b"235", b"0"),
    plan(b"237", 9, 9, b"26", b""),
    plan(b"244", 9, 9, b"29", b""),
    plan(b"250", 9, 9, b"27", b"0"),
    plan(b"251", 9, 9, b"123457", b"0"),
    plan(b"255", 9, 9, b"2678", b"0"),
    plan(b"256", 9, 9, b"2347", b"0"),
    plan(b"258", 8, 9, b"28", b""),
    plan(b"260", 9, 9, b"279", b"0"),
    plan(b"263", 9, 9, b"2678", b"0"),
    plan(b"352", 6, 9, b"23456789", b""),
    plan(b"354", 7, 9, b"345678", b""),
    plan(b"355", 8, 9, b"23456", b"0"),
    plan(b"356", 8, 8, b"2379", b""),
    plan(b"357", 8, 8, b"29", b""),
    plan(b"359", 7, 9, b"23456789", b"0"),
    plan(b"370", 8, 8, b"34567", b"8"),
    plan(b"371", 8, 8, b"26", b""),
    plan(b"372", 7, 8, b"345678", b""),
    plan(b"373", 8, 8, b"2567", b"0"),
    plan(b"374", 8, 8, b"123456789", b"0"),
    plan(b"375", 9, 9, b"12344", b"8"),
    plan(b"381", 8, 9, b"123678", b"0"),
    plan(b"382", 8, 8, b"234567", b"0"),
    plan(b"383", 8, 8, b"234", b"0"),
    plan(b"385", 8, 9, b"123459", b"0"),
    plan(b"386", 8, 8, b"1234567", b"0"),
    plan(b"387", 8, 9, b"3567", b"0"),
    plan(b"389", 8, 8, b"23457", b"0"),
    plan(b"502", 8, 8, b"234567", b""),
    plan(b"503", 8, 8, b"267", b""),
    plan(b"504", 8, 8, b"23789", b""),
    plan(b"505", 8, 8, b"25678", b""),
    plan(b"506", 8, 8, b"245678", b""),
    plan(b"507", 7, 8, b"23456789", b""),
    plan(b"591", 8, 8, b"23467", b"0"),
    plan(b"593", 8, 9, b"2345679", b"0"),
    plan(b"595", 9, 9, b"23456789", b"0"),
    plan(b"598", 8, 8, b"249", b"0"),
    plan(b"673", 7, 7, b"234578", b""),
    plan(b"852", 8, 8, b"235679", b""),
    plan(b"853", 8, 8, b"268", b""),
    plan(b"855", 8, 9, b"123456789", b"0"),
    plan(b"856", 8, 10, b"23", b"0"),
    plan(b"880", 8, 10, b"123456789", b"0"),
    plan(b"886", 8, 9, b"2345678", b"0"),
    plan(b"961", 7, 8, b"134567", b"0"),
    plan(b"962", 8, 9, b"23567", b"0"),
    plan(b"963", 8, 9, b"123459", b"0"),
    plan(b"964", 8, 10, b"123457", b"0"),
    plan(b"965", 8, 8, b"24569", b""),
    plan(b"966", 8, 9, b"15", b"0"),
    plan(b"967", 7, 9, b"1234567", b"0"),
    plan(b"968", 8, 8, b"279", b""),
    plan(b"973", 8, 8, b"136", b""),
    plan(b"974", 8, 8, b"34567", b""),
    plan(b"976", 8, 8, b"5789", b""),
    plan(b"977", 8, 10, b"123456789", b"0"),
    plan(b"992", 9, 9, b"3459", b""),
    plan(b"994", 9, 9, b"124567", b"0"),
    plan(b"995", 9, 9, b"34578", b"0"),
    plan(b"996", 9, 9, b"23579", b"0"),
    plan(b"998", 9, 9, b"356789", b"0"),
];

/// Trunk prefixes of the plans, and for each length of the national number which first digits some plan of that prefix allows, one bit each.
/// North America has rules of its own.
const NATIONAL: [(&[u8], [u16; 16]); 4] = [(b"", firsts(b"")), (b"0", firsts(b"0")), (b"8", firsts(b"8")), (b"06", firsts(b"06"))];

const fn firsts(trunk: &[u8]) -> [u16; 16] {
    let mut table = [0; 16];
    let mut number = 1;
    while number < PLANS.len() {
        let plan = &PLANS[number];
        let same = plan.trunk.len() == trunk.len()
            && (trunk.is_empty() || (plan.trunk[0] == trunk[0] && plan.trunk[trunk.len() - 1] == trunk[trunk.len() - 1]));
        let mut length = if plan.length[0] < 6 { 6 } else { plan.length[0] };
        while same && length <= plan.length[1] {
            let mut i = 0;
            while i < plan.first.len() {
                table[length] |= 1 << (plan.first[i] - b'0');
                i += 1;
            }
            length += 1;
        }
        number += 1;
    }
    table
}

/// Whether digits are a national number of some plan, its trunk prefix before it.
fn fits_a_plan(digits: &[u8]) -> bool {
    let begins = |trunk: &[u8]| trunk.iter().zip(digits).all(|(a, b)| a == b);
    let of = |(trunk, table): &(&[u8], [u16; 16])| {
        let national = digits.len().saturating_sub(trunk.len()).min(15);
        begins(trunk) && digits.get(trunk.len()).is_some_and(|first| table[national] >> (first - b'0') & 1 == 1)
    };
    NATIONAL.iter().any(of) || (digits.len() == 11 && digits[0] == b'1' && valid(&PLANS[0], &digits[1..]))
}

/// Whether there are digits enough for a number, and no ISO date. Told before anything is written down.
fn enough(text: &[u8], run: usize) -> bool {
    let (mut at, mut count) = (run, 0);
    if matches!(text.get(run..run + 10), Some([b'1' | b'2', b'0' | b'9', _, _, b'-', _, _, b'-', _, _])) {
        return false;
    }
    loop {
        let digits = text[at..].iter().take(16).take_while(|b| b.is_ascii_digit()).count();
        (at, count) = (at + digits, count + digits);
        let gap = gap(&text[at..]);
        if count >= 7 || gap == 0 || digits == 0 {
            return count >= 7;
        }
        at += gap;
    }
}

/// Millibits of the ways to write a number.
const INTERNATIONAL: i32 = 0;
const DOUBLED: i32 = -1_000;
const NORTH_AMERICAN: i32 = -2_500;
const GROUPED: i32 = -6_000;
const BARE: i32 = -8_000;

/// Digits and groups as written.
struct Written {
    digits: [u8; 20],
    count: usize,
    /// Digits in each group.
    groups: [usize; 8],
    /// Where each group ends.
    ends: [usize; 8],
    group: usize,
    end: usize,
}

pub(super) fn at(text: &[u8], run: usize) -> Option<Span> {
    if !enough(text, run) {
        return None;
    }
    let before = |n: usize| run.checked_sub(n).map(|i| text[i]);
    let (start, plus) = match (before(1), before(2)) {
        (Some(b'+'), _) => (run - 1, true),
        (Some(b'('), Some(b'+')) => (run - 2, true),
        (Some(b'('), _) => (run - 1, false),
        _ => (run, false),
    };
    if comes_from(text, start, plus) {
        return None;
    }
    if start == run {
        let length = text[run..].iter().take(16).take_while(|b| b.is_ascii_digit()).count();
        let gap = gap(&text[run + length..]);
        if gap == 0 || !text.get(run + length + gap).is_some_and(u8::is_ascii_digit) {
            return bare(text, run, run + length);
        }
    }
    let w = read(text, run)?;
    let digits = &w.digits[..w.count];
    if w.count < 7 || digits.iter().all(|d| *d == digits[0]) {
        return None;
    }
    let doubled = !plus && w.group > 1 && w.groups[0] > 1 && digits.starts_with(b"00");
    if !plus && !doubled {
        let bits = national(&w, text[start] == b'(')?;
        return Some(Span { start, end: w.end, bits });
    }
    let (skip, bits) = if plus { (0, INTERNATIONAL) } else { (2, DOUBLED) };
    // What follows after a gap may be another number: the longest run of groups that the plan allows.
    let mut count = w.count;
    for group in (0..w.group).rev() {
        if count >= 7 && international(&digits[skip..count]) {
            return Some(Span { start, end: w.ends[group], bits });
        }
        count -= w.groups[group];
    }
    None
}

/// A number in one group, of which there are many: told without writing it down.
fn bare(text: &[u8], start: usize, end: usize) -> Option<Span> {
    let digits = &text[start..end];
    let fits = (7..=15).contains(&digits.len()) && !goes_on(text, end) && (fits_a_plan(digits) || without_trunk(digits));
    (fits && digits.iter().any(|d| *d != digits[0])).then_some(Span { start, end, bits: BARE })
}

/// What follows makes it a longer number, or no number at all.
fn goes_on(text: &[u8], end: usize) -> bool {
    let (after, next) = (text.get(end).copied(), text.get(end + 1).copied());
    // `555-0142x317`: the extension is no part of the number, and no reason against it.
    let extension = matches!(after, Some(b'x' | b'X')) && next.is_some_and(|b| b.is_ascii_digit());
    (!extension && after.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_'))
        || (matches!(after, Some(b'.' | b'-' | b'/' | b':' | b',')) && next.is_some_and(|b| b.is_ascii_digit()))
}

/// A number that goes on to the left is another number.
fn comes_from(text: &[u8], start: usize, plus: bool) -> bool {
    let Some(byte) = start.checked_sub(1).map(|i| text[i]) else { return false };
    let digit_before = start >= 2 && text[start - 2].is_ascii_digit();
    group_before(text, start, plus)
        || byte.is_ascii_alphanumeric()
        || byte == b'_'
        || byte == b'+'
        || (!plus && matches!(byte, b'.' | b'-' | b'/' | b':' | b',' | b'$' | b'#' | b'=') && digit_before)
        || (!plus && matches!(byte, b'-' | b'.' | b'$' | b'#'))
}

/// `ES26 0049 …`, `59 01 59 …`: a group of a longer number stands before.
fn group_before(text: &[u8], start: usize, plus: bool) -> bool {
    if plus || start < 3 || text[start - 1] != b' ' {
        return false;
    }
    let group = text[..start - 1].iter().rev().take(5).take_while(|b| b.is_ascii_alphanumeric()).count();
    let alone =
        (start - 1).checked_sub(group + 1).is_none_or(|i| matches!(text[i], b' ' | b'+' | b'(' | b'\t' | b'\n' | b'"' | b'\'' | b',' | b';' | b'|'));
    (2..=4).contains(&group) && alone && text[start - 2].is_ascii_digit()
}

fn read(text: &[u8], from: usize) -> Option<Written> {
    let mut w = Written { digits: [0; 20], count: 0, groups: [0; 8], ends: [from; 8], group: 1, end: from };
    let mut at = from;
    loop {
        let run = text[at..].iter().take(16).take_while(|b| b.is_ascii_digit()).count();
        if w.count + run > 15 {
            break;
        }
        w.digits[w.count..w.count + run].copy_from_slice(&text[at..at + run]);
        w.count += run;
        w.groups[w.group - 1] = run;
        at += run;
        w.end = at;
        w.ends[w.group - 1] = at;
        let gap = gap(&text[at..]);
        if gap == 0 || w.group == 8 || !text.get(at + gap).is_some_and(u8::is_ascii_digit) {
            break;
        }
        at += gap;
        w.group += 1;
    }
    (!goes_on(text, w.end)).then_some(w)
}

/// Length of what may stand between two groups: ` `, `-`, `.`, `/`, `) `, ` (`.
fn gap(rest: &[u8]) -> usize {
    match rest {
        [b')', b' ' | b'-' | b'/', ..] | [b' ', b'(' | b'-' | b'/', ..] | [0xC2, 0xA0, ..] => 2,
        [b' ' | b'-' | b'.' | b'/' | b')' | b'(', ..] => 1,
        [0xE2, 0x80, 0x91 | 0x93, ..] => 3,
        _ => 0,
    }
}

fn international(digits: &[u8]) -> bool {
    let Some(plan) = PLANS.iter().filter(|p| digits.starts_with(p.code)).max_by_key(|p| p.code.len()) else { return false };
    let mut national = &digits[plan.code.len()..];
    // `+44 (0)20 …`: the trunk zero is written and not dialled.
    if plan.trunk == b"0" && national.first() == Some(&b'0') && plan.code != b"39" {
        national = &national[1..];
    }
    valid(plan, national)
}

fn valid(plan: &Plan, national: &[u8]) -> bool {
    (plan.length[0]..=plan.length[1]).contains(&national.len())
        && plan.first.contains(&national[0])
        && (plan.code != b"1" || (national[3] >= b'2' && &national[1..3] != b"11"))
}

/// `2024-11-23`, `23.11.2024`.
fn is_date(digits: &[u8], groups: &[usize]) -> bool {
    let two = |i: usize| (digits[i] - b'0') * 10 + digits[i + 1] - b'0';
    let (year, a, b) = match groups {
        [4, 2, 2] => (two(0), two(4), two(6)),
        [2, 2, 4] => (two(4), two(0), two(2)),
        _ => return false,
    };
    matches!(year, 19 | 20) && (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12
}

/// National numbers that are written without the trunk prefix of their plan: mobile ones of China and India, those of Brazil with the area.
fn without_trunk(digits: &[u8]) -> bool {
    matches!(
        (digits.len(), digits),
        (11, [b'1', b'3'..=b'9', ..])
            | (10, [b'6'..=b'9', ..])
            | (11, [b'1'..=b'9', b'1'..=b'9', b'9', ..])
            | (10, [b'1'..=b'9', b'1'..=b'9', b'2'..=b'5', ..])
    )
}

/// Without a country code: grouped as people write numbers, or bare.
fn national(w: &Written, parenthesis: bool) -> Option<i32> {
    let mut digits = &w.digits[..w.count];
    let mut groups = &w.groups[..w.group];
    if groups.len() == 4 && groups[0] == 1 && digits[0] == b'1' {
        (digits, groups) = (&digits[1..], &groups[1..]);
    }
    if is_date(&w.digits[..w.count], groups) {
        return None;
    }
    if groups == [3, 3, 4] && valid(&PLANS[0], digits) {
        return Some(if parenthesis { NORTH_AMERICAN + 2_000 } else { NORTH_AMERICAN });
    }
    let fits = fits_a_plan(digits) || without_trunk(digits);
    // Groups of one digit are a date, a version, a list.
    let shaped = groups.len() > 1 && groups.len() <= 5 && groups.iter().all(|g| (2..=9).contains(g));
    match (fits, shaped, groups.len()) {
        (true, true, _) => Some(GROUPED),
        (true, false, 1) => Some(BARE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_say_what_the_plans_say() {
        for trunk in ["", "0", "1", "8", "06"] {
            for length in 5..15 {
                for head in 0..1000 {
                    let digits = format!("{trunk}{head:03}{}", "2".repeat(length - 3)).into_bytes();
                    let slow = PLANS.iter().any(|p| digits.strip_prefix(p.trunk).is_some_and(|n| n.len() >= 6 && valid(p, n)));
                    assert_eq!(fits_a_plan(&digits), slow, "{digits:?}");
                }
            }
        }
        assert!(PLANS.iter().all(|p| p.code == b"1" || NATIONAL.iter().any(|n| n.0 == p.trunk)));
    }
}
