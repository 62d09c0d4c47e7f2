//! Dates that can be a birthday.

/// Checks of this file.
pub(super) const TABLE: &[super::Row] =
    &[("date-of-birth", date_of_birth, 1.0, true), ("card-expiry", card_expiry, 0.5, true), ("no-date", no_date, 0.1, false)];

/// Days of a month; 0 for a month that does not exist.
pub(super) fn days_in(month: u32, year: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A day of the calendar.
pub(super) fn exists(year: u32, month: u32, day: u32) -> bool {
    day >= 1 && day <= days_in(month, year)
}

/// Years in which people live who stand in records.
fn lived(year: u32, month: u32, day: u32) -> bool {
    (1900..=2030).contains(&year) && exists(year, month, day)
}

/// Two digits each of year, month and day, the century not written.
pub(super) fn short_date(value: &[u8]) -> bool {
    let Some(n) = value.get(..6).and_then(super::digits::number) else { return false };
    // Of all years that end in the same two digits some has the day: 29 February 00 was one in 2000.
    exists(2000 + (n / 10_000) as u32, (n / 100 % 100) as u32, (n % 100) as u32)
}

/// Eight digits that are no day of these centuries, year or day first: numbers of documents are not told from dates otherwise.
fn no_date(value: &[u8]) -> bool {
    let n = super::digits::number(value).unwrap_or(0) as u32;
    let day = |year: u32, month, day| (1900..=2099).contains(&year) && exists(year, month, day);
    value.len() == 8 && !day(n / 10_000, n / 100 % 100, n % 100) && !day(n % 10_000, n / 10_000 % 100, n / 1_000_000)
}

/// A date as people and programs write it: year first, day first, month first, eight digits, or with the name of the month; a time may follow.
fn date_of_birth(value: &[u8]) -> bool {
    let mut fields = [0u32; 3];
    let mut widths = [0usize; 3];
    let mut named = None;
    let mut count = 0;
    let mut rest = value;
    while count + usize::from(named.is_some()) < 3 {
        let start = rest.iter().position(|b| b.is_ascii_alphanumeric() || *b >= 0x80).unwrap_or(rest.len());
        rest = &rest[start..];
        // `1985年3月12日`: these are no names.
        if let Some(sign) = ["年", "月", "日", "년", "월", "일", "º", "ª", "°", "\u{a0}"].iter().find(|sign| rest.starts_with(sign.as_bytes()))
        {
            rest = &rest[sign.len()..];
            continue;
        }
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        if digits > 0 && digits <= 8 {
            fields[count] = super::digits::number(&rest[..digits]).unwrap_or(0) as u32;
            widths[count] = digits;
            count += 1;
            rest = &rest[digits..];
            if digits == 8 && count == 1 {
                let n = fields[0];
                return lived(n / 10_000, n / 100 % 100, n % 100)
                    || lived(n % 10_000, n / 100 % 100, n / 1_000_000)
                    || lived(n % 10_000, n / 1_000_000, n / 10_000 % 100);
            }
        } else if letters > 0 {
            match month_named(&rest[..letters]) {
                Some(month) if named.is_none() => named = Some(month),
                // `12th`, `1er`, `12 de marzo del 1985`.
                _ if letters <= 2 || rest[..letters].eq_ignore_ascii_case(b"del") => {}
                _ => return false,
            }
            rest = &rest[letters..];
        } else {
            return false;
        }
    }
    written(&fields, &widths, named)
}

/// Whether three written fields, or two and the name of a month, can be a birthday in any of the usual orders.
fn written(fields: &[u32; 3], widths: &[usize; 3], named: Option<u32>) -> bool {
    let [a, b, c] = *fields;
    let year = |value: u32, width: usize| match width {
        4 => Some(value),
        2 => Some(if value <= 30 { 2000 + value } else { 1900 + value }),
        _ => None,
    };
    if let Some(month) = named {
        return year(b, widths[1]).is_some_and(|y| widths[0] <= 2 && lived(y, month, a)) || (widths[0] == 4 && widths[1] <= 2 && lived(a, month, b));
    }
    if widths[0] == 4 {
        return widths[1] <= 2 && widths[2] <= 2 && lived(a, b, c);
    }
    widths[0] <= 2 && widths[1] <= 2 && year(c, widths[2]).is_some_and(|y| lived(y, b, a) || lived(y, a, b))
}

/// First letters of the names of months: the languages of Europe, Turkish and Indonesian.
const MONTHS: [&[&str]; 12] = [
    &["ene", "gen", "ian", "jaan", "jan", "led", "ledn", "ocak", "saus", "sausio", "siječ", "sty", "stycz", "tammi", "ιαν", "січ", "янв"],
    &["feb", "fev", "fév", "helmi", "lut", "vasari", "veebr", "velj", "úno", "únor", "şub", "φεβ", "лют", "фев"],
    &["brez", "břez", "kovo", "maa", "maalis", "maart", "maer", "mar", "mart", "mrt", "mär", "märts", "ožuj", "μαρ", "берез", "мар"],
    &["abr", "apr", "avr", "balandž", "dub", "huhti", "kwie", "nisan", "travanj", "travnja", "απρ", "апр", "квіт"],
    &["gegužė", "kvet", "květ", "mag", "mai", "maj", "may", "mayıs", "mei", "svib", "touko", "μάι", "μαι", "май", "мая", "трав", "травня"],
    &["birž", "czer", "giu", "haz", "juin", "jun", "kesä", "lipanj", "lipnja", "červen", "června", "ιουν", "ιούν", "июн", "черв"],
    &[
        "heinä",
        "juil",
        "jul",
        "liep",
        "lipca",
        "lipiec",
        "lug",
        "srpanj",
        "srpnja",
        "tem",
        "července",
        "červenec",
        "ιουλ",
        "ιούλ",
        "июл",
        "лип",
        "липня",
    ],
    &["ago", "aou", "aoû", "aug", "ağu", "elo", "kolov", "rugpj", "sie", "srpen", "srpna", "αυγ", "αύγ", "авг", "серп", "серпня"],
    &["eyl", "rugsėj", "ruj", "sep", "set", "syys", "wrz", "zar", "zář", "σεπ", "верес", "сен"],
    &["eki", "loka", "oct", "okt", "ott", "out", "paz", "paź", "rij", "spal", "říj", "οκτ", "жовт", "окт"],
    &["kas", "lapkr", "lis", "listopad", "listopada", "listopadu", "marras", "nov", "stud", "νοέ", "νοε", "листоп", "листопада", "ноя"],
    &["ara", "dec", "desember", "dez", "dezember", "dic", "déc", "gru", "gruod", "joulu", "pro", "pros", "δεκ", "груд", "дек"],
];

/// Month of a name, by the longest beginning that fits.
fn month_named(name: &[u8]) -> Option<u32> {
    let lower = std::str::from_utf8(name).ok()?.to_lowercase();
    let stems = (1..).zip(MONTHS).flat_map(|(month, stems)| stems.iter().map(move |stem| (month, *stem)));
    let found = stems.filter(|(_, stem)| lower.starts_with(stem)).max_by_key(|(_, stem)| stem.len());
    found.map(|(month, _)| month).filter(|_| lower.chars().count() <= 12)
}

/// Month and year on a card: `MM/YY`, `MM/YYYY`, `YYYY-MM`, `MMYY`.
fn card_expiry(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).take(7).collect();
    let Some(n) = super::digits::number(&digits) else { return false };
    let (month, year) = match digits.len() {
        3 | 4 if value.len() > 3 => (n / 100, 2000 + n % 100),
        5 => (n / 10_000, n % 10_000),
        6 if n / 100 >= 1990 && n % 100 <= 12 => (n % 100, n / 100),
        6 => (n / 10_000, n % 10_000),
        _ => return false,
    };
    (1..=12).contains(&month) && (2000..=2060).contains(&year)
}
