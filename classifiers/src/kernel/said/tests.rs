use super::*;

fn bits(text: &str, about: About) -> i32 {
    let start = text.find('<').unwrap();
    let end = text.find('>').unwrap() - 1;
    let plain = text.replacen('<', "", 1).replacen('>', "", 1);
    at(plain.as_bytes(), start, end - start, about).unwrap().bits
}

#[test]
fn the_tables_are_sorted() {
    assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0) && PHRASES.is_sorted_by_key(|p| (p.0, p.1)));
    assert!(role::AFTER > 0 && WORDS.iter().all(|w| w.1 < 2 * role::AFTER));
}

#[test]
fn what_somebody_is() {
    for said in [
        "He is <Jewish>.",
        "she was raised <Catholic>",
        "Religion: <Muslim>",
        "\"religion\": \"<Muslim>\"",
        "a practising <Catholic>",
        "My wife is a <Buddhist> and",
        "Anna Keller is <Hindu>",
        "the applicant, who is <gay>, said",
        "She identifies as <bisexual>",
        "I am a registered <Democrat>",
        "she converted to <Islam>",
        "Er ist <Jude>.",
        "Elle est <musulmane> et",
        "Konfession: <evangelisch>",
        "Él es <judío>",
        "han är <muslim>",
        "он <мусульманин>",
        "他是<穆斯林>。",
        "Dr. Lee is <Jewish>.",
    ] {
        assert!(bits(said, About::Person) >= NAMED, "{said}: {}", bits(said, About::Person));
    }
    for not in [
        "the <Catholic> school",
        "She is a <Catholic> school teacher",
        "it is <Jewish> tradition",
        "many <Muslim> countries",
        "<Islam> is a religion",
        "The city is <Catholic>",
        "a <gay> bar",
        "he is driving past the <Jewish> cemetery",
    ] {
        assert_eq!(bits(not, About::Person), 0, "{not}");
    }
    assert_eq!(bits("Anna is <Jewish>", About::Person), PERHAPS);
}

#[test]
fn what_somebody_has() {
    for said in [
        "diagnosed with type 2 <diabetes>",
        "diagnosed with hypertension, asthma and <diabetes>",
        "PMH: HTN, <diabetes>",
        "h/o <diabetes>",
        "45 y/o M with <hypertension>",
        "the patient has severe <asthma>",
        "Mrs. Smith suffers from <migraine>",
        "Denies <chest pain>",
        "She was prescribed <lisinopril> 10 mg daily",
        "<metformin> 500 mg twice daily",
        "he is on <warfarin>",
        "Diagnose: <Hypertonie>",
        "leidet an <Diabetes>",
        "souffre d'<asthme>",
        "tiene antecedentes de <diabetes>",
        "患有<糖尿病>",
        "my son is <diabetic>",
        "my father died of <cancer>",
    ] {
        assert!(bits(said, About::Patient) >= NAMED, "{said}: {}", bits(said, About::Patient));
    }
    for not in [
        "a <depression> in the road",
        "the <cancer> research fund",
        "patients with <diabetes> often",
        "<aspirin> is sold here",
        "economic <depression>",
    ] {
        assert_eq!(bits(not, About::Patient), 0, "{not}");
    }
    assert_eq!(bits("box of <aspirin> 500mg", About::Patient), DOSE);
}

#[test]
fn what_somebody_did() {
    for said in ["he was convicted of <burglary>", "charged with two counts of <theft>", "wegen <Diebstahl> verurteilt", "Offence: <robbery>"] {
        assert!(bits(said, About::Offender) >= SAID, "{said}");
    }
    for not in ["the <robbery> at the bank", "<theft> insurance"] {
        assert_eq!(bits(not, About::Offender), 0, "{not}");
    }
}

#[test]
fn words_of_other_letters_are_not_torn() {
    let text = "xéépilepsie";
    assert!(at(text.as_bytes(), 3, text.len() - 3, About::Patient).is_none());
    assert!(at("épilepsieé".as_bytes(), 0, 10, About::Patient).is_none());
}

proptest::proptest! {
    #[test]
    fn never_panics(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..200), start in 0..200_usize, length in 1..20_usize) {
        let start = start % text.len();
        let end = (start + length).min(text.len());
        for about in [About::Person, About::Patient, About::Offender] {
            let _ = at(&text, start, end - start, about);
        }
    }
}
