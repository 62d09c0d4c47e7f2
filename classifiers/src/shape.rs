//! Layouts: shapes of values, character class by character class, matched without a regular expression.

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    pub(crate) const DIGITS: Self = Self([0x03ff << 48, 0, 0, 0]);
    pub(crate) const CAPITALS: Self = Self([0, 0x07ff_fffe, 0, 0]);
    pub(crate) const LETTERS: Self = Self([0, 0x07ff_fffe << 32 | 0x07ff_fffe, 0, 0]);
    pub(crate) const ALNUM: Self = Self([0x03ff << 48, 0x07ff_fffe << 32 | 0x07ff_fffe, 0, 0]);

    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    /// A range of bytes.
    pub(crate) fn of(range: std::ops::RangeInclusive<u8>) -> Self {
        let mut set = Self::default();
        range.for_each(|b| set.insert(b));
        set
    }
    /// Whether some byte is in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
    /// Whether all bytes are in the other as well.
    pub(crate) fn within(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & !b == 0)
    }
    /// The bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=255).filter(|b| self.contains(*b))
    }
    /// How many bytes.
    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }
}

/// One element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Element {
    /// One byte of a class.
    One(Bytes),
    /// One separator; all separators of a value are of one kind.
    Separator,
}

/// A layout without options and repeats.
pub(crate) type Layout = Vec<Element>;

/// More variants than this are refused.
const MOST: usize = 4_096;

/// Parses a layout and expands its options and repeats.
///
/// # Errors
/// Words for people.
pub(crate) fn parse(text: &str, ignore_case: bool) -> Result<Vec<Layout>, String> {
    let mut variants: Vec<Layout> = vec![Vec::new()];
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (element, next) = element(bytes, at, ignore_case)?;
        at = next;
        let (least, most) = match bytes.get(at) {
            Some(b'?') => {
                at += 1;
                (0, 1)
            }
            Some(b'{') => {
                let close = text[at..].find('}').ok_or("`{` without `}` in a layout")? + at;
                let (low, high) = text[at + 1..close].split_once(',').unwrap_or((&text[at + 1..close], &text[at + 1..close]));
                at = close + 1;
                let number = |s: &str| s.trim().parse::<usize>().map_err(|_| format!("`{s}` is not a count"));
                (number(low)?, number(high)?)
            }
            _ => (1, 1),
        };
        if least > most || most > 256 {
            return Err(format!("a repeat of {least} to {most} in a layout"));
        }
        variants =
            variants.iter().flat_map(|v| (least..=most).map(move |n| v.iter().copied().chain(std::iter::repeat_n(element, n)).collect())).collect();
        if variants.len() > MOST {
            return Err(format!("a layout with more than {MOST} variants"));
        }
    }
    variants.retain(|v: &Layout| !v.is_empty());
    if variants.is_empty() { Err("an empty layout".into()) } else { Ok(variants) }
}

fn element(bytes: &[u8], at: usize, ignore_case: bool) -> Result<(Element, usize), String> {
    let mut set = Bytes::default();
    let both = |set: &mut Bytes, byte: u8| {
        set.insert(byte);
        if ignore_case {
            set.insert(byte.to_ascii_lowercase());
            set.insert(byte.to_ascii_uppercase());
        }
    };
    let next = match bytes[at] {
        b'-' => return Ok((Element::Separator, at + 1)),
        b'9' => {
            (b'0'..=b'9').for_each(|b| set.insert(b));
            at + 1
        }
        b'A' => {
            (b'A'..=b'Z').for_each(|b| both(&mut set, b));
            at + 1
        }
        b'X' => {
            (b'0'..=b'9').chain(b'A'..=b'Z').for_each(|b| both(&mut set, b));
            at + 1
        }
        b'H' => {
            (b'0'..=b'9').chain(b'A'..=b'F').chain(b'a'..=b'f').for_each(|b| set.insert(b));
            at + 1
        }
        b'\\' => {
            let byte = *bytes.get(at + 1).ok_or("a layout ends with `\\`")?;
            both(&mut set, byte);
            at + 2
        }
        b'[' => {
            let close = bytes[at..].iter().position(|&b| b == b']').ok_or("`[` without `]` in a layout")? + at;
            let class = &bytes[at + 1..close];
            let mut i = 0;
            while i < class.len() {
                if i + 2 < class.len() && class[i + 1] == b'-' {
                    (class[i]..=class[i + 2]).for_each(|b| both(&mut set, b));
                    i += 3;
                } else {
                    both(&mut set, class[i]);
                    i += 1;
                }
            }
            close + 1
        }
        other => return Err(format!("`{}` in a layout: write `\\{}` for the byte itself", other as char, other as char)),
    };
    Ok((Element::One(set), next))
}

/// Kind and length of the separator at the beginning of `rest`.
pub(crate) fn separator(rest: &[u8]) -> Option<(u8, usize)> {
    match rest {
        [kind @ (b' ' | b'-' | b'.' | b'/'), ..] => Some((*kind, 1)),
        [0xC2, 0xA0, ..] => Some((b' ', 2)),
        [0xE2, 0x80, 0x91 | 0x93, ..] => Some((b'-', 3)),
        _ => None,
    }
}

/// Matches a layout at the beginning of `text`; gives the length.
pub(crate) fn matches(layout: &[Element], text: &[u8]) -> Option<usize> {
    let (mut at, mut kind) = (0, None);
    for element in layout {
        match element {
            Element::One(set) => {
                if !set.contains(*text.get(at)?) {
                    return None;
                }
                at += 1;
            }
            Element::Separator => {
                let (found, length) = separator(text.get(at..)?)?;
                if *kind.get_or_insert(found) != found {
                    return None;
                }
                at += length;
            }
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn classes_hold_what_they_are_called_after() {
        let of = |is: fn(&u8) -> bool| (0..=255).filter(is).collect::<Vec<u8>>();
        assert!(Bytes::DIGITS.iter().eq(of(u8::is_ascii_digit)));
        assert!(Bytes::CAPITALS.iter().eq(of(u8::is_ascii_uppercase)));
        assert!(Bytes::LETTERS.iter().eq(of(u8::is_ascii_alphabetic)));
        assert!(Bytes::ALNUM.iter().eq(of(u8::is_ascii_alphanumeric)));
        assert_eq!((Bytes::DIGITS.len(), Bytes::ALNUM.len()), (10, 62));
        assert!(Bytes::DIGITS.within(&Bytes::ALNUM) && !Bytes::ALNUM.within(&Bytes::DIGITS));
    }
}
