//! Tables: columns that are sensitive, whole or in part, under names that help and names that do not, beside columns that only look so.

use super::{
    Kind, Locale, Value, World,
    clean::CleanKind,
    fill::fill,
    locale::home,
    term::Term,
    write::key::{self, Style},
    write::pen::address_of,
};
use crate::Prng;

/// How a column is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Header {
    /// What it is, as a key.
    Key,
    /// What it is, as it is said.
    Words,
    /// Nothing: `c17`.
    Cryptic,
    /// Something else.
    Misleading,
    /// None: the file has no first row.
    Missing,
    /// A remark: values stand in sentences.
    Notes,
}

impl Header {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Words => "words",
            Self::Cryptic => "cryptic",
            Self::Misleading => "misleading",
            Self::Missing => "missing",
            Self::Notes => "free text",
        }
    }
}

/// Whether a sensitive column must be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// The name or the form of the values says what it is.
    Yes,
    /// Only the check digits say it: counted apart.
    Hard,
    /// Nothing says it.
    No,
}

/// What a column is.
#[derive(Clone, Debug)]
pub enum Truth {
    /// It holds values of this tag.
    Sensitive {
        /// The tag.
        tag: String,
        /// Tags that are as right.
        accept: Vec<String>,
        /// Tags of findings inside its values that are neither right nor wrong.
        inside: Vec<String>,
        /// Country, or empty.
        country: String,
        /// Whether it must be found.
        must: Must,
        /// Share of rows with a value that hold one, per cent.
        prevalence: u64,
    },
    /// It holds nothing.
    Clean {
        /// What it holds, for reports.
        kind: String,
        /// Tags that are no mistake.
        neutral: Vec<String>,
        /// Its name says something that it does not hold.
        misleading: bool,
    },
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// How it is called.
    pub header: Header,
    /// What it is.
    pub truth: Truth,
    /// Its cells; `None`: nothing there.
    pub cells: Vec<Option<String>>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: Vec<Column>,
}

/// Where the values of a sensitive column come from.
enum Source<'a> {
    Kind(&'a Kind),
    Term(&'a Term),
    Phone,
    Email,
    Birth,
    Address,
    Name,
    First,
    Last,
}

/// `count` tables of a seed with at most `most` rows. Every kind of value and every clean column comes in turn.
#[must_use]
pub fn tables(world: &World, seed: u64, count: usize, most: usize) -> Vec<Table> {
    let mut turn = (0, 0);
    (0..count).map(|n| table(world, &mut Prng::named(seed, &format!("table {n}")), &mut turn, most)).collect()
}

fn table(world: &World, r: &mut Prng, turn: &mut (usize, usize), most: usize) -> Table {
    let rows = match r.below(100) {
        0..=29 => 10,
        30..=69 => 100,
        70..=93 => 1000,
        _ => 10_000,
    }
    .min(most);
    let mut columns = vec![];
    let all: Vec<&String> = world.locales.keys().collect();
    let mut country = (*r.pick(&all)).clone();
    for _ in 0..r.range(1, 3) {
        let source = source(world, r, turn);
        if let Source::Kind(kind) = source
            && !kind.country.is_empty()
        {
            home(&kind.country).clone_into(&mut country);
        }
        let locale = world.locales.get(&country).unwrap_or(&world.locales["us"]);
        columns.push(sensitive(world, locale, &source, rows, r));
    }
    for _ in 0..r.range(2, 5) {
        columns.push(clean(&world.clean[turn.1 % world.clean.len()], rows, r));
        turn.1 += 1;
    }
    // The first column is not always the sensitive one.
    for i in (1..columns.len()).rev() {
        columns.swap(i, r.below(i as u64 + 1) as usize);
    }
    Table { rows, columns }
}

fn source<'a>(world: &'a World, r: &mut Prng, turn: &mut (usize, usize)) -> Source<'a> {
    match r.below(100) {
        0..=59 => {
            let fits: Vec<&Kind> = world.kinds.iter().filter(|k| k.only.is_none()).collect();
            turn.0 += 1;
            Source::Kind(fits[(turn.0 - 1) % fits.len()])
        }
        60..=67 => Source::Phone,
        68..=74 => Source::Email,
        75..=79 => Source::Birth,
        80..=82 => Source::Address,
        83..=85 => Source::Name,
        86..=88 => Source::First,
        89..=91 => Source::Last,
        _ => Source::Term(r.pick(&world.terms)),
    }
}

impl Source<'_> {
    fn words(&self, world: &World, locale: &Locale, r: &mut Prng) -> Vec<String> {
        let language = &world.languages[if r.chance(25) { "en" } else { locale.language.as_str() }];
        match self {
            Self::Kind(kind) => {
                let mut words = kind.words.clone();
                words.extend(kind.language.iter().flat_map(|what| language.words(what)));
                words
            }
            Self::Term(term) => term.words.clone(),
            Self::Phone => language.words("phone"),
            Self::Email => language.words("email"),
            Self::Birth => language.words("birth"),
            Self::Address => language.words("address"),
            Self::Name => language.words("name"),
            Self::First => ["first name", "given name", "Vorname", "prénom", "nombre", "fname"].map(str::to_owned).to_vec(),
            Self::Last => ["last name", "surname", "Nachname", "nom de famille", "apellido", "lname"].map(str::to_owned).to_vec(),
        }
    }

    fn value(&self, locale: &Locale, form: Option<&str>, r: &mut Prng) -> Value {
        let plain = |text: String, tag: &str, alone: bool, inside: &[&str]| Value {
            text,
            tag: tag.into(),
            accept: vec![],
            inside: inside.iter().map(|s| (*s).to_owned()).collect(),
            form: "*".into(),
            country: locale.country.clone(),
            alone,
            words: vec![],
        };
        match self {
            Self::Kind(kind) => match form {
                Some(form) => kind.value_in(r, form),
                None => kind.value(r),
            },
            Self::Term(term) => term.value(r),
            Self::Phone => locale.phone(r),
            Self::Email => plain(address_of(r, locale), "pii.email", true, &[]),
            Self::Birth => {
                let date = r.date(1935, 2014);
                plain(locale.date(date, r), "pii.date-of-birth", false, &[])
            }
            Self::Address => {
                let text = if r.chance(50) { locale.address(r) } else { locale.street(r) };
                plain(text, "pii.postal-address", false, &["pii", "special"])
            }
            Self::Name => plain(locale.name(r), "pii.person-name", false, &[]),
            Self::First => plain(locale.person(r).0, "pii.person-name", false, &[]),
            Self::Last => plain(locale.person(r).1, "pii.person-name", false, &[]),
        }
    }

    /// Tags that are as right under this label.
    fn meant(&self, label: &str) -> &[String] {
        if let Self::Kind(kind) = self { kind.meant(label) } else { &[] }
    }

    fn strict(&self) -> bool {
        matches!(self, Self::Kind(kind) if kind.strict)
    }
}

const CRYPTIC: &[&str] = &["c17", "col_3", "field12", "F_0093", "attr7", "x", "val2", "K04", "udf_5", "zz_1", "spalte8", "s3"];
const MISLEADING: &[&str] = &["description", "value", "ref", "key", "content", "misc", "info", "data", "extra", "old_value"];

fn header(r: &mut Prng, label: &str) -> (Header, String) {
    match r.below(100) {
        0..=54 => {
            let style = Style::any(r);
            let style = if style == Style::Spaced { Style::Snake } else { style };
            let name = key::key(label, style);
            (Header::Key, if r.chance(15) { format!("cust_{name}") } else { name })
        }
        55..=69 => (Header::Words, label.to_owned()),
        70..=84 => (Header::Cryptic, (*r.pick(CRYPTIC)).to_owned()),
        85..=92 => (Header::Misleading, (*r.pick(MISLEADING)).to_owned()),
        _ => (Header::Missing, format!("column_{}", r.range(1, 12))),
    }
}

fn sensitive(world: &World, locale: &Locale, source: &Source<'_>, rows: usize, r: &mut Prng) -> Column {
    let words = source.words(world, locale, r);
    let label = r.pick(&words).clone();
    let (mut header, mut name) = header(r, &label);
    let prevalence = match r.below(100) {
        0..=54 => 100,
        55..=69 => 50,
        70..=84 => 8,
        _ if rows >= 100 => 1,
        _ => 8,
    };
    let notes = prevalence < 100 && r.chance(40);
    if notes {
        (header, name) = (Header::Notes, (*r.pick(&["notes", "remarks", "comment", "bemerkung", "message"])).to_owned());
    }
    let form = match source {
        Source::Kind(kind) if r.chance(50) => Some(r.pick(kind.forms()).clone()),
        _ => None,
    };
    let pool: Vec<Value> = if r.chance(20) { (0..4).map(|_| source.value(locale, form.as_deref(), r)).collect() } else { vec![] };
    let mut alone = true;
    let filler = r.below(3);
    let mut cells: Vec<Option<String>> = vec![];
    let mut sample = None;
    for row in 0..rows {
        // The first row always holds one: at ten rows one in a hundred would be none.
        let here = row == 0 || r.chance(prevalence);
        let value = if pool.is_empty() { source.value(locale, form.as_deref(), r) } else { r.pick(&pool).clone() };
        alone &= value.alone;
        cells.push(match (here, notes) {
            (true, false) => Some(value.text.clone()),
            (true, true) => Some(note(world, locale, &label, &value.text, r)),
            (false, true) => {
                Some(world.languages[&locale.language].plain[r.below(world.languages[&locale.language].plain.len() as u64) as usize].clone())
            }
            (false, false) => other(filler, r),
        });
        sample.get_or_insert(value);
    }
    cells.rotate_right(r.below(rows as u64) as usize);
    let value = sample.unwrap_or_else(|| source.value(locale, None, r));
    let said = matches!(header, Header::Key | Header::Words | Header::Notes);
    let must = if said || alone {
        Must::Yes
    } else if source.strict() && prevalence == 100 && rows >= 100 && pool.is_empty() {
        Must::Hard
    } else {
        Must::No
    };
    let Value { tag, mut accept, inside, country, .. } = value;
    if said {
        accept.extend(source.meant(&label).iter().cloned());
    }
    Column { name, header, truth: Truth::Sensitive { tag, accept, inside, country, must, prevalence }, cells }
}

/// What stands where there is no value.
fn other(filler: u64, r: &mut Prng) -> Option<String> {
    match filler {
        0 => None,
        1 => Some(fill(r, "n/a|-|unknown|none")),
        _ => Some(fill(r, "<L2><d6>|<d4>|see <l5>|X<d5>")),
    }
}

fn note(world: &World, locale: &Locale, label: &str, value: &str, r: &mut Prng) -> String {
    let language = &world.languages[&locale.language];
    r.pick(&language.before).replace("{L}", label).replace("{V}", value)
}

fn clean(kind: &CleanKind, rows: usize, r: &mut Prng) -> Column {
    let name = r.pick(&kind.names).clone();
    let start = r.range(1, 900_000_000);
    let pool: Vec<String> = (0..kind.low).map(|_| kind.cell(r, 0, start)).collect();
    let nulls = if r.chance(25) { r.range(5, 60) } else { 0 };
    let cells = (0..rows)
        .map(|row| {
            let cell = if pool.is_empty() { kind.cell(r, row as u64, start) } else { r.pick(&pool).clone() };
            (!r.chance(nulls)).then_some(cell)
        })
        .collect();
    let truth = Truth::Clean { kind: kind.kind.clone(), neutral: kind.neutral.clone(), misleading: kind.misleading };
    Column { name, header: if kind.misleading { Header::Misleading } else { Header::Key }, truth, cells }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_what_they_say() {
        let world = World::load();
        let all = tables(&world, 6, 150, 1000);
        let columns: Vec<&Column> = all.iter().flat_map(|t| &t.columns).collect();
        let (mut sensitive, mut clean) = (0, 0);
        for column in &columns {
            match &column.truth {
                Truth::Sensitive { must, .. } => sensitive += usize::from(*must == Must::Yes),
                Truth::Clean { .. } => clean += 1,
            }
            assert!(column.cells.iter().any(Option::is_some) || matches!(column.truth, Truth::Clean { .. }), "{}", column.name);
        }
        assert!(sensitive > 150 && clean > 400, "{sensitive} {clean}");
        assert!(all.iter().all(|t| t.columns.iter().all(|c| c.cells.len() == t.rows)));
        let again = tables(&world, 6, 10, 1000);
        assert!(all.iter().zip(&again).all(|(a, b)| a.columns.iter().zip(&b.columns).all(|(a, b)| a.cells == b.cells)));
    }
}
