//! Names of persons, places and organisations, and addresses: whole cells held against the built-in dictionaries.

use super::Row;
use crate::{
    dictionary::{lists::*, look_up},
    kernel::{
        address, organisation,
        person::{
            cell::{full_name, known_name, looks_like_name},
            word::{Gap, Shape, Words, speakable},
        },
        place,
    },
};

/// What passing is worth: how seldom other words of the shape pass. Raw, all of them: case and separators carry meaning.
pub(super) const TABLE: &[Row] = &[
    ("address-line", address::is_line, 4.0, true),
    ("cities", |v| listed(v, CITY), 5.0, true),
    ("countries", |v| listed(v, COUNTRY), 6.0, true),
    ("full-name", full_name, 7.0, true),
    ("given-names", |v| listed(v, GIVEN), 5.0, true),
    ("known-name", known_name, 5.0, true),
    ("like-given-name", |v| looks_like_name(v, 3) && !v.contains(&b','), 2.5, true),
    ("like-name", |v| looks_like_name(v, 7), 2.5, true),
    ("like-organisation", organisation::is_name, 2.5, true),
    ("like-place", place::is_place, 3.0, true),
    ("like-surname", |v| looks_like_name(v, 5) && !v.contains(&b','), 2.5, true),
    ("organisations", |v| listed(v, FIRM | ORGANISATION), 5.0, true),
    ("regions", |v| listed(v, REGION), 5.0, true),
    ("surnames", |v| listed(v, SURNAME), 4.0, true),
];

/// Names a form can give as its `dictionary`.
pub(crate) const DICTIONARIES: &[&str] = &["cities", "countries", "given-names", "organisations", "regions", "surnames"];

/// The whole is an entry, or every word of it is; words that are common besides do not carry a cell alone.
fn listed(text: &[u8], flags: u32) -> bool {
    let whole = look_up(text);
    if whole & flags != 0 {
        return whole & WORD == 0 || flags & (GIVEN | SURNAME) == 0;
    }
    let words = Words::read(text, 0, |w, _| w.gap != Gap::Comma);
    let ends = words.last().is_some_and(|w| w.end == text.len());
    let one = |w: &crate::kernel::person::word::Word| w.is(flags) || w.is(PARTICLE) || w.shape == Shape::Initial;
    ends && words.len() > 1
        && words.iter().all(one)
        && words.iter().any(|w| w.strong(flags))
        && words.iter().all(|w| w.shape == Shape::Initial || speakable(&text[w.start..w.end]))
}
