//! Scanners for values that neither a layout nor a literal describes.

pub(crate) mod address;
mod assignment;
mod email;
mod iban;
mod ip;
mod mac;
pub(crate) mod organisation;
pub(crate) mod person;
mod phone;
pub(crate) mod place;
mod said;

use crate::find::Run;

/// Names that a form can give as its `kernel`.
pub(crate) const NAMES: &[&str] = &[
    "address",
    "assignment",
    "email",
    "iban",
    "ip",
    "mac",
    "organisation",
    "person",
    "person-cell",
    "phone",
    "place",
    "said-of-offender",
    "said-of-patient",
    "said-of-person",
];

/// A value found by a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Millibits that the way it is written adds or takes.
    pub(crate) bits: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    Email,
    Iban,
    Ip,
    Mac,
    Phone,
    Person,
    PersonCell,
    Address,
    Organisation,
    Place,
    SaidOfOffender,
    SaidOfPatient,
    SaidOfPerson,
    Assignment,
}

impl Kernel {
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "assignment" => Self::Assignment,
            "address" => Self::Address,
            "email" => Self::Email,
            "iban" => Self::Iban,
            "ip" => Self::Ip,
            "mac" => Self::Mac,
            "organisation" => Self::Organisation,
            "person" => Self::Person,
            "person-cell" => Self::PersonCell,
            "phone" => Self::Phone,
            "place" => Self::Place,
            "said-of-offender" => Self::SaidOfOffender,
            "said-of-patient" => Self::SaidOfPatient,
            "said-of-person" => Self::SaidOfPerson,
            _ => return None,
        })
    }

    /// The value around an `@`.
    pub(crate) fn at_sign(self, text: &[u8], at: usize) -> Option<Span> {
        (self == Self::Email).then(|| email::around(text, at)).flatten()
    }

    /// The value that belongs to a literal at `at`, `length` bytes long.
    pub(crate) fn at_literal(self, text: &[u8], at: usize, length: usize) -> Option<Span> {
        match self {
            Self::Assignment => assignment::at(text, at, length),
            Self::Person => person::at_literal(text, at, length),
            Self::Address => address::at_literal(text, at, length),
            Self::Organisation => organisation::at_literal(text, at, length),
            Self::Place => place::at_literal(text, at, length),
            Self::SaidOfOffender => said::at(text, at, length, said::About::Offender),
            Self::SaidOfPatient => said::at(text, at, length, said::About::Patient),
            Self::SaidOfPerson => said::at(text, at, length, said::About::Person),
            _ => None,
        }
    }

    /// Millibits of a whole cell in the column of this name, or at this path; `None`: it is none.
    pub(crate) fn at_cell(self, field: &[u8], cell: &[u8]) -> Option<i32> {
        (self == Self::Assignment).then(|| assignment::in_cell(field, cell)).flatten()
    }

    /// Its bit in [`Kernel::likely`]; none for those that only run at literals.
    pub(crate) fn bit(self) -> u8 {
        1_u8.checked_shl(self as u32).unwrap_or(0)
    }

    /// For which kernels [`Kernel::at_run`] can find anything, by what is known of the run already. Without branches: asked for every run.
    pub(crate) fn likely(run: &Run, first: u8, next: u8) -> u8 {
        let hex = first.is_ascii_hexdigit();
        let gap = matches!(next, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | 0xC2 | 0xE2);
        let apart = (run.length == 2) & (run.digits & 0b11 == 0) & first.is_ascii_uppercase() & (next == b' ');
        let iban = ((run.length >= 4) & (run.digits & 0b1111 == 0b1100)) | apart;
        let ip = (run.length <= 4) & hex & matches!(next, b'.' | b':');
        let mac = matches!(run.length, 2 | 4) & hex & matches!(next, b':' | b'-' | b'.');
        let phone = run.is_number() & ((run.length >= 7) | gap);
        // A name begins with a capital, and has no digit in it.
        let name = first.is_ascii_uppercase() & (run.digits == 0);
        let bit = |likely: bool, kernel: Self| u8::from(likely) * kernel.bit();
        bit(iban, Self::Iban)
            | bit(ip, Self::Ip)
            | bit(mac, Self::Mac)
            | bit(phone, Self::Phone)
            | bit(name, Self::Person)
            | bit(name & (run.start == 0), Self::PersonCell)
    }

    /// The value whose first run of letters or digits begins at `start` and is `run` long.
    pub(crate) fn at_run(self, text: &[u8], start: usize, run: usize) -> Option<Span> {
        let first = text[start];
        match self {
            Self::Address
            | Self::Assignment
            | Self::Email
            | Self::Organisation
            | Self::Place
            | Self::SaidOfOffender
            | Self::SaidOfPatient
            | Self::SaidOfPerson => None,
            Self::Iban => ((run >= 4 || run == 2) && first.is_ascii_alphabetic()).then(|| iban::at(text, start)).flatten(),
            Self::Ip => (run <= 4 && first.is_ascii_hexdigit()).then(|| ip::at(text, start, run)).flatten(),
            Self::Mac => (matches!(run, 2 | 4 | 12) && first.is_ascii_hexdigit()).then(|| mac::at(text, start, run)).flatten(),
            Self::Person => person::at_run(text, start, run),
            Self::PersonCell => person::whole_cell(text, start),
            Self::Phone => first.is_ascii_digit().then(|| phone::at(text, start)).flatten(),
        }
    }
}
