//! Labels as keys: `Date of birth` as `date_of_birth`, `dateOfBirth`, `DATE-OF-BIRTH`.

use crate::Prng;

/// How words are joined to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Snake,
    Camel,
    Pascal,
    Kebab,
    Upper,
    Spaced,
}

impl Style {
    pub(crate) fn any(r: &mut Prng) -> Self {
        *r.pick(&[Self::Snake, Self::Snake, Self::Camel, Self::Pascal, Self::Kebab, Self::Upper, Self::Spaced])
    }

    /// One that can be the name of a variable.
    pub(crate) fn variable(r: &mut Prng) -> Self {
        *r.pick(&[Self::Snake, Self::Camel, Self::Upper])
    }
}

/// A letter without its accents; other scripts stay.
fn folded(c: char) -> String {
    let plain = match c {
        'ä' | 'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'Ä' | 'À' | 'Á' | 'Å' => "A",
        'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' | 'ė' | 'ē' => "e",
        'É' | 'È' => "E",
        'í' | 'ì' | 'î' | 'ï' | 'ī' | 'ı' | 'į' => "i",
        'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' | 'ő' => "o",
        'Ö' | 'Ó' => "O",
        'ü' | 'ú' | 'ù' | 'û' | 'ů' | 'ű' | 'ū' | 'ų' => "u",
        'Ü' | 'Ú' => "U",
        'ç' | 'č' | 'ć' => "c",
        'Č' => "C",
        'ñ' | 'ň' | 'ń' | 'ņ' => "n",
        'š' | 'ś' | 'ş' | 'ș' => "s",
        'Š' => "S",
        'ž' | 'ź' | 'ż' => "z",
        'ř' => "r",
        'Ř' => "R",
        'ł' | 'ļ' => "l",
        'ý' => "y",
        'ď' | 'đ' | 'ð' => "d",
        'ť' | 'ț' | 'þ' => "t",
        'ğ' | 'ģ' => "g",
        'ß' => "ss",
        'æ' => "ae",
        'ə' => "e",
        other => return other.to_string(),
    };
    plain.to_owned()
}

/// A text without accents.
pub(crate) fn fold(text: &str) -> String {
    text.chars().map(folded).collect()
}

/// The words of a label: signs and numbers' signs are left out.
fn words(label: &str) -> Vec<String> {
    let plain: String = fold(label).chars().filter(|c| !matches!(c, '.' | '\'' | '’')).collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// A label as a key.
pub(crate) fn key(label: &str, style: Style) -> String {
    let words = words(label);
    let lower = |w: &String| w.to_lowercase();
    let capital = |w: &String| {
        let mut chars = w.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()).unwrap_or_default()
    };
    match style {
        Style::Snake => words.iter().map(lower).collect::<Vec<_>>().join("_"),
        Style::Kebab => words.iter().map(lower).collect::<Vec<_>>().join("-"),
        Style::Upper => words.iter().map(|w| w.to_uppercase()).collect::<Vec<_>>().join("_"),
        Style::Pascal => words.iter().map(capital).collect(),
        Style::Camel => words.iter().enumerate().map(|(i, w)| if i == 0 { lower(w) } else { capital(w) }).collect(),
        Style::Spaced => label.to_owned(),
    }
}

/// Whether a label can be written in the letters of programming languages.
pub(crate) fn is_plain(label: &str) -> bool {
    let words = words(label);
    !words.is_empty() && words.iter().all(|w| w.is_ascii()) && words[0].starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written() {
        assert_eq!(key("n° de sécurité sociale", Style::Snake), "n_de_securite_sociale");
        assert_eq!(key("Steuer-ID", Style::Camel), "steuerId");
        assert_eq!(key("P.IVA", Style::Upper), "PIVA");
        assert_eq!(key("Date of birth", Style::Pascal), "DateOfBirth");
        assert!(is_plain("T.C. kimlik no") && !is_plain("身份证号"));
    }
}
