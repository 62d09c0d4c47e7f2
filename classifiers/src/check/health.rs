//! Codes of medicine: classifications of diseases and substances by their structure, terms and observations by their check digit.
//!
//! Categories after the tabular lists of ICD-10 (WHO) with the clinical modifications of the United States and Germany; ICD-11 after its reference guide (a letter second, a
//! digit third, no I and no O); LOINC after its users' guide, section 12 C; SNOMED CT after its technical implementation guide; ATC after the WHO's index.

use super::{
    Row,
    digits::{all_digits, luhn, one_digit, verhoeff},
};

pub(super) const TABLE: &[Row] = &[
    ("icd", icd, 0.3, false),
    ("icd-10", icd10, 0.3, false),
    ("icd-11", icd11, 1.0, false),
    ("loinc", loinc, 3.3, true),
    ("snomed-ct", snomed_ct, 7.0, false),
    ("atc", atc, 2.0, false),
    ("gs1-device", gs1_device, 3.3, true),
    ("biometric-template", biometric_template, 0.0, true),
];

/// Ranges of second and third characters of the ICD-10 categories of each letter.
const ICD10: &[(u8, &[(u8, u8)])] = &[
    (b'A', &[(0, 9), (15, 28), (30, 60), (63, 71), (74, 75), (77, 99)]),
    (b'B', &[(0, 10), (15, 27), (30, 30), (33, 60), (64, 83), (85, 92), (94, 99)]),
    (b'C', &[(0, 26), (30, 34), (37, 41), (43, 58), (60, 97)]),
    (b'D', &[(0, 7), (9, 53), (55, 78), (80, 84), (86, 86), (89, 90)]),
    (b'E', &[(0, 16), (20, 36), (40, 46), (50, 56), (58, 61), (63, 68), (70, 80), (83, 90)]),
    (b'F', &[(0, 7), (9, 25), (28, 34), (38, 45), (48, 48), (50, 55), (59, 66), (68, 73), (78, 84), (88, 95), (98, 99)]),
    (b'G', &[(0, 14), (20, 26), (30, 32), (35, 37), (40, 40), (43, 47), (50, 65), (70, 73), (80, 83), (89, 99)]),
    (b'H', &[(0, 6), (10, 11), (13, 13), (15, 22), (25, 28), (30, 36), (40, 40), (42, 62), (65, 75), (80, 83), (90, 95)]),
    (b'I', &[(0, 2), (5, 28), (30, 52), (60, 89), (95, 99)]),
    (b'J', &[(0, 6), (9, 22), (30, 47), (60, 70), (80, 82), (84, 86), (90, 96), (98, 99)]),
    (b'K', &[(0, 14), (20, 23), (25, 31), (35, 38), (40, 46), (50, 52), (55, 68), (70, 77), (80, 83), (85, 87), (90, 95)]),
    (b'L', &[(0, 5), (8, 8), (10, 14), (20, 30), (40, 45), (49, 60), (62, 68), (70, 76), (80, 95), (97, 99)]),
    (b'M', &[(0, 25), (30, 36), (40, 43), (45, 51), (53, 54), (60, 63), (65, 68), (70, 73), (75, 77), (79, 96), (99, 99)]),
    (b'N', &[(0, 8), (10, 23), (25, 37), (39, 53), (60, 65), (70, 77), (80, 99)]),
    (b'O', &[(0, 16), (20, 26), (28, 36), (40, 48), (60, 77), (80, 99)]),
    (b'P', &[(0, 5), (7, 15), (19, 29), (35, 39), (50, 61), (70, 72), (74, 78), (80, 84), (90, 96)]),
    (b'Q', &[(0, 7), (10, 18), (20, 28), (30, 45), (50, 56), (60, 87), (89, 93), (95, 99)]),
    (b'R', &[(0, 7), (9, 23), (25, 36), (39, 88), (90, 99)]),
    (b'S', &[(0, 99)]),
    (b'T', &[(0, 88), (90, 98)]),
    (b'U', &[(0, 12), (49, 99)]),
    (b'V', &[(0, 99)]),
    (b'W', &[(0, 99)]),
    (b'X', &[(0, 99)]),
    (b'Y', &[(0, 99)]),
    (b'Z', &[(0, 99)]),
];

/// Categories of the clinical modification of the United States that end in a letter.
const LETTERED: &[&[u8; 3]] = &[b"C4A", b"C7A", b"C7B", b"D3A", b"I1A", b"I5A", b"J4A", b"M1A", b"O9A", b"Z3A"];

/// A code of ICD-10 or of one of its modifications, without its dot: a category that exists and at most four characters more.
fn icd10(value: &[u8]) -> bool {
    let Some((category, rest)) = value.split_first_chunk::<3>() else { return false };
    let category = category.map(|b| b.to_ascii_uppercase());
    let number = |tens: u8, ones: u8| (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'));
    let numbered = number(category[1], category[2])
        .is_some_and(|n| ICD10.iter().any(|(letter, ranges)| *letter == category[0] && ranges.iter().any(|(from, to)| (*from..=*to).contains(&n))));
    // The first of the further characters is a digit, a letter of a modification, or the place holder X.
    let tail = rest.len() <= 4 && rest.iter().all(u8::is_ascii_alphanumeric) && rest.iter().filter(|b| b.is_ascii_alphabetic()).count() <= 3;
    (numbered || LETTERED.contains(&&category)) && tail
}

/// ICD-9-CM without its dot: 001–999, V01–V91, E000–E999, and two digits more (one for E).
fn icd9(value: &[u8]) -> bool {
    let Some((first, rest)) = value.split_first() else { return false };
    let digits = |v: &[u8], from: usize, to: usize| (from..=to).contains(&v.len()) && v.iter().all(u8::is_ascii_digit);
    match first.to_ascii_uppercase() {
        b'V' => digits(rest, 2, 4) && (&b"01"[..]..=&b"91"[..]).contains(&&rest[..2]),
        b'E' => digits(rest, 3, 4),
        _ => digits(value, 3, 5) && &value[..3] != b"000",
    }
}

/// A code of any edition.
fn icd(value: &[u8]) -> bool {
    icd10(value) || icd9(value) || icd11(value)
}

/// A stem code of ICD-11 without its dot.
fn icd11(value: &[u8]) -> bool {
    let [chapter, second, third, rest @ ..] = value else { return false };
    let letter = |b: u8| b.is_ascii_alphabetic() && !matches!(b.to_ascii_uppercase(), b'I' | b'O');
    let any = |b: &u8| b.is_ascii_digit() || letter(*b);
    let chapter = matches!(chapter.to_ascii_uppercase(), b'1'..=b'9' | b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'S' | b'V' | b'X');
    chapter && letter(*second) && third.is_ascii_digit() && (1..=3).contains(&rest.len()) && rest.iter().all(any)
}

/// One to seven digits, a hyphen and the digit that Luhn's sum asks for. Deprecated codes with a wrong one are no codes.
fn loinc(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_last_chunk::<2>() else { return false };
    let plain = [body, &check[1..]].concat();
    check[0] == b'-' && (2..=7).contains(&body.len()) && body[0] != b'0' && luhn(&plain) && !one_digit(&plain)
}

/// Six to eighteen digits of which the last is Verhoeff's, behind a partition that exists: concepts, descriptions and relationships, of the core or of an extension.
fn snomed_ct(value: &[u8]) -> bool {
    let n = value.len();
    if !(6..=18).contains(&n) || !all_digits(value, n) || value[0] == b'0' {
        return false;
    }
    let core = value[n - 3] == b'0';
    let partition = matches!(value[n - 2], b'0'..=b'2') && (core || value[n - 3] == b'1');
    // The long form holds a name space of seven digits and an item.
    partition && (core || n >= 11) && verhoeff(value)
}

/// Therapeutic groups of each anatomical group.
const ATC: &[(u8, &[u8])] = &[
    (b'A', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
    (b'B', &[1, 2, 3, 5, 6]),
    (b'C', &[1, 2, 3, 4, 5, 7, 8, 9, 10]),
    (b'D', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    (b'G', &[1, 2, 3, 4]),
    (b'H', &[1, 2, 3, 4, 5]),
    (b'J', &[1, 2, 4, 5, 6, 7]),
    (b'L', &[1, 2, 3, 4]),
    (b'M', &[1, 2, 3, 4, 5, 9]),
    (b'N', &[1, 2, 3, 4, 5, 6, 7]),
    (b'P', &[1, 2, 3]),
    (b'R', &[1, 2, 3, 5, 6, 7]),
    (b'S', &[1, 2, 3]),
    (b'V', &[1, 3, 4, 6, 7, 8, 9, 10, 20]),
];

/// A substance, or a group of them down to the fourth level: `A10BA02`, `A10BA`.
fn atc(value: &[u8]) -> bool {
    let [main, tens, ones, rest @ ..] = value else { return false };
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return false;
    }
    let group = (tens - b'0') * 10 + (ones - b'0');
    let known = ATC.iter().any(|(letter, groups)| *letter == main.to_ascii_uppercase() && groups.contains(&group));
    let substance = match rest {
        [a, b] => a.is_ascii_alphabetic() && b.is_ascii_alphabetic(),
        [a, b, c, d] => a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit() && (*c, *d) != (b'0', b'0'),
        _ => false,
    };
    known && substance
}

/// A device identifier of GS1: the fourteen digits behind `01` or `(01)` end in the sum of weights 3 and 1.
fn gs1_device(value: &[u8]) -> bool {
    let rest = value.strip_prefix(b"(01)").or_else(|| value.strip_prefix(b"01"));
    let Some(number) = rest.and_then(|r| r.get(..14)) else { return false };
    let sum = number.iter().enumerate().try_fold(0u32, |sum, (i, &b)| Some(sum + super::digits::digit(b)? * if i % 2 == 0 { 3 } else { 1 }));
    sum.is_some_and(|s| s.is_multiple_of(10)) && !one_digit(number)
}

/// What a template of a finger, a face or a voice looks like: a run of hex or base64, or a list of eight numbers or more with a fraction.
fn biometric_template(value: &[u8]) -> bool {
    let run = value.strip_prefix(b"0x").unwrap_or(value);
    let run = run.strip_prefix(b"data:").and_then(|r| r.splitn(2, |b| *b == b',').nth(1)).unwrap_or(run);
    let body = run.iter().rposition(|b| *b != b'=').map_or(run, |last| &run[..=last]);
    let coded = body.len() >= 40 && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'));
    if coded && body.iter().any(u8::is_ascii_digit) {
        return true;
    }
    let list = value.trim_ascii();
    let inner = list.strip_prefix(b"[").and_then(|l| l.strip_suffix(b"]")).unwrap_or(list);
    let mut numbers = inner.split(|b| matches!(b, b',' | b';' | b' ')).filter(|n| !n.is_empty());
    let number = |n: &[u8]| {
        n.contains(&b'.') && n.iter().any(u8::is_ascii_digit) && n.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
    };
    numbers.by_ref().take(8).filter(|n| number(n)).count() == 8 && numbers.all(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diseases() {
        for good in ["E119", "I10", "S52521A", "C4A0", "M1A00X0", "U071", "Z3A20", "T360X1A", "F10.20", "J45909"] {
            let plain: Vec<u8> = good.bytes().filter(|b| *b != b'.').collect();
            assert!(icd10(&plain), "{good}");
        }
        for bad in ["E17", "A11", "D08", "N9", "C4B", "E11999999", "1234", "", "U20", "K99", "É11"] {
            assert!(!icd10(bad.as_bytes()), "{bad}");
        }
        assert!(icd9(b"25000") && icd9(b"401") && icd9(b"V270") && icd9(b"E8786"));
        assert!(!icd9(b"000") && !icd9(b"V99") && !icd9(b"E87") && !icd9(b"250000") && !icd9(b""));
        assert!(icd11(b"5A11") && icd11(b"BA00Z") && icd11(b"8A80") && icd11(b"1A0Z"));
        assert!(!icd11(b"5O11") && !icd11(b"5AA1") && !icd11(b"0A11") && !icd11(b"5A1"));
    }

    #[test]
    fn observations_and_terms() {
        // The example of the users' guide, and one of the codes it says to be wrong.
        assert!(loinc(b"12345-5") && loinc(b"4548-4") && loinc(b"2345-7"));
        assert!(!loinc(b"11491-6") && !loinc(b"45484") && !loinc(b"-4") && !loinc(b"4548-5"));
        assert!(snomed_ct(b"73211009") && snomed_ct(b"38341003") && snomed_ct(b"404684003"));
        assert!(!snomed_ct(b"73211008") && !snomed_ct(b"73211") && !snomed_ct(b"07321100"));
    }

    #[test]
    fn substances_and_devices() {
        assert!(atc(b"A10BA02") && atc(b"C09AA") && atc(b"N06AB04"));
        assert!(!atc(b"A17BA02") && !atc(b"A10BA00") && !atc(b"A10B") && !atc(b"E01AA01"));
        assert!(gs1_device(b"(01)00844588003288") && gs1_device(b"0100844588003288(17)141120"));
        assert!(
            biometric_template(&b"0.12 -0.3 0.4 ".repeat(4))
                && biometric_template(&b"a1F+".repeat(20))
                && !biometric_template(&b"no template ".repeat(5))
        );
        assert!(!gs1_device(b"(01)00844588003289") && !gs1_device(b"(01)0084") && !gs1_device(b"(01)00000000000000"));
    }
}
