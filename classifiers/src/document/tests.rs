use super::*;

fn kind(text: &str) -> Option<String> {
    let documents = Documents::new(&Ruleset::builtin().unwrap());
    let mut reader = Reader::default();
    text.as_bytes().chunks(700).for_each(|piece| reader.feed(piece));
    documents.judge(&reader).map(|(number, _)| documents.document(number).tag.clone())
}

const CODE: &str = "use std::fmt;\n\npub struct Point {\n    x: i32,\n    y: i32,\n}\n\nimpl Point {\n    fn sum(&self) -> i32 {\n        let both = self.x + self.y;\n        return both;\n    }\n}\n";
const PYTHON: &str = "import os\nfrom sys import argv\n\ndef main():\n    for name in argv:\n        if os.path.exists(name):\n            print(name)\n    return 0\n\nclass Thing(object):\n    def go(self):\n        return None\n\nif __name__ == '__main__':\n    main()\n";
const RESUME: &str = "Anna Keller\nBerlin\n\nWork Experience\n2019-2024 Engineer at Brightloom\nEducation\nTU Berlin, 2018\nSkills\nRust, SQL\nLanguages\nGerman, English\n";
const CV: &str = "Lebenslauf\n\nPersönliche Daten:\nName: A. Keller\n\nBerufserfahrung\n2019 Entwicklerin\n\nAusbildung\n2018 Studium\n";
const CONTRACT: &str = "NON-DISCLOSURE AGREEMENT\n\nThis Agreement is entered into as of May 1 by and between Brightloom Inc. and the Recipient.\nWHEREAS, the parties wish to talk;\nNOW, THEREFORE, they agree:\n\n1. Definitions\nWords mean what they mean.\n2. Term and Termination\nTwo years.\n3. Governing Law\nDelaware.\n";
const BALANCE: &str = "Consolidated Balance Sheets\n(in thousands)\nCash and cash equivalents 1,204\nAccounts receivable 310\nTotal current assets 1,514\nTotal assets 4,020\nAccounts payable 210\nTotal liabilities 1,930\nRetained earnings 880\n";
const FILING: &str = "IN THE UNITED STATES DISTRICT COURT\nFOR THE DISTRICT OF ELSEWHERE\n\nBRIGHTLOOM INC.,\nPlaintiff,\nv.\nKESTREL LLC,\nDefendant.\n\nCase No. 1:24-cv-1\n\nCOMPLAINT FOR DAMAGES\n";
const RECORD: &str = "Discharge Summary\nPatient name: A. Keller\nMRN: 0847291\nChief complaint: cough\nHistory of present illness: two days of fever.\nPast medical history: asthma\nPhysical exam: unremarkable\n";
const INVOICE: &str = "INVOICE\nInvoice number: 2024-17\nInvoice date: 1 May\nBill to: Kestrel LLC\nSubtotal 100.00\nAmount due 119.00\n";
const PAYSLIP: &str = "Payslip\nEmployee name: A. Keller\nPay period: May\nGross pay 4,000.00\nTax code 1257L\nNet pay 2,900.00\n";

#[test]
fn each_kind_is_told() {
    let cases = [
        (CODE, "proprietary.source-code"),
        (PYTHON, "proprietary.source-code"),
        (RESUME, "proprietary.resume"),
        (CV, "proprietary.resume"),
        (CONTRACT, "proprietary.contract"),
        (BALANCE, "proprietary.financial-statement"),
        (FILING, "proprietary.legal-filing"),
        (RECORD, "phi.medical-record"),
        (INVOICE, "proprietary.invoice"),
        (PAYSLIP, "proprietary.payslip"),
    ];
    for (text, tag) in cases {
        assert_eq!(kind(text).as_deref(), Some(tag), "{text}");
    }
}

#[test]
fn other_texts_are_no_kind() {
    let prose =
        "The experience of the last years shows that education matters.\nSkills come with time, and every contract ends one day.\n".repeat(20);
    let log = "2024-05-01T10:00:00Z INFO request done in 12 ms\n".repeat(200);
    let css = "body {\n  margin: 0;\n}\n.a {\n  color: red;\n}\n".repeat(8);
    let yaml = "name: build\non: push\njobs:\n  test:\n    steps:\n      - run: make\n".repeat(5);
    let guide = "# Guide\n\nInstall it first.\n\n## Usage\n\nCall the endpoint with your key, then read the answer.\n\n```\ncurl https://api.example.com\n```\n".repeat(4);
    for text in [prose.as_str(), log.as_str(), css.as_str(), yaml.as_str(), guide.as_str(), "", "\n\n\n", "\u{0}\u{1}"] {
        assert_eq!(kind(text), None, "{text}");
    }
}

#[test]
fn a_long_text_costs_no_more_than_its_head() {
    let mut reader = Reader::default();
    for _ in 0..100 {
        reader.feed(&[b'x'; 1000]);
    }
    assert!(reader.is_full() && reader.head.len() == HEAD);
}

#[test]
fn never_panics() {
    use proptest::prelude::*;
    let documents = Documents::new(&Ruleset::builtin().unwrap());
    proptest!(|(bytes in prop::collection::vec(any::<u8>(), 0..3000))| {
        let mut reader = Reader::default();
        reader.feed(&bytes);
        let _ = documents.judge(&reader);
    });
}
