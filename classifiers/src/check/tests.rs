//! Published examples, and the strength of each check against random values of its shape.

use proptest::prelude::*;

use super::{by_name, names};

fn passes(check: &str, value: &str) -> bool {
    (by_name(check).expect("a check").run)(value.as_bytes())
}

#[track_caller]
fn all(check: &str, good: &[&str], bad: &[&str]) {
    for value in good {
        assert!(passes(check, value), "{check} {value}");
    }
    for value in bad {
        assert!(!passes(check, value), "{check} {value}");
    }
}

#[test]
fn cards() {
    // The numbers that brands publish for tests.
    let good = [
        "4111111111111111",
        "4222222222222",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "6200000000000005",
        "6759649826438453",
        "2200000000000053",
    ];
    all("pan", &good, &["4111111111111112", "1111111111111117", "0000000000000000", "36527480044", "1234567812345670", "411111111111116"]);
    for (head, length) in
        [("180000000000", 15), ("213100000000", 15), ("501800001", 12), ("6763000000001234", 19), ("622126000000123", 19), ("400000000000123", 19)]
    {
        let body = format!("{head:1<width$}", width = length - 1);
        let whole = (0..10).map(|d| format!("{body}{d}")).find(|v| passes("luhn", v)).expect("a digit");
        assert!(passes("pan", &whole), "{whole}");
    }
}

#[test]
fn accounts() {
    // Examples of the registry.
    let good = [
        "AD1200012030200359100100",
        "AT611904300234573201",
        "BA391290079401028494",
        "BE68539007547034",
        "CH9300762011623852957",
        "CZ6508000000192000145399",
        "DE89370400440532013000",
        "EE382200221020145685",
        "ES9121000418450200051332",
        "FI2112345600000785",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "HU42117730161111101800000000",
        "IT60X0542811101000000123456",
        "MC5811222000010123456789030",
        "ME25505000012345678951",
        "MK07250120000058984",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "PL61109010140000071219812874",
        "PT50000201231234567890154",
        "RS35260005601001611379",
        "SI56263300012039086",
        "SK3112000000198742637541",
        "SM86U0322509800000000270100",
        "TL380080012345678910157",
        "MT84MALT011000012345MTLCAST001S",
        "RU0304452522540817810538091310419",
    ];
    all(
        "iban",
        &good,
        &["DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", "GB29NWBK6016133192681A", "ES9121000418450200051333"],
    );
    all(
        "iban-international",
        &["FR7429502599058781153569041", "DE89370400440532013000"],
        &["ES2121000418450200051331", "FR7429502599058781153569042"],
    );
    all("aba", &["021000021", "011401533"], &["021000022", "000000000", "998000021"]);
    all("bic", &["DEUTDEFF", "DEUTDEFF500", "NEDSZAJJXXX"], &["DEUTXYFF", "ABCDEFGH", "DEUTDE", "12345678", "DEUTDEFFXABC"]);
    all("isin", &["US0378331005", "GB0002634946", "XS0971721963"], &["US0378331006", "ZZ0378331005"]);
    all("cusip", &["037833100", "38259P508"], &["037833101"]);
    all("lei", &["5493001KJTIIGC8Y1R12"], &["5493001KJTIIGC8Y1R13"]);
}

#[test]
fn national() {
    all("us-ssn", &["536904399"], &["000123456", "666123456", "900123456", "123004567", "123450000", "078051120", "111111111"]);
    all("gb-nino", &["AB123456C", "JK987654"], &["QQ123456C", "BG123456A", "AO123456A", "AB123456E"]);
    all("gb-driving-licence", &["MORGA657054SM9IJ"], &["MORGA697054SM9IJ", "12345657054SM9IJ"]);
    all("de-id-card", &["T220001293"], &["T220001294"]);
    all("de-rvnr", &["15070649C103", "65170839J003"], &["15070649C104"]);
    all("de-kvnr", &["A123456780"], &["A123456781"]);
    all("fr-nir", &["255081416802538", "253072B07300470"], &["255081416802539"]);
    all("us-npi", &["1234567893"], &["1234567894"]);
    all("us-dea", &["AP5836727"], &["AP5836728"]);
    all("us-mbi", &["1EG4TE5MK73"], &["1SG4TE5MK73"]);
    all("au-medicare", &["2123456701", "21234567011"], &["2123456711", "7123456701"]);
    all("kr-brn", &["1248100998"], &["1248100999"]);
    all("hk-hkid", &["A1234563", "AB9876543"], &["A1234564"]);
    all("tw-national-id", &["A123456789"], &["A123456788"]);
    all("sg-nric", &["S1234567D", "F1234567N"], &["S1234567E"]);
    all("se-personnummer", &["8112189876", "198112189876", "811218+9876"], &["8113189876"]);
    all("es-nuss", &["281234567840"], &["281234567841"]);
    all("ru-snils", &["11223344595"], &["11223344596"]);
    all("pl-id-card", &["ABA300000"], &["ABA300001"]);
    all("uy-ci", &["12345672"], &["12345671"]);
    all("my-nric", &["770305021234"], &["771305021234"]);
    all("br-cnpj", &["12ABC34501DE35"], &["12ABC34501DE36"]);
}

#[test]
fn devices_and_wallets() {
    all("vin", &["1M8GDM9AXKP042788", "1HGCM82633A004352"], &["1M8GDM9A1KP042788", "11111111111111111", "1M8GDM9AXKPO42788"]);
    all("imei", &["490154203237518"], &["490154203237519", "000000000000000"]);
    all(
        "ip",
        &["81.2.69.160", "10.1.2.3", "2a02:c7f:1234::1"],
        &["127.0.0.1", "0.0.0.0", "255.255.255.0", "256.1.1.1", "192.0.2.7", "::1", "2001:db8::1"],
    );
    all("mac", &["00:1B:44:11:3A:B7", "001B44113AB7"], &["FF:FF:FF:FF:FF:FF", "00:00:00:00:00:00", "01:00:5E:00:00:01"]);
    all("phone-written", &["+33 6 12 34 56 78", "(212) 555-0142", "0171 2345678"], &["31.054491", "2016-2020", "252.227-7013", "0049 0308 0301"]);
    all(
        "phone-fr",
        &["+33 6 12 34 56 78", "06 12 34 56 78", "0033 6 12 34 56 78", "+33 (0)6 12 34 56 78"],
        &["+49 171 2345678", "06 12 34 56", "+33 6 12 34 56"],
    );
    all("phone-it", &["+39 347 123 4567", "347 1234567", "06 6982 1234"], &["+33 6 12 34 56 78", "612 345 678"]);
    all("phone-gb", &["+44 7911 123456", "020 7946 0958"], &["7911 123456", "+34 612 34 56 78"]);
    all(
        "bitcoin",
        &[
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
        ],
        &["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdr", "1111111111111111111111111111"],
    );
    let checked = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    all("ethereum", &[checked], &["0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"]);
    all("ethereum-hex", &["0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"], &[checked, "0x0000000000000000000000000000000000000000"]);
}

#[test]
fn birthdays() {
    let good = [
        "1985-03-12",
        "12/03/1985",
        "03/25/1985",
        "12.03.1985",
        "12.03.85",
        "19850312",
        "12031985",
        "12 March 1985",
        "March 12, 1985",
        "12th Mar 1985",
        "1985-03-12T00:00:00Z",
        "12 de marzo de 1985",
        "1985 Mar 12",
    ];
    let bad = ["1985-13-12", "31/02/1985", "1885-03-12", "2031-01-01", "1985", "12 Foo 1985", "1.2.3.4", "99999999", "", "March", "12-1985"];
    all("date-of-birth", &good, &bad);
    all("no-date", &["10345678", "99999999"], &["20150301", "01032015", "1034567"]);
    all("card-expiry", &["03/27", "03/2027", "2027-03"], &["13/27", "03/1927", "2027"]);
}

#[test]
fn accounts_of_countries() {
    // The Inland Revenue's own examples, of the sums A, D and G.
    all(
        "nz-account",
        &["010902006838900", "0865231954512001", "2626000320871032"],
        &["010902006838800", "0865231954513001", "2626000320872032", "059999000000100"],
    );
    all("fr-rib", &["20041010050500013M02606"], &["20041010050500013M02607"]);
    all("it-bban", &["X0542811101000000123456"], &["Y0542811101000000123456"]);
    all("pt-nib", &["000201231234567890154"], &["000201231234567890155", "000000000000000000001"]);
    all("ca-account", &["00012004", "000120041234567"], &["00012957", "0001200412345"]);
    all("be-ogm", &["+++010/8068/17183+++", "010806817183"].map(|s| s.replace('/', "")).each_ref().map(String::as_str), &["010806817184"]);
    all("ch-qr-reference", &["210000000003139471430009017"], &["210000000003139471430009018"]);
    all("creditor-reference", &["RF18539007547034"], &["RF17539007547034"]);
    all("sepa-creditor", &["DE98ZZZ09999999999"], &["DE97ZZZ09999999999"]);
    all("wkn", &["A0MNRK", "716460"], &["AKTIEN", "AOMNRK", "A0MNR"]);
    all("cz-account", &["19-2000145399/0800"], &["19-2000145399/0801", "19-2000145398/0800", "10/2010", "1-2-3/0800", "/0800", "19-/0800"]);
}

#[test]
fn documents() {
    // The specimens that the Federal Printing Office shows.
    all("de-driving-licence", &["B072RRE2I55", "J010000SD51"], &["B072RRE2I65", "B072RRE2I5", "11111111111"]);
    all("de-document", &["T22000129", "C01X00T47"], &["REISEPASS", "FLUGHAFEN", "A22000129"]);
    // The specimen of the Polish passport.
    all("pl-passport", &["ZS0000177"], &["ZS0000178", "ZS00001777"]);
    all("by-passport", &["MP1234567"], &["XX1234567"]);
    all("fr-cni", &["880692310285", "X4RTBPFW4"], &["881392310285", "ABCDEFGHI", "123456789"]);
    all("lu-nin", &["1986041763722", "1952113026156"], &["1986041763723", "1986041763732", "1986131763722"]);
    all("de-lanr", &["723891501"], &["723891601"]);
    all("de-bsnr", &["021234567", "721234500"], &["001234567", "041234567"]);
    all("gb-chi", &["1405733675", "0208918140"], &["1405733674", "1415733675"]);
    all("hu-personal-tax", &["8856744473", "8043917671"], &["8856744474", "7856744473"]);
    all("lv-personas-kods-new", &["32867300679"], &["31867300679", "17036410548"]);
    all("cz-rodne-cislo-old", &["530103475", "535103475"], &["540103475", "531303475", "530103000"]);
    all("ehic", &["80276001234567890123"], &["80999001234567890123", "80276001230000000000"]);
}

#[test]
fn machine_readable_zones() {
    // The specimens of ICAO 9303 (Utopia) and of the Federal Printing Office.
    let good = [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\r\n  C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<04",
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        "IDD<<T220001293<<<<<<<<<<<<<<<\n6408125F2010315D<<<<<<<<<<<<<4\nMUSTERMANN<<ERIKA<<<<<<<<<<<<<",
        "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    ];
    let bad = [
        good[0].replace("L898902C36", "L898902C37"),
        good[0].replace("<<<<<10", "<<<<<11"),
        good[2].replace("6\nERIK", "7\nERIK"),
        good[3].replace('T', "t"),
    ];
    all("mrz", &good, &bad.each_ref().map(String::as_str));
}

#[test]
fn places() {
    all(
        "gb-postcode",
        &["SW1A1AA", "EC1A1BB", "W1A0AX", "M11AE", "B338TH", "CR26XH", "DN551PT"],
        &["AA11AA", "SW1A1CA", "SW1I1AA", "Q11AA", "SW1A1A"],
    );
    all("gb-plate", &["AB51ABC", "BD24SMR", "A123BCD", "ABC123D", "AIZ1234"], &["AB30ABC", "AB00ABC", "IB51ABC", "AB51AIC", "I123BCD", "ABC1234"]);
    all("ie-eircode", &["D6WXY00", "D02AF30", "T12XE8K"], &["D23AF30", "A65F4O2", "D021234"]);
    all(
        "de-plate",
        &["B-AB 1234", "HH XY 99E", "M-A1", "KÜN-AB 12H", "WÜ AB 1"],
        &["XQ-AB 1234", "B-ABC 12", "B-AB 0123", "B-AB 12345", "DIN EN 1846", "B-"],
    );
    all("tr-plate", &["34ABC123", "06A1234", "35AB456"], &["82ABC123", "34QBC123", "34ABC1234", "34A12"]);
    all("de-plz", &["01067", "10115"], &["00001", "99999", "1011"]);
}

#[test]
fn national_beyond_europe() {
    all("br-rg", &["294653272", "123456782"], &["294653273", "111111111", "29465327"]);
    all("ca-ramq", &["TEST54122816", "TEST54622816"], &["TEST54132816", "TEST54122", "TES154122816"]);
    all("ca-ohip", &["9876543217", "9876543217AB"], &["9876543218", "9876543217ABC", "9999999999"]);
    all("ca-on-licence", &["A12345678950101", "A12345678955101"], &["A12345678951301", "112345678950101"]);
    all("us-atin", &["912931234"], &["912921234", "812931234", "91293123"]);
    all("us-hicn", &["536904399A", "536904399C1", "536904399T", "WA123456", "A536904399"], &["536904399Z", "000123456A", "536904399F9", "WX123456"]);
    all("us-cpt", &["99213", "00100", "J1885", "0042T"], &["05000", "99999", "Z1885", "I1885", "9921"]);
    all("us-soundex-licence", &["F255921500940", "S514779867102", "D40065890213"], &["F755921500940", "F205921500940", "F2559215009"]);
    all("in-plate", &["MH12AB1234", "DL1CAA1111", "22BH1234AA"], &["XX12AB1234", "MH12AB0000", "MH"]);
    all("in-licence", &["MH1420110012345", "KA0519990000001"], &["XX1420110012345", "MH1418110012345", "MH142011001234"]);
    all("jp-licence", &["309012345620"], &["309012345610", "999012345620"]);
    all("kr-frn", &["8001015000001"], &["8001015000002", "8001011000003", "8013015000002"]);
    all("kr-licence", &["110512345601"], &["100512345601", "270512345601"]);
    all("kz-iin", &["900101300017"], &["900101300018", "901301300017"]);
    all("nz-nhi", &["ZAC5361", "ZBN77VL", "ZDD96LZ"], &["ZAC3561", "ZIC5361", "ZBN77VM"]);
    all("ng-nin", &["12345678902"], &["12345678903", "1234567890"]);
}

#[test]
fn goods_and_stripes() {
    // Examples of the agencies that give numbers to devices.
    all(
        "udi-gs1",
        &["(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234", "(01)51022222233336"],
        &["(01)51022222233337(11)141231", "(01)51022222233336(11)141331", "(01)5102222223333", "(01)51022222233336(10)"],
    );
    all("udi-hibc", &["+A123BJC5D6E71G", "+A99912345/$$52001510X33"], &["+A123BJC5D6E71H", "A123BJC5D6E71G", "+"]);
    let stripes = [
        "%B4111111111111111^DOE/JOHN^27121011000?",
        ";4111111111111111=27121011000?",
        "4111111111111111=27121011000",
        "4111111111111111D27121011000",
    ];
    all(
        "track",
        &stripes,
        &["%B4111111111111112^DOE/JOHN^27121011000?", ";4111111111111111=27131011000?", "4111111111111111", "%B4111111111111111^DOE/JOHN"],
    );
    let places = ["48.137154", "-33.8688,151.2093", "POINT(-74.005974 40.712776)", "48°08'14.0\"N 11°34'35.0\"E"];
    all("coordinates", &places, &["198.123456", "98.1234,181.1234", "0.000000,0.000000", "48°68'14.0\"N", "1.2.3"]);
    all("us-tollfree", &["8005550199", "18885550199"], &["8225550199", "8001550199", "4155550199"]);
    all("imsi", &["310150123456789", "262011234567890"], &["199150123456789", "31015012345"]);
    let uuids = ["123e4567-e89b-12d3-a456-426614174000", "018F4E3B-2C5A-7D3E-9F00-AABBCCDDEEFF"];
    all("uuid", &uuids, &["00000000-0000-0000-0000-000000000000", "123e4567-e89b-02d3-a456-426614174000", "123e4567"]);
}

/// Checks of numbers alone, and their length: the share of random digits that pass is 2^-bits.
const DIGITS: &[(&str, usize)] = &[
    ("luhn", 12),
    ("aba", 9),
    ("us-ssn", 9),
    ("us-itin", 9),
    ("us-ein", 9),
    ("us-npi", 10),
    ("ca-sin", 9),
    ("gb-nhs", 10),
    ("gb-utr", 10),
    ("fr-siren", 9),
    ("be-national-number", 11),
    ("de-tax-id", 11),
    ("de-vat", 9),
    ("nl-bsn", 9),
    ("pt-nif", 9),
    ("br-cpf", 11),
    ("it-partita-iva", 11),
    ("se-personnummer", 10),
    ("pl-pesel", 11),
    ("pl-nip", 10),
    ("pl-regon", 9),
    ("in-aadhaar", 12),
    ("us-atin", 9),
    ("us-cpt", 5),
    ("ca-bn", 9),
    ("ca-bc-phn", 10),
    ("ca-ohip", 10),
    ("br-rg", 9),
    ("ar-dni", 8),
    ("co-nit", 10),
    ("pe-cui", 9),
    ("pe-ruc", 11),
    ("py-ruc", 8),
    ("ec-ci", 10),
    ("ec-ruc", 13),
    ("do-cedula", 11),
    ("do-rnc", 9),
    ("gt-nit", 8),
    ("sv-nit", 14),
    ("cu-ni", 11),
    ("gtin", 13),
    ("isbn", 10),
    ("imsi", 15),
    ("in-vid", 16),
    ("pk-cnic", 13),
    ("tw-ubn", 8),
    ("jp-licence", 12),
    ("kr-frn", 13),
    ("kr-licence", 12),
    ("id-nik", 16),
    ("id-npwp", 15),
    ("vn-mst", 10),
    ("tr-vkn", 10),
    ("az-voen", 10),
    ("kz-iin", 12),
    ("ma-ice", 15),
    ("za-tax", 10),
    ("ng-nin", 11),
    ("mz-nuit", 9),
    ("sn-ninea", 9),
    ("gn-nif", 9),
    ("au-tfn", 9),
    ("au-abn", 11),
    ("au-acn", 9),
    ("kr-rrn", 13),
    ("za-id", 13),
    ("imei", 15),
    ("pan", 16),
    ("tr-tckn", 11),
    ("jp-my-number", 12),
    ("th-national-id", 13),
    ("il-id", 9),
    ("cz-rodne-cislo", 10),
    ("ee-isikukood", 11),
    ("hr-oib", 11),
    ("nz-ird", 9),
    ("dk-cpr", 10),
    ("my-nric", 12),
    ("au-medicare", 10),
    ("at-svnr", 10),
    ("ru-inn", 10),
    ("ru-snils", 11),
    ("es-ccc", 20),
    ("fr-nir-body", 13),
    ("pt-nib", 21),
    ("no-account", 11),
    ("ar-cbu", 22),
    ("be-ogm", 12),
    ("ch-qr-reference", 27),
    ("de-lanr", 9),
    ("at-tin", 9),
    ("lu-vat", 8),
    ("be-eid", 12),
    ("dk-cvr", 8),
    ("is-kennitala", 10),
    ("lv-personas-kods", 11),
    ("lv-personas-kods-new", 11),
    ("cz-rodne-cislo-old", 9),
    ("cz-dic", 8),
    ("hu-company-tax", 8),
    ("hu-personal-tax", 10),
    ("ro-cui", 8),
    ("bg-pnf", 10),
    ("si-emso", 13),
    ("si-tax", 8),
    ("rs-pib", 9),
    ("mk-edb", 13),
    ("me-pib", 8),
    ("mt-vat", 8),
    ("tr-vkn", 10),
    ("ru-ogrn", 13),
    ("by-unp", 9),
    ("md-idno", 13),
    ("gb-chi", 10),
    ("ehic", 20),
];

#[test]
fn strength_is_measured() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut wrong = Vec::new();
    for &(name, length) in DIGITS {
        let check = by_name(name).expect("a check");
        let tries = 200_000;
        let mut passed = 0;
        for _ in 0..tries {
            let value: Vec<u8> = (0..length).map(|_| b'0' + (next() % 10) as u8).collect();
            passed += u32::from((check.run)(&value));
        }
        let bits = (f64::from(tries) / f64::from(passed.max(1))).log2();
        if (bits - f64::from(check.bits)).abs() > 0.35 {
            wrong.push(format!("{name}: {bits:.2}, said {}", check.bits));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique() {
    let mut all: Vec<_> = names().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    assert!(all.iter().all(|name| by_name(name).is_some()));
    assert!(by_name("no-such-check").is_none());
}

proptest! {
    #[test]
    fn no_value_panics(value in proptest::collection::vec(any::<u8>(), 0..64), text in "[0-9A-Z:/.+-]{0,40}") {
        for name in names() {
            let check = by_name(name).expect("a check");
            (check.run)(&value);
            (check.run)(text.as_bytes());
        }
    }
}
