//! Access lists as Postgres writes them: `{owner=arwdDxtm/owner,reader=r*/owner,=r/owner}`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! privileges {
    ($($(#[$doc:meta])* $name:ident = $letter:literal, $word:literal;)*) => {
        /// One privilege.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Privilege { $($(#[$doc])* $name,)* }
        impl Privilege {
            /// Every privilege, in the order of an access list.
            pub const ALL: &'static [Privilege] = &[$(Privilege::$name,)*];
            /// Its letter in an access list.
            #[must_use]
            pub fn letter(self) -> char { match self { $(Privilege::$name => $letter,)* } }
            /// Its word in `GRANT`.
            #[must_use]
            pub fn word(self) -> &'static str { match self { $(Privilege::$name => $word,)* } }
        }
    };
}

privileges! {
    /// New rows.
    Insert = 'a', "INSERT";
    /// Reading.
    Select = 'r', "SELECT";
    /// Changing rows.
    Update = 'w', "UPDATE";
    /// Removing rows.
    Delete = 'd', "DELETE";
    /// Removing all rows.
    Truncate = 'D', "TRUNCATE";
    /// Foreign keys to it.
    References = 'x', "REFERENCES";
    /// Triggers on it.
    Trigger = 't', "TRIGGER";
    /// Calling a function.
    Execute = 'X', "EXECUTE";
    /// Using what a schema or type holds.
    Usage = 'U', "USAGE";
    /// New schemas, or new objects in one.
    Create = 'C', "CREATE";
    /// Temporary tables.
    Temporary = 'T', "TEMPORARY";
    /// Connecting to a database.
    Connect = 'c', "CONNECT";
    /// Setting a parameter.
    Set = 's', "SET";
    /// `ALTER SYSTEM` of a parameter.
    AlterSystem = 'A', "ALTER SYSTEM";
    /// VACUUM, ANALYZE and their like (from 17).
    Maintain = 'm', "MAINTAIN";
}

impl Privilege {
    fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.letter() == letter)
    }
}

impl FromStr for Privilege {
    type Err = ();

    /// By its word, in any case.
    fn from_str(word: &str) -> Result<Self, ()> {
        let word = if word.eq_ignore_ascii_case("TEMP") { "TEMPORARY" } else { word };
        Self::ALL.iter().copied().find(|p| p.word().eq_ignore_ascii_case(word)).ok_or(())
    }
}

/// Some privileges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PrivilegeSet(u16);

impl PrivilegeSet {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether it holds this one.
    #[must_use]
    pub fn has(self, privilege: Privilege) -> bool {
        self.0 & (1 << privilege as u16) != 0
    }

    /// With this one.
    #[must_use]
    pub fn with(self, privilege: Privilege) -> Self {
        Self(self.0 | 1 << privilege as u16)
    }

    /// Without these.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One by one.
    pub fn iter(self) -> impl Iterator<Item = Privilege> {
        Privilege::ALL.iter().copied().filter(move |p| self.has(*p))
    }
}

impl FromIterator<Privilege> for PrivilegeSet {
    fn from_iter<T: IntoIterator<Item = Privilege>>(all: T) -> Self {
        all.into_iter().fold(Self::NONE, Self::with)
    }
}

/// Who is granted something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grantee {
    /// Everyone.
    Public,
    /// A role.
    Role(String),
}

/// One line of an access list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclItem {
    /// To whom.
    pub grantee: Grantee,
    /// What.
    pub privileges: PrivilegeSet,
    /// Of that, what may be granted on.
    pub grantable: PrivilegeSet,
    /// By whom.
    pub grantor: String,
}

/// An access list.
pub type Acl = Vec<AclItem>;

impl fmt::Display for AclItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Grantee::Role(role) = &self.grantee {
            f.write_str(&quoted(role))?;
        }
        f.write_str("=")?;
        for privilege in self.privileges.iter() {
            write!(f, "{}{}", privilege.letter(), if self.grantable.has(privilege) { "*" } else { "" })?;
        }
        write!(f, "/{}", quoted(&self.grantor))
    }
}

/// A name as an access list has it.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Reads an access list: an array of items, in braces.
///
/// # Errors
/// What cannot be understood.
pub fn parse(text: &str) -> Result<Acl, String> {
    let wrong = || format!("`{}` is not an access list", text.escape_debug());
    let body = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).ok_or_else(wrong)?;
    let mut items = Vec::new();
    let mut chars = body.chars().peekable();
    while chars.peek().is_some() {
        let mut item = String::new();
        if chars.next_if_eq(&'"').is_some() {
            loop {
                match chars.next().ok_or_else(wrong)? {
                    '"' => break,
                    '\\' => item.push(chars.next().ok_or_else(wrong)?),
                    c => item.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| *c != ',') {
                item.push(c);
            }
        }
        items.push(parse_item(&item)?);
        if chars.next().is_some_and(|c| c != ',') {
            return Err(wrong());
        }
    }
    Ok(items)
}

/// Reads one item: `grantee=letters/grantor`.
///
/// # Errors
/// What cannot be understood.
pub fn parse_item(text: &str) -> Result<AclItem, String> {
    let wrong = || format!("`{}` is not an item of an access list", text.escape_debug());
    let (grantee, rest) = name(text).ok_or_else(wrong)?;
    // Very old servers wrote `group name`.
    let grantee = grantee.strip_prefix("group ").map_or(grantee.clone(), str::to_owned);
    let mut rest = rest.strip_prefix('=').ok_or_else(wrong)?;
    let (mut privileges, mut grantable) = (PrivilegeSet::NONE, PrivilegeSet::NONE);
    while let Some(letter) = rest.chars().next().filter(|c| *c != '/') {
        let privilege = Privilege::of_letter(letter).ok_or_else(wrong)?;
        privileges = privileges.with(privilege);
        rest = &rest[letter.len_utf8()..];
        if let Some(after) = rest.strip_prefix('*') {
            grantable = grantable.with(privilege);
            rest = after;
        }
    }
    let grantor = match rest.strip_prefix('/') {
        Some(rest) => name(rest).filter(|(_, rest)| rest.is_empty()).ok_or_else(wrong)?.0,
        None => return Err(wrong()),
    };
    let grantee = if grantee.is_empty() { Grantee::Public } else { Grantee::Role(grantee) };
    Ok(AclItem { grantee, privileges, grantable, grantor })
}

/// A name, quoted or not, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    let mut inside = false;
    while let Some((i, c)) = chars.next() {
        match c {
            '"' if inside && chars.next_if(|(_, c)| *c == '"').is_some() => out.push('"'),
            '"' => inside = !inside,
            '=' | '/' if !inside => return Some((out, &text[i..])),
            c => out.push(c),
        }
    }
    (!inside).then_some((out, ""))
}

/// What an access list that was never written stands for (`acldefault`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Tables and views.
    Relation,
    /// Schemas.
    Schema,
    /// Databases.
    Database,
    /// Functions.
    Function,
}

/// The access list of an object on which nothing was granted. `version` is `server_version_num`.
#[must_use]
pub fn default(kind: Default, owner: &str, version: u32) -> Acl {
    use Privilege as P;
    let (public, mut own): (&[P], Vec<P>) = match kind {
        Default::Relation => (&[], vec![P::Insert, P::Select, P::Update, P::Delete, P::Truncate, P::References, P::Trigger]),
        Default::Schema => (&[], vec![P::Usage, P::Create]),
        Default::Database => (&[P::Temporary, P::Connect], vec![P::Create, P::Temporary, P::Connect]),
        Default::Function => (&[P::Execute], vec![P::Execute]),
    };
    if kind == Default::Relation && version >= 170_000 {
        own.push(P::Maintain);
    }
    let item = |grantee, privileges: &[P]| AclItem {
        grantee,
        privileges: privileges.iter().copied().collect(),
        grantable: PrivilegeSet::NONE,
        grantor: owner.to_owned(),
    };
    let mut acl = Vec::new();
    if !public.is_empty() {
        acl.push(item(Grantee::Public, public));
    }
    acl.push(item(Grantee::Role(owner.to_owned()), &own));
    acl
}
