//! What a word can be, one bit each. The build script includes this file.

/// A given name.
pub(crate) const GIVEN: u32 = 1;
/// A surname.
pub(crate) const SURNAME: u32 = 1 << 1;
/// A surname that is written before the given name.
pub(crate) const FIRST: u32 = 1 << 2;
/// A common word.
pub(crate) const WORD: u32 = 1 << 3;
/// A city.
pub(crate) const CITY: u32 = 1 << 4;
/// A country.
pub(crate) const COUNTRY: u32 = 1 << 5;
/// A state or province, or its code.
pub(crate) const REGION: u32 = 1 << 6;
/// `Mr`, `Herr`.
pub(crate) const TITLE: u32 = 1 << 7;
/// `von`, `de la`.
pub(crate) const PARTICLE: u32 = 1 << 8;
/// `Jr`, `PhD`.
pub(crate) const SUFFIX: u32 = 1 << 9;
/// A month or a day of the week.
pub(crate) const CALENDAR: u32 = 1 << 10;
/// `Street`, `utca`: the name of the street comes before it.
pub(crate) const STREET_AFTER: u32 = 1 << 11;
/// `rue`, `via`: the name of the street follows.
pub(crate) const STREET_BEFORE: u32 = 1 << 12;
/// `straße`, `gatan`: what names of streets end with.
pub(crate) const STREET_END: u32 = 1 << 13;
/// `Apt`, `Postfach`.
pub(crate) const UNIT: u32 = 1 << 14;
/// A legal form: `Inc`, `GmbH`.
pub(crate) const FIRM: u32 = 1 << 15;
/// `University`, `Bank`.
pub(crate) const ORGANISATION: u32 = 1 << 16;
/// Looks like a person's name and is none: firms, products, places.
pub(crate) const NOBODY: u32 = 1 << 17;
/// `Dear`, `Hallo`: a name follows.
pub(crate) const GREETING: u32 = 1 << 18;

/// `Airport`, `Theorem`: what bears the name of a person.
pub(crate) const THING: u32 = 1 << 19;

/// Words that a name in running text can begin with, or follow.
pub(crate) const FRONT: u32 = GIVEN | FIRST | TITLE | GREETING;
