//! What a writer writes with: a country, a language, values and decoys drawn for them.

use super::{
    super::{
        Document, Kind, Language, Locale, Place, Value, World,
        decoy::made,
        draft::{Draft, Label},
        fill::fill,
        locale::home,
        term::Term,
    },
    key::{self, Style},
};
use crate::Prng;

/// A writer's things.
pub(super) struct Pen<'a> {
    pub(super) r: Prng,
    pub(super) locale: &'a Locale,
    pub(super) language: &'a Language,
    pub(super) draft: Draft,
    world: &'a World,
    /// The kind this text must hold.
    first: Option<&'a Kind>,
}

/// Something that stands in a text under a label.
pub(super) enum Item {
    /// A value that is sensitive, and what it is called.
    Value(Value, String),
    /// Something that is not, what it is called, and the tags that are no mistake.
    Decoy(String, String, Vec<String>),
}

impl<'a> Pen<'a> {
    /// A pen for text number `n`.
    pub(super) fn new(world: &'a World, mut r: Prng, n: usize) -> Self {
        let kind = &world.kinds[n % world.kinds.len()];
        let country = if kind.country.is_empty() || r.chance(15) {
            let all: Vec<&String> = world.locales.keys().collect();
            (*r.pick(&all)).clone()
        } else {
            home(&kind.country).to_owned()
        };
        let locale = world.locales.get(&country).unwrap_or(&world.locales["us"]);
        let suits = kind.country.is_empty() || home(&kind.country) == country;
        Self { r, locale, language: &world.languages[&locale.language], draft: Draft::default(), world, first: suits.then_some(kind) }
    }

    /// A value of the country.
    pub(super) fn value(&mut self, format: &str) -> Item {
        if let Some(kind) = self.first.take()
            && kind.only.as_deref().is_none_or(|only| only == format)
        {
            return self.of_kind(kind);
        }
        match self.r.below(100) {
            0..=41 => self.national(format),
            42..=57 => self.phone(),
            58..=68 => self.email(),
            69..=84 => self.global(format),
            85..=91 => self.birth(),
            92 | 93 => self.address(),
            94 | 95 => self.name(),
            _ => self.term(),
        }
    }

    /// A label that can be a name in a program.
    pub(super) fn plain_value(&mut self, format: &str) -> Item {
        for _ in 0..20 {
            let item = self.value(format);
            if let Item::Value(_, label) = &item
                && key::is_plain(label)
            {
                return item;
            }
        }
        self.email_english()
    }

    fn of_kind(&mut self, kind: &Kind) -> Item {
        let mut value = kind.value(&mut self.r);
        let mut words = value.words.clone();
        if let Some(what) = &kind.language {
            words.extend(self.language.words(what));
        }
        let label = self.r.pick(&words).clone();
        value.accept.extend(kind.meant(&label).iter().cloned());
        Item::Value(value, label)
    }

    fn national(&mut self, format: &str) -> Item {
        let country = &self.locale.country;
        let fits = |k: &&Kind| home(&k.country) == country && k.only.as_deref().is_none_or(|o| o == format);
        let kinds: Vec<&Kind> = self.world.kinds.iter().filter(fits).collect();
        if kinds.is_empty() {
            return self.global(format);
        }
        let kind = *self.r.pick(&kinds);
        self.of_kind(kind)
    }

    fn global(&mut self, format: &str) -> Item {
        let kinds: Vec<&Kind> = self.world.kinds.iter().filter(|k| k.country.is_empty() && k.only.as_deref().is_none_or(|o| o == format)).collect();
        let kind = *self.r.pick(&kinds);
        self.of_kind(kind)
    }

    /// A label of the language, or of English.
    fn word(&mut self, what: &str) -> String {
        let language = if self.r.chance(25) { &self.world.languages["en"] } else { self.language };
        self.r.pick(&language.words(what)).clone()
    }

    pub(super) fn phone(&mut self) -> Item {
        let value = self.locale.phone(&mut self.r);
        let label = self.word("phone");
        Item::Value(value, label)
    }

    pub(super) fn email(&mut self) -> Item {
        let text = address_of(&mut self.r, self.locale);
        let value = self.plain(text, "pii.email", true);
        let label = self.word("email");
        Item::Value(value, label)
    }

    fn email_english(&mut self) -> Item {
        let text = address_of(&mut self.r, self.locale);
        let value = self.plain(text, "pii.email", true);
        Item::Value(value, "email".into())
    }

    fn birth(&mut self) -> Item {
        let date = self.r.date(1938, 2012);
        let long = if self.r.chance(15) { self.language.date(date) } else { None };
        let text = long.unwrap_or_else(|| self.locale.date(date, &mut self.r));
        let label = self.word("birth");
        Item::Value(self.plain(text, "pii.date-of-birth", false), label)
    }

    fn address(&mut self) -> Item {
        let text = self.locale.address(&mut self.r);
        let label = self.word("address");
        let mut value = self.plain(text, "pii.postal-address", false);
        value.inside = vec!["pii".into(), "special".into()];
        Item::Value(value, label)
    }

    pub(super) fn name(&mut self) -> Item {
        let text = self.locale.name(&mut self.r);
        let label = self.word("name");
        Item::Value(self.plain(text, "pii.person-name", false), label)
    }

    fn term(&mut self) -> Item {
        let fits: Vec<&Term> = self.world.terms.iter().filter(|t| t.language == self.locale.language).collect();
        let term = if fits.is_empty() { self.r.pick(&self.world.terms) } else { *self.r.pick(&fits) };
        let value = term.value(&mut self.r);
        let label = self.r.pick(&term.words).clone();
        Item::Value(value, label)
    }

    /// Writes where someone can be called: only the sentence says what the number is.
    pub(super) fn call(&mut self) {
        if self.language.call.is_empty() {
            return self.special();
        }
        let value = self.locale.phone(&mut self.r);
        let sentence = self.r.pick(&self.language.call).clone();
        let (head, tail) = sentence.split_once("{V}").unwrap_or((&sentence, ""));
        self.draft.say(head).plant(&value, Place::Sentence).say(tail);
    }

    /// Writes a sentence that says something special of a person, or one in which the same words say nothing of anybody.
    pub(super) fn special(&mut self) {
        let fits: Vec<&Term> = self.world.terms.iter().filter(|t| t.language == self.locale.language && !t.sentences.is_empty()).collect();
        if fits.is_empty() || self.r.chance(30) {
            let line = self.r.pick(&self.world.harmless).clone();
            self.draft.say(&line);
            return;
        }
        let term = *self.r.pick(&fits);
        let value = term.value(&mut self.r);
        let sentence = self.r.pick(&term.sentences).clone();
        let (head, tail) = sentence.split_once("{V}").unwrap_or((&sentence, ""));
        self.draft.say(head).plant(&value, Place::Sentence).say(tail);
    }

    fn plain(&self, text: String, tag: &str, alone: bool) -> Value {
        Value { text, tag: tag.into(), accept: vec![], inside: vec![], form: "*".into(), country: self.locale.country.clone(), alone, words: vec![] }
    }

    /// A name in a letter: nothing but the name says what it is.
    pub(super) fn plant_name(&mut self, text: &str) {
        let value = self.plain(text.to_owned(), "pii.person-name", true);
        self.draft.plant(&value, Place::Sentence);
    }

    /// A number of the country that is none: one digit is wrong, the end is missing, or it is part of a longer one.
    fn spoilt(&mut self) -> Item {
        let country = &self.locale.country;
        let fits = |k: &&Kind| k.strict && k.only.is_none() && (k.country.is_empty() || home(&k.country) == country);
        let kinds: Vec<&Kind> = self.world.kinds.iter().filter(fits).collect();
        let kind = *self.r.pick(&kinds);
        let label = self.r.pick(&kind.words).clone();
        match self.r.below(4) {
            0 => {
                let mut text = kind.value(&mut self.r).text;
                text.truncate(text.char_indices().nth_back(1).map_or(0, |(i, _)| i));
                Item::Decoy(label, text, vec![])
            }
            1 => {
                let digits = self.r.digits(4);
                let text = format!("{digits}{}{digits}", kind.canonical(&mut self.r));
                Item::Decoy("payload".into(), text, vec![])
            }
            _ => Item::Decoy(label, kind.broken(&mut self.r).text, vec![]),
        }
    }

    /// A thing that only looks like something.
    pub(super) fn decoy(&mut self) -> Item {
        if self.r.chance(16) {
            return self.spoilt();
        }
        let decoy = self.r.pick(&self.world.decoys);
        let text = made(&mut self.r, &decoy.make);
        let label = self.r.pick(&decoy.words).clone();
        Item::Decoy(label, text, decoy.neutral.clone())
    }

    /// A value or a decoy.
    pub(super) fn item(&mut self, format: &str, values: u64) -> Item {
        if self.r.chance(values) { self.value(format) } else { self.decoy() }
    }

    /// As [`Pen::item`], under a label of ASCII letters.
    pub(super) fn plain_item(&mut self, format: &str, values: u64) -> Item {
        if self.r.chance(values) {
            return self.plain_value(format);
        }
        loop {
            let item = self.decoy();
            if matches!(&item, Item::Decoy(label, text, _) if key::is_plain(label) && !text.contains(['\\', '"'])) {
                return item;
            }
        }
    }

    /// Writes the value of an item and labels it.
    pub(super) fn put(&mut self, item: &Item, place: Place) {
        self.put_as(item, place, str::to_owned);
    }

    /// Writes the value of an item, escaped.
    pub(super) fn put_as(&mut self, item: &Item, place: Place, escape: fn(&str) -> String) {
        match item {
            Item::Value(value, _) => {
                self.draft.plant_as(value, &escape(&value.text), place);
            }
            Item::Decoy(_, text, neutral) => {
                let start = self.draft.text.len();
                self.draft.say(&escape(text));
                if !neutral.is_empty() {
                    let span = start..self.draft.text.len();
                    self.draft.labels.push(Label {
                        span,
                        tag: neutral[0].clone(),
                        accept: neutral.clone(),
                        inside: neutral.clone(),
                        must: false,
                        country: String::new(),
                        place,
                        form: "*".into(),
                    });
                }
            }
        }
    }

    /// A label as people write it, now and then in other letters or with a typing error; and where it then stands.
    pub(super) fn label(&mut self, item: &Item) -> (String, Place) {
        let label = item.label();
        match self.r.below(100) {
            0..=4 if label.chars().count() > 6 => (typo(label, &mut self.r), Place::Typo),
            5..=24 => (label.to_lowercase(), Place::Before),
            25..=34 => (label.to_uppercase(), Place::Before),
            _ => (label.to_owned(), Place::Before),
        }
    }

    pub(super) fn key(&mut self, item: &Item, style: Style) -> String {
        key::key(item.label(), style)
    }

    /// A line with no values.
    pub(super) fn line(&mut self) -> String {
        self.r.pick(&self.language.plain).clone()
    }

    /// A moment of the last years.
    pub(super) fn moment(&mut self) -> String {
        fill(&mut self.r, "20<24..26:2>-<01..12:2>-<01..28:2>T<00..23:2>:<00..59:2>:<00..59:2>.<d3>Z")
    }

    pub(super) fn fill(&mut self, template: &str) -> String {
        fill(&mut self.r, template)
    }

    pub(super) fn done(self_: &mut Self, format: &'static str) -> Document {
        std::mem::take(&mut self_.draft).into_document(format, &self_.locale.country)
    }
}

impl Item {
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Value(_, label) | Self::Decoy(label, ..) => label,
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Value(value, _) => &value.text,
            Self::Decoy(_, text, _) => text,
        }
    }
}

/// A label with two letters swapped or one left out.
fn typo(label: &str, r: &mut Prng) -> String {
    let mut chars: Vec<char> = label.chars().collect();
    let at = 1 + r.below(chars.len() as u64 - 3) as usize;
    if r.chance(50) {
        chars.swap(at, at + 1);
    } else {
        chars.remove(at);
    }
    chars.into_iter().collect()
}

const HOSTS: &[&str] = &[
    "quietfjord",
    "lampenwerk",
    "mosaic-labs",
    "verdigris",
    "oldharbour",
    "papierboot",
    "northpine",
    "kobaltblau",
    "ferrous",
    "sundialpost",
    "tallgrass",
    "brookmere",
    "umbra-tech",
    "zephyrmail",
    "granitehall",
];

/// An address of the electronic mail for someone of the country.
pub(crate) fn address_of(r: &mut Prng, locale: &Locale) -> String {
    let (first, last) = locale.person(r);
    let plain = |name: &str| -> String { key::fold(name).to_lowercase().chars().filter(char::is_ascii_lowercase).collect() };
    let (mut first, mut last) = (plain(&first), plain(&last));
    if first.len() < 2 || last.len() < 2 {
        (first, last) = (fill(r, "<yuki|minjun|olena|dimitra|nour|wei|anong|itai>"), fill(r, "<tanaka|park|koval|vlachou|haddad|zhou|petrov|levi>"));
    }
    let host = *r.pick(HOSTS);
    let end = match locale.country.as_str() {
        "us" | "ca" => fill(r, "<com|com|org|net|io|edu>"),
        "gb" => fill(r, "<co.uk|co.uk|com|org.uk>"),
        country => {
            let own = match country {
                "au" => "com.au",
                "nz" => "co.nz",
                "br" => "com.br",
                "jp" => "co.jp",
                "za" => "co.za",
                "kr" => "co.kr",
                "in" => "co.in",
                other => other,
            };
            if r.chance(60) { own.to_owned() } else { fill(r, "<com|eu|net|org|info|dev>") }
        }
    };
    let initial = &first[..1];
    match r.below(9) {
        0 | 1 => format!("{first}.{last}@{host}.{end}"),
        2 => format!("{initial}{last}@{host}.{end}"),
        3 => format!("{last}{}@{host}.{end}", r.range(1, 99)),
        4 => format!("{first}_{last}@mail.{host}.{end}"),
        5 => format!("{first}+{}@{host}.{end}", r.pick(&["shop", "news", "gh"])),
        6 => format!("{}.{}@{host}.{end}", first.to_uppercase(), last.to_uppercase()),
        7 => format!("{first}-{last}@{host}.{end}"),
        _ => format!("{first}{}@{host}.{end}", r.range(1960, 2009)),
    }
}
