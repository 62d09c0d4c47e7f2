//! The checks agree with python-stdnum on every case of `corpus/cases/stdnum.jsonl` (made by `tests/oracle/stdnum_cases.py`), but where we know better.

use std::collections::BTreeMap;

use serde::Deserialize;
use sonde_classifiers::check;

#[derive(Deserialize)]
struct Case {
    check: String,
    value: String,
    valid: bool,
}

/// Beginnings of values on which the two differ, with the reason. They are few, and listed so that a new one fails.
const KNOWN: &[(&str, &str)] = &[
    // The key is 97 where nothing is left, not 00.
    ("be-vat", "0352119700"),
    // Groups 50 to 65 are given out since 2011.
    ("us-itin", "912537354"),
    // The letters after the state are consonants.
    ("mx-curp", "PXKD701102MBC"),
    // There is no month 00.
    ("at-svnr", "374821"),
    // Nobody who stands in a record was born in such a century.
    ("se-personnummer", "7973"),
    ("se-personnummer", "2992"),
    ("se-personnummer", "9142"),
    // Branches that are closed, or not open yet, are in the ranges that the banks have been given.
    ("nz-account", "2525"),
    ("nz-account", "010394"),
    // Second letters are A to I, or W.
    ("ie-vat", "9785521TU"),
    // Begins with 0: an IMEI, not an MEID.
    ("meid", "0"),
    // A company's number, taken for that of a public body there.
    ("ec-ruc", "1791169289"),
    ("ec-ruc", "1794888096"),
    // Since April 2023 the sum is a multiple of five, not ten.
    ("tw-ubn", "50554872"),
    ("tw-ubn", "41092350"),
    ("tw-ubn", "00580376"),
    // There is no day 91 or 99, of a woman or a man.
    ("id-nik", "3171019908"),
    ("id-nik", "3171019112"),
];

#[test]
fn agrees_with_stdnum() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/cases/stdnum.jsonl");
    let text = std::fs::read_to_string(path).expect("the cases are committed");
    let mut seen: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let case: Case = serde_json::from_str(line).expect("a case");
        let check = check::by_name(&case.check).unwrap_or_else(|| panic!("check `{}`", case.check));
        if (check.run)(case.value.as_bytes()) != case.valid && !KNOWN.iter().any(|&(name, head)| name == case.check && case.value.starts_with(head)) {
            wrong.push(format!("{} {} is {}", case.check, case.value, case.valid));
        }
        seen.entry(case.check).or_default()[usize::from(case.valid)] += 1;
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    let poor: Vec<_> = seen.iter().filter(|(_, n)| n[0] < 2 || n[1] < 6).collect();
    assert!(seen.len() > 60 && poor.is_empty(), "too few cases: {poor:?}");
}
