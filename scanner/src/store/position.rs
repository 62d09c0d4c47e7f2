//! Where matches lie in the whole object, from where they lie in its part.

use crate::record::Location;

/// What the earlier parts of a member hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    pub(super) rows: u64,
    pub(super) newlines: u64,
    /// Bytes since the last line end.
    pub(super) tail: u64,
}

/// Order within an object: by part, then as they stand in it.
pub(super) type Place = (u32, Option<u64>, Option<u64>, Option<u64>, Option<u64>, Option<String>, String);

/// Sort key of a location as the part has it.
pub(super) fn place(part: u32, l: &Location) -> Place {
    (part, l.row, l.line, l.byte_start, l.column, l.json_path.clone(), l.fingerprint.clone())
}

/// Line and row from 1 in the whole member. `None`: an earlier part was not read, so nobody knows.
pub(super) fn absolute(mut location: Location, before: Option<Before>) -> Location {
    let Some(before) = before else {
        if location.row.is_none() {
            location.column = None;
        }
        location.line = None;
        location.row = None;
        return location;
    };
    // In tables the column is a number, not a place in the line.
    if location.line == Some(0) && location.row.is_none() {
        location.column = location.column.map(|c| c.saturating_add(before.tail));
    }
    location.line = location.line.map(|l| l.saturating_add(before.newlines).saturating_add(1));
    location.row = location.row.map(|r| r.saturating_add(before.rows).saturating_add(1));
    location
}

/// Reads what the three `*_before` columns say of a part.
pub(super) fn before(part: u32, rows: Option<u64>, newlines: Option<u64>, tail: Option<u64>) -> Option<Before> {
    if part == 0 {
        return Some(Before::default());
    }
    Some(Before { rows: rows?, newlines: newlines?, tail: tail? })
}
