//! Exact data match: the values of a table found wherever they stand, without the values being kept.
//!
//! A set holds keyed hashes only. A value that is long and rare speaks for itself; one that is short, common or a date counts only with another value of its row near.
//!
//! ```
//! use sonde_classifiers::{EdmBuilder, EdmSet, FingerprintKey};
//!
//! let key = FingerprintKey::new(&[7; 32]);
//! let columns = [vec!["email".to_owned()], vec!["name".to_owned(), "born".to_owned()]];
//! let mut builder = EdmBuilder::new("customers", &columns, &key)?;
//! builder.row(&[b"ada@example.com", b"Ada Smith", b"1990-01-31"]);
//! let bytes = builder.finish();
//! assert_eq!(EdmSet::from_bytes(&bytes, &key)?.rows(), 1);
//! assert!(EdmSet::from_bytes(&bytes, &FingerprintKey::new(&[8; 32])).is_err());
//! # Ok::<(), sonde_classifiers::EdmError>(())
//! ```

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    FingerprintKey,
    phrases::{Bits, Entry, Gathered, Keys, Phrases, Table},
};

const MAGIC: &[u8] = b"SONDEEDM";
const VERSION: u32 = 1;
/// Bytes of the seal at the end: an HMAC under the key, in hex.
const SEAL: usize = 64;
/// Letters and digits from which a value speaks for itself.
const LONG: usize = 6;
/// Rows that a value may stand in and still speak for itself.
const RARE: u32 = 3;
/// Salt of the pairs of a short value and any other one of its row.
const ANY: u64 = u64::MAX;
/// Bytes between a value and its companion at most.
const NEAR: usize = 256;
/// Values near another one that are tried, and combinations that are followed.
const TRIED: usize = 32;

/// Why a set of exact values was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdmError {
    /// Not such a file, or of another version.
    #[error("this is no set of exact values of version {VERSION}")]
    Format,
    /// Made under another key.
    #[error("the set was made under the fingerprint key {0}, which is not the one in use")]
    Key(String),
    /// Not what was written.
    #[error("the set is damaged")]
    Corrupt,
    /// The name is no part of a tag.
    #[error("`{0}` is no name: lower-case words joined by `-`")]
    Name(String),
    /// No columns, or one is given twice in a combination.
    #[error("every combination needs a column, and each column once")]
    Columns,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    version: u32,
    name: String,
    key_id: String,
    columns: Vec<Vec<String>>,
    rows: u64,
    values: u64,
    longest: usize,
    digits: usize,
    lengths: [usize; 5],
}

/// One value of a row in all its forms.
struct Value {
    /// The value itself first; a date in other orders as well.
    hashes: Vec<u64>,
    short: bool,
}

/// Makes a set from rows.
pub struct EdmBuilder {
    name: String,
    key: FingerprintKey,
    keys: Keys,
    columns: Vec<Vec<String>>,
    /// Each column once.
    distinct: Vec<String>,
    gathered: Gathered,
    rows: Vec<Vec<Option<Value>>>,
}

impl fmt::Debug for EdmBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EdmBuilder({}, {} rows)", self.name, self.rows.len())
    }
}

impl EdmBuilder {
    /// A builder: each member of `columns` is a column whose values are looked for, or several whose values must stand together.
    ///
    /// # Errors
    /// When the name or the columns are none.
    pub fn new(name: &str, columns: &[Vec<String>], key: &FingerprintKey) -> Result<Self, EdmError> {
        let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || !name.bytes().all(kebab) {
            return Err(EdmError::Name(name.to_owned()));
        }
        let mut distinct: Vec<String> = Vec::new();
        for column in columns.iter().flatten() {
            if !distinct.contains(column) {
                distinct.push(column.clone());
            }
        }
        let twice = |group: &Vec<String>| group.iter().enumerate().any(|(i, c)| group[..i].contains(c));
        if columns.is_empty() || columns.iter().any(|g| g.is_empty() || twice(g)) {
            return Err(EdmError::Columns);
        }
        let (columns, name, keys) = (columns.to_vec(), name.to_owned(), key.edm_keys());
        Ok(Self { name, key: key.clone(), keys, columns, distinct, gathered: Gathered::default(), rows: Vec::new() })
    }

    /// The columns a row has, in order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.distinct
    }

    /// Adds a row: the values of [`EdmBuilder::columns`]; missing ones are empty.
    pub fn row(&mut self, values: &[&[u8]]) {
        let mut row = Vec::with_capacity(self.distinct.len());
        for text in values.iter().take(self.distinct.len()) {
            let (dates, is_date) = orders(text);
            let forms: Vec<Entry> = std::iter::once(*text).chain(dates.iter().map(Vec::as_slice)).filter_map(|t| self.keys.entry(t, true)).collect();
            forms.iter().for_each(|entry| self.gathered.add(entry));
            let short = is_date || forms.first().is_none_or(|entry| entry.length < LONG);
            row.push((!forms.is_empty()).then(|| Value { hashes: forms.iter().map(|f| f.hash).collect(), short }));
        }
        row.resize_with(self.distinct.len(), || None);
        self.rows.push(row);
    }

    /// The set as bytes: hashes, no values.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut seen: HashMap<u64, u32> = HashMap::new();
        for value in self.rows.iter().flatten().flatten() {
            *seen.entry(value.hashes[0]).or_default() += 1;
        }
        let index = |name: &String| self.distinct.iter().position(|d| d == name).unwrap_or(0);
        let groups: Vec<Vec<usize>> = self.columns.iter().map(|g| g.iter().map(index).collect()).collect();
        let (mut alone, mut needy, mut joint) = (Vec::new(), Vec::new(), Vec::new());
        for row in &self.rows {
            needy.extend(row.iter().flatten().flat_map(|v| &v.hashes));
            for (salt, group) in groups.iter().enumerate() {
                let Some(first) = &row[group[0]] else { continue };
                if group.len() > 1 {
                    self.chain(salt as u64, group, row, &mut joint);
                } else if first.short || seen[&first.hashes[0]] > RARE {
                    for other in (0..row.len()).filter(|i| *i != group[0]) {
                        self.chain(ANY, &[group[0], other], row, &mut joint);
                    }
                } else {
                    alone.extend(&first.hashes);
                }
            }
        }
        for list in [&mut alone, &mut needy, &mut joint] {
            list.sort_unstable();
            list.dedup();
        }
        self.write(&alone, &needy, &joint)
    }

    /// Adds the hashes of all beginnings of a combination; nothing when a value is missing.
    fn chain(&self, salt: u64, group: &[usize], row: &[Option<Value>], joint: &mut Vec<u64>) {
        let Some(values) = group.iter().map(|i| row[*i].as_ref()).collect::<Option<Vec<&Value>>>() else { return };
        let mut states: Vec<u64> = values[0].hashes.iter().map(|h| self.keys.join(salt, *h)).collect();
        for value in &values[1..] {
            states = states.iter().flat_map(|s| value.hashes.iter().map(|h| self.keys.join(*s, *h))).take(TRIED).collect();
            joint.extend(&states);
        }
    }

    fn write(self, alone: &[u64], needy: &[u64], joint: &[u64]) -> Vec<u8> {
        let phrases = self.gathered.finish(self.keys);
        let lists = [alone, needy, joint, phrases.fronts.words(), phrases.marks.words()];
        let header = Header {
            version: VERSION,
            name: self.name,
            key_id: self.key.id().to_owned(),
            columns: self.columns,
            rows: self.rows.len() as u64,
            values: needy.len() as u64,
            longest: phrases.longest,
            digits: phrases.digits,
            lengths: lists.map(<[u64]>::len),
        };
        let header = toml::to_string(&header).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(lists.iter().flat_map(|list| list.iter()).flat_map(|n| n.to_le_bytes()));
        let seal = self.key.fingerprint(&bytes).to_hex();
        bytes.extend(seal.as_bytes());
        bytes
    }
}

/// A date in the other orders it is written in.
fn orders(text: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let text = text.trim_ascii();
    let parts: Vec<&[u8]> = text.split(|b| b"-./".contains(b)).collect();
    let number = |p: &&[u8]| !p.is_empty() && p.len() <= 4 && p.iter().all(u8::is_ascii_digit);
    let [a, b, c] = parts[..] else { return (Vec::new(), false) };
    if !parts.iter().all(number) || (a.len() == 4) == (c.len() == 4) || b.len() > 2 {
        return (Vec::new(), false);
    }
    let two = |p: &[u8]| [&b"0"[..usize::from(p.len() == 1)], p].concat();
    let (year, x, y) = if a.len() == 4 { (a, two(b), two(c)) } else { (c, two(a), two(b)) };
    let forms = [[year, &x, &y], [year, &y, &x], [&x, &y, year], [&y, &x, year]];
    (forms.iter().map(|f| f.join(&b'-')).collect(), true)
}

/// A set, ready to be looked for.
pub struct EdmSet {
    name: String,
    rows: u64,
    values: u64,
    columns: Vec<Vec<String>>,
    pub(crate) phrases: Phrases,
    alone: Table,
    needy: Table,
    joint: Table,
    digest: String,
}

impl fmt::Debug for EdmSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EdmSet({}, {} values, {})", self.name, self.values, self.digest)
    }
}

/// A value found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) hash: u64,
}

impl EdmSet {
    /// Reads what [`EdmBuilder::finish`] wrote.
    ///
    /// # Errors
    /// When it is something else, was made under another key, or is damaged.
    pub fn from_bytes(bytes: &[u8], key: &FingerprintKey) -> Result<Self, EdmError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(EdmError::Format)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(EdmError::Corrupt)?;
        let (header, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(EdmError::Corrupt)?;
        let header: Header = std::str::from_utf8(header).ok().and_then(|h| toml::from_str(h).ok()).ok_or(EdmError::Corrupt)?;
        if header.version != VERSION {
            return Err(EdmError::Format);
        }
        if header.key_id != key.id() {
            return Err(EdmError::Key(header.key_id.chars().filter(char::is_ascii_hexdigit).take(16).collect()));
        }
        let (all, seal) = bytes.split_at_checked(bytes.len().saturating_sub(SEAL)).ok_or(EdmError::Corrupt)?;
        if key.fingerprint(all).to_hex().as_bytes() != seal {
            return Err(EdmError::Corrupt);
        }
        let mut numbers = rest[..rest.len() - SEAL].as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b));
        let mut lists = header.lengths.iter().map(|n| numbers.by_ref().take(*n).collect::<Vec<u64>>()).collect::<Vec<_>>().into_iter();
        let mut next = || lists.next().unwrap_or_default();
        let [alone, needy, joint] = [next(), next(), next()].map(|list| Table::new(&list));
        let (fronts, marks) = (Bits::from_words(next()).ok_or(EdmError::Corrupt)?, Bits::from_words(next()).ok_or(EdmError::Corrupt)?);
        let phrases = Phrases { keys: key.edm_keys(), fronts, marks, longest: header.longest, digits: header.digits.min(64) };
        let digest = String::from_utf8_lossy(seal).into_owned();
        let Header { name, rows, values, columns, .. } = header;
        Ok(Self { name, rows, values, columns, phrases, alone, needy, joint, digest })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Rows it was made of.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Distinct values in it.
    #[must_use]
    pub fn values(&self) -> u64 {
        self.values
    }

    /// Whether a hash may be a value at all.
    pub(crate) fn knows(&self, hash: u64) -> bool {
        self.needy.has(hash)
    }

    /// The hash of a whole cell, where it is a value.
    pub(crate) fn value(&self, cell: &[u8]) -> Option<u64> {
        self.phrases.keys.entry(cell, true).map(|entry| entry.hash).filter(|hash| self.knows(*hash))
    }

    /// Keeps the values that speak for themselves or have a companion near, or among `beside`.
    pub(crate) fn stand(&self, found: &mut Vec<Exact>, beside: &dyn Fn() -> Vec<u64>) {
        let mut cells = None;
        let keep: Vec<bool> = (0..found.len())
            .map(|i| {
                if self.alone.has(found[i].hash) {
                    return true;
                }
                let mut near: Vec<u64> = Vec::new();
                let (start, end) = (found[i].start, found[i].end);
                let apart = |other: &Exact| other.end <= start || end <= other.start;
                let close = |other: &Exact| apart(other) && other.start <= end + NEAR && start <= other.end + NEAR;
                near.extend(found[..i].iter().rev().take(TRIED).filter(|o| close(o)).map(|o| o.hash));
                near.extend(found[i + 1..].iter().take(TRIED).filter(|o| close(o)).map(|o| o.hash));
                near.extend(cells.get_or_insert_with(beside).iter());
                self.joined(found[i].hash, &near)
            })
            .collect();
        let mut at = 0;
        found.retain(|_| {
            at += 1;
            keep[at - 1]
        });
    }

    fn joined(&self, hash: u64, near: &[u64]) -> bool {
        let keys = self.phrases.keys;
        let salts = self.columns.iter().enumerate().filter(|(_, g)| g.len() > 1).map(|(salt, g)| (salt as u64, g.len()));
        salts.chain([(ANY, 2)]).any(|(salt, length)| {
            let mut states = vec![keys.join(salt, hash)];
            for _ in 1..length {
                let next = states.iter().flat_map(|s| near.iter().map(|h| keys.join(*s, *h))).filter(|s| self.joint.has(*s));
                states = next.take(TRIED).collect();
            }
            !states.is_empty()
        })
    }
}
